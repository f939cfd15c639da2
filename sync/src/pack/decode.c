/* decode.c: a records block back to values.
 *
 * What comes out is canonical by construction: the names of an object rise strictly (checked when
 * its tag is defined), strings are UTF-8 without NUL, integers are in range, depth and number of
 * values are bounded; and the canonical writer makes the bytes. */
#include "decode.h"

#include "tokens.h"

#define BLOCK_TABLES_MAX (64 * WM_MIB)

static wm_status bad(const char *what, wm_error *err)
{
    return wm_fail(err, WM_BAD_INPUT, "pack: records: %s", what);
}

void pack_decoder_init(pack_decoder *decoder, const wm_env *env, wm_arena *record)
{
    *decoder = (pack_decoder){ .record = record };
    pack_model_init(&decoder->model, env);
    pack_seen_init(&decoder->seen, env);
    wm_arena_init(&decoder->block, env, BLOCK_TABLES_MAX);
}

void pack_decoder_fini(pack_decoder *decoder)
{
    wm_arena_fini(&decoder->block);
    pack_seen_fini(&decoder->seen);
    pack_model_fini(&decoder->model);
}

wm_status pack_decoder_prime(pack_decoder *decoder, const wm_pack_base *base,
                             const pack_sample *sample, bool wants_words, wm_error *err)
{
    pack_shapes shapes = { .names = { NULL, NULL, 0, 0 } };
    pack_prime prime = { &decoder->model, &shapes, wants_words };
    wm_status status = pack_model_reset(&decoder->model, err);
    return status != WM_OK ? status : pack_seen_records(&decoder->seen, base, sample, &prime, err);
}

static wm_status define_name(pack_decoder *decoder, wm_reader *reader, wm_error *err)
{
    wm_str text = wm_reader_bytes(reader, wm_reader_varint(reader));
    uint32_t name = 0;
    if (reader->failed || !wm_utf8_valid(text, NULL) ||
        (text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL)) {
        return bad("expected a name in UTF-8", err);
    }
    return pack_model_add_name(&decoder->model, text, &name, err);
}

static wm_status define_word(pack_decoder *decoder, wm_reader *reader, wm_error *err)
{
    wm_str text = wm_reader_bytes(reader, wm_reader_varint(reader));
    if (reader->failed || (text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL)) {
        return bad("expected a word", err);
    }
    return pack_model_add_word(&decoder->model, text, err);
}

static wm_status read_names(pack_decoder *decoder, wm_reader *reader, uint32_t **names_out,
                            uint32_t *count_out, wm_error *err)
{
    uint64_t count = wm_reader_varint(reader);
    if (reader->failed || count > wm_reader_left(reader)) {
        return bad("object: found the end", err);
    }
    uint32_t *names = wm_arena_array(decoder->record, (size_t)count, sizeof *names);
    if (names == NULL) {
        return wm_fail_memory(err);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint64_t name = wm_reader_varint(reader);
        if (reader->failed || name >= decoder->model.names.count) {
            return bad("object: expected the number of a name", err);
        }
        names[i] = (uint32_t)name;
        if (i > 0 && wm_str_compare(pack_model_name(&decoder->model, names[i - 1]),
                                    pack_model_name(&decoder->model, names[i])) >= 0) {
            return bad("object: expected rising names", err);
        }
    }
    *names_out = names;
    *count_out = (uint32_t)count;
    return WM_OK;
}

/* `next`: the context counts from that of the tag before. */
static wm_status define_tag(pack_decoder *decoder, wm_reader *reader, bool next, wm_error *err)
{
    uint64_t context = wm_reader_varint(reader) + (next ? decoder->last_tagged : 0);
    unsigned type = wm_reader_u8(reader);
    if (reader->failed || context >= decoder->model.contexts.count ||
        context == PACK_CONTEXT_SCRIPTS || type >= PACK_TYPE_COUNT) {
        return bad("expected a tag of a known context and type", err);
    }
    decoder->last_tagged = context;
    uint32_t *names = NULL;
    uint32_t count = 0;
    wm_arena_reset(decoder->record);
    wm_status status =
        type == PACK_OBJECT ? read_names(decoder, reader, &names, &count, err) : WM_OK;
    return status != WM_OK ? status
                           : pack_model_add_tag(&decoder->model, (uint32_t)context, (pack_type)type,
                                                names, count, err);
}

static wm_status define_edit(pack_decoder *decoder, wm_reader *reader, wm_kind kind, wm_error *err)
{
    pack_step steps[PACK_DEPTH_MAX];
    unsigned edit_kind = wm_reader_u8(reader);
    uint64_t count = wm_reader_varint(reader);
    if (reader->failed || edit_kind > PACK_EDIT_INSERT || count > PACK_DEPTH_MAX ||
        (count == 0 && edit_kind != PACK_EDIT_SET)) {
        return bad("expected an edit", err);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint64_t step = wm_reader_varint(reader);
        steps[i] = (pack_step){ (step & 1) != 0, (uint32_t)(step >> 1) };
        uint64_t max = steps[i].is_index ? PACK_VALUES_MAX : decoder->model.names.count;
        if (reader->failed || step >> 1 >= max) {
            return bad("edit: expected a step", err);
        }
    }
    if (edit_kind == PACK_EDIT_INSERT && !steps[count - 1].is_index) {
        return bad("edit: expected a place in a list", err);
    }
    return pack_model_add_edit(&decoder->model, kind, (uint8_t)edit_kind, steps, (uint32_t)count,
                               err);
}

static wm_status define_script(pack_decoder *decoder, wm_reader *reader, wm_error *err)
{
    uint64_t kind = wm_reader_varint(reader);
    uint64_t count = wm_reader_varint(reader);
    if (reader->failed || kind >= WM_KIND_COUNT || count > PACK_EDITS_MAX) {
        return bad("expected a script", err);
    }
    wm_status status = pack_model_add_script(&decoder->model, err);
    for (uint64_t i = 0; i < count && status == WM_OK; i++) {
        status = define_edit(decoder, reader, (wm_kind)kind, err);
    }
    return status;
}

static wm_status read_definitions(pack_decoder *decoder, wm_str bytes, wm_error *err)
{
    wm_reader reader;
    wm_status status = WM_OK;
    wm_reader_init(&reader, bytes);
    decoder->last_tagged = 0;
    while (status == WM_OK && wm_reader_left(&reader) > 0) {
        switch (wm_reader_u8(&reader)) {
        case PACK_DEFINE_NAME: status = define_name(decoder, &reader, err); break;
        case PACK_DEFINE_TAG: status = define_tag(decoder, &reader, false, err); break;
        case PACK_DEFINE_NEXT_TAG: status = define_tag(decoder, &reader, true, err); break;
        case PACK_DEFINE_WORD: status = define_word(decoder, &reader, err); break;
        case PACK_DEFINE_SCRIPT: status = define_script(decoder, &reader, err); break;
        default: status = bad("unknown definition", err); break;
        }
    }
    return status;
}

/* One line of the table of columns. */
typedef struct column_line {
    uint32_t context;
    uint32_t count;
    uint8_t encoding;
    uint64_t bytes;
} column_line;

static wm_status read_line(pack_decoder *decoder, wm_reader *reader, int class_of, bool first,
                           column_line *line, wm_error *err)
{
    uint64_t step = wm_reader_varint(reader);
    uint64_t context = line->context + step;
    uint64_t count = wm_reader_varint(reader);
    line->encoding = class_of == PACK_COLUMN_STRINGS ? wm_reader_u8(reader) : 0;
    line->bytes = wm_reader_varint(reader);
    if (reader->failed || step >= decoder->contexts || context >= decoder->contexts ||
        (!first && step == 0) || count > UINT32_MAX) {
        return bad("expected columns of rising contexts", err);
    }
    line->context = (uint32_t)context;
    line->count = (uint32_t)count;
    return WM_OK;
}

static wm_status open_column(pack_decoder *decoder, const column_line *line, int class_of,
                             wm_str data, wm_error *err)
{
    uint32_t *place = &decoder->places[(size_t)line->context * PACK_CLASS_COUNT + (size_t)class_of];
    if (class_of == PACK_COLUMN_STRINGS) {
        *place = decoder->strings_count++;
        pack_string_column column = { (pack_encoding)line->encoding,
                                      line->count,
                                      data,
                                      &decoder->shared,
                                      pack_seen_of(&decoder->seen, line->context),
                                      &decoder->texts[0] };
        return pack_strings_open(&decoder->strings[*place], &column, &decoder->block, err);
    }
    wm_reader reader;
    wm_reader_init(&reader, data);
    *place = decoder->integers_count++;
    wm_status status = pack_integers_open(&decoder->integers[*place], &reader, line->count, err);
    if (status == WM_OK && wm_reader_left(&reader) > 0) {
        status = bad("column is longer than its numbers", err);
    }
    return status;
}

/* Where the bytes of a column stand. */
static wm_reader *reader_of(pack_decoder *decoder, const column_line *line, wm_reader *data)
{
    bool text = line->encoding == PACK_SHORT_TEXTS || line->encoding == PACK_LONG_TEXTS;
    return text ? &decoder->texts[line->encoding - PACK_SHORT_TEXTS] : data;
}

/* The table stands before all data: it is read twice, first to learn where the data starts. */
static wm_status read_table(pack_decoder *decoder, wm_reader *table, wm_reader *data,
                            uint32_t *integers_out, uint32_t *strings_out, wm_error *err)
{
    for (int class_of = 0; class_of < PACK_CLASS_COUNT; class_of++) {
        uint64_t columns = wm_reader_varint(table);
        column_line line = { .context = 0 };
        if (table->failed || columns > wm_reader_left(table)) {
            return bad("table of columns: found the end", err);
        }
        *(class_of == PACK_COLUMN_STRINGS ? strings_out : integers_out) += (uint32_t)columns;
        for (uint64_t i = 0; i < columns; i++) {
            wm_status status = read_line(decoder, table, class_of, i == 0, &line, err);
            if (status == WM_OK && data != NULL) {
                wm_reader *from = reader_of(decoder, &line, data);
                wm_str bytes = wm_reader_bytes(from, line.bytes);
                status = from->failed ? bad("column: found the end", err)
                                      : open_column(decoder, &line, class_of, bytes, err);
            }
            if (status != WM_OK) {
                return status;
            }
        }
    }
    return WM_OK;
}

static wm_status open_columns(pack_decoder *decoder, wm_reader *reader, wm_error *err)
{
    uint32_t integers = 0;
    uint32_t strings = 0;
    wm_reader table = *reader;
    decoder->contexts = decoder->model.contexts.count;
    decoder->integers_count = 0;
    decoder->strings_count = 0;
    wm_status status = read_table(decoder, reader, NULL, &integers, &strings, err);
    if (status != WM_OK) {
        return status;
    }
    size_t places = (size_t)decoder->contexts * PACK_CLASS_COUNT;
    decoder->places = wm_arena_array(&decoder->block, places, sizeof *decoder->places);
    decoder->integers = wm_arena_array(&decoder->block, integers, sizeof *decoder->integers);
    decoder->strings = wm_arena_array(&decoder->block, strings, sizeof *decoder->strings);
    if (decoder->places == NULL || decoder->integers == NULL || decoder->strings == NULL) {
        return wm_fail_memory(err);
    }
    memset(decoder->places, 0xff, places * sizeof *decoder->places);
    integers = 0;
    strings = 0;
    status = read_table(decoder, &table, reader, &integers, &strings, err);
    if (status == WM_OK && wm_reader_left(reader) > 0) {
        status = bad("bytes after the last column", err);
    }
    return status;
}

wm_status pack_decoder_open(pack_decoder *decoder, wm_str payload, wm_error *err)
{
    wm_reader reader;
    wm_reader_init(&reader, payload);
    unsigned flags = wm_reader_u8(&reader);
    decoder->records_left = wm_reader_varint(&reader);
    wm_str definitions = wm_reader_bytes(&reader, wm_reader_varint(&reader));
    if (reader.failed || (flags & ~(unsigned)PACK_RECORDS_RESET) != 0 ||
        decoder->records_left == 0) {
        return bad("expected a block of records", err);
    }
    wm_status status = WM_OK;
    if ((flags & PACK_RECORDS_RESET) != 0) {
        decoder->seen.contexts = 0;
        status = pack_model_reset(&decoder->model, err);
    } else if (decoder->model.contexts.count == 0) {
        status = bad("expected the first block to start a model", err);
    }
    if (status == WM_OK) {
        status = read_definitions(decoder, definitions, err);
    }
    wm_arena_reset(&decoder->block);
    decoder->shared.words = decoder->model.words.items;
    decoder->shared.word_count = decoder->model.words.count;
    return status != WM_OK ? status : open_columns(decoder, &reader, err);
}

wm_status pack_decoder_close(const pack_decoder *decoder, wm_error *err)
{
    bool done = true;
    for (uint32_t i = 0; i < decoder->integers_count; i++) {
        done = done && pack_integers_done(&decoder->integers[i]);
    }
    for (uint32_t i = 0; i < decoder->strings_count; i++) {
        done = done && pack_strings_done(&decoder->strings[i]);
    }
    return done ? WM_OK : bad("a column has more than the records need", err);
}

static uint32_t place_of(const pack_decoder *decoder, uint32_t context, pack_class class_of)
{
    return context < decoder->contexts
               ? decoder->places[(size_t)context * PACK_CLASS_COUNT + (size_t)class_of]
               : PACK_NONE;
}

wm_status pack_decode_integer(pack_decoder *decoder, uint32_t context, pack_class class_of,
                              int64_t *value_out, wm_error *err)
{
    uint32_t place = place_of(decoder, context, class_of);
    if (place == PACK_NONE || !pack_integers_next(&decoder->integers[place], value_out)) {
        return bad("column: found the end or a bad number", err);
    }
    return WM_OK;
}

static wm_status decode_text(pack_decoder *decoder, uint32_t context, wm_str *text_out,
                             wm_error *err)
{
    uint32_t place = place_of(decoder, context, PACK_COLUMN_STRINGS);
    return place == PACK_NONE
               ? bad("column: found the end", err)
               : pack_strings_next(&decoder->strings[place], decoder->record, text_out, err);
}

static uint64_t count_tokens(wm_str text)
{
    uint64_t count = 0;
    while (text.len > 0) {
        (void)pack_token_next(&text);
        count++;
    }
    return count;
}

/* Takes the first `front` and the last `back` tokens of the old text. False: it has fewer. */
static bool split_old(wm_str old, int64_t front, int64_t back, wm_str *front_out, wm_str *back_out)
{
    uint64_t count = count_tokens(old);
    if (front < 0 || back < 0 || (uint64_t)front > count ||
        (uint64_t)back > count - (uint64_t)front) {
        return false;
    }
    wm_str rest = old;
    for (uint64_t i = 0; i < count - (uint64_t)back; i++) {
        if (i == (uint64_t)front) {
            *front_out = (wm_str){ old.ptr, old.len - rest.len };
        }
        (void)pack_token_next(&rest);
    }
    if ((uint64_t)front == count - (uint64_t)back) {
        *front_out = (wm_str){ old.ptr, old.len - rest.len };
    }
    *back_out = rest;
    return true;
}

static wm_status decode_splice(pack_decoder *decoder, uint32_t context, const wm_json *before,
                               wm_str *text_out, wm_error *err)
{
    int64_t counts[2] = { 0, 0 };
    wm_str pieces[3] = { { "", 0 }, { "", 0 }, { "", 0 } };
    wm_status status = WM_OK;
    for (size_t i = 0; i < 2 && status == WM_OK; i++) {
        status = pack_decode_integer(decoder, context, PACK_COLUMN_SPLICES, &counts[i], err);
    }
    if (status == WM_OK) {
        status = decode_text(decoder, context, &pieces[1], err);
    }
    if (status != WM_OK) {
        return status;
    }
    if (!split_old(wm_json_string(before), counts[0], counts[1], &pieces[0], &pieces[2]) ||
        pieces[1].len > WM_RECORD_BYTES_MAX) {
        return bad("splice: the old text is shorter", err);
    }
    char *text = wm_arena_alloc(decoder->record, pieces[0].len + pieces[1].len + pieces[2].len + 1);
    if (text == NULL) {
        return wm_fail_memory(err);
    }
    *text_out = (wm_str){ text, 0 };
    for (size_t i = 0; i < 3; i++) {
        if (pieces[i].len > 0) {
            memcpy(text + text_out->len, pieces[i].ptr, pieces[i].len);
        }
        text_out->len += pieces[i].len;
    }
    return wm_utf8_valid(*text_out, NULL) ? WM_OK : bad("splice: expected UTF-8", err);
}

static wm_status take_values(pack_decoder *decoder, uint64_t count, wm_error *err)
{
    if (count > decoder->values_left) {
        return wm_fail(err, WM_TOO_LARGE, "pack: a record of more than %d values", PACK_VALUES_MAX);
    }
    decoder->values_left -= (uint32_t)count;
    return WM_OK;
}

static wm_status decode_array(pack_decoder *decoder, uint32_t context, uint32_t depth,
                              wm_json *value_out, wm_error *err)
{
    int64_t count = 0;
    uint32_t items_context = 0;
    wm_status status = pack_decode_integer(decoder, context, PACK_COLUMN_COUNTS, &count, err);
    if (status == WM_OK) {
        status = take_values(decoder, (uint64_t)count, err);
    }
    if (status == WM_OK) {
        status = pack_model_child(&decoder->model, context, PACK_NAME_ITEM, &items_context, err);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_json *items = wm_arena_array(decoder->record, (size_t)count, sizeof *items);
    if (items == NULL) {
        return wm_fail_memory(err);
    }
    for (int64_t i = 0; i < count && status == WM_OK; i++) {
        status = pack_decode_value(decoder, items_context, NULL, depth + 1, &items[i], err);
    }
    *value_out = (wm_json){ .type = WM_JSON_ARRAY, .count = (uint32_t)count, .as.items = items };
    return status;
}

static wm_status decode_object(pack_decoder *decoder, const pack_tag *tag, const wm_json *before,
                               uint32_t depth, wm_json *value_out, wm_error *err)
{
    wm_status status = take_values(decoder, tag->member_count, err);
    if (status != WM_OK) {
        return status;
    }
    wm_json_member *members = wm_arena_array(decoder->record, tag->member_count, sizeof *members);
    if (members == NULL) {
        return wm_fail_memory(err);
    }
    /* The model grows only between blocks: these stay where they are. */
    const pack_member *known = pack_model_members(&decoder->model, tag);
    for (uint32_t i = 0; i < tag->member_count && status == WM_OK; i++) {
        members[i].name = pack_model_name(&decoder->model, known[i].name);
        status =
            pack_decode_value(decoder, known[i].context, wm_json_get_str(before, members[i].name),
                              depth + 1, &members[i].value, err);
    }
    *value_out =
        (wm_json){ .type = WM_JSON_OBJECT, .count = tag->member_count, .as.members = members };
    return status;
}

/* NULL: WM_BAD_INPUT, and the text is set. */
static const pack_tag *decode_tag(pack_decoder *decoder, uint32_t context, wm_error *err)
{
    int64_t tag = 0;
    const pack_context *at = pack_model_context(&decoder->model, context);
    if (!(at->tag_count == 1 && place_of(decoder, context, PACK_COLUMN_TAGS) == PACK_NONE) &&
        pack_decode_integer(decoder, context, PACK_COLUMN_TAGS, &tag, err) != WM_OK) {
        return NULL;
    }
    if (tag < 0 || tag >= (int64_t)at->tag_count) {
        (void)bad("expected a tag of the context", err);
        return NULL;
    }
    return &at->tags[tag];
}

wm_status pack_decode_value(pack_decoder *decoder, uint32_t context, const wm_json *before,
                            uint32_t depth, wm_json *value_out, wm_error *err)
{
    wm_status status = WM_OK;
    const pack_tag *tag = decode_tag(decoder, context, err);
    if (tag == NULL) {
        return WM_BAD_INPUT;
    }
    *value_out = (wm_json){ .type = WM_JSON_NULL, .as.integer = 0 };
    if ((tag->type == PACK_ARRAY || tag->type == PACK_OBJECT) && depth >= PACK_DEPTH_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "pack: a value deeper than %d", PACK_DEPTH_MAX);
    }
    switch (tag->type) {
    case PACK_NULL: return WM_OK;
    case PACK_FALSE:
    case PACK_TRUE:
        value_out->type = WM_JSON_BOOL;
        value_out->as.boolean = tag->type == PACK_TRUE;
        return WM_OK;
    case PACK_INTEGER:
        value_out->type = WM_JSON_INTEGER;
        status = pack_decode_integer(decoder, context, PACK_COLUMN_INTEGERS, &value_out->as.integer,
                                     err);
        return status == WM_OK && (value_out->as.integer > WM_JSON_INTEGER_MAX ||
                                   value_out->as.integer < -WM_JSON_INTEGER_MAX)
                   ? bad("expected an integer of at most 2^53 - 1", err)
                   : status;
    case PACK_STRING:
        value_out->type = WM_JSON_STRING;
        return decode_text(decoder, context, &value_out->as.string, err);
    case PACK_SELF:
        value_out->type = WM_JSON_STRING;
        value_out->as.string = decoder->id;
        return WM_OK;
    case PACK_SPLICE:
        value_out->type = WM_JSON_STRING;
        return decode_splice(decoder, context, before, &value_out->as.string, err);
    case PACK_ARRAY: return decode_array(decoder, context, depth, value_out, err);
    case PACK_OBJECT: return decode_object(decoder, tag, before, depth, value_out, err);
    default: return bad("unknown type", err);
    }
}

wm_status pack_decode_add(pack_decoder *decoder, wm_kind kind, wm_str id, const wm_json **value_out,
                          wm_error *err)
{
    decoder->id = id;
    decoder->values_left = PACK_VALUES_MAX;
    wm_json *value = wm_arena_alloc(decoder->record, sizeof *value);
    if (value == NULL) {
        return wm_fail_memory(err);
    }
    *value_out = value;
    return pack_decode_value(decoder, (uint32_t)kind, NULL, 0, value, err);
}

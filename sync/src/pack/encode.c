/* encode.c: values of records to the columns of a records block.
 *
 * Invariants: a definition is in `definitions` before any column uses its number; slots has a place
 * for each context that has a column or a tag; the columns of a block belong to it alone, the model
 * and its tables live until the model is reset. */
#include <stdlib.h>

#include "column.h"
#include "encode.h"
#include "words.h"

#define COLUMN_DATA_MAX (64 * WM_MIB)
#define COLUMNS_MAX ((uint32_t)1 << 20)
#define PATTERN_COUNT_MIN 64 /* fewer short texts are better off with those of the base */
#define COLUMN_LINE_BYTES 6  /* in the table, about */
#define SPLICE_SHARED_MIN 12 /* bytes that old and new string share, to be worth a splice */

static void forget_columns(pack_encoder *encoder)
{
    for (uint32_t i = 0; i < encoder->column_count; i++) {
        wm_buf_fini(&encoder->columns[i].data);
    }
    pack_slot *slots = encoder->slots.items;
    for (uint32_t i = 0; i < encoder->slots.count; i++) {
        memset(slots[i].columns, 0xff, sizeof slots[i].columns);
    }
    encoder->column_count = 0;
    encoder->record_count = 0;
    encoder->bytes = 0;
    encoder->last_tagged = 0;
    wm_buf_reset(&encoder->definitions);
}

static wm_status start_model(pack_encoder *encoder, wm_error *err)
{
    static const pack_table empty_table = { NULL, NULL, 0, 0 };
    static const pack_list empty_list = { NULL, 0, 0 };
    encoder->shapes = (pack_shapes){ .names = { NULL, NULL, 0, 0 } };
    encoder->scripts = empty_table;
    encoder->script_keys = empty_list;
    encoder->slots = empty_list;
    encoder->words = empty_table;
    encoder->shared.words = NULL;
    encoder->shared.word_count = 0;
    encoder->fresh = true;
    encoder->seen.contexts = 0;
    return pack_model_reset(&encoder->model, err);
}

wm_status pack_encoder_init(pack_encoder *encoder, const wm_env *env, wm_error *err)
{
    *encoder = (pack_encoder){ .env = env };
    pack_model_init(&encoder->model, env);
    pack_seen_init(&encoder->seen, env);
    pack_desk_init(&encoder->desk, env);
    wm_buf_init(&encoder->definitions, env, COLUMN_DATA_MAX);
    wm_buf_init(&encoder->script, env, COLUMN_DATA_MAX);
    wm_arena_init(&encoder->scratch, env, 64 * WM_MIB);
    return start_model(encoder, err);
}

void pack_encoder_fini(pack_encoder *encoder)
{
    forget_columns(encoder);
    wm_env_free(encoder->env, encoder->columns,
                encoder->column_capacity * sizeof *encoder->columns);
    pack_desk_fini(&encoder->desk);
    wm_arena_fini(&encoder->scratch);
    wm_buf_fini(&encoder->script);
    wm_buf_fini(&encoder->definitions);
    pack_seen_fini(&encoder->seen);
    pack_model_fini(&encoder->model);
}

wm_status pack_encoder_prime(pack_encoder *encoder, const wm_pack_base *base, pack_sample *sample,
                             wm_error *err)
{
    pack_prime prime = { &encoder->model, &encoder->shapes, true };
    wm_status status = pack_seen_records(&encoder->seen, base, sample, &prime, err);
    encoder->fresh = false;
    if (status == WM_TOO_LARGE || (status == WM_OK && pack_model_is_large(&encoder->model))) {
        *sample = (pack_sample){ .exists = false };
        pack_seen_fini(&encoder->seen);
        pack_seen_init(&encoder->seen, encoder->env);
        status = start_model(encoder, err);
    }
    return status;
}

/* NULL: no memory. */
static pack_slot *slot_of(pack_encoder *encoder, uint32_t context)
{
    while (encoder->slots.count <= context) {
        pack_slot *slot = pack_list_add(&encoder->slots, &encoder->model.arena, sizeof *slot);
        if (slot == NULL) {
            return NULL;
        }
        memset(slot, 0xff, sizeof *slot);
    }
    return (pack_slot *)encoder->slots.items + context;
}

/* NULL: no memory. */
static pack_column *add_column(pack_encoder *encoder, uint32_t context, pack_class class_of)
{
    if (encoder->column_count == encoder->column_capacity) {
        uint32_t capacity = encoder->column_capacity > 0 ? encoder->column_capacity * 2 : 64;
        size_t size = sizeof *encoder->columns;
        pack_column *columns =
            capacity > COLUMNS_MAX
                ? NULL
                : encoder->env->resize(encoder->env->context, encoder->columns,
                                       encoder->column_capacity * size, capacity * size);
        if (columns == NULL) {
            return NULL;
        }
        encoder->columns = columns;
        encoder->column_capacity = capacity;
    }
    pack_column *column = &encoder->columns[encoder->column_count++];
    *column = (pack_column){ .context = context, .class_of = class_of };
    wm_buf_init(&column->data, encoder->env, COLUMN_DATA_MAX);
    return column;
}

/* Where the next value goes, which it counts. NULL: no memory. */
static pack_column *column_of(pack_encoder *encoder, uint32_t context, pack_class class_of)
{
    pack_slot *slot = slot_of(encoder, context);
    pack_column *column = NULL;
    if (slot != NULL && slot->columns[class_of] != PACK_NONE) {
        column = &encoder->columns[slot->columns[class_of]];
    } else if (slot != NULL) {
        column = add_column(encoder, context, class_of);
        encoder->bytes += COLUMN_LINE_BYTES;
        if (column != NULL) {
            slot->columns[class_of] = encoder->column_count - 1;
        }
    }
    if (column != NULL) {
        column->count++;
    }
    return column;
}

wm_status pack_encode_integer(pack_encoder *encoder, uint32_t context, pack_class class_of,
                              int64_t value, wm_error *err)
{
    pack_column *column = column_of(encoder, context, class_of);
    if (column == NULL) {
        return wm_fail_memory(err);
    }
    pack_put(&column->data, &value, sizeof value);
    encoder->bytes += value > 63 || value < -64 ? 3 : 1;
    return wm_buf_status(&column->data, err);
}

static wm_status encode_string(pack_encoder *encoder, uint32_t context, wm_str text, wm_error *err)
{
    pack_column *column = column_of(encoder, context, PACK_COLUMN_STRINGS);
    if (column == NULL) {
        return wm_fail_memory(err);
    }
    wm_buf_put_str(&column->data, text);
    pack_put(&column->data, "", 1);
    encoder->bytes += text.len + 1;
    return wm_buf_status(&column->data, err);
}

wm_status pack_encode_name(pack_encoder *encoder, wm_str text, uint32_t *name_out, wm_error *err)
{
    pack_found name = { 0, false };
    wm_status status = pack_shapes_name(&encoder->shapes, &encoder->model, text, &name, err);
    *name_out = name.number;
    if (status != WM_OK || !name.made) {
        return status;
    }
    wm_put_u8(&encoder->definitions, PACK_DEFINE_NAME);
    wm_put_varint(&encoder->definitions, text.len);
    wm_buf_put_str(&encoder->definitions, text);
    encoder->bytes += text.len + 2;
    return wm_buf_status(&encoder->definitions, err);
}

/* Puts the definition of a tag that is new; names are those of an object. */
static wm_status define_tag(pack_encoder *encoder, pack_type type, const pack_shape *shape,
                            wm_error *err)
{
    wm_buf *out = &encoder->definitions;
    uint32_t context = shape->context;
    bool next = context >= encoder->last_tagged;
    wm_put_u8(out, next ? PACK_DEFINE_NEXT_TAG : PACK_DEFINE_TAG);
    wm_put_varint(out, next ? context - encoder->last_tagged : context);
    encoder->last_tagged = context;
    wm_put_u8(out, (uint8_t)type);
    if (type == PACK_OBJECT) {
        wm_put_varint(out, shape->name_count);
        for (uint32_t i = 0; i < shape->name_count; i++) {
            wm_put_varint(out, shape->names[i]);
        }
    }
    encoder->bytes += 3 + 2 * (size_t)shape->name_count;
    return wm_buf_status(out, err);
}

/* Most objects have the same names as the one before in their place. */
static bool is_as_before(const pack_encoder *encoder, uint32_t context, const wm_json *value,
                         uint32_t *tag_out)
{
    if (context >= encoder->slots.count) {
        return false;
    }
    const pack_slot *slot = (const pack_slot *)encoder->slots.items + context;
    if (slot->object == PACK_NONE) {
        return false;
    }
    const pack_tag *tag = &pack_model_context(&encoder->model, context)->tags[slot->object];
    const pack_member *members = pack_model_members(&encoder->model, tag);
    bool same = tag->member_count == value->count;
    for (uint32_t i = 0; same && i < value->count; i++) {
        same = wm_str_equal(pack_model_name(&encoder->model, members[i].name),
                            value->as.members[i].name);
    }
    *tag_out = slot->object;
    return same;
}

static wm_status find_object_tag(pack_encoder *encoder, uint32_t context, const wm_json *value,
                                 uint32_t *tag_out, wm_error *err)
{
    uint32_t *names = wm_arena_array(&encoder->scratch, value->count, sizeof *names);
    if (names == NULL) {
        return wm_fail_memory(err);
    }
    for (uint32_t i = 0; i < value->count; i++) {
        wm_status status = pack_encode_name(encoder, value->as.members[i].name, &names[i], err);
        if (status != WM_OK) {
            return status;
        }
    }
    pack_shape shape = { context, value->count, names };
    pack_found tag = { 0, false };
    wm_status status = pack_shapes_object_tag(&encoder->shapes, &encoder->model, &shape, &tag, err);
    *tag_out = tag.number;
    return status == WM_OK && tag.made ? define_tag(encoder, PACK_OBJECT, &shape, err) : status;
}

static wm_status object_tag(pack_encoder *encoder, uint32_t context, const wm_json *value,
                            uint32_t *tag_out, wm_error *err)
{
    if (is_as_before(encoder, context, value, tag_out)) {
        return WM_OK;
    }
    wm_status status = find_object_tag(encoder, context, value, tag_out, err);
    pack_slot *slot = status == WM_OK ? slot_of(encoder, context) : NULL;
    if (slot == NULL) {
        return status == WM_OK ? wm_fail_memory(err) : status;
    }
    slot->object = *tag_out;
    return WM_OK;
}

/* The tokens of a string; items is NULL without memory. */
typedef struct token_list {
    wm_str *items;
    uint32_t count;
} token_list;

static token_list split_tokens(wm_arena *arena, wm_str text)
{
    token_list tokens = { wm_arena_array(arena, text.len, sizeof(wm_str)), 0 };
    while (tokens.items != NULL && text.len > 0) {
        tokens.items[tokens.count++] = pack_token_next(&text);
    }
    return tokens;
}

/* What is left of a string when what it shares with the old one is taken off both ends. */
typedef struct splice {
    uint32_t front; /* tokens */
    uint32_t back;
    wm_str middle;
    size_t shared; /* bytes */
} splice;

static wm_status find_splice(pack_encoder *encoder, wm_str old, wm_str text, splice *splice_out,
                             wm_error *err)
{
    token_list a = split_tokens(&encoder->scratch, old);
    token_list b = split_tokens(&encoder->scratch, text);
    splice s = { .middle = text };
    if (a.items == NULL || b.items == NULL) {
        return wm_fail_memory(err);
    }
    uint32_t shorter = a.count < b.count ? a.count : b.count;
    while (s.front < shorter && wm_str_equal(a.items[s.front], b.items[s.front])) {
        s.middle.ptr += b.items[s.front].len;
        s.middle.len -= b.items[s.front].len;
        s.front++;
    }
    while (s.back < shorter - s.front &&
           wm_str_equal(a.items[a.count - 1 - s.back], b.items[b.count - 1 - s.back])) {
        s.middle.len -= b.items[b.count - 1 - s.back].len;
        s.back++;
    }
    s.shared = text.len - s.middle.len;
    *splice_out = s;
    return WM_OK;
}

static wm_status put_tag(pack_encoder *encoder, uint32_t context, pack_type type, wm_error *err)
{
    pack_found tag = { 0, false };
    wm_status status =
        pack_shapes_plain_tag(&encoder->shapes, &encoder->model, context, type, &tag, err);
    if (status == WM_OK && tag.made) {
        status = define_tag(encoder, type, &(pack_shape){ context, 0, NULL }, err);
    }
    return status != WM_OK
               ? status
               : pack_encode_integer(encoder, context, PACK_COLUMN_TAGS, tag.number, err);
}

static wm_status encode_splice(pack_encoder *encoder, uint32_t context, const splice *s,
                               wm_error *err)
{
    wm_status status = put_tag(encoder, context, PACK_SPLICE, err);
    if (status == WM_OK) {
        status = pack_encode_integer(encoder, context, PACK_COLUMN_SPLICES, s->front, err);
    }
    if (status == WM_OK) {
        status = pack_encode_integer(encoder, context, PACK_COLUMN_SPLICES, s->back, err);
    }
    return status != WM_OK ? status : encode_string(encoder, context, s->middle, err);
}

static wm_status encode_text(pack_encoder *encoder, uint32_t context, wm_str text,
                             const wm_json *before, wm_error *err)
{
    splice s = { .shared = 0 };
    wm_status status = WM_OK;
    if (wm_str_equal(text, encoder->id)) {
        return put_tag(encoder, context, PACK_SELF, err);
    }
    if (before != NULL && before->type == WM_JSON_STRING) {
        status = find_splice(encoder, before->as.string, text, &s, err);
    }
    /* A token may end within a character. */
    if (status == WM_OK && s.shared >= SPLICE_SHARED_MIN && wm_utf8_valid(s.middle, NULL)) {
        return encode_splice(encoder, context, &s, err);
    }
    if (status == WM_OK) {
        status = put_tag(encoder, context, PACK_STRING, err);
    }
    return status != WM_OK ? status : encode_string(encoder, context, text, err);
}

static wm_status encode_array(pack_encoder *encoder, uint32_t context, const wm_json *value,
                              wm_error *err)
{
    uint32_t items = 0;
    wm_status status = put_tag(encoder, context, PACK_ARRAY, err);
    if (status == WM_OK) {
        status = pack_encode_integer(encoder, context, PACK_COLUMN_COUNTS, value->count, err);
    }
    if (status == WM_OK) {
        status = pack_model_child(&encoder->model, context, PACK_NAME_ITEM, &items, err);
    }
    for (uint32_t i = 0; i < value->count && status == WM_OK; i++) {
        status = pack_encode_value(encoder, items, &value->as.items[i], NULL, err);
    }
    return status;
}

static wm_status encode_object(pack_encoder *encoder, uint32_t context, const wm_json *value,
                               const wm_json *before, wm_error *err)
{
    uint32_t tag = 0;
    wm_status status = object_tag(encoder, context, value, &tag, err);
    if (status == WM_OK) {
        status = pack_encode_integer(encoder, context, PACK_COLUMN_TAGS, tag, err);
    }
    for (uint32_t i = 0; i < value->count && status == WM_OK; i++) {
        /* The model may move while members are encoded: look the tag up each time. */
        const pack_tag *known = &pack_model_context(&encoder->model, context)->tags[tag];
        const wm_json_member *member = &value->as.members[i];
        status = pack_encode_value(encoder, pack_model_members(&encoder->model, known)[i].context,
                                   &member->value, wm_json_get_str(before, member->name), err);
    }
    return status;
}

wm_status pack_encode_value(pack_encoder *encoder, uint32_t context, const wm_json *value,
                            const wm_json *before, wm_error *err)
{
    wm_status status;
    switch (value->type) {
    case WM_JSON_NULL: return put_tag(encoder, context, PACK_NULL, err);
    case WM_JSON_BOOL:
        return put_tag(encoder, context, value->as.boolean ? PACK_TRUE : PACK_FALSE, err);
    case WM_JSON_INTEGER:
        status = put_tag(encoder, context, PACK_INTEGER, err);
        return status != WM_OK ? status
                               : pack_encode_integer(encoder, context, PACK_COLUMN_INTEGERS,
                                                     value->as.integer, err);
    case WM_JSON_STRING: return encode_text(encoder, context, value->as.string, before, err);
    case WM_JSON_ARRAY: return encode_array(encoder, context, value, err);
    case WM_JSON_OBJECT: return encode_object(encoder, context, value, before, err);
    default: return wm_fail(err, WM_INTERNAL, "pack: value of an unknown type");
    }
}

wm_status pack_encode_add(pack_encoder *encoder, wm_kind kind, wm_str id, const wm_json *value,
                          wm_error *err)
{
    encoder->id = id;
    encoder->record_count++;
    wm_arena_reset(&encoder->scratch);
    return pack_encode_value(encoder, (uint32_t)kind, value, NULL, err);
}

static int by_class_and_context(const void *a, const void *b)
{
    const pack_column *left = a;
    const pack_column *right = b;
    if (left->class_of != right->class_of) {
        return left->class_of < right->class_of ? -1 : 1;
    }
    return left->context < right->context ? -1 : 1;
}

/* The encoding of a column that goes to a frame of texts; else PACK_PLAIN. */
static pack_encoding text_encoding(const pack_encoder *encoder, const pack_column *column)
{
    if (encoder->texts == NULL || column->class_of != PACK_COLUMN_STRINGS ||
        !pack_is_text(wm_buf_str(&column->data), column->count)) {
        return PACK_PLAIN;
    }
    bool is_long = column->data.len / column->count > PACK_SHORT_BYTES_MAX;
    const wm_buf *to = &encoder->texts[is_long ? 1 : 0];
    if (to->len + column->data.len > to->max_bytes) {
        return PACK_PLAIN;
    }
    return is_long ? PACK_LONG_TEXTS : PACK_SHORT_TEXTS;
}

/* Puts short strings to the block, if a part of them is enough there: what the base knows, or
 * patterns. */
static wm_status write_short(pack_encoder *encoder, const pack_texts *texts, uint32_t context,
                             pack_encoding *encoding_out, wm_buf *data)
{
    pack_known known = pack_seen_of(&encoder->seen, context);
    size_t start = data->len;
    bool able = false;
    wm_status status = pack_known_write(texts, &known, data, &encoder->texts[0], &able, NULL);
    *encoding_out = able ? PACK_KNOWN : PACK_SHORT_TEXTS;
    if (status != WM_OK || able || texts->count < PATTERN_COUNT_MIN) {
        return status;
    }
    status = pack_strings_write(texts, data, encoding_out, NULL);
    if (*encoding_out != PACK_PATTERN) {
        *encoding_out = PACK_SHORT_TEXTS;
        data->len = start;
    }
    return status;
}

/* Puts the strings of a column to the block, or to a frame of texts. */
static wm_status write_strings(pack_encoder *encoder, const pack_column *column, wm_buf *table,
                               wm_buf *data)
{
    size_t start = data->len;
    pack_encoding encoding = text_encoding(encoder, column);
    pack_texts texts = { .env = encoder->env,
                         .desk = &encoder->desk,
                         .plain = wm_buf_str(&column->data),
                         .count = column->count,
                         .shared = &encoder->shared,
                         .prose = column->is_prose ? &encoder->prose : NULL,
                         .first_token = column->first_token };
    wm_status status = WM_OK;
    if (encoding == PACK_PLAIN) {
        status = pack_strings_write(&texts, data, &encoding, NULL);
    } else if (encoding == PACK_SHORT_TEXTS) {
        status = write_short(encoder, &texts, column->context, &encoding, data);
    }
    size_t length = data->len - start;
    if (encoding == PACK_SHORT_TEXTS || encoding == PACK_LONG_TEXTS) {
        wm_buf *to = &encoder->texts[encoding - PACK_SHORT_TEXTS];
        length = texts.plain.len;
        wm_buf_put_str(to, texts.plain);
        status = status == WM_OK ? wm_buf_status(to, NULL) : status;
    }
    wm_put_u8(table, (uint8_t)encoding);
    wm_put_varint(table, length);
    return status;
}

/* One column: its line of the table and its data. */
static wm_status write_column(pack_encoder *encoder, const pack_column *column, uint32_t step,
                              wm_buf *table, wm_buf *data)
{
    size_t start = data->len;
    wm_put_varint(table, step);
    wm_put_varint(table, column->count);
    if (column->class_of == PACK_COLUMN_STRINGS) {
        return write_strings(encoder, column, table, data);
    }
    pack_integers_write(data, (const int64_t *)(const void *)column->data.data, column->count);
    wm_put_varint(table, data->len - start);
    return WM_OK;
}

/* A context with one tag needs no column to say which. */
static void drop_single_tags(pack_encoder *encoder)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < encoder->column_count; i++) {
        pack_column *column = &encoder->columns[i];
        if (column->class_of == PACK_COLUMN_TAGS &&
            pack_model_context(&encoder->model, column->context)->tag_count == 1) {
            wm_buf_fini(&column->data);
        } else {
            encoder->columns[kept++] = *column;
        }
    }
    encoder->column_count = kept;
}

/* All columns, class by class, contexts rising. */
static wm_status write_columns(pack_encoder *encoder, wm_buf *table, wm_buf *data, wm_error *err)
{
    wm_status status = WM_OK;
    uint32_t at = 0;
    if (encoder->column_count > 0) {
        qsort(encoder->columns, encoder->column_count, sizeof *encoder->columns,
              by_class_and_context);
    }
    drop_single_tags(encoder);
    for (int class_of = 0; class_of < PACK_CLASS_COUNT; class_of++) {
        uint32_t end = at;
        uint32_t before = 0;
        while (end < encoder->column_count && (int)encoder->columns[end].class_of == class_of) {
            end++;
        }
        wm_put_varint(table, end - at);
        for (; at < end && status == WM_OK; at++) {
            const pack_column *column = &encoder->columns[at];
            status = write_column(encoder, column, column->context - before, table, data);
            before = column->context;
        }
        if (status != WM_OK) {
            return wm_fail_memory(err);
        }
    }
    return status;
}

wm_status pack_encoder_flush(pack_encoder *encoder, wm_buf *payload, wm_error *err)
{
    wm_buf table;
    wm_buf data;
    wm_buf_init(&table, encoder->env, PACK_BLOCK_BYTES_MAX);
    wm_buf_init(&data, encoder->env, PACK_BLOCK_BYTES_MAX);
    pack_prose_init(&encoder->prose, encoder->env);
    /* Of a delta the texts are elsewhere. */
    wm_status status = encoder->texts == NULL ? pack_words_choose(encoder, err) : WM_OK;
    wm_put_u8(payload, encoder->fresh ? PACK_RECORDS_RESET : 0);
    wm_put_varint(payload, encoder->record_count);
    wm_put_varint(payload, encoder->definitions.len);
    wm_buf_put_str(payload, wm_buf_str(&encoder->definitions));
    if (status == WM_OK) {
        status = write_columns(encoder, &table, &data, err);
    }
    if (status == WM_OK) {
        status = wm_buf_status(&table, err);
    }
    if (status == WM_OK) {
        status = wm_buf_status(&data, err);
    }
    if (status == WM_OK) {
        wm_buf_put_str(payload, wm_buf_str(&table));
        wm_buf_put_str(payload, wm_buf_str(&data));
        status = wm_buf_status(payload, err);
    }
    wm_buf_fini(&data);
    wm_buf_fini(&table);
    pack_prose_fini(&encoder->prose);
    forget_columns(encoder);
    encoder->fresh = false;
    if (status == WM_OK && pack_model_is_large(&encoder->model)) {
        status = start_model(encoder, err);
    }
    return status;
}

/* encode.c: values of records to the columns of a records block.
 *
 * Invariants: a definition is in `definitions` before any column uses its number; slots has a place
 * for each context that has a column or a tag; the columns of a block belong to it alone, the model
 * and its tables live until the model is reset. */
#include <stdlib.h>

#include "column.h"
#include "encode.h"
#include "reword.h"
#include "words.h"

#define COLUMN_DATA_MAX (64 * WM_MIB)
#define COLUMNS_MAX ((uint32_t)1 << 20)
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
    wm_buf_reset(&encoder->definitions);
}

static wm_status start_model(pack_encoder *encoder, wm_error *err)
{
    static const pack_table empty_table = { NULL, NULL, 0, 0 };
    static const pack_list empty_list = { NULL, 0, 0 };
    encoder->names = empty_table;
    encoder->objects = empty_table;
    encoder->scripts = empty_table;
    encoder->object_tags = empty_list;
    encoder->script_keys = empty_list;
    encoder->slots = empty_list;
    encoder->words = empty_table;
    encoder->shared.words = NULL;
    encoder->shared.word_count = 0;
    encoder->fresh = true;
    return pack_model_reset(&encoder->model, err);
}

wm_status pack_encoder_init(pack_encoder *encoder, const wm_env *env, wm_error *err)
{
    *encoder = (pack_encoder){ .env = env };
    pack_model_init(&encoder->model, env);
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
    wm_arena_fini(&encoder->scratch);
    wm_buf_fini(&encoder->script);
    wm_buf_fini(&encoder->definitions);
    pack_model_fini(&encoder->model);
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

static wm_status say(pack_encoder *encoder, pack_saying said, wm_error *err)
{
    pack_saying *place = pack_list_add(&encoder->sayings, &encoder->scratch, sizeof *place);
    if (place == NULL) {
        return wm_fail_memory(err);
    }
    *place = said;
    return WM_OK;
}

wm_status pack_encode_integer(pack_encoder *encoder, uint32_t context, pack_class class_of,
                              int64_t value, wm_error *err)
{
    if (encoder->mix != NULL) {
        pack_saying said = { .place = pack_place(context, class_of), .number = value };
        return say(encoder, said, err);
    }
    pack_column *column = column_of(encoder, context, class_of);
    if (column == NULL) {
        return wm_fail_memory(err);
    }
    wm_buf_put(&column->data, &value, sizeof value);
    encoder->bytes += value > 63 || value < -64 ? 3 : 1;
    return wm_buf_status(&column->data, err);
}

static wm_status encode_string(pack_encoder *encoder, uint32_t context, wm_str front, wm_str text,
                               wm_error *err)
{
    if (encoder->mix != NULL) {
        pack_saying said = { .place = pack_place(context, PACK_COLUMN_STRINGS),
                             .is_text = true,
                             .front = front,
                             .text = text };
        return say(encoder, said, err);
    }
    pack_column *column = column_of(encoder, context, PACK_COLUMN_STRINGS);
    if (column == NULL) {
        return wm_fail_memory(err);
    }
    wm_buf_put_str(&column->data, text);
    wm_buf_put_char(&column->data, '\0');
    encoder->bytes += text.len + 1;
    return wm_buf_status(&column->data, err);
}

wm_status pack_encode_name(pack_encoder *encoder, wm_str text, uint32_t *name_out, wm_error *err)
{
    uint32_t hash = pack_hash(0, text.ptr, text.len);
    uint32_t found;
    for (uint32_t at = pack_table_first(&encoder->names, hash, &found); found != PACK_NONE;
         at = pack_table_next(&encoder->names, hash, at, &found)) {
        if (wm_str_equal(pack_model_name(&encoder->model, found), text)) {
            *name_out = found;
            return WM_OK;
        }
    }
    uint32_t made = 0;
    wm_status status = pack_model_add_name(&encoder->model, text, &made, err);
    if (status == WM_OK) {
        status = pack_table_add(&encoder->names, &encoder->model.arena, hash, made, err);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_put_u8(&encoder->definitions, PACK_DEFINE_NAME);
    wm_put_varint(&encoder->definitions, text.len);
    wm_buf_put_str(&encoder->definitions, text);
    encoder->bytes += text.len + 2;
    *name_out = made;
    return wm_buf_status(&encoder->definitions, err);
}

static wm_status define_tag(pack_encoder *encoder, uint32_t context, pack_type type,
                            const uint32_t *names, uint32_t name_count, wm_error *err)
{
    wm_buf *out = &encoder->definitions;
    wm_status status = pack_model_add_tag(&encoder->model, context, type, names, name_count, err);
    if (status != WM_OK) {
        return status;
    }
    wm_put_u8(out, PACK_DEFINE_TAG);
    wm_put_varint(out, context);
    wm_put_u8(out, (uint8_t)type);
    if (type == PACK_OBJECT) {
        wm_put_varint(out, name_count);
        for (uint32_t i = 0; i < name_count; i++) {
            wm_put_varint(out, names[i]);
        }
    }
    encoder->bytes += 3 + 2 * (size_t)name_count;
    return wm_buf_status(out, err);
}

static wm_status plain_tag(pack_encoder *encoder, uint32_t context, pack_type type,
                           uint32_t *tag_out, wm_error *err)
{
    pack_slot *slot = slot_of(encoder, context);
    if (slot == NULL) {
        return wm_fail_memory(err);
    }
    if (slot->plain_tags[type] == PACK_NONE) {
        wm_status status = define_tag(encoder, context, type, NULL, 0, err);
        if (status != WM_OK) {
            return status;
        }
        slot->plain_tags[type] = pack_model_context(&encoder->model, context)->tag_count - 1;
    }
    *tag_out = slot->plain_tags[type];
    return WM_OK;
}

static bool same_members(const pack_encoder *encoder, const pack_tag *tag, const uint32_t *names,
                         uint32_t name_count)
{
    const pack_member *members = pack_model_members(&encoder->model, tag);
    if (tag->member_count != name_count) {
        return false;
    }
    for (uint32_t i = 0; i < name_count; i++) {
        if (members[i].name != names[i]) {
            return false;
        }
    }
    return true;
}

static wm_status find_object_tag(pack_encoder *encoder, uint32_t context, const uint32_t *names,
                                 uint32_t name_count, uint32_t *tag_out, wm_error *err)
{
    uint32_t hash = pack_hash(context, names, name_count * sizeof *names);
    uint32_t found;
    for (uint32_t at = pack_table_first(&encoder->objects, hash, &found); found != PACK_NONE;
         at = pack_table_next(&encoder->objects, hash, at, &found)) {
        pack_object_tag known = ((pack_object_tag *)encoder->object_tags.items)[found];
        const pack_tag *tags = pack_model_context(&encoder->model, known.context)->tags;
        if (known.context == context &&
            same_members(encoder, &tags[known.tag], names, name_count)) {
            *tag_out = known.tag;
            return WM_OK;
        }
    }
    wm_status status = define_tag(encoder, context, PACK_OBJECT, names, name_count, err);
    if (status != WM_OK) {
        return status;
    }
    pack_object_tag *made =
        pack_list_add(&encoder->object_tags, &encoder->model.arena, sizeof *made);
    if (made == NULL) {
        return wm_fail_memory(err);
    }
    *made =
        (pack_object_tag){ context, pack_model_context(&encoder->model, context)->tag_count - 1 };
    *tag_out = made->tag;
    return pack_table_add(&encoder->objects, &encoder->model.arena, hash,
                          encoder->object_tags.count - 1, err);
}

static wm_status object_tag(pack_encoder *encoder, uint32_t context, const wm_json *value,
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
    return find_object_tag(encoder, context, names, value->count, tag_out, err);
}

/* How many bytes both start with, and end with beside these, whole characters only. */
static bool is_inside(wm_str text, size_t at)
{
    return at < text.len && ((unsigned char)text.ptr[at] & 0xc0) == 0x80;
}

static void shared_ends(wm_str a, wm_str b, size_t *front_out, size_t *back_out)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    size_t front = 0;
    size_t back = 0;
    while (front < shorter && a.ptr[front] == b.ptr[front]) {
        front++;
    }
    while (front > 0 && (is_inside(a, front) || is_inside(b, front))) {
        front--;
    }
    while (back < shorter - front && a.ptr[a.len - 1 - back] == b.ptr[b.len - 1 - back]) {
        back++;
    }
    while (back > 0 && (is_inside(a, a.len - back) || is_inside(b, b.len - back))) {
        back--;
    }
    *front_out = front;
    *back_out = back;
}

static wm_status put_tag(pack_encoder *encoder, uint32_t context, pack_type type, wm_error *err)
{
    uint32_t tag = 0;
    wm_status status = plain_tag(encoder, context, type, &tag, err);
    return status != WM_OK ? status
                           : pack_encode_integer(encoder, context, PACK_COLUMN_TAGS, tag, err);
}

/* An id as its place among the entries. What the base refers to need not be known here. */
static wm_status encode_reference(pack_encoder *encoder, uint32_t context, wm_str text,
                                  bool *referred_out, wm_error *err)
{
    wm_status status = WM_OK;
    *referred_out = true;
    if (encoder->learning) {
        return put_tag(encoder, context, PACK_REFER, err);
    }
    for (int kind = 0; kind < WM_KIND_COUNT; kind++) {
        uint32_t place = pack_ids_find(encoder->shared.ids, kind, text);
        if (place != PACK_NONE) {
            status = put_tag(encoder, context, PACK_REFER, err);
            if (status == WM_OK) {
                status = pack_encode_integer(encoder, context, PACK_COLUMN_COUNTS, kind, err);
            }
            return status != WM_OK
                       ? status
                       : pack_encode_integer(encoder, context, PACK_COLUMN_INTEGERS, place, err);
        }
    }
    *referred_out = false;
    return WM_OK;
}

/* Some words in place of others: which, and the new ones. */
static wm_status encode_reword(pack_encoder *encoder, uint32_t context, wm_str old, wm_str text,
                               bool *reworded_out, wm_error *err)
{
    pack_reword reword;
    *reworded_out = pack_reword_find(old, text, &reword);
    if (!*reworded_out) {
        return WM_OK;
    }
    wm_status status = put_tag(encoder, context, PACK_REWORD, err);
    if (status == WM_OK) {
        status = pack_encode_integer(encoder, context, PACK_COLUMN_SPLICES, reword.kept, err);
    }
    if (status == WM_OK) {
        status = pack_encode_integer(encoder, context, PACK_COLUMN_COUNTS, reword.replaced, err);
    }
    return status == WM_OK ? encode_string(encoder, context, reword.front, reword.middle, err)
                           : status;
}

static wm_status encode_text(pack_encoder *encoder, uint32_t context, wm_str text,
                             const wm_json *before, wm_error *err)
{
    if (wm_str_equal(text, encoder->id)) {
        return put_tag(encoder, context, PACK_SELF, err);
    }
    if (encoder->mix != NULL && pack_is_uuid(text)) {
        bool referred = false;
        wm_status status = encode_reference(encoder, context, text, &referred, err);
        if (status != WM_OK || referred) {
            return status;
        }
    }
    if (encoder->mix != NULL && before != NULL && before->type == WM_JSON_STRING) {
        bool reworded = false;
        wm_status status = encode_reword(encoder, context, before->as.string, text, &reworded, err);
        if (status != WM_OK || reworded) {
            return status;
        }
        before = NULL;
    }
    size_t front = 0;
    size_t back = 0;
    if (before != NULL && before->type == WM_JSON_STRING) {
        shared_ends(before->as.string, text, &front, &back);
    }
    bool splice = front + back >= SPLICE_SHARED_MIN;
    wm_status status = put_tag(encoder, context, splice ? PACK_SPLICE : PACK_STRING, err);
    if (splice && status == WM_OK) {
        status = pack_encode_integer(encoder, context, PACK_COLUMN_SPLICES, (int64_t)front, err);
    }
    if (splice && status == WM_OK) {
        status = pack_encode_integer(encoder, context, PACK_COLUMN_SPLICES, (int64_t)back, err);
    }
    wm_str before_it = { text.ptr, splice ? front : 0 };
    if (splice) {
        text = (wm_str){ text.ptr + front, text.len - front - back };
    }
    return status != WM_OK ? status : encode_string(encoder, context, before_it, text, err);
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
    pack_encoder_start(encoder, id);
    wm_status status = pack_encode_value(encoder, (uint32_t)kind, value, NULL, err);
    return status == WM_OK ? pack_encoder_end(encoder, err) : status;
}

void pack_encoder_start(pack_encoder *encoder, wm_str id)
{
    encoder->id = id;
    encoder->record_count++;
    encoder->sayings = (pack_list){ NULL, 0, 0 };
    wm_arena_reset(&encoder->scratch);
}

void pack_encoder_say_definitions(pack_encoder *encoder)
{
    wm_str definitions = wm_buf_str(&encoder->definitions);
    if (!encoder->learning) {
        (void)pack_mix_integer(encoder->mix, PACK_PLACE_LENGTH, (int64_t)definitions.len);
        for (size_t i = 0; i < definitions.len; i++) {
            (void)pack_mix_integer(encoder->mix, PACK_PLACE_DEFINITION,
                                   pack_unzigzag((unsigned char)definitions.ptr[i]));
        }
    }
    wm_buf_reset(&encoder->definitions);
}

wm_status pack_encoder_end(pack_encoder *encoder, wm_error *err)
{
    if (encoder->mix == NULL) {
        return WM_OK;
    }
    wm_status status = wm_buf_status(&encoder->definitions, err);
    pack_encoder_say_definitions(encoder);
    const pack_saying *said = encoder->sayings.items;
    for (uint32_t i = 0; i < encoder->sayings.count; i++) {
        if (said[i].is_text) {
            pack_mix_text(encoder->mix, said[i].place, said[i].front, said[i].text);
        } else {
            (void)pack_mix_integer(encoder->mix, said[i].place, said[i].number);
        }
    }
    return status;
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

/* One column: its line of the table and its data. */
static wm_status write_column(pack_encoder *encoder, const pack_column *column, uint32_t step,
                              wm_buf *table, wm_buf *data)
{
    wm_error *err = NULL;
    size_t start = data->len;
    wm_status status = WM_OK;
    wm_put_varint(table, step);
    wm_put_varint(table, column->count);
    if (column->class_of == PACK_COLUMN_STRINGS) {
        pack_encoding encoding = PACK_PLAIN;
        pack_texts texts = { encoder->env, wm_buf_str(&column->data), column->count,
                             &encoder->shared, &encoder->words };
        status = pack_strings_write(&texts, data, &encoding, err);
        wm_put_u8(table, (uint8_t)encoding);
    } else {
        pack_integers_write(data, (const int64_t *)(const void *)column->data.data, column->count);
    }
    wm_put_varint(table, data->len - start);
    return status;
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
    wm_status status = pack_words_choose(encoder, err);
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
    forget_columns(encoder);
    encoder->fresh = false;
    if (status == WM_OK && pack_model_is_large(&encoder->model)) {
        status = start_model(encoder, err);
    }
    return status;
}

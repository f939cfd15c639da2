/* seen.c: names, tags and strings of sampled records. See seen.h.
 *
 *   records -> walk -> model: names, tags
 *                   -> tally: (context, short string) -> how often  -> by context
 *                   -> vocabulary: words of the long ones
 *
 * The walk defines what an encoder would that is given these records.
 * Bounds: the records have at most PACK_SAMPLE_BYTES_MAX bytes, and the model has its own. */
#include "seen.h"

#include <stdlib.h>

#include "column.h"

#define TALLY_ARENA_MAX (256 * WM_MIB)
#define SEEN_ARENA_MAX (64 * WM_MIB)
#define FAMILIAR_TAGS 8

/* A string at one place of the records. */
typedef struct tally_string {
    wm_str text;
    uint32_t context;
    uint32_t count;
    uint32_t order; /* in which they were seen */
} tally_string;

typedef struct seeing {
    pack_model *model;
    pack_shapes *shapes;
    pack_vocabulary *vocabulary; /* NULL: not wanted */
    wm_arena arena;              /* of the tally */
    wm_arena names;              /* of one object at a time */
    pack_table table;
    pack_list strings; /* tally_string */
    wm_str id;         /* of the record at hand */
} seeing;

void pack_seen_init(pack_seen *seen, const wm_env *env)
{
    *seen = (pack_seen){ .contexts = 0 };
    wm_arena_init(&seen->arena, env, SEEN_ARENA_MAX);
    wm_buf_init(&seen->strings, env, PACK_SAMPLE_BYTES_MAX);
    pack_vocabulary_init(&seen->vocabulary, env);
}

void pack_seen_fini(pack_seen *seen)
{
    pack_vocabulary_fini(&seen->vocabulary);
    wm_buf_fini(&seen->strings);
    wm_arena_fini(&seen->arena);
}

pack_known pack_seen_of(const pack_seen *seen, uint32_t context)
{
    return context < seen->contexts ? seen->known[context] : (pack_known){ NULL, 0 };
}

/* ---- walk ---- */

static wm_status count_string(seeing *s, uint32_t context, wm_str text, wm_error *err)
{
    if (pack_is_uuid(text)) {
        return WM_OK;
    }
    uint32_t hash = pack_hash(context, text.ptr, text.len);
    uint32_t found;
    tally_string *known = s->strings.items;
    for (uint32_t at = pack_table_first(&s->table, hash, &found); found != PACK_NONE;
         at = pack_table_next(&s->table, hash, at, &found)) {
        if (known != NULL && known[found].context == context &&
            wm_str_equal(known[found].text, text)) {
            known[found].count++;
            return WM_OK;
        }
    }
    tally_string *made = pack_list_add(&s->strings, &s->arena, sizeof *made);
    wm_str copy = wm_arena_copy(&s->arena, text);
    if (made == NULL || copy.ptr == NULL) {
        return wm_fail_memory(err);
    }
    *made = (tally_string){ copy, context, 1, s->strings.count - 1 };
    return pack_table_add(&s->table, &s->arena, hash, made->order, err);
}

static wm_status see_string(seeing *s, uint32_t context, wm_str text, wm_error *err)
{
    if (text.len <= PACK_SHORT_BYTES_MAX) {
        return count_string(s, context, text, err);
    }
    return s->vocabulary != NULL ? pack_vocabulary_add(s->vocabulary, text, err) : WM_OK;
}

static wm_status see_value(seeing *s, uint32_t context, const wm_json *value, wm_error *err);

static bool has_names(const pack_model *model, const pack_tag *tag, const wm_json *value)
{
    const pack_member *members = pack_model_members(model, tag);
    bool same = tag->type == PACK_OBJECT && tag->member_count == value->count;
    for (uint32_t i = 0; same && i < value->count; i++) {
        same = wm_str_equal(pack_model_name(model, members[i].name), value->as.members[i].name);
    }
    return same;
}

/* Most objects are like one of the first few of their context: to compare names is cheaper than to
 * look each of them up. */
static bool is_familiar(const seeing *s, uint32_t context, const wm_json *value, uint32_t *tag_out)
{
    const pack_context *at = pack_model_context(s->model, context);
    uint32_t count = at->tag_count < FAMILIAR_TAGS ? at->tag_count : FAMILIAR_TAGS;
    uint32_t tag = 0;
    while (tag < count && !has_names(s->model, &at->tags[tag], value)) {
        tag++;
    }
    *tag_out = tag;
    return tag < count;
}

static wm_status name_object(seeing *s, uint32_t context, const wm_json *value, uint32_t *tag_out,
                             wm_error *err)
{
    wm_status status = WM_OK;
    pack_found found = { 0, false };
    wm_arena_reset(&s->names);
    uint32_t *names = wm_arena_array(&s->names, value->count, sizeof *names);
    if (names == NULL) {
        return wm_fail_memory(err);
    }
    for (uint32_t i = 0; i < value->count && status == WM_OK; i++) {
        status = pack_shapes_name(s->shapes, s->model, value->as.members[i].name, &found, err);
        names[i] = found.number;
    }
    pack_shape shape = { context, value->count, names };
    if (status == WM_OK) {
        status = pack_shapes_object_tag(s->shapes, s->model, &shape, &found, err);
    }
    *tag_out = found.number;
    return status;
}

static wm_status see_object(seeing *s, uint32_t context, const wm_json *value, wm_error *err)
{
    uint32_t tag = 0;
    wm_status status =
        is_familiar(s, context, value, &tag) ? WM_OK : name_object(s, context, value, &tag, err);
    for (uint32_t i = 0; i < value->count && status == WM_OK; i++) {
        /* The model may move while members are seen. */
        const pack_tag *known = &pack_model_context(s->model, context)->tags[tag];
        status = see_value(s, pack_model_members(s->model, known)[i].context,
                           &value->as.members[i].value, err);
    }
    return status;
}

static wm_status see_items(seeing *s, uint32_t context, const wm_json *value, wm_error *err)
{
    uint32_t items = 0;
    wm_status status = pack_model_child(s->model, context, PACK_NAME_ITEM, &items, err);
    for (uint32_t i = 0; i < value->count && status == WM_OK; i++) {
        status = see_value(s, items, &value->as.items[i], err);
    }
    return status;
}

static pack_type type_of(const seeing *s, const wm_json *value)
{
    switch (value->type) {
    case WM_JSON_BOOL: return value->as.boolean ? PACK_TRUE : PACK_FALSE;
    case WM_JSON_INTEGER: return PACK_INTEGER;
    case WM_JSON_STRING: return wm_str_equal(value->as.string, s->id) ? PACK_SELF : PACK_STRING;
    case WM_JSON_ARRAY: return PACK_ARRAY;
    case WM_JSON_OBJECT: return PACK_OBJECT;
    case WM_JSON_NULL:
    default: return PACK_NULL;
    }
}

static wm_status see_value(seeing *s, uint32_t context, const wm_json *value, wm_error *err)
{
    pack_found tag = { 0, false };
    pack_type type = type_of(s, value);
    if (type == PACK_OBJECT) {
        return see_object(s, context, value, err);
    }
    wm_status status = pack_shapes_plain_tag(s->shapes, s->model, context, type, &tag, err);
    if (status == WM_OK && type == PACK_STRING) {
        status = see_string(s, context, value->as.string, err);
    }
    return status == WM_OK && type == PACK_ARRAY ? see_items(s, context, value, err) : status;
}

static wm_status see_record(void *context, const wm_record *record, const wm_json *value,
                            wm_error *err)
{
    seeing *s = context;
    s->id = record->id;
    return see_value(s, (uint32_t)record->kind, value, err);
}

/* ---- strings by context ---- */

static int by_context_and_count(const void *a, const void *b)
{
    const tally_string *left = a;
    const tally_string *right = b;
    if (left->context != right->context) {
        return left->context < right->context ? -1 : 1;
    }
    if (left->count != right->count) {
        return left->count > right->count ? -1 : 1;
    }
    return left->order < right->order ? -1 : 1;
}

static wm_status keep_strings(pack_seen *seen, const seeing *s, wm_error *err)
{
    tally_string *strings = s->strings.items;
    uint32_t contexts = s->model->contexts.count;
    if (strings != NULL) {
        qsort(strings, s->strings.count, sizeof *strings, by_context_and_count);
    }
    wm_str *texts = wm_arena_array(&seen->arena, s->strings.count, sizeof *texts);
    seen->known = wm_arena_array(&seen->arena, contexts, sizeof *seen->known);
    if (texts == NULL || seen->known == NULL) {
        return wm_fail_memory(err);
    }
    for (uint32_t i = 0; strings != NULL && i < s->strings.count; i++) {
        wm_buf_put_str(&seen->strings, strings[i].text);
        wm_buf_put_char(&seen->strings, '\0');
    }
    wm_status status = wm_buf_status(&seen->strings, err);
    wm_str rest = wm_buf_str(&seen->strings);
    for (uint32_t i = 0; strings != NULL && i < s->strings.count && status == WM_OK; i++) {
        pack_known *known = &seen->known[strings[i].context];
        texts[i] = pack_plain_next(&rest);
        if (strings[i].count > 1) {
            known->strings = known->count == 0 ? &texts[i] : known->strings;
            known->count++;
        }
    }
    seen->contexts = status == WM_OK ? contexts : 0;
    return status;
}

wm_status pack_seen_records(pack_seen *seen, const wm_pack_base *base, const pack_sample *sample,
                            const pack_prime *prime, wm_error *err)
{
    const wm_env *env = seen->arena.env;
    seeing s = { .model = prime->model,
                 .shapes = prime->shapes,
                 .vocabulary = prime->wants_words ? &seen->vocabulary : NULL };
    wm_arena_init(&s.arena, env, TALLY_ARENA_MAX);
    wm_arena_init(&s.names, env, TALLY_ARENA_MAX);
    pack_sample_reader reader = { see_record, &s };
    wm_status status = pack_sample_read(env, base, sample, &reader, err);
    if (status == WM_OK) {
        status = keep_strings(seen, &s, err);
    }
    wm_arena_fini(&s.names);
    wm_arena_fini(&s.arena);
    return status == WM_OK ? pack_vocabulary_close(&seen->vocabulary, err) : status;
}

/* gist.c: layout; v is a number of model/varint.h:
 *
 *   object   v count, then for each member: u8 its name in `names`, rising; a value
 *   value    u8 tag, and then by tag:
 *     NONE     nothing: something else than the below, which no reader of the member takes
 *     STRING   a string
 *     INTEGER  8 bytes, little-endian
 *     ARRAY    v count, values
 *     OBJECT   an object
 *     WORDS    v count, then for each language: its tag, as a string; a string or nothing
 *
 * A record is an object; objects stand only in its `options`. A string is v length, bytes, a NUL.
 */
#include "model/gist.h"

#include "model/varint.h"

typedef enum tag { TAG_NONE, TAG_STRING, TAG_INTEGER, TAG_ARRAY, TAG_OBJECT, TAG_WORDS } tag;

/* In order; pinned, like the tags: they stand in databases. */
static const char *const names[] = { "after",      "broader",  "cost",  "edition", "id",
                                     "if",         "if_other", "kind",  "label",   "name",
                                     "options",    "parent",   "prior", "text",    "type",
                                     "unreviewed", "value",    "why",   "with" };
enum {
    NAME_AFTER,
    NAME_BROADER,
    NAME_COST,
    NAME_EDITION,
    NAME_ID,
    NAME_IF,
    NAME_IF_OTHER,
    NAME_KIND,
    NAME_LABEL,
    NAME_NAME,
    NAME_OPTIONS,
    NAME_PARENT,
    NAME_PRIOR,
    NAME_TEXT,
    NAME_TYPE,
    NAME_UNREVIEWED,
    NAME_VALUE,
    NAME_WHY,
    NAME_WITH,
    NAME_COUNT
};

#define BIT(name) (1u << (name))
#define DEPTH_MAX 5 /* a record, its options, an option, a list in it, and what is in that */

/* One string, or one for each language. */
#define SAID (BIT(NAME_IF) | BIT(NAME_IF_OTHER) | BIT(NAME_TEXT) | BIT(NAME_WHY))

static const uint32_t kept[WM_KIND_COUNT] = {
    [WM_KIND_NEED] = BIT(NAME_BROADER) | BIT(NAME_ID) | BIT(NAME_LABEL),
    [WM_KIND_FACT] = BIT(NAME_AFTER) | BIT(NAME_COST) | BIT(NAME_EDITION) | BIT(NAME_ID) |
                     BIT(NAME_OPTIONS) | BIT(NAME_PRIOR) | BIT(NAME_TYPE) | BIT(NAME_WITH),
    [WM_KIND_LOCALITY] = BIT(NAME_ID) | BIT(NAME_KIND) | BIT(NAME_NAME) | BIT(NAME_PARENT),
    [WM_KIND_RULE] = SAID | BIT(NAME_UNREVIEWED),
    [WM_KIND_TEXT] = SAID | BIT(NAME_UNREVIEWED),
};

bool wm_gist_has(wm_kind kind)
{
    return kept[kind] != 0;
}

/* ---- encode -------------------------------------------------------------------------------- */

/* A label is a string, or one for each language: then English, else the first. */
static const wm_json *label_of(const wm_json *label)
{
    const wm_json *english = wm_json_get(label, "en");
    if (english == NULL && wm_json_is(label, WM_JSON_OBJECT) && label->count > 0) {
        english = &label->as.members[0].value;
    }
    return english != NULL ? english : label;
}

static void put_string(wm_buf *out, wm_str text)
{
    wm_varint_put(out, text.len);
    wm_buf_put_str(out, text);
    wm_buf_put_char(out, '\0');
}

static void put_integer(wm_buf *out, int64_t value)
{
    wm_buf_put_char(out, TAG_INTEGER);
    for (unsigned i = 0; i < 8; i++) {
        wm_buf_put_char(out, (char)((uint64_t)value >> (8 * i) & 0xff));
    }
}

static void put_words(wm_buf *out, const wm_json *words)
{
    wm_buf_put_char(out, TAG_WORDS);
    wm_varint_put(out, words->count);
    for (uint32_t i = 0; i < words->count; i++) {
        const wm_json_member *in = &words->as.members[i];
        bool said = in->value.type == WM_JSON_STRING;
        put_string(out, in->name);
        wm_buf_put_char(out, said ? TAG_STRING : TAG_NONE);
        if (said) {
            put_string(out, in->value.as.string);
        }
    }
}

static void put_object(wm_buf *out, const wm_json *object, uint32_t members);

/* Of lists their strings and, in `options`, their objects; nothing of what no reader takes. */
static void put_value(wm_buf *out, const wm_json *value, unsigned name, bool in_list)
{
    if (value->type == WM_JSON_STRING) {
        wm_buf_put_char(out, TAG_STRING);
        put_string(out, value->as.string);
    } else if (value->type == WM_JSON_OBJECT && !in_list && (SAID >> name & 1) != 0) {
        put_words(out, value);
    } else if (value->type == WM_JSON_INTEGER) {
        put_integer(out, value->as.integer);
    } else if (value->type == WM_JSON_ARRAY && !in_list) {
        wm_buf_put_char(out, TAG_ARRAY);
        wm_varint_put(out, value->count);
        for (uint32_t i = 0; i < value->count; i++) {
            put_value(out, &value->as.items[i], name, true);
        }
    } else if (value->type == WM_JSON_OBJECT && in_list && name == NAME_OPTIONS) {
        wm_buf_put_char(out, TAG_OBJECT);
        put_object(out, value, BIT(NAME_PRIOR) | BIT(NAME_VALUE));
    } else {
        wm_buf_put_char(out, TAG_NONE);
    }
}

static void put_object(wm_buf *out, const wm_json *object, uint32_t members)
{
    const wm_json *values[NAME_COUNT] = { NULL };
    size_t count = 0;
    for (unsigned i = 0; i < NAME_COUNT; i++) {
        values[i] = (members >> i & 1) != 0 ? wm_json_get(object, names[i]) : NULL;
        count += values[i] != NULL ? 1 : 0;
    }
    wm_varint_put(out, count);
    for (unsigned i = 0; i < NAME_COUNT; i++) {
        if (values[i] != NULL) {
            wm_buf_put_char(out, (char)i);
            put_value(out, i == NAME_LABEL ? label_of(values[i]) : values[i], i, false);
        }
    }
}

wm_status wm_gist_encode(wm_kind kind, const wm_json *record, wm_buf *out, wm_error *err)
{
    put_object(out, record, kept[kind]);
    return wm_buf_status(out, err);
}

/* ---- decode -------------------------------------------------------------------------------- */

typedef struct reader {
    const uint8_t *at; /* in the arena */
    const uint8_t *end;
    wm_arena *arena;
    bool damaged;
    bool no_memory;
} reader;

static bool fine(const reader *r)
{
    return !r->damaged && !r->no_memory;
}

static uint8_t take_byte(reader *r)
{
    if (r->at == r->end) {
        r->damaged = true;
        return 0;
    }
    return *r->at++;
}

/* Of things that take at least a byte each. */
static uint32_t take_count(reader *r)
{
    uint64_t count = 0;
    if (!wm_varint_take(&r->at, r->end, &count) || count > (size_t)(r->end - r->at)) {
        r->damaged = true;
        return 0;
    }
    return (uint32_t)count;
}

static wm_str take_string(reader *r)
{
    uint32_t length = take_count(r);
    const char *text = (const char *)r->at;
    if ((size_t)(r->end - r->at) <= length || text[length] != '\0' ||
        (length > 0 && memchr(text, '\0', length) != NULL) ||
        !wm_utf8_valid((wm_str){ text, length }, NULL)) {
        r->damaged = true;
        return (wm_str){ NULL, 0 };
    }
    r->at += length + 1;
    return (wm_str){ text, length };
}

static void take_integer(reader *r, wm_json *value)
{
    uint64_t bits = 0;
    if (r->end - r->at < 8) {
        r->damaged = true;
        return;
    }
    for (unsigned i = 0; i < 8; i++) {
        bits |= (uint64_t)*r->at++ << (8 * i);
    }
    value->type = WM_JSON_INTEGER;
    value->as.integer = (int64_t)bits;
}

static void take_value(reader *r, wm_json *value, unsigned depth);

static void take_array(reader *r, wm_json *value, unsigned depth)
{
    uint32_t count = take_count(r);
    wm_json *items = wm_arena_array(r->arena, count, sizeof *items);
    r->no_memory = r->no_memory || items == NULL;
    for (uint32_t i = 0; i < count && fine(r); i++) {
        take_value(r, &items[i], depth + 1);
    }
    value->type = WM_JSON_ARRAY;
    value->count = count;
    value->as.items = items;
}

/* A string, or nothing. */
static void take_said(reader *r, uint8_t what, wm_json *value)
{
    if (what == TAG_STRING) {
        value->type = WM_JSON_STRING;
        value->as.string = take_string(r);
    } else if (what != TAG_NONE) {
        r->damaged = true;
    }
}

/* Its members rise by name, as those of any object. */
static void take_words(reader *r, wm_json *value)
{
    uint32_t count = take_count(r);
    wm_json_member *members = wm_arena_array(r->arena, count, sizeof *members);
    r->no_memory = r->no_memory || members == NULL;
    for (uint32_t i = 0; i < count && fine(r); i++) {
        members[i].name = take_string(r);
        take_said(r, take_byte(r), &members[i].value);
        r->damaged =
            r->damaged || (i > 0 && wm_str_compare(members[i - 1].name, members[i].name) >= 0);
    }
    value->type = WM_JSON_OBJECT;
    value->count = count;
    value->as.members = members;
}

/* Its members rise by name, since `names` do. */
static void take_object(reader *r, wm_json *value, unsigned depth)
{
    uint32_t count = take_count(r);
    unsigned next = 0;
    if (count > NAME_COUNT) {
        r->damaged = true;
        return;
    }
    wm_json_member *members = wm_arena_array(r->arena, count, sizeof *members);
    r->no_memory = r->no_memory || members == NULL;
    for (uint32_t i = 0; i < count && fine(r); i++) {
        unsigned name = take_byte(r);
        if (name < next || name >= NAME_COUNT) {
            r->damaged = true;
            break;
        }
        members[i].name = wm_str_of(names[name]);
        take_value(r, &members[i].value, depth + 1);
        next = name + 1;
    }
    value->type = WM_JSON_OBJECT;
    value->count = count;
    value->as.members = members;
}

/* Recursion is bounded by `depth`. */
static void take_value(reader *r, wm_json *value, unsigned depth)
{
    uint8_t what = take_byte(r);
    if (depth > DEPTH_MAX) {
        r->damaged = true;
        return;
    }
    switch (what) {
    case TAG_NONE:
    case TAG_STRING: take_said(r, what, value); break; /* nothing: it is null */
    case TAG_INTEGER: take_integer(r, value); break;
    case TAG_ARRAY: take_array(r, value, depth); break;
    case TAG_OBJECT: take_object(r, value, depth); break;
    case TAG_WORDS: take_words(r, value); break;
    default: r->damaged = true; break;
    }
}

wm_status wm_gist_decode(wm_str bytes, wm_arena *arena, const wm_json **record_out, wm_error *err)
{
    wm_str copy = wm_arena_copy(arena, bytes);
    wm_json *record = wm_arena_alloc(arena, sizeof *record);
    if (copy.ptr == NULL || record == NULL) {
        return wm_fail_memory(err);
    }
    reader r = { .at = (const uint8_t *)copy.ptr, .arena = arena };
    r.end = r.at + copy.len;
    take_object(&r, record, 1);
    if (r.no_memory) {
        return wm_fail_memory(err);
    }
    if (r.damaged || r.at != r.end) {
        return wm_fail(err, WM_CORRUPT, "database: the gist of a record is damaged");
    }
    *record_out = record;
    return WM_OK;
}

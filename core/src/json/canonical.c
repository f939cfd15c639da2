/* canonical.c: texts that are in canonical form already, read in one pass.
 *
 * Nearly all that is parsed is a record as wm_json_write put it. Such a text says each value in one
 * way, has no space, and its members are sorted: whoever reads it needs no second look. It is
 * copied once, into the caller's arena, and the tree borrows from the copy: a string ends where its
 * quote was, and escapes only make it shorter.
 *
 * This refuses nothing. What is not canonical, or too large, or has more values open than fit, is
 * for the strict reader (read.c), which says what is wrong with it, or takes it. So what is
 * accepted here must be accepted there, as the same value; tests and fuzzing compare the two. */
#include "scan.h"

#define PENDING_MAX 256 /* values of all open lists and objects together */

typedef struct canonical {
    wm_arena *arena;
    char *at; /* in the copy, which has a NUL at `end` */
    char *end;
    bool has_escapes; /* anywhere */
    bool out_of_memory;
    unsigned depth;
    size_t values_left;
    size_t pending_count;
    wm_json_member pending[PENDING_MAX]; /* of a list only the values */
} canonical;

static bool read_value(canonical *c, wm_json *to);

/* The digit of "\u00xx"; -1: it is not one, or not in lower case. */
static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `at` is behind a backslash. The byte that is meant, and how long the escape is; 0: there is
 * another way to say it. */
static size_t read_escape(const char *at, const char *end, char *byte_out)
{
    static const char letters[] = "\"\\bfnrt";
    static const char bytes[] = "\"\\\b\f\n\r\t";
    const char *letter = *at != '\0' ? strchr(letters, *at) : NULL;
    if (letter != NULL) {
        *byte_out = bytes[letter - letters];
        return 1;
    }
    if (end - at < 5 || memcmp(at, "u00", 3) != 0) {
        return 0;
    }
    int high = hex_digit(at[3]);
    int low = hex_digit(at[4]);
    int value = high * 16 + low;
    if (high < 0 || high > 1 || low < 0 || value == 0 || strchr(bytes, value) != NULL) {
        return 0;
    }
    *byte_out = (char)value;
    return 5;
}

/* From the first backslash on; `at` is left behind the quote. */
static bool unescape(canonical *c, char *from, char **stop_out)
{
    char *put = from;
    while (from < c->end && *from != '"') {
        if (*from != '\\') {
            *put++ = *from++;
            continue;
        }
        size_t length = read_escape(from + 1, c->end, put);
        if (length == 0) {
            return false;
        }
        put++;
        from += 1 + length;
    }
    if (from == c->end) {
        return false;
    }
    c->at = from + 1;
    *stop_out = put;
    return true;
}

/* c->at is at the opening quote. */
static bool read_string(canonical *c, wm_str *to)
{
    char *start = c->at + 1;
    char *stop = memchr(start, '"', (size_t)(c->end - start));
    if (stop == NULL) {
        return false;
    }
    c->at = stop + 1;
    char *escape = c->has_escapes ? memchr(start, '\\', (size_t)(stop - start)) : NULL;
    if (escape != NULL && !unescape(c, escape, &stop)) {
        return false;
    }
    *stop = '\0';
    *to = (wm_str){ start, (size_t)(stop - start) };
    return true;
}

static bool read_integer(canonical *c, wm_json *to)
{
    bool negative = *c->at == '-';
    const char *first = c->at + (negative ? 1 : 0);
    const char *at = first;
    int64_t value = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        value = value * 10 + (*at - '0');
        if (value > WM_JSON_INTEGER_MAX) {
            return false;
        }
    }
    if (at == first || (*first == '0' && (at - first > 1 || negative))) {
        return false;
    }
    c->at += at - c->at;
    to->type = WM_JSON_INTEGER;
    to->as.integer = negative ? -value : value;
    return true;
}

static bool read_word(canonical *c, const char *word, size_t length)
{
    if ((size_t)(c->end - c->at) < length || memcmp(c->at, word, length) != 0) {
        return false;
    }
    c->at += length;
    return true;
}

/* The values that are pending from `first` on, as the caller's to keep. */
static void *take_pending(canonical *c, size_t first, bool in_object)
{
    size_t count = c->pending_count - first;
    size_t size = in_object ? sizeof(wm_json_member) : sizeof(wm_json);
    void *taken = wm_arena_array(c->arena, count, size);
    if (taken == NULL) {
        return NULL;
    }
    if (in_object && count > 0) {
        memcpy(taken, &c->pending[first], count * sizeof(wm_json_member));
    }
    for (size_t i = 0; !in_object && i < count; i++) {
        ((wm_json *)taken)[i] = c->pending[first + i].value;
    }
    c->pending_count = first;
    return taken;
}

/* A name and its ':'; names rise. */
static bool read_name(canonical *c, size_t first, wm_json_member *to)
{
    if (*c->at != '"' || !read_string(c, &to->name) || *c->at != ':') {
        return false;
    }
    c->at++;
    size_t here = (size_t)(to - c->pending);
    return here == first || wm_str_compare(c->pending[here - 1].name, to->name) < 0;
}

/* c->at is at the bracket. */
static bool read_container(canonical *c, wm_json *to)
{
    bool in_object = *c->at == '{';
    char close = in_object ? '}' : ']';
    size_t first = c->pending_count;
    if (c->depth == WM_JSON_DEPTH_MAX) {
        return false;
    }
    c->depth++;
    c->at++;
    while (*c->at != close || c->pending_count > first) {
        if (c->pending_count == PENDING_MAX) {
            return false;
        }
        wm_json_member *member = &c->pending[c->pending_count++];
        if ((in_object && !read_name(c, first, member)) || !read_value(c, &member->value)) {
            return false;
        }
        if (*c->at == close) {
            break;
        }
        if (*c->at != ',') {
            return false;
        }
        c->at++;
    }
    c->at++;
    c->depth--;
    to->type = in_object ? WM_JSON_OBJECT : WM_JSON_ARRAY;
    to->count = (uint32_t)(c->pending_count - first);
    void *taken = take_pending(c, first, in_object);
    if (in_object) {
        to->as.members = taken;
    } else {
        to->as.items = taken;
    }
    c->out_of_memory = taken == NULL;
    return taken != NULL;
}

/* The recursion is bounded by the depth. */
static bool read_value(canonical *c, wm_json *to)
{
    *to = (wm_json){ .type = WM_JSON_NULL, .as.integer = 0 };
    if (c->values_left == 0) {
        return false;
    }
    c->values_left--;
    switch (*c->at) {
    case '"': to->type = WM_JSON_STRING; return read_string(c, &to->as.string);
    case '{':
    case '[': return read_container(c, to);
    case 'n': return read_word(c, "null", 4);
    case 't':
    case 'f':
        to->type = WM_JSON_BOOL;
        to->as.boolean = *c->at == 't';
        return to->as.boolean ? read_word(c, "true", 4) : read_word(c, "false", 5);
    default: return read_integer(c, to);
    }
}

/* In canonical form there is no byte below U+0020, in strings or around them. */
static bool has_controls(wm_str text)
{
    unsigned found = 0;
    for (size_t i = 0; i < text.len; i++) {
        found |= (unsigned char)text.ptr[i] < 0x20 ? 1U : 0U;
    }
    return found != 0;
}

wm_status wm_json_read_canonical(wm_arena *arena, wm_str text, size_t values_max,
                                 const wm_json **value_out, wm_error *err)
{
    bool opens = text.len > 1 && (text.ptr[0] == '{' || text.ptr[0] == '[');
    if (!opens || text.len > WM_RECORD_BYTES_MAX || has_controls(text) ||
        !wm_utf8_valid(text, NULL)) {
        return WM_NOT_FOUND;
    }
    wm_str copy = wm_arena_copy(arena, text);
    wm_json *value = wm_arena_alloc(arena, sizeof *value);
    if (copy.ptr == NULL || value == NULL) {
        return wm_fail_memory(err);
    }
    canonical c;
    c.arena = arena;
    c.at = (char *)(uintptr_t)copy.ptr; /* ours, and not given away yet */
    c.end = c.at + copy.len;
    c.has_escapes = memchr(c.at, '\\', copy.len) != NULL;
    c.out_of_memory = false;
    c.depth = 0;
    c.values_left = values_max;
    c.pending_count = 0;
    if (!read_value(&c, value) || c.at != c.end) {
        return c.out_of_memory ? wm_fail_memory(err) : WM_NOT_FOUND;
    }
    *value_out = value;
    return WM_OK;
}

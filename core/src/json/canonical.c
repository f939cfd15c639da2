/* canonical.c: reader of the canonical form, which is what databases and packs hold.
 *
 * One pass over a copy of the text in the arena. A string stays where it is: what is escaped in it
 * is written back in place, which never needs more room, and its closing quote becomes the NUL
 * behind it. Children are collected on `pending` until their number is known. Whatever is not in
 * the one form that a value has (wm_json_write) is refused, so nothing is left to sort or to
 * compare; the strict reader takes the same texts and gives the same trees.
 *
 *   pending: | children of the outermost, so far | .. of the next | .. of the innermost | */
#include <waymark/sys/json.h>

#define PENDING_MIN 64
#define VALUE_BYTES 8 /* as in read.c */

typedef struct canonical {
    char *at;
    char *end;
    wm_arena *arena;
    wm_json_member *pending; /* items of arrays have no name */
    size_t count;
    size_t capacity;
    size_t values;
    size_t values_max;
    bool out_of_memory;
} canonical;

static bool read_value(canonical *c, wm_json *to, unsigned depth);

static bool take(canonical *c, char expected)
{
    bool found = c->at < c->end && *c->at == expected;
    c->at += found ? 1 : 0;
    return found;
}

static bool take_word(canonical *c, const char *word, size_t length)
{
    bool found = (size_t)(c->end - c->at) >= length && memcmp(c->at, word, length) == 0;
    c->at += found ? length : 0;
    return found;
}

static int hex_digit(char digit)
{
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                                          : -1;
}

/* c->at is behind the backslash. The byte that it stands for, or -1. */
static int read_escape(canonical *c)
{
    static const char letters[] = "\"\\bfnrt";
    static const char bytes[] = "\"\\\b\f\n\r\t";
    if (c->at == c->end) {
        return -1;
    }
    char letter = *c->at++;
    for (size_t i = 0; letters[i] != '\0'; i++) {
        if (letters[i] == letter) {
            return bytes[i];
        }
    }
    if (letter != 'u' || !take_word(c, "00", 2) || c->end - c->at < 2) {
        return -1;
    }
    int high = hex_digit(c->at[0]);
    int low = hex_digit(c->at[1]);
    int byte = high == 0 || high == 1 ? high * 16 + low : 0;
    c->at += 2;
    return low < 0 || byte == 0 || strchr(bytes, byte) != NULL ? -1 : byte;
}

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

static bool read_string(canonical *c, wm_str *text_out)
{
    if (!take(c, '"')) {
        return false;
    }
    char *start = c->at;
    while (c->at < c->end && is_plain(*c->at)) {
        c->at++;
    }
    char *to = c->at;
    while (c->at < c->end && *c->at != '"') {
        if (*c->at == '\\') {
            c->at++;
            int byte = read_escape(c);
            if (byte < 0) {
                return false;
            }
            *to++ = (char)byte;
        } else if (is_plain(*c->at)) {
            *to++ = *c->at++;
        } else {
            return false;
        }
    }
    if (c->at == c->end) {
        return false;
    }
    c->at++;
    *to = '\0';
    *text_out = (wm_str){ start, (size_t)(to - start) };
    return true;
}

static bool read_integer(canonical *c, wm_json *to)
{
    bool negative = take(c, '-');
    const char *first = c->at;
    int64_t value = 0;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9' && value <= WM_JSON_INTEGER_MAX) {
        value = value * 10 + (*c->at++ - '0');
    }
    if (c->at == first || value > WM_JSON_INTEGER_MAX || (*first == '0' && c->at - first > 1) ||
        (negative && value == 0)) {
        return false;
    }
    to->type = WM_JSON_INTEGER;
    to->as.integer = negative ? -value : value;
    return true;
}

/* Keeps one more child of the innermost container. */
static bool push(canonical *c, const wm_json_member *member)
{
    wm_json_member *pending =
        wm_arena_grow(c->arena, c->pending, c->count, &c->capacity, sizeof *pending);
    if (pending == NULL) {
        c->out_of_memory = true;
        return false;
    }
    c->pending = pending;
    c->pending[c->count++] = *member;
    return true;
}

/* The array of a container's children; NULL: no memory. */
static void *place_for(canonical *c, size_t count, size_t size)
{
    void *place = wm_arena_array(c->arena, count, size);
    c->out_of_memory = c->out_of_memory || place == NULL;
    return place;
}

static bool close_array(canonical *c, size_t first, wm_json *to)
{
    size_t count = c->count - first;
    wm_json *items = place_for(c, count, sizeof *items);
    for (size_t i = 0; items != NULL && i < count; i++) {
        items[i] = c->pending[first + i].value;
    }
    c->count = first;
    to->type = WM_JSON_ARRAY;
    to->count = (uint32_t)count;
    to->as.items = items;
    return items != NULL;
}

static bool close_object(canonical *c, size_t first, wm_json *to)
{
    size_t count = c->count - first;
    wm_json_member *members = place_for(c, count, sizeof *members);
    if (members != NULL && count > 0) {
        memcpy(members, c->pending + first, count * sizeof *members);
    }
    c->count = first;
    to->type = WM_JSON_OBJECT;
    to->count = (uint32_t)count;
    to->as.members = members;
    return members != NULL;
}

static bool read_array(canonical *c, wm_json *to, unsigned depth)
{
    size_t first = c->count;
    bool closed = take(c, ']');
    while (!closed) {
        wm_json_member member = { { NULL, 0 }, { WM_JSON_NULL, 0, { false } } };
        if ((c->count > first && !take(c, ',')) || !read_value(c, &member.value, depth) ||
            !push(c, &member)) {
            return false;
        }
        closed = take(c, ']');
    }
    return close_array(c, first, to);
}

static bool read_object(canonical *c, wm_json *to, unsigned depth)
{
    size_t first = c->count;
    bool closed = take(c, '}');
    while (!closed) {
        wm_json_member member = { { NULL, 0 }, { WM_JSON_NULL, 0, { false } } };
        if ((c->count > first && !take(c, ',')) || !read_string(c, &member.name) || !take(c, ':') ||
            !read_value(c, &member.value, depth)) {
            return false;
        }
        if (c->count > first && wm_str_compare(c->pending[c->count - 1].name, member.name) >= 0) {
            return false;
        }
        if (!push(c, &member)) {
            return false;
        }
        closed = take(c, '}');
    }
    return close_object(c, first, to);
}

/* The recursion is bounded by `depth`. */
static bool read_value(canonical *c, wm_json *to, unsigned depth)
{
    if (c->at == c->end || ++c->values > c->values_max) {
        return false;
    }
    switch (*c->at) {
    case '"': to->type = WM_JSON_STRING; return read_string(c, &to->as.string);
    case '{': c->at++; return depth < WM_JSON_DEPTH_MAX && read_object(c, to, depth + 1);
    case '[': c->at++; return depth < WM_JSON_DEPTH_MAX && read_array(c, to, depth + 1);
    case 't':
        to->type = WM_JSON_BOOL;
        to->as.boolean = true;
        return take_word(c, "true", 4);
    case 'f': to->type = WM_JSON_BOOL; return take_word(c, "false", 5);
    case 'n': return take_word(c, "null", 4);
    default: return read_integer(c, to);
    }
}

wm_status wm_json_parse_canonical(wm_arena *arena, wm_str text, size_t max_bytes,
                                  const wm_json **value_out, wm_error *err)
{
    size_t values = max_bytes / VALUE_BYTES;
    if (text.len > max_bytes || !wm_utf8_valid(text, NULL)) {
        return wm_fail(err, WM_BAD_INPUT, "expected canonical JSON");
    }
    char *copy = wm_arena_alloc(arena, text.len + 1);
    wm_json *value = wm_arena_alloc(arena, sizeof *value);
    canonical c = { .arena = arena, .capacity = PENDING_MIN };
    c.pending = wm_arena_array(arena, PENDING_MIN, sizeof *c.pending);
    if (copy == NULL || value == NULL || c.pending == NULL) {
        return wm_fail_memory(err);
    }
    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    c.at = copy;
    c.end = copy + text.len;
    c.values_max = values > WM_JSON_NODES_MAX ? values : WM_JSON_NODES_MAX;
    if (!read_value(&c, value, 0) || c.at != c.end) {
        return c.out_of_memory ? wm_fail_memory(err)
                               : wm_fail(err, WM_BAD_INPUT, "expected canonical JSON");
    }
    *value_out = value;
    return WM_OK;
}

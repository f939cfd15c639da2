/* write.c: the canonical form, the form for people, and the streaming writer. */
#include <assert.h>

#include "plain.h"

/* As wm_buf_reserve and wm_buf_grown, which are called only where there is no room yet. */
static inline char *room_for(wm_buf *out, size_t length)
{
    bool there = out->status == WM_OK && out->capacity > out->len &&
                 out->capacity - out->len > length && out->len + length <= out->max_bytes;
    return there ? out->data + out->len : wm_buf_reserve(out, length);
}

static inline void grow_by(wm_buf *out, size_t length)
{
    out->len += length;
    out->data[out->len] = '\0';
}

static inline void put_bytes(wm_buf *out, wm_str bytes)
{
    char *to = room_for(out, bytes.len);
    if (to != NULL && bytes.len > 0) {
        memcpy(to, bytes.ptr, bytes.len);
        grow_by(out, bytes.len);
    }
}

/* The same of fewer bytes than eight. */
static inline bool few_need_escape(const char *at, size_t length)
{
    uint64_t word = 0x2020202020202020U;
    if (length >= 4) {
        memcpy(&word, at, 4);
        memcpy((char *)&word + 4, at + length - 4, 4);
    } else if (length > 0) {
        char *bytes = (char *)&word;
        bytes[0] = at[0];
        bytes[1] = at[length / 2];
        bytes[2] = at[length - 1];
    }
    return json_has_escape(word);
}

/* Whether the bytes stand in a string as they are. */
static inline bool is_plain(wm_str text)
{
    if (text.len < 8) {
        return !few_need_escape(text.ptr, text.len);
    }
    size_t at = 0;
    while (at + 8 < text.len && !json_needs_escape(text.ptr + at)) {
        at += 8;
    }
    return at + 8 >= text.len && !json_needs_escape(text.ptr + text.len - 8);
}

/* Bytes at the start that do. */
static size_t plain_bytes(wm_str text)
{
    size_t count = 0;
    while (count < text.len && (unsigned char)text.ptr[count] >= 0x20 && text.ptr[count] != '"' &&
           text.ptr[count] != '\\') {
        count++;
    }
    return count;
}

static void write_escape(wm_buf *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    static const char names[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    const char *name = c != 0 ? strchr(names, c) : NULL;
    if (name != NULL) {
        char escape[2] = { '\\', letters[name - names] };
        wm_buf_put(out, escape, sizeof escape);
    } else {
        char escape[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
        wm_buf_put(out, escape, sizeof escape);
    }
}

static void write_escaped(wm_buf *out, wm_str text)
{
    wm_buf_put_char(out, '"');
    while (text.len > 0) {
        size_t plain = plain_bytes(text);
        wm_buf_put(out, text.ptr, plain);
        text = (wm_str){ text.ptr + plain, text.len - plain };
        if (text.len > 0) {
            write_escape(out, (unsigned char)text.ptr[0]);
            text = (wm_str){ text.ptr + 1, text.len - 1 };
        }
    }
    wm_buf_put_char(out, '"');
}

/* A comma if there is one, the text, a colon if it is a name: with one look for room, as nearly all
 * texts need no escape. */
static void write_string(wm_buf *out, bool comma, wm_str text, bool is_name)
{
    if (!is_plain(text)) {
        wm_buf_put(out, ",", comma ? 1 : 0);
        write_escaped(out, text);
        wm_buf_put(out, ":", is_name ? 1 : 0);
        return;
    }
    char *to = room_for(out, text.len + 4);
    if (to == NULL) {
        return;
    }
    char *at = to;
    *at = ',';
    at += comma ? 1 : 0;
    *at++ = '"';
    if (text.len > 0) {
        memcpy(at, text.ptr, text.len);
    }
    at += text.len;
    *at++ = '"';
    *at = ':';
    at += is_name ? 1 : 0;
    grow_by(out, (size_t)(at - to));
}

void wm_json_write_string(wm_buf *out, wm_str text)
{
    write_string(out, false, text, false);
}

static void new_line(wm_buf *out, int indent)
{
    if (indent >= 0) {
        wm_buf_put_char(out, '\n');
        for (int i = 0; i < indent; i++) {
            wm_buf_put(out, "  ", 2);
        }
    }
}

/* indent < 0: canonical. Depth is bounded by the reader. */
static void write_value(wm_buf *out, const wm_json *value, int indent)
{
    int inner = indent < 0 ? -1 : indent + 1;
    switch (value->type) {
    case WM_JSON_NULL: wm_buf_put(out, "null", 4); return;
    case WM_JSON_BOOL: wm_buf_put_text(out, value->as.boolean ? "true" : "false"); return;
    case WM_JSON_INTEGER: wm_buf_put_integer(out, value->as.integer); return;
    case WM_JSON_STRING: wm_json_write_string(out, value->as.string); return;
    case WM_JSON_ARRAY:
        wm_buf_put_char(out, '[');
        for (uint32_t i = 0; i < value->count; i++) {
            wm_buf_put(out, ",", i > 0 ? 1 : 0);
            new_line(out, inner);
            write_value(out, &value->as.items[i], inner);
        }
        new_line(out, value->count > 0 ? indent : -1);
        wm_buf_put_char(out, ']');
        return;
    case WM_JSON_OBJECT:
        wm_buf_put_char(out, '{');
        for (uint32_t i = 0; i < value->count; i++) {
            wm_buf_put(out, ",", i > 0 ? 1 : 0);
            new_line(out, inner);
            wm_json_write_string(out, value->as.members[i].name);
            wm_buf_put(out, ": ", indent < 0 ? 1 : 2);
            write_value(out, &value->as.members[i].value, inner);
        }
        new_line(out, value->count > 0 ? indent : -1);
        wm_buf_put_char(out, '}');
        return;
    default: return;
    }
}

void wm_json_write(wm_buf *out, const wm_json *value)
{
    write_value(out, value, -1);
}

void wm_json_write_pretty(wm_buf *out, const wm_json *value)
{
    write_value(out, value, 0);
}

void wm_json_out_init(wm_json_out *out, wm_buf *buf)
{
    *out = (wm_json_out){ .buf = buf };
}

/* True if a comma belongs before the item that now comes. */
static bool next_item(wm_json_out *out)
{
    uint64_t bit = (uint64_t)1 << out->depth;
    bool comma = !out->after_name && (out->has_item & bit) != 0;
    out->has_item |= bit;
    out->after_name = false;
    return comma;
}

static void before_item(wm_json_out *out)
{
    if (next_item(out)) {
        put_bytes(out->buf, WM_STR(","));
    }
}

static void open_container(wm_json_out *out, char bracket)
{
    size_t comma = next_item(out) ? 1 : 0;
    char *to = room_for(out->buf, comma + 1);
    if (to != NULL) {
        to[0] = ',';
        to[comma] = bracket;
        grow_by(out->buf, comma + 1);
    }
    assert(out->depth < 63);
    out->depth++;
    out->has_item &= ~((uint64_t)1 << out->depth);
}

static void close_container(wm_json_out *out, char bracket)
{
    assert(out->depth > 0 && !out->after_name);
    out->depth--;
    char *to = room_for(out->buf, 1);
    if (to != NULL) {
        *to = bracket;
        grow_by(out->buf, 1);
    }
}

void wm_json_out_object(wm_json_out *out)
{
    open_container(out, '{');
}

void wm_json_out_end_object(wm_json_out *out)
{
    close_container(out, '}');
}

void wm_json_out_array(wm_json_out *out)
{
    open_container(out, '[');
}

void wm_json_out_end_array(wm_json_out *out)
{
    close_container(out, ']');
}

void wm_json_out_name_str(wm_json_out *out, wm_str name)
{
    bool comma = next_item(out);
    write_string(out->buf, comma, name, true);
    out->after_name = true;
}

void wm_json_out_name(wm_json_out *out, const char *name)
{
    wm_json_out_name_str(out, wm_str_of(name));
}

void wm_json_out_string(wm_json_out *out, wm_str text)
{
    bool comma = next_item(out);
    write_string(out->buf, comma, text, false);
}

void wm_json_out_text(wm_json_out *out, const char *text)
{
    wm_json_out_string(out, wm_str_of(text));
}

void wm_json_out_integer(wm_json_out *out, int64_t value)
{
    before_item(out);
    wm_buf_put_integer(out->buf, value);
}

void wm_json_out_boolean(wm_json_out *out, bool value)
{
    before_item(out);
    put_bytes(out->buf, value ? WM_STR("true") : WM_STR("false"));
}

void wm_json_out_null(wm_json_out *out)
{
    before_item(out);
    wm_buf_put(out->buf, "null", 4);
}

void wm_json_out_value(wm_json_out *out, const wm_json *value)
{
    before_item(out);
    wm_json_write(out->buf, value);
}

void wm_json_out_raw(wm_json_out *out, wm_str json)
{
    size_t comma = next_item(out) ? 1 : 0;
    char *to = room_for(out->buf, comma + json.len);
    if (to == NULL) {
        return;
    }
    *to = ',';
    if (json.len > 0) {
        memcpy(to + comma, json.ptr, json.len);
    }
    grow_by(out->buf, comma + json.len);
}

void wm_json_out_plain_member(wm_json_out *out, wm_str name, wm_str text)
{
    bool comma = next_item(out);
    size_t length = (comma ? 1U : 0U) + name.len + text.len + 2;
    char *at = room_for(out->buf, length);
    if (at == NULL) {
        return;
    }
    *at = ',';
    at += comma ? 1 : 0;
    memcpy(at, name.ptr, name.len);
    at += name.len;
    *at++ = '"';
    if (text.len > 0) {
        memcpy(at, text.ptr, text.len);
    }
    at[text.len] = '"';
    grow_by(out->buf, length);
}

void wm_json_out_string_member(wm_json_out *out, wm_str name, wm_str text)
{
    if (is_plain(text)) {
        wm_json_out_plain_member(out, name, text);
    } else {
        wm_json_out_raw(out, name);
        write_escaped(out->buf, text);
    }
}

void wm_json_out_array_member(wm_json_out *out, wm_str name)
{
    wm_json_out_raw(out, name);
    out->after_name = true;
    open_container(out, '[');
}

void wm_json_out_raw_member(wm_json_out *out, wm_str name, wm_str json)
{
    wm_json_out_raw(out, name);
    put_bytes(out->buf, json);
}

void wm_json_out_member_text(wm_json_out *out, const char *name, const char *text)
{
    wm_json_out_name(out, name);
    wm_json_out_text(out, text);
}

void wm_json_out_member_string(wm_json_out *out, const char *name, wm_str text)
{
    wm_json_out_name(out, name);
    wm_json_out_string(out, text);
}

void wm_json_out_member_integer(wm_json_out *out, const char *name, int64_t value)
{
    wm_json_out_name(out, name);
    wm_json_out_integer(out, value);
}

void wm_json_out_member_boolean(wm_json_out *out, const char *name, bool value)
{
    wm_json_out_name(out, name);
    wm_json_out_boolean(out, value);
}

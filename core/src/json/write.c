/* write.c: the canonical form, the form for people, and the streaming writer. */
#include <assert.h>

#include <waymark/sys/json.h>

void wm_json_write_string(wm_buf *out, wm_str text)
{
    static const char hex[] = "0123456789abcdef";
    wm_buf_put_char(out, '"');
    size_t plain = 0; /* start of the run that needs no escape */
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\') {
            continue;
        }
        wm_buf_put(out, text.ptr + plain, i - plain);
        plain = i + 1;
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
    if (text.len > plain) {
        wm_buf_put(out, text.ptr + plain, text.len - plain);
    }
    wm_buf_put_char(out, '"');
}

static void write_integer(wm_buf *out, int64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        wm_buf_put_char(out, '-');
    }
    wm_buf_put(out, digits + at, sizeof digits - at);
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
    case WM_JSON_INTEGER: write_integer(out, value->as.integer); return;
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

/* A comma where one belongs. */
static void before_item(wm_json_out *out)
{
    uint64_t bit = (uint64_t)1 << out->depth;
    if (!out->after_name && (out->has_item & bit) != 0) {
        wm_buf_put_char(out->buf, ',');
    }
    out->has_item |= bit;
    out->after_name = false;
}

static void open_container(wm_json_out *out, char bracket)
{
    before_item(out);
    wm_buf_put_char(out->buf, bracket);
    assert(out->depth < 63);
    out->depth++;
    out->has_item &= ~((uint64_t)1 << out->depth);
}

static void close_container(wm_json_out *out, char bracket)
{
    assert(out->depth > 0 && !out->after_name);
    out->depth--;
    wm_buf_put_char(out->buf, bracket);
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
    before_item(out);
    wm_json_write_string(out->buf, name);
    wm_buf_put_char(out->buf, ':');
    out->after_name = true;
}

void wm_json_out_name(wm_json_out *out, const char *name)
{
    wm_json_out_name_str(out, wm_str_of(name));
}

void wm_json_out_string(wm_json_out *out, wm_str text)
{
    before_item(out);
    wm_json_write_string(out->buf, text);
}

void wm_json_out_text(wm_json_out *out, const char *text)
{
    wm_json_out_string(out, wm_str_of(text));
}

void wm_json_out_integer(wm_json_out *out, int64_t value)
{
    before_item(out);
    write_integer(out->buf, value);
}

void wm_json_out_boolean(wm_json_out *out, bool value)
{
    before_item(out);
    wm_buf_put_text(out->buf, value ? "true" : "false");
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
    before_item(out);
    wm_buf_put_str(out->buf, json);
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

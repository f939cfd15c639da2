/* canonical.c: see canonical.h. Depth is bounded by the reader; members come sorted from it. */
#include "trust/canonical.h"

static void put_string(wm_buf *out, wm_str text)
{
    wm_buf_put_char(out, '"');
    size_t plain = 0; /* start of the run that needs no escape */
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\') {
            wm_buf_put(out, text.ptr + plain, i - plain);
            wm_buf_put_char(out, '\\');
            plain = i;
        }
    }
    if (text.len > plain) {
        wm_buf_put(out, text.ptr + plain, text.len - plain);
    }
    wm_buf_put_char(out, '"');
}

static void put_array(wm_buf *out, const wm_json *value)
{
    wm_buf_put_char(out, '[');
    for (uint32_t i = 0; i < value->count; i++) {
        wm_buf_put(out, ",", i > 0 ? 1 : 0);
        wm_tuf_canonical(out, &value->as.items[i]);
    }
    wm_buf_put_char(out, ']');
}

static void put_object(wm_buf *out, const wm_json *value)
{
    wm_buf_put_char(out, '{');
    for (uint32_t i = 0; i < value->count; i++) {
        wm_buf_put(out, ",", i > 0 ? 1 : 0);
        put_string(out, value->as.members[i].name);
        wm_buf_put_char(out, ':');
        wm_tuf_canonical(out, &value->as.members[i].value);
    }
    wm_buf_put_char(out, '}');
}

void wm_tuf_canonical(wm_buf *out, const wm_json *value)
{
    switch (value->type) {
    case WM_JSON_STRING: put_string(out, value->as.string); return;
    case WM_JSON_ARRAY: put_array(out, value); return;
    case WM_JSON_OBJECT: put_object(out, value); return;
    case WM_JSON_NULL:
    case WM_JSON_BOOL:
    case WM_JSON_INTEGER: wm_json_write(out, value); return; /* the forms agree */
    default: return;
    }
}

/* canonical.c: a value along its bytes. See canonical.h.
 *
 * A text that stands between its quotes byte by byte is canonical: what it was parsed from is
 * strict, so neither a quote nor a control is in it; and had it an escape, what stands there would
 * be longer than the text, so that no quote followed at its end. The others are written. */
#include "canonical.h"

/* What is left to be matched. */
typedef struct matching {
    const char *at;
    const char *end;
    wm_buf *scratch;
    wm_error *err;
    wm_status status;
} matching;

static bool match(matching *m, const char *bytes, size_t length)
{
    if ((size_t)(m->end - m->at) < length || (length > 0 && memcmp(m->at, bytes, length) != 0)) {
        return false;
    }
    m->at += length;
    return true;
}

static bool match_one(matching *m, char c)
{
    bool same = m->at < m->end && *m->at == c;
    m->at += same ? 1 : 0;
    return same;
}

/* As it is written. */
static bool match_written(matching *m, const wm_json *value)
{
    wm_buf_reset(m->scratch);
    wm_json_write(m->scratch, value);
    m->status = wm_buf_status(m->scratch, m->err);
    return m->status == WM_OK && match(m, m->scratch->data, m->scratch->len);
}

static bool match_text(matching *m, wm_str text)
{
    const char *start = m->at;
    if (match_one(m, '"') && match(m, text.ptr, text.len) && match_one(m, '"')) {
        return true;
    }
    m->at = start;
    return match_written(m, &(wm_json){ .type = WM_JSON_STRING, .as.string = text });
}

static bool match_value(matching *m, const wm_json *value);

static bool match_array(matching *m, const wm_json *value)
{
    bool same = match_one(m, '[');
    for (uint32_t i = 0; i < value->count && same; i++) {
        same = (i == 0 || match_one(m, ',')) && match_value(m, &value->as.items[i]);
    }
    return same && match_one(m, ']');
}

static bool match_object(matching *m, const wm_json *value)
{
    bool same = match_one(m, '{');
    for (uint32_t i = 0; i < value->count && same; i++) {
        const wm_json_member *member = &value->as.members[i];
        same = (i == 0 || match_one(m, ',')) && match_text(m, member->name) && match_one(m, ':') &&
               match_value(m, &member->value);
    }
    return same && match_one(m, '}');
}

/* As deep as what was parsed may be. */
static bool match_value(matching *m, const wm_json *value)
{
    switch (value->type) {
    case WM_JSON_STRING: return match_text(m, value->as.string);
    case WM_JSON_ARRAY: return match_array(m, value);
    case WM_JSON_OBJECT: return match_object(m, value);
    case WM_JSON_NULL:
    case WM_JSON_BOOL:
    case WM_JSON_INTEGER:
    default: return match_written(m, value);
    }
}

wm_status pack_is_canonical(const wm_json *value, wm_str bytes, wm_buf *scratch,
                            bool *canonical_out, wm_error *err)
{
    matching m = { bytes.ptr, bytes.ptr + bytes.len, scratch, err, WM_OK };
    bool same = match_value(&m, value);
    *canonical_out = same && m.at == m.end;
    return m.status;
}

/* elements.c: cut a stream into the texts of services, without reading what they say.
 *
 * Two modes, chosen once from what stands around the first line end:
 *
 *   lines     the first line is a whole service, or none that goes on in the next one: each line is
 *             one, so that what is wrong with a line is wrong with that line only
 *   document  values one after the other, each a service, a list, or a page {"contents":[..]}
 *
 *   BETWEEN --{--> a service, or as soon as its member "contents" turns out to be a list: PAGE
 *   BETWEEN --[--> LIST          LIST, PAGE --value--> itself
 *   LIST --]--> BETWEEN          PAGE --]--> TAIL --}--> BETWEEN
 *
 * Brackets are counted, not matched: the strict reader does the rest. */
#include <waymark/sys/interchange.h>

#include <assert.h>

#include "interchange/other_files.h"

#define CHUNK_BYTES (64 * WM_KIB)

typedef enum elements_state { BETWEEN, LIST, PAGE, TAIL } elements_state;

struct wm_elements {
    const wm_env *env;
    wm_byte_source source;
    wm_buf window; /* bytes that were read; those before `at` are taken */
    size_t at;
    int64_t taken; /* bytes before the window */
    bool ended;
    bool by_lines;
    int64_t line; /* of the byte at `at`, from 1 */
    elements_state state;
    bool wants_comma; /* in LIST and PAGE: a value came */
    int64_t promised;
    wm_page page; /* that ended last */
    bool has_page;
    wm_buf around; /* what stands around the contents of a page */
    wm_buf text;
    wm_arena scratch;
    wm_error *err;
};

/* ---- bytes ---- */

/* Reads more behind what is there. */
static wm_status fill(wm_elements *e)
{
    size_t length = 0;
    void *room = wm_buf_reserve(&e->window, CHUNK_BYTES);
    if (room == NULL) {
        return wm_buf_status(&e->window, e->err);
    }
    wm_status status = e->source.read(e->source.context, room, CHUNK_BYTES, &length, e->err);
    if (status == WM_OK) {
        assert(length <= CHUNK_BYTES);
        wm_buf_grown(&e->window, length);
        e->ended = length == 0;
    }
    return status;
}

/* The byte at `at`; -1 at the end of all. */
static wm_status peek(wm_elements *e, int *byte_out)
{
    while (e->at == e->window.len && !e->ended) {
        e->taken += (int64_t)e->window.len;
        e->at = 0;
        wm_buf_reset(&e->window);
        wm_status status = fill(e);
        if (status != WM_OK) {
            return status;
        }
    }
    *byte_out = e->at < e->window.len ? (unsigned char)e->window.data[e->at] : -1;
    return WM_OK;
}

static void take(wm_elements *e)
{
    e->line += e->window.data[e->at] == '\n' ? 1 : 0;
    e->at++;
}

static bool is_space(int c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The next byte that is no white space. */
static wm_status peek_text(wm_elements *e, int *byte_out)
{
    wm_status status = peek(e, byte_out);
    while (status == WM_OK && is_space(*byte_out)) {
        take(e);
        status = peek(e, byte_out);
    }
    return status;
}

/* ---- which mode ---- */

/* The first byte from `from` on that is no white space, reading on as far as is allowed; -1: there
 * is none so near. */
static wm_status look_ahead(wm_elements *e, size_t from, int *byte_out, size_t *where_out)
{
    *byte_out = -1;
    for (size_t i = from; i < WM_ELEMENT_BYTES_MAX; i++) {
        while (i >= e->window.len && !e->ended) {
            wm_status status = fill(e);
            if (status != WM_OK) {
                return status;
            }
        }
        if (i >= e->window.len) {
            return WM_OK;
        }
        if (!is_space(e->window.data[i])) {
            *byte_out = (unsigned char)e->window.data[i];
            *where_out = i;
            return WM_OK;
        }
    }
    return WM_OK;
}

static wm_status find_line_end(wm_elements *e, size_t from, size_t *where_out)
{
    for (*where_out = from; *where_out < WM_ELEMENT_BYTES_MAX; (*where_out)++) {
        while (*where_out >= e->window.len && !e->ended) {
            wm_status status = fill(e);
            if (status != WM_OK) {
                return status;
            }
        }
        if (*where_out >= e->window.len || e->window.data[*where_out] == '\n') {
            return WM_OK;
        }
    }
    return WM_OK;
}

/* At a quote: "contents" and the beginning of a list. */
static bool begins_contents(wm_str text)
{
    static const char name[] = "\"contents\"";
    const char marks[] = { ':', '[' };
    size_t at = sizeof name - 1;
    if (text.len <= at || memcmp(text.ptr, name, at) != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof marks; i++) {
        while (at < text.len && is_space((unsigned char)text.ptr[at])) {
            at++;
        }
        if (at == text.len || text.ptr[at++] != marks[i]) {
            return false;
        }
    }
    return true;
}

/* Does the object that begins here end here? It may be a page. */
static bool is_whole(wm_str text, bool *is_page_out)
{
    size_t depth = 0;
    bool in_string = false;
    *is_page_out = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (in_string) {
            in_string = c != '"';
            i += c == '\\' ? 1 : 0;
        } else if (c == '"') {
            in_string = true;
            wm_str rest = { text.ptr + i, text.len - i };
            *is_page_out = *is_page_out || (depth == 1 && begins_contents(rest));
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return i + 1 == text.len;
        }
    }
    return false;
}

static wm_status choose_mode(wm_elements *e)
{
    int first = -1;
    int second = -1;
    size_t at = 0;
    size_t end = 0;
    wm_status status = WM_OK;
    while (status == WM_OK && e->window.len < 5 && !e->ended) {
        status = fill(e);
    }
    const char *other = status == WM_OK ? other_file(wm_buf_str(&e->window)) : NULL;
    if (other != NULL) {
        return wm_fail(e->err, WM_BAD_INPUT, "expected JSON in UTF-8, found %s", other);
    }
    status = status == WM_OK ? look_ahead(e, 0, &first, &at) : status;
    if (status == WM_OK && first == 0xef && at == 0 && e->window.len >= 3 &&
        memcmp(e->window.data, "\xef\xbb\xbf", 3) == 0) {
        e->at = 3; /* a byte order mark */
        status = look_ahead(e, e->at, &first, &at);
    }
    if (status == WM_OK && first >= 0) {
        end = at;
        status = find_line_end(e, at, &end);
    }
    if (status == WM_OK && end < WM_ELEMENT_BYTES_MAX) {
        size_t ignored = 0;
        status = look_ahead(e, end, &second, &ignored);
    }
    while (end > at && is_space(e->window.data[end - 1])) {
        end--;
    }
    /* In a document a value goes on in the next line behind one of these. */
    bool goes_on = end > at && strchr("[,:{", e->window.data[end - 1]) != NULL;
    bool is_page = false;
    e->by_lines = first >= 0 && first != '[' && first != '{';
    if (status == WM_OK && first == '{' && second >= 0) {
        wm_str line = { e->window.data + at, end - at };
        e->by_lines =
            is_whole(line, &is_page) ? !is_page && second != '[' : second == '{' && !goes_on;
    }
    return status;
}

wm_status wm_elements_open(const wm_env *env, const wm_byte_source *source,
                           wm_elements **elements_out, wm_error *err)
{
    wm_elements *e = wm_env_alloc(env, sizeof *e);
    if (e == NULL) {
        return wm_fail_memory(err);
    }
    *e = (wm_elements){ .env = env, .source = *source, .line = 1, .promised = -1, .err = err };
    wm_buf_init(&e->window, env, WM_ELEMENT_BYTES_MAX + 2 * CHUNK_BYTES);
    wm_buf_init(&e->text, env, WM_ELEMENT_BYTES_MAX);
    wm_buf_init(&e->around, env, WM_ELEMENT_BYTES_MAX);
    wm_arena_init(&e->scratch, env, 64 * WM_MIB);
    wm_status status = choose_mode(e);
    if (status != WM_OK) {
        wm_elements_close(e);
        return status;
    }
    *elements_out = e;
    return WM_OK;
}

void wm_elements_close(wm_elements *elements)
{
    if (elements != NULL) {
        wm_buf_fini(&elements->window);
        wm_buf_fini(&elements->text);
        wm_buf_fini(&elements->around);
        wm_arena_fini(&elements->scratch);
        wm_env_free(elements->env, elements, sizeof *elements);
    }
}

int64_t wm_elements_at(const wm_elements *elements)
{
    return elements->taken + (int64_t)elements->at;
}

int64_t wm_elements_promised(const wm_elements *elements)
{
    return elements->promised;
}

bool wm_elements_page(const wm_elements *elements, wm_page *page_out)
{
    if (elements->has_page) {
        *page_out = elements->page;
    }
    return elements->has_page;
}

/* ---- lines ---- */

static wm_status next_line(wm_elements *e)
{
    int c = 0;
    wm_status status = peek(e, &c);
    while (status == WM_OK && c >= 0 && c != '\n') {
        const char *at = e->window.data + e->at;
        size_t length = e->window.len - e->at;
        const char *end = memchr(at, '\n', length);
        length = end != NULL ? (size_t)(end - at) : length;
        wm_buf_put(&e->text, at, length);
        e->at += length;
        status = peek(e, &c);
    }
    return status;
}

/* ---- documents ---- */

static wm_status refuse(wm_elements *e, const char *expected, int found)
{
    if (found < 0) {
        return wm_fail(e->err, WM_BAD_INPUT, "line %lld: expected %s, found the end of the file",
                       (long long)e->line, expected);
    }
    if (found > 0x20 && found < 0x7f) {
        return wm_fail(e->err, WM_BAD_INPUT, "line %lld: expected %s, found '%c'",
                       (long long)e->line, expected, found);
    }
    return wm_fail(e->err, WM_BAD_INPUT, "line %lld: expected %s, found byte 0x%02x",
                   (long long)e->line, expected, (unsigned)found);
}

static wm_status copy_byte(wm_elements *e, int c)
{
    if (c < 0) {
        return refuse(e, "the rest of a value", c);
    }
    wm_buf_put_char(&e->text, (char)c);
    take(e);
    return WM_OK;
}

/* What of a string is there and means nothing to us. */
static void copy_run(wm_elements *e)
{
    const char *from = e->window.data + e->at;
    const char *end = e->window.data + e->window.len;
    const char *at = from;
    while (at < end && *at != '"' && *at != '\\' && *at != '\n') {
        at++;
    }
    wm_buf_put(&e->text, from, (size_t)(at - from));
    e->at += (size_t)(at - from);
}

/* From an opening quote to the closing one. */
static wm_status copy_string(wm_elements *e)
{
    int c = 0;
    bool escaped = true; /* so that the opening quote is no closing one */
    for (;;) {
        if (!escaped) {
            copy_run(e);
        }
        wm_status status = peek(e, &c);
        status = status == WM_OK ? copy_byte(e, c) : status;
        if (status != WM_OK || (c == '"' && !escaped)) {
            return status;
        }
        escaped = !escaped && c == '\\';
    }
}

/* A byte that may stand in a value and is not in a string: counts brackets. */
static wm_status copy_plain(wm_elements *e, int c, size_t *depth)
{
    *depth += c == '{' || c == '[' ? 1 : 0;
    *depth -= c == '}' || c == ']' ? 1 : 0;
    return copy_byte(e, c);
}

static bool ends_value(int c)
{
    return c < 0 || c == ',' || c == ']' || c == '}' || is_space(c);
}

/* One value, or the rest of one whose `depth` brackets are open. */
static wm_status copy_value(wm_elements *e, size_t depth)
{
    bool any = depth > 0;
    for (;;) {
        int c = 0;
        wm_status status = peek(e, &c);
        if (status == WM_OK && depth == 0 && ends_value(c)) {
            return any ? WM_OK : refuse(e, "a value", c);
        }
        if (status == WM_OK) {
            status = c == '"' ? copy_string(e) : copy_plain(e, c, &depth);
        }
        if (status != WM_OK || (depth == 0 && (c == '}' || c == ']'))) {
            return status;
        }
        any = true;
    }
}

static int read_flag(const wm_json *page, const char *name)
{
    const wm_json *flag = wm_json_get(page, name);
    return wm_json_is(flag, WM_JSON_BOOL) ? (int)wm_json_boolean(flag, false) : -1;
}

/* What a page says of itself, around its contents; nothing, if that is no JSON. */
static wm_status read_page(wm_elements *e, const wm_buf *text, bool *read_out)
{
    const wm_json *page = NULL;
    wm_arena_reset(&e->scratch);
    *read_out = false;
    wm_status status = text->status;
    if (status == WM_OK) {
        status = wm_oruk_parse(&e->scratch, wm_buf_str(text), &page, NULL);
    }
    if (status != WM_OK) {
        return status == WM_NO_MEMORY ? wm_fail_memory(e->err) : WM_OK;
    }
    e->page = (wm_page){ wm_json_integer(wm_json_get(page, "total_items"), -1),
                         wm_json_integer(wm_json_get(page, "total_pages"), -1),
                         read_flag(page, "first_page"), read_flag(page, "last_page") };
    e->promised = e->page.total_items > e->promised ? e->page.total_items : e->promised;
    *read_out = true;
    return WM_OK;
}

/* The contents begin: `text` is cut off behind "contents":. */
static wm_status begin_page(wm_elements *e)
{
    bool ignored = false;
    wm_buf_reset(&e->around);
    wm_buf_put_str(&e->around, wm_buf_str(&e->text));
    wm_buf_put_text(&e->around, "[]");
    wm_buf_put_text(&e->text, "[]}");
    wm_status status = read_page(e, &e->text, &ignored);
    wm_buf_reset(&e->text);
    e->has_page = false;
    return status;
}

/* It ended: `text` is what stood behind the contents. */
static wm_status end_page(wm_elements *e)
{
    bool fits = e->text.status == WM_OK;
    wm_status status = e->text.status == WM_NO_MEMORY ? wm_fail_memory(e->err) : WM_OK;
    wm_buf_put_str(&e->around, wm_buf_str(&e->text));
    if (status == WM_OK && fits) {
        status = read_page(e, &e->around, &e->has_page);
    }
    wm_buf_reset(&e->text);
    return status;
}

/* Behind a name and its colon: is this a page's list of services? */
static wm_status enter_contents(wm_elements *e, size_t name_at, bool *entered_out)
{
    static const char name[] = "\"contents\"";
    int c = 0;
    bool is_contents = e->text.status == WM_OK && e->text.len - name_at == sizeof name - 1 &&
                       memcmp(e->text.data + name_at, name, sizeof name - 1) == 0;
    *entered_out = false;
    wm_status status = peek_text(e, &c);
    if (status == WM_OK && c == ':') {
        status = copy_byte(e, c);
        status = status == WM_OK ? peek_text(e, &c) : status;
    }
    if (status == WM_OK && is_contents && c == '[') {
        take(e);
        status = begin_page(e);
        e->state = PAGE;
        e->wants_comma = false;
        *entered_out = true;
    }
    return status;
}

/* An object in the open: a service (then its whole text is there), or a page. */
static wm_status open_object(wm_elements *e, bool *is_page_out)
{
    int c = '{';
    *is_page_out = false;
    wm_status status = copy_byte(e, c);
    while (status == WM_OK) {
        status = peek(e, &c);
        if (status != WM_OK) {
            break;
        }
        if (c != '"') {
            bool closes = c == '}';
            status = c == '{' || c == '[' ? copy_value(e, 0) : copy_byte(e, c);
            if (closes) {
                return status;
            }
            continue;
        }
        size_t name_at = e->text.len;
        status = copy_string(e);
        if (status == WM_OK) {
            status = enter_contents(e, name_at, is_page_out);
        }
        if (*is_page_out) {
            return status;
        }
        if (status == WM_OK) {
            status = peek(e, &c);
        }
        if (status == WM_OK && c == '"') {
            status = copy_string(e); /* the member's value, which is no name */
        }
    }
    return status;
}

/* In a list: the next value, or its end. */
static wm_status next_item(wm_elements *e, bool *found_out)
{
    int c = 0;
    wm_status status = peek_text(e, &c);
    if (status == WM_OK && c == ']') {
        take(e);
        e->state = e->state == PAGE ? TAIL : BETWEEN;
        return WM_OK;
    }
    if (status == WM_OK && e->wants_comma) {
        if (c != ',') {
            return refuse(e, "',' or ']'", c);
        }
        take(e);
        status = peek_text(e, &c);
    }
    if (status == WM_OK) {
        *found_out = true;
        e->wants_comma = true;
    }
    return status;
}

/* Between values: the next one begins. found_out: it is a service, whole. */
static wm_status begin_value(wm_elements *e, int64_t *line_out, bool *found_out)
{
    int c = 0;
    bool is_page = false;
    wm_status status = peek_text(e, &c);
    *line_out = e->line;
    if (status != WM_OK || c < 0) {
        return status != WM_OK ? status : WM_END;
    }
    if (c == '[') {
        take(e);
        e->state = LIST;
        e->wants_comma = false;
        return WM_OK;
    }
    if (c != '{') {
        return refuse(e, "a service, a list or a page", c);
    }
    status = open_object(e, &is_page);
    *found_out = !is_page;
    return status;
}

static wm_status next_value(wm_elements *e, int64_t *line_out)
{
    for (;;) {
        bool found = false;
        wm_status status = WM_OK;
        if (e->state == TAIL) {
            wm_buf_reset(&e->text);
            status = copy_value(e, 1);
            e->state = BETWEEN;
            status = status == WM_OK ? end_page(e) : status;
        } else if (e->state == BETWEEN) {
            status = begin_value(e, line_out, &found);
        } else {
            status = next_item(e, &found);
            *line_out = e->line;
            status = status == WM_OK && found ? copy_value(e, 0) : status;
        }
        if (status != WM_OK || found) {
            return status;
        }
    }
}

wm_status wm_elements_next(wm_elements *elements, wm_element *element_out, wm_error *err)
{
    wm_elements *e = elements;
    int c = 0;
    e->err = err;
    wm_buf_reset(&e->text);
    int64_t line = 0;
    wm_status status = WM_OK;
    if (e->by_lines) {
        status = peek_text(e, &c);
        line = e->line;
        status = status == WM_OK && c < 0 ? WM_END : status;
        status = status == WM_OK ? next_line(e) : status;
    } else {
        status = next_value(e, &line);
    }
    if (status == WM_OK && e->text.status == WM_NO_MEMORY) {
        status = wm_fail_memory(err);
    }
    if (status == WM_OK) {
        element_out->too_large = e->text.status == WM_TOO_LARGE;
        element_out->text = element_out->too_large ? WM_STR("") : wm_buf_str(&e->text);
        element_out->number = line;
    }
    return status;
}

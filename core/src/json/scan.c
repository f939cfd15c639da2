/* scan.c: is this strict JSON?
 *
 * cJSON accepts invalid UTF-8, "\u0000", numbers that are not JSON and text after the value. What
 * passes here is a subset of what cJSON reads in the one way that RFC 8259 allows, so that cJSON
 * never has to decide anything. One pass, no recursion: `containers` holds a bit for each open
 * array or object (1 = object), the depth is at most WM_JSON_DEPTH_MAX.
 *
 *   VALUE  --scalar-->  AFTER         VALUE  --[ or {-->  FIRST
 *   FIRST  --] or }-->  AFTER         FIRST (object) --name-->  VALUE
 *   AFTER  --,-->  VALUE or NAME      AFTER  --] or }-->  AFTER       AFTER at depth 0: the end */
#include "scan.h"

#include "plain.h"

typedef struct scanner {
    const char *text;
    size_t len;
    size_t at;
    uint64_t containers;
    unsigned depth;
    size_t values;
    wm_error *err;
} scanner;

typedef enum expectation { EXPECT_VALUE, EXPECT_FIRST, EXPECT_NAME, EXPECT_AFTER } expectation;

static wm_status refuse(const scanner *s, const char *expected)
{
    size_t line = 1;
    size_t column = 1;
    for (size_t i = 0; i < s->at && i < s->len; i++) {
        unsigned char c = (unsigned char)s->text[i];
        if (c == '\n') {
            line++;
            column = 1;
        } else if ((c & 0xc0) != 0x80) {
            column++;
        }
    }
    if (s->at >= s->len) {
        return wm_fail(s->err, WM_BAD_INPUT, "line %zu, column %zu: expected %s, found the end",
                       line, column, expected);
    }
    unsigned char c = (unsigned char)s->text[s->at];
    if (c > 0x20 && c < 0x7f) {
        return wm_fail(s->err, WM_BAD_INPUT, "line %zu, column %zu: expected %s, found '%c'", line,
                       column, expected, c);
    }
    return wm_fail(s->err, WM_BAD_INPUT, "line %zu, column %zu: expected %s, found byte 0x%02x",
                   line, column, expected, c);
}

static void skip_space(scanner *s)
{
    while (s->at < s->len && (s->text[s->at] == ' ' || s->text[s->at] == '\n' ||
                              s->text[s->at] == '\r' || s->text[s->at] == '\t')) {
        s->at++;
    }
}

/* Four hex digits at `at`, or -1. */
static int hex4(const scanner *s, size_t at)
{
    int value = 0;
    for (size_t i = at; i < at + 4; i++) {
        if (i >= s->len) {
            return -1;
        }
        char c = s->text[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

/* s->at is at the 'u' of an escape; leaves it at the last byte of the escape (or of the pair). */
static wm_status scan_unicode_escape(scanner *s)
{
    int unit = hex4(s, s->at + 1);
    if (unit < 0) {
        return refuse(s, "four hex digits after \\u");
    }
    if (unit == 0) {
        return refuse(s, "no NUL in a string (\\u0000)");
    }
    if (unit >= 0xdc00 && unit <= 0xdfff) {
        return refuse(s, "no unpaired surrogate");
    }
    s->at += 4;
    if (unit >= 0xd800 && unit <= 0xdbff) {
        if (s->at + 2 >= s->len || s->text[s->at + 1] != '\\' || s->text[s->at + 2] != 'u') {
            return refuse(s, "the second half of a surrogate pair");
        }
        int low = hex4(s, s->at + 3);
        if (low < 0xdc00 || low > 0xdfff) {
            return refuse(s, "the second half of a surrogate pair");
        }
        s->at += 6;
    }
    return WM_OK;
}

/* The next byte of a string, from `at` on, that means something; most do not. */
static size_t skip_plain(const char *text, size_t at, size_t len)
{
    while (len - at >= 8 && !json_needs_escape(text + at)) {
        at += 8;
    }
    while (at < len && (unsigned char)text[at] >= 0x20 && text[at] != '"' && text[at] != '\\') {
        at++;
    }
    return at;
}

/* s->at is at the opening quote. */
static wm_status scan_string(scanner *s)
{
    for (s->at++; s->at < s->len; s->at++) {
        s->at = skip_plain(s->text, s->at, s->len);
        if (s->at == s->len) {
            break;
        }
        unsigned char c = (unsigned char)s->text[s->at];
        if (c == '"') {
            s->at++;
            return WM_OK;
        }
        if (c < 0x20) {
            return refuse(s, "no control character in a string");
        }
        s->at++;
        if (s->at >= s->len || strchr("\"\\/bfnrtu", s->text[s->at]) == NULL ||
            s->text[s->at] == '\0') {
            return refuse(s, "one of \" \\ / b f n r t u after a backslash");
        }
        if (s->text[s->at] == 'u') {
            wm_status status = scan_unicode_escape(s);
            if (status != WM_OK) {
                return status;
            }
        }
    }
    return refuse(s, "a closing quote");
}

static wm_status scan_number(scanner *s)
{
    bool negative = s->text[s->at] == '-';
    size_t first = s->at + (negative ? 1 : 0);
    size_t at = first;
    int64_t value = 0;
    while (at < s->len && s->text[at] >= '0' && s->text[at] <= '9') {
        value = value * 10 + (s->text[at] - '0');
        if (value > WM_JSON_INTEGER_MAX) {
            return refuse(s, "an integer between -(2^53 - 1) and 2^53 - 1");
        }
        at++;
    }
    if (at == first || (at - first > 1 && s->text[first] == '0') || (negative && value == 0)) {
        return refuse(s, "an integer without leading zeros");
    }
    if (at < s->len && (s->text[at] == '.' || s->text[at] == 'e' || s->text[at] == 'E')) {
        s->at = at;
        return refuse(s, "an integer (no fraction, no exponent)");
    }
    s->at = at;
    return WM_OK;
}

static wm_status scan_word(scanner *s, const char *word)
{
    size_t length = strlen(word);
    if (s->len - s->at < length || memcmp(s->text + s->at, word, length) != 0) {
        return refuse(s, "a value");
    }
    s->at += length;
    return WM_OK;
}

static wm_status scan_value(scanner *s, expectation *next)
{
    s->values++;
    *next = EXPECT_AFTER;
    if (s->at >= s->len) {
        return refuse(s, "a value");
    }
    switch (s->text[s->at]) {
    case '"': return scan_string(s);
    case 't': return scan_word(s, "true");
    case 'f': return scan_word(s, "false");
    case 'n': return scan_word(s, "null");
    case '{':
    case '[':
        if (s->depth == WM_JSON_DEPTH_MAX) {
            (void)refuse(s, "less nesting");
            wm_error_context(s->err, "deeper than %d", WM_JSON_DEPTH_MAX);
            if (s->err != NULL) {
                s->err->status = WM_TOO_LARGE;
            }
            return WM_TOO_LARGE;
        }
        s->containers = s->containers << 1 | (s->text[s->at] == '{' ? 1 : 0);
        s->depth++;
        s->at++;
        *next = EXPECT_FIRST;
        return WM_OK;
    default: break;
    }
    if (s->text[s->at] == '-' || (s->text[s->at] >= '0' && s->text[s->at] <= '9')) {
        return scan_number(s);
    }
    return refuse(s, "a value");
}

static wm_status scan_name(scanner *s, expectation *next)
{
    if (s->at >= s->len || s->text[s->at] != '"') {
        return refuse(s, "a name in quotes");
    }
    wm_status status = scan_string(s);
    if (status != WM_OK) {
        return status;
    }
    skip_space(s);
    if (s->at >= s->len || s->text[s->at] != ':') {
        return refuse(s, "':'");
    }
    s->at++;
    *next = EXPECT_VALUE;
    return WM_OK;
}

/* After '[' or '{', or after a value inside one: closing, a comma, or the first item. */
static wm_status scan_inside(scanner *s, bool first, expectation *next)
{
    bool in_object = (s->containers & 1) != 0;
    char close = in_object ? '}' : ']';
    if (s->at < s->len && s->text[s->at] == close) {
        s->at++;
        s->containers >>= 1;
        s->depth--;
        *next = EXPECT_AFTER;
        return WM_OK;
    }
    if (first) {
        return in_object ? scan_name(s, next) : scan_value(s, next);
    }
    if (s->at >= s->len || s->text[s->at] != ',') {
        return refuse(s, in_object ? "',' or '}'" : "',' or ']'");
    }
    s->at++;
    *next = in_object ? EXPECT_NAME : EXPECT_VALUE;
    return WM_OK;
}

wm_status wm_json_scan(wm_str text, size_t max_bytes, size_t *value_count_out, wm_error *err)
{
    scanner s = { .text = text.ptr, .len = text.len, .err = err };
    if (text.len > max_bytes) {
        return wm_fail(err, WM_TOO_LARGE, "expected at most %zu bytes, found %zu", max_bytes,
                       text.len);
    }
    if (!wm_utf8_valid(text, &s.at)) {
        return refuse(&s, "UTF-8");
    }
    s.at = 0;
    wm_status status = WM_OK;
    expectation next = EXPECT_VALUE;
    while (status == WM_OK) {
        skip_space(&s);
        if (next == EXPECT_VALUE) {
            status = scan_value(&s, &next);
        } else if (next == EXPECT_NAME) {
            status = scan_name(&s, &next);
        } else if (s.depth > 0) {
            status = scan_inside(&s, next == EXPECT_FIRST, &next);
        } else {
            break;
        }
    }
    if (status == WM_OK && s.at != s.len) {
        status = refuse(&s, "nothing after the value");
    }
    if (status == WM_OK) {
        *value_count_out = s.values;
    }
    return status;
}

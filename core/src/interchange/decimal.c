/* decimal.c: see decimal.h. */
#include "decimal.h"

#define EXPONENT_MAX 40
#define PLAIN_DIGITS_MAX 15

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t skip_digits(wm_str text, size_t at)
{
    while (at < text.len && is_digit(text.ptr[at])) {
        at++;
    }
    return at;
}

/* Where the parts of a JSON number end. */
typedef struct number_parts {
    size_t first; /* of the integer part */
    size_t point; /* one past the integer part */
    size_t fraction_end;
    size_t end;
} number_parts;

static bool find_parts(wm_str text, size_t at, number_parts *out)
{
    out->first = at + (at < text.len && text.ptr[at] == '-' ? 1 : 0);
    out->point = skip_digits(text, out->first);
    if (out->point == out->first || (text.ptr[out->first] == '0' && out->point - out->first > 1)) {
        return false;
    }
    out->fraction_end = out->point;
    if (out->point < text.len && text.ptr[out->point] == '.') {
        out->fraction_end = skip_digits(text, out->point + 1);
        if (out->fraction_end == out->point + 1) {
            return false;
        }
    }
    out->end = out->fraction_end;
    if (out->end < text.len && (text.ptr[out->end] == 'e' || text.ptr[out->end] == 'E')) {
        size_t digits = out->end + 1;
        digits += digits < text.len && (text.ptr[digits] == '+' || text.ptr[digits] == '-') ? 1 : 0;
        out->end = skip_digits(text, digits);
        return out->end > digits;
    }
    return true;
}

static bool read_exponent(wm_str text, const number_parts *parts, int *exponent_out)
{
    int exponent = 0;
    bool negative = false;
    for (size_t i = parts->fraction_end; i < parts->end; i++) {
        negative = negative || text.ptr[i] == '-';
        if (is_digit(text.ptr[i])) {
            exponent = exponent * 10 + (text.ptr[i] - '0');
        }
        if (exponent > EXPONENT_MAX) {
            return false;
        }
    }
    *exponent_out = negative ? -exponent : exponent;
    return true;
}

/* Digits are taken while they stand before the place that is kept; the next one rounds. */
static bool scale_text(wm_str text, unsigned digits, int64_t *scaled_out, bool *exact_out)
{
    number_parts parts;
    int exponent = 0;
    if (!find_parts(text, 0, &parts) || parts.end != text.len ||
        !read_exponent(text, &parts, &exponent)) {
        return false;
    }
    int64_t value = 0;
    bool up = false;
    bool exact = true;
    int place = (int)(parts.point - parts.first) + exponent + (int)digits; /* digits to keep */
    int seen = 0;
    for (size_t i = parts.first; i < parts.fraction_end; i++) {
        if (text.ptr[i] == '.') {
            continue;
        }
        int digit = text.ptr[i] - '0';
        if (seen < place) {
            if (value > WM_JSON_INTEGER_MAX / 10) {
                return false;
            }
            value = value * 10 + digit;
        } else {
            up = up || (seen == place && digit >= 5);
            exact = exact && digit == 0;
        }
        seen++;
    }
    for (; seen < place; seen++) {
        if (value > WM_JSON_INTEGER_MAX / 10) {
            return false;
        }
        value *= 10;
    }
    value += up ? 1 : 0;
    if (value > WM_JSON_INTEGER_MAX) {
        return false;
    }
    *scaled_out = text.ptr[0] == '-' ? -value : value;
    if (exact_out != NULL) {
        *exact_out = exact;
    }
    return true;
}

bool decimal_scaled(const wm_json *value, unsigned digits, int64_t *scaled_out, bool *exact_out)
{
    if (wm_json_is(value, WM_JSON_STRING)) {
        return scale_text(value->as.string, digits, scaled_out, exact_out);
    }
    if (!wm_json_is(value, WM_JSON_INTEGER)) {
        return false;
    }
    int64_t scaled = value->as.integer;
    bool exact = true;
    for (unsigned have = value->count; have < digits; have++) {
        if (scaled > WM_JSON_INTEGER_MAX / 10 || scaled < -WM_JSON_INTEGER_MAX / 10) {
            return false;
        }
        scaled *= 10;
    }
    for (unsigned have = value->count; have > digits; have--) {
        exact = exact && scaled % 10 == 0;
        int64_t half = have - 1 == digits ? 5 : 0;
        scaled = (scaled + (scaled < 0 ? -half : half)) / 10;
    }
    *scaled_out = scaled;
    if (exact_out != NULL) {
        *exact_out = exact;
    }
    return true;
}

/* Behind the closing quote of a string whose opening one is before `at`. */
static size_t skip_string(wm_str text, size_t at)
{
    while (at < text.len) {
        const char *quote = memchr(text.ptr + at, '"', text.len - at);
        size_t end = quote != NULL ? (size_t)(quote - text.ptr) : text.len;
        const char *escape = memchr(text.ptr + at, '\\', end - at);
        if (escape == NULL) {
            return end < text.len ? end + 1 : end;
        }
        at = (size_t)(escape - text.ptr) + 2;
    }
    return text.len;
}

static size_t put(char *out, size_t at, wm_str bytes)
{
    if (bytes.len > 0) {
        memcpy(out + at, bytes.ptr, bytes.len);
    }
    return at + bytes.len;
}

/* A number that is put in quotes has two bytes at least. */
wm_str decimal_quote(wm_str text, char *out)
{
    size_t length = 0;
    size_t plain = 0; /* start of the run that stays as it is */
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '"') {
            i = skip_string(text, i + 1) - 1;
            continue;
        }
        if (c != '-' && !is_digit(c)) {
            continue;
        }
        number_parts parts;
        if (!find_parts(text, i, &parts)) {
            i = skip_digits(text, i + 1) - 1;
            continue;
        }
        if (parts.end > parts.point || parts.point - parts.first > PLAIN_DIGITS_MAX) {
            length = put(out, length, (wm_str){ text.ptr + plain, i - plain });
            out[length++] = '"';
            length = put(out, length, (wm_str){ text.ptr + i, parts.end - i });
            out[length++] = '"';
            plain = parts.end;
        }
        i = parts.end - 1;
    }
    length = put(out, length, (wm_str){ text.ptr + plain, text.len - plain });
    return (wm_str){ out, length };
}

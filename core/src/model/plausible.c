/* plausible.c: small readers of small forms; see plausible.h. */
#include "plausible.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_letter(char c)
{
    return is_small(c) || is_capital(c);
}

size_t model_count_characters(wm_str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += ((unsigned char)text.ptr[i] & 0xc0) != 0x80 ? 1 : 0;
    }
    return count;
}

static bool is_unsafe(uint32_t c, bool many_lines)
{
    if (c == '\n') {
        return !many_lines;
    }
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x61c || c == 0x180e ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           (c >= 0xfff9 && c <= 0xfffb) || (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef) ||
           (c >= 0xe0000 && c <= 0xe0fff);
}

/* Where the run of eights of characters from space to ~ ends that begins at `at`. */
static size_t skip_plain(wm_str text, size_t at)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t word = 0;
    while (text.len - at >= sizeof word) {
        memcpy(&word, text.ptr + at, sizeof word);
        /* A byte with its highest bit, one below a space, one that is DEL. */
        if (((word | (word - ones * 0x20) | (word + ones)) & ones * 0x80) != 0) {
            break;
        }
        at += sizeof word;
    }
    return at;
}

bool model_text_is_safe(wm_str text, bool many_lines, uint32_t *bad_out)
{
    for (size_t at = skip_plain(text, 0); at < text.len;) {
        uint32_t character = wm_utf8_next(text, &at);
        if (is_unsafe(character, many_lines)) {
            *bad_out = character;
            return false;
        }
    }
    return true;
}

bool model_text_is_blank(wm_str text)
{
    for (size_t at = 0; at < text.len;) {
        uint32_t c = wm_utf8_next(text, &at);
        bool is_space = c <= 0x20 || c == 0xa0 || (c >= 0x2000 && c <= 0x200f) || c == 0x3000;
        if (!is_space) {
            return false;
        }
    }
    return true;
}

bool model_is_language(wm_str text)
{
    size_t part_start = 0;
    bool is_first = true;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.ptr[i] != '-') {
            bool allowed =
                is_first ? is_small(text.ptr[i]) : is_letter(text.ptr[i]) || is_digit(text.ptr[i]);
            if (!allowed) {
                return false;
            }
            continue;
        }
        size_t length = i - part_start;
        if (is_first ? length < 2 || length > 3 : length < 1 || length > 8) {
            return false;
        }
        part_start = i + 1;
        is_first = false;
    }
    return text.len <= 35;
}

/* Labels of letters, digits and hyphens with at least one dot; an optional port. */
static bool is_host(wm_str host)
{
    size_t dots = 0;
    size_t label = 0;
    size_t i = 0;
    for (; i < host.len && host.ptr[i] != ':'; i++) {
        char c = host.ptr[i];
        if (c == '.') {
            if (label == 0) {
                return false;
            }
            dots++;
            label = 0;
        } else if (is_letter(c) || is_digit(c) || (c == '-' && label > 0)) {
            label++;
        } else {
            return false;
        }
    }
    if (dots == 0 || label == 0) {
        return false;
    }
    for (size_t port = i + 1; port < host.len; port++) {
        if (!is_digit(host.ptr[port]) || port > i + 5) {
            return false;
        }
    }
    return i == host.len || i + 1 < host.len;
}

bool model_is_url(wm_str text)
{
    static const wm_str schemes[] = { WM_STR_INIT("https://"), WM_STR_INIT("http://") };
    size_t start = wm_str_starts(text, schemes[0])   ? schemes[0].len
                   : wm_str_starts(text, schemes[1]) ? schemes[1].len
                                                     : 0;
    if (start == 0 || text.len > 2000) {
        return false;
    }
    size_t end = start;
    while (end < text.len && text.ptr[end] != '/' && text.ptr[end] != '?' && text.ptr[end] != '#') {
        end++;
    }
    for (size_t i = end; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c <= 0x20 || c >= 0x7f || c == '"' || c == '<' || c == '>' || c == '\\') {
            return false;
        }
    }
    return is_host((wm_str){ text.ptr + start, end - start });
}

bool model_is_email(wm_str text)
{
    size_t at = 0;
    while (at < text.len && text.ptr[at] != '@') {
        char c = text.ptr[at];
        if (!is_letter(c) && !is_digit(c) &&
            (c == '\0' || strchr(".!#$%&'*+/=?^_`{|}~-", c) == NULL)) {
            return false;
        }
        at++;
    }
    if (at == 0 || at > 64 || at + 1 >= text.len || text.len > 254) {
        return false;
    }
    wm_str host = { text.ptr + at + 1, text.len - at - 1 };
    return memchr(host.ptr, ':', host.len) == NULL && is_host(host);
}

/* Without an extension at its end ("ext 2059"), which some switchboards have. */
static wm_str without_extension(wm_str text)
{
    static const char word[] = " ext";
    size_t end = text.len;
    while (end > 0 && is_digit(text.ptr[end - 1])) {
        end--;
    }
    size_t digits = text.len - end;
    while (end > 0 && (text.ptr[end - 1] == ' ' || text.ptr[end - 1] == '.')) {
        end--;
    }
    size_t length = sizeof word - 1;
    bool is_extension = digits >= 1 && digits <= 6 && end > length &&
                        memcmp(text.ptr + end - length, word, length) == 0;
    return is_extension ? (wm_str){ text.ptr, end - length } : text;
}

bool model_is_phone(wm_str whole)
{
    wm_str text = without_extension(whole);
    size_t digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (is_digit(c)) {
            digits++;
        } else if (c == '+' ? i > 0 : c != ' ' && c != '-' && c != '(' && c != ')') {
            return false;
        }
    }
    return digits >= 3 && digits <= 15 && text.len <= 30;
}

bool model_is_time(wm_str text, bool end_of_day, int *minutes_out)
{
    if (text.len != 5 || text.ptr[2] != ':' || !is_digit(text.ptr[0]) || !is_digit(text.ptr[1]) ||
        !is_digit(text.ptr[3]) || !is_digit(text.ptr[4])) {
        return false;
    }
    int hours = (text.ptr[0] - '0') * 10 + (text.ptr[1] - '0');
    int minutes = (text.ptr[3] - '0') * 10 + (text.ptr[4] - '0');
    if (minutes > 59 || hours * 60 + minutes > (end_of_day ? 24 * 60 : 24 * 60 - 1)) {
        return false;
    }
    *minutes_out = hours * 60 + minutes;
    return true;
}

bool model_is_weekday(wm_str text)
{
    static const char *const days[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        if (wm_str_is(text, days[i])) {
            return true;
        }
    }
    return false;
}

bool model_is_monthly_day(wm_str text)
{
    size_t skip = wm_str_starts(text, WM_STR("-1")) ? 2 : 1;
    if (text.len != skip + 2 || (skip == 1 && (text.ptr[0] < '1' || text.ptr[0] > '5'))) {
        return false;
    }
    return model_is_weekday((wm_str){ text.ptr + skip, 2 });
}

bool model_is_word(wm_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!is_small(c) && !is_digit(c) && (c != '_' || i == 0)) {
            return false;
        }
    }
    return text.len > 0 && text.len <= WM_PLAUSIBLE_WORD_MAX;
}

bool model_is_postcode(wm_str text)
{
    if (text.len < 6 || text.len > 8 || text.ptr[text.len - 4] != ' ') {
        return false;
    }
    const char *inward = text.ptr + text.len - 3;
    if (!is_digit(inward[0]) || !is_capital(inward[1]) || !is_capital(inward[2]) ||
        !is_capital(text.ptr[0])) {
        return false;
    }
    bool has_digit = false;
    for (size_t i = 0; i < text.len - 4; i++) {
        has_digit = has_digit || is_digit(text.ptr[i]);
        if (!is_digit(text.ptr[i]) && !is_capital(text.ptr[i])) {
            return false;
        }
    }
    return has_digit || wm_str_is(text, "GIR 0AA");
}

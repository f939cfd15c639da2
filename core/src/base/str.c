/* str.c: comparison and UTF-8. */
#include <waymark/sys/str.h>

int wm_str_compare(wm_str a, wm_str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter > 0 ? memcmp(a.ptr, b.ptr, shorter) : 0;
    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

bool wm_str_equal(wm_str a, wm_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool wm_str_is(wm_str a, const char *text)
{
    /* Most are told apart by their first byte. */
    return a.len > 0 && text != NULL ? a.ptr[0] == text[0] && wm_str_equal(a, wm_str_of(text))
                                     : wm_str_equal(a, wm_str_of(text));
}

bool wm_str_starts(wm_str a, wm_str prefix)
{
    return a.len >= prefix.len && (prefix.len == 0 || memcmp(a.ptr, prefix.ptr, prefix.len) == 0);
}

wm_str wm_str_trim(wm_str text)
{
    while (text.len > 0 && (unsigned char)text.ptr[0] <= ' ') {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && (unsigned char)text.ptr[text.len - 1] <= ' ') {
        text.len--;
    }
    return text;
}

/* Bytes of the character at p (at most `room` bytes), or 0 if it is not well formed (Unicode 15,
 * table 3-7). */
static size_t character_bytes(const unsigned char *p, size_t room)
{
    if (p[0] < 0x80) {
        return 1;
    }
    size_t length = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || room < length) {
        return 0;
    }
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    switch (p[0]) {
    case 0xe0: low = 0xa0; break;
    case 0xed: high = 0x9f; break;
    case 0xf0: low = 0x90; break;
    case 0xf4: high = 0x8f; break;
    default: break;
    }
    if (p[1] < low || p[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if (p[i] < 0x80 || p[i] > 0xbf) {
            return 0;
        }
    }
    return length;
}

/* Where the run of ASCII that begins at `at` ends, or a little before that. */
static size_t skip_ascii(wm_str text, size_t at)
{
    uint64_t word = 0;
    while (text.len - at >= sizeof word) {
        memcpy(&word, text.ptr + at, sizeof word);
        if ((word & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
        at += sizeof word;
    }
    return at;
}

bool wm_utf8_valid(wm_str text, size_t *bad_at_out)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    for (size_t at = skip_ascii(text, 0); at < text.len; at = skip_ascii(text, at)) {
        size_t length = character_bytes(p + at, text.len - at);
        if (length == 0) {
            if (bad_at_out != NULL) {
                *bad_at_out = at;
            }
            return false;
        }
        at += length;
    }
    return true;
}

uint32_t wm_utf8_next(wm_str text, size_t *at)
{
    static const unsigned char first_mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
    const unsigned char *p = (const unsigned char *)text.ptr + *at;
    size_t length = character_bytes(p, text.len - *at);
    if (length == 0) {
        *at += 1;
        return 0xfffd;
    }
    uint32_t character = (uint32_t)(p[0] & first_mask[length]);
    for (size_t i = 1; i < length; i++) {
        character = character << 6 | (p[i] & 0x3f);
    }
    *at += length;
    return character;
}

size_t wm_utf8_cut(wm_str text, size_t max_bytes)
{
    size_t length = text.len < max_bytes ? text.len : max_bytes;
    /* Step back over the bytes of a last character that is not whole; at most three. */
    size_t start = length;
    while (start > 0 && length - start < 3 && ((unsigned char)text.ptr[start - 1] & 0xc0) == 0x80) {
        start--;
    }
    if (start > 0 && (unsigned char)text.ptr[start - 1] >= 0xc0) {
        const unsigned char *p = (const unsigned char *)text.ptr + start - 1;
        if (character_bytes(p, length - (start - 1)) == 0) {
            return start - 1;
        }
    }
    return length;
}

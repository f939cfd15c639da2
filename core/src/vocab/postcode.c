/* postcode.c: the shapes of British postcodes. Only shape: whether there is such a place is for the
 * register.
 *
 * outcode: A9 A99 A9A AA9 AA99 AA9A; inward: 9 and two letters without C I K M O V.
 * Read without spaces and from the right: what ends like an inward code is a unit; what ends in an
 * outcode and one digit is a sector, unless it is an outcode itself and no space says otherwise. */
#include <waymark/sys/places.h>

#define COMPACT_MAX 7

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* "A9", "AA99" ...; see above. */
static bool is_outcode(const char *text, size_t length)
{
    size_t letters = length > 1 && is_letter(text[1]) ? 2 : 1;
    if (length < letters + 1 || length > letters + 2 || !is_letter(text[0]) ||
        !is_digit(text[letters])) {
        return false;
    }
    return length == letters + 1 || is_digit(text[letters + 1]) || is_letter(text[letters + 1]);
}

static bool is_inward(const char *text)
{
    return is_digit(text[0]) && is_letter(text[1]) && is_letter(text[2]) &&
           strchr("CIKMOV", text[1]) == NULL && strchr("CIKMOV", text[2]) == NULL;
}

/* Capitals without spaces; the length, or 0 if there is something else or too much. space_at_out:
 * how many characters stood before the last space. */
static size_t compact(wm_str text, char out[COMPACT_MAX + 1], size_t *space_at_out)
{
    size_t length = 0;
    *space_at_out = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == ' ' || c == '-') {
            *space_at_out = length;
            continue;
        }
        if (c >= 'a' && c <= 'z') {
            c = (char)(c - 'a' + 'A');
        }
        if (length == COMPACT_MAX || (!is_letter(c) && !is_digit(c))) {
            return 0;
        }
        out[length++] = c;
    }
    out[length] = '\0';
    *space_at_out = *space_at_out == length ? 0 : *space_at_out;
    return length;
}

static wm_postcode put_together(wm_postcode_part part, const char *compacted, size_t outcode_len)
{
    wm_postcode postcode = { .part = part, .outcode_len = (uint8_t)outcode_len };
    memcpy(postcode.text, compacted, outcode_len);
    size_t rest = strlen(compacted + outcode_len);
    if (rest > 0) {
        postcode.text[outcode_len] = ' ';
        memcpy(postcode.text + outcode_len + 1, compacted + outcode_len, rest);
    }
    return postcode;
}

wm_postcode wm_postcode_read(wm_str text, wm_postcode *sector_out)
{
    wm_postcode none = { .part = WM_POSTCODE_NONE };
    char compacted[COMPACT_MAX + 1];
    size_t space_at = 0;
    size_t length = compact(text, compacted, &space_at);
    if (sector_out != NULL) {
        *sector_out = none;
    }
    if (length >= 5 && is_inward(compacted + length - 3) && is_outcode(compacted, length - 3)) {
        return put_together(WM_POSTCODE_UNIT, compacted, length - 3);
    }
    wm_postcode sector = none;
    if (length >= 3 && is_digit(compacted[length - 1]) && is_outcode(compacted, length - 1)) {
        sector = put_together(WM_POSTCODE_SECTOR, compacted, length - 1);
    }
    bool is_parted = space_at > 0;
    if (sector.part != WM_POSTCODE_NONE &&
        (is_parted ? space_at == length - 1 : !is_outcode(compacted, length))) {
        return sector;
    }
    if (!is_outcode(compacted, length)) {
        return none;
    }
    if (sector_out != NULL) {
        *sector_out = sector;
    }
    return put_together(WM_POSTCODE_OUTCODE, compacted, length);
}

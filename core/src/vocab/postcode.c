/* postcode.c: the shapes of British postcodes. Only shape: whether there is such a place is for the
 * register.
 *
 * outcode: A9 A99 A9A AA9 AA99 AA9A; inward: 9 and two letters without C I K M O V.
 * Where a letter may stand:
 *     first            not Q V X
 *     second           not I J Z
 *     third, in A9A    A to H, J, K, P, S, T, U, W
 *     fourth, in AA9A  A B E H M N P R V W X Y
 * A district of two digits does not begin with 0, and a single letter is never followed by 0 alone.
 *
 * Read without spaces and from the right: what ends like an inward code is a unit; what ends in an
 * outcode and one digit is a sector, unless it is an outcode itself and no space says otherwise.
 * "BA20" is Yeovil, never "BA2 0" in Bath, whether or not Yeovil is known here.
 *
 * Repair: O and 0, I or L and 1, S and 5, B and 8 are taken for each other, in as few places as
 * will do; if that leaves two readings, there is none. */
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

static bool is_letter_of(char c, const char *letters)
{
    return is_letter(c) && strchr(letters, c) != NULL;
}

static bool is_letter_but(char c, const char *letters)
{
    return is_letter(c) && strchr(letters, c) == NULL;
}

/* "A9", "AA99" ...; see above. */
static bool is_outcode(const char *text, size_t length)
{
    size_t letters = length > 1 && is_letter(text[1]) ? 2 : 1;
    if (length < letters + 1 || length > letters + 2 || !is_letter_but(text[0], "QVX") ||
        (letters == 2 && !is_letter_but(text[1], "IJZ")) || !is_digit(text[letters])) {
        return false;
    }
    bool is_zero = text[letters] == '0';
    if (length == letters + 1) {
        return letters == 2 || !is_zero;
    }
    char last = text[letters + 1];
    return !is_zero && (is_digit(last) ||
                        is_letter_of(last, letters == 1 ? "ABCDEFGHJKPSTUW" : "ABEHMNPRVWXY"));
}

static bool is_inward_letter(char c)
{
    return is_letter_but(c, "CIKMOV");
}

static bool is_inward(const char *text)
{
    return is_digit(text[0]) && is_inward_letter(text[1]) && is_inward_letter(text[2]);
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

static bool is_unit(const char *compacted, size_t length)
{
    return length >= 5 && is_inward(compacted + length - 3) && is_outcode(compacted, length - 3);
}

/* "BA1 1" */
static bool is_sector(const char *compacted, size_t length)
{
    return length >= 3 && is_digit(compacted[length - 1]) && is_outcode(compacted, length - 1);
}

wm_postcode wm_postcode_read(wm_str text)
{
    wm_postcode none = { .part = WM_POSTCODE_NONE };
    char compacted[COMPACT_MAX + 1];
    size_t space_at = 0;
    size_t length = compact(text, compacted, &space_at);
    if (is_unit(compacted, length)) {
        return put_together(WM_POSTCODE_UNIT, compacted, length - 3);
    }
    bool is_parted = space_at > 0;
    if (is_sector(compacted, length) &&
        (is_parted ? space_at == length - 1 : !is_outcode(compacted, length))) {
        return put_together(WM_POSTCODE_SECTOR, compacted, length - 1);
    }
    if (is_outcode(compacted, length)) {
        return put_together(WM_POSTCODE_OUTCODE, compacted, length);
    }
    /* "BA1 1A": a unit of which the end is not there yet. */
    if (length >= 4 && is_inward_letter(compacted[length - 1]) &&
        is_sector(compacted, length - 1)) {
        wm_postcode cut = put_together(WM_POSTCODE_SECTOR, compacted, length - 2);
        cut.text[length] = '\0'; /* one space more, one letter less */
        cut.is_cut = true;
        return cut;
    }
    return none;
}

/* ---- repair ---- */

/* What else each character may have been meant for. */
static const char *meant(char c)
{
    switch (c) {
    case '0': return "O";
    case 'O': return "0";
    case '1': return "IL";
    case 'I':
    case 'L': return "1";
    case '5': return "S";
    case 'S': return "5";
    case '8': return "B";
    case 'B': return "8";
    default: return "";
    }
}

typedef struct repair {
    bool (*fits)(const char *compacted, size_t length);
    size_t length;
    char text[COMPACT_MAX + 1];
    char found[COMPACT_MAX + 1];
    size_t found_count; /* readings with so many changes, 2: more than one */
} repair;

/* Every reading with exactly `changes` changes from `at` on. */
static void try_changes(repair *r, size_t at, size_t changes)
{
    if (changes == 0) {
        if (r->fits(r->text, r->length)) {
            r->found_count += r->found_count < 2 ? 1 : 0;
            memcpy(r->found, r->text, sizeof r->found);
        }
        return;
    }
    for (size_t i = at; i < r->length; i++) {
        char was = r->text[i];
        for (const char *other = meant(was); *other != '\0'; other++) {
            r->text[i] = *other;
            try_changes(r, i + 1, changes - 1);
        }
        r->text[i] = was;
    }
}

static bool repaired(repair *r)
{
    r->found_count = 0;
    for (size_t changes = 1; changes <= r->length && r->found_count == 0; changes++) {
        try_changes(r, 0, changes);
    }
    return r->found_count == 1;
}

wm_postcode wm_postcode_repair(wm_str text)
{
    wm_postcode none = { .part = WM_POSTCODE_NONE };
    repair r = { .fits = is_unit };
    size_t space_at = 0;
    bool has_digit = false;
    r.length = compact(text, r.text, &space_at);
    for (size_t i = 0; i < r.length; i++) {
        has_digit = has_digit || is_digit(r.text[i]);
    }
    if (!has_digit) {
        return none; /* a word */
    }
    wm_postcode_part part = WM_POSTCODE_UNIT;
    if (r.length < 5 || !repaired(&r)) {
        if (r.length < 3 || space_at != r.length - 1) {
            return none;
        }
        r.fits = is_sector;
        part = WM_POSTCODE_SECTOR;
        if (!repaired(&r)) {
            return none;
        }
    }
    wm_postcode postcode =
        put_together(part, r.found, r.length - (part == WM_POSTCODE_UNIT ? 3 : 1));
    postcode.is_repaired = true;
    return postcode;
}

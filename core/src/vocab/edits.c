/* edits.c: optimal string alignment, three rows at a time.
 *
 * row[j] is the distance between the first i letters of a and the first j letters of b. Only the
 * band of j within `limit` of i can be within the limit, so a pair of words costs at most
 * EDITS_LETTERS_MAX * (2 * EDITS_MAX + 1) steps. */
#include "edits.h"

#include <assert.h>

typedef struct rows {
    uint8_t before[EDITS_LETTERS_MAX + 1]; /* i - 2 */
    uint8_t above[EDITS_LETTERS_MAX + 1];  /* i - 1 */
    uint8_t here[EDITS_LETTERS_MAX + 1];
} rows;

static uint8_t least(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

static uint8_t cell(const rows *r, wm_str a, wm_str b, size_t i, size_t j)
{
    uint8_t cost = a.ptr[i - 1] == b.ptr[j - 1] ? 0 : 1;
    uint8_t found =
        least((uint8_t)(r->above[j - 1] + cost), (uint8_t)(least(r->above[j], r->here[j - 1]) + 1));
    if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1]) {
        found = least(found, (uint8_t)(r->before[j - 2] + 1));
    }
    return found;
}

unsigned edits_between(wm_str a, wm_str b, unsigned limit)
{
    assert(limit <= EDITS_MAX && a.len <= EDITS_LETTERS_MAX && b.len <= EDITS_LETTERS_MAX);
    if (a.len > b.len + limit || b.len > a.len + limit) {
        return limit + 1;
    }
    rows r;
    for (size_t j = 0; j <= b.len; j++) {
        r.above[j] = (uint8_t)j;
    }
    memset(r.before, EDITS_LETTERS_MAX, sizeof r.before);
    for (size_t i = 1; i <= a.len; i++) {
        size_t from = i > limit ? i - limit : 1;
        size_t to = i + limit < b.len ? i + limit : b.len;
        memset(r.here, EDITS_LETTERS_MAX, sizeof r.here);
        r.here[0] = (uint8_t)i;
        uint8_t best = r.here[0];
        for (size_t j = from; j <= to; j++) {
            r.here[j] = cell(&r, a, b, i, j);
            best = least(best, r.here[j]);
        }
        if (best > limit) {
            return limit + 1;
        }
        memcpy(r.before, r.above, sizeof r.before);
        memcpy(r.above, r.here, sizeof r.above);
    }
    return r.above[b.len] <= limit ? r.above[b.len] : limit + 1;
}

uint32_t edits_letters(wm_str word)
{
    uint32_t letters = 0;
    for (size_t i = 0; i < word.len; i++) {
        char letter = word.ptr[i];
        bool is_letter = letter >= 'a' && letter <= 'z';
        letters |= is_letter ? (uint32_t)1 << (letter - 'a') : (uint32_t)1 << 26;
    }
    return letters;
}

bool edits_possible(uint32_t a, uint32_t b, unsigned limit)
{
    unsigned different = 0;
    for (uint32_t bits = a ^ b; bits != 0; bits &= bits - 1) {
        if (++different > 2 * limit) {
            return false;
        }
    }
    return true;
}

bool edits_plain(wm_str word)
{
    for (size_t i = 0; i < word.len; i++) {
        char letter = word.ptr[i];
        if ((letter < 'a' || letter > 'z') && (letter < '0' || letter > '9') && letter != '*') {
            return false;
        }
    }
    return word.len > 0 && word.len <= EDITS_LETTERS_MAX;
}

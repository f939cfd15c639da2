/* ordinary.c: common words that lie close to words of the vocabulary. */
#include "words.h"

#include "edits.h"

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

static const wm_str ordinary[] = {
    WM_STR_INIT("asleep"),
};

bool words_is_ordinary(wm_str word)
{
    size_t low = 0;
    size_t high = ROWS(ordinary);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = wm_str_compare(ordinary[middle], word);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

bool words_near_ordinary(wm_str word, unsigned edits)
{
    uint32_t letters = edits_letters(word);
    for (size_t i = 0; i < ROWS(ordinary); i++) {
        bool is_close = ordinary[i].len <= word.len + edits && word.len <= ordinary[i].len + edits;
        if (is_close && edits_possible(letters, edits_letters(ordinary[i]), edits) &&
            edits_between(word, ordinary[i], edits) <= edits) {
            return true;
        }
    }
    return false;
}

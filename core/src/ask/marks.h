/* marks.h: which rules acted on which cards, and what they noted there.
 *
 * A rule may note something on each of a thousand cards of which twenty are shown: so a mark is one
 * set of cards, and a card learns of its rules and notes when it is to be shown. Marks stand in the
 * order in which the rules fired. */
#ifndef WAYMARK_ASK_MARKS_H
#define WAYMARK_ASK_MARKS_H

#include "ask/weigh.h"

typedef struct wm_mark {
    wm_symbol rule;
    wm_symbol text;  /* of a note: id of a text record */
    uint64_t *cards; /* bit i of word n: card 64 * n + i, from 0 */
    size_t words;
    struct wm_mark *next;
} wm_mark;

typedef struct wm_mark_list {
    wm_mark *first;
    wm_mark *last;
} wm_mark_list;

typedef struct wm_marks {
    wm_arena *arena;
    wm_mark_list rules;
    wm_mark_list notes;
} wm_marks;

/* A mark that no card has yet, behind the others. NULL: out of memory. */
wm_mark *wm_marks_rule(wm_marks *marks, wm_symbol rule);
wm_mark *wm_marks_note(wm_marks *marks, wm_symbol rule, wm_symbol text);
/* Marks a card, from 0. False: out of memory. */
WM_MUST_USE bool wm_mark_card(const wm_marks *marks, wm_mark *mark, size_t card);
/* Marks a set of cards. False: out of memory. */
WM_MUST_USE bool wm_mark_cards(const wm_marks *marks, wm_mark *mark, const uint64_t *cards,
                               size_t words);
/* Puts what marks say of it into option->rules and option->notes; of a text that two rules note the
 * first counts. The second time nothing happens. False: out of memory. */
WM_MUST_USE bool wm_marks_tell(const wm_marks *marks, wm_option *option);

#endif

/* page.h: the first of many, in order: what is shown is put in order, the rest is only counted. */
#ifndef WAYMARK_ASK_PAGE_H
#define WAYMARK_ASK_PAGE_H

#include "ask/weigh.h"

/* An option and its place in the order: the first parts of its key as one number. */
typedef struct wm_ranked {
    uint64_t word; /* of its key the first, or the same for all */
    wm_option *option;
    size_t at; /* for whoever sorts */
} wm_ranked;

/* <0, 0, >0: by word, then by key, id and subject; 0 only of an option and itself. */
int wm_ranked_compare(const wm_ranked *a, const wm_ranked *b);

/* Puts the first `most` in order at the front; the others stand behind them in any order. */
void wm_page_first(wm_ranked *items, size_t count, size_t most);

/* The same, with at most two of a kind among the first `page`: a third of a kind makes way for the
 * next card of another kind, as long as there is one, and is held back; nothing is dropped. A kind
 * of WM_SYMBOL_NONE counts as different from all. One more than `page` is put in order, so that the
 * last that is shown can say why it stands above the next; *ordered_out: how many are. */
WM_MUST_USE wm_status wm_page_varied(wm_ranked *items, size_t count, size_t page, wm_arena *arena,
                                     size_t *ordered_out, wm_error *err);

#endif

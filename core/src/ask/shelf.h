/* shelf.h: what cards are made of: for each service that was shown of late its face and its
 * criteria.
 *
 * Services that cover a nation stand in most answers, so they are held in memory, as pages of the
 * file are: at most WM_SHELF_BYTES_MAX, besides those of the answer in hand. Of an asker, and
 * emptied when the file has moved on. What was asked is not in it. */
#ifndef WAYMARK_ASK_SHELF_H
#define WAYMARK_ASK_SHELF_H

#include "ask/weigh.h"
#include "model/face.h"

#define WM_SHELF_BYTES_MAX (8 * WM_MIB)

typedef struct wm_shelf_card {
    wm_face face;
    wm_criteria criteria;
} wm_shelf_card;

/* The card of a revision that is indexed; what it points to lives until wm_shelf_settle.
 * WM_CORRUPT: there is none, or it is damaged. */
WM_MUST_USE wm_status wm_shelf_find(wm_asker *asker, int64_t revision, wm_shelf_card *card_out,
                                    wm_error *err);
/* These are found soon: what is held of them comes into the processor's cache at once, where one
 * after the other would each wait for memory. */
void wm_shelf_expect(const wm_asker *asker, const wm_option *const *options, size_t count);
/* The criteria of one that was found for this answer. False: it was not. */
bool wm_shelf_criteria(const wm_asker *asker, int64_t revision, wm_criteria *criteria_out);
/* Between two answers: drop what was not shown of late. */
void wm_shelf_settle(wm_asker *asker);
/* NULL does nothing. */
void wm_shelf_free(wm_shelf *shelf);

#endif

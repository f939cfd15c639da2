/* judge.h: the order of an answer and which services belong to it, reckoned from the records by
 * themselves: slow, plain, and without a line of the engine, as the design has it:
 *
 *   candidates  whatever has one of the needs, a narrower or a broader one, and whose areas touch
 *               one of the person's places; with no place, wherever it is; with no need, all
 *   order       response (where something is urgent), usable now, verdict, access needs not met,
 *               need, verified, intensity (where it may be asked for), hops, distance, wait, days
 *               since it was verified; then as chance has it
 *
 * What rules do is not judged: an answer says of two cards that one stands higher for its section,
 * its name, its slot or for variety, and is believed; whatever else it says must be so. */
#ifndef WAYMARK_TEST_JUDGE_H
#define WAYMARK_TEST_JUDGE_H

#include <waymark/sys/store.h>

typedef struct wm_judge wm_judge;

/* Reads the records of the view. */
wm_judge *wm_judge_new(wm_store *store, wm_view view);
void wm_judge_free(wm_judge *judge); /* NULL does nothing */

/* Fails the test if the answer to the query is another than it must be. */
void wm_judge_answer(wm_judge *judge, wm_str query, wm_str answer);
/* True if each part of the order has told two cards apart by now. */
bool wm_judge_is_through(const wm_judge *judge);

#endif

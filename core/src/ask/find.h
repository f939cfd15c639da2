/* find.h: the answer to one query. */
#ifndef WAYMARK_ASK_FIND_H
#define WAYMARK_ASK_FIND_H

#include "ask/asker.h"
#include "ask/query.h"

/* Put the answer (ANSWERS, "Query and answer") to a query at the end of `out`. Reads one committed
 * state. On failure `out` may hold part of an answer: the caller discards it and writes
 * wm_find_error. */
WM_MUST_USE wm_status wm_find_answer(wm_asker *asker, wm_str query, const wm_date *default_as_of,
                                     wm_buf *out, wm_error *err);

/* The same as part of an interview (question.h). */
struct wm_asking;
WM_MUST_USE wm_status wm_find_asking(wm_asker *asker, wm_str query, const wm_date *default_as_of,
                                     struct wm_asking *asking, wm_buf *out, wm_error *err);

/* The card of one service, with its explanation tree, whatever its place in an answer would be.
 * WM_NOT_FOUND: no such service (sets a text). */
WM_MUST_USE wm_status wm_find_explain(wm_asker *asker, wm_str service, wm_str query,
                                      const wm_date *default_as_of, wm_buf *out, wm_error *err);

/* {"error":{"status","text"[,"line"]},"emergency":[..]}; line 0: none. */
void wm_find_error(wm_buf *out, const wm_error *why, int64_t line);

#endif

/* interview.h: one question at a time, as a pure function: nothing is kept between two calls.
 *
 *   {"query":{..}, "replies":[{"fact","of"?,"value"|"text"|"skip"|"decline"}..], "go_on":true?}
 *     --> {"query", "asked", "settled":{"decided","open"}, "question" or "no_question", "answer"}
 *
 * Each reply becomes a fact of the query, in order; the query that comes of it is answered as any
 * other. To go back, the caller leaves out the last reply. A reply is exactly one of
 *
 *   "value"   what the fact is set to; for an area also a place as people type it
 *   "text"    what was typed (reply.h)
 *   "skip"    true: not asked again in this interview, and still not known
 *   "decline" true: the person would rather not say; never asked again
 *
 * `of` is "person", or "actor" for facts of whoever asks. "no_question" is "none_left", "enough" (6
 * were asked) or "held": a rule holds questions back until the person asks to go on, which is
 * "go_on". Where the question may be put only after what stands under SAFETY was seen, it says
 * "after_safety":true beside the question. */
#ifndef WAYMARK_ASK_INTERVIEW_H
#define WAYMARK_ASK_INTERVIEW_H

#include "ask/asker.h"
#include "ask/query.h"

#define WM_REPLIES_MAX 64

/* Puts the result at the end of `out`. WM_BAD_INPUT: names the reply, what was expected and what
 * was found. On failure `out` may hold part of a result: the caller discards it. */
WM_MUST_USE wm_status wm_interview_answer(wm_asker *asker, wm_str interview,
                                          const wm_date *default_as_of, wm_buf *out, wm_error *err);

#endif

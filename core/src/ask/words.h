/* words.h: the needs of a query: those that it names, and those that its words tell. */
#ifndef WAYMARK_ASK_WORDS_H
#define WAYMARK_ASK_WORDS_H

#include "ask/understand.h"

/* Fills needs, negated, unreviewed, words and nothing_understood.
 *
 * Negation (ANSWERS, "Rules"): a need of crisis, psych, medical or trauma that is denied stays a
 * need and is marked `negated`; not where an attempt or a plan is denied, not where the query is
 * about someone else or asked by someone else, and not where the text speaks of someone else. A
 * denied need of mood, worry, loss and their like is no need any more. Where help is denied, its
 * absence is the need ("no money", "no friends"): all other needs stay as they are. Each denial
 * that counts is shown in `words` as WM_NEED_HOW_NEGATED.
 *
 * WM_BAD_INPUT: a need that this directory does not have. */
WM_MUST_USE wm_status wm_words_read(const wm_needs *needs, const wm_query *query,
                                    wm_understood *understood, wm_error *err);

#endif

/* reply.h: what people type when they are asked, as the value of a fact.
 *
 *   flag     yes, no
 *   age      17 | 17 years | 6 months | 4 years 2 months | 16 to 18 | under 18 | over 65 |
 *            born 2009-05 | 3 May 2009 | 3/5/2009 | 2009
 *   event    never | today | 3 weeks ago | 7 months ago | last year | May 2025 | 2025-05-03 | 2025
 *   one      one of the options' values; a level the same
 *   set      values, with commas between them: these apply, of others nothing is said
 *   people   nobody | their ages: 3, 7
 *   area     any text: the interview looks the place up
 *   all      "not sure", "don't know"
 *
 * Days stand before months. English only: other languages use the options and dates as numbers.
 * Pure: no clock. */
#ifndef WAYMARK_ASK_REPLY_H
#define WAYMARK_ASK_REPLY_H

#include <waymark/sys/date.h>
#include <waymark/sys/json.h>

#include "rules/askable.h"

#define WM_REPLY_BYTES_MAX 512

/* Puts the value. What it is a value of is not checked any further: wm_facts_parse does.
 * WM_BAD_INPUT: names what was expected and what was found; WM_TOO_LARGE. */
WM_MUST_USE wm_status wm_reply_read(const wm_askable *fact, wm_str text, wm_date as_of,
                                    wm_json_out *out, wm_error *err);

#endif

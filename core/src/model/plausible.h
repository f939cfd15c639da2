/* plausible.h: does a string look like what it is meant to be? Shape only: nobody is called.
 *
 * Each answers by itself; none allocates. Bytes are well-formed UTF-8 (json.h saw to that). */
#ifndef WAYMARK_MODEL_PLAUSIBLE_H
#define WAYMARK_MODEL_PLAUSIBLE_H

#include <waymark/sys/str.h>

/* Bytes of a word of a vocabulary; with its prefix it is an id. */
#define WM_PLAUSIBLE_WORD_MAX 64

/* How many code points. */
size_t model_count_characters(wm_str text);

/* Controls, overrides and isolates of the writing direction, invisible fillers, noncharacters: what
 * makes a text show something else than it says. Line feeds only if `many_lines`. Marks and joiners
 * that Arabic, Urdu and Indic writing needs are safe. bad_out: the first that is not. */
bool model_text_is_safe(wm_str text, bool many_lines, uint32_t *bad_out);
/* Nothing but white space. */
bool model_text_is_blank(wm_str text);

/* "en", "pa-Guru", "bfi": the form of BCP 47, not its register. */
bool model_is_language(wm_str text);
/* "http://" or "https://", a host, no white space, no name or password in front of the host. */
bool model_is_url(wm_str text);
bool model_is_email(wm_str text);
/* 3 to 15 digits, with spaces, hyphens, brackets and one leading plus. */
bool model_is_phone(wm_str text);
/* "09:00"; "24:00" only if `end_of_day`. minutes_out: since midnight. */
bool model_is_time(wm_str text, bool end_of_day, int *minutes_out);
/* "MO" to "SU". */
bool model_is_weekday(wm_str text);
/* "2MO" (the second Monday of a month), "-1FR" (the last Friday). */
bool model_is_monthly_day(wm_str text);
/* Small letters, digits and underscores, beginning with a letter or digit: a word of a vocabulary.
 */
bool model_is_word(wm_str text);
/* "BA1 1AA", in capitals with one space. */
bool model_is_postcode(wm_str text);

#endif

/* edits.h: how far two words are apart: letters put in, left out, replaced, or two swapped. */
#ifndef WAYMARK_VOCAB_EDITS_H
#define WAYMARK_VOCAB_EDITS_H

#include <stdint.h>

#include <waymark/sys/str.h>

#define EDITS_MAX 2          /* more are never asked for */
#define EDITS_LETTERS_MAX 24 /* longer words are never corrected */

/* The least number of edits between two words of a to z, 0 to 9 and '*', each of at most
 * EDITS_LETTERS_MAX letters; limit + 1 if it is more than `limit` (at most EDITS_MAX). A pair that
 * was swapped is not edited again. */
unsigned edits_between(wm_str a, wm_str b, unsigned limit);

/* The letters of a word as bits: one edit changes at most two of them. */
uint32_t edits_letters(wm_str word);
/* Fewer edits than `limit` + 1 are possible, as far as their letters tell. */
bool edits_possible(uint32_t a, uint32_t b, unsigned limit);

/* Only such words are corrected, or corrected to: all of a to z, 0 to 9 and '*', not too long. */
bool edits_plain(wm_str word);

#endif

/* reading.h: how hard is a text to read?
 *
 * Measure: the Automated Readability Index, 4.71 * letters / words + 0.5 * words / sentences
 * - 21.43, rounded up; the index n stands for readers of n + 5 years (6 for 10 to 11, the sixth
 * year of school). Source: R. J. Senter and E. A. Smith, "Automated Readability Index",
 * AMRL-TR-66-220, Aerospace Medical Research Laboratories, 1967 (a report of the United States
 * government, in the public domain). It was chosen because it counts letters, which can be done
 * exactly, and no syllables, which cannot. All arithmetic is in integers.
 *
 * Limits: it knows nothing of meaning, order or kindness; a short text is measured by chance. So a
 * text of fewer than min_words is judged by its longest sentence and by hard words only, and a good
 * result proves nothing: only reading it with people does.
 *
 * What does not count, since nobody can put it more plainly: names (words that begin with a capital
 * inside a sentence or stand in the record's own name), abbreviations in capitals, and whatever has
 * a digit or is an address. Pure. */
#ifndef WAYMARK_RULES_READING_H
#define WAYMARK_RULES_READING_H

#include <waymark/sys/buf.h>

/* A word or phrase, in small letters with spaces for hyphens, and a plainer way to say it. */
typedef struct wm_hard_word {
    const char *word;
    const char *plainer;
} wm_hard_word;

/* Tables of reading_words.c; each ends with a NULL word. */
extern const wm_hard_word wm_hard_words[];
/* Words that frighten, blame or reduce somebody to an illness; "" for plainer: leave it out. */
extern const wm_hard_word wm_harsh_words[];

typedef struct wm_reading_limits {
    unsigned age;            /* the highest reading age */
    unsigned sentence_words; /* the longest sentence */
    unsigned min_words;      /* a text of fewer is not measured by the index */
} wm_reading_limits;
extern const wm_reading_limits wm_reading_target;

#define WM_READING_HITS_MAX 8

typedef struct wm_reading {
    unsigned letters;
    unsigned words;
    unsigned sentences;
    unsigned age; /* 0: fewer words than min_words */
    unsigned longest_words;
    wm_str longest;                                /* the longest sentence; part of the text */
    const wm_hard_word *hard[WM_READING_HITS_MAX]; /* each once, in order of the text */
    size_t hard_count;
    const wm_hard_word *harsh[WM_READING_HITS_MAX];
    size_t harsh_count;
} wm_reading;

/* Measures a text in English. `name` is that of the record, whose words do not count; may be empty.
 */
void wm_reading_measure(wm_str text, wm_str name, wm_reading *reading_out);
/* Is it harder than wm_reading_target? */
bool wm_reading_is_hard(const wm_reading *reading);

#endif

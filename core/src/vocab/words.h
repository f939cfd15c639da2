/* words.h: a text as the words that matching reads.
 *
 * Beyond folding: short forms are written out ("cant" is "can not", "im" is "i am", "wanna" is
 * "want to"), words that are written in two ways become one ("mom" is "mum", "my self" is
 * "myself"), a letter that is typed three times or more stands twice. Phrases and texts go through
 * the same steps, so that they meet. Allocates nothing. */
#ifndef WAYMARK_VOCAB_WORDS_H
#define WAYMARK_VOCAB_WORDS_H

#include <stdint.h>

#include <waymark/sys/limits.h>
#include <waymark/sys/str.h>

/* A word that is written out gives no more words than it has letters (see forms.c), so that a text
 * has no more words than bytes. */
#define WORDS_MAX WM_QUERY_TEXT_BYTES_MAX
#define WORD_NONE UINT32_MAX

/* What stands before a word, or behind the last one; the strongest of what is there. */
typedef enum word_gap {
    WORD_GAP_SPACE,    /* also a dash inside a word, a slash */
    WORD_GAP_CLAUSE,   /* comma, colon, bracket, a dash between spaces */
    WORD_GAP_SENTENCE, /* full stop, exclamation mark, new line */
    WORD_GAP_QUESTION
} word_gap;

/* What a word does in a sentence, as far as negation and crisis phrases must know; bits. */
#define WORD_NEGATES 1u   /* not, never, no, without, denies */
#define WORD_BETWEEN 2u   /* may stand between a negation and what it negates: been, feeling */
#define WORD_FILLER 4u    /* may stand inside a phrase that keeps people safe: just, really */
#define WORD_TURNS 8u     /* begins something new: but, and, because */
#define WORD_UNDOES 16u   /* before a negation, takes it back: if, how, can, would */
#define WORD_OTHERS 32u   /* someone else than who writes: he, my son */
#define WORD_SAYS 64u     /* says, told, promises */
#define WORD_NOT_YET 128u /* after what is negated, takes it back: yet, unless */

typedef struct text_word {
    wm_str text;        /* folded; in `bytes` or in a table */
    uint16_t source_at; /* in the text that was given */
    uint16_t source_end;
    uint16_t taken;       /* 1 + the place of what took it; 0: free */
    uint16_t first_guess; /* what it may be meant for, if it is no known word */
    uint8_t guess_count;
    uint8_t gap; /* before it; word_gap */
    uint8_t classes;
    bool is_ours;  /* written out or joined from a table: never misspelt */
    uint32_t word; /* its number in the vocabulary; WORD_NONE: not there */
} text_word;

typedef struct word_text {
    char bytes[WM_QUERY_TEXT_BYTES_MAX + 1];
    text_word words[WORDS_MAX];
    size_t count;
    word_gap end; /* behind the last word */
} word_text;

/* The number of a word that the vocabulary has; WORD_NONE: it has not. No vocabulary has a short
 * form. */
typedef uint32_t (*words_find)(const void *vocabulary, wm_str word);

/* Reads at most WM_QUERY_TEXT_BYTES_MAX bytes of UTF-8. Leaves classes and guesses unset. */
void words_read(wm_str text, words_find find, const void *vocabulary, word_text *out);

/* May the word of this text go on? Nothing that parts words stands behind it: an apostrophe may. */
bool words_is_open(wm_str text, const text_word *word);

/* ---- tables (forms.c) ---- */

/* A short form or another spelling: what it stands for, words with one space between; else empty.
 */
wm_str words_written_out(wm_str word);
/* The one word that these two make ("my" "self"), else empty. `next`: the word behind them, which
 * may forbid it ("my self harm"). */
wm_str words_joined(wm_str first, wm_str second, wm_str next);
unsigned words_classes(wm_str word);
/* The tables are in order, and no short form gives more words than it has letters; for tests. */
bool words_tables_hold(void);

/* ---- kin (kin.c) ---- */

/* What is left of a word when person, time and number do not matter: "hitting" and "punches" are
 * "hit", "mum" and "them" are "he". Empty: it may as well be left out. */
wm_str words_kin(wm_str word);
/* The table is in order; for tests. */
bool words_kin_holds(void);

/* ---- ordinary words (ordinary.c) ---- */

/* A common word that is not to be taken for a misspelt one of the vocabulary. */
bool words_is_ordinary(wm_str word);
/* One of them lies within so many edits. */
bool words_near_ordinary(wm_str word, unsigned edits);
/* The table is in order, of words that may be compared; for tests. */
bool words_ordinary_holds(void);

#endif

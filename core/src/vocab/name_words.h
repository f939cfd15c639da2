/* name_words.h: the name of a service or an organization as the words that it is found by.
 *
 * Names and questions go through the same steps (words.h), so that they meet. Pure; allocates
 * nothing but what the caller's buffer takes. */
#ifndef WAYMARK_VOCAB_NAME_WORDS_H
#define WAYMARK_VOCAB_NAME_WORDS_H

#include <waymark/sys/buf.h>

#include "words.h"

#define NAME_BYTES_MAX 200  /* of one name; what is behind is not looked for */
#define NAME_LETTERS_MIN 4  /* of a word that may be misspelt */
#define NAME_LETTERS_MAX 24 /* longer words are not corrected */
#define NAME_NEAR_MAX (NAME_LETTERS_MAX + 1)

/* How much a word says of which service is meant. */
typedef enum name_class {
    NAME_LINK,    /* the, of, and: in no name alone */
    NAME_GENERIC, /* service, team, support: in every second name */
    NAME_COMMON,  /* an ordinary word, in any sentence */
    NAME_RARE     /* anything else */
} name_class;

/* Reads a text as names are read. */
void name_read(wm_str text, word_text *out);

/* Puts the words of a name with one space between, without those that only link; with them where
 * there are no others. Nothing if it has no words. */
void name_put(wm_buf *out, wm_str name);

name_class name_class_of(wm_str word);
/* The same as asking for NAME_LINK, and quicker. */
bool name_is_link(wm_str word);

/* 40 bits of the letters; spaces do not count, so that "Young Minds" and "YoungMinds" are one. */
int64_t name_key(wm_str words);

/* The word itself and all that is left of it when one letter is taken out, as 32 bits each: two
 * words one edit apart have one of these in common. Each once; 0 where the word is not corrected.
 */
size_t name_near(wm_str word, uint32_t near[NAME_NEAR_MAX]);

/* What people say around a name when they ask for it: open, closed, number, called ... */
bool name_is_asked_for_by(wm_str word);

/* The tables are in order; for tests. */
bool name_tables_hold(void);

#endif

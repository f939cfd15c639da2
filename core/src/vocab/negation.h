/* negation.h: is what a phrase names denied? See negation.c for the rules. */
#ifndef WAYMARK_VOCAB_NEGATION_H
#define WAYMARK_VOCAB_NEGATION_H

#include "words.h"

typedef enum negation {
    NEGATION_NONE,
    NEGATION_REPORTED, /* denied, and someone else than the writer is spoken of */
    NEGATION_OWN
} negation;

/* Is the phrase at words [first, end) denied? The classes of all words are filled in, and `taken`
 * tells the words of one phrase from those of another. */
negation negation_of(const word_text *text, size_t first, size_t end);

#endif

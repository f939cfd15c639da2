/* split.h: words that were typed as one: "iwanttodie", "hearingvoices", "endit all". */
#ifndef WAYMARK_VOCAB_SPLIT_H
#define WAYMARK_VOCAB_SPLIT_H

#include "book.h"

/* A text in which such words stand apart. */
typedef struct split_text {
    char bytes[WM_QUERY_TEXT_BYTES_MAX];
    uint16_t source[WM_QUERY_TEXT_BYTES_MAX + 1]; /* where each byte, and the end, comes from */
    bool is_split[WM_QUERY_TEXT_BYTES_MAX];       /* it stands in a word that was taken apart */
    size_t length;
} split_text;

/* Takes the words of `words`, read from `text` and looked up, apart that are unknown, may stand for
 * no other word and are nothing but words of the book in a row: the fewest that do. At most what
 * still fits. False: there are none, and out is not to be read. Allocates nothing. */
bool split_words(const phrase_book *book, wm_str text, const word_text *words, split_text *out);

#endif

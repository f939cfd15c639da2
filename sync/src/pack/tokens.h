/* tokens.h: what words and splices are made of. */
#ifndef WAYMARK_PACK_TOKENS_H
#define WAYMARK_PACK_TOKENS_H

#include "format.h"

/* The next token of a text: a space and a run of letters, digits, ' and -, or such a run, or one
 * other byte; at most PACK_WORD_BYTES_MAX bytes. Empty at the end. */
wm_str pack_token_next(wm_str *rest);

/* Puts the code of a word. */
void pack_word_put(wm_buf *out, uint32_t word);

#endif

/* tokens.h: what words and splices are made of. */
#ifndef WAYMARK_PACK_TOKENS_H
#define WAYMARK_PACK_TOKENS_H

#include "model.h"

/* The next token of a text: a space and a run of letters, digits, ' and -, or such a run, or one
 * other byte; at most PACK_WORD_BYTES_MAX bytes. Empty at the end. */
wm_str pack_token_next(wm_str *rest);

/* Puts a token of a text: the code of its word, or itself (PACK_NONE: it has none). Those without a
 * word stand together in one literal. *in_literal: false at the start of a text. */
void pack_token_put(wm_buf *out, wm_str text, uint32_t word, bool *in_literal);
/* The end of a text. */
void pack_token_end(wm_buf *out, bool *in_literal);

#endif

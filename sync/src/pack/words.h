/* words.h: texts as words, which are numbered once for all columns of a pack. */
#ifndef WAYMARK_PACK_WORDS_H
#define WAYMARK_PACK_WORDS_H

#include "encode.h"

/* A column is worth words if it is long, and its texts are. */
/* Neither dates nor UUIDs, all of them. */
bool pack_is_text(wm_str plain, uint32_t count);
bool pack_is_prose(size_t bytes, uint32_t count);

/* The next token of a text: a space and a run of letters, digits, ' and -, or such a run, or one
 * other byte. Empty at the end. */
wm_str pack_token_next(wm_str *rest);
/* PACK_NONE if it is no word yet. */
uint32_t pack_word_find(const pack_table *table, const pack_shared *shared, wm_str token);

/* Makes words of what comes often in the prose of the block, and defines them. */
WM_MUST_USE wm_status pack_words_choose(pack_encoder *encoder, wm_error *err);

#endif

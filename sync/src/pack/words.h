/* words.h: texts as words, which are numbered once for all columns of a pack. */
#ifndef WAYMARK_PACK_WORDS_H
#define WAYMARK_PACK_WORDS_H

#include "encode.h"
#include "tokens.h"

/* Neither dates nor UUIDs, all of them. */
bool pack_is_text(wm_str plain, uint32_t count);
/* A column is worth words if it is long, and its texts are. */
bool pack_is_prose(size_t bytes, uint32_t count);

/* Takes the prose of the block; makes words of what comes often in it, and defines them. */
WM_MUST_USE wm_status pack_words_choose(pack_encoder *encoder, wm_error *err);

#endif

/* vocabulary.h: the words of the long texts of a base, and texts as codes of them.
 *
 * Both sides of a delta count the words of the same sample, so nothing needs to be said about them.
 * In codes a text is a quarter as long, and so are the ways back into the prefix. */
#ifndef WAYMARK_PACK_VOCABULARY_H
#define WAYMARK_PACK_VOCABULARY_H

#include "texts.h"

typedef struct pack_vocabulary {
    wm_arena arena;
    pack_table table; /* token -> place in tokens */
    pack_list tokens; /* of the sample */
    wm_buf numbers;   /* the texts of the sample, until the words are known */
    uint32_t *places; /* of the words in tokens, by code */
    uint32_t count;   /* of words */
    wm_buf prefix;    /* the texts of the sample, as codes */
} pack_vocabulary;

/* Empty: it has no words and no prefix. */
void pack_vocabulary_init(pack_vocabulary *vocabulary, const wm_env *env);
void pack_vocabulary_fini(pack_vocabulary *vocabulary);

/* A text of the sample. */
WM_MUST_USE wm_status pack_vocabulary_add(pack_vocabulary *vocabulary, wm_str text, wm_error *err);
/* After the last text: words and prefix. */
WM_MUST_USE wm_status pack_vocabulary_close(pack_vocabulary *vocabulary, wm_error *err);

/* Texts, each with a NUL, to codes. */
WM_MUST_USE wm_status pack_vocabulary_encode(const pack_vocabulary *vocabulary, wm_str texts,
                                             wm_buf *codes, wm_error *err);
/* And back: exactly `length` bytes. WM_BAD_INPUT. */
WM_MUST_USE wm_status pack_vocabulary_decode(const pack_vocabulary *vocabulary, wm_str codes,
                                             size_t length, wm_buf *texts, wm_error *err);

#endif

/* needs.h: the vocabulary from inside: needs.c builds the graph, phrases.c reads its
 * words, match.c finds them in a text. */
#ifndef WAYMARK_VOCAB_NEEDS_H
#define WAYMARK_VOCAB_NEEDS_H

#include <waymark/sys/needs.h>

#include "book.h"

typedef struct need_node {
    wm_str id;
    wm_str label;
    const wm_json *record; /* while building only */
    wm_need *broader;
    size_t broader_count;
    uint32_t depth; /* longest way up */
    wm_need_step *above;
    size_t above_count;
    wm_need_step *below;
    size_t below_count;
} need_node;

struct wm_needs {
    const wm_env *env;
    wm_arena arena;
    need_node *nodes; /* in order of id */
    size_t count;
    phrase_book phrases;
};

/* Fills phrases from the records of all nodes, whose graph stands. */
WM_MUST_USE wm_status needs_read_phrases(wm_needs *needs, wm_error *err);

/* The words of the needs as bytes, at the end of `out`: the same needs make the same. */
WM_MUST_USE wm_status needs_pack_words(const wm_needs *needs, wm_buf *out, wm_error *err);
/* In place of wm_needs_read_words, from what the same needs were packed to. WM_CORRUPT: something
 * else. */
WM_MUST_USE wm_status needs_unpack_words(wm_needs *needs, wm_str bytes, wm_error *err);

#endif

/* prose.h: the long texts of a block as tokens, each of which is looked at once. */
#ifndef WAYMARK_PACK_PROSE_H
#define WAYMARK_PACK_PROSE_H

#include "model.h"

typedef struct pack_prose_token {
    uint64_t ends[2]; /* of the text: with the length all of it, up to 16 bytes */
    wm_str text;      /* borrowed from a column; "\0": the end of a text */
    uint32_t count;   /* how often it comes */
    uint32_t word;    /* PACK_NONE: it is none */
} pack_prose_token;

/* Where a token is found by a hash of its text. */
typedef struct pack_prose_slot {
    uint32_t hash;
    uint32_t place; /* 1 + the token; 0: free */
} pack_prose_slot;

typedef struct pack_prose {
    wm_arena arena;
    pack_list tokens;       /* pack_prose_token */
    pack_prose_slot *slots; /* open addressing; at most half of them are taken */
    uint32_t slot_count;    /* a power of two */
    wm_buf numbers;         /* uint32_t: the tokens of all texts, in order */
} pack_prose;

void pack_prose_init(pack_prose *prose, const wm_env *env);
void pack_prose_fini(pack_prose *prose);

pack_prose_token *pack_prose_at(const pack_prose *prose, uint32_t token);
/* Takes strings with a NUL after each, which must outlive the prose. The new tokens have no word.
 * first_out: where their numbers start. */
WM_MUST_USE wm_status pack_prose_add(pack_prose *prose, wm_str plain, size_t *first_out,
                                     wm_error *err);
/* Puts the first of these strings, `plain`, as words and literals. */
void pack_prose_put(const pack_prose *prose, size_t first, wm_str plain, wm_buf *out);

#endif

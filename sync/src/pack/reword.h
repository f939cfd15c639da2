/* reword.h: a text as an old one with some of its words replaced. Words stand between single
 * spaces; two spaces have an empty word between them. */
#ifndef WAYMARK_PACK_REWORD_H
#define WAYMARK_PACK_REWORD_H

#include <waymark/sys/arena.h>

typedef struct pack_reword {
    uint32_t kept;     /* words at the start that stay */
    uint32_t replaced; /* old words after them that go */
    wm_str front;      /* of the old text: what is kept at the start, and the space after it */
    wm_str middle;     /* the new words between; empty: none */
} pack_reword;

/* False: the texts have too little in common. */
bool pack_reword_find(wm_str old, wm_str text, pack_reword *reword_out);

/* What is kept at the start of the old text with the space after it, and what is kept at its end;
 * false: it has fewer words. */
WM_MUST_USE bool pack_reword_ends(wm_str old, uint64_t kept, uint64_t replaced, wm_str *front_out,
                                  wm_str *back_out);
/* The new text; ptr NULL: no memory. */
wm_str pack_reword_join(wm_arena *arena, wm_str front, wm_str middle, wm_str back);

#endif

/* complete.h: needs by the beginning of what somebody is typing. */
#ifndef WAYMARK_VOCAB_COMPLETE_H
#define WAYMARK_VOCAB_COMPLETE_H

#include <waymark/sys/arena.h>
#include <waymark/sys/needs.h>

typedef struct need_completion {
    wm_str words;    /* of the phrase that leads there, folded; in the arena */
    wm_str language; /* of them; lives as long as `needs` */
    wm_need need;
    bool is_inside;  /* the text is not the beginning of the phrase */
    bool is_whole;   /* the phrase has no word behind it */
    bool is_crisis;  /* at or below `crisis` */
    bool is_urgent;  /* one that is whole, in words that somebody has read, or in several words */
    bool unreviewed; /* nobody has read these words */
} need_completion;

/* Needs with a phrase of which the text is a part: its last word may be unfinished, unless a space
 * follows. A crisis that is urgent comes first (one word that nobody has read may be any word of
 * another language), then phrases that begin so, then the shortest; each need once, at most
 * `capacity`. None for less than two letters, and for a text that is too long or no UTF-8.
 * Remembers nothing. */
WM_MUST_USE wm_status needs_complete(const wm_needs *needs, wm_str text, wm_arena *arena,
                                     need_completion *out, size_t capacity, size_t *count_out,
                                     wm_error *err);

#endif

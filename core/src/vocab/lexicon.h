/* lexicon.h: folded phrases in order, each with the things it names.
 *
 * Filled with lexicon_add, then sorted once with lexicon_finish; after that look-ups only. Shared
 * by needs (phrase -> need) and places (name -> place). All memory is in the owner's arena. */
#ifndef WAYMARK_VOCAB_LEXICON_H
#define WAYMARK_VOCAB_LEXICON_H

#include <waymark/sys/arena.h>
#include <waymark/sys/buf.h>

typedef struct lexicon_entry {
    wm_str key;
    uint32_t value;
} lexicon_entry;

/* Invariant after lexicon_finish: entries in order of key, then value; no two the same. */
typedef struct lexicon {
    lexicon_entry *entries;
    size_t count;
    size_t capacity;
} lexicon;

/* Room for `capacity` entries. */
WM_MUST_USE wm_status lexicon_init(lexicon *lex, wm_arena *arena, size_t capacity, wm_error *err);
/* Copies the key. An empty key is passed over. */
WM_MUST_USE wm_status lexicon_add(lexicon *lex, wm_arena *arena, wm_str key, uint32_t value,
                                  wm_error *err);
void lexicon_finish(lexicon *lex);
/* The entries of this key: first_out and how many. */
size_t lexicon_find(const lexicon *lex, wm_str key, size_t *first_out);

#endif

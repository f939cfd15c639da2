/* postings.h: which services stand for a need (or an offer) in an area: slots, in chunks.
 *
 * A key is a number for the need and one for the area. The slots of a key are cut into chunks by
 * their own values, so that the same slots always make the same chunks, and a change rewrites one
 * of a few hundred slots. */
#ifndef WAYMARK_STORE_POSTINGS_H
#define WAYMARK_STORE_POSTINGS_H

#include "store/database.h"

/* Numbers of needs are symbols; those of offers are the symbols of their names with this bit. */
#define WM_POSTING_OFFER 0x80000000U
/* Under this "need" every service stands. */
#define WM_POSTING_EVERY 0x7fffffffU

typedef struct wm_posting_key {
    uint32_t need;
    uint32_t area; /* WM_SYMBOL_NONE: of services without areas */
} wm_posting_key;

/* One slot that joins or leaves; of several for the same slot the last counts. */
typedef struct wm_posting_change {
    wm_posting_key key;
    uint32_t slot;
    uint32_t turn; /* doubled; and 1 if it leaves */
} wm_posting_change;

/* Does a chunk begin with this slot? Else only where there is none before it. */
bool wm_posting_begins(uint32_t slot);
/* Slots, rising. */
void wm_posting_encode(const uint32_t *slots, size_t count, wm_buf *out);
/* Adds the slots of a chunk to a list of which there are *count, in the arena. WM_CORRUPT: they do
 * not rise above what is there. */
WM_MUST_USE wm_status wm_posting_decode(wm_str chunk, wm_arena *arena, uint32_t **slots,
                                        size_t *count, size_t *capacity, wm_error *err);

/* All slots of a key. */
WM_MUST_USE wm_status wm_posting_read(wm_store *store, wm_posting_key key, wm_arena *arena,
                                      uint32_t **slots_out, size_t *count_out, wm_error *err);
/* Writes the changes; puts them in order first. */
WM_MUST_USE wm_status wm_posting_apply(wm_txn *txn, wm_posting_change *changes, size_t count,
                                       wm_error *err);

#endif

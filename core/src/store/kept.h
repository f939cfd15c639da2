/* kept.h: what was read of the index, kept for the next question: blocks, postings, positions of
 * sites. Bounded by WM_INDEX_KEPT_BYTES_MAX, however large the file is; emptied when the file has
 * moved on.
 *
 * What is handed out stays where it is until the reading transaction ends (or the index is written
 * to): what does not fit meanwhile is kept beside, and freed then. */
#ifndef WAYMARK_STORE_KEPT_H
#define WAYMARK_STORE_KEPT_H

#include "store/block.h"
#include "store/postings.h"

typedef struct wm_kept wm_kept;

/* Before the first use in a reading transaction, and again whenever: notices that the file has
 * moved on, and writes what this handle has not written yet. number_out: the latest release's. */
WM_MUST_USE wm_status wm_kept_ready(wm_store *store, int64_t *number_out, wm_error *err);
/* Forgets everything. */
void wm_kept_drop(wm_store *store);
/* What was read may be wrong from now on. */
void wm_kept_stale(wm_store *store);
/* A reading transaction begins. */
void wm_kept_turn(wm_store *store);

/* The rest after wm_kept_ready. */

/* The entries in slots, which rise. WM_CORRUPT: one is empty. */
WM_MUST_USE wm_status wm_kept_entries(wm_store *store, const uint32_t *slots, size_t count,
                                      wm_entry *entries_out, wm_error *err);
/* The same of one. */
WM_MUST_USE wm_status wm_kept_entry(wm_store *store, uint32_t slot, wm_entry *entry_out,
                                    wm_error *err);
/* The slots of a key, rising. */
WM_MUST_USE wm_status wm_kept_posting(wm_store *store, wm_posting_key key,
                                      const uint32_t **slots_out, size_t *count_out, wm_error *err);

/* Where a site is, in 1e-5 degree. */
typedef struct wm_position {
    int32_t lat;
    int32_t lon;
    enum { WM_POSITION_NONE, WM_POSITION_KNOWN, WM_POSITION_AS_RECORDED } state;
} wm_position;

/* As of the latest release. AS_RECORDED: only its records say. */
WM_MUST_USE wm_status wm_kept_position(wm_store *store, uint32_t number, wm_position *position_out,
                                       wm_error *err);

#endif

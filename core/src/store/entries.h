/* entries.h: how a service becomes an entry of the index: pure but for symbols and site numbers. */
#ifndef WAYMARK_STORE_ENTRIES_H
#define WAYMARK_STORE_ENTRIES_H

#include "model/summary.h"
#include "store/block.h"
#include "store/index.h"
#include "store/postings.h"

/* All that is derived from a service. */
typedef struct wm_entry_parts {
    wm_buf summary;
    wm_buf criteria;   /* in short */
    wm_buf program;    /* in full */
    wm_buf face;       /* model/face.h */
    wm_buf successors; /* their ids, each with a line feed behind it */
    wm_arena scratch;
} wm_entry_parts;

void wm_entry_parts_init(wm_entry_parts *parts, const wm_env *env);
void wm_entry_parts_fini(wm_entry_parts *parts);

/* Makes them, in place of those that were there. Sites get numbers where they have none if `txn` is
 * not NULL. WM_BAD_RECORD. */
WM_MUST_USE wm_status wm_entry_parts_make(wm_store *store, wm_txn *txn, const wm_indexed *service,
                                          wm_entry_parts *parts, wm_error *err);

/* The keys under which the service of a summary stands: at most *count_out, each once. The list
 * lives in the arena. */
WM_MUST_USE wm_status wm_entry_keys(const wm_summary *summary, wm_arena *arena,
                                    wm_posting_key **keys_out, size_t *count_out, wm_error *err);
/* Where it is at home: its first area. */
uint32_t wm_entry_home(const wm_summary *summary);

/* ---- sites.c: where sites are ---------------------------------------------------------------- */

/* The number of a site. WM_NOT_FOUND: it has none (no text). */
WM_MUST_USE wm_status wm_site_number(wm_store *store, wm_str id, uint32_t *number_out,
                                     wm_error *err);
/* The same; it gets one if it has none. */
WM_MUST_USE wm_status wm_site_give_number(wm_txn *txn, wm_str id, uint32_t *number_out,
                                          wm_error *err);
WM_MUST_USE wm_status wm_site_put(wm_txn *txn, const wm_indexed *site, wm_error *err);
WM_MUST_USE wm_status wm_site_remove(wm_txn *txn, int64_t rev, wm_error *err);
WM_MUST_USE wm_status wm_site_released(wm_txn *txn, wm_error *err);
/* WM_CORRUPT: a site is not where its record says, or has no record. */
WM_MUST_USE wm_status wm_site_verify(wm_store *store, wm_error *err);

#endif

/* index.h: what answers are found by: rows of `service` and `candidate` for each revision of a
 * service, and of `rule` for each revision of a rule, that stands at the latest release or in the
 * working state. Called wherever a revision is put or goes. */
#ifndef WAYMARK_STORE_INDEX_H
#define WAYMARK_STORE_INDEX_H

#include "model/summary.h"
#include "store/database.h"

/* Index a revision that has no index rows; nothing for kinds that have none. WM_BAD_RECORD: its
 * criteria, or its rule, do not compile. */
WM_MUST_USE wm_status wm_index_put(wm_txn *txn, wm_kind kind, int64_t rev, const wm_json *value,
                                   wm_error *err);
/* The same of a revision that has index rows, of what it was; only what differs is written. */
WM_MUST_USE wm_status wm_index_replace(wm_txn *txn, wm_kind kind, int64_t rev, const wm_json *value,
                                       wm_error *err);
/* Does nothing to a revision that has no index rows. */
WM_MUST_USE wm_status wm_index_remove(wm_txn *txn, wm_kind kind, int64_t rev, wm_error *err);
/* Empty the index and make it anew from the records. */
WM_MUST_USE wm_status wm_index_rebuild(wm_txn *txn, wm_error *err);

/* Candidate rows are collected and written in order, which is much faster than one by one: when
 * there are many, before a removal, and at commit. */
WM_MUST_USE wm_status wm_index_flush(wm_txn *txn, wm_error *err);
/* Forget those that are not written. */
void wm_index_discard(wm_store *store);

/* The areas in `keys` of a service row; WM_SYMBOL_NONE alone: none. WM_CORRUPT: not such keys. */
WM_MUST_USE wm_status wm_index_areas(wm_str keys, int64_t rev, wm_symbol_list *areas_out,
                                     wm_error *err);

#endif

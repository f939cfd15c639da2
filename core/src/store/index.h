/* index.h: what finds services: a row of `service` and rows of `candidate` for each revision that
 * stands at the latest release or in the working state. Called wherever a revision of a service is
 * put or goes. */
#ifndef WAYMARK_STORE_INDEX_H
#define WAYMARK_STORE_INDEX_H

#include "store/database.h"

/* Index a revision that has no index rows. WM_BAD_RECORD: its criteria do not compile. */
WM_MUST_USE wm_status wm_index_put_service(wm_txn *txn, int64_t rev, const wm_json *service,
                                           wm_error *err);
/* Does nothing to a revision that has no index rows. */
WM_MUST_USE wm_status wm_index_remove(wm_txn *txn, int64_t rev, wm_error *err);

/* Candidate rows are collected and written in order, which is much faster than one by one: when
 * there are many, before a removal, and at commit. */
WM_MUST_USE wm_status wm_index_flush(wm_txn *txn, wm_error *err);
/* Forget those that are not written. */
void wm_index_discard(wm_store *store);

#endif

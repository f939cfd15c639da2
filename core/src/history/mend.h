/* mend.h: a replica's file of which only the records are believed. */
#ifndef WAYMARK_HISTORY_MEND_H
#define WAYMARK_HISTORY_MEND_H

#include "history/state.h"

/* Drop what is no record of `edition`, and make leaves and digests afresh; the index is left empty.
 * counts_out: records of each kind. WM_CORRUPT: SQLite cannot read the file. */
WM_MUST_USE wm_status wm_mend(wm_txn *txn, wm_edition edition, int64_t counts_out[WM_KIND_COUNT],
                              wm_error *err);

#endif

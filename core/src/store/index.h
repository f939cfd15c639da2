/* index.h: what answers are found by, of each revision of a service, a site or a rule that stands
 * at the latest release or in the working state, and what opening reads of needs, facts and
 * localities. Called wherever a revision is put or goes, while
 * its row in `revision` is there. */
#ifndef WAYMARK_STORE_INDEX_H
#define WAYMARK_STORE_INDEX_H

#include "model/summary.h"
#include "store/database.h"

/* What is made of a record alone, if somebody made it beforehand; else empty. */
typedef struct wm_index_made {
    wm_str lines;   /* wm_names_make */
    wm_str face;    /* wm_face_encode, of a service */
    wm_str program; /* wm_criteria_compile with wm_store_writing_symbols, of a service */
} wm_index_made;

/* A revision. */
typedef struct wm_indexed {
    wm_kind kind;
    int64_t rev;
    int64_t since;
    const wm_json *value;
    const wm_index_made *made; /* NULL: nothing is */
    const wm_json *before;     /* what wm_index_replace replaces; NULL: not at hand */
} wm_indexed;

/* Index a revision that is not in the index; nothing for kinds that never are. WM_BAD_RECORD: its
 * criteria, or its rule, do not compile. */
WM_MUST_USE wm_status wm_index_put(wm_txn *txn, const wm_indexed *revision, wm_error *err);
/* The same of a revision that is there, as it was; only what differs is written. */
WM_MUST_USE wm_status wm_index_replace(wm_txn *txn, const wm_indexed *revision, wm_error *err);
/* Does nothing to a revision that is not there. */
WM_MUST_USE wm_status wm_index_remove(wm_txn *txn, wm_kind kind, int64_t rev, wm_error *err);
/* What was pending is released now. */
WM_MUST_USE wm_status wm_index_released(wm_txn *txn, wm_error *err);
/* Empty the index and make it anew from the records. */
WM_MUST_USE wm_status wm_index_rebuild(wm_txn *txn, wm_error *err);

/* Make all gists, of which there are none yet. */
WM_MUST_USE wm_status wm_index_make_gists(wm_txn *txn, wm_error *err);

/* Blocks and postings are collected and written in order, which is much faster than one by one:
 * when there are many, before they are read, and at commit. */
WM_MUST_USE wm_status wm_index_flush(wm_txn *txn, wm_error *err);
/* Forget those that are not written, and all that was read. */
void wm_index_discard(wm_store *store);

#endif

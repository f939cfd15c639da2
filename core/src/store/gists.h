/* gists.h: what is read of the vocabulary, of rules and of texts: a row of `gist` (model/gist.h)
 * for each of them that stands at the latest release or in the working state. Written by index.c.
 */
#ifndef WAYMARK_STORE_GISTS_H
#define WAYMARK_STORE_GISTS_H

#include "store/database.h"

WM_MUST_USE wm_status wm_gists_put(wm_txn *txn, wm_kind kind, int64_t rev, const wm_json *record,
                                   wm_error *err);
/* Does nothing to a revision that has no row. */
WM_MUST_USE wm_status wm_gists_remove(wm_txn *txn, int64_t rev, wm_error *err);
/* Is each row what its record makes, and has each record one? WM_CORRUPT: no. Inside
 * wm_store_read_begin. */
WM_MUST_USE wm_status wm_gists_verify(wm_store *store, wm_error *err);

/* `record` has at least what its gist has. */
typedef struct wm_gist_sink {
    wm_status (*put)(void *context, wm_str id, const wm_json *record, wm_error *err);
    void *context;
} wm_gist_sink;

/* Each record of a kind that stands in the view, in order of id, as long as the sink says WM_OK; it
 * lives in the arena, its id for the call. */
WM_MUST_USE wm_status wm_store_gists(wm_store *store, wm_view view, wm_kind kind, wm_arena *arena,
                                     const wm_gist_sink *sink, wm_error *err);
/* One record of a kind that has gists. WM_NOT_FOUND: without text. */
WM_MUST_USE wm_status wm_store_get_gist(wm_store *store, wm_view view, wm_kind kind, wm_str id,
                                        wm_arena *arena, const wm_json **record_out, wm_error *err);

#endif

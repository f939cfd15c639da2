/* release.h: release rows, as history writes them. */
#ifndef WAYMARK_STORE_RELEASE_H
#define WAYMARK_STORE_RELEASE_H

#include "store/database.h"

/* wm_store_release inside a transaction that is open already. */
WM_MUST_USE wm_status wm_store_read_release(wm_store *store, int64_t number,
                                            wm_release *release_out, wm_error *err);
WM_MUST_USE wm_status wm_store_put_release(wm_txn *txn, const wm_release *release, wm_error *err);
/* All of them: a replica knows only the one it is at. */
WM_MUST_USE wm_status wm_store_forget_releases(wm_txn *txn, wm_error *err);
/* Cut at a character. */
void wm_release_set_note(wm_release *release, wm_str note);

#endif

/* cards.h: what answers show of services, ready to print: a row of `card` with the face
 * (model/face.h) of each service that is indexed. Written by index.c. */
#ifndef WAYMARK_STORE_CARDS_H
#define WAYMARK_STORE_CARDS_H

#include "model/face.h"
#include "store/database.h"

/* The bytes of the face of a revision, for wm_face_decode, put at the end of bytes_out.
 * WM_CORRUPT: there are none. */
WM_MUST_USE wm_status wm_store_face(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                    wm_error *err);

WM_MUST_USE wm_status wm_cards_put(wm_txn *txn, int64_t rev, const wm_json *service, wm_error *err);
/* The same of a revision that may have a row; written only if it differs. */
WM_MUST_USE wm_status wm_cards_replace(wm_txn *txn, int64_t rev, const wm_json *service,
                                       wm_error *err);
/* Does nothing to a revision that has no row. */
WM_MUST_USE wm_status wm_cards_remove(wm_txn *txn, int64_t rev, wm_error *err);

/* Is the row what the record makes? WM_CORRUPT: no. */
WM_MUST_USE wm_status wm_cards_check(wm_store *store, int64_t rev, const wm_json *service,
                                     wm_error *err);
/* Is there no row but those of services that are indexed? WM_CORRUPT: one. */
WM_MUST_USE wm_status wm_cards_check_count(wm_store *store, wm_error *err);

#endif

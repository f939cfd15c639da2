/* phrases.h: what needs are called in words, as vocab/book_pack.c packs it: a row of `phrases` for
 * the needs that stand at the latest release, and one for those of the working state where they are
 * others. Kept under the digest of the numbers of their revisions, so that whoever reads it finds
 * that of these needs or none. Written by index.c. */
#ifndef WAYMARK_STORE_PHRASES_H
#define WAYMARK_STORE_PHRASES_H

#include <waymark/sys/needs.h>

#include "store/database.h"

/* As needs are by now. Nothing is kept of needs that do not fit together: they are read from their
 * records, which says why. */
WM_MUST_USE wm_status wm_phrases_write(wm_txn *txn, wm_error *err);
/* Is each row what its needs make, and has the latest release one? WM_CORRUPT: no. Inside
 * wm_store_read_begin. */
WM_MUST_USE wm_status wm_phrases_verify(wm_store *store, wm_error *err);

/* Reads the words of needs, which are those of the view. WM_NOT_FOUND: nothing is kept of them
 * (without text). After another failure the needs are only good for being freed. Inside
 * wm_store_read_begin. */
WM_MUST_USE wm_status wm_store_phrases(wm_store *store, wm_view view, wm_needs *needs,
                                       wm_error *err);

#endif

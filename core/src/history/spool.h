/* spool.h: items that wait for their turn in a temporary table, in the order in which they came.
 *
 * What is as long as the directory is put here, not into memory: of a spool that has more than a
 * block of items only two blocks are in memory, one that is being filled and one that is read. The
 * table lives in a file of its own that SQLite takes away with the connection. */
#ifndef WAYMARK_HISTORY_SPOOL_H
#define WAYMARK_HISTORY_SPOOL_H

#include "store/database.h"

#define WM_SPOOL_BLOCK_BYTES ((size_t)64 * WM_KIB)

typedef struct wm_spool {
    wm_store *store;
    int64_t number; /* of those that are in use at a time, each has its own */
    size_t item_bytes;
    char *block; /* the last one, which is not full */
    uint64_t count;
    bool is_written; /* some of it is in the table */
} wm_spool;

/* Nothing is asked for before the first item comes. */
void wm_spool_init(wm_spool *spool, wm_store *store, int64_t number, size_t item_bytes);
/* Takes its blocks out of the table. */
void wm_spool_fini(wm_spool *spool);
WM_MUST_USE wm_status wm_spool_put(wm_spool *spool, const void *item, wm_error *err);

/* Some of the items, one after the other, while none is put. */
typedef struct wm_spool_reader {
    const wm_spool *spool;
    uint64_t at;
    uint64_t end;
    char *block; /* the one that `at` stands in; NULL: not read yet */
} wm_spool_reader;

/* From `at` on, to before `end`. Free with wm_spool_close. */
wm_spool_reader wm_spool_open(const wm_spool *spool, uint64_t at, uint64_t end);
void wm_spool_close(wm_spool_reader *reader);
/* The next one, borrowed until the next call. WM_END without text: there is none. */
WM_MUST_USE wm_status wm_spool_next(wm_spool_reader *reader, const void **item_out, wm_error *err);

#endif

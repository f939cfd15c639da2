/* partition.h: partitions by number in the file, and the projections that ride in them. */
#ifndef WAYMARK_HISTORY_PARTITION_H
#define WAYMARK_HISTORY_PARTITION_H

#include <waymark/sys/history.h>

#include "store/statement.h"

/* Pinned numbers: they stand in databases. */
#define WM_PARTITION_NUMBER_ALL ((int64_t)0)
#define WM_PARTITION_NUMBER_NONE ((int64_t)-1) /* the edition leaves the record out */

/* Makes one if it is new. WM_TOO_LARGE: more than a slice can number. */
WM_MUST_USE wm_status wm_partition_number(wm_txn *txn, wm_str name, int64_t *number_out,
                                          wm_error *err);
/* WM_NOT_FOUND without text: no record ever rode in it. */
WM_MUST_USE wm_status wm_partition_find(wm_store *store, wm_str name, int64_t *number_out,
                                        wm_error *err);
/* WM_CORRUPT: there is none. Put behind what is in `name_out`. */
WM_MUST_USE wm_status wm_partition_name(wm_store *store, int64_t number, wm_buf *name_out,
                                        wm_error *err);

/* One open row of `projection`. */
typedef struct wm_projection {
    int64_t rev;
    wm_edition edition;
    int64_t since;
    int64_t partition;
    wm_leaf leaf;
} wm_projection;

/* The open projection of a revision. WM_NOT_FOUND without text. */
WM_MUST_USE wm_status wm_projection_get(wm_store *store, int64_t rev, wm_edition edition,
                                        wm_projection *projection_out, wm_error *err);
/* `record`: the projected bytes, ptr NULL if they are the revision's. */
WM_MUST_USE wm_status wm_projection_put(wm_txn *txn, const wm_projection *projection, wm_str record,
                                        wm_error *err);
/* Open projections on their way into the table, many with one statement: what a statement costs
 * beside its rows is as much as a row. */
typedef struct wm_projection_rows {
    wm_txn *txn;
    wm_projection items[WM_SQL_ROW_COUNT];
    int64_t shown[WM_SQL_ROW_COUNT]; /* 0: as the revision is */
    size_t count;
} wm_projection_rows;

/* wm_projection_put, but that the row may not be there before wm_projection_rows_write. */
WM_MUST_USE wm_status wm_projection_rows_put(wm_projection_rows *rows,
                                             const wm_projection *projection, wm_str record,
                                             wm_error *err);
WM_MUST_USE wm_status wm_projection_rows_write(wm_projection_rows *rows, wm_error *err);
/* It stood until just before release `until`. */
WM_MUST_USE wm_status wm_projection_close(wm_txn *txn, const wm_projection *projection,
                                          int64_t until, wm_error *err);
/* Take the leaf from the bytes of a row, and check that edition and partition are ones that we
 * write. WM_CORRUPT. */
WM_MUST_USE wm_status wm_projection_check(wm_projection *projection, wm_str leaf, wm_error *err);

#endif

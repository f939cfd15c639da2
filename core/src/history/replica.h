/* replica.h: a replica while it catches up (sys/history.h), for the files that do it. */
#ifndef WAYMARK_HISTORY_REPLICA_H
#define WAYMARK_HISTORY_REPLICA_H

#include "history/state.h"

struct wm_replica_apply {
    wm_store *store;
    wm_txn *txn;
    wm_edition edition;
    int64_t base;
    wm_release release; /* in the making: counts */
    bool is_mended;     /* the index is empty, and is made at the end */
    wm_tally tally;
    wm_arena scratch; /* one record */
    wm_buf bytes;     /* its canonical form */
    /* the partition that was put into last */
    char name[WM_PARTITION_NAME_BYTES_MAX];
    size_t name_length; /* 0: none yet */
    int64_t number;
};

#endif

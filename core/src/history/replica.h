/* replica.h: a replica while it catches up (sys/history.h), for the files that do it. */
#ifndef WAYMARK_HISTORY_REPLICA_H
#define WAYMARK_HISTORY_REPLICA_H

#include "history/roster.h"
#include "history/state.h"

#define WM_ROW_PLACES 16384 /* a power of two */

#define WM_ROWS_KEPT_BYTES_MAX (3 * WM_MIB)

/* Where records stand whose ids were given: by hash, the last one wins. */
typedef struct wm_row_place {
    uint32_t hash;
    uint32_t rev;          /* 0: none */
    uint32_t kept;         /* where it begins in what is kept of rows: id, then record */
    uint32_t record_bytes; /* 0: not kept */
} wm_row_place;

/* A new record that waits. */
typedef struct wm_held_record {
    wm_record record;
    int64_t partition;
} wm_held_record;

struct wm_replica_apply {
    wm_store *store;
    wm_txn *txn;
    wm_edition edition;
    int64_t base;
    wm_release release; /* in the making: counts */
    bool is_mended;     /* the index is empty, and is made at the end */
    wm_tally tally;
    wm_roster_log roster;
    wm_arena scratch; /* one record */
    wm_buf bytes;     /* its canonical form */
    wm_arena held_arena;
    wm_held_record *held; /* in order of kind and id */
    size_t held_count;
    size_t held_capacity;
    /* the partition that was put into last */
    char name[WM_PARTITION_NAME_BYTES_MAX];
    size_t name_length; /* 0: none yet */
    int64_t number;
    int64_t places_of; /* whose records these are */
    wm_row_place places[WM_ROW_PLACES];
    wm_buf rows; /* records whose ids were given, until one is written */
    bool keeps_rows;
};

/* Write the records that wait. To be called before all records of a partition are looked at, and
 * where one is that may be among them. */
wm_status wm_held_write(wm_replica_apply *apply, wm_error *err);
bool wm_held_may_have(const wm_replica_apply *apply, wm_kind kind, wm_str id);

/* The row where a record probably stands: whoever asks it says whose it must be. 0: nobody knows.
 */
int64_t wm_row_guess(const wm_replica_apply *apply, wm_kind kind, wm_str id);
/* A record is about to be written: those that were kept may be wrong from now on. */
void wm_rows_let_go(wm_replica_apply *apply);

#endif

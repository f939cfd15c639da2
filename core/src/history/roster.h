/* roster.h: the records of a partition of a replica, in order of (kind, id), as a list of their
 * rows.
 *
 * A delta names the records of its base by their rank. `roster` has that list for each partition;
 * where it has none, or one of another length, it is made anew. It says nothing that the records do
 * not say: if it is wrong, a delta leads to another digest than the signed one, and the replica is
 * mended. */
#ifndef WAYMARK_HISTORY_ROSTER_H
#define WAYMARK_HISTORY_ROSTER_H

#include <waymark/sys/history.h>

#include "store/database.h"

#define WM_ROSTER_ENTRY_BYTES 4

typedef struct wm_roster_event {
    int64_t partition;
    int64_t rev;
    size_t order;
    bool comes; /* or goes */
} wm_roster_event;

/* What an apply does to the partitions. */
typedef struct wm_roster_log {
    wm_store *store;
    wm_edition edition;
    wm_roster_event *events;
    size_t count;
    size_t capacity;
    wm_buf valid;   /* int64_t: partitions whose roster was right when it began */
    bool is_remade; /* too much happened: all are made anew */
} wm_roster_log;

/* Then wm_roster_begin, before anything changes. */
void wm_roster_init(wm_roster_log *log, wm_store *store, wm_edition edition);
void wm_roster_fini(wm_roster_log *log);
WM_MUST_USE wm_status wm_roster_begin(wm_roster_log *log, wm_error *err);

/* A row comes to a partition, or goes. */
WM_MUST_USE wm_status wm_roster_note(wm_roster_log *log, int64_t partition, int64_t rev, bool comes,
                                     wm_error *err);
/* The partition as it stands now, at the end of `revs_out`. */
WM_MUST_USE wm_status wm_roster_read(wm_roster_log *log, int64_t partition, wm_buf *revs_out,
                                     wm_error *err);
/* The row at a rank. */
int64_t wm_roster_at(const wm_buf *revs, size_t rank);
/* When all digests are up to date: keeps those that changed. */
WM_MUST_USE wm_status wm_roster_save(wm_roster_log *log, wm_error *err);
/* WM_CORRUPT: one that is stored is not what would be made now. */
WM_MUST_USE wm_status wm_roster_verify(wm_store *store, wm_edition edition, wm_error *err);

#endif

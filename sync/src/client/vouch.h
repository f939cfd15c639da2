/* vouch.h: the metadata that vouches for a replica's records, as it was kept with them (keep.c),
 * verified again from its root down. Only for this room. */
#ifndef WAYMARK_CLIENT_VOUCH_H
#define WAYMARK_CLIENT_VOUCH_H

#include "client/machine.h"

#include <waymark/sys/files.h>

/* Kept in the transaction of each apply, beside what the chase stores of later runs. */
#define WM_BLOB_AT "sync/at/"      /* ROLE, or "localities.json" */
#define WM_BLOB_ROOTS "sync/root/" /* VERSION: every root that was seen */
#define WM_BLOB_KEPT "sync/pack/"  /* TARGET.HASH, 16 digits of it: packs, span indexes, pages */
#define WM_BLOB_AT_INDEX "sync/at/localities.json"

typedef struct wm_vouched_file {
    wm_str bytes; /* as signed */
    int64_t version;
} wm_vouched_file;

typedef struct wm_vouched_partition {
    wm_str code;
    wm_vouched_file file;
    wm_targets targets;
    wm_feed_role role;
} wm_vouched_partition;

typedef struct wm_vouched {
    wm_edition edition;
    wm_vouched_file root; /* of that time */
    wm_vouched_file timestamp;
    wm_vouched_file snapshot;
    wm_vouched_file targets;
    wm_vouched_file partitions_role;
    wm_root root_content;
    wm_timestamp timestamp_content;
    wm_snapshot snapshot_content;
    wm_targets targets_content;
    wm_targets partitions_content;
    const wm_listed_file *index_file;
    wm_str index_bytes;
    wm_feed_index index;
    wm_feed_release release;
    const wm_listed_file *release_file;
    wm_vouched_partition *partitions; /* those that the replica's subscriptions take, sorted */
    size_t partition_count;
} wm_vouched;

/* WM_NOT_FOUND: the replica never caught up (no text). WM_NOT_TRUSTED, WM_BAD_INPUT: it does not
 * stand up to its signatures, or something is missing. Everything lives in `arena`. */
WM_MUST_USE wm_status wm_vouched_load(wm_store *replica, wm_arena *arena, wm_vouched *vouched_out,
                                      wm_error *err);
/* Is the root of that time this one, or does either follow from the other by the roots kept?
 * WM_NOT_TRUSTED if not. */
WM_MUST_USE wm_status wm_vouched_root_is(wm_store *replica, wm_arena *arena,
                                         const wm_vouched *vouched, wm_str root, wm_error *err);
/* In front of why, in both ways of giving one. */
#define WM_OTHER_ROOT "the replica is not of the feed of the root that was given"
/* The kept root of a version; ptr NULL if there is none. */
WM_MUST_USE wm_status wm_kept_root(wm_store *replica, wm_arena *arena, int64_t version,
                                   wm_str *bytes_out, wm_error *err);
/* From `older` by the kept roots, each signed by the one before, to `newer`. WM_NOT_TRUSTED: they
 * do not lead there. */
WM_MUST_USE wm_status wm_kept_roots_follow(wm_store *replica, wm_arena *arena, wm_str older,
                                           wm_str newer, wm_error *err);

/* sweep.c */
/* Remove from the feed in `folder` what its metadata, that of `vouched`, does not reach: after its
 * timestamp was written. Of partitions that are not vouched for, the roles in the folder say it. */
WM_MUST_USE wm_status wm_vouched_sweep(const wm_vouched *vouched, const wm_files *files,
                                       const char *folder, wm_arena *arena, size_t *removed_out,
                                       wm_error *err);

#endif

/* publisher.h: one run of publish for one edition: what its steps share. Only for this room.
 *
 *   keys -> the feed as it is (feed_state.c) -> packs of what changed (packs.c)
 *        -> roles, partitions, targets, snapshot, timestamp (publish.c), in that order
 */
#ifndef WAYMARK_PUBLISH_PUBLISHER_H
#define WAYMARK_PUBLISH_PUBLISHER_H

#include <waymark/sys/history.h>
#include <waymark/sys/publish.h>

#include "publish/keys.h"
#include "trust/feed.h"

typedef struct wm_feed_partition {
    wm_str code;
    wm_targets role; /* head.version 0: there is none yet */
    const wm_feed_pack *packs;
    size_t pack_count;
} wm_feed_partition;

/* The feed as its newest timestamp says. */
typedef struct wm_feed_state {
    bool exists;
    wm_timestamp timestamp;
    wm_snapshot snapshot;
    wm_targets targets;
    wm_targets partitions_role;
    wm_feed_release release;
    const wm_feed_partition *partitions; /* sorted by code */
    size_t partition_count;
} wm_feed_state;

/* The states of all partitions at one release, sorted by code. */
typedef struct wm_state_table {
    wm_state *states;
    size_t count;
    size_t capacity;
} wm_state_table;

typedef struct wm_publisher {
    wm_store *store;
    const wm_publish_options *options;
    const wm_files *files;
    wm_edition edition;
    int64_t day_s; /* the day of signing, at midnight */
    wm_release release;
    wm_arena *arena;        /* of this edition's run */
    wm_arena *result_arena; /* of the caller */
    wm_edition_keys keys;
    wm_feed_state held;
    wm_state_table *tables; /* of releases first_table ... release.number */
    int64_t first_table;
    wm_published_file *written; /* in result_arena */
    size_t written_count;
    size_t written_capacity;
} wm_publisher;

/* feed_state.c */
WM_MUST_USE wm_status wm_feed_state_load(wm_publisher *publisher, wm_error *err);

/* packs.c */
/* All tables from `first` to the release. */
WM_MUST_USE wm_status wm_publisher_load_states(wm_publisher *publisher, int64_t first,
                                               wm_error *err);
/* The empty state if the release has no such partition. */
wm_state wm_publisher_state(const wm_publisher *publisher, wm_str code, int64_t release);
/* Write the packs that bring a partition up to the release. files_out: what its role lists then;
 * NULL if nothing changed. */
WM_MUST_USE wm_status wm_publisher_update_partition(wm_publisher *publisher,
                                                    const wm_feed_partition *held,
                                                    const wm_listed_file **files_out,
                                                    size_t *file_count_out, wm_error *err);

/* publish.c */
/* Write a file of the feed and remember it for the result; the upper part of `file` says what it
 * is. */
WM_MUST_USE wm_status wm_publisher_write(wm_publisher *publisher, const wm_published_file *file,
                                         wm_str bytes, wm_error *err);

#endif

/* publisher.h: one run of publish for one edition: what its steps share. Only for this room.
 *
 *   publish.c     the run: which editions, which day, in what order
 *   keys.c        the key folder
 *   feed_state.c  the feed as it is
 *   states.c      the partitions as the database has them
 *   packs.c       cutting packs, and what a partition's role lists
 *   lanes.c       several partitions at a time
 *   twins.c       packs that the editions have alike
 *   spans.c       which deltas there are beside the newest, and their index
 *   roles.c       roles, localities.json, targets, snapshot, timestamp
 *   roots.c       the versions of root
 *   output.c      writing and removing files of the feed
 *   recall.c      records whose older values must go
 *   prune.c       what nobody asks for any more
 *   renew.c       the timestamp alone, where there is no database
 *   expiry.c      how long all of it lasts
 */
#ifndef WAYMARK_PUBLISH_PUBLISHER_H
#define WAYMARK_PUBLISH_PUBLISHER_H

#include <waymark/sys/history.h>
#include <waymark/sys/pack.h>
#include <waymark/sys/publish.h>

#include "pack/spans.h"
#include "publish/keys.h"

typedef struct wm_feed_partition {
    wm_str code;
    wm_targets role;     /* head.version 0: there is none yet */
    wm_feed_role listed; /* what it lists */
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
    unsigned replaced; /* WM_ROLE_BIT of timestamp, snapshot, targets: signed by keys that today's
                          root does not name so any more; of targets also: delegated to others than
                          the keys that it names, all of them, or with another threshold */
} wm_feed_state;

/* The states of all partitions at one release, sorted by code. */
typedef struct wm_state_table {
    bool loaded;
    wm_state *states;
    size_t count;
    size_t capacity;
} wm_state_table;

/* A record whose values, but for the one of the latest release, are not to be had any more. */
typedef struct wm_recall {
    bool has_kind;
    wm_kind kind;
    wm_str id;
    wm_str current; /* in the edition at hand; ptr NULL: none */
    bool has_older; /* some edition showed another value once */
} wm_recall;

/* A pack that was cut in this run. */
typedef struct wm_cut {
    wm_pack_header header;
    wm_listed_file file;
} wm_cut;

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
    wm_state_table *tables; /* by release, as they are asked for */
    wm_names unsynced;      /* in the feed folder; in `arena` */
    wm_recall *recalls;
    size_t recall_count;
    wm_cut *cuts; /* of the public edition; in result_arena */
    size_t cut_count;
    size_t cut_capacity;
    wm_published_file *written; /* the same */
    size_t written_count;
    size_t written_capacity;
    wm_names removed;       /* the same */
    struct wm_lanes *lanes; /* NULL: outside of wm_lanes_open and _close */
    size_t lane;            /* 0: the caller's */
    uint64_t to_pass;       /* records of the partition at hand */
    uint64_t passed;        /* of them, so far */
} wm_publisher;

/* output.c */
/* Write a file of the feed and remember it for the result; the upper part of `file` says what it
 * is. A file that is there already, byte for byte, is left alone. */
WM_MUST_USE wm_status wm_publisher_write(wm_publisher *publisher, const wm_published_file *file,
                                         wm_str bytes, wm_error *err);
/* Put a file to the result: one that was written. */
WM_MUST_USE wm_status wm_publisher_remember(wm_publisher *publisher, const wm_published_file *file,
                                            wm_error *err);
/* All files of this edition are on disk when this returns: to be called before the entry point is
 * switched, which then is written and synced by itself. */
WM_MUST_USE wm_status wm_publisher_sync(wm_publisher *publisher, wm_error *err);
WM_MUST_USE wm_status wm_publisher_switch(wm_publisher *publisher, const wm_published_file *file,
                                          wm_str bytes, wm_error *err);
/* Delete a file of the feed and remember it for the result; for good after wm_publisher_sync. */
WM_MUST_USE wm_status wm_publisher_remove(wm_publisher *publisher, const char *path, wm_error *err);
/* Delete what a run that stopped may have left under a name of its own. */
WM_MUST_USE wm_status wm_publisher_tidy(wm_publisher *publisher, wm_error *err);
/* The same of a target, under its hash; listed_out: how a role lists it (without custom data).
 * `published` says kind, partition, from and to. */
WM_MUST_USE wm_status wm_publisher_write_target(wm_publisher *publisher, const char *target,
                                                const wm_published_file *published, wm_str bytes,
                                                wm_listed_file *listed_out, wm_error *err);
/* A file of the feed folder, at the end of `bytes_out`. WM_NOT_FOUND: no such file (no text). */
WM_MUST_USE wm_status wm_publisher_read_into(const wm_publisher *publisher, const char *path,
                                             wm_buf *bytes_out, wm_error *err);
/* A file of the feed folder, in the run's arena. WM_NOT_FOUND: no such file (no text). */
WM_MUST_USE wm_status wm_publisher_read(wm_publisher *publisher, const char *path, size_t max_bytes,
                                        wm_str *bytes_out, wm_error *err);

/* roots.c */
/* WM_CONFLICT: the feed has a newer root than the key folder, or another one of the same version.
 */
WM_MUST_USE wm_status wm_publisher_check_roots(wm_publisher *publisher, wm_error *err);
/* Every version of root up to ours, byte for byte. */
WM_MUST_USE wm_status wm_publisher_copy_roots(wm_publisher *publisher, wm_error *err);

/* feed_state.c */
/* Timestamp, snapshot and top targets; not `exists`, if there is no timestamp. */
WM_MUST_USE wm_status wm_feed_state_load_top(wm_publisher *publisher, wm_error *err);
/* And all the rest. */
WM_MUST_USE wm_status wm_feed_state_load(wm_publisher *publisher, wm_error *err);
/* The same of an older snapshot, if it is still there; whatever the timestamp says. */
WM_MUST_USE wm_status wm_feed_state_load_at(wm_publisher *publisher, int64_t version,
                                            wm_error *err);
/* A target that signed metadata lists, length and hash checked. WM_NOT_FOUND: it is not there
 * (no text). */
WM_MUST_USE wm_status wm_feed_target_load(wm_publisher *publisher, const wm_listed_file *listed,
                                          size_t max_bytes, wm_str *bytes_out, wm_error *err);

/* states.c */
/* All partitions with records at a release. */
WM_MUST_USE wm_status wm_publisher_states(wm_publisher *publisher, int64_t release,
                                          const wm_state_table **table_out, wm_error *err);
/* One of them; the empty state if the release has no such partition. */
WM_MUST_USE wm_status wm_publisher_state(wm_publisher *publisher, wm_str code, int64_t release,
                                         wm_state *state_out, wm_error *err);

/* packs.c */
/* Write the packs that bring a partition up to the release. files_out: what its role lists then
 * (but for release.json); NULL if nothing changed. */
WM_MUST_USE wm_status wm_publisher_update_partition(wm_publisher *publisher,
                                                    const wm_feed_partition *held,
                                                    const wm_listed_file **files_out,
                                                    size_t *file_count_out, wm_error *err);
/* The delta of a partition from one of its changes to another. */
WM_MUST_USE wm_status wm_publisher_cut_delta(wm_publisher *publisher, wm_str code, int64_t from,
                                             int64_t to, wm_span *span_out, wm_error *err);

/* lanes.c */
#define WM_LANES_MAX 8
typedef struct wm_lanes wm_lanes;
/* Begin with these partitions, on as many threads as the options allow. Free with wm_lanes_close,
 * when nothing that wm_lanes_take gave is needed any more. */
WM_MUST_USE wm_status wm_lanes_open(wm_publisher *publisher, const wm_feed_partition *const *held,
                                    size_t count, wm_lanes **lanes_out, wm_error *err);
/* wm_publisher_update_partition of one of them. To be called in order, once for each. */
WM_MUST_USE wm_status wm_lanes_take(wm_lanes *lanes, size_t at, const wm_listed_file **files_out,
                                    size_t *file_count_out, wm_error *err);
/* Who is in which partition, where a partition at a release is as it is in the release that most
 * packs start from; else NULL, and its names are to be searched for. Read once for all lanes; lives
 * until wm_lanes_close. */
WM_MUST_USE wm_status wm_lanes_census(wm_publisher *publisher, wm_str code, int64_t release,
                                      const wm_census **census_out, wm_error *err);
/* So many more records were gone through. Fails if the run is to stop. */
WM_MUST_USE wm_status wm_lanes_pass(wm_publisher *publisher, uint64_t records, wm_error *err);
void wm_lanes_close(wm_lanes *lanes); /* NULL is allowed */

/* twins.c */
/* A pack of this edition was written. */
WM_MUST_USE wm_status wm_publisher_remember_cut(wm_publisher *publisher,
                                                const wm_pack_header *header,
                                                const wm_listed_file *listed, wm_error *err);
/* Make a pack of one that was cut for another edition in this run. WM_NOT_FOUND: there is none (no
 * text). */
WM_MUST_USE wm_status wm_publisher_find_twin(wm_publisher *publisher, const wm_pack_header *header,
                                             wm_buf *pack_out, wm_error *err);

/* spans.c */
typedef struct wm_span_set {
    wm_arena *arena;
    wm_span *rows; /* sorted by `from`, then `to` */
    size_t count;
    size_t capacity;
    int64_t newest;                /* where the delta of the newest change starts; 0: not known */
    int64_t end;                   /* the newest change */
    const wm_span_page_ref *pages; /* that the index refers to, as it was loaded */
    size_t page_count;
    bool lost; /* the index or a page could not be read */
} wm_span_set;

/* Every delta of a partition that the feed has: those of the index and its pages, and the newest.
 * A page or an index that is missing or damaged is forgotten: its clients take the snapshot. */
WM_MUST_USE wm_status wm_span_set_load(wm_publisher *publisher, const wm_feed_partition *held,
                                       wm_span_set *set_out, wm_error *err);
/* The delta of the newest change; NULL: there is none. */
const wm_span *wm_span_set_newest(const wm_span_set *set);
/* The partition changed with release `to`: cut that delta, and those that join older ones. `most`:
 * bytes of the snapshot; no delta that is as large is kept but the first. */
WM_MUST_USE wm_status wm_span_set_grow(wm_publisher *publisher, wm_str code, wm_span_set *set,
                                       int64_t to, uint64_t most, wm_error *err);
/* Forget what is too old. */
void wm_span_set_retain(wm_span_set *set, int64_t releases);
/* Forget what carries a recalled value. *changed_out also if something is lost that may have listed
 * such a delta: its file goes with all that nothing leads to. */
WM_MUST_USE wm_status wm_span_set_recall(wm_publisher *publisher, wm_str code, wm_span_set *set,
                                         bool *changed_out, wm_error *err);
/* What the cheapest way from one release to another costs; WM_NOT_FOUND: there is none. */
WM_MUST_USE wm_status wm_span_set_cost(const wm_publisher *publisher, const wm_span_set *set,
                                       int64_t from, int64_t to, uint64_t *bytes_out,
                                       wm_error *err);
/* Write index and pages; the newest delta is listed elsewhere. No path in *listed_out: there is
 * nothing to list. */
WM_MUST_USE wm_status wm_span_set_write(wm_publisher *publisher, wm_str code,
                                        const wm_span_set *set, wm_listed_file *listed_out,
                                        wm_error *err);

/* recall.c */
/* Which records options->recall names; in result_arena. WM_BAD_ARGUMENT: none, or several. */
WM_MUST_USE wm_status wm_recalls_find(wm_publisher *publisher, wm_error *err);
/* The values of this edition. */
WM_MUST_USE wm_status wm_recalls_begin(wm_publisher *publisher, wm_error *err);
/* After all editions: WM_REFUSED, if a record has no older value in any. */
WM_MUST_USE wm_status wm_recalls_check(const wm_publisher *publisher, wm_error *err);
/* Does a recalled value stand in the partition at a release? */
WM_MUST_USE wm_status wm_recalls_stand(wm_publisher *publisher, wm_str code, int64_t release,
                                       bool *stands_out, wm_error *err);
/* Does a delta of the partition carry one? */
WM_MUST_USE wm_status wm_recalls_carried(wm_publisher *publisher, wm_str code, int64_t from,
                                         int64_t to, bool *carried_out, wm_error *err);

/* prune.c */
/* After the switch, with the feed as it is now in `held`. */
WM_MUST_USE wm_status wm_publisher_prune(wm_publisher *publisher, wm_error *err);

/* roles.c */
/* Everything, in order: the roots and then the timestamp last. */
WM_MUST_USE wm_status wm_publisher_write_feed(wm_publisher *publisher, wm_error *err);

#endif

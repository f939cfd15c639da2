/* publish.h: from an authoring database to a signed feed of static files.
 *
 * A feed is one TUF repository per edition:
 *
 *   FEED/public/timestamp.json                  replaced at each publish or renewal, and last
 *   FEED/public/N.root.json  N.snapshot.json  N.targets.json  N.partitions.json  N.p.CODE.json
 *   FEED/public/targets/HASH.release.json       {"date","edition","release"}
 *   FEED/public/targets/HASH.localities.json    the locality tree
 *   FEED/public/targets/p/CODE/HASH.0-12.pack   a snapshot of partition CODE at release 12
 *   FEED/public/targets/p/CODE/HASH.11-12.pack  the delta from release 11 to 12
 *   FEED/public/targets/p/CODE/HASH.spans       which deltas there are beside the newest
 *   FEED/public/targets/p/CODE/HASH.spans-3     the older ones: releases 192 to 255
 *
 * and the same under FEED/professional. Every name but timestamp.json has a version or a digest in
 * it, so nothing that a client may be reading is ever changed under it.
 *
 * Each edition has its own keys (keys.h): metadata of one can never pass for the other's. The
 * targets key also signs the partitions' roles. sync/TRUST.md says which keys to keep offline. */
#ifndef WAYMARK_SYS_PUBLISH_H
#define WAYMARK_SYS_PUBLISH_H

#include <waymark/sys/keys.h>
#include <waymark/sys/store.h>
#include <waymark/sys/watch.h>

WM_BEGIN_DECLS

/* How long signatures last, in days from the day of signing. What does not change is signed again
 * when less than a third of its time is left. */
#define WM_ROOT_DAYS 365
#define WM_TARGETS_DAYS 365
#define WM_SNAPSHOT_DAYS 90
#define WM_TIMESTAMP_DAYS 7
/* They count from the day of the release if that is later than today, by so many days at most. */
#define WM_RELEASE_AHEAD_DAYS 7

/* A new snapshot is cut when the deltas since the last are more than this share of it. */
#define WM_SNAPSHOT_CUT_PERCENT 30
/* Deltas of so many releases are kept, and up to 63 more; who is further behind takes a snapshot.
 */
#define WM_SPAN_RELEASES 512

typedef struct wm_publish_options {
    const char *feed_folder;
    const char *key_folder;
    int64_t now_s;     /* the day of signing; the same day, keys and releases give the same bytes */
    unsigned editions; /* 1u << wm_edition of those to publish; 0: those the directory names, or
                          all */
    int level;         /* of compression; 0: the best that is quick enough for so many records */
    int64_t span_releases; /* 0: WM_SPAN_RELEASES */
    bool prune;            /* remove what the new metadata and the one before do not reach */
    /* Records, "KIND/ID" or an id that only one kind has, of which only the value of the latest
     * release may be had from the feed. Every pack that carries an older one is listed no more, and
     * is removed: this prunes, too, and keeps nothing of the metadata before. */
    const wm_str *recall;
    size_t recall_count;
    const wm_files *files; /* NULL: the system's */
    /* How many threads may work, and the path of the database, of which each has a handle of its
     * own; 0, 1 or NULL: the caller's alone. The bytes are the same. With more than one, the env
     * and `files` are called by several at a time. */
    unsigned threads;
    const char *database;
    const wm_watch *watch; /* records of one edition, then of the other; NULL: nobody asks */
} wm_publish_options;

typedef struct wm_published_file {
    wm_str path; /* relative to the feed */
    wm_str kind; /* "snapshot", "delta", "spans", "metadata", "target" */
    wm_edition edition;
    wm_str partition; /* of snapshots, deltas and spans; else empty */
    int64_t from;     /* deltas: the release they start from; else 0 */
    int64_t to;       /* snapshots and deltas: the release they lead to; else 0 */
    uint64_t bytes;
} wm_published_file;

typedef struct wm_published {
    int64_t release;
    const wm_published_file *files; /* written now, in the order of writing */
    size_t file_count;
    const wm_str *removed; /* paths like those of files, per edition in order of the name */
    size_t removed_count;
} wm_published;

/* Bring the feed up to the latest release: packs of what changed, metadata, and the timestamp last.
 * With nothing new it renews the timestamp (and what is about to expire). A feed that stopped
 * half-way is as good as before for clients, and the next run completes it. The result lives in
 * `arena`.
 * WM_NO_RELEASE. WM_NOT_FOUND: no keys (sets a text). WM_NOT_TRUSTED: the feed's metadata is not
 * signed by these keys, or not what they signed last. WM_CONFLICT: the feed is ahead of this
 * database. WM_BAD_ARGUMENT: a record to be recalled is not there, or is of several kinds.
 * WM_REFUSED: it has no value but that of the latest release. WM_BUSY: another process is writing
 * into the folder. WM_IO, WM_FULL. */
WM_API WM_MUST_USE wm_status wm_publish(wm_store *store, const wm_publish_options *options,
                                        wm_arena *arena, wm_published *published_out,
                                        wm_error *err);

/* Sign the timestamp for another week, with its key and the feed's folder alone; the snapshot too,
 * if its keys are in the key folder and less than a third of its time is left, or its keys were
 * replaced. Of the options only folders, editions (0: those that both folders have), now_s and
 * files count. The result's release is 0. WM_NOT_FOUND: no keys, no feed. WM_NOT_TRUSTED: what the
 * timestamp vouches for is not signed by today's keys: publish first. WM_EXPIRED: the root, or what
 * only publish can renew. WM_BUSY: another process is writing into the folder. */
WM_API WM_MUST_USE wm_status wm_publish_renew(const wm_publish_options *options, wm_arena *arena,
                                              wm_published *published_out, wm_error *err);

WM_END_DECLS

#endif

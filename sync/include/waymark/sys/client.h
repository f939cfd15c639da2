/* client.h: how a replica catches up with a feed.
 *
 * A state machine. It says which bytes it wants next and is handed them; it never blocks, opens no
 * socket and reads no clock. libcurl, a folder, a browser or a phone's own stack can drive it;
 * wm_sync_run does so with a transport.
 *
 *                 +--------+ up to 256 times
 *                 v        |
 *   open -> ROOT (N+1.root.json) --no more--> TIMESTAMP --nothing new--> DONE
 *                                                 |
 *         SNAPSHOT <------------------------------+
 *             |
 *             +-> TARGETS -> PARTITIONS -> INDEX -> ROLES -> SPANS -> PACKS -> APPLY -> DONE
 *                                                              ^        |        |
 *                                                              +--------+--------+
 *                         another way, when a pack cannot be had; and once, of all partitions, by
 *                         snapshots, when a digest differs
 *
 *   metadata is missing in the feed, or a pack and no way is left that goes round it, and the
 *   replica has an answer -> DONE, no update (lagging)
 *   any state -> FAILED: the replica stands as it was, and still answers.
 *
 * What must hold:
 *  1. Nothing is interpreted before its signature or its signed hash is verified.
 *  2. The records change in one transaction, after every digest was compared. Metadata is stored
 *     file by file as it is verified (trust/updater.h), so it may be ahead of the records: a run
 *     that failed has seen what it has seen, and versions never go below that.
 *  3. Versions never go down, and time never goes below the newest signed date seen.
 *  4. Expired metadata stops the update; the replica goes on answering, and says stale_since. */
#ifndef WAYMARK_SYS_CLIENT_H
#define WAYMARK_SYS_CLIENT_H

#include <waymark/sys/edition.h>
#include <waymark/sys/store.h>
#include <waymark/sys/transport.h>

WM_BEGIN_DECLS

typedef struct wm_client wm_client;

typedef enum wm_client_state {
    WM_CLIENT_ROOT = 0,
    WM_CLIENT_TIMESTAMP,
    WM_CLIENT_SNAPSHOT,
    WM_CLIENT_TARGETS,
    WM_CLIENT_PARTITIONS,
    WM_CLIENT_INDEX,
    WM_CLIENT_ROLES,
    WM_CLIENT_SPANS,
    WM_CLIENT_PACKS,
    WM_CLIENT_APPLY,
    WM_CLIENT_DONE,
    WM_CLIENT_FAILED
} wm_client_state;

#define WM_CLIENT_STATES 12

WM_API const char *wm_client_state_name(wm_client_state state);

typedef struct wm_client_options {
    wm_str root;      /* root.json that came by a safe channel; needed by a new replica.
                         One with records must follow from it: else it is of another feed */
    bool has_edition; /* else: the replica's, or public */
    wm_edition edition;
    const wm_str *subscribe; /* locality codes, or the one word "all" */
    size_t subscribe_count;  /* 0: as before; a new replica takes "all" */
    int64_t now_s;           /* the time for all expiry checks of this run */
    uint64_t max_bytes;      /* of packs in this run; 0: no limit */
    uint64_t alone_bytes;    /* a first sync of so many bytes of packs is written without a log
                                (wm_store_go_alone); 0: 8 MiB */
    bool repair;             /* what is derived from the replica's records is made afresh in the
                                same transaction, also when the feed has nothing new */
    const wm_str *distrust;  /* with repair: partitions to be taken as not held */
    size_t distrust_count;
    /* Called at each change of state; may be NULL. */
    void (*log)(void *context, wm_client_state from, wm_client_state to);
    void *log_context;
} wm_client_options;

/* Start catching up. Borrows the store (a writable replica) until _close; copies the rest.
 * A subscription to a locality takes its partition, those above it and those below it.
 * WM_BAD_ARGUMENT: no root, or another edition than the replica's. WM_BAD_INPUT, WM_NOT_TRUSTED:
 * the root; also one that the replica's does not follow from (a newer one is met on the way).
 * Close with wm_client_close. */
WM_API WM_MUST_USE wm_status wm_client_open(wm_store *replica, const wm_client_options *options,
                                            wm_client **client_out, wm_error *err);
WM_API void wm_client_close(wm_client *client);

WM_API wm_client_state wm_client_state_of(const wm_client *client);

/* What it wants next and has not been given. Borrowed until the next call of _give or _close. The
 * token names a want in _give. None: it is done or has failed. */
typedef struct wm_client_want {
    uint32_t token;
    wm_want want;
} wm_client_want;
WM_API size_t wm_client_wants(const wm_client *client, const wm_client_want **wants_out);

/* Hand over what came of one want. Takes the bytes out of `fetched` (which is still the caller's to
 * fini). Not WM_OK: the client has failed with this; a want that could not be fetched is told by
 * fetched->status and may well be no failure. WM_BAD_ARGUMENT: no such want.
 * fetched->status WM_NETWORK: the want stays, under the same token. Of a pack what came is kept,
 * and the want has its `offset` moved on. Whoever drives the client tries again, or stops it. */
WM_API WM_MUST_USE wm_status wm_client_give(wm_client *client, uint32_t token, wm_fetched *fetched,
                                            wm_error *err);

/* Keep in the replica what has come of a pack so far (`fetched` as in wm_transport_watch: it is
 * only looked at), so that it is there also after this process was killed. Cheap to call often:
 * it writes once in a MiB. What cannot be kept will be fetched again. */
WM_API void wm_client_keep_part(wm_client *client, uint32_t token, const wm_fetched *fetched);

/* Fail with `reason` (its status is not WM_OK), and keep what came of packs in the replica: the
 * next run goes on from there. Gives the reason's status; if the client is done or has failed
 * already, its outcome. */
WM_API wm_status wm_client_stop(wm_client *client, const wm_error *reason);

typedef struct wm_client_file {
    wm_str path;
    bool is_pack;
    uint64_t bytes;
} wm_client_file;

/* What happened so far; borrowed until _close. */
typedef struct wm_client_summary {
    int64_t from;      /* release before; 0: the replica was empty */
    int64_t to;        /* release now */
    bool lagging;      /* the feed was being changed, or is a copy that is behind: no update */
    uint32_t requests; /* also those that failed */
    uint64_t metadata_bytes; /* that came in this run */
    uint64_t pack_bytes;
    uint64_t kept_bytes;         /* of packs that an earlier run had fetched */
    const wm_client_file *files; /* that came */
    size_t file_count;
} wm_client_summary;

/* WM_OK: updated. WM_UNCHANGED: nothing new (no text). Else why it failed; WM_BUSY also while it is
 * not done. summary_out is filled in any case. */
WM_API wm_status wm_client_outcome(const wm_client *client, wm_client_summary *summary_out,
                                   wm_error *err);

/* ---- a transport drives it ---- */

/* Where a run is. Borrowed for the call. */
typedef struct wm_sync_progress {
    wm_client_state state;
    uint64_t bytes_done;  /* in this run, of metadata and packs */
    uint64_t packs_done;  /* bytes of packs that are there, also from an earlier run */
    uint64_t packs_total; /* of all packs of this update; 0: not known yet */
    uint32_t files_done;  /* packs */
    uint32_t files_total;
    wm_str file;        /* the one being fetched, of several any; empty: none */
    uint64_t pause_ms;  /* a pause of so long begins, before trying again; 0: none */
    const char *reason; /* why, with pause_ms */
} wm_sync_progress;

/* Zero is a good choice for all of it. */
typedef struct wm_sync_driver {
    unsigned tries;      /* in a row that bring nothing; 0: 5 */
    unsigned patience_s; /* all pauses of the run together; 0: 300 */
    /* Waits so long; NULL: the thread sleeps. False: the run is to stop. Pauses grow, with full
     * jitter from the random source of the replica's wm_env. */
    bool (*pause)(void *context, uint64_t milliseconds);
    /* Called at every change, and every quarter of a second or so while bytes come; NULL. False:
     * the run is to stop; what came of packs is kept. */
    bool (*progress)(void *context, const wm_sync_progress *progress);
    void *context;
} wm_sync_driver;

/* Drive it to its end. driver may be NULL. The same statuses as wm_client_outcome. */
WM_API WM_MUST_USE wm_status wm_sync_drive(wm_client *client, wm_transport *transport,
                                           const wm_sync_driver *driver,
                                           wm_client_summary *summary_out, wm_error *err);
/* The same without a driver's options. */
WM_API WM_MUST_USE wm_status wm_sync_run(wm_client *client, wm_transport *transport,
                                         wm_client_summary *summary_out, wm_error *err);

/* What a replica says of itself, without any feed. Lives in `arena`.
 * WM_NOT_FOUND: it never caught up with a feed (no text). */
typedef struct wm_replica_trust {
    wm_edition edition;
    int64_t release;
    wm_date stale_since; /* the earliest expiry of the metadata held: after it, no one vouches for
                            this data being the newest */
    const wm_str *subscriptions; /* as asked for */
    size_t subscription_count;
    const wm_str *partitions; /* that it holds */
    size_t partition_count;
} wm_replica_trust;
WM_API WM_MUST_USE wm_status wm_replica_trust_get(wm_store *replica, wm_arena *arena,
                                                  wm_replica_trust *trust_out, wm_error *err);

/* Blobs of a replica (store.h) that others may read. */
#define WM_BLOB_STALE_SINCE "sync/stale_since"     /* "YYYY-MM-DD" */
#define WM_BLOB_SUBSCRIPTIONS "sync/subscriptions" /* a JSON list of texts */

WM_END_DECLS

#endif

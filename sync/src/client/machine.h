/* machine.h: the inside of a client: what its steps share. Only for this room.
 *
 *   machine.c  the table of states, wants and gives, the one setter
 *   held.c     what the replica holds: trust metadata and subscriptions, loaded and stored
 *   chase.c    the TUF workflow, up to the roles of the partitions
 *   plan.c     which partitions, which packs
 *   fold.c     a partition's packs folded into one change list
 *   apply.c    all change lists in one transaction
 *   run.c      a transport drives it
 *
 * and beside it, what a replica does between updates:
 *
 *   keep.c     what vouches for the records, and the packs that may be handed on, kept with them
 *   vouch.c    what is kept, verified again from its root down
 *   repair.c   records that are not what was signed, found and fetched again
 *   mirror.c   a feed made of what is kept */
#ifndef WAYMARK_CLIENT_MACHINE_H
#define WAYMARK_CLIENT_MACHINE_H

#include <waymark/sys/client.h>
#include <waymark/sys/history.h>
#include <waymark/sys/pack.h>

#include "trust/feed.h"
#include "trust/policy.h"

#define WM_BLOB_ROOT "sync/root.json"
#define WM_BLOB_TIMESTAMP "sync/timestamp.json"
#define WM_BLOB_SNAPSHOT "sync/snapshot.json"
#define WM_BLOB_TARGETS "sync/targets.json"
#define WM_BLOB_PARTITIONS_ROLE "sync/role/partitions"
#define WM_BLOB_ROLE_PREFIX "sync/role/p."
#define WM_BLOB_INDEX "sync/partitions.json"
#define WM_BLOB_ETAG "sync/etag"
#define WM_BLOB_FLOOR "sync/floor" /* seconds, decimal: the newest signed date seen */

/* A targets role, as the replica has it or as it came. */
typedef struct wm_client_role {
    wm_str name;
    wm_str blob; /* where it is stored */
    const wm_signers *signers;
    const wm_listed_file *listed; /* in the snapshot */
    wm_str bytes;                 /* accepted; ptr NULL: not yet */
    wm_targets targets;
} wm_client_role;

/* A partition that this replica is to hold. */
typedef struct wm_client_partition {
    wm_str code;
    wm_client_role role;
    const wm_feed_pack *packs;
    size_t pack_count;
    bool is_held; /* the replica has it, in the state below */
    wm_state held;
    int64_t held_end;    /* the release of the feed's chain that this state belongs to */
    wm_feed_pack *chain; /* what is to be applied, in order */
    wm_buf *bytes;       /* those packs, verified */
    size_t chain_count;
} wm_client_partition;

typedef enum wm_want_kind { WM_WANT_STEP = 0, WM_WANT_ROLE, WM_WANT_PACK } wm_want_kind;

/* What a want is for; in step with the public list of wants. */
typedef struct wm_want_purpose {
    wm_want_kind kind;
    size_t partition; /* WM_WANT_ROLE, WM_WANT_PACK */
    size_t link;      /* WM_WANT_PACK: in its chain */
} wm_want_purpose;

struct wm_client {
    wm_store *store;
    const wm_env *env;
    wm_arena arena; /* everything below that is not a number */
    wm_client_options options;
    int64_t time_s; /* the time of all expiry checks: 5.1, "fixed update start time" */
    int64_t floor_s;
    wm_client_state state;
    wm_edition edition;

    bool root_is_last;
    bool has_timestamp; /* held below */
    bool has_snapshot;
    bool unchanged; /* the timestamp is the one held */
    bool subscriptions_changed;
    bool by_snapshots; /* the second try */
    unsigned root_count;
    wm_root root;
    wm_str root_bytes;

    /* what the replica holds; ptr NULL: nothing */
    wm_str held_root_bytes;
    wm_timestamp held_timestamp;
    wm_str held_timestamp_bytes;
    wm_snapshot held_snapshot;
    wm_str held_snapshot_bytes;
    wm_str held_etag;
    wm_str held_index_bytes;
    int64_t held_release;
    const wm_str *held_subscriptions;
    size_t held_subscription_count;
    const wm_state *held_states; /* what the replica says of itself */
    size_t held_state_count;

    /* what is believed in this run */
    wm_timestamp timestamp;
    wm_str timestamp_bytes;
    wm_str etag;
    wm_snapshot snapshot;
    wm_str snapshot_bytes;
    wm_client_role targets;
    const wm_delegation *partitions_delegation;
    wm_client_role partitions_role;
    wm_feed_release release;
    wm_str index_bytes;
    wm_feed_index index;

    const wm_str *subscriptions;
    size_t subscription_count;
    wm_client_partition *partitions;
    size_t partition_count;

    wm_client_want *wants;
    wm_want_purpose *purposes;
    size_t want_count;
    size_t want_capacity;

    wm_client_file *files;
    size_t file_capacity;
    wm_client_summary summary;
    uint32_t next_token;
    wm_status outcome;
    wm_error error;
};

/* machine.c */
WM_MUST_USE wm_status wm_client_want_file(wm_client *client, wm_want_purpose purpose,
                                          const char *path, uint64_t max_bytes, wm_error *err);

/* held.c */
WM_MUST_USE wm_status wm_client_load(wm_client *client, wm_error *err);
/* Store a root as it is verified; after a rotation, forget what the old keys signed. WM_BUSY: the
 * replica's root or timestamp is no longer what this client started from, and may be newer. */
WM_MUST_USE wm_status wm_client_store_root(wm_client *client, bool forget, wm_error *err);
/* All else, in the transaction of the apply; WM_BUSY as above. */
WM_MUST_USE wm_status wm_client_store_trust(wm_client *client, wm_txn *txn, wm_error *err);
/* Put a blob into the arena; ptr NULL if there is none. */
WM_MUST_USE wm_status wm_blob_read(wm_store *store, wm_arena *arena, const char *name,
                                   wm_str *bytes_out, wm_error *err);
/* The texts of a JSON list. */
WM_MUST_USE wm_status wm_texts_read(wm_arena *arena, wm_str json, const wm_str **texts_out,
                                    size_t *count_out, wm_error *err);

/* chase.c: for each state what it wants, what it does with what came, and where it goes. */
typedef struct wm_client_step {
    const char *name;
    wm_status (*enter)(wm_client *client, wm_error *err);
    wm_status (*given)(wm_client *client, const wm_want_purpose *purpose, wm_fetched *fetched,
                       wm_error *err);
    /* Nothing is wanted any more: what is next? */
    wm_status (*leave)(wm_client *client, wm_client_state *next_out, wm_error *err);
} wm_client_step;
const wm_client_step *wm_client_step_of(wm_client_state state);

/* Verify and read a targets role; nothing of it is used before. */
WM_MUST_USE wm_status wm_client_accept_role(wm_client *client, wm_client_role *role, wm_str bytes,
                                            wm_error *err);
/* Accept the copy that the replica holds, or want it from the feed. */
WM_MUST_USE wm_status wm_client_need_role(wm_client *client, wm_client_role *role,
                                          wm_want_purpose purpose, wm_error *err);
/* A copy of what came, in the arena. */
WM_MUST_USE wm_status wm_client_keep(wm_client *client, const wm_fetched *fetched,
                                     wm_str *bytes_out, wm_error *err);

/* plan.c */
WM_MUST_USE wm_status wm_client_choose_partitions(wm_client *client, wm_error *err);
WM_MUST_USE wm_status wm_client_plan(wm_client *client, wm_error *err);
WM_MUST_USE wm_status wm_client_want_packs(wm_client *client, wm_error *err);
void wm_client_drop_packs(wm_client *client);
/* The state that the newest pack of a partition leads to. */
wm_state wm_client_target_state(const wm_client_partition *partition);

/* fold.c */
typedef struct wm_fold_entry {
    wm_kind kind;
    wm_str id;
    wm_str bytes; /* ptr NULL: removed */
} wm_fold_entry;

typedef struct wm_fold {
    wm_client *client;
    wm_arena arena;
    const wm_fold_entry *base; /* ids that the replica has; bytes unused */
    size_t base_count;
    const wm_fold_entry *entries; /* the changes so far, sorted */
    size_t entry_count;
} wm_fold;

void wm_fold_init(wm_fold *fold, wm_client *client);
void wm_fold_fini(wm_fold *fold);
/* A pack says what it is; its role said it first, signed. WM_NOT_TRUSTED: they differ. */
WM_MUST_USE wm_status wm_fold_check_header(const wm_client *client,
                                           const wm_client_partition *partition,
                                           const wm_feed_pack *pack, const wm_pack_header *header,
                                           wm_error *err);
/* All packs of a partition's chain, in order, without touching the replica. */
WM_MUST_USE wm_status wm_fold_partition(wm_fold *fold, const wm_client_partition *partition,
                                        wm_error *err);

/* keep.c */
/* In the transaction of the apply, after the trust metadata: keep what vouches for these records,
 * and the packs of this run; forget those that the roles no longer need. */
WM_MUST_USE wm_status wm_client_keep_all(wm_client *client, wm_txn *txn, wm_error *err);
/* Put the pack that is kept as this one into `bytes_out`, if it is what was signed. WM_NOT_FOUND:
 * there is none (no text). */
WM_MUST_USE wm_status wm_kept_pack(wm_store *replica, const wm_listed_file *file, wm_buf *bytes_out,
                                   wm_error *err);

/* repair.c */
/* True if the partition is to be taken as not held. */
bool wm_client_distrusts(const wm_client *client, wm_str partition);
/* After the begin of the apply: make afresh what is derived from the records, and look again at
 * what the replica holds. Does nothing without options.repair. */
WM_MUST_USE wm_status wm_client_mend(wm_client *client, wm_replica_apply *apply, wm_error *err);

/* apply.c */
WM_MUST_USE wm_status wm_client_apply(wm_client *client, wm_error *err);

#endif

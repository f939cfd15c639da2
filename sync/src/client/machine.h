/* machine.h: the inside of a client: what its steps share. Only for this room.
 *
 *   machine.c  the table of states, wants and gives, the one setter
 *   held.c     what the replica holds: trust metadata and subscriptions, loaded and stored
 *   chase.c    the TUF workflow, up to the roles of the partitions
 *   plan.c     which partitions, which packs
 *   spans.c    which deltas there are, where the roles alone do not say
 *   part.c     what has come of a pack, until the rest comes
 *   moving.c   records on their way from one partition to another
 *   apply.c    all packs in one transaction
 *   states.c   a list of what the partitions are
 *   drive.c    a transport drives it, and tries again
 *   run.c      what a replica says of itself
 *
 * and beside it, what a replica does between updates:
 *
 *   keep.c     what vouches for the records, and the packs that may be handed on, kept with them
 *   vouch.c    what is kept, verified again from its root down
 *   repair.c   records that are not what was signed, found and fetched again
 *   mirror.c   a feed made of what is kept
 *   sweep.c    what such a feed does not reach any more
 *   place.c    a replica made anew takes the place of a damaged one */
#ifndef WAYMARK_CLIENT_MACHINE_H
#define WAYMARK_CLIENT_MACHINE_H

#include <waymark/sys/client.h>
#include <waymark/sys/history.h>
#include <waymark/sys/names.h>
#include <waymark/sys/pack.h>

#include "client/states.h"
#include "pack/spans.h"
#include "trust/feed.h"
#include "trust/updater.h"

#define WM_BLOB_ROOT "sync/root.json"
#define WM_BLOB_TIMESTAMP "sync/timestamp.json"
#define WM_BLOB_SNAPSHOT "sync/snapshot.json"
#define WM_BLOB_TARGETS "sync/targets.json"
#define WM_BLOB_ROLE_PREFIX "sync/role/" /* NAME of a delegated role */
#define WM_BLOB_INDEX "sync/localities.json"
#define WM_BLOB_ETAG "sync/etag"
#define WM_BLOB_ENDS "sync/ends" /* [[partition, release that changed it last, digest], ...] */
#define WM_BLOB_PART_PREFIX "sync/part/"
#define WM_BLOB_FLOOR "sync/floor" /* seconds, decimal: the newest signed date seen */
/* [version of the snapshot that the records stand for, seconds at which its timestamp expires]; the
 * version is 0 after a rotation, when versions may start again lower */
#define WM_BLOB_APPLIED "sync/applied"

/* What was asked for of a partition's span index. A file that cannot be had, or says nothing that
 * can be used, is as good as none. */
#define WM_CLIENT_PAGES_MAX 2 /* from where we are, and from where the snapshot is */
typedef struct wm_client_spans {
    bool index_done; /* was asked for, or is not worth it */
    wm_spans index;
    wm_str index_bytes; /* ptr NULL: none that is good came */
    wm_str page_bytes[WM_CLIENT_PAGES_MAX];
    wm_span_page_ref pages[WM_CLIENT_PAGES_MAX]; /* that were asked for */
    size_t page_count;
    uint64_t refused_bytes; /* of a file that the budget did not allow; 0: none */
} wm_client_spans;

#define WM_CLIENT_LOST_MAX 8

/* A partition that this replica is to hold. */
typedef struct wm_client_partition {
    wm_str code;
    wm_updater_role role;
    wm_feed_role feed; /* what its role says */
    bool is_held;      /* the replica has it, in the state below */
    wm_state held;
    int64_t held_end; /* the release that made it so */

    /* of packs that cannot be had; after so many no further way is looked for */
    wm_digest lost[WM_CLIENT_LOST_MAX];
    size_t lost_count;
    wm_str missing;      /* the first file that the feed does not have; ptr NULL: none */
    const wm_error *why; /* what was wrong with the first file that was refused; NULL: none was */

    wm_feed_pack *packs; /* all that are known to exist */
    size_t pack_count;
    wm_client_spans spans;

    wm_feed_pack *chain; /* what is to be applied, in order */
    wm_buf *bytes;       /* those packs, verified; none yet: empty */
    size_t chain_count;
} wm_client_partition;

typedef enum wm_want_kind {
    WM_WANT_STEP = 0,
    WM_WANT_ROLE,
    WM_WANT_SPANS, /* a span index, or a page of one */
    WM_WANT_PACK
} wm_want_kind;

/* What has come of a pack: bytes from its start on, believed by nobody yet. */
typedef struct wm_client_part {
    struct wm_client_part *next;
    wm_digest hash; /* of the whole, signed */
    wm_buf bytes;
    char etag[WM_TRANSPORT_ETAG_BYTES_MAX];
    uint64_t came; /* bytes that came in this run */
    uint64_t kept; /* bytes that the replica has */
    bool joined;   /* not all of it is from one answer */
    bool afresh;   /* fetched once more from the start: there is no other time */
} wm_client_part;

/* What a want is for; in step with the public list of wants. */
typedef struct wm_want_purpose {
    wm_want_kind kind;
    size_t partition; /* WM_WANT_ROLE, WM_WANT_SPANS, WM_WANT_PACK */
    size_t link; /* WM_WANT_PACK: in its chain; WM_WANT_SPANS: 0 the index, else page link - 1 */
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

    bool subscriptions_changed;
    bool by_snapshots;        /* the second try */
    bool plan_again;          /* a pack of the plan cannot be had: there may be another way */
    wm_str missing;           /* no way is left, for want of this file; ptr NULL: else */
    uint64_t span_bytes;      /* of span indexes and pages asked for in this run */
    uint64_t vain_bytes;      /* of packs that came, and are not part of the plan any more */
    wm_trust_storage storage; /* held.c */
    wm_updater updater;

    /* what the replica holds; ptr NULL: nothing */
    int64_t applied_snapshot;  /* its version; 0: none, or not known */
    int64_t applied_expires_s; /* of its timestamp; 0: not known */
    wm_str held_etag;
    wm_str held_index_bytes;
    int64_t held_release;
    const wm_str *held_subscriptions;
    size_t held_subscription_count;
    const wm_state *held_states; /* what the replica says of itself */
    size_t held_state_count;

    /* what is believed in this run */
    wm_str etag; /* of the timestamp */
    const wm_delegation *partitions_delegation;
    wm_updater_role partitions_role;
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
    wm_client_part **want_parts; /* in step, too; NULL: not a pack */
    wm_client_part *parts;       /* of all packs that were wanted in this run */

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
/* A root that was given for a replica with records: does it lead to the newest that was seen, or is
 * it that one? WM_NOT_TRUSTED: not; a newer one is only once the feed has no more (all_seen). */
WM_MUST_USE wm_status wm_client_expect_root(wm_client *client, bool all_seen, wm_error *err);
/* In the transaction of the apply: what the records stand for from now on. WM_BUSY: what this run
 * stored step by step is no longer what is stored. */
WM_MUST_USE wm_status wm_client_store_trust(wm_client *client, wm_txn *txn, wm_error *err);
/* The feed does not have a file that it should have: may it be a copy that is behind? Only until
 * the timestamp that the records stand for has expired: WM_EXPIRED. */
WM_MUST_USE wm_status wm_client_may_wait(const wm_client *client, wm_error *err);
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

/* A copy of what came, in the arena. */
WM_MUST_USE wm_status wm_client_keep(wm_client *client, const wm_fetched *fetched,
                                     wm_str *bytes_out, wm_error *err);

/* plan.c */
WM_MUST_USE wm_status wm_client_choose_partitions(wm_client *client, wm_error *err);
/* Which release this is, if the role lists it; else nothing happens. */
WM_MUST_USE wm_status wm_client_read_release(wm_client *client, const wm_targets *role,
                                             wm_error *err);
/* Read the roles: which release it is, what each partition is now, and which packs they list. */
WM_MUST_USE wm_status wm_client_read_roles(wm_client *client, wm_error *err);
/* Is there anything to do for the partition? */
bool wm_client_is_behind(const wm_client *client, const wm_client_partition *partition);
/* The release that deltas may start from; 0: none may. */
int64_t wm_client_base_of(const wm_client *client, const wm_client_partition *partition);
/* The cheapest way of the packs that are known. WM_NOT_FOUND: there is none (no text). */
WM_MUST_USE wm_status wm_client_route(const wm_client *client, const wm_client_partition *partition,
                                      wm_pack_chain *chain_out, wm_error *err);
/* What a way costs, in bytes. */
uint64_t wm_client_cost(uint64_t bytes, size_t requests);
/* WM_NOT_FOUND: no way is left, and a file is missing in the feed: client->missing (no text). */
WM_MUST_USE wm_status wm_client_plan(wm_client *client, wm_error *err);
WM_MUST_USE wm_status wm_client_want_packs(wm_client *client, wm_error *err);
void wm_client_drop_packs(wm_client *client);
/* The state that the newest pack of a partition leads to. */
wm_state wm_client_target_state(const wm_client_partition *partition);
/* In the transaction of the apply: which states the records now are. */
WM_MUST_USE wm_status wm_client_store_ends(wm_client *client, wm_txn *txn, wm_error *err);
/* A pack of the plan cannot be had, for the reason in `status` and `err`. True: there may be
 * another way, which is looked for when all others have come. */
bool wm_client_do_without(wm_client *client, wm_str path, const wm_want_purpose *purpose,
                          wm_status status, const wm_error *err);
/* The first reason why a file of the partition cannot be used. */
void wm_client_note_why(wm_client *client, wm_client_partition *partition, const wm_error *why);

/* spans.c: the state WM_CLIENT_SPANS */
WM_MUST_USE wm_status wm_client_spans_enter(wm_client *client, wm_error *err);
WM_MUST_USE wm_status wm_client_spans_given(wm_client *client, const wm_want_purpose *purpose,
                                            wm_fetched *fetched, wm_error *err);
WM_MUST_USE wm_status wm_client_spans_leave(wm_client *client, wm_client_state *next_out,
                                            wm_error *err);

/* part.c */
/* The one of a pack, made if there is none; NULL: no memory. */
wm_client_part *wm_client_part_of(wm_client *client, const wm_digest *hash, uint64_t max_bytes);
void wm_client_parts_fini(wm_client *client);
/* Takes what came before it broke, and moves the want on. */
WM_MUST_USE wm_status wm_client_part_keep(wm_client_part *part, wm_want *want, wm_fetched *fetched,
                                          wm_error *err);
/* Makes what came the whole file, with what came before. */
WM_MUST_USE wm_status wm_client_part_join(wm_client_part *part, wm_fetched *fetched, wm_error *err);
/* Stores pieces of what is coming. */
void wm_client_part_look(wm_client *client, wm_client_part *part, const wm_fetched *fetched);
/* Stores all that came of packs, whole ones too. */
void wm_client_parts_store(wm_client *client);
/* Gives the wants what the replica has of them, and drops what nobody wants. */
WM_MUST_USE wm_status wm_client_parts_load(wm_client *client, wm_error *err);
/* It was no good: to be fetched afresh. */
WM_MUST_USE wm_status wm_client_part_forget(wm_client *client, wm_client_part *part, wm_error *err);
/* The update is done: no part is of use any more. */
WM_MUST_USE wm_status wm_client_parts_drop(wm_client *client, wm_txn *txn, wm_error *err);

/* moving.c: records that a pack puts into one partition while they stand in another, kept aside
 * until every pack has been read. Only their names are in memory. */
typedef struct wm_moving_record {
    size_t partition;
    wm_kind kind;
    wm_str id;
} wm_moving_record;

typedef struct wm_moving {
    wm_client *client;
    wm_txn *txn;
    wm_arena arena;
    wm_moving_record *records; /* by partition, kind and id */
    size_t count;
    size_t capacity;
} wm_moving;

void wm_moving_init(wm_moving *moving, wm_client *client, wm_txn *txn);
void wm_moving_fini(wm_moving *moving);
/* The place of a record, or of the first one after it. */
size_t wm_moving_find(const wm_moving *moving, const wm_moving_record *record, bool *found_out);
WM_MUST_USE wm_status wm_moving_put(wm_moving *moving, const wm_moving_record *record, wm_str bytes,
                                    wm_error *err);
WM_MUST_USE wm_status wm_moving_get(const wm_moving *moving, size_t at, wm_buf *bytes_out,
                                    wm_error *err);
WM_MUST_USE wm_status wm_moving_remove(wm_moving *moving, size_t at, wm_error *err);

/* keep.c */
/* Keep the root of now beside those before it. */
WM_MUST_USE wm_status wm_client_keep_root(wm_client *client, wm_txn *txn, wm_error *err);
/* In the transaction of the apply, after the trust metadata: keep what vouches for these records,
 * and the packs of this run; forget those that the roles no longer need. */
WM_MUST_USE wm_status wm_client_keep_all(wm_client *client, wm_txn *txn, wm_error *err);
/* Put the pack that is kept as this one into `bytes_out`, if it is what was signed. WM_NOT_FOUND:
 * there is none (no text). */
WM_MUST_USE wm_status wm_kept_pack(wm_store *replica, const wm_listed_file *file, wm_buf *bytes_out,
                                   wm_error *err);

/* repair.c */
/* With options.repair: the pack as it is kept, in place of a fetch. False: there is none. */
bool wm_client_use_kept(const wm_client *client, const wm_listed_file *file, wm_buf *bytes);
/* True if the partition is to be taken as not held. */
bool wm_client_distrusts(const wm_client *client, wm_str partition);
/* After the begin of the apply: make afresh what is derived from the records, and look again at
 * what the replica holds. Does nothing without options.repair. */
WM_MUST_USE wm_status wm_client_mend(wm_client *client, wm_replica_apply *apply, wm_error *err);

/* apply.c */
WM_MUST_USE wm_status wm_client_apply(wm_client *client, wm_error *err);

#endif

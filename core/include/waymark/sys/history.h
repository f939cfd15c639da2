/* history.h: how a directory changes: change sets, releases, what changed, and the digest of a
 * state; and, in a replica, catching up with all of that.
 *
 * Authoring. The working state is what the next release will be. Putting a record that the latest
 * release already has, byte for byte, leaves nothing pending. A release freezes the working state:
 * it gets a number and a date, and for each edition every record's projection, partition and
 * digest.
 *
 * State digest (part of the format; sync/FORMAT.md refers to it). H is BLAKE2b-256; |n the first n
 * bytes; 0 one zero byte; kind its name ("service"); bytes the canonical bytes as projected.
 *
 *     leaf(record) = H(kind 0 id)|4  then  H(kind 0 id 0 H(bytes))|16            20 bytes
 *     bits         = the least b in 0..16 for which records <= 32 * 2^b;  buckets = 2^bits
 *     bucket i     = the leaves whose first `bits` bits, read as a number, are i, in byte order
 *     digest       = H("waymark state 1" 0 buckets records H(bucket 0)|16 ... H(bucket n-1)|16)
 *
 * with buckets as 4 and records as 8 bytes, big-endian; H(empty) for an empty bucket. A changed
 * record touches one bucket (the place of a leaf depends on kind and id alone), so a digest is kept
 * up by rereading 32 leaves or fewer on average per change. The number of buckets and of records
 * stand beside the digest wherever it is signed. The digest of a partition without records is that
 * of no records: one empty bucket. */
#ifndef WAYMARK_SYS_HISTORY_H
#define WAYMARK_SYS_HISTORY_H

#include <waymark/sys/digest.h>
#include <waymark/sys/edition.h>
#include <waymark/sys/helper.h>
#include <waymark/sys/store.h>
#include <waymark/sys/watch.h>

WM_BEGIN_DECLS

/* ---- the working state (authoring databases only; a replica is WM_REFUSED) ---- */

/* Where records come from, one after the other; each is borrowed until the next call.
 * next: WM_OK and a record, WM_END after the last, or a failure, which ends it all.
 * value_out: the parsed value of the same bytes, or NULL. Any order will do; by kind and id is
 * best. */
typedef struct wm_record_source {
    wm_status (*next)(void *context, wm_record *record_out, const wm_json **value_out,
                      wm_error *err);
    void *context;
} wm_record_source;

typedef struct wm_change_counts {
    int64_t records[WM_KIND_COUNT]; /* in the working state afterwards */
    int64_t added;                  /* against the working state before */
    int64_t replaced;
    int64_t withdrawn;
} wm_change_counts;

/* Make the working state of the kinds in `kinds` equal to the source's records: what is absent is
 * withdrawn, what is the same costs no write. The caller commits.
 * WM_BAD_INPUT: a record twice. WM_BAD_RECORD: not an object, or its id is another's (the caller
 * has checked the rest), or its criteria do not compile. */
WM_API WM_MUST_USE wm_status wm_history_replace_all(wm_txn *txn, unsigned kinds,
                                                    const wm_record_source *source,
                                                    wm_change_counts *counts_out, wm_error *err);
/* One record of a change set. `value` may be NULL. changed_out (may be NULL): the working state is
 * another now. */
WM_API WM_MUST_USE wm_status wm_history_put(wm_txn *txn, const wm_record *record,
                                            const wm_json *value, bool *changed_out, wm_error *err);
/* WM_NOT_FOUND: the working state has no such record (no text). */
WM_API WM_MUST_USE wm_status wm_history_withdraw(wm_txn *txn, wm_kind kind, wm_str id,
                                                 wm_error *err);

/* An import: records that one source brings, in place of those that it brought before. Nothing is
 * held in memory but a bit for each record. The caller commits. A record that another source, or a
 * person, brought too stays when one of them no longer does; whoever brings it last has written it.
 */
typedef struct wm_bringing wm_bringing;

typedef enum wm_brought {
    WM_BROUGHT_SAME,     /* it stood like this */
    WM_BROUGHT_ADDED,    /* it is new */
    WM_BROUGHT_REPLACED, /* it stood otherwise */
    WM_BROUGHT_AGAIN,    /* this import brought it already, and the same */
    WM_BROUGHT_OTHERWISE /* this import brought it already, otherwise: nothing was done */
} wm_brought;

#define WM_SOURCE_NAME_BYTES_MAX 200

/* WM_BAD_ARGUMENT: no name, or a longer one. Free with wm_history_bring_free. */
WM_API WM_MUST_USE wm_status wm_history_bring_begin(wm_txn *txn, wm_str source,
                                                    wm_bringing **bringing_out, wm_error *err);
/* How many services the source brought last time; 0 if there was none. */
WM_API int64_t wm_history_bring_before(const wm_bringing *bringing);
struct wm_index_made; /* of core's own */
/* `value` may be NULL. made: what of the index was made of it beforehand; NULL: nothing. Statuses
 * of wm_history_put. */
WM_API WM_MUST_USE wm_status wm_history_bring(wm_bringing *bringing, const wm_record *record,
                                              const wm_json *value,
                                              const struct wm_index_made *made,
                                              wm_brought *brought_out, wm_error *err);
/* What stands counts as brought, as it is. WM_NOT_FOUND: it does not stand, or this source never
 * brought it (no text). */
WM_API WM_MUST_USE wm_status wm_history_bring_keep(wm_bringing *bringing, wm_kind kind, wm_str id,
                                                   wm_error *err);
/* Does a record of this kind stand that no source brought? */
WM_API WM_MUST_USE wm_status wm_history_bring_by_hand(wm_bringing *bringing, wm_kind kind,
                                                      bool *found_out, wm_error *err);
/* Withdraw what the source brought before of the kinds in `kinds`, and not now. */
WM_API WM_MUST_USE wm_status wm_history_bring_finish(wm_bringing *bringing, unsigned kinds,
                                                     wm_change_counts *counts_out, wm_error *err);
WM_API void wm_history_bring_free(wm_bringing *bringing); /* NULL is allowed */

/* Freeze the working state. `note` is cut at WM_RELEASE_NOTE_BYTES_MAX. The caller commits.
 * WM_UNCHANGED: nothing is pending, and no release is made (no text).
 * WM_BAD_INPUT: the date is before the latest release's.
 * WM_BAD_RECORD: a record cannot be projected (edition.h), or a locality has a reserved name. */
WM_API WM_MUST_USE wm_status wm_history_release(wm_txn *txn, wm_date date, wm_str note,
                                                wm_release *release_out, wm_error *err);
/* The same. The watch, which may be NULL, is told records; after a stop the transaction can only be
 * rolled back. The helper may be NULL, too. */
typedef struct wm_release_wish {
    wm_date date;
    wm_str note;
    const wm_watch *watch;
    const wm_helper *helper;
} wm_release_wish;
WM_API WM_MUST_USE wm_status wm_history_release_as(wm_txn *txn, const wm_release_wish *wish,
                                                   wm_release *release_out, wm_error *err);

/* ---- reading the past ---- */

/* Every release, oldest first. Another status than WM_OK stops it and is returned. */
typedef struct wm_release_sink {
    wm_status (*put)(void *context, const wm_release *release, wm_error *err);
    void *context;
} wm_release_sink;
WM_API WM_MUST_USE wm_status wm_history_log(wm_store *store, const wm_release_sink *sink,
                                            wm_error *err);

/* What changed between two views, as one JSON object:
 *   {"from":n,"to":n,"opened":[service ids],"closed":[service ids],
 *    "changed":[{"kind","id","fields":[{"path","from","to"}]}],"withdrawn":["kind/id"],
 *    "added":["kind/id"]}
 * opened: services that can take people (active or closing) in `to` and were not there, planned,
 * paused or closed in `from`; closed: services that are closed in `to` and were there, not closed,
 * in `from`. A path is names and [indexes]; lists of unequal length are one field; `from` or `to`
 * is left out where the field was absent; a working state is the number of the release it would be.
 */
WM_API WM_MUST_USE wm_status wm_history_diff(wm_store *store, wm_view from, wm_view to,
                                             wm_json_out *out, wm_error *err);

/* One partition of an edition at one time. */
typedef struct wm_state {
    wm_str partition; /* WM_PARTITION_ALL is the whole edition */
    uint32_t buckets;
    uint64_t records;
    wm_digest digest;
} wm_state;
typedef struct wm_state_sink {
    wm_status (*put)(void *context, const wm_state *state, wm_error *err);
    void *context;
} wm_state_sink;

/* Every partition with records (and `all` in any case, in an authoring database), in byte order of
 * its name. `release`: any in an authoring database, only the one it has in a replica; WM_NOT_FOUND
 * (with a text) if there is no such release. A replica of another edition has none. */
WM_API WM_MUST_USE wm_status wm_history_states(wm_store *store, wm_edition edition, int64_t release,
                                               const wm_state_sink *sink, wm_error *err);

/* A partition of an edition. */
typedef struct wm_slice {
    wm_edition edition;
    wm_str partition;
} wm_slice;

/* Its records at a release, as projected, in order of kind and id. Memory does not grow with their
 * number. A partition that is not there has none. */
WM_API WM_MUST_USE wm_status wm_history_each(wm_store *store, const wm_slice *slice,
                                             int64_t release, const wm_record_sink *sink,
                                             wm_error *err);

/* The same without the bytes of the records (ptr NULL), which is several times cheaper. */
WM_API WM_MUST_USE wm_status wm_history_ids(wm_store *store, const wm_slice *slice, int64_t release,
                                            const wm_record_sink *sink, wm_error *err);

/* Appends one of them, as it stood at a release. WM_NOT_FOUND: it is not there (no text). */
WM_API WM_MUST_USE wm_status wm_history_get(wm_store *store, const wm_slice *slice, int64_t release,
                                            wm_kind kind, wm_str id, wm_buf *bytes_out,
                                            wm_error *err);

/* ---- a census: who is in which partition, for those who go through many ---- */

/* All records of an edition at a release, read through once: to find those of a partition costs two
 * searches a record otherwise. Holds some 30 bytes and the id of each. Only of an authoring
 * database (WM_REFUSED). Once it is taken nothing changes: several threads may read it. */
typedef struct wm_census wm_census;
typedef struct wm_census_wish {
    wm_edition edition;
    int64_t release;
    const wm_watch *watch; /* may be NULL; told rows, of no known total */
} wm_census_wish;
WM_API WM_MUST_USE wm_status wm_census_take(wm_store *store, const wm_census_wish *wish,
                                            wm_census **census_out, wm_error *err);
WM_API void wm_census_free(wm_census *census); /* NULL is allowed */

/* Along a partition, in order of kind and id. To its front again: at = start. */
typedef struct wm_census_walk {
    const wm_census *census;
    const uint32_t *places; /* NULL: all are in it */
    uint32_t start;
    uint32_t at;
    uint32_t end;
} wm_census_walk;
/* `store`: any handle on the same file. A partition that is not there has no records. */
WM_API WM_MUST_USE wm_status wm_census_begin(const wm_census *census, wm_store *store,
                                             wm_str partition, wm_census_walk *walk_out,
                                             wm_error *err);
/* The next name, which is the census's. False: there is none. */
WM_API WM_MUST_USE bool wm_census_next(wm_census_walk *walk, wm_kind *kind_out, wm_str *id_out);
/* The records from here to the end, as wm_history_each gives them. */
WM_API WM_MUST_USE wm_status wm_census_each(wm_census_walk *walk, wm_store *store,
                                            const wm_record_sink *sink, wm_error *err);

typedef struct wm_projected_change {
    wm_kind kind;
    wm_str id;
    wm_str before; /* ptr NULL: was not in the slice */
    wm_str after;  /* ptr NULL: is no longer in the slice */
} wm_projected_change;
typedef struct wm_change_sink {
    wm_status (*put)(void *context, const wm_projected_change *change, wm_error *err);
    void *context;
} wm_change_sink;

/* What a replica of the slice at release `from` must do to be at release `to` (from < to; 0 is
 * before the first), in order of kind and id; only records whose bytes differ. Costs what changed,
 * not what is there. */
WM_API WM_MUST_USE wm_status wm_history_changes(wm_store *store, const wm_slice *slice,
                                                int64_t from, int64_t to,
                                                const wm_change_sink *sink, wm_error *err);

/* Compute every digest afresh from the stored bytes (the latest release; in an authoring database,
 * of `edition`) and report each partition whose digest is not what is stored. WM_OK also when some
 * differ. */
WM_API WM_MUST_USE wm_status wm_history_verify(wm_store *store, wm_edition edition,
                                               const wm_state_sink *differs, wm_error *err);

/* What a replica's records say by themselves: the state of each partition that any rides in,
 * computed from the bytes that answers are read from. No stored digest is used. Those that ride in
 * no partition come last, as `records` of the partition "". WM_CORRUPT, WM_REFUSED: not a replica.
 */
WM_API WM_MUST_USE wm_status wm_replica_found(wm_store *store, wm_edition edition,
                                              const wm_state_sink *sink, wm_error *err);

/* The digest by itself: for tests, packs and other implementations. Leaves may be put in any order.
 */
#define WM_LEAF_BYTES 20
typedef struct wm_leaf {
    uint8_t bytes[WM_LEAF_BYTES];
} wm_leaf;
WM_API void wm_leaf_of(const wm_record *record, wm_leaf *leaf_out);
/* Sorts `leaves` in place. */
WM_API void wm_state_of_leaves(wm_leaf *leaves, size_t count, uint32_t *buckets_out,
                               wm_digest *digest_out);

/* ---- a replica catches up (replicas only) ----
 *
 *   wm_replica_begin(store, &base, &apply, err)         one transaction; the base is what we
 * believed wm_replica_clear / _remove / _put ...               what the packs say
 *   wm_store_blob_put(wm_replica_txn(apply), ...)       trust metadata, subscriptions
 *   wm_replica_finish(apply, &target, err)              all digests compared, then committed
 *
 * A record is never in a replica twice: putting it into another partition than it is in moves it,
 * and a remove from the partition it has left then does nothing, so packs may be applied in any
 * order. */
typedef struct wm_replica_apply wm_replica_apply;

typedef struct wm_replica_base {
    wm_edition edition;
    int64_t release;        /* 0: the replica is empty */
    const wm_state *states; /* what the deltas start from; a partition may be left out */
    size_t state_count;
} wm_replica_base;

typedef struct wm_replica_target {
    int64_t release;
    wm_date date;
    wm_str note;
    const wm_state *states; /* every partition that is subscribed to */
    size_t state_count;
} wm_replica_target;

/* WM_CONFLICT: the replica is not at this base (another process updated it, or its edition is
 * another). WM_REFUSED: not a replica. On failure no transaction is open. */
WM_API WM_MUST_USE wm_status wm_replica_begin(wm_store *store, const wm_replica_base *base,
                                              wm_replica_apply **apply_out, wm_error *err);
WM_API wm_txn *wm_replica_txn(wm_replica_apply *apply);
/* Forget all records of a partition: before a snapshot, or when it is no longer subscribed to. */
WM_API WM_MUST_USE wm_status wm_replica_clear(wm_replica_apply *apply, wm_str partition,
                                              wm_error *err);
/* WM_OK also when the partition has no such record: the digests decide. */
WM_API WM_MUST_USE wm_status wm_replica_remove(wm_replica_apply *apply, wm_str partition,
                                               wm_kind kind, wm_str id, wm_error *err);
/* WM_BAD_RECORD: not canonical JSON of an object with this id. */
WM_API WM_MUST_USE wm_status wm_replica_put(wm_replica_apply *apply, wm_str partition,
                                            const wm_record *record, wm_error *err);
/* Believe nothing in the file but the records: all that is derived from them (digests, counts, the
 * index by which they are found) is made afresh, and what cannot be a record is dropped. Right
 * after _begin; the index is made at _finish. WM_CORRUPT: the file is damaged beyond that. */
WM_API WM_MUST_USE wm_status wm_replica_mend(wm_replica_apply *apply, wm_error *err);
/* The same of a record in canonical form whose parsed value is at hand, unless it stands in another
 * partition: that is WM_CONFLICT without text, and changes nothing. before: what it says now, if
 * that is at hand; else NULL. */
WM_API WM_MUST_USE wm_status wm_replica_place(wm_replica_apply *apply, wm_str partition,
                                              const wm_record *record, const wm_json *value,
                                              const wm_json *before, wm_error *err);
/* A partition as it stands now: one record, behind what is in `bytes_out` (WM_NOT_FOUND without
 * text), and its ids in order. Put, remove and clear nothing while ids are open; they end with
 * WM_END; *id_out is borrowed until the next call. Memory does not grow with their number. */
WM_API WM_MUST_USE wm_status wm_replica_get(wm_replica_apply *apply, wm_str partition, wm_kind kind,
                                            wm_str id, wm_buf *bytes_out, wm_error *err);
typedef struct wm_replica_ids wm_replica_ids;
WM_API WM_MUST_USE wm_status wm_replica_ids_open(wm_replica_apply *apply, wm_str partition,
                                                 wm_replica_ids **ids_out, wm_error *err);
WM_API WM_MUST_USE wm_status wm_replica_ids_next(wm_replica_ids *ids, wm_kind *kind_out,
                                                 wm_str *id_out, wm_error *err);
/* Pass over so many of those that come next; the end of the ids ends it. */
WM_API void wm_replica_ids_skip(wm_replica_ids *ids, uint64_t count);
WM_API void wm_replica_ids_close(wm_replica_ids *ids); /* NULL is allowed */
/* Ends the apply in any case and frees it.
 * WM_NOT_TRUSTED: a partition's buckets, records or digest are not the expected ones, or there are
 * records in a partition that `target` does not name; everything is rolled back. */
WM_API WM_MUST_USE wm_status wm_replica_finish(wm_replica_apply *apply,
                                               const wm_replica_target *target, wm_error *err);
/* Roll back and free. NULL is allowed. */
WM_API void wm_replica_abandon(wm_replica_apply *apply);

/* WM_NOT_FOUND: nothing was ever applied (no text). WM_REFUSED: not a replica. */
WM_API WM_MUST_USE wm_status wm_replica_edition(wm_store *store, wm_edition *edition_out,
                                                wm_error *err);

WM_END_DECLS

#endif

/* replica.h: what a replica can do beside catching up: be verified, be mended, be handed on.
 *
 * With each update a replica keeps, in the same transaction, the metadata that vouches for its
 * records, byte for byte as it was signed, every root that it has seen, and the packs that it may
 * hand on. So anybody who has the file can check its records against signatures, whatever else
 * stands in it, and can make a feed of it for others. */
#ifndef WAYMARK_SYS_REPLICA_H
#define WAYMARK_SYS_REPLICA_H

#include <waymark/sys/client.h>
#include <waymark/sys/files.h>

WM_BEGIN_DECLS

/* ---- verify ---- */

typedef struct wm_replica_report {
    bool is_whole; /* nothing below was found */
    int64_t release;
    /* Partitions whose records are not what was signed, sorted: records were changed, lost, added,
     * or belong elsewhere. Without trust that is all of them. */
    const wm_str *differ;
    size_t differ_count;
    wm_error trust;   /* status not WM_OK: the metadata does not stand up to its signatures */
    wm_error derived; /* status not WM_OK: what is derived from the records (digests, the index by
                         which answers are found) is not what the records make of it */
} wm_replica_report;

/* Compute the digest of every partition from its records, and compare it with the signed one; the
 * signatures are checked again from the root down, under the root of that time and ignoring expiry.
 * root: root.json that came by a safe channel, of any version that the replica has seen; then also
 * whether the replica's root is that one or follows from it. Empty: the replica's own root is
 * believed, if it is signed by itself. The report lives in `arena`.
 * WM_OK also when something differs. WM_NOT_FOUND: the replica never caught up with a feed (no
 * text). WM_REFUSED: not a replica. WM_CORRUPT: the file is damaged so that it cannot be read. */
WM_API WM_MUST_USE wm_status wm_replica_verify(wm_store *replica, wm_str root, wm_arena *arena,
                                               wm_replica_report *report_out, wm_error *err);

typedef struct wm_repair_options {
    int64_t now_s;                /* the time for expiry checks */
    uint64_t max_bytes;           /* of packs; 0: no limit */
    wm_transport *transport;      /* may be NULL where no partition differs */
    const wm_sync_driver *driver; /* of the fetching; may be NULL */
} wm_repair_options;

/* Mend what was reported, in one transaction: what is derived is made afresh from the records, and
 * the partitions that differ are fetched again (packs that the replica has kept are not) and, as in
 * any update, brought to the feed's newest release. summary_out may be NULL.
 * WM_NOT_TRUSTED: report->trust is not WM_OK: then there is nothing to build on; the replica is to
 * be made anew. Else as wm_sync_drive, but never WM_UNCHANGED. */
WM_API WM_MUST_USE wm_status wm_replica_repair(wm_store *replica, const wm_replica_report *report,
                                               const wm_repair_options *options,
                                               wm_client_summary *summary_out, wm_error *err);

/* What of a damaged replica is needed to make it anew, as far as it can still be read. */
typedef struct wm_replica_remains {
    wm_str root; /* ptr NULL: there is none */
    bool has_edition;
    wm_edition edition;
    int64_t release; /* 0: none. A copy of the feed that has less is an older one */
    const wm_str *subscriptions;
    size_t subscription_count;
    wm_str timestamp; /* metadata that was seen last, as it was signed; ptr NULL: none */
    wm_str snapshot;
} wm_replica_remains;
/* Reads each by itself; what cannot be read is left out. root: one that came by a safe channel, or
 * empty. remains->root is the newest that it leads to by the roots that the replica has kept, or it
 * itself; if none is given, the replica's own, if it is signed by itself. Lives in `arena`.
 * WM_NO_MEMORY. */
WM_API WM_MUST_USE wm_status wm_replica_salvage(wm_store *replica, wm_str root, wm_arena *arena,
                                                wm_replica_remains *remains_out, wm_error *err);
/* Before a new replica, opened for writing and still empty, catches up for the first time with
 * remains->root: what the old one has seen counts against rollback there, too. Its bytes are not
 * believed: the update takes them only if the keys of its own root vouch for them, else as not
 * there. */
WM_API WM_MUST_USE wm_status wm_replica_remember(wm_store *fresh, const wm_replica_remains *remains,
                                                 wm_error *err);

/* Give the replica `fresh`, which is whole and closed, the name `path`, which an older one has that
 * is closed, too. A stop anywhere leaves the one or the other under that name, and not a mixture.
 * files: NULL for the system's. WM_BUSY: another process has one of them open; nothing is changed.
 * WM_IO. */
WM_API WM_MUST_USE wm_status wm_replica_take_place(const wm_env *env, const wm_files *files,
                                                   const char *fresh, const char *path,
                                                   wm_error *err);

/* ---- mirror ---- */

typedef struct wm_mirror_options {
    const char *folder;           /* where the feed is to be */
    const wm_files *files;        /* NULL: the system's */
    wm_transport *transport;      /* for what the replica has not kept; NULL: never fetch */
    bool professional;            /* the caller answers for who can read the folder */
    const wm_sync_driver *driver; /* of the fetching; may be NULL. While it fetches and writes
                                     packs, its progress is told as in the state WM_CLIENT_PACKS */
} wm_mirror_options;

typedef struct wm_mirror_file {
    wm_str path; /* relative to the feed */
    uint64_t bytes;
    bool is_pack;
    bool is_fetched; /* from the feed, not from the replica */
} wm_mirror_file;

typedef struct wm_mirrored {
    int64_t release;
    wm_edition edition;
    const wm_mirror_file *files; /* written now, in the order of writing */
    size_t file_count;
    size_t standing; /* files that were there already */
    size_t removed;  /* files that no metadata in the folder leads to any more */
    uint32_t requests;
    int64_t first_root; /* the oldest root in the mirror: clients with an older one cannot use it */
} wm_mirrored;

/* Write the feed of the release that the replica holds: the same files under the same names, byte
 * for byte as they were signed, of the partitions that it holds. timestamp.json comes last, and
 * only then do clients see any of the rest; whatever stops it, the next run completes it. Then the
 * files go that nothing leads to any more, among them what the publisher recalled; files of other
 * partitions stay while their roles in the folder are those of this release, and all that is not
 * named as a publisher names files stays. A new client with the same subscription finds all it
 * needs; with a transport also one that is not further back than the newest snapshot, or is one
 * release behind. The result lives in `arena`.
 * WM_REFUSED: the professional edition, and not `professional`. WM_NO_RELEASE: the replica never
 * caught up. WM_NOT_TRUSTED: its metadata does not stand up to its signatures, or the folder has
 * another feed. WM_CONFLICT: the folder has a newer feed. WM_BUSY: another process writes into it.
 * WM_NETWORK: a file cannot be fetched, or, without a transport, was not kept: a replica that
 * followed deltas has not kept a snapshot that was cut after its own, nor a span index that it
 * never needed; or the driver stopped it. WM_IO, WM_FULL. */
WM_API WM_MUST_USE wm_status wm_replica_mirror(wm_store *replica, const wm_mirror_options *options,
                                               wm_arena *arena, wm_mirrored *mirrored_out,
                                               wm_error *err);

WM_END_DECLS

#endif

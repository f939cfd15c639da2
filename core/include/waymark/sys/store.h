/* store.h: one SQLite file with a directory in it: open, transactions, and reading records.
 *
 * An authoring database and a replica share one schema. An authoring database holds every revision
 * of every record and the working state (what the next release will be); a replica holds one
 * release of one edition, or of some of its partitions.
 *
 * One handle is used by one thread at a time; many handles, in any number of processes, may be open
 * on one file: one writes, the others read what was committed when they began (WAL). Writing
 * functions take a wm_txn, which only wm_txn_begin gives.
 *
 * Every function here may fail with WM_NO_MEMORY, WM_IO, WM_FULL (no space left), WM_BUSY (another
 * process writes, and did not stop within WM_STORE_BUSY_MS) and WM_CORRUPT (the file is damaged).
 */
#ifndef WAYMARK_SYS_STORE_H
#define WAYMARK_SYS_STORE_H

#include <waymark/sys/date.h>
#include <waymark/sys/locality.h>
#include <waymark/sys/record.h>

WM_BEGIN_DECLS

#define WM_STORE_BUSY_MS 5000

typedef struct wm_store wm_store;
typedef struct wm_txn wm_txn;

/* ---- open ---- */

#define WM_STORE_READ 0u  /* read only; the file must exist */
#define WM_STORE_WRITE 1u /* read and write; the file must exist unless WM_STORE_CREATE */
#define WM_STORE_CREATE                                                                            \
    2u /* with WM_STORE_WRITE and a role: make the file if it is absent or empty */
#define WM_STORE_AUTHOR 4u  /* expect, or create, an authoring database */
#define WM_STORE_REPLICA 8u /* expect, or create, a replica; neither: whichever it is */

typedef enum wm_role { WM_ROLE_AUTHOR = 0, WM_ROLE_REPLICA = 1 } wm_role;

/* Open `path` (UTF-8; ":memory:" with WM_STORE_CREATE is a private one that dies with the handle).
 * An older schema is brought up to date first, in one transaction, also for a reader;
 * WM_UNSUPPORTED: it is older, and cannot be written. WM_NOT_FOUND: no such file (sets a text).
 * WM_BAD_INPUT: not a Waymark database, or not of the expected role. WM_NEWER: made by a newer
 * version of Waymark; nothing is touched. */
WM_API WM_MUST_USE wm_status wm_store_open(const wm_env *env, const char *path, unsigned flags,
                                           wm_store **store_out, wm_error *err);
/* For a program whose process is its own, before the first store is opened: SQLite need not count
 * the memory of the whole process, which takes a lock for each block. */
WM_API void wm_store_own_process(void);
/* NULL is allowed. Rolls back an open transaction. */
WM_API void wm_store_close(wm_store *store);

/* Before a first import, release or sync of very much: until wm_store_end_alone, or until the
 * handle is closed, what a transaction writes goes into the file at once, behind a journal of what
 * stood there, as a log would have all of it a second time. It is as safe as with the log: whoever
 * opens the file after a crash takes back what was not committed. But nobody else can read while a
 * transaction is open. Nothing changes where the file has more than `most_bytes`, or others have it
 * open. */
WM_API WM_MUST_USE wm_status wm_store_go_alone(wm_store *store, int64_t most_bytes, wm_error *err);
/* Outside of a transaction. If others hinder it now, whoever next opens the file for writing does
 * it. Does nothing to a store that is not alone. */
WM_API void wm_store_end_alone(wm_store *store);

WM_API wm_role wm_store_role(const wm_store *store);
WM_API const wm_env *wm_store_env(const wm_store *store);
/* SQLite's own full check of the file. WM_CORRUPT: damaged; the text is the first finding. */
WM_API WM_MUST_USE wm_status wm_store_integrity(wm_store *store, wm_error *err);
/* Is all that answers are found by (compiled criteria, summaries, keys) what the records make of
 * it? State digests do not cover it. WM_CORRUPT: it is damaged. */
WM_API WM_MUST_USE wm_status wm_store_verify_index(wm_store *store, wm_error *err);

/* ---- transactions ---- */

/* Take the write lock. One transaction at a time on a handle. */
WM_API WM_MUST_USE wm_status wm_txn_begin(wm_store *store, wm_txn **txn_out, wm_error *err);
/* Both end the transaction and free `txn`. When commit fails, all of it is rolled back. NULL is
 * allowed for rollback. */
WM_API WM_MUST_USE wm_status wm_txn_commit(wm_txn *txn, wm_error *err);
WM_API void wm_txn_rollback(wm_txn *txn);
WM_API wm_store *wm_txn_store(const wm_txn *txn);

/* Everything read between begin and end is of one committed state, whatever others write. Nests.
 * Inside a wm_txn these do nothing. */
WM_API WM_MUST_USE wm_status wm_store_read_begin(wm_store *store, wm_error *err);
WM_API void wm_store_read_end(wm_store *store);

/* ---- releases ---- */

#define WM_RELEASE_MAX 2147483646 /* the last possible number */
#define WM_RELEASE_NOTE_BYTES_MAX 1024

typedef struct wm_release {
    int64_t number; /* 1 ... */
    wm_date date;
    int64_t counts[WM_KIND_COUNT]; /* records of each kind */
    char note[WM_RELEASE_NOTE_BYTES_MAX + 1];
} wm_release;

/* WM_NO_RELEASE: there is none yet (sets a text). */
WM_API WM_MUST_USE wm_status wm_store_latest(wm_store *store, wm_release *release_out,
                                             wm_error *err);
/* WM_NOT_FOUND: no such release (sets a text). */
WM_API WM_MUST_USE wm_status wm_store_release(wm_store *store, int64_t number,
                                              wm_release *release_out, wm_error *err);

/* ---- reading records ---- */

/* A release number, or one of these. */
typedef int64_t wm_view;
#define WM_VIEW_LATEST ((wm_view)-1)  /* the latest release; WM_NO_RELEASE if there is none */
#define WM_VIEW_WORKING ((wm_view)-2) /* what the next release would be */

/* Put the record's canonical bytes at the end of `bytes_out`.
 * WM_NOT_FOUND: no such record in this view (no text), or no such release (sets a text). */
WM_API WM_MUST_USE wm_status wm_store_get(wm_store *store, wm_view view, wm_kind kind, wm_str id,
                                          wm_buf *bytes_out, wm_error *err);
/* The same, parsed into `arena`. */
WM_API WM_MUST_USE wm_status wm_store_get_json(wm_store *store, wm_view view, wm_kind kind,
                                               wm_str id, wm_arena *arena,
                                               const wm_json **value_out, wm_error *err);

#define WM_KIND_BIT(kind) (1u << (unsigned)(kind))
#define WM_KINDS_ALL ((1u << WM_KIND_COUNT) - 1u)

/* Called once per record; the record is borrowed for the call. Another status than WM_OK stops the
 * iteration and is returned by it. */
typedef struct wm_record_sink {
    wm_status (*put)(void *context, const wm_record *record, wm_error *err);
    void *context;
} wm_record_sink;

/* Every record of the kinds in `kinds` (WM_KIND_BIT), in order of kind, then id (bytes). Reads one
 * committed state. */
WM_API WM_MUST_USE wm_status wm_store_each(wm_store *store, wm_view view, unsigned kinds,
                                           const wm_record_sink *sink, wm_error *err);
/* Which kinds have a record with this id: kinds_out is a set of WM_KIND_BIT, 0 if none. */
WM_API WM_MUST_USE wm_status wm_store_find_id(wm_store *store, wm_view view, wm_str id,
                                              unsigned *kinds_out, wm_error *err);
/* The locality tree of a view. Free with wm_locality_tree_free. */
WM_API WM_MUST_USE wm_status wm_store_localities(wm_store *store, wm_view view,
                                                 wm_locality_tree **tree_out, wm_error *err);

/* ---- named bytes beside the records: trust metadata, subscriptions ---- */

#define WM_BLOB_NAME_BYTES_MAX 200
#define WM_BLOB_BYTES_MAX (16 * WM_MIB)

/* WM_NOT_FOUND: none (no text). Put at the end of bytes_out. */
WM_API WM_MUST_USE wm_status wm_store_blob_get(wm_store *store, wm_str name, wm_buf *bytes_out,
                                               wm_error *err);
WM_API WM_MUST_USE wm_status wm_store_blob_put(wm_txn *txn, wm_str name, wm_str bytes,
                                               wm_error *err);
/* WM_OK also if there is none. */
WM_API WM_MUST_USE wm_status wm_store_blob_delete(wm_txn *txn, wm_str name, wm_error *err);
/* Names in byte order. */
typedef wm_status (*wm_blob_name_fn)(void *context, wm_str name, wm_error *err);
WM_API WM_MUST_USE wm_status wm_store_blob_each(wm_store *store, wm_blob_name_fn each,
                                                void *context, wm_error *err);

WM_END_DECLS

#endif

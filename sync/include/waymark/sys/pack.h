/* pack.h: feed files with records: a snapshot (a whole partition) or a delta (release a to b).
 *
 * The bytes are described in sync/FORMAT.md. A pack is read from memory that the caller holds (or
 * maps) whole; decoding streams: beside the pack it holds one window (at most 8 MiB), one block and
 * one record, and for a delta the ids of its entries.
 *
 * The reader believes nothing: a pack is authentic only because the caller has compared its hash
 * with signed metadata before, and its records are right only when the state digest that they lead
 * to is the signed one. What the reader itself guarantees, for any bytes at all: every record it
 * hands out is canonical JSON of an object whose "id" is the record's id, ids are valid and come in
 * strictly rising order of (kind, id), and nothing is allocated beyond the caller's limits. */
#ifndef WAYMARK_SYS_PACK_H
#define WAYMARK_SYS_PACK_H

#include <waymark/sys/buf.h>
#include <waymark/sys/digest.h>
#include <waymark/sys/record.h>

WM_BEGIN_DECLS

#define WM_PACK_VERSION 1
#define WM_PACK_EDITION_BYTES_MAX 32
#define WM_PACK_HEADER_BYTES_MAX 512
#define WM_PACK_LEVEL_MAX 19
#define WM_PACK_DELTA_ENTRIES_MAX ((uint64_t)1 << 20)

/* Pinned: they stand in packs. */
typedef enum wm_pack_kind { WM_PACK_SNAPSHOT = 1, WM_PACK_DELTA = 2 } wm_pack_kind;

/* What a pack says about itself. The writer is given the upper part and fills in the lower one. */
typedef struct wm_pack_header {
    wm_pack_kind kind;
    wm_str edition;          /* "public", "professional": [a-z]{1,32} */
    wm_str partition;        /* a locality code or "all": a valid id */
    uint64_t from_release;   /* 0 in a snapshot; else at least 1 and below to_release */
    uint64_t to_release;     /* at least 1 */
    wm_digest base_digest;   /* state that a delta applies to; all zero in a snapshot */
    wm_digest result_digest; /* state that stands afterwards */
    uint32_t bucket_count;   /* of the result's state digest; at least 1 */

    uint64_t add_count;
    uint64_t change_count; /* 0 in a snapshot */
    uint64_t remove_count; /* 0 in a snapshot */
    uint64_t raw_bytes;  /* unpacked: the larger of the decompressed body and of all its records */
    unsigned window_log; /* at most WM_PACK_WINDOW_LOG_MAX */
} wm_pack_header;

/* Where a delta starts from: the records of the partition at the base release. For the writer of a
 * snapshot: the ids that it is going to be given. */
typedef struct wm_pack_base {
    /* Appends the canonical bytes of the record to `bytes_out`. WM_NOT_FOUND: no such record. Both
     * sides of a delta ask for some thousand records: what they show need not be said again. Not
     * used for a snapshot. */
    wm_status (*get)(void *context, wm_kind kind, wm_str id, wm_buf *bytes_out);
    /* The first call gives the first record's kind and id in order of (kind, id), each later call
     * the next; then WM_END, and after that the first again. *id_out is borrowed until the next
     * call. A reader goes along the base at most once, and has done all its calls of `next` before
     * its first call of `get` or of the sink, so nothing changes meanwhile. The writer of a delta
     * goes along it when it is made and when it finishes.
     * Without a base, a writer names the records of a delta by id, and cannot refer to records of a
     * snapshot by number: both need more bytes. */
    wm_status (*next)(void *context, wm_kind *kind_out, wm_str *id_out);
    /* Passes over so many records that `next` would give, or to the end. NULL: `next` is called for
     * each of them. */
    wm_status (*skip)(void *context, uint64_t count);
    void *context;
    /* What `next` gives lives as long as who was given the base: the writer of a snapshot then need
     * not copy it. */
    bool ids_stay;
} wm_pack_base;

/* ---- writing ---- */

typedef struct wm_pack_writer wm_pack_writer;

typedef struct wm_pack_id {
    wm_kind kind;
    wm_str id;
} wm_pack_id;

/* No more ids of changed records than these are asked for. */
#define WM_PACK_CHANGED_MAX 4096

typedef struct wm_pack_options {
    int level;        /* zstd: 1 to WM_PACK_LEVEL_MAX; publish uses 19, tests 3 */
    size_t max_bytes; /* of the finished pack */
    /* What a pack with a base is going to have; all 0: nobody knows. How many entries, about: for a
     * snapshot, to make room for their ids at once; for a delta, so that it need not say what its
     * base shows. And which records a delta changes: the first WM_PACK_CHANGED_MAX of them in
     * order, borrowed until _new returns. */
    uint64_t entries;
    const wm_pack_id *changed;
    size_t changed_count;
} wm_pack_options;

/* A writer for one pack. Copies the header; borrows env, and base (which may be NULL, see
 * wm_pack_base) until _free. WM_BAD_ARGUMENT: a header that no pack may have. Free with
 * wm_pack_writer_free. */
WM_API WM_MUST_USE wm_status wm_pack_writer_new(const wm_env *env, const wm_pack_header *header,
                                                const wm_pack_options *options,
                                                const wm_pack_base *base,
                                                wm_pack_writer **writer_out, wm_error *err);
WM_API void wm_pack_writer_free(wm_pack_writer *writer);

/* One entry. Entries come in strictly rising order of (kind, id), whatever is done to them; a
 * snapshot takes only additions. `bytes` are canonical JSON of an object with that "id"
 * (WM_BAD_ARGUMENT if not). A failure sticks to the writer. */
WM_API WM_MUST_USE wm_status wm_pack_writer_add(wm_pack_writer *writer, wm_kind kind, wm_str id,
                                                wm_str bytes, wm_error *err);
WM_API WM_MUST_USE wm_status wm_pack_writer_change(wm_pack_writer *writer, const wm_record *before,
                                                   const wm_record *after, wm_error *err);
WM_API WM_MUST_USE wm_status wm_pack_writer_remove(wm_pack_writer *writer, wm_kind kind, wm_str id,
                                                   wm_error *err);

/* Appends the pack to `out`. header_out (may be NULL) gets the header as written; its strings are
 * the writer's. The writer can then only be freed. The same entries give the same bytes with the
 * same version of zstd. */
WM_API WM_MUST_USE wm_status wm_pack_writer_finish(wm_pack_writer *writer, wm_buf *out,
                                                   wm_pack_header *header_out, wm_error *err);

/* Appends to `out` the same pack under the name of another edition, byte for byte as a writer that
 * was given the same entries makes it. WM_BAD_INPUT: no pack, or damaged. */
WM_API WM_MUST_USE wm_status wm_pack_retitle(wm_str pack, wm_str edition, wm_buf *out,
                                             wm_error *err);

/* ---- reading ---- */

/* As signed, or as the caller can bear. */
typedef struct wm_pack_limits {
    uint64_t bytes;     /* of the pack */
    uint64_t raw_bytes; /* unpacked: of the decompressed body, and of all its records */
} wm_pack_limits;

/* A status other than WM_OK stops the reading and is returned by it. */
typedef struct wm_pack_sink {
    /* Added or changed. The record, its parsed value, and what it was in the base (NULL: it was
     * not) are borrowed for the call. */
    wm_status (*put)(void *context, const wm_record *record, const wm_json *value,
                     const wm_json *before);
    wm_status (*remove)(void *context, wm_kind kind, wm_str id);
    void *context;
} wm_pack_sink;

/* Only the header, checked by itself; its strings are borrowed from `bytes`.
 * WM_BAD_INPUT: no pack, or damaged; WM_NEWER: a format version or codec that this build does not
 * know; WM_TOO_LARGE: above a limit. */
WM_API WM_MUST_USE wm_status wm_pack_read_header(wm_str bytes, const wm_pack_limits *limits,
                                                 wm_pack_header *header_out, wm_error *err);

/* The whole pack: header and body are checked against damage before the first call of base or sink.
 * The caller has compared the header's edition, partition, releases and base digest with what it
 * asked for (wm_pack_read_header), and will compare the result digest with its new state.
 * base may be NULL for a snapshot. header_out may be NULL.
 * Besides the above, WM_CONFLICT: the base does not have a record that the delta changes or
 * removes, or a change does not fit it; but another base than the delta's own may as well lead to
 * WM_BAD_INPUT, or to records that its result digest is not of. Whatever the sink has been given by
 * a reading that fails is to be thrown away. */
WM_API WM_MUST_USE wm_status wm_pack_read(const wm_env *env, wm_str bytes,
                                          const wm_pack_limits *limits, const wm_pack_base *base,
                                          const wm_pack_sink *sink, wm_pack_header *header_out,
                                          wm_error *err);

/* ---- planning ---- */

/* One pack that exists. */
typedef struct wm_pack_offer {
    uint64_t from_release; /* 0: a snapshot */
    uint64_t to_release;
    uint64_t bytes;
} wm_pack_offer;

#define WM_PACK_CHAIN_MAX 64
#define WM_PACK_OFFERS_MAX 65536

typedef struct wm_pack_chain {
    size_t count;                    /* 0: nothing to do */
    size_t offer[WM_PACK_CHAIN_MAX]; /* which offers, in order of use */
    uint64_t bytes;                  /* of all of them */
} wm_pack_chain;

typedef struct wm_pack_route {
    uint64_t have; /* 0: nothing */
    uint64_t want;
    uint64_t request_bytes; /* what one more file costs beside its bytes */
} wm_pack_route;

/* The cheapest way; among equals the one with fewer files. Pure. Offers that lead backwards are
 * ignored. WM_NOT_FOUND: no way of at most WM_PACK_CHAIN_MAX files; cheap ones of more can hide a
 * dearer one of few. WM_TOO_LARGE: too many offers. */
WM_API WM_MUST_USE wm_status wm_pack_plan(const wm_env *env, const wm_pack_offer *offers,
                                          size_t offer_count, const wm_pack_route *route,
                                          wm_pack_chain *chain_out, wm_error *err);

WM_END_DECLS

#endif

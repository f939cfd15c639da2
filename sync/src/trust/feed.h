/* feed.h: what our own feeds look like inside TUF: names, and the custom data of targets.
 *
 *   top targets role   lists release.json        custom {"date","edition","release"}
 *                      delegates "p/<x>/<x>" and partitions.json to role "partitions"
 *   role partitions    lists partitions.json, delegates p/CODE/<x> to role "p.CODE" (terminating);
 *                      it changes only when a partition comes, so a catch-up does not fetch it
 *   role p.CODE        lists the packs of partition CODE: "p/CODE/FROM-TO.pack", FROM 0 a snapshot
 *                      custom {"buckets","raw","records","result"} and, for a delta, "base"
 *
 * where <x> is one name ('*' as a pattern). A role p.CODE lists its newest snapshot, every delta
 * since, and at least the newest delta: one chain that ends where the partition is now. */
#ifndef WAYMARK_TRUST_FEED_H
#define WAYMARK_TRUST_FEED_H

#include <waymark/sys/date.h>
#include <waymark/sys/edition.h>
#include <waymark/sys/history.h>

#include "trust/metadata.h"

#define WM_FEED_RELEASE "release.json"
#define WM_FEED_PARTITIONS "partitions.json"
#define WM_FEED_PARTITIONS_ROLE "partitions"
#define WM_FEED_PARTITION_PATHS "p/*/*"
#define WM_FEED_RELEASE_BYTES_MAX ((size_t)4096)
#define WM_FEED_PARTITIONS_BYTES_MAX (4 * WM_MIB)
#define WM_FEED_PATH_BYTES 400 /* longest path in a feed, and NUL */

typedef struct wm_feed_release {
    int64_t release;
    wm_date date;
    wm_edition edition;
} wm_feed_release;

typedef struct wm_feed_pack {
    const wm_listed_file *file;
    int64_t from; /* 0: a snapshot */
    int64_t to;
    uint64_t raw_bytes;
    /* the state it leads to */
    uint32_t buckets;
    uint64_t records;
    wm_digest result;
    wm_digest base; /* deltas */
} wm_feed_pack;

/* What a role p.CODE lists: its newest snapshot, the delta of its newest change, and the span index
 * where there are more packs than these two. The newest pack's custom data say the state that it
 * leads to: {"buckets","records","state"}. */
typedef struct wm_feed_role {
    int64_t end;    /* the release that changed the partition last */
    wm_state state; /* what it is since */
    wm_feed_pack snapshot;
    bool has_delta;
    wm_feed_pack delta;          /* leads to `end` */
    const wm_listed_file *spans; /* NULL: there is none */
} wm_feed_role;

/* One pair of partitions.json: every locality of the edition and its parent. */
typedef struct wm_feed_locality {
    wm_str code;
    wm_str parent; /* empty: none */
} wm_feed_locality;

typedef struct wm_feed_index {
    const wm_feed_locality *localities; /* sorted by code */
    size_t locality_count;
    const wm_str *partitions; /* sorted */
    size_t partition_count;
} wm_feed_index;

/* From verified metadata only. WM_BAD_INPUT: not as above. WM_NOT_TRUSTED: a path that the role has
 * no say over. */
WM_MUST_USE wm_status wm_feed_release_read(const wm_targets *targets, wm_feed_release *release_out,
                                           wm_error *err);
/* All packs of a partition's role, the newest end of the chain last; at least one, of which one is
 * a snapshot. */
WM_MUST_USE wm_status wm_feed_packs_read(wm_arena *arena, wm_str partition, const wm_targets *role,
                                         const wm_feed_pack **packs_out, size_t *count_out,
                                         wm_error *err);
/* A partition's role; what it borrows is the role's. release.json may stand in it too. */
WM_MUST_USE wm_status wm_feed_role_read(wm_str partition, const wm_targets *targets,
                                        wm_feed_role *role_out, wm_error *err);
WM_MUST_USE wm_status wm_feed_index_read(wm_arena *arena, wm_str bytes, wm_feed_index *index_out,
                                         wm_error *err);
void wm_feed_index_write(wm_json_out *out, const wm_feed_index *index);
/* True if a subscription to `code` takes `partition`: it is above, below or the same, or is the top
 * one that everyone takes. */
bool wm_feed_index_takes(const wm_feed_index *index, wm_str code, wm_str partition);
/* True if one can subscribe to it. */
bool wm_feed_index_knows(const wm_feed_index *index, wm_str code);

/* Names, in `out`; false if they would be too long.
 * "EDITION/FILE", "EDITION/N.ROLE.json", "EDITION/targets/[FOLDER/]HASH.NAME",
 * "p/CODE/FROM-TO.pack", "p/CODE/spans", "p/CODE/spans-N" */
bool wm_feed_path_metadata(char out[WM_FEED_PATH_BYTES], wm_edition edition, int64_t version,
                           wm_str role);
bool wm_feed_path_timestamp(char out[WM_FEED_PATH_BYTES], wm_edition edition);
bool wm_feed_path_target(char out[WM_FEED_PATH_BYTES], wm_edition edition, wm_str target,
                         const wm_digest *sha256);
bool wm_feed_target_pack(char out[WM_FEED_PATH_BYTES], wm_str partition, int64_t from, int64_t to);
bool wm_feed_target_spans(char out[WM_FEED_PATH_BYTES], wm_str partition);
bool wm_feed_target_page(char out[WM_FEED_PATH_BYTES], wm_str partition, int64_t number);

#endif

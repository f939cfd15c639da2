/* feed.h: what our own feeds look like inside TUF: names, and the custom data of targets.
 *
 *   top targets role   lists localities.json; delegates "p/<x>/<x>" and release.json to role
 *                      "partitions"
 *   role partitions    lists nothing; delegates p/CODE/<x> to role "p.CODE" (terminating), for
 *                      every CODE that is a partition or may become one
 *   role p.CODE        lists the newest packs of partition CODE, "p/CODE/FROM-TO.pack", FROM 0 a
 *                      snapshot, and the index of all others, "p/CODE/spans" (pack/spans.h)
 *   roles p.TOP, p.all list release.json beside that, custom {"date","edition","release"}; role
 *                      partitions delegates it to them
 *
 * where <x> is one name ('*' as a pattern), and TOP the partition that everyone takes: the root of
 * the locality tree. So a release changes p.TOP, p.all and the roles of the partitions that it
 * changes, and neither top targets nor partitions: a catch-up fetches neither.
 *
 * Which partitions there are the snapshot says: those whose role p.CODE it lists. One that comes
 * costs a line there, and nothing else for those who do not take it. */
#ifndef WAYMARK_TRUST_FEED_H
#define WAYMARK_TRUST_FEED_H

#include <waymark/sys/date.h>
#include <waymark/sys/edition.h>
#include <waymark/sys/history.h>

#include "trust/metadata.h"

#define WM_FEED_RELEASE "release.json"
#define WM_FEED_LOCALITIES "localities.json"
#define WM_FEED_PARTITIONS_ROLE "partitions"
#define WM_FEED_PARTITION_PATHS "p/*/*"
#define WM_FEED_RELEASE_BYTES_MAX ((size_t)4096)
#define WM_FEED_LOCALITIES_BYTES_MAX (4 * WM_MIB)
#define WM_FEED_PATH_BYTES 400 /* longest path in a feed, and NUL */

typedef struct wm_feed_release {
    int64_t release;
    wm_date date;
    wm_edition edition;
} wm_feed_release;

/* What else a pack is, its header says: the hash of the file is signed. */
typedef struct wm_feed_pack {
    const wm_listed_file *file;
    int64_t from; /* 0: a snapshot */
    int64_t to;
} wm_feed_pack;

/* What a role p.CODE lists. `delta` is the newest change alone. The newest of the two packs (of two
 * that lead to one release, the delta) has custom data that say the state it leads to:
 * {"buckets","records","state"}. */
typedef struct wm_feed_role {
    int64_t end;    /* the release that changed the partition last */
    wm_state state; /* what it is since */
    wm_feed_pack snapshot;
    bool has_delta;
    wm_feed_pack delta;          /* leads to `end` */
    const wm_listed_file *spans; /* NULL: there is none */
} wm_feed_role;

/* One pair of localities.json: every locality of the edition and its parent. */
typedef struct wm_feed_locality {
    wm_str code;
    wm_str parent; /* empty: none */
} wm_feed_locality;

typedef struct wm_feed_index {
    const wm_feed_locality *localities; /* sorted by code */
    size_t locality_count;
    const wm_str *partitions; /* that the snapshot lists, sorted */
    size_t partition_count;
} wm_feed_index;

/* From verified metadata only. WM_BAD_INPUT: not as above. WM_NOT_TRUSTED: a path that the role has
 * no say over. */
WM_MUST_USE wm_status wm_feed_release_read(const wm_targets *role, wm_feed_release *release_out,
                                           wm_error *err);
/* A partition's role; what it borrows is the role's. release.json may stand in it too. */
WM_MUST_USE wm_status wm_feed_role_read(wm_str partition, const wm_targets *targets,
                                        wm_feed_role *role_out, wm_error *err);
/* `localities`: the bytes of localities.json. What it does not copy is the snapshot's. */
WM_MUST_USE wm_status wm_feed_index_read(wm_arena *arena, wm_str localities,
                                         const wm_snapshot *snapshot, wm_feed_index *index_out,
                                         wm_error *err);
/* localities.json, sorted by code. */
void wm_feed_localities_write(wm_json_out *out, const wm_feed_locality *localities, size_t count);
/* CODE, if the snapshot's file is the role of a partition, "p.CODE.json"; else ptr NULL. */
wm_str wm_feed_partition_of(const wm_listed_file *file);
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

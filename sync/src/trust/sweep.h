/* sweep.h: what stands in a feed's folder and is reached by nothing any more: of a publisher's feed
 * and of a mirror.
 *
 * Only names that a publisher gives are found, and only in the folders where it puts them: whatever
 * else stands there is somebody's. Links are not followed. No root and no timestamp is ever found.
 */
#ifndef WAYMARK_TRUST_SWEEP_H
#define WAYMARK_TRUST_SWEEP_H

#include <waymark/sys/files.h>
#include <waymark/sys/names.h>

#include "trust/feed.h"

typedef struct wm_sweep {
    const wm_files *files;
    const char *feed_folder;
    wm_edition edition;
    wm_arena *arena;
    wm_names reached; /* names below the folder of the edition */
    wm_names gone;
} wm_sweep;

/* Borrows all of it; what it remembers lives in `arena`. */
void wm_sweep_init(wm_sweep *sweep, const wm_files *files, const char *feed_folder,
                   wm_edition edition, wm_arena *arena);

/* What is reached: metadata by role and version, and targets as they are listed. */
WM_MUST_USE wm_status wm_sweep_reach_role(wm_sweep *sweep, wm_str role, int64_t version,
                                          wm_error *err);
WM_MUST_USE wm_status wm_sweep_reach_target(wm_sweep *sweep, const wm_listed_file *file,
                                            wm_error *err);
WM_MUST_USE wm_status wm_sweep_reach_targets(wm_sweep *sweep, const wm_targets *role,
                                             wm_error *err);
/* The snapshot, and every role that it lists. */
WM_MUST_USE wm_status wm_sweep_reach_snapshot(wm_sweep *sweep, const wm_snapshot *snapshot,
                                              wm_error *err);

/* All the rest, sorted, as "EDITION/NAME". */
WM_MUST_USE wm_status wm_sweep_find(wm_sweep *sweep, const wm_str **paths_out, size_t *count_out,
                                    wm_error *err);

#endif

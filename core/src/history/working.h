/* working.h: what release and replica share with the working state. */
#ifndef WAYMARK_HISTORY_WORKING_H
#define WAYMARK_HISTORY_WORKING_H

#include <waymark/sys/history.h>

#include "store/release.h"

/* May this be stored at all: a valid id, within the limits, an object with that id? Parses the
 * bytes into `arena` if *value is NULL. WM_BAD_RECORD. */
WM_MUST_USE wm_status wm_record_accept(wm_arena *arena, const wm_record *record,
                                       const wm_json **value, wm_error *err);

/* Records of each kind in the working state that release `next` will freeze. */
WM_MUST_USE wm_status wm_working_counts(wm_store *store, int64_t next,
                                        int64_t counts_out[WM_KIND_COUNT], wm_error *err);

#endif

/* build.h: writing and signing TUF metadata: the other way of metadata.h, with the same structs.
 *
 * What is written is read back by our own strict reader before it is signed, so nothing leaves that
 * a client of ours would refuse, and members stand in their canonical order. */
#ifndef WAYMARK_TRUST_BUILD_H
#define WAYMARK_TRUST_BUILD_H

#include "trust/metadata.h"
#include "trust/sign.h"

#define WM_SPEC_VERSION "1.0.34"

/* The value of "signed". Keys and roles of a root are those of its four roles; `custom` of a file
 * is written as it stands. */
void wm_root_write(wm_json_out *out, const wm_root *root);
void wm_timestamp_write(wm_json_out *out, const wm_timestamp *timestamp);
void wm_snapshot_write(wm_json_out *out, const wm_snapshot *snapshot);
void wm_targets_write(wm_json_out *out, const wm_targets *targets);

/* The whole file, in `arena`: the body in `body`, signed by each key. WM_TOO_LARGE: more than
 * max_bytes, which is the reader's limit. */
WM_MUST_USE wm_status wm_metadata_sign(wm_arena *arena, wm_str body,
                                       const wm_secret_key *const *keys, size_t key_count,
                                       size_t max_bytes, wm_str *file_out, wm_error *err);

#endif

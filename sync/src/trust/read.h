/* read.h: what the readers of the roles share; only for this room. */
#ifndef WAYMARK_TRUST_READ_H
#define WAYMARK_TRUST_READ_H

#include <waymark/sys/date.h>

#include "trust/metadata.h"

/* _type, spec_version, version, expires. */
WM_MUST_USE wm_status wm_head_read(wm_verified verified, const char *type,
                                   wm_metadata_head *head_out, wm_error *err);
/* One member of "meta" or "targets". */
WM_MUST_USE wm_status wm_listed_read(const wm_json_member *member, bool is_target,
                                     wm_listed_file *file_out, wm_error *err);
WM_MUST_USE wm_status wm_listed_read_all(wm_arena *arena, const wm_json *object, bool is_target,
                                         const wm_listed_file **files_out, wm_error *err);
/* {"keyids", "threshold"} with its keys looked up in `keys`. A listed id that has no key, or
 * one that is not its digest, is skipped: it cannot sign. */
WM_MUST_USE wm_status wm_signers_read(wm_arena *arena, wm_str name, const wm_json *value,
                                      const wm_json *keys, wm_signers *role_out, wm_error *err);

#endif

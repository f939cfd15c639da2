/* canonical.h: are these the canonical bytes of a value? */
#ifndef WAYMARK_PACK_CANONICAL_H
#define WAYMARK_PACK_CANONICAL_H

#include <waymark/sys/json.h>

/* Whether wm_json_write makes `bytes` of the value that was parsed from them, without writing it
 * all. WM_NO_MEMORY, or WM_OK; `scratch` is used for texts with escapes. */
WM_MUST_USE wm_status pack_is_canonical(const wm_json *value, wm_str bytes, wm_buf *scratch,
                                        bool *canonical_out, wm_error *err);

#endif

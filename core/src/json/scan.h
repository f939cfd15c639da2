/* scan.h: the gate in front of cJSON. */
#ifndef WAYMARK_JSON_SCAN_H
#define WAYMARK_JSON_SCAN_H

#include <waymark/sys/json.h>

/* WM_OK only for text that is strict JSON (see json.h) except for duplicate names, which need the
 * tree. Pure; allocates nothing. value_count_out: how many values it holds. */
WM_MUST_USE wm_status wm_json_scan(wm_str text, size_t max_bytes, size_t *value_count_out,
                                   wm_error *err);

#endif

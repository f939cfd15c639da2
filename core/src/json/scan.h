/* scan.h: the gate in front of cJSON, and the short way past both. */
#ifndef WAYMARK_JSON_SCAN_H
#define WAYMARK_JSON_SCAN_H

#include <waymark/sys/json.h>

/* WM_OK only for text that is strict JSON (see json.h) except for duplicate names, which need the
 * tree. Pure; allocates nothing. value_count_out: how many values it holds. */
WM_MUST_USE wm_status wm_json_scan(wm_str text, size_t max_bytes, size_t *value_count_out,
                                   wm_error *err);

/* The value of a text in canonical form, as wm_json_parse has it. WM_NOT_FOUND without text: it is
 * not in that form, or longer than a record, or too deep or wide for here (canonical.c). */
WM_MUST_USE wm_status wm_json_read_canonical(wm_arena *arena, wm_str text, size_t values_max,
                                             const wm_json **value_out, wm_error *err);

#endif

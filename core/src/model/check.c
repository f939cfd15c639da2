/* check.c: one record against the shape of its kind. */
#include "shape.h"

wm_status wm_record_check(wm_kind kind, wm_str id, const wm_json *value,
                          const wm_finding_sink *sink, wm_error *err)
{
    if ((size_t)kind >= WM_KIND_COUNT || value == NULL || sink == NULL) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "wm_record_check: expected a kind, a value and a sink");
    }
    model_check check = { .kind = kind, .id = id, .sink = sink, .status = WM_OK };
    model_check_value(&check, value, model_shape_of(kind));
    return check.status;
}

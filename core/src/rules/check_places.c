/* check_places.c: an answer passes over units that cannot be read, since the outcode is known; so
 * this is where they are told. */
#include "check_places.h"

#include <stdio.h>

#include "vocab/units.h"

static wm_status tell(const wm_record *record, const char *path, const char *text,
                      const wm_finding_sink *sink)
{
    wm_finding finding = {
        true,
        "bad_units",
        record->kind,
        record->id,
        path,
        text,
        "Import the list of postcodes again: these texts are not written by hand."
    };
    return sink->put(sink->context, &finding);
}

static wm_status check_sector(const wm_record *record, const wm_json *value,
                              const wm_json_member *sector, const wm_finding_sink *sink)
{
    wm_unit units[WM_UNIT_CELLS];
    size_t count = 0;
    wm_error err = { 0 };
    char path[32];
    const wm_json *shares = wm_json_get(value, "shares");
    uint32_t localities = wm_json_is(shares, WM_JSON_ARRAY) ? shares->count : 0;
    wm_units_origin origin = { 0, 0 };
    (void)snprintf(path, sizeof path, "units.%.*s", (int)sector->name.len, sector->name.ptr);
    if (wm_units_decode(wm_json_string(&sector->value), origin, units, &count, &err) != WM_OK) {
        return tell(record, path, err.text, sink);
    }
    for (size_t i = 0; i < count; i++) {
        if (units[i].locality >= localities) {
            return tell(record, path, "expected localities that are among the shares, found more",
                        sink);
        }
    }
    return WM_OK;
}

wm_status check_place_units(const wm_record *record, const wm_json *value,
                            const wm_finding_sink *sink)
{
    const wm_json *units = wm_json_get(value, "units");
    wm_status status = WM_OK;
    if (!wm_json_is(units, WM_JSON_OBJECT)) {
        return WM_OK;
    }
    if (!wm_str_is(wm_json_string(wm_json_get(value, "kind")), "outcode") ||
        wm_json_get(value, "lat") == NULL) {
        return tell(record, "units",
                    "expected units in an outcode with a position only, found some", sink);
    }
    for (uint32_t i = 0; i < units->count && status == WM_OK; i++) {
        const wm_json_member *sector = &units->as.members[i];
        bool is_digit =
            sector->name.len == 1 && sector->name.ptr[0] >= '0' && sector->name.ptr[0] <= '9';
        if (is_digit) { /* the check of its shape tells other names */
            status = check_sector(record, value, sector, sink);
        }
    }
    return status;
}

/* expiry.c: until when the metadata that a replica keeps vouches for its records. See expiry.h. */
#include <waymark/sys/expiry.h>
#include <waymark/sys/publish.h>

#include "client/vouch.h"

int64_t wm_expiry_days(const wm_expiry *expiry, int64_t now_s)
{
    int64_t left = expiry->expires_s - now_s;
    return left > 0 ? left / 86400 : -1 - (-left) / 86400;
}

int64_t wm_expiry_warn_days(wm_str role)
{
    static const struct {
        const char *role;
        int64_t days;
    } rows[] = { { "root", 30 },
                 { "timestamp", WM_TIMESTAMP_DAYS / 3 },
                 { "snapshot", WM_SNAPSHOT_DAYS / 3 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (wm_str_is(role, rows[i].role)) {
            return rows[i].days;
        }
    }
    return WM_TARGETS_DAYS / 3;
}

const wm_expiry *wm_expiry_first(const wm_expiry *expiries, size_t count)
{
    const wm_expiry *first = NULL;
    for (size_t i = 0; i < count; i++) {
        if (first == NULL || expiries[i].expires_s < first->expires_s) {
            first = &expiries[i];
        }
    }
    return first;
}

/* ---- a replica's ---- */

static wm_status collect(void *context, wm_str name, wm_error *err)
{
    return wm_str_starts(name, WM_STR(WM_BLOB_AT)) && !wm_str_is(name, WM_BLOB_AT_INDEX)
               ? wm_names_add(context, name, err)
               : WM_OK;
}

static wm_status read_expiry(wm_store *replica, wm_arena *arena, wm_str blob, wm_expiry *expiry,
                             wm_error *err)
{
    wm_unverified unverified = { .body = NULL };
    wm_str bytes = { NULL, 0 };
    /* The newest root that was seen counts, whatever stood when the records came. */
    const char *name = wm_str_is(blob, WM_BLOB_AT "root") ? WM_BLOB_ROOT : blob.ptr;
    wm_status status = wm_blob_read(replica, arena, name, &bytes, err);
    if (status == WM_OK) {
        status = wm_unverified_read(arena, bytes, WM_METADATA_TARGETS_BYTES_MAX, &unverified, err);
    }
    if (status != WM_OK) {
        return status;
    }
    /* It was verified before it was stored. */
    size_t skipped = sizeof WM_BLOB_AT - 1;
    expiry->role = (wm_str){ blob.ptr + skipped, blob.len - skipped };
    if (!wm_tuf_time_read(wm_json_string(wm_json_get(unverified.body, "expires")),
                          &expiry->expires_s)) {
        return wm_fail(err, WM_CORRUPT, "the replica's %.*s says no expiry", WM_STR_ARG(blob));
    }
    return WM_OK;
}

wm_status wm_replica_expiries(wm_store *replica, wm_arena *arena, const wm_expiry **expiries_out,
                              size_t *count_out, wm_error *err)
{
    wm_names names = { .arena = arena };
    wm_status status = wm_store_read_begin(replica, err);
    if (status != WM_OK) {
        return status;
    }
    status = wm_store_blob_each(replica, collect, &names, err);
    wm_expiry *expiries = wm_arena_array(arena, names.count, sizeof *expiries);
    if (status == WM_OK && expiries == NULL) {
        status = wm_fail_memory(err);
    }
    for (size_t i = 0; expiries != NULL && i < names.count && status == WM_OK; i++) {
        status = read_expiry(replica, arena, names.items[i], &expiries[i], err);
    }
    wm_store_read_end(replica);
    if (status == WM_OK) {
        *expiries_out = expiries;
        *count_out = names.count;
    }
    return status;
}

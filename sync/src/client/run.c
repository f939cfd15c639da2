/* run.c: what a replica says of itself. */
#include "client/machine.h"

static wm_status collect_name(void *context, const wm_state *state, wm_error *err)
{
    return wm_names_add(context, state->partition, err);
}

static wm_status read_trust(wm_store *replica, wm_arena *arena, wm_replica_trust *trust,
                            wm_error *err)
{
    wm_release release;
    wm_str date = { NULL, 0 };
    wm_str subscriptions = { NULL, 0 };
    wm_status status = wm_replica_edition(replica, &trust->edition, err);
    if (status == WM_OK) {
        status = wm_store_latest(replica, &release, err);
    }
    if (status == WM_OK) {
        trust->release = release.number;
        status = wm_blob_read(replica, arena, WM_BLOB_STALE_SINCE, &date, err);
    }
    if (status == WM_OK && !wm_date_parse(date, &trust->stale_since)) {
        return WM_NOT_FOUND;
    }
    if (status == WM_OK) {
        status = wm_blob_read(replica, arena, WM_BLOB_SUBSCRIPTIONS, &subscriptions, err);
    }
    if (status == WM_OK && subscriptions.ptr != NULL) {
        status = wm_texts_read(arena, subscriptions, &trust->subscriptions,
                               &trust->subscription_count, err);
    }
    if (status == WM_OK) {
        wm_names list = { .arena = arena };
        wm_state_sink sink = { collect_name, &list };
        status = wm_history_states(replica, trust->edition, trust->release, &sink, err);
        trust->partitions = list.items;
        trust->partition_count = list.count;
    }
    return status;
}

wm_status wm_replica_trust_get(wm_store *replica, wm_arena *arena, wm_replica_trust *trust_out,
                               wm_error *err)
{
    wm_replica_trust trust = { .edition = WM_EDITION_PUBLIC };
    wm_status status = wm_store_read_begin(replica, err);
    if (status != WM_OK) {
        return status;
    }
    status = read_trust(replica, arena, &trust, err);
    wm_store_read_end(replica);
    if (status == WM_NO_RELEASE) {
        wm_error_clear(err);
        return WM_NOT_FOUND;
    }
    if (status == WM_OK) {
        *trust_out = trust;
    }
    return status;
}

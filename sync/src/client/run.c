/* run.c: a transport drives a client to its end; and what a replica says of itself. */
#include "client/machine.h"

typedef struct want_batch {
    wm_want *wants;
    uint32_t *tokens;
    wm_fetched *results;
    size_t count;
    size_t capacity;
} want_batch;

static void batch_fini(const wm_env *env, want_batch *batch)
{
    wm_env_free(env, batch->wants, batch->capacity * sizeof *batch->wants);
    wm_env_free(env, batch->tokens, batch->capacity * sizeof *batch->tokens);
    wm_env_free(env, batch->results, batch->capacity * sizeof *batch->results);
}

static wm_status batch_init(const wm_env *env, want_batch *batch, size_t capacity, wm_error *err)
{
    batch->capacity = capacity;
    batch->wants = wm_env_alloc(env, capacity * sizeof *batch->wants);
    batch->tokens = wm_env_alloc(env, capacity * sizeof *batch->tokens);
    batch->results = wm_env_alloc(env, capacity * sizeof *batch->results);
    return batch->wants != NULL && batch->tokens != NULL && batch->results != NULL
               ? WM_OK
               : wm_fail_memory(err);
}

/* One round: fetch what is wanted, and hand it over. */
static wm_status run_round(wm_client *client, wm_transport *transport, wm_error *err)
{
    const wm_client_want *wants = NULL;
    size_t count = wm_client_wants(client, &wants);
    count = count < WM_TRANSPORT_WANTS_MAX ? count : WM_TRANSPORT_WANTS_MAX;
    want_batch batch = { .count = count };
    wm_status status = batch_init(client->env, &batch, count, err);
    if (status == WM_OK) {
        for (size_t i = 0; i < count; i++) {
            batch.wants[i] = wants[i].want;
            batch.tokens[i] = wants[i].token;
        }
        status = wm_transport_fetch(transport, batch.wants, batch.results, count, err);
        for (size_t i = 0; i < count && status == WM_OK; i++) {
            status = wm_client_give(client, batch.tokens[i], &batch.results[i], err);
            if (client->state == WM_CLIENT_DONE) {
                break; /* the feed is behind: the rest is of no use */
            }
        }
        wm_fetched_fini(batch.results, count);
    }
    batch_fini(client->env, &batch);
    return status;
}

wm_status wm_sync_run(wm_client *client, wm_transport *transport, wm_client_summary *summary_out,
                      wm_error *err)
{
    return wm_sync_drive(client, transport, NULL, summary_out, err);
}

wm_status wm_sync_drive(wm_client *client, wm_transport *transport, const wm_sync_driver *driver,
                        wm_client_summary *summary_out, wm_error *err)
{
    (void)driver;
    const wm_client_want *wants = NULL;
    wm_status status = WM_OK;
    while (status == WM_OK && wm_client_wants(client, &wants) > 0) {
        status = run_round(client, transport, err);
    }
    if (status != WM_OK) {
        if (summary_out != NULL) {
            *summary_out = client->summary;
        }
        return status;
    }
    return wm_client_outcome(client, summary_out, err);
}

/* ---- what a replica says of itself ---- */

typedef struct name_list {
    wm_arena *arena;
    wm_str *names;
    size_t count;
} name_list;

static wm_status collect_name(void *context, const wm_state *state, wm_error *err)
{
    name_list *list = context;
    wm_str *names = wm_arena_array(list->arena, list->count + 1, sizeof *names);
    if (names == NULL) {
        return wm_fail_memory(err);
    }
    if (list->count > 0) {
        memcpy(names, list->names, list->count * sizeof *names);
    }
    names[list->count] = wm_arena_copy(list->arena, state->partition);
    if (names[list->count].ptr == NULL) {
        return wm_fail_memory(err);
    }
    list->names = names;
    list->count++;
    return WM_OK;
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
        name_list list = { .arena = arena };
        wm_state_sink sink = { collect_name, &list };
        status = wm_history_states(replica, trust->edition, trust->release, &sink, err);
        trust->partitions = list.names;
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

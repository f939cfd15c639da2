/* held.c: what a replica holds beside its records, as named blobs.
 *
 * It was verified before it was stored, in the transaction that made the records what they are;
 * so its content is read without its signatures. When it is to vouch for something again (a role
 * that the feed has not changed), the signatures are checked again, under the keys of today. */
#include <stdio.h>

#include "client/machine.h"

wm_status wm_blob_read(wm_store *store, wm_arena *arena, const char *name, wm_str *bytes_out,
                       wm_error *err)
{
    wm_buf bytes;
    wm_buf_init(&bytes, arena->env, WM_BLOB_BYTES_MAX);
    wm_str none = { NULL, 0 };
    wm_status status = wm_store_blob_get(store, wm_str_of(name), &bytes, err);
    if (status == WM_OK) {
        *bytes_out = wm_arena_copy(arena, wm_buf_str(&bytes));
        status = bytes_out->ptr != NULL ? WM_OK : wm_fail_memory(err);
    } else if (status == WM_NOT_FOUND) {
        *bytes_out = none;
        status = WM_OK;
    }
    wm_buf_fini(&bytes);
    return status;
}

wm_status wm_texts_read(wm_arena *arena, wm_str json, const wm_str **texts_out, size_t *count_out,
                        wm_error *err)
{
    const wm_json *list = NULL;
    wm_status status = wm_json_parse(arena, json, WM_MIB, &list, err);
    if (status != WM_OK) {
        return status;
    }
    size_t count = wm_json_is(list, WM_JSON_ARRAY) ? list->count : 0;
    wm_str *texts = wm_arena_array(arena, count, sizeof *texts);
    if (texts == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        texts[i] = wm_json_string(&list->as.items[i]);
    }
    *texts_out = texts;
    *count_out = count;
    return WM_OK;
}

static wm_status load_root(wm_client *client, wm_error *err)
{
    wm_status status =
        wm_blob_read(client->store, &client->arena, WM_BLOB_ROOT, &client->held_root_bytes, err);
    if (status != WM_OK) {
        return status;
    }
    client->root_bytes = client->held_root_bytes;
    if (client->root_bytes.ptr == NULL) {
        if (client->options.root.len == 0) {
            return wm_fail(err, WM_BAD_ARGUMENT,
                           "a new replica needs the feed's root.json, from a safe channel");
        }
        client->root_bytes = client->options.root;
    }
    status = wm_policy_first_root(&client->arena, client->root_bytes, &client->root, err);
    wm_error_context(err, "root.json");
    return status;
}

/* What is stored and cannot be read counts as not there: the feed has it all again. */
static wm_status load_metadata(wm_client *client, wm_error *err)
{
    wm_arena *arena = &client->arena;
    wm_unverified unverified;
    wm_str bytes = { NULL, 0 };
    wm_status status = wm_blob_read(client->store, arena, WM_BLOB_TIMESTAMP, &bytes, err);
    if (status == WM_OK && bytes.ptr != NULL) {
        client->has_timestamp = wm_unverified_read(arena, bytes, WM_METADATA_TIMESTAMP_BYTES_MAX,
                                                   &unverified, NULL) == WM_OK &&
                                wm_timestamp_read(arena, wm_verified_pinned(&unverified),
                                                  &client->held_timestamp, NULL) == WM_OK;
        client->held_timestamp_bytes = bytes;
    }
    if (status == WM_OK) {
        status = wm_blob_read(client->store, arena, WM_BLOB_SNAPSHOT, &bytes, err);
    }
    if (status == WM_OK && bytes.ptr != NULL) {
        client->has_snapshot = wm_unverified_read(arena, bytes, WM_METADATA_SNAPSHOT_BYTES_MAX,
                                                  &unverified, NULL) == WM_OK &&
                               wm_snapshot_read(arena, wm_verified_pinned(&unverified),
                                                &client->held_snapshot, NULL) == WM_OK;
        client->held_snapshot_bytes = bytes;
    }
    if (status == WM_OK) {
        status = wm_blob_read(client->store, arena, WM_BLOB_ETAG, &client->held_etag, err);
    }
    if (status == WM_OK) {
        status = wm_blob_read(client->store, arena, WM_BLOB_INDEX, &client->held_index_bytes, err);
    }
    return status;
}

static wm_status load_floor(wm_client *client, wm_error *err)
{
    wm_str text = { NULL, 0 };
    wm_status status = wm_blob_read(client->store, &client->arena, WM_BLOB_FLOOR, &text, err);
    for (size_t i = 0; status == WM_OK && i < text.len && i < 15; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            break;
        }
        client->floor_s = client->floor_s * 10 + (text.ptr[i] - '0');
    }
    client->time_s = wm_policy_time(client->options.now_s, client->floor_s);
    return status;
}

static bool same_texts(const wm_str *a, size_t a_count, const wm_str *b, size_t b_count)
{
    bool same = a_count == b_count;
    for (size_t i = 0; same && i < a_count; i++) {
        same = wm_str_equal(a[i], b[i]);
    }
    return same;
}

static wm_status load_subscriptions(wm_client *client, wm_error *err)
{
    static const wm_str everything = WM_STR_INIT(WM_PARTITION_ALL);
    wm_str text = { NULL, 0 };
    wm_status status =
        wm_blob_read(client->store, &client->arena, WM_BLOB_SUBSCRIPTIONS, &text, err);
    if (status == WM_OK && text.ptr != NULL) {
        status = wm_texts_read(&client->arena, text, &client->held_subscriptions,
                               &client->held_subscription_count, err);
    }
    if (client->options.subscribe_count > 0) {
        client->subscriptions = client->options.subscribe;
        client->subscription_count = client->options.subscribe_count;
    } else if (client->held_subscription_count > 0) {
        client->subscriptions = client->held_subscriptions;
        client->subscription_count = client->held_subscription_count;
    } else {
        client->subscriptions = &everything;
        client->subscription_count = 1;
    }
    client->subscriptions_changed =
        !same_texts(client->subscriptions, client->subscription_count, client->held_subscriptions,
                    client->held_subscription_count);
    return status;
}

typedef struct state_list {
    wm_client *client;
    wm_state *states;
    size_t capacity;
} state_list;

static wm_status collect_state(void *context, const wm_state *state, wm_error *err)
{
    state_list *list = context;
    wm_client *client = list->client;
    if (client->held_state_count == list->capacity) {
        size_t capacity = list->capacity < 16 ? 16 : 2 * list->capacity;
        wm_state *states = wm_arena_array(&client->arena, capacity, sizeof *states);
        if (states == NULL) {
            return wm_fail_memory(err);
        }
        if (client->held_state_count > 0) {
            memcpy(states, list->states, client->held_state_count * sizeof *states);
        }
        list->states = states;
        list->capacity = capacity;
        client->held_states = states;
    }
    wm_state copy = *state;
    copy.partition = wm_arena_copy(&client->arena, state->partition);
    if (copy.partition.ptr == NULL) {
        return wm_fail_memory(err);
    }
    list->states[client->held_state_count++] = copy;
    return WM_OK;
}

static wm_status load_release(wm_client *client, wm_error *err)
{
    wm_release release;
    wm_edition edition = WM_EDITION_PUBLIC;
    wm_status status = wm_replica_edition(client->store, &edition, err);
    if (status == WM_NOT_FOUND) {
        client->edition = client->options.has_edition ? client->options.edition : WM_EDITION_PUBLIC;
        return WM_OK;
    }
    if (status == WM_OK && client->options.has_edition && client->options.edition != edition) {
        return wm_fail(err, WM_BAD_ARGUMENT, "the replica is of the %s edition, and stays so",
                       wm_edition_name(edition));
    }
    client->edition = edition;
    if (status == WM_OK) {
        status = wm_store_latest(client->store, &release, err);
    }
    if (status == WM_NO_RELEASE) {
        wm_error_clear(err);
        return WM_OK;
    }
    if (status == WM_OK) {
        client->held_release = release.number;
        state_list list = { .client = client };
        wm_state_sink sink = { collect_state, &list };
        status = wm_history_states(client->store, edition, release.number, &sink, err);
    }
    return status;
}

wm_status wm_client_load(wm_client *client, wm_error *err)
{
    wm_status status = wm_store_read_begin(client->store, err);
    if (status != WM_OK) {
        return status;
    }
    status = load_release(client, err);
    if (status == WM_OK) {
        status = load_root(client, err);
    }
    if (status == WM_OK) {
        status = load_metadata(client, err);
    }
    if (status == WM_OK) {
        status = load_floor(client, err);
    }
    if (status == WM_OK) {
        status = load_subscriptions(client, err);
    }
    wm_store_read_end(client->store);
    return status;
}

/* ---- storing ---- */

static wm_status put(wm_txn *txn, const char *name, wm_str bytes, wm_error *err)
{
    return wm_store_blob_put(txn, wm_str_of(name), bytes, err);
}

static wm_status expect_blob(wm_client *client, const char *name, wm_str expected, wm_error *err)
{
    wm_str found = { NULL, 0 };
    wm_status status = wm_blob_read(client->store, &client->arena, name, &found, err);
    if (status == WM_OK &&
        ((found.ptr == NULL) != (expected.ptr == NULL) || !wm_str_equal(found, expected))) {
        return wm_fail(err, WM_BUSY, "another process updated the replica's %s", name);
    }
    return status;
}

/* Versions were compared with what was loaded. Another process may have gone on since, and a feed
 * that shows the two of us different files must not make us take that back. */
static wm_status expect_unmoved(wm_client *client, wm_error *err)
{
    wm_status status = expect_blob(client, WM_BLOB_ROOT, client->held_root_bytes, err);
    return status == WM_OK
               ? expect_blob(client, WM_BLOB_TIMESTAMP, client->held_timestamp_bytes, err)
               : status;
}

wm_status wm_client_store_root(wm_client *client, bool forget, wm_error *err)
{
    static const char *const forgotten[] = { WM_BLOB_TIMESTAMP, WM_BLOB_SNAPSHOT, WM_BLOB_ETAG,
                                             WM_BLOB_FLOOR };
    if (client->held_root_bytes.ptr == NULL) {
        return WM_OK; /* with the first records */
    }
    wm_txn *txn = NULL;
    wm_status status = wm_txn_begin(client->store, &txn, err);
    if (status != WM_OK) {
        return status;
    }
    status = expect_unmoved(client, err);
    if (status == WM_OK) {
        status = put(txn, WM_BLOB_ROOT, client->root_bytes, err);
    }
    if (status == WM_OK) {
        status = wm_client_keep_root(client, txn, err);
    }
    for (size_t i = 0; forget && i < sizeof forgotten / sizeof forgotten[0] && status == WM_OK;
         i++) {
        status = wm_store_blob_delete(txn, wm_str_of(forgotten[i]), err);
    }
    if (status != WM_OK) {
        wm_txn_rollback(txn);
        return status;
    }
    status = wm_txn_commit(txn, err);
    if (status == WM_OK) {
        client->held_root_bytes = client->root_bytes;
        client->held_timestamp_bytes = forget ? (wm_str){ NULL, 0 } : client->held_timestamp_bytes;
    }
    return status;
}

static wm_status put_subscriptions(wm_client *client, wm_txn *txn, wm_error *err)
{
    wm_buf text;
    wm_buf_init(&text, client->env, WM_MIB);
    wm_json_out out;
    wm_json_out_init(&out, &text);
    wm_json_out_array(&out);
    for (size_t i = 0; i < client->subscription_count; i++) {
        wm_json_out_string(&out, client->subscriptions[i]);
    }
    wm_json_out_end_array(&out);
    wm_status status = wm_buf_status(&text, err);
    if (status == WM_OK) {
        status = put(txn, WM_BLOB_SUBSCRIPTIONS, wm_buf_str(&text), err);
    }
    wm_buf_fini(&text);
    return status;
}

static void earlier(int64_t *earliest, const wm_metadata_head *head)
{
    *earliest = head->expires_s < *earliest ? head->expires_s : *earliest;
}

static wm_status put_dates(wm_client *client, wm_txn *txn, wm_error *err)
{
    int64_t earliest = client->root.head.expires_s;
    earlier(&earliest, &client->timestamp.head);
    earlier(&earliest, &client->snapshot.head);
    earlier(&earliest, &client->targets.targets.head);
    earlier(&earliest, &client->partitions_role.targets.head);
    for (size_t i = 0; i < client->partition_count; i++) {
        earlier(&earliest, &client->partitions[i].role.targets.head);
    }
    char date[WM_DATE_TEXT_BYTES];
    wm_date_format(wm_date_from_unix(earliest), date);
    wm_status status = put(txn, WM_BLOB_STALE_SINCE, wm_str_of(date), err);

    /* "The floor rises only with signed dates": the release's, which targets signed. But not beyond
     * what signed it: a release dated years ahead must not make all that comes look expired. */
    char floor[32];
    int64_t signed_s = (int64_t)client->release.date * 86400;
    signed_s = signed_s < earliest ? signed_s : earliest - 1;
    signed_s = signed_s > client->floor_s ? signed_s : client->floor_s;
    (void)snprintf(floor, sizeof floor, "%lld", (long long)signed_s);
    return status == WM_OK ? put(txn, WM_BLOB_FLOOR, wm_str_of(floor), err) : status;
}

typedef struct role_names {
    wm_arena *arena;
    wm_str names[WM_DELEGATED_ROLES_LISTED_MAX];
    size_t count;
} role_names;

static wm_status collect_role(void *context, wm_str name, wm_error *err)
{
    role_names *list = context;
    if (!wm_str_starts(name, WM_STR(WM_BLOB_ROLE_PREFIX)) ||
        list->count == WM_DELEGATED_ROLES_LISTED_MAX) {
        return WM_OK;
    }
    wm_str copy = wm_arena_copy(list->arena, name);
    if (copy.ptr == NULL) {
        return wm_fail_memory(err);
    }
    list->names[list->count++] = copy;
    return WM_OK;
}

static bool is_taken(const wm_client *client, wm_str blob)
{
    for (size_t i = 0; i < client->partition_count; i++) {
        if (wm_str_equal(blob, client->partitions[i].role.blob)) {
            return true;
        }
    }
    return false;
}

/* A partition's role says that the replica holds the partition: it goes with it. */
static wm_status drop_roles(wm_client *client, wm_txn *txn, wm_error *err)
{
    role_names *list = wm_arena_alloc(&client->arena, sizeof *list);
    if (list == NULL) {
        return wm_fail_memory(err);
    }
    list->arena = &client->arena;
    wm_status status = wm_store_blob_each(client->store, collect_role, list, err);
    for (size_t i = 0; i < list->count && status == WM_OK; i++) {
        if (!is_taken(client, list->names[i])) {
            status = wm_store_blob_delete(txn, list->names[i], err);
        }
    }
    return status;
}

wm_status wm_client_store_trust(wm_client *client, wm_txn *txn, wm_error *err)
{
    wm_status status = expect_unmoved(client, err);
    if (status == WM_OK) {
        status = put(txn, WM_BLOB_ROOT, client->root_bytes, err);
    }
    if (status == WM_OK) {
        status = put(txn, WM_BLOB_TIMESTAMP, client->timestamp_bytes, err);
    }
    if (status == WM_OK) {
        status = put(txn, WM_BLOB_SNAPSHOT, client->snapshot_bytes, err);
    }
    if (status == WM_OK) {
        status = put(txn, WM_BLOB_TARGETS, client->targets.bytes, err);
    }
    if (status == WM_OK) {
        status = put(txn, WM_BLOB_PARTITIONS_ROLE, client->partitions_role.bytes, err);
    }
    if (status == WM_OK) {
        status = put(txn, WM_BLOB_INDEX, client->index_bytes, err);
    }
    if (status == WM_OK) {
        status = put(txn, WM_BLOB_ETAG, client->etag, err);
    }
    for (size_t i = 0; i < client->partition_count && status == WM_OK; i++) {
        const wm_client_role *role = &client->partitions[i].role;
        status = wm_store_blob_put(txn, role->blob, role->bytes, err);
    }
    if (status == WM_OK) {
        status = drop_roles(client, txn, err);
    }
    if (status == WM_OK) {
        status = put_subscriptions(client, txn, err);
    }
    return status == WM_OK ? put_dates(client, txn, err) : status;
}

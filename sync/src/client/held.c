/* held.c: what a replica holds beside its records, as named blobs.
 *
 *   sync/root.json ... sync/role/NAME   metadata, as the updater verified it: each file in a
 *                                       transaction of its own, before the next step begins. A run
 *                                       that fails has seen what it has seen: the next one compares
 *                                       versions with that.
 *   sync/applied, and the rest          what the records stand for: in the transaction of the apply
 *
 * So the metadata may be ahead of the records, and "nothing new" is said of both. */
#include <stdio.h>

#include "client/vouch.h"

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

/* What is stored and cannot be read counts as not there: the feed has it all again. */
static wm_status load_metadata(wm_client *client, wm_error *err)
{
    wm_arena *arena = &client->arena;
    wm_str applied = { NULL, 0 };
    const wm_json *list = NULL;
    wm_status status = wm_blob_read(client->store, arena, WM_BLOB_ETAG, &client->held_etag, err);
    if (status == WM_OK) {
        status = wm_blob_read(client->store, arena, WM_BLOB_INDEX, &client->held_index_bytes, err);
    }
    if (status == WM_OK) {
        status = wm_blob_read(client->store, arena, WM_BLOB_APPLIED, &applied, err);
    }
    if (status == WM_OK && applied.ptr != NULL) {
        wm_status parsed = wm_json_parse(arena, applied, WM_KIB, &list, NULL);
        status = parsed == WM_NO_MEMORY ? wm_fail_memory(err) : WM_OK;
    }
    if (status == WM_OK && list != NULL && wm_json_is(list, WM_JSON_ARRAY) && list->count == 2) {
        client->applied_snapshot = wm_json_integer(&list->as.items[0], 0);
        client->applied_expires_s = wm_json_integer(&list->as.items[1], 0);
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
        wm_state_list list = { .arena = &client->arena };
        wm_state_sink sink = { wm_state_list_add, &list };
        status = wm_history_states(client->store, edition, release.number, &sink, err);
        client->held_states = list.items;
        client->held_state_count = list.count;
    }
    return status;
}

static wm_status load_all(wm_client *client, wm_error *err)
{
    wm_status status = wm_store_read_begin(client->store, err);
    if (status != WM_OK) {
        return status;
    }
    status = load_release(client, err);
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

/* ---- the updater's storage ---- */

static void blob_of(wm_str role, char name[WM_FEED_PATH_BYTES])
{
    static const struct {
        const char *role;
        const char *blob;
    } tops[] = { { "root", WM_BLOB_ROOT },
                 { "timestamp", WM_BLOB_TIMESTAMP },
                 { "snapshot", WM_BLOB_SNAPSHOT },
                 { "targets", WM_BLOB_TARGETS } };
    (void)snprintf(name, WM_FEED_PATH_BYTES, "%s%.*s", WM_BLOB_ROLE_PREFIX, WM_STR_ARG(role));
    for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++) {
        if (wm_str_is(role, tops[i].role)) {
            (void)snprintf(name, WM_FEED_PATH_BYTES, "%s", tops[i].blob);
        }
    }
}

static wm_status load_role(void *context, wm_str role, wm_buf *bytes_out, wm_error *err)
{
    const wm_client *client = context;
    char name[WM_FEED_PATH_BYTES];
    blob_of(role, name);
    return wm_store_blob_get(client->store, wm_str_of(name), bytes_out, err);
}

static wm_status put(wm_txn *txn, const char *name, wm_str bytes, wm_error *err)
{
    return wm_store_blob_put(txn, wm_str_of(name), bytes, err);
}

static bool same_bytes(wm_str a, wm_str b)
{
    return (a.ptr == NULL) == (b.ptr == NULL) && wm_str_equal(a, b);
}

/* Versions were compared with what was loaded. Another process may have gone on since, and a feed
 * that shows the two of us different files must not make us take that back. */
static wm_status expect_blob(wm_client *client, const char *name, wm_str expected, wm_error *err)
{
    wm_str found = { NULL, 0 };
    wm_status status = wm_blob_read(client->store, &client->arena, name, &found, err);
    if (status == WM_OK && !same_bytes(found, expected)) {
        return wm_fail(err, WM_BUSY, "another process updated the replica's %s", name);
    }
    return status;
}

static wm_status put_applied(wm_txn *txn, int64_t version, int64_t expires_s, wm_error *err)
{
    char text[64];
    (void)snprintf(text, sizeof text, "[%lld,%lld]", (long long)version, (long long)expires_s);
    return put(txn, WM_BLOB_APPLIED, wm_str_of(text), err);
}

/* 5.3.11; and versions of the snapshot may start again lower. */
static wm_status forget(const wm_client *client, wm_txn *txn, wm_error *err)
{
    static const char *const forgotten[] = { WM_BLOB_TIMESTAMP, WM_BLOB_SNAPSHOT, WM_BLOB_ETAG,
                                             WM_BLOB_FLOOR };
    wm_status status = WM_OK;
    for (size_t i = 0; i < sizeof forgotten / sizeof forgotten[0] && status == WM_OK; i++) {
        status = wm_store_blob_delete(txn, wm_str_of(forgotten[i]), err);
    }
    return status == WM_OK && client->held_release > 0
               ? put_applied(txn, 0, client->applied_expires_s, err)
               : status;
}

/* What goes with a role's change. */
static wm_status put_change(wm_client *client, wm_txn *txn, const wm_trust_change *change,
                            const char *name, wm_error *err)
{
    wm_status status = put(txn, name, change->bytes, err);
    if (status == WM_OK && wm_str_is(change->role, "root")) {
        status = wm_client_keep_root(client, txn, err);
    }
    if (status == WM_OK && wm_str_is(change->role, "timestamp")) {
        status = put(txn, WM_BLOB_ETAG, client->etag, err);
    }
    return status == WM_OK && change->forget ? forget(client, txn, err) : status;
}

static wm_status store_role(void *context, const wm_trust_change *change, wm_error *err)
{
    wm_client *client = context;
    char name[WM_FEED_PATH_BYTES];
    wm_str found = { NULL, 0 };
    wm_txn *txn = NULL;
    blob_of(change->role, name);
    wm_status status = wm_txn_begin(client->store, &txn, err);
    if (status != WM_OK) {
        return status;
    }
    status = wm_blob_read(client->store, &client->arena, name, &found, err);
    bool is_done = status == WM_OK && same_bytes(found, change->bytes); /* by another process */
    if (status == WM_OK && !is_done && !same_bytes(found, change->replaced)) {
        status = wm_fail(err, WM_BUSY, "another process updated the replica's %s", name);
    }
    if (status == WM_OK && !wm_str_is(change->role, "root")) {
        status = expect_blob(client, WM_BLOB_ROOT, client->updater.stored_root_bytes, err);
    }
    if (status == WM_OK && !is_done) {
        status = put_change(client, txn, change, name, err);
    }
    if (status != WM_OK || is_done) {
        wm_txn_rollback(txn);
        return status;
    }
    return wm_txn_commit(txn, err);
}

/* ---- a replica that never caught up ---- */

static wm_status collect_name(void *context, wm_str name, wm_error *err)
{
    return wm_names_add(context, name, err);
}

/* Is the root that is given one of those that led to the stored one? */
static wm_status is_of_line(wm_client *client, bool *is_out, wm_error *err)
{
    wm_root given;
    wm_str stored = { NULL, 0 };
    wm_str kept = { NULL, 0 };
    wm_status status = wm_blob_read(client->store, &client->arena, WM_BLOB_ROOT, &stored, err);
    if (status != WM_OK || stored.ptr == NULL) {
        *is_out = true;
        return status;
    }
    status = wm_policy_first_root(&client->arena, client->options.root, &given, err);
    if (status == WM_OK) {
        status = wm_kept_root(client->store, &client->arena, given.head.version, &kept, err);
    }
    *is_out = status == WM_OK && same_bytes(kept, client->options.root);
    return status;
}

/* Another process may have caught up since we looked: then what it stored is not ours to drop. */
static wm_status expect_empty(wm_client *client, wm_error *err)
{
    wm_release release;
    wm_status status = wm_store_latest(client->store, &release, err);
    if (status == WM_NO_RELEASE) {
        wm_error_clear(err);
        return WM_OK;
    }
    return status != WM_OK
               ? status
               : wm_fail(err, WM_BUSY, "another process updated the replica, to release %lld",
                         (long long)release.number);
}

/* The first try was with another root: of another edition, or a wrong one. There are no records yet
 * that what it stored could protect. */
static wm_status start_afresh(wm_client *client, wm_error *err)
{
    bool of_line = true;
    wm_txn *txn = NULL;
    wm_names list = { .arena = &client->arena };
    if (client->held_release > 0 || client->options.root.len == 0) {
        return WM_OK;
    }
    wm_status status = is_of_line(client, &of_line, err);
    if (status != WM_OK || of_line) {
        return status;
    }
    status = wm_store_blob_each(client->store, collect_name, &list, err);
    if (status == WM_OK) {
        status = wm_txn_begin(client->store, &txn, err);
    }
    if (status == WM_OK) {
        status = expect_empty(client, err);
    }
    for (size_t i = 0; i < list.count && status == WM_OK; i++) {
        if (wm_str_starts(list.items[i], WM_STR("sync/"))) {
            status = wm_store_blob_delete(txn, list.items[i], err);
        }
    }
    if (status != WM_OK) {
        wm_txn_rollback(txn);
        return status;
    }
    client->held_etag = (wm_str){ NULL, 0 };
    return wm_txn_commit(txn, err);
}

/* ---- a replica that has records, and is given a root all the same ---- */

/* Newer than what the feed leads to: it may be about to come. */
static wm_status expect_next(const wm_client *client, const wm_root *given, wm_error *err)
{
    const wm_root *newest = &client->updater.root;
    wm_root next;
    if (given->head.version > newest->head.version + 1) {
        return wm_fail(err, WM_NOT_TRUSTED, "it is version %lld, and the feed leads only to %lld",
                       (long long)given->head.version, (long long)newest->head.version);
    }
    return wm_policy_next_root(client->updater.arena, newest, client->options.root, &next, err);
}

wm_status wm_client_expect_root(wm_client *client, bool all_seen, wm_error *err)
{
    const wm_updater *updater = &client->updater;
    wm_arena *arena = &client->arena;
    wm_root given;
    if (client->options.root.len == 0 || client->held_release == 0) {
        return WM_OK;
    }
    wm_status status = wm_policy_first_root(arena, client->options.root, &given, err);
    wm_error_context(err, "the root that was given");
    if (status != WM_OK) {
        return status;
    }
    if (given.head.version <= updater->root.head.version) {
        status = wm_kept_roots_follow(client->store, arena, client->options.root,
                                      updater->root_bytes, err);
    } else if (all_seen) {
        status = expect_next(client, &given, err);
    }
    if (status == WM_NOT_TRUSTED) {
        wm_error_context(err, WM_OTHER_ROOT);
    }
    return status;
}

wm_status wm_client_load(wm_client *client, wm_error *err)
{
    client->storage = (wm_trust_storage){ load_role, store_role, client };
    wm_status status = load_all(client, err);
    if (status == WM_OK) {
        status = start_afresh(client, err);
    }
    wm_updater_options options = { client->options.root, client->time_s };
    if (status == WM_OK) {
        status = wm_updater_init(&client->updater, &client->arena, &client->storage, &options, err);
    }
    return status == WM_OK ? wm_client_expect_root(client, false, err) : status;
}

wm_status wm_client_may_wait(const wm_client *client, wm_error *err)
{
    wm_metadata_head head = { 0, client->applied_expires_s };
    return client->applied_expires_s > 0
               ? wm_policy_fresh("timestamp.json", &head, client->time_s, err)
               : WM_OK;
}

/* ---- storing, with the records ---- */

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
    const wm_updater *updater = &client->updater;
    int64_t earliest = updater->root.head.expires_s;
    earlier(&earliest, &updater->timestamp.head);
    earlier(&earliest, &updater->snapshot.head);
    earlier(&earliest, &updater->targets.targets.head);
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

static bool is_used(const wm_client *client, wm_str role)
{
    bool used = wm_str_equal(role, client->partitions_role.name);
    for (size_t i = 0; i < client->partition_count && !used; i++) {
        used = wm_str_equal(role, client->partitions[i].role.name);
    }
    return used;
}

/* Roles of partitions that the replica does not take any more. */
static wm_status drop_roles(wm_client *client, wm_txn *txn, wm_error *err)
{
    static const wm_str prefix = WM_STR_INIT(WM_BLOB_ROLE_PREFIX);
    wm_names list = { .arena = &client->arena };
    wm_status status = wm_store_blob_each(client->store, collect_name, &list, err);
    for (size_t i = 0; i < list.count && status == WM_OK; i++) {
        wm_str name = list.items[i];
        if (wm_str_starts(name, prefix) &&
            !is_used(client, (wm_str){ name.ptr + prefix.len, name.len - prefix.len })) {
            status = wm_store_blob_delete(txn, name, err);
        }
    }
    return status;
}

/* Step by step this run has stored what it believes: is it still there? */
static wm_status expect_unmoved(wm_client *client, wm_error *err)
{
    const wm_updater *updater = &client->updater;
    wm_status status = expect_blob(client, WM_BLOB_ROOT, updater->root_bytes, err);
    if (status == WM_OK) {
        status = expect_blob(client, WM_BLOB_TIMESTAMP, updater->timestamp_bytes, err);
    }
    return status == WM_OK ? expect_blob(client, WM_BLOB_SNAPSHOT, updater->snapshot_bytes, err)
                           : status;
}

wm_status wm_client_store_trust(wm_client *client, wm_txn *txn, wm_error *err)
{
    const wm_updater *updater = &client->updater;
    wm_status status = expect_unmoved(client, err);
    if (status == WM_OK) {
        status = put_applied(txn, updater->snapshot.head.version, updater->timestamp.head.expires_s,
                             err);
    }
    if (status == WM_OK) {
        status = put(txn, WM_BLOB_INDEX, client->index_bytes, err);
    }
    if (status == WM_OK) {
        status = drop_roles(client, txn, err);
    }
    if (status == WM_OK) {
        status = put_subscriptions(client, txn, err);
    }
    return status == WM_OK ? put_dates(client, txn, err) : status;
}

/* plan.c: which partitions a subscription takes, and the cheapest packs that bring them up to date.
 */
#include <stdio.h>

#include "client/machine.h"

/* What one more request is worth, in bytes: a round trip on a phone. */
#define REQUEST_BYTES ((uint64_t)4096)

static bool has_subscription(const wm_client *client, const char *code)
{
    for (size_t i = 0; i < client->subscription_count; i++) {
        if (wm_str_is(client->subscriptions[i], code)) {
            return true;
        }
    }
    return false;
}

/* "all" is every record once: the other partitions would only bring them again. */
static bool takes(const wm_client *client, bool everything, wm_str partition)
{
    if (everything) {
        return wm_str_is(partition, WM_PARTITION_ALL);
    }
    for (size_t i = 0; i < client->subscription_count; i++) {
        if (wm_feed_index_takes(&client->index, client->subscriptions[i], partition)) {
            return true;
        }
    }
    return false;
}

static const wm_delegation *delegation_of(const wm_client *client, wm_str role, wm_str path)
{
    const wm_targets *targets = &client->partitions_role.targets;
    if (!wm_policy_delegates(client->partitions_delegation, path)) {
        return NULL; /* one cannot hand on what one was not given */
    }
    for (size_t i = 0; i < targets->delegation_count; i++) {
        const wm_delegation *delegation = &targets->delegations[i];
        if (wm_str_equal(delegation->role.name, role) && wm_policy_delegates(delegation, path)) {
            return delegation;
        }
    }
    return NULL;
}

/* ---- what the replica holds ---- */

static wm_state found_state(const wm_client *client, wm_str code)
{
    wm_state found = { .partition = code };
    wm_state_of_leaves(NULL, 0, &found.buckets, &found.digest); /* no records, no state */
    for (size_t i = 0; i < client->held_state_count; i++) {
        if (wm_str_equal(client->held_states[i].partition, code)) {
            found = client->held_states[i];
        }
    }
    return found;
}

/* The state that the replica holds of a partition, and the release that made it so; if that is not
 * known, or was of another state, it holds nothing that a delta could start from. */
static void load_held(const wm_client *client, const wm_json *ends, wm_client_partition *partition)
{
    wm_digest digest;
    partition->held = found_state(client, partition->code);
    uint32_t count = ends != NULL && ends->type == WM_JSON_ARRAY ? ends->count : 0;
    for (uint32_t i = 0; i < count; i++) {
        const wm_json *row = &ends->as.items[i];
        if (wm_json_is(row, WM_JSON_ARRAY) && row->count == 3 &&
            wm_str_equal(wm_json_string(&row->as.items[0]), partition->code) &&
            wm_digest_parse(wm_json_string(&row->as.items[2]), &digest)) {
            partition->held_end = wm_json_integer(&row->as.items[1], 0);
            partition->is_held = partition->held_end > 0 &&
                                 wm_digest_equal(&digest, &partition->held.digest) &&
                                 !wm_client_distrusts(client, partition->code);
        }
    }
}

static wm_status load_all_held(wm_client *client, wm_error *err)
{
    wm_str bytes = { NULL, 0 };
    const wm_json *ends = NULL;
    wm_status status = wm_blob_read(client->store, &client->arena, WM_BLOB_ENDS, &bytes, err);
    if (status == WM_OK && bytes.ptr != NULL &&
        wm_json_parse(&client->arena, bytes, WM_BLOB_BYTES_MAX, &ends, NULL) == WM_NO_MEMORY) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < client->partition_count && status == WM_OK; i++) {
        load_held(client, ends, &client->partitions[i]);
    }
    return status;
}

wm_status wm_client_store_ends(wm_client *client, wm_txn *txn, wm_error *err)
{
    char digest[WM_DIGEST_HEX_BYTES];
    wm_buf text;
    wm_buf_init(&text, client->env, WM_BLOB_BYTES_MAX);
    wm_json_out out;
    wm_json_out_init(&out, &text);
    wm_json_out_array(&out);
    for (size_t i = 0; i < client->partition_count; i++) {
        const wm_client_partition *partition = &client->partitions[i];
        wm_json_out_array(&out);
        wm_json_out_string(&out, partition->code);
        wm_json_out_integer(&out, partition->feed.end);
        wm_json_out_string(&out, wm_str_of(wm_digest_hex(&partition->feed.state.digest, digest)));
        wm_json_out_end_array(&out);
    }
    wm_json_out_end_array(&out);
    wm_status status = wm_buf_status(&text, err);
    if (status == WM_OK) {
        status = wm_store_blob_put(txn, WM_STR(WM_BLOB_ENDS), wm_buf_str(&text), err);
    }
    wm_buf_fini(&text);
    return status;
}

/* ---- which partitions ---- */

static wm_status add_partition(wm_client *client, wm_str code, wm_error *err)
{
    char name[WM_FEED_PATH_BYTES];
    wm_client_partition *partition = &client->partitions[client->partition_count];
    (void)snprintf(name, sizeof name, "p.%.*s", WM_STR_ARG(code));
    partition->code = code;
    partition->role.name = wm_arena_copy(&client->arena, wm_str_of(name));
    if (partition->role.name.ptr == NULL) {
        return wm_fail_memory(err);
    }
    char path[WM_FEED_PATH_BYTES];
    (void)wm_feed_target_pack(path, code, 0, 1);
    const wm_delegation *delegation = delegation_of(client, partition->role.name, wm_str_of(path));
    if (delegation == NULL) {
        return wm_fail(err, WM_BAD_INPUT, "partition %.*s: no role is delegated to",
                       WM_STR_ARG(code));
    }
    partition->role.signers = &delegation->role;
    client->partition_count++;
    return WM_OK;
}

/* A partition outlives its locality in the feed, empty: who took it for the place would be left
 * without the services of the place, and not know. */
static bool can_subscribe(const wm_feed_index *index, wm_str code)
{
    for (size_t i = 0; i < index->locality_count; i++) {
        if (wm_str_equal(index->localities[i].code, code)) {
            return true;
        }
    }
    bool is_place = !wm_str_is(code, WM_PARTITION_ALL) && !wm_str_is(code, WM_PARTITION_TOP);
    return !is_place && wm_feed_index_knows(index, code);
}

/* One that was good once has vanished from the tree: nobody but the person can say what is to take
 * its place. Till then the replica answers from what it has. */
static wm_status refuse_subscription(const wm_client *client, wm_str code, wm_error *err)
{
    bool was_good = false;
    for (size_t i = 0; i < client->held_subscription_count; i++) {
        was_good = was_good || wm_str_equal(client->held_subscriptions[i], code);
    }
    return was_good && client->held_release > 0
               ? wm_fail(err, WM_BAD_INPUT,
                         "subscribe: the feed has no locality \"%.*s\" any more; no update until "
                         "another is chosen",
                         WM_STR_ARG(code))
               : wm_fail(err, WM_BAD_INPUT, "subscribe: the feed has no locality \"%.*s\"",
                         WM_STR_ARG(code));
}

wm_status wm_client_choose_partitions(wm_client *client, wm_error *err)
{
    const wm_feed_index *index = &client->index;
    bool everything = has_subscription(client, WM_PARTITION_ALL);
    for (size_t i = 0; i < client->subscription_count; i++) {
        if (!can_subscribe(index, client->subscriptions[i])) {
            return refuse_subscription(client, client->subscriptions[i], err);
        }
    }
    client->partitions =
        wm_arena_array(&client->arena, index->partition_count, sizeof *client->partitions);
    client->partition_count = 0;
    if (client->partitions == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = WM_OK;
    for (size_t i = 0; i < index->partition_count && status == WM_OK; i++) {
        if (takes(client, everything, index->partitions[i])) {
            status = add_partition(client, index->partitions[i], err);
        }
    }
    return status == WM_OK ? load_all_held(client, err) : status;
}

/* ---- what the feed has ---- */

static wm_status read_role(wm_client *client, wm_client_partition *partition, wm_error *err)
{
    wm_status status =
        wm_feed_role_read(partition->code, &partition->role.targets, &partition->feed, err);
    if (status != WM_OK) {
        return status;
    }
    partition->packs = wm_arena_array(&client->arena, 2, sizeof *partition->packs);
    if (partition->packs == NULL) {
        return wm_fail_memory(err);
    }
    partition->packs[partition->pack_count++] = partition->feed.snapshot;
    if (partition->feed.has_delta) {
        partition->packs[partition->pack_count++] = partition->feed.delta;
    }
    return WM_OK;
}

wm_status wm_client_read_release(wm_client *client, const wm_targets *role, wm_error *err)
{
    if (wm_listed_find(role->files, role->file_count, WM_STR(WM_FEED_RELEASE)) == NULL) {
        return WM_OK;
    }
    wm_status status = wm_feed_release_read(role, &client->release, err);
    if (status == WM_OK && client->release.edition != client->edition) {
        status =
            wm_fail(err, WM_NOT_TRUSTED, "release.json: expected the %s edition, found the %s",
                    wm_edition_name(client->edition), wm_edition_name(client->release.edition));
    }
    /* Also after a rotation, which lets the versions of metadata start again lower. */
    if (status == WM_OK && client->release.release < client->held_release) {
        status = wm_fail(err, WM_NOT_TRUSTED, "rolled back from release %lld to %lld",
                         (long long)client->held_release, (long long)client->release.release);
    }
    return status;
}

wm_status wm_client_read_roles(wm_client *client, wm_error *err)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < client->partition_count && status == WM_OK; i++) {
        wm_client_partition *partition = &client->partitions[i];
        partition->pack_count = 0;
        status = read_role(client, partition, err);
        /* The top partition's role says it, and that of `all`: whoever catches up takes one of
         * them, and no other is asked. */
        if (status == WM_OK &&
            delegation_of(client, partition->role.name, WM_STR(WM_FEED_RELEASE)) != NULL) {
            status = wm_client_read_release(client, &partition->role.targets, err);
        }
    }
    if (status == WM_OK && client->release.release == 0) {
        return wm_fail(err, WM_BAD_INPUT, "no role says which release this is");
    }
    return status;
}

/* ---- the way ---- */

wm_state wm_client_target_state(const wm_client_partition *partition)
{
    return partition->feed.state;
}

bool wm_client_is_behind(const wm_client *client, const wm_client_partition *partition)
{
    return client->by_snapshots || !partition->is_held ||
           !wm_digest_equal(&partition->held.digest, &partition->feed.state.digest);
}

int64_t wm_client_base_of(const wm_client *client, const wm_client_partition *partition)
{
    bool usable =
        partition->is_held && !client->by_snapshots && partition->held_end < partition->feed.end;
    return usable ? partition->held_end : 0;
}

uint64_t wm_client_cost(uint64_t bytes, size_t requests)
{
    uint64_t extra = (uint64_t)requests * REQUEST_BYTES;
    return bytes > UINT64_MAX - extra ? UINT64_MAX : bytes + extra;
}

wm_status wm_client_route(const wm_client *client, const wm_client_partition *partition,
                          wm_pack_chain *chain_out, wm_error *err)
{
    size_t count = partition->pack_count;
    wm_arena arena;
    wm_arena_init(&arena, client->env, 16 * WM_MIB);
    wm_pack_offer *offers = wm_arena_array(&arena, count, sizeof *offers);
    wm_status status = WM_OK;
    if (offers == NULL) {
        status = wm_fail_memory(err);
    } else {
        for (size_t i = 0; i < count; i++) {
            const wm_feed_pack *pack = &partition->packs[i];
            offers[i] = (wm_pack_offer){ (uint64_t)pack->from, (uint64_t)pack->to,
                                         (uint64_t)pack->file->length };
        }
        wm_pack_route route = { (uint64_t)wm_client_base_of(client, partition),
                                (uint64_t)partition->feed.end, REQUEST_BYTES };
        status = wm_pack_plan(client->env, offers, count, &route, chain_out, err);
        if (status == WM_NOT_FOUND && route.have > 0) {
            /* so many files that no chain may have them, but cheap: they stood in the way of others
             */
            route.have = 0;
            status = wm_pack_plan(client->env, offers, count, &route, chain_out, err);
        }
    }
    wm_arena_fini(&arena);
    return status;
}

/* Packs of an earlier plan that are wanted again need not come again. */
static void take_over(wm_client_partition *partition, wm_feed_pack *chain, wm_buf *bytes,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < partition->chain_count; k++) {
            if (wm_str_equal(chain[i].file->path, partition->chain[k].file->path) &&
                wm_digest_equal(&chain[i].file->hashes.sha256,
                                &partition->chain[k].file->hashes.sha256)) {
                bytes[i] = partition->bytes[k];
                wm_buf_init(&partition->bytes[k], bytes[i].env, bytes[i].max_bytes);
            }
        }
    }
}

static void drop_packs(wm_client *client, wm_client_partition *partition)
{
    for (size_t k = 0; k < partition->chain_count; k++) {
        client->vain_bytes += partition->bytes[k].len;
        wm_buf_fini(&partition->bytes[k]);
    }
    partition->chain_count = 0;
}

/* Nothing leads to the release. If a file was refused, that is why; if one is missing, it may come
 * yet. */
static wm_status say_no_way(wm_client *client, const wm_client_partition *partition, wm_error *err)
{
    if (partition->spans.refused_bytes > 0) {
        uint64_t bytes = client->span_bytes + partition->spans.refused_bytes;
        return wm_fail(err, WM_REFUSED, "the update is more than %llu bytes, and %llu are allowed",
                       (unsigned long long)bytes, (unsigned long long)client->options.max_bytes);
    }
    if (partition->why != NULL) {
        if (err != NULL) {
            *err = *partition->why;
        }
        return partition->why->status;
    }
    if (partition->missing.ptr != NULL) {
        client->missing = partition->missing;
        return WM_NOT_FOUND;
    }
    return wm_fail(err, WM_BAD_INPUT, "partition %.*s: no packs lead to release %lld",
                   WM_STR_ARG(partition->code), (long long)partition->feed.end);
}

static wm_status plan_partition(wm_client *client, wm_client_partition *partition, wm_error *err)
{
    wm_pack_chain route = { .count = 0 };
    if (!wm_client_is_behind(client, partition)) {
        drop_packs(client, partition);
        return WM_OK;
    }
    wm_status status = wm_client_route(client, partition, &route, err);
    if (status == WM_NOT_FOUND) {
        return say_no_way(client, partition, err);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_feed_pack *chain = wm_arena_array(&client->arena, route.count, sizeof *chain);
    wm_buf *bytes = wm_arena_array(&client->arena, route.count, sizeof *bytes);
    if (chain == NULL || bytes == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < route.count; i++) {
        chain[i] = partition->packs[route.offer[i]];
        wm_buf_init(&bytes[i], client->env, WM_PACK_BYTES_MAX);
    }
    take_over(partition, chain, bytes, route.count);
    drop_packs(client, partition);
    partition->chain = chain;
    partition->bytes = bytes;
    partition->chain_count = route.count;
    return WM_OK;
}

void wm_client_drop_packs(wm_client *client)
{
    for (size_t i = 0; i < client->partition_count; i++) {
        drop_packs(client, &client->partitions[i]);
    }
}

wm_status wm_client_plan(wm_client *client, wm_error *err)
{
    wm_status status = WM_OK;
    uint64_t bytes = 0;
    for (size_t i = 0; i < client->partition_count && status == WM_OK; i++) {
        wm_client_partition *partition = &client->partitions[i];
        status = plan_partition(client, partition, err);
        for (size_t k = 0; k < partition->chain_count; k++) {
            bytes += (uint64_t)partition->chain[k].file->length;
        }
    }
    client->plan_again = false;
    bytes += client->span_bytes + client->vain_bytes;
    /* All or nothing: partitions of one release belong together. */
    if (status == WM_OK && client->options.max_bytes > 0 && bytes > client->options.max_bytes) {
        status = wm_fail(err, WM_REFUSED, "the update is %llu bytes, and %llu are allowed",
                         (unsigned long long)bytes, (unsigned long long)client->options.max_bytes);
    }
    return status;
}

static void lose(wm_client_partition *partition, const wm_digest *hash)
{
    size_t kept = 0;
    for (size_t i = 0; i < partition->pack_count; i++) {
        if (!wm_digest_equal(&partition->packs[i].file->hashes.sha256, hash)) {
            partition->packs[kept++] = partition->packs[i];
        }
    }
    partition->pack_count = kept;
    partition->lost[partition->lost_count++] = *hash;
}

void wm_client_note_why(wm_client *client, wm_client_partition *partition, const wm_error *why)
{
    wm_error *copy = partition->why == NULL ? wm_arena_alloc(&client->arena, sizeof *copy) : NULL;
    if (copy != NULL) { /* without memory it is only less well said */
        *copy = *why;
        partition->why = copy;
    }
}

/* What a role lists itself, and is not as signed, is an attack. All else may be in the way of a
 * server that lost a file, of a copy that is behind, or of an index that lies; the signed digest
 * says in the end whether the way was a good one. */
bool wm_client_do_without(wm_client *client, wm_str path, const wm_want_purpose *purpose,
                          wm_status status, const wm_error *err)
{
    if (purpose->kind != WM_WANT_PACK) {
        return false;
    }
    wm_client_partition *partition = &client->partitions[purpose->partition];
    const wm_listed_file *file = partition->chain[purpose->link].file;
    const wm_feed_role *feed = &partition->feed;
    bool own = file == feed->snapshot.file || (feed->has_delta && file == feed->delta.file);
    if ((own && status != WM_NOT_FOUND) || partition->lost_count == WM_CLIENT_LOST_MAX) {
        return false;
    }
    if (status == WM_NOT_FOUND && partition->missing.ptr == NULL) {
        partition->missing = path;
    } else if (status != WM_NOT_FOUND) {
        wm_client_note_why(client, partition, err);
    }
    lose(partition, &file->hashes.sha256);
    client->plan_again = true;
    return true;
}

wm_status wm_client_want_packs(wm_client *client, wm_error *err)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < client->partition_count; i++) {
        const wm_client_partition *partition = &client->partitions[i];
        for (size_t k = 0; k < partition->chain_count && status == WM_OK; k++) {
            const wm_listed_file *file = partition->chain[k].file;
            if (partition->bytes[k].len > 0 ||
                wm_client_use_kept(client, file, &partition->bytes[k])) {
                continue;
            }
            char path[WM_FEED_PATH_BYTES];
            if (!wm_feed_path_target(path, client->edition, file->path, &file->hashes.sha256)) {
                return wm_fail(err, WM_BAD_INPUT, "%.*s: the name is too long",
                               WM_STR_ARG(file->path));
            }
            status = wm_client_want_file(client, (wm_want_purpose){ WM_WANT_PACK, i, k }, path,
                                         (uint64_t)file->length, err);
        }
    }
    return status;
}

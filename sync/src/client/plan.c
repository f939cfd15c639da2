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

static const wm_delegation *delegation_of(const wm_client *client, wm_str role, wm_str partition)
{
    const wm_targets *targets = &client->partitions_role.targets;
    char path[WM_FEED_PATH_BYTES];
    (void)wm_feed_target_pack(path, partition, 0, 1);
    if (!wm_policy_delegates(client->partitions_delegation, wm_str_of(path))) {
        return NULL; /* one cannot hand on what one was not given */
    }
    for (size_t i = 0; i < targets->delegation_count; i++) {
        const wm_delegation *delegation = &targets->delegations[i];
        if (wm_str_equal(delegation->role.name, role) &&
            wm_policy_delegates(delegation, wm_str_of(path))) {
            return delegation;
        }
    }
    return NULL;
}

/* The state that the replica holds of a partition, if it is the one that its stored role ends in;
 * else it holds nothing that a delta could start from. */
static wm_status load_held(wm_client *client, wm_client_partition *partition, wm_error *err)
{
    char name[WM_BLOB_NAME_BYTES_MAX + 1];
    wm_str bytes = { NULL, 0 };
    wm_unverified unverified;
    wm_targets role;
    const wm_feed_pack *packs = NULL;
    size_t count = 0;
    (void)snprintf(name, sizeof name, "%.*s", WM_STR_ARG(partition->role.blob));
    wm_status status = wm_blob_read(client->store, &client->arena, name, &bytes, err);
    if (status != WM_OK || bytes.ptr == NULL ||
        wm_unverified_read(&client->arena, bytes, WM_METADATA_TARGETS_BYTES_MAX, &unverified,
                           NULL) != WM_OK ||
        wm_targets_read(&client->arena, wm_verified_pinned(&unverified), &role, NULL) != WM_OK ||
        wm_feed_packs_read(&client->arena, partition->code, &role, &packs, &count, NULL) != WM_OK) {
        return status;
    }
    const wm_feed_pack *newest = &packs[count - 1];
    partition->held =
        (wm_state){ partition->code, newest->buckets, newest->records, newest->result };
    partition->held_end = newest->to;
    wm_state found = { .partition = partition->code };
    wm_state_of_leaves(NULL, 0, &found.buckets, &found.digest);
    for (size_t i = 0; i < client->held_state_count; i++) {
        if (wm_str_equal(client->held_states[i].partition, partition->code)) {
            found = client->held_states[i];
        }
    }
    partition->is_held = wm_digest_equal(&found.digest, &newest->result);
    return WM_OK;
}

static wm_status add_partition(wm_client *client, wm_str code, wm_error *err)
{
    char blob[WM_FEED_PATH_BYTES];
    wm_client_partition *partition = &client->partitions[client->partition_count];
    (void)snprintf(blob, sizeof blob, "%s%.*s", WM_BLOB_ROLE_PREFIX, WM_STR_ARG(code));
    partition->code = code;
    partition->role.blob = wm_arena_copy(&client->arena, wm_str_of(blob));
    if (partition->role.blob.ptr == NULL) {
        return wm_fail_memory(err);
    }
    /* the role's name is the last part of its blob's */
    size_t prefix = sizeof WM_BLOB_ROLE_PREFIX - 3;
    partition->role.name =
        (wm_str){ partition->role.blob.ptr + prefix, partition->role.blob.len - prefix };
    const wm_delegation *delegation = delegation_of(client, partition->role.name, code);
    if (delegation == NULL) {
        return wm_fail(err, WM_BAD_INPUT, "partition %.*s: no role is delegated to",
                       WM_STR_ARG(code));
    }
    partition->role.signers = &delegation->role;
    client->partition_count++;
    return load_held(client, partition, err);
}

wm_status wm_client_choose_partitions(wm_client *client, wm_error *err)
{
    const wm_feed_index *index = &client->index;
    bool everything = has_subscription(client, WM_PARTITION_ALL);
    for (size_t i = 0; i < client->subscription_count; i++) {
        if (!wm_feed_index_knows(index, client->subscriptions[i])) {
            return wm_fail(err, WM_BAD_INPUT, "subscribe: the feed has no locality \"%.*s\"",
                           WM_STR_ARG(client->subscriptions[i]));
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
    return status;
}

wm_state wm_client_target_state(const wm_client_partition *partition)
{
    const wm_feed_pack *newest = &partition->packs[partition->pack_count - 1];
    return (wm_state){ partition->code, newest->buckets, newest->records, newest->result };
}

static wm_status choose_chain(wm_client *client, wm_client_partition *partition, uint64_t have,
                              wm_pack_chain *chain, wm_error *err)
{
    wm_pack_offer *offers = wm_arena_array(&client->arena, partition->pack_count, sizeof *offers);
    if (offers == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < partition->pack_count; i++) {
        const wm_feed_pack *pack = &partition->packs[i];
        offers[i] = (wm_pack_offer){ (uint64_t)pack->from, (uint64_t)pack->to,
                                     (uint64_t)pack->file->length };
    }
    uint64_t want = (uint64_t)partition->packs[partition->pack_count - 1].to;
    wm_pack_route route = { have, want, REQUEST_BYTES };
    wm_status status = wm_pack_plan(client->env, offers, partition->pack_count, &route, chain, err);
    if (status == WM_NOT_FOUND) {
        return wm_fail(err, WM_BAD_INPUT, "partition %.*s: no packs lead to release %llu",
                       WM_STR_ARG(partition->code), (unsigned long long)want);
    }
    return status;
}

static wm_status plan_partition(wm_client *client, wm_client_partition *partition, wm_error *err)
{
    wm_status status = wm_feed_packs_read(&client->arena, partition->code, &partition->role.targets,
                                          &partition->packs, &partition->pack_count, err);
    if (status != WM_OK) {
        return status;
    }
    partition->chain_count = 0;
    wm_state target = wm_client_target_state(partition);
    int64_t want = partition->packs[partition->pack_count - 1].to;
    bool usable = partition->is_held && !client->by_snapshots;
    bool same = usable && wm_digest_equal(&partition->held.digest, &target.digest);
    if (same) {
        return WM_OK;
    }
    wm_pack_chain chain = { .count = 0 };
    uint64_t have = usable && partition->held_end < want ? (uint64_t)partition->held_end : 0;
    status = choose_chain(client, partition, have, &chain, err);
    if (status == WM_OK && chain.count > 0) {
        const wm_feed_pack *first = &partition->packs[chain.offer[0]];
        if (first->from > 0 && !wm_digest_equal(&first->base, &partition->held.digest)) {
            status = choose_chain(client, partition, 0, &chain, err);
        }
    }
    if (status != WM_OK) {
        return status;
    }
    partition->chain = wm_arena_array(&client->arena, chain.count, sizeof *partition->chain);
    partition->bytes = wm_arena_array(&client->arena, chain.count, sizeof *partition->bytes);
    if (partition->chain == NULL || partition->bytes == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < chain.count; i++) {
        partition->chain[i] = partition->packs[chain.offer[i]];
    }
    partition->chain_count = chain.count;
    return WM_OK;
}

void wm_client_drop_packs(wm_client *client)
{
    for (size_t i = 0; i < client->partition_count; i++) {
        wm_client_partition *partition = &client->partitions[i];
        for (size_t k = 0; k < partition->chain_count; k++) {
            wm_buf_fini(&partition->bytes[k]);
        }
        partition->chain_count = 0;
    }
}

wm_status wm_client_plan(wm_client *client, wm_error *err)
{
    wm_status status = WM_OK;
    uint64_t bytes = 0;
    wm_client_drop_packs(client);
    for (size_t i = 0; i < client->partition_count && status == WM_OK; i++) {
        wm_client_partition *partition = &client->partitions[i];
        status = plan_partition(client, partition, err);
        for (size_t k = 0; k < partition->chain_count; k++) {
            bytes += (uint64_t)partition->chain[k].file->length;
        }
    }
    if (status == WM_OK && client->options.max_bytes > 0 && bytes > client->options.max_bytes) {
        status = wm_fail(err, WM_REFUSED, "the update is %llu bytes, and %llu are allowed",
                         (unsigned long long)bytes, (unsigned long long)client->options.max_bytes);
    }
    return status;
}

wm_status wm_client_want_packs(wm_client *client, wm_error *err)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < client->partition_count; i++) {
        const wm_client_partition *partition = &client->partitions[i];
        for (size_t k = 0; k < partition->chain_count && status == WM_OK; k++) {
            const wm_listed_file *file = partition->chain[k].file;
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

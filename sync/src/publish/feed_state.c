/* feed_state.c: the feed folder as the last publish left it, read with the same distrust as a
 * client's: what is not signed by our keys is not built upon. */
#include <stdio.h>

#include "publish/publisher.h"
#include "trust/policy.h"

static wm_status read_file(wm_publisher *publisher, const char *path, size_t max_bytes,
                           wm_str *bytes_out, wm_error *err)
{
    char full[WM_PUBLISH_PATH_BYTES];
    int length = snprintf(full, sizeof full, "%s/%s", publisher->options->feed_folder, path);
    if (length < 0 || length >= WM_PUBLISH_PATH_BYTES) {
        return wm_fail(err, WM_BAD_ARGUMENT, "%s: the path is too long",
                       publisher->options->feed_folder);
    }
    wm_buf bytes;
    wm_buf_init(&bytes, publisher->arena->env, max_bytes);
    wm_status status = publisher->files->read(publisher->files->context, full, &bytes, err);
    if (status == WM_OK) {
        *bytes_out = wm_arena_copy(publisher->arena, wm_buf_str(&bytes));
        status = bytes_out->ptr != NULL ? WM_OK : wm_fail_memory(err);
    }
    wm_buf_fini(&bytes);
    return status;
}

/* Read and verify; then its content may be read. */
static wm_status read_verified(wm_publisher *publisher, const char *path, size_t max_bytes,
                               const wm_signers *signers, wm_verified *verified_out, wm_error *err)
{
    wm_str bytes = { NULL, 0 };
    wm_unverified unverified;
    wm_status status = read_file(publisher, path, max_bytes, &bytes, err);
    if (status == WM_OK) {
        status = wm_unverified_read(publisher->arena, bytes, max_bytes, &unverified, err);
        if (status == WM_OK) {
            status = wm_verify(&unverified, signers, verified_out, err);
        }
        wm_error_context(err, "%s", path);
    }
    return status;
}

/* A role that the snapshot lists. */
static wm_status read_role(wm_publisher *publisher, const wm_signers *signers,
                           wm_targets *targets_out, wm_error *err)
{
    const wm_feed_state *held = &publisher->held;
    char name[WM_FEED_PATH_BYTES];
    char path[WM_FEED_PATH_BYTES];
    (void)snprintf(name, sizeof name, "%.*s.json", WM_STR_ARG(signers->name));
    const wm_listed_file *listed =
        wm_listed_find(held->snapshot.files, held->snapshot.file_count, wm_str_of(name));
    if (listed == NULL ||
        !wm_feed_path_metadata(path, publisher->edition, listed->version, signers->name)) {
        return wm_fail(err, WM_CORRUPT, "the feed's snapshot does not list %s", name);
    }
    wm_verified verified;
    wm_status status =
        read_verified(publisher, path, WM_METADATA_TARGETS_BYTES_MAX, signers, &verified, err);
    if (status == WM_NOT_FOUND) {
        return wm_fail(err, WM_CORRUPT, "%s is missing in the feed", path);
    }
    if (status == WM_OK) {
        status = wm_targets_read(publisher->arena, verified, targets_out, err);
    }
    return status == WM_OK ? wm_policy_listed_version(listed, &targets_out->head, err) : status;
}

static wm_status read_partition(wm_publisher *publisher, const wm_delegation *delegation,
                                wm_feed_partition *partition, wm_error *err)
{
    wm_str name = delegation->role.name;
    if (!wm_str_starts(name, WM_STR("p."))) {
        return wm_fail(err, WM_CORRUPT, "the feed delegates to %.*s", WM_STR_ARG(name));
    }
    partition->code = (wm_str){ name.ptr + 2, name.len - 2 };
    wm_status status = read_role(publisher, &delegation->role, &partition->role, err);
    if (status == WM_OK) {
        status = wm_feed_packs_read(publisher->arena, partition->code, &partition->role,
                                    &partition->packs, &partition->pack_count, err);
    }
    return status;
}

static wm_status read_partitions(wm_publisher *publisher, wm_error *err)
{
    wm_feed_state *held = &publisher->held;
    const wm_delegation *to_partitions = NULL;
    for (size_t i = 0; i < held->targets.delegation_count; i++) {
        if (wm_str_is(held->targets.delegations[i].role.name, WM_FEED_PARTITIONS_ROLE)) {
            to_partitions = &held->targets.delegations[i];
        }
    }
    if (to_partitions == NULL) {
        return wm_fail(err, WM_CORRUPT, "the feed's targets do not delegate to partitions");
    }
    wm_status status = read_role(publisher, &to_partitions->role, &held->partitions_role, err);
    size_t count = status == WM_OK ? held->partitions_role.delegation_count : 0;
    wm_feed_partition *partitions = wm_arena_array(publisher->arena, count, sizeof *partitions);
    if (partitions == NULL) {
        return status == WM_OK ? wm_fail_memory(err) : status;
    }
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        status =
            read_partition(publisher, &held->partitions_role.delegations[i], &partitions[i], err);
    }
    held->partitions = partitions;
    held->partition_count = count;
    return status;
}

wm_status wm_feed_state_load(wm_publisher *publisher, wm_error *err)
{
    wm_feed_state *held = &publisher->held;
    const wm_root *root = &publisher->keys.root;
    char path[WM_FEED_PATH_BYTES];
    wm_verified verified;
    (void)wm_feed_path_timestamp(path, publisher->edition);
    wm_status status = read_verified(publisher, path, WM_METADATA_TIMESTAMP_BYTES_MAX,
                                     &root->roles[WM_TOP_TIMESTAMP], &verified, err);
    if (status == WM_NOT_FOUND) {
        held->exists = false;
        return WM_OK;
    }
    if (status == WM_OK) {
        status = wm_timestamp_read(publisher->arena, verified, &held->timestamp, err);
    }
    if (status == WM_OK) {
        (void)wm_feed_path_metadata(path, publisher->edition, held->timestamp.snapshot.version,
                                    WM_STR("snapshot"));
        status = read_verified(publisher, path, WM_METADATA_SNAPSHOT_BYTES_MAX,
                               &root->roles[WM_TOP_SNAPSHOT], &verified, err);
        if (status == WM_NOT_FOUND) {
            status = wm_fail(err, WM_CORRUPT, "%s is missing in the feed", path);
        }
    }
    if (status == WM_OK) {
        status = wm_snapshot_read(publisher->arena, verified, &held->snapshot, err);
    }
    if (status == WM_OK) {
        status = wm_policy_listed_version(&held->timestamp.snapshot, &held->snapshot.head, err);
    }
    if (status == WM_OK) {
        status = read_role(publisher, &root->roles[WM_TOP_TARGETS], &held->targets, err);
    }
    if (status == WM_OK) {
        status = wm_feed_release_read(&held->targets, &held->release, err);
    }
    if (status == WM_OK) {
        status = read_partitions(publisher, err);
    }
    held->exists = status == WM_OK;
    return status;
}

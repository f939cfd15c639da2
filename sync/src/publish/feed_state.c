/* feed_state.c: the feed folder as the last publish left it, read with the same distrust as a
 * client's: what is not signed by our keys is not built upon.
 *
 * Our keys are those that some version of root named. What replaced keys have signed is where
 * versions go on from, and is signed anew; so is everything when delegations do not name today's
 * keys of targets, each of them and with the same threshold. */
#include <stdio.h>
#include <stdlib.h>

#include "publish/publisher.h"
#include "trust/policy.h"

/* Read and verify; then its content may be read. */
static wm_status read_verified(wm_publisher *publisher, const char *path, size_t max_bytes,
                               const wm_signers *signers, wm_verified *verified_out, wm_error *err)
{
    wm_str bytes = { NULL, 0 };
    wm_unverified unverified;
    wm_status status = wm_publisher_read(publisher, path, max_bytes, &bytes, err);
    if (status == WM_OK) {
        status = wm_unverified_read(publisher->arena, bytes, max_bytes, &unverified, err);
        if (status == WM_OK) {
            status = wm_verify(&unverified, signers, verified_out, err);
        }
        wm_error_context(err, "%s", path);
    }
    return status;
}

/* By today's keys of a top role, or by those that an earlier root named. */
static wm_status read_top(wm_publisher *publisher, const char *path, size_t max_bytes,
                          wm_top_role role, wm_verified *verified_out, wm_error *err)
{
    const wm_root_chain *chain = &publisher->keys.chain;
    wm_str bytes = { NULL, 0 };
    wm_unverified unverified = { .body = NULL };
    wm_status status = wm_publisher_read(publisher, path, max_bytes, &bytes, err);
    if (status == WM_OK) {
        status = wm_unverified_read(publisher->arena, bytes, max_bytes, &unverified, err);
    }
    if (status == WM_OK) {
        status = wm_verify(&unverified, &publisher->keys.root.roles[role], verified_out, err);
    }
    for (size_t i = chain->count; i > 1 && status == WM_NOT_TRUSTED; i--) {
        const wm_signers *earlier = &chain->roots[i - 2].roles[role];
        if (wm_verify(&unverified, earlier, verified_out, NULL) == WM_OK) {
            publisher->held.replaced |= WM_ROLE_BIT(role);
            wm_error_clear(err);
            status = WM_OK;
        }
    }
    wm_error_context(err, "%s", path);
    return status;
}

/* A delegation says who signs as today's root says it, to the key: else what today's keys sign next
 * would be refused by everybody. */
static bool is_current(const wm_publisher *publisher, const wm_signers *delegated)
{
    const wm_signers *today = &publisher->keys.root.roles[WM_TOP_TARGETS];
    return delegated->threshold == today->threshold && !wm_policy_rotated(delegated, today) &&
           !wm_policy_rotated(today, delegated);
}

/* A role that the snapshot lists; top targets if `signers` is NULL. */
static wm_status read_role(wm_publisher *publisher, const wm_signers *signers,
                           wm_targets *targets_out, wm_error *err)
{
    const wm_feed_state *held = &publisher->held;
    char name[WM_FEED_PATH_BYTES];
    char path[WM_FEED_PATH_BYTES];
    wm_str role = signers != NULL ? signers->name : WM_STR("targets");
    (void)snprintf(name, sizeof name, "%.*s.json", WM_STR_ARG(role));
    const wm_listed_file *listed =
        wm_listed_find(held->snapshot.files, held->snapshot.file_count, wm_str_of(name));
    if (listed == NULL || !wm_feed_path_metadata(path, publisher->edition, listed->version, role)) {
        return wm_fail(err, WM_CORRUPT, "the feed's snapshot does not list %s", name);
    }
    wm_verified verified;
    wm_status status =
        signers != NULL
            ? read_verified(publisher, path, WM_METADATA_TARGETS_BYTES_MAX, signers, &verified, err)
            : read_top(publisher, path, WM_METADATA_TARGETS_BYTES_MAX, WM_TOP_TARGETS, &verified,
                       err);
    if (status == WM_NOT_FOUND) {
        return wm_fail(err, WM_CORRUPT, "%s is missing in the feed", path);
    }
    if (status == WM_OK && signers != NULL && !is_current(publisher, signers)) {
        publisher->held.replaced |= WM_ROLE_BIT(WM_TOP_TARGETS);
    }
    if (status == WM_OK) {
        status = wm_targets_read(publisher->arena, verified, targets_out, err);
        wm_error_context(err, "%s", path);
    }
    return status == WM_OK ? wm_policy_listed_version(listed, &targets_out->head, err) : status;
}

static int by_code(const void *left, const void *right)
{
    const wm_feed_partition *a = left;
    const wm_feed_partition *b = right;
    return wm_str_compare(a->code, b->code);
}

static wm_status read_partition(wm_publisher *publisher, wm_str code,
                                const wm_delegation *delegation, wm_feed_partition *partition,
                                wm_error *err)
{
    partition->code = code;
    wm_status status = read_role(publisher, &delegation->role, &partition->role, err);
    if (status == WM_OK) {
        status = wm_feed_role_read(partition->code, &partition->role, &partition->listed, err);
    }
    return status;
}

static const wm_delegation *find_delegation(const wm_targets *role, wm_str name)
{
    for (size_t i = 0; i < role->delegation_count; i++) {
        if (wm_str_equal(role->delegations[i].role.name, name)) {
            return &role->delegations[i];
        }
    }
    return NULL;
}

/* Every partition that the snapshot lists; role `partitions` delegates to more than there are. */
static wm_status read_each(wm_publisher *publisher, wm_feed_partition *partitions, wm_error *err)
{
    wm_feed_state *held = &publisher->held;
    wm_status status = WM_OK;
    held->partitions = partitions;
    for (size_t i = 0; i < held->snapshot.file_count && status == WM_OK; i++) {
        const wm_listed_file *file = &held->snapshot.files[i];
        wm_str code = wm_feed_partition_of(file);
        if (code.ptr == NULL) {
            continue;
        }
        wm_str name = { file->path.ptr, code.len + 2 };
        const wm_delegation *delegation = find_delegation(&held->partitions_role, name);
        status = delegation != NULL ? read_partition(publisher, code, delegation,
                                                     &partitions[held->partition_count++], err)
                                    : wm_fail(err, WM_CORRUPT, "the feed does not delegate to %.*s",
                                              WM_STR_ARG(name));
    }
    return status;
}

static wm_status read_partitions(wm_publisher *publisher, wm_error *err)
{
    wm_feed_state *held = &publisher->held;
    const wm_delegation *to_partitions =
        find_delegation(&held->targets, WM_STR(WM_FEED_PARTITIONS_ROLE));
    if (to_partitions == NULL) {
        return wm_fail(err, WM_CORRUPT, "the feed's targets do not delegate to partitions");
    }
    wm_status status = read_role(publisher, &to_partitions->role, &held->partitions_role, err);
    if (status != WM_OK) {
        return status;
    }
    size_t most = held->snapshot.file_count;
    wm_feed_partition *partitions = wm_arena_array(publisher->arena, most, sizeof *partitions);
    held->partition_count = 0;
    if (partitions == NULL) {
        return wm_fail_memory(err);
    }
    status = read_each(publisher, partitions, err);
    if (held->partition_count > 1) {
        qsort(partitions, held->partition_count, sizeof *partitions, by_code);
    }
    return status;
}

/* As partition `all` says it, which every feed has. */
static wm_status read_release(wm_feed_state *held, wm_error *err)
{
    for (size_t i = 0; i < held->partition_count; i++) {
        if (wm_str_is(held->partitions[i].code, WM_PARTITION_ALL)) {
            return wm_feed_release_read(&held->partitions[i].role, &held->release, err);
        }
    }
    return wm_fail(err, WM_CORRUPT, "the feed has no partition %s", WM_PARTITION_ALL);
}

wm_status wm_feed_target_load(wm_publisher *publisher, const wm_listed_file *listed,
                              size_t max_bytes, wm_str *bytes_out, wm_error *err)
{
    char path[WM_FEED_PATH_BYTES];
    if ((uint64_t)listed->length > max_bytes ||
        !wm_feed_path_target(path, publisher->edition, listed->path, &listed->hashes.sha256)) {
        return wm_fail(err, WM_TOO_LARGE, "%.*s: expected at most %zu bytes",
                       WM_STR_ARG(listed->path), max_bytes);
    }
    wm_status status = wm_publisher_read(publisher, path, max_bytes, bytes_out, err);
    return status == WM_OK ? wm_listed_check(listed, *bytes_out, err) : status;
}

static wm_status read_timestamp(wm_publisher *publisher, wm_error *err)
{
    wm_feed_state *held = &publisher->held;
    char path[WM_FEED_PATH_BYTES];
    wm_verified verified;
    (void)wm_feed_path_timestamp(path, publisher->edition);
    wm_status status = read_top(publisher, path, WM_METADATA_TIMESTAMP_BYTES_MAX, WM_TOP_TIMESTAMP,
                                &verified, err);
    if (status == WM_OK) {
        status = wm_timestamp_read(publisher->arena, verified, &held->timestamp, err);
        wm_error_context(err, "%s", path);
    }
    return status;
}

static wm_status read_snapshot(wm_publisher *publisher, wm_error *err)
{
    wm_feed_state *held = &publisher->held;
    char path[WM_FEED_PATH_BYTES];
    wm_verified verified;
    (void)wm_feed_path_metadata(path, publisher->edition, held->timestamp.snapshot.version,
                                WM_STR("snapshot"));
    wm_status status =
        read_top(publisher, path, WM_METADATA_SNAPSHOT_BYTES_MAX, WM_TOP_SNAPSHOT, &verified, err);
    if (status == WM_NOT_FOUND) {
        return wm_fail(err, WM_CORRUPT, "%s is missing in the feed", path);
    }
    if (status == WM_OK) {
        status = wm_snapshot_read(publisher->arena, verified, &held->snapshot, err);
        wm_error_context(err, "%s", path);
    }
    return status == WM_OK
               ? wm_policy_listed_version(&held->timestamp.snapshot, &held->snapshot.head, err)
               : status;
}

wm_status wm_feed_state_load_top(wm_publisher *publisher, wm_error *err)
{
    wm_status status = read_timestamp(publisher, err);
    if (status == WM_NOT_FOUND) {
        publisher->held.exists = false;
        return WM_OK;
    }
    if (status == WM_OK) {
        status = read_snapshot(publisher, err);
    }
    if (status == WM_OK) {
        status = read_role(publisher, NULL, &publisher->held.targets, err);
    }
    publisher->held.exists = status == WM_OK;
    return status;
}

/* A partition cannot have changed in a release that the feed does not have. */
static wm_status check_ends(const wm_feed_state *held, wm_error *err)
{
    for (size_t i = 0; i < held->partition_count; i++) {
        const wm_feed_partition *partition = &held->partitions[i];
        if (partition->listed.end > held->release.release) {
            return wm_fail(err, WM_CORRUPT,
                           "the feed has release %lld, and its role p.%.*s one of release %lld",
                           (long long)held->release.release, WM_STR_ARG(partition->code),
                           (long long)partition->listed.end);
        }
    }
    return WM_OK;
}

static wm_status read_rest(wm_publisher *publisher, wm_error *err)
{
    wm_feed_state *held = &publisher->held;
    wm_status status = read_partitions(publisher, err);
    if (status == WM_OK) {
        status = read_release(held, err);
    }
    if (status == WM_OK) {
        status = check_ends(held, err);
    }
    held->exists = status == WM_OK;
    return status;
}

wm_status wm_feed_state_load_at(wm_publisher *publisher, int64_t version, wm_error *err)
{
    wm_feed_state *held = &publisher->held;
    *held = (wm_feed_state){ .timestamp = { .snapshot = { .path = WM_STR("snapshot.json"),
                                                          .version = version,
                                                          .length = -1 } } };
    wm_status status = version > 0 ? read_snapshot(publisher, err) : WM_NOT_FOUND;
    if (status == WM_OK) {
        status = read_role(publisher, NULL, &held->targets, err);
    }
    return status == WM_OK ? read_rest(publisher, err) : status;
}

wm_status wm_feed_state_load(wm_publisher *publisher, wm_error *err)
{
    wm_status status = wm_feed_state_load_top(publisher, err);
    if (status == WM_OK && publisher->held.exists) {
        status = read_rest(publisher, err);
    }
    return status;
}

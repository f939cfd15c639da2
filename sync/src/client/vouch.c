/* vouch.c: see vouch.h.
 *
 *   root of that time (signed by itself; the root of today is it, or follows from it)
 *     -> timestamp -> snapshot -> targets -> localities.json
 *                                         -> partitions -> p.CODE of each one subscribed to
 *
 * Every signature, version, length and hash is checked as if the bytes had just come, except that
 * nothing is too old: what was signed then was signed. */
#include <stdio.h>

#include "client/vouch.h"

typedef struct loader {
    wm_store *store;
    wm_arena *arena;
    wm_vouched *vouched;
    wm_error *err;
} loader;

static wm_status read_kept(loader *l, wm_str role, wm_vouched_file *file)
{
    char name[WM_FEED_PATH_BYTES];
    (void)snprintf(name, sizeof name, "%s%.*s", WM_BLOB_AT, WM_STR_ARG(role));
    wm_status status = wm_blob_read(l->store, l->arena, name, &file->bytes, l->err);
    if (status == WM_OK && file->bytes.ptr == NULL) {
        return wm_fail(l->err, WM_NOT_TRUSTED, "%.*s.json is missing", WM_STR_ARG(role));
    }
    return status;
}

/* Verified by `signers`, and, if it is listed, what is listed. */
static wm_status open_signed(loader *l, const wm_signers *signers, const wm_listed_file *listed,
                             wm_str bytes, wm_verified *verified)
{
    wm_unverified unverified;
    wm_status status = listed != NULL ? wm_listed_check(listed, bytes, l->err) : WM_OK;
    if (status == WM_OK) {
        status =
            wm_unverified_read(l->arena, bytes, WM_METADATA_TARGETS_BYTES_MAX, &unverified, l->err);
    }
    return status == WM_OK ? wm_verify(&unverified, signers, verified, l->err) : status;
}

/* ---- root ---- */

wm_status wm_kept_root(wm_store *replica, wm_arena *arena, int64_t version, wm_str *bytes_out,
                       wm_error *err)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s%lld", WM_BLOB_ROOTS, (long long)version);
    return wm_blob_read(replica, arena, name, bytes_out, err);
}

wm_status wm_kept_roots_follow(wm_store *replica, wm_arena *arena, wm_str older, wm_str newer,
                               wm_error *err)
{
    wm_root root;
    wm_root last;
    wm_str bytes = older;
    wm_status status = wm_policy_first_root(arena, older, &root, err);
    if (status == WM_OK) {
        status = wm_policy_first_root(arena, newer, &last, err);
        wm_error_context(err, "root.json, the newest seen");
    }
    while (status == WM_OK && root.head.version < last.head.version) {
        wm_root next;
        int64_t version = root.head.version + 1;
        status = wm_kept_root(replica, arena, version, &bytes, err);
        if (status == WM_OK && bytes.ptr == NULL) {
            return wm_fail(err, WM_NOT_TRUSTED, "%lld.root.json is missing", (long long)version);
        }
        if (status == WM_OK) {
            status = wm_policy_next_root(arena, &root, bytes, &next, err);
            wm_error_context(err, "%lld.root.json", (long long)version);
        }
        if (status == WM_OK) {
            root = next;
        }
    }
    if (status == WM_OK && !wm_str_equal(bytes, newer)) {
        return wm_fail(err, WM_NOT_TRUSTED, "root.json version %lld does not follow from %lld",
                       (long long)last.head.version, (long long)root.head.version);
    }
    return status;
}

wm_status wm_vouched_root_is(wm_store *replica, wm_arena *arena, const wm_vouched *vouched,
                             wm_str root, wm_error *err)
{
    wm_root given;
    wm_status status = wm_policy_first_root(arena, root, &given, err);
    if (status != WM_OK) {
        wm_error_context(err, "the root that was given");
        return status;
    }
    bool is_older = given.head.version <= vouched->root.version;
    status = wm_kept_roots_follow(replica, arena, is_older ? root : vouched->root.bytes,
                                  is_older ? vouched->root.bytes : root, err);
    if (status == WM_NOT_TRUSTED) {
        wm_error_context(err, WM_OTHER_ROOT);
    }
    return status;
}

static wm_status load_root(loader *l)
{
    wm_vouched *v = l->vouched;
    wm_str today = { NULL, 0 };
    wm_status status = read_kept(l, WM_STR("root"), &v->root);
    if (status == WM_OK) {
        status = wm_policy_first_root(l->arena, v->root.bytes, &v->root_content, l->err);
        wm_error_context(l->err, "root.json, as kept with the records");
    }
    if (status == WM_OK) {
        v->root.version = v->root_content.head.version;
        status = wm_blob_read(l->store, l->arena, WM_BLOB_ROOT, &today, l->err);
    }
    if (status == WM_OK && today.ptr == NULL) {
        status = wm_fail(l->err, WM_NOT_TRUSTED, "root.json is missing");
    }
    return status == WM_OK ? wm_kept_roots_follow(l->store, l->arena, v->root.bytes, today, l->err)
                           : status;
}

/* ---- from the root down ---- */

static wm_status load_timestamp(loader *l)
{
    wm_vouched *v = l->vouched;
    wm_verified verified;
    wm_status status = read_kept(l, WM_STR("timestamp"), &v->timestamp);
    if (status == WM_OK) {
        status = open_signed(l, &v->root_content.roles[WM_TOP_TIMESTAMP], NULL, v->timestamp.bytes,
                             &verified);
    }
    if (status == WM_OK) {
        status = wm_timestamp_read(l->arena, verified, &v->timestamp_content, l->err);
    }
    v->timestamp.version = v->timestamp_content.head.version;
    return status;
}

static wm_status load_snapshot(loader *l)
{
    wm_vouched *v = l->vouched;
    wm_verified verified;
    wm_status status = read_kept(l, WM_STR("snapshot"), &v->snapshot);
    if (status == WM_OK) {
        status = open_signed(l, &v->root_content.roles[WM_TOP_SNAPSHOT],
                             &v->timestamp_content.snapshot, v->snapshot.bytes, &verified);
    }
    if (status == WM_OK) {
        status = wm_snapshot_read(l->arena, verified, &v->snapshot_content, l->err);
    }
    if (status == WM_OK) {
        status = wm_policy_listed_version(&v->timestamp_content.snapshot, &v->snapshot_content.head,
                                          l->err);
    }
    v->snapshot.version = v->snapshot_content.head.version;
    return status;
}

static wm_status load_role(loader *l, const wm_signers *signers, wm_str name, wm_vouched_file *file,
                           wm_targets *targets)
{
    char path[WM_FEED_PATH_BYTES];
    wm_verified verified;
    (void)snprintf(path, sizeof path, "%.*s.json", WM_STR_ARG(name));
    const wm_snapshot *snapshot = &l->vouched->snapshot_content;
    const wm_listed_file *listed =
        wm_listed_find(snapshot->files, snapshot->file_count, wm_str_of(path));
    if (listed == NULL) {
        return wm_fail(l->err, WM_NOT_TRUSTED, "snapshot.json does not list %s", path);
    }
    wm_status status = read_kept(l, name, file);
    if (status == WM_OK) {
        status = open_signed(l, signers, listed, file->bytes, &verified);
    }
    if (status == WM_OK) {
        status = wm_targets_read(l->arena, verified, targets, l->err);
    }
    if (status == WM_OK) {
        status = wm_policy_listed_version(listed, &targets->head, l->err);
    }
    file->version = listed->version;
    wm_error_context(l->err, "%s", path);
    return status;
}

/* The one that `targets` trusts with `path` under this name. */
static const wm_delegation *find_delegation(const wm_targets *targets, const char *name,
                                            const char *path)
{
    for (size_t i = 0; i < targets->delegation_count; i++) {
        const wm_delegation *delegation = &targets->delegations[i];
        if (wm_str_is(delegation->role.name, name) &&
            wm_policy_delegates(delegation, wm_str_of(path))) {
            return delegation;
        }
    }
    return NULL;
}

static wm_status load_partitions_role(loader *l)
{
    wm_vouched *v = l->vouched;
    const wm_delegation *delegation =
        find_delegation(&v->targets_content, WM_FEED_PARTITIONS_ROLE, WM_FEED_RELEASE);
    if (delegation == NULL) {
        return wm_fail(l->err, WM_BAD_INPUT, "targets.json does not delegate to partitions");
    }
    return load_role(l, &delegation->role, WM_STR(WM_FEED_PARTITIONS_ROLE), &v->partitions_role,
                     &v->partitions_content);
}

static wm_status load_index(loader *l)
{
    wm_vouched *v = l->vouched;
    v->index_file = wm_listed_find(v->targets_content.files, v->targets_content.file_count,
                                   WM_STR(WM_FEED_LOCALITIES));
    if (v->index_file == NULL || !v->index_file->hashes.has_sha256) {
        return wm_fail(l->err, WM_BAD_INPUT, "targets.json does not list %s", WM_FEED_LOCALITIES);
    }
    wm_status status = wm_blob_read(l->store, l->arena, WM_BLOB_AT_INDEX, &v->index_bytes, l->err);
    if (status == WM_OK && v->index_bytes.ptr == NULL) {
        return wm_fail(l->err, WM_NOT_TRUSTED, "%s is missing", WM_FEED_LOCALITIES);
    }
    if (status == WM_OK) {
        status = wm_listed_check(v->index_file, v->index_bytes, l->err);
    }
    return status == WM_OK ? wm_feed_index_read(l->arena, v->index_bytes, &v->snapshot_content,
                                                &v->index, l->err)
                           : status;
}

/* ---- partitions ---- */

static void take_release(wm_vouched *v, const wm_targets *targets)
{
    wm_feed_release release;
    if (wm_feed_release_read(targets, &release, NULL) == WM_OK) {
        v->release = release;
        v->release_file =
            wm_listed_find(targets->files, targets->file_count, WM_STR(WM_FEED_RELEASE));
    }
}

static wm_status load_partition(loader *l, wm_str code)
{
    wm_vouched *v = l->vouched;
    wm_vouched_partition *partition = &v->partitions[v->partition_count++];
    char name[WM_FEED_PATH_BYTES];
    char path[WM_FEED_PATH_BYTES];
    (void)snprintf(name, sizeof name, "p.%.*s", WM_STR_ARG(code));
    (void)wm_feed_target_pack(path, code, 0, 1);
    const wm_delegation *delegation = find_delegation(&v->partitions_content, name, path);
    wm_str role = wm_arena_copy(l->arena, wm_str_of(name));
    if (role.ptr == NULL) {
        return wm_fail_memory(l->err);
    }
    if (delegation == NULL) {
        return wm_fail(l->err, WM_BAD_INPUT, "partition %.*s: no role is delegated to",
                       WM_STR_ARG(code));
    }
    partition->code = code;
    wm_status status = load_role(l, &delegation->role, role, &partition->file, &partition->targets);
    if (status == WM_OK) {
        status = wm_feed_role_read(code, &partition->targets, &partition->role, l->err);
    }
    if (status == WM_OK) {
        take_release(v, &partition->targets);
    }
    return status;
}

static wm_status load_partitions(loader *l)
{
    static const wm_str everything = WM_STR_INIT(WM_PARTITION_ALL);
    wm_vouched *v = l->vouched;
    wm_str text = { NULL, 0 };
    const wm_str *codes = &everything;
    size_t count = 1;
    wm_status status = wm_blob_read(l->store, l->arena, WM_BLOB_SUBSCRIPTIONS, &text, l->err);
    if (status == WM_OK && text.ptr != NULL) {
        status = wm_texts_read(l->arena, text, &codes, &count, l->err);
    }
    v->partitions = wm_arena_array(l->arena, v->index.partition_count, sizeof *v->partitions);
    if (status == WM_OK && v->partitions == NULL) {
        return wm_fail_memory(l->err);
    }
    bool all = false;
    for (size_t i = 0; i < count; i++) {
        all = all || wm_str_is(codes[i], WM_PARTITION_ALL);
    }
    for (size_t i = 0; i < v->index.partition_count && status == WM_OK; i++) {
        wm_str code = v->index.partitions[i];
        bool taken = all && wm_str_is(code, WM_PARTITION_ALL);
        for (size_t k = 0; k < count && !all && !taken; k++) {
            taken = wm_feed_index_takes(&v->index, codes[k], code);
        }
        status = taken ? load_partition(l, code) : WM_OK;
    }
    return status;
}

static wm_status expect_release(loader *l)
{
    wm_vouched *v = l->vouched;
    wm_release held;
    if (v->release.release < 1) {
        return wm_fail(l->err, WM_BAD_INPUT, "no role lists %s", WM_FEED_RELEASE);
    }
    if (v->release.edition != v->edition) {
        return wm_fail(l->err, WM_NOT_TRUSTED, "%s: signed for the %s edition, the replica's is %s",
                       WM_FEED_RELEASE, wm_edition_name(v->release.edition),
                       wm_edition_name(v->edition));
    }
    wm_status status = wm_store_latest(l->store, &held, l->err);
    if (status == WM_OK && (held.number != v->release.release || held.date != v->release.date)) {
        return wm_fail(l->err, WM_NOT_TRUSTED,
                       "the replica says release %lld, signed is release %lld",
                       (long long)held.number, (long long)v->release.release);
    }
    return status;
}

static wm_status load_all(loader *l)
{
    wm_vouched *v = l->vouched;
    wm_status status = load_root(l);
    if (status == WM_OK) {
        status = load_timestamp(l);
        wm_error_context(l->err, "timestamp.json");
    }
    if (status == WM_OK) {
        status = load_snapshot(l);
        wm_error_context(l->err, "snapshot.json");
    }
    if (status == WM_OK) {
        status = load_role(l, &v->root_content.roles[WM_TOP_TARGETS], WM_STR("targets"),
                           &v->targets, &v->targets_content);
    }
    if (status == WM_OK) {
        take_release(v, &v->targets_content);
        status = load_partitions_role(l);
    }
    if (status == WM_OK) {
        status = load_index(l);
    }
    if (status == WM_OK) {
        status = load_partitions(l);
    }
    return status == WM_OK ? expect_release(l) : status;
}

wm_status wm_vouched_load(wm_store *replica, wm_arena *arena, wm_vouched *vouched_out,
                          wm_error *err)
{
    memset(vouched_out, 0, sizeof *vouched_out);
    loader l = { replica, arena, vouched_out, err };
    wm_release latest;
    wm_status status = wm_store_read_begin(replica, err);
    if (status != WM_OK) {
        return status;
    }
    status = wm_replica_edition(replica, &vouched_out->edition, err);
    if (status == WM_OK) {
        status = wm_store_latest(replica, &latest, err);
    }
    if (status == WM_NO_RELEASE) {
        wm_error_clear(err);
        status = WM_NOT_FOUND;
    }
    if (status == WM_OK) {
        status = load_all(&l);
    }
    wm_store_read_end(replica);
    return status;
}

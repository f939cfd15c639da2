/* chase.c: the TUF client workflow (1.0.34, section 5) as rows of a table.
 *
 *   state       enter                       given                       leave
 *   ROOT        want N+1.root.json          verify, store, want next    not expired -> TIMESTAMP
 *   TIMESTAMP   want timestamp.json         verify, versions            nothing new -> DONE
 *   SNAPSHOT    held, or want it            verify, versions            -> TARGETS
 *   TARGETS     held, or want it            verify                      -> PARTITIONS
 *   PARTITIONS  role held, or want it       verify                      -> INDEX
 *   INDEX       held, or want it            length and hash             -> ROLES
 *   ROLES       held, or want those taken   verify each                 -> SPANS
 *   SPANS       want what may pay           length and hash             more? else plan -> PACKS
 *   PACKS       want every pack             length and hash             -> APPLY, or SPANS
 *   APPLY                                                               -> DONE, or SPANS once
 *
 * "Held" files are accepted by the same function as fetched ones, so a held role is believed only
 * for as long as today's keys, versions and clock would let it be believed if it came now. */
#include <stdio.h>

#include "client/machine.h"

wm_status wm_client_keep(wm_client *client, const wm_fetched *fetched, wm_str *bytes_out,
                         wm_error *err)
{
    wm_str copy = wm_arena_copy(&client->arena, wm_buf_str(&fetched->bytes));
    if (copy.ptr == NULL) {
        return wm_fail_memory(err);
    }
    *bytes_out = copy;
    return WM_OK;
}

/* ---- root: 5.3 ---- */

static wm_status want_next_root(wm_client *client, wm_error *err)
{
    char path[WM_FEED_PATH_BYTES];
    if (client->root_count >= WM_ROOT_ROTATIONS_MAX) {
        client->root_is_last = true;
        return WM_OK;
    }
    (void)wm_feed_path_metadata(path, client->edition, client->root.head.version + 1,
                                WM_STR("root"));
    return wm_client_want_file(client, (wm_want_purpose){ WM_WANT_STEP, 0, 0 }, path,
                               WM_METADATA_ROOT_BYTES_MAX, err);
}

static wm_status root_given(wm_client *client, const wm_want_purpose *purpose, wm_fetched *fetched,
                            wm_error *err)
{
    (void)purpose;
    if (fetched->status == WM_NOT_FOUND) {
        client->root_is_last = true;
        return WM_OK;
    }
    wm_root next;
    wm_str bytes = { NULL, 0 };
    wm_status status = wm_client_keep(client, fetched, &bytes, err);
    if (status == WM_OK) {
        status = wm_policy_next_root(&client->arena, &client->root, bytes, &next, err);
    }
    if (status != WM_OK) {
        return status;
    }
    bool rotated =
        wm_policy_rotated(&client->root.roles[WM_TOP_TIMESTAMP], &next.roles[WM_TOP_TIMESTAMP]) ||
        wm_policy_rotated(&client->root.roles[WM_TOP_SNAPSHOT], &next.roles[WM_TOP_SNAPSHOT]);
    client->root = next;
    client->root_bytes = bytes;
    client->root_count++;
    if (rotated) {
        client->floor_s = 0;
        client->time_s = client->options.now_s;
        client->has_timestamp = false;
        client->has_snapshot = false;
        client->held_etag = (wm_str){ NULL, 0 };
    }
    status = wm_client_store_root(client, rotated, err);
    return status == WM_OK ? want_next_root(client, err) : status;
}

static wm_status root_leave(wm_client *client, wm_client_state *next_out, wm_error *err)
{
    *next_out = WM_CLIENT_TIMESTAMP;
    return wm_policy_fresh("root.json", &client->root.head, client->time_s, err);
}

/* ---- timestamp: 5.4 ---- */

static wm_status timestamp_enter(wm_client *client, wm_error *err)
{
    char path[WM_FEED_PATH_BYTES];
    (void)wm_feed_path_timestamp(path, client->edition);
    wm_status status = wm_client_want_file(client, (wm_want_purpose){ WM_WANT_STEP, 0, 0 }, path,
                                           WM_METADATA_TIMESTAMP_BYTES_MAX, err);
    if (status == WM_OK && client->has_timestamp) {
        client->wants[client->want_count - 1].want.etag = client->held_etag;
    }
    return status;
}

static void use_held_timestamp(wm_client *client)
{
    client->unchanged = true;
    client->timestamp = client->held_timestamp;
    client->timestamp_bytes = client->held_timestamp_bytes;
    client->etag = client->held_etag;
}

static wm_status timestamp_given(wm_client *client, const wm_want_purpose *purpose,
                                 wm_fetched *fetched, wm_error *err)
{
    (void)purpose;
    if (fetched->status == WM_UNCHANGED) {
        if (!client->has_timestamp) {
            return wm_fail(err, WM_NETWORK, "\"not changed\", though nothing is held");
        }
        use_held_timestamp(client);
        return WM_OK;
    }
    wm_unverified unverified;
    wm_verified verified;
    wm_status status = wm_client_keep(client, fetched, &client->timestamp_bytes, err);
    if (status == WM_OK) {
        status = wm_unverified_read(&client->arena, client->timestamp_bytes,
                                    WM_METADATA_TIMESTAMP_BYTES_MAX, &unverified, err);
    }
    if (status == WM_OK) {
        status = wm_verify(&unverified, &client->root.roles[WM_TOP_TIMESTAMP], &verified, err);
    }
    if (status == WM_OK) {
        status = wm_timestamp_read(&client->arena, verified, &client->timestamp, err);
    }
    if (status == WM_OK) {
        client->etag = wm_arena_copy(&client->arena, wm_str_of(fetched->etag));
        status = client->etag.ptr != NULL ? WM_OK : wm_fail_memory(err);
    }
    if (status == WM_OK) {
        status = wm_policy_timestamp(client->has_timestamp ? &client->held_timestamp : NULL,
                                     &client->timestamp, err);
        if (status == WM_UNCHANGED) {
            use_held_timestamp(client);
            status = WM_OK;
        }
    }
    return status;
}

static wm_status timestamp_leave(wm_client *client, wm_client_state *next_out, wm_error *err)
{
    wm_status status =
        wm_policy_fresh("timestamp.json", &client->timestamp.head, client->time_s, err);
    if (status != WM_OK) {
        return status;
    }
    if (client->unchanged && !client->subscriptions_changed && client->held_release > 0 &&
        !client->options.repair) {
        client->outcome = WM_UNCHANGED;
        *next_out = WM_CLIENT_DONE;
    } else {
        *next_out = WM_CLIENT_SNAPSHOT;
    }
    return WM_OK;
}

/* ---- snapshot: 5.5 ---- */

static wm_status accept_snapshot(wm_client *client, wm_str bytes, wm_error *err)
{
    wm_unverified unverified;
    wm_verified verified;
    wm_snapshot snapshot;
    wm_status status = wm_listed_check(&client->timestamp.snapshot, bytes, err);
    if (status == WM_OK) {
        status = wm_unverified_read(&client->arena, bytes, WM_METADATA_SNAPSHOT_BYTES_MAX,
                                    &unverified, err);
    }
    if (status == WM_OK) {
        status = wm_verify(&unverified, &client->root.roles[WM_TOP_SNAPSHOT], &verified, err);
    }
    if (status == WM_OK) {
        status = wm_snapshot_read(&client->arena, verified, &snapshot, err);
    }
    if (status == WM_OK) {
        status = wm_policy_listed_version(&client->timestamp.snapshot, &snapshot.head, err);
    }
    if (status == WM_OK) {
        status = wm_policy_snapshot(client->has_snapshot ? &client->held_snapshot : NULL, &snapshot,
                                    err);
    }
    if (status == WM_OK) {
        status = wm_policy_fresh("snapshot.json", &snapshot.head, client->time_s, err);
    }
    if (status == WM_OK) {
        client->snapshot = snapshot;
        client->snapshot_bytes = bytes;
    }
    return status;
}

static wm_status snapshot_enter(wm_client *client, wm_error *err)
{
    if (client->has_snapshot &&
        client->held_snapshot.head.version == client->timestamp.snapshot.version &&
        accept_snapshot(client, client->held_snapshot_bytes, NULL) == WM_OK) {
        return WM_OK;
    }
    char path[WM_FEED_PATH_BYTES];
    (void)wm_feed_path_metadata(path, client->edition, client->timestamp.snapshot.version,
                                WM_STR("snapshot"));
    int64_t length = client->timestamp.snapshot.length;
    uint64_t most = length >= 0 && (uint64_t)length < WM_METADATA_SNAPSHOT_BYTES_MAX
                        ? (uint64_t)length
                        : WM_METADATA_SNAPSHOT_BYTES_MAX;
    return wm_client_want_file(client, (wm_want_purpose){ WM_WANT_STEP, 0, 0 }, path, most, err);
}

static wm_status snapshot_given(wm_client *client, const wm_want_purpose *purpose,
                                wm_fetched *fetched, wm_error *err)
{
    (void)purpose;
    wm_str bytes = { NULL, 0 };
    wm_status status = wm_client_keep(client, fetched, &bytes, err);
    return status == WM_OK ? accept_snapshot(client, bytes, err) : status;
}

static wm_status snapshot_leave(wm_client *client, wm_client_state *next_out, wm_error *err)
{
    (void)client;
    (void)err;
    *next_out = WM_CLIENT_TARGETS;
    return WM_OK;
}

/* ---- targets roles: 5.6 ---- */

wm_status wm_client_accept_role(wm_client *client, wm_client_role *role, wm_str bytes,
                                wm_error *err)
{
    wm_unverified unverified;
    wm_verified verified;
    wm_targets targets;
    char name[WM_FEED_PATH_BYTES];
    (void)snprintf(name, sizeof name, "%.*s.json", WM_STR_ARG(role->name));
    wm_status status = wm_listed_check(role->listed, bytes, err);
    if (status == WM_OK) {
        status = wm_unverified_read(&client->arena, bytes, WM_METADATA_TARGETS_BYTES_MAX,
                                    &unverified, err);
    }
    if (status == WM_OK) {
        status = wm_verify(&unverified, role->signers, &verified, err);
    }
    if (status == WM_OK) {
        status = wm_targets_read(&client->arena, verified, &targets, err);
    }
    if (status == WM_OK) {
        status = wm_policy_listed_version(role->listed, &targets.head, err);
    }
    if (status == WM_OK) {
        status = wm_policy_fresh(name, &targets.head, client->time_s, err);
    }
    if (status == WM_OK) {
        role->bytes = bytes;
        role->targets = targets;
    }
    return status;
}

wm_status wm_client_need_role(wm_client *client, wm_client_role *role, wm_want_purpose purpose,
                              wm_error *err)
{
    char path[WM_FEED_PATH_BYTES];
    (void)snprintf(path, sizeof path, "%.*s.json", WM_STR_ARG(role->name));
    role->listed =
        wm_listed_find(client->snapshot.files, client->snapshot.file_count, wm_str_of(path));
    if (role->listed == NULL) {
        return wm_fail(err, WM_NOT_TRUSTED, "snapshot.json does not list %s", path);
    }
    char name[WM_BLOB_NAME_BYTES_MAX + 1];
    (void)snprintf(name, sizeof name, "%.*s", WM_STR_ARG(role->blob));
    wm_str held = { NULL, 0 };
    wm_status status = wm_blob_read(client->store, &client->arena, name, &held, err);
    if (status != WM_OK) {
        return status;
    }
    if (held.ptr != NULL) {
        status = wm_client_accept_role(client, role, held, NULL);
        if (status == WM_OK || status == WM_NO_MEMORY) {
            return status == WM_OK ? status : wm_fail_memory(err);
        }
    }
    if (!wm_feed_path_metadata(path, client->edition, role->listed->version, role->name) ||
        !wm_transport_path_valid(wm_str_of(path))) {
        return wm_fail(err, WM_BAD_INPUT, "role %.*s: not a name of our feeds",
                       WM_STR_ARG(role->name));
    }
    int64_t length = role->listed->length;
    uint64_t most = length >= 0 && (uint64_t)length < WM_METADATA_TARGETS_BYTES_MAX
                        ? (uint64_t)length
                        : WM_METADATA_TARGETS_BYTES_MAX;
    return wm_client_want_file(client, purpose, path, most, err);
}

static wm_status targets_enter(wm_client *client, wm_error *err)
{
    client->targets = (wm_client_role){ .name = WM_STR("targets"),
                                        .blob = WM_STR(WM_BLOB_TARGETS),
                                        .signers = &client->root.roles[WM_TOP_TARGETS] };
    return wm_client_need_role(client, &client->targets, (wm_want_purpose){ WM_WANT_STEP, 0, 0 },
                               err);
}

static wm_status targets_given(wm_client *client, const wm_want_purpose *purpose,
                               wm_fetched *fetched, wm_error *err)
{
    (void)purpose;
    wm_str bytes = { NULL, 0 };
    wm_status status = wm_client_keep(client, fetched, &bytes, err);
    return status == WM_OK ? wm_client_accept_role(client, &client->targets, bytes, err) : status;
}

static wm_status targets_leave(wm_client *client, wm_client_state *next_out, wm_error *err)
{
    *next_out = WM_CLIENT_PARTITIONS;
    return wm_client_read_release(client, &client->targets.targets, err);
}

/* ---- which partitions there are ---- */

static wm_status partitions_enter(wm_client *client, wm_error *err)
{
    const wm_targets *targets = &client->targets.targets;
    const wm_delegation *delegation = NULL;
    for (size_t i = 0; i < targets->delegation_count && delegation == NULL; i++) {
        const wm_delegation *candidate = &targets->delegations[i];
        if (wm_str_is(candidate->role.name, WM_FEED_PARTITIONS_ROLE) &&
            wm_policy_delegates(candidate, WM_STR(WM_FEED_PARTITIONS))) {
            delegation = candidate;
        }
    }
    if (delegation == NULL) {
        return wm_fail(err, WM_BAD_INPUT, "targets.json does not delegate to partitions");
    }
    client->partitions_delegation = delegation;
    client->partitions_role = (wm_client_role){ .name = delegation->role.name,
                                                .blob = WM_STR(WM_BLOB_PARTITIONS_ROLE),
                                                .signers = &delegation->role };
    return wm_client_need_role(client, &client->partitions_role,
                               (wm_want_purpose){ WM_WANT_STEP, 0, 0 }, err);
}

static const wm_listed_file *listed_index(const wm_client *client)
{
    const wm_targets *role = &client->partitions_role.targets;
    return wm_listed_find(role->files, role->file_count, WM_STR(WM_FEED_PARTITIONS));
}

static wm_status partitions_given(wm_client *client, const wm_want_purpose *purpose,
                                  wm_fetched *fetched, wm_error *err)
{
    (void)purpose;
    wm_str bytes = { NULL, 0 };
    wm_status status = wm_client_keep(client, fetched, &bytes, err);
    return status == WM_OK ? wm_client_accept_role(client, &client->partitions_role, bytes, err)
                           : status;
}

static wm_status partitions_leave(wm_client *client, wm_client_state *next_out, wm_error *err)
{
    const wm_listed_file *listed = listed_index(client);
    *next_out = WM_CLIENT_INDEX;
    if (listed == NULL || !listed->hashes.has_sha256) {
        return wm_fail(err, WM_BAD_INPUT, "the role of the partitions does not list %s",
                       WM_FEED_PARTITIONS);
    }
    if ((uint64_t)listed->length > WM_FEED_PARTITIONS_BYTES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "%s: more than %zu bytes", WM_FEED_PARTITIONS,
                       WM_FEED_PARTITIONS_BYTES_MAX);
    }
    return WM_OK;
}

static wm_status index_enter(wm_client *client, wm_error *err)
{
    const wm_listed_file *listed = listed_index(client);
    if (client->held_index_bytes.ptr != NULL &&
        wm_listed_check(listed, client->held_index_bytes, NULL) == WM_OK) {
        client->index_bytes = client->held_index_bytes;
        return WM_OK;
    }
    char path[WM_FEED_PATH_BYTES];
    (void)wm_feed_path_target(path, client->edition, listed->path, &listed->hashes.sha256);
    return wm_client_want_file(client, (wm_want_purpose){ WM_WANT_STEP, 0, 0 }, path,
                               (uint64_t)listed->length, err);
}

static wm_status index_given(wm_client *client, const wm_want_purpose *purpose, wm_fetched *fetched,
                             wm_error *err)
{
    (void)purpose;
    wm_str bytes = { NULL, 0 };
    wm_status status = wm_client_keep(client, fetched, &bytes, err);
    if (status == WM_OK) {
        status = wm_listed_check(listed_index(client), bytes, err);
    }
    if (status == WM_OK) {
        client->index_bytes = bytes;
    }
    return status;
}

static wm_status index_leave(wm_client *client, wm_client_state *next_out, wm_error *err)
{
    *next_out = WM_CLIENT_ROLES;
    return wm_feed_index_read(&client->arena, client->index_bytes, &client->index, err);
}

/* ---- roles and packs ---- */

static wm_status roles_enter(wm_client *client, wm_error *err)
{
    wm_status status = wm_client_choose_partitions(client, err);
    for (size_t i = 0; i < client->partition_count && status == WM_OK; i++) {
        status = wm_client_need_role(client, &client->partitions[i].role,
                                     (wm_want_purpose){ WM_WANT_ROLE, i, 0 }, err);
    }
    return status;
}

static wm_status roles_given(wm_client *client, const wm_want_purpose *purpose, wm_fetched *fetched,
                             wm_error *err)
{
    wm_str bytes = { NULL, 0 };
    wm_status status = wm_client_keep(client, fetched, &bytes, err);
    wm_client_role *role = &client->partitions[purpose->partition].role;
    return status == WM_OK ? wm_client_accept_role(client, role, bytes, err) : status;
}

static wm_status roles_leave(wm_client *client, wm_client_state *next_out, wm_error *err)
{
    *next_out = WM_CLIENT_SPANS;
    return wm_client_read_roles(client, err);
}

static wm_status packs_given(wm_client *client, const wm_want_purpose *purpose, wm_fetched *fetched,
                             wm_error *err)
{
    wm_client_partition *partition = &client->partitions[purpose->partition];
    /* "verify the desired target against its targets metadata" (5.7.1), before it is looked into */
    wm_status status =
        wm_listed_check(partition->chain[purpose->link].file, wm_buf_str(&fetched->bytes), err);
    if (status == WM_OK) {
        wm_buf *slot = &partition->bytes[purpose->link];
        *slot = fetched->bytes; /* ours now */
        wm_buf_init(&fetched->bytes, slot->env, slot->max_bytes);
    }
    return status;
}

static wm_status packs_leave(wm_client *client, wm_client_state *next_out, wm_error *err)
{
    (void)err;
    *next_out = client->plan_again ? WM_CLIENT_SPANS : WM_CLIENT_APPLY;
    return WM_OK;
}

static bool may_be_mended(wm_status status)
{
    return status == WM_NOT_TRUSTED || status == WM_CONFLICT || status == WM_BAD_INPUT ||
           status == WM_BAD_RECORD;
}

static wm_status apply_leave(wm_client *client, wm_client_state *next_out, wm_error *err)
{
    wm_status status = wm_client_apply(client, err);
    if (status == WM_OK) {
        client->summary.to = client->release.release;
        client->outcome = WM_OK;
        *next_out = WM_CLIENT_DONE;
    } else if (may_be_mended(status) && !client->by_snapshots) {
        /* The work is thrown away and the old state answers; once, all is fetched afresh. */
        client->by_snapshots = true;
        *next_out = WM_CLIENT_SPANS;
        wm_error_clear(err);
        status = WM_OK;
    }
    return status;
}

/* ---- the table ---- */

const wm_client_step *wm_client_step_of(wm_client_state state)
{
    static const wm_client_step steps[WM_CLIENT_STATES] = {
        [WM_CLIENT_ROOT] = { "root", want_next_root, root_given, root_leave },
        [WM_CLIENT_TIMESTAMP] = { "timestamp", timestamp_enter, timestamp_given, timestamp_leave },
        [WM_CLIENT_SNAPSHOT] = { "snapshot", snapshot_enter, snapshot_given, snapshot_leave },
        [WM_CLIENT_TARGETS] = { "targets", targets_enter, targets_given, targets_leave },
        [WM_CLIENT_PARTITIONS] = { "partitions", partitions_enter, partitions_given,
                                   partitions_leave },
        [WM_CLIENT_INDEX] = { "index", index_enter, index_given, index_leave },
        [WM_CLIENT_ROLES] = { "roles", roles_enter, roles_given, roles_leave },
        [WM_CLIENT_SPANS] = { "spans", wm_client_spans_enter, wm_client_spans_given,
                              wm_client_spans_leave },
        [WM_CLIENT_PACKS] = { "packs", wm_client_want_packs, packs_given, packs_leave },
        [WM_CLIENT_APPLY] = { "apply", NULL, NULL, apply_leave },
        [WM_CLIENT_DONE] = { "done", NULL, NULL, NULL },
        [WM_CLIENT_FAILED] = { "failed", NULL, NULL, NULL },
    };
    return &steps[state];
}

/* chase.c: from the root to the records, as rows of a table. Metadata is the updater's business
 * (trust/updater.h): it verifies, and stores what it has verified; here it is asked step by step.
 *
 *   state       enter                       given                       leave
 *   ROOT        want N+1.root.json          verify, store, want next    -> TIMESTAMP
 *   TIMESTAMP   want timestamp.json         verify, store               nothing new -> DONE
 *   SNAPSHOT    held, or want it            verify, store               -> TARGETS
 *   TARGETS     held, or want it            verify, store               -> PARTITIONS
 *   PARTITIONS  role held, or want it       verify, store               -> INDEX
 *   INDEX       held, or want it            length and hash             -> ROLES
 *   ROLES       held, or want those taken   verify and store each       -> SPANS
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

/* ---- 5.3 to 5.6, up to the top role: the updater's steps ---- */

static const wm_want_purpose this_step = { WM_WANT_STEP, 0, 0 };

static wm_status want_metadata(wm_client *client, wm_want_purpose purpose,
                               const wm_updater_want *want, wm_error *err)
{
    char path[WM_UPDATER_FILE_BYTES + 32];
    (void)snprintf(path, sizeof path, "%s/%s", wm_edition_name(client->edition), want->file);
    if (!wm_transport_path_valid(wm_str_of(path))) {
        return wm_fail(err, WM_BAD_INPUT, "role %.*s: not a name of our feeds",
                       WM_STR_ARG(want->role));
    }
    return wm_client_want_file(client, purpose, path, want->max_bytes, err);
}

/* What the updater wants next, if it is for this step; a later state asks again. */
static wm_status want_of_step(wm_client *client, wm_updater_step step, wm_error *err)
{
    wm_updater_want want;
    wm_status status = wm_updater_next(&client->updater, &want, err);
    if (status != WM_OK || client->updater.step != step) {
        return status == WM_END ? WM_OK : status;
    }
    return want_metadata(client, this_step, &want, err);
}

static wm_status step_given(wm_client *client, const wm_want_purpose *purpose, wm_fetched *fetched,
                            wm_error *err)
{
    (void)purpose;
    return wm_updater_give(&client->updater, fetched->status, wm_buf_str(&fetched->bytes), err);
}

static wm_status root_enter(wm_client *client, wm_error *err)
{
    return want_of_step(client, WM_UPDATER_ROOT, err);
}

static wm_status root_given(wm_client *client, const wm_want_purpose *purpose, wm_fetched *fetched,
                            wm_error *err)
{
    wm_status status = step_given(client, purpose, fetched, err);
    if (client->updater.rotated) {
        /* What the old keys dated is forgotten as well. */
        client->floor_s = 0;
        client->time_s = client->options.now_s;
        client->updater.time_s = client->time_s;
        client->held_etag = (wm_str){ NULL, 0 };
    }
    return status == WM_OK ? want_of_step(client, WM_UPDATER_ROOT, err) : status;
}

static wm_status root_leave(wm_client *client, wm_client_state *next_out, wm_error *err)
{
    *next_out = WM_CLIENT_TIMESTAMP;
    return wm_client_expect_root(client, true, err);
}

static wm_status timestamp_enter(wm_client *client, wm_error *err)
{
    wm_status status = want_of_step(client, WM_UPDATER_TIMESTAMP, err);
    if (status == WM_OK && client->updater.has_stored_timestamp) {
        client->wants[client->want_count - 1].want.etag = client->held_etag;
    }
    return status;
}

static wm_status timestamp_given(wm_client *client, const wm_want_purpose *purpose,
                                 wm_fetched *fetched, wm_error *err)
{
    client->etag = wm_arena_copy(&client->arena, wm_str_of(fetched->etag));
    return client->etag.ptr != NULL ? step_given(client, purpose, fetched, err)
                                    : wm_fail_memory(err);
}

static wm_status timestamp_leave(wm_client *client, wm_client_state *next_out, wm_error *err)
{
    (void)err;
    const wm_updater *updater = &client->updater;
    if (updater->unchanged && client->applied_snapshot == updater->timestamp.snapshot.version &&
        !client->subscriptions_changed && client->held_release > 0 && !client->options.repair) {
        client->outcome = WM_UNCHANGED;
        *next_out = WM_CLIENT_DONE;
    } else {
        *next_out = WM_CLIENT_SNAPSHOT;
    }
    return WM_OK;
}

static wm_status snapshot_enter(wm_client *client, wm_error *err)
{
    return want_of_step(client, WM_UPDATER_SNAPSHOT, err);
}

static wm_status snapshot_leave(wm_client *client, wm_client_state *next_out, wm_error *err)
{
    (void)client;
    (void)err;
    *next_out = WM_CLIENT_TARGETS;
    return WM_OK;
}

static wm_status targets_enter(wm_client *client, wm_error *err)
{
    return want_of_step(client, WM_UPDATER_TARGETS, err);
}

static wm_status targets_leave(wm_client *client, wm_client_state *next_out, wm_error *err)
{
    *next_out = WM_CLIENT_PARTITIONS;
    return wm_client_read_release(client, &client->updater.targets.targets, err);
}

/* ---- which partitions there are ---- */

/* Accept the copy that the replica holds, or want it from the feed. */
static wm_status need_role(wm_client *client, wm_updater_role *role, wm_want_purpose purpose,
                           wm_error *err)
{
    wm_updater_want want;
    wm_status status = wm_updater_role_want(&client->updater, role, &want, err);
    return status == WM_END ? want_metadata(client, purpose, &want, err) : status;
}

static wm_status partitions_enter(wm_client *client, wm_error *err)
{
    const wm_targets *targets = &client->updater.targets.targets;
    const wm_delegation *delegation = NULL;
    for (size_t i = 0; i < targets->delegation_count && delegation == NULL; i++) {
        const wm_delegation *candidate = &targets->delegations[i];
        if (wm_str_is(candidate->role.name, WM_FEED_PARTITIONS_ROLE) &&
            wm_policy_delegates(candidate, WM_STR(WM_FEED_RELEASE))) {
            delegation = candidate;
        }
    }
    if (delegation == NULL) {
        return wm_fail(err, WM_BAD_INPUT, "targets.json does not delegate to partitions");
    }
    client->partitions_delegation = delegation;
    client->partitions_role =
        (wm_updater_role){ .name = delegation->role.name, .signers = &delegation->role };
    return need_role(client, &client->partitions_role, this_step, err);
}

static const wm_listed_file *listed_index(const wm_client *client)
{
    const wm_targets *role = &client->updater.targets.targets;
    return wm_listed_find(role->files, role->file_count, WM_STR(WM_FEED_LOCALITIES));
}

static wm_status partitions_given(wm_client *client, const wm_want_purpose *purpose,
                                  wm_fetched *fetched, wm_error *err)
{
    (void)purpose;
    return wm_updater_role_give(&client->updater, &client->partitions_role,
                                wm_buf_str(&fetched->bytes), err);
}

static wm_status partitions_leave(wm_client *client, wm_client_state *next_out, wm_error *err)
{
    const wm_listed_file *listed = listed_index(client);
    *next_out = WM_CLIENT_INDEX;
    if (listed == NULL || !listed->hashes.has_sha256) {
        return wm_fail(err, WM_BAD_INPUT, "targets.json does not list %s", WM_FEED_LOCALITIES);
    }
    if ((uint64_t)listed->length > WM_FEED_LOCALITIES_BYTES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "%s: more than %zu bytes", WM_FEED_LOCALITIES,
                       WM_FEED_LOCALITIES_BYTES_MAX);
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
    return wm_feed_index_read(&client->arena, client->index_bytes, &client->updater.snapshot,
                              &client->index, err);
}

/* ---- roles and packs ---- */

static wm_status roles_enter(wm_client *client, wm_error *err)
{
    wm_status status = wm_client_choose_partitions(client, err);
    for (size_t i = 0; i < client->partition_count && status == WM_OK; i++) {
        status = need_role(client, &client->partitions[i].role,
                           (wm_want_purpose){ WM_WANT_ROLE, i, 0 }, err);
    }
    return status;
}

static wm_status roles_given(wm_client *client, const wm_want_purpose *purpose, wm_fetched *fetched,
                             wm_error *err)
{
    return wm_updater_role_give(&client->updater, &client->partitions[purpose->partition].role,
                                wm_buf_str(&fetched->bytes), err);
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
        [WM_CLIENT_ROOT] = { "root", root_enter, root_given, root_leave },
        [WM_CLIENT_TIMESTAMP] = { "timestamp", timestamp_enter, timestamp_given, timestamp_leave },
        [WM_CLIENT_SNAPSHOT] = { "snapshot", snapshot_enter, step_given, snapshot_leave },
        [WM_CLIENT_TARGETS] = { "targets", targets_enter, step_given, targets_leave },
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

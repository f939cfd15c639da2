/* repair.c: is what is stored what was signed, and if not, how it becomes so again.
 *
 *   verify   the kept metadata from its root down (vouch.c) -> what each partition is to be
 *            the records themselves                         -> what it is
 *            digests and index against the records
 *   repair   only derived data differ: made afresh, without any feed
 *            records differ: an update in which those partitions count as not held, so that they
 *            come anew; before it, in the same transaction, what is derived is made afresh
 *   salvage  what a replica that is too damaged for that still says of itself */
#include <stdlib.h>

#include "client/vouch.h"

#include <waymark/sys/replica.h>

/* ---- verify ---- */

static const wm_vouched_partition *find_partition(const wm_vouched *vouched, wm_str code)
{
    for (size_t i = 0; i < vouched->partition_count; i++) {
        if (wm_str_equal(vouched->partitions[i].code, code)) {
            return &vouched->partitions[i];
        }
    }
    return NULL;
}

static bool is_as_signed(const wm_state *found, const wm_state *expected)
{
    if (found == NULL) {
        return expected->records == 0;
    }
    return found->records == expected->records && found->buckets == expected->buckets &&
           wm_digest_equal(&found->digest, &expected->digest);
}

static int by_name(const void *left, const void *right)
{
    return wm_str_compare(*(const wm_str *)left, *(const wm_str *)right);
}

static wm_status list_differences(const wm_vouched *vouched, const wm_state_list *found,
                                  wm_replica_report *report, wm_arena *arena, wm_error *err)
{
    wm_str *differ = wm_arena_array(arena, vouched->partition_count + found->count, sizeof *differ);
    if (differ == NULL) {
        return wm_fail_memory(err);
    }
    size_t count = 0;
    bool trusted = report->trust.status == WM_OK;
    for (size_t i = 0; i < vouched->partition_count && trusted; i++) {
        const wm_vouched_partition *partition = &vouched->partitions[i];
        if (!is_as_signed(wm_state_list_find(found, partition->code), &partition->role.state)) {
            differ[count++] = partition->code;
        }
    }
    for (size_t i = 0; i < found->count; i++) {
        wm_str name = found->items[i].partition;
        if (name.len == 0) {
            (void)wm_fail(&report->derived, WM_CORRUPT,
                          "database: %llu records are in no partition",
                          (unsigned long long)found->items[i].records);
        } else if (!trusted || find_partition(vouched, name) == NULL) {
            differ[count++] = name;
        }
    }
    if (count > 0) {
        qsort(differ, count, sizeof *differ, by_name);
    }
    report->differ = differ;
    report->differ_count = count;
    return WM_OK;
}

static wm_status note_difference(void *context, const wm_state *state, wm_error *err)
{
    wm_replica_report *report = context;
    (void)err;
    if (report->derived.status == WM_OK) {
        (void)wm_fail(&report->derived, WM_CORRUPT,
                      "database: the stored digest of partition %.*s is not that of its records",
                      WM_STR_ARG(state->partition));
    }
    return WM_OK;
}

/* A finding of damage is what was asked for, not a failure. */
static wm_status find_damage(wm_replica_report *report, wm_status status, const wm_error *found)
{
    if (status != WM_CORRUPT) {
        return status;
    }
    if (report->derived.status == WM_OK) {
        report->derived = *found;
    }
    return WM_OK;
}

/* What was said by name of a release (the replica starts its updates from that) and what is. */
static wm_status check_states(wm_store *replica, wm_edition edition, const wm_state_list *found,
                              wm_replica_report *report, wm_error *err)
{
    wm_state_list said = { .arena = found->arena };
    wm_state_sink sink = { wm_state_list_add, &said };
    wm_status status = wm_history_states(replica, edition, report->release, &sink, err);
    for (size_t i = 0; i < found->count && status == WM_OK; i++) {
        const wm_state *is = &found->items[i];
        const wm_state *was = wm_state_list_find(&said, is->partition);
        if (is->partition.len > 0 && (was == NULL || !is_as_signed(was, is))) {
            status = note_difference(report, is, err);
        }
    }
    return status;
}

static wm_status check_derived(wm_store *replica, wm_edition edition, const wm_state_list *list,
                               wm_replica_report *report, wm_error *err)
{
    wm_error found = { WM_OK, "" };
    wm_state_sink sink = { note_difference, report };
    wm_status status = find_damage(report, wm_store_integrity(replica, &found), &found);
    if (status == WM_OK) {
        wm_error_clear(&found);
        status = find_damage(report, wm_history_verify(replica, edition, &sink, &found), &found);
    }
    if (status == WM_OK) {
        wm_error_clear(&found);
        status = check_states(replica, edition, list, report, &found);
        status = find_damage(report, status, &found);
    }
    if (status == WM_OK) {
        wm_error_clear(&found);
        status = find_damage(report, wm_store_verify_index(replica, &found), &found);
    }
    if (status != WM_OK && err != NULL) {
        *err = found;
    }
    return status;
}

static bool is_about_trust(wm_status status)
{
    return status == WM_NOT_TRUSTED || status == WM_BAD_INPUT || status == WM_TOO_LARGE ||
           status == WM_NEWER || status == WM_EXPIRED;
}

static wm_status verify(wm_store *replica, wm_str root, wm_arena *arena, wm_replica_report *report,
                        wm_error *err)
{
    wm_vouched vouched;
    wm_release latest;
    wm_state_list found = { .arena = arena };
    wm_state_sink sink = { wm_state_list_add, &found };
    wm_status status = wm_vouched_load(replica, arena, &vouched, &report->trust);
    if (status == WM_OK && root.len > 0) {
        status = wm_vouched_root_is(replica, arena, &vouched, root, &report->trust);
    }
    if (status != WM_OK && !is_about_trust(status)) {
        if (err != NULL) {
            *err = report->trust;
        }
        return status;
    }
    status = wm_store_latest(replica, &latest, err);
    if (status == WM_OK) {
        report->release = latest.number;
        status = wm_replica_found(replica, vouched.edition, &sink, err);
    }
    if (status == WM_OK) {
        status = list_differences(&vouched, &found, report, arena, err);
    }
    return status == WM_OK ? check_derived(replica, vouched.edition, &found, report, err) : status;
}

wm_status wm_replica_verify(wm_store *replica, wm_str root, wm_arena *arena,
                            wm_replica_report *report_out, wm_error *err)
{
    wm_replica_report report = { .is_whole = false };
    wm_error_clear(&report.trust);
    wm_error_clear(&report.derived);
    wm_status status = wm_store_read_begin(replica, err);
    if (status != WM_OK) {
        return status;
    }
    status = verify(replica, root, arena, &report, err);
    wm_store_read_end(replica);
    if (status == WM_OK) {
        report.is_whole = report.differ_count == 0 && report.trust.status == WM_OK &&
                          report.derived.status == WM_OK;
        *report_out = report;
    }
    return status;
}

/* ---- repair ---- */

bool wm_client_distrusts(const wm_client *client, wm_str partition)
{
    for (size_t i = 0; client->options.repair && i < client->options.distrust_count; i++) {
        if (wm_str_equal(client->options.distrust[i], partition)) {
            return true;
        }
    }
    return false;
}

bool wm_client_use_kept(const wm_client *client, const wm_listed_file *file, wm_buf *bytes)
{
    if (!client->options.repair) {
        return false;
    }
    if (wm_kept_pack(client->store, file, bytes, NULL) == WM_OK) {
        return true;
    }
    wm_buf_reset(bytes);
    return false;
}

wm_status wm_client_mend(wm_client *client, wm_replica_apply *apply, wm_error *err)
{
    if (!client->options.repair || client->held_release == 0) {
        return WM_OK;
    }
    wm_state_list found = { .arena = &client->arena };
    wm_state_sink sink = { wm_state_list_add, &found };
    wm_status status = wm_replica_mend(apply, err);
    if (status == WM_OK) {
        status =
            wm_history_states(client->store, client->edition, client->held_release, &sink, err);
    }
    if (status == WM_OK) {
        client->held_states = found.items;
        client->held_state_count = found.count;
    }
    return status;
}

/* The records are what was signed: what is derived from them needs no feed. */
static wm_status mend_derived(wm_store *replica, wm_error *err)
{
    wm_arena arena;
    wm_vouched vouched;
    wm_release latest;
    wm_replica_apply *apply = NULL;
    wm_arena_init(&arena, wm_store_env(replica), (size_t)1024 * WM_MIB);
    wm_status status = wm_vouched_load(replica, &arena, &vouched, err);
    if (status == WM_OK) {
        status = wm_store_latest(replica, &latest, err);
    }
    wm_state *states =
        status == WM_OK ? wm_arena_array(&arena, vouched.partition_count, sizeof *states) : NULL;
    if (status == WM_OK && states == NULL) {
        status = wm_fail_memory(err);
    }
    if (status == WM_OK && states != NULL) {
        for (size_t i = 0; i < vouched.partition_count; i++) {
            states[i] = vouched.partitions[i].role.state;
        }
        wm_replica_base base = { vouched.edition, latest.number, NULL, 0 };
        status = wm_replica_begin(replica, &base, &apply, err);
    }
    if (status == WM_OK) {
        status = wm_replica_mend(apply, err);
    }
    if (status == WM_OK) {
        wm_replica_target target = { latest.number, latest.date, wm_str_of(latest.note), states,
                                     vouched.partition_count };
        status = wm_replica_finish(apply, &target, err);
        apply = NULL;
    }
    wm_replica_abandon(apply);
    wm_arena_fini(&arena);
    return status;
}

static wm_status fetch_again(wm_store *replica, const wm_replica_report *report,
                             const wm_repair_options *options, wm_client_summary *summary,
                             wm_error *err)
{
    wm_client *client = NULL;
    wm_client_options update = { .now_s = options->now_s,
                                 .max_bytes = options->max_bytes,
                                 .repair = true,
                                 .distrust = report->differ,
                                 .distrust_count = report->differ_count };
    wm_status status = wm_client_open(replica, &update, &client, err);
    if (status == WM_OK) {
        status = wm_sync_drive(client, options->transport, options->driver, summary, err);
        summary->files = NULL; /* gone with the client */
        summary->file_count = 0;
    }
    wm_client_close(client);
    if (status == WM_UNCHANGED) {
        return wm_fail(
            err, WM_NETWORK,
            "the feed is being changed, or is a copy that is behind: nothing was mended");
    }
    return status;
}

wm_status wm_replica_repair(wm_store *replica, const wm_replica_report *report,
                            const wm_repair_options *options, wm_client_summary *summary_out,
                            wm_error *err)
{
    wm_client_summary summary = { .from = report->release, .to = report->release };
    if (report->trust.status != WM_OK) {
        return wm_fail(err, WM_NOT_TRUSTED, "nothing to build on: %s", report->trust.text);
    }
    wm_status status = WM_OK;
    if (report->differ_count == 0) {
        status = mend_derived(replica, err);
    } else if (options->transport == NULL) {
        status = wm_fail(err, WM_BAD_ARGUMENT, "records are to be fetched again: expected a feed");
    } else {
        status = fetch_again(replica, report, options, &summary, err);
    }
    if (summary_out != NULL) {
        *summary_out = summary;
    }
    return status;
}

/* ---- salvage ---- */

/* The newest root that `given` leads to by those that were kept, or it; if none is given, the
 * replica's own, if it is signed by itself. ptr NULL: there is none. */
static wm_status salvage_root(wm_store *replica, wm_str given, wm_arena *arena, wm_str *root_out)
{
    static const char *const places[] = { WM_BLOB_ROOT, WM_BLOB_AT "root" };
    wm_status status = WM_OK;
    *root_out = given.len > 0 ? given : (wm_str){ NULL, 0 };
    for (size_t i = 0; i < sizeof places / sizeof places[0] && status != WM_NO_MEMORY; i++) {
        wm_str bytes = { NULL, 0 };
        wm_root root;
        status = wm_blob_read(replica, arena, places[i], &bytes, NULL);
        if (status == WM_OK && bytes.ptr != NULL) {
            status = given.len > 0 ? wm_kept_roots_follow(replica, arena, given, bytes, NULL)
                                   : wm_policy_first_root(arena, bytes, &root, NULL);
            if (status == WM_OK) {
                *root_out = bytes;
                return WM_OK;
            }
        }
    }
    return status;
}

/* Metadata as it was seen last, else as it was when the records came. */
static wm_status salvage_seen(wm_store *replica, wm_arena *arena, const char *const places[2],
                              wm_str *bytes_out)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < 2 && status != WM_NO_MEMORY; i++) {
        wm_str bytes = { NULL, 0 };
        wm_unverified unverified;
        status = wm_blob_read(replica, arena, places[i], &bytes, NULL);
        if (status == WM_OK && bytes.ptr != NULL) {
            status =
                wm_unverified_read(arena, bytes, WM_METADATA_SNAPSHOT_BYTES_MAX, &unverified, NULL);
            if (status == WM_OK) {
                *bytes_out = bytes;
                return WM_OK;
            }
        }
    }
    return status;
}

static wm_status salvage_trust(wm_store *replica, wm_str root, wm_arena *arena,
                               wm_replica_remains *remains)
{
    static const char *const timestamps[] = { WM_BLOB_TIMESTAMP, WM_BLOB_AT "timestamp" };
    static const char *const snapshots[] = { WM_BLOB_SNAPSHOT, WM_BLOB_AT "snapshot" };
    wm_status status = salvage_root(replica, root, arena, &remains->root);
    if (status != WM_NO_MEMORY) {
        status = salvage_seen(replica, arena, timestamps, &remains->timestamp);
    }
    return status != WM_NO_MEMORY ? salvage_seen(replica, arena, snapshots, &remains->snapshot)
                                  : status;
}

wm_status wm_replica_salvage(wm_store *replica, wm_str root, wm_arena *arena,
                             wm_replica_remains *remains_out, wm_error *err)
{
    wm_replica_remains remains = { .has_edition = false };
    wm_str text = { NULL, 0 };
    wm_release latest;
    wm_status status = salvage_trust(replica, root, arena, &remains);
    if (status != WM_NO_MEMORY) {
        status = wm_replica_edition(replica, &remains.edition, NULL);
        remains.has_edition = status == WM_OK;
    }
    if (status != WM_NO_MEMORY) {
        status = wm_store_latest(replica, &latest, NULL);
        remains.release = status == WM_OK ? latest.number : 0;
    }
    if (status != WM_NO_MEMORY) {
        status = wm_blob_read(replica, arena, WM_BLOB_SUBSCRIPTIONS, &text, NULL);
    }
    if (status == WM_OK && text.ptr != NULL) {
        status =
            wm_texts_read(arena, text, &remains.subscriptions, &remains.subscription_count, NULL);
    }
    if (status == WM_NO_MEMORY) {
        return wm_fail_memory(err);
    }
    *remains_out = remains;
    return WM_OK;
}

/* It stands where an update looks for what an earlier one has seen. */
wm_status wm_replica_remember(wm_store *fresh, const wm_replica_remains *remains, wm_error *err)
{
    const struct {
        const char *name;
        wm_str bytes;
    } blobs[] = { { WM_BLOB_TIMESTAMP, remains->timestamp },
                  { WM_BLOB_SNAPSHOT, remains->snapshot } };
    wm_txn *txn = NULL;
    wm_status status = wm_txn_begin(fresh, &txn, err);
    if (status != WM_OK) {
        return status;
    }
    for (size_t i = 0; i < sizeof blobs / sizeof blobs[0] && status == WM_OK; i++) {
        if (blobs[i].bytes.ptr != NULL) {
            status = wm_store_blob_put(txn, wm_str_of(blobs[i].name), blobs[i].bytes, err);
        }
    }
    if (status != WM_OK) {
        wm_txn_rollback(txn);
        return status;
    }
    return wm_txn_commit(txn, err);
}

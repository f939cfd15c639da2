/* apply.c: all changes of all partitions, and the trust metadata, in one transaction.
 *
 *   begin (is the replica what we started from?)
 *   clear the partitions that are given up, or come as snapshots
 *   remove what left a partition, in all of them; then put what came or changed, in all of them
 *   trust metadata
 *   finish (every digest is compared; else all is as it was)
 *
 * All removes come before all puts, so a record that moved between two partitions ends where it
 * is now. A chain that is one snapshot is streamed; the others were folded before. */
#include "client/machine.h"

typedef struct apply_run {
    wm_client *client;
    wm_replica_apply *apply;
    wm_fold *folds;                       /* one for each partition */
    const wm_client_partition *partition; /* of the snapshot being streamed */
    wm_error error;
} apply_run;

static bool starts_afresh(const wm_client_partition *partition)
{
    return partition->chain_count > 0 && partition->chain[0].from == 0;
}

static bool is_one_snapshot(const wm_client_partition *partition)
{
    return partition->chain_count == 1 && starts_afresh(partition);
}

static wm_status begin(apply_run *run, wm_error *err)
{
    wm_client *client = run->client;
    wm_state *states = wm_arena_array(&client->arena, client->partition_count, sizeof *states);
    size_t count = 0;
    if (states == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < client->partition_count; i++) {
        const wm_client_partition *partition = &client->partitions[i];
        if (partition->is_held && !starts_afresh(partition)) {
            states[count++] = partition->held;
        }
    }
    wm_replica_base base = { client->edition, client->held_release, states, count };
    wm_status status = wm_replica_begin(client->store, &base, &run->apply, err);
    wm_release now;
    if (status == WM_CONFLICT && wm_store_latest(client->store, &now, NULL) == WM_OK &&
        now.number != client->held_release) {
        return wm_fail(err, WM_BUSY, "another process updated the replica, to release %lld",
                       (long long)now.number);
    }
    return status;
}

static bool is_taken(const wm_client *client, wm_str code)
{
    for (size_t i = 0; i < client->partition_count; i++) {
        if (wm_str_equal(client->partitions[i].code, code)) {
            return true;
        }
    }
    return false;
}

static wm_status clear(apply_run *run, wm_error *err)
{
    const wm_client *client = run->client;
    wm_status status = WM_OK;
    for (size_t i = 0; i < client->held_state_count && status == WM_OK; i++) {
        if (!is_taken(client, client->held_states[i].partition)) {
            status = wm_replica_clear(run->apply, client->held_states[i].partition, err);
        }
    }
    for (size_t i = 0; i < client->partition_count && status == WM_OK; i++) {
        if (starts_afresh(&client->partitions[i])) {
            status = wm_replica_clear(run->apply, client->partitions[i].code, err);
        }
    }
    return status;
}

static wm_status fold_all(apply_run *run, wm_error *err)
{
    const wm_client *client = run->client;
    wm_status status = WM_OK;
    for (size_t i = 0; i < client->partition_count && status == WM_OK; i++) {
        if (!is_one_snapshot(&client->partitions[i])) {
            status = wm_fold_partition(&run->folds[i], &client->partitions[i], err);
        }
    }
    return status;
}

static wm_status remove_all(apply_run *run, wm_error *err)
{
    const wm_client *client = run->client;
    wm_status status = WM_OK;
    for (size_t i = 0; i < client->partition_count; i++) {
        const wm_fold *fold = &run->folds[i];
        for (size_t k = 0; k < fold->entry_count && status == WM_OK; k++) {
            if (fold->entries[k].bytes.ptr == NULL) {
                status = wm_replica_remove(run->apply, client->partitions[i].code,
                                           fold->entries[k].kind, fold->entries[k].id, err);
            }
        }
    }
    return status;
}

static wm_status stream_record(void *context, const wm_record *record, const wm_json *value)
{
    apply_run *run = context;
    (void)value;
    return wm_replica_put(run->apply, run->partition->code, record, &run->error);
}

static wm_status stream_remove(void *context, wm_kind kind, wm_str id)
{
    (void)context;
    (void)kind;
    (void)id;
    return WM_BAD_INPUT; /* snapshots have none, and their reader knows */
}

static wm_status stream_snapshot(apply_run *run, wm_error *err)
{
    const wm_client_partition *partition = run->partition;
    const wm_feed_pack *pack = &partition->chain[0];
    wm_str bytes = wm_buf_str(&partition->bytes[0]);
    wm_pack_limits limits = { (uint64_t)pack->file->length, pack->raw_bytes };
    wm_pack_sink sink = { stream_record, stream_remove, run };
    wm_pack_header header;
    wm_status status = wm_pack_read_header(bytes, &limits, &header, err);
    if (status == WM_OK) {
        status = wm_fold_check_header(run->client, partition, pack, &header, err);
    }
    if (status == WM_OK) {
        wm_error_clear(&run->error);
        status = wm_pack_read(run->client->env, bytes, &limits, NULL, &sink, NULL, err);
        if (status != WM_OK && run->error.status == status && err != NULL) {
            *err = run->error;
        }
    }
    wm_error_context(err, "partition %.*s", WM_STR_ARG(partition->code));
    return status;
}

static wm_status put_all(apply_run *run, wm_error *err)
{
    const wm_client *client = run->client;
    wm_status status = WM_OK;
    for (size_t i = 0; i < client->partition_count && status == WM_OK; i++) {
        const wm_client_partition *partition = &client->partitions[i];
        const wm_fold *fold = &run->folds[i];
        if (is_one_snapshot(partition)) {
            run->partition = partition;
            status = stream_snapshot(run, err);
        }
        for (size_t k = 0; k < fold->entry_count && status == WM_OK; k++) {
            const wm_fold_entry *entry = &fold->entries[k];
            if (entry->bytes.ptr != NULL) {
                wm_record record = { entry->kind, entry->id, entry->bytes };
                status = wm_replica_put(run->apply, partition->code, &record, err);
            }
        }
    }
    return status;
}

static wm_status finish(apply_run *run, wm_error *err)
{
    wm_client *client = run->client;
    wm_state *states = wm_arena_array(&client->arena, client->partition_count, sizeof *states);
    if (states == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < client->partition_count; i++) {
        states[i] = wm_client_target_state(&client->partitions[i]);
    }
    wm_replica_target target = { client->release.release, client->release.date, WM_STR(""), states,
                                 client->partition_count };
    wm_replica_apply *apply = run->apply;
    run->apply = NULL;
    return wm_replica_finish(apply, &target, err);
}

wm_status wm_client_apply(wm_client *client, wm_error *err)
{
    apply_run run = { .client = client };
    run.folds = wm_arena_array(&client->arena, client->partition_count, sizeof *run.folds);
    if (run.folds == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < client->partition_count; i++) {
        wm_fold_init(&run.folds[i], client);
    }
    wm_status status = begin(&run, err);
    if (status == WM_OK) {
        status = fold_all(&run, err);
    }
    if (status == WM_OK) {
        status = clear(&run, err);
    }
    if (status == WM_OK) {
        status = remove_all(&run, err);
    }
    if (status == WM_OK) {
        status = put_all(&run, err);
    }
    if (status == WM_OK) {
        status = wm_client_store_trust(client, wm_replica_txn(run.apply), err);
    }
    if (status == WM_OK) {
        status = finish(&run, err);
    }
    wm_replica_abandon(run.apply);
    for (size_t i = 0; i < client->partition_count; i++) {
        wm_fold_fini(&run.folds[i]);
    }
    return status;
}

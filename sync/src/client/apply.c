/* apply.c: all packs of all partitions, and the trust metadata, in one transaction.
 *
 *   begin (is the replica what we started from?)
 *   clear the partitions that are given up, or come as snapshots
 *   read each pack, in order, right into the transaction; what stands in another partition still
 *   is kept aside (moving.c)
 *   put what was kept aside
 *   trust metadata
 *   finish (every digest is compared; else all is as it was)
 *
 * Nothing of it is collected in memory: it takes what reading a pack takes, whatever the number of
 * records that change, and of those that do not. */
#include "client/machine.h"

/* Unpacked; what is applied streams, so this is only a bound on patience. */
#define RAW_BYTES_MAX ((uint64_t)16 * 1024 * WM_MIB)

/* What a new replica takes of a feed from which on it needs no log, and has nobody to answer. */
#define ALONE_BYTES_MIN (8 * WM_MIB)

typedef struct apply_run {
    wm_client *client;
    wm_replica_apply *apply;
    wm_moving moving;
    size_t at; /* partition whose packs are being read */
    wm_error error;
    /* what the pack being read sees as its base */
    wm_replica_ids *ids; /* NULL: not open */
    bool has_id;         /* one that was not handed out yet */
    wm_kind id_kind;
    wm_str id;
    size_t moving_at;
} apply_run;

static bool starts_afresh(const wm_client_partition *partition)
{
    return partition->chain_count > 0 && partition->chain[0].from == 0;
}

static uint64_t pack_bytes(const wm_client *client)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < client->partition_count; i++) {
        const wm_client_partition *partition = &client->partitions[i];
        for (size_t link = 0; link < partition->chain_count; link++) {
            bytes += (uint64_t)partition->chain[link].file->length;
        }
    }
    return bytes;
}

/* A first sync of very much. Beside the packs, of which parts may be kept, there is little yet. */
static wm_status go_alone(const wm_client *client, wm_error *err)
{
    uint64_t bytes = pack_bytes(client);
    uint64_t least =
        client->options.alone_bytes > 0 ? client->options.alone_bytes : ALONE_BYTES_MIN;
    return client->held_release == 0 && bytes >= least && bytes < INT64_MAX / 4
               ? wm_store_go_alone(client->store, (int64_t)(2 * bytes + WM_MIB), err)
               : WM_OK;
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

/* ---- what a pack sees, and what it says ---- */

static void close_ids(apply_run *run)
{
    wm_replica_ids_close(run->ids);
    run->ids = NULL;
}

static wm_str code_of(const apply_run *run)
{
    return run->client->partitions[run->at].code;
}

static wm_status base_get(void *context, wm_kind kind, wm_str id, wm_buf *bytes_out)
{
    apply_run *run = context;
    wm_moving_record record = { run->at, kind, id };
    bool found = false;
    close_ids(run);
    size_t at = wm_moving_find(&run->moving, &record, &found);
    return found ? wm_moving_get(&run->moving, at, bytes_out, &run->error)
                 : wm_replica_get(run->apply, code_of(run), kind, id, bytes_out, &run->error);
}

static wm_status next_id(apply_run *run)
{
    wm_status status = wm_replica_ids_next(run->ids, &run->id_kind, &run->id, &run->error);
    run->has_id = status == WM_OK;
    return status == WM_END ? WM_OK : status;
}

static wm_status open_ids(apply_run *run)
{
    bool found = false;
    if (run->ids != NULL) {
        return WM_OK;
    }
    run->has_id = false;
    run->moving_at = wm_moving_find(
        &run->moving, &(wm_moving_record){ run->at, WM_KIND_DIRECTORY, WM_STR("") }, &found);
    return wm_replica_ids_open(run->apply, code_of(run), &run->ids, &run->error);
}

/* The next of this partition that stands aside, or NULL. */
static const wm_moving_record *aside_of(const apply_run *run)
{
    const wm_moving *moving = &run->moving;
    bool is_one =
        run->moving_at < moving->count && moving->records[run->moving_at].partition == run->at;
    return is_one ? &moving->records[run->moving_at] : NULL;
}

/* Two sorted lists as one: no record is in both. */
static wm_status base_next(void *context, wm_kind *kind_out, wm_str *id_out)
{
    apply_run *run = context;
    wm_status status = open_ids(run);
    if (status == WM_OK && !run->has_id) {
        status = next_id(run);
    }
    if (status != WM_OK) {
        return status;
    }
    const wm_moving_record *aside = aside_of(run);
    if (!run->has_id && aside == NULL) {
        return WM_END;
    }
    bool is_aside =
        aside != NULL && (!run->has_id || aside->kind < run->id_kind ||
                          (aside->kind == run->id_kind && wm_str_compare(aside->id, run->id) < 0));
    run->moving_at += is_aside ? 1 : 0;
    *kind_out = is_aside ? aside->kind : run->id_kind;
    *id_out = is_aside ? aside->id : run->id;
    run->has_id = is_aside && run->has_id; /* borrowed until the next call, which fetches another */
    return WM_OK;
}

static wm_status base_skip(void *context, uint64_t count)
{
    apply_run *run = context;
    wm_status status = open_ids(run);
    for (; count > 0 && status == WM_OK && (run->has_id || aside_of(run) != NULL); count--) {
        wm_kind kind = WM_KIND_DIRECTORY;
        wm_str id = { NULL, 0 };
        status = base_next(run, &kind, &id);
    }
    if (count > 0 && status == WM_OK) {
        wm_replica_ids_skip(run->ids, count);
    }
    return status == WM_END ? WM_OK : status;
}

static wm_status sink_put(void *context, const wm_record *record, const wm_json *value,
                          const wm_json *before)
{
    apply_run *run = context;
    wm_moving_record key = { run->at, record->kind, record->id };
    bool aside = false;
    close_ids(run);
    (void)wm_moving_find(&run->moving, &key, &aside);
    wm_status status =
        aside ? WM_CONFLICT
              : wm_replica_place(run->apply, code_of(run), record, value, before, &run->error);
    return status == WM_CONFLICT ? wm_moving_put(&run->moving, &key, record->bytes, &run->error)
                                 : status;
}

static wm_status sink_remove(void *context, wm_kind kind, wm_str id)
{
    apply_run *run = context;
    wm_moving_record key = { run->at, kind, id };
    bool aside = false;
    close_ids(run);
    size_t at = wm_moving_find(&run->moving, &key, &aside);
    return aside ? wm_moving_remove(&run->moving, at, &run->error)
                 : wm_replica_remove(run->apply, code_of(run), kind, id, &run->error);
}

/* A pack says what it is; its role, or a span index that the role lists, said it first: the one in
 * full, the other only from where to where. So a chain must hold together by itself, from the state
 * that we hold to the one that is signed. */
static wm_status check_link(const apply_run *run, size_t link, const wm_pack_header *header,
                            const wm_digest *before, wm_error *err)
{
    const wm_client_partition *partition = &run->client->partitions[run->at];
    const wm_feed_pack *pack = &partition->chain[link];
    wm_state target = wm_client_target_state(partition);
    bool is_last = link + 1 == partition->chain_count;
    bool same = wm_str_is(header->edition, wm_edition_name(run->client->edition)) &&
                wm_str_equal(header->partition, partition->code) &&
                header->from_release == (uint64_t)pack->from &&
                header->to_release == (uint64_t)pack->to &&
                (pack->from == 0 || wm_digest_equal(&header->base_digest, before)) &&
                (!is_last || (header->bucket_count == target.buckets &&
                              wm_digest_equal(&header->result_digest, &target.digest)));
    return same ? WM_OK
                : wm_fail(err, WM_NOT_TRUSTED, "%.*s: the pack is not what its role says it is",
                          WM_STR_ARG(pack->file->path));
}

/* `state` is the digest before, and then that after. */
static wm_status read_link(apply_run *run, size_t link, wm_digest *state, wm_error *err)
{
    const wm_client_partition *partition = &run->client->partitions[run->at];
    wm_str bytes = wm_buf_str(&partition->bytes[link]);
    wm_pack_limits limits = { (uint64_t)partition->chain[link].file->length, RAW_BYTES_MAX };
    wm_pack_base base = { base_get, base_next, base_skip, run, false };
    wm_pack_sink sink = { sink_put, sink_remove, run };
    wm_pack_header header;
    wm_status status = wm_pack_read_header(bytes, &limits, &header, err);
    if (status == WM_OK) {
        status = check_link(run, link, &header, state, err);
    }
    if (status != WM_OK) {
        return status;
    }
    *state = header.result_digest;
    wm_error_clear(&run->error);
    status = wm_pack_read(run->client->env, bytes, &limits,
                          partition->chain[link].from > 0 ? &base : NULL, &sink, NULL, err);
    close_ids(run);
    if (status != WM_OK && run->error.status == status && err != NULL) {
        *err = run->error;
    }
    return status;
}

static wm_status read_packs(apply_run *run, wm_error *err)
{
    const wm_client *client = run->client;
    wm_status status = WM_OK;
    for (run->at = 0; run->at < client->partition_count && status == WM_OK; run->at++) {
        const wm_client_partition *partition = &client->partitions[run->at];
        wm_digest state = partition->held.digest;
        for (size_t link = 0; link < partition->chain_count && status == WM_OK; link++) {
            status = read_link(run, link, &state, err);
        }
        if (status != WM_OK) {
            wm_error_context(err, "partition %.*s", WM_STR_ARG(partition->code));
        }
    }
    return status;
}

/* By now nothing of it may stand in another partition. */
static wm_status put_aside(apply_run *run, wm_arena *arena, wm_buf *bytes, wm_error *err)
{
    wm_moving *moving = &run->moving;
    const wm_moving_record *at = &moving->records[moving->count - 1];
    const wm_json *value = NULL;
    wm_buf_reset(bytes);
    wm_arena_reset(arena);
    wm_status status = wm_moving_get(moving, moving->count - 1, bytes, err);
    if (status == WM_OK) {
        status = wm_json_parse(arena, wm_buf_str(bytes), WM_RECORD_BYTES_MAX, &value, err);
    }
    if (status == WM_OK) {
        wm_record record = { at->kind, at->id, wm_buf_str(bytes) };
        wm_str code = run->client->partitions[at->partition].code;
        status = wm_replica_place(run->apply, code, &record, value, NULL, err);
        if (status == WM_CONFLICT) {
            status = wm_fail(err, WM_CONFLICT, "partition %.*s: %s/%.*s is in another one too",
                             WM_STR_ARG(code), wm_kind_name(at->kind), WM_STR_ARG(at->id));
        }
    }
    return status == WM_OK ? wm_moving_remove(moving, moving->count - 1, err) : status;
}

static wm_status settle(apply_run *run, wm_error *err)
{
    wm_arena arena;
    wm_buf bytes;
    wm_status status = WM_OK;
    wm_arena_init(&arena, run->client->env, 64 * WM_MIB);
    wm_buf_init(&bytes, run->client->env, WM_RECORD_BYTES_MAX);
    while (run->moving.count > 0 && status == WM_OK) {
        status = put_aside(run, &arena, &bytes, err);
    }
    wm_buf_fini(&bytes);
    wm_arena_fini(&arena);
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
    wm_status status = go_alone(client, err);
    if (status == WM_OK) {
        status = begin(&run, err);
    }
    if (status != WM_OK) {
        wm_store_end_alone(client->store);
        return status;
    }
    wm_moving_init(&run.moving, client, wm_replica_txn(run.apply));
    status = wm_client_mend(client, run.apply, err);
    if (status == WM_OK) {
        status = clear(&run, err);
    }
    if (status == WM_OK) {
        status = read_packs(&run, err);
    }
    if (status == WM_OK) {
        status = settle(&run, err);
    }
    if (status == WM_OK) {
        status = wm_client_store_trust(client, wm_replica_txn(run.apply), err);
    }
    if (status == WM_OK) {
        status = wm_client_store_ends(client, wm_replica_txn(run.apply), err);
    }
    if (status == WM_OK) {
        status = wm_client_keep_all(client, wm_replica_txn(run.apply), err);
    }
    if (status == WM_OK) {
        status = wm_client_parts_drop(client, wm_replica_txn(run.apply), err);
    }
    if (status == WM_OK) {
        status = finish(&run, err);
    }
    wm_replica_abandon(run.apply);
    wm_moving_fini(&run.moving);
    wm_store_end_alone(client->store);
    return status;
}

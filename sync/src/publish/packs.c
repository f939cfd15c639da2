/* packs.c: which packs a partition needs, and cutting them.
 *
 * A partition's packs are one chain: its newest snapshot, and the delta of every release since that
 * changed it. When those deltas have grown beyond WM_SNAPSHOT_CUT_PERCENT of the snapshot, a new
 * snapshot is cut; the newest delta stays listed beside it, for those who are one release behind.
 * A release that does not change a partition leaves no trace in it. */
#include <stdio.h>

#include <waymark/sys/pack.h>

#include "publish/publisher.h"

/* ---- states ---- */

typedef struct state_collector {
    wm_arena *arena;
    wm_state_table *table;
} state_collector;

static wm_status collect_state(void *context, const wm_state *state, wm_error *err)
{
    state_collector *collector = context;
    wm_state_table *table = collector->table;
    if (table->count == table->capacity) {
        size_t capacity = table->capacity < 16 ? 16 : 2 * table->capacity;
        wm_state *states = wm_arena_array(collector->arena, capacity, sizeof *states);
        if (states == NULL) {
            return wm_fail_memory(err);
        }
        if (table->count > 0) {
            memcpy(states, table->states, table->count * sizeof *states);
        }
        table->states = states;
        table->capacity = capacity;
    }
    wm_state copy = *state;
    copy.partition = wm_arena_copy(collector->arena, state->partition);
    if (copy.partition.ptr == NULL) {
        return wm_fail_memory(err);
    }
    table->states[table->count++] = copy;
    return WM_OK;
}

wm_status wm_publisher_load_states(wm_publisher *publisher, int64_t first, wm_error *err)
{
    size_t count = (size_t)(publisher->release.number - first + 1);
    publisher->first_table = first;
    publisher->tables = wm_arena_array(publisher->arena, count, sizeof *publisher->tables);
    wm_status status = publisher->tables != NULL ? WM_OK : wm_fail_memory(err);
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        state_collector collector = { publisher->arena, &publisher->tables[i] };
        wm_state_sink sink = { collect_state, &collector };
        status =
            wm_history_states(publisher->store, publisher->edition, first + (int64_t)i, &sink, err);
    }
    return status;
}

wm_state wm_publisher_state(const wm_publisher *publisher, wm_str code, int64_t release)
{
    const wm_state_table *table = &publisher->tables[release - publisher->first_table];
    size_t low = 0;
    size_t high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = wm_str_compare(table->states[middle].partition, code);
        if (order == 0) {
            return table->states[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    wm_state empty = { .partition = code };
    wm_state_of_leaves(NULL, 0, &empty.buckets, &empty.digest);
    return empty;
}

/* ---- the base of a delta, as the writer pulls it ---- */

typedef struct base_id {
    struct base_id *next;
    wm_kind kind;
    wm_str id;
} base_id;

typedef struct base_ids {
    wm_arena arena;
    base_id *first;
    base_id *last;
    const base_id *at;
    wm_pack_base pull; /* gives them one by one */
} base_ids;

static wm_status collect_id(void *context, const wm_record *record, wm_error *err)
{
    base_ids *ids = context;
    base_id *entry = wm_arena_alloc(&ids->arena, sizeof *entry);
    if (entry == NULL) {
        return wm_fail_memory(err);
    }
    entry->kind = record->kind;
    entry->id = wm_arena_copy(&ids->arena, record->id);
    if (entry->id.ptr == NULL) {
        return wm_fail_memory(err);
    }
    if (ids->last != NULL) {
        ids->last->next = entry;
    } else {
        ids->first = entry;
    }
    ids->last = entry;
    return WM_OK;
}

static wm_status next_id(void *context, wm_kind *kind_out, wm_str *id_out)
{
    base_ids *ids = context;
    if (ids->at == NULL) {
        return WM_END;
    }
    *kind_out = ids->at->kind;
    *id_out = ids->at->id;
    ids->at = ids->at->next;
    return WM_OK;
}

/* ---- cutting ---- */

static wm_status put_record(void *context, const wm_record *record, wm_error *err)
{
    return wm_pack_writer_add(context, record->kind, record->id, record->bytes, err);
}

static wm_status put_change(void *context, const wm_projected_change *change, wm_error *err)
{
    wm_pack_writer *writer = context;
    if (change->after.ptr == NULL) {
        return wm_pack_writer_remove(writer, change->kind, change->id, err);
    }
    if (change->before.ptr == NULL) {
        return wm_pack_writer_add(writer, change->kind, change->id, change->after, err);
    }
    wm_record before = { change->kind, change->id, change->before };
    wm_record after = { change->kind, change->id, change->after };
    return wm_pack_writer_change(writer, &before, &after, err);
}

/* Write the finished pack under its hash, and say how its role lists it. */
static wm_status store_pack(wm_publisher *publisher, wm_pack_writer *writer, uint64_t records,
                            wm_listed_file *file_out, wm_error *err)
{
    wm_pack_header header;
    char target[WM_FEED_PATH_BYTES];
    char path[WM_FEED_PATH_BYTES];
    char base[WM_DIGEST_HEX_BYTES];
    char result[WM_DIGEST_HEX_BYTES];
    wm_buf pack;
    wm_buf custom;
    wm_buf_init(&pack, publisher->arena->env, WM_PACK_BYTES_MAX);
    wm_buf_init(&custom, publisher->arena->env, WM_FEED_RELEASE_BYTES_MAX);
    wm_status status = wm_pack_writer_finish(writer, &pack, &header, err);
    if (status != WM_OK) {
        goto out;
    }
    wm_listed_file file = { .length = (int64_t)pack.len, .hashes = { .has_sha256 = true } };
    wm_digest_sha256(wm_buf_str(&pack), &file.hashes.sha256);
    bool is_delta = header.kind == WM_PACK_DELTA;
    wm_json_out out;
    wm_json_out_init(&out, &custom);
    wm_json_out_object(&out);
    if (is_delta) {
        wm_json_out_member_text(&out, "base", wm_digest_hex(&header.base_digest, base));
    }
    wm_json_out_member_integer(&out, "buckets", header.bucket_count);
    wm_json_out_member_integer(&out, "raw", (int64_t)header.raw_bytes);
    wm_json_out_member_integer(&out, "records", (int64_t)records);
    wm_json_out_member_text(&out, "result", wm_digest_hex(&header.result_digest, result));
    wm_json_out_end_object(&out);
    status = wm_buf_status(&custom, err);
    if (status == WM_OK) {
        status = wm_json_parse(publisher->arena, wm_buf_str(&custom), WM_FEED_RELEASE_BYTES_MAX,
                               &file.custom, err);
    }
    if (status != WM_OK) {
        goto out;
    }
    if (!wm_feed_target_pack(target, header.partition, (int64_t)header.from_release,
                             (int64_t)header.to_release) ||
        !wm_feed_path_target(path, publisher->edition, wm_str_of(target), &file.hashes.sha256)) {
        status = wm_fail(err, WM_INTERNAL, "the name of a pack is too long");
        goto out;
    }
    file.path = wm_arena_copy(publisher->arena, wm_str_of(target));
    if (file.path.ptr == NULL) {
        status = wm_fail_memory(err);
        goto out;
    }
    wm_published_file published = { .path = wm_str_of(path),
                                    .kind = is_delta ? WM_STR("delta") : WM_STR("snapshot"),
                                    .partition = header.partition,
                                    .from = (int64_t)header.from_release,
                                    .to = (int64_t)header.to_release };
    status = wm_publisher_write(publisher, &published, wm_buf_str(&pack), err);
    if (status == WM_OK) {
        *file_out = file;
    }
out:
    wm_buf_fini(&pack);
    wm_buf_fini(&custom);
    return status;
}

static wm_pack_options pack_options(const wm_publisher *publisher)
{
    int level = publisher->options->level;
    return (wm_pack_options){ level > 0 ? level : WM_PACK_LEVEL_MAX, WM_PACK_BYTES_MAX };
}

/* A writer that knows the ids of the partition at `release`: those that a snapshot is about to be
 * given, or those that a delta starts from. */
static wm_status open_writer(const wm_publisher *publisher, const wm_pack_header *header,
                             int64_t release, base_ids *ids, wm_pack_writer **writer_out,
                             wm_error *err)
{
    wm_slice slice = { publisher->edition, header->partition };
    wm_pack_options options = pack_options(publisher);
    wm_record_sink sink = { collect_id, ids };
    wm_status status = wm_history_each(publisher->store, &slice, release, &sink, err);
    if (status != WM_OK) {
        return status;
    }
    ids->at = ids->first;
    ids->pull = (wm_pack_base){ .next = next_id, .context = ids };
    return wm_pack_writer_new(publisher->arena->env, header, &options, &ids->pull, writer_out, err);
}

static wm_status cut_snapshot(wm_publisher *publisher, wm_str code, wm_listed_file *file_out,
                              wm_error *err)
{
    int64_t release = publisher->release.number;
    wm_state state = wm_publisher_state(publisher, code, release);
    wm_pack_header header = { .kind = WM_PACK_SNAPSHOT,
                              .edition = wm_str_of(wm_edition_name(publisher->edition)),
                              .partition = code,
                              .to_release = (uint64_t)release,
                              .result_digest = state.digest,
                              .bucket_count = state.buckets };
    wm_pack_writer *writer = NULL;
    base_ids ids = { .first = NULL };
    wm_arena_init(&ids.arena, publisher->arena->env, SIZE_MAX);
    wm_status status = open_writer(publisher, &header, release, &ids, &writer, err);
    if (status == WM_OK) {
        wm_slice slice = { publisher->edition, code };
        wm_record_sink sink = { put_record, writer };
        status = wm_history_each(publisher->store, &slice, release, &sink, err);
    }
    if (status == WM_OK) {
        status = store_pack(publisher, writer, state.records, file_out, err);
    }
    wm_pack_writer_free(writer);
    wm_arena_fini(&ids.arena);
    return status;
}

static wm_status cut_delta(wm_publisher *publisher, wm_str code, int64_t from, int64_t to,
                           wm_listed_file *file_out, wm_error *err)
{
    /* The partition did not change between `from` and first_table: the same state stands there. */
    int64_t base_release = from > publisher->first_table ? from : publisher->first_table;
    wm_state base = wm_publisher_state(publisher, code, base_release);
    wm_state result = wm_publisher_state(publisher, code, to);
    wm_pack_header header = { .kind = WM_PACK_DELTA,
                              .edition = wm_str_of(wm_edition_name(publisher->edition)),
                              .partition = code,
                              .from_release = (uint64_t)from,
                              .to_release = (uint64_t)to,
                              .base_digest = base.digest,
                              .result_digest = result.digest,
                              .bucket_count = result.buckets };
    wm_slice slice = { publisher->edition, code };
    wm_pack_writer *writer = NULL;
    base_ids ids = { .first = NULL };
    wm_arena_init(&ids.arena, publisher->arena->env, SIZE_MAX);
    wm_status status = open_writer(publisher, &header, base_release, &ids, &writer, err);
    if (status == WM_OK) {
        wm_change_sink sink = { put_change, writer };
        status = wm_history_changes(publisher->store, &slice, base_release, to, &sink, err);
    }
    if (status == WM_OK) {
        status = store_pack(publisher, writer, result.records, file_out, err);
    }
    wm_pack_writer_free(writer);
    wm_arena_fini(&ids.arena);
    return status;
}

/* ---- which packs ---- */

typedef struct pack_list {
    wm_listed_file *files;
    size_t count;
    int64_t end;             /* where the chain is */
    uint64_t snapshot_bytes; /* of the newest snapshot */
    uint64_t delta_bytes;    /* of all deltas since */
} pack_list;

/* What the role lists already: the newest snapshot and the deltas after it. */
static void keep_chain(const wm_feed_partition *held, pack_list *list)
{
    int64_t cut = 0;
    for (size_t i = 0; i < held->pack_count; i++) {
        if (held->packs[i].from == 0 && held->packs[i].to > cut) {
            cut = held->packs[i].to;
        }
    }
    for (size_t i = 0; i < held->pack_count; i++) {
        const wm_feed_pack *pack = &held->packs[i];
        list->end = pack->to > list->end ? pack->to : list->end;
        if (pack->from == 0 && pack->to == cut) {
            list->snapshot_bytes = (uint64_t)pack->file->length;
        } else if (pack->from >= cut) {
            list->delta_bytes += (uint64_t)pack->file->length;
        } else {
            continue;
        }
        list->files[list->count++] = *pack->file;
    }
}

static wm_status add_deltas(wm_publisher *publisher, wm_str code, pack_list *list, wm_error *err)
{
    wm_status status = WM_OK;
    for (int64_t to = publisher->first_table + 1;
         to <= publisher->release.number && status == WM_OK; to++) {
        wm_state before = wm_publisher_state(publisher, code, to - 1);
        wm_state after = wm_publisher_state(publisher, code, to);
        if (wm_digest_equal(&before.digest, &after.digest)) {
            continue;
        }
        status = cut_delta(publisher, code, list->end, to, &list->files[list->count], err);
        if (status == WM_OK) {
            list->delta_bytes += (uint64_t)list->files[list->count++].length;
            list->end = to;
        }
    }
    return status;
}

static wm_status check_same_history(const wm_publisher *publisher, const wm_feed_partition *held,
                                    wm_error *err)
{
    const wm_feed_pack *newest = &held->packs[held->pack_count - 1];
    wm_state state = wm_publisher_state(publisher, held->code, publisher->first_table);
    if (wm_digest_equal(&newest->result, &state.digest)) {
        return WM_OK;
    }
    return wm_fail(err, WM_CONFLICT,
                   "partition %.*s: the feed's release %lld is not this database's",
                   WM_STR_ARG(held->code), (long long)publisher->first_table);
}

wm_status wm_publisher_update_partition(wm_publisher *publisher, const wm_feed_partition *held,
                                        const wm_listed_file **files_out, size_t *file_count_out,
                                        wm_error *err)
{
    bool is_new = held->role.head.version == 0;
    size_t room =
        held->pack_count + 2 + (size_t)(publisher->release.number - publisher->first_table);
    pack_list list = { .files = wm_arena_array(publisher->arena, room, sizeof *list.files) };
    if (list.files == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = WM_OK;
    if (is_new) {
        status = cut_snapshot(publisher, held->code, &list.files[list.count++], err);
    } else {
        status = check_same_history(publisher, held, err);
        keep_chain(held, &list);
        size_t kept = list.count;
        if (status == WM_OK) {
            status = add_deltas(publisher, held->code, &list, err);
        }
        if (status == WM_OK && list.count == kept) {
            *files_out = NULL;
            return WM_OK;
        }
        if (status == WM_OK &&
            list.delta_bytes * 100 > list.snapshot_bytes * WM_SNAPSHOT_CUT_PERCENT) {
            /* the newest delta first, then the snapshot in place of all before */
            list.files[0] = list.files[list.count - 1];
            list.count = 2;
            status = cut_snapshot(publisher, held->code, &list.files[1], err);
        }
    }
    if (status == WM_OK) {
        *files_out = list.files;
        *file_count_out = list.count;
    }
    return status;
}

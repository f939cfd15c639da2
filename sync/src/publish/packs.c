/* packs.c: cutting packs, and which of them a partition's role lists.
 *
 * A role lists its newest snapshot, the delta of its newest change, and the span index, which knows
 * all other deltas. A new snapshot is cut when the cheapest deltas since the last are more than
 * WM_SNAPSHOT_CUT_PERCENT of it. A release that does not change a partition leaves no trace in it.
 * All releases in names of packs are such that changed the partition. */
#include <assert.h>
#include <stdio.h>

#include <waymark/sys/pack.h>

#include "publish/publisher.h"

/* ---- the base of a delta, as the writer pulls it ---- */

/* Small, as there may be millions. */
typedef struct base_id {
    struct base_id *next;
    uint8_t kind;
    uint8_t length;
    char id[];
} base_id;

static_assert(WM_KIND_COUNT <= UINT8_MAX && WM_ID_BYTES_MAX <= UINT8_MAX,
              "they fit into a base_id");

typedef struct base_ids {
    wm_census_walk walk; /* where there is a census; else the list */
    wm_arena arena;
    base_id *first;
    base_id *last;
    uint64_t count;
    const base_id *at;
    wm_pack_base pull; /* gives them one by one, and their bytes */
    wm_store *store;
    wm_slice slice;
    int64_t release;
} base_ids;

static wm_status collect_id(void *context, const wm_record *record, wm_error *err)
{
    base_ids *ids = context;
    base_id *entry = wm_arena_alloc(&ids->arena, sizeof *entry + record->id.len);
    if (entry == NULL) {
        return wm_fail_memory(err);
    }
    entry->kind = (uint8_t)record->kind;
    entry->length = (uint8_t)record->id.len;
    memcpy(entry->id, record->id.ptr, record->id.len);
    if (ids->last != NULL) {
        ids->last->next = entry;
    } else {
        ids->first = entry;
    }
    ids->last = entry;
    ids->count++;
    return WM_OK;
}

static wm_status next_id(void *context, wm_kind *kind_out, wm_str *id_out)
{
    base_ids *ids = context;
    if (ids->walk.census != NULL) {
        bool more = wm_census_next(&ids->walk, kind_out, id_out);
        ids->walk.at = more ? ids->walk.at : ids->walk.start;
        return more ? WM_OK : WM_END;
    }
    if (ids->at == NULL) {
        ids->at = ids->first;
        return WM_END;
    }
    *kind_out = (wm_kind)ids->at->kind;
    *id_out = (wm_str){ ids->at->id, ids->at->length };
    ids->at = ids->at->next;
    return WM_OK;
}

static wm_status get_record(void *context, wm_kind kind, wm_str id, wm_buf *bytes_out)
{
    const base_ids *ids = context;
    return wm_history_get(ids->store, &ids->slice, ids->release, kind, id, bytes_out, NULL);
}

static wm_status collect_ids(wm_publisher *publisher, base_ids *ids, wm_error *err)
{
    const wm_census *census = NULL;
    wm_record_sink sink = { collect_id, ids };
    wm_status status = wm_lanes_census(publisher, ids->slice.partition, ids->release, &census, err);
    if (status == WM_OK && census != NULL) {
        status = wm_census_begin(census, publisher->store, ids->slice.partition, &ids->walk, err);
        ids->count = ids->walk.end - ids->walk.start;
    } else if (status == WM_OK) {
        status = wm_history_ids(publisher->store, &ids->slice, ids->release, &sink, err);
        ids->at = ids->first;
    }
    ids->pull = (wm_pack_base){ get_record, next_id, NULL, ids, census != NULL };
    return status;
}

/* ---- cutting ---- */

#define PASS_RECORDS 256

/* Records on their way into a pack. */
typedef struct cutting {
    wm_publisher *publisher;
    wm_pack_writer *writer;
    uint64_t passed; /* and not told yet */
} cutting;

static wm_status pass(cutting *c, wm_error *err)
{
    if (++c->passed < PASS_RECORDS) {
        return WM_OK;
    }
    c->passed = 0;
    return wm_lanes_pass(c->publisher, PASS_RECORDS, err);
}

static wm_status put_record(void *context, const wm_record *record, wm_error *err)
{
    cutting *c = context;
    wm_status status = wm_pack_writer_add(c->writer, record->kind, record->id, record->bytes, err);
    return status == WM_OK ? pass(c, err) : status;
}

static wm_status put_change(void *context, const wm_projected_change *change, wm_error *err)
{
    cutting *c = context;
    wm_record before = { change->kind, change->id, change->before };
    wm_record after = { change->kind, change->id, change->after };
    wm_status status =
        change->after.ptr == NULL ? wm_pack_writer_remove(c->writer, change->kind, change->id, err)
        : change->before.ptr == NULL
            ? wm_pack_writer_add(c->writer, change->kind, change->id, change->after, err)
            : wm_pack_writer_change(c->writer, &before, &after, err);
    return status == WM_OK ? pass(c, err) : status;
}

/* Write the pack under its hash. */
static wm_status put_pack(wm_publisher *publisher, const wm_pack_header *header, wm_str pack,
                          wm_listed_file *listed_out, wm_error *err)
{
    char target[WM_FEED_PATH_BYTES];
    if (!wm_feed_target_pack(target, header->partition, (int64_t)header->from_release,
                             (int64_t)header->to_release)) {
        return wm_fail(err, WM_INTERNAL, "the name of a pack is too long");
    }
    wm_published_file published = { .kind = header->kind == WM_PACK_DELTA ? WM_STR("delta")
                                                                          : WM_STR("snapshot"),
                                    .partition = header->partition,
                                    .from = (int64_t)header->from_release,
                                    .to = (int64_t)header->to_release };
    wm_status status =
        wm_publisher_write_target(publisher, target, &published, pack, listed_out, err);
    return status == WM_OK ? wm_publisher_remember_cut(publisher, header, listed_out, err) : status;
}

static wm_status finish_pack(wm_publisher *publisher, wm_pack_writer *writer,
                             wm_listed_file *listed_out, wm_error *err)
{
    wm_pack_header header;
    wm_buf pack;
    wm_buf_init(&pack, publisher->arena->env, WM_PACK_BYTES_MAX);
    wm_status status = wm_pack_writer_finish(writer, &pack, &header, err);
    if (status == WM_OK) {
        status = put_pack(publisher, &header, wm_buf_str(&pack), listed_out, err);
    }
    wm_buf_fini(&pack);
    return status;
}

/* The pack, if another edition has it alike. WM_NOT_FOUND: it is to be cut (no text). */
static wm_status take_twin(wm_publisher *publisher, const wm_pack_header *header,
                           wm_listed_file *listed_out, wm_error *err)
{
    wm_buf pack;
    wm_buf_init(&pack, publisher->arena->env, WM_PACK_BYTES_MAX);
    wm_status status = wm_publisher_find_twin(publisher, header, &pack, err);
    if (status == WM_OK) {
        status = put_pack(publisher, header, wm_buf_str(&pack), listed_out, err);
    }
    wm_buf_fini(&pack);
    return status;
}

/* The best level takes half a second for each MB that is left when records are columns. A directory
 * that is many times as large as most gets snapshots that are some 8 % larger at a small part of
 * that (level 12 would take 0.8 % off, and two and a half times as long); deltas, which clients
 * take every day, and which are small, do not. */
#define BEST_RECORDS 500000
#define LARGE_LEVEL 9

static int best_level(const wm_publisher *publisher, uint64_t entries)
{
    int64_t records = 0;
    for (size_t kind = 0; kind < WM_KIND_COUNT; kind++) {
        records += publisher->release.counts[kind];
    }
    return records > BEST_RECORDS && entries > BEST_RECORDS / 10 ? LARGE_LEVEL : WM_PACK_LEVEL_MAX;
}

/* entries: of a delta; UINT64_MAX: it is a snapshot. */
static wm_pack_options pack_options(const wm_publisher *publisher, uint64_t entries)
{
    int level = publisher->options->level;
    return (wm_pack_options){ level > 0 ? level : best_level(publisher, entries), WM_PACK_BYTES_MAX,
                              0, NULL, 0 };
}

/* What a delta is going to say. */
typedef struct delta_plan {
    wm_arena arena;
    uint64_t entries;
    wm_pack_id *changed; /* WM_PACK_CHANGED_MAX places */
    size_t changed_count;
} delta_plan;

static wm_status plan_change(void *context, const wm_projected_change *change, wm_error *err)
{
    delta_plan *plan = context;
    plan->entries++;
    if (change->before.ptr == NULL || change->after.ptr == NULL ||
        plan->changed_count == WM_PACK_CHANGED_MAX) {
        return WM_OK;
    }
    wm_str id = wm_arena_copy(&plan->arena, change->id);
    plan->changed[plan->changed_count++] = (wm_pack_id){ change->kind, id };
    return id.ptr != NULL ? WM_OK : wm_fail_memory(err);
}

static wm_status plan_delta(const wm_publisher *publisher, const wm_slice *slice, int64_t from,
                            int64_t to, delta_plan *plan, wm_error *err)
{
    wm_change_sink sink = { plan_change, plan };
    plan->changed = wm_arena_array(&plan->arena, WM_PACK_CHANGED_MAX, sizeof *plan->changed);
    return plan->changed == NULL
               ? wm_fail_memory(err)
               : wm_history_changes(publisher->store, slice, from, to, &sink, err);
}

/* A writer that knows the ids of the partition at `release`: those that a snapshot is about to be
 * given, or those that a delta starts from. */
static wm_status open_writer(wm_publisher *publisher, const wm_pack_header *header, int64_t release,
                             base_ids *ids, wm_pack_writer **writer_out, wm_error *err)
{
    delta_plan plan = { .entries = 0 };
    wm_arena_init(&plan.arena, publisher->arena->env, SIZE_MAX);
    ids->store = publisher->store;
    ids->slice = (wm_slice){ publisher->edition, header->partition };
    ids->release = release;
    wm_status status = collect_ids(publisher, ids, err);
    if (status == WM_OK && header->kind == WM_PACK_DELTA) {
        status =
            plan_delta(publisher, &ids->slice, release, (int64_t)header->to_release, &plan, err);
    }
    if (status == WM_OK) {
        bool is_delta = header->kind == WM_PACK_DELTA;
        wm_pack_options options = pack_options(publisher, is_delta ? plan.entries : UINT64_MAX);
        options.entries = is_delta ? plan.entries : ids->count;
        options.changed = plan.changed;
        options.changed_count = plan.changed_count;
        status = wm_pack_writer_new(publisher->arena->env, header, &options, &ids->pull, writer_out,
                                    err);
    }
    wm_arena_fini(&plan.arena);
    if (header->kind == WM_PACK_SNAPSHOT) { /* it has them now, and asks no more */
        wm_arena_fini(&ids->arena);
        ids->first = ids->last = NULL;
        ids->at = NULL;
    }
    return status;
}

/* The partition as it is since release `end`. */
static wm_status cut_snapshot(wm_publisher *publisher, const wm_state *state, int64_t end,
                              wm_listed_file *listed_out, wm_error *err)
{
    wm_pack_header header = { .kind = WM_PACK_SNAPSHOT,
                              .edition = wm_str_of(wm_edition_name(publisher->edition)),
                              .partition = state->partition,
                              .to_release = (uint64_t)end,
                              .result_digest = state->digest,
                              .bucket_count = state->buckets };
    wm_pack_writer *writer = NULL;
    base_ids ids = { .first = NULL };
    wm_status status = take_twin(publisher, &header, listed_out, err);
    if (status != WM_NOT_FOUND) {
        return status;
    }
    wm_arena_init(&ids.arena, publisher->arena->env, SIZE_MAX);
    status = open_writer(publisher, &header, end, &ids, &writer, err);
    if (status == WM_OK) {
        cutting c = { publisher, writer, 0 };
        wm_record_sink sink = { put_record, &c };
        status = ids.walk.census != NULL
                     ? wm_census_each(&ids.walk, publisher->store, &sink, err)
                     : wm_history_each(publisher->store, &ids.slice, end, &sink, err);
    }
    if (status == WM_OK) {
        status = finish_pack(publisher, writer, listed_out, err);
    }
    wm_pack_writer_free(writer);
    wm_arena_fini(&ids.arena);
    return status;
}

static wm_status write_delta(wm_publisher *publisher, const wm_pack_header *header,
                             wm_listed_file *listed_out, wm_error *err)
{
    wm_pack_writer *writer = NULL;
    base_ids ids = { .first = NULL };
    wm_slice slice = { publisher->edition, header->partition };
    int64_t from = (int64_t)header->from_release;
    wm_arena_init(&ids.arena, publisher->arena->env, SIZE_MAX);
    wm_status status = open_writer(publisher, header, from, &ids, &writer, err);
    if (status == WM_OK) {
        cutting c = { publisher, writer, 0 };
        wm_change_sink sink = { put_change, &c };
        status = wm_history_changes(publisher->store, &slice, from, (int64_t)header->to_release,
                                    &sink, err);
    }
    if (status == WM_OK) {
        status = finish_pack(publisher, writer, listed_out, err);
    }
    wm_pack_writer_free(writer);
    wm_arena_fini(&ids.arena);
    return status;
}

wm_status wm_publisher_cut_delta(wm_publisher *publisher, wm_str code, int64_t from, int64_t to,
                                 wm_span *span_out, wm_error *err)
{
    wm_state base;
    wm_state result;
    wm_listed_file listed;
    wm_status status = wm_publisher_state(publisher, code, from, &base, err);
    if (status == WM_OK) {
        status = wm_publisher_state(publisher, code, to, &result, err);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_pack_header header = { .kind = WM_PACK_DELTA,
                              .edition = wm_str_of(wm_edition_name(publisher->edition)),
                              .partition = code,
                              .from_release = (uint64_t)from,
                              .to_release = (uint64_t)to,
                              .base_digest = base.digest,
                              .result_digest = result.digest,
                              .bucket_count = result.buckets };
    status = take_twin(publisher, &header, &listed, err);
    if (status == WM_NOT_FOUND) {
        status = write_delta(publisher, &header, &listed, err);
    }
    if (status == WM_OK) {
        *span_out = (wm_span){ from, to, (uint64_t)listed.length, listed.hashes.sha256 };
    }
    return status;
}

/* ---- what a role lists ---- */

/* A partition on its way from what its role lists to the release. */
typedef struct pack_chain {
    const wm_feed_partition *held;
    wm_span_set spans;
    bool loaded;
    bool changed;
    bool recalled; /* something was listed that is not any more */
} pack_chain;

static wm_status check_same_history(wm_publisher *publisher, const wm_feed_partition *held,
                                    wm_error *err)
{
    wm_state state;
    wm_status status =
        wm_publisher_state(publisher, held->code, publisher->held.release.release, &state, err);
    if (status == WM_OK && !wm_digest_equal(&held->listed.state.digest, &state.digest)) {
        status = wm_fail(err, WM_CONFLICT,
                         "partition %.*s: the feed's release %lld is not this database's",
                         WM_STR_ARG(held->code), (long long)publisher->held.release.release);
    }
    return status;
}

static wm_status load_chain(wm_publisher *publisher, pack_chain *chain, wm_error *err)
{
    wm_status status = WM_OK;
    if (!chain->loaded) {
        status = wm_span_set_load(publisher, chain->held, &chain->spans, err);
        chain->loaded = status == WM_OK;
    }
    return status;
}

/* What carries a recalled value is listed no more. Then a snapshot is cut also where the one that
 * is there may stay: from another snapshot alone replicas and mirrors, which see no index, know
 * that they have to drop what they kept. */
static wm_status recall(wm_publisher *publisher, pack_chain *chain, wm_error *err)
{
    wm_str code = chain->held->code;
    const wm_feed_pack *snapshot = &chain->held->listed.snapshot;
    bool carried = false;
    bool dropped = false;
    if (publisher->recall_count == 0) {
        return WM_OK;
    }
    wm_status status = load_chain(publisher, chain, err);
    if (status == WM_OK) {
        status = wm_span_set_recall(publisher, code, &chain->spans, &dropped, err);
    }
    if (status == WM_OK) {
        status = wm_recalls_stand(publisher, code, snapshot->to, &carried, err);
    }
    chain->changed = chain->changed || dropped || carried;
    chain->recalled = dropped || carried;
    return status;
}

/* An index that nobody can read may have been all that leads from the snapshot to the end: what a
 * role lists is then made anew, though nothing else changed. */
static wm_status mend(wm_publisher *publisher, pack_chain *chain, wm_error *err)
{
    const wm_listed_file *index = chain->held->listed.spans;
    wm_str bytes = { NULL, 0 };
    if (index == NULL) {
        return WM_OK;
    }
    wm_status status = wm_feed_target_load(publisher, index, WM_SPANS_BYTES_MAX, &bytes, err);
    if (status == WM_NOT_FOUND || status == WM_NOT_TRUSTED || status == WM_TOO_LARGE) {
        wm_error_clear(err);
        chain->changed = true;
        status = load_chain(publisher, chain, err);
    }
    return status;
}

/* Every release that the feed does not have yet. */
static wm_status follow(wm_publisher *publisher, pack_chain *chain, wm_error *err)
{
    wm_str code = chain->held->code;
    uint64_t most = (uint64_t)chain->held->listed.snapshot.file->length;
    wm_state before = chain->held->listed.state;
    wm_status status = WM_OK;
    for (int64_t to = publisher->held.release.release + 1;
         to <= publisher->release.number && status == WM_OK; to++) {
        wm_state after;
        status = wm_publisher_state(publisher, code, to, &after, err);
        if (status != WM_OK || wm_digest_equal(&before.digest, &after.digest)) {
            continue;
        }
        bool recalled = false;
        status = wm_recalls_stand(publisher, code, to, &recalled, err);
        if (status != WM_OK || recalled) {
            continue; /* nobody has been there, and nobody is led there */
        }
        status = load_chain(publisher, chain, err);
        if (status == WM_OK) {
            status = wm_span_set_grow(publisher, code, &chain->spans, to, most, err);
        }
        chain->changed = true;
        before = after;
    }
    return status;
}

/* Is what lies between the snapshot and the end too much, or is there no way at all? */
static wm_status wants_snapshot(wm_publisher *publisher, const pack_chain *chain, bool *wanted_out,
                                wm_error *err)
{
    const wm_feed_pack *snapshot = &chain->held->listed.snapshot;
    uint64_t bytes = 0;
    wm_status status =
        wm_span_set_cost(publisher, &chain->spans, snapshot->to, chain->spans.end, &bytes, err);
    *wanted_out = status == WM_NOT_FOUND || chain->recalled ||
                  bytes * 100 > (uint64_t)snapshot->file->length * WM_SNAPSHOT_CUT_PERCENT;
    return status == WM_NOT_FOUND ? WM_OK : status;
}

static wm_status describe_state(wm_publisher *publisher, const wm_state *state,
                                wm_listed_file *newest, wm_error *err)
{
    char digest[WM_DIGEST_HEX_BYTES];
    wm_buf text;
    wm_json_out out;
    wm_buf_init(&text, publisher->arena->env, WM_FEED_RELEASE_BYTES_MAX);
    wm_json_out_init(&out, &text);
    wm_json_out_object(&out);
    wm_json_out_member_integer(&out, "buckets", state->buckets);
    wm_json_out_member_integer(&out, "records", (int64_t)state->records);
    wm_json_out_member_text(&out, "state", wm_digest_hex(&state->digest, digest));
    wm_json_out_end_object(&out);
    wm_status status = wm_buf_status(&text, err);
    if (status == WM_OK) {
        status = wm_json_parse(publisher->arena, wm_buf_str(&text), WM_FEED_RELEASE_BYTES_MAX,
                               &newest->custom, err);
    }
    wm_buf_fini(&text);
    return status;
}

/* In order of path: the snapshot ("0-"), the newest delta, the index. */
static wm_status list_packs(wm_publisher *publisher, const pack_chain *chain, wm_listed_file *files,
                            size_t *count_out, wm_error *err)
{
    wm_str code = chain->held->code;
    const wm_span *newest = wm_span_set_newest(&chain->spans);
    int64_t end = chain->spans.end;
    bool wanted = false;
    size_t count = 1;
    wm_state state;
    wm_status status = wm_publisher_state(publisher, code, end, &state, err);
    if (status == WM_OK) {
        status = wants_snapshot(publisher, chain, &wanted, err);
    }
    if (status == WM_OK && wanted) {
        status = cut_snapshot(publisher, &state, end, &files[0], err);
    } else {
        files[0] = *chain->held->listed.snapshot.file;
        files[0].custom = NULL;
    }
    if (status == WM_OK && newest != NULL) {
        wm_feed_pack pack;
        status = wm_span_pack(publisher->arena, code, newest, &pack, err);
        if (status == WM_OK) {
            files[count++] = *pack.file;
        }
    }
    if (status == WM_OK) {
        status = describe_state(publisher, &state, &files[count - 1], err);
    }
    if (status == WM_OK) {
        status = wm_span_set_write(publisher, code, &chain->spans, &files[count], err);
    }
    *count_out = count + (status == WM_OK && files[count].path.ptr != NULL ? 1 : 0);
    return status;
}

wm_status wm_publisher_update_partition(wm_publisher *publisher, const wm_feed_partition *held,
                                        const wm_listed_file **files_out, size_t *file_count_out,
                                        wm_error *err)
{
    int64_t retained = publisher->options->span_releases > 0 ? publisher->options->span_releases
                                                             : WM_SPAN_RELEASES;
    wm_listed_file *files = wm_arena_array(publisher->arena, 3, sizeof *files);
    size_t count = 0;
    wm_status status = WM_OK;
    *files_out = NULL;
    if (files == NULL) {
        return wm_fail_memory(err);
    }
    if (held->role.head.version == 0) {
        wm_state state;
        status = wm_publisher_state(publisher, held->code, publisher->release.number, &state, err);
        if (status == WM_OK) {
            status = cut_snapshot(publisher, &state, publisher->release.number, &files[0], err);
        }
        if (status == WM_OK) {
            status = describe_state(publisher, &state, &files[0], err);
        }
        count = 1;
    } else {
        pack_chain chain = { .held = held };
        status = check_same_history(publisher, held, err);
        if (status == WM_OK) {
            status = mend(publisher, &chain, err);
        }
        if (status == WM_OK) {
            status = recall(publisher, &chain, err);
        }
        if (status == WM_OK) {
            status = follow(publisher, &chain, err);
        }
        if (status != WM_OK || !chain.changed) {
            return status;
        }
        wm_span_set_retain(&chain.spans, retained);
        status = list_packs(publisher, &chain, files, &count, err);
    }
    if (status == WM_OK) {
        *files_out = files;
        *file_count_out = count;
    }
    return status;
}

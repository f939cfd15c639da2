/* fold.c: a partition's chain of packs as one change list.
 *
 * Why not apply pack after pack: with several partitions a record may move between two of them
 * inside the chains, and a pack that is behind would take it back. So each chain is folded by
 * itself first, against what the replica holds, and only the outcome is applied.
 *
 * The list is sorted by (kind, id). A delta comes in that order too, so each is merged in one pass.
 * Memory: the changes, and for deltas the ids of the partition; a chain that begins with a snapshot
 * has the whole partition in it. */
#include "client/machine.h"

#define FOLD_BYTES_MAX ((size_t)4 * 1024 * WM_MIB)

void wm_fold_init(wm_fold *fold, wm_client *client)
{
    memset(fold, 0, sizeof *fold);
    fold->client = client;
    wm_arena_init(&fold->arena, client->env, FOLD_BYTES_MAX);
}

void wm_fold_fini(wm_fold *fold)
{
    wm_arena_fini(&fold->arena);
}

static int compare(wm_kind a_kind, wm_str a_id, const wm_fold_entry *b)
{
    if (a_kind != b->kind) {
        return a_kind < b->kind ? -1 : 1;
    }
    return wm_str_compare(a_id, b->id);
}

static const wm_fold_entry *find(const wm_fold_entry *entries, size_t count, wm_kind kind,
                                 wm_str id)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(kind, id, &entries[middle]);
        if (order == 0) {
            return &entries[middle];
        }
        if (order > 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* ---- a growing sorted list ---- */

typedef struct entry_list {
    wm_arena *arena;
    wm_fold_entry *entries;
    size_t count;
    size_t capacity;
} entry_list;

static wm_status append(entry_list *list, wm_fold_entry entry)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity < 64 ? 64 : 2 * list->capacity;
        wm_fold_entry *entries = wm_arena_array(list->arena, capacity, sizeof *entries);
        if (entries == NULL) {
            return WM_NO_MEMORY;
        }
        if (list->count > 0) {
            memcpy(entries, list->entries, list->count * sizeof *entries);
        }
        list->entries = entries;
        list->capacity = capacity;
    }
    list->entries[list->count++] = entry;
    return WM_OK;
}

static wm_status append_copy(entry_list *list, wm_kind kind, wm_str id, const wm_str *bytes)
{
    wm_fold_entry entry = { kind, wm_arena_copy(list->arena, id), { NULL, 0 } };
    bool whole = entry.id.ptr != NULL;
    if (bytes != NULL) {
        entry.bytes = wm_arena_copy(list->arena, *bytes);
        whole = whole && entry.bytes.ptr != NULL;
    }
    return whole ? append(list, entry) : WM_NO_MEMORY;
}

static wm_status collect_id(void *context, const wm_record *record, wm_error *err)
{
    wm_status status = append_copy(context, record->kind, record->id, NULL);
    return status == WM_OK ? WM_OK : wm_fail_memory(err);
}

static wm_status load_base(wm_fold *fold, const wm_client_partition *partition, wm_error *err)
{
    wm_client *client = fold->client;
    entry_list list = { .arena = &fold->arena };
    wm_slice slice = { client->edition, partition->code };
    wm_record_sink sink = { collect_id, &list };
    wm_status status = wm_history_each(client->store, &slice, client->held_release, &sink, err);
    fold->base = list.entries;
    fold->base_count = list.count;
    return status;
}

/* ---- what a delta sees as its base: the replica with the changes so far ---- */

typedef struct base_view {
    wm_fold *fold;
    size_t base_at;
    size_t entry_at;
    wm_error error;
} base_view;

static wm_status view_get(void *context, wm_kind kind, wm_str id, wm_buf *bytes_out)
{
    base_view *view = context;
    wm_fold *fold = view->fold;
    const wm_fold_entry *entry = find(fold->entries, fold->entry_count, kind, id);
    if (entry != NULL) {
        if (entry->bytes.ptr == NULL) {
            return WM_NOT_FOUND;
        }
        wm_buf_put_str(bytes_out, entry->bytes);
        return wm_buf_status(bytes_out, &view->error);
    }
    if (find(fold->base, fold->base_count, kind, id) == NULL) {
        return WM_NOT_FOUND;
    }
    return wm_store_get(fold->client->store, WM_VIEW_LATEST, kind, id, bytes_out, &view->error);
}

/* Two sorted lists as one: a change stands for the base's record of the same name. */
static wm_status view_next(void *context, wm_kind *kind_out, wm_str *id_out)
{
    base_view *view = context;
    const wm_fold *fold = view->fold;
    for (;;) {
        const wm_fold_entry *base =
            view->base_at < fold->base_count ? &fold->base[view->base_at] : NULL;
        const wm_fold_entry *entry =
            view->entry_at < fold->entry_count ? &fold->entries[view->entry_at] : NULL;
        if (base == NULL && entry == NULL) {
            return WM_END;
        }
        int order = base == NULL ? 1 : entry == NULL ? -1 : compare(base->kind, base->id, entry);
        view->base_at += order <= 0 ? 1 : 0;
        view->entry_at += order >= 0 ? 1 : 0;
        const wm_fold_entry *chosen = order < 0 ? base : entry;
        if (order < 0 || chosen->bytes.ptr != NULL) {
            *kind_out = chosen->kind;
            *id_out = chosen->id;
            return WM_OK;
        }
    }
}

/* ---- reading one pack ---- */

static wm_status sink_put(void *context, const wm_record *record, const wm_json *value)
{
    (void)value;
    return append_copy(context, record->kind, record->id, &record->bytes);
}

static wm_status sink_remove(void *context, wm_kind kind, wm_str id)
{
    return append_copy(context, kind, id, NULL);
}

wm_status wm_fold_check_header(const wm_client *client, const wm_client_partition *partition,
                               const wm_feed_pack *pack, const wm_pack_header *header,
                               wm_error *err)
{
    bool same = wm_str_is(header->edition, wm_edition_name(client->edition)) &&
                wm_str_equal(header->partition, partition->code) &&
                header->from_release == (uint64_t)pack->from &&
                header->to_release == (uint64_t)pack->to && header->bucket_count == pack->buckets &&
                wm_digest_equal(&header->result_digest, &pack->result) &&
                (pack->from == 0 || wm_digest_equal(&header->base_digest, &pack->base));
    return same ? WM_OK
                : wm_fail(err, WM_NOT_TRUSTED, "%.*s: the pack is not what its role says it is",
                          WM_STR_ARG(pack->file->path));
}

static wm_status merge(wm_fold *fold, const entry_list *fresh)
{
    entry_list merged = { .arena = &fold->arena };
    size_t old_at = 0;
    size_t new_at = 0;
    wm_status status = WM_OK;
    if (fold->entry_count == 0) {
        fold->entries = fresh->entries;
        fold->entry_count = fresh->count;
        return WM_OK;
    }
    while (status == WM_OK && old_at < fold->entry_count && new_at < fresh->count) {
        const wm_fold_entry *before = &fold->entries[old_at];
        const wm_fold_entry *after = &fresh->entries[new_at];
        int order = compare(before->kind, before->id, after);
        old_at += order <= 0 ? 1 : 0;
        new_at += order >= 0 ? 1 : 0;
        const wm_fold_entry *taken = order < 0 ? before : after;
        status = taken != NULL ? append(&merged, *taken) : WM_OK;
    }
    while (status == WM_OK && old_at < fold->entry_count) {
        status = append(&merged, fold->entries[old_at++]);
    }
    while (status == WM_OK && new_at < fresh->count) {
        status = append(&merged, fresh->entries[new_at++]);
    }
    fold->entries = merged.entries;
    fold->entry_count = merged.count;
    return status;
}

static wm_status fold_pack(wm_fold *fold, const wm_client_partition *partition, size_t link,
                           wm_error *err)
{
    const wm_feed_pack *pack = &partition->chain[link];
    wm_str bytes = wm_buf_str(&partition->bytes[link]);
    wm_pack_limits limits = { (uint64_t)pack->file->length, pack->raw_bytes };
    wm_pack_header header;
    wm_status status = wm_pack_read_header(bytes, &limits, &header, err);
    if (status == WM_OK) {
        status = wm_fold_check_header(fold->client, partition, pack, &header, err);
    }
    if (status != WM_OK) {
        return status;
    }
    entry_list fresh = { .arena = &fold->arena };
    base_view view = { .fold = fold };
    wm_pack_base base = { view_get, view_next, &view };
    wm_pack_sink sink = { sink_put, sink_remove, &fresh };
    status = wm_pack_read(fold->client->env, bytes, &limits, pack->from > 0 ? &base : NULL, &sink,
                          NULL, err);
    if (status == WM_NO_MEMORY) {
        return wm_fail_memory(err);
    }
    if (status != WM_OK && view.error.status == status && err != NULL) {
        *err = view.error;
    }
    if (status == WM_OK && merge(fold, &fresh) != WM_OK) {
        status = wm_fail_memory(err);
    }
    return status;
}

wm_status wm_fold_partition(wm_fold *fold, const wm_client_partition *partition, wm_error *err)
{
    wm_status status = WM_OK;
    if (partition->chain_count > 0 && partition->chain[0].from > 0) {
        status = load_base(fold, partition, err);
    }
    for (size_t i = 0; i < partition->chain_count && status == WM_OK; i++) {
        status = fold_pack(fold, partition, i, err);
    }
    wm_error_context(err, "partition %.*s", WM_STR_ARG(partition->code));
    return status;
}

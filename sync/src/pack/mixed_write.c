/* mixed_write.c: a mixed body from the entries that a small pack held.
 *
 *   the base, once: ranks of what changes, what new values mention, a sample -> counts, strides
 *   -> entries -> (the base's records are learned) -> records */
#include "mixed.h"
#include "write.h"

#define SAMPLE_TARGET 256 /* records of a kind that are learned where records of it are added */
#define MEMORY_LOG_MAX 22

typedef struct mixed_writing {
    wm_pack_writer *writer;
    pack_mix *mix;
    wm_arena arena;
    pack_list base;    /* pack_entry: all records of the base */
    pack_list gaps;    /* int64_t, of each entry */
    pack_list entries; /* pack_entry */
    pack_list learned; /* pack_entry */
    pack_sample sample;
    uint32_t mentions;
} mixed_writing;

static wm_status load_base(mixed_writing *m, wm_error *err)
{
    const wm_pack_base *base = m->writer->base;
    for (;;) {
        wm_kind kind = WM_KIND_DIRECTORY;
        wm_str id = { NULL, 0 };
        wm_status status = base->next(base->context, &kind, &id);
        if (status == WM_END) {
            return WM_OK;
        }
        if (status != WM_OK) {
            return wm_fail(err, status, "pack: the base cannot be read");
        }
        wm_str copy = wm_arena_copy(&m->arena, id);
        pack_entry *entry =
            copy.ptr != NULL ? pack_list_add(&m->base, &m->arena, sizeof *entry) : NULL;
        if (entry == NULL) {
            return wm_fail_memory(err);
        }
        *entry = (pack_entry){ PACK_ADD, kind, copy };
    }
}

/* ACTION of the base's record is used as: PACK_ADD nothing, else what is done to it. */
static wm_status mark_base(mixed_writing *m, const pack_entry *entry, wm_error *err)
{
    pack_ids ids;
    pack_entry *base = m->base.items;
    pack_ids_index(&ids, base, m->base.count);
    uint32_t place = base != NULL ? pack_ids_find(&ids, (int)entry->kind, entry->id) : PACK_NONE;
    if (place == PACK_NONE) {
        return wm_fail(err, WM_BAD_ARGUMENT, "pack: the base has no %s/%.*s",
                       wm_kind_name(entry->kind), WM_STR_ARG(entry->id));
    }
    base[ids.first[entry->kind] + place].action = entry->action;
    return WM_OK;
}

/* Ids of the base that a new value has. */
static void mark_mentions(mixed_writing *m, const pack_ids *ids, const wm_json *value)
{
    for (uint32_t i = 0; value->type == WM_JSON_ARRAY && i < value->count; i++) {
        mark_mentions(m, ids, &value->as.items[i]);
    }
    for (uint32_t i = 0; value->type == WM_JSON_OBJECT && i < value->count; i++) {
        mark_mentions(m, ids, &value->as.members[i].value);
    }
    if (value->type != WM_JSON_STRING || !pack_is_uuid(value->as.string)) {
        return;
    }
    pack_entry *base = m->base.items;
    for (int kind = 0; kind < WM_KIND_COUNT; kind++) {
        uint32_t place = pack_ids_find(ids, kind, value->as.string);
        if (place != PACK_NONE && base[ids->first[kind] + place].action == PACK_ADD) {
            base[ids->first[kind] + place].action = PACK_MENTION;
            m->mentions++;
        }
    }
}

static wm_status parse(mixed_writing *m, wm_str bytes, const wm_json **value_out, wm_error *err)
{
    return wm_json_parse(&m->writer->scratch, bytes, WM_RECORD_BYTES_MAX, value_out, err);
}

static wm_status mark_all(mixed_writing *m, wm_error *err)
{
    const pack_held *held = m->writer->changes.items;
    wm_status status = WM_OK;
    pack_ids ids;
    for (uint32_t i = 0; i < m->writer->changes.count && status == WM_OK; i++) {
        status = held[i].entry.action != PACK_ADD ? mark_base(m, &held[i].entry, err) : WM_OK;
    }
    pack_ids_index(&ids, m->base.items, m->base.count);
    for (uint32_t i = 0; i < m->writer->changes.count && status == WM_OK; i++) {
        const wm_json *value = NULL;
        if (held[i].entry.action != PACK_ADD) {
            continue; /* what a change sets is mentioned rarely: not worth a look at all of it */
        }
        wm_arena_reset(&m->writer->scratch);
        status = parse(m, held[i].after, &value, err);
        if (status == WM_OK && m->base.count > 0) {
            mark_mentions(m, &ids, value);
        }
    }
    return status;
}

static wm_status add_entry(mixed_writing *m, const pack_entry *entry, int64_t gap, wm_error *err)
{
    pack_entry *place = pack_list_add(&m->entries, &m->arena, sizeof *place);
    int64_t *its_gap = pack_list_add(&m->gaps, &m->arena, sizeof *its_gap);
    if (place == NULL || its_gap == NULL) {
        return wm_fail_memory(err);
    }
    *place = *entry;
    *its_gap = gap;
    return WM_OK;
}

/* How closely each kind is sampled: where records are added. */
static void choose_strides(mixed_writing *m)
{
    const pack_held *held = m->writer->changes.items;
    const pack_entry *base = m->base.items;
    uint32_t counts[WM_KIND_COUNT] = { 0 };
    for (uint32_t i = 0; i < m->base.count; i++) {
        counts[base[i].kind]++;
    }
    for (uint32_t i = 0; i < m->writer->changes.count; i++) {
        wm_kind kind = held[i].entry.kind;
        m->sample.strides[kind] = (counts[kind] + SAMPLE_TARGET - 1) / SAMPLE_TARGET;
    }
}

/* Entries of the base and new ones, in one order, with the gaps between those of the base. */
static wm_status merge(mixed_writing *m, wm_error *err)
{
    const pack_held *held = m->writer->changes.items;
    const pack_entry *base = m->base.items;
    uint32_t held_at = 0;
    uint32_t held_count = m->writer->changes.count;
    int64_t gap = 0;
    wm_status status = WM_OK;
    for (uint32_t i = 0; i <= m->base.count && status == WM_OK; i++) {
        while (status == WM_OK && held_at < held_count &&
               (i == m->base.count || pack_order(held[held_at].entry.kind, held[held_at].entry.id,
                                                 base[i].kind, base[i].id) <= 0)) {
            const pack_entry *entry = &held[held_at++].entry;
            status = entry->action == PACK_ADD ? add_entry(m, entry, 0, err) : WM_OK;
        }
        if (status != WM_OK || i == m->base.count) {
            break;
        }
        bool sampled = pack_sample_takes(&m->sample, base[i].kind);
        bool named = base[i].action != PACK_ADD;
        if (named) {
            status = add_entry(m, &base[i], gap, err);
        }
        gap = named ? 0 : gap + 1;
        if (status == WM_OK &&
            (sampled || base[i].action == PACK_CHANGE || base[i].action == PACK_REMOVE)) {
            pack_entry *place = pack_list_add(&m->learned, &m->arena, sizeof *place);
            status = place != NULL ? WM_OK : wm_fail_memory(err);
            if (place != NULL) {
                *place = base[i];
            }
        }
    }
    return status;
}

/* A pack without a base names everything. */
static wm_status name_all(mixed_writing *m, wm_error *err)
{
    const pack_held *held = m->writer->changes.items;
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < m->writer->changes.count && status == WM_OK; i++) {
        status = add_entry(m, &held[i].entry, 0, err);
    }
    return status;
}

static void write_entries(mixed_writing *m)
{
    const pack_entry *entries = m->entries.items;
    const int64_t *gaps = m->gaps.items;
    bool by_rank = m->writer->file.by_rank;
    if (by_rank) {
        (void)pack_mix_integer(m->mix, PACK_PLACE_COUNT, m->mentions);
    }
    for (int kind = 0; kind < WM_KIND_COUNT && by_rank; kind++) {
        (void)pack_mix_integer(m->mix, PACK_PLACE_STRIDE, m->sample.strides[kind]);
    }
    for (uint32_t i = 0; i < m->entries.count; i++) {
        (void)pack_mix_integer(m->mix, PACK_PLACE_ACTION, entries[i].action);
        if (by_rank && entries[i].action != PACK_ADD) {
            (void)pack_mix_gap(m->mix, PACK_PLACE_GAP, (uint64_t)gaps[i]);
        } else {
            (void)pack_mix_integer(m->mix, PACK_PLACE_KIND, (int64_t)entries[i].kind);
            pack_mixed_id(m->mix, entries[i].id);
        }
    }
}

static wm_status write_records(mixed_writing *m, wm_error *err)
{
    wm_pack_writer *writer = m->writer;
    const pack_held *held = writer->changes.items;
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < writer->changes.count && status == WM_OK; i++) {
        const pack_entry *entry = &held[i].entry;
        const wm_json *old = NULL;
        const wm_json *value = NULL;
        wm_arena_reset(&writer->scratch);
        if (entry->action == PACK_CHANGE) {
            status = parse(m, held[i].before, &old, err);
        }
        if (status == WM_OK && entry->action != PACK_REMOVE) {
            status = parse(m, held[i].after, &value, err);
        }
        if (status == WM_OK && entry->action != PACK_REMOVE) {
            status =
                entry->action == PACK_CHANGE
                    ? pack_encode_change(&writer->encoder, entry->kind, entry->id, old, value, err)
                    : pack_encode_add(&writer->encoder, entry->kind, entry->id, value, err);
        }
    }
    return status;
}

static wm_status write_all(mixed_writing *m, wm_error *err)
{
    wm_pack_writer *writer = m->writer;
    wm_status status = WM_OK;
    if (writer->file.by_rank) {
        status = load_base(m, err);
        status = status == WM_OK ? mark_all(m, err) : status;
        if (status == WM_OK) {
            choose_strides(m);
            status = merge(m, err);
        }
    } else {
        status = name_all(m, err);
    }
    if (status != WM_OK) {
        return status;
    }
    pack_mix_write(m->mix, &writer->body);
    write_entries(m);
    pack_ids_index(&writer->ids, m->entries.items, m->entries.count);
    writer->encoder.shared.ids = &writer->ids;
    writer->encoder.mix = m->mix;
    pack_mix_learn(m->mix, true);
    if (m->learned.count > 0) {
        status = pack_learn(&writer->encoder, writer->base, &m->learned, err);
    }
    pack_mix_learn(m->mix, false);
    return status == WM_OK ? write_records(m, err) : status;
}

wm_status pack_write_mixed(wm_pack_writer *writer, wm_error *err)
{
    mixed_writing m = { .writer = writer };
    unsigned memory_log = PACK_MIX_LOG_MIN;
    while (memory_log < MEMORY_LOG_MAX && writer->held_bytes * 8 > (size_t)1 << memory_log) {
        memory_log++;
    }
    wm_status status = pack_mix_new(writer->env, memory_log, &m.mix, err);
    if (status != WM_OK) {
        return status;
    }
    wm_arena_init(&m.arena, writer->env, WM_PACK_BYTES_MAX);
    writer->file.mixed = true;
    writer->file.header.window_log = memory_log;
    status = write_all(&m, err);
    if (status == WM_OK) {
        pack_mix_finish(m.mix);
        writer->file.body_raw_bytes = pack_mix_symbols(m.mix);
        status = wm_buf_status(&writer->body, err);
    }
    writer->encoder.mix = NULL;
    wm_arena_fini(&m.arena);
    pack_mix_free(m.mix);
    return status;
}

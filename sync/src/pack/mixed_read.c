/* mixed_read.c: records from a mixed body.
 *
 *   counts, strides | entries | (the base's records are learned) | records
 *
 * The base is gone through once, for the ranks of entries and for the sample; only then is it
 * asked for records. */
#include "mixed.h"
#include "read.h"

typedef struct mixed_reading {
    pack_reading *r;
    pack_mix *mix;
    pack_sample sample;
    bool samples;
    pack_list learned; /* pack_entry: of the base, in order */
    uint64_t rank;     /* of the base's next record */
    uint64_t next_rank;
    uint64_t most[4]; /* entries of each action */
    pack_encoder learner;
} mixed_reading;

static wm_status bad(const char *what, wm_error *err)
{
    return wm_fail(err, WM_BAD_INPUT, "pack: %s", what);
}

static wm_status put_learned(mixed_reading *m, const pack_entry *record, wm_error *err)
{
    pack_entry *place = NULL;
    if (m->learned.count == PACK_LEARN_RECORDS_MAX) {
        return WM_OK;
    }
    place = pack_list_add(&m->learned, &m->r->entries_arena, sizeof *place);
    if (place == NULL) {
        return wm_fail_memory(err);
    }
    *place = *record;
    return WM_OK;
}

/* The next record of the base, whose id is copied if it will be needed. WM_END: there is none. */
static wm_status pass_base(mixed_reading *m, bool is_named, pack_entry *record, wm_error *err)
{
    wm_str id = { NULL, 0 };
    wm_status status = m->r->base->next(m->r->base->context, &record->kind, &id);
    if (status == WM_END) {
        return WM_END;
    }
    if (status != WM_OK || (unsigned)record->kind >= WM_KIND_COUNT) {
        return wm_fail(err, status != WM_OK ? status : WM_INTERNAL,
                       "pack: the base cannot be read");
    }
    m->rank++;
    bool sampled = pack_sample_takes(&m->sample, record->kind);
    if (!sampled && !is_named) {
        return WM_OK;
    }
    record->id = wm_arena_copy(&m->r->entries_arena, id);
    if (record->id.ptr == NULL) {
        return wm_fail_memory(err);
    }
    bool learned = sampled || record->action == PACK_CHANGE || record->action == PACK_REMOVE;
    return learned ? put_learned(m, record, err) : WM_OK;
}

static wm_status next_ranked(mixed_reading *m, pack_entry *made, wm_error *err)
{
    uint64_t gap = pack_mix_gap(m->mix, PACK_PLACE_GAP, 0);
    if (gap > UINT32_MAX) {
        return bad("expected a gap", err);
    }
    m->next_rank += gap;
    wm_status status = WM_OK;
    while (status == WM_OK && m->rank <= m->next_rank) {
        pack_entry passed = { .action = made->action, .kind = WM_KIND_DIRECTORY };
        bool is_named = m->rank == m->next_rank;
        status = pass_base(m, is_named, &passed, err);
        *made = passed;
    }
    m->next_rank++;
    return status == WM_END
               ? wm_fail(err, WM_CONFLICT, "pack: the base has fewer records than the delta is for")
               : status;
}

static wm_status next_named(mixed_reading *m, pack_entry *made, wm_error *err)
{
    int64_t kind = pack_mix_integer(m->mix, PACK_PLACE_KIND, 0);
    wm_status status = pack_mixed_take_id(m->mix, &m->r->entries_arena, &made->id, err);
    if (status != WM_OK) {
        return status;
    }
    if (kind < 0 || kind >= WM_KIND_COUNT || !wm_id_valid(made->id)) {
        return bad("expected a kind and an id", err);
    }
    made->kind = (wm_kind)kind;
    return WM_OK;
}

static wm_status next_entry(mixed_reading *m, wm_error *err)
{
    pack_reading *r = m->r;
    int64_t action = pack_mix_integer(m->mix, PACK_PLACE_ACTION, 0);
    if (pack_mix_failed(m->mix) || action < PACK_ADD || action > PACK_MENTION ||
        r->counts[action] == m->most[action]) {
        return bad("expected an action, no more of each than the header says", err);
    }
    r->counts[action]++;
    pack_entry made = { .action = (uint8_t)action, .kind = WM_KIND_DIRECTORY };
    bool ranked = r->file.by_rank && action != PACK_ADD;
    wm_status status = ranked ? next_ranked(m, &made, err) : next_named(m, &made, err);
    if (status != WM_OK) {
        return status;
    }
    if (r->has_last && pack_order(r->last.kind, r->last.id, made.kind, made.id) >= 0) {
        return bad("expected entries in order of kind and id", err);
    }
    pack_entry *place = pack_list_add(&r->entries, &r->entries_arena, sizeof *place);
    if (place == NULL) {
        return wm_fail_memory(err);
    }
    *place = made;
    r->last = made;
    r->has_last = true;
    return WM_OK;
}

static wm_status read_counts(mixed_reading *m, wm_error *err)
{
    const wm_pack_header *header = &m->r->file.header;
    int64_t mentions = m->r->file.by_rank ? pack_mix_integer(m->mix, PACK_PLACE_COUNT, 0) : 0;
    for (int kind = 0; kind < WM_KIND_COUNT && m->r->file.by_rank; kind++) {
        int64_t stride = pack_mix_integer(m->mix, PACK_PLACE_STRIDE, 0);
        if (stride < 0 || stride > UINT32_MAX) {
            return bad("expected a stride", err);
        }
        m->sample.strides[kind] = (uint32_t)stride;
        m->samples = m->samples || stride > 0;
    }
    if (pack_mix_failed(m->mix) || mentions < 0 || mentions > (int64_t)WM_PACK_DELTA_ENTRIES_MAX) {
        return bad("expected counts", err);
    }
    m->most[PACK_ADD] = header->add_count;
    m->most[PACK_CHANGE] = header->change_count;
    m->most[PACK_REMOVE] = header->remove_count;
    m->most[PACK_MENTION] = (uint64_t)mentions;
    return WM_OK;
}

static wm_status read_entries(mixed_reading *m, wm_error *err)
{
    wm_status status = read_counts(m, err);
    uint64_t total = m->most[0] + m->most[1] + m->most[2] + m->most[3];
    for (uint64_t i = 0; i < total && status == WM_OK; i++) {
        status = next_entry(m, err);
    }
    while (status == WM_OK && m->samples && m->learned.count < PACK_LEARN_RECORDS_MAX) {
        pack_entry passed = { .action = PACK_MENTION, .kind = WM_KIND_DIRECTORY };
        status = pass_base(m, false, &passed, err);
    }
    return status == WM_END ? WM_OK : status;
}

static wm_status do_entry(mixed_reading *m, const pack_entry *entry, wm_error *err)
{
    pack_reading *r = m->r;
    const wm_json *before = NULL;
    const wm_json *value = NULL;
    if (entry->action == PACK_REMOVE) {
        return r->sink->remove(r->sink->context, entry->kind, entry->id);
    }
    if (entry->action == PACK_MENTION) {
        return WM_OK;
    }
    wm_status status = pack_decoder_define(&r->decoder, err);
    wm_arena_reset(&r->record_arena);
    if (status == WM_OK && entry->action == PACK_CHANGE) {
        status = pack_read_before(r, entry, &before, err);
    }
    if (status == WM_OK) {
        status = entry->action == PACK_CHANGE
                     ? pack_decode_change(&r->decoder, entry->kind, entry->id, before, &value, err)
                     : pack_decode_add(&r->decoder, entry->kind, entry->id, &value, err);
    }
    return status != WM_OK ? status : pack_read_put(r, entry, value, err);
}

static wm_status read_all(mixed_reading *m, wm_error *err)
{
    pack_reading *r = m->r;
    wm_status status = read_entries(m, err);
    if (status == WM_OK) {
        pack_ids_index(&r->ids, r->entries.items, r->entries.count);
        r->decoder.shared.ids = &r->ids;
        m->learner.shared.ids = &r->ids;
        m->learner.mix = m->mix;
        pack_mix_learn(m->mix, true);
        status = pack_learn(&m->learner, r->base, &m->learned, err);
        pack_mix_learn(m->mix, false);
    }
    if (status != WM_OK) {
        return status;
    }
    pack_model swapped = r->decoder.model;
    r->decoder.model = m->learner.model;
    m->learner.model = swapped;
    r->decoder.mix = m->mix;
    const pack_entry *entries = r->entries.items;
    for (uint32_t i = 0; i < r->entries.count && status == WM_OK; i++) {
        status = do_entry(m, &entries[i], err);
    }
    if (status == WM_OK && r->record_bytes != r->file.record_bytes) {
        status = bad("records are shorter than the header says", err);
    }
    if (status == WM_OK &&
        !(pack_mix_done(m->mix) && pack_mix_symbols(m->mix) == r->file.body_raw_bytes)) {
        status = bad("body does not end where the header says", err);
    }
    return status;
}

wm_status pack_read_mixed(pack_reading *r, wm_str body, wm_error *err)
{
    mixed_reading m = { .r = r };
    wm_status status = pack_mix_new(r->env, r->file.header.window_log, &m.mix, err);
    if (status != WM_OK) {
        return status;
    }
    status = pack_encoder_init(&m.learner, r->env, err);
    if (status == WM_OK) {
        pack_mix_read(m.mix, body, r->file.body_raw_bytes);
        status = read_all(&m, err);
    }
    pack_encoder_fini(&m.learner);
    pack_mix_free(m.mix);
    return status;
}

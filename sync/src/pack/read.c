/* read.c: records from a pack.
 *
 *   header, check of header, limits -> check of body -> entries -> base ranks -> records -> sink
 *
 * Blocks are read on demand: of entries when all known entries are done (in a delta all of them
 * before anything else, in a snapshot that says so too), of records when the last block has no
 * record left. Nothing is believed that was not counted: each block is at most
 * PACK_BLOCK_BYTES_MAX, the sums are those of the header, and the header's are within the caller's
 * limits. */
#include <stdlib.h>

#include <zstd.h>
#include <zstd_errors.h>

#include "decode.h"

#define ENTRIES_ARENA_MAX (1024 * WM_MIB) /* of a snapshot 18 bytes for each UUID */
#define ROOM_MAX ((uint64_t)1 << 22)      /* entries; more may come */
#define RECORD_ARENA_MAX (64 * WM_MIB)

typedef struct ranked_entry {
    uint64_t rank; /* in the base */
    uint8_t action;
} ranked_entry;

typedef struct reading {
    const wm_env *env;
    const wm_pack_base *base;
    const wm_pack_sink *sink;
    pack_file file;
    ZSTD_DCtx *decompressor;
    ZSTD_inBuffer packed;
    uint64_t raw_left; /* of the body */
    bool frame_ended;
    wm_buf block; /* of records: its strings are borrowed until the next */
    wm_buf entries_block;
    wm_str frames[PACK_TEXT_FRAMES];
    wm_buf texts[PACK_TEXT_FRAMES];
    wm_arena entries_arena;
    wm_arena columns_arena; /* of the entries at hand */
    wm_arena id_arena;      /* of the one at hand */
    wm_arena record_arena;
    wm_arena kept_arena; /* values of the sample */
    pack_list entries;   /* pack_entry; of a snapshot whose ids stand first pack_key */
    pack_list ranked;    /* ranked_entry: of a delta, until they are looked up */
    wm_arena ranked_arena;
    uint32_t next_entry;
    pack_ids ids;
    uint64_t counts[PACK_ACTION_COUNT]; /* of entries seen */
    uint64_t rank;                      /* base records seen */
    pack_sample sample;
    uint32_t next_change; /* of those that change */
    pack_entry last;
    char last_id[WM_ID_BYTES_MAX];
    bool has_last;
    char id[PACK_UUID_TEXT_BYTES]; /* of the entry at hand */
    pack_decoder decoder;
    bool block_open;
    wm_buf before;
    wm_buf canonical;
    uint64_t record_bytes;
} reading;

static const pack_shared no_shared = { NULL, NULL, 0 }; /* for ids: they come before all else */

static wm_status bad(const char *what, wm_error *err)
{
    return wm_fail(err, WM_BAD_INPUT, "pack: %s", what);
}

/* Decompresses exactly `length` bytes, which is at most a block. */
static wm_status read_raw(reading *r, wm_buf *to, size_t length, wm_error *err)
{
    if (length > r->raw_left) {
        return bad("body is longer than the header says", err);
    }
    r->raw_left -= length;
    wm_buf_reset(to);
    void *at = wm_buf_reserve(to, length);
    if (at == NULL) {
        return wm_buf_status(to, err);
    }
    ZSTD_outBuffer out = { at, length, 0 };
    while (out.pos < out.size) {
        size_t before = r->packed.pos + out.pos;
        size_t code = r->frame_ended ? 0 : ZSTD_decompressStream(r->decompressor, &out, &r->packed);
        if (ZSTD_isError(code) != 0) {
            return ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation
                       ? wm_fail_memory(err)
                       : wm_fail(err, WM_BAD_INPUT, "pack: zstd: %s", ZSTD_getErrorName(code));
        }
        bool stuck = r->frame_ended || before == r->packed.pos + out.pos;
        r->frame_ended = r->frame_ended || code == 0;
        if (stuck && out.pos < out.size) {
            return bad("body is shorter than the header says", err);
        }
    }
    wm_buf_grown(to, length);
    return WM_OK;
}

/* The frame ends here, and with it the pack. */
static wm_status read_end(reading *r, wm_error *err)
{
    char byte;
    ZSTD_outBuffer out = { &byte, 1, 0 };
    while (!r->frame_ended) {
        size_t before = r->packed.pos;
        size_t code = ZSTD_decompressStream(r->decompressor, &out, &r->packed);
        if (ZSTD_isError(code) != 0 || out.pos > 0 || (code != 0 && before == r->packed.pos)) {
            return bad("body does not end where the header says", err);
        }
        r->frame_ended = code == 0;
    }
    if (r->raw_left > 0 || r->packed.pos != r->packed.size) {
        return bad("bytes after the end", err);
    }
    return WM_OK;
}

static wm_status read_block(reading *r, uint8_t type, wm_buf *to, wm_error *err)
{
    wm_status status = read_raw(r, to, PACK_BLOCK_HEADER_BYTES, err);
    if (status != WM_OK) {
        return status;
    }
    wm_reader reader;
    wm_reader_init(&reader, wm_buf_str(to));
    uint8_t found = wm_reader_u8(&reader);
    uint32_t length = wm_reader_u32(&reader);
    if (found != type) {
        return wm_fail(err, WM_BAD_INPUT, "pack: expected a block of type %u, found %u", type,
                       found);
    }
    if (length > PACK_BLOCK_BYTES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "pack: expected a block of at most %zu bytes, found %u",
                       PACK_BLOCK_BYTES_MAX, length);
    }
    return read_raw(r, to, length, err);
}

/* ---- entries ---- */

static bool has_keys(const reading *r)
{
    return r->file.ids_first && r->file.header.kind != WM_PACK_DELTA;
}

/* The columns of a block of entries. */
typedef struct entry_columns {
    uint32_t count;
    pack_integers actions;
    pack_integers gaps;
    pack_integers kinds;
    pack_strings ids;
    uint64_t next_rank;
} entry_columns;

/* How many of the actions are named by rank. */
static wm_status count_ranks(const reading *r, entry_columns *columns, uint32_t *ranks_out,
                             wm_error *err)
{
    pack_integers actions = columns->actions;
    uint32_t ranks = 0;
    for (uint32_t i = 0; i < columns->count; i++) {
        int64_t action = 0;
        if (!pack_integers_next(&actions, &action) || action < PACK_ADD || action > PACK_MENTION) {
            return bad("entries: expected an action", err);
        }
        ranks += r->file.by_rank && action != PACK_ADD ? 1 : 0;
    }
    *ranks_out = ranks;
    return WM_OK;
}

/* That are still to come. */
static uint64_t entries_left(const reading *r)
{
    const wm_pack_header *header = &r->file.header;
    uint64_t left =
        header->add_count + header->change_count + header->remove_count + r->file.mention_count;
    for (size_t i = 0; i < PACK_ACTION_COUNT; i++) {
        left -= r->counts[i];
    }
    return left;
}

static wm_status open_entries(reading *r, entry_columns *columns, wm_error *err)
{
    wm_reader reader;
    wm_reader_init(&reader, wm_buf_str(&r->entries_block));
    uint64_t count = wm_reader_varint(&reader);
    if (reader.failed || count == 0 || count > entries_left(r) || count > UINT32_MAX) {
        return bad("more entries than the header says", err);
    }
    columns->count = (uint32_t)count;
    uint32_t ranks = 0;
    wm_status status = pack_integers_open(&columns->actions, &reader, columns->count, err);
    if (status == WM_OK) {
        status = count_ranks(r, columns, &ranks, err);
    }
    if (status == WM_OK) {
        status = pack_integers_open(&columns->gaps, &reader, ranks, err);
    }
    if (status == WM_OK) {
        status = pack_integers_open(&columns->kinds, &reader, columns->count - ranks, err);
    }
    if (status != WM_OK) {
        return status;
    }
    unsigned encoding = wm_reader_u8(&reader);
    wm_str ids = wm_reader_bytes(&reader, wm_reader_varint(&reader));
    if (reader.failed || wm_reader_left(&reader) > 0) {
        return bad("entries: found the end, or more than ids", err);
    }
    if (encoding == PACK_SHORT_TEXTS || encoding == PACK_LONG_TEXTS || encoding == PACK_KNOWN) {
        return bad("entries: expected ids in the block", err);
    }
    pack_string_column column = {
        (pack_encoding)encoding, columns->count - ranks, ids, &no_shared, { NULL, 0 }, NULL
    };
    wm_arena_reset(&r->columns_arena);
    return pack_strings_open(&columns->ids, &column, &r->columns_arena, err);
}

/* The next record of the base, its id borrowed from it, and what is done to it if that is the one
 * that is sought. WM_END: there is none. */
static wm_status next_of_base(reading *r, const ranked_entry *sought, pack_entry *found,
                              wm_error *err)
{
    wm_status status = r->base->next(r->base->context, &found->kind, &found->id);
    if (status != WM_OK) {
        return status == WM_END ? status : wm_fail(err, status, "pack: the base cannot be read");
    }
    found->action = sought != NULL && r->rank == sought->rank ? sought->action : PACK_MENTION;
    r->rank++;
    return pack_sample_see(&r->sample, &r->entries_arena, found, err);
}

/* Over those that nobody wants, of at most so many that come next. */
static wm_status pass_over(reading *r, uint64_t most, wm_error *err)
{
    uint64_t gap = pack_sample_gap(&r->sample);
    gap = gap < most ? gap : most;
    if (gap == 0 || r->base->skip == NULL) {
        return WM_OK;
    }
    wm_status status = r->base->skip(r->base->context, gap);
    r->rank += gap;
    r->sample.seen += gap;
    return status == WM_OK ? WM_OK : wm_fail(err, status, "pack: the base cannot be read");
}

/* The base record that stands at a rank. */
static wm_status seek_rank(reading *r, const ranked_entry *ranked, wm_error *err)
{
    pack_entry found = { .action = PACK_MENTION };
    while (r->rank <= ranked->rank) {
        wm_status status = pass_over(r, ranked->rank - r->rank, err);
        if (status == WM_OK) {
            status = next_of_base(r, ranked, &found, err);
        }
        if (status == WM_END) {
            return wm_fail(err, WM_CONFLICT,
                           "pack: the base has fewer records than the delta is for");
        }
        if (status != WM_OK) {
            return status;
        }
    }
    pack_entry *entry = pack_list_add(&r->entries, &r->entries_arena, sizeof *entry);
    found.id = wm_arena_copy(&r->entries_arena, found.id);
    if (entry == NULL || found.id.ptr == NULL) {
        return wm_fail_memory(err);
    }
    *entry = found;
    return WM_OK;
}

static wm_status add_key(reading *r, const pack_entry *made, wm_error *err)
{
    pack_key key = { .length = 0, .kind = (uint8_t)made->kind };
    if (!pack_uuid_bytes(made->id, key.bytes)) {
        wm_str text = wm_arena_copy(&r->entries_arena, made->id);
        memcpy(key.bytes, &text.ptr, sizeof text.ptr);
        key.length = (uint8_t)text.len;
        if (text.ptr == NULL) {
            return wm_fail_memory(err);
        }
    }
    pack_key *place = pack_list_add(&r->entries, &r->entries_arena, sizeof *place);
    if (place == NULL) {
        return wm_fail_memory(err);
    }
    *place = key;
    return WM_OK;
}

static wm_status add_entry(reading *r, const pack_entry *made, wm_error *err)
{
    wm_str id = wm_arena_copy(&r->entries_arena, made->id);
    pack_entry *place = pack_list_add(&r->entries, &r->entries_arena, sizeof *place);
    if (place == NULL || id.ptr == NULL) {
        return wm_fail_memory(err);
    }
    *place = (pack_entry){ made->action, made->kind, id };
    return WM_OK;
}

/* The entry at hand; its id is valid until another is. */
static pack_entry entry_at(reading *r, uint32_t at)
{
    if (!has_keys(r)) {
        return ((const pack_entry *)r->entries.items)[at];
    }
    const pack_key *key = (const pack_key *)r->entries.items + at;
    wm_str id = { r->id, sizeof r->id };
    if (key->length > 0) {
        id = pack_key_text(key);
    } else {
        pack_uuid_text(key->bytes, r->id);
    }
    return (pack_entry){ PACK_ADD, (wm_kind)key->kind, id };
}

static wm_status next_named(reading *r, entry_columns *columns, uint8_t action, wm_error *err)
{
    int64_t kind = 0;
    wm_str id = { NULL, 0 };
    wm_arena_reset(&r->id_arena);
    wm_status status = pack_strings_next(&columns->ids, &r->id_arena, &id, err);
    if (status != WM_OK) {
        return status;
    }
    if (!pack_integers_next(&columns->kinds, &kind) || kind < 0 || kind >= WM_KIND_COUNT ||
        !wm_id_valid(id)) {
        return bad("entries: expected a kind and an id", err);
    }
    pack_entry made = { action, (wm_kind)kind, id };
    bool delta = r->file.header.kind == WM_PACK_DELTA;
    if (!delta && r->has_last && pack_order(r->last.kind, r->last.id, made.kind, made.id) >= 0) {
        return bad("entries: expected records in order of kind and id", err);
    }
    memcpy(r->last_id, id.ptr, id.len);
    r->last = (pack_entry){ action, made.kind, { r->last_id, id.len } };
    r->has_last = true;
    return has_keys(r) ? add_key(r, &made, err) : add_entry(r, &made, err);
}

/* Its record is looked up when all are known. */
static wm_status next_ranked(reading *r, entry_columns *columns, uint8_t action, wm_error *err)
{
    int64_t gap = 0;
    if (!pack_integers_next(&columns->gaps, &gap) || gap < 0 || gap > UINT32_MAX) {
        return bad("entries: expected a gap", err);
    }
    ranked_entry *ranked = pack_list_add(&r->ranked, &r->ranked_arena, sizeof *ranked);
    if (ranked == NULL) {
        return wm_fail_memory(err);
    }
    *ranked = (ranked_entry){ columns->next_rank + (uint64_t)gap, action };
    columns->next_rank = ranked->rank + 1;
    return WM_OK;
}

static wm_status next_entry(reading *r, entry_columns *columns, wm_error *err)
{
    int64_t action = 0;
    if (!pack_integers_next(&columns->actions, &action)) {
        return bad("entries: expected an action", err);
    }
    const wm_pack_header *header = &r->file.header;
    const uint64_t most[PACK_ACTION_COUNT] = { header->add_count, header->change_count,
                                               header->remove_count, r->file.mention_count };
    if (r->counts[action] == most[action]) {
        return bad("entries: more of an action than the header says", err);
    }
    r->counts[action]++;
    return r->file.by_rank && action != PACK_ADD ? next_ranked(r, columns, (uint8_t)action, err)
                                                 : next_named(r, columns, (uint8_t)action, err);
}

static wm_status read_entries(reading *r, wm_error *err)
{
    entry_columns columns = { .count = 0 };
    wm_status status = read_block(r, PACK_BLOCK_ENTRIES, &r->entries_block, err);
    if (status == WM_OK) {
        status = open_entries(r, &columns, err);
    }
    for (uint32_t i = 0; i < columns.count && status == WM_OK; i++) {
        status = next_entry(r, &columns, err);
    }
    if (status == WM_OK &&
        !(pack_integers_done(&columns.gaps) && pack_integers_done(&columns.kinds) &&
          pack_integers_done(&columns.actions) && pack_strings_done(&columns.ids))) {
        status = bad("entries: a column has more than the entries need", err);
    }
    return status;
}

static int by_rank(const void *a, const void *b)
{
    const ranked_entry *left = a;
    const ranked_entry *right = b;
    return left->rank < right->rank ? -1 : left->rank > right->rank ? 1 : 0;
}

static int by_kind_and_id(const void *a, const void *b)
{
    const pack_entry *left = a;
    const pack_entry *right = b;
    return pack_order(left->kind, left->id, right->kind, right->id);
}

/* All entries of a delta, in order. */
static wm_status put_in_order(reading *r, wm_error *err)
{
    wm_status status = WM_OK;
    ranked_entry *ranked = r->ranked.items;
    if (ranked != NULL) {
        qsort(ranked, r->ranked.count, sizeof *ranked, by_rank);
    }
    for (uint32_t i = 0; ranked != NULL && i < r->ranked.count && status == WM_OK; i++) {
        status = i > 0 && ranked[i].rank == ranked[i - 1].rank
                     ? bad("entries: expected each record once", err)
                     : seek_rank(r, &ranked[i], err);
    }
    wm_arena_reset(&r->ranked_arena);
    r->ranked = (pack_list){ NULL, 0, 0 };
    pack_entry *entries = r->entries.items;
    if (entries != NULL) {
        qsort(entries, r->entries.count, sizeof *entries, by_kind_and_id);
    }
    for (uint32_t i = 1; entries != NULL && i < r->entries.count && status == WM_OK; i++) {
        if (by_kind_and_id(&entries[i - 1], &entries[i]) >= 0) {
            status = bad("entries: expected each record once", err);
        }
    }
    return status;
}

/* Those of a snapshot are done with. */
static void drop_entries(reading *r)
{
    r->entries = (pack_list){ NULL, 0, 0 };
    r->next_entry = 0;
    wm_arena_reset(&r->entries_arena);
}

/* ---- records ---- */

static wm_status next_block(reading *r, wm_error *err)
{
    wm_status status = r->block_open ? pack_decoder_close(&r->decoder, err) : WM_OK;
    r->block_open = false;
    if (status == WM_OK) {
        status = read_block(r, PACK_BLOCK_RECORDS, &r->block, err);
    }
    if (status == WM_OK) {
        status = pack_decoder_open(&r->decoder, wm_buf_str(&r->block), err);
    }
    r->block_open = status == WM_OK;
    return status;
}

static wm_status read_before(reading *r, const pack_entry *e, const wm_json **value_out,
                             wm_error *err)
{
    uint32_t number = r->next_change++;
    if (number < r->sample.changed && r->sample.kept[number] != NULL) {
        *value_out = r->sample.kept[number];
        return WM_OK;
    }
    wm_buf_reset(&r->before);
    wm_status status = r->base->get(r->base->context, e->kind, e->id, &r->before);
    if (status == WM_NOT_FOUND) {
        return wm_fail(err, WM_CONFLICT, "pack: %s/%.*s: is to be changed, but is not there",
                       wm_kind_name(e->kind), WM_STR_ARG(e->id));
    }
    if (status == WM_OK) {
        status = wm_buf_status(&r->before, err);
    } else {
        return wm_fail(err, status, "pack: the base cannot be read");
    }
    return status != WM_OK ? status
                           : wm_json_parse(&r->record_arena, wm_buf_str(&r->before),
                                           WM_RECORD_BYTES_MAX, value_out, err);
}

/* Counts the canonical bytes, and hands the record out. */
static wm_status put_record(reading *r, const pack_entry *e, const wm_json *value,
                            const wm_json *before, wm_error *err)
{
    const wm_json *id = wm_json_get(value, "id");
    if (!wm_json_is(id, WM_JSON_STRING) || !wm_str_equal(id->as.string, e->id)) {
        return bad("expected a record with its own id", err);
    }
    wm_buf_reset(&r->canonical);
    wm_json_write(&r->canonical, value);
    wm_status status = wm_buf_status(&r->canonical, err);
    if (status != WM_OK) {
        return status;
    }
    if (r->canonical.len > r->file.record_bytes - r->record_bytes) {
        return bad("records are longer than the header says", err);
    }
    r->record_bytes += r->canonical.len;
    wm_record record = { e->kind, e->id, wm_buf_str(&r->canonical) };
    return r->sink->put(r->sink->context, &record, value, before);
}

static wm_status do_entry(reading *r, const pack_entry *e, wm_error *err)
{
    const wm_json *before = NULL;
    const wm_json *value = NULL;
    wm_status status = WM_OK;
    if (e->action == PACK_MENTION) {
        return WM_OK;
    }
    if (e->action == PACK_REMOVE) {
        return r->sink->remove(r->sink->context, e->kind, e->id);
    }
    if (r->decoder.records_left == 0) {
        status = next_block(r, err);
    }
    wm_arena_reset(&r->record_arena);
    if (status == WM_OK && e->action == PACK_CHANGE) {
        status = read_before(r, e, &before, err);
    }
    if (status == WM_OK) {
        r->decoder.records_left--;
        status = e->action == PACK_CHANGE
                     ? pack_decode_change(&r->decoder, e->kind, e->id, before, &value, err)
                     : pack_decode_add(&r->decoder, e->kind, e->id, &value, err);
    }
    return status != WM_OK ? status : put_record(r, e, value, before, err);
}

/* Strings may refer to entries, now that all are known. */
static void share_ids(reading *r)
{
    if (has_keys(r)) {
        pack_ids_of_keys(&r->ids, r->entries.items, r->entries.count);
    } else {
        pack_ids_index(&r->ids, r->entries.items, r->entries.count);
    }
    r->decoder.shared.ids = &r->ids;
}

static wm_status read_short_texts(reading *r, wm_error *err)
{
    wm_str prefix = wm_buf_str(&r->decoder.seen.strings);
    return pack_texts_decompress(r->frames[0], prefix, (size_t)r->file.texts[0].bytes, &r->texts[0],
                                 err);
}

static wm_status read_long_texts(reading *r, wm_error *err)
{
    const pack_frame *frame = &r->file.texts[1];
    pack_vocabulary *vocabulary = &r->decoder.seen.vocabulary;
    wm_buf codes;
    wm_buf_init(&codes, r->env, PACK_TEXTS_BYTES_MAX);
    wm_status status = pack_texts_decompress(r->frames[1], wm_buf_str(&vocabulary->prefix),
                                             (size_t)frame->coded, &codes, err);
    if (status == WM_OK) {
        status = pack_vocabulary_decode(vocabulary, wm_buf_str(&codes), (size_t)frame->bytes,
                                        &r->texts[1], err);
    }
    wm_buf_fini(&codes);
    pack_vocabulary_fini(vocabulary);
    return status;
}

/* When all entries are known: the sample wants the rest of the base. */
static wm_status read_sample(reading *r, wm_error *err)
{
    wm_status status = WM_OK;
    while (status == WM_OK && pack_sample_gap(&r->sample) != UINT64_MAX) {
        pack_entry found = { .action = PACK_MENTION };
        status = pass_over(r, UINT64_MAX, err);
        if (status == WM_OK) {
            status = next_of_base(r, NULL, &found, err);
        }
    }
    if (status == WM_END || status == WM_OK) {
        status = pack_sample_close(&r->sample, &r->entries_arena, r->entries.items,
                                   r->entries.count, err);
    }
    return status != WM_OK ? status
                           : pack_decoder_prime(&r->decoder, r->base, &r->sample,
                                                r->file.texts[1].bytes > 0, err);
}

static wm_status read_texts(reading *r, wm_error *err)
{
    wm_status status = r->file.texts[0].bytes > 0 ? read_short_texts(r, err) : WM_OK;
    if (status == WM_OK && r->file.texts[1].bytes > 0) {
        status = read_long_texts(r, err);
    }
    for (size_t i = 0; i < PACK_TEXT_FRAMES; i++) {
        wm_reader_init(&r->decoder.texts[i], wm_buf_str(&r->texts[i]));
    }
    return status;
}

/* For all entries of a snapshot at once: a list that grows leaves as much behind. A header that
 * promises more than so many bytes can hold is not believed. */
static wm_status make_room(reading *r, wm_error *err)
{
    uint64_t most = r->file.header.add_count;
    most = most < r->packed.size ? most : r->packed.size;
    most = most < ROOM_MAX ? most : ROOM_MAX;
    if (r->file.header.kind == WM_PACK_DELTA || most == 0) {
        return WM_OK;
    }
    r->entries.items = wm_arena_array(&r->entries_arena, (size_t)most, sizeof(pack_key));
    r->entries.capacity = (uint32_t)most;
    return r->entries.items != NULL ? WM_OK : wm_fail_memory(err);
}

/* All entries stand first: what the records need of them. */
static wm_status read_ids_first(reading *r, wm_error *err)
{
    wm_status status = make_room(r, err);
    while (status == WM_OK && entries_left(r) > 0) {
        status = read_entries(r, err);
    }
    if (status == WM_OK && r->file.header.kind == WM_PACK_DELTA) {
        status = put_in_order(r, err);
    }
    if (status == WM_OK) {
        share_ids(r);
    }
    if (status == WM_OK && r->file.has_sample) {
        status = read_sample(r, err);
    }
    return status == WM_OK ? read_texts(r, err) : status;
}

static wm_status read_body(reading *r, wm_error *err)
{
    wm_status status = r->file.ids_first ? read_ids_first(r, err) : WM_OK;
    while (status == WM_OK) {
        if (r->next_entry == r->entries.count) {
            if (entries_left(r) == 0) {
                break;
            }
            drop_entries(r);
            status = read_entries(r, err);
            continue;
        }
        pack_entry entry = entry_at(r, r->next_entry++);
        status = do_entry(r, &entry, err);
    }
    if (status == WM_OK && r->decoder.records_left > 0) {
        status = bad("more records than entries", err);
    }
    if (status == WM_OK && r->block_open) {
        status = pack_decoder_close(&r->decoder, err);
    }
    for (size_t i = 0; i < PACK_TEXT_FRAMES && status == WM_OK; i++) {
        if (wm_reader_left(&r->decoder.texts[i]) > 0) {
            status = bad("more texts than the records need", err);
        }
    }
    if (status == WM_OK && r->record_bytes != r->file.record_bytes) {
        status = bad("records are shorter than the header says", err);
    }
    return status == WM_OK ? read_end(r, err) : status;
}

static wm_status start(reading *r, wm_str body, wm_error *err)
{
    const wm_env *env = r->env;
    wm_buf_init(&r->block, env, PACK_BLOCK_BYTES_MAX);
    wm_buf_init(&r->entries_block, env, PACK_BLOCK_BYTES_MAX);
    wm_buf_init(&r->before, env, WM_RECORD_BYTES_MAX);
    wm_buf_init(&r->canonical, env, WM_RECORD_BYTES_MAX);
    wm_arena_init(&r->entries_arena, env, ENTRIES_ARENA_MAX);
    wm_arena_init(&r->columns_arena, env, ENTRIES_ARENA_MAX);
    wm_arena_init(&r->id_arena, env, ENTRIES_ARENA_MAX);
    wm_arena_init(&r->ranked_arena, env, ENTRIES_ARENA_MAX);
    wm_arena_init(&r->record_arena, env, RECORD_ARENA_MAX);
    wm_arena_init(&r->kept_arena, env, RECORD_ARENA_MAX);
    pack_decoder_init(&r->decoder, env, &r->record_arena);
    size_t packed = body.len;
    for (size_t i = PACK_TEXT_FRAMES; i-- > 0;) {
        const pack_frame *frame = &r->file.texts[i];
        packed -= (size_t)frame->packed;
        wm_buf_init(&r->texts[i], env, PACK_TEXTS_BYTES_MAX);
        r->frames[i] = (wm_str){ body.ptr + packed, (size_t)frame->packed };
    }
    r->sample =
        (pack_sample){ .exists = r->file.has_sample,
                       .is_spread = r->file.is_spread,
                       .log = r->file.sample_log,
                       .most = PACK_SAMPLE_MOST - pack_sample_changed(r->file.header.change_count),
                       .kept_arena = &r->kept_arena };
    r->packed = (ZSTD_inBuffer){ body.ptr, packed, 0 };
    r->raw_left = r->file.body_raw_bytes;
    r->decompressor = ZSTD_createDCtx();
    if (r->decompressor == NULL) {
        return wm_fail_memory(err);
    }
    size_t code = ZSTD_DCtx_setParameter(r->decompressor, ZSTD_d_windowLogMax,
                                         (int)r->file.header.window_log);
    return ZSTD_isError(code) != 0 ? wm_fail(err, WM_INTERNAL, "pack: zstd: window") : WM_OK;
}

static void finish(reading *r)
{
    (void)ZSTD_freeDCtx(r->decompressor);
    pack_decoder_fini(&r->decoder);
    wm_arena_fini(&r->kept_arena);
    wm_arena_fini(&r->record_arena);
    wm_arena_fini(&r->ranked_arena);
    wm_arena_fini(&r->id_arena);
    wm_arena_fini(&r->columns_arena);
    wm_arena_fini(&r->entries_arena);
    wm_buf_fini(&r->canonical);
    wm_buf_fini(&r->before);
    for (size_t i = 0; i < PACK_TEXT_FRAMES; i++) {
        wm_buf_fini(&r->texts[i]);
    }
    wm_buf_fini(&r->entries_block);
    wm_buf_fini(&r->block);
}

wm_status wm_pack_read_header(wm_str bytes, const wm_pack_limits *limits,
                              wm_pack_header *header_out, wm_error *err)
{
    pack_file file;
    wm_str body;
    wm_status status = pack_file_read(bytes, limits, &file, &body, err);
    if (status == WM_OK) {
        *header_out = file.header;
    }
    return status;
}

wm_status wm_pack_read(const wm_env *env, wm_str bytes, const wm_pack_limits *limits,
                       const wm_pack_base *base, const wm_pack_sink *sink,
                       wm_pack_header *header_out, wm_error *err)
{
    reading r = { .env = env, .base = base, .sink = sink };
    wm_str body;
    wm_status status = pack_file_read(bytes, limits, &r.file, &body, err);
    if (status == WM_OK) {
        status = pack_file_check_body(bytes, &r.file, err);
    }
    if (status == WM_OK && r.file.header.kind == WM_PACK_DELTA && base == NULL) {
        status = wm_fail(err, WM_BAD_ARGUMENT, "pack: a delta needs its base");
    }
    if (status != WM_OK) {
        return status;
    }
    status = start(&r, body, err);
    if (status == WM_OK) {
        status = read_body(&r, err);
    }
    finish(&r);
    if (status == WM_OK && header_out != NULL) {
        *header_out = r.file.header;
    }
    return status;
}

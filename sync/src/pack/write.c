/* write.c: a pack from records.
 *
 * body = one zstd frame over blocks, and in a delta two of texts. In a snapshot blocks of entries
 * and of records take turns; in a delta all blocks of entries stand before the first block of
 * records, so that a reader knows every id before it touches its base. They are named at the end,
 * in one walk along the base, and by what is done to them, so that actions cost nothing.
 *
 *      add, change, remove  ->  entries (ids, ranks)  --full-->  block \
 *                           ->  encoder (columns)     --full-->  block  > pending -> zstd -> body
 *
 * Invariants: (last_kind, last_id) rises strictly; after the first failure nothing is written any
 * more. */
#include <zstd.h>
#include <zstd_errors.h>

#include "canonical.h"
#include "column.h"
#include "encode.h"
#include "mention.h"

#define BLOCK_TARGET (4 * WM_MIB)
#define ENTRIES_TARGET (2 * WM_MIB)
#define STREAM_FROM (8 * WM_MIB) /* up to here the frame is made at once, for its size */
#define WINDOW_LOG_MIN 10
#define ROOM_MAX ((uint64_t)1 << 22) /* entries; more may come */

/* What is done to which record; ids of those that need one. */
typedef struct entry_list {
    wm_buf actions; /* int64_t */
    wm_buf gaps;    /* int64_t: ranks left out before a changed or removed record */
    wm_buf kinds;   /* int64_t */
    wm_buf ids;     /* strings with a NUL after each */
    uint32_t count;
    uint32_t gap_count;
    uint32_t id_count;
    uint64_t next_rank; /* one past the last base record that was named */
} entry_list;

struct wm_pack_writer {
    const wm_env *env;
    const wm_pack_base *base;
    wm_pack_options options;
    pack_file file;
    wm_arena strings; /* of the header, and announced ids */
    wm_arena scratch; /* of one record */
    pack_encoder encoder;
    entry_list entries[PACK_ACTION_COUNT]; /* of a delta by action; all are added in a snapshot */
    pack_list listed;    /* pack_entry: of a delta, or of a snapshot whose ids are known before */
    pack_list named;     /* pack_entry: of a delta, with those that are only mentioned */
    pack_list announced; /* pack_entry: the first that are to be changed */
    uint32_t changed;    /* of those announced */
    pack_ids ids;
    pack_mentions mentions;
    pack_sample sample;
    wm_buf texts[PACK_TEXT_FRAMES];
    uint32_t added;   /* of those listed before */
    wm_buf canonical; /* of a part of a record */
    wm_buf payload;
    wm_buf records; /* a delta's blocks of records, held back until the entries are out */
    wm_buf pending; /* not compressed yet */
    wm_buf body;
    ZSTD_CCtx *compressor;
    bool streaming;
    wm_kind last_kind;
    char last_id[WM_ID_BYTES_MAX + 1];
    bool has_last;
    wm_status status;
    wm_error error;
};

static void entries_init(entry_list *entries, const wm_env *env)
{
    *entries = (entry_list){ .count = 0 };
    wm_buf_init(&entries->actions, env, 64 * WM_MIB);
    wm_buf_init(&entries->gaps, env, 64 * WM_MIB);
    wm_buf_init(&entries->kinds, env, 64 * WM_MIB);
    wm_buf_init(&entries->ids, env, 64 * WM_MIB);
}

static void entries_fini(entry_list *entries)
{
    wm_buf_fini(&entries->ids);
    wm_buf_fini(&entries->kinds);
    wm_buf_fini(&entries->gaps);
    wm_buf_fini(&entries->actions);
}

static wm_status check_options(const wm_pack_header *header, const wm_pack_options *options,
                               wm_error *err)
{
    if (options->level < 1 || options->level > WM_PACK_LEVEL_MAX || options->max_bytes == 0 ||
        options->max_bytes > WM_PACK_BYTES_MAX) {
        return wm_fail(err, WM_BAD_ARGUMENT, "pack: expected a level of 1 to %d and a size",
                       WM_PACK_LEVEL_MAX);
    }
    return pack_header_check(header, WM_BAD_ARGUMENT, err);
}

static wm_status writer_start(wm_pack_writer *writer, const wm_pack_header *header, wm_error *err)
{
    size_t max = writer->options.max_bytes;
    const wm_env *env = writer->env;
    wm_arena_init(&writer->strings, env, WM_PACK_BYTES_MAX);
    wm_arena_init(&writer->scratch, env, 64 * WM_MIB);
    for (size_t i = 0; i < PACK_ACTION_COUNT; i++) {
        entries_init(&writer->entries[i], env);
    }
    wm_buf_init(&writer->canonical, env, WM_RECORD_BYTES_MAX);
    wm_buf_init(&writer->payload, env, PACK_BLOCK_BYTES_MAX);
    wm_buf_init(&writer->records, env, WM_PACK_BYTES_MAX);
    wm_buf_init(&writer->pending, env, WM_PACK_BYTES_MAX);
    wm_buf_init(&writer->body, env, max);
    for (size_t i = 0; i < PACK_TEXT_FRAMES; i++) {
        wm_buf_init(&writer->texts[i], env, PACK_TEXTS_BYTES_MAX);
    }
    wm_status status = pack_encoder_init(&writer->encoder, env, err);
    wm_pack_header *mine = &writer->file.header;
    *mine = *header;
    mine->edition = wm_arena_copy(&writer->strings, header->edition);
    mine->partition = wm_arena_copy(&writer->strings, header->partition);
    mine->add_count = mine->change_count = mine->remove_count = mine->raw_bytes = 0;
    writer->file.by_rank = writer->base != NULL && header->kind == WM_PACK_DELTA;
    writer->file.ids_first = writer->base != NULL || header->kind == WM_PACK_DELTA;
    writer->encoder.texts = writer->file.by_rank ? writer->texts : NULL;
    writer->compressor = ZSTD_createCCtx();
    if (status == WM_OK &&
        (mine->edition.ptr == NULL || mine->partition.ptr == NULL || writer->compressor == NULL)) {
        status = wm_fail_memory(err);
    }
    return status;
}

static wm_status announce(wm_pack_writer *writer, wm_error *err);
static wm_status prime(wm_pack_writer *writer, wm_error *err);

static bool announces(const wm_pack_writer *writer)
{
    return writer->base != NULL && writer->file.header.kind == WM_PACK_SNAPSHOT;
}

wm_status wm_pack_writer_new(const wm_env *env, const wm_pack_header *header,
                             const wm_pack_options *options, const wm_pack_base *base,
                             wm_pack_writer **writer_out, wm_error *err)
{
    wm_status status = check_options(header, options, err);
    if (status != WM_OK) {
        return status;
    }
    wm_pack_writer *writer = wm_env_alloc(env, sizeof *writer);
    if (writer == NULL) {
        return wm_fail_memory(err);
    }
    writer->env = env;
    writer->base = base;
    writer->options = *options;
    status = writer_start(writer, header, err);
    if (status == WM_OK && announces(writer)) {
        status = announce(writer, err);
    }
    if (status == WM_OK && writer->file.by_rank && options->entries > 0) {
        status = prime(writer, err);
    }
    if (status != WM_OK) {
        wm_pack_writer_free(writer);
        return status;
    }
    *writer_out = writer;
    return WM_OK;
}

void wm_pack_writer_free(wm_pack_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    (void)ZSTD_freeCCtx(writer->compressor);
    for (size_t i = 0; i < PACK_TEXT_FRAMES; i++) {
        wm_buf_fini(&writer->texts[i]);
    }
    wm_buf_fini(&writer->body);
    wm_buf_fini(&writer->pending);
    wm_buf_fini(&writer->records);
    wm_buf_fini(&writer->payload);
    wm_buf_fini(&writer->canonical);
    for (size_t i = 0; i < PACK_ACTION_COUNT; i++) {
        entries_fini(&writer->entries[i]);
    }
    pack_encoder_fini(&writer->encoder);
    wm_arena_fini(&writer->scratch);
    wm_arena_fini(&writer->strings);
    wm_env_free(writer->env, writer, sizeof *writer);
}

static wm_status zstd_failed(size_t code, wm_error *err)
{
    return ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation
               ? wm_fail_memory(err)
               : wm_fail(err, WM_INTERNAL, "pack: zstd: %s", ZSTD_getErrorName(code));
}

/* Compresses what is pending; at the end also closes the frame. */
static wm_status compress_pending(wm_pack_writer *writer, bool end, wm_error *err)
{
    ZSTD_inBuffer in = { wm_buf_str(&writer->pending).ptr, writer->pending.len, 0 };
    size_t left = 1;
    while (in.pos < in.size || (end && left > 0)) {
        size_t room = ZSTD_CStreamOutSize();
        if (room > writer->body.max_bytes - writer->body.len) {
            room = writer->body.max_bytes - writer->body.len;
        }
        void *at = wm_buf_reserve(&writer->body, room > 0 ? room : 1);
        if (at == NULL) {
            return wm_buf_status(&writer->body, err);
        }
        ZSTD_outBuffer out = { at, room, 0 };
        left =
            ZSTD_compressStream2(writer->compressor, &out, &in, end ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(left) != 0) {
            return zstd_failed(left, err);
        }
        wm_buf_grown(&writer->body, out.pos);
    }
    wm_buf_reset(&writer->pending);
    return WM_OK;
}

static wm_status set_parameters(wm_pack_writer *writer, uint64_t size, wm_error *err)
{
    unsigned window = WM_PACK_WINDOW_LOG_MAX;
    while (window > WINDOW_LOG_MIN && (uint64_t)1 << (window - 1) >= size) {
        window--;
    }
    const struct {
        ZSTD_cParameter parameter;
        int value;
    } settings[] = {
        { ZSTD_c_compressionLevel, writer->options.level },
        { ZSTD_c_windowLog, (int)window },
        { ZSTD_c_contentSizeFlag, 0 },
        { ZSTD_c_checksumFlag, 0 },
        { ZSTD_c_dictIDFlag, 0 },
    };
    writer->file.header.window_log = window;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        size_t code =
            ZSTD_CCtx_setParameter(writer->compressor, settings[i].parameter, settings[i].value);
        if (ZSTD_isError(code) != 0) {
            return zstd_failed(code, err);
        }
    }
    return WM_OK;
}

/* Body bytes that are final. */
static wm_status put_body(wm_pack_writer *writer, wm_str bytes, wm_error *err)
{
    wm_status status = WM_OK;
    wm_buf_put_str(&writer->pending, bytes);
    writer->file.body_raw_bytes += bytes.len;
    if (!writer->streaming && writer->pending.len > STREAM_FROM) {
        writer->streaming = true;
        status = set_parameters(writer, UINT64_MAX, err);
    }
    if (status == WM_OK) {
        status = wm_buf_status(&writer->pending, err);
    }
    return status == WM_OK && writer->streaming ? compress_pending(writer, false, err) : status;
}

static wm_status put_block(wm_pack_writer *writer, uint8_t type, bool held, wm_error *err)
{
    wm_status status = wm_buf_status(&writer->payload, err);
    if (status != WM_OK) {
        return status;
    }
    wm_buf block;
    wm_buf_init(&block, writer->env, PACK_BLOCK_BYTES_MAX + PACK_BLOCK_HEADER_BYTES);
    wm_put_u8(&block, type);
    wm_put_u32(&block, (uint32_t)writer->payload.len);
    wm_buf_put_str(&block, wm_buf_str(&writer->payload));
    status = wm_buf_status(&block, err);
    if (status == WM_OK && held) {
        wm_buf_put_str(&writer->records, wm_buf_str(&block));
        status = wm_buf_status(&writer->records, err);
    } else if (status == WM_OK) {
        status = put_body(writer, wm_buf_str(&block), err);
    }
    wm_buf_fini(&block);
    return status;
}

static void put_integers(wm_buf *out, const wm_buf *values, uint32_t count)
{
    pack_integers_write(out, (const int64_t *)(const void *)values->data, count);
}

/* payload: count | actions | gaps | kinds | encoding u8 | bytes varint | ids */
static wm_status flush_list(wm_pack_writer *writer, entry_list *entries, wm_error *err)
{
    wm_buf *payload = &writer->payload;
    if (entries->count == 0) {
        return WM_OK;
    }
    wm_buf ids;
    wm_buf_init(&ids, writer->env, PACK_BLOCK_BYTES_MAX);
    pack_encoding encoding = PACK_PLAIN;
    pack_texts texts = { .env = writer->env,
                         .desk = &writer->encoder.desk,
                         .plain = wm_buf_str(&entries->ids),
                         .count = entries->id_count };
    wm_status status = pack_strings_write(&texts, &ids, &encoding, err);
    if (status == WM_OK) {
        status = wm_buf_status(&ids, err);
    }
    if (status == WM_OK) {
        wm_buf_reset(payload);
        wm_put_varint(payload, entries->count);
        put_integers(payload, &entries->actions, entries->count);
        put_integers(payload, &entries->gaps, entries->gap_count);
        put_integers(payload, &entries->kinds, entries->id_count);
        wm_put_u8(payload, (uint8_t)encoding);
        wm_put_varint(payload, ids.len);
        wm_buf_put_str(payload, wm_buf_str(&ids));
        status = put_block(writer, PACK_BLOCK_ENTRIES, false, err);
    }
    wm_buf_fini(&ids);
    wm_buf_reset(&entries->actions);
    wm_buf_reset(&entries->gaps);
    wm_buf_reset(&entries->kinds);
    wm_buf_reset(&entries->ids);
    entries->count = entries->gap_count = entries->id_count = 0;
    entries->next_rank = 0;
    return status;
}

static wm_status flush_entries(wm_pack_writer *writer, wm_error *err)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < PACK_ACTION_COUNT && status == WM_OK; i++) {
        status = flush_list(writer, &writer->entries[i], err);
    }
    return status;
}

static bool is_full(const entry_list *entries)
{
    return entries->ids.len + entries->actions.len + entries->gaps.len >= ENTRIES_TARGET;
}

static wm_status flush_records(wm_pack_writer *writer, wm_error *err)
{
    bool delta = writer->file.header.kind == WM_PACK_DELTA;
    if (writer->encoder.record_count == 0) {
        return WM_OK;
    }
    wm_status status = delta ? WM_OK : flush_entries(writer, err);
    if (status == WM_OK) {
        wm_buf_reset(&writer->payload);
        status = pack_encoder_flush(&writer->encoder, &writer->payload, err);
    }
    return status != WM_OK ? status : put_block(writer, PACK_BLOCK_RECORDS, delta, err);
}

static wm_status flush_full(wm_pack_writer *writer, wm_error *err)
{
    wm_status status = WM_OK;
    if (writer->encoder.bytes >= BLOCK_TARGET || pack_model_is_large(&writer->encoder.model)) {
        status = flush_records(writer, err);
    }
    if (status == WM_OK && is_full(&writer->entries[PACK_ADD])) {
        status = flush_records(writer, err);
    }
    return status;
}

static void push(wm_buf *list, int64_t value)
{
    pack_put(list, &value, sizeof value);
}

static wm_status entries_status(const entry_list *entries, wm_error *err)
{
    wm_status status = wm_buf_status(&entries->ids, err);
    status = status == WM_OK ? wm_buf_status(&entries->actions, err) : status;
    status = status == WM_OK ? wm_buf_status(&entries->gaps, err) : status;
    return status == WM_OK ? wm_buf_status(&entries->kinds, err) : status;
}

/* An entry with its kind and id. */
static wm_status put_named(wm_pack_writer *writer, const pack_entry *entry, wm_error *err)
{
    entry_list *entries = &writer->entries[entry->action];
    push(&entries->actions, entry->action);
    push(&entries->kinds, (int64_t)entry->kind);
    wm_buf_put_str(&entries->ids, entry->id);
    wm_buf_put_char(&entries->ids, '\0');
    entries->id_count++;
    entries->count++;
    return entries_status(entries, err);
}

/* An entry by its rank in the base. */
static wm_status put_ranked(wm_pack_writer *writer, uint8_t action, uint64_t rank, wm_error *err)
{
    entry_list *entries = &writer->entries[action];
    push(&entries->actions, action);
    push(&entries->gaps, (int64_t)(rank - entries->next_rank));
    entries->next_rank = rank + 1;
    entries->gap_count++;
    entries->count++;
    return entries_status(entries, err);
}

static wm_status list_entry(wm_pack_writer *writer, pack_list *list, const pack_entry *given,
                            wm_error *err)
{
    bool stays = announces(writer) && writer->base->ids_stay;
    pack_entry *entry = pack_list_add(list, &writer->strings, sizeof *entry);
    wm_str copy = stays ? given->id : wm_arena_copy(&writer->strings, given->id);
    if (entry == NULL || copy.ptr == NULL) {
        return wm_fail_memory(err);
    }
    *entry = (pack_entry){ given->action, given->kind, copy };
    return WM_OK;
}

/* Sees that entries come in order; lists those of a delta, and puts those of a snapshot. */
static wm_status take_entry(wm_pack_writer *writer, const pack_entry *entry, wm_error *err)
{
    wm_kind kind = entry->kind;
    wm_str id = entry->id;
    if (!wm_id_valid(id) || (unsigned)kind >= WM_KIND_COUNT) {
        return wm_fail(err, WM_BAD_ARGUMENT, "pack: expected a valid id");
    }
    if (writer->has_last &&
        pack_order(writer->last_kind, wm_str_of(writer->last_id), kind, id) >= 0) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "pack: %s/%.*s: expected records in order of kind and id",
                       wm_kind_name(kind), WM_STR_ARG(id));
    }
    bool delta = writer->file.header.kind == WM_PACK_DELTA;
    if (entry->action != PACK_ADD && !delta) {
        return wm_fail(err, WM_BAD_ARGUMENT, "pack: a snapshot only adds");
    }
    writer->last_kind = kind;
    memcpy(writer->last_id, id.ptr, id.len);
    writer->last_id[id.len] = '\0';
    writer->has_last = true;
    return delta ? list_entry(writer, &writer->listed, entry, err) : put_named(writer, entry, err);
}

/* Room for all of them at once: a list that grows leaves as much behind. */
static wm_status make_room(wm_pack_writer *writer, wm_error *err)
{
    pack_list *listed = &writer->listed;
    uint64_t most = writer->options.entries < ROOM_MAX ? writer->options.entries : ROOM_MAX;
    if (most > 0) {
        listed->items = wm_arena_array(&writer->strings, (size_t)most, sizeof(pack_entry));
        listed->capacity = (uint32_t)most;
    }
    return most > 0 && listed->items == NULL ? wm_fail_memory(err) : WM_OK;
}

/* Takes all ids of a snapshot from its base, before any record. */
static wm_status announce(wm_pack_writer *writer, wm_error *err)
{
    wm_status status = make_room(writer, err);
    while (status == WM_OK) {
        wm_kind kind = WM_KIND_DIRECTORY;
        wm_str id = { NULL, 0 };
        status = writer->base->next(writer->base->context, &kind, &id);
        if (status != WM_OK) {
            break;
        }
        pack_entry entry = { PACK_ADD, kind, id };
        status = take_entry(writer, &entry, err);
        if (status == WM_OK) {
            status = list_entry(writer, &writer->listed, &entry, err);
        }
        if (status != WM_OK) {
            return status;
        }
        if (is_full(&writer->entries[PACK_ADD])) {
            status = flush_entries(writer, err);
        }
    }
    if (status == WM_NO_MEMORY) {
        return wm_fail_memory(err);
    }
    if (status != WM_END) {
        return wm_fail(err, status, "pack: the base cannot be read");
    }
    pack_ids_index(&writer->ids, writer->listed.items, writer->listed.count);
    writer->encoder.shared.ids = &writer->ids;
    return flush_entries(writer, err);
}

/* Parses a record and sees that it is canonical. */
static wm_status parse(wm_pack_writer *writer, wm_kind kind, wm_str id, wm_str bytes,
                       const wm_json **value_out, wm_error *err)
{
    wm_status status = wm_json_parse(&writer->scratch, bytes, WM_RECORD_BYTES_MAX, value_out, err);
    bool canonical = false;
    if (status == WM_OK) {
        status = pack_is_canonical(*value_out, bytes, &writer->canonical, &canonical, err);
    }
    if (status == WM_NO_MEMORY) {
        return status;
    }
    const wm_json *own = status == WM_OK ? wm_json_get(*value_out, "id") : NULL;
    if (status != WM_OK || !canonical || !wm_json_is(own, WM_JSON_STRING) ||
        !wm_str_equal(own->as.string, id)) {
        return wm_fail(err, WM_BAD_ARGUMENT, "pack: %s/%.*s: expected canonical JSON with that id",
                       wm_kind_name(kind), WM_STR_ARG(id));
    }
    return WM_OK;
}

/* Keeps the first failure. */
static wm_status stick(wm_pack_writer *writer, wm_status status, wm_error *err)
{
    if (writer->status == WM_OK && status != WM_OK) {
        writer->status = status;
        writer->error.status = status;
    }
    if (err != NULL && writer->status != WM_OK) {
        *err = writer->error;
    }
    return writer->status;
}

/* The next record that was announced, and no other. */
static wm_status take_announced(wm_pack_writer *writer, wm_kind kind, wm_str id, wm_error *err)
{
    const pack_entry *next = (const pack_entry *)writer->listed.items + writer->added;
    if (writer->added == writer->listed.count || pack_order(next->kind, next->id, kind, id) != 0) {
        return wm_fail(err, WM_BAD_ARGUMENT, "pack: %s/%.*s: is not the next id of the base",
                       wm_kind_name(kind), WM_STR_ARG(id));
    }
    writer->added++;
    return WM_OK;
}

wm_status wm_pack_writer_add(wm_pack_writer *writer, wm_kind kind, wm_str id, wm_str bytes,
                             wm_error *err)
{
    wm_error *mine = &writer->error;
    const wm_json *value = NULL;
    wm_status status = writer->status;
    wm_arena_reset(&writer->scratch);
    if (status == WM_OK) {
        status = announces(writer) ? take_announced(writer, kind, id, mine)
                                   : take_entry(writer, &(pack_entry){ PACK_ADD, kind, id }, mine);
    }
    if (status == WM_OK) {
        status = parse(writer, kind, id, bytes, &value, mine);
    }
    if (status == WM_OK) {
        writer->file.header.add_count++;
        writer->file.record_bytes += bytes.len;
        status = pack_encode_add(&writer->encoder, kind, id, value, mine);
    }
    if (status == WM_OK) {
        status = flush_full(writer, mine);
    }
    return stick(writer, status, err);
}

/* As its options said. */
static wm_status take_changed(wm_pack_writer *writer, wm_kind kind, wm_str id, wm_error *err)
{
    const pack_entry *next = (const pack_entry *)writer->announced.items + writer->changed;
    if (writer->changed == PACK_SAMPLE_MOST) {
        return WM_OK;
    }
    if (writer->changed == writer->announced.count ||
        pack_order(next->kind, next->id, kind, id) != 0) {
        return wm_fail(err, WM_BAD_ARGUMENT, "pack: %s/%.*s: was not to be changed next",
                       wm_kind_name(kind), WM_STR_ARG(id));
    }
    writer->changed++;
    return WM_OK;
}

wm_status wm_pack_writer_change(wm_pack_writer *writer, const wm_record *before,
                                const wm_record *after, wm_error *err)
{
    wm_error *mine = &writer->error;
    const wm_json *old = NULL;
    const wm_json *value = NULL;
    wm_status status = writer->status;
    wm_arena_reset(&writer->scratch);
    if (status == WM_OK && (before->kind != after->kind || !wm_str_equal(before->id, after->id))) {
        status = wm_fail(mine, WM_BAD_ARGUMENT, "pack: expected two versions of one record");
    }
    if (status == WM_OK) {
        status = take_entry(writer, &(pack_entry){ PACK_CHANGE, after->kind, after->id }, mine);
    }
    if (status == WM_OK && writer->sample.exists) {
        status = take_changed(writer, after->kind, after->id, mine);
    }
    if (status == WM_OK) {
        status = parse(writer, before->kind, before->id, before->bytes, &old, mine);
    }
    if (status == WM_OK) {
        status = parse(writer, after->kind, after->id, after->bytes, &value, mine);
    }
    if (status == WM_OK) {
        writer->file.header.change_count++;
        writer->file.record_bytes += after->bytes.len;
        status = pack_encode_change(&writer->encoder, after->kind, after->id, old, value, mine);
    }
    if (status == WM_OK) {
        status = flush_full(writer, mine);
    }
    return stick(writer, status, err);
}

wm_status wm_pack_writer_remove(wm_pack_writer *writer, wm_kind kind, wm_str id, wm_error *err)
{
    wm_status status = writer->status;
    if (status == WM_OK) {
        status = take_entry(writer, &(pack_entry){ PACK_REMOVE, kind, id }, &writer->error);
    }
    if (status == WM_OK) {
        writer->file.header.remove_count++;
        status = flush_full(writer, &writer->error);
    }
    return stick(writer, status, err);
}

/* ---- the end of a delta ---- */

/* Puts an entry, by its rank if it is of the base, and remembers what can be referred to. */
static wm_status name_entry(wm_pack_writer *writer, const pack_entry *entry, uint64_t rank,
                            wm_error *err)
{
    bool by_rank = writer->file.by_rank && entry->action != PACK_ADD;
    wm_status status =
        by_rank ? put_ranked(writer, entry->action, rank, err) : put_named(writer, entry, err);
    if (status == WM_OK) {
        status = list_entry(writer, &writer->named, entry, err);
    }
    entry_list *entries = &writer->entries[entry->action];
    return status == WM_OK && is_full(entries) ? flush_list(writer, entries, err) : status;
}

/* The entries that stand before (kind, id), none of which is of the base. */
static wm_status name_added(wm_pack_writer *writer, uint32_t *at, wm_kind kind, wm_str id,
                            wm_error *err)
{
    wm_status status = WM_OK;
    const pack_entry *entry = writer->listed.items;
    while (status == WM_OK && *at < writer->listed.count &&
           pack_order(entry[*at].kind, entry[*at].id, kind, id) < 0) {
        if (entry[*at].action != PACK_ADD) {
            return wm_fail(err, WM_BAD_ARGUMENT, "pack: the base has no %s/%.*s",
                           wm_kind_name(entry[*at].kind), WM_STR_ARG(entry[*at].id));
        }
        status = name_entry(writer, &entry[(*at)++], 0, err);
    }
    return status;
}

/* A record of the base: what is done to it, or that it is mentioned. */
static wm_status name_of_base(wm_pack_writer *writer, uint32_t *at, pack_entry *found,
                              uint64_t rank, wm_error *err)
{
    wm_status status = name_added(writer, at, found->kind, found->id, err);
    const pack_entry *entry = (const pack_entry *)writer->listed.items + *at;
    bool listed = *at < writer->listed.count &&
                  pack_order(entry->kind, entry->id, found->kind, found->id) == 0;
    if (status == WM_OK && listed && entry->action == PACK_ADD) {
        return wm_fail(err, WM_BAD_ARGUMENT, "pack: the base has %s/%.*s already",
                       wm_kind_name(entry->kind), WM_STR_ARG(entry->id));
    }
    if (status != WM_OK || (!listed && !pack_mentions_have(&writer->mentions, found->id))) {
        return status;
    }
    found->action = listed ? entry->action : PACK_MENTION;
    *at += listed ? 1 : 0;
    writer->file.mention_count += listed ? 0 : 1;
    return name_entry(writer, found, rank, err);
}

/* WM_END: there is none. */
static wm_status next_of_base(const wm_pack_writer *writer, pack_entry *found, wm_error *err)
{
    const wm_pack_base *base = writer->base;
    *found = (pack_entry){ .action = PACK_MENTION };
    wm_status status = base->next(base->context, &found->kind, &found->id);
    return status == WM_OK || status == WM_END
               ? status
               : wm_fail(err, status, "pack: the base cannot be read");
}

/* A reader has what changes, and pays for what else it looks at: one for every eight entries, which
 * saves bytes, and an even number, so that every other can be dropped. */
static uint32_t sample_most(const wm_pack_options *options)
{
    uint64_t most = options->entries / 8;
    uint32_t room = PACK_SAMPLE_MOST - pack_sample_changed(options->changed_count);
    most = most < PACK_SAMPLE_LEAST ? PACK_SAMPLE_LEAST : most;
    return (most < room ? (uint32_t)most : room) & ~1U;
}

/* The records that change, as options say. */
static wm_status list_changed(wm_pack_writer *writer, wm_error *err)
{
    const wm_pack_options *options = &writer->options;
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < pack_sample_changed(options->changed_count) && status == WM_OK; i++) {
        const wm_pack_id *name = &options->changed[i];
        pack_entry entry = { PACK_CHANGE, name->kind, name->id };
        status = list_entry(writer, &writer->announced, &entry, err);
    }
    writer->options.changed = NULL;
    return status;
}

/* Before the first record, along the base for the first time. */
static wm_status prime(wm_pack_writer *writer, wm_error *err)
{
    pack_sample *sample = &writer->sample;
    wm_status status = list_changed(writer, err);
    *sample = (pack_sample){ .exists = true, .most = sample_most(&writer->options) };
    sample->is_spread = sample->most > 0;
    while (status == WM_OK) {
        pack_entry found;
        status = next_of_base(writer, &found, err);
        if (status == WM_OK) {
            status = pack_sample_thin(sample, &writer->strings, &found, err);
        }
    }
    if (status == WM_END) {
        status = pack_sample_close(sample, &writer->strings, writer->announced.items,
                                   writer->announced.count, err);
    }
    return status == WM_OK ? pack_encoder_prime(&writer->encoder, writer->base, sample, err)
                           : status;
}

/* Along the base, if there is one: ranks and mentions. */
static wm_status name_by_rank(wm_pack_writer *writer, uint32_t *at, wm_error *err)
{
    wm_status status = WM_OK;
    for (uint64_t rank = 0; status == WM_OK; rank++) {
        pack_entry found;
        status = next_of_base(writer, &found, err);
        if (status == WM_OK) {
            status = name_of_base(writer, at, &found, rank, err);
        }
    }
    return status == WM_END ? WM_OK : status;
}

static wm_status name_entries(wm_pack_writer *writer, wm_error *err)
{
    uint32_t at = 0;
    wm_status status =
        pack_mentions_collect(&writer->mentions, &writer->encoder, &writer->strings, err);
    if (status == WM_OK && writer->file.by_rank) {
        status = name_by_rank(writer, &at, err);
    }
    const pack_entry *entry = writer->listed.items;
    while (status == WM_OK && at < writer->listed.count) {
        if (writer->file.by_rank && entry[at].action != PACK_ADD) {
            return wm_fail(err, WM_BAD_ARGUMENT, "pack: the base has no %s/%.*s",
                           wm_kind_name(entry[at].kind), WM_STR_ARG(entry[at].id));
        }
        status = name_entry(writer, &entry[at++], 0, err);
    }
    pack_ids_index(&writer->ids, writer->named.items, writer->named.count);
    writer->encoder.shared.ids = &writer->ids;
    return status == WM_OK ? flush_entries(writer, err) : status;
}

/* Appends a frame of texts, or of codes, to the body. */
static wm_status put_frame(wm_pack_writer *writer, size_t which, wm_str texts, wm_str prefix,
                           wm_error *err)
{
    pack_frame *frame = &writer->file.texts[which];
    size_t before = writer->body.len;
    wm_status status =
        pack_texts_compress(texts, prefix, writer->options.level, &writer->body, err);
    frame->bytes = writer->texts[which].len;
    frame->coded = texts.len;
    frame->packed = writer->body.len - before;
    return status;
}

static wm_status put_long_texts(wm_pack_writer *writer, wm_error *err)
{
    const pack_vocabulary *vocabulary = &writer->encoder.seen.vocabulary;
    wm_buf codes;
    wm_buf_init(&codes, writer->env, PACK_TEXTS_BYTES_MAX);
    wm_status status =
        pack_vocabulary_encode(vocabulary, wm_buf_str(&writer->texts[1]), &codes, err);
    if (status == WM_OK) {
        status = put_frame(writer, 1, wm_buf_str(&codes), wm_buf_str(&vocabulary->prefix), err);
    }
    wm_buf_fini(&codes);
    return status;
}

static wm_status put_texts(wm_pack_writer *writer, wm_error *err)
{
    wm_status status = WM_OK;
    writer->file.has_sample = writer->sample.exists;
    writer->file.is_spread = writer->sample.is_spread;
    writer->file.sample_log = writer->sample.log;
    if (writer->texts[0].len > 0) {
        status = put_frame(writer, 0, wm_buf_str(&writer->texts[0]),
                           wm_buf_str(&writer->encoder.seen.strings), err);
    }
    return status == WM_OK && writer->texts[1].len > 0 ? put_long_texts(writer, err) : status;
}

/* All that is left to the frame of blocks, and its end. */
static wm_status finish_blocks(wm_pack_writer *writer, wm_error *err)
{
    bool delta = writer->file.header.kind == WM_PACK_DELTA;
    wm_status status = delta ? name_entries(writer, err) : WM_OK;
    if (status == WM_OK) {
        status = flush_records(writer, err);
    }
    if (status == WM_OK) {
        status = flush_entries(writer, err);
    }
    if (status == WM_OK) {
        status = put_body(writer, wm_buf_str(&writer->records), err);
    }
    if (status == WM_OK && !writer->streaming) {
        status = set_parameters(writer, writer->pending.len, err);
        size_t code = ZSTD_CCtx_setPledgedSrcSize(writer->compressor, writer->pending.len);
        if (status == WM_OK && ZSTD_isError(code) != 0) {
            status = zstd_failed(code, err);
        }
    }
    return status == WM_OK ? compress_pending(writer, true, err) : status;
}

static wm_status finish(wm_pack_writer *writer, wm_buf *out, wm_error *err)
{
    if (announces(writer) && writer->added != writer->listed.count) {
        return wm_fail(err, WM_BAD_ARGUMENT, "pack: the base has ids that were not added");
    }
    if (writer->sample.exists && writer->changed != writer->announced.count) {
        return wm_fail(err, WM_BAD_ARGUMENT, "pack: expected more records that change");
    }
    wm_status status = finish_blocks(writer, err);
    if (status == WM_OK && writer->file.header.kind == WM_PACK_DELTA &&
        writer->named.count > WM_PACK_DELTA_ENTRIES_MAX) {
        status = wm_fail(err, WM_TOO_LARGE, "pack: a delta of more than %llu entries",
                         (unsigned long long)WM_PACK_DELTA_ENTRIES_MAX);
    }
    if (status == WM_OK) {
        status = put_texts(writer, err);
    }
    if (status == WM_OK) {
        pack_file_finish(&writer->file, &writer->body, out);
        status = wm_buf_status(out, err);
    }
    return status;
}

wm_status wm_pack_writer_finish(wm_pack_writer *writer, wm_buf *out, wm_pack_header *header_out,
                                wm_error *err)
{
    wm_status status = writer->status;
    size_t start = out->len;
    if (status == WM_OK) {
        status = finish(writer, out, &writer->error);
    }
    if (status == WM_OK && out->len - start > writer->options.max_bytes) {
        status = wm_fail(&writer->error, WM_TOO_LARGE, "pack: more than %zu bytes",
                         writer->options.max_bytes);
    }
    if (status == WM_OK && header_out != NULL) {
        *header_out = writer->file.header;
        header_out->raw_bytes = pack_file_raw_bytes(&writer->file);
    }
    status = stick(writer, status, err);
    if (status == WM_OK) {
        writer->status = WM_BAD_ARGUMENT;
        (void)wm_fail(&writer->error, WM_BAD_ARGUMENT, "pack: the writer has finished");
    }
    return status;
}

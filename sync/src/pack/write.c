/* write.c: a pack from records.
 *
 * body = one zstd frame over blocks. In a snapshot blocks of entries and of records take turns; in
 * a delta all blocks of entries stand before the first block of records, so that a reader knows
 * every id before it touches its base.
 *
 *      add, change, remove  ->  entries (ids, ranks)  --full-->  block \
 *                           ->  encoder (columns)     --full-->  block  > pending -> zstd -> body
 *
 * Invariants: (last_kind, last_id) rises strictly; rank is the number of base records seen;
 * after the first failure nothing is written any more. */
#include <zstd_errors.h>

#include "write.h"

#define BLOCK_TARGET (4 * WM_MIB)
#define ENTRIES_TARGET (2 * WM_MIB)
#define STREAM_FROM (8 * WM_MIB) /* up to here the frame is made at once, for its size */
#define WINDOW_LOG_MIN 10

static void entries_init(entry_list *entries, const wm_env *env)
{
    *entries = (entry_list){ .count = 0 };
    wm_buf_init(&entries->actions, env, 64 * WM_MIB);
    wm_buf_init(&entries->gaps, env, 64 * WM_MIB);
    wm_buf_init(&entries->kinds, env, 64 * WM_MIB);
    wm_buf_init(&entries->ids, env, 64 * WM_MIB);
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
    wm_arena_init(&writer->held, env, WM_PACK_BYTES_MAX);
    writer->holding =
        writer->options.mixed_bytes > 0 &&
        (header->kind == WM_PACK_SNAPSHOT || writer->base == NULL || writer->base->get != NULL);
    entries_init(&writer->entries, env);
    wm_buf_init(&writer->canonical, env, WM_RECORD_BYTES_MAX);
    wm_buf_init(&writer->payload, env, PACK_BLOCK_BYTES_MAX);
    wm_buf_init(&writer->records, env, WM_PACK_BYTES_MAX);
    wm_buf_init(&writer->pending, env, WM_PACK_BYTES_MAX);
    wm_buf_init(&writer->body, env, max);
    wm_status status = pack_encoder_init(&writer->encoder, env, err);
    wm_pack_header *mine = &writer->file.header;
    *mine = *header;
    mine->edition = wm_arena_copy(&writer->strings, header->edition);
    mine->partition = wm_arena_copy(&writer->strings, header->partition);
    mine->add_count = mine->change_count = mine->remove_count = mine->raw_bytes = 0;
    writer->file.by_rank = writer->base != NULL && header->kind == WM_PACK_DELTA;
    writer->file.ids_first = writer->base != NULL || header->kind == WM_PACK_DELTA;
    writer->compressor = ZSTD_createCCtx();
    if (status == WM_OK &&
        (mine->edition.ptr == NULL || mine->partition.ptr == NULL || writer->compressor == NULL)) {
        status = wm_fail_memory(err);
    }
    return status;
}

static wm_status announce(wm_pack_writer *writer, wm_error *err);
static wm_status put_announced(wm_pack_writer *writer, wm_error *err);

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
        if (status == WM_OK && !writer->holding) {
            status = put_announced(writer, err);
        }
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
    wm_buf_fini(&writer->body);
    wm_buf_fini(&writer->pending);
    wm_buf_fini(&writer->records);
    wm_buf_fini(&writer->payload);
    wm_buf_fini(&writer->canonical);
    wm_buf_fini(&writer->entries.ids);
    wm_buf_fini(&writer->entries.kinds);
    wm_buf_fini(&writer->entries.gaps);
    wm_buf_fini(&writer->entries.actions);
    pack_encoder_fini(&writer->encoder);
    wm_arena_fini(&writer->held);
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
static wm_status flush_entries(wm_pack_writer *writer, wm_error *err)
{
    entry_list *entries = &writer->entries;
    wm_buf *payload = &writer->payload;
    if (entries->count == 0) {
        return WM_OK;
    }
    wm_buf ids;
    wm_buf_init(&ids, writer->env, PACK_BLOCK_BYTES_MAX);
    pack_encoding encoding = PACK_PLAIN;
    pack_texts texts = { .env = writer->env,
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
    return status;
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
    bool delta = writer->file.header.kind == WM_PACK_DELTA;
    if (writer->encoder.bytes >= BLOCK_TARGET || pack_model_is_large(&writer->encoder.model)) {
        status = flush_records(writer, err);
    }
    const entry_list *entries = &writer->entries;
    size_t bytes = entries->ids.len + entries->actions.len + entries->gaps.len;
    if (status == WM_OK && bytes >= ENTRIES_TARGET) {
        status = delta ? flush_entries(writer, err) : flush_records(writer, err);
    }
    return status;
}

/* Goes on in the base until the record. */
static wm_status seek_base(wm_pack_writer *writer, wm_kind kind, wm_str id, wm_error *err)
{
    int order = -1;
    while (order < 0) {
        wm_kind base_kind = WM_KIND_DIRECTORY;
        wm_str base_id = { NULL, 0 };
        wm_status status = writer->base->next(writer->base->context, &base_kind, &base_id);
        if (status != WM_OK && status != WM_END) {
            return wm_fail(err, status, "pack: the base cannot be read");
        }
        order = status == WM_END ? 1 : pack_order(base_kind, base_id, kind, id);
        writer->rank++;
    }
    return order == 0 ? WM_OK
                      : wm_fail(err, WM_BAD_ARGUMENT, "pack: the base has no %s/%.*s",
                                wm_kind_name(kind), WM_STR_ARG(id));
}

static void push(wm_buf *list, int64_t value)
{
    wm_buf_put(list, &value, sizeof value);
}

static wm_status put_entry(wm_pack_writer *writer, int action, wm_kind kind, wm_str id,
                           wm_error *err)
{
    entry_list *entries = &writer->entries;
    push(&entries->actions, action);
    if (action == PACK_ADD || !writer->file.by_rank) {
        push(&entries->kinds, (int64_t)kind);
        wm_buf_put_str(&entries->ids, id);
        wm_buf_put_char(&entries->ids, '\0');
        entries->id_count++;
    } else {
        wm_status status = seek_base(writer, kind, id, err);
        if (status != WM_OK) {
            return status;
        }
        push(&entries->gaps, (int64_t)(writer->rank - 1 - writer->next_rank));
        writer->next_rank = writer->rank;
        entries->gap_count++;
    }
    entries->count++;
    wm_status status = wm_buf_status(&entries->ids, err);
    status = status == WM_OK ? wm_buf_status(&entries->actions, err) : status;
    status = status == WM_OK ? wm_buf_status(&entries->gaps, err) : status;
    return status == WM_OK ? wm_buf_status(&entries->kinds, err) : status;
}

/* Takes all ids of a snapshot from its base, before any record. */
static wm_status announce(wm_pack_writer *writer, wm_error *err)
{
    wm_status status = WM_OK;
    while (status == WM_OK) {
        wm_kind kind = WM_KIND_DIRECTORY;
        wm_str id = { NULL, 0 };
        status = writer->base->next(writer->base->context, &kind, &id);
        if (status != WM_OK) {
            break;
        }
        pack_entry *entry = pack_list_add(&writer->announced, &writer->strings, sizeof *entry);
        wm_str copy = wm_arena_copy(&writer->strings, id);
        if (entry == NULL || copy.ptr == NULL) {
            return wm_fail_memory(err);
        }
        *entry = (pack_entry){ PACK_ADD, kind, copy };
    }
    if (status != WM_END) {
        return wm_fail(err, status, "pack: the base cannot be read");
    }
    pack_ids_index(&writer->ids, writer->announced.items, writer->announced.count);
    writer->encoder.shared.ids = &writer->ids;
    return WM_OK;
}

/* Puts all ids of a snapshot before any record. */
static wm_status put_announced(wm_pack_writer *writer, wm_error *err)
{
    wm_status status = WM_OK;
    const pack_entry *entry = writer->announced.items;
    for (uint32_t i = 0; i < writer->announced.count && status == WM_OK; i++) {
        status = put_entry(writer, PACK_ADD, entry[i].kind, entry[i].id, err);
        if (status == WM_OK && writer->entries.ids.len >= ENTRIES_TARGET) {
            status = flush_entries(writer, err);
        }
    }
    return status == WM_OK ? flush_entries(writer, err) : status;
}

/* Parses a record and sees that it is canonical. */
static wm_status parse(wm_pack_writer *writer, const pack_entry *entry, wm_str bytes,
                       const wm_json **value_out, wm_error *err)
{
    wm_status status = wm_json_parse(&writer->scratch, bytes, WM_RECORD_BYTES_MAX, value_out, err);
    if (status == WM_OK) {
        wm_buf_reset(&writer->canonical);
        wm_json_write(&writer->canonical, *value_out);
        status = wm_buf_status(&writer->canonical, err);
    }
    if (status == WM_NO_MEMORY) {
        return status;
    }
    const wm_json *own = status == WM_OK ? wm_json_get(*value_out, "id") : NULL;
    if (status != WM_OK || !wm_str_equal(wm_buf_str(&writer->canonical), bytes) ||
        !wm_json_is(own, WM_JSON_STRING) || !wm_str_equal(own->as.string, entry->id)) {
        return wm_fail(err, WM_BAD_ARGUMENT, "pack: %s/%.*s: expected canonical JSON with that id",
                       wm_kind_name(entry->kind), WM_STR_ARG(entry->id));
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
    const pack_entry *next = (const pack_entry *)writer->announced.items + writer->added;
    if (writer->added == writer->announced.count ||
        pack_order(next->kind, next->id, kind, id) != 0) {
        return wm_fail(err, WM_BAD_ARGUMENT, "pack: %s/%.*s: is not the next id of the base",
                       wm_kind_name(kind), WM_STR_ARG(id));
    }
    writer->added++;
    return WM_OK;
}

/* ---- what is done with an entry: held while the pack is small, else put to blocks ---- */

static wm_status check_order(wm_pack_writer *writer, const pack_entry *entry, wm_error *err)
{
    if (!wm_id_valid(entry->id) || (unsigned)entry->kind >= WM_KIND_COUNT) {
        return wm_fail(err, WM_BAD_ARGUMENT, "pack: expected a valid id");
    }
    if (writer->has_last &&
        pack_order(writer->last_kind, wm_str_of(writer->last_id), entry->kind, entry->id) >= 0) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "pack: %s/%.*s: expected records in order of kind and id",
                       wm_kind_name(entry->kind), WM_STR_ARG(entry->id));
    }
    if (entry->action != PACK_ADD && writer->file.header.kind == WM_PACK_SNAPSHOT) {
        return wm_fail(err, WM_BAD_ARGUMENT, "pack: a snapshot only adds");
    }
    writer->last_kind = entry->kind;
    memcpy(writer->last_id, entry->id.ptr, entry->id.len);
    writer->last_id[entry->id.len] = '\0';
    writer->has_last = true;
    return announces(writer) ? take_announced(writer, entry->kind, entry->id, err) : WM_OK;
}

/* An entry, and its record, to the blocks. */
static wm_status put_held(wm_pack_writer *writer, const pack_held *held, wm_error *err)
{
    const pack_entry *entry = &held->entry;
    const wm_json *old = NULL;
    const wm_json *value = NULL;
    wm_status status = WM_OK;
    wm_arena_reset(&writer->scratch);
    if (!announces(writer)) {
        status = put_entry(writer, entry->action, entry->kind, entry->id, err);
    }
    if (status == WM_OK && entry->action == PACK_CHANGE) {
        status = parse(writer, entry, held->before, &old, err);
    }
    if (status == WM_OK && entry->action != PACK_REMOVE) {
        status = parse(writer, entry, held->after, &value, err);
    }
    if (status == WM_OK && entry->action != PACK_REMOVE) {
        status = entry->action == PACK_CHANGE
                     ? pack_encode_change(&writer->encoder, entry->kind, entry->id, old, value, err)
                     : pack_encode_add(&writer->encoder, entry->kind, entry->id, value, err);
    }
    return status == WM_OK ? flush_full(writer, err) : status;
}

/* The pack is too large to be mixed: all that was held goes to blocks. */
static wm_status let_go(wm_pack_writer *writer, wm_error *err)
{
    wm_status status = announces(writer) ? put_announced(writer, err) : WM_OK;
    const pack_held *held = writer->changes.items;
    writer->holding = false;
    for (uint32_t i = 0; i < writer->changes.count && status == WM_OK; i++) {
        status = put_held(writer, &held[i], err);
    }
    writer->changes = (pack_list){ NULL, 0, 0 };
    wm_arena_fini(&writer->held);
    return status;
}

static wm_status hold(wm_pack_writer *writer, const pack_held *given, wm_error *err)
{
    wm_arena *arena = &writer->held;
    wm_status status = WM_OK;
    pack_held copy = *given;
    pack_held *place = pack_list_add(&writer->changes, arena, sizeof *place);
    copy.entry.id = wm_arena_copy(arena, given->entry.id);
    copy.before = wm_arena_copy(arena, given->before);
    copy.after = wm_arena_copy(arena, given->after);
    if (place == NULL || copy.entry.id.ptr == NULL || copy.before.ptr == NULL ||
        copy.after.ptr == NULL) {
        return wm_fail_memory(err);
    }
    *place = copy;
    wm_arena_reset(&writer->scratch);
    const wm_json *value = NULL;
    if (given->entry.action == PACK_CHANGE) {
        status = parse(writer, &given->entry, given->before, &value, err);
    }
    if (status == WM_OK && given->entry.action != PACK_REMOVE) {
        status = parse(writer, &given->entry, given->after, &value, err);
    }
    writer->held_bytes += given->before.len + given->after.len;
    return status == WM_OK && writer->held_bytes > writer->options.mixed_bytes ? let_go(writer, err)
                                                                               : status;
}

static wm_status put(wm_pack_writer *writer, const pack_held *given, wm_error *err)
{
    wm_error *mine = &writer->error;
    wm_pack_header *header = &writer->file.header;
    wm_status status = writer->status;
    if (status == WM_OK) {
        status = check_order(writer, &given->entry, mine);
    }
    if (status == WM_OK) {
        header->add_count += given->entry.action == PACK_ADD ? 1 : 0;
        header->change_count += given->entry.action == PACK_CHANGE ? 1 : 0;
        header->remove_count += given->entry.action == PACK_REMOVE ? 1 : 0;
        writer->file.record_bytes += given->after.len;
        status = writer->holding ? hold(writer, given, mine) : put_held(writer, given, mine);
    }
    return stick(writer, status, err);
}

wm_status wm_pack_writer_add(wm_pack_writer *writer, wm_kind kind, wm_str id, wm_str bytes,
                             wm_error *err)
{
    pack_held given = { .entry = { PACK_ADD, kind, id }, .after = bytes };
    return put(writer, &given, err);
}

wm_status wm_pack_writer_change(wm_pack_writer *writer, const wm_record *before,
                                const wm_record *after, wm_error *err)
{
    pack_held given = { { PACK_CHANGE, after->kind, after->id }, before->bytes, after->bytes };
    if (writer->status == WM_OK &&
        (before->kind != after->kind || !wm_str_equal(before->id, after->id))) {
        wm_status status =
            wm_fail(&writer->error, WM_BAD_ARGUMENT, "pack: expected two versions of one record");
        return stick(writer, status, err);
    }
    return put(writer, &given, err);
}

wm_status wm_pack_writer_remove(wm_pack_writer *writer, wm_kind kind, wm_str id, wm_error *err)
{
    pack_held given = { .entry = { PACK_REMOVE, kind, id } };
    return put(writer, &given, err);
}

static wm_status finish(wm_pack_writer *writer, wm_buf *out, wm_error *err)
{
    const wm_pack_header *header = &writer->file.header;
    if (header->kind == WM_PACK_DELTA &&
        header->add_count + header->change_count + header->remove_count >
            WM_PACK_DELTA_ENTRIES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "pack: a delta of more than %llu entries",
                       (unsigned long long)WM_PACK_DELTA_ENTRIES_MAX);
    }
    if (announces(writer) && writer->added != writer->announced.count) {
        return wm_fail(err, WM_BAD_ARGUMENT, "pack: the base has ids that were not added");
    }
    wm_status status = WM_OK;
    if (writer->holding) {
        status = pack_write_mixed(writer, err);
        if (status == WM_OK) {
            pack_file_write(&writer->file, wm_buf_str(&writer->body), out);
            status = wm_buf_status(out, err);
        }
        return status;
    }
    status = flush_records(writer, err);
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
    if (status == WM_OK) {
        status = compress_pending(writer, true, err);
    }
    if (status == WM_OK) {
        pack_file_write(&writer->file, wm_buf_str(&writer->body), out);
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
        header_out->raw_bytes = writer->file.body_raw_bytes > writer->file.record_bytes
                                    ? writer->file.body_raw_bytes
                                    : writer->file.record_bytes;
    }
    status = stick(writer, status, err);
    if (status == WM_OK) {
        writer->status = WM_BAD_ARGUMENT;
        (void)wm_fail(&writer->error, WM_BAD_ARGUMENT, "pack: the writer has finished");
    }
    return status;
}

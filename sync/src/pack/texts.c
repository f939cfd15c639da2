/* texts.c: samples and frames of texts. See texts.h.
 *
 * Bounds of a reader: a sample has at most so many ids as here, and a frame is decompressed at once
 * into the bytes that the header says, so it needs no window. */
#include "texts.h"

#include <zstd.h>
#include <zstd_errors.h>

#define RECORD_ARENA_MAX (64 * WM_MIB)

#define KEPT_BYTES_MAX (6 * WM_MIB) /* of values; a reader parses what is beyond twice */

static bool is_sampled(pack_sample *sample)
{
    return sample->is_spread && (sample->seen++ & (((uint64_t)1 << sample->log) - 1)) == 0;
}

uint32_t pack_sample_changed(uint64_t changes)
{
    return changes < PACK_SAMPLE_MOST ? (uint32_t)changes : PACK_SAMPLE_MOST;
}

uint64_t pack_sample_gap(const pack_sample *sample)
{
    uint64_t step = (uint64_t)1 << sample->log;
    bool keeps = sample->is_spread && sample->records.count < sample->most;
    return keeps ? (0 - sample->seen) & (step - 1) : UINT64_MAX;
}

static wm_status keep(pack_sample *sample, wm_arena *arena, const pack_entry *given, wm_error *err)
{
    pack_entry *entry = pack_list_add(&sample->records, arena, sizeof *entry);
    wm_str copy = wm_arena_copy(arena, given->id);
    if (entry == NULL || copy.ptr == NULL) {
        return wm_fail_memory(err);
    }
    *entry = (pack_entry){ PACK_MENTION, given->kind, copy };
    return WM_OK;
}

wm_status pack_sample_see(pack_sample *sample, wm_arena *arena, const pack_entry *entry,
                          wm_error *err)
{
    bool wanted = is_sampled(sample) && sample->records.count < sample->most;
    return wanted && entry->action != PACK_CHANGE ? keep(sample, arena, entry, err) : WM_OK;
}

wm_status pack_sample_thin(pack_sample *sample, wm_arena *arena, const pack_entry *entry,
                           wm_error *err)
{
    if (!is_sampled(sample)) {
        return WM_OK;
    }
    if (sample->records.count == sample->most) {
        pack_entry *records = sample->records.items;
        for (uint32_t i = 0; i < sample->most / 2; i++) {
            records[i] = records[2 * (size_t)i];
        }
        /* The one at hand is number 2^log x most: it stays in. */
        sample->records.count = sample->most / 2;
        sample->log++;
    }
    return keep(sample, arena, entry, err);
}

static wm_status add(pack_sample *sample, wm_arena *arena, const pack_entry *given, wm_error *err)
{
    pack_entry *entry = pack_list_add(&sample->records, arena, sizeof *entry);
    if (entry == NULL) {
        return wm_fail_memory(err);
    }
    *entry = *given;
    return WM_OK;
}

static wm_status add_changed(pack_sample *sample, wm_arena *arena, const pack_entry *entries,
                             uint32_t count, wm_error *err)
{
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < count && status == WM_OK && sample->records.count < PACK_SAMPLE_MOST;
         i++) {
        if (entries[i].action == PACK_CHANGE) {
            status = add(sample, arena, &entries[i], err);
        }
    }
    sample->changed = sample->records.count;
    if (status == WM_OK && sample->kept_arena != NULL) {
        sample->kept = wm_arena_array(arena, sample->changed, sizeof(wm_json *));
        status = sample->kept == NULL ? wm_fail_memory(err) : WM_OK;
    }
    return status;
}

wm_status pack_sample_close(pack_sample *sample, wm_arena *arena, const pack_entry *entries,
                            uint32_t count, wm_error *err)
{
    pack_list spread = sample->records;
    const pack_entry *other = spread.items;
    sample->records = (pack_list){ NULL, 0, 0 };
    wm_status status = add_changed(sample, arena, entries, count, err);
    uint32_t at = 0;
    for (uint32_t i = 0; i < spread.count && status == WM_OK; i++) {
        int order = 1;
        while (at < sample->changed && order > 0) {
            const pack_entry *changed = (const pack_entry *)sample->records.items + at;
            order = pack_order(other[i].kind, other[i].id, changed->kind, changed->id);
            at += order > 0 ? 1 : 0;
        }
        if (order != 0 && sample->records.count < PACK_SAMPLE_MOST) {
            status = add(sample, arena, &other[i], err);
        }
    }
    return status;
}

/* One record, from the base to the one who wants it. */
typedef struct sample_reading {
    const wm_pack_base *base;
    const pack_sample_reader *reader;
    const pack_sample *sample;
    wm_arena arena; /* of one record */
    wm_buf bytes;
    size_t total; /* bytes of records so far */
} sample_reading;

/* Where the value of a record goes. */
static wm_arena *arena_of(sample_reading *reading, uint32_t number)
{
    const pack_sample *sample = reading->sample;
    bool kept = sample->kept != NULL && number < sample->changed &&
                sample->kept_arena->bytes < KEPT_BYTES_MAX;
    return kept ? sample->kept_arena : &reading->arena;
}

/* WM_END: those before it have enough bytes. */
static wm_status read_record(sample_reading *reading, uint32_t number, wm_error *err)
{
    const pack_entry *entry = (const pack_entry *)reading->sample->records.items + number;
    wm_arena *arena = arena_of(reading, number);
    const wm_json *value = NULL;
    wm_buf_reset(&reading->bytes);
    wm_arena_reset(&reading->arena);
    wm_status status =
        reading->base->get(reading->base->context, entry->kind, entry->id, &reading->bytes);
    if (status != WM_OK) {
        return wm_fail(err, status == WM_NOT_FOUND ? WM_CONFLICT : status,
                       "pack: the base cannot be read");
    }
    status = wm_buf_status(&reading->bytes, err);
    reading->total += reading->bytes.len;
    if (status == WM_OK && reading->total > PACK_SAMPLE_BYTES_MAX) {
        return WM_END;
    }
    if (status == WM_OK) {
        status =
            wm_json_parse(arena, wm_buf_str(&reading->bytes), WM_RECORD_BYTES_MAX, &value, err);
    }
    if (status != WM_OK) {
        return status;
    }
    if (arena != &reading->arena) {
        reading->sample->kept[number] = value;
    }
    wm_record record = { entry->kind, entry->id, wm_buf_str(&reading->bytes) };
    return reading->reader->see(reading->reader->context, &record, value, err);
}

wm_status pack_sample_read(const wm_env *env, const wm_pack_base *base, const pack_sample *sample,
                           const pack_sample_reader *reader, wm_error *err)
{
    sample_reading reading = { .base = base, .reader = reader, .sample = sample };
    wm_status status = WM_OK;
    wm_arena_init(&reading.arena, env, RECORD_ARENA_MAX);
    wm_buf_init(&reading.bytes, env, WM_RECORD_BYTES_MAX);
    for (uint32_t i = 0; i < sample->records.count && status == WM_OK; i++) {
        status = read_record(&reading, i, err);
    }
    wm_buf_fini(&reading.bytes);
    wm_arena_fini(&reading.arena);
    return status == WM_END ? WM_OK : status;
}

/* ---- frame ---- */

static wm_status zstd_failed(size_t code, wm_status status, wm_error *err)
{
    return ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation
               ? wm_fail_memory(err)
               : wm_fail(err, status, "pack: texts: zstd: %s", ZSTD_getErrorName(code));
}

static size_t compress(ZSTD_CCtx *context, wm_str texts, wm_str prefix, int level, void *at,
                       size_t room)
{
    const struct {
        ZSTD_cParameter parameter;
        int value;
    } settings[] = {
        { ZSTD_c_compressionLevel, level }, { ZSTD_c_windowLog, WM_PACK_WINDOW_LOG_MAX },
        { ZSTD_c_contentSizeFlag, 0 },      { ZSTD_c_checksumFlag, 0 },
        { ZSTD_c_dictIDFlag, 0 },
    };
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        size_t code = ZSTD_CCtx_setParameter(context, settings[i].parameter, settings[i].value);
        if (ZSTD_isError(code) != 0) {
            return code;
        }
    }
    size_t code = ZSTD_CCtx_refPrefix(context, prefix.ptr, prefix.len);
    return ZSTD_isError(code) != 0 ? code : ZSTD_compress2(context, at, room, texts.ptr, texts.len);
}

wm_status pack_texts_compress(wm_str texts, wm_str prefix, int level, wm_buf *out, wm_error *err)
{
    size_t room = ZSTD_compressBound(texts.len);
    void *at = wm_buf_reserve(out, room);
    if (at == NULL) {
        return wm_buf_status(out, err);
    }
    ZSTD_CCtx *context = ZSTD_createCCtx();
    if (context == NULL) {
        return wm_fail_memory(err);
    }
    size_t code = compress(context, texts, prefix, level, at, room);
    (void)ZSTD_freeCCtx(context);
    if (ZSTD_isError(code) != 0) {
        return zstd_failed(code, WM_INTERNAL, err);
    }
    wm_buf_grown(out, code);
    return WM_OK;
}

wm_status pack_texts_decompress(wm_str frame, wm_str prefix, size_t length, wm_buf *out,
                                wm_error *err)
{
    size_t packed = ZSTD_findFrameCompressedSize(frame.ptr, frame.len);
    if (ZSTD_isError(packed) != 0 || packed != frame.len) {
        return wm_fail(err, WM_BAD_INPUT, "pack: texts: expected one frame");
    }
    void *at = wm_buf_reserve(out, length);
    if (at == NULL) {
        return wm_buf_status(out, err);
    }
    ZSTD_DCtx *context = ZSTD_createDCtx();
    if (context == NULL) {
        return wm_fail_memory(err);
    }
    size_t code = ZSTD_DCtx_refPrefix(context, prefix.ptr, prefix.len);
    if (ZSTD_isError(code) == 0) {
        code = ZSTD_decompressDCtx(context, at, length, frame.ptr, frame.len);
    }
    (void)ZSTD_freeDCtx(context);
    if (ZSTD_isError(code) != 0) {
        return zstd_failed(code, WM_BAD_INPUT, err);
    }
    if (code != length) {
        return wm_fail(err, WM_BAD_INPUT, "pack: texts: shorter than the header says");
    }
    wm_buf_grown(out, length);
    return WM_OK;
}

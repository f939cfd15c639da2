/* texts.c: samples, prefixes and frames of texts. See texts.h.
 *
 * Bounds of a reader: a sample has at most so many ids as here, a prefix at most
 * PACK_PREFIX_BYTES_MAX bytes, and a frame is decompressed at once into the bytes that the header
 * says, so it needs no window. */
#include "texts.h"

#include <zstd.h>
#include <zstd_errors.h>

static const uint32_t sample_most[PACK_TEXT_FRAMES] = { 4096, 16384 };

#define RECORD_ARENA_MAX (64 * WM_MIB)

void pack_sample_init(pack_sample *sample, size_t frame, uint32_t kinds, unsigned log)
{
    *sample = (pack_sample){ .kinds = kinds, .log = log, .most = sample_most[frame] };
}

static bool is_sampled(pack_sample *sample, wm_kind kind)
{
    if ((sample->kinds >> kind & 1) == 0) {
        return false;
    }
    return (sample->seen++ & (((uint64_t)1 << sample->log) - 1)) == 0;
}

static wm_status keep(pack_sample *sample, wm_arena *arena, wm_kind kind, wm_str id, wm_error *err)
{
    pack_entry *entry = pack_list_add(&sample->records, arena, sizeof *entry);
    wm_str copy = wm_arena_copy(arena, id);
    if (entry == NULL || copy.ptr == NULL) {
        return wm_fail_memory(err);
    }
    *entry = (pack_entry){ PACK_MENTION, kind, copy };
    return WM_OK;
}

wm_status pack_sample_see(pack_sample *sample, wm_arena *arena, wm_kind kind, wm_str id,
                          wm_error *err)
{
    return is_sampled(sample, kind) && sample->records.count < sample->most
               ? keep(sample, arena, kind, id, err)
               : WM_OK;
}

wm_status pack_sample_thin(pack_sample *sample, wm_arena *arena, wm_kind kind, wm_str id,
                           wm_error *err)
{
    if (!is_sampled(sample, kind)) {
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
    return keep(sample, arena, kind, id, err);
}

/* ---- prefix ---- */

typedef struct prefix_making {
    const wm_pack_base *base;
    wm_arena arena; /* of one record */
    wm_buf record;
    wm_buf *prefix;
    bool takes_long;
} prefix_making;

static void put_texts(const prefix_making *making, const wm_json *value)
{
    if (value->type == WM_JSON_STRING &&
        (value->as.string.len > PACK_SHORT_BYTES_MAX) == making->takes_long) {
        wm_buf_put_str(making->prefix, value->as.string);
        wm_buf_put_char(making->prefix, '\0');
    }
    for (uint32_t i = 0; value->type == WM_JSON_ARRAY && i < value->count; i++) {
        put_texts(making, &value->as.items[i]);
    }
    for (uint32_t i = 0; value->type == WM_JSON_OBJECT && i < value->count; i++) {
        put_texts(making, &value->as.members[i].value);
    }
}

static wm_status put_record(prefix_making *making, const pack_entry *entry, wm_error *err)
{
    const wm_json *value = NULL;
    wm_buf_reset(&making->record);
    wm_arena_reset(&making->arena);
    wm_status status =
        making->base->get(making->base->context, entry->kind, entry->id, &making->record);
    if (status != WM_OK) {
        return wm_fail(err, status == WM_NOT_FOUND ? WM_CONFLICT : status,
                       "pack: the base cannot be read");
    }
    status = wm_buf_status(&making->record, err);
    if (status == WM_OK) {
        status = wm_json_parse(&making->arena, wm_buf_str(&making->record), WM_RECORD_BYTES_MAX,
                               &value, err);
    }
    if (status == WM_OK) {
        put_texts(making, value);
        status = wm_buf_status(making->prefix, err);
    }
    return status;
}

wm_status pack_prefix_make(const wm_env *env, const wm_pack_base *base, const pack_sample *sample,
                           size_t frame, wm_buf *prefix, wm_error *err)
{
    prefix_making making = { .base = base, .prefix = prefix, .takes_long = frame > 0 };
    const pack_entry *entry = sample->records.items;
    wm_status status = WM_OK;
    wm_arena_init(&making.arena, env, RECORD_ARENA_MAX);
    wm_buf_init(&making.record, env, WM_RECORD_BYTES_MAX);
    for (uint32_t i = 0; i < sample->records.count && status == WM_OK; i++) {
        size_t before = prefix->len;
        status = put_record(&making, &entry[i], err);
        if (prefix->len > PACK_PREFIX_BYTES_MAX) {
            prefix->len = before;
            break;
        }
    }
    wm_buf_fini(&making.record);
    wm_arena_fini(&making.arena);
    return status;
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

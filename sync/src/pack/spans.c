/* spans.c: see spans.h. A row is read after the file is known to be long enough for all that it
 * says it has, so a number from outside never asks for more memory than it brought bytes. */
#include "pack/spans.h"

#include "bytes/cursor.h"

#define MAGIC "\x89WMS\r\n\x1a\n"
#define MAGIC_BYTES 8
#define PAGE_BYTES_MIN (2 + WM_DIGEST_BYTES) /* of one row in the file */
#define SPAN_BYTES_MIN (3 + WM_DIGEST_BYTES)
#define NUMBER_MAX ((uint64_t)999999999999999) /* as in names of packs */

static wm_status fail_row(wm_error *err, const char *what, uint64_t row)
{
    return wm_fail(err, WM_BAD_INPUT, "span index: %s %llu: not in rising order, or out of range",
                   what, (unsigned long long)row);
}

/* How many rows follow: no more than there are bytes for. */
static wm_status read_count(wm_reader *reader, size_t row_bytes, uint64_t most, size_t *count_out,
                            wm_error *err)
{
    uint64_t count = wm_reader_varint(reader);
    if (reader->failed || count > wm_reader_left(reader) / row_bytes) {
        return wm_fail(err, WM_BAD_INPUT, "span index: cut short");
    }
    if (count > most) {
        return wm_fail(err, WM_TOO_LARGE, "span index: expected at most %llu rows, found %llu",
                       (unsigned long long)most, (unsigned long long)count);
    }
    *count_out = (size_t)count;
    return WM_OK;
}

static wm_status read_pages(wm_arena *arena, wm_reader *reader, wm_spans *spans, wm_error *err)
{
    size_t count = 0;
    wm_status status = read_count(reader, PAGE_BYTES_MIN, WM_SPANS_PAGES_MAX, &count, err);
    wm_span_page_ref *pages = status == WM_OK ? wm_arena_array(arena, count, sizeof *pages) : NULL;
    if (pages == NULL) {
        return status == WM_OK ? wm_fail_memory(err) : status;
    }
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t step = wm_reader_varint(reader);
        uint64_t bytes = wm_reader_varint(reader);
        if (step > NUMBER_MAX - number || (i > 0 && step == 0) || bytes == 0 ||
            bytes > WM_SPANS_BYTES_MAX) {
            return fail_row(err, "page", i);
        }
        number += step;
        pages[i].number = (int64_t)number;
        pages[i].bytes = bytes;
        wm_reader_digest(reader, &pages[i].sha256);
    }
    spans->pages = pages;
    spans->page_count = count;
    return WM_OK;
}

static wm_status read_rows(wm_arena *arena, wm_reader *reader, wm_spans *spans, wm_error *err)
{
    size_t count = 0;
    wm_status status = read_count(reader, SPAN_BYTES_MIN, WM_SPANS_ROWS_MAX, &count, err);
    wm_span *rows = status == WM_OK ? wm_arena_array(arena, count, sizeof *rows) : NULL;
    if (rows == NULL) {
        return status == WM_OK ? wm_fail_memory(err) : status;
    }
    uint64_t from = 0;
    uint64_t to = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t step = wm_reader_varint(reader);
        uint64_t length = wm_reader_varint(reader);
        uint64_t bytes = wm_reader_varint(reader);
        bool same_start = i > 0 && step == 0;
        if (step > NUMBER_MAX - from || from + step == 0 || length == 0 ||
            length > NUMBER_MAX - (from + step) || (same_start && from + length <= to) ||
            bytes == 0 || bytes > WM_PACK_BYTES_MAX) {
            return fail_row(err, "span", i);
        }
        from += step;
        to = from + length;
        rows[i].from = (int64_t)from;
        rows[i].to = (int64_t)to;
        rows[i].bytes = bytes;
        wm_reader_digest(reader, &rows[i].sha256);
    }
    spans->spans = rows;
    spans->span_count = count;
    return WM_OK;
}

wm_status wm_spans_read(wm_arena *arena, wm_str bytes, wm_spans *spans_out, wm_error *err)
{
    wm_reader reader;
    wm_spans spans = { .page_count = 0 };
    if (bytes.len > WM_SPANS_BYTES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "span index: more than %zu bytes", WM_SPANS_BYTES_MAX);
    }
    wm_reader_init(&reader, bytes);
    wm_str magic = wm_reader_bytes(&reader, MAGIC_BYTES);
    if (!wm_str_equal(magic, (wm_str){ MAGIC, MAGIC_BYTES })) {
        return wm_fail(err, WM_BAD_INPUT, "not a span index");
    }
    uint8_t version = wm_reader_u8(&reader);
    if (version > WM_SPANS_VERSION) {
        return wm_fail(err, WM_NEWER, "span index: version %u is of a newer program", version);
    }
    if (version != WM_SPANS_VERSION) {
        return wm_fail(err, WM_BAD_INPUT, "span index: no version %u", version);
    }
    wm_status status = read_pages(arena, &reader, &spans, err);
    if (status == WM_OK) {
        status = read_rows(arena, &reader, &spans, err);
    }
    if (status == WM_OK && (reader.failed || wm_reader_left(&reader) > 0)) {
        status = wm_fail(err, WM_BAD_INPUT, "span index: cut short, or too long");
    }
    if (status == WM_OK) {
        *spans_out = spans;
    }
    return status;
}

static void put_digest(wm_buf *out, const wm_digest *digest)
{
    wm_buf_put_str(out, (wm_str){ (const char *)digest->bytes, WM_DIGEST_BYTES });
}

void wm_spans_write(wm_buf *out, const wm_spans *spans)
{
    wm_buf_put_str(out, (wm_str){ MAGIC, MAGIC_BYTES });
    wm_put_u8(out, WM_SPANS_VERSION);
    wm_put_varint(out, spans->page_count);
    int64_t number = 0;
    for (size_t i = 0; i < spans->page_count; i++) {
        const wm_span_page_ref *page = &spans->pages[i];
        wm_put_varint(out, (uint64_t)(page->number - number));
        wm_put_varint(out, page->bytes);
        put_digest(out, &page->sha256);
        number = page->number;
    }
    wm_put_varint(out, spans->span_count);
    int64_t from = 0;
    for (size_t i = 0; i < spans->span_count; i++) {
        const wm_span *span = &spans->spans[i];
        wm_put_varint(out, (uint64_t)(span->from - from));
        wm_put_varint(out, (uint64_t)(span->to - span->from));
        wm_put_varint(out, span->bytes);
        put_digest(out, &span->sha256);
        from = span->from;
    }
}

/* ---- as targets ---- */

static wm_status list_file(wm_arena *arena, const char *path, uint64_t bytes,
                           const wm_digest *sha256, wm_listed_file *file_out)
{
    wm_listed_file file = { .path = wm_arena_copy(arena, wm_str_of(path)),
                            .length = (int64_t)bytes,
                            .hashes = { .has_sha256 = true, .sha256 = *sha256 } };
    *file_out = file;
    return file.path.ptr != NULL ? WM_OK : WM_NO_MEMORY;
}

wm_status wm_span_pack(wm_arena *arena, wm_str partition, const wm_span *span,
                       wm_feed_pack *pack_out, wm_error *err)
{
    char path[WM_FEED_PATH_BYTES];
    wm_listed_file *file = wm_arena_alloc(arena, sizeof *file);
    if (!wm_feed_target_pack(path, partition, span->from, span->to)) {
        return wm_fail(err, WM_BAD_INPUT, "partition %.*s: the name is too long",
                       WM_STR_ARG(partition));
    }
    if (file == NULL || list_file(arena, path, span->bytes, &span->sha256, file) != WM_OK) {
        return wm_fail_memory(err);
    }
    *pack_out = (wm_feed_pack){ .file = file, .from = span->from, .to = span->to };
    return WM_OK;
}

wm_status wm_span_page_file(wm_arena *arena, wm_str partition, const wm_span_page_ref *page,
                            wm_listed_file *file_out, wm_error *err)
{
    char path[WM_FEED_PATH_BYTES];
    if (!wm_feed_target_page(path, partition, page->number)) {
        return wm_fail(err, WM_BAD_INPUT, "partition %.*s: the name is too long",
                       WM_STR_ARG(partition));
    }
    return list_file(arena, path, page->bytes, &page->sha256, file_out) == WM_OK
               ? WM_OK
               : wm_fail_memory(err);
}

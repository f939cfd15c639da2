/* header.c: the header of a pack.
 *
 *   magic 8 | version u8 | kind u8 | codec u8 | compression u8 | flags u8 | window log u8
 *   | edition: length u8, bytes | partition: length u8, bytes
 *   | from varint (delta) | to varint | base digest 32 (delta) | result digest 32 | buckets varint
 *   | added varint | changed varint (delta) | removed varint (delta)
 *   | mentioned varint (delta) | body raw bytes varint | record bytes varint
 *   | sample u8 (delta)
 *   | two frames of texts (delta): bytes varint, and if not 0: packed varint, of the second also
 *     coded varint
 *   | check of body 8 | check of header 8
 *   | body to the end
 *
 * A check is the first 8 bytes of the BLAKE2b-256: of the body, and of all of the header before
 * the check. It finds damage; authenticity is the signed hash of the whole file. */
#include "format.h"
#include "texts.h"

static const char magic[PACK_MAGIC_BYTES + 1] = "\x89WMP\r\n\x1a\n";

static wm_str check_of(wm_str bytes, wm_digest *digest)
{
    wm_digest_of(&bytes, 1, digest);
    return (wm_str){ (const char *)digest->bytes, PACK_CHECK_BYTES };
}

wm_status pack_header_check(const wm_pack_header *header, wm_status status, wm_error *err)
{
    static const wm_digest zero = { { 0 } };
    bool delta = header->kind == WM_PACK_DELTA;
    if (!delta && header->kind != WM_PACK_SNAPSHOT) {
        return wm_fail(err, status, "pack: expected a snapshot or a delta, found kind %d",
                       (int)header->kind);
    }
    if (header->edition.len == 0 || header->edition.len > WM_PACK_EDITION_BYTES_MAX) {
        return wm_fail(err, status, "pack: expected the name of an edition");
    }
    for (size_t i = 0; i < header->edition.len; i++) {
        if (header->edition.ptr[i] < 'a' || header->edition.ptr[i] > 'z') {
            return wm_fail(err, status, "pack: expected the name of an edition");
        }
    }
    if (!wm_id_valid(header->partition)) {
        return wm_fail(err, status, "pack: expected the code of a partition");
    }
    if (header->to_release == 0 || header->to_release > WM_JSON_INTEGER_MAX ||
        (delta ? header->from_release == 0 || header->from_release >= header->to_release
               : header->from_release != 0)) {
        return wm_fail(err, status, "pack: expected rising releases, found %llu to %llu",
                       (unsigned long long)header->from_release,
                       (unsigned long long)header->to_release);
    }
    if (header->bucket_count == 0) {
        return wm_fail(err, status, "pack: expected a state digest of at least one bucket");
    }
    if (!delta && !wm_digest_equal(&header->base_digest, &zero)) {
        return wm_fail(err, status, "pack: expected a snapshot without a base");
    }
    return WM_OK;
}

static void put_short(wm_buf *out, wm_str text)
{
    wm_put_u8(out, (uint8_t)text.len);
    wm_buf_put_str(out, text);
}

static void put_frame(wm_buf *out, const pack_frame *frame, bool in_codes)
{
    wm_put_varint(out, frame->bytes);
    if (frame->bytes > 0) {
        wm_put_varint(out, frame->packed);
    }
    if (frame->bytes > 0 && in_codes) {
        wm_put_varint(out, frame->coded);
    }
}

static uint8_t sample_of(const pack_file *file)
{
    unsigned spread = file->is_spread ? file->sample_log + 1 : 0;
    return (uint8_t)(file->has_sample ? spread + 1 : 0);
}

static void write_header(const pack_file *file, wm_str body, wm_buf *out)
{
    const wm_pack_header *header = &file->header;
    bool delta = header->kind == WM_PACK_DELTA;
    size_t start = out->len;
    wm_digest digest;
    wm_buf_put(out, magic, PACK_MAGIC_BYTES);
    wm_put_u8(out, WM_PACK_VERSION);
    wm_put_u8(out, (uint8_t)header->kind);
    wm_put_u8(out, PACK_CODEC_COLUMNS);
    wm_put_u8(out, PACK_COMPRESSION_ZSTD);
    bool announced = !delta && file->ids_first;
    wm_put_u8(out, (uint8_t)((file->by_rank ? PACK_FLAG_RANKS : 0) |
                             (announced ? PACK_FLAG_IDS_FIRST : 0)));
    wm_put_u8(out, (uint8_t)header->window_log);
    put_short(out, header->edition);
    put_short(out, header->partition);
    if (delta) {
        wm_put_varint(out, header->from_release);
    }
    wm_put_varint(out, header->to_release);
    if (delta) {
        wm_buf_put(out, header->base_digest.bytes, WM_DIGEST_BYTES);
    }
    wm_buf_put(out, header->result_digest.bytes, WM_DIGEST_BYTES);
    wm_put_varint(out, header->bucket_count);
    wm_put_varint(out, header->add_count);
    if (delta) {
        wm_put_varint(out, header->change_count);
        wm_put_varint(out, header->remove_count);
        wm_put_varint(out, file->mention_count);
    }
    wm_put_varint(out, file->body_raw_bytes);
    wm_put_varint(out, file->record_bytes);
    if (delta) {
        wm_put_u8(out, sample_of(file));
    }
    for (size_t i = 0; delta && i < PACK_TEXT_FRAMES; i++) {
        put_frame(out, &file->texts[i], i > 0);
    }
    wm_buf_put_str(out, check_of(body, &digest));
    if (out->status == WM_OK) {
        wm_buf_put_str(out, check_of((wm_str){ out->data + start, out->len - start }, &digest));
    }
}

void pack_file_write(const pack_file *file, wm_str body, wm_buf *out)
{
    write_header(file, body, out);
    wm_buf_put_str(out, body);
}

void pack_file_finish(const pack_file *file, wm_buf *body, wm_buf *out)
{
    bool fits = out->len == 0 && out->env == body->env && body->max_bytes <= out->max_bytes &&
                body->max_bytes - body->len > WM_PACK_HEADER_BYTES_MAX;
    if (!fits) {
        pack_file_write(file, wm_buf_str(body), out);
        return;
    }
    wm_buf header;
    wm_buf_init(&header, body->env, WM_PACK_HEADER_BYTES_MAX);
    write_header(file, wm_buf_str(body), &header);
    if (header.status == WM_OK && wm_buf_reserve(body, header.len) != NULL) {
        memmove(body->data + header.len, body->data, body->len);
        memcpy(body->data, header.data, header.len);
        wm_buf_grown(body, header.len);
        wm_buf given = *out;
        *out = *body;
        out->max_bytes = given.max_bytes;
        *body = given;
    } else {
        out->status = header.status != WM_OK ? header.status : body->status;
    }
    wm_buf_fini(&header);
}

/* Magic to window log. */
static wm_status read_front(wm_reader *reader, pack_file *file, wm_error *err)
{
    wm_str found = wm_reader_bytes(reader, PACK_MAGIC_BYTES);
    if (!wm_str_equal(found, (wm_str){ magic, PACK_MAGIC_BYTES })) {
        return wm_fail(err, WM_BAD_INPUT, "pack: expected the first bytes of a pack");
    }
    unsigned version = wm_reader_u8(reader);
    unsigned kind = wm_reader_u8(reader);
    unsigned codec = wm_reader_u8(reader);
    unsigned compression = wm_reader_u8(reader);
    unsigned flags = wm_reader_u8(reader);
    file->header.window_log = wm_reader_u8(reader);
    if (reader->failed) {
        return wm_fail(err, WM_BAD_INPUT, "pack: header: found the end");
    }
    if (version != WM_PACK_VERSION) {
        return wm_fail(err, version > WM_PACK_VERSION ? WM_NEWER : WM_BAD_INPUT,
                       "pack: expected format version %d, found %u", WM_PACK_VERSION, version);
    }
    if (codec != PACK_CODEC_COLUMNS || compression != PACK_COMPRESSION_ZSTD ||
        (flags & ~(unsigned)(PACK_FLAG_RANKS | PACK_FLAG_IDS_FIRST)) != 0) {
        return wm_fail(err, WM_NEWER, "pack: found codec %u.%u with flags %u, unknown here", codec,
                       compression, flags);
    }
    if (file->header.window_log < 10 || file->header.window_log > WM_PACK_WINDOW_LOG_MAX) {
        return wm_fail(err, WM_TOO_LARGE,
                       "pack: expected a window of at most 2^%d bytes, found 2^%u",
                       WM_PACK_WINDOW_LOG_MAX, file->header.window_log);
    }
    bool delta = kind == WM_PACK_DELTA;
    file->by_rank = (flags & PACK_FLAG_RANKS) != 0;
    file->ids_first = delta || (flags & PACK_FLAG_IDS_FIRST) != 0;
    file->header.kind = delta ? WM_PACK_DELTA : WM_PACK_SNAPSHOT;
    if ((!delta && kind != WM_PACK_SNAPSHOT) ||
        (flags & (unsigned)(delta ? PACK_FLAG_IDS_FIRST : PACK_FLAG_RANKS)) != 0) {
        return wm_fail(err, WM_BAD_INPUT,
                       "pack: expected a snapshot or a delta, found kind %u with flags %u", kind,
                       flags);
    }
    return WM_OK;
}

static void read_fields(wm_reader *reader, pack_file *file)
{
    wm_pack_header *header = &file->header;
    bool delta = header->kind == WM_PACK_DELTA;
    header->edition = wm_reader_bytes(reader, wm_reader_u8(reader));
    header->partition = wm_reader_bytes(reader, wm_reader_u8(reader));
    header->from_release = delta ? wm_reader_varint(reader) : 0;
    header->to_release = wm_reader_varint(reader);
    if (delta) {
        wm_reader_digest(reader, &header->base_digest);
    }
    wm_reader_digest(reader, &header->result_digest);
    uint64_t buckets = wm_reader_varint(reader);
    header->bucket_count = buckets > UINT32_MAX ? 0 : (uint32_t)buckets;
    header->add_count = wm_reader_varint(reader);
    header->change_count = delta ? wm_reader_varint(reader) : 0;
    header->remove_count = delta ? wm_reader_varint(reader) : 0;
    file->mention_count = delta ? wm_reader_varint(reader) : 0;
    file->body_raw_bytes = wm_reader_varint(reader);
    file->record_bytes = wm_reader_varint(reader);
    unsigned sample = delta ? wm_reader_u8(reader) : 0;
    file->has_sample = sample > 0;
    file->is_spread = sample > 1;
    file->sample_log = sample > 1 ? sample - 2 : 0;
    for (size_t i = 0; delta && i < PACK_TEXT_FRAMES; i++) {
        pack_frame *frame = &file->texts[i];
        frame->bytes = wm_reader_varint(reader);
        frame->packed = frame->bytes > 0 ? wm_reader_varint(reader) : 0;
        frame->coded = frame->bytes > 0 && i > 0 ? wm_reader_varint(reader) : frame->bytes;
    }
    header->raw_bytes = pack_file_raw_bytes(file);
    (void)wm_reader_bytes(reader, PACK_CHECK_BYTES);
}

static wm_status check_limits(const pack_file *file, const wm_pack_limits *limits, wm_error *err)
{
    const wm_pack_header *header = &file->header;
    if (header->raw_bytes > limits->raw_bytes) {
        return wm_fail(err, WM_TOO_LARGE, "pack: expected at most %llu bytes unpacked, found %llu",
                       (unsigned long long)limits->raw_bytes,
                       (unsigned long long)header->raw_bytes);
    }
    uint64_t counts[PACK_ACTION_COUNT] = { header->add_count, header->change_count,
                                           header->remove_count, file->mention_count };
    uint64_t entries = 0;
    for (size_t i = 0; i < PACK_ACTION_COUNT; i++) {
        /* A record takes at least two bytes, and an entry of a delta is counted one by one. */
        uint64_t max =
            header->kind == WM_PACK_DELTA ? WM_PACK_DELTA_ENTRIES_MAX : file->record_bytes / 2;
        if (counts[i] > max - (entries > max ? max : entries)) {
            return wm_fail(err, WM_TOO_LARGE, "pack: expected at most %llu entries",
                           (unsigned long long)max);
        }
        entries += counts[i];
    }
    return WM_OK;
}

static wm_status check_frames(const pack_file *file, wm_str body, wm_error *err)
{
    uint64_t left = body.len;
    if ((file->mention_count != 0 || file->has_sample) && !file->by_rank) {
        return wm_fail(err, WM_BAD_INPUT, "pack: header: expected base ranks");
    }
    if (file->sample_log > PACK_SAMPLE_LOG_MAX) {
        return wm_fail(err, WM_BAD_INPUT, "pack: header: expected a sample");
    }
    for (size_t i = 0; i < PACK_TEXT_FRAMES; i++) {
        const pack_frame *frame = &file->texts[i];
        uint64_t most = frame->bytes > frame->coded ? frame->bytes : frame->coded;
        if (most > PACK_TEXTS_BYTES_MAX) {
            return wm_fail(err, WM_TOO_LARGE,
                           "pack: expected at most %zu bytes of texts, found %llu",
                           PACK_TEXTS_BYTES_MAX, (unsigned long long)most);
        }
        if (frame->packed > left) {
            return wm_fail(err, WM_BAD_INPUT, "pack: header: expected a frame of texts");
        }
        left -= frame->packed;
    }
    return WM_OK;
}

wm_status pack_file_read(wm_str bytes, const wm_pack_limits *limits, pack_file *file_out,
                         wm_str *body_out, wm_error *err)
{
    pack_file file = { .by_rank = false };
    if (bytes.len > limits->bytes) {
        return wm_fail(err, WM_TOO_LARGE, "pack: expected at most %llu bytes, found %zu",
                       (unsigned long long)limits->bytes, bytes.len);
    }
    wm_reader reader;
    wm_reader_init(&reader, bytes);
    wm_status status = read_front(&reader, &file, err);
    if (status != WM_OK) {
        return status;
    }
    read_fields(&reader, &file);
    size_t checked = reader.at;
    wm_str check = wm_reader_bytes(&reader, PACK_CHECK_BYTES);
    if (reader.failed) {
        return wm_fail(err, WM_BAD_INPUT, "pack: header: found the end or a bad number");
    }
    wm_digest digest;
    if (!wm_str_equal(check, check_of((wm_str){ bytes.ptr, checked }, &digest))) {
        return wm_fail(err, WM_BAD_INPUT, "pack: header is damaged");
    }
    status = pack_header_check(&file.header, WM_BAD_INPUT, err);
    if (status == WM_OK) {
        status = check_limits(&file, limits, err);
    }
    wm_str body = { bytes.ptr + reader.at, bytes.len - reader.at };
    if (status == WM_OK) {
        status = check_frames(&file, body, err);
    }
    if (status != WM_OK) {
        return status;
    }
    file.header_bytes = reader.at;
    *file_out = file;
    *body_out = body;
    return WM_OK;
}

wm_status pack_file_check_body(wm_str bytes, const pack_file *file, wm_error *err)
{
    wm_digest digest;
    wm_str body = { bytes.ptr + file->header_bytes, bytes.len - file->header_bytes };
    wm_str check = { bytes.ptr + file->header_bytes - 2 * (size_t)PACK_CHECK_BYTES,
                     PACK_CHECK_BYTES };
    if (!wm_str_equal(check, check_of(body, &digest))) {
        return wm_fail(err, WM_BAD_INPUT, "pack: body is cut short or damaged");
    }
    return WM_OK;
}

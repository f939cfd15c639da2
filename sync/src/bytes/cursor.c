/* cursor.c: see cursor.h. */
#include "bytes/cursor.h"

void wm_reader_init(wm_reader *reader, wm_str bytes)
{
    *reader = (wm_reader){ .bytes = (const uint8_t *)bytes.ptr, .len = bytes.len };
}

static bool has(wm_reader *reader, uint64_t length)
{
    if (!reader->failed && length > reader->len - reader->at) {
        reader->failed = true;
        reader->failed_at = reader->at;
    }
    return !reader->failed;
}

uint8_t wm_reader_u8(wm_reader *reader)
{
    return has(reader, 1) ? reader->bytes[reader->at++] : 0;
}

static uint64_t little_endian(wm_reader *reader, unsigned width)
{
    uint64_t value = 0;
    if (has(reader, width)) {
        for (unsigned i = 0; i < width; i++) {
            value |= (uint64_t)reader->bytes[reader->at++] << (8 * i);
        }
    }
    return value;
}

uint32_t wm_reader_u32(wm_reader *reader)
{
    return (uint32_t)little_endian(reader, 4);
}

uint64_t wm_reader_u64(wm_reader *reader)
{
    return little_endian(reader, 8);
}

uint64_t wm_reader_varint(wm_reader *reader)
{
    size_t start = reader->at;
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = wm_reader_u8(reader);
        if (reader->failed) {
            return 0;
        }
        bool over = shift == 63 && byte > 1;
        bool padded = shift > 0 && byte == 0;
        if (over || padded) {
            break;
        }
        value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            return value;
        }
    }
    reader->failed = true;
    reader->failed_at = start;
    return 0;
}

wm_str wm_reader_bytes(wm_reader *reader, uint64_t length)
{
    if (!has(reader, length)) {
        return (wm_str){ "", 0 };
    }
    wm_str bytes = { (const char *)reader->bytes + reader->at, (size_t)length };
    reader->at += (size_t)length;
    return bytes;
}

void wm_reader_digest(wm_reader *reader, wm_digest *digest_out)
{
    wm_str bytes = wm_reader_bytes(reader, WM_DIGEST_BYTES);
    memset(digest_out, 0, sizeof *digest_out);
    memcpy(digest_out->bytes, bytes.ptr, bytes.len);
}

size_t wm_reader_left(const wm_reader *reader)
{
    return reader->failed ? 0 : reader->len - reader->at;
}

wm_status wm_reader_status(const wm_reader *reader, wm_error *err)
{
    if (!reader->failed) {
        return WM_OK;
    }
    return wm_fail(err, WM_BAD_INPUT, "byte %zu: expected more, found the end or a bad number",
                   reader->failed_at);
}

void wm_put_u8(wm_buf *out, uint8_t value)
{
    wm_buf_put_char(out, (char)value);
}

static void put_little_endian(wm_buf *out, uint64_t value, unsigned width)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < width; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
    wm_buf_put(out, bytes, width);
}

void wm_put_u32(wm_buf *out, uint32_t value)
{
    put_little_endian(out, value, 4);
}

void wm_put_u64(wm_buf *out, uint64_t value)
{
    put_little_endian(out, value, 8);
}

void wm_put_varint(wm_buf *out, uint64_t value)
{
    while (value >= 0x80) {
        wm_put_u8(out, (uint8_t)(value | 0x80));
        value >>= 7;
    }
    wm_put_u8(out, (uint8_t)value);
}

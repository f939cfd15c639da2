/* cursor.h: bounded reading of bytes from outside.
 *
 * A reader never goes past its end: the first short or malformed read sticks, later reads give
 * zeros, and wm_reader_status reports it once. Integers are little-endian or LEB128 variable
 * length. */
#ifndef WAYMARK_BYTES_CURSOR_H
#define WAYMARK_BYTES_CURSOR_H

#include <waymark/sys/buf.h>
#include <waymark/sys/digest.h>

typedef struct wm_reader {
    const uint8_t *bytes;
    size_t len;
    size_t at;
    bool failed;
    size_t failed_at; /* offset of the read that failed */
} wm_reader;

void wm_reader_init(wm_reader *reader, wm_str bytes);
uint8_t wm_reader_u8(wm_reader *reader);
uint32_t wm_reader_u32(wm_reader *reader);
uint64_t wm_reader_u64(wm_reader *reader);
/* LEB128 of at most 10 bytes, in its shortest form; anything else fails. */
uint64_t wm_reader_varint(wm_reader *reader);
/* The next `length` bytes, borrowed. Empty once failed. */
wm_str wm_reader_bytes(wm_reader *reader, uint64_t length);
void wm_reader_digest(wm_reader *reader, wm_digest *digest_out);
size_t wm_reader_left(const wm_reader *reader);
/* WM_OK, or WM_BAD_INPUT that names the offset. */
WM_MUST_USE wm_status wm_reader_status(const wm_reader *reader, wm_error *err);

void wm_put_u8(wm_buf *out, uint8_t value);
void wm_put_u32(wm_buf *out, uint32_t value);
void wm_put_u64(wm_buf *out, uint64_t value);
void wm_put_varint(wm_buf *out, uint64_t value);

#endif

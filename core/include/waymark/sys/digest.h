/* digest.h: BLAKE2b-256 of records and states, and SHA-256 where a standard (TUF) asks for it. Both
 * by libsodium. */
#ifndef WAYMARK_SYS_DIGEST_H
#define WAYMARK_SYS_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <waymark/sys/error.h>
#include <waymark/sys/str.h>

WM_BEGIN_DECLS

#define WM_DIGEST_BYTES 32
#define WM_DIGEST_HEX_BYTES 65 /* with NUL */

typedef struct wm_digest {
    uint8_t bytes[WM_DIGEST_BYTES];
} wm_digest;

/* BLAKE2b-256 of the parts put together. */
WM_API void wm_digest_of(const wm_str *parts, size_t part_count, wm_digest *digest_out);
/* The same of parts that come one after the other: begin, put ..., end. */
typedef struct wm_digest_stream {
    uint64_t state[56]; /* libsodium's; for the caller's storage, which must not move */
} wm_digest_stream;
WM_API void wm_digest_begin(wm_digest_stream *stream);
WM_API void wm_digest_put(wm_digest_stream *stream, wm_str bytes);
WM_API void wm_digest_end(wm_digest_stream *stream, wm_digest *digest_out);
WM_API void wm_digest_sha256(wm_str bytes, wm_digest *digest_out);
/* Constant time. */
WM_API bool wm_digest_equal(const wm_digest *a, const wm_digest *b);
/* Lower-case hex and NUL; returns hex_out. */
WM_API char *wm_digest_hex(const wm_digest *digest, char hex_out[WM_DIGEST_HEX_BYTES]);
/* Exactly 64 lower-case hex digits. */
WM_API WM_MUST_USE bool wm_digest_parse(wm_str hex, wm_digest *digest_out);

WM_END_DECLS

#endif

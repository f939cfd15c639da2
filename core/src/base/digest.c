/* digest.c: libsodium's BLAKE2b and SHA-256 behind fixed-size types. */
#include <sodium.h>

#include <waymark/sys/digest.h>

void wm_digest_of(const wm_str *parts, size_t part_count, wm_digest *digest_out)
{
    crypto_generichash_state state;
    /* These fail only for lengths out of range, and ours are constants. */
    (void)crypto_generichash_init(&state, NULL, 0, WM_DIGEST_BYTES);
    for (size_t i = 0; i < part_count; i++) {
        (void)crypto_generichash_update(&state, (const unsigned char *)parts[i].ptr, parts[i].len);
    }
    (void)crypto_generichash_final(&state, digest_out->bytes, WM_DIGEST_BYTES);
}

/* libsodium wants its state at a multiple of 64 bytes: there is room to find one. */
static crypto_generichash_state *state_of(wm_digest_stream *stream)
{
    _Static_assert(sizeof(crypto_generichash_state) + 64 <= sizeof(wm_digest_stream),
                   "the stream must hold libsodium's state at any alignment");
    uintptr_t at = (uintptr_t)stream->state;
    return (crypto_generichash_state *)(void *)((unsigned char *)stream->state + (64 - at % 64));
}

void wm_digest_begin(wm_digest_stream *stream)
{
    (void)crypto_generichash_init(state_of(stream), NULL, 0, WM_DIGEST_BYTES);
}

void wm_digest_put(wm_digest_stream *stream, wm_str bytes)
{
    (void)crypto_generichash_update(state_of(stream), (const unsigned char *)bytes.ptr, bytes.len);
}

void wm_digest_end(wm_digest_stream *stream, wm_digest *digest_out)
{
    (void)crypto_generichash_final(state_of(stream), digest_out->bytes, WM_DIGEST_BYTES);
}

void wm_digest_sha256(wm_str bytes, wm_digest *digest_out)
{
    (void)crypto_hash_sha256(digest_out->bytes, (const unsigned char *)bytes.ptr, bytes.len);
}

bool wm_digest_equal(const wm_digest *a, const wm_digest *b)
{
    return sodium_memcmp(a->bytes, b->bytes, WM_DIGEST_BYTES) == 0;
}

char *wm_digest_hex(const wm_digest *digest, char hex_out[WM_DIGEST_HEX_BYTES])
{
    return sodium_bin2hex(hex_out, WM_DIGEST_HEX_BYTES, digest->bytes, WM_DIGEST_BYTES);
}

bool wm_digest_parse(wm_str hex, wm_digest *digest_out)
{
    if (hex.len != (size_t)WM_DIGEST_BYTES * 2) {
        return false;
    }
    for (size_t i = 0; i < hex.len; i++) {
        bool digit = hex.ptr[i] >= '0' && hex.ptr[i] <= '9';
        if (!digit && (hex.ptr[i] < 'a' || hex.ptr[i] > 'f')) {
            return false;
        }
    }
    size_t length = 0;
    return sodium_hex2bin(digest_out->bytes, WM_DIGEST_BYTES, hex.ptr, hex.len, NULL, &length,
                          NULL) == 0 &&
           length == WM_DIGEST_BYTES;
}

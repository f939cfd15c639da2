/* sign.h: secret keys, their file form, and signing. A build that only verifies leaves sign.c and
 * build.c out. Ed25519 only: what we publish needs no other type. */
#ifndef WAYMARK_TRUST_SIGN_H
#define WAYMARK_TRUST_SIGN_H

#include "trust/key.h"

#define WM_SEED_BYTES 32
#define WM_ED25519_SIGNATURE_BYTES 64
#define WM_KEY_FILE_BYTES_MAX 4096

/* Wipe with wm_secret_key_wipe; never in an error text, a log or a feed. */
typedef struct wm_secret_key {
    uint8_t seed[WM_SEED_BYTES];
    wm_public_key public_key; /* id named; texts are in the arena given */
} wm_secret_key;

/* The key pair of a seed. */
WM_MUST_USE wm_status wm_secret_key_from_seed(wm_arena *arena, const uint8_t seed[WM_SEED_BYTES],
                                              wm_secret_key *key_out, wm_error *err);
/* A new one, from env's random source. */
WM_MUST_USE wm_status wm_secret_key_generate(wm_arena *arena, wm_secret_key *key_out,
                                             wm_error *err);
void wm_secret_key_wipe(wm_secret_key *key);
/* Overwrite bytes that held one, in a way that is not optimised away. */
void wm_secret_wipe(void *bytes, size_t length);

/* The text of a key file: {"keytype","keyval":{"private":seed,"public"},"scheme"} and a line feed.
 */
void wm_secret_key_write(wm_buf *out, const wm_secret_key *key);
/* WM_BAD_INPUT: not a key file, or its two halves do not belong together. */
WM_MUST_USE wm_status wm_secret_key_read(wm_arena *arena, wm_str text, wm_secret_key *key_out,
                                         wm_error *err);

void wm_secret_key_sign(const wm_secret_key *key, wm_str message,
                        uint8_t signature_out[WM_ED25519_SIGNATURE_BYTES]);

#endif

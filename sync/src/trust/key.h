/* key.h: public keys as TUF metadata lists them, and the checking of one signature.
 *
 * Key types and schemes, one row each in key.c:
 *   keytype "ed25519", scheme "ed25519"                         public: 64 hex digits
 *   keytype "ecdsa" or "ecdsa-sha2-nistp256", scheme "ecdsa-sha2-nistp256"     public: PEM
 *   keytype "rsa", scheme "rsassa-pss-sha256"                   public: PEM, 2048 to 8192 bits
 * A key of any other type is kept (metadata may list it) and verifies nothing.
 *
 * Nothing here decides what a key may sign: that is metadata.h and policy.h. */
#ifndef WAYMARK_TRUST_KEY_H
#define WAYMARK_TRUST_KEY_H

#include <waymark/sys/arena.h>
#include <waymark/sys/digest.h>
#include <waymark/sys/json.h>

#define WM_ED25519_PUBLIC_BYTES 32
#define WM_SIGNATURE_BYTES_MAX 1024 /* RSA of 8192 bits */
#define WM_PEM_BYTES_MAX 4096

typedef enum wm_key_scheme {
    WM_SCHEME_UNKNOWN = 0,
    WM_SCHEME_ED25519,
    WM_SCHEME_ECDSA_P256_SHA256,
    WM_SCHEME_RSA_PSS_SHA256
} wm_key_scheme;

typedef struct wm_public_key {
    wm_str id; /* the name it is listed under */
    wm_str keytype;
    wm_str scheme_name;
    wm_str public_text; /* keyval.public: hex or PEM */
    wm_key_scheme scheme;
    uint8_t ed25519[WM_ED25519_PUBLIC_BYTES];
    wm_digest identity;    /* of the key itself: two entries with one identity are one key */
    const wm_json *listed; /* the object that it was read from, with members that we do not know;
                              NULL: it has none but those above */
} wm_public_key;

/* Read {"keytype","scheme","keyval":{"public"}}; copies nothing, points into `value` and `id`.
 * WM_BAD_INPUT: not a key object, or a listed type whose public part is malformed. */
WM_MUST_USE wm_status wm_public_key_read(wm_str id, const wm_json *value, wm_public_key *key_out,
                                         wm_error *err);
/* Fill `id` with the SHA-256 of the canonical key object, in `arena`, as TUF's tools do. */
WM_MUST_USE wm_status wm_public_key_name(wm_arena *arena, wm_public_key *key, wm_error *err);
/* "Clients MUST calculate each KEYID to verify this is correct for the associated key" (4.2.1):
 * *fits_out is true if `id` is the SHA-256 of the canonical form of the whole key object.
 * WM_NO_MEMORY. */
WM_MUST_USE wm_status wm_public_key_id_fits(const wm_env *env, wm_str id, const wm_json *value,
                                            bool *fits_out, wm_error *err);
/* The key object: as it was listed, if it was. */
void wm_public_key_write(wm_json_out *out, const wm_public_key *key);

/* True if `signature` over `message` was made by `key`. */
bool wm_public_key_verifies(const wm_public_key *key, wm_str message, const uint8_t *signature,
                            size_t signature_bytes);

/* Hex of any case to bytes; false unless `hex` is exactly 2 * length digits. */
bool wm_hex_read(wm_str hex, uint8_t *bytes_out, size_t length);
/* Lower-case hex and NUL; hex_out has room for 2 * length + 1. */
char *wm_hex_write(const uint8_t *bytes, size_t length, char *hex_out);

/* key_pem.c: the key types that libsodium lacks. */
/* Identity of a PEM key (digest of its two numbers, however they are written) if it fits the
 * scheme; else false. */
bool wm_pem_key_identity(wm_key_scheme scheme, wm_str pem, wm_digest *identity_out);
bool wm_pem_key_verifies(wm_key_scheme scheme, wm_str pem, wm_str message, const uint8_t *signature,
                         size_t signature_bytes);

#endif

/* key.c: see key.h.
 *
 * 1. A scheme is chosen by keytype and scheme together, never by one of them alone.
 * 2. Identity is made of the decoded key, so that one key under two ids, two spellings of its hex,
 *    two PEM layouts or two encodings is one key when signatures are counted.
 * 3. A key that cannot be used stands with WM_SCHEME_UNKNOWN: it verifies nothing, and other keys
 *    of the same metadata still do. */
#include <sodium.h>

#include "trust/canonical.h"
#include "trust/key.h"

#define KEY_TEXT_BYTES_MAX ((size_t)4 * WM_PEM_BYTES_MAX)

typedef struct key_type {
    const char *keytype;
    const char *scheme;
    wm_key_scheme value;
} key_type;

static const key_type key_types[] = {
    { "ed25519", "ed25519", WM_SCHEME_ED25519 },
    { "ecdsa", "ecdsa-sha2-nistp256", WM_SCHEME_ECDSA_P256_SHA256 },
    { "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", WM_SCHEME_ECDSA_P256_SHA256 },
    { "rsa", "rsassa-pss-sha256", WM_SCHEME_RSA_PSS_SHA256 },
};

static wm_key_scheme scheme_of(wm_str keytype, wm_str scheme)
{
    for (size_t i = 0; i < sizeof key_types / sizeof key_types[0]; i++) {
        if (wm_str_is(keytype, key_types[i].keytype) && wm_str_is(scheme, key_types[i].scheme)) {
            return key_types[i].value;
        }
    }
    return WM_SCHEME_UNKNOWN;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool wm_hex_read(wm_str hex, uint8_t *bytes_out, size_t length)
{
    if (hex.len != 2 * length) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        int high = hex_digit(hex.ptr[2 * i]);
        int low = hex_digit(hex.ptr[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        bytes_out[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

char *wm_hex_write(const uint8_t *bytes, size_t length, char *hex_out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        hex_out[2 * i] = digits[bytes[i] >> 4];
        hex_out[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex_out[2 * length] = '\0';
    return hex_out;
}

/* The key itself, and what tells it apart from all others. */
static wm_status read_public_part(wm_public_key *key, wm_error *err)
{
    switch (key->scheme) {
    case WM_SCHEME_ED25519:
        if (!wm_hex_read(key->public_text, key->ed25519, sizeof key->ed25519)) {
            return wm_fail(err, WM_BAD_INPUT, "key %.*s: expected 64 hex digits in keyval.public",
                           WM_STR_ARG(key->id));
        }
        wm_digest_sha256((wm_str){ (const char *)key->ed25519, sizeof key->ed25519 },
                         &key->identity);
        return WM_OK;
    case WM_SCHEME_ECDSA_P256_SHA256:
    case WM_SCHEME_RSA_PSS_SHA256:
        if (!wm_pem_key_identity(key->scheme, key->public_text, &key->identity)) {
            return wm_fail(err, WM_BAD_INPUT, "key %.*s: expected a PEM key of scheme %.*s",
                           WM_STR_ARG(key->id), WM_STR_ARG(key->scheme_name));
        }
        return WM_OK;
    case WM_SCHEME_UNKNOWN:
    default: wm_digest_sha256(key->public_text, &key->identity); return WM_OK;
    }
}

wm_status wm_public_key_read(wm_str id, const wm_json *value, wm_public_key *key_out, wm_error *err)
{
    const wm_json *keytype = wm_json_get(value, "keytype");
    const wm_json *scheme = wm_json_get(value, "scheme");
    const wm_json *keyval = wm_json_get(value, "keyval");
    if (!wm_json_is(keytype, WM_JSON_STRING) || !wm_json_is(scheme, WM_JSON_STRING) ||
        !wm_json_is(keyval, WM_JSON_OBJECT)) {
        return wm_fail(
            err, WM_BAD_INPUT,
            "key %.*s: expected texts \"keytype\" and \"scheme\" and an object \"keyval\"",
            WM_STR_ARG(id));
    }
    wm_public_key key = { .id = id,
                          .keytype = keytype->as.string,
                          .scheme_name = scheme->as.string,
                          .scheme = scheme_of(keytype->as.string, scheme->as.string),
                          .listed = value };
    const wm_json *public = wm_json_get(keyval, "public");
    if (wm_json_is(public, WM_JSON_STRING)) {
        key.public_text = public->as.string;
    } else if (key.scheme == WM_SCHEME_UNKNOWN) {
        key.public_text = WM_STR(""); /* what such keys consist of, their scheme says */
    } else {
        return wm_fail(err, WM_BAD_INPUT, "key %.*s: expected a text \"keyval.public\"",
                       WM_STR_ARG(id));
    }
    wm_status status = read_public_part(&key, err);
    if (status == WM_OK) {
        *key_out = key;
    }
    return status;
}

void wm_public_key_write(wm_json_out *out, const wm_public_key *key)
{
    if (key->listed != NULL) {
        wm_json_out_value(out, key->listed);
        return;
    }
    wm_json_out_object(out);
    wm_json_out_member_string(out, "keytype", key->keytype);
    wm_json_out_name(out, "keyval");
    wm_json_out_object(out);
    wm_json_out_member_string(out, "public", key->public_text);
    wm_json_out_end_object(out);
    wm_json_out_member_string(out, "scheme", key->scheme_name);
    wm_json_out_end_object(out);
}

wm_status wm_public_key_name(wm_arena *arena, wm_public_key *key, wm_error *err)
{
    wm_buf text;
    wm_buf canonical;
    wm_buf_init(&text, arena->env, KEY_TEXT_BYTES_MAX);
    wm_buf_init(&canonical, arena->env, KEY_TEXT_BYTES_MAX);
    wm_json_out out;
    wm_json_out_init(&out, &text);
    wm_public_key_write(&out, key);
    const wm_json *value = NULL;
    wm_status status = wm_buf_status(&text, err);
    if (status == WM_OK) {
        status = wm_json_parse(arena, wm_buf_str(&text), KEY_TEXT_BYTES_MAX, &value, err);
    }
    if (status == WM_OK) {
        wm_tuf_canonical(&canonical, value);
        status = wm_buf_status(&canonical, err);
    }
    if (status == WM_OK) {
        wm_digest digest;
        char hex[WM_DIGEST_HEX_BYTES];
        wm_digest_sha256(wm_buf_str(&canonical), &digest);
        wm_str id = wm_arena_copy(arena, wm_str_of(wm_digest_hex(&digest, hex)));
        if (id.ptr == NULL) {
            status = wm_fail_memory(err);
        } else {
            key->id = id;
        }
    }
    wm_buf_fini(&text);
    wm_buf_fini(&canonical);
    return status;
}

wm_status wm_public_key_id_fits(const wm_env *env, wm_str id, const wm_json *value, bool *fits_out,
                                wm_error *err)
{
    wm_buf canonical;
    wm_digest digest;
    char hex[WM_DIGEST_HEX_BYTES];
    wm_buf_init(&canonical, env, WM_METADATA_TARGETS_BYTES_MAX);
    wm_tuf_canonical(&canonical, value);
    wm_status status = wm_buf_status(&canonical, err);
    if (status == WM_OK) {
        wm_digest_sha256(wm_buf_str(&canonical), &digest);
        *fits_out = wm_str_is(id, wm_digest_hex(&digest, hex));
    }
    wm_buf_fini(&canonical);
    return status;
}

bool wm_public_key_verifies(const wm_public_key *key, wm_str message, const uint8_t *signature,
                            size_t signature_bytes)
{
    switch (key->scheme) {
    case WM_SCHEME_ED25519:
        return signature_bytes == crypto_sign_BYTES &&
               crypto_sign_verify_detached(signature, (const unsigned char *)message.ptr,
                                           message.len, key->ed25519) == 0;
    case WM_SCHEME_ECDSA_P256_SHA256:
    case WM_SCHEME_RSA_PSS_SHA256:
        return wm_pem_key_verifies(key->scheme, key->public_text, message, signature,
                                   signature_bytes);
    case WM_SCHEME_UNKNOWN:
    default: return false;
    }
}

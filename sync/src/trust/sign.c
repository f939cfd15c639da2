/* sign.c: see sign.h. A secret is its 32-byte seed; the 64-byte form that libsodium signs with is
 * made for one call and wiped. */
#include <sodium.h>

#include "trust/sign.h"

void wm_secret_wipe(void *bytes, size_t length)
{
    sodium_memzero(bytes, length);
}

void wm_secret_key_wipe(wm_secret_key *key)
{
    if (key != NULL) {
        sodium_memzero(key, sizeof *key);
    }
}

wm_status wm_secret_key_from_seed(wm_arena *arena, const uint8_t seed[WM_SEED_BYTES],
                                  wm_secret_key *key_out, wm_error *err)
{
    if (sodium_init() < 0) {
        return wm_fail(err, WM_INTERNAL, "libsodium cannot start");
    }
    unsigned char pair[crypto_sign_SECRETKEYBYTES];
    wm_secret_key key = { .public_key = { .keytype = WM_STR("ed25519"),
                                          .scheme_name = WM_STR("ed25519"),
                                          .scheme = WM_SCHEME_ED25519 } };
    (void)crypto_sign_seed_keypair(key.public_key.ed25519, pair, seed);
    sodium_memzero(pair, sizeof pair);
    char hex[2 * WM_ED25519_PUBLIC_BYTES + 1];
    wm_hex_write(key.public_key.ed25519, WM_ED25519_PUBLIC_BYTES, hex);
    key.public_key.public_text = wm_arena_copy(arena, wm_str_of(hex));
    if (key.public_key.public_text.ptr == NULL) {
        return wm_fail_memory(err);
    }
    wm_digest_sha256((wm_str){ (const char *)key.public_key.ed25519, WM_ED25519_PUBLIC_BYTES },
                     &key.public_key.identity);
    wm_status status = wm_public_key_name(arena, &key.public_key, err);
    if (status == WM_OK) {
        memcpy(key.seed, seed, WM_SEED_BYTES);
        *key_out = key;
    }
    sodium_memzero(key.seed, sizeof key.seed);
    return status;
}

wm_status wm_secret_key_generate(wm_arena *arena, wm_secret_key *key_out, wm_error *err)
{
    uint8_t seed[WM_SEED_BYTES];
    const wm_env *env = arena->env;
    wm_status status = env->random(env->context, seed, sizeof seed);
    if (status != WM_OK) {
        return wm_fail(err, status, "the system gives no random bytes");
    }
    status = wm_secret_key_from_seed(arena, seed, key_out, err);
    sodium_memzero(seed, sizeof seed);
    return status;
}

void wm_secret_key_write(wm_buf *out, const wm_secret_key *key)
{
    char hex[2 * WM_SEED_BYTES + 1];
    wm_hex_write(key->seed, WM_SEED_BYTES, hex);
    wm_json_out json;
    wm_json_out_init(&json, out);
    wm_json_out_object(&json);
    wm_json_out_member_text(&json, "keytype", "ed25519");
    wm_json_out_name(&json, "keyval");
    wm_json_out_object(&json);
    wm_json_out_member_text(&json, "private", hex);
    wm_json_out_member_string(&json, "public", key->public_key.public_text);
    wm_json_out_end_object(&json);
    wm_json_out_member_text(&json, "scheme", "ed25519");
    wm_json_out_end_object(&json);
    wm_buf_put_char(out, '\n');
    sodium_memzero(hex, sizeof hex);
}

/* Where the two halves of a key stand in its text. */
typedef struct key_halves {
    wm_str private;
    wm_str public;
} key_halves;

static bool take(wm_str *rest, const char *part)
{
    if (!wm_str_starts(*rest, wm_str_of(part))) {
        return false;
    }
    *rest = (wm_str){ rest->ptr + strlen(part), rest->len - strlen(part) };
    return true;
}

static bool take_hex(wm_str *rest, wm_str *hex_out)
{
    const size_t digits = (size_t)2 * WM_SEED_BYTES;
    if (rest->len < digits) {
        return false;
    }
    *hex_out = (wm_str){ rest->ptr, digits };
    *rest = (wm_str){ rest->ptr + digits, rest->len - digits };
    return true;
}

/* The text as wm_secret_key_write makes it: read in place, so that no copy of a secret is left in
 * memory that a general reader has given back. */
static bool read_our_form(wm_str text, key_halves *halves)
{
    wm_str rest = text;
    return take(&rest, "{\"keytype\":\"ed25519\",\"keyval\":{\"private\":\"") &&
           take_hex(&rest, &halves->private) && take(&rest, "\",\"public\":\"") &&
           take_hex(&rest, &halves->public) && take(&rest, "\"},\"scheme\":\"ed25519\"}\n") &&
           rest.len == 0;
}

/* The same content in another layout, as somebody's editor may have left it. */
static wm_status read_any_form(wm_arena *arena, wm_str text, key_halves *halves, wm_error *err)
{
    const wm_json *value = NULL;
    wm_status status = wm_json_parse(arena, text, WM_KEY_FILE_BYTES_MAX, &value, err);
    if (status != WM_OK) {
        return status;
    }
    halves->private = wm_json_string(wm_json_get(wm_json_get(value, "keyval"), "private"));
    halves->public = wm_json_string(wm_json_get(wm_json_get(value, "keyval"), "public"));
    if (!wm_str_is(wm_json_string(wm_json_get(value, "keytype")), "ed25519")) {
        halves->private = (wm_str){ NULL, 0 };
    }
    return WM_OK;
}

wm_status wm_secret_key_read(wm_arena *arena, wm_str text, wm_secret_key *key_out, wm_error *err)
{
    key_halves halves = { { NULL, 0 }, { NULL, 0 } };
    wm_status status = WM_OK;
    if (!read_our_form(text, &halves)) {
        status = read_any_form(arena, text, &halves, err);
    }
    if (status != WM_OK) {
        return status;
    }
    uint8_t seed[WM_SEED_BYTES];
    if (!wm_hex_read(halves.private, seed, sizeof seed)) {
        return wm_fail(err, WM_BAD_INPUT,
                       "expected an ed25519 key with 64 hex digits in "
                       "keyval.private");
    }
    wm_secret_key key = { .seed = { 0 } };
    status = wm_secret_key_from_seed(arena, seed, &key, err);
    sodium_memzero(seed, sizeof seed);
    if (status != WM_OK) {
        return status;
    }
    if (!wm_str_equal(key.public_key.public_text, halves.public)) {
        wm_secret_key_wipe(&key);
        return wm_fail(err, WM_BAD_INPUT, "keyval.public is not the public half of the key");
    }
    *key_out = key;
    wm_secret_key_wipe(&key);
    return WM_OK;
}

void wm_secret_key_sign(const wm_secret_key *key, wm_str message,
                        uint8_t signature_out[WM_ED25519_SIGNATURE_BYTES])
{
    unsigned char public_bytes[crypto_sign_PUBLICKEYBYTES];
    unsigned char pair[crypto_sign_SECRETKEYBYTES];
    (void)crypto_sign_seed_keypair(public_bytes, pair, key->seed);
    (void)crypto_sign_detached(signature_out, NULL, (const unsigned char *)message.ptr, message.len,
                               pair);
    sodium_memzero(pair, sizeof pair);
}

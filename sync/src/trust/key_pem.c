/* key_pem.c: ECDSA P-256 and RSA-PSS by libcrypto, for repositories that are not ours.
 *
 * libcrypto reports through a thread's error queue; it is cleared on every way out, so that no one
 * else reads our failures. */
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "library/library.h"
#include "trust/key.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192
#define NUMBER_BYTES_MAX (2 * RSA_BITS_MAX / 8) /* of both numbers of a key */

/* What we use of libcrypto, which is loaded for the first such key. */
typedef struct functions {
    __typeof__(BIO_free) *BIO_free;
    __typeof__(BIO_new_mem_buf) *BIO_new_mem_buf;
    __typeof__(BN_bn2binpad) *BN_bn2binpad;
    __typeof__(BN_free) *BN_free;
    __typeof__(ERR_clear_error) *ERR_clear_error;
    __typeof__(EVP_DigestVerify) *EVP_DigestVerify;
    __typeof__(EVP_DigestVerifyInit) *EVP_DigestVerifyInit;
    __typeof__(EVP_MD_CTX_free) *EVP_MD_CTX_free;
    __typeof__(EVP_MD_CTX_new) *EVP_MD_CTX_new;
    __typeof__(EVP_PKEY_CTX_set_rsa_mgf1_md) *EVP_PKEY_CTX_set_rsa_mgf1_md;
    __typeof__(EVP_PKEY_CTX_set_rsa_padding) *EVP_PKEY_CTX_set_rsa_padding;
    __typeof__(EVP_PKEY_CTX_set_rsa_pss_saltlen) *EVP_PKEY_CTX_set_rsa_pss_saltlen;
    __typeof__(EVP_PKEY_free) *EVP_PKEY_free;
    __typeof__(EVP_PKEY_get_base_id) *EVP_PKEY_get_base_id;
    __typeof__(EVP_PKEY_get_bits) *EVP_PKEY_get_bits;
    __typeof__(EVP_PKEY_get_bn_param) *EVP_PKEY_get_bn_param;
    __typeof__(EVP_PKEY_get_group_name) *EVP_PKEY_get_group_name;
    __typeof__(EVP_sha256) *EVP_sha256;
    __typeof__(PEM_read_bio_PUBKEY) *PEM_read_bio_PUBKEY;
} functions;

static bool load(functions *crypto)
{
    static const wm_library_function all[] = {
        { "BIO_free", offsetof(functions, BIO_free) },
        { "BIO_new_mem_buf", offsetof(functions, BIO_new_mem_buf) },
        { "BN_bn2binpad", offsetof(functions, BN_bn2binpad) },
        { "BN_free", offsetof(functions, BN_free) },
        { "ERR_clear_error", offsetof(functions, ERR_clear_error) },
        { "EVP_DigestVerify", offsetof(functions, EVP_DigestVerify) },
        { "EVP_DigestVerifyInit", offsetof(functions, EVP_DigestVerifyInit) },
        { "EVP_MD_CTX_free", offsetof(functions, EVP_MD_CTX_free) },
        { "EVP_MD_CTX_new", offsetof(functions, EVP_MD_CTX_new) },
        { "EVP_PKEY_CTX_set_rsa_mgf1_md", offsetof(functions, EVP_PKEY_CTX_set_rsa_mgf1_md) },
        { "EVP_PKEY_CTX_set_rsa_padding", offsetof(functions, EVP_PKEY_CTX_set_rsa_padding) },
        { "EVP_PKEY_CTX_set_rsa_pss_saltlen",
          offsetof(functions, EVP_PKEY_CTX_set_rsa_pss_saltlen) },
        { "EVP_PKEY_free", offsetof(functions, EVP_PKEY_free) },
        { "EVP_PKEY_get_base_id", offsetof(functions, EVP_PKEY_get_base_id) },
        { "EVP_PKEY_get_bits", offsetof(functions, EVP_PKEY_get_bits) },
        { "EVP_PKEY_get_bn_param", offsetof(functions, EVP_PKEY_get_bn_param) },
        { "EVP_PKEY_get_group_name", offsetof(functions, EVP_PKEY_get_group_name) },
        { "EVP_sha256", offsetof(functions, EVP_sha256) },
        { "PEM_read_bio_PUBKEY", offsetof(functions, PEM_read_bio_PUBKEY) },
    };
    return wm_library_load("libcrypto.so.3", all, sizeof all / sizeof all[0], crypto, NULL) ==
           WM_OK;
}

static bool fits(const functions *crypto, wm_key_scheme scheme, const EVP_PKEY *key)
{
    if (scheme == WM_SCHEME_RSA_PSS_SHA256) {
        int bits = crypto->EVP_PKEY_get_bits(key);
        return crypto->EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && bits >= RSA_BITS_MIN &&
               bits <= RSA_BITS_MAX;
    }
    char group[32];
    size_t length = 0;
    return crypto->EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
           crypto->EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 &&
           (wm_str_is(wm_str_of(group), "prime256v1") || wm_str_is(wm_str_of(group), "P-256"));
}

static EVP_PKEY *read_key(const functions *crypto, wm_key_scheme scheme, wm_str pem)
{
    if (pem.len == 0 || pem.len > WM_PEM_BYTES_MAX) {
        return NULL;
    }
    BIO *source = crypto->BIO_new_mem_buf(pem.ptr, (int)pem.len);
    if (source == NULL) {
        return NULL;
    }
    EVP_PKEY *key = crypto->PEM_read_bio_PUBKEY(source, NULL, NULL, NULL);
    crypto->BIO_free(source);
    if (key != NULL && !fits(crypto, scheme, key)) {
        crypto->EVP_PKEY_free(key);
        key = NULL;
    }
    return key;
}

/* Two numbers tell a key from all others of its scheme. Its DER form would not do: a point can be
 * written in three ways, and a curve by name or by its numbers. */
static bool read_numbers(const functions *crypto, wm_key_scheme scheme, const EVP_PKEY *key,
                         uint8_t out[NUMBER_BYTES_MAX])
{
    bool is_rsa = scheme == WM_SCHEME_RSA_PSS_SHA256;
    const char *const names[2] = { is_rsa ? OSSL_PKEY_PARAM_RSA_N : OSSL_PKEY_PARAM_EC_PUB_X,
                                   is_rsa ? OSSL_PKEY_PARAM_RSA_E : OSSL_PKEY_PARAM_EC_PUB_Y };
    const int half = NUMBER_BYTES_MAX / 2;
    bool good = true;
    for (int i = 0; i < 2 && good; i++) {
        BIGNUM *number = NULL;
        good = crypto->EVP_PKEY_get_bn_param(key, names[i], &number) == 1 &&
               crypto->BN_bn2binpad(number, out + (size_t)i * (size_t)half, half) == half;
        crypto->BN_free(number);
    }
    return good;
}

bool wm_pem_key_identity(wm_key_scheme scheme, wm_str pem, wm_digest *identity_out)
{
    uint8_t text[1 + NUMBER_BYTES_MAX] = { (uint8_t)scheme };
    functions loaded;
    const functions *crypto = &loaded;
    if (!load(&loaded)) {
        return false;
    }
    EVP_PKEY *key = read_key(crypto, scheme, pem);
    bool good = key != NULL && read_numbers(crypto, scheme, key, text + 1);
    if (good) {
        wm_digest_sha256((wm_str){ (const char *)text, sizeof text }, identity_out);
    }
    crypto->EVP_PKEY_free(key);
    crypto->ERR_clear_error();
    return good;
}

static bool set_padding(const functions *crypto, wm_key_scheme scheme, EVP_PKEY_CTX *context)
{
    /* "rsassa-pss-sha256": MGF1 with SHA-256; verifiers accept any salt length. */
    return scheme != WM_SCHEME_RSA_PSS_SHA256 ||
           (crypto->EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
            crypto->EVP_PKEY_CTX_set_rsa_mgf1_md(context, crypto->EVP_sha256()) == 1 &&
            crypto->EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_AUTO) == 1);
}

bool wm_pem_key_verifies(wm_key_scheme scheme, wm_str pem, wm_str message, const uint8_t *signature,
                         size_t signature_bytes)
{
    functions loaded;
    const functions *crypto = &loaded;
    if (!load(&loaded)) {
        return false;
    }
    EVP_PKEY *key = read_key(crypto, scheme, pem);
    EVP_MD_CTX *digest = key != NULL ? crypto->EVP_MD_CTX_new() : NULL;
    EVP_PKEY_CTX *context = NULL; /* belongs to digest */
    bool good =
        digest != NULL &&
        crypto->EVP_DigestVerifyInit(digest, &context, crypto->EVP_sha256(), NULL, key) == 1 &&
        set_padding(crypto, scheme, context) &&
        crypto->EVP_DigestVerify(digest, signature, signature_bytes,
                                 (const unsigned char *)message.ptr, message.len) == 1;
    crypto->EVP_MD_CTX_free(digest);
    crypto->EVP_PKEY_free(key);
    crypto->ERR_clear_error();
    return good;
}

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

#include "trust/key.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192
#define NUMBER_BYTES_MAX (2 * RSA_BITS_MAX / 8) /* of both numbers of a key */

static bool fits(wm_key_scheme scheme, const EVP_PKEY *key)
{
    if (scheme == WM_SCHEME_RSA_PSS_SHA256) {
        int bits = EVP_PKEY_get_bits(key);
        return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && bits >= RSA_BITS_MIN &&
               bits <= RSA_BITS_MAX;
    }
    char group[32];
    size_t length = 0;
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
           EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 &&
           (wm_str_is(wm_str_of(group), "prime256v1") || wm_str_is(wm_str_of(group), "P-256"));
}

static EVP_PKEY *read_key(wm_key_scheme scheme, wm_str pem)
{
    if (pem.len == 0 || pem.len > WM_PEM_BYTES_MAX) {
        return NULL;
    }
    BIO *source = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    if (source == NULL) {
        return NULL;
    }
    EVP_PKEY *key = PEM_read_bio_PUBKEY(source, NULL, NULL, NULL);
    BIO_free(source);
    if (key != NULL && !fits(scheme, key)) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    return key;
}

/* Two numbers tell a key from all others of its scheme. Its DER form would not do: a point can be
 * written in three ways, and a curve by name or by its numbers. */
static bool read_numbers(wm_key_scheme scheme, const EVP_PKEY *key, uint8_t out[NUMBER_BYTES_MAX])
{
    bool is_rsa = scheme == WM_SCHEME_RSA_PSS_SHA256;
    const char *const names[2] = { is_rsa ? OSSL_PKEY_PARAM_RSA_N : OSSL_PKEY_PARAM_EC_PUB_X,
                                   is_rsa ? OSSL_PKEY_PARAM_RSA_E : OSSL_PKEY_PARAM_EC_PUB_Y };
    const int half = NUMBER_BYTES_MAX / 2;
    bool good = true;
    for (int i = 0; i < 2 && good; i++) {
        BIGNUM *number = NULL;
        good = EVP_PKEY_get_bn_param(key, names[i], &number) == 1 &&
               BN_bn2binpad(number, out + (size_t)i * (size_t)half, half) == half;
        BN_free(number);
    }
    return good;
}

bool wm_pem_key_identity(wm_key_scheme scheme, wm_str pem, wm_digest *identity_out)
{
    uint8_t text[1 + NUMBER_BYTES_MAX] = { (uint8_t)scheme };
    EVP_PKEY *key = read_key(scheme, pem);
    bool good = key != NULL && read_numbers(scheme, key, text + 1);
    if (good) {
        wm_digest_sha256((wm_str){ (const char *)text, sizeof text }, identity_out);
    }
    EVP_PKEY_free(key);
    ERR_clear_error();
    return good;
}

static bool set_padding(wm_key_scheme scheme, EVP_PKEY_CTX *context)
{
    /* "rsassa-pss-sha256": MGF1 with SHA-256; verifiers accept any salt length. */
    return scheme != WM_SCHEME_RSA_PSS_SHA256 ||
           (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_AUTO) == 1);
}

bool wm_pem_key_verifies(wm_key_scheme scheme, wm_str pem, wm_str message, const uint8_t *signature,
                         size_t signature_bytes)
{
    EVP_PKEY *key = read_key(scheme, pem);
    EVP_MD_CTX *digest = key != NULL ? EVP_MD_CTX_new() : NULL;
    EVP_PKEY_CTX *context = NULL; /* belongs to digest */
    bool good = digest != NULL &&
                EVP_DigestVerifyInit(digest, &context, EVP_sha256(), NULL, key) == 1 &&
                set_padding(scheme, context) &&
                EVP_DigestVerify(digest, signature, signature_bytes,
                                 (const unsigned char *)message.ptr, message.len) == 1;
    EVP_MD_CTX_free(digest);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return good;
}

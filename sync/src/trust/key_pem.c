/* key_pem.c: ECDSA P-256 and RSA-PSS by libcrypto, for repositories that are not ours.
 *
 * libcrypto reports through a thread's error queue; it is cleared on every way out, so that no one
 * else reads our failures. */
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "trust/key.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192
#define DER_BYTES_MAX 4096

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

bool wm_pem_key_identity(wm_key_scheme scheme, wm_str pem, wm_digest *identity_out)
{
    EVP_PKEY *key = read_key(scheme, pem);
    unsigned char *der = NULL;
    int length = key != NULL ? i2d_PUBKEY(key, &der) : 0;
    bool good = length > 0 && length <= DER_BYTES_MAX;
    if (good) {
        wm_digest_sha256((wm_str){ (const char *)der, (size_t)length }, identity_out);
    }
    OPENSSL_free(der);
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

/* test_key.c: key types, ids, signatures, and key files. */
#include "fault.h"
#include "tuf.h"

#include "trust/canonical.h"

static wm_arena arena;

static int setup(void **state)
{
    (void)state;
    wm_arena_init(&arena, wm_env_system(), 16 * WM_MIB);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_arena_fini(&arena);
    return 0;
}

static void canonical_form_escapes_quotes_and_backslashes_only(void **state)
{
    (void)state;
    const wm_json *value = NULL;
    wm_error err = { 0 };
    static const char text[] = "{ \"b\" : [true, null, -5], \"a\\n\" : \"\\\"\\\\\\n\\u00e9\\t\" }";
    assert_ok(wm_json_parse(&arena, wm_str_of(text), 1000, &value, &err), &err);
    wm_buf out;
    wm_buf_init(&out, wm_env_system(), 1000);
    wm_tuf_canonical(&out, value);
    assert_string_equal(wm_buf_str(&out).ptr,
                        "{\"a\n\":\"\\\"\\\\\n\xc3\xa9\t\",\"b\":[true,null,-5]}");
    wm_buf_fini(&out);
}

/* The key pair of RFC 8032, 7.1, test 2. */
static void ed25519_signs_as_rfc_8032_says(void **state)
{
    (void)state;
    uint8_t seed[WM_SEED_BYTES];
    uint8_t signature[WM_ED25519_SIGNATURE_BYTES];
    char hex[2 * WM_ED25519_SIGNATURE_BYTES + 1];
    wm_secret_key key;
    wm_error err = { 0 };
    assert_true(
        wm_hex_read(WM_STR("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"),
                    seed, sizeof seed));
    assert_ok(wm_secret_key_from_seed(&arena, seed, &key, &err), &err);
    assert_string_equal(key.public_key.public_text.ptr,
                        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    wm_secret_key_sign(&key, WM_STR("r"), signature);
    assert_string_equal(wm_hex_write(signature, sizeof signature, hex),
                        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    assert_true(wm_public_key_verifies(&key.public_key, WM_STR("r"), signature, sizeof signature));
    assert_false(wm_public_key_verifies(&key.public_key, WM_STR("s"), signature, sizeof signature));
    assert_false(wm_public_key_verifies(&key.public_key, WM_STR("r"), signature, 63));
    signature[5] ^= 1;
    assert_false(wm_public_key_verifies(&key.public_key, WM_STR("r"), signature, sizeof signature));
}

/* The id that other tools give the key of seed 00 01 02 ... 1f. */
static void key_id_is_the_digest_of_the_canonical_key(void **state)
{
    (void)state;
    uint8_t seed[WM_SEED_BYTES];
    for (size_t i = 0; i < sizeof seed; i++) {
        seed[i] = (uint8_t)i;
    }
    wm_secret_key key;
    wm_error err = { 0 };
    assert_ok(wm_secret_key_from_seed(&arena, seed, &key, &err), &err);
    assert_string_equal(key.public_key.id.ptr,
                        "63d00ee3cf4f5c61ad94efa696c68f13b608fe56ecea13fb144a6fd18e9235b9");
}

static void a_key_file_reads_back_and_hides_nothing_else(void **state)
{
    (void)state;
    wm_secret_key key = wm_test_key(&arena, 7);
    wm_secret_key again;
    wm_error err = { 0 };
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_KEY_FILE_BYTES_MAX);
    wm_secret_key_write(&text, &key);
    /* The reader is strict: the line feed at the end is space, which JSON allows. */
    assert_ok(wm_secret_key_read(&arena, wm_buf_str(&text), &again, &err), &err);
    assert_memory_equal(key.seed, again.seed, WM_SEED_BYTES);
    assert_true(wm_str_equal(key.public_key.id, again.public_key.id));

    char *public = strstr(text.data, "\"public\":\"") + 10;
    public[0] = public[0] == '0' ? '1' : '0';
    assert_int_equal(wm_secret_key_read(&arena, wm_buf_str(&text), &again, &err), WM_BAD_INPUT);
    assert_contains(err.text, "not the public half");
    assert_int_equal(wm_secret_key_read(&arena, WM_STR("{}"), &again, &err), WM_BAD_INPUT);
    wm_buf_fini(&text);
}

/* Its id is made of all of it, so a root that names it anew must say all of it again. */
static void members_of_a_key_that_we_do_not_know_are_written_again(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "{\"keytype\":\"ed25519\",\"keyval\":{\"note\":[1],\"public\":"
        "\"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c\"},"
        "\"scheme\":\"ed25519\",\"x-owner\":\"a\"}",
        "{\"keytype\":\"new\",\"keyval\":{\"identity\":\"a@b\"},\"scheme\":\"newer\"}",
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const wm_json *value = NULL;
        wm_public_key key;
        wm_buf text;
        wm_json_out out;
        bool fits = false;
        wm_error err = { 0 };
        assert_ok(wm_json_parse(&arena, wm_str_of(keys[i]), 1000, &value, &err), &err);
        assert_ok(wm_public_key_read(WM_STR("id"), value, &key, &err), &err);
        wm_buf_init(&text, wm_env_system(), 1000);
        wm_json_out_init(&out, &text);
        wm_public_key_write(&out, &key);
        assert_string_equal(wm_buf_str(&text).ptr, keys[i]);
        assert_ok(wm_public_key_name(&arena, &key, &err), &err);
        assert_ok(wm_public_key_id_fits(wm_env_system(), key.id, value, &fits, &err), &err);
        assert_true(fits);
        wm_buf_fini(&text);
    }
}

static void malformed_keys_are_refused_and_unknown_types_verify_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        wm_status status;
        wm_key_scheme scheme;
    } cases[] = {
        { "{}", WM_BAD_INPUT, WM_SCHEME_UNKNOWN },
        { "{'keytype':'ed25519','scheme':'ed25519','keyval':{'public':'00'}}", WM_BAD_INPUT,
          WM_SCHEME_UNKNOWN },
        { "{'keytype':'ed25519','scheme':'ed25519','keyval':{}}", WM_BAD_INPUT, WM_SCHEME_UNKNOWN },
        { "{'keytype':'rsa','scheme':'rsassa-pss-sha256','keyval':{'public':'no pem'}}",
          WM_BAD_INPUT, WM_SCHEME_UNKNOWN },
        { "{'keytype':'rsa','scheme':'ed25519','keyval':{'public':'x'}}", WM_OK,
          WM_SCHEME_UNKNOWN },
        { "{'keytype':'new','scheme':'newer','keyval':{'public':'x'}}", WM_OK, WM_SCHEME_UNKNOWN },
        { "{'keytype':'new','scheme':'newer','keyval':{'identity':'a@b'}}", WM_OK,
          WM_SCHEME_UNKNOWN },
        { "{'keytype':'new','scheme':'newer','keyval':'x'}", WM_BAD_INPUT, WM_SCHEME_UNKNOWN },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wm_public_key key;
        wm_error err = { 0 };
        wm_status status =
            wm_public_key_read(WM_STR("id"), wm_test_json(&arena, cases[i].json), &key, &err);
        assert_int_equal(status, cases[i].status);
        if (status == WM_OK) {
            uint8_t zero[64] = { 0 };
            assert_int_equal(key.scheme, cases[i].scheme);
            assert_false(wm_public_key_verifies(&key, WM_STR(""), zero, sizeof zero));
        }
    }
}

/* A point may be written in three ways, and a curve by its name or its numbers: it is one key, and
 * counts once toward a threshold. */
static void an_ecdsa_key_is_one_key_however_it_is_written(void **state)
{
    (void)state;
    static const char *const forms[] = {
        /* uncompressed */
        "-----BEGIN PUBLIC KEY-----\n"
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE0YpOxA5Llhwam1/OofzTDh7ag7nb\n"
        "y7672lps+HFAOM9rzmpVw6kVAkFr3cpphh/zPQXJb5KJ3l7iX1OqW1eL5A==\n"
        "-----END PUBLIC KEY-----\n",
        /* compressed */
        "-----BEGIN PUBLIC KEY-----\n"
        "MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgAC0YpOxA5Llhwam1/OofzTDh7ag7nb\n"
        "y7672lps+HFAOM8=\n"
        "-----END PUBLIC KEY-----\n",
        /* hybrid */
        "-----BEGIN PUBLIC KEY-----\n"
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAG0YpOxA5Llhwam1/OofzTDh7ag7nb\n"
        "y7672lps+HFAOM9rzmpVw6kVAkFr3cpphh/zPQXJb5KJ3l7iX1OqW1eL5A==\n"
        "-----END PUBLIC KEY-----\n",
        /* explicit curve */
        "-----BEGIN PUBLIC KEY-----\n"
        "MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAA\n"
        "AAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////\n"
        "///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSd\n"
        "NgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5\n"
        "RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA\n"
        "//////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABNGKTsQOS5YcGptfzqH80w4e\n"
        "2oO528u+u9pabPhxQDjPa85qVcOpFQJBa93KaYYf8z0FyW+Sid5e4l9TqltXi+Q=\n"
        "-----END PUBLIC KEY-----\n",
    };
    wm_digest first;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        wm_digest identity;
        assert_true(wm_pem_key_identity(WM_SCHEME_ECDSA_P256_SHA256, wm_str_of(forms[i]),
                                        i == 0 ? &first : &identity));
        assert_true(i == 0 || wm_digest_equal(&identity, &first));
    }
}

static void sign_under_fault(const wm_env *env, wm_status *status_out)
{
    wm_arena own;
    wm_arena_init(&own, env, 16 * WM_MIB);
    wm_secret_key key;
    wm_error err = { 0 };
    *status_out = wm_secret_key_generate(&own, &key, &err);
    if (*status_out == WM_OK) {
        const wm_secret_key *pointer = &key;
        wm_str file;
        wm_unverified unverified;
        *status_out =
            wm_metadata_sign(&own, WM_STR("{\"a\":\"b\\n\"}"), &pointer, 1, 4096, &file, &err);
        if (*status_out == WM_OK) {
            *status_out = wm_unverified_read(&own, file, 4096, &unverified, &err);
        }
        if (*status_out == WM_OK) {
            wm_signers signers = { WM_STR("test"), &key.public_key, 1, 1 };
            wm_verified verified;
            *status_out = wm_verify(&unverified, &signers, &verified, &err);
        }
    }
    wm_arena_fini(&own);
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    wm_fault_env fault;
    wm_fault_env_init(&fault);
    wm_status status = WM_OK;
    FAULT_SWEEP(sign_under_fault(&fault.env, &status), {
        assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
        assert_int_equal(wm_fault_live_blocks(), 0);
    });
}

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_form_escapes_quotes_and_backslashes_only),
        cmocka_unit_test(ed25519_signs_as_rfc_8032_says),
        cmocka_unit_test(key_id_is_the_digest_of_the_canonical_key),
        cmocka_unit_test(a_key_file_reads_back_and_hides_nothing_else),
        cmocka_unit_test(members_of_a_key_that_we_do_not_know_are_written_again),
        cmocka_unit_test(malformed_keys_are_refused_and_unknown_types_verify_nothing),
        cmocka_unit_test(an_ecdsa_key_is_one_key_however_it_is_written),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

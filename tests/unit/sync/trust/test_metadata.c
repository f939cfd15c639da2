/* test_metadata.c: frames, thresholds, and the reading of each role; also of files that another
 * implementation signed (tests/fuzz/corpus/metadata). */
#include <stdio.h>

#include "tuf.h"

#include "trust/policy.h"

static wm_arena arena;

static int setup(void **state)
{
    (void)state;
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_arena_fini(&arena);
    return 0;
}

static wm_str corpus(const char *name)
{
    char path[512];
    static char bytes[65536];
    (void)snprintf(path, sizeof path, "%s/fuzz/corpus/metadata/%s", WAYMARK_TEST_DIR, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t length = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    return wm_arena_copy(&arena, (wm_str){ bytes, length });
}

static wm_unverified unverified_of(wm_str bytes)
{
    wm_unverified unverified;
    wm_error err = { 0 };
    assert_ok(wm_unverified_read(&arena, bytes, WM_MIB, &unverified, &err), &err);
    return unverified;
}

static void three_key_types_of_another_implementation_verify(void **state)
{
    (void)state;
    wm_root root;
    wm_error err = { 0 };
    assert_ok(wm_policy_first_root(&arena, corpus("root_three_key_types.json"), &root, &err), &err);
    assert_int_equal(root.roles[WM_TOP_ROOT].threshold, 3);
    assert_int_equal(root.roles[WM_TOP_ROOT].key_count, 4);

    wm_verified verified;
    wm_timestamp timestamp;
    wm_snapshot snapshot;
    wm_targets targets;
    wm_unverified unverified = unverified_of(corpus("timestamp.json"));
    assert_ok(wm_verify(&unverified, &root.roles[WM_TOP_TIMESTAMP], &verified, &err), &err);
    assert_ok(wm_timestamp_read(&arena, verified, &timestamp, &err), &err);
    assert_int_equal(wm_verify(&unverified, &root.roles[WM_TOP_SNAPSHOT], &verified, &err),
                     WM_NOT_TRUSTED);

    wm_str snapshot_bytes = corpus("snapshot.json");
    assert_ok(wm_listed_check(&timestamp.snapshot, snapshot_bytes, &err), &err);
    unverified = unverified_of(snapshot_bytes);
    assert_ok(wm_verify(&unverified, &root.roles[WM_TOP_SNAPSHOT], &verified, &err), &err);
    assert_ok(wm_snapshot_read(&arena, verified, &snapshot, &err), &err);
    assert_int_equal(snapshot.file_count, 2);

    unverified = unverified_of(corpus("targets.json"));
    assert_ok(wm_verify(&unverified, &root.roles[WM_TOP_TARGETS], &verified, &err), &err);
    assert_ok(wm_targets_read(&arena, verified, &targets, &err), &err);
    assert_int_equal(targets.delegation_count, 2);
    assert_true(targets.delegations[0].terminating);
    assert_ok(wm_listed_check(&targets.files[0], WM_STR("abc"), &err), &err);
    assert_int_equal(wm_listed_check(&targets.files[0], WM_STR("abd"), &err), WM_NOT_TRUSTED);
    assert_int_equal(wm_listed_check(&targets.files[0], WM_STR("ab"), &err), WM_NOT_TRUSTED);
}

static void one_changed_byte_is_refused_for_every_key_type(void **state)
{
    (void)state;
    wm_str good = corpus("root_three_key_types.json");
    char *bytes = wm_arena_alloc(&arena, good.len);
    memcpy(bytes, good.ptr, good.len);
    char *at = strstr(good.ptr, "2030-01-01");
    assert_non_null(at);
    bytes[at - good.ptr + 3] = '1';
    wm_root root;
    wm_error err = { 0 };
    assert_int_equal(wm_policy_first_root(&arena, (wm_str){ bytes, good.len }, &root, &err),
                     WM_NOT_TRUSTED);
    assert_contains(err.text, "expected signatures by 3 keys of role root, found 0");
}

static void a_frame_that_is_not_one_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = { "not_json.json", "no_signed.json", "twice.json" };
    for (size_t i = 0; i < 3; i++) {
        wm_unverified unverified;
        wm_error err = { 0 };
        assert_int_equal(wm_unverified_read(&arena, corpus(names[i]), WM_MIB, &unverified, &err),
                         WM_BAD_INPUT);
        assert_true(err.text[0] != '\0');
    }
    wm_unverified unverified;
    wm_error err = { 0 };
    assert_int_equal(wm_unverified_read(&arena, corpus("targets.json"), 100, &unverified, &err),
                     WM_TOO_LARGE);
}

static void one_key_counts_once_whatever_ids_it_has(void **state)
{
    (void)state;
    unsigned once[] = { 1, 0 };
    wm_str file = wm_test_sign(&arena, "{'a':1}", once);
    wm_unverified unverified = unverified_of(file);
    wm_secret_key key = wm_test_key(&arena, 1);
    wm_public_key same[3] = { key.public_key, key.public_key, key.public_key };
    wm_signature signatures[3] = { unverified.signatures[0], unverified.signatures[0],
                                   unverified.signatures[0] };
    same[1].id = WM_STR("another-name");
    signatures[1].key_id = same[1].id;
    unverified.signatures = signatures;
    unverified.signature_count = 3;
    wm_verified verified;
    wm_error err = { 0 };
    wm_signers two = { WM_STR("test"), same, 3, 2 };
    assert_int_equal(wm_verify(&unverified, &two, &verified, &err), WM_NOT_TRUSTED);
    assert_contains(err.text, "expected signatures by 2 keys of role test, found 1");
    wm_signers one = { WM_STR("test"), same, 3, 1 };
    assert_ok(wm_verify(&unverified, &one, &verified, &err), &err);
    wm_signers none = { WM_STR("test"), same, 3, 0 };
    assert_int_equal(wm_verify(&unverified, &none, &verified, &err), WM_NOT_TRUSTED);
}

static void a_strangers_signature_does_not_count(void **state)
{
    (void)state;
    unsigned stranger[] = { 9, 0 };
    unsigned ours[] = { 1, 2, 0 };
    wm_unverified unverified = unverified_of(wm_test_sign(&arena, "{'a':1}", stranger));
    wm_signers signers = wm_test_signers(&arena, "test", ours, 1);
    wm_verified verified;
    wm_error err = { 0 };
    assert_int_equal(wm_verify(&unverified, &signers, &verified, &err), WM_NOT_TRUSTED);
    /* nor under the name of a key of ours */
    wm_signature signature = unverified.signatures[0];
    signature.key_id = signers.keys[0].id;
    unverified.signatures = &signature;
    assert_int_equal(wm_verify(&unverified, &signers, &verified, &err), WM_NOT_TRUSTED);
}

static wm_status read_targets(const char *json, wm_error *err)
{
    wm_targets targets;
    return wm_targets_read(&arena, (wm_verified){ wm_test_json(&arena, json) }, &targets, err);
}

#define HEAD                                                                                       \
    "'_type':'targets','spec_version':'1.0.34','version':1,'expires':'2030-01-01T00:00:00Z'"
#define ROLE "'name':'a','keyids':[],'threshold':1"

static void each_rule_of_the_format_has_its_message(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *part;
    } cases[] = {
        { "{'_type':'root'}", "_type: expected \"targets\", found \"root\"" },
        { "{'_type':'targets','spec_version':'2.0.0'}", "spec_version: expected \"1.N\"" },
        { "{'_type':'targets','spec_version':'1.'}", "spec_version" },
        { "{'_type':'targets','spec_version':'1.0','version':0}", "version: expected an integer" },
        { "{'_type':'targets','spec_version':'1.0','version':1,'expires':'2030-01-01'}",
          "expires: expected" },
        { "{'_type':'targets','spec_version':'1.0','version':1,'expires':'2030-02-30T00:00:00Z'}",
          "expires: expected" },
        { "{" HEAD "}", "expected an object \"targets\"" },
        { "{" HEAD ",'targets':{'a':{'hashes':{'sha256':'00'},'length':1}}}",
          "hashes: expected hex digits" },
        { "{" HEAD ",'targets':{'a':{'hashes':{'md5':'00'},'length':1}}}",
          "expected sha256 or sha512" },
        { "{" HEAD ",'targets':{'a':{'length':1}}}", "a: hashes" },
        { "{" HEAD ",'targets':{'a':{'hashes':{}}}}", "a: length" },
        { "{" HEAD ",'targets':{'a':{'length':-1}}}", "a: length" },
        { "{" HEAD ",'targets':{},'delegations':{'keys':{},'roles':[{" ROLE "}]}}",
          "expected exactly one of" },
        { "{" HEAD ",'targets':{},'delegations':{'keys':{},'roles':[{" ROLE
          ",'paths':[],'path_hash_prefixes':[]}]}}",
          "expected exactly one of" },
        { "{" HEAD ",'targets':{},'delegations':{'keys':{},'roles':[{" ROLE ",'paths':[]},{" ROLE
          ",'paths':[]}]}}",
          "found a twice" },
        { "{" HEAD ",'targets':{},'delegations':{'keys':{},'roles':[{'name':'a','keyids':[],"
          "'threshold':0,'paths':[]}]}}",
          "a \"threshold\" of at least 1" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wm_error err = { 0 };
        assert_int_not_equal(read_targets(cases[i].json, &err), WM_OK);
        assert_contains(err.text, cases[i].part);
    }
    wm_error err = { 0 };
    assert_ok(read_targets("{" HEAD
                           ",'targets':{},'x_new':1,'delegations':{'keys':{},'roles':[{" ROLE
                           ",'paths':['*'],'x_more':2}]}}",
                           &err),
              &err);
}

static void a_timestamp_lists_the_snapshot_and_nothing_else(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{'_type':'timestamp','spec_version':'1.0.34','version':1,'expires':'2030-01-01T00:00:00Z',"
        "'meta':{}}",
        "{'_type':'timestamp','spec_version':'1.0.34','version':1,'expires':'2030-01-01T00:00:00Z',"
        "'meta':{'snapshot.json':{'version':1},'targets.json':{'version':1}}}",
        "{'_type':'timestamp','spec_version':'1.0.34','version':1,'expires':'2030-01-01T00:00:00Z',"
        "'meta':{'snapshot.json':{'version':0}}}",
    };
    for (size_t i = 0; i < 3; i++) {
        wm_timestamp timestamp;
        wm_error err = { 0 };
        assert_int_equal(wm_timestamp_read(&arena, (wm_verified){ wm_test_json(&arena, cases[i]) },
                                           &timestamp, &err),
                         WM_BAD_INPUT);
    }
}

static void times_read_and_write_back(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = { { "1970-01-01T00:00:00Z", 0 },
                  { "2026-01-05T12:34:56Z", 1767616496 },
                  { "2038-01-19T03:14:08Z", 2147483648 } };
    for (size_t i = 0; i < 3; i++) {
        int64_t seconds = -1;
        char text[WM_TUF_TIME_BYTES];
        assert_true(wm_tuf_time_read(wm_str_of(cases[i].text), &seconds));
        assert_int_equal(seconds, cases[i].seconds);
        assert_string_equal(wm_tuf_time_write(seconds, text), cases[i].text);
    }
    static const char *const bad[] = { "2026-01-05T12:34:56",  "2026-01-05T24:00:00Z",
                                       "2026-01-05 12:34:56Z", "2026-01-05T12:34:56+",
                                       "2026-13-05T12:34:56Z", "2026-01-05T12:34:5xZ" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t seconds = 0;
        assert_false(wm_tuf_time_read(wm_str_of(bad[i]), &seconds));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_key_types_of_another_implementation_verify),
        cmocka_unit_test(one_changed_byte_is_refused_for_every_key_type),
        cmocka_unit_test(a_frame_that_is_not_one_is_refused),
        cmocka_unit_test(one_key_counts_once_whatever_ids_it_has),
        cmocka_unit_test(a_strangers_signature_does_not_count),
        cmocka_unit_test(each_rule_of_the_format_has_its_message),
        cmocka_unit_test(a_timestamp_lists_the_snapshot_and_nothing_else),
        cmocka_unit_test(times_read_and_write_back),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

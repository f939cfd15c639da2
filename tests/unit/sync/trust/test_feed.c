/* test_feed.c: what a partition's role may list, and what of it is refused though it is signed. */
#include <stdio.h>

#include "testing.h"

#include "trust/feed.h"

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

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define CUSTOM "'buckets':1,'records':1,'state':'" ZEROS "'"

static wm_feed_role listed;

/* Partition P lists one snapshot, and `path` with these custom data and this length. */
static wm_status list(const char *path, const char *custom, int64_t length, wm_error *err)
{
    static wm_listed_file files[2];
    char text[512];
    files[0] = (wm_listed_file){ .path = WM_STR("p/P/0-1.pack"),
                                 .length = 9,
                                 .hashes = { .has_sha256 = true } };
    files[1] = (wm_listed_file){ .path = wm_str_of(path),
                                 .length = length,
                                 .hashes = { .has_sha256 = true } };
    files[0].custom = wm_test_json(&arena, "{" CUSTOM "}");
    (void)snprintf(text, sizeof text, "{%s}", custom);
    files[1].custom = wm_test_json(&arena, text);
    wm_targets role = { .files = files, .file_count = 2 };
    wm_error_clear(err);
    return wm_feed_role_read(WM_STR("P"), &role, &listed, err);
}

static void a_role_says_its_newest_packs_and_the_state_they_lead_to(void **state)
{
    (void)state;
    wm_error err = { 0 };
    assert_ok(list("p/P/3-7.pack", CUSTOM, 9, &err), &err);
    assert_int_equal(listed.end, 7);
    assert_int_equal(listed.snapshot.to, 1);
    assert_true(listed.has_delta);
    assert_int_equal(listed.delta.from, 3);
    assert_int_equal(listed.state.records, 1);
    assert_null(listed.spans);
    /* the index and the release say nothing of the state */
    assert_ok(list("p/P/spans", "", 9, &err), &err);
    assert_int_equal(listed.end, 1);
    assert_false(listed.has_delta);
    assert_non_null(listed.spans);
    assert_ok(list("release.json", "", 9, &err), &err);
    assert_null(listed.spans);
}

static void two_snapshots_or_two_ends_are_refused(void **state)
{
    (void)state;
    wm_error err = { 0 };
    assert_int_equal(list("p/P/0-2.pack", CUSTOM, 9, &err), WM_BAD_INPUT);
    assert_contains(err.text, "expected one snapshot and one delta");
    wm_listed_file files[2] = { { .path = WM_STR("p/P/0-5.pack"),
                                  .length = 9,
                                  .custom = wm_test_json(&arena, "{" CUSTOM "}"),
                                  .hashes = { .has_sha256 = true } },
                                { .path = WM_STR("p/P/3-4.pack"),
                                  .length = 9,
                                  .custom = wm_test_json(&arena, "{" CUSTOM "}"),
                                  .hashes = { .has_sha256 = true } } };
    wm_targets role = { .files = files, .file_count = 2 };
    assert_int_equal(wm_feed_role_read(WM_STR("P"), &role, &listed, &err), WM_BAD_INPUT);
    assert_contains(err.text, "the delta is older than the snapshot");
    role.file_count = 1;
    role.files = &files[1];
    wm_error_clear(&err);
    assert_int_equal(wm_feed_role_read(WM_STR("P"), &role, &listed, &err), WM_BAD_INPUT);
    assert_contains(err.text, "expected a snapshot");
}

static void a_role_lists_packs_of_its_partition_and_nothing_else(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "p/Q/1-2.pack",
        "p/P/P/1-2.pack",
        "p/P/../Q/1-2.pack",
        "p/P/1-2.pack/x",
        "p/P/1-2.packs",
        "p/P/1-2",
        "p/P/2-2.pack",
        "p/P/2-1.pack",
        "p/P/01-2.pack",
        "p/P/1-02.pack",
        "p/P/-1-2.pack",
        "p/P/1--2.pack",
        "p/P/+1-2.pack",
        "p/P/1 -2.pack",
        "p/P/1-9999999999999999.pack",
        "p/P/0x1-0x2.pack",
        "p/P/-2.pack",
        "p/P/1-.pack",
        "p/p/1-2.pack",
        "/p/P/1-2.pack",
        "P/1-2.pack",
        "p/P",
        "p/P/",
        "p/Q/spans",
        "p/P/spans-1",
        "p/P/spans/",
        "localities.json",
    };
    wm_error err = { 0 };
    assert_ok(list("p/P/1-2.pack", CUSTOM, 9, &err), &err);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(list(bad[i], CUSTOM, 9, &err), WM_NOT_TRUSTED);
        assert_contains(err.text, "expected p/P/FROM-TO.pack");
    }
}

/* A newer publisher may have more to give. What could be taken for something that we know is not
 * among it, nor what lies elsewhere. */
static void a_file_of_a_kind_that_no_one_knows_is_passed_over(void **state)
{
    (void)state;
    static const char *const rows[] = { "p/P/pictures",   "p/P/patch.v2",  "p/P/a",
                                        "p/P/Index.json", "p/P/words_1-2", "p/P/span",
                                        "p/P/pack" };
    static const char *const bad[] = {
        "p/P/pictures.pack", "p/P/a.pack.zst", "p/P/spans2", "p/P/spans.v2", "p/P/9",
        "p/P/.hidden",       "p/P/_a",         "p/P/a/b",    "p/P/a b",      "p/P/\xc3\xa4",
        "p/Q/pictures",      "pictures",       "p/P/a..%2f", "p/P/..",       "p/P/a\\b"
    };
    wm_error err = { 0 };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_ok(list(rows[i], "", INT64_MAX, &err), &err);
        assert_int_equal(listed.end, 1);
        assert_false(listed.has_delta);
        assert_null(listed.spans);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (list(bad[i], "", 9, &err) != WM_NOT_TRUSTED) {
            fail_msg("%s: %s", bad[i], err.text);
        }
    }
}

static void what_is_not_said_of_a_pack_is_not_guessed(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "'buckets':0,'records':1,'state':'" ZEROS "'",
        "'buckets':4294967296,'records':1,'state':'" ZEROS "'",
        "'buckets':1,'records':-1,'state':'" ZEROS "'",
        "'buckets':1,'records':1,'state':'00'",
        "'buckets':1,'records':'1','state':'" ZEROS "'",
    };
    wm_error err = { 0 };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(list("p/P/1-2.pack", bad[i], 9, &err), WM_BAD_INPUT);
        assert_contains(err.text, "expected custom");
    }
}

static void no_pack_is_longer_than_can_be_borne(void **state)
{
    (void)state;
    wm_error err = { 0 };
    int64_t most = (int64_t)WM_PACK_BYTES_MAX;
    assert_ok(list("p/P/1-2.pack", CUSTOM, most, &err), &err);
    assert_int_equal(list("p/P/1-2.pack", CUSTOM, most + 1, &err), WM_TOO_LARGE);
    assert_contains(err.text, "p/P/1-2.pack: expected at most");
}

static const wm_snapshot no_partitions = { .file_count = 0 };

static void an_index_names_localities_that_can_be_paths_and_files(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{'localities':[['..','']]}",
        "{'localities':[['a/b','']]}",
        "{'localities':[['','']]}",
        "{'localities':[[1,'']]}",
        "{'localities':[['a']]}",
        "{'localities':[['a',''],['a','']]}",
        "{'localities':[['b',''],['a','']]}",
        "{'localities':{}}",
        "{'partitions':[]}",
        "[]",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        wm_buf text;
        wm_feed_index index;
        wm_error err = { 0 };
        wm_buf_init(&text, wm_env_system(), WM_MIB);
        wm_json_write(&text, wm_test_json(&arena, bad[i]));
        assert_int_equal(
            wm_feed_index_read(&arena, wm_buf_str(&text), &no_partitions, &index, &err),
            WM_BAD_INPUT);
        assert_contains(err.text, "localities.json");
        wm_buf_fini(&text);
    }
}

/* What else a snapshot lists is no partition; in order of the codes, not of the files. */
static void the_snapshot_says_which_partitions_there_are(void **state)
{
    (void)state;
    static const wm_listed_file files[] = {
        { .path = WM_STR_INIT("p..json") },    { .path = WM_STR_INIT("p.../x.json") },
        { .path = WM_STR_INIT("p.A-1.json") }, { .path = WM_STR_INIT("p.A.json") },
        { .path = WM_STR_INIT("p.B") },        { .path = WM_STR_INIT("p.B.jso") },
        { .path = WM_STR_INIT("p.all.json") }, { .path = WM_STR_INIT("p/C.json") },
        { .path = WM_STR_INIT("p.json") },     { .path = WM_STR_INIT("partitions.json") },
        { .path = WM_STR_INIT("q.C.json") },   { .path = WM_STR_INIT("targets.json") },
    };
    static const wm_snapshot snapshot = { .files = files,
                                          .file_count = sizeof files / sizeof files[0] };
    static const char text[] = "{\"localities\":[[\"A\",\"\"]]}";
    wm_feed_index index;
    wm_error err = { 0 };
    assert_ok(wm_feed_index_read(&arena, wm_str_of(text), &snapshot, &index, &err), &err);
    assert_int_equal(index.partition_count, 3);
    assert_true(wm_str_is(index.partitions[0], "A") && wm_str_is(index.partitions[1], "A-1") &&
                wm_str_is(index.partitions[2], "all"));
    assert_int_equal(index.locality_count, 1);
}

static void a_parent_chain_that_goes_round_ends(void **state)
{
    (void)state;
    static const char text[] = "{\"localities\":[[\"a\",\"b\"],[\"b\",\"a\"],[\"c\",\"c\"]]}";
    wm_feed_index index;
    wm_error err = { 0 };
    assert_ok(wm_feed_index_read(&arena, wm_str_of(text), &no_partitions, &index, &err), &err);
    assert_true(wm_feed_index_takes(&index, WM_STR("a"), WM_STR("b")));
    assert_false(wm_feed_index_takes(&index, WM_STR("a"), WM_STR("c")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_role_says_its_newest_packs_and_the_state_they_lead_to),
        cmocka_unit_test(two_snapshots_or_two_ends_are_refused),
        cmocka_unit_test(a_role_lists_packs_of_its_partition_and_nothing_else),
        cmocka_unit_test(a_file_of_a_kind_that_no_one_knows_is_passed_over),
        cmocka_unit_test(what_is_not_said_of_a_pack_is_not_guessed),
        cmocka_unit_test(no_pack_is_longer_than_can_be_borne),
        cmocka_unit_test(an_index_names_localities_that_can_be_paths_and_files),
        cmocka_unit_test(the_snapshot_says_which_partitions_there_are),
        cmocka_unit_test(a_parent_chain_that_goes_round_ends),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

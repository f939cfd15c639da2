/* test_policy.c: what may be believed after what; and which role may speak for a path. */
#include "tuf.h"

#include "trust/feed.h"
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

static void a_new_root_needs_the_old_keys_and_its_own(void **state)
{
    (void)state;
    static const struct {
        int64_t version;
        unsigned keys[4];
        int64_t threshold;
        unsigned signers[4];
        wm_status status;
    } cases[] = {
        { 2, { 3, 4 }, 2, { 1, 2, 3, 4 }, WM_OK },       /* all keys replaced, both sides sign */
        { 2, { 1, 2 }, 2, { 1, 2 }, WM_OK },             /* only content changes */
        { 2, { 3, 4 }, 2, { 3, 4 }, WM_NOT_TRUSTED },    /* the old ones did not */
        { 2, { 3, 4 }, 2, { 1, 2 }, WM_NOT_TRUSTED },    /* the new ones did not */
        { 2, { 3, 4 }, 2, { 1, 3, 4 }, WM_NOT_TRUSTED }, /* one of the old ones is lost */
        { 3, { 1, 2 }, 2, { 1, 2 }, WM_NOT_TRUSTED },    /* a version is left out */
        { 1, { 1, 2 }, 2, { 1, 2 }, WM_NOT_TRUSTED },    /* the same version again */
    };
    wm_root held;
    wm_error err = { 0 };
    unsigned first[] = { 1, 2, 0 };
    assert_ok(wm_policy_first_root(&arena, wm_test_root(&arena, 1, first, 2, first), &held, &err),
              &err);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned keys[5] = { 0 };
        unsigned signers[5] = { 0 };
        memcpy(keys, cases[i].keys, sizeof cases[i].keys);
        memcpy(signers, cases[i].signers, sizeof cases[i].signers);
        wm_root next;
        wm_error_clear(&err);
        wm_str bytes = wm_test_root(&arena, cases[i].version, keys, cases[i].threshold, signers);
        assert_int_equal(wm_policy_next_root(&arena, &held, bytes, &next, &err), cases[i].status);
        assert_int_equal(err.text[0] != '\0', cases[i].status != WM_OK);
    }
}

static void a_rotation_is_a_key_that_has_lost_its_say(void **state)
{
    (void)state;
    unsigned one_two[] = { 1, 2, 0 };
    unsigned two_one[] = { 2, 1, 0 };
    unsigned one_three[] = { 1, 3, 0 };
    unsigned one[] = { 1, 0 };
    wm_signers before = wm_test_signers(&arena, "timestamp", one_two, 1);
    wm_signers same = wm_test_signers(&arena, "timestamp", two_one, 1);
    wm_signers other = wm_test_signers(&arena, "timestamp", one_three, 1);
    wm_signers fewer = wm_test_signers(&arena, "timestamp", one, 1);
    wm_signers stricter = wm_test_signers(&arena, "timestamp", one_two, 2);
    assert_false(wm_policy_rotated(&before, &same));
    assert_true(wm_policy_rotated(&before, &other));
    assert_true(wm_policy_rotated(&before, &fewer));
    assert_false(wm_policy_rotated(&fewer, &before));
    assert_false(wm_policy_rotated(&before, &stricter));
}

static void versions_of_timestamp_and_snapshot_never_go_down(void **state)
{
    (void)state;
    wm_timestamp held = { .head = { 5, 0 }, .snapshot = { .version = 3 } };
    wm_timestamp lower = { .head = { 4, 0 }, .snapshot = { .version = 3 } };
    wm_timestamp equal = { .head = { 5, 0 }, .snapshot = { .version = 9 } };
    wm_timestamp renewed = { .head = { 6, 0 }, .snapshot = { .version = 3 } };
    wm_timestamp mixed = { .head = { 6, 0 }, .snapshot = { .version = 2 } };
    wm_error err = { 0 };
    assert_ok(wm_policy_timestamp(NULL, &lower, &err), &err);
    assert_ok(wm_policy_timestamp(&held, &renewed, &err), &err);
    assert_int_equal(wm_policy_timestamp(&held, &equal, &err), WM_UNCHANGED);
    assert_int_equal(wm_policy_timestamp(&held, &lower, &err), WM_NOT_TRUSTED);
    assert_contains(err.text, "rolled back from version 5 to 4");
    assert_int_equal(wm_policy_timestamp(&held, &mixed, &err), WM_NOT_TRUSTED);
    assert_contains(err.text, "snapshot rolled back from version 3 to 2");

    wm_listed_file before[] = { { .path = WM_STR("a.json"), .version = 2 },
                                { .path = WM_STR("targets.json"), .version = 4 } };
    wm_listed_file down[] = { { .path = WM_STR("a.json"), .version = 1 },
                              { .path = WM_STR("targets.json"), .version = 5 } };
    wm_listed_file up[] = { { .path = WM_STR("a.json"), .version = 2 },
                            { .path = WM_STR("b.json"), .version = 1 },
                            { .path = WM_STR("targets.json"), .version = 5 } };
    wm_snapshot old = { { 1, 0 }, before, 2 };
    wm_snapshot worse = { { 2, 0 }, down, 2 };
    wm_snapshot gone = { { 2, 0 }, before + 1, 1 };
    wm_snapshot better = { { 2, 0 }, up, 3 };
    assert_ok(wm_policy_snapshot(NULL, &worse, &err), &err);
    assert_ok(wm_policy_snapshot(&old, &better, &err), &err);
    assert_int_equal(wm_policy_snapshot(&old, &worse, &err), WM_NOT_TRUSTED);
    assert_contains(err.text, "a.json rolled back from version 2 to 1");
    assert_int_equal(wm_policy_snapshot(&old, &gone, &err), WM_NOT_TRUSTED);
    assert_contains(err.text, "a.json is no longer listed");
}

static void what_expires_now_has_expired(void **state)
{
    (void)state;
    wm_metadata_head head = { 1, 1000 };
    wm_error err = { 0 };
    assert_ok(wm_policy_fresh("x", &head, 999, &err), &err);
    assert_int_equal(wm_policy_fresh("x", &head, 1000, &err), WM_EXPIRED);
    assert_contains(err.text, "x: expired on 1970-01-01T00:16:40Z");
    assert_int_equal(wm_policy_time(10, 20), 20);
    assert_int_equal(wm_policy_time(30, 20), 30);
}

static void patterns_match_one_folder(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        const char *path;
        bool matches;
    } cases[] = {
        { "targets/*.tgz", "targets/foo.tgz", true },
        { "targets/*.tgz", "targets/foo.txt", false },
        { "foo-version-?.tgz", "foo-version-2.tgz", true },
        { "foo-version-?.tgz", "foo-version-alpha.tgz", false },
        { "*.tgz", "foo.tgz", true },
        { "*.tgz", "targets/foo.tgz", false },
        { "foo.tgz", "foo.tgz", true },
        { "p/*/*", "p/all/0-1.pack", true },
        { "p/*/*", "p/all", false },
        { "p/*/*", "p/all/x/y", false },
        { "p/all/*", "p/all/", true },
        { "p/all/*", "p/alle/x", false },
        { "a?b", "a/b", false },
        { "*", "", true },
        { "", "", true },
        { "", "a", false },
        { "*a*b*c", "xxaxbxbxcxc", true },
        { "*a*b*c", "xxaxbxbxcxd", false },
        { "a*/b", "aaa/b", true },
        { "a*b/c", "axx/c", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (wm_policy_path_matches(wm_str_of(cases[i].pattern), wm_str_of(cases[i].path)) !=
            cases[i].matches) {
            fail_msg("%s and %s", cases[i].pattern, cases[i].path);
        }
    }
}

/* A small world of roles: name, what it lists, whom it delegates to. */
static wm_targets role_of(const char *listed, const wm_delegation *delegations, size_t count)
{
    wm_listed_file *file = wm_arena_alloc(&arena, sizeof *file);
    assert_non_null(file);
    file->path = wm_str_of(listed);
    return (wm_targets){ { 1, 0 }, file, 1, delegations, count };
}

static wm_delegation delegation_to(const char *name, const char *pattern, bool terminating)
{
    wm_str *path = wm_arena_alloc(&arena, sizeof *path);
    assert_non_null(path);
    *path = wm_str_of(pattern);
    return (wm_delegation){ .role = { .name = wm_str_of(name) },
                            .terminating = terminating,
                            .paths = path,
                            .path_count = 1 };
}

static void search_is_depth_first_in_order_and_ends_at_a_terminating_role(void **state)
{
    (void)state;
    wm_delegation of_a[] = { delegation_to("c", "x*", false), delegation_to("top", "x*", false) };
    wm_delegation of_top[] = { delegation_to("z", "y*", false), delegation_to("a", "x*", false),
                               delegation_to("b", "x*", true), delegation_to("d", "x*", false) };
    wm_targets top = role_of("nothing", of_top, 4);
    wm_targets a = role_of("nothing", of_a, 2);
    wm_targets none = role_of("nothing", NULL, 0);
    wm_targets has_it = role_of("x1", NULL, 0);
    const wm_listed_file *found = NULL;
    const wm_delegation *next = NULL;
    wm_search search;

    wm_search_init(&search, WM_STR("x1"));
    assert_int_equal(wm_search_step(&search, &top, &found, &next), WM_OK);
    assert_true(wm_str_is(next->role.name, "a"));
    assert_int_equal(wm_search_step(&search, &a, &found, &next), WM_OK);
    assert_true(wm_str_is(next->role.name, "c"));
    assert_int_equal(wm_search_step(&search, &none, &found, &next), WM_OK);
    assert_true(wm_str_is(next->role.name, "top")); /* once; then it has been visited */
    assert_int_equal(wm_search_step(&search, &top, &found, &next), WM_OK);
    assert_true(wm_str_is(next->role.name, "b"));
    wm_search saved = search;
    assert_int_equal(wm_search_step(&search, &has_it, &found, &next), WM_OK);
    assert_non_null(found);
    search = saved;
    assert_int_equal(wm_search_step(&search, &none, &found, &next), WM_NOT_FOUND); /* not d */
}

static void search_visits_at_most_32_roles(void **state)
{
    (void)state;
    wm_delegation all[64];
    for (int i = 0; i < 64; i++) {
        char name[2] = { (char)(' ' + i), '\0' };
        all[i] = delegation_to(wm_arena_copy(&arena, wm_str_of(name)).ptr, "*", false);
    }
    wm_targets top = role_of("nothing", all, 64);
    wm_targets none = role_of("nothing", NULL, 0);
    const wm_targets *at = &top;
    const wm_listed_file *found = NULL;
    const wm_delegation *next = NULL;
    wm_search search;
    int steps = 0;
    wm_search_init(&search, WM_STR("x"));
    while (wm_search_step(&search, at, &found, &next) == WM_OK) {
        at = &none;
        steps++;
    }
    assert_int_equal(steps, WM_DELEGATED_ROLES_VISITED_MAX);
}

static void a_subscription_takes_what_is_above_and_below(void **state)
{
    (void)state;
    static const char text[] =
        "{\"localities\":[[\"E\",\"\"],[\"N\",\"P\"],[\"P\",\"S\"],[\"Q\",\"S\"],"
        "[\"S\",\"E\"],[\"T\",\"E\"]]}";
    static const wm_listed_file roles[] = {
        { .path = WM_STR_INIT("p.E.json") },  { .path = WM_STR_INIT("p.P.json") },
        { .path = WM_STR_INIT("p.Q.json") },  { .path = WM_STR_INIT("p.S.json") },
        { .path = WM_STR_INIT("p.T.json") },  { .path = WM_STR_INIT("p.all.json") },
        { .path = WM_STR_INIT("p.top.json") }
    };
    static const wm_snapshot snapshot = { .files = roles,
                                          .file_count = sizeof roles / sizeof roles[0] };
    wm_feed_index index;
    wm_error err = { 0 };
    assert_ok(wm_feed_index_read(&arena, wm_str_of(text), &snapshot, &index, &err), &err);
    static const struct {
        const char *code;
        const char *partitions; /* taken */
    } cases[] = { { "N", "EPSt" }, { "P", "EPSt" },   { "S", "EPQSt" },
                  { "T", "ETt" },  { "E", "EPQSTt" }, { "all", "a" } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t k = 0; k < index.partition_count; k++) {
            bool taken = strchr(cases[i].partitions, index.partitions[k].ptr[0]) != NULL;
            assert_int_equal(
                wm_feed_index_takes(&index, wm_str_of(cases[i].code), index.partitions[k]), taken);
        }
        assert_true(wm_feed_index_knows(&index, wm_str_of(cases[i].code)));
    }
    assert_false(wm_feed_index_knows(&index, WM_STR("X")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_root_needs_the_old_keys_and_its_own),
        cmocka_unit_test(a_rotation_is_a_key_that_has_lost_its_say),
        cmocka_unit_test(versions_of_timestamp_and_snapshot_never_go_down),
        cmocka_unit_test(what_expires_now_has_expired),
        cmocka_unit_test(patterns_match_one_folder),
        cmocka_unit_test(search_is_depth_first_in_order_and_ends_at_a_terminating_role),
        cmocka_unit_test(search_visits_at_most_32_roles),
        cmocka_unit_test(a_subscription_takes_what_is_above_and_below),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

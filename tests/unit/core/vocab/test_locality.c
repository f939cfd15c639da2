/* test_locality.c: the strict tree. */
#include "fault.h"
#include "testing.h"

#include <waymark/sys/locality.h>

#define ROW(code, kind, parent)                                                                    \
    {                                                                                              \
        WM_STR_INIT(code), WM_STR_INIT(code " name"), WM_STR_INIT(kind), WM_STR_INIT(parent)       \
    }

static const wm_locality_row rows[] = {
    ROW("swindon", "place", "bsw"),  ROW("england", "nation", ""), ROW("bsol", "system", "england"),
    ROW("bsw", "system", "england"), ROW("bham", "place", "bsol"), ROW("east", "locality", "bham"),
    ROW("wales", "nation", ""),
};

static wm_locality_tree *tree_of(const wm_locality_row *from, size_t count)
{
    wm_locality_tree *tree = NULL;
    wm_error err = { 0 };
    assert_ok(wm_locality_tree_new(wm_env_system(), from, count, &tree, &err), &err);
    return tree;
}

static wm_locality find(const wm_locality_tree *tree, const char *code)
{
    wm_locality at = wm_locality_find(tree, wm_str_of(code));
    assert_int_not_equal(at, WM_LOCALITY_NONE);
    return at;
}

static void within_and_steps_follow_the_parents(void **state)
{
    (void)state;
    wm_locality_tree *tree = tree_of(rows, sizeof rows / sizeof rows[0]);
    assert_int_equal(wm_locality_count(tree), 7);
    assert_int_equal(wm_locality_find(tree, WM_STR("nowhere")), WM_LOCALITY_NONE);
    assert_true(wm_locality_within(tree, find(tree, "east"), find(tree, "england")));
    assert_false(wm_locality_within(tree, find(tree, "england"), find(tree, "east")));
    assert_false(wm_locality_within(tree, find(tree, "east"), find(tree, "bsw")));
    assert_int_equal(wm_locality_steps(tree, find(tree, "east"), find(tree, "bsol")), 2);
    assert_int_equal(wm_locality_steps(tree, find(tree, "bsol"), find(tree, "bsol")), 0);
    assert_int_equal(wm_locality_steps(tree, find(tree, "wales"), find(tree, "england")), -1);
    assert_int_equal(wm_locality_hops(tree, find(tree, "east"), find(tree, "swindon")), 5);
    assert_int_equal(wm_locality_hops(tree, find(tree, "wales"), find(tree, "swindon")), 17);
    assert_int_equal(wm_locality_common(tree, find(tree, "east"), find(tree, "swindon")),
                     find(tree, "england"));
    assert_int_equal(wm_locality_kind_of(tree, find(tree, "bsw")), WM_LOCALITY_SYSTEM);
    assert_true(wm_str_is(wm_locality_name(tree, find(tree, "bsw")), "bsw name"));
    assert_int_equal(wm_locality_parent(tree, find(tree, "wales")), WM_LOCALITY_NONE);
    wm_locality_tree_free(tree);
    tree = tree_of(NULL, 0);
    assert_int_equal(wm_locality_find(tree, WM_STR("england")), WM_LOCALITY_NONE);
    wm_locality_tree_free(tree);
}

static void what_is_not_a_strict_tree_is_refused(void **state)
{
    (void)state;
    static const struct {
        wm_locality_row rows[2];
        const char *part;
    } cases[] = {
        { { ROW("a", "place", ""), ROW("a", "place", "") },
          "locality a: expected once, found twice" },
        { { ROW("a", "place", ""), ROW("b", "place", "c") },
          "locality b: parent: expected a locality, found \"c\"" },
        { { ROW("a", "place", "b"), ROW("b", "place", "a") }, "found a circle" },
        { { ROW("a", "place", ""), ROW("b", "place", "b") },
          "locality b: expected a parent above it, found a circle" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wm_locality_tree *tree = NULL;
        wm_error err = { 0 };
        assert_int_equal(wm_locality_tree_new(wm_env_system(), cases[i].rows, 2, &tree, &err),
                         WM_BAD_RECORD);
        assert_contains(err.text, cases[i].part);
        assert_null(tree);
    }
    static const wm_locality_row deep[] = {
        ROW("0", "", ""),  ROW("1", "", "0"), ROW("2", "", "1"),
        ROW("3", "", "2"), ROW("4", "", "3"), ROW("5", "", "4"),
        ROW("6", "", "5"), ROW("7", "", "6"), ROW("8", "", "7"),
    };
    wm_locality_tree_free(tree_of(deep, 8));
    wm_locality_tree *tree = NULL;
    wm_error err = { 0 };
    assert_int_equal(wm_locality_tree_new(wm_env_system(), deep, 9, &tree, &err), WM_BAD_RECORD);
    assert_contains(err.text, "locality 8: expected at most 8 levels");
}

static void build_under_fault(const wm_env *env, wm_status *status_out)
{
    wm_locality_tree *tree = NULL;
    *status_out = wm_locality_tree_new(env, rows, sizeof rows / sizeof rows[0], &tree, NULL);
    wm_locality_tree_free(tree);
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    wm_fault_env fault;
    wm_fault_env_init(&fault);
    wm_status status = WM_OK;
    FAULT_SWEEP(build_under_fault(&fault.env, &status), {
        assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
        assert_int_equal(wm_fault_live_blocks(), 0);
    });
}

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_and_steps_follow_the_parents),
        cmocka_unit_test(what_is_not_a_strict_tree_is_refused),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_release_faults.c: each allocation of a release, and of reading it back, fails in turn: the
 * right answer or "no memory", nothing leaks, and the file is whole: what it was, or what it was to
 * be. */
#include "fault_scene.h"

/* ---- change and release ---- */

static wm_status change(wm_scene *s, wm_txn *txn, wm_error *err)
{
    static const char service[] =
        "{\"areas\":[\"BSW\"],\"eligibility\":{\"who\":{\"is\":\"carer\"}},\"id\":\"swindon\","
        "\"kind\":\"therapy\",\"name\":\"W2\",\"needs\":[\"anx.panic\"],\"organization\":\"trust\","
        "\"sites\":[\"house\"],\"status\":\"active\"}";
    wm_record record = { WM_KIND_SERVICE, WM_STR("swindon"), { service, sizeof service - 1 } };
    wm_release release;
    wm_status status = wm_history_put(txn, &record, NULL, NULL, err);
    if (status == WM_OK) {
        status = wm_history_withdraw(txn, WM_KIND_SERVICE, WM_STR("national"), err);
    }
    if (status == WM_OK) {
        status = wm_history_release(txn, 20700, WM_STR("n"), &release, err);
        s->number = release.number;
    }
    return status;
}

static void release_again(wm_scene *s, wm_error *err)
{
    wm_store *store = NULL;
    wm_txn *txn = NULL;
    wm_fault_vfs_rewind();
    s->status = wm_store_open(&s->fault.env, WM_SCENE_PATH, WM_STORE_WRITE, &store, err);
    if (s->status == WM_OK) {
        s->status = wm_txn_begin(store, &txn, err);
    }
    if (s->status == WM_OK) {
        s->status = change(s, txn, err);
        if (s->status == WM_OK) {
            s->status = wm_txn_commit(txn, err);
        } else {
            wm_txn_rollback(txn);
        }
    }
    wm_store_close(store);
}

static void check_released(wm_scene *s, const wm_error *err)
{
    wm_scene_assert_declared(s, err);
    if (!wm_scene_is_new(s)) {
        return;
    }
    wm_store *store = wm_scene_open(WM_SCENE_PATH, WM_STORE_WRITE);
    wm_arena arena;
    wm_release release;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    assert_ok(wm_store_integrity(store, NULL), NULL);
    assert_ok(wm_store_latest(store, &release, NULL), NULL);
    assert_int_equal(release.number, s->status == WM_OK ? 2 : 1);
    const char *now = wm_test_get(store, &arena, WM_VIEW_WORKING, WM_KIND_SERVICE, "swindon");
    assert_int_equal(strstr(now, "W2") != NULL, release.number == 2);
    now = wm_test_get(store, &arena, WM_VIEW_WORKING, WM_KIND_SERVICE, "national");
    assert_int_equal(now == NULL, release.number == 2);
    wm_test_check_states(store, release.number);
    wm_arena_fini(&arena);
    wm_store_close(store);
}

static void releasing_survives_each_failing_allocation(void **state)
{
    wm_scene *s = *state;
    wm_error err = { 0 };
    wm_scene_make_author(s);
    FAULT_SWEEP_EACH(release_again(s, &err), check_released(s, &err));
    assert_int_equal(s->status, WM_OK);
}

/* ---- read ---- */

static wm_status ignore_change(void *context, const wm_projected_change *one, wm_error *err)
{
    (void)context;
    (void)one;
    (void)err;
    return WM_OK;
}

static wm_status ignore_state(void *context, const wm_state *one, wm_error *err)
{
    (void)context;
    (void)one;
    (void)err;
    return WM_OK;
}

static wm_status read_all(wm_scene *s, wm_store *store, wm_buf *lines, wm_error *err)
{
    wm_slice slice = { WM_EDITION_PUBLIC, WM_STR("SWI") };
    wm_slice all = { WM_EDITION_PUBLIC, WM_STR("all") };
    wm_record_sink records = wm_test_lines(lines);
    wm_change_sink changes = { ignore_change, s };
    wm_state_sink states = { ignore_state, s };
    wm_locality_tree *tree = NULL;
    wm_json_out out;
    wm_json_out_init(&out, lines);
    wm_status status = wm_store_each(store, WM_VIEW_LATEST, WM_KINDS_ALL, &records, err);
    status = status == WM_OK ? wm_history_each(store, &slice, 2, &records, err) : status;
    status = status == WM_OK ? wm_history_each(store, &all, 1, &records, err) : status;
    status = status == WM_OK ? wm_history_changes(store, &all, 1, 2, &changes, err) : status;
    status = status == WM_OK ? wm_history_states(store, all.edition, 2, &states, err) : status;
    status = status == WM_OK ? wm_history_diff(store, 1, 2, &out, err) : status;
    status = status == WM_OK ? wm_history_verify(store, all.edition, &states, err) : status;
    status = status == WM_OK ? wm_store_localities(store, 2, &tree, err) : status;
    status = status == WM_OK ? wm_buf_status(lines, err) : status;
    wm_locality_tree_free(tree);
    return status;
}

static void read_back(wm_scene *s, wm_buf *found, wm_error *err)
{
    wm_store *store = NULL;
    wm_buf_fini(found);
    wm_buf_init(found, &s->fault.env, WM_MIB);
    s->status = wm_store_open(&s->fault.env, WM_SCENE_PATH, WM_STORE_READ, &store, err);
    if (s->status == WM_OK) {
        s->status = read_all(s, store, found, err);
    }
    wm_store_close(store);
}

static void check_read(wm_scene *s, wm_buf *found, const char *expected, const wm_error *err)
{
    if (s->status == WM_OK) {
        assert_string_equal(wm_buf_str(found).ptr, expected);
    }
    wm_buf_fini(found);
    wm_scene_assert_declared(s, err);
}

static void reading_survives_each_failing_allocation(void **state)
{
    wm_scene *s = *state;
    wm_error err = { 0 };
    wm_buf found;
    wm_buf_init(&found, &s->fault.env, WM_MIB);
    wm_scene_make_author(s);
    release_again(s, &err);
    assert_int_equal(s->status, WM_OK);
    read_back(s, &found, &err);
    assert_int_equal(s->status, WM_OK);
    wm_str expected = wm_arena_copy(&s->arena, wm_buf_str(&found));
    wm_buf_fini(&found);
    s->live_blocks = wm_fault_live_blocks();
    FAULT_SWEEP_EACH(read_back(s, &found, &err), check_read(s, &found, expected.ptr, &err));
    assert_int_equal(s->status, WM_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, wm_scene_set_up, wm_scene_tear_down)

int main(void)
{
    wm_fault_install();
    wm_fault_vfs_install();
    const struct CMUnitTest tests[] = {
        TEST(releasing_survives_each_failing_allocation),
        TEST(reading_survives_each_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

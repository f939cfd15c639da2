/* test_store_faults.c: each allocation of opening, replacing and applying fails in turn: the right
 * answer or "no memory", nothing leaks, and the file is whole: what it was, or what it was to be.
 */
#include <sqlite3.h>

#include "fault_scene.h"

/* ---- open ---- */

static void create(wm_scene *s, wm_error *err)
{
    wm_store *store = NULL;
    wm_fault_vfs_reset();
    s->status = wm_store_open(&s->fault.env, WM_SCENE_PATH,
                              WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR, &store, err);
    wm_store_close(store);
}

static void check_created(wm_scene *s, const wm_error *err)
{
    wm_scene_assert_declared(s, err);
    if (!wm_scene_is_new(s)) {
        return;
    }
    wm_store *store =
        wm_scene_open(WM_SCENE_PATH, WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR);
    assert_ok(wm_store_integrity(store, NULL), NULL);
    wm_store_close(store);
}

static void creating_survives_each_failing_allocation(void **state)
{
    wm_scene *s = *state;
    wm_error err = { 0 };
    s->live_blocks = wm_fault_live_blocks();
    FAULT_SWEEP_EACH(create(s, &err), check_created(s, &err));
}

/* ---- an older file ---- */

/* What version 1 of the schema had not: compiled rules; and its index was another. */
static void make_older(wm_scene *s)
{
    sqlite3 *db = NULL;
    wm_scene_make_author(s);
    assert_int_equal(sqlite3_open(WM_SCENE_PATH, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
                     "DROP TABLE rule; DROP TABLE symbol_hash; DROP TABLE roster; "
                     "DROP TABLE source; DROP TABLE origin; "
                     "DROP TABLE name; DROP TABLE name_word; DROP TABLE name_near; "
                     "DROP TABLE name_posting; DROP TABLE gist; DROP TABLE phrases; "
                     "DROP TABLE service; DROP TABLE block; DROP TABLE posting; DROP TABLE site;"
                     "CREATE TABLE service(rev INTEGER PRIMARY KEY);"
                     "CREATE TABLE candidate(rev INTEGER PRIMARY KEY);"
                     "PRAGMA user_version = 1;",
                     NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    wm_fault_vfs_mark();
    s->live_blocks = wm_fault_live_blocks();
}

static void open_older(wm_scene *s, wm_error *err)
{
    wm_store *store = NULL;
    s->status = wm_store_open(&s->fault.env, WM_SCENE_PATH, WM_STORE_READ, &store, err);
    wm_store_close(store);
}

/* Whatever came of it, the next reader has an index of what is there. */
static void check_older(wm_scene *s)
{
    wm_error err = { 0 };
    if (!wm_scene_is_new(s)) {
        return;
    }
    wm_store *store = wm_scene_open(WM_SCENE_PATH, WM_STORE_READ);
    assert_ok(wm_store_integrity(store, &err), &err);
    assert_ok(wm_store_verify_index(store, &err), &err);
    wm_store_close(store);
}

static void open_older_afresh(wm_scene *s, wm_error *err)
{
    wm_fault_vfs_rewind();
    open_older(s, err);
}

static void an_older_file_survives_each_failing_allocation(void **state)
{
    wm_scene *s = *state;
    wm_error err = { 0 };
    make_older(s);
    FAULT_SWEEP_EACH(open_older_afresh(s, &err), {
        wm_scene_assert_declared(s, &err);
        check_older(s);
    });
    assert_int_equal(s->status, WM_OK);
}

static void an_older_file_survives_a_power_cut_at_each_write(void **state)
{
    wm_scene *s = *state;
    make_older(s);
    for (int mode = WM_POWER_KEEP; mode <= WM_POWER_SOME; mode++) {
        int fired = 1;
        for (long nth = 0; fired != 0; nth++) {
            wm_error err = { 0 };
            wm_fault_vfs_rewind();
            wm_fault_vfs_stop_at(nth);
            open_older(s, &err);
            fired = wm_fault_vfs_fired();
            wm_fault_vfs_power_loss((wm_power_loss)mode, (uint64_t)nth);
            check_older(s);
        }
        assert_int_equal(s->status, WM_OK);
    }
}

/* ---- replace all ---- */

typedef struct few {
    int at;
} few;

static wm_status next_of_few(void *context, wm_record *record_out, const wm_json **value_out,
                             wm_error *err)
{
    static const wm_record records[] = {
        { WM_KIND_NEED, WM_STR_INIT("anx.panic"),
          WM_STR_INIT("{\"id\":\"anx.panic\",\"label\":\"Panic 2\"}") },
        { WM_KIND_NEED, WM_STR_INIT("new"), WM_STR_INIT("{\"id\":\"new\"}") },
    };
    few *f = context;
    (void)value_out;
    (void)err;
    if (f->at == 2) {
        return WM_END;
    }
    *record_out = records[f->at++];
    return WM_OK;
}

static void replace_needs(wm_scene *s, wm_error *err)
{
    wm_store *store = NULL;
    wm_txn *txn = NULL;
    few f = { 0 };
    wm_record_source source = { next_of_few, &f };
    wm_change_counts counts;
    wm_fault_vfs_rewind();
    s->status = wm_store_open(&s->fault.env, WM_SCENE_PATH, WM_STORE_WRITE, &store, err);
    if (s->status == WM_OK) {
        s->status = wm_txn_begin(store, &txn, err);
    }
    if (s->status == WM_OK) {
        s->status = wm_history_replace_all(
            txn, WM_KIND_BIT(WM_KIND_NEED) | WM_KIND_BIT(WM_KIND_SERVICE), &source, &counts, err);
        if (s->status == WM_OK) {
            assert_int_equal(counts.withdrawn, 4);
            s->status = wm_txn_commit(txn, err);
        } else {
            /* Even a caller who commits what failed writes nothing. */
            assert_int_not_equal(wm_txn_commit(txn, NULL), WM_OK);
        }
    }
    wm_store_close(store);
}

static void check_replaced(wm_scene *s, const wm_error *err)
{
    wm_scene_assert_declared(s, err);
    if (!wm_scene_is_new(s)) {
        return;
    }
    wm_store *store = wm_scene_open(WM_SCENE_PATH, WM_STORE_WRITE);
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    assert_ok(wm_store_integrity(store, NULL), NULL);
    bool is_new = wm_test_get(store, &arena, WM_VIEW_WORKING, WM_KIND_NEED, "new") != NULL;
    assert_int_equal(is_new, s->status == WM_OK);
    bool is_old = wm_test_get(store, &arena, WM_VIEW_WORKING, WM_KIND_SERVICE, "system") != NULL;
    assert_int_equal(is_old, s->status != WM_OK);
    wm_arena_fini(&arena);
    wm_store_close(store);
}

static void replacing_survives_each_failing_allocation(void **state)
{
    wm_scene *s = *state;
    wm_error err = { 0 };
    wm_scene_make_author(s);
    FAULT_SWEEP_EACH(replace_needs(s, &err), check_replaced(s, &err));
    assert_int_equal(s->status, WM_OK);
}

/* ---- a replica ---- */

static const wm_record replica_records[] = {
    { WM_KIND_NEED, WM_STR_INIT("a"), WM_STR_INIT("{\"id\":\"a\"}") },
    { WM_KIND_SERVICE, WM_STR_INIT("s"),
      WM_STR_INIT("{\"areas\":[\"E\"],\"id\":\"s\",\"needs\":[\"a\"],\"status\":\"active\"}") },
    { WM_KIND_SERVICE, WM_STR_INIT("s"),
      WM_STR_INIT(
          "{\"areas\":[\"E\",\"W\"],\"id\":\"s\",\"needs\":[\"a\"],\"status\":\"active\"}") },
    { WM_KIND_TEXT, WM_STR_INIT("t"), WM_STR_INIT("{\"id\":\"t\"}") },
};

/* The state of one partition that has these of the records. */
static wm_state state_of(const char *partition, const int *which, size_t count)
{
    wm_leaf leaves[4];
    wm_state made = { .partition = wm_str_of(partition), .records = count };
    for (size_t i = 0; i < count; i++) {
        wm_leaf_of(&replica_records[which[i]], &leaves[i]);
    }
    wm_state_of_leaves(leaves, count, &made.buckets, &made.digest);
    return made;
}

static wm_status apply_first(wm_store *store, wm_error *err)
{
    wm_replica_apply *apply = NULL;
    wm_replica_base base = { WM_EDITION_PUBLIC, 0, NULL, 0 };
    wm_status status = wm_replica_begin(store, &base, &apply, err);
    if (status != WM_OK) {
        return status;
    }
    status = wm_replica_put(apply, WM_STR("E"), &replica_records[0], err);
    status =
        status == WM_OK ? wm_replica_put(apply, WM_STR("E"), &replica_records[1], err) : status;
    if (status != WM_OK) {
        wm_replica_abandon(apply);
        return status;
    }
    wm_state state = state_of("E", (const int[]){ 0, 1 }, 2);
    wm_replica_target target = { 1, 20700, WM_STR("one"), &state, 1 };
    return wm_replica_finish(apply, &target, err);
}

/* The service changes and moves to W, the need goes, a text comes. */
static wm_status apply_second(wm_store *store, wm_error *err)
{
    wm_replica_apply *apply = NULL;
    wm_state before = state_of("E", (const int[]){ 0, 1 }, 2);
    wm_replica_base base = { WM_EDITION_PUBLIC, 1, &before, 1 };
    wm_status status = wm_replica_begin(store, &base, &apply, err);
    if (status != WM_OK) {
        return status;
    }
    status = wm_replica_remove(apply, WM_STR("E"), WM_KIND_NEED, WM_STR("a"), err);
    status =
        status == WM_OK ? wm_replica_put(apply, WM_STR("W"), &replica_records[2], err) : status;
    status =
        status == WM_OK ? wm_replica_put(apply, WM_STR("E"), &replica_records[3], err) : status;
    status = status == WM_OK
                 ? wm_store_blob_put(wm_replica_txn(apply), WM_STR("trust"), WM_STR("two"), err)
                 : status;
    if (status != WM_OK) {
        wm_replica_abandon(apply);
        return status;
    }
    wm_state after[] = { state_of("E", (const int[]){ 3 }, 1),
                         state_of("W", (const int[]){ 2 }, 1) };
    wm_replica_target target = { 2, 20701, WM_STR("two"), after, 2 };
    return wm_replica_finish(apply, &target, err);
}

static void apply_again(wm_scene *s, wm_error *err)
{
    wm_store *store = NULL;
    wm_fault_vfs_rewind();
    s->status = wm_store_open(&s->fault.env, WM_SCENE_PATH, WM_STORE_WRITE, &store, err);
    if (s->status == WM_OK) {
        s->status = apply_second(store, err);
    }
    wm_store_close(store);
}

static void check_applied(wm_scene *s, const wm_error *err)
{
    wm_scene_assert_declared(s, err);
    if (!wm_scene_is_new(s)) {
        return;
    }
    wm_store *store = wm_scene_open(WM_SCENE_PATH, WM_STORE_WRITE);
    wm_release release;
    wm_buf bytes;
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    wm_test_check_replica(store);
    assert_ok(wm_store_latest(store, &release, NULL), NULL);
    assert_int_equal(release.number, s->status == WM_OK ? 2 : 1);
    assert_int_equal(wm_store_blob_get(store, WM_STR("trust"), &bytes, NULL),
                     s->status == WM_OK ? WM_OK : WM_NOT_FOUND);
    if (s->status != WM_OK) {
        assert_ok(apply_second(store, NULL), NULL); /* and it can catch up still */
        wm_test_check_replica(store);
    }
    wm_buf_fini(&bytes);
    wm_store_close(store);
}

static void applying_survives_each_failing_allocation(void **state)
{
    wm_scene *s = *state;
    wm_error err = { 0 };
    wm_store *store =
        wm_scene_open(WM_SCENE_PATH, WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_REPLICA);
    assert_ok(apply_first(store, &err), &err);
    wm_store_close(store);
    wm_fault_vfs_mark();
    s->live_blocks = wm_fault_live_blocks();
    FAULT_SWEEP_EACH(apply_again(s, &err), check_applied(s, &err));
    assert_int_equal(s->status, WM_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, wm_scene_set_up, wm_scene_tear_down)

int main(void)
{
    wm_fault_install();
    wm_fault_vfs_install();
    const struct CMUnitTest tests[] = {
        TEST(creating_survives_each_failing_allocation),
        TEST(an_older_file_survives_each_failing_allocation),
        TEST(an_older_file_survives_a_power_cut_at_each_write),
        TEST(replacing_survives_each_failing_allocation),
        TEST(applying_survives_each_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_store_crash.c: the disk fails, fills up or loses its power at each write and sync:
 * afterwards the file is whole, and is exactly what it was or what it was to be. */
#include <sqlite3.h>

#include "fault_vfs.h"
#include "small_directory.h"
#include "store/database.h"

#define PATH "/test.db"
#define AUTHOR (WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR)
#define REPLICA (WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_REPLICA)

/* A piece of work on the file at PATH. */
typedef struct job {
    unsigned flags;
    wm_status (*run)(wm_store *store, wm_error *err);
    bool durable; /* once it has said yes, it is there whatever happens */
} job;

typedef struct scene {
    const job *work;
    wm_arena arena;
    const char *before;
    const char *after;
    long either[2]; /* how often it was found as before, as after */
} scene;

/* ---- the works ---- */

static wm_status change_and_release(wm_store *store, wm_error *err)
{
    static const wm_record records[] = {
        { WM_KIND_NEED, WM_STR_INIT("anx.panic"),
          WM_STR_INIT("{\"id\":\"anx.panic\",\"label\":\"Panic 2\"}") },
        { WM_KIND_TEXT, WM_STR_INIT("new"), WM_STR_INIT("{\"id\":\"new\"}") },
    };
    wm_txn *txn = NULL;
    wm_release release;
    wm_status status = wm_txn_begin(store, &txn, err);
    if (status != WM_OK) {
        return status;
    }
    for (size_t i = 0; i < 2 && status == WM_OK; i++) {
        status = wm_history_put(txn, &records[i], NULL, NULL, err);
    }
    if (status == WM_OK) {
        status = wm_history_withdraw(txn, WM_KIND_SERVICE, WM_STR("swindon"), err);
    }
    if (status == WM_OK) {
        status = wm_history_release(txn, 20700, WM_STR("two"), &release, err);
    }
    if (status != WM_OK) {
        wm_txn_rollback(txn);
        return status;
    }
    return wm_txn_commit(txn, err);
}

/* With a journal in place of the log, and a cache so small that pages go into the file long before
 * the end. */
static wm_status change_alone(wm_store *store, wm_error *err)
{
    wm_status status = wm_store_go_alone(store, INT64_MAX, err);
    if (status == WM_OK) {
        status = wm_store_run(store, "PRAGMA cache_size = 2", err);
    }
    return status == WM_OK ? change_and_release(store, err) : status;
}

static wm_status apply(wm_store *store, wm_error *err)
{
    static const wm_record records[] = {
        { WM_KIND_NEED, WM_STR_INIT("a"), WM_STR_INIT("{\"id\":\"a\"}") },
        { WM_KIND_TEXT, WM_STR_INIT("t"), WM_STR_INIT("{\"id\":\"t\"}") },
    };
    wm_leaf leaves[2];
    wm_state state = { .partition = WM_STR("E"), .records = 2 };
    wm_leaf_of(&records[0], &leaves[0]);
    wm_leaf_of(&records[1], &leaves[1]);
    wm_state_of_leaves(leaves, 2, &state.buckets, &state.digest);
    wm_replica_apply *apply = NULL;
    wm_replica_base base = { WM_EDITION_PUBLIC, 0, NULL, 0 };
    wm_status status = wm_replica_begin(store, &base, &apply, err);
    if (status != WM_OK) {
        return status;
    }
    for (size_t i = 0; i < 2 && status == WM_OK; i++) {
        status = wm_replica_put(apply, WM_STR("E"), &records[i], err);
    }
    if (status == WM_OK) {
        status = wm_store_blob_put(wm_replica_txn(apply), WM_STR("trust"), WM_STR("one"), err);
    }
    if (status != WM_OK) {
        wm_replica_abandon(apply);
        return status;
    }
    wm_replica_target target = { 1, 20700, WM_STR("one"), &state, 1 };
    return wm_replica_finish(apply, &target, err);
}

static wm_status nothing(wm_store *store, wm_error *err)
{
    (void)store;
    (void)err;
    return WM_OK;
}

static const job releasing = { AUTHOR, change_and_release, true };
static const job changing_alone = { AUTHOR, change_alone, true };
static const job applying = { REPLICA, apply, false };
static const job creating = { AUTHOR, nothing, false };

/* ---- running them ---- */

static wm_status run_work(const job *work, wm_error *err)
{
    wm_store *store = NULL;
    wm_status status = wm_store_open(wm_env_system(), PATH, work->flags, &store, err);
    if (status == WM_OK) {
        status = work->run(store, err);
    }
    wm_store_close(store);
    return status;
}

static const char *see(scene *s)
{
    wm_error err = { 0 };
    wm_store *store = NULL;
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    assert_ok(wm_store_open(wm_env_system(), PATH, s->work->flags, &store, &err), &err);
    assert_ok(wm_store_integrity(store, &err), &err);
    wm_test_everything(store, &text);
    if ((s->work->flags & WM_STORE_REPLICA) != 0) {
        wm_test_check_replica(store);
    }
    wm_store_close(store);
    const char *seen = wm_arena_copy(&s->arena, wm_buf_str(&text)).ptr;
    wm_buf_fini(&text);
    return seen;
}

static void begin(scene *s, const job *work)
{
    *s = (scene){ .work = work };
    wm_error err = { 0 };
    wm_arena_init(&s->arena, wm_env_system(), 512 * WM_MIB);
    wm_fault_vfs_reset();
    if (work != &creating) {
        wm_store *store = NULL;
        assert_ok(wm_store_open(wm_env_system(), PATH, work->flags, &store, &err), &err);
        if (work == &releasing || work == &changing_alone) {
            wm_test_small_directory(store);
            assert_int_equal(wm_test_release(store, "2026-01-05"), 1);
        }
        wm_store_close(store);
    }
    wm_fault_vfs_mark();
    if (work != &creating) {
        s->before = see(s);
        wm_fault_vfs_rewind();
    }
    assert_ok(run_work(work, &err), &err);
    s->after = see(s);
    s->before = s->before == NULL ? s->after : s->before; /* an empty file becomes a directory */
}

static void end(scene *s)
{
    print_message("as before %ld times, as after %ld times\n", s->either[0], s->either[1]);
    wm_arena_fini(&s->arena);
    wm_fault_vfs_reset();
}

/* The file is one of the two; `status` is what the work said. */
static void check(scene *s, wm_status status, bool lost_power)
{
    const char *seen = see(s);
    bool is_before = strcmp(seen, s->before) == 0;
    bool is_after = strcmp(seen, s->after) == 0;
    if (!is_before && !is_after) {
        assert_string_equal(seen, s->after);
    }
    if (status == WM_OK && (s->work->durable || !lost_power)) {
        assert_true(is_after);
    }
    s->either[is_before ? 0 : 1]++;
}

/* ---- power ---- */

static void lose_power_everywhere(const job *work)
{
    static const struct {
        wm_power_loss mode;
        uint64_t seed;
    } losses[] = { { WM_POWER_KEEP, 0 },
                   { WM_POWER_DROP, 0 },
                   { WM_POWER_SOME, 1 },
                   { WM_POWER_SOME, 2 },
                   { WM_POWER_SOME, 3 } };
    scene s;
    begin(&s, work);
    for (size_t i = 0; i < sizeof losses / sizeof losses[0]; i++) {
        int fired = 1;
        for (long nth = 0; fired; nth++) {
            wm_error err = { 0 };
            wm_fault_vfs_rewind();
            wm_fault_vfs_stop_at(nth);
            wm_status status = run_work(work, &err);
            fired = wm_fault_vfs_fired();
            wm_fault_vfs_power_loss(losses[i].mode, losses[i].seed + (uint64_t)nth);
            check(&s, status, true);
        }
    }
    end(&s);
}

static void a_release_is_whole_or_not_there_after_a_power_cut(void **state)
{
    (void)state;
    lose_power_everywhere(&releasing);
}

static void so_is_what_is_written_without_a_log(void **state)
{
    (void)state;
    lose_power_everywhere(&changing_alone);
}

static void an_update_is_whole_or_not_there_after_a_power_cut(void **state)
{
    (void)state;
    lose_power_everywhere(&applying);
}

static void a_file_that_was_being_made_can_be_made_again(void **state)
{
    (void)state;
    lose_power_everywhere(&creating);
}

/* ---- errors ---- */

static bool is_declared(wm_status status, wm_status expected)
{
    return status == WM_OK || status == expected;
}

static void fail_everywhere(const job *work, unsigned operations, int code, wm_status expected)
{
    scene s;
    begin(&s, work);
    for (int forever = 0; forever <= 1; forever++) {
        int fired = 1;
        for (long nth = 0; fired; nth++) {
            wm_error err = { 0 };
            wm_fault_vfs_rewind();
            wm_fault_vfs_arm(operations, nth, code, forever);
            wm_status status = run_work(work, &err);
            fired = wm_fault_vfs_fired();
            wm_fault_vfs_disarm();
            if (!is_declared(status, expected)) {
                print_error("%s: %s\n", wm_status_text(status), err.text);
            }
            assert_true(is_declared(status, expected));
            assert_true(status == WM_OK || err.text[0] != '\0');
            check(&s, status, false);
        }
    }
    end(&s);
}

static void each_failing_write_is_told_and_harmless(void **state)
{
    (void)state;
    fail_everywhere(&releasing, WM_DISK_WRITE | WM_DISK_TRUNCATE, SQLITE_IOERR, WM_IO);
    fail_everywhere(&changing_alone, WM_DISK_WRITE | WM_DISK_TRUNCATE, SQLITE_IOERR, WM_IO);
    fail_everywhere(&applying, WM_DISK_WRITE | WM_DISK_TRUNCATE, SQLITE_IOERR, WM_IO);
    fail_everywhere(&creating, WM_DISK_WRITE | WM_DISK_TRUNCATE, SQLITE_IOERR, WM_IO);
}

static void each_failing_sync_is_told_and_harmless(void **state)
{
    (void)state;
    fail_everywhere(&releasing, WM_DISK_SYNC, SQLITE_IOERR, WM_IO);
    fail_everywhere(&changing_alone, WM_DISK_SYNC, SQLITE_IOERR, WM_IO);
    fail_everywhere(&applying, WM_DISK_SYNC, SQLITE_IOERR, WM_IO);
    fail_everywhere(&creating, WM_DISK_SYNC, SQLITE_IOERR, WM_IO);
}

static void each_failing_read_is_told_and_harmless(void **state)
{
    (void)state;
    fail_everywhere(&releasing, WM_DISK_READ, SQLITE_IOERR, WM_IO);
    fail_everywhere(&changing_alone, WM_DISK_READ, SQLITE_IOERR, WM_IO);
    fail_everywhere(&applying, WM_DISK_READ, SQLITE_IOERR, WM_IO);
}

static void each_failing_open_is_told_and_harmless(void **state)
{
    (void)state;
    fail_everywhere(&releasing, WM_DISK_OPEN | WM_DISK_DELETE, SQLITE_IOERR, WM_IO);
    fail_everywhere(&changing_alone, WM_DISK_OPEN | WM_DISK_DELETE, SQLITE_IOERR, WM_IO);
    fail_everywhere(&applying, WM_DISK_OPEN | WM_DISK_DELETE, SQLITE_IOERR, WM_IO);
}

static void a_full_disk_is_told_and_harmless(void **state)
{
    (void)state;
    fail_everywhere(&releasing, WM_DISK_WRITE, SQLITE_FULL, WM_FULL);
    fail_everywhere(&changing_alone, WM_DISK_WRITE, SQLITE_FULL, WM_FULL);
    fail_everywhere(&applying, WM_DISK_WRITE, SQLITE_FULL, WM_FULL);
    fail_everywhere(&creating, WM_DISK_WRITE, SQLITE_FULL, WM_FULL);
}

/* ---- damage ---- */

static wm_status read_everything(wm_error *err)
{
    wm_store *store = NULL;
    wm_slice all = { WM_EDITION_PUBLIC, WM_STR("all") };
    wm_buf lines;
    wm_buf_init(&lines, wm_env_system(), 16 * WM_MIB);
    wm_record_sink sink = wm_test_lines(&lines);
    wm_status status = wm_store_open(wm_env_system(), PATH, WM_STORE_WRITE, &store, err);
    if (status == WM_OK) {
        status = wm_store_integrity(store, err);
    }
    if (status == WM_OK) {
        status = wm_store_each(store, WM_VIEW_LATEST, WM_KINDS_ALL, &sink, err);
    }
    if (status == WM_OK) {
        status = wm_history_each(store, &all, 1, &sink, err);
    }
    if (status == WM_OK) {
        status = change_and_release(store, err);
    }
    wm_store_close(store);
    wm_buf_fini(&lines);
    return status;
}

static void random_damage_is_never_worse_than_an_error(void **state)
{
    (void)state;
    scene s;
    wm_test_random random = wm_test_random_new(11);
    begin(&s, &releasing);
    long told = 0;
    for (int round = 0; round < 400; round++) {
        wm_error err = { 0 };
        wm_fault_vfs_rewind();
        long size = wm_fault_vfs_size(PATH);
        for (unsigned i = 0; i <= wm_test_random_below(&random, 8); i++) {
            unsigned char junk[64];
            long length = 1 + (long)wm_test_random_below(&random, sizeof junk);
            for (size_t b = 0; b < sizeof junk; b++) {
                junk[b] = (unsigned char)wm_test_random_next(&random);
            }
            wm_fault_vfs_scribble(PATH, (long)wm_test_random_below(&random, (uint32_t)(size - 64)),
                                  junk, length);
        }
        wm_status status = read_everything(&err);
        assert_true(status == WM_OK || err.text[0] != '\0');
        told += status != WM_OK ? 1 : 0;
    }
    print_message("%ld of 400 told\n", told);
    assert_true(told > 0);
    end(&s);
}

int main(void)
{
    wm_fault_vfs_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_release_is_whole_or_not_there_after_a_power_cut),
        cmocka_unit_test(so_is_what_is_written_without_a_log),
        cmocka_unit_test(an_update_is_whole_or_not_there_after_a_power_cut),
        cmocka_unit_test(a_file_that_was_being_made_can_be_made_again),
        cmocka_unit_test(each_failing_write_is_told_and_harmless),
        cmocka_unit_test(each_failing_sync_is_told_and_harmless),
        cmocka_unit_test(each_failing_read_is_told_and_harmless),
        cmocka_unit_test(each_failing_open_is_told_and_harmless),
        cmocka_unit_test(a_full_disk_is_told_and_harmless),
        cmocka_unit_test(random_damage_is_never_worse_than_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_cmd_verify.c: what `verify --repair` takes for damage, and what it does not. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "command.h"
#include "fault.h"
#include "feed_fixture.h"

#include <waymark/sys/replica.h>

static wm_feed_fixture fixture;
static char path[400];
static char whole[400];

static void edit(const char *sql)
{
    char *text = NULL;
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    if (sqlite3_exec(handle, sql, NULL, NULL, &text) != SQLITE_OK) {
        fail_msg("%s: %s", sql, text);
    }
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

static int setup(void **state)
{
    (void)state;
    wm_error err = { 0 };
    wm_fixture_sync sync = { .subscribe = "P1" };
    wm_fixture_init(&fixture);
    (void)snprintf(path, sizeof path, "%s/replica.db", fixture.folder);
    (void)snprintf(whole, sizeof whole, "%s/damaged.db", fixture.folder);
    wm_fixture_publish_to(&fixture, 2);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    assert_ok(wm_fixture_try(&fixture, replica, &sync, NULL, &err), &err);
    wm_store_close(replica);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_fixture_fini(&fixture);
    return 0;
}

/* The whole file, so that each run begins with the same one. */
static void copy(const char *from, const char *to)
{
    wm_buf bytes;
    char other[420];
    wm_buf_init(&bytes, wm_env_system(), 64 * WM_MIB);
    wm_fixture_read(from, &bytes);
    FILE *file = fopen(to, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(wm_buf_str(&bytes).ptr, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
    wm_buf_fini(&bytes);
    (void)snprintf(other, sizeof other, "%s-wal", to);
    (void)remove(other);
    (void)snprintf(other, sizeof other, "%s-shm", to);
    (void)remove(other);
}

static wm_exit repair(const wm_env *env, char said[WM_TEST_SAID_BYTES])
{
    static const char *const options[] = { "--repair", NULL, "--offline", NULL, NULL };
    return wm_test_command(&cmd_verify, env, path, options, said);
}

/* There is no memory for a while, at one place after the other: also when what was mended is looked
 * at again. It is said, and it is no damage: nothing is given up for it. */
static void a_lack_of_memory_is_no_damage(void **state)
{
    (void)state;
    static char said[WM_TEST_SAID_BYTES];
    wm_fault_env fault;
    edit("DELETE FROM posting");
    copy(path, whole);
    wm_fault_env_init(&fault);
    fault.time_s = wm_fixture_time(fixture.release);
    wm_fault_arm(-1, 0);
    assert_int_equal(repair(&fault.env, said), WM_EXIT_DONE);
    long all = wm_fault_count();
    long refused = 0;
    for (long nth = 0; nth < all; nth += all / 200 + 1) {
        copy(whole, path);
        wm_fault_arm(nth, 0);
        wm_exit code = repair(&fault.env, said);
        bool fired = wm_fault_fired();
        wm_fault_arm(-1, 0);
        if (!fired || (code != WM_EXIT_DONE && code != WM_EXIT_STORAGE)) {
            fail_msg("allocation %ld of %ld: exit %d, %s", nth, all, (int)code, said);
        }
        refused += code == WM_EXIT_STORAGE;
    }
    assert_true(refused > 100);
    wm_env system = *wm_env_system();
    copy(whole, path);
    assert_int_equal(repair(&system, said), WM_EXIT_DONE);
}

/* Two that make it anew would do so under one name. */
static void only_one_makes_a_replica_anew(void **state)
{
    (void)state;
    char said[WM_TEST_SAID_BYTES];
    wm_fault_env fault;
    const char *const options[] = { "--repair", NULL, "--feed", fixture.feed, NULL };
    wm_fault_env_init(&fault);
    wm_fault_arm(-1, 0);
    fault.time_s = wm_fixture_time(fixture.release);
    edit("UPDATE blob SET bytes = zeroblob(9) WHERE name LIKE 'sync/at/p.%'");
    int other = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(other >= 0);
    assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(wm_test_command(&cmd_verify, &fault.env, path, options, said),
                     WM_EXIT_STORAGE);
    assert_contains(said, "another process is making it anew");
    assert_int_equal(close(other), 0);
    assert_int_equal(wm_test_command(&cmd_verify, &fault.env, path, options, said), WM_EXIT_DONE);
}

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_lack_of_memory_is_no_damage, setup, teardown),
        cmocka_unit_test_setup_teardown(only_one_makes_a_replica_anew, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

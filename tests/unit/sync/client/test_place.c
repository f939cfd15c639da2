/* test_place.c: a replica made anew takes the place of a damaged one, and may be stopped anywhere.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <waymark/sys/replica.h>

#include "testing.h"

static char folder[64];

static int setup(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/waymark-place-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int teardown(void **state)
{
    static const char *const names[] = { "r.db", "r.db-wal", "r.db-shm", "r.db.new",
                                         "r.db.new-wal" };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    return rmdir(folder);
}

static const char *inside(const char *name)
{
    static char paths[4][128];
    static int at;
    at = (at + 1) % 4;
    (void)snprintf(paths[at], sizeof paths[at], "%s/%s", folder, name);
    return paths[at];
}

static void put(const char *name, const char *text)
{
    wm_error err = { 0 };
    assert_ok(wm_files_system()->write(NULL, inside(name), wm_str_of(text), &err), &err);
}

static bool has(const char *name, const char *text)
{
    wm_buf found;
    wm_buf_init(&found, wm_env_system(), 1000);
    wm_status status = wm_files_system()->read(NULL, inside(name), &found, NULL);
    bool same = text == NULL ? status == WM_NOT_FOUND
                             : status == WM_OK && wm_str_is(wm_buf_str(&found), text);
    wm_buf_fini(&found);
    return same;
}

/* Stops at the nth change of the folder, before it or right after it. */
typedef struct stopping {
    wm_files files;
    long stop_at;
    bool after;
    long changes;
    bool stopped;
} stopping;

static wm_status stop(stopping *s, wm_error *err)
{
    s->stopped = true;
    return wm_fail(err, WM_IO, "stopped");
}

static wm_status stop_remove(void *context, const char *path, wm_error *err)
{
    stopping *s = context;
    bool now = s->changes++ == s->stop_at;
    assert_false(s->stopped);
    if (now && !s->after) {
        return stop(s, err);
    }
    assert_ok(wm_files_system()->remove(NULL, path, err), err);
    return now ? stop(s, err) : WM_OK;
}

static wm_status stop_move(void *context, const char *from, const char *to, wm_error *err)
{
    stopping *s = context;
    bool now = s->changes++ == s->stop_at;
    assert_false(s->stopped);
    if (now && !s->after) {
        return stop(s, err);
    }
    assert_ok(wm_files_system()->move(NULL, from, to, err), err);
    return now ? stop(s, err) : WM_OK;
}

static void a_stop_anywhere_leaves_the_old_file_or_the_new_one(void **state)
{
    (void)state;
    wm_error err = { 0 };
    for (int after = 0; after < 2; after++) {
        bool completed = false;
        for (long n = 0; !completed; n++) {
            stopping s = { .files = *wm_files_system(), .stop_at = n, .after = after == 1 };
            s.files.context = &s;
            s.files.remove = stop_remove;
            s.files.move = stop_move;
            put("r.db", "old");
            put("r.db-wal", "");
            put("r.db-shm", "index");
            put("r.db.new", "new");
            wm_status status = wm_replica_take_place(wm_env_system(), &s.files, inside("r.db.new"),
                                                     inside("r.db"), &err);
            completed = status == WM_OK;
            assert_int_equal(completed, !s.stopped);
            wm_error_clear(&err);
            if (has("r.db", "old")) {
                assert_false(completed);
                assert_true(has("r.db.new", "new"));
                assert_ok(wm_replica_take_place(wm_env_system(), NULL, inside("r.db.new"),
                                                inside("r.db"), &err),
                          &err);
            }
            /* never the new one with what belongs to the old */
            assert_true(has("r.db", "new"));
            assert_true(has("r.db-wal", NULL) && has("r.db-shm", NULL));
            assert_true(has("r.db.new", NULL));
            assert_true(n < 10);
        }
    }
}

/* It would be lost with the log, or, if the log stayed, end up in the new file. */
static void nothing_is_done_while_a_log_has_something_in_it(void **state)
{
    (void)state;
    static const char *const logs[] = { "r.db-wal", "r.db.new-wal" };
    for (size_t i = 0; i < 2; i++) {
        wm_error err = { 0 };
        put("r.db", "old");
        put("r.db.new", "new");
        put(logs[i], "a page");
        assert_int_equal(
            wm_replica_take_place(wm_env_system(), NULL, inside("r.db.new"), inside("r.db"), &err),
            WM_BUSY);
        assert_contains(err.text, "another program has it open");
        assert_true(has("r.db", "old") && has("r.db.new", "new") && has(logs[i], "a page"));
        put(logs[i], "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_stop_anywhere_leaves_the_old_file_or_the_new_one, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(nothing_is_done_while_a_log_has_something_in_it, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_lanes.c: publishing with several threads is publishing with one, only sooner. */
#include <stdlib.h>

#include "feed_fixture.h"

static wm_feed_fixture fixture;
static wm_arena arena;

static int setup(void **state)
{
    (void)state;
    wm_arena_init(&arena, wm_env_system(), 256 * WM_MIB);
    wm_fixture_init(&fixture);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_fixture_fini(&fixture);
    wm_arena_fini(&arena);
    return 0;
}

/* A run into the folder `feed` of the fixture. */
typedef struct run {
    const char *feed;
    unsigned threads;
    const wm_files *files;
    const wm_watch *watch;
} run;

static wm_str path_of(const char *name)
{
    char path[500];
    (void)snprintf(path, sizeof path, "%s/%s", fixture.folder, name);
    return wm_arena_copy(&arena, wm_str_of(path));
}

static wm_status publish(const run *how, wm_published *published, wm_error *err)
{
    wm_files quick = wm_fixture_quick_files();
    wm_publish_options options = { .feed_folder = path_of(how->feed).ptr,
                                   .key_folder = fixture.keys,
                                   .now_s = wm_fixture_time(fixture.release),
                                   .level = 3,
                                   .files = how->files != NULL ? how->files : &quick,
                                   .threads = how->threads,
                                   .database = path_of("author.db").ptr,
                                   .watch = how->watch };
    return wm_publish(fixture.author, &options, &arena, published, err);
}

static void the_feeds_are_the_same(const char *one, const char *other)
{
    char command[1200];
    (void)snprintf(command, sizeof command, "diff -r '%s' '%s'", path_of(one).ptr,
                   path_of(other).ptr);
    assert_int_equal(system(command), 0);
}

static void the_results_are_the_same(const wm_published *one, const wm_published *other)
{
    assert_int_equal(one->release, other->release);
    assert_int_equal(one->file_count, other->file_count);
    for (size_t i = 0; i < one->file_count; i++) {
        const wm_published_file *a = &one->files[i];
        const wm_published_file *b = &other->files[i];
        assert_true(wm_str_equal(a->path, b->path) && wm_str_equal(a->kind, b->kind) &&
                    wm_str_equal(a->partition, b->partition));
        assert_true(a->edition == b->edition && a->from == b->from && a->to == b->to &&
                    a->bytes == b->bytes);
    }
}

static void any_number_of_threads_gives_the_same_feed_and_result(void **state)
{
    (void)state;
    static const run runs[] = { { "feed-1", 1, NULL, NULL },
                                { "feed-2", 2, NULL, NULL },
                                { "feed-9", 9, NULL, NULL } };
    for (int release = 1; release <= WM_FIXTURE_RELEASES; release++) {
        wm_published published[3];
        wm_fixture_release(&fixture);
        for (size_t i = 0; i < 3; i++) {
            wm_error err = { 0 };
            assert_ok(publish(&runs[i], &published[i], &err), &err);
        }
        for (size_t i = 1; i < 3; i++) {
            the_results_are_the_same(&published[0], &published[i]);
            the_feeds_are_the_same(runs[0].feed, runs[i].feed);
        }
    }
}

/* No room for the packs of two partitions. */
static wm_status write_but_some(void *context, const char *path, wm_str bytes, wm_error *err)
{
    wm_files quick = wm_fixture_quick_files();
    if (strstr(path, "/p/P2/") != NULL || strstr(path, "/p/all/") != NULL) {
        return wm_fail(err, WM_FULL, "no room for %s", strstr(path, "/p/"));
    }
    return quick.write(context, path, bytes, err);
}

static void the_first_failure_is_that_of_one_thread(void **state)
{
    (void)state;
    wm_files files = wm_fixture_quick_files();
    files.write = write_but_some;
    files.put = NULL;
    wm_fixture_release(&fixture);
    for (unsigned threads = 1; threads <= 4; threads++) {
        wm_published published;
        wm_error err = { 0 };
        run how = { "feed", threads, &files, NULL };
        assert_int_equal(publish(&how, &published, &err), WM_FULL);
        assert_contains(err.text, "public edition: no room for /p/P2/");
    }
    wm_published published;
    wm_error err = { 0 };
    assert_ok(publish(&(run){ "feed", 4, NULL, NULL }, &published, &err), &err);
    assert_ok(publish(&(run){ "other", 1, NULL, NULL }, &published, &err), &err);
    the_feeds_are_the_same("feed", "other");
}

typedef struct ticking {
    int left;
    uint64_t last;
    uint64_t total;
} ticking;

static wm_status tick(void *context, uint64_t done, uint64_t total, wm_error *err)
{
    ticking *t = context;
    assert_true(done <= total && (done >= t->last || total != t->total || done == 0));
    t->last = done;
    t->total = total;
    return t->left-- > 0 ? WM_OK : wm_fail(err, WM_IO, "stopped; nothing is lost");
}

static void a_run_that_is_told_to_stop_stops_and_the_next_one_completes_it(void **state)
{
    (void)state;
    wm_fixture_release(&fixture);
    wm_published published;
    wm_error err = { 0 };
    assert_ok(publish(&(run){ "whole", 1, NULL, NULL }, &published, &err), &err);
    int ticks = 0;
    for (bool stopped = true; stopped; ticks++) {
        char name[32];
        ticking t = { .left = ticks };
        wm_watch watch = { tick, &t };
        (void)snprintf(name, sizeof name, "feed-%d", ticks);
        run how = { name, ticks % 3 == 0 ? 3 : 1, NULL, &watch };
        wm_status status = publish(&how, &published, &err);
        stopped = status != WM_OK;
        if (stopped) {
            assert_int_equal(status, WM_IO);
            assert_contains(err.text, "stopped; nothing is lost");
        } else {
            assert_true(t.total > 0 && t.last == t.total);
        }
        wm_error_clear(&err);
        assert_ok(publish(&(run){ name, 2, NULL, NULL }, &published, &err), &err);
        the_feeds_are_the_same("whole", name);
    }
    assert_true(ticks > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_number_of_threads_gives_the_same_feed_and_result, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_first_failure_is_that_of_one_thread, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_run_that_is_told_to_stop_stops_and_the_next_one_completes_it, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

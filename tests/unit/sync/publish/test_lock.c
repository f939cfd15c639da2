/* test_lock.c: two that write one folder at the same time would take from each other: the second is
 * told, and changes nothing. */
#include "feed_fixture.h"
#include "feed_records.h"

#include <unistd.h>

#include <waymark/sys/replica.h>

static wm_feed_fixture fixture;
static wm_arena arena;

static int setup(void **state)
{
    (void)state;
    wm_arena_init(&arena, wm_env_system(), (size_t)256 * WM_MIB);
    wm_fixture_init(&fixture);
    wm_fixture_publish_to(&fixture, 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_fixture_fini(&fixture);
    wm_arena_fini(&arena);
    return 0;
}

static int lock(const char *folder)
{
    int handle = -1;
    wm_error err = { 0 };
    assert_ok(wm_files_lock(wm_files_system(), folder, &handle, &err), &err);
    assert_true(handle >= 0);
    return handle;
}

static wm_status publish(wm_error *err)
{
    wm_published published;
    wm_error_clear(err);
    return wm_fixture_publish_at(&fixture, wm_fixture_time(fixture.release), NULL, &published,
                                 &arena, err);
}

static wm_status renew(wm_error *err)
{
    wm_published published;
    wm_publish_options options = { .feed_folder = fixture.feed,
                                   .key_folder = fixture.keys,
                                   .now_s = wm_fixture_time(fixture.release + 1) };
    wm_error_clear(err);
    return wm_publish_renew(&options, &arena, &published, err);
}

static wm_status rotate(wm_error *err)
{
    wm_keys_result result;
    wm_keys_options options = { .key_folder = fixture.keys, .now_s = wm_fixture_time(1) };
    wm_keys_change change = { .roles = 1u << WM_KEY_TIMESTAMP };
    wm_error_clear(err);
    return wm_keys_change_root(&arena, &options, &change, &result, err);
}

static wm_status sign(wm_error *err)
{
    wm_keys_result result;
    wm_keys_options options = { .key_folder = fixture.keys, .now_s = wm_fixture_time(1) };
    wm_error_clear(err);
    return wm_keys_sign(&arena, &options, &result, err);
}

static void one_at_a_time_writes_a_feed(void **state)
{
    (void)state;
    wm_buf before;
    wm_buf after;
    wm_error err = { 0 };
    int handle = lock(fixture.feed);
    wm_fixture_release(&fixture);
    wm_buf_init(&before, wm_env_system(), WM_MIB);
    wm_buf_init(&after, wm_env_system(), WM_MIB);
    feed_files_list(fixture.feed, &before);
    assert_int_equal(publish(&err), WM_BUSY);
    assert_contains(err.text, "another process");
    assert_int_equal(renew(&err), WM_BUSY);
    feed_files_list(fixture.feed, &after);
    assert_true(wm_str_equal(wm_buf_str(&before), wm_buf_str(&after)));
    wm_buf_fini(&before);
    wm_buf_fini(&after);
    wm_files_unlock(wm_files_system(), handle);
    assert_ok(publish(&err), &err);
    assert_ok(renew(&err), &err);
}

static void one_at_a_time_changes_keys(void **state)
{
    (void)state;
    wm_buf before;
    wm_buf after;
    wm_error err = { 0 };
    int handle = lock(fixture.keys);
    wm_buf_init(&before, wm_env_system(), WM_MIB);
    wm_buf_init(&after, wm_env_system(), WM_MIB);
    feed_files_list(fixture.keys, &before);
    assert_int_equal(rotate(&err), WM_BUSY);
    assert_int_equal(sign(&err), WM_BUSY);
    feed_files_list(fixture.keys, &after);
    assert_true(wm_str_equal(wm_buf_str(&before), wm_buf_str(&after)));
    wm_buf_fini(&before);
    wm_buf_fini(&after);
    assert_ok(publish(&err), &err); /* which only reads them */
    wm_files_unlock(wm_files_system(), handle);
    assert_ok(rotate(&err), &err);
}

static void one_at_a_time_writes_a_mirror(void **state)
{
    (void)state;
    char folder[400];
    wm_mirrored mirrored;
    wm_error err = { 0 };
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    (void)snprintf(folder, sizeof folder, "%s/mirror", fixture.folder);
    wm_mirror_options options = { .folder = folder };
    assert_ok(wm_fixture_try(&fixture, replica, &(wm_fixture_sync){ .now_s = 0 }, NULL, &err),
              &err);
    assert_ok(wm_replica_mirror(replica, &options, &arena, &mirrored, &err), &err);
    int handle = lock(folder);
    assert_int_equal(wm_replica_mirror(replica, &options, &arena, &mirrored, &err), WM_BUSY);
    wm_files_unlock(wm_files_system(), handle);
    assert_ok(wm_replica_mirror(replica, &options, &arena, &mirrored, &err), &err);
    wm_store_close(replica);
}

static void a_folder_that_is_not_there_is_not_locked(void **state)
{
    (void)state;
    char folder[400];
    int handle = 0;
    wm_error err = { 0 };
    (void)snprintf(folder, sizeof folder, "%s/none", fixture.folder);
    assert_ok(wm_files_lock(wm_files_system(), folder, &handle, &err), &err);
    assert_int_equal(handle, -1);
    wm_files_unlock(wm_files_system(), handle);
}

/* While the first file of a feed or of a key folder is made, another process looks in. */
typedef struct first_write {
    const char *folder;
    unsigned asked;
} first_write;

static void expect_busy(first_write *first)
{
    int handle = -1;
    if (first->asked++ == 0) {
        assert_int_equal(wm_files_lock(wm_files_system(), first->folder, &handle, NULL), WM_BUSY);
    }
}

static wm_status write_watched(void *context, const char *path, wm_str bytes, wm_error *err)
{
    expect_busy(context);
    return wm_files_system()->write(NULL, path, bytes, err);
}

static wm_status put_watched(void *context, const char *fresh, const char *path, wm_str bytes,
                             wm_error *err)
{
    expect_busy(context);
    return wm_files_system()->put(NULL, fresh, path, bytes, err);
}

static void the_first_to_write_a_folder_has_it_alone(void **state)
{
    (void)state;
    first_write first = { .folder = fixture.feed };
    wm_files files = *wm_files_system();
    const wm_str *names = NULL;
    size_t count = 0;
    wm_published published;
    wm_error err = { 0 };
    files.context = &first;
    files.write = write_watched;
    files.put = put_watched;
    (void)snprintf(fixture.feed, sizeof fixture.feed, "%.250s/deep/new-feed", fixture.folder);
    assert_ok(wm_fixture_publish_at(&fixture, wm_fixture_time(1), &files, &published, &arena, &err),
              &err);
    assert_true(first.asked > 0);
    (void)snprintf(fixture.keys, sizeof fixture.keys, "%.250s/new-keys", fixture.folder);
    first = (first_write){ .folder = fixture.keys };
    wm_keys_options options = { .key_folder = fixture.keys,
                                .now_s = wm_fixture_time(0),
                                .files = &files };
    assert_ok(wm_keys_init(&arena, &options, &names, &count, &err), &err);
    assert_true(first.asked > 0);
}

/* But who is refused leaves no folder behind. */
static void a_publish_that_cannot_be_makes_no_folder(void **state)
{
    (void)state;
    wm_published published;
    wm_error err = { 0 };
    (void)snprintf(fixture.feed, sizeof fixture.feed, "%.250s/none", fixture.folder);
    (void)snprintf(fixture.keys, sizeof fixture.keys, "%.250s/no-keys", fixture.folder);
    assert_int_equal(
        wm_fixture_publish_at(&fixture, wm_fixture_time(1), NULL, &published, &arena, &err),
        WM_NOT_FOUND);
    assert_int_equal(access(fixture.feed, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_at_a_time_writes_a_feed, setup, teardown),
        cmocka_unit_test_setup_teardown(one_at_a_time_changes_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(one_at_a_time_writes_a_mirror, setup, teardown),
        cmocka_unit_test_setup_teardown(the_first_to_write_a_folder_has_it_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(a_publish_that_cannot_be_makes_no_folder, setup, teardown),
        cmocka_unit_test_setup_teardown(a_folder_that_is_not_there_is_not_locked, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

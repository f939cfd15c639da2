/* test_mirror.c: a feed made of what a replica has kept, without the feed that it came from. */
#include "feed_fixture.h"

#include <waymark/sys/replica.h>

static wm_feed_fixture fixture;

static int setup(void **state)
{
    (void)state;
    wm_fixture_init(&fixture);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_fixture_fini(&fixture);
    return 0;
}

/* Publish three releases, and recall what d was before the third: partition `all` then has a
 * snapshot of the third, and beside it deltas before it, which are for others. */
static void publish_three(void)
{
    wm_arena arena;
    wm_published published;
    wm_error err = { 0 };
    wm_str recall = WM_STR("service/d");
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    wm_fixture_publish_to(&fixture, 3);
    wm_publish_options options = { .feed_folder = fixture.feed,
                                   .key_folder = fixture.keys,
                                   .now_s = wm_fixture_time(3),
                                   .level = 3,
                                   .recall = &recall,
                                   .recall_count = 1 };
    assert_ok(wm_publish(fixture.author, &options, &arena, &published, &err), &err);
    wm_arena_fini(&arena);
}

static void catch_up(wm_store *replica, wm_transport *transport)
{
    wm_error err = { 0 };
    wm_fixture_sync sync = { .transport = transport };
    assert_ok(wm_fixture_try(&fixture, replica, &sync, NULL, &err), &err);
}

static void an_index_that_nobody_needs_may_be_missing(void **state)
{
    (void)state;
    char folder[400];
    wm_arena arena;
    wm_mirrored mirrored;
    wm_error err = { 0 };
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    publish_three();
    catch_up(replica, NULL);
    wm_fixture_publish_to(&fixture, 4);
    catch_up(replica, NULL);
    (void)snprintf(folder, sizeof folder, "%s/mirror", fixture.folder);
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    wm_mirror_options options = { .folder = folder };
    assert_ok(wm_replica_mirror(replica, &options, &arena, &mirrored, &err), &err);
    assert_int_equal(mirrored.release, 4);
    assert_int_equal(mirrored.requests, 0);
    assert_string_equal(err.text, "");
    wm_store_close(replica);
    wm_arena_fini(&arena);

    wm_transport *transport = NULL;
    wm_store *other = wm_fixture_replica(&fixture, "other");
    assert_ok(wm_transport_folder_open(wm_env_system(), folder, &transport, &err), &err);
    catch_up(other, transport);
    wm_fixture_check(&fixture, other, WM_EDITION_PUBLIC, 4, "all");
    wm_transport_close(transport);
    wm_store_close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_index_that_nobody_needs_may_be_missing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

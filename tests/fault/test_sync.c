/* test_sync.c: memory runs out somewhere in a sync, or in a publish: a declared error, nothing
 * leaks, the replica is whole, and the next run succeeds.
 *
 * A whole sync allocates many thousand times (SQLite and cJSON count too), so not every number is
 * tried: all of the first, then in growing steps. Every allocation of the parts is tried by their
 * own tests. */
#include "fault.h"
#include "feed_fixture.h"

static wm_feed_fixture fixture;

static long next_number(long nth)
{
    return nth < 40 ? nth + 1 : nth + nth / 7;
}

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

static void is_declared(wm_status status, const wm_error *err)
{
    if (status != WM_NO_MEMORY && status != WM_IO && status != WM_NETWORK) {
        fail_msg("%s: %s", wm_status_text(status), err->text);
    }
    assert_true(err->text[0] != '\0');
}

/* Open the replica with the failing allocator and sync it. */
static wm_status sync_with(const wm_env *env, const char *path, wm_error *err)
{
    wm_store *replica = NULL;
    wm_client *client = NULL;
    wm_transport *transport = NULL;
    wm_str code = WM_STR("P1");
    wm_client_options options = { .subscribe = &code,
                                  .subscribe_count = 1,
                                  .now_s = wm_fixture_time(fixture.release) };
    wm_status status = wm_store_open(env, path, WM_STORE_WRITE | WM_STORE_REPLICA, &replica, err);
    if (status == WM_OK) {
        status = wm_client_open(replica, &options, &client, err);
    }
    if (status == WM_OK) {
        status = wm_transport_folder_open(env, fixture.feed, &transport, err);
    }
    if (status == WM_OK) {
        status = wm_sync_run(client, transport, NULL, err);
    }
    wm_transport_close(transport);
    wm_client_close(client);
    wm_store_close(replica);
    return status;
}

static void a_sync_without_memory_leaves_the_replica_whole(void **state)
{
    (void)state;
    wm_fault_env fault;
    wm_fault_env_init(&fault);
    wm_fixture_publish_to(&fixture, 1);
    wm_store *first = wm_fixture_replica(&fixture, "first");
    wm_fixture_sync sync = { .subscribe = "P1" };
    wm_error err = { 0 };
    assert_ok(wm_fixture_try(&fixture, first, &sync, NULL, &err), &err);
    wm_store_close(first);
    wm_fixture_publish_to(&fixture, 3);
    int fired = 1;
    for (long nth = 0; fired; nth = next_number(nth)) {
        char from[400];
        char to[400];
        char name[32];
        (void)snprintf(name, sizeof name, "r%ld", nth);
        (void)snprintf(from, sizeof from, "%s/first.db", fixture.folder);
        (void)snprintf(to, sizeof to, "%s/%s.db", fixture.folder, name);
        wm_buf bytes;
        wm_buf_init(&bytes, wm_env_system(), 64 * WM_MIB);
        wm_fixture_read(from, &bytes);
        wm_error_clear(&err);
        assert_ok(wm_files_system()->write(NULL, to, wm_buf_str(&bytes), &err), &err);
        wm_buf_fini(&bytes);
        wm_fault_arm(nth, 0);
        wm_status status = sync_with(&fault.env, to, &err);
        fired = wm_fault_fired();
        wm_fault_arm(-1, 0);
        assert_int_equal(wm_fault_live_blocks(), 0);
        wm_store *replica = wm_fixture_replica(&fixture, name);
        if (status == WM_OK) {
            wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 3, "P1 S E");
        } else {
            is_declared(status, &err);
            wm_error_clear(&err);
            wm_release latest;
            assert_ok(wm_store_latest(replica, &latest, &err), &err);
            wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, latest.number, "P1 S E");
            status = wm_fixture_try(&fixture, replica, &sync, NULL, &err);
            assert_true(status == WM_OK || status == WM_UNCHANGED);
            wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 3, "P1 S E");
        }
        wm_store_close(replica);
        (void)remove(to);
    }
}

static void a_publish_without_memory_breaks_no_client(void **state)
{
    (void)state;
    wm_fault_env fault;
    wm_fault_env_init(&fault);
    char path[400];
    (void)snprintf(path, sizeof path, "%s/author.db", fixture.folder);
    wm_fixture_publish_to(&fixture, 1);
    wm_fixture_release(&fixture);
    wm_store_close(fixture.author);
    fixture.author = NULL;
    int fired = 1;
    for (long nth = 0; fired; nth = next_number(nth)) {
        wm_arena arena;
        wm_published published;
        wm_error err = { 0 };
        wm_store *author = NULL;
        wm_publish_options options = { .feed_folder = fixture.feed,
                                       .key_folder = fixture.keys,
                                       .now_s = wm_fixture_time(2),
                                       .level = 3 };
        wm_fault_arm(nth, 0);
        wm_arena_init(&arena, &fault.env, 64 * WM_MIB);
        wm_status status =
            wm_store_open(&fault.env, path, WM_STORE_READ | WM_STORE_AUTHOR, &author, &err);
        if (status == WM_OK) {
            status = wm_publish(author, &options, &arena, &published, &err);
        }
        wm_store_close(author);
        wm_arena_fini(&arena);
        fired = wm_fault_fired();
        wm_fault_arm(-1, 0);
        assert_int_equal(wm_fault_live_blocks(), 0);
        if (status != WM_OK) {
            is_declared(status, &err);
        }
    }
    wm_error err = { 0 };
    assert_ok(wm_store_open(wm_env_system(), path, WM_STORE_WRITE | WM_STORE_AUTHOR,
                            &fixture.author, &err),
              &err);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    wm_fixture_sync sync = { .subscribe = "P1" };
    assert_ok(wm_fixture_try(&fixture, replica, &sync, NULL, &err), &err);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 2, "P1 S E");
    wm_store_close(replica);
}

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_sync_without_memory_leaves_the_replica_whole, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_publish_without_memory_breaks_no_client, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

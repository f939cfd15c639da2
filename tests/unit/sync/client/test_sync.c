/* test_sync.c: from release to replica, over a folder: every path that is not an attack. */
#include <sqlite3.h>

#include "feed_fixture.h"

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

static wm_client_summary sync_ok(wm_store *replica, const wm_fixture_sync *sync)
{
    wm_client_summary summary;
    wm_error err = { 0 };
    assert_ok(wm_fixture_try(&fixture, replica, sync, &summary, &err), &err);
    return summary;
}

static void replicas_follow_every_release(void **state)
{
    (void)state;
    wm_store *all = wm_fixture_replica(&fixture, "all");
    wm_store *place = wm_fixture_replica(&fixture, "place");
    wm_store *staff = wm_fixture_replica(&fixture, "staff");
    wm_fixture_sync sync_all = { .subscribe = "all" };
    wm_fixture_sync sync_place = { .subscribe = "N1" };
    wm_fixture_sync sync_staff = { .professional = true, .subscribe = "S" };
    for (int64_t release = 1; release <= WM_FIXTURE_RELEASES; release++) {
        wm_fixture_publish_to(&fixture, release);
        wm_client_summary summary = sync_ok(all, &sync_all);
        assert_int_equal(summary.from, release - 1);
        assert_int_equal(summary.to, release);
        assert_false(summary.lagging);
        assert_true(summary.pack_bytes > 0 && summary.metadata_bytes > 0);
        wm_fixture_check(&fixture, all, WM_EDITION_PUBLIC, release, "all");
        (void)sync_ok(place, &sync_place);
        wm_fixture_check(&fixture, place, WM_EDITION_PUBLIC, release, "P1 S E");
        (void)sync_ok(staff, &sync_staff);
        wm_fixture_check(&fixture, staff, WM_EDITION_PROFESSIONAL, release, "P1 P2 S E");
        sync_place.subscribe = NULL; /* as before, from now on */
    }
    wm_store_close(all);
    wm_store_close(place);
    wm_store_close(staff);
}

static void who_was_away_catches_up_over_a_chain(void **state)
{
    (void)state;
    wm_store *place = wm_fixture_replica(&fixture, "place");
    wm_store *both = wm_fixture_replica(&fixture, "both");
    wm_fixture_sync sync_place = { .subscribe = "P1" };
    wm_fixture_sync sync_both = { .subscribe = "S" };
    wm_fixture_publish_to(&fixture, 1);
    (void)sync_ok(place, &sync_place);
    (void)sync_ok(both, &sync_both);
    wm_fixture_publish_to(&fixture, 4);
    wm_client_summary summary = sync_ok(place, &sync_place);
    assert_int_equal(summary.from, 1);
    assert_int_equal(summary.to, 4);
    wm_fixture_check(&fixture, place, WM_EDITION_PUBLIC, 4, "P1 S E");
    /* b was in P2, then P1, then S: it must end up in S once */
    (void)sync_ok(both, &sync_both);
    wm_fixture_check(&fixture, both, WM_EDITION_PUBLIC, 4, "P1 P2 S E");
    wm_store_close(place);
    wm_store_close(both);
}

static void several_releases_can_be_published_at_once(void **state)
{
    (void)state;
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    wm_fixture_sync sync = { .subscribe = "all" };
    wm_fixture_publish_to(&fixture, 1);
    (void)sync_ok(replica, &sync);
    wm_fixture_release(&fixture);
    wm_fixture_release(&fixture);
    wm_fixture_publish(&fixture);
    (void)sync_ok(replica, &sync);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 3, "all");
    wm_store_close(replica);
}

static void nothing_new_is_two_small_requests(void **state)
{
    (void)state;
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    wm_fixture_sync sync = { .subscribe = "all" };
    wm_client_summary summary;
    wm_error err = { 0 };
    wm_fixture_publish_to(&fixture, 2);
    (void)sync_ok(replica, &sync);
    assert_int_equal(wm_fixture_try(&fixture, replica, &sync, &summary, &err), WM_UNCHANGED);
    assert_int_equal(summary.requests, 2);
    assert_int_equal(summary.pack_bytes, 0);
    assert_int_equal(summary.from, 2);
    assert_int_equal(summary.to, 2);
    wm_store_close(replica);
}

static void a_renewed_timestamp_is_taken_without_packs(void **state)
{
    (void)state;
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    wm_fixture_sync sync = { .subscribe = "all" };
    wm_arena arena;
    wm_published published;
    wm_error err = { 0 };
    wm_replica_trust trust;
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    wm_fixture_publish_to(&fixture, 1);
    (void)sync_ok(replica, &sync);
    assert_ok(wm_replica_trust_get(replica, &arena, &trust, &err), &err);
    assert_int_equal(trust.stale_since, WM_FIXTURE_DAY + 1 + WM_TIMESTAMP_DAYS);
    int64_t later = wm_fixture_time(6);
    assert_ok(wm_fixture_publish_at(&fixture, later, NULL, &published, &arena, &err), &err);
    sync.now_s = later;
    wm_client_summary summary = sync_ok(replica, &sync);
    assert_int_equal(summary.pack_bytes, 0);
    assert_int_equal(summary.requests, 2);
    assert_ok(wm_replica_trust_get(replica, &arena, &trust, &err), &err);
    assert_int_equal(trust.stale_since, WM_FIXTURE_DAY + 6 + WM_TIMESTAMP_DAYS);
    assert_int_equal(trust.subscription_count, 1);
    assert_int_equal(trust.release, 1);
    wm_arena_fini(&arena);
    wm_store_close(replica);
}

static void subscriptions_can_change(void **state)
{
    (void)state;
    static const struct {
        const char *subscribe;
        const char *partitions;
    } steps[] = { { "P1", "P1 S E" },
                  { "P2", "P2 S E" },
                  { "S", "P1 P2 S E" },
                  { "all", "all" },
                  { "P1", "P1 S E" } };
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    wm_fixture_publish_to(&fixture, 3);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        wm_fixture_sync sync = { .subscribe = steps[i].subscribe };
        (void)sync_ok(replica, &sync);
        wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 3, steps[i].partitions);
    }
    wm_fixture_sync unknown = { .subscribe = "P9" };
    wm_error err = { 0 };
    assert_int_equal(wm_fixture_try(&fixture, replica, &unknown, NULL, &err), WM_BAD_INPUT);
    assert_contains(err.text, "no locality \"P9\"");
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 3, "P1 S E");
    wm_store_close(replica);
}

static void an_update_above_the_allowed_bytes_is_refused(void **state)
{
    (void)state;
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    wm_fixture_sync sync = { .subscribe = "all", .max_bytes = 10 };
    wm_client_summary summary;
    wm_error err = { 0 };
    wm_fixture_publish_to(&fixture, 1);
    assert_int_equal(wm_fixture_try(&fixture, replica, &sync, &summary, &err), WM_REFUSED);
    assert_contains(err.text, "10 are allowed");
    assert_int_equal(summary.pack_bytes, 0);
    sync.max_bytes = 1000000;
    (void)sync_ok(replica, &sync);
    wm_store_close(replica);
}

static void a_replica_keeps_its_edition(void **state)
{
    (void)state;
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    wm_fixture_sync public = { .subscribe = "all" };
    wm_fixture_sync professional = { .professional = true, .subscribe = "all" };
    wm_error err = { 0 };
    wm_fixture_publish_to(&fixture, 1);
    (void)sync_ok(replica, &public);
    assert_int_equal(wm_fixture_try(&fixture, replica, &professional, NULL, &err), WM_BAD_ARGUMENT);
    assert_contains(err.text, "public edition");
    wm_store_close(replica);
}

/* Change stored bytes behind the store's back. */
static void damage(const char *name, const char *sql)
{
    char path[400];
    sqlite3 *database = NULL;
    (void)snprintf(path, sizeof path, "%s/%s.db", fixture.folder, name);
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_true(sqlite3_changes(database) > 0);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

static void damage_in_a_replica_is_mended_by_snapshots(void **state)
{
    (void)state;
    wm_fixture_sync sync = { .subscribe = "P1" };
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    (void)sync_ok(replica, &sync);
    wm_store_close(replica);
    /* the record that the next delta starts from is not what its digest says */
    damage("replica", "UPDATE revision SET record = replace(record, 'Service a', 'Service q')"
                      " WHERE id = 'a'");
    wm_fixture_publish_to(&fixture, 2);
    replica = wm_fixture_replica(&fixture, "replica");
    wm_client_summary summary = sync_ok(replica, &sync);
    assert_int_equal(summary.to, 2);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 2, "P1 S E");
    wm_store_close(replica);
}

static void two_who_update_at_once_leave_one_update(void **state)
{
    (void)state;
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    wm_store *other = wm_fixture_replica(&fixture, "replica");
    wm_fixture_sync sync = { .subscribe = "P1" };
    (void)sync_ok(replica, &sync);
    wm_fixture_publish_to(&fixture, 2);
    /* one is open, has loaded what it holds, and is overtaken */
    wm_client_options options = { .now_s = wm_fixture_time(2) };
    wm_client *client = NULL;
    wm_transport *transport = NULL;
    wm_client_summary summary;
    wm_error err = { 0 };
    assert_ok(wm_client_open(other, &options, &client, &err), &err);
    (void)sync_ok(replica, &sync);
    assert_ok(wm_transport_folder_open(wm_env_system(), fixture.feed, &transport, &err), &err);
    assert_int_equal(wm_sync_run(client, transport, &summary, &err), WM_BUSY);
    assert_contains(err.text, "another process updated the replica");
    wm_client_close(client);
    wm_transport_close(transport);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 2, "P1 S E");
    wm_store_close(replica);
    wm_store_close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(replicas_follow_every_release, setup, teardown),
        cmocka_unit_test_setup_teardown(who_was_away_catches_up_over_a_chain, setup, teardown),
        cmocka_unit_test_setup_teardown(several_releases_can_be_published_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_new_is_two_small_requests, setup, teardown),
        cmocka_unit_test_setup_teardown(a_renewed_timestamp_is_taken_without_packs, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(subscriptions_can_change, setup, teardown),
        cmocka_unit_test_setup_teardown(an_update_above_the_allowed_bytes_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_replica_keeps_its_edition, setup, teardown),
        cmocka_unit_test_setup_teardown(damage_in_a_replica_is_mended_by_snapshots, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(two_who_update_at_once_leave_one_update, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_roles.c: what a catch-up costs in metadata does not grow with what a client does not
 * ask for; and partitions come, empty and move without breaking the feed. */
#include "feed_fixture.h"

static wm_feed_fixture fixture;
static wm_arena arena;

static int setup(void **state)
{
    (void)state;
    wm_arena_init(&arena, wm_env_system(), (size_t)512 * WM_MIB);
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

static wm_published publish(void)
{
    wm_files files = wm_fixture_quick_files();
    wm_publish_options options = { .feed_folder = fixture.feed,
                                   .key_folder = fixture.keys,
                                   .now_s = wm_fixture_time(fixture.release),
                                   .editions = 1u << WM_EDITION_PUBLIC,
                                   .level = 1,
                                   .files = &files };
    wm_published published;
    wm_error err = { 0 };
    assert_ok(wm_publish(fixture.author, &options, &arena, &published, &err), &err);
    return published;
}

static wm_client_summary sync_as(const char *name, const char *code, const char *partitions)
{
    wm_store *replica = wm_fixture_replica(&fixture, name);
    wm_fixture_sync sync = { .subscribe = code };
    wm_client_summary summary;
    wm_error err = { 0 };
    wm_status status = wm_fixture_try(&fixture, replica, &sync, &summary, &err);
    if (status != WM_UNCHANGED) {
        assert_ok(status, &err);
    }
    if (partitions != NULL) {
        wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, fixture.release, partitions);
    }
    wm_store_close(replica);
    return summary;
}

/* ---- size ---- */

/* England, systems of 20 places each, and services in all of them; with `all`, `partitions`. */
static void make_country(int partitions)
{
    wm_txn *txn = wm_fixture_begin(&fixture);
    char json[256];
    wm_fixture_put(txn, WM_KIND_DIRECTORY,
                   "{'id':'test','title':'Test','publisher':'Test','languages':['en'],"
                   "'editions':['professional','public']}");
    wm_fixture_put(txn, WM_KIND_NEED, "{'id':'anx','label':'Anxiety'}");
    wm_fixture_put(txn, WM_KIND_ORGANIZATION, "{'id':'org','name':'Organization'}");
    wm_fixture_put(txn, WM_KIND_LOCALITY, "{'id':'E92000001','name':'England','kind':'nation'}");
    for (int i = 0; i < partitions - 2; i++) {
        char id[16];
        char area[16];
        char system[16];
        bool is_system = i % 21 == 0;
        (void)snprintf(system, sizeof system, "E54%06d", i / 21);
        (void)snprintf(area, sizeof area, "E%s%06d", is_system ? "54" : "06",
                       is_system ? i / 21 : i);
        (void)snprintf(id, sizeof id, "x%03d", i);
        (void)snprintf(json, sizeof json, "{'id':'%s','name':'Area %d','kind':'%s','parent':'%s'}",
                       area, i, is_system ? "system" : "place", is_system ? "E92000001" : system);
        wm_fixture_put(txn, WM_KIND_LOCALITY, json);
        wm_fixture_service(txn, id, area, ",'status':'active'");
    }
    wm_fixture_commit(&fixture, txn);
}

/* Three partitions of one place change, and its client is one release behind. */
static uint64_t bytes_of_catch_up(int partitions)
{
    make_country(partitions);
    (void)publish();
    for (int i = 0; i < 5; i++) {
        char more[64];
        (void)sync_as("replica", "E06000002", NULL);
        (void)snprintf(more, sizeof more, ",'status':'active','description':'%d'", i);
        wm_txn *txn = wm_fixture_begin(&fixture);
        wm_fixture_service(txn, "top", "E92000001", more);
        wm_fixture_service(txn, "system", "E54000000", more);
        wm_fixture_service(txn, "x002", "E06000002", more);
        wm_fixture_commit(&fixture, txn);
        (void)publish();
    }
    wm_client_summary summary = sync_as("replica", "E06000002", NULL);
    assert_int_equal(summary.from, 5);
    assert_int_equal(summary.to, 6);
    print_message("%d partitions: %llu bytes of metadata, %llu of packs, %u requests\n", partitions,
                  (unsigned long long)summary.metadata_bytes,
                  (unsigned long long)summary.pack_bytes, summary.requests);
    return summary.metadata_bytes;
}

static void a_catch_up_in_a_small_feed_is_under_4_kb(void **state)
{
    (void)state;
    assert_true(bytes_of_catch_up(6) <= 4000);
}

static void a_catch_up_in_a_large_feed_is_under_20_kb(void **state)
{
    (void)state;
    assert_true(bytes_of_catch_up(350) <= 20000);
}

/* ---- partitions that come and go ---- */

static void withdraw(wm_txn *txn, wm_kind kind, const char *id)
{
    wm_error err = { 0 };
    assert_ok(wm_history_withdraw(txn, kind, wm_str_of(id), &err), &err);
}

/* Every service of P2 goes; the localities stay. */
/* The same, and in the last release a partition comes, or one loses all that it has. `gone` NULL: a
 * locality that had no service gets one. */
static uint64_t bytes_of_coming_and_going(int partitions, const char *gone)
{
    make_country(partitions);
    wm_txn *txn = wm_fixture_begin(&fixture);
    wm_fixture_put(txn, WM_KIND_LOCALITY,
                   "{'id':'E07000001','name':'Quiet','kind':'place','parent':'E54000000'}");
    wm_fixture_commit(&fixture, txn);
    (void)publish();
    (void)sync_as("replica", "E06000002", "E06000002 E54000000 E92000001");
    (void)sync_as("quiet", "E07000001", "E54000000 E92000001");
    txn = wm_fixture_begin(&fixture);
    wm_fixture_service(txn, "top", "E92000001", ",'status':'active'");
    wm_fixture_service(txn, "x002", "E06000002", ",'status':'active','description':'new'");
    if (gone != NULL) {
        withdraw(txn, WM_KIND_SERVICE, gone);
    } else {
        wm_fixture_service(txn, "comes", "E07000001", ",'status':'active'");
    }
    wm_fixture_commit(&fixture, txn);
    (void)publish();
    wm_client_summary summary = sync_as("replica", "E06000002", "E06000002 E54000000 E92000001");
    assert_int_equal(summary.from, 2);
    assert_int_equal(summary.to, 3);
    print_message("%d partitions, one %s: %llu bytes of metadata, %u requests\n", partitions,
                  gone != NULL ? "goes" : "comes", (unsigned long long)summary.metadata_bytes,
                  summary.requests);
    /* who takes the place takes it from now on, and a new client does */
    const char *quiet = gone != NULL ? "E54000000 E92000001" : "E07000001 E54000000 E92000001";
    (void)sync_as("quiet", "E07000001", quiet);
    (void)sync_as("new", "E07000001", quiet);
    return summary.metadata_bytes;
}

static void a_partition_that_comes_costs_the_others_a_line(void **state)
{
    (void)state;
    assert_true(bytes_of_coming_and_going(6, NULL) <= 4000);
}

static void a_partition_that_comes_to_a_large_feed_costs_the_others_a_line(void **state)
{
    (void)state;
    assert_true(bytes_of_coming_and_going(350, NULL) <= 20000);
}

static void a_partition_that_goes_costs_the_others_nothing(void **state)
{
    (void)state;
    assert_true(bytes_of_coming_and_going(6, "x001") <= 4000);
}

static void empty_p2(wm_txn *txn)
{
    withdraw(txn, WM_KIND_SERVICE, "b");
    for (int i = 1; i < 60; i += 4) {
        char id[16];
        (void)snprintf(id, sizeof id, "x%02d", i);
        withdraw(txn, WM_KIND_SERVICE, id);
    }
}

/* One replica each that has followed since release 1, and one that was away since. */
static void all_catch_up(const char *partitions)
{
    char name[32];
    (void)sync_as("all", NULL, "all");
    (void)sync_as("follows", "P1", partitions);
    (void)snprintf(name, sizeof name, "new-%d", (int)fixture.release);
    (void)sync_as(name, "P1", partitions);
}

static void begin_with_replicas(void)
{
    wm_txn *txn = wm_fixture_begin(&fixture);
    wm_fixture_first(txn);
    wm_fixture_commit(&fixture, txn);
    (void)publish();
    all_catch_up("P1 S E");
    (void)sync_as("away", "P1", "P1 S E");
    (void)sync_as("away-all", NULL, "all");
}

static void end_with_replicas(const char *partitions)
{
    (void)sync_as("away", "P1", partitions);
    (void)sync_as("away-all", NULL, "all");
}

static void a_partition_that_empties_stays_and_may_fill_again(void **state)
{
    (void)state;
    begin_with_replicas();
    (void)sync_as("p2", "P2", "P2 S E");
    wm_txn *txn = wm_fixture_begin(&fixture);
    empty_p2(txn);
    wm_fixture_commit(&fixture, txn);
    (void)publish();
    all_catch_up("P1 S E");
    (void)sync_as("p2", "P2", "P2 S E");
    (void)sync_as("p2-new", "P2", "P2 S E");
    txn = wm_fixture_begin(&fixture);
    wm_fixture_service(txn, "b", "P2", ",'status':'active','description':'back again'");
    wm_fixture_commit(&fixture, txn);
    (void)publish();
    all_catch_up("P1 S E");
    (void)sync_as("p2", "P2", "P2 S E");
    (void)sync_as("p2-new", "P2", "P2 S E");
    end_with_replicas("P1 S E");
}

static void a_new_place_is_a_new_partition(void **state)
{
    (void)state;
    begin_with_replicas();
    wm_txn *txn = wm_fixture_begin(&fixture);
    wm_fixture_put(txn, WM_KIND_LOCALITY,
                   "{'id':'P3','name':'Place three','kind':'place','parent':'S'}");
    wm_fixture_service(txn, "p3", "P3", ",'status':'active'");
    wm_fixture_service(txn, "b", "P3", ",'status':'active'"); /* moves there */
    wm_fixture_commit(&fixture, txn);
    (void)publish();
    all_catch_up("P1 S E");
    (void)sync_as("p3", "P3", "P3 S E");
    end_with_replicas("P1 S E");
}

static void a_place_may_change_its_system(void **state)
{
    (void)state;
    begin_with_replicas();
    wm_txn *txn = wm_fixture_begin(&fixture);
    wm_fixture_put(txn, WM_KIND_LOCALITY,
                   "{'id':'T','name':'System two','kind':'system','parent':'E'}");
    wm_fixture_put(txn, WM_KIND_LOCALITY,
                   "{'id':'P1','name':'Place one','kind':'place','parent':'T'}");
    wm_fixture_service(txn, "c", "T", ",'status':'active'");
    wm_fixture_commit(&fixture, txn);
    (void)publish();
    all_catch_up("P1 T E");
    (void)sync_as("s", "S", "P2 S E");
    end_with_replicas("P1 T E");
}

static void a_home_that_is_renamed_takes_its_records_along(void **state)
{
    (void)state;
    begin_with_replicas();
    wm_txn *txn = wm_fixture_begin(&fixture);
    wm_fixture_put(txn, WM_KIND_LOCALITY,
                   "{'id':'P9','name':'Place two','kind':'place','parent':'S'}");
    empty_p2(txn);
    wm_fixture_service(txn, "b", "P9", ",'status':'active'");
    withdraw(txn, WM_KIND_LOCALITY, "P2");
    wm_fixture_commit(&fixture, txn);
    (void)publish();
    all_catch_up("P1 S E");
    (void)sync_as("p9", "P9", "P9 S E");
    end_with_replicas("P1 S E");
}

/* With a second root the partition that everyone takes is another, and so is the role that tells
 * the release. */
static void the_partition_that_everyone_takes_may_change(void **state)
{
    (void)state;
    begin_with_replicas();
    wm_txn *txn = wm_fixture_begin(&fixture);
    wm_fixture_put(txn, WM_KIND_LOCALITY, "{'id':'W','name':'Wales','kind':'nation'}");
    wm_fixture_service(txn, "w", "W", ",'status':'active'");
    wm_fixture_commit(&fixture, txn);
    (void)publish();
    all_catch_up("P1 S E top");
    (void)sync_as("w", "W", "W top");
    txn = wm_fixture_begin(&fixture);
    wm_fixture_service(txn, "w", "E", ",'status':'active'");
    withdraw(txn, WM_KIND_LOCALITY, "W");
    wm_fixture_commit(&fixture, txn);
    (void)publish();
    all_catch_up("P1 S E");
    end_with_replicas("P1 S E");
    txn = wm_fixture_begin(&fixture);
    wm_fixture_service(txn, "a", "P1", ",'status':'active','description':'goes on'");
    wm_fixture_commit(&fixture, txn);
    (void)publish();
    all_catch_up("P1 S E");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_partition_that_empties_stays_and_may_fill_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_new_place_is_a_new_partition, setup, teardown),
        cmocka_unit_test_setup_teardown(a_place_may_change_its_system, setup, teardown),
        cmocka_unit_test_setup_teardown(a_home_that_is_renamed_takes_its_records_along, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_partition_that_everyone_takes_may_change, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_catch_up_in_a_small_feed_is_under_4_kb, setup, teardown),
        cmocka_unit_test_setup_teardown(a_partition_that_comes_costs_the_others_a_line, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            a_partition_that_comes_to_a_large_feed_costs_the_others_a_line, setup, teardown),
        cmocka_unit_test_setup_teardown(a_partition_that_goes_costs_the_others_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_catch_up_in_a_large_feed_is_under_20_kb, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

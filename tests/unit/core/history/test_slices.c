/* test_slices.c: editions, partitions and digests of releases, and what changed in them. */
#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "small_directory.h"
#include "store/database.h"

#define EMPTY_STATE "f3df060e6a5e920bdfb4d9d9f16b399807e5feae56c97216a91af9b351f3377d"

typedef struct scene {
    wm_store *store;
    wm_buf lines;
} scene;

static int set_up(void **state)
{
    scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->store = wm_test_store();
    wm_buf_init(&s->lines, wm_env_system(), 16 * WM_MIB);
    wm_test_small_directory(s->store);
    assert_int_equal(wm_test_release(s->store, "2026-01-05"), 1);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    wm_store_close(s->store);
    wm_buf_fini(&s->lines);
    free(s);
    return 0;
}

static const char *slice_at(scene *s, wm_edition edition, const char *partition, int64_t release)
{
    wm_buf_reset(&s->lines);
    wm_test_slice(s->store, edition, partition, release, &s->lines);
    return wm_buf_str(&s->lines).ptr;
}

static bool rides_in(scene *s, wm_edition edition, const char *key, const char *partition,
                     int64_t release)
{
    return strstr(slice_at(s, edition, partition, release), key) != NULL;
}

static void put_service(scene *s, const char *id, const char *area, const char *more)
{
    char text[400];
    (void)snprintf(text, sizeof text,
                   "{'id':'%s','name':'S','organization':'trust','kind':'therapy',"
                   "'status':'active','needs':['anx.panic'],'areas':['%s'],'eligibility':{}%s}",
                   id, area, more);
    wm_test_put(s->store, WM_KIND_SERVICE, text);
}

static wm_status put_change(void *context, const wm_projected_change *change, wm_error *err)
{
    wm_buf_printf(context, "%s%s/%.*s ",
                  change->before.ptr == NULL  ? "+"
                  : change->after.ptr == NULL ? "-"
                                              : "*",
                  wm_kind_name(change->kind), WM_STR_ARG(change->id));
    return wm_buf_status(context, err);
}

static const char *changes(scene *s, wm_edition edition, const char *partition, int64_t from,
                           int64_t to)
{
    wm_error err = { 0 };
    wm_slice slice = { edition, wm_str_of(partition) };
    wm_change_sink sink = { put_change, &s->lines };
    wm_buf_reset(&s->lines);
    assert_ok(wm_history_changes(s->store, &slice, from, to, &sink, &err), &err);
    return wm_buf_str(&s->lines).ptr;
}

/* ---- partitions ---- */

static void each_service_rides_in_its_own_partition(void **state)
{
    scene *s = *state;
    assert_true(rides_in(s, WM_EDITION_PROFESSIONAL, "service/national", "E", 1));
    assert_true(rides_in(s, WM_EDITION_PROFESSIONAL, "service/system", "BSW", 1));
    assert_true(rides_in(s, WM_EDITION_PROFESSIONAL, "service/swindon", "SWI", 1));
    assert_true(rides_in(s, WM_EDITION_PROFESSIONAL, "service/birmingham", "BIR", 1));
    assert_true(rides_in(s, WM_EDITION_PROFESSIONAL, "need/anx.panic", "E", 1));
    assert_true(rides_in(s, WM_EDITION_PROFESSIONAL, "locality/SWI1", "E", 1));
    assert_string_equal(slice_at(s, WM_EDITION_PROFESSIONAL, "WIL", 1), "");
    assert_string_equal(slice_at(s, WM_EDITION_PROFESSIONAL, "nowhere", 1), "");
    wm_test_check_states(s->store, 1);
}

static void organizations_and_sites_ride_with_all_that_name_them(void **state)
{
    scene *s = *state;
    assert_true(rides_in(s, WM_EDITION_PUBLIC, "organization/trust", "E", 1));
    assert_true(rides_in(s, WM_EDITION_PUBLIC, "site/house", "SWI", 1));
    put_service(s, "wiltshire", "WIL", ",'sites':['house']");
    assert_int_equal(wm_test_release(s->store, "2026-01-06"), 2);
    assert_true(rides_in(s, WM_EDITION_PUBLIC, "site/house", "BSW", 2));
    assert_false(rides_in(s, WM_EDITION_PUBLIC, "site/house", "SWI", 2));
    assert_true(rides_in(s, WM_EDITION_PUBLIC, "site/house", "SWI", 1));
    assert_string_equal(changes(s, WM_EDITION_PUBLIC, "SWI", 1, 2), "-site/house ");
    assert_string_equal(changes(s, WM_EDITION_PUBLIC, "BSW", 1, 2), "+site/house ");
    assert_string_equal(changes(s, WM_EDITION_PUBLIC, "WIL", 1, 2), "+service/wiltshire ");
    assert_string_equal(changes(s, WM_EDITION_PUBLIC, "all", 1, 2), "+service/wiltshire ");
    wm_test_withdraw(s->store, WM_KIND_SERVICE, "wiltshire");
    assert_int_equal(wm_test_release(s->store, "2026-01-06"), 3);
    assert_true(rides_in(s, WM_EDITION_PUBLIC, "site/house", "SWI", 3));
    for (int64_t release = 1; release <= 3; release++) {
        wm_test_check_states(s->store, release);
    }
}

static void a_site_that_nobody_names_rides_at_the_top(void **state)
{
    scene *s = *state;
    put_service(s, "swindon", "SWI1", "");
    assert_int_equal(wm_test_release(s->store, "2026-01-06"), 2);
    assert_true(rides_in(s, WM_EDITION_PUBLIC, "site/house", "E", 2));
    wm_test_check_states(s->store, 2);
}

static void a_confidential_service_takes_its_site_up_with_it(void **state)
{
    scene *s = *state;
    put_service(s, "swindon", "SWI1", ",'confidential_location':true,'sites':['house']");
    assert_int_equal(wm_test_release(s->store, "2026-01-06"), 2);
    assert_true(rides_in(s, WM_EDITION_PROFESSIONAL, "service/swindon", "BSW", 2));
    assert_true(rides_in(s, WM_EDITION_PROFESSIONAL, "site/house", "BSW", 2));
    wm_test_check_states(s->store, 2);
}

static void a_locality_that_moves_takes_its_services_along(void **state)
{
    scene *s = *state;
    wm_test_put(s->store, WM_KIND_LOCALITY,
                "{'id':'SWI','name':'Swindon','kind':'locality','parent':'WIL'}");
    assert_int_equal(wm_test_release(s->store, "2026-01-06"), 2);
    assert_true(rides_in(s, WM_EDITION_PUBLIC, "service/swindon", "WIL", 2));
    assert_true(rides_in(s, WM_EDITION_PUBLIC, "site/house", "WIL", 2));
    assert_string_equal(slice_at(s, WM_EDITION_PUBLIC, "SWI", 2), "");
    assert_string_equal(changes(s, WM_EDITION_PUBLIC, "all", 1, 2), "*locality/SWI ");
    wm_test_check_states(s->store, 1);
    wm_test_check_states(s->store, 2);
}

static void a_locality_that_is_renamed_moves_nothing(void **state)
{
    scene *s = *state;
    wm_test_put(s->store, WM_KIND_LOCALITY,
                "{'id':'SWI','name':'Swindon Borough','kind':'place','parent':'BSW'}");
    assert_int_equal(wm_test_release(s->store, "2026-01-06"), 2);
    assert_string_equal(changes(s, WM_EDITION_PUBLIC, "SWI", 1, 2), "");
    assert_string_equal(changes(s, WM_EDITION_PUBLIC, "E", 1, 2), "*locality/SWI ");
}

/* ---- editions ---- */

static void a_professional_contact_is_in_one_edition_only(void **state)
{
    scene *s = *state;
    assert_true(rides_in(s, WM_EDITION_PROFESSIONAL, "contacts", "BIR", 1));
    assert_false(rides_in(s, WM_EDITION_PUBLIC, "contacts", "BIR", 1));
    assert_true(rides_in(s, WM_EDITION_PUBLIC, "service/birmingham", "BIR", 1));
}

static void a_change_that_the_public_cannot_see_is_no_change_to_them(void **state)
{
    scene *s = *state;
    put_service(s, "birmingham", "BIR",
                ",'contacts':[{'kind':'phone','value':'2','audience':'professional'}]");
    assert_int_equal(wm_test_release(s->store, "2026-01-06"), 2);
    put_service(s, "birmingham", "BIR",
                ",'contacts':[{'kind':'phone','value':'3','audience':'professional'}]");
    assert_int_equal(wm_test_release(s->store, "2026-01-07"), 3);
    assert_string_equal(changes(s, WM_EDITION_PUBLIC, "BIR", 2, 3), "");
    assert_string_equal(changes(s, WM_EDITION_PUBLIC, "all", 2, 3), "");
    assert_string_equal(changes(s, WM_EDITION_PROFESSIONAL, "BIR", 2, 3), "*service/birmingham ");
    wm_test_states a;
    wm_test_states b;
    wm_test_states_read(s->store, WM_EDITION_PUBLIC, 2, &a);
    wm_test_states_read(s->store, WM_EDITION_PUBLIC, 3, &b);
    assert_int_equal(a.count, b.count);
    for (size_t i = 0; i < a.count; i++) {
        assert_memory_equal(a.items[i].digest.bytes, b.items[i].digest.bytes, WM_DIGEST_BYTES);
    }
    wm_test_check_states(s->store, 3);
}

static void what_is_withheld_takes_references_to_it_along(void **state)
{
    scene *s = *state;
    put_service(s, "system", "BSW", ",'successors':['birmingham']");
    assert_int_equal(wm_test_release(s->store, "2026-01-06"), 2);
    assert_true(rides_in(s, WM_EDITION_PUBLIC, "successors", "BSW", 2));
    put_service(s, "birmingham", "BIR", ",'audience':'professional'");
    assert_int_equal(wm_test_release(s->store, "2026-01-07"), 3);
    assert_string_equal(slice_at(s, WM_EDITION_PUBLIC, "BIR", 3), "");
    assert_false(rides_in(s, WM_EDITION_PUBLIC, "successors", "BSW", 3));
    assert_true(rides_in(s, WM_EDITION_PROFESSIONAL, "successors", "BSW", 3));
    assert_string_equal(changes(s, WM_EDITION_PUBLIC, "all", 2, 3),
                        "-service/birmingham *service/system ");
    put_service(s, "birmingham", "BIR", "");
    assert_int_equal(wm_test_release(s->store, "2026-01-07"), 4);
    assert_string_equal(changes(s, WM_EDITION_PUBLIC, "all", 2, 4), "*service/birmingham ");
    assert_string_equal(changes(s, WM_EDITION_PUBLIC, "BSW", 3, 4), "*service/system ");
    for (int64_t release = 1; release <= 4; release++) {
        wm_test_check_states(s->store, release);
    }
}

/* ---- states ---- */

static void states_are_listed_by_name_with_all_of_them(void **state)
{
    scene *s = *state;
    wm_test_states states;
    wm_test_states_read(s->store, WM_EDITION_PUBLIC, 1, &states);
    assert_int_equal(states.count, 5);
    assert_string_equal(states.names[0], "BIR");
    assert_string_equal(states.names[1], "BSW");
    assert_string_equal(states.names[2], "E");
    assert_string_equal(states.names[3], "SWI");
    assert_string_equal(states.names[4], "all");
    assert_int_equal(states.items[4].records, 15);
}

static wm_status put_name(void *context, const wm_record *record, wm_error *err)
{
    (void)err;
    wm_buf_printf(context, "%s/%.*s ", wm_kind_name(record->kind), WM_STR_ARG(record->id));
    return WM_OK;
}

static void ids_alone_are_those_of_the_records(void **state)
{
    static const char *const partitions[] = { "all", "E", "BSW", "SWI", "nowhere" };
    scene *s = *state;
    wm_error err = { 0 };
    for (size_t i = 0; i < sizeof partitions / sizeof partitions[0]; i++) {
        wm_buf whole;
        wm_buf names;
        wm_slice slice = { WM_EDITION_PUBLIC, wm_str_of(partitions[i]) };
        wm_buf_init(&whole, wm_env_system(), WM_MIB);
        wm_buf_init(&names, wm_env_system(), WM_MIB);
        wm_record_sink to_whole = { put_name, &whole };
        wm_record_sink to_names = { put_name, &names };
        assert_ok(wm_history_each(s->store, &slice, 1, &to_whole, &err), &err);
        assert_ok(wm_history_ids(s->store, &slice, 1, &to_names, &err), &err);
        assert_true(wm_str_equal(wm_buf_str(&whole), wm_buf_str(&names)));
        wm_buf_fini(&whole);
        wm_buf_fini(&names);
    }
}

#define MANY 400
#define STEPS_EACH 200 /* of SQLite, for each of many records; some 20 are taken */

static int count_ticks(void *context)
{
    ++*(int64_t *)context;
    return 0;
}

/* A plan that goes through a whole edition for each record takes hours with 100,000 services. */
static void what_a_slice_costs_follows_its_records(void **state)
{
    static const char *const partitions[] = { "all", "BSW" };
    scene *s = *state;
    wm_error err = { 0 };
    for (int i = 0; i < MANY; i++) {
        char id[20];
        (void)snprintf(id, sizeof id, "many-%d", i);
        put_service(s, id, "BSW", "");
    }
    assert_int_equal(wm_test_release(s->store, "2026-01-06"), 2);
    for (size_t i = 0; i < sizeof partitions / sizeof partitions[0]; i++) {
        int64_t ticks = 0;
        wm_slice slice = { WM_EDITION_PUBLIC, wm_str_of(partitions[i]) };
        wm_buf all;
        wm_buf_init(&all, wm_env_system(), WM_MIB);
        wm_record_sink sink = { put_name, &all };
        sqlite3_progress_handler(s->store->handle, STEPS_EACH, count_ticks, &ticks);
        assert_ok(wm_history_ids(s->store, &slice, 2, &sink, &err), &err);
        assert_in_range(ticks, 1, MANY);
        ticks = 0;
        assert_ok(wm_history_each(s->store, &slice, 2, &sink, &err), &err);
        assert_in_range(ticks, 1, MANY);
        sqlite3_progress_handler(s->store->handle, 0, NULL, NULL);
        wm_buf_fini(&all);
    }
}

static wm_status put_line(void *context, const wm_record *record, wm_error *err)
{
    (void)err;
    wm_buf_printf(context, "%s/%.*s %.*s\n", wm_kind_name(record->kind), WM_STR_ARG(record->id),
                  WM_STR_ARG(record->bytes));
    return WM_OK;
}

/* Twice: names first, as a pack wants them, and then the records. */
static void check_census(scene *s, const wm_census *census, const wm_slice *slice, int64_t release)
{
    wm_error err = { 0 };
    wm_buf one_by_one;
    wm_buf counted;
    wm_buf_init(&one_by_one, wm_env_system(), WM_MIB);
    wm_buf_init(&counted, wm_env_system(), WM_MIB);
    wm_record_sink names = { put_name, &one_by_one };
    wm_record_sink lines = { put_line, &one_by_one };
    wm_record_sink census_lines = { put_line, &counted };
    assert_ok(wm_history_ids(s->store, slice, release, &names, &err), &err);
    assert_ok(wm_history_each(s->store, slice, release, &lines, &err), &err);
    wm_census_walk walk;
    wm_kind kind;
    wm_str id;
    assert_ok(wm_census_begin(census, s->store, slice->partition, &walk, &err), &err);
    while (wm_census_next(&walk, &kind, &id)) {
        wm_buf_printf(&counted, "%s/%.*s ", wm_kind_name(kind), WM_STR_ARG(id));
    }
    walk.at = walk.start;
    assert_ok(wm_census_each(&walk, s->store, &census_lines, &err), &err);
    assert_true(wm_str_equal(wm_buf_str(&one_by_one), wm_buf_str(&counted)));
    wm_buf_fini(&one_by_one);
    wm_buf_fini(&counted);
}

static void a_census_knows_who_is_where(void **state)
{
    static const char *const partitions[] = { "all", "E", "BIR", "BSW", "SWI", "nowhere" };
    scene *s = *state;
    wm_error err = { 0 };
    put_service(s, "birmingham", "BIR", ",'professional_only':['url'],'url':'https://b.example'");
    assert_int_equal(wm_test_release(s->store, "2026-01-06"), 2);
    for (int64_t release = 1; release <= 2; release++) {
        for (unsigned edition = 0; edition < WM_EDITION_COUNT; edition++) {
            wm_census_wish wish = { (wm_edition)edition, release, NULL };
            wm_census *census = NULL;
            assert_ok(wm_census_take(s->store, &wish, &census, &err), &err);
            for (size_t i = 0; i < sizeof partitions / sizeof partitions[0]; i++) {
                wm_slice slice = { wish.edition, wm_str_of(partitions[i]) };
                check_census(s, census, &slice, release);
            }
            wm_census_free(census);
        }
    }
    wm_census_wish wish = { WM_EDITION_PUBLIC, 7, NULL };
    wm_census *census = NULL;
    assert_int_equal(wm_census_take(s->store, &wish, &census, &err), WM_NOT_FOUND);
    assert_null(census);
}

static void a_release_that_is_not_there_is_not_found(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_slice slice = { WM_EDITION_PUBLIC, WM_STR("all") };
    wm_record_sink sink = wm_test_lines(&s->lines);
    wm_change_sink change_sink = { put_change, &s->lines };
    assert_int_equal(wm_history_each(s->store, &slice, 7, &sink, &err), WM_NOT_FOUND);
    assert_contains(err.text, "no release 7");
    assert_int_equal(wm_history_changes(s->store, &slice, 1, 7, &change_sink, &err), WM_NOT_FOUND);
    assert_int_equal(wm_history_changes(s->store, &slice, 1, 1, &change_sink, &err),
                     WM_BAD_ARGUMENT);
}

/* Somebody who begins as late as can be. */
typedef struct late_helper {
    void (*work)(void *argument);
    void *argument;
    int pieces;
} late_helper;

static void do_later(void *context, void (*work)(void *argument), void *argument)
{
    late_helper *late = context;
    assert_null(late->work);
    late->work = work;
    late->argument = argument;
}

static void do_now(void *context)
{
    late_helper *late = context;
    if (late->work != NULL) {
        late->work(late->argument);
        late->work = NULL;
        late->pieces++;
    }
}

static void a_helper_changes_nothing_but_who_does_it(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_release release;
    wm_txn *txn = NULL;
    late_helper late = { NULL, NULL, 0 };
    wm_helper helper = { do_later, do_now, &late };
    wm_release_wish wish = { 0, WM_STR(""), NULL, &helper };
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    assert_true(wm_date_parse(WM_STR("2026-02-01"), &wish.date));
    assert_ok(wm_txn_begin(s->store, &txn, &err), &err);
    for (int i = 0; i < 500; i++) {
        char text[160];
        wm_kind kind = i % 2 == 0 ? WM_KIND_TEXT : WM_KIND_ORGANIZATION;
        (void)snprintf(text, sizeof text, "{'id':'o%03d',%s'name':'O'}", i,
                       i % 3 == 0 ? "'maintainers':['m']," : "");
        if (kind == WM_KIND_TEXT) {
            (void)snprintf(text, sizeof text, "{'id':'t%03d','text':{'en':'T'}}", i);
        }
        wm_record record = wm_test_record(&arena, kind, text);
        assert_ok(wm_history_put(txn, &record, NULL, NULL, &err), &err);
    }
    wm_arena_fini(&arena);
    assert_ok(wm_history_release_as(txn, &wish, &release, &err), &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
    assert_null(late.work);
    assert_true(late.pieces > 4);
    wm_test_check_states(s->store, release.number);
}

static void digests_stay_right_across_bucket_counts(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    int64_t release = 1;
    static const int sizes[] = { 10, 33, 70, 300, 64, 5 };
    for (size_t step = 0; step < sizeof sizes / sizeof sizes[0]; step++) {
        wm_txn *txn = NULL;
        wm_arena arena;
        wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
        assert_ok(wm_txn_begin(s->store, &txn, &err), &err);
        for (int i = 0; i < 300; i++) {
            char text[64];
            (void)snprintf(text, sizeof text, "{'id':'t%03d','text':{'en':'%zu'}}", i, step);
            wm_record record = wm_test_record(&arena, WM_KIND_TEXT, text);
            wm_status status = i < sizes[step]
                                   ? wm_history_put(txn, &record, NULL, NULL, &err)
                                   : wm_history_withdraw(txn, WM_KIND_TEXT, record.id, &err);
            assert_true(status == WM_OK || status == WM_NOT_FOUND);
        }
        assert_ok(wm_txn_commit(txn, &err), &err);
        wm_arena_fini(&arena);
        release = wm_test_release(s->store, "2026-02-01");
        wm_test_check_states(s->store, release);
        wm_test_check_states(s->store, release - 1);
    }
    wm_test_states states;
    wm_test_states_read(s->store, WM_EDITION_PUBLIC, 5, &states);
    assert_int_equal(states.items[4].buckets, 16);
}

static void the_digest_of_no_records_is_one_empty_bucket(void **state)
{
    (void)state;
    uint32_t buckets = 0;
    wm_digest digest;
    char hex[WM_DIGEST_HEX_BYTES];
    wm_state_of_leaves(NULL, 0, &buckets, &digest);
    assert_int_equal(buckets, 1);
    /* BLAKE2b-256 of "waymark state 1", 0, 00000001, 0000000000000000 and BLAKE2b-256("")|16 */
    assert_string_equal(wm_digest_hex(&digest, hex), EMPTY_STATE);
}

static wm_status count_state(void *context, const wm_state *state, wm_error *err)
{
    (void)state;
    (void)err;
    ++*(int *)context;
    return WM_OK;
}

static void an_intact_author_verifies(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    int differing = 0;
    wm_state_sink sink = { count_state, &differing };
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'pending'}");
    assert_ok(wm_history_verify(s->store, WM_EDITION_PUBLIC, &sink, &err), &err);
    assert_ok(wm_history_verify(s->store, WM_EDITION_PROFESSIONAL, &sink, &err), &err);
    assert_int_equal(differing, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_service_rides_in_its_own_partition),
        TEST(organizations_and_sites_ride_with_all_that_name_them),
        TEST(a_site_that_nobody_names_rides_at_the_top),
        TEST(a_confidential_service_takes_its_site_up_with_it),
        TEST(a_locality_that_moves_takes_its_services_along),
        TEST(a_locality_that_is_renamed_moves_nothing),
        TEST(a_professional_contact_is_in_one_edition_only),
        TEST(a_change_that_the_public_cannot_see_is_no_change_to_them),
        TEST(what_is_withheld_takes_references_to_it_along),
        TEST(states_are_listed_by_name_with_all_of_them),
        TEST(ids_alone_are_those_of_the_records),
        TEST(what_a_slice_costs_follows_its_records),
        TEST(a_census_knows_who_is_where),
        TEST(a_helper_changes_nothing_but_who_does_it),
        TEST(a_release_that_is_not_there_is_not_found),
        TEST(digests_stay_right_across_bucket_counts),
        TEST(the_digest_of_no_records_is_one_empty_bucket),
        TEST(an_intact_author_verifies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_history.c: change sets, releases, the past, differences. */
#include <stdio.h>
#include <stdlib.h>

#include "small_directory.h"

typedef struct scene {
    wm_store *store;
    wm_arena arena;
    wm_buf lines;
} scene;

static int set_up(void **state)
{
    scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->store = wm_test_store();
    wm_arena_init(&s->arena, wm_env_system(), 64 * WM_MIB);
    wm_buf_init(&s->lines, wm_env_system(), 16 * WM_MIB);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    wm_store_close(s->store);
    wm_arena_fini(&s->arena);
    wm_buf_fini(&s->lines);
    free(s);
    return 0;
}

static const char *need_at(scene *s, wm_view view, const char *id)
{
    return wm_test_get(s->store, &s->arena, view, WM_KIND_NEED, id);
}

static wm_status release_now(scene *s, const char *date, wm_error *err)
{
    wm_txn *txn = NULL;
    wm_release release;
    wm_date day = 0;
    assert_true(wm_date_parse(wm_str_of(date), &day));
    assert_ok(wm_txn_begin(s->store, &txn, err), err);
    wm_status status = wm_history_release(txn, day, WM_STR(""), &release, err);
    if (status == WM_OK) {
        assert_ok(wm_txn_commit(txn, err), err);
    } else {
        wm_txn_rollback(txn);
    }
    return status;
}

/* ---- the working state ---- */

static void the_past_stays_as_it_was(void **state)
{
    scene *s = *state;
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'a','label':'1'}");
    assert_int_equal(wm_test_release(s->store, "2026-01-05"), 1);
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'a','label':'2'}");
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'b','label':'2'}");
    assert_contains(need_at(s, WM_VIEW_LATEST, "a"), "1");
    assert_contains(need_at(s, WM_VIEW_WORKING, "a"), "2");
    assert_null(need_at(s, WM_VIEW_LATEST, "b"));
    assert_int_equal(wm_test_release(s->store, "2026-01-06"), 2);
    wm_test_withdraw(s->store, WM_KIND_NEED, "a");
    assert_int_equal(wm_test_release(s->store, "2026-01-06"), 3);
    assert_contains(need_at(s, 1, "a"), "1");
    assert_contains(need_at(s, 2, "a"), "2");
    assert_null(need_at(s, 3, "a"));
    assert_null(need_at(s, WM_VIEW_WORKING, "a"));
    assert_contains(need_at(s, 3, "b"), "2");
}

static void a_change_that_is_taken_back_leaves_nothing_pending(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'a','label':'1'}");
    (void)wm_test_release(s->store, "2026-01-05");
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'a','label':'2'}");
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'a','label':'3'}");
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'a','label':'1'}");
    assert_int_equal(release_now(s, "2026-01-06", &err), WM_UNCHANGED);
    wm_test_withdraw(s->store, WM_KIND_NEED, "a");
    assert_null(need_at(s, WM_VIEW_WORKING, "a"));
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'a','label':'1'}");
    assert_int_equal(release_now(s, "2026-01-06", &err), WM_UNCHANGED);
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'b'}");
    wm_test_withdraw(s->store, WM_KIND_NEED, "b");
    assert_int_equal(release_now(s, "2026-01-06", &err), WM_UNCHANGED);
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'a','label':'2'}");
    wm_test_withdraw(s->store, WM_KIND_NEED, "a");
    assert_null(need_at(s, WM_VIEW_WORKING, "a"));
    assert_int_equal(release_now(s, "2026-01-06", &err), WM_OK);
    assert_null(need_at(s, WM_VIEW_LATEST, "a"));
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'a','label':'1'}");
    assert_int_equal(release_now(s, "2026-01-06", &err), WM_OK);
    assert_contains(need_at(s, WM_VIEW_LATEST, "a"), "1");
}

static void withdrawing_what_is_not_there_is_not_found_and_harmless(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    assert_ok(wm_txn_begin(s->store, &txn, &err), &err);
    assert_int_equal(wm_history_withdraw(txn, WM_KIND_NEED, WM_STR("a"), &err), WM_NOT_FOUND);
    assert_string_equal(err.text, "");
    assert_ok(wm_txn_commit(txn, &err), &err);
}

typedef struct list {
    const wm_record *records;
    size_t count;
    size_t at;
} list;

static wm_status next_of_list(void *context, wm_record *record_out, const wm_json **value_out,
                              wm_error *err)
{
    (void)err;
    (void)value_out;
    list *l = context;
    if (l->at == l->count) {
        return WM_END;
    }
    *record_out = l->records[l->at++];
    return WM_OK;
}

static wm_status replace(scene *s, const wm_record *records, size_t count, wm_change_counts *counts,
                         wm_error *err)
{
    wm_txn *txn = NULL;
    list l = { records, count, 0 };
    wm_record_source source = { next_of_list, &l };
    assert_ok(wm_txn_begin(s->store, &txn, err), err);
    wm_status status = wm_history_replace_all(txn, WM_KINDS_ALL, &source, counts, err);
    if (status != WM_OK) {
        wm_txn_rollback(txn);
        return status;
    }
    assert_ok(wm_txn_commit(txn, err), err);
    return WM_OK;
}

static void replacing_all_withdraws_what_is_absent_and_counts(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_change_counts counts;
    const wm_record first[] = {
        wm_test_record(&s->arena, WM_KIND_SITE, "{'id':'x'}"),
        wm_test_record(&s->arena, WM_KIND_NEED, "{'id':'a','label':'1'}"),
        wm_test_record(&s->arena, WM_KIND_NEED, "{'id':'b','label':'1'}"),
        wm_test_record(&s->arena, WM_KIND_NEED, "{'id':'c','label':'1'}"),
    };
    assert_ok(replace(s, first, 4, &counts, &err), &err);
    assert_int_equal(counts.added, 4);
    assert_int_equal(counts.records[WM_KIND_NEED], 3);
    (void)wm_test_release(s->store, "2026-01-05");
    assert_ok(replace(s, first, 4, &counts, &err), &err);
    assert_int_equal(counts.added + counts.replaced + counts.withdrawn, 0);
    const wm_record second[] = {
        wm_test_record(&s->arena, WM_KIND_NEED, "{'id':'b','label':'2'}"),
        wm_test_record(&s->arena, WM_KIND_NEED, "{'id':'a','label':'1'}"),
        wm_test_record(&s->arena, WM_KIND_NEED, "{'id':'d','label':'1'}"),
    };
    assert_ok(replace(s, second, 3, &counts, &err), &err);
    assert_int_equal(counts.added, 1);
    assert_int_equal(counts.replaced, 1);
    assert_int_equal(counts.withdrawn, 2);
    assert_int_equal(counts.records[WM_KIND_NEED], 3);
    assert_int_equal(counts.records[WM_KIND_SITE], 0);
    assert_null(need_at(s, WM_VIEW_WORKING, "c"));
    assert_contains(need_at(s, WM_VIEW_LATEST, "c"), "1");
    assert_ok(replace(s, first, 4, &counts, &err), &err);
    assert_int_equal(release_now(s, "2026-01-06", &err), WM_UNCHANGED);
}

static void replacing_many_withdraws_many(void **state)
{
    enum { COUNT = 1000 };
    scene *s = *state;
    wm_error err = { 0 };
    wm_change_counts counts;
    wm_record *records = wm_arena_array(&s->arena, COUNT, sizeof *records);
    for (int i = 0; i < COUNT; i++) {
        char text[40];
        (void)snprintf(text, sizeof text, "{'id':'n%04d'}", i);
        records[i] = wm_test_record(&s->arena, WM_KIND_NEED, text);
    }
    assert_ok(replace(s, records, COUNT, &counts, &err), &err);
    (void)wm_test_release(s->store, "2026-01-05");
    assert_ok(replace(s, records + COUNT - 3, 3, &counts, &err), &err);
    assert_int_equal(counts.withdrawn, COUNT - 3);
    assert_int_equal(counts.records[WM_KIND_NEED], 3);
    assert_ok(replace(s, records, 0, &counts, &err), &err);
    assert_int_equal(counts.records[WM_KIND_NEED], 0);
}

static void a_record_twice_is_refused_and_nothing_changes(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_change_counts counts;
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'a','label':'0'}");
    const wm_record twice[] = {
        wm_test_record(&s->arena, WM_KIND_NEED, "{'id':'a','label':'1'}"),
        wm_test_record(&s->arena, WM_KIND_NEED, "{'id':'b','label':'1'}"),
        wm_test_record(&s->arena, WM_KIND_NEED, "{'id':'a','label':'2'}"),
    };
    assert_int_equal(replace(s, twice, 3, &counts, &err), WM_BAD_INPUT);
    assert_contains(err.text, "need/a: expected once, found twice");
    assert_contains(need_at(s, WM_VIEW_WORKING, "a"), "0");
    assert_null(need_at(s, WM_VIEW_WORKING, "b"));
}

static void records_that_cannot_be_stored_are_refused(void **state)
{
    scene *s = *state;
    const struct {
        wm_record record;
        const char *part;
    } cases[] = {
        { { WM_KIND_NEED, WM_STR("a"), WM_STR("{\"id\":\"b\"}") }, "need/a: expected an object" },
        { { WM_KIND_NEED, WM_STR("a"), WM_STR("[1]") }, "need/a: expected an object" },
        { { WM_KIND_NEED, WM_STR("a"), WM_STR("{\"id\":") }, "need/a" },
        { { WM_KIND_NEED, WM_STR("../a"), WM_STR("{\"id\":\"../a\"}") }, "not an id" },
        { { WM_KIND_SERVICE, WM_STR("a"),
            WM_STR("{\"id\":\"a\",\"eligibility\":{\"who\":{\"nonsense\":1}}}") },
          "service/a: eligibility" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wm_error err = { 0 };
        wm_txn *txn = NULL;
        assert_ok(wm_txn_begin(s->store, &txn, &err), &err);
        assert_int_equal(wm_history_put(txn, &cases[i].record, NULL, NULL, &err), WM_BAD_RECORD);
        assert_contains(err.text, cases[i].part);
        wm_txn_rollback(txn);
    }
}

/* ---- releases ---- */

static void a_release_has_number_date_note_and_counts(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_release release;
    wm_test_small_directory(s->store);
    assert_int_equal(wm_test_release(s->store, "2026-01-05"), 1);
    assert_ok(wm_store_latest(s->store, &release, &err), &err);
    assert_int_equal(release.number, 1);
    assert_string_equal(release.note, "a note");
    assert_int_equal(release.counts[WM_KIND_SERVICE], 4);
    assert_int_equal(release.counts[WM_KIND_LOCALITY], 7);
    assert_int_equal(release.counts[WM_KIND_TEXT], 0);
    wm_test_withdraw(s->store, WM_KIND_SERVICE, "national");
    assert_int_equal(wm_test_release(s->store, "2026-02-05"), 2);
    assert_ok(wm_store_release(s->store, 2, &release, &err), &err);
    assert_int_equal(release.counts[WM_KIND_SERVICE], 3);
    assert_ok(wm_store_release(s->store, 1, &release, &err), &err);
    assert_int_equal(release.counts[WM_KIND_SERVICE], 4);
}

static void a_release_is_never_before_the_last(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'a'}");
    (void)wm_test_release(s->store, "2026-01-05");
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'b'}");
    assert_int_equal(release_now(s, "2026-01-04", &err), WM_BAD_INPUT);
    assert_contains(err.text, "2026-01-05");
    assert_int_equal(release_now(s, "2026-01-05", &err), WM_OK);
}

static void nothing_pending_makes_no_release(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    assert_int_equal(release_now(s, "2026-01-05", &err), WM_UNCHANGED);
    assert_string_equal(err.text, "");
}

static wm_status put_number(void *context, const wm_release *release, wm_error *err)
{
    char date[WM_DATE_TEXT_BYTES];
    wm_buf_printf(context, "%lld %s ", (long long)release->number,
                  wm_date_format(release->date, date));
    return wm_buf_status(context, err);
}

static void the_log_is_every_release_in_order(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'a'}");
    (void)wm_test_release(s->store, "2026-01-05");
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'b'}");
    (void)wm_test_release(s->store, "2026-01-07");
    wm_release_sink sink = { put_number, &s->lines };
    assert_ok(wm_history_log(s->store, &sink, &err), &err);
    assert_string_equal(s->lines.data, "1 2026-01-05 2 2026-01-07 ");
}

static void a_locality_named_like_a_partition_is_refused(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_test_put(s->store, WM_KIND_LOCALITY, "{'id':'all','name':'A','kind':'nation'}");
    assert_int_equal(release_now(s, "2026-01-05", &err), WM_BAD_RECORD);
    assert_contains(err.text, "names of partitions");
}

static void what_must_not_be_left_out_stops_the_release(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_test_small_directory(s->store);
    wm_test_put(s->store, WM_KIND_ORGANIZATION,
                "{'id':'trust','name':'T','audience':'professional'}");
    assert_int_equal(release_now(s, "2026-01-05", &err), WM_BAD_RECORD);
    assert_contains(err.text, "organization: has only what is withheld");
    wm_release release;
    assert_int_equal(wm_store_latest(s->store, &release, &err), WM_NO_RELEASE);
}

/* ---- diff ---- */

static const char *diff(scene *s, wm_view from, wm_view to)
{
    wm_error err = { 0 };
    wm_json_out out;
    wm_buf_reset(&s->lines);
    wm_json_out_init(&out, &s->lines);
    assert_ok(wm_history_diff(s->store, from, to, &out, &err), &err);
    for (size_t i = 0; i < s->lines.len; i++) {
        s->lines.data[i] = s->lines.data[i] == '"' ? '\'' : s->lines.data[i];
    }
    return s->lines.data;
}

static void put_service(scene *s, const char *id, const char *status)
{
    char text[200];
    (void)snprintf(text, sizeof text, "{'id':'%s','status':'%s','needs':[],'areas':[]}", id,
                   status);
    wm_test_put(s->store, WM_KIND_SERVICE, text);
}

static void a_diff_names_what_opened_closed_changed_and_went(void **state)
{
    scene *s = *state;
    put_service(s, "a", "active");
    put_service(s, "b", "planned");
    put_service(s, "c", "paused");
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'n','label':'1','x':{'y':[1,2],'z':1}}");
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'gone'}");
    (void)wm_test_release(s->store, "2026-01-05");
    put_service(s, "a", "closed");
    put_service(s, "b", "active");
    put_service(s, "d", "active");
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'n','label':'1','x':{'w':5,'y':[1,3]}}");
    wm_test_withdraw(s->store, WM_KIND_NEED, "gone");
    const char *expected =
        "'opened':['b','d'],'closed':['a'],'changed':[{'kind':'need','id':'n','fields':["
        "{'path':'x.w','to':5},{'path':'x.y[1]','from':2,'to':3},{'path':'x.z','from':1}]},"
        "{'kind':'service','id':'a','fields':[{'path':'status','from':'active','to':'closed'}]},"
        "{'kind':'service','id':'b','fields':[{'path':'status','from':'planned','to':'active'}]}],"
        "'withdrawn':['need/gone'],'added':['service/d']}";
    assert_contains(diff(s, 1, WM_VIEW_WORKING), expected);
    (void)wm_test_release(s->store, "2026-01-06");
    assert_contains(diff(s, 1, 2), expected);
    assert_string_equal(diff(s, 2, WM_VIEW_WORKING), "{'from':2,'to':3,'opened':[],'closed':[],"
                                                     "'changed':[],'withdrawn':[],'added':[]}");
    assert_contains(diff(s, 2, 1), "'opened':['a'],'closed':[]");
    assert_contains(diff(s, 2, 1), "'withdrawn':['service/d'],'added':['need/gone']");
}

static void what_changed_and_changed_back_is_no_difference(void **state)
{
    scene *s = *state;
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'n','label':'1'}");
    (void)wm_test_release(s->store, "2026-01-05");
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'n','label':'2'}");
    (void)wm_test_release(s->store, "2026-01-06");
    wm_test_put(s->store, WM_KIND_NEED, "{'id':'n','label':'1'}");
    (void)wm_test_release(s->store, "2026-01-07");
    assert_contains(diff(s, 1, 3), "'changed':[]");
    assert_contains(diff(s, 1, 2), "{'path':'label','from':'1','to':'2'}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_past_stays_as_it_was),
        TEST(a_change_that_is_taken_back_leaves_nothing_pending),
        TEST(withdrawing_what_is_not_there_is_not_found_and_harmless),
        TEST(replacing_all_withdraws_what_is_absent_and_counts),
        TEST(replacing_many_withdraws_many),
        TEST(a_record_twice_is_refused_and_nothing_changes),
        TEST(records_that_cannot_be_stored_are_refused),
        TEST(a_release_has_number_date_note_and_counts),
        TEST(a_release_is_never_before_the_last),
        TEST(nothing_pending_makes_no_release),
        TEST(the_log_is_every_release_in_order),
        TEST(a_locality_named_like_a_partition_is_refused),
        TEST(what_must_not_be_left_out_stops_the_release),
        TEST(a_diff_names_what_opened_closed_changed_and_went),
        TEST(what_changed_and_changed_back_is_no_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

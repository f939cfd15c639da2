/* test_card.c: what a card says of a service, and what it keeps to itself. */
#include "answers.h"

#define HERE "'needs':['worry'],'areas':['p'],"

static const wm_test_source records[] = {
    { WM_KIND_DIRECTORY, "{'id':'d','title':'t','publisher':'p'}" },
    { WM_KIND_ORGANIZATION, "{'id':'o','name':'O'}" },
    { WM_KIND_LOCALITY, "{'id':'e','name':'England','kind':'nation'}" },
    { WM_KIND_LOCALITY, "{'id':'s','name':'System','kind':'system','parent':'e'}" },
    { WM_KIND_LOCALITY, "{'id':'p','name':'Place','kind':'place','parent':'s'}" },
    { WM_KIND_NEED, "{'id':'worry','label':'Worry','broader':[]}" },
    { WM_KIND_FACT, "{'id':'age','type':'age','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'residence_area','type':'area','question':{'en':'?'}}" },
    WM_TEST_SERVICE("old-number", WM_TEST_OPEN WM_TEST_ANYONE HERE
                    "'contacts':[{'kind':'phone','value':'01632 960001','recheck_after':'2026-02-01"
                    "'},{'kind':'phone','value':'01632 960002'}]"),
    WM_TEST_SERVICE("old-record", WM_TEST_OPEN WM_TEST_ANYONE HERE
                    "'assurance':{'verified_on':'2026-01-02','recheck_after':'2026-02-01'}"),
    WM_TEST_SERVICE("overdue",
                    WM_TEST_OPEN WM_TEST_ANYONE HERE "'assurance':{'verified_on':'2025-01-02'}"),
    WM_TEST_SERVICE("quick", WM_TEST_OPEN WM_TEST_ANYONE HERE
                    "'response':'immediate','assurance':{'verified_on':'2026-01-02'},"
                    "'hours':{'weekly':[{'days':['MO'],'opens':'09:00','closes':'17:00'}]}"),
    WM_TEST_SERVICE("unreviewed", WM_TEST_OPEN WM_TEST_ANYONE HERE
                    "'translations':{'pl':{'name':'Nazwa','reviewed':false},"
                    "'ro':{'name':'Nume','reviewed':true}}"),
    WM_TEST_SERVICE("two-doors", WM_TEST_OPEN WM_TEST_ANYONE HERE
                    "'contacts':[{'kind':'phone','value':'01632 960003','label':'Everyone'},"
                    "{'kind':'phone','value':'01632 960004','audience':'professional'}]"),
};

static int set_up(void **state)
{
    *state = wm_test_asking_new(records, sizeof records / sizeof records[0]);
    return 0;
}

static int tear_down(void **state)
{
    wm_test_asking_free(*state);
    return 0;
}

#define ON(day) "{'needs':['worry'],'at':'p','as_of':'" day "'}"

static bool has_warning(const wm_json *card, uint32_t contact)
{
    return wm_json_get(&wm_json_get(card, "contacts")->as.items[contact], "warning") != NULL;
}

static void a_number_that_may_have_changed_carries_a_warning_after_that_day(void **state)
{
    const wm_json *card = wm_test_card(wm_test_ask(*state, ON("2026-02-01")), "MAIN", "old-number");
    assert_false(has_warning(card, 0));
    card = wm_test_card(wm_test_ask(*state, ON("2026-02-02")), "MAIN", "old-number");
    assert_true(has_warning(card, 0));
    assert_false(has_warning(card, 1));
}

static void a_record_that_may_have_changed_says_so_after_that_day(void **state)
{
    assert_false(wm_test_has_note(
        wm_test_card(wm_test_ask(*state, ON("2026-02-01")), "MAIN", "old-record"), "recheck"));
    assert_true(wm_test_has_note(
        wm_test_card(wm_test_ask(*state, ON("2026-02-02")), "MAIN", "old-record"), "recheck"));
}

static void never_verified_and_overdue_are_said(void **state)
{
    const wm_json *answer = wm_test_ask(*state, ON("2026-01-05"));
    const wm_json *never = wm_test_card(answer, "MAIN", "old-number");
    assert_true(wm_test_has_note(never, "never_verified"));
    assert_int_equal(wm_json_get(never, "verified_on")->type, WM_JSON_NULL);
    assert_string_equal(wm_json_string(wm_json_get(never, "verified")).ptr, "never");
    const wm_json *overdue = wm_test_card(answer, "MAIN", "overdue");
    assert_true(wm_test_has_note(overdue, "verification_overdue"));
    assert_string_equal(wm_json_string(wm_json_get(overdue, "verified")).ptr, "overdue");
    /* Safety contacts are due after 30 days, others after 90. */
    answer = wm_test_ask(*state, ON("2026-03-01"));
    assert_true(wm_test_has_note(wm_test_card(answer, "MAIN", "quick"), "verification_overdue"));
    assert_false(
        wm_test_has_note(wm_test_card(answer, "MAIN", "old-record"), "verification_overdue"));
}

static void opening_hours_are_shown_as_they_stand_and_nothing_claims_to_be_open(void **state)
{
    const wm_json *answer =
        wm_test_ask(*state, "{'needs':['worry'],'at':'p','now':'2026-01-05T10:00'}");
    const wm_json *card = wm_test_card(answer, "MAIN", "quick");
    assert_non_null(wm_json_get(wm_json_get(card, "hours"), "weekly"));
    assert_null(wm_json_get(card, "open"));
}

static void a_translation_that_nobody_has_checked_says_so(void **state)
{
    const wm_json *card = wm_test_explain(*state, "unreviewed", "{'as_of':'2026-01-05'}");
    assert_string_equal(wm_json_string(wm_json_get(card, "name")).ptr, "unreviewed name");
    assert_false(wm_test_has_note(card, "translation_unreviewed"));
    card = wm_test_explain(*state, "unreviewed", "{'as_of':'2026-01-05','lang':'pl'}");
    assert_string_equal(wm_json_string(wm_json_get(card, "name")).ptr, "Nazwa");
    assert_true(wm_test_has_note(card, "translation_unreviewed"));
    card = wm_test_explain(*state, "unreviewed", "{'as_of':'2026-01-05','lang':'ro'}");
    assert_string_equal(wm_json_string(wm_json_get(card, "name")).ptr, "Nume");
    assert_false(wm_test_has_note(card, "translation_unreviewed"));
}

typedef struct replica {
    wm_test_asking asking;
    wm_edition edition;
} replica;

static void replica_open(replica *r, wm_store *author, wm_edition edition)
{
    wm_error err = { 0 };
    memset(r, 0, sizeof *r);
    assert_ok(wm_store_open(wm_env_system(),
                            ":memory:", WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_REPLICA,
                            &r->asking.store, &err),
              &err);
    const int64_t span[] = { 0, 1 };
    assert_ok(wm_test_sync(author, r->asking.store, edition, span, "all", &err), &err);
    assert_ok(wm_asker_init(&r->asking.asker, r->asking.store, WM_VIEW_LATEST, &err), &err);
    wm_arena_init(&r->asking.arena, wm_env_system(), 64 * WM_MIB);
}

static void replica_close(replica *r)
{
    wm_arena_fini(&r->asking.arena);
    wm_asker_fini(&r->asking.asker);
    wm_store_close(r->asking.store);
}

static void a_professional_replica_answers_like_the_authors_database(void **state)
{
    replica r;
    wm_test_asking *author = *state;
    replica_open(&r, author->store, WM_EDITION_PROFESSIONAL);
    assert_string_equal(wm_test_answer(author, ON("2026-01-05")).ptr,
                        wm_test_answer(&r.asking, ON("2026-01-05")).ptr);
    replica_close(&r);
}

static void a_public_replica_does_not_know_a_professionals_number(void **state)
{
    replica r;
    wm_test_asking *author = *state;
    replica_open(&r, author->store, WM_EDITION_PUBLIC);
    wm_str answer = wm_test_answer(&r.asking, ON("2026-01-05"));
    assert_contains(answer.ptr, "\"edition\":\"public\"");
    assert_contains(answer.ptr, "01632 960003");
    assert_null(strstr(answer.ptr, "01632 960004"));
    assert_contains(wm_test_answer(author, ON("2026-01-05")).ptr, "01632 960004");
    replica_close(&r);
}

static void an_answer_from_a_stale_replica_says_so_and_since_when(void **state)
{
    replica r;
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    wm_test_asking *author = *state;
    replica_open(&r, author->store, WM_EDITION_PUBLIC);
    assert_false(wm_test_has_note(wm_test_ask(&r.asking, ON("2026-02-02")), "stale"));
    /* The same handle sees what a later synchronization writes. */
    assert_ok(wm_txn_begin(r.asking.store, &txn, &err), &err);
    assert_ok(wm_store_blob_put(txn, WM_STR("sync/stale_since"), WM_STR("2026-02-01"), &err), &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
    assert_false(wm_test_has_note(wm_test_ask(&r.asking, ON("2026-02-01")), "stale"));
    const wm_json *answer = wm_test_ask(&r.asking, ON("2026-02-02"));
    assert_true(wm_test_has_note(answer, "stale"));
    assert_string_equal(wm_json_string(wm_json_get(answer, "stale_since")).ptr, "2026-02-01");
    replica_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_that_may_have_changed_carries_a_warning_after_that_day),
        cmocka_unit_test(a_record_that_may_have_changed_says_so_after_that_day),
        cmocka_unit_test(never_verified_and_overdue_are_said),
        cmocka_unit_test(opening_hours_are_shown_as_they_stand_and_nothing_claims_to_be_open),
        cmocka_unit_test(a_translation_that_nobody_has_checked_says_so),
        cmocka_unit_test(a_professional_replica_answers_like_the_authors_database),
        cmocka_unit_test(a_public_replica_does_not_know_a_professionals_number),
        cmocka_unit_test(an_answer_from_a_stale_replica_says_so_and_since_when),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* test_weigh.c: what puts one service above another, and what must not. */
#include <stdio.h>

#include "answers.h"
#include "ask/weigh.h"

#define IN(area) "'needs':['worry'],'areas':['" area "'],"
#define PLACES(kind) "'delivery':['" kind "'],'accessibility':['quiet_room'],"

#define IN_CRISIS "'needs':['crisis'],'areas':['p'],"
#define GROWN "'eligibility':{'who':{'age':{'min':18}}},"
#define ELSEWHERE(more)                                                                            \
    "'eligibility':{'who':{'all':[{'area':{'in':['q'],'of':['residence']}}" more "]}},"

static const wm_test_source records[] = {
    { WM_KIND_ORGANIZATION, "{'id':'o','name':'O'}" },
    { WM_KIND_LOCALITY, "{'id':'e','name':'England','kind':'nation'}" },
    { WM_KIND_LOCALITY, "{'id':'s','name':'System','kind':'system','parent':'e'}" },
    { WM_KIND_LOCALITY, "{'id':'p','name':'Place','kind':'place','parent':'s'}" },
    { WM_KIND_LOCALITY, "{'id':'q','name':'Other','kind':'place','parent':'s'}" },
    { WM_KIND_PLACE, "{'id':'SN1','kind':'outcode','name':'SN1','shares':[{'code':'p','share':1000}"
                     "],'lat':5155840,'lon':-178190}" },
    { WM_KIND_SITE, "{'id':'near','name':'Near','lat':5155900,'lon':-178200}" },
    { WM_KIND_NEED, "{'id':'worry','label':'Worry','broader':[]}" },
    { WM_KIND_NEED, "{'id':'crisis','label':'Crisis','broader':[]}" },
    { WM_KIND_NEED, "{'id':'peri','label':'A baby','broader':[]}" },
    { WM_KIND_NEED, "{'id':'peri.preg','label':'Expecting','broader':['peri']}" },
    { WM_KIND_NEED, "{'id':'path.return','label':'Coming back','broader':[]}" },
    { WM_KIND_FACT, "{'id':'age','type':'age','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'severity','type':'level','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'in_crisis','type':'flag','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'pregnant','type':'flag','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'refused_before','type':'flag','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'on_smi_register','type':'flag','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'unusual_experiences','type':'flag','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'no_phone','type':'flag','question':{'en':'?'}}" },
    { WM_KIND_FACT, "{'id':'conditions','type':'set','question':{'en':'?'},'options':[{'value':'"
                    "psychosis','label':{'en':'P'}}]}" },
    { WM_KIND_FACT, "{'id':'diagnoses','type':'set','question':{'en':'?'},'options':[{'value':'"
                    "bipolar','label':{'en':'B'}}]}" },
    { WM_KIND_FACT, "{'id':'residence_area','type':'area','question':{'en':'?'}}" },
    WM_TEST_SERVICE("quick", WM_TEST_OPEN WM_TEST_ANYONE IN("e") "'response':'immediate'"),
    WM_TEST_SERVICE("slow", WM_TEST_OPEN WM_TEST_ANYONE IN("p") "'response':'routine'"),
    WM_TEST_SERVICE("advice", WM_TEST_OPEN WM_TEST_ANYONE IN("s") "'intensity':'advice'"),
    WM_TEST_SERVICE("more", WM_TEST_OPEN WM_TEST_ANYONE IN("p") "'intensity':'more_help'"),
    WM_TEST_SERVICE("english", WM_TEST_OPEN WM_TEST_ANYONE IN("p") "'languages':['en']"),
    WM_TEST_SERVICE("silent", WM_TEST_OPEN WM_TEST_ANYONE IN("e") "'summary':'Says nothing.'"),
    WM_TEST_SERVICE("signs", WM_TEST_OPEN WM_TEST_ANYONE IN("e") "'languages':['en','bfi']"),
    WM_TEST_SERVICE("interprets",
                    WM_TEST_OPEN WM_TEST_ANYONE IN("p") "'interpreting':{'languages':['*']}"),
    WM_TEST_SERVICE("stairs", WM_TEST_OPEN WM_TEST_ANYONE IN("p") PLACES("in_person") "'x_n':1"),
    WM_TEST_SERVICE("visits", WM_TEST_OPEN WM_TEST_ANYONE IN("e") PLACES("home_visit") "'x_n':1"),
    WM_TEST_SERVICE("days", WM_TEST_OPEN WM_TEST_ANYONE IN("p") "'hours':{'weekly':[{'days':['MO']"
                                                                ",'opens':'09:00','closes':'17:00'"
                                                                "}]}"),
    WM_TEST_SERVICE("monthly", WM_TEST_OPEN WM_TEST_ANYONE IN("e") "'hours':{'monthly':[{'on':'2MO'"
                                                                   ",'opens':'18:00','closes':"
                                                                   "'20:00'}]}"),
    WM_TEST_SERVICE("refuge", WM_TEST_OPEN WM_TEST_ANYONE IN(
                                  "s") "'confidential_location':true,'sites':['near']"),
    WM_TEST_SERVICE("sited", WM_TEST_OPEN WM_TEST_ANYONE IN("p") "'sites':['near']"),
    WM_TEST_SERVICE("later", "'status':'active','opens_on':'2026-05-01'," WM_TEST_ANYONE IN(
                                 "p") "'summary':'Opens.'"),
    WM_TEST_SERVICE("was-planned", "'status':'planned','opens_on':'2026-02-01'," WM_TEST_ANYONE IN(
                                       "p") "'summary':'Opens.'"),
    WM_TEST_SERVICE("room-again", WM_TEST_OPEN WM_TEST_ANYONE IN(
                                      "p") "'accepting':{'now':false,'full_until':'2026-02-28'}"),
    WM_TEST_SERVICE("grown", WM_TEST_OPEN GROWN IN_CRISIS "'summary':'Says nothing.'"),
    WM_TEST_SERVICE("grown-shut", "'status':'closed'," GROWN IN_CRISIS "'summary':'Shut.'"),
    WM_TEST_SERVICE("grown-paused", "'status':'paused'," GROWN IN_CRISIS "'summary':'Paused.'"),
    WM_TEST_SERVICE("elsewhere", WM_TEST_OPEN ELSEWHERE("") IN_CRISIS "'summary':'There.'"),
    WM_TEST_SERVICE("grown-elsewhere",
                    WM_TEST_OPEN ELSEWHERE(",{'age':{'min':18}}") IN_CRISIS "'summary':'There.'"),
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

#define ASK(rest) "{'needs':['worry'],'at':'SN1','as_of':'2026-01-05','limit':100" rest "}"
#define ASK_ALSO(need, rest)                                                                       \
    "{'needs':['worry','" need "'],'at':'SN1','as_of':'2026-01-05','limit':100" rest "}"

/* Both stand in MAIN, the first above the second. */
static bool is_above(const wm_json *answer, const char *above, const char *below)
{
    unsigned first = wm_test_card_place(answer, "MAIN", above);
    unsigned second = wm_test_card_place(answer, "MAIN", below);
    assert_int_not_equal(first, 0);
    assert_int_not_equal(second, 0);
    return first < second;
}

static void what_answers_at_once_stands_first_only_where_something_urgent_is_present(void **state)
{
    assert_true(is_above(wm_test_ask(*state, ASK()), "slow", "quick"));
    const wm_json *answer = wm_test_ask(*state, ASK(",'facts':{'in_crisis':true}"));
    assert_int_equal(wm_test_card_place(answer, "MAIN", "quick"), 1);
    answer = wm_test_ask(*state, "{'needs':['worry','crisis'],'at':'SN1','as_of':'2026-01-05'}");
    assert_int_equal(wm_test_card_place(answer, "MAIN", "quick"), 1);
}

static void the_least_that_is_enough_is_asked_for_only_where_it_may_be(void **state)
{
    static const char *const never[] = {
        ASK(),
        ASK(",'facts':{'age':{'years':30}}"),
        ASK(",'facts':{'severity':'mild'}"),
        ASK(",'facts':{'age':{'?':'declined'},'severity':'mild'}"),
        ASK(",'facts':{'age':{'years':17},'severity':'mild'}"),
        ASK(",'facts':{'age':{'min':15,'max':20},'severity':'mild'}"),
        ASK(",'facts':{'age':{'years':30},'severity':'mild','pregnant':true}"),
        ASK(",'facts':{'age':{'years':30},'severity':'mild','refused_before':true}"),
        ASK(",'facts':{'age':{'years':30},'severity':'mild','conditions':{'has':['psychosis']}}"),
        ASK(",'facts':{'age':{'years':30},'severity':'mild','diagnoses':{'has':['bipolar']}}"),
        ASK(",'facts':{'age':{'years':30},'severity':'mild','on_smi_register':true}"),
        ASK(",'facts':{'age':{'years':30},'severity':'mild','unusual_experiences':true}"),
        ASK_ALSO("peri.preg", ",'facts':{'age':{'years':30},'severity':'mild'}"),
        ASK_ALSO("path.return", ",'facts':{'age':{'years':30},'severity':'mild'}"),
        ASK(",'facts':{'age':{'years':30},'severity':'mild'},"
            "'tried':[{'service':'more','outcome':'did_not_help'}]"),
    };
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        assert_true(is_above(wm_test_ask(*state, never[i]), "more", "advice"));
    }
    const char *mild = ASK(",'facts':{'age':{'years':30},'severity':'mild'}");
    assert_true(is_above(wm_test_ask(*state, mild), "advice", "more"));
    const char *severe = ASK(",'facts':{'age':{'years':30},'severity':'severe'}");
    assert_true(is_above(wm_test_ask(*state, severe), "more", "advice"));
}

static void an_access_need_that_is_not_met_sorts_lower_and_missing_data_does_not(void **state)
{
    const wm_json *answer = wm_test_ask(*state, ASK(",'access':{'bsl':true}"));
    assert_true(is_above(answer, "signs", "english"));
    assert_true(is_above(answer, "silent", "english"));
    /* interpreters for any language do not sign */
    assert_true(is_above(answer, "signs", "interprets"));
    answer = wm_test_ask(*state, ASK(",'access':{'languages':['ur']}"));
    assert_true(is_above(answer, "interprets", "english"));
    assert_true(is_above(answer, "interprets", "signs"));
    answer = wm_test_ask(*state, ASK(",'access':{'step_free':true}"));
    assert_true(is_above(answer, "silent", "stairs"));
    answer = wm_test_ask(*state, ASK(",'access':{'evenings':true}"));
    assert_true(is_above(answer, "silent", "days"));
    answer = wm_test_ask(*state, ASK());
    assert_true(is_above(answer, "english", "signs"));
    assert_true(is_above(answer, "stairs", "silent"));
    assert_true(is_above(answer, "days", "silent"));
}

static void who_comes_to_the_person_needs_no_ramp(void **state)
{
    const wm_json *answer = wm_test_ask(*state, ASK(",'access':{'step_free':true}"));
    assert_true(is_above(answer, "visits", "stairs"));
}

static void an_evening_once_a_month_is_an_evening(void **state)
{
    const wm_json *answer = wm_test_ask(*state, ASK(",'access':{'evenings':true}"));
    assert_true(is_above(answer, "monthly", "days"));
}

/* A question that was understood, before anything was gathered for it. */
typedef struct question {
    wm_query query;
    wm_understood understood;
    wm_weighing weighing;
} question;

static void ask_for(question *q, wm_test_asking *asking, const char *json)
{
    wm_error err = { 0 };
    wm_arena *arena = &asking->arena;
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_json_write(&text, wm_test_json(arena, json));
    wm_str kept = wm_arena_copy(arena, wm_buf_str(&text));
    wm_buf_fini(&text);
    assert_ok(wm_query_parse(arena, wm_env_system(), kept, NULL, &q->query, &err), &err);
    assert_ok(wm_understand(&asking->asker, &q->query, arena, &q->understood, &err), &err);
    assert_ok(
        wm_weighing_init(&q->weighing, &asking->asker, &q->query, &q->understood, arena, &err),
        &err);
}

static void find_entry(wm_test_asking *asking, const char *service, wm_entry *entry_out)
{
    wm_error err = { 0 };
    int64_t revision = 0;
    assert_ok(wm_store_service_revision(asking->store, WM_VIEW_LATEST, wm_str_of(service),
                                        &revision, &err),
              &err);
    assert_ok(wm_store_entry(asking->store, revision, entry_out, &err), &err);
}

static void a_confidential_location_shows_no_distance_and_no_hops(void **state)
{
    const wm_json *answer = wm_test_ask(*state, ASK());
    const wm_json *refuge = wm_test_card(answer, "MAIN", "refuge");
    assert_null(wm_json_get(refuge, "distance_m"));
    assert_null(wm_json_get(refuge, "sites"));
    assert_non_null(wm_json_get(wm_test_card(answer, "MAIN", "sited"), "distance_m"));
    /* Neither does its place in the order tell: as near as the nearest, from wherever one asks. */
    static const char *const from[] = { "SN1", "p", "s", "e" };
    for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
        char query[200];
        (void)snprintf(query, sizeof query, "{'needs':['worry'],'at':'%s','as_of':'2026-01-05'}",
                       from[i]);
        question q;
        wm_error err = { 0 };
        wm_option option = { .slot = 0 };
        wm_entry entry;
        ask_for(&q, *state, query);
        find_entry(*state, "refuge", &entry);
        assert_ok(wm_weigh(&q.weighing, &entry, &option, &err), &err);
        assert_int_equal(option.distance_m, -1);
        assert_int_equal(wm_order_get(&option.key, WM_ORDER_HOPS), 0);
        assert_int_equal(wm_order_get(&option.key, WM_ORDER_DISTANCE), 0);
    }
}

/* What criteria refuse is no option for a rule, but where areas alone do, or where it has closed.
 */
static void a_rule_is_not_given_what_it_cannot_bring(void **state)
{
    static const struct {
        const char *service;
        bool may_be;
    } cases[] = {
        { "quick", true },         { "grown", false },    { "grown-shut", true },
        { "grown-paused", false }, { "elsewhere", true }, { "grown-elsewhere", false },
        { "was-planned", true },
    };
    question q;
    ask_for(&q, *state,
            "{'needs':['worry'],'at':'p','facts':{'age':{'years':12}},"
            "'as_of':'2026-01-05'}");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wm_error err = { 0 };
        wm_entry entry;
        wm_option whole = { .slot = 0 };
        wm_option offer = { .slot = 7 };
        bool may_be = false;
        find_entry(*state, cases[i].service, &entry);
        assert_ok(wm_weigh(&q.weighing, &entry, &whole, &err), &err);
        assert_ok(wm_weigh_offer(&q.weighing, &entry, &offer, &may_be, &err), &err);
        assert_int_equal(may_be, cases[i].may_be);
        assert_int_equal(offer.slot, may_be ? -1 : 7);
        if (may_be) {
            assert_int_equal(offer.view.verdict, whole.view.verdict);
            assert_int_equal(wm_order_compare(&offer.key, &whole.key), 0);
        }
    }
}

static void what_opens_later_is_not_open_yet_whatever_its_status(void **state)
{
    const wm_json *answer = wm_test_ask(*state, ASK());
    assert_true(wm_test_has_note(wm_test_card(answer, "NOT_A_MATCH", "later"), "not_open_yet"));
    answer = wm_test_ask(*state, "{'needs':['worry'],'at':'SN1','as_of':'2026-05-01'}");
    assert_non_null(wm_test_card(answer, "MAIN", "later"));
}

static void a_day_that_has_passed_does_not_open_a_planned_service(void **state)
{
    const wm_json *answer = wm_test_ask(*state, ASK());
    assert_string_equal(
        wm_test_note(wm_test_card(answer, "NOT_A_MATCH", "was-planned"), "not_open_yet"),
        "Not open yet. It plans to open on 1 February 2026.");
    answer = wm_test_ask(*state, "{'needs':['worry'],'at':'SN1','as_of':'2026-03-01'}");
    assert_string_equal(
        wm_test_note(wm_test_card(answer, "NOT_A_MATCH", "was-planned"), "not_open_yet"),
        "It planned to open on 1 February 2026, and has not said that it did. Ask first.");
}

static void a_service_is_full_through_its_day_and_not_after(void **state)
{
    const wm_json *card = wm_test_card(wm_test_ask(*state, ASK()), "MAIN", "room-again");
    assert_true(wm_test_has_note(card, "full"));
    assert_false(wm_json_boolean(wm_json_get(card, "usable_now"), true));
    card = wm_test_card(
        wm_test_ask(*state, "{'needs':['worry'],'at':'SN1','as_of':'2026-03-01','limit':100}"),
        "MAIN", "room-again");
    assert_false(wm_test_has_note(card, "full"));
    assert_true(wm_json_boolean(wm_json_get(card, "usable_now"), false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_answers_at_once_stands_first_only_where_something_urgent_is_present),
        cmocka_unit_test(the_least_that_is_enough_is_asked_for_only_where_it_may_be),
        cmocka_unit_test(an_access_need_that_is_not_met_sorts_lower_and_missing_data_does_not),
        cmocka_unit_test(who_comes_to_the_person_needs_no_ramp),
        cmocka_unit_test(an_evening_once_a_month_is_an_evening),
        cmocka_unit_test(a_confidential_location_shows_no_distance_and_no_hops),
        cmocka_unit_test(a_rule_is_not_given_what_it_cannot_bring),
        cmocka_unit_test(what_opens_later_is_not_open_yet_whatever_its_status),
        cmocka_unit_test(a_day_that_has_passed_does_not_open_a_planned_service),
        cmocka_unit_test(a_service_is_full_through_its_day_and_not_after),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

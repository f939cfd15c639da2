/* test_find.c: whole answers from a small directory. */
#include <stdio.h>

#include "answers.h"
#include "fault.h"

static const wm_test_source records[] = {
    { WM_KIND_DIRECTORY,
      "{'id':'d','title':'t','publisher':'p','languages':['en'],'editions':['professional']}" },
    { WM_KIND_ORGANIZATION, "{'id':'o','name':'O'}" },
    { WM_KIND_LOCALITY, "{'id':'england','name':'England','kind':'nation'}" },
    { WM_KIND_LOCALITY, "{'id':'bsw','name':'BSW','kind':'system','parent':'england'}" },
    { WM_KIND_LOCALITY, "{'id':'swindon','name':'Swindon','kind':'place','parent':'bsw'}" },
    { WM_KIND_LOCALITY, "{'id':'bath','name':'Bath','kind':'place','parent':'bsw'}" },
    { WM_KIND_LOCALITY,
      "{'id':'oldtown','name':'Old Town','kind':'neighbourhood','parent':'swindon'}" },
    { WM_KIND_PLACE,
      "{'id':'SN1','kind':'outcode','name':'SN1','shares':[{'code':'swindon','share':1000}],"
      "'lat':5155840,'lon':-178190}" },
    { WM_KIND_PLACE,
      "{'id':'BA3','kind':'outcode','name':'BA3','shares':[{'code':'bath','share':600},"
      "{'code':'swindon','share':400}]}" },
    { WM_KIND_NEED, "{'id':'anx','label':'Anxiety','broader':[],'synonyms':{'en':['nerves']}}" },
    { WM_KIND_NEED,
      "{'id':'anx.panic','label':'Panic','broader':['anx'],'synonyms':{'en':['panic attacks']}}" },
    { WM_KIND_NEED, "{'id':'crisis','label':'Crisis','broader':[]}" },
    { WM_KIND_FACT, "{'id':'age','type':'age','question':{'en':'How old are you?'}}" },
    { WM_KIND_FACT, "{'id':'veteran','type':'flag','question':{'en':'Did you serve?'}}" },
    { WM_KIND_FACT, "{'id':'severity','type':'level','question':{'en':'?'}}" },
    { WM_KIND_FACT,
      "{'id':'residence_area','type':'area','question':{'en':'Where do you live?'}}" },
    { WM_KIND_FACT, "{'id':'gp_area','type':'area','question':{'en':'Where is your GP?'}}" },
    { WM_KIND_TEXT, "{'id':'people.veteran','text':{'en':'who have served'}}" },
    { WM_KIND_TEXT, "{'id':'reason.busy','text':{'en':'Not while it is busy'}}" },
    WM_TEST_SERVICE("national", WM_TEST_OPEN WM_TEST_ANYONE "'needs':['anx'],'areas':['england']"),
    WM_TEST_SERVICE("local", WM_TEST_OPEN WM_TEST_ANYONE "'needs':['anx'],'areas':['swindon']"),
    WM_TEST_SERVICE("tiny", WM_TEST_OPEN WM_TEST_ANYONE "'needs':['anx'],'areas':['oldtown']"),
    WM_TEST_SERVICE("elsewhere", WM_TEST_OPEN WM_TEST_ANYONE "'needs':['anx'],'areas':['bath']"),
    WM_TEST_SERVICE("panic", WM_TEST_OPEN WM_TEST_ANYONE "'needs':['anx.panic'],'areas':['bsw']"),
    WM_TEST_SERVICE("adults", WM_TEST_OPEN
                    "'eligibility':{'who':{'age':{'min':18}},'routes':['self']},'needs':['"
                    "anx'],'areas':['bsw']"),
    WM_TEST_SERVICE(
        "veterans", WM_TEST_OPEN
        "'eligibility':{'who':{'is':'veteran'},'routes':['self']},'needs':['anx'],'areas':['bsw']"),
    WM_TEST_SERVICE(
        "by-gp", WM_TEST_OPEN
        "'eligibility':{'who':{'const':true},'routes':['gp']},'needs':['anx'],'areas':['swindon']"),
    WM_TEST_SERVICE("old", "'status':'closed','closes_on':'2025-01-31','closed_reason':'No "
                           "money.','successors':['old2']," WM_TEST_ANYONE
                           "'needs':['anx'],'areas':['swindon']"),
    WM_TEST_SERVICE(
        "old2", "'status':'closed','closes_on':'2025-06-30','successors':['heir']," WM_TEST_ANYONE
                "'needs':['crisis'],'areas':['swindon']"),
    WM_TEST_SERVICE(
        "old4", "'status':'closed','closes_on':'2025-12-31','successors':['heir']," WM_TEST_ANYONE
                "'needs':['anx'],'areas':['swindon']"),
    WM_TEST_SERVICE("heir", WM_TEST_OPEN WM_TEST_ANYONE "'needs':['crisis'],'areas':['swindon']"),
    WM_TEST_SERVICE("old3", "'status':'closed','successors':['local']," WM_TEST_ANYONE
                            "'needs':['anx'],'areas':['swindon']"),
    WM_TEST_SERVICE("another", "'status':'closed','successors':['local']," WM_TEST_ANYONE
                               "'needs':['anx'],'areas':['swindon']"),
    WM_TEST_SERVICE("wide", "'status':'closed','successors':['heir-in-bath']," WM_TEST_ANYONE
                            "'needs':['anx'],'areas':['bsw']"),
    WM_TEST_SERVICE("heir-in-bath",
                    WM_TEST_OPEN WM_TEST_ANYONE "'needs':['crisis'],'areas':['bath']"),
    WM_TEST_SERVICE("round", "'status':'closed','successors':['round2']," WM_TEST_ANYONE
                             "'needs':['anx'],'areas':['swindon']"),
    WM_TEST_SERVICE("round2", "'status':'closed','successors':['round']," WM_TEST_ANYONE
                              "'needs':['crisis'],'areas':['swindon']"),
    WM_TEST_SERVICE("planned", "'status':'planned','opens_on':'2027-01-01'," WM_TEST_ANYONE
                               "'needs':['anx'],'areas':['swindon']"),
    WM_TEST_SERVICE("ending", "'status':'closing','closes_on':'2026-03-31'," WM_TEST_ANYONE
                              "'needs':['anx'],'areas':['swindon']"),
    WM_TEST_SERVICE("full", WM_TEST_OPEN WM_TEST_ANYONE
                    "'accepting':{'now':false},'needs':['anx'],'areas':['swindon']"),
};

typedef struct wm_test_asking fixture;

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

#define ADULT_IN_SWINDON                                                                           \
    "{'needs':['anx'],'at':'SN1','as_of':'2026-01-05','facts':{'age':{'years':30}}}"

static void every_level_that_covers_the_place_is_found_and_no_other(void **state)
{
    fixture *f = *state;
    const wm_json *answer = wm_test_ask(f, ADULT_IN_SWINDON);
    assert_non_null(wm_test_card(answer, "MAIN", "national"));
    assert_non_null(wm_test_card(answer, "MAIN", "local"));
    assert_non_null(wm_test_card(answer, "MAIN", "panic"));
    assert_non_null(wm_test_card(answer, "MAIN", "tiny"));
    assert_null(wm_test_card(answer, "MAIN", "elsewhere"));
    assert_null(wm_test_card(answer, "NOT_A_MATCH", "elsewhere"));
    assert_true(wm_test_card_place(answer, "MAIN", "local") <
                wm_test_card_place(answer, "MAIN", "national"));
    assert_true(wm_test_card_place(answer, "MAIN", "national") <
                wm_test_card_place(answer, "MAIN", "panic"));
    const wm_json *locality = wm_json_get(wm_json_get(answer, "understood"), "locality");
    assert_string_equal(wm_json_string(wm_json_get(locality, "code")).ptr, "swindon");
}

static void a_place_that_straddles_brings_both_sides(void **state)
{
    fixture *f = *state;
    const wm_json *answer = wm_test_ask(f, "{'needs':['anx'],'at':'BA3','as_of':'2026-01-05'}");
    assert_non_null(wm_test_card(answer, "MAIN", "local"));
    assert_non_null(wm_test_card(answer, "MAIN", "elsewhere"));
    const wm_json *locality = wm_json_get(wm_json_get(answer, "understood"), "locality");
    assert_string_equal(wm_json_string(wm_json_get(locality, "code")).ptr, "bsw");
    assert_int_equal(wm_json_get(locality, "candidates")->count, 2);
}

static void unknown_is_shown_as_unknown_and_a_no_with_its_reason(void **state)
{
    fixture *f = *state;
    const wm_json *answer = wm_test_ask(f, "{'needs':['anx'],'at':'SN1','as_of':'2026-01-05'}");
    assert_string_equal(wm_test_verdict(wm_test_card(answer, "MAIN", "adults")), "UNKNOWN");
    assert_string_equal(wm_test_verdict(wm_test_card(answer, "MAIN", "veterans")), "UNKNOWN");
    answer = wm_test_ask(
        f, "{'needs':['anx'],'at':'SN1','as_of':'2026-01-05','facts':{'age':{'dob':'2008-"
           "06-01'},'veteran':true}}");
    const wm_json *adults = wm_test_card(answer, "NOT_A_MATCH", "adults");
    assert_string_equal(wm_test_verdict(adults), "NOT_ELIGIBLE");
    assert_true(wm_json_boolean(wm_json_get(adults, "near_miss"), false));
    assert_string_equal(wm_json_string(wm_json_get(adults, "starts_on")).ptr, "2026-06-01");
    assert_int_not_equal(wm_json_get(adults, "why")->count, 0);
    assert_string_equal(wm_test_verdict(wm_test_card(answer, "MAIN", "veterans")), "ELIGIBLE");
}

static void closed_services_are_never_options_and_lead_to_their_successors(void **state)
{
    fixture *f = *state;
    const wm_json *answer = wm_test_ask(f, ADULT_IN_SWINDON);
    static const char *const gone[] = { "old", "old2", "round", "round2" };
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        assert_null(wm_test_card(answer, "MAIN", gone[i]));
        assert_null(wm_test_card(answer, "NOT_A_MATCH", gone[i]));
    }
    assert_true(wm_test_has_note(wm_test_card(answer, "MAIN", "heir"), "took_over"));
    assert_true(wm_test_has_note(wm_test_card(answer, "MAIN", "local"), "took_over"));
    assert_true(wm_test_has_note(answer, "closed_not_shown"));
}

static void what_is_not_open_on_the_day_is_no_option(void **state)
{
    fixture *f = *state;
    const wm_json *answer = wm_test_ask(f, ADULT_IN_SWINDON);
    assert_true(wm_test_has_note(wm_test_card(answer, "NOT_A_MATCH", "planned"), "not_open_yet"));
    assert_true(wm_test_has_note(wm_test_card(answer, "MAIN", "ending"), "closing"));
    answer = wm_test_ask(f, "{'needs':['anx'],'at':'SN1','as_of':'2026-04-01'}");
    assert_null(wm_test_card(answer, "MAIN", "ending"));
    assert_null(wm_test_card(answer, "NOT_A_MATCH", "ending"));
}

static void what_this_actor_can_use_now_stands_higher(void **state)
{
    fixture *f = *state;
    const wm_json *answer = wm_test_ask(f, ADULT_IN_SWINDON);
    assert_false(
        wm_json_boolean(wm_json_get(wm_test_card(answer, "MAIN", "by-gp"), "usable_now"), true));
    assert_false(
        wm_json_boolean(wm_json_get(wm_test_card(answer, "MAIN", "full"), "usable_now"), true));
    assert_true(wm_test_card_place(answer, "MAIN", "local") <
                wm_test_card_place(answer, "MAIN", "by-gp"));
    answer = wm_test_ask(f, "{'needs':['anx'],'at':'SN1','as_of':'2026-01-05','actor':'gp'}");
    assert_true(
        wm_json_boolean(wm_json_get(wm_test_card(answer, "MAIN", "by-gp"), "usable_now"), false));
}

static void emergency_lines_come_with_every_answer_and_error(void **state)
{
    fixture *f = *state;
    const wm_json *answer = wm_test_ask(f, "{'as_of':'2026-01-05','limit':1}");
    const wm_json *lines = wm_json_get(answer, "emergency");
    assert_string_equal(wm_json_string(wm_json_get(&lines->as.items[0], "value")).ptr, "999");
    assert_string_equal(wm_json_string(wm_json_get(&lines->as.items[1], "value")).ptr, "111");
    wm_error err = { WM_CORRUPT, "broken" };
    wm_buf out;
    wm_buf_init(&out, wm_env_system(), WM_MIB);
    wm_find_error(&out, &err, 3);
    assert_contains(wm_buf_str(&out).ptr,
                    "{\"error\":{\"status\":12,\"text\":\"broken\",\"line\":3},\"emergency\":[{");
    assert_contains(wm_buf_str(&out).ptr, "\"999\"");
    wm_buf_fini(&out);
}

static void unknown_needs_and_facts_are_errors_that_name_them(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *query;
        const char *part;
    } cases[] = {
        { "{\"needs\":[\"anx.x\"],\"as_of\":\"2026-01-05\"}", "found \"anx.x\"" },
        { "{\"facts\":{\"vetran\":true},\"as_of\":\"2026-01-05\"}", "vetran" },
        { "{\"facts\":{\"veteran\":3},\"as_of\":\"2026-01-05\"}", "veteran" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wm_buf out;
        wm_error err = { 0 };
        wm_buf_init(&out, wm_env_system(), WM_MIB);
        assert_int_equal(wm_find_answer(&f->asker, wm_str_of(cases[i].query), NULL, &out, &err),
                         WM_BAD_INPUT);
        assert_contains(err.text, cases[i].part);
        wm_buf_fini(&out);
    }
}

static void plain_words_find_their_need(void **state)
{
    fixture *f = *state;
    const wm_json *answer =
        wm_test_ask(f, "{'text':'I have PANIC attacks','at':'SN1','as_of':'2026-01-05'}");
    const wm_json *words = wm_json_get(wm_json_get(answer, "understood"), "words");
    assert_int_equal(words->count, 1);
    assert_string_equal(wm_json_string(wm_json_get(&words->as.items[0], "text")).ptr,
                        "PANIC attacks");
    assert_int_equal(wm_test_card_place(answer, "MAIN", "panic"), 1);
    assert_non_null(wm_test_card(answer, "MAIN", "local")); /* a broader need counts, too */
}

static void a_limit_cuts_and_says_how_many_more(void **state)
{
    fixture *f = *state;
    const wm_json *all = wm_test_ask(f, ADULT_IN_SWINDON);
    const wm_json *cut = wm_test_ask(
        f,
        "{'needs':['anx'],'at':'SN1','as_of':'2026-01-05','limit':2,'facts':{'age':{'years':30}}}");
    const wm_json *main_all = &wm_json_get(all, "sections")->as.items[0];
    const wm_json *main_cut = &wm_json_get(cut, "sections")->as.items[0];
    assert_int_equal(wm_json_get(main_cut, "cards")->count, 2);
    assert_int_equal(wm_json_integer(wm_json_get(main_cut, "more"), 0) + 2,
                     wm_json_get(main_all, "cards")->count);
}

static void the_same_question_gives_the_same_bytes(void **state)
{
    fixture *f = *state;
    wm_str query = WM_STR("{\"needs\":[\"anx\"],\"at\":\"SN1\",\"as_of\":\"2026-01-05\"}");
    wm_buf a;
    wm_buf b;
    wm_error err = { 0 };
    wm_buf_init(&a, wm_env_system(), WM_MIB);
    wm_buf_init(&b, wm_env_system(), WM_MIB);
    assert_ok(wm_find_answer(&f->asker, query, NULL, &a, &err), &err);
    assert_ok(wm_find_answer(&f->asker, query, NULL, &b, &err), &err);
    assert_true(wm_str_equal(wm_buf_str(&a), wm_buf_str(&b)));
    wm_buf_fini(&a);
    wm_buf_fini(&b);
}

/* Numbers of revisions and of symbols come from the order in which records were written. */
static void a_release_gives_the_same_bytes_whatever_order_it_was_written_in(void **state)
{
    fixture *f = *state;
    wm_test_source backwards[sizeof records / sizeof records[0]];
    const size_t count = sizeof records / sizeof records[0];
    for (size_t i = 0; i < count; i++) {
        backwards[i] = records[count - 1 - i];
    }
    wm_test_asking *other = wm_test_asking_new(backwards, count);
    static const char *const queries[] = { ADULT_IN_SWINDON, "{'as_of':'2026-01-05','at':'BA3'}",
                                           "{'as_of':'2026-01-05','limit':1000}" };
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        assert_string_equal(wm_test_answer(f, queries[i]).ptr,
                            wm_test_answer(other, queries[i]).ptr);
    }
    wm_test_asking_free(other);
}

static void a_successor_that_does_not_cover_the_place_is_not_offered(void **state)
{
    fixture *f = *state;
    const wm_json *answer = wm_test_ask(f, ADULT_IN_SWINDON);
    assert_null(wm_test_card(answer, "MAIN", "heir-in-bath"));
    answer = wm_test_ask(f, "{'needs':['anx'],'at':'bath','as_of':'2026-01-05'}");
    assert_string_equal(wm_test_note(wm_test_card(answer, "MAIN", "heir-in-bath"), "took_over"),
                        "It took over from wide name, which has closed.");
}

static void of_several_that_closed_the_last_is_named_and_of_equals_the_first_by_id(void **state)
{
    fixture *f = *state;
    const wm_json *answer = wm_test_ask(f, ADULT_IN_SWINDON);
    assert_string_equal(wm_test_note(wm_test_card(answer, "MAIN", "local"), "took_over"),
                        "It took over from another name, which has closed.");
    assert_string_equal(wm_test_note(wm_test_card(answer, "MAIN", "heir"), "took_over"),
                        "It took over from old4 name, which has closed.");
}

/* 12 generations of 12 heirs each would be 8.9e12 ways. */
static void heirs_that_branch_are_followed_in_bounded_time(void **state)
{
    (void)state;
    wm_test_source family[3 + 12 * 12];
    char(*texts)[640] = test_malloc(sizeof *texts * 12 * 12);
    size_t count = 0;
    family[count++] = (wm_test_source){ WM_KIND_LOCALITY, "{'id':'e','name':'E','kind':'nation'}" };
    family[count++] = (wm_test_source){ WM_KIND_NEED, "{'id':'n','label':'N'}" };
    family[count++] = (wm_test_source){ WM_KIND_ORGANIZATION, "{'id':'o','name':'O'}" };
    for (int i = 0; i < 12 * 12; i++) {
        char heirs[200] = "";
        for (int heir = 0; heir < 12 && i < 11 * 12; heir++) {
            size_t used = strlen(heirs);
            (void)snprintf(heirs + used, sizeof heirs - used, "%s's%d'", heir > 0 ? "," : "",
                           (i / 12 + 1) * 12 + heir);
        }
        (void)snprintf(texts[i], sizeof texts[i],
                       "{'id':'s%d','name':'S','organization':'o','kind':'k','status':'closed',"
                       "'needs':['n'],'areas':['e'],'eligibility':{},'successors':[%s]}",
                       i, heirs);
        family[count++] = (wm_test_source){ WM_KIND_SERVICE, texts[i] };
    }
    wm_test_asking *asking = wm_test_asking_new(family, count);
    const wm_json *answer = wm_test_ask(asking, "{'as_of':'2026-01-05'}");
    assert_true(wm_test_has_note(answer, "closed_not_shown"));
    assert_int_equal(wm_json_get(answer, "sections")->count, 0);
    wm_test_asking_free(asking);
    test_free(texts);
}

/* What another process releases is answered with its own vocabulary. */
static void a_release_that_came_meanwhile_is_read_whole(void **state)
{
    (void)state;
    wm_test_asking *asking = wm_test_asking_new(records, sizeof records / sizeof records[0]);
    assert_non_null(wm_test_ask(asking, ADULT_IN_SWINDON));
    wm_test_put(asking->store, WM_KIND_NEED, "{'id':'sleep','label':'Sleep','broader':[]}");
    wm_test_put(asking->store, WM_KIND_SERVICE,
                "{'id':'dreams','name':'Dreams','organization':'o','kind':'sleep_clinic'," //
                WM_TEST_OPEN WM_TEST_ANYONE "'needs':['sleep'],'areas':['swindon']}");
    assert_int_equal(wm_test_release(asking->store, "2026-01-06"), 2);
    const wm_json *answer =
        wm_test_ask(asking, "{'needs':['sleep'],'at':'SN1','as_of':'2026-01-07'}");
    assert_int_equal(wm_json_integer(wm_json_get(answer, "release"), 0), 2);
    assert_non_null(wm_test_card(answer, "MAIN", "dreams"));
    wm_test_asking_free(asking);
}

static void ask_under_fault(wm_test_asking *asking, wm_status *status_out)
{
    wm_buf out;
    wm_error err = { 0 };
    wm_buf_init(&out, wm_env_system(), WM_MIB);
    *status_out =
        wm_find_answer(&asking->asker, WM_STR("{\"as_of\":\"2026-01-05\"}"), NULL, &out, &err);
    wm_buf_fini(&out);
}

static void a_failure_to_read_the_new_vocabulary_is_made_good_by_the_next_question(void **state)
{
    (void)state;
    wm_fault_env fault;
    wm_status status = WM_OK;
    wm_fault_env_init(&fault);
    wm_test_asking *asking = wm_test_asking_new(records, sizeof records / sizeof records[0]);
    asking->asker.env = &fault.env;
    int64_t number = 1;
    char text[64];
    FAULT_SWEEP(
        {
            wm_fault_arm(-1, 0);
            (void)snprintf(text, sizeof text, "{'id':'t','text':{'en':'%d'}}", (int)number);
            wm_test_put(asking->store, WM_KIND_TEXT, text);
            number = wm_test_release(asking->store, "2026-01-06");
            wm_fault_arm(wm_nth_, wm_forever_);
            ask_under_fault(asking, &status);
        },
        {
            assert_true(status == WM_OK || status == WM_NO_MEMORY);
            const wm_json *answer = wm_test_ask(asking, ADULT_IN_SWINDON);
            assert_int_equal(wm_json_integer(wm_json_get(answer, "release"), 0), number);
            assert_non_null(wm_test_card(answer, "MAIN", "local"));
            wm_arena_fini(&asking->arena);
        });
    wm_test_asking_free(asking);
}

static void explain_gives_the_card_and_the_tree_whatever_the_place(void **state)
{
    fixture *f = *state;
    wm_buf out;
    wm_error err = { 0 };
    const wm_json *card = NULL;
    wm_buf_init(&out, wm_env_system(), WM_MIB);
    assert_ok(wm_find_explain(&f->asker, WM_STR("old"), WM_STR("{\"as_of\":\"2026-01-05\"}"), NULL,
                              &out, &err),
              &err);
    assert_ok(wm_json_parse(&f->arena, wm_buf_str(&out), WM_MIB, &card, &err), &err);
    assert_string_equal(wm_json_string(wm_json_get(card, "status")).ptr, "closed");
    assert_true(wm_test_has_note(card, "closed"));
    assert_non_null(wm_json_get(card, "explanation"));
    assert_non_null(wm_json_get(card, "emergency"));
    assert_int_equal(wm_find_explain(&f->asker, WM_STR("none"),
                                     WM_STR("{\"as_of\":\"2026-01-05\"}"), NULL, &out, &err),
                     WM_NOT_FOUND);
    assert_contains(err.text, "found \"none\"");
    wm_buf_fini(&out);
}

static void find_under_fault(const wm_env *env, fixture *f, wm_status *status_out, wm_buf *out)
{
    wm_asker asker = f->asker;
    asker.env = env;
    wm_error err = { 0 };
    wm_buf_fini(out);
    wm_buf_init(out, env, WM_MIB);
    *status_out = wm_find_answer(
        &asker, WM_STR("{\"needs\":[\"anx\"],\"at\":\"SN1\",\"as_of\":\"2026-01-05\"}"), NULL, out,
        &err);
    if (asker.places != f->asker.places) {
        wm_places_free(asker.places);
    }
}

static void every_failed_allocation_gives_the_answer_or_an_error(void **state)
{
    fixture *f = *state;
    wm_fault_env fault;
    wm_buf out;
    wm_buf expected;
    wm_status status = WM_OK;
    wm_fault_env_init(&fault);
    wm_buf_init(&out, &fault.env, WM_MIB);
    wm_buf_init(&expected, &fault.env, WM_MIB);
    find_under_fault(&fault.env, f, &status, &expected);
    assert_int_equal(status, WM_OK);
    FAULT_SWEEP(find_under_fault(&fault.env, f, &status, &out), {
        if (status == WM_OK) {
            assert_true(wm_str_equal(wm_buf_str(&out), wm_buf_str(&expected)));
        } else {
            assert_int_equal(status, WM_NO_MEMORY);
        }
    });
    wm_buf_fini(&out);
    wm_buf_fini(&expected);
}

/* An organization with services everywhere: by its name those of this place are asked for, also
 * where they came last. */
static void an_organization_of_many_services_means_those_of_the_place(void **state)
{
    enum { MANY = 60 };
    static const wm_test_source frame[] = {
        { WM_KIND_DIRECTORY, "{'id':'d','title':'t','publisher':'p'}" },
        { WM_KIND_ORGANIZATION, "{'id':'o','name':'Brackenfold Trust'}" },
        { WM_KIND_LOCALITY, "{'id':'e','name':'England','kind':'nation'}" },
        { WM_KIND_LOCALITY, "{'id':'far','name':'Far','kind':'place','parent':'e'}" },
        { WM_KIND_LOCALITY, "{'id':'near','name':'Near','kind':'place','parent':'e'}" },
        { WM_KIND_NEED, "{'id':'n','label':'Worry','broader':[]}" },
    };
    enum { FRAME = sizeof frame / sizeof frame[0] };
    wm_test_source sources[FRAME + MANY];
    char texts[MANY][300];
    (void)state;
    memcpy(sources, frame, sizeof frame);
    for (unsigned i = 0; i < MANY; i++) {
        (void)snprintf(texts[i], sizeof texts[i],
                       "{'id':'s%02u','name':'Number %u','organization':'o','kind':'k','status':"
                       "'active','eligibility':{'who':{'const':true},'routes':['self']},"
                       "'needs':['n'],'areas':['%s']}",
                       i, i, i + 1 < MANY ? "far" : "near");
        sources[FRAME + i] = (wm_test_source){ WM_KIND_SERVICE, texts[i] };
    }
    wm_test_asking *asking = wm_test_asking_new(sources, FRAME + MANY);
    const wm_json *answer =
        wm_test_ask(asking, "{'text':'Brackenfold Trust','at':'near','as_of':'2026-01-05'}");
    const wm_json *words = wm_json_get(wm_json_get(answer, "understood"), "words");
    assert_int_equal(words->count, 1);
    assert_true(wm_str_is(wm_json_string(wm_json_get(&words->as.items[0], "service")), "s59"));
    assert_int_equal(wm_test_card_place(answer, "MAIN", "s59"), 1);
    wm_test_asking_free(asking);
}

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_level_that_covers_the_place_is_found_and_no_other),
        cmocka_unit_test(a_place_that_straddles_brings_both_sides),
        cmocka_unit_test(unknown_is_shown_as_unknown_and_a_no_with_its_reason),
        cmocka_unit_test(closed_services_are_never_options_and_lead_to_their_successors),
        cmocka_unit_test(what_is_not_open_on_the_day_is_no_option),
        cmocka_unit_test(what_this_actor_can_use_now_stands_higher),
        cmocka_unit_test(emergency_lines_come_with_every_answer_and_error),
        cmocka_unit_test(unknown_needs_and_facts_are_errors_that_name_them),
        cmocka_unit_test(plain_words_find_their_need),
        cmocka_unit_test(an_organization_of_many_services_means_those_of_the_place),
        cmocka_unit_test(a_limit_cuts_and_says_how_many_more),
        cmocka_unit_test(the_same_question_gives_the_same_bytes),
        cmocka_unit_test(a_release_gives_the_same_bytes_whatever_order_it_was_written_in),
        cmocka_unit_test(a_successor_that_does_not_cover_the_place_is_not_offered),
        cmocka_unit_test(of_several_that_closed_the_last_is_named_and_of_equals_the_first_by_id),
        cmocka_unit_test(heirs_that_branch_are_followed_in_bounded_time),
        cmocka_unit_test(a_release_that_came_meanwhile_is_read_whole),
        cmocka_unit_test(a_failure_to_read_the_new_vocabulary_is_made_good_by_the_next_question),
        cmocka_unit_test(explain_gives_the_card_and_the_tree_whatever_the_place),
        cmocka_unit_test(every_failed_allocation_gives_the_answer_or_an_error),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

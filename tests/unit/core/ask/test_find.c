/* test_find.c: whole answers from a small directory. */
#include "ask/find.h"
#include "fault.h"
#include "small_directory.h"
#include "testing.h"

#define SERVICE(id, fields)                                                                        \
    {                                                                                              \
        WM_KIND_SERVICE,                                                                           \
            "{'id':'" id "','name':'" id " name','organization':'o','kind':'k_" id "'," fields "}" \
    }
#define OPEN "'status':'active',"
#define ANYONE "'eligibility':{'who':{'const':true},'routes':['self']},"

static const struct {
    wm_kind kind;
    const char *text;
} records[] = {
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
    SERVICE("national", OPEN ANYONE "'needs':['anx'],'areas':['england']"),
    SERVICE("local", OPEN ANYONE "'needs':['anx'],'areas':['swindon']"),
    SERVICE("tiny", OPEN ANYONE "'needs':['anx'],'areas':['oldtown']"),
    SERVICE("elsewhere", OPEN ANYONE "'needs':['anx'],'areas':['bath']"),
    SERVICE("panic", OPEN ANYONE "'needs':['anx.panic'],'areas':['bsw']"),
    SERVICE("adults", OPEN "'eligibility':{'who':{'age':{'min':18}},'routes':['self']},'needs':['"
                           "anx'],'areas':['bsw']"),
    SERVICE(
        "veterans", OPEN
        "'eligibility':{'who':{'is':'veteran'},'routes':['self']},'needs':['anx'],'areas':['bsw']"),
    SERVICE(
        "by-gp", OPEN
        "'eligibility':{'who':{'const':true},'routes':['gp']},'needs':['anx'],'areas':['swindon']"),
    SERVICE("old", "'status':'closed','closes_on':'2025-01-31','closed_reason':'No "
                   "money.','successors':['old2']," ANYONE "'needs':['anx'],'areas':['swindon']"),
    SERVICE("old2", "'status':'closed','closes_on':'2025-06-30','successors':['heir']," ANYONE
                    "'needs':['crisis'],'areas':['swindon']"),
    SERVICE("old4", "'status':'closed','closes_on':'2025-12-31','successors':['heir']," ANYONE
                    "'needs':['anx'],'areas':['swindon']"),
    SERVICE("heir", OPEN ANYONE "'needs':['crisis'],'areas':['swindon']"),
    SERVICE("old3", "'status':'closed','successors':['local']," ANYONE
                    "'needs':['anx'],'areas':['swindon']"),
    SERVICE("round", "'status':'closed','successors':['round2']," ANYONE
                     "'needs':['anx'],'areas':['swindon']"),
    SERVICE("round2", "'status':'closed','successors':['round']," ANYONE
                      "'needs':['crisis'],'areas':['swindon']"),
    SERVICE("planned", "'status':'planned','opens_on':'2027-01-01'," ANYONE
                       "'needs':['anx'],'areas':['swindon']"),
    SERVICE("ending", "'status':'closing','closes_on':'2026-03-31'," ANYONE
                      "'needs':['anx'],'areas':['swindon']"),
    SERVICE("full", OPEN ANYONE "'accepting':{'now':false},'needs':['anx'],'areas':['swindon']"),
};

typedef struct fixture {
    wm_store *store;
    wm_asker asker;
    wm_arena arena;
} fixture;

static int set_up(void **state)
{
    fixture *f = test_calloc(1, sizeof *f);
    wm_error err = { 0 };
    f->store = wm_test_store();
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        wm_test_put(f->store, records[i].kind, records[i].text);
    }
    assert_int_equal(wm_test_release(f->store, "2026-01-05"), 1);
    assert_ok(wm_asker_init(&f->asker, f->store, WM_VIEW_LATEST, &err), &err);
    wm_arena_init(&f->arena, wm_env_system(), 64 * WM_MIB);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    wm_arena_fini(&f->arena);
    wm_asker_fini(&f->asker);
    wm_store_close(f->store);
    test_free(f);
    return 0;
}

/* The answer to a query (' for "), parsed. */
static const wm_json *ask(fixture *f, const char *query)
{
    wm_buf out;
    wm_buf text;
    wm_error err = { 0 };
    const wm_json *answer = NULL;
    wm_buf_init(&out, wm_env_system(), WM_ANSWER_BYTES_MAX);
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_json_write(&text, wm_test_json(&f->arena, query));
    assert_ok(wm_find_answer(&f->asker, wm_buf_str(&text), NULL, &out, &err), &err);
    assert_ok(wm_json_parse(&f->arena, wm_buf_str(&out), WM_ANSWER_BYTES_MAX, &answer, &err), &err);
    wm_buf_fini(&text);
    wm_buf_fini(&out);
    return answer;
}

/* The card of a service in a section, or NULL. */
static const wm_json *card_in(const wm_json *answer, const char *section, const char *service)
{
    const wm_json *sections = wm_json_get(answer, "sections");
    for (uint32_t s = 0; s < sections->count; s++) {
        if (!wm_str_is(wm_json_string(wm_json_get(&sections->as.items[s], "name")), section)) {
            continue;
        }
        const wm_json *cards = wm_json_get(&sections->as.items[s], "cards");
        for (uint32_t c = 0; c < cards->count; c++) {
            if (wm_str_is(wm_json_string(wm_json_get(&cards->as.items[c], "service")), service)) {
                return &cards->as.items[c];
            }
        }
    }
    return NULL;
}

/* Its place among the cards of the section, from 1; 0: it is not there. */
static unsigned place_in(const wm_json *answer, const char *section, const char *service)
{
    const wm_json *card = card_in(answer, section, service);
    const wm_json *sections = wm_json_get(answer, "sections");
    for (uint32_t s = 0; s < sections->count && card != NULL; s++) {
        const wm_json *cards = wm_json_get(&sections->as.items[s], "cards");
        for (uint32_t c = 0; c < cards->count; c++) {
            if (&cards->as.items[c] == card) {
                return c + 1;
            }
        }
    }
    return 0;
}

static const char *verdict_of(const wm_json *card)
{
    return wm_json_string(wm_json_get(card, "verdict")).ptr;
}

static bool has_note(const wm_json *card, const char *code)
{
    const wm_json *notes = wm_json_get(card, "notes");
    for (uint32_t i = 0; i < notes->count; i++) {
        if (wm_str_is(wm_json_string(wm_json_get(&notes->as.items[i], "code")), code)) {
            return true;
        }
    }
    return false;
}

#define ADULT_IN_SWINDON                                                                           \
    "{'needs':['anx'],'at':'SN1','as_of':'2026-01-05','facts':{'age':{'years':30}}}"

static void every_level_that_covers_the_place_is_found_and_no_other(void **state)
{
    fixture *f = *state;
    const wm_json *answer = ask(f, ADULT_IN_SWINDON);
    assert_non_null(card_in(answer, "MAIN", "national"));
    assert_non_null(card_in(answer, "MAIN", "local"));
    assert_non_null(card_in(answer, "MAIN", "panic"));
    assert_non_null(card_in(answer, "MAIN", "tiny"));
    assert_null(card_in(answer, "MAIN", "elsewhere"));
    assert_null(card_in(answer, "NOT_A_MATCH", "elsewhere"));
    assert_true(place_in(answer, "MAIN", "local") < place_in(answer, "MAIN", "national"));
    assert_true(place_in(answer, "MAIN", "national") < place_in(answer, "MAIN", "panic"));
    const wm_json *locality = wm_json_get(wm_json_get(answer, "understood"), "locality");
    assert_string_equal(wm_json_string(wm_json_get(locality, "code")).ptr, "swindon");
}

static void a_place_that_straddles_brings_both_sides(void **state)
{
    fixture *f = *state;
    const wm_json *answer = ask(f, "{'needs':['anx'],'at':'BA3','as_of':'2026-01-05'}");
    assert_non_null(card_in(answer, "MAIN", "local"));
    assert_non_null(card_in(answer, "MAIN", "elsewhere"));
    const wm_json *locality = wm_json_get(wm_json_get(answer, "understood"), "locality");
    assert_string_equal(wm_json_string(wm_json_get(locality, "code")).ptr, "bsw");
    assert_int_equal(wm_json_get(locality, "candidates")->count, 2);
}

static void unknown_is_shown_as_unknown_and_a_no_with_its_reason(void **state)
{
    fixture *f = *state;
    const wm_json *answer = ask(f, "{'needs':['anx'],'at':'SN1','as_of':'2026-01-05'}");
    assert_string_equal(verdict_of(card_in(answer, "MAIN", "adults")), "UNKNOWN");
    assert_string_equal(verdict_of(card_in(answer, "MAIN", "veterans")), "UNKNOWN");
    answer = ask(f, "{'needs':['anx'],'at':'SN1','as_of':'2026-01-05','facts':{'age':{'dob':'2008-"
                    "06-01'},'veteran':true}}");
    const wm_json *adults = card_in(answer, "NOT_A_MATCH", "adults");
    assert_string_equal(verdict_of(adults), "NOT_ELIGIBLE");
    assert_true(wm_json_boolean(wm_json_get(adults, "near_miss"), false));
    assert_string_equal(wm_json_string(wm_json_get(adults, "starts_on")).ptr, "2026-06-01");
    assert_int_not_equal(wm_json_get(adults, "why")->count, 0);
    assert_string_equal(verdict_of(card_in(answer, "MAIN", "veterans")), "ELIGIBLE");
}

static void closed_services_are_never_options_and_lead_to_their_successors(void **state)
{
    fixture *f = *state;
    const wm_json *answer = ask(f, ADULT_IN_SWINDON);
    static const char *const gone[] = { "old", "old2", "round", "round2" };
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        assert_null(card_in(answer, "MAIN", gone[i]));
        assert_null(card_in(answer, "NOT_A_MATCH", gone[i]));
    }
    assert_true(has_note(card_in(answer, "MAIN", "heir"), "took_over"));
    assert_true(has_note(card_in(answer, "MAIN", "local"), "took_over"));
    assert_true(has_note(answer, "closed_not_shown"));
}

static void of_several_that_closed_the_last_is_named(void **state)
{
    fixture *f = *state;
    const wm_json *answer = ask(f, ADULT_IN_SWINDON);
    const wm_json *notes = wm_json_get(card_in(answer, "MAIN", "heir"), "notes");
    assert_non_null(
        strstr(wm_json_string(wm_json_get(&notes->as.items[0], "text")).ptr, "from old4 name,"));
}

static void what_is_not_open_on_the_day_is_no_option(void **state)
{
    fixture *f = *state;
    const wm_json *answer = ask(f, ADULT_IN_SWINDON);
    assert_true(has_note(card_in(answer, "NOT_A_MATCH", "planned"), "not_open_yet"));
    assert_true(has_note(card_in(answer, "MAIN", "ending"), "closing"));
    answer = ask(f, "{'needs':['anx'],'at':'SN1','as_of':'2026-04-01'}");
    assert_null(card_in(answer, "MAIN", "ending"));
    assert_null(card_in(answer, "NOT_A_MATCH", "ending"));
}

static void what_this_actor_can_use_now_stands_higher(void **state)
{
    fixture *f = *state;
    const wm_json *answer = ask(f, ADULT_IN_SWINDON);
    assert_false(
        wm_json_boolean(wm_json_get(card_in(answer, "MAIN", "by-gp"), "usable_now"), true));
    assert_false(wm_json_boolean(wm_json_get(card_in(answer, "MAIN", "full"), "usable_now"), true));
    assert_true(place_in(answer, "MAIN", "local") < place_in(answer, "MAIN", "by-gp"));
    answer = ask(f, "{'needs':['anx'],'at':'SN1','as_of':'2026-01-05','actor':'gp'}");
    assert_true(
        wm_json_boolean(wm_json_get(card_in(answer, "MAIN", "by-gp"), "usable_now"), false));
}

static void emergency_lines_come_with_every_answer_and_error(void **state)
{
    fixture *f = *state;
    const wm_json *answer = ask(f, "{'as_of':'2026-01-05','limit':1}");
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
        ask(f, "{'text':'I have PANIC attacks','at':'SN1','as_of':'2026-01-05'}");
    const wm_json *words = wm_json_get(wm_json_get(answer, "understood"), "words");
    assert_int_equal(words->count, 1);
    assert_string_equal(wm_json_string(wm_json_get(&words->as.items[0], "text")).ptr,
                        "PANIC attacks");
    assert_int_equal(place_in(answer, "MAIN", "panic"), 1);
    assert_non_null(card_in(answer, "MAIN", "local")); /* a broader need counts, too */
}

static void a_limit_cuts_and_says_how_many_more(void **state)
{
    fixture *f = *state;
    const wm_json *all = ask(f, ADULT_IN_SWINDON);
    const wm_json *cut = ask(
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
    assert_true(has_note(card, "closed"));
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

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_level_that_covers_the_place_is_found_and_no_other),
        cmocka_unit_test(a_place_that_straddles_brings_both_sides),
        cmocka_unit_test(unknown_is_shown_as_unknown_and_a_no_with_its_reason),
        cmocka_unit_test(closed_services_are_never_options_and_lead_to_their_successors),
        cmocka_unit_test(of_several_that_closed_the_last_is_named),
        cmocka_unit_test(what_is_not_open_on_the_day_is_no_option),
        cmocka_unit_test(what_this_actor_can_use_now_stands_higher),
        cmocka_unit_test(emergency_lines_come_with_every_answer_and_error),
        cmocka_unit_test(unknown_needs_and_facts_are_errors_that_name_them),
        cmocka_unit_test(plain_words_find_their_need),
        cmocka_unit_test(a_limit_cuts_and_says_how_many_more),
        cmocka_unit_test(the_same_question_gives_the_same_bytes),
        cmocka_unit_test(explain_gives_the_card_and_the_tree_whatever_the_place),
        cmocka_unit_test(every_failed_allocation_gives_the_answer_or_an_error),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

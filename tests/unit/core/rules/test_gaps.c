/* test_gaps.c: each kind of gap, planted and not. */
#include <stdio.h>

#include "fault.h"
#include "testing.h"

#include "rules/gaps_find.h"

#define DAY "2026-11-22"
#define TEXT(literal)                                                                              \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }
#define ROW(code, name, kind, parent)                                                              \
    {                                                                                              \
        TEXT(code), TEXT(name), TEXT(kind), TEXT(parent)                                           \
    }

static const wm_locality_row places[] = {
    ROW("england", "England", "nation", ""),
    ROW("bath", "Bath", "place", "england"),
    ROW("bath-east", "Bath East", "locality", "bath"),
    ROW("leeds", "Leeds", "place", "england"),
};

typedef struct scene {
    wm_arena arena;
    wm_locality_tree *tree;
    wm_needs *needs;
    wm_gaps *gaps;
} scene;

static wm_status scene_open(scene *s, const wm_env *env, const wm_locality_row *rows, size_t count)
{
    wm_error err = { 0 };
    wm_date day = 0;
    memset(s, 0, sizeof *s);
    wm_arena_init(&s->arena, wm_env_system(), 16 * WM_MIB);
    const wm_json *needs[] = {
        wm_test_json(&s->arena, "{'id':'crisis','label':'Crisis'}"),
        wm_test_json(&s->arena, "{'id':'mood','label':'Mood'}"),
        wm_test_json(&s->arena, "{'id':'mood.low','label':'Low mood','broader':['mood']}"),
    };
    assert_true(wm_date_parse(WM_STR(DAY), &day));
    wm_status status = wm_locality_tree_new(env, rows, count, &s->tree, &err);
    if (status == WM_OK) {
        status = wm_needs_new(env, needs, 3, &s->needs, &err);
    }
    if (status == WM_OK) {
        wm_gaps_scope scope = { s->tree, s->needs, NULL, day, true };
        status = wm_gaps_new(env, &scope, &s->gaps, &err);
    }
    return status;
}

static void scene_close(scene *s)
{
    wm_gaps_free(s->gaps);
    wm_needs_free(s->needs);
    wm_locality_tree_free(s->tree);
    wm_arena_fini(&s->arena);
}

/* The gaps of a need in the first place (Bath) as lines "kind: sentence". */
static const char *gaps_of(const scene *s, const char *need)
{
    static char text[4096];
    wm_gap found[WM_GAPS_MAX];
    wm_buf sentence;
    size_t length = 0;
    size_t count = wm_gaps_find(s->gaps, 0, wm_needs_find(s->needs, wm_str_of(need)), found);
    assert_true(count <= WM_GAPS_MAX);
    wm_buf_init(&sentence, wm_env_system(), WM_MIB);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        wm_buf_reset(&sentence);
        wm_gap_sentence(s->gaps, &found[i], &sentence);
        int more = snprintf(text + length, sizeof text - length, "%s: %s\n",
                            wm_gap_kind_name(found[i].kind), sentence.data);
        assert_true(more > 0 && (size_t)more < sizeof text - length);
        length += (size_t)more;
    }
    wm_buf_fini(&sentence);
    return text;
}

#define SERVICE_AT(area, need, age, more)                                                          \
    "{'id':'s','name':'S','organization':'o','kind':'k','status':'active','needs':['" need         \
    "'],'areas':['" area "'],'eligibility':{'who':" age more "}"
#define SERVICE(need, age, more) SERVICE_AT("bath", need, age, more)
#define EVERYONE "{'const':true}"
#define ADULTS "{'age':{'min':18}}"
#define CHILDREN "{'age':{'before':18}}"
#define SELF ",'routes':['self']}"
#define ALWAYS ",'hours':{'always':true}"
#define MIDDLE ",'intensity':'help'"

/* Takes in the services, up to a NULL, and gives the gaps of the need. */
static const char *told(const char *const *services, const char *need)
{
    scene s;
    wm_error err = { 0 };
    assert_ok(scene_open(&s, wm_env_system(), places, 4), &err);
    for (size_t i = 0; services[i] != NULL; i++) {
        assert_ok(wm_gaps_add(s.gaps, wm_test_json(&s.arena, services[i]), true, &err), &err);
    }
    const char *text = gaps_of(&s, need);
    scene_close(&s);
    return text;
}

#define TOLD(need, ...) told((const char *const[]){ __VA_ARGS__, NULL }, need)

static void what_everybody_can_have_always_has_no_gap(void **state)
{
    (void)state;
    assert_string_equal(TOLD("mood", SERVICE("mood", EVERYONE, SELF MIDDLE)), "");
    assert_string_equal(TOLD("crisis", SERVICE("crisis", EVERYONE, SELF MIDDLE ALWAYS)), "");
}

static void a_need_without_any_service_is_one_gap(void **state)
{
    (void)state;
    assert_string_equal(TOLD("mood", SERVICE("crisis", EVERYONE, SELF)),
                        "none: No open service.\n");
    assert_string_equal(TOLD("mood", SERVICE_AT("leeds", "mood", EVERYONE, SELF)),
                        "none: No open service.\n");
    assert_string_equal(TOLD("mood", SERVICE_AT("england", "mood", EVERYONE, SELF)), "");
}

static void a_service_counts_for_needs_above_and_below(void **state)
{
    (void)state;
    assert_string_equal(TOLD("mood.low", SERVICE("mood", EVERYONE, SELF)), "");
    assert_string_equal(TOLD("mood", SERVICE("mood.low", EVERYONE, SELF)), "");
}

static void ages_that_nobody_takes_are_told(void **state)
{
    (void)state;
    assert_string_equal(TOLD("mood", SERVICE("mood", ADULTS, SELF),
                             SERVICE("mood", "{'age':{'min':11,'max':16}}", SELF)),
                        "age: Ages 0 to 10, 17: no open service.\n");
    assert_string_equal(TOLD("mood", SERVICE("mood", "{'age':{'max':64}}", SELF)),
                        "age: Ages 65 and over: no open service.\n");
    assert_string_equal(
        TOLD("mood", SERVICE("mood", ADULTS, SELF), SERVICE("mood", CHILDREN, SELF)), "");
}

/* A person of whom only age and place are known is not refused by what is not known. */
static void what_is_not_known_refuses_nobody(void **state)
{
    (void)state;
    assert_string_equal(TOLD("mood", SERVICE("mood", "{'is':'veteran'}", SELF)), "");
    assert_string_equal(
        TOLD("mood", SERVICE("mood", "{'area':{'of':['gp'],'in':['bath-east']}}", SELF)), "");
    assert_string_equal(
        TOLD("mood", SERVICE("mood", "{'area':{'of':['residence'],'in':['bath-east']}}", SELF)),
        "");
    assert_string_equal(
        TOLD("mood", SERVICE("mood", "{'area':{'of':['residence'],'in':['leeds']}}", SELF)),
        "none: No open service.\n");
}

#define WEEKLY(days, opens, closes)                                                                \
    ",'hours':{'weekly':[{'days':[" days "],'opens':'" opens "','closes':'" closes "'}]}"
#define WEEKDAYS "'MO','TU','WE','TH','FR'"
#define ALL_DAYS WEEKDAYS ",'SA','SU'"

static void hours_are_told_where_they_matter(void **state)
{
    (void)state;
    assert_string_equal(
        TOLD("crisis", SERVICE("crisis", EVERYONE, SELF WEEKLY(WEEKDAYS, "09:00", "17:00"))),
        "hours: Every age: nothing is open from 22:00 to 08:00.\n"
        "hours: Every age: nothing is open at weekends.\n");
    assert_string_equal(
        TOLD("mood", SERVICE("mood", EVERYONE, SELF WEEKLY(WEEKDAYS, "09:00", "17:00"))), "");
    assert_string_equal(
        TOLD("crisis", SERVICE("crisis", EVERYONE, SELF WEEKLY(ALL_DAYS, "08:00", "02:00"))),
        "hours: Every age: not all hours from 22:00 to 08:00 are covered.\n");
    assert_string_equal(TOLD("crisis", SERVICE("crisis", EVERYONE,
                                               SELF WEEKLY(WEEKDAYS ",'SA'", "08:00", "08:00"))),
                        "hours: Every age: not all hours from 22:00 to 08:00 are covered.\n"
                        "hours: Every age: nothing is open on one day of the weekend.\n");
}

static void hours_of_several_services_add_up_for_each_age(void **state)
{
    (void)state;
    assert_string_equal(TOLD("crisis",
                             SERVICE("crisis", EVERYONE, SELF WEEKLY(ALL_DAYS, "06:00", "23:00")),
                             SERVICE("crisis", ADULTS, SELF WEEKLY(ALL_DAYS, "22:00", "07:00"))),
                        "hours: Ages 0 to 17: not all hours from 22:00 to 08:00 are covered.\n");
}

static void hours_that_nobody_says_are_told_apart(void **state)
{
    (void)state;
    assert_string_equal(
        TOLD("crisis", SERVICE("crisis", EVERYONE, SELF)),
        "hours: Every age: nothing is open from 22:00 to 08:00 (some services do not say when "
        "they are open).\n"
        "hours: Every age: nothing is open at weekends (some services do not say when they are "
        "open).\n");
}

static void routes_are_told_for_those_who_cannot_ask(void **state)
{
    (void)state;
    assert_string_equal(TOLD("mood", SERVICE("mood", EVERYONE, ",'routes':['gp']}")),
                        "routes: Every age: nobody whom they can ask themselves.\n");
    /* A family asks for a child. */
    assert_string_equal(TOLD("mood", SERVICE("mood", EVERYONE, ",'routes':['family','gp']}")),
                        "routes: Ages 16 and over: nobody whom they can ask themselves.\n");
    assert_string_equal(TOLD("mood", SERVICE("mood", ADULTS, SELF),
                             SERVICE("mood", CHILDREN, ",'routes':['school']}")),
                        "routes: Ages 0 to 17: nobody whom they can ask themselves.\n");
    assert_string_equal(TOLD("mood", SERVICE("mood", EVERYONE, "}")),
                        "routes: Every age: nobody whom they can ask themselves (some services do "
                        "not say who can ask).\n");
    assert_string_equal(TOLD("mood", SERVICE("mood", EVERYONE, SELF ",'audience':'professional'")),
                        "routes: Every age: nobody whom they can ask themselves.\n");
}

static void languages_are_told_by_who_has_them(void **state)
{
    (void)state;
    scene s;
    wm_error err = { 0 };
    assert_ok(scene_open(&s, wm_env_system(), places, 4), &err);
    assert_ok(wm_gaps_add_language(s.gaps, WM_STR("en"), &err), &err);
    assert_ok(wm_gaps_add_language(s.gaps, WM_STR("ur"), &err), &err);
    assert_ok(wm_gaps_add_language(s.gaps, WM_STR("ar"), &err), &err);
    const char *const services[] = {
        SERVICE("mood", EVERYONE, SELF ",'languages':['en','pl']"),
        SERVICE("mood", EVERYONE, SELF ",'languages':['en'],'interpreting':{'languages':['ur']}"),
        SERVICE("crisis", EVERYONE, SELF ALWAYS ",'interpreting':{'languages':['*']}"),
    };
    for (size_t i = 0; i < 3; i++) {
        assert_ok(wm_gaps_add(s.gaps, wm_test_json(&s.arena, services[i]), true, &err), &err);
    }
    assert_string_equal(gaps_of(&s, "mood"),
                        "languages: Nobody has ar; only interpreters have ur.\n");
    assert_string_equal(gaps_of(&s, "crisis"), "languages: Only interpreters have ar, pl, ur.\n");
    assert_ok(
        wm_gaps_add(s.gaps, wm_test_json(&s.arena, SERVICE("mood", EVERYONE, SELF)), true, &err),
        &err);
    assert_string_equal(gaps_of(&s, "mood"), "languages: Nobody has ar; only interpreters have ur "
                                             "(some services do not say what they speak).\n");
    const char *all = SERVICE("mood", EVERYONE, SELF ",'languages':['ar','ur']");
    assert_ok(wm_gaps_add(s.gaps, wm_test_json(&s.arena, all), true, &err), &err);
    assert_string_equal(gaps_of(&s, "mood"), "");
    scene_close(&s);
}

static void the_missing_middle_is_told(void **state)
{
    (void)state;
#define ADVICE SERVICE("mood", EVERYONE, SELF ",'intensity':'advice'")
#define CRISIS SERVICE("mood", EVERYONE, SELF ",'intensity':'risk_support'")
    assert_string_equal(TOLD("mood", ADVICE, CRISIS),
                        "intensity: Every age: advice and crisis support, but nothing between.\n");
    assert_string_equal(TOLD("mood", ADVICE, CRISIS, SERVICE("mood", ADULTS, SELF MIDDLE)),
                        "intensity: Ages 0 to 17: advice and crisis support, but nothing "
                        "between.\n");
    assert_string_equal(
        TOLD("mood", ADVICE, CRISIS, SERVICE("mood", EVERYONE, SELF ",'intensity':'more_help'")),
        "");
    assert_string_equal(TOLD("mood", ADVICE), "");
    assert_string_equal(TOLD("mood", CRISIS), "");
}

/* ---- safety ---- */

#define LINE ALWAYS ",'intensity':'risk_support','contacts':[{'kind':'phone','value':'111'}]"

static const char *safety_of(const char *service)
{
    static char text[512];
    scene s;
    wm_gap gap;
    wm_buf sentence;
    wm_error err = { 0 };
    assert_ok(scene_open(&s, wm_env_system(), places, 4), &err);
    assert_ok(wm_gaps_add(s.gaps, wm_test_json(&s.arena, service), true, &err), &err);
    wm_buf_init(&sentence, wm_env_system(), WM_MIB);
    text[0] = '\0';
    if (wm_gaps_find_safety(s.gaps, 0, &gap)) {
        wm_gap_sentence(s.gaps, &gap, &sentence);
        (void)snprintf(text, sizeof text, "%s", sentence.data);
    }
    wm_buf_fini(&sentence);
    scene_close(&s);
    return text;
}

#define NOBODY "Every age: no safety service that answers day and night, besides 999."

static void every_age_needs_a_safety_service_day_and_night(void **state)
{
    (void)state;
    assert_string_equal(safety_of(SERVICE("crisis", EVERYONE, SELF LINE)), "");
    assert_string_equal(safety_of(SERVICE_AT("england", "crisis", EVERYONE, SELF LINE)), "");
    assert_string_equal(safety_of(SERVICE("crisis", ADULTS, SELF LINE)),
                        "Ages 0 to 17: no safety service that answers day and night, besides "
                        "999.");
    assert_string_equal(
        safety_of(SERVICE("crisis", EVERYONE, ",'routes':['family']}" LINE)),
        "Ages 16 and over: no safety service that answers day and night, besides 999.");
}

static void what_may_not_answer_is_no_safety_service(void **state)
{
    (void)state;
    static const char *const none[] = {
        SERVICE("crisis", EVERYONE, ",'routes':['gp']}" LINE),
        SERVICE("crisis", "{'is':'deaf'}", SELF LINE),
        SERVICE("crisis", "{'area':{'of':['residence'],'in':['bath-east']}}", SELF LINE),
        SERVICE_AT("leeds", "crisis", EVERYONE, SELF LINE),
        SERVICE("crisis", EVERYONE, SELF LINE ",'audience':'professional'"),
        SERVICE("crisis", EVERYONE,
                SELF ",'intensity':'risk_support','contacts':[{'kind':'phone','value':'111'}]"),
        SERVICE("crisis", EVERYONE, SELF ALWAYS ",'contacts':[{'kind':'phone','value':'111'}]"),
        SERVICE("crisis", EVERYONE, SELF ALWAYS ",'intensity':'risk_support'"),
        SERVICE("crisis", EVERYONE,
                SELF ALWAYS ",'intensity':'risk_support','contacts':[{'value':'999'},"
                            "{'value':'111','audience':'professional'}]"),
    };
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_string_equal(safety_of(none[i]), NOBODY);
    }
}

/* ---- places ---- */

static void places_are_where_services_are_planned(void **state)
{
    (void)state;
    static const wm_locality_row systems[] = {
        ROW("england", "England", "nation", ""),
        ROW("bsw", "BSW", "system", "england"),
    };
    scene s;
    wm_error err = { 0 };
    assert_ok(scene_open(&s, wm_env_system(), places, 4), &err);
    assert_int_equal(wm_gaps_place_count(s.gaps), 2);
    assert_false(wm_gaps_is_own(s.gaps, 0));
    for (size_t i = 0; i < 8; i++) {
        const char *here = SERVICE_AT("bath-east", "mood", EVERYONE, SELF);
        assert_ok(wm_gaps_add(s.gaps, wm_test_json(&s.arena, here), true, &err), &err);
    }
    const char *there = SERVICE_AT("leeds", "mood", EVERYONE, SELF);
    assert_ok(wm_gaps_add(s.gaps, wm_test_json(&s.arena, there), true, &err), &err);
    assert_true(wm_gaps_is_own(s.gaps, 0));
    assert_false(wm_gaps_is_own(s.gaps, 1));
    assert_ok(wm_gaps_add(s.gaps, wm_test_json(&s.arena, there), true, &err), &err);
    assert_true(wm_gaps_is_own(s.gaps, 1));
    scene_close(&s);
    assert_ok(scene_open(&s, wm_env_system(), systems, 2), &err);
    assert_int_equal(wm_gaps_place_count(s.gaps), 1);
    scene_close(&s);
}

static void a_service_that_cannot_be_read_is_passed_over(void **state)
{
    (void)state;
    assert_string_equal(TOLD("mood", SERVICE("mood", "{'flies':1}", SELF)),
                        "none: No open service.\n");
    assert_string_equal(TOLD("mood", "{'status':'odd','needs':['mood'],'areas':['bath'],"
                                     "'eligibility':{'who':{'const':true}}}"),
                        "none: No open service.\n");
    scene s;
    wm_error err = { 0 };
    const char *odd = SERVICE("crisis", EVERYONE, SELF ",'hours':{'weekly':[{'days':7}]}");
    assert_ok(scene_open(&s, wm_env_system(), places, 4), &err);
    assert_ok(wm_gaps_add(s.gaps, wm_test_json(&s.arena, odd), false, &err), &err);
    assert_contains(gaps_of(&s, "crisis"), "some services do not say when");
    scene_close(&s);
}

static void add_under_fault(const wm_env *env, wm_status *status_out)
{
    scene s;
    static const char *const services[] = {
        SERVICE("crisis", EVERYONE, SELF LINE ",'languages':['pl','ur']"),
        SERVICE("mood", ADULTS, SELF WEEKLY(ALL_DAYS, "09:00", "17:00")),
    };
    *status_out = scene_open(&s, env, places, 4);
    if (*status_out == WM_OK) {
        *status_out = wm_gaps_add_language(s.gaps, WM_STR("ar"), NULL);
    }
    for (size_t i = 0; i < 2 && *status_out == WM_OK; i++) {
        *status_out = wm_gaps_add(s.gaps, wm_test_json(&s.arena, services[i]), true, NULL);
    }
    scene_close(&s);
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    wm_fault_env fault;
    wm_fault_env_init(&fault);
    wm_status status = WM_OK;
    FAULT_SWEEP(add_under_fault(&fault.env, &status), {
        assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
        assert_int_equal(wm_fault_live_blocks(), 0);
    });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_everybody_can_have_always_has_no_gap),
        cmocka_unit_test(a_need_without_any_service_is_one_gap),
        cmocka_unit_test(a_service_counts_for_needs_above_and_below),
        cmocka_unit_test(ages_that_nobody_takes_are_told),
        cmocka_unit_test(what_is_not_known_refuses_nobody),
        cmocka_unit_test(hours_are_told_where_they_matter),
        cmocka_unit_test(hours_of_several_services_add_up_for_each_age),
        cmocka_unit_test(hours_that_nobody_says_are_told_apart),
        cmocka_unit_test(routes_are_told_for_those_who_cannot_ask),
        cmocka_unit_test(languages_are_told_by_who_has_them),
        cmocka_unit_test(the_missing_middle_is_told),
        cmocka_unit_test(every_age_needs_a_safety_service_day_and_night),
        cmocka_unit_test(what_may_not_answer_is_no_safety_service),
        cmocka_unit_test(places_are_where_services_are_planned),
        cmocka_unit_test(a_service_that_cannot_be_read_is_passed_over),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_check_rules.c: what `waymark check` says of rules, each by itself and all together. */
#include "testing.h"

#include <stdio.h>

#include "fault.h"
#include "rules/check_rules.h"

#define RULES_MAX 3

/* Findings as "error code rule path: text", one a line. */
typedef struct printed {
    char text[8192];
    size_t length;
} printed;

static wm_status print_finding(void *context, const wm_finding *finding)
{
    printed *out = context;
    assert_true(finding->text[0] != '\0' && finding->remedy[0] != '\0');
    int more = snprintf(out->text + out->length, sizeof out->text - out->length,
                        "%s %s %.*s %s: %s\n", finding->is_error ? "error" : "warning",
                        finding->code, WM_STR_ARG(finding->id), finding->path, finding->text);
    assert_true(more > 0 && (size_t)more < sizeof out->text - out->length);
    out->length += (size_t)more;
    return WM_OK;
}

static wm_status check(const wm_env *env, const wm_json *const *rules, size_t count,
                       const wm_json *service, const wm_finding_sink *sink)
{
    check_rules *checked = NULL;
    wm_status status = check_rules_new(env, NULL, NULL, &checked, NULL);
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        wm_str id = wm_json_string(wm_json_get(rules[i], "id"));
        status = check_rules_add(checked, rules[i], id, sink, NULL);
    }
    status = status == WM_OK ? check_rules_add_service(checked, service, NULL) : status;
    status = status == WM_OK ? check_rules_report(checked, sink, NULL) : status;
    check_rules_free(checked);
    return status;
}

#define HEAD(id, phase, scope)                                                                     \
    "{'id':'" id "','phase':'" phase "','priority':9,'scope':'" scope "',"
#define QUERY(id, phase, when, more, actions)                                                      \
    HEAD(id, phase, "query") "'when':" when ",'why':'w'," more "'do':[" actions "]}"
#define CARD(id, phase, when, more, actions)                                                       \
    HEAD(id, phase, "card") "'when':" when ",'why':'w'," more "'do':[" actions "]}"
#define MOOD "{'need':['mood']}"
#define GAP "{'verb':'gap'}"
#define SHOW(offer, section, slot)                                                                 \
    "{'verb':'show','offers':['" offer "'],'section':'" section "','slot':" slot "}"

typedef struct row {
    const char *rules[RULES_MAX];
    const char *expected;
} row;

static void play(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        printed out = { .length = 0 };
        wm_finding_sink sink = { print_finding, &out };
        const wm_json *rules[RULES_MAX];
        size_t rule_count = 0;
        wm_arena arena;
        wm_arena_init(&arena, wm_env_system(), 16 * WM_MIB);
        for (size_t k = 0; k < RULES_MAX && rows[i].rules[k] != NULL; k++) {
            rules[rule_count++] = wm_test_json(&arena, rows[i].rules[k]);
        }
        const wm_json *service = wm_test_json(&arena, "{'offers':['crisis_line','safe_space']}");
        assert_int_equal(check(wm_env_system(), rules, rule_count, service, &sink), WM_OK);
        assert_string_equal(out.text, rows[i].expected);
        wm_arena_fini(&arena);
    }
}
#define PLAY(rows) play((rows), sizeof(rows) / sizeof((rows)[0]))

static void a_sound_rule_has_no_findings(void **state)
{
    (void)state;
    static const row rows[] = {
        { { QUERY("a", "safety", MOOD, "", SHOW("crisis_line", "SAFETY", "1")) }, "" },
        { { QUERY("a", "add", "{'is':'carer'}", "'on_unknown':'ask','if':'you look after someone',",
                  GAP) },
          "" },
        { { CARD("a", "add", "{'card':{'wait_weeks':{'min':4}}}", "'on_unknown':'fire',",
                 "{'verb':'note','text':'note.a'}") },
          "" },
        { { QUERY("a", "safety", "{'const':true}", "", GAP) }, "" },
        { { QUERY("a", "add", "{'any':[{'need':['mood','anx']},{'need':['mood.low']}]}", "", GAP) },
          "" },
        { { CARD("a", "order", "{'card':{'verdict':['JOINT'],'section':['MAIN']}}", "",
                 "{'verb':'rank','by':1,'unless':{'card':{'language':['yes']}}}") },
          "" },
    };
    PLAY(rows);
}

static void all_that_the_compiler_refuses_is_told(void **state)
{
    (void)state;
    static const row rows[] = {
        { { QUERY("a", "add", "{'any':[{'need':7},{'query':{'actor':['me']}}]}", "",
                  "{'verb':'shout'},{'verb':'note'}," GAP) },
          "error bad_type a when.any[0].need: expected a list of needs, at least one, found 7\n"
          "error unknown_term a when.any[1].query.actor[0]: expected a list of self, family, "
          "carer, gp, school, professional, found \"me\"\n"
          "error unknown_verb a do[0].verb: expected show, line, note, hide, move, rank, replace, "
          "unblock, pair, ignore_area, handover, consent, hold_questions, leave_no_trace or gap, "
          "found \"shout\"\n"
          "error missing a do[1].text: expected the id of a text, found nothing\n" },
        { { QUERY("a", "add", "{'card':{'near_miss':true}}", "", GAP) },
          "error no_card a when.card: expected no card here: none is in hand, found one\n" },
    };
    PLAY(rows);
}

static void conditions_that_never_or_always_hold_are_told(void **state)
{
    (void)state;
    static const row rows[] = {
        { { QUERY("a", "add", "{'all':[{'query':{'actor':['gp']}},{'query':{'actor':['self']}}]}",
                  "", GAP) },
          "error unsatisfiable a when: expected conditions that someone can meet, found that "
          "nobody can\n" },
        { { QUERY("a", "add", "{'all':[{'age':{'min':18}},{'age':{'before':16}}]}", "", GAP) },
          "error unsatisfiable a when: expected conditions that someone can meet, found that "
          "nobody can\n" },
        { { QUERY("a", "add", "{'query':{'about':['self','child','cared_for','partner','parent']}}",
                  "", GAP) },
          "warning tautology a when: expected conditions that someone may fail, found that "
          "everyone meets them\n" },
        { { CARD("a", "order", "{'card':{'near_miss':true,'verdict':['NOT_ELIGIBLE']}}", "",
                 "{'verb':'rank','by':1,'only':{'all':[{'card':{'wait_weeks':{'min':4}}},"
                 "{'card':{'wait_weeks':{'max':3}}}]}}") },
          "error unsatisfiable a do[0].only: expected conditions that someone can meet, found that "
          "nobody can\n" },
        { { CARD("a", "order",
                 "{'any':[{'card':{'near_miss':true}},{'card':{'section':['MAIN'],"
                 "'near_miss':true}}]}",
                 "", "{'verb':'replace'}") },
          "warning dead_leaf a when.any[1].card.near_miss: expected a condition that can change "
          "the verdict, found that it never does\n"
          "warning dead_leaf a when.any[1].card.section: expected a condition that can change the "
          "verdict, found that it never does\n" },
        { { QUERY("a", "add",
                  "{'any':[{'need':['mood']},{'all':[{'need':['mood','anx']},{'need':['mood']}]}]}",
                  "", GAP) },
          "warning dead_leaf a when.any[0].need: expected a condition that can change the "
          "verdict, found that it never does\n"
          "warning dead_leaf a when.any[1].all[0].need: expected a condition that can change the "
          "verdict, found that it never does\n"
          "warning dead_leaf a when.any[1].all[1].need: expected a condition that can change the "
          "verdict, found that it never does\n" },
        { { CARD("a", "order",
                 "{'all':[{'card':{'kind':['a']}},{'not':{'card':{'kind':['a','b']}}}]}", "",
                 "{'verb':'replace'}") },
          "error unsatisfiable a when: expected conditions that someone can meet, found that "
          "nobody can\n" },
    };
    PLAY(rows);
}

static void what_is_always_known_needs_no_word_for_the_unknown(void **state)
{
    (void)state;
    static const row rows[] = {
        { { QUERY("a", "add", MOOD, "'on_unknown':'fire',", GAP) },
          "warning never_unknown a on_unknown: expected a condition that can be unknown, found "
          "that it always is known\n" },
        { { CARD("a", "order", "{'card':{'near_miss':true}}", "'if':'you do',",
                 "{'verb':'replace'}") },
          "warning never_unknown a if: expected a condition that can be unknown, found that it "
          "always is known\n" },
    };
    PLAY(rows);
}

static void safety_is_for_rules_of_safety(void **state)
{
    (void)state;
    static const row rows[] = {
        { { QUERY("a", "add", MOOD, "",
                  SHOW("crisis_line", "MAIN", "0") "," SHOW(
                      "crisis_line", "SAFETY", "0") ","
                                                    "{'verb':'line','text':'line.a'}") },
          "error not_safety a do[1].section: expected a line or the section SAFETY only in phase "
          "safety, found it in another\n"
          "error not_safety a do[2].verb: expected a line or the section SAFETY only in phase "
          "safety, found it in another\n" },
    };
    PLAY(rows);
}

static void rules_are_compared_with_services_and_each_other(void **state)
{
    (void)state;
    static const row rows[] = {
        { { QUERY("a", "add", MOOD, "",
                  SHOW("crisis_line", "MAIN", "0") "," SHOW("sauna", "MAIN", "0")) },
          "warning nothing_to_show a do[1].offers[0]: expected an offer that a service has, found "
          "\"sauna\"\n" },
        { { QUERY("a", "add", MOOD, "",
                  "{'verb':'pair','offers':['safe_space','sauna'],'text':'note.a'},"
                  "{'verb':'hide','when':{'card':{'offers':['sauna']}},'section':'ALL'}") },
          "warning nothing_to_show a do[0].offers[1]: expected an offer that a service has, found "
          "\"sauna\"\n" },
        { { QUERY("a", "safety", MOOD, "", SHOW("crisis_line", "SAFETY", "1")),
            QUERY("b", "safety", MOOD, "", SHOW("crisis_line", "SAFETY", "2")),
            QUERY("c", "safety", MOOD, "", SHOW("crisis_line", "FOOTER", "3")) },
          "warning slot_contest b do[0].slot: expected the slot that a, of the same priority, "
          "gives to crisis_line, found another\n" },
        { { QUERY("a", "safety", MOOD, "", SHOW("crisis_line", "SAFETY", "1")),
            QUERY("b", "safety", MOOD, "", SHOW("crisis_line", "SAFETY", "1")),
            QUERY("c", "add", MOOD, "", SHOW("crisis_line", "MAIN", "3")) },
          "" },
    };
    PLAY(rows);
}

static wm_status ignore(void *context, const wm_finding *finding)
{
    (void)context;
    (void)finding;
    return WM_OK;
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    const wm_json *rules[] = {
        wm_test_json(&arena, QUERY("a", "safety", MOOD, "", SHOW("crisis_line", "SAFETY", "1"))),
        wm_test_json(&arena, QUERY("b", "add", "{'any':[{'need':['a']},{'need':7}]}", "", GAP)),
    };
    const wm_json *service = wm_test_json(&arena, "{'offers':['crisis_line']}");
    wm_finding_sink sink = { ignore, NULL };
    wm_fault_env fault;
    wm_fault_env_init(&fault);
    wm_status status = WM_OK;
    FAULT_SWEEP(status = check(&fault.env, rules, 2, service, &sink), {
        assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
        assert_int_equal(wm_fault_live_blocks(), 0);
    });
    wm_arena_fini(&arena);
}

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_rule_has_no_findings),
        cmocka_unit_test(all_that_the_compiler_refuses_is_told),
        cmocka_unit_test(conditions_that_never_or_always_hold_are_told),
        cmocka_unit_test(what_is_always_known_needs_no_word_for_the_unknown),
        cmocka_unit_test(safety_is_for_rules_of_safety),
        cmocka_unit_test(rules_are_compared_with_services_and_each_other),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_settles.c: what one more answer settles is what the whole evaluation says of it. */
#include "eligibility_bench.h"

#include "rules/settles.h"
#include "rules/suppose.h"

#include <stdio.h>

#define ROUNDS 4000
#define AS_OF 20468

typedef struct maker {
    wm_test_random random;
    bench t;
    char text[8192];
    size_t length;
} maker;

static uint32_t below(maker *m, uint32_t bound)
{
    return wm_test_random_below(&m->random, bound);
}

static void put(maker *m, const char *text)
{
    size_t length = strlen(text);
    assert_true(m->length + length < sizeof m->text);
    memcpy(m->text + m->length, text, length + 1);
    m->length += length;
}

static void put_condition(maker *m, unsigned depth)
{
    static const char *const leaves[] = {
        "{'is':'carer'}",
        "{'is':'student'}",
        "{'is':'veteran'}",
        "{'age':{'min':16,'before':26}}",
        "{'age':{'min':18,'on':'school_cutoff'}}",
        "{'since':{'event':'birth_of_child','within':{'m':12}}}",
        "{'has':{'conditions':['autism']}}",
        "{'has':{'conditions':['adhd','autism']}}",
        "{'in':{'housing':['hostel']}}",
        "{'level':{'severity':{'min':'moderate'}}}",
        "{'area':{'of':['residence'],'in':['bsw']}}",
        "{'area':{'of':['residence','gp'],'in':['swindon','east']}}",
        "{'about':{'who':'parent','that':{'is':'carer'}}}",
        "{'check':'ask them'}",
        "{'const':true}",
    };
    static const char *const heads[] = { "{'all':[", "{'any':[", "{'atleast':{'n':2,'of':[" };
    uint32_t which = below(m, 10);
    if (depth == 0 || which < 3) {
        put(m, leaves[below(m, sizeof leaves / sizeof leaves[0])]);
        return;
    }
    if (which == 3) {
        put(m, "{'not':");
        put_condition(m, depth - 1);
        put(m, "}");
        return;
    }
    uint32_t head = which < 7 ? 0 : which < 9 ? 1 : 2;
    put(m, heads[head]);
    uint32_t children = 2 + below(m, 3);
    for (uint32_t i = 0; i < children; i++) {
        put(m, i > 0 ? "," : "");
        put_condition(m, depth - 1);
    }
    put(m, head == 2 ? "]}}" : "]}");
}

static void make_service(maker *m)
{
    m->length = 0;
    put(m, "{'who':");
    put_condition(m, below(m, 4));
    put(m, ",'not_for':[");
    uint32_t exclusions = below(m, 3);
    for (uint32_t i = 0; i < exclusions; i++) {
        put(m, i > 0 ? ",{'when':" : "{'when':");
        put_condition(m, below(m, 3));
        put(m, below(m, 3) == 0 ? ",'reason':'r','soft':true}" : ",'reason':'r','soft':false}");
    }
    put(m, "],'routes':['self']}");
    bench_service(&m->t, m->text);
}

/* An answer to one of the facts that were not known. */
static wm_supposed make_answer(maker *m, wm_symbol fact)
{
    const wm_symbols *symbols = m->t.symbols;
    wm_supposed answer = { .fact = fact, .type = WM_FACT_FLAG, .flag = below(m, 2) == 0 };
    wm_str name = wm_symbols_text(symbols, fact);
    wm_date day = AS_OF - (wm_date)below(m, 40 * 365);
    if (wm_str_is(name, "age")) {
        answer.type = WM_FACT_AGE;
        answer.dates = (wm_date_range){ day - (wm_date)below(m, 700), day };
    } else if (wm_str_is(name, "birth_of_child")) {
        answer.type = WM_FACT_EVENT;
        answer.none = below(m, 3) == 0;
        answer.dates = (wm_date_range){ day - (wm_date)below(m, 700), day };
    } else if (wm_str_is(name, "conditions") || wm_str_is(name, "housing")) {
        answer.type = wm_str_is(name, "housing") ? WM_FACT_ONE : WM_FACT_SET;
        answer.term =
            wm_symbols_find(symbols, below(m, 2) == 0 ? WM_STR("autism") : WM_STR("hostel"));
    } else if (fact == WM_SYMBOL_SEVERITY) {
        answer.type = WM_FACT_LEVEL;
        answer.step = (uint8_t)below(m, 4);
    } else if (fact >= WM_SYMBOL_RESIDENCE_AREA && fact <= WM_SYMBOL_WORK_AREA) {
        static const char *const codes[] = { "bsw", "swindon", "east", "wales" };
        answer.type = WM_FACT_AREA;
        answer.term = wm_symbols_find(symbols, wm_str_of(codes[below(m, 4)]));
    } else if (wm_str_is(name, "parent")) {
        answer.type = WM_FACT_PEOPLE;
        answer.none = true;
    }
    return answer;
}

static bool lists(const wm_verdict_result *result, wm_symbol fact)
{
    for (size_t i = 0; i < result->missing_count; i++) {
        if (result->missing[i] == fact) {
            return true;
        }
    }
    return false;
}

static void compare(maker *m, const wm_verdict_result *before, const wm_symbol *facts, size_t count,
                    wm_trial *trial)
{
    wm_verdict_result after;
    wm_evaluation evaluation = { m->t.symbols, m->t.areas, wm_trial_facts(trial), NULL, NULL };
    wm_settling settling = { &m->t.criteria, &evaluation, before->truth, facts, count };
    wm_criteria_evaluate(&m->t.criteria, &evaluation, &after);
    bool unknown = after.verdict == WM_VERDICT_UNKNOWN;
    if (wm_is_unknown(&settling) != unknown) {
        fail_msg("expected %s: %s", wm_verdict_name(after.verdict), m->text);
    }
    for (size_t i = 0; i < before->missing_count && unknown; i++) {
        if (wm_is_missing(&settling, before->missing[i]) != lists(&after, before->missing[i])) {
            fail_msg("%.*s: %s", WM_STR_ARG(wm_symbols_text(m->t.symbols, before->missing[i])),
                     m->text);
        }
    }
    for (size_t i = 0; i < after.missing_count && unknown; i++) {
        assert_true(lists(before, after.missing[i])); /* nothing is missing that was not before */
    }
}

static bool play(maker *m)
{
    static const char *const known[] = { "{}", "{'student':true}",
                                         "{'carer':false,'residence_area':{'none':true}}",
                                         "{'age':{'years':20},'veteran':{'?':'not_asked'}}" };
    make_service(m);
    bench_facts(&m->t, AS_OF, known[below(m, 4)]);
    wm_verdict_result before = bench_evaluate(&m->t);
    wm_symbol facts[3];
    size_t count = 0;
    for (size_t i = 0; i < before.missing_count && count < 3; i++) {
        if (before.missing[i] != WM_SYMBOL_ASK_SERVICE && below(m, 2) == 0) {
            facts[count++] = before.missing[i];
        }
    }
    if (before.verdict != WM_VERDICT_UNKNOWN || count == 0) {
        return false;
    }
    wm_trial *trial = wm_trial_new(m->t.facts, facts, count, &m->t.arena);
    assert_non_null(trial);
    for (int again = 0; again < 4; again++) {
        for (size_t i = 0; i < count; i++) {
            wm_supposed answer = make_answer(m, facts[i]);
            wm_trial_answer(trial, i, m->t.areas, below(m, 4) == 0 ? NULL : &answer);
        }
        compare(m, &before, facts, count, trial);
    }
    return true;
}

static void an_answer_settles_what_the_whole_evaluation_says(void **state)
{
    (void)state;
    static maker m;
    size_t played = 0;
    m.random = wm_test_random_new(20260107);
    for (int i = 0; i < ROUNDS; i++) {
        bench_start(&m.t);
        played += play(&m) ? 1 : 0;
        bench_stop(&m.t);
    }
    assert_true(played > ROUNDS / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_settles_what_the_whole_evaluation_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

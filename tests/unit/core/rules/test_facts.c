/* test_facts.c: facts with a registry, with places that are filled in, and what can be asked of
 * them. */
#include "eligibility_bench.h"

static const char records[] =
    "[{'id':'age','type':'age'},{'id':'gp_area','type':'area'},{'id':'veteran','type':'flag'},"
    "{'id':'conditions','type':'set','options':[{'value':'autism'},{'value':'adhd'}]},"
    "{'id':'student_at','type':'one','options':['aston']},{'id':'risk','type':'level'},"
    "{'id':'left_care','type':'event'},{'id':'child','type':'people'},"
    "{'id':'interests','type':'set'}]";

static wm_fact_registry *registry_of(bench *t)
{
    wm_fact_registry *registry = NULL;
    assert_ok(wm_fact_registry_new(wm_env_system(), &registry, &t->err), &t->err);
    const wm_json *list = wm_test_json(&t->arena, records);
    for (uint32_t i = 0; i < list->count; i++) {
        assert_ok(wm_fact_registry_add(registry, &list->as.items[i], &t->err), &t->err);
    }
    return registry;
}

static void a_registry_knows_types_and_terms(void **state)
{
    (void)state;
    bench t;
    bench_start(&t);
    wm_fact_registry *registry = registry_of(&t);
    wm_fact_type type = WM_FACT_FLAG;
    assert_true(wm_fact_registry_find(registry, WM_STR("left_care"), &type));
    assert_int_equal(type, WM_FACT_EVENT);
    assert_false(wm_fact_registry_find(registry, WM_STR("veterans"), &type));
    assert_true(wm_fact_registry_has_term(registry, WM_STR("conditions"), WM_STR("adhd")));
    assert_false(wm_fact_registry_has_term(registry, WM_STR("conditions"), WM_STR("aston")));
    assert_true(wm_fact_registry_has_term(registry, WM_STR("interests"), WM_STR("anything")));
    assert_false(wm_fact_registry_has_term(registry, WM_STR("nothing"), WM_STR("anything")));
    assert_int_equal(
        wm_fact_registry_add(registry, wm_test_json(&t.arena, "{'id':'x','type':'y'}"), &t.err),
        WM_BAD_RECORD);
    assert_contains(t.err.text, "fact x: type: expected flag, age");
    wm_fact_registry_free(registry);
    bench_stop(&t);
}

static void with_a_registry_wrong_facts_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *facts;
        const char *text;
    } cases[] = {
        { "{'veterans':true}",
          "facts.veterans: expected a fact of the directory, found \"veterans\"" },
        { "{'veterans':{'?':'declined'}}", "expected a fact of the directory" },
        { "{'veteran':'yes'}", "facts.veteran: expected true or false, found \"yes\"" },
        { "{'veteran':{'has':['a']}}", "facts.veteran: expected true or false" },
        { "{'conditions':true}", "facts.conditions: expected {\"has\"" },
        { "{'conditions':{'has':['autims']}}",
          "facts.conditions: expected one of the fact's options, found \"autims\"" },
        { "{'student_at':'oxford'}", "expected one of the fact's options, found \"oxford\"" },
        { "{'gp_area':'atlantis'}",
          "facts.gp_area: expected the code of a locality, found \"atlantis\"" },
        { "{'child':{'people':[{'veterans':true}]}}",
          "facts.child.people[0].veterans: expected a fact of the directory" },
        { "{'left_care':true}", "facts.left_care: expected {\"date\":..}" },
        { "{'child':[]}", "facts.child: expected {\"people\":[facts]" },
    };
    bench t;
    bench_start(&t);
    bench_service(&t, "{}");
    wm_fact_registry *registry = registry_of(&t);
    wm_facts_context context = { t.symbols, t.areas, registry, 20468 };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(wm_facts_parse(&t.arena, wm_test_json(&t.arena, cases[i].facts), &context,
                                        &t.facts, &t.err),
                         WM_BAD_INPUT);
        assert_contains(t.err.text, cases[i].text);
    }
    wm_fact_registry_free(registry);
    bench_stop(&t);
}

static void with_a_registry_wrong_criteria_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *service;
        const char *text;
    } cases[] = {
        { "{'who':{'is':'veterans'}}",
          "who.is: expected a fact of the directory, found \"veterans\"" },
        { "{'who':{'is':'conditions'}}",
          "who.is: expected a fact of type flag, found \"conditions\" of type set" },
        { "{'who':{'has':{'conditions':['autism','tics']}}}",
          "who.has.conditions[1]: expected one of the options of conditions, found \"tics\"" },
        { "{'who':{'in':{'student_at':['oxford']}}}", "expected one of the options of student_at" },
        { "{'who':{'since':{'event':'veteran'}}}",
          "who.since.event: expected a fact of type event, found \"veteran\" of type flag" },
        { "{'who':{'about':{'who':'parent','that':{'is':'veteran'}}}}",
          "who.about: expected a fact of the directory, found \"parent\"" },
        { "{'who':{'level':{'severity':{'min':'mild'}}}}",
          "who.level.severity: expected a fact of the directory, found \"severity\"" },
    };
    bench t;
    bench_start(&t);
    wm_fact_registry *registry = registry_of(&t);
    wm_criteria_context context = { t.symbols, registry, false };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(wm_criteria_compile(wm_test_json(&t.arena, cases[i].service), &context,
                                             &t.program, &t.err),
                         WM_BAD_RECORD);
        assert_contains(t.err.text, cases[i].text);
    }
    assert_ok(wm_criteria_compile(wm_test_json(&t.arena, "{'who':{'all':[{'is':'veteran'},"
                                                         "{'age':{'min':3}},"
                                                         "{'level':{'risk':{'max':'low'}}},"
                                                         "{'has':{'interests':['chess']}}]}}"),
                                  &context, &t.program, &t.err),
              &t.err);
    wm_fact_registry_free(registry);
    bench_stop(&t);
}

static void a_place_fills_only_what_is_absent(void **state)
{
    (void)state;
    bench t;
    bench_start(&t);
    bench_service(&t, "{'who':{'area':{'of':['residence'],'in':['swindon']}}}");
    bench_facts(&t, 20468, "{'gp_area':{'?':'declined'}}");
    wm_facts_context context = { t.symbols, t.areas, NULL, 20468 };
    wm_str codes[] = { WM_STR("swindon"), WM_STR("banes") };
    const wm_area_place *places = NULL;
    size_t count = 0;
    assert_int_equal(wm_facts_area(t.facts, WM_DIMENSION_RESIDENCE, &places, &count),
                     WM_AREA_UNKNOWN);
    assert_ok(
        wm_facts_fill_area(t.facts, &t.arena, WM_DIMENSION_RESIDENCE, codes, 2, &context, &t.err),
        &t.err);
    assert_int_equal(wm_facts_area(t.facts, WM_DIMENSION_RESIDENCE, &places, &count),
                     WM_AREA_CODES);
    assert_int_equal(count, 2);
    assert_true(wm_str_is(places[1].code, "banes"));
    assert_int_equal(places[1].symbol, WM_SYMBOL_NONE);
    assert_true(places[1].place != WM_LOCALITY_NONE);
    assert_int_equal(bench_evaluate(&t).verdict, WM_VERDICT_UNKNOWN);
    assert_ok(
        wm_facts_fill_area(t.facts, &t.arena, WM_DIMENSION_RESIDENCE, codes, 1, &context, &t.err),
        &t.err);
    assert_int_equal(bench_evaluate(&t).verdict, WM_VERDICT_UNKNOWN);
    assert_ok(wm_facts_fill_area(t.facts, &t.arena, WM_DIMENSION_GP, codes, 1, &context, &t.err),
              &t.err);
    assert_int_equal(wm_facts_area(t.facts, WM_DIMENSION_GP, &places, &count), WM_AREA_UNKNOWN);
    bench_stop(&t);
}

static void facts_say_what_was_given_and_what_was_declined(void **state)
{
    (void)state;
    bench t;
    bench_start(&t);
    bench_facts(&t, WM_DATE_NONE,
                "{'as_of':'2026-01-15','age':{'dob':'2001'},'veteran':{'?':'declined'},"
                "'risk':{'?':'not_asked'},'student':true,'gp_area':{'none':true}}");
    bool declined = false;
    assert_true(wm_facts_given(t.facts, WM_STR("veteran"), &declined) && declined);
    assert_true(wm_facts_given(t.facts, WM_STR("student"), &declined) && !declined);
    assert_true(wm_facts_given(t.facts, WM_STR("risk"), &declined) && !declined);
    assert_true(wm_facts_given(t.facts, WM_STR("age"), NULL));
    assert_true(wm_facts_given(t.facts, WM_STR("gp_area"), NULL));
    assert_false(wm_facts_given(t.facts, WM_STR("severity"), &declined) || declined);
    assert_int_equal(wm_facts_as_of(t.facts), 20468);
    wm_date earliest = 0;
    wm_date latest = 0;
    assert_true(wm_facts_birth(t.facts, &earliest, &latest));
    assert_int_equal(latest - earliest, 364);
    bench_facts(&t, 20468, "{}");
    assert_false(wm_facts_birth(t.facts, &earliest, &latest));
    wm_facts_context context = { t.symbols, NULL, NULL, WM_DATE_NONE };
    assert_int_equal(wm_facts_parse(&t.arena, NULL, &context, &t.facts, &t.err), WM_BAD_INPUT);
    assert_contains(t.err.text, "facts.as_of: expected a date as \"2026-01-31\", found nothing");
    bench_stop(&t);
}

static void codes_that_came_later_are_unknown_until_the_map_takes_them_in(void **state)
{
    (void)state;
    bench t;
    bench_start(&t);
    bench_service(&t, "{}");
    wm_area_map *old_map = NULL;
    assert_ok(wm_area_map_new(wm_env_system(), t.symbols, t.tree, &old_map, &t.err), &t.err);
    bench_service(&t, "{'who':{'area':{'of':['gp'],'in':['swindon']}}}");
    bench_facts(&t, 20468, "{'gp_area':'banes'}");
    wm_evaluation evaluation = { t.symbols, old_map, t.facts, NULL, NULL };
    assert_int_equal(wm_criteria_holds(&t.criteria, &evaluation), WM_TRUTH_U);
    assert_ok(wm_area_map_update(old_map, &t.err), &t.err);
    assert_int_equal(wm_criteria_holds(&t.criteria, &evaluation), WM_TRUTH_F);
    wm_area_map_free(old_map);
    bench_stop(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_registry_knows_types_and_terms),
        cmocka_unit_test(with_a_registry_wrong_facts_are_named),
        cmocka_unit_test(with_a_registry_wrong_criteria_are_named),
        cmocka_unit_test(a_place_fills_only_what_is_absent),
        cmocka_unit_test(facts_say_what_was_given_and_what_was_declined),
        cmocka_unit_test(codes_that_came_later_are_unknown_until_the_map_takes_them_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

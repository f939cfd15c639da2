/* test_program.c: compiled programs: what they hold, and that a damaged one does no harm. */
#include "eligibility_bench.h"

#include "fault.h"

#include <stdlib.h>

static const char rich[] =
    "{'who':{'all':[{'age':{'min':16,'max':{'y':25,'m':6},'on':'school_cutoff'}},"
    "{'area':{'of':['residence','gp'],'in':['swindon','bsol']}},"
    "{'any':[{'is':'pregnant'},{'since':{'event':'pregnancy_ended','within':{'m':24}}}]},"
    "{'atleast':{'n':1,'of':[{'in':{'student_at':['aston','newman']}},"
    "{'has':{'conditions':['autism','adhd']}}]}},"
    "{'about':{'who':'child','that':{'not':{'age':{'before':5}}}}},"
    "{'check':'ready to join a group'},{'const':true}]},"
    "'not_for':[{'when':{'level':{'risk':{'min':'high'}}},'reason':'risk_too_high',"
    "'instead':['crisis_line','safe_space']},"
    "{'when':{'is':'seen'},'reason':'already_in_secondary_care','soft':true}]}";

static const char someone[] =
    "{'age':{'dob':'2006-02'},'residence_area':{'one_of':['swindon','banes']},"
    "'gp_area':'east','pregnant':false,'pregnancy_ended':{'months':7},"
    "'student_at':{'one_of':['aston','x']},'conditions':{'has':['adhd'],'not':['autism']},"
    "'child':{'people':[{'age':{'years':6},'residence_area':'bsw'}]},'risk':'low','seen':true}";

#define AS_OF ((wm_date)20468) /* 2026-01-15 */

static void a_program_names_its_facts_and_exclusions(void **state)
{
    (void)state;
    bench t;
    bench_start(&t);
    bench_service(&t, rich);
    wm_symbol facts[WM_MISSING_MAX];
    size_t count = wm_criteria_facts(&t.criteria, facts, WM_MISSING_MAX);
    static const char *const names[] = { "age",        "residence_area", "gp_area",
                                         "risk",       "pregnant",       "pregnancy_ended",
                                         "student_at", "conditions",     "child",
                                         "seen" };
    assert_int_equal(count, sizeof names / sizeof names[0]);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(wm_criteria_facts(&t.criteria, facts, WM_MISSING_MAX), count);
        bool found = false;
        for (size_t k = 0; k < count; k++) {
            found = found || wm_str_is(wm_symbols_text(t.symbols, facts[k]), names[i]);
        }
        assert_true(found);
    }
    assert_int_equal(wm_criteria_facts(&t.criteria, facts, 3), 3);
    assert_int_equal(t.criteria.exclusion_count, 2);
    wm_exclusion exclusion = wm_criteria_exclusion(&t.criteria, 0);
    assert_false(exclusion.soft);
    assert_true(wm_str_is(wm_symbols_text(t.symbols, exclusion.reason), "risk_too_high"));
    assert_int_equal(exclusion.instead_count, 2);
    assert_true(wm_str_is(
        wm_symbols_text(t.symbols, wm_criteria_instead(&t.criteria, &exclusion, 1)), "safe_space"));
    assert_true(wm_criteria_exclusion(&t.criteria, 1).soft);
    bench_stop(&t);
}

static void the_same_criteria_compile_to_the_same_bytes(void **state)
{
    (void)state;
    bench t;
    bench_start(&t);
    bench_service(&t, rich);
    wm_str first = wm_arena_copy(&t.arena, wm_buf_str(&t.program));
    bench_service(&t, rich);
    assert_true(wm_str_equal(first, wm_buf_str(&t.program)));
    bench_stop(&t);
}

static void fixed_names_have_fixed_numbers(void **state)
{
    (void)state;
    wm_error err = { 0 };
    wm_symbols *symbols = NULL;
    assert_ok(wm_symbols_new(wm_env_system(), &symbols, &err), &err);
    wm_symbol symbol = WM_SYMBOL_NONE;
    assert_ok(wm_symbols_intern(symbols, WM_STR("something"), &symbol, &err), &err);
    assert_int_equal(wm_criteria_prepare_symbols(symbols, &err), WM_CORRUPT);
    assert_contains(err.text, "expected \"?ask_service\" as number 0, found 1");
    wm_symbols_free(symbols);
}

/* Whatever can be done with a program is done; the sanitizer watches. */
static void use(const bench *t, const char *bytes, size_t length)
{
    char *copy = malloc(length > 0 ? length : 1);
    assert_non_null(copy);
    if (length > 0) {
        memcpy(copy, bytes, length);
    }
    wm_criteria criteria;
    wm_error err = { 0 };
    wm_status status = wm_criteria_load(copy, length, &criteria, &err);
    if (status != WM_OK) {
        assert_true(status == WM_CORRUPT || status == WM_NEWER);
        assert_true(err.text[0] != '\0');
        free(copy);
        return;
    }
    wm_evaluation evaluation = { t->symbols, t->areas, t->facts, NULL, NULL };
    wm_verdict_result result;
    wm_criteria_evaluate(&criteria, &evaluation, &result);
    (void)wm_criteria_holds(&criteria, &evaluation);
    wm_symbol facts[WM_MISSING_MAX];
    (void)wm_criteria_facts(&criteria, facts, WM_MISSING_MAX);
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), 4 * WM_MIB);
    wm_json_out out;
    wm_json_out_init(&out, &text);
    wm_json_out_array(&out);
    assert_ok(wm_criteria_explain(&criteria, &evaluation, &result, NULL, &out, &err), &err);
    assert_ok(wm_criteria_why(&criteria, &evaluation, &result, NULL, 8, &out, &err), &err);
    wm_json_out_end_array(&out);
    wm_buf_fini(&text);
    free(copy);
}

static void a_truncated_program_is_refused(void **state)
{
    (void)state;
    bench t;
    bench_start(&t);
    bench_service(&t, rich);
    bench_facts(&t, AS_OF, someone);
    wm_criteria criteria;
    for (size_t length = 0; length < t.program.len; length++) {
        assert_int_equal(wm_criteria_load(t.program.data, length, &criteria, NULL), WM_CORRUPT);
        use(&t, t.program.data, length);
    }
    bench_stop(&t);
}

static void a_flipped_bit_never_reads_out_of_bounds(void **state)
{
    (void)state;
    bench t;
    bench_start(&t);
    bench_service(&t, rich);
    bench_facts(&t, AS_OF, someone);
    for (size_t at = 0; at < t.program.len; at++) {
        for (int bit = 0; bit < 8; bit++) {
            t.program.data[at] = (char)(t.program.data[at] ^ 1 << bit);
            use(&t, t.program.data, t.program.len);
            t.program.data[at] = (char)(t.program.data[at] ^ 1 << bit);
        }
    }
    bench_stop(&t);
}

static void random_damage_never_reads_out_of_bounds(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(7);
    bench t;
    bench_start(&t);
    bench_service(&t, rich);
    bench_facts(&t, AS_OF, someone);
    wm_str whole = wm_arena_copy(&t.arena, wm_buf_str(&t.program));
    for (int round = 0; round < 20000; round++) {
        memcpy(t.program.data, whole.ptr, whole.len);
        for (uint32_t i = 0; i <= wm_test_random_below(&random, 4); i++) {
            /* small numbers: what spans, counts and offsets are made of */
            uint32_t at = wm_test_random_below(&random, (uint32_t)whole.len);
            t.program.data[at] = (char)wm_test_random_below(&random, 40);
        }
        use(&t, t.program.data, t.program.len);
    }
    bench_stop(&t);
}

static void a_newer_program_says_so(void **state)
{
    (void)state;
    bench t;
    bench_start(&t);
    bench_service(&t, rich);
    t.program.data[3] = 2;
    assert_int_equal(wm_criteria_load(t.program.data, t.program.len, &t.criteria, &t.err),
                     WM_NEWER);
    assert_contains(t.err.text, "expected version 1, found 2");
    bench_stop(&t);
}

static void more_than_256_nodes_are_refused(void **state)
{
    (void)state;
    bench t;
    bench_start(&t);
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_criteria_context context = { .symbols = t.symbols };
    for (int extra = 0; extra < 2; extra++) {
        wm_buf_reset(&text);
        wm_buf_reset(&t.program);
        wm_buf_put_text(&text, "{'who':{'any':[");
        for (int i = 0; i < 255 + extra; i++) {
            wm_buf_printf(&text, "%s{'is':'f%d'}", i > 0 ? "," : "", i);
        }
        wm_buf_put_text(&text, "]}}");
        wm_status status =
            wm_criteria_compile(wm_test_json(&t.arena, text.data), &context, &t.program, &t.err);
        assert_int_equal(status, extra == 0 ? WM_OK : WM_BAD_RECORD);
    }
    assert_contains(t.err.text, "who.any[255]: expected at most 256 conditions, found more");
    wm_buf_fini(&text);
    bench_stop(&t);
}

/* ---- conditions of rules --------------------------------------------------------------------- */

static void a_rule_may_read_the_facts_of_whoever_asks(void **state)
{
    (void)state;
    bench t;
    bench_start(&t);
    wm_criteria_context context = { .symbols = t.symbols, .allow_actor = true };
    const wm_json *when =
        wm_test_json(&t.arena, "{'all':[{'is':'child_under_5'},{'actor':{'any':[{'is':'carer'},"
                               "{'about':{'who':'child','that':{'age':{'max':4}}}}]}}]}");
    assert_ok(wm_criteria_compile_condition(when, "when", &context, &t.program, &t.err), &t.err);
    assert_ok(wm_criteria_load(t.program.data, t.program.len, &t.criteria, &t.err), &t.err);
    bench_facts(&t, AS_OF, "{'child_under_5':true,'carer':false}");
    wm_evaluation evaluation = { t.symbols, NULL, t.facts, NULL, NULL };
    assert_int_equal(wm_criteria_holds(&t.criteria, &evaluation), WM_TRUTH_U);
    wm_verdict_result result;
    wm_criteria_evaluate(&t.criteria, &evaluation, &result);
    assert_int_equal(result.missing_count, 1);
    assert_int_equal(result.missing[0], WM_SYMBOL_ACTOR);
    wm_facts *person = t.facts;
    bench_facts(&t, AS_OF, "{'carer':true}");
    evaluation.facts = person;
    evaluation.actor_facts = t.facts;
    assert_int_equal(wm_criteria_holds(&t.criteria, &evaluation), WM_TRUTH_T);
    bench_facts(&t, AS_OF, "{'carer':false,'child':{'people':[],'complete':true}}");
    evaluation.actor_facts = t.facts;
    assert_int_equal(wm_criteria_holds(&t.criteria, &evaluation), WM_TRUTH_F);
    bench_stop(&t);
}

/* ---- memory ------------------------------------------------------------------------------------
 */

static wm_status run_all(const wm_env *env, const wm_json *service, const wm_json *person)
{
    wm_symbols *symbols = NULL;
    wm_area_map *areas = NULL;
    wm_arena arena;
    wm_buf program;
    wm_buf text;
    wm_arena_init(&arena, env, 4 * WM_MIB);
    wm_buf_init(&program, env, WM_MIB);
    wm_buf_init(&text, env, WM_MIB);
    wm_status status = wm_symbols_new(env, &symbols, NULL);
    status = status == WM_OK ? wm_criteria_prepare_symbols(symbols, NULL) : status;
    wm_criteria_context context = { .symbols = symbols };
    status = status == WM_OK ? wm_criteria_compile(service, &context, &program, NULL) : status;
    wm_criteria criteria;
    memset(&criteria, 0, sizeof criteria);
    status =
        status == WM_OK ? wm_criteria_load(program.data, program.len, &criteria, NULL) : status;
    status = status == WM_OK ? wm_area_map_new(env, symbols, NULL, &areas, NULL) : status;
    wm_facts_context facts_context = { symbols, areas, NULL, AS_OF };
    wm_facts *facts = NULL;
    status =
        status == WM_OK ? wm_facts_parse(&arena, person, &facts_context, &facts, NULL) : status;
    wm_str code = WM_STR("bsw");
    status = status == WM_OK ? wm_facts_fill_area(facts, &arena, WM_DIMENSION_SCHOOL, &code, 1,
                                                  &facts_context, NULL)
                             : status;
    if (status == WM_OK) {
        wm_evaluation evaluation = { symbols, areas, facts, NULL, NULL };
        wm_verdict_result result;
        wm_criteria_evaluate(&criteria, &evaluation, &result);
        wm_json_out out;
        wm_json_out_init(&out, &text);
        wm_json_out_array(&out);
        status = wm_criteria_explain(&criteria, &evaluation, &result, NULL, &out, NULL);
        wm_status why = wm_criteria_why(&criteria, &evaluation, &result, NULL, 8, &out, NULL);
        wm_json_out_end_array(&out);
        status = status == WM_OK ? why : status;
        status = status == WM_OK ? wm_buf_status(&text, NULL) : status;
    }
    wm_area_map_free(areas);
    wm_symbols_free(symbols);
    wm_buf_fini(&text);
    wm_buf_fini(&program);
    wm_arena_fini(&arena);
    return status;
}

static wm_status ignore_finding(void *context, const wm_finding *finding)
{
    (void)context;
    (void)finding;
    return WM_OK;
}

static wm_status run_validation(const wm_env *env, const wm_json *service)
{
    wm_validation validation = { .env = env, .kind = WM_KIND_SERVICE, .path = "eligibility" };
    wm_finding_sink sink = { ignore_finding, NULL };
    return wm_criteria_validate(service, &validation, &sink, NULL);
}

static wm_status run_registry(const wm_env *env, const wm_json *records)
{
    wm_fact_registry *registry = NULL;
    wm_status status = wm_fact_registry_new(env, &registry, NULL);
    for (uint32_t i = 0; i < records->count && status == WM_OK; i++) {
        status = wm_fact_registry_add(registry, &records->as.items[i], NULL);
    }
    wm_fact_registry_free(registry);
    return status;
}

static wm_status run_line(const wm_env *env)
{
    wm_buf out;
    wm_buf_init(&out, env, WM_MIB);
    wm_status status = wm_eval_line(
        env, NULL,
        WM_STR("{\"service\":{\"who\":{\"is\":\"a\"}},\"facts\":{\"as_of\":\"2026-01-15\"}}"), 1,
        &out, NULL);
    wm_buf_fini(&out);
    return status;
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    const wm_json *service = wm_test_json(&arena, rich);
    const wm_json *person = wm_test_json(&arena, someone);
    const wm_json *records = wm_test_json(
        &arena, "[{'id':'a','type':'flag'},{'id':'b','type':'set','options':[{'value':'x'},'y']}]");
    wm_fault_env fault;
    wm_fault_env_init(&fault);
    wm_status status = WM_OK;
    FAULT_SWEEP(status = run_all(&fault.env, service, person), {
        assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
        assert_int_equal(wm_fault_live_blocks(), 0);
    });
    FAULT_SWEEP(status = run_validation(&fault.env, service), {
        assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
        assert_int_equal(wm_fault_live_blocks(), 0);
    });
    FAULT_SWEEP(status = run_registry(&fault.env, records), {
        assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
        assert_int_equal(wm_fault_live_blocks(), 0);
    });
    FAULT_SWEEP(status = run_line(&fault.env), {
        assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
        assert_int_equal(wm_fault_live_blocks(), 0);
    });
    wm_arena_fini(&arena);
}

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_names_its_facts_and_exclusions),
        cmocka_unit_test(the_same_criteria_compile_to_the_same_bytes),
        cmocka_unit_test(fixed_names_have_fixed_numbers),
        cmocka_unit_test(a_truncated_program_is_refused),
        cmocka_unit_test(a_flipped_bit_never_reads_out_of_bounds),
        cmocka_unit_test(random_damage_never_reads_out_of_bounds),
        cmocka_unit_test(a_newer_program_says_so),
        cmocka_unit_test(more_than_256_nodes_are_refused),
        cmocka_unit_test(a_rule_may_read_the_facts_of_whoever_asks),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_explain.c: the explanation tree, the list of sentences, and the lines of eval. */
#include "eligibility_bench.h"

#include <stdio.h>

static const char *explain(bench *t, const char *service, const char *facts, wm_buf *text)
{
    bench_service(t, service);
    bench_facts(t, 20468, facts);
    wm_evaluation evaluation = { t->symbols, t->areas, t->facts, NULL, NULL };
    wm_verdict_result result = bench_evaluate(t);
    wm_json_out out;
    wm_buf_reset(text);
    wm_json_out_init(&out, text);
    assert_ok(wm_criteria_explain(&t->criteria, &evaluation, &result, NULL, &out, &t->err),
              &t->err);
    const wm_json *parsed = NULL;
    assert_ok(wm_json_parse(&t->arena, wm_buf_str(text), WM_MIB, &parsed, &t->err), &t->err);
    for (size_t i = 0; i < text->len; i++) {
        text->data[i] = text->data[i] == '"' ? '\'' : text->data[i];
    }
    return text->data;
}

static void the_tree_says_what_was_asked_what_was_seen_and_what_decides(void **state)
{
    (void)state;
    bench t;
    wm_buf text;
    bench_start(&t);
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    assert_string_equal(
        explain(&t,
                "{'who':{'all':[{'age':{'min':16,'max':{'y':25,'m':6}}},{'is':'student'}]},"
                "'not_for':[{'when':{'has':{'treatment':['x']}},'reason':'r','instead':['o']}]}",
                "{'age':{'years':26},'student':true}", &text),
        "{'node':'eligibility','verdict':'NOT_ELIGIBLE','decisive':true,"
        "'text':'This service is not for this person','children':["
        "{'node':'all','verdict':'F','decisive':true,'text':'All of these','children':["
        "{'node':'age','verdict':'F','decisive':true,'fact':'age','observed':{'years':26},"
        "'required':{'min':16,'max':{'y':25,'m':6}},"
        "'text':'For people aged 16 to 25 years 6 months; you are 26'},"
        "{'node':'is','verdict':'T','decisive':false,'fact':'student','observed':true,"
        "'required':'student','text':'For people for whom this is true: student'}]},"
        "{'node':'not_for','verdict':'U','decisive':false,"
        "'required':{'reason':'r','soft':false,'instead':['o']},"
        "'text':'There is something to check first: this service is not for everyone',"
        "'children':[{'node':'has','verdict':'U','decisive':false,'fact':'treatment',"
        "'observed':null,'required':{'treatment':['x']},"
        "'text':'There is something to check first: this service is not for everyone'}]}]}");
    wm_buf_fini(&text);
    bench_stop(&t);
}

/* `required` is the condition in its own language, so that reading it back says the same. */
static void every_leaf_says_what_it_requires_in_its_own_language(void **state)
{
    (void)state;
    static const char *const leaves[] = {
        "'age':{'min':16,'before':18}",
        "'age':{'max':{'y':4,'m':6},'on':'school_cutoff'}",
        "'since':{'event':'e','min':{'y':0,'m':6},'within':2}",
        "'area':{'of':['residence','gp'],'in':['swindon','bsol']}",
        "'is':'veteran'",
        "'in':{'student_at':['aston','newman']}",
        "'has':{'conditions':['autism']}",
        "'level':{'severity':{'min':'mild','max':'moderate'}}",
        "'level':{'risk':{'max':'low'}}",
        ("'about':{'who':'child','that':{'all':[{'not':{'is':'a'}},{'any':[]},{'atleast':{'n':1,"
         "'of':[{'const':true}]}}]}}"),
        "'check':'ready to join'",
        "'const':false",
    };
    bench t;
    wm_buf text;
    bench_start(&t);
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++) {
        char service[512];
        char required[512];
        (void)snprintf(service, sizeof service, "{'who':{%s}}", leaves[i]);
        (void)snprintf(required, sizeof required, "'required':%s,'text'",
                       strchr(leaves[i], ':') + 1);
        assert_contains(explain(&t, service, "{}", &text), required);
    }
    wm_buf_fini(&text);
    bench_stop(&t);
}

static void a_place_that_was_filled_in_is_observed(void **state)
{
    (void)state;
    bench t;
    wm_buf text;
    bench_start(&t);
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    bench_service(&t, "{'who':{'area':{'of':['residence','gp'],'in':['swindon']}}}");
    bench_facts(&t, 20468, "{'gp_area':'banes'}");
    wm_facts_context context = { t.symbols, t.areas, NULL, 20468 };
    wm_str code = WM_STR("bsw");
    assert_ok(
        wm_facts_fill_area(t.facts, &t.arena, WM_DIMENSION_RESIDENCE, &code, 1, &context, &t.err),
        &t.err);
    wm_evaluation evaluation = { t.symbols, t.areas, t.facts, NULL, NULL };
    wm_verdict_result result = bench_evaluate(&t);
    wm_json_out out;
    wm_json_out_init(&out, &text);
    assert_ok(wm_criteria_explain(&t.criteria, &evaluation, &result, NULL, &out, &t.err), &t.err);
    assert_contains(text.data, "\"observed\":{\"residence_area\":{\"one_of\":[\"bsw\"]},"
                               "\"gp_area\":\"banes\"}");
    wm_buf_fini(&text);
    bench_stop(&t);
}

static void a_list_of_reasons_is_never_longer_than_asked(void **state)
{
    (void)state;
    bench t;
    wm_buf text;
    bench_start(&t);
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    bench_service(&t, "{'who':{'all':[{'is':'a'},{'is':'b'},{'is':'c'}]}}");
    bench_facts(&t, 20468, "{}");
    wm_evaluation evaluation = { t.symbols, t.areas, t.facts, NULL, NULL };
    wm_verdict_result result = bench_evaluate(&t);
    for (size_t max = 0; max <= 4; max++) {
        wm_json_out out;
        const wm_json *list = NULL;
        wm_buf_reset(&text);
        wm_json_out_init(&out, &text);
        wm_json_out_array(&out);
        assert_ok(wm_criteria_why(&t.criteria, &evaluation, &result, NULL, max, &out, &t.err),
                  &t.err);
        wm_json_out_end_array(&out);
        assert_ok(wm_json_parse(&t.arena, wm_buf_str(&text), WM_MIB, &list, &t.err), &t.err);
        assert_int_equal(list->count, max < 3 ? max : 3);
    }
    wm_buf_reset(&text);
    assert_ok(wm_criteria_sentence(&t.criteria, &evaluation, &result, 2, NULL, &text, &t.err),
              &t.err);
    assert_string_equal(text.data, "For people for whom this is true: b; we do not know this yet");
    assert_int_equal(
        wm_criteria_sentence(&t.criteria, &evaluation, &result, 0, NULL, &text, &t.err),
        WM_BAD_ARGUMENT);
    wm_buf_fini(&text);
    bench_stop(&t);
}

static void words_for_someone_else_speak_of_them(void **state)
{
    (void)state;
    bench t;
    wm_buf text;
    bench_start(&t);
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    bench_service(&t, "{'who':{'age':{'min':16}}}");
    bench_facts(&t, 20468, "{'age':{'years':7}}");
    wm_words words = { .third_person = true };
    wm_evaluation evaluation = { t.symbols, t.areas, t.facts, NULL, NULL };
    wm_verdict_result result = bench_evaluate(&t);
    assert_ok(wm_criteria_sentence(&t.criteria, &evaluation, &result, 0, &words, &text, &t.err),
              &t.err);
    assert_string_equal(text.data, "For people aged 16 or over; they are 7");
    wm_buf_fini(&text);
    bench_stop(&t);
}

static bool says_nothing_again(void *context, wm_str key, wm_buf *out)
{
    (void)context;
    (void)key;
    (void)out;
    return false;
}

static void note_said(void *context, wm_str key, wm_str text)
{
    int *times = context;
    (void)key;
    assert_true(wm_str_is(text, "For people aged 16 or over"));
    (*times)++;
}

/* What found no room is no sentence to say again to the next one who asks. */
static void what_was_cut_is_not_kept(void **state)
{
    (void)state;
    bench t;
    int times = 0;
    bench_start(&t);
    bench_service(&t, "{'who':{'age':{'min':16}}}");
    bench_facts(&t, 20468, "{'age':{'years':7}}");
    wm_words words = { .say_again = says_nothing_again, .said = note_said, .context = &times };
    wm_evaluation evaluation = { t.symbols, t.areas, t.facts, NULL, NULL };
    wm_verdict_result result = bench_evaluate(&t);
    for (size_t room = 0; room < 64; room++) {
        wm_buf text;
        wm_buf_init(&text, wm_env_system(), room);
        wm_status status =
            wm_criteria_sentence(&t.criteria, &evaluation, &result, 0, &words, &text, NULL);
        assert_true(status == WM_TOO_LARGE || text.len >= strlen("For people aged 16 or over"));
        wm_buf_fini(&text);
    }
    assert_true(times > 0 && times < 64);
    bench_stop(&t);
}

static void only_an_area_decides_is_said(void **state)
{
    (void)state;
    bench t;
    bench_start(&t);
    bench_service(&t, "{'who':{'all':[{'area':{'of':['gp'],'in':['swindon']}},{'is':'a'}]}}");
    bench_facts(&t, 20468, "{'gp_area':'banes','a':true}");
    assert_true(bench_evaluate(&t).only_area_decides);
    bench_facts(&t, 20468, "{'gp_area':'banes','a':false}");
    wm_verdict_result result = bench_evaluate(&t);
    assert_false(result.only_area_decides);
    assert_int_equal(result.deciding_count, 2);
    bench_facts(&t, 20468, "{'gp_area':'swindon'}");
    assert_false(bench_evaluate(&t).only_area_decides);
    bench_stop(&t);
}

static void a_leaf_that_holds_against_someone_is_told_from_one_that_fails(void **state)
{
    (void)state;
    bench t;
    bench_start(&t);
    bench_service(&t, "{'who':{'is':'a'},'not_for':[{'when':{'is':'b'},'reason':'r'}]}");
    bench_facts(&t, 20468, "{'a':true,'b':true}");
    assert_true(bench_evaluate(&t).near_miss_holds);
    bench_facts(&t, 20468, "{'a':false,'b':false}");
    assert_false(bench_evaluate(&t).near_miss_holds);
    bench_stop(&t);
}

/* ---- eval ------------------------------------------------------------------------------------ */

static void eval_answers_each_line_in_its_own_shape(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        wm_status status;
        const char *out;
    } cases[] = {
        { "{'service':{'who':{'is':'a'}},'facts':{'a':true,'as_of':'2026-01-15'}}", WM_OK,
          "{'verdict':'ELIGIBLE','missing':[],'near_miss':false}" },
        { "{'service':{'who':{'all':[{'is':'b'},{'is':'a'},{'check':'c'}]}},"
          "'facts':{'as_of':'2026-01-15'}}",
          WM_OK, "{'verdict':'UNKNOWN','missing':['?ask_service','a','b'],'near_miss':false}" },
        { "{'service':{'who':{'area':{'of':['gp'],'in':['E1']}}},"
          "'facts':{'gp_area':'E2','as_of':'2026-01-15'}}",
          WM_OK, "{'verdict':'NOT_ELIGIBLE','missing':[],'near_miss':true}" },
        { "{'service':{'who':{'area':{'of':['gp'],'in':['swindon']}}},"
          "'facts':{'gp_area':'bsw','as_of':'2026-01-15'}}",
          WM_OK, "{'verdict':'UNKNOWN','missing':['gp_area'],'near_miss':false}" },
        { "{'service':{'who':{'is':'a'}},'facts':{'a':'x','as_of':'2026-01-15'}}", WM_BAD_INPUT,
          "{'error':{'line':7,'text':'facts.a: expected true or false, found \\'x\\''}}" },
        { "{'service':{'who':{'about':{'who':'child','that':{'is':'a'}}}},"
          "'facts':{'child':{'people':[{'a':{'has':[]}}]},'as_of':'2026-01-15'}}",
          WM_BAD_INPUT,
          "{'error':{'line':7,'text':'facts.child.people[0].a: expected true or false, found an "
          "object with "
          "\\'has\\''}}" },
        { "{'service':{},'facts':{}}", WM_BAD_INPUT,
          "{'error':{'line':7,'text':'facts.as_of: expected a date as \\'2026-01-31\\', found "
          "nothing'}}" },
        { "{'service':{}}", WM_BAD_INPUT,
          "{'error':{'line':7,'text':'facts: expected an object with as_of, found nothing'}}" },
        { "[]", WM_BAD_INPUT,
          "{'error':{'line':7,'text':'service: expected an object with who and not_for, found "
          "nothing'}}" },
        { "nonsense", WM_BAD_INPUT, NULL },
        { "", WM_BAD_INPUT, NULL },
    };
    bench t;
    wm_buf text;
    bench_start(&t);
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char line[1024];
        size_t length = strlen(cases[i].line);
        for (size_t k = 0; k <= length; k++) {
            line[k] = cases[i].line[k] == '\'' ? '"' : cases[i].line[k];
        }
        wm_buf_reset(&text);
        assert_int_equal(wm_eval_line(wm_env_system(), t.tree, wm_str_of(line), 7, &text, &t.err),
                         cases[i].status);
        for (size_t k = 0; k < text.len; k++) {
            text.data[k] = text.data[k] == '"' ? '\'' : text.data[k];
        }
        if (cases[i].out != NULL) {
            assert_string_equal(text.data, cases[i].out);
        } else {
            assert_contains(text.data, "{'error':{'line':7,'text':'line 1, column 1");
        }
    }
    wm_buf_fini(&text);
    bench_stop(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_says_what_was_asked_what_was_seen_and_what_decides),
        cmocka_unit_test(every_leaf_says_what_it_requires_in_its_own_language),
        cmocka_unit_test(a_place_that_was_filled_in_is_observed),
        cmocka_unit_test(a_list_of_reasons_is_never_longer_than_asked),
        cmocka_unit_test(words_for_someone_else_speak_of_them),
        cmocka_unit_test(what_was_cut_is_not_kept),
        cmocka_unit_test(only_an_area_decides_is_said),
        cmocka_unit_test(a_leaf_that_holds_against_someone_is_told_from_one_that_fails),
        cmocka_unit_test(eval_answers_each_line_in_its_own_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_interview.c: one question at a time, as a pure function. */
#include <stdio.h>

#include "answers.h"
#include "ask/interview.h"
#include "ask/question.h"
#include "fault.h"

#define FACT(fields)                                                                               \
    {                                                                                              \
        WM_KIND_FACT, "{" fields "}"                                                               \
    }

static const wm_test_source records[] = {
    { WM_KIND_DIRECTORY,
      "{'id':'d','title':'t','publisher':'p','languages':['en'],'editions':['professional']}" },
    { WM_KIND_ORGANIZATION, "{'id':'o','name':'O'}" },
    { WM_KIND_LOCALITY, "{'id':'england','name':'England','kind':'nation'}" },
    { WM_KIND_LOCALITY, "{'id':'swindon','name':'Swindon','kind':'place','parent':'england'}" },
    { WM_KIND_LOCALITY, "{'id':'bath','name':'Bath','kind':'place','parent':'england'}" },
    { WM_KIND_PLACE,
      "{'id':'SN1','kind':'outcode','name':'SN1','shares':[{'code':'swindon','share':1000}],"
      "'lat':5155840,'lon':-178190}" },
    { WM_KIND_NEED, "{'id':'anx','label':'Anxiety'}" },
    { WM_KIND_NEED, "{'id':'harm','label':'Harm'}" },
    FACT("'id':'age','type':'age','question':{'en':'How old are you?'},"
         "'question_other':{'en':'How old are they?'},'why':{'en':'Ages differ.'},'cost':0"),
    FACT("'id':'veteran','type':'flag','question':{'en':'Did you serve?','pl':'Sluzba?'},'cost':1"),
    FACT("'id':'carer','type':'flag','question':{'en':'Do you look after someone?'},"
         "'question_other':{'en':'Do they look after someone?'},'cost':1"),
    FACT("'id':'severity','type':'level','question':{'en':'How much?'},'cost':1,"
         "'edition':'professional','options':['mild','moderate','severe','complex']"),
    FACT("'id':'conditions','type':'set','question':{'en':'Do any apply?'},'cost':1,"
         "'options':[{'value':'adhd','label':{'en':'ADHD'}},"
         "{'value':'autism','label':{'en':'Autism'}},{'value':'tics','label':{'en':'Tics'}}]"),
    FACT("'id':'pregnant','type':'flag','question':{'en':'Are you pregnant?'},'cost':1,"
         "'with':['pregnancy_ended']"),
    FACT("'id':'pregnancy_ended','type':'event','question':{'en':'When did it end?'},'cost':1"),
    FACT("'id':'residence_area','type':'area','question':{'en':'Where do you live?'},'cost':1"),
    FACT("'id':'gp_area','type':'area','question':{'en':'Where is your GP?'},'cost':1"),
    FACT("'id':'harmed','type':'flag','question':{'en':'Does someone hurt you?'},'cost':1"),
    { WM_KIND_TEXT, "{'id':'line.safe','text':{'en':'You can ring.'}}" },
    { WM_KIND_RULE,
      "{'id':'S-1','phase':'safety','priority':10,'scope':'query','when':{'need':['harm']},"
      "'why':{'en':'You deserve to be safe.'},'do':[{'verb':'show','offers':['crisis_line'],"
      "'section':'SAFETY'},{'verb':'hold_questions','until':'asked'}]}" },
    WM_TEST_SERVICE("everyone", WM_TEST_OPEN WM_TEST_ANYONE "'needs':['anx'],'areas':['england']"),
    WM_TEST_SERVICE("line", WM_TEST_OPEN WM_TEST_ANYONE
                    "'needs':['harm'],'areas':['england'],'offers':['crisis_line'],"
                    "'hours':{'always':true}"),
    WM_TEST_SERVICE("adults",
                    WM_TEST_OPEN "'eligibility':{'who':{'age':{'min':18}},'routes':['self']},"
                                 "'needs':['anx','harm'],'areas':['england']"),
    WM_TEST_SERVICE("children",
                    WM_TEST_OPEN "'eligibility':{'who':{'age':{'before':18}},'routes':['self']},"
                                 "'needs':['anx'],'areas':['england']"),
    WM_TEST_SERVICE("veterans", WM_TEST_OPEN
                    "'eligibility':{'who':{'is':'veteran'},'routes':['self']},'needs':['anx'],"
                    "'areas':['england']"),
    WM_TEST_SERVICE("carers", WM_TEST_OPEN
                    "'eligibility':{'who':{'is':'carer'},'routes':['self']},'needs':['anx'],"
                    "'areas':['england']"),
    WM_TEST_SERVICE("autism", WM_TEST_OPEN
                    "'eligibility':{'who':{'has':{'conditions':['autism']}},'routes':['self']},"
                    "'needs':['anx'],'areas':['england']"),
    WM_TEST_SERVICE("perinatal", WM_TEST_OPEN
                    "'eligibility':{'who':{'any':[{'is':'pregnant'},{'since':{'event':"
                    "'pregnancy_ended','within':{'m':24}}}]},'routes':['self']},'needs':['anx'],"
                    "'areas':['england']"),
    WM_TEST_SERVICE("severe", WM_TEST_OPEN
                    "'eligibility':{'who':{'level':{'severity':{'min':'severe'}}},'routes':["
                    "'self','professional']},'needs':['anx'],'areas':['england']"),
    WM_TEST_SERVICE("swindon", WM_TEST_OPEN
                    "'eligibility':{'who':{'area':{'of':['residence','gp'],'in':['swindon']}},"
                    "'routes':['self']},'needs':['anx'],'areas':['england']"),
};

static wm_test_asking *asking;

static int set_up(void **state)
{
    (void)state;
    asking = wm_test_asking_new(records, sizeof records / sizeof records[0]);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    wm_test_asking_free(asking);
    return 0;
}

static wm_status interview(wm_str text, wm_buf *out, wm_error *err)
{
    wm_date today = 0;
    assert_true(wm_date_parse(WM_STR("2026-01-15"), &today));
    return wm_interview_answer(&asking->asker, text, &today, out, err);
}

static wm_str as_json(const char *text)
{
    wm_buf json;
    wm_buf_init(&json, wm_env_system(), WM_MIB);
    wm_json_write(&json, wm_test_json(&asking->arena, text));
    wm_str copy = wm_arena_copy(&asking->arena, wm_buf_str(&json));
    wm_buf_fini(&json);
    return copy;
}

/* The result of one step, parsed; lives as long as `asking`. */
static const wm_json *step(const char *text)
{
    wm_error err = { 0 };
    wm_buf out;
    const wm_json *result = NULL;
    wm_buf_init(&out, wm_env_system(), 2 * WM_ANSWER_BYTES_MAX);
    assert_ok(interview(as_json(text), &out, &err), &err);
    assert_ok(
        wm_json_parse(&asking->arena, wm_buf_str(&out), 2 * WM_ANSWER_BYTES_MAX, &result, &err),
        &err);
    wm_buf_fini(&out);
    return result;
}

static const char *fact_of(const wm_json *result)
{
    wm_str fact = wm_json_string(wm_json_get(wm_json_get(result, "question"), "fact"));
    return fact.ptr != NULL ? fact.ptr : "";
}

static const char *text_of(const wm_json *object, const char *name)
{
    wm_str text = wm_json_string(wm_json_get(object, name));
    return text.ptr != NULL ? text.ptr : "";
}

static const char *canonical(const wm_json *value)
{
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_json_write(&text, value);
    wm_str copy = wm_arena_copy(&asking->arena, wm_buf_str(&text));
    wm_buf_fini(&text);
    return copy.ptr;
}

static void check_refused(const char *text, const char *part)
{
    wm_error err = { 0 };
    wm_buf out;
    wm_buf_init(&out, wm_env_system(), 2 * WM_ANSWER_BYTES_MAX);
    wm_status status = interview(as_json(text), &out, &err);
    if (status == WM_OK) {
        fail_msg("%s: expected a refusal", text);
    }
    assert_contains(err.text, part);
    wm_buf_fini(&out);
}

/* ---- tests ---- */

static void a_question_says_why_and_how_it_can_be_answered(void **state)
{
    (void)state;
    const wm_json *result = step("{'query':{'needs':['anx']}}");
    assert_string_equal(fact_of(result), "age");
    const wm_json *question = wm_json_get(result, "question");
    assert_string_equal(text_of(question, "text"), "How old are you?");
    assert_string_equal(text_of(question, "why"), "Ages differ.");
    assert_true(
        wm_json_equal(question, wm_json_get(wm_json_get(result, "answer"), "next_question")));
    assert_int_equal(wm_json_integer(wm_json_get(result, "asked"), -1), 0);
    assert_null(wm_json_get(result, "no_question"));
}

static void a_reply_becomes_a_fact_and_decides_cards(void **state)
{
    (void)state;
    const wm_json *before = step("{'query':{'needs':['anx']}}");
    const wm_json *after =
        step("{'query':{'needs':['anx']},'replies':[{'fact':'age','text':'30'}]}");
    assert_string_equal(canonical(wm_json_get(after, "query")),
                        "{\"facts\":{\"age\":{\"years\":30}},\"needs\":[\"anx\"]}");
    const wm_json *answer = wm_json_get(after, "answer");
    assert_string_equal(wm_test_verdict(wm_test_card(answer, "MAIN", "adults")), "ELIGIBLE");
    assert_non_null(wm_test_card(answer, "NOT_A_MATCH", "children"));
    int64_t open_before = wm_json_integer(wm_json_get(wm_json_get(before, "settled"), "open"), -1);
    int64_t open_after = wm_json_integer(wm_json_get(wm_json_get(after, "settled"), "open"), -1);
    assert_int_equal(open_before - open_after, 2);
    assert_int_equal(wm_json_integer(wm_json_get(after, "asked"), -1), 1);
    assert_string_not_equal(fact_of(after), "age");
}

static void the_answer_is_the_one_that_find_gives(void **state)
{
    (void)state;
    const wm_json *result =
        step("{'query':{'needs':['anx'],'as_of':'2026-01-15'},"
             "'replies':[{'fact':'veteran','value':true},{'fact':'age','value':{'years':17}}]}");
    wm_str found = wm_test_answer(asking, "{'needs':['anx'],'as_of':'2026-01-15','facts':{"
                                          "'age':{'years':17},'veteran':true}}");
    const wm_json *answer = NULL;
    wm_error err = { 0 };
    assert_ok(wm_json_parse(&asking->arena, found, WM_ANSWER_BYTES_MAX, &answer, &err), &err);
    assert_true(wm_json_equal(answer, wm_json_get(result, "answer")));
}

static void what_is_skipped_stays_missing_and_what_is_declined_is_said(void **state)
{
    (void)state;
    const wm_json *result = step("{'query':{'needs':['anx']},'replies':["
                                 "{'fact':'age','skip':true},{'fact':'carer','decline':true}]}");
    assert_string_equal(canonical(wm_json_get(wm_json_get(result, "query"), "facts")),
                        "{\"carer\":{\"?\":\"declined\"}}");
    const wm_json *adults = wm_test_card(wm_json_get(result, "answer"), "MAIN", "adults");
    assert_string_equal(canonical(wm_json_get(adults, "missing")), "[\"age\"]");
    assert_string_not_equal(fact_of(result), "age");
    assert_string_not_equal(fact_of(result), "carer");
    assert_int_equal(wm_json_integer(wm_json_get(result, "asked"), -1), 2);
}

static void at_most_six_questions_are_asked(void **state)
{
    (void)state;
    const wm_json *result = step(
        "{'query':{'needs':['anx'],'actor':'professional'},'replies':["
        "{'fact':'age','skip':true},{'fact':'veteran','skip':true},{'fact':'carer','skip':true},"
        "{'fact':'conditions','skip':true},{'fact':'pregnant','value':false},"
        "{'fact':'pregnancy_ended','value':{'none':true}},{'fact':'severity','skip':true}]}");
    assert_int_equal(wm_json_integer(wm_json_get(result, "asked"), -1), 6);
    assert_null(wm_json_get(result, "question"));
    assert_string_equal(text_of(result, "no_question"), "enough");
    assert_null(wm_json_get(wm_json_get(result, "answer"), "next_question"));
}

static void what_was_asked_in_the_same_breath_comes_next_and_counts_once(void **state)
{
    (void)state;
    const wm_json *result =
        step("{'query':{'needs':['anx']},'replies':[{'fact':'pregnant','value':false}]}");
    assert_string_equal(fact_of(result), "pregnancy_ended");
    assert_true(wm_json_boolean(wm_json_get(wm_json_get(result, "question"), "belongs"), false));
    result = step("{'query':{'needs':['anx']},'replies':[{'fact':'pregnant','value':false},"
                  "{'fact':'pregnancy_ended','text':'never'}]}");
    assert_int_equal(wm_json_integer(wm_json_get(result, "asked"), -1), 1);
    result = step("{'query':{'needs':['anx']},'replies':[{'fact':'pregnant','skip':true}]}");
    assert_string_not_equal(fact_of(result), "pregnancy_ended");
}

static void where_nothing_is_left_it_says_so(void **state)
{
    (void)state;
    const wm_json *result =
        step("{'query':{'needs':['harm'],'facts':{'age':{'years':40}}},'go_on':true}");
    assert_string_equal(text_of(result, "no_question"), "none_left");
}

static void a_rule_holds_questions_until_the_person_asks(void **state)
{
    (void)state;
    const wm_json *held = step("{'query':{'needs':['harm']}}");
    assert_string_equal(text_of(held, "no_question"), "held");
    assert_null(wm_json_get(wm_json_get(held, "answer"), "next_question"));
    assert_non_null(wm_test_card(wm_json_get(held, "answer"), "SAFETY", "line"));
    assert_string_equal(fact_of(step("{'query':{'needs':['harm']},'go_on':true}")), "age");
}

static void somebody_elses_facts_are_asked_of_them_and_mine_of_me(void **state)
{
    (void)state;
    const wm_json *result = step("{'query':{'needs':['anx'],'actor':'carer','about':'cared_for'}}");
    assert_string_equal(text_of(wm_json_get(result, "question"), "text"), "How old are they?");
    result = step("{'query':{'needs':['anx'],'actor':'carer','about':'cared_for'},'replies':["
                  "{'fact':'carer','of':'actor','value':true},{'fact':'age','text':'80'}]}");
    assert_string_equal(canonical(wm_json_get(wm_json_get(result, "query"), "actor_facts")),
                        "{\"carer\":true}");
    assert_string_equal(canonical(wm_json_get(wm_json_get(result, "query"), "facts")),
                        "{\"age\":{\"years\":80}}");
}

static void a_place_is_looked_up_and_becomes_where_the_query_is_at(void **state)
{
    (void)state;
    const wm_json *result = step("{'query':{'needs':['anx']},'replies':["
                                 "{'fact':'residence_area','text':'SN1'},"
                                 "{'fact':'gp_area','text':'Bath'}]}");
    assert_string_equal(canonical(wm_json_get(result, "query")),
                        "{\"at\":\"SN1\",\"facts\":{\"gp_area\":{\"one_of\":[\"bath\"]}},"
                        "\"needs\":[\"anx\"]}");
    const wm_json *answer = wm_json_get(result, "answer");
    assert_string_equal(wm_test_verdict(wm_test_card(answer, "MAIN", "swindon")), "ELIGIBLE");
    result = step("{'query':{'needs':['anx']},'replies':["
                  "{'fact':'residence_area','value':{'none':true}}]}");
    assert_string_equal(canonical(wm_json_get(wm_json_get(result, "query"), "facts")),
                        "{\"residence_area\":{\"none\":true}}");
}

static void a_set_is_asked_only_for_what_matters_here(void **state)
{
    (void)state;
    const wm_json *result =
        step("{'query':{'needs':['anx']},'replies':[{'fact':'age','skip':true},"
             "{'fact':'veteran','skip':true},{'fact':'carer','skip':true},"
             "{'fact':'pregnant','skip':true},{'fact':'residence_area','skip':true}]}");
    assert_string_equal(fact_of(result), "conditions");
    assert_string_equal(canonical(wm_json_get(wm_json_get(result, "question"), "options")),
                        "[{\"label\":\"Autism\",\"value\":\"autism\"},"
                        "{\"label\":\"None of these\",\"value\":{\"not\":[\"autism\"]}}]");
}

static void a_bad_reply_is_refused_and_says_what_was_expected(void **state)
{
    (void)state;
    check_refused("{'query':{},'replies':[{'fact':'age','text':'old'}]}",
                  "replies[0]: expected an age like 17");
    check_refused("{'query':{},'replies':[{'fact':'age','value':'17'}]}", "replies[0]: facts.age:");
    check_refused("{'query':{},'replies':[{'fact':'veteran','value':1}]}",
                  "expected true or false");
    check_refused("{'query':{},'replies':[{'fact':'height','value':1}]}",
                  "expected a fact of the directory, found \"height\"");
    check_refused("{'query':{},'replies':[{'value':1}]}", "expected a fact");
    check_refused("{'query':{},'replies':[{'fact':'age'}]}", "found none");
    check_refused("{'query':{},'replies':[{'fact':'age','skip':true,'text':'17'}]}",
                  "found several");
    check_refused("{'query':{},'replies':[{'fact':'age','skip':false}]}", "skip: expected true");
    check_refused("{'query':{},'replies':[{'fact':'age','answer':1}]}", "found \"answer\"");
    check_refused("{'query':{},'replies':[7]}", "expected an object");
    check_refused("{'query':{},'replies':{}}", "replies: expected a list");
    check_refused("{'query':{},'reply':[]}", "expected query, replies or go_on");
    check_refused("{'query':{},'go_on':1}", "go_on: expected true or false");
    check_refused("{'query':{'facts':{'age':{'years':17}}},'replies':[{'fact':'age','text':'18'}]}",
                  "expected what is not known yet, found \"age\"");
    check_refused("{'query':{},'replies':[{'fact':'age','text':'17'},{'fact':'age','text':'18'}]}",
                  "replies[1]: fact: expected one reply");
    check_refused("{'query':{},'replies':[{'fact':'carer','of':'actor','value':true}]}",
                  "of: expected person");
    check_refused("{'query':{},'replies':[{'fact':'residence_area','text':'Nowhere Hill'}]}",
                  "expected a postcode or a town, found \"Nowhere Hill\"");
    check_refused("{'query':{},'replies':[{'fact':'residence_area','text':'BT7 1NN'}]}",
                  "expected a place in England, Scotland or Wales");
    check_refused("{'query':{},'replies':[{'fact':'residence_area','text':'ZZ99 3VZ'}]}",
                  "expected a postcode where people live");
    check_refused("{'query':{'need':1}}", "query: expected needs");
    check_refused("[]", "interview: expected an object");
    check_refused("{'query':{},'replies':[{'fact':'age','text':'born 2031'}]}", "age");
}

static void the_question_is_in_the_language_asked_for(void **state)
{
    (void)state;
    const wm_json *result = step("{'query':{'needs':['anx'],'lang':'pl','facts':{'age':{'?':"
                                 "'declined'},'carer':false,'residence_area':'bath','gp_area':"
                                 "'bath','pregnant':true,'conditions':{'complete':true}}}}");
    assert_string_equal(text_of(wm_json_get(result, "question"), "text"), "Sluzba?");
}

/* ---- property ---- */

static const char *const replies_of[][2] = {
    { "age", "'text':'17'" },
    { "age", "'text':'40'" },
    { "veteran", "'value':false" },
    { "carer", "'value':true" },
    { "conditions", "'value':{'has':['autism']}" },
    { "pregnant", "'value':false" },
    { "pregnancy_ended", "'text':'7 months ago'" },
    { "residence_area", "'text':'SN1'" },
    { "gp_area", "'value':'bath'" },
    { "severity", "'value':'severe'" },
};

static void put_reply(wm_test_random *random, const char *fact, wm_buf *replies)
{
    static const char *const refusals[] = { "'skip':true", "'decline':true" };
    const char *how = NULL;
    for (size_t i = 0; i < sizeof replies_of / sizeof replies_of[0]; i++) {
        if (strcmp(replies_of[i][0], fact) == 0 &&
            (how == NULL || wm_test_random_below(random, 2) == 0)) {
            how = replies_of[i][1];
        }
    }
    assert_non_null(how);
    uint32_t choice = wm_test_random_below(random, 6);
    wm_buf_printf(replies, "%s{'fact':'%s',%s}", replies->len > 0 ? "," : "", fact,
                  choice < 2 ? refusals[choice] : how);
}

static bool is_decided(const char *verdict)
{
    return strcmp(verdict, "UNKNOWN") != 0 && strcmp(verdict, "CHECK_WITH_SERVICE") != 0;
}

static const char *const sections[] = { "SAFETY", "MAIN", "ALONGSIDE", "WHILE_WAITING",
                                        "NOT_A_MATCH" };

static const char *verdict_of(const wm_json *answer, const char *service)
{
    for (size_t s = 0; s < sizeof sections / sizeof sections[0]; s++) {
        const wm_json *card = wm_test_card(answer, sections[s], service);
        if (card != NULL) {
            return wm_test_verdict(card);
        }
    }
    return NULL;
}

/* A card that was decided stays as it was decided. */
static void check_sharper(const wm_json *before, const wm_json *after)
{
    static const char *const services[] = { "everyone",  "adults", "children",
                                            "veterans",  "carers", "autism",
                                            "perinatal", "severe", "swindon" };
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        const char *was = verdict_of(wm_json_get(before, "answer"), services[i]);
        const char *is = verdict_of(wm_json_get(after, "answer"), services[i]);
        if (was != NULL && is != NULL && is_decided(was)) {
            assert_string_equal(is, was);
        }
    }
}

static void walk_once(wm_test_random *random, const char *actor)
{
    wm_buf replies;
    wm_buf text;
    wm_buf asked;
    wm_buf_init(&replies, wm_env_system(), WM_MIB);
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_buf_init(&asked, wm_env_system(), WM_MIB);
    wm_buf_printf(&text, "{'query':{'needs':['anx'],'actor':'%s'}}", actor);
    const wm_json *now = step(wm_buf_str(&text).ptr);
    for (int count = 0; fact_of(now)[0] != '\0'; count++) {
        char key[100];
        (void)snprintf(key, sizeof key, " %s ", fact_of(now));
        assert_true(count < WM_QUESTIONS_MAX + 3); /* facts in the same breath do not count */
        assert_null(strstr(asked.len > 0 ? wm_buf_str(&asked).ptr : "", key));
        if (strcmp(actor, "self") == 0 || strcmp(actor, "school") == 0) {
            assert_string_not_equal(fact_of(now), "severity");
        }
        wm_buf_put_text(&asked, key);
        put_reply(random, fact_of(now), &replies);
        wm_buf_reset(&text);
        wm_buf_printf(&text, "{'query':{'needs':['anx'],'actor':'%s'},'replies':[", actor);
        wm_buf_put_str(&text, wm_buf_str(&replies));
        wm_buf_put_text(&text, "]}");
        const wm_json *after = step(wm_buf_str(&text).ptr);
        assert_true(wm_json_equal(after, step(wm_buf_str(&text).ptr)));
        assert_true(wm_json_integer(wm_json_get(after, "asked"), 99) <= WM_QUESTIONS_MAX);
        check_sharper(now, after);
        now = after;
    }
    wm_buf_fini(&asked);
    wm_buf_fini(&text);
    wm_buf_fini(&replies);
}

static void any_interview_ends_and_never_takes_back_what_was_decided(void **state)
{
    (void)state;
    static const char *const actors[] = { "self", "professional", "gp", "school" };
    wm_test_random random = wm_test_random_new(20260115);
    for (int round = 0; round < 40; round++) {
        walk_once(&random, actors[wm_test_random_below(&random, 4)]);
        wm_arena_reset(&asking->arena);
    }
}

#define FAULT_INTERVIEW                                                                            \
    "{\"query\":{\"needs\":[\"anx\"]},\"replies\":[{\"fact\":\"residence_area\",\"text\":\"SN1\"}" \
    ","                                                                                            \
    "{\"fact\":\"age\",\"text\":\"17\"},{\"fact\":\"carer\",\"skip\":true}]}"

static void interview_under_fault(const wm_env *env, wm_status *status_out, wm_buf *out)
{
    wm_asker asker = asking->asker;
    wm_error err = { 0 };
    wm_date today = 0;
    asker.env = env;
    wm_buf_fini(out);
    wm_buf_init(out, env, 2 * WM_ANSWER_BYTES_MAX);
    assert_true(wm_date_parse(WM_STR("2026-01-15"), &today));
    *status_out = wm_interview_answer(&asker, WM_STR(FAULT_INTERVIEW), &today, out, &err);
    if (asker.places != asking->asker.places) {
        wm_places_free(asker.places);
    }
    if (asker.texts != asking->asker.texts) {
        wm_text_cache_free(asker.texts);
    }
}

static void every_failed_allocation_gives_the_step_or_an_error(void **state)
{
    (void)state;
    wm_fault_env fault;
    wm_buf out;
    wm_buf expected;
    wm_status status = WM_OK;
    wm_fault_env_init(&fault);
    wm_buf_init(&out, &fault.env, WM_MIB);
    wm_buf_init(&expected, &fault.env, WM_MIB);
    interview_under_fault(&fault.env, &status, &expected);
    assert_int_equal(status, WM_OK);
    FAULT_SWEEP(interview_under_fault(&fault.env, &status, &out), {
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
        cmocka_unit_test(a_question_says_why_and_how_it_can_be_answered),
        cmocka_unit_test(a_reply_becomes_a_fact_and_decides_cards),
        cmocka_unit_test(the_answer_is_the_one_that_find_gives),
        cmocka_unit_test(what_is_skipped_stays_missing_and_what_is_declined_is_said),
        cmocka_unit_test(at_most_six_questions_are_asked),
        cmocka_unit_test(what_was_asked_in_the_same_breath_comes_next_and_counts_once),
        cmocka_unit_test(where_nothing_is_left_it_says_so),
        cmocka_unit_test(a_rule_holds_questions_until_the_person_asks),
        cmocka_unit_test(somebody_elses_facts_are_asked_of_them_and_mine_of_me),
        cmocka_unit_test(a_place_is_looked_up_and_becomes_where_the_query_is_at),
        cmocka_unit_test(a_set_is_asked_only_for_what_matters_here),
        cmocka_unit_test(a_bad_reply_is_refused_and_says_what_was_expected),
        cmocka_unit_test(the_question_is_in_the_language_asked_for),
        cmocka_unit_test(every_failed_allocation_gives_the_step_or_an_error),
        cmocka_unit_test(any_interview_ends_and_never_takes_back_what_was_decided),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* test_signpost.c: what the four leaves of rule conditions come to: true, false, unknown. */
#include "signpost_bench.h"

#include <stdio.h>

typedef struct row {
    const char *condition;
    wm_truth expected;
} row;

static void play(scene_bench *s, const row *rows, size_t count, const wm_scene *scene)
{
    for (size_t i = 0; i < count; i++) {
        wm_truth found = scene_holds(s, rows[i].condition, scene);
        if (found != rows[i].expected) {
            fail_msg("%s: expected %d, found %d", rows[i].condition, rows[i].expected, found);
        }
    }
}
#define PLAY(s, rows, scene) play((s), (rows), sizeof(rows) / sizeof((rows)[0]), (scene))

static void leaves_read_the_query(void **state)
{
    (void)state;
    static const row rows[] = {
        { "{'need':['mood']}", WM_TRUTH_T },
        { "{'need':['anx','mood.low']}", WM_TRUTH_T },
        { "{'need':['anx']}", WM_TRUTH_F },
        { "{'query':{'actor':['family','carer']}}", WM_TRUTH_T },
        { "{'query':{'actor':['self']}}", WM_TRUTH_F },
        { "{'query':{'about':['child']}}", WM_TRUTH_T },
        { "{'query':{'about':['self','cared_for','partner','parent']}}", WM_TRUTH_F },
        { "{'query':{'access':['bsl']}}", WM_TRUTH_T },
        { "{'query':{'access':['languages','interpreter','remote']}}", WM_TRUTH_T },
        { "{'query':{'access':['step_free','evenings']}}", WM_TRUTH_F },
        { "{'query':{'actor':['family'],'about':['child']}}", WM_TRUTH_T },
        { "{'query':{'actor':['family'],'about':['self']}}", WM_TRUTH_F },
        { "{'result':{'main_reachable':{'max':1}}}", WM_TRUTH_T },
        { "{'result':{'main_reachable':{'max':0}}}", WM_TRUTH_F },
        { "{'result':{'main_reachable':{'min':1,'max':1}}}", WM_TRUTH_T },
        { "{'result':{'main_reachable':{'min':2}}}", WM_TRUTH_F },
    };
    scene_bench s;
    scene_start(&s);
    PLAY(&s, rows, &s.scene);
    scene_stop(&s);
}

static void leaves_read_the_card_in_hand(void **state)
{
    (void)state;
    static const row rows[] = {
        { "{'card':{'status':['active','closing']}}", WM_TRUTH_T },
        { "{'card':{'status':['planned','paused','closed']}}", WM_TRUTH_F },
        { "{'card':{'verdict':['ELIGIBLE','JOINT']}}", WM_TRUTH_T },
        { "{'card':{'verdict':['CHECK_WITH_SERVICE','UNKNOWN','NOT_ELIGIBLE']}}", WM_TRUTH_F },
        { "{'card':{'near_miss':false}}", WM_TRUTH_T },
        { "{'card':{'near_miss':true}}", WM_TRUTH_F },
        { "{'card':{'usable_now':true}}", WM_TRUTH_T },
        { "{'card':{'usable_now':false}}", WM_TRUTH_F },
        { "{'card':{'closes_before_first_contact':false}}", WM_TRUTH_T },
        { "{'card':{'closes_before_first_contact':true}}", WM_TRUTH_F },
        { "{'card':{'section':['MAIN']}}", WM_TRUTH_T },
        { "{'card':{'section':['SAFETY','ALONGSIDE','WHILE_WAITING','NOT_A_MATCH','FOOTER']}}",
          WM_TRUTH_F },
        { "{'card':{'subject':['actor']}}", WM_TRUTH_T },
        { "{'card':{'subject':['person','parent']}}", WM_TRUTH_F },
        { "{'card':{'open':'in_time'}}", WM_TRUTH_U },
        { "{'card':{'verified':['overdue','never']}}", WM_TRUTH_T },
        { "{'card':{'verified':['ok']}}", WM_TRUTH_F },
        { "{'card':{'language':['yes','interpreter']}}", WM_TRUTH_T },
        { "{'card':{'language':['no']}}", WM_TRUTH_F },
        { "{'card':{'response':['immediate','hours_4','hours_24']}}", WM_TRUTH_T },
        { "{'card':{'response':['days_7','weeks_4','routine']}}", WM_TRUTH_F },
        { "{'card':{'tried':['refused']}}", WM_TRUTH_T },
        { "{'card':{'tried':['did_not_help','waiting']}}", WM_TRUTH_F },
        { "{'card':{'wait_weeks':{'min':4}}}", WM_TRUTH_T },
        { "{'card':{'wait_weeks':{'min':5}}}", WM_TRUTH_F },
        { "{'card':{'wait_weeks':{'max':3}}}", WM_TRUTH_F },
        { "{'card':{'wait_weeks':{'min':1,'max':4}}}", WM_TRUTH_T },
        { "{'card':{'kind':['helpline','calm_place']}}", WM_TRUTH_T },
        { "{'card':{'kind':['helpline']}}", WM_TRUTH_F },
        { "{'card':{'offers':['text_line']}}", WM_TRUTH_T },
        { "{'card':{'offers':['couples_work']}}", WM_TRUTH_F },
        { "{'card':{'exclusion':['violence','self_harm']}}", WM_TRUTH_T },
        { "{'card':{'exclusion':['violence']}}", WM_TRUTH_F },
    };
    scene_bench s;
    scene_start(&s);
    PLAY(&s, rows, &s.scene);
    scene_stop(&s);
}

static void what_is_not_known_of_a_card_is_unknown(void **state)
{
    (void)state;
    static const row rows[] = {
        { "{'card':{'open':'in_time'}}", WM_TRUTH_U },
        { "{'card':{'language':['yes','interpreter','no']}}", WM_TRUTH_U },
        { "{'card':{'response':['immediate']}}", WM_TRUTH_U },
        { "{'not':{'card':{'response':['immediate']}}}", WM_TRUTH_U },
        { "{'card':{'wait_weeks':{'min':0}}}", WM_TRUTH_U },
        { "{'card':{'wait_weeks':{'max':4}}}", WM_TRUTH_U },
        /* one member that is false decides all the same */
        { "{'card':{'open':'in_time','status':['closed']}}", WM_TRUTH_F },
        { "{'card':{'open':'in_time','status':['active']}}", WM_TRUTH_U },
        /* nothing tried, no exclusion that holds, nothing offered: known */
        { "{'card':{'tried':['refused','did_not_help','waiting']}}", WM_TRUTH_F },
        { "{'card':{'exclusion':['self_harm']}}", WM_TRUTH_F },
        { "{'card':{'offers':['safe_space']}}", WM_TRUTH_F },
    };
    static const wm_language_match unknown[] = { WM_LANGUAGE_NOT_ASKED, WM_LANGUAGE_NOT_KNOWN };
    scene_bench s;
    scene_start(&s);
    s.card.response = WM_SUMMARY_NONE;
    s.card.wait_weeks = -1;
    s.card.tried = 0;
    s.card.exclusion_count = 0;
    s.card.offers.count = 0;
    for (size_t i = 0; i < 2; i++) {
        s.card.language = unknown[i];
        PLAY(&s, rows, &s.scene);
    }
    s.card.open_in_time = WM_TRUTH_F;
    assert_int_equal(scene_holds(&s, "{'card':{'open':'in_time'}}", &s.scene), WM_TRUTH_F);
    s.card.open_in_time = WM_TRUTH_T;
    assert_int_equal(scene_holds(&s, "{'card':{'open':'in_time'}}", &s.scene), WM_TRUTH_T);
    scene_stop(&s);
}

static void without_a_card_its_leaves_are_unknown_and_without_a_query_all_are(void **state)
{
    (void)state;
    static const row no_card[] = {
        { "{'card':{'near_miss':true}}", WM_TRUTH_U },
        { "{'not':{'card':{'near_miss':true}}}", WM_TRUTH_U },
        { "{'card':{'status':['active'],'offers':['safe_space']}}", WM_TRUTH_U },
        { "{'any':[{'need':['mood']},{'card':{'near_miss':true}}]}", WM_TRUTH_T },
        { "{'all':[{'need':['anx']},{'card':{'near_miss':true}}]}", WM_TRUTH_F },
    };
    static const row no_scene[] = {
        { "{'need':['mood']}", WM_TRUTH_U },
        { "{'query':{'actor':['family']}}", WM_TRUTH_U },
        { "{'card':{'near_miss':true}}", WM_TRUTH_U },
        { "{'result':{'main_reachable':{'max':1000}}}", WM_TRUTH_U },
    };
    scene_bench s;
    scene_start(&s);
    s.scene.card = NULL;
    PLAY(&s, no_card, &s.scene);
    PLAY(&s, no_scene, NULL);
    scene_stop(&s);
}

static void leaves_mix_with_facts_at_any_depth(void **state)
{
    (void)state;
    static const row rows[] = {
        { "{'atleast':{'n':2,'of':[{'need':['mood']},{'is':'carer'},{'query':{'about':['child']}},"
          "{'age':{'max':4}}]}}",
          WM_TRUTH_T },
        { "{'all':[{'need':['mood']},{'age':{'before':18}}]}", WM_TRUTH_T },
        { "{'all':[{'need':['mood']},{'is':'carer'}]}", WM_TRUTH_U },
        { "{'any':[{'not':{'all':[{'card':{'kind':['calm_place']}},{'actor':{'is':'carer'}}]}}]}",
          WM_TRUTH_U },
        { "{'about':{'who':'parent','that':{'all':[{'is':'struggling'},{'need':['mood']}]}}}",
          WM_TRUTH_T },
        { "{'about':{'who':'parent','that':{'all':[{'is':'struggling'},{'need':['anx']}]}}}",
          WM_TRUTH_F },
    };
    scene_bench s;
    scene_start(&s);
    /* facts are read by programs compiled before them */
    (void)scene_symbol(&s, "struggling");
    (void)scene_symbol(&s, "parent");
    bench_facts(&s.t, 20468,
                "{'age':{'years':15},'parent':{'people':[{'struggling':true}],'complete':true}}");
    PLAY(&s, rows, &s.scene);
    scene_stop(&s);
}

static void several_members_are_one_condition_each(void **state)
{
    (void)state;
    scene_bench s;
    scene_start(&s);
    (void)scene_holds(&s, "{'card':{'status':['active'],'near_miss':true,'x_why':'a note'}}",
                      &s.scene);
    assert_int_equal(s.t.criteria.node_count, 3);
    wm_node all = wm_program_node(&s.t.criteria, 0);
    assert_int_equal(all.op, WM_OP_ALL);
    assert_int_equal(all.arg, WM_OP_CARD);
    (void)scene_holds(&s, "{'card':{'near_miss':true}}", &s.scene);
    assert_int_equal(s.t.criteria.node_count, 1);
    scene_stop(&s);
}

static void only_what_was_asked_of_people_is_missing(void **state)
{
    (void)state;
    scene_bench s;
    scene_start(&s);
    (void)scene_holds(&s,
                      "{'all':[{'need':['mood']},{'is':'carer'},{'card':{'open':'in_time'}},"
                      "{'age':{'max':25}}]}",
                      &s.scene);
    wm_evaluation evaluation = { .symbols = s.t.symbols, .facts = s.t.facts, .scene = &s.scene };
    wm_verdict_result result;
    wm_criteria_evaluate(&s.t.criteria, &evaluation, &result);
    assert_int_equal(result.value, WM_TRUTH_U);
    assert_int_equal(result.missing_count, 2);
    assert_int_equal(result.missing[0], WM_SYMBOL_AGE);
    wm_symbol facts[8];
    assert_int_equal(wm_criteria_facts(&s.t.criteria, facts, 8), 2);
    scene_stop(&s);
}

/* ---- who may use them --------------------------------------------------------------------- */

static void services_cannot_read_what_rules_read(void **state)
{
    (void)state;
    static const char *const leaves[] = { "{'need':['mood']}", "{'query':{'actor':['self']}}",
                                          "{'card':{'near_miss':true}}",
                                          "{'result':{'main_reachable':{'max':1}}}",
                                          "{'actor':{'is':'carer'}}" };
    scene_bench s;
    scene_start(&s);
    wm_criteria_context context = { .symbols = s.t.symbols };
    for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++) {
        char service[200];
        (void)snprintf(service, sizeof service, "{'who':{'any':[{'is':'carer'},%s]}}", leaves[i]);
        wm_buf_reset(&s.t.program);
        assert_int_equal(wm_criteria_compile(wm_test_json(&s.t.arena, service), &context,
                                             &s.t.program, &s.t.err),
                         WM_BAD_RECORD);
        assert_contains(s.t.err.text, "who.any[1].");
        assert_contains(s.t.err.text, "only in a rule");
    }
    scene_stop(&s);
}

/* The bytes of programs stand in databases: what compiled before there were rules stays the same.
 */
static void criteria_keep_their_bytes(void **state)
{
    (void)state;
    static const uint8_t expected[] = {
        'W', 'M', 'C', 1,              /* version */
        4,   0,   0,   0,              /* nodes, exclusions */
        2,   0,   0,   0, 0,  0, 0, 0, /* words, bytes of text */
        0,   0,   0,   0,              /* flags */
        1,   0,   4,   0, 0,  0, 0, 0, /* all */
        6,   3,   1,   0, 0,  0, 0, 0, /* age, both bounds, words at 0 */
        3,   0,   2,   0, 0,  0, 0, 0, /* not */
        9,   0,   1,   0, 10, 0, 0, 0, /* is, the first symbol after the fixed ones */
        192, 0,   0,   0, 56, 1, 0, 0, /* 16 years, to the end of 25 */
    };
    bench t;
    bench_start(&t);
    bench_service(&t, "{'who':{'all':[{'age':{'min':16,'max':25}},{'not':{'is':'carer'}}]}}");
    assert_int_equal(t.program.len, sizeof expected);
    assert_memory_equal(t.program.data, expected, sizeof expected);
    bench_stop(&t);
}

/* ---- words --------------------------------------------------------------------------------- */

static void words_have_the_numbers_of_their_enums(void **state)
{
    (void)state;
    wm_section section = WM_SECTION_COUNT;
    wm_actor actor = WM_ACTOR_SELF;
    wm_about about = WM_ABOUT_SELF;
    wm_outcome outcome = WM_OUTCOME_REFUSED;
    for (int i = 0; i < WM_SECTION_COUNT; i++) {
        assert_true(wm_section_parse(wm_str_of(wm_section_name((wm_section)i)), &section));
        assert_int_equal(section, i);
    }
    assert_string_equal(wm_section_name(WM_SECTION_ALL), "ALL");
    assert_true(wm_actor_parse(WM_STR("professional"), &actor));
    assert_int_equal(actor, WM_ACTOR_PROFESSIONAL);
    assert_true(wm_about_parse(WM_STR("cared_for"), &about));
    assert_int_equal(about, WM_ABOUT_CARED_FOR);
    assert_true(wm_outcome_parse(WM_STR("did_not_help"), &outcome));
    assert_int_equal(outcome, WM_OUTCOME_DID_NOT_HELP);
    assert_false(wm_section_parse(WM_STR("ALL"), &section));
    assert_false(wm_actor_parse(WM_STR("Self"), &actor));
    assert_false(wm_about_parse(WM_STR(""), &about));
    assert_false(wm_outcome_parse(WM_STR("refuse"), &outcome));
    assert_int_equal(section, WM_SECTION_FOOTER);
    assert_int_equal(actor, WM_ACTOR_PROFESSIONAL);
}

/* ---- nothing ever turns an unknown into a no, or into a yes --------------------------------- */

static void put_condition(wm_test_random *random, wm_buf *out, int depth)
{
    static const char *const leaves[] = {
        "{'need':['mood']}",
        "{'need':['anx']}",
        "{'query':{'actor':['family'],'about':['child']}}",
        "{'query':{'access':['evenings']}}",
        "{'result':{'main_reachable':{'max':1}}}",
        "{'card':{'open':'in_time'}}",
        "{'card':{'language':['yes','interpreter']}}",
        "{'card':{'response':['immediate','hours_4']}}",
        "{'card':{'wait_weeks':{'min':2,'max':4}}}",
        "{'card':{'verdict':['ELIGIBLE'],'open':'in_time'}}",
        "{'card':{'offers':['safe_space'],'kind':['helpline']}}",
        "{'card':{'tried':['refused'],'exclusion':['self_harm']}}",
        "{'is':'carer'}",
        "{'actor':{'is':'carer'}}",
        "{'check':'c'}",
    };
    static const char *const starts[] = { "{'all':[", "{'any':[", "{'atleast':{'n':2,'of':[" };
    uint32_t kind = depth == 0 ? 0 : wm_test_random_below(random, 5);
    if (kind == 0) {
        wm_buf_put_text(out, leaves[wm_test_random_below(random, 15)]);
    } else if (kind == 1) {
        wm_buf_put_text(out, "{'not':");
        put_condition(random, out, depth - 1);
        wm_buf_put_char(out, '}');
    } else {
        wm_buf_put_text(out, starts[kind - 2]);
        for (uint32_t i = 0; i < 3; i++) {
            wm_buf_put_text(out, i > 0 ? "," : "");
            put_condition(random, out, depth - 1);
        }
        wm_buf_put_text(out, kind == 4 ? "]}}" : "]}");
    }
}

/* A card of which less is known; what stays known is the same. */
static wm_card_view forget(wm_test_random *random, const wm_card_view *card)
{
    wm_card_view less = *card;
    uint32_t what = wm_test_random_below(random, 16);
    less.open_in_time = (what & 1) != 0 ? WM_TRUTH_U : less.open_in_time;
    less.language = (what & 2) != 0 ? WM_LANGUAGE_NOT_KNOWN : less.language;
    less.response = (what & 4) != 0 ? WM_SUMMARY_NONE : less.response;
    less.wait_weeks = (what & 8) != 0 ? -1 : less.wait_weeks;
    return less;
}

static void nothing_comes_of_what_is_not_known(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(11);
    scene_bench s;
    scene_start(&s);
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    for (int round = 0; round < 4000; round++) {
        wm_buf_reset(&text);
        put_condition(&random, &text, 3);
        s.card.open_in_time = wm_test_random_below(&random, 2) == 0 ? WM_TRUTH_F : WM_TRUTH_T;
        s.card.language = (wm_language_match)(WM_LANGUAGE_NO + wm_test_random_below(&random, 3));
        s.card.response = (uint8_t)wm_test_random_below(&random, 6);
        s.card.wait_weeks = (int32_t)wm_test_random_below(&random, 6);
        wm_truth sharp = scene_holds(&s, text.data, &s.scene);
        wm_card_view less = forget(&random, &s.card);
        wm_scene coarse = s.scene;
        coarse.card = wm_test_random_below(&random, 4) == 0 ? NULL : &less;
        const wm_scene *scene = wm_test_random_below(&random, 8) == 0 ? NULL : &coarse;
        wm_truth found = scene_holds(&s, text.data, scene);
        if (found != WM_TRUTH_U && found != sharp) {
            fail_msg("%s: %d, and knowing more %d", text.data, found, sharp);
        }
    }
    wm_buf_fini(&text);
    scene_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_read_the_query),
        cmocka_unit_test(leaves_read_the_card_in_hand),
        cmocka_unit_test(what_is_not_known_of_a_card_is_unknown),
        cmocka_unit_test(without_a_card_its_leaves_are_unknown_and_without_a_query_all_are),
        cmocka_unit_test(leaves_mix_with_facts_at_any_depth),
        cmocka_unit_test(several_members_are_one_condition_each),
        cmocka_unit_test(only_what_was_asked_of_people_is_missing),
        cmocka_unit_test(services_cannot_read_what_rules_read),
        cmocka_unit_test(criteria_keep_their_bytes),
        cmocka_unit_test(words_have_the_numbers_of_their_enums),
        cmocka_unit_test(nothing_comes_of_what_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

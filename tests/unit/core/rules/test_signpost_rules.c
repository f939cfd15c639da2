/* test_signpost_rules.c: rules to programs and back: every verb, every refusal, every damage. */
#include "signpost_bench.h"

#include <stdio.h>
#include <stdlib.h>

#include "fault.h"
#include "records.h"

#define QUERY(phase, when, actions)                                                                \
    "{'id':'R-1','phase':'" phase "','priority':50,'scope':'query','when':" when ",'why':'w',"     \
    "'do':[" actions "]}"
#define CARD(phase, when, actions)                                                                 \
    "{'id':'R-2','phase':'" phase "','priority':50,'scope':'card','when':" when ",'why':'w',"      \
    "'do':[" actions "]}"
#define ALWAYS "{'const':true}"
#define NEAR "{'card':{'near_miss':true}}"
#define MOOD "{'need':['mood']}"

static const char rich[] =
    QUERY("add", "{'any':[{'need':['mood','anx']},{'all':[{'is':'carer'},{'age':{'max':25}}]}]}",
          "{'verb':'show','offers':['safe_space','text_line'],'section':'MAIN','slot':3,"
          "'subject':'parent','only':{'card':{'status':['active'],'kind':['calm_place']}},"
          "'unless':{'query':{'actor':['gp']}}},"
          "{'verb':'hide','when':{'card':{'offers':['couples_work']}},'section':'ALL'},"
          "{'verb':'unblock','reasons':['substance_use'],'never':['violence','capacity']},"
          "{'verb':'handover','add':['tried'],'leave_out':['safe_address']},"
          "{'verb':'rank','by':-2,'only':{'card':{'wait_weeks':{'max':3}}}},"
          "{'verb':'note','text':'note.hello'}");

static wm_rule load(scene_bench *s, const char *rule)
{
    wm_rule loaded;
    memset(&loaded, 0xee, sizeof loaded);
    assert_ok(scene_compile(s, rule), &s->t.err);
    assert_ok(wm_rule_load(wm_buf_str(&s->t.program), &loaded, &s->t.err), &s->t.err);
    return loaded;
}

static const char *name_of(const scene_bench *s, wm_symbol symbol)
{
    return wm_symbols_text(s->t.symbols, symbol).ptr;
}

static const char *name_at(const scene_bench *s, wm_symbol_list list, uint32_t index)
{
    assert_true(index < list.count);
    return name_of(s, wm_symbol_list_at(list, index));
}

static bool holds(const scene_bench *s, const wm_criteria *condition)
{
    wm_evaluation evaluation = { .symbols = s->t.symbols, .facts = s->t.facts, .scene = &s->scene };
    return wm_criteria_holds(condition, &evaluation) == WM_TRUTH_T;
}

/* ---- round trips ---------------------------------------------------------------------------- */

static void a_rule_comes_back_as_it_was(void **state)
{
    (void)state;
    scene_bench s;
    scene_start(&s);
    wm_rule rule = load(&s, rich);
    assert_string_equal(name_of(&s, rule.id), "R-1");
    assert_int_equal(rule.phase, WM_PHASE_ADD);
    assert_int_equal(rule.priority, 50);
    assert_int_equal(rule.scope, WM_SCOPE_QUERY);
    assert_int_equal(rule.on_unknown, WM_UNKNOWN_SKIP);
    assert_true(holds(&s, &rule.when));
    assert_int_equal(rule.action_count, 6);
    const wm_rule_action *show = &rule.actions[0];
    assert_int_equal(show->verb, WM_VERB_SHOW);
    assert_int_equal(show->section, WM_SECTION_MAIN);
    assert_int_equal(show->slot, 3);
    assert_int_equal(show->subject, WM_SUBJECT_PARENT);
    assert_false(show->for_card);
    assert_int_equal(show->names.count, 2);
    assert_string_equal(name_at(&s, show->names, 1), "text_line");
    assert_true(show->has_only && show->has_unless && !show->has_when);
    assert_true(holds(&s, &show->only));
    assert_false(holds(&s, &show->unless));
    const wm_rule_action *hide = &rule.actions[1];
    assert_int_equal(hide->section, WM_SECTION_ALL);
    assert_int_equal(hide->slot, -1);
    assert_true(hide->has_when && !hide->has_only);
    assert_false(holds(&s, &hide->when));
    assert_string_equal(name_at(&s, rule.actions[2].names, 0), "substance_use");
    assert_string_equal(name_at(&s, rule.actions[2].others, 1), "capacity");
    assert_string_equal(name_at(&s, rule.actions[3].names, 0), "tried");
    assert_string_equal(name_at(&s, rule.actions[3].others, 0), "safe_address");
    assert_int_equal(rule.actions[4].by, -2);
    assert_string_equal(name_of(&s, rule.actions[5].text), "note.hello");
    assert_int_equal(rule.actions[4].text, WM_SYMBOL_NONE);
    scene_stop(&s);
}

static void every_verb_has_its_parts(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        wm_rule_verb verb;
    } rows[] = {
        { QUERY("safety", ALWAYS, "{'verb':'line','text':'line.a'}"), WM_VERB_LINE },
        { QUERY("safety", ALWAYS, "{'verb':'note','text':'note.a'}"), WM_VERB_NOTE },
        { QUERY("order", ALWAYS, "{'verb':'move','section':'FOOTER','only':" NEAR "}"),
          WM_VERB_MOVE },
        { QUERY("order", ALWAYS, "{'verb':'pair','offers':['a','b'],'text':'note.a'}"),
          WM_VERB_PAIR },
        { QUERY("safety", ALWAYS, "{'verb':'ignore_area','offers':['a']}"), WM_VERB_IGNORE_AREA },
        { QUERY("annotate", ALWAYS, "{'verb':'consent','never_blocks':['crisis']}"),
          WM_VERB_CONSENT },
        { QUERY("safety", ALWAYS, "{'verb':'hold_questions','until':'seen'}"),
          WM_VERB_HOLD_QUESTIONS },
        { QUERY("safety", ALWAYS, "{'verb':'leave_no_trace'}"), WM_VERB_LEAVE_NO_TRACE },
        { QUERY("add", ALWAYS, "{'verb':'gap','only':" MOOD "}"), WM_VERB_GAP },
        { CARD("lifecycle", NEAR, "{'verb':'replace'}"), WM_VERB_REPLACE },
        { CARD("lifecycle", NEAR, "{'verb':'move','section':'NOT_A_MATCH'}"), WM_VERB_MOVE },
        { CARD("order", NEAR, "{'verb':'rank','by':9}"), WM_VERB_RANK },
        { CARD("annotate", NEAR, "{'verb':'note','text':'note.a','x_why':'so'}"), WM_VERB_NOTE },
        { CARD("annotate", NEAR, "{'verb':'handover','leave_out':['a']}"), WM_VERB_HANDOVER },
        { CARD("annotate", NEAR, "{'verb':'consent','never_blocks':['a'],'unless':" NEAR "}"),
          WM_VERB_CONSENT },
        { CARD("add", NEAR,
               "{'verb':'show','offers':['a'],'section':'WHILE_WAITING','for':'card'}"),
          WM_VERB_SHOW },
    };
    scene_bench s;
    scene_start(&s);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wm_rule rule = load(&s, rows[i].rule);
        assert_int_equal(rule.action_count, 1);
        assert_int_equal(rule.actions[0].verb, rows[i].verb);
        assert_int_equal(rule.actions[0].for_card, rows[i].verb == WM_VERB_SHOW);
    }
    wm_rule rule = load(&s, QUERY("safety", ALWAYS, "{'verb':'hold_questions','until':'asked'}"));
    assert_int_equal(rule.actions[0].until, WM_HOLD_UNTIL_ASKED);
    rule = load(&s, QUERY("safety", ALWAYS, "{'verb':'hold_questions','until':'seen'}"));
    assert_int_equal(rule.actions[0].until, WM_HOLD_UNTIL_SEEN);
    scene_stop(&s);
}

static void an_action_knows_whether_it_reads_the_card(void **state)
{
    (void)state;
    scene_bench s;
    scene_start(&s);
    wm_rule rule = load(&s, QUERY("add", ALWAYS,
                                  "{'verb':'note','text':'note.a'},"
                                  "{'verb':'note','text':'note.a','only':" MOOD "},"
                                  "{'verb':'note','text':'note.a','only':{'not':" NEAR "}},"
                                  "{'verb':'note','text':'note.a','unless':{'any':[" NEAR "]}},"
                                  "{'verb':'hide','when':" NEAR ",'section':'ALL'}"));
    static const bool expected[] = { false, false, true, true, false };
    for (size_t i = 0; i < rule.action_count; i++) {
        assert_int_equal(rule.actions[i].reads_card, expected[i]);
    }
    scene_stop(&s);
}

static void the_same_rule_compiles_to_the_same_bytes(void **state)
{
    (void)state;
    scene_bench s;
    scene_start(&s);
    (void)load(&s, rich);
    wm_str once = wm_arena_copy(&s.t.arena, wm_buf_str(&s.t.program));
    (void)load(&s, rich);
    assert_true(wm_str_equal(once, wm_buf_str(&s.t.program)));
    scene_stop(&s);
}

static void rules_go_by_phase_then_priority_then_id(void **state)
{
    (void)state;
    static const char *const in_order[] = {
        "{'id':'z','phase':'safety','priority':1,'scope':'query','when':" ALWAYS
        ",'do':[{'verb':'gap'}]}",
        "{'id':'b','phase':'add','priority':60,'scope':'query','when':" ALWAYS
        ",'do':[{'verb':'gap'}]}",
        "{'id':'a','phase':'add','priority':50,'scope':'query','when':" ALWAYS
        ",'do':[{'verb':'gap'}]}",
        "{'id':'b-1','phase':'add','priority':50,'scope':'query','when':" ALWAYS
        ",'do':[{'verb':'gap'}]}",
    };
    scene_bench s;
    scene_start(&s);
    wm_rule rules[4];
    for (size_t i = 0; i < 4; i++) {
        wm_rule rule = load(&s, in_order[i]);
        rules[i] = rule; /* the id and numbers outlive the bytes */
    }
    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < 4; k++) {
            int order = wm_rule_compare(&rules[i], &rules[k], s.t.symbols);
            assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
        }
    }
    scene_stop(&s);
}

/* ---- refusals ------------------------------------------------------------------------------- */

static void what_is_wrong_is_named_with_path_expected_and_found(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        const char *text;
    } rows[] = {
        { "[]", "expected a rule: an object, found an empty list" },
        { "{'id':'r'}", "phase: expected safety, lifecycle" },
        { "{'id':'A b','phase':'add'}", "id: expected an id, found \"A b\"" },
        { "{'id':'r','phase':'later'}", "found \"later\"" },
        { "{'id':'r','phase':'add','scope':'all'}",
          "scope: expected query or card, found \"all\"" },
        { "{'id':'r','phase':'add','scope':'query','priority':1001}",
          "priority: expected a number from 0 to 1000, found 1001" },
        { "{'id':'r','phase':'add','scope':'query','priority':1,'on_unknown':'guess'}",
          "on_unknown: expected skip, fire or ask, found \"guess\"" },
        { "{'id':'r','phase':'add','scope':'query','priority':1}",
          "when: expected a condition: an object with one name, found nothing" },
        { "{'id':'r','phase':'add','scope':'query','priority':1,'when':" ALWAYS "}",
          "do: expected a list of 1 to 16 actions, found nothing" },
        { "{'id':'r','stage':'add'}", "stage: expected id, phase" },
        { QUERY("add", ALWAYS, "7"), "do[0]: expected an object with a verb, found 7" },
        { QUERY("add", ALWAYS, "{'verb':'promote'}"), "do[0].verb: expected show, line" },
        { QUERY("add", ALWAYS, "{'text':'note.a'}"), "do[0].verb: expected show, line" },
        { QUERY("add", ALWAYS, "{'verb':'gap','slot':1}"),
          "do[0].slot: expected a part of gap (only, unless), found 1" },
        { QUERY("add", ALWAYS, "{'verb':'gap'},{'verb':'note','texts':'a'}"),
          "do[1].texts: expected a part of note (text, only, unless), found \"a\"" },
        { QUERY("add", ALWAYS, "{'verb':'note'}"),
          "do[0].text: expected the id of a text, found nothing" },
        { QUERY("add", ALWAYS, "{'verb':'note','text':'Not an id'}"),
          "do[0].text: expected the id of a text, found \"Not an id\"" },
        { QUERY("add", ALWAYS, "{'verb':'show','section':'MAIN'}"),
          "do[0].offers: expected a list of 1 to 64 offers, found nothing" },
        { QUERY("add", ALWAYS, "{'verb':'show','offers':[],'section':'MAIN'}"),
          "do[0].offers: expected a list of 1 to 64 offers, found an empty list" },
        { QUERY("add", ALWAYS, "{'verb':'show','offers':'a','section':'MAIN'}"),
          "do[0].offers: expected a list of 1 to 64 offers, found \"a\"" },
        { QUERY("add", ALWAYS, "{'verb':'show','offers':['a','B c'],'section':'MAIN'}"),
          "do[0].offers[1]: expected a word of small letters" },
        { QUERY("add", ALWAYS, "{'verb':'show','offers':['a','a'],'section':'MAIN'}"),
          "do[0].offers[1]: expected each word once, found \"a\"" },
        { QUERY("add", ALWAYS, "{'verb':'show','offers':['a']}"),
          "do[0].section: expected a section, found nothing" },
        { QUERY("add", ALWAYS, "{'verb':'show','offers':['a'],'section':'TOP'}"),
          "do[0].section: expected SAFETY, MAIN, ALONGSIDE, WHILE_WAITING or FOOTER, found "
          "\"TOP\"" },
        { QUERY("add", ALWAYS, "{'verb':'show','offers':['a'],'section':'NOT_A_MATCH'}"),
          "found \"NOT_A_MATCH\"" },
        { QUERY("add", ALWAYS, "{'verb':'show','offers':['a'],'section':'ALL'}"), "found \"ALL\"" },
        { QUERY("add", ALWAYS, "{'verb':'show','offers':['a'],'section':'MAIN','slot':100}"),
          "do[0].slot: expected a number from 0 to 99, found 100" },
        { QUERY("add", ALWAYS, "{'verb':'show','offers':['a'],'section':'MAIN','slot':-1}"),
          "do[0].slot: expected a number from 0 to 99, found -1" },
        { QUERY("add", ALWAYS, "{'verb':'show','offers':['a'],'section':'MAIN','subject':'gp'}"),
          "do[0].subject: expected person, actor or parent, found \"gp\"" },
        { QUERY("add", ALWAYS, "{'verb':'show','offers':['a'],'section':'MAIN','for':'card'}"),
          "do[0].for: expected for only in a card rule, found \"card\"" },
        { CARD("add", NEAR, "{'verb':'show','offers':['a'],'section':'MAIN'}"),
          "do[0].for: expected \"card\", as in every card rule, found nothing" },
        { CARD("add", NEAR, "{'verb':'show','offers':['a'],'section':'MAIN','for':'all'}"),
          "do[0].for: expected \"card\", found \"all\"" },
        { QUERY("add", ALWAYS, "{'verb':'hide','section':'ALL'}"),
          "do[0].when: expected a condition, found nothing" },
        { QUERY("add", ALWAYS, "{'verb':'hide','when':" NEAR ",'section':'SAFETY'}"),
          "do[0].section: expected MAIN, ALONGSIDE, WHILE_WAITING, NOT_A_MATCH, FOOTER or ALL" },
        { QUERY("add", ALWAYS, "{'verb':'move','only':" NEAR ",'section':'SAFETY'}"),
          "do[0].section: expected MAIN" },
        { QUERY("add", ALWAYS, "{'verb':'move','section':'FOOTER'}"),
          "do[0].only: expected which cards, since not all are meant, found nothing" },
        { QUERY("add", ALWAYS, "{'verb':'rank','by':1}"), "do[0].only: expected which cards" },
        { CARD("add", NEAR, "{'verb':'rank','by':0}"),
          "do[0].by: expected a number from -9 to 9, not 0, found 0" },
        { CARD("add", NEAR, "{'verb':'rank','by':10}"), "do[0].by: " },
        { CARD("add", NEAR, "{'verb':'rank','by':'up'}"), "do[0].by: " },
        { QUERY("add", ALWAYS, "{'verb':'unblock'}"), "do[0].reasons: expected a list" },
        { QUERY("add", ALWAYS, "{'verb':'pair','offers':['a'],'text':'note.a'}"),
          "do[0].offers: expected two offers, found a list of 1" },
        { QUERY("add", ALWAYS, "{'verb':'pair','offers':['a','b']}"), "do[0].text: expected" },
        { QUERY("add", ALWAYS, "{'verb':'handover'}"),
          "do[0].add: expected add or leave_out, found nothing" },
        { QUERY("add", ALWAYS, "{'verb':'consent'}"), "do[0].never_blocks: expected a list" },
        { QUERY("add", ALWAYS, "{'verb':'hold_questions','until':'never'}"),
          "do[0].until: expected seen or asked, found \"never\"" },
        { QUERY("add", ALWAYS, "{'verb':'replace'}"),
          "do[0].verb: expected a verb of the whole answer in a query rule, found \"replace\"" },
        { CARD("add", NEAR, "{'verb':'line','text':'line.a'}"),
          "do[0].verb: expected a verb of one card in a card rule, found \"line\"" },
        { CARD("add", NEAR, "{'verb':'hide','when':" NEAR ",'section':'ALL'}"), "do[0].verb: " },
        { CARD("add", NEAR, "{'verb':'unblock','reasons':['a']}"), "do[0].verb: " },
        { CARD("add", NEAR, "{'verb':'pair','offers':['a','b'],'text':'note.a'}"), "do[0].verb: " },
        { CARD("add", NEAR, "{'verb':'ignore_area','offers':['a']}"), "do[0].verb: " },
        { CARD("add", NEAR, "{'verb':'hold_questions','until':'seen'}"), "do[0].verb: " },
        { CARD("add", NEAR, "{'verb':'leave_no_trace'}"), "do[0].verb: " },
        { CARD("add", NEAR, "{'verb':'gap'}"), "do[0].verb: " },
        /* conditions */
        { QUERY("add", NEAR, "{'verb':'gap'}"),
          "when.card: expected no card here: none is in hand, found one" },
        { QUERY("add", "{'not':{'any':[" NEAR "]}}", "{'verb':'gap'}"), "when.not.any[0].card: " },
        { QUERY("add", ALWAYS, "{'verb':'gap','only':" NEAR "}"), "do[0].only.card: expected no" },
        { QUERY("add", ALWAYS, "{'verb':'line','text':'line.a','unless':" NEAR "}"),
          "do[0].unless.card: expected no" },
        { QUERY("safety", "{'result':{'main_reachable':{'max':1}}}", "{'verb':'gap'}"),
          "when.result: expected result only from phase add on, found it before" },
        { QUERY("add", "{'need':'mood'}", "{'verb':'gap'}"),
          "when.need: expected a list of needs, at least one, found \"mood\"" },
        { QUERY("add", "{'need':[]}", "{'verb':'gap'}"), "found an empty list" },
        { QUERY("add", "{'query':{'role':['self']}}", "{'verb':'gap'}"),
          "when.query.role: expected actor, about or access, found a list of 1" },
        { QUERY("add", "{'query':{}}", "{'verb':'gap'}"),
          "when.query: expected actor, about or access, found an empty object" },
        { QUERY("add", "{'query':{'actor':['self','self']}}", "{'verb':'gap'}"),
          "when.query.actor[1]: expected each word once, found \"self\"" },
        { QUERY("add", "{'query':{'actor':['me']}}", "{'verb':'gap'}"),
          "when.query.actor[0]: expected a list of self, family, carer, gp, school, professional, "
          "found \"me\"" },
        { QUERY("add", "{'result':{'main_reachable':{}}}", "{'verb':'gap'}"),
          "when.result.main_reachable: expected an object with min or max" },
        { QUERY("add", "{'result':{'main_reachable':{'min':3,'max':2}}}", "{'verb':'gap'}"),
          "expected a min that is at most max" },
        { QUERY("add", "{'result':{'main_reachable':{'max':1001}}}", "{'verb':'gap'}"),
          "when.result.main_reachable.max: expected" },
        { CARD("add", "{'card':{'open':'now'}}", "{'verb':'replace'}"),
          "when.card.open: expected \"in_time\", found \"now\"" },
        { CARD("add", "{'card':{'near_miss':1}}", "{'verb':'replace'}"),
          "when.card.near_miss: expected true or false, found 1" },
        { CARD("add", "{'card':{'verified':'never'}}", "{'verb':'replace'}"),
          "when.card.verified: expected a list of ok, overdue, never, found \"never\"" },
        { CARD("add", "{'card':{'verdict_not':['JOINT']}}", "{'verb':'replace'}"),
          "when.card.verdict_not: expected status, verdict" },
        { CARD("add", "{'card':{'wait_weeks':{'min':521}}}", "{'verb':'replace'}"),
          "when.card.wait_weeks.min: expected" },
        { CARD("add", "{'card':{'wait_weeks':{'min':1,'unknown':true}}}", "{'verb':'replace'}"),
          "when.card.wait_weeks.unknown: expected min or max, found true" },
        { CARD("add", "{'card':{'kind':[7]}}", "{'verb':'replace'}"), "when.card.kind[0]: " },
        { QUERY("add", ALWAYS,
                "{'verb':'show','offers':['a'],'section':'MAIN','only':{'card':{'open':'x'}}}"),
          "do[0].only.card.open: expected \"in_time\", found \"x\"" },
        { QUERY("add", "{'flag':'x'}", "{'verb':'gap'}"),
          "about, check, actor, need, query, card" },
    };
    scene_bench s;
    scene_start(&s);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wm_status status = scene_compile(&s, rows[i].rule);
        if (status != WM_BAD_RECORD) {
            fail_msg("%s: expected a refusal, found %d", rows[i].rule, status);
        }
        assert_int_equal(s.t.program.len, 0);
        assert_contains(s.t.err.text, rows[i].text);
    }
    scene_stop(&s);
}

static void limits_are_kept(void **state)
{
    (void)state;
    scene_bench s;
    scene_start(&s);
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    for (int extra = 0; extra < 2; extra++) {
        wm_buf_reset(&text);
        wm_buf_put_text(&text, "{'id':'r','phase':'add','priority':1,'scope':'query','when':" ALWAYS
                               ",'do':[{'verb':'gap'}");
        for (int i = 0; i < WM_RULE_ACTIONS_MAX - 1 + extra; i++) {
            wm_buf_put_text(&text, ",{'verb':'gap'}");
        }
        wm_buf_put_text(&text, "]}");
        assert_int_equal(scene_compile(&s, text.data), extra == 0 ? WM_OK : WM_BAD_RECORD);
        wm_buf_reset(&text);
        wm_buf_put_text(&text, "{'id':'r','phase':'add','priority':1,'scope':'card','when':");
        for (int i = 0; i < 14 + extra; i++) {
            wm_buf_put_text(&text, "{'not':");
        }
        wm_buf_put_text(&text, "{'card':{'near_miss':true,'usable_now':true}}");
        for (int i = 0; i < 14 + extra; i++) {
            wm_buf_put_text(&text, "}");
        }
        wm_buf_put_text(&text, ",'do':[{'verb':'replace'}]}");
        assert_int_equal(scene_compile(&s, text.data), extra == 0 ? WM_OK : WM_BAD_RECORD);
    }
    assert_contains(s.t.err.text, "expected conditions at most 16 deep");
    wm_buf_fini(&text);
    scene_stop(&s);
}

/* ---- damage --------------------------------------------------------------------------------- */

/* Loads a copy that ends where the bytes end, and reads all of it if it loads. */
static wm_status use(scene_bench *s, const char *bytes, size_t length)
{
    char *copy = malloc(length > 0 ? length : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    wm_rule rule;
    wm_status status = wm_rule_load((wm_str){ copy, length }, &rule, NULL);
    if (status == WM_OK) {
        (void)holds(s, &rule.when);
        (void)wm_symbols_text(s->t.symbols, rule.id);
        for (size_t i = 0; i < rule.action_count; i++) {
            const wm_rule_action *action = &rule.actions[i];
            for (uint32_t k = 0; k < action->names.count; k++) {
                (void)wm_symbols_text(s->t.symbols, wm_symbol_list_at(action->names, k));
            }
            for (uint32_t k = 0; k < action->others.count; k++) {
                (void)wm_symbols_text(s->t.symbols, wm_symbol_list_at(action->others, k));
            }
            assert_true(action->verb < WM_VERB_COUNT && action->section <= WM_SECTION_ALL);
            assert_true(action->slot >= -1 && action->slot <= WM_RULE_SLOT_MAX);
            assert_true(action->by >= -WM_RULE_RANK_MAX && action->by <= WM_RULE_RANK_MAX);
            assert_true(action->verb != WM_VERB_HIDE || action->has_when);
            (void)(action->has_when && holds(s, &action->when));
            (void)(action->has_only && holds(s, &action->only));
            (void)(action->has_unless && holds(s, &action->unless));
        }
    }
    free(copy);
    return status;
}

static void a_cut_or_longer_program_is_refused(void **state)
{
    (void)state;
    scene_bench s;
    scene_start(&s);
    (void)load(&s, rich);
    for (size_t length = 0; length < s.t.program.len; length++) {
        assert_int_equal(use(&s, s.t.program.data, length), WM_CORRUPT);
    }
    wm_buf_put_char(&s.t.program, 0);
    assert_int_equal(use(&s, s.t.program.data, s.t.program.len), WM_CORRUPT);
    scene_stop(&s);
}

static void any_flipped_bit_is_refused_or_does_no_harm(void **state)
{
    (void)state;
    scene_bench s;
    scene_start(&s);
    (void)load(&s, rich);
    size_t refused = 0;
    for (size_t at = 0; at < s.t.program.len; at++) {
        for (int bit = 0; bit < 8; bit++) {
            s.t.program.data[at] = (char)(s.t.program.data[at] ^ 1 << bit);
            refused += use(&s, s.t.program.data, s.t.program.len) != WM_OK;
            s.t.program.data[at] = (char)(s.t.program.data[at] ^ 1 << bit);
        }
    }
    assert_true(refused > s.t.program.len);
    assert_int_equal(use(&s, s.t.program.data, s.t.program.len), WM_OK);
    scene_stop(&s);
}

static void random_damage_does_no_harm(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(5);
    scene_bench s;
    scene_start(&s);
    (void)load(&s, rich);
    wm_str whole = wm_arena_copy(&s.t.arena, wm_buf_str(&s.t.program));
    for (int round = 0; round < 20000; round++) {
        memcpy(s.t.program.data, whole.ptr, whole.len);
        for (uint32_t i = 0; i <= wm_test_random_below(&random, 4); i++) {
            uint32_t at = wm_test_random_below(&random, (uint32_t)whole.len);
            s.t.program.data[at] = (char)wm_test_random_below(&random, 40);
        }
        (void)use(&s, s.t.program.data, s.t.program.len);
    }
    scene_stop(&s);
}

static void a_newer_program_says_so(void **state)
{
    (void)state;
    scene_bench s;
    scene_start(&s);
    (void)load(&s, rich);
    s.t.program.data[3] = 2;
    wm_rule rule;
    assert_int_equal(wm_rule_load(wm_buf_str(&s.t.program), &rule, &s.t.err), WM_NEWER);
    assert_contains(s.t.err.text, "expected version 1, found 2");
    scene_stop(&s);
}

/* ---- the real rules, and memory ------------------------------------------------------------- */

static void every_rule_of_the_directory_compiles_and_loads(void **state)
{
    (void)state;
    scene_bench s;
    scene_start(&s);
    wm_test_records all;
    size_t count = 0;
    wm_test_records_init(&all, WAYMARK_SOURCE_DIR "/directory-data");
    const wm_json *const *rules = wm_test_records_of(&all, WM_KIND_RULE, &count);
    wm_criteria_context context = { .symbols = s.t.symbols };
    for (size_t i = 0; i < count; i++) {
        wm_rule rule;
        wm_buf_reset(&s.t.program);
        assert_ok(wm_rule_compile(rules[i], &context, &s.t.program, &s.t.err), &s.t.err);
        assert_ok(wm_rule_load(wm_buf_str(&s.t.program), &rule, &s.t.err), &s.t.err);
    }
    assert_true(count > 30);
    wm_test_records_fini(&all);
    scene_stop(&s);
}

static wm_status compile_under_fault(const wm_env *env, const wm_json *rule)
{
    wm_symbols *symbols = NULL;
    wm_buf program;
    wm_buf_init(&program, env, WM_MIB);
    wm_status status = wm_symbols_new(env, &symbols, NULL);
    status = status == WM_OK ? wm_criteria_prepare_symbols(symbols, NULL) : status;
    wm_criteria_context context = { .symbols = symbols };
    status = status == WM_OK ? wm_rule_compile(rule, &context, &program, NULL) : status;
    wm_rule loaded;
    status = status == WM_OK ? wm_rule_load(wm_buf_str(&program), &loaded, NULL) : status;
    wm_symbols_free(symbols);
    wm_buf_fini(&program);
    return status;
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    const wm_json *rule = wm_test_json(&arena, rich);
    wm_fault_env fault;
    wm_fault_env_init(&fault);
    wm_status status = WM_OK;
    FAULT_SWEEP(status = compile_under_fault(&fault.env, rule), {
        assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
        assert_int_equal(wm_fault_live_blocks(), 0);
    });
    wm_arena_fini(&arena);
}

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_comes_back_as_it_was),
        cmocka_unit_test(every_verb_has_its_parts),
        cmocka_unit_test(an_action_knows_whether_it_reads_the_card),
        cmocka_unit_test(the_same_rule_compiles_to_the_same_bytes),
        cmocka_unit_test(rules_go_by_phase_then_priority_then_id),
        cmocka_unit_test(what_is_wrong_is_named_with_path_expected_and_found),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(a_cut_or_longer_program_is_refused),
        cmocka_unit_test(any_flipped_bit_is_refused_or_does_no_harm),
        cmocka_unit_test(random_damage_does_no_harm),
        cmocka_unit_test(a_newer_program_says_so),
        cmocka_unit_test(every_rule_of_the_directory_compiles_and_loads),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_condition.c: a condition that is made ready comes to what the plain evaluation comes to, for
 * the query and for every card, whatever the condition, the facts and the cards. */
#include "signpost_bench.h"

#include "rules/condition.h"

#include <stdio.h>

#define CARDS_MAX 200
#define ROUNDS 1500

typedef struct maker {
    wm_test_random random;
    scene_bench s;
    wm_symbol names[6];
    wm_symbol reasons[3];
    wm_card_view views[CARDS_MAX];
    uint8_t offers[CARDS_MAX][8];
    wm_symbol exclusions[CARDS_MAX][2];
    size_t count;
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

/* ---- random conditions --------------------------------------------------------------------- */

static void put_leaf(maker *m)
{
    static const char *const leaves[] = {
        "{'const':true}",
        "{'const':false}",
        "{'is':'carer'}",
        "{'is':'student'}",
        "{'age':{'min':16,'before':26}}",
        "{'has':{'conditions':['autism']}}",
        "{'need':['mood']}",
        "{'need':['mood.low','anx']}",
        "{'need':['anx','crisis']}",
        "{'query':{'actor':['family','carer']}}",
        "{'query':{'about':['self']}}",
        "{'query':{'access':['bsl']}}",
        "{'result':{'main_reachable':{'max':1}}}",
        "{'actor':{'is':'carer'}}",
        "{'actor':{'any':[{'is':'carer'},{'card':{'status':['active']}}]}}",
        "{'about':{'who':'parent','that':{'is':'struggling'}}}",
        "{'check':'ask them'}",
        "{'card':{'status':['active','closing']}}",
        "{'card':{'status':['planned'],'verdict':['UNKNOWN','ELIGIBLE']}}",
        "{'card':{'verdict':['ELIGIBLE','JOINT']}}",
        "{'card':{'verdict':['NOT_ELIGIBLE'],'near_miss':true}}",
        "{'card':{'near_miss':false}}",
        "{'card':{'usable_now':true}}",
        "{'card':{'usable_now':false}}",
        "{'card':{'closes_before_first_contact':true}}",
        "{'card':{'section':['MAIN','ALONGSIDE']}}",
        "{'card':{'section':['NOT_A_MATCH']}}",
        "{'card':{'subject':['actor']}}",
        "{'card':{'subject':['person','parent']}}",
        "{'card':{'open':'in_time'}}",
        "{'card':{'verified':['overdue','never']}}",
        "{'card':{'language':['yes','interpreter']}}",
        "{'card':{'language':['no']}}",
        "{'card':{'response':['immediate','hours_4','hours_24']}}",
        "{'card':{'response':['routine']}}",
        "{'card':{'tried':['refused']}}",
        "{'card':{'tried':['did_not_help','waiting']}}",
        "{'card':{'wait_weeks':{'min':4}}}",
        "{'card':{'wait_weeks':{'max':3}}}",
        "{'card':{'kind':['calm_place','helpline']}}",
        "{'card':{'offers':['safe_space']}}",
        "{'card':{'offers':['text_line','crisis_line']}}",
        "{'card':{'exclusion':['self_harm']}}",
        "{'card':{'exclusion':['violence','capacity']}}",
    };
    put(m, leaves[below(m, sizeof leaves / sizeof leaves[0])]);
}

static void put_condition(maker *m, unsigned depth)
{
    static const char *const heads[] = { "{'all':[", "{'any':[", "{'atleast':{'n':2,'of':[" };
    uint32_t which = below(m, 10);
    if (depth == 0 || which < 3) {
        put_leaf(m);
        return;
    }
    if (which < 5) {
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

/* ---- random cards -------------------------------------------------------------------------- */

static void make_card(maker *m, size_t at)
{
    wm_card_view *view = &m->views[at];
    size_t offers = below(m, 3);
    for (size_t i = 0; i < offers; i++) {
        wm_symbol offer = m->names[below(m, 6)];
        for (size_t k = 0; k < 4; k++) {
            m->offers[at][i * 4 + k] = (uint8_t)(offer >> (8 * k));
        }
    }
    for (size_t i = 0; i < 2; i++) {
        m->exclusions[at][i] = m->reasons[below(m, 3)];
    }
    *view = (wm_card_view){ .status = (wm_service_status)below(m, 5),
                            .verdict = (wm_verdict)below(m, 5),
                            .near_miss = below(m, 2) == 0,
                            .usable_now = below(m, 2) == 0,
                            .closes_first = below(m, 4) == 0,
                            .section = (wm_section)below(m, WM_SECTION_COUNT + 1),
                            .subject = (wm_subject)below(m, WM_SUBJECT_COUNT),
                            .open_in_time = (wm_truth)below(m, 3),
                            .verified = (wm_verified)below(m, 3),
                            .language = (wm_language_match)below(m, 5),
                            .response = below(m, 4) == 0 ? WM_SUMMARY_NONE : (uint8_t)below(m, 6),
                            .tried = (uint8_t)below(m, 8),
                            .wait_weeks = (int32_t)below(m, 8) - 1,
                            .kind = m->names[below(m, 6)],
                            .offers = { m->offers[at], (uint32_t)offers },
                            .exclusions = m->exclusions[at],
                            .exclusion_count = below(m, 3) };
}

static void make_query(maker *m)
{
    static const char *const facts[] = { "{}", "{'carer':true}",
                                         "{'carer':false,'age':{'years':20}}",
                                         "{'student':true,'conditions':{'has':['autism']}}",
                                         "{'carer':{'?':'declined'},'age':{'years':40},"
                                         "'parent':{'people':[{'struggling':true}]}}" };
    bench_facts(&m->s.t, 20468, facts[below(m, sizeof facts / sizeof facts[0])]);
    m->s.scene.need_count = below(m, 3);
    m->s.scene.actor = (uint8_t)below(m, 6);
    m->s.scene.about = (uint8_t)below(m, 5);
    m->s.scene.access = (uint8_t)below(m, 64);
    m->s.scene.main_reachable = below(m, 4);
    m->s.scene.card = NULL;
}

/* ---- the comparison ------------------------------------------------------------------------ */

static wm_truth plainly(maker *m, const wm_evaluation *evaluation, const wm_card_view *card)
{
    wm_scene scene = m->s.scene;
    wm_evaluation with = *evaluation;
    scene.card = card;
    with.scene = &scene;
    return wm_criteria_holds(&m->s.t.criteria, &with);
}

static void compare_cards(maker *m, const wm_condition *condition,
                          const wm_condition_reader *reader, wm_deck *deck)
{
    uint64_t of[CARDS_MAX / 64 + 1];
    uint64_t holds[CARDS_MAX / 64 + 1];
    uint64_t unknown[CARDS_MAX / 64 + 1];
    for (size_t b = 0; b < wm_deck_blocks(deck); b++) {
        of[b] = wm_deck_all(deck, b) & ~((uint64_t)below(m, 2) << below(m, 64));
    }
    wm_condition_hold_for(condition, reader, deck, of, holds, unknown);
    for (size_t i = 0; i < deck->count; i++) {
        bool counts = (of[i / 64] >> i % 64 & 1) != 0;
        wm_truth expected = plainly(m, &reader->evaluation, &m->views[i]);
        bool is_held = (holds[i / 64] >> i % 64 & 1) != 0;
        bool is_open = (unknown[i / 64] >> i % 64 & 1) != 0;
        if (is_held != (counts && expected == WM_TRUTH_T) ||
            is_open != (counts && expected == WM_TRUTH_U) ||
            wm_condition_holds(condition, reader, &m->views[i]) != expected) {
            fail_msg("card %zu: %s", i, m->text);
        }
    }
}

static void play(maker *m)
{
    wm_deck deck;
    wm_condition condition;
    m->length = 0;
    put_condition(m, below(m, 5));
    make_query(m);
    (void)scene_holds(&m->s, m->text, NULL); /* compiles */
    wm_evaluation evaluation = { .symbols = m->s.t.symbols,
                                 .facts = m->s.t.facts,
                                 .actor_facts = below(m, 2) == 0 ? m->s.t.facts : NULL };
    wm_condition_reader reader = wm_condition_reader_of(&evaluation, &m->s.scene);
    assert_true(wm_condition_make(&m->s.t.criteria, &m->s.t.arena, &condition));
    assert_int_equal(wm_condition_holds(&condition, &reader, NULL), plainly(m, &evaluation, NULL));
    wm_deck_init(&deck, &m->s.t.arena);
    size_t count = below(m, CARDS_MAX + 1);
    while (deck.count < count) {
        make_card(m, deck.count);
        assert_true(wm_deck_put(&deck, &m->views[deck.count]));
        if (deck.count == count / 2 || below(m, 50) == 0) { /* cards come and move meanwhile */
            compare_cards(m, &condition, &reader, &deck);
            wm_deck_move(&deck, below(m, (uint32_t)deck.count),
                         (wm_section)below(m, WM_SECTION_COUNT + 1));
        }
    }
    compare_cards(m, &condition, &reader, &deck);
}

static void what_is_made_ready_comes_to_what_is_plainly_evaluated(void **state)
{
    (void)state;
    static maker m;
    static const char *const names[] = { "safe_space", "text_line",  "crisis_line",
                                         "helpline",   "calm_place", "other" };
    static const char *const reasons[] = { "self_harm", "violence", "capacity" };
    scene_start(&m.s);
    m.random = wm_test_random_new(20260106);
    for (size_t i = 0; i < 6; i++) {
        m.names[i] = scene_symbol(&m.s, names[i]);
    }
    for (size_t i = 0; i < 3; i++) {
        m.reasons[i] = scene_symbol(&m.s, reasons[i]);
    }
    for (int i = 0; i < ROUNDS; i++) {
        play(&m);
    }
    scene_stop(&m.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_made_ready_comes_to_what_is_plainly_evaluated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

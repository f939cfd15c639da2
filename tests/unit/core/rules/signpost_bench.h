/* signpost_bench.h: a query and a card to read rule conditions against, and rules from short
 * literals (' for "). */
#ifndef WAYMARK_SIGNPOST_BENCH_H
#define WAYMARK_SIGNPOST_BENCH_H

#include "eligibility_bench.h"

#include "rules/program.h"
#include "rules/signpost.h"

typedef struct scene_bench {
    bench t;
    wm_symbol needs[2];      /* mood, mood.low */
    uint8_t offers[8];       /* safe_space, text_line */
    wm_symbol exclusions[1]; /* self_harm */
    wm_card_view card;
    wm_scene scene;
} scene_bench;

static inline wm_symbol scene_symbol(scene_bench *s, const char *text)
{
    wm_symbol symbol = WM_SYMBOL_NONE;
    assert_ok(wm_symbols_intern(s->t.symbols, wm_str_of(text), &symbol, &s->t.err), &s->t.err);
    return symbol;
}

/* A sister asks about her brother's child, in sign language and by video; one service can be used
 * now; in hand is a safe space that is known in everything but its hours. */
static inline void scene_start(scene_bench *s)
{
    static const char *const offers[] = { "safe_space", "text_line" };
    memset(s, 0, sizeof *s);
    bench_start(&s->t);
    s->needs[0] = scene_symbol(s, "mood");
    s->needs[1] = scene_symbol(s, "mood.low");
    for (size_t i = 0; i < 2; i++) {
        wm_symbol offer = scene_symbol(s, offers[i]);
        for (size_t k = 0; k < 4; k++) {
            s->offers[i * 4 + k] = (uint8_t)(offer >> (8 * k));
        }
    }
    s->exclusions[0] = scene_symbol(s, "self_harm");
    s->card = (wm_card_view){ .status = WM_SERVICE_ACTIVE,
                              .verdict = WM_VERDICT_JOINT,
                              .usable_now = true,
                              .section = WM_SECTION_MAIN,
                              .subject = WM_SUBJECT_ACTOR,
                              .open_in_time = WM_TRUTH_U,
                              .verified = WM_VERIFIED_OVERDUE,
                              .language = WM_LANGUAGE_INTERPRETER,
                              .response = 2,
                              .tried = 1U << WM_OUTCOME_REFUSED,
                              .wait_weeks = 4,
                              .kind = scene_symbol(s, "calm_place"),
                              .offers = { s->offers, 2 },
                              .exclusions = s->exclusions,
                              .exclusion_count = 1 };
    s->scene = (wm_scene){ .needs = s->needs,
                           .need_count = 2,
                           .actor = WM_ACTOR_FAMILY,
                           .about = WM_ABOUT_CHILD,
                           .access = WM_ACCESS_BSL | WM_ACCESS_REMOTE,
                           .main_reachable = 1,
                           .card = &s->card };
    bench_facts(&s->t, 20468, "{}");
}

static inline void scene_stop(scene_bench *s)
{
    bench_stop(&s->t);
}

/* What a condition comes to; scene NULL: nothing is known of the query. */
static inline wm_truth scene_holds(scene_bench *s, const char *condition, const wm_scene *scene)
{
    wm_criteria_context context = { .symbols = s->t.symbols, .allow_actor = true };
    wm_buf_reset(&s->t.program);
    assert_ok(wm_criteria_compile_condition(wm_test_json(&s->t.arena, condition), "when", &context,
                                            &s->t.program, &s->t.err),
              &s->t.err);
    assert_ok(wm_criteria_load(s->t.program.data, s->t.program.len, &s->t.criteria, &s->t.err),
              &s->t.err);
    wm_evaluation evaluation = { .symbols = s->t.symbols, .facts = s->t.facts, .scene = scene };
    return wm_criteria_holds(&s->t.criteria, &evaluation);
}

/* Compiles a rule in place of what was compiled before; the text is in s->t.err. */
static inline wm_status scene_compile(scene_bench *s, const char *rule)
{
    wm_criteria_context context = { .symbols = s->t.symbols };
    wm_buf_reset(&s->t.program);
    wm_error_clear(&s->t.err);
    return wm_rule_compile(wm_test_json(&s->t.arena, rule), &context, &s->t.program, &s->t.err);
}

#endif

/* fuzz_rule.c: a rule record through everything: what compiles loads, is evaluated the same twice,
 * knowing less never decides otherwise, and programs of damaged bytes do no harm. */
#include <assert.h>
#include <stdint.h>

#include "rules/signpost.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct fuzzed {
    wm_arena arena;
    wm_symbols *symbols;
    wm_buf program;
    wm_facts *facts;
    wm_symbol need;
} fuzzed;

static wm_truth holds(const fuzzed *f, const wm_criteria *condition, const wm_scene *scene)
{
    wm_evaluation evaluation = { .symbols = f->symbols, .facts = f->facts, .scene = scene };
    wm_truth once = wm_criteria_holds(condition, &evaluation);
    wm_truth again = wm_criteria_holds(condition, &evaluation);
    assert(once == again);
    return once;
}

/* Against a card in hand, none, and nothing known at all. */
static void evaluate(const fuzzed *f, const wm_criteria *condition)
{
    wm_card_view card = { .status = WM_SERVICE_ACTIVE,
                          .verdict = WM_VERDICT_NOT_ELIGIBLE,
                          .near_miss = true,
                          .section = WM_SECTION_NOT_A_MATCH,
                          .open_in_time = WM_TRUTH_T,
                          .language = WM_LANGUAGE_YES,
                          .wait_weeks = 3,
                          .kind = f->need };
    wm_scene scene = { .needs = &f->need, .need_count = 1, .actor = WM_ACTOR_GP, .card = &card };
    wm_scene without = scene;
    without.card = NULL;
    wm_truth full = holds(f, condition, &scene);
    wm_truth less = holds(f, condition, &without);
    wm_truth least = holds(f, condition, NULL);
    assert(less == WM_TRUTH_U || less == full);
    assert(least == WM_TRUTH_U || least == full);
}

static void use(const fuzzed *f, const wm_rule *rule)
{
    evaluate(f, &rule->when);
    for (size_t i = 0; i < rule->action_count; i++) {
        const wm_rule_action *action = &rule->actions[i];
        for (uint32_t k = 0; k < action->names.count; k++) {
            (void)wm_symbols_text(f->symbols, wm_symbol_list_at(action->names, k));
        }
        for (uint32_t k = 0; k < action->others.count; k++) {
            (void)wm_symbols_text(f->symbols, wm_symbol_list_at(action->others, k));
        }
        if (action->has_when) {
            evaluate(f, &action->when);
        }
        if (action->has_only) {
            evaluate(f, &action->only);
        }
        if (action->has_unless) {
            evaluate(f, &action->unless);
        }
    }
}

/* The input itself as a program behind a good header's first bytes. */
static void load_bytes(fuzzed *f, const uint8_t *data, size_t size)
{
    wm_rule rule;
    wm_buf_reset(&f->program);
    wm_buf_put(&f->program, "WMR\1", 4);
    wm_buf_put(&f->program, data, size);
    if (wm_rule_load(wm_buf_str(&f->program), &rule, NULL) == WM_OK) {
        use(f, &rule);
    }
}

static void compile(fuzzed *f, const wm_json *json)
{
    wm_error err;
    wm_error_clear(&err);
    wm_criteria_context context = { .symbols = f->symbols };
    wm_status status = wm_rule_compile(json, &context, &f->program, &err);
    assert(status == WM_OK || err.text[0] != '\0');
    if (status == WM_OK) {
        wm_rule rule;
        status = wm_rule_load(wm_buf_str(&f->program), &rule, &err);
        assert(status == WM_OK);
        use(f, &rule);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzzed f = { .symbols = NULL };
    wm_error err;
    wm_arena_init(&f.arena, wm_env_system(), 64 * WM_MIB);
    wm_buf_init(&f.program, wm_env_system(), 4 * WM_MIB);
    const wm_json *json = NULL;
    const wm_json *known = NULL;
    wm_str text = { (const char *)data, size };
    if (wm_symbols_new(wm_env_system(), &f.symbols, &err) == WM_OK &&
        wm_criteria_prepare_symbols(f.symbols, &err) == WM_OK &&
        wm_symbols_intern(f.symbols, WM_STR("mood"), &f.need, &err) == WM_OK) {
        wm_facts_context context = { f.symbols, NULL, NULL, 20468 };
        wm_str facts = WM_STR("{\"age\":{\"years\":15},\"carer\":true}");
        wm_status status = wm_json_parse(&f.arena, facts, WM_KIB, &known, &err);
        status =
            status == WM_OK ? wm_facts_parse(&f.arena, known, &context, &f.facts, &err) : status;
        if (status == WM_OK && wm_json_parse(&f.arena, text, WM_MIB, &json, &err) == WM_OK) {
            compile(&f, json);
        }
        if (status == WM_OK) {
            load_bytes(&f, data, size);
        }
    }
    wm_symbols_free(f.symbols);
    wm_buf_fini(&f.program);
    wm_arena_fini(&f.arena);
    return 0;
}

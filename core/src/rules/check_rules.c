/* check_rules.c: what is wrong, or unwise, in rules.
 *
 *   each      all that the compiler refuses, not just the first; then, if it compiled, the sense of
 *             its conditions (never true, always true), and that SAFETY is for phase safety
 *   together  what is shown by offer is kept as rows: an offer that no service has shows nothing;
 *             two rules of which neither comes first must not give one offer two slots */
#include "check_rules.h"

#include <stdio.h>
#include <stdlib.h>

#include "rules/scene.h"
#include "rules/signpost_program.h"
#include "rules/validate.h"

#define PROGRAM_BYTES_MAX WM_MIB
#define ROWS_BYTES_MAX (64 * WM_MIB)
#define RULE_PATH_BYTES 48

/* One offer of one `show` or `pair`. */
typedef struct shown {
    wm_symbol rule;
    wm_symbol offer;
    wm_rule_phase phase;
    int32_t priority;
    wm_section section;
    int32_t slot;
    uint16_t action;
    uint16_t index; /* of the offer in its list */
    bool has_slot;  /* false: a pair, which has no place */
} shown;

struct check_rules {
    const wm_env *env;
    const wm_fact_registry *registry;
    const wm_locality_tree *tree;
    wm_symbols *symbols;
    wm_symbols *offered; /* by services */
    wm_buf program;
    wm_buf rows; /* shown */
};

typedef struct rule_check {
    check_rules *rules;
    const wm_finding_sink *sink;
    wm_str id;
    wm_rule rule;
    wm_error *err;
} rule_check;

wm_status check_rules_new(const wm_env *env, const wm_fact_registry *registry,
                          const wm_locality_tree *tree, check_rules **rules_out, wm_error *err)
{
    check_rules *rules = wm_env_alloc(env, sizeof *rules);
    if (rules == NULL) {
        return wm_fail_memory(err);
    }
    *rules = (check_rules){ .env = env, .registry = registry, .tree = tree };
    wm_buf_init(&rules->program, env, PROGRAM_BYTES_MAX);
    wm_buf_init(&rules->rows, env, ROWS_BYTES_MAX);
    wm_status status = wm_symbols_new(env, &rules->symbols, err);
    status = status == WM_OK ? wm_criteria_prepare_symbols(rules->symbols, err) : status;
    status = status == WM_OK ? wm_symbols_new(env, &rules->offered, err) : status;
    if (status != WM_OK) {
        check_rules_free(rules);
        return status;
    }
    *rules_out = rules;
    return WM_OK;
}

void check_rules_free(check_rules *rules)
{
    if (rules != NULL) {
        wm_symbols_free(rules->offered);
        wm_symbols_free(rules->symbols);
        wm_buf_fini(&rules->rows);
        wm_buf_fini(&rules->program);
        wm_env_free(rules->env, rules, sizeof *rules);
    }
}

/* ---- one rule by itself ------------------------------------------------------------------- */

static wm_status put(const rule_check *at, bool is_error, const wm_problem *problem)
{
    wm_finding finding = { is_error,
                           problem->code,
                           WM_KIND_RULE,
                           at->id,
                           problem->path,
                           problem->text,
                           wm_problem_remedy(problem) };
    return at->sink->put(at->sink->context, &finding);
}

static wm_status put_walk_problem(void *context, const wm_problem *problem, wm_error *err)
{
    (void)err;
    return put(context, true, problem);
}

/* Nothing that it reads can be unknown: only what the query says, and what is known of cards. */
static bool can_be_unknown(const wm_criteria *condition)
{
    for (size_t at = 0; at < condition->node_count; at++) {
        wm_node node = wm_program_node(condition, at);
        const wm_member *member = wm_scene_member(node.op, node.arg);
        bool known = !wm_op_is_leaf(node.op) || node.op == WM_OP_CONST ||
                     (member != NULL && !member->may_be_unknown);
        if (!known) {
            return true;
        }
    }
    return false;
}

static wm_status check_unknown(const rule_check *at, const wm_json *rule)
{
    if (can_be_unknown(&at->rule.when)) {
        return WM_OK;
    }
    wm_status status = WM_OK;
    if (at->rule.on_unknown != WM_UNKNOWN_SKIP) {
        status = put(at, false,
                     &(wm_problem){ "never_unknown", "on_unknown",
                                    "expected a condition that can be unknown, found that it "
                                    "always is known",
                                    "take on_unknown away, or correct the condition" });
    }
    if (status == WM_OK && wm_json_get(rule, "if") != NULL) {
        status = put(at, false,
                     &(wm_problem){ "never_unknown", "if",
                                    "expected a condition that can be unknown, found that it "
                                    "always is known",
                                    "take `if` away: it is said only of what is not known" });
    }
    return status;
}

/* "Safety comes first and is never cut": nothing else stands there. */
static wm_status check_safety(const rule_check *at)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < at->rule.action_count && status == WM_OK; i++) {
        const wm_rule_action *action = &at->rule.actions[i];
        bool is_line = action->verb == WM_VERB_LINE;
        bool shows = action->verb == WM_VERB_SHOW && action->section == WM_SECTION_SAFETY;
        char path[RULE_PATH_BYTES];
        (void)snprintf(path, sizeof path, "do[%zu].%s", i, is_line ? "verb" : "section");
        if (at->rule.phase != WM_PHASE_SAFETY && (is_line || shows)) {
            status = put(at, true,
                         &(wm_problem){ "not_safety", path,
                                        "expected a line or the section SAFETY only in phase "
                                        "safety, found it in another",
                                        "make it a rule of phase safety, or choose another "
                                        "section" });
        }
    }
    return status;
}

static wm_status check_sense(const rule_check *at, const wm_criteria *condition, const char *path)
{
    wm_validation validation = { .env = at->rules->env,
                                 .registry = at->rules->registry,
                                 .tree = at->rules->tree,
                                 .kind = WM_KIND_RULE,
                                 .id = at->id,
                                 .path = path,
                                 .condition = true };
    return wm_condition_validate(condition, at->rules->symbols, &validation, at->sink, at->err);
}

static wm_status check_conditions(const rule_check *at)
{
    wm_status status = check_sense(at, &at->rule.when, "when");
    for (size_t i = 0; i < at->rule.action_count && status == WM_OK; i++) {
        const wm_rule_action *action = &at->rule.actions[i];
        const struct {
            bool there;
            const wm_criteria *condition;
            const char *name;
        } all[] = {
            { action->has_when, &action->when, "when" },
            { action->has_only, &action->only, "only" },
            { action->has_unless, &action->unless, "unless" },
        };
        for (size_t k = 0; k < sizeof all / sizeof all[0] && status == WM_OK; k++) {
            char path[RULE_PATH_BYTES];
            (void)snprintf(path, sizeof path, "do[%zu].%s", i, all[k].name);
            status = all[k].there ? check_sense(at, all[k].condition, path) : WM_OK;
        }
    }
    return status;
}

static wm_status keep_shown(const rule_check *at)
{
    for (size_t i = 0; i < at->rule.action_count; i++) {
        const wm_rule_action *action = &at->rule.actions[i];
        bool is_show = action->verb == WM_VERB_SHOW;
        uint32_t count = is_show || action->verb == WM_VERB_PAIR ? action->names.count : 0;
        for (uint32_t k = 0; k < count; k++) {
            shown row = { .rule = at->rule.id,
                          .offer = wm_symbol_list_at(action->names, k),
                          .phase = at->rule.phase,
                          .priority = at->rule.priority,
                          .section = action->section,
                          .slot = action->slot,
                          .action = (uint16_t)i,
                          .index = (uint16_t)k,
                          .has_slot = is_show };
            wm_buf_put(&at->rules->rows, &row, sizeof row);
        }
    }
    return wm_buf_status(&at->rules->rows, at->err);
}

wm_status check_rules_add(check_rules *rules, const wm_json *rule, wm_str id,
                          const wm_finding_sink *sink, wm_error *err)
{
    rule_check at = { .rules = rules, .sink = sink, .id = id, .err = err };
    wm_criteria_context context = { rules->symbols, rules->registry, true };
    wm_problem_sink problems = { put_walk_problem, &at };
    size_t count = 0;
    wm_buf_reset(&rules->program);
    wm_status status = wm_rule_walk(rule, &context, &problems, &rules->program, &count, err);
    if (status != WM_OK || count > 0) {
        return status;
    }
    status = wm_rule_load(wm_buf_str(&rules->program), &at.rule, err);
    status = status == WM_OK ? check_conditions(&at) : status;
    status = status == WM_OK ? check_unknown(&at, rule) : status;
    status = status == WM_OK ? check_safety(&at) : status;
    return status == WM_OK ? keep_shown(&at) : status;
}

/* ---- all together ------------------------------------------------------------------------- */

wm_status check_rules_add_service(check_rules *rules, const wm_json *service, wm_error *err)
{
    const wm_json *offers = wm_json_get(service, "offers");
    uint32_t count = wm_json_is(offers, WM_JSON_ARRAY) ? offers->count : 0;
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < count && status == WM_OK; i++) {
        wm_symbol symbol = WM_SYMBOL_NONE;
        status =
            wm_symbols_intern(rules->offered, wm_json_string(&offers->as.items[i]), &symbol, err);
    }
    return status;
}

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* By all that must be the same for a conflict, then by rule and place. */
static int compare_shown(const void *a, const void *b)
{
    const shown *x = a;
    const shown *y = b;
    const int64_t keys[][2] = {
        { x->has_slot, y->has_slot }, { x->phase, y->phase }, { x->priority, y->priority },
        { x->section, y->section },   { x->offer, y->offer }, { x->rule, y->rule },
        { x->action, y->action },     { x->index, y->index },
    };
    int order = 0;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0] && order == 0; i++) {
        order = compare_numbers(keys[i][0], keys[i][1]);
    }
    return order;
}

static bool is_contest(const shown *a, const shown *b)
{
    return a->has_slot && b->has_slot && a->phase == b->phase && a->priority == b->priority &&
           a->section == b->section && a->offer == b->offer && a->rule != b->rule &&
           a->slot != b->slot;
}

static wm_status report_unoffered(const check_rules *rules, const shown *row,
                                  const wm_finding_sink *sink)
{
    wm_str offer = wm_symbols_text(rules->symbols, row->offer);
    if (wm_symbols_find(rules->offered, offer) != WM_SYMBOL_NONE) {
        return WM_OK;
    }
    char path[RULE_PATH_BYTES];
    char text[200];
    (void)snprintf(path, sizeof path, "do[%u].offers[%u]", row->action, row->index);
    (void)snprintf(text, sizeof text, "expected an offer that a service has, found \"%.*s\"",
                   WM_STR_ARG(offer));
    wm_finding finding = { false,
                           "nothing_to_show",
                           WM_KIND_RULE,
                           wm_symbols_text(rules->symbols, row->rule),
                           path,
                           text,
                           "Correct the offer, or add it to the services that have it." };
    return sink->put(sink->context, &finding);
}

static wm_status report_contest(const check_rules *rules, const shown *first, const shown *second,
                                const wm_finding_sink *sink)
{
    char path[RULE_PATH_BYTES];
    char text[320];
    wm_str offer = wm_symbols_text(rules->symbols, second->offer);
    wm_str other = wm_symbols_text(rules->symbols, first->rule);
    (void)snprintf(path, sizeof path, "do[%u].slot", second->action);
    (void)snprintf(
        text, sizeof text,
        "expected the slot that %.*s, of the same priority, gives to %.*s, found another",
        WM_STR_ARG(other), WM_STR_ARG(offer));
    wm_finding finding = { false,
                           "slot_contest",
                           WM_KIND_RULE,
                           wm_symbols_text(rules->symbols, second->rule),
                           path,
                           text,
                           "Give both the same slot: where both act, the lower one counts." };
    return sink->put(sink->context, &finding);
}

wm_status check_rules_report(check_rules *rules, const wm_finding_sink *sink, wm_error *err)
{
    size_t count = rules->rows.len / sizeof(shown);
    shown *rows = (shown *)(void *)rules->rows.data;
    wm_status status = wm_buf_status(&rules->rows, err);
    if (count > 0) {
        qsort(rows, count, sizeof *rows, compare_shown);
    }
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        status = report_unoffered(rules, &rows[i], sink);
        if (status == WM_OK && i > 0 && is_contest(&rows[i - 1], &rows[i])) {
            status = report_contest(rules, &rows[i - 1], &rows[i], sink);
        }
    }
    return status;
}

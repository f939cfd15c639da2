/* settles.c: the value of criteria, read until it is sure, and the search for one fact that is
 * missing. evaluate.c and reasons.c say what both mean; here no value is kept, and no list made. */
#include "rules/settles.h"

#include "rules/evaluate.h"
#include "rules/facts.h"

/* ---- values -------------------------------------------------------------------------------- */

static bool is_answered(const wm_settling *s, wm_symbol fact)
{
    for (size_t i = 0; i < s->fact_count; i++) {
        if (s->facts[i] == fact) {
            return true;
        }
    }
    return false;
}

static bool area_is_answered(const wm_settling *s, const wm_node *node)
{
    for (unsigned i = 0; i < WM_DIMENSION_COUNT; i++) {
        if ((node->arg >> i & 1) != 0 && is_answered(s, WM_SYMBOL_RESIDENCE_AREA + i)) {
            return true;
        }
    }
    return false;
}

/* A leaf reads one of the facts that were answered. What is asked about others, or of whoever asks,
 * is not of this person, but for who they are. */
static bool may_have_changed(const wm_settling *s, const wm_node *node)
{
    switch ((wm_op)node->op) {
    case WM_OP_AGE: return is_answered(s, WM_SYMBOL_AGE);
    case WM_OP_AREA: return area_is_answered(s, node);
    case WM_OP_IS:
    case WM_OP_ABOUT: return is_answered(s, node->operand);
    case WM_OP_SINCE:
    case WM_OP_IN:
    case WM_OP_HAS: return is_answered(s, wm_program_word(s->criteria, node->operand));
    case WM_OP_LEVEL: return is_answered(s, WM_SYMBOL_SEVERITY + node->arg);
    case WM_OP_ATLEAST: return true;
    case WM_OP_ALL:
    case WM_OP_ANY:
    case WM_OP_NOT:
    case WM_OP_CONST:
    case WM_OP_CHECK:
    case WM_OP_ACTOR:
    case WM_OP_NEED:
    case WM_OP_QUERY:
    case WM_OP_CARD:
    case WM_OP_RESULT:
    default: return false;
    }
}

static wm_truth read_plainly(const wm_settling *s, size_t at, const wm_node *node)
{
    wm_criteria part = *s->criteria;
    part.nodes += at * WM_PROGRAM_NODE_BYTES;
    part.node_count = node->span;
    part.exclusion_count = 0;
    part.for_everyone = false;
    return wm_criteria_holds(&part, s->evaluation);
}

static wm_truth read_node(const wm_settling *s, size_t at)
{
    wm_node node = wm_program_node(s->criteria, at);
    bool all = node.op == WM_OP_ALL;
    if (s->before[at] != WM_TRUTH_U) {
        return (wm_truth)s->before[at]; /* what was known stays */
    }
    if (node.op == WM_OP_NOT) {
        return (wm_truth)(WM_TRUTH_T - read_node(s, at + 1));
    }
    if (!all && node.op != WM_OP_ANY) {
        return may_have_changed(s, &node) ? read_plainly(s, at, &node) : WM_TRUTH_U;
    }
    wm_truth sure = all ? WM_TRUTH_F : WM_TRUTH_T;
    wm_truth value = all ? WM_TRUTH_T : WM_TRUTH_F;
    for (size_t child = at + 1; child < at + node.span && value != sure;
         child += wm_program_node(s->criteria, child).span) {
        wm_truth truth = read_node(s, child);
        bool changes = all ? truth < value : truth > value;
        value = changes ? truth : value;
    }
    return value;
}

/* who AND NOT (any hard exclusion) */
static wm_truth read_value(const wm_settling *s)
{
    const wm_criteria *criteria = s->criteria;
    wm_truth value = criteria->for_everyone ? WM_TRUTH_T : read_node(s, 0);
    for (size_t i = 0; i < criteria->exclusion_count && value != WM_TRUTH_F; i++) {
        wm_exclusion exclusion = wm_criteria_exclusion(criteria, i);
        if (!exclusion.soft) {
            wm_truth kept = (wm_truth)(WM_TRUTH_T - read_node(s, exclusion.node));
            value = kept < value ? kept : value;
        }
    }
    return value;
}

/* ---- what is missing ----------------------------------------------------------------------- */

#define ANY_FACT WM_SYMBOL_NONE

typedef struct search {
    const wm_settling *in;
    wm_symbol fact; /* ANY_FACT: any but what only the service knows */
} search;

static bool is_it(const search *s, wm_symbol fact)
{
    return s->fact == ANY_FACT ? fact != WM_SYMBOL_ASK_SERVICE : fact == s->fact;
}

static bool area_misses(const search *s, const wm_node *node)
{
    const wm_facts *facts = s->in->evaluation->facts;
    for (unsigned i = 0; i < WM_DIMENSION_COUNT; i++) {
        const wm_area_fact *area = &facts->areas[i];
        bool none = area->given == WM_GIVEN_KNOWN && area->none;
        wm_symbol fact = none ? WM_SYMBOL_ASK_SERVICE : WM_SYMBOL_RESIDENCE_AREA + i;
        if ((node->arg >> i & 1) != 0 && is_it(s, fact) &&
            wm_evaluate_dimension(s->in->criteria, s->in->evaluation, facts, node,
                                  (wm_dimension)i) == WM_TRUTH_U) {
            return true;
        }
    }
    return false;
}

/* Below a node that is unknown, through nodes that are unknown. */
static bool misses(const search *s, size_t at)
{
    wm_node node = wm_program_node(s->in->criteria, at);
    switch ((wm_op)node.op) {
    case WM_OP_ALL:
    case WM_OP_ANY:
    case WM_OP_NOT:
    case WM_OP_ATLEAST:
        for (size_t child = at + 1; child < at + node.span;
             child += wm_program_node(s->in->criteria, child).span) {
            if (read_node(s->in, child) == WM_TRUTH_U && misses(s, child)) {
                return true;
            }
        }
        return false;
    case WM_OP_AGE: return is_it(s, WM_SYMBOL_AGE);
    case WM_OP_AREA: return area_misses(s, &node);
    case WM_OP_IS:
    case WM_OP_ABOUT: return is_it(s, node.operand);
    case WM_OP_SINCE:
    case WM_OP_IN:
    case WM_OP_HAS: return is_it(s, wm_program_word(s->in->criteria, node.operand));
    case WM_OP_LEVEL: return is_it(s, WM_SYMBOL_SEVERITY + node.arg);
    case WM_OP_ACTOR: return is_it(s, WM_SYMBOL_ACTOR);
    case WM_OP_CHECK: return is_it(s, WM_SYMBOL_ASK_SERVICE);
    case WM_OP_NEED:
    case WM_OP_QUERY:
    case WM_OP_CARD:
    case WM_OP_RESULT:
    case WM_OP_CONST:
    default: return false;
    }
}

static bool some_root_misses(const search *s)
{
    const wm_criteria *criteria = s->in->criteria;
    if (!criteria->for_everyone && read_node(s->in, 0) == WM_TRUTH_U && misses(s, 0)) {
        return true;
    }
    for (size_t i = 0; i < criteria->exclusion_count; i++) {
        wm_exclusion exclusion = wm_criteria_exclusion(criteria, i);
        if (!exclusion.soft && read_node(s->in, exclusion.node) == WM_TRUTH_U &&
            misses(s, exclusion.node)) {
            return true;
        }
    }
    return false;
}

bool wm_is_unknown(const wm_settling *settling)
{
    search s = { settling, ANY_FACT };
    return read_value(settling) == WM_TRUTH_U && some_root_misses(&s);
}

bool wm_is_missing(const wm_settling *settling, wm_symbol fact)
{
    search s = { settling, fact };
    return some_root_misses(&s);
}

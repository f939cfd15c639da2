/* reasons.c: what is missing, which leaves decide, and the day on which a near miss changes. */
#include "rules/evaluate.h"
#include "rules/facts.h"

typedef struct search {
    const wm_criteria *criteria;
    const wm_evaluation *evaluation;
    wm_verdict_result *result;
} search;

/* ---- decisive children -------------------------------------------------------------------- */

bool wm_child_decides(uint8_t op, wm_truth parent, wm_truth child)
{
    if (op == WM_OP_NOT) {
        return true;
    }
    if ((op == WM_OP_ALL && parent == WM_TRUTH_T) || (op == WM_OP_ANY && parent == WM_TRUTH_F)) {
        return true; /* they all have that value */
    }
    return child == parent;
}

bool wm_exclusion_decides(const wm_verdict_result *result, const wm_exclusion *exclusion)
{
    wm_truth truth = (wm_truth)result->truth[exclusion->node];
    if (exclusion->soft) {
        return result->verdict == WM_VERDICT_JOINT && truth == WM_TRUTH_T;
    }
    return WM_TRUTH_T - truth == result->value;
}

bool wm_who_decides(const wm_criteria *criteria, const wm_verdict_result *result)
{
    return criteria->for_everyone ? result->value == WM_TRUTH_T
                                  : result->truth[0] == (uint8_t)result->value;
}

/* ---- missing ------------------------------------------------------------------------------ */

/* Each name once, in order of text. */
static void add_missing(search *s, wm_symbol name)
{
    wm_verdict_result *result = s->result;
    wm_str text = wm_symbols_text(s->evaluation->symbols, name);
    uint16_t at = result->missing_count;
    while (at > 0) {
        wm_symbol before = result->missing[at - 1];
        if (before == name) {
            return;
        }
        if (wm_str_compare(wm_symbols_text(s->evaluation->symbols, before), text) < 0) {
            break;
        }
        at--;
    }
    if (result->missing_count == WM_MISSING_MAX) {
        return;
    }
    memmove(result->missing + at + 1, result->missing + at,
            (size_t)(result->missing_count - at) * sizeof *result->missing);
    result->missing[at] = name;
    result->missing_count++;
}

/* "an area names only the dimensions still unknown; residence of someone with no fixed abode is
 * ?ask_service" */
static void add_missing_area(search *s, const wm_node *node)
{
    const wm_facts *facts = s->evaluation->facts;
    for (unsigned i = 0; i < WM_DIMENSION_COUNT; i++) {
        if ((node->arg >> i & 1) == 0 ||
            wm_evaluate_dimension(s->criteria, s->evaluation, facts, node, (wm_dimension)i) !=
                WM_TRUTH_U) {
            continue;
        }
        const wm_area_fact *area = &facts->areas[i];
        bool none = area->given == WM_GIVEN_KNOWN && area->none;
        add_missing(s, none ? WM_SYMBOL_ASK_SERVICE : WM_SYMBOL_RESIDENCE_AREA + i);
    }
}

static void find_missing_under(search *s, size_t at)
{
    if (s->result->truth[at] != WM_TRUTH_U) {
        return;
    }
    wm_node node = wm_program_node(s->criteria, at);
    switch ((wm_op)node.op) {
    case WM_OP_ALL:
    case WM_OP_ANY:
    case WM_OP_NOT:
    case WM_OP_ATLEAST:
        for (size_t child = at + 1; child < at + node.span;
             child += wm_program_node(s->criteria, child).span) {
            find_missing_under(s, child);
        }
        break;
    case WM_OP_AGE: add_missing(s, WM_SYMBOL_AGE); break;
    case WM_OP_AREA: add_missing_area(s, &node); break;
    case WM_OP_IS:
    case WM_OP_ABOUT: add_missing(s, node.operand); break;
    case WM_OP_SINCE:
    case WM_OP_IN:
    case WM_OP_HAS: add_missing(s, wm_program_word(s->criteria, node.operand)); break;
    case WM_OP_LEVEL: add_missing(s, WM_SYMBOL_SEVERITY + node.arg); break;
    case WM_OP_ACTOR: add_missing(s, WM_SYMBOL_ACTOR); break;
    case WM_OP_CHECK: add_missing(s, WM_SYMBOL_ASK_SERVICE); break;
    case WM_OP_NEED: /* no fact about anybody would settle these */
    case WM_OP_QUERY:
    case WM_OP_CARD:
    case WM_OP_RESULT:
    case WM_OP_CONST:
    default: break;
    }
}

void wm_find_missing(const wm_criteria *criteria, const wm_evaluation *evaluation,
                     wm_verdict_result *result)
{
    search s = { criteria, evaluation, result };
    if (!criteria->for_everyone) {
        find_missing_under(&s, 0);
    }
    for (size_t i = 0; i < criteria->exclusion_count; i++) {
        wm_exclusion exclusion = wm_criteria_exclusion(criteria, i);
        if (!exclusion.soft) {
            find_missing_under(&s, exclusion.node);
        }
    }
}

/* ---- the day on which a leaf starts or stops to hold --------------------------------------- */

/* The first day on which the leaf holds for that date of birth or event. */
static wm_date starts_for(const wm_months_range *range, uint8_t flags, wm_date date)
{
    wm_date reached = wm_date_add_months(date, range->has_min ? range->min : 0);
    return (flags & WM_BOUND_CUTOFF) != 0 ? wm_cutoff_from(reached) + 1 : reached;
}

/* The last day on which it holds. Of an age at the cut-off: the last cut-off before `end` counts
 * through the 31 August that follows it. */
static wm_date ends_for(const wm_months_range *range, uint8_t flags, wm_date date)
{
    wm_date passed = wm_date_add_months(date, range->end);
    return (flags & WM_BOUND_CUTOFF) != 0 ? wm_cutoff_from(wm_cutoff_before(passed) + 1)
                                          : passed - 1;
}

/* "the first and the last day on which it holds, absent unless every possible date agrees". Both
 * days rise with the date, so the ends of the interval speak for all of it; a leaf that for some
 * possible date never holds has no day that all agree on. */
static void set_days(wm_verdict_result *result, const wm_months_range *range, uint8_t flags,
                     bool has_start, wm_date_range dates)
{
    wm_date first_start = starts_for(range, flags, dates.first);
    wm_date last_start = starts_for(range, flags, dates.last);
    wm_date first_end = range->has_end ? ends_for(range, flags, dates.first) : WM_DATE_MAX;
    wm_date last_end = range->has_end ? ends_for(range, flags, dates.last) : WM_DATE_MAX;
    bool starts_agree = has_start && first_start == last_start;
    bool ends_agree = range->has_end && first_end == last_end;
    if (has_start && range->has_end && (first_start > first_end || last_start > last_end)) {
        return;
    }
    result->starts_on = starts_agree ? first_start : WM_DATE_NONE;
    result->ends_on = ends_agree ? first_end : WM_DATE_NONE;
}

static void find_days(search *s, size_t leaf)
{
    const wm_facts *facts = s->evaluation->facts;
    wm_node node = wm_program_node(s->criteria, leaf);
    if (node.op == WM_OP_AGE && facts->age_given == WM_GIVEN_KNOWN) {
        wm_months_range range = wm_program_range(s->criteria, node.arg, node.operand);
        set_days(s->result, &range, node.arg, range.has_min, facts->birth);
    } else if (node.op == WM_OP_SINCE) {
        const wm_fact *fact = wm_facts_find(facts, wm_program_word(s->criteria, node.operand));
        wm_months_range range = wm_program_range(s->criteria, node.arg, node.operand + 1U);
        if (fact != NULL && fact->given == WM_GIVEN_KNOWN && fact->type == WM_FACT_EVENT &&
            !fact->as.event.never) {
            set_days(s->result, &range, node.arg, true, fact->as.event.dates);
        }
    }
}

/* ---- deciding leaves ---------------------------------------------------------------------- */

static void find_deciding_under(search *s, size_t at)
{
    wm_node node = wm_program_node(s->criteria, at);
    if (wm_op_is_leaf(node.op)) {
        s->result->only_area_decides = s->result->only_area_decides && node.op == WM_OP_AREA;
        s->result->deciding_leaf = (uint16_t)at;
        s->result->deciding_count++;
        return;
    }
    wm_truth truth = (wm_truth)s->result->truth[at];
    for (size_t child = at + 1; child < at + node.span;
         child += wm_program_node(s->criteria, child).span) {
        if (wm_child_decides(node.op, truth, (wm_truth)s->result->truth[child])) {
            find_deciding_under(s, child);
        }
    }
}

void wm_find_deciding(const wm_criteria *criteria, const wm_evaluation *evaluation,
                      wm_verdict_result *result)
{
    search s = { criteria, evaluation, result };
    result->only_area_decides = true;
    if (wm_who_decides(criteria, result)) {
        find_deciding_under(&s, 0);
    }
    for (size_t i = 0; i < criteria->exclusion_count; i++) {
        wm_exclusion exclusion = wm_criteria_exclusion(criteria, i);
        if (wm_exclusion_decides(result, &exclusion)) {
            find_deciding_under(&s, exclusion.node);
        }
    }
    result->near_miss = result->deciding_count == 1;
    result->only_area_decides = result->only_area_decides && result->deciding_count > 0;
    if (result->near_miss) {
        result->near_miss_holds = result->truth[result->deciding_leaf] == WM_TRUTH_T;
        find_days(&s, result->deciding_leaf);
    } else {
        result->deciding_leaf = 0;
    }
}

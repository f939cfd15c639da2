/* evaluate.c: criteria over facts, in the three values of Kleene.
 *
 * Every node is evaluated and its value kept, with no short cuts: what is missing, what decides and
 * the explanation all read the same values. Nothing here allocates, and a program that was loaded
 * cannot make it read out of bounds. */
#include "rules/evaluate.h"

#include "rules/facts.h"
#include "rules/scene.h"

typedef struct run {
    const wm_criteria *criteria;
    const wm_evaluation *evaluation;
    const wm_facts *facts; /* of the person that the node is about */
    uint8_t *truth;
} run;

static wm_truth truth_of(bool all, bool some)
{
    return all ? WM_TRUTH_T : some ? WM_TRUTH_U : WM_TRUTH_F;
}

/* ---- dates -------------------------------------------------------------------------------- */

/* An atom that holds for the dates of `holds`, of someone whose date is in `known`. */
static wm_truth truth_of_dates(wm_date_range known, wm_date_range holds)
{
    wm_date first = known.first > holds.first ? known.first : holds.first;
    wm_date last = known.last < holds.last ? known.last : holds.last;
    return truth_of(holds.first <= known.first && known.last <= holds.last, first <= last);
}

wm_truth wm_evaluate_age(const wm_facts *facts, uint8_t flags, const wm_months_range *range)
{
    if (facts->age_given != WM_GIVEN_KNOWN) {
        return WM_TRUTH_U;
    }
    wm_months_span age = facts->ages[(flags & WM_BOUND_CUTOFF) != 0];
    return truth_of(wm_span_is_within(age, range), wm_span_meets(age, range));
}

static wm_truth evaluate_age(const run *r, const wm_node *node)
{
    wm_months_range range = wm_program_range(r->criteria, node->arg, node->operand);
    return wm_evaluate_age(r->facts, node->arg, &range);
}

wm_truth wm_evaluate_since(const wm_facts *facts, wm_symbol event, const wm_months_range *range)
{
    const wm_fact *fact = wm_facts_find(facts, event);
    if (fact == NULL || fact->given != WM_GIVEN_KNOWN || fact->type != WM_FACT_EVENT) {
        return WM_TRUTH_U;
    }
    if (fact->as.event.never || fact->as.event.dates.first > facts->as_of) {
        return WM_TRUTH_F;
    }
    return truth_of_dates(fact->as.event.dates, wm_dates_within(facts->as_of, range));
}

static wm_truth evaluate_since(const run *r, const wm_node *node)
{
    wm_months_range range = wm_program_range(r->criteria, node->arg, node->operand + 1U);
    return wm_evaluate_since(r->facts, wm_program_word(r->criteria, node->operand), &range);
}

/* ---- areas -------------------------------------------------------------------------------- */

/* One place against one code: T at or below it, U above it, F apart from it. */
static wm_truth compare_place(const wm_area_map *map, const wm_area_place *place, wm_symbol code)
{
    if (place->symbol == code) {
        return WM_TRUTH_T;
    }
    if (map == NULL || wm_area_map_tree(map) == NULL) {
        return WM_TRUTH_F;
    }
    if (!wm_area_map_knows(map, code)) {
        return WM_TRUTH_U;
    }
    const wm_locality_tree *tree = wm_area_map_tree(map);
    wm_locality target = wm_area_map_find(map, code);
    if (target == WM_LOCALITY_NONE || place->place == WM_LOCALITY_NONE) {
        return WM_TRUTH_F;
    }
    if (wm_locality_within(tree, place->place, target)) {
        return WM_TRUTH_T;
    }
    return wm_locality_within(tree, target, place->place) ? WM_TRUTH_U : WM_TRUTH_F;
}

wm_truth wm_evaluate_code(const wm_area_map *map, const wm_area_fact *area, wm_symbol code)
{
    bool all = true;
    bool some = false;
    for (uint32_t i = 0; i < area->count; i++) {
        wm_truth truth = compare_place(map, &area->places[i], code);
        all = all && truth == WM_TRUTH_T;
        some = some || truth != WM_TRUTH_F;
    }
    return truth_of(all, some);
}

/* "residence: no fixed abode is never a refusal, it is U, to be checked with the service" */
wm_truth wm_evaluate_dimension(const wm_criteria *criteria, const wm_evaluation *evaluation,
                               const wm_facts *facts, const wm_node *node, wm_dimension dimension)
{
    const wm_area_fact *area = &facts->areas[dimension];
    if (area->given != WM_GIVEN_KNOWN) {
        return WM_TRUTH_U;
    }
    if (area->none) {
        return dimension == WM_DIMENSION_RESIDENCE ? WM_TRUTH_U : WM_TRUTH_F;
    }
    uint32_t count = wm_program_word(criteria, node->operand);
    wm_truth best = WM_TRUTH_F;
    for (uint32_t i = 0; i < count && best != WM_TRUTH_T; i++) {
        wm_symbol code = wm_program_word(criteria, node->operand + 1U + i);
        wm_truth truth = wm_evaluate_code(evaluation->areas, area, code);
        best = truth > best ? truth : best;
    }
    return best;
}

static wm_truth evaluate_area(const run *r, const wm_node *node)
{
    wm_truth best = WM_TRUTH_F;
    for (unsigned i = 0; i < WM_DIMENSION_COUNT && best != WM_TRUTH_T; i++) {
        if ((node->arg >> i & 1) != 0) {
            wm_truth truth =
                wm_evaluate_dimension(r->criteria, r->evaluation, r->facts, node, (wm_dimension)i);
            best = truth > best ? truth : best;
        }
    }
    return best;
}

/* ---- terms and levels --------------------------------------------------------------------- */

static bool contains(const wm_symbol *terms, uint32_t count, wm_symbol term)
{
    for (uint32_t i = 0; i < count; i++) {
        if (terms[i] == term) {
            return true;
        }
    }
    return false;
}

static bool node_lists(const wm_criteria *criteria, const wm_node *node, wm_symbol term)
{
    uint32_t count = wm_program_word(criteria, node->operand + 1U);
    for (uint32_t i = 0; i < count; i++) {
        if (wm_program_word(criteria, node->operand + 2U + i) == term) {
            return true;
        }
    }
    return false;
}

wm_truth wm_evaluate_flag(const wm_facts *facts, wm_symbol symbol)
{
    const wm_fact *fact = wm_facts_find(facts, symbol);
    if (fact == NULL || fact->given != WM_GIVEN_KNOWN || fact->type != WM_FACT_FLAG) {
        return WM_TRUTH_U;
    }
    return fact->as.flag ? WM_TRUTH_T : WM_TRUTH_F;
}

static wm_truth evaluate_in(const run *r, const wm_node *node)
{
    const wm_fact *fact = wm_facts_find(r->facts, wm_program_word(r->criteria, node->operand));
    if (fact == NULL || fact->given != WM_GIVEN_KNOWN || fact->type != WM_FACT_ONE) {
        return WM_TRUTH_U;
    }
    bool all = true;
    bool some = false;
    for (uint32_t i = 0; i < fact->as.one.count; i++) {
        wm_symbol term = fact->as.one.terms[i];
        bool listed = term != WM_SYMBOL_NONE && node_lists(r->criteria, node, term);
        all = all && listed;
        some = some || listed;
    }
    return truth_of(all, some);
}

static wm_truth evaluate_has(const run *r, const wm_node *node)
{
    const wm_fact *fact = wm_facts_find(r->facts, wm_program_word(r->criteria, node->operand));
    if (fact == NULL || fact->given != WM_GIVEN_KNOWN || fact->type != WM_FACT_SET) {
        return WM_TRUTH_U;
    }
    const wm_fact_set *set = &fact->as.set;
    uint32_t count = wm_program_word(r->criteria, node->operand + 1U);
    bool all_denied = true;
    for (uint32_t i = 0; i < count; i++) {
        wm_symbol term = wm_program_word(r->criteria, node->operand + 2U + i);
        if (contains(set->has, set->has_count, term)) {
            return WM_TRUTH_T;
        }
        all_denied = all_denied && contains(set->has_not, set->has_not_count, term);
    }
    return set->complete || all_denied ? WM_TRUTH_F : WM_TRUTH_U;
}

wm_truth wm_evaluate_level(const wm_facts *facts, uint8_t scale, uint32_t operand)
{
    const wm_level_fact *level = &facts->levels[scale];
    if (level->given != WM_GIVEN_KNOWN) {
        return WM_TRUTH_U;
    }
    uint32_t least = operand & 0xff;
    uint32_t greatest = operand >> 8 & 0xff;
    uint32_t from = level->min > least ? level->min : least;
    uint32_t to = level->max < greatest ? level->max : greatest;
    return truth_of(least <= level->min && level->max <= greatest, from <= to);
}

/* ---- nodes -------------------------------------------------------------------------------- */

static wm_truth evaluate_node(run *r, size_t at);

/* "OR over the people, and U beside them unless complete" */
static wm_truth evaluate_about(run *r, size_t at, const wm_node *node)
{
    memset(r->truth + at + 1, WM_TRUTH_U, node->span - 1U);
    const wm_fact *fact = wm_facts_find(r->facts, node->operand);
    if (fact == NULL || fact->given != WM_GIVEN_KNOWN || fact->type != WM_FACT_PEOPLE) {
        return WM_TRUTH_U;
    }
    const wm_facts *asked = r->facts;
    wm_truth best = fact->as.people.complete ? WM_TRUTH_F : WM_TRUTH_U;
    for (uint32_t i = 0; i < fact->as.people.count; i++) {
        r->facts = fact->as.people.items[i];
        wm_truth truth = evaluate_node(r, at + 1);
        best = truth > best ? truth : best;
    }
    r->facts = asked;
    return best;
}

static wm_truth evaluate_actor(run *r, size_t at, const wm_node *node)
{
    memset(r->truth + at + 1, WM_TRUTH_U, node->span - 1U);
    if (r->evaluation->actor_facts == NULL) {
        return WM_TRUTH_U;
    }
    const wm_facts *asked = r->facts;
    r->facts = r->evaluation->actor_facts;
    wm_truth truth = evaluate_node(r, at + 1);
    r->facts = asked;
    return truth;
}

/* ALL, ANY, ATLEAST, NOT: by counting the values of the children. */
static wm_truth evaluate_children(run *r, size_t at, const wm_node *node)
{
    uint32_t counts[3] = { 0, 0, 0 };
    for (size_t child = at + 1; child < at + node->span;
         child += wm_program_node(r->criteria, child).span) {
        counts[evaluate_node(r, child)]++;
    }
    uint32_t sure = counts[WM_TRUTH_T];
    uint32_t open = counts[WM_TRUTH_U];
    switch ((wm_op)node->op) {
    case WM_OP_ALL: return truth_of(counts[WM_TRUTH_F] + open == 0, counts[WM_TRUTH_F] == 0);
    case WM_OP_ANY: return truth_of(sure > 0, open > 0);
    case WM_OP_ATLEAST: return truth_of(sure >= node->operand, sure + open >= node->operand);
    case WM_OP_NOT: return truth_of(counts[WM_TRUTH_F] > 0, open > 0);
    case WM_OP_CONST:
    case WM_OP_AGE:
    case WM_OP_SINCE:
    case WM_OP_AREA:
    case WM_OP_IS:
    case WM_OP_IN:
    case WM_OP_HAS:
    case WM_OP_LEVEL:
    case WM_OP_ABOUT:
    case WM_OP_CHECK:
    case WM_OP_ACTOR:
    case WM_OP_NEED:
    case WM_OP_QUERY:
    case WM_OP_CARD:
    case WM_OP_RESULT:
    default: return WM_TRUTH_U;
    }
}

static wm_truth evaluate_node(run *r, size_t at)
{
    wm_node node = wm_program_node(r->criteria, at);
    wm_truth truth = WM_TRUTH_U;
    switch ((wm_op)node.op) {
    case WM_OP_ALL:
    case WM_OP_ANY:
    case WM_OP_NOT:
    case WM_OP_ATLEAST: truth = evaluate_children(r, at, &node); break;
    case WM_OP_CONST: truth = node.arg != 0 ? WM_TRUTH_T : WM_TRUTH_F; break;
    case WM_OP_AGE: truth = evaluate_age(r, &node); break;
    case WM_OP_SINCE: truth = evaluate_since(r, &node); break;
    case WM_OP_AREA: truth = evaluate_area(r, &node); break;
    case WM_OP_IS: truth = wm_evaluate_flag(r->facts, node.operand); break;
    case WM_OP_IN: truth = evaluate_in(r, &node); break;
    case WM_OP_HAS: truth = evaluate_has(r, &node); break;
    case WM_OP_LEVEL: truth = wm_evaluate_level(r->facts, node.arg, node.operand); break;
    case WM_OP_ABOUT: truth = evaluate_about(r, at, &node); break;
    case WM_OP_ACTOR: truth = evaluate_actor(r, at, &node); break;
    case WM_OP_NEED:
    case WM_OP_QUERY:
    case WM_OP_CARD:
    case WM_OP_RESULT: truth = wm_evaluate_scene(r->criteria, &node, r->evaluation->scene); break;
    case WM_OP_CHECK: /* "always unknown, never asked" */
    default: break;
    }
    r->truth[at] = (uint8_t)truth;
    return truth;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static wm_truth evaluate_who(const wm_criteria *criteria, const wm_evaluation *evaluation,
                             uint8_t *truth)
{
    run r = { criteria, evaluation, evaluation->facts, truth };
    return criteria->for_everyone ? WM_TRUTH_T : evaluate_node(&r, 0);
}

wm_truth wm_criteria_holds(const wm_criteria *criteria, const wm_evaluation *evaluation)
{
    uint8_t truth[WM_CRITERIA_NODES_MAX];
    return evaluate_who(criteria, evaluation, truth);
}

static wm_verdict verdict_of_unknown(const wm_verdict_result *result)
{
    for (uint16_t i = 0; i < result->missing_count; i++) {
        if (result->missing[i] != WM_SYMBOL_ASK_SERVICE) {
            return WM_VERDICT_UNKNOWN;
        }
    }
    return WM_VERDICT_CHECK_WITH_SERVICE;
}

void wm_criteria_evaluate(const wm_criteria *criteria, const wm_evaluation *evaluation,
                          wm_verdict_result *result_out)
{
    wm_verdict_result *result = result_out;
    run r = { criteria, evaluation, evaluation->facts, result->truth };
    result->soft_unknown = false;
    result->near_miss = false;
    result->only_area_decides = false;
    result->near_miss_holds = false;
    result->starts_on = WM_DATE_NONE;
    result->ends_on = WM_DATE_NONE;
    result->deciding_count = 0;
    result->deciding_leaf = 0;
    result->missing_count = 0;
    wm_truth value = evaluate_who(criteria, evaluation, result->truth);
    wm_truth soft = WM_TRUTH_F;
    for (size_t i = 0; i < criteria->exclusion_count; i++) {
        wm_exclusion exclusion = wm_criteria_exclusion(criteria, i);
        wm_truth truth = evaluate_node(&r, exclusion.node);
        if (exclusion.soft) {
            result->soft_unknown = result->soft_unknown || truth == WM_TRUTH_U;
            soft = truth > soft ? truth : soft;
        } else {
            wm_truth kept = (wm_truth)(WM_TRUTH_T - truth);
            value = kept < value ? kept : value;
        }
    }
    result->value = value;
    if (value == WM_TRUTH_T) {
        result->verdict = soft == WM_TRUTH_T ? WM_VERDICT_JOINT : WM_VERDICT_ELIGIBLE;
    } else if (value == WM_TRUTH_U) {
        wm_find_missing(criteria, evaluation, result);
        result->verdict = verdict_of_unknown(result);
    } else {
        result->verdict = WM_VERDICT_NOT_ELIGIBLE;
        wm_find_deciding(criteria, evaluation, result);
    }
}

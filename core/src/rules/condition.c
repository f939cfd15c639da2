/* condition.c: see condition.h. Nodes are decoded once, and say whether a card is read below them.
 *
 * For one query, or one card, a node is read until its value is sure. For many cards there are two
 * sets for each node: those for which it holds, and those for which it may (it holds or is
 * unknown). ALL is then AND of both, ANY is OR, and NOT changes each for what the other leaves
 * over. What such sets cannot say (ATLEAST, a card inside `actor` or `about`) is read card by
 * card. */
#include "rules/condition.h"

#include "rules/facts.h"

/* ---- making ready -------------------------------------------------------------------------- */

static uint64_t mark_of(wm_symbol symbol)
{
    return (uint64_t)1 << symbol % 64;
}

static wm_condition_node decode(const wm_criteria *criteria, size_t at)
{
    wm_node node = wm_program_node(criteria, at);
    wm_condition_node ready = {
        .operand = node.operand, .span = node.span, .op = node.op, .arg = node.arg
    };
    uint32_t names = node.op == WM_OP_NEED ? wm_scene_name_count(criteria, &node) : 0;
    for (uint32_t i = 0; i < names; i++) {
        ready.mark |= mark_of(wm_scene_name(criteria, &node, i));
    }
    for (size_t below = at; below < at + node.span; below++) {
        ready.reads_card = ready.reads_card || wm_program_node(criteria, below).op == WM_OP_CARD;
    }
    return ready;
}

bool wm_condition_make(const wm_criteria *criteria, wm_arena *arena, wm_condition *condition_out)
{
    wm_condition condition = { .criteria = criteria };
    wm_condition_node *nodes = wm_arena_array(arena, criteria->node_count, sizeof *nodes);
    if (nodes == NULL) {
        return false;
    }
    for (size_t at = 0; at < criteria->node_count; at++) {
        nodes[at] = decode(criteria, at);
        condition.reads_card = condition.reads_card || nodes[at].op == WM_OP_CARD;
        condition.reads_result = condition.reads_result || nodes[at].op == WM_OP_RESULT;
    }
    condition.nodes = nodes;
    *condition_out = condition;
    return true;
}

wm_condition_reader wm_condition_reader_of(const wm_evaluation *evaluation, const wm_scene *scene)
{
    wm_condition_reader reader = { .evaluation = *evaluation, .scene = *scene };
    reader.evaluation.scene = NULL;
    reader.scene.card = NULL;
    for (size_t i = 0; i < scene->need_count; i++) {
        reader.needs |= mark_of(scene->needs[i]);
    }
    return reader;
}

/* ---- one value ----------------------------------------------------------------------------- */

typedef struct reading {
    const wm_condition *condition;
    const wm_condition_reader *reader;
    const wm_scene *scene;
} reading;

static wm_truth read_node(const reading *r, size_t at);

static wm_truth read_all(const reading *r, size_t at)
{
    const wm_condition_node *nodes = r->condition->nodes;
    wm_truth least = WM_TRUTH_T;
    for (size_t child = at + 1; child < at + nodes[at].span && least != WM_TRUTH_F;
         child += nodes[child].span) {
        wm_truth truth = read_node(r, child);
        least = truth < least ? truth : least;
    }
    return least;
}

static wm_truth read_any(const reading *r, size_t at)
{
    const wm_condition_node *nodes = r->condition->nodes;
    wm_truth greatest = WM_TRUTH_F;
    for (size_t child = at + 1; child < at + nodes[at].span && greatest != WM_TRUTH_T;
         child += nodes[child].span) {
        wm_truth truth = read_node(r, child);
        greatest = truth > greatest ? truth : greatest;
    }
    return greatest;
}

static wm_truth read_is(const reading *r, const wm_condition_node *node)
{
    const wm_fact *fact = wm_facts_find(r->reader->evaluation.facts, node->operand);
    if (fact == NULL || fact->given != WM_GIVEN_KNOWN || fact->type != WM_FACT_FLAG) {
        return WM_TRUTH_U;
    }
    return fact->as.flag ? WM_TRUTH_T : WM_TRUTH_F;
}

/* One node and all below it, by the plain evaluator. */
static wm_truth read_plainly(const reading *r, size_t at)
{
    wm_evaluation evaluation = r->reader->evaluation;
    evaluation.scene = r->scene;
    wm_criteria part = *r->condition->criteria;
    part.nodes += at * WM_PROGRAM_NODE_BYTES;
    part.node_count = r->condition->nodes[at].span;
    part.exclusion_count = 0;
    part.for_everyone = false;
    return wm_criteria_holds(&part, &evaluation);
}

static wm_truth read_node(const reading *r, size_t at)
{
    const wm_condition_node *node = &r->condition->nodes[at];
    wm_node plain = { node->op, node->arg, node->span, node->operand };
    switch ((wm_op)node->op) {
    case WM_OP_ALL: return read_all(r, at);
    case WM_OP_ANY: return read_any(r, at);
    case WM_OP_NOT: return (wm_truth)(WM_TRUTH_T - read_node(r, at + 1));
    case WM_OP_CONST: return node->arg != 0 ? WM_TRUTH_T : WM_TRUTH_F;
    case WM_OP_IS: return read_is(r, node);
    case WM_OP_NEED:
        if ((node->mark & r->reader->needs) == 0) {
            return WM_TRUTH_F;
        }
        return wm_evaluate_scene(r->condition->criteria, &plain, r->scene);
    case WM_OP_QUERY:
    case WM_OP_CARD:
    case WM_OP_RESULT: return wm_evaluate_scene(r->condition->criteria, &plain, r->scene);
    case WM_OP_ATLEAST:
    case WM_OP_AGE:
    case WM_OP_SINCE:
    case WM_OP_AREA:
    case WM_OP_IN:
    case WM_OP_HAS:
    case WM_OP_LEVEL:
    case WM_OP_ABOUT:
    case WM_OP_CHECK:
    case WM_OP_ACTOR:
    default: return read_plainly(r, at);
    }
}

wm_truth wm_condition_holds(const wm_condition *condition, const wm_condition_reader *reader,
                            const wm_card_view *card)
{
    wm_scene scene = reader->scene;
    scene.card = card;
    reading r = { condition, reader, &scene };
    return condition->criteria->for_everyone ? WM_TRUTH_T : read_node(&r, 0);
}

/* ---- many cards ---------------------------------------------------------------------------- */

#define OPEN 3 /* settled: the cards decide */

typedef struct sweep {
    reading query;
    wm_deck *deck;
    size_t block;
    uint8_t settled[WM_CRITERIA_NODES_MAX]; /* a wm_truth for all cards, or OPEN */
} sweep;

/* holds lies within may, also in bits that nobody asked for. */
typedef struct truths {
    uint64_t holds;
    uint64_t may;
} truths;

/* What the query alone says of a node; OPEN where the cards decide. */
static uint8_t settle(sweep *s, size_t at)
{
    const wm_condition_node *nodes = s->query.condition->nodes;
    const wm_condition_node *node = &nodes[at];
    uint8_t value = OPEN;
    if (!node->reads_card) {
        value = (uint8_t)read_node(&s->query, at);
    } else if (node->op == WM_OP_ALL || node->op == WM_OP_ANY || node->op == WM_OP_NOT) {
        uint8_t decides = node->op == WM_OP_ANY ? WM_TRUTH_T : WM_TRUTH_F;
        for (size_t child = at + 1; child < at + node->span && value == OPEN;
             child += nodes[child].span) {
            bool sure = settle(s, child) == decides && node->op != WM_OP_NOT;
            value = sure ? decides : value;
        }
    }
    s->settled[at] = value;
    return value;
}

static truths card_by_card(const sweep *s, size_t at, uint64_t of)
{
    truths all = { 0, 0 };
    wm_scene scene = s->query.reader->scene;
    reading r = { s->query.condition, s->query.reader, &scene };
    for (uint64_t left = of; left != 0; left &= left - 1) {
        uint64_t bit = left & (~left + 1);
        scene.card = s->deck->views[s->block * WM_BLOCK_CARDS + wm_lowest_bit(left)];
        wm_truth truth = read_node(&r, at);
        all.holds |= truth == WM_TRUTH_T ? bit : 0;
        all.may |= truth != WM_TRUTH_F ? bit : 0;
    }
    return all;
}

static truths read_card_leaf(const sweep *s, size_t at, uint64_t of)
{
    const wm_condition_node *node = &s->query.condition->nodes[at];
    wm_card_member field = (wm_card_member)node->arg;
    uint32_t values = node->operand;
    uint64_t unknown = 0;
    switch (field) {
    case WM_CARD_NEAR_MISS:
    case WM_CARD_USABLE_NOW:
    case WM_CARD_CLOSES_FIRST: values = values != 0 ? 2 : 1; break;
    case WM_CARD_OPEN:
        values = 1u << WM_TRUTH_T;
        unknown = wm_deck_with(s->deck, s->block, field, 1u << WM_TRUTH_U);
        break;
    case WM_CARD_LANGUAGE:
        values <<= WM_LANGUAGE_NO;
        unknown = wm_deck_with(s->deck, s->block, field,
                               1u << WM_LANGUAGE_NOT_ASKED | 1u << WM_LANGUAGE_NOT_KNOWN);
        break;
    case WM_CARD_RESPONSE: unknown = wm_deck_with(s->deck, s->block, field, 1u << 7); break;
    case WM_CARD_SECTION: {
        uint64_t in = wm_deck_in(s->deck, s->block, values);
        return (truths){ in, in };
    }
    case WM_CARD_TRIED: {
        uint64_t tried = wm_deck_tried(s->deck, s->block, values);
        return (truths){ tried, tried };
    }
    case WM_CARD_STATUS:
    case WM_CARD_VERDICT:
    case WM_CARD_SUBJECT:
    case WM_CARD_VERIFIED: break;
    case WM_CARD_WAIT_WEEKS:
    case WM_CARD_KIND:
    case WM_CARD_OFFERS:
    case WM_CARD_EXCLUSION:
    default: return card_by_card(s, at, of);
    }
    uint64_t with = wm_deck_with(s->deck, s->block, field, values);
    return (truths){ with, with | unknown };
}

static truths read_block(const sweep *s, size_t at, uint64_t of);

static truths read_block_all(const sweep *s, size_t at, uint64_t of)
{
    const wm_condition_node *nodes = s->query.condition->nodes;
    truths all = { UINT64_MAX, UINT64_MAX };
    for (size_t child = at + 1; child < at + nodes[at].span && (of & all.may) != 0;
         child += nodes[child].span) {
        truths here = read_block(s, child, of & all.may);
        all.holds &= here.holds;
        all.may &= here.may;
    }
    return all;
}

static truths read_block_any(const sweep *s, size_t at, uint64_t of)
{
    const wm_condition_node *nodes = s->query.condition->nodes;
    truths any = { 0, 0 };
    for (size_t child = at + 1; child < at + nodes[at].span && (of & ~any.holds) != 0;
         child += nodes[child].span) {
        truths here = read_block(s, child, of & ~any.holds);
        any.holds |= here.holds;
        any.may |= here.may;
    }
    return any;
}

/* What it says of cards outside `of` does not count. */
static truths read_block(const sweep *s, size_t at, uint64_t of)
{
    if (s->settled[at] != OPEN) {
        return (truths){ s->settled[at] == WM_TRUTH_T ? UINT64_MAX : 0,
                         s->settled[at] != WM_TRUTH_F ? UINT64_MAX : 0 };
    }
    switch (s->query.condition->nodes[at].op) {
    case WM_OP_ALL: return read_block_all(s, at, of);
    case WM_OP_ANY: return read_block_any(s, at, of);
    case WM_OP_NOT: {
        truths child = read_block(s, at + 1, of);
        return (truths){ ~child.may, ~child.holds };
    }
    case WM_OP_CARD: return read_card_leaf(s, at, of);
    default: return card_by_card(s, at, of);
    }
}

void wm_condition_hold_for(const wm_condition *condition, const wm_condition_reader *reader,
                           wm_deck *deck, const uint64_t *of, uint64_t *holds_out,
                           uint64_t *unknown_out)
{
    sweep s;
    s.query = (reading){ condition, reader, &reader->scene };
    s.deck = deck;
    bool everyone = condition->criteria->for_everyone;
    uint8_t whole = everyone ? WM_TRUTH_T : settle(&s, 0);
    for (size_t b = 0; b < wm_deck_blocks(deck); b++) {
        uint64_t here = of[b];
        truths found = { whole == WM_TRUTH_T ? here : 0, whole != WM_TRUTH_F ? here : 0 };
        if (whole == OPEN && here != 0) {
            s.block = b;
            found = read_block(&s, 0, here);
        }
        holds_out[b] = here & found.holds;
        if (unknown_out != NULL) {
            unknown_out[b] = here & found.may & ~found.holds;
        }
    }
}

/* ---- rules --------------------------------------------------------------------------------- */

bool wm_rule_make_ready(const wm_rule *rule, wm_arena *arena, wm_ready_rule *ready_out)
{
    wm_ready_action *actions = wm_arena_array(arena, rule->action_count, sizeof *actions);
    wm_ready_rule ready = { .rule = rule, .actions = actions };
    bool whole = actions != NULL && wm_condition_make(&rule->when, arena, &ready.when);
    for (size_t i = 0; whole && i < rule->action_count; i++) {
        const wm_rule_action *action = &rule->actions[i];
        actions[i].action = action;
        whole =
            (!action->has_when || wm_condition_make(&action->when, arena, &actions[i].when)) &&
            (!action->has_only || wm_condition_make(&action->only, arena, &actions[i].only)) &&
            (!action->has_unless || wm_condition_make(&action->unless, arena, &actions[i].unless));
    }
    if (whole) {
        *ready_out = ready;
    }
    return whole;
}

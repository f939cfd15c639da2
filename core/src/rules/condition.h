/* condition.h: the conditions of rules, made ready when the rules are loaded.
 *
 * The same values as wm_criteria_holds, for less: what depends on the query alone is read once, and
 * what depends on the card is read for 64 cards at a time (deck.h). A part that the query has
 * settled is not read for any card. */
#ifndef WAYMARK_RULES_CONDITION_H
#define WAYMARK_RULES_CONDITION_H

#include "rules/deck.h"

typedef struct wm_condition_node {
    uint64_t mark; /* NEED: a bit of each need that it names, by number */
    uint32_t operand;
    uint16_t span;
    uint8_t op;
    uint8_t arg;
    bool reads_card; /* it, or something below it */
} wm_condition_node;

typedef struct wm_condition {
    const wm_criteria *criteria; /* borrowed */
    const wm_condition_node *nodes;
    bool reads_card;
    bool reads_result;
} wm_condition;

/* Lives in the arena. False: out of memory. */
WM_MUST_USE bool wm_condition_make(const wm_criteria *criteria, wm_arena *arena,
                                   wm_condition *condition_out);

/* What is the same for all conditions of a query. */
typedef struct wm_condition_reader {
    wm_evaluation evaluation; /* without a scene */
    wm_scene scene;           /* without a card; main_reachable may change */
    uint64_t needs;           /* a bit of each of scene.needs */
} wm_condition_reader;

wm_condition_reader wm_condition_reader_of(const wm_evaluation *evaluation, const wm_scene *scene);

/* card NULL: none in hand, what is asked of one is unknown. */
wm_truth wm_condition_holds(const wm_condition *condition, const wm_condition_reader *reader,
                            const wm_card_view *card);
/* Sets: one word for each block of the deck. Of the cards of `of`: those for which it holds, and
 * those for which it is unknown. unknown_out may be NULL; either may be `of`. */
void wm_condition_hold_for(const wm_condition *condition, const wm_condition_reader *reader,
                           wm_deck *deck, const uint64_t *of, uint64_t *holds_out,
                           uint64_t *unknown_out);

/* ---- rules --------------------------------------------------------------------------------- */

typedef struct wm_ready_action {
    const wm_rule_action *action;
    wm_condition when; /* where action->has_when, and so on */
    wm_condition only;
    wm_condition unless;
} wm_ready_action;

typedef struct wm_ready_rule {
    const wm_rule *rule;
    wm_condition when;
    const wm_ready_action *actions; /* rule->action_count */
} wm_ready_rule;

/* Borrows the rule; the rest lives in the arena. False: out of memory. */
WM_MUST_USE bool wm_rule_make_ready(const wm_rule *rule, wm_arena *arena, wm_ready_rule *ready_out);

#endif

/* evaluate.h: what evaluation, its reasons and its explanation share. */
#ifndef WAYMARK_RULES_EVALUATE_H
#define WAYMARK_RULES_EVALUATE_H

#include "rules/facts.h"
#include "rules/program.h"

/* One dimension of an AREA node: over its codes, then OR. */
wm_truth wm_evaluate_dimension(const wm_criteria *criteria, const wm_evaluation *evaluation,
                               const wm_facts *facts, const wm_node *node, wm_dimension dimension);

/* One place against one code: T at or below it, U above it, F apart from it; and all the places of
 * a fact. */
wm_truth wm_evaluate_code(const wm_area_map *map, const struct wm_area_fact *area, wm_symbol code);
/* A condition on an age, or on the time since an event. */
wm_truth wm_evaluate_age(const wm_facts *facts, uint8_t flags, const wm_months_range *range);
wm_truth wm_evaluate_since(const wm_facts *facts, wm_symbol event, const wm_months_range *range);
/* Both ends of a level: least, greatest. */
wm_truth wm_evaluate_level(const wm_facts *facts, uint8_t scale, uint32_t operand);
wm_truth wm_evaluate_flag(const wm_facts *facts, wm_symbol fact);

/* Reads result->truth. */
void wm_find_missing(const wm_criteria *criteria, const wm_evaluation *evaluation,
                     wm_verdict_result *result);
void wm_find_deciding(const wm_criteria *criteria, const wm_evaluation *evaluation,
                      wm_verdict_result *result);

/* The child decides its parent's value: "`all` F: the F ones; `all` T: all; `all` U: the U ones;
 * `any` T: the T ones; `any` F: all; `any` U: the U ones; `atleast`: those of its own verdict;
 * `not`: its child". */
bool wm_child_decides(uint8_t op, wm_truth parent, wm_truth child);
/* The exclusion's `when` decides the value of the whole. */
bool wm_exclusion_decides(const wm_verdict_result *result, const wm_exclusion *exclusion);
/* `who` decides it. */
bool wm_who_decides(const wm_criteria *criteria, const wm_verdict_result *result);

#endif

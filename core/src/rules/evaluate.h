/* evaluate.h: what evaluation, its reasons and its explanation share. */
#ifndef WAYMARK_RULES_EVALUATE_H
#define WAYMARK_RULES_EVALUATE_H

#include "rules/program.h"

/* One dimension of an AREA node: over its codes, then OR. */
wm_truth wm_evaluate_dimension(const wm_criteria *criteria, const wm_evaluation *evaluation,
                               const wm_facts *facts, const wm_node *node, wm_dimension dimension);

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

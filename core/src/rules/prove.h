/* prove.h: what criteria can come to, over everyone there could be.
 *
 * Method (CRITERIA, "Validation"): cut each fact at its thresholds, take a representative of each
 * part, enumerate the combinations. Everything is then known, so two values are enough; what cannot
 * be known (a check, another person) may come either way. */
#ifndef WAYMARK_RULES_PROVE_H
#define WAYMARK_RULES_PROVE_H

#include "rules/program.h"

/* What was found for each root (0 is `who`, i + 1 exclusion i) and each leaf. */
typedef struct wm_proof {
    bool proved; /* else there were too many combinations, and nothing below is set */
    bool whole_can_hold;
    uint8_t root_can_hold[WM_CRITERIA_NODES_MAX + 1];
    uint8_t root_can_fail[WM_CRITERIA_NODES_MAX + 1];
    /* Some combination in which the whole turns on this leaf, which is true there, or false. */
    uint8_t turns_when_true[WM_CRITERIA_NODES_MAX];
    uint8_t turns_when_false[WM_CRITERIA_NODES_MAX];
} wm_proof;

/* tree may be NULL: it is then left open which code is below which. */
wm_status wm_prove(const wm_criteria *criteria, const wm_symbols *symbols,
                   const wm_locality_tree *tree, wm_arena *scratch, wm_proof *proof_out,
                   wm_error *err);
/* The subtree at `root` alone, as if it were `who` (the `that` of an about). */
wm_status wm_prove_subtree(const wm_criteria *criteria, size_t root, const wm_symbols *symbols,
                           const wm_locality_tree *tree, wm_arena *scratch, wm_proof *proof_out,
                           wm_error *err);

#endif

/* settles.h: what one more answer settles, without the reasons: for the next question only. */
#ifndef WAYMARK_RULES_SETTLES_H
#define WAYMARK_RULES_SETTLES_H

#include "rules/program.h"

/* Criteria, with what they came to before some facts of `evaluation` were answered. Only leaves
 * that read one of these facts are evaluated again. */
typedef struct wm_settling {
    const wm_criteria *criteria;
    const wm_evaluation *evaluation; /* as it is answered now */
    const uint8_t *before;           /* wm_verdict_result.truth */
    const wm_symbol *facts;          /* that were answered */
    size_t fact_count;
} wm_settling;

/* The verdict is UNKNOWN. */
bool wm_is_unknown(const wm_settling *settling);
/* The fact is among those that are missing, where the verdict is UNKNOWN. */
bool wm_is_missing(const wm_settling *settling, wm_symbol fact);

#endif

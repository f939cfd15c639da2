/* check_condition.h: the condition of a rule, which has more nodes than eligibility. */
#ifndef WAYMARK_RULES_CHECK_CONDITION_H
#define WAYMARK_RULES_CHECK_CONDITION_H

#include <waymark/sys/criteria.h>

/* As wm_criteria_validate, where `need`, `query`, `card` and `result` may stand as leaves. */
WM_MUST_USE wm_status check_condition(const wm_json *condition, const wm_validation *validation,
                                      const wm_finding_sink *sink, wm_error *err);

#endif

/* validate.h: the sense of one condition that has compiled already. */
#ifndef WAYMARK_RULES_VALIDATE_H
#define WAYMARK_RULES_VALIDATE_H

#include <waymark/sys/criteria.h>

/* Of a condition of a rule: never true, always true, dead leaves, not proved. validation->path
 * names it. WM_OK also when findings were reported. */
WM_MUST_USE wm_status wm_condition_validate(const wm_criteria *condition, wm_symbols *symbols,
                                            const wm_validation *validation,
                                            const wm_finding_sink *sink, wm_error *err);

#endif

/* check_gaps.h: the findings of `check` about what no open service covers (gaps.h). */
#ifndef WAYMARK_RULES_CHECK_GAPS_H
#define WAYMARK_RULES_CHECK_GAPS_H

#include <waymark/sys/check.h>

#include "rules/gaps.h"

/* Takes a service in, if by the word of its record it is open: a check has no clock, so whether it
 * is full, or has closed since, is for the gap report. */
WM_MUST_USE wm_status check_gaps_add(wm_gaps *gaps, const wm_json *service, bool is_sound,
                                     wm_error *err);
/* For each place of the directory's own: an error if an age has no safety service day and night; a
 * warning for each need with ages for which nothing is open. */
WM_MUST_USE wm_status check_gaps_report(const wm_gaps *gaps, const wm_env *env,
                                        const wm_locality_tree *tree, const wm_needs *needs,
                                        const wm_finding_sink *sink, wm_error *err);

#endif

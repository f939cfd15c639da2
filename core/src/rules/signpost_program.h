/* signpost_program.h: what the two ends of a rule's program share: signpost_compile.c writes it,
 * signpost.c reads it. The layout stands in signpost.c. */
#ifndef WAYMARK_RULES_SIGNPOST_PROGRAM_H
#define WAYMARK_RULES_SIGNPOST_PROGRAM_H

#include "rules/compile.h"
#include "rules/signpost.h"

#define WM_RULE_VERSION 1
#define WM_RULE_HEADER_BYTES 24
#define WM_RULE_ACTION_BYTES 28
#define WM_RULE_NO_SLOT 255
#define WM_RULE_RANK_ZERO 128
#define WM_RULE_PRIORITY_MAX 1000
#define WM_RULE_NAMES_MAX 64 /* in one list of an action */

/* As wm_rule_compile, but every problem goes to the sink; a program is put only if there was none.
 * problems_out: how many. */
WM_MUST_USE wm_status wm_rule_walk(const wm_json *rule, const wm_criteria_context *context,
                                   const wm_problem_sink *sink, wm_buf *program_out,
                                   size_t *problems_out, wm_error *err);

#endif

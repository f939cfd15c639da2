/* check_rules.h: the rules of a directory, each by itself and then together. */
#ifndef WAYMARK_RULES_CHECK_RULES_H
#define WAYMARK_RULES_CHECK_RULES_H

#include <waymark/sys/criteria.h>

typedef struct check_rules check_rules;

/* registry and tree may be NULL; borrowed. */
WM_MUST_USE wm_status check_rules_new(const wm_env *env, const wm_fact_registry *registry,
                                      const wm_locality_tree *tree, check_rules **rules_out,
                                      wm_error *err);
void check_rules_free(check_rules *rules);

/* Reports all that is wrong with one rule. */
WM_MUST_USE wm_status check_rules_add(check_rules *rules, const wm_json *rule, wm_str id,
                                      const wm_finding_sink *sink, wm_error *err);
/* Remembers what one service offers. */
WM_MUST_USE wm_status check_rules_add_service(check_rules *rules, const wm_json *service,
                                              wm_error *err);
/* Reports what only all of them together tell: offers that no service has, and places that two
 * rules give differently. */
WM_MUST_USE wm_status check_rules_report(check_rules *rules, const wm_finding_sink *sink,
                                         wm_error *err);

#endif

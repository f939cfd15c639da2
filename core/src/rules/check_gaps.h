/* check_gaps.h: for which needs, places and ages is nothing open?
 *
 * For each place and each need: which years of age, 0 to 100, have no open service that would not
 * refuse for age and place alone. A service counts for the needs it names and for all above and
 * below those.
 *
 * Places are the localities of kind place that are named by at least a tenth as many open services
 * as the one that is named most: those are the directory's own. A neighbour that a few services
 * reach into is not for this directory to fill. */
#ifndef WAYMARK_RULES_CHECK_GAPS_H
#define WAYMARK_RULES_CHECK_GAPS_H

#include <waymark/sys/check.h>
#include <waymark/sys/criteria.h>
#include <waymark/sys/needs.h>

typedef struct check_gaps check_gaps;

/* Borrows tree, needs and registry (may be NULL). WM_UNSUPPORTED (no text): too many needs and
 * places to look at them all. */
WM_MUST_USE wm_status check_gaps_new(const wm_env *env, const wm_locality_tree *tree,
                                     const wm_needs *needs, const wm_fact_registry *registry,
                                     check_gaps **gaps_out, wm_error *err);
void check_gaps_free(check_gaps *gaps);
/* Takes a service in; one that is not open is passed over. */
WM_MUST_USE wm_status check_gaps_add(check_gaps *gaps, const wm_json *service, wm_error *err);
/* One warning for each need and place with a gap. */
WM_MUST_USE wm_status check_gaps_report(const check_gaps *gaps, const wm_finding_sink *sink);

#endif

/* check_findings.h: findings are kept, and come out sorted, each once. */
#ifndef WAYMARK_RULES_CHECK_FINDINGS_H
#define WAYMARK_RULES_CHECK_FINDINGS_H

#include <waymark/sys/check.h>

typedef struct check_findings {
    const wm_env *env;
    wm_arena arena;  /* the texts */
    wm_buf lists[2]; /* wm_finding, as they came: [0] warnings, [1] errors */
    uint64_t found[2];
} check_findings;

void check_findings_init(check_findings *findings, const wm_env *env);
void check_findings_fini(check_findings *findings);
/* A sink that keeps what it is given; its context is the check_findings. */
wm_finding_sink check_findings_sink(check_findings *findings);
/* Gives all to the sink, sorted, and counts them. */
WM_MUST_USE wm_status check_findings_report(check_findings *findings, const wm_finding_sink *sink,
                                            wm_check_counts *counts, wm_error *err);

#endif

/* gaps_report.h: what no open service covers, by place and need, for those who plan services. */
#ifndef WAYMARK_ASK_GAPS_REPORT_H
#define WAYMARK_ASK_GAPS_REPORT_H

#include "ask/asker.h"

/* Put the report for a request of wm_directory_gaps at the end of `out`. Reads one committed state.
 * today NULL is bad input. WM_BAD_INPUT: names the field. WM_NOT_FOUND: `at` or `against` is no
 * place of this directory (sets a text). On failure `out` may hold part of a report. */
WM_MUST_USE wm_status wm_gaps_report(wm_asker *asker, wm_str request, const wm_date *today,
                                     wm_buf *out, wm_error *err);

#endif

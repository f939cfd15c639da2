/* gaps_table.h: the gap report for people: one place, two side by side, or a table of all. */
#ifndef WAYMARK_CLI_GAPS_TABLE_H
#define WAYMARK_CLI_GAPS_TABLE_H

#include "cli.h"

typedef struct wm_gaps_view {
    size_t columns; /* of the page; at least WM_WRAP_COLUMNS_MIN */
    bool is_table;  /* all places in one table; else one place, or two side by side */
    bool is_brief;  /* languages that only an interpreter has are counted, not told need by need */
} wm_gaps_view;

/* Put a report of wm_directory_gaps as lines. More than two places are always a table. */
void wm_gaps_table(const wm_json *report, wm_gaps_view view, wm_buf *to, const wm_env *env);

#endif

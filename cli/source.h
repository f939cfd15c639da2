/* source.h: a source folder or a database as one checked set of records, for build and check. */
#ifndef WAYMARK_CLI_SOURCE_H
#define WAYMARK_CLI_SOURCE_H

#include <waymark/sys/check.h>

#include "cli.h"
#include "folder.h"

/* What a check found, kept as text. */
typedef struct wm_told {
    bool is_error;
    wm_str code;
    wm_str record; /* "service/a"; a path of the folder for what could not be read */
    wm_str path;
    wm_str text;
    wm_str remedy;
    long line;
} wm_told;

typedef struct wm_report {
    wm_arena arena;
    wm_told *items;
    size_t count;
    size_t capacity;
    size_t error_count; /* of the items */
} wm_report;

void wm_report_init(wm_report *report, const wm_env *env);
void wm_report_fini(wm_report *report);

/* Check the folder's records; what could not be read comes first. WM_OK also when there are
 * findings. */
WM_MUST_USE wm_status wm_report_folder(wm_report *report, const wm_env *env,
                                       const wm_folder *folder, bool is_thorough, wm_error *err);
/* Check a database's working state, or the latest release of a replica. */
WM_MUST_USE wm_status wm_report_database(wm_report *report, const wm_env *env, const char *path,
                                         bool is_thorough, wm_error *err);

/* Lines for people, errors first; warnings only if wanted. */
void wm_report_print(const wm_report *report, wm_buf *to, bool warnings);

#endif

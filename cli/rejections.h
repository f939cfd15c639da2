/* rejections.h: what an import could not take: each rejected line, and how often what was kept
 * aside. */
#ifndef WAYMARK_CLI_REJECTIONS_H
#define WAYMARK_CLI_REJECTIONS_H

#include "cli.h"

#define WM_REJECTIONS_KEPT 10000 /* the rest is counted */
#define WM_REMARKS_MAX 64        /* different ones */

typedef struct wm_rejection {
    wm_str file; /* of several; else ptr NULL */
    int64_t line;
    wm_str text;
} wm_rejection;

typedef struct wm_remark {
    wm_str what;
    wm_str example;
    int64_t line; /* of the example */
    int64_t count;
} wm_remark;

typedef struct wm_rejections {
    const char *unit; /* what is numbered: "line" */
    wm_arena arena;
    wm_rejection *items;
    size_t count; /* of the items */
    size_t capacity;
    int64_t total;
    wm_remark remarks[WM_REMARKS_MAX];
    size_t remark_count;
    wm_str file; /* that is being read */
} wm_rejections;

void wm_rejections_init(wm_rejections *rejections, const wm_env *env);
void wm_rejections_fini(wm_rejections *rejections);
/* What is added from now on is of this file, which is told with it. */
void wm_rejections_of_file(wm_rejections *rejections, const char *file);
/* A remark is `what: "example"`: remarks are counted by what they say. */
void wm_rejections_add(wm_rejections *rejections, int64_t line, bool rejected, wm_str text);
/* For people, one line each, on standard error; `path` where no file is told. */
void wm_rejections_say(const wm_rejections *rejections, wm_cli *cli, const char *path);
/* Nothing is taken, as something is wrong; what was rejected first. */
WM_MUST_USE wm_status wm_rejections_refuse(const wm_rejections *rejections, const char *path,
                                           wm_error *err);
/* "rejected":[{file,line,text}], "remarks":[{text,example,line,count}] */
void wm_rejections_write(const wm_rejections *rejections, wm_json_out *out);

#endif

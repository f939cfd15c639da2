/* rejections.h: what an import could not take: each rejected line, and how often what was kept
 * aside. */
#ifndef WAYMARK_CLI_REJECTIONS_H
#define WAYMARK_CLI_REJECTIONS_H

#include <waymark/sys/arena.h>
#include <waymark/sys/json.h>

#define WM_REJECTIONS_KEPT 10000 /* the rest is counted */
#define WM_REMARKS_MAX 64        /* different ones */

typedef struct wm_rejection {
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
} wm_rejections;

void wm_rejections_init(wm_rejections *rejections, const wm_env *env);
void wm_rejections_fini(wm_rejections *rejections);
/* A remark is `what: "example"`: remarks are counted by what they say. */
void wm_rejections_add(wm_rejections *rejections, int64_t line, bool rejected, wm_str text);
/* For people, one line each. */
void wm_rejections_print(const wm_rejections *rejections, const char *path, wm_buf *to);
/* "rejected":[{line,text}], "remarks":[{text,example,line,count}] */
void wm_rejections_write(const wm_rejections *rejections, wm_json_out *out);

#endif

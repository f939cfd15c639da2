/* trees.h: what the benchmark of find reads of a directory before anything is timed: the needs, the
 * localities, and the queries with their needs and areas expanded. */
#ifndef WAYMARK_BENCH_TREES_H
#define WAYMARK_BENCH_TREES_H

#include <stdio.h>

#include <waymark/sys/needs.h>
#include <waymark/sys/store.h>

#define WM_BENCH_AREAS_MAX WM_LOCALITY_DEPTH_MAX

/* Ends the program with the text if the status is not WM_OK. */
void wm_bench_must(wm_status status, const wm_error *err, const char *doing);
/* The same if there is no memory. */
void *wm_bench_memory(void *pointer);

typedef struct wm_bench_trees {
    wm_needs *needs;
    wm_locality_tree *localities;
} wm_bench_trees;

void wm_bench_trees_read(wm_bench_trees *trees, wm_store *store);
void wm_bench_trees_free(wm_bench_trees *trees);

/* One query, and what its parts come to: peers are given these, and parse nothing. */
typedef struct wm_bench_question {
    wm_str text; /* the JSON of it */
    int64_t years;
    const wm_need_step *needs; /* what is asked for, and all below it */
    size_t need_count;
    wm_locality areas[WM_BENCH_AREAS_MAX]; /* the place and all above it, innermost first */
    size_t area_count;
} wm_bench_question;

typedef struct wm_bench_questions {
    wm_arena arena;
    wm_bench_question *items;
    size_t count;
} wm_bench_questions;

/* The first `most` lines of a file of queries, each with one need, facts.age.years and `at`; trees
 * NULL: only their text. */
void wm_bench_questions_read(wm_bench_questions *questions, const wm_bench_trees *trees,
                             const char *path, size_t most);
void wm_bench_questions_free(wm_bench_questions *questions);

#endif

/* locality.h: the locality tree, and which services cover a place.
 *
 * A strict tree (each locality has one parent, there is one root or several). Pure: no I/O.
 * Nodes are numbered in pre-order, siblings by code, so that "is below" is one comparison of
 * intervals. */
#ifndef WAYMARK_SYS_LOCALITY_H
#define WAYMARK_SYS_LOCALITY_H

#include <waymark/sys/arena.h>
#include <waymark/sys/limits.h>

WM_BEGIN_DECLS

typedef struct wm_locality_tree wm_locality_tree;

/* 0 to count - 1 in pre-order; valid for one tree only. */
typedef uint32_t wm_locality;
#define WM_LOCALITY_NONE UINT32_MAX

/* Broadest first; pinned. */
typedef enum wm_locality_kind {
    WM_LOCALITY_NATION = 0,
    WM_LOCALITY_SYSTEM = 1,
    WM_LOCALITY_PLACE = 2,
    WM_LOCALITY_LOCALITY = 3,
    WM_LOCALITY_NEIGHBOURHOOD = 4,
    WM_LOCALITY_OTHER = 5
} wm_locality_kind;

typedef struct wm_locality_row {
    wm_str code;
    wm_str name;
    wm_str kind;   /* "nation", "system", "place", "locality", "neighbourhood" or another word */
    wm_str parent; /* empty for a root */
} wm_locality_row;

/* Builds a tree from rows in any order; copies what it needs.
 * WM_BAD_RECORD: a code twice, a parent that is not there, a cycle, deeper than
 * WM_LOCALITY_DEPTH_MAX (names the code). Free with wm_locality_tree_free. */
WM_API WM_MUST_USE wm_status wm_locality_tree_new(const wm_env *env, const wm_locality_row *rows,
                                                  size_t row_count, wm_locality_tree **tree_out,
                                                  wm_error *err);
WM_API void wm_locality_tree_free(wm_locality_tree *tree);

WM_API size_t wm_locality_count(const wm_locality_tree *tree);
/* WM_LOCALITY_NONE if there is no such code. */
WM_API wm_locality wm_locality_find(const wm_locality_tree *tree, wm_str code);
WM_API wm_str wm_locality_code(const wm_locality_tree *tree, wm_locality at);
WM_API wm_str wm_locality_name(const wm_locality_tree *tree, wm_locality at);
WM_API wm_locality_kind wm_locality_kind_of(const wm_locality_tree *tree, wm_locality at);
/* WM_LOCALITY_NONE for a root. */
WM_API wm_locality wm_locality_parent(const wm_locality_tree *tree, wm_locality at);
/* One past the last node below `at`: the nodes of [at, end) are `at` and all below it. */
WM_API wm_locality wm_locality_end(const wm_locality_tree *tree, wm_locality at);

/* `inner` is `outer` or below it. */
WM_API bool wm_locality_within(const wm_locality_tree *tree, wm_locality inner, wm_locality outer);
/* Steps from `inner` up to `outer`: 0 = the same, at most WM_LOCALITY_DEPTH_MAX; -1 if not within.
 */
WM_API int wm_locality_steps(const wm_locality_tree *tree, wm_locality inner, wm_locality outer);
/* Steps along the tree between two nodes, up and down; WM_LOCALITY_DEPTH_MAX * 2 + 1 if they share
 * no root. */
WM_API int wm_locality_hops(const wm_locality_tree *tree, wm_locality a, wm_locality b);
/* The deepest node that contains both; WM_LOCALITY_NONE if they share no root. */
WM_API wm_locality wm_locality_common(const wm_locality_tree *tree, wm_locality a, wm_locality b);

WM_END_DECLS

#endif

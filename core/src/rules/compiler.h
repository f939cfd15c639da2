/* compiler.h: what the two halves of the compiler share: the walk (compile.c) and the leaves
 * (compile_leaves.c). */
#ifndef WAYMARK_RULES_COMPILER_H
#define WAYMARK_RULES_COMPILER_H

#include "rules/compile.h"
#include "rules/path.h"
#include "rules/program.h"

typedef struct wm_compiler {
    const wm_criteria_context *context;
    const wm_problem_sink *sink;
    wm_error *err;
    wm_path path;
    wm_buf words;
    wm_buf texts;
    wm_buf exclusions;
    wm_node nodes[WM_CRITERIA_NODES_MAX];
    size_t node_count;
    size_t exclusion_count;
    size_t problems;
    bool full; /* the limit of nodes was reported */
    bool in_about;
    bool in_actor;
    bool no_card; /* as in wm_walk */
    bool no_result;
} wm_compiler;

/* Each puts a problem at the path and returns what the sink says. */
wm_status wm_compile_problem(wm_compiler *c, const char *code, const char *text,
                             const char *remedy);
/* "expected X, found Y" */
wm_status wm_compile_unexpected(wm_compiler *c, const char *code, const char *expected,
                                const wm_json *found);
/* The same at a member of the object that the path names. */
wm_status wm_compile_unexpected_member(wm_compiler *c, wm_str name, const char *code,
                                       const char *expected, const wm_json *found);
/* Every member's name must be among `names` (NULL at the end); "x_" is free. */
wm_status wm_compile_only_members(wm_compiler *c, const wm_json *object, const char *const *names,
                                  const char *expected);

uint32_t wm_compile_word_at(const wm_compiler *c);
void wm_compile_put_32(wm_buf *buf, uint32_t value);
wm_status wm_compile_intern(wm_compiler *c, wm_str text, wm_symbol *symbol_out);
wm_status wm_compile_put_symbol(wm_compiler *c, wm_str text);
/* The name may stand here and is of that type. */
wm_status wm_compile_check_fact(wm_compiler *c, wm_str name, wm_fact_type type);

/* A new node of that op behind the others, its span not yet set. False: there is no room, or it
 * stands too deep; the problem was put, and status_out is what the sink said. */
WM_MUST_USE bool wm_compile_open_node(wm_compiler *c, uint8_t op, unsigned depth, size_t *at_out,
                                      wm_status *status_out);
/* A list of names as words: count, symbols. */
WM_MUST_USE wm_status wm_compile_put_names(wm_compiler *c, const wm_json *list,
                                           const char *expected);
/* Reads what stands behind the name of the leaf at `at`, whose op is set. */
wm_status wm_compile_leaf(wm_compiler *c, const wm_json *value, size_t at);

#endif

/* eligibility_bench.h: criteria and facts from short literals (' for "), for the tests of rules. */
#ifndef WAYMARK_ELIGIBILITY_BENCH_H
#define WAYMARK_ELIGIBILITY_BENCH_H

#include "testing.h"

#include <waymark/sys/criteria.h>

typedef struct bench {
    wm_arena arena;
    wm_symbols *symbols;
    wm_locality_tree *tree;
    wm_area_map *areas;
    wm_buf program;
    wm_criteria criteria;
    wm_facts *facts;
    wm_error err;
} bench;

#define BENCH_ROW(code, parent)                                                                    \
    {                                                                                              \
        WM_STR_INIT(code), WM_STR_INIT(code), WM_STR_INIT("place"), WM_STR_INIT(parent)            \
    }

static inline void bench_start(bench *t)
{
    static const wm_locality_row rows[] = {
        BENCH_ROW("england", ""),        BENCH_ROW("wales", ""),
        BENCH_ROW("bsw", "england"),     BENCH_ROW("banes", "bsw"),
        BENCH_ROW("swindon", "bsw"),     BENCH_ROW("bsol", "england"),
        BENCH_ROW("birmingham", "bsol"), BENCH_ROW("east", "birmingham"),
    };
    memset(t, 0, sizeof *t);
    wm_arena_init(&t->arena, wm_env_system(), 64 * WM_MIB);
    wm_buf_init(&t->program, wm_env_system(), 4 * WM_MIB);
    assert_ok(wm_locality_tree_new(wm_env_system(), rows, sizeof rows / sizeof rows[0], &t->tree,
                                   &t->err),
              &t->err);
    assert_ok(wm_symbols_new(wm_env_system(), &t->symbols, &t->err), &t->err);
    assert_ok(wm_criteria_prepare_symbols(t->symbols, &t->err), &t->err);
}

static inline void bench_stop(bench *t)
{
    wm_area_map_free(t->areas);
    wm_symbols_free(t->symbols);
    wm_locality_tree_free(t->tree);
    wm_buf_fini(&t->program);
    wm_arena_fini(&t->arena);
}

/* Compiles in place of what was compiled before. */
static inline void bench_service(bench *t, const char *eligibility)
{
    wm_criteria_context context = { .symbols = t->symbols };
    wm_buf_reset(&t->program);
    assert_ok(
        wm_criteria_compile(wm_test_json(&t->arena, eligibility), &context, &t->program, &t->err),
        &t->err);
    assert_ok(wm_criteria_load(t->program.data, t->program.len, &t->criteria, &t->err), &t->err);
    wm_area_map_free(t->areas);
    t->areas = NULL;
    assert_ok(wm_area_map_new(wm_env_system(), t->symbols, t->tree, &t->areas, &t->err), &t->err);
}

static inline void bench_facts(bench *t, wm_date as_of, const char *facts)
{
    wm_facts_context context = { t->symbols, t->areas, NULL, as_of };
    assert_ok(
        wm_facts_parse(&t->arena, wm_test_json(&t->arena, facts), &context, &t->facts, &t->err),
        &t->err);
}

static inline wm_verdict_result bench_evaluate(const bench *t)
{
    wm_evaluation evaluation = { t->symbols, t->areas, t->facts, NULL, NULL };
    wm_verdict_result result;
    wm_criteria_evaluate(&t->criteria, &evaluation, &result);
    return result;
}

#endif

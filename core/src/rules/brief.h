/* brief.h: criteria in short, as they stand in the index beside a service's summary: what a verdict
 * needs and no more (no texts, no hints where else to go), in about 20 bytes.
 *
 * Made from a checked program, and evaluated in place: every read is bounds-checked, so that bytes
 * which are damaged are told as such and nothing is checked beforehand. Verdict, near miss and the
 * rest below are exactly what wm_criteria_evaluate says. */
#ifndef WAYMARK_RULES_BRIEF_H
#define WAYMARK_RULES_BRIEF_H

#include "model/summary.h"
#include "rules/evaluate.h"

/* own_areas: the areas of the service, as they will be given to wm_brief_evaluate. */
WM_MUST_USE wm_status wm_brief_put(const wm_criteria *criteria, wm_symbol_list own_areas,
                                   wm_buf *out, wm_error *err);

/* Criteria of 8 to 24 bytes, which most are, as one key. */
typedef struct wm_brief_key {
    uint64_t head; /* how many bytes, what the service's own areas are for the person; 0: none */
    uint64_t first;
    uint64_t middle;
    uint64_t last;
} wm_brief_key;

/* What they came to. */
typedef struct wm_brief_known {
    wm_brief_key key;
    uint8_t verdict; /* wm_verdict */
    bool near_miss;
    bool only_area_decides;
} wm_brief_known;

/* What one query has found out already of the person whom it is about: the same leaves stand in the
 * criteria of many services, and many services have the same criteria. */
typedef struct wm_brief_memo {
    const wm_evaluation *evaluation;
    unsigned open;       /* dimensions that are U whatever the area; bits */
    unsigned to_be_told; /* dimensions of which somebody could tell more */
    uint16_t *areas;     /* by symbol, brief.c: what it is in each dimension; 0: not yet known */
    size_t area_count;
    wm_brief_known *known; /* each in the one place for its key */
} wm_brief_memo;

/* In the arena, for whoever the facts of the evaluation are about. */
WM_MUST_USE wm_status wm_brief_memo_init(wm_brief_memo *memo, const wm_evaluation *evaluation,
                                         wm_arena *arena, wm_error *err);

#define WM_BRIEF_REASONS_MAX WM_CRITERIA_NODES_MAX

typedef struct wm_brief_result {
    wm_verdict verdict;
    bool near_miss;         /* for NOT_ELIGIBLE: exactly one leaf decides */
    bool only_area_decides; /* for NOT_ELIGIBLE: every deciding leaf is an area */
    uint32_t reason_count;  /* of exclusions that are true, in their order */
    wm_symbol reasons[WM_BRIEF_REASONS_MAX];
} wm_brief_result;

/* WM_CORRUPT: not what wm_brief_put puts. Allocates nothing. */
WM_MUST_USE wm_status wm_brief_evaluate(wm_str bytes, wm_symbol_list own_areas, wm_brief_memo *memo,
                                        wm_brief_result *result_out, wm_error *err);

#endif

/* compile.h: one walk over eligibility JSON, for both the compiler (stops at the first problem) and
 * the validator (reports them all). */
#ifndef WAYMARK_RULES_COMPILE_H
#define WAYMARK_RULES_COMPILE_H

#include <waymark/sys/criteria.h>

/* The longest age or time since: 150 years. */
#define WM_YEARS_MAX 150
#define WM_MONTHS_MAX 1800

typedef struct wm_problem {
    const char *code;
    const char *path;
    const char *text;
    const char *remedy;
} wm_problem;

/* What to do about it: its own remedy, else that of its code; never empty. */
const char *wm_problem_remedy(const wm_problem *problem);

/* Return WM_OK to go on; anything else stops the walk and is its result. */
typedef struct wm_problem_sink {
    wm_status (*put)(void *context, const wm_problem *problem, wm_error *err);
    void *context;
} wm_problem_sink;

/* Fails with WM_BAD_RECORD and the problem as text. */
extern const wm_problem_sink wm_first_problem;

typedef struct wm_walk {
    const char *path;    /* where `json` stands: "" for a whole eligibility by itself */
    bool condition;      /* json is one CRIT, not {"who",..} */
    bool no_card;        /* no card is in hand: `card` is refused */
    bool no_result;      /* nothing stands in MAIN yet: `result` is refused */
    size_t problems_out; /* how many were put */
} wm_walk;

/* Puts a program only if there was no problem. */
wm_status wm_criteria_walk(const wm_json *json, const wm_criteria_context *context, wm_walk *walk,
                           const wm_problem_sink *sink, wm_buf *program_out, wm_error *err);

#endif

/* suppose.h: what would be known if some more facts were answered.
 *
 * For the next question only: an answer is tried on, never kept. */
#ifndef WAYMARK_RULES_SUPPOSE_H
#define WAYMARK_RULES_SUPPOSE_H

#include "rules/facts.h"

/* One answer to one fact. */
typedef struct wm_supposed {
    wm_symbol fact; /* WM_SYMBOL_NONE: no program reads it, so nothing comes of it */
    wm_fact_type type;
    bool none;           /* EVENT: it never happened; PEOPLE: there is nobody */
    bool flag;           /* FLAG */
    uint8_t step;        /* LEVEL */
    wm_symbol term;      /* ONE: the value; SET: the only one that applies; AREA: the code.
                            WM_SYMBOL_NONE: another, or none that matters */
    wm_date_range dates; /* AGE: of birth; EVENT */
} wm_supposed;

/* Facts with some more, which are answered in one way after the other. Shares memory with the facts
 * that it began from; nothing of these changes. */
typedef struct wm_trial wm_trial;

#define WM_TRIAL_FACTS_MAX 8

/* For `count` facts, by symbol, that are not known. NULL: out of memory. */
wm_trial *wm_trial_new(const wm_facts *facts, const wm_symbol *symbols, size_t count,
                       wm_arena *arena);
/* The answer to fact `index`; NULL: none, as it was. areas may be NULL. */
void wm_trial_answer(wm_trial *trial, size_t index, const wm_area_map *areas,
                     const wm_supposed *answer);
/* As they are answered now. */
const wm_facts *wm_trial_facts(const wm_trial *trial);

#endif

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

/* `facts` with the answers of `count` facts that were not known. Both share memory; nothing of
 * `facts` changes. NULL: out of memory. */
wm_facts *wm_facts_suppose(const wm_facts *facts, const wm_area_map *areas,
                           const wm_supposed *supposed, size_t count, wm_arena *arena);

#endif

/* gaps_find.h: what is missing in a place, from what is known of its services (gaps.h). */
#ifndef WAYMARK_RULES_GAPS_FIND_H
#define WAYMARK_RULES_GAPS_FIND_H

#include "rules/gaps.h"

typedef enum wm_gap_kind {
    WM_GAP_NONE,   /* nothing is open for the need at all */
    WM_GAP_AGE,    /* nothing is open for these ages */
    WM_GAP_HOURS,  /* nothing is open then */
    WM_GAP_ROUTES, /* nobody whom they can ask themselves */
    WM_GAP_LANGUAGES,
    WM_GAP_MIDDLE, /* "intensity": advice and risk support, but nothing between */
    WM_GAP_SAFETY  /* no safety service that answers day and night */
} wm_gap_kind;

/* "none", "age", "hours", "routes", "languages", "intensity", "safety" */
const char *wm_gap_kind_name(wm_gap_kind kind);

typedef enum wm_gap_period {
    WM_GAP_NIGHT,  /* 22:00 to 08:00: every hour of every night counts */
    WM_GAP_WEEKEND /* Saturday and Sunday, 08:00 to 22:00: one hour on each of the two is enough */
} wm_gap_period;

typedef struct wm_gap {
    wm_gap_kind kind;
    wm_gap_period period;   /* hours */
    bool in_part;           /* hours: something is open for part of it */
    bool unsaid;            /* hours, routes: for some of the ages a service is there that does not
                               say; languages: some service does not */
    wm_gap_set ages;        /* all but none and languages */
    wm_gap_set missing;     /* languages that nobody has, not even by an interpreter */
    wm_gap_set interpreted; /* languages that only an interpreter has */
} wm_gap;

#define WM_GAPS_MAX 9 /* in one cell */

/* The gaps of one need in one place, in the order of wm_gap_kind; returns how many. */
size_t wm_gaps_find(const wm_gaps *gaps, size_t place, wm_need need, wm_gap found_out[WM_GAPS_MAX]);
/* False: every age has a safety service day and night. */
bool wm_gaps_find_safety(const wm_gaps *gaps, size_t place, wm_gap *gap_out);

/* "0 to 17, 66 and over"; put at the end. */
void wm_gap_ages_put(const wm_gap_set *ages, wm_buf *out);
/* The language of the set that comes after *tag by its tag; the first, where its ptr is NULL.
 * False: there is none. */
bool wm_gap_next_language(const wm_gaps *gaps, const wm_gap_set *languages, wm_str *tag);
/* The gap in one sentence, put at the end. */
void wm_gap_sentence(const wm_gaps *gaps, const wm_gap *gap, wm_buf *out);

#endif

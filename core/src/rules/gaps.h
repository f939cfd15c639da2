/* gaps.h: for which needs, places and ages does no open service do what it should?
 *
 * Services are taken in one by one; for each need and place it is then known which years of age, 0
 * to 100, are taken at all, by whom one can ask oneself, at which intensity, in which hours of the
 * week, and in which languages. What is missing is read from that by gaps_find.h.
 *
 * "Taken" means: a person of whom only age and place are known is not NOT_ELIGIBLE. A service
 * counts for the needs it names and for all above and below those.
 *
 * Places are the localities at which services are planned: those of kind place; where a directory
 * has none of these, its systems. A place is the directory's own if at least a quarter as many open
 * services name it (or a part of it) as name the one that is named most. A neighbour that a few
 * services reach into is not for this directory to fill.
 *
 * Pure: no clock, no I/O. */
#ifndef WAYMARK_RULES_GAPS_H
#define WAYMARK_RULES_GAPS_H

#include <waymark/sys/criteria.h>
#include <waymark/sys/needs.h>

#define WM_GAP_AGES 101          /* 0 to 100; the last stands for all above */
#define WM_GAP_LANGUAGES_MAX 128 /* told apart in one directory; the rest is not looked at */
#define WM_GAP_WEEK_BYTES 21     /* 168 hours */

/* Years of age, or languages. */
typedef struct wm_gap_set {
    uint64_t bits[2];
} wm_gap_set;

bool wm_gap_set_has(const wm_gap_set *set, unsigned item);
void wm_gap_set_put(wm_gap_set *set, unsigned item);
bool wm_gap_set_is_empty(const wm_gap_set *set);
/* What a has and b has not. */
wm_gap_set wm_gap_set_less(wm_gap_set a, wm_gap_set b);

enum { WM_GAP_ADVICE, WM_GAP_HELP, WM_GAP_MORE_HELP, WM_GAP_RISK_SUPPORT, WM_GAP_INTENSITIES };

/* What open services do for one need in one place. */
typedef struct wm_gap_cell {
    wm_gap_set taken;   /* ages */
    wm_gap_set by_self; /* ages that can ask, or whose family can, under 16 */
    wm_gap_set intensities[WM_GAP_INTENSITIES]; /* ages */
    wm_gap_set hours_unsaid;                    /* ages taken by a service that does not say */
    wm_gap_set routes_unsaid;                   /* the same */
    wm_gap_set spoken;                          /* languages that a service has itself */
    wm_gap_set interpreted;                     /* languages by an interpreter */
    bool interprets_any;
    uint32_t services;
    uint32_t languages_unsaid; /* services */
    /* Hours of an ordinary week in which something is open, for each age; NULL where hours do not
     * matter (wm_gaps_hours_matter). */
    uint8_t (*weeks)[WM_GAP_WEEK_BYTES];
} wm_gap_cell;

typedef struct wm_gaps wm_gaps;

typedef struct wm_gaps_scope {
    const wm_locality_tree *tree; /* borrowed, as the next two are */
    const wm_needs *needs;
    const wm_fact_registry *registry; /* may be NULL */
    wm_date day;     /* on which people have their ages; the ordinary week is the first from then on
                        that has no bank holiday */
    bool with_hours; /* hours are of interest */
} wm_gaps_scope;

/* WM_UNSUPPORTED (no text): too many needs and places to look at them all. */
WM_MUST_USE wm_status wm_gaps_new(const wm_env *env, const wm_gaps_scope *scope, wm_gaps **gaps_out,
                                  wm_error *err);
void wm_gaps_free(wm_gaps *gaps);

/* A language of the directory, besides those that services list. English is in no need of it. */
WM_MUST_USE wm_status wm_gaps_add_language(wm_gaps *gaps, wm_str language, wm_error *err);
/* Takes in a service, which the caller has found open. is_sound: it passed wm_record_check; else
 * its hours are not read. One whose criteria cannot be compiled is passed over. */
WM_MUST_USE wm_status wm_gaps_add(wm_gaps *gaps, const wm_json *service, bool is_sound,
                                  wm_error *err);

size_t wm_gaps_place_count(const wm_gaps *gaps);
wm_locality wm_gaps_place(const wm_gaps *gaps, size_t place);
/* Is the place one of the directory's own? */
bool wm_gaps_is_own(const wm_gaps *gaps, size_t place);
const wm_gap_cell *wm_gaps_cell(const wm_gaps *gaps, size_t place, wm_need need);
/* Does it matter for this need that something is open at night and at weekends? */
bool wm_gaps_hours_matter(const wm_gaps *gaps, wm_need need);
/* Ages that have, day and night, a safety service which they, or under 16 their family, can reach
 * themselves, besides 999. It must take them without anything more being known. */
wm_gap_set wm_gaps_safety(const wm_gaps *gaps, size_t place);
/* Languages besides English that the directory has, or that an open service of the place lists. */
wm_gap_set wm_gaps_languages(const wm_gaps *gaps, size_t place);
wm_str wm_gaps_language(const wm_gaps *gaps, unsigned language);

#endif

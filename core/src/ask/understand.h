/* understand.h: what a query means in this directory: needs, place, the facts of the person. */
#ifndef WAYMARK_ASK_UNDERSTAND_H
#define WAYMARK_ASK_UNDERSTAND_H

#include "ask/asker.h"
#include "ask/names.h"
#include "ask/query.h"

#define WM_PLACES_OF_PERSON_MAX 80 /* five dimensions of 16 codes: what a postcode may straddle */

typedef struct wm_understood {
    wm_need needs[WM_QUERY_NEEDS_MAX + WM_NEED_MATCHES_MAX]; /* each once, in order of need */
    /* Beside each need, from words alone (words.h): every mention of it is denied, and that counts;
     * only words of a language that nobody has reviewed name it, so that it must not be the only
     * reason for a claim. Never so for a need that the query names by id. */
    bool negated[WM_QUERY_NEEDS_MAX + WM_NEED_MATCHES_MAX];
    bool unreviewed[WM_QUERY_NEEDS_MAX + WM_NEED_MATCHES_MAX];
    size_t need_count;
    bool nothing_understood; /* there is a text, and no need from it or beside it */
    wm_need_match words[WM_NEED_MATCHES_MAX];
    size_t word_count;
    wm_named named[WM_NAMED_MAX]; /* services that the text names */
    size_t named_count;
    bool has_place; /* `at` was given */
    wm_place_match place;
    wm_facts *facts;
    wm_facts *actor_facts; /* those of whoever asks: the person's own where that is the asker, else
                              as given, else not known */
    wm_locality localities[WM_PLACES_OF_PERSON_MAX]; /* where the person may use services */
    size_t locality_count;                           /* 0: not known, so everywhere */
    bool urgent;                                     /* response speed comes first */
} wm_understood;

/* All lives in the arena. WM_BAD_INPUT: an unknown need or fact, a fact of the wrong form;
 * WM_TOO_LARGE: more than WM_PLACES_OF_PERSON_MAX places. */
WM_MUST_USE wm_status wm_understand(wm_asker *asker, const wm_query *query, wm_arena *arena,
                                    wm_understood *out, wm_error *err);

/* The same for somebody else in the same question: their own facts (query->facts), the needs of the
 * question, and no place but their own. */
WM_MUST_USE wm_status wm_understand_other(const wm_asker *asker, const wm_query *query,
                                          const wm_understood *person, wm_arena *arena,
                                          wm_understood *out, wm_error *err);

/* Writes the value of "understood". */
void wm_understood_write(const wm_asker *asker, const wm_query *query,
                         const wm_understood *understood, wm_json_out *out);

/* A flag among the facts that is known to be true. */
bool wm_fact_is_true(const wm_query *query, const char *fact);

#endif

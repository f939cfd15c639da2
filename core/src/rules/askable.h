/* askable.h: how each fact is asked: what it costs, how likely each answer is, what belongs to it.
 *
 * Made from fact records (kind fact: `cost`, `edition`, `prior`, `with`, `after`, `options`). Words
 * are not kept: whoever asks reads them from the record. */
#ifndef WAYMARK_RULES_ASKABLE_H
#define WAYMARK_RULES_ASKABLE_H

#include <waymark/sys/criteria.h>

typedef struct wm_askable {
    wm_str id;
    wm_fact_type type;
    uint8_t cost;       /* 0 nothing is given away, to 4 could put somebody at risk if seen */
    bool professional;  /* never asked of the public */
    uint16_t prior;     /* per mille: of a yes, of an event that happened, of any term of a set, of
                           there being someone; 0: not said */
    wm_str after;       /* a flag: this is asked only where that is true; empty: none */
    const wm_str *with; /* facts that are asked in the same breath */
    uint32_t with_count;
    const struct wm_askable *const *company; /* all that may be asked in one breath with it: of
                                                `with` what comes after nothing, and what is asked
                                                `after` this one; in order of id */
    uint32_t company_count;
    const wm_str *terms;    /* options, in the order of the record */
    const uint16_t *priors; /* of each term, per mille; 0: not said */
    uint32_t term_count;
} wm_askable;

typedef struct wm_askables wm_askables;

/* Records without id or with an unknown type are passed over: the registry tells of them. Copies
 * what it needs. Free with wm_askables_free. */
WM_MUST_USE wm_status wm_askables_new(const wm_env *env, const wm_json *const *records,
                                      size_t count, wm_askables **askables_out, wm_error *err);
void wm_askables_free(wm_askables *askables);

size_t wm_askables_count(const wm_askables *askables);
/* In order of id. index < count */
const wm_askable *wm_askables_at(const wm_askables *askables, size_t index);
/* NULL: no such fact. askables may be NULL. */
const wm_askable *wm_askables_find(const wm_askables *askables, wm_str id);

#endif

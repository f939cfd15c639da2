/* candidates.h: which services may be an answer: look-ups in the index, without parsing a record.
 *
 * The index holds, for each service that is current in the latest release or in the working state,
 * its summary (model/summary.h), its compiled criteria, and a row for each (need or offer, area);
 * and for each rule its program. Symbols are those of the database. */
#ifndef WAYMARK_STORE_CANDIDATES_H
#define WAYMARK_STORE_CANDIDATES_H

#include <waymark/sys/criteria.h>
#include <waymark/sys/store.h>

#include "store/database.h"

typedef struct wm_symbol_set {
    const wm_symbol *symbols; /* rising, each once */
    size_t count;
    bool all; /* any: `symbols` does not matter */
} wm_symbol_set;

bool wm_symbol_set_has(const wm_symbol_set *set, wm_symbol symbol);
/* Puts symbols in the order of a set, each once; returns how many are left. */
size_t wm_symbol_set_sort(wm_symbol *symbols, size_t count);

#define WM_OFFER_KEY_BYTES_MAX (WM_ID_BYTES_MAX + 8)

/* "offer:crisis_line" for "crisis_line": how an offer stands in the index, beside the needs. Empty
 * if it is too long to be an offer. */
wm_str wm_offer_key(wm_str offer, char text[WM_OFFER_KEY_BYTES_MAX]);
/* The symbol of that, to stand in wm_candidate_filter.needs. WM_SYMBOL_NONE: no service has it. */
wm_symbol wm_offer_symbol(const wm_symbols *symbols, wm_str offer);

typedef struct wm_candidate_filter {
    wm_view view;
    wm_symbol_set needs; /* needs, and offers by wm_offer_symbol */
    wm_symbol_set areas;
} wm_candidate_filter;

/* Revisions of the services in the view that have one of the needs (or offers) and cover one of the
 * areas, rising, each once; the array lives in the arena. */
WM_MUST_USE wm_status wm_store_candidates(wm_store *store, const wm_candidate_filter *filter,
                                          wm_arena *arena, int64_t **revisions_out,
                                          size_t *count_out, wm_error *err);

/* One row of the index, put at the end of bytes_out; the texts point into it until it next changes.
 * WM_NOT_FOUND: no such revision (no text). */
WM_MUST_USE wm_status wm_store_service_row(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                           wm_str *summary_out, wm_str *program_out, wm_error *err);
/* The revision of a service in a view. WM_NOT_FOUND: there is none (no text). */
WM_MUST_USE wm_status wm_store_service_revision(wm_store *store, wm_view view, wm_str id,
                                                int64_t *revision_out, wm_error *err);
/* Where a site is, in 1e-5 degree. WM_NOT_FOUND: it has no position (no text). */
WM_MUST_USE wm_status wm_store_site_position(wm_store *store, wm_view view, wm_str site,
                                             int32_t *lat_out, int32_t *lon_out, wm_error *err);
/* The record's canonical bytes of a revision, put at the end of bytes_out. */
WM_MUST_USE wm_status wm_store_revision_bytes(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                              wm_error *err);

typedef struct wm_rule_program {
    wm_str id;
    wm_str program; /* for wm_rule_load */
} wm_rule_program;

/* The rules that stand in a view (the latest release or the working state), in order of id; all in
 * the arena. WM_BAD_RECORD: one was stored by an older version and is no rule here; it is named. */
WM_MUST_USE wm_status wm_store_rules(wm_store *store, wm_view view, wm_arena *arena,
                                     wm_rule_program **programs_out, size_t *count_out,
                                     wm_error *err);

#endif

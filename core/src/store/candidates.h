/* candidates.h: which services may be an answer: look-ups in the index, without parsing a record.
 *
 * The index holds, for each service that is current in the latest release or in the working state,
 * its summary (model/summary.h), its compiled criteria, and a row for each (need, area). Symbols
 * are those of the database. */
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

typedef struct wm_candidate_filter {
    wm_view view;
    wm_symbol_set needs;
    wm_symbol_set areas;
} wm_candidate_filter;

/* Revisions of the services in the view that have one of the needs and cover one of the areas,
 * rising, each once; the array lives in the arena. */
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

#endif

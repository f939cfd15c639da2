/* candidates.h: which services may be an answer: look-ups in the index, without parsing a record.
 *
 * The index holds, for each service that is current in the latest release or in the working state,
 * an entry (store/block.h): its summary (model/summary.h) and its criteria in short
 * (rules/brief.h); for each (need or offer, area) the slots of entries; and for each rule its
 * program. Symbols are those of the database. What is borrowed here lives until the reading
 * transaction ends. */
#ifndef WAYMARK_STORE_CANDIDATES_H
#define WAYMARK_STORE_CANDIDATES_H

#include <waymark/sys/criteria.h>
#include <waymark/sys/store.h>

#include "store/kept.h"

typedef struct wm_symbol_set {
    const wm_symbol *symbols; /* rising, each once */
    size_t count;
    bool all; /* any: `symbols` does not matter */
} wm_symbol_set;

bool wm_symbol_set_has(const wm_symbol_set *set, wm_symbol symbol);
/* Puts symbols in the order of a set, each once; returns how many are left. */
size_t wm_symbol_set_sort(wm_symbol *symbols, size_t count);

/* The number of an offer, to stand in wm_candidate_filter.needs. WM_SYMBOL_NONE: no service has it.
 */
uint32_t wm_offer_symbol(const wm_symbols *symbols, wm_str offer);

typedef struct wm_candidate_filter {
    wm_view view;
    wm_symbol_set needs; /* symbols of needs, and offers by wm_offer_symbol */
    wm_symbol_set areas;
} wm_candidate_filter;

/* The services in the view that have one of the needs (or offers) and cover one of the areas, by
 * rising slot, each once; the array lives in the arena. */
WM_MUST_USE wm_status wm_store_candidates(wm_store *store, const wm_candidate_filter *filter,
                                          wm_arena *arena, wm_entry **entries_out,
                                          size_t *count_out, wm_error *err);

/* The entry of a revision. WM_NOT_FOUND: no such revision (no text). */
WM_MUST_USE wm_status wm_store_entry(wm_store *store, int64_t revision, wm_entry *entry_out,
                                     wm_error *err);
/* Its summary and its compiled criteria, put at the end of bytes_out; the texts point into it until
 * it next changes. WM_NOT_FOUND: no such revision (no text). */
WM_MUST_USE wm_status wm_store_service_row(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                           wm_str *summary_out, wm_str *program_out, wm_error *err);
/* What a card is made of: its face (model/face.h), put at the end of bytes_out, and its compiled
 * criteria behind it. WM_CORRUPT: no such revision is indexed. */
WM_MUST_USE wm_status wm_store_shown(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                     size_t *face_bytes_out, wm_error *err);
/* The ids of its successors, put at the end of bytes_out, each with a line feed behind it. */
WM_MUST_USE wm_status wm_store_successors(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                          wm_error *err);
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

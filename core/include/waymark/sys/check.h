/* check.h: is a whole directory sound? Every record by itself, and each with the others.
 *
 * Used by `waymark check` and before a build or a release is accepted. Pure over a source of
 * records: a folder, the working state of a database, a release. No clock. */
#ifndef WAYMARK_SYS_CHECK_H
#define WAYMARK_SYS_CHECK_H

#include <waymark/sys/record.h>

WM_BEGIN_DECLS

#define WM_FINDINGS_MAX 10000 /* kept and reported; the rest is counted */

/* Called with one record; `record` is borrowed for the call. A status other than WM_OK stops the
 * walk and is returned by it. */
typedef wm_status (*wm_record_visit)(void *visit_context, const wm_record *record, wm_error *err);

/* Where the records come from. */
typedef struct wm_check_source {
    /* Calls visit for every live record of `kind`, in any order but each time the same. It is
     * called several times for each kind. */
    wm_status (*each)(void *context, wm_kind kind, wm_record_visit visit, void *visit_context,
                      wm_error *err);
    void *context;
} wm_check_source;

typedef struct wm_check_options {
    bool find_gaps; /* also warn of ages that no open service covers; reads every service again */
} wm_check_options;

typedef struct wm_check_counts {
    uint64_t records[WM_KIND_COUNT];
    uint64_t errors;
    uint64_t warnings;
} wm_check_counts;

/* Checks all records. Findings go to the sink sorted by kind, id, path, code: first those that are
 * kept, then, if there were more than WM_FINDINGS_MAX, one with code "more_findings" and no id.
 * WM_OK also when there are findings (counts_out says how many errors); another status only for
 * memory, or what source or sink said. `options` and `counts_out` may be NULL.
 *
 * Codes, besides those of record.h and criteria.h: bad_json, not_canonical_id, id_case,
 * unknown_reference, unknown_word, successor_circle, successor_chain, successor_closed,
 * locality_tree, need_circle, need_depth, place_shares, no_directory, shared_synonym,
 * neither_open_nor_replaced, age_gap. */
WM_API WM_MUST_USE wm_status wm_check_directory(const wm_env *env, const wm_check_source *source,
                                                const wm_check_options *options,
                                                const wm_finding_sink *sink,
                                                wm_check_counts *counts_out, wm_error *err);

WM_END_DECLS

#endif

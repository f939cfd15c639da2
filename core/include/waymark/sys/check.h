/* check.h: is a whole directory sound? Every record by itself, and each with the others.
 *
 * Used by `waymark check` and before a build or a release is accepted. Pure over a source of
 * records: a folder, the working state of a database, a release. No clock. */
#ifndef WAYMARK_SYS_CHECK_H
#define WAYMARK_SYS_CHECK_H

#include <waymark/sys/record.h>

WM_BEGIN_DECLS

/* Errors, and as many warnings, that are kept; the rest is counted. */
#define WM_FINDINGS_MAX 10000

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
    bool find_gaps;  /* also look for ages that no open service covers, and ages without a safety
                        service day and night */
    bool read_texts; /* also warn of texts for the public that are hard to read or to bear */
} wm_check_options;

typedef struct wm_check_counts {
    uint64_t records[WM_KIND_COUNT];
    uint64_t errors;
    uint64_t warnings;
} wm_check_counts;

/* Checks all records. Findings go to the sink when all is read: errors first, then warnings, each
 * sorted by kind, id, path, code and text; of each at most WM_FINDINGS_MAX, and then one with code
 * "more_findings" that says how many there were.
 * WM_OK also when there are findings (counts_out says how many); another status only for memory, or
 * what source or sink said. `options` and `counts_out` may be NULL.
 *
 * Codes, besides those of record.h and criteria.h:
 *   errors    bad_json, duplicate_id, id_case, unknown_reference, withheld_reference,
 *             successor_circle, successor_chain, locality_tree, need_tree, no_directory,
 *             safety_gap, not_safety (a rule that puts something into SAFETY in another phase)
 *   warnings  unknown_word, shared_synonym, confidential_area, age_gap, reading_age, plain_words,
 *             never_unknown (on_unknown or `if` of a rule whose condition always is known),
 *             nothing_to_show (an offer that no service has),
 *             slot_contest (two rules of which neither comes first) */
WM_API WM_MUST_USE wm_status wm_check_directory(const wm_env *env, const wm_check_source *source,
                                                const wm_check_options *options,
                                                const wm_finding_sink *sink,
                                                wm_check_counts *counts_out, wm_error *err);

WM_END_DECLS

#endif

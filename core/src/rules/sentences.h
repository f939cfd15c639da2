/* sentences.h: one plain sentence for each path from the root to a leaf. */
#ifndef WAYMARK_RULES_SENTENCES_H
#define WAYMARK_RULES_SENTENCES_H

#include "rules/phrases.h"

typedef struct wm_teller {
    wm_phrases phrases;
    const wm_evaluation *evaluation;
    const wm_verdict_result *result;
} wm_teller;

wm_teller wm_teller_of(const wm_criteria *criteria, const wm_evaluation *evaluation,
                       const wm_verdict_result *result, const wm_words *words, wm_buf *out);

/* How the path to a leaf reads. */
typedef struct wm_leaf_path {
    bool negated;     /* an odd number of `not` above it */
    bool alternative; /* an `any` or `atleast` with other children above it */
    int exclusion;    /* index in not_for, -1 in `who` */
} wm_leaf_path;
wm_leaf_path wm_leaf_path_of(const wm_criteria *criteria, size_t leaf);

/* All that is said of what a leaf of `who` asks for; empty: of more than the key holds, or of what
 * stands below it. */
#define WM_LEAF_KEY_BYTES_MAX 40
wm_str wm_leaf_key(const wm_criteria *criteria, size_t leaf, const wm_leaf_path *path,
                   char key[WM_LEAF_KEY_BYTES_MAX]);

/* leaf < node_count, and a leaf. */
void wm_tell_leaf(const wm_teller *teller, size_t leaf);
/* What an exclusion as a whole comes to. */
void wm_tell_exclusion(const wm_teller *teller, size_t index);
/* "For people aged under 19": the ages that are not known yet; nothing where none is open. */
void wm_tell_open_ages(const wm_teller *teller);

#endif

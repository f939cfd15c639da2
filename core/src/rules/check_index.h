/* check_index.h: which records there are: the ids of one kind, in order. */
#ifndef WAYMARK_RULES_CHECK_INDEX_H
#define WAYMARK_RULES_CHECK_INDEX_H

#include <waymark/sys/check.h>

typedef struct check_entry {
    wm_str id;
    bool is_professional; /* the whole record is */
} check_entry;

#define CHECK_NONE SIZE_MAX

typedef struct check_index {
    wm_buf entries; /* check_entry; in order of id once sorted */
} check_index;

void check_index_init(check_index *index, const wm_env *env);
void check_index_fini(check_index *index);
/* The id must live as long as the index. Failures stick to entries. */
void check_index_add(check_index *index, wm_str id, bool is_professional);
void check_index_sort(check_index *index);
size_t check_index_count(const check_index *index);
const check_entry *check_index_at(const check_index *index, size_t at);
/* CHECK_NONE if there is no such id. */
size_t check_index_find(const check_index *index, wm_str id);

/* Reports ids that stand twice, and ids that differ only in case. */
WM_MUST_USE wm_status check_index_report(const check_index *index, wm_kind kind, const wm_env *env,
                                         const wm_finding_sink *sink, wm_error *err);

#endif

/* check_index.c: a sorted array of ids; see check_index.h. */
#include "check_index.h"

#include <stdio.h>
#include <stdlib.h>

void check_index_init(check_index *index, const wm_env *env)
{
    wm_buf_init(&index->entries, env, SIZE_MAX / 2);
}

void check_index_fini(check_index *index)
{
    wm_buf_fini(&index->entries);
}

void check_index_add(check_index *index, wm_str id, bool is_professional)
{
    check_entry entry = { id, is_professional };
    wm_buf_put(&index->entries, &entry, sizeof entry);
}

static check_entry *entries_of(const check_index *index)
{
    return (check_entry *)(void *)index->entries.data;
}

size_t check_index_count(const check_index *index)
{
    return index->entries.len / sizeof(check_entry);
}

const check_entry *check_index_at(const check_index *index, size_t at)
{
    return &entries_of(index)[at];
}

static int compare_entries(const void *a, const void *b)
{
    const check_entry *left = a;
    const check_entry *right = b;
    return wm_str_compare(left->id, right->id);
}

void check_index_sort(check_index *index)
{
    if (check_index_count(index) > 0) {
        qsort(index->entries.data, check_index_count(index), sizeof(check_entry), compare_entries);
    }
}

size_t check_index_find(const check_index *index, wm_str id)
{
    size_t low = 0;
    size_t high = check_index_count(index);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = wm_str_compare(entries_of(index)[middle].id, id);
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return CHECK_NONE;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (int)(unsigned char)c;
}

static int compare_without_case(const void *a, const void *b)
{
    const check_entry *left = *(const check_entry *const *)a;
    const check_entry *right = *(const check_entry *const *)b;
    size_t shorter = left->id.len < right->id.len ? left->id.len : right->id.len;
    for (size_t i = 0; i < shorter; i++) {
        int order = lower(left->id.ptr[i]) - lower(right->id.ptr[i]);
        if (order != 0) {
            return order;
        }
    }
    return (left->id.len > right->id.len) - (left->id.len < right->id.len);
}

static wm_status report_pair(const check_entry *first, const check_entry *second, wm_kind kind,
                             const wm_finding_sink *sink)
{
    char text[256];
    bool is_same = wm_str_equal(first->id, second->id);
    (void)snprintf(text, sizeof text,
                   is_same ? "expected once, found \"%.*s\" twice"
                           : "expected ids that differ in more than case, found "
                             "\"%.*s\" too",
                   WM_STR_ARG(first->id));
    wm_finding finding = { true,
                           is_same ? "duplicate_id" : "id_case",
                           kind,
                           second->id,
                           "id",
                           text,
                           "Rename one of them: folders of some systems do not tell case." };
    return sink->put(sink->context, &finding);
}

wm_status check_index_report(const check_index *index, wm_kind kind, const wm_env *env,
                             const wm_finding_sink *sink, wm_error *err)
{
    size_t count = check_index_count(index);
    wm_status status = WM_OK;
    wm_arena arena;
    wm_arena_init(&arena, env, SIZE_MAX / 2);
    const check_entry **order = wm_arena_array(&arena, count, sizeof(const check_entry *));
    if (order == NULL) {
        status = wm_fail_memory(err);
        goto out;
    }
    for (size_t i = 0; i < count; i++) {
        order[i] = check_index_at(index, i);
    }
    if (count > 0) {
        qsort(order, count, sizeof(const check_entry *), compare_without_case);
    }
    for (size_t i = 1; i < count && status == WM_OK; i++) {
        if (compare_without_case(&order[i - 1], &order[i]) == 0) {
            status = report_pair(order[i - 1], order[i], kind, sink);
        }
    }
out:
    wm_arena_fini(&arena);
    return status;
}

/* lexicon.c: a sorted array; see lexicon.h. */
#include "lexicon.h"

#include <assert.h>
#include <stdlib.h>

wm_status lexicon_init(lexicon *lex, wm_arena *arena, size_t capacity, wm_error *err)
{
    *lex = (lexicon){ .capacity = capacity };
    lex->entries = wm_arena_array(arena, capacity, sizeof *lex->entries);
    return lex->entries != NULL ? WM_OK : wm_fail_memory(err);
}

wm_status lexicon_add(lexicon *lex, wm_arena *arena, wm_str key, uint32_t value, wm_error *err)
{
    if (key.len == 0) {
        return WM_OK;
    }
    assert(lex->count < lex->capacity);
    wm_str copy = wm_arena_copy(arena, key);
    if (copy.ptr == NULL) {
        return wm_fail_memory(err);
    }
    lex->entries[lex->count++] = (lexicon_entry){ copy, value };
    return WM_OK;
}

static int compare_entries(const void *a, const void *b)
{
    const lexicon_entry *left = a;
    const lexicon_entry *right = b;
    int order = wm_str_compare(left->key, right->key);
    return order != 0 ? order : (left->value > right->value) - (left->value < right->value);
}

void lexicon_finish(lexicon *lex)
{
    if (lex->count == 0) {
        return;
    }
    qsort(lex->entries, lex->count, sizeof *lex->entries, compare_entries);
    size_t kept = 1;
    for (size_t i = 1; i < lex->count; i++) {
        if (compare_entries(&lex->entries[kept - 1], &lex->entries[i]) != 0) {
            lex->entries[kept++] = lex->entries[i];
        }
    }
    lex->count = kept;
}

size_t lexicon_find(const lexicon *lex, wm_str key, size_t *first_out)
{
    size_t low = 0;
    size_t high = lex->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (wm_str_compare(lex->entries[middle].key, key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *first_out = low;
    size_t end = low;
    while (end < lex->count && wm_str_equal(lex->entries[end].key, key)) {
        end++;
    }
    return end - low;
}

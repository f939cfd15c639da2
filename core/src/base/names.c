/* names.c: see names.h. */
#include <stdlib.h>

#include <waymark/sys/names.h>

wm_status wm_names_add(wm_names *names, wm_str name, wm_error *err)
{
    wm_str copy = wm_arena_copy(names->arena, name);
    wm_str *items =
        wm_arena_grow(names->arena, names->items, names->count, &names->capacity, sizeof *items);
    names->items = items != NULL ? items : names->items; /* in step with the capacity */
    if (copy.ptr == NULL || items == NULL) {
        return wm_fail_memory(err);
    }
    names->items[names->count++] = copy;
    return WM_OK;
}

static int by_bytes(const void *left, const void *right)
{
    const wm_str *a = left;
    const wm_str *b = right;
    return wm_str_compare(*a, *b);
}

void wm_names_sort(wm_names *names)
{
    if (names->count > 1) {
        qsort(names->items, names->count, sizeof *names->items, by_bytes);
    }
}

bool wm_names_have(const wm_names *names, wm_str name)
{
    return names->count > 0 &&
           bsearch(&name, names->items, names->count, sizeof *names->items, by_bytes) != NULL;
}

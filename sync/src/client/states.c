/* states.c: see states.h. */
#include "client/states.h"

wm_status wm_state_list_add(void *context, const wm_state *state, wm_error *err)
{
    wm_state_list *list = context;
    wm_state *items =
        wm_arena_grow(list->arena, list->items, list->count, &list->capacity, sizeof *items);
    if (items == NULL) {
        return wm_fail_memory(err);
    }
    list->items = items;
    wm_state copy = *state;
    copy.partition = wm_arena_copy(list->arena, state->partition);
    if (copy.partition.ptr == NULL) {
        return wm_fail_memory(err);
    }
    list->items[list->count++] = copy;
    return WM_OK;
}

const wm_state *wm_state_list_find(const wm_state_list *list, wm_str partition)
{
    for (size_t i = 0; i < list->count; i++) {
        if (wm_str_equal(list->items[i].partition, partition)) {
            return &list->items[i];
        }
    }
    return NULL;
}

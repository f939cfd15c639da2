/* states.h: partitions and their states, collected. */
#ifndef WAYMARK_CLIENT_STATES_H
#define WAYMARK_CLIENT_STATES_H

#include <waymark/sys/history.h>

/* Begins as { .arena = arena }; ends with its arena. */
typedef struct wm_state_list {
    wm_arena *arena;
    wm_state *items;
    size_t count;
    size_t capacity;
} wm_state_list;

/* For a wm_state_sink: a copy at the end of the wm_state_list that is its context. */
WM_MUST_USE wm_status wm_state_list_add(void *list, const wm_state *state, wm_error *err);
/* NULL: there is none. */
const wm_state *wm_state_list_find(const wm_state_list *list, wm_str partition);

#endif

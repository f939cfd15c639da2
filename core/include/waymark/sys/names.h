/* names.h: a growing list of texts in an arena. */
#ifndef WAYMARK_SYS_NAMES_H
#define WAYMARK_SYS_NAMES_H

#include <waymark/sys/arena.h>

WM_BEGIN_DECLS

/* Begins as { .arena = arena }; ends with its arena. */
typedef struct wm_names {
    wm_arena *arena;
    wm_str *items;
    size_t count;
    size_t capacity;
} wm_names;

/* A copy of `name`, at the end. WM_NO_MEMORY: the list is as it was. */
WM_API WM_MUST_USE wm_status wm_names_add(wm_names *names, wm_str name, wm_error *err);
/* In byte order; what is there twice stays twice. */
WM_API void wm_names_sort(wm_names *names);
/* Of a sorted list. */
WM_API bool wm_names_have(const wm_names *names, wm_str name);

WM_END_DECLS

#endif

/* arena.h: many small allocations with one lifetime. */
#ifndef WAYMARK_SYS_ARENA_H
#define WAYMARK_SYS_ARENA_H

#include <waymark/sys/env.h>
#include <waymark/sys/str.h>

WM_BEGIN_DECLS

typedef struct wm_arena {
    const wm_env *env;
    struct wm_arena_block *head; /* newest first */
    size_t bytes;                /* taken from env so far */
    size_t max_bytes;
} wm_arena;

/* Allocates nothing. Borrows env. */
WM_API void wm_arena_init(wm_arena *arena, const wm_env *env, size_t max_bytes);
/* Frees everything; the arena can be used again. */
WM_API void wm_arena_fini(wm_arena *arena);
/* Forget all allocations but keep the newest block for reuse, wiped. */
WM_API void wm_arena_reset(wm_arena *arena);

/* Zeroed, aligned for any type; NULL when memory or max_bytes is out. bytes 0 gives a valid
 * pointer. */
WM_API WM_MUST_USE void *wm_arena_alloc(wm_arena *arena, size_t bytes);
/* The same with any bytes in it: for what is written whole at once. */
WM_API WM_MUST_USE void *wm_arena_take(wm_arena *arena, size_t bytes);
/* count * size, checked for overflow. */
WM_API WM_MUST_USE void *wm_arena_array(wm_arena *arena, size_t count, size_t size);
WM_API WM_MUST_USE void *wm_arena_take_array(wm_arena *arena, size_t count, size_t size);
/* Room for one more of a list: `items` itself while count < *capacity, else twice as many with the
 * first `count` copied (the old ones stay the arena's). NULL when memory or max_bytes is out: then
 * nothing has changed. */
WM_API WM_MUST_USE void *wm_arena_grow(wm_arena *arena, void *items, size_t count, size_t *capacity,
                                       size_t size);
/* A copy, NUL-terminated after its length. ptr is NULL when memory is out. */
WM_API WM_MUST_USE wm_str wm_arena_copy(wm_arena *arena, wm_str text);
/* The same failure everywhere. */
WM_API wm_status wm_fail_memory(wm_error *err);

WM_END_DECLS

#endif

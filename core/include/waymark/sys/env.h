/* env.h: what the library takes from the world, injected: memory, time, randomness.
 *
 * Every handle is opened with a `const wm_env *` that must outlive it. Tests inject one that fails
 * at the nth call. cJSON and SQLite allocate through their own process-wide hooks, which the
 * library never touches by itself (the host may use them too): a program whose process is its own
 * says so (wm_json_own_process, wm_store_own_process), and tests set those hooks themselves. */
#ifndef WAYMARK_SYS_ENV_H
#define WAYMARK_SYS_ENV_H

#include <stddef.h>
#include <stdint.h>

#include <waymark/sys/error.h>

WM_BEGIN_DECLS

typedef struct wm_env {
    /* Grow, shrink or make a block: `block` NULL makes one. NULL: no memory, the old block stands.
     */
    void *(*resize)(void *context, void *block, size_t old_bytes, size_t new_bytes);
    /* `block` may be NULL. */
    void (*release)(void *context, void *block, size_t bytes);
    /* Seconds since 1970-01-01T00:00:00Z. */
    int64_t (*now_s)(void *context);
    /* Fill `bytes` with unpredictable bytes. */
    wm_status (*random)(void *context, void *bytes, size_t length);
    void *context;
} wm_env;

/* malloc, time and the system's random source. Lives as long as the process. */
WM_API const wm_env *wm_env_system(void);

/* Zeroed memory of `bytes` (> 0), or NULL. Free with wm_env_free and the same size. */
WM_API WM_MUST_USE void *wm_env_alloc(const wm_env *env, size_t bytes);
WM_API void wm_env_free(const wm_env *env, void *block, size_t bytes);

WM_END_DECLS

#endif

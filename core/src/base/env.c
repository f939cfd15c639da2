/* env.c: the system's memory, time and randomness behind the table of env.h. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include <waymark/sys/env.h>

static void *system_resize(void *context, void *block, size_t old_bytes, size_t new_bytes)
{
    (void)context;
    (void)old_bytes;
    return realloc(block, new_bytes);
}

static void system_release(void *context, void *block, size_t bytes)
{
    (void)context;
    (void)bytes;
    free(block);
}

static int64_t system_now_s(void *context)
{
    (void)context;
    return (int64_t)time(NULL);
}

static wm_status system_random(void *context, void *bytes, size_t length)
{
    (void)context;
    if (sodium_init() < 0) {
        return WM_IO;
    }
    randombytes_buf(bytes, length);
    return WM_OK;
}

const wm_env *wm_env_system(void)
{
    static const wm_env system = {
        .resize = system_resize,
        .release = system_release,
        .now_s = system_now_s,
        .random = system_random,
        .context = NULL,
    };
    return &system;
}

void *wm_env_alloc(const wm_env *env, size_t bytes)
{
    void *block = env->resize(env->context, NULL, 0, bytes);
    if (block != NULL) {
        memset(block, 0, bytes);
    }
    return block;
}

void wm_env_free(const wm_env *env, void *block, size_t bytes)
{
    if (block != NULL) {
        env->release(env->context, block, bytes);
    }
}

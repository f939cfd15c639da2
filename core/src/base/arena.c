/* arena.c: a list of blocks, each at least twice as large as the request that asked for it.
 *
 * Invariants: head is the newest block and the only one with room; used <= clean <= size in each,
 * and what lies from used to clean is zero; `bytes` is the sum of all block sizes with their
 * headers and never exceeds max_bytes. */
#include <stdalign.h>
#include <string.h>

#include <waymark/sys/arena.h>

#define BLOCK_BYTES_MIN ((size_t)4096)
#define LIST_ITEMS_MIN ((size_t)16)
#define BLOCK_BYTES_MAX ((size_t)1024 * 1024)
#define CLEAN_STEP ((size_t)4096) /* zeroed at once: small requests come in great number */

struct wm_arena_block {
    struct wm_arena_block *older;
    size_t size; /* of data */
    size_t used;
    size_t clean;
    alignas(max_align_t) unsigned char data[];
};

static size_t round_up(size_t bytes)
{
    size_t align = alignof(max_align_t);
    return (bytes + align - 1) / align * align;
}

static struct wm_arena_block *add_block(wm_arena *arena, size_t bytes)
{
    size_t size = arena->head != NULL ? arena->head->size * 2 : BLOCK_BYTES_MIN;
    size = size > BLOCK_BYTES_MAX ? BLOCK_BYTES_MAX : size;
    size = size < bytes ? bytes : size;
    size_t room = arena->max_bytes - arena->bytes;
    size_t header = sizeof(struct wm_arena_block);
    if (room < header || room - header < bytes) {
        return NULL;
    }
    size = size > room - header ? room - header : size;
    struct wm_arena_block *block = arena->env->resize(arena->env->context, NULL, 0, header + size);
    if (block == NULL) {
        return NULL;
    }
    block->older = arena->head;
    block->size = size;
    block->used = 0;
    block->clean = 0;
    arena->head = block;
    arena->bytes += header + size;
    return block;
}

void wm_arena_init(wm_arena *arena, const wm_env *env, size_t max_bytes)
{
    *arena = (wm_arena){ .env = env, .head = NULL, .bytes = 0, .max_bytes = max_bytes };
}

static void free_from(wm_arena *arena, struct wm_arena_block *block)
{
    while (block != NULL) {
        struct wm_arena_block *older = block->older;
        size_t bytes = sizeof(struct wm_arena_block) + block->size;
        arena->bytes -= bytes;
        wm_env_free(arena->env, block, bytes);
        block = older;
    }
}

void wm_arena_fini(wm_arena *arena)
{
    if (arena->env != NULL) {
        free_from(arena, arena->head);
    }
    arena->head = NULL;
    arena->bytes = 0;
}

void wm_arena_reset(wm_arena *arena)
{
    if (arena->head != NULL) {
        free_from(arena, arena->head->older);
        arena->head->older = NULL;
        memset(arena->head->data, 0, arena->head->used);
        arena->head->used = 0;
    }
}

/* Zeroes up to `end` at least. */
static void clean_up_to(struct wm_arena_block *block, size_t end)
{
    size_t step = block->size - end < CLEAN_STEP ? block->size - end : CLEAN_STEP;
    memset(block->data + block->clean, 0, end + step - block->clean);
    block->clean = end + step;
}

/* NULL: there is no room. */
static struct wm_arena_block *block_with_room(wm_arena *arena, size_t need)
{
    struct wm_arena_block *block = arena->head;
    return block != NULL && block->size - block->used >= need ? block : add_block(arena, need);
}

void *wm_arena_alloc(wm_arena *arena, size_t bytes)
{
    size_t need = bytes <= SIZE_MAX / 2 ? round_up(bytes == 0 ? 1 : bytes) : 0;
    struct wm_arena_block *block = need > 0 ? block_with_room(arena, need) : NULL;
    if (block == NULL) {
        return NULL;
    }
    void *at = block->data + block->used;
    block->used += need;
    if (block->used > block->clean) {
        clean_up_to(block, block->used);
    }
    return at;
}

void *wm_arena_take(wm_arena *arena, size_t bytes)
{
    size_t need = bytes <= SIZE_MAX / 2 ? round_up(bytes == 0 ? 1 : bytes) : 0;
    struct wm_arena_block *block = need > 0 ? block_with_room(arena, need) : NULL;
    if (block == NULL) {
        return NULL;
    }
    void *at = block->data + block->used;
    block->used += need;
    block->clean = block->clean > block->used ? block->clean : block->used;
    return at;
}

void *wm_arena_array(wm_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / 2 / size) {
        return NULL;
    }
    return wm_arena_alloc(arena, count * size);
}

void *wm_arena_take_array(wm_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / 2 / size) {
        return NULL;
    }
    return wm_arena_take(arena, count * size);
}

void *wm_arena_grow(wm_arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return items;
    }
    size_t most = count < LIST_ITEMS_MIN / 2 ? LIST_ITEMS_MIN : 2 * count;
    void *grown = wm_arena_array(arena, most, size);
    if (grown == NULL) {
        return NULL;
    }
    if (count > 0) {
        memcpy(grown, items, count * size);
    }
    *capacity = most;
    return grown;
}

wm_str wm_arena_copy(wm_arena *arena, wm_str text)
{
    char *copy = text.len < SIZE_MAX / 2 ? wm_arena_take(arena, text.len + 1) : NULL;
    if (copy == NULL) {
        return (wm_str){ NULL, 0 };
    }
    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    copy[text.len] = '\0';
    return (wm_str){ copy, text.len };
}

wm_status wm_fail_memory(wm_error *err)
{
    return wm_fail(err, WM_NO_MEMORY, "out of memory");
}

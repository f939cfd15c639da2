/* room.c: see room.h. A block in the room is never reused: the room goes as a whole. */
#include <stdatomic.h>

#include <cjson/cJSON.h>

#include "room.h"

static _Thread_local json_room *current;
static atomic_bool is_ours;

static bool is_inside(const json_room *room, const void *block)
{
    uintptr_t at = (uintptr_t)block;
    uintptr_t start = (uintptr_t)room->bytes;
    return at >= start && at - start < JSON_ROOM_BYTES;
}

static void *allocate(size_t bytes)
{
    const wm_env *env = wm_env_system();
    json_room *room = current;
    size_t align = alignof(max_align_t);
    if (room != NULL) {
        if (bytes <= JSON_ROOM_BYTES - room->used) {
            void *block = room->bytes + room->used;
            size_t end = room->used + (bytes + align - 1) / align * align;
            room->used = end < JSON_ROOM_BYTES ? end : JSON_ROOM_BYTES;
            return block;
        }
        room->is_whole = false;
    }
    return env->resize(env->context, NULL, 0, bytes);
}

static void release(void *block)
{
    const wm_env *env = wm_env_system();
    if (block != NULL && (current == NULL || !is_inside(current, block))) {
        env->release(env->context, block, 0);
    }
}

void wm_json_own_process(void)
{
    cJSON_Hooks hooks = { allocate, release };
    cJSON_InitHooks(&hooks);
    atomic_store(&is_ours, true);
}

void json_room_enter(json_room *room)
{
    room->used = 0;
    room->is_whole = atomic_load(&is_ours);
    current = room;
}

void json_room_leave(void)
{
    current = NULL;
}

/* room.h: where cJSON builds what one parse reads: room on the stack, once the process is ours.
 *
 * cJSON asks for memory for each value and each text, and gives each back a moment later. It takes
 * its allocator from the whole process, so only wm_json_own_process puts ours there; until then
 * nothing comes into a room, and cJSON allocates as the host has it. */
#ifndef WAYMARK_JSON_ROOM_H
#define WAYMARK_JSON_ROOM_H

#include <stdalign.h>

#include <waymark/sys/json.h>

#define JSON_ROOM_BYTES ((size_t)24 * 1024) /* most records; what is more is allocated */

typedef struct json_room {
    size_t used;
    bool is_whole; /* nothing lies elsewhere that would have to be given back */
    alignas(max_align_t) unsigned char bytes[JSON_ROOM_BYTES];
} json_room;

/* Until it is left, this thread's cJSON allocates in the room. A thread is in one at most. */
void json_room_enter(json_room *room);
void json_room_leave(void);

#endif

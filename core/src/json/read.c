/* read.c: strict reader: scan.c decides, cJSON parses, and the tree is copied into the caller's
 * arena.
 *
 * The only user of cJSON, with room.c. cJSON's own allocations live within one call. Members are
 * sorted here, and two that are equal to the byte are refused (cJSON would keep both). */
#include <cjson/cJSON.h>

#include "members.h"
#include "room.h"
#include "scan.h"

#define VALUE_BYTES 8 /* of a long text, for each of its values */

static wm_status copy_value(wm_arena *arena, const cJSON *from, wm_json *to, wm_error *err);

static size_t count_children(const cJSON *from)
{
    size_t count = 0;
    for (const cJSON *child = from->child; child != NULL; child = child->next) {
        count++;
    }
    return count;
}

static wm_status copy_array(wm_arena *arena, const cJSON *from, wm_json *to, wm_error *err)
{
    size_t count = count_children(from);
    wm_json *items = wm_arena_array(arena, count, sizeof *items);
    if (items == NULL) {
        return wm_fail_memory(err);
    }
    size_t i = 0;
    for (const cJSON *child = from->child; child != NULL; child = child->next) {
        wm_status status = copy_value(arena, child, &items[i++], err);
        if (status != WM_OK) {
            return status;
        }
    }
    to->type = WM_JSON_ARRAY;
    to->count = (uint32_t)count;
    to->as.items = items;
    return WM_OK;
}

static wm_status copy_object(wm_arena *arena, const cJSON *from, wm_json *to, wm_error *err)
{
    size_t count = count_children(from);
    wm_json_member *members = wm_arena_array(arena, count, sizeof *members);
    if (members == NULL) {
        return wm_fail_memory(err);
    }
    size_t i = 0;
    for (const cJSON *child = from->child; child != NULL; child = child->next, i++) {
        members[i].name = wm_arena_copy(arena, wm_str_of(child->string));
        if (members[i].name.ptr == NULL) {
            return wm_fail_memory(err);
        }
        wm_status status = copy_value(arena, child, &members[i].value, err);
        if (status != WM_OK) {
            return status;
        }
    }
    wm_json_sort(members, count);
    for (size_t m = 1; m < count; m++) {
        if (wm_str_equal(members[m - 1].name, members[m].name)) {
            return wm_fail(err, WM_BAD_INPUT, "expected each name once, found \"%.*s\" twice",
                           WM_STR_ARG(members[m].name));
        }
    }
    to->type = WM_JSON_OBJECT;
    to->count = (uint32_t)count;
    to->as.members = members;
    return WM_OK;
}

/* The recursion is bounded by the scanner's depth limit. */
static wm_status copy_value(wm_arena *arena, const cJSON *from, wm_json *to, wm_error *err)
{
    switch (from->type & 0xff) {
    case cJSON_NULL: to->type = WM_JSON_NULL; return WM_OK;
    case cJSON_True:
    case cJSON_False:
        to->type = WM_JSON_BOOL;
        to->as.boolean = (from->type & 0xff) == cJSON_True;
        return WM_OK;
    case cJSON_Number:
        /* An integer of at most 2^53 - 1, which a double holds exactly. */
        to->type = WM_JSON_INTEGER;
        to->as.integer = (int64_t)from->valuedouble;
        return WM_OK;
    case cJSON_String:
        to->type = WM_JSON_STRING;
        to->as.string = wm_arena_copy(arena, wm_str_of(from->valuestring));
        return to->as.string.ptr == NULL ? wm_fail_memory(err) : WM_OK;
    case cJSON_Array: return copy_array(arena, from, to, err);
    case cJSON_Object: return copy_object(arena, from, to, err);
    default: return wm_fail(err, WM_INTERNAL, "JSON value of an unknown type");
    }
}

/* A value of two bytes becomes about a hundred in the tree, and texts come from people who have not
 * proved anything yet: so values are counted before the first is made. */
static size_t values_max(size_t max_bytes)
{
    return max_bytes / VALUE_BYTES > WM_JSON_NODES_MAX ? max_bytes / VALUE_BYTES
                                                       : WM_JSON_NODES_MAX;
}

static wm_status read_value(wm_arena *arena, wm_str text, wm_json *to, wm_error *err)
{
    json_room room;
    json_room_enter(&room);
    cJSON *tree = cJSON_ParseWithLength(text.ptr, text.len);
    wm_status status = tree != NULL
                           ? copy_value(arena, tree, to, err)
                           : wm_fail_memory(err); /* the text is sound: nothing else is left */
    if (!room.is_whole) {
        cJSON_Delete(tree);
    }
    json_room_leave();
    return status;
}

wm_status wm_json_parse(wm_arena *arena, wm_str text, size_t max_bytes, const wm_json **value_out,
                        wm_error *err)
{
    size_t values = 0;
    wm_status status = wm_json_scan(text, max_bytes, &values, err);
    if (status != WM_OK) {
        return status;
    }
    if (values > values_max(max_bytes)) {
        return wm_fail(err, WM_TOO_LARGE, "expected at most %zu values, found %zu",
                       values_max(max_bytes), values);
    }
    wm_json *value = wm_arena_alloc(arena, sizeof *value);
    if (value == NULL) {
        return wm_fail_memory(err);
    }
    status = read_value(arena, text, value, err);
    if (status == WM_OK) {
        *value_out = value;
    }
    return status;
}

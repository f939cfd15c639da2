/* members.h: members of an object in the order that a value has them. */
#ifndef WAYMARK_JSON_MEMBERS_H
#define WAYMARK_JSON_MEMBERS_H

#include <waymark/sys/json.h>

/* By name. Of names that are the same, any may come first. */
void wm_json_sort(wm_json_member *members, size_t count);

/* As wm_str_compare. Most names are told apart by their first byte. */
static inline int wm_json_compare_names(wm_str a, wm_str b)
{
    if (a.len > 0 && b.len > 0 && a.ptr[0] != b.ptr[0]) {
        return (unsigned char)a.ptr[0] < (unsigned char)b.ptr[0] ? -1 : 1;
    }
    return wm_str_compare(a, b);
}

#endif

/* members.h: members of an object in the order that a value has them. */
#ifndef WAYMARK_JSON_MEMBERS_H
#define WAYMARK_JSON_MEMBERS_H

#include <waymark/sys/json.h>

/* By name. Of names that are the same, any may come first. */
void wm_json_sort(wm_json_member *members, size_t count);

#endif

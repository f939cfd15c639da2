/* members.c: most objects are small, and many are in order already. */
#include "members.h"

#include <stdlib.h>

#define SMALL_COUNT ((size_t)24)

static int by_name(const void *a, const void *b)
{
    const wm_json_member *left = a;
    const wm_json_member *right = b;
    return wm_json_compare_names(left->name, right->name);
}

/* As far as the members are in order. */
static size_t run_of(const wm_json_member *members, size_t count)
{
    size_t at = 1;
    while (at < count && wm_json_compare_names(members[at - 1].name, members[at].name) <= 0) {
        at++;
    }
    return at;
}

void wm_json_sort(wm_json_member *members, size_t count)
{
    size_t at = run_of(members, count);
    if (at < count && count > SMALL_COUNT) {
        qsort(members, count, sizeof *members, by_name);
        return;
    }
    for (; at < count; at++) {
        wm_json_member member = members[at];
        size_t to = at;
        while (to > 0 && wm_json_compare_names(members[to - 1].name, member.name) > 0) {
            members[to] = members[to - 1];
            to--;
        }
        members[to] = member;
    }
}

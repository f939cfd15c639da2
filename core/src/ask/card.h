/* card.h: one service in an answer, as JSON. */
#ifndef WAYMARK_ASK_CARD_H
#define WAYMARK_ASK_CARD_H

#include "ask/weigh.h"

typedef struct wm_card_place {
    const char *above_next_because; /* NULL: the last of its section */
    bool explain;                   /* put the explanation tree, too */
    wm_option *const *successors;   /* of a closed service that is asked for by name */
    size_t successor_count;
} wm_card_place;

/* Writes the members of one card into the open object; `option` was weighed for this query. Scratch
 * memory is the arena's. */
WM_MUST_USE wm_status wm_card_write(const wm_weighing *weighing, const wm_option *option,
                                    const wm_card_place *place, wm_arena *arena, wm_json_out *out,
                                    wm_error *err);

#endif

/* check_successors.h: what came after what, and whether that ever ends. */
#ifndef WAYMARK_RULES_CHECK_SUCCESSORS_H
#define WAYMARK_RULES_CHECK_SUCCESSORS_H

#include "check_index.h"

typedef struct check_link {
    size_t from; /* in the index of services */
    size_t to;
} check_link;

/* Reports circles (each once, at its smallest id, by name) and chains of more than
 * WM_SUCCESSORS_MAX. links: check_link, in any order; is sorted here. */
WM_MUST_USE wm_status check_successors(const check_index *services, wm_buf *links,
                                       const wm_env *env, const wm_finding_sink *sink,
                                       wm_error *err);

#endif

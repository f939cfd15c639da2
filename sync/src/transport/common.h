/* common.h: what all transports share. */
#ifndef WAYMARK_TRANSPORT_COMMON_H
#define WAYMARK_TRANSPORT_COMMON_H

#include <waymark/sys/arena.h>
#include <waymark/sys/transport.h>

/* Initialises every result; those with a path that no feed has are done with it. */
WM_MUST_USE wm_status transport_begin(const wm_env *env, const wm_want *wants, wm_fetched *results,
                                      size_t count, wm_error *err);
/* Sets and returns the result's status. */
wm_status transport_too_large(const wm_want *want, wm_fetched *result);

#endif

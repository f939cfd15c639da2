/* introduce.h: the hand-over to one service, from a request. */
#ifndef WAYMARK_ASK_INTRODUCE_H
#define WAYMARK_ASK_INTRODUCE_H

#include "ask/asker.h"

/* Put the hand-over (core/README.md, "Hand-over") at the end of `out`: where it comes from, the
 * card, and the members of handover.h. Nothing of it is kept. On failure `out` may hold part of it:
 * the caller discards it and writes wm_find_error. WM_NOT_FOUND: no such service (sets a text);
 * WM_BAD_INPUT, WM_TOO_LARGE: the request. */
WM_MUST_USE wm_status wm_introduce(wm_asker *asker, wm_str service, wm_str request,
                                   const wm_date *default_as_of, wm_buf *out, wm_error *err);

#endif

/* suggest.h: what somebody may mean while they are still typing. */
#ifndef WAYMARK_ASK_SUGGEST_H
#define WAYMARK_ASK_SUGGEST_H

#include "ask/asker.h"

#define WM_SUGGEST_LIMIT_DEFAULT 8
#define WM_SUGGEST_LIMIT_MAX 20

/* Put the suggestions for a request of wm_directory_suggest at the end of `out`. Reads one
 * committed state, keeps nothing. today NULL: the status of services is that of their records.
 * WM_BAD_INPUT, WM_TOO_LARGE: names the field. On failure `out` may hold part of it. */
WM_MUST_USE wm_status wm_suggest(wm_asker *asker, wm_str request, const wm_date *today, wm_buf *out,
                                 wm_error *err);

#endif

/* read_ahead.h: services of a stream, read by another thread while this one writes them.
 *
 * What comes, and in which order, is the same as with one thread. */
#ifndef WAYMARK_CLI_READ_AHEAD_H
#define WAYMARK_CLI_READ_AHEAD_H

#include <waymark/sys/interchange.h>

typedef struct wm_read_ahead wm_read_ahead;

/* `in_thread`: the stream never waits for somebody, and `env` may be used by several threads. If no
 * thread can be had, all is done by the caller's. Until it is closed nobody else uses `elements`.
 */
WM_MUST_USE wm_status wm_read_ahead_open(const wm_env *env, wm_elements *elements,
                                         const wm_import *import, bool in_thread,
                                         wm_read_ahead **ahead_out, wm_error *err);
/* The next service, which is the caller's until the next call; *at_out: bytes of the stream taken
 * by then. WM_END after the last; others as wm_elements_next. */
WM_MUST_USE wm_status wm_read_ahead_next(wm_read_ahead *ahead, wm_import_draft **draft_out,
                                         int64_t *at_out, wm_error *err);
/* Before the import is freed. NULL is allowed. */
void wm_read_ahead_close(wm_read_ahead *ahead);

#endif

/* watch.h: long work tells how far it is, and may be told to stop. */
#ifndef WAYMARK_SYS_WATCH_H
#define WAYMARK_SYS_WATCH_H

#include <waymark/sys/error.h>

#include <stdint.h>

WM_BEGIN_DECLS

/* Called now and then by the thread that began the work: `done` of `total` (0: not known). Another
 * status than WM_OK, with its text in `err`, stops the work, which then returns it and leaves
 * everything as it was. A part of the work that begins anew starts again from less. */
typedef struct wm_watch {
    wm_status (*tick)(void *context, uint64_t done, uint64_t total, wm_error *err);
    void *context;
} wm_watch;

WM_END_DECLS

#endif

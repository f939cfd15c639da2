/* helper.h: somebody who does a part of long work beside the caller, if there is somebody.
 *
 * The library has no threads of its own: who calls it may have one to spare. What is given away
 * touches neither the store nor anything else that the caller uses until it is done. */
#ifndef WAYMARK_SYS_HELPER_H
#define WAYMARK_SYS_HELPER_H

#include <waymark/sys/compiler.h>

WM_BEGIN_DECLS

/* start: begin with work(argument), and come back at once; one piece at a time.
 * wait: until it is done; everything that it wrote is then to be seen. Nothing was started: at
 * once. The environment (env.h) must bear both threads. */
typedef struct wm_helper {
    void (*start)(void *context, void (*work)(void *argument), void *argument);
    void (*wait)(void *context);
    void *context;
} wm_helper;

WM_END_DECLS

#endif

/* files.h: the few things that publishing asks of a file system, as a table, so that a test can
 * fail each of them. Paths are as the system takes them; folders are made where they are missing.
 */
#ifndef WAYMARK_SYS_FILES_H
#define WAYMARK_SYS_FILES_H

#include <waymark/sys/buf.h>

WM_BEGIN_DECLS

typedef struct wm_files {
    /* Put the whole file at the end of `bytes_out`. WM_NOT_FOUND: no such file (no text).
     * WM_TOO_LARGE: more than the buffer may hold. WM_IO. */
    wm_status (*read)(void *context, const char *path, wm_buf *bytes_out, wm_error *err);
    /* Make or replace a file, whole or not at all, and on disk when this returns. WM_IO, WM_FULL.
     */
    wm_status (*write)(void *context, const char *path, wm_str bytes, wm_error *err);
    /* Make a file that only its owner can read, whole or not at all, and on disk when this returns.
     * WM_REFUSED: there is one of that name. */
    wm_status (*create_secret)(void *context, const char *path, wm_str bytes, wm_error *err);
    void *context;
    /* Delete a file, for good when this returns. One that is not there is gone already: WM_OK. */
    wm_status (*remove)(void *context, const char *path, wm_error *err);
} wm_files;

/* The real ones. Lives as long as the process. */
WM_API const wm_files *wm_files_system(void);

WM_END_DECLS

#endif

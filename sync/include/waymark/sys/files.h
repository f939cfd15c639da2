/* files.h: the few things that publishing asks of a file system, as a table, so that a test can
 * fail each of them. Paths are as the system takes them; folders are made where they are missing.
 */
#ifndef WAYMARK_SYS_FILES_H
#define WAYMARK_SYS_FILES_H

#include <waymark/sys/buf.h>

WM_BEGIN_DECLS

/* What stands in a folder; the name is borrowed for the call. */
typedef struct wm_file_sink {
    wm_status (*put)(void *context, const char *name, bool is_folder, wm_error *err);
    void *context;
} wm_file_sink;

/* Those with "may be NULL" are for many files at once; without them, write and remove stand in. */
typedef struct wm_files {
    /* Put the whole file at the end of `bytes_out`. WM_NOT_FOUND: no such file (no text).
     * WM_TOO_LARGE: more than the buffer may hold. WM_IO. */
    wm_status (*read)(void *context, const char *path, wm_buf *bytes_out, wm_error *err);
    /* Make or replace a file, whole or not at all, and on disk when this returns. WM_IO, WM_FULL.
     */
    wm_status (*write)(void *context, const char *path, wm_str bytes, wm_error *err);
    /* Make a file that only its owner can read, whole or not at all, and on disk when this returns;
     * folders that are missing are made as by make_private. WM_REFUSED: there is one of that name.
     */
    wm_status (*create_secret)(void *context, const char *path, wm_str bytes, wm_error *err);
    void *context;
    /* Make a folder that only its owner can enter, and so those above it, if they are missing; one
     * that is there stays as open as it is. May be NULL: write makes them. */
    wm_status (*make_private)(void *context, const char *folder, wm_error *err);
    /* Delete a file, for good when this returns. One that is not there is gone already: WM_OK. */
    wm_status (*remove)(void *context, const char *path, wm_error *err);
    /* Give a file another's name, in the same folder: what is in it is on disk before it has the
     * name, and the name is when this returns. */
    wm_status (*move)(void *context, const char *from, const char *to, wm_error *err);
    /* Make or replace a file, whole or not at all, but on disk only after `sync`: it is made as
     * `fresh`, in the same file system, and then given its name. May be NULL. */
    wm_status (*put)(void *context, const char *fresh, const char *path, wm_str bytes,
                     wm_error *err);
    /* Delete a file, for good only after `sync`; one that is not there is gone already. May be
     * NULL. */
    wm_status (*drop)(void *context, const char *path, wm_error *err);
    /* All that was put or dropped under these names in `folder` is on disk when this returns, and
     * the folders made for it. Names in sorted order cost least. May be NULL. */
    wm_status (*sync)(void *context, const char *folder, const wm_str *names, size_t count,
                      wm_error *err);
    /* Everything in a folder but "." and "..", in any order; links are neither files nor folders
     * and are left out. WM_NOT_FOUND: no such folder (no text). May be NULL: nothing is found. */
    wm_status (*list)(void *context, const char *folder, const wm_file_sink *sink, wm_error *err);
    /* Keep others out who lock the same folder, until `unlock` or the end of the process; nobody
     * waits. *handle_out is -1 where nothing can be locked: there is no such folder yet, or its
     * file system has no locks. WM_BUSY: another has it. May be NULL: nothing is locked. */
    wm_status (*lock)(void *context, const char *folder, int *handle_out, wm_error *err);
    void (*unlock)(void *context, int handle);
    /* Make a folder, and those above it, where they are missing. May be NULL. */
    wm_status (*make_folder)(void *context, const char *folder, wm_error *err);
} wm_files;

/* The same, and nothing for a table without locks. */
WM_API WM_MUST_USE wm_status wm_files_lock(const wm_files *files, const char *folder,
                                           int *handle_out, wm_error *err);
/* For whoever is about to write there: makes the folder if it is missing, so that there is
 * something to lock. */
WM_API WM_MUST_USE wm_status wm_files_lock_new(const wm_files *files, const char *folder,
                                               int *handle_out, wm_error *err);
WM_API void wm_files_unlock(const wm_files *files, int handle);

/* The real ones. Lives as long as the process. */
WM_API const wm_files *wm_files_system(void);

WM_END_DECLS

#endif

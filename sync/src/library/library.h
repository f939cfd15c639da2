/* library.h: functions of shared libraries that are opened when they are first needed.
 *
 * HTTP and the keys of other people's repositories bring some thirty libraries with them, and to
 * load those takes longer than to answer a question. So a program that only answers never does. */
#ifndef WAYMARK_LIBRARY_LIBRARY_H
#define WAYMARK_LIBRARY_LIBRARY_H

#include <stddef.h>

#include <waymark/sys/error.h>

typedef struct wm_library_function {
    const char *name;
    size_t offset; /* of the pointer to it in the table */
} wm_library_function;

/* Fills a table of pointers to functions. The library stays open until the process ends.
 * WM_UNSUPPORTED: it is not installed, or lacks a function; the text says which. */
WM_MUST_USE wm_status wm_library_load(const char *library, const wm_library_function *functions,
                                      size_t count, void *table, wm_error *err);

#endif

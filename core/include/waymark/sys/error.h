/* error.h: status numbers and the caller's error struct.
 *
 * A fallible function returns a wm_status and takes a `wm_error *err` last. The text is set once,
 * where the failure happens, by wm_fail; callers may put context in front with wm_error_context and
 * never erase it. Expected outcomes (WM_NOT_FOUND, WM_END, WM_UNCHANGED) set no text.
 * `err` may be NULL where the caller does not want the text. */
#ifndef WAYMARK_SYS_ERROR_H
#define WAYMARK_SYS_ERROR_H

#include <waymark/sys/compiler.h>

WM_BEGIN_DECLS

/* Pinned: numbers are never reused or changed, the list only grows. */
typedef enum wm_status {
    WM_OK = 0,
    WM_END = 1,          /* iteration is over; expected, no text */
    WM_NOT_FOUND = 2,    /* no such record, key or file; expected, no text unless said */
    WM_UNCHANGED = 3,    /* nothing new; expected, no text */
    WM_BAD_ARGUMENT = 4, /* the caller broke the contract of the function */
    WM_BAD_INPUT = 5,    /* bytes from outside are not what their format says */
    WM_BAD_RECORD = 6,   /* a record breaks a rule of the model */
    WM_TOO_LARGE = 7,    /* a limit of limits.h was reached */
    WM_NO_MEMORY = 8,    /* the allocator said no */
    WM_IO = 9,           /* reading or writing a file failed */
    WM_FULL = 10,        /* no space left */
    WM_BUSY = 11,        /* another process holds the lock */
    WM_CORRUPT = 12,     /* our own stored bytes are damaged */
    WM_NEWER = 13,       /* made by a newer version than this one */
    WM_NOT_TRUSTED = 14, /* a signature, threshold, digest or version check failed */
    WM_EXPIRED = 15,     /* signed metadata is past its expiry */
    WM_NETWORK = 16,     /* the transport failed */
    WM_CONFLICT = 17,    /* the base state is not the expected one */
    WM_NO_RELEASE = 18,  /* the directory has no release yet */
    WM_UNSUPPORTED = 19, /* well formed, but not something this build can do */
    WM_REFUSED = 20,     /* done right, it would do harm; needs an explicit yes */
    WM_INTERNAL = 21     /* our own mistake */
} wm_status;

#define WM_ERROR_TEXT_MAX 512

typedef struct wm_error {
    wm_status status;
    char text[WM_ERROR_TEXT_MAX]; /* UTF-8, NUL-terminated, one line, cut at a character */
} wm_error;

/* Make `err` say "no error". NULL is allowed. */
WM_API void wm_error_clear(wm_error *err);

/* Set status and text, and return status, so that `return wm_fail(err, ...)` reads well. */
WM_API wm_status wm_fail(wm_error *err, wm_status status, const char *format, ...) WM_PRINTF(3, 4);

/* Put context in front of a text that is there: "context: text". Does nothing when there is none.
 */
WM_API void wm_error_context(wm_error *err, const char *format, ...) WM_PRINTF(2, 3);

/* A short English name of a status ("bad input"); never NULL. */
WM_API const char *wm_status_text(wm_status status);

WM_END_DECLS

#endif

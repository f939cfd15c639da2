/* buf.h: a growable byte buffer with a cap and a sticky failure.
 *
 * Writers put and put; the first failure (no memory, over the cap) sticks, later puts do nothing,
 * and wm_buf_status reports it once at the end. */
#ifndef WAYMARK_SYS_BUF_H
#define WAYMARK_SYS_BUF_H

#include <waymark/sys/env.h>
#include <waymark/sys/str.h>

WM_BEGIN_DECLS

typedef struct wm_buf {
    const wm_env *env;
    char *data; /* data[len] is NUL whenever data is not NULL */
    size_t len;
    size_t capacity;
    size_t max_bytes;
    wm_status status; /* WM_OK, WM_NO_MEMORY or WM_TOO_LARGE */
} wm_buf;

WM_API void wm_buf_init(wm_buf *buf, const wm_env *env, size_t max_bytes);
WM_API void wm_buf_fini(wm_buf *buf);
/* Empty it and forget a failure; the memory stays. */
WM_API void wm_buf_reset(wm_buf *buf);

WM_API void wm_buf_put(wm_buf *buf, const void *bytes, size_t length);
WM_API void wm_buf_put_str(wm_buf *buf, wm_str text);
WM_API void wm_buf_put_text(wm_buf *buf, const char *text);
WM_API void wm_buf_put_char(wm_buf *buf, char c);
/* In decimal. */
WM_API void wm_buf_put_integer(wm_buf *buf, int64_t value);
WM_API void wm_buf_printf(wm_buf *buf, const char *format, ...) WM_PRINTF(2, 3);
/* Room for `length` more bytes at data + len, for a reader to fill; then wm_buf_grown. NULL:
 * failed. */
WM_API WM_MUST_USE void *wm_buf_reserve(wm_buf *buf, size_t length);
WM_API void wm_buf_grown(wm_buf *buf, size_t length);

WM_API wm_str wm_buf_str(const wm_buf *buf);
/* WM_OK, or the sticky failure with its text set. */
WM_API WM_MUST_USE wm_status wm_buf_status(const wm_buf *buf, wm_error *err);

WM_END_DECLS

#endif

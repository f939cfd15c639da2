/* str.h: borrowed UTF-8 text with a length. Strings going in are borrowed for the call. */
#ifndef WAYMARK_SYS_STR_H
#define WAYMARK_SYS_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <waymark/sys/compiler.h>

WM_BEGIN_DECLS

typedef struct wm_str {
    const char *ptr; /* not NUL-terminated unless said; NULL only when len is 0 */
    size_t len;      /* bytes */
} wm_str;

/* A string literal as wm_str. */
#define WM_STR(literal) ((wm_str){ "" literal, sizeof(literal) - 1 })
/* The same as an initializer of static data. */
#define WM_STR_INIT(literal)                                                                       \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }
/* For printf: "%.*s", WM_STR_ARG(s). At most 200 bytes are shown. */
#define WM_STR_ARG(s) (int)((s).len > 200 ? 200 : (s).len), ((s).ptr ? (s).ptr : "")

static inline wm_str wm_str_of(const char *text)
{
    wm_str s = { text, text ? strlen(text) : 0 };
    return s;
}

/* Byte order, which for UTF-8 is code point order. <0, 0, >0. */
WM_API int wm_str_compare(wm_str a, wm_str b);
WM_API bool wm_str_equal(wm_str a, wm_str b);
WM_API bool wm_str_is(wm_str a, const char *text);
WM_API bool wm_str_starts(wm_str a, wm_str prefix);
/* Without the spaces and control characters of ASCII at both ends. */
WM_API wm_str wm_str_trim(wm_str text);

/* True if the bytes are well-formed UTF-8 (no surrogates, nothing over-long, at most U+10FFFF).
 * bad_at_out (may be NULL): offset of the first bad byte. NUL bytes are allowed here. */
WM_API bool wm_utf8_valid(wm_str text, size_t *bad_at_out);

/* The code point that begins at *at (< text.len), which moves past it. A byte that begins no
 * well-formed character is U+FFFD, and *at moves by one. */
WM_API uint32_t wm_utf8_next(wm_str text, size_t *at);

/* Length of the longest prefix of `text` of at most `max_bytes` that does not cut a character. */
WM_API size_t wm_utf8_cut(wm_str text, size_t max_bytes);

WM_END_DECLS

#endif

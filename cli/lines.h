/* lines.h: a stream of lines with a cap, for queries and eval: one line is in memory at a time. */
#ifndef WAYMARK_CLI_LINES_H
#define WAYMARK_CLI_LINES_H

#include <stdio.h>

#include <waymark/sys/buf.h>

typedef struct wm_lines {
    FILE *file;
    wm_buf line; /* the current one, without its line feed */
    size_t max_bytes;
    size_t number; /* of the current line, from 1 */
} wm_lines;

/* "-" is standard input. WM_BAD_INPUT: cannot be read. Close with wm_lines_close, also after a
 * failure. */
WM_MUST_USE wm_status wm_lines_open(wm_lines *lines, const wm_env *env, const char *path,
                                    size_t max_bytes, wm_error *err);
/* WM_END after the last. WM_TOO_LARGE: the line is longer than max_bytes; it was passed over, and
 * the next call goes on. */
WM_MUST_USE wm_status wm_lines_next(wm_lines *lines, wm_error *err);
void wm_lines_close(wm_lines *lines);

#endif

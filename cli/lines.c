/* lines.c: see lines.h. */
#include <errno.h>
#include <string.h>

#include "lines.h"

wm_status wm_lines_open(wm_lines *lines, const wm_env *env, const char *path, size_t max_bytes,
                        wm_error *err)
{
    *lines = (wm_lines){ .max_bytes = max_bytes };
    wm_buf_init(&lines->line, env, max_bytes);
    lines->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (lines->file == NULL) {
        return wm_fail(err, WM_BAD_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    }
    return WM_OK;
}

wm_status wm_lines_next(wm_lines *lines, wm_error *err)
{
    wm_buf_reset(&lines->line);
    int c = getc(lines->file);
    if (c == EOF) {
        return ferror(lines->file)
                   ? wm_fail(err, WM_BAD_INPUT, "reading failed: %s", strerror(errno))
                   : WM_END;
    }
    lines->number++;
    for (; c != EOF && c != '\n'; c = getc(lines->file)) {
        wm_buf_put_char(&lines->line, (char)c);
    }
    if (lines->line.status == WM_TOO_LARGE) {
        return wm_fail(err, WM_TOO_LARGE, "expected at most %zu bytes in a line, found more",
                       lines->max_bytes);
    }
    return wm_buf_status(&lines->line, err);
}

void wm_lines_close(wm_lines *lines)
{
    if (lines->file != NULL && lines->file != stdin) {
        (void)fclose(lines->file);
    }
    lines->file = NULL;
    wm_buf_fini(&lines->line);
}

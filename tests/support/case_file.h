/* case_file.h: files of cases that people write: blocks of "key: value" lines, parted by empty
 * lines.
 *
 * A line that begins with # is a comment; one that begins with a space goes on with the value
 * before it. */
#ifndef WAYMARK_TEST_CASE_FILE_H
#define WAYMARK_TEST_CASE_FILE_H

#include "testing.h"

#define WM_CASE_LINES_MAX 64

typedef struct wm_case_line {
    char *key;
    char *value;
    int number; /* in the file, from 1 */
} wm_case_line;

typedef struct wm_case {
    const char *file; /* its name */
    wm_case_line lines[WM_CASE_LINES_MAX];
    size_t count;
    int number;    /* of its first line */
    wm_str broken; /* a line that is no "key: value", or "" */
} wm_case;

typedef struct wm_case_file {
    const char *name;
    char *text;
    char *rest;
    int number;
} wm_case_file;

/* Names of the .cases files of a folder, sorted, in `arena`. */
const char **wm_case_files(wm_arena *arena, const char *folder, size_t *count_out);

void wm_case_file_open(wm_case_file *file, const char *folder, const char *name);
void wm_case_file_close(wm_case_file *file);
/* The next block, which lives as long as the file is open; false at the end. */
bool wm_case_next(wm_case_file *file, wm_case *case_out);

/* The first value of a key, or NULL. */
const char *wm_case_value(const wm_case *c, const char *key);

#endif

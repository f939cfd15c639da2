/* progress.h: what long work shows on a terminal, and how it is stopped.
 *
 *   123456 records, 4321 a second, 12 s left
 *
 * on standard error, and only where that is a terminal. SIGINT, SIGTERM and SIGHUP wait while the
 * work runs; when one has come, the next tick fails and says what is left of the work. Whoever
 * holds the signals lets them go when that has been told, and the program ends by the signal. */
#ifndef WAYMARK_CLI_PROGRESS_H
#define WAYMARK_CLI_PROGRESS_H

#include <waymark/sys/watch.h>

#include "catch_up.h"

typedef struct wm_cli_progress {
    wm_watch watch; /* its counts are those of `what` */
    wm_cli *cli;
    const char *what; /* "records" */
    const char *left; /* "nothing was changed" */
    bool terminal;
    bool shown; /* a line stands there */
    uint64_t last;
    uint64_t begin_done;
    int64_t begin_ms;
    int64_t shown_ms;
} wm_cli_progress;

/* Not to be moved until wm_cli_progress_end. */
void wm_cli_progress_begin(wm_cli_progress *progress, wm_cli *cli, const char *what,
                           const char *left);
/* `counted` of what is told, and how much of the work that is: `done` of `total` (0: not known). */
WM_MUST_USE wm_status wm_cli_progress_tick(wm_cli_progress *progress, uint64_t counted,
                                           uint64_t done, uint64_t total, wm_error *err);
/* The next bytes of a file, which may be a pipe that nothing comes from: a signal ends the wait.
 * *length_out 0: the end. WM_BAD_INPUT: it cannot be read. */
WM_MUST_USE wm_status wm_cli_progress_read(const wm_cli_progress *progress, FILE *file,
                                           void *buffer, size_t capacity, size_t *length_out,
                                           wm_error *err);
/* Takes the line away. */
void wm_cli_progress_end(wm_cli_progress *progress);

#endif

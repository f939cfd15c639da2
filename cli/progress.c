/* progress.c: see progress.h. */
#include "progress.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_MS 200
#define QUIET_MS 400 /* what is done sooner is not worth a line */
#define LINE_COLUMNS 78
#define MINUTES_FROM_S 120

static int64_t clock_ms(void)
{
    struct timespec now = { 0, 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static wm_status on_tick(void *context, uint64_t done, uint64_t total, wm_error *err)
{
    return wm_cli_progress_tick(context, done, done, total, err);
}

void wm_cli_progress_begin(wm_cli_progress *progress, wm_cli *cli, const char *what,
                           const char *left)
{
    int64_t now = clock_ms();
    *progress = (wm_cli_progress){ .watch = { on_tick, progress },
                                   .cli = cli,
                                   .what = what,
                                   .left = left,
                                   .terminal = isatty(fileno(cli->err)) == 1,
                                   .begin_ms = now,
                                   .shown_ms = now + QUIET_MS - PROGRESS_MS };
}

static void show(wm_cli_progress *p, uint64_t counted, uint64_t done, uint64_t total)
{
    char line[LINE_COLUMNS + 1];
    char left[48] = "";
    double took_s = (double)(p->shown_ms - p->begin_ms) / 1e3;
    double since = (double)(done - p->begin_done);
    if (total > done && since > 0 && took_s > 0) {
        double left_s = (double)(total - done) * took_s / since;
        (void)snprintf(left, sizeof left,
                       left_s < MINUTES_FROM_S ? ", %.0f s left" : ", %.0f min left",
                       left_s < MINUTES_FROM_S ? left_s : left_s / 60);
    }
    (void)snprintf(line, sizeof line, "%llu %s, %.0f a second%s", (unsigned long long)counted,
                   p->what, took_s > 0 ? (double)counted / took_s : 0, left);
    (void)fprintf(p->cli->err, "\r%-*s", LINE_COLUMNS, line);
    (void)fflush(p->cli->err);
    p->shown = true;
}

static wm_status stop(const wm_cli_progress *p, wm_error *err)
{
    return wm_fail(err, WM_IO, "stopped; %s", p->left);
}

wm_status wm_cli_progress_tick(wm_cli_progress *progress, uint64_t counted, uint64_t done,
                               uint64_t total, wm_error *err)
{
    wm_cli_progress *p = progress;
    int64_t now = clock_ms();
    if (done < p->last) { /* another part begins */
        p->begin_ms = now;
        p->begin_done = done;
    }
    p->last = done;
    if (wm_interrupts_pending()) {
        return stop(p, err);
    }
    if (p->terminal && now - p->shown_ms >= PROGRESS_MS) {
        p->shown_ms = now;
        show(p, counted, done, total);
    }
    return WM_OK;
}

/* What comes from a pipe, or a terminal. */
static wm_status read_waiting(const wm_cli_progress *p, int file, void *buffer, size_t capacity,
                              ssize_t *length_out, wm_error *err)
{
    struct pollfd input = { .fd = file, .events = POLLIN };
    *length_out = -1;
    while (*length_out < 0) {
        int ready = poll(&input, 1, PROGRESS_MS);
        if (wm_interrupts_pending()) {
            return stop(p, err);
        }
        if (ready != 0) {
            *length_out = read(file, buffer, capacity);
        }
        if (ready != 0 && *length_out < 0 && errno != EINTR && errno != EAGAIN) {
            return wm_fail(err, WM_BAD_INPUT, "reading failed: %s", strerror(errno));
        }
    }
    return WM_OK;
}

wm_status wm_cli_progress_read(const wm_cli_progress *progress, FILE *file, void *buffer,
                               size_t capacity, size_t *length_out, wm_error *err)
{
    struct stat info;
    if (fstat(fileno(file), &info) == 0 && S_ISREG(info.st_mode)) {
        *length_out = fread(buffer, 1, capacity, file);
        return ferror(file) ? wm_fail(err, WM_BAD_INPUT, "reading failed: %s", strerror(errno))
                            : WM_OK;
    }
    ssize_t length = 0;
    wm_status status = read_waiting(progress, fileno(file), buffer, capacity, &length, err);
    *length_out = status == WM_OK ? (size_t)length : 0;
    return status;
}

void wm_cli_progress_end(wm_cli_progress *progress)
{
    if (progress->shown) {
        (void)fprintf(progress->cli->err, "\r%-*s\r", LINE_COLUMNS, "");
        (void)fflush(progress->cli->err);
        progress->shown = false;
    }
}

/* catch_up.c: see catch_up.h. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "catch_up.h"

#define TRIES_MAX 1000
#define TIME_S_MAX 1000000
#define LINE_COLUMNS 78
#define QUIET_MS 400 /* what is done sooner is not worth a line */
#define SLICE_MS ((uint64_t)200)

bool wm_cli_feed_options(wm_cli *cli, const wm_cli_args *args, wm_cli_feed *feed_out)
{
    int64_t tries = 0;
    int64_t seconds = 0;
    if (!wm_cli_number(cli, args, "--tries", 1, TRIES_MAX, &tries) ||
        !wm_cli_number(cli, args, "--max-time", 1, TIME_S_MAX, &seconds)) {
        return false;
    }
    *feed_out = (wm_cli_feed){ .http = wm_cli_http_options(args),
                               .patience = { (unsigned)tries, (unsigned)seconds } };
    return true;
}

/* ---- signals ---- */

static void interrupting(sigset_t *signals)
{
    (void)sigemptyset(signals);
    (void)sigaddset(signals, SIGINT);
    (void)sigaddset(signals, SIGTERM);
    (void)sigaddset(signals, SIGHUP);
}

void wm_interrupts_hold(wm_interrupts *interrupts)
{
    sigset_t signals;
    interrupting(&signals);
    (void)sigprocmask(SIG_BLOCK, &signals, &interrupts->before);
}

void wm_interrupts_release(const wm_interrupts *interrupts)
{
    (void)sigprocmask(SIG_SETMASK, &interrupts->before, NULL);
}

bool wm_interrupts_pending(void)
{
    sigset_t signals;
    return sigpending(&signals) == 0 &&
           (sigismember(&signals, SIGINT) == 1 || sigismember(&signals, SIGTERM) == 1 ||
            sigismember(&signals, SIGHUP) == 1);
}

/* ---- progress ---- */

static int64_t clock_ms(void)
{
    struct timespec now = { 0, 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void wm_cli_put_bytes(wm_buf *line, uint64_t bytes)
{
    if (bytes < 1000) {
        wm_buf_printf(line, "%llu bytes", (unsigned long long)bytes);
    } else if (bytes < 1000000) {
        wm_buf_printf(line, "%.1f kB", (double)bytes / 1e3);
    } else {
        wm_buf_printf(line, "%.1f MB", (double)bytes / 1e6);
    }
}

void wm_cli_put_time(wm_buf *line, uint64_t seconds)
{
    if (seconds < 120) {
        wm_buf_printf(line, "%llu s", (unsigned long long)seconds);
    } else {
        wm_buf_printf(line, "%llu min", (unsigned long long)(seconds / 60));
    }
}

static void put_packs(const wm_cli_meter *m, const wm_sync_progress *progress, wm_buf *line)
{
    wm_buf_printf(line, "%u of %u files, ", progress->files_done, progress->files_total);
    wm_cli_put_bytes(line, progress->packs_done);
    wm_buf_put_text(line, " of ");
    wm_cli_put_bytes(line, progress->packs_total);
    uint64_t came = progress->packs_done - m->packs_at_begin;
    int64_t took_ms = clock_ms() - m->packs_ms;
    if (progress->packs_done < m->packs_at_begin || came == 0 || took_ms < QUIET_MS) {
        return;
    }
    uint64_t rate = came * 1000 / (uint64_t)took_ms;
    wm_buf_put_text(line, ", ");
    wm_cli_put_bytes(line, rate);
    wm_buf_put_text(line, "/s");
    if (rate > 0 && progress->packs_total > progress->packs_done) {
        wm_buf_put_text(line, ", ");
        wm_cli_put_time(line, (progress->packs_total - progress->packs_done) / rate);
        wm_buf_put_text(line, " left");
    }
}

static void put_line(const wm_cli_meter *m, const wm_sync_progress *progress, wm_buf *line)
{
    if (progress->pause_ms > 0) {
        wm_buf_printf(line, "again in %.1f s: %s", (double)progress->pause_ms / 1e3,
                      progress->reason);
    } else if (progress->state == WM_CLIENT_PACKS) {
        put_packs(m, progress, line);
    } else {
        wm_buf_printf(line, "%s, ", wm_client_state_name(progress->state));
        wm_cli_put_bytes(line, progress->bytes_done);
    }
}

/* Over the line that stands there. */
static void show(wm_cli_meter *m, wm_str line)
{
    size_t length = line.len < LINE_COLUMNS ? line.len : LINE_COLUMNS;
    (void)fprintf(m->cli->err, "\r%-*.*s", LINE_COLUMNS, (int)length,
                  line.ptr != NULL ? line.ptr : "");
    if (line.len == 0) {
        (void)fputc('\r', m->cli->err);
    }
    (void)fflush(m->cli->err);
    m->shown = line.len > 0;
}

/* False: that is too late. */
static bool is_in_time(wm_cli_meter *m, int64_t when_ms)
{
    m->time_is_up = m->time_is_up || (m->end_ms > 0 && when_ms >= m->end_ms);
    return !m->time_is_up;
}

bool wm_cli_meter_is_due(const wm_cli_meter *meter)
{
    return meter->terminal && (meter->shown || clock_ms() - meter->begin_ms >= QUIET_MS);
}

void wm_cli_meter_show(wm_cli_meter *meter, wm_str line)
{
    show(meter, line);
}

bool wm_cli_meter_goes_on(wm_cli_meter *meter)
{
    return !wm_interrupts_pending() && is_in_time(meter, clock_ms());
}

static bool on_progress(void *context, const wm_sync_progress *progress)
{
    wm_cli_meter *m = context;
    int64_t now_ms = clock_ms();
    if (progress->state == WM_CLIENT_PACKS && m->packs_ms == 0) {
        m->packs_ms = now_ms;
        m->packs_at_begin = progress->packs_done;
    }
    bool final = progress->state == WM_CLIENT_DONE || progress->state == WM_CLIENT_FAILED;
    if (!final && wm_cli_meter_is_due(m)) {
        wm_buf line;
        wm_buf_init(&line, m->cli->env, WM_KIB);
        put_line(m, progress, &line);
        wm_cli_meter_show(m, wm_buf_str(&line));
        wm_buf_fini(&line);
    }
    return final ? !wm_interrupts_pending() : wm_cli_meter_goes_on(m);
}

bool wm_cli_meter_pause(void *context, uint64_t milliseconds)
{
    if (!is_in_time(context, clock_ms() + (int64_t)milliseconds)) {
        return false;
    }
    while (milliseconds > 0) {
        uint64_t slice = milliseconds < SLICE_MS ? milliseconds : SLICE_MS;
        struct timespec wait = { 0, (long)slice * 1000000 };
        (void)nanosleep(&wait, NULL);
        if (wm_interrupts_pending()) {
            return false;
        }
        milliseconds -= slice;
    }
    return true;
}

void wm_cli_meter_begin(wm_cli_meter *meter, wm_cli *cli, const wm_cli_patience *patience)
{
    *meter = (wm_cli_meter){ .cli = cli,
                             .terminal = isatty(fileno(cli->err)) == 1,
                             .begin_ms = clock_ms() };
    if (patience->max_time_s > 0) {
        meter->end_ms = meter->begin_ms + (int64_t)patience->max_time_s * 1000;
    }
    meter->driver = (wm_sync_driver){ .tries = patience->tries,
                                      .pause = wm_cli_meter_pause,
                                      .progress = on_progress,
                                      .context = meter };
}

void wm_cli_meter_end(wm_cli_meter *meter, wm_status status, wm_error *err)
{
    if (meter->shown) {
        show(meter, (wm_str){ NULL, 0 });
    }
    if (status == WM_NETWORK && meter->time_is_up) {
        (void)wm_fail(err, status, "not done within the time allowed (--max-time %lld)",
                      (long long)(meter->end_ms - meter->begin_ms) / 1000);
    }
}

wm_status wm_cli_of_feed(wm_status status, wm_error *err)
{
    if (status == WM_NEWER) {
        err->status = WM_UNSUPPORTED;
        if (strstr(err->text, "too old") == NULL) {
            wm_error_context(err, "this program is too old for the feed");
        }
        return WM_UNSUPPORTED;
    }
    return status;
}

wm_status wm_cli_drive(wm_cli *cli, const wm_cli_patience *patience, wm_client *client,
                       wm_transport *transport, wm_client_summary *summary_out, wm_error *err)
{
    wm_cli_meter meter;
    wm_cli_meter_begin(&meter, cli, patience);
    wm_status status = wm_sync_drive(client, transport, &meter.driver, summary_out, err);
    wm_cli_meter_end(&meter, status, err);
    return wm_cli_of_feed(status, err);
}

bool wm_cli_was_stopped(wm_status status, const char *left, wm_error *err)
{
    if (status != WM_NETWORK || !wm_interrupts_pending()) {
        return false;
    }
    (void)wm_fail(err, status, "stopped; %s", left);
    return true;
}

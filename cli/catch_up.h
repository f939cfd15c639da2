/* catch_up.h: a command that fetches from a feed: its options, what a person sees meanwhile, and
 * what Ctrl-C does.
 *
 * While a feed is read, SIGINT, SIGTERM and SIGHUP wait: the run is told to stop, keeps what came,
 * and closes the replica; then the signal does what it always does. */
#ifndef WAYMARK_CLI_CATCH_UP_H
#define WAYMARK_CLI_CATCH_UP_H

#include <signal.h>

#include <waymark/sys/client.h>

#include "access.h"
#include "cli.h"

/* Rows of a table of options. */
#define WM_CLI_FEED_OPTIONS                                                                        \
    WM_CLI_ACCESS_OPTIONS,                                                                         \
        { "--tries", "N", "Give up after so many tries in a row; 5 if left out", false },          \
    {                                                                                              \
        "--max-time", "SECONDS", "Give up after so long in all, whatever comes", false             \
    }

typedef struct wm_cli_feed {
    wm_http_options http;
    wm_cli_patience patience;
} wm_cli_feed;

/* False: wrong use, which has been told. Borrows the arguments. */
bool wm_cli_feed_options(wm_cli *cli, const wm_cli_args *args, wm_cli_feed *feed_out);

typedef struct wm_interrupts {
    sigset_t before;
} wm_interrupts;

/* From here to _release those signals wait. */
void wm_interrupts_hold(wm_interrupts *interrupts);
/* A signal that came meanwhile does now what it does. */
void wm_interrupts_release(const wm_interrupts *interrupts);
/* One has come. */
bool wm_interrupts_pending(void);

/* A driver that shows progress on standard error where that is a terminal, and stops when one of
 * those signals has come, or the time is up. Not to be moved between _begin and _end. */
typedef struct wm_cli_meter {
    wm_sync_driver driver;
    wm_cli *cli;
    bool terminal;
    bool shown; /* a line stands there */
    bool time_is_up;
    int64_t begin_ms;
    int64_t end_ms;   /* 0: whenever it is done */
    int64_t packs_ms; /* when the first pack was asked for */
    uint64_t packs_at_begin;
} wm_cli_meter;

void wm_cli_meter_begin(wm_cli_meter *meter, wm_cli *cli, const wm_cli_patience *patience);
/* For drivers of another kind. `context` is the meter; as wm_sync_driver has it. */
bool wm_cli_meter_pause(void *context, uint64_t milliseconds);
/* No signal has come, and there is time. */
bool wm_cli_meter_goes_on(wm_cli_meter *meter);
/* A line is due: somebody looks on, and long enough. Then it goes over the one before. */
bool wm_cli_meter_is_due(const wm_cli_meter *meter);
void wm_cli_meter_show(wm_cli_meter *meter, wm_str line);
void wm_cli_put_bytes(wm_buf *line, uint64_t bytes);
void wm_cli_put_time(wm_buf *line, uint64_t seconds);
/* `status` and `err` are how it ended: if it was the time, `err` says so now. */
void wm_cli_meter_end(wm_cli_meter *meter, wm_status status, wm_error *err);

/* wm_sync_drive with such a driver. */
WM_MUST_USE wm_status wm_cli_drive(wm_cli *cli, const wm_cli_patience *patience, wm_client *client,
                                   wm_transport *transport, wm_client_summary *summary_out,
                                   wm_error *err);
/* What is wrong with a feed is no matter of storage: one that only a newer program can read is bad
 * input to this one. Of `err` too. */
wm_status wm_cli_of_feed(wm_status status, wm_error *err);
/* True: it was a signal that ended it, and `err` says so now, and what is left of it. */
bool wm_cli_was_stopped(wm_status status, const char *left, wm_error *err);
#define WM_CLI_LEFT_PARTS "what came is kept for the next time"
#define WM_CLI_LEFT_ALONE "the replica stands as it was"

#endif

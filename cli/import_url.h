/* import_url.h: what stands at a URL, for `waymark import oruk`: a file, which is fetched first, or
 * an API, whose services come one by one.
 *
 * While something is fetched, SIGINT, SIGTERM and SIGHUP wait (catch_up.h). */
#ifndef WAYMARK_CLI_IMPORT_URL_H
#define WAYMARK_CLI_IMPORT_URL_H

#include <waymark/sys/harvest.h>

#include "catch_up.h"

typedef struct wm_cli_url {
    wm_cli *cli;
    wm_harvest_address address;
    wm_cli_feed feed;
    wm_transport *transport;
    wm_harvest *harvest; /* NULL: it is a file */
    FILE *file;          /* from its beginning; NULL: it is an API */
    wm_harvest_item first;
    wm_status first_status;
    bool has_first;
    wm_interrupts interrupts;
    bool held;
    wm_cli_meter meter;
    int64_t shown_ms;
} wm_cli_url;

/* An address, and no file. */
bool wm_cli_is_url(const char *text);

/* Opens what stands there: the file is here then, or the first service of the API has been asked
 * for, so that what cannot be had at all is known before a database is touched. url->feed is set.
 * Not to be moved after that. Close with _close, also after a failure. */
WM_MUST_USE wm_status wm_cli_url_open(wm_cli_url *url, wm_cli *cli, const char *text,
                                      wm_error *err);
/* As wm_harvest_next. */
WM_MUST_USE wm_status wm_cli_url_next(wm_cli_url *url, wm_harvest_item *item_out, wm_error *err);
/* All that is wanted of it is here, or nothing more is: signals are as usual again, and what the
 * walk was can still be asked. */
void wm_cli_url_here(wm_cli_url *url);
void wm_cli_url_close(wm_cli_url *url);

#endif

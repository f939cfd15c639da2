/* access.h: where a replica's feed is, and how to get in: what `sync`, `verify --repair` and
 * `mirror` share. */
#ifndef WAYMARK_CLI_ACCESS_H
#define WAYMARK_CLI_ACCESS_H

#include <waymark/sys/client.h>

#include "cli.h"

#define WM_CLI_FEED_BLOB "cli/feed" /* in a replica: where it got its data last */

/* Rows of an option table. */
#define WM_CLI_ACCESS_OPTIONS                                                                      \
    { "--token-file", "FILE", "Bearer token, for a feed that is not public", false },              \
        { "--netrc", "FILE", "Name and password in netrc form", false },                           \
        { "--cert", "FILE", "Client certificate (PEM)", false },                                   \
        { "--key", "FILE", "Its private key (PEM)", false },                                       \
        { "--authorities", "FILE", "Authorities to accept, instead of the system's (PEM)",         \
          false },                                                                                 \
    {                                                                                              \
        "--proxy", "URL", "Proxy; else that of the environment (https_proxy)", false               \
    }

typedef struct wm_cli_patience {
    unsigned tries;      /* of wm_sync_driver; 0: the library's choice */
    unsigned max_time_s; /* 0: no limit */
} wm_cli_patience;

typedef struct wm_cli_access {
    wm_buf feed; /* address or folder, NUL-terminated; empty: none is known */
    wm_http_options http;
    bool offline; /* only a folder will do */
    wm_cli_patience patience;
} wm_cli_access;

/* What the rows above say. Borrows the arguments. */
wm_http_options wm_cli_http_options(const wm_cli_args *args);
/* An address, to which a connection would be opened, and not a folder: as wm_transport_open has it.
 */
bool wm_cli_is_address(wm_str feed);

/* --feed, else what `store` (may be NULL) remembers. WM_BAD_ARGUMENT: --offline, and --feed is an
 * address; an address that is only remembered counts as none then. Give back with _fini, also after
 * a failure. */
WM_MUST_USE wm_status wm_cli_access_find(wm_cli *cli, const wm_cli_args *args, wm_store *store,
                                         wm_cli_access *access_out, wm_error *err);
void wm_cli_access_fini(wm_cli_access *access);
bool wm_cli_access_known(const wm_cli_access *access);
WM_MUST_USE wm_status wm_cli_access_open(wm_cli *cli, const wm_cli_access *access,
                                         wm_transport **transport_out, wm_error *err);
/* So that the next run finds it. The address of a feed that is served has no user or query in it:
 * such are refused. */
WM_MUST_USE wm_status wm_cli_remember_feed(wm_store *store, wm_str feed, wm_error *err);

#endif

/* common.h: what several commands do alike. */
#ifndef WAYMARK_CLI_COMMON_H
#define WAYMARK_CLI_COMMON_H

#include <waymark/sys/date.h>
#include <waymark/sys/edition.h>
#include <waymark/sys/history.h>

#include "cli.h"

/* A command that reads one database: opens it, runs `body`, tells what went wrong, closes.
 * `context` is the body's. */
typedef wm_status (*wm_store_body)(wm_cli *cli, const wm_cli_args *args, wm_store *store,
                                   wm_buf *out, wm_error *err);
wm_exit wm_cli_with_store(wm_cli *cli, const wm_cli_args *args, unsigned flags, wm_store_body body);

/* The day that it is, where services are: "2026-01-31"; returns day_out. */
char *wm_cli_today(const wm_cli *cli, char day_out[WM_DATE_TEXT_BYTES]);

/* What goes wrong inside a database names its file: "database: .." gets `path` before it. */
void wm_cli_name_file(wm_error *err, const char *path);

/* --working: the working state, --release N: that release; else the latest. False: wrong use, which
 * has been told. */
bool wm_cli_view(wm_cli *cli, const wm_cli_args *args, wm_view *view_out);

/* Writes "counts": {"service":12,..} without kinds of which there are none. */
void wm_cli_counts(wm_json_out *out, const char *name, const int64_t counts[WM_KIND_COUNT]);
/* "12 services, 3 sites", for people. */
void wm_cli_counts_text(wm_buf *out, const int64_t counts[WM_KIND_COUNT]);
/* Writes "digests": {partition: hex} of one edition at a release; nested by edition where the store
 * has both. */
WM_MUST_USE wm_status wm_cli_digests(wm_store *store, int64_t release, wm_json_out *out,
                                     wm_error *err);

#endif

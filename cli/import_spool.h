/* import_spool.h: what an API gave, until all of it has come: services one behind the other in a
 * temporary file that has no name, so that it is gone with the process whatever happens. Memory
 * holds one of them. */
#ifndef WAYMARK_CLI_IMPORT_SPOOL_H
#define WAYMARK_CLI_IMPORT_SPOOL_H

#include <stdio.h>

#include <waymark/sys/harvest.h>

typedef struct wm_cli_spool {
    FILE *file;     /* NULL: there is none */
    wm_buf item;    /* the one that was read last */
    uint64_t bytes; /* put */
    uint64_t at;    /* read */
} wm_cli_spool;

/* WM_IO. Close with _close, also after a failure. */
WM_MUST_USE wm_status wm_cli_spool_open(wm_cli_spool *spool, const wm_env *env, wm_error *err);
/* WM_FULL, WM_IO. */
WM_MUST_USE wm_status wm_cli_spool_put(wm_cli_spool *spool, const wm_harvest_item *item,
                                       wm_error *err);
/* All are there: from the first on. */
WM_MUST_USE wm_status wm_cli_spool_rewind(wm_cli_spool *spool, wm_error *err);
/* As it was put; borrowed until the next call. WM_END: that was all. */
WM_MUST_USE wm_status wm_cli_spool_next(wm_cli_spool *spool, wm_harvest_item *item_out,
                                        wm_error *err);
void wm_cli_spool_close(wm_cli_spool *spool); /* one that was never opened, but is zero, too */

#endif

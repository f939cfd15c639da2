/* keys_page.h: what `waymark keys` has done or found, for people and as JSON. */
#ifndef WAYMARK_CLI_KEYS_PAGE_H
#define WAYMARK_CLI_KEYS_PAGE_H

#include <waymark/sys/keys.h>

#include "cli.h"

/* {"files":[..]} or a name a line. */
wm_exit wm_keys_print_names(wm_cli *cli, const wm_str *names, size_t count);
/* Files on standard output; what is left to do on standard error. */
wm_exit wm_keys_print_result(wm_cli *cli, const wm_keys_result *result);
wm_exit wm_keys_print_views(wm_cli *cli, const wm_keys_view *views, size_t count, int64_t now_s);

#endif

/* renew.h: a replica that is too damaged to be mended is made anew, beside the old file, and takes
 * its place. */
#ifndef WAYMARK_CLI_RENEW_H
#define WAYMARK_CLI_RENEW_H

#include <waymark/sys/replica.h>

#include "access.h"

/* `damaged` is closed in any case. root: of --root; empty: the replica's own, if it can still be
 * read. Until the new file is whole the old one stays. summary_out: of the new one.
 * WM_BAD_ARGUMENT: what is needed cannot be read any more; the text says how to make it by hand. */
WM_MUST_USE wm_status wm_cli_renew(wm_cli *cli, const char *path, wm_store *damaged,
                                   const wm_cli_access *access, wm_str root,
                                   wm_client_summary *summary_out, wm_error *err);

#endif

/* localities.h: a locality tree from CSV (code,name,kind,parent) or from a database. */
#ifndef WAYMARK_CLI_LOCALITIES_H
#define WAYMARK_CLI_LOCALITIES_H

#include <waymark/sys/locality.h>

/* Reads a CSV file (RFC 4180) whose first line names code, name, kind and parent in any order; an
 * empty parent is a root. WM_BAD_INPUT names file and line. Free with wm_locality_tree_free. */
WM_MUST_USE wm_status wm_localities_read_csv(const wm_env *env, const char *path,
                                             wm_locality_tree **tree_out, wm_error *err);

#endif

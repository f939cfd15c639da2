/* folder.h: where waymark-tuf keeps what it trusts, and what it downloads: plain files.
 *
 *   METADATA/root.json timestamp.json snapshot.json targets.json ROLE.json    as they were served
 *   TARGETS/NAME                                                              verified targets
 *
 * Names of roles and targets come from others, so they are percent-quoted into one file name each:
 * no slash is left of any of them, none is of dots alone, and what is too long is its digest. Files
 * are written whole or not at all (sys/files.h). */
#ifndef WAYMARK_TUF_FOLDER_H
#define WAYMARK_TUF_FOLDER_H

#include <waymark/sys/files.h>

#include "trust/updater.h"

#define TUF_PATH_BYTES 4096

typedef struct tuf_folder {
    const wm_files *files;
    const wm_env *env;
    const char *path;
    int lock; /* -1: none */
} tuf_folder;

/* Waits for its turn: one process at a time works on a folder, which is made if it is missing. */
WM_MUST_USE wm_status tuf_folder_open(tuf_folder *folder, const wm_env *env, const char *path,
                                      wm_error *err);
void tuf_folder_close(tuf_folder *folder);

/* Storage of metadata in the folder. Borrows it. */
wm_trust_storage tuf_folder_storage(tuf_folder *folder);

/* Is the target here already, whole and as listed? A file that differs counts as not there. */
WM_MUST_USE wm_status tuf_folder_has_target(const tuf_folder *folder, const wm_listed_file *target,
                                            bool *has_out, wm_error *err);
/* Bytes that were checked against the list. */
WM_MUST_USE wm_status tuf_folder_put_target(const tuf_folder *folder, wm_str target, wm_str bytes,
                                            wm_error *err);

#endif

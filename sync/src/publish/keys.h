/* keys.h: the key folder: made by keys init, read by publish. Only for this room. */
#ifndef WAYMARK_PUBLISH_KEYS_H
#define WAYMARK_PUBLISH_KEYS_H

#include <waymark/sys/publish.h>

#include "trust/build.h"

#define WM_PUBLISH_PATH_BYTES 4096

/* What signing an edition's feed needs; the root key is not among it and may be elsewhere. */
typedef struct wm_edition_keys {
    wm_root root;
    wm_secret_key targets;
    wm_secret_key snapshot;
    wm_secret_key timestamp;
} wm_edition_keys;

/* WM_NOT_FOUND: no keys (sets a text). WM_NOT_TRUSTED: a key that root.json does not name. Wipe
 * with wm_edition_keys_wipe, also after a failure. */
WM_MUST_USE wm_status wm_edition_keys_load(wm_arena *arena, const wm_files *files,
                                           const char *key_folder, wm_edition edition,
                                           wm_edition_keys *keys_out, wm_error *err);
void wm_edition_keys_wipe(wm_edition_keys *keys);

/* "FOLDER/EDITION/NAME"; WM_BAD_ARGUMENT if that is too long. */
WM_MUST_USE wm_status wm_key_path(char out[WM_PUBLISH_PATH_BYTES], const char *folder,
                                  wm_edition edition, const char *name, wm_error *err);

#endif

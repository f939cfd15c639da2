/* keys.h: the key folder (waymark/sys/keys.h): made and changed by `keys`, read by publish. Only
 * for this room.
 *
 *   key_folder.c   files: the chain of roots, and secret keys wherever they are
 *   keys.c         init; what publish needs to sign
 *   root_sign.c    signatures of a root: whose there are, whose there could be; drafts
 *   root_change.c  from one root to the next
 *   keys_look.c    what there is, for people
 *   keys_offer.c   a key of somebody else: offered, and read to be accepted
 *
 * A key file is found by the key that root names, never by the order of files: what no root names
 * is not used, whatever its name. */
#ifndef WAYMARK_PUBLISH_KEYS_H
#define WAYMARK_PUBLISH_KEYS_H

#include <waymark/sys/names.h>
#include <waymark/sys/publish.h>

#include "trust/build.h"

#define WM_PUBLISH_PATH_BYTES 4096
#define WM_KEY_NAME_BYTES 64

/* ---- files ---- */

/* Every version of root, the first first. */
typedef struct wm_root_chain {
    const wm_root *roots;
    const wm_str *files;
    size_t count;
} wm_root_chain;

const wm_root *wm_root_newest(const wm_root_chain *chain);

/* "FOLDER/EDITION/NAME"; WM_BAD_ARGUMENT if that is too long. */
WM_MUST_USE wm_status wm_key_path(char out[WM_PUBLISH_PATH_BYTES], const char *folder,
                                  wm_edition edition, const char *name, wm_error *err);
/* All N.root.json, each signed as its predecessor says. WM_NOT_FOUND: none (sets a text).
 * WM_NOT_TRUSTED, WM_BAD_INPUT: they are no chain. */
WM_MUST_USE wm_status wm_root_chain_load(wm_arena *arena, const wm_files *files,
                                         const char *key_folder, wm_edition edition,
                                         wm_root_chain *chain_out, wm_error *err);

/* Where to look for secret keys. The first folder is that of an edition's keys; in the others they
 * may also stand without a folder for the edition. */
typedef struct wm_key_places {
    wm_arena *arena;
    const wm_files *files;
    const char *const *folders;
    size_t folder_count;
} wm_key_places;

typedef struct wm_found_key {
    wm_secret_key key; /* its id is that of the public key that was looked for */
    wm_str path;
} wm_found_key;

/* WM_NOT_FOUND: no file has this key (no text). *other_out (may be NULL) is then a file of such a
 * name with another key, or empty. Wipe the key. */
WM_MUST_USE wm_status wm_key_find(const wm_key_places *places, wm_edition edition, wm_top_role role,
                                  const wm_public_key *wanted, wm_found_key *found_out,
                                  wm_str *other_out, wm_error *err);
/* "ROLE-ID.key" */
void wm_key_file_name(char out[WM_KEY_NAME_BYTES], wm_top_role role, const wm_public_key *key);
WM_MUST_USE wm_status wm_key_write(wm_arena *arena, const wm_files *files, const char *path,
                                   const wm_secret_key *key, wm_error *err);
/* Move a key's file into the folder "retired" beside it. *moved_out: where to, in the arena. */
WM_MUST_USE wm_status wm_key_retire(const wm_key_places *places, wm_top_role role,
                                    const wm_found_key *found, wm_str *moved_out, wm_error *err);
/* A small public file, in the arena. WM_NOT_FOUND: not there (no text). */
WM_MUST_USE wm_status wm_key_read_file(wm_arena *arena, const wm_files *files, const char *path,
                                       wm_str *bytes_out, wm_error *err);

/* ---- what publish needs ---- */

typedef struct wm_role_keys {
    wm_secret_key keys[WM_KEYS_PER_ROLE_MAX];
    size_t count;
} wm_role_keys;

typedef struct wm_edition_keys {
    wm_root root; /* the newest */
    wm_root_chain chain;
    wm_role_keys roles[WM_TOP_ROLES]; /* those that were asked for; root keys may be elsewhere */
} wm_edition_keys;

/* A bit for wm_edition_keys_load. */
#define WM_ROLE_BIT(role) (1u << (unsigned)(role))
#define WM_ROLES_OF_PUBLISH                                                                        \
    (WM_ROLE_BIT(WM_TOP_TARGETS) | WM_ROLE_BIT(WM_TOP_SNAPSHOT) | WM_ROLE_BIT(WM_TOP_TIMESTAMP))

/* The roots, and a threshold of keys of each role in `roles`. WM_NOT_FOUND: no root, or too few
 * keys (sets a text). WM_NOT_TRUSTED: the roots are no chain, or a key file that root does not name
 * stands where one is needed. Wipe with wm_edition_keys_wipe, also after a failure. */
WM_MUST_USE wm_status wm_edition_keys_load(wm_arena *arena, const wm_files *files,
                                           const char *key_folder, wm_edition edition,
                                           unsigned roles, wm_edition_keys *keys_out,
                                           wm_error *err);
void wm_edition_keys_wipe(wm_edition_keys *keys);

/* The whole file: `body` (whose limit is the file's) signed by a threshold of the role's keys. */
WM_MUST_USE wm_status wm_sign_as(wm_arena *arena, const wm_edition_keys *keys, wm_top_role role,
                                 const wm_buf *body, wm_str *file_out, wm_error *err);
/* The keys of targets, as those of a role that it delegates to. */
wm_signers wm_signers_of_targets(const wm_edition_keys *keys, wm_str role_name);

#endif

/* keys.h: the keys that sign a feed: made, replaced, taken out of use; and the root that names
 * them, which a threshold of root keys signs.
 *
 *   KEYS/EDITION/ROLE.key  ROLE-ID.key    secret, mode 0600; ID: 12 digits of the key's id. Folders
 *                                         that are made for them have mode 0700
 *   KEYS/EDITION/1.root.json ...          every version of the root that counts
 *   KEYS/EDITION/root.json                the newest of them: what clients are given
 *   KEYS/EDITION/N.root.json.draft        the next root, until enough people have signed it
 *   KEYS/EDITION/retired/ROLE-ID.key      keys that were replaced
 *   DIR/EDITION/ROLE-ID.public.json       the public half of a key that somebody offers
 *   DIR/EDITION/root-ID.key  DIR/root-ID.key     root keys that are kept elsewhere
 *
 * What must hold:
 *  1. N.root.json is written once, whole, and only when a threshold of the keys of the root before
 *     it and of its own have signed it. With it the change has happened; what is left to do
 *     (root.json, moving old keys aside) the next run does.
 *  2. A secret is on disk before any root names its key, and is not moved or deleted before that
 *     root counts. A key file is never overwritten.
 *  3. Nothing unfinished is published: publish reads N.root.json only. */
#ifndef WAYMARK_SYS_KEYS_H
#define WAYMARK_SYS_KEYS_H

#include <waymark/sys/edition.h>
#include <waymark/sys/files.h>

WM_BEGIN_DECLS

typedef enum wm_key_role {
    WM_KEY_ROOT = 0,
    WM_KEY_TIMESTAMP = 1,
    WM_KEY_SNAPSHOT = 2,
    WM_KEY_TARGETS = 3
} wm_key_role;

#define WM_KEY_ROLES 4
#define WM_KEYS_PER_ROLE_MAX 16

WM_API const char *wm_key_role_name(wm_key_role role);
WM_API bool wm_key_role_parse(wm_str name, wm_key_role *role_out);

/* How many keys a role has, and how many of them must sign. */
typedef struct wm_key_quorum {
    unsigned keys;
    unsigned threshold;
} wm_key_quorum;

typedef struct wm_keys_options {
    const char *key_folder;
    const char *const *root_folders; /* where root keys are, besides key_folder */
    size_t root_folder_count;
    unsigned editions;                  /* 1u << wm_edition; 0: those that key_folder has */
    int64_t now_s;                      /* the day of signing */
    wm_key_quorum quorum[WM_KEY_ROLES]; /* init; 0 keys, 0 threshold: 1 */
    const wm_files *files;              /* NULL: the system's */
} wm_keys_options;

/* Make the keys and the first root of the editions (0: of both). Root keys go into root_folders, by
 * turns, if any are given. Names of the files made, in `arena`.
 * WM_REFUSED: there are keys already; nothing is overwritten. WM_BAD_ARGUMENT: a quorum that cannot
 * be. WM_BUSY: another process is changing the folder, here and below. */
WM_API WM_MUST_USE wm_status wm_keys_init(wm_arena *arena, const wm_keys_options *options,
                                          const wm_str **names_out, size_t *name_count_out,
                                          wm_error *err);

/* What the next root is to change. Zero: nothing but its expiry. */
typedef struct wm_keys_change {
    unsigned roles;         /* 1u << wm_key_role of the roles whose keys change */
    wm_str key_id;          /* how the id of the key begins that goes; empty: all of the role's */
    bool adds;              /* a key comes, none goes */
    bool drops;             /* a key goes, none comes */
    bool forgets;           /* files of keys that go are deleted, not moved aside */
    unsigned threshold;     /* from then on; 0: as before */
    wm_str accepted;        /* bytes of an offered key, which comes in place of one that is made
                               here; empty: none. For one edition, and one key */
    const char *new_folder; /* where new keys are put, as EDITION/ROLE-ID.key; NULL: beside the key
                               that goes, if it is to be found, or else into key_folder, but a root
                               key only if it joins a single one, and without root_folders */
} wm_keys_change;

typedef struct wm_keys_root {
    wm_edition edition;
    int64_t version;
    bool is_complete;   /* else a draft: too few have signed */
    unsigned old_lacks; /* signatures by keys of the root before it */
    unsigned new_lacks; /* signatures by its own keys */
} wm_keys_root;

typedef struct wm_keys_result {
    const wm_str *files; /* made or replaced, in order */
    size_t file_count;
    const wm_str *gone; /* moved aside or deleted */
    size_t gone_count;
    wm_keys_root roots[WM_EDITION_COUNT];
    size_t root_count;
} wm_keys_result;

/* Write the next root of each edition, signed by all root keys that are to be found: N.root.json if
 * that is enough, else N.root.json.draft, for wm_keys_sign.
 * WM_IO: also if there is no root. WM_NOT_FOUND: no such key. WM_REFUSED: a draft is there.
 * WM_BAD_ARGUMENT: keys or threshold that cannot be. Everything is looked at before the first file
 * is written. */
WM_API WM_MUST_USE wm_status wm_keys_change_root(wm_arena *arena, const wm_keys_options *options,
                                                 const wm_keys_change *change,
                                                 wm_keys_result *result_out, wm_error *err);
/* Add the signatures of all root keys that are to be found to the drafts; one that has enough
 * becomes N.root.json. Also finishes what a run began that was stopped.
 * WM_IO: also if there is no root. WM_NOT_FOUND: no draft. WM_REFUSED: no key was found that has
 * not signed yet. WM_NOT_TRUSTED: the draft does not follow the root. */
WM_API WM_MUST_USE wm_status wm_keys_sign(wm_arena *arena, const wm_keys_options *options,
                                          wm_keys_result *result_out, wm_error *err);

/* Make a key in key_folder for each of the editions (0: both), and beside it the public half, as
 * EDITION/ROLE-ID.public.json, for wm_keys_change.accepted. No root is looked at. Names of the
 * files made, in `arena`. */
WM_API WM_MUST_USE wm_status wm_keys_offer(wm_arena *arena, const wm_keys_options *options,
                                           wm_key_role role, const wm_str **names_out,
                                           size_t *name_count_out, wm_error *err);

/* ---- what there is ---- */

typedef struct wm_key_view {
    wm_str id;
    wm_str file;     /* where its secret is; empty: not to be found */
    bool has_signed; /* the draft */
    bool comes;      /* only the draft names it */
    bool goes;       /* the draft does not name it */
} wm_key_view;

typedef struct wm_key_role_view {
    const wm_key_view *keys;
    size_t key_count;
    int64_t threshold;
    int64_t next_threshold; /* of the draft; as threshold if there is none */
} wm_key_role_view;

typedef struct wm_keys_view {
    wm_edition edition;
    int64_t version;
    int64_t expires_s;
    bool has_draft;
    int64_t draft_expires_s;
    unsigned old_lacks; /* as in wm_keys_root */
    unsigned new_lacks;
    wm_key_role_view roles[WM_KEY_ROLES];
} wm_keys_view;

/* What the roots say of each edition and where the keys are; no secret is in the result, which
 * lives in `arena`. WM_IO: also if there is no root. */
WM_API WM_MUST_USE wm_status wm_keys_look(wm_arena *arena, const wm_keys_options *options,
                                          const wm_keys_view **views_out, size_t *count_out,
                                          wm_error *err);

WM_END_DECLS

#endif

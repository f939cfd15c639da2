/* updater.h: the TUF client workflow (1.0.34, section 5) as one machine without I/O or clock.
 *
 *   init -> ROOT -> TIMESTAMP -> SNAPSHOT -> TARGETS -> READY
 *                                                        | ^
 *                                           _find -> DELEGATED, role by role
 *
 *   wm_updater_init(&updater, arena, &storage, &options, err);
 *   while ((status = wm_updater_next(&updater, &want, err)) == WM_OK)
 *       status = wm_updater_give(&updater, fetch(want), bytes, err);
 *   WM_END: up to date, or the search is over
 *
 * What must hold:
 *  1. What is stored was verified, and is stored as it was served, before the next step begins.
 *     Each step's change stands by itself, so a run may end between any two.
 *  2. What is stored is believed only after it has passed the same checks again, under the keys and
 *     the time of today; else it counts as not there. Of an expired timestamp or snapshot the
 *     version still counts against rollback.
 *  3. A failure is final for the run; what was stored before it stays.
 *
 * Statuses: WM_NOT_TRUSTED, WM_EXPIRED, WM_BAD_INPUT, WM_TOO_LARGE, WM_NEWER: as in metadata.h and
 * policy.h; and those of the storage. */
#ifndef WAYMARK_TRUST_UPDATER_H
#define WAYMARK_TRUST_UPDATER_H

#include "trust/policy.h"

/* One change of what is stored. All of it is done, or nothing. */
typedef struct wm_trust_change {
    wm_str role;     /* "root", "timestamp", ... or a delegated role's name, as it is signed */
    wm_str bytes;    /* as served */
    wm_str replaced; /* what this run found stored; ptr NULL: nothing */
    bool forget;     /* a root: timestamp and snapshot are to go as well (5.3.11) */
} wm_trust_change;

/* Where metadata is kept. */
typedef struct wm_trust_storage {
    /* Put a role's metadata at the end of bytes_out. WM_NOT_FOUND: none is stored (no text). */
    wm_status (*load)(void *context, wm_str role, wm_buf *bytes_out, wm_error *err);
    /* WM_BUSY: what is stored is neither `replaced` nor `bytes`: another process was faster, and
     * what it stored may be newer. */
    wm_status (*store)(void *context, const wm_trust_change *change, wm_error *err);
    void *context;
} wm_trust_storage;

typedef struct wm_updater_options {
    wm_str first_root; /* that came by a safe channel: used, and stored, when none is stored */
    int64_t time_s;    /* the "fixed update start time" (5.1), for every check of expiry */
} wm_updater_options;

typedef enum wm_updater_step {
    WM_UPDATER_ROOT = 0,
    WM_UPDATER_TIMESTAMP,
    WM_UPDATER_SNAPSHOT,
    WM_UPDATER_TARGETS,
    WM_UPDATER_READY,    /* the top roles are up to date */
    WM_UPDATER_DELEGATED /* a search for a target is under way */
} wm_updater_step;

#define WM_UPDATER_FILE_BYTES (3 * WM_META_PATH_BYTES_MAX + 32)

/* A file that is to be fetched. */
typedef struct wm_updater_want {
    wm_str role;
    char file[WM_UPDATER_FILE_BYTES]; /* "[VERSION.]ROLE.json", the role's name percent-quoted: one
                                         segment of an address, below the metadata's */
    uint64_t max_bytes;
} wm_updater_want;

/* A targets role, by whoever delegates to it. */
typedef struct wm_updater_role {
    wm_str name;
    const wm_signers *signers;    /* of the root, or of that delegation */
    const wm_listed_file *listed; /* in the snapshot */
    wm_str stored;                /* what was found stored; ptr NULL: nothing */
    wm_str fetched;               /* what came; ptr NULL: nothing */
    wm_str bytes;                 /* believed; ptr NULL: not yet */
    wm_targets targets;           /* of `bytes` */
} wm_updater_role;

typedef struct wm_updater {
    wm_arena *arena;
    const wm_trust_storage *storage;
    int64_t time_s;
    wm_updater_step step;
    bool has_want;
    wm_updater_want want;

    unsigned root_count; /* rotations of this run */
    bool root_is_last;
    bool rotated;   /* timestamp or snapshot keys changed in this run: 5.3.11 */
    bool unchanged; /* the timestamp is the one that was stored */
    wm_root root;
    wm_str root_bytes;
    wm_str stored_root_bytes;

    /* what was stored, and counts against rollback */
    bool has_stored_timestamp;
    bool has_stored_snapshot;
    wm_timestamp stored_timestamp;
    wm_snapshot stored_snapshot;
    wm_str stored_timestamp_bytes;
    wm_str stored_snapshot_bytes;

    /* what is believed, from its step on */
    wm_timestamp timestamp;
    wm_str timestamp_bytes;
    wm_snapshot snapshot;
    wm_str snapshot_bytes;
    wm_updater_role targets;

    /* the search: roles in the order of their visits, one for each delegation that was followed */
    wm_search search;
    wm_updater_role *delegated; /* room for WM_DELEGATED_ROLES_VISITED_MAX */
    size_t delegated_count;
    wm_error unproven_error;     /* of the first role that the search cannot do without */
    const wm_listed_file *found; /* NULL: no role lists it */
} wm_updater;

/* Load what is stored. WM_BAD_ARGUMENT: neither a stored root nor a first one. Borrows arena and
 * storage for its life; everything in it lives in `arena`. */
WM_MUST_USE wm_status wm_updater_init(wm_updater *updater, wm_arena *arena,
                                      const wm_trust_storage *storage,
                                      const wm_updater_options *options, wm_error *err);
/* What is to be fetched now; the same again until it is given. WM_END: nothing (no text). */
WM_MUST_USE wm_status wm_updater_next(wm_updater *updater, wm_updater_want *want_out,
                                      wm_error *err);
/* Hand over what came. `fetched` is WM_OK with the bytes (borrowed for the call), WM_NOT_FOUND
 * (which ends the roots, and else is a failure), or WM_UNCHANGED for a timestamp whose etag still
 * stands. Texts do not name the file: the caller knows its address. */
WM_MUST_USE wm_status wm_updater_give(wm_updater *updater, wm_status fetched, wm_str bytes,
                                      wm_error *err);

/* Look for a target, when READY; _next and _give go on with it. At WM_END `found` says where it is
 * listed, or is NULL. 5.6.7: a role that cannot be fetched or verified ends the search with its
 * failure, but for a diamond (policy.h, wm_search_step). */
WM_MUST_USE wm_status wm_updater_find(wm_updater *updater, wm_str path, wm_error *err);

/* Roles by name, side by side, for a client that knows which it needs. `role` has name and signers.
 * WM_OK: the stored one is believed, and nothing is to be fetched. WM_END: *want_out is (no text).
 * WM_NOT_TRUSTED: the snapshot does not list it. */
WM_MUST_USE wm_status wm_updater_role_want(wm_updater *updater, wm_updater_role *role,
                                           wm_updater_want *want_out, wm_error *err);
/* Verify, read and store it. */
WM_MUST_USE wm_status wm_updater_role_give(wm_updater *updater, wm_updater_role *role, wm_str bytes,
                                           wm_error *err);

/* Percent-quote all but letters, digits and "_.-~". False: `out` has too few bytes. */
bool wm_updater_quote(wm_str text, char *out, size_t out_bytes);

#endif

/* migrate.h: the schema, as the numbered steps that lead to it. */
#ifndef WAYMARK_STORE_MIGRATE_H
#define WAYMARK_STORE_MIGRATE_H

#include "store/database.h"

/* "WMDB": PRAGMA application_id of every Waymark database. */
#define WM_APPLICATION_ID 0x574d4442

typedef struct wm_migration {
    const char *sql;
    int version;         /* PRAGMA user_version afterwards; 1, 2, 3 ... without a gap */
    bool remakes_index;  /* rows of the index that older versions made are not those of this one */
    bool hashes_symbols; /* symbols of older versions are not looked up as those of this one */
    bool makes_gists;    /* the rows of `gist` come with it */
    bool makes_phrases;  /* the rows of `phrases` do */
} wm_migration;

/* The steps of this build, oldest first. Published ones are never edited: add one. */
extern const wm_migration wm_migrations[];
extern const size_t wm_migration_count;

/* The version of the file; 0 and no application id for an empty one.
 * WM_BAD_INPUT: not a Waymark database. WM_NEWER: newer than the last of `steps`. */
WM_MUST_USE wm_status wm_migrate_version(wm_store *store, const wm_migration *steps, size_t count,
                                         int *version_out, wm_error *err);
/* Bring the file up to the last step, all in one transaction. `role` is for a new file. Does
 * nothing to one that is up to date. */
WM_MUST_USE wm_status wm_migrate(wm_store *store, const wm_migration *steps, size_t count,
                                 wm_role role, wm_error *err);

#endif

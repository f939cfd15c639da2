/* feed_forge.h: a whole feed in memory, honestly published, that can then be made to lie.
 *
 *   E (nation) - P (place)      two partitions beside "all"; services in each
 *
 *   release 1      a, b, gone in P; c in E; each with prose that does not compress
 *   release 2, 3   a and c change; release 2 withdraws gone, release 3 opens e in P
 *   release 4      only c changes: P stays as it was
 *
 * Nothing here knows how the client reads a feed: metadata is a JSON value whose members are set
 * and dropped by name, its canonical form and signatures are made anew by code of the forge's own.
 * So it says what any signer could say, also what our writers would never write.
 *
 *   wm_forge_reset(&forge, 2);                          the feed as it honestly was at release 2
 *   wm_forge_set(&forge, "p.P", "version", "1");        an edit, waiting
 *   wm_forge_sign(&forge, "p.P", "#7");                 by whom it is signed, this time
 *   wm_forge_publish(&forge);                           write what was edited, and list it upwards
 *
 * Publishing gives each edited role the next version, lists it in the snapshot and that in the
 * timestamp, and signs all with the right keys; edits come after that, so they win. */
#ifndef WAYMARK_FEED_FORGE_H
#define WAYMARK_FEED_FORGE_H

#include "feed_fixture.h"

#define WM_FORGE_RELEASES 4
#define WM_FORGE_FILES_MAX 512
#define WM_FORGE_ROLES_MAX 24
#define WM_FORGE_EDITS_MAX 32
#define WM_FORGE_ASKED_MAX 128
#define WM_FORGE_SUBSCRIPTION "P"

typedef struct wm_forge_file {
    const char *path; /* "public/timestamp.json" */
    wm_str bytes;
    bool endless;         /* `bytes`, and then more of it for ever */
    const char *redirect; /* by HTTP: where to; NULL: nowhere */
    unsigned status;      /* by HTTP: instead of 200; 0: none */
    unsigned drip_ms;     /* by HTTP: the time that each byte takes; 0: none */
    bool stalls;          /* by HTTP: after a byte nothing comes any more */
} wm_forge_file;

typedef struct wm_forge_files {
    wm_forge_file items[WM_FORGE_FILES_MAX];
    size_t count;
} wm_forge_files;

typedef struct wm_forge_edit {
    const char *place;
    const char *value; /* JSON with ' for "; NULL: the member is dropped */
} wm_forge_edit;

typedef struct wm_forge_role {
    char name[128];
    const wm_json *body; /* "signed" */
    int64_t version;     /* as listed */
    int64_t highest;     /* that was ever published */
    const char *signers; /* who signs it, from now on */
    /* of the next publish */
    bool edited;
    bool alone;              /* replaced in place: no new version, not listed anew */
    bool left;               /* not touched, whatever is below it */
    int64_t file_version;    /* written under this one; 0: its own */
    const char *signed_once; /* NULL: `signers` */
    const char *text_find;   /* changed in the signed file's text; NULL: nothing */
    const char *text_put;
    wm_forge_edit edits[WM_FORGE_EDITS_MAX];
    size_t edit_count;
} wm_forge_role;

/* Of one partition at one release, by kind and id; texts end with NUL. */
typedef struct wm_forge_records {
    wm_record *items;
    size_t count;
} wm_forge_records;

typedef struct wm_forge {
    wm_feed_fixture fixture; /* its database is closed */
    wm_arena arena;
    wm_arena scratch; /* since the last reset */
    wm_forge_files honest[WM_FORGE_RELEASES + 1];
    wm_fixture_states states[WM_FORGE_RELEASES + 1];
    wm_forge_records records[WM_FORGE_RELEASES + 1][2]; /* of E and of P */
    wm_forge_files now;                                 /* what is served */
    wm_forge_files in_folder; /* what lies in the folder that is served; "bytes" are a digest */
    wm_forge_role roles[WM_FORGE_ROLES_MAX];
    size_t role_count;
    bool is_lax;       /* the transport in memory gives all there is, whatever is too much */
    unsigned requests; /* to the transport in memory */
    char asked[WM_FORGE_ASKED_MAX]
              [WM_TRANSPORT_PATH_BYTES_MAX + 1]; /* the first of them, by path */
    size_t asked_count;
    const char *edition; /* of the roles: "public" */
    int64_t release;     /* of the last reset */
    bool keeps_roots;    /* later roots were honest: a restore keeps them */
} wm_forge;

/* Publishes all releases, with the database on the disk of fault_vfs.h (installed by the caller).
 * prose: bytes of prose of a service. */
void wm_forge_init(wm_forge *forge, size_t prose);
void wm_forge_fini(wm_forge *forge);

/* The feed as it was at `release`; nothing is edited, and no version was ever higher. */
void wm_forge_reset(wm_forge *forge, int64_t release);
/* The same content as an honest publisher would give it out after the forger is gone: in versions
 * above all that were seen, and without later roots unless `keeps_roots`. */
void wm_forge_restore(wm_forge *forge, int64_t release);
/* The roles of "public" (as after a reset) or "professional". */
void wm_forge_use_edition(wm_forge *forge, const char *edition);

/* ---- metadata ---- */

wm_forge_role *wm_forge_role_of(wm_forge *forge, const char *role);
/* NULL if the feed has no such role. */
wm_forge_role *wm_forge_find_role(wm_forge *forge, const char *role);
/* A member of the body, as it is now: names or list positions, with '|' between them. NULL: none.
 */
const wm_json *wm_forge_get(wm_forge *forge, const char *role, const char *place);
/* All texts are borrowed until the publish. */
void wm_forge_set(wm_forge *forge, const char *role, const char *place, const char *value);
void wm_forge_set_integer(wm_forge *forge, const char *role, const char *place, int64_t value);
void wm_forge_drop(wm_forge *forge, const char *role, const char *place);
/* Sign again with the next version, whatever else. */
void wm_forge_touch(wm_forge *forge, const char *role);
/* Signers: names with a space between, each
 *   root targets snapshot timestamp   the publisher's key
 *   #N                                test key number N, of nobody
 *   NAME=ID                           that key, under another key id
 *   ~NAME                             its id, with a signature of nothing
 * and "" for none. */
void wm_forge_sign(wm_forge *forge, const char *role, const char *signers);
void wm_forge_alone(wm_forge *forge, const char *role);
void wm_forge_leave(wm_forge *forge, const char *role);
void wm_forge_under_version(wm_forge *forge, const char *role, int64_t version);
void wm_forge_text(wm_forge *forge, const char *role, const char *find, const char *put);
/* Root says that these sign for a top role, `threshold` of them; and from now on they do. */
void wm_forge_name_keys(wm_forge *forge, const char *role, const char *keys, int64_t threshold);
void wm_forge_publish(wm_forge *forge);

/* A copy of a value with one member set, or dropped (value NULL). */
const wm_json *wm_forge_json_with(wm_arena *arena, const wm_json *old, const char *place,
                                  const wm_json *value);
/* The id of a signer's key, in the scratch arena. */
const char *wm_forge_key_id(wm_forge *forge, const char *signer);
/* The key as metadata lists it, JSON. */
const char *wm_forge_key_json(wm_forge *forge, const char *signer);

/* ---- files ---- */

/* NULL: not there. */
wm_forge_file *wm_forge_file_of(wm_forge *forge, const char *path);
/* Adds or replaces; both are copied. */
wm_forge_file *wm_forge_put_file(wm_forge *forge, const char *path, wm_str bytes);
void wm_forge_remove_file(wm_forge *forge, const char *path);
/* "public/3.targets.json", in the scratch arena. */
const char *wm_forge_role_path(wm_forge *forge, const char *role);
/* printf into the scratch arena. */
const char *wm_forge_print(wm_forge *forge, const char *format, ...) WM_PRINTF(2, 3);

/* ---- serving what the forge holds now ---- */

/* From memory, in no time; asks for nothing that is not in want. The forge may change between two
 * fetches. `requests` and `asked` tell what was asked for since the last reset. */
wm_transport *wm_forge_in_memory(wm_forge *forge);
/* Written to a folder, which goes with the forge. An endless file has a hole of a gigabyte. */
wm_transport *wm_forge_in_folder(wm_forge *forge);

/* ---- replicas ---- */

/* Replicas on the disk of fault_vfs.h that hold each release, closed, 0 for nothing; and the disk's
 * mark. */
void wm_forge_make_replicas(wm_forge *forge);
/* The replica of a release as it was at the mark; no other is open. */
wm_store *wm_forge_open_replica(int64_t release);
/* That one as it is on the disk now. */
wm_store *wm_forge_reopen_replica(int64_t release);

typedef struct wm_forge_sync {
    const char *subscribe; /* NULL: as the replica has it, or WM_FORGE_SUBSCRIPTION */
    int64_t now_s;         /* 0: the day of the reset's release */
    const char *root;      /* instead of the publisher's; NULL: that */
    bool professional;     /* the edition */
} wm_forge_sync;

/* sync and summary may be NULL. The transport stays open. */
wm_status wm_forge_try(wm_forge *forge, wm_store *replica, wm_transport *transport,
                       const wm_forge_sync *sync, wm_client_summary *summary, wm_error *err);
/* Fails the test unless the replica holds `release` of exactly the partitions E and P, whole. */
void wm_forge_check(const wm_forge *forge, wm_store *replica, int64_t release);

#endif

/* metadata.h: TUF metadata (specification 1.0.34, section 4): from bytes to checked structs.
 *
 *   bytes --wm_unverified_read--> wm_unverified --wm_verify--> wm_verified --wm_root_read ...-->
 * wm_root cap, strict parse,        a frame and      threshold     may be        types and ranges
 *          canonical form            signatures       of keys       interpreted   checked
 *
 * Only wm_verify and wm_verified_pinned make a wm_verified, and only from one can a role's content
 * be read: nothing unsigned is ever interpreted. Everything lives in the caller's arena.
 * Unknown members are ignored, as the specification asks.
 *
 * Statuses: WM_BAD_INPUT: not what the format says; WM_TOO_LARGE: above a limit;
 * WM_NOT_TRUSTED: too few good signatures. */
#ifndef WAYMARK_TRUST_METADATA_H
#define WAYMARK_TRUST_METADATA_H

#include "trust/key.h"

#define WM_SIGNATURES_MAX 256
#define WM_ROLE_KEYS_MAX 256
#define WM_KEYS_MAX 1024
#define WM_PATHS_MAX 1024
#define WM_META_PATH_BYTES_MAX 512

typedef struct wm_signature {
    wm_str key_id;
    const uint8_t *bytes;
    size_t length;
} wm_signature;

/* Nobody has vouched for this: its frame and its signatures only are known. */
typedef struct wm_unverified {
    const wm_json *body; /* "signed": not to be interpreted */
    wm_str canonical;    /* what signatures are over */
    const wm_signature *signatures;
    size_t signature_count;
} wm_unverified;

/* A threshold of the right keys has signed this. */
typedef struct wm_verified {
    const wm_json *body;
} wm_verified;

/* Who may sign as a role. */
typedef struct wm_signers {
    wm_str name;
    const wm_public_key *keys; /* each once, whatever ids it has */
    size_t key_count;
    int64_t threshold; /* at least 1 */
} wm_signers;

typedef enum wm_top_role {
    WM_TOP_ROOT = 0,
    WM_TOP_TIMESTAMP = 1,
    WM_TOP_SNAPSHOT = 2,
    WM_TOP_TARGETS = 3
} wm_top_role;

#define WM_TOP_ROLES 4

const char *wm_top_role_name(wm_top_role role);

typedef struct wm_metadata_head {
    int64_t version;   /* at least 1 */
    int64_t expires_s; /* seconds since 1970, UTC */
} wm_metadata_head;

typedef struct wm_root {
    wm_metadata_head head;
    bool consistent_snapshot;
    wm_signers roles[WM_TOP_ROLES];
} wm_root;

#define WM_SHA512_BYTES 64

typedef struct wm_hashes {
    bool has_sha256;
    bool has_sha512;
    wm_digest sha256;
    uint8_t sha512[WM_SHA512_BYTES];
} wm_hashes;

/* A metadata file or a target, as another role lists it. */
typedef struct wm_listed_file {
    wm_str path;
    int64_t version;       /* metadata: at least 1; targets: 0 */
    int64_t length;        /* -1: not given (metadata only) */
    wm_hashes hashes;      /* targets: at least one; metadata: maybe none */
    const wm_json *custom; /* targets: an object, or NULL */
} wm_listed_file;

typedef struct wm_timestamp {
    wm_metadata_head head;
    wm_listed_file snapshot;
} wm_timestamp;

typedef struct wm_snapshot {
    wm_metadata_head head;
    const wm_listed_file *files; /* sorted by path */
    size_t file_count;
} wm_snapshot;

typedef struct wm_delegation {
    wm_signers role;
    bool terminating;
    const wm_str *paths; /* patterns */
    size_t path_count;
    const wm_str *hash_prefixes; /* of the hex SHA-256 of a path; never beside paths */
    size_t hash_prefix_count;
} wm_delegation;

typedef struct wm_targets {
    wm_metadata_head head;
    const wm_listed_file *files; /* sorted by path */
    size_t file_count;
    const wm_delegation *delegations; /* in order of priority */
    size_t delegation_count;
} wm_targets;

/* ---- frame and signatures ---- */

WM_MUST_USE wm_status wm_unverified_read(wm_arena *arena, wm_str bytes, size_t max_bytes,
                                         wm_unverified *unverified_out, wm_error *err);
/* WM_OK when `threshold` different keys of the role have signed. */
WM_MUST_USE wm_status wm_verify(const wm_unverified *unverified, const wm_signers *role,
                                wm_verified *verified_out, wm_error *err);
/* For bytes that the caller trusts for another reason: the root that came by a safe channel, or
 * what a replica stored after it had verified it. */
wm_verified wm_verified_pinned(const wm_unverified *unverified);

/* ---- content ---- */

WM_MUST_USE wm_status wm_root_read(wm_arena *arena, wm_verified verified, wm_root *root_out,
                                   wm_error *err);
WM_MUST_USE wm_status wm_timestamp_read(wm_arena *arena, wm_verified verified,
                                        wm_timestamp *timestamp_out, wm_error *err);
WM_MUST_USE wm_status wm_snapshot_read(wm_arena *arena, wm_verified verified,
                                       wm_snapshot *snapshot_out, wm_error *err);
/* The top role and delegated ones. */
WM_MUST_USE wm_status wm_targets_read(wm_arena *arena, wm_verified verified,
                                      wm_targets *targets_out, wm_error *err);

/* By exact path; NULL if it is not listed. */
const wm_listed_file *wm_listed_find(const wm_listed_file *files, size_t count, wm_str path);
/* Length (if given) and every hash given that we know. WM_NOT_TRUSTED says which differs. */
WM_MUST_USE wm_status wm_listed_check(const wm_listed_file *file, wm_str bytes, wm_error *err);

/* "YYYY-MM-DDTHH:MM:SSZ" exactly; false if not. */
bool wm_tuf_time_read(wm_str text, int64_t *seconds_out);
#define WM_TUF_TIME_BYTES 21
char *wm_tuf_time_write(int64_t seconds, char text_out[WM_TUF_TIME_BYTES]);

#endif

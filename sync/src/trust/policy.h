/* policy.h: what a client may believe, given what it believed before. Pure: metadata in, yes or no
 * out; no I/O, no clock. The numbers are those of the client workflow, TUF 1.0.34 section 5.
 *
 * Statuses: WM_NOT_TRUSTED: a signature, version or rollback check failed; WM_EXPIRED: the freeze
 * check failed; WM_UNCHANGED: nothing new (no text). */
#ifndef WAYMARK_TRUST_POLICY_H
#define WAYMARK_TRUST_POLICY_H

#include "trust/metadata.h"

/* The root that everything starts from: it must be signed by its own keys, too. */
WM_MUST_USE wm_status wm_policy_first_root(wm_arena *arena, wm_str bytes, wm_root *root_out,
                                           wm_error *err);
/* 5.3.4, 5.3.5: signed by a threshold of the root held and of itself, and exactly one version on.
 */
WM_MUST_USE wm_status wm_policy_next_root(wm_arena *arena, const wm_root *held, wm_str bytes,
                                          wm_root *root_out, wm_error *err);
/* 5.3.10, 5.4.4, 5.5.6, 5.6.5: `what` names the file in the text. */
WM_MUST_USE wm_status wm_policy_fresh(const char *what, const wm_metadata_head *head, int64_t now_s,
                                      wm_error *err);
/* 5.3.11: after a rotation what the old keys signed is forgotten, so that a fast-forward by a thief
 * can be undone. True if a key (not its name) has lost its say. More keys, or another threshold,
 * take nothing back: what is held stays, if it still verifies. */
bool wm_policy_rotated(const wm_signers *before, const wm_signers *after);
/* 5.4.3: versions of the timestamp and of its snapshot do not go down. held may be NULL.
 * WM_UNCHANGED: the same version. */
WM_MUST_USE wm_status wm_policy_timestamp(const wm_timestamp *held, const wm_timestamp *fresh,
                                          wm_error *err);
/* 5.5.5: no file listed before has a lower version, or is gone. held may be NULL. */
WM_MUST_USE wm_status wm_policy_snapshot(const wm_snapshot *held, const wm_snapshot *fresh,
                                         wm_error *err);
/* 5.5.4, 5.6.4: the version is the one that is listed. */
WM_MUST_USE wm_status wm_policy_listed_version(const wm_listed_file *listed,
                                               const wm_metadata_head *head, wm_error *err);
/* The time to check expiry with: a device's clock may be wrong or set back, but it is not before a
 * date that we have seen signed. */
int64_t wm_policy_time(int64_t now_s, int64_t floor_s);

/* ---- delegations ---- */

/* A shell pattern of '*' and '?', neither of which matches '/'. */
bool wm_policy_path_matches(wm_str pattern, wm_str path);
/* True if a delegation is trusted with the path. */
bool wm_policy_delegates(const wm_delegation *delegation, wm_str path);

/* 5.6.7: pre-order depth-first search for the role that lists a target. Does no I/O: it says which
 * role it must see next.
 *
 *   wm_search_init(&search, path);
 *   role = top targets;
 *   while (wm_search_step(&search, role, &found, &next) == WM_OK && found == NULL)
 *       role = fetch and verify next->role; NULL: the keys of `next` have not signed it
 *
 * Diamonds: two roles may delegate to a third by one name, each with keys of its own. So "visited"
 * (5.6.7.1) is said of a role that was seen, not of one that did not verify: it is tried again
 * under the next delegation that names it, and is then as good as if the first had not been there.
 * But nothing is found meanwhile: 5.6.7 ends a search at a role that cannot be verified, since else
 * whoever can spoil a file decides which role is asked instead. */
#define WM_SEARCH_PENDING_MAX 512

typedef struct wm_search {
    wm_str path;
    const wm_delegation *pending[WM_SEARCH_PENDING_MAX]; /* the next one last */
    size_t pending_count;
    wm_str visited[WM_DELEGATED_ROLES_VISITED_MAX]; /* empty: that visit saw nothing */
    size_t visited_count;
    wm_str unproven[WM_DELEGATED_ROLES_VISITED_MAX]; /* named, and not verified so far */
    size_t unproven_count;
} wm_search;

void wm_search_init(wm_search *search, wm_str path);
/* `role`: the one asked for last (at first the top role), or NULL if it did not verify.
 * WM_OK: either *found_out is the target, or *next_out is the role to be seen next. WM_NOT_FOUND:
 * no role lists it, or WM_DELEGATED_ROLES_VISITED_MAX were visited, or (unproven_count > 0) a role
 * on the way was not verified. The roles given must outlive the search. */
WM_MUST_USE wm_status wm_search_step(wm_search *search, const wm_targets *role,
                                     const wm_listed_file **found_out,
                                     const wm_delegation **next_out);

#endif

/* root_change.h: the steps from one root to the next. Only for this room.
 *
 *   recover   what a stopped run began is taken back or completed
 *   begin     N.root.json.begun: which keys are about to be made
 *             secret keys are written
 *   commit    N.root.json: from here on the root counts; root.json
 *    or draft N.root.json.draft: too few have signed
 *   end       begun (and the draft that became the root) go
 *
 * A stop before commit leaves secrets that only the begun root names: recover moves them aside. */
#ifndef WAYMARK_PUBLISH_ROOT_CHANGE_H
#define WAYMARK_PUBLISH_ROOT_CHANGE_H

#include "publish/keys.h"

/* What the changes of one run work with. */
typedef struct wm_root_desk {
    wm_key_places places;
    wm_names made;
    wm_names gone;
    bool forgets;     /* keys that go are deleted, not moved aside */
    unsigned resumed; /* 1u << wm_edition: recover completed a root that counted already */
} wm_root_desk;

/* `extra` may be NULL: one more folder to look for keys in. */
WM_MUST_USE wm_status wm_root_desk_init(wm_arena *arena, const wm_keys_options *options,
                                        const char *extra, wm_root_desk *desk_out, wm_error *err);

/* *chain_out: all roots that count; none if the edition has no keys. */
WM_MUST_USE wm_status wm_root_recover(wm_root_desk *desk, wm_edition edition,
                                      wm_root_chain *chain_out, wm_error *err);
WM_MUST_USE wm_status wm_root_begin(wm_root_desk *desk, wm_edition edition, int64_t version,
                                    wm_str file, wm_error *err);
WM_MUST_USE wm_status wm_root_commit(wm_root_desk *desk, wm_edition edition, int64_t version,
                                     wm_str file, wm_error *err);
WM_MUST_USE wm_status wm_root_draft(wm_root_desk *desk, wm_edition edition, int64_t version,
                                    wm_str file, wm_error *err);
WM_MUST_USE wm_status wm_root_end(wm_root_desk *desk, wm_edition edition, int64_t version,
                                  wm_error *err);
/* The draft of that version. WM_NOT_FOUND: none (no text). */
WM_MUST_USE wm_status wm_root_draft_read(wm_root_desk *desk, wm_edition edition, int64_t version,
                                         wm_str *file_out, wm_error *err);
/* Files of keys that the newest root does not name any more are moved aside; with forgets_last,
 * those that the last change took out are deleted. */
WM_MUST_USE wm_status wm_root_clear_old(wm_root_desk *desk, wm_edition edition,
                                        const wm_root_chain *chain, bool forgets_last,
                                        wm_error *err);

/* The editions asked for that have roots; WM_NOT_FOUND: none. A bit set. */
WM_MUST_USE wm_status wm_root_editions(wm_root_desk *desk, const wm_keys_options *options,
                                       wm_root_chain chains_out[WM_EDITION_COUNT],
                                       unsigned *editions_out, wm_error *err);

/* True if the root has a key with this value in the role. */
bool wm_signers_have(const wm_signers *signers, const wm_public_key *key);

/* ---- keys_offer.c ---- */

/* The public half of a key, as it was offered. WM_BAD_INPUT: it is none. WM_UNSUPPORTED: not
 * ed25519. */
WM_MUST_USE wm_status wm_offer_read(wm_arena *arena, wm_str text, wm_public_key *key_out,
                                    wm_error *err);

/* ---- root_sign.c ---- */

#define WM_ROOT_SECRETS_MAX 64

typedef struct wm_root_secrets {
    wm_secret_key keys[WM_ROOT_SECRETS_MAX];
    size_t count;
} wm_root_secrets;

/* Whose signatures a root needs, and what there is to make them of. */
typedef struct wm_root_signing {
    const wm_root *held; /* NULL: it is the first */
    const wm_root *next;
    const wm_unverified *before; /* its signatures are kept, if they are good; NULL: none */
    const wm_secret_key *keys;
    size_t key_count;
} wm_root_signing;

/* The file of `next`, with all signatures that there can be, in the order of the roots' keys. */
WM_MUST_USE wm_status wm_root_sign(wm_arena *arena, const wm_root_signing *signing,
                                   wm_str *file_out, wm_error *err);
/* How many signatures of the role are still lacking. */
unsigned wm_root_lacks(const wm_unverified *unverified, const wm_signers *signers);
bool wm_root_has_signed(const wm_unverified *unverified, const wm_public_key *key);
/* All root keys of both that are to be found, beside those that `secrets` has already. */
WM_MUST_USE wm_status wm_root_secrets_find(wm_root_desk *desk, wm_edition edition,
                                           const wm_root *held, const wm_root *next,
                                           wm_root_secrets *secrets, wm_error *err);
/* Read a draft of the root after `held`: WM_NOT_TRUSTED: it cannot be one. */
WM_MUST_USE wm_status wm_root_draft_parse(wm_arena *arena, const wm_root *held, wm_str file,
                                          wm_unverified *unverified_out, wm_root *root_out,
                                          wm_error *err);
/* Commit a file that enough have signed, else keep it as a draft; tells which in *root_out. */
WM_MUST_USE wm_status wm_root_settle(wm_root_desk *desk, const wm_root_chain *chain, wm_str file,
                                     wm_keys_root *root_out, wm_error *err);

#endif

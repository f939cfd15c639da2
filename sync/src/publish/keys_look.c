/* keys_look.c: what there is: roots, keys and where their files are, and the draft that waits.
 * Reads only. */
#include <stdio.h>

#include "publish/root_change.h"
#include "trust/policy.h"

typedef struct look {
    wm_root_desk desk;
    wm_edition edition;
    const wm_root *held;
    bool has_draft;
    wm_unverified draft_file;
    wm_root draft;
} look;

static wm_status view_key(look *at, int role, const wm_public_key *key, wm_key_view *view,
                          wm_error *err)
{
    wm_found_key found;
    view->id = key->id;
    view->comes = !wm_signers_have(&at->held->roles[role], key);
    view->goes = at->has_draft && !wm_signers_have(&at->draft.roles[role], key);
    view->has_signed = at->has_draft && wm_root_has_signed(&at->draft_file, key);
    view->file = WM_STR("");
    wm_status status =
        wm_key_find(&at->desk.places, at->edition, (wm_top_role)role, key, &found, NULL, err);
    if (status == WM_OK) {
        view->file = found.path;
        wm_secret_key_wipe(&found.key);
    }
    return status == WM_NOT_FOUND ? WM_OK : status;
}

static wm_status view_role(look *at, int role, wm_key_role_view *view, wm_error *err)
{
    const wm_signers *held = &at->held->roles[role];
    const wm_signers *next = &at->draft.roles[role];
    size_t next_count = at->has_draft ? next->key_count : 0;
    wm_key_view *keys =
        wm_arena_array(at->desk.places.arena, held->key_count + next_count, sizeof *keys);
    if (keys == NULL) {
        return wm_fail_memory(err);
    }
    *view = (wm_key_role_view){ .keys = keys, .threshold = held->threshold };
    view->next_threshold = at->has_draft ? next->threshold : held->threshold;
    wm_status status = WM_OK;
    for (size_t i = 0; i < held->key_count && status == WM_OK; i++) {
        status = view_key(at, role, &held->keys[i], &keys[view->key_count++], err);
    }
    for (size_t i = 0; i < next_count && status == WM_OK; i++) {
        if (!wm_signers_have(held, &next->keys[i])) {
            status = view_key(at, role, &next->keys[i], &keys[view->key_count++], err);
        }
    }
    return status;
}

static wm_status view_edition(look *at, const wm_root_chain *chain, wm_keys_view *view,
                              wm_error *err)
{
    wm_str draft = { NULL, 0 };
    at->held = wm_root_newest(chain);
    *view = (wm_keys_view){ .edition = at->edition,
                            .version = at->held->head.version,
                            .expires_s = at->held->head.expires_s };
    wm_status status =
        wm_root_draft_read(&at->desk, at->edition, at->held->head.version + 1, &draft, err);
    at->has_draft = status == WM_OK;
    if (status == WM_OK) {
        status = wm_root_draft_parse(at->desk.places.arena, at->held, draft, &at->draft_file,
                                     &at->draft, err);
        wm_error_context(err, "%s/%lld.root.json.draft", wm_edition_name(at->edition),
                         (long long)at->held->head.version + 1);
    } else if (status == WM_NOT_FOUND) {
        status = WM_OK;
    }
    if (status == WM_OK && at->has_draft) {
        view->has_draft = true;
        view->draft_expires_s = at->draft.head.expires_s;
        view->old_lacks = wm_root_lacks(&at->draft_file, &at->held->roles[WM_TOP_ROOT]);
        view->new_lacks = wm_root_lacks(&at->draft_file, &at->draft.roles[WM_TOP_ROOT]);
    }
    for (int role = 0; role < WM_TOP_ROLES && status == WM_OK; role++) {
        status = view_role(at, role, &view->roles[role], err);
    }
    return status;
}

wm_status wm_keys_look(wm_arena *arena, const wm_keys_options *options,
                       const wm_keys_view **views_out, size_t *count_out, wm_error *err)
{
    wm_keys_view *views = wm_arena_array(arena, WM_EDITION_COUNT, sizeof *views);
    size_t count = 0;
    if (views == NULL) {
        return wm_fail_memory(err);
    }
    for (int i = 0; i < WM_EDITION_COUNT; i++) {
        look at = { .edition = (wm_edition)i };
        wm_root_chain chain = { NULL, NULL, 0 };
        bool asked = (options->editions & (1u << i)) != 0;
        if (options->editions != 0 && !asked) {
            continue;
        }
        wm_status status = wm_root_desk_init(arena, options, NULL, &at.desk, err);
        if (status == WM_OK) {
            status = wm_root_chain_load(arena, at.desk.places.files, options->key_folder,
                                        at.edition, &chain, err);
        }
        if (status == WM_NOT_FOUND && !asked) {
            wm_error_clear(err);
            continue;
        }
        if (status == WM_NOT_FOUND) {
            return wm_fail(err, WM_IO, "%s/%s: no such root; make keys first", options->key_folder,
                           wm_edition_name(at.edition));
        }
        if (status == WM_OK) {
            status = view_edition(&at, &chain, &views[count++], err);
        }
        if (status != WM_OK) {
            return status;
        }
    }
    if (count == 0) {
        return wm_fail(err, WM_IO, "%s: no root of any edition; make keys first",
                       options->key_folder);
    }
    *views_out = views;
    *count_out = count;
    return WM_OK;
}

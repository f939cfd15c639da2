/* root_files.c: the files of a change of root, and what becomes of them after a stop. See
 * root_change.h. */
#include <stdio.h>

#include "publish/root_change.h"
#include "trust/policy.h"

#define COPIES_MAX 64 /* of one key, in as many folders */

/* ---- names ---- */

static wm_status root_path(const wm_root_desk *desk, wm_edition edition, int64_t version,
                           const char *ending, char path_out[WM_PUBLISH_PATH_BYTES], wm_error *err)
{
    char name[WM_KEY_NAME_BYTES];
    (void)snprintf(name, sizeof name, "%lld.root.json%s", (long long)version, ending);
    return wm_key_path(path_out, desk->places.folders[0], edition, name, err);
}

wm_status wm_root_desk_init(wm_arena *arena, const wm_keys_options *options, const char *extra,
                            wm_root_desk *desk_out, wm_error *err)
{
    size_t count = 1 + options->root_folder_count + (extra != NULL ? 1 : 0);
    const char **folders = wm_arena_array(arena, count, sizeof *folders);
    if (folders == NULL) {
        return wm_fail_memory(err);
    }
    folders[0] = options->key_folder;
    for (size_t i = 0; i < options->root_folder_count; i++) {
        folders[1 + i] = options->root_folders[i];
    }
    if (extra != NULL) {
        folders[count - 1] = extra;
    }
    const wm_files *files = options->files != NULL ? options->files : wm_files_system();
    *desk_out = (wm_root_desk){ .places = { arena, files, folders, count },
                                .made = { .arena = arena },
                                .gone = { .arena = arena } };
    return WM_OK;
}

/* ---- writing ---- */

static wm_status put(wm_root_desk *desk, const char *path, wm_str file, bool is_result,
                     wm_error *err)
{
    wm_status status = desk->places.files->write(desk->places.files->context, path, file, err);
    return status == WM_OK && is_result ? wm_names_add(&desk->made, wm_str_of(path), err) : status;
}

static wm_status take_away(wm_root_desk *desk, wm_edition edition, int64_t version,
                           const char *ending, wm_error *err)
{
    char path[WM_PUBLISH_PATH_BYTES];
    wm_status status = root_path(desk, edition, version, ending, path, err);
    return status == WM_OK ? desk->places.files->remove(desk->places.files->context, path, err)
                           : status;
}

/* Where secrets are going to be, nobody else is to look around. */
static wm_status keep_private(const wm_root_desk *desk, wm_edition edition, wm_error *err)
{
    const wm_files *files = desk->places.files;
    char path[WM_PUBLISH_PATH_BYTES];
    wm_status status = wm_key_path(path, desk->places.folders[0], edition, "", err);
    return status == WM_OK && files->make_private != NULL
               ? files->make_private(files->context, path, err)
               : status;
}

wm_status wm_root_begin(wm_root_desk *desk, wm_edition edition, int64_t version, wm_str file,
                        wm_error *err)
{
    char path[WM_PUBLISH_PATH_BYTES];
    wm_status status = keep_private(desk, edition, err);
    if (status == WM_OK) {
        status = root_path(desk, edition, version, ".begun", path, err);
    }
    return status == WM_OK ? put(desk, path, file, false, err) : status;
}

wm_status wm_root_draft(wm_root_desk *desk, wm_edition edition, int64_t version, wm_str file,
                        wm_error *err)
{
    char path[WM_PUBLISH_PATH_BYTES];
    wm_status status = root_path(desk, edition, version, ".draft", path, err);
    return status == WM_OK ? put(desk, path, file, true, err) : status;
}

static wm_status put_newest(wm_root_desk *desk, wm_edition edition, wm_str file, wm_error *err)
{
    char path[WM_PUBLISH_PATH_BYTES];
    wm_status status = wm_key_path(path, desk->places.folders[0], edition, "root.json", err);
    return status == WM_OK ? put(desk, path, file, true, err) : status;
}

wm_status wm_root_commit(wm_root_desk *desk, wm_edition edition, int64_t version, wm_str file,
                         wm_error *err)
{
    char path[WM_PUBLISH_PATH_BYTES];
    wm_status status = root_path(desk, edition, version, "", path, err);
    if (status == WM_OK) {
        status = put(desk, path, file, true, err);
    }
    return status == WM_OK ? put_newest(desk, edition, file, err) : status;
}

wm_status wm_root_end(wm_root_desk *desk, wm_edition edition, int64_t version, wm_error *err)
{
    char path[WM_PUBLISH_PATH_BYTES];
    wm_str found = { NULL, 0 };
    wm_status status = root_path(desk, edition, version, "", path, err);
    if (status == WM_OK) {
        status = wm_key_read_file(desk->places.arena, desk->places.files, path, &found, err);
    }
    if (status == WM_OK) {
        status = take_away(desk, edition, version, ".draft", err);
    } else if (status == WM_NOT_FOUND) {
        status = WM_OK; /* the draft stays */
    }
    return status == WM_OK ? take_away(desk, edition, version, ".begun", err) : status;
}

wm_status wm_root_draft_read(wm_root_desk *desk, wm_edition edition, int64_t version,
                             wm_str *file_out, wm_error *err)
{
    char path[WM_PUBLISH_PATH_BYTES];
    wm_status status = root_path(desk, edition, version, ".draft", path, err);
    return status == WM_OK
               ? wm_key_read_file(desk->places.arena, desk->places.files, path, file_out, err)
               : status;
}

/* ---- keys that are not named any more ---- */

bool wm_signers_have(const wm_signers *signers, const wm_public_key *key)
{
    for (size_t i = 0; i < signers->key_count; i++) {
        if (wm_digest_equal(&signers->keys[i].identity, &key->identity)) {
            return true;
        }
    }
    return false;
}

/* A key file that was being made when a run stopped may have its passing name beside its own. */
static wm_status clear_passing(wm_root_desk *desk, wm_str path, wm_error *err)
{
    char fresh[WM_PUBLISH_PATH_BYTES];
    int length = snprintf(fresh, sizeof fresh, "%.*s.new", WM_STR_ARG(path));
    return length > 0 && length < (int)sizeof fresh
               ? desk->places.files->remove(desk->places.files->context, fresh, err)
               : WM_OK; /* none could be made */
}

/* All files of one key. */
static wm_status clear_key(wm_root_desk *desk, wm_edition edition, wm_top_role role,
                           const wm_public_key *key, bool forgets, wm_error *err)
{
    for (int i = 0; i < COPIES_MAX; i++) {
        wm_found_key found;
        wm_str gone = { NULL, 0 };
        wm_status status = wm_key_find(&desk->places, edition, role, key, &found, NULL, err);
        if (status != WM_OK) {
            return status == WM_NOT_FOUND ? WM_OK : status;
        }
        gone = found.path;
        status = clear_passing(desk, found.path, err);
        if (status == WM_OK) {
            status = forgets
                         ? desk->places.files->remove(desk->places.files->context, gone.ptr, err)
                         : wm_key_retire(&desk->places, role, &found, &gone, err);
        }
        wm_secret_key_wipe(&found.key);
        if (status == WM_OK) {
            status = wm_names_add(&desk->gone, gone, err);
        }
        if (status != WM_OK) {
            return status;
        }
    }
    return WM_OK;
}

wm_status wm_root_clear_old(wm_root_desk *desk, wm_edition edition, const wm_root_chain *chain,
                            bool forgets_last, wm_error *err)
{
    const wm_root *newest = wm_root_newest(chain);
    wm_status status = WM_OK;
    for (size_t version = 0; version + 1 < chain->count; version++) {
        for (int role = 0; role < WM_TOP_ROLES; role++) {
            const wm_signers *before = &chain->roots[version].roles[role];
            for (size_t i = 0; i < before->key_count && status == WM_OK; i++) {
                const wm_public_key *key = &before->keys[i];
                if (!wm_signers_have(&newest->roles[role], key)) {
                    /* an older root may name it too */
                    bool is_last =
                        wm_signers_have(&chain->roots[chain->count - 2].roles[role], key);
                    status = clear_key(desk, edition, (wm_top_role)role, key,
                                       forgets_last && is_last, err);
                }
            }
        }
    }
    return status;
}

/* ---- after a stop ---- */

static bool chain_names(const wm_root_chain *chain, int role, const wm_public_key *key)
{
    for (size_t i = 0; i < chain->count; i++) {
        if (wm_signers_have(&chain->roots[i].roles[role], key)) {
            return true;
        }
    }
    return false;
}

static wm_status is_begun(wm_root_desk *desk, wm_edition edition, int64_t version, bool *is_out,
                          wm_error *err)
{
    char path[WM_PUBLISH_PATH_BYTES];
    wm_str begun = { NULL, 0 };
    wm_status status = root_path(desk, edition, version, ".begun", path, err);
    if (status == WM_OK) {
        status = wm_key_read_file(desk->places.arena, desk->places.files, path, &begun, err);
    }
    *is_out = status == WM_OK;
    return status == WM_NOT_FOUND ? WM_OK : status;
}

/* Keys that were made for a root that never came. They are put away, not deleted: the root may have
 * come by hand, and these be all that is left of its keys. */
static wm_status take_back(wm_root_desk *desk, wm_edition edition, const wm_root_chain *chain,
                           wm_str file, wm_error *err)
{
    wm_arena *arena = desk->places.arena;
    wm_unverified unverified;
    wm_root begun;
    wm_status status =
        wm_unverified_read(arena, file, WM_METADATA_ROOT_BYTES_MAX, &unverified, err);
    if (status == WM_OK) {
        status = wm_root_read(arena, wm_verified_pinned(&unverified), &begun, err);
    }
    for (int role = 0; role < WM_TOP_ROLES && status == WM_OK; role++) {
        const wm_signers *signers = &begun.roles[role];
        for (size_t i = 0; i < signers->key_count && status == WM_OK; i++) {
            if (!chain_names(chain, role, &signers->keys[i])) {
                status = clear_key(desk, edition, (wm_top_role)role, &signers->keys[i], false, err);
            }
        }
    }
    return status;
}

static wm_status recover_begun(wm_root_desk *desk, wm_edition edition, const wm_root_chain *chain,
                               wm_error *err)
{
    char path[WM_PUBLISH_PATH_BYTES];
    wm_str begun = { NULL, 0 };
    wm_str draft = { NULL, 0 };
    int64_t next = (int64_t)chain->count + 1;
    wm_status status = root_path(desk, edition, next, ".begun", path, err);
    if (status == WM_OK) {
        status = wm_key_read_file(desk->places.arena, desk->places.files, path, &begun, err);
    }
    if (status == WM_NOT_FOUND) {
        return WM_OK;
    }
    if (status == WM_OK) {
        status = wm_root_draft_read(desk, edition, next, &draft, err);
    }
    if (status == WM_NOT_FOUND) { /* with a draft all secrets are there */
        status = take_back(desk, edition, chain, begun, err);
    }
    return status == WM_OK ? desk->places.files->remove(desk->places.files->context, path, err)
                           : status;
}

wm_status wm_root_recover(wm_root_desk *desk, wm_edition edition, wm_root_chain *chain_out,
                          wm_error *err)
{
    char path[WM_PUBLISH_PATH_BYTES];
    wm_str newest = { NULL, 0 };
    wm_root_chain chain = { NULL, NULL, 0 };
    wm_status status = wm_root_chain_load(desk->places.arena, desk->places.files,
                                          desk->places.folders[0], edition, &chain, err);
    if (status == WM_NOT_FOUND) {
        wm_error_clear(err);
        status = WM_OK;
    }
    if (status == WM_OK) {
        status = recover_begun(desk, edition, &chain, err);
    }
    if (status != WM_OK || chain.count == 0) {
        return status;
    }
    status = wm_key_path(path, desk->places.folders[0], edition, "root.json", err);
    if (status == WM_OK) {
        status = wm_key_read_file(desk->places.arena, desk->places.files, path, &newest, err);
    }
    if (status == WM_NOT_FOUND ||
        (status == WM_OK && !wm_str_equal(newest, chain.files[chain.count - 1]))) {
        status = put_newest(desk, edition, chain.files[chain.count - 1], err);
    }
    bool resumes = false;
    if (status == WM_OK) {
        status = is_begun(desk, edition, (int64_t)chain.count, &resumes, err);
    }
    /* The keys first: that the root was begun says that they may have to go. */
    if (status == WM_OK) {
        status = wm_root_clear_old(desk, edition, &chain, resumes && desk->forgets, err);
    }
    if (status == WM_OK) {
        status = wm_root_end(desk, edition, (int64_t)chain.count, err);
    }
    desk->resumed |= resumes ? 1u << (unsigned)edition : 0;
    if (status == WM_OK) {
        *chain_out = chain;
    }
    return status;
}

wm_status wm_root_editions(wm_root_desk *desk, const wm_keys_options *options,
                           wm_root_chain chains_out[WM_EDITION_COUNT], unsigned *editions_out,
                           wm_error *err)
{
    unsigned found = 0;
    unsigned asked = options->editions;
    for (int i = 0; i < WM_EDITION_COUNT; i++) {
        if (asked != 0 && (asked & (1u << i)) == 0) {
            continue;
        }
        wm_root_chain *chain = &chains_out[i];
        *chain = (wm_root_chain){ NULL, NULL, 0 };
        wm_status status = wm_root_recover(desk, (wm_edition)i, chain, err);
        if (status != WM_OK) {
            return status;
        }
        found |= chain->count > 0 ? 1u << i : 0;
        if (chain->count == 0 && asked != 0) {
            return wm_fail(err, WM_IO, "%s/%s: no such root; make keys first", options->key_folder,
                           wm_edition_name((wm_edition)i));
        }
    }
    if (found == 0) {
        return wm_fail(err, WM_IO, "%s: no root of any edition; make keys first",
                       options->key_folder);
    }
    *editions_out = found;
    return WM_OK;
}

/* keys.c: making keys, and what publish needs to sign. See keys.h.
 *
 * init writes in this order: what it is about to make (1.root.json.begun), the secrets,
 * 1.root.json, root.json; and then takes back the first. A run that stops leaves either a first
 * root that counts or secrets that only the begun root names: the next run moves those aside and
 * begins anew. */
#include <assert.h>
#include <stdio.h>

#include "publish/keys.h"
#include "publish/root_change.h"
#include "trust/policy.h"

static_assert((int)WM_KEY_ROOT == (int)WM_TOP_ROOT && (int)WM_KEY_TARGETS == (int)WM_TOP_TARGETS &&
                  (int)WM_KEY_SNAPSHOT == (int)WM_TOP_SNAPSHOT &&
                  (int)WM_KEY_TIMESTAMP == (int)WM_TOP_TIMESTAMP,
              "the roles of keys.h are those of root");

const char *wm_key_role_name(wm_key_role role)
{
    return wm_top_role_name((wm_top_role)role);
}

bool wm_key_role_parse(wm_str name, wm_key_role *role_out)
{
    for (int i = 0; i < WM_KEY_ROLES; i++) {
        if (wm_str_is(name, wm_key_role_name((wm_key_role)i))) {
            *role_out = (wm_key_role)i;
            return true;
        }
    }
    return false;
}

/* ---- init ---- */

typedef struct key_maker {
    wm_arena *arena;
    const wm_keys_options *options;
    wm_root_desk desk;
    wm_key_quorum quorum[WM_KEY_ROLES];
} key_maker;

/* The keys of one edition before they are written. */
typedef struct fresh_edition {
    wm_role_keys roles[WM_TOP_ROLES];
    wm_public_key public_keys[WM_TOP_ROLES][WM_KEYS_PER_ROLE_MAX];
    wm_root root;
    wm_str file;
} fresh_edition;

static wm_status check_quorums(key_maker *maker, wm_error *err)
{
    for (int i = 0; i < WM_KEY_ROLES; i++) {
        wm_key_quorum *quorum = &maker->quorum[i];
        *quorum = maker->options->quorum[i];
        quorum->keys = quorum->keys == 0 ? 1 : quorum->keys;
        quorum->threshold = quorum->threshold == 0 ? 1 : quorum->threshold;
        if (quorum->keys > WM_KEYS_PER_ROLE_MAX || quorum->threshold > quorum->keys) {
            return wm_fail(err, WM_BAD_ARGUMENT,
                           "role %s: expected at most %d keys and a threshold of no more than "
                           "there are, found %u and %u",
                           wm_key_role_name((wm_key_role)i), WM_KEYS_PER_ROLE_MAX, quorum->keys,
                           quorum->threshold);
        }
    }
    return WM_OK;
}

static wm_status generate(key_maker *maker, fresh_edition *fresh, wm_error *err)
{
    wm_status status = WM_OK;
    fresh->root = (wm_root){ .head = { 1, 0 }, .consistent_snapshot = true };
    fresh->root.head.expires_s =
        ((int64_t)wm_date_from_unix(maker->options->now_s) + WM_ROOT_DAYS) * 86400;
    for (int role = 0; role < WM_TOP_ROLES && status == WM_OK; role++) {
        wm_role_keys *keys = &fresh->roles[role];
        for (unsigned i = 0; i < maker->quorum[role].keys && status == WM_OK; i++) {
            status = wm_secret_key_generate(maker->arena, &keys->keys[i], err);
            keys->count += status == WM_OK ? 1 : 0;
            fresh->public_keys[role][i] = keys->keys[i].public_key;
        }
        fresh->root.roles[role] =
            (wm_signers){ wm_str_of(wm_top_role_name((wm_top_role)role)), fresh->public_keys[role],
                          keys->count, maker->quorum[role].threshold };
    }
    wm_root_signing signing = { .next = &fresh->root,
                                .keys = fresh->roles[WM_TOP_ROOT].keys,
                                .key_count = fresh->roles[WM_TOP_ROOT].count };
    return status == WM_OK ? wm_root_sign(maker->arena, &signing, &fresh->file, err) : status;
}

/* Root keys go to those who keep them, in turn. */
static const char *folder_of(const key_maker *maker, wm_top_role role, size_t at)
{
    const wm_keys_options *options = maker->options;
    return role == WM_TOP_ROOT && options->root_folder_count > 0
               ? options->root_folders[at % options->root_folder_count]
               : options->key_folder;
}

static wm_status write_secrets(key_maker *maker, wm_edition edition, const fresh_edition *fresh,
                               wm_error *err)
{
    wm_status status = WM_OK;
    for (int role = 0; role < WM_TOP_ROLES; role++) {
        const wm_role_keys *keys = &fresh->roles[role];
        for (size_t i = 0; i < keys->count && status == WM_OK; i++) {
            char name[WM_KEY_NAME_BYTES];
            char path[WM_PUBLISH_PATH_BYTES];
            wm_key_file_name(name, (wm_top_role)role, &keys->keys[i].public_key);
            if (keys->count == 1) {
                (void)snprintf(name, sizeof name, "%s.key", wm_top_role_name((wm_top_role)role));
            }
            status = wm_key_path(path, folder_of(maker, (wm_top_role)role, i), edition, name, err);
            if (status == WM_OK) {
                status =
                    wm_key_write(maker->arena, maker->desk.places.files, path, &keys->keys[i], err);
            }
            if (status == WM_OK) {
                status = wm_names_add(&maker->desk.made, wm_str_of(path), err);
            }
        }
    }
    return status;
}

static wm_status init_edition(key_maker *maker, wm_edition edition, wm_error *err)
{
    fresh_edition *fresh = wm_arena_alloc(maker->arena, sizeof *fresh);
    if (fresh == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = generate(maker, fresh, err);
    if (status == WM_OK) {
        status = wm_root_begin(&maker->desk, edition, 1, fresh->file, err);
    }
    if (status == WM_OK) {
        status = write_secrets(maker, edition, fresh, err);
    }
    if (status == WM_OK) {
        status = wm_root_commit(&maker->desk, edition, 1, fresh->file, err);
    }
    if (status == WM_OK) {
        status = wm_root_end(&maker->desk, edition, 1, err);
    }
    wm_secret_wipe(fresh->roles, sizeof fresh->roles);
    return status;
}

/* WM_REFUSED: there is a file of that name. */
static wm_status refuse_file(const key_maker *maker, wm_edition edition, const char *name,
                             wm_error *err)
{
    char path[WM_PUBLISH_PATH_BYTES];
    wm_buf found;
    wm_buf_init(&found, maker->arena->env, WM_METADATA_ROOT_BYTES_MAX);
    wm_status status = wm_key_path(path, maker->options->key_folder, edition, name, err);
    if (status == WM_OK) {
        const wm_files *files = maker->desk.places.files;
        status = files->read(files->context, path, &found, err);
        if (status == WM_OK || status == WM_TOO_LARGE) {
            status = wm_fail(err, WM_REFUSED, "%s is there already and is not overwritten", path);
        } else if (status == WM_NOT_FOUND) {
            status = WM_OK;
        }
    }
    if (found.data != NULL) {
        wm_secret_wipe(found.data, found.capacity);
    }
    wm_buf_fini(&found);
    return status;
}

/* What a run that was stopped has left is taken back, or completed; anything else is refused. */
static wm_status clear_edition(key_maker *maker, wm_edition edition, bool *is_done_out,
                               wm_error *err)
{
    static const char *const names[] = { "root.json", "root.key", "targets.key", "snapshot.key",
                                         "timestamp.key" };
    wm_root_chain chain = { NULL, NULL, 0 };
    wm_status status = wm_root_recover(&maker->desk, edition, &chain, err);
    *is_done_out = chain.count > 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !*is_done_out && status == WM_OK;
         i++) {
        status = refuse_file(maker, edition, names[i], err);
    }
    return status;
}

static wm_status init_editions(key_maker *maker, wm_error *err)
{
    unsigned editions = maker->options->editions;
    bool is_done[WM_EDITION_COUNT] = { false };
    bool all_done = true;
    wm_status status = WM_OK;
    for (int i = 0; i < WM_EDITION_COUNT && status == WM_OK; i++) {
        if (editions == 0 || (editions & (1u << i)) != 0) {
            status = clear_edition(maker, (wm_edition)i, &is_done[i], err);
            all_done = all_done && is_done[i];
        } else {
            is_done[i] = true;
        }
    }
    for (int i = 0; all_done && i < WM_EDITION_COUNT && status == WM_OK; i++) {
        if ((editions == 0 || (editions & (1u << i)) != 0) && maker->desk.made.count == 0) {
            status = refuse_file(maker, (wm_edition)i, "root.json", err);
        }
    }
    for (int i = 0; i < WM_EDITION_COUNT && status == WM_OK; i++) {
        if (!is_done[i]) {
            status = init_edition(maker, (wm_edition)i, err);
        }
    }
    return status;
}

wm_status wm_keys_init(wm_arena *arena, const wm_keys_options *options, const wm_str **names_out,
                       size_t *name_count_out, wm_error *err)
{
    key_maker maker = { .arena = arena, .options = options };
    int lock = -1;
    wm_status status = wm_root_desk_init(arena, options, NULL, &maker.desk, err);
    if (status == WM_OK) {
        status = check_quorums(&maker, err);
    }
    const wm_files *files = maker.desk.places.files;
    if (status == WM_OK && files->make_private != NULL) {
        status = files->make_private(files->context, options->key_folder, err);
    }
    if (status == WM_OK) { /* there is something to lock now */
        status = wm_files_lock(files, options->key_folder, &lock, err);
    }
    if (status == WM_OK) {
        status = init_editions(&maker, err);
    }
    wm_files_unlock(files, lock);
    if (status == WM_OK) {
        *names_out = maker.desk.made.items;
        *name_count_out = maker.desk.made.count;
    }
    return status;
}

/* ---- for publish ---- */

/* The first `threshold` keys of the role that are here. */
static wm_status load_role(const wm_key_places *places, wm_edition edition, wm_top_role role,
                           wm_edition_keys *keys, wm_error *err)
{
    const wm_signers *signers = &keys->root.roles[role];
    wm_role_keys *loaded = &keys->roles[role];
    char path[WM_PUBLISH_PATH_BYTES];
    char name[WM_KEY_NAME_BYTES];
    wm_str other = { NULL, 0 };
    (void)snprintf(name, sizeof name, "%s.key", wm_top_role_name(role));
    wm_status status = wm_key_path(path, places->folders[0], edition, name, err);
    if (status == WM_OK && signers->threshold > WM_KEYS_PER_ROLE_MAX) {
        return wm_fail(err, WM_UNSUPPORTED, "role %s: expected a threshold of at most %d",
                       wm_top_role_name(role), WM_KEYS_PER_ROLE_MAX);
    }
    for (size_t i = 0; i < signers->key_count && status == WM_OK; i++) {
        wm_found_key found;
        if ((int64_t)loaded->count == signers->threshold) {
            return WM_OK;
        }
        status = wm_key_find(places, edition, role, &signers->keys[i], &found, &other, err);
        if (status == WM_OK) {
            loaded->keys[loaded->count++] = found.key;
            wm_secret_key_wipe(&found.key);
        } else if (status == WM_NOT_FOUND) {
            status = WM_OK;
        }
    }
    if (status != WM_OK || (int64_t)loaded->count == signers->threshold) {
        return status;
    }
    if (other.len > 0) {
        return wm_fail(err, WM_NOT_TRUSTED, "%.*s is not a key that root.json names",
                       WM_STR_ARG(other));
    }
    return loaded->count == 0
               ? wm_fail(err, WM_NOT_FOUND, "%s: no such key", path)
               : wm_fail(err, WM_NOT_FOUND, "%s: expected %lld keys of this role, found %zu", path,
                         (long long)signers->threshold, loaded->count);
}

wm_status wm_edition_keys_load(wm_arena *arena, const wm_files *files, const char *key_folder,
                               wm_edition edition, unsigned roles, wm_edition_keys *keys_out,
                               wm_error *err)
{
    wm_key_places places = { arena, files, &key_folder, 1 };
    memset(keys_out, 0, sizeof *keys_out);
    wm_status status = wm_root_chain_load(arena, files, key_folder, edition, &keys_out->chain, err);
    if (status == WM_OK) {
        keys_out->root = *wm_root_newest(&keys_out->chain);
    }
    for (int i = 0; i < WM_TOP_ROLES && status == WM_OK; i++) {
        if ((roles & WM_ROLE_BIT(i)) != 0) {
            status = load_role(&places, edition, (wm_top_role)i, keys_out, err);
        }
    }
    return status;
}

void wm_edition_keys_wipe(wm_edition_keys *keys)
{
    wm_secret_wipe(keys->roles, sizeof keys->roles);
}

wm_status wm_sign_as(wm_arena *arena, const wm_edition_keys *keys, wm_top_role role,
                     const wm_buf *body, wm_str *file_out, wm_error *err)
{
    const wm_role_keys *signers = &keys->roles[role];
    const wm_secret_key *list[WM_KEYS_PER_ROLE_MAX] = { NULL };
    for (size_t i = 0; i < signers->count; i++) {
        list[i] = &signers->keys[i];
    }
    wm_status status = wm_buf_status(body, err);
    return status == WM_OK ? wm_metadata_sign(arena, wm_buf_str(body), list, signers->count,
                                              body->max_bytes, file_out, err)
                           : status;
}

wm_signers wm_signers_of_targets(const wm_edition_keys *keys, wm_str role_name)
{
    wm_signers signers = keys->root.roles[WM_TOP_TARGETS];
    signers.name = role_name;
    return signers;
}

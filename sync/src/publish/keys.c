/* keys.c: see keys.h and publish.h.
 *
 * One key per role and edition, thresholds of one. Nothing is ever overwritten: a lost root key is
 * a feed that every client must be told anew. Buffers that held a seed are wiped. */
#include <stdio.h>

#include "publish/keys.h"
#include "trust/policy.h"

wm_status wm_key_path(char out[WM_PUBLISH_PATH_BYTES], const char *folder, wm_edition edition,
                      const char *name, wm_error *err)
{
    int length =
        snprintf(out, WM_PUBLISH_PATH_BYTES, "%s/%s/%s", folder, wm_edition_name(edition), name);
    if (length < 0 || length >= WM_PUBLISH_PATH_BYTES) {
        return wm_fail(err, WM_BAD_ARGUMENT, "%s: the path is too long", folder);
    }
    return WM_OK;
}

/* ---- init ---- */

typedef struct key_maker {
    wm_arena *arena;
    const wm_keys_options *options;
    const wm_files *files;
    wm_str *names;
    size_t name_count;
} key_maker;

#define FILES_OF_EDITION ((size_t)6)

static wm_status remember(key_maker *maker, const char *path, wm_error *err)
{
    wm_str copy = wm_arena_copy(maker->arena, wm_str_of(path));
    if (copy.ptr == NULL) {
        return wm_fail_memory(err);
    }
    maker->names[maker->name_count++] = copy;
    return WM_OK;
}

static wm_status make_key(key_maker *maker, wm_edition edition, wm_top_role role,
                          wm_secret_key *key_out, wm_error *err)
{
    char name[64];
    char path[WM_PUBLISH_PATH_BYTES];
    (void)snprintf(name, sizeof name, "%s.key", wm_top_role_name(role));
    wm_status status = wm_key_path(path, maker->options->key_folder, edition, name, err);
    if (status == WM_OK) {
        status = wm_secret_key_generate(maker->arena, key_out, err);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_buf text;
    wm_buf_init(&text, maker->arena->env, WM_KEY_FILE_BYTES_MAX);
    if (wm_buf_reserve(&text, WM_KEY_FILE_BYTES_MAX) != NULL) { /* never moved, so wiped whole */
        wm_secret_key_write(&text, key_out);
    }
    status = wm_buf_status(&text, err);
    if (status == WM_OK) {
        status = maker->files->create_secret(maker->files->context, path, wm_buf_str(&text), err);
    }
    if (text.data != NULL) {
        wm_secret_wipe(text.data, text.capacity);
    }
    wm_buf_fini(&text);
    return status == WM_OK ? remember(maker, path, err) : status;
}

static wm_status sign_root(key_maker *maker, wm_secret_key keys[WM_TOP_ROLES], wm_str *file_out,
                           wm_error *err)
{
    wm_root root = { .head = { 1, 0 }, .consistent_snapshot = true };
    root.head.expires_s =
        ((int64_t)wm_date_from_unix(maker->options->now_s) + WM_ROOT_DAYS) * 86400;
    for (int i = 0; i < WM_TOP_ROLES; i++) {
        root.roles[i] =
            (wm_signers){ wm_str_of(wm_top_role_name((wm_top_role)i)), &keys[i].public_key, 1, 1 };
    }
    wm_buf body;
    wm_buf_init(&body, maker->arena->env, WM_METADATA_ROOT_BYTES_MAX);
    wm_json_out out;
    wm_json_out_init(&out, &body);
    wm_root_write(&out, &root);
    wm_status status = wm_buf_status(&body, err);
    if (status == WM_OK) {
        const wm_secret_key *signer = &keys[WM_TOP_ROOT];
        status = wm_metadata_sign(maker->arena, wm_buf_str(&body), &signer, 1,
                                  WM_METADATA_ROOT_BYTES_MAX, file_out, err);
    }
    wm_buf_fini(&body);
    return status;
}

static wm_status init_edition(key_maker *maker, wm_edition edition, wm_error *err)
{
    static const char *const root_names[] = { "1.root.json", "root.json" };
    wm_secret_key keys[WM_TOP_ROLES];
    memset(keys, 0, sizeof keys);
    wm_status status = WM_OK;
    for (int i = 0; i < WM_TOP_ROLES && status == WM_OK; i++) {
        status = make_key(maker, edition, (wm_top_role)i, &keys[i], err);
    }
    wm_str file = { NULL, 0 };
    if (status == WM_OK) {
        status = sign_root(maker, keys, &file, err);
    }
    for (size_t i = 0; i < 2 && status == WM_OK; i++) {
        char path[WM_PUBLISH_PATH_BYTES];
        status = wm_key_path(path, maker->options->key_folder, edition, root_names[i], err);
        if (status == WM_OK) {
            status = maker->files->write(maker->files->context, path, file, err);
        }
        if (status == WM_OK) {
            status = remember(maker, path, err);
        }
    }
    for (int i = 0; i < WM_TOP_ROLES; i++) {
        wm_secret_key_wipe(&keys[i]);
    }
    return status;
}

static wm_status refuse_existing(const key_maker *maker, wm_edition edition, wm_error *err)
{
    static const char *const names[] = { "root.json", "root.key", "targets.key", "snapshot.key",
                                         "timestamp.key" };
    wm_status status = WM_OK;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && status == WM_OK; i++) {
        char path[WM_PUBLISH_PATH_BYTES];
        wm_buf found;
        wm_buf_init(&found, maker->arena->env, WM_METADATA_ROOT_BYTES_MAX);
        status = wm_key_path(path, maker->options->key_folder, edition, names[i], err);
        if (status == WM_OK) {
            status = maker->files->read(maker->files->context, path, &found, err);
            if (status == WM_OK || status == WM_TOO_LARGE) {
                status =
                    wm_fail(err, WM_REFUSED, "%s is there already and is not overwritten", path);
            } else if (status == WM_NOT_FOUND) {
                status = WM_OK;
            }
        }
        if (found.data != NULL) {
            wm_secret_wipe(found.data, found.capacity);
        }
        wm_buf_fini(&found);
    }
    return status;
}

wm_status wm_keys_init(wm_arena *arena, const wm_keys_options *options, const wm_str **names_out,
                       size_t *name_count_out, wm_error *err)
{
    key_maker maker = { .arena = arena,
                        .options = options,
                        .files = options->files != NULL ? options->files : wm_files_system() };
    maker.names = wm_arena_array(arena, FILES_OF_EDITION * WM_EDITION_COUNT, sizeof *maker.names);
    if (maker.names == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = WM_OK;
    for (int i = 0; i < WM_EDITION_COUNT && status == WM_OK; i++) {
        status = refuse_existing(&maker, (wm_edition)i, err);
    }
    for (int i = 0; i < WM_EDITION_COUNT && status == WM_OK; i++) {
        status = init_edition(&maker, (wm_edition)i, err);
    }
    if (status == WM_OK) {
        *names_out = maker.names;
        *name_count_out = maker.name_count;
    }
    return status;
}

/* ---- load ---- */

static wm_status load_key(wm_arena *arena, const wm_files *files, const char *path,
                          wm_secret_key *key_out, wm_error *err)
{
    wm_buf text;
    wm_buf_init(&text, arena->env, WM_KEY_FILE_BYTES_MAX);
    wm_status status = files->read(files->context, path, &text, err);
    if (status == WM_NOT_FOUND) {
        (void)wm_fail(err, status, "%s: no such key", path);
    } else if (status == WM_OK) {
        status = wm_secret_key_read(arena, wm_buf_str(&text), key_out, err);
        wm_error_context(err, "%s", path);
    }
    if (text.data != NULL) {
        wm_secret_wipe(text.data, text.capacity);
    }
    wm_buf_fini(&text);
    return status;
}

static wm_status load_root(wm_arena *arena, const wm_files *files, const char *path,
                           wm_root *root_out, wm_error *err)
{
    wm_buf text;
    wm_buf_init(&text, arena->env, WM_METADATA_ROOT_BYTES_MAX);
    wm_status status = files->read(files->context, path, &text, err);
    if (status == WM_NOT_FOUND) {
        (void)wm_fail(err, status, "%s: no such root; make keys first", path);
    } else if (status == WM_OK) {
        status = wm_policy_first_root(arena, wm_buf_str(&text), root_out, err);
        wm_error_context(err, "%s", path);
    }
    wm_buf_fini(&text);
    return status;
}

wm_status wm_edition_keys_load(wm_arena *arena, const wm_files *files, const char *key_folder,
                               wm_edition edition, wm_edition_keys *keys_out, wm_error *err)
{
    static const wm_top_role roles[] = { WM_TOP_TARGETS, WM_TOP_SNAPSHOT, WM_TOP_TIMESTAMP };
    wm_secret_key *const slots[] = { &keys_out->targets, &keys_out->snapshot,
                                     &keys_out->timestamp };
    char path[WM_PUBLISH_PATH_BYTES];
    memset(keys_out, 0, sizeof *keys_out);
    wm_status status = wm_key_path(path, key_folder, edition, "root.json", err);
    if (status == WM_OK) {
        status = load_root(arena, files, path, &keys_out->root, err);
    }
    for (size_t i = 0; i < 3 && status == WM_OK; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%s.key", wm_top_role_name(roles[i]));
        status = wm_key_path(path, key_folder, edition, name, err);
        if (status == WM_OK) {
            status = load_key(arena, files, path, slots[i], err);
        }
        const wm_signers *signers = &keys_out->root.roles[roles[i]];
        bool named = false;
        for (size_t k = 0; status == WM_OK && k < signers->key_count; k++) {
            if (wm_digest_equal(&signers->keys[k].identity, &slots[i]->public_key.identity)) {
                slots[i]->public_key.id = signers->keys[k].id;
                named = true;
            }
        }
        if (status == WM_OK && !named) {
            status = wm_fail(err, WM_NOT_TRUSTED, "%s is not a key that root.json names", path);
        }
    }
    return status;
}

void wm_edition_keys_wipe(wm_edition_keys *keys)
{
    wm_secret_key_wipe(&keys->targets);
    wm_secret_key_wipe(&keys->snapshot);
    wm_secret_key_wipe(&keys->timestamp);
}

/* key_folder.c: the files of the key folder.
 *
 * Text of a secret key is only in buffers that are never moved, and wiped before they go. */
#include <stdio.h>

#include "publish/keys.h"
#include "trust/policy.h"

#define ID_DIGITS 12

/* ---- names ---- */

static wm_status fail_long(wm_error *err, const char *folder)
{
    return wm_fail(err, WM_BAD_ARGUMENT, "%s: the path is too long", folder);
}

wm_status wm_key_path(char out[WM_PUBLISH_PATH_BYTES], const char *folder, wm_edition edition,
                      const char *name, wm_error *err)
{
    int length =
        snprintf(out, WM_PUBLISH_PATH_BYTES, "%s/%s/%s", folder, wm_edition_name(edition), name);
    return length < 0 || length >= WM_PUBLISH_PATH_BYTES ? fail_long(err, folder) : WM_OK;
}

void wm_key_file_name(char out[WM_KEY_NAME_BYTES], wm_top_role role, const wm_public_key *key)
{
    /* of the key itself, not of what a root calls it: an id of another tool's may be any text */
    char hex[2 * WM_DIGEST_BYTES + 1];
    const char *digits = wm_hex_write(key->identity.bytes, WM_DIGEST_BYTES, hex);
    bool is_hex = key->id.len >= ID_DIGITS;
    for (size_t i = 0; is_hex && i < ID_DIGITS; i++) {
        char c = key->id.ptr[i];
        is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
    (void)snprintf(out, WM_KEY_NAME_BYTES, "%s-%.*s.key", wm_top_role_name(role), ID_DIGITS,
                   is_hex ? key->id.ptr : digits);
}

wm_status wm_key_read_file(wm_arena *arena, const wm_files *files, const char *path,
                           wm_str *bytes_out, wm_error *err)
{
    wm_buf text;
    wm_buf_init(&text, arena->env, WM_METADATA_ROOT_BYTES_MAX);
    wm_status status = files->read(files->context, path, &text, err);
    if (status == WM_OK) {
        wm_str copy = wm_arena_copy(arena, wm_buf_str(&text));
        status = copy.ptr != NULL ? WM_OK : wm_fail_memory(err);
        if (status == WM_OK) {
            *bytes_out = copy;
        }
    }
    wm_buf_fini(&text);
    return status;
}

/* ---- the chain of roots ---- */

const wm_root *wm_root_newest(const wm_root_chain *chain)
{
    return &chain->roots[chain->count - 1];
}

/* Both lists have room for one more. */
typedef struct chain_room {
    wm_root *roots;
    wm_str *files;
    size_t root_capacity;
    size_t file_capacity;
} chain_room;

static wm_status grow(wm_arena *arena, chain_room *room, size_t count, wm_error *err)
{
    wm_root *roots = wm_arena_grow(arena, room->roots, count, &room->root_capacity, sizeof *roots);
    wm_str *files = wm_arena_grow(arena, room->files, count, &room->file_capacity, sizeof *files);
    room->roots = roots != NULL ? roots : room->roots;
    room->files = files != NULL ? files : room->files;
    return roots != NULL && files != NULL ? WM_OK : wm_fail_memory(err);
}

wm_status wm_root_chain_load(wm_arena *arena, const wm_files *files, const char *key_folder,
                             wm_edition edition, wm_root_chain *chain_out, wm_error *err)
{
    chain_room room = { .roots = NULL };
    char path[WM_PUBLISH_PATH_BYTES];
    size_t count = 0;
    for (;;) {
        char name[WM_KEY_NAME_BYTES];
        (void)snprintf(name, sizeof name, "%zu.root.json", count + 1);
        wm_status status = wm_key_path(path, key_folder, edition, name, err);
        if (status == WM_OK) {
            status = grow(arena, &room, count, err);
        }
        if (room.roots == NULL || room.files == NULL) {
            return status;
        }
        wm_str file = { NULL, 0 };
        if (status == WM_OK) {
            status = wm_key_read_file(arena, files, path, &file, err);
        }
        if (status == WM_NOT_FOUND) {
            break;
        }
        if (status == WM_OK) {
            room.files[count] = file;
            status = count == 0 ? wm_policy_first_root(arena, room.files[0], &room.roots[0], err)
                                : wm_policy_next_root(arena, &room.roots[count - 1],
                                                      room.files[count], &room.roots[count], err);
            wm_error_context(err, "%s", path);
        }
        if (status != WM_OK) {
            return status;
        }
        count++;
    }
    if (count == 0) {
        return wm_fail(err, WM_NOT_FOUND, "%s: no such root; make keys first", path);
    }
    *chain_out = (wm_root_chain){ room.roots, room.files, count };
    return WM_OK;
}

/* ---- secret keys ---- */

/* A key file is small, and its buffer is made once. */
static wm_status open_secret(wm_arena *arena, wm_buf *text, wm_error *err)
{
    wm_buf_init(text, arena->env, WM_KEY_FILE_BYTES_MAX);
    return wm_buf_reserve(text, WM_KEY_FILE_BYTES_MAX) != NULL ? WM_OK : wm_buf_status(text, err);
}

static void close_secret(wm_buf *text)
{
    if (text->data != NULL) {
        wm_secret_wipe(text->data, text->capacity);
    }
    wm_buf_fini(text);
}

static wm_status read_key(wm_arena *arena, const wm_files *files, const char *path,
                          wm_secret_key *key_out, wm_error *err)
{
    wm_buf text;
    wm_status status = open_secret(arena, &text, err);
    if (status == WM_OK) {
        status = files->read(files->context, path, &text, err);
    }
    if (status == WM_OK) {
        status = wm_secret_key_read(arena, wm_buf_str(&text), key_out, err);
        wm_error_context(err, "%s", path);
    }
    close_secret(&text);
    return status;
}

wm_status wm_key_write(wm_arena *arena, const wm_files *files, const char *path,
                       const wm_secret_key *key, wm_error *err)
{
    wm_buf text;
    wm_status status = open_secret(arena, &text, err);
    if (status == WM_OK) {
        wm_secret_key_write(&text, key);
        status = wm_buf_status(&text, err);
    }
    if (status == WM_OK) {
        status = files->create_secret(files->context, path, wm_buf_str(&text), err);
    }
    close_secret(&text);
    return status;
}

static wm_status try_file(const wm_key_places *places, const char *path,
                          const wm_public_key *wanted, wm_found_key *found_out, wm_str *other_out,
                          wm_error *err)
{
    wm_found_key found;
    wm_status status = read_key(places->arena, places->files, path, &found.key, err);
    if (status != WM_OK) {
        return status;
    }
    found.path = wm_arena_copy(places->arena, wm_str_of(path));
    if (found.path.ptr == NULL) {
        status = wm_fail_memory(err);
    } else if (wm_digest_equal(&found.key.public_key.identity, &wanted->identity)) {
        found.key.public_key.id = wanted->id;
        *found_out = found;
    } else {
        *other_out = found.path;
        status = WM_NOT_FOUND;
    }
    wm_secret_key_wipe(&found.key);
    return status;
}

wm_status wm_key_find(const wm_key_places *places, wm_edition edition, wm_top_role role,
                      const wm_public_key *wanted, wm_found_key *found_out, wm_str *other_out,
                      wm_error *err)
{
    char names[2][WM_KEY_NAME_BYTES];
    wm_str other = { NULL, 0 };
    wm_key_file_name(names[0], role, wanted);
    (void)snprintf(names[1], WM_KEY_NAME_BYTES, "%s.key", wm_top_role_name(role));
    for (size_t i = 0; i < places->folder_count; i++) {
        const char *folder = places->folders[i];
        for (size_t k = 0; k < 4; k++) {
            char path[WM_PUBLISH_PATH_BYTES];
            if (k >= 2 && i == 0) {
                break;
            }
            wm_status status = WM_OK;
            if (k < 2) {
                status = wm_key_path(path, folder, edition, names[k], err);
            } else {
                int length = snprintf(path, sizeof path, "%s/%s", folder, names[k - 2]);
                status = length < 0 || length >= (int)sizeof path ? fail_long(err, folder) : WM_OK;
            }
            if (status == WM_OK) {
                status = try_file(places, path, wanted, found_out, &other, err);
            }
            if (status != WM_NOT_FOUND) {
                return status;
            }
        }
    }
    if (other_out != NULL) {
        *other_out = other;
    }
    return WM_NOT_FOUND;
}

/* ---- retired keys ---- */

/* There is a file of that name: a run that was stopped may have left the same. */
static wm_status same_secret(const wm_key_places *places, const char *path,
                             const wm_found_key *found, wm_error *err)
{
    wm_secret_key there;
    wm_status status = read_key(places->arena, places->files, path, &there, err);
    if (status == WM_OK) {
        if (!wm_digest_equal(&there.public_key.identity, &found->key.public_key.identity)) {
            status = wm_fail(err, WM_REFUSED, "%s is there already and is not overwritten", path);
        }
        wm_secret_key_wipe(&there);
    }
    return status;
}

wm_status wm_key_retire(const wm_key_places *places, wm_top_role role, const wm_found_key *found,
                        wm_str *moved_out, wm_error *err)
{
    char name[WM_KEY_NAME_BYTES];
    char path[WM_PUBLISH_PATH_BYTES];
    size_t folder = found->path.len;
    while (folder > 0 && found->path.ptr[folder - 1] != '/') {
        folder--;
    }
    wm_key_file_name(name, role, &found->key.public_key);
    int length = snprintf(path, sizeof path, "%.*sretired/%s", (int)folder, found->path.ptr, name);
    if (length < 0 || length >= (int)sizeof path) {
        return fail_long(err, found->path.ptr);
    }
    wm_status status = wm_key_write(places->arena, places->files, path, &found->key, err);
    if (status == WM_REFUSED) {
        wm_error_clear(err);
        status = same_secret(places, path, found, err);
    }
    if (status == WM_OK) {
        status = places->files->remove(places->files->context, found->path.ptr, err);
    }
    if (status == WM_OK) {
        wm_str moved = wm_arena_copy(places->arena, wm_str_of(path));
        status = moved.ptr != NULL ? WM_OK : wm_fail_memory(err);
        if (status == WM_OK) {
            *moved_out = moved;
        }
    }
    return status;
}

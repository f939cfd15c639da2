/* folder.c: see folder.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"

#define NAME_BYTES_MAX 240 /* of 255, so that there is room for what a write puts after it */

/* ---- names ---- */

/* One file name of a name that may hold anything. */
static void file_name(wm_str name, const char *extension, char out[NAME_BYTES_MAX + 16])
{
    char quoted[NAME_BYTES_MAX + 4];
    size_t dots = 0;
    while (dots < name.len && name.ptr[dots] == '.') {
        dots++;
    }
    bool fits = name.len > 0 && wm_updater_quote(name, quoted, sizeof quoted);
    if (fits && dots == name.len && extension[0] == '\0') {
        fits = false; /* "." and ".." are other things than files */
    }
    if (fits) {
        /* A write makes NAME.new first, so no name may end like that. */
        size_t length = strlen(quoted);
        bool is_new = length > 4 && strcmp(quoted + length - 4, ".new") == 0;
        (void)snprintf(out, NAME_BYTES_MAX + 16, "%.*s%s%s",
                       (int)(is_new && extension[0] == '\0' ? length - 4 : length), quoted,
                       is_new && extension[0] == '\0' ? "%2Enew" : "", extension);
        return;
    }
    wm_digest digest;
    char hex[WM_DIGEST_HEX_BYTES];
    wm_digest_sha256(name, &digest);
    (void)snprintf(out, NAME_BYTES_MAX + 16, "%%%s%s", wm_digest_hex(&digest, hex), extension);
}

static wm_status path_of(const tuf_folder *folder, wm_str name, const char *extension,
                         char out[TUF_PATH_BYTES], wm_error *err)
{
    char file[NAME_BYTES_MAX + 16];
    file_name(name, extension, file);
    int length = snprintf(out, TUF_PATH_BYTES, "%s/%s", folder->path, file);
    if (length < 0 || length >= TUF_PATH_BYTES) {
        return wm_fail(err, WM_BAD_ARGUMENT, "%s: the path is too long", folder->path);
    }
    return WM_OK;
}

/* ---- the folder ---- */

wm_status tuf_folder_open(tuf_folder *folder, const wm_env *env, const char *path, wm_error *err)
{
    *folder = (tuf_folder){ .files = wm_files_system(), .env = env, .path = path, .lock = -1 };
    if (mkdir(path, 0755) != 0 && errno != EEXIST) {
        return wm_fail(err, WM_IO, "%s: cannot make the folder: %s", path, strerror(errno));
    }
    int handle = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) {
        return wm_fail(err, WM_IO, "%s: cannot open the folder: %s", path, strerror(errno));
    }
    int locked = -1;
    do {
        locked = flock(handle, LOCK_EX);
    } while (locked != 0 && errno == EINTR);
    if (locked != 0) {
        wm_status status =
            wm_fail(err, WM_IO, "%s: cannot lock the folder: %s", path, strerror(errno));
        (void)close(handle);
        return status;
    }
    folder->lock = handle;
    return WM_OK;
}

void tuf_folder_close(tuf_folder *folder)
{
    if (folder->lock >= 0) {
        (void)close(folder->lock);
        folder->lock = -1;
    }
}

/* ---- metadata ---- */

static wm_status load(void *context, wm_str role, wm_buf *bytes_out, wm_error *err)
{
    const tuf_folder *folder = context;
    char path[TUF_PATH_BYTES];
    wm_status status = path_of(folder, role, ".json", path, err);
    return status == WM_OK ? folder->files->read(folder->files->context, path, bytes_out, err)
                           : status;
}

/* The lock is held since before anything was loaded, so what is there is what was loaded. */
static wm_status store(void *context, const wm_trust_change *change, wm_error *err)
{
    static const wm_str forgotten[] = { WM_STR_INIT("timestamp"), WM_STR_INIT("snapshot") };
    const tuf_folder *folder = context;
    char path[TUF_PATH_BYTES];
    wm_status status = path_of(folder, change->role, ".json", path, err);
    if (status == WM_OK) {
        status = folder->files->write(folder->files->context, path, change->bytes, err);
    }
    /* The root first. If the run ends in between, what is left of the other two counts only if the
     * new keys vouch for it. */
    for (size_t i = 0; change->forget && i < 2 && status == WM_OK; i++) {
        status = path_of(folder, forgotten[i], ".json", path, err);
        if (status == WM_OK && unlink(path) != 0 && errno != ENOENT) {
            status = wm_fail(err, WM_IO, "%s: cannot remove it: %s", path, strerror(errno));
        }
    }
    return status;
}

wm_trust_storage tuf_folder_storage(tuf_folder *folder)
{
    return (wm_trust_storage){ load, store, folder };
}

/* ---- targets ---- */

wm_status tuf_folder_has_target(const tuf_folder *folder, const wm_listed_file *target,
                                bool *has_out, wm_error *err)
{
    char path[TUF_PATH_BYTES];
    wm_buf bytes;
    wm_buf_init(&bytes, folder->env, (size_t)target->length);
    wm_status status = path_of(folder, target->path, "", path, err);
    if (status == WM_OK) {
        status = folder->files->read(folder->files->context, path, &bytes, err);
        *has_out = status == WM_OK && wm_listed_check(target, wm_buf_str(&bytes), NULL) == WM_OK;
        if (status == WM_NOT_FOUND || status == WM_TOO_LARGE) {
            wm_error_clear(err);
            status = WM_OK;
        }
    }
    wm_buf_fini(&bytes);
    return status;
}

wm_status tuf_folder_put_target(const tuf_folder *folder, wm_str target, wm_str bytes,
                                wm_error *err)
{
    char path[TUF_PATH_BYTES];
    wm_status status = path_of(folder, target, "", path, err);
    return status == WM_OK ? folder->files->write(folder->files->context, path, bytes, err)
                           : status;
}

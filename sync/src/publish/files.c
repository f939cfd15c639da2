/* files.c: the real file system behind files.h.
 *
 * A write is whole or not at all: the bytes go to "PATH.new" beside it, are synced, renamed over
 * PATH, and the folder is synced, so that neither a crash nor a full disk leaves half a file under
 * a name that a client may ask for. A put leaves the syncing to one call for many files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <waymark/sys/files.h>

#define PATH_BYTES_MAX 4096
#define READ_BYTES ((size_t)65536)

static wm_status fail_file(wm_error *err, const char *path, const char *what)
{
    int number = errno;
    wm_status status = number == ENOSPC || number == EDQUOT ? WM_FULL : WM_IO;
    return wm_fail(err, status, "%s: cannot %s: %s", path, what, strerror(number));
}

static wm_status read_all(int file, const char *path, wm_buf *out, wm_error *err)
{
    for (;;) {
        void *at = wm_buf_reserve(out, READ_BYTES);
        size_t room = READ_BYTES;
        if (at == NULL && out->status == WM_TOO_LARGE && out->len < out->max_bytes) {
            out->status = WM_OK;
            room = out->max_bytes - out->len;
            at = wm_buf_reserve(out, room);
        }
        char probe = 0; /* a full buffer still has to find the end */
        ssize_t got = at != NULL ? read(file, at, room) : read(file, &probe, 1);
        if (got < 0 && errno == EINTR) {
            out->status = at != NULL ? out->status : WM_OK;
            continue;
        }
        if (got < 0) {
            return fail_file(err, path, "read");
        }
        if (got == 0) {
            out->status = out->status == WM_TOO_LARGE ? WM_OK : out->status;
            return wm_buf_status(out, err);
        }
        if (at == NULL) {
            wm_status status = wm_buf_status(out, err);
            wm_error_context(err, "%s", path);
            return status;
        }
        wm_buf_grown(out, (size_t)got);
    }
}

static wm_status system_read(void *context, const char *path, wm_buf *bytes_out, wm_error *err)
{
    (void)context;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return errno == ENOENT || errno == ENOTDIR ? WM_NOT_FOUND : fail_file(err, path, "open");
    }
    wm_status status = read_all(file, path, bytes_out, err);
    (void)close(file);
    return status;
}

static wm_status write_all(int file, const char *path, wm_str bytes, wm_error *err)
{
    size_t done = 0;
    while (done < bytes.len) {
        ssize_t put = write(file, bytes.ptr + done, bytes.len - done);
        if (put < 0 && errno != EINTR) {
            return fail_file(err, path, "write");
        }
        done += put > 0 ? (size_t)put : 0;
    }
    return WM_OK;
}

static wm_status sync_folder(const char *folder, wm_error *err)
{
    int handle = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (handle < 0) {
        return fail_file(err, folder, "open");
    }
    wm_status status = fsync(handle) == 0 ? WM_OK : fail_file(err, folder, "sync");
    (void)close(handle);
    return status;
}

static wm_status sync_folder_of(const char *path, wm_error *err)
{
    char folder[PATH_BYTES_MAX];
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] != '/') {
        length--;
    }
    memcpy(folder, length > 0 ? path : ".", length > 0 ? length : 1);
    folder[length > 0 ? length : 1] = '\0';
    return sync_folder(folder, err);
}

typedef enum durability { ON_DISK_NOW, ON_DISK_LATER } durability;

#define OPEN_TO_ALL 0755
#define OWNER_ONLY 0700

/* Makes each folder above the last name of `path`, which is changed meanwhile. */
static wm_status make_folders(char *path, mode_t mode, durability when, wm_error *err)
{
    wm_status status = WM_OK;
    for (char *at = path + 1; *at != '\0' && status == WM_OK; at++) {
        if (*at != '/') {
            continue;
        }
        *at = '\0';
        if (mkdir(path, mode) == 0) {
            status = when == ON_DISK_NOW ? sync_folder_of(path, err) : WM_OK;
        } else if (errno != EEXIST) {
            status = fail_file(err, path, "make the folder");
        }
        *at = '/';
    }
    return status;
}

static wm_status make_file(const char *path, durability when, mode_t mode, wm_str bytes,
                           wm_error *err)
{
    /* What is left of a run that stopped goes; and whoever may write in that folder may not have us
     * write elsewhere, by a link of that name. */
    (void)unlink(path);
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_EXCL | O_NOFOLLOW, mode);
    if (file < 0) {
        return fail_file(err, path, "make");
    }
    wm_status status = write_all(file, path, bytes, err);
    if (status == WM_OK && when == ON_DISK_NOW && fsync(file) != 0) {
        status = fail_file(err, path, "sync");
    }
    if (status == WM_OK && when == ON_DISK_LATER) { /* the system may begin: so the sync is short */
        (void)posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    }
    if (close(file) != 0 && status == WM_OK) {
        status = fail_file(err, path, "close");
    }
    if (status != WM_OK) {
        (void)unlink(path);
    }
    return status;
}

static wm_status replace(const char *fresh, const char *path, durability when, wm_str bytes,
                         wm_error *err)
{
    char folders[PATH_BYTES_MAX];
    int length = snprintf(folders, sizeof folders, "%s", path);
    if (length < 0 || length >= PATH_BYTES_MAX) {
        return wm_fail(err, WM_BAD_ARGUMENT, "%s: the path is too long", path);
    }
    wm_status status = make_folders(folders, OPEN_TO_ALL, when, err);
    if (status == WM_OK) {
        status = make_file(fresh, when, 0644, bytes, err);
    }
    if (status == WM_OK && rename(fresh, path) != 0) {
        status = fail_file(err, path, "rename");
        (void)unlink(fresh);
    }
    return status;
}

static wm_status system_write(void *context, const char *path, wm_str bytes, wm_error *err)
{
    (void)context;
    char fresh[PATH_BYTES_MAX];
    int length = snprintf(fresh, sizeof fresh, "%s.new", path);
    if (length < 0 || length >= PATH_BYTES_MAX) {
        return wm_fail(err, WM_BAD_ARGUMENT, "%s: the path is too long", path);
    }
    wm_status status = replace(fresh, path, ON_DISK_NOW, bytes, err);
    return status == WM_OK ? sync_folder_of(path, err) : status;
}

static wm_status system_put(void *context, const char *fresh, const char *path, wm_str bytes,
                            wm_error *err)
{
    (void)context;
    return replace(fresh, path, ON_DISK_LATER, bytes, err);
}

/* To its name only if no file has that: a link does so in one step; where the file system knows no
 * links (a stick of another system's), the name is looked at first. */
static wm_status give_name(const char *fresh, const char *path, wm_error *err)
{
    struct stat info;
    int linked = link(fresh, path);
    if (linked == 0) {
        (void)unlink(fresh);
        return WM_OK;
    }
    if (errno == EEXIST || lstat(path, &info) == 0) {
        (void)unlink(fresh);
        return wm_fail(err, WM_REFUSED, "%s is there already and is not overwritten", path);
    }
    wm_status status = rename(fresh, path) == 0 ? WM_OK : fail_file(err, path, "rename");
    if (status != WM_OK) {
        (void)unlink(fresh);
    }
    return status;
}

static wm_status system_create_secret(void *context, const char *path, wm_str bytes, wm_error *err)
{
    (void)context;
    char fresh[PATH_BYTES_MAX];
    int length = snprintf(fresh, sizeof fresh, "%s.new", path);
    if (length < 0 || length >= PATH_BYTES_MAX) {
        return wm_fail(err, WM_BAD_ARGUMENT, "%s: the path is too long", path);
    }
    wm_status status = make_folders(fresh, OWNER_ONLY, ON_DISK_NOW, err);
    if (status == WM_OK) {
        status = make_file(fresh, ON_DISK_NOW, 0600, bytes, err);
    }
    if (status == WM_OK) {
        status = give_name(fresh, path, err);
    }
    return status == WM_OK ? sync_folder_of(path, err) : status;
}

static wm_status system_make_private(void *context, const char *folder, wm_error *err)
{
    (void)context;
    char path[PATH_BYTES_MAX];
    int length = snprintf(path, sizeof path, "%s/", folder);
    return length < 0 || length >= PATH_BYTES_MAX
               ? wm_fail(err, WM_BAD_ARGUMENT, "%s: the path is too long", folder)
               : make_folders(path, OWNER_ONLY, ON_DISK_NOW, err);
}

static wm_status system_remove(void *context, const char *path, wm_error *err)
{
    (void)context;
    if (unlink(path) == 0) {
        return sync_folder_of(path, err);
    }
    return errno == ENOENT || errno == ENOTDIR ? WM_OK : fail_file(err, path, "delete");
}

static wm_status system_drop(void *context, const char *path, wm_error *err)
{
    (void)context;
    return unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR
               ? WM_OK
               : fail_file(err, path, "delete");
}

/* One that was dropped is not there, and its folder tells. */
static wm_status sync_file(const char *path, wm_error *err)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return errno == ENOENT || errno == ENOTDIR ? WM_OK : fail_file(err, path, "open");
    }
    wm_status status = fsync(file) == 0 ? WM_OK : fail_file(err, path, "sync");
    (void)close(file);
    return status;
}

static wm_status system_move(void *context, const char *from, const char *to, wm_error *err)
{
    (void)context;
    wm_status status = sync_file(from, err);
    if (status == WM_OK && rename(from, to) != 0) {
        status = fail_file(err, to, "rename");
    }
    return status == WM_OK ? sync_folder_of(to, err) : status;
}

/* Every folder from that of `path` up to the first `root` bytes of it, but for those of `done`. */
static wm_status sync_folders(char *path, size_t root, const char *done, wm_error *err)
{
    wm_status status = WM_OK;
    for (size_t at = strlen(path); at-- > root && status == WM_OK;) {
        if (path[at] != '/') {
            continue;
        }
        if (strncmp(path, done, at + 1) == 0) {
            return WM_OK; /* it and those above are synced */
        }
        path[at] = '\0';
        status = sync_folder(path, err);
        if (status == WM_IO && access(path, F_OK) != 0 && errno == ENOENT) {
            wm_error_clear(err);
            status = WM_OK;
        }
        path[at] = '/';
    }
    return status;
}

static wm_status system_sync(void *context, const char *folder, const wm_str *names, size_t count,
                             wm_error *err)
{
    (void)context;
    char path[PATH_BYTES_MAX];
    char done[PATH_BYTES_MAX] = "";
    wm_status status = WM_OK;
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        int length = snprintf(path, sizeof path, "%s/%.*s", folder, WM_STR_ARG(names[i]));
        if (length < 0 || length >= PATH_BYTES_MAX) {
            return wm_fail(err, WM_BAD_ARGUMENT, "%s: the path is too long", folder);
        }
        status = sync_file(path, err);
        if (status == WM_OK) {
            status = sync_folders(path, strlen(folder), done, err);
        }
        memcpy(done, path, (size_t)length + 1);
    }
    return status;
}

static wm_status system_list(void *context, const char *folder, const wm_file_sink *sink,
                             wm_error *err)
{
    (void)context;
    DIR *handle = opendir(folder);
    if (handle == NULL) {
        return errno == ENOENT || errno == ENOTDIR ? WM_NOT_FOUND : fail_file(err, folder, "open");
    }
    wm_status status = WM_OK;
    struct dirent *entry = NULL;
    while (status == WM_OK && (errno = 0, entry = readdir(handle)) != NULL) {
        char path[PATH_BYTES_MAX];
        struct stat info;
        int length = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || length < 0 ||
            length >= PATH_BYTES_MAX || lstat(path, &info) != 0 ||
            !(S_ISREG(info.st_mode) || S_ISDIR(info.st_mode))) {
            continue;
        }
        status = sink->put(sink->context, entry->d_name, S_ISDIR(info.st_mode) != 0, err);
    }
    if (status == WM_OK && errno != 0) {
        status = fail_file(err, folder, "read");
    }
    (void)closedir(handle);
    return status;
}

/* The folder itself is locked, so that no file stands in a feed for it. */
static wm_status system_lock(void *context, const char *folder, int *handle_out, wm_error *err)
{
    (void)context;
    *handle_out = -1;
    int handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) {
        return errno == ENOENT || errno == ENOTDIR ? WM_OK : fail_file(err, folder, "open");
    }
    if (flock(handle, LOCK_EX | LOCK_NB) == 0) {
        *handle_out = handle;
        return WM_OK;
    }
    bool is_held = errno == EWOULDBLOCK;
    (void)close(handle);
    return is_held ? wm_fail(err, WM_BUSY, "%s: another process is writing there", folder) : WM_OK;
}

static void system_unlock(void *context, int handle)
{
    (void)context;
    (void)close(handle);
}

wm_status wm_files_lock(const wm_files *files, const char *folder, int *handle_out, wm_error *err)
{
    *handle_out = -1;
    return files->lock != NULL ? files->lock(files->context, folder, handle_out, err) : WM_OK;
}

static wm_status system_make_folder(void *context, const char *folder, wm_error *err)
{
    (void)context;
    char path[PATH_BYTES_MAX];
    int length = snprintf(path, sizeof path, "%s/", folder);
    if (length <= 1 || length >= PATH_BYTES_MAX) {
        return wm_fail(err, WM_BAD_ARGUMENT, "%s: the path is too long", folder);
    }
    return make_folders(path, OPEN_TO_ALL, ON_DISK_NOW, err);
}

wm_status wm_files_lock_new(const wm_files *files, const char *folder, int *handle_out,
                            wm_error *err)
{
    *handle_out = -1;
    wm_status status = files->lock != NULL && files->make_folder != NULL
                           ? files->make_folder(files->context, folder, err)
                           : WM_OK;
    return status == WM_OK ? wm_files_lock(files, folder, handle_out, err) : status;
}

void wm_files_unlock(const wm_files *files, int handle)
{
    if (handle >= 0) {
        files->unlock(files->context, handle);
    }
}

const wm_files *wm_files_system(void)
{
    static const wm_files files = { .read = system_read,
                                    .write = system_write,
                                    .create_secret = system_create_secret,
                                    .make_private = system_make_private,
                                    .move = system_move,
                                    .remove = system_remove,
                                    .put = system_put,
                                    .drop = system_drop,
                                    .sync = system_sync,
                                    .list = system_list,
                                    .lock = system_lock,
                                    .unlock = system_unlock,
                                    .make_folder = system_make_folder };
    return &files;
}

/* folder.c: a feed in a folder.
 *
 * A path is walked part by part from the open folder, never through a symbolic link, so that what
 * is read lies inside it. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transport/common.h"

#define PIECE_BYTES ((size_t)256 * 1024)

typedef struct folder_transport {
    wm_transport base;
    const wm_env *env;
    int root;
} folder_transport;

static wm_status failed(const wm_want *want, wm_fetched *result, int reason)
{
    if (reason == ENOENT || reason == ENOTDIR) {
        return WM_NOT_FOUND;
    }
    if (reason == ELOOP) {
        return wm_fail(&result->error, WM_NETWORK, "%.*s: is a symbolic link",
                       WM_STR_ARG(want->path));
    }
    return wm_fail(&result->error, WM_NETWORK, "%.*s: cannot be read (error %d)",
                   WM_STR_ARG(want->path), reason);
}

/* The file, or -1 and errno. The path has been checked. */
static int open_inside(int root, wm_str path)
{
    char name[WM_TRANSPORT_PATH_BYTES_MAX + 1];
    int at = root;
    size_t start = 0;
    for (size_t i = 0; i <= path.len; i++) {
        bool last = i == path.len;
        if (!last && path.ptr[i] != '/') {
            continue;
        }
        memcpy(name, path.ptr + start, i - start);
        name[i - start] = '\0';
        int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | (last ? O_NONBLOCK : O_DIRECTORY);
        int next = openat(at, name, flags);
        int reason = errno;
        if (at != root) {
            (void)close(at);
        }
        if (next < 0) {
            errno = reason;
            return -1;
        }
        at = next;
        start = i + 1;
    }
    return at;
}

static wm_status read_all(int file, const wm_want *want, wm_fetched *result)
{
    for (;;) {
        void *at = wm_buf_reserve(&result->bytes, PIECE_BYTES < want->max_bytes - result->bytes.len
                                                      ? PIECE_BYTES
                                                      : want->max_bytes - result->bytes.len);
        if (at == NULL) {
            return wm_buf_status(&result->bytes, &result->error);
        }
        size_t room = want->max_bytes - result->bytes.len;
        char extra;
        /* At the cap, one byte more shows whether the file has grown past it. */
        ssize_t got = room > 0 ? read(file, at, room < PIECE_BYTES ? room : PIECE_BYTES)
                               : read(file, &extra, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return failed(want, result, errno);
        }
        if (got == 0) {
            wm_buf_grown(&result->bytes, 0);
            return WM_OK;
        }
        if (room == 0) {
            return transport_too_large(want, result);
        }
        wm_buf_grown(&result->bytes, (size_t)got);
    }
}

static wm_status fetch_one(const folder_transport *folder, const wm_want *want, wm_fetched *result)
{
    struct stat info;
    int file = open_inside(folder->root, want->path);
    if (file < 0) {
        return failed(want, result, errno);
    }
    wm_status status = WM_OK;
    if (fstat(file, &info) != 0) {
        status = failed(want, result, errno);
    } else if (!S_ISREG(info.st_mode)) {
        status = WM_NOT_FOUND;
    } else if ((uint64_t)info.st_size > want->max_bytes) {
        status = transport_too_large(want, result);
    } else {
        /* A file that is shorter than what the caller has is another file: all of it. */
        result->offset = want->offset <= (uint64_t)info.st_size ? want->offset : 0;
        if (lseek(file, (off_t)result->offset, SEEK_SET) < 0) {
            status = failed(want, result, errno);
        }
    }
    if (status == WM_OK) {
        wm_want rest = *want;
        rest.max_bytes -= result->offset;
        status = read_all(file, &rest, result);
    }
    (void)close(file);
    return status;
}

static void fetch_wanted(const folder_transport *folder, const wm_want *want, bool goes_on,
                         wm_fetched *result)
{
    if (result->status == WM_OK && want->query.len > 0) {
        result->status = wm_fail(&result->error, WM_BAD_ARGUMENT, "%.*s: a folder has no queries",
                                 WM_STR_ARG(want->path));
    } else if (result->status == WM_OK && !goes_on) {
        result->status =
            wm_fail(&result->error, WM_NETWORK, "%.*s: stopped", WM_STR_ARG(want->path));
    } else if (result->status == WM_OK) {
        result->status = fetch_one(folder, want, result);
    }
    if (result->status != WM_OK) {
        wm_buf_reset(&result->bytes);
    }
}

static wm_status folder_fetch(wm_transport *transport, const wm_want *wants, wm_fetched *results,
                              size_t count, wm_error *err)
{
    const folder_transport *folder = (const folder_transport *)transport;
    const wm_transport_watch *watch = transport->watch;
    bool goes_on = true;
    wm_status status = transport_begin(folder->env, wants, results, count, err);
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        fetch_wanted(folder, &wants[i], goes_on, &results[i]);
        goes_on = goes_on && (watch == NULL || watch->look(watch->context, wants, results, i + 1));
    }
    return status;
}

static void folder_close(wm_transport *transport)
{
    folder_transport *folder = (folder_transport *)transport;
    (void)close(folder->root);
    wm_env_free(folder->env, folder, sizeof *folder);
}

wm_status wm_transport_folder_open(const wm_env *env, const char *folder_path,
                                   wm_transport **transport_out, wm_error *err)
{
    int root = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        return wm_fail(err, WM_IO, "%s: expected a folder with a feed", folder_path);
    }
    folder_transport *folder = wm_env_alloc(env, sizeof *folder);
    if (folder == NULL) {
        (void)close(root);
        return wm_fail_memory(err);
    }
    folder->base = (wm_transport){ folder_fetch, folder_close, NULL };
    folder->env = env;
    folder->root = root;
    *transport_out = &folder->base;
    return WM_OK;
}

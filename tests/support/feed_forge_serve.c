/* feed_forge_serve.c: what the forge holds, as transports see it. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feed_forge.h"

#define HOLE_BYTES ((off_t)1 << 30)

/* ---- from memory ---- */

typedef struct memory_transport {
    wm_transport base;
    wm_forge *forge;
} memory_transport;

static void answer(const wm_forge_file *file, const wm_want *want, bool is_lax, wm_fetched *result)
{
    if (file == NULL) {
        result->status = WM_NOT_FOUND;
        return;
    }
    if (file->endless || (file->bytes.len > want->max_bytes && !is_lax)) {
        result->status = wm_fail(&result->error, WM_TOO_LARGE, "%.*s: expected at most %llu bytes",
                                 WM_STR_ARG(want->path), (unsigned long long)want->max_bytes);
        return;
    }
    size_t from = want->offset <= file->bytes.len ? (size_t)want->offset : 0;
    result->offset = from;
    wm_buf_put(&result->bytes, file->bytes.ptr + from, file->bytes.len - from);
    result->status = WM_OK;
}

static wm_status memory_fetch(wm_transport *transport, const wm_want *wants, wm_fetched *results,
                              size_t count, wm_error *err)
{
    wm_forge *forge = ((memory_transport *)transport)->forge;
    (void)err;
    for (size_t i = 0; i < count; i++) {
        char path[WM_TRANSPORT_PATH_BYTES_MAX + 1];
        memset(&results[i], 0, sizeof results[i]);
        wm_buf_init(&results[i].bytes, wm_env_system(), 64 * WM_MIB);
        assert_true(wants[i].path.len < sizeof path);
        (void)snprintf(path, sizeof path, "%.*s", (int)wants[i].path.len, wants[i].path.ptr);
        if (!wm_transport_path_valid(wants[i].path)) {
            fail_msg("the client asks for \"%s\"", path);
        }
        forge->requests++;
        if (forge->asked_count < WM_FORGE_ASKED_MAX) {
            (void)snprintf(forge->asked[forge->asked_count++], sizeof forge->asked[0], "%s", path);
        }
        answer(wm_forge_file_of(forge, path), &wants[i], forge->is_lax, &results[i]);
    }
    return WM_OK;
}

static void memory_close(wm_transport *transport)
{
    free(transport);
}

wm_transport *wm_forge_in_memory(wm_forge *forge)
{
    memory_transport *transport = calloc(1, sizeof *transport);
    assert_non_null(transport);
    transport->base = (wm_transport){ .fetch = memory_fetch, .close = memory_close };
    transport->forge = forge;
    return &transport->base;
}

/* ---- from a folder ---- */

static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
}

static void write_file(const char *path, const wm_forge_file *file)
{
    char folders[1024];
    (void)snprintf(folders, sizeof folders, "%s", path);
    int out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out < 0) {
        make_folders(folders);
        out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    }
    assert_true(out >= 0);
    assert_int_equal(write(out, file->bytes.ptr, file->bytes.len), file->bytes.len);
    if (file->endless) {
        assert_int_equal(ftruncate(out, HOLE_BYTES), 0);
    }
    assert_int_equal(close(out), 0);
}

/* What lies there is remembered by path and a digest of its bytes, so that only what changed is
 * written again: a table of attacks writes the same forty files again and again. */
static wm_str stamp_of(const wm_forge_file *file, wm_digest *digest)
{
    wm_digest_sha256(file->bytes, digest);
    digest->bytes[0] ^= file->endless ? 0xff : 0;
    return (wm_str){ (const char *)digest->bytes, sizeof digest->bytes };
}

static wm_forge_file *find_in_folder(wm_forge *forge, const char *path)
{
    for (size_t i = 0; i < forge->in_folder.count; i++) {
        if (strcmp(forge->in_folder.items[i].path, path) == 0) {
            return &forge->in_folder.items[i];
        }
    }
    return NULL;
}

static void put_in_folder(wm_forge *forge, const char *folder, const wm_forge_file *file)
{
    char path[1024];
    wm_digest digest;
    wm_str stamp = stamp_of(file, &digest);
    wm_forge_file *there = find_in_folder(forge, file->path);
    if (there != NULL && wm_str_equal(there->bytes, stamp)) {
        return;
    }
    if (there == NULL) {
        assert_true(forge->in_folder.count < WM_FORGE_FILES_MAX);
        there = &forge->in_folder.items[forge->in_folder.count++];
        size_t length = strlen(file->path) + 1;
        char *owned = malloc(length + sizeof digest.bytes);
        assert_non_null(owned);
        memcpy(owned, file->path, length);
        *there = (wm_forge_file){ .path = owned, .bytes = { owned + length, sizeof digest.bytes } };
    }
    memcpy((char *)(uintptr_t)there->bytes.ptr, stamp.ptr, stamp.len);
    (void)snprintf(path, sizeof path, "%s/%s", folder, file->path);
    write_file(path, file);
}

static void remove_others(wm_forge *forge, const char *folder)
{
    for (size_t i = forge->in_folder.count; i > 0; i--) {
        wm_forge_file *there = &forge->in_folder.items[i - 1];
        if (wm_forge_file_of(forge, there->path) == NULL) {
            char path[1024];
            (void)snprintf(path, sizeof path, "%s/%s", folder, there->path);
            assert_int_equal(unlink(path), 0);
            free((void *)(uintptr_t)there->path);
            *there = forge->in_folder.items[--forge->in_folder.count];
        }
    }
}

wm_transport *wm_forge_in_folder(wm_forge *forge)
{
    char folder[512];
    wm_transport *transport = NULL;
    wm_error err = { 0 };
    (void)snprintf(folder, sizeof folder, "%s/served", forge->fixture.folder);
    (void)mkdir(folder, 0700);
    remove_others(forge, folder);
    for (size_t i = 0; i < forge->now.count; i++) {
        put_in_folder(forge, folder, &forge->now.items[i]);
    }
    assert_ok(wm_transport_folder_open(wm_env_system(), folder, &transport, &err), &err);
    return transport;
}

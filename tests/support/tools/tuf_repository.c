/* tuf_repository.c: makes a small TUF repository whose names mean harm.
 *
 *   tuf_repository FOLDER
 *
 * FOLDER/root.json          what a client is given
 * FOLDER/metadata/...       one delegated role, "../role", that may speak for every name
 * FOLDER/targets/...        its targets, "x" each, where a transport lets them be
 *
 * Names of files are percent-quoted, as the addresses are. */
#include <stdio.h>
#include <stdlib.h>

#include <waymark/sys/files.h>

#include "tuf.h"

#include "trust/updater.h"

static const char *const names[] = {
    "../outside", "/outside", "a/../../outside",  "a//b",          ".",     "..",
    "...",        "a\\..\\b", "%2e%2e%2foutside", "caf\xc3\xa9 ?", "a.new", "folder/file",
};

#define NAME_COUNT (sizeof names / sizeof names[0])
#define ROLE "../role"

static void put(const char *folder, const char *path, wm_str bytes)
{
    char name[4096];
    wm_error err = { 0 };
    const wm_files *files = wm_files_system();
    (void)snprintf(name, sizeof name, "%s/%s", folder, path);
    assert_ok(files->write(files->context, name, bytes, &err), &err);
}

static void put_target(const char *folder, const char *name, const wm_digest *digest)
{
    char path[1024] = "targets/";
    char hex[WM_DIGEST_HEX_BYTES];
    for (const char *at = name;;) {
        const char *slash = strchr(at, '/');
        wm_str part = { at, slash != NULL ? (size_t)(slash - at) : strlen(at) };
        size_t length = strlen(path);
        if (slash != NULL && (part.len == 0 || wm_str_is(part, ".."))) {
            return; /* no address leads there */
        }
        if (slash == NULL) {
            length += (size_t)snprintf(path + length, sizeof path - length, "%s.",
                                       wm_digest_hex(digest, hex));
        }
        assert_true(wm_updater_quote(part, path + length, sizeof path - length - 1));
        if (slash == NULL) {
            put(folder, path, WM_STR("x"));
            return;
        }
        length = strlen(path);
        path[length] = '/';
        path[length + 1] = '\0';
        at = slash + 1;
    }
}

static int by_path(const void *left, const void *right)
{
    return wm_str_compare(((const wm_listed_file *)left)->path,
                          ((const wm_listed_file *)right)->path);
}

static wm_str signed_targets(wm_arena *arena, const wm_targets *targets, unsigned number)
{
    wm_buf body;
    wm_str file;
    wm_error err = { 0 };
    wm_json_out out;
    wm_secret_key key = wm_test_key(arena, number);
    const wm_secret_key *keys[] = { &key };
    wm_buf_init(&body, arena->env, WM_MIB);
    wm_json_out_init(&out, &body);
    wm_targets_write(&out, targets);
    assert_ok(wm_metadata_sign(arena, wm_buf_str(&body), keys, 1, WM_MIB, &file, &err), &err);
    wm_buf_fini(&body);
    return file;
}

static void put_roles(const char *folder, wm_arena *arena)
{
    static const wm_str paths[] = { WM_STR_INIT("*"), WM_STR_INIT("*/*"), WM_STR_INIT("*/*/*"),
                                    WM_STR_INIT("*/*/*/*") };
    const wm_metadata_head head = { 1, 4102444800 };
    static const unsigned role_keys[] = { 2, 0 };
    wm_listed_file files[NAME_COUNT];
    memset(files, 0, sizeof files);
    for (size_t i = 0; i < NAME_COUNT; i++) {
        files[i].path = wm_str_of(names[i]);
        files[i].length = 1;
        files[i].hashes.has_sha256 = true;
        wm_digest_sha256(WM_STR("x"), &files[i].hashes.sha256);
        put_target(folder, names[i], &files[i].hashes.sha256);
    }
    qsort(files, NAME_COUNT, sizeof files[0], by_path);
    wm_delegation delegation = { .role = wm_test_signers(arena, ROLE, role_keys, 1),
                                 .paths = paths,
                                 .path_count = sizeof paths / sizeof paths[0] };
    wm_targets top = { .head = head, .delegations = &delegation, .delegation_count = 1 };
    wm_targets role = { .head = head, .files = files, .file_count = NAME_COUNT };
    put(folder, "metadata/1.targets.json", signed_targets(arena, &top, 1));
    put(folder, "metadata/1...%2Frole.json", signed_targets(arena, &role, 2));
}

int main(int argc, char **argv)
{
    static const unsigned top_keys[] = { 1, 0 };
    wm_arena arena;
    if (argc != 2) {
        (void)fprintf(stderr, "usage: tuf_repository FOLDER\n");
        return 2;
    }
    wm_arena_init(&arena, wm_env_system(), 16 * WM_MIB);
    put(argv[1], "root.json", wm_test_root(&arena, 1, top_keys, 1, top_keys));
    put(argv[1], "metadata/timestamp.json",
        wm_test_sign(&arena,
                     "{'_type':'timestamp','expires':'2100-01-01T00:00:00Z',"
                     "'meta':{'snapshot.json':{'version':1}},'spec_version':'1.0.34','version':1}",
                     top_keys));
    put(argv[1], "metadata/1.snapshot.json",
        wm_test_sign(&arena,
                     "{'_type':'snapshot','expires':'2100-01-01T00:00:00Z',"
                     "'meta':{'" ROLE ".json':{'version':1},'targets.json':{'version':1}},"
                     "'spec_version':'1.0.34','version':1}",
                     top_keys));
    put_roles(argv[1], &arena);
    wm_arena_fini(&arena);
    return 0;
}

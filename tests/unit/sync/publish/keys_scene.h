/* keys_scene.h: a key folder, its feed and replicas of it, for the tests of keys. Each test has its
 * own. */
#ifndef WAYMARK_TEST_KEYS_SCENE_H
#define WAYMARK_TEST_KEYS_SCENE_H

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <waymark/sys/expiry.h>

#include "feed_fixture.h"

#include "publish/keys.h"

static wm_feed_fixture fixture;
static wm_arena arena;

static inline int setup(void **state)
{
    (void)state;
    wm_arena_init(&arena, wm_env_system(), 256 * WM_MIB);
    wm_fixture_init(&fixture);
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    wm_fixture_fini(&fixture);
    wm_arena_fini(&arena);
    return 0;
}

/* ---- folders ---- */

static inline const char *inside(const char *name)
{
    static char paths[4][640];
    static int at;
    at = (at + 1) % 4;
    (void)snprintf(paths[at], sizeof paths[at], "%.250s/%s", fixture.folder, name);
    return paths[at];
}

static inline void copy_folder(const char *from, const char *to)
{
    char command[1400];
    (void)snprintf(command, sizeof command, "cp -r '%s' '%s'", from, to);
    assert_int_equal(system(command), 0);
}

static inline void move_file(const char *from, const char *to)
{
    char command[1400];
    (void)snprintf(command, sizeof command, "mkdir -p \"$(dirname '%s')\" && mv '%s' '%s'", to,
                   from, to);
    assert_int_equal(system(command), 0);
}

/* Names in KEYS/public that end so. */
static inline size_t count_files(const char *folder, const char *ending)
{
    size_t count = 0;
    DIR *handle = opendir(folder);
    for (struct dirent *e = handle != NULL ? readdir(handle) : NULL; e != NULL;
         e = readdir(handle)) {
        size_t length = strlen(e->d_name);
        count +=
            length >= strlen(ending) && strcmp(e->d_name + length - strlen(ending), ending) == 0
                ? 1
                : 0;
    }
    if (handle != NULL) {
        (void)closedir(handle);
    }
    return count;
}

static inline const char *public_keys(void)
{
    static char path[640];
    (void)snprintf(path, sizeof path, "%.300s/public", fixture.keys);
    return path;
}

/* ---- calls ---- */

#define PUBLIC (1u << WM_EDITION_PUBLIC)
#define ROLE(role) (1u << WM_KEY_##role)

static inline wm_keys_options options_at(int64_t release, const wm_files *files)
{
    return (wm_keys_options){ .key_folder = fixture.keys,
                              .editions = PUBLIC,
                              .now_s = wm_fixture_time(release),
                              .files = files };
}

static inline wm_status change(const wm_keys_change *what, wm_keys_result *result, wm_error *err)
{
    wm_keys_options options = options_at(1, NULL);
    return wm_keys_change_root(&arena, &options, what, result, err);
}

static inline wm_keys_result changed(const wm_keys_change *what)
{
    wm_keys_result result;
    wm_error err = { 0 };
    assert_ok(change(what, &result, &err), &err);
    assert_int_equal(result.root_count, 1);
    return result;
}

static inline wm_keys_view look(void)
{
    wm_keys_options options = options_at(1, NULL);
    const wm_keys_view *views = NULL;
    size_t count = 0;
    wm_error err = { 0 };
    assert_ok(wm_keys_look(&arena, &options, &views, &count, &err), &err);
    assert_int_equal(count, 1);
    return views[0];
}

static inline wm_status publish_at(int64_t release, wm_error *err)
{
    wm_published published;
    return wm_fixture_publish_at(&fixture, wm_fixture_time(release), NULL, &published, &arena, err);
}

static inline void published_at(int64_t release)
{
    wm_error err = { 0 };
    assert_ok(publish_at(release, &err), &err);
}

static inline void synced(wm_store *replica, int64_t release)
{
    wm_fixture_sync sync = { .subscribe = "P1" };
    wm_client_summary summary;
    wm_error err = { 0 };
    wm_status status = wm_fixture_try(&fixture, replica, &sync, &summary, &err);
    if (status != WM_UNCHANGED) {
        assert_ok(status, &err);
    }
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, release, "P1 S E");
}

static inline int64_t root_of_feed(void)
{
    wm_feed_expiries expiries;
    wm_error err = { 0 };
    assert_ok(wm_feed_expiries_read(&arena, fixture.feed, WM_EDITION_PUBLIC, NULL, &expiries, &err),
              &err);
    return expiries.root;
}

/* ---- several people ---- */

typedef struct people {
    const char *sticks[3];
    char paths[3][640];
} people;

/* A new key folder with three root keys, two of which must sign. */
static inline void gather(people *three)
{
    wm_error err = { 0 };
    const wm_str *names = NULL;
    size_t count = 0;
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(three->paths[i], sizeof three->paths[i], "%.250s/stick-%zu", fixture.folder,
                       i);
        three->sticks[i] = three->paths[i];
    }
    (void)snprintf(fixture.keys, sizeof fixture.keys, "%.250s/three", fixture.folder);
    wm_keys_options options = options_at(0, NULL);
    options.editions = 0;
    options.root_folders = three->sticks;
    options.root_folder_count = 3;
    options.quorum[WM_KEY_ROOT] = (wm_key_quorum){ 3, 2 };
    assert_ok(wm_keys_init(&arena, &options, &names, &count, &err), &err);
    assert_int_equal(count, 16);
    assert_int_equal(count_files(public_keys(), ".key"), 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif

/* fault_scene.c: see fault_scene.h. */
#include "fault_scene.h"

wm_store *wm_scene_open(const char *path, unsigned flags)
{
    wm_error err = { 0 };
    wm_store *store = NULL;
    assert_ok(wm_store_open(wm_env_system(), path, flags, &store, &err), &err);
    return store;
}

int wm_scene_set_up(void **state)
{
    static wm_scene s;
    memset(&s, 0, sizeof s);
    wm_fault_vfs_reset();
    wm_fault_env_init(&s.fault);
    wm_arena_init(&s.arena, wm_env_system(), 64 * WM_MIB);
    *state = &s;
    return 0;
}

int wm_scene_tear_down(void **state)
{
    wm_scene *s = *state;
    wm_arena_fini(&s->arena);
    wm_fault_vfs_reset();
    return 0;
}

void wm_scene_make_author(wm_scene *s)
{
    wm_store *store =
        wm_scene_open(WM_SCENE_PATH, WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR);
    wm_test_small_directory(store);
    assert_int_equal(wm_test_release(store, "2026-01-05"), 1);
    wm_store_close(store);
    wm_fault_vfs_mark();
    s->live_blocks = wm_fault_live_blocks();
}

bool wm_scene_is_new(wm_scene *s)
{
    uint64_t disk = wm_fault_vfs_fingerprint() + (uint64_t)s->status;
    for (size_t i = 0; i < s->disk_count; i++) {
        if (s->disks[i] == disk) {
            return false;
        }
    }
    if (s->disk_count < sizeof s->disks / sizeof s->disks[0]) {
        s->disks[s->disk_count++] = disk;
    }
    return true;
}

void wm_scene_assert_declared(const wm_scene *s, const wm_error *err)
{
    if (s->status != WM_OK) {
        assert_int_equal(s->status, WM_NO_MEMORY);
        assert_true(err == NULL || err->text[0] != '\0');
    }
    assert_int_equal(wm_fault_live_blocks(), s->live_blocks);
}

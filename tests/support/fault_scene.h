/* fault_scene.h: a database on a disk in memory, on which every allocation of a body may fail. */
#ifndef WAYMARK_TEST_FAULT_SCENE_H
#define WAYMARK_TEST_FAULT_SCENE_H

#include "fault.h"
#include "fault_vfs.h"
#include "small_directory.h"

#define WM_SCENE_PATH "/test.db"

typedef struct wm_scene {
    wm_fault_env fault;
    wm_status status;
    long live_blocks; /* before the runs */
    int64_t number;   /* what the body was told */
    wm_arena arena;
    uint64_t disks[64]; /* that were looked at, with what the body was told of each */
    size_t disk_count;
} wm_scene;

/* For cmocka: an empty disk, nothing armed. */
int wm_scene_set_up(void **state);
int wm_scene_tear_down(void **state);

/* Opens with the system's memory; fails the test when it cannot. */
wm_store *wm_scene_open(const char *path, unsigned flags);
/* The small directory with one release; what is live and on the disk now is what must be there
 * after a failure. */
void wm_scene_make_author(wm_scene *s);
/* False: after an earlier run of this test the disk was the same to the byte, and the body was told
 * the same. Whoever opens it finds what was found then, so that it need not be looked at again. */
bool wm_scene_is_new(wm_scene *s);
/* The right answer, or "no memory" with a text; and nothing leaks. */
void wm_scene_assert_declared(const wm_scene *s, const wm_error *err);

#endif

/* test_attack_bytes.c: a byte of a feed's files is another, or a file ends early, at every place.
 *
 * Every file that an update asks for, at every offset, is altered or cut off there. Either nothing
 * came of it and the update is the right one, or it ends in a declared error and the replica is as
 * it was; and then the honest feed is followed. The default run takes places far enough apart, from
 * a seed; with WAYMARK_LONG every place is tried, with two changes. */
#include <stdlib.h>

#include "fault_vfs.h"
#include "feed_attack.h"

#define PATHS_MAX 32

static wm_forge forge;
static wm_transport *transport;

static int set_up(void **state)
{
    (void)state;
    wm_forge_init(&forge, 60);
    wm_forge_make_replicas(&forge);
    transport = wm_forge_in_memory(&forge);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    wm_transport_close(transport);
    wm_forge_fini(&forge);
    return 0;
}

typedef struct scene {
    int64_t held;
    int64_t served;
    char paths[PATHS_MAX][WM_TRANSPORT_PATH_BYTES_MAX + 1]; /* that the update asks for */
    size_t path_count;
    long tried;
    long refused;
} scene;

/* ---- one try ---- */

static bool is_declared(wm_status status)
{
    return status == WM_BAD_INPUT || status == WM_NOT_TRUSTED || status == WM_TOO_LARGE ||
           status == WM_NEWER || status == WM_UNSUPPORTED || status == WM_EXPIRED ||
           status == WM_CONFLICT;
}

/* The feed has `bytes` in place of a file's; then its own again. */
static void try_bytes(scene *s, wm_forge_file *file, wm_str bytes, size_t offset)
{
    wm_error err = { 0 };
    wm_str honest = file->bytes;
    wm_store *replica = wm_forge_open_replica(s->held);
    file->bytes = bytes;
    wm_status status = wm_forge_try(&forge, replica, transport, NULL, NULL, &err);
    file->bytes = honest;
    s->tried++;
    if (status == WM_OK) {
        wm_forge_check(&forge, replica, s->served);
    } else {
        if (!is_declared(status) || err.text[0] == '\0') {
            fail_msg("%s at %zu: %s: %s", file->path, offset, wm_status_text(status), err.text);
        }
        s->refused++;
        wm_forge_check(&forge, replica, s->held);
        wm_error_clear(&err);
        assert_ok(wm_forge_try(&forge, replica, transport, NULL, NULL, &err), &err);
        wm_forge_check(&forge, replica, s->served);
    }
    wm_store_close(replica);
}

/* ---- all places ---- */

/* Which files the update asks for. */
static void find_paths(scene *s)
{
    wm_error err = { 0 };
    wm_store *replica = wm_forge_open_replica(s->held);
    wm_forge_reset(&forge, s->served);
    assert_ok(wm_forge_try(&forge, replica, transport, NULL, NULL, &err), &err);
    wm_store_close(replica);
    s->path_count = 0;
    for (size_t i = 0; i < forge.asked_count; i++) {
        if (wm_forge_file_of(&forge, forge.asked[i]) != NULL) {
            assert_true(s->path_count < PATHS_MAX);
            (void)snprintf(s->paths[s->path_count++], sizeof s->paths[0], "%s", forge.asked[i]);
        }
    }
    assert_true(s->path_count >= 5);
}

static void try_file(scene *s, const char *path, wm_test_random *random, uint32_t stride)
{
    static const unsigned char masks[] = { 0x01, 0x20, 0x80, 0xff, 0x04 };
    static char bytes[65536];
    int changes = stride > 1 ? 1 : 2;
    wm_forge_file *file = wm_forge_file_of(&forge, path);
    assert_true(file->bytes.len < sizeof bytes);
    for (size_t at = wm_test_random_below(random, stride); at < file->bytes.len; at += stride) {
        for (int i = 0; i < changes; i++) {
            unsigned char mask = masks[i == 0 ? wm_test_random_below(random, sizeof masks) : 0];
            memcpy(bytes, file->bytes.ptr, file->bytes.len);
            bytes[at] = (char)((unsigned char)bytes[at] ^ mask);
            try_bytes(s, file, (wm_str){ bytes, file->bytes.len }, at);
        }
        memcpy(bytes, file->bytes.ptr, file->bytes.len);
        if ((at / stride) % 2 == 0 || stride == 1) {
            try_bytes(s, file, (wm_str){ bytes, at }, at);
        }
    }
    memcpy(bytes, file->bytes.ptr, file->bytes.len);
    bytes[file->bytes.len] = ' ';
    try_bytes(s, file, (wm_str){ bytes, file->bytes.len + 1 }, file->bytes.len);
}

static void try_scene(int64_t held, int64_t served, uint32_t stride)
{
    scene s = { .held = held, .served = served };
    wm_test_random random = wm_test_random_new((uint64_t)(held * 10 + served));
    if (getenv("WAYMARK_LONG") != NULL) {
        stride = 1;
    }
    find_paths(&s);
    for (size_t i = 0; i < s.path_count; i++) {
        try_file(&s, s.paths[i], &random, stride);
    }
    print_message("  %ld altered files, %ld refused\n", s.tried, s.refused);
    /* what is signed or hashed is refused; but for hex digits of the other case and the like */
    assert_true(s.refused > s.tried * 9 / 10);
}

static void an_update_by_deltas_with_altered_bytes(void **state)
{
    (void)state;
    try_scene(1, 2, 17);
}

static void a_new_replica_with_altered_bytes(void **state)
{
    (void)state;
    try_scene(0, 2, 23);
}

static void a_long_way_with_altered_bytes(void **state)
{
    (void)state;
    try_scene(1, 4, 23);
}

int main(void)
{
    wm_fault_vfs_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_update_by_deltas_with_altered_bytes),
        cmocka_unit_test(a_new_replica_with_altered_bytes),
        cmocka_unit_test(a_long_way_with_altered_bytes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

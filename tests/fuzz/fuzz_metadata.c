/* fuzz_metadata.c: any bytes at all, read as each kind of metadata, end in a struct or in a text.
 *
 * The signatures are skipped (a fuzzer cannot sign), so the readers of content see what an attacker
 * who has a key could send. What is read as targets can be written, and reads back. */
#include <assert.h>

#include "trust/build.h"
#include "trust/feed.h"
#include "trust/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void targets_read_back(wm_arena *arena, const wm_targets *targets)
{
    wm_buf body;
    wm_buf_init(&body, wm_env_system(), 16 * WM_MIB);
    wm_json_out out;
    wm_json_out_init(&out, &body);
    wm_targets_write(&out, targets);
    const wm_json *value = NULL;
    wm_targets again;
    wm_error err;
    wm_error_clear(&err);
    wm_status status = wm_buf_status(&body, &err);
    if (status == WM_OK) {
        status = wm_json_parse(arena, wm_buf_str(&body), 16 * WM_MIB, &value, &err);
    }
    if (status == WM_OK) {
        status = wm_targets_read(arena, (wm_verified){ value }, &again, &err);
        assert(status == WM_OK);
        assert(again.file_count == targets->file_count);
        assert(again.delegation_count == targets->delegation_count);
    }
    wm_buf_fini(&body);
}

static void search(const wm_targets *targets)
{
    static wm_search state;
    const wm_listed_file *found = NULL;
    const wm_delegation *next = NULL;
    wm_search_init(&state, WM_STR("p/all/0-1.pack"));
    while (wm_search_step(&state, targets, &found, &next) == WM_OK && found == NULL) {
        assert(state.visited_count <= WM_DELEGATED_ROLES_VISITED_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), 256 * WM_MIB);
    wm_str bytes = { (const char *)data, size };
    wm_unverified unverified;
    wm_error err;
    wm_error_clear(&err);
    wm_status status =
        wm_unverified_read(&arena, bytes, WM_METADATA_ROOT_BYTES_MAX, &unverified, &err);
    assert(status == WM_OK || err.text[0] != '\0');
    if (status == WM_OK) {
        wm_verified verified = wm_verified_pinned(&unverified);
        wm_root root;
        wm_timestamp timestamp;
        wm_snapshot snapshot;
        wm_targets targets;
        if (wm_root_read(&arena, verified, &root, &err) == WM_OK) {
            (void)(wm_policy_next_root(&arena, &root, bytes, &root, &err) == WM_OK);
        }
        (void)(wm_timestamp_read(&arena, verified, &timestamp, &err) == WM_OK);
        if (wm_snapshot_read(&arena, verified, &snapshot, &err) == WM_OK) {
            status = wm_policy_snapshot(&snapshot, &snapshot, &err);
            assert(status == WM_OK);
        }
        if (wm_targets_read(&arena, verified, &targets, &err) == WM_OK) {
            wm_feed_role listed;
            wm_feed_release release;
            (void)(wm_feed_role_read(WM_STR("all"), &targets, &listed, &err) == WM_OK);
            (void)(wm_feed_release_read(&targets, &release, &err) == WM_OK);
            search(&targets);
            targets_read_back(&arena, &targets);
        }
    }
    wm_feed_index index;
    (void)(wm_feed_index_read(&arena, bytes, &index, &err) == WM_OK);
    wm_arena_fini(&arena);
    return 0;
}

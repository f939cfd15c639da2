/* fuzz_metadata.c: any bytes at all, read as each kind of metadata, end in a struct or in a text.
 *
 * The signatures are skipped (a fuzzer cannot sign), so the readers of content see what an attacker
 * who has a key could send. What is read as targets can be written, and reads back. And the updater
 * is given them at each of its steps: it stores nothing that it did not verify, and ends. */
#include <assert.h>

#include "trust/build.h"
#include "trust/feed.h"
#include "trust/updater.h"

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

/* ---- the updater: every file is the same bytes; what it stores is a root that it started from
 * ---- */

static wm_status load_nothing(void *context, wm_str role, wm_buf *bytes_out, wm_error *err)
{
    (void)context;
    (void)role;
    (void)bytes_out;
    (void)err;
    return WM_NOT_FOUND;
}

static wm_status store_verified(void *context, const wm_trust_change *change, wm_error *err)
{
    (void)context;
    (void)err;
    assert(change->bytes.len > 0);
    return WM_OK;
}

static void update(wm_arena *arena, wm_str bytes)
{
    static wm_updater updater;
    wm_updater_want want;
    wm_error err;
    wm_trust_storage storage = { load_nothing, store_verified, NULL };
    wm_updater_options options = { bytes, 1700000000 };
    wm_error_clear(&err);
    wm_status status = wm_updater_init(&updater, arena, &storage, &options, &err);
    for (int step = 0; status == WM_OK && step < 8; step++) {
        status = wm_updater_next(&updater, &want, &err);
        if (status == WM_OK) {
            bool no_root = updater.step == WM_UPDATER_ROOT && step > 0;
            status = wm_updater_give(&updater, no_root ? WM_NOT_FOUND : WM_OK, bytes, &err);
        }
    }
    assert(status != WM_OK);
    assert(status == WM_END || err.text[0] != '\0');
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
    wm_feed_index index;
    wm_snapshot snapshot = { .file_count = 0 };
    if (status == WM_OK) {
        wm_verified verified = wm_verified_pinned(&unverified);
        wm_root root;
        wm_timestamp timestamp;
        wm_targets targets;
        if (wm_root_read(&arena, verified, &root, &err) == WM_OK) {
            (void)(wm_policy_next_root(&arena, &root, bytes, &root, &err) == WM_OK);
        }
        (void)(wm_timestamp_read(&arena, verified, &timestamp, &err) == WM_OK);
        if (wm_snapshot_read(&arena, verified, &snapshot, &err) == WM_OK) {
            status = wm_policy_snapshot(&snapshot, &snapshot, &err);
            assert(status == WM_OK);
            status =
                wm_feed_index_read(&arena, WM_STR("{\"localities\":[]}"), &snapshot, &index, &err);
            assert(status == WM_OK || snapshot.file_count > WM_DELEGATED_ROLES_LISTED_MAX);
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
    update(&arena, bytes);
    (void)(wm_feed_index_read(&arena, bytes, &snapshot, &index, &err) == WM_OK);
    wm_arena_fini(&arena);
    return 0;
}

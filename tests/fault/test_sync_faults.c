/* test_sync_faults.c: every single thing that a sync by deltas asks of its surroundings fails in
 * turn: each allocation, each file of the feed in each way, each operation on the disk.
 *
 * The outcome is the new release, or a declared error and the old one; nothing leaks; and the next
 * sync gets there. test_sync.c does the same on a real disk, in growing steps, for larger scenes.
 */
#include <stdlib.h>

#include <sqlite3.h>

#include "fault.h"
#include "fault_vfs.h"
#include "faulty_transport.h"
#include "feed_forge.h"

#define HELD 1
#define SERVED 3

static wm_forge forge;
static wm_fault_env fault;

static int set_up(void **state)
{
    (void)state;
    wm_fault_env_init(&fault);
    wm_forge_init(&forge, 600);
    wm_forge_make_replicas(&forge);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    wm_forge_fini(&forge);
    return 0;
}

/* From opening the replica to closing it, with the memory that fails. */
static wm_status sync_once(wm_transport *transport, wm_error *err)
{
    char path[32];
    wm_store *replica = NULL;
    (void)snprintf(path, sizeof path, "/replica-%d.db", HELD);
    wm_status status =
        wm_store_open(&fault.env, path, WM_STORE_WRITE | WM_STORE_REPLICA, &replica, err);
    if (status == WM_OK) {
        status = wm_forge_try(&forge, replica, transport, NULL, NULL, err);
    }
    wm_store_close(replica);
    return status;
}

/* The release that is there is whole; and an undisturbed sync ends at the new one. */
static void is_whole_and_goes_on(wm_status status)
{
    wm_error err = { 0 };
    wm_release latest;
    wm_store *replica = wm_forge_reopen_replica(HELD);
    assert_ok(wm_store_latest(replica, &latest, &err), &err);
    assert_true(latest.number == SERVED || (status != WM_OK && latest.number == HELD));
    wm_forge_check(&forge, replica, latest.number);
    assert_ok(wm_store_integrity(replica, &err), &err);
    wm_transport *transport = wm_forge_in_memory(&forge);
    wm_status again = wm_forge_try(&forge, replica, transport, NULL, NULL, &err);
    if (again != WM_OK && again != WM_UNCHANGED) {
        fail_msg("the next sync: %s: %s", wm_status_text(again), err.text);
    }
    wm_forge_check(&forge, replica, SERVED);
    wm_transport_close(transport);
    wm_store_close(replica);
}

/* ---- memory ---- */

static void no_allocation_that_fails_breaks_a_sync(void **state)
{
    (void)state;
    bool all = getenv("WAYMARK_LONG") != NULL;
    long tried = 0;
    long failed = 0;
    int fired = 1;
    wm_test_random random = wm_test_random_new(5);
    for (long nth = 0; fired; nth += all || nth < 30 ? 1 : 1 + wm_test_random_below(&random, 29)) {
        wm_error err = { 0 };
        wm_forge_reset(&forge, SERVED);
        wm_fault_vfs_rewind();
        wm_transport *transport = wm_forge_in_memory(&forge);
        wm_fault_arm(nth, 0);
        wm_status status = sync_once(transport, &err);
        fired = wm_fault_fired();
        wm_fault_arm(-1, 0);
        wm_transport_close(transport);
        assert_int_equal(wm_fault_live_blocks(), 0);
        if (status != WM_OK) {
            failed++;
            if (status != WM_NO_MEMORY || err.text[0] == '\0') {
                fail_msg("allocation %ld: %s: %s", nth, wm_status_text(status), err.text);
            }
        }
        is_whole_and_goes_on(status);
        tried++;
    }
    print_message("  %ld allocations tried, %ld noticed\n", tried, failed);
    assert_true(failed > tried / 4);
}

/* ---- the feed ---- */

static void no_file_that_fails_breaks_a_sync(void **state)
{
    (void)state;
    static const wm_transport_fault faults[] = { WM_TRANSPORT_FAILS, WM_TRANSPORT_BREAKS,
                                                 WM_TRANSPORT_TRUNCATES, WM_TRANSPORT_GARBLES,
                                                 WM_TRANSPORT_LOSES };
    for (size_t f = 0; f < 2 * (sizeof faults / sizeof faults[0]); f++) {
        int fired = 1;
        for (long nth = 0; fired; nth++) {
            wm_error err = { 0 };
            wm_forge_reset(&forge, SERVED);
            wm_fault_vfs_rewind();
            wm_transport *transport = wm_faulty_transport_new(wm_forge_in_memory(&forge));
            wm_faulty_transport_arm(transport, faults[f / 2], nth, f % 2 == 1);
            wm_status status = sync_once(transport, &err);
            fired = wm_faulty_transport_fired(transport);
            wm_transport_close(transport);
            if (status != WM_OK && status != WM_UNCHANGED && status != WM_NETWORK &&
                status != WM_NOT_TRUSTED && status != WM_BAD_INPUT) {
                fail_msg("file %ld, fault %zu: %s: %s", nth, f, wm_status_text(status), err.text);
            }
            assert_true(status == WM_OK || status == WM_UNCHANGED || err.text[0] != '\0');
            is_whole_and_goes_on(status);
        }
    }
}

/* ---- the disk ---- */

typedef struct disk_fault {
    unsigned operations;
    int code;
    wm_status expected; /* or WM_IO */
} disk_fault;

static long fail_disk(const disk_fault *f, int forever, uint32_t stride)
{
    int fired = 1;
    long nth = 0;
    for (; fired; nth += (long)stride) {
        wm_error err = { 0 };
        wm_forge_reset(&forge, SERVED);
        wm_fault_vfs_rewind();
        wm_transport *transport = wm_forge_in_memory(&forge);
        wm_fault_vfs_arm(f->operations, nth, f->code, forever);
        wm_status status = sync_once(transport, &err);
        fired = wm_fault_vfs_fired();
        wm_fault_vfs_disarm();
        wm_transport_close(transport);
        assert_int_equal(wm_fault_live_blocks(), 0);
        if (status != WM_OK && status != f->expected && status != WM_IO) {
            fail_msg("operation %ld of %u: %s: %s", nth, f->operations, wm_status_text(status),
                     err.text);
        }
        is_whole_and_goes_on(status);
    }
    return nth;
}

static void no_disk_that_fails_breaks_a_sync(void **state)
{
    (void)state;
    static const disk_fault faults[] = {
        { WM_DISK_WRITE, SQLITE_FULL, WM_FULL },
        { WM_DISK_WRITE, SQLITE_IOERR_WRITE, WM_IO },
        { WM_DISK_SYNC, SQLITE_IOERR_FSYNC, WM_IO },
        { WM_DISK_TRUNCATE, SQLITE_IOERR_TRUNCATE, WM_IO },
        { WM_DISK_DELETE, SQLITE_IOERR_DELETE, WM_IO },
        { WM_DISK_OPEN, SQLITE_CANTOPEN, WM_IO },
        { WM_DISK_READ, SQLITE_IOERR_READ, WM_IO },
    };
    uint32_t stride = getenv("WAYMARK_LONG") != NULL ? 1 : 3;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        bool many = (faults[i].operations & (WM_DISK_WRITE | WM_DISK_READ)) != 0;
        (void)fail_disk(&faults[i], 0, many ? stride : 1);
        (void)fail_disk(&faults[i], 1, many ? stride : 1);
    }
}

int main(void)
{
    wm_fault_install();
    wm_fault_vfs_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_allocation_that_fails_breaks_a_sync),
        cmocka_unit_test(no_file_that_fails_breaks_a_sync),
        cmocka_unit_test(no_disk_that_fails_breaks_a_sync),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

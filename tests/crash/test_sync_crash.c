/* test_sync_crash.c: the world stops at each write and each sync of an update, of a repair and of a
 * mirror: afterwards there is exactly the old release or the new one, it is as it was signed, and
 * the next try finishes. */
#include <sqlite3.h>

#include "fault_vfs.h"
#include "feed_fixture.h"

#include <waymark/sys/replica.h>

#define PATH "/replica.db"
#define LEFT_MAX 2048
#define REPLICA (WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_REPLICA)

static wm_feed_fixture fixture;
static wm_buf root;
static int64_t release_now;
static uint64_t alone_bytes; /* 0: as usual */

/* ---- the world before ---- */

/* The author's database lies on the disk that is going to stop, so it goes first. */
static void publish_to(int64_t release)
{
    wm_fixture_publish_to(&fixture, release);
    release_now = release;
}

static int setup(void **state)
{
    char path[400];
    (void)state;
    alone_bytes = 0;
    wm_fault_vfs_reset();
    wm_fixture_init(&fixture);
    (void)snprintf(path, sizeof path, "%s/public/root.json", fixture.keys);
    wm_buf_init(&root, wm_env_system(), WM_MIB);
    wm_fixture_read(path, &root);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_buf_fini(&root);
    wm_fixture_fini(&fixture);
    wm_fault_vfs_reset();
    return 0;
}

static void close_author(void)
{
    wm_store_close(fixture.author);
    fixture.author = NULL;
    wm_fault_vfs_mark();
}

/* ---- works ---- */

static wm_status sync_once(wm_error *err)
{
    wm_store *replica = NULL;
    wm_client *client = NULL;
    wm_transport *transport = NULL;
    wm_str code = WM_STR("P1");
    wm_client_options options = { .root = wm_buf_str(&root),
                                  .subscribe = &code,
                                  .subscribe_count = 1,
                                  .alone_bytes = alone_bytes,
                                  .now_s = wm_fixture_time(release_now) };
    wm_status status = wm_store_open(wm_env_system(), PATH, REPLICA, &replica, err);
    if (status == WM_OK) {
        status = wm_client_open(replica, &options, &client, err);
    }
    if (status == WM_OK) {
        status = wm_transport_folder_open(wm_env_system(), fixture.feed, &transport, err);
    }
    if (status == WM_OK) {
        status = wm_sync_run(client, transport, NULL, err);
    }
    wm_transport_close(transport);
    wm_client_close(client);
    wm_store_close(replica);
    return status == WM_UNCHANGED ? WM_OK : status;
}

static wm_status repair_once(wm_error *err)
{
    wm_arena arena;
    wm_replica_report report;
    wm_store *replica = NULL;
    wm_transport *transport = NULL;
    wm_repair_options options = { .now_s = wm_fixture_time(release_now) };
    wm_arena_init(&arena, wm_env_system(), 512 * WM_MIB);
    wm_status status = wm_store_open(wm_env_system(), PATH, REPLICA, &replica, err);
    if (status == WM_OK) {
        status = wm_replica_verify(replica, WM_STR(""), &arena, &report, err);
    }
    if (status == WM_OK) {
        status = wm_transport_folder_open(wm_env_system(), fixture.feed, &transport, err);
    }
    if (status == WM_OK && !report.is_whole) {
        options.transport = transport;
        status = wm_replica_repair(replica, &report, &options, NULL, err);
    }
    wm_transport_close(transport);
    wm_store_close(replica);
    wm_arena_fini(&arena);
    return status;
}

/* ---- looking ---- */

typedef enum seen { SEEN_EMPTY, SEEN_DAMAGED, SEEN_WHOLE } seen;

/* What the replica is, and of which release. */
static seen look(int64_t *release_out)
{
    wm_arena arena;
    wm_replica_report report;
    wm_error err = { 0 };
    wm_store *replica = NULL;
    seen result = SEEN_EMPTY;
    *release_out = 0;
    wm_arena_init(&arena, wm_env_system(), 512 * WM_MIB);
    assert_ok(wm_store_open(wm_env_system(), PATH, REPLICA, &replica, &err), &err);
    assert_ok(wm_store_integrity(replica, &err), &err);
    wm_status status = wm_replica_verify(replica, WM_STR(""), &arena, &report, &err);
    if (status != WM_NOT_FOUND) {
        assert_ok(status, &err);
        assert_ok(report.trust.status, &report.trust);
        result = report.is_whole ? SEEN_WHOLE : SEEN_DAMAGED;
        *release_out = report.release;
        wm_buf bytes;
        wm_buf_init(&bytes, wm_env_system(), WM_MIB);
        assert_ok(wm_store_get(replica, WM_VIEW_LATEST, WM_KIND_SERVICE, WM_STR("a"), &bytes, &err),
                  &err);
        wm_buf_fini(&bytes);
    }
    wm_store_close(replica);
    wm_arena_fini(&arena);
    return result;
}

typedef struct job {
    wm_status (*run)(wm_error *err);
    seen before;
    int64_t release_before;
} job;

/* What was found on each disk that a stop left. The work ahead is the same for the same disk, and
 * is done once. */
static struct {
    struct {
        uint64_t disk;
        seen found;
        int64_t release;
    } left[LEFT_MAX];
    size_t count;
} past;

static size_t look_and_finish(const job *work)
{
    wm_error err = { 0 };
    int64_t release = 0;
    uint64_t disk = wm_fault_vfs_fingerprint();
    for (size_t i = 0; i < past.count; i++) {
        if (past.left[i].disk == disk) {
            return i;
        }
    }
    size_t made = past.count++;
    assert_true(made < LEFT_MAX);
    past.left[made].disk = disk;
    past.left[made].found = look(&past.left[made].release);
    assert_ok(work->run(&err), &err);
    assert_int_equal(look(&release), SEEN_WHOLE);
    assert_int_equal(release, release_now);
    return made;
}

static long stop_everywhere(const job *work, wm_power_loss mode)
{
    long either[2] = { 0, 0 };
    int fired = 1;
    for (long nth = 0; fired; nth++) {
        wm_error err = { 0 };
        wm_fault_vfs_rewind();
        wm_fault_vfs_stop_at(nth);
        wm_status status = work->run(&err);
        fired = wm_fault_vfs_fired();
        wm_fault_vfs_power_loss(mode, (uint64_t)nth);
        assert_true(status == WM_OK || err.text[0] != '\0');
        size_t left = look_and_finish(work);
        seen found = past.left[left].found;
        int64_t release = past.left[left].release;
        bool is_before = found == work->before && release == work->release_before;
        bool is_after = found == SEEN_WHOLE && release == release_now;
        assert_true(is_before || is_after);
        assert_true(is_after || status != WM_OK || fired);
        either[is_before ? 0 : 1]++;
    }
    print_message("as before %ld times, as after %ld times\n", either[0], either[1]);
    return either[0];
}

static void stop_in_every_way(const job *work)
{
    static const wm_power_loss modes[] = { WM_POWER_KEEP, WM_POWER_DROP, WM_POWER_SOME };
    past.count = 0;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_true(stop_everywhere(work, modes[i]) > 0);
    }
    print_message("%zu different disks\n", past.count);
}

/* ---- tests ---- */

static void a_first_sync_that_stops_leaves_nothing_or_all(void **state)
{
    (void)state;
    const job first = { sync_once, SEEN_EMPTY, 0 };
    publish_to(1);
    close_author();
    stop_in_every_way(&first);
}

static void a_first_sync_without_a_log_leaves_nothing_or_all(void **state)
{
    (void)state;
    const job first = { sync_once, SEEN_EMPTY, 0 };
    alone_bytes = 1;
    publish_to(1);
    close_author();
    stop_in_every_way(&first);
}

static void an_update_that_stops_leaves_the_old_release_or_the_new_one(void **state)
{
    (void)state;
    wm_error err = { 0 };
    const job update = { sync_once, SEEN_WHOLE, 1 };
    publish_to(1);
    assert_ok(sync_once(&err), &err);
    publish_to(3);
    close_author();
    stop_in_every_way(&update);
}

static void rotate(unsigned roles)
{
    wm_arena arena;
    wm_keys_result result;
    wm_error err = { 0 };
    wm_keys_options options = { .key_folder = fixture.keys,
                                .now_s = wm_fixture_time(fixture.release) };
    wm_keys_change change = { .roles = roles };
    wm_arena_init(&arena, wm_env_system(), 16 * WM_MIB);
    assert_ok(wm_keys_change_root(&arena, &options, &change, &result, &err), &err);
    wm_arena_fini(&arena);
}

/* Each root is stored by itself, and what replaced keys signed is forgotten with it. */
static void two_new_roots_are_followed_wherever_it_stops(void **state)
{
    (void)state;
    wm_error err = { 0 };
    const job update = { sync_once, SEEN_WHOLE, 1 };
    publish_to(1);
    assert_ok(sync_once(&err), &err);
    rotate(1U << WM_KEY_TIMESTAMP | 1U << WM_KEY_SNAPSHOT);
    rotate(1U << WM_KEY_ROOT | 1U << WM_KEY_TARGETS);
    publish_to(2);
    close_author();
    stop_in_every_way(&update);
}

static void damage(const char *sql)
{
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(PATH, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

static void a_repair_that_stops_is_done_or_not_begun(void **state)
{
    (void)state;
    wm_error err = { 0 };
    const job mending = { repair_once, SEEN_DAMAGED, 2 };
    publish_to(1);
    assert_ok(sync_once(&err), &err);
    publish_to(2);
    assert_ok(sync_once(&err), &err);
    damage("UPDATE revision SET record = replace(record, '0800', '0900') WHERE id = 'a';"
           "DELETE FROM posting");
    close_author();
    stop_in_every_way(&mending);
}

/* ---- a mirror: files, not SQLite ---- */

typedef struct stopping_files {
    wm_files files;
    const wm_files *inner;
    long left; /* writes until the world stops */
} stopping_files;

static wm_status read_through(void *context, const char *path, wm_buf *bytes_out, wm_error *err)
{
    const stopping_files *s = context;
    return s->inner->read(s->inner->context, path, bytes_out, err);
}

static wm_status write_or_stop(void *context, const char *path, wm_str bytes, wm_error *err)
{
    stopping_files *s = context;
    if (s->left-- <= 0) {
        return wm_fail(err, WM_FULL, "%s: no space left", path);
    }
    return s->inner->write(s->inner->context, path, bytes, err);
}

static wm_status mirror_once(const char *folder, long writes, wm_error *err)
{
    wm_arena arena;
    wm_mirrored mirrored;
    wm_store *replica = NULL;
    wm_transport *transport = NULL;
    stopping_files stopping = { .inner = wm_files_system(), .left = writes };
    stopping.files.read = read_through;
    stopping.files.write = write_or_stop;
    stopping.files.context = &stopping;
    wm_mirror_options options = { .folder = folder, .files = &stopping.files };
    wm_arena_init(&arena, wm_env_system(), 512 * WM_MIB);
    wm_status status = wm_store_open(wm_env_system(), PATH, WM_STORE_READ, &replica, err);
    if (status == WM_OK) {
        status = wm_transport_folder_open(wm_env_system(), fixture.feed, &transport, err);
    }
    if (status == WM_OK) {
        options.transport = transport;
        status = wm_replica_mirror(replica, &options, &arena, &mirrored, err);
    }
    wm_transport_close(transport);
    wm_store_close(replica);
    wm_arena_fini(&arena);
    return status;
}

/* A new client syncs from the folder; 0: it has no release. */
static int64_t release_of(const char *folder)
{
    wm_error err = { 0 };
    wm_store *replica = NULL;
    wm_client_summary summary = { 0 };
    wm_transport *transport = NULL;
    wm_fixture_sync sync = { .subscribe = "P1", .now_s = wm_fixture_time(release_now) };
    assert_ok(wm_store_open(wm_env_system(), ":memory:", REPLICA, &replica, &err), &err);
    wm_status status = wm_transport_folder_open(wm_env_system(), folder, &transport, &err);
    if (status == WM_OK) {
        sync.transport = transport;
        status = wm_fixture_try(&fixture, replica, &sync, &summary, &err);
    }
    if (status != WM_OK) {
        assert_true(status == WM_NETWORK || status == WM_IO);
        summary.to = 0;
    }
    wm_transport_close(transport);
    wm_store_close(replica);
    return summary.to;
}

static void a_mirror_that_stops_serves_the_old_release_or_the_new_one(void **state)
{
    (void)state;
    char folder[400];
    wm_error err = { 0 };
    (void)snprintf(folder, sizeof folder, "%s/mirror", fixture.folder);
    int64_t before = 0;
    for (int64_t release = 1; release <= 3; release += 2) {
        publish_to(release);
        assert_ok(sync_once(&err), &err);
        wm_status status = WM_FULL;
        long stops = 0;
        for (long writes = 0; status != WM_OK; writes = writes == 0 ? 1 : writes) {
            wm_error_clear(&err);
            status = mirror_once(folder, writes, &err); /* each run gets one file further */
            assert_true(status == WM_OK || status == WM_FULL);
            assert_int_equal(release_of(folder), status == WM_OK ? release : before);
            assert_true(stops++ < 100);
        }
        before = release;
    }
}

int main(void)
{
    wm_fault_vfs_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_first_sync_that_stops_leaves_nothing_or_all, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_first_sync_without_a_log_leaves_nothing_or_all, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_update_that_stops_leaves_the_old_release_or_the_new_one,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(two_new_roots_are_followed_wherever_it_stops, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_repair_that_stops_is_done_or_not_begun, setup, teardown),
        cmocka_unit_test_setup_teardown(a_mirror_that_stops_serves_the_old_release_or_the_new_one,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

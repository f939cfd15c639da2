/* test_mirror.c: a feed made of a replica: what it has without asking, over new roots and many
 * releases, and that what was recalled lives on neither in it nor in the replica. */
#include <sys/stat.h>

#include "faulty_transport.h"
#include "feed_fixture.h"
#include "feed_records.h"

#include <waymark/sys/replica.h>

#define PAGES 150 /* releases: two whole pages of spans, and a part */
#define OLD_NUMBER "0800 000"
#define NEW_NUMBER "0800 111"

static wm_feed_fixture fixture;
static wm_arena arena;
static char folder[400];

static int setup(void **state)
{
    (void)state;
    wm_arena_init(&arena, wm_env_system(), (size_t)512 * WM_MIB);
    wm_fixture_init(&fixture);
    (void)snprintf(folder, sizeof folder, "%s/mirror", fixture.folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_fixture_fini(&fixture);
    wm_arena_fini(&arena);
    return 0;
}

static void sync_replica(wm_store *replica, const char *feed)
{
    wm_error err = { 0 };
    wm_fixture_sync sync = { .subscribe = "P1" };
    assert_ok(wm_transport_folder_open(wm_env_system(), feed, &sync.transport, &err), &err);
    wm_status status = wm_fixture_try(&fixture, replica, &sync, NULL, &err);
    if (status != WM_UNCHANGED) {
        assert_ok(status, &err);
    }
    wm_transport_close(sync.transport);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, fixture.release, "P1 S E");
}

/* From the replica alone, or also from the feed. */
static wm_status try_mirror(wm_store *replica, bool offline, wm_mirrored *mirrored, wm_error *err)
{
    wm_mirror_options options = { .folder = folder };
    wm_status status = WM_OK;
    if (!offline) {
        status = wm_transport_folder_open(wm_env_system(), fixture.feed, &options.transport, err);
    }
    if (status == WM_OK) {
        status = wm_replica_mirror(replica, &options, &arena, mirrored, err);
    }
    wm_transport_close(options.transport);
    return status;
}

static wm_mirrored mirror(wm_store *replica, bool offline)
{
    wm_mirrored mirrored;
    wm_error err = { 0 };
    assert_ok(try_mirror(replica, offline, &mirrored, &err), &err);
    return mirrored;
}

static void a_new_client_is_served(const char *name)
{
    wm_store *replica = wm_fixture_replica(&fixture, name);
    sync_replica(replica, folder);
    wm_store_close(replica);
}

/* A release that changes something in P1, and only a little. */
static void small_release(void)
{
    char more[64];
    wm_txn *txn = NULL;
    wm_release release;
    wm_error err = { 0 };
    fixture.release++;
    (void)snprintf(more, sizeof more, ",'status':'active','description':'release %d'",
                   (int)fixture.release);
    assert_ok(wm_txn_begin(fixture.author, &txn, &err), &err);
    wm_fixture_service(txn, "e", "P1", more);
    assert_ok(wm_history_release(txn, (wm_date)(WM_FIXTURE_DAY + fixture.release), WM_STR(""),
                                 &release, &err),
              &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
}

static int count_names(const char *where, const char *part)
{
    wm_buf lines;
    int count = 0;
    wm_buf_init(&lines, wm_env_system(), 16 * WM_MIB);
    feed_files_list(where, &lines);
    wm_buf_put_char(&lines, '\0');
    for (const char *at = strstr(lines.data, part); at != NULL; at = strstr(at + 1, part)) {
        count++;
    }
    wm_buf_fini(&lines);
    return count;
}

/* ---- tests ---- */

static void what_a_first_sync_fetched_is_enough_for_new_clients(void **state)
{
    (void)state;
    int indexes = 0;
    wm_fixture_publish_to(&fixture, 2);
    for (int i = 0; i < 8; i++) { /* of some the way leads over the index */
        char name[16];
        small_release();
        wm_fixture_publish(&fixture);
        (void)snprintf(name, sizeof name, "replica%d", i);
        wm_store *replica = wm_fixture_replica(&fixture, name);
        sync_replica(replica, fixture.feed);
        wm_mirrored mirrored = mirror(replica, true);
        assert_int_equal(mirrored.requests, 0);
        indexes += count_names(folder, ".spans ");
        (void)snprintf(name, sizeof name, "new%d", i);
        a_new_client_is_served(name);
        wm_store_close(replica);
        wm_test_folder_remove(folder);
    }
    assert_true(indexes > 0);
}

/* A replica that never needed the index, nor a newer snapshot. */
static wm_store *one_at_a_time(void)
{
    wm_fixture_publish_to(&fixture, 2);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    sync_replica(replica, fixture.feed);
    for (int i = 0; i < 3; i++) {
        small_release();
        wm_fixture_publish(&fixture);
        sync_replica(replica, fixture.feed);
    }
    return replica;
}

static void what_was_never_fetched_is_named(void **state)
{
    (void)state;
    wm_mirrored mirrored;
    wm_error err = { 0 };
    wm_store *replica = one_at_a_time();
    assert_int_equal(try_mirror(replica, true, &mirrored, &err), WM_NETWORK);
    assert_contains(err.text, "the replica has not kept it");
    mirrored = mirror(replica, false);
    assert_true(mirrored.requests > 0);
    a_new_client_is_served("new");
    mirrored = mirror(replica, true); /* what stands there need not be kept */
    assert_int_equal(mirrored.file_count + mirrored.removed, 0);
    wm_store_close(replica);
}

static bool no_pause(void *context, uint64_t milliseconds)
{
    (void)milliseconds;
    ++*(int *)context;
    return true;
}

static void what_breaks_off_is_tried_again(void **state)
{
    (void)state;
    wm_error err = { 0 };
    wm_mirrored mirrored;
    wm_transport *inner = NULL;
    int pauses = 0;
    wm_store *replica = one_at_a_time();
    assert_ok(wm_transport_folder_open(wm_env_system(), fixture.feed, &inner, &err), &err);
    wm_transport *transport = wm_faulty_transport_new(inner);
    wm_sync_driver driver = { .tries = 3, .pause = no_pause, .context = &pauses };
    wm_mirror_options options = { .folder = folder, .transport = transport, .driver = &driver };
    wm_faulty_transport_arm(transport, WM_TRANSPORT_FAILS, 0, 1);
    assert_int_equal(wm_replica_mirror(replica, &options, &arena, &mirrored, &err), WM_NETWORK);
    assert_int_equal(pauses, 0); /* it would not help */
    wm_faulty_transport_may_pass(transport);
    wm_faulty_transport_arm(transport, WM_TRANSPORT_FAILS, 0, 1);
    assert_int_equal(wm_replica_mirror(replica, &options, &arena, &mirrored, &err), WM_NETWORK);
    assert_contains(err.text, "the line went dead");
    assert_int_equal(pauses, 2);
    wm_faulty_transport_arm(transport, WM_TRANSPORT_BREAKS, 0, 0);
    pauses = 0;
    assert_ok(wm_replica_mirror(replica, &options, &arena, &mirrored, &err), &err);
    assert_int_equal(pauses, 1);
    a_new_client_is_served("new");
    wm_transport_close(transport);
    wm_store_close(replica);
}

static void a_mirror_has_the_pages_of_many_releases(void **state)
{
    (void)state;
    wm_fixture_publish_to(&fixture, 2);
    wm_store *old = wm_fixture_replica(&fixture, "old");
    while (fixture.release < PAGES) {
        small_release();
        if (fixture.release % 3 == 0 || fixture.release == PAGES) {
            wm_fixture_publish(&fixture);
        }
        if (fixture.release == 30) {
            sync_replica(old, fixture.feed);
        }
    }
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    sync_replica(replica, fixture.feed);
    (void)mirror(replica, false);
    assert_true(count_names(fixture.feed, ".spans-") > 0);
    a_new_client_is_served("new");
    sync_replica(old, folder);
    wm_store_close(old);
    wm_store_close(replica);
}

static void rotate(unsigned roles)
{
    wm_error err = { 0 };
    wm_keys_result result;
    wm_keys_options options = { .key_folder = fixture.keys,
                                .now_s = wm_fixture_time(fixture.release) };
    wm_keys_change change = { .roles = roles };
    assert_ok(wm_keys_change_root(&arena, &options, &change, &result, &err), &err);
}

static void a_mirror_follows_new_roots(void **state)
{
    (void)state;
    char path[400];
    wm_buf first;
    wm_buf last;
    wm_error err = { 0 };
    const wm_files *files = wm_files_system();
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    wm_store *client = wm_fixture_replica(&fixture, "client");
    sync_replica(replica, fixture.feed);
    (void)mirror(replica, true);
    sync_replica(client, folder);
    wm_buf_init(&first, wm_env_system(), WM_MIB);
    wm_buf_init(&last, wm_env_system(), WM_MIB);
    (void)snprintf(path, sizeof path, "%s/public/root.json", fixture.keys);
    wm_fixture_read(path, &first);
    rotate(1U << WM_KEY_TIMESTAMP | 1U << WM_KEY_TARGETS);
    rotate(1U << WM_KEY_ROOT | 1U << WM_KEY_SNAPSHOT);
    wm_fixture_publish_to(&fixture, 2);
    sync_replica(replica, fixture.feed);
    wm_mirrored mirrored = mirror(replica, false);
    assert_int_equal(mirrored.first_root, 1);
    assert_int_equal(count_names(folder, ".root.json "), 3);
    sync_replica(client, folder); /* has the first root */
    wm_fixture_read(path, &last);
    assert_ok(files->write(files->context, path, wm_buf_str(&first), &err), &err);
    a_new_client_is_served("with-the-first-root");
    assert_ok(files->write(files->context, path, wm_buf_str(&last), &err), &err);
    a_new_client_is_served("with-the-last-root");
    wm_buf_fini(&first);
    wm_buf_fini(&last);
    wm_store_close(client);
    wm_store_close(replica);
}

/* Publish three releases, and recall what d was before the third: partition `all` then has a
 * snapshot of the third, and beside it deltas before it, which are for others. */
static void publish_three(void)
{
    wm_published published;
    wm_error err = { 0 };
    wm_str recall = WM_STR("service/d");
    wm_fixture_publish_to(&fixture, 3);
    wm_publish_options options = { .feed_folder = fixture.feed,
                                   .key_folder = fixture.keys,
                                   .now_s = wm_fixture_time(3),
                                   .level = 3,
                                   .recall = &recall,
                                   .recall_count = 1 };
    assert_ok(wm_publish(fixture.author, &options, &arena, &published, &err), &err);
}

static void catch_up(wm_store *replica, wm_transport *transport)
{
    wm_error err = { 0 };
    wm_fixture_sync sync = { .transport = transport };
    assert_ok(wm_fixture_try(&fixture, replica, &sync, NULL, &err), &err);
}

static void an_index_that_nobody_needs_may_be_missing(void **state)
{
    (void)state;
    wm_mirrored mirrored;
    wm_error err = { 0 };
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    publish_three();
    catch_up(replica, NULL);
    wm_fixture_publish_to(&fixture, 4);
    catch_up(replica, NULL);
    wm_mirror_options options = { .folder = folder };
    assert_ok(wm_replica_mirror(replica, &options, &arena, &mirrored, &err), &err);
    assert_int_equal(mirrored.release, 4);
    assert_int_equal(mirrored.requests, 0);
    assert_string_equal(err.text, "");
    wm_store_close(replica);

    wm_transport *transport = NULL;
    wm_store *other = wm_fixture_replica(&fixture, "other");
    assert_ok(wm_transport_folder_open(wm_env_system(), folder, &transport, &err), &err);
    catch_up(other, transport);
    wm_fixture_check(&fixture, other, WM_EDITION_PUBLIC, 4, "all");
    wm_transport_close(transport);
    wm_store_close(other);
}

/* ---- recall ---- */

static void publish_recall(const char *id)
{
    wm_published published;
    wm_error err = { 0 };
    wm_str name = wm_str_of(id);
    wm_publish_options options = { .feed_folder = fixture.feed,
                                   .key_folder = fixture.keys,
                                   .now_s = wm_fixture_time(fixture.release),
                                   .level = 3,
                                   .recall = &name,
                                   .recall_count = 1 };
    assert_ok(wm_publish(fixture.author, &options, &arena, &published, &err), &err);
}

typedef struct kept_files {
    wm_store *replica;
    const char *to;
} kept_files;

/* As a folder, so that it can be looked through like a feed. */
static wm_status unpack_kept(void *context, wm_str name, wm_error *err)
{
    const kept_files *kept = context;
    char path[600];
    wm_buf bytes;
    wm_str prefix = WM_STR("sync/pack/");
    if (!wm_str_starts(name, prefix)) {
        return WM_OK;
    }
    /* the feed has the hash in front: p/CODE/HASH.FROM-TO.pack */
    const char *slash = name.ptr + name.len;
    const char *dot = name.ptr + name.len;
    while (slash[-1] != '/') {
        slash--;
    }
    while (dot[-1] != '.') {
        dot--;
    }
    (void)snprintf(path, sizeof path, "%s/public/targets/%.*s%.*s.%.*s", kept->to,
                   (int)(slash - name.ptr - (ptrdiff_t)prefix.len), name.ptr + prefix.len,
                   (int)(name.ptr + name.len - dot), dot, (int)(dot - 1 - slash), slash);
    wm_buf_init(&bytes, wm_env_system(), 16 * WM_MIB);
    wm_status status = wm_store_blob_get(kept->replica, name, &bytes, err);
    if (status == WM_OK) {
        const wm_files *files = wm_files_system();
        status = files->write(files->context, path, wm_buf_str(&bytes), err);
    }
    wm_buf_fini(&bytes);
    return status;
}

static int kept_with(wm_store *replica, const char *text)
{
    char to[400];
    wm_error err = { 0 };
    (void)snprintf(to, sizeof to, "%s/kept", fixture.folder);
    wm_test_folder_remove(to);
    assert_int_equal(mkdir(to, 0700), 0);
    kept_files kept = { replica, to };
    assert_ok(wm_store_blob_each(replica, unpack_kept, &kept, &err), &err);
    return feed_records_find(fixture.author, to, text);
}

static int mirror_with(const char *text)
{
    return feed_records_find(fixture.author, folder, text);
}

static void what_was_recalled_goes_from_replica_and_mirror(void **state)
{
    (void)state;
    static const bool sees_the_first[] = { true, false };
    for (size_t i = 0; i < 2; i++) {
        if (i > 0) {
            (void)teardown(state);
            (void)setup(state);
        }
        wm_fixture_publish_to(&fixture, 1);
        wm_store *replica = wm_fixture_replica(&fixture, "replica");
        if (sees_the_first[i]) {
            sync_replica(replica, fixture.feed);
        }
        wm_fixture_publish_to(&fixture, 2);
        sync_replica(replica, fixture.feed);
        (void)mirror(replica, false);
        wm_fixture_publish_to(&fixture, 4);
        sync_replica(replica, fixture.feed);
        (void)mirror(replica, false);
        assert_true(kept_with(replica, NEW_NUMBER) + mirror_with(NEW_NUMBER) > 0);
        publish_recall("a");
        sync_replica(replica, fixture.feed);
        assert_int_equal(kept_with(replica, OLD_NUMBER), 0);
        wm_mirrored mirrored = mirror(replica, false);
        assert_int_equal(mirror_with(OLD_NUMBER), 0);
        assert_true(mirror_with(NEW_NUMBER) > 0);
        assert_true(mirrored.removed > 0);
        a_new_client_is_served("new");
        wm_store_close(replica);
    }
}

/* It came with a delta, on top of a snapshot that never had it. */
static void a_recalled_delta_goes_though_its_snapshot_may_stay(void **state)
{
    (void)state;
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    sync_replica(replica, fixture.feed);
    for (int i = 0; i < 4; i++) {
        small_release();
        wm_fixture_publish(&fixture);
        sync_replica(replica, fixture.feed);
    }
    assert_true(kept_with(replica, "release 3") > 0);
    (void)mirror(replica, false);
    assert_true(mirror_with("release 3") > 0);
    publish_recall("e");
    sync_replica(replica, fixture.feed);
    assert_int_equal(kept_with(replica, "release 3"), 0);
    (void)mirror(replica, false);
    assert_int_equal(mirror_with("release 3"), 0);
    a_new_client_is_served("new");
    wm_store_close(replica);
}

/* The next release, in which P1 has a service z with these words. */
static void release_z(const char *words)
{
    char more[256];
    wm_txn *txn = NULL;
    wm_release release;
    wm_error err = { 0 };
    (void)snprintf(more, sizeof more, ",'status':'active','description':'%s'", words);
    fixture.release++;
    assert_ok(wm_txn_begin(fixture.author, &txn, &err), &err);
    wm_fixture_service(txn, "z", "P1", more);
    assert_ok(wm_history_release(txn, (wm_date)(WM_FIXTURE_DAY + fixture.release), WM_STR(""),
                                 &release, &err),
              &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
    wm_fixture_publish(&fixture);
}

typedef struct kept_piece {
    char bytes[32];
    bool found;
} kept_piece;

typedef struct kept_pieces {
    wm_store *replica;
    kept_piece items[16];
    size_t count;
} kept_pieces;

/* Out of the middle of each pack that is kept. */
static wm_status take_piece(void *context, wm_str name, wm_error *err)
{
    kept_pieces *pieces = context;
    wm_buf bytes;
    wm_status status = WM_OK;
    wm_buf_init(&bytes, wm_env_system(), 16 * WM_MIB);
    if (wm_str_starts(name, WM_STR("sync/pack/"))) {
        status = wm_store_blob_get(pieces->replica, name, &bytes, err);
        assert_true(bytes.len > 100 && pieces->count < 16);
        memcpy(pieces->items[pieces->count++].bytes, wm_buf_str(&bytes).ptr + bytes.len / 2, 32);
    }
    wm_buf_fini(&bytes);
    return status;
}

/* How many of them stand anywhere in the replica's file. */
static size_t pieces_in_file(const kept_pieces *pieces, const char *name)
{
    char path[400];
    wm_buf bytes;
    size_t found = 0;
    wm_buf_init(&bytes, wm_env_system(), 64 * WM_MIB);
    (void)snprintf(path, sizeof path, "%s/%s.db", fixture.folder, name);
    wm_fixture_read(path, &bytes);
    wm_str file = wm_buf_str(&bytes);
    for (size_t i = 0; i < pieces->count; i++) {
        bool stands = false;
        for (size_t at = 0; at + 32 <= file.len && !stands; at++) {
            stands = memcmp(file.ptr + at, pieces->items[i].bytes, 32) == 0;
        }
        found += stands;
    }
    wm_buf_fini(&bytes);
    return found;
}

/* Made after the snapshot, corrected in the release after, and recalled without one more: the packs
 * that carried it go with the next sync, also from the pages that they stood on. */
static void what_came_and_was_corrected_since_the_snapshot_goes(void **state)
{
    (void)state;
    kept_pieces pieces = { .count = 0 };
    wm_error err = { 0 };
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    sync_replica(replica, fixture.feed);
    release_z("call the wrong number 0800 666");
    sync_replica(replica, fixture.feed);
    release_z("call the right number 0800 777");
    sync_replica(replica, fixture.feed);
    assert_true(kept_with(replica, "0800 666") > 0);
    (void)mirror(replica, false);
    assert_true(mirror_with("0800 666") > 0);
    wm_store_close(replica);

    replica = wm_fixture_replica(&fixture, "replica");
    pieces.replica = replica;
    assert_ok(wm_store_blob_each(replica, take_piece, &pieces, &err), &err);
    assert_true(pieces.count >= 3);
    wm_store_close(replica);
    assert_int_equal(pieces_in_file(&pieces, "replica"), pieces.count);

    replica = wm_fixture_replica(&fixture, "replica");
    publish_recall("z");
    sync_replica(replica, fixture.feed);
    assert_int_equal(kept_with(replica, "0800 666"), 0);
    (void)mirror(replica, false);
    assert_int_equal(mirror_with("0800 666"), 0);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 3, "P1 S E");
    kept_pieces left = { .replica = replica };
    assert_ok(wm_store_blob_each(replica, take_piece, &left, &err), &err);
    wm_store_close(replica);
    assert_int_equal(pieces_in_file(&left, "replica"), left.count);
    size_t same = 0;
    for (size_t i = 0; i < pieces.count; i++) {
        for (size_t k = 0; k < left.count; k++) {
            same += memcmp(pieces.items[i].bytes, left.items[k].bytes, 32) == 0;
        }
    }
    assert_true(same < pieces.count);
    assert_int_equal(pieces_in_file(&pieces, "replica"), same);
    a_new_client_is_served("new");
}

static bool is_there(const char *name)
{
    char path[800];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return lstat(path, &info) == 0;
}

static void only_what_a_publisher_names_is_removed(void **state)
{
    (void)state;
    static const char *const theirs[] = { "robots.txt", "public/index.html",
                                          "public/targets/p/P1/0-1.pack" };
    char path[800];
    wm_error err = { 0 };
    const wm_files *files = wm_files_system();
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    sync_replica(replica, fixture.feed);
    for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, theirs[i]);
        assert_ok(files->write(files->context, path, WM_STR("theirs"), &err), &err);
    }
    (void)mirror(replica, true);
    wm_fixture_publish_to(&fixture, 2);
    sync_replica(replica, fixture.feed);
    assert_true(is_there("public/1.snapshot.json"));
    wm_mirrored mirrored = mirror(replica, false);
    assert_true(mirrored.removed > 0);
    assert_false(is_there("public/1.snapshot.json"));
    assert_true(is_there("public/2.snapshot.json") && is_there("public/1.root.json"));
    for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++) {
        assert_true(is_there(theirs[i]));
    }
    wm_store_close(replica);
}

/* Two replicas make one folder: each leaves the other's partitions alone. */
static void two_replicas_fill_one_folder(void **state)
{
    (void)state;
    wm_error err = { 0 };
    wm_mirrored mirrored;
    wm_fixture_publish_to(&fixture, 4);
    wm_store *one = wm_fixture_replica(&fixture, "one");
    sync_replica(one, fixture.feed);
    wm_store *other = wm_fixture_replica(&fixture, "other");
    wm_fixture_sync sync = { .subscribe = "all" };
    assert_ok(wm_fixture_try(&fixture, other, &sync, NULL, &err), &err);
    (void)mirror(one, false);
    assert_ok(try_mirror(other, false, &mirrored, &err), &err);
    assert_int_equal(mirrored.removed, 0);
    mirrored = mirror(one, false);
    assert_int_equal(mirrored.file_count + mirrored.removed, 0);
    a_new_client_is_served("new");
    assert_true(is_there("public/targets/p/all"));
    wm_store_close(one);
    wm_store_close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_first_sync_fetched_is_enough_for_new_clients, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_index_that_nobody_needs_may_be_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_never_fetched_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(what_breaks_off_is_tried_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_mirror_has_the_pages_of_many_releases, setup, teardown),
        cmocka_unit_test_setup_teardown(a_mirror_follows_new_roots, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_recalled_goes_from_replica_and_mirror, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_recalled_delta_goes_though_its_snapshot_may_stay, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_came_and_was_corrected_since_the_snapshot_goes, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(only_what_a_publisher_names_is_removed, setup, teardown),
        cmocka_unit_test_setup_teardown(two_replicas_fill_one_folder, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

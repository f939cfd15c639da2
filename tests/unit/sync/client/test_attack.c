/* test_attack.c: feeds that lie. Each ends in a declared error, and the replica is as it was. */
#include <unistd.h>

#include "faulty_transport.h"
#include "feed_fixture.h"
#include "tuf.h"

#include "trust/feed.h"
#include "trust/policy.h"

static wm_feed_fixture fixture;
static wm_arena arena;
static wm_store *replica;
static const wm_fixture_sync plain = { .subscribe = "P1" };

/* A feed at release 1, and a replica of it. */
static int setup(void **state)
{
    (void)state;
    wm_error err = { 0 };
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    wm_fixture_init(&fixture);
    wm_fixture_publish_to(&fixture, 1);
    replica = wm_fixture_replica(&fixture, "replica");
    assert_ok(wm_fixture_try(&fixture, replica, &plain, NULL, &err), &err);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_store_close(replica);
    wm_fixture_fini(&fixture);
    wm_arena_fini(&arena);
    return 0;
}

/* ---- the liar's tools ---- */

static const char *feed_path(const char *name)
{
    static char path[700];
    (void)snprintf(path, sizeof path, "%s/public/%s", fixture.feed, name);
    return path;
}

static wm_str read_feed(const char *name)
{
    wm_buf bytes;
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    wm_fixture_read(feed_path(name), &bytes);
    wm_str copy = wm_arena_copy(&arena, wm_buf_str(&bytes));
    wm_buf_fini(&bytes);
    return copy;
}

static void write_feed(const char *name, wm_str bytes)
{
    const wm_files *files = wm_files_system();
    wm_error err = { 0 };
    assert_ok(files->write(files->context, feed_path(name), bytes, &err), &err);
}

/* A stolen key of the publisher. */
static wm_secret_key stolen(const char *role)
{
    char path[500];
    wm_buf text;
    wm_secret_key key;
    wm_error err = { 0 };
    wm_buf_init(&text, wm_env_system(), WM_KEY_FILE_BYTES_MAX);
    (void)snprintf(path, sizeof path, "%s/public/%s.key", fixture.keys, role);
    wm_fixture_read(path, &text);
    assert_ok(wm_secret_key_read(&arena, wm_buf_str(&text), &key, &err), &err);
    wm_buf_fini(&text);
    return key;
}

static wm_str signed_by(void (*write)(wm_json_out *, const void *), const void *role,
                        const wm_secret_key *key)
{
    wm_buf body;
    wm_str file;
    wm_error err = { 0 };
    wm_json_out out;
    wm_buf_init(&body, wm_env_system(), WM_MIB);
    wm_json_out_init(&out, &body);
    write(&out, role);
    assert_ok(wm_metadata_sign(&arena, wm_buf_str(&body), &key, 1, WM_MIB, &file, &err), &err);
    wm_buf_fini(&body);
    return file;
}

static void put_timestamp(wm_json_out *out, const void *role)
{
    wm_timestamp_write(out, role);
}

static void put_snapshot(wm_json_out *out, const void *role)
{
    wm_snapshot_write(out, role);
}

static void put_root(wm_json_out *out, const void *role)
{
    wm_root_write(out, role);
}

static wm_verified content_of(const char *name)
{
    wm_unverified unverified;
    wm_error err = { 0 };
    assert_ok(wm_unverified_read(&arena, read_feed(name), WM_MIB, &unverified, &err), &err);
    return wm_verified_pinned(&unverified);
}

static wm_timestamp timestamp_now(void)
{
    wm_timestamp timestamp;
    wm_error err = { 0 };
    assert_ok(wm_timestamp_read(&arena, content_of("timestamp.json"), &timestamp, &err), &err);
    return timestamp;
}

static wm_root root_of(const char *name)
{
    wm_root root;
    wm_error err = { 0 };
    assert_ok(wm_root_read(&arena, content_of(name), &root, &err), &err);
    return root;
}

/* The sync fails like this, and the replica is whole and at `release`. */
static void fails_at(wm_status expected, const char *part, int64_t release)
{
    wm_error err = { 0 };
    assert_int_equal(wm_fixture_try(&fixture, replica, &plain, NULL, &err), expected);
    assert_contains(err.text, part);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, release, "P1 S E");
}

static void succeeds_at(int64_t release)
{
    wm_error err = { 0 };
    assert_ok(wm_fixture_try(&fixture, replica, &plain, NULL, &err), &err);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, release, "P1 S E");
}

/* ---- attacks ---- */

static void a_strangers_timestamp_is_not_trusted(void **state)
{
    (void)state;
    wm_fixture_publish_to(&fixture, 2);
    wm_timestamp timestamp = timestamp_now();
    wm_secret_key stranger = wm_test_key(&arena, 5);
    write_feed("timestamp.json", signed_by(put_timestamp, &timestamp, &stranger));
    fails_at(WM_NOT_TRUSTED, "public/timestamp.json: expected signatures by 1 keys", 1);
}

static void a_key_of_another_role_is_not_trusted(void **state)
{
    (void)state;
    wm_fixture_publish_to(&fixture, 2);
    wm_timestamp timestamp = timestamp_now();
    wm_secret_key snapshot = stolen("snapshot");
    write_feed("timestamp.json", signed_by(put_timestamp, &timestamp, &snapshot));
    fails_at(WM_NOT_TRUSTED, "role timestamp", 1);
}

static void bytes_that_are_no_metadata_are_refused(void **state)
{
    (void)state;
    static const char *const junk[] = { "<html>sign in</html>",
                                        "",
                                        "{}",
                                        "{\"signed\":{}}",
                                        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
                                        "\xff\xfe" };
    for (size_t i = 0; i < sizeof junk / sizeof junk[0]; i++) {
        write_feed("timestamp.json", wm_str_of(junk[i]));
        wm_error err = { 0 };
        wm_status status = wm_fixture_try(&fixture, replica, &plain, NULL, &err);
        assert_true(status == WM_BAD_INPUT || status == WM_TOO_LARGE);
        assert_contains(err.text, "public/timestamp.json: ");
    }
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 1, "P1 S E");
}

static void endless_data_is_cut_off(void **state)
{
    (void)state;
    char *endless = test_calloc(1, 20000);
    memset(endless, ' ', 20000);
    write_feed("timestamp.json", (wm_str){ endless, 20000 });
    fails_at(WM_NOT_TRUSTED, "more than 16000 bytes", 1);
    test_free(endless);
}

static void a_rolled_back_timestamp_is_an_attack(void **state)
{
    (void)state;
    wm_str old = read_feed("timestamp.json");
    wm_fixture_publish_to(&fixture, 2);
    succeeds_at(2);
    write_feed("timestamp.json", old);
    fails_at(WM_NOT_TRUSTED, "rolled back from version 2 to 1", 2);
}

static void a_newer_timestamp_with_an_older_snapshot_is_an_attack(void **state)
{
    (void)state;
    wm_timestamp old = timestamp_now();
    wm_fixture_publish_to(&fixture, 2);
    succeeds_at(2);
    old.head.version = 50;
    wm_secret_key key = stolen("timestamp");
    write_feed("timestamp.json", signed_by(put_timestamp, &old, &key));
    fails_at(WM_NOT_TRUSTED, "snapshot rolled back from version 2 to 1", 2);
}

/* A snapshot signed with a stolen snapshot and timestamp key that takes one role back. */
static void serve_snapshot(wm_snapshot *snapshot)
{
    char name[64];
    wm_secret_key snapshot_key = stolen("snapshot");
    wm_secret_key timestamp_key = stolen("timestamp");
    wm_timestamp timestamp = timestamp_now();
    snapshot->head.version = timestamp.snapshot.version + 1;
    wm_str file = signed_by(put_snapshot, snapshot, &snapshot_key);
    (void)snprintf(name, sizeof name, "%lld.snapshot.json", (long long)snapshot->head.version);
    write_feed(name, file);
    timestamp.head.version++;
    timestamp.snapshot.version++;
    timestamp.snapshot.length = (int64_t)file.len;
    wm_digest_sha256(file, &timestamp.snapshot.hashes.sha256);
    write_feed("timestamp.json", signed_by(put_timestamp, &timestamp, &timestamp_key));
}

static void a_role_that_goes_back_or_vanishes_is_an_attack(void **state)
{
    (void)state;
    wm_fixture_publish_to(&fixture, 2);
    succeeds_at(2);
    wm_snapshot snapshot;
    wm_error err = { 0 };
    assert_ok(wm_snapshot_read(&arena, content_of("2.snapshot.json"), &snapshot, &err), &err);
    wm_listed_file *files = wm_arena_array(&arena, snapshot.file_count, sizeof *files);
    memcpy(files, snapshot.files, snapshot.file_count * sizeof *files);
    snapshot.files = files;
    for (size_t i = 0; i < snapshot.file_count; i++) {
        files[i].version -= wm_str_is(files[i].path, "p.P1.json") ? 1 : 0;
    }
    serve_snapshot(&snapshot);
    fails_at(WM_NOT_TRUSTED, "p.P1.json rolled back from version 2 to 1", 2);
    for (size_t i = 0; i < snapshot.file_count; i++) {
        files[i].version += wm_str_is(files[i].path, "p.P1.json") ? 1 : 0;
    }
    snapshot.files++; /* without the first one, p.E.json */
    snapshot.file_count--;
    serve_snapshot(&snapshot);
    fails_at(WM_NOT_TRUSTED, "p.E.json is no longer listed", 2);
}

static void files_of_two_releases_do_not_mix(void **state)
{
    (void)state;
    wm_str old_snapshot = read_feed("1.snapshot.json");
    wm_str old_top = read_feed("1.p.E.json");
    wm_str old_role = read_feed("1.p.P1.json");
    wm_fixture_publish_to(&fixture, 2);
    wm_str new_snapshot = read_feed("2.snapshot.json");
    wm_str new_top = read_feed("2.p.E.json");
    wm_str new_role = read_feed("2.p.P1.json");
    write_feed("2.snapshot.json", old_snapshot);
    fails_at(WM_NOT_TRUSTED, "is not the signed one", 1);
    write_feed("2.snapshot.json", new_snapshot);
    write_feed("2.p.E.json", old_top);
    fails_at(WM_NOT_TRUSTED, "p.E.json: expected version 2, found 1", 1);
    write_feed("2.p.E.json", new_top);
    write_feed("2.p.P1.json", old_role);
    fails_at(WM_NOT_TRUSTED, "p.P1.json: expected version 2, found 1", 1);
    write_feed("2.p.P1.json", new_role);
    succeeds_at(2);
}

static void one_role_cannot_stand_in_for_another(void **state)
{
    (void)state;
    wm_fixture_publish_to(&fixture, 2);
    /* the same key signs both, and both have version 2 */
    write_feed("2.p.P1.json", read_feed("2.p.all.json"));
    fails_at(WM_NOT_TRUSTED, "expected p/P1/FROM-TO.pack", 1);
}

static void the_other_edition_cannot_stand_in(void **state)
{
    (void)state;
    char command[1400];
    wm_fixture_publish_to(&fixture, 2);
    (void)snprintf(command, sizeof command, "%s/public", fixture.feed);
    wm_test_folder_remove(command);
    char other[700];
    (void)snprintf(other, sizeof other, "%s/professional", fixture.feed);
    assert_int_equal(rename(other, command), 0);
    fails_at(WM_NOT_TRUSTED, "role timestamp", 1);
}

static void a_frozen_feed_expires_and_the_replica_still_answers(void **state)
{
    (void)state;
    wm_fixture_sync later = plain;
    later.now_s = wm_fixture_time(1 + WM_TIMESTAMP_DAYS);
    wm_error err = { 0 };
    assert_int_equal(wm_fixture_try(&fixture, replica, &later, NULL, &err), WM_EXPIRED);
    assert_contains(err.text, "timestamp.json: expired on 2026-01-13T00:00:00Z");
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 1, "P1 S E");
    later.now_s = wm_fixture_time(2 + WM_ROOT_DAYS);
    wm_error_clear(&err);
    assert_int_equal(wm_fixture_try(&fixture, replica, &later, NULL, &err), WM_EXPIRED);
    assert_contains(err.text, "root.json: expired");
}

static void a_clock_set_back_does_not_revive_what_expired(void **state)
{
    (void)state;
    wm_str old = read_feed("timestamp.json");
    /* the replica has seen a release of day 4 signed; a new one is fooled, an old one is not */
    wm_fixture_publish_to(&fixture, 4);
    succeeds_at(4);
    wm_timestamp timestamp = timestamp_now();
    timestamp.head.version++;
    timestamp.head.expires_s = wm_fixture_time(3);
    wm_secret_key key = stolen("timestamp");
    write_feed("timestamp.json", signed_by(put_timestamp, &timestamp, &key));
    wm_fixture_sync back = plain;
    back.now_s = wm_fixture_time(1);
    wm_error err = { 0 };
    assert_int_equal(wm_fixture_try(&fixture, replica, &back, NULL, &err), WM_EXPIRED);
    (void)old;
}

static void keys_rotate_and_a_lost_key_is_of_no_use(void **state)
{
    (void)state;
    wm_secret_key root_key = stolen("root");
    wm_secret_key old_timestamp = stolen("timestamp");
    wm_secret_key fresh = wm_test_key(&arena, 33);
    wm_root root = root_of("1.root.json");
    /* someone with the timestamp's key fast-forwards all clients */
    wm_timestamp forward = timestamp_now();
    forward.head.version = 1000000;
    write_feed("timestamp.json", signed_by(put_timestamp, &forward, &old_timestamp));
    succeeds_at(1);
    /* the publisher replaces the key; versions start where they really are */
    root.head.version = 2;
    root.roles[WM_TOP_TIMESTAMP].keys = &fresh.public_key;
    write_feed("2.root.json", signed_by(put_root, &root, &root_key));
    fails_at(WM_NOT_TRUSTED, "role timestamp", 1); /* the old key's signature */
    forward.head.version = 2;
    write_feed("timestamp.json", signed_by(put_timestamp, &forward, &fresh));
    succeeds_at(1);
    forward.head.version = 3;
    write_feed("timestamp.json", signed_by(put_timestamp, &forward, &old_timestamp));
    fails_at(WM_NOT_TRUSTED, "role timestamp", 1);
}

static void a_root_by_a_stranger_or_out_of_order_is_refused(void **state)
{
    (void)state;
    wm_secret_key root_key = stolen("root");
    wm_secret_key stranger = wm_test_key(&arena, 5);
    wm_root root = root_of("1.root.json");
    root.head.version = 2;
    write_feed("2.root.json", signed_by(put_root, &root, &stranger));
    fails_at(WM_NOT_TRUSTED, "2.root.json: expected signatures by 1 keys of role root", 1);
    root.head.version = 3;
    write_feed("2.root.json", signed_by(put_root, &root, &root_key));
    fails_at(WM_NOT_TRUSTED, "root: expected version 2, found 3", 1);
    root.head.version = 2;
    root.roles[WM_TOP_ROOT].keys = &stranger.public_key; /* which does not sign itself */
    write_feed("2.root.json", signed_by(put_root, &root, &root_key));
    fails_at(WM_NOT_TRUSTED, "role root", 1);
}

static void one_key_twice_does_not_reach_a_threshold_of_two(void **state)
{
    (void)state;
    wm_secret_key root_key = stolen("root");
    wm_secret_key key = stolen("timestamp");
    wm_root root = root_of("1.root.json");
    wm_public_key twice[2] = { key.public_key, key.public_key };
    twice[1].id = WM_STR("the-same-again");
    root.head.version = 2;
    root.roles[WM_TOP_TIMESTAMP].keys = twice;
    root.roles[WM_TOP_TIMESTAMP].key_count = 2;
    root.roles[WM_TOP_TIMESTAMP].threshold = 2;
    write_feed("2.root.json", signed_by(put_root, &root, &root_key));
    wm_timestamp timestamp = timestamp_now();
    timestamp.head.version++;
    wm_buf body;
    wm_json_out out;
    wm_str file;
    wm_error err = { 0 };
    wm_secret_key again = key;
    again.public_key.id = twice[1].id;
    const wm_secret_key *keys[2] = { &key, &again };
    wm_buf_init(&body, wm_env_system(), WM_MIB);
    wm_json_out_init(&out, &body);
    wm_timestamp_write(&out, &timestamp);
    assert_ok(wm_metadata_sign(&arena, wm_buf_str(&body), keys, 2, WM_MIB, &file, &err), &err);
    wm_buf_fini(&body);
    write_feed("timestamp.json", file);
    fails_at(WM_NOT_TRUSTED, "expected signatures by 2 keys of role timestamp, found 1", 1);
}

/* ---- thieves of the publisher's keys, and what is left of them ---- */

static void put_targets(wm_json_out *out, const void *role)
{
    wm_targets_write(out, role);
}

static wm_targets targets_of(const char *name)
{
    wm_targets targets;
    wm_error err = { 0 };
    assert_ok(wm_targets_read(&arena, content_of(name), &targets, &err), &err);
    return targets;
}

/* Serve `role` as the next version of `name` ("p.P1"), by stolen keys. */
static void serve_role(const char *name, wm_targets *role)
{
    char path[64];
    char listed[64];
    wm_error err = { 0 };
    wm_snapshot snapshot;
    wm_secret_key key = stolen("targets");
    role->head.version++;
    (void)snprintf(path, sizeof path, "%lld.%s.json", (long long)role->head.version, name);
    write_feed(path, signed_by(put_targets, role, &key));
    (void)snprintf(path, sizeof path, "%lld.snapshot.json",
                   (long long)timestamp_now().snapshot.version);
    assert_ok(wm_snapshot_read(&arena, content_of(path), &snapshot, &err), &err);
    wm_listed_file *files = wm_arena_array(&arena, snapshot.file_count, sizeof *files);
    memcpy(files, snapshot.files, snapshot.file_count * sizeof *files);
    (void)snprintf(listed, sizeof listed, "%s.json", name);
    for (size_t i = 0; i < snapshot.file_count; i++) {
        if (wm_str_is(files[i].path, listed)) {
            files[i].version = role->head.version;
        }
    }
    snapshot.files = files;
    serve_snapshot(&snapshot);
}

/* Serve release 1 again, but dated `date`. */
static void serve_date(const char *date)
{
    wm_targets role = targets_of("1.p.E.json");
    wm_listed_file *files = wm_arena_array(&arena, role.file_count, sizeof *files);
    char text[128];
    memcpy(files, role.files, role.file_count * sizeof *files);
    wm_listed_file *file = &files[role.file_count - 1];
    assert_true(wm_str_is(file->path, "release.json"));
    (void)snprintf(text, sizeof text, "{'date':'%s','edition':'public','release':1}", date);
    file->custom = wm_test_json(&arena, text);
    role.files = files;
    serve_role("p.E", &role);
}

static void a_release_dated_years_ahead_does_not_stop_later_ones(void **state)
{
    (void)state;
    serve_date("2099-12-31");
    succeeds_at(1);
    wm_fixture_publish_to(&fixture, 2);
    succeeds_at(2);
}

static void after_a_rotation_a_thiefs_clock_is_forgotten(void **state)
{
    (void)state;
    wm_secret_key root_key = stolen("root");
    wm_secret_key timestamp_key = stolen("timestamp");
    wm_secret_key fresh = wm_test_key(&arena, 33);
    wm_timestamp before = timestamp_now();
    serve_date("2099-12-31");
    wm_timestamp forward = timestamp_now();
    forward.head.expires_s = (int64_t)200 * 365 * 86400;
    forward.head.version++;
    write_feed("timestamp.json", signed_by(put_timestamp, &forward, &timestamp_key));
    succeeds_at(1);
    wm_root root = root_of("1.root.json");
    root.head.version = 2;
    root.roles[WM_TOP_TIMESTAMP].keys = &fresh.public_key;
    write_feed("2.root.json", signed_by(put_root, &root, &root_key));
    before.head.version = 1;
    write_feed("timestamp.json", signed_by(put_timestamp, &before, &fresh));
    succeeds_at(1);
}

static void a_role_cannot_hand_on_what_it_was_not_given(void **state)
{
    (void)state;
    wm_targets targets = targets_of("1.targets.json");
    wm_delegation delegation = targets.delegations[0];
    wm_str paths[] = { WM_STR("release.json"), WM_STR("p/P2/*") };
    delegation.paths = paths;
    delegation.path_count = 2;
    targets.delegations = &delegation;
    serve_role("targets", &targets);
    fails_at(WM_BAD_INPUT, "partition E: no role is delegated to", 1);
}

static void a_pack_of_another_partition_is_refused_though_it_is_signed(void **state)
{
    (void)state;
    wm_fixture_publish_to(&fixture, 2);
    wm_targets role = targets_of("2.p.P1.json");
    wm_targets other = targets_of("1.p.P2.json");
    wm_listed_file *files = wm_arena_array(&arena, role.file_count, sizeof *files);
    char path[WM_FEED_PATH_BYTES];
    memcpy(files, role.files, role.file_count * sizeof *files);
    assert_true(wm_feed_path_target(path, WM_EDITION_PUBLIC, other.files[0].path,
                                    &other.files[0].hashes.sha256));
    wm_str pack = read_feed(path + strlen("public/"));
    const wm_json *custom =
        wm_test_json(&arena, "{'buckets':1,'records':1,'state':"
                             "'1111111111111111111111111111111111111111111111111111111111111111'}");
    for (size_t i = 0; i < role.file_count; i++) {
        files[i].length = other.files[0].length;
        files[i].hashes = other.files[0].hashes;
        files[i].custom = custom;
        assert_true(
            wm_feed_path_target(path, WM_EDITION_PUBLIC, files[i].path, &files[i].hashes.sha256));
        write_feed(path + strlen("public/"), pack);
    }
    role.files = files;
    serve_role("p.P1", &role);
    fails_at(WM_NOT_TRUSTED, "the pack is not what its role says it is", 1);
}

/* ---- two at once, and nothing at all ---- */

static void a_process_that_was_overtaken_takes_no_root_back(void **state)
{
    (void)state;
    wm_secret_key root_key = stolen("root");
    wm_root root = root_of("1.root.json");
    wm_client_options options = { .now_s = wm_fixture_time(1) };
    wm_client *client = NULL;
    wm_transport *transport = NULL;
    wm_error err = { 0 };
    wm_store *other = wm_fixture_replica(&fixture, "replica");
    assert_ok(wm_client_open(other, &options, &client, &err), &err);
    for (root.head.version = 2; root.head.version <= 3; root.head.version++) {
        char name[32];
        (void)snprintf(name, sizeof name, "%lld.root.json", (long long)root.head.version);
        write_feed(name, signed_by(put_root, &root, &root_key));
    }
    wm_str newest = read_feed("3.root.json");
    assert_int_equal(wm_fixture_try(&fixture, replica, &plain, NULL, &err), WM_UNCHANGED);
    /* the feed shows the slower one only the root between */
    assert_int_equal(unlink(feed_path("3.root.json")), 0);
    assert_ok(wm_transport_folder_open(wm_env_system(), fixture.feed, &transport, &err), &err);
    assert_int_equal(wm_sync_run(client, transport, NULL, &err), WM_BUSY);
    assert_contains(err.text, "another process updated the replica's sync/root.json");
    wm_client_close(client);
    wm_transport_close(transport);
    wm_buf stored;
    wm_buf_init(&stored, wm_env_system(), WM_MIB);
    assert_ok(wm_store_blob_get(other, WM_STR("sync/root.json"), &stored, &err), &err);
    assert_true(wm_str_equal(wm_buf_str(&stored), newest));
    wm_buf_fini(&stored);
    wm_store_close(other);
}

static void a_feed_that_withholds_files_expires_like_a_frozen_one(void **state)
{
    (void)state;
    wm_fixture_sync late = plain;
    wm_error err = { 0 };
    wm_fixture_publish_to(&fixture, 2);
    assert_int_equal(unlink(feed_path("timestamp.json")), 0);
    assert_int_equal(wm_fixture_try(&fixture, replica, &plain, NULL, &err), WM_UNCHANGED);
    late.now_s = wm_fixture_time(2 + WM_TIMESTAMP_DAYS);
    assert_int_equal(wm_fixture_try(&fixture, replica, &late, NULL, &err), WM_EXPIRED);
    assert_contains(err.text, "the feed does not have public/timestamp.json: timestamp.json: "
                              "expired on");
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 1, "P1 S E");
}

/* ---- transports that fail ---- */

/* Every file of the next update goes wrong in turn, in each way: the update happens, or a declared
 * error, and the replica is whole either way. */
static void every_transport_failure_leaves_the_replica_whole(void **state)
{
    (void)state;
    static const wm_transport_fault faults[] = { WM_TRANSPORT_FAILS, WM_TRANSPORT_BREAKS,
                                                 WM_TRANSPORT_TRUNCATES, WM_TRANSPORT_GARBLES,
                                                 WM_TRANSPORT_LOSES };
    wm_fixture_publish_to(&fixture, 2);
    for (size_t f = 0; f < sizeof faults / sizeof faults[0]; f++) {
        int fired = 1;
        for (long nth = 0; fired; nth++) {
            char name[32];
            wm_transport *inner = NULL;
            wm_error err = { 0 };
            wm_client_summary summary;
            (void)snprintf(name, sizeof name, "r%zu-%ld", f, nth);
            wm_store *store = wm_fixture_replica(&fixture, name);
            assert_ok(wm_transport_folder_open(wm_env_system(), fixture.feed, &inner, &err), &err);
            wm_transport *faulty = wm_faulty_transport_new(inner);
            wm_faulty_transport_arm(faulty, faults[f], nth, 0);
            wm_fixture_sync sync = { .subscribe = "P1", .transport = faulty };
            wm_status status = wm_fixture_try(&fixture, store, &sync, &summary, &err);
            fired = wm_faulty_transport_fired(faulty);
            wm_transport_close(faulty);
            if (status == WM_OK) {
                wm_fixture_check(&fixture, store, WM_EDITION_PUBLIC, 2, "P1 S E");
            } else {
                assert_true(fired);
                assert_true(status == WM_NETWORK || status == WM_NOT_TRUSTED ||
                            status == WM_BAD_INPUT);
                assert_true(err.text[0] != '\0');
                wm_fixture_sync again = { .subscribe = "P1" };
                wm_error_clear(&err);
                assert_ok(wm_fixture_try(&fixture, store, &again, NULL, &err), &err);
                wm_fixture_check(&fixture, store, WM_EDITION_PUBLIC, 2, "P1 S E");
            }
            wm_store_close(store);
        }
    }
}

static void a_copy_that_is_behind_is_no_update(void **state)
{
    (void)state;
    static const char *const missing[] = { "2.snapshot.json", "2.p.E.json", "2.p.P1.json" };
    wm_fixture_publish_to(&fixture, 2);
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
        wm_str bytes = read_feed(missing[i]);
        wm_client_summary summary;
        wm_error err = { 0 };
        assert_int_equal(unlink(feed_path(missing[i])), 0);
        assert_int_equal(wm_fixture_try(&fixture, replica, &plain, &summary, &err), WM_UNCHANGED);
        assert_true(summary.lagging);
        assert_int_equal(summary.to, 1);
        write_feed(missing[i], bytes);
    }
    assert_int_equal(unlink(feed_path("2.snapshot.json")), 0);
    wm_store *fresh = wm_fixture_replica(&fixture, "fresh");
    wm_error err = { 0 };
    assert_int_equal(wm_fixture_try(&fixture, fresh, &plain, NULL, &err), WM_NETWORK);
    assert_contains(err.text, "public/2.snapshot.json: the feed does not have it");
    wm_store_close(fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_strangers_timestamp_is_not_trusted, setup, teardown),
        cmocka_unit_test_setup_teardown(a_key_of_another_role_is_not_trusted, setup, teardown),
        cmocka_unit_test_setup_teardown(bytes_that_are_no_metadata_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(endless_data_is_cut_off, setup, teardown),
        cmocka_unit_test_setup_teardown(a_rolled_back_timestamp_is_an_attack, setup, teardown),
        cmocka_unit_test_setup_teardown(a_newer_timestamp_with_an_older_snapshot_is_an_attack,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_role_that_goes_back_or_vanishes_is_an_attack, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(files_of_two_releases_do_not_mix, setup, teardown),
        cmocka_unit_test_setup_teardown(one_role_cannot_stand_in_for_another, setup, teardown),
        cmocka_unit_test_setup_teardown(the_other_edition_cannot_stand_in, setup, teardown),
        cmocka_unit_test_setup_teardown(a_frozen_feed_expires_and_the_replica_still_answers, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_clock_set_back_does_not_revive_what_expired, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(keys_rotate_and_a_lost_key_is_of_no_use, setup, teardown),
        cmocka_unit_test_setup_teardown(a_root_by_a_stranger_or_out_of_order_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(one_key_twice_does_not_reach_a_threshold_of_two, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_release_dated_years_ahead_does_not_stop_later_ones, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(after_a_rotation_a_thiefs_clock_is_forgotten, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_role_cannot_hand_on_what_it_was_not_given, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_pack_of_another_partition_is_refused_though_it_is_signed,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_process_that_was_overtaken_takes_no_root_back, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_feed_that_withholds_files_expires_like_a_frozen_one,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(every_transport_failure_leaves_the_replica_whole, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_copy_that_is_behind_is_no_update, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

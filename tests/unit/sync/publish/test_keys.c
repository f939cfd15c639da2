/* test_keys.c: keys are made, replaced and taken out of use; a stop at any write leaves what was or
 * what is to be, and the next run completes it; clients follow. */
#include "keys_scene.h"

/* ---- clients follow ---- */

static void clients_follow_every_rotation_and_several_at_once(void **state)
{
    (void)state;
    static const unsigned roles[] = { ROLE(TIMESTAMP), ROLE(SNAPSHOT), ROLE(TARGETS), ROLE(ROOT) };
    wm_fixture_publish_to(&fixture, 1);
    wm_store *follows = wm_fixture_replica(&fixture, "follows");
    wm_store *sleeps = wm_fixture_replica(&fixture, "sleeps");
    synced(follows, 1);
    synced(sleeps, 1);
    for (size_t i = 0; i < 4; i++) {
        wm_keys_change rotate = { .roles = roles[i] };
        wm_keys_result result = changed(&rotate);
        assert_true(result.roots[0].is_complete);
        assert_int_equal(result.roots[0].version, i + 2);
        assert_int_equal(result.gone_count, 1);
        published_at(1);
        assert_int_equal(root_of_feed(), i + 2);
        synced(follows, 1);
    }
    assert_int_equal(count_files(inside("keys/public/retired"), ".key"), 4);
    assert_int_equal(count_files(public_keys(), ".key"), 4);
    wm_fixture_release(&fixture);
    wm_fixture_publish(&fixture);
    synced(sleeps, 2);
    synced(follows, 2);
    /* once more, over what was made by rotation */
    wm_keys_change all = { .roles = 15 };
    assert_true(changed(&all).roots[0].is_complete);
    published_at(2);
    synced(follows, 2);
    wm_store_close(follows);
    wm_store_close(sleeps);
}

static void a_root_for_another_year_keeps_its_keys(void **state)
{
    (void)state;
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    synced(replica, 1);
    wm_keys_view before = look();
    wm_keys_options options = options_at(300, NULL);
    options.editions = 0;
    wm_keys_change renew = { .roles = 0 };
    wm_keys_result result;
    wm_error err = { 0 };
    assert_ok(wm_keys_change_root(&arena, &options, &renew, &result, &err), &err);
    wm_keys_view after = look();
    assert_int_equal(after.version, 2);
    assert_int_equal(after.expires_s / 86400, WM_FIXTURE_DAY + 300 + WM_ROOT_DAYS);
    for (int role = 0; role < WM_KEY_ROLES; role++) {
        assert_true(wm_str_equal(before.roles[role].keys[0].id, after.roles[role].keys[0].id));
    }
    /* the first root would have stopped the feed by now */
    wm_fixture_sync late = { .subscribe = "P1", .now_s = wm_fixture_time(400) };
    published_at(400);
    assert_ok(wm_fixture_try(&fixture, replica, &late, NULL, &err), &err);
    wm_store_close(replica);
}

/* ---- thieves ---- */

static wm_str signed_as(wm_top_role role, const wm_edition_keys *keys, const wm_buf *body)
{
    wm_str file = { NULL, 0 };
    wm_error err = { 0 };
    assert_ok(wm_sign_as(&arena, keys, role, body, &file, &err), &err);
    return file;
}

static wm_str feed_file(const char *name, wm_unverified *unverified)
{
    char path[700];
    wm_buf bytes;
    wm_error err = { 0 };
    (void)snprintf(path, sizeof path, "%s/public/%s", fixture.feed, name);
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    wm_fixture_read(path, &bytes);
    wm_str copy = wm_arena_copy(&arena, wm_buf_str(&bytes));
    wm_buf_fini(&bytes);
    if (unverified != NULL) {
        assert_ok(wm_unverified_read(&arena, copy, WM_MIB, unverified, &err), &err);
    }
    return copy;
}

static void put_feed_file(const char *name, wm_str bytes)
{
    char path[700];
    wm_error err = { 0 };
    (void)snprintf(path, sizeof path, "%s/public/%s", fixture.feed, name);
    assert_ok(wm_files_system()->write(NULL, path, bytes, &err), &err);
}

static wm_timestamp timestamp_now(void)
{
    wm_unverified unverified;
    wm_timestamp timestamp;
    wm_error err = { 0 };
    (void)feed_file("timestamp.json", &unverified);
    assert_ok(wm_timestamp_read(&arena, wm_verified_pinned(&unverified), &timestamp, &err), &err);
    return timestamp;
}

/* Whoever has the keys of timestamp and snapshot makes both look a million versions newer. */
static void fast_forward(const wm_edition_keys *stolen)
{
    wm_timestamp timestamp = timestamp_now();
    wm_snapshot snapshot;
    wm_unverified unverified;
    wm_buf body;
    wm_json_out out;
    char name[64];
    wm_error err = { 0 };
    (void)snprintf(name, sizeof name, "%lld.snapshot.json", (long long)timestamp.snapshot.version);
    (void)feed_file(name, &unverified);
    assert_ok(wm_snapshot_read(&arena, wm_verified_pinned(&unverified), &snapshot, &err), &err);
    snapshot.head.version += 1000000;
    wm_buf_init(&body, wm_env_system(), WM_MIB);
    wm_json_out_init(&out, &body);
    wm_snapshot_write(&out, &snapshot);
    wm_str file = signed_as(WM_TOP_SNAPSHOT, stolen, &body);
    (void)snprintf(name, sizeof name, "%lld.snapshot.json", (long long)snapshot.head.version);
    put_feed_file(name, file);
    timestamp.head.version += 1000000;
    timestamp.snapshot = (wm_listed_file){ .path = WM_STR("snapshot.json"),
                                           .version = snapshot.head.version,
                                           .length = (int64_t)file.len,
                                           .hashes = { .has_sha256 = true } };
    wm_digest_sha256(file, &timestamp.snapshot.hashes.sha256);
    wm_buf_reset(&body);
    wm_json_out_init(&out, &body);
    wm_timestamp_write(&out, &timestamp);
    put_feed_file("timestamp.json", signed_as(WM_TOP_TIMESTAMP, stolen, &body));
    wm_buf_fini(&body);
}

static void a_client_that_a_thief_led_ahead_comes_back(void **state)
{
    (void)state;
    char good[320];
    wm_edition_keys stolen;
    wm_error err = { 0 };
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    synced(replica, 1);
    assert_ok(wm_edition_keys_load(&arena, wm_files_system(), fixture.keys, WM_EDITION_PUBLIC,
                                   WM_ROLES_OF_PUBLISH, &stolen, &err),
              &err);
    /* the thief serves a copy; the publisher's own folder is as it was */
    memcpy(good, fixture.feed, sizeof good);
    copy_folder(good, inside("thief"));
    (void)snprintf(fixture.feed, sizeof fixture.feed, "%s", inside("thief"));
    fast_forward(&stolen);
    synced(replica, 1);
    memcpy(fixture.feed, good, sizeof good);
    wm_fixture_release(&fixture);
    published_at(2);
    wm_fixture_sync sync = { .subscribe = "P1" };
    assert_int_equal(wm_fixture_try(&fixture, replica, &sync, NULL, &err), WM_NOT_TRUSTED);
    assert_contains(err.text, "rolled back");
    /* 5.3.11: new keys, and what the old ones signed is forgotten */
    wm_keys_change revoke = { .roles = ROLE(TIMESTAMP) | ROLE(SNAPSHOT), .forgets = true };
    wm_keys_result result = changed(&revoke);
    assert_int_equal(result.gone_count, 2);
    assert_int_equal(count_files(inside("keys/public/retired"), ".key"), 0);
    published_at(2);
    assert_true(timestamp_now().head.version < 10);
    synced(replica, 2);
    /* and what the thief signs from now on is worth nothing */
    put_feed_file("3.root.json", feed_file("2.root.json", NULL));
    wm_error_clear(&err);
    assert_int_equal(wm_fixture_try(&fixture, replica, &sync, NULL, &err), WM_NOT_TRUSTED);
    wm_edition_keys_wipe(&stolen);
    wm_store_close(replica);
}

static void a_thief_in_the_feeds_own_folder_is_outlived(void **state)
{
    (void)state;
    wm_edition_keys stolen;
    wm_error err = { 0 };
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    assert_ok(wm_edition_keys_load(&arena, wm_files_system(), fixture.keys, WM_EDITION_PUBLIC,
                                   WM_ROLES_OF_PUBLISH, &stolen, &err),
              &err);
    fast_forward(&stolen);
    synced(replica, 1);
    wm_keys_change revoke = { .roles = ROLE(TIMESTAMP) | ROLE(SNAPSHOT), .forgets = true };
    (void)changed(&revoke);
    wm_fixture_release(&fixture);
    published_at(2);
    assert_true(timestamp_now().head.version > 1000000);
    synced(replica, 2);
    wm_edition_keys_wipe(&stolen);
    wm_store_close(replica);
}

static void a_stolen_targets_key_has_every_role_signed_anew(void **state)
{
    (void)state;
    static const char *const roles[] = { "targets", "partitions", "p.all", "p.P1",
                                         "p.P2",    "p.S",        "p.E" };
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    synced(replica, 1);
    wm_keys_change revoke = { .roles = ROLE(TARGETS), .forgets = true };
    (void)changed(&revoke);
    published_at(1);
    wm_keys_view view = look();
    wm_str id = view.roles[WM_KEY_TARGETS].keys[0].id;
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        char name[64];
        wm_unverified unverified;
        (void)snprintf(name, sizeof name, "2.%s.json", roles[i]);
        (void)feed_file(name, &unverified);
        assert_int_equal(unverified.signature_count, 1);
        assert_true(wm_str_equal(unverified.signatures[0].key_id, id));
    }
    synced(replica, 1);
    wm_store_close(replica);
}

/* ---- stops ---- */

typedef struct stopping_files {
    wm_files files;
    long changes;
    long stop_at; /* this change and all after it do not happen */
} stopping_files;

static wm_status pass_read(void *context, const char *path, wm_buf *out, wm_error *err)
{
    (void)context;
    return wm_files_system()->read(NULL, path, out, err);
}

static bool is_stopped(stopping_files *files, const char *path, wm_error *err)
{
    if (files->changes++ >= files->stop_at) {
        (void)wm_fail(err, WM_IO, "%s: stopped", path);
        return true;
    }
    return false;
}

static wm_status stop_write(void *context, const char *path, wm_str bytes, wm_error *err)
{
    return is_stopped(context, path, err) ? WM_IO
                                          : wm_files_system()->write(NULL, path, bytes, err);
}

static wm_status stop_secret(void *context, const char *path, wm_str bytes, wm_error *err)
{
    return is_stopped(context, path, err)
               ? WM_IO
               : wm_files_system()->create_secret(NULL, path, bytes, err);
}

static wm_status stop_remove(void *context, const char *path, wm_error *err)
{
    return is_stopped(context, path, err) ? WM_IO : wm_files_system()->remove(NULL, path, err);
}

static stopping_files stopping_at(long n)
{
    return (stopping_files){ .stop_at = n,
                             .files = { .read = pass_read,
                                        .write = stop_write,
                                        .create_secret = stop_secret,
                                        .remove = stop_remove } };
}

/* Nothing lies about: each key file is of a key that the root names, and nothing is unfinished. */
static void folder_is_tidy(void)
{
    wm_keys_view view = look();
    size_t found = 0;
    for (int role = 0; role < WM_KEY_ROLES; role++) {
        for (size_t i = 0; i < view.roles[role].key_count; i++) {
            assert_true(view.roles[role].keys[i].file.len > 0);
            found++;
        }
    }
    assert_int_equal(count_files(public_keys(), ".key"), found);
    assert_int_equal(count_files(public_keys(), ".begun"), 0);
    assert_int_equal(count_files(public_keys(), ".draft"), 0);
    assert_int_equal(count_files(public_keys(), ".new"), 0);
    assert_int_equal(count_files(public_keys(), ".root.json"), view.version);
}

static void stop_everywhere(const wm_keys_change *what)
{
    char good_keys[320];
    char good_feed[320];
    wm_fixture_publish_to(&fixture, 1);
    memcpy(good_keys, fixture.keys, sizeof good_keys);
    memcpy(good_feed, fixture.feed, sizeof good_feed);
    wm_status status = WM_IO;
    for (long n = 0; status != WM_OK; n++) {
        char name[32];
        wm_keys_result result;
        wm_error err = { 0 };
        stopping_files stopping = stopping_at(n);
        (void)snprintf(fixture.keys, sizeof fixture.keys, "%.250s/keys-%ld", fixture.folder, n);
        (void)snprintf(fixture.feed, sizeof fixture.feed, "%.250s/feed-%ld", fixture.folder, n);
        copy_folder(good_keys, fixture.keys);
        copy_folder(good_feed, fixture.feed);
        (void)snprintf(name, sizeof name, "replica-%ld", n);
        wm_store *replica = wm_fixture_replica(&fixture, name);
        synced(replica, 1);
        stopping.files.context = &stopping;
        wm_keys_options options = options_at(1, &stopping.files);
        status = wm_keys_change_root(&arena, &options, what, &result, &err);
        assert_true(status == WM_OK || status == WM_IO);
        /* either the old root or the new one, and either can publish */
        int64_t version = look().version;
        assert_true(version == 1 || version == 2);
        published_at(1);
        assert_int_equal(root_of_feed(), version);
        synced(replica, 1);
        if (status != WM_OK) {
            options.files = NULL;
            wm_error_clear(&err);
            assert_ok(wm_keys_change_root(&arena, &options, what, &result, &err), &err);
        }
        assert_int_equal(look().version, 2);
        folder_is_tidy();
        published_at(1);
        assert_int_equal(root_of_feed(), 2);
        synced(replica, 1);
        wm_store_close(replica);
    }
    memcpy(fixture.keys, good_keys, sizeof good_keys);
    memcpy(fixture.feed, good_feed, sizeof good_feed);
}

static void a_rotation_that_stops_anywhere_is_completed(void **state)
{
    (void)state;
    wm_keys_change rotate = { .roles = ROLE(TARGETS) | ROLE(ROOT) };
    stop_everywhere(&rotate);
}

static void a_revocation_that_stops_anywhere_is_completed(void **state)
{
    (void)state;
    wm_keys_change revoke = { .roles = ROLE(TIMESTAMP) | ROLE(SNAPSHOT), .forgets = true };
    stop_everywhere(&revoke);
}

static void making_keys_that_stops_anywhere_begins_anew(void **state)
{
    (void)state;
    wm_status status = WM_IO;
    for (long n = 0; status != WM_OK; n++) {
        const wm_str *names = NULL;
        size_t count = 0;
        wm_error err = { 0 };
        stopping_files stopping = stopping_at(n);
        stopping.files.context = &stopping;
        (void)snprintf(fixture.keys, sizeof fixture.keys, "%.250s/init-%ld", fixture.folder, n);
        wm_keys_options options = options_at(0, &stopping.files);
        options.quorum[WM_KEY_ROOT] = (wm_key_quorum){ 2, 2 };
        status = wm_keys_init(&arena, &options, &names, &count, &err);
        assert_true(status == WM_OK || status == WM_IO);
        options.files = NULL;
        if (status != WM_OK) {
            wm_error_clear(&err);
            wm_status again = wm_keys_init(&arena, &options, &names, &count, &err);
            assert_true(again == WM_OK || again == WM_REFUSED); /* nothing was left to do */
        }
        assert_int_equal(look().version, 1);
        folder_is_tidy();
        wm_error_clear(&err);
        assert_int_equal(wm_keys_init(&arena, &options, &names, &count, &err), WM_REFUSED);
    }
}

static void a_draft_that_stops_anywhere_is_signed_later(void **state)
{
    (void)state;
    people three;
    char good[320];
    wm_status status = WM_IO;
    gather(&three);
    wm_keys_change rotate = { .roles = ROLE(TARGETS) };
    (void)changed(&rotate);
    memcpy(good, fixture.keys, sizeof good);
    for (long n = 0; status != WM_OK; n++) {
        wm_keys_result result;
        wm_error err = { 0 };
        stopping_files stopping = stopping_at(n);
        stopping.files.context = &stopping;
        (void)snprintf(fixture.keys, sizeof fixture.keys, "%.250s/draft-%ld", fixture.folder, n);
        copy_folder(good, fixture.keys);
        wm_keys_options options = options_at(1, &stopping.files);
        options.root_folders = three.sticks;
        options.root_folder_count = 2;
        status = wm_keys_sign(&arena, &options, &result, &err);
        assert_true(status == WM_OK || status == WM_IO);
        options.files = NULL;
        wm_error_clear(&err);
        wm_status again = wm_keys_sign(&arena, &options, &result, &err);
        assert_true(again == WM_OK || (again == WM_NOT_FOUND && look().version == 2));
        assert_int_equal(look().version, 2);
        assert_int_equal(count_files(public_keys(), ".draft"), 0);
        assert_int_equal(count_files(public_keys(), ".key"), 3);
    }
    memcpy(fixture.keys, good, sizeof good);
}

/* ---- secret files ---- */

static void a_secret_file_is_whole_and_never_overwritten(void **state)
{
    (void)state;
    struct stat info;
    wm_error err = { 0 };
    const wm_files *files = wm_files_system();
    char path[640];
    (void)snprintf(path, sizeof path, "%s", inside("deep/folder/secret.key"));
    /* what a stop has left of another run is in nobody's way */
    assert_ok(files->make_private(NULL, inside("deep/folder"), &err), &err);
    assert_int_equal(stat(inside("deep"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_int_equal(stat(inside("deep/folder"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_ok(files->write(NULL, inside("deep/folder/secret.key.new"), WM_STR("half"), &err), &err);
    assert_ok(files->create_secret(NULL, path, WM_STR("whole"), &err), &err);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(info.st_size, 5);
    assert_int_equal(files->create_secret(NULL, path, WM_STR("other"), &err), WM_REFUSED);
    assert_contains(err.text, "is not overwritten");
    assert_int_equal(count_files(inside("deep/folder"), ".new"), 0);
    wm_error_clear(&err);
    assert_ok(files->remove(NULL, path, &err), &err);
    assert_ok(files->remove(NULL, path, &err), &err);
    assert_int_equal(access(path, F_OK), -1);
}

static void a_key_file_may_have_been_through_an_editor(void **state)
{
    (void)state;
    wm_error err = { 0 };
    wm_fixture_publish_to(&fixture, 1);
    char command[1400];
    (void)snprintf(command, sizeof command,
                   "cd '%s' && sed 's/,/,\\n  /g' targets.key > t && cat t > targets.key && rm t",
                   public_keys());
    assert_int_equal(system(command), 0);
    wm_fixture_release(&fixture);
    published_at(2);
    (void)snprintf(command, sizeof command, "cd '%s' && sed -i 's/ed25519/ed448/' targets.key",
                   public_keys());
    assert_int_equal(system(command), 0);
    assert_int_equal(publish_at(2, &err), WM_BAD_INPUT);
    assert_contains(err.text, "targets.key");
}

/* ---- renewal ---- */

static wm_status renewed_at(int64_t day, wm_published *published, wm_error *err)
{
    wm_publish_options options = { .feed_folder = fixture.feed,
                                   .key_folder = fixture.keys,
                                   .now_s = wm_fixture_time(day) };
    return wm_publish_renew(&options, &arena, published, err);
}

/* A key folder as the machine that renews has it: roots and the timestamp's key. */
static void keep_online_part(const char *more)
{
    char command[2000];
    (void)snprintf(command, sizeof command,
                   "mkdir -p '%s/online/public' && cp '%s'/*.json '%s'/timestamp*.key %s "
                   "'%s/online/public'",
                   fixture.folder, public_keys(), public_keys(), more, fixture.folder);
    assert_int_equal(system(command), 0);
    (void)snprintf(fixture.keys, sizeof fixture.keys, "%.250s/online", fixture.folder);
}

static void renewing_needs_only_the_timestamps_key(void **state)
{
    (void)state;
    wm_published published;
    wm_error err = { 0 };
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    synced(replica, 1);
    keep_online_part("");
    assert_ok(renewed_at(1, &published, &err), &err);
    assert_int_equal(published.file_count, 0); /* the same day: nothing */
    copy_folder(fixture.feed, inside("before"));
    assert_ok(renewed_at(4, &published, &err), &err);
    assert_int_equal(published.file_count, 1);
    assert_true(wm_str_is(published.files[0].path, "public/timestamp.json"));
    assert_int_equal(timestamp_now().head.expires_s / 86400,
                     WM_FIXTURE_DAY + 4 + WM_TIMESTAMP_DAYS);
    wm_fixture_sync late = { .subscribe = "P1", .now_s = wm_fixture_time(9) };
    wm_status status = wm_fixture_try(&fixture, replica, &late, NULL, &err);
    assert_true(status == WM_OK || status == WM_UNCHANGED);
    /* the snapshot runs out; its key is not here */
    assert_ok(renewed_at(WM_SNAPSHOT_DAYS, &published, &err), &err);
    assert_int_equal(published.file_count, 1);
    assert_int_equal(renewed_at(WM_SNAPSHOT_DAYS + 1, &published, &err), WM_EXPIRED);
    assert_contains(err.text, "snapshot.json");
    wm_store_close(replica);
}

static void renewing_with_the_snapshots_key_renews_both(void **state)
{
    (void)state;
    wm_published published;
    wm_error err = { 0 };
    char key[700];
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    (void)snprintf(key, sizeof key, "'%s/snapshot.key'", public_keys());
    keep_online_part(key);
    assert_ok(renewed_at(60, &published, &err), &err);
    assert_int_equal(published.file_count, 1); /* a third is left */
    assert_ok(renewed_at(70, &published, &err), &err);
    assert_int_equal(published.file_count, 2);
    wm_fixture_sync late = { .subscribe = "P1", .now_s = wm_fixture_time(70) };
    assert_ok(wm_fixture_try(&fixture, replica, &late, NULL, &err), &err);
    wm_store_close(replica);
}

static void renewing_hides_no_change_of_keys(void **state)
{
    (void)state;
    char keys[320];
    wm_published published;
    wm_error err = { 0 };
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    synced(replica, 1);
    memcpy(keys, fixture.keys, sizeof keys);
    /* the timestamp's own key: the roots and the timestamp are renewed together */
    wm_keys_change rotate = { .roles = ROLE(TIMESTAMP) };
    (void)changed(&rotate);
    keep_online_part("");
    assert_ok(renewed_at(1, &published, &err), &err);
    assert_int_equal(published.file_count, 2);
    synced(replica, 1);
    /* any other key: publish first */
    memcpy(fixture.keys, keys, sizeof keys);
    rotate.roles = ROLE(TARGETS);
    (void)changed(&rotate);
    assert_int_equal(renewed_at(2, &published, &err), WM_NOT_TRUSTED);
    assert_contains(err.text, "publish first");
    synced(replica, 1);
    wm_store_close(replica);
}

/* ---- expiry ---- */

static void a_feed_and_a_replica_say_what_runs_out_first(void **state)
{
    (void)state;
    wm_feed_expiries feed;
    const wm_expiry *expiries = NULL;
    size_t count = 0;
    wm_error err = { 0 };
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    assert_ok(wm_replica_expiries(replica, &arena, &expiries, &count, &err), &err);
    assert_int_equal(count, 0);
    synced(replica, 1);
    assert_ok(wm_replica_expiries(replica, &arena, &expiries, &count, &err), &err);
    assert_int_equal(count, 8); /* root, timestamp, snapshot, targets, partitions, p.E, p.P1, p.S */
    const wm_expiry *first = wm_expiry_first(expiries, count);
    assert_true(wm_str_is(first->role, "timestamp"));
    assert_int_equal(first->expires_s / 86400, WM_FIXTURE_DAY + 1 + WM_TIMESTAMP_DAYS);
    assert_int_equal(wm_expiry_days(first, first->expires_s - 86400), 1);
    assert_int_equal(wm_expiry_days(first, first->expires_s - 86399), 0);
    assert_int_equal(wm_expiry_days(first, first->expires_s), -1); /* "MUST be higher" */
    assert_int_equal(wm_expiry_days(first, first->expires_s + 86400), -2);
    assert_ok(wm_feed_expiries_read(&arena, fixture.feed, WM_EDITION_PUBLIC, NULL, &feed, &err),
              &err);
    assert_int_equal(feed.role_count, 10);
    assert_int_equal(feed.release, 1);
    assert_int_equal(
        wm_feed_expiries_read(&arena, inside("nothing"), WM_EDITION_PUBLIC, NULL, &feed, &err),
        WM_NOT_FOUND);
    put_feed_file("timestamp.json", WM_STR("{}"));
    assert_int_equal(
        wm_feed_expiries_read(&arena, fixture.feed, WM_EDITION_PUBLIC, NULL, &feed, &err),
        WM_BAD_INPUT);
    wm_store_close(replica);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(clients_follow_every_rotation_and_several_at_once),
        TEST(a_root_for_another_year_keeps_its_keys),
        TEST(a_client_that_a_thief_led_ahead_comes_back),
        TEST(a_thief_in_the_feeds_own_folder_is_outlived),
        TEST(a_stolen_targets_key_has_every_role_signed_anew),
        TEST(a_rotation_that_stops_anywhere_is_completed),
        TEST(a_revocation_that_stops_anywhere_is_completed),
        TEST(making_keys_that_stops_anywhere_begins_anew),
        TEST(a_draft_that_stops_anywhere_is_signed_later),
        TEST(a_secret_file_is_whole_and_never_overwritten),
        TEST(a_key_file_may_have_been_through_an_editor),
        TEST(renewing_needs_only_the_timestamps_key),
        TEST(renewing_with_the_snapshots_key_renews_both),
        TEST(renewing_hides_no_change_of_keys),
        TEST(a_feed_and_a_replica_say_what_runs_out_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

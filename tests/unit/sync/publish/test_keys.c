/* test_keys.c: keys are made, replaced and taken out of use by several people; a stop at any write
 * leaves what was or what is to be, and the next run completes it; clients follow. */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <waymark/sys/expiry.h>

#include "feed_fixture.h"

#include "publish/keys.h"

static wm_feed_fixture fixture;
static wm_arena arena;

static int setup(void **state)
{
    (void)state;
    wm_arena_init(&arena, wm_env_system(), 256 * WM_MIB);
    wm_fixture_init(&fixture);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_fixture_fini(&fixture);
    wm_arena_fini(&arena);
    return 0;
}

/* ---- folders ---- */

static const char *inside(const char *name)
{
    static char paths[4][640];
    static int at;
    at = (at + 1) % 4;
    (void)snprintf(paths[at], sizeof paths[at], "%.250s/%s", fixture.folder, name);
    return paths[at];
}

static void copy_folder(const char *from, const char *to)
{
    char command[1400];
    (void)snprintf(command, sizeof command, "cp -r '%s' '%s'", from, to);
    assert_int_equal(system(command), 0);
}

static void move_file(const char *from, const char *to)
{
    char command[1400];
    (void)snprintf(command, sizeof command, "mkdir -p \"$(dirname '%s')\" && mv '%s' '%s'", to,
                   from, to);
    assert_int_equal(system(command), 0);
}

/* Names in KEYS/public that end so. */
static size_t count_files(const char *folder, const char *ending)
{
    size_t count = 0;
    DIR *handle = opendir(folder);
    for (struct dirent *e = handle != NULL ? readdir(handle) : NULL; e != NULL;
         e = readdir(handle)) {
        size_t length = strlen(e->d_name);
        count +=
            length >= strlen(ending) && strcmp(e->d_name + length - strlen(ending), ending) == 0
                ? 1
                : 0;
    }
    if (handle != NULL) {
        (void)closedir(handle);
    }
    return count;
}

static const char *public_keys(void)
{
    static char path[640];
    (void)snprintf(path, sizeof path, "%.300s/public", fixture.keys);
    return path;
}

/* ---- calls ---- */

#define PUBLIC (1u << WM_EDITION_PUBLIC)
#define ROLE(role) (1u << WM_KEY_##role)

static wm_keys_options options_at(int64_t release, const wm_files *files)
{
    return (wm_keys_options){ .key_folder = fixture.keys,
                              .editions = PUBLIC,
                              .now_s = wm_fixture_time(release),
                              .files = files };
}

static wm_status change(const wm_keys_change *what, wm_keys_result *result, wm_error *err)
{
    wm_keys_options options = options_at(1, NULL);
    return wm_keys_change_root(&arena, &options, what, result, err);
}

static wm_keys_result changed(const wm_keys_change *what)
{
    wm_keys_result result;
    wm_error err = { 0 };
    assert_ok(change(what, &result, &err), &err);
    assert_int_equal(result.root_count, 1);
    return result;
}

static wm_keys_view look(void)
{
    wm_keys_options options = options_at(1, NULL);
    const wm_keys_view *views = NULL;
    size_t count = 0;
    wm_error err = { 0 };
    assert_ok(wm_keys_look(&arena, &options, &views, &count, &err), &err);
    assert_int_equal(count, 1);
    return views[0];
}

static wm_status publish_at(int64_t release, wm_error *err)
{
    wm_published published;
    return wm_fixture_publish_at(&fixture, wm_fixture_time(release), NULL, &published, &arena, err);
}

static void published_at(int64_t release)
{
    wm_error err = { 0 };
    assert_ok(publish_at(release, &err), &err);
}

static void synced(wm_store *replica, int64_t release)
{
    wm_fixture_sync sync = { .subscribe = "P1" };
    wm_client_summary summary;
    wm_error err = { 0 };
    wm_status status = wm_fixture_try(&fixture, replica, &sync, &summary, &err);
    if (status != WM_UNCHANGED) {
        assert_ok(status, &err);
    }
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, release, "P1 S E");
}

static int64_t root_of_feed(void)
{
    wm_feed_expiries expiries;
    wm_error err = { 0 };
    assert_ok(wm_feed_expiries_read(&arena, fixture.feed, WM_EDITION_PUBLIC, NULL, &expiries, &err),
              &err);
    return expiries.root;
}

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

/* ---- several people ---- */

typedef struct people {
    const char *sticks[3];
    char paths[3][640];
} people;

/* A new key folder with three root keys, two of which must sign. */
static void gather(people *three)
{
    wm_error err = { 0 };
    const wm_str *names = NULL;
    size_t count = 0;
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(three->paths[i], sizeof three->paths[i], "%.250s/stick-%zu", fixture.folder,
                       i);
        three->sticks[i] = three->paths[i];
    }
    (void)snprintf(fixture.keys, sizeof fixture.keys, "%.250s/three", fixture.folder);
    wm_keys_options options = options_at(0, NULL);
    options.editions = 0;
    options.root_folders = three->sticks;
    options.root_folder_count = 3;
    options.quorum[WM_KEY_ROOT] = (wm_key_quorum){ 3, 2 };
    assert_ok(wm_keys_init(&arena, &options, &names, &count, &err), &err);
    assert_int_equal(count, 16);
    assert_int_equal(count_files(public_keys(), ".key"), 3);
}

static wm_status sign_with(const char *stick, wm_keys_result *result, wm_error *err)
{
    wm_keys_options options = options_at(1, NULL);
    options.root_folders = &stick;
    options.root_folder_count = stick != NULL ? 1 : 0;
    return wm_keys_sign(&arena, &options, result, err);
}

static void two_of_three_people_change_the_root(void **state)
{
    (void)state;
    people three;
    wm_keys_result result;
    wm_error err = { 0 };
    gather(&three);
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    synced(replica, 1);
    /* nobody's stick is here: a draft without a signature, which changes nothing */
    wm_keys_change rotate = { .roles = ROLE(TARGETS) };
    result = changed(&rotate);
    assert_false(result.roots[0].is_complete);
    assert_int_equal(result.roots[0].old_lacks, 2);
    published_at(1);
    assert_int_equal(root_of_feed(), 1);
    /* the next change waits for it */
    assert_int_equal(change(&rotate, &result, &err), WM_REFUSED);
    assert_contains(err.text, "2.root.json.draft waits for signatures");
    wm_error_clear(&err);
    assert_int_equal(sign_with(NULL, &result, &err), WM_REFUSED);
    wm_error_clear(&err);
    assert_ok(sign_with(three.sticks[0], &result, &err), &err);
    assert_false(result.roots[0].is_complete);
    assert_int_equal(result.roots[0].old_lacks, 1);
    assert_int_equal(sign_with(three.sticks[0], &result, &err), WM_REFUSED);
    assert_contains(err.text, "no root key is here that has not signed yet");
    wm_error_clear(&err);
    published_at(1);
    assert_int_equal(root_of_feed(), 1);
    wm_keys_view view = look();
    assert_true(view.has_draft);
    assert_int_equal(view.old_lacks, 1);
    assert_int_equal(view.roles[WM_KEY_TARGETS].key_count, 2);
    assert_true(view.roles[WM_KEY_TARGETS].keys[0].goes);
    assert_true(view.roles[WM_KEY_TARGETS].keys[1].comes);
    assert_ok(sign_with(three.sticks[2], &result, &err), &err);
    assert_true(result.roots[0].is_complete);
    assert_false(look().has_draft);
    assert_int_equal(sign_with(three.sticks[2], &result, &err), WM_NOT_FOUND);
    wm_error_clear(&err);
    published_at(1);
    assert_int_equal(root_of_feed(), 2);
    synced(replica, 1);
    wm_store_close(replica);
}

static void a_signer_is_replaced_without_the_lost_key(void **state)
{
    (void)state;
    people three;
    wm_error err = { 0 };
    wm_keys_result result;
    gather(&three);
    wm_fixture_publish_to(&fixture, 1);
    wm_keys_options options = options_at(1, NULL);
    options.root_folders = three.sticks;
    options.root_folder_count = 2; /* the third stick is lost */
    wm_keys_view view = look();
    wm_str lost = { NULL, 0 };
    for (size_t i = 0; i < 3; i++) {
        char path[1000];
        wm_key_view key = view.roles[WM_KEY_ROOT].keys[i];
        (void)snprintf(path, sizeof path, "%s/public/root-%.12s.key", three.sticks[2], key.id.ptr);
        lost = access(path, F_OK) == 0 ? (wm_str){ key.id.ptr, 12 } : lost;
    }
    assert_int_equal(lost.len, 12);
    wm_keys_change revoke = {
        .roles = ROLE(ROOT), .key_id = lost, .forgets = true, .new_folder = inside("stick-new")
    };
    assert_ok(wm_keys_change_root(&arena, &options, &revoke, &result, &err), &err);
    assert_true(result.roots[0].is_complete);
    assert_int_equal(count_files(inside("stick-new/public"), ".key"), 1);
    /* a fourth signer, and then three must sign; then one leaves */
    wm_keys_change more = { .roles = ROLE(ROOT), .adds = true, .threshold = 3 };
    more.new_folder = inside("stick-fourth");
    assert_ok(wm_keys_change_root(&arena, &options, &more, &result, &err), &err);
    assert_true(
        result.roots[0].is_complete); /* two of the old, and three of the new: with its own */
    assert_int_equal(look().roles[WM_KEY_ROOT].threshold, 3);
    wm_keys_change fewer = { .roles = ROLE(ROOT), .key_id = { lost.ptr, 12 }, .drops = true };
    assert_int_equal(wm_keys_change_root(&arena, &options, &fewer, &result, &err), WM_NOT_FOUND);
    wm_error_clear(&err);
    fewer.key_id = look().roles[WM_KEY_ROOT].keys[0].id;
    assert_ok(wm_keys_change_root(&arena, &options, &fewer, &result, &err), &err);
    assert_false(result.roots[0].is_complete); /* two of the four that it needs three of are here */
    assert_int_equal(look().version, 3);
    wm_fixture_sync sync = { .subscribe = "P1" };
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    published_at(1);
    assert_ok(wm_fixture_try(&fixture, replica, &sync, NULL, &err), &err);
    wm_store_close(replica);
}

static void what_cannot_be_is_refused_before_a_file_is_written(void **state)
{
    (void)state;
    static const struct {
        wm_keys_change change;
        wm_status status;
        const char *part;
    } rows[] = {
        { { .roles = ROLE(ROOT), .threshold = 2 }, WM_BAD_ARGUMENT, "2 must sign" },
        { { .roles = ROLE(ROOT), .drops = true }, WM_BAD_ARGUMENT, "would have 0 keys" },
        { { .roles = ROLE(ROOT), .key_id = WM_STR_INIT("0123456789") },
          WM_NOT_FOUND,
          "no key of that role" },
        { { .roles = ROLE(ROOT), .key_id = WM_STR_INIT("0123") }, WM_BAD_ARGUMENT, "8 digits" },
        { { .roles = ROLE(ROOT) | ROLE(TARGETS), .adds = true }, WM_BAD_ARGUMENT, "one role" },
        { { .roles = ROLE(ROOT), .adds = true, .drops = true }, WM_BAD_ARGUMENT, "comes or" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wm_keys_result result;
        wm_error err = { 0 };
        assert_int_equal(change(&rows[i].change, &result, &err), rows[i].status);
        assert_contains(err.text, rows[i].part);
        assert_int_equal(count_files(public_keys(), ""), 8); /* with . and .. */
    }
    wm_keys_options options = options_at(0, NULL);
    const wm_str *names = NULL;
    size_t count = 0;
    wm_error err = { 0 };
    options.key_folder = inside("none");
    options.quorum[WM_KEY_ROOT] = (wm_key_quorum){ 2, 3 };
    assert_int_equal(wm_keys_init(&arena, &options, &names, &count, &err), WM_BAD_ARGUMENT);
    assert_int_equal(access(options.key_folder, F_OK), -1);
}

static void another_editions_draft_is_not_signed(void **state)
{
    (void)state;
    wm_keys_result result;
    wm_error err = { 0 };
    wm_keys_change rotate = { .roles = ROLE(TARGETS) };
    wm_keys_options options = options_at(1, NULL);
    options.editions = 1u << WM_EDITION_PROFESSIONAL;
    move_file(inside("keys/professional/root.key"), inside("away/root.key"));
    assert_ok(wm_keys_change_root(&arena, &options, &rotate, &result, &err), &err);
    assert_false(result.roots[0].is_complete);
    move_file(inside("keys/professional/2.root.json.draft"),
              inside("keys/public/2.root.json.draft"));
    assert_int_equal(sign_with(inside("away"), &result, &err), WM_NOT_TRUSTED);
    assert_contains(err.text, "of another edition?");
    assert_int_equal(access(inside("keys/public/2.root.json"), F_OK), -1);
}

static void an_altered_draft_is_not_completed(void **state)
{
    (void)state;
    people three;
    wm_keys_result result;
    wm_error err = { 0 };
    gather(&three);
    wm_keys_change rotate = { .roles = ROLE(TARGETS) };
    (void)changed(&rotate);
    assert_ok(sign_with(three.sticks[0], &result, &err), &err);
    /* after the first has signed, somebody makes it last longer */
    char path[700];
    wm_buf text;
    (void)snprintf(path, sizeof path, "%s/2.root.json.draft", public_keys());
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_fixture_read(path, &text);
    wm_buf_put_char(&text, '\0');
    char *year = strstr((char *)text.data, "2027-");
    assert_non_null(year);
    year[3] = '9';
    text.len--;
    assert_ok(wm_files_system()->write(NULL, path, wm_buf_str(&text), &err), &err);
    wm_buf_fini(&text);
    assert_ok(sign_with(three.sticks[1], &result, &err), &err);
    assert_false(result.roots[0].is_complete); /* the first signature is of another text */
    assert_int_equal(result.roots[0].old_lacks, 1);
}

static void one_who_has_an_old_key_folder_does_not_publish(void **state)
{
    (void)state;
    char keys[320];
    wm_error err = { 0 };
    wm_fixture_publish_to(&fixture, 1);
    copy_folder(fixture.keys, inside("old-keys"));
    wm_keys_change rotate = { .roles = ROLE(TIMESTAMP) };
    (void)changed(&rotate);
    published_at(1);
    memcpy(keys, fixture.keys, sizeof keys);
    (void)snprintf(fixture.keys, sizeof fixture.keys, "%s", inside("old-keys"));
    assert_int_equal(publish_at(1, &err), WM_CONFLICT);
    assert_contains(err.text, "the feed has root 2, the key folder only root 1");
    memcpy(fixture.keys, keys, sizeof keys);
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
    const char *path = inside("deep/folder/secret.key");
    /* what a stop has left of another run is in nobody's way */
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(clients_follow_every_rotation_and_several_at_once),
        TEST(a_root_for_another_year_keeps_its_keys),
        TEST(a_client_that_a_thief_led_ahead_comes_back),
        TEST(a_thief_in_the_feeds_own_folder_is_outlived),
        TEST(a_stolen_targets_key_has_every_role_signed_anew),
        TEST(two_of_three_people_change_the_root),
        TEST(a_signer_is_replaced_without_the_lost_key),
        TEST(what_cannot_be_is_refused_before_a_file_is_written),
        TEST(another_editions_draft_is_not_signed),
        TEST(an_altered_draft_is_not_completed),
        TEST(one_who_has_an_old_key_folder_does_not_publish),
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

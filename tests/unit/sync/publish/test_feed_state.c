/* test_feed_state.c: what stands in the feed's own folder is read with distrust, also where it is
 * signed: by a thief of keys who can write there, or by a program that did not know better. */
#include "keys_scene.h"

static wm_edition_keys stolen;

static void steal(void)
{
    wm_error err = { 0 };
    assert_ok(wm_edition_keys_load(&arena, wm_files_system(), fixture.keys, WM_EDITION_PUBLIC,
                                   WM_ROLES_OF_PUBLISH, &stolen, &err),
              &err);
}

static void feed_path(char path[700], const char *name)
{
    (void)snprintf(path, 700, "%s/public/%s", fixture.feed, name);
}

static wm_verified feed_body(const char *name)
{
    char path[700];
    wm_buf bytes;
    wm_unverified unverified;
    wm_error err = { 0 };
    feed_path(path, name);
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    wm_fixture_read(path, &bytes);
    wm_str copy = wm_arena_copy(&arena, wm_buf_str(&bytes));
    wm_buf_fini(&bytes);
    assert_ok(wm_unverified_read(&arena, copy, WM_MIB, &unverified, &err), &err);
    return wm_verified_pinned(&unverified);
}

static wm_targets read_targets(const char *name)
{
    wm_targets role;
    wm_error err = { 0 };
    assert_ok(wm_targets_read(&arena, feed_body(name), &role, &err), &err);
    return role;
}

static wm_str put_signed(const char *name, wm_top_role signer, const wm_buf *body)
{
    char path[700];
    wm_str file = { NULL, 0 };
    wm_error err = { 0 };
    assert_ok(wm_sign_as(&arena, &stolen, signer, body, &file, &err), &err);
    feed_path(path, name);
    assert_ok(wm_files_system()->write(NULL, path, file, &err), &err);
    return file;
}

static void put_targets(const char *name, const wm_targets *role)
{
    wm_buf body;
    wm_json_out out;
    wm_buf_init(&body, wm_env_system(), WM_MIB);
    wm_json_out_init(&out, &body);
    wm_targets_write(&out, role);
    (void)put_signed(name, WM_TOP_TARGETS, &body);
    wm_buf_fini(&body);
}

/* The snapshot lists one more role, and the timestamp the snapshot as it is then. */
static void list_role(const char *path, int64_t version)
{
    wm_snapshot snapshot;
    wm_timestamp timestamp;
    wm_buf body;
    wm_json_out out;
    wm_error err = { 0 };
    assert_ok(wm_snapshot_read(&arena, feed_body("1.snapshot.json"), &snapshot, &err), &err);
    wm_listed_file *files = wm_arena_array(&arena, snapshot.file_count + 1, sizeof *files);
    memcpy(files, snapshot.files, snapshot.file_count * sizeof *files);
    files[snapshot.file_count++] =
        (wm_listed_file){ .path = wm_str_of(path), .version = version, .length = -1 };
    snapshot.files = files;
    wm_buf_init(&body, wm_env_system(), WM_MIB);
    wm_json_out_init(&out, &body);
    wm_snapshot_write(&out, &snapshot);
    wm_str file = put_signed("1.snapshot.json", WM_TOP_SNAPSHOT, &body);
    assert_ok(wm_timestamp_read(&arena, feed_body("timestamp.json"), &timestamp, &err), &err);
    timestamp.snapshot.length = (int64_t)file.len;
    wm_digest_sha256(file, &timestamp.snapshot.hashes.sha256);
    wm_buf_reset(&body);
    wm_json_out_init(&out, &body);
    wm_timestamp_write(&out, &timestamp);
    (void)put_signed("timestamp.json", WM_TOP_TIMESTAMP, &body);
    wm_buf_fini(&body);
}

static void publish_refuses(wm_status expected, const char *text)
{
    wm_error err = { 0 };
    assert_int_equal(publish_at(2, &err), expected);
    if (strstr(err.text, text) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, text);
    }
}

static void a_partition_of_a_later_release_is_refused(void **state)
{
    (void)state;
    static const char *const paths[] = { "p/P1/0-2.pack", "p/P1/0-999999999999999.pack" };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (fixture.release == 0) {
            wm_fixture_publish_to(&fixture, 1);
            wm_fixture_release(&fixture);
            steal();
        }
        wm_targets role = read_targets("1.p.P1.json");
        assert_int_equal(role.file_count, 1);
        wm_listed_file file = role.files[0];
        file.path = wm_str_of(paths[i]);
        role.files = &file;
        put_targets("1.p.P1.json", &role);
        publish_refuses(WM_CORRUPT, "p.P1");
    }
}

static void a_partition_whose_name_leads_out_is_none(void **state)
{
    (void)state;
    static const char *const code = "x/../../../escaped";
    char command[1500];
    char name[200];
    char path[200];
    wm_fixture_publish_to(&fixture, 1);
    wm_fixture_release(&fixture);
    steal();
    wm_targets role = read_targets("1.p.P1.json");
    wm_listed_file file = role.files[0];
    (void)snprintf(path, sizeof path, "p/%s/0-1.pack", code);
    file.path = wm_str_of(path);
    role.files = &file;
    (void)snprintf(command, sizeof command,
                   "mkdir -p '%s/public/1.p.x' '%s/public/targets/p/x' '%s/public/escaped'",
                   fixture.feed, fixture.feed, fixture.feed);
    assert_int_equal(system(command), 0);
    (void)snprintf(name, sizeof name, "1.p.%s.json", code);
    put_targets(name, &role);
    wm_targets partitions = read_targets("1.partitions.json");
    wm_delegation *delegations =
        wm_arena_array(&arena, partitions.delegation_count + 1, sizeof *delegations);
    memcpy(delegations, partitions.delegations, partitions.delegation_count * sizeof *delegations);
    delegations[partitions.delegation_count] = delegations[0];
    (void)snprintf(path, sizeof path, "p.%s", code);
    delegations[partitions.delegation_count++].role.name = wm_str_of(path);
    partitions.delegations = delegations;
    put_targets("1.partitions.json", &partitions);
    list_role(name + 2, 1);
    published_at(2);
    assert_int_equal(count_files(inside("feed/public/escaped"), ".pack"), 0);
    assert_int_equal(count_files(inside("feed/public/escaped"), ".json"), 0);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    synced(replica, 2);
    wm_store_close(replica);
}

/* What TRUST.md tells to do after a thief has had all three keys and the feed's own folder. */
static void a_thief_of_everything_is_outlived_by_the_folder_of_before(void **state)
{
    (void)state;
    static const char custom[] = "{\"buckets\":1,\"records\":7,\"state\":"
                                 "\"000000000000000000000000000000000000000000000000"
                                 "0000000000000000\"}";
    char command[1500];
    wm_error err = { 0 };
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    synced(replica, 1);
    copy_folder(fixture.feed, inside("before"));
    steal();
    wm_targets role = read_targets("1.p.P1.json");
    wm_listed_file file = role.files[0];
    assert_ok(wm_json_parse(&arena, wm_str_of(custom), WM_MIB, &file.custom, &err), &err);
    role.files = &file;
    put_targets("1.p.P1.json", &role);
    wm_fixture_release(&fixture);
    wm_keys_change revoke = { .roles = ROLE(TIMESTAMP) | ROLE(SNAPSHOT) | ROLE(TARGETS),
                              .forgets = true };
    (void)changed(&revoke);
    publish_refuses(WM_CONFLICT, "P1");
    (void)snprintf(command, sizeof command, "rm -rf '%s' && mv '%s' '%s'", fixture.feed,
                   inside("before"), fixture.feed);
    assert_int_equal(system(command), 0);
    published_at(2);
    synced(replica, 2);
    wm_store_close(replica);
}

/* Which of the many files is broken, an error says. */
static void what_is_broken_is_named(void **state)
{
    (void)state;
    wm_fixture_publish_to(&fixture, 1);
    steal();
    wm_targets role = read_targets("1.p.P1.json");
    role.head.version = 0;
    put_targets("1.p.P1.json", &role);
    publish_refuses(WM_BAD_INPUT, "public/1.p.P1.json: version");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_partition_of_a_later_release_is_refused),
        TEST(a_partition_whose_name_leads_out_is_none),
        TEST(a_thief_of_everything_is_outlived_by_the_folder_of_before),
        TEST(what_is_broken_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

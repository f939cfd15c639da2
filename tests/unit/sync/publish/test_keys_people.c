/* test_keys_people.c: a root that several people sign; who signs too little or too late changes
 * nothing. */
#include "keys_scene.h"

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

/* Roles of partitions are delegated to the keys of targets, so a key or a threshold that changes
 * there must reach the delegations before anything is signed by it. */
static void a_key_that_was_added_may_sign_alone(void **state)
{
    (void)state;
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    synced(replica, 1);
    wm_keys_change add = { .roles = ROLE(TARGETS), .adds = true };
    (void)changed(&add);
    published_at(1);
    synced(replica, 1);
    /* the old one is not stolen, and not here any more */
    assert_int_equal(unlink(inside("keys/public/targets.key")), 0);
    wm_fixture_release(&fixture);
    published_at(2);
    synced(replica, 2);
    published_at(2);
    wm_store_close(replica);
}

static void another_threshold_holds_for_partitions_too(void **state)
{
    (void)state;
    static const unsigned thresholds[] = { 2, 1, 3 };
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    for (size_t i = 0; i < sizeof thresholds / sizeof thresholds[0]; i++) {
        wm_keys_change add = { .roles = ROLE(TARGETS), .adds = true, .threshold = thresholds[i] };
        (void)changed(&add);
        published_at(fixture.release);
        synced(replica, fixture.release);
        wm_fixture_release(&fixture);
        published_at(fixture.release);
        synced(replica, fixture.release);
    }
    wm_store_close(replica);
}

/* Also when more than the root before the last names it. */
static void the_file_of_a_stolen_key_is_deleted(void **state)
{
    (void)state;
    wm_keys_change another_year = { .roles = 0 };
    wm_keys_change replace = { .roles = ROLE(SNAPSHOT) };
    wm_keys_change revoke = { .roles = ROLE(TIMESTAMP) | ROLE(SNAPSHOT), .forgets = true };
    (void)changed(&another_year);
    (void)changed(&replace);
    (void)changed(&another_year);
    assert_int_equal(count_files(inside("keys/public/retired"), ".key"), 1);
    /* what a run leaves that stops between giving the file its name and taking the passing one */
    assert_int_equal(
        link(inside("keys/public/timestamp.key"), inside("keys/public/timestamp.key.new")), 0);
    wm_keys_result result = changed(&revoke);
    assert_int_equal(result.gone_count, 2);
    assert_int_equal(count_files(public_keys(), ".new"), 0);
    assert_int_equal(count_files(inside("keys/public/retired"), ".key"), 1);
    assert_int_equal(count_files(public_keys(), ".key"), 4);
}

/* Who has two copies of a key folder can come to two roots of one version. Clients that follow one
 * could never leave it, so the other is not put in its place. */
static void a_second_root_of_one_version_is_not_published(void **state)
{
    (void)state;
    char keys[320];
    wm_error err = { 0 };
    wm_fixture_publish_to(&fixture, 1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    copy_folder(fixture.keys, inside("copy-of-keys"));
    wm_keys_change rotate = { .roles = ROLE(ROOT) };
    (void)changed(&rotate);
    published_at(1);
    synced(replica, 1);
    memcpy(keys, fixture.keys, sizeof keys);
    (void)snprintf(fixture.keys, sizeof fixture.keys, "%s", inside("copy-of-keys"));
    wm_keys_change another_year = { .roles = 0 };
    (void)changed(&another_year);
    assert_int_equal(publish_at(1, &err), WM_CONFLICT);
    assert_contains(err.text, "public/2.root.json");
    memcpy(fixture.keys, keys, sizeof keys);
    published_at(1);
    synced(replica, 1);
    wm_store_close(replica);
}

/* But what is no root, whoever wrote it there, or a disk that lost power, is replaced. */
static void a_damaged_root_in_the_feed_is_written_again(void **state)
{
    (void)state;
    char path[700];
    wm_error err = { 0 };
    wm_fixture_publish_to(&fixture, 1);
    wm_keys_change rotate = { .roles = ROLE(SNAPSHOT) };
    (void)changed(&rotate);
    published_at(1);
    (void)snprintf(path, sizeof path, "%s/public/2.root.json", fixture.feed);
    assert_ok(wm_files_system()->write(NULL, path, WM_STR("{"), &err), &err);
    published_at(1);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    synced(replica, 1);
    assert_int_equal(root_of_feed(), 2);
    wm_store_close(replica);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_of_three_people_change_the_root),
        TEST(a_signer_is_replaced_without_the_lost_key),
        TEST(what_cannot_be_is_refused_before_a_file_is_written),
        TEST(another_editions_draft_is_not_signed),
        TEST(an_altered_draft_is_not_completed),
        TEST(one_who_has_an_old_key_folder_does_not_publish),
        TEST(a_second_root_of_one_version_is_not_published),
        TEST(a_damaged_root_in_the_feed_is_written_again),
        TEST(a_key_that_was_added_may_sign_alone),
        TEST(the_file_of_a_stolen_key_is_deleted),
        TEST(another_threshold_holds_for_partitions_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

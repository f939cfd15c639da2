/* test_prune.c: what is removed from a feed, what stays, and that what was recalled is gone. */
#include <sys/stat.h>
#include <unistd.h>

#include "feed_fixture.h"
#include "feed_records.h"

static wm_feed_fixture fixture;
static wm_arena arena;

static int setup(void **state)
{
    (void)state;
    wm_arena_init(&arena, wm_env_system(), (size_t)256 * WM_MIB);
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

/* Publish, and prune or recall. */
static wm_status publish_with(bool prune, const char *recall, wm_published *published,
                              wm_error *err)
{
    wm_files files = wm_fixture_quick_files();
    wm_str name = wm_str_of(recall);
    wm_publish_options options = { .feed_folder = fixture.feed,
                                   .key_folder = fixture.keys,
                                   .now_s = wm_fixture_time(fixture.release),
                                   .level = 3,
                                   .prune = prune,
                                   .recall = &name,
                                   .recall_count = recall != NULL ? 1 : 0,
                                   .files = &files };
    return wm_publish(fixture.author, &options, &arena, published, err);
}

static wm_published publish(bool prune, const char *recall)
{
    wm_published published;
    wm_error err = { 0 };
    assert_ok(publish_with(prune, recall, &published, &err), &err);
    return published;
}

static void put_service(wm_txn *txn, const char *id, const char *description)
{
    char more[3000];
    (void)snprintf(more, sizeof more, ",'status':'active','description':'%s'", description);
    wm_fixture_service(txn, id, "P1", more);
}

/* A release in which a says something else, and so does `other` (NULL: nobody). */
static void release_of(const char *description, const char *other, const char *other_description)
{
    wm_txn *txn = wm_fixture_begin(&fixture);
    put_service(txn, "a", description);
    if (other != NULL) {
        put_service(txn, other, other_description);
    }
    wm_fixture_commit(&fixture, txn);
}

static void release_with(const char *description)
{
    release_of(description, NULL, NULL);
}

static void publish_to(int64_t release)
{
    while (fixture.release < release) {
        wm_fixture_release(&fixture);
        (void)publish(false, NULL);
    }
}

static void sync_to(const char *name, const char *code, const char *partitions)
{
    wm_store *replica = wm_fixture_replica(&fixture, name);
    wm_fixture_sync sync = { .subscribe = code };
    wm_error err = { 0 };
    wm_status status = wm_fixture_try(&fixture, replica, &sync, NULL, &err);
    if (status != WM_UNCHANGED) {
        assert_ok(status, &err);
    }
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, fixture.release, partitions);
    wm_store_close(replica);
}

static bool is_there(const char *name)
{
    char path[800];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s/%s", fixture.feed, name);
    return lstat(path, &info) == 0;
}

static void put_file(const char *name, const char *text)
{
    char path[800];
    wm_error err = { 0 };
    (void)snprintf(path, sizeof path, "%s/%s", fixture.feed, name);
    assert_ok(wm_fixture_write_quickly(NULL, path, wm_str_of(text), &err), &err);
}

typedef struct name_count {
    const char *end;
    int count;
} name_count;

static void count_name(void *context, const char *path, wm_str bytes)
{
    name_count *names = context;
    size_t length = strlen(path);
    size_t end = strlen(names->end);
    (void)bytes;
    names->count += length >= end && strcmp(path + length - end, names->end) == 0;
}

/* Files of the feed whose names end so. */
static int files_named(const char *end)
{
    name_count names = { end, 0 };
    feed_files_each(fixture.feed, count_name, &names);
    return names.count;
}

/* ---- prune ---- */

static void what_no_metadata_reaches_is_removed(void **state)
{
    (void)state;
    publish_to(4);
    assert_true(is_there("public/1.snapshot.json") && is_there("public/1.p.all.json"));
    wm_published published = publish(true, NULL);
    assert_true(published.removed_count > 10);
    assert_int_equal(published.file_count, 0);
    for (size_t i = 0; i < published.removed_count; i++) {
        char name[400];
        (void)snprintf(name, sizeof name, "%.*s", WM_STR_ARG(published.removed[i]));
        assert_false(is_there(name));
        assert_true(i == 0 || wm_str_compare(published.removed[i - 1], published.removed[i]) < 0 ||
                    (wm_str_starts(published.removed[i - 1], WM_STR("public/")) &&
                     wm_str_starts(published.removed[i], WM_STR("professional/"))));
    }
    assert_false(is_there("public/1.snapshot.json") || is_there("public/1.p.all.json"));
    assert_true(is_there("public/3.snapshot.json") && is_there("public/4.snapshot.json"));
    assert_true(is_there("public/1.root.json") && is_there("professional/1.root.json"));
    assert_true(is_there("public/1.targets.json") && is_there("public/1.partitions.json"));
    sync_to("fresh", "P1", "P1 S E");
    sync_to("all", NULL, "all");
    published = publish(true, NULL);
    assert_int_equal(published.removed_count, 0);
}

static void replicas_of_every_release_still_find_a_way(void **state)
{
    (void)state;
    for (int64_t release = 1; release < 4; release++) {
        char name[16];
        publish_to(release);
        (void)snprintf(name, sizeof name, "r%d", (int)release);
        sync_to(name, release == 2 ? "P2" : "P1", release == 2 ? "P2 S E" : "P1 S E");
    }
    publish_to(4);
    (void)publish(true, NULL);
    sync_to("r1", "P1", "P1 S E");
    sync_to("r2", "P2", "P2 S E");
    sync_to("r3", "P1", "P1 S E");
}

typedef struct index_search {
    char last[400];
    char before_last[400];
} index_search;

static void find_index(void *context, const char *path, wm_str bytes)
{
    index_search *search = context;
    size_t length = strlen(path);
    (void)bytes;
    if (strncmp(path, "public/targets/p/P1/", 20) == 0 && length > 6 &&
        strcmp(path + length - 6, ".spans") == 0) {
        memcpy(search->before_last, search->last, sizeof search->last);
        (void)snprintf(search->last, sizeof search->last, "%s", path);
    }
}

/* A file that lists what there is beside the newest is no more needed than what it lists. */
static void a_damaged_index_stops_neither_publish_nor_prune(void **state)
{
    (void)state;
    static const char *const damage[] = { "", "not an index" };
    publish_to(1);
    for (size_t i = 0; i < 2; i++) {
        for (int k = 0; k < 4; k++) {
            release_with(k == 0 ? "one" : k == 1 ? "two" : k == 2 ? "three" : "four");
            (void)publish(false, NULL);
        }
        index_search search = { "", "" };
        feed_files_each(fixture.feed, find_index, &search);
        assert_true(search.before_last[0] != '\0');
        put_file(search.last, damage[i]);
        put_file(search.before_last, damage[i]);
        wm_published published = publish(true, NULL);
        assert_true(published.removed_count > 0);
        sync_to(i == 0 ? "at-once-0" : "at-once-1", "P1", "P1 S E");
        release_with(i == 0 ? "on" : "and on");
        (void)publish(true, NULL);
        sync_to(i == 0 ? "fresh-0" : "fresh-1", "P1", "P1 S E");
    }
}

static void what_is_not_ours_stays(void **state)
{
    (void)state;
    static const char *const theirs[] = {
        "robots.txt",
        "public/index.html",
        "public/1.p.P1.json.bak",
        "public/x.snapshot.json",
        "public/1.mirrors.json",
        "public/2.root.json.txt",
        "public/1.p.P1.txt",
        "public/targets/notes",
        "public/targets/release.json",
        "public/targets/p/P1/0-1.pack",
        "public/targets/p/P1/deep/1-2.pack",
        "public/targets/p/P1/"
        "00000000000000000000000000000000000000000000000000000000000000AA.0-1.pack",
        "public/targets/p/P1/"
        "0000000000000000000000000000000000000000000000000000000000000000.0-1.pack.gz",
        "public/targets/p/P1/"
        "0000000000000000000000000000000000000000000000000000000000000000.spans-",
        "public/other/1.snapshot.json",
        "public/targets/0000000000000000000000000000000000000000000000000000000000000000.x.json",
    };
    static const char *const ours[] = {
        "public/77.snapshot.json",
        "public/77.p.P1.json",
        "public/targets/0000000000000000000000000000000000000000000000000000000000000000.release."
        "json",
        "public/targets/p/P1/"
        "0000000000000000000000000000000000000000000000000000000000000000.0-1.pack",
        "public/targets/p/P9/"
        "0000000000000000000000000000000000000000000000000000000000000000.spans-3",
    };
    publish_to(1);
    for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++) {
        put_file(theirs[i], "theirs");
    }
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        put_file(ours[i], "left over");
    }
    wm_published published = publish(true, NULL);
    for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++) {
        assert_true(is_there(theirs[i]));
    }
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        assert_false(is_there(ours[i]));
    }
    assert_int_equal(published.removed_count, sizeof ours / sizeof ours[0]);
}

static void links_are_not_followed(void **state)
{
    (void)state;
    char outside[500];
    char link[500];
    wm_error err = { 0 };
    publish_to(1);
    (void)snprintf(outside, sizeof outside, "%.200s/outside/77.snapshot.json", fixture.folder);
    assert_ok(wm_fixture_write_quickly(NULL, outside, WM_STR("x"), &err), &err);
    (void)snprintf(outside, sizeof outside, "%.200s/outside", fixture.folder);
    (void)snprintf(link, sizeof link, "%.250s/public/targets/p/P7", fixture.feed);
    assert_int_equal(symlink(outside, link), 0);
    (void)snprintf(link, sizeof link, "%.250s/public/78.snapshot.json", fixture.feed);
    assert_int_equal(symlink(outside, link), 0);
    wm_published published = publish(true, NULL);
    assert_int_equal(published.removed_count, 0);
    assert_true(is_there("public/78.snapshot.json"));
}

/* ---- recall ---- */

#define OLD_NUMBER "0800 000"
#define NEW_NUMBER "0800 111"

static int files_with(const char *text)
{
    return feed_records_find(fixture.author, fixture.feed, text);
}

static void a_recalled_value_is_nowhere_and_the_new_one_is(void **state)
{
    (void)state;
    publish_to(4);
    assert_true(files_with(OLD_NUMBER) > 2);
    wm_published published = publish(false, "service/a");
    assert_int_equal(files_with(OLD_NUMBER), 0);
    assert_true(files_with(NEW_NUMBER) > 2);
    assert_true(published.removed_count > 0);
    sync_to("fresh", "P1", "P1 S E");
    sync_to("all", NULL, "all");
    /* and again: nothing is left to do */
    published = publish(false, "a");
    assert_int_equal(published.file_count + published.removed_count, 0);
    /* the next release goes on as ever */
    release_with("fifth");
    (void)publish(false, NULL);
    assert_int_equal(files_with(OLD_NUMBER), 0);
    assert_true(files_with(NEW_NUMBER) > 0); /* what was good then is not recalled by itself */
    sync_to("fresh", "P1", "P1 S E");
}

static void what_was_withdrawn_can_be_recalled_whole(void **state)
{
    (void)state;
    publish_to(4); /* c was withdrawn with release 3 */
    assert_true(files_with("What service c does") > 0);
    (void)publish(false, "c");
    assert_int_equal(files_with("What service c does"), 0);
    sync_to("fresh", "P2", "P2 S E");
}

static void replicas_of_every_state_are_brought_off_it(void **state)
{
    (void)state;
    for (int64_t release = 1; release < 4; release++) {
        char name[16];
        publish_to(release);
        (void)snprintf(name, sizeof name, "p%d", (int)release);
        sync_to(name, "P1", "P1 S E");
        (void)snprintf(name, sizeof name, "a%d", (int)release);
        sync_to(name, NULL, "all");
    }
    publish_to(4);
    (void)publish(false, "service/b"); /* moved from P2 to P1 to S, and another each time */
    for (int64_t release = 1; release < 4; release++) {
        char name[16];
        (void)snprintf(name, sizeof name, "p%d", (int)release);
        sync_to(name, "P1", "P1 S E");
        (void)snprintf(name, sizeof name, "a%d", (int)release);
        sync_to(name, NULL, "all");
    }
    assert_int_equal(
        files_with("\"id\":\"b\",\"kind\":\"advice\",\"name\":\"Service b\",\"needs\":["
                   "\"anx\"],\"organization\":\"org\",\"status\":\"active\""),
        files_with("moved on"));
}

static void a_value_that_was_never_published_is_not_published_now(void **state)
{
    (void)state;
    publish_to(1);
    wm_fixture_release(&fixture); /* a has its second value */
    release_with("third");
    (void)publish(false, "a");
    assert_int_equal(files_with(OLD_NUMBER), 0);
    assert_int_equal(files_with(NEW_NUMBER), 0);
    sync_to("fresh", "P1", "P1 S E");
}

/* Text that does not become much smaller. */
static const char *noise(char text[1401], unsigned seed)
{
    for (size_t i = 0; i < 1400; i++) {
        seed = seed * 1103515245U + 12345U;
        text[i] = "abcdefghijklmnopqrstuvwxyzABCDEF"[(seed >> 16) & 31];
    }
    text[1400] = '\0';
    return text;
}

#define PAGED_RELEASES 72
#define CREATED 5
#define CORRECTED 67
#define SECRET "0800 999 of somebody"

/* 72 releases, none of which is worth a snapshot; service z has SECRET from CREATED on until it is
 * corrected. Replicas stay where `stays` says. */
static void publish_paged(int corrected, bool (*stays)(int release))
{
    char text[1401];
    publish_to(1);
    for (unsigned i = 0; i < 12; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "noise%u", i);
        release_of("noise", id, noise(text, i));
    }
    (void)publish(false, NULL);
    for (int i = 1; i <= PAGED_RELEASES; i++) {
        char name[16];
        (void)snprintf(text, sizeof text, "as of %d", i);
        release_of(text, i == CREATED || i == corrected ? "z" : NULL,
                   i == CREATED ? SECRET : "corrected");
        (void)publish(false, NULL);
        if (stays(i)) {
            (void)snprintf(name, sizeof name, "p%d", i);
            sync_to(name, "P1", "P1 S E");
            (void)snprintf(name, sizeof name, "a%d", i);
            sync_to(name, NULL, "all");
        }
    }
}

static void sync_stayed(bool (*stays)(int release))
{
    for (int i = 1; i <= PAGED_RELEASES; i++) {
        char name[16];
        if (stays(i)) {
            (void)snprintf(name, sizeof name, "p%d", i);
            sync_to(name, "P1", "P1 S E");
            (void)snprintf(name, sizeof name, "a%d", i);
            sync_to(name, NULL, "all");
        }
    }
    sync_to("fresh", "P1", "P1 S E");
    sync_to("fresh-all", NULL, "all");
}

static bool now_and_then(int release)
{
    return release % 11 == CREATED || release == CORRECTED;
}

/* No snapshot ever had it: it came after the last one, and went before the next. */
static void a_value_between_two_snapshots_goes_from_deltas_spans_and_pages(void **state)
{
    (void)state;
    char snapshot[32];
    publish_paged(CORRECTED, now_and_then);
    assert_true(files_named("spans-0") > 0);
    assert_true(files_with(SECRET) > 10);
    (void)snprintf(snapshot, sizeof snapshot, "0-%d.pack", (int)fixture.release);
    assert_int_equal(files_named(snapshot), 0);
    wm_published published = publish(false, "service/z");
    assert_int_equal(files_with(SECRET), 0);
    assert_true(files_named(snapshot) > 0); /* which tells replicas to forget */
    assert_true(published.removed_count > 10);
    sync_stayed(now_and_then);
    published = publish(false, "service/z");
    assert_int_equal(published.file_count + published.removed_count, 0);
}

static bool with_the_secret(int release)
{
    return release == CREATED + 1;
}

static void spoil_page(void *context, const char *path, wm_str bytes)
{
    static const char end[] = ".spans-0";
    size_t length = strlen(path);
    (void)bytes;
    if (length > sizeof end && strcmp(path + length - (sizeof end - 1), end) == 0) {
        put_file(path, "not a page");
        ++*(int *)context;
    }
}

/* Only the page knew of the delta that brought it: others may have a page that is whole. */
static void what_a_damaged_page_led_to_is_recalled_too(void **state)
{
    (void)state;
    char snapshot[32];
    int spoiled = 0;
    publish_paged(CREATED + 2, with_the_secret);
    (void)snprintf(snapshot, sizeof snapshot, "0-%d.pack", (int)fixture.release);
    feed_files_each(fixture.feed, spoil_page, &spoiled);
    assert_true(spoiled > 0);
    assert_true(files_with(SECRET) > 0);
    assert_int_equal(files_named(snapshot), 0);
    (void)publish(false, "service/z");
    assert_int_equal(files_with(SECRET), 0);
    assert_true(files_named(snapshot) > 0);
    spoiled = 0;
    feed_files_each(fixture.feed, spoil_page, &spoiled);
    assert_int_equal(spoiled, 0); /* nothing leads to such a page any more */
    sync_stayed(with_the_secret);
}

static void what_cannot_be_recalled_is_said(void **state)
{
    (void)state;
    wm_published published;
    wm_error err = { 0 };
    wm_buf before;
    wm_buf after;
    publish_to(2);
    wm_buf_init(&before, wm_env_system(), 4 * WM_MIB);
    wm_buf_init(&after, wm_env_system(), 4 * WM_MIB);
    feed_files_list(fixture.feed, &before);
    assert_int_equal(publish_with(false, "organization/org", &published, &err), WM_REFUSED);
    assert_contains(err.text,
                    "organization/org is as it was first published: release a correction");
    wm_error_clear(&err);
    assert_int_equal(publish_with(false, "nobody", &published, &err), WM_BAD_ARGUMENT);
    assert_contains(err.text, "no release has a record \"nobody\"");
    wm_error_clear(&err);
    assert_int_equal(publish_with(false, "thing/a", &published, &err), WM_BAD_ARGUMENT);
    assert_contains(err.text, "expected KIND/ID with a kind of record");
    wm_error_clear(&err);
    assert_int_equal(publish_with(false, "../a", &published, &err), WM_BAD_ARGUMENT);
    feed_files_list(fixture.feed, &after);
    assert_true(wm_str_equal(wm_buf_str(&before), wm_buf_str(&after)));
    wm_buf_fini(&before);
    wm_buf_fini(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_no_metadata_reaches_is_removed, setup, teardown),
        cmocka_unit_test_setup_teardown(replicas_of_every_release_still_find_a_way, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_damaged_index_stops_neither_publish_nor_prune, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_is_not_ours_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(links_are_not_followed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_recalled_value_is_nowhere_and_the_new_one_is, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_was_withdrawn_can_be_recalled_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(replicas_of_every_state_are_brought_off_it, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_value_that_was_never_published_is_not_published_now,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_value_between_two_snapshots_goes_from_deltas_spans_and_pages, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_damaged_page_led_to_is_recalled_too, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_recalled_is_said, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

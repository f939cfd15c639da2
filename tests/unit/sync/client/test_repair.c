/* test_repair.c: a replica's file is damaged, or somebody edits it: what is not as signed is found,
 * and only that is fetched again. */
#include <sqlite3.h>
#include <stdlib.h>

#include "feed_fixture.h"

#include <waymark/sys/replica.h>

static wm_feed_fixture fixture;

static int setup(void **state)
{
    (void)state;
    wm_fixture_init(&fixture);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_fixture_fini(&fixture);
    return 0;
}

/* A transport that notes what is asked for. */
typedef struct noting {
    wm_transport base;
    wm_transport *inner;
    char asked[4096]; /* paths, each with a line feed */
} noting;

static wm_status noting_fetch(wm_transport *transport, const wm_want *wants, wm_fetched *results,
                              size_t count, wm_error *err)
{
    noting *n = (noting *)transport;
    for (size_t i = 0; i < count; i++) {
        size_t at = strlen(n->asked);
        (void)snprintf(n->asked + at, sizeof n->asked - at, "%.*s\n", WM_STR_ARG(wants[i].path));
    }
    return wm_transport_fetch(n->inner, wants, results, count, err);
}

static void noting_close(wm_transport *transport)
{
    (void)transport;
}

static void noting_open(noting *n)
{
    wm_error err = { 0 };
    memset(n, 0, sizeof *n);
    n->base.fetch = noting_fetch;
    n->base.close = noting_close;
    assert_ok(wm_transport_folder_open(wm_env_system(), fixture.feed, &n->inner, &err), &err);
}

static void edit(const char *name, const char *sql)
{
    char path[400];
    char *text = NULL;
    sqlite3 *handle = NULL;
    (void)snprintf(path, sizeof path, "%s/%s.db", fixture.folder, name);
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    if (sqlite3_exec(handle, sql, NULL, NULL, &text) != SQLITE_OK) {
        fail_msg("%s: %s", sql, text);
    }
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

/* A replica of P1 (and S and E) at release 2, in `name`.db, closed. */
static void make_replica(const char *name)
{
    wm_error err = { 0 };
    wm_fixture_sync sync = { .subscribe = "P1" };
    wm_store *replica = wm_fixture_replica(&fixture, name);
    wm_fixture_publish_to(&fixture, 1);
    wm_status status = wm_fixture_try(&fixture, replica, &sync, NULL, &err);
    assert_true(status == WM_OK || status == WM_UNCHANGED);
    wm_fixture_publish_to(&fixture, 2);
    wm_error_clear(&err);
    status = wm_fixture_try(&fixture, replica, &sync, NULL, &err);
    assert_true(status == WM_OK || status == WM_UNCHANGED);
    wm_store_close(replica);
}

static void differing(const wm_replica_report *report, char out[128])
{
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < report->differ_count; i++) {
        at += (size_t)snprintf(out + at, 128 - at, "%s%.*s", i > 0 ? " " : "",
                               WM_STR_ARG(report->differ[i]));
    }
}

static void verify_is_whole(wm_store *replica, wm_arena *arena)
{
    wm_replica_report report;
    wm_error err = { 0 };
    assert_ok(wm_replica_verify(replica, WM_STR(""), arena, &report, &err), &err);
    if (!report.is_whole) {
        char differ[128];
        differing(&report, differ);
        fail_msg("differ: %s; %s; %s", differ, report.trust.text, report.derived.text);
    }
}

typedef struct damage {
    const char *what;
    const char *sql;
    const char *differ;  /* partitions */
    const char *derived; /* a part of the text; "": nothing is found there; NULL: either */
} damage;

static const damage damages[] = {
    { "a number is changed",
      "UPDATE revision SET record = replace(record, '0800', '0900') WHERE id = 'a'", "P1", NULL },
    { "a record is lost",
      "DELETE FROM projection WHERE rev = (SELECT rev FROM revision WHERE id = 'x02');"
      "DELETE FROM service WHERE rev = (SELECT rev FROM revision WHERE id = 'x02');"
      "DELETE FROM revision WHERE id = 'x02'",
      "S", NULL },
    { "a record is lost, but not where it rides", "DELETE FROM revision WHERE id = 'x03'", "E",
      NULL },
    { "a record rides nowhere",
      "DELETE FROM projection WHERE rev = (SELECT rev FROM revision WHERE id = 'x03')", "E",
      ""
      "in no partition" },
    { "a record comes from nowhere",
      "INSERT INTO revision(kind, id, since, until, audience, record) VALUES(8, 'false', 0,"
      " 2147483647, 0, '{\"id\":\"false\"}')",
      "", "in no partition" },
    { "a record comes from nowhere, and rides well",
      "INSERT INTO revision(rev, kind, id, since, until, audience, record) VALUES(9999, 10,"
      " 'false', 0, 2147483647, 0, '{\"id\":\"false\"}');"
      "INSERT INTO projection SELECT 9999, edition, since, until, partition, leaf, NULL FROM"
      " projection WHERE rev = (SELECT rev FROM revision WHERE id = 'a')",
      "P1", NULL },
    { "a record is no record any more", "UPDATE revision SET record = '{\"id\":' WHERE id = 'x00'",
      "P1", NULL },
    { "a record moves",
      "UPDATE projection SET partition = (SELECT number FROM partition WHERE name = 'S')"
      " WHERE rev = (SELECT rev FROM revision WHERE id = 'a')",
      "P1 S", NULL },
    { "a partition is called something else",
      "DELETE FROM partition WHERE name = 'Q1'; UPDATE partition SET name = 'Q1' WHERE name = 'P1'",
      "P1 Q1", NULL },
    { "what is shown to digests is not what answers are read from",
      "INSERT INTO shown SELECT 77, record FROM revision WHERE id = 'a';"
      "UPDATE projection SET shown = 77 WHERE rev = (SELECT rev FROM revision WHERE id = 'a');"
      "UPDATE revision SET record = replace(record, '0800', '0900') WHERE id = 'a'",
      "P1", NULL },
    { "all services of a place are lost",
      "DELETE FROM revision WHERE rev IN (SELECT rev FROM projection WHERE partition ="
      " (SELECT number FROM partition WHERE name = 'P1'))",
      "P1", NULL },
    { "a digest is changed", "UPDATE state SET digest = zeroblob(32)", "", "digest" },
    { "counts are changed", "UPDATE state SET records = records + 1", "", "digest" },
    { "a leaf is changed",
      "UPDATE bucket SET leaves = zeroblob(length(leaves)) WHERE bucket ="
      " (SELECT max(bucket) FROM bucket)",
      "", "digest" },
    { "the digest of a bucket is changed", "UPDATE state SET buckets = zeroblob(length(buckets))",
      "", "digest" },
    { "buckets are lost", "DELETE FROM bucket", "", "digest" },
    { "what was said of the release is lost", "DELETE FROM state_history", "", "digest" },
    { "digests are lost", "DELETE FROM state; DELETE FROM bucket; DELETE FROM state_history", "",
      NULL },
    { "compiled criteria are changed",
      "UPDATE service SET program = x'00' WHERE rev = (SELECT rev FROM revision WHERE id = 'a')",
      "", "index" },
    { "the index is lost", "DELETE FROM posting", "", "index" },
    { "the index has more", "INSERT INTO posting VALUES(1, 1, 0, x'41')", "", "index" },
    { "a block is changed", "UPDATE block SET bytes = x'ffffffff'", "", "index" },
    { "a block is lost", "DELETE FROM block", "", "index" },
    { "a gist is changed", "UPDATE gist SET bytes = x'00'", "", "index" },
    { "gists are lost", "DELETE FROM gist", "", "index" },
    { "a slot is changed", "UPDATE service SET slot = slot + 1", "", "index" },
    { "a site is where none is", "INSERT INTO site(target, lat, lon, pending) VALUES(7, 1, 1, 0)",
      "", "sites" },
};

static void mends(const damage *done, bool from_feed)
{
    wm_arena arena;
    wm_replica_report report;
    wm_error err = { 0 };
    char found[128];
    noting transport;
    wm_arena_init(&arena, wm_env_system(), 512 * WM_MIB);
    noting_open(&transport);
    edit("replica", done->sql);
    if (from_feed) {
        edit("replica", "DELETE FROM blob WHERE name LIKE 'sync/pack/%'");
    }
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    assert_ok(wm_replica_verify(replica, WM_STR(""), &arena, &report, &err), &err);
    assert_false(report.is_whole);
    differing(&report, found);
    assert_string_equal(found, done->differ);
    assert_ok(report.trust.status, &report.trust);
    if (done->derived != NULL && strstr(report.derived.text, done->derived) == NULL) {
        fail_msg("expected \"%s\", found \"%s\"", done->derived, report.derived.text);
    }
    wm_repair_options options = { .now_s = wm_fixture_time(fixture.release),
                                  .transport = report.differ_count > 0 ? &transport.base : NULL };
    assert_ok(wm_replica_repair(replica, &report, &options, NULL, &err), &err);
    verify_is_whole(replica, &arena);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 2, "P1 S E");
    static const char *const codes[] = { "P1", "S", "E" };
    for (size_t i = 0; i < 3; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "targets/p/%s/", codes[i]);
        bool asked = strstr(transport.asked, path) != NULL;
        bool differs = strstr(done->differ, codes[i]) != NULL;
        assert_int_equal(asked, differs && from_feed);
    }
    wm_store_close(replica);
    wm_transport_close(transport.inner);
    wm_arena_fini(&arena);
}

static void whatever_is_changed_is_found_and_fetched_again(void **state)
{
    (void)state;
    make_replica("replica");
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        print_message("%s\n", damages[i].what);
        mends(&damages[i], true);
        mends(&damages[i], false);
    }
}

static wm_status collect(void *context, const wm_state *state, wm_error *err)
{
    (void)err;
    wm_fixture_states *all = context;
    memcpy(all->names[all->count], state->partition.ptr, state->partition.len);
    all->states[all->count] = *state;
    all->states[all->count].partition = wm_str_of(all->names[all->count]);
    all->count++;
    return WM_OK;
}

/* Records are changed, and everything in the file that is made of them, too. */
static void who_edits_records_and_digests_is_found(void **state)
{
    (void)state;
    wm_arena arena;
    wm_replica_report report;
    wm_error err = { 0 };
    wm_fixture_states found = { .count = 0 };
    wm_release release;
    wm_replica_apply *apply = NULL;
    char differ[128];
    make_replica("replica");
    edit("replica", "UPDATE revision SET record = replace(record, '0800', '0900') WHERE id = 'a'");
    wm_arena_init(&arena, wm_env_system(), 512 * WM_MIB);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    wm_state_sink sink = { collect, &found };
    assert_ok(wm_store_latest(replica, &release, &err), &err);
    assert_ok(wm_replica_found(replica, WM_EDITION_PUBLIC, &sink, &err), &err);
    wm_replica_base base = { WM_EDITION_PUBLIC, release.number, NULL, 0 };
    wm_replica_target target = { release.number, release.date, WM_STR(""), found.states,
                                 found.count };
    assert_ok(wm_replica_begin(replica, &base, &apply, &err), &err);
    assert_ok(wm_replica_mend(apply, &err), &err);
    assert_ok(wm_replica_finish(apply, &target, &err), &err);

    wm_state_sink none = { wm_fixture_differs, NULL };
    assert_ok(wm_history_verify(replica, WM_EDITION_PUBLIC, &none, &err), &err);
    assert_ok(wm_store_verify_index(replica, &err), &err);
    assert_ok(wm_replica_verify(replica, WM_STR(""), &arena, &report, &err), &err);
    assert_false(report.is_whole);
    differing(&report, differ);
    assert_string_equal(differ, "P1");
    assert_ok(report.derived.status, &report.derived);

    noting transport;
    noting_open(&transport);
    wm_repair_options options = { .now_s = wm_fixture_time(fixture.release),
                                  .transport = &transport.base };
    assert_ok(wm_replica_repair(replica, &report, &options, NULL, &err), &err);
    verify_is_whole(replica, &arena);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 2, "P1 S E");
    wm_store_close(replica);
    wm_transport_close(transport.inner);
    wm_arena_fini(&arena);
}

static void metadata_that_is_not_as_signed_is_nothing_to_build_on(void **state)
{
    (void)state;
    static const char *const edits[] = {
        "UPDATE blob SET bytes = cast(replace(cast(bytes AS TEXT), '0', '1') AS BLOB)"
        " WHERE name = 'sync/at/p.P1'",
        "DELETE FROM blob WHERE name = 'sync/at/p.P1'",
        "DELETE FROM blob WHERE name LIKE 'sync/at/%'",
        "UPDATE blob SET bytes = (SELECT bytes FROM blob WHERE name = 'sync/at/p.S')"
        " WHERE name = 'sync/at/p.P1'",
        "UPDATE blob SET bytes = zeroblob(9) WHERE name = 'sync/at/root'",
        "UPDATE blob SET bytes = zeroblob(9) WHERE name = 'sync/root.json'",
        "UPDATE blob SET bytes = zeroblob(9) WHERE name = 'sync/at/timestamp'",
        "UPDATE blob SET bytes = zeroblob(9) WHERE name = 'sync/at/localities.json'",
        "UPDATE release SET number = number + 1",
        "UPDATE release SET date = '2031-01-01'",
    };
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        char name[16];
        wm_arena arena;
        wm_replica_report report;
        wm_error err = { 0 };
        print_message("%s\n", edits[i]);
        (void)snprintf(name, sizeof name, "r%zu", i);
        make_replica(name);
        edit(name, edits[i]);
        wm_arena_init(&arena, wm_env_system(), 512 * WM_MIB);
        wm_store *replica = wm_fixture_replica(&fixture, name);
        assert_ok(wm_replica_verify(replica, WM_STR(""), &arena, &report, &err), &err);
        assert_false(report.is_whole);
        assert_true(report.trust.status != WM_OK && report.trust.text[0] != '\0');
        assert_int_equal(report.differ_count, 3);
        wm_repair_options options = { .now_s = wm_fixture_time(fixture.release) };
        assert_int_equal(wm_replica_repair(replica, &report, &options, NULL, &err), WM_NOT_TRUSTED);
        wm_store_close(replica);
        wm_arena_fini(&arena);
    }
}

static void a_root_from_a_safe_channel_says_whose_replica_it_is(void **state)
{
    (void)state;
    char path[400];
    wm_arena arena;
    wm_buf root;
    wm_replica_report report;
    wm_error err = { 0 };
    make_replica("replica");
    wm_arena_init(&arena, wm_env_system(), 512 * WM_MIB);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    for (int other = 0; other <= 1; other++) {
        wm_buf_init(&root, wm_env_system(), WM_MIB);
        (void)snprintf(path, sizeof path, "%s/%s/root.json", fixture.keys,
                       other ? "professional" : "public");
        wm_fixture_read(path, &root);
        assert_ok(wm_replica_verify(replica, wm_buf_str(&root), &arena, &report, &err), &err);
        assert_int_equal(report.is_whole, !other);
        assert_int_equal(report.trust.status, other ? WM_NOT_TRUSTED : WM_OK);
        wm_buf_fini(&root);
    }
    wm_store_close(replica);
    wm_arena_fini(&arena);
}

static void an_old_replica_is_verified_long_after_it_expired(void **state)
{
    (void)state;
    wm_arena arena;
    wm_replica_remains remains;
    wm_replica_report report;
    wm_error err = { 0 };
    make_replica("replica");
    wm_arena_init(&arena, wm_env_system(), 512 * WM_MIB);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    verify_is_whole(replica, &arena); /* no clock is asked */
    assert_ok(wm_replica_salvage(replica, WM_STR(""), &arena, &remains, &err), &err);
    assert_true(remains.root.len > 0);
    assert_true(remains.has_edition && remains.edition == WM_EDITION_PUBLIC);
    assert_int_equal(remains.subscription_count, 1);
    assert_true(wm_str_is(remains.subscriptions[0], "P1"));
    wm_store_close(replica);
    wm_store *empty = wm_fixture_replica(&fixture, "empty");
    assert_int_equal(wm_replica_verify(empty, WM_STR(""), &arena, &report, &err), WM_NOT_FOUND);
    assert_ok(wm_replica_salvage(empty, WM_STR(""), &arena, &remains, &err), &err);
    assert_true(remains.root.ptr == NULL && !remains.has_edition);
    wm_store_close(empty);
    assert_int_equal(wm_replica_verify(fixture.author, WM_STR(""), &arena, &report, &err),
                     WM_REFUSED);
    wm_arena_fini(&arena);
}

static void a_repair_that_fails_leaves_all_as_it_was(void **state)
{
    (void)state;
    wm_arena arena;
    wm_replica_report report;
    wm_error err = { 0 };
    char differ[128];
    make_replica("replica");
    edit("replica", "UPDATE revision SET record = replace(record, '0800', '0900') WHERE id = 'a';"
                    "DELETE FROM blob WHERE name LIKE 'sync/pack/%'");
    wm_arena_init(&arena, wm_env_system(), 512 * WM_MIB);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    for (int round = 0; round < 2; round++) {
        assert_ok(wm_replica_verify(replica, WM_STR(""), &arena, &report, &err), &err);
        differing(&report, differ);
        assert_string_equal(differ, "P1");
        noting transport;
        noting_open(&transport);
        wm_repair_options options = { .now_s = wm_fixture_time(fixture.release),
                                      .max_bytes = 1,
                                      .transport = &transport.base };
        assert_int_equal(wm_replica_repair(replica, &report, &options, NULL, &err), WM_REFUSED);
        wm_error_clear(&err);
        wm_transport_close(transport.inner);
    }
    wm_store_close(replica);
    wm_arena_fini(&arena);
}

static void a_repair_also_takes_what_is_new(void **state)
{
    (void)state;
    wm_arena arena;
    wm_replica_report report;
    wm_client_summary summary;
    wm_error err = { 0 };
    noting transport;
    make_replica("replica");
    edit("replica", "UPDATE revision SET record = replace(record, '0800', '0900') WHERE id = 'a';"
                    "DELETE FROM posting; UPDATE block SET bytes = x'ffffffff'");
    wm_fixture_publish_to(&fixture, 4);
    wm_arena_init(&arena, wm_env_system(), 512 * WM_MIB);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    noting_open(&transport);
    assert_ok(wm_replica_verify(replica, WM_STR(""), &arena, &report, &err), &err);
    wm_repair_options options = { .now_s = wm_fixture_time(fixture.release),
                                  .transport = &transport.base };
    assert_ok(wm_replica_repair(replica, &report, &options, &summary, &err), &err);
    assert_int_equal(summary.to, 4);
    verify_is_whole(replica, &arena);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 4, "P1 S E");
    wm_store_close(replica);
    wm_transport_close(transport.inner);
    wm_arena_fini(&arena);
}

/* The feed of today, at its release 2, and that of yesterday, of the same release. */
static void renew_feed(char yesterday[400])
{
    wm_arena arena;
    wm_published published;
    wm_error err = { 0 };
    char command[900];
    (void)snprintf(yesterday, 400, "%s/yesterday", fixture.folder);
    (void)snprintf(command, sizeof command, "cp -R '%s' '%s'", fixture.feed, yesterday);
    assert_int_equal(system(command), 0);
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    assert_ok(
        wm_fixture_publish_at(&fixture, wm_fixture_time(2) + 86400, NULL, &published, &arena, &err),
        &err);
    wm_arena_fini(&arena);
}

static wm_status sync_from(const char *name, const char *folder, const wm_replica_remains *remains,
                           wm_error *err)
{
    wm_client *client = NULL;
    wm_transport *transport = NULL;
    wm_client_options options = { .root = remains->root,
                                  .subscribe = remains->subscriptions,
                                  .subscribe_count = remains->subscription_count,
                                  .now_s = wm_fixture_time(2) + 90000 };
    wm_store *store = wm_fixture_replica(&fixture, name);
    assert_ok(wm_transport_folder_open(wm_env_system(), folder, &transport, err), err);
    assert_ok(wm_replica_remember(store, remains, err), err);
    assert_ok(wm_client_open(store, &options, &client, err), err);
    wm_status status = wm_sync_run(client, transport, NULL, err);
    wm_client_close(client);
    wm_transport_close(transport);
    wm_store_close(store);
    return status;
}

/* A file is lost, and made anew: what it has seen of the feed still counts, where today's keys
 * vouch for it, and is nothing where they do not. */
static void who_begins_anew_is_not_led_back(void **state)
{
    (void)state;
    static const struct {
        const char *edit;
        wm_status status;
    } rows[] = {
        { "SELECT 1", WM_NOT_TRUSTED },
        { "UPDATE blob SET bytes = zeroblob(9) WHERE name = 'sync/root.json'", WM_NOT_TRUSTED },
        { "UPDATE blob SET bytes = zeroblob(9) WHERE name = 'sync/timestamp.json'",
          WM_NOT_TRUSTED }, /* what was kept with the records says it, too */
        { "UPDATE blob SET bytes = cast(replace(cast(bytes AS TEXT), '\"version\":',"
          " '\"version\":9') AS BLOB) WHERE name = 'sync/at/timestamp'",
          WM_OK },
        { "DELETE FROM blob WHERE name IN ('sync/timestamp.json', 'sync/snapshot.json',"
          " 'sync/at/timestamp', 'sync/at/snapshot')",
          WM_OK },
    };
    char yesterday[400];
    wm_arena arena;
    wm_error err = { 0 };
    wm_fixture_sync sync = { .subscribe = "P1", .now_s = wm_fixture_time(2) + 90000 };
    wm_arena_init(&arena, wm_env_system(), 512 * WM_MIB);
    make_replica("replica");
    renew_feed(yesterday);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    wm_status seen = wm_fixture_try(&fixture, replica, &sync, NULL, &err);
    assert_true(seen == WM_OK || seen == WM_UNCHANGED);
    wm_store_close(replica);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[16];
        wm_replica_remains remains;
        edit("replica", rows[i].edit);
        replica = wm_fixture_replica(&fixture, "replica");
        assert_ok(wm_replica_salvage(replica, WM_STR(""), &arena, &remains, &err), &err);
        wm_store_close(replica);
        (void)snprintf(name, sizeof name, "old%zu", i);
        wm_status status = sync_from(name, yesterday, &remains, &err);
        if (status != rows[i].status) {
            fail_msg("row %zu: %s: %s", i, wm_status_text(status), err.text);
        }
        wm_error_clear(&err);
        (void)snprintf(name, sizeof name, "new%zu", i);
        assert_ok(sync_from(name, fixture.feed, &remains, &err), &err);
    }
    wm_arena_fini(&arena);
}

/* Roots that a safe channel gave count as far as the replica had followed them. */
static void a_root_that_is_given_leads_to_the_newest_that_was_seen(void **state)
{
    (void)state;
    char path[400];
    wm_buf root;
    wm_arena arena;
    wm_replica_remains remains;
    wm_error err = { 0 };
    make_replica("replica");
    wm_arena_init(&arena, wm_env_system(), 512 * WM_MIB);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    for (int other = 0; other <= 1; other++) {
        wm_buf_init(&root, wm_env_system(), WM_MIB);
        (void)snprintf(path, sizeof path, "%s/%s/root.json", fixture.keys,
                       other ? "professional" : "public");
        wm_fixture_read(path, &root);
        assert_ok(wm_replica_salvage(replica, wm_buf_str(&root), &arena, &remains, &err), &err);
        assert_true(wm_str_equal(remains.root, wm_buf_str(&root)));
        assert_true(other == (remains.root.ptr == wm_buf_str(&root).ptr)); /* else the kept one */
        wm_buf_fini(&root);
    }
    wm_store_close(replica);
    wm_arena_fini(&arena);
}

static bool look(void *context, const wm_sync_progress *progress)
{
    unsigned *looks = context;
    (*looks)++;
    return progress->state != WM_CLIENT_PACKS;
}

static void who_looks_on_can_stop_a_repair(void **state)
{
    (void)state;
    wm_arena arena;
    wm_replica_report report;
    wm_error err = { 0 };
    noting transport;
    unsigned looks = 0;
    make_replica("replica");
    edit("replica", "UPDATE revision SET record = replace(record, '0800', '0900') WHERE id = 'a';"
                    "DELETE FROM blob WHERE name LIKE 'sync/pack/%'");
    wm_arena_init(&arena, wm_env_system(), 512 * WM_MIB);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    noting_open(&transport);
    assert_ok(wm_replica_verify(replica, WM_STR(""), &arena, &report, &err), &err);
    wm_sync_driver driver = { .progress = look, .context = &looks };
    wm_repair_options options = { .now_s = wm_fixture_time(fixture.release),
                                  .transport = &transport.base,
                                  .driver = &driver };
    assert_int_equal(wm_replica_repair(replica, &report, &options, NULL, &err), WM_NETWORK);
    assert_contains(err.text, "stopped");
    assert_true(looks > 1);
    assert_null(strstr(transport.asked, "targets/p/P1/"));
    wm_store_close(replica);
    wm_transport_close(transport.inner);
    wm_arena_fini(&arena);
}

/* What a client is told to distrust is its own from then on, as the rest of its options. */
static void options_may_go_when_a_client_is_open(void **state)
{
    (void)state;
    wm_error err = { 0 };
    noting transport;
    wm_client *client = NULL;
    char code[] = "P1";
    wm_str distrust = { code, 2 };
    make_replica("replica");
    edit("replica", "DELETE FROM blob WHERE name LIKE 'sync/pack/%'");
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    noting_open(&transport);
    wm_client_options options = { .now_s = wm_fixture_time(fixture.release),
                                  .repair = true,
                                  .distrust = &distrust,
                                  .distrust_count = 1 };
    assert_ok(wm_client_open(replica, &options, &client, &err), &err);
    memset(code, 'x', sizeof code);
    distrust = (wm_str){ NULL, 0 };
    memset(&options, 0xff, sizeof options);
    assert_ok(wm_sync_run(client, &transport.base, NULL, &err), &err);
    assert_contains(transport.asked, "targets/p/P1/");
    wm_client_close(client);
    wm_store_close(replica);
    wm_transport_close(transport.inner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whatever_is_changed_is_found_and_fetched_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(who_edits_records_and_digests_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(metadata_that_is_not_as_signed_is_nothing_to_build_on,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_root_from_a_safe_channel_says_whose_replica_it_is, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_old_replica_is_verified_long_after_it_expired, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_repair_that_fails_leaves_all_as_it_was, setup, teardown),
        cmocka_unit_test_setup_teardown(a_repair_also_takes_what_is_new, setup, teardown),
        cmocka_unit_test_setup_teardown(who_begins_anew_is_not_led_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_root_that_is_given_leads_to_the_newest_that_was_seen,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(who_looks_on_can_stop_a_repair, setup, teardown),
        cmocka_unit_test_setup_teardown(options_may_go_when_a_client_is_open, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

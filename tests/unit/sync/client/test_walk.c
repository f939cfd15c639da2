/* test_walk.c: a random walk of sixty releases, followed by replicas of every subscription, at any
 * lag, over lines that break and from mirrors that are behind; while the publisher prunes, recalls
 * and replaces keys.
 *
 * After each sync a replica stands at one release, whole: its digests and its records are what the
 * authoring database says of its partitions at that release. In the end all stand at the newest.
 *
 *   WAYMARK_SEED=n    another walk
 *   WAYMARK_WALKS=n   that many walks, one after the other, each with ten times the clients' syncs
 */
#include <stdlib.h>

#include "faulty_transport.h"
#include "feed_records.h"
#include "feed_walk.h"

#define FIRST 16 /* the first release that is published */
#define RELEASES (FIRST + 60)
/* From RETAINED_FROM on only so many releases are kept as deltas: what stands at the first page of
 * spans is left behind then. */
#define RETAINED 8
#define RETAINED_FROM (64 + RETAINED)
#define MIRRORS 3
#define SUBSCRIPTIONS_MAX 3

typedef struct walk_client {
    char name[32];
    wm_edition edition;
    bool wanders; /* it changes its subscriptions */
    const char *asked[SUBSCRIPTIONS_MAX];
    size_t asked_count;
    const char *held[SUBSCRIPTIONS_MAX]; /* what its records stand for */
    size_t held_count;
    int64_t at; /* release; 0: none */
    int64_t next;
} walk_client;

typedef struct walk_run {
    feed_walk walk;
    wm_test_random random;
    walk_client clients[64];
    size_t client_count;
    char mirrors[MIRRORS][512];
    int64_t mirrored[MIRRORS]; /* release; 0: none */
    unsigned eagerness;
    unsigned syncs;
    unsigned failures;
    unsigned recalls;
    int recalled; /* files that had what was recalled */
    unsigned rotations;
    size_t pruned;
} walk_run;

/* ---- is a replica what it should be? ---- */

static bool is_taken(const walk_run *run, const walk_client *client, int64_t release,
                     const char *partition)
{
    bool everything = false;
    bool taken = false;
    for (size_t i = 0; i < client->held_count; i++) {
        everything = everything || strcmp(client->held[i], "all") == 0;
        taken = taken || feed_walk_takes(&run->walk, release, client->held[i], partition);
    }
    return everything ? strcmp(partition, "all") == 0 : taken;
}

static wm_status put_record(void *context, const wm_record *record, wm_error *err)
{
    wm_buf *all = context;
    wm_buf_printf(all, "%s/%.*s ", wm_kind_name(record->kind), WM_STR_ARG(record->id));
    wm_buf_put_str(all, record->bytes);
    wm_buf_put_char(all, '\n');
    return wm_buf_status(all, err);
}

static void read_slice(wm_store *store, const walk_client *client, const char *partition,
                       wm_buf *all)
{
    wm_error err = { 0 };
    wm_slice slice = { client->edition, wm_str_of(partition) };
    wm_record_sink sink = { put_record, all };
    wm_buf_reset(all);
    assert_ok(wm_history_each(store, &slice, client->at, &sink, &err), &err);
}

static void check_records(const walk_run *run, const walk_client *client, wm_store *replica,
                          const wm_fixture_states *states)
{
    wm_buf ours;
    wm_buf theirs;
    wm_error err = { 0 };
    wm_buf_init(&ours, wm_env_system(), 64 * WM_MIB);
    wm_buf_init(&theirs, wm_env_system(), 64 * WM_MIB);
    for (size_t i = 0; i < states->count; i++) {
        read_slice(run->walk.fixture.author, client, states->names[i], &ours);
        read_slice(replica, client, states->names[i], &theirs);
        assert_int_equal(ours.len, theirs.len);
        assert_memory_equal(ours.data, theirs.data, ours.len);
    }
    wm_buf_fini(&ours);
    wm_buf_fini(&theirs);
    wm_state_sink differs = { wm_fixture_differs, NULL };
    assert_ok(wm_history_verify(replica, client->edition, &differs, &err), &err);
    assert_ok(wm_store_verify_index(replica, &err), &err);
}

static void check_replica(walk_run *run, walk_client *client, wm_store *replica)
{
    static wm_fixture_states ours;
    static wm_fixture_states theirs;
    wm_release latest;
    if (wm_store_latest(replica, &latest, NULL) == WM_NO_RELEASE) {
        assert_int_equal(client->at, 0);
        return;
    }
    assert_int_equal(latest.number, client->at);
    wm_fixture_states_of(run->walk.fixture.author, client->edition, client->at, &ours);
    wm_fixture_states_of(replica, client->edition, client->at, &theirs);
    size_t expected = 0;
    for (size_t i = 0; i < ours.count; i++) {
        if (ours.states[i].records == 0 || !is_taken(run, client, client->at, ours.names[i])) {
            continue;
        }
        if (expected >= theirs.count) {
            fail_msg("%s at %lld: partition %s is missing", client->name, (long long)client->at,
                     ours.names[i]);
        }
        assert_string_equal(ours.names[i], theirs.names[expected]);
        assert_int_equal(ours.states[i].records, theirs.states[expected].records);
        assert_memory_equal(&ours.states[i].digest, &theirs.states[expected].digest,
                            sizeof(wm_digest));
        expected++;
    }
    assert_int_equal(theirs.count, expected);
    if (wm_test_random_below(&run->random, 3) == 0) {
        check_records(run, client, replica, &theirs);
    }
}

/* ---- one sync ---- */

typedef struct walk_sync {
    const char *feed;
    wm_transport_fault fault;
    long nth; /* -1: none */
    bool forever;
    bool gives_up; /* at the first pause */
} walk_sync;

static bool go_on(void *context, uint64_t milliseconds)
{
    const walk_sync *sync = context;
    (void)milliseconds;
    return !sync->gives_up;
}

static wm_status drive(walk_run *run, walk_client *client, wm_store *replica, walk_sync *sync,
                       wm_client_summary *summary, wm_error *err)
{
    char path[512];
    wm_buf root;
    wm_str codes[SUBSCRIPTIONS_MAX];
    wm_client *machine = NULL;
    wm_transport *folder = NULL;
    wm_buf_init(&root, wm_env_system(), WM_MIB);
    /* the one that all began with: those after it they find themselves */
    (void)snprintf(path, sizeof path, "%s/%s/1.root.json", run->walk.fixture.keys,
                   wm_edition_name(client->edition));
    wm_fixture_read(path, &root);
    for (size_t i = 0; i < client->asked_count; i++) {
        codes[i] = wm_str_of(client->asked[i]);
    }
    wm_client_options options = { .root = wm_buf_str(&root),
                                  .has_edition = true,
                                  .edition = client->edition,
                                  .subscribe = codes,
                                  .subscribe_count = client->asked_count,
                                  .now_s = wm_fixture_time(run->walk.fixture.release) };
    assert_ok(wm_client_open(replica, &options, &machine, err), err);
    assert_ok(wm_transport_folder_open(wm_env_system(), sync->feed, &folder, err), err);
    wm_transport *transport = wm_faulty_transport_new(folder);
    wm_faulty_transport_arm(transport, sync->fault, sync->nth, sync->forever);
    wm_sync_driver driver = { .tries = 3, .pause = go_on, .context = sync };
    wm_status status = wm_sync_drive(machine, transport, &driver, summary, err);
    summary->files = NULL; /* gone with the client */
    wm_transport_close(transport);
    wm_client_close(machine);
    wm_buf_fini(&root);
    return status;
}

static bool all_exist(const walk_run *run, const walk_client *client, int64_t release)
{
    for (size_t i = 0; i < client->asked_count; i++) {
        if (!feed_walk_has(&run->walk, release, client->asked[i])) {
            return false;
        }
    }
    return true;
}

/* What a sync may end with. A failure is always told, and changes nothing. */
static void take_outcome(walk_run *run, walk_client *client, wm_status status,
                         const wm_client_summary *summary, int64_t offered)
{
    run->syncs++;
    if (status == WM_OK) {
        client->at = summary->to;
        assert_int_equal(summary->to, offered);
        memcpy(client->held, client->asked, sizeof client->held);
        client->held_count = client->asked_count;
    } else if (status != WM_UNCHANGED) {
        run->failures++;
    }
}

static wm_status sync_once(walk_run *run, walk_client *client, walk_sync *sync, int64_t offered,
                           wm_client_summary *summary)
{
    wm_error err = { 0 };
    wm_store *replica = wm_fixture_replica(&run->walk.fixture, client->name);
    wm_status status = drive(run, client, replica, sync, summary, &err);
    take_outcome(run, client, status, summary, offered);
    bool is_plain = sync->nth < 0 && offered == run->walk.fixture.release;
    if (is_plain && all_exist(run, client, offered)) {
        if (status != WM_OK && status != WM_UNCHANGED) {
            fail_msg("%s at %lld of %lld: %s", client->name, (long long)client->at,
                     (long long)offered, err.text);
        }
        assert_false(summary->lagging);
        assert_int_equal(client->at, offered);
    } else if (is_plain) {
        assert_int_equal(status, WM_BAD_INPUT);
        assert_contains(err.text, "the feed has no locality");
    } else if (status != WM_OK && status != WM_UNCHANGED) {
        if (err.text[0] == '\0' || err.status != status) {
            fail_msg("%s: status %s, and the text is \"%s\" of %s", client->name,
                     wm_status_text(status), err.text, wm_status_text(err.status));
        }
    }
    check_replica(run, client, replica);
    wm_store_close(replica);
    return status;
}

/* From the feed, over a line that breaks, or from a mirror. */
static void sync_somehow(walk_run *run, walk_client *client)
{
    wm_client_summary summary;
    walk_sync sync = { .feed = run->walk.fixture.feed, .nth = -1 };
    int64_t offered = run->walk.fixture.release;
    uint32_t draw = wm_test_random_below(&run->random, 10);
    if (draw < 3) {
        sync.fault = (wm_transport_fault)wm_test_random_below(&run->random, 5);
        sync.nth = (long)wm_test_random_below(&run->random, 16);
        sync.forever = wm_test_random_below(&run->random, 3) == 0;
        sync.gives_up = wm_test_random_below(&run->random, 2) == 0;
    } else if (draw == 3) {
        size_t mirror = wm_test_random_below(&run->random, MIRRORS);
        if (run->mirrored[mirror] > 0) {
            sync.feed = run->mirrors[mirror];
            offered = run->mirrored[mirror];
        }
    }
    (void)sync_once(run, client, &sync, offered, &summary);
}

/* ---- who there is ---- */

static walk_client *add_client(walk_run *run, const char *name, wm_edition edition)
{
    assert_true(run->client_count < sizeof run->clients / sizeof run->clients[0]);
    walk_client *client = &run->clients[run->client_count++];
    *client = (walk_client){ .edition = edition, .next = 1 };
    (void)snprintf(client->name, sizeof client->name, "%s-%s", name, wm_edition_name(edition));
    return client;
}

static void subscribe(walk_client *client, const char *first, const char *second)
{
    client->asked[0] = first;
    client->asked[1] = second;
    client->asked_count = second != NULL ? 2 : 1;
}

static void add_clients(walk_run *run, wm_edition edition)
{
    for (unsigned i = 0; i < WALK_LOCALITIES; i++) {
        subscribe(add_client(run, feed_walk_code(i), edition), feed_walk_code(i), NULL);
    }
    subscribe(add_client(run, "all", edition), "all", NULL);
    subscribe(add_client(run, "two", edition), "P1", "P7");
    for (int i = 0; i < 4; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "wanderer%d", i);
        walk_client *client = add_client(run, name, edition);
        client->wanders = true;
        subscribe(client, "P2", NULL);
    }
}

/* Add one, drop one, move home, take all, or go back to one. */
static void wander(walk_run *run, walk_client *client)
{
    const char *code = feed_walk_code(wm_test_random_below(&run->random, WALK_LOCALITIES));
    bool everything = strcmp(client->asked[0], "all") == 0;
    switch (wm_test_random_below(&run->random, 6)) {
    case 0:
        if (client->asked_count < SUBSCRIPTIONS_MAX && !everything) {
            client->asked[client->asked_count++] = code;
        }
        break;
    case 1:
        if (client->asked_count > 1) {
            client->asked_count--;
            client->asked[0] = client->asked[client->asked_count];
        }
        break;
    case 2: subscribe(client, code, NULL); break;
    case 3: subscribe(client, everything ? code : "all", NULL); break;
    default: break;
    }
}

static int64_t some_lag(walk_run *run)
{
    static const int64_t lags[] = { 1, 1, 2, 3, 5, 8, 13, 21, 34 };
    uint32_t most = sizeof lags / sizeof lags[0];
    return lags[wm_test_random_below(&run->random, most)];
}

static void sync_those_whose_turn_it_is(walk_run *run)
{
    for (size_t i = 0; i < run->client_count; i++) {
        walk_client *client = &run->clients[i];
        if (client->next > run->walk.fixture.release) {
            continue;
        }
        for (unsigned k = 0; k < run->eagerness; k++) {
            if (client->wanders) {
                wander(run, client);
            }
            sync_somehow(run, client);
        }
        client->next = run->walk.fixture.release + some_lag(run);
    }
}

/* ---- the walk ---- */

static const int64_t behind[] = { 1, 7, 30, 59 };
#define BEHIND (sizeof behind / sizeof behind[0])

/* Replicas of so many releases ago, for the figures at the end. */
static void set_out(walk_run *run)
{
    static const char *const codes[] = { "P1", "all" };
    static const char *const names[] = { "late-P1", "late-all" };
    for (size_t i = 0; i < BEHIND; i++) {
        for (size_t k = 0; k < 2 && RELEASES - behind[i] == run->walk.fixture.release; k++) {
            char name[32];
            wm_client_summary summary;
            walk_sync sync = { .feed = run->walk.fixture.feed, .nth = -1 };
            (void)snprintf(name, sizeof name, "%s-%lld", names[k], (long long)behind[i]);
            walk_client *client = add_client(run, name, WM_EDITION_PUBLIC);
            subscribe(client, codes[k], NULL);
            client->next = RELEASES + 1;
            assert_int_equal(sync_once(run, client, &sync, run->walk.fixture.release, &summary),
                             WM_OK);
        }
    }
}

static void publish(walk_run *run, bool prune, const char *recall)
{
    wm_feed_fixture *fixture = &run->walk.fixture;
    wm_arena arena;
    wm_published published;
    wm_error err = { 0 };
    wm_str name = wm_str_of(recall);
    wm_publish_options options = { .feed_folder = fixture->feed,
                                   .key_folder = fixture->keys,
                                   .now_s = wm_fixture_time(fixture->release),
                                   .level = 1,
                                   .prune = prune,
                                   .recall = &name,
                                   .recall_count = recall != NULL ? 1 : 0 };
    options.span_releases = fixture->release >= RETAINED_FROM ? RETAINED : 0;
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    assert_ok(wm_publish(fixture->author, &options, &arena, &published, &err), &err);
    assert_int_equal(published.release, fixture->release);
    run->pruned += published.removed_count;
    wm_arena_fini(&arena);
}

/* What a record said goes from the feed, with the release or after it. */
static void publish_and_recall(walk_run *run)
{
    char id[16];
    char text[64];
    const feed_walk *walk = &run->walk;
    if (!feed_walk_recallable(&run->walk, id, text)) {
        publish(run, false, NULL);
        return;
    }
    if (wm_test_random_below(&run->random, 2) == 0) {
        publish(run, false, NULL);
    }
    run->recalled += feed_records_find(walk->fixture.author, walk->fixture.feed, text);
    publish(run, false, id);
    assert_int_equal(feed_records_find(walk->fixture.author, walk->fixture.feed, text), 0);
    run->recalls++;
}

/* New keys, of some of the roles; who follows the feed goes on. */
static void rotate(walk_run *run)
{
    static const unsigned roles[] = { 1U << WM_KEY_TIMESTAMP, 1U << WM_KEY_SNAPSHOT,
                                      1U << WM_KEY_TARGETS,
                                      1U << WM_KEY_ROOT | 1U << WM_KEY_TIMESTAMP };
    wm_arena arena;
    wm_keys_result result;
    wm_error err = { 0 };
    wm_keys_options options = { .key_folder = run->walk.fixture.keys,
                                .now_s = wm_fixture_time(run->walk.fixture.release) };
    wm_keys_change change = { .roles = roles[run->rotations++ % 4] };
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    assert_ok(wm_keys_change_root(&arena, &options, &change, &result, &err), &err);
    wm_arena_fini(&arena);
}

static void publish_somehow(walk_run *run)
{
    int64_t since = run->walk.fixture.release - FIRST;
    if (since % 15 == 9) {
        rotate(run);
    }
    if (since % 10 == 4) {
        publish_and_recall(run);
    } else {
        publish(run, wm_test_random_below(&run->random, 4) == 0, NULL);
    }
}

static void step(walk_run *run)
{
    feed_walk *walk = &run->walk;
    feed_walk_release(walk);
    if (walk->fixture.release < FIRST) {
        return;
    }
    /* now and then several releases are published at once */
    bool is_last = walk->fixture.release == RELEASES || walk->fixture.release % 5 == 0;
    for (size_t i = 0; i < BEHIND; i++) {
        is_last = is_last || walk->fixture.release == RELEASES - behind[i];
    }
    if (!is_last && wm_test_random_below(&run->random, 8) == 0) {
        return;
    }
    publish_somehow(run);
    sync_those_whose_turn_it_is(run);
    set_out(run);
    if (wm_test_random_below(&run->random, 3) == 0) {
        size_t mirror = wm_test_random_below(&run->random, MIRRORS);
        feed_walk_mirror(walk, run->mirrors[mirror]);
        run->mirrored[mirror] = walk->fixture.release;
    }
}

/* In the end, over a good line. */
static void finish(walk_run *run)
{
    for (size_t i = 0; i < run->client_count; i++) {
        walk_client *client = &run->clients[i];
        wm_client_summary summary;
        walk_sync sync = { .feed = run->walk.fixture.feed, .nth = -1 };
        int64_t before = client->at;
        if (!all_exist(run, client, run->walk.fixture.release)) {
            subscribe(client, "P1", NULL); /* what it had is gone: it moves */
        }
        (void)sync_once(run, client, &sync, run->walk.fixture.release, &summary);
        assert_int_equal(client->at, run->walk.fixture.release);
        if (strncmp(client->name, "late-", 5) == 0) {
            print_message("%-18s from %2lld to %lld: %2u requests, %6llu bytes of metadata, "
                          "%6llu of packs\n",
                          client->name, (long long)before, (long long)client->at,
                          (unsigned)summary.requests, (unsigned long long)summary.metadata_bytes,
                          (unsigned long long)summary.pack_bytes);
        }
    }
}

static void walk_from(uint64_t seed, unsigned eagerness)
{
    walk_run *run = calloc(1, sizeof *run);
    assert_non_null(run);
    run->random = (wm_test_random){ seed };
    run->eagerness = eagerness;
    print_message("walk of seed %llu\n", (unsigned long long)seed);
    feed_walk_init(&run->walk, seed + 1);
    for (size_t i = 0; i < MIRRORS; i++) {
        (void)snprintf(run->mirrors[i], sizeof run->mirrors[i], "%s/mirror%zu",
                       run->walk.fixture.folder, i);
    }
    add_clients(run, WM_EDITION_PUBLIC);
    add_clients(run, WM_EDITION_PROFESSIONAL);
    while (run->walk.fixture.release < RELEASES) {
        step(run);
    }
    finish(run);
    print_message("%u syncs, %u of them failed and changed nothing\n", run->syncs, run->failures);
    print_message("%u recalls, %u new roots, %zu files pruned\n", run->recalls, run->rotations,
                  run->pruned);
    assert_true(run->recalls > 2 && run->recalled > 0 && run->rotations > 1 && run->pruned > 100);
    feed_walk_fini(&run->walk);
    free(run);
}

static void whoever_follows_at_whatever_lag_ends_at_the_publishers_digests(void **state)
{
    (void)state;
    wm_test_random seeds = wm_test_random_new(60);
    const char *text = getenv("WAYMARK_WALKS");
    long walks = text != NULL ? strtol(text, NULL, 10) : 0;
    for (long i = 0; i < (walks > 0 ? walks : 1); i++) {
        walk_from(seeds.state + (uint64_t)i, walks > 0 ? 10 : 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_follows_at_whatever_lag_ends_at_the_publishers_digests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

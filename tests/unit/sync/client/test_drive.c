/* test_drive.c: what breaks off is tried again, goes on where it was, and is there after a kill. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "feed_fixture.h"

static wm_feed_fixture fixture;

static int setup(void **state)
{
    (void)state;
    wm_fixture_init(&fixture);
    wm_fixture_publish_to(&fixture, 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_fixture_fini(&fixture);
    return 0;
}

/* ---- a transport that cuts packs ---- */

typedef struct cutter {
    wm_transport base;
    wm_transport *inner;
    size_t most;            /* bytes of a pack in one answer; 0: all */
    bool no_range;          /* always from the start */
    bool final;             /* nothing helps */
    bool metadata;          /* cuts metadata, too: once each */
    unsigned retry_after_s; /* asked for with each cut */
    unsigned garbled;       /* so many answers of packs are wrong in one bit */
    bool kills;             /* the process, when something has come */
    unsigned cuts;
    unsigned files; /* packs asked for */
    char seen[64][WM_TRANSPORT_PATH_BYTES_MAX + 1];
    size_t seen_count;
} cutter;

static bool is_pack(wm_str path)
{
    return path.len > 5 && memcmp(path.ptr + path.len - 5, ".pack", 5) == 0;
}

static bool is_first(cutter *c, wm_str path)
{
    for (size_t i = 0; i < c->seen_count; i++) {
        if (wm_str_is(path, c->seen[i])) {
            return false;
        }
    }
    assert_true(c->seen_count < 64);
    (void)snprintf(c->seen[c->seen_count++], sizeof c->seen[0], "%.*s", WM_STR_ARG(path));
    return true;
}

static void cut(cutter *c, const wm_want *want, wm_fetched *result)
{
    bool again = !is_first(c, want->path);
    if (result->status != WM_OK || (!is_pack(want->path) && (!c->metadata || again))) {
        return;
    }
    if (is_pack(want->path)) {
        c->files++;
        if (c->garbled > 0 && result->bytes.len > 0) {
            c->garbled--;
            result->bytes.data[0] = (char)(result->bytes.data[0] ^ 1);
        }
    }
    size_t most = is_pack(want->path) ? c->most : 1;
    if (most > 0 && result->bytes.len > most) {
        result->bytes.len = most;
        result->status = wm_fail(&result->error, WM_NETWORK, "the line went dead");
        result->may_pass = !c->final;
        result->retry_after_s = c->retry_after_s;
        c->cuts++;
    }
}

static wm_status cutter_fetch(wm_transport *transport, const wm_want *wants, wm_fetched *results,
                              size_t count, wm_error *err)
{
    cutter *c = (cutter *)transport;
    wm_want asked[WM_TRANSPORT_WANTS_MAX];
    assert_true(count <= WM_TRANSPORT_WANTS_MAX);
    for (size_t i = 0; i < count; i++) {
        asked[i] = wants[i];
        asked[i].offset = c->no_range ? 0 : wants[i].offset;
    }
    wm_status status = wm_transport_fetch(c->inner, asked, results, count, err);
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        cut(c, &wants[i], &results[i]);
    }
    if (status == WM_OK && transport->watch != NULL) {
        (void)transport->watch->look(transport->watch->context, wants, results, count);
    }
    if (c->kills && c->files > 0) {
        (void)raise(SIGKILL);
    }
    return status;
}

static void cutter_close(wm_transport *transport)
{
    (void)transport;
}

static void cutter_init(cutter *c)
{
    wm_error err = { 0 };
    memset(c, 0, sizeof *c);
    c->base = (wm_transport){ cutter_fetch, cutter_close, NULL };
    assert_ok(wm_transport_folder_open(wm_env_system(), fixture.feed, &c->inner, &err), &err);
}

/* ---- a driver that does not wait ---- */

typedef struct notes {
    unsigned pauses;
    uint64_t longest_ms;
    uint64_t together_ms;
    uint64_t packs_done;
    uint64_t packs_total;
    unsigned reports;
    unsigned stop_after; /* reports while packs come; 0: never */
    wm_client_state last;
} notes;

static bool note_pause(void *context, uint64_t milliseconds)
{
    notes *n = context;
    n->pauses++;
    n->together_ms += milliseconds;
    n->longest_ms = milliseconds > n->longest_ms ? milliseconds : n->longest_ms;
    return true;
}

static bool note_progress(void *context, const wm_sync_progress *progress)
{
    notes *n = context;
    n->last = progress->state;
    if (progress->pause_ms > 0) {
        assert_string_equal(progress->reason, "the line went dead");
    }
    if (progress->state == WM_CLIENT_PACKS) {
        assert_true(progress->packs_total > 0);
        assert_true(progress->packs_done <= progress->packs_total);
        assert_true(progress->files_done <= progress->files_total);
        n->packs_done = progress->packs_done;
        n->packs_total = progress->packs_total;
        n->reports++;
    }
    return n->stop_after == 0 || n->reports < n->stop_after;
}

typedef struct scene {
    cutter transport;
    notes seen;
    wm_sync_driver driver;
    wm_client_summary summary;
    wm_error err;
    uint64_t max_bytes;
    const char *subscribe;
    uint64_t largest; /* file that came */
} scene;

static void scene_init(scene *s)
{
    memset(s, 0, sizeof *s);
    cutter_init(&s->transport);
    s->driver = (wm_sync_driver){ .pause = note_pause,
                                  .progress = note_progress,
                                  .context = &s->seen,
                                  .tries = 4,
                                  .patience_s = 100000 };
    s->subscribe = "P1";
}

static void scene_fini(scene *s)
{
    wm_transport_close(s->transport.inner);
}

static wm_status sync(scene *s, wm_store *replica)
{
    char path[400];
    wm_buf root;
    wm_client *client = NULL;
    wm_str code = wm_str_of(s->subscribe);
    wm_buf_init(&root, wm_env_system(), WM_MIB);
    (void)snprintf(path, sizeof path, "%s/public/root.json", fixture.keys);
    wm_fixture_read(path, &root);
    wm_client_options options = { .root = wm_buf_str(&root),
                                  .subscribe = &code,
                                  .subscribe_count = 1,
                                  .now_s = wm_fixture_time(fixture.release),
                                  .max_bytes = s->max_bytes };
    memset(&s->seen, 0, sizeof s->seen - sizeof s->seen.last);
    wm_error_clear(&s->err);
    assert_ok(wm_client_open(replica, &options, &client, &s->err), &s->err);
    wm_buf_fini(&root);
    wm_status status = wm_sync_drive(client, &s->transport.base, &s->driver, &s->summary, &s->err);
    s->largest = 0;
    for (size_t i = 0; i < s->summary.file_count; i++) {
        const wm_client_file *file = &s->summary.files[i];
        s->largest = file->is_pack && file->bytes > s->largest ? file->bytes : s->largest;
    }
    s->summary.files = NULL;
    wm_client_close(client);
    return status;
}

/* ---- what the replica keeps ---- */

typedef struct part_list {
    unsigned blobs;
    uint64_t bytes;
    char name[WM_BLOB_NAME_BYTES_MAX + 1]; /* of the first piece */
    wm_store *store;
} part_list;

static wm_status count_part(void *context, wm_str name, wm_error *err)
{
    part_list *list = context;
    wm_buf bytes;
    if (!wm_str_starts(name, WM_STR("sync/part/"))) {
        return WM_OK;
    }
    wm_buf_init(&bytes, wm_env_system(), WM_BLOB_BYTES_MAX);
    assert_ok(wm_store_blob_get(list->store, name, &bytes, err), err);
    if (list->blobs++ == 0) {
        (void)snprintf(list->name, sizeof list->name, "%.*s", WM_STR_ARG(name));
    }
    list->bytes += bytes.len;
    wm_buf_fini(&bytes);
    return WM_OK;
}

static part_list parts_of(wm_store *replica)
{
    part_list list = { .store = replica };
    wm_error err = { 0 };
    assert_ok(wm_store_blob_each(replica, count_part, &list, &err), &err);
    return list;
}

static void put_part(wm_store *replica, const char *name, wm_str bytes)
{
    wm_txn *txn = NULL;
    wm_error err = { 0 };
    assert_ok(wm_txn_begin(replica, &txn, &err), &err);
    assert_ok(wm_store_blob_put(txn, wm_str_of(name), bytes, &err), &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
}

/* ---- the tests ---- */

static void cuts_are_joined_within_one_run(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    wm_store *whole = wm_fixture_replica(&fixture, "whole");
    assert_ok(sync(&s, whole), &s.err);
    uint64_t bytes = s.summary.pack_bytes;
    uint32_t requests = s.summary.requests;
    assert_int_equal(s.seen.pauses, 0);
    assert_int_equal(s.seen.last, WM_CLIENT_DONE);
    wm_store_close(whole);

    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    s.transport.most = (size_t)bytes / 12;
    s.transport.metadata = true;
    s.driver.tries = 100;
    assert_ok(sync(&s, replica), &s.err);
    assert_true(s.transport.cuts > 3);
    assert_true(s.seen.pauses > 3);
    assert_int_equal(s.summary.pack_bytes, bytes); /* no byte came twice */
    assert_int_equal(s.summary.requests, requests + s.transport.cuts);
    assert_int_equal(s.summary.kept_bytes, 0);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 1, "P1 S E");
    assert_int_equal(parts_of(replica).blobs, 0);

    wm_store *deaf = wm_fixture_replica(&fixture, "deaf");
    s.transport.no_range = true;
    s.transport.most = (size_t)bytes; /* metadata alone is cut */
    assert_ok(sync(&s, deaf), &s.err);
    wm_fixture_check(&fixture, deaf, WM_EDITION_PUBLIC, 1, "P1 S E");
    wm_store_close(deaf);
    wm_store_close(replica);
    scene_fini(&s);
}

/* A server that breaks off at the same place and ignores ranges may do so for ever, as far as the
 * bytes go that come. */
static void bytes_that_come_again_are_no_progress(void **state)
{
    (void)state;
    wm_feed_fixture *f = &fixture;
    wm_txn *txn = NULL;
    scene s;
    wm_test_random random = { 11 };
    wm_error err = { 0 };
    assert_ok(wm_txn_begin(f->author, &txn, &err), &err);
    for (int i = 0; i < 600; i++) { /* a pack of more bytes than count as progress */
        char id[16];
        char more[256];
        int at = snprintf(more, sizeof more, ",'status':'active','description':'");
        for (int k = 0; k < 12; k++) {
            at += snprintf(more + at, sizeof more - (size_t)at, "%016llx",
                           (unsigned long long)wm_test_random_next(&random));
        }
        (void)snprintf(more + at, sizeof more - (size_t)at, "'");
        (void)snprintf(id, sizeof id, "y%03d", i);
        wm_fixture_service(txn, id, "P1", more);
    }
    assert_ok(wm_txn_commit(txn, &err), &err);
    wm_fixture_publish_to(f, 2);
    wm_store *replica = wm_fixture_replica(f, "replica");
    scene_init(&s);
    s.transport.no_range = true;
    s.transport.most = 20000;
    s.driver.patience_s = 20;
    s.driver.tries = 4;
    assert_int_equal(sync(&s, replica), WM_NETWORK);
    assert_int_equal(s.transport.cuts, 4);
    assert_int_equal(s.seen.pauses, 3);
    assert_true(parts_of(replica).bytes >= 20000);
    wm_store_close(replica);
    scene_fini(&s);
}

static void the_next_run_goes_on(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    s.transport.most = 100;
    assert_int_equal(sync(&s, replica), WM_NETWORK);
    assert_string_equal(s.err.text, "the line went dead");
    assert_int_equal(s.seen.pauses, 3); /* of 4 tries */
    part_list kept = parts_of(replica);
    assert_true(kept.blobs >= 3);
    assert_int_equal(kept.bytes, s.summary.pack_bytes);
    uint64_t before = s.summary.pack_bytes;

    wm_store_close(replica);
    replica = wm_fixture_replica(&fixture, "replica");
    assert_int_equal(sync(&s, replica), WM_NETWORK);
    assert_int_equal(s.summary.kept_bytes, before);
    assert_int_equal(parts_of(replica).bytes, 2 * before);

    s.transport.most = 0;
    assert_ok(sync(&s, replica), &s.err);
    assert_int_equal(s.summary.kept_bytes, 2 * before);
    assert_int_equal(s.seen.packs_done, s.seen.packs_total);
    assert_int_equal(s.summary.pack_bytes + s.summary.kept_bytes, s.seen.packs_total);
    assert_int_equal(parts_of(replica).blobs, 0);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 1, "P1 S E");
    wm_store_close(replica);
    scene_fini(&s);
}

static void packs_that_came_whole_are_kept_too(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    wm_store *replica = wm_fixture_replica(&fixture, "whole");
    assert_ok(sync(&s, replica), &s.err);
    wm_store_close(replica);
    replica = wm_fixture_replica(&fixture, "replica");
    s.transport.most = (size_t)s.largest - 1; /* the others are smaller */
    s.transport.final = true;
    assert_int_equal(sync(&s, replica), WM_NETWORK);
    assert_int_equal(s.seen.pauses, 0);
    uint64_t came = s.summary.pack_bytes;
    assert_int_equal(parts_of(replica).bytes, came);
    s.transport.most = 0;
    s.transport.files = 0;
    assert_ok(sync(&s, replica), &s.err);
    assert_int_equal(s.summary.kept_bytes, came);
    assert_int_equal(s.transport.files, s.transport.cuts); /* only what had been cut */
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 1, "P1 S E");
    wm_store_close(replica);
    scene_fini(&s);
}

static void a_part_that_is_wrong_is_fetched_afresh_once(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    s.transport.most = 100;
    assert_int_equal(sync(&s, replica), WM_NETWORK);
    part_list kept = parts_of(replica);
    put_part(replica, kept.name, WM_STR("something else"));
    s.transport.most = 0;
    assert_ok(sync(&s, replica), &s.err);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 1, "P1 S E");
    wm_store_close(replica);

    /* longer than the pack, and pieces that do not join */
    replica = wm_fixture_replica(&fixture, "other");
    s.transport.most = 100;
    assert_int_equal(sync(&s, replica), WM_NETWORK);
    kept = parts_of(replica);
    char name[WM_BLOB_NAME_BYTES_MAX + 1];
    (void)snprintf(name, sizeof name, "%.*s%012u", (int)strlen(kept.name) - 12, kept.name, 7u);
    put_part(replica, name, WM_STR("loose"));
    wm_buf large;
    wm_buf_init(&large, wm_env_system(), WM_MIB);
    while (large.len < 500000) {
        wm_buf_put_text(&large, "longer than the pack ");
    }
    put_part(replica, kept.name, wm_buf_str(&large));
    wm_buf_fini(&large);
    s.transport.most = 0;
    assert_ok(sync(&s, replica), &s.err);
    assert_int_equal(parts_of(replica).blobs, 0);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 1, "P1 S E");
    wm_store_close(replica);
    scene_fini(&s);
}

static void twice_wrong_is_an_attack(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    s.transport.garbled = 1; /* from one answer: no excuse */
    assert_int_equal(sync(&s, replica), WM_NOT_TRUSTED);
    wm_store_close(replica);

    replica = wm_fixture_replica(&fixture, "cut");
    s.transport.most = 100;
    s.transport.garbled = 1000;
    s.driver.tries = 1000;
    assert_int_equal(sync(&s, replica), WM_NOT_TRUSTED);
    assert_contains(s.err.text, "SHA-256");
    s.transport.garbled = 0;
    s.transport.most = 0;
    assert_ok(sync(&s, replica), &s.err);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 1, "P1 S E");
    wm_store_close(replica);
    scene_fini(&s);
}

static void a_part_that_nobody_wants_any_more_is_dropped(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    s.transport.most = 100;
    assert_int_equal(sync(&s, replica), WM_NETWORK);
    assert_true(parts_of(replica).blobs > 0);
    s.subscribe = "all";
    s.transport.most = 100;
    s.driver.tries = 1;
    assert_int_equal(sync(&s, replica), WM_NETWORK);
    assert_int_equal(s.summary.kept_bytes, 0);
    assert_int_equal(parts_of(replica).bytes, 100); /* of "all", which is one pack */
    put_part(replica, "sync/part/strange", WM_STR("what is this?"));
    s.transport.most = 0;
    assert_ok(sync(&s, replica), &s.err);
    assert_int_equal(parts_of(replica).blobs, 0);
    wm_store_close(replica);
    scene_fini(&s);
}

static void pauses_grow_and_end(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    s.transport.most = 1;
    s.driver.tries = 9;
    assert_int_equal(sync(&s, replica), WM_NETWORK);
    assert_int_equal(s.seen.pauses, 8);
    assert_true(s.seen.longest_ms <= 30000);
    assert_true(s.seen.together_ms <= 500 * (1 + 2 + 4 + 8 + 16 + 32) + 2 * 30000);
    assert_true(s.seen.longest_ms > 500); /* but for one time in many millions */
    s.driver.tries = 1000;
    s.driver.patience_s = 60; /* all pauses together */
    assert_int_equal(sync(&s, replica), WM_NETWORK);
    assert_true(s.seen.together_ms <= 60000);
    s.driver.tries = 1;
    assert_int_equal(sync(&s, replica), WM_NETWORK);
    assert_int_equal(s.seen.pauses, 0);
    wm_store_close(replica);
    scene_fini(&s);
}

static void a_server_gets_the_pause_that_it_asks_for(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    s.transport.most = 100;
    s.transport.retry_after_s = 20;
    assert_int_equal(sync(&s, replica), WM_NETWORK);
    assert_int_equal(s.seen.pauses, 3);
    assert_true(s.seen.together_ms >= 60000);
    s.driver.patience_s = 300;
    s.transport.retry_after_s = 3600; /* beyond our patience: not disturbed again */
    assert_int_equal(sync(&s, replica), WM_NETWORK);
    assert_int_equal(s.seen.pauses, 0);
    assert_contains(s.err.text, "try again in 3600 s");
    wm_store_close(replica);
    scene_fini(&s);
}

static void an_allowance_holds_for_what_comes_twice(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    assert_ok(sync(&s, replica), &s.err);
    wm_store_close(replica);
    replica = wm_fixture_replica(&fixture, "other");
    s.max_bytes = s.summary.pack_bytes + 100;
    s.transport.most = 2000;
    s.transport.no_range = true;
    s.driver.tries = 1000;
    assert_int_equal(sync(&s, replica), WM_REFUSED);
    assert_contains(s.err.text, "are allowed");
    assert_true(s.summary.pack_bytes < 2 * s.max_bytes);
    wm_store_close(replica);
    scene_fini(&s);
}

static bool stop_at_packs(void *context, const wm_sync_progress *progress)
{
    notes *n = context;
    n->reports += progress->state == WM_CLIENT_PACKS;
    return n->reports < 3;
}

static void who_looks_on_can_stop_it(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    s.transport.most = 100;
    s.driver.progress = stop_at_packs;
    assert_int_equal(sync(&s, replica), WM_NETWORK);
    assert_contains(s.err.text, "stopped");
    assert_true(parts_of(replica).bytes > 0);
    s.driver.progress = note_progress;
    s.transport.most = 0;
    assert_ok(sync(&s, replica), &s.err);
    assert_true(s.summary.kept_bytes > 0);
    wm_store_close(replica);
    scene_fini(&s);
}

/* A release with a pack of more than a MiB. */
static void publish_large(void)
{
    static char more[50000];
    wm_test_random random = { 11 };
    wm_txn *txn = NULL;
    wm_release release;
    wm_error err = { 0 };
    char json[sizeof more + 1024];
    assert_ok(wm_txn_begin(fixture.author, &txn, &err), &err);
    for (int i = 0; i < 60; i++) {
        for (size_t k = 0; k + 17 < sizeof more; k += 16) {
            (void)snprintf(more + k, 17, "%016llx",
                           (unsigned long long)wm_test_random_next(&random));
        }
        (void)snprintf(json, sizeof json,
                       "{'id':'y%02d','name':'Large','organization':'org','kind':'advice',"
                       "'status':'active','needs':['anx'],'areas':['P1'],"
                       "'eligibility':{'who':{'const':true}},'description':'%s'}",
                       i, more);
        wm_fixture_put(txn, WM_KIND_SERVICE, json);
    }
    fixture.release++;
    assert_ok(wm_history_release(txn, (wm_date)(WM_FIXTURE_DAY + fixture.release), WM_STR(""),
                                 &release, &err),
              &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
    wm_fixture_publish(&fixture);
}

static void what_came_is_there_after_a_kill(void **state)
{
    (void)state;
    publish_large();
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        scene s;
        scene_init(&s);
        wm_store *replica = wm_fixture_replica(&fixture, "replica");
        s.transport.most = 1200000;
        s.transport.kills = true;
        (void)sync(&s, replica);
        _exit(0);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how));
    scene s;
    scene_init(&s);
    wm_store *replica = wm_fixture_replica(&fixture, "replica");
    assert_int_equal(parts_of(replica).bytes, 1200000);
    assert_ok(sync(&s, replica), &s.err);
    assert_int_equal(s.summary.kept_bytes, 1200000);
    assert_int_equal(s.summary.pack_bytes + s.summary.kept_bytes, s.seen.packs_total);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 2, "P1 S E");
    assert_int_equal(parts_of(replica).blobs, 0);
    wm_store_close(replica);

    /* piece by piece within one run, and all of it once */
    replica = wm_fixture_replica(&fixture, "pieces");
    s.transport.most = 700000;
    assert_ok(sync(&s, replica), &s.err);
    assert_int_equal(s.summary.pack_bytes, s.seen.packs_total);
    wm_fixture_check(&fixture, replica, WM_EDITION_PUBLIC, 2, "P1 S E");
    wm_store_close(replica);
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cuts_are_joined_within_one_run, setup, teardown),
        cmocka_unit_test_setup_teardown(bytes_that_come_again_are_no_progress, setup, teardown),
        cmocka_unit_test_setup_teardown(the_next_run_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(packs_that_came_whole_are_kept_too, setup, teardown),
        cmocka_unit_test_setup_teardown(a_part_that_is_wrong_is_fetched_afresh_once, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(twice_wrong_is_an_attack, setup, teardown),
        cmocka_unit_test_setup_teardown(a_part_that_nobody_wants_any_more_is_dropped, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(pauses_grow_and_end, setup, teardown),
        cmocka_unit_test_setup_teardown(a_server_gets_the_pause_that_it_asks_for, setup, teardown),
        cmocka_unit_test_setup_teardown(an_allowance_holds_for_what_comes_twice, setup, teardown),
        cmocka_unit_test_setup_teardown(who_looks_on_can_stop_it, setup, teardown),
        cmocka_unit_test_setup_teardown(what_came_is_there_after_a_kill, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

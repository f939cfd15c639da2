/* feed_fixture.h: a small directory that changes over four releases, its feed, and replicas of it.
 *
 *   E (nation) - S (system) - P1, P2 (places) - N1 (neighbourhood of P1)
 *
 *   release 1  services a (P1), b (P2), c (S), d (E), secret (P1, professional only);
 *              a has a contact for professionals: WM_CANARY
 *   release 2  a changes, e (P1) comes
 *   release 3  b moves from P2 to P1, c is withdrawn, d closes
 *   release 4  b changes and moves on to S, f (P2) comes
 */
#ifndef WAYMARK_TEST_FEED_FIXTURE_H
#define WAYMARK_TEST_FEED_FIXTURE_H

#include <stdio.h>

#include "testing.h"

#include <waymark/sys/client.h>
#include <waymark/sys/history.h>
#include <waymark/sys/publish.h>

#define WM_CANARY "01632 960987"
#define WM_FIXTURE_RELEASES 4
#define WM_FIXTURE_DAY 20458 /* 2026-01-05 */

typedef struct wm_feed_fixture {
    char folder[256];
    char feed[320];
    char keys[320];
    wm_store *author;
    int64_t release;
} wm_feed_fixture;

/* The day of a release, as seconds. */
static inline int64_t wm_fixture_time(int64_t release)
{
    return (WM_FIXTURE_DAY + release) * 86400 + 3600;
}

static inline void wm_fixture_put(wm_txn *txn, wm_kind kind, const char *json)
{
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    const wm_json *value = wm_test_json(&arena, json);
    wm_buf bytes;
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    wm_json_write(&bytes, value);
    wm_record record = { kind, wm_json_string(wm_json_get(value, "id")), wm_buf_str(&bytes) };
    wm_error err = { 0 };
    assert_ok(wm_history_put(txn, &record, value, NULL, &err), &err);
    wm_buf_fini(&bytes);
    wm_arena_fini(&arena);
}

static inline void wm_fixture_service(wm_txn *txn, const char *id, const char *area,
                                      const char *more)
{
    char json[2048];
    (void)snprintf(
        json, sizeof json,
        "{'id':'%s','name':'Service %s','organization':'org','kind':'advice',"
        "'needs':['anx'],'areas':['%s'],'eligibility':{'who':{'const':true}},"
        "'summary':'What service %s does, told at some length, so that there is something "
        "to press together.'%s}",
        id, id, area, id, more);
    wm_fixture_put(txn, WM_KIND_SERVICE, json);
}

static inline void wm_fixture_first(wm_txn *txn)
{
    static const struct {
        wm_kind kind;
        const char *json;
    } records[] = {
        { WM_KIND_DIRECTORY, "{'id':'test','title':'Test','publisher':'Test','languages':['en'],"
                             "'editions':['professional','public']}" },
        { WM_KIND_LOCALITY, "{'id':'E','name':'England','kind':'nation'}" },
        { WM_KIND_LOCALITY, "{'id':'S','name':'System','kind':'system','parent':'E'}" },
        { WM_KIND_LOCALITY, "{'id':'P1','name':'Place one','kind':'place','parent':'S'}" },
        { WM_KIND_LOCALITY, "{'id':'P2','name':'Place two','kind':'place','parent':'S'}" },
        { WM_KIND_LOCALITY, "{'id':'N1','name':'Part','kind':'neighbourhood','parent':'P1'}" },
        { WM_KIND_NEED, "{'id':'anx','label':'Anxiety'}" },
        { WM_KIND_ORGANIZATION, "{'id':'org','name':'Organization'}" },
    };
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        wm_fixture_put(txn, records[i].kind, records[i].json);
    }
    wm_fixture_service(txn, "a", "P1",
                       ",'status':'active','contacts':[{'kind':'phone','value':'0800 000'},"
                       "{'kind':'phone','value':'" WM_CANARY "','audience':'professional'}]");
    wm_fixture_service(txn, "b", "P2", ",'status':'active'");
    wm_fixture_service(txn, "c", "S", ",'status':'active'");
    wm_fixture_service(txn, "d", "E", ",'status':'active'");
    wm_fixture_service(txn, "secret", "P1", ",'status':'active','audience':'professional'");
    /* enough, and random enough, that a delta is small beside a snapshot */
    wm_test_random random = { 7 };
    for (int i = 0; i < 60; i++) {
        static const char *const areas[] = { "P1", "P2", "S", "E" };
        char id[16];
        char more[256];
        int at = snprintf(more, sizeof more, ",'status':'active','description':'");
        for (int k = 0; k < 12; k++) {
            at += snprintf(more + at, sizeof more - (size_t)at, "%016llx",
                           (unsigned long long)wm_test_random_next(&random));
        }
        (void)snprintf(more + at, sizeof more - (size_t)at, "'");
        (void)snprintf(id, sizeof id, "x%02d", i);
        wm_fixture_service(txn, id, areas[i % 4], more);
    }
}

static inline void wm_fixture_changes(wm_txn *txn, int64_t release)
{
    wm_error err = { 0 };
    switch (release) {
    case 1: wm_fixture_first(txn); break;
    case 2:
        wm_fixture_service(txn, "a", "P1",
                           ",'status':'active','contacts':[{'kind':'phone','value':'0800 111'},"
                           "{'kind':'phone','value':'" WM_CANARY "','audience':'professional'}]");
        wm_fixture_service(txn, "e", "P1", ",'status':'active'");
        break;
    case 3:
        wm_fixture_service(txn, "b", "P1", ",'status':'active'");
        wm_fixture_service(txn, "d", "E", ",'status':'closed'");
        assert_ok(wm_history_withdraw(txn, WM_KIND_SERVICE, WM_STR("c"), &err), &err);
        break;
    default:
        wm_fixture_service(txn, "b", "S", ",'status':'active','description':'moved on'");
        wm_fixture_service(txn, "f", "P2", ",'status':'active'");
        break;
    }
}

/* Changes, and the next release of them. */
static inline wm_txn *wm_fixture_begin(wm_feed_fixture *fixture)
{
    wm_txn *txn = NULL;
    wm_error err = { 0 };
    assert_ok(wm_txn_begin(fixture->author, &txn, &err), &err);
    return txn;
}

static inline void wm_fixture_commit(wm_feed_fixture *fixture, wm_txn *txn)
{
    wm_release release;
    wm_error err = { 0 };
    fixture->release++;
    assert_ok(wm_history_release(txn, (wm_date)(WM_FIXTURE_DAY + fixture->release), WM_STR(""),
                                 &release, &err),
              &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
    assert_int_equal(release.number, fixture->release);
}

/* Make the next of the releases above. */
static inline void wm_fixture_release(wm_feed_fixture *fixture)
{
    wm_txn *txn = wm_fixture_begin(fixture);
    wm_fixture_changes(txn, fixture->release + 1);
    wm_fixture_commit(fixture, txn);
}

static inline wm_status wm_fixture_write_quickly(void *context, const char *path, wm_str bytes,
                                                 wm_error *err)
{
    char fresh[800];
    (void)snprintf(fresh, sizeof fresh, "%s.new", path);
    return wm_files_system()->put(context, fresh, path, bytes, err);
}

/* The system's files, without waiting for the disk: where a feed is only needed. */
static inline wm_files wm_fixture_quick_files(void)
{
    wm_files files = *wm_files_system();
    files.write = wm_fixture_write_quickly;
    files.sync = NULL;
    return files;
}

static inline wm_status wm_fixture_publish_at(wm_feed_fixture *fixture, int64_t now_s,
                                              const wm_files *files, wm_published *published,
                                              wm_arena *arena, wm_error *err)
{
    wm_publish_options options = { .feed_folder = fixture->feed,
                                   .key_folder = fixture->keys,
                                   .now_s = now_s,
                                   .level = 3,
                                   .files = files };
    return wm_publish(fixture->author, &options, arena, published, err);
}

static inline void wm_fixture_publish(wm_feed_fixture *fixture)
{
    wm_arena arena;
    wm_published published;
    wm_error err = { 0 };
    wm_files files = wm_fixture_quick_files();
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    assert_ok(wm_fixture_publish_at(fixture, wm_fixture_time(fixture->release), &files, &published,
                                    &arena, &err),
              &err);
    assert_int_equal(published.release, fixture->release);
    wm_arena_fini(&arena);
}

/* Keys, an authoring database and an empty feed folder; no release yet. */
static inline void wm_fixture_init(wm_feed_fixture *fixture)
{
    char path[320];
    wm_error err = { 0 };
    wm_arena arena;
    memset(fixture, 0, sizeof *fixture);
    wm_test_folder(fixture->folder);
    (void)snprintf(fixture->feed, sizeof fixture->feed, "%s/feed", fixture->folder);
    (void)snprintf(fixture->keys, sizeof fixture->keys, "%s/keys", fixture->folder);
    (void)snprintf(path, sizeof path, "%s/author.db", fixture->folder);
    assert_ok(wm_store_open(wm_env_system(), path,
                            WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR, &fixture->author,
                            &err),
              &err);
    wm_arena_init(&arena, wm_env_system(), 16 * WM_MIB);
    wm_keys_options options = { .key_folder = fixture->keys, .now_s = wm_fixture_time(0) };
    const wm_str *names = NULL;
    size_t count = 0;
    assert_ok(wm_keys_init(&arena, &options, &names, &count, &err), &err);
    wm_arena_fini(&arena);
}

/* Release and publish up to `release`. */
static inline void wm_fixture_publish_to(wm_feed_fixture *fixture, int64_t release)
{
    while (fixture->release < release) {
        wm_fixture_release(fixture);
        wm_fixture_publish(fixture);
    }
}

static inline void wm_fixture_fini(wm_feed_fixture *fixture)
{
    wm_store_close(fixture->author);
    wm_test_folder_remove(fixture->folder);
}

static inline void wm_fixture_read(const char *path, wm_buf *out)
{
    wm_error err = { 0 };
    const wm_files *files = wm_files_system();
    assert_ok(files->read(files->context, path, out, &err), &err);
}

static inline wm_store *wm_fixture_replica(const wm_feed_fixture *fixture, const char *name)
{
    char path[400];
    wm_store *store = NULL;
    wm_error err = { 0 };
    (void)snprintf(path, sizeof path, "%s/%s.db", fixture->folder, name);
    assert_ok(wm_store_open(wm_env_system(), path,
                            WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_REPLICA, &store, &err),
              &err);
    return store;
}

/* What one sync is asked to do; zero is: public, all, now the day of the latest release. */
typedef struct wm_fixture_sync {
    wm_edition edition;
    bool professional;
    const char *subscribe; /* one code */
    int64_t now_s;
    uint64_t max_bytes;
    wm_transport *transport; /* NULL: the feed's folder */
} wm_fixture_sync;

static inline wm_status wm_fixture_try(const wm_feed_fixture *fixture, wm_store *replica,
                                       const wm_fixture_sync *sync, wm_client_summary *summary,
                                       wm_error *err)
{
    char path[400];
    wm_buf root;
    wm_edition edition = sync->professional ? WM_EDITION_PROFESSIONAL : WM_EDITION_PUBLIC;
    wm_buf_init(&root, wm_env_system(), WM_MIB);
    (void)snprintf(path, sizeof path, "%s/%s/root.json", fixture->keys, wm_edition_name(edition));
    wm_fixture_read(path, &root);
    wm_str code = wm_str_of(sync->subscribe);
    wm_client_options options = { .root = wm_buf_str(&root),
                                  .has_edition = true,
                                  .edition = edition,
                                  .subscribe = &code,
                                  .subscribe_count = sync->subscribe != NULL ? 1 : 0,
                                  .now_s = sync->now_s != 0 ? sync->now_s
                                                            : wm_fixture_time(fixture->release),
                                  .max_bytes = sync->max_bytes };
    wm_client *client = NULL;
    wm_transport *transport = sync->transport;
    wm_status status = wm_client_open(replica, &options, &client, err);
    wm_buf_fini(&root);
    if (status == WM_OK && transport == NULL) {
        status = wm_transport_folder_open(wm_env_system(), fixture->feed, &transport, err);
    }
    if (status == WM_OK) {
        status = wm_sync_run(client, transport, summary, err);
        if (summary != NULL) {
            summary->files = NULL; /* gone with the client */
        }
    }
    if (sync->transport == NULL) {
        wm_transport_close(transport);
    }
    wm_client_close(client);
    return status;
}

/* ---- is a replica what the authoring database says? ---- */

#define WM_FIXTURE_STATES 400

typedef struct wm_fixture_states {
    wm_state states[WM_FIXTURE_STATES];
    char names[WM_FIXTURE_STATES][WM_PARTITION_NAME_BYTES_MAX + 1];
    size_t count;
} wm_fixture_states;

static inline wm_status wm_fixture_put_state(void *context, const wm_state *state, wm_error *err)
{
    wm_fixture_states *all = context;
    (void)err;
    assert_true(all->count < WM_FIXTURE_STATES);
    all->states[all->count] = *state;
    memcpy(all->names[all->count], state->partition.ptr, state->partition.len);
    all->names[all->count][state->partition.len] = '\0';
    all->states[all->count].partition = wm_str_of(all->names[all->count]);
    all->count++;
    return WM_OK;
}

static inline void wm_fixture_states_of(wm_store *store, wm_edition edition, int64_t release,
                                        wm_fixture_states *all)
{
    wm_error err = { 0 };
    memset(all, 0, sizeof *all);
    wm_state_sink sink = { wm_fixture_put_state, all };
    assert_ok(wm_history_states(store, edition, release, &sink, &err), &err);
}

static inline wm_status wm_fixture_differs(void *context, const wm_state *state, wm_error *err)
{
    (void)context;
    (void)err;
    fail_msg("partition %.*s is damaged", WM_STR_ARG(state->partition));
    return WM_OK;
}

/* Every partition of the replica has the digest of the authoring database, at `release`; it has
 * exactly those named ("P1 S E"); and its bytes have the digests that it says. */
static inline void wm_fixture_check(const wm_feed_fixture *fixture, wm_store *replica,
                                    wm_edition edition, int64_t release, const char *partitions)
{
    static wm_fixture_states ours;
    static wm_fixture_states theirs;
    wm_release latest;
    wm_error err = { 0 };
    assert_ok(wm_store_latest(replica, &latest, &err), &err);
    assert_int_equal(latest.number, release);
    wm_fixture_states_of(fixture->author, edition, release, &ours);
    wm_fixture_states_of(replica, edition, release, &theirs);
    size_t expected = 0;
    for (size_t i = 0; i < ours.count; i++) {
        if (strstr(partitions, ours.names[i]) == NULL || ours.states[i].records == 0) {
            continue;
        }
        expected++;
        bool found = false;
        for (size_t k = 0; k < theirs.count; k++) {
            if (strcmp(ours.names[i], theirs.names[k]) == 0) {
                found = true;
                assert_memory_equal(&ours.states[i].digest, &theirs.states[k].digest,
                                    sizeof(wm_digest));
                assert_int_equal(ours.states[i].records, theirs.states[k].records);
            }
        }
        if (!found) {
            fail_msg("the replica has no partition %s", ours.names[i]);
        }
    }
    assert_int_equal(theirs.count, expected);
    wm_state_sink differs = { wm_fixture_differs, NULL };
    assert_ok(wm_history_verify(replica, edition, &differs, &err), &err);
    assert_ok(wm_store_integrity(replica, &err), &err);
}

#endif

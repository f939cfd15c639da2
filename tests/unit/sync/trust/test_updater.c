/* test_updater.c: the whole client workflow over a repository and a storage in memory. Keys are
 * those of tuf.h, by number: 1 root, 2 timestamp, 3 snapshot, 4 targets, from 10 on delegated. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tuf.h"

#include "trust/updater.h"

#define NOW 1700000000
#define LATER "'2030-01-01T00:00:00Z'"
#define PAST "'2020-01-01T00:00:00Z'"
#define FILES_MAX 400

typedef struct test_file {
    wm_str name;
    wm_str bytes;
} test_file;

typedef struct world {
    wm_arena arena;
    test_file served[FILES_MAX];
    size_t served_count;
    test_file stored[64];
    size_t stored_count;
    long stores;     /* so far */
    long fail_after; /* stores; -1: never */
    char asked[4096];
    wm_trust_storage storage;
    wm_updater updater;
    wm_str first_root;
} world;

static world *w;

/* ---- storage ---- */

static test_file *find(test_file *files, size_t count, wm_str name)
{
    for (size_t i = 0; i < count; i++) {
        if (wm_str_equal(files[i].name, name)) {
            return &files[i];
        }
    }
    return NULL;
}

static wm_str stored(const char *role)
{
    test_file *file = find(w->stored, w->stored_count, wm_str_of(role));
    return file != NULL ? file->bytes : (wm_str){ NULL, 0 };
}

static wm_status load(void *context, wm_str role, wm_buf *bytes_out, wm_error *err)
{
    (void)context;
    test_file *file = find(w->stored, w->stored_count, role);
    if (file == NULL || file->bytes.ptr == NULL) {
        return WM_NOT_FOUND;
    }
    wm_buf_put_str(bytes_out, file->bytes);
    return wm_buf_status(bytes_out, err);
}

static wm_status store(void *context, const wm_trust_change *change, wm_error *err)
{
    (void)context;
    test_file *file = find(w->stored, w->stored_count, change->role);
    wm_str before = file != NULL ? file->bytes : (wm_str){ NULL, 0 };
    if (w->fail_after >= 0 && w->stores >= w->fail_after) {
        return wm_fail(err, WM_IO, "the disk went away");
    }
    w->stores++;
    if (!wm_str_equal(before, change->replaced) && !wm_str_equal(before, change->bytes)) {
        return wm_fail(err, WM_BUSY, "overtaken");
    }
    if (file == NULL) {
        file = &w->stored[w->stored_count++];
        file->name = wm_arena_copy(&w->arena, change->role);
    }
    file->bytes = wm_arena_copy(&w->arena, change->bytes);
    for (size_t i = 0; change->forget && i < w->stored_count; i++) {
        if (wm_str_is(w->stored[i].name, "timestamp") || wm_str_is(w->stored[i].name, "snapshot")) {
            w->stored[i].bytes = (wm_str){ NULL, 0 };
        }
    }
    return WM_OK;
}

/* ---- the repository ---- */

static void serve(const char *name, wm_str bytes)
{
    test_file *file = find(w->served, w->served_count, wm_str_of(name));
    if (file == NULL) {
        assert_true(w->served_count < FILES_MAX);
        file = &w->served[w->served_count++];
        file->name = wm_arena_copy(&w->arena, wm_str_of(name));
    }
    file->bytes = bytes;
}

static const char *text(const char *format, ...) WM_PRINTF(1, 2);
static const char *text(const char *format, ...)
{
    char buffer[32768];
    va_list list;
    va_start(list, format);
    int length = vsnprintf(buffer, sizeof buffer, format, list);
    va_end(list);
    assert_true(length >= 0 && (size_t)length < sizeof buffer);
    return wm_arena_copy(&w->arena, wm_str_of(buffer)).ptr;
}

static wm_str sign(const char *body, unsigned key)
{
    unsigned signers[] = { key, 0 };
    return wm_test_sign(&w->arena, body, signers);
}

/* "'ID':{key}" */
static const char *key_text(unsigned number)
{
    wm_secret_key key = wm_test_key(&w->arena, number);
    return text("'%.*s':{'keytype':'ed25519','keyval':{'public':'%.*s'},'scheme':'ed25519'}",
                WM_STR_ARG(key.public_key.id), WM_STR_ARG(key.public_key.public_text));
}

static const char *role_text(unsigned number)
{
    wm_secret_key key = wm_test_key(&w->arena, number);
    return text("{'keyids':['%.*s'],'threshold':1}", WM_STR_ARG(key.public_key.id));
}

/* A root of these keys for root, timestamp, snapshot and targets, signed by 1 and its own. */
static wm_str root_of(int version, const unsigned keys[4], const char *consistent)
{
    const char *body = text(
        "{'_type':'root','consistent_snapshot':%s,'expires':" LATER ",'keys':{%s,%s,%s,%s},"
        "'roles':{'root':%s,'snapshot':%s,'targets':%s,'timestamp':%s},"
        "'spec_version':'1.0.34','version':%d}",
        consistent, key_text(keys[0]), key_text(keys[1]), key_text(keys[2]), key_text(keys[3]),
        role_text(keys[0]), role_text(keys[2]), role_text(keys[3]), role_text(keys[1]), version);
    return sign(body, keys[0]);
}

static void serve_timestamp_of(int version, int snapshot, const char *expires, unsigned key)
{
    serve("timestamp.json",
          sign(text("{'_type':'timestamp','expires':%s,'meta':{'snapshot.json':{'version':%d}},"
                    "'spec_version':'1.0.34','version':%d}",
                    expires, snapshot, version),
               key));
}

static wm_str snapshot_of(int version, const char *meta, const char *expires, unsigned key)
{
    return sign(text("{'_type':'snapshot','expires':%s,'meta':{%s},'spec_version':'1.0.34',"
                     "'version':%d}",
                     expires, meta, version),
                key);
}

/* `more`: further members of the body. */
static wm_str targets_of(int version, const char *files, const char *more, unsigned key)
{
    return sign(text("{'_type':'targets'%s,'expires':" LATER ",'spec_version':'1.0.34',"
                     "'targets':{%s},'version':%d}",
                     more, files, version),
                key);
}

static const unsigned first_keys[4] = { 1, 2, 3, 4 };
static const char some_file[] =
    "{'hashes':{'sha256':'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'},"
    "'length':3}";

/* Version N of timestamp, snapshot and targets. */
static void publish(int version)
{
    char name[64];
    serve_timestamp_of(version, version, LATER, 2);
    (void)snprintf(name, sizeof name, "%d.snapshot.json", version);
    serve(name, snapshot_of(version, text("'targets.json':{'version':%d}", version), LATER, 3));
    (void)snprintf(name, sizeof name, "%d.targets.json", version);
    serve(name, targets_of(version, text("'abc':%s", some_file), "", 4));
}

/* ---- runs ---- */

static wm_status drive(wm_error *err)
{
    wm_updater_want want;
    wm_status status = WM_OK;
    while ((status = wm_updater_next(&w->updater, &want, err)) == WM_OK) {
        wm_updater_want again;
        assert_ok(wm_updater_next(&w->updater, &again, err), err);
        assert_string_equal(again.file, want.file);
        size_t length = strlen(w->asked);
        (void)snprintf(w->asked + length, sizeof w->asked - length, "%s ", want.file);
        test_file *file = find(w->served, w->served_count, wm_str_of(want.file));
        bool there = file != NULL && file->bytes.ptr != NULL;
        status = wm_updater_give(&w->updater, there ? WM_OK : WM_NOT_FOUND,
                                 there ? file->bytes : (wm_str){ NULL, 0 }, err);
        if (status != WM_OK) {
            return status;
        }
    }
    return status == WM_END ? WM_OK : status;
}

static wm_status run_at(int64_t now, wm_error *err)
{
    wm_updater_options options = { w->first_root, now };
    w->asked[0] = '\0';
    wm_error_clear(err);
    wm_status status = wm_updater_init(&w->updater, &w->arena, &w->storage, &options, err);
    return status == WM_OK ? drive(err) : status;
}

static void runs(const char *asked)
{
    wm_error err = { 0 };
    assert_ok(run_at(NOW, &err), &err);
    assert_int_equal(w->updater.step, WM_UPDATER_READY);
    if (asked != NULL) {
        assert_string_equal(w->asked, asked);
    }
}

static void fails(wm_status expected, const char *what)
{
    wm_error err = { 0 };
    wm_status status = run_at(NOW, &err);
    if (status != expected) {
        fail_msg("expected %s, found %s: %s", wm_status_text(expected), wm_status_text(status),
                 err.text);
    }
    assert_contains(err.text, what);
}

static int setup(void **state)
{
    (void)state;
    w = calloc(1, sizeof *w);
    assert_non_null(w);
    wm_arena_init(&w->arena, wm_env_system(), 512 * WM_MIB);
    w->storage = (wm_trust_storage){ load, store, NULL };
    w->fail_after = -1;
    w->first_root = root_of(1, first_keys, "true");
    publish(1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_arena_fini(&w->arena);
    free(w);
    return 0;
}

/* ---- the top roles ---- */

static void from_the_first_root_to_the_top_role_step_by_step(void **state)
{
    (void)state;
    runs("2.root.json timestamp.json 1.snapshot.json 1.targets.json ");
    assert_true(wm_str_equal(stored("root"), w->first_root));
    assert_true(wm_str_equal(stored("timestamp"),
                             find(w->served, w->served_count, WM_STR("timestamp.json"))->bytes));
    assert_int_equal(w->updater.targets.targets.file_count, 1);
    /* and once more: nothing is new */
    runs("2.root.json timestamp.json ");
    assert_true(w->updater.unchanged);
    publish(2);
    runs("2.root.json timestamp.json 2.snapshot.json 2.targets.json ");
}

static void a_run_may_end_at_any_store(void **state)
{
    (void)state;
    wm_error err = { 0 };
    wm_str second = root_of(2, first_keys, "true");
    for (long n = 0; n < 5; n++) {
        w->stored_count = 0;
        w->stores = 0;
        w->fail_after = n;
        serve("2.root.json", second);
        assert_int_equal(run_at(NOW, &err), n < 4 ? WM_IO : WM_OK);
        assert_int_equal(w->stores, n < 4 ? n : 4);
        w->fail_after = -1;
        runs(NULL);
        assert_int_equal(w->stores, 4);
    }
}

static void a_run_that_failed_is_remembered(void **state)
{
    (void)state;
    runs(NULL);
    serve_timestamp_of(5, 2, LATER, 2); /* whose snapshot is not there */
    fails(WM_NOT_FOUND, "could not be fetched");
    serve_timestamp_of(4, 2, LATER, 2);
    fails(WM_NOT_TRUSTED, "rolled back from version 5 to 4");
    serve_timestamp_of(6, 1, LATER, 2);
    fails(WM_NOT_TRUSTED, "snapshot rolled back from version 2 to 1");
}

static void a_wrong_first_root_leaves_no_trace(void **state)
{
    (void)state;
    static const unsigned others[4] = { 21, 22, 23, 24 };
    wm_str right = w->first_root;
    w->first_root = root_of(1, others, "true");
    fails(WM_NOT_TRUSTED, "role timestamp");
    assert_int_equal(w->stored_count, 0);
    w->first_root = (wm_str){ NULL, 0 };
    fails(WM_BAD_ARGUMENT, "root.json");
    w->first_root = right;
    runs(NULL);
}

static void roots_are_followed_256_at_a_time(void **state)
{
    (void)state;
    for (int version = 2; version <= 300; version++) {
        serve(text("%d.root.json", version), root_of(version, first_keys, "true"));
    }
    w->asked[0] = '\0';
    wm_error err = { 0 };
    wm_updater_options options = { w->first_root, NOW };
    assert_ok(wm_updater_init(&w->updater, &w->arena, &w->storage, &options, &err), &err);
    wm_updater_want want;
    unsigned roots = 0;
    while (wm_updater_next(&w->updater, &want, &err) == WM_OK && wm_str_is(want.role, "root")) {
        roots++;
        assert_ok(wm_updater_give(&w->updater, WM_OK,
                                  find(w->served, w->served_count, wm_str_of(want.file))->bytes,
                                  &err),
                  &err);
    }
    assert_int_equal(roots, WM_ROOT_ROTATIONS_MAX);
    assert_int_equal(w->updater.root.head.version, 1 + WM_ROOT_ROTATIONS_MAX);
    assert_string_equal(want.file, "timestamp.json");
}

static void a_rotation_undoes_a_fast_forward(void **state)
{
    (void)state;
    static const unsigned new_timestamp[4] = { 1, 12, 3, 4 };
    static const unsigned new_both[4] = { 1, 12, 13, 4 };
    runs(NULL);
    serve_timestamp_of(99, 1, LATER, 2);
    runs(NULL);
    serve_timestamp_of(2, 1, LATER, 2);
    fails(WM_NOT_TRUSTED, "rolled back from version 99 to 2");
    serve("2.root.json", root_of(2, new_timestamp, "true"));
    serve_timestamp_of(3, 1, LATER, 12);
    runs(NULL);
    assert_int_equal(w->updater.timestamp.head.version, 3);
    /* the snapshot's, which a thief can only show with the timestamp's */
    serve_timestamp_of(4, 88, LATER, 12);
    serve("88.snapshot.json", snapshot_of(88, "'targets.json':{'version':77}", LATER, 3));
    serve("77.targets.json", targets_of(77, "", "", 4));
    runs(NULL);
    serve("3.root.json", root_of(3, new_both, "true"));
    serve("2.snapshot.json", snapshot_of(2, "'targets.json':{'version':1}", LATER, 13));
    serve_timestamp_of(5, 2, LATER, 12);
    runs(NULL);
    assert_int_equal(w->updater.snapshot.head.version, 2);
    assert_int_equal(w->updater.targets.targets.head.version, 1);
}

static void a_rotation_is_remembered_when_the_run_ends_after_it(void **state)
{
    (void)state;
    static const unsigned rotated[4] = { 1, 2, 13, 4 };
    wm_error err = { 0 };
    publish(9);
    runs(NULL);
    serve("2.root.json", root_of(2, rotated, "true"));
    w->fail_after = w->stores + 1; /* the root is stored, and nothing else */
    assert_int_equal(run_at(NOW, &err), WM_IO);
    assert_null(stored("timestamp").ptr);
    w->fail_after = -1;
    serve_timestamp_of(1, 1, LATER, 2);
    serve("1.snapshot.json", snapshot_of(1, "'targets.json':{'version':1}", LATER, 13));
    runs(NULL);
}

static void more_keys_take_nothing_back(void **state)
{
    (void)state;
    serve_timestamp_of(9, 1, LATER, 2);
    runs(NULL);
    const char *body =
        text("{'_type':'root','consistent_snapshot':true,'expires':" LATER
             ",'keys':{%s,%s,%s,%s,%s},'roles':{'root':%s,'snapshot':%s,'targets':%s,"
             "'timestamp':{'keyids':['%.*s','%.*s'],'threshold':1}},'spec_version':'1.0.34',"
             "'version':2}",
             key_text(1), key_text(2), key_text(12), key_text(3), key_text(4), role_text(1),
             role_text(3), role_text(4), WM_STR_ARG(wm_test_key(&w->arena, 2).public_key.id),
             WM_STR_ARG(wm_test_key(&w->arena, 12).public_key.id));
    serve("2.root.json", sign(body, 1));
    serve_timestamp_of(8, 1, LATER, 12);
    fails(WM_NOT_TRUSTED, "rolled back from version 9 to 8");
    assert_non_null(stored("timestamp").ptr);
}

static void repositories_without_consistent_snapshots_have_plain_names(void **state)
{
    (void)state;
    w->first_root = root_of(1, first_keys, "false");
    serve("snapshot.json", snapshot_of(1, "'targets.json':{'version':1}", LATER, 3));
    serve("targets.json", targets_of(1, "", "", 4));
    runs("2.root.json timestamp.json snapshot.json targets.json ");
    serve_timestamp_of(2, 2, LATER, 2); /* and the other two are as they were */
    fails(WM_NOT_TRUSTED, "expected version 2, found 1");
}

static void what_has_expired_is_not_stored_and_still_counts(void **state)
{
    (void)state;
    wm_error err = { 0 };
    serve_timestamp_of(7, 1, PAST, 2);
    fails(WM_EXPIRED, "timestamp.json: expired on 2020-01-01");
    assert_null(stored("timestamp").ptr);
    serve_timestamp_of(7, 1, "'2023-11-15T00:00:00Z'", 2);
    runs(NULL);
    assert_int_equal(run_at(NOW + 86400, &err), WM_EXPIRED); /* the same again, too late */
    serve_timestamp_of(6, 1, LATER, 2);
    assert_int_equal(run_at(NOW + 86400, &err), WM_NOT_TRUSTED);
    assert_contains(err.text, "rolled back from version 7 to 6");
    serve_timestamp_of(8, 2, LATER, 2);
    serve("2.snapshot.json", snapshot_of(2, "'targets.json':{'version':1}", PAST, 3));
    fails(WM_EXPIRED, "snapshot.json");
}

static void what_is_stored_and_damaged_counts_as_not_there(void **state)
{
    (void)state;
    runs(NULL);
    find(w->stored, w->stored_count, WM_STR("snapshot"))->bytes = WM_STR("{}");
    find(w->stored, w->stored_count, WM_STR("targets"))->bytes = WM_STR("");
    runs("2.root.json timestamp.json 1.snapshot.json 1.targets.json ");
    find(w->stored, w->stored_count, WM_STR("root"))->bytes = WM_STR("{}");
    fails(WM_BAD_INPUT, "root.json");
}

static void another_process_is_not_overwritten(void **state)
{
    (void)state;
    wm_error err = { 0 };
    wm_updater_want want;
    runs(NULL);
    publish(2);
    wm_updater_options options = { w->first_root, NOW };
    assert_ok(wm_updater_init(&w->updater, &w->arena, &w->storage, &options, &err), &err);
    assert_ok(wm_updater_next(&w->updater, &want, &err), &err);
    assert_ok(wm_updater_give(&w->updater, WM_NOT_FOUND, (wm_str){ NULL, 0 }, &err), &err);
    assert_ok(wm_updater_next(&w->updater, &want, &err), &err);
    wm_str second = find(w->served, w->served_count, WM_STR("timestamp.json"))->bytes;
    serve_timestamp_of(3, 3, LATER, 2);
    find(w->stored, w->stored_count, WM_STR("timestamp"))->bytes =
        find(w->served, w->served_count, WM_STR("timestamp.json"))->bytes;
    assert_int_equal(wm_updater_give(&w->updater, WM_OK, second, &err), WM_BUSY);
}

/* ---- what a file may not be ---- */

static void a_bad_file_is_refused_at_its_step(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        wm_status status;
        const char *what;
    } cases[] = {
        { "{'_type':'timestamp','expires':" LATER ",'meta':{'snapshot.json':{'version':1}},"
          "'spec_version':'2.0.0','version':2}",
          WM_NEWER, "this program is too old" },
        { "{'_type':'snapshot','expires':" LATER ",'meta':{'snapshot.json':{'version':1}},"
          "'spec_version':'1.0.34','version':2}",
          WM_NOT_TRUSTED, "_type" },
        { "{'_type':'timestamp','expires':'2030-01-01','meta':{'snapshot.json':{'version':1}},"
          "'spec_version':'1.0.34','version':2}",
          WM_BAD_INPUT, "expires" },
        { "{'_type':'timestamp','expires':" LATER ",'meta':{'snapshot.json':{'version':0}},"
          "'spec_version':'1.0.34','version':2}",
          WM_BAD_INPUT, "version" },
        { "{'_type':'timestamp','expires':" LATER
          ",'meta':{'snapshot.json':{'version':1},'x.json':{'version':1}},"
          "'spec_version':'1.0.34','version':2}",
          WM_BAD_INPUT, "meta" },
    };
    runs(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        serve("timestamp.json", sign(cases[i].body, 2));
        fails(cases[i].status, cases[i].what);
    }
    wm_str good = find(w->served, w->served_count, WM_STR("timestamp.json"))->bytes;
    serve("timestamp.json", wm_str_of(text("%.*s ", (int)good.len, good.ptr)));
    fails(WM_BAD_INPUT, "meta"); /* a space behind it changes nothing */
    serve("timestamp.json",
          wm_str_of(text("{\"signatures\":[],\"signatures\":[],%s", good.ptr + 1)));
    fails(WM_BAD_INPUT, "twice");
    serve("timestamp.json", wm_str_of(text("%.*sx", (int)good.len, good.ptr)));
    fails(WM_BAD_INPUT, "");
    char *large = wm_arena_alloc(&w->arena, WM_METADATA_TIMESTAMP_BYTES_MAX + 1);
    memset(large, ' ', WM_METADATA_TIMESTAMP_BYTES_MAX + 1);
    serve("timestamp.json", (wm_str){ large, WM_METADATA_TIMESTAMP_BYTES_MAX + 1 });
    fails(WM_NOT_TRUSTED, "more than 16000 bytes");
}

static void serve_timestamp_listing(const char *sha256, size_t length)
{
    serve("timestamp.json",
          sign(text("{'_type':'timestamp','expires':" LATER
                    ",'meta':{'snapshot.json':{'hashes':{'sha256':'%s'},'length':%zu,"
                    "'version':1}},'spec_version':'1.0.34','version':1}",
                    sha256, length),
               2));
    w->stored_count = 0;
}

static void lengths_and_hashes_are_those_that_are_listed(void **state)
{
    (void)state;
    wm_str snapshot = find(w->served, w->served_count, WM_STR("1.snapshot.json"))->bytes;
    wm_digest digest;
    char hex[WM_DIGEST_HEX_BYTES];
    wm_digest_sha256(snapshot, &digest);
    (void)wm_digest_hex(&digest, hex);
    serve_timestamp_listing(hex, snapshot.len);
    runs(NULL);
    serve_timestamp_listing(hex, snapshot.len - 1);
    fails(WM_NOT_TRUSTED, "more than");
    serve_timestamp_listing(hex, snapshot.len + 1);
    fails(WM_NOT_TRUSTED, "expected");
    hex[0] = hex[0] == '0' ? '1' : '0';
    serve_timestamp_listing(hex, snapshot.len);
    fails(WM_NOT_TRUSTED, "SHA-256");
}

static void a_key_under_a_wrong_id_signs_nothing(void **state)
{
    (void)state;
    wm_secret_key key = wm_test_key(&w->arena, 2);
    wm_str id = key.public_key.id;
    const char *wrong = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
    const char *body =
        text("{'_type':'root','consistent_snapshot':true,'expires':" LATER ",'keys':{%s,%s,%s,"
             "'%s':{'keytype':'ed25519','keyval':{'public':'%.*s'},'scheme':'ed25519'}},"
             "'roles':{'root':%s,'snapshot':%s,'targets':%s,"
             "'timestamp':{'keyids':['%s'],'threshold':1}},'spec_version':'1.0.34','version':1}",
             key_text(1), key_text(3), key_text(4), wrong, WM_STR_ARG(key.public_key.public_text),
             role_text(1), role_text(3), role_text(4), wrong);
    w->first_root = sign(body, 1);
    wm_str bytes = find(w->served, w->served_count, WM_STR("timestamp.json"))->bytes;
    char *copy = wm_arena_alloc(&w->arena, bytes.len + 1);
    memcpy(copy, bytes.ptr, bytes.len);
    char *at = strstr(copy, text("%.*s", WM_STR_ARG(id)));
    assert_non_null(at);
    memcpy(at, wrong, 64); /* the signature is good, and says the id that is listed */
    serve("timestamp.json", (wm_str){ copy, bytes.len });
    fails(WM_NOT_TRUSTED, "expected signatures by 1 keys of role timestamp, found 0");
}

static void signatures_are_over_raw_utf_8_and_unknown_members(void **state)
{
    (void)state;
    /* By hand: members in order, and of all bytes only '"' and '\' escaped. */
    const char *canonical = "{\"_type\":\"timestamp\",\"expires\":\"2030-01-01T00:00:00Z\","
                            "\"meta\":{\"snapshot.json\":{\"version\":1}},"
                            "\"spec_version\":\"1.0.34\",\"version\":1,"
                            "\"x\":\"caf\xc3\xa9 \xf0\x9f\x8c\x8d\n\t\\\\ \\\" / \x7f\"}";
    const char *served = "{ \"x\" : \"caf\\u00e9 \\ud83c\\udf0d\\n\\t\\\\ \\\" \\/ \\u007f\","
                         "\"version\":1,\"spec_version\":\"1.0.34\","
                         "\"meta\":{\"snapshot.json\":{\"version\":1}},"
                         "\"expires\":\"2030-01-01T00:00:00Z\",\"_type\":\"timestamp\"}";
    wm_secret_key key = wm_test_key(&w->arena, 2);
    uint8_t signature[WM_ED25519_SIGNATURE_BYTES];
    char hex[2 * WM_ED25519_SIGNATURE_BYTES + 1];
    wm_secret_key_sign(&key, wm_str_of(canonical), signature);
    (void)wm_hex_write(signature, sizeof signature, hex);
    serve("timestamp.json",
          wm_str_of(text("{\"signed\":%s,\"signatures\":[{\"keyid\":\"%.*s\",\"sig\":\"%s\"}],"
                         "\"more\":[1]}\n",
                         served, WM_STR_ARG(key.public_key.id), hex)));
    runs(NULL);
}

/* ---- delegations ---- */

typedef struct test_delegation {
    const char *name;
    unsigned key;
    const char *paths; /* "'a/<star>'" */
    bool terminating;
} test_delegation;

static const char *delegations(const test_delegation *list)
{
    const char *keys = "";
    const char *roles = "";
    for (; list->name != NULL; list++) {
        if (strstr(keys, key_text(list->key)) == NULL) {
            keys = text("%s%s%s", keys, keys[0] != '\0' ? "," : "", key_text(list->key));
        }
        wm_str id = wm_test_key(&w->arena, list->key).public_key.id;
        roles =
            text("%s%s{'keyids':['%.*s'],'name':'%s',%s,'terminating':%s,'threshold':1}", roles,
                 roles[0] != '\0' ? "," : "", WM_STR_ARG(id), list->name,
                 strchr(list->paths, ':') != NULL ? list->paths : text("'paths':[%s]", list->paths),
                 list->terminating ? "true" : "false");
    }
    return text(",'delegations':{'keys':{%s},'roles':[%s]}", keys, roles);
}

/* The roles of a test, each of version 1; the last has no name. */
typedef struct test_role {
    const char *name;
    unsigned key;
    const char *files;
    test_delegation to[40];
} test_role;

static void serve_roles(const test_role *roles)
{
    const char *meta = "";
    for (; roles->name != NULL; roles++) {
        char file[256];
        (void)wm_updater_quote(wm_str_of(roles->name), file, sizeof file);
        serve(text("1.%s.json", file),
              targets_of(1, roles->files, roles->to[0].name != NULL ? delegations(roles->to) : "",
                         roles->key));
        meta = text("%s%s'%s.json':{'version':1}", meta, meta[0] != '\0' ? "," : "", roles->name);
    }
    serve("1.snapshot.json", snapshot_of(1, meta, LATER, 3));
}

static void looks_for(const char *path, wm_status expected, bool found, const char *asked)
{
    wm_error err = { 0 };
    w->asked[0] = '\0';
    assert_ok(wm_updater_find(&w->updater, wm_str_of(path), &err), &err);
    wm_status status = drive(&err);
    if (status != expected) {
        fail_msg("%s: expected %s, found %s: %s", path, wm_status_text(expected),
                 wm_status_text(status), err.text);
    }
    assert_int_equal(w->updater.found != NULL, found);
    assert_string_equal(w->asked, asked);
}

static void the_search_goes_by_order_depth_and_patterns(void **state)
{
    (void)state;
    const test_role roles[] = {
        { "targets",
          4,
          text("'top':%s", some_file),
          { { "a", 10, "'x/*','*.md'", false },
            { "b", 11, "'x/*','y/*'", true },
            { "c", 12, "'*','x/*','y/*'", false } } },
        { "a", 10, "", { { "d", 13, "'x/1'", false }, { "a", 10, "'x/*'", false } } },
        { "b", 11, text("'y/1':%s", some_file), { { "a", 10, "'y/*'", false } } },
        { "c",
          12,
          text("'9':%s,'x/9':%s,'y/2':%s", some_file, some_file, some_file),
          { { NULL, 0, NULL, false } } },
        { "d", 13, text("'x/1':%s,'y/9':%s", some_file, some_file), { { NULL, 0, NULL, false } } },
        { NULL, 0, NULL, { { NULL, 0, NULL, false } } },
    };
    serve_roles(roles);
    runs(NULL);
    looks_for("top", WM_OK, true, "");
    looks_for("9", WM_OK, true, "1.c.json ");
    looks_for("x/1", WM_OK, true, "1.a.json 1.d.json ");
    looks_for("x/9", WM_OK, false, "1.b.json "); /* b ends it; a was stored, with its own cycle */
    looks_for("y/1", WM_OK, true, "");
    looks_for("y/2", WM_OK, false, "");
    looks_for("y/9", WM_OK, false, "");
    looks_for("z/9", WM_OK, false, "");
    looks_for("9", WM_OK, true, "");
}

static void hash_prefixes_delegate(void **state)
{
    (void)state;
    /* SHA-256 of "file1" begins with c147 */
    const test_role roles[] = {
        { "targets",
          4,
          "",
          { { "no", 10, "'path_hash_prefixes':['c148','0']", false },
            { "yes", 11, "'path_hash_prefixes':['c14']", false } } },
        { "no", 10, text("'file1':%s", some_file), { { NULL } } },
        { "yes", 11, text("'file1':%s", some_file), { { NULL } } },
        { NULL },
    };
    serve_roles(roles);
    runs(NULL);
    looks_for("file1", WM_OK, true, "1.yes.json ");
}

static void names_of_roles_are_quoted(void **state)
{
    (void)state;
    const test_role roles[] = {
        { "targets",
          4,
          "",
          { { "?", 10, "'*'", false },
            { "../x y", 11, "'*'", false },
            { "caf\xc3\xa9%2f", 12, "'*'", false } } },
        { "?", 10, "", { { NULL } } },
        { "../x y", 11, "", { { NULL } } },
        { "caf\xc3\xa9%2f", 12, text("'t':%s", some_file), { { NULL } } },
        { NULL },
    };
    serve_roles(roles);
    runs(NULL);
    looks_for("t", WM_OK, true, "1.%3F.json 1...%2Fx%20y.json 1.caf%C3%A9%252f.json ");
    char small[6];
    assert_true(wm_updater_quote(WM_STR("ab"), small, sizeof small));
    assert_false(wm_updater_quote(WM_STR("a/b"), small, sizeof small));
}

static void a_delegated_role_is_not_named_like_a_top_one(void **state)
{
    (void)state;
    static const char *const names[] = { "root", "timestamp", "snapshot", "targets" };
    for (size_t i = 0; i < 4; i++) {
        const test_delegation to[] = { { names[i], 10, "'*'", false }, { NULL } };
        w->stored_count = 0;
        serve("1.targets.json", targets_of(1, "", delegations(to), 4));
        fails(WM_BAD_INPUT, "the name of a top role");
    }
}

static void a_role_that_the_snapshot_does_not_list_is_not_fetched(void **state)
{
    (void)state;
    const test_delegation to[] = { { "a", 10, "'*'", false }, { NULL } };
    serve("1.targets.json", targets_of(1, "", delegations(to), 4));
    serve("1.a.json", targets_of(1, text("'t':%s", some_file), "", 10));
    runs(NULL);
    looks_for("t", WM_NOT_TRUSTED, false, "");
}

static void a_search_visits_32_roles(void **state)
{
    (void)state;
    static test_role roles[36];
    memset(roles, 0, sizeof roles);
    for (unsigned i = 0; i < 35; i++) {
        roles[i] = (test_role){ i == 0 ? "targets" : text("r%u", i),
                                i == 0 ? 4 : 10,
                                "",
                                { { text("r%u", i + 1), 10, "'*'", false } } };
    }
    roles[32].files = text("'at32':%s", some_file);
    roles[33].files = text("'at33':%s", some_file);
    serve_roles(roles);
    runs(NULL);
    wm_error err = { 0 };
    assert_ok(wm_updater_find(&w->updater, WM_STR("at33"), &err), &err);
    assert_ok(drive(&err), &err);
    assert_null(w->updater.found);
    assert_int_equal(w->updater.delegated_count, WM_DELEGATED_ROLES_VISITED_MAX);
    assert_ok(wm_updater_find(&w->updater, WM_STR("at32"), &err), &err);
    assert_ok(drive(&err), &err);
    assert_non_null(w->updater.found);
}

/* targets -> a -> c (key 20), targets -> b -> c (key 21) */
static void serve_diamond(unsigned c_key, const char *b_files)
{
    const test_role roles[] = {
        { "targets",
          4,
          "",
          { { "a", 10, "'s','only-a'", false }, { "b", 11, "'s','only-b','of-b'", false } } },
        { "a", 10, "", { { "c", 20, "'s','only-a'", false } } },
        { "b", 11, b_files, { { "c", 21, "'s','only-b'", false } } },
        { "c",
          c_key,
          text("'s':%s,'only-a':%s,'only-b':%s", some_file, some_file, some_file),
          { { NULL } } },
        { NULL },
    };
    serve_roles(roles);
}

static void a_diamonds_role_is_verified_by_the_keys_of_each_way(void **state)
{
    (void)state;
    serve_diamond(20, "");
    runs(NULL);
    looks_for("only-a", WM_OK, true, "1.a.json 1.c.json ");
    /* what was verified under a, and is stored, is nothing under b */
    looks_for("only-b", WM_NOT_TRUSTED, false, "1.b.json 1.c.json ");
    looks_for("s", WM_OK, true, "");
}

static void a_role_that_one_way_does_not_verify_is_found_by_the_other(void **state)
{
    (void)state;
    serve_diamond(21, "");
    runs(NULL);
    looks_for("s", WM_OK, true, "1.a.json 1.c.json 1.b.json "); /* c is fetched once */
    assert_true(wm_str_is(w->updater.delegated[3].name, "c"));
    looks_for("only-a", WM_NOT_TRUSTED, false, "1.c.json ");
    looks_for("only-b", WM_OK, true, "");
}

static void nobody_speaks_for_a_role_that_does_not_verify(void **state)
{
    (void)state;
    serve_diamond(22, text("'s':%s,'of-b':%s", some_file, some_file)); /* a stranger's key */
    runs(NULL);
    looks_for("s", WM_NOT_TRUSTED, false, "1.a.json 1.c.json 1.b.json ");
    looks_for("of-b", WM_OK, true, "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(from_the_first_root_to_the_top_role_step_by_step),
        TEST(a_run_may_end_at_any_store),
        TEST(a_run_that_failed_is_remembered),
        TEST(a_wrong_first_root_leaves_no_trace),
        TEST(roots_are_followed_256_at_a_time),
        TEST(a_rotation_undoes_a_fast_forward),
        TEST(a_rotation_is_remembered_when_the_run_ends_after_it),
        TEST(more_keys_take_nothing_back),
        TEST(repositories_without_consistent_snapshots_have_plain_names),
        TEST(what_has_expired_is_not_stored_and_still_counts),
        TEST(what_is_stored_and_damaged_counts_as_not_there),
        TEST(another_process_is_not_overwritten),
        TEST(a_bad_file_is_refused_at_its_step),
        TEST(lengths_and_hashes_are_those_that_are_listed),
        TEST(a_key_under_a_wrong_id_signs_nothing),
        TEST(signatures_are_over_raw_utf_8_and_unknown_members),
        TEST(the_search_goes_by_order_depth_and_patterns),
        TEST(hash_prefixes_delegate),
        TEST(names_of_roles_are_quoted),
        TEST(a_delegated_role_is_not_named_like_a_top_one),
        TEST(a_role_that_the_snapshot_does_not_list_is_not_fetched),
        TEST(a_search_visits_32_roles),
        TEST(a_diamonds_role_is_verified_by_the_keys_of_each_way),
        TEST(a_role_that_one_way_does_not_verify_is_found_by_the_other),
        TEST(nobody_speaks_for_a_role_that_does_not_verify),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_replica.c: a replica catches up, or stays as it was. */
#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "small_directory.h"
#include "store/database.h"

typedef struct scene {
    wm_store *author;
    wm_store *replica;
    wm_buf lines;
    wm_arena arena;
} scene;

static void open_replica(scene *s)
{
    wm_error err = { 0 };
    assert_ok(wm_store_open(wm_env_system(), ":memory:",
                            WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_REPLICA, &s->replica, &err),
              &err);
}

static int set_up(void **state)
{
    scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->author = wm_test_store();
    open_replica(s);
    wm_buf_init(&s->lines, wm_env_system(), 16 * WM_MIB);
    wm_arena_init(&s->arena, wm_env_system(), 64 * WM_MIB);
    wm_test_small_directory(s->author);
    (void)wm_test_release(s->author, "2026-01-05");
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    wm_store_close(s->author);
    wm_store_close(s->replica);
    wm_buf_fini(&s->lines);
    wm_arena_fini(&s->arena);
    free(s);
    return 0;
}

static void sync_to(scene *s, int64_t from, int64_t to, const char *partitions)
{
    wm_error err = { 0 };
    const int64_t span[2] = { from, to };
    assert_ok(wm_test_sync(s->author, s->replica, WM_EDITION_PUBLIC, span, partitions, &err), &err);
    wm_test_check_replica(s->replica);
}

static const char *replica_lines(scene *s)
{
    wm_error err = { 0 };
    wm_record_sink sink = wm_test_lines(&s->lines);
    wm_buf_reset(&s->lines);
    assert_ok(wm_store_each(s->replica, WM_VIEW_LATEST, WM_KINDS_ALL, &sink, &err), &err);
    return wm_buf_str(&s->lines).ptr;
}

static void move_the_swindon_service(scene *s)
{
    wm_test_put(s->author, WM_KIND_SERVICE,
                "{'id':'swindon','name':'Moved','organization':'trust','kind':'therapy',"
                "'status':'active','needs':['anx.panic'],'areas':['BSW'],'eligibility':{},"
                "'sites':['house']}");
    (void)wm_test_release(s->author, "2026-01-06");
}

static void an_empty_replica_takes_the_whole_edition(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_edition edition = WM_EDITION_PROFESSIONAL;
    wm_release release;
    assert_int_equal(wm_replica_edition(s->replica, &edition, &err), WM_NOT_FOUND);
    assert_int_equal(wm_store_latest(s->replica, &release, &err), WM_NO_RELEASE);
    sync_to(s, 0, 1, "all");
    wm_buf expected;
    wm_buf_init(&expected, wm_env_system(), WM_MIB);
    wm_test_slice(s->author, WM_EDITION_PUBLIC, "all", 1, &expected);
    assert_string_equal(replica_lines(s), expected.data);
    wm_buf_fini(&expected);
    assert_ok(wm_replica_edition(s->replica, &edition, &err), &err);
    assert_int_equal(edition, WM_EDITION_PUBLIC);
    assert_ok(wm_store_latest(s->replica, &release, &err), &err);
    assert_int_equal(release.number, 1);
    assert_int_equal(release.counts[WM_KIND_SERVICE], 4);
    assert_string_equal(release.note, "a note");
}

static void partitions_are_taken_one_by_one(void **state)
{
    scene *s = *state;
    sync_to(s, 0, 1, "E BSW SWI");
    assert_non_null(strstr(replica_lines(s), "service/swindon"));
    assert_null(strstr(replica_lines(s), "service/birmingham"));
    wm_test_states states;
    wm_test_states_read(s->replica, WM_EDITION_PUBLIC, 1, &states);
    assert_int_equal(states.count, 3);
}

static void a_record_that_moves_is_never_twice(void **state)
{
    static const char *const orders[] = { "E BSW SWI", "SWI BSW E", "BSW SWI E" };
    for (size_t i = 0; i < 3; i++) {
        scene *s = *state;
        move_the_swindon_service(s);
        sync_to(s, 0, 1, "E BSW SWI");
        sync_to(s, 1, 2, orders[i]);
        const char *lines = replica_lines(s);
        const char *first = strstr(lines, "service/swindon");
        assert_non_null(first);
        assert_null(strstr(first + 1, "service/swindon"));
        assert_contains(lines, "Moved");
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

static void a_record_that_leaves_for_another_place_is_gone(void **state)
{
    scene *s = *state;
    wm_test_put(s->author, WM_KIND_SERVICE,
                "{'id':'swindon','name':'Gone','organization':'trust','kind':'therapy',"
                "'status':'active','needs':['anx.panic'],'areas':['BIR'],'eligibility':{}}");
    (void)wm_test_release(s->author, "2026-01-06");
    sync_to(s, 0, 1, "E SWI");
    assert_non_null(strstr(replica_lines(s), "service/swindon"));
    sync_to(s, 1, 2, "E SWI");
    assert_null(strstr(replica_lines(s), "service/swindon"));
}

static void a_wrong_base_is_a_conflict_and_changes_nothing(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    move_the_swindon_service(s);
    const int64_t delta[2] = { 1, 2 };
    assert_int_equal(wm_test_sync(s->author, s->replica, WM_EDITION_PUBLIC, delta, "all", &err),
                     WM_CONFLICT);
    sync_to(s, 0, 1, "all");
    assert_int_equal(
        wm_test_sync(s->author, s->replica, WM_EDITION_PROFESSIONAL, delta, "all", &err),
        WM_CONFLICT);
    assert_contains(err.text, "public edition");
    wm_replica_apply *apply = NULL;
    wm_test_states states;
    wm_test_states_read(s->author, WM_EDITION_PUBLIC, 2, &states);
    wm_replica_base base = { WM_EDITION_PUBLIC, 1, states.items, states.count };
    assert_int_equal(wm_replica_begin(s->replica, &base, &apply, &err), WM_CONFLICT);
    assert_contains(err.text, "digest");
    wm_test_check_replica(s->replica);
    sync_to(s, 1, 2, "all"); /* and the right one works */
}

/* Begin on release 0 and put all records of `all`, but what `spoil` does to it. */
static wm_status apply_spoiled(scene *s, wm_record *extra, wm_test_states *states, wm_error *err)
{
    wm_replica_apply *apply = NULL;
    wm_replica_base base = { WM_EDITION_PUBLIC, 0, NULL, 0 };
    assert_ok(wm_replica_begin(s->replica, &base, &apply, err), err);
    wm_status status = wm_store_blob_put(wm_replica_txn(apply), WM_STR("trust"), WM_STR("x"), err);
    if (status == WM_OK) {
        status = wm_replica_put(apply, WM_STR("all"), extra, err);
    }
    if (status != WM_OK) {
        wm_replica_abandon(apply);
        return status;
    }
    wm_replica_target target = { 1, 20000, WM_STR(""), states->items, states->count };
    return wm_replica_finish(apply, &target, err);
}

static void one_record_too_many_or_too_few_is_not_trusted(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_test_states states;
    wm_release release;
    wm_test_states_read(s->author, WM_EDITION_PUBLIC, 1, &states);
    states.items[0] = states.items[4]; /* all */
    states.count = 1;
    wm_record extra = wm_test_record(&s->arena, WM_KIND_NEED, "{'id':'extra'}");
    assert_int_equal(apply_spoiled(s, &extra, &states, &err), WM_NOT_TRUSTED);
    assert_contains(err.text, "all");
    states.count = 0;
    assert_int_equal(apply_spoiled(s, &extra, &states, &err), WM_NOT_TRUSTED);
    assert_contains(err.text, "not expected");
    assert_int_equal(wm_store_latest(s->replica, &release, &err), WM_NO_RELEASE);
    assert_int_equal(wm_store_blob_get(s->replica, WM_STR("trust"), &s->lines, &err), WM_NOT_FOUND);
    wm_test_check_replica(s->replica);
    sync_to(s, 0, 1, "all");
}

static void records_that_are_not_canonical_are_refused(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_test_states states = { .count = 0 };
    wm_record bad[] = {
        { WM_KIND_NEED, WM_STR("a"), WM_STR("{ \"id\":\"a\"}") },
        { WM_KIND_NEED, WM_STR("a"), WM_STR("{\"label\":\"x\",\"id\":\"a\"}") },
        { WM_KIND_NEED, WM_STR("a"), WM_STR("{\"id\":\"b\"}") },
        { WM_KIND_NEED, WM_STR("a"), WM_STR("not json") },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(apply_spoiled(s, &bad[i], &states, &err), WM_BAD_RECORD);
        assert_contains(err.text, "need/a");
    }
}

static void a_partition_can_be_cleared_and_taken_afresh(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    sync_to(s, 0, 1, "E SWI");
    wm_replica_apply *apply = NULL;
    wm_test_states states;
    wm_test_states_read(s->replica, WM_EDITION_PUBLIC, 1, &states);
    wm_replica_base base = { WM_EDITION_PUBLIC, 1, NULL, 0 };
    assert_ok(wm_replica_begin(s->replica, &base, &apply, &err), &err);
    assert_ok(wm_replica_clear(apply, WM_STR("SWI"), &err), &err);
    assert_ok(wm_replica_clear(apply, WM_STR("never"), &err), &err);
    wm_replica_target target = { 1, 20000, WM_STR(""), states.items, 1 };
    assert_ok(wm_replica_finish(apply, &target, &err), &err);
    assert_null(strstr(replica_lines(s), "service/swindon"));
    wm_test_check_replica(s->replica);
    wm_release release;
    assert_ok(wm_store_latest(s->replica, &release, &err), &err);
    assert_int_equal(release.counts[WM_KIND_SERVICE], 1);
}

static wm_status name_state(void *context, const wm_state *state, wm_error *err)
{
    wm_buf_put_str(context, state->partition);
    wm_buf_put_char(context, ' ');
    return wm_buf_status(context, err);
}

static void verify_names_the_partition_that_was_altered(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    sync_to(s, 0, 1, "E BSW SWI");
    wm_state_sink sink = { name_state, &s->lines };
    assert_int_equal(sqlite3_exec(s->replica->handle,
                                  "UPDATE revision SET record = replace(record, 'W', 'V')"
                                  " WHERE id = 'swindon'",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_ok(wm_history_verify(s->replica, WM_EDITION_PUBLIC, &sink, &err), &err);
    assert_string_equal(s->lines.data, "SWI ");
    assert_int_equal(sqlite3_exec(s->replica->handle,
                                  "DELETE FROM projection WHERE rev ="
                                  " (SELECT rev FROM revision WHERE id = 'swindon')",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(wm_history_verify(s->replica, WM_EDITION_PUBLIC, &sink, &err), WM_CORRUPT);
    assert_contains(err.text, "service/swindon is in no partition");
}

static void each_role_refuses_the_work_of_the_other(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    wm_release release;
    wm_replica_apply *apply = NULL;
    wm_replica_base base = { WM_EDITION_PUBLIC, 0, NULL, 0 };
    wm_record record = wm_test_record(&s->arena, WM_KIND_NEED, "{'id':'a'}");
    assert_int_equal(wm_replica_begin(s->author, &base, &apply, &err), WM_REFUSED);
    assert_ok(wm_txn_begin(s->replica, &txn, &err), &err);
    assert_int_equal(wm_history_put(txn, &record, NULL, NULL, &err), WM_REFUSED);
    assert_int_equal(wm_history_release(txn, 20000, WM_STR(""), &release, &err), WM_REFUSED);
    wm_txn_rollback(txn);
}

#define MOVED(name, needs, areas)                                                                  \
    "{'id':'swindon','name':'" name "','organization':'trust','kind':'therapy',"                   \
    "'status':'active','needs':['" needs "'],'areas':['" areas "'],'eligibility':{},"              \
    "'sites':['house']}"

/* What an update says of a record on the way leaves no trace: entries and words wait until its
 * end. */
static void a_record_that_changes_more_than_once_is_indexed_as_it_ends(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_test_states states;
    wm_replica_apply *apply = NULL;
    wm_replica_base base = { WM_EDITION_PUBLIC, 1, NULL, 0 };
    static const char *const on_the_way[] = { MOVED("Between Words", "mood.low", "SWI"), NULL,
                                              MOVED("Moved Words", "anx.panic", "E"),
                                              MOVED("Moved", "anx.panic", "E"),
                                              MOVED("Moved", "anx.panic", "BSW") };
    sync_to(s, 0, 1, "all");
    move_the_swindon_service(s);
    wm_test_states_read(s->author, WM_EDITION_PUBLIC, 2, &states);
    for (size_t i = 1; i < states.count; i++) {
        if (wm_str_is(states.items[i].partition, "all")) {
            states.items[0] = states.items[i];
        }
    }
    assert_ok(wm_replica_begin(s->replica, &base, &apply, &err), &err);
    for (size_t i = 0; i < sizeof on_the_way / sizeof on_the_way[0]; i++) {
        if (on_the_way[i] == NULL) {
            assert_ok(
                wm_replica_remove(apply, WM_STR("all"), WM_KIND_SERVICE, WM_STR("swindon"), &err),
                &err);
            continue;
        }
        wm_record record = wm_test_record(&s->arena, WM_KIND_SERVICE, on_the_way[i]);
        assert_ok(wm_replica_put(apply, WM_STR("all"), &record, &err), &err);
    }
    wm_replica_target target = { 2, 20001, WM_STR(""), states.items, 1 };
    assert_ok(wm_replica_finish(apply, &target, &err), &err);
    assert_ok(wm_store_verify_index(s->replica, &err), &err);
    wm_test_check_replica(s->replica);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void what_symbols_are_looked_up_by_is_verified_and_mended(void **state)
{
    scene *s = *state;
    static const char *const damage[] = {
        "DELETE FROM symbol_hash WHERE number % 3 = 0",
        "UPDATE symbol_hash SET hash = hash + 1 WHERE number = 5",
        "INSERT INTO symbol_hash VALUES(1, 1)",
    };
    sync_to(s, 0, 1, "all");
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        wm_error err = { 0 };
        wm_replica_apply *apply = NULL;
        wm_test_states states;
        wm_replica_base base = { WM_EDITION_PUBLIC, 1, NULL, 0 };
        assert_int_equal(sqlite3_exec(s->replica->handle, damage[i], NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(wm_store_verify_index(s->replica, &err), WM_CORRUPT);
        wm_error_clear(&err);
        wm_test_states_read(s->replica, WM_EDITION_PUBLIC, 1, &states);
        assert_ok(wm_replica_begin(s->replica, &base, &apply, &err), &err);
        assert_ok(wm_replica_mend(apply, &err), &err);
        wm_replica_target target = { 1, 20000, WM_STR(""), states.items, states.count };
        assert_ok(wm_replica_finish(apply, &target, &err), &err);
        assert_ok(wm_store_verify_index(s->replica, &err), &err);
        wm_test_check_replica(s->replica);
    }
}

/* Other lists of a partition's records than there are. */
static void a_damaged_list_of_records_is_verified_and_mended(void **state)
{
    scene *s = *state;
    static const char *const damage[] = {
        "UPDATE roster SET revs = CAST(substr(revs, 5) || substr(revs, 1, 4) AS BLOB)",
        "UPDATE roster SET revs = substr(revs, 5)",
        "UPDATE roster SET revs = zeroblob(length(revs))",
    };
    sync_to(s, 0, 1, "all");
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        wm_error err = { 0 };
        wm_replica_apply *apply = NULL;
        wm_test_states states;
        wm_replica_base base = { WM_EDITION_PUBLIC, 1, NULL, 0 };
        assert_int_equal(sqlite3_exec(s->replica->handle, damage[i], NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(wm_history_verify(s->replica, WM_EDITION_PUBLIC, NULL, &err), WM_CORRUPT);
        assert_contains(err.text, "the list of the records of partition");
        wm_error_clear(&err);
        wm_test_states_read(s->replica, WM_EDITION_PUBLIC, 1, &states);
        assert_ok(wm_replica_begin(s->replica, &base, &apply, &err), &err);
        assert_ok(wm_replica_mend(apply, &err), &err);
        wm_replica_target target = { 1, 20000, WM_STR(""), states.items, states.count };
        assert_ok(wm_replica_finish(apply, &target, &err), &err);
        wm_test_check_replica(s->replica);
    }
}

/* Every so many-th id of a partition, by leaps and by steps. */
static void assert_leaps(wm_replica_apply *apply, const char *partition, uint64_t leap)
{
    wm_error err = { 0 };
    wm_replica_ids *all = NULL;
    wm_replica_ids *some = NULL;
    wm_kind kind = WM_KIND_DIRECTORY;
    wm_kind other = WM_KIND_DIRECTORY;
    wm_str id;
    wm_str leapt;
    wm_status status = WM_OK;
    assert_ok(wm_replica_ids_open(apply, wm_str_of(partition), &all, &err), &err);
    assert_ok(wm_replica_ids_open(apply, wm_str_of(partition), &some, &err), &err);
    for (uint64_t at = 0; status == WM_OK; at++) {
        status = wm_replica_ids_next(all, &kind, &id, &err);
        if (at % (leap + 1) < leap) {
            wm_replica_ids_skip(some, 1);
            continue;
        }
        assert_int_equal(wm_replica_ids_next(some, &other, &leapt, &err), status);
        if (status == WM_OK) {
            assert_int_equal(other, kind);
            assert_true(wm_str_equal(leapt, id));
        }
    }
    assert_int_equal(status, WM_END);
    wm_replica_ids_skip(some, UINT64_MAX);
    wm_replica_ids_skip(some, 1);
    assert_int_equal(wm_replica_ids_next(some, &other, &leapt, &err), WM_END);
    assert_int_equal(wm_replica_ids_next(some, &other, &leapt, &err), WM_END);
    wm_replica_ids_close(some);
    wm_replica_ids_close(all);
}

static void ids_can_be_passed_over(void **state)
{
    scene *s = *state;
    static const char *const subscriptions[] = { "all", "E BSW SWI" };
    static const char *const partitions[] = { "all", "SWI" };
    char json[256];
    for (unsigned i = 0; i < 300; i++) {
        (void)snprintf(json, sizeof json,
                       "{'id':'s%u','name':'N','organization':'trust','kind':'therapy',"
                       "'status':'active','needs':['anx.panic'],'areas':['SWI'],'eligibility':{}}",
                       i);
        wm_test_put(s->author, WM_KIND_SERVICE, json);
    }
    (void)wm_test_release(s->author, "2026-01-06");
    for (size_t i = 0; i < 2; i++) {
        wm_error err = { 0 };
        wm_replica_apply *apply = NULL;
        wm_replica_base base = { .edition = WM_EDITION_PUBLIC, .release = 2 };
        wm_store_close(s->replica);
        open_replica(s);
        sync_to(s, 0, 2, subscriptions[i]);
        assert_ok(wm_replica_begin(s->replica, &base, &apply, &err), &err);
        for (uint64_t leap = 0; leap < 40; leap += 3) {
            assert_leaps(apply, partitions[i], leap);
        }
        assert_leaps(apply, partitions[i], 1000);
        wm_replica_abandon(apply);
    }
}

#define NEW(id, name)                                                                              \
    "{'id':'" id "','name':'" name "','organization':'trust','kind':'therapy',"                    \
    "'status':'active','needs':['anx.panic'],'areas':['BSW'],'eligibility':{}}"

static wm_status place(scene *s, wm_replica_apply *apply, const char *partition, const char *json)
{
    wm_error err = { 0 };
    const wm_json *value = NULL;
    wm_record record = wm_test_record(&s->arena, WM_KIND_SERVICE, json);
    assert_ok(wm_json_parse(&s->arena, record.bytes, WM_MIB, &value, &err), &err);
    return wm_replica_place(apply, wm_str_of(partition), &record, value, NULL, &err);
}

static bool has_id(wm_replica_apply *apply, const char *wanted)
{
    wm_error err = { 0 };
    wm_replica_ids *ids = NULL;
    wm_kind kind = WM_KIND_DIRECTORY;
    wm_str id = { NULL, 0 };
    bool found = false;
    assert_ok(wm_replica_ids_open(apply, WM_STR("all"), &ids, &err), &err);
    while (wm_replica_ids_next(ids, &kind, &id, &err) == WM_OK) {
        found = found || wm_str_is(id, wanted);
    }
    wm_replica_ids_close(ids);
    return found;
}

/* New records wait until the others are written; nobody can tell. */
static void a_record_that_waits_is_there(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_buf bytes;
    wm_test_states states;
    wm_replica_apply *apply = NULL;
    wm_replica_base base = { WM_EDITION_PUBLIC, 1, NULL, 0 };
    sync_to(s, 0, 1, "all");
    wm_test_put(s->author, WM_KIND_SERVICE, NEW("new1", "One"));
    wm_test_put(s->author, WM_KIND_SERVICE, NEW("new2", "Second"));
    wm_test_put(s->author, WM_KIND_SERVICE, NEW("new4", "Four"));
    wm_test_put(s->author, WM_KIND_SERVICE, NEW("new5", "Five"));
    (void)wm_test_release(s->author, "2026-01-06");
    wm_test_states_read(s->author, WM_EDITION_PUBLIC, 2, &states);
    for (size_t i = 1; i < states.count; i++) {
        if (wm_str_is(states.items[i].partition, "all")) {
            states.items[0] = states.items[i];
        }
    }
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    assert_ok(wm_replica_begin(s->replica, &base, &apply, &err), &err);
    assert_int_equal(place(s, apply, "all", NEW("new1", "One")), WM_OK);
    assert_ok(wm_replica_get(apply, WM_STR("all"), WM_KIND_SERVICE, WM_STR("new1"), &bytes, &err),
              &err);
    assert_contains(wm_buf_str(&bytes).ptr, "One");
    assert_int_equal(place(s, apply, "all", NEW("new2", "Two")), WM_OK);
    assert_int_equal(place(s, apply, "all", NEW("new2", "Second")), WM_OK);
    assert_int_equal(place(s, apply, "all", NEW("new3", "Three")), WM_OK);
    assert_ok(wm_replica_remove(apply, WM_STR("all"), WM_KIND_SERVICE, WM_STR("new3"), &err), &err);
    assert_int_equal(place(s, apply, "all", NEW("new5", "Five")), WM_OK);
    assert_int_equal(place(s, apply, "SWI", NEW("new5", "Five")), WM_CONFLICT);
    assert_int_equal(place(s, apply, "all", NEW("new4", "Four")), WM_OK); /* before the last */
    assert_true(has_id(apply, "new4"));
    assert_false(has_id(apply, "new3"));
    wm_replica_target target = { 2, 20001, WM_STR(""), states.items, 1 };
    assert_ok(wm_replica_finish(apply, &target, &err), &err);
    assert_ok(wm_store_verify_index(s->replica, &err), &err);
    wm_test_check_replica(s->replica);
    wm_buf_fini(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_replica_takes_the_whole_edition),
        TEST(partitions_are_taken_one_by_one),
        TEST(a_record_that_moves_is_never_twice),
        TEST(a_record_that_leaves_for_another_place_is_gone),
        TEST(a_wrong_base_is_a_conflict_and_changes_nothing),
        TEST(one_record_too_many_or_too_few_is_not_trusted),
        TEST(records_that_are_not_canonical_are_refused),
        TEST(a_partition_can_be_cleared_and_taken_afresh),
        TEST(verify_names_the_partition_that_was_altered),
        TEST(what_symbols_are_looked_up_by_is_verified_and_mended),
        TEST(a_damaged_list_of_records_is_verified_and_mended),
        TEST(ids_can_be_passed_over),
        TEST(a_record_that_waits_is_there),
        TEST(a_record_that_changes_more_than_once_is_indexed_as_it_ends),
        TEST(each_role_refuses_the_work_of_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

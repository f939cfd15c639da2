/* directory.c: see directory.h. */
#include "directory.h"

#include "testing.h"

static void put(wm_txn *txn, wm_kind kind, const char *json)
{
    wm_arena arena;
    wm_buf bytes;
    wm_error err = { 0 };
    wm_arena_init(&arena, wm_env_system(), 16 * WM_MIB);
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    const wm_json *value = wm_test_json(&arena, json);
    wm_json_write(&bytes, value);
    wm_record record = { kind, wm_json_string(wm_json_get(value, "id")), wm_buf_str(&bytes) };
    assert_ok(wm_history_put(txn, &record, value, NULL, &err), &err);
    wm_buf_fini(&bytes);
    wm_arena_fini(&arena);
}

wm_store *wm_test_store(const char *path, const wm_test_record *records, size_t count)
{
    wm_store *store = NULL;
    wm_txn *txn = NULL;
    wm_error err = { 0 };
    assert_ok(wm_store_open(wm_env_system(), path,
                            WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR, &store, &err),
              &err);
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    for (size_t i = 0; i < count; i++) {
        put(txn, records[i].kind, records[i].json);
    }
    assert_ok(wm_txn_commit(txn, &err), &err);
    return store;
}

void wm_test_put(wm_store *store, wm_kind kind, const char *json)
{
    wm_txn *txn = NULL;
    wm_error err = { 0 };
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    put(txn, kind, json);
    assert_ok(wm_txn_commit(txn, &err), &err);
}

void wm_test_release(wm_store *store, const char *date)
{
    wm_txn *txn = NULL;
    wm_release release;
    wm_date day = 0;
    wm_error err = { 0 };
    assert_true(wm_date_parse(wm_str_of(date), &day));
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    assert_ok(wm_history_release(txn, day, WM_STR("test"), &release, &err), &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
}

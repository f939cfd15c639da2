/* transaction.c: one writing transaction at a time on a handle, and nested reading ones.
 *
 *      idle --read_begin--> reading (depth n) --read_end--> idle
 *      idle --begin--> writing --commit--> idle          nothing failed inside
 *                      writing --rollback--> idle
 *                      writing --any failure--> spoiled --commit or rollback--> idle, nothing
 * written
 *
 * SQLite may itself have rolled back after a failure (disk full, memory out). What is then written
 * would be outside of any transaction, so a spoiled transaction never commits. */
#include <assert.h>

#include <sqlite3.h>

#include "store/index.h"
#include "store/kept.h"
#include "store/names.h"
#include "store/statement.h"

static const char SQL_READ_BEGIN[] = "BEGIN";
static const char SQL_WRITE_BEGIN[] = "BEGIN IMMEDIATE";
static const char SQL_WRITE_BEGIN_ALONE[] = "BEGIN EXCLUSIVE";
static const char SQL_COMMIT[] = "COMMIT";
static const char SQL_TOUCH[] = "SELECT 1 FROM meta LIMIT 1";

static wm_status run_once(wm_store *store, const char *sql, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, sql, err);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

wm_status wm_txn_begin(wm_store *store, wm_txn **txn_out, wm_error *err)
{
    if (!store->writable) {
        return wm_fail(err, WM_BAD_ARGUMENT, "store: opened for reading only");
    }
    if (store->txn.open || store->read_depth > 0) {
        return wm_fail(err, WM_BAD_ARGUMENT, "store: a transaction is open already");
    }
    wm_status status =
        run_once(store, store->is_alone ? SQL_WRITE_BEGIN_ALONE : SQL_WRITE_BEGIN, err);
    if (status != WM_OK) {
        return status;
    }
    store->txn = (wm_txn){ .store = store, .open = true, .status = WM_OK };
    store->symbols_stale = true;
    *txn_out = &store->txn;
    return WM_OK;
}

wm_status wm_txn_commit(wm_txn *txn, wm_error *err)
{
    assert(txn->open);
    wm_store *store = txn->store;
    wm_status status = txn->status;
    if (status != WM_OK) {
        (void)wm_fail(err, status, "nothing was written: an earlier step failed (%s)",
                      wm_status_text(status));
    } else {
        status = wm_index_flush(txn, err);
    }
    if (status == WM_OK) {
        status = wm_names_flush(txn, err);
    }
    if (status == WM_OK) {
        status = wm_store_save_symbols(txn, err);
    }
    if (status == WM_OK) {
        status = run_once(store, SQL_COMMIT, err);
    }
    if (status != WM_OK) {
        wm_txn_rollback(txn);
        return status;
    }
    txn->open = false;
    wm_index_discard(store);
    store->symbols_uncommitted = false;
    if (store->symbols != NULL) {
        store->symbols_saved = wm_symbols_count(store->symbols);
    }
    return WM_OK;
}

void wm_txn_rollback(wm_txn *txn)
{
    if (txn == NULL || !txn->open) {
        return;
    }
    wm_store *store = txn->store;
    wm_index_discard(store);
    wm_names_discard(store);
    wm_store_drop_new_symbols(store);
    if (store->symbols != NULL &&
        (store->symbols_uncommitted || wm_symbols_count(store->symbols) > store->symbols_saved)) {
        wm_store_drop_symbols(store); /* what the file does not have must not be remembered */
    }
    store->symbols_uncommitted = false;
    if (sqlite3_get_autocommit(store->handle) == 0) {
        /* Cannot fail in a way that matters: SQLite forgets the transaction in any case. */
        (void)sqlite3_exec(store->handle, "ROLLBACK", NULL, NULL, NULL);
    }
    txn->open = false;
}

wm_store *wm_txn_store(const wm_txn *txn)
{
    return txn->store;
}

void wm_txn_spoil(wm_txn *txn, wm_status status)
{
    if (txn->open && txn->status == WM_OK) {
        txn->status = status;
    }
}

wm_status wm_store_read_begin(wm_store *store, wm_error *err)
{
    if (!store->txn.open && store->read_depth == 0) {
        wm_status status = run_once(store, SQL_READ_BEGIN, err);
        if (status != WM_OK) {
            return status;
        }
        store->symbols_stale = true;
        wm_kept_turn(store);
    }
    store->read_depth++;
    return WM_OK;
}

void wm_store_read_end(wm_store *store)
{
    assert(store->read_depth > 0);
    store->read_depth--;
    if (!store->txn.open && store->read_depth == 0) {
        (void)run_once(store, SQL_COMMIT, NULL);
        if (sqlite3_get_autocommit(store->handle) == 0) {
            (void)sqlite3_exec(store->handle, "ROLLBACK", NULL, NULL, NULL);
        }
    }
}

wm_status wm_store_touch(wm_store *store, wm_error *err)
{
    return run_once(store, SQL_TOUCH, err);
}

wm_status wm_store_file_state(const wm_store *store, uint32_t *state_out, wm_error *err)
{
    int code = sqlite3_file_control(store->handle, "main", SQLITE_FCNTL_DATA_VERSION, state_out);
    return code == SQLITE_OK ? WM_OK : wm_store_fail(store, code, err);
}

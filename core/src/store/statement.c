/* statement.c: sqlite3_stmt behind the sticky wrapper, and the cache of prepared ones.
 *
 * A slot that is in use (the same SQL nested in itself) is not shared: the inner one is prepared
 * for the occasion. Slots are never evicted: the library has fewer constants than slots, and what
 * finds no slot is prepared each time. */
#include "store/statement.h"

#include <limits.h>

#include <sqlite3.h>

static void stmt_fail(wm_stmt *st, int code)
{
    if (st->status == WM_OK) {
        st->status = wm_store_fail(st->store, code, st->err);
        wm_txn_spoil(&st->store->txn, st->status);
    }
}

static wm_statement_slot *find_slot(wm_store *store, const char *sql)
{
    size_t first = (size_t)((uint64_t)(uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15) >> 32);
    for (size_t i = 0; i < WM_STATEMENT_CACHE_SLOTS; i++) {
        wm_statement_slot *slot = &store->slots[(first + i) % WM_STATEMENT_CACHE_SLOTS];
        if (slot->sql == sql || slot->sql == NULL) {
            return slot->in_use ? NULL : slot;
        }
    }
    return NULL;
}

wm_stmt wm_stmt_open(wm_store *store, const char *sql, wm_error *err)
{
    wm_stmt st = { .store = store, .err = err, .slot = find_slot(store, sql) };
    if (st.slot != NULL && st.slot->handle != NULL) {
        st.handle = st.slot->handle;
        st.slot->in_use = true;
        return st;
    }
    int code = sqlite3_prepare_v3(
        store->handle, sql, -1, st.slot != NULL ? SQLITE_PREPARE_PERSISTENT : 0, &st.handle, NULL);
    if (code != SQLITE_OK) {
        st.slot = NULL;
        stmt_fail(&st, code);
        return st;
    }
    if (st.slot != NULL) {
        *st.slot = (wm_statement_slot){ .sql = sql, .handle = st.handle, .in_use = true };
    }
    return st;
}

wm_status wm_stmt_close(wm_stmt *st)
{
    if (st->handle != NULL && st->slot != NULL) {
        wm_stmt_reset(st);
        st->slot->in_use = false;
    } else if (st->handle != NULL) {
        (void)sqlite3_finalize(st->handle);
    }
    st->handle = NULL;
    st->slot = NULL;
    return st->status;
}

void wm_stmt_bind_i64(wm_stmt *st, int at, int64_t value)
{
    if (st->status == WM_OK) {
        st->is_used = true;
        int code = sqlite3_bind_int64(st->handle, at, value);
        if (code != SQLITE_OK) {
            stmt_fail(st, code);
        }
    }
}

void wm_stmt_bind_text(wm_stmt *st, int at, wm_str text)
{
    if (st->status == WM_OK) {
        st->is_used = true;
        int code = sqlite3_bind_text64(st->handle, at, text.ptr != NULL ? text.ptr : "", text.len,
                                       SQLITE_STATIC, SQLITE_UTF8);
        if (code != SQLITE_OK) {
            stmt_fail(st, code);
        }
    }
}

void wm_stmt_bind_blob(wm_stmt *st, int at, const void *bytes, size_t length)
{
    if (st->status == WM_OK) {
        st->is_used = true;
        int code =
            sqlite3_bind_blob64(st->handle, at, bytes != NULL ? bytes : "", length, SQLITE_STATIC);
        if (code != SQLITE_OK) {
            stmt_fail(st, code);
        }
    }
}

bool wm_stmt_row(wm_stmt *st)
{
    if (st->status != WM_OK) {
        return false;
    }
    st->is_used = true;
    int code = sqlite3_step(st->handle);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        stmt_fail(st, code);
    }
    return false;
}

void wm_stmt_run(wm_stmt *st)
{
    while (wm_stmt_row(st)) {
        /* RETURNING is not used: nothing to see */
    }
    wm_stmt_reset(st);
}

void wm_stmt_reset(wm_stmt *st)
{
    if (st->handle != NULL && st->is_used) {
        (void)sqlite3_reset(st->handle); /* repeats the failure of the step, which we have */
        (void)sqlite3_clear_bindings(st->handle);
        st->is_used = false;
    }
}

int64_t wm_stmt_i64(wm_stmt *st, int column)
{
    return st->status == WM_OK ? sqlite3_column_int64(st->handle, column) : 0;
}

wm_str wm_stmt_str(wm_stmt *st, int column)
{
    if (st->status != WM_OK) {
        return WM_STR("");
    }
    /* As a blob, whatever it is: no conversion, so nothing to allocate. */
    const char *bytes = sqlite3_column_blob(st->handle, column);
    int length = sqlite3_column_bytes(st->handle, column);
    if (bytes == NULL || length <= 0) {
        return WM_STR("");
    }
    return (wm_str){ bytes, (size_t)length };
}

bool wm_stmt_is_null(wm_stmt *st, int column)
{
    return st->status != WM_OK || sqlite3_column_type(st->handle, column) == SQLITE_NULL;
}

wm_kind wm_stmt_kind(wm_stmt *st, int column)
{
    int64_t kind = wm_stmt_i64(st, column);
    if (kind < 0 || kind >= WM_KIND_COUNT) {
        stmt_fail(st, SQLITE_CORRUPT);
        return WM_KIND_DIRECTORY;
    }
    return (wm_kind)kind;
}

int64_t wm_store_changed_rows(const wm_store *store)
{
    return sqlite3_changes(store->handle);
}

int64_t wm_store_last_rowid(const wm_store *store)
{
    return sqlite3_last_insert_rowid(store->handle);
}

/* blob.c: named bytes beside the records. */
#include "store/statement.h"

static const char SQL_GET[] = "SELECT bytes FROM blob WHERE name = ?1";
static const char SQL_PUT[] = "INSERT INTO blob(name, bytes) VALUES(?1, ?2)"
                              " ON CONFLICT(name) DO UPDATE SET bytes = excluded.bytes";
static const char SQL_DELETE[] = "DELETE FROM blob WHERE name = ?1";
static const char SQL_NAMES[] = "SELECT name FROM blob ORDER BY name";

wm_status wm_store_blob_get(wm_store *store, wm_str name, wm_buf *bytes_out, wm_error *err)
{
    bool found = false;
    wm_stmt st = wm_stmt_open(store, SQL_GET, err);
    wm_stmt_bind_text(&st, 1, name);
    if (wm_stmt_row(&st)) {
        found = true;
        wm_buf_put_str(bytes_out, wm_stmt_str(&st, 0));
    }
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK) {
        return status;
    }
    return found ? wm_buf_status(bytes_out, err) : WM_NOT_FOUND;
}

wm_status wm_store_blob_put(wm_txn *txn, wm_str name, wm_str bytes, wm_error *err)
{
    if (name.len == 0 || name.len > WM_BLOB_NAME_BYTES_MAX || bytes.len > WM_BLOB_BYTES_MAX) {
        return wm_fail(err, WM_TOO_LARGE,
                       "blob %.*s: expected a name of 1 to %d bytes and at most"
                       " %zu bytes, found %zu",
                       WM_STR_ARG(name), WM_BLOB_NAME_BYTES_MAX, WM_BLOB_BYTES_MAX, bytes.len);
    }
    wm_stmt st = wm_stmt_open(wm_txn_store(txn), SQL_PUT, err);
    wm_stmt_bind_text(&st, 1, name);
    wm_stmt_bind_blob(&st, 2, bytes.ptr, bytes.len);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

wm_status wm_store_blob_delete(wm_txn *txn, wm_str name, wm_error *err)
{
    wm_stmt st = wm_stmt_open(wm_txn_store(txn), SQL_DELETE, err);
    wm_stmt_bind_text(&st, 1, name);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

wm_status wm_store_blob_each(wm_store *store, wm_blob_name_fn each, void *context, wm_error *err)
{
    wm_status said = WM_OK;
    wm_stmt st = wm_stmt_open(store, SQL_NAMES, err);
    while (said == WM_OK && wm_stmt_row(&st)) {
        said = each(context, wm_stmt_str(&st, 0), err);
    }
    wm_status status = wm_stmt_close(&st);
    return status != WM_OK ? status : said;
}

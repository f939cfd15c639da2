/* alone.c: a first import, release or sync of very much, without a log; see store.h.
 *
 * A replica usually does not wait until all it wrote is on the disk (open.c), and its log holds
 * what that takes; a journal does not. */
#include <sqlite3.h>

#include "store/statement.h"

static const char SQL_BYTES[] =
    "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
static const char SQL_JOURNAL[] = "PRAGMA journal_mode = DELETE";
static const char SQL_LOG[] = "PRAGMA journal_mode = WAL";
static const char SQL_FULL[] = "PRAGMA synchronous = FULL";
static const char SQL_NORMAL[] = "PRAGMA synchronous = NORMAL";

static wm_status file_bytes(wm_store *store, int64_t *bytes_out, wm_error *err)
{
    *bytes_out = 0;
    wm_stmt st = wm_stmt_open(store, SQL_BYTES, err);
    if (wm_stmt_row(&st)) {
        *bytes_out = wm_stmt_i64(&st, 0);
    }
    return wm_stmt_close(&st);
}

wm_status wm_store_go_alone(wm_store *store, int64_t most_bytes, wm_error *err)
{
    int64_t bytes = 0;
    if (!store->writable || store->txn.open || store->read_depth > 0) {
        return wm_fail(err, WM_BAD_ARGUMENT, "store: expected a writer outside of a transaction");
    }
    wm_status status = file_bytes(store, &bytes, err);
    if (status != WM_OK || bytes > most_bytes || store->is_alone) {
        return status;
    }
    wm_stmt st = wm_stmt_open(store, SQL_JOURNAL, NULL);
    store->is_alone = wm_stmt_row(&st) && wm_str_is(wm_stmt_str(&st, 0), "delete");
    status = wm_stmt_close(&st);
    if (store->is_alone) {
        return wm_store_run(store, SQL_FULL, err);
    }
    return status == WM_NO_MEMORY ? wm_fail_memory(err) : WM_OK; /* else others have it open */
}

void wm_store_end_alone(wm_store *store)
{
    if (store->is_alone) {
        /* If it cannot be by now, whoever opens the file for writing next does it. */
        (void)sqlite3_exec(store->handle, SQL_LOG, NULL, NULL, NULL);
        if (store->role == WM_ROLE_REPLICA) {
            (void)sqlite3_exec(store->handle, SQL_NORMAL, NULL, NULL, NULL);
        }
        store->is_alone = false;
    }
}

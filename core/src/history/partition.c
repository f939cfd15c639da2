/* partition.c: rows of `partition` and `projection`. */
#include "history/partition.h"

#include "history/state.h"
#include "store/statement.h"

static const char SQL_FIND[] = "SELECT number FROM partition WHERE name = ?1";
static const char SQL_NAME[] = "SELECT name FROM partition WHERE number = ?1";
static const char SQL_PUT[] = "INSERT INTO partition(name) VALUES(?1)";
static const char SQL_GET_PROJECTION[] = "SELECT since, partition, leaf FROM projection"
                                         " WHERE rev = ?1 AND edition = ?2 AND until = 2147483647";
#define INTO_PROJECTION "INTO projection(rev, edition, since, until, partition, leaf, shown) VALUES"
#define ROW "(?, ?, ?, 2147483647, ?, ?, ?)"
static const char SQL_PUT_PROJECTION[] = "INSERT " INTO_PROJECTION ROW;
/* FAIL: no journal of what one statement changed, as all of a failure is undone. */
static const char SQL_PUT_PROJECTIONS[] = "INSERT OR FAIL " INTO_PROJECTION WM_SQL_ROWS(ROW);
static const char SQL_PUT_SHOWN[] = "INSERT INTO shown(record) VALUES(?1)";
static const char SQL_CLOSE_PROJECTION[] = "UPDATE projection SET until = ?4"
                                           " WHERE rev = ?1 AND edition = ?2 AND since = ?3";

wm_status wm_partition_find(wm_store *store, wm_str name, int64_t *number_out, wm_error *err)
{
    bool found = false;
    wm_stmt st = wm_stmt_open(store, SQL_FIND, err);
    wm_stmt_bind_text(&st, 1, name);
    if (wm_stmt_row(&st)) {
        found = true;
        *number_out = wm_stmt_i64(&st, 0);
    }
    wm_status status = wm_stmt_close(&st);
    return status == WM_OK && !found ? WM_NOT_FOUND : status;
}

wm_status wm_partition_number(wm_txn *txn, wm_str name, int64_t *number_out, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    wm_status status = wm_partition_find(store, name, number_out, err);
    if (status != WM_NOT_FOUND) {
        return status;
    }
    wm_stmt st = wm_stmt_open(store, SQL_PUT, err);
    wm_stmt_bind_text(&st, 1, name);
    wm_stmt_run(&st);
    status = wm_stmt_close(&st);
    int64_t number = wm_store_last_rowid(store);
    if (status == WM_OK && number >= (int64_t)1 << WM_SLICE_PARTITION_BITS) {
        return wm_fail(err, WM_TOO_LARGE, "more than %lld partitions",
                       ((long long)1 << WM_SLICE_PARTITION_BITS) - 1);
    }
    if (status == WM_OK) {
        *number_out = number;
    }
    return status;
}

wm_status wm_partition_name(wm_store *store, int64_t number, wm_buf *name_out, wm_error *err)
{
    bool found = false;
    wm_stmt st = wm_stmt_open(store, SQL_NAME, err);
    wm_stmt_bind_i64(&st, 1, number);
    if (wm_stmt_row(&st)) {
        found = true;
        wm_buf_put_str(name_out, wm_stmt_str(&st, 0));
    }
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK && !found) {
        return wm_fail(err, WM_CORRUPT, "database: there is no partition %lld", (long long)number);
    }
    return status == WM_OK ? wm_buf_status(name_out, err) : status;
}

wm_status wm_projection_check(wm_projection *projection, wm_str leaf, wm_error *err)
{
    if (leaf.len != WM_LEAF_BYTES || (unsigned)projection->edition >= WM_EDITION_COUNT ||
        projection->partition < WM_PARTITION_NUMBER_NONE ||
        projection->partition >= (int64_t)1 << WM_SLICE_PARTITION_BITS) {
        return wm_fail(err, WM_CORRUPT, "database: the projection of revision %lld is damaged",
                       (long long)projection->rev);
    }
    memcpy(projection->leaf.bytes, leaf.ptr, WM_LEAF_BYTES);
    return WM_OK;
}

wm_status wm_projection_get(wm_store *store, int64_t rev, wm_edition edition,
                            wm_projection *projection_out, wm_error *err)
{
    bool found = false;
    wm_status valid = WM_OK;
    wm_projection projection = { .rev = rev, .edition = edition };
    wm_stmt st = wm_stmt_open(store, SQL_GET_PROJECTION, err);
    wm_stmt_bind_i64(&st, 1, rev);
    wm_stmt_bind_i64(&st, 2, (int64_t)edition);
    if (wm_stmt_row(&st)) {
        found = true;
        projection.since = wm_stmt_i64(&st, 0);
        projection.partition = wm_stmt_i64(&st, 1);
        valid = wm_projection_check(&projection, wm_stmt_str(&st, 2), err);
    }
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK || !found) {
        return status != WM_OK ? status : WM_NOT_FOUND;
    }
    if (valid == WM_OK) {
        *projection_out = projection;
    }
    return valid;
}

static wm_status put_shown(wm_store *store, wm_str record, int64_t *number_out, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_PUT_SHOWN, err);
    wm_stmt_bind_text(&st, 1, record);
    wm_stmt_run(&st);
    *number_out = wm_store_last_rowid(store);
    return wm_stmt_close(&st);
}

static void bind_projection(wm_stmt *st, size_t row, const wm_projection *projection, int64_t shown)
{
    int at = (int)row * 6;
    wm_stmt_bind_i64(st, at + 1, projection->rev);
    wm_stmt_bind_i64(st, at + 2, (int64_t)projection->edition);
    wm_stmt_bind_i64(st, at + 3, projection->since);
    wm_stmt_bind_i64(st, at + 4, projection->partition);
    wm_stmt_bind_blob(st, at + 5, projection->leaf.bytes, WM_LEAF_BYTES);
    if (shown > 0) {
        wm_stmt_bind_i64(st, at + 6, shown);
    }
}

static wm_status put_row(wm_store *store, const wm_projection *projection, int64_t shown,
                         wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_PUT_PROJECTION, err);
    bind_projection(&st, 0, projection, shown);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

wm_status wm_projection_put(wm_txn *txn, const wm_projection *projection, wm_str record,
                            wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    int64_t shown = 0;
    wm_status status = record.ptr != NULL ? put_shown(store, record, &shown, err) : WM_OK;
    return status == WM_OK ? put_row(store, projection, shown, err) : status;
}

/* ---- many of them ---- */

static wm_status put_full(const wm_projection_rows *rows, wm_error *err)
{
    wm_stmt st = wm_stmt_open(wm_txn_store(rows->txn), SQL_PUT_PROJECTIONS, err);
    for (size_t i = 0; i < WM_SQL_ROW_COUNT; i++) {
        bind_projection(&st, i, &rows->items[i], rows->shown[i]);
    }
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

wm_status wm_projection_rows_write(wm_projection_rows *rows, wm_error *err)
{
    wm_status status = WM_OK;
    if (rows->count == WM_SQL_ROW_COUNT) {
        status = put_full(rows, err);
    } else {
        for (size_t i = 0; i < rows->count && status == WM_OK; i++) {
            status = put_row(wm_txn_store(rows->txn), &rows->items[i], rows->shown[i], err);
        }
    }
    rows->count = 0;
    return status;
}

wm_status wm_projection_rows_put(wm_projection_rows *rows, const wm_projection *projection,
                                 wm_str record, wm_error *err)
{
    int64_t shown = 0;
    wm_status status = WM_OK;
    if (record.ptr != NULL) {
        status = put_shown(wm_txn_store(rows->txn), record, &shown, err);
    }
    if (status == WM_OK && rows->count == WM_SQL_ROW_COUNT) {
        status = wm_projection_rows_write(rows, err);
    }
    if (status == WM_OK) {
        rows->items[rows->count] = *projection;
        rows->shown[rows->count++] = shown;
    }
    return status;
}

wm_status wm_projection_close(wm_txn *txn, const wm_projection *projection, int64_t until,
                              wm_error *err)
{
    wm_stmt st = wm_stmt_open(wm_txn_store(txn), SQL_CLOSE_PROJECTION, err);
    wm_stmt_bind_i64(&st, 1, projection->rev);
    wm_stmt_bind_i64(&st, 2, (int64_t)projection->edition);
    wm_stmt_bind_i64(&st, 3, projection->since);
    wm_stmt_bind_i64(&st, 4, until);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

/* cards.c: rows of faces. One look-up by number for a card that is shown. */
#include "store/cards.h"

#include "store/statement.h"

static const char SQL_GET[] = "SELECT face FROM card WHERE rev = ?1";
static const char SQL_PUT[] = "INSERT OR REPLACE INTO card(rev, face) VALUES(?1, ?2)";
static const char SQL_REMOVE[] = "DELETE FROM card WHERE rev = ?1";
static const char SQL_COUNTS[] =
    "SELECT (SELECT count(*) FROM card), (SELECT count(*) FROM service)";

static wm_status damaged(wm_error *err, int64_t rev)
{
    return wm_fail(err, WM_CORRUPT, "database: the index of revision %lld is damaged: its card",
                   (long long)rev);
}

/* Puts nothing where there is no row. */
static wm_status read_row(wm_store *store, int64_t rev, wm_buf *bytes_out, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_GET, err);
    wm_stmt_bind_i64(&st, 1, rev);
    if (wm_stmt_row(&st)) {
        wm_buf_put_str(bytes_out, wm_stmt_str(&st, 0));
    }
    wm_status status = wm_stmt_close(&st);
    return status == WM_OK ? wm_buf_status(bytes_out, err) : status;
}

wm_status wm_store_face(wm_store *store, int64_t revision, wm_buf *bytes_out, wm_error *err)
{
    size_t begin = bytes_out->len;
    wm_status status = read_row(store, revision, bytes_out, err);
    return status == WM_OK && bytes_out->len == begin ? damaged(err, revision) : status;
}

static wm_status write_row(wm_store *store, int64_t rev, const wm_buf *face, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_PUT, err);
    wm_stmt_bind_i64(&st, 1, rev);
    wm_stmt_bind_blob(&st, 2, face->data, face->len);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

wm_status wm_cards_put(wm_txn *txn, int64_t rev, const wm_json *service, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    wm_buf face;
    wm_buf_init(&face, store->env, WM_FACE_BYTES_MAX);
    wm_status status = wm_face_encode(service, &face, err);
    if (status == WM_OK) {
        status = write_row(store, rev, &face, err);
    }
    wm_buf_fini(&face);
    return status;
}

wm_status wm_cards_replace(wm_txn *txn, int64_t rev, const wm_json *service, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    wm_buf face;
    wm_buf old;
    wm_buf_init(&face, store->env, WM_FACE_BYTES_MAX);
    wm_buf_init(&old, store->env, WM_FACE_BYTES_MAX);
    wm_status status = wm_face_encode(service, &face, err);
    if (status == WM_OK) {
        status = read_row(store, rev, &old, err);
    }
    if (status == WM_OK && !wm_str_equal(wm_buf_str(&face), wm_buf_str(&old))) {
        status = write_row(store, rev, &face, err);
    }
    wm_buf_fini(&old);
    wm_buf_fini(&face);
    return status;
}

wm_status wm_cards_remove(wm_txn *txn, int64_t rev, wm_error *err)
{
    wm_stmt st = wm_stmt_open(wm_txn_store(txn), SQL_REMOVE, err);
    wm_stmt_bind_i64(&st, 1, rev);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

wm_status wm_cards_check(wm_store *store, int64_t rev, const wm_json *service, wm_error *err)
{
    wm_buf face;
    wm_buf row;
    wm_buf_init(&face, store->env, WM_FACE_BYTES_MAX);
    wm_buf_init(&row, store->env, WM_FACE_BYTES_MAX);
    wm_status status = wm_face_encode(service, &face, err);
    if (status == WM_OK) {
        status = read_row(store, rev, &row, err);
    }
    if (status == WM_OK && !wm_str_equal(wm_buf_str(&face), wm_buf_str(&row))) {
        status = damaged(err, rev);
    }
    wm_buf_fini(&row);
    wm_buf_fini(&face);
    return status;
}

wm_status wm_cards_check_count(wm_store *store, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_COUNTS, err);
    bool same = wm_stmt_row(&st) && wm_stmt_i64(&st, 0) == wm_stmt_i64(&st, 1);
    wm_status status = wm_stmt_close(&st);
    return status != WM_OK || same
               ? status
               : wm_fail(err, WM_CORRUPT, "database: the index is damaged: a card of no service");
}

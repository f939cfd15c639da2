/* gists.c: rows of gists, each beside its record. */
#include "store/gists.h"

#include "model/gist.h"
#include "store/statement.h"

static const char SQL_PUT[] = "INSERT INTO gist(rev, bytes) VALUES(?1, ?2)";
static const char SQL_REMOVE[] = "DELETE FROM gist WHERE rev = ?1";
static const char SQL_STANDING[] =
    "SELECT r.id, g.bytes, CASE WHEN g.bytes IS NULL THEN r.record END"
    " FROM revision AS r INDEXED BY revision_key LEFT JOIN gist AS g ON g.rev = r.rev"
    " WHERE r.kind = ?1 AND r.since <= ?2 AND r.until > ?2 ORDER BY r.id";
/* Where nothing was ever closed, each revision stands from `since` on: no row of `revision` is read
 * then, for the key has all. */
static const char SQL_CLOSED[] = "SELECT 1 FROM revision WHERE until < 2147483647 LIMIT 1";
static const char SQL_STANDING_SINCE[] =
    "SELECT r.id, g.bytes, CASE WHEN g.bytes IS NULL THEN r.record END"
    " FROM revision AS r INDEXED BY revision_key LEFT JOIN gist AS g ON g.rev = r.rev"
    " WHERE r.kind = ?1 AND r.since <= ?2 ORDER BY r.id";
static const char SQL_GET[] =
    "SELECT r.id, g.bytes, CASE WHEN g.bytes IS NULL THEN r.record END, r.until"
    " FROM revision AS r LEFT JOIN gist AS g ON g.rev = r.rev"
    " WHERE r.kind = ?1 AND r.id = ?2 AND r.since <= ?3 ORDER BY r.since DESC LIMIT 1";
static const char SQL_CHECK[] = "SELECT g.rev, r.record, g.bytes, r.kind FROM gist AS g"
                                " LEFT JOIN revision AS r ON r.rev = g.rev AND r.until > ?1";
static const char SQL_COUNT[] = "SELECT count(*) FROM revision WHERE kind = ?1 AND until > ?2";

/* ---- writing ------------------------------------------------------------------------------- */

wm_status wm_gists_put(wm_txn *txn, wm_kind kind, int64_t rev, const wm_json *record, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    wm_buf gist;
    wm_buf_init(&gist, store->env, 2 * WM_RECORD_BYTES_MAX);
    wm_status status = wm_gist_encode(kind, record, &gist, err);
    if (status == WM_OK) {
        wm_stmt st = wm_stmt_open(store, SQL_PUT, err);
        wm_stmt_bind_i64(&st, 1, rev);
        wm_stmt_bind_blob(&st, 2, gist.data, gist.len);
        wm_stmt_run(&st);
        status = wm_stmt_close(&st);
    }
    wm_buf_fini(&gist);
    return status;
}

wm_status wm_gists_remove(wm_txn *txn, int64_t rev, wm_error *err)
{
    wm_stmt st = wm_stmt_open(wm_txn_store(txn), SQL_REMOVE, err);
    wm_stmt_bind_i64(&st, 1, rev);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

/* ---- reading ------------------------------------------------------------------------------- */

/* `st` is at a row: id, gist, and the record where there is no gist. */
static wm_status read_row(wm_stmt *st, wm_arena *arena, const wm_json **record_out, wm_error *err)
{
    return wm_stmt_is_null(st, 1) ? wm_store_parse(arena, wm_stmt_str(st, 2), record_out, err)
                                  : wm_gist_decode(wm_stmt_str(st, 1), arena, record_out, err);
}

static wm_status give_row(wm_stmt *st, wm_arena *arena, const wm_gist_sink *sink, wm_error *err)
{
    const wm_json *record = NULL;
    wm_status status = read_row(st, arena, &record, err);
    return status == WM_OK ? sink->put(sink->context, wm_stmt_str(st, 0), record, err) : status;
}

/* How to read what stands. */
static wm_status choose_sql(wm_store *store, const char **sql_out, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_CLOSED, err);
    *sql_out = wm_stmt_row(&st) ? SQL_STANDING : SQL_STANDING_SINCE;
    return wm_stmt_close(&st);
}

wm_status wm_store_gists(wm_store *store, wm_view view, wm_kind kind, wm_arena *arena,
                         const wm_gist_sink *sink, wm_error *err)
{
    int64_t number = 0;
    const char *sql = NULL;
    wm_status said = WM_OK;
    wm_status status = wm_store_read_begin(store, err);
    if (status != WM_OK) {
        return status;
    }
    status = wm_view_number(store, view, &number, err);
    if (status == WM_OK) {
        status = choose_sql(store, &sql, err);
    }
    if (status == WM_OK) {
        wm_stmt st = wm_stmt_open(store, sql, err);
        wm_stmt_bind_i64(&st, 1, (int64_t)kind);
        wm_stmt_bind_i64(&st, 2, number);
        while (said == WM_OK && wm_stmt_row(&st)) {
            said = give_row(&st, arena, sink, err);
        }
        status = wm_stmt_close(&st);
    }
    wm_store_read_end(store);
    return status != WM_OK ? status : said;
}

wm_status wm_store_get_gist(wm_store *store, wm_view view, wm_kind kind, wm_str id, wm_arena *arena,
                            const wm_json **record_out, wm_error *err)
{
    int64_t number = 0;
    wm_status said = WM_NOT_FOUND;
    wm_status status = wm_store_read_begin(store, err);
    if (status != WM_OK) {
        return status;
    }
    status = wm_view_number(store, view, &number, err);
    if (status == WM_OK) {
        wm_stmt st = wm_stmt_open(store, SQL_GET, err);
        wm_stmt_bind_i64(&st, 1, (int64_t)kind);
        wm_stmt_bind_text(&st, 2, id);
        wm_stmt_bind_i64(&st, 3, number);
        if (wm_stmt_row(&st) && wm_stmt_i64(&st, 3) > number) {
            said = read_row(&st, arena, record_out, err);
        }
        status = wm_stmt_close(&st);
    }
    wm_store_read_end(store);
    return status != WM_OK ? status : said;
}

/* ---- is it what it would be, were it made now? --------------------------------------------- */

/* `st` is at a row of SQL_CHECK. */
static wm_status check_row(wm_store *store, wm_stmt *st, wm_error *err)
{
    wm_arena arena;
    wm_buf gist;
    const wm_json *record = NULL;
    int64_t kind = wm_stmt_is_null(st, 1) ? -1 : wm_stmt_i64(st, 3);
    wm_arena_init(&arena, store->env, SIZE_MAX / 2);
    wm_buf_init(&gist, store->env, 2 * WM_RECORD_BYTES_MAX);
    bool has = kind >= 0 && kind < WM_KIND_COUNT && wm_gist_has((wm_kind)kind);
    wm_status status = has ? WM_OK : WM_CORRUPT;
    if (status == WM_OK) {
        status = wm_store_parse(&arena, wm_stmt_str(st, 1), &record, err);
    }
    if (status == WM_OK) {
        status = wm_gist_encode((wm_kind)kind, record, &gist, err);
    }
    if (status == WM_OK && !wm_str_equal(wm_buf_str(&gist), wm_stmt_str(st, 2))) {
        status = WM_CORRUPT;
    }
    if (status == WM_CORRUPT) {
        (void)wm_fail(err, status, "database: the index of revision %lld is damaged: its gist",
                      (long long)wm_stmt_i64(st, 0));
    }
    wm_buf_fini(&gist);
    wm_arena_fini(&arena);
    return status;
}

/* How many must have one. */
static wm_status count_records(wm_store *store, int64_t last, int64_t *count_out, wm_error *err)
{
    wm_status status = WM_OK;
    *count_out = 0;
    for (int kind = 0; kind < WM_KIND_COUNT && status == WM_OK; kind++) {
        if (wm_gist_has((wm_kind)kind)) {
            wm_stmt st = wm_stmt_open(store, SQL_COUNT, err);
            wm_stmt_bind_i64(&st, 1, kind);
            wm_stmt_bind_i64(&st, 2, last);
            *count_out += wm_stmt_row(&st) ? wm_stmt_i64(&st, 0) : 0;
            status = wm_stmt_close(&st);
        }
    }
    return status;
}

wm_status wm_gists_verify(wm_store *store, wm_error *err)
{
    int64_t last = 0;
    int64_t rows = 0;
    int64_t records = 0;
    wm_status status = wm_store_last_number(store, &last, err);
    if (status != WM_OK) {
        return status;
    }
    wm_stmt st = wm_stmt_open(store, SQL_CHECK, err);
    wm_stmt_bind_i64(&st, 1, last);
    while (status == WM_OK && wm_stmt_row(&st)) {
        status = check_row(store, &st, err);
        rows++;
    }
    wm_status closed = wm_stmt_close(&st);
    status = status == WM_OK ? closed : status;
    if (status == WM_OK) {
        status = count_records(store, last, &records, err);
    }
    if (status == WM_OK && rows != records) {
        status = wm_fail(err, WM_CORRUPT, "database: the index is damaged: a gist is missing");
    }
    return status;
}

/* statement.h: prepared statements with a sticky failure.
 *
 * After a failure bind, row and run do nothing, values are 0 or empty, and close reports the first
 * failure. SQL is a string constant with static lifetime: statements are cached by its address.
 *
 *     wm_stmt st = wm_stmt_open(store, SQL_RECORDS_OF_KIND, err);
 *     wm_stmt_bind_i64(&st, 1, kind);
 *     while (wm_stmt_row(&st)) {
 *         ...
 *     }
 *     status = wm_stmt_close(&st);
 */
#ifndef WAYMARK_STORE_STATEMENT_H
#define WAYMARK_STORE_STATEMENT_H

#include "store/database.h"

/* "(?, ?)" so many times, for VALUES of one statement. */
#define WM_SQL_ROW_COUNT 32
#define WM_SQL_ROWS_4(row) row "," row "," row "," row
#define WM_SQL_ROWS_16(row)                                                                        \
    WM_SQL_ROWS_4(row) "," WM_SQL_ROWS_4(row) "," WM_SQL_ROWS_4(row) "," WM_SQL_ROWS_4(row)
#define WM_SQL_ROWS(row) WM_SQL_ROWS_16(row) "," WM_SQL_ROWS_16(row)

typedef struct wm_stmt {
    wm_store *store;
    struct sqlite3_stmt *handle; /* NULL: closed, or never opened */
    wm_statement_slot *slot;     /* NULL: not cached */
    wm_error *err;
    wm_status status;
    bool is_used; /* since it was opened or reset */
} wm_stmt;

wm_stmt wm_stmt_open(wm_store *store, const char *sql, wm_error *err);
/* The first failure, or WM_OK. May be called again, and on a zeroed wm_stmt. */
wm_status wm_stmt_close(wm_stmt *st);

void wm_stmt_bind_i64(wm_stmt *st, int at, int64_t value);
/* Borrowed until the next wm_stmt_run, wm_stmt_reset or wm_stmt_close. */
void wm_stmt_bind_text(wm_stmt *st, int at, wm_str text);
void wm_stmt_bind_blob(wm_stmt *st, int at, const void *bytes, size_t length);

/* True: a row is there. False: no more, or a failure. */
WM_MUST_USE bool wm_stmt_row(wm_stmt *st);
/* To the end of a statement without rows; then it can be bound and run again. */
void wm_stmt_run(wm_stmt *st);
/* Back to the start, with nothing bound, for another use; a failure stays. */
void wm_stmt_reset(wm_stmt *st);

/* Columns from 0. Strings are borrowed until the next row, reset or close. */
int64_t wm_stmt_i64(wm_stmt *st, int column);
wm_str wm_stmt_str(wm_stmt *st, int column);
bool wm_stmt_is_null(wm_stmt *st, int column);
/* A kind; another number is damage: the statement has then failed. */
wm_kind wm_stmt_kind(wm_stmt *st, int column);

/* The key of the row that was inserted last. */
int64_t wm_store_last_rowid(const wm_store *store);
/* Rows that the statement that ran last put, changed or took away. */
int64_t wm_store_changed_rows(const wm_store *store);

#endif

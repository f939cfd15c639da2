/* release.c: release rows, and what a view means. */
#include "store/release.h"

#include <stdio.h>

#include "store/statement.h"

static const char SQL_LAST[] = "SELECT max(number) FROM release";
static const char SQL_ROW[] = "SELECT date, note FROM release WHERE number = ?1";
static const char SQL_COUNTS[] = "SELECT kind, count FROM release_count WHERE number = ?1";
static const char SQL_PUT[] = "INSERT INTO release(number, date, note) VALUES(?1, ?2, ?3)";
static const char SQL_PUT_COUNT[] =
    "INSERT INTO release_count(number, kind, count) VALUES(?1, ?2, ?3)";
static const char SQL_FORGET[] = "DELETE FROM release";
static const char SQL_FORGET_COUNTS[] = "DELETE FROM release_count";

wm_status wm_store_last_number(wm_store *store, int64_t *number_out, wm_error *err)
{
    int64_t number = 0;
    wm_stmt st = wm_stmt_open(store, SQL_LAST, err);
    if (wm_stmt_row(&st)) {
        number = wm_stmt_i64(&st, 0); /* NULL reads as 0 */
    }
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK) {
        *number_out = number;
    }
    return status;
}

static wm_status no_release(wm_error *err)
{
    return wm_fail(err, WM_NO_RELEASE, "the directory has no release yet");
}

static wm_status read_counts(wm_store *store, int64_t number, wm_release *release, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_COUNTS, err);
    wm_stmt_bind_i64(&st, 1, number);
    while (wm_stmt_row(&st)) {
        int64_t kind = wm_stmt_i64(&st, 0);
        if (kind >= 0 && kind < WM_KIND_COUNT) {
            release->counts[kind] = wm_stmt_i64(&st, 1);
        }
    }
    return wm_stmt_close(&st);
}

wm_status wm_store_read_release(wm_store *store, int64_t number, wm_release *release_out,
                                wm_error *err)
{
    wm_release release = { .number = number };
    bool found = false;
    bool valid = true;
    wm_stmt st = wm_stmt_open(store, SQL_ROW, err);
    wm_stmt_bind_i64(&st, 1, number);
    if (wm_stmt_row(&st)) {
        found = true;
        wm_str note = wm_stmt_str(&st, 1);
        valid = wm_date_parse(wm_stmt_str(&st, 0), &release.date) &&
                note.len <= WM_RELEASE_NOTE_BYTES_MAX;
        if (valid) {
            memcpy(release.note, note.ptr, note.len);
        }
    }
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK) {
        return status;
    }
    if (!found) {
        return wm_fail(err, WM_NOT_FOUND, "there is no release %lld", (long long)number);
    }
    if (!valid) {
        return wm_fail(err, WM_CORRUPT, "database: release %lld is damaged", (long long)number);
    }
    status = read_counts(store, number, &release, err);
    if (status == WM_OK) {
        *release_out = release;
    }
    return status;
}

wm_status wm_store_release(wm_store *store, int64_t number, wm_release *release_out, wm_error *err)
{
    wm_status status = wm_store_read_begin(store, err);
    if (status != WM_OK) {
        return status;
    }
    status = wm_store_read_release(store, number, release_out, err);
    wm_store_read_end(store);
    return status;
}

wm_status wm_store_latest(wm_store *store, wm_release *release_out, wm_error *err)
{
    wm_status status = wm_store_read_begin(store, err);
    if (status != WM_OK) {
        return status;
    }
    int64_t last = 0;
    status = wm_store_last_number(store, &last, err);
    if (status == WM_OK) {
        status = last == 0 ? no_release(err) : wm_store_read_release(store, last, release_out, err);
    }
    wm_store_read_end(store);
    return status;
}

wm_status wm_view_number(wm_store *store, wm_view view, int64_t *number_out, wm_error *err)
{
    int64_t last = 0;
    wm_status status = wm_store_last_number(store, &last, err);
    if (status != WM_OK) {
        return status;
    }
    if (view == WM_VIEW_WORKING) {
        *number_out = last + 1;
        return WM_OK;
    }
    if (view == WM_VIEW_LATEST) {
        if (last == 0) {
            return no_release(err);
        }
        *number_out = last;
        return WM_OK;
    }
    wm_release release;
    status = wm_store_read_release(store, view, &release, err);
    if (status == WM_OK) {
        *number_out = view;
    }
    return status;
}

wm_status wm_store_put_release(wm_txn *txn, const wm_release *release, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    char date[WM_DATE_TEXT_BYTES];
    wm_stmt st = wm_stmt_open(store, SQL_PUT, err);
    wm_stmt_bind_i64(&st, 1, release->number);
    wm_stmt_bind_text(&st, 2, wm_str_of(wm_date_format(release->date, date)));
    wm_stmt_bind_text(&st, 3, wm_str_of(release->note));
    wm_stmt_run(&st);
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK) {
        return status;
    }
    st = wm_stmt_open(store, SQL_PUT_COUNT, err);
    for (int kind = 0; kind < WM_KIND_COUNT; kind++) {
        if (release->counts[kind] > 0) {
            wm_stmt_bind_i64(&st, 1, release->number);
            wm_stmt_bind_i64(&st, 2, kind);
            wm_stmt_bind_i64(&st, 3, release->counts[kind]);
            wm_stmt_run(&st);
        }
    }
    return wm_stmt_close(&st);
}

wm_status wm_store_forget_releases(wm_txn *txn, wm_error *err)
{
    wm_stmt st = wm_stmt_open(wm_txn_store(txn), SQL_FORGET, err);
    wm_stmt_run(&st);
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK) {
        return status;
    }
    st = wm_stmt_open(wm_txn_store(txn), SQL_FORGET_COUNTS, err);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

void wm_release_set_note(wm_release *release, wm_str note)
{
    size_t length = wm_utf8_cut(note, WM_RELEASE_NOTE_BYTES_MAX);
    memset(release->note, 0, sizeof release->note);
    if (length > 0) {
        memcpy(release->note, note.ptr, length);
    }
}

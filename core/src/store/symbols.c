/* symbols.c: the interning table of compiled criteria and of the index, in the file and in memory.
 *
 * Symbols only ever grow, so what another process wrote is read from where we are. New ones are
 * written at commit; a rollback that would lose some forgets the table. */
#include <waymark/sys/criteria.h>

#include "store/statement.h"

static const char SQL_FROM[] = "SELECT number, text FROM symbol WHERE number >= ?1 ORDER BY number";
static const char SQL_LAST[] = "SELECT max(number) FROM symbol";
static const char SQL_PUT[] = "INSERT INTO symbol(number, text) VALUES(?1, ?2)";

/* A damaged file may say any number: only so many are believed before they are there. */
#define RESERVE_MAX ((int64_t)512 * 1024)

static wm_status reserve(wm_store *store, wm_error *err)
{
    int64_t last = 0;
    wm_stmt st = wm_stmt_open(store, SQL_LAST, err);
    if (wm_stmt_row(&st)) {
        last = wm_stmt_i64(&st, 0);
    }
    wm_status status = wm_stmt_close(&st);
    last = last < RESERVE_MAX ? last : RESERVE_MAX;
    return status == WM_OK && last > 0 ? wm_symbols_reserve(store->symbols, (size_t)last + 1, err)
                                       : status;
}

/* Read what is in the file and not in the table. */
static wm_status read_more(wm_store *store, wm_error *err)
{
    wm_status status = reserve(store, err);
    if (status != WM_OK) {
        return status;
    }
    wm_stmt st = wm_stmt_open(store, SQL_FROM, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)store->symbols_saved);
    while (status == WM_OK && wm_stmt_row(&st)) {
        wm_symbol symbol = WM_SYMBOL_NONE;
        int64_t number = wm_stmt_i64(&st, 0);
        wm_str text = wm_stmt_str(&st, 1);
        status = wm_symbols_intern(store->symbols, text, &symbol, err);
        if (status == WM_OK && ((int64_t)symbol != number || !wm_utf8_valid(text, NULL))) {
            status =
                wm_fail(err, WM_CORRUPT, "database: symbol %lld is damaged", (long long)number);
        }
        if (status == WM_OK) {
            store->symbols_saved = symbol + 1;
        }
    }
    wm_status closed = wm_stmt_close(&st);
    return closed != WM_OK ? closed : status;
}

wm_status wm_store_symbols(wm_store *store, wm_symbols **symbols_out, wm_error *err)
{
    bool alone = store->read_depth == 0 && !store->txn.open; /* every look is at another state */
    wm_status status = WM_OK;
    if (store->symbols == NULL) {
        status = wm_symbols_new(store->env, &store->symbols, err);
        store->symbols_saved = 0;
        store->symbols_stale = true;
    }
    if (status == WM_OK && (store->symbols_stale || alone)) {
        status = read_more(store, err);
        if (status == WM_OK) {
            status = wm_criteria_prepare_symbols(store->symbols, err);
        }
        store->symbols_stale = status != WM_OK;
    }
    if (status == WM_OK) {
        *symbols_out = store->symbols;
    }
    return status;
}

wm_status wm_store_save_symbols(wm_txn *txn, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    if (store->symbols == NULL || wm_symbols_count(store->symbols) == store->symbols_saved) {
        return WM_OK;
    }
    wm_stmt st = wm_stmt_open(store, SQL_PUT, err);
    for (wm_symbol i = store->symbols_saved; i < wm_symbols_count(store->symbols); i++) {
        wm_stmt_bind_i64(&st, 1, (int64_t)i);
        wm_stmt_bind_text(&st, 2, wm_symbols_text(store->symbols, i));
        wm_stmt_run(&st);
    }
    return wm_stmt_close(&st);
}

void wm_store_drop_symbols(wm_store *store)
{
    wm_symbols_free(store->symbols);
    store->symbols = NULL;
    store->symbols_saved = 0;
}

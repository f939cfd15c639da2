/* symbols.c: the interning table of compiled criteria and of the index, in the file and in memory.
 *
 * Symbols only ever grow, so what another process wrote is read from where we are. New ones are
 * written at commit; a rollback that would lose some forgets the table.
 *
 * Who answers needs the whole table; who writes a few records of a large directory does not. A
 * transaction that has not got it already works behind the file: it looks single texts up by
 * `symbol_hash`, and keeps only so many of them. The whole table may be asked for meanwhile: then
 * what is new is written first. */
#include <stdlib.h>

#include <waymark/sys/criteria.h>
#include <waymark/sys/digest.h>

#include "store/statement.h"

static const char SQL_FROM[] = "SELECT number, text FROM symbol WHERE number >= ?1 ORDER BY number";
static const char SQL_LAST[] = "SELECT max(number) FROM symbol";
static const char SQL_PUT[] = "INSERT INTO symbol(number, text) VALUES(?1, ?2)";
static const char SQL_PUT_HASH[] = "INSERT INTO symbol_hash(hash, number) VALUES(?1, ?2)";
static const char SQL_FIND[] = "SELECT s.number FROM symbol_hash AS h CROSS JOIN symbol AS s"
                               " ON s.number = h.number WHERE h.hash = ?1 AND s.text = ?2";
static const char SQL_EMPTY_HASHES[] = "DELETE FROM symbol_hash";
static const char SQL_CHECK_HASHES[] = "SELECT (SELECT count(*) FROM symbol),"
                                       " (SELECT count(*) FROM symbol_hash)";

/* A damaged file may say any number: only so many are believed before they are there. */
#define RESERVE_MAX ((int64_t)512 * 1024)
/* Behind the file: so many texts are kept, about 100 bytes each. */
#define HELD_MAX ((size_t)32 * 1024)
#define HASH_BYTES 6

/* -1: there is none. */
static wm_status read_last(wm_store *store, int64_t *last_out, wm_error *err)
{
    *last_out = -1;
    wm_stmt st = wm_stmt_open(store, SQL_LAST, err);
    if (wm_stmt_row(&st) && !wm_stmt_is_null(&st, 0)) {
        *last_out = wm_stmt_i64(&st, 0);
    }
    return wm_stmt_close(&st);
}

static wm_status reserve(wm_store *store, wm_error *err)
{
    int64_t last = 0;
    wm_status status = read_last(store, &last, err);
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

/* The first bytes of its digest. */
static int64_t hash_of(wm_str text)
{
    wm_digest digest;
    int64_t hash = 0;
    wm_digest_of(&text, 1, &digest);
    for (size_t i = 0; i < HASH_BYTES; i++) {
        hash = hash << 8 | digest.bytes[i];
    }
    return hash;
}

typedef struct hash_row {
    int64_t hash;
    wm_symbol number;
} hash_row;

static int compare_rows(const void *left, const void *right)
{
    const hash_row *a = left;
    const hash_row *b = right;
    if (a->hash != b->hash) {
        return a->hash < b->hash ? -1 : 1;
    }
    return (a->number > b->number) - (a->number < b->number);
}

/* In order, which is much faster than one by one. */
static wm_status put_hashes(wm_store *store, hash_row *rows, size_t count, wm_error *err)
{
    qsort(rows, count, sizeof *rows, compare_rows);
    wm_stmt st = wm_stmt_open(store, SQL_PUT_HASH, err);
    for (size_t i = 0; i < count && st.status == WM_OK; i++) {
        wm_stmt_bind_i64(&st, 1, rows[i].hash);
        wm_stmt_bind_i64(&st, 2, (int64_t)rows[i].number);
        wm_stmt_run(&st);
    }
    return wm_stmt_close(&st);
}

/* Write those from `from` on. */
static wm_status save(wm_store *store, const wm_symbols *symbols, wm_symbol from, wm_error *err)
{
    size_t count = wm_symbols_count(symbols) - from;
    if (count == 0) {
        return WM_OK;
    }
    hash_row *rows = wm_env_alloc(store->env, count * sizeof *rows);
    if (rows == NULL) {
        return wm_fail_memory(err);
    }
    wm_stmt st = wm_stmt_open(store, SQL_PUT, err);
    for (size_t i = 0; i < count && st.status == WM_OK; i++) {
        wm_symbol number = from + (wm_symbol)i;
        wm_str text = wm_symbols_text(symbols, number);
        rows[i] = (hash_row){ hash_of(text), number };
        wm_stmt_bind_i64(&st, 1, (int64_t)number);
        wm_stmt_bind_text(&st, 2, text);
        wm_stmt_run(&st);
    }
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK) {
        status = put_hashes(store, rows, count, err);
    }
    wm_env_free(store->env, rows, count * sizeof *rows);
    return status;
}

/* ---- behind the file ---- */

static wm_status find_in_file(void *context, wm_str text, wm_symbol *symbol_out, wm_error *err)
{
    int64_t number = -1;
    wm_stmt st = wm_stmt_open(context, SQL_FIND, err);
    wm_stmt_bind_i64(&st, 1, hash_of(text));
    wm_stmt_bind_text(&st, 2, text);
    bool found = wm_stmt_row(&st);
    if (found) {
        number = wm_stmt_i64(&st, 0);
    }
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK || !found) {
        return status != WM_OK ? status : WM_NOT_FOUND;
    }
    if (number < 0 || number >= (int64_t)WM_SYMBOLS_MAX) {
        return wm_fail(err, WM_CORRUPT, "database: symbol %lld is damaged", (long long)number);
    }
    *symbol_out = (wm_symbol)number;
    return WM_OK;
}

static wm_status open_new(wm_store *store, wm_error *err)
{
    int64_t last = -1;
    wm_status status = read_last(store, &last, err);
    if (status == WM_OK && last >= (int64_t)WM_SYMBOLS_MAX) {
        status = wm_fail(err, WM_CORRUPT, "database: symbol %lld is damaged", (long long)last);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_symbols *symbols = NULL;
    wm_symbols_source source = { (wm_symbol)(last + 1), find_in_file, store };
    status = wm_symbols_new_behind(store->env, &source, &symbols, err);
    if (status == WM_OK) {
        status = wm_criteria_prepare_symbols(symbols, err);
    }
    if (status != WM_OK) {
        wm_symbols_free(symbols);
        return status;
    }
    store->new_symbols = symbols;
    store->new_symbols_from = source.count;
    return WM_OK;
}

/* Write what is new, and forget what is known. */
static wm_status settle_new(wm_store *store, wm_error *err)
{
    wm_status status = save(store, store->new_symbols, store->new_symbols_from, err);
    if (status == WM_OK) {
        wm_store_drop_new_symbols(store);
        store->symbols_uncommitted = true;
        store->symbols_stale = true;
    }
    return status;
}

wm_status wm_store_writing_symbols(wm_store *store, wm_symbols **symbols_out, wm_error *err)
{
    if (!store->txn.open || store->symbols != NULL) {
        return wm_store_symbols(store, symbols_out, err);
    }
    wm_status status = WM_OK;
    if (store->new_symbols != NULL && wm_symbols_held(store->new_symbols) >= HELD_MAX) {
        status = settle_new(store, err);
    }
    if (status == WM_OK && store->new_symbols == NULL) {
        status = open_new(store, err);
    }
    if (status == WM_OK) {
        *symbols_out = store->new_symbols;
    }
    return status;
}

void wm_store_drop_new_symbols(wm_store *store)
{
    wm_symbols_free(store->new_symbols);
    store->new_symbols = NULL;
}

wm_status wm_store_symbols(wm_store *store, wm_symbols **symbols_out, wm_error *err)
{
    bool alone = store->read_depth == 0 && !store->txn.open; /* every look is at another state */
    wm_status status = store->new_symbols != NULL ? settle_new(store, err) : WM_OK;
    if (status == WM_OK && store->symbols == NULL) {
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
    wm_status status = WM_OK;
    if (store->new_symbols != NULL) {
        status = settle_new(store, err);
    }
    if (status == WM_OK && store->symbols != NULL) {
        status = save(store, store->symbols, store->symbols_saved, err);
    }
    return status;
}

void wm_store_drop_symbols(wm_store *store)
{
    wm_symbols_free(store->symbols);
    store->symbols = NULL;
    store->symbols_saved = 0;
}

/* ---- the hashes ---- */

wm_status wm_store_hash_symbols(wm_txn *txn, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    wm_symbols *symbols = NULL;
    wm_status status = wm_store_run(store, SQL_EMPTY_HASHES, err);
    if (status == WM_OK) {
        status = wm_store_symbols(store, &symbols, err);
    }
    if (status != WM_OK || store->symbols_saved == 0) {
        return status;
    }
    size_t count = store->symbols_saved;
    hash_row *rows = wm_env_alloc(store->env, count * sizeof *rows);
    if (rows == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        rows[i] = (hash_row){ hash_of(wm_symbols_text(symbols, (wm_symbol)i)), (wm_symbol)i };
    }
    status = put_hashes(store, rows, count, err);
    wm_env_free(store->env, rows, count * sizeof *rows);
    return status;
}

/* Each text is found by its hash, as its number, and there are no other hashes. */
wm_status wm_store_check_hashes(wm_store *store, const wm_symbols *symbols, wm_error *err)
{
    int64_t texts = 0;
    int64_t hashes = -1;
    wm_stmt st = wm_stmt_open(store, SQL_CHECK_HASHES, err);
    if (wm_stmt_row(&st)) {
        texts = wm_stmt_i64(&st, 0);
        hashes = wm_stmt_i64(&st, 1);
    }
    wm_status status = wm_stmt_close(&st);
    for (int64_t i = 0; i < texts && status == WM_OK; i++) {
        wm_symbol found = WM_SYMBOL_NONE;
        status = find_in_file(store, wm_symbols_text(symbols, (wm_symbol)i), &found, err);
        if (status == WM_NOT_FOUND || (status == WM_OK && (int64_t)found != i)) {
            status = wm_fail(err, WM_CORRUPT, "database: symbol %lld is damaged", (long long)i);
        }
    }
    return status == WM_OK && texts != hashes
               ? wm_fail(err, WM_CORRUPT, "database: the hashes of symbols are damaged")
               : status;
}

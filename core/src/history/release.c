/* release.c: freeze the working state under a number, and the log of those numbers. */
#include "history/freeze.h"
#include "history/working.h"
#include "store/statement.h"

#define TALLY_ENTRIES_MAX ((size_t)512 * 1024) /* 14 MB, and as much while they are sorted */

#define SPOOL_RIDERS 0 /* beside those of a tally */

static const char SQL_PENDING[] =
    "SELECT EXISTS(SELECT 1 FROM revision WHERE since = ?1 AND since > 1)"
    " OR EXISTS(SELECT 1 FROM revision WHERE until = ?1 AND until < 2147483647)"
    " OR (?1 = 1 AND EXISTS(SELECT 1 FROM revision))";
static const char SQL_LOCALITY_PENDING[] =
    "SELECT EXISTS(SELECT 1 FROM revision WHERE kind = 3 AND since = ?1)"
    " OR EXISTS(SELECT 1 FROM revision WHERE kind = 3 AND until = ?1 AND until < 2147483647)";
static const char SQL_NUMBERS[] = "SELECT number FROM release ORDER BY number";

static wm_status is_true(wm_store *store, const char *sql, int64_t next, bool *true_out,
                         wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, sql, err);
    wm_stmt_bind_i64(&st, 1, next);
    if (wm_stmt_row(&st)) {
        *true_out = wm_stmt_i64(&st, 0) != 0;
    }
    return wm_stmt_close(&st);
}

static bool trees_equal(const wm_locality_tree *a, const wm_locality_tree *b)
{
    size_t count = wm_locality_count(a);
    for (wm_locality i = 0; i < count && count == wm_locality_count(b); i++) {
        if (!wm_str_equal(wm_locality_code(a, i), wm_locality_code(b, i)) ||
            wm_locality_kind_of(a, i) != wm_locality_kind_of(b, i) ||
            wm_locality_parent(a, i) != wm_locality_parent(b, i)) {
            return false;
        }
    }
    return count == wm_locality_count(b);
}

/* Did the shape of the tree change? Names do not matter. */
static wm_status compare_trees(wm_freeze *f, bool *changed)
{
    bool pending = false;
    wm_status status = is_true(f->store, SQL_LOCALITY_PENDING, f->next, &pending, f->err);
    if (status != WM_OK || !pending) {
        return status;
    }
    wm_locality_tree *before = NULL;
    status = wm_store_localities(f->store, f->next - 1, &before, f->err);
    if (status == WM_OK) {
        *changed = !trees_equal(before, f->tree);
    }
    wm_locality_tree_free(before);
    return status;
}

static wm_status compare_withheld(wm_freeze *f, bool *changed)
{
    wm_withheld before;
    wm_status status = wm_withheld_load(f->store, f->next - 1, &before, f->err);
    if (status == WM_OK) {
        *changed = *changed || !wm_withheld_equal(&before, &f->withheld);
    }
    wm_withheld_fini(&before);
    return status;
}

/* While the release row is not there yet: views still mean what they meant. */
static wm_status prepare(wm_freeze *f)
{
    wm_status status = wm_withheld_load(f->store, f->next, &f->withheld, f->err);
    if (status == WM_OK) {
        status = wm_store_localities(f->store, WM_VIEW_WORKING, &f->tree, f->err);
    }
    if (status != WM_OK) {
        return status;
    }
    if (wm_locality_find(f->tree, WM_STR(WM_PARTITION_ALL)) != WM_LOCALITY_NONE ||
        wm_locality_find(f->tree, WM_STR(WM_PARTITION_TOP)) != WM_LOCALITY_NONE) {
        return wm_fail(f->err, WM_BAD_RECORD,
                       "locality: the ids \"all\" and \"top\" are names of partitions");
    }
    size_t bytes = (wm_locality_count(f->tree) + 1) * sizeof *f->numbers;
    f->numbers = wm_env_alloc(f->store->env, bytes);
    if (f->numbers == NULL) {
        return wm_fail_memory(f->err);
    }
    f->everything = f->next == 1;
    if (!f->everything) {
        status = compare_trees(f, &f->everything);
    }
    if (!f->everything && status == WM_OK) {
        status = compare_withheld(f, &f->everything);
    }
    return status;
}

/* All records, if all are looked at; how many have changed nobody counts beforehand. */
static uint64_t records_to_do(const wm_freeze *f, const wm_release *release)
{
    int64_t records = 0;
    for (size_t kind = 0; kind < WM_KIND_COUNT && f->everything; kind++) {
        records += release->counts[kind];
    }
    return (uint64_t)records;
}

static wm_status freeze(wm_txn *txn, wm_release *release, const wm_release_wish *wish,
                        wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    wm_freeze f = { .txn = txn,
                    .store = store,
                    .err = err,
                    .next = release->number,
                    .rows = { .txn = txn },
                    .watch = wish->watch,
                    .helper = wish->helper };
    wm_arena_init(&f.scratch, store->env, 64 * WM_MIB);
    wm_buf_init(&f.bytes, store->env, WM_RECORD_BYTES_MAX);
    wm_tally_init(&f.tally, txn, release->number, TALLY_ENTRIES_MAX);
    f.tally.sums_up = true;
    wm_spool_init(&f.riders, store, SPOOL_RIDERS, sizeof(wm_rider));
    wm_status status = prepare(&f);
    if (status == WM_OK) {
        status = wm_working_counts(store, release->number, release->counts, err);
    }
    if (status == WM_OK) {
        status = wm_store_put_release(txn, release, err);
    }
    f.total = records_to_do(&f, release);
    if (status == WM_OK) {
        status = wm_freeze_run(&f);
    }
    if (f.numbers != NULL) {
        wm_env_free(store->env, f.numbers, (wm_locality_count(f.tree) + 1) * sizeof *f.numbers);
    }
    wm_naming_fini(&f);
    wm_spool_fini(&f.riders);
    wm_locality_tree_free(f.tree);
    wm_withheld_fini(&f.withheld);
    wm_tally_fini(&f.tally);
    wm_buf_fini(&f.bytes);
    wm_arena_fini(&f.scratch);
    return status;
}

/* The number and date that the release may have. */
static wm_status check_next(wm_store *store, wm_date date, int64_t *next_out, wm_error *err)
{
    int64_t last = 0;
    bool pending = false;
    wm_status status = wm_store_expect_role(store, WM_ROLE_AUTHOR, err);
    if (status == WM_OK) {
        status = wm_store_last_number(store, &last, err);
    }
    if (status == WM_OK) {
        status = is_true(store, SQL_PENDING, last + 1, &pending, err);
    }
    if (status != WM_OK || !pending) {
        return status != WM_OK ? status : WM_UNCHANGED;
    }
    if (last > 0) {
        wm_release before;
        status = wm_store_read_release(store, last, &before, err);
        if (status == WM_OK && date < before.date) {
            char texts[2][WM_DATE_TEXT_BYTES];
            return wm_fail(err, WM_BAD_INPUT,
                           "release %lld is of %s: expected that date or a later one, found %s",
                           (long long)last, wm_date_format(before.date, texts[0]),
                           wm_date_format(date, texts[1]));
        }
    }
    if (status == WM_OK && last >= WM_RELEASE_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "there are no more release numbers");
    }
    *next_out = last + 1;
    return status;
}

wm_status wm_history_release(wm_txn *txn, wm_date date, wm_str note, wm_release *release_out,
                             wm_error *err)
{
    wm_release_wish wish = { .date = date, .note = note };
    return wm_history_release_as(txn, &wish, release_out, err);
}

wm_status wm_history_release_as(wm_txn *txn, const wm_release_wish *wish, wm_release *release_out,
                                wm_error *err)
{
    wm_release release = { .date = wish->date };
    wm_status status = check_next(wm_txn_store(txn), wish->date, &release.number, err);
    if (status != WM_OK) {
        return status;
    }
    wm_release_set_note(&release, wish->note);
    status = freeze(txn, &release, wish, err);
    if (status != WM_OK) {
        wm_txn_spoil(txn, status);
        return status;
    }
    *release_out = release;
    return WM_OK;
}

wm_status wm_history_log(wm_store *store, const wm_release_sink *sink, wm_error *err)
{
    wm_status said = wm_store_read_begin(store, err);
    if (said != WM_OK) {
        return said;
    }
    wm_stmt st = wm_stmt_open(store, SQL_NUMBERS, err);
    while (said == WM_OK && wm_stmt_row(&st)) {
        wm_release release;
        said = wm_store_read_release(store, wm_stmt_i64(&st, 0), &release, err);
        if (said == WM_OK) {
            said = sink->put(sink->context, &release, err);
        }
    }
    wm_status status = wm_stmt_close(&st);
    wm_store_read_end(store);
    return status != WM_OK ? status : said;
}

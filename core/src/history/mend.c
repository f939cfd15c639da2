/* mend.c: what is derived from the records of a replica, made afresh.
 *
 *   SQLite's own indexes  ->  rows that no replica has are dropped  ->  each record is looked at:
 *   unsound ones go, the others' leaves are computed and counted  ->  digests, counts
 *
 * Whether the records are the right ones is not asked here: afterwards the digests say truly what
 * is there, so that whoever knows the signed ones can tell. */
#include "history/mend.h"

#include "history/partition.h"
#include "history/working.h"
#include "store/index.h"
#include "store/names.h"
#include "store/statement.h"

#define MEND_BATCH 128
#define MEND_ENTRIES_MAX ((size_t)256 * 1024)

static const char SQL_REINDEX[] = "REINDEX";
static const char SQL_DROP[] =
    "DELETE FROM service; DELETE FROM block; DELETE FROM posting; DELETE FROM site;"
    "DELETE FROM rule; DELETE FROM roster;"
    "DELETE FROM name; DELETE FROM name_word; DELETE FROM name_near; DELETE FROM name_posting;"
    "DELETE FROM state; DELETE FROM bucket; DELETE FROM state_history; DELETE FROM naming;"
    "UPDATE revision SET audience = 0 WHERE audience <> 0;"
    "UPDATE projection SET shown = NULL WHERE shown IS NOT NULL;"
    "DELETE FROM shown;"
    "DELETE FROM revision WHERE since <> 0 OR until <> 2147483647;"
    "DELETE FROM projection WHERE since <> 0 OR until <> 2147483647"
    " OR rev NOT IN (SELECT rev FROM revision);";
static const char SQL_DROP_OTHERS[] = "DELETE FROM projection WHERE edition <> ?1";
static const char SQL_RECORDS[] =
    "SELECT r.rev, r.kind, r.id, r.record, p.leaf, n.number FROM revision r"
    " LEFT JOIN projection p ON p.rev = r.rev AND p.edition = ?1 AND p.since = 0"
    " LEFT JOIN partition n ON n.number = p.partition"
    " WHERE r.rev > ?2 ORDER BY r.rev LIMIT 128";
static const char SQL_DROP_PROJECTION[] = "DELETE FROM projection WHERE rev = ?1";
static const char SQL_DROP_REVISION[] = "DELETE FROM revision WHERE rev = ?1";
static const char SQL_SET_LEAF[] = "UPDATE projection SET leaf = ?2 WHERE rev = ?1";
static const char SQL_COUNTS[] = "SELECT kind, count(*) FROM revision GROUP BY kind";

typedef struct mended_row {
    int64_t rev;
    int64_t partition;
    wm_leaf leaf;
    bool is_sound;
    bool is_stale; /* its leaf is another */
} mended_row;

typedef struct mender {
    wm_txn *txn;
    wm_store *store;
    wm_edition edition;
    wm_tally tally;
    wm_arena scratch; /* one record */
    wm_buf bytes;     /* its canonical form */
    mended_row rows[MEND_BATCH];
    size_t count;
    wm_error *err;
} mender;

static wm_status look_at(mender *m, wm_stmt *st)
{
    mended_row *row = &m->rows[m->count++];
    const wm_json *value = NULL;
    int64_t kind = wm_stmt_i64(st, 1);
    row->rev = wm_stmt_i64(st, 0);
    row->partition = wm_stmt_i64(st, 5);
    row->is_sound = false;
    if (kind < 0 || kind >= WM_KIND_COUNT || wm_stmt_is_null(st, 5)) {
        return WM_OK;
    }
    wm_record record = { (wm_kind)kind, wm_stmt_str(st, 2), wm_stmt_str(st, 3) };
    wm_arena_reset(&m->scratch);
    wm_status status = wm_record_accept(&m->scratch, &record, &value, NULL);
    if (status != WM_OK) {
        return status == WM_NO_MEMORY ? wm_fail_memory(m->err) : WM_OK;
    }
    wm_buf_reset(&m->bytes);
    wm_json_write(&m->bytes, value);
    status = wm_buf_status(&m->bytes, m->err);
    if (status != WM_OK) {
        return status;
    }
    row->is_sound = wm_str_equal(wm_buf_str(&m->bytes), record.bytes);
    wm_leaf_of(&record, &row->leaf);
    wm_str stored = wm_stmt_str(st, 4);
    row->is_stale =
        stored.len != WM_LEAF_BYTES || memcmp(stored.ptr, row->leaf.bytes, WM_LEAF_BYTES) != 0;
    return WM_OK;
}

static wm_status read_batch(mender *m, int64_t after)
{
    wm_status looked = WM_OK;
    m->count = 0;
    wm_stmt st = wm_stmt_open(m->store, SQL_RECORDS, m->err);
    wm_stmt_bind_i64(&st, 1, (int64_t)m->edition);
    wm_stmt_bind_i64(&st, 2, after);
    while (looked == WM_OK && m->count < MEND_BATCH && wm_stmt_row(&st)) {
        looked = look_at(m, &st);
    }
    wm_status status = wm_stmt_close(&st);
    return status != WM_OK ? status : looked;
}

static wm_status run_on(mender *m, const char *sql, int64_t number)
{
    wm_stmt st = wm_stmt_open(m->store, sql, m->err);
    wm_stmt_bind_i64(&st, 1, number);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

static wm_status mend_row(mender *m, const mended_row *row)
{
    if (!row->is_sound) {
        wm_status status = run_on(m, SQL_DROP_PROJECTION, row->rev);
        return status == WM_OK ? run_on(m, SQL_DROP_REVISION, row->rev) : status;
    }
    if (row->is_stale) {
        wm_stmt st = wm_stmt_open(m->store, SQL_SET_LEAF, m->err);
        wm_stmt_bind_i64(&st, 1, row->rev);
        wm_stmt_bind_blob(&st, 2, row->leaf.bytes, WM_LEAF_BYTES);
        wm_stmt_run(&st);
        wm_status status = wm_stmt_close(&st);
        if (status != WM_OK) {
            return status;
        }
    }
    return wm_tally_put(&m->tally, wm_slice_key_of(m->edition, row->partition), &row->leaf, 1,
                        m->err);
}

static wm_status mend_rows(mender *m)
{
    int64_t after = INT64_MIN;
    wm_status status = WM_OK;
    do {
        status = read_batch(m, after);
        for (size_t i = 0; i < m->count && status == WM_OK; i++) {
            after = m->rows[i].rev;
            status = mend_row(m, &m->rows[i]);
        }
    } while (status == WM_OK && m->count == MEND_BATCH);
    return status == WM_OK ? wm_tally_flush(&m->tally, m->err) : status;
}

static wm_status count_kinds(mender *m, int64_t counts_out[WM_KIND_COUNT])
{
    memset(counts_out, 0, WM_KIND_COUNT * sizeof counts_out[0]);
    wm_stmt st = wm_stmt_open(m->store, SQL_COUNTS, m->err);
    while (wm_stmt_row(&st)) {
        counts_out[wm_stmt_kind(&st, 0)] = wm_stmt_i64(&st, 1);
    }
    return wm_stmt_close(&st);
}

wm_status wm_mend(wm_txn *txn, wm_edition edition, int64_t counts_out[WM_KIND_COUNT], wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    mender *m = wm_env_alloc(store->env, sizeof *m);
    if (m == NULL) {
        return wm_fail_memory(err);
    }
    *m = (mender){ .txn = txn, .store = store, .edition = edition, .err = err };
    wm_tally_init(&m->tally, txn, 0, MEND_ENTRIES_MAX);
    wm_arena_init(&m->scratch, store->env, 64 * WM_MIB);
    wm_buf_init(&m->bytes, store->env, WM_RECORD_BYTES_MAX);
    wm_index_discard(store);
    wm_names_discard(store);
    wm_status status = wm_store_run(store, SQL_REINDEX, err);
    if (status == WM_OK) {
        status = wm_store_run(store, SQL_DROP, err);
    }
    if (status == WM_OK) {
        status = run_on(m, SQL_DROP_OTHERS, (int64_t)edition);
    }
    if (status == WM_OK) {
        status = mend_rows(m);
    }
    if (status == WM_OK) {
        status = count_kinds(m, counts_out);
    }
    wm_tally_fini(&m->tally);
    wm_arena_fini(&m->scratch);
    wm_buf_fini(&m->bytes);
    wm_env_free(store->env, m, sizeof *m);
    return status;
}

/* read.c: what was: digests, slices, and what changed in a slice between two releases. */
#include "history/partition.h"
#include "history/state.h"
#include "store/release.h"
#include "store/statement.h"

/* Of each partition the newest row at or before ?2; a slice is edition * 2^20 + partition. */
static const char SQL_STATES[] =
    "SELECT p.name, h.records, h.bits, h.digest FROM partition p CROSS JOIN state_history h"
    " ON h.slice = ?1 * 1048576 + p.number"
    " WHERE h.since = (SELECT max(x.since) FROM state_history x"
    "                  WHERE x.slice = h.slice AND x.since <= ?2)"
    " AND (h.records > 0 OR (p.number = 0 AND ?3)) ORDER BY p.name";
/* Only keys are sorted; the records are fetched one by one. */
static const char SQL_SLICE[] =
    "SELECT r.kind, r.id, p.rev, p.since FROM projection p CROSS JOIN revision r ON r.rev = p.rev"
    " WHERE p.edition = ?1 AND p.partition = ?2 AND p.until > ?3 AND p.since <= ?3"
    " ORDER BY r.kind, r.id";
static const char SQL_WHOLE[] =
    "SELECT r.kind, r.id, coalesce("
    "(SELECT w.record FROM shown w WHERE w.number = p.shown), r.record)"
    " FROM revision r INDEXED BY revision_key CROSS JOIN projection p ON p.rev = r.rev"
    " WHERE p.edition = ?1 AND p.partition >= 0 AND p.until > ?2 AND p.since <= ?2"
    " ORDER BY r.kind, r.id";
/* The same without a record, for which the rows of `revision` need not be read. "+": by its rev, or
 * SQLite goes through the whole edition for each. */
static const char SQL_WHOLE_NAMES[] =
    "SELECT r.kind, r.id FROM revision r INDEXED BY revision_key CROSS JOIN projection p"
    " ON p.rev = r.rev"
    " WHERE p.edition = ?1 AND +p.partition >= 0 AND p.until > ?2 AND p.since <= ?2"
    " ORDER BY r.kind, r.id";
static const char SQL_RECORD[] =
    "SELECT coalesce((SELECT w.record FROM shown w WHERE w.number = p.shown), r.record) FROM "
    "projection p CROSS JOIN revision r ON r.rev = p.rev"
    " WHERE p.rev = ?1 AND p.edition = ?2 AND p.since = ?3";
static const char SQL_TOUCHED[] =
    "SELECT r.kind, r.id FROM projection p CROSS JOIN revision r ON r.rev = p.rev"
    " WHERE p.edition = ?1 AND p.partition = ?2 AND p.since > ?3 AND p.since <= ?4 AND p.since > 1"
    " UNION SELECT r.kind, r.id FROM projection p CROSS JOIN revision r ON r.rev = p.rev"
    " WHERE p.edition = ?1 AND p.partition = ?2 AND p.until > ?3 AND p.until <= ?4"
    " ORDER BY 1, 2";
static const char SQL_TOUCHED_WHOLE[] =
    "SELECT r.kind, r.id FROM projection p CROSS JOIN revision r ON r.rev = p.rev"
    " WHERE p.edition = ?1 AND p.partition IN (SELECT number FROM partition)"
    " AND p.since > ?3 AND p.since <= ?4 AND p.since > 1"
    " UNION SELECT r.kind, r.id FROM projection p CROSS JOIN revision r ON r.rev = p.rev"
    " WHERE p.edition = ?1 AND p.partition IN (SELECT number FROM partition)"
    " AND p.until > ?3 AND p.until <= ?4"
    " ORDER BY 1, 2";
/* partition ?2, or any if it is 0 */
static const char SQL_AT[] =
    "SELECT p.leaf, coalesce("
    "(SELECT w.record FROM shown w WHERE w.number = p.shown), r.record)"
    " FROM revision r INDEXED BY revision_key CROSS JOIN projection p ON p.rev = r.rev"
    " WHERE r.kind = ?3 AND r.id = ?4 AND p.edition = ?1 AND p.since <= ?5 AND p.until > ?5"
    " AND CASE WHEN ?2 = 0 THEN p.partition >= 0 ELSE p.partition = ?2 END";

/* A statement's sections of a slice, by numbers. */
typedef struct slice_reader {
    wm_store *store;
    wm_edition edition;
    int64_t partition;
    bool ids_only;
    wm_error *err;
} slice_reader;

static wm_status expect_release(wm_store *store, int64_t release, wm_error *err)
{
    wm_release row;
    return wm_store_read_release(store, release, &row, err);
}

/* ---- states ---- */

static wm_status put_state(wm_stmt *st, const wm_state_sink *sink, wm_error *err)
{
    wm_str digest = wm_stmt_str(st, 3);
    int64_t bits = wm_stmt_i64(st, 2);
    int64_t records = wm_stmt_i64(st, 1);
    if (digest.len != WM_DIGEST_BYTES || bits < 0 || bits > WM_BUCKET_BITS_MAX || records < 0) {
        return wm_fail(err, WM_CORRUPT, "database: the digest of partition %.*s is damaged",
                       WM_STR_ARG(wm_stmt_str(st, 0)));
    }
    wm_state state = {
        .partition = wm_stmt_str(st, 0),
        .buckets = (uint32_t)1 << bits,
        .records = (uint64_t)records,
    };
    memcpy(state.digest.bytes, digest.ptr, WM_DIGEST_BYTES);
    return sink->put(sink->context, &state, err);
}

wm_status wm_history_states(wm_store *store, wm_edition edition, int64_t release,
                            const wm_state_sink *sink, wm_error *err)
{
    wm_status said = wm_store_read_begin(store, err);
    if (said != WM_OK) {
        return said;
    }
    said = expect_release(store, release, err);
    if (said == WM_OK) {
        wm_stmt st = wm_stmt_open(store, SQL_STATES, err);
        wm_stmt_bind_i64(&st, 1, (int64_t)edition);
        wm_stmt_bind_i64(&st, 2, release);
        wm_stmt_bind_i64(&st, 3, wm_store_role(store) == WM_ROLE_AUTHOR ? 1 : 0);
        while (said == WM_OK && wm_stmt_row(&st)) {
            said = put_state(&st, sink, err);
        }
        wm_status status = wm_stmt_close(&st);
        said = status != WM_OK ? status : said;
    }
    wm_store_read_end(store);
    return said;
}

/* ---- a slice ---- */

static wm_status each_in_partition(const slice_reader *reader, int64_t release,
                                   const wm_record_sink *sink)
{
    wm_status said = WM_OK;
    wm_stmt fetch = wm_stmt_open(reader->store, SQL_RECORD, reader->err);
    wm_stmt st = wm_stmt_open(reader->store, SQL_SLICE, reader->err);
    wm_stmt_bind_i64(&st, 1, (int64_t)reader->edition);
    wm_stmt_bind_i64(&st, 2, reader->partition);
    wm_stmt_bind_i64(&st, 3, release);
    while (said == WM_OK && wm_stmt_row(&st)) {
        if (reader->ids_only) {
            wm_record name = { wm_stmt_kind(&st, 0), wm_stmt_str(&st, 1), { NULL, 0 } };
            said = sink->put(sink->context, &name, reader->err);
            continue;
        }
        wm_stmt_bind_i64(&fetch, 1, wm_stmt_i64(&st, 2));
        wm_stmt_bind_i64(&fetch, 2, (int64_t)reader->edition);
        wm_stmt_bind_i64(&fetch, 3, wm_stmt_i64(&st, 3));
        if (!wm_stmt_row(&fetch)) {
            break;
        }
        wm_record record = { wm_stmt_kind(&st, 0), wm_stmt_str(&st, 1), wm_stmt_str(&fetch, 0) };
        said = sink->put(sink->context, &record, reader->err);
        wm_stmt_reset(&fetch);
    }
    wm_status status = wm_stmt_close(&st);
    wm_status fetched = wm_stmt_close(&fetch);
    status = status != WM_OK ? status : fetched;
    return status != WM_OK ? status : said;
}

static wm_status each_in_whole(const slice_reader *reader, int64_t release,
                               const wm_record_sink *sink)
{
    wm_status said = WM_OK;
    wm_stmt st =
        wm_stmt_open(reader->store, reader->ids_only ? SQL_WHOLE_NAMES : SQL_WHOLE, reader->err);
    wm_stmt_bind_i64(&st, 1, (int64_t)reader->edition);
    wm_stmt_bind_i64(&st, 2, release);
    while (said == WM_OK && wm_stmt_row(&st)) {
        wm_record record = { wm_stmt_kind(&st, 0), wm_stmt_str(&st, 1), { NULL, 0 } };
        if (!reader->ids_only) {
            record.bytes = wm_stmt_str(&st, 2);
        }
        said = sink->put(sink->context, &record, reader->err);
    }
    wm_status status = wm_stmt_close(&st);
    return status != WM_OK ? status : said;
}

static wm_status each_in_slice(slice_reader *reader, const wm_slice *slice, int64_t release,
                               const wm_record_sink *sink)
{
    wm_store *store = reader->store;
    wm_status status = wm_store_read_begin(store, reader->err);
    if (status != WM_OK) {
        return status;
    }
    status = expect_release(store, release, reader->err);
    if (status == WM_OK) {
        status = wm_partition_find(store, slice->partition, &reader->partition, reader->err);
        if (status == WM_OK) {
            status = reader->partition == WM_PARTITION_NUMBER_ALL
                         ? each_in_whole(reader, release, sink)
                         : each_in_partition(reader, release, sink);
        } else if (status == WM_NOT_FOUND) {
            status = WM_OK; /* no partition, no records */
        }
    }
    wm_store_read_end(store);
    return status;
}

wm_status wm_history_each(wm_store *store, const wm_slice *slice, int64_t release,
                          const wm_record_sink *sink, wm_error *err)
{
    slice_reader reader = { .store = store, .edition = slice->edition, .err = err };
    return each_in_slice(&reader, slice, release, sink);
}

wm_status wm_history_ids(wm_store *store, const wm_slice *slice, int64_t release,
                         const wm_record_sink *sink, wm_error *err)
{
    slice_reader reader = {
        .store = store, .edition = slice->edition, .ids_only = true, .err = err
    };
    return each_in_slice(&reader, slice, release, sink);
}

/* ---- changes ---- */

/* A record of the slice at one release, while its row is there. */
static wm_str record_at(wm_stmt *st, const slice_reader *reader, const wm_record *key,
                        int64_t release)
{
    wm_stmt_reset(st);
    wm_stmt_bind_i64(st, 1, (int64_t)reader->edition);
    wm_stmt_bind_i64(st, 2, reader->partition);
    wm_stmt_bind_i64(st, 3, (int64_t)key->kind);
    wm_stmt_bind_text(st, 4, key->id);
    wm_stmt_bind_i64(st, 5, release);
    return wm_stmt_row(st) ? wm_stmt_str(st, 1) : (wm_str){ NULL, 0 };
}

static wm_status copy_record(const slice_reader *reader, int64_t release, const wm_record *key,
                             wm_buf *bytes_out)
{
    wm_stmt at = wm_stmt_open(reader->store, SQL_AT, reader->err);
    wm_str bytes = record_at(&at, reader, key, release);
    bool found = bytes.ptr != NULL;
    if (found) {
        wm_buf_put_str(bytes_out, bytes);
    }
    wm_status status = wm_stmt_close(&at);
    if (status == WM_OK) {
        status = found ? wm_buf_status(bytes_out, reader->err) : WM_NOT_FOUND;
    }
    return status;
}

wm_status wm_history_get(wm_store *store, const wm_slice *slice, int64_t release, wm_kind kind,
                         wm_str id, wm_buf *bytes_out, wm_error *err)
{
    slice_reader reader = { .store = store, .edition = slice->edition, .err = err };
    wm_record key = { kind, id, { NULL, 0 } };
    wm_status status = wm_store_read_begin(store, err);
    if (status != WM_OK) {
        return status;
    }
    status = wm_partition_find(store, slice->partition, &reader.partition, err);
    if (status == WM_OK) {
        status = copy_record(&reader, release, &key, bytes_out);
    }
    wm_store_read_end(store);
    return status;
}

typedef struct change_reader {
    slice_reader slice;
    int64_t from;
    int64_t to;
    wm_buf before; /* the older bytes: both are needed at once, from one statement */
    const wm_change_sink *sink;
} change_reader;

static wm_status put_change(change_reader *reader, wm_stmt *at, const wm_record *key)
{
    wm_buf_reset(&reader->before);
    wm_projected_change change = { .kind = key->kind, .id = key->id };
    wm_str before = record_at(at, &reader->slice, key, reader->from);
    if (before.ptr != NULL) {
        wm_buf_put_str(&reader->before, before);
        change.before = wm_buf_str(&reader->before);
    }
    wm_status status = wm_buf_status(&reader->before, reader->slice.err);
    if (status != WM_OK) {
        return status;
    }
    change.after = record_at(at, &reader->slice, key, reader->to);
    bool same = (change.before.ptr == NULL) == (change.after.ptr == NULL) &&
                wm_str_equal(change.before, change.after);
    if (at->status != WM_OK || same) {
        return at->status;
    }
    return reader->sink->put(reader->sink->context, &change, reader->slice.err);
}

static wm_status each_change(change_reader *reader)
{
    const slice_reader *slice = &reader->slice;
    bool whole = slice->partition == WM_PARTITION_NUMBER_ALL;
    wm_status said = WM_OK;
    wm_stmt at = wm_stmt_open(slice->store, SQL_AT, slice->err);
    wm_stmt st = wm_stmt_open(slice->store, whole ? SQL_TOUCHED_WHOLE : SQL_TOUCHED, slice->err);
    wm_stmt_bind_i64(&st, 1, (int64_t)slice->edition);
    if (!whole) {
        wm_stmt_bind_i64(&st, 2, slice->partition);
    }
    wm_stmt_bind_i64(&st, 3, reader->from);
    wm_stmt_bind_i64(&st, 4, reader->to);
    while (said == WM_OK && wm_stmt_row(&st)) {
        wm_record key = { wm_stmt_kind(&st, 0), wm_stmt_str(&st, 1), { NULL, 0 } };
        said = put_change(reader, &at, &key);
    }
    wm_status status = wm_stmt_close(&st);
    wm_status closed = wm_stmt_close(&at);
    status = status != WM_OK ? status : closed;
    return status != WM_OK ? status : said;
}

static wm_status put_addition(void *context, const wm_record *record, wm_error *err)
{
    const wm_change_sink *sink = context;
    wm_projected_change change = { .kind = record->kind, .id = record->id, .after = record->bytes };
    return sink->put(sink->context, &change, err);
}

static wm_status read_changes(change_reader *reader, wm_str partition)
{
    wm_store *store = reader->slice.store;
    wm_error *err = reader->slice.err;
    wm_status status = wm_store_expect_role(store, WM_ROLE_AUTHOR, err);
    if (status == WM_OK) {
        status = expect_release(store, reader->from, err);
    }
    if (status == WM_OK) {
        status = expect_release(store, reader->to, err);
    }
    if (status != WM_OK) {
        return status;
    }
    status = wm_partition_find(store, partition, &reader->slice.partition, err);
    if (status != WM_OK) {
        return status == WM_NOT_FOUND ? WM_OK : status;
    }
    return each_change(reader);
}

wm_status wm_history_changes(wm_store *store, const wm_slice *slice, int64_t from, int64_t to,
                             const wm_change_sink *sink, wm_error *err)
{
    if (from < 0 || from >= to) {
        return wm_fail(err, WM_BAD_ARGUMENT, "history: expected an older and a newer release");
    }
    if (from == 0) {
        wm_change_sink borrowed = *sink;
        wm_record_sink additions = { put_addition, &borrowed };
        return wm_history_each(store, slice, to, &additions, err);
    }
    wm_status status = wm_store_read_begin(store, err);
    if (status != WM_OK) {
        return status;
    }
    change_reader reader = {
        .slice = { .store = store, .edition = slice->edition, .err = err },
        .from = from,
        .to = to,
        .sink = sink,
    };
    wm_buf_init(&reader.before, store->env, WM_RECORD_BYTES_MAX);
    status = read_changes(&reader, slice->partition);
    wm_buf_fini(&reader.before);
    wm_store_read_end(store);
    return status;
}

/* base.c: what a delta starts from: a partition of a replica as it stands in the transaction. */
#include "history/partition.h"
#include "history/replica.h"
#include "store/statement.h"

static const char SQL_RECORD_AT[] =
    "SELECT record FROM revision WHERE rev = ?1 AND kind = ?2 AND id = ?3";
static const char SQL_RECORD[] =
    "SELECT r.record FROM revision r CROSS JOIN projection p"
    " ON p.rev = r.rev AND p.edition = ?3 AND p.since = 0"
    " WHERE r.kind = ?1 AND r.id = ?2 AND r.since = 0 AND p.partition = ?4";
static const char SQL_ROW[] = "SELECT kind, id, record FROM revision WHERE rev = ?1";

struct wm_replica_ids {
    wm_replica_apply *apply;
    wm_buf revs; /* a roster */
    uint64_t rank;
    /* the last that was given: */
    wm_kind kind;
    size_t id_length; /* 0: none yet */
    char id[WM_ID_BYTES_MAX];
};

static uint32_t hash_of(wm_kind kind, wm_str id)
{
    uint32_t hash = 2166136261U ^ (uint32_t)kind;
    for (size_t i = 0; i < id.len; i++) {
        hash = (hash ^ (unsigned char)id.ptr[i]) * 16777619U;
    }
    return hash ^ (hash >> 15);
}

/* Whoever wants an id mostly wants its record soon: it is kept as long as there is room. */
static void note_row(wm_replica_apply *apply, const wm_record *record, int64_t rev)
{
    uint32_t hash = hash_of(record->kind, record->id);
    wm_row_place *place = &apply->places[hash & (WM_ROW_PLACES - 1)];
    size_t bytes = 1 + record->id.len + record->bytes.len;
    *place = (wm_row_place){ .hash = hash, .rev = (uint32_t)rev };
    if (apply->keeps_rows && apply->rows.status == WM_OK &&
        bytes <= WM_ROWS_KEPT_BYTES_MAX - apply->rows.len) {
        place->kept = (uint32_t)apply->rows.len;
        wm_buf_put_char(&apply->rows, (char)record->kind);
        wm_buf_put_str(&apply->rows, record->id);
        wm_buf_put_str(&apply->rows, record->bytes);
        place->record_bytes = apply->rows.status == WM_OK ? (uint32_t)record->bytes.len : 0;
    }
}

void wm_rows_let_go(wm_replica_apply *apply)
{
    wm_buf_fini(&apply->rows);
    apply->keeps_rows = false;
}

/* Empty: it is not kept. */
static wm_str kept_row(const wm_replica_apply *apply, wm_kind kind, wm_str id)
{
    uint32_t hash = hash_of(kind, id);
    const wm_row_place *place = &apply->places[hash & (WM_ROW_PLACES - 1)];
    size_t bytes = 1 + id.len + place->record_bytes;
    if (place->hash != hash || place->record_bytes == 0 || place->kept > apply->rows.len ||
        bytes > apply->rows.len - place->kept) {
        return (wm_str){ NULL, 0 };
    }
    const char *at = apply->rows.data + place->kept;
    bool same = at[0] == (char)kind && memcmp(at + 1, id.ptr, id.len) == 0;
    return same ? (wm_str){ at + 1 + id.len, place->record_bytes } : (wm_str){ NULL, 0 };
}

int64_t wm_row_guess(const wm_replica_apply *apply, wm_kind kind, wm_str id)
{
    uint32_t hash = hash_of(kind, id);
    const wm_row_place *place = &apply->places[hash & (WM_ROW_PLACES - 1)];
    return place->hash == hash ? (int64_t)place->rev : 0;
}

/* The record that the statement finds, and its end. WM_NOT_FOUND without text. */
static wm_status take_record(wm_stmt *st, wm_buf *bytes_out, wm_error *err)
{
    bool found = false;
    if (wm_stmt_row(st)) {
        found = true;
        wm_buf_put_str(bytes_out, wm_stmt_str(st, 0));
    }
    wm_status status = wm_stmt_close(st);
    if (status == WM_OK && !found) {
        return WM_NOT_FOUND;
    }
    return status == WM_OK ? wm_buf_status(bytes_out, err) : status;
}

static wm_status get_by_row(wm_replica_apply *apply, int64_t rev, wm_kind kind, wm_str id,
                            wm_buf *bytes_out, wm_error *err)
{
    wm_stmt st = wm_stmt_open(apply->store, SQL_RECORD_AT, err);
    wm_stmt_bind_i64(&st, 1, rev);
    wm_stmt_bind_i64(&st, 2, (int64_t)kind);
    wm_stmt_bind_text(&st, 3, id);
    return take_record(&st, bytes_out, err);
}

wm_status wm_replica_get(wm_replica_apply *apply, wm_str partition, wm_kind kind, wm_str id,
                         wm_buf *bytes_out, wm_error *err)
{
    int64_t number = 0;
    int64_t rev = wm_row_guess(apply, kind, id);
    wm_status status = wm_partition_find(apply->store, partition, &number, err);
    if (status == WM_OK && wm_held_may_have(apply, kind, id)) {
        status = wm_held_write(apply, err);
    }
    if (status != WM_OK) {
        return status;
    }
    if (number == apply->places_of) {
        wm_str kept = kept_row(apply, kind, id);
        if (kept.len > 0) {
            wm_buf_put_str(bytes_out, kept);
            return wm_buf_status(bytes_out, err);
        }
    }
    if (rev != 0 && number == apply->places_of) {
        status = get_by_row(apply, rev, kind, id, bytes_out, err);
        if (status != WM_NOT_FOUND) {
            return status;
        }
    }
    wm_stmt st = wm_stmt_open(apply->store, SQL_RECORD, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)kind);
    wm_stmt_bind_text(&st, 2, id);
    wm_stmt_bind_i64(&st, 3, (int64_t)apply->edition);
    wm_stmt_bind_i64(&st, 4, number);
    return take_record(&st, bytes_out, err);
}

wm_status wm_replica_ids_open(wm_replica_apply *apply, wm_str partition, wm_replica_ids **ids_out,
                              wm_error *err)
{
    int64_t number = 0;
    wm_replica_ids *ids = wm_env_alloc(apply->store->env, sizeof *ids);
    if (ids == NULL) {
        return wm_fail_memory(err);
    }
    ids->apply = apply;
    wm_buf_init(&ids->revs, apply->store->env, SIZE_MAX / 2);
    wm_status status = wm_held_write(apply, err);
    if (status == WM_OK) {
        status = wm_partition_find(apply->store, partition, &number, err);
    }
    if (status == WM_OK) {
        memset(apply->places, 0, sizeof apply->places);
        apply->places_of = number;
        wm_rows_let_go(apply);
        apply->keeps_rows = true;
        status = wm_roster_read(&apply->roster, number, &ids->revs, err);
    }
    if (status != WM_OK && status != WM_NOT_FOUND) {
        wm_replica_ids_close(ids);
        return status;
    }
    *ids_out = ids;
    return WM_OK;
}

static uint64_t ids_left(const wm_replica_ids *ids)
{
    return ids->revs.len / WM_ROSTER_ENTRY_BYTES - ids->rank;
}

void wm_replica_ids_skip(wm_replica_ids *ids, uint64_t count)
{
    ids->rank += count < ids_left(ids) ? count : ids_left(ids);
}

/* In order, as a roster is. */
static bool is_next(const wm_replica_ids *ids, wm_kind kind, wm_str id)
{
    return ids->kind != kind ? ids->kind < kind || ids->id_length == 0
                             : wm_str_compare((wm_str){ ids->id, ids->id_length }, id) < 0;
}

wm_status wm_replica_ids_next(wm_replica_ids *ids, wm_kind *kind_out, wm_str *id_out, wm_error *err)
{
    wm_store *store = ids->apply->store;
    bool found = false;
    if (ids_left(ids) == 0) {
        return WM_END;
    }
    int64_t rev = wm_roster_at(&ids->revs, (size_t)ids->rank++);
    wm_stmt st = wm_stmt_open(store, SQL_ROW, err);
    wm_stmt_bind_i64(&st, 1, rev);
    if (wm_stmt_row(&st)) {
        wm_kind kind = wm_stmt_kind(&st, 0);
        wm_str id = wm_stmt_str(&st, 1);
        found = id.len <= sizeof ids->id && is_next(ids, kind, id);
        ids->kind = kind;
        ids->id_length = found ? id.len : 0;
        memcpy(ids->id, id.ptr, ids->id_length);
        *kind_out = kind;
        *id_out = (wm_str){ ids->id, ids->id_length };
        note_row(ids->apply, &(wm_record){ kind, *id_out, wm_stmt_str(&st, 2) }, rev);
    }
    wm_status status = wm_stmt_close(&st);
    return status == WM_OK && !found
               ? wm_fail(err, WM_CORRUPT, "database: the list of a partition's records is damaged")
               : status;
}

void wm_replica_ids_close(wm_replica_ids *ids)
{
    if (ids != NULL) {
        wm_buf_fini(&ids->revs);
        wm_env_free(ids->apply->store->env, ids, sizeof *ids);
    }
}

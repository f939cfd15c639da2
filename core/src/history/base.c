/* base.c: what a delta starts from: a partition of a replica as it stands in the transaction. */
#include "history/partition.h"
#include "history/replica.h"
#include "store/statement.h"

static const char SQL_RECORD[] =
    "SELECT r.record FROM revision r CROSS JOIN projection p"
    " ON p.rev = r.rev AND p.edition = ?3 AND p.since = 0"
    " WHERE r.kind = ?1 AND r.id = ?2 AND r.since = 0 AND p.partition = ?4";
static const char SQL_OTHERS[] =
    "SELECT EXISTS(SELECT 1 FROM projection WHERE edition = ?1 AND partition < ?2)"
    " OR EXISTS(SELECT 1 FROM projection WHERE edition = ?1 AND partition > ?2)";
/* Where one partition is all there is, the index of keys has it in order, and SQLite passes over
 * many of its rows much faster than we are given them. Else keys are sorted. */
static const char SQL_ALL_IDS[] =
    "SELECT kind, id FROM revision INDEXED BY revision_key WHERE (kind, id) > (?1, ?2)"
    " ORDER BY kind, id LIMIT -1 OFFSET ?3";
static const char SQL_IDS[] =
    "SELECT r.kind, r.id FROM projection p CROSS JOIN revision r ON r.rev = p.rev"
    " WHERE p.edition = ?1 AND p.partition = ?2 AND p.until = 2147483647 ORDER BY r.kind, r.id";

/* From here on a statement is asked anew rather than stepped. */
#define LEAP 16

struct wm_replica_ids {
    const wm_env *env;
    wm_stmt st;
    wm_error error;
    bool ended; /* a statement that is asked again would begin again */
    bool leaps; /* the statement is SQL_ALL_IDS */
    /* the last that was given: */
    wm_kind kind;
    size_t id_length;
    char id[WM_ID_BYTES_MAX];
    char from[WM_ID_BYTES_MAX]; /* what the statement began behind */
    uint64_t ahead;             /* to be passed over before the next is given */
};

wm_status wm_replica_get(wm_replica_apply *apply, wm_str partition, wm_kind kind, wm_str id,
                         wm_buf *bytes_out, wm_error *err)
{
    int64_t number = 0;
    bool found = false;
    wm_status status = wm_partition_find(apply->store, partition, &number, err);
    if (status != WM_OK) {
        return status;
    }
    wm_stmt st = wm_stmt_open(apply->store, SQL_RECORD, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)kind);
    wm_stmt_bind_text(&st, 2, id);
    wm_stmt_bind_i64(&st, 3, (int64_t)apply->edition);
    wm_stmt_bind_i64(&st, 4, number);
    if (wm_stmt_row(&st)) {
        found = true;
        wm_buf_put_str(bytes_out, wm_stmt_str(&st, 0));
    }
    status = wm_stmt_close(&st);
    if (status == WM_OK && !found) {
        return WM_NOT_FOUND;
    }
    return status == WM_OK ? wm_buf_status(bytes_out, err) : status;
}

static wm_status has_others(wm_replica_apply *apply, int64_t number, bool *others_out,
                            wm_error *err)
{
    wm_stmt st = wm_stmt_open(apply->store, SQL_OTHERS, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)apply->edition);
    wm_stmt_bind_i64(&st, 2, number);
    *others_out = wm_stmt_row(&st) && wm_stmt_i64(&st, 0) != 0;
    return wm_stmt_close(&st);
}

/* Begin behind the last that was given, or at the first (no id is empty). */
static void leap(wm_replica_ids *ids)
{
    uint64_t ahead = ids->ahead < INT64_MAX ? ids->ahead : INT64_MAX;
    memcpy(ids->from, ids->id, ids->id_length);
    wm_stmt_bind_i64(&ids->st, 1, (int64_t)ids->kind);
    wm_stmt_bind_text(&ids->st, 2, (wm_str){ ids->from, ids->id_length });
    wm_stmt_bind_i64(&ids->st, 3, (int64_t)ahead);
    ids->ahead = 0;
}

wm_status wm_replica_ids_open(wm_replica_apply *apply, wm_str partition, wm_replica_ids **ids_out,
                              wm_error *err)
{
    int64_t number = -1; /* of no partition: no ids */
    bool others = true;
    wm_status status = wm_partition_find(apply->store, partition, &number, err);
    if (status == WM_OK) {
        status = has_others(apply, number, &others, err);
    }
    if (status != WM_OK && status != WM_NOT_FOUND) {
        return status;
    }
    wm_replica_ids *ids = wm_env_alloc(apply->store->env, sizeof *ids);
    if (ids == NULL) {
        return wm_fail_memory(err);
    }
    ids->env = apply->store->env;
    ids->st = wm_stmt_open(apply->store, others ? SQL_IDS : SQL_ALL_IDS, &ids->error);
    ids->leaps = !others;
    if (others) {
        wm_stmt_bind_i64(&ids->st, 1, (int64_t)apply->edition);
        wm_stmt_bind_i64(&ids->st, 2, number);
    } else {
        leap(ids);
    }
    *ids_out = ids;
    return WM_OK;
}

void wm_replica_ids_skip(wm_replica_ids *ids, uint64_t count)
{
    ids->ahead = count > UINT64_MAX - ids->ahead ? UINT64_MAX : ids->ahead + count;
}

/* To the row that is given next. */
static bool step(wm_replica_ids *ids)
{
    if (ids->leaps && ids->ahead >= LEAP) {
        wm_stmt_reset(&ids->st);
        leap(ids);
    }
    for (; ids->ahead > 0; ids->ahead--) {
        if (!wm_stmt_row(&ids->st)) {
            return false;
        }
    }
    return wm_stmt_row(&ids->st);
}

wm_status wm_replica_ids_next(wm_replica_ids *ids, wm_kind *kind_out, wm_str *id_out, wm_error *err)
{
    if (!ids->ended && step(ids)) {
        wm_str id = wm_stmt_str(&ids->st, 1);
        ids->kind = wm_stmt_kind(&ids->st, 0);
        ids->id_length = id.len < sizeof ids->id ? id.len : sizeof ids->id;
        memcpy(ids->id, id.ptr, ids->id_length);
        *kind_out = ids->kind;
        *id_out = (wm_str){ ids->id, ids->id_length };
    } else if (ids->st.status == WM_OK) {
        ids->ended = true;
        return WM_END;
    }
    if (ids->st.status != WM_OK && err != NULL) {
        *err = ids->error;
    }
    return ids->st.status;
}

void wm_replica_ids_close(wm_replica_ids *ids)
{
    if (ids != NULL) {
        (void)wm_stmt_close(&ids->st); /* a failure was told by _next */
        wm_env_free(ids->env, ids, sizeof *ids);
    }
}

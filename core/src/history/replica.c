/* replica.c: a replica catches up: what packs say, in one transaction, believed only when every
 * digest is the expected one.
 *
 *      begin --> open --put, remove, clear--> open --finish--> committed   all digests agree
 *                                                        \--> rolled back  anything else
 *
 * A replica has one projection per record, that of its edition, and all of its rows stand "from
 * release 0 on": a record that changes is changed in place, so its row, its key and its place in
 * the index of keys stay.
 *
 * New records of an update wait until those that change are written (up to a limit). They go to the
 * ends of tables, and were they written in between, SQLite would write these pages to its log, and
 * later write them again: after that it sums up all that the log has behind them once more. Who
 * waits has come in order of kind and id, so what is greater than the last of them is not there. */
#include "history/replica.h"

#include "history/mend.h"
#include "history/partition.h"
#include "history/working.h"
#include "store/index.h"
#include "store/statement.h"

#define TALLY_ENTRIES_MAX ((size_t)64 * 1024) /* 2 MB */
#define CLEAR_BATCH 256
#define HELD_BYTES_MAX ((size_t)512 * 1024)

static const char SQL_EDITION[] = "SELECT value FROM meta WHERE name = 'edition'";
static const char SQL_SET_EDITION[] = "INSERT OR REPLACE INTO meta(name, value)"
                                      " VALUES('edition', ?1)";
static const char SQL_FIND_AT[] =
    "SELECT rev FROM revision WHERE rev = ?3 AND kind = ?1 AND id = ?2";
static const char SQL_FIND[] = "SELECT rev FROM revision WHERE kind = ?1 AND id = ?2";
static const char SQL_INSERT[] = "INSERT INTO revision(kind, id, since, until, audience, record)"
                                 " VALUES(?1, ?2, 0, 2147483647, 0, ?3)";
static const char SQL_UPDATE[] = "UPDATE revision SET record = ?2 WHERE rev = ?1";
static const char SQL_DELETE[] = "DELETE FROM revision WHERE rev = ?1";
static const char SQL_UPDATE_PROJECTION[] = "UPDATE projection SET partition = ?4, leaf = ?3"
                                            " WHERE rev = ?1 AND edition = ?2 AND since = 0";
static const char SQL_UPDATE_LEAF[] = "UPDATE projection SET leaf = ?3"
                                      " WHERE rev = ?1 AND edition = ?2 AND since = 0";
static const char SQL_DELETE_PROJECTION[] = "DELETE FROM projection WHERE rev = ?1";
static const char SQL_OF_PARTITION[] =
    "SELECT p.rev, r.kind FROM projection p CROSS JOIN revision r ON r.rev = p.rev"
    " WHERE p.edition = ?1 AND p.partition = ?2 AND p.until = 2147483647";
static const char SQL_STATES[] =
    "SELECT p.name, s.records, s.bits, s.digest FROM partition p CROSS JOIN state s"
    " ON s.slice = ?1 * 1048576 + p.number WHERE s.records > 0";

/* ---- what the replica is ---- */

wm_status wm_replica_edition(wm_store *store, wm_edition *edition_out, wm_error *err)
{
    wm_status status = wm_store_expect_role(store, WM_ROLE_REPLICA, err);
    if (status != WM_OK) {
        return status;
    }
    int64_t edition = -1;
    bool found = false;
    wm_stmt st = wm_stmt_open(store, SQL_EDITION, err);
    if (wm_stmt_row(&st)) {
        found = true;
        edition = wm_stmt_i64(&st, 0);
    }
    status = wm_stmt_close(&st);
    if (status != WM_OK || !found) {
        return status != WM_OK ? status : WM_NOT_FOUND;
    }
    if (edition < 0 || edition >= WM_EDITION_COUNT) {
        return wm_fail(err, WM_CORRUPT, "database: the replica's edition is damaged");
    }
    *edition_out = (wm_edition)edition;
    return WM_OK;
}

static const wm_state *find_state(const wm_state *states, size_t count, wm_str partition)
{
    for (size_t i = 0; i < count; i++) {
        if (wm_str_equal(states[i].partition, partition)) {
            return &states[i];
        }
    }
    return NULL;
}

/* Compare what is stored with `states`, both ways where `exact`: a partition that is not stored has
 * no records. `failure`: the status if they differ. */
typedef struct state_check {
    const wm_state *states;
    size_t count;
    bool exact;
    wm_status failure;
    const char *what;
} state_check;

static wm_status check_row(const state_check *check, wm_stmt *st, size_t *matched, wm_error *err)
{
    wm_str name = wm_stmt_str(st, 0);
    const wm_state *state = find_state(check->states, check->count, name);
    if (state == NULL) {
        return !check->exact ? WM_OK
                             : wm_fail(err, check->failure, "%s: partition %.*s was not expected",
                                       check->what, WM_STR_ARG(name));
    }
    int64_t bits = wm_stmt_i64(st, 2);
    wm_str digest = wm_stmt_str(st, 3);
    bool same = bits >= 0 && bits <= WM_BUCKET_BITS_MAX && state->buckets == (uint32_t)1 << bits &&
                (int64_t)state->records == wm_stmt_i64(st, 1) && digest.len == WM_DIGEST_BYTES &&
                memcmp(digest.ptr, state->digest.bytes, WM_DIGEST_BYTES) == 0;
    *matched += state->records > 0 ? 1 : 0;
    return same ? WM_OK
                : wm_fail(err, check->failure,
                          "%s: the digest of partition %.*s is not the expected one", check->what,
                          WM_STR_ARG(name));
}

static wm_status check_states(wm_replica_apply *apply, const state_check *check, wm_error *err)
{
    size_t matched = 0;
    size_t expected = 0;
    wm_status said = WM_OK;
    wm_stmt st = wm_stmt_open(apply->store, SQL_STATES, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)apply->edition);
    while (said == WM_OK && wm_stmt_row(&st)) {
        said = check_row(check, &st, &matched, err);
    }
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK || said != WM_OK) {
        return status != WM_OK ? status : said;
    }
    for (size_t i = 0; i < check->count; i++) {
        expected += check->states[i].records > 0 ? 1 : 0;
    }
    if (matched != expected) {
        return wm_fail(err, check->failure, "%s: expected %zu partitions with records, found %zu",
                       check->what, expected, matched);
    }
    return WM_OK;
}

static wm_status check_base(wm_replica_apply *apply, const wm_replica_base *base, wm_error *err)
{
    wm_edition edition = base->edition;
    wm_status status = wm_replica_edition(apply->store, &edition, err);
    if (status != WM_OK && status != WM_NOT_FOUND) {
        return status;
    }
    if (edition != base->edition) {
        return wm_fail(err, WM_CONFLICT, "the replica is of the %s edition",
                       wm_edition_name(edition));
    }
    int64_t last = 0;
    status = wm_store_last_number(apply->store, &last, err);
    if (status == WM_OK && last != base->release) {
        return wm_fail(err, WM_CONFLICT, "the replica is at release %lld, expected %lld",
                       (long long)last, (long long)base->release);
    }
    if (status == WM_OK && last > 0) {
        status = wm_store_read_release(apply->store, last, &apply->release, err);
    }
    state_check check = { base->states, base->state_count, false, WM_CONFLICT, "base" };
    return status == WM_OK ? check_states(apply, &check, err) : status;
}

/* ---- begin and end ---- */

static void apply_free(wm_replica_apply *apply)
{
    wm_roster_fini(&apply->roster);
    wm_tally_fini(&apply->tally);
    wm_arena_fini(&apply->held_arena);
    wm_arena_fini(&apply->scratch);
    wm_buf_fini(&apply->bytes);
    wm_rows_let_go(apply);
    wm_env_free(apply->store->env, apply, sizeof *apply);
}

wm_status wm_replica_begin(wm_store *store, const wm_replica_base *base,
                           wm_replica_apply **apply_out, wm_error *err)
{
    wm_status status = wm_store_expect_role(store, WM_ROLE_REPLICA, err);
    if (status != WM_OK) {
        return status;
    }
    wm_replica_apply *apply = wm_env_alloc(store->env, sizeof *apply);
    if (apply == NULL) {
        return wm_fail_memory(err);
    }
    apply->store = store;
    apply->edition = base->edition;
    apply->base = base->release;
    wm_arena_init(&apply->scratch, store->env, 64 * WM_MIB);
    wm_arena_init(&apply->held_arena, store->env, 64 * WM_MIB);
    wm_buf_init(&apply->bytes, store->env, WM_RECORD_BYTES_MAX);
    wm_buf_init(&apply->rows, store->env, WM_ROWS_KEPT_BYTES_MAX);
    status = wm_txn_begin(store, &apply->txn, err);
    if (status != WM_OK) {
        wm_env_free(store->env, apply, sizeof *apply);
        return status;
    }
    wm_tally_init(&apply->tally, apply->txn, 0, TALLY_ENTRIES_MAX);
    wm_roster_init(&apply->roster, store, base->edition);
    status = check_base(apply, base, err);
    if (status == WM_OK) {
        status = wm_roster_begin(&apply->roster, err);
    }
    if (status != WM_OK) {
        wm_replica_abandon(apply);
        return status;
    }
    *apply_out = apply;
    return WM_OK;
}

wm_txn *wm_replica_txn(wm_replica_apply *apply)
{
    return apply->txn;
}

wm_status wm_replica_mend(wm_replica_apply *apply, wm_error *err)
{
    apply->is_mended = true;
    apply->roster.is_remade = true;
    wm_status status = wm_mend(apply->txn, apply->edition, apply->release.counts, err);
    if (status != WM_OK) {
        wm_txn_spoil(apply->txn, status);
    }
    return status;
}

void wm_replica_abandon(wm_replica_apply *apply)
{
    if (apply != NULL) {
        wm_txn_rollback(apply->txn);
        apply_free(apply);
    }
}

static wm_status put_edition(wm_replica_apply *apply, wm_error *err)
{
    wm_stmt st = wm_stmt_open(apply->store, SQL_SET_EDITION, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)apply->edition);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

static wm_status set_release(wm_replica_apply *apply, const wm_replica_target *target,
                             wm_error *err)
{
    if (target->release < apply->base || target->release < 1 || target->release > WM_RELEASE_MAX) {
        return wm_fail(err, WM_CONFLICT, "expected release %lld or later, found %lld",
                       (long long)apply->base, (long long)target->release);
    }
    apply->release.number = target->release;
    apply->release.date = target->date;
    wm_release_set_note(&apply->release, target->note);
    wm_status status = wm_store_forget_releases(apply->txn, err);
    if (status == WM_OK) {
        status = wm_store_put_release(apply->txn, &apply->release, err);
    }
    return status == WM_OK ? put_edition(apply, err) : status;
}

wm_status wm_replica_finish(wm_replica_apply *apply, const wm_replica_target *target, wm_error *err)
{
    wm_status status = wm_held_write(apply, err);
    if (status == WM_OK) {
        status = wm_tally_flush(&apply->tally, err);
    }
    if (status == WM_OK) {
        state_check check = { target->states, target->state_count, true, WM_NOT_TRUSTED, "update" };
        status = check_states(apply, &check, err);
    }
    if (status == WM_OK) {
        status = set_release(apply, target, err);
    }
    if (status == WM_OK) {
        status = wm_roster_save(&apply->roster, err);
    }
    if (status == WM_OK && apply->is_mended) {
        status = wm_index_rebuild(apply->txn, err);
    }
    if (status != WM_OK) {
        wm_replica_abandon(apply);
        return status;
    }
    status = wm_txn_commit(apply->txn, err);
    apply_free(apply);
    return status;
}

/* ---- what packs say ---- */

static wm_status count_leaf(wm_replica_apply *apply, int64_t partition, const wm_leaf *leaf,
                            int delta, wm_error *err)
{
    return wm_tally_put(&apply->tally, wm_slice_key_of(apply->edition, partition), leaf, delta,
                        err);
}

/* Its row, at a guess if there is one. WM_NOT_FOUND without text. */
static wm_status find_row(wm_replica_apply *apply, wm_kind kind, wm_str id, int64_t guess,
                          int64_t *rev_out, wm_error *err)
{
    bool found = false;
    wm_stmt st = wm_stmt_open(apply->store, guess != 0 ? SQL_FIND_AT : SQL_FIND, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)kind);
    wm_stmt_bind_text(&st, 2, id);
    if (guess != 0) {
        wm_stmt_bind_i64(&st, 3, guess);
    }
    if (wm_stmt_row(&st)) {
        found = true;
        *rev_out = wm_stmt_i64(&st, 0);
    }
    wm_status status = wm_stmt_close(&st);
    return status == WM_OK && !found ? WM_NOT_FOUND : status;
}

/* The record that is there. WM_NOT_FOUND without text. */
static wm_status find_record(wm_replica_apply *apply, wm_kind kind, wm_str id,
                             wm_projection *projection_out, wm_error *err)
{
    int64_t rev = 0;
    int64_t guess = wm_row_guess(apply, kind, id);
    wm_status status = guess != 0 ? find_row(apply, kind, id, guess, &rev, err) : WM_NOT_FOUND;
    if (status == WM_NOT_FOUND) {
        status = find_row(apply, kind, id, 0, &rev, err);
    }
    if (status != WM_OK) {
        return status;
    }
    status = wm_projection_get(apply->store, rev, apply->edition, projection_out, err);
    if (status == WM_NOT_FOUND || (status == WM_OK && projection_out->partition < 0)) {
        return wm_fail(err, WM_CORRUPT, "database: %s/%.*s is in no partition", wm_kind_name(kind),
                       WM_STR_ARG(id));
    }
    return status;
}

static wm_status run_on(wm_replica_apply *apply, const char *sql, int64_t rev, wm_error *err)
{
    wm_stmt st = wm_stmt_open(apply->store, sql, err);
    wm_stmt_bind_i64(&st, 1, rev);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

static wm_status delete_record(wm_replica_apply *apply, wm_kind kind,
                               const wm_projection *projection, wm_error *err)
{
    wm_rows_let_go(apply);
    wm_status status = wm_index_remove(apply->txn, kind, projection->rev, err);
    if (status == WM_OK) {
        status = wm_roster_note(&apply->roster, projection->partition, projection->rev, false, err);
    }
    if (status == WM_OK) {
        status = run_on(apply, SQL_DELETE_PROJECTION, projection->rev, err);
    }
    if (status == WM_OK) {
        status = run_on(apply, SQL_DELETE, projection->rev, err);
    }
    apply->release.counts[kind]--;
    return status == WM_OK ? count_leaf(apply, projection->partition, &projection->leaf, -1, err)
                           : status;
}

/* The number of a partition that records are put into; one after the other, mostly the same. */
static wm_status number_of(wm_replica_apply *apply, wm_str partition, int64_t *number_out,
                           wm_error *err)
{
    if (partition.len == 0 || partition.len > WM_PARTITION_NAME_BYTES_MAX) {
        return wm_fail(err, WM_BAD_INPUT, "partition: expected a name, found %zu bytes",
                       partition.len);
    }
    if (wm_str_equal(partition, (wm_str){ apply->name, apply->name_length })) {
        *number_out = apply->number;
        return WM_OK;
    }
    wm_status status = wm_partition_number(apply->txn, partition, number_out, err);
    if (status == WM_OK) {
        memcpy(apply->name, partition.ptr, partition.len);
        apply->name_length = partition.len;
        apply->number = *number_out;
    }
    return status;
}

static wm_status clear_batch(wm_replica_apply *apply, int64_t partition, size_t *count_out,
                             wm_error *err)
{
    struct {
        int64_t rev;
        wm_kind kind;
    } batch[CLEAR_BATCH];
    size_t count = 0;
    wm_stmt st = wm_stmt_open(apply->store, SQL_OF_PARTITION, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)apply->edition);
    wm_stmt_bind_i64(&st, 2, partition);
    while (count < CLEAR_BATCH && wm_stmt_row(&st)) {
        batch[count].rev = wm_stmt_i64(&st, 0);
        batch[count++].kind = wm_stmt_kind(&st, 1);
    }
    wm_status status = wm_stmt_close(&st);
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        wm_projection projection;
        status = wm_projection_get(apply->store, batch[i].rev, apply->edition, &projection, err);
        if (status == WM_OK) {
            status = delete_record(apply, batch[i].kind, &projection, err);
        }
    }
    *count_out = count;
    return status;
}

/* Whatever fails, nothing of the apply may be committed. */
static wm_status spoil(wm_replica_apply *apply, wm_status status)
{
    if (status != WM_OK) {
        wm_txn_spoil(apply->txn, status);
    }
    return status;
}

wm_status wm_replica_clear(wm_replica_apply *apply, wm_str partition, wm_error *err)
{
    int64_t number = 0;
    wm_status status = wm_partition_find(apply->store, partition, &number, err);
    if (status == WM_NOT_FOUND) {
        return WM_OK;
    }
    if (status == WM_OK) {
        status = wm_held_write(apply, err);
    }
    size_t count = CLEAR_BATCH;
    while (status == WM_OK && count == CLEAR_BATCH) {
        status = clear_batch(apply, number, &count, err);
    }
    return spoil(apply, status);
}

wm_status wm_replica_remove(wm_replica_apply *apply, wm_str partition, wm_kind kind, wm_str id,
                            wm_error *err)
{
    int64_t number = 0;
    wm_projection projection;
    wm_status status = wm_partition_find(apply->store, partition, &number, err);
    if (status == WM_OK && wm_held_may_have(apply, kind, id)) {
        status = wm_held_write(apply, err);
    }
    if (status == WM_OK) {
        status = find_record(apply, kind, id, &projection, err);
    }
    if (status == WM_NOT_FOUND || (status == WM_OK && projection.partition != number)) {
        return WM_OK;
    }
    return spoil(apply, status == WM_OK ? delete_record(apply, kind, &projection, err) : status);
}

static wm_status insert_record(wm_replica_apply *apply, int64_t partition, const wm_record *record,
                               const wm_leaf *leaf, wm_error *err)
{
    wm_stmt st = wm_stmt_open(apply->store, SQL_INSERT, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)record->kind);
    wm_stmt_bind_text(&st, 2, record->id);
    wm_stmt_bind_text(&st, 3, record->bytes);
    wm_stmt_run(&st);
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK) {
        return status;
    }
    wm_projection projection = {
        .rev = wm_store_last_rowid(apply->store),
        .edition = apply->edition,
        .since = 0,
        .partition = partition,
        .leaf = *leaf,
    };
    apply->release.counts[record->kind]++;
    status = wm_projection_put(apply->txn, &projection, (wm_str){ NULL, 0 }, err);
    return status == WM_OK ? wm_roster_note(&apply->roster, partition, projection.rev, true, err)
                           : status;
}

static wm_status update_record(wm_replica_apply *apply, int64_t partition, const wm_projection *old,
                               const wm_record *record, const wm_leaf *leaf, wm_error *err)
{
    wm_status status = WM_OK;
    if (wm_leaf_compare(&old->leaf, leaf) != 0) {
        wm_stmt st = wm_stmt_open(apply->store, SQL_UPDATE, err);
        wm_stmt_bind_i64(&st, 1, old->rev);
        wm_stmt_bind_text(&st, 2, record->bytes);
        wm_stmt_run(&st);
        status = wm_stmt_close(&st);
    }
    if (status == WM_OK) {
        bool stays = old->partition == partition; /* its place in the index of partitions too */
        wm_stmt st =
            wm_stmt_open(apply->store, stays ? SQL_UPDATE_LEAF : SQL_UPDATE_PROJECTION, err);
        wm_stmt_bind_i64(&st, 1, old->rev);
        wm_stmt_bind_i64(&st, 2, (int64_t)apply->edition);
        wm_stmt_bind_blob(&st, 3, leaf->bytes, WM_LEAF_BYTES);
        if (!stays) {
            wm_stmt_bind_i64(&st, 4, partition);
        }
        wm_stmt_run(&st);
        status = wm_stmt_close(&st);
        if (status == WM_OK && !stays) {
            status = wm_roster_note(&apply->roster, old->partition, old->rev, false, err);
        }
        if (status == WM_OK && !stays) {
            status = wm_roster_note(&apply->roster, partition, old->rev, true, err);
        }
    }
    return status == WM_OK ? count_leaf(apply, old->partition, &old->leaf, -1, err) : status;
}

/* What is to be written, and where. */
typedef struct incoming {
    const wm_record *record;
    const wm_json *value;
    const wm_json *before; /* or NULL */
    int64_t partition;
    bool may_move; /* from another partition */
    bool may_wait;
} incoming;

bool wm_held_may_have(const wm_replica_apply *apply, wm_kind kind, wm_str id)
{
    if (apply->held_count == 0) {
        return false;
    }
    const wm_record *last = &apply->held[apply->held_count - 1].record;
    return kind < last->kind || (kind == last->kind && wm_str_compare(id, last->id) <= 0);
}

/* False: there is no room, or no memory. */
static bool hold(wm_replica_apply *apply, const incoming *in)
{
    wm_arena *arena = &apply->held_arena;
    if (arena->bytes + in->record->bytes.len > HELD_BYTES_MAX) {
        return false;
    }
    wm_held_record *held =
        wm_arena_grow(arena, apply->held, apply->held_count, &apply->held_capacity, sizeof *held);
    wm_held_record made = { *in->record, in->partition };
    made.record.id = wm_arena_copy(arena, in->record->id);
    made.record.bytes = wm_arena_copy(arena, in->record->bytes);
    if (held == NULL || made.record.id.ptr == NULL || made.record.bytes.ptr == NULL) {
        return false;
    }
    apply->held = held;
    held[apply->held_count++] = made;
    return true;
}

/* The record that is there, or waits to be. */
static wm_status find_any(wm_replica_apply *apply, const wm_record *record,
                          wm_projection *projection_out, wm_error *err)
{
    wm_status status = find_record(apply, record->kind, record->id, projection_out, err);
    if (status != WM_NOT_FOUND || !wm_held_may_have(apply, record->kind, record->id)) {
        return status;
    }
    status = wm_held_write(apply, err);
    return status == WM_OK ? find_record(apply, record->kind, record->id, projection_out, err)
                           : status;
}

static wm_status write_record(wm_replica_apply *apply, const incoming *in, wm_error *err)
{
    const wm_record *record = in->record;
    wm_leaf leaf;
    wm_projection old;
    wm_leaf_of(record, &leaf);
    wm_status status = find_any(apply, record, &old, err);
    bool is_new = status == WM_NOT_FOUND;
    if (is_new && in->may_wait && hold(apply, in)) {
        return WM_OK;
    }
    bool same = status == WM_OK && wm_leaf_compare(&old.leaf, &leaf) == 0;
    if (status == WM_OK && old.partition != in->partition && !in->may_move) {
        return WM_CONFLICT;
    }
    if (status == WM_OK && same && old.partition == in->partition) {
        return WM_OK;
    }
    wm_rows_let_go(apply);
    if (is_new) {
        status = insert_record(apply, in->partition, record, &leaf, err);
        old.rev = wm_store_last_rowid(apply->store);
    } else if (status == WM_OK) {
        status = update_record(apply, in->partition, &old, record, &leaf, err);
    }
    if (status == WM_OK) {
        status = count_leaf(apply, in->partition, &leaf, 1, err);
    }
    if (apply->is_mended) {
        return status;
    }
    wm_indexed revision = {
        .kind = record->kind, .rev = old.rev, .value = in->value, .before = in->before
    };
    if (status == WM_OK && is_new) {
        status = wm_index_put(apply->txn, &revision, err);
    } else if (status == WM_OK && !same) {
        status = wm_index_replace(apply->txn, &revision, err);
    }
    return status;
}

static wm_status write_held(wm_replica_apply *apply, const wm_held_record *held, wm_arena *arena,
                            wm_error *err)
{
    incoming in = { .record = &held->record, .partition = held->partition };
    wm_arena_reset(arena);
    wm_status status =
        wm_json_parse(arena, held->record.bytes, WM_RECORD_BYTES_MAX, &in.value, err);
    return status == WM_OK ? write_record(apply, &in, err) : status;
}

wm_status wm_held_write(wm_replica_apply *apply, wm_error *err)
{
    const wm_held_record *held = apply->held;
    size_t count = apply->held_count;
    wm_status status = WM_OK;
    wm_arena arena;
    apply->held = NULL;
    apply->held_count = apply->held_capacity = 0;
    wm_arena_init(&arena, apply->store->env, 64 * WM_MIB);
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        status = write_held(apply, &held[i], &arena, err);
    }
    wm_arena_fini(&arena);
    wm_arena_reset(&apply->held_arena);
    if (status != WM_OK) {
        wm_txn_spoil(apply->txn, status);
    }
    return status;
}

static wm_status accept(wm_replica_apply *apply, const wm_record *record, const wm_json **value,
                        wm_error *err)
{
    wm_arena_reset(&apply->scratch);
    wm_status status = wm_record_accept(&apply->scratch, record, value, err);
    if (status != WM_OK) {
        return status;
    }
    wm_buf_reset(&apply->bytes);
    wm_json_write(&apply->bytes, *value);
    status = wm_buf_status(&apply->bytes, err);
    if (status == WM_OK && !wm_str_equal(wm_buf_str(&apply->bytes), record->bytes)) {
        return wm_fail(err, WM_BAD_RECORD, "%s/%.*s: not in canonical form",
                       wm_kind_name(record->kind), WM_STR_ARG(record->id));
    }
    return status;
}

wm_status wm_replica_put(wm_replica_apply *apply, wm_str partition, const wm_record *record,
                         wm_error *err)
{
    incoming in = { .record = record, .may_move = true };
    wm_status status = accept(apply, record, &in.value, err);
    if (status == WM_OK) {
        status = number_of(apply, partition, &in.partition, err);
    }
    if (status == WM_OK) {
        status = write_record(apply, &in, err);
    }
    return spoil(apply, status);
}

wm_status wm_replica_place(wm_replica_apply *apply, wm_str partition, const wm_record *record,
                           const wm_json *value, const wm_json *before, wm_error *err)
{
    incoming in = {
        .record = record, .value = value, .before = before, .may_wait = apply->base > 0
    };
    wm_status status = number_of(apply, partition, &in.partition, err);
    if (status == WM_OK) {
        status = write_record(apply, &in, err);
    }
    return status == WM_CONFLICT ? status : spoil(apply, status);
}

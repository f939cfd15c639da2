/* freeze.c: the projections of a release.
 *
 * In this order, since each step reads what the one before wrote:
 *   1. what is gone (until = next): its projections are closed, a service takes its names back
 *   2. what is new (since = next): projected, cut, a service gives names; organizations and sites
 *      only wait
 *   3. organizations and sites that are new: they ride where they are named
 *   4. those that are not new but named differently: moved
 *   5. the digests
 *
 * What a record looks like in an edition depends on itself, on which records are withheld, and on
 * the locality tree. When one of the latter changed, every record is looked at in 2 and 3
 * (`everything`), and those that come out as they were stay as they are. */
#include "history/freeze.h"

#include "history/ahead.h"
#include "history/working.h"
#include "store/index.h"
#include "store/statement.h"

#define TICK_RECORDS 64
#define NAMED_KINDS (WM_KIND_BIT(WM_KIND_ORGANIZATION) | WM_KIND_BIT(WM_KIND_SITE))

static const char SQL_GONE[] =
    "SELECT r.rev, r.kind, p.edition, p.since, p.partition, p.leaf, coalesce("
    "(SELECT w.record FROM shown w WHERE w.number = p.shown), r.record)"
    " FROM revision r CROSS JOIN projection p ON p.rev = r.rev"
    " WHERE r.until = ?1 AND r.until < 2147483647 AND p.until = 2147483647";
static const char SQL_GONE_INDEXED[] = /* facts, localities, needs, organizations, places, rules,
                                           services, sites */
    "SELECT rev, kind FROM revision WHERE until = ?1 AND until < 2147483647"
    " AND kind IN (2, 3, 4, 5, 6, 7, 8, 9)";
static const char SQL_NEW[] = "SELECT rev, kind, id, since, record FROM revision"
                              " WHERE since = ?1 AND since > 1";
static const char SQL_ALL[] = "SELECT rev, kind, id, since, record FROM revision"
                              " WHERE since <= ?1 AND until > ?1";
static const char SQL_ONE[] = "SELECT rev, kind, id, since, record FROM revision WHERE rev = ?1";

wm_status wm_freeze_partition(wm_freeze *f, wm_locality home, int64_t *number_out)
{
    size_t at = home == WM_LOCALITY_NONE ? wm_locality_count(f->tree) : home;
    if (f->numbers[at] == 0) {
        wm_str name = wm_edition_partition_name(f->tree, home);
        wm_status status = wm_partition_number(f->txn, name, &f->numbers[at], f->err);
        if (status != WM_OK) {
            return status;
        }
    }
    *number_out = f->numbers[at];
    return WM_OK;
}

static wm_status count_leaf(wm_freeze *f, const wm_projection *projection, int delta)
{
    if (projection->partition == WM_PARTITION_NUMBER_NONE) {
        return WM_OK;
    }
    wm_slice_key slice = wm_slice_key_of(projection->edition, projection->partition);
    return wm_tally_put(&f->tally, slice, &projection->leaf, delta, f->err);
}

wm_status wm_freeze_open(wm_freeze *f, const wm_projection *projection, wm_str record)
{
    wm_status status = wm_projection_rows_put(&f->rows, projection, record, f->err);
    return status == WM_OK ? count_leaf(f, projection, 1) : status;
}

wm_status wm_freeze_close(wm_freeze *f, const wm_projection *projection)
{
    wm_status status = wm_projection_close(f->txn, projection, f->next, f->err);
    return status == WM_OK ? count_leaf(f, projection, -1) : status;
}

/* ---- what is gone ---- */

static wm_status take_names_back(wm_freeze *f, const wm_projection *projection, wm_str bytes)
{
    const wm_json *value = NULL;
    wm_arena_reset(&f->scratch);
    wm_status status = wm_store_parse(&f->scratch, bytes, &value, f->err);
    if (status != WM_OK) {
        return status;
    }
    return wm_naming_count(f, wm_slice_key_of(projection->edition, projection->partition), value,
                           -1);
}

static wm_status tick(wm_freeze *f)
{
    f->done++;
    return f->watch != NULL && f->done % TICK_RECORDS == 0
               ? f->watch->tick(f->watch->context, f->done, f->total, f->err)
               : WM_OK;
}

static wm_status close_row(wm_freeze *f, wm_stmt *st)
{
    wm_projection projection = {
        .rev = wm_stmt_i64(st, 0),
        .edition = (wm_edition)wm_stmt_i64(st, 2),
        .since = wm_stmt_i64(st, 3),
        .partition = wm_stmt_i64(st, 4),
    };
    wm_status status = wm_projection_check(&projection, wm_stmt_str(st, 5), f->err);
    if (status != WM_OK) {
        return status;
    }
    bool names = wm_stmt_i64(st, 1) == (int64_t)WM_KIND_SERVICE && !f->everything;
    if (names && projection.partition != WM_PARTITION_NUMBER_NONE) {
        status = take_names_back(f, &projection, wm_stmt_str(st, 6));
    }
    return status == WM_OK ? wm_freeze_close(f, &projection) : status;
}

static wm_status close_gone(wm_freeze *f)
{
    wm_status closed = WM_OK;
    wm_stmt st = wm_stmt_open(f->store, SQL_GONE, f->err);
    wm_stmt_bind_i64(&st, 1, f->next);
    while (closed == WM_OK && wm_stmt_row(&st)) {
        closed = close_row(f, &st);
    }
    wm_status status = wm_stmt_close(&st);
    return status != WM_OK ? status : closed;
}

static wm_status unindex_gone(wm_freeze *f)
{
    wm_status removed = WM_OK;
    wm_stmt st = wm_stmt_open(f->store, SQL_GONE_INDEXED, f->err);
    wm_stmt_bind_i64(&st, 1, f->next);
    while (removed == WM_OK && wm_stmt_row(&st)) {
        wm_kind kind = (wm_kind)wm_stmt_i64(&st, 1);
        removed = wm_index_remove(f->txn, kind, wm_stmt_i64(&st, 0), f->err);
    }
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK || removed != WM_OK) {
        return status != WM_OK ? status : removed;
    }
    return wm_index_released(f->txn, f->err);
}

/* ---- what is new ---- */

static bool is_withheld(void *context, wm_kind kind, wm_str id)
{
    return wm_withheld_has(context, kind, id);
}

static wm_edition_lens lens_of(wm_freeze *f, wm_edition edition)
{
    bool loses = edition == WM_EDITION_PUBLIC && f->withheld.count > 0;
    return (wm_edition_lens){ edition, loses ? is_withheld : NULL, &f->withheld };
}

/* Partition, leaf and bytes of a revision in an edition. bytes: ptr NULL if they are its own. */
static wm_status project(wm_freeze *f, const wm_revision *r, wm_projection *projection,
                         wm_str *bytes)
{
    wm_edition_lens lens = lens_of(f, projection->edition);
    const wm_json *value = NULL;
    *bytes = (wm_str){ NULL, 0 };
    wm_status status =
        wm_edition_project(&lens, r->record.kind, r->value, &f->scratch, &value, f->err);
    if (status == WM_NOT_FOUND) {
        projection->partition = WM_PARTITION_NUMBER_NONE;
        return WM_OK;
    }
    if (status != WM_OK) {
        return status;
    }
    if (value != r->value) {
        wm_buf_reset(&f->bytes);
        wm_json_write(&f->bytes, value);
        status = wm_buf_status(&f->bytes, f->err);
        *bytes = wm_buf_str(&f->bytes);
    }
    projection->leaf = r->leaf;
    if (bytes->ptr != NULL) {
        wm_record shown = { r->record.kind, r->record.id, *bytes };
        wm_leaf_of(&shown, &projection->leaf);
    }
    wm_kind kind = r->record.kind;
    if (status == WM_OK && (NAMED_KINDS & WM_KIND_BIT(kind)) != 0) {
        return wm_naming_partition(f, projection->edition, wm_naming_target(kind, r->record.id),
                                   &projection->partition);
    }
    if (status == WM_OK) {
        wm_locality home = wm_edition_home(kind, value, f->tree);
        status = wm_freeze_partition(f, home, &projection->partition);
    }
    if (status == WM_OK && kind == WM_KIND_SERVICE) {
        status = wm_naming_count(f, wm_slice_key_of(projection->edition, projection->partition),
                                 value, 1);
    }
    return status;
}

/* It is as `now` from this release on. Unless it is new, that may be how it was. */
static wm_status freeze_as(wm_freeze *f, bool is_new, const wm_projection *now, wm_str bytes)
{
    if (!is_new) { /* only when everything is looked at */
        wm_projection old;
        wm_status status = wm_projection_get(f->store, now->rev, now->edition, &old, f->err);
        if (status == WM_OK) {
            bool same =
                old.partition == now->partition && wm_leaf_compare(&old.leaf, &now->leaf) == 0;
            if (same) {
                return WM_OK;
            }
            status = wm_freeze_close(f, &old);
        }
        if (status != WM_OK && status != WM_NOT_FOUND) {
            return status;
        }
    }
    return wm_freeze_open(f, now, bytes);
}

static wm_status freeze_in(wm_freeze *f, const wm_revision *r, wm_edition edition)
{
    wm_projection now = { .rev = r->rev, .edition = edition, .since = f->next };
    wm_str bytes;
    wm_status status = project(f, r, &now, &bytes);
    return status == WM_OK ? freeze_as(f, r->since == f->next, &now, bytes) : status;
}

static wm_status freeze_each(wm_freeze *f, const wm_revision *r)
{
    wm_status status = WM_OK;
    for (unsigned edition = 0; edition < WM_EDITION_COUNT && status == WM_OK; edition++) {
        status = freeze_in(f, r, (wm_edition)edition);
    }
    return status;
}

/* ---- organizations and sites ---- */

/* Do all editions show it as it is? */
static wm_status is_whole(wm_freeze *f, const wm_revision *r, bool *whole_out)
{
    const wm_json *value = NULL;
    wm_edition_lens lens = lens_of(f, WM_EDITION_PUBLIC);
    wm_status status = WM_OK;
    *whole_out = r->is_plain;
    if (!r->is_plain) {
        status = wm_edition_project(&lens, r->record.kind, r->value, &f->scratch, &value, f->err);
        *whole_out = status == WM_OK && value == r->value;
    }
    return status == WM_NOT_FOUND ? WM_OK : status;
}

/* Nearly all are whole: then all that is still to be known is where they ride. */
static wm_status let_wait(wm_freeze *f, const wm_revision *r)
{
    wm_rider rider = { .rev = r->rev, .leaf = r->leaf, .is_new = r->since == f->next };
    wm_status status = is_whole(f, r, &rider.is_whole);
    if (status != WM_OK) {
        return status;
    }
    rider.target = wm_naming_target(r->record.kind, r->record.id);
    return wm_spool_put(&f->riders, &rider, f->err);
}

static wm_status freeze_again(wm_freeze *f, int64_t rev)
{
    wm_revision r;
    wm_status frozen = WM_OK;
    wm_stmt st = wm_stmt_open(f->store, SQL_ONE, f->err);
    wm_stmt_bind_i64(&st, 1, rev);
    if (wm_stmt_row(&st)) {
        wm_revision_read(&st, &r);
        wm_leaf_of(&r.record, &r.leaf);
        wm_arena_reset(&f->scratch);
        frozen = wm_store_parse(&f->scratch, r.record.bytes, &r.value, f->err);
        frozen = frozen == WM_OK ? freeze_each(f, &r) : frozen;
    }
    wm_status status = wm_stmt_close(&st);
    return status != WM_OK ? status : frozen;
}

static wm_status freeze_rider(wm_freeze *f, const wm_rider *rider)
{
    wm_status status = WM_OK;
    if (!rider->is_whole) {
        return freeze_again(f, rider->rev);
    }
    for (unsigned edition = 0; edition < WM_EDITION_COUNT && status == WM_OK; edition++) {
        wm_projection now = {
            .rev = rider->rev, .edition = (wm_edition)edition, .since = f->next, .leaf = rider->leaf
        };
        status = wm_naming_partition(f, now.edition, rider->target, &now.partition);
        if (status == WM_OK) {
            status = freeze_as(f, rider->is_new, &now, (wm_str){ NULL, 0 });
        }
    }
    return status;
}

static wm_status freeze_riders(wm_freeze *f)
{
    const void *rider = NULL;
    wm_spool_reader riders = wm_spool_open(&f->riders, 0, f->riders.count);
    wm_status status = wm_spool_next(&riders, &rider, f->err);
    while (status == WM_OK) {
        status = freeze_rider(f, rider);
        status = status == WM_OK ? tick(f) : status;
        status = status == WM_OK ? wm_spool_next(&riders, &rider, f->err) : status;
    }
    wm_spool_close(&riders);
    return status == WM_END ? wm_projection_rows_write(&f->rows, f->err) : status;
}

/* ---- the run ---- */

static wm_status freeze_row(void *context, const wm_revision *r, wm_error *err)
{
    wm_freeze *f = context;
    (void)err; /* which is f->err */
    wm_arena_reset(&f->scratch);
    if ((NAMED_KINDS & WM_KIND_BIT(r->record.kind)) != 0) {
        return let_wait(f, r);
    }
    wm_status status = freeze_each(f, r);
    return status == WM_OK ? tick(f) : status;
}

static wm_status freeze_new(wm_freeze *f)
{
    wm_ahead_sink sink = { freeze_row, f };
    wm_ahead_wish wish = { f->withheld.count == 0 ? NAMED_KINDS : 0, f->helper, &sink };
    wm_stmt st = wm_stmt_open(f->store, f->everything ? SQL_ALL : SQL_NEW, f->err);
    wm_stmt_bind_i64(&st, 1, f->next);
    wm_status frozen = wm_ahead_each(&st, &wish, f->err);
    wm_status status = wm_stmt_close(&st);
    frozen = frozen == WM_OK ? wm_projection_rows_write(&f->rows, f->err) : frozen;
    return status != WM_OK ? status : frozen;
}

wm_status wm_freeze_run(wm_freeze *f)
{
    wm_status status = wm_naming_begin(f);
    if (status == WM_OK) {
        status = close_gone(f);
    }
    if (status == WM_OK) {
        status = freeze_new(f);
    }
    if (status == WM_OK) {
        status = wm_naming_end(f);
    }
    if (status == WM_OK) {
        status = freeze_riders(f);
    }
    if (status == WM_OK) {
        status = wm_naming_move(f);
    }
    if (status == WM_OK) {
        status = wm_tally_flush(&f->tally, f->err);
    }
    return status == WM_OK ? unindex_gone(f) : status;
}

/* naming.c: which partition an organization or site rides in.
 *
 * It is the smallest that holds all services that name it, so for each (target, edition) we keep
 * how many services of each partition name it. A changed service takes its old names back and gives
 * its new ones; no other service is read. `touched` (a temporary table) has the targets of changed
 * services. */
#include <assert.h>
#include <stdlib.h>

#include "history/freeze.h"
#include "store/statement.h"

#define NAMING_ENTRIES_MAX ((size_t)4 * 1024 * 1024) /* 64 MB */

static const char SQL_MAKE_TOUCHED[] =
    "CREATE TEMP TABLE IF NOT EXISTS touched("
    " kind INTEGER NOT NULL, id TEXT NOT NULL, PRIMARY KEY(kind, id)) WITHOUT ROWID;"
    "DELETE FROM temp.touched;";
static const char SQL_TOUCH[] = "INSERT OR IGNORE INTO temp.touched(kind, id) VALUES(?1, ?2)";
static const char SQL_FORGET[] = "DELETE FROM naming";
static const char SQL_ADD[] =
    "INSERT INTO naming(target, edition, partition, count) VALUES(?1, ?2, ?3, ?4)"
    " ON CONFLICT(target, edition, partition) DO UPDATE SET count = count + excluded.count";
static const char SQL_DROP_NONE[] = "DELETE FROM naming WHERE target = ?1 AND edition = ?2"
                                    " AND partition = ?3 AND count <= 0";
static const char SQL_PARTITIONS[] = "SELECT p.name FROM naming n CROSS JOIN partition p"
                                     " ON p.number = n.partition"
                                     " WHERE n.target = ?1 AND n.edition = ?2 AND n.count > 0";
static const char SQL_MOVABLE[] =
    "SELECT t.kind, t.id, r.rev FROM temp.touched t CROSS JOIN revision r"
    " ON r.kind = t.kind AND r.id = t.id WHERE r.since < ?1 AND r.until = 2147483647";
static const char SQL_MOVE[] =
    "INSERT INTO projection(rev, edition, since, until, partition, leaf, shown)"
    " SELECT rev, edition, ?4, 2147483647, ?5, leaf, shown FROM projection"
    " WHERE rev = ?1 AND edition = ?2 AND since = ?3";

static int64_t target_of(wm_kind kind, wm_str id)
{
    wm_str parts[] = { wm_str_of(wm_kind_name(kind)), { "", 1 }, id };
    wm_digest digest;
    wm_digest_of(parts, 3, &digest);
    uint64_t target = 0;
    for (unsigned i = 0; i < 8; i++) {
        target = target << 8 | digest.bytes[i];
    }
    return (int64_t)(target >> 1);
}

wm_status wm_naming_begin(wm_freeze *f)
{
    if (!f->everything) {
        return wm_store_run(f->store, SQL_MAKE_TOUCHED, f->err);
    }
    wm_stmt st = wm_stmt_open(f->store, SQL_FORGET, f->err);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

static wm_status touch(wm_freeze *f, wm_kind kind, wm_str id)
{
    if (f->everything) {
        return WM_OK; /* all are looked at anyway */
    }
    wm_stmt st = wm_stmt_open(f->store, SQL_TOUCH, f->err);
    wm_stmt_bind_i64(&st, 1, (int64_t)kind);
    wm_stmt_bind_text(&st, 2, id);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

static wm_status add(wm_freeze *f, wm_slice_key slice, wm_kind kind, wm_str id, int32_t delta)
{
    if (id.len == 0) {
        return WM_OK;
    }
    wm_status status = touch(f, kind, id);
    if (status == WM_OK && f->naming_count >= NAMING_ENTRIES_MAX) {
        status = wm_naming_flush(f);
    }
    if (status != WM_OK) {
        return status;
    }
    if (f->naming_count == f->naming_capacity) {
        const wm_env *env = f->store->env;
        size_t capacity = f->naming_capacity == 0 ? 256 : f->naming_capacity * 2;
        wm_naming_entry *naming =
            env->resize(env->context, f->naming, f->naming_capacity * sizeof *naming,
                        capacity * sizeof *naming);
        if (naming == NULL) {
            return wm_fail_memory(f->err);
        }
        f->naming = naming;
        f->naming_capacity = capacity;
    }
    f->naming[f->naming_count++] = (wm_naming_entry){ target_of(kind, id), (int32_t)slice, delta };
    return WM_OK;
}

wm_status wm_naming_count(wm_freeze *f, wm_slice_key slice, const wm_json *service, int32_t delta)
{
    wm_status status = add(f, slice, WM_KIND_ORGANIZATION,
                           wm_json_string(wm_json_get(service, "organization")), delta);
    const wm_json *sites = wm_json_get(service, "sites");
    for (uint32_t i = 0; status == WM_OK && wm_json_is(sites, WM_JSON_ARRAY) && i < sites->count;
         i++) {
        status = add(f, slice, WM_KIND_SITE, wm_json_string(&sites->as.items[i]), delta);
    }
    return status;
}

static int compare_naming(const void *left, const void *right)
{
    const wm_naming_entry *a = left;
    const wm_naming_entry *b = right;
    if (a->target != b->target) {
        return a->target < b->target ? -1 : 1;
    }
    return (a->slice > b->slice) - (a->slice < b->slice);
}

static wm_status write_naming(wm_freeze *f, const wm_naming_entry *entry, int64_t delta)
{
    int64_t edition = entry->slice >> WM_SLICE_PARTITION_BITS;
    int64_t partition = entry->slice & ((1 << WM_SLICE_PARTITION_BITS) - 1);
    wm_stmt st = wm_stmt_open(f->store, SQL_ADD, f->err);
    wm_stmt_bind_i64(&st, 1, entry->target);
    wm_stmt_bind_i64(&st, 2, edition);
    wm_stmt_bind_i64(&st, 3, partition);
    wm_stmt_bind_i64(&st, 4, delta);
    wm_stmt_run(&st);
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK && delta < 0) {
        st = wm_stmt_open(f->store, SQL_DROP_NONE, f->err);
        wm_stmt_bind_i64(&st, 1, entry->target);
        wm_stmt_bind_i64(&st, 2, edition);
        wm_stmt_bind_i64(&st, 3, partition);
        wm_stmt_run(&st);
        status = wm_stmt_close(&st);
    }
    return status;
}

wm_status wm_naming_flush(wm_freeze *f)
{
    if (f->naming_count > 0) {
        qsort(f->naming, f->naming_count, sizeof *f->naming, compare_naming);
    }
    wm_status status = WM_OK;
    for (size_t i = 0; i < f->naming_count && status == WM_OK;) {
        int64_t delta = 0;
        size_t next = i;
        while (next < f->naming_count && compare_naming(&f->naming[next], &f->naming[i]) == 0) {
            delta += f->naming[next++].delta;
        }
        if (delta != 0) {
            status = write_naming(f, &f->naming[i], delta);
        }
        i = next;
    }
    f->naming_count = 0;
    return status;
}

wm_status wm_naming_partition(wm_freeze *f, wm_edition edition, wm_kind kind, wm_str id,
                              int64_t *partition_out)
{
    assert(f->naming_count == 0);
    wm_locality home = WM_LOCALITY_NONE;
    bool first = true;
    wm_stmt st = wm_stmt_open(f->store, SQL_PARTITIONS, f->err);
    wm_stmt_bind_i64(&st, 1, target_of(kind, id));
    wm_stmt_bind_i64(&st, 2, (int64_t)edition);
    bool known = true;
    while (known && wm_stmt_row(&st)) {
        wm_locality one = WM_LOCALITY_NONE;
        /* Names that the tree lost are counted afresh before they are read here. */
        known = wm_edition_partition_find(f->tree, wm_stmt_str(&st, 0), &one);
        home = first ? one : wm_edition_home_common(f->tree, home, one);
        first = false;
    }
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK && !known) {
        return wm_fail(f->err, WM_CORRUPT, "database: a service rides in an unknown partition");
    }
    return status == WM_OK ? wm_freeze_partition(f, home, partition_out) : status;
}

static wm_status move_in(wm_freeze *f, wm_edition edition, int64_t rev, wm_kind kind, wm_str id)
{
    wm_projection old;
    int64_t partition = 0;
    wm_status status = wm_projection_get(f->store, rev, edition, &old, f->err);
    if (status != WM_OK || old.partition == WM_PARTITION_NUMBER_NONE) {
        return status == WM_NOT_FOUND ? WM_OK : status;
    }
    status = wm_naming_partition(f, edition, kind, id, &partition);
    if (status != WM_OK || partition == old.partition) {
        return status;
    }
    wm_stmt st = wm_stmt_open(f->store, SQL_MOVE, f->err);
    wm_stmt_bind_i64(&st, 1, rev);
    wm_stmt_bind_i64(&st, 2, (int64_t)edition);
    wm_stmt_bind_i64(&st, 3, old.since);
    wm_stmt_bind_i64(&st, 4, f->next);
    wm_stmt_bind_i64(&st, 5, partition);
    wm_stmt_run(&st);
    status = wm_stmt_close(&st);
    if (status == WM_OK) {
        status = wm_freeze_close(f, &old);
    }
    wm_slice_key slice = wm_slice_key_of(edition, partition);
    wm_slice_key all = wm_slice_key_of(edition, WM_PARTITION_NUMBER_ALL);
    if (status == WM_OK) {
        status = wm_tally_put(&f->tally, slice, &old.leaf, 1, f->err);
    }
    if (status == WM_OK) {
        status = wm_tally_put(&f->tally, all, &old.leaf, 1, f->err);
    }
    return status;
}

wm_status wm_naming_move(wm_freeze *f)
{
    if (f->everything) {
        return WM_OK;
    }
    wm_status moved = WM_OK;
    wm_stmt st = wm_stmt_open(f->store, SQL_MOVABLE, f->err);
    wm_stmt_bind_i64(&st, 1, f->next);
    while (moved == WM_OK && wm_stmt_row(&st)) {
        wm_kind kind = wm_stmt_kind(&st, 0);
        int64_t rev = wm_stmt_i64(&st, 2);
        for (unsigned edition = 0; edition < WM_EDITION_COUNT && moved == WM_OK; edition++) {
            moved = move_in(f, (wm_edition)edition, rev, kind, wm_stmt_str(&st, 1));
        }
    }
    wm_status status = wm_stmt_close(&st);
    return status != WM_OK ? status : moved;
}

/* naming.c: which partition an organization or site rides in.
 *
 * It is the smallest that holds all services that name it, so for each (target, edition) we keep
 * how many services of each partition name it. A changed service takes its old names back and gives
 * its new ones; no other service is read. `touched` (a temporary table) has the targets of changed
 * services. Where everything is counted anew, what was counted is still in memory when it is asked
 * for, unless it was too much. */
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
#define ROW "(?, ?, ?, ?)"
/* FAIL: no journal of what one statement changed, as all of a failure is undone. */
static const char SQL_ADD_FIRST[] =
    "INSERT OR FAIL INTO naming(target, edition, partition, count) VALUES" WM_SQL_ROWS(ROW);
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

int64_t wm_naming_target(wm_kind kind, wm_str id)
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

static wm_status flush(wm_freeze *f);

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
        f->naming_is_short = true;
        status = flush(f);
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
    f->naming[f->naming_count++] =
        (wm_naming_entry){ wm_naming_target(kind, id), (int32_t)slice, delta };
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

static void bind_row(wm_stmt *st, size_t row, const wm_naming_entry *entry)
{
    int at = (int)row * 4;
    wm_stmt_bind_i64(st, at + 1, entry->target);
    wm_stmt_bind_i64(st, at + 2, (int64_t)wm_slice_edition((wm_slice_key)entry->slice));
    wm_stmt_bind_i64(st, at + 3, wm_slice_partition((wm_slice_key)entry->slice));
    wm_stmt_bind_i64(st, at + 4, entry->delta);
}

/* As many as make up whole statements, where none of them is there yet. */
static wm_status write_first(wm_freeze *f, const wm_naming_entry *entries, size_t count,
                             size_t *written_out)
{
    size_t written = 0;
    wm_stmt st = wm_stmt_open(f->store, SQL_ADD_FIRST, f->err);
    while (st.status == WM_OK && count - written >= WM_SQL_ROW_COUNT) {
        for (size_t i = 0; i < WM_SQL_ROW_COUNT; i++) {
            bind_row(&st, i, &entries[written + i]);
        }
        wm_stmt_run(&st);
        written += WM_SQL_ROW_COUNT;
    }
    *written_out = written;
    return wm_stmt_close(&st);
}

static wm_status write_naming(wm_freeze *f, const wm_naming_entry *entry)
{
    wm_stmt st = wm_stmt_open(f->store, SQL_ADD, f->err);
    bind_row(&st, 0, entry);
    wm_stmt_run(&st);
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK && entry->delta < 0) {
        st = wm_stmt_open(f->store, SQL_DROP_NONE, f->err);
        wm_stmt_bind_i64(&st, 1, entry->target);
        wm_stmt_bind_i64(&st, 2, (int64_t)wm_slice_edition((wm_slice_key)entry->slice));
        wm_stmt_bind_i64(&st, 3, wm_slice_partition((wm_slice_key)entry->slice));
        wm_stmt_run(&st);
        status = wm_stmt_close(&st);
    }
    return status;
}

/* Those of one target and partition become one. Returns how many are left. */
static size_t sum_up(wm_naming_entry *naming, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count;) {
        wm_naming_entry sum = naming[i];
        size_t next = i + 1;
        while (next < count && compare_naming(&naming[next], &sum) == 0) {
            sum.delta += naming[next++].delta;
        }
        if (sum.delta != 0) {
            naming[kept++] = sum;
        }
        i = next;
    }
    return kept;
}

/* Writes what was counted; it stays there, summed up, until more is counted. */
static wm_status flush(wm_freeze *f)
{
    if (f->naming_count > 0) {
        qsort(f->naming, f->naming_count, sizeof *f->naming, compare_naming);
    }
    size_t kept = sum_up(f->naming, f->naming_count);
    bool first = f->everything && !f->naming_is_short;
    size_t written = 0;
    wm_status status = first ? write_first(f, f->naming, kept, &written) : WM_OK;
    for (size_t i = written; i < kept && status == WM_OK; i++) {
        status = write_naming(f, &f->naming[i]);
    }
    f->naming_count = 0;
    f->known_count = first ? kept : 0;
    return status;
}

/* Which locality's a partition is, for those that were given a number. */
static wm_status number_homes(wm_freeze *f)
{
    size_t localities = wm_locality_count(f->tree);
    for (size_t i = 0; i <= localities; i++) {
        size_t number = (size_t)f->numbers[i];
        f->home_count = number >= f->home_count ? number + 1 : f->home_count;
    }
    f->homes = wm_env_alloc(f->store->env, (f->home_count + 1) * sizeof *f->homes);
    if (f->homes == NULL) {
        return wm_fail_memory(f->err);
    }
    for (size_t i = 0; i <= localities; i++) {
        f->homes[f->numbers[i]] = i < localities ? (wm_locality)i : WM_LOCALITY_NONE;
    }
    return WM_OK;
}

wm_status wm_naming_end(wm_freeze *f)
{
    wm_status status = flush(f);
    return status == WM_OK && f->known_count > 0 ? number_homes(f) : status;
}

void wm_naming_fini(wm_freeze *f)
{
    const wm_env *env = f->store->env;
    wm_env_free(env, f->naming, f->naming_capacity * sizeof *f->naming);
    wm_env_free(env, f->homes, (f->home_count + 1) * sizeof *f->homes);
}

/* ---- where they ride ---- */

/* The smallest partition that holds all those that were added; the top without any. */
typedef struct common_home {
    wm_locality home;
    bool any;
} common_home;

static void add_home(const wm_freeze *f, common_home *common, wm_locality one)
{
    common->home = common->any ? wm_edition_home_common(f->tree, common->home, one) : one;
    common->any = true;
}

/* By what was counted in this release. */
static void find_known_home(const wm_freeze *f, wm_edition edition, int64_t target,
                            common_home *common)
{
    const int32_t partitions = 1 << WM_SLICE_PARTITION_BITS;
    wm_naming_entry wanted = { .target = target, .slice = (int32_t)edition * partitions };
    size_t low = 0;
    size_t high = f->known_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_naming(&f->naming[middle], &wanted) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < f->known_count && f->naming[low].target == target &&
           f->naming[low].slice / partitions == (int32_t)edition;
         low++) {
        add_home(f, common, f->homes[f->naming[low].slice % partitions]);
    }
}

static wm_status find_home(wm_freeze *f, wm_edition edition, int64_t target, common_home *common)
{
    bool known = true;
    wm_stmt st = wm_stmt_open(f->store, SQL_PARTITIONS, f->err);
    wm_stmt_bind_i64(&st, 1, target);
    wm_stmt_bind_i64(&st, 2, (int64_t)edition);
    while (known && wm_stmt_row(&st)) {
        wm_locality one = WM_LOCALITY_NONE;
        /* Names that the tree lost are counted afresh before they are read here. */
        known = wm_edition_partition_find(f->tree, wm_stmt_str(&st, 0), &one);
        add_home(f, common, one);
    }
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK && !known) {
        return wm_fail(f->err, WM_CORRUPT, "database: a service rides in an unknown partition");
    }
    return status;
}

wm_status wm_naming_partition(wm_freeze *f, wm_edition edition, int64_t target,
                              int64_t *partition_out)
{
    assert(f->naming_count == 0);
    common_home common = { WM_LOCALITY_NONE, false };
    wm_status status = WM_OK;
    if (f->known_count > 0) {
        find_known_home(f, edition, target, &common);
    } else {
        status = find_home(f, edition, target, &common);
    }
    return status == WM_OK ? wm_freeze_partition(f, common.home, partition_out) : status;
}

static wm_status move_in(wm_freeze *f, wm_edition edition, int64_t rev, wm_kind kind, wm_str id)
{
    wm_projection old;
    int64_t partition = 0;
    wm_status status = wm_projection_get(f->store, rev, edition, &old, f->err);
    if (status != WM_OK || old.partition == WM_PARTITION_NUMBER_NONE) {
        return status == WM_NOT_FOUND ? WM_OK : status;
    }
    status = wm_naming_partition(f, edition, wm_naming_target(kind, id), &partition);
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
    return status == WM_OK ? wm_tally_put(&f->tally, slice, &old.leaf, 1, f->err) : status;
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

/* census.c: an edition at a release, read through once.
 *
 *   projection, in its own order   ->  seats: which revision is shown, and in which partition
 *   revision_key, in its own order ->  rows: the seats by kind and id
 *   rows                           ->  places: rows of each partition, still in that order
 *
 * Both are read from front to back and without a record, while a search for the names of one
 * partition takes two pages out of their order for each of them. What is kept is enough to fetch
 * the bytes of a record with one search more. */
#include <assert.h>

#include "history/partition.h"
#include "history/state.h"
#include "store/release.h"
#include "store/statement.h"

#define NAMES_ARENA_MAX ((size_t)16 * 1024 * WM_MIB)
#define NAMES_ROOM ((size_t)64 * WM_KIB)
#define TICK_ROWS 4096

/* By themselves, so that no index is taken that would have to be sorted. */
static const char SQL_SEATS[] = "SELECT rev, partition, coalesce(shown, 0) FROM projection"
                                " WHERE +edition = ?1 AND +partition >= 0 AND since <= ?2"
                                " AND +until > ?2 ORDER BY rev";
static const char SQL_NAMES[] = "SELECT kind, id, rev FROM revision INDEXED BY revision_key"
                                " WHERE since <= ?1 ORDER BY kind, id";
static const char SQL_OWN[] = "SELECT record FROM revision WHERE rev = ?1";
static const char SQL_SHOWN[] = "SELECT record FROM shown WHERE number = ?1";

/* A revision that the edition shows. */
typedef struct seat {
    int64_t rev;
    int64_t source;
    uint32_t partition;
} seat;

/* And what it is called. */
typedef struct census_row {
    const char *id;
    int64_t source; /* its rev; if it is shown otherwise, -1 - the number of what is shown */
    uint32_t partition;
    uint8_t kind;
    uint8_t id_bytes;
} census_row;

static_assert(WM_KIND_COUNT <= UINT8_MAX && WM_ID_BYTES_MAX <= UINT8_MAX,
              "they fit into a census_row");

struct wm_census {
    const wm_env *env;
    wm_arena names;
    char *room; /* for the next names */
    size_t room_bytes;
    census_row *rows;
    uint32_t count;
    uint32_t capacity;
    uint32_t *places;
    uint32_t *starts; /* of the places of each partition, and where the last end */
    uint32_t partition_count;
};

/* What is needed while it is taken. */
typedef struct census_taker {
    wm_census *census;
    wm_store *store;
    const wm_watch *watch;
    seat *seats; /* by rev */
    size_t count;
    size_t capacity;
    uint64_t rows; /* that were read */
    wm_error *err;
} census_taker;

static wm_status tick(census_taker *taker)
{
    const wm_watch *watch = taker->watch;
    return ++taker->rows % TICK_ROWS == 0 && watch != NULL
               ? watch->tick(watch->context, taker->rows, 0, taker->err)
               : WM_OK;
}

/* ---- seats ---- */

static wm_status add_seat(census_taker *taker, const seat *given)
{
    const wm_env *env = taker->census->env;
    if (taker->count == taker->capacity) {
        size_t capacity = taker->capacity == 0 ? 256 : taker->capacity * 2;
        seat *seats = env->resize(env->context, taker->seats, taker->capacity * sizeof *seats,
                                  capacity * sizeof *seats);
        if (seats == NULL) {
            return wm_fail_memory(taker->err);
        }
        taker->seats = seats;
        taker->capacity = capacity;
    }
    if (taker->count == UINT32_MAX / 2) {
        return wm_fail(taker->err, WM_TOO_LARGE, "more than %u records", UINT32_MAX / 2);
    }
    taker->seats[taker->count++] = *given;
    return WM_OK;
}

static wm_status seat_of(census_taker *taker, wm_stmt *st)
{
    int64_t rev = wm_stmt_i64(st, 0);
    int64_t partition = wm_stmt_i64(st, 1);
    int64_t shown = wm_stmt_i64(st, 2);
    bool rises = taker->count == 0 || taker->seats[taker->count - 1].rev < rev;
    if (!rises || rev < 0 || shown < 0 || partition >= (int64_t)1 << WM_SLICE_PARTITION_BITS) {
        return wm_fail(taker->err, WM_CORRUPT,
                       "database: the projection of revision %lld is damaged", (long long)rev);
    }
    seat made = { rev, shown > 0 ? -1 - shown : rev, (uint32_t)partition };
    wm_census *census = taker->census;
    if (made.partition >= census->partition_count) {
        census->partition_count = made.partition + 1;
    }
    return add_seat(taker, &made);
}

static wm_status take_seats(census_taker *taker, wm_edition edition, int64_t release)
{
    wm_status taken = WM_OK;
    wm_stmt st = wm_stmt_open(taker->store, SQL_SEATS, taker->err);
    wm_stmt_bind_i64(&st, 1, (int64_t)edition);
    wm_stmt_bind_i64(&st, 2, release);
    while (taken == WM_OK && wm_stmt_row(&st)) {
        taken = seat_of(taker, &st);
        taken = taken == WM_OK ? tick(taker) : taken;
    }
    wm_status status = wm_stmt_close(&st);
    return status != WM_OK ? status : taken;
}

/* NULL: the edition does not show it. */
static const seat *find_seat(const census_taker *taker, int64_t rev)
{
    size_t low = 0;
    size_t high = taker->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (taker->seats[middle].rev == rev) {
            return &taker->seats[middle];
        }
        if (taker->seats[middle].rev < rev) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* ---- rows ---- */

/* NULL: no memory. */
static const char *keep_name(wm_census *census, wm_str id)
{
    if (census->room_bytes < id.len) {
        census->room = wm_arena_alloc(&census->names, NAMES_ROOM);
        census->room_bytes = census->room != NULL ? NAMES_ROOM : 0;
    }
    if (census->room_bytes < id.len) {
        return NULL;
    }
    char *kept = census->room;
    memcpy(kept, id.ptr, id.len);
    census->room += id.len;
    census->room_bytes -= id.len;
    return kept;
}

static wm_status row_of(census_taker *taker, wm_stmt *st)
{
    wm_census *census = taker->census;
    const seat *found = find_seat(taker, wm_stmt_i64(st, 2));
    if (found == NULL) {
        return WM_OK;
    }
    wm_kind kind = wm_stmt_kind(st, 0);
    wm_str id = wm_stmt_str(st, 1);
    if (st->status != WM_OK || !wm_id_valid(id) || census->count == census->capacity) {
        return st->status != WM_OK ? st->status
                                   : wm_fail(taker->err, WM_CORRUPT,
                                             "database: the name of revision %lld is damaged",
                                             (long long)found->rev);
    }
    const char *name = keep_name(census, id);
    if (name == NULL) {
        return wm_fail_memory(taker->err);
    }
    census->rows[census->count++] =
        (census_row){ name, found->source, found->partition, (uint8_t)kind, (uint8_t)id.len };
    return WM_OK;
}

static wm_status take_rows(census_taker *taker, int64_t release)
{
    wm_census *census = taker->census;
    wm_status taken = WM_OK;
    census->rows = wm_env_alloc(census->env, (taker->count + 1) * sizeof *census->rows);
    if (census->rows == NULL) {
        return wm_fail_memory(taker->err);
    }
    census->capacity = (uint32_t)taker->count;
    wm_stmt st = wm_stmt_open(taker->store, SQL_NAMES, taker->err);
    wm_stmt_bind_i64(&st, 1, release);
    while (taken == WM_OK && wm_stmt_row(&st)) {
        taken = row_of(taker, &st);
        taken = taken == WM_OK ? tick(taker) : taken;
    }
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK && taken == WM_OK && census->count < census->capacity) {
        return wm_fail(taker->err, WM_CORRUPT, "database: a projection is of no revision");
    }
    return status != WM_OK ? status : taken;
}

/* ---- places ---- */

static wm_status take_places(wm_census *census, wm_error *err)
{
    uint32_t partitions = census->partition_count;
    uint32_t *starts = wm_env_alloc(census->env, ((size_t)partitions + 1) * sizeof *starts);
    census->starts = starts;
    census->places = wm_env_alloc(census->env, ((size_t)census->count + 1) * sizeof(uint32_t));
    if (census->places == NULL || starts == NULL) {
        return wm_fail_memory(err);
    }
    for (uint32_t i = 0; i < census->count; i++) {
        starts[census->rows[i].partition]++;
    }
    for (uint32_t n = 0; n < partitions; n++) { /* for now where each ends */
        starts[n] += n > 0 ? starts[n - 1] : 0;
    }
    starts[partitions] = census->count;
    for (uint32_t i = census->count; i > 0; i--) {
        census->places[--starts[census->rows[i - 1].partition]] = i - 1;
    }
    return WM_OK;
}

/* ---- the whole ---- */

static wm_status take(census_taker *taker, wm_edition edition, int64_t release)
{
    wm_release row;
    wm_status status = wm_store_expect_role(taker->store, WM_ROLE_AUTHOR, taker->err);
    if (status == WM_OK) {
        status = wm_store_read_release(taker->store, release, &row, taker->err);
    }
    if (status == WM_OK) {
        status = take_seats(taker, edition, release);
    }
    if (status == WM_OK) {
        status = take_rows(taker, release);
    }
    return status == WM_OK ? take_places(taker->census, taker->err) : status;
}

wm_status wm_census_take(wm_store *store, const wm_census_wish *wish, wm_census **census_out,
                         wm_error *err)
{
    wm_census *census = wm_env_alloc(store->env, sizeof *census);
    if (census == NULL) {
        return wm_fail_memory(err);
    }
    census->env = store->env;
    wm_arena_init(&census->names, census->env, NAMES_ARENA_MAX);
    census_taker taker = { .census = census, .store = store, .watch = wish->watch, .err = err };
    wm_status status = wm_store_read_begin(store, err);
    if (status == WM_OK) {
        status = take(&taker, wish->edition, wish->release);
        wm_store_read_end(store);
    }
    wm_env_free(census->env, taker.seats, taker.capacity * sizeof *taker.seats);
    if (status != WM_OK) {
        wm_census_free(census);
        return status;
    }
    *census_out = census;
    return WM_OK;
}

void wm_census_free(wm_census *census)
{
    if (census == NULL) {
        return;
    }
    const wm_env *env = census->env;
    wm_env_free(env, census->starts, ((size_t)census->partition_count + 1) * sizeof(uint32_t));
    wm_env_free(env, census->places, ((size_t)census->count + 1) * sizeof(uint32_t));
    wm_env_free(env, census->rows, ((size_t)census->capacity + 1) * sizeof *census->rows);
    wm_arena_fini(&census->names);
    wm_env_free(env, census, sizeof *census);
}

wm_status wm_census_begin(const wm_census *census, wm_store *store, wm_str partition,
                          wm_census_walk *walk_out, wm_error *err)
{
    int64_t number = WM_PARTITION_NUMBER_NONE;
    wm_status status = wm_partition_find(store, partition, &number, err);
    *walk_out = (wm_census_walk){ .census = census };
    if (status == WM_NOT_FOUND) {
        return WM_OK; /* no partition, no records */
    }
    if (status == WM_OK && number == WM_PARTITION_NUMBER_ALL) {
        walk_out->end = census->count;
    } else if (status == WM_OK && number > 0 && number < (int64_t)census->partition_count) {
        walk_out->places = census->places;
        walk_out->at = census->starts[number];
        walk_out->end = census->starts[number + 1];
    }
    walk_out->start = walk_out->at;
    return status;
}

static const census_row *next_row(wm_census_walk *walk)
{
    if (walk->at == walk->end) {
        return NULL;
    }
    uint32_t at = walk->at++;
    return &walk->census->rows[walk->places != NULL ? walk->places[at] : at];
}

bool wm_census_next(wm_census_walk *walk, wm_kind *kind_out, wm_str *id_out)
{
    const census_row *row = next_row(walk);
    if (row != NULL) {
        *kind_out = (wm_kind)row->kind;
        *id_out = (wm_str){ row->id, row->id_bytes };
    }
    return row != NULL;
}

/* Its bytes, as long as the statement stays there. */
static wm_status fetch(const census_row *row, wm_stmt *st, wm_record *record_out, wm_error *err)
{
    wm_stmt_reset(st);
    wm_stmt_bind_i64(st, 1, row->source >= 0 ? row->source : -1 - row->source);
    bool found = wm_stmt_row(st);
    if (!found && st->status == WM_OK) {
        return wm_fail(err, WM_CORRUPT, "database: %s/%.*s is not there any more",
                       wm_kind_name((wm_kind)row->kind), (int)row->id_bytes, row->id);
    }
    *record_out = (wm_record){ (wm_kind)row->kind, { row->id, row->id_bytes }, wm_stmt_str(st, 0) };
    return st->status;
}

wm_status wm_census_each(wm_census_walk *walk, wm_store *store, const wm_record_sink *sink,
                         wm_error *err)
{
    wm_status said = wm_store_read_begin(store, err);
    if (said != WM_OK) {
        return said;
    }
    wm_stmt own = wm_stmt_open(store, SQL_OWN, err);
    wm_stmt shown = wm_stmt_open(store, SQL_SHOWN, err);
    const census_row *row = next_row(walk);
    for (; said == WM_OK && row != NULL; row = next_row(walk)) {
        wm_record record;
        said = fetch(row, row->source >= 0 ? &own : &shown, &record, err);
        if (said == WM_OK) {
            said = sink->put(sink->context, &record, err);
        }
    }
    wm_status status = wm_stmt_close(&own);
    wm_status closed = wm_stmt_close(&shown);
    status = status != WM_OK ? status : closed;
    wm_store_read_end(store);
    return status != WM_OK ? status : said;
}

/* roster.c: see roster.h.
 *
 *   stored roster -- rows that went are left out --> \
 *   rows that came -- each behind the last row before it that was there --> merged
 *
 * An apply that changes more than EVENTS_MAX rows makes all rosters anew, which takes as long as
 * walking along the records once. */
#include "history/roster.h"

#include <stdlib.h>

#include "store/statement.h"

#define EVENTS_MAX 8192
#define REVS_BYTES_MAX ((size_t)1 << 30)
#define SPARSE_MAX ((size_t)8)      /* numbers of rows for each record, or it is made anew */
#define STEPS_MAX ((size_t)1 << 16) /* along the records, to find where rows belong */

static const char SQL_VALID[] =
    "SELECT r.partition FROM roster r CROSS JOIN state s ON s.slice = ?1 * 1048576 + r.partition"
    " WHERE s.records * 4 = length(r.revs)";
static const char SQL_READ[] = "SELECT revs FROM roster WHERE partition = ?1";
static const char SQL_STORED[] = "SELECT partition FROM roster WHERE ?1 >= 0";
static const char SQL_OTHERS[] =
    "SELECT EXISTS(SELECT 1 FROM projection WHERE edition = ?1 AND partition < ?2)"
    " OR EXISTS(SELECT 1 FROM projection WHERE edition = ?1 AND partition > ?2)";
/* Where one partition is all there is, the index of keys has it in order. */
static const char SQL_ALL[] = "SELECT rev FROM revision INDEXED BY revision_key ORDER BY kind, id";
static const char SQL_SORTED[] =
    "SELECT r.rev FROM projection p CROSS JOIN revision r ON r.rev = p.rev"
    " WHERE p.edition = ?1 AND p.partition = ?2 AND p.until = 2147483647 ORDER BY r.kind, r.id";
static const char SQL_NAME[] = "SELECT kind, id FROM revision WHERE rev = ?1";
static const char SQL_BEFORE[] = "SELECT rev FROM revision INDEXED BY revision_key"
                                 " WHERE (kind, id) < (?1, ?2) ORDER BY kind DESC, id DESC";
static const char SQL_PARTITIONS[] =
    "SELECT slice - ?1 * 1048576 FROM state"
    " WHERE slice >= ?1 * 1048576 AND slice < (?1 + 1) * 1048576 AND records > 0";
static const char SQL_PUT[] = "INSERT OR REPLACE INTO roster(partition, revs) VALUES(?1, ?2)";
static const char SQL_DROP[] =
    "DELETE FROM roster WHERE NOT EXISTS(SELECT 1 FROM state s"
    " WHERE s.slice = ?1 * 1048576 + roster.partition AND s.records > 0)";

/* ---- rows as bytes ---- */

static void put_rev(wm_buf *revs, uint32_t rev)
{
    unsigned char b[WM_ROSTER_ENTRY_BYTES] = { (unsigned char)rev, (unsigned char)(rev >> 8),
                                               (unsigned char)(rev >> 16),
                                               (unsigned char)(rev >> 24) };
    wm_buf_put(revs, b, sizeof b);
}

static uint32_t rev_at(const wm_buf *revs, size_t rank)
{
    const unsigned char *b =
        (const unsigned char *)revs->data + rank * (size_t)WM_ROSTER_ENTRY_BYTES;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

int64_t wm_roster_at(const wm_buf *revs, size_t rank)
{
    return (int64_t)rev_at(revs, rank);
}

/* ---- log ---- */

void wm_roster_init(wm_roster_log *log, wm_store *store, wm_edition edition)
{
    *log = (wm_roster_log){ .store = store, .edition = edition };
    wm_buf_init(&log->valid, store->env, REVS_BYTES_MAX);
}

void wm_roster_fini(wm_roster_log *log)
{
    wm_buf_fini(&log->valid);
    wm_env_free(log->store->env, log->events, log->capacity * sizeof *log->events);
    log->events = NULL;
    log->count = log->capacity = 0;
}

/* The numbers that a statement gives, behind those in `numbers`. */
static wm_status read_numbers(wm_roster_log *log, const char *sql, wm_buf *numbers, wm_error *err)
{
    wm_stmt st = wm_stmt_open(log->store, sql, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)log->edition);
    while (wm_stmt_row(&st)) {
        int64_t number = wm_stmt_i64(&st, 0);
        wm_buf_put(numbers, &number, sizeof number);
    }
    wm_status status = wm_stmt_close(&st);
    return status == WM_OK ? wm_buf_status(numbers, err) : status;
}

wm_status wm_roster_begin(wm_roster_log *log, wm_error *err)
{
    return read_numbers(log, SQL_VALID, &log->valid, err);
}

static int64_t number_at(const wm_buf *numbers, size_t at)
{
    int64_t number;
    memcpy(&number, numbers->data + at * sizeof number, sizeof number);
    return number;
}

static bool is_valid(const wm_roster_log *log, int64_t partition)
{
    for (size_t i = 0; i < log->valid.len / sizeof(int64_t); i++) {
        if (number_at(&log->valid, i) == partition) {
            return !log->is_remade;
        }
    }
    return false;
}

wm_status wm_roster_note(wm_roster_log *log, int64_t partition, int64_t rev, bool comes,
                         wm_error *err)
{
    if (log->is_remade || log->count == EVENTS_MAX || rev < 0 || rev > UINT32_MAX) {
        log->is_remade = true;
        return WM_OK;
    }
    if (log->count == log->capacity) {
        const wm_env *env = log->store->env;
        size_t capacity = log->capacity == 0 ? 256 : log->capacity * 2;
        wm_roster_event *events = env->resize(
            env->context, log->events, log->capacity * sizeof *events, capacity * sizeof *events);
        if (events == NULL) {
            return wm_fail_memory(err);
        }
        log->events = events;
        log->capacity = capacity;
    }
    log->events[log->count] = (wm_roster_event){ partition, rev, log->count, comes };
    log->count++;
    return WM_OK;
}

static wm_status read_stored(wm_store *store, int64_t partition, wm_buf *revs, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_READ, err);
    wm_stmt_bind_i64(&st, 1, partition);
    if (wm_stmt_row(&st)) {
        wm_buf_put_str(revs, wm_stmt_str(&st, 0));
    }
    wm_status status = wm_stmt_close(&st);
    return status == WM_OK ? wm_buf_status(revs, err) : status;
}

/* ---- anew ---- */

static wm_status has_others(wm_roster_log *log, int64_t partition, bool *others_out, wm_error *err)
{
    wm_stmt st = wm_stmt_open(log->store, SQL_OTHERS, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)log->edition);
    wm_stmt_bind_i64(&st, 2, partition);
    *others_out = wm_stmt_row(&st) && wm_stmt_i64(&st, 0) != 0;
    return wm_stmt_close(&st);
}

static wm_status make_anew(wm_roster_log *log, int64_t partition, wm_buf *revs, wm_error *err)
{
    bool others = true;
    bool fits = true;
    wm_status status = has_others(log, partition, &others, err);
    if (status != WM_OK) {
        return status;
    }
    wm_stmt st = wm_stmt_open(log->store, others ? SQL_SORTED : SQL_ALL, err);
    if (others) {
        wm_stmt_bind_i64(&st, 1, (int64_t)log->edition);
        wm_stmt_bind_i64(&st, 2, partition);
    }
    while (wm_stmt_row(&st)) {
        int64_t rev = wm_stmt_i64(&st, 0);
        fits = fits && rev >= 0 && rev <= UINT32_MAX;
        put_rev(revs, (uint32_t)rev);
    }
    status = wm_stmt_close(&st);
    if (status == WM_OK && !fits) {
        return wm_fail(err, WM_CORRUPT, "database: rows of a replica have other numbers");
    }
    return status == WM_OK ? wm_buf_status(revs, err) : status;
}

/* ---- with what happened ---- */

/* A row that comes, and the rank that it comes before. */
typedef struct newcomer { /* rank 0: before all */
    size_t rank;
    uint32_t rev;
    wm_kind kind;
    wm_str id;
} newcomer;

typedef struct follower {
    wm_roster_log *log;
    wm_arena arena;
    wm_buf before;   /* the roster as it was */
    uint32_t *ranks; /* by row, plus 1; 0: not in it, or not any more */
    size_t rank_count;
    newcomer *newcomers;
    size_t newcomer_count;
    size_t *gone; /* ranks */
    size_t gone_count;
    size_t steps;
    wm_error *err;
} follower;

static int by_rev(const void *a, const void *b)
{
    const wm_roster_event *left = a;
    const wm_roster_event *right = b;
    if (left->rev != right->rev) {
        return left->rev < right->rev ? -1 : 1;
    }
    return left->order < right->order ? -1 : 1;
}

static int by_place(const void *a, const void *b)
{
    const newcomer *left = a;
    const newcomer *right = b;
    if (left->rank != right->rank) {
        return left->rank < right->rank ? -1 : 1;
    }
    if (left->kind != right->kind) {
        return left->kind < right->kind ? -1 : 1;
    }
    return wm_str_compare(left->id, right->id);
}

/* WM_END: its rows have other numbers than this is for. */
static wm_status index_ranks(follower *f)
{
    size_t count = f->before.len / WM_ROSTER_ENTRY_BYTES;
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        most = rev_at(&f->before, i) > most ? rev_at(&f->before, i) : most;
    }
    if (most / SPARSE_MAX > count + EVENTS_MAX) {
        return WM_END;
    }
    f->rank_count = most + 1;
    f->ranks = wm_arena_array(&f->arena, f->rank_count, sizeof *f->ranks);
    if (f->ranks == NULL) {
        return wm_fail_memory(f->err);
    }
    for (size_t i = 0; i < count; i++) {
        f->ranks[rev_at(&f->before, i)] = (uint32_t)i + 1;
    }
    return WM_OK;
}

static uint32_t rank_of(const follower *f, int64_t rev)
{
    return rev >= 0 && (uint64_t)rev < f->rank_count ? f->ranks[rev] : 0;
}

static wm_status name_newcomer(follower *f, newcomer *one)
{
    bool found = false;
    wm_stmt st = wm_stmt_open(f->log->store, SQL_NAME, f->err);
    wm_stmt_bind_i64(&st, 1, (int64_t)one->rev);
    if (wm_stmt_row(&st)) {
        found = true;
        one->kind = wm_stmt_kind(&st, 0);
        one->id = wm_arena_copy(&f->arena, wm_stmt_str(&st, 1));
    }
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK && !found) {
        return WM_END;
    }
    return status == WM_OK && one->id.ptr == NULL ? wm_fail_memory(f->err) : status;
}

/* Behind the nearest record before it that stays. WM_END: that is too far away. */
static wm_status place_newcomer(follower *f, newcomer *one)
{
    wm_status status = name_newcomer(f, one);
    if (status != WM_OK) {
        return status;
    }
    wm_stmt st = wm_stmt_open(f->log->store, SQL_BEFORE, f->err);
    wm_stmt_bind_i64(&st, 1, (int64_t)one->kind);
    wm_stmt_bind_text(&st, 2, one->id);
    while (one->rank == 0 && f->steps < STEPS_MAX && wm_stmt_row(&st)) {
        one->rank = rank_of(f, wm_stmt_i64(&st, 0));
        f->steps++;
    }
    status = wm_stmt_close(&st);
    return status == WM_OK && f->steps == STEPS_MAX ? WM_END : status;
}

/* Events of one row: the first says whether it was there, the last whether it is. */
static wm_status take_events(follower *f, wm_roster_event *events, size_t count)
{
    wm_status status = WM_OK;
    qsort(events, count, sizeof *events, by_rev);
    for (size_t i = 0, next = 0; i < count; i = next) {
        next = i + 1;
        while (next < count && events[next].rev == events[i].rev) {
            next++;
        }
        uint32_t rank = events[i].comes ? 0 : rank_of(f, events[i].rev);
        if (rank != 0) {
            f->gone[f->gone_count++] = rank - 1;
            f->ranks[events[i].rev] = 0;
        }
        if (events[next - 1].comes) {
            f->newcomers[f->newcomer_count++] = (newcomer){ .rev = (uint32_t)events[i].rev };
        }
    }
    for (size_t i = 0; i < f->newcomer_count && status == WM_OK; i++) {
        status = place_newcomer(f, &f->newcomers[i]);
    }
    if (status == WM_OK && f->newcomer_count > 0) {
        qsort(f->newcomers, f->newcomer_count, sizeof *f->newcomers, by_place);
    }
    return status;
}

static int by_number(const void *a, const void *b)
{
    const size_t *left = a;
    const size_t *right = b;
    return (*left > *right) - (*left < *right);
}

static void put_run(const follower *f, size_t from, size_t to, wm_buf *revs)
{
    wm_buf_put(revs, f->before.data + from * (size_t)WM_ROSTER_ENTRY_BYTES,
               (to - from) * (size_t)WM_ROSTER_ENTRY_BYTES);
}

/* What stays is copied in runs. */
static wm_status merge(follower *f, wm_buf *revs)
{
    size_t count = f->before.len / WM_ROSTER_ENTRY_BYTES;
    size_t from = 0;
    size_t next = 0;
    if (f->gone_count > 0) {
        qsort(f->gone, f->gone_count, sizeof *f->gone, by_number);
    }
    if (wm_buf_reserve(revs, f->before.len + f->newcomer_count * WM_ROSTER_ENTRY_BYTES) == NULL) {
        return wm_buf_status(revs, f->err);
    }
    for (size_t i = 0; i <= f->gone_count; i++) {
        size_t end = i < f->gone_count ? f->gone[i] : count;
        while (next < f->newcomer_count && f->newcomers[next].rank <= end) {
            put_run(f, from, f->newcomers[next].rank, revs);
            from = f->newcomers[next].rank;
            put_rev(revs, f->newcomers[next++].rev);
        }
        put_run(f, from, end, revs);
        from = end + 1;
    }
    return wm_buf_status(revs, f->err);
}

/* Those of one partition. */
static size_t events_of(const wm_roster_log *log, int64_t partition, wm_roster_event *events_out)
{
    size_t count = 0;
    for (size_t i = 0; i < log->count; i++) {
        if (log->events[i].partition == partition) {
            if (events_out != NULL) {
                events_out[count] = log->events[i];
            }
            count++;
        }
    }
    return count;
}

/* WM_END: it is as well made anew. */
static wm_status follow(follower *f, int64_t partition, wm_buf *revs)
{
    size_t count = events_of(f->log, partition, NULL);
    if (count == 0) {
        return read_stored(f->log->store, partition, revs, f->err);
    }
    wm_roster_event *events = wm_arena_array(&f->arena, count, sizeof *events);
    f->newcomers = wm_arena_array(&f->arena, count, sizeof *f->newcomers);
    f->gone = wm_arena_array(&f->arena, count, sizeof *f->gone);
    if (events == NULL || f->newcomers == NULL || f->gone == NULL) {
        return wm_fail_memory(f->err);
    }
    (void)events_of(f->log, partition, events);
    wm_status status = read_stored(f->log->store, partition, &f->before, f->err);
    if (status == WM_OK) {
        status = index_ranks(f);
    }
    if (status == WM_OK) {
        status = take_events(f, events, count);
    }
    return status == WM_OK ? merge(f, revs) : status;
}

wm_status wm_roster_read(wm_roster_log *log, int64_t partition, wm_buf *revs_out, wm_error *err)
{
    wm_status status = WM_END;
    if (is_valid(log, partition)) {
        follower f = { .log = log, .err = err };
        wm_arena_init(&f.arena, log->store->env, REVS_BYTES_MAX);
        wm_buf_init(&f.before, log->store->env, REVS_BYTES_MAX);
        status = follow(&f, partition, revs_out);
        wm_buf_fini(&f.before);
        wm_arena_fini(&f.arena);
    }
    return status == WM_END ? make_anew(log, partition, revs_out, err) : status;
}

/* ---- the end ---- */

static wm_status save_one(wm_roster_log *log, int64_t partition, wm_error *err)
{
    wm_buf revs;
    wm_buf_init(&revs, log->store->env, REVS_BYTES_MAX);
    wm_status status = wm_roster_read(log, partition, &revs, err);
    if (status == WM_OK) {
        wm_stmt st = wm_stmt_open(log->store, SQL_PUT, err);
        wm_stmt_bind_i64(&st, 1, partition);
        wm_stmt_bind_blob(&st, 2, revs.data, revs.len);
        wm_stmt_run(&st);
        status = wm_stmt_close(&st);
    }
    wm_buf_fini(&revs);
    return status;
}

wm_status wm_roster_save(wm_roster_log *log, wm_error *err)
{
    wm_buf partitions;
    wm_buf_init(&partitions, log->store->env, REVS_BYTES_MAX);
    wm_status status = read_numbers(log, SQL_PARTITIONS, &partitions, err);
    for (size_t i = 0; i < partitions.len / sizeof(int64_t) && status == WM_OK; i++) {
        int64_t partition = number_at(&partitions, i);
        if (!is_valid(log, partition) || events_of(log, partition, NULL) > 0) {
            status = save_one(log, partition, err);
        }
    }
    wm_buf_fini(&partitions);
    if (status == WM_OK) {
        wm_stmt st = wm_stmt_open(log->store, SQL_DROP, err);
        wm_stmt_bind_i64(&st, 1, (int64_t)log->edition);
        wm_stmt_run(&st);
        status = wm_stmt_close(&st);
    }
    return status;
}

/* ---- is it what it would be, were it made now? ---- */

static wm_status verify_one(wm_roster_log *log, int64_t partition, wm_error *err)
{
    wm_buf stored;
    wm_buf made;
    wm_buf_init(&stored, log->store->env, REVS_BYTES_MAX);
    wm_buf_init(&made, log->store->env, REVS_BYTES_MAX);
    wm_status status = read_stored(log->store, partition, &stored, err);
    if (status == WM_OK) {
        status = make_anew(log, partition, &made, err);
    }
    if (status == WM_OK && !wm_str_equal(wm_buf_str(&stored), wm_buf_str(&made))) {
        status = wm_fail(err, WM_CORRUPT,
                         "database: the list of the records of partition %lld is damaged",
                         (long long)partition);
    }
    wm_buf_fini(&made);
    wm_buf_fini(&stored);
    return status;
}

wm_status wm_roster_verify(wm_store *store, wm_edition edition, wm_error *err)
{
    wm_roster_log log;
    wm_roster_init(&log, store, edition);
    wm_status status = read_numbers(&log, SQL_STORED, &log.valid, err);
    for (size_t i = 0; i < log.valid.len / sizeof(int64_t) && status == WM_OK; i++) {
        status = verify_one(&log, number_at(&log.valid, i), err);
    }
    wm_roster_fini(&log);
    return status;
}

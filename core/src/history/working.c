/* working.c: the working state: put, withdraw, and make it equal to a set of records.
 *
 * With next = the number that the next release will have, the newest revision of a (kind, id) is
 *
 *      none, or gone before next        nothing in the working state
 *      pending   since = next           put or changed since the latest release
 *      standing  since < next, until FOREVER
 *      withdrawn since < next, until = next
 *
 * and what a put does to it depends on that, so that a change which is taken back leaves no trace.
 */
#include "history/working.h"

#include <stdlib.h>

#include "store/index.h"
#include "store/statement.h"

static const char SQL_FIND[] = "SELECT rev, since, until, record FROM revision"
                               " WHERE kind = ?1 AND id = ?2 ORDER BY since DESC LIMIT 2";
static const char SQL_INSERT[] = "INSERT INTO revision(kind, id, since, until, audience, record)"
                                 " VALUES(?1, ?2, ?3, 2147483647, ?4, ?5)";
static const char SQL_INSERT_NEW[] =
    "INSERT INTO revision(kind, id, since, until, audience, record)"
    " VALUES(?1, ?2, ?3, 2147483647, ?4, ?5) ON CONFLICT DO NOTHING";
static const char SQL_REPLACE[] = "UPDATE revision SET record = ?2, audience = ?3 WHERE rev = ?1";
static const char SQL_SET_UNTIL[] = "UPDATE revision SET until = ?2 WHERE rev = ?1";
static const char SQL_DELETE[] = "DELETE FROM revision WHERE rev = ?1";
static const char SQL_STANDING[] = "SELECT rev, since, id FROM revision INDEXED BY revision_key"
                                   " WHERE kind = ?1 AND id > ?3 AND since <= ?2 AND until > ?2"
                                   " ORDER BY id";
/* Of the first release everything is pending, and revision_since has only what came later. */
static const char SQL_COUNT_FIRST[] =
    "SELECT kind, count(*) FROM revision INDEXED BY revision_key WHERE ?1 = 1 GROUP BY kind";
static const char SQL_COUNT_IN[] =
    "SELECT kind, count(*) FROM revision WHERE since = ?1 AND since > 1 GROUP BY kind";
static const char SQL_COUNT_OUT[] =
    "SELECT kind, -count(*) FROM revision WHERE until = ?1 AND until < 2147483647 GROUP BY kind";

#define RECORD_ARENA_BYTES_MAX (64 * WM_MIB)

typedef enum put_outcome { PUT_SAME, PUT_ADDED, PUT_REPLACED } put_outcome;

/* The newest revision of a (kind, id), compared with what is put. */
typedef struct newest {
    bool found;
    int64_t rev;
    int64_t since;
    int64_t until;
    bool same;
    /* the one before it */
    bool has_prior;
    int64_t prior_rev;
    int64_t prior_until;
    bool prior_same;
} newest;

typedef struct working {
    wm_txn *txn;
    wm_store *store;
    int64_t next;
    wm_arena arena;            /* parsed record; reset for each */
    const wm_index_made *made; /* of the record at hand; NULL: nothing */
    wm_error *err;
} working;

static wm_status working_open(working *w, wm_txn *txn, wm_error *err)
{
    *w = (working){ .txn = txn, .store = wm_txn_store(txn), .err = err };
    wm_arena_init(&w->arena, w->store->env, RECORD_ARENA_BYTES_MAX);
    wm_status status = wm_store_expect_role(w->store, WM_ROLE_AUTHOR, err);
    if (status == WM_OK) {
        status = wm_store_last_number(w->store, &w->next, err);
        w->next++;
    }
    return status;
}

/* A change set of which a part failed must not be committed. */
static wm_status working_close(working *w, wm_status status)
{
    wm_arena_fini(&w->arena);
    if (status != WM_OK && status != WM_NOT_FOUND) {
        wm_txn_spoil(w->txn, status);
    }
    return status;
}

static wm_status find_newest(working *w, wm_kind kind, wm_str id, wm_str bytes, newest *out)
{
    *out = (newest){ .found = false };
    wm_stmt st = wm_stmt_open(w->store, SQL_FIND, w->err);
    wm_stmt_bind_i64(&st, 1, (int64_t)kind);
    wm_stmt_bind_text(&st, 2, id);
    if (wm_stmt_row(&st)) {
        out->found = true;
        out->rev = wm_stmt_i64(&st, 0);
        out->since = wm_stmt_i64(&st, 1);
        out->until = wm_stmt_i64(&st, 2);
        out->same = wm_str_equal(wm_stmt_str(&st, 3), bytes);
    }
    if (out->found && out->since == w->next && wm_stmt_row(&st)) {
        out->has_prior = true;
        out->prior_rev = wm_stmt_i64(&st, 0);
        out->prior_until = wm_stmt_i64(&st, 2);
        out->prior_same = wm_str_equal(wm_stmt_str(&st, 3), bytes);
    }
    return wm_stmt_close(&st);
}

static wm_status set_until(working *w, int64_t rev, int64_t until)
{
    wm_stmt st = wm_stmt_open(w->store, SQL_SET_UNTIL, w->err);
    wm_stmt_bind_i64(&st, 1, rev);
    wm_stmt_bind_i64(&st, 2, until);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

static wm_status delete_pending(working *w, wm_kind kind, int64_t rev)
{
    wm_status status = wm_index_remove(w->txn, kind, rev, w->err);
    if (status != WM_OK) {
        return status;
    }
    wm_stmt st = wm_stmt_open(w->store, SQL_DELETE, w->err);
    wm_stmt_bind_i64(&st, 1, rev);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

wm_status wm_record_accept(wm_arena *arena, const wm_record *record, const wm_json **value,
                           wm_error *err)
{
    const char *kind = wm_kind_name(record->kind);
    if (!wm_id_valid(record->id)) {
        return wm_fail(err, WM_BAD_RECORD, "%s/%.*s: not an id", kind, WM_STR_ARG(record->id));
    }
    if (record->bytes.len > WM_RECORD_BYTES_MAX) {
        return wm_fail(err, WM_BAD_RECORD, "%s/%.*s: expected at most %zu bytes, found %zu", kind,
                       WM_STR_ARG(record->id), WM_RECORD_BYTES_MAX, record->bytes.len);
    }
    wm_status status = WM_OK;
    if (*value == NULL) {
        status = wm_json_parse(arena, record->bytes, WM_RECORD_BYTES_MAX, value, err);
    }
    if (status == WM_BAD_INPUT || status == WM_TOO_LARGE) {
        wm_error_context(err, "%s/%.*s", kind, WM_STR_ARG(record->id));
        status = WM_BAD_RECORD;
    }
    if (status == WM_OK && !wm_str_equal(wm_json_string(wm_json_get(*value, "id")), record->id)) {
        return wm_fail(err, WM_BAD_RECORD, "%s/%.*s: expected an object with this id, found %s",
                       kind, WM_STR_ARG(record->id), wm_json_type_name((*value)->type));
    }
    return status;
}

static int64_t audience_of(const wm_json *value)
{
    return wm_edition_includes(WM_EDITION_PUBLIC, value) ? 0 : 1;
}

static wm_status index_record(working *w, int64_t rev, const wm_record *record,
                              const wm_json *value)
{
    const wm_indexed revision = { record->kind, rev, w->next, value, w->made, NULL };
    wm_status status = wm_index_put(w->txn, &revision, w->err);
    if (status != WM_OK) {
        wm_error_context(w->err, "%s/%.*s", wm_kind_name(record->kind), WM_STR_ARG(record->id));
    }
    return status;
}

/* *rev_out 0: there was one already, and SQL_INSERT_NEW left it. */
static wm_status insert_row(working *w, const char *sql, const wm_record *record,
                            const wm_json *value, int64_t *rev_out)
{
    wm_stmt st = wm_stmt_open(w->store, sql, w->err);
    wm_stmt_bind_i64(&st, 1, (int64_t)record->kind);
    wm_stmt_bind_text(&st, 2, record->id);
    wm_stmt_bind_i64(&st, 3, w->next);
    wm_stmt_bind_i64(&st, 4, audience_of(value));
    wm_stmt_bind_text(&st, 5, record->bytes);
    wm_stmt_run(&st);
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK) {
        return status;
    }
    *rev_out = wm_store_changed_rows(w->store) > 0 ? wm_store_last_rowid(w->store) : 0;
    return *rev_out != 0 ? index_record(w, *rev_out, record, value) : WM_OK;
}

static wm_status insert(working *w, const wm_record *record, const wm_json *value, int64_t *rev_out)
{
    return insert_row(w, SQL_INSERT, record, value, rev_out);
}

static wm_status replace_pending(working *w, int64_t rev, const wm_record *record,
                                 const wm_json *value)
{
    wm_stmt st = wm_stmt_open(w->store, SQL_REPLACE, w->err);
    wm_stmt_bind_i64(&st, 1, rev);
    wm_stmt_bind_text(&st, 2, record->bytes);
    wm_stmt_bind_i64(&st, 3, audience_of(value));
    wm_stmt_run(&st);
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK) {
        status = wm_index_remove(w->txn, record->kind, rev, w->err);
    }
    return status == WM_OK ? index_record(w, rev, record, value) : status;
}

static bool in_working(const working *w, const newest *n)
{
    return n->found && n->until > w->next;
}

/* Apply a put to what find_newest found. rev_out: what stands for it in the working state now. */
static wm_status put_record(working *w, const newest *n, const wm_record *record,
                            const wm_json *value, int64_t *rev_out)
{
    wm_status status = WM_OK;
    *rev_out = n->rev;
    if (n->found && n->since == w->next) {
        if (n->has_prior && n->prior_until == w->next && n->prior_same) {
            *rev_out = n->prior_rev; /* back to what is released */
            status = delete_pending(w, record->kind, n->rev);
            return status == WM_OK ? set_until(w, n->prior_rev, WM_RELEASE_FOREVER) : status;
        }
        return replace_pending(w, n->rev, record, value);
    }
    if (n->found && n->until == w->next && n->same) {
        return set_until(w, n->rev, WM_RELEASE_FOREVER); /* the withdrawal is taken back */
    }
    if (in_working(w, n)) {
        status = set_until(w, n->rev, w->next);
    }
    return status == WM_OK ? insert(w, record, value, rev_out) : status;
}

static wm_status put_one(working *w, const newest *n, const wm_record *record, const wm_json *value,
                         int64_t *rev_out, put_outcome *outcome_out)
{
    if (in_working(w, n) && n->same) {
        *rev_out = n->rev;
        *outcome_out = PUT_SAME;
        return WM_OK;
    }
    wm_arena_reset(&w->arena);
    wm_status status = wm_record_accept(&w->arena, record, &value, w->err);
    if (status != WM_OK) {
        return status;
    }
    *outcome_out = in_working(w, n) ? PUT_REPLACED : PUT_ADDED;
    return put_record(w, n, record, value, rev_out);
}

wm_status wm_history_put(wm_txn *txn, const wm_record *record, const wm_json *value,
                         bool *changed_out, wm_error *err)
{
    working w;
    newest n;
    int64_t rev = 0;
    put_outcome outcome = PUT_SAME;
    wm_status status = working_open(&w, txn, err);
    if (status == WM_OK) {
        status = find_newest(&w, record->kind, record->id, record->bytes, &n);
    }
    if (status == WM_OK) {
        status = put_one(&w, &n, record, value, &rev, &outcome);
    }
    if (status == WM_OK && changed_out != NULL) {
        *changed_out = outcome != PUT_SAME;
    }
    return working_close(&w, status);
}

static wm_status withdraw(working *w, wm_kind kind, int64_t rev, int64_t since)
{
    return since == w->next ? delete_pending(w, kind, rev) : set_until(w, rev, w->next);
}

wm_status wm_history_withdraw(wm_txn *txn, wm_kind kind, wm_str id, wm_error *err)
{
    working w;
    newest n;
    wm_status status = working_open(&w, txn, err);
    if (status == WM_OK) {
        status = find_newest(&w, kind, id, WM_STR(""), &n);
    }
    if (status == WM_OK) {
        status = in_working(&w, &n) ? withdraw(&w, kind, n.rev, n.since) : WM_NOT_FOUND;
    }
    return working_close(&w, status);
}

/* ---- counts ---- */

static wm_status add_counts(wm_store *store, const char *sql, int64_t next, int64_t counts[],
                            wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, sql, err);
    wm_stmt_bind_i64(&st, 1, next);
    while (wm_stmt_row(&st)) {
        int64_t kind = wm_stmt_i64(&st, 0);
        if (kind >= 0 && kind < WM_KIND_COUNT) {
            counts[kind] += wm_stmt_i64(&st, 1);
        }
    }
    return wm_stmt_close(&st);
}

wm_status wm_working_counts(wm_store *store, int64_t next, int64_t counts_out[WM_KIND_COUNT],
                            wm_error *err)
{
    wm_release last = { .number = 0 };
    if (next > 1) {
        wm_status status = wm_store_read_release(store, next - 1, &last, err);
        if (status != WM_OK) {
            return status;
        }
    }
    memcpy(counts_out, last.counts, sizeof last.counts);
    wm_status status = add_counts(store, SQL_COUNT_FIRST, next, counts_out, err);
    if (status == WM_OK) {
        status = add_counts(store, SQL_COUNT_IN, next, counts_out, err);
    }
    if (status == WM_OK) {
        status = add_counts(store, SQL_COUNT_OUT, next, counts_out, err);
    }
    return status;
}

/* ---- replace all ---- */

/* Which revisions the source has named: one bit each, so a million cost 125 KB. */
typedef struct rev_set {
    const wm_env *env;
    uint8_t *bits;
    size_t bytes;
} rev_set;

static bool rev_set_has(const rev_set *set, int64_t rev)
{
    size_t byte = (size_t)rev / 8;
    return byte < set->bytes && (set->bits[byte] >> ((unsigned)rev % 8) & 1) != 0;
}

static wm_status rev_set_add(rev_set *set, int64_t rev, wm_error *err)
{
    size_t byte = (size_t)rev / 8;
    if (byte >= set->bytes) {
        size_t bytes = set->bytes == 0 ? 1024 : set->bytes;
        while (bytes <= byte) {
            bytes *= 2;
        }
        uint8_t *bits = set->env->resize(set->env->context, set->bits, set->bytes, bytes);
        if (bits == NULL) {
            return wm_fail_memory(err);
        }
        memset(bits + set->bytes, 0, bytes - set->bytes);
        set->bits = bits;
        set->bytes = bytes;
    }
    set->bits[byte] = (uint8_t)(set->bits[byte] | 1U << ((unsigned)rev % 8));
    return WM_OK;
}

typedef struct replacement {
    working w;
    unsigned kinds;
    rev_set seen;
    int64_t seen_count;
    wm_change_counts counts;
} replacement;

static wm_status replace_one(replacement *r, const wm_record *record, const wm_json *value)
{
    newest n;
    int64_t rev = 0;
    put_outcome outcome = PUT_SAME;
    if ((r->kinds & WM_KIND_BIT(record->kind)) == 0) {
        return wm_fail(r->w.err, WM_BAD_ARGUMENT, "history: a record of kind %s was not expected",
                       wm_kind_name(record->kind));
    }
    wm_status status = find_newest(&r->w, record->kind, record->id, record->bytes, &n);
    if (status != WM_OK) {
        return status;
    }
    if (in_working(&r->w, &n) && rev_set_has(&r->seen, n.rev)) {
        return wm_fail(r->w.err, WM_BAD_INPUT, "%s/%.*s: expected once, found twice",
                       wm_kind_name(record->kind), WM_STR_ARG(record->id));
    }
    status = put_one(&r->w, &n, record, value, &rev, &outcome);
    if (status == WM_OK) {
        status = rev_set_add(&r->seen, rev, r->w.err);
    }
    r->seen_count++;
    r->counts.added += outcome == PUT_ADDED ? 1 : 0;
    r->counts.replaced += outcome == PUT_REPLACED ? 1 : 0;
    return status;
}

#define WITHDRAW_BATCH 256

/* How far the walk over one kind has come. */
typedef struct walk {
    wm_kind kind;
    char after[WM_ID_BYTES_MAX]; /* the last id that was looked at */
    size_t after_length;
    bool at_end;
} walk;

/* Withdraw what the source did not name: at most one batch, since rows cannot be changed while they
 * are walked. */
static wm_status withdraw_batch(replacement *r, walk *over)
{
    struct {
        int64_t rev;
        int64_t since;
    } batch[WITHDRAW_BATCH];
    size_t count = 0;
    over->at_end = true;
    wm_stmt st = wm_stmt_open(r->w.store, SQL_STANDING, r->w.err);
    wm_stmt_bind_i64(&st, 1, (int64_t)over->kind);
    wm_stmt_bind_i64(&st, 2, r->w.next);
    char after[WM_ID_BYTES_MAX];
    memcpy(after, over->after, sizeof after);
    wm_stmt_bind_text(&st, 3, (wm_str){ after, over->after_length });
    while (wm_stmt_row(&st)) {
        int64_t rev = wm_stmt_i64(&st, 0);
        if (rev_set_has(&r->seen, rev)) {
            continue;
        }
        batch[count].rev = rev;
        batch[count++].since = wm_stmt_i64(&st, 1);
        if (count == WITHDRAW_BATCH) {
            wm_str id = wm_stmt_str(&st, 2);
            over->after_length = id.len < sizeof over->after ? id.len : sizeof over->after;
            memcpy(over->after, id.ptr, over->after_length);
            over->at_end = false;
            break;
        }
    }
    wm_status status = wm_stmt_close(&st);
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        status = withdraw(&r->w, over->kind, batch[i].rev, batch[i].since);
        r->counts.withdrawn++;
    }
    return status;
}

static wm_status withdraw_unseen(replacement *r)
{
    int64_t standing = 0;
    wm_status status = wm_working_counts(r->w.store, r->w.next, r->counts.records, r->w.err);
    for (unsigned kind = 0; kind < WM_KIND_COUNT; kind++) {
        standing += (r->kinds & WM_KIND_BIT(kind)) != 0 ? r->counts.records[kind] : 0;
    }
    if (status != WM_OK || standing == r->seen_count) {
        return status;
    }
    for (unsigned kind = 0; kind < WM_KIND_COUNT && status == WM_OK; kind++) {
        walk over = { .kind = (wm_kind)kind, .at_end = (r->kinds & WM_KIND_BIT(kind)) == 0 };
        while (!over.at_end && status == WM_OK) {
            status = withdraw_batch(r, &over);
        }
    }
    if (status == WM_OK) {
        status = wm_working_counts(r->w.store, r->w.next, r->counts.records, r->w.err);
    }
    return status;
}

static wm_status replace_from(replacement *r, const wm_record_source *source)
{
    for (;;) {
        wm_record record = { .kind = WM_KIND_DIRECTORY };
        const wm_json *value = NULL;
        wm_status status = source->next(source->context, &record, &value, r->w.err);
        if (status == WM_END) {
            return withdraw_unseen(r);
        }
        if (status == WM_OK) {
            status = replace_one(r, &record, value);
        }
        if (status != WM_OK) {
            return status;
        }
    }
}

wm_status wm_history_replace_all(wm_txn *txn, unsigned kinds, const wm_record_source *source,
                                 wm_change_counts *counts_out, wm_error *err)
{
    replacement r = { .kinds = kinds };
    wm_status status = working_open(&r.w, txn, err);
    r.seen.env = r.w.store->env;
    if (status == WM_OK) {
        status = replace_from(&r, source);
    }
    if (status == WM_OK) {
        *counts_out = r.counts;
    }
    if (r.seen.bits != NULL) {
        wm_env_free(r.seen.env, r.seen.bits, r.seen.bytes);
    }
    return working_close(&r.w, status);
}

/* ---- what a source brings ---- */

static const char SQL_SOURCE[] = "SELECT number, services FROM source WHERE name = ?1";
static const char SQL_SOURCE_NEW[] = "INSERT INTO source(name, services) VALUES(?1, 0)";
static const char SQL_SOURCE_SET[] = "UPDATE source SET services = ?2 WHERE number = ?1";
/* ?3: 0 any source, 1 this one, 2 any but by hand, 3 any but this one */
static const char SQL_ORIGIN[] =
    "SELECT 1 FROM origin WHERE kind = ?1 AND target = ?2 AND"
    " CASE ?3 WHEN 0 THEN 1 WHEN 1 THEN source = ?4 WHEN 2 THEN source > 0 ELSE source <> ?4 END"
    " LIMIT 1";
static const char SQL_ORIGIN_PUT[] = "INSERT OR IGNORE INTO origin VALUES(?1, ?2, ?3)";
static const char SQL_ORIGIN_DROP[] =
    "DELETE FROM origin WHERE kind = ?1 AND target = ?2 AND source = ?3";

typedef enum origin_of { ORIGIN_ANY, ORIGIN_THIS, ORIGIN_NOT_HAND, ORIGIN_OTHER } origin_of;

#define CLAIMS_MAX ((size_t)64 * 1024) /* before they are written: 1 MiB */

/* A record of this source that is not written as such yet. */
typedef struct claimed {
    int64_t target;
    wm_kind kind;
} claimed;

struct wm_bringing {
    replacement r; /* `kinds` is not used */
    int64_t source;
    int64_t before;
    int64_t services;
    claimed *claims; /* of records that `r.seen` has, so nobody asks for them */
    size_t claim_count;
    size_t claim_capacity;
};

static int64_t origin_target(wm_kind kind, wm_str id)
{
    wm_digest digest;
    const wm_str parts[] = { wm_str_of(wm_kind_name(kind)), { "", 1 }, id };
    uint64_t target = 0;
    wm_digest_of(parts, sizeof parts / sizeof parts[0], &digest);
    for (size_t i = 0; i < sizeof target; i++) {
        target = target << 8 | digest.bytes[i];
    }
    return (int64_t)(target >> 1);
}

static wm_status origin_has(wm_bringing *b, wm_kind kind, int64_t target, origin_of which,
                            bool *has_out)
{
    wm_stmt st = wm_stmt_open(b->r.w.store, SQL_ORIGIN, b->r.w.err);
    wm_stmt_bind_i64(&st, 1, (int64_t)kind);
    wm_stmt_bind_i64(&st, 2, target);
    wm_stmt_bind_i64(&st, 3, (int64_t)which);
    wm_stmt_bind_i64(&st, 4, b->source);
    *has_out = wm_stmt_row(&st);
    return wm_stmt_close(&st);
}

static wm_status origin_write(wm_bringing *b, const char *sql, wm_kind kind, int64_t target,
                              int64_t source)
{
    wm_stmt st = wm_stmt_open(b->r.w.store, sql, b->r.w.err);
    wm_stmt_bind_i64(&st, 1, (int64_t)kind);
    wm_stmt_bind_i64(&st, 2, target);
    wm_stmt_bind_i64(&st, 3, source);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

static wm_status find_source(wm_bringing *b, wm_str name)
{
    wm_stmt st = wm_stmt_open(b->r.w.store, SQL_SOURCE, b->r.w.err);
    wm_stmt_bind_text(&st, 1, name);
    if (wm_stmt_row(&st)) {
        b->source = wm_stmt_i64(&st, 0);
        b->before = wm_stmt_i64(&st, 1);
    }
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK || b->source != 0) {
        return status;
    }
    st = wm_stmt_open(b->r.w.store, SQL_SOURCE_NEW, b->r.w.err);
    wm_stmt_bind_text(&st, 1, name);
    wm_stmt_run(&st);
    status = wm_stmt_close(&st);
    b->source = wm_store_last_rowid(b->r.w.store);
    return status;
}

wm_status wm_history_bring_begin(wm_txn *txn, wm_str source, wm_bringing **bringing_out,
                                 wm_error *err)
{
    const wm_env *env = wm_txn_store(txn)->env;
    if (source.len == 0 || source.len > WM_SOURCE_NAME_BYTES_MAX) {
        return wm_fail(err, WM_BAD_ARGUMENT, "source: expected a name of 1 to %d bytes, found %zu",
                       WM_SOURCE_NAME_BYTES_MAX, source.len);
    }
    wm_bringing *b = wm_env_alloc(env, sizeof *b);
    if (b == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = working_open(&b->r.w, txn, err);
    b->r.seen.env = env;
    if (status == WM_OK) {
        status = find_source(b, source);
    }
    if (status == WM_OK) {
        *bringing_out = b;
        return WM_OK;
    }
    (void)working_close(&b->r.w, status);
    wm_env_free(env, b, sizeof *b);
    return status;
}

int64_t wm_history_bring_before(const wm_bringing *bringing)
{
    return bringing->before;
}

static int by_target(const void *a, const void *b)
{
    const claimed *left = a;
    const claimed *right = b;
    if (left->kind != right->kind) {
        return left->kind < right->kind ? -1 : 1;
    }
    return (left->target > right->target) - (left->target < right->target);
}

/* Targets are spread over all the table: written in their order, each page is touched once. */
static wm_status write_claims(wm_bringing *b)
{
    wm_status status = WM_OK;
    if (b->claim_count > 0) {
        qsort(b->claims, b->claim_count, sizeof *b->claims, by_target);
    }
    for (size_t i = 0; i < b->claim_count && status == WM_OK; i++) {
        status = origin_write(b, SQL_ORIGIN_PUT, b->claims[i].kind, b->claims[i].target, b->source);
    }
    b->claim_count = 0;
    return status;
}

static wm_status put_claim(wm_bringing *b, wm_kind kind, int64_t target)
{
    const wm_env *env = b->r.w.store->env;
    wm_status status = b->claim_count == CLAIMS_MAX ? write_claims(b) : WM_OK;
    if (status == WM_OK && b->claim_count == b->claim_capacity) {
        size_t size = sizeof *b->claims;
        size_t capacity = b->claim_capacity == 0 ? 256 : 2 * b->claim_capacity;
        claimed *claims =
            env->resize(env->context, b->claims, b->claim_capacity * size, capacity * size);
        if (claims == NULL) {
            return wm_fail_memory(b->r.w.err);
        }
        b->claims = claims;
        b->claim_capacity = capacity;
    }
    if (status == WM_OK) {
        b->claims[b->claim_count++] = (claimed){ target, kind };
    }
    return status;
}

/* Whose it is. What stood and was nobody's is by hand. */
static wm_status claim(wm_bringing *b, const wm_record *record, bool stood)
{
    int64_t target = origin_target(record->kind, record->id);
    bool known = true;
    wm_status status = stood ? origin_has(b, record->kind, target, ORIGIN_ANY, &known) : WM_OK;
    if (status == WM_OK && !known) {
        status = origin_write(b, SQL_ORIGIN_PUT, record->kind, target, 0);
    }
    return status == WM_OK ? put_claim(b, record->kind, target) : status;
}

/* Before the first release a record has one row at most, of now: one that can be inserted was not
 * there, so nobody has to look for it first. An organization comes with each of its services, and
 * mostly is there. *rev_out 0: it is, or might be. */
static wm_status put_first(working *w, const wm_record *record, const wm_json *value,
                           int64_t *rev_out)
{
    *rev_out = 0;
    if (w->next != 1 || record->kind == WM_KIND_ORGANIZATION) {
        return WM_OK;
    }
    wm_arena_reset(&w->arena);
    wm_status status = wm_record_accept(&w->arena, record, &value, w->err);
    return status == WM_OK ? insert_row(w, SQL_INSERT_NEW, record, value, rev_out) : status;
}

static wm_status bring_one(wm_bringing *b, const wm_record *record, const wm_json *value,
                           wm_brought *brought_out)
{
    static const wm_brought brought[] = { [PUT_SAME] = WM_BROUGHT_SAME,
                                          [PUT_ADDED] = WM_BROUGHT_ADDED,
                                          [PUT_REPLACED] = WM_BROUGHT_REPLACED };
    newest n = { .found = false };
    int64_t rev = 0;
    put_outcome outcome = PUT_ADDED;
    wm_status status = put_first(&b->r.w, record, value, &rev);
    if (status == WM_OK && rev == 0) {
        status = find_newest(&b->r.w, record->kind, record->id, record->bytes, &n);
    }
    if (status != WM_OK) {
        return status;
    }
    if (in_working(&b->r.w, &n) && rev_set_has(&b->r.seen, n.rev)) {
        *brought_out = n.same ? WM_BROUGHT_AGAIN : WM_BROUGHT_OTHERWISE;
        return WM_OK;
    }
    if (rev == 0) {
        status = put_one(&b->r.w, &n, record, value, &rev, &outcome);
    }
    if (status == WM_OK) {
        status = claim(b, record, outcome != PUT_ADDED);
    }
    if (status == WM_OK) {
        status = rev_set_add(&b->r.seen, rev, b->r.w.err);
    }
    b->services += record->kind == WM_KIND_SERVICE ? 1 : 0;
    b->r.counts.added += outcome == PUT_ADDED ? 1 : 0;
    b->r.counts.replaced += outcome == PUT_REPLACED ? 1 : 0;
    *brought_out = brought[outcome];
    return status;
}

wm_status wm_history_bring(wm_bringing *bringing, const wm_record *record, const wm_json *value,
                           const wm_index_made *made, wm_brought *brought_out, wm_error *err)
{
    bringing->r.w.err = err;
    bringing->r.w.made = made;
    wm_status status = bring_one(bringing, record, value, brought_out);
    bringing->r.w.made = NULL;
    if (status != WM_OK) {
        wm_txn_spoil(bringing->r.w.txn, status);
    }
    return status;
}

wm_status wm_history_bring_keep(wm_bringing *bringing, wm_kind kind, wm_str id, wm_error *err)
{
    newest n;
    bool ours = false;
    bringing->r.w.err = err;
    wm_status status = find_newest(&bringing->r.w, kind, id, WM_STR(""), &n);
    if (status == WM_OK && in_working(&bringing->r.w, &n) &&
        rev_set_has(&bringing->r.seen, n.rev)) {
        return WM_OK; /* it came, or was kept, already */
    }
    if (status == WM_OK && in_working(&bringing->r.w, &n)) {
        status = origin_has(bringing, kind, origin_target(kind, id), ORIGIN_THIS, &ours);
    }
    if (status != WM_OK || !ours) {
        return status == WM_OK ? WM_NOT_FOUND : status;
    }
    bringing->services += kind == WM_KIND_SERVICE ? 1 : 0;
    return rev_set_add(&bringing->r.seen, n.rev, err);
}

wm_status wm_history_bring_by_hand(wm_bringing *bringing, wm_kind kind, bool *found_out,
                                   wm_error *err)
{
    bool brought = true;
    wm_status status = WM_OK;
    bringing->r.w.err = err;
    wm_stmt st = wm_stmt_open(bringing->r.w.store, SQL_STANDING, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)kind);
    wm_stmt_bind_i64(&st, 2, bringing->r.w.next);
    wm_stmt_bind_text(&st, 3, WM_STR(""));
    while (status == WM_OK && brought && wm_stmt_row(&st)) {
        int64_t target = origin_target(kind, wm_stmt_str(&st, 2));
        status = origin_has(bringing, kind, target, ORIGIN_NOT_HAND, &brought);
    }
    *found_out = !brought;
    wm_status closed = wm_stmt_close(&st);
    return status != WM_OK ? status : closed;
}

typedef struct dropped {
    int64_t rev;
    int64_t since;
    int64_t target;
} dropped;

static wm_status drop_one(wm_bringing *b, wm_kind kind, const dropped *d)
{
    bool others = false;
    wm_status status = origin_write(b, SQL_ORIGIN_DROP, kind, d->target, b->source);
    if (status == WM_OK) {
        status = origin_has(b, kind, d->target, ORIGIN_OTHER, &others);
    }
    if (status == WM_OK && !others) {
        status = withdraw(&b->r.w, kind, d->rev, d->since);
        b->r.counts.withdrawn++;
    }
    return status;
}

/* At most one batch of what was brought before and not now. */
static wm_status drop_batch(wm_bringing *b, walk *over)
{
    dropped batch[WITHDRAW_BATCH];
    size_t count = 0;
    char after[WM_ID_BYTES_MAX];
    wm_status status = WM_OK;
    memcpy(after, over->after, sizeof after);
    over->at_end = true;
    wm_stmt st = wm_stmt_open(b->r.w.store, SQL_STANDING, b->r.w.err);
    wm_stmt_bind_i64(&st, 1, (int64_t)over->kind);
    wm_stmt_bind_i64(&st, 2, b->r.w.next);
    wm_stmt_bind_text(&st, 3, (wm_str){ after, over->after_length });
    while (status == WM_OK && over->at_end && wm_stmt_row(&st)) {
        bool ours = false;
        dropped d = { wm_stmt_i64(&st, 0), wm_stmt_i64(&st, 1), 0 };
        if (rev_set_has(&b->r.seen, d.rev)) {
            continue;
        }
        wm_str id = wm_stmt_str(&st, 2);
        d.target = origin_target(over->kind, id);
        status = origin_has(b, over->kind, d.target, ORIGIN_THIS, &ours);
        if (ours) {
            batch[count++] = d;
        }
        if (count == WITHDRAW_BATCH) {
            over->after_length = id.len < sizeof over->after ? id.len : sizeof over->after;
            memcpy(over->after, id.ptr, over->after_length);
            over->at_end = false;
        }
    }
    wm_status closed = wm_stmt_close(&st);
    status = status != WM_OK ? status : closed;
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        status = drop_one(b, over->kind, &batch[i]);
    }
    return status;
}

wm_status wm_history_bring_finish(wm_bringing *bringing, unsigned kinds,
                                  wm_change_counts *counts_out, wm_error *err)
{
    wm_bringing *b = bringing;
    b->r.w.err = err;
    wm_status status = write_claims(b);
    for (unsigned kind = 0; kind < WM_KIND_COUNT && status == WM_OK && b->before > 0; kind++) {
        walk over = { .kind = (wm_kind)kind, .at_end = (kinds & WM_KIND_BIT(kind)) == 0 };
        while (!over.at_end && status == WM_OK) {
            status = drop_batch(b, &over);
        }
    }
    if (status == WM_OK) {
        wm_stmt st = wm_stmt_open(b->r.w.store, SQL_SOURCE_SET, err);
        wm_stmt_bind_i64(&st, 1, b->source);
        wm_stmt_bind_i64(&st, 2, b->services);
        wm_stmt_run(&st);
        status = wm_stmt_close(&st);
    }
    if (status == WM_OK) {
        status = wm_working_counts(b->r.w.store, b->r.w.next, b->r.counts.records, err);
    }
    if (status == WM_OK) {
        *counts_out = b->r.counts;
    } else {
        wm_txn_spoil(b->r.w.txn, status);
    }
    return status;
}

void wm_history_bring_free(wm_bringing *bringing)
{
    if (bringing == NULL) {
        return;
    }
    const wm_env *env = bringing->r.seen.env;
    if (bringing->r.seen.bits != NULL) {
        wm_env_free(env, bringing->r.seen.bits, bringing->r.seen.bytes);
    }
    if (bringing->claims != NULL) {
        wm_env_free(env, bringing->claims, bringing->claim_capacity * sizeof *bringing->claims);
    }
    wm_arena_fini(&bringing->r.w.arena);
    wm_env_free(env, bringing, sizeof *bringing);
}

/* verify.c: every digest from the stored bytes, against what is stored. */
#include <stdlib.h>

#include "history/partition.h"
#include "history/roster.h"
#include "history/state.h"
#include "store/release.h"
#include "store/statement.h"

static const char SQL_RECORDS[] =
    "SELECT r.rev, r.kind, r.id, p.partition, coalesce("
    "(SELECT w.record FROM shown w WHERE w.number = p.shown), r.record)"
    " FROM revision r LEFT JOIN projection p ON p.rev = r.rev AND p.edition = ?1"
    " AND p.until = 2147483647 WHERE r.since <= ?2 AND r.until > ?2";
/* Of a replica, with whatever answers are read from, and where it rides; -1: in no partition. */
static const char SQL_FOUND[] =
    "SELECT r.rev, r.kind, r.id, CASE WHEN r.since = 0 AND r.until = 2147483647"
    " THEN coalesce(n.number, -1) ELSE -1 END, r.record FROM revision r"
    " LEFT JOIN projection p ON p.rev = r.rev AND p.edition = ?1"
    " LEFT JOIN partition n ON n.number = p.partition";
static const char SQL_STATES[] = "SELECT slice, records, bits, digest, buckets FROM state"
                                 " WHERE slice >= ?1 AND slice < ?2 ORDER BY slice";
static const char SQL_BUCKETS[] =
    "SELECT leaves FROM bucket WHERE bucket >= ?1 AND bucket < ?2 ORDER BY bucket";

typedef struct numbered_leaf {
    uint32_t partition;
    wm_leaf leaf;
} numbered_leaf;

typedef struct verifier {
    wm_store *store;
    wm_edition edition;
    bool is_author;
    wm_arena arena; /* the lists below */
    numbered_leaf *items;
    size_t count;
    size_t capacity;
    uint64_t strays; /* in no partition */
    wm_leaf *leaves; /* of one partition */
    wm_error *err;
    const wm_state_sink *differs;
} verifier;

/* A place for one more; NULL when memory is out. */
static numbered_leaf *next_item(verifier *v)
{
    if (v->count < v->capacity) {
        return &v->items[v->count++];
    }
    const wm_env *env = v->store->env;
    size_t capacity = v->capacity == 0 ? 256 : v->capacity * 2;
    numbered_leaf *items =
        env->resize(env->context, v->items, v->capacity * sizeof *items, capacity * sizeof *items);
    if (items == NULL) {
        return NULL;
    }
    v->items = items;
    v->capacity = capacity;
    return &items[v->count++];
}

static wm_status collect_row(verifier *v, wm_stmt *st)
{
    int64_t partition = wm_stmt_i64(st, 3);
    if (wm_stmt_is_null(st, 3) || partition < WM_PARTITION_NUMBER_NONE ||
        partition >= (int64_t)1 << WM_SLICE_PARTITION_BITS) {
        return wm_fail(v->err, WM_CORRUPT, "database: record %s/%.*s is in no partition",
                       wm_kind_name(wm_stmt_kind(st, 1)), WM_STR_ARG(wm_stmt_str(st, 2)));
    }
    if (partition == WM_PARTITION_NUMBER_NONE) {
        v->strays++;
        return WM_OK;
    }
    numbered_leaf *item = next_item(v);
    if (item == NULL) {
        return wm_fail_memory(v->err);
    }
    wm_record record = { wm_stmt_kind(st, 1), wm_stmt_str(st, 2), wm_stmt_str(st, 4) };
    item->partition = (uint32_t)partition;
    wm_leaf_of(&record, &item->leaf);
    return WM_OK;
}

static wm_status collect(verifier *v, const char *sql, const int64_t *release)
{
    wm_status collected = WM_OK;
    wm_stmt st = wm_stmt_open(v->store, sql, v->err);
    wm_stmt_bind_i64(&st, 1, (int64_t)v->edition);
    if (release != NULL) {
        wm_stmt_bind_i64(&st, 2, *release);
    }
    while (collected == WM_OK && wm_stmt_row(&st)) {
        collected = collect_row(v, &st);
    }
    wm_status status = wm_stmt_close(&st);
    return status != WM_OK ? status : collected;
}

static int compare_items(const void *left, const void *right)
{
    const numbered_leaf *a = left;
    const numbered_leaf *b = right;
    if (a->partition != b->partition) {
        return a->partition < b->partition ? -1 : 1;
    }
    return wm_leaf_compare(&a->leaf, &b->leaf);
}

static size_t first_of(const verifier *v, uint32_t partition)
{
    size_t low = 0;
    size_t high = v->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (v->items[middle].partition < partition) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The digest of the records that are there, under the partition's number. */
static void compute(verifier *v, uint32_t partition, wm_state *state)
{
    bool whole = v->is_author && partition == (uint32_t)WM_PARTITION_NUMBER_ALL;
    size_t from = whole ? 0 : first_of(v, partition);
    size_t end = whole ? v->count : first_of(v, partition + 1);
    for (size_t i = from; i < end; i++) {
        v->leaves[i - from] = v->items[i].leaf;
    }
    state->records = end - from;
    wm_state_of_leaves(v->leaves, end - from, &state->buckets, &state->digest);
}

/* Are the stored leaves, bucket by bucket, those of the records that were computed last? */
static wm_status compare_leaves(verifier *v, int64_t slice, uint64_t records, bool *same)
{
    size_t at = 0;
    size_t end = (size_t)records * WM_LEAF_BYTES;
    const char *leaves = (const char *)v->leaves;
    wm_stmt st = wm_stmt_open(v->store, SQL_BUCKETS, v->err);
    wm_stmt_bind_i64(&st, 1, slice * ((int64_t)1 << WM_SLICE_BUCKET_BITS));
    wm_stmt_bind_i64(&st, 2, (slice + 1) * ((int64_t)1 << WM_SLICE_BUCKET_BITS));
    while (wm_stmt_row(&st)) {
        wm_str stored = wm_stmt_str(&st, 0);
        *same = *same && stored.len <= end - at && memcmp(stored.ptr, leaves + at, stored.len) == 0;
        at += *same ? stored.len : 0;
    }
    *same = *same && at == end;
    return wm_stmt_close(&st);
}

static wm_status put_state(verifier *v, int64_t number, wm_state *state)
{
    wm_buf name;
    wm_buf_init(&name, v->store->env, WM_PARTITION_NAME_BYTES_MAX);
    wm_status status = wm_partition_name(v->store, number, &name, v->err);
    if (status == WM_OK) {
        state->partition = wm_buf_str(&name);
        status = v->differs->put(v->differs->context, state, v->err);
    }
    wm_buf_fini(&name);
    return status;
}

static wm_status compare_row(verifier *v, wm_stmt *st)
{
    wm_state found = { .records = 0 };
    int64_t slice = wm_stmt_i64(st, 0);
    uint32_t number = wm_slice_partition((wm_slice_key)slice);
    compute(v, number, &found);
    wm_str stored = wm_stmt_str(st, 3);
    wm_str digests = wm_stmt_str(st, 4);
    bool same = (int64_t)found.records == wm_stmt_i64(st, 1) && stored.len == WM_DIGEST_BYTES &&
                memcmp(stored.ptr, found.digest.bytes, WM_DIGEST_BYTES) == 0 &&
                digests.len == (size_t)WM_BUCKET_DIGEST_BYTES * found.buckets;
    if (same) {
        wm_digest again;
        wm_state_digest(wm_state_bits(found.records), found.records, (const uint8_t *)digests.ptr,
                        &again);
        same = wm_digest_equal(&again, &found.digest);
    }
    wm_status status = compare_leaves(v, slice, found.records, &same);
    return status != WM_OK || same ? status : put_state(v, number, &found);
}

/* Records from `*at` on, below partition `end`, whose partition has no state. */
static wm_status pass_items(verifier *v, size_t *at, uint32_t end)
{
    wm_status status = WM_OK;
    while (*at < v->count && v->items[*at].partition < end && status == WM_OK) {
        wm_state found = { .records = 0 };
        uint32_t partition = v->items[*at].partition;
        compute(v, partition, &found);
        status = put_state(v, (int64_t)partition, &found);
        *at = first_of(v, partition + 1);
    }
    return status;
}

/* All items are there: by partition, and room for the leaves of any. */
static wm_status sort_items(verifier *v)
{
    if (v->count > 0) {
        qsort(v->items, v->count, sizeof *v->items, compare_items);
    }
    v->leaves = wm_env_alloc(v->store->env, (v->count + 1) * sizeof *v->leaves);
    return v->leaves != NULL ? WM_OK : wm_fail_memory(v->err);
}

static wm_status compare_all(verifier *v)
{
    wm_status sorted = sort_items(v);
    if (sorted != WM_OK) {
        return sorted;
    }
    wm_status compared = WM_OK;
    size_t at = 0;
    wm_stmt st = wm_stmt_open(v->store, SQL_STATES, v->err);
    wm_stmt_bind_i64(&st, 1, (int64_t)wm_slice_key_of(v->edition, 0));
    wm_stmt_bind_i64(&st, 2,
                     (int64_t)wm_slice_key_of(v->edition, 0) + (1 << WM_SLICE_PARTITION_BITS));
    while (compared == WM_OK && wm_stmt_row(&st)) {
        uint32_t number = wm_slice_partition((wm_slice_key)wm_stmt_i64(&st, 0));
        compared = pass_items(v, &at, number);
        if (compared == WM_OK) {
            compared = compare_row(v, &st);
            at = first_of(v, number + 1);
        }
    }
    wm_status status = wm_stmt_close(&st);
    status = status != WM_OK ? status : compared;
    return status == WM_OK ? pass_items(v, &at, (uint32_t)1 << WM_SLICE_PARTITION_BITS) : status;
}

static void verifier_fini(verifier *v)
{
    if (v->items != NULL) {
        wm_env_free(v->store->env, v->items, v->capacity * sizeof *v->items);
    }
    if (v->leaves != NULL) {
        wm_env_free(v->store->env, v->leaves, (v->count + 1) * sizeof *v->leaves);
    }
}

wm_status wm_history_verify(wm_store *store, wm_edition edition, const wm_state_sink *differs,
                            wm_error *err)
{
    wm_status status = wm_store_read_begin(store, err);
    if (status != WM_OK) {
        return status;
    }
    int64_t release = 0;
    verifier v = { .store = store,
                   .edition = edition,
                   .is_author = wm_store_role(store) == WM_ROLE_AUTHOR,
                   .err = err,
                   .differs = differs };
    status = wm_view_number(store, WM_VIEW_LATEST, &release, err);
    if (status == WM_OK) {
        status = collect(&v, SQL_RECORDS, &release);
    }
    if (status == WM_OK) {
        status = compare_all(&v);
    }
    if (status == WM_OK && !v.is_author) {
        status = wm_roster_verify(store, edition, err);
    }
    verifier_fini(&v);
    wm_store_read_end(store);
    return status;
}

static wm_status put_found(verifier *v, uint32_t partition)
{
    wm_state state = { .records = 0 };
    compute(v, partition, &state);
    return put_state(v, (int64_t)partition, &state);
}

wm_status wm_replica_found(wm_store *store, wm_edition edition, const wm_state_sink *sink,
                           wm_error *err)
{
    wm_status status = wm_store_expect_role(store, WM_ROLE_REPLICA, err);
    if (status == WM_OK) {
        status = wm_store_read_begin(store, err);
    }
    if (status != WM_OK) {
        return status;
    }
    verifier v = { .store = store, .edition = edition, .err = err, .differs = sink };
    status = collect(&v, SQL_FOUND, NULL);
    if (status == WM_OK) {
        status = sort_items(&v);
    }
    for (size_t i = 0; i < v.count && status == WM_OK; i++) {
        if (i == 0 || v.items[i].partition != v.items[i - 1].partition) {
            status = put_found(&v, v.items[i].partition);
        }
    }
    if (status == WM_OK && v.strays > 0) {
        wm_state state = { .partition = WM_STR(""), .records = v.strays };
        status = sink->put(sink->context, &state, err);
    }
    verifier_fini(&v);
    wm_store_read_end(store);
    return status;
}

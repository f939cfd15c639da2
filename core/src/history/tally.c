/* tally.c: leaves that come and go, collected, sorted, and written bucket by bucket.
 *
 *   entries --> sorted twice: by leaf, which is the order of a whole edition, and by slice and leaf
 *           --> when there are too many, one run of each order goes into a spool (or, where no
 *               whole edition is summed up, they are written: such a tally has few slices)
 *           --> at the end all runs of an order are merged into one stream, slice by slice
 *
 * What one flush writes is the net of its entries: a leaf that goes and comes again costs nothing.
 * While the number of buckets of a slice stays the same, only buckets with a net change are read
 * and written. When it does not, its leaves are read, in order (a bucket is a range of them), and
 * cut anew. How many records a slice will have, and so how many buckets, is counted as the entries
 * come: so nothing has to be kept for more than a bucket, but for the leaves that were there. */
#include "history/state.h"

#include <assert.h>
#include <stdlib.h>

#include "history/partition.h"
#include "store/statement.h"

#define SPOOL_BY_LEAF 1
#define SPOOL_BY_SLICE 2

static const char SQL_STATE[] = "SELECT records, bits, buckets FROM state WHERE slice = ?1";
static const char SQL_PUT_STATE[] =
    "INSERT OR REPLACE INTO state(slice, records, bits, digest, buckets)"
    " VALUES(?1, ?2, ?3, ?4, ?5)";
static const char SQL_PUT_HISTORY[] =
    "INSERT OR REPLACE INTO state_history(slice, since, records, bits, digest)"
    " VALUES(?1, ?2, ?3, ?4, ?5)";
static const char SQL_BUCKET[] = "SELECT leaves FROM bucket WHERE bucket = ?1";
static const char SQL_BUCKETS[] =
    "SELECT leaves FROM bucket WHERE bucket >= ?1 AND bucket < ?2 ORDER BY bucket";
static const char SQL_PUT_BUCKET[] = "INSERT OR REPLACE INTO bucket(bucket, leaves) VALUES(?1, ?2)";
static const char SQL_DROP_BUCKET[] = "DELETE FROM bucket WHERE bucket = ?1";
static const char SQL_DROP_BUCKETS[] = "DELETE FROM bucket WHERE bucket >= ?1 AND bucket < ?2";

/* Entries of one order that are sorted: in memory, or in a spool. */
typedef struct run_reader {
    const wm_tally_entry *items; /* NULL: in a spool */
    size_t left;
    wm_spool_reader spool;
    wm_tally_entry entry; /* the next; slice as in the order that is merged */
    bool is_over;
} run_reader;

/* All runs of one order as one. */
typedef struct merger {
    run_reader *runs;
    size_t count;
    bool whole;         /* a leaf of a partition is one of its whole edition */
    run_reader *first;  /* who has the next entry; NULL: it is over */
    wm_tally_entry net; /* the next net entry of the slice at hand */
    bool has_net;
} merger;

/* One slice while it is brought up to date. */
typedef struct slice_work {
    wm_tally *tally;
    merger *from;
    wm_slice_key slice;
    wm_buf net; /* wm_tally_entry: of one bucket, sorted by leaf, delta +1 or -1 */
    uint64_t records;
    unsigned bits;
    wm_buf digests; /* of all buckets */
    wm_buf merged;  /* leaves of one bucket */
    wm_error *err;
} slice_work;

wm_slice_key wm_slice_key_of(wm_edition edition, int64_t partition)
{
    assert(partition >= 0 && partition < (int64_t)1 << WM_SLICE_PARTITION_BITS);
    return (wm_slice_key)edition << WM_SLICE_PARTITION_BITS | (wm_slice_key)partition;
}

static int64_t bucket_key(wm_slice_key slice, uint32_t bucket)
{
    return (int64_t)slice << WM_SLICE_BUCKET_BITS | (int64_t)bucket;
}

void wm_tally_init(wm_tally *tally, wm_txn *txn, int64_t release, size_t limit)
{
    *tally = (wm_tally){ .txn = txn, .release = release, .limit = limit };
    wm_spool_init(&tally->by_leaf, wm_txn_store(txn), SPOOL_BY_LEAF, sizeof(wm_tally_entry));
    wm_spool_init(&tally->by_slice, wm_txn_store(txn), SPOOL_BY_SLICE, sizeof(wm_tally_entry));
}

/* Nothing was put. */
static void forget(wm_tally *tally)
{
    const wm_env *env = wm_txn_store(tally->txn)->env;
    wm_spool_fini(&tally->by_leaf);
    wm_spool_fini(&tally->by_slice);
    wm_env_free(env, tally->sums, tally->sum_count * sizeof *tally->sums);
    tally->sums = NULL;
    tally->sum_count = 0;
    tally->count = 0;
}

void wm_tally_fini(wm_tally *tally)
{
    forget(tally);
    wm_env_free(wm_txn_store(tally->txn)->env, tally->entries,
                tally->capacity * sizeof *tally->entries);
    tally->entries = NULL;
    tally->capacity = 0;
}

/* By how many records the slice grows. NULL: no memory. */
static int64_t *sum_of(wm_tally *tally, wm_slice_key slice)
{
    const wm_env *env = wm_txn_store(tally->txn)->env;
    size_t at =
        (size_t)wm_slice_partition(slice) * WM_EDITION_COUNT + (size_t)wm_slice_edition(slice);
    if (at >= tally->sum_count) {
        size_t count = at * 2 + 16;
        int64_t *sums = env->resize(env->context, tally->sums, tally->sum_count * sizeof *sums,
                                    count * sizeof *sums);
        if (sums == NULL) {
            return NULL;
        }
        memset(sums + tally->sum_count, 0, (count - tally->sum_count) * sizeof *sums);
        tally->sums = sums;
        tally->sum_count = count;
    }
    return &tally->sums[at];
}

static wm_status count_entry(wm_tally *tally, const wm_tally_entry *entry, wm_error *err)
{
    int64_t *sum = sum_of(tally, entry->slice);
    if (sum != NULL) {
        *sum += entry->delta;
    }
    wm_slice_key whole = wm_slice_key_of(wm_slice_edition(entry->slice), WM_PARTITION_NUMBER_ALL);
    int64_t *all = sum != NULL && tally->sums_up ? sum_of(tally, whole) : sum;
    if (all == NULL) {
        return wm_fail_memory(err);
    }
    *all += tally->sums_up ? entry->delta : 0;
    return WM_OK;
}

static wm_status spill(wm_tally *tally, wm_error *err);

wm_status wm_tally_put(wm_tally *tally, wm_slice_key slice, const wm_leaf *leaf, int delta,
                       wm_error *err)
{
    wm_tally_entry entry = { slice, *leaf, (int8_t)delta };
    if (tally->count >= tally->limit) {
        wm_status status = tally->sums_up ? spill(tally, err) : wm_tally_flush(tally, err);
        if (status != WM_OK) {
            return status;
        }
    }
    if (tally->count == tally->capacity) {
        const wm_env *env = wm_txn_store(tally->txn)->env;
        size_t capacity = tally->capacity == 0 ? 256 : tally->capacity * 2;
        capacity = capacity < tally->limit ? capacity : tally->limit;
        wm_tally_entry *entries =
            env->resize(env->context, tally->entries, tally->capacity * sizeof *entries,
                        capacity * sizeof *entries);
        if (entries == NULL) {
            return wm_fail_memory(err);
        }
        tally->entries = entries;
        tally->capacity = capacity;
    }
    tally->entries[tally->count++] = entry;
    return count_entry(tally, &entry, err);
}

static wm_status damaged(const slice_work *work)
{
    return wm_fail(work->err, WM_CORRUPT,
                   "database: the digest of slice %u does not fit its records",
                   (unsigned)work->slice);
}

/* ---- all runs as one ---- */

static wm_status next_of_run(const merger *m, run_reader *run, wm_error *err)
{
    const void *item = NULL;
    wm_status status = WM_OK;
    if (run->items != NULL) {
        run->is_over = run->left == 0;
        item = run->is_over ? NULL : run->items++;
        run->left -= run->is_over ? 0 : 1;
    } else {
        status = wm_spool_next(&run->spool, &item, err);
        run->is_over = status == WM_END;
    }
    if (item != NULL) {
        memcpy(&run->entry, item, sizeof run->entry);
        wm_edition edition = wm_slice_edition(run->entry.slice);
        run->entry.slice =
            m->whole ? wm_slice_key_of(edition, WM_PARTITION_NUMBER_ALL) : run->entry.slice;
    }
    return status == WM_END ? WM_OK : status;
}

static int compare_entries(const wm_tally_entry *a, const wm_tally_entry *b)
{
    return a->slice != b->slice ? (a->slice < b->slice ? -1 : 1)
                                : wm_leaf_compare(&a->leaf, &b->leaf);
}

static void find_first(merger *m)
{
    m->first = NULL;
    for (size_t i = 0; i < m->count; i++) {
        run_reader *run = &m->runs[i];
        if (!run->is_over &&
            (m->first == NULL || compare_entries(&run->entry, &m->first->entry) < 0)) {
            m->first = run;
        }
    }
}

static wm_status advance(merger *m, wm_error *err)
{
    wm_status status = next_of_run(m, m->first, err);
    if (status == WM_OK && (m->count > 1 || m->first->is_over)) {
        find_first(m);
    }
    return status;
}

/* The entries of one leaf become one, or none: `net` is the next of the slice that is left. */
static wm_status take_net(merger *m, wm_slice_key slice, wm_error *err)
{
    wm_status status = WM_OK;
    m->has_net = false;
    while (status == WM_OK && !m->has_net && m->first != NULL && m->first->entry.slice == slice) {
        int delta = 0;
        m->net = m->first->entry;
        while (status == WM_OK && m->first != NULL &&
               compare_entries(&m->first->entry, &m->net) == 0) {
            delta += m->first->entry.delta;
            status = advance(m, err);
        }
        m->net.delta = (int8_t)(delta > 1 ? 2 : delta < -1 ? -2 : delta);
        m->has_net = delta != 0;
    }
    return status;
}

/* ---- one slice ---- */

static wm_status read_state(slice_work *work)
{
    bool fits = true;
    wm_stmt st = wm_stmt_open(wm_txn_store(work->tally->txn), SQL_STATE, work->err);
    wm_stmt_bind_i64(&st, 1, (int64_t)work->slice);
    if (wm_stmt_row(&st)) {
        int64_t records = wm_stmt_i64(&st, 0);
        int64_t bits = wm_stmt_i64(&st, 1);
        wm_str digests = wm_stmt_str(&st, 2);
        fits = records >= 0 && bits >= 0 && bits <= WM_BUCKET_BITS_MAX &&
               digests.len == (size_t)WM_BUCKET_DIGEST_BYTES << bits;
        work->records = (uint64_t)records;
        work->bits = (unsigned)bits & 31U;
        wm_buf_put_str(&work->digests, digests);
    } else if (st.status == WM_OK) {
        uint8_t none[WM_BUCKET_DIGEST_BYTES];
        wm_bucket_digest(NULL, 0, none);
        wm_buf_put(&work->digests, none, sizeof none);
    }
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK && !fits) {
        return damaged(work);
    }
    return status == WM_OK ? wm_buf_status(&work->digests, work->err) : status;
}

/* Put `old` and the net entries together, in order, behind what is in `merged`. */
static wm_status merge(slice_work *work, wm_str old, const wm_tally_entry *net, size_t net_count)
{
    size_t at = 0;
    size_t n = 0;
    if (old.len % WM_LEAF_BYTES != 0) {
        return damaged(work);
    }
    while (at < old.len || n < net_count) {
        int order = at >= old.len    ? 1
                    : n >= net_count ? -1
                                     : wm_leaf_compare(old.ptr + at, net[n].leaf.bytes);
        if (order < 0) {
            wm_buf_put(&work->merged, old.ptr + at, WM_LEAF_BYTES);
            at += WM_LEAF_BYTES;
        } else if (order > 0) {
            if (net[n].delta != 1) {
                return damaged(work);
            }
            wm_buf_put(&work->merged, net[n++].leaf.bytes, WM_LEAF_BYTES);
        } else {
            if (net[n].delta != -1) {
                return damaged(work);
            }
            at += WM_LEAF_BYTES;
            n++;
        }
    }
    return wm_buf_status(&work->merged, work->err);
}

/* Write one bucket and note its digest. */
static wm_status write_bucket(slice_work *work, uint32_t bucket, wm_str leaves)
{
    wm_store *store = wm_txn_store(work->tally->txn);
    bool empty = leaves.len == 0;
    wm_stmt st = wm_stmt_open(store, empty ? SQL_DROP_BUCKET : SQL_PUT_BUCKET, work->err);
    wm_stmt_bind_i64(&st, 1, bucket_key(work->slice, bucket));
    if (!empty) {
        wm_stmt_bind_blob(&st, 2, leaves.ptr, leaves.len);
    }
    wm_stmt_run(&st);
    wm_bucket_digest((const wm_leaf *)(const void *)leaves.ptr, leaves.len / WM_LEAF_BYTES,
                     (uint8_t *)work->digests.data + (size_t)bucket * WM_BUCKET_DIGEST_BYTES);
    return wm_stmt_close(&st);
}

/* The net entries of a bucket, of so many bits. */
static wm_status gather(slice_work *work, uint32_t bucket, unsigned bits)
{
    merger *from = work->from;
    wm_status status = WM_OK;
    wm_buf_reset(&work->net);
    while (status == WM_OK && from->has_net && wm_leaf_bucket(&from->net.leaf, bits) == bucket) {
        wm_buf_put(&work->net, &from->net, sizeof from->net);
        status = take_net(from, work->slice, work->err);
    }
    return status == WM_OK ? wm_buf_status(&work->net, work->err) : status;
}

static wm_status merge_bucket(slice_work *work, wm_str old)
{
    wm_buf_reset(&work->merged);
    return merge(work, old, (const wm_tally_entry *)(const void *)work->net.data,
                 work->net.len / sizeof(wm_tally_entry));
}

static wm_status update_bucket(slice_work *work, uint32_t bucket)
{
    wm_stmt st = wm_stmt_open(wm_txn_store(work->tally->txn), SQL_BUCKET, work->err);
    wm_stmt_bind_i64(&st, 1, bucket_key(work->slice, bucket));
    wm_status merged = merge_bucket(work, wm_stmt_row(&st) ? wm_stmt_str(&st, 0) : WM_STR(""));
    wm_status status = wm_stmt_close(&st);
    status = status == WM_OK ? merged : status;
    return status == WM_OK ? write_bucket(work, bucket, wm_buf_str(&work->merged)) : status;
}

static wm_status update_buckets(slice_work *work)
{
    wm_status status = WM_OK;
    while (work->from->has_net && status == WM_OK) {
        uint32_t bucket = wm_leaf_bucket(&work->from->net.leaf, work->bits);
        status = gather(work, bucket, work->bits);
        status = status == WM_OK ? update_bucket(work, bucket) : status;
    }
    return status;
}

static wm_status read_all(slice_work *work, wm_buf *old)
{
    wm_stmt st = wm_stmt_open(wm_txn_store(work->tally->txn), SQL_BUCKETS, work->err);
    wm_stmt_bind_i64(&st, 1, bucket_key(work->slice, 0));
    wm_stmt_bind_i64(&st, 2, bucket_key(work->slice + 1, 0));
    while (wm_stmt_row(&st)) {
        wm_buf_put_str(old, wm_stmt_str(&st, 0));
    }
    wm_status status = wm_stmt_close(&st);
    return status == WM_OK ? wm_buf_status(old, work->err) : status;
}

static wm_status drop_all(slice_work *work)
{
    wm_stmt st = wm_stmt_open(wm_txn_store(work->tally->txn), SQL_DROP_BUCKETS, work->err);
    wm_stmt_bind_i64(&st, 1, bucket_key(work->slice, 0));
    wm_stmt_bind_i64(&st, 2, bucket_key(work->slice + 1, 0));
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

/* The leaves that were there, and the net entries, into 2^bits buckets. */
static wm_status write_all(slice_work *work, wm_str old, unsigned bits)
{
    size_t bytes = (size_t)WM_BUCKET_DIGEST_BYTES << bits;
    wm_buf_reset(&work->digests);
    void *digests = wm_buf_reserve(&work->digests, bytes);
    if (digests == NULL) {
        return wm_buf_status(&work->digests, work->err);
    }
    wm_buf_grown(&work->digests, bytes);
    size_t from = 0;
    wm_status status = WM_OK;
    for (uint32_t bucket = 0; bucket >> bits == 0 && status == WM_OK; bucket++) {
        size_t end = from;
        while (end < old.len &&
               wm_leaf_bucket((const wm_leaf *)(const void *)(old.ptr + end), bits) <= bucket) {
            end += WM_LEAF_BYTES;
        }
        status = gather(work, bucket, bits);
        if (status == WM_OK) {
            status = merge_bucket(work, (wm_str){ old.ptr + from, end - from });
        }
        if (status == WM_OK) {
            status = write_bucket(work, bucket, wm_buf_str(&work->merged));
        }
        from = end;
    }
    return status;
}

static wm_status cut_anew(slice_work *work, unsigned bits)
{
    wm_buf old;
    wm_buf_init(&old, work->merged.env, SIZE_MAX / 2);
    wm_status status = read_all(work, &old);
    if (status == WM_OK && old.len % WM_LEAF_BYTES != 0) {
        status = damaged(work);
    }
    if (status == WM_OK) {
        status = drop_all(work);
    }
    if (status == WM_OK) {
        status = write_all(work, wm_buf_str(&old), bits);
    }
    wm_buf_fini(&old);
    work->bits = bits;
    return status;
}

static wm_status write_state(slice_work *work)
{
    wm_store *store = wm_txn_store(work->tally->txn);
    wm_digest digest;
    wm_state_digest(work->bits, work->records, (const uint8_t *)work->digests.data, &digest);
    wm_stmt st = wm_stmt_open(store, SQL_PUT_STATE, work->err);
    wm_stmt_bind_i64(&st, 1, (int64_t)work->slice);
    wm_stmt_bind_i64(&st, 2, (int64_t)work->records);
    wm_stmt_bind_i64(&st, 3, (int64_t)work->bits);
    wm_stmt_bind_blob(&st, 4, digest.bytes, sizeof digest.bytes);
    wm_stmt_bind_blob(&st, 5, work->digests.data, work->digests.len);
    wm_stmt_run(&st);
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK) {
        return status;
    }
    st = wm_stmt_open(store, SQL_PUT_HISTORY, work->err);
    wm_stmt_bind_i64(&st, 1, (int64_t)work->slice);
    wm_stmt_bind_i64(&st, 2, work->tally->release);
    wm_stmt_bind_i64(&st, 3, (int64_t)work->records);
    wm_stmt_bind_i64(&st, 4, (int64_t)work->bits);
    wm_stmt_bind_blob(&st, 5, digest.bytes, sizeof digest.bytes);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

static wm_status update_slice(slice_work *work)
{
    wm_status status = read_state(work);
    if (status != WM_OK) {
        return status;
    }
    const int64_t *sum = sum_of(work->tally, work->slice);
    int64_t records = (int64_t)work->records + (sum != NULL ? *sum : 0);
    if (records < 0) {
        return damaged(work);
    }
    work->records = (uint64_t)records;
    unsigned bits = wm_state_bits(work->records);
    status = bits == work->bits ? update_buckets(work) : cut_anew(work, bits);
    return status == WM_OK ? write_state(work) : status;
}

/* ---- the order of entries ---- */

#define SPREAD_BITS_MAX 16

static int compare_leaves(const void *left, const void *right)
{
    const wm_tally_entry *a = left;
    const wm_tally_entry *b = right;
    return wm_leaf_compare(&a->leaf, &b->leaf);
}

/* Where the entries of each key go, for a stable sort by keys below `keys`. */
typedef struct spreading {
    const wm_env *env;
    uint32_t *ends; /* of the entries before each key, then of its own */
    uint32_t keys;
    unsigned bits;       /* of leaves, where the key is of a leaf */
    uint32_t partitions; /* where it is of a slice */
} spreading;

static uint32_t key_of(const spreading *s, const wm_tally_entry *entry)
{
    uint32_t edition = (uint32_t)wm_slice_edition(entry->slice);
    return s->partitions > 0 ? edition * s->partitions + wm_slice_partition(entry->slice)
                             : edition << s->bits | wm_leaf_bucket(&entry->leaf, s->bits);
}

/* Frees s->ends with spread_fini. */
static wm_status spread(spreading *s, const wm_tally_entry *from, size_t count, wm_tally_entry *to,
                        wm_error *err)
{
    s->ends = wm_env_alloc(s->env, ((size_t)s->keys + 1) * sizeof *s->ends);
    if (s->ends == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        s->ends[key_of(s, &from[i]) + 1]++;
    }
    for (uint32_t key = 0; key < s->keys; key++) {
        s->ends[key + 1] += s->ends[key];
    }
    for (size_t i = 0; i < count; i++) {
        to[s->ends[key_of(s, &from[i])]++] = from[i];
    }
    return WM_OK;
}

static void spread_fini(spreading *s)
{
    wm_env_free(s->env, s->ends, ((size_t)s->keys + 1) * sizeof *s->ends);
}

/* By edition and leaf. A leaf is a hash, so that few have the same first bits. */
static wm_status sort_by_leaf(const wm_tally *tally, wm_tally_entry *to, wm_error *err)
{
    spreading s = { .env = wm_txn_store(tally->txn)->env };
    while (s.bits < SPREAD_BITS_MAX && tally->count >> s.bits > 8) {
        s.bits++;
    }
    s.keys = (uint32_t)WM_EDITION_COUNT << s.bits;
    wm_status status = spread(&s, tally->entries, tally->count, to, err);
    size_t from = 0;
    for (uint32_t key = 0; status == WM_OK && key < s.keys; key++) {
        if (s.ends[key] - from > 1) {
            qsort(to + from, s.ends[key] - from, sizeof *to, compare_leaves);
        }
        from = s.ends[key];
    }
    spread_fini(&s);
    return status;
}

/* By slice; those of one stay in their order. */
static wm_status sort_by_slice(wm_tally *tally, const wm_tally_entry *from, wm_error *err)
{
    spreading s = { .env = wm_txn_store(tally->txn)->env, .partitions = 1 };
    for (size_t i = 0; i < tally->count; i++) {
        uint32_t partition = wm_slice_partition(from[i].slice);
        s.partitions = partition >= s.partitions ? partition + 1 : s.partitions;
    }
    s.keys = (uint32_t)WM_EDITION_COUNT * s.partitions;
    wm_status status = spread(&s, from, tally->count, tally->entries, err);
    spread_fini(&s);
    return status;
}

/* Both orders: by slice in the entries themselves, by leaf in what is to be freed. */
static wm_status sort_both(wm_tally *tally, wm_tally_entry **by_leaf_out, wm_error *err)
{
    const wm_env *env = wm_txn_store(tally->txn)->env;
    *by_leaf_out = wm_env_alloc(env, (tally->count + 1) * sizeof **by_leaf_out);
    if (*by_leaf_out == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = sort_by_leaf(tally, *by_leaf_out, err);
    return status == WM_OK ? sort_by_slice(tally, *by_leaf_out, err) : status;
}

/* ---- more than there is room for ---- */

static wm_status spill_to(wm_spool *spool, const wm_tally_entry *entries, size_t count,
                          wm_error *err)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        status = wm_spool_put(spool, &entries[i], err);
    }
    return status;
}

/* All runs have `limit` entries. */
static wm_status spill(wm_tally *tally, wm_error *err)
{
    const wm_env *env = wm_txn_store(tally->txn)->env;
    wm_tally_entry *by_leaf = NULL;
    wm_status status = sort_both(tally, &by_leaf, err);
    if (status == WM_OK) {
        status = spill_to(&tally->by_leaf, by_leaf, tally->count, err);
    }
    if (status == WM_OK) {
        status = spill_to(&tally->by_slice, tally->entries, tally->count, err);
    }
    wm_env_free(env, by_leaf, (tally->count + 1) * sizeof *by_leaf);
    tally->count = 0;
    return status;
}

/* ---- writing them ---- */

static wm_status write_slices(wm_tally *tally, merger *m, wm_error *err)
{
    const wm_env *env = wm_txn_store(tally->txn)->env;
    wm_status status = WM_OK;
    while (status == WM_OK && m->first != NULL) {
        slice_work work = { .tally = tally, .from = m, .slice = m->first->entry.slice, .err = err };
        status = take_net(m, work.slice, err);
        if (status == WM_OK && m->has_net) {
            wm_buf_init(&work.net, env, SIZE_MAX / 2);
            wm_buf_init(&work.digests, env, (size_t)WM_BUCKET_DIGEST_BYTES << WM_BUCKET_BITS_MAX);
            wm_buf_init(&work.merged, env, SIZE_MAX / 2);
            status = update_slice(&work);
            wm_buf_fini(&work.net);
            wm_buf_fini(&work.digests);
            wm_buf_fini(&work.merged);
        }
    }
    return status;
}

/* All runs of a spool, and the one in memory. */
static wm_status write_merged(wm_tally *tally, const wm_spool *spool, const wm_tally_entry *last,
                              wm_error *err)
{
    const wm_env *env = wm_txn_store(tally->txn)->env;
    size_t spilled = (size_t)(spool->count / tally->limit);
    merger m = { .count = spilled + 1, .whole = spool == &tally->by_leaf };
    m.runs = wm_env_alloc(env, m.count * sizeof *m.runs);
    if (m.runs == NULL) {
        return wm_fail_memory(err);
    }
    m.runs[spilled] = (run_reader){ .items = last, .left = tally->count };
    for (size_t i = 0; i < spilled; i++) {
        m.runs[i].spool = wm_spool_open(spool, i * tally->limit, (i + 1) * tally->limit);
    }
    wm_status status = WM_OK;
    for (size_t i = 0; i < m.count && status == WM_OK; i++) {
        status = next_of_run(&m, &m.runs[i], err);
    }
    if (status == WM_OK) {
        find_first(&m);
        status = write_slices(tally, &m, err);
    }
    for (size_t i = 0; i < spilled; i++) {
        wm_spool_close(&m.runs[i].spool);
    }
    wm_env_free(env, m.runs, m.count * sizeof *m.runs);
    return status;
}

wm_status wm_tally_flush(wm_tally *tally, wm_error *err)
{
    const wm_env *env = wm_txn_store(tally->txn)->env;
    wm_tally_entry *by_leaf = NULL;
    if (tally->count == 0) {
        return WM_OK; /* what was spilled was followed by more */
    }
    wm_status status = sort_both(tally, &by_leaf, err);
    if (status == WM_OK && tally->sums_up) {
        status = write_merged(tally, &tally->by_leaf, by_leaf, err);
    }
    wm_env_free(env, by_leaf, (tally->count + 1) * sizeof *by_leaf);
    if (status == WM_OK) {
        status = write_merged(tally, &tally->by_slice, tally->entries, err);
    }
    forget(tally);
    return status;
}

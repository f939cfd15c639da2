/* tally.c: leaves that come and go, collected, sorted, and written bucket by bucket.
 *
 * What one flush writes is the net of its entries: a leaf that goes and comes again costs nothing.
 * They are put in order by leaf first, which is the order of a whole edition, and then by slice.
 * While the number of buckets stays the same, only buckets with a net change are read and written.
 * When it does not, all leaves of the slice are read, in order (a bucket is a range of them), and
 * cut anew. */
#include "history/state.h"

#include <assert.h>
#include <stdlib.h>

#include "history/partition.h"
#include "store/statement.h"

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

/* One slice while it is brought up to date. */
typedef struct slice_work {
    wm_tally *tally;
    wm_slice_key slice;
    wm_tally_entry *net; /* sorted by leaf, one per leaf, delta +1 or -1 */
    size_t net_count;
    uint64_t records;
    unsigned bits;
    wm_buf digests; /* of all buckets */
    wm_buf merged;  /* leaves of one bucket, or of all */
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
}

void wm_tally_fini(wm_tally *tally)
{
    if (tally->entries != NULL) {
        wm_env_free(wm_txn_store(tally->txn)->env, tally->entries,
                    tally->capacity * sizeof *tally->entries);
    }
    tally->entries = NULL;
    tally->count = 0;
    tally->capacity = 0;
}

wm_status wm_tally_put(wm_tally *tally, wm_slice_key slice, const wm_leaf *leaf, int delta,
                       wm_error *err)
{
    if (tally->count >= tally->limit) {
        wm_status status = wm_tally_flush(tally, err);
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
    tally->entries[tally->count++] = (wm_tally_entry){ slice, *leaf, (int8_t)delta };
    return WM_OK;
}

static wm_status damaged(const slice_work *work)
{
    return wm_fail(work->err, WM_CORRUPT,
                   "database: the digest of slice %u does not fit its records",
                   (unsigned)work->slice);
}

/* Entries of one slice, sorted: those of one leaf become one, or none. Returns how many are left.
 */
static size_t net_of(wm_tally_entry *entries, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count;) {
        int delta = 0;
        size_t next = i;
        while (next < count && wm_leaf_compare(&entries[next].leaf, &entries[i].leaf) == 0) {
            delta += entries[next++].delta;
        }
        if (delta != 0) {
            entries[kept] = entries[i];
            entries[kept].delta = (int8_t)(delta > 1 ? 2 : delta < -1 ? -2 : delta);
            kept++;
        }
        i = next;
    }
    return kept;
}

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

static wm_status update_bucket(slice_work *work, uint32_t bucket, const wm_tally_entry *net,
                               size_t net_count)
{
    wm_buf_reset(&work->merged);
    wm_stmt st = wm_stmt_open(wm_txn_store(work->tally->txn), SQL_BUCKET, work->err);
    wm_stmt_bind_i64(&st, 1, bucket_key(work->slice, bucket));
    wm_str old = wm_stmt_row(&st) ? wm_stmt_str(&st, 0) : WM_STR("");
    wm_status merged = merge(work, old, net, net_count);
    wm_status status = wm_stmt_close(&st);
    status = status == WM_OK ? merged : status;
    return status == WM_OK ? write_bucket(work, bucket, wm_buf_str(&work->merged)) : status;
}

static wm_status update_buckets(slice_work *work)
{
    wm_status status = WM_OK;
    for (size_t from = 0; from < work->net_count && status == WM_OK;) {
        uint32_t bucket = wm_leaf_bucket(&work->net[from].leaf, work->bits);
        size_t end = from;
        while (end < work->net_count &&
               wm_leaf_bucket(&work->net[end].leaf, work->bits) == bucket) {
            end++;
        }
        status = update_bucket(work, bucket, work->net + from, end - from);
        from = end;
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

/* Cut `merged` into 2^bits buckets. */
static wm_status write_all(slice_work *work, unsigned bits)
{
    size_t bytes = (size_t)WM_BUCKET_DIGEST_BYTES << bits;
    wm_buf_reset(&work->digests);
    void *digests = wm_buf_reserve(&work->digests, bytes);
    if (digests == NULL) {
        return wm_buf_status(&work->digests, work->err);
    }
    wm_buf_grown(&work->digests, bytes);
    wm_str all = wm_buf_str(&work->merged);
    size_t from = 0;
    wm_status status = WM_OK;
    for (uint32_t bucket = 0; bucket >> bits == 0 && status == WM_OK; bucket++) {
        size_t end = from;
        while (end < all.len &&
               wm_leaf_bucket((const wm_leaf *)(const void *)(all.ptr + end), bits) <= bucket) {
            end += WM_LEAF_BYTES;
        }
        status = write_bucket(work, bucket, (wm_str){ all.ptr + from, end - from });
        from = end;
    }
    return status;
}

static wm_status cut_anew(slice_work *work, unsigned bits)
{
    wm_buf old;
    wm_buf_init(&old, work->merged.env, SIZE_MAX / 2);
    wm_buf_reset(&work->merged);
    wm_status status = read_all(work, &old);
    if (status == WM_OK) {
        status = merge(work, wm_buf_str(&old), work->net, work->net_count);
    }
    wm_buf_fini(&old);
    if (status == WM_OK) {
        status = drop_all(work);
    }
    if (status == WM_OK) {
        status = write_all(work, bits);
    }
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
    int64_t records = (int64_t)work->records;
    for (size_t i = 0; i < work->net_count; i++) {
        records += work->net[i].delta;
    }
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

static uint32_t edition_of(const wm_tally_entry *entry)
{
    return entry->slice >> WM_SLICE_PARTITION_BITS;
}

static uint32_t partition_of(const wm_tally_entry *entry)
{
    return entry->slice & (((wm_slice_key)1 << WM_SLICE_PARTITION_BITS) - 1);
}

static uint32_t key_of(const spreading *s, const wm_tally_entry *entry)
{
    return s->partitions > 0 ? edition_of(entry) * s->partitions + partition_of(entry)
                             : edition_of(entry) << s->bits | wm_leaf_bucket(&entry->leaf, s->bits);
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
        uint32_t partition = partition_of(&from[i]);
        s.partitions = partition >= s.partitions ? partition + 1 : s.partitions;
    }
    s.keys = (uint32_t)WM_EDITION_COUNT * s.partitions;
    wm_status status = spread(&s, from, tally->count, tally->entries, err);
    spread_fini(&s);
    return status;
}

/* ---- writing them ---- */

/* Entries by slice, then by leaf. */
static wm_status write_slices(wm_tally *tally, wm_tally_entry *entries, wm_error *err)
{
    const wm_env *env = wm_txn_store(tally->txn)->env;
    wm_status status = WM_OK;
    for (size_t from = 0; from < tally->count && status == WM_OK;) {
        size_t end = from;
        while (end < tally->count && entries[end].slice == entries[from].slice) {
            end++;
        }
        slice_work work = {
            .tally = tally, .slice = entries[from].slice, .net = entries + from, .err = err
        };
        work.net_count = net_of(work.net, end - from);
        if (work.net_count > 0) {
            wm_buf_init(&work.digests, env, (size_t)WM_BUCKET_DIGEST_BYTES << WM_BUCKET_BITS_MAX);
            wm_buf_init(&work.merged, env, SIZE_MAX / 2);
            status = update_slice(&work);
            wm_buf_fini(&work.digests);
            wm_buf_fini(&work.merged);
        }
        from = end;
    }
    return status;
}

/* Every entry is one of its whole edition; so they stand in order already. */
static wm_status write_wholes(wm_tally *tally, wm_tally_entry *by_leaf, wm_error *err)
{
    for (size_t i = 0; i < tally->count; i++) {
        wm_edition edition = (wm_edition)edition_of(&by_leaf[i]);
        by_leaf[i].slice = wm_slice_key_of(edition, WM_PARTITION_NUMBER_ALL);
    }
    return write_slices(tally, by_leaf, err);
}

wm_status wm_tally_flush(wm_tally *tally, wm_error *err)
{
    const wm_env *env = wm_txn_store(tally->txn)->env;
    if (tally->count == 0) {
        return WM_OK;
    }
    size_t bytes = tally->count * sizeof *tally->entries;
    wm_tally_entry *by_leaf = wm_env_alloc(env, bytes);
    if (by_leaf == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = sort_by_leaf(tally, by_leaf, err);
    if (status == WM_OK) {
        status = sort_by_slice(tally, by_leaf, err);
    }
    if (status == WM_OK && tally->sums_up) {
        status = write_wholes(tally, by_leaf, err);
    }
    wm_env_free(env, by_leaf, bytes);
    if (status == WM_OK) {
        status = write_slices(tally, tally->entries, err);
    }
    tally->count = 0;
    return status;
}

/* postings.c: a chunk is the steps from each slot to the next (the first from 0), as numbers of
 * model/varint.h. A row is found by the chunk's first slot, or by 0 for the first chunk of a key.
 */
#include "store/postings.h"

#include <stdlib.h>

#include <waymark/sys/buf.h>

#include "model/varint.h"
#include "store/statement.h"

/* One slot in so many begins a chunk. */
#define CHUNK_SLOTS 512
#define CHUNK_BYTES_MAX (8 * WM_MIB)

static const char SQL_READ[] =
    "SELECT chunk, slots FROM posting WHERE need = ?1 AND area = ?2 ORDER BY chunk";
static const char SQL_PUT[] =
    "INSERT INTO posting(need, area, chunk, slots) VALUES(?1, ?2, ?3, ?4)"
    " ON CONFLICT(need, area, chunk) DO UPDATE SET slots = excluded.slots";
static const char SQL_REMOVE[] = "DELETE FROM posting WHERE need = ?1 AND area = ?2 AND chunk = ?3";

bool wm_posting_begins(uint32_t slot)
{
    uint32_t mixed = (slot ^ slot >> 15) * 0x2c1b3c6dU;
    mixed = (mixed ^ mixed >> 12) * 0x297a2d39U;
    return (mixed ^ mixed >> 15) % CHUNK_SLOTS == 0;
}

void wm_posting_encode(const uint32_t *slots, size_t count, wm_buf *out)
{
    uint32_t before = 0;
    for (size_t i = 0; i < count; i++) {
        wm_varint_put(out, slots[i] - before);
        before = slots[i];
    }
}

wm_status wm_posting_decode(wm_str chunk, wm_arena *arena, uint32_t **slots, size_t *count,
                            size_t *capacity, wm_error *err)
{
    const uint8_t *at = (const uint8_t *)chunk.ptr;
    const uint8_t *end = at + chunk.len;
    uint64_t slot = 0;
    bool is_first = true;
    while (at < end) {
        uint64_t step = 0;
        if (!wm_varint_take(&at, end, &step) || slot + step > UINT32_MAX ||
            (step == 0 && !is_first) || (*count > 0 && slot + step <= (*slots)[*count - 1])) {
            return wm_fail(err, WM_CORRUPT, "database: the postings of the index are damaged");
        }
        slot += step;
        is_first = false;
        uint32_t *items = wm_arena_grow(arena, *slots, *count, capacity, sizeof *items);
        if (items == NULL) {
            return wm_fail_memory(err);
        }
        *slots = items;
        items[(*count)++] = (uint32_t)slot;
    }
    return WM_OK;
}

static void bind_key(wm_stmt *st, wm_posting_key key)
{
    wm_stmt_bind_i64(st, 1, (int64_t)key.need);
    wm_stmt_bind_i64(st, 2, (int64_t)key.area);
}

wm_status wm_posting_read(wm_store *store, wm_posting_key key, wm_arena *arena,
                          uint32_t **slots_out, size_t *count_out, wm_error *err)
{
    uint32_t *slots = NULL;
    size_t count = 0;
    size_t capacity = 0;
    wm_status status = WM_OK;
    wm_stmt st = wm_stmt_open(store, SQL_READ, err);
    bind_key(&st, key);
    while (status == WM_OK && wm_stmt_row(&st)) {
        status = wm_posting_decode(wm_stmt_str(&st, 1), arena, &slots, &count, &capacity, err);
    }
    wm_status closed = wm_stmt_close(&st);
    *slots_out = slots;
    *count_out = count;
    return status != WM_OK ? status : closed;
}

/* ---- changing ---- */

static int compare_changes(const void *left, const void *right)
{
    const wm_posting_change *a = left;
    const wm_posting_change *b = right;
    if (a->key.need != b->key.need) {
        return a->key.need < b->key.need ? -1 : 1;
    }
    if (a->key.area != b->key.area) {
        return a->key.area < b->key.area ? -1 : 1;
    }
    if (a->slot != b->slot) {
        return a->slot < b->slot ? -1 : 1;
    }
    return (a->turn > b->turn) - (a->turn < b->turn);
}

static bool same_key(wm_posting_key a, wm_posting_key b)
{
    return a.need == b.need && a.area == b.area;
}

/* The slots of one key before and after, and its chunks before. */
typedef struct merge {
    wm_store *store;
    wm_posting_key key;
    wm_arena arena;
    uint32_t *old;
    size_t old_count;
    uint32_t *slots;
    size_t count;
    wm_buf bytes;
    wm_error *err;
} merge;

/* The slots that are there, with those that join and without those that leave. */
static wm_status merge_changes(merge *m, const wm_posting_change *changes, size_t count)
{
    size_t at = 0;
    m->slots = wm_arena_array(&m->arena, m->old_count + count, sizeof *m->slots);
    if (m->slots == NULL) {
        return wm_fail_memory(m->err);
    }
    m->count = 0;
    for (size_t i = 0; i < count; i++) {
        while (at < m->old_count && m->old[at] < changes[i].slot) {
            m->slots[m->count++] = m->old[at++];
        }
        if (i + 1 < count && changes[i + 1].slot == changes[i].slot) {
            continue; /* a later one counts */
        }
        if (at < m->old_count && m->old[at] == changes[i].slot) {
            at++;
        }
        if ((changes[i].turn & 1) == 0) {
            m->slots[m->count++] = changes[i].slot;
        }
    }
    while (at < m->old_count) {
        m->slots[m->count++] = m->old[at++];
    }
    return WM_OK;
}

/* [from, end) of a chunk in a list. */
static size_t chunk_end(const uint32_t *slots, size_t count, size_t from)
{
    size_t end = from < count ? from + 1 : from;
    while (end < count && !wm_posting_begins(slots[end])) {
        end++;
    }
    return end;
}

static uint32_t chunk_key(const uint32_t *slots, size_t from)
{
    return from > 0 || wm_posting_begins(slots[0]) ? slots[from] : 0;
}

static void write_chunk(merge *m, wm_stmt *put, uint32_t chunk, const uint32_t *slots, size_t count)
{
    wm_buf_reset(&m->bytes);
    wm_posting_encode(slots, count, &m->bytes);
    bind_key(put, m->key);
    wm_stmt_bind_i64(put, 3, (int64_t)chunk);
    wm_stmt_bind_blob(put, 4, m->bytes.data, m->bytes.len);
    if (wm_buf_status(&m->bytes, m->err) == WM_OK) {
        wm_stmt_run(put);
    } else {
        put->status = wm_buf_status(&m->bytes, m->err);
    }
}

/* Both lists chunk by chunk, in order of their keys: what is no longer goes, what differs is
 * written. */
static wm_status write_changes(merge *m)
{
    size_t was = 0;
    size_t is = 0;
    wm_stmt put = wm_stmt_open(m->store, SQL_PUT, m->err);
    wm_stmt gone = wm_stmt_open(m->store, SQL_REMOVE, m->err);
    while ((was < m->old_count || is < m->count) && put.status == WM_OK && gone.status == WM_OK) {
        size_t was_end = chunk_end(m->old, m->old_count, was);
        size_t is_end = chunk_end(m->slots, m->count, is);
        int64_t was_key = was < m->old_count ? chunk_key(m->old, was) : INT64_MAX;
        int64_t is_key = is < m->count ? chunk_key(m->slots, is) : INT64_MAX;
        bool same = was_key == is_key && was_end - was == is_end - is &&
                    memcmp(m->old + was, m->slots + is, (is_end - is) * sizeof *m->old) == 0;
        if (was_key < is_key) {
            bind_key(&gone, m->key);
            wm_stmt_bind_i64(&gone, 3, was_key);
            wm_stmt_run(&gone);
        } else if (!same) {
            write_chunk(m, &put, (uint32_t)is_key, m->slots + is, is_end - is);
        }
        was = was_key <= is_key ? was_end : was;
        is = is_key <= was_key ? is_end : is;
    }
    wm_status status = wm_stmt_close(&put);
    wm_status removed = wm_stmt_close(&gone);
    return status != WM_OK ? status : removed;
}

wm_status wm_posting_apply(wm_txn *txn, wm_posting_change *changes, size_t count, wm_error *err)
{
    wm_status status = WM_OK;
    merge m = { .store = wm_txn_store(txn), .err = err };
    if (count > 0) {
        qsort(changes, count, sizeof *changes, compare_changes);
    }
    wm_arena_init(&m.arena, m.store->env, SIZE_MAX / 2);
    wm_buf_init(&m.bytes, m.store->env, CHUNK_BYTES_MAX);
    for (size_t from = 0, end = 0; from < count && status == WM_OK; from = end) {
        while (end < count && same_key(changes[end].key, changes[from].key)) {
            end++;
        }
        m.key = changes[from].key;
        wm_arena_reset(&m.arena);
        status = wm_posting_read(m.store, m.key, &m.arena, &m.old, &m.old_count, err);
        if (status == WM_OK) {
            status = merge_changes(&m, changes + from, end - from);
        }
        if (status == WM_OK) {
            status = write_changes(&m);
        }
    }
    wm_buf_fini(&m.bytes);
    wm_arena_fini(&m.arena);
    return status;
}

/* index.c: what is written of the index: entries into blocks, their slots into postings.
 *
 * A service gets a slot in a block of its home (its first area) and keeps it while it stands, so
 * that most changes rewrite one block and no posting. Blocks are held and written in order, and so
 * are changes of postings; an entry that takes another's place waits for the order of the slots.
 * What is where is told in migrate.c; why it is so in core/README.md. */
#include "store/index.h"

#include <stdlib.h>

#include "model/gist.h"
#include "store/candidates.h"
#include "store/entries.h"
#include "store/gists.h"
#include "store/names.h"
#include "store/phrases.h"
#include "store/rules.h"
#include "store/statement.h"

/* Collected before they are written: 16 MiB, where a phone has 4. */
#define CHANGES_MAX ((size_t)1024 * 1024)
#define REPLICA_CHANGES_MAX ((size_t)256 * 1024)
#define BLOCKS_HELD 256 /* about 2 MB */
#define HOMES_HELD 1024
#define EXCHANGES_MAX ((size_t)8192)
#define EXCHANGES_BYTES_MAX ((size_t)4 * 1024 * 1024)
#define NUMBER_MAX ((int64_t)UINT32_MAX / WM_BLOCK_PLACES)

static const char SQL_PUT_SERVICE[] =
    "INSERT INTO service(rev, slot, successors, program, face) VALUES(?1, ?2, ?3, ?4, ?5)";
static const char SQL_GET_SERVICE[] =
    "SELECT slot, successors, program, face FROM service WHERE rev = ?1";
static const char SQL_CHANGE_SERVICE[] =
    "UPDATE service SET successors = ?2, program = ?3, face = ?4 WHERE rev = ?1";
static const char SQL_REMOVE_SERVICE[] = "DELETE FROM service WHERE rev = ?1";
static const char SQL_BLOCK[] = "SELECT home, bytes FROM block WHERE number = ?1";
static const char SQL_OPEN_BLOCK[] =
    "SELECT number FROM block WHERE home = ?1 AND open = 1 ORDER BY number LIMIT 1";
static const char SQL_LAST_BLOCK[] = "SELECT max(number) FROM block";
static const char SQL_PUT_BLOCK[] =
    "INSERT INTO block(number, home, open, bytes) VALUES(?1, ?2, ?3, ?4)"
    " ON CONFLICT(number) DO UPDATE SET home = excluded.home, open = excluded.open,"
    " bytes = excluded.bytes";
static const char SQL_REMOVE_BLOCK[] = "DELETE FROM block WHERE number = ?1";

static const char SQL_EMPTY[] = "DELETE FROM service; DELETE FROM block; DELETE FROM posting;"
                                "DELETE FROM site; DELETE FROM rule; DELETE FROM gist;"
                                "DELETE FROM phrases;";
static const char SQL_STANDING[] =
    "SELECT rev, kind, id, record, since FROM revision WHERE until > ?1 AND kind = ?2"
    " ORDER BY id, since";

typedef struct held_block {
    int64_t number; /* 0: none is held here */
    int64_t home;
    wm_buf bytes;
    bool is_changed;
} held_block;

/* Another entry for a slot. */
typedef struct exchange {
    int64_t slot; /* -1: it has been given up */
    size_t turn;
    wm_entry entry;
} exchange;

struct wm_indexing {
    held_block blocks[BLOCKS_HELD]; /* by number */
    struct {
        int64_t home;
        int64_t number;  /* 0: not known */
    } open[HOMES_HELD];  /* a block that has room, by home */
    int64_t last_number; /* -1: not known */
    wm_posting_change *changes;
    size_t count;
    size_t capacity;
    wm_arena arena; /* the exchanges */
    exchange *exchanges;
    size_t exchange_count;
    size_t exchange_capacity;
    wm_buf scratch;       /* a block in the making */
    wm_entry_parts parts; /* of the service at hand */
    bool needs_changed;
};

/* ---- what is collected ---- */

void wm_index_discard(wm_store *store)
{
    struct wm_indexing *indexing = store->indexing;
    wm_kept_stale(store);
    if (indexing == NULL) {
        return;
    }
    for (size_t i = 0; i < BLOCKS_HELD; i++) {
        if (indexing->blocks[i].number != 0) {
            wm_buf_fini(&indexing->blocks[i].bytes);
        }
    }
    wm_entry_parts_fini(&indexing->parts);
    wm_buf_fini(&indexing->scratch);
    wm_arena_fini(&indexing->arena);
    wm_env_free(store->env, indexing->changes, indexing->capacity * sizeof *indexing->changes);
    wm_env_free(store->env, indexing, sizeof *indexing);
    store->indexing = NULL;
}

static wm_status begin(wm_store *store, wm_error *err)
{
    wm_kept_stale(store);
    if (store->indexing == NULL) {
        store->indexing = wm_env_alloc(store->env, sizeof *store->indexing);
        if (store->indexing == NULL) {
            return wm_fail_memory(err);
        }
        store->indexing->last_number = -1;
        wm_arena_init(&store->indexing->arena, store->env, SIZE_MAX / 2);
        wm_buf_init(&store->indexing->scratch, store->env, WM_BLOCK_BYTES_MAX);
        wm_entry_parts_init(&store->indexing->parts, store->env);
    }
    return WM_OK;
}

static wm_status write_block(wm_store *store, held_block *block, wm_error *err)
{
    wm_str bytes = wm_buf_str(&block->bytes);
    bool is_empty = wm_block_is_empty(bytes);
    wm_stmt st = wm_stmt_open(store, is_empty ? SQL_REMOVE_BLOCK : SQL_PUT_BLOCK, err);
    wm_stmt_bind_i64(&st, 1, block->number);
    if (!is_empty) {
        wm_stmt_bind_i64(&st, 2, block->home);
        wm_stmt_bind_i64(&st, 3, wm_block_is_open(bytes) ? 1 : 0);
        wm_stmt_bind_blob(&st, 4, bytes.ptr, bytes.len);
    }
    wm_stmt_run(&st);
    block->is_changed = false;
    return wm_stmt_close(&st);
}

static int by_number(const void *a, const void *b)
{
    int64_t left = (*(held_block *const *)a)->number;
    int64_t right = (*(held_block *const *)b)->number;
    return (left > right) - (left < right);
}

static wm_status write_blocks(wm_store *store, wm_error *err)
{
    held_block *changed[BLOCKS_HELD];
    size_t count = 0;
    wm_status status = WM_OK;
    for (size_t i = 0; i < BLOCKS_HELD; i++) {
        held_block *block = &store->indexing->blocks[i];
        if (block->number != 0 && block->is_changed) {
            changed[count++] = block;
        }
    }
    if (count > 0) {
        qsort(changed, count, sizeof(held_block *), by_number);
    }
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        status = write_block(store, changed[i], err);
    }
    return status;
}

/* Blocks and postings as they are by now. */
static wm_status write_changes(wm_txn *txn, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    struct wm_indexing *indexing = store->indexing;
    wm_status status = write_blocks(store, err);
    if (status == WM_OK) {
        status = wm_posting_apply(txn, indexing->changes, indexing->count, err);
        indexing->count = 0;
    }
    return status;
}

static wm_status add_change(wm_txn *txn, wm_posting_key key, uint32_t slot, bool leaves,
                            wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    struct wm_indexing *indexing = store->indexing;
    size_t most = store->role == WM_ROLE_REPLICA ? REPLICA_CHANGES_MAX : CHANGES_MAX;
    if (indexing->count >= most) {
        wm_status status = write_changes(txn, err);
        if (status != WM_OK) {
            return status;
        }
    }
    if (indexing->count == indexing->capacity) {
        size_t size = sizeof *indexing->changes;
        size_t capacity = indexing->capacity == 0 ? 256 : indexing->capacity * 2;
        wm_posting_change *items = store->env->resize(store->env->context, indexing->changes,
                                                      indexing->capacity * size, capacity * size);
        if (items == NULL) {
            return wm_fail_memory(err);
        }
        indexing->changes = items;
        indexing->capacity = capacity;
    }
    uint32_t turn = (uint32_t)indexing->count << 1 | (leaves ? 1 : 0);
    indexing->changes[indexing->count++] = (wm_posting_change){ key, slot, turn };
    return WM_OK;
}

static wm_status change_keys(wm_txn *txn, const wm_summary *summary, uint32_t slot, bool leaves,
                             wm_error *err)
{
    wm_arena *arena = &wm_txn_store(txn)->indexing->parts.scratch;
    wm_posting_key *keys = NULL;
    size_t count = 0;
    wm_arena_reset(arena);
    wm_status status = wm_entry_keys(summary, arena, &keys, &count, err);
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        status = add_change(txn, keys[i], slot, leaves, err);
    }
    return status;
}

/* ---- blocks ---- */

/* The place where a block is held; another is written first. */
static wm_status take_place(wm_store *store, int64_t number, held_block **block_out, wm_error *err)
{
    held_block *block = &store->indexing->blocks[number % BLOCKS_HELD];
    wm_status status = WM_OK;
    if (block->number != 0 && block->number != number) {
        status = block->is_changed ? write_block(store, block, err) : WM_OK;
        wm_buf_reset(&block->bytes);
    } else if (block->number == 0) {
        wm_buf_init(&block->bytes, store->env, WM_BLOCK_BYTES_MAX);
    }
    block->number = number;
    block->home = 0;
    block->is_changed = false;
    *block_out = block;
    return status;
}

static wm_status load_block(wm_store *store, int64_t number, held_block **block_out, wm_error *err)
{
    held_block *block = &store->indexing->blocks[number % BLOCKS_HELD];
    if (number > 0 && block->number == number) {
        *block_out = block;
        return WM_OK;
    }
    bool found = false;
    wm_status status = number > 0 && number <= NUMBER_MAX
                           ? take_place(store, number, &block, err)
                           : wm_fail(err, WM_CORRUPT, "database: a slot of the index is damaged");
    if (status != WM_OK) {
        return status;
    }
    wm_stmt st = wm_stmt_open(store, SQL_BLOCK, err);
    wm_stmt_bind_i64(&st, 1, number);
    if (wm_stmt_row(&st)) {
        found = true;
        block->home = wm_stmt_i64(&st, 0);
        wm_buf_put_str(&block->bytes, wm_stmt_str(&st, 1));
    }
    status = wm_stmt_close(&st);
    if (status == WM_OK) {
        status = found ? wm_buf_status(&block->bytes, err)
                       : wm_fail(err, WM_CORRUPT, "database: block %lld of the index is missing",
                                 (long long)number);
    }
    if (status != WM_OK) {
        wm_buf_fini(&block->bytes);
        block->number = 0;
    }
    *block_out = block;
    return status;
}

static wm_status new_block(wm_store *store, int64_t home, held_block **block_out, wm_error *err)
{
    struct wm_indexing *indexing = store->indexing;
    if (indexing->last_number < 0) {
        wm_stmt st = wm_stmt_open(store, SQL_LAST_BLOCK, err);
        indexing->last_number = wm_stmt_row(&st) ? wm_stmt_i64(&st, 0) : -1;
        wm_status status = wm_stmt_close(&st);
        if (status != WM_OK) {
            indexing->last_number = -1;
            return status;
        }
    }
    if (indexing->last_number >= NUMBER_MAX) {
        (void)wm_fail(err, WM_TOO_LARGE, "database: too many services for the index");
        return WM_TOO_LARGE;
    }
    wm_status status = take_place(store, indexing->last_number + 1, block_out, err);
    if (status == WM_OK) {
        indexing->last_number++;
        (*block_out)->home = home;
    }
    return status;
}

/* 0: the file has none either. */
static wm_status find_open(wm_store *store, int64_t home, int64_t *number_out, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_OPEN_BLOCK, err);
    wm_stmt_bind_i64(&st, 1, home);
    *number_out = wm_stmt_row(&st) ? wm_stmt_i64(&st, 0) : 0;
    return wm_stmt_close(&st);
}

/* A block of that home with room; what the file says of blocks that are held may be out of date. */
static wm_status open_block(wm_store *store, int64_t home, held_block **block_out, wm_error *err)
{
    struct wm_indexing *indexing = store->indexing;
    size_t at = (size_t)((uint64_t)home * 2654435769U >> 8) % HOMES_HELD;
    int64_t number = indexing->open[at].home == home ? indexing->open[at].number : 0;
    wm_status status = WM_OK;
    if (number == 0) {
        status = find_open(store, home, &number, err);
    }
    if (status == WM_OK && number != 0) {
        status = load_block(store, number, block_out, err);
    }
    bool fits = status == WM_OK && number != 0 && (*block_out)->home == home &&
                wm_block_is_open(wm_buf_str(&(*block_out)->bytes));
    if (status == WM_OK && !fits) {
        status = new_block(store, home, block_out, err);
    }
    if (status == WM_OK) {
        indexing->open[at].home = home;
        indexing->open[at].number = (*block_out)->number;
    }
    return status;
}

static wm_status set_entry(wm_store *store, held_block *block, unsigned place,
                           const wm_entry *entry, wm_error *err)
{
    wm_buf *scratch = &store->indexing->scratch;
    wm_buf_reset(scratch);
    wm_status status = wm_block_put(wm_buf_str(&block->bytes), place, entry, scratch, err);
    if (status == WM_OK) {
        wm_buf before = block->bytes;
        block->bytes = *scratch;
        *scratch = before;
        block->is_changed = true;
    }
    return status;
}

/* ---- services ---- */

static wm_status write_service(wm_store *store, int64_t rev, int64_t slot,
                               const wm_entry_parts *parts, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_PUT_SERVICE, err);
    wm_stmt_bind_i64(&st, 1, rev);
    wm_stmt_bind_i64(&st, 2, slot);
    wm_stmt_bind_text(&st, 3, wm_buf_str(&parts->successors));
    wm_stmt_bind_blob(&st, 4, parts->program.data, parts->program.len);
    wm_stmt_bind_blob(&st, 5, parts->face.data, parts->face.len);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

static wm_entry entry_of(const wm_indexed *service, const wm_entry_parts *parts)
{
    return (wm_entry){ .revision = service->rev,
                       .since = service->since,
                       .summary = wm_buf_str(&parts->summary),
                       .criteria = wm_buf_str(&parts->criteria) };
}

/* Into a free slot. */
static wm_status add_service(wm_txn *txn, const wm_indexed *service, const wm_entry_parts *parts,
                             wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    wm_entry entry = entry_of(service, parts);
    wm_summary summary;
    held_block *block = NULL;
    unsigned place = 0;
    wm_status status = wm_summary_decode(entry.summary, &summary, err);
    if (status == WM_OK) {
        status = open_block(store, wm_entry_home(&summary), &block, err);
    }
    if (status == WM_OK) {
        status = wm_block_free_place(wm_buf_str(&block->bytes), &place, err);
    }
    if (status == WM_OK) {
        status = set_entry(store, block, place, &entry, err);
    }
    if (status != WM_OK) {
        return status;
    }
    int64_t slot = block->number * WM_BLOCK_PLACES + place;
    status = write_service(store, service->rev, slot, parts, err);
    return status == WM_OK ? change_keys(txn, &summary, (uint32_t)slot, false, err) : status;
}

static wm_status put_service(wm_txn *txn, const wm_indexed *service, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    wm_status status = begin(store, err);
    if (status == WM_OK) {
        status = wm_entry_parts_make(store, txn, service, &store->indexing->parts, err);
    }
    return status == WM_OK ? add_service(txn, service, &store->indexing->parts, err) : status;
}

/* Where a service stands, and whether what is kept beside its entry is the same as `parts` (which
 * may be NULL). WM_NOT_FOUND: nowhere (no text). */
static wm_status find_service(wm_store *store, int64_t rev, const wm_entry_parts *parts,
                              int64_t *slot_out, bool *same_out, wm_error *err)
{
    bool found = false;
    wm_stmt st = wm_stmt_open(store, SQL_GET_SERVICE, err);
    wm_stmt_bind_i64(&st, 1, rev);
    if (wm_stmt_row(&st)) {
        found = true;
        *slot_out = wm_stmt_i64(&st, 0);
        *same_out = parts != NULL &&
                    wm_str_equal(wm_stmt_str(&st, 1), wm_buf_str(&parts->successors)) &&
                    wm_str_equal(wm_stmt_str(&st, 2), wm_buf_str(&parts->program)) &&
                    wm_str_equal(wm_stmt_str(&st, 3), wm_buf_str(&parts->face));
    }
    wm_status status = wm_stmt_close(&st);
    return status == WM_OK && !found ? WM_NOT_FOUND : status;
}

/* The entry in a slot, which must be of that revision. */
static wm_status load_entry(wm_store *store, int64_t slot, int64_t rev, held_block **block_out,
                            wm_entry *entry_out, wm_error *err)
{
    wm_status status = load_block(store, slot / WM_BLOCK_PLACES, block_out, err);
    if (status == WM_OK) {
        status = wm_block_get(wm_buf_str(&(*block_out)->bytes), (unsigned)(slot % WM_BLOCK_PLACES),
                              entry_out, err);
    }
    if (status == WM_NOT_FOUND || (status == WM_OK && entry_out->revision != rev)) {
        (void)wm_fail(err, WM_CORRUPT, "database: the index of revision %lld is damaged",
                      (long long)rev);
        return WM_CORRUPT;
    }
    return status;
}

/* What was to come into a slot that is given up. */
static void forget_exchanges(wm_store *store, int64_t slot)
{
    for (size_t i = 0; i < store->indexing->exchange_count; i++) {
        exchange *item = &store->indexing->exchanges[i];
        item->slot = item->slot == slot ? -1 : item->slot;
    }
}

static wm_status remove_service(wm_txn *txn, int64_t rev, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    int64_t slot = 0;
    bool same = false;
    held_block *block = NULL;
    wm_entry entry;
    wm_summary summary;
    wm_status status = begin(store, err);
    if (status == WM_OK) {
        status = find_service(store, rev, NULL, &slot, &same, err);
    }
    if (status != WM_OK) {
        return status == WM_NOT_FOUND ? WM_OK : status;
    }
    status = load_entry(store, slot, rev, &block, &entry, err);
    if (status == WM_OK) {
        forget_exchanges(store, slot);
        status = wm_summary_decode(entry.summary, &summary, err);
    }
    if (status == WM_OK) {
        status = change_keys(txn, &summary, (uint32_t)slot, true, err);
    }
    if (status == WM_OK) { /* the changes may have been written meanwhile, the block is held */
        status = set_entry(store, block, (unsigned)(slot % WM_BLOCK_PLACES), NULL, err);
    }
    if (status == WM_OK) {
        wm_stmt st = wm_stmt_open(store, SQL_REMOVE_SERVICE, err);
        wm_stmt_bind_i64(&st, 1, rev);
        wm_stmt_run(&st);
        status = wm_stmt_close(&st);
    }
    return status;
}

static bool same_list(wm_symbol_list a, wm_symbol_list b)
{
    return a.count == b.count && a.narrow == b.narrow &&
           (a.count == 0 || memcmp(a.bytes, b.bytes, (size_t)a.count * (a.narrow ? 2 : 4)) == 0);
}

static wm_status exchange_entry(wm_txn *txn, int64_t slot, const wm_entry *entry, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    held_block *block = NULL;
    wm_entry before;
    wm_summary old;
    wm_summary summary;
    wm_status status = load_entry(store, slot, entry->revision, &block, &before, err);
    if (status == WM_OK && before.since == entry->since &&
        wm_str_equal(before.summary, entry->summary) &&
        wm_str_equal(before.criteria, entry->criteria)) {
        return WM_OK;
    }
    if (status == WM_OK) {
        status = wm_summary_decode(before.summary, &old, err);
    }
    if (status == WM_OK) {
        status = wm_summary_decode(entry->summary, &summary, err);
    }
    if (status != WM_OK) {
        return status;
    }
    bool same_keys = same_list(old.needs, summary.needs) && same_list(old.offers, summary.offers) &&
                     same_list(old.areas, summary.areas);
    if (!same_keys) {
        status = change_keys(txn, &old, (uint32_t)slot, true, err);
    }
    if (!same_keys && status == WM_OK) {
        status = change_keys(txn, &summary, (uint32_t)slot, false, err);
    }
    return status == WM_OK ? set_entry(store, block, (unsigned)(slot % WM_BLOCK_PLACES), entry, err)
                           : status;
}

static int by_slot(const void *a, const void *b)
{
    const exchange *left = a;
    const exchange *right = b;
    if (left->slot != right->slot) {
        return left->slot < right->slot ? -1 : 1;
    }
    return (left->turn > right->turn) - (left->turn < right->turn);
}

/* Written while the pages that it was read from are at hand. */
static wm_status write_held(wm_store *store, int64_t number, wm_error *err)
{
    held_block *block = &store->indexing->blocks[number % BLOCKS_HELD];
    return block->number == number && block->is_changed ? write_block(store, block, err) : WM_OK;
}

/* In the order of the slots, so that each block is read and written once. Those that have changed
 * already go first: several blocks may share a page, and a page that comes into the log twice makes
 * SQLite sum up anew what stands behind it there. */
static wm_status make_exchanges(wm_txn *txn, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    struct wm_indexing *indexing = store->indexing;
    exchange *items = indexing->exchanges;
    size_t count = indexing->exchange_count;
    wm_status status = WM_OK;
    if (count > 0) {
        qsort(items, count, sizeof *items, by_slot);
        status = write_blocks(store, err);
    }
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        bool counts = i + 1 == count || items[i + 1].slot != items[i].slot; /* the last one */
        if (counts && items[i].slot >= 0) {
            status = exchange_entry(txn, items[i].slot, &items[i].entry, err);
        }
        int64_t block = items[i].slot / WM_BLOCK_PLACES;
        bool is_done = i + 1 == count || items[i + 1].slot / WM_BLOCK_PLACES != block;
        if (is_done && items[i].slot >= 0 && status == WM_OK) {
            status = write_held(store, block, err);
        }
    }
    indexing->exchanges = NULL;
    indexing->exchange_count = indexing->exchange_capacity = 0;
    wm_arena_reset(&indexing->arena);
    return status;
}

/* Another entry in the same slot, later. */
static wm_status defer_exchange(wm_txn *txn, int64_t slot, const wm_entry *entry, wm_error *err)
{
    struct wm_indexing *indexing = wm_txn_store(txn)->indexing;
    wm_status status =
        indexing->exchange_count >= EXCHANGES_MAX || indexing->arena.bytes >= EXCHANGES_BYTES_MAX
            ? make_exchanges(txn, err)
            : WM_OK;
    if (status != WM_OK) {
        return status;
    }
    exchange *items = wm_arena_grow(&indexing->arena, indexing->exchanges, indexing->exchange_count,
                                    &indexing->exchange_capacity, sizeof *items);
    exchange later = { slot, indexing->exchange_count, *entry };
    later.entry.summary = wm_arena_copy(&indexing->arena, entry->summary);
    later.entry.criteria = wm_arena_copy(&indexing->arena, entry->criteria);
    if (items == NULL || later.entry.summary.ptr == NULL || later.entry.criteria.ptr == NULL) {
        return wm_fail_memory(err);
    }
    indexing->exchanges = items;
    items[indexing->exchange_count++] = later;
    return WM_OK;
}

wm_status wm_index_flush(wm_txn *txn, wm_error *err)
{
    if (wm_txn_store(txn)->indexing == NULL) {
        return WM_OK;
    }
    wm_status status = make_exchanges(txn, err);
    if (status == WM_OK) {
        status = write_changes(txn, err);
    }
    if (status == WM_OK && wm_txn_store(txn)->indexing->needs_changed) {
        status = wm_phrases_write(txn, err);
        wm_txn_store(txn)->indexing->needs_changed = false;
    }
    return status;
}

/* Most edits leave needs and areas alone, and many the criteria too. */
static wm_status replace_parts(wm_txn *txn, const wm_indexed *service, const wm_entry_parts *parts,
                               wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    wm_entry entry = entry_of(service, parts);
    int64_t slot = 0;
    bool same = false;
    wm_status status = find_service(store, service->rev, parts, &slot, &same, err);
    if (status == WM_NOT_FOUND) {
        return add_service(txn, service, parts, err);
    }
    if (status == WM_OK) {
        status = defer_exchange(txn, slot, &entry, err);
    }
    if (status == WM_OK && !same) {
        wm_stmt st = wm_stmt_open(store, SQL_CHANGE_SERVICE, err);
        wm_stmt_bind_i64(&st, 1, service->rev);
        wm_stmt_bind_text(&st, 2, wm_buf_str(&parts->successors));
        wm_stmt_bind_blob(&st, 3, parts->program.data, parts->program.len);
        wm_stmt_bind_blob(&st, 4, parts->face.data, parts->face.len);
        wm_stmt_run(&st);
        status = wm_stmt_close(&st);
    }
    return status;
}

static wm_status replace_service(wm_txn *txn, const wm_indexed *service, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    wm_status status = begin(store, err);
    if (status == WM_OK) {
        status = wm_entry_parts_make(store, txn, service, &store->indexing->parts, err);
    }
    return status == WM_OK ? replace_parts(txn, service, &store->indexing->parts, err) : status;
}

/* ---- by kind ---- */

/* Their phrases are made together, when all have come. */
static wm_status note_need(wm_store *store, wm_error *err)
{
    wm_status status = begin(store, err);
    if (status == WM_OK) {
        store->indexing->needs_changed = true;
    }
    return status;
}

static wm_status put_gist(wm_txn *txn, const wm_indexed *revision, wm_error *err)
{
    wm_kind kind = revision->kind;
    wm_status status = kind == WM_KIND_NEED ? note_need(wm_txn_store(txn), err) : WM_OK;
    return status == WM_OK ? wm_gists_put(txn, kind, revision->rev, revision->value, err) : status;
}

static wm_status remove_gist(wm_txn *txn, wm_kind kind, int64_t rev, wm_error *err)
{
    wm_status status = kind == WM_KIND_NEED ? note_need(wm_txn_store(txn), err) : WM_OK;
    return status == WM_OK ? wm_gists_remove(txn, rev, err) : status;
}

static wm_status put_site(wm_txn *txn, const wm_indexed *site, wm_error *err)
{
    wm_kept_stale(wm_txn_store(txn));
    return wm_site_put(txn, site, err);
}

wm_status wm_index_replace(wm_txn *txn, const wm_indexed *revision, wm_error *err)
{
    if (wm_names_has(revision->kind)) {
        wm_status status = wm_names_replace(txn, revision, err);
        return status == WM_OK && revision->kind == WM_KIND_SERVICE
                   ? replace_service(txn, revision, err)
                   : status;
    }
    if (revision->kind == WM_KIND_SITE) {
        return put_site(txn, revision, err);
    }
    wm_status status = wm_index_remove(txn, revision->kind, revision->rev, err);
    return status == WM_OK ? wm_index_put(txn, revision, err) : status;
}

wm_status wm_index_put(wm_txn *txn, const wm_indexed *revision, wm_error *err)
{
    wm_kind kind = revision->kind;
    if (wm_names_has(kind)) {
        wm_status status = wm_names_put(txn, revision, err);
        return status == WM_OK && kind == WM_KIND_SERVICE ? put_service(txn, revision, err)
                                                          : status;
    }
    if (kind == WM_KIND_SITE) {
        return put_site(txn, revision, err);
    }
    wm_status status = wm_gist_has(kind) ? put_gist(txn, revision, err) : WM_OK;
    return status == WM_OK && kind == WM_KIND_RULE
               ? wm_rules_put(txn, revision->rev, revision->value, err)
               : status;
}

wm_status wm_index_remove(wm_txn *txn, wm_kind kind, int64_t rev, wm_error *err)
{
    if (wm_names_has(kind)) {
        wm_status status = wm_names_remove(txn, kind, rev, err);
        return status == WM_OK && kind == WM_KIND_SERVICE ? remove_service(txn, rev, err) : status;
    }
    if (kind == WM_KIND_SITE) {
        wm_kept_stale(wm_txn_store(txn));
        return wm_site_remove(txn, rev, err);
    }
    wm_status status = wm_gist_has(kind) ? remove_gist(txn, kind, rev, err) : WM_OK;
    return status == WM_OK && kind == WM_KIND_RULE ? wm_rules_remove(txn, rev, err) : status;
}

wm_status wm_index_released(wm_txn *txn, wm_error *err)
{
    wm_kept_stale(wm_txn_store(txn));
    return wm_site_released(txn, err);
}

/* ---- made anew ---- */

/* `st` is at a row of SQL_STANDING. */
static wm_status remake_row(wm_txn *txn, wm_stmt *st, wm_arena *scratch, wm_error *err)
{
    wm_indexed revision = { .kind = (wm_kind)wm_stmt_i64(st, 1),
                            .rev = wm_stmt_i64(st, 0),
                            .since = wm_stmt_i64(st, 4) };
    wm_arena_reset(scratch);
    wm_status status = wm_store_parse(scratch, wm_stmt_str(st, 3), &revision.value, err);
    if (status == WM_OK) {
        status = wm_index_put(txn, &revision, err);
    }
    if (status == WM_BAD_RECORD && revision.kind == WM_KIND_RULE) {
        wm_error_clear(err); /* wm_store_rules will say so, until somebody puts it right */
        return WM_OK;
    }
    if (status != WM_OK) {
        wm_error_context(err, "%s/%.*s", wm_kind_name(revision.kind),
                         WM_STR_ARG(wm_stmt_str(st, 2)));
    }
    return status;
}

static wm_status remake_kind(wm_txn *txn, wm_kind kind, int64_t last, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    wm_arena scratch;
    wm_status status = WM_OK;
    wm_arena_init(&scratch, store->env, SIZE_MAX / 2);
    wm_stmt st = wm_stmt_open(store, SQL_STANDING, err);
    wm_stmt_bind_i64(&st, 1, last);
    wm_stmt_bind_i64(&st, 2, (int64_t)kind);
    while (status == WM_OK && wm_stmt_row(&st)) {
        status = remake_row(txn, &st, &scratch, err);
    }
    wm_status closed = wm_stmt_close(&st);
    wm_arena_fini(&scratch);
    return status == WM_OK ? closed : status;
}

wm_status wm_index_make_gists(wm_txn *txn, wm_error *err)
{
    int64_t last = 0;
    wm_status status = wm_store_last_number(wm_txn_store(txn), &last, err);
    for (int kind = 0; kind < WM_KIND_COUNT && status == WM_OK; kind++) {
        status = wm_gist_has((wm_kind)kind) ? remake_kind(txn, (wm_kind)kind, last, err) : WM_OK;
    }
    return status;
}

wm_status wm_index_rebuild(wm_txn *txn, wm_error *err)
{
    static const wm_kind kinds[] = { WM_KIND_SITE, WM_KIND_SERVICE };
    wm_store *store = wm_txn_store(txn);
    int64_t last = 0;
    wm_index_discard(store);
    wm_status status = wm_store_run(store, SQL_EMPTY, err);
    if (status == WM_OK) {
        status = wm_store_hash_symbols(txn, err);
    }
    if (status == WM_OK) {
        status = wm_store_last_number(store, &last, err);
    }
    if (status == WM_OK) {
        status = wm_names_remake(txn, err);
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && status == WM_OK; i++) {
        status = remake_kind(txn, kinds[i], last, err);
    }
    return status == WM_OK ? wm_index_make_gists(txn, err) : status;
}

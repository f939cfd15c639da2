/* kept.c: three tables, each with one place for a key. Who comes to a place that is taken throws
 * out what is there, but not what this question has used already. */
#include "store/kept.h"

#include <stdlib.h>

#include <waymark/sys/limits.h>

#include "store/index.h"
#include "store/statement.h"

#define SITES_OF_PAGE 256
#define PLACE_BITS 12
#define PLACES ((size_t)1 << PLACE_BITS)
#define SPANS_AT_ONCE 32

static const char SQL_BLOCK[] = "SELECT bytes FROM block WHERE number = ?1";
static const char SQL_SITES[] =
    "SELECT number, lat, lon, pending FROM site WHERE number >= ?1 AND number < ?2";

typedef enum kept_table { TABLE_BLOCKS, TABLE_POSTINGS, TABLE_SITES, TABLE_COUNT } kept_table;

/* One thing that was read; its bytes lie behind it. */
typedef struct kept_item {
    uint64_t key;
    uint64_t turn; /* in which it was used last */
    size_t length;
    struct kept_item *next; /* of those beside the tables */
} kept_item;

struct wm_kept {
    kept_item *places[TABLE_COUNT][PLACES];
    kept_item *beside;
    size_t bytes; /* of those in the tables */
    uint64_t turn;
    size_t sweep;
    int64_t number;
    uint32_t version; /* of the file, as SQLite counts */
    bool is_ready;    /* looked at in this reading transaction */
    bool is_stale;
};

static void *bytes_of(kept_item *item)
{
    return item + 1;
}

static void item_free(wm_store *store, kept_item *item)
{
    wm_env_free(store->env, item, sizeof *item + item->length);
}

static void drop_beside(wm_store *store)
{
    wm_kept *kept = store->kept;
    while (kept->beside != NULL) {
        kept_item *next = kept->beside->next;
        item_free(store, kept->beside);
        kept->beside = next;
    }
}

static void throw_out(wm_store *store, kept_item **place)
{
    store->kept->bytes -= sizeof **place + (*place)->length;
    item_free(store, *place);
    *place = NULL;
}

static void drop_all(wm_store *store)
{
    wm_kept *kept = store->kept;
    drop_beside(store);
    for (size_t i = 0; i < TABLE_COUNT * PLACES && kept->bytes > 0; i++) {
        kept_item **place = &kept->places[i / PLACES][i % PLACES];
        if (*place != NULL) {
            throw_out(store, place);
        }
    }
}

void wm_kept_drop(wm_store *store)
{
    if (store->kept != NULL) {
        drop_all(store);
        wm_env_free(store->env, store->kept, sizeof *store->kept);
        store->kept = NULL;
    }
}

void wm_kept_stale(wm_store *store)
{
    if (store->kept != NULL) {
        store->kept->is_stale = true;
        store->kept->is_ready = false;
    }
}

void wm_kept_turn(wm_store *store)
{
    if (store->kept != NULL) {
        store->kept->is_ready = false;
    }
}

/* SQLite counts what this handle commits, and what it sees that others did. */
static wm_status look_at_file(wm_store *store, wm_error *err)
{
    wm_kept *kept = store->kept;
    uint32_t version = 0;
    wm_status status = wm_store_last_number(store, &kept->number, err); /* begins to read */
    if (status != WM_OK) {
        return status;
    }
    status = wm_store_file_state(store, &version, err);
    if (status != WM_OK) {
        return status;
    }
    if (kept->is_stale || version != kept->version) {
        drop_all(store);
    }
    kept->version = version;
    kept->is_stale = false;
    return WM_OK;
}

wm_status wm_kept_ready(wm_store *store, int64_t *number_out, wm_error *err)
{
    wm_status status = WM_OK;
    bool lasts = store->read_depth > 0 || store->txn.open;
    if (store->kept == NULL) {
        store->kept = wm_env_alloc(store->env, sizeof *store->kept);
        if (store->kept == NULL) {
            return wm_fail_memory(err);
        }
        store->kept->is_stale = true;
    }
    if (store->txn.open) {
        status = wm_index_flush(&store->txn, err);
    }
    if (status == WM_OK && (!store->kept->is_ready || !lasts)) {
        drop_beside(store);
        store->kept->turn++;
        status = look_at_file(store, err);
        store->kept->is_ready = status == WM_OK;
    }
    if (status == WM_OK) {
        *number_out = store->kept->number;
    }
    return status;
}

/* ---- a place for a key ---- */

static kept_item **place_of(wm_kept *kept, kept_table table, uint64_t key)
{
    size_t at = (size_t)key & (PLACES - 1); /* blocks and pages of sites follow each other */
    if (table == TABLE_POSTINGS) {
        at = (size_t)(key * 0x9e3779b97f4a7c15U >> (64 - PLACE_BITS));
    }
    return &kept->places[table][at];
}

/* Throws out some of what this question has not used, until there is room for so much. */
static bool make_room(wm_store *store, size_t bytes)
{
    wm_kept *kept = store->kept;
    for (size_t seen = 0;
         seen < TABLE_COUNT * PLACES && kept->bytes + bytes > WM_INDEX_KEPT_BYTES_MAX; seen++) {
        kept->sweep = (kept->sweep + 1) % (TABLE_COUNT * PLACES);
        kept_item **place = &kept->places[kept->sweep / PLACES][kept->sweep % PLACES];
        if (*place != NULL && (*place)->turn != kept->turn) {
            throw_out(store, place);
        }
    }
    return kept->bytes + bytes <= WM_INDEX_KEPT_BYTES_MAX;
}

/* An item of that length, to be filled, which is now kept. */
static kept_item *item_new(wm_store *store, kept_table table, uint64_t key, size_t length)
{
    wm_kept *kept = store->kept;
    kept_item **place = place_of(kept, table, key);
    kept_item *item = store->env->resize(store->env->context, NULL, 0, sizeof *item + length);
    if (item == NULL) {
        return NULL;
    }
    *item = (kept_item){ .key = key, .turn = kept->turn, .length = length };
    if (*place != NULL && (*place)->turn != kept->turn) {
        throw_out(store, place);
    }
    if (*place == NULL && make_room(store, sizeof *item + length)) {
        *place = item;
        kept->bytes += sizeof *item + length;
    } else {
        item->next = kept->beside;
        kept->beside = item;
    }
    return item;
}

/* NULL: it was not read yet. */
static kept_item *find_item(wm_kept *kept, kept_table table, uint64_t key)
{
    kept_item *item = *place_of(kept, table, key);
    if (item == NULL || item->key != key) {
        return NULL;
    }
    item->turn = kept->turn;
    return item;
}

/* ---- blocks ---- */

static wm_status read_block(wm_store *store, int64_t number, kept_item **item_out, wm_error *err)
{
    kept_item *item = NULL;
    wm_stmt st = wm_stmt_open(store, SQL_BLOCK, err);
    wm_stmt_bind_i64(&st, 1, number);
    bool found = wm_stmt_row(&st);
    if (found) {
        wm_str bytes = wm_stmt_str(&st, 0);
        item = item_new(store, TABLE_BLOCKS, (uint64_t)number, bytes.len);
        if (item != NULL) {
            memcpy(bytes_of(item), bytes.ptr, bytes.len);
        }
    }
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK && !found) {
        return wm_fail(err, WM_CORRUPT, "database: block %lld of the index is missing",
                       (long long)number);
    }
    if (status == WM_OK && item == NULL) {
        return wm_fail_memory(err);
    }
    *item_out = item;
    return status;
}

static wm_status find_block(wm_store *store, uint32_t number, wm_block *block_out, wm_error *err)
{
    kept_item *item = find_item(store->kept, TABLE_BLOCKS, number);
    wm_status status = item != NULL ? WM_OK : read_block(store, number, &item, err);
    return status == WM_OK ? wm_block_open((wm_str){ bytes_of(item), item->length }, block_out, err)
                           : status;
}

/* Where the entries of slots lie, which are asked for from memory together: each lies by itself.
 * `block` is that of the slot before the first, if there is one. */
static wm_status find_spans(wm_store *store, const uint32_t *slots, size_t count, wm_block *block,
                            wm_str *spans_out, wm_error *err)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        uint32_t number = slots[i] / WM_BLOCK_PLACES;
        if (block->bytes == NULL || number != slots[i - 1] / WM_BLOCK_PLACES) {
            status = find_block(store, number, block, err);
        }
        if (status == WM_OK) {
            status = wm_block_span(block, slots[i] % WM_BLOCK_PLACES, &spans_out[i], err);
        }
        if (status == WM_OK && spans_out[i].len > 0) {
            wm_prefetch(spans_out[i].ptr);
            wm_prefetch(spans_out[i].ptr + spans_out[i].len - 1);
        }
    }
    return status;
}

wm_status wm_kept_entries(wm_store *store, const uint32_t *slots, size_t count,
                          wm_entry *entries_out, wm_error *err)
{
    wm_str spans[SPANS_AT_ONCE];
    wm_block block = { NULL, 0, 0 };
    wm_status status = WM_OK;
    for (size_t first = 0; first < count && status == WM_OK; first += SPANS_AT_ONCE) {
        size_t some = count - first < SPANS_AT_ONCE ? count - first : SPANS_AT_ONCE;
        status = find_spans(store, slots + first, some, &block, spans, err);
        for (size_t i = 0; i < some && status == WM_OK; i++) {
            uint32_t slot = slots[first + i];
            status = wm_block_entry(spans[i], &entries_out[first + i], err);
            entries_out[first + i].slot = slot;
            if (status == WM_NOT_FOUND) {
                status = wm_fail(err, WM_CORRUPT, "database: slot %lu of the index is empty",
                                 (unsigned long)slot);
            }
        }
    }
    return status;
}

wm_status wm_kept_entry(wm_store *store, uint32_t slot, wm_entry *entry_out, wm_error *err)
{
    return wm_kept_entries(store, &slot, 1, entry_out, err);
}

/* ---- postings ---- */

static wm_status read_posting(wm_store *store, wm_posting_key key, uint64_t number,
                              kept_item **item_out, wm_error *err)
{
    wm_arena arena;
    uint32_t *slots = NULL;
    size_t count = 0;
    wm_arena_init(&arena, store->env, SIZE_MAX / 2);
    wm_status status = wm_posting_read(store, key, &arena, &slots, &count, err);
    if (status == WM_OK) {
        *item_out = item_new(store, TABLE_POSTINGS, number, count * sizeof *slots);
        status = *item_out != NULL ? WM_OK : wm_fail_memory(err);
    }
    if (status == WM_OK && count > 0) {
        memcpy(bytes_of(*item_out), slots, count * sizeof *slots);
    }
    wm_arena_fini(&arena);
    return status;
}

wm_status wm_kept_posting(wm_store *store, wm_posting_key key, const uint32_t **slots_out,
                          size_t *count_out, wm_error *err)
{
    uint64_t number = (uint64_t)key.need << 32 | key.area;
    kept_item *item = find_item(store->kept, TABLE_POSTINGS, number);
    wm_status status = item != NULL ? WM_OK : read_posting(store, key, number, &item, err);
    if (status == WM_OK) {
        *slots_out = bytes_of(item);
        *count_out = item->length / sizeof **slots_out;
    }
    return status;
}

/* ---- sites ---- */

static wm_status read_sites(wm_store *store, uint32_t page, kept_item **item_out, wm_error *err)
{
    size_t bytes = SITES_OF_PAGE * sizeof(wm_position);
    kept_item *item = item_new(store, TABLE_SITES, page, bytes);
    if (item == NULL) {
        return wm_fail_memory(err);
    }
    wm_position *positions = bytes_of(item);
    int64_t first = (int64_t)page * SITES_OF_PAGE;
    memset(positions, 0, bytes);
    wm_stmt st = wm_stmt_open(store, SQL_SITES, err);
    wm_stmt_bind_i64(&st, 1, first);
    wm_stmt_bind_i64(&st, 2, first + SITES_OF_PAGE);
    while (wm_stmt_row(&st)) {
        wm_position *position = &positions[wm_stmt_i64(&st, 0) - first];
        position->lat = (int32_t)wm_stmt_i64(&st, 1);
        position->lon = (int32_t)wm_stmt_i64(&st, 2);
        position->state = wm_stmt_i64(&st, 3) != 0  ? WM_POSITION_AS_RECORDED
                          : wm_stmt_is_null(&st, 1) ? WM_POSITION_NONE
                                                    : WM_POSITION_KNOWN;
    }
    *item_out = item;
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK) {
        wm_kept_stale(store); /* half of it was read */
    }
    return status;
}

wm_status wm_kept_position(wm_store *store, uint32_t number, wm_position *position_out,
                           wm_error *err)
{
    uint32_t page = number / SITES_OF_PAGE;
    kept_item *item = find_item(store->kept, TABLE_SITES, page);
    wm_status status = item != NULL ? WM_OK : read_sites(store, page, &item, err);
    if (status == WM_OK) {
        const wm_position *positions = bytes_of(item);
        *position_out = positions[number % SITES_OF_PAGE];
    }
    return status;
}

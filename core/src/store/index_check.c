/* index_check.c: is the index what it would be, were it made now?
 *
 * Each service has one entry, in its slot, made of its record; each slot of each posting is of an
 * entry that has the need and the area, and there are as many as there must be. Then nothing is
 * wrong, missing or left over. */
#include "store/candidates.h"
#include "store/entries.h"
#include "store/gists.h"
#include "store/index.h"
#include "store/names.h"
#include "store/phrases.h"
#include "store/rules.h"
#include "store/statement.h"

static const char SQL_SERVICES[] =
    "SELECT s.rev, s.slot, s.program, s.successors, r.record, r.since, s.face"
    " FROM service AS s LEFT JOIN revision AS r ON r.rev = s.rev AND r.kind = ?1"
    " AND r.until > ?2";
static const char SQL_MISSING[] =
    "SELECT count(*) FROM revision AS r LEFT JOIN service AS s ON s.rev = r.rev"
    " WHERE r.kind = ?1 AND r.until > ?2 AND s.rev IS NULL";
static const char SQL_BLOCKS[] = "SELECT home, bytes, open FROM block";
static const char SQL_POSTINGS[] =
    "SELECT need, area, chunk, slots FROM posting ORDER BY need, area, chunk";

typedef struct index_check {
    wm_store *store;
    int64_t last;
    int64_t symbols;
    int64_t services;
    int64_t keys; /* of all services */
    wm_error *err;
} index_check;

static wm_status damaged_index(wm_error *err)
{
    return wm_fail(err, WM_CORRUPT, "database: the index of services is damaged");
}

static wm_status count_keys(index_check *c, const wm_entry *entry, wm_arena *arena)
{
    wm_summary summary;
    wm_posting_key *keys = NULL;
    size_t count = 0;
    wm_status status = wm_summary_decode(entry->summary, &summary, c->err);
    if (status == WM_OK) {
        status = wm_entry_keys(&summary, arena, &keys, &count, c->err);
    }
    c->keys += (int64_t)count;
    return status;
}

/* `st` is at a row of SQL_SERVICES. */
static wm_status check_parts(index_check *c, wm_stmt *st, wm_arena *arena, wm_entry_parts *parts)
{
    wm_entry entry;
    wm_indexed service = { .kind = WM_KIND_SERVICE };
    int64_t slot = wm_stmt_i64(st, 1);
    if (wm_stmt_is_null(st, 4) || slot < 0 || slot > UINT32_MAX) {
        return WM_CORRUPT;
    }
    wm_status status = wm_store_parse(arena, wm_stmt_str(st, 4), &service.value, c->err);
    if (status == WM_OK) {
        status = wm_entry_parts_make(c->store, NULL, &service, parts, c->err);
    }
    if (status == WM_OK) {
        status = wm_kept_entry(c->store, (uint32_t)slot, &entry, c->err);
    }
    if (status != WM_OK) {
        return status == WM_BAD_RECORD ? WM_CORRUPT : status;
    }
    bool same = entry.revision == wm_stmt_i64(st, 0) && entry.since == wm_stmt_i64(st, 5) &&
                wm_str_equal(entry.summary, wm_buf_str(&parts->summary)) &&
                wm_str_equal(entry.criteria, wm_buf_str(&parts->criteria)) &&
                wm_str_equal(wm_stmt_str(st, 2), wm_buf_str(&parts->program)) &&
                wm_str_equal(wm_stmt_str(st, 3), wm_buf_str(&parts->successors)) &&
                wm_str_equal(wm_stmt_str(st, 6), wm_buf_str(&parts->face));
    return same ? count_keys(c, &entry, arena) : WM_CORRUPT;
}

static wm_status check_service(index_check *c, wm_stmt *st)
{
    wm_arena arena;
    wm_entry_parts parts;
    int64_t number = 0;
    wm_arena_init(&arena, c->store->env, SIZE_MAX / 2);
    wm_entry_parts_init(&parts, c->store->env);
    wm_kept_turn(c->store); /* nothing of the service before is in hand any more */
    wm_status status = wm_kept_ready(c->store, &number, c->err);
    if (status == WM_OK) {
        status = check_parts(c, st, &arena, &parts);
    }
    if (status == WM_CORRUPT) {
        (void)wm_fail(c->err, WM_CORRUPT, "database: the index of revision %lld is damaged",
                      (long long)wm_stmt_i64(st, 0));
    }
    c->services++;
    wm_entry_parts_fini(&parts);
    wm_arena_fini(&arena);
    return status;
}

static wm_status check_services(index_check *c)
{
    int64_t missing = -1;
    wm_status status = WM_OK;
    wm_stmt st = wm_stmt_open(c->store, SQL_SERVICES, c->err);
    wm_stmt_bind_i64(&st, 1, WM_KIND_SERVICE);
    wm_stmt_bind_i64(&st, 2, c->last);
    while (status == WM_OK && wm_stmt_row(&st)) {
        status = check_service(c, &st);
    }
    wm_status closed = wm_stmt_close(&st);
    if (status != WM_OK || closed != WM_OK) {
        return status != WM_OK ? status : closed;
    }
    st = wm_stmt_open(c->store, SQL_MISSING, c->err);
    wm_stmt_bind_i64(&st, 1, WM_KIND_SERVICE);
    wm_stmt_bind_i64(&st, 2, c->last);
    if (wm_stmt_row(&st)) {
        missing = wm_stmt_i64(&st, 0);
    }
    status = wm_stmt_close(&st);
    return status != WM_OK || missing == 0 ? status : damaged_index(c->err);
}

/* `st` is at a row of SQL_BLOCKS. Services may have moved since, so that a home is right if it is a
 * symbol. */
static wm_status check_block(index_check *c, wm_stmt *st, int64_t *entries)
{
    wm_str block = wm_stmt_str(st, 1);
    int64_t home = wm_stmt_i64(st, 0);
    wm_status status = WM_OK;
    bool is_home = home == WM_SYMBOL_NONE || (home >= 0 && home < c->symbols);
    if (!is_home || wm_stmt_i64(st, 2) != (wm_block_is_open(block) ? 1 : 0)) {
        return damaged_index(c->err);
    }
    for (unsigned place = 0; place < WM_BLOCK_PLACES && status == WM_OK; place++) {
        wm_entry entry;
        status = wm_block_get(block, place, &entry, c->err);
        *entries += status == WM_OK ? 1 : 0;
        status = status == WM_NOT_FOUND ? WM_OK : status;
    }
    return status;
}

/* Each service was found in its slot: so many entries, and no others. */
static wm_status check_blocks(index_check *c)
{
    int64_t entries = 0;
    wm_status status = WM_OK;
    wm_stmt st = wm_stmt_open(c->store, SQL_BLOCKS, c->err);
    while (status == WM_OK && wm_stmt_row(&st)) {
        status = check_block(c, &st, &entries);
    }
    wm_status closed = wm_stmt_close(&st);
    if (status == WM_OK && closed == WM_OK && entries != c->services) {
        return damaged_index(c->err);
    }
    return status != WM_OK ? status : closed;
}

/* The entry in the slot stands under the key. */
static wm_status check_slot(index_check *c, wm_posting_key key, uint32_t slot)
{
    wm_entry entry;
    wm_summary summary;
    wm_status status = wm_kept_entry(c->store, slot, &entry, c->err);
    if (status == WM_OK) {
        status = wm_summary_decode(entry.summary, &summary, c->err);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_symbol need = key.need & ~WM_POSTING_OFFER;
    bool has_need = key.need == WM_POSTING_EVERY ||
                    wm_symbol_list_has(
                        (key.need & WM_POSTING_OFFER) != 0 ? summary.offers : summary.needs, need);
    bool has_area = key.area == WM_SYMBOL_NONE ? summary.areas.count == 0
                                               : wm_symbol_list_has(summary.areas, key.area);
    return has_need && has_area ? WM_OK : damaged_index(c->err);
}

typedef struct chunk_check {
    wm_posting_key key;
    uint32_t last; /* slot of the key */
    bool is_in;    /* a key */
} chunk_check;

/* `st` is at a row of SQL_POSTINGS. */
static wm_status check_chunk(index_check *c, wm_stmt *st, chunk_check *chunks, int64_t *count)
{
    wm_arena arena;
    uint32_t *slots = NULL;
    size_t slot_count = 0;
    size_t capacity = 0;
    int64_t number = 0;
    wm_posting_key key = { (uint32_t)wm_stmt_i64(st, 0), (uint32_t)wm_stmt_i64(st, 1) };
    bool is_key = wm_stmt_i64(st, 0) == key.need && wm_stmt_i64(st, 1) == key.area;
    bool goes_on = chunks->is_in && key.need == chunks->key.need && key.area == chunks->key.area;
    wm_arena_init(&arena, c->store->env, SIZE_MAX / 2);
    wm_kept_turn(c->store);
    wm_status status = wm_kept_ready(c->store, &number, c->err);
    if (status == WM_OK) {
        status =
            wm_posting_decode(wm_stmt_str(st, 3), &arena, &slots, &slot_count, &capacity, c->err);
    }
    if (status == WM_OK) {
        bool begins = slot_count > 0 && wm_posting_begins(slots[0]);
        bool placed = is_key && slot_count > 0 &&
                      (!goes_on || (begins && slots[0] > chunks->last)) &&
                      wm_stmt_i64(st, 2) == (begins ? (int64_t)slots[0] : 0);
        status = placed ? WM_OK : damaged_index(c->err);
    }
    for (size_t i = 0; i < slot_count && status == WM_OK; i++) {
        bool cut = i > 0 && wm_posting_begins(slots[i]);
        status = cut ? damaged_index(c->err) : check_slot(c, key, slots[i]);
    }
    *count += (int64_t)slot_count;
    *chunks = (chunk_check){ key, slot_count > 0 ? slots[slot_count - 1] : 0, true };
    wm_arena_fini(&arena);
    return status;
}

static wm_status check_postings(index_check *c)
{
    int64_t count = 0;
    chunk_check chunks = { .is_in = false };
    wm_status status = WM_OK;
    wm_stmt st = wm_stmt_open(c->store, SQL_POSTINGS, c->err);
    while (status == WM_OK && wm_stmt_row(&st)) {
        status = check_chunk(c, &st, &chunks, &count);
    }
    wm_status closed = wm_stmt_close(&st);
    if (status == WM_OK && closed == WM_OK && count != c->keys) {
        return damaged_index(c->err);
    }
    return status != WM_OK ? status : closed;
}

static wm_status check_symbols(wm_store *store, wm_error *err)
{
    wm_symbols *symbols = NULL;
    wm_status status = wm_store_symbols(store, &symbols, err);
    return status == WM_OK ? wm_store_check_hashes(store, symbols, err) : status;
}

wm_status wm_store_verify_index(wm_store *store, wm_error *err)
{
    index_check c = { .store = store, .err = err };
    wm_status status = wm_store_read_begin(store, err);
    if (status != WM_OK) {
        return status;
    }
    wm_symbols *symbols = NULL;
    status = wm_store_last_number(store, &c.last, err);
    if (status == WM_OK) {
        status = wm_store_symbols(store, &symbols, err);
    }
    if (status == WM_OK) {
        c.symbols = (int64_t)wm_symbols_count(symbols);
        status = check_services(&c);
    }
    if (status == WM_OK) {
        status = check_blocks(&c);
    }
    if (status == WM_OK) {
        status = check_postings(&c);
    }
    if (status == WM_OK) {
        status = wm_site_verify(store, err);
    }
    if (status == WM_OK) {
        status = wm_names_verify(store, err);
    }
    if (status == WM_OK) {
        status = check_symbols(store, err);
    }
    if (status == WM_OK) {
        status = wm_rules_verify(store, err);
    }
    if (status == WM_OK) {
        status = wm_gists_verify(store, err);
    }
    if (status == WM_OK) {
        status = wm_phrases_verify(store, err);
    }
    if (status == WM_CORRUPT) {
        wm_store_drop_symbols(store); /* with those that only a damaged index lacks */
    }
    wm_store_read_end(store);
    return status;
}

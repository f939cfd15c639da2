/* spool.c: blocks of items in a temporary table. See spool.h. */
#include "history/spool.h"

#include "store/statement.h"

static const char SQL_MAKE[] = "CREATE TEMP TABLE IF NOT EXISTS spool("
                               " block INTEGER PRIMARY KEY, items BLOB NOT NULL)";
static const char SQL_PUT[] = "INSERT OR FAIL INTO temp.spool(block, items) VALUES(?1, ?2)";
static const char SQL_GET[] = "SELECT items FROM temp.spool WHERE block = ?1";
static const char SQL_DROP[] = "DELETE FROM temp.spool WHERE block >= ?1 AND block < ?2";

#define BLOCK_BITS 40 /* of a key; above is the spool's number */

static uint64_t block_items(const wm_spool *spool)
{
    return WM_SPOOL_BLOCK_BYTES / spool->item_bytes;
}

static int64_t block_key(const wm_spool *spool, uint64_t item)
{
    return (int64_t)((uint64_t)spool->number << BLOCK_BITS | item / block_items(spool));
}

void wm_spool_init(wm_spool *spool, wm_store *store, int64_t number, size_t item_bytes)
{
    *spool = (wm_spool){ .store = store, .number = number, .item_bytes = item_bytes };
}

void wm_spool_fini(wm_spool *spool)
{
    if (spool->is_written) {
        wm_stmt st = wm_stmt_open(spool->store, SQL_DROP, NULL);
        wm_stmt_bind_i64(&st, 1, spool->number << BLOCK_BITS);
        wm_stmt_bind_i64(&st, 2, (spool->number + 1) << BLOCK_BITS);
        wm_stmt_run(&st);
        (void)wm_stmt_close(&st); /* what is left goes with the connection */
    }
    wm_env_free(spool->store->env, spool->block, spool->block != NULL ? WM_SPOOL_BLOCK_BYTES : 0);
    wm_spool_init(spool, spool->store, spool->number, spool->item_bytes);
}

static wm_status write_block(wm_spool *spool, wm_error *err)
{
    wm_status status = spool->is_written ? WM_OK : wm_store_run(spool->store, SQL_MAKE, err);
    if (status != WM_OK) {
        return status;
    }
    spool->is_written = true;
    wm_stmt st = wm_stmt_open(spool->store, SQL_PUT, err);
    wm_stmt_bind_i64(&st, 1, block_key(spool, spool->count - 1));
    wm_stmt_bind_blob(&st, 2, spool->block, (size_t)block_items(spool) * spool->item_bytes);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

wm_status wm_spool_put(wm_spool *spool, const void *item, wm_error *err)
{
    uint64_t place = spool->count % block_items(spool);
    if (spool->block == NULL) {
        spool->block = wm_env_alloc(spool->store->env, WM_SPOOL_BLOCK_BYTES);
    }
    if (spool->block == NULL) {
        return wm_fail_memory(err);
    }
    memcpy(spool->block + place * spool->item_bytes, item, spool->item_bytes);
    spool->count++;
    return place + 1 == block_items(spool) ? write_block(spool, err) : WM_OK;
}

/* ---- reading ---- */

wm_spool_reader wm_spool_open(const wm_spool *spool, uint64_t at, uint64_t end)
{
    return (wm_spool_reader){ .spool = spool, .at = at, .end = end };
}

void wm_spool_close(wm_spool_reader *reader)
{
    wm_env_free(reader->spool->store->env, reader->block,
                reader->block != NULL ? WM_SPOOL_BLOCK_BYTES : 0);
    reader->block = NULL;
}

static wm_status fetch(wm_spool_reader *reader, wm_error *err)
{
    const wm_spool *spool = reader->spool;
    size_t bytes = (size_t)block_items(spool) * spool->item_bytes;
    bool found = false;
    if (reader->block == NULL) {
        reader->block = wm_env_alloc(spool->store->env, WM_SPOOL_BLOCK_BYTES);
    }
    if (reader->block == NULL) {
        return wm_fail_memory(err);
    }
    if (reader->at / block_items(spool) == spool->count / block_items(spool)) {
        memcpy(reader->block, spool->block, bytes);
        return WM_OK;
    }
    wm_stmt st = wm_stmt_open(spool->store, SQL_GET, err);
    wm_stmt_bind_i64(&st, 1, block_key(spool, reader->at));
    if (wm_stmt_row(&st)) {
        wm_str items = wm_stmt_str(&st, 0);
        found = items.len == bytes;
        memcpy(reader->block, items.ptr, found ? bytes : 0);
    }
    wm_status status = wm_stmt_close(&st);
    return status == WM_OK && !found ? wm_fail(err, WM_INTERNAL, "a block of a spool is gone")
                                     : status;
}

wm_status wm_spool_next(wm_spool_reader *reader, const void **item_out, wm_error *err)
{
    if (reader->at == reader->end) {
        return WM_END;
    }
    uint64_t place = reader->at % block_items(reader->spool);
    wm_status status = place == 0 || reader->block == NULL ? fetch(reader, err) : WM_OK;
    if (status == WM_OK) {
        *item_out = reader->block + place * reader->spool->item_bytes;
        reader->at++;
    }
    return status;
}

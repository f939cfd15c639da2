/* phrases.c: rows of phrases; see phrases.h. */
#include "store/phrases.h"

#include <waymark/sys/digest.h>

#include "store/statement.h"
#include "vocab/needs.h"

#define PHRASES_BYTES_MAX (16 * WM_MIB) /* of one row; some 2 MiB of records make 100 KiB */

static const char SQL_GET[] = "SELECT bytes FROM phrases WHERE needs = ?1";
static const char SQL_HAS[] = "SELECT 1 FROM phrases WHERE needs = ?1";
static const char SQL_PUT[] = "INSERT OR REPLACE INTO phrases(needs, bytes) VALUES(?1, ?2)";
static const char SQL_REMOVE[] = "DELETE FROM phrases WHERE needs = ?1";
static const char SQL_REMOVE_OTHERS[] = "DELETE FROM phrases WHERE needs <> ?1 AND needs <> ?2";
/* Where nothing was ever closed, the key of `revision` has all, and no row of it is read. */
static const char SQL_CLOSED[] = "SELECT 1 FROM revision WHERE until < 2147483647 LIMIT 1";
static const char SQL_STANDING[] = "SELECT rev FROM revision INDEXED BY revision_key"
                                   " WHERE kind = ?1 AND since <= ?2 AND until > ?2 ORDER BY id";
static const char SQL_STANDING_SINCE[] = "SELECT rev FROM revision INDEXED BY revision_key"
                                         " WHERE kind = ?1 AND since <= ?2 ORDER BY id";
static const char SQL_RECORDS[] = "SELECT record FROM revision INDEXED BY revision_key"
                                  " WHERE kind = ?1 AND since <= ?2 AND until > ?2 ORDER BY id";

/* ---- which needs --------------------------------------------------------------------------- */

static wm_status key_of(wm_store *store, int64_t number, wm_digest *key_out, wm_error *err)
{
    wm_digest_stream stream;
    wm_digest_begin(&stream);
    wm_stmt st = wm_stmt_open(store, SQL_CLOSED, err);
    bool has_closed = wm_stmt_row(&st);
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK) {
        return status;
    }
    st = wm_stmt_open(store, has_closed ? SQL_STANDING : SQL_STANDING_SINCE, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)WM_KIND_NEED);
    wm_stmt_bind_i64(&st, 2, number);
    while (wm_stmt_row(&st)) {
        char bytes[8];
        uint64_t rev = (uint64_t)wm_stmt_i64(&st, 0);
        for (size_t i = 0; i < sizeof bytes; i++) {
            bytes[i] = (char)(rev >> (8 * i) & 0xff);
        }
        wm_digest_put(&stream, (wm_str){ bytes, sizeof bytes });
    }
    wm_digest_end(&stream, key_out);
    return wm_stmt_close(&st);
}

/* ---- made of the records ------------------------------------------------------------------- */

typedef struct record_list {
    wm_arena arena;
    const wm_json **items;
    size_t count;
    size_t capacity;
} record_list;

static wm_status add_record(record_list *list, wm_str bytes, wm_error *err)
{
    const wm_json **items = wm_arena_grow(&list->arena, list->items, list->count, &list->capacity,
                                          sizeof(const wm_json *));
    if (items == NULL) {
        return wm_fail_memory(err);
    }
    list->items = items;
    wm_status status = wm_store_parse(&list->arena, bytes, &items[list->count], err);
    list->count += status == WM_OK ? 1 : 0;
    return status;
}

static wm_status pack_records(wm_store *store, const record_list *list, wm_buf *out, wm_error *err)
{
    wm_needs *needs = NULL;
    wm_status status = wm_needs_new(store->env, list->items, list->count, &needs, err);
    if (status == WM_OK) {
        status = needs_pack_words(needs, out, err);
    }
    wm_needs_free(needs);
    return status;
}

/* made_out: false: there are none, they do not fit together, or are too many. */
static wm_status make(wm_store *store, int64_t number, wm_buf *out, bool *made_out, wm_error *err)
{
    record_list list = { .count = 0 };
    wm_status status = WM_OK;
    wm_arena_init(&list.arena, store->env, SIZE_MAX / 2);
    wm_stmt st = wm_stmt_open(store, SQL_RECORDS, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)WM_KIND_NEED);
    wm_stmt_bind_i64(&st, 2, number);
    while (status == WM_OK && wm_stmt_row(&st)) {
        status = add_record(&list, wm_stmt_str(&st, 0), err);
    }
    wm_status closed = wm_stmt_close(&st);
    status = status == WM_OK ? closed : status;
    if (status == WM_OK && list.count > 0) {
        status = pack_records(store, &list, out, err);
        *made_out = status == WM_OK;
        if (status == WM_BAD_RECORD || status == WM_TOO_LARGE) {
            wm_error_clear(err);
            status = WM_OK;
        }
    }
    wm_arena_fini(&list.arena);
    return status;
}

/* ---- writing ------------------------------------------------------------------------------- */

static wm_status put(wm_store *store, const wm_digest *key, wm_str bytes, bool is_made,
                     wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, is_made ? SQL_PUT : SQL_REMOVE, err);
    wm_stmt_bind_blob(&st, 1, key->bytes, sizeof key->bytes);
    if (is_made) {
        wm_stmt_bind_blob(&st, 2, bytes.ptr, bytes.len);
    }
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

static wm_status write_at(wm_store *store, int64_t number, const wm_digest *key, wm_error *err)
{
    bool is_made = false;
    wm_buf bytes;
    wm_buf_init(&bytes, store->env, PHRASES_BYTES_MAX);
    wm_status status = make(store, number, &bytes, &is_made, err);
    if (status == WM_OK) {
        status = put(store, key, wm_buf_str(&bytes), is_made, err);
    }
    wm_buf_fini(&bytes);
    return status;
}

static wm_status is_kept(wm_store *store, const wm_digest *key, bool *kept_out, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_HAS, err);
    wm_stmt_bind_blob(&st, 1, key->bytes, sizeof key->bytes);
    *kept_out = wm_stmt_row(&st);
    return wm_stmt_close(&st);
}

static wm_status remove_others(wm_store *store, const wm_digest *latest, const wm_digest *working,
                               wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_REMOVE_OTHERS, err);
    wm_stmt_bind_blob(&st, 1, latest->bytes, sizeof latest->bytes);
    wm_stmt_bind_blob(&st, 2, working->bytes, sizeof working->bytes);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

wm_status wm_phrases_write(wm_txn *txn, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    int64_t last = 0;
    wm_digest latest;
    wm_digest working;
    bool kept = false;
    wm_status status = wm_store_last_number(store, &last, err);
    if (status == WM_OK) {
        status = key_of(store, last, &latest, err);
    }
    if (status == WM_OK) {
        status = key_of(store, last + 1, &working, err);
    }
    if (status == WM_OK) {
        status = write_at(store, last + 1, &working, err);
    }
    if (status == WM_OK) {
        status = is_kept(store, &latest, &kept, err);
    }
    if (status == WM_OK && !kept) { /* what is released never changes */
        status = write_at(store, last, &latest, err);
    }
    return status == WM_OK ? remove_others(store, &latest, &working, err) : status;
}

/* ---- reading ------------------------------------------------------------------------------- */

wm_status wm_store_phrases(wm_store *store, wm_view view, wm_needs *needs, wm_error *err)
{
    int64_t number = 0;
    wm_digest key;
    wm_status said = WM_NOT_FOUND;
    wm_status status = wm_view_number(store, view, &number, err);
    if (status == WM_OK) {
        status = key_of(store, number, &key, err);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_stmt st = wm_stmt_open(store, SQL_GET, err);
    wm_stmt_bind_blob(&st, 1, key.bytes, sizeof key.bytes);
    if (wm_stmt_row(&st)) {
        said = needs_unpack_words(needs, wm_stmt_str(&st, 0), err);
    }
    status = wm_stmt_close(&st);
    return status != WM_OK ? status : said;
}

/* ---- is it what it would be, were it made now? --------------------------------------------- */

static wm_status verify_at(wm_store *store, int64_t number, bool must_be, wm_error *err)
{
    wm_digest key = { .bytes = { 0 } };
    wm_buf bytes;
    bool is_made = false;
    bool is_same = false;
    bool is_there = false;
    wm_buf_init(&bytes, store->env, PHRASES_BYTES_MAX);
    wm_status status = key_of(store, number, &key, err);
    if (status == WM_OK) {
        status = make(store, number, &bytes, &is_made, err);
    }
    if (status == WM_OK) {
        wm_stmt st = wm_stmt_open(store, SQL_GET, err);
        wm_stmt_bind_blob(&st, 1, key.bytes, sizeof key.bytes);
        is_there = wm_stmt_row(&st);
        is_same = is_there && is_made && wm_str_equal(wm_stmt_str(&st, 0), wm_buf_str(&bytes));
        status = wm_stmt_close(&st);
    }
    wm_buf_fini(&bytes);
    if (status == WM_OK && (is_there ? !is_same : is_made && must_be)) {
        return wm_fail(err, WM_CORRUPT, "database: the index is damaged: the phrases of the needs");
    }
    return status;
}

wm_status wm_phrases_verify(wm_store *store, wm_error *err)
{
    int64_t last = 0;
    wm_status status = wm_store_last_number(store, &last, err);
    if (status == WM_OK && last > 0) {
        status = verify_at(store, last, true, err);
    }
    return status == WM_OK ? verify_at(store, last + 1, false, err) : status;
}

/* sites.c: a number for each site that a service names, and where it is as of the latest release.
 *
 * A site that changes must not make the entries of its services anew, so these name it by number,
 * and its position stands here. In an authoring database a position may be pending; then, and in
 * the working state, the records say (pending 1: until the next release; 2: a revision was taken
 * back or has gone, and another may stand). */
#include "store/entries.h"

#include <waymark/sys/digest.h>

#include "store/statement.h"

static const char SQL_NUMBER[] = "SELECT number FROM site WHERE target = ?1";
static const char SQL_NEW[] =
    "INSERT INTO site(target, pending) VALUES(?1, 0) ON CONFLICT(target) DO NOTHING";
static const char SQL_PUT[] =
    "INSERT INTO site(target, lat, lon, pending) VALUES(?1, ?2, ?3, ?4)"
    " ON CONFLICT(target) DO UPDATE SET lat = excluded.lat, lon = excluded.lon,"
    " pending = excluded.pending";
static const char SQL_PUT_NOWHERE[] =
    "INSERT INTO site(target, pending) VALUES(?1, ?4)"
    " ON CONFLICT(target) DO UPDATE SET lat = NULL, lon = NULL, pending = excluded.pending";
static const char SQL_ID[] = "SELECT id FROM revision WHERE rev = ?1";
static const char SQL_RELEASED[] = "UPDATE site SET pending = 0 WHERE pending = 1";
static const char SQL_STANDING[] =
    "SELECT id, record FROM revision WHERE kind = ?1 AND since <= ?2 AND until > ?2";
static const char SQL_IS[] = "SELECT lat, lon, pending FROM site WHERE target = ?1";
static const char SQL_PLACED[] = "SELECT count(*) FROM site WHERE lat IS NOT NULL AND pending = 0";

static int64_t target_of(wm_str id)
{
    wm_digest digest;
    uint64_t target = 0;
    wm_digest_of(&id, 1, &digest);
    for (unsigned i = 0; i < 8; i++) {
        target = target << 8 | digest.bytes[i];
    }
    return (int64_t)(target >> 1);
}

static wm_status take_number(int64_t number, uint32_t *number_out, wm_error *err)
{
    if (number < 0 || number >= (int64_t)WM_SYMBOL_NONE) {
        return wm_fail(err, WM_CORRUPT, "database: a number of a site is damaged");
    }
    *number_out = (uint32_t)number;
    return WM_OK;
}

static wm_status find_number(wm_store *store, int64_t target, uint32_t *number_out, wm_error *err)
{
    int64_t number = 0;
    wm_stmt st = wm_stmt_open(store, SQL_NUMBER, err);
    wm_stmt_bind_i64(&st, 1, target);
    if (wm_stmt_row(&st)) {
        number = wm_stmt_i64(&st, 0);
    }
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK || number == 0) {
        return status != WM_OK ? status : WM_NOT_FOUND;
    }
    return take_number(number, number_out, err);
}

wm_status wm_site_number(wm_store *store, wm_str id, uint32_t *number_out, wm_error *err)
{
    return find_number(store, target_of(id), number_out, err);
}

/* WM_NOT_FOUND: it has one already (no text). */
static wm_status new_number(wm_store *store, int64_t target, uint32_t *number_out, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_NEW, err);
    wm_stmt_bind_i64(&st, 1, target);
    wm_stmt_run(&st);
    wm_status status = wm_stmt_close(&st);
    if (status != WM_OK || wm_store_changed_rows(store) == 0) {
        return status != WM_OK ? status : WM_NOT_FOUND;
    }
    return take_number(wm_store_last_rowid(store), number_out, err);
}

/* What comes at first brings new sites one after the other: then they need not be looked for. */
wm_status wm_site_give_number(wm_txn *txn, wm_str id, uint32_t *number_out, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    int64_t target = target_of(id);
    wm_status status = store->sites_are_new ? new_number(store, target, number_out, err)
                                            : find_number(store, target, number_out, err);
    if (status == WM_NOT_FOUND) {
        store->sites_are_new = !store->sites_are_new;
        status = store->sites_are_new ? new_number(store, target, number_out, err)
                                      : find_number(store, target, number_out, err);
    }
    return status;
}

static wm_status put(wm_store *store, wm_str id, const wm_json *site, int64_t pending,
                     wm_error *err)
{
    const wm_json *lat = wm_json_get(site, "lat");
    const wm_json *lon = wm_json_get(site, "lon");
    bool has_position = lat != NULL && lon != NULL;
    wm_stmt st = wm_stmt_open(store, has_position ? SQL_PUT : SQL_PUT_NOWHERE, err);
    wm_stmt_bind_i64(&st, 1, target_of(id));
    if (has_position) {
        wm_stmt_bind_i64(&st, 2, (int32_t)wm_json_integer(lat, 0));
        wm_stmt_bind_i64(&st, 3, (int32_t)wm_json_integer(lon, 0));
    }
    wm_stmt_bind_i64(&st, 4, pending);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

typedef struct site_revision {
    char id[WM_ID_BYTES_MAX];
    size_t length;
} site_revision;

static wm_status look_up(wm_store *store, int64_t rev, site_revision *out, wm_error *err)
{
    bool found = false;
    wm_stmt st = wm_stmt_open(store, SQL_ID, err);
    wm_stmt_bind_i64(&st, 1, rev);
    if (wm_stmt_row(&st)) {
        wm_str id = wm_stmt_str(&st, 0);
        found = id.len <= sizeof out->id;
        out->length = found ? id.len : 0;
        memcpy(out->id, id.ptr, out->length);
    }
    wm_status status = wm_stmt_close(&st);
    return status == WM_OK && !found ? WM_NOT_FOUND : status;
}

/* Before the first release nobody asks for a released position, and of the first it is one. */
static wm_status is_pending(wm_store *store, int64_t since, int64_t *pending_out, wm_error *err)
{
    int64_t last = 0;
    bool may_be = store->role == WM_ROLE_AUTHOR && since > 1;
    wm_status status = may_be ? wm_store_last_number(store, &last, err) : WM_OK;
    *pending_out = may_be && last > 0 && since > last ? 1 : 0;
    return status;
}

wm_status wm_site_put(wm_txn *txn, const wm_indexed *site, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    int64_t pending = 0;
    wm_str id = wm_json_string(wm_json_get(site->value, "id"));
    wm_status status = is_pending(store, site->since, &pending, err);
    return status == WM_OK ? put(store, id, site->value, pending, err) : status;
}

wm_status wm_site_remove(wm_txn *txn, int64_t rev, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    site_revision revision;
    wm_status status = look_up(store, rev, &revision, err);
    if (status == WM_NOT_FOUND) {
        return WM_OK;
    }
    int64_t pending = store->role == WM_ROLE_AUTHOR ? 2 : 0;
    return status == WM_OK
               ? put(store, (wm_str){ revision.id, revision.length }, NULL, pending, err)
               : status;
}

wm_status wm_site_released(wm_txn *txn, wm_error *err)
{
    wm_stmt st = wm_stmt_open(wm_txn_store(txn), SQL_RELEASED, err);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

/* ---- is each where its record says? ---- */

static wm_status damaged(wm_error *err, wm_str id)
{
    return wm_fail(err, WM_CORRUPT, "database: the position of sites/%.*s is damaged",
                   WM_STR_ARG(id));
}

/* `st` is at a row of SQL_STANDING. Counts those whose position counts here. */
static wm_status check_row(wm_store *store, wm_stmt *st, int64_t *placed, wm_error *err)
{
    wm_arena arena;
    const wm_json *site = NULL;
    wm_arena_init(&arena, store->env, SIZE_MAX / 2);
    wm_status status = wm_store_parse(&arena, wm_stmt_str(st, 1), &site, err);
    const wm_json *lat = wm_json_get(site, "lat");
    const wm_json *lon = wm_json_get(site, "lon");
    bool has_position = lat != NULL && lon != NULL;
    wm_stmt is = wm_stmt_open(store, SQL_IS, err);
    wm_stmt_bind_i64(&is, 1, target_of(wm_stmt_str(st, 0)));
    if (status == WM_OK && !wm_stmt_row(&is) && is.status == WM_OK) {
        status = damaged(err, wm_stmt_str(st, 0));
    } else if (status == WM_OK && is.status == WM_OK && wm_stmt_i64(&is, 2) == 0) {
        bool same = wm_stmt_is_null(&is, 0) == !has_position &&
                    wm_stmt_i64(&is, 0) == (int32_t)wm_json_integer(lat, 0) &&
                    wm_stmt_i64(&is, 1) == (int32_t)wm_json_integer(lon, 0);
        *placed += has_position ? 1 : 0;
        status = same ? WM_OK : damaged(err, wm_stmt_str(st, 0));
    }
    wm_status closed = wm_stmt_close(&is);
    wm_arena_fini(&arena);
    return status != WM_OK ? status : closed;
}

wm_status wm_site_verify(wm_store *store, wm_error *err)
{
    int64_t last = 0;
    int64_t placed = 0;
    wm_status status = wm_store_last_number(store, &last, err);
    if (status == WM_OK && last == 0) {
        return WM_OK; /* nothing is pending, but nothing is released either */
    }
    wm_stmt st = wm_stmt_open(store, SQL_STANDING, err);
    wm_stmt_bind_i64(&st, 1, WM_KIND_SITE);
    wm_stmt_bind_i64(&st, 2, last);
    while (status == WM_OK && wm_stmt_row(&st)) {
        status = check_row(store, &st, &placed, err);
    }
    wm_status closed = wm_stmt_close(&st);
    status = status != WM_OK ? status : closed;
    st = wm_stmt_open(store, SQL_PLACED, err);
    bool whole = wm_stmt_row(&st) && wm_stmt_i64(&st, 0) == placed;
    closed = wm_stmt_close(&st);
    if (status == WM_OK && closed == WM_OK && !whole) {
        return wm_fail(err, WM_CORRUPT, "database: the positions of sites are damaged");
    }
    return status != WM_OK ? status : closed;
}

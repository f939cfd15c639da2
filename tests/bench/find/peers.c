/* peers.c: see peers.h; peers_fill.c makes the tables.
 *
 * The order, lower first: the need asked for before one below it, steps in the locality tree, a
 * shorter wait, a later verification, the id. Waits and verification are one integer, the rank. A
 * candidate is found once for each pair of need and area; each keeps its best. */
#include "peers.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "peers_rank.h"

#define CARD_BYTES_MAX 1024

static const char SQL_NORMALISED[] =
    "SELECT s.name, s.kind, s.phone, s.url,"
    " min(((n.need <> ?1) << 36) | (w.steps << 32) | s.rank) AS key, count(*)"
    " FROM service_area AS a"
    " JOIN area_above AS w ON w.place = ?2 AND w.area = a.area"
    " JOIN service_need AS n ON n.service = a.service"
    " JOIN need_below AS b ON b.above = ?1 AND b.need = n.need"
    " JOIN service_age AS g ON g.service = a.service AND g.min_age <= ?3 AND g.max_age >= ?3"
    " JOIN service AS s ON s.number = a.service"
    " GROUP BY s.number ORDER BY key, s.number LIMIT 20";
static const char SQL_FETCHING[] =
    "SELECT s.number, s.rank, s.card FROM covering_text AS c"
    " JOIN service_card AS s ON s.number = c.service"
    " WHERE c.need = ?1 AND c.locality = ?2 AND c.min_age <= ?3 AND c.max_age >= ?3";
static const char SQL_LATE[] =
    "SELECT service, rank FROM covering_number"
    " WHERE need = ?1 AND locality = ?2 AND min_age <= ?3 AND max_age >= ?3";
static const char SQL_LATE_CARD[] = "SELECT card FROM service_card WHERE number = ?1";

/* One of the best so far. */
typedef struct kept {
    uint64_t key;
    int64_t service;
    size_t card_bytes;
    char *card; /* CARD_BYTES_MAX of them */
} kept;

struct wm_peer {
    wm_peer_kind kind;
    const wm_bench_trees *trees;
    sqlite3 *handle;
    sqlite3_stmt *find;
    sqlite3_stmt *card; /* of the late one */
    sqlite3_stmt *begin;
    sqlite3_stmt *end;
    kept best[WM_PEER_CARDS];
    size_t count;
    char cards[WM_PEER_CARDS][CARD_BYTES_MAX];
};

const char *wm_peer_name(wm_peer_kind kind)
{
    static const char *const names[WM_PEER_COUNT] = { "normalised", "fetching", "late" };
    return names[kind];
}

static void must(sqlite3 *handle, int code, const char *doing)
{
    if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE) {
        (void)fprintf(stderr, "bench_find: peer: %s: %s\n", doing, sqlite3_errmsg(handle));
        exit(1);
    }
}

static sqlite3_stmt *prepare(wm_peer *peer, const char *sql)
{
    sqlite3_stmt *st = NULL;
    must(peer->handle,
         sqlite3_prepare_v3(peer->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL), sql);
    return st;
}

wm_peer *wm_peer_open(const char *path, wm_peer_kind kind, const wm_bench_trees *trees,
                      int cache_kib)
{
    static const char *const sql[WM_PEER_COUNT] = { SQL_NORMALISED, SQL_FETCHING, SQL_LATE };
    char pragma[64];
    wm_peer *peer = wm_bench_memory(calloc(1, sizeof *peer));
    peer->kind = kind;
    peer->trees = trees;
    int code =
        sqlite3_open_v2(path, &peer->handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    must(peer->handle, code, path);
    (void)snprintf(pragma, sizeof pragma, "PRAGMA cache_size = -%d", cache_kib);
    must(peer->handle, sqlite3_exec(peer->handle, pragma, NULL, NULL, NULL), pragma);
    peer->find = prepare(peer, sql[kind]);
    peer->begin = prepare(peer, "BEGIN");
    peer->end = prepare(peer, "COMMIT");
    if (kind == WM_PEER_LATE) {
        peer->card = prepare(peer, SQL_LATE_CARD);
    }
    for (size_t i = 0; i < WM_PEER_CARDS; i++) {
        peer->best[i].card = peer->cards[i];
    }
    return peer;
}

void wm_peer_close(wm_peer *peer)
{
    if (peer != NULL) {
        (void)sqlite3_finalize(peer->find);
        (void)sqlite3_finalize(peer->card);
        (void)sqlite3_finalize(peer->begin);
        (void)sqlite3_finalize(peer->end);
        (void)sqlite3_close(peer->handle);
        free(peer);
    }
}

/* ---- keeping the best ---- */

static bool goes_before(uint64_t key, int64_t service, const kept *other)
{
    return key != other->key ? key < other->key : service < other->service;
}

/* The place of a candidate among the best, moved there; NULL: it is none of them. A service that is
 * already there stays with the better of its keys. */
static kept *place_of(wm_peer *peer, uint64_t key, int64_t service)
{
    kept *best = peer->best;
    if (peer->count == WM_PEER_CARDS && !goes_before(key, service, &best[WM_PEER_CARDS - 1])) {
        return NULL;
    }
    size_t from = 0;
    while (from < peer->count && best[from].service != service) {
        from++;
    }
    if (from < peer->count && best[from].key <= key) {
        return NULL;
    }
    if (from == peer->count && peer->count == WM_PEER_CARDS) {
        from--;
    } else if (from == peer->count) {
        peer->count++;
    }
    kept moved = best[from];
    while (from > 0 && goes_before(key, service, &best[from - 1])) {
        best[from] = best[from - 1];
        from--;
    }
    best[from] = moved;
    best[from].key = key;
    best[from].service = service;
    return &best[from];
}

static void keep_card(kept *place, sqlite3_stmt *st, int column)
{
    const void *card = sqlite3_column_text(st, column);
    size_t bytes = (size_t)sqlite3_column_bytes(st, column);
    if (bytes > CARD_BYTES_MAX) {
        (void)fputs("bench_find: peer: a card is too long\n", stderr);
        exit(1);
    }
    memcpy(place->card, card, bytes);
    place->card_bytes = bytes;
}

/* ---- asking ---- */

static size_t ask_normalised(wm_peer *peer, const wm_bench_question *q, wm_buf *out)
{
    size_t rows = 0;
    sqlite3_stmt *st = peer->find;
    (void)sqlite3_bind_int64(st, 1, (int64_t)q->needs[0].need);
    for (size_t i = 0; i < q->need_count; i++) {
        if (q->needs[i].steps == 0) {
            (void)sqlite3_bind_int64(st, 1, (int64_t)q->needs[i].need);
        }
    }
    (void)sqlite3_bind_int64(st, 2, (int64_t)q->areas[0]);
    (void)sqlite3_bind_int64(st, 3, q->years);
    int code = SQLITE_ROW;
    wm_buf_put_char(out, '[');
    while ((code = sqlite3_step(st)) == SQLITE_ROW) {
        wm_str parts[4];
        for (int i = 0; i < 4; i++) {
            parts[i].ptr = (const char *)sqlite3_column_text(st, i);
            parts[i].len = (size_t)sqlite3_column_bytes(st, i);
        }
        if (out->len > 1) {
            wm_buf_put_char(out, ',');
        }
        wm_peer_write_card(out, parts);
        rows += (size_t)sqlite3_column_int64(st, 5);
    }
    wm_buf_put_char(out, ']');
    must(peer->handle, code, "ask");
    (void)sqlite3_reset(st);
    return rows;
}

/* The two that look into a covering table: one look-up for each need and area. */
static size_t walk_pair(wm_peer *peer, uint64_t before)
{
    size_t rows = 0;
    sqlite3_stmt *st = peer->find;
    bool fetching = peer->kind == WM_PEER_FETCHING;
    int code = SQLITE_ROW;
    for (; (code = sqlite3_step(st)) == SQLITE_ROW; rows++) {
        uint64_t key = before | (uint64_t)sqlite3_column_int64(st, 1);
        kept *place = place_of(peer, key, sqlite3_column_int64(st, 0));
        if (fetching && place != NULL) {
            keep_card(place, st, 2);
        }
    }
    must(peer->handle, code, "ask");
    (void)sqlite3_reset(st);
    return rows;
}

static void bind_text(sqlite3_stmt *st, int at, wm_str text)
{
    (void)sqlite3_bind_text(st, at, text.ptr, (int)text.len, SQLITE_STATIC);
}

static void write_best(wm_peer *peer, wm_buf *out)
{
    wm_buf_put_char(out, '[');
    for (size_t i = 0; i < peer->count; i++) {
        if (i > 0) {
            wm_buf_put_char(out, ',');
        }
        if (peer->kind == WM_PEER_LATE) {
            (void)sqlite3_bind_int64(peer->card, 1, peer->best[i].service);
            must(peer->handle, sqlite3_step(peer->card), "a card");
            wm_buf_put(out, sqlite3_column_text(peer->card, 0),
                       (size_t)sqlite3_column_bytes(peer->card, 0));
            (void)sqlite3_reset(peer->card);
        } else {
            wm_buf_put(out, peer->best[i].card, peer->best[i].card_bytes);
        }
    }
    wm_buf_put_char(out, ']');
}

static size_t ask_covering(wm_peer *peer, const wm_bench_question *q, wm_buf *out)
{
    size_t rows = 0;
    sqlite3_stmt *st = peer->find;
    peer->count = 0;
    (void)sqlite3_bind_int64(st, 3, q->years);
    for (size_t n = 0; n < q->need_count; n++) {
        wm_need need = q->needs[n].need;
        uint64_t narrower = q->needs[n].steps > 0 ? (uint64_t)1 << 36 : 0;
        for (size_t a = 0; a < q->area_count; a++) {
            if (peer->kind == WM_PEER_FETCHING) {
                bind_text(st, 1, wm_needs_id(peer->trees->needs, need));
                bind_text(st, 2, wm_locality_code(peer->trees->localities, q->areas[a]));
            } else {
                (void)sqlite3_bind_int64(st, 1, (int64_t)need);
                (void)sqlite3_bind_int64(st, 2, (int64_t)q->areas[a]);
            }
            rows += walk_pair(peer, narrower | (uint64_t)a << 32);
        }
    }
    write_best(peer, out);
    return rows;
}

static void once(wm_peer *peer, sqlite3_stmt *st)
{
    must(peer->handle, sqlite3_step(st), "transaction");
    (void)sqlite3_reset(st);
}

/* One statement is a transaction of its own. */
size_t wm_peer_ask(wm_peer *peer, const wm_bench_question *question, wm_buf *out)
{
    wm_buf_reset(out);
    if (peer->kind == WM_PEER_NORMALISED) {
        return ask_normalised(peer, question, out);
    }
    once(peer, peer->begin);
    size_t rows = ask_covering(peer, question, out);
    once(peer, peer->end);
    return rows;
}

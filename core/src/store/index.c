/* index.c: the index of services, and what is common to it and the index of rules (rules.c).
 *
 * `keys` of a service row is what its candidate rows are made of, so that they can be found again
 * without reading the record: u32 count of needs and offers, the needs, the offers, then the areas;
 * symbols, in the byte order of little-endian machines written out. An offer stands there as
 * "offer:NAME", beside the needs and like one. A service without needs, or without areas, stands
 * under WM_SYMBOL_NONE there. */
#include "store/index.h"

#include <stdlib.h>

#include <waymark/sys/criteria.h>

#include "store/candidates.h"
#include "store/cards.h"
#include "store/names.h"
#include "store/rules.h"
#include "store/statement.h"

/* Collected before they are written: 16 MiB, where a phone has 4. */
#define CANDIDATES_MAX ((size_t)1024 * 1024)
#define REPLICA_CANDIDATES_MAX ((size_t)256 * 1024)
#define KEYS_BYTES_MAX ((size_t)16 * 1024)
#define PROGRAM_BYTES_MAX WM_RECORD_BYTES_MAX

static const char SQL_PUT_SERVICE[] =
    "INSERT INTO service(rev, keys, program, features) VALUES(?1, ?2, ?3, ?4)";
static const char SQL_GET_KEYS[] = "SELECT keys FROM service WHERE rev = ?1";
static const char SQL_GET_ROW[] = "SELECT keys, program, features FROM service WHERE rev = ?1";
static const char SQL_CHANGE_SERVICE[] =
    "UPDATE service SET program = ?2, features = ?3 WHERE rev = ?1";
static const char SQL_REMOVE_SERVICE[] = "DELETE FROM service WHERE rev = ?1";
static const char SQL_PUT_CANDIDATE[] =
    "INSERT OR IGNORE INTO candidate(need, area, rev) VALUES(?1, ?2, ?3)";
static const char SQL_REMOVE_CANDIDATE[] =
    "DELETE FROM candidate WHERE need = ?1 AND area = ?2 AND rev = ?3";

static const char SQL_EMPTY[] =
    "DELETE FROM service; DELETE FROM candidate; DELETE FROM rule; DELETE FROM card;";
static const char SQL_STANDING[] =
    "SELECT rev, kind, id, record FROM revision WHERE until > ?1 AND kind IN (?2, ?3)";

static const char SQL_CHECK[] =
    "SELECT s.rev, r.record, s.keys, s.program, s.features"
    " FROM service AS s LEFT JOIN revision AS r ON r.rev = s.rev AND r.kind = ?1";
static const char SQL_CHECK_CANDIDATE[] =
    "SELECT 1 FROM candidate WHERE need = ?1 AND area = ?2 AND rev = ?3";
static const char SQL_CHECK_COUNTS[] =
    "SELECT (SELECT count(*) FROM revision AS r LEFT JOIN service AS s ON s.rev = r.rev"
    " WHERE r.kind = ?1 AND r.until > ?2 AND s.rev IS NULL), (SELECT count(*) FROM candidate)";

typedef struct candidate {
    uint32_t need;
    uint32_t area;
    int64_t rev;
} candidate;

struct wm_candidates {
    size_t count;
    size_t capacity;
    candidate *items;
};

static uint32_t read_u32(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static void put_u32(wm_buf *out, uint32_t value)
{
    unsigned char b[4] = { (unsigned char)value, (unsigned char)(value >> 8),
                           (unsigned char)(value >> 16), (unsigned char)(value >> 24) };
    wm_buf_put(out, b, sizeof b);
}

static int compare_candidates(const void *left, const void *right)
{
    const candidate *a = left;
    const candidate *b = right;
    if (a->need != b->need) {
        return a->need < b->need ? -1 : 1;
    }
    if (a->area != b->area) {
        return a->area < b->area ? -1 : 1;
    }
    return (a->rev > b->rev) - (a->rev < b->rev);
}

void wm_index_discard(wm_store *store)
{
    struct wm_candidates *list = store->candidates;
    if (list != NULL) {
        wm_env_free(store->env, list->items, list->capacity * sizeof *list->items);
        wm_env_free(store->env, list, sizeof *list);
        store->candidates = NULL;
    }
}

wm_status wm_index_flush(wm_txn *txn, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    struct wm_candidates *list = store->candidates;
    if (list == NULL || list->count == 0) {
        return WM_OK;
    }
    qsort(list->items, list->count, sizeof *list->items, compare_candidates);
    wm_stmt st = wm_stmt_open(store, SQL_PUT_CANDIDATE, err);
    for (size_t i = 0; i < list->count && st.status == WM_OK; i++) {
        wm_stmt_bind_i64(&st, 1, (int64_t)list->items[i].need);
        wm_stmt_bind_i64(&st, 2, (int64_t)list->items[i].area);
        wm_stmt_bind_i64(&st, 3, list->items[i].rev);
        wm_stmt_run(&st);
    }
    list->count = 0;
    return wm_stmt_close(&st);
}

static wm_status reserve(wm_store *store, wm_error *err)
{
    if (store->candidates == NULL) {
        store->candidates = wm_env_alloc(store->env, sizeof *store->candidates);
        if (store->candidates == NULL) {
            return wm_fail_memory(err);
        }
    }
    struct wm_candidates *list = store->candidates;
    if (list->count < list->capacity) {
        return WM_OK;
    }
    size_t capacity = list->capacity == 0 ? 256 : list->capacity * 2;
    candidate *items = store->env->resize(store->env->context, list->items,
                                          list->capacity * sizeof *items, capacity * sizeof *items);
    if (items == NULL) {
        return wm_fail_memory(err);
    }
    list->items = items;
    list->capacity = capacity;
    return WM_OK;
}

static wm_status add_candidate(wm_txn *txn, candidate item, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    size_t most = store->role == WM_ROLE_REPLICA ? REPLICA_CANDIDATES_MAX : CANDIDATES_MAX;
    wm_status status = WM_OK;
    if (store->candidates != NULL && store->candidates->count >= most) {
        status = wm_index_flush(txn, err);
    }
    if (status == WM_OK) {
        status = reserve(store, err);
    }
    if (status == WM_OK) {
        store->candidates->items[store->candidates->count++] = item;
    }
    return status;
}

/* Is it among the last `count` of the keys? */
static bool is_put(const wm_buf *keys, uint32_t count, wm_symbol symbol)
{
    for (size_t at = keys->len - (size_t)count * 4; at < keys->len; at += 4) {
        if (read_u32(keys->data + at) == symbol) {
            return true;
        }
    }
    return false;
}

/* "offer:NAME", or the id itself. */
static wm_status intern_key(wm_symbols *symbols, bool offer, wm_str id, wm_symbol *symbol_out,
                            wm_error *err)
{
    char text[WM_OFFER_KEY_BYTES_MAX];
    if (!offer) {
        return wm_symbols_intern(symbols, id, symbol_out, err);
    }
    wm_str key = wm_offer_key(id, text);
    return key.len > 0 ? wm_symbols_intern(symbols, key, symbol_out, err)
                       : wm_fail(err, WM_BAD_RECORD, "offers: expected a shorter name");
}

/* The symbols of a list of ids, each once; adds to *count. */
static wm_status put_symbols(wm_symbols *symbols, bool offers, const wm_json *list, wm_buf *keys,
                             uint32_t *count, wm_error *err)
{
    uint32_t put = 0;
    for (uint32_t i = 0; wm_json_is(list, WM_JSON_ARRAY) && i < list->count; i++) {
        wm_symbol symbol = WM_SYMBOL_NONE;
        wm_status status =
            intern_key(symbols, offers, wm_json_string(&list->as.items[i]), &symbol, err);
        if (status == WM_OK) {
            status = wm_buf_status(keys, err);
        }
        if (status != WM_OK) {
            return status;
        }
        if (!is_put(keys, put, symbol)) {
            put_u32(keys, symbol);
            put++;
        }
    }
    *count += put;
    return WM_OK;
}

/* A list that is empty has the symbol that stands for none. */
static void put_none(wm_buf *keys, uint32_t *count)
{
    if (*count == 0) {
        put_u32(keys, WM_SYMBOL_NONE);
        *count = 1;
    }
}

static wm_status make_keys(wm_store *store, const wm_json *service, wm_buf *keys, wm_error *err)
{
    wm_symbols *symbols = NULL;
    wm_status status = wm_store_writing_symbols(store, &symbols, err);
    uint32_t needs = 0;
    uint32_t areas = 0;
    put_u32(keys, 0);
    if (status == WM_OK) {
        status = put_symbols(symbols, false, wm_json_get(service, "needs"), keys, &needs, err);
    }
    put_none(keys, &needs);
    if (status == WM_OK) {
        status = put_symbols(symbols, true, wm_json_get(service, "offers"), keys, &needs, err);
    }
    if (status == WM_OK) {
        status = put_symbols(symbols, false, wm_json_get(service, "areas"), keys, &areas, err);
    }
    put_none(keys, &areas);
    if (status == WM_OK) {
        status = wm_buf_status(keys, err);
    }
    if (status == WM_OK) {
        for (unsigned i = 0; i < 4; i++) {
            keys->data[i] = (char)(needs >> (8 * i));
        }
    }
    return status;
}

static wm_status damaged(wm_error *err, int64_t rev)
{
    return wm_fail(err, WM_CORRUPT, "database: the index of revision %lld is damaged",
                   (long long)rev);
}

wm_status wm_index_areas(wm_str keys, int64_t rev, wm_symbol_list *areas_out, wm_error *err)
{
    size_t words = keys.len / 4;
    uint32_t needs = words > 0 ? read_u32(keys.ptr) : 0;
    if (keys.len % 4 != 0 || words < 3 || needs > words - 2) {
        return damaged(err, rev);
    }
    *areas_out = (wm_symbol_list){ (const uint8_t *)keys.ptr + ((size_t)needs + 1) * 4,
                                   (uint32_t)(words - 1 - needs) };
    return WM_OK;
}

/* Each pair of need and area. WM_CORRUPT: the keys are not what make_keys makes. */
typedef wm_status (*pair_fn)(void *context, candidate pair, wm_error *err);

static wm_status each_pair(wm_str keys, int64_t rev, pair_fn each, void *context, wm_error *err)
{
    wm_symbol_list areas = { NULL, 0 };
    wm_status status = wm_index_areas(keys, rev, &areas, err);
    size_t needs = status == WM_OK ? read_u32(keys.ptr) : 0;
    for (size_t n = 0; n < needs && status == WM_OK; n++) {
        for (uint32_t a = 0; a < areas.count && status == WM_OK; a++) {
            candidate pair = { read_u32(keys.ptr + (n + 1) * 4), wm_symbol_list_at(areas, a), rev };
            status = each(context, pair, err);
        }
    }
    return status;
}

static wm_status collect_pair(void *context, candidate pair, wm_error *err)
{
    return add_candidate(context, pair, err);
}

static wm_status remove_pair(void *context, candidate pair, wm_error *err)
{
    (void)err;
    wm_stmt *st = context;
    wm_stmt_bind_i64(st, 1, (int64_t)pair.need);
    wm_stmt_bind_i64(st, 2, (int64_t)pair.area);
    wm_stmt_bind_i64(st, 3, pair.rev);
    wm_stmt_run(st);
    return st->status;
}

/* Facts and terms need no registry here: `check` compares them with the fact records. */
static wm_status make_program(wm_store *store, const wm_json *service, wm_buf *program,
                              wm_error *err)
{
    wm_symbols *symbols = NULL;
    wm_status status = wm_store_writing_symbols(store, &symbols, err);
    if (status != WM_OK) {
        return status;
    }
    wm_criteria_context context = { .symbols = symbols };
    status = wm_criteria_compile(wm_json_get(service, "eligibility"), &context, program, err);
    if (status == WM_BAD_RECORD) {
        wm_error_context(err, "eligibility");
    }
    return status;
}

static wm_status make_features(wm_store *store, const wm_json *service, wm_buf *features,
                               wm_error *err)
{
    wm_symbols *symbols = NULL;
    wm_status status = wm_store_writing_symbols(store, &symbols, err);
    return status == WM_OK ? wm_summary_encode(service, symbols, features, err) : status;
}

typedef struct service_row {
    wm_buf keys;
    wm_buf program;
    wm_buf features;
} service_row;

static wm_status write_service(wm_store *store, int64_t rev, const service_row *row, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_PUT_SERVICE, err);
    wm_stmt_bind_i64(&st, 1, rev);
    wm_stmt_bind_blob(&st, 2, row->keys.data, row->keys.len);
    wm_stmt_bind_blob(&st, 3, row->program.data, row->program.len);
    wm_stmt_bind_blob(&st, 4, row->features.data, row->features.len);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

static void row_init(service_row *row, const wm_env *env)
{
    wm_buf_init(&row->keys, env, KEYS_BYTES_MAX);
    wm_buf_init(&row->program, env, PROGRAM_BYTES_MAX);
    wm_buf_init(&row->features, env, WM_RECORD_BYTES_MAX);
}

static void row_fini(service_row *row)
{
    wm_buf_fini(&row->features);
    wm_buf_fini(&row->program);
    wm_buf_fini(&row->keys);
}

/* All that is derived from a service, into an empty row. */
static wm_status make_row(wm_store *store, const wm_json *service, service_row *row, wm_error *err)
{
    wm_status status = make_keys(store, service, &row->keys, err);
    if (status == WM_OK) {
        status = make_program(store, service, &row->program, err);
    }
    if (status == WM_OK) {
        status = make_features(store, service, &row->features, err);
    }
    return status;
}

static wm_status put_service(wm_txn *txn, int64_t rev, const wm_json *service, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    service_row row;
    row_init(&row, store->env);
    wm_status status = make_row(store, service, &row, err);
    if (status == WM_OK) {
        status = write_service(store, rev, &row, err);
    }
    if (status == WM_OK) {
        status = each_pair(wm_buf_str(&row.keys), rev, collect_pair, txn, err);
    }
    row_fini(&row);
    return status;
}

static wm_status remove_service(wm_txn *txn, int64_t rev, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    wm_status status = wm_index_flush(txn, err);
    if (status != WM_OK) {
        return status;
    }
    bool found = false;
    wm_stmt keys = wm_stmt_open(store, SQL_GET_KEYS, err);
    wm_stmt_bind_i64(&keys, 1, rev);
    if (wm_stmt_row(&keys)) {
        found = true;
        wm_stmt remove = wm_stmt_open(store, SQL_REMOVE_CANDIDATE, err);
        status = each_pair(wm_stmt_str(&keys, 0), rev, remove_pair, &remove, err);
        wm_status closed = wm_stmt_close(&remove);
        status = closed != WM_OK ? closed : status;
    }
    wm_status closed = wm_stmt_close(&keys);
    status = closed != WM_OK ? closed : status;
    if (status == WM_OK && found) {
        wm_stmt st = wm_stmt_open(store, SQL_REMOVE_SERVICE, err);
        wm_stmt_bind_i64(&st, 1, rev);
        wm_stmt_run(&st);
        status = wm_stmt_close(&st);
    }
    return status;
}

/* How much of what is derived from a service is as it stands in the file. */
typedef enum row_change { ROW_SAME, ROW_SAME_KEYS, ROW_OTHER } row_change;

static wm_status compare_row(wm_store *store, int64_t rev, const service_row *row,
                             row_change *change_out, wm_error *err)
{
    row_change change = ROW_OTHER;
    wm_stmt st = wm_stmt_open(store, SQL_GET_ROW, err);
    wm_stmt_bind_i64(&st, 1, rev);
    if (wm_stmt_row(&st) && wm_str_equal(wm_stmt_str(&st, 0), wm_buf_str(&row->keys))) {
        bool same = wm_str_equal(wm_stmt_str(&st, 1), wm_buf_str(&row->program)) &&
                    wm_str_equal(wm_stmt_str(&st, 2), wm_buf_str(&row->features));
        change = same ? ROW_SAME : ROW_SAME_KEYS;
    }
    *change_out = change;
    return wm_stmt_close(&st);
}

static wm_status change_service(wm_store *store, int64_t rev, const service_row *row, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_CHANGE_SERVICE, err);
    wm_stmt_bind_i64(&st, 1, rev);
    wm_stmt_bind_blob(&st, 2, row->program.data, row->program.len);
    wm_stmt_bind_blob(&st, 3, row->features.data, row->features.len);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

/* Most edits leave needs and areas alone, and many the criteria too. */
static wm_status replace_service(wm_txn *txn, int64_t rev, const wm_json *service, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    row_change change = ROW_OTHER;
    service_row row;
    row_init(&row, store->env);
    wm_status status = make_row(store, service, &row, err);
    if (status == WM_OK) {
        status = compare_row(store, rev, &row, &change, err);
    }
    if (status == WM_OK && change == ROW_SAME_KEYS) {
        status = change_service(store, rev, &row, err);
    } else if (status == WM_OK && change == ROW_OTHER) {
        status = remove_service(txn, rev, err);
        status = status == WM_OK ? write_service(store, rev, &row, err) : status;
        if (status == WM_OK) {
            status = each_pair(wm_buf_str(&row.keys), rev, collect_pair, txn, err);
        }
    }
    row_fini(&row);
    return status;
}

/* The rows of a service here, and what its card shows. */
static wm_status replace_all(wm_txn *txn, int64_t rev, const wm_json *value, wm_error *err)
{
    wm_status status = replace_service(txn, rev, value, err);
    return status == WM_OK ? wm_cards_replace(txn, rev, value, err) : status;
}

static wm_status put_all(wm_txn *txn, int64_t rev, const wm_json *value, wm_error *err)
{
    wm_status status = put_service(txn, rev, value, err);
    return status == WM_OK ? wm_cards_put(txn, rev, value, err) : status;
}

static wm_status remove_all(wm_txn *txn, int64_t rev, wm_error *err)
{
    wm_status status = remove_service(txn, rev, err);
    return status == WM_OK ? wm_cards_remove(txn, rev, err) : status;
}

wm_status wm_index_replace(wm_txn *txn, wm_kind kind, int64_t rev, const wm_json *value,
                           wm_error *err)
{
    if (kind == WM_KIND_SERVICE || kind == WM_KIND_ORGANIZATION || kind == WM_KIND_PLACE) {
        wm_status status = wm_names_replace(txn, kind, rev, value, err);
        return status == WM_OK && kind == WM_KIND_SERVICE ? replace_all(txn, rev, value, err)
                                                          : status;
    }
    wm_status status = wm_index_remove(txn, kind, rev, err);
    return status == WM_OK ? wm_index_put(txn, kind, rev, value, err) : status;
}

wm_status wm_index_put(wm_txn *txn, wm_kind kind, int64_t rev, const wm_json *value, wm_error *err)
{
    if (kind == WM_KIND_SERVICE || kind == WM_KIND_ORGANIZATION || kind == WM_KIND_PLACE) {
        wm_status status = wm_names_put(txn, kind, rev, value, err);
        return status == WM_OK && kind == WM_KIND_SERVICE ? put_all(txn, rev, value, err) : status;
    }
    return kind == WM_KIND_RULE ? wm_rules_put(txn, rev, value, err) : WM_OK;
}

wm_status wm_index_remove(wm_txn *txn, wm_kind kind, int64_t rev, wm_error *err)
{
    if (kind == WM_KIND_SERVICE || kind == WM_KIND_ORGANIZATION || kind == WM_KIND_PLACE) {
        wm_status status = wm_names_remove(txn, kind, rev, err);
        return status == WM_OK && kind == WM_KIND_SERVICE ? remove_all(txn, rev, err) : status;
    }
    return kind == WM_KIND_RULE ? wm_rules_remove(txn, rev, err) : WM_OK;
}

/* ---- made anew ---- */

/* `st` is at a row of SQL_STANDING. */
static wm_status remake_row(wm_txn *txn, wm_stmt *st, wm_arena *scratch, wm_error *err)
{
    const wm_json *value = NULL;
    wm_kind kind = (wm_kind)wm_stmt_i64(st, 1);
    wm_arena_reset(scratch);
    wm_status status = wm_store_parse(scratch, wm_stmt_str(st, 3), &value, err);
    if (status == WM_OK) {
        status = wm_index_put(txn, kind, wm_stmt_i64(st, 0), value, err);
    }
    if (status == WM_BAD_RECORD && kind == WM_KIND_RULE) {
        wm_error_clear(err); /* wm_store_rules will say so, until somebody puts it right */
        return WM_OK;
    }
    if (status != WM_OK) {
        wm_error_context(err, "%s/%.*s", wm_kind_name(kind), WM_STR_ARG(wm_stmt_str(st, 2)));
    }
    return status;
}

wm_status wm_index_rebuild(wm_txn *txn, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    wm_arena scratch;
    int64_t last = 0;
    wm_index_discard(store);
    wm_status status = wm_store_run(store, SQL_EMPTY, err);
    if (status == WM_OK) {
        status = wm_names_remake(txn, err);
    }
    if (status == WM_OK) {
        status = wm_store_hash_symbols(txn, err);
    }
    if (status == WM_OK) {
        status = wm_store_last_number(store, &last, err);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_arena_init(&scratch, store->env, SIZE_MAX / 2);
    wm_stmt st = wm_stmt_open(store, SQL_STANDING, err);
    wm_stmt_bind_i64(&st, 1, last);
    wm_stmt_bind_i64(&st, 2, WM_KIND_SERVICE);
    wm_stmt_bind_i64(&st, 3, WM_KIND_RULE);
    while (status == WM_OK && wm_stmt_row(&st)) {
        status = remake_row(txn, &st, &scratch, err);
    }
    wm_status closed = wm_stmt_close(&st);
    wm_arena_fini(&scratch);
    return status == WM_OK ? closed : status;
}

/* ---- is it what it would be, were it made now? ---- */

typedef struct index_check {
    wm_store *store;
    wm_stmt candidate;    /* is there this one? */
    int64_t pairs_wanted; /* of all services so far */
} index_check;

static wm_status check_pair(void *context, candidate pair, wm_error *err)
{
    index_check *c = context;
    wm_stmt_bind_i64(&c->candidate, 1, (int64_t)pair.need);
    wm_stmt_bind_i64(&c->candidate, 2, (int64_t)pair.area);
    wm_stmt_bind_i64(&c->candidate, 3, pair.rev);
    bool found = wm_stmt_row(&c->candidate);
    wm_stmt_reset(&c->candidate);
    c->pairs_wanted++;
    return found || c->candidate.status != WM_OK ? c->candidate.status : damaged(err, pair.rev);
}

/* `st` is at a row of SQL_CHECK. */
static wm_status check_row(index_check *c, wm_stmt *st, wm_error *err)
{
    int64_t rev = wm_stmt_i64(st, 0);
    wm_arena arena;
    service_row row;
    const wm_json *service = NULL;
    wm_arena_init(&arena, c->store->env, SIZE_MAX / 2);
    row_init(&row, c->store->env);
    wm_status status = wm_stmt_is_null(st, 1) ? damaged(err, rev) : WM_OK;
    if (status == WM_OK) {
        status = wm_store_parse(&arena, wm_stmt_str(st, 1), &service, err);
    }
    if (status == WM_OK) {
        status = make_row(c->store, service, &row, err);
        status = status == WM_BAD_RECORD ? WM_CORRUPT : status;
    }
    if (status == WM_OK && (!wm_str_equal(wm_buf_str(&row.keys), wm_stmt_str(st, 2)) ||
                            !wm_str_equal(wm_buf_str(&row.program), wm_stmt_str(st, 3)) ||
                            !wm_str_equal(wm_buf_str(&row.features), wm_stmt_str(st, 4)))) {
        status = damaged(err, rev);
    }
    if (status == WM_OK) {
        status = each_pair(wm_buf_str(&row.keys), rev, check_pair, c, err);
    }
    if (status == WM_OK) {
        status = wm_cards_check(c->store, rev, service, err);
    }
    row_fini(&row);
    wm_arena_fini(&arena);
    return status;
}

/* No service without a row, and no candidate of another. */
static wm_status check_counts(index_check *c, wm_error *err)
{
    int64_t last = 0;
    wm_status status = wm_store_last_number(c->store, &last, err);
    if (status != WM_OK) {
        return status;
    }
    wm_stmt st = wm_stmt_open(c->store, SQL_CHECK_COUNTS, err);
    wm_stmt_bind_i64(&st, 1, WM_KIND_SERVICE);
    wm_stmt_bind_i64(&st, 2, last);
    bool whole =
        wm_stmt_row(&st) && wm_stmt_i64(&st, 0) == 0 && wm_stmt_i64(&st, 1) == c->pairs_wanted;
    status = wm_stmt_close(&st);
    return status != WM_OK || whole
               ? status
               : wm_fail(err, WM_CORRUPT, "database: the index of services is damaged");
}

static wm_status check_symbols(wm_store *store, wm_error *err)
{
    wm_symbols *symbols = NULL;
    wm_status status = wm_store_symbols(store, &symbols, err);
    return status == WM_OK ? wm_store_check_hashes(store, symbols, err) : status;
}

wm_status wm_store_verify_index(wm_store *store, wm_error *err)
{
    wm_status status = wm_store_read_begin(store, err);
    if (status != WM_OK) {
        return status;
    }
    index_check c = { .store = store, .candidate = wm_stmt_open(store, SQL_CHECK_CANDIDATE, err) };
    wm_stmt st = wm_stmt_open(store, SQL_CHECK, err);
    wm_stmt_bind_i64(&st, 1, WM_KIND_SERVICE);
    while (status == WM_OK && wm_stmt_row(&st)) {
        status = check_row(&c, &st, err);
    }
    wm_status closed = wm_stmt_close(&st);
    status = status == WM_OK ? closed : status;
    closed = wm_stmt_close(&c.candidate);
    status = status == WM_OK ? closed : status;
    if (status == WM_OK) {
        status = check_counts(&c, err);
    }
    if (status == WM_OK) {
        status = wm_cards_check_count(store, err);
    }
    if (status == WM_OK) {
        status = check_symbols(store, err);
    }
    if (status == WM_OK) {
        status = wm_rules_verify(store, err);
    }
    if (status == WM_OK) {
        status = wm_names_verify(store, err);
    }
    if (status == WM_CORRUPT) {
        wm_store_drop_symbols(store); /* with those that only a damaged index lacks */
    }
    wm_store_read_end(store);
    return status;
}

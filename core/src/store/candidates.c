/* candidates.c: look-ups in the index that index.c writes.
 *
 * With needs and a few areas each pair is one look-up; with more areas than PAIRS_AREAS_MAX (a
 * nation, and all below it), or with needs alone, each need is a range; with areas alone, or
 * nothing, every service's keys are read once. A revision counts if it stands in the view. */
#include "store/candidates.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/index.h"
#include "store/statement.h"

#define PAIRS_AREAS_MAX 256

static const char SQL_PAIR[] =
    "SELECT c.rev FROM candidate AS c JOIN revision AS r ON r.rev = c.rev"
    " WHERE c.need = ?1 AND c.area = ?2 AND r.since <= ?3 AND r.until > ?3";
static const char SQL_NEED[] =
    "SELECT c.rev, c.area FROM candidate AS c JOIN revision AS r ON r.rev = c.rev"
    " WHERE c.need = ?1 AND r.since <= ?2 AND r.until > ?2";
static const char SQL_ALL[] =
    "SELECT s.rev, s.keys FROM service AS s JOIN revision AS r ON r.rev = s.rev"
    " WHERE r.since <= ?1 AND r.until > ?1";
static const char SQL_ROW[] = "SELECT features, program FROM service WHERE rev = ?1";
static const char SQL_REVISION[] =
    "SELECT r.rev FROM revision AS r JOIN service AS s ON s.rev = r.rev"
    " WHERE r.kind = ?1 AND r.id = ?2 AND r.since <= ?3 AND r.until > ?3";
static const char SQL_BYTES[] = "SELECT record FROM revision WHERE rev = ?1";

typedef struct found {
    wm_arena *arena;
    int64_t *revisions;
    size_t count;
    size_t capacity;
} found;

static wm_status add(found *f, int64_t revision, wm_error *err)
{
    if (f->count > 0 && f->revisions[f->count - 1] == revision) {
        return WM_OK;
    }
    if (f->count == f->capacity) {
        size_t capacity = f->capacity == 0 ? 256 : f->capacity * 2;
        int64_t *larger = wm_arena_array(f->arena, capacity, sizeof *larger);
        if (larger == NULL) {
            return wm_fail_memory(err);
        }
        if (f->count > 0) {
            memcpy(larger, f->revisions, f->count * sizeof *larger);
        }
        f->revisions = larger;
        f->capacity = capacity;
    }
    f->revisions[f->count++] = revision;
    return WM_OK;
}

static int by_number(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void settle(found *f)
{
    if (f->count == 0) {
        return;
    }
    qsort(f->revisions, f->count, sizeof *f->revisions, by_number);
    size_t kept = 1;
    for (size_t i = 1; i < f->count; i++) {
        if (f->revisions[i] != f->revisions[kept - 1]) {
            f->revisions[kept++] = f->revisions[i];
        }
    }
    f->count = kept;
}

static bool has_one_of(const wm_symbol_set *set, wm_symbol_list list)
{
    for (uint32_t i = 0; i < list.count; i++) {
        if (wm_symbol_set_has(set, wm_symbol_list_at(list, i))) {
            return true;
        }
    }
    return false;
}

static wm_status walk_all(wm_store *store, int64_t number, const wm_symbol_set *areas, found *f,
                          wm_error *err)
{
    wm_status status = WM_OK;
    wm_stmt st = wm_stmt_open(store, SQL_ALL, err);
    wm_stmt_bind_i64(&st, 1, number);
    while (status == WM_OK && wm_stmt_row(&st)) {
        wm_symbol_list covered = { NULL, 0 };
        int64_t rev = wm_stmt_i64(&st, 0);
        status = wm_index_areas(wm_stmt_str(&st, 1), rev, &covered, err);
        if (status == WM_OK && has_one_of(areas, covered)) {
            status = add(f, rev, err);
        }
    }
    wm_status closed = wm_stmt_close(&st);
    return status != WM_OK ? status : closed;
}

static wm_status walk_need(wm_store *store, int64_t number, wm_symbol need,
                           const wm_symbol_set *areas, found *f, wm_error *err)
{
    wm_status status = WM_OK;
    wm_stmt st = wm_stmt_open(store, SQL_NEED, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)need);
    wm_stmt_bind_i64(&st, 2, number);
    while (status == WM_OK && wm_stmt_row(&st)) {
        if (wm_symbol_set_has(areas, (wm_symbol)wm_stmt_i64(&st, 1))) {
            status = add(f, wm_stmt_i64(&st, 0), err);
        }
    }
    wm_status closed = wm_stmt_close(&st);
    return status != WM_OK ? status : closed;
}

static wm_status walk_pairs(wm_store *store, int64_t number, wm_symbol need,
                            const wm_symbol_set *areas, found *f, wm_error *err)
{
    wm_status status = WM_OK;
    wm_stmt st = wm_stmt_open(store, SQL_PAIR, err);
    for (size_t i = 0; i < areas->count && status == WM_OK; i++) {
        wm_stmt_bind_i64(&st, 1, (int64_t)need);
        wm_stmt_bind_i64(&st, 2, (int64_t)areas->symbols[i]);
        wm_stmt_bind_i64(&st, 3, number);
        while (status == WM_OK && wm_stmt_row(&st)) {
            status = add(f, wm_stmt_i64(&st, 0), err);
        }
        wm_stmt_reset(&st);
    }
    wm_status closed = wm_stmt_close(&st);
    return status != WM_OK ? status : closed;
}

static int by_symbol(const void *a, const void *b)
{
    wm_symbol left = *(const wm_symbol *)a;
    wm_symbol right = *(const wm_symbol *)b;
    return (left > right) - (left < right);
}

bool wm_symbol_set_has(const wm_symbol_set *set, wm_symbol symbol)
{
    return set->all || (set->count > 0 && bsearch(&symbol, set->symbols, set->count, sizeof symbol,
                                                  by_symbol) != NULL);
}

size_t wm_symbol_set_sort(wm_symbol *symbols, size_t count)
{
    if (count == 0) {
        return 0;
    }
    qsort(symbols, count, sizeof *symbols, by_symbol);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++) {
        if (symbols[i] != symbols[kept - 1]) {
            symbols[kept++] = symbols[i];
        }
    }
    return kept;
}

wm_str wm_offer_key(wm_str offer, char text[WM_OFFER_KEY_BYTES_MAX])
{
    int length = snprintf(text, WM_OFFER_KEY_BYTES_MAX, "offer:%.*s", WM_STR_ARG(offer));
    bool fits = length > 0 && length < WM_OFFER_KEY_BYTES_MAX;
    return fits ? (wm_str){ text, (size_t)length } : (wm_str){ NULL, 0 };
}

wm_symbol wm_offer_symbol(const wm_symbols *symbols, wm_str offer)
{
    char text[WM_OFFER_KEY_BYTES_MAX];
    wm_str key = wm_offer_key(offer, text);
    return key.len > 0 ? wm_symbols_find(symbols, key) : WM_SYMBOL_NONE;
}

wm_status wm_store_candidates(wm_store *store, const wm_candidate_filter *filter, wm_arena *arena,
                              int64_t **revisions_out, size_t *count_out, wm_error *err)
{
    const wm_symbol_set *needs = &filter->needs;
    found f = { .arena = arena };
    int64_t number = 0;
    wm_status status = wm_view_number(store, filter->view, &number, err);
    if (status == WM_OK && needs->all) {
        status = walk_all(store, number, &filter->areas, &f, err);
    }
    bool by_range = filter->areas.all || filter->areas.count > PAIRS_AREAS_MAX;
    for (size_t i = 0; status == WM_OK && !needs->all && i < needs->count; i++) {
        status = by_range ? walk_need(store, number, needs->symbols[i], &filter->areas, &f, err)
                          : walk_pairs(store, number, needs->symbols[i], &filter->areas, &f, err);
    }
    if (status == WM_OK) {
        settle(&f);
        *revisions_out = f.revisions;
        *count_out = f.count;
    }
    return status;
}

wm_status wm_store_service_row(wm_store *store, int64_t revision, wm_buf *bytes_out,
                               wm_str *summary_out, wm_str *program_out, wm_error *err)
{
    size_t start = bytes_out->len;
    size_t summary_bytes = 0;
    bool is_there = false;
    wm_stmt st = wm_stmt_open(store, SQL_ROW, err);
    wm_stmt_bind_i64(&st, 1, revision);
    if (wm_stmt_row(&st)) {
        is_there = true;
        wm_str summary = wm_stmt_str(&st, 0);
        summary_bytes = summary.len;
        wm_buf_put_str(bytes_out, summary);
        wm_buf_put_str(bytes_out, wm_stmt_str(&st, 1));
    }
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK) {
        status = is_there ? wm_buf_status(bytes_out, err) : WM_NOT_FOUND;
    }
    if (status == WM_OK) {
        const char *at = bytes_out->data + start;
        *summary_out = (wm_str){ at, summary_bytes };
        *program_out = (wm_str){ at + summary_bytes, bytes_out->len - start - summary_bytes };
    }
    return status;
}

wm_status wm_store_service_revision(wm_store *store, wm_view view, wm_str id, int64_t *revision_out,
                                    wm_error *err)
{
    int64_t number = 0;
    int64_t revision = 0;
    wm_status status = wm_view_number(store, view, &number, err);
    if (status != WM_OK) {
        return status;
    }
    wm_stmt st = wm_stmt_open(store, SQL_REVISION, err);
    wm_stmt_bind_i64(&st, 1, WM_KIND_SERVICE);
    wm_stmt_bind_text(&st, 2, id);
    wm_stmt_bind_i64(&st, 3, number);
    if (wm_stmt_row(&st)) {
        revision = wm_stmt_i64(&st, 0);
    }
    status = wm_stmt_close(&st);
    if (status == WM_OK && revision == 0) {
        return WM_NOT_FOUND;
    }
    *revision_out = revision;
    return status;
}

wm_status wm_store_site_position(wm_store *store, wm_view view, wm_str site, int32_t *lat_out,
                                 int32_t *lon_out, wm_error *err)
{
    wm_arena arena;
    const wm_json *record = NULL;
    wm_arena_init(&arena, store->env, SIZE_MAX / 2);
    wm_status status = wm_store_get_json(store, view, WM_KIND_SITE, site, &arena, &record, err);
    const wm_json *lat = wm_json_get(record, "lat");
    const wm_json *lon = wm_json_get(record, "lon");
    if (status == WM_OK && (lat == NULL || lon == NULL)) {
        status = WM_NOT_FOUND;
    }
    if (status == WM_OK) {
        *lat_out = (int32_t)wm_json_integer(lat, 0);
        *lon_out = (int32_t)wm_json_integer(lon, 0);
    }
    wm_arena_fini(&arena);
    return status;
}

wm_status wm_store_revision_bytes(wm_store *store, int64_t revision, wm_buf *bytes_out,
                                  wm_error *err)
{
    bool is_there = false;
    wm_stmt st = wm_stmt_open(store, SQL_BYTES, err);
    wm_stmt_bind_i64(&st, 1, revision);
    if (wm_stmt_row(&st)) {
        is_there = true;
        wm_buf_put_str(bytes_out, wm_stmt_str(&st, 0));
    }
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK) {
        status = is_there ? wm_buf_status(bytes_out, err) : WM_NOT_FOUND;
    }
    return status;
}

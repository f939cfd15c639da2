/* candidates.c: look-ups in the index that index.c writes.
 *
 * With few areas each pair of need and area is one look-up; with more than PAIRS_AREAS_MAX (a
 * nation, and all below it), or any, each need is a range. What is found comes as runs of rising
 * slots. Two runs become one, and what stands in both is taken once, as soon as they come of as
 * many runs each: so no slot is moved more often than runs can be halved. */
#include "store/candidates.h"

#include <stdlib.h>

#include "model/varint.h"
#include "store/statement.h"

#define PAIRS_AREAS_MAX 256

static const char SQL_RANGE[] =
    "SELECT area, slots FROM posting WHERE need = ?1 ORDER BY area, chunk";
static const char SQL_GONE[] = "SELECT rev FROM revision WHERE until = ?1 AND until < 2147483647"
                               " AND kind = ?2 ORDER BY rev";
static const char SQL_SLOT[] = "SELECT slot FROM service WHERE rev = ?1";
static const char SQL_ROW[] = "SELECT slot, program FROM service WHERE rev = ?1";
static const char SQL_SHOWN[] = "SELECT face, program FROM service WHERE rev = ?1";
static const char SQL_SUCCESSORS[] = "SELECT successors FROM service WHERE rev = ?1";
static const char SQL_REVISION[] =
    "SELECT r.rev FROM revision AS r JOIN service AS s ON s.rev = r.rev"
    " WHERE r.kind = ?1 AND r.id = ?2 AND r.since <= ?3 AND r.until > ?3";
static const char SQL_BYTES[] = "SELECT record FROM revision WHERE rev = ?1";

/* Slots that rise. */
typedef struct run {
    const uint32_t *slots;
    size_t count;
    size_t parts; /* runs that went into it */
} run;

#define RUNS_MAX 40 /* each has at least twice the parts of the next: more than memory can hold */

typedef struct found {
    wm_arena *arena;
    run runs[RUNS_MAX];
    size_t count;
} found;

/* Without branches that nobody can foretell. `out` has room for both. */
static size_t unite(const run *a, const run *b, uint32_t *out)
{
    size_t count = 0;
    size_t i = 0;
    size_t k = 0;
    while (i < a->count && k < b->count) {
        uint32_t left = a->slots[i];
        uint32_t right = b->slots[k];
        out[count++] = left < right ? left : right;
        i += left <= right ? 1 : 0;
        k += right <= left ? 1 : 0;
    }
    const run *rest = i < a->count ? a : b;
    size_t from = i < a->count ? i : k;
    if (from < rest->count) {
        memcpy(out + count, rest->slots + from, (rest->count - from) * sizeof *out);
    }
    return count + rest->count - from;
}

/* The last two runs become one. */
static wm_status unite_last(found *f, wm_error *err)
{
    run *a = &f->runs[f->count - 2];
    const run *b = &f->runs[f->count - 1];
    uint32_t *slots = wm_arena_take_array(f->arena, a->count + b->count, sizeof *slots);
    if (slots == NULL) {
        return wm_fail_memory(err);
    }
    size_t count = unite(a, b, slots);
    *a = (run){ slots, count, a->parts + b->parts };
    f->count--;
    return WM_OK;
}

/* The slots must live as long as what is found. */
static wm_status add(found *f, const uint32_t *slots, size_t count, wm_error *err)
{
    wm_status status = WM_OK;
    if (count == 0) {
        return WM_OK;
    }
    f->runs[f->count++] = (run){ slots, count, 1 };
    while (status == WM_OK && f->count > 1 &&
           f->runs[f->count - 2].parts == f->runs[f->count - 1].parts) {
        status = unite_last(f, err);
    }
    return status;
}

static wm_status add_range(wm_store *store, uint32_t need, const wm_symbol_set *areas, found *f,
                           wm_error *err)
{
    wm_status status = WM_OK;
    wm_stmt st = wm_stmt_open(store, SQL_RANGE, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)need);
    while (status == WM_OK && wm_stmt_row(&st)) {
        uint32_t *slots = NULL;
        size_t count = 0;
        size_t capacity = 0;
        if (!wm_symbol_set_has(areas, (wm_symbol)wm_stmt_i64(&st, 0))) {
            continue;
        }
        status = wm_posting_decode(wm_stmt_str(&st, 1), f->arena, &slots, &count, &capacity, err);
        if (status == WM_OK) {
            status = add(f, slots, count, err);
        }
    }
    wm_status closed = wm_stmt_close(&st);
    return status != WM_OK ? status : closed;
}

static wm_status add_pairs(wm_store *store, uint32_t need, const wm_symbol_set *areas, found *f,
                           wm_error *err)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < areas->count && status == WM_OK; i++) {
        const uint32_t *slots = NULL;
        size_t count = 0;
        wm_posting_key key = { need, areas->symbols[i] };
        status = wm_kept_posting(store, key, &slots, &count, err);
        if (status == WM_OK) {
            status = add(f, slots, count, err);
        }
    }
    return status;
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

uint32_t wm_offer_symbol(const wm_symbols *symbols, wm_str offer)
{
    wm_symbol symbol = wm_symbols_find(symbols, offer);
    return symbol == WM_SYMBOL_NONE ? WM_SYMBOL_NONE : symbol | WM_POSTING_OFFER;
}

/* ---- what stands in the view ---- */

/* Which release a view is of, and the revisions that do not stand in it any more though their
 * entries are there: those that leave with the next release, in the working state. */
typedef struct standing {
    int64_t number;
    int64_t *gone;
    size_t gone_count;
} standing;

static int by_number(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static bool stands(const standing *s, const wm_entry *entry)
{
    return entry->since <= s->number &&
           (s->gone_count == 0 ||
            bsearch(&entry->revision, s->gone, s->gone_count, sizeof *s->gone, by_number) == NULL);
}

static wm_status read_gone(wm_store *store, wm_arena *arena, standing *s, wm_error *err)
{
    size_t capacity = 0;
    wm_status status = WM_OK;
    wm_stmt st = wm_stmt_open(store, SQL_GONE, err);
    wm_stmt_bind_i64(&st, 1, s->number);
    wm_stmt_bind_i64(&st, 2, WM_KIND_SERVICE);
    while (status == WM_OK && wm_stmt_row(&st)) {
        int64_t *gone = wm_arena_grow(arena, s->gone, s->gone_count, &capacity, sizeof *gone);
        if (gone == NULL) {
            status = wm_fail_memory(err);
            break;
        }
        s->gone = gone;
        gone[s->gone_count++] = wm_stmt_i64(&st, 0);
    }
    wm_status closed = wm_stmt_close(&st);
    return status != WM_OK ? status : closed;
}

static wm_status read_standing(wm_store *store, wm_view view, wm_arena *arena, standing *out,
                               wm_error *err)
{
    *out = (standing){ .number = 0 };
    wm_status status = wm_kept_ready(store, &out->number, err);
    if (status == WM_OK && (view != WM_VIEW_LATEST || out->number == 0)) {
        status = wm_view_number(store, view, &out->number, err); /* or no release */
    }
    return status == WM_OK && view == WM_VIEW_WORKING ? read_gone(store, arena, out, err) : status;
}

/* ---- candidates ---- */

/* The entries in all slots, as far as they stand in the view. */
static wm_status take_entries(wm_store *store, found *f, const standing *view,
                              wm_entry **entries_out, size_t *count_out, wm_error *err)
{
    size_t count = 0;
    wm_status status = WM_OK;
    while (f->count > 1 && status == WM_OK) {
        status = unite_last(f, err);
    }
    const run none = { NULL, 0, 0 };
    const run *all = f->count > 0 ? &f->runs[0] : &none;
    wm_entry *entries = wm_arena_take_array(f->arena, all->count, sizeof *entries);
    if (entries == NULL) {
        return wm_fail_memory(err);
    }
    if (status == WM_OK) {
        status = wm_kept_entries(store, all->slots, all->count, entries, err);
    }
    for (size_t i = 0; i < all->count && status == WM_OK; i++) {
        if (!stands(view, &entries[i])) {
            continue;
        }
        if (count < i) {
            entries[count] = entries[i];
        }
        count++;
    }
    *entries_out = entries;
    *count_out = count;
    return status;
}

wm_status wm_store_candidates(wm_store *store, const wm_candidate_filter *filter, wm_arena *arena,
                              wm_entry **entries_out, size_t *count_out, wm_error *err)
{
    static const wm_symbol every[] = { WM_POSTING_EVERY };
    const wm_symbol_set all = { every, 1, false };
    const wm_symbol_set *needs = filter->needs.all ? &all : &filter->needs;
    bool by_range = filter->areas.all || filter->areas.count > PAIRS_AREAS_MAX;
    found f;
    f.arena = arena;
    f.count = 0;
    standing view;
    wm_status status = read_standing(store, filter->view, arena, &view, err);
    for (size_t i = 0; status == WM_OK && i < needs->count; i++) {
        status = by_range ? add_range(store, needs->symbols[i], &filter->areas, &f, err)
                          : add_pairs(store, needs->symbols[i], &filter->areas, &f, err);
    }
    return status == WM_OK ? take_entries(store, &f, &view, entries_out, count_out, err) : status;
}

/* ---- single services ---- */

/* The entry that a row of `service` says. */
static wm_status entry_in(wm_store *store, int64_t slot, int64_t revision, wm_entry *entry_out,
                          wm_error *err)
{
    bool is_slot = slot >= 0 && slot <= UINT32_MAX;
    wm_status status = is_slot ? wm_kept_entry(store, (uint32_t)slot, entry_out, err) : WM_OK;
    if (status == WM_OK && (!is_slot || entry_out->revision != revision)) {
        status = wm_fail(err, WM_CORRUPT, "database: the index of revision %lld is damaged",
                         (long long)revision);
    }
    return status;
}

wm_status wm_store_entry(wm_store *store, int64_t revision, wm_entry *entry_out, wm_error *err)
{
    int64_t slot = -1;
    int64_t number = 0;
    wm_status status = wm_kept_ready(store, &number, err);
    if (status != WM_OK) {
        return status;
    }
    wm_stmt st = wm_stmt_open(store, SQL_SLOT, err);
    wm_stmt_bind_i64(&st, 1, revision);
    bool found_row = wm_stmt_row(&st);
    if (found_row) {
        slot = wm_stmt_i64(&st, 0);
    }
    status = wm_stmt_close(&st);
    if (status != WM_OK || !found_row) {
        return status != WM_OK ? status : WM_NOT_FOUND;
    }
    return entry_in(store, slot, revision, entry_out, err);
}

wm_status wm_store_service_row(wm_store *store, int64_t revision, wm_buf *bytes_out,
                               wm_str *summary_out, wm_str *program_out, wm_error *err)
{
    wm_entry entry = { .revision = 0 };
    int64_t number = 0;
    size_t start = bytes_out->len;
    wm_status status = wm_kept_ready(store, &number, err);
    if (status != WM_OK) {
        return status;
    }
    wm_stmt st = wm_stmt_open(store, SQL_ROW, err);
    wm_stmt_bind_i64(&st, 1, revision);
    bool found_row = wm_stmt_row(&st);
    if (found_row) {
        status = entry_in(store, wm_stmt_i64(&st, 0), revision, &entry, err);
        wm_buf_put_str(bytes_out, entry.summary);
        wm_buf_put_str(bytes_out, wm_stmt_str(&st, 1));
    }
    wm_status closed = wm_stmt_close(&st);
    if (status == WM_OK && closed == WM_OK && !found_row) {
        return WM_NOT_FOUND;
    }
    status = closed != WM_OK ? closed : status;
    status = status == WM_OK ? wm_buf_status(bytes_out, err) : status;
    if (status == WM_OK) {
        const char *at = bytes_out->data + start;
        *summary_out = (wm_str){ at, entry.summary.len };
        *program_out =
            (wm_str){ at + entry.summary.len, bytes_out->len - start - entry.summary.len };
    }
    return status;
}

wm_status wm_store_shown(wm_store *store, int64_t revision, wm_buf *bytes_out,
                         size_t *face_bytes_out, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_SHOWN, err);
    wm_stmt_bind_i64(&st, 1, revision);
    bool found_row = wm_stmt_row(&st);
    if (found_row) {
        wm_str face = wm_stmt_str(&st, 0);
        *face_bytes_out = face.len;
        wm_buf_put_str(bytes_out, face);
        wm_buf_put_str(bytes_out, wm_stmt_str(&st, 1));
    }
    wm_status status = wm_stmt_close(&st);
    if (status == WM_OK && !found_row) {
        return wm_fail(err, WM_CORRUPT, "database: the index of revision %lld is damaged",
                       (long long)revision);
    }
    return status == WM_OK ? wm_buf_status(bytes_out, err) : status;
}

wm_status wm_store_successors(wm_store *store, int64_t revision, wm_buf *bytes_out, wm_error *err)
{
    wm_stmt st = wm_stmt_open(store, SQL_SUCCESSORS, err);
    wm_stmt_bind_i64(&st, 1, revision);
    if (wm_stmt_row(&st)) {
        wm_buf_put_str(bytes_out, wm_stmt_str(&st, 0));
    }
    wm_status status = wm_stmt_close(&st);
    return status == WM_OK ? wm_buf_status(bytes_out, err) : status;
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

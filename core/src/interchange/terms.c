/* terms.c: the table of terms: read once, sorted by what is looked up, searched in halves.
 *
 * A row is found by its code, or by its name if it has no code; letters of both are compared
 * without their case (ASCII: codes and English names are what such tables hold). */
#include "terms.h"

#include <stdlib.h>

#include "csv.h"

#define TERMS_BYTES_MAX (16 * WM_MIB)

typedef struct term_row {
    wm_str vocabulary; /* small letters */
    wm_str key;        /* code or name, in small letters */
    wm_str need;
    bool by_name;
    size_t order; /* in the table */
} term_row;

struct wm_terms {
    const wm_env *env;
    wm_arena arena;
    term_row *rows;
    size_t count;
};

static char small_letter(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static int compare_folded(wm_str a, wm_str b)
{
    size_t length = a.len < b.len ? a.len : b.len;
    for (size_t i = 0; i < length; i++) {
        int order = (unsigned char)small_letter(a.ptr[i]) - (unsigned char)small_letter(b.ptr[i]);
        if (order != 0) {
            return order;
        }
    }
    return (a.len > b.len) - (a.len < b.len);
}

static int compare_rows(const void *a, const void *b)
{
    const term_row *left = a;
    const term_row *right = b;
    int order = (int)left->by_name - (int)right->by_name;
    order = order != 0 ? order : compare_folded(left->key, right->key);
    return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

static wm_status add_row(wm_terms *terms, const csv_rows *csv, const size_t columns[4],
                         size_t *capacity, wm_error *err)
{
    wm_str code = csv_field(csv, columns[1]);
    wm_str name = csv_field(csv, columns[2]);
    wm_str need = csv_field(csv, columns[3]);
    if (code.len == 0 && name.len == 0) {
        return wm_fail(err, WM_BAD_INPUT, "line %ld: expected a code or a name, found neither",
                       csv->line);
    }
    if (!wm_str_is(need, "-") && !wm_id_valid(need)) {
        return wm_fail(err, WM_BAD_INPUT, "line %ld: expected a need's id or \"-\", found \"%.*s\"",
                       csv->line, WM_STR_ARG(need));
    }
    term_row *rows =
        wm_arena_grow(&terms->arena, terms->rows, terms->count, capacity, sizeof *rows);
    if (rows == NULL) {
        return wm_fail_memory(err);
    }
    terms->rows = rows;
    wm_str key = code.len > 0 ? code : name;
    term_row row = { wm_arena_copy(&terms->arena, csv_field(csv, columns[0])),
                     wm_arena_copy(&terms->arena, key), wm_arena_copy(&terms->arena, need),
                     code.len == 0, terms->count };
    if (row.vocabulary.ptr == NULL || row.key.ptr == NULL || row.need.ptr == NULL) {
        return wm_fail_memory(err);
    }
    rows[terms->count++] = row;
    return WM_OK;
}

static wm_status read_rows(wm_terms *terms, csv_rows *csv, wm_error *err)
{
    static const char *const names[] = { "vocabulary", "code", "name", "need" };
    size_t columns[4] = { 0 };
    size_t capacity = 0;
    wm_status status = csv_head(csv, names, 4, columns, err);
    while (status == WM_OK) {
        status = csv_next(csv, err);
        if (status == WM_OK) {
            status = add_row(terms, csv, columns, &capacity, err);
        }
    }
    return status == WM_END ? WM_OK : status;
}

wm_status wm_terms_read(const wm_env *env, wm_str csv, wm_terms **terms_out, wm_error *err)
{
    size_t bad_at = 0;
    if (csv.len > TERMS_BYTES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "expected at most %zu bytes, found %zu", TERMS_BYTES_MAX,
                       csv.len);
    }
    if (!wm_utf8_valid(csv, &bad_at)) {
        return wm_fail(err, WM_BAD_INPUT, "expected UTF-8, found another byte at %zu", bad_at);
    }
    wm_terms *terms = wm_env_alloc(env, sizeof *terms);
    if (terms == NULL) {
        return wm_fail_memory(err);
    }
    terms->env = env;
    wm_arena_init(&terms->arena, env, 8 * TERMS_BYTES_MAX);
    csv_rows rows;
    csv_init(&rows, csv, &terms->arena);
    wm_status status = read_rows(terms, &rows, err);
    if (status != WM_OK) {
        wm_terms_free(terms);
        return status;
    }
    if (terms->count > 1) {
        qsort(terms->rows, terms->count, sizeof *terms->rows, compare_rows);
    }
    *terms_out = terms;
    return WM_OK;
}

void wm_terms_free(wm_terms *terms)
{
    if (terms != NULL) {
        wm_arena_fini(&terms->arena);
        wm_env_free(terms->env, terms, sizeof *terms);
    }
}

static bool find_key(const wm_terms *terms, const terms_asked *asked, bool by_name,
                     void (*each)(void *context, wm_str need), void *context)
{
    term_row wanted = { .key = by_name ? asked->name : asked->code, .by_name = by_name };
    size_t low = 0;
    size_t high = terms->count;
    bool found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_rows(&terms->rows[middle], &wanted) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; wanted.key.len > 0 && low < terms->count; low++) {
        const term_row *row = &terms->rows[low];
        if (row->by_name != by_name || compare_folded(row->key, wanted.key) != 0) {
            break;
        }
        if (row->vocabulary.len > 0 && compare_folded(row->vocabulary, asked->vocabulary) != 0) {
            continue;
        }
        found = true;
        if (!wm_str_is(row->need, "-")) {
            each(context, row->need);
        }
    }
    return found;
}

bool terms_find(const wm_terms *terms, const terms_asked *asked,
                void (*each)(void *context, wm_str need), void *context)
{
    if (terms == NULL) {
        return false;
    }
    return find_key(terms, asked, false, each, context) ||
           find_key(terms, asked, true, each, context);
}

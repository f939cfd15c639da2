/* places_import.c: lists of places, line by line, into the working state.
 *
 *   line --places_rows--> fields --+-- unit postcode --> gathered until its outcode ends --> record
 *                                  +-- anything else ------------------------------------> record
 *
 * Where a line lies is found from the finest that the directory knows: its locality's own code, the
 * ward (a place record "ward-CODE" says in which locality it lies), the district, the board.
 *
 * What a source brought is remembered by name (the blob "import/places/SOURCE": how many lines were
 * taken, then one id a line), so that the next import withdraws what is gone. */
#include "interchange/places_import.h"

#include <stdio.h>

#include "interchange/other_files.h"

#define BLOB_PREFIX "import/places/"
#define LINE_ARENA_BYTES_MAX (64 * WM_MIB)

void place_import_reject(wm_place_import *import, const char *expected, wm_str found)
{
    wm_error said = { 0 };
    (void)wm_fail(&said, WM_BAD_INPUT, "expected %s, found \"%.*s\"", expected,
                  (int)wm_utf8_cut(found, 80), found.ptr != NULL ? found.ptr : "");
    import->counts.rejected++;
    if (import->options.tell != NULL) {
        import->options.tell(import->options.context, import->line, wm_str_of(said.text));
    }
}

/* ---- where a line lies ---- */

wm_status place_import_get(void *context, wm_str id, wm_arena *arena, const wm_json **record_out,
                           wm_error *err)
{
    const wm_place_import *import = context;
    return wm_store_get_json(import->store, WM_VIEW_WORKING, WM_KIND_PLACE, id, arena, record_out,
                             err);
}

static wm_status no_names(void *context, const wm_place_sink *sink, wm_error *err)
{
    (void)context;
    (void)sink;
    (void)err;
    return WM_OK;
}

/* The one locality that the directory's record of a ward names. */
static wm_status read_ward(wm_place_import *import, wm_str code, wm_locality *found_out,
                           wm_error *err)
{
    char id[32];
    const wm_json *record = NULL;
    int length = snprintf(id, sizeof id, "ward-%.*s", (int)code.len, code.ptr);
    wm_status status =
        place_import_get(import, (wm_str){ id, (size_t)length }, &import->arena, &record, err);
    const wm_json *shares = status == WM_OK ? wm_json_get(record, "shares") : NULL;
    *found_out = WM_LOCALITY_NONE;
    if (shares != NULL && wm_json_is(shares, WM_JSON_ARRAY) && shares->count == 1) {
        wm_str in = wm_json_string(wm_json_get(&shares->as.items[0], "code"));
        *found_out = wm_locality_find(import->tree, in);
    }
    return status == WM_NOT_FOUND ? WM_OK : status;
}

/* Lines of a ward stand together, more or less: a few wards are remembered. */
static wm_status find_ward(wm_place_import *import, wm_str code, wm_locality *found_out,
                           wm_error *err)
{
    *found_out = WM_LOCALITY_NONE;
    if (code.len == 0 || code.len >= sizeof import->wards[0].code || !wm_id_valid(code)) {
        return WM_OK;
    }
    uint32_t hash = 0;
    for (size_t i = 0; i < code.len; i++) {
        hash = hash * 31 + (unsigned char)code.ptr[i];
    }
    known_ward *known = &import->wards[hash & (WARDS_KNOWN - 1)];
    if (!wm_str_is(code, known->code)) {
        wm_status status = read_ward(import, code, &known->locality, err);
        if (status != WM_OK) {
            return status;
        }
        memcpy(known->code, code.ptr, code.len);
        known->code[code.len] = '\0';
    }
    *found_out = known->locality;
    return WM_OK;
}

wm_status place_import_locality(wm_place_import *import, const place_row *row,
                                wm_locality *found_out, wm_error *err)
{
    static const place_column coarser[] = { COLUMN_DISTRICT, COLUMN_BOARD };
    const place_layout *layout = &import->layout;
    *found_out = wm_locality_find(import->tree, place_field(layout, row, COLUMN_LOCALITY));
    wm_status status = WM_OK;
    if (*found_out == WM_LOCALITY_NONE) {
        status = find_ward(import, place_field(layout, row, COLUMN_WARD), found_out, err);
    }
    for (size_t i = 0; i < 2 && status == WM_OK && *found_out == WM_LOCALITY_NONE; i++) {
        *found_out = wm_locality_find(import->tree, place_field(layout, row, coarser[i]));
    }
    return status;
}

wm_locality place_import_nation(const wm_place_import *import, wm_str code)
{
    static const char *const nations[] = { "E92000001", "W92000004", "S92000003" };
    for (size_t i = 0; i < 3 && code.len == 9; i++) {
        if (code.ptr[0] == nations[i][0]) {
            return wm_locality_find(import->tree, wm_str_of(nations[i]));
        }
    }
    return WM_LOCALITY_NONE;
}

/* ---- records ---- */

/* Whether the record of that id has unit postcodes: those came from another list, or an earlier
 * one. */
static wm_status has_units(wm_place_import *import, wm_str id, bool *there_out, bool *units_out,
                           wm_error *err)
{
    const wm_json *record = NULL;
    wm_status status = place_import_get(import, id, &import->arena, &record, err);
    *there_out = status == WM_OK;
    *units_out = status == WM_OK && wm_json_get(record, "units") != NULL;
    return status == WM_NOT_FOUND ? WM_OK : status;
}

/* Somebody else wrote it; or we did, and somebody else brought its units since. */
static wm_status is_anothers(wm_place_import *import, wm_str id, bool *anothers_out, wm_error *err)
{
    bool there = false;
    bool units = false;
    *anothers_out = false;
    if (wm_symbols_find(import->ids, id) != WM_SYMBOL_NONE) {
        return WM_OK;
    }
    wm_status status = has_units(import, id, &there, &units, err);
    *anothers_out = there && (units || wm_symbols_find(import->before, id) == WM_SYMBOL_NONE);
    return status;
}

wm_status place_import_put(wm_place_import *import, wm_str id, bool replaces, wm_error *err)
{
    bool anothers = false;
    bool changed = false;
    wm_symbol symbol = 0;
    wm_status status = wm_buf_status(&import->record, err);
    if (status == WM_OK && !replaces) {
        status = is_anothers(import, id, &anothers, err);
        if (anothers) {
            import->counts.kept++;
            return WM_OK;
        }
    }
    if (status == WM_OK) {
        wm_record record = { WM_KIND_PLACE, id, wm_buf_str(&import->record) };
        status = wm_history_put(import->txn, &record, NULL, &changed, err);
    }
    if (status == WM_OK && wm_symbols_find(import->ids, id) == WM_SYMBOL_NONE) {
        import->counts.records++;
        status = wm_symbols_intern(import->ids, id, &symbol, err);
    }
    import->counts.changed += changed ? 1 : 0;
    return status;
}

/* ---- lines ---- */

static wm_status take(wm_place_import *import, const place_row *row, wm_error *err)
{
    switch (import->layout.format) {
    case PLACE_FORMAT_UNITS: return place_import_unit(import, row, err);
    case PLACE_FORMAT_OUTCODES:
    case PLACE_FORMAT_SECTORS: return place_import_area(import, row, err);
    case PLACE_FORMAT_TOWNS: return place_import_town(import, row, err);
    case PLACE_FORMAT_WARDS: return place_import_ward(import, row, err);
    case PLACE_FORMAT_PRACTICES: return place_import_practice(import, row, err);
    case PLACE_FORMAT_NONE:
    default: return wm_fail(err, WM_INTERNAL, "a list of places without a format");
    }
}

void wm_place_import_file(wm_place_import *import)
{
    import->has_layout = false;
}

wm_status wm_place_import_line(wm_place_import *import, wm_str line, int64_t number, wm_error *err)
{
    place_row row;
    size_t bad_at = 0;
    import->line = number;
    wm_arena_reset(&import->arena);
    if (line.len > 0 && line.ptr[line.len - 1] == '\r') {
        line.len--;
    }
    const char *other = import->has_layout ? NULL : other_file(line);
    if (other != NULL) {
        return wm_fail(err, WM_BAD_INPUT, "expected lines of text in UTF-8, found %s", other);
    }
    if (line.len > WM_PLACE_LINE_BYTES_MAX || !wm_utf8_valid(line, &bad_at) ||
        (line.len > 0 && memchr(line.ptr, '\0', line.len) != NULL)) {
        place_import_reject(import, "a line of text in UTF-8", WM_STR(""));
        return WM_OK;
    }
    if (line.len == 0) {
        return WM_OK;
    }
    wm_status status = place_row_read(line, &import->arena, &row);
    if (status == WM_NO_MEMORY) {
        return wm_fail_memory(err);
    }
    if (status != WM_OK) {
        place_import_reject(import, "fields with commas between them", line);
        return WM_OK;
    }
    if (!import->has_layout) {
        place_layout_read(&row, import->options.list, &import->layout);
        import->has_layout = true;
        if (import->layout.format == PLACE_FORMAT_NONE) {
            return wm_fail(err, WM_BAD_INPUT,
                           "expected a first line with the columns of a list of %s, found "
                           "\"%.*s\"",
                           import->options.list == WM_PLACE_LIST_PRACTICES ? "practices" : "places",
                           (int)wm_utf8_cut(line, 80), line.ptr);
        }
        if (import->layout.has_head) {
            return WM_OK;
        }
    }
    return take(import, &row, err);
}

/* ---- begin and end ---- */

/* "taken\nid\nid\n" */
static wm_status read_before(wm_place_import *import, wm_error *err)
{
    wm_buf text;
    wm_symbol symbol = 0;
    wm_buf_init(&text, import->env, WM_BLOB_BYTES_MAX);
    wm_status status = wm_store_blob_get(import->store, wm_str_of(import->source), &text, err);
    wm_str rest = wm_buf_str(&text);
    bool is_first = true;
    while (status == WM_OK && rest.len > 0) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        size_t length = end != NULL ? (size_t)(end - rest.ptr) : rest.len;
        wm_str line = { rest.ptr, length };
        int32_t taken = 0;
        if (!is_first) {
            status = wm_symbols_intern(import->before, line, &symbol, err);
        } else if (place_number(line, 0, &taken)) {
            import->taken_before = taken;
        }
        is_first = false;
        length += end != NULL ? 1 : 0;
        rest = (wm_str){ rest.ptr + length, rest.len - length };
    }
    wm_buf_fini(&text);
    return status == WM_NOT_FOUND ? WM_OK : status;
}

static wm_status open_all(wm_place_import *import, wm_error *err)
{
    wm_status status = wm_store_localities(import->store, WM_VIEW_WORKING, &import->tree, err);
    if (status == WM_OK && wm_locality_count(import->tree) == 0) {
        status = wm_fail(err, WM_BAD_INPUT,
                         "expected localities in the directory, found none: bring those first");
    }
    if (status == WM_OK) {
        wm_place_source source = { place_import_get, no_names, import };
        status = wm_places_open(import->env, import->tree, &source, &import->places, err);
    }
    if (status == WM_OK) {
        status = wm_symbols_new(import->env, &import->ids, err);
    }
    if (status == WM_OK) {
        status = wm_symbols_new(import->env, &import->before, err);
    }
    return status == WM_OK ? read_before(import, err) : status;
}

wm_status wm_place_import_begin(wm_txn *txn, const wm_place_import_options *options,
                                wm_place_import **import_out, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    const wm_env *env = wm_store_env(store);
    if (options->source.len == 0 ||
        options->source.len + sizeof BLOB_PREFIX > WM_BLOB_NAME_BYTES_MAX) {
        return wm_fail(err, WM_BAD_INPUT, "source: expected a name of 1 to %d bytes",
                       (int)(WM_BLOB_NAME_BYTES_MAX - sizeof BLOB_PREFIX));
    }
    wm_place_import *import = wm_env_alloc(env, sizeof *import);
    if (import == NULL) {
        return wm_fail_memory(err);
    }
    import->txn = txn;
    import->store = store;
    import->env = env;
    import->options = *options;
    (void)snprintf(import->source, sizeof import->source, BLOB_PREFIX "%.*s",
                   (int)options->source.len, options->source.ptr);
    wm_arena_init(&import->arena, env, LINE_ARENA_BYTES_MAX);
    wm_buf_init(&import->record, env, WM_RECORD_BYTES_MAX);
    wm_status status = open_all(import, err);
    if (status != WM_OK) {
        wm_place_import_free(import);
        return status;
    }
    *import_out = import;
    return WM_OK;
}

void wm_place_import_free(wm_place_import *import)
{
    if (import != NULL) {
        wm_buf_fini(&import->record);
        wm_arena_fini(&import->arena);
        wm_symbols_free(import->before);
        wm_symbols_free(import->ids);
        wm_places_free(import->places);
        wm_locality_tree_free(import->tree);
        wm_env_free(import->env, import, sizeof *import);
    }
}

static wm_status withdraw_gone(wm_place_import *import, wm_error *err)
{
    wm_status status = WM_OK;
    for (wm_symbol i = 0; i < wm_symbols_count(import->before) && status == WM_OK; i++) {
        wm_str id = wm_symbols_text(import->before, i);
        bool there = false;
        bool units = false;
        if (wm_symbols_find(import->ids, id) != WM_SYMBOL_NONE) {
            continue;
        }
        wm_arena_reset(&import->arena);
        if (import->layout.format == PLACE_FORMAT_OUTCODES) {
            status = has_units(import, id, &there, &units, err);
        }
        if (units || status != WM_OK) { /* not ours any more */
            continue;
        }
        status = wm_history_withdraw(import->txn, WM_KIND_PLACE, id, err);
        import->counts.withdrawn += status == WM_OK ? 1 : 0;
        import->counts.changed += status == WM_OK ? 1 : 0;
        status = status == WM_NOT_FOUND ? WM_OK : status;
    }
    return status;
}

static wm_status remember(wm_place_import *import, wm_error *err)
{
    wm_buf text;
    wm_buf_init(&text, import->env, WM_BLOB_BYTES_MAX);
    wm_buf_printf(&text, "%lld\n", (long long)import->counts.taken);
    for (wm_symbol i = 0; i < wm_symbols_count(import->ids); i++) {
        wm_buf_put_str(&text, wm_symbols_text(import->ids, i));
        wm_buf_put_char(&text, '\n');
    }
    wm_status status = wm_buf_status(&text, err);
    if (status == WM_OK) {
        status = wm_store_blob_put(import->txn, wm_str_of(import->source), wm_buf_str(&text), err);
    }
    wm_buf_fini(&text);
    return status;
}

wm_status wm_place_import_finish(wm_place_import *import, bool allow_shrink,
                                 wm_place_import_counts *counts_out, wm_error *err)
{
    wm_status status = place_import_flush(import, err);
    if (status == WM_OK && !allow_shrink && import->counts.taken < import->taken_before / 2) {
        status = wm_fail(err, WM_REFUSED,
                         "expected about %lld lines, as many as before, found %lld; nothing was "
                         "changed (to take them all the same: --allow-shrink)",
                         (long long)import->taken_before, (long long)import->counts.taken);
    }
    if (status == WM_OK) {
        status = withdraw_gone(import, err);
    }
    if (status == WM_OK) {
        status = remember(import, err);
    }
    if (status == WM_OK) {
        *counts_out = import->counts;
    }
    return status;
}

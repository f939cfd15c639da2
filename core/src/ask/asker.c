/* asker.c: load needs, localities and facts at once; places and texts when they are asked for. */
#include <waymark/sys/history.h>

#include "ask/asker.h"
#include "ask/shelf.h"
#include "ask/texts.h"
#include "store/gists.h"
#include "store/phrases.h"

typedef struct collected {
    wm_arena *arena;
    const wm_json **values;
    size_t count;
    size_t capacity;
} collected;

static wm_status add_value(collected *list, const wm_json *value, wm_error *err)
{
    const wm_json **values = wm_arena_grow(list->arena, list->values, list->count, &list->capacity,
                                           sizeof(const wm_json *));
    if (values == NULL) {
        return wm_fail_memory(err);
    }
    list->values = values;
    values[list->count++] = value;
    return WM_OK;
}

static wm_status collect_gist(void *context, wm_str id, const wm_json *record, wm_error *err)
{
    (void)id;
    return add_value(context, record, err);
}

/* What is kept beside the records. */
static wm_status collect_gists(const wm_asker *asker, wm_kind kind, wm_arena *arena,
                               collected *list_out, wm_error *err)
{
    *list_out = (collected){ .arena = arena };
    wm_gist_sink sink = { collect_gist, list_out };
    return wm_store_gists(asker->store, asker->view, kind, arena, &sink, err);
}

static wm_status collect_one(void *context, const wm_record *record, wm_error *err)
{
    collected *list = context;
    const wm_json *value = NULL;
    wm_status status = wm_json_parse(list->arena, record->bytes, WM_RECORD_BYTES_MAX, &value, err);
    return status == WM_OK ? add_value(list, value, err) : status;
}

/* The records in whole. */
static wm_status collect(const wm_asker *asker, wm_kind kind, wm_arena *arena, collected *list_out,
                         wm_error *err)
{
    *list_out = (collected){ .arena = arena };
    wm_record_sink sink = { collect_one, list_out };
    return wm_store_each(asker->store, asker->view, WM_KIND_BIT(kind), &sink, err);
}

static wm_status load_needs(wm_asker *asker, wm_arena *scratch, wm_error *err)
{
    collected list;
    wm_status status = collect_gists(asker, WM_KIND_NEED, scratch, &list, err);
    return status == WM_OK
               ? wm_needs_new_graph(asker->env, list.values, list.count, &asker->needs, err)
               : status;
}

static wm_status read_words(wm_asker *asker, wm_error *err)
{
    wm_arena scratch;
    collected list;
    wm_arena_init(&scratch, asker->env, SIZE_MAX / 2);
    wm_status status = collect(asker, WM_KIND_NEED, &scratch, &list, err);
    if (status == WM_OK) {
        status = wm_needs_read_words(asker->needs, list.values, list.count, err);
    }
    wm_arena_fini(&scratch);
    return status;
}

wm_status wm_asker_words(wm_asker *asker, wm_error *err)
{
    if (asker->has_words) {
        return WM_OK;
    }
    wm_status status = wm_store_phrases(asker->store, asker->view, asker->needs, err);
    if (status == WM_NOT_FOUND) {
        status = read_words(asker, err);
    }
    asker->whole = status == WM_OK; /* else all is loaded anew before it is used again */
    asker->has_words = status == WM_OK;
    return status;
}

static wm_status load_facts(wm_asker *asker, wm_arena *scratch, wm_error *err)
{
    collected list;
    wm_status status = collect_gists(asker, WM_KIND_FACT, scratch, &list, err);
    if (status == WM_OK) {
        status = wm_fact_registry_new(asker->env, &asker->registry, err);
    }
    for (size_t i = 0; status == WM_OK && i < list.count; i++) {
        status = wm_fact_registry_add(asker->registry, list.values[i], err);
    }
    asker->has_facts = status == WM_OK && list.count > 0;
    if (status == WM_OK) {
        status = wm_askables_new(asker->env, list.values, list.count, &asker->askables, err);
    }
    return status;
}

/* Few, and in order of id already: by insertion. */
static void put_in_order(wm_asker *asker, const wm_rule *rule)
{
    size_t at = asker->rule_count++;
    while (at > 0 && wm_rule_compare(rule, asker->rules[at - 1], asker->symbols) < 0) {
        asker->rules[at] = asker->rules[at - 1];
        at--;
    }
    asker->rules[at] = rule;
}

/* Rules were compiled when they were stored; they are read in place. */
static wm_status load_rules(wm_asker *asker, wm_error *err)
{
    wm_rule_program *programs = NULL;
    size_t count = 0;
    wm_status status =
        wm_store_rules(asker->store, asker->view, &asker->rule_arena, &programs, &count, err);
    if (status != WM_OK) {
        return status;
    }
    wm_rule *rules = wm_arena_array(&asker->rule_arena, count, sizeof *rules);
    asker->rules = wm_arena_array(&asker->rule_arena, count, sizeof(const wm_rule *));
    if (rules == NULL || asker->rules == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        status = wm_rule_load(programs[i].program, &rules[i], err);
        if (status == WM_OK) {
            put_in_order(asker, &rules[i]);
        }
    }
    return status;
}

static bool make_rules_ready(wm_asker *asker)
{
    wm_ready_rule *ready = wm_arena_array(&asker->rule_arena, asker->rule_count, sizeof *ready);
    bool whole = ready != NULL;
    for (size_t i = 0; whole && i < asker->rule_count; i++) {
        whole = wm_rule_make_ready(asker->rules[i], &asker->rule_arena, &ready[i]);
    }
    asker->ready_rules = ready;
    return whole;
}

static bool find_need_symbols(wm_asker *asker)
{
    size_t count = wm_needs_count(asker->needs);
    wm_symbol *symbols = wm_arena_array(&asker->rule_arena, count, sizeof *symbols);
    for (size_t i = 0; symbols != NULL && i < count; i++) {
        symbols[i] = wm_symbols_find(asker->symbols, wm_needs_id(asker->needs, (wm_need)i));
    }
    asker->need_symbols = symbols;
    return symbols != NULL;
}

/* Whoever is left with too little is offered these (signpost.c). */
static void find_open_to_all(wm_asker *asker)
{
    static const char *const offers[WM_OPEN_TO_ALL_MAX] = { "open_access_any_need",
                                                            "advice_line_professional_or_public" };
    size_t count = 0;
    for (size_t i = 0; i < WM_OPEN_TO_ALL_MAX; i++) {
        asker->open_to_all[i] = WM_SYMBOL_NONE;
        asker->open_to_all[count] = wm_symbols_find(asker->symbols, wm_str_of(offers[i]));
        count += asker->open_to_all[count] != WM_SYMBOL_NONE ? 1 : 0;
    }
}

/* What every query would look up again. */
static wm_status make_ready(wm_asker *asker, wm_error *err)
{
    find_open_to_all(asker);
    return make_rules_ready(asker) && find_need_symbols(asker) ? WM_OK : wm_fail_memory(err);
}

static wm_status load_release(wm_asker *asker, wm_error *err)
{
    wm_status status = wm_store_latest(asker->store, &asker->release, err);
    asker->has_release = status == WM_OK;
    if (status == WM_NO_RELEASE && asker->view == WM_VIEW_WORKING) {
        wm_error_clear(err);
        status = WM_OK;
    }
    return status;
}

bool wm_asker_is_stale(const wm_asker *asker, wm_date day)
{
    char text[WM_DATE_TEXT_BYTES];
    return asker->stale_since[0] != '\0' &&
           strcmp(asker->stale_since, wm_date_format(day, text)) <= 0;
}

/* An authoring database is read as professionals see it; a replica says what it is. */
static wm_status load_role(wm_asker *asker, wm_error *err)
{
    asker->stale_since[0] = '\0';
    asker->edition = WM_EDITION_PROFESSIONAL;
    if (wm_store_role(asker->store) != WM_ROLE_REPLICA) {
        return WM_OK;
    }
    wm_buf text;
    wm_buf_init(&text, asker->env, 64);
    wm_status status = wm_store_blob_get(asker->store, WM_STR("sync/stale_since"), &text, err);
    wm_date date = 0;
    if (status == WM_OK &&
        wm_date_parse((wm_str){ wm_buf_str(&text).ptr, text.len < 10 ? text.len : 10 }, &date)) {
        (void)wm_date_format(date, asker->stale_since);
    }
    wm_buf_fini(&text);
    if (status != WM_OK && status != WM_NOT_FOUND) {
        return status;
    }
    return wm_replica_edition(asker->store, &asker->edition, err);
}

wm_status wm_asker_init(wm_asker *asker, wm_store *store, wm_view view, wm_error *err)
{
    *asker = (wm_asker){ .env = wm_store_env(store), .store = store, .view = view };
    wm_arena scratch;
    wm_arena_init(&asker->rule_arena, asker->env, SIZE_MAX / 2);
    wm_arena_init(&asker->asked_arena, asker->env, SIZE_MAX / 2);
    wm_arena_init(&scratch, asker->env, SIZE_MAX / 2);
    wm_status status = wm_store_read_begin(store, err);
    if (status != WM_OK) {
        goto out;
    }
    status = load_release(asker, err);
    if (status == WM_OK) {
        status = load_role(asker, err);
    }
    if (status == WM_OK) {
        status = wm_store_symbols(store, &asker->symbols, err);
    }
    if (status == WM_OK) {
        status = wm_store_localities(store, view, &asker->tree, err);
    }
    if (status == WM_OK) {
        status = wm_area_map_new(asker->env, asker->symbols, asker->tree, &asker->areas, err);
    }
    if (status == WM_OK) {
        status = load_needs(asker, &scratch, err);
    }
    if (status == WM_OK) {
        status = load_facts(asker, &scratch, err);
    }
    if (status == WM_OK) {
        status = load_rules(asker, err);
    }
    if (status == WM_OK) {
        status = make_ready(asker, err);
    }
    if (status == WM_OK) {
        asker->symbol_count = wm_symbols_count(asker->symbols);
        asker->whole = true;
    }
    wm_store_read_end(store);
out:
    wm_arena_fini(&scratch);
    return status;
}

/* A replica that takes one more partition has new services, and so new symbols, in the same
 * release; a working state changes without any sign. */
static bool has_moved_on(const wm_asker *asker, const wm_release *latest)
{
    return !asker->whole || asker->view == WM_VIEW_WORKING ||
           latest->number != asker->release.number ||
           wm_symbols_count(asker->symbols) != asker->symbol_count;
}

/* All that was read of the file is as it was read. */
static bool is_as_it_was(const wm_asker *asker, uint32_t state)
{
    const wm_store *store = asker->store;
    return asker->whole && asker->file_state_known && asker->file_state == state &&
           asker->symbols == store->symbols && !store->txn.open;
}

static wm_status bring_up_to_date(wm_asker *asker, wm_error *err)
{
    wm_release latest = { 0 };
    wm_store *store = asker->store;
    wm_view view = asker->view;
    wm_status status = wm_store_symbols(store, &asker->symbols, err);
    if (status == WM_OK && view != WM_VIEW_WORKING) {
        status = wm_store_latest(store, &latest, err);
    }
    if (status != WM_OK) {
        return status;
    }
    if (!has_moved_on(asker, &latest)) {
        return load_role(asker, err);
    }
    wm_asker_fini(asker);
    return wm_asker_init(asker, store, view, err);
}

wm_status wm_asker_refresh(wm_asker *asker, wm_error *err)
{
    uint32_t state = 0;
    wm_status status = wm_store_touch(asker->store, err);
    if (status == WM_OK) {
        status = wm_store_file_state(asker->store, &state, err);
    }
    if (status != WM_OK || is_as_it_was(asker, state)) {
        wm_shelf_settle(asker);
        return status;
    }
    wm_shelf_free(asker->shelf); /* single rows go with any change of the file */
    asker->shelf = NULL;
    asker->file_state_known = false;
    status = bring_up_to_date(asker, err);
    if (status == WM_OK) {
        asker->file_state = state;
        asker->file_state_known = true;
    }
    return status;
}

void wm_asker_fini(wm_asker *asker)
{
    wm_shelf_free(asker->shelf);
    wm_text_cache_free(asker->texts);
    wm_places_free(asker->places);
    wm_needs_free(asker->needs);
    wm_askables_free(asker->askables);
    wm_fact_registry_free(asker->registry);
    wm_arena_fini(&asker->rule_arena);
    wm_arena_fini(&asker->asked_arena);
    for (size_t i = 0; i < WM_ASKER_SPARES; i++) {
        wm_arena_fini(&asker->spare[i]);
    }
    wm_area_map_free(asker->areas);
    wm_locality_tree_free(asker->tree);
    *asker = (wm_asker){ .env = asker->env, .store = asker->store, .view = asker->view };
}

/* ---- the memory of a question ---- */

wm_arena wm_asker_borrow(wm_asker *asker)
{
    wm_arena arena;
    size_t at = 0;
    while (at < WM_ASKER_SPARES && asker->spare[at].bytes == 0) {
        at++;
    }
    if (at == WM_ASKER_SPARES) {
        wm_arena_init(&arena, asker->env, SIZE_MAX / 2);
        return arena;
    }
    arena = asker->spare[at];
    asker->spare[at] = (wm_arena){ .env = NULL };
    return arena;
}

void wm_asker_give_back(wm_asker *asker, wm_arena *arena)
{
    size_t at = 0;
    wm_arena_reset(arena);
    while (at < WM_ASKER_SPARES && asker->spare[at].bytes > 0) {
        at++;
    }
    if (at < WM_ASKER_SPARES && arena->bytes > 0 && arena->bytes <= WM_SPARE_BYTES_MAX) {
        asker->spare[at] = *arena;
        wm_arena_init(arena, asker->env, SIZE_MAX / 2);
    }
    wm_arena_fini(arena);
}

/* ---- facts, as they are asked ---- */

wm_status wm_asker_fact(wm_asker *asker, const wm_askable *fact, const wm_json **record_out,
                        wm_error *err)
{
    size_t count = wm_askables_count(asker->askables);
    size_t at = (size_t)(fact - wm_askables_at(asker->askables, 0));
    wm_status status = WM_OK;
    if (asker->asked == NULL) {
        asker->asked = wm_arena_array(&asker->asked_arena, count, sizeof(const wm_json *));
    }
    if (asker->asked == NULL) {
        return wm_fail_memory(err);
    }
    if (asker->asked[at] == NULL) {
        status = wm_store_get_json(asker->store, asker->view, WM_KIND_FACT, fact->id,
                                   &asker->asked_arena, &asker->asked[at], err);
    }
    if (status == WM_OK) {
        *record_out = asker->asked[at];
    }
    return status;
}

/* ---- places, as somebody asks for them ---- */

static wm_status get_place(void *context, wm_str id, wm_arena *arena, const wm_json **record_out,
                           wm_error *err)
{
    const wm_asker *asker = context;
    return wm_store_get_json(asker->store, asker->view, WM_KIND_PLACE, id, arena, record_out, err);
}

static wm_status put_place(void *context, const wm_record *record, wm_error *err)
{
    const wm_place_sink *sink = context;
    return sink->put(sink->context, record->id, record->bytes, err);
}

static wm_status each_place(void *context, const wm_place_sink *sink, wm_error *err)
{
    const wm_asker *asker = context;
    wm_place_sink borrowed = *sink;
    wm_record_sink records = { put_place, &borrowed };
    return wm_store_each(asker->store, asker->view, WM_KIND_BIT(WM_KIND_PLACE), &records, err);
}

wm_status wm_asker_places(wm_asker *asker, wm_error *err)
{
    if (asker->places != NULL) {
        return WM_OK;
    }
    wm_place_source source = { get_place, each_place, asker };
    return wm_places_open(asker->env, asker->tree, &source, &asker->places, err);
}

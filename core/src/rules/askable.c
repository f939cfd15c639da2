/* askable.c: see askable.h. All lies in one arena; entries are sorted by id. */
#include "rules/askable.h"

#include <stdlib.h>

struct wm_askables {
    wm_arena arena;
    wm_askable *items;
    size_t count;
};

static int by_id(const void *a, const void *b)
{
    return wm_str_compare(((const wm_askable *)a)->id, ((const wm_askable *)b)->id);
}

static uint16_t per_mille(const wm_json *value)
{
    int64_t number = wm_json_integer(value, 0);
    return number > 0 && number <= 1000 ? (uint16_t)number : 0;
}

static const wm_json *list_of(const wm_json *record, const char *name)
{
    const wm_json *list = wm_json_get(record, name);
    return wm_json_is(list, WM_JSON_ARRAY) && list->count > 0 ? list : NULL;
}

static bool read_terms(wm_arena *arena, const wm_json *record, wm_askable *item)
{
    const wm_json *options = list_of(record, "options");
    uint32_t count = options != NULL ? options->count : 0;
    wm_str *terms = wm_arena_array(arena, count, sizeof *terms);
    uint16_t *priors = wm_arena_array(arena, count, sizeof *priors);
    if (terms == NULL || priors == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        const wm_json *option = &options->as.items[i];
        wm_str value = option->type == WM_JSON_STRING
                           ? option->as.string
                           : wm_json_string(wm_json_get(option, "value"));
        terms[i] = wm_arena_copy(arena, value);
        priors[i] = per_mille(wm_json_get(option, "prior"));
        if (terms[i].ptr == NULL) {
            return false;
        }
    }
    item->terms = terms;
    item->priors = priors;
    item->term_count = count;
    return true;
}

static bool read_company(wm_arena *arena, const wm_json *record, wm_askable *item)
{
    const wm_json *with = list_of(record, "with");
    uint32_t count = with != NULL ? with->count : 0;
    count = count < WM_FACT_WITH_MAX ? count : WM_FACT_WITH_MAX;
    wm_str *ids = wm_arena_array(arena, count, sizeof *ids);
    if (ids == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        ids[i] = wm_arena_copy(arena, wm_json_string(&with->as.items[i]));
        if (ids[i].ptr == NULL) {
            return false;
        }
    }
    item->with = ids;
    item->with_count = count;
    item->after = wm_arena_copy(arena, wm_json_string(wm_json_get(record, "after")));
    return item->after.ptr != NULL;
}

static bool read_item(wm_arena *arena, const wm_json *record, wm_askable *item)
{
    int64_t cost = wm_json_integer(wm_json_get(record, "cost"), 1);
    item->id = wm_arena_copy(arena, wm_json_string(wm_json_get(record, "id")));
    item->cost = cost >= 0 && cost <= 4 ? (uint8_t)cost : 4;
    item->professional = wm_str_is(wm_json_string(wm_json_get(record, "edition")), "professional");
    item->prior = per_mille(wm_json_get(record, "prior"));
    return item->id.ptr != NULL && read_terms(arena, record, item) &&
           read_company(arena, record, item);
}

static wm_askable *find(const wm_askables *askables, wm_str id)
{
    wm_askable wanted = { .id = id };
    return askables->count == 0
               ? NULL
               : bsearch(&wanted, askables->items, askables->count, sizeof wanted, by_id);
}

/* Of two records with one id the later counts, as in the registry. */
static size_t keep_last_of_each(wm_askable *items, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && wm_str_equal(items[kept - 1].id, items[i].id)) {
            kept--;
        }
        items[kept++] = items[i];
    }
    return kept;
}

static bool joins(const wm_askable *main, const wm_askable *other)
{
    bool named = false;
    for (uint32_t i = 0; i < main->with_count && !named; i++) {
        named = other->after.len == 0 && wm_str_equal(main->with[i], other->id);
    }
    return named || (other->after.len > 0 && wm_str_equal(other->after, main->id));
}

/* False: out of memory. */
static bool find_company(wm_askables *askables, wm_askable *main)
{
    size_t count = 0;
    for (size_t i = 0; i < askables->count; i++) {
        count += joins(main, &askables->items[i]) ? 1 : 0;
    }
    const wm_askable **company =
        wm_arena_array(&askables->arena, count, sizeof(const wm_askable *));
    if (company == NULL) {
        return false;
    }
    for (size_t i = 0; i < askables->count; i++) {
        if (joins(main, &askables->items[i])) {
            company[main->company_count++] = &askables->items[i];
        }
    }
    main->company = company;
    return true;
}

/* What has neither `with` nor any that comes after it has none. */
static bool find_companies(wm_askables *askables)
{
    bool whole = true;
    for (size_t i = 0; i < askables->count && whole; i++) {
        const wm_askable *item = &askables->items[i];
        wm_askable *leader = item->after.len > 0 ? find(askables, item->after) : NULL;
        if (leader != NULL && leader->company == NULL) {
            whole = find_company(askables, leader);
        }
        if (whole && item->with_count > 0 && item->company == NULL) {
            whole = find_company(askables, &askables->items[i]);
        }
    }
    return whole;
}

wm_status wm_askables_new(const wm_env *env, const wm_json *const *records, size_t count,
                          wm_askables **askables_out, wm_error *err)
{
    wm_askables *askables = wm_env_alloc(env, sizeof *askables);
    if (askables == NULL) {
        return wm_fail_memory(err);
    }
    *askables = (wm_askables){ .count = 0 };
    wm_arena_init(&askables->arena, env, SIZE_MAX / 2);
    askables->items = wm_arena_array(&askables->arena, count, sizeof *askables->items);
    bool whole = askables->items != NULL;
    for (size_t i = 0; whole && i < count; i++) {
        wm_askable *item = &askables->items[askables->count];
        wm_str id = wm_json_string(wm_json_get(records[i], "id"));
        wm_str type = wm_json_string(wm_json_get(records[i], "type"));
        if (id.len > 0 && wm_fact_type_parse(type, &item->type)) {
            whole = read_item(&askables->arena, records[i], item);
            askables->count++;
        }
    }
    if (!whole) {
        wm_askables_free(askables);
        return wm_fail_memory(err);
    }
    if (askables->count > 0) {
        qsort(askables->items, askables->count, sizeof *askables->items, by_id);
    }
    askables->count = keep_last_of_each(askables->items, askables->count);
    if (!find_companies(askables)) {
        wm_askables_free(askables);
        return wm_fail_memory(err);
    }
    *askables_out = askables;
    return WM_OK;
}

void wm_askables_free(wm_askables *askables)
{
    if (askables != NULL) {
        const wm_env *env = askables->arena.env;
        wm_arena_fini(&askables->arena);
        wm_env_free(env, askables, sizeof *askables);
    }
}

size_t wm_askables_count(const wm_askables *askables)
{
    return askables != NULL ? askables->count : 0;
}

const wm_askable *wm_askables_at(const wm_askables *askables, size_t index)
{
    return &askables->items[index];
}

const wm_askable *wm_askables_find(const wm_askables *askables, wm_str id)
{
    return askables != NULL ? find(askables, id) : NULL;
}

/* check_gaps.c: a cell of 101 bits for each need and place; see check_gaps.h.
 *
 * A service is evaluated at most once for each place it covers and each year of age, with nothing
 * known but these two, and only while it could still fill a cell: in a large directory nearly all
 * cells are full after the first services. The day is fixed, since only differences of dates
 * matter. */
#include "check_gaps.h"

#include <stdio.h>

#define AGES 101 /* 0 to 100; the last stands for all above */
#define CELLS_MAX ((size_t)4 * 1024 * 1024)
#define DAY "2024-10-01"

typedef struct ages {
    uint64_t bits[2];
} ages;

typedef struct place {
    wm_locality at;
    uint32_t named;        /* by how many open services: it, or something below it */
    wm_facts *facts[AGES]; /* made when first needed */
} place;

struct check_gaps {
    const wm_env *env;
    wm_arena arena;
    wm_buf program;
    const wm_locality_tree *tree;
    const wm_needs *needs;
    const wm_fact_registry *registry;
    wm_symbols *symbols;
    wm_area_map *areas;
    place *places;
    size_t place_count;
    ages *cells;    /* [need * place_count + place] */
    bool *is_named; /* scratch: the needs that one service counts for */
};

static const ages all_ages = { { UINT64_MAX, (UINT64_C(1) << (AGES - 64)) - 1 } };

static bool is_full(const ages *cell)
{
    return cell->bits[0] == all_ages.bits[0] && cell->bits[1] == all_ages.bits[1];
}

static bool has_age(const ages *cell, unsigned age)
{
    return (cell->bits[age / 64] >> (age % 64) & 1) != 0;
}

/* ---- making ---- */

static wm_status find_places(check_gaps *gaps, wm_error *err)
{
    size_t count = wm_locality_count(gaps->tree);
    gaps->places = wm_arena_array(&gaps->arena, count, sizeof *gaps->places);
    gaps->is_named = wm_arena_array(&gaps->arena, wm_needs_count(gaps->needs), sizeof(bool));
    if (gaps->places == NULL || gaps->is_named == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        if (wm_locality_kind_of(gaps->tree, (wm_locality)i) == WM_LOCALITY_PLACE) {
            gaps->places[gaps->place_count++].at = (wm_locality)i;
        }
    }
    size_t needs = wm_needs_count(gaps->needs);
    if (gaps->place_count > 0 && needs > CELLS_MAX / gaps->place_count) {
        return WM_UNSUPPORTED;
    }
    gaps->cells = wm_arena_array(&gaps->arena, gaps->place_count * needs, sizeof *gaps->cells);
    return gaps->cells != NULL ? WM_OK : wm_fail_memory(err);
}

/* Every code gets its symbol before facts are parsed, so that programs compiled later agree. */
static wm_status make_symbols(check_gaps *gaps, wm_error *err)
{
    wm_status status = wm_symbols_new(gaps->env, &gaps->symbols, err);
    if (status == WM_OK) {
        status = wm_criteria_prepare_symbols(gaps->symbols, err);
    }
    for (size_t i = 0; i < wm_locality_count(gaps->tree) && status == WM_OK; i++) {
        wm_symbol symbol = 0;
        status = wm_symbols_intern(gaps->symbols, wm_locality_code(gaps->tree, (wm_locality)i),
                                   &symbol, err);
    }
    return status == WM_OK
               ? wm_area_map_new(gaps->env, gaps->symbols, gaps->tree, &gaps->areas, err)
               : status;
}

wm_status check_gaps_new(const wm_env *env, const wm_locality_tree *tree, const wm_needs *needs,
                         const wm_fact_registry *registry, check_gaps **gaps_out, wm_error *err)
{
    check_gaps *gaps = wm_env_alloc(env, sizeof *gaps);
    if (gaps == NULL) {
        return wm_fail_memory(err);
    }
    gaps->env = env;
    gaps->tree = tree;
    gaps->needs = needs;
    gaps->registry = registry;
    wm_arena_init(&gaps->arena, env, SIZE_MAX / 2);
    wm_buf_init(&gaps->program, env, WM_RECORD_BYTES_MAX * 4);
    wm_status status = find_places(gaps, err);
    if (status == WM_OK) {
        status = make_symbols(gaps, err);
    }
    if (status != WM_OK) {
        check_gaps_free(gaps);
        return status;
    }
    *gaps_out = gaps;
    return WM_OK;
}

void check_gaps_free(check_gaps *gaps)
{
    if (gaps != NULL) {
        wm_area_map_free(gaps->areas);
        wm_symbols_free(gaps->symbols);
        wm_buf_fini(&gaps->program);
        wm_arena_fini(&gaps->arena);
        wm_env_free(gaps->env, gaps, sizeof *gaps);
    }
}

/* ---- one service ---- */

static wm_status facts_of(check_gaps *gaps, place *at, unsigned age, wm_facts **facts_out,
                          wm_error *err)
{
    if (at->facts[age] == NULL) {
        char text[256];
        const wm_json *value = NULL;
        int length =
            snprintf(text, sizeof text,
                     "{\"age\":{\"years\":%u},\"residence_area\":\"%.*s\",\"as_of\":\"" DAY "\"}",
                     age, WM_STR_ARG(wm_locality_code(gaps->tree, at->at)));
        wm_facts_context context = { gaps->symbols, gaps->areas, NULL, WM_DATE_NONE };
        wm_str bytes = { text, length > 0 ? (size_t)length : 0 };
        wm_status status = wm_json_parse(&gaps->arena, bytes, sizeof text, &value, err);
        if (status == WM_OK) {
            status = wm_facts_parse(&gaps->arena, value, &context, &at->facts[age], err);
        }
        if (status != WM_OK) {
            return status;
        }
    }
    *facts_out = at->facts[age];
    return WM_OK;
}

/* The ages that the service would not refuse in this place. */
static wm_status ages_of(check_gaps *gaps, const wm_criteria *criteria, place *at, ages *ages_out,
                         wm_error *err)
{
    ages found = { { 0, 0 } };
    wm_verdict_result result;
    for (unsigned age = 0; age < AGES; age++) {
        wm_evaluation evaluation = { .symbols = gaps->symbols, .areas = gaps->areas };
        wm_facts *facts = NULL;
        wm_status status = facts_of(gaps, at, age, &facts, err);
        if (status != WM_OK) {
            return status;
        }
        evaluation.facts = facts;
        wm_criteria_evaluate(criteria, &evaluation, &result);
        if (result.verdict != WM_VERDICT_NOT_ELIGIBLE) {
            found.bits[age / 64] |= UINT64_C(1) << (age % 64);
        }
    }
    *ages_out = found;
    return WM_OK;
}

static uint32_t items_of(const wm_json *list)
{
    return list != NULL && list->type == WM_JSON_ARRAY ? list->count : 0;
}

static void name_needs(check_gaps *gaps, const wm_json *needs)
{
    memset(gaps->is_named, 0, wm_needs_count(gaps->needs) * sizeof(bool));
    for (uint32_t i = 0; i < items_of(needs); i++) {
        wm_need need = wm_needs_find(gaps->needs, wm_json_string(&needs->as.items[i]));
        if (need == WM_NEED_NONE) {
            continue;
        }
        const wm_need_step *lists[2];
        size_t counts[2] = { wm_needs_above(gaps->needs, need, &lists[0]),
                             wm_needs_below(gaps->needs, need, &lists[1]) };
        for (size_t l = 0; l < 2; l++) {
            for (size_t s = 0; s < counts[l]; s++) {
                gaps->is_named[lists[l][s].need] = true;
            }
        }
    }
}

/* Does the service cover the place, or a part of it? Counts the places that it names. */
static bool covers(const check_gaps *gaps, const wm_json *areas, place *at)
{
    bool is_covered = false;
    bool is_named = false;
    for (uint32_t i = 0; i < items_of(areas); i++) {
        wm_locality area = wm_locality_find(gaps->tree, wm_json_string(&areas->as.items[i]));
        if (area == WM_LOCALITY_NONE) {
            continue;
        }
        bool is_inside = wm_locality_within(gaps->tree, area, at->at);
        is_named = is_named || is_inside;
        is_covered = is_covered || is_inside || wm_locality_within(gaps->tree, at->at, area);
    }
    at->named += is_named ? 1 : 0;
    return is_covered;
}

static bool has_room(const check_gaps *gaps, size_t place_index)
{
    for (size_t n = 0; n < wm_needs_count(gaps->needs); n++) {
        if (gaps->is_named[n] && !is_full(&gaps->cells[n * gaps->place_count + place_index])) {
            return true;
        }
    }
    return false;
}

static wm_status fill_place(check_gaps *gaps, const wm_criteria *criteria, size_t index,
                            wm_error *err)
{
    ages found = { { 0 } };
    wm_status status = ages_of(gaps, criteria, &gaps->places[index], &found, err);
    for (size_t n = 0; n < wm_needs_count(gaps->needs) && status == WM_OK; n++) {
        if (gaps->is_named[n]) {
            ages *cell = &gaps->cells[n * gaps->place_count + index];
            cell->bits[0] |= found.bits[0];
            cell->bits[1] |= found.bits[1];
        }
    }
    return status;
}

wm_status check_gaps_add(check_gaps *gaps, const wm_json *service, wm_error *err)
{
    wm_criteria_context context = { gaps->symbols, gaps->registry, false };
    wm_str status_word = wm_json_string(wm_json_get(service, "status"));
    const wm_json *areas = wm_json_get(service, "areas");
    wm_criteria criteria;
    wm_error ignored = { 0 };
    if (!wm_str_is(status_word, "active") && !wm_str_is(status_word, "closing")) {
        return WM_OK;
    }
    wm_buf_reset(&gaps->program);
    wm_status status = wm_criteria_compile(wm_json_get(service, "eligibility"), &context,
                                           &gaps->program, &ignored);
    if (status == WM_BAD_RECORD) {
        return WM_OK; /* told by the check of its criteria */
    }
    if (status == WM_OK) {
        status = wm_criteria_load(gaps->program.data, gaps->program.len, &criteria, &ignored);
    }
    if (status != WM_OK) {
        return wm_fail(err, status, "%s", ignored.text);
    }
    name_needs(gaps, wm_json_get(service, "needs"));
    for (size_t i = 0; i < gaps->place_count && status == WM_OK; i++) {
        if (covers(gaps, areas, &gaps->places[i]) && has_room(gaps, i)) {
            status = fill_place(gaps, &criteria, i, err);
        }
    }
    return status;
}

/* ---- report ---- */

/* "0 to 4, 18 and 66 and over" */
static void put_ages(const ages *cell, char *out, size_t room)
{
    size_t length = 0;
    out[0] = '\0';
    for (unsigned from = 0; from < AGES; from++) {
        if (has_age(cell, from)) {
            continue;
        }
        unsigned to = from;
        while (to + 1 < AGES && !has_age(cell, to + 1)) {
            to++;
        }
        const char *before = length == 0 ? "" : ", ";
        int more =
            to == AGES - 1 ? snprintf(out + length, room - length, "%s%u and over", before, from)
            : to == from   ? snprintf(out + length, room - length, "%s%u", before, from)
                           : snprintf(out + length, room - length, "%s%u to %u", before, from, to);
        if (more < 0 || (size_t)more >= room - length) {
            return;
        }
        length += (size_t)more;
        from = to;
    }
}

static wm_status report_cell(const check_gaps *gaps, wm_need need, const place *at,
                             const ages *cell, const wm_finding_sink *sink)
{
    char missing[200];
    char text[512];
    char path[WM_ID_BYTES_MAX + 1];
    wm_str name = wm_locality_name(gaps->tree, at->at);
    bool is_empty = cell->bits[0] == 0 && cell->bits[1] == 0;
    (void)snprintf(missing, sizeof missing, "any age");
    if (!is_empty) {
        put_ages(cell, missing, sizeof missing);
    }
    (void)snprintf(path, sizeof path, "%.*s", WM_STR_ARG(wm_locality_code(gaps->tree, at->at)));
    (void)snprintf(text, sizeof text,
                   "expected an open service for %.*s at every age in %.*s, found none for %s%s",
                   WM_STR_ARG(wm_needs_label(gaps->needs, need)), WM_STR_ARG(name),
                   is_empty ? "" : "ages ", missing);
    wm_finding finding = { false,
                           "age_gap",
                           WM_KIND_NEED,
                           wm_needs_id(gaps->needs, need),
                           path,
                           text,
                           "Look for a service for these ages, or say why there is none." };
    return sink->put(sink->context, &finding);
}

wm_status check_gaps_report(const check_gaps *gaps, const wm_finding_sink *sink)
{
    uint32_t most_named = 0;
    for (size_t p = 0; p < gaps->place_count; p++) {
        most_named = gaps->places[p].named > most_named ? gaps->places[p].named : most_named;
    }
    for (size_t n = 0; n < wm_needs_count(gaps->needs); n++) {
        for (size_t p = 0; p < gaps->place_count; p++) {
            const ages *cell = &gaps->cells[n * gaps->place_count + p];
            if (is_full(cell) || gaps->places[p].named == 0 ||
                gaps->places[p].named < most_named / 4) {
                continue;
            }
            wm_status status = report_cell(gaps, (wm_need)n, &gaps->places[p], cell, sink);
            if (status != WM_OK) {
                return status;
            }
        }
    }
    return WM_OK;
}

/* gaps.c: a cell for each need and place; see gaps.h.
 *
 * A service is evaluated at most once for each place that it covers and each year of age, with
 * nothing known but these two, and only while it could still add something to a cell: in a large
 * directory nearly all cells are full after the first services. */
#include "rules/gaps.h"

#include "model/hours.h"
#include "model/summary.h"

#include <stdio.h>

#define CELLS_MAX ((size_t)1024 * 1024)
#define FAMILY_ASKS_BELOW 16

typedef struct gap_place {
    wm_locality at;
    uint32_t named;               /* by how many open services: it, or something below it */
    wm_gap_set safety;            /* ages */
    wm_gap_set languages;         /* that open services list */
    wm_facts *facts[WM_GAP_AGES]; /* made when first needed */
} gap_place;

struct wm_gaps {
    const wm_env *env;
    wm_arena arena;
    wm_buf program; /* of the service in hand, as the next two are */
    wm_buf summary;
    wm_buf hours;
    wm_gaps_scope scope;
    wm_symbols *symbols;
    wm_area_map *areas;
    wm_date monday;
    gap_place *places;
    size_t place_count;
    wm_gap_cell *cells; /* [need * place_count + place] */
    bool *is_named;     /* scratch: the needs that one service counts for */
    wm_str languages[WM_GAP_LANGUAGES_MAX];
    unsigned language_count;
    wm_gap_set own_languages;
};

/* What is the same for one service in every place. */
typedef struct gap_service {
    const wm_json *record;
    wm_summary summary;
    wm_criteria criteria;
    wm_gap_set spoken;
    wm_gap_set interpreted;
    bool interprets_any;
    bool has_week;
    bool is_public;
    bool is_always;
    bool is_safety;
    uint8_t week[WM_GAP_WEEK_BYTES];
} gap_service;

static const wm_gap_set all_ages = { { UINT64_MAX, (UINT64_C(1) << (WM_GAP_AGES - 64)) - 1 } };

/* ---- sets ---- */

bool wm_gap_set_has(const wm_gap_set *set, unsigned item)
{
    return (set->bits[item / 64] >> (item % 64) & 1) != 0;
}

void wm_gap_set_put(wm_gap_set *set, unsigned item)
{
    set->bits[item / 64] |= UINT64_C(1) << (item % 64);
}

bool wm_gap_set_is_empty(const wm_gap_set *set)
{
    return set->bits[0] == 0 && set->bits[1] == 0;
}

wm_gap_set wm_gap_set_less(wm_gap_set a, wm_gap_set b)
{
    return (wm_gap_set){ { a.bits[0] & ~b.bits[0], a.bits[1] & ~b.bits[1] } };
}

static void add_set(wm_gap_set *to, wm_gap_set more)
{
    to->bits[0] |= more.bits[0];
    to->bits[1] |= more.bits[1];
}

static wm_gap_set common_set(wm_gap_set a, wm_gap_set b)
{
    return (wm_gap_set){ { a.bits[0] & b.bits[0], a.bits[1] & b.bits[1] } };
}

static bool is_full(const wm_gap_set *ages)
{
    return ages->bits[0] == all_ages.bits[0] && ages->bits[1] == all_ages.bits[1];
}

/* ---- making ---- */

static bool has_kind(const wm_locality_tree *tree, wm_locality_kind kind)
{
    for (size_t i = 0; i < wm_locality_count(tree); i++) {
        if (wm_locality_kind_of(tree, (wm_locality)i) == kind) {
            return true;
        }
    }
    return false;
}

static wm_status find_places(wm_gaps *gaps, wm_error *err)
{
    size_t count = wm_locality_count(gaps->scope.tree);
    wm_locality_kind level =
        has_kind(gaps->scope.tree, WM_LOCALITY_PLACE) ? WM_LOCALITY_PLACE : WM_LOCALITY_SYSTEM;
    gaps->places = wm_arena_array(&gaps->arena, count, sizeof *gaps->places);
    gaps->is_named = wm_arena_array(&gaps->arena, wm_needs_count(gaps->scope.needs), sizeof(bool));
    if (gaps->places == NULL || gaps->is_named == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        if (wm_locality_kind_of(gaps->scope.tree, (wm_locality)i) == level) {
            gaps->places[gaps->place_count++].at = (wm_locality)i;
        }
    }
    size_t needs = wm_needs_count(gaps->scope.needs);
    if (gaps->place_count > 0 && needs > CELLS_MAX / gaps->place_count) {
        return WM_UNSUPPORTED;
    }
    gaps->cells = wm_arena_array(&gaps->arena, gaps->place_count * needs, sizeof *gaps->cells);
    return gaps->cells != NULL ? WM_OK : wm_fail_memory(err);
}

static wm_status make_weeks(wm_gaps *gaps, wm_error *err)
{
    for (size_t n = 0; n < wm_needs_count(gaps->scope.needs); n++) {
        for (size_t p = 0; p < gaps->place_count && wm_gaps_hours_matter(gaps, (wm_need)n); p++) {
            wm_gap_cell *cell = &gaps->cells[n * gaps->place_count + p];
            cell->weeks = wm_arena_array(&gaps->arena, WM_GAP_AGES, sizeof cell->weeks[0]);
            if (cell->weeks == NULL) {
                return wm_fail_memory(err);
            }
        }
    }
    return WM_OK;
}

/* Every code gets its symbol before facts are parsed, so that programs compiled later agree. */
static wm_status make_symbols(wm_gaps *gaps, wm_error *err)
{
    wm_status status = wm_symbols_new(gaps->env, &gaps->symbols, err);
    if (status == WM_OK) {
        status = wm_criteria_prepare_symbols(gaps->symbols, err);
    }
    for (size_t i = 0; i < wm_locality_count(gaps->scope.tree) && status == WM_OK; i++) {
        wm_symbol symbol = 0;
        status = wm_symbols_intern(
            gaps->symbols, wm_locality_code(gaps->scope.tree, (wm_locality)i), &symbol, err);
    }
    return status == WM_OK
               ? wm_area_map_new(gaps->env, gaps->symbols, gaps->scope.tree, &gaps->areas, err)
               : status;
}

/* The first Monday from `day` on whose week has no bank holiday. */
static wm_date ordinary_monday(wm_date day)
{
    wm_date monday = day + (7 - wm_date_weekday(day)) % 7;
    for (bool is_ordinary = false; !is_ordinary; monday += is_ordinary ? 0 : 7) {
        is_ordinary = true;
        for (wm_date d = 0; d < 7; d++) {
            is_ordinary = is_ordinary && !wm_is_bank_holiday(monday + d);
        }
    }
    return monday;
}

wm_status wm_gaps_new(const wm_env *env, const wm_gaps_scope *scope, wm_gaps **gaps_out,
                      wm_error *err)
{
    wm_gaps *gaps = wm_env_alloc(env, sizeof *gaps);
    if (gaps == NULL) {
        return wm_fail_memory(err);
    }
    gaps->env = env;
    gaps->scope = *scope;
    gaps->monday = ordinary_monday(scope->day);
    wm_arena_init(&gaps->arena, env, SIZE_MAX / 2);
    wm_buf_init(&gaps->program, env, WM_RECORD_BYTES_MAX * 4);
    wm_buf_init(&gaps->summary, env, WM_RECORD_BYTES_MAX * 4);
    wm_buf_init(&gaps->hours, env, WM_RECORD_BYTES_MAX * 4);
    wm_status status = find_places(gaps, err);
    if (status == WM_OK && scope->with_hours) {
        status = make_weeks(gaps, err);
    }
    if (status == WM_OK) {
        status = make_symbols(gaps, err);
    }
    if (status != WM_OK) {
        wm_gaps_free(gaps);
        return status;
    }
    *gaps_out = gaps;
    return WM_OK;
}

void wm_gaps_free(wm_gaps *gaps)
{
    if (gaps != NULL) {
        wm_area_map_free(gaps->areas);
        wm_symbols_free(gaps->symbols);
        wm_buf_fini(&gaps->hours);
        wm_buf_fini(&gaps->summary);
        wm_buf_fini(&gaps->program);
        wm_arena_fini(&gaps->arena);
        wm_env_free(gaps->env, gaps, sizeof *gaps);
    }
}

/* ---- languages ---- */

static uint32_t items_of(const wm_json *list)
{
    return wm_json_is(list, WM_JSON_ARRAY) ? list->count : 0;
}

/* The number of a language; WM_GAP_LANGUAGES_MAX: English, no language, or no room. */
static wm_status number_language(wm_gaps *gaps, wm_str language, unsigned *number_out,
                                 wm_error *err)
{
    *number_out = WM_GAP_LANGUAGES_MAX;
    if (language.len == 0 || wm_str_is(language, "en") || wm_str_is(language, "*")) {
        return WM_OK;
    }
    for (unsigned i = 0; i < gaps->language_count; i++) {
        if (wm_str_equal(gaps->languages[i], language)) {
            *number_out = i;
            return WM_OK;
        }
    }
    if (gaps->language_count == WM_GAP_LANGUAGES_MAX) {
        return WM_OK;
    }
    wm_str copy = wm_arena_copy(&gaps->arena, language);
    if (copy.ptr == NULL) {
        return wm_fail_memory(err);
    }
    *number_out = gaps->language_count;
    gaps->languages[gaps->language_count++] = copy;
    return WM_OK;
}

static wm_status put_language(wm_gaps *gaps, wm_str language, wm_gap_set *set, wm_error *err)
{
    unsigned number = WM_GAP_LANGUAGES_MAX;
    wm_status status = number_language(gaps, language, &number, err);
    if (number < WM_GAP_LANGUAGES_MAX) {
        wm_gap_set_put(set, number);
    }
    return status;
}

wm_status wm_gaps_add_language(wm_gaps *gaps, wm_str language, wm_error *err)
{
    return put_language(gaps, language, &gaps->own_languages, err);
}

static wm_status read_languages(wm_gaps *gaps, gap_service *service, wm_error *err)
{
    const wm_json *own = wm_json_get(service->record, "languages");
    const wm_json *others = wm_json_get(wm_json_get(service->record, "interpreting"), "languages");
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < items_of(own) && status == WM_OK; i++) {
        status = put_language(gaps, wm_json_string(&own->as.items[i]), &service->spoken, err);
    }
    for (uint32_t i = 0; i < items_of(others) && status == WM_OK; i++) {
        wm_str language = wm_json_string(&others->as.items[i]);
        service->interprets_any = service->interprets_any || wm_str_is(language, "*");
        status = put_language(gaps, language, &service->interpreted, err);
    }
    return status;
}

/* ---- one service ---- */

/* Somebody to reach who is not simply 999, which every answer gives anyway. */
static bool has_own_contact(const wm_json *service)
{
    const wm_json *contacts = wm_json_get(service, "contacts");
    for (uint32_t i = 0; i < items_of(contacts); i++) {
        const wm_json *contact = &contacts->as.items[i];
        wm_str value = wm_json_string(wm_json_get(contact, "value"));
        wm_str audience = wm_json_string(wm_json_get(contact, "audience"));
        if (value.len > 0 && !wm_str_is(value, "999") && !wm_str_is(value, "112") &&
            !wm_str_is(value, "18000") && !wm_str_is(audience, "professional")) {
            return true;
        }
    }
    return false;
}

static bool is_emergency(const wm_json *service)
{
    return wm_str_is(wm_json_string(wm_json_get(service, "kind")), "emergency");
}

static bool is_full_week(const uint8_t week[WM_GAP_WEEK_BYTES])
{
    for (size_t i = 0; i < WM_GAP_WEEK_BYTES; i++) {
        if (week[i] != UINT8_MAX) {
            return false;
        }
    }
    return true;
}

static wm_status read_hours(wm_gaps *gaps, gap_service *service, bool is_sound, wm_error *err)
{
    const wm_json *hours = wm_json_get(service->record, "hours");
    service->is_always = (service->summary.flags & WM_SERVICE_ALWAYS_OPEN) != 0;
    if (service->is_always) {
        memset(service->week, UINT8_MAX, sizeof service->week);
        service->has_week = true;
        return WM_OK;
    }
    if (hours == NULL || !is_sound) {
        return WM_OK;
    }
    wm_buf_reset(&gaps->hours);
    wm_status status = wm_hours_encode(hours, &gaps->hours, err);
    if (status == WM_OK) {
        status = wm_hours_week(wm_buf_str(&gaps->hours), gaps->monday, service->week, err);
    }
    service->has_week = status == WM_OK;
    service->is_always = service->has_week && is_full_week(service->week);
    return status;
}

/* WM_BAD_RECORD: it cannot be read, which others tell. */
static wm_status read_service(wm_gaps *gaps, bool is_sound, gap_service *service, wm_error *err)
{
    wm_criteria_context context = { gaps->symbols, gaps->scope.registry, false };
    wm_buf_reset(&gaps->program);
    wm_buf_reset(&gaps->summary);
    wm_status status = wm_criteria_compile(wm_json_get(service->record, "eligibility"), &context,
                                           &gaps->program, err);
    if (status == WM_OK) {
        status = wm_criteria_load(gaps->program.data, gaps->program.len, &service->criteria, err);
    }
    if (status == WM_OK) {
        status = wm_summary_encode(service->record, gaps->symbols, NULL, &gaps->summary, err);
    }
    if (status == WM_OK) {
        status = wm_summary_decode(wm_buf_str(&gaps->summary), &service->summary, err);
    }
    if (status == WM_OK) {
        status = read_hours(gaps, service, is_sound, err);
    }
    if (status == WM_OK) {
        status = read_languages(gaps, service, err);
    }
    const wm_json *audience = wm_json_get(service->record, "audience");
    service->is_public = !wm_str_is(wm_json_string(audience), "professional");
    service->is_safety = service->is_always && service->is_public &&
                         service->summary.intensity == WM_GAP_RISK_SUPPORT &&
                         has_own_contact(service->record) && !is_emergency(service->record);
    return status;
}

static wm_status facts_of(wm_gaps *gaps, gap_place *at, unsigned age, wm_facts **facts_out,
                          wm_error *err)
{
    if (at->facts[age] == NULL) {
        char text[256];
        char day[WM_DATE_TEXT_BYTES];
        const wm_json *value = NULL;
        int length =
            snprintf(text, sizeof text,
                     "{\"age\":{\"years\":%u},\"residence_area\":\"%.*s\",\"as_of\":\"%s\"}", age,
                     WM_STR_ARG(wm_locality_code(gaps->scope.tree, at->at)),
                     wm_date_format(gaps->scope.day, day));
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

/* The ages that the service does not refuse in this place, and those that it surely takes. */
static wm_status ages_of(wm_gaps *gaps, const wm_criteria *criteria, gap_place *at,
                         wm_gap_set *taken_out, wm_gap_set *sure_out, wm_error *err)
{
    wm_gap_set taken = { { 0, 0 } };
    wm_gap_set sure = { { 0, 0 } };
    wm_verdict_result result;
    for (unsigned age = 0; age < WM_GAP_AGES; age++) {
        wm_evaluation evaluation = { .symbols = gaps->symbols, .areas = gaps->areas };
        wm_facts *facts = NULL;
        wm_status status = facts_of(gaps, at, age, &facts, err);
        if (status != WM_OK) {
            return status;
        }
        evaluation.facts = facts;
        wm_criteria_evaluate(criteria, &evaluation, &result);
        if (result.verdict != WM_VERDICT_NOT_ELIGIBLE) {
            wm_gap_set_put(&taken, age);
        }
        if (result.verdict == WM_VERDICT_ELIGIBLE || result.verdict == WM_VERDICT_JOINT) {
            wm_gap_set_put(&sure, age);
        }
    }
    *taken_out = taken;
    *sure_out = sure;
    return WM_OK;
}

static void name_needs(wm_gaps *gaps, const wm_json *needs)
{
    memset(gaps->is_named, 0, wm_needs_count(gaps->scope.needs) * sizeof(bool));
    for (uint32_t i = 0; i < items_of(needs); i++) {
        wm_need need = wm_needs_find(gaps->scope.needs, wm_json_string(&needs->as.items[i]));
        if (need == WM_NEED_NONE) {
            continue;
        }
        const wm_need_step *lists[2];
        size_t counts[2] = { wm_needs_above(gaps->scope.needs, need, &lists[0]),
                             wm_needs_below(gaps->scope.needs, need, &lists[1]) };
        for (size_t l = 0; l < 2; l++) {
            for (size_t s = 0; s < counts[l]; s++) {
                gaps->is_named[lists[l][s].need] = true;
            }
        }
    }
}

/* Does the service cover the place, or a part of it? Counts the places that it names. */
static bool covers(const wm_gaps *gaps, const wm_json *areas, gap_place *at)
{
    bool is_covered = false;
    bool is_named = false;
    for (uint32_t i = 0; i < items_of(areas); i++) {
        wm_locality area = wm_locality_find(gaps->scope.tree, wm_json_string(&areas->as.items[i]));
        if (area == WM_LOCALITY_NONE) {
            continue;
        }
        bool is_inside = wm_locality_within(gaps->scope.tree, area, at->at);
        is_named = is_named || is_inside;
        is_covered = is_covered || is_inside || wm_locality_within(gaps->scope.tree, at->at, area);
    }
    at->named += is_named ? 1 : 0;
    return is_covered;
}

/* The ages that can come to the service by themselves, or whose family can. */
static wm_gap_set askers(const gap_service *service)
{
    wm_gap_set ages = { { 0, 0 } };
    bool self = (service->summary.routes & WM_ROUTE_SELF) != 0;
    bool family = (service->summary.routes & WM_ROUTE_FAMILY) != 0;
    for (unsigned age = 0; age < WM_GAP_AGES && service->is_public; age++) {
        if (self || (family && age < FAMILY_ASKS_BELOW)) {
            wm_gap_set_put(&ages, age);
        }
    }
    return ages;
}

static bool says_routes(const gap_service *service)
{
    return (service->summary.flags & WM_SERVICE_KNOWS_ROUTES) != 0;
}

static bool could_add(const wm_gap_cell *cell, const gap_service *service)
{
    const wm_summary *s = &service->summary;
    bool by_self = (s->routes & (WM_ROUTE_SELF | WM_ROUTE_FAMILY)) != 0;
    return !is_full(&cell->taken) || cell->weeks != NULL || (by_self && !is_full(&cell->by_self)) ||
           (!says_routes(service) && !is_full(&cell->routes_unsaid)) ||
           (s->intensity < WM_GAP_INTENSITIES && !is_full(&cell->intensities[s->intensity]));
}

static void fill_cell(wm_gap_cell *cell, const gap_service *service, wm_gap_set taken)
{
    const wm_summary *s = &service->summary;
    add_set(&cell->taken, taken);
    add_set(&cell->by_self, common_set(taken, askers(service)));
    if (!says_routes(service)) {
        add_set(&cell->routes_unsaid, taken);
    }
    if (s->intensity < WM_GAP_INTENSITIES) {
        add_set(&cell->intensities[s->intensity], taken);
    }
    if (!service->has_week) {
        add_set(&cell->hours_unsaid, taken);
    }
    for (unsigned age = 0; cell->weeks != NULL && service->has_week && age < WM_GAP_AGES; age++) {
        for (size_t i = 0; wm_gap_set_has(&taken, age) && i < WM_GAP_WEEK_BYTES; i++) {
            cell->weeks[age][i] |= service->week[i];
        }
    }
}

/* What needs no evaluation: how many there are, and what they speak. */
static void count_service(wm_gap_cell *cell, const gap_service *service)
{
    cell->services++;
    add_set(&cell->spoken, service->spoken);
    add_set(&cell->interpreted, service->interpreted);
    cell->interprets_any = cell->interprets_any || service->interprets_any;
    bool says = (service->summary.flags & WM_SERVICE_KNOWS_LANGUAGES) != 0;
    cell->languages_unsaid += says ? 0 : 1;
}

static wm_status fill_place(wm_gaps *gaps, const gap_service *service, size_t index, wm_error *err)
{
    gap_place *place = &gaps->places[index];
    size_t needs = wm_needs_count(gaps->scope.needs);
    bool is_wanted = service->is_safety && !is_full(&place->safety);
    add_set(&place->languages, service->spoken);
    add_set(&place->languages, service->interpreted);
    for (size_t n = 0; n < needs; n++) {
        if (gaps->is_named[n]) {
            wm_gap_cell *cell = &gaps->cells[n * gaps->place_count + index];
            count_service(cell, service);
            is_wanted = is_wanted || could_add(cell, service);
        }
    }
    if (!is_wanted) {
        return WM_OK;
    }
    wm_gap_set taken = { { 0, 0 } };
    wm_gap_set sure = { { 0, 0 } };
    wm_status status = ages_of(gaps, &service->criteria, place, &taken, &sure, err);
    for (size_t n = 0; n < needs && status == WM_OK; n++) {
        if (gaps->is_named[n]) {
            fill_cell(&gaps->cells[n * gaps->place_count + index], service, taken);
        }
    }
    if (service->is_safety) {
        add_set(&place->safety, common_set(sure, askers(service)));
    }
    return status;
}

wm_status wm_gaps_add(wm_gaps *gaps, const wm_json *record, bool is_sound, wm_error *err)
{
    wm_error ignored = { 0 };
    gap_service service = { .record = record };
    wm_status status = read_service(gaps, is_sound, &service, &ignored);
    if (status == WM_BAD_RECORD) {
        return WM_OK; /* told by the check of its shape and of its criteria */
    }
    if (status != WM_OK) {
        return wm_fail(err, status, "%s", ignored.text);
    }
    name_needs(gaps, wm_json_get(record, "needs"));
    const wm_json *areas = wm_json_get(record, "areas");
    for (size_t i = 0; i < gaps->place_count && status == WM_OK; i++) {
        if (covers(gaps, areas, &gaps->places[i])) {
            status = fill_place(gaps, &service, i, err);
        }
    }
    return status;
}

/* ---- reading ---- */

size_t wm_gaps_place_count(const wm_gaps *gaps)
{
    return gaps->place_count;
}

wm_locality wm_gaps_place(const wm_gaps *gaps, size_t place)
{
    return gaps->places[place].at;
}

bool wm_gaps_is_own(const wm_gaps *gaps, size_t place)
{
    uint32_t most_named = 0;
    for (size_t p = 0; p < gaps->place_count; p++) {
        most_named = gaps->places[p].named > most_named ? gaps->places[p].named : most_named;
    }
    uint32_t named = gaps->places[place].named;
    return named > 0 && named >= most_named / 4;
}

const wm_gap_cell *wm_gaps_cell(const wm_gaps *gaps, size_t place, wm_need need)
{
    return &gaps->cells[need * gaps->place_count + place];
}

/* Danger does not keep office hours: these needs, and all below them. */
bool wm_gaps_hours_matter(const wm_gaps *gaps, wm_need need)
{
    static const char *const roots[] = { "crisis",        "medical",         "psych.voices",
                                         "psych.first",   "psych.paranoia",  "trauma.domestic",
                                         "trauma.sexual", "trauma.stalking", "mood.mania" };
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        wm_need root = wm_needs_find(gaps->scope.needs, wm_str_of(roots[i]));
        if (root != WM_NEED_NONE && wm_needs_within(gaps->scope.needs, need, root)) {
            return true;
        }
    }
    return false;
}

wm_gap_set wm_gaps_safety(const wm_gaps *gaps, size_t place)
{
    return gaps->places[place].safety;
}

wm_gap_set wm_gaps_languages(const wm_gaps *gaps, size_t place)
{
    wm_gap_set languages = gaps->own_languages;
    add_set(&languages, gaps->places[place].languages);
    return languages;
}

wm_str wm_gaps_language(const wm_gaps *gaps, unsigned language)
{
    return gaps->languages[language];
}

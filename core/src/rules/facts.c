/* facts.c: facts JSON to the struct that evaluation reads.
 *
 * age, the five areas and the two levels have their own places; every other fact stands in `facts`
 * and is found by its symbol. With a registry the type of a fact is known beforehand; without one
 * it follows from its form, which no two types share. */
#include "rules/facts.h"

#include "rules/path.h"
#include "rules/program.h"

static wm_status read_facts(wm_facts_reader *reader, const wm_json *json, wm_facts *facts);

/* ---- which type --------------------------------------------------------------------------- */

static bool has_member(const wm_json *value, const char *name)
{
    return wm_json_get(value, name) != NULL;
}

static wm_status type_from_form(const wm_facts_reader *reader, const wm_json *value,
                                wm_fact_type *type_out)
{
    if (value->type == WM_JSON_BOOL) {
        *type_out = WM_FACT_FLAG;
    } else if (value->type == WM_JSON_STRING || has_member(value, "one_of")) {
        *type_out = WM_FACT_ONE;
    } else if (has_member(value, "people")) {
        *type_out = WM_FACT_PEOPLE;
    } else if (has_member(value, "date") || has_member(value, "months") ||
               has_member(value, "none")) {
        *type_out = WM_FACT_EVENT;
    } else if (has_member(value, "has") || has_member(value, "not") ||
               has_member(value, "complete")) {
        *type_out = WM_FACT_SET;
    } else {
        return wm_facts_unexpected(reader, "true, false, a value, a set, an event or people",
                                   value);
    }
    return WM_OK;
}

static wm_status type_of(const wm_facts_reader *reader, wm_str name, const wm_json *value,
                         wm_fact_type *type_out)
{
    const wm_fact_registry *registry = reader->context->registry;
    if (registry == NULL) {
        return type_from_form(reader, value, type_out);
    }
    if (!wm_fact_registry_find(registry, name, type_out)) {
        return wm_fail(reader->err, WM_BAD_INPUT,
                       "%s: expected a fact of the directory, found \"%.*s\"", reader->path->text,
                       WM_STR_ARG(name));
    }
    return WM_OK;
}

/* ---- people ------------------------------------------------------------------------------- */

static wm_status read_people(wm_facts_reader *reader, const wm_json *value, const wm_facts *facts,
                             wm_fact *fact)
{
    static const char expected[] = "{\"people\":[facts],\"complete\":true|false}";
    const wm_json *people = wm_json_get(value, "people");
    const wm_json *complete = wm_json_get(value, "complete");
    if (reader->in_person) {
        return wm_facts_unexpected(reader, "no people inside a person's facts", value);
    }
    if (!wm_json_is(people, WM_JSON_ARRAY) || people->count > WM_PEOPLE_MAX ||
        (complete != NULL && complete->type != WM_JSON_BOOL) ||
        value->count != 1U + (complete != NULL)) {
        return wm_facts_unexpected(reader, expected, value);
    }
    fact->type = WM_FACT_PEOPLE;
    fact->as.people.complete = wm_json_boolean(complete, false);
    fact->as.people.count = people->count;
    fact->as.people.items = wm_arena_array(reader->arena, people->count, sizeof(wm_facts *));
    if (fact->as.people.items == NULL) {
        return wm_fail_memory(reader->err);
    }
    wm_status status = WM_OK;
    size_t mark = wm_path_member(reader->path, WM_STR("people"));
    reader->in_person = true;
    for (uint32_t i = 0; i < people->count && status == WM_OK; i++) {
        size_t item = wm_path_item(reader->path, i);
        wm_facts *person = wm_arena_alloc(reader->arena, sizeof *person);
        if (person == NULL) {
            return wm_fail_memory(reader->err);
        }
        person->as_of = facts->as_of;
        person->cutoff = facts->cutoff;
        fact->as.people.items[i] = person;
        status = read_facts(reader, &people->as.items[i], person);
        wm_path_back(reader->path, item);
    }
    reader->in_person = false;
    wm_path_back(reader->path, mark);
    return status;
}

/* ---- one fact ----------------------------------------------------------------------------- */

static wm_status read_named(wm_facts_reader *reader, wm_str name, const wm_json *value,
                            wm_facts *facts)
{
    wm_fact *fact = &facts->facts[facts->fact_count];
    fact->name = name;
    fact->value = value;
    fact->symbol = wm_symbols_find(reader->context->symbols, name);
    wm_fact_type type = WM_FACT_FLAG;
    wm_status status = wm_facts_read_unknown(reader, value, &fact->given);
    if (status == WM_OK && (fact->given == WM_GIVEN_KNOWN || reader->context->registry != NULL)) {
        status = type_of(reader, name, value, &type);
    }
    if (status == WM_OK && fact->given == WM_GIVEN_KNOWN) {
        switch (type) {
        case WM_FACT_FLAG:
            fact->type = WM_FACT_FLAG;
            fact->as.flag = wm_json_boolean(value, false);
            status = value->type == WM_JSON_BOOL
                         ? WM_OK
                         : wm_facts_unexpected(reader, "true or false", value);
            break;
        case WM_FACT_ONE: status = wm_facts_read_one(reader, value, fact); break;
        case WM_FACT_SET: status = wm_facts_read_set(reader, value, fact); break;
        case WM_FACT_EVENT: status = wm_facts_read_event(reader, value, facts, fact); break;
        case WM_FACT_PEOPLE: status = read_people(reader, value, facts, fact); break;
        case WM_FACT_AGE:
        case WM_FACT_AREA:
        case WM_FACT_LEVEL:
        default:
            status = wm_fail(reader->err, WM_BAD_INPUT,
                             "%s: facts of type %s have fixed names: age, residence_area ...",
                             reader->path->text, wm_fact_type_name(type));
            break;
        }
    }
    facts->fact_count++;
    return status;
}

/* age, an area or a level; WM_NOT_FOUND for every other name. */
static wm_status read_fixed(const wm_facts_reader *reader, wm_str name, const wm_json *value,
                            wm_facts *facts)
{
    wm_symbol symbol = WM_SYMBOL_AGE;
    while (symbol <= WM_SYMBOL_RISK && !wm_str_is(name, wm_fixed_name(symbol))) {
        symbol++;
    }
    if (symbol > WM_SYMBOL_RISK) {
        return WM_NOT_FOUND;
    }
    wm_given given = WM_GIVEN_ABSENT;
    wm_status status = wm_facts_read_unknown(reader, value, &given);
    if (status != WM_OK) {
        return status;
    }
    bool known = given == WM_GIVEN_KNOWN;
    if (symbol == WM_SYMBOL_AGE) {
        facts->age_value = value;
        facts->age_given = given;
        return known ? wm_facts_read_age(reader, value, facts) : WM_OK;
    }
    if (symbol < WM_SYMBOL_SEVERITY) {
        wm_area_fact *area = &facts->areas[symbol - WM_SYMBOL_RESIDENCE_AREA];
        area->value = value;
        area->given = given;
        return known ? wm_facts_read_area(reader, value, area) : WM_OK;
    }
    wm_level_fact *level = &facts->levels[symbol - WM_SYMBOL_SEVERITY];
    level->value = value;
    level->given = given;
    return known ? wm_facts_read_level(reader, value, symbol - WM_SYMBOL_SEVERITY, level) : WM_OK;
}

/* ---- all of them -------------------------------------------------------------------------- */

bool wm_facts_index(wm_facts *facts, wm_arena *arena)
{
    uint32_t slot_count = 4;
    while (slot_count < facts->fact_count * 2) {
        slot_count *= 2;
    }
    uint16_t *slots = wm_arena_array(arena, slot_count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    facts->slot_mask = slot_count - 1;
    for (uint32_t i = 0; i < facts->fact_count; i++) {
        wm_symbol symbol = facts->facts[i].symbol;
        if (symbol == WM_SYMBOL_NONE) {
            continue;
        }
        uint32_t at = wm_symbol_hash(symbol) & facts->slot_mask;
        while (slots[at] != 0) {
            at = (at + 1) & facts->slot_mask;
        }
        slots[at] = (uint16_t)(i + 1);
    }
    facts->slots = slots;
    return true;
}

static wm_status read_facts(wm_facts_reader *reader, const wm_json *json, wm_facts *facts)
{
    if (!wm_json_is(json, WM_JSON_OBJECT) || json->count > WM_LIST_ITEMS_MAX) {
        return wm_facts_unexpected(reader, "an object of at most 1024 facts", json);
    }
    facts->facts = wm_arena_array(reader->arena, json->count, sizeof *facts->facts);
    if (facts->facts == NULL) {
        return wm_fail_memory(reader->err);
    }
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < json->count && status == WM_OK; i++) {
        const wm_json_member *member = &json->as.members[i];
        if (wm_str_is(member->name, "as_of")) {
            continue; /* a person's as_of is the question's */
        }
        size_t mark = wm_path_member(reader->path, member->name);
        status = read_fixed(reader, member->name, &member->value, facts);
        if (status == WM_NOT_FOUND) {
            status = read_named(reader, member->name, &member->value, facts);
        }
        wm_path_back(reader->path, mark);
    }
    if (status == WM_OK && !wm_facts_index(facts, reader->arena)) {
        status = wm_fail_memory(reader->err);
    }
    return status;
}

static wm_status read_as_of(wm_facts_reader *reader, const wm_json *json, wm_date *as_of_out)
{
    const wm_json *value = wm_json_get(json, "as_of");
    wm_date as_of = reader->context->as_of;
    if (value == NULL && as_of != WM_DATE_NONE) {
        *as_of_out = as_of;
        return WM_OK;
    }
    size_t mark = wm_path_member(reader->path, WM_STR("as_of"));
    wm_status status = WM_OK;
    if (!wm_date_parse(wm_json_string(value), as_of_out)) {
        status = wm_facts_unexpected(reader, "a date as \"2026-01-31\"", value);
    }
    wm_path_back(reader->path, mark);
    return status;
}

wm_status wm_facts_parse(wm_arena *arena, const wm_json *facts, const wm_facts_context *context,
                         wm_facts **facts_out, wm_error *err)
{
    wm_path path;
    wm_path_init(&path, "facts");
    wm_facts_reader reader = { arena, context, &path, err, false };
    wm_facts *result = wm_arena_alloc(arena, sizeof *result);
    if (result == NULL) {
        return wm_fail_memory(err);
    }
    if (facts != NULL && facts->type != WM_JSON_OBJECT) {
        return wm_facts_unexpected(&reader, "an object", facts);
    }
    wm_status status = read_as_of(&reader, facts, &result->as_of);
    if (status == WM_OK) {
        result->cutoff = wm_school_cutoff(result->as_of);
        status = facts != NULL ? read_facts(&reader, facts, result) : WM_OK;
    }
    if (status == WM_OK) {
        *facts_out = result;
    }
    return status;
}

/* ---- asking the result -------------------------------------------------------------------- */

wm_date wm_facts_as_of(const wm_facts *facts)
{
    return facts->as_of;
}

bool wm_facts_birth(const wm_facts *facts, wm_date *earliest_out, wm_date *latest_out)
{
    if (facts->age_given != WM_GIVEN_KNOWN) {
        return false;
    }
    *earliest_out = facts->birth.first;
    *latest_out = facts->birth.last;
    return true;
}

wm_area_known wm_facts_area(const wm_facts *facts, wm_dimension dimension,
                            const wm_area_place **places_out, size_t *count_out)
{
    const wm_area_fact *area = &facts->areas[dimension];
    *places_out = area->places;
    *count_out = area->count;
    if (area->given != WM_GIVEN_KNOWN) {
        return WM_AREA_UNKNOWN;
    }
    return area->none ? WM_AREA_NONE : WM_AREA_CODES;
}

wm_status wm_facts_fill_area(wm_facts *facts, wm_arena *arena, wm_dimension dimension,
                             const wm_str *codes, size_t count, const wm_facts_context *context,
                             wm_error *err)
{
    wm_area_fact *area = &facts->areas[dimension];
    if (area->given != WM_GIVEN_ABSENT || count == 0) {
        return WM_OK;
    }
    if (count > WM_LOCALITIES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "expected at most %d places, found %zu",
                       WM_LOCALITIES_MAX, count);
    }
    wm_path path;
    wm_path_init(&path, wm_fixed_name(WM_SYMBOL_RESIDENCE_AREA + (wm_symbol)dimension));
    wm_facts_reader reader = { arena, context, &path, err, false };
    wm_str *copies = wm_arena_array(arena, count, sizeof *copies);
    if (copies == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        copies[i] = wm_arena_copy(arena, codes[i]);
        if (copies[i].ptr == NULL) {
            return wm_fail_memory(err);
        }
    }
    const wm_area_place *places = NULL;
    wm_status status = wm_facts_place_codes(&reader, copies, (uint32_t)count, &places);
    if (status == WM_OK) {
        area->given = WM_GIVEN_KNOWN;
        area->places = places;
        area->count = (uint32_t)count;
    }
    return status;
}

wm_given wm_facts_how_given(const wm_facts *facts, wm_str name)
{
    if (wm_str_is(name, "age")) {
        return facts->age_given;
    }
    for (unsigned i = 0; i < WM_DIMENSION_COUNT; i++) {
        if (wm_str_is(name, wm_fixed_name(WM_SYMBOL_RESIDENCE_AREA + i))) {
            return facts->areas[i].given;
        }
    }
    for (unsigned i = 0; i < 2; i++) {
        if (wm_str_is(name, wm_fixed_name(WM_SYMBOL_SEVERITY + i))) {
            return facts->levels[i].given;
        }
    }
    for (uint32_t i = 0; i < facts->fact_count; i++) {
        if (wm_str_equal(facts->facts[i].name, name)) {
            return facts->facts[i].given;
        }
    }
    return WM_GIVEN_ABSENT;
}

bool wm_facts_some_declined(const wm_facts *facts)
{
    bool some = facts->age_given == WM_GIVEN_DECLINED;
    for (unsigned i = 0; i < WM_DIMENSION_COUNT; i++) {
        some = some || facts->areas[i].given == WM_GIVEN_DECLINED;
    }
    for (unsigned i = 0; i < 2; i++) {
        some = some || facts->levels[i].given == WM_GIVEN_DECLINED;
    }
    for (uint32_t i = 0; i < facts->fact_count; i++) {
        some = some || facts->facts[i].given == WM_GIVEN_DECLINED;
    }
    return some;
}

bool wm_facts_given(const wm_facts *facts, wm_str fact, bool *declined_out)
{
    wm_given given = wm_facts_how_given(facts, fact);
    if (declined_out != NULL) {
        *declined_out = given == WM_GIVEN_DECLINED;
    }
    return given != WM_GIVEN_ABSENT;
}

bool wm_facts_flag_is(const wm_facts *facts, wm_str name, bool wanted)
{
    for (uint32_t i = 0; i < facts->fact_count; i++) {
        const wm_fact *fact = &facts->facts[i];
        if (wm_str_equal(fact->name, name)) {
            return fact->given == WM_GIVEN_KNOWN && fact->type == WM_FACT_FLAG &&
                   fact->as.flag == wanted;
        }
    }
    return false;
}

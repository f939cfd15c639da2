/* forms.c: the forms that each type of fact may take (CRITERIA, "Facts"). */
#include "rules/facts.h"

#include "rules/compile.h"
#include "rules/path.h"
#include "rules/program.h"

wm_status wm_facts_unexpected(const wm_facts_reader *reader, const char *expected,
                              const wm_json *found)
{
    char text[WM_FOUND_BYTES];
    return wm_fail(reader->err, WM_BAD_INPUT, "%s: expected %s, found %s", reader->path->text,
                   expected, wm_describe(found, text));
}

/* The value of the only member of `value`, if it has that name. */
static const wm_json *only(const wm_json *value, const char *name)
{
    return wm_json_is(value, WM_JSON_OBJECT) && value->count == 1 ? wm_json_get(value, name) : NULL;
}

/* Every member's name is one of the two or three. */
static bool has_only(const wm_json *value, const char *a, const char *b, const char *c)
{
    if (!wm_json_is(value, WM_JSON_OBJECT) || value->count == 0) {
        return false;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        wm_str name = value->as.members[i].name;
        if (!wm_str_is(name, a) && !wm_str_is(name, b) && (c == NULL || !wm_str_is(name, c))) {
            return false;
        }
    }
    return true;
}

wm_status wm_facts_read_unknown(const wm_facts_reader *reader, const wm_json *value,
                                wm_given *given_out)
{
    *given_out = WM_GIVEN_KNOWN;
    const wm_json *why = wm_json_get(value, "?");
    if (why == NULL) {
        return WM_OK;
    }
    wm_str text = wm_json_string(why);
    if (value->count == 1 && wm_str_is(text, "not_asked")) {
        *given_out = WM_GIVEN_NOT_ASKED;
    } else if (value->count == 1 && (wm_str_is(text, "unknown") || wm_str_is(text, "declined"))) {
        *given_out = WM_GIVEN_DECLINED;
    } else {
        return wm_facts_unexpected(reader, "{\"?\":\"not_asked\"|\"unknown\"|\"declined\"}", value);
    }
    return WM_OK;
}

/* ---- age ---------------------------------------------------------------------------------- */

/* Whole years, or {"y","m"}; one_out: its own unit in months. */
static bool read_age_value(const wm_json *value, int32_t *months_out, int32_t *one_out)
{
    int64_t years = wm_json_integer(value, -1);
    int64_t months = 0;
    *one_out = 12;
    if (has_only(value, "y", "m", NULL)) {
        const wm_json *y = wm_json_get(value, "y");
        const wm_json *m = wm_json_get(value, "m");
        years = y != NULL ? wm_json_integer(y, -1) : 0;
        months = m != NULL ? wm_json_integer(m, -1) : 0;
        *one_out = 1;
    }
    if (years < 0 || years > WM_YEARS_MAX || months < 0 || months > WM_MONTHS_MAX ||
        years * 12 + months > WM_MONTHS_MAX) {
        return false;
    }
    *months_out = (int32_t)(years * 12 + months);
    return true;
}

static bool read_age_bounds(const wm_json *value, wm_months_range *range)
{
    const wm_json *min = wm_json_get(value, "min");
    const wm_json *max = wm_json_get(value, "max");
    int32_t one = 0;
    range->has_min = min != NULL;
    range->has_end = max != NULL;
    if ((min != NULL && !read_age_value(min, &range->min, &one)) ||
        (max != NULL && !read_age_value(max, &range->end, &one))) {
        return false;
    }
    range->end += max != NULL ? one : 0;
    return true;
}

void wm_facts_set_birth(wm_facts *facts, wm_date_range birth)
{
    facts->birth = birth;
    facts->ages[false] = wm_months_between(birth, facts->as_of);
    facts->ages[true] = wm_months_between(birth, facts->cutoff);
}

wm_status wm_facts_read_age(const wm_facts_reader *reader, const wm_json *value, wm_facts *facts)
{
    const wm_json *dob = only(value, "dob");
    int64_t years = wm_json_integer(only(value, "years"), -1);
    int64_t months = wm_json_integer(only(value, "months"), -1);
    wm_months_range range = { true, true, 0, 0 };
    wm_date_range birth = { 0, 0 };
    if (dob != NULL) {
        if (!wm_date_parse_partial(wm_json_string(dob), &birth.first, &birth.last)) {
            return wm_facts_unexpected(reader, "a day, month or year of birth as \"2001-05-03\"",
                                       dob);
        }
        if (birth.first > facts->as_of) {
            return wm_facts_unexpected(reader, "a birth that is not after as_of", dob);
        }
    } else {
        if (years >= 0 && years <= WM_YEARS_MAX) {
            range.min = (int32_t)years * 12;
            range.end = range.min + 12;
        } else if (months >= 0 && months <= WM_MONTHS_MAX) {
            range.min = (int32_t)months;
            range.end = range.min + 1;
        } else if (!has_only(value, "min", "max", NULL) || !read_age_bounds(value, &range)) {
            return wm_facts_unexpected(
                reader, "dob, years (0 to 150), months (0 to 1800), or min and max", value);
        }
        birth = wm_dates_within(facts->as_of, &range);
    }
    birth.last = birth.last < facts->as_of ? birth.last : facts->as_of;
    birth.first = birth.first > WM_DATE_MIN ? birth.first : WM_DATE_MIN;
    if (birth.first > birth.last) {
        return wm_facts_unexpected(reader, "an age that someone can have", value);
    }
    wm_facts_set_birth(facts, birth);
    return WM_OK;
}

/* ---- areas -------------------------------------------------------------------------------- */

wm_status wm_facts_place_codes(const wm_facts_reader *reader, const wm_str *codes, uint32_t count,
                               const wm_area_place **places_out)
{
    wm_area_place *places = wm_arena_array(reader->arena, count, sizeof *places);
    if (places == NULL) {
        return wm_fail_memory(reader->err);
    }
    const wm_area_map *map = reader->context->areas;
    const wm_locality_tree *tree = map != NULL ? wm_area_map_tree(map) : NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (codes[i].len == 0 || codes[i].len > WM_ID_BYTES_MAX) {
            return wm_facts_unexpected(reader, "locality codes of 1 to 80 bytes", NULL);
        }
        places[i].code = codes[i];
        places[i].symbol = wm_symbols_find(reader->context->symbols, codes[i]);
        places[i].place = tree != NULL ? wm_locality_find(tree, codes[i]) : WM_LOCALITY_NONE;
        if (reader->context->registry != NULL && tree != NULL &&
            places[i].place == WM_LOCALITY_NONE) {
            return wm_fail(reader->err, WM_BAD_INPUT,
                           "%s: expected the code of a locality, found \"%.*s\"",
                           reader->path->text, WM_STR_ARG(codes[i]));
        }
    }
    *places_out = places;
    return WM_OK;
}

wm_status wm_facts_read_area(const wm_facts_reader *reader, const wm_json *value,
                             wm_area_fact *area)
{
    static const char expected[] = "a locality code, {\"one_of\":[codes]} or {\"none\":true}";
    if (wm_json_boolean(only(value, "none"), false)) {
        area->none = true;
        return WM_OK;
    }
    const wm_json *list = only(value, "one_of");
    const wm_json *items = wm_json_is(value, WM_JSON_STRING) ? value : NULL;
    uint32_t count = 1;
    if (wm_json_is(list, WM_JSON_ARRAY) && list->count <= WM_LIST_ITEMS_MAX) {
        items = list->as.items;
        count = list->count;
    }
    if (items == NULL || count == 0) {
        return wm_facts_unexpected(reader, expected, value);
    }
    wm_str *codes = wm_arena_array(reader->arena, count, sizeof *codes);
    if (codes == NULL) {
        return wm_fail_memory(reader->err);
    }
    for (uint32_t i = 0; i < count; i++) {
        codes[i] = wm_json_string(&items[i]);
        if (codes[i].len == 0) {
            return wm_facts_unexpected(reader, expected, &items[i]);
        }
    }
    area->count = count;
    return wm_facts_place_codes(reader, codes, count, &area->places);
}

/* ---- levels ------------------------------------------------------------------------------- */

wm_status wm_facts_read_level(const wm_facts_reader *reader, const wm_json *value, unsigned scale,
                              wm_level_fact *level)
{
    const char *expected =
        scale == 0 ? "mild, moderate, severe or complex, or {\"min\",\"max\"} of them"
                   : "none, low, moderate, high or immediate, or {\"min\",\"max\"} of them";
    const wm_json *low = value;
    const wm_json *high = value;
    if (wm_json_is(value, WM_JSON_OBJECT)) {
        if (!has_only(value, "min", "max", NULL)) {
            return wm_facts_unexpected(reader, expected, value);
        }
        low = wm_json_get(value, "min");
        high = wm_json_get(value, "max");
    }
    unsigned min = 0;
    unsigned max = wm_level_steps(scale) - 1;
    if ((low != NULL && !wm_level_parse(scale, wm_json_string(low), &min)) ||
        (high != NULL && !wm_level_parse(scale, wm_json_string(high), &max)) || min > max) {
        return wm_facts_unexpected(reader, expected, value);
    }
    level->min = (uint8_t)min;
    level->max = (uint8_t)max;
    return WM_OK;
}

/* ---- terms -------------------------------------------------------------------------------- */

/* The symbols of `count` strings; each must be an option where there is a registry. */
static wm_status read_terms(const wm_facts_reader *reader, const wm_json *items, uint32_t count,
                            const wm_fact *fact, const wm_symbol **terms_out)
{
    wm_symbol *terms = wm_arena_array(reader->arena, count, sizeof *terms);
    if (terms == NULL) {
        return wm_fail_memory(reader->err);
    }
    for (uint32_t i = 0; i < count; i++) {
        wm_str term = wm_json_string(&items[i]);
        if (term.len == 0 || term.len > WM_STRING_BYTES_MAX) {
            return wm_facts_unexpected(reader, "terms of at least one letter", &items[i]);
        }
        if (reader->context->registry != NULL &&
            !wm_fact_registry_has_term(reader->context->registry, fact->name, term)) {
            return wm_facts_unexpected(reader, "one of the fact's options", &items[i]);
        }
        terms[i] = wm_symbols_find(reader->context->symbols, term);
    }
    *terms_out = terms;
    return WM_OK;
}

wm_status wm_facts_read_one(const wm_facts_reader *reader, const wm_json *value, wm_fact *fact)
{
    const wm_json *list = only(value, "one_of");
    fact->type = WM_FACT_ONE;
    if (wm_json_is(value, WM_JSON_STRING)) {
        fact->as.one.count = 1;
        return read_terms(reader, value, 1, fact, &fact->as.one.terms);
    }
    if (!wm_json_is(list, WM_JSON_ARRAY) || list->count == 0 || list->count > WM_LIST_ITEMS_MAX) {
        return wm_facts_unexpected(reader, "a value, or {\"one_of\":[values]}", value);
    }
    fact->as.one.count = list->count;
    return read_terms(reader, list->as.items, list->count, fact, &fact->as.one.terms);
}

static bool in_both(const wm_json *has, const wm_json *has_not)
{
    for (uint32_t i = 0; has != NULL && has_not != NULL && i < has->count; i++) {
        for (uint32_t k = 0; k < has_not->count; k++) {
            if (wm_json_equal(&has->as.items[i], &has_not->as.items[k])) {
                return true;
            }
        }
    }
    return false;
}

static bool is_list(const wm_json *value)
{
    return value == NULL || (value->type == WM_JSON_ARRAY && value->count <= WM_LIST_ITEMS_MAX);
}

wm_status wm_facts_read_set(const wm_facts_reader *reader, const wm_json *value, wm_fact *fact)
{
    static const char expected[] = "{\"has\":[..],\"not\":[..],\"complete\":true|false}";
    const wm_json *has = wm_json_get(value, "has");
    const wm_json *has_not = wm_json_get(value, "not");
    const wm_json *complete = wm_json_get(value, "complete");
    if (!has_only(value, "has", "not", "complete") || !is_list(has) || !is_list(has_not) ||
        (complete != NULL && complete->type != WM_JSON_BOOL)) {
        return wm_facts_unexpected(reader, expected, value);
    }
    if (in_both(has, has_not)) {
        return wm_facts_unexpected(reader, "no term in both has and not", value);
    }
    wm_fact_set *set = &fact->as.set;
    fact->type = WM_FACT_SET;
    set->complete = wm_json_boolean(complete, false);
    wm_status status = WM_OK;
    if (has != NULL) {
        set->has_count = has->count;
        status = read_terms(reader, has->as.items, has->count, fact, &set->has);
    }
    if (has_not != NULL && status == WM_OK) {
        set->has_not_count = has_not->count;
        status = read_terms(reader, has_not->as.items, has_not->count, fact, &set->has_not);
    }
    return status;
}

/* ---- events ------------------------------------------------------------------------------- */

wm_status wm_facts_read_event(const wm_facts_reader *reader, const wm_json *value,
                              const wm_facts *facts, wm_fact *fact)
{
    const wm_json *date = only(value, "date");
    int64_t months = wm_json_integer(only(value, "months"), -1);
    wm_date_range dates = { 0, 0 };
    fact->type = WM_FACT_EVENT;
    if (wm_json_boolean(only(value, "none"), false)) {
        fact->as.event.never = true;
        return WM_OK;
    }
    if (date != NULL) {
        if (!wm_date_parse_partial(wm_json_string(date), &dates.first, &dates.last)) {
            return wm_facts_unexpected(reader, "a day, month or year as \"2025-11-30\"", date);
        }
    } else if (months >= 0 && months <= WM_MONTHS_MAX) {
        wm_months_range range = { true, true, (int32_t)months, (int32_t)months + 1 };
        dates = wm_dates_within(facts->as_of, &range);
        if (dates.last < WM_DATE_MIN) {
            return wm_facts_unexpected(reader, "a time since year 1", value);
        }
        dates.first = dates.first > WM_DATE_MIN ? dates.first : WM_DATE_MIN;
    } else {
        return wm_facts_unexpected(
            reader, "{\"date\":..}, {\"months\":0 to 1800} or {\"none\":true}", value);
    }
    if (dates.first <= facts->as_of && dates.last > facts->as_of) {
        dates.last = facts->as_of;
    }
    fact->as.event.dates = dates;
    return WM_OK;
}

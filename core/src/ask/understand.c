/* understand.c: needs by id and by word, the place, the facts.
 *
 * A postcode, town or locality in `at` fills the person's home, if the facts do not say; a GP
 * practice fills only where they are registered, since registration is not residence (ANSWERS,
 * "Query and answer"). */
#include "ask/understand.h"

#include "ask/words.h"

static wm_status fill_place(wm_asker *asker, const wm_query *query, wm_arena *arena,
                            const wm_facts_context *context, wm_understood *u, wm_error *err)
{
    u->has_place = query->at.len > 0;
    if (!u->has_place) {
        return WM_OK;
    }
    wm_status status = wm_asker_places(asker, err);
    if (status == WM_OK) {
        status = wm_places_resolve(asker->places, asker->tree, query->at, arena, &u->place, err);
    }
    if (status != WM_OK) {
        wm_error_context(err, "at");
        return status;
    }
    if (u->place.candidate_count == 0) {
        return WM_OK;
    }
    wm_str codes[WM_PLACE_CANDIDATES_MAX];
    for (size_t i = 0; i < u->place.candidate_count; i++) {
        codes[i] = wm_locality_code(asker->tree, u->place.candidates[i].locality);
    }
    wm_dimension dimension = u->place.is_practice ? WM_DIMENSION_GP : WM_DIMENSION_RESIDENCE;
    return wm_facts_fill_area(u->facts, arena, dimension, codes, u->place.candidate_count, context,
                              err);
}

static wm_status add_locality(wm_understood *u, wm_locality locality, wm_error *err)
{
    for (size_t i = 0; i < u->locality_count; i++) {
        if (u->localities[i] == locality) {
            return WM_OK;
        }
    }
    if (locality == WM_LOCALITY_NONE) {
        return WM_OK;
    }
    if (u->locality_count == WM_PLACES_OF_PERSON_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "facts: expected at most %d different places, found more",
                       WM_PLACES_OF_PERSON_MAX);
    }
    u->localities[u->locality_count++] = locality;
    return WM_OK;
}

/* A place that was left out would hide the services of it, so there are none too many. */
static wm_status collect_localities(wm_understood *u, wm_error *err)
{
    wm_status status = WM_OK;
    for (int d = 0; d < WM_DIMENSION_COUNT; d++) {
        const wm_area_place *places = NULL;
        size_t count = 0;
        if (wm_facts_area(u->facts, (wm_dimension)d, &places, &count) == WM_AREA_CODES) {
            for (size_t i = 0; i < count && status == WM_OK; i++) {
                status = add_locality(u, places[i].place, err);
            }
        }
    }
    return status;
}

bool wm_fact_is_true(const wm_query *query, const char *fact)
{
    return wm_json_boolean(wm_json_get(query->facts, fact), false);
}

/* Where a crisis, psychosis or another urgent fact is present (ANSWERS, "Order" 2). */
static bool is_urgent(const wm_asker *asker, const wm_query *query, const wm_understood *u)
{
    static const char *const roots[] = { "crisis", "psych", "medical" };
    static const char *const facts[] = {
        "danger_now",   "taken_something",     "thoughts_of_suicide_now", "in_crisis",
        "being_harmed", "unusual_experiences", "psychosis_active"
    };
    for (size_t r = 0; r < sizeof roots / sizeof roots[0]; r++) {
        wm_need root = wm_needs_find(asker->needs, wm_str_of(roots[r]));
        for (size_t i = 0; root != WM_NEED_NONE && i < u->need_count; i++) {
            if (wm_needs_within(asker->needs, u->needs[i], root)) {
                return true;
            }
        }
    }
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        if (wm_fact_is_true(query, facts[i])) {
            return true;
        }
    }
    return false;
}

static wm_status parse_facts(const wm_asker *asker, const wm_query *query, wm_arena *arena,
                             wm_facts_context *context, wm_understood *u, wm_error *err)
{
    *context = (wm_facts_context){ .symbols = asker->symbols,
                                   .areas = asker->areas,
                                   .registry = asker->has_facts ? asker->registry : NULL,
                                   .as_of = query->as_of };
    wm_status status = wm_facts_parse(arena, query->facts, context, &u->facts, err);
    if (status != WM_OK) {
        wm_error_context(err, "facts");
        return status;
    }
    bool is_asker = query->about == WM_ABOUT_SELF && query->actor == WM_ACTOR_SELF;
    if (is_asker && query->actor_facts == NULL) {
        u->actor_facts = u->facts;
        return WM_OK;
    }
    status = wm_facts_parse(arena, query->actor_facts, context, &u->actor_facts, err);
    wm_error_context(status != WM_OK ? err : NULL, "actor_facts");
    return status;
}

wm_status wm_understand(wm_asker *asker, const wm_query *query, wm_arena *arena, wm_understood *out,
                        wm_error *err)
{
    memset(out, 0, sizeof *out);
    wm_facts_context context;
    wm_status status = query->text.len > 0 ? wm_asker_words(asker, err) : WM_OK;
    if (status == WM_OK) {
        status = wm_words_read(asker->needs, query, out, err);
    }
    if (status == WM_OK) {
        status = parse_facts(asker, query, arena, &context, out, err);
    }
    if (status == WM_OK) {
        status = fill_place(asker, query, arena, &context, out, err);
    }
    if (status == WM_OK) {
        status = collect_localities(out, err);
    }
    if (status == WM_OK) {
        wm_named_where where = { out->localities, out->locality_count };
        status =
            wm_names_find(asker, query->text, where, arena, out->named, &out->named_count, err);
    }
    if (status == WM_OK) {
        out->urgent = is_urgent(asker, query, out);
    }
    return status;
}

wm_status wm_understand_other(const wm_asker *asker, const wm_query *query,
                              const wm_understood *person, wm_arena *arena, wm_understood *out,
                              wm_error *err)
{
    wm_facts_context context;
    *out = *person;
    out->has_place = false;
    out->locality_count = 0;
    wm_status status = parse_facts(asker, query, arena, &context, out, err);
    return status == WM_OK ? collect_localities(out, err) : status;
}

static void write_locality(const wm_asker *asker, const wm_understood *u, wm_json_out *out)
{
    const wm_place_candidate *candidates = u->place.candidates;
    wm_locality all = WM_LOCALITY_NONE;
    for (size_t i = 0; i < u->place.candidate_count; i++) {
        all = i == 0 ? candidates[i].locality
                     : wm_locality_common(asker->tree, all, candidates[i].locality);
        if (all == WM_LOCALITY_NONE) {
            break;
        }
    }
    wm_json_out_name(out, "locality");
    wm_json_out_object(out);
    if (all != WM_LOCALITY_NONE) {
        wm_json_out_member_string(out, "code", wm_locality_code(asker->tree, all));
        wm_json_out_member_string(out, "name", wm_locality_name(asker->tree, all));
    }
    wm_json_out_member_string(out, "precision", u->place.precision);
    wm_json_out_member_text(out, "outcome", wm_place_outcome_name(u->place.outcome));
    if (u->place.name.len > 0) {
        wm_json_out_member_string(out, "place", u->place.name);
    }
    if (u->place.is_repaired) {
        wm_json_out_member_boolean(out, "repaired", true);
    }
    if (u->place.fell_back) {
        wm_json_out_member_boolean(out, "fell_back", true);
    }
    if (u->place.has_position && u->place.within_m > 0) {
        wm_json_out_member_integer(out, "within_m", u->place.within_m);
    }
    wm_json_out_name(out, "candidates");
    wm_json_out_array(out);
    for (size_t i = 0; i < u->place.candidate_count; i++) {
        wm_json_out_object(out);
        wm_json_out_member_string(out, "code",
                                  wm_locality_code(asker->tree, candidates[i].locality));
        wm_json_out_member_string(out, "name",
                                  wm_locality_name(asker->tree, candidates[i].locality));
        wm_json_out_member_integer(out, "share", candidates[i].share);
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
    wm_json_out_end_object(out);
}

void wm_understood_write(const wm_asker *asker, const wm_query *query, const wm_understood *u,
                         wm_json_out *out)
{
    wm_json_out_object(out);
    wm_json_out_name(out, "needs");
    wm_json_out_array(out);
    for (size_t i = 0; i < u->need_count; i++) {
        wm_json_out_string(out, wm_needs_id(asker->needs, u->needs[i]));
    }
    wm_json_out_end_array(out);
    wm_json_out_name(out, "labels"); /* of the needs, for people */
    wm_json_out_array(out);
    for (size_t i = 0; i < u->need_count; i++) {
        wm_json_out_string(out, wm_needs_label(asker->needs, u->needs[i]));
    }
    wm_json_out_end_array(out);
    wm_json_out_name(out, "words");
    wm_json_out_array(out);
    for (size_t i = 0; i < u->word_count; i++) {
        const wm_need_match *match = &u->words[i];
        wm_json_out_object(out);
        wm_json_out_member_string(out, "text",
                                  (wm_str){ query->text.ptr + match->start, match->length });
        wm_json_out_member_string(out, "need", wm_needs_id(asker->needs, match->need));
        wm_json_out_member_text(out, "how", wm_need_how_name(match->how));
        if (!wm_str_is(match->language, "en")) {
            wm_json_out_member_string(out, "lang", match->language);
        }
        wm_json_out_end_object(out);
    }
    for (size_t i = 0; i < u->named_count; i++) {
        const wm_named *named = &u->named[i];
        if (!named->left_out) {
            wm_json_out_object(out);
            wm_json_out_member_string(out, "text",
                                      (wm_str){ query->text.ptr + named->start, named->length });
            wm_json_out_member_string(out, "service", named->id);
            wm_json_out_member_text(out, "how", named->sure ? "name" : "perhaps");
            wm_json_out_end_object(out);
        }
    }
    wm_json_out_end_array(out);
    if (u->has_place) {
        write_locality(asker, u, out);
    }
    wm_json_out_end_object(out);
}

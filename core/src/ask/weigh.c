/* weigh.c: the parts of the order key (order.c), from a summary and a verdict.
 *
 * Missing data never demotes an access need; a locality or distance that is not known counts as
 * near; a wait that is not known counts as middling. */
#include "ask/weigh.h"
#include "ask/opening.h"

wm_service_status wm_status_on(const wm_summary *summary, wm_date day)
{
    bool takes = summary->status == WM_SERVICE_ACTIVE || summary->status == WM_SERVICE_CLOSING;
    if (summary->closes_on != WM_SUMMARY_NO_DATE && summary->closes_on < day) {
        return WM_SERVICE_CLOSED;
    }
    if (takes && summary->opens_on != WM_SUMMARY_NO_DATE && summary->opens_on > day) {
        return WM_SERVICE_PLANNED;
    }
    return summary->status;
}

bool wm_is_full_on(const wm_summary *summary, wm_date day)
{
    return (summary->flags & WM_SERVICE_FULL) != 0 &&
           (summary->full_until == WM_SUMMARY_NO_DATE || summary->full_until >= day);
}

wm_verified wm_verified_on(const wm_summary *summary, wm_date day)
{
    if (summary->verified_on == WM_SUMMARY_NO_DATE) {
        return WM_VERIFIED_NEVER;
    }
    return summary->due_on != WM_SUMMARY_NO_DATE && summary->due_on < day ? WM_VERIFIED_OVERDUE
                                                                          : WM_VERIFIED_OK;
}

typedef size_t (*need_walk)(const wm_needs *needs, wm_need at, const wm_need_step **list_out);

/* All that `walk` reaches from the query's needs. False: out of memory. */
static bool walk_needs(const wm_weighing *w, need_walk walk, bool itself, wm_symbol_set *set_out)
{
    const wm_needs *needs = w->asker->needs;
    const wm_understood *u = w->understood;
    size_t most = 0;
    const wm_need_step *steps = NULL;
    for (size_t i = 0; i < u->need_count; i++) {
        most += walk(needs, u->needs[i], &steps);
    }
    wm_symbol *symbols = wm_arena_array(w->arena, most, sizeof *symbols);
    size_t count = 0;
    for (size_t i = 0; symbols != NULL && i < u->need_count; i++) {
        size_t step_count = walk(needs, u->needs[i], &steps);
        for (size_t s = 0; s < step_count; s++) {
            wm_symbol symbol =
                wm_symbols_find(w->asker->symbols, wm_needs_id(needs, steps[s].need));
            if ((steps[s].steps == 0) == itself && symbol != WM_SYMBOL_NONE) {
                symbols[count++] = symbol;
            }
        }
    }
    *set_out = (wm_symbol_set){ symbols, wm_symbol_set_sort(symbols, count), false };
    return symbols != NULL;
}

/* Counts, and writes where `out` is not NULL, all needs of the groups of the query's needs. */
static size_t visit_groups(const wm_weighing *w, wm_symbol *out)
{
    const wm_needs *needs = w->asker->needs;
    const wm_need_step *above = NULL;
    const wm_need_step *ignored = NULL;
    const wm_need_step *members = NULL;
    size_t count = 0;
    for (size_t i = 0; i < w->understood->need_count; i++) {
        size_t above_count = wm_needs_above(needs, w->understood->needs[i], &above);
        for (size_t a = 0; a < above_count; a++) {
            bool is_group = wm_needs_above(needs, above[a].need, &ignored) == 1;
            size_t member_count = is_group ? wm_needs_below(needs, above[a].need, &members) : 0;
            for (size_t m = 0; m < member_count; m++, count++) {
                if (out != NULL) {
                    out[count] =
                        wm_symbols_find(w->asker->symbols, wm_needs_id(needs, members[m].need));
                }
            }
        }
    }
    return count;
}

static bool walk_groups(const wm_weighing *w, wm_symbol_set *set_out)
{
    size_t count = visit_groups(w, NULL);
    wm_symbol *symbols = wm_arena_array(w->arena, count, sizeof *symbols);
    if (symbols != NULL) {
        (void)visit_groups(w, symbols);
        *set_out = (wm_symbol_set){ symbols, wm_symbol_set_sort(symbols, count), false };
    }
    return symbols != NULL;
}

static bool known_condition(const wm_query *query, const char *fact, const char *const *terms)
{
    const wm_json *has = wm_json_get(wm_json_get(query->facts, fact), "has");
    for (uint32_t i = 0; wm_json_is(has, WM_JSON_ARRAY) && i < has->count; i++) {
        for (size_t t = 0; terms[t] != NULL; t++) {
            if (wm_str_is(wm_json_string(&has->as.items[i]), terms[t])) {
                return true;
            }
        }
    }
    return false;
}

static bool may_be_born_after(const wm_understood *u, wm_date day)
{
    wm_date earliest = 0;
    wm_date latest = 0;
    return !wm_facts_birth(u->facts, &earliest, &latest) || latest > day;
}

/* True if what is asked for is one of these needs, or below one. */
static bool asks_for(const wm_weighing *w, const char *const *needs)
{
    for (size_t i = 0; i < w->understood->need_count; i++) {
        const wm_need_step *above = NULL;
        size_t count = wm_needs_above(w->asker->needs, w->understood->needs[i], &above);
        for (size_t a = 0; a < count; a++) {
            for (size_t n = 0; needs[n] != NULL; n++) {
                if (wm_str_is(wm_needs_id(w->asker->needs, above[a].need), needs[n])) {
                    return true;
                }
            }
        }
    }
    return false;
}

/* Whom a threshold has harmed, or would: by what is known of them, or by their words. An age that
 * is not known may be a child's. */
static bool least_is_not_enough(const wm_weighing *w)
{
    static const char *const severe[] = { "severe_mental_illness", "psychosis", "bipolar",
                                          "postpartum_psychosis", NULL };
    static const char *const returning[] = { "discharged_12m", NULL };
    static const char *const flags[] = { "pregnant", "refused_before", "on_smi_register",
                                         "psychosis_active", "unusual_experiences" };
    static const char *const needs[] = { "peri",       "psych",       "mood.bipolar",
                                         "mood.mania", "path.return", "path.refused",
                                         NULL };
    const wm_query *query = w->query;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (wm_fact_is_true(query, flags[i])) {
            return true;
        }
    }
    const wm_json *ended = wm_json_get(query->facts, "pregnancy_ended");
    return may_be_born_after(w->understood, wm_date_add_months(query->as_of, -18 * 12)) ||
           wm_json_get(ended, "date") != NULL ||
           wm_json_integer(wm_json_get(ended, "months"), 99) <= 24 || query->tried_count > 0 ||
           known_condition(query, "conditions", severe) ||
           known_condition(query, "diagnoses", severe) ||
           known_condition(query, "treatment", returning) || asks_for(w, needs);
}

/* "The least that is enough" must not rebuild a threshold: it is asked for only where severity is
 * known, and never for those whom thresholds have harmed (ANSWERS, "Order" 8). */
static void settle_intensity(wm_weighing *w)
{
    static const struct {
        const char *severity;
        uint8_t enough;
    } enough[] = { { "mild", 0 }, { "moderate", 1 }, { "severe", 2 }, { "complex", 2 } };
    wm_str severity = wm_json_string(wm_json_get(w->query->facts, "severity"));
    for (size_t i = 0; i < sizeof enough / sizeof enough[0]; i++) {
        if (wm_str_is(severity, enough[i].severity)) {
            w->wants_least = !least_is_not_enough(w);
            w->enough = enough[i].enough;
        }
    }
}

wm_status wm_weighing_init(wm_weighing *weighing, wm_asker *asker, const wm_query *query,
                           const wm_understood *understood, wm_arena *arena, wm_error *err)
{
    *weighing =
        (wm_weighing){ .asker = asker, .arena = arena, .query = query, .understood = understood };
    wm_weighing *w = weighing;
    w->texts = wm_arena_alloc(arena, sizeof *w->texts);
    if (w->texts == NULL) {
        return wm_fail_memory(err);
    }
    *w->texts = wm_texts_of(asker, query->lang, arena);
    wm_buf_init(&w->row, asker->env, 4 * WM_RECORD_BYTES_MAX);
    w->any_language = wm_symbols_find(asker->symbols, WM_STR("*"));
    if (!walk_needs(w, wm_needs_below, true, &w->need_exact) ||
        !walk_needs(w, wm_needs_below, false, &w->need_below) ||
        !walk_needs(w, wm_needs_above, false, &w->need_above) || !walk_groups(w, &w->need_group)) {
        return wm_fail_memory(err);
    }
    settle_intensity(w);
    return WM_OK;
}

void wm_weighing_fini(wm_weighing *weighing)
{
    if (weighing->row.env != NULL) {
        wm_buf_fini(&weighing->row);
    }
}

/* The best fit of one of its needs, and among equals how many of the needs asked for it meets:
 * somebody with three worries is better served by one service that knows all three. */
static uint32_t need_part(const wm_weighing *w, const wm_summary *s)
{
    if (w->understood->need_count == 0) {
        return 0;
    }
    wm_need_fit best = WM_FIT_NONE;
    uint32_t met = 0;
    for (uint32_t i = 0; i < s->needs.count; i++) {
        wm_symbol need = wm_symbol_list_at(s->needs, i);
        wm_need_fit fit = wm_symbol_set_has(&w->need_exact, need)   ? WM_FIT_EXACT
                          : wm_symbol_set_has(&w->need_below, need) ? WM_FIT_NARROWER
                          : wm_symbol_set_has(&w->need_above, need) ? WM_FIT_BROADER
                                                                    : WM_FIT_NONE;
        met += fit == WM_FIT_EXACT ? 1 : 0;
        best = fit < best ? fit : best;
    }
    uint32_t wanted = (uint32_t)w->need_exact.count;
    uint32_t unmet = met < wanted ? wanted - met : 0;
    return (uint32_t)best * 256 + (unmet < 256 ? unmet : 255);
}

/* Interpreters for any language do not sign: BSL is met only where it is named. */
static wm_language_match match_language(const wm_weighing *w, const wm_summary *s, wm_str language)
{
    wm_symbol wanted = wm_symbols_find(w->asker->symbols, language);
    bool signs = wm_str_is(language, "bfi");
    if (wm_symbol_list_has(s->languages, wanted)) {
        return WM_LANGUAGE_YES;
    }
    return wm_symbol_list_has(s->interpreting, wanted) ||
                   (!signs && wm_symbol_list_has(s->interpreting, w->any_language))
               ? WM_LANGUAGE_INTERPRETER
               : WM_LANGUAGE_NO;
}

/* The best of them: somebody who speaks several is helped in one. */
static wm_language_match match_one_of(const wm_weighing *w, const wm_summary *s,
                                      const wm_json *languages)
{
    wm_language_match best = languages->count == 0 ? WM_LANGUAGE_YES : WM_LANGUAGE_NO;
    for (uint32_t i = 0; i < languages->count; i++) {
        wm_language_match match = match_language(w, s, languages->as.items[i].as.string);
        best = match > best ? match : best;
    }
    return best;
}

/* true or false among the access needs of the query. */
static bool wants(const wm_weighing *w, const char *need)
{
    return wm_json_boolean(wm_json_get(w->query->access, need), false);
}

/* How many of languages, interpreter and BSL are asked for and not there; match_out: the worst of
 * their matches. */
static uint32_t languages_unmet(const wm_weighing *w, const wm_summary *s,
                                wm_language_match *match_out)
{
    const wm_json *languages = wm_json_get(w->query->access, "languages");
    wm_str interpreter = wm_json_string(wm_json_get(w->query->access, "interpreter"));
    bool bsl = wants(w, "bsl");
    bool asked = languages != NULL || interpreter.len > 0 || bsl;
    if (!asked || (s->flags & WM_SERVICE_KNOWS_LANGUAGES) == 0) {
        *match_out = asked ? WM_LANGUAGE_NOT_KNOWN : WM_LANGUAGE_NOT_ASKED;
        return 0;
    }
    wm_language_match matches[] = {
        languages != NULL ? match_one_of(w, s, languages) : WM_LANGUAGE_YES,
        interpreter.len > 0 ? match_language(w, s, interpreter) : WM_LANGUAGE_YES,
        bsl ? match_language(w, s, WM_STR("bfi")) : WM_LANGUAGE_YES,
    };
    uint32_t unmet = 0;
    *match_out = WM_LANGUAGE_YES;
    for (size_t i = 0; i < sizeof matches / sizeof matches[0]; i++) {
        unmet += matches[i] == WM_LANGUAGE_NO ? 1 : 0;
        *match_out = matches[i] < *match_out ? matches[i] : *match_out;
    }
    return unmet;
}

static uint32_t ways_unmet(const wm_weighing *w, const wm_summary *s)
{
    if ((s->flags & WM_SERVICE_KNOWS_DELIVERY) == 0) {
        return 0;
    }
    uint32_t unmet = wants(w, "remote") && (s->flags & WM_SERVICE_REMOTE) == 0 ? 1 : 0;
    bool without_phone = (s->flags & (WM_SERVICE_IN_PERSON | WM_SERVICE_NO_VOICE)) != 0;
    unmet += wm_fact_is_true(w->query, "no_phone") && !without_phone ? 1 : 0;
    return unmet;
}

/* How many required access needs the service is known not to meet. */
static uint32_t access_unmet(const wm_weighing *w, const wm_summary *s)
{
    wm_language_match language = WM_LANGUAGE_NOT_ASKED;
    uint32_t unmet = languages_unmet(w, s, &language) + ways_unmet(w, s);
    bool on_site = (s->flags & WM_SERVICE_IN_PERSON) != 0 &&
                   (s->flags & (WM_SERVICE_REMOTE | WM_SERVICE_VISITS)) == 0;
    bool steps =
        (s->flags & WM_SERVICE_KNOWS_ACCESS) != 0 && (s->flags & WM_SERVICE_STEP_FREE) == 0;
    unmet += wants(w, "step_free") && on_site && steps ? 1 : 0;
    bool days_only =
        (s->flags & WM_SERVICE_KNOWS_HOURS) != 0 && (s->flags & WM_SERVICE_EVENINGS) == 0;
    unmet += wants(w, "evenings") && days_only ? 1 : 0;
    return unmet;
}

static bool by_route(const wm_summary *s, wm_routes routes)
{
    return (s->flags & WM_SERVICE_KNOWS_ROUTES) == 0 || (s->routes & routes) != 0;
}

static bool usable_now(const wm_weighing *w, const wm_summary *s, wm_service_status status)
{
    bool takes = status == WM_SERVICE_ACTIVE || status == WM_SERVICE_CLOSING;
    return takes && !wm_is_full_on(s, w->query->as_of) &&
           by_route(s, wm_actor_routes(w->query->actor));
}

static uint32_t intensity_part(const wm_weighing *w, const wm_summary *s)
{
    if (!w->wants_least || s->intensity == WM_SUMMARY_NONE) {
        return 0;
    }
    return s->intensity >= w->enough ? (uint32_t)(s->intensity - w->enough)
                                     : (uint32_t)(4 + w->enough - s->intensity);
}

static uint32_t hops_part(const wm_weighing *w, const wm_summary *s)
{
    const wm_understood *u = w->understood;
    uint32_t best = UINT32_MAX;
    for (uint32_t i = 0; i < s->areas.count; i++) {
        wm_locality area = wm_area_map_find(w->asker->areas, wm_symbol_list_at(s->areas, i));
        for (size_t p = 0; area != WM_LOCALITY_NONE && p < u->locality_count; p++) {
            uint32_t hops = (uint32_t)wm_locality_hops(w->asker->tree, u->localities[p], area);
            best = hops < best ? hops : best;
        }
    }
    return best == UINT32_MAX ? 0 : best;
}

/* Metres to the nearest site; -1 where it is not known or not to be told. */
static wm_status distance_of(const wm_weighing *w, const wm_summary *s, int64_t *distance_out,
                             wm_error *err)
{
    const wm_place_match *place = &w->understood->place;
    *distance_out = -1;
    if (!w->understood->has_place || !place->has_position ||
        (s->flags & WM_SERVICE_CONFIDENTIAL) != 0) {
        return WM_OK;
    }
    for (uint32_t i = 0; i < s->sites.count; i++) {
        int32_t lat = 0;
        int32_t lon = 0;
        wm_status status = wm_store_site_position(
            w->asker->store, w->asker->view,
            wm_symbols_text(w->asker->symbols, wm_symbol_list_at(s->sites, i)), &lat, &lon, err);
        if (status == WM_NOT_FOUND) {
            continue;
        }
        if (status != WM_OK) {
            return status;
        }
        int64_t distance = wm_order_distance_m(place->lat, place->lon, lat, lon);
        *distance_out = *distance_out < 0 || distance < *distance_out ? distance : *distance_out;
    }
    return WM_OK;
}

static uint32_t verdict_part(wm_verdict verdict)
{
    static const uint32_t parts[] = {
        [WM_VERDICT_ELIGIBLE] = 0,           [WM_VERDICT_JOINT] = 1,
        [WM_VERDICT_CHECK_WITH_SERVICE] = 1, [WM_VERDICT_UNKNOWN] = 2,
        [WM_VERDICT_NOT_ELIGIBLE] = 3,
    };
    return parts[verdict];
}

/* The same for one id and release everywhere, and favouring no one. */
static uint32_t chance_part(const wm_weighing *w, wm_str id)
{
    char release[24];
    size_t length = 0;
    for (int64_t n = w->asker->release.number; n > 0; n /= 10) {
        release[length++] = (char)('0' + n % 10);
    }
    wm_str parts[] = { id, WM_STR("\n"), { release, length } };
    wm_digest digest;
    wm_digest_of(parts, 3, &digest);
    return (uint32_t)digest.bytes[0] << 24 | (uint32_t)digest.bytes[1] << 16 |
           (uint32_t)digest.bytes[2] << 8 | digest.bytes[3];
}

/* It helps with something of the same group as what was asked for. */
static bool is_of_the_group(const wm_weighing *w, const wm_summary *s)
{
    for (uint32_t i = 0; i < s->needs.count; i++) {
        if (wm_symbol_set_has(&w->need_group, wm_symbol_list_at(s->needs, i))) {
            return true;
        }
    }
    return w->understood->need_count == 0;
}

/* It covers a locality that nothing is above: everyone, wherever they are. */
static bool is_nation_wide(const wm_weighing *w, const wm_summary *s)
{
    for (uint32_t i = 0; i < s->areas.count; i++) {
        wm_locality area = wm_area_map_find(w->asker->areas, wm_symbol_list_at(s->areas, i));
        if (area != WM_LOCALITY_NONE &&
            wm_locality_parent(w->asker->tree, area) == WM_LOCALITY_NONE) {
            return true;
        }
    }
    return false;
}

static void put_key(const wm_weighing *w, const wm_summary *s, wm_option *option)
{
    uint32_t *part = option->key.part;
    wm_date day = w->query->as_of;
    wm_verified verified = wm_verified_on(s, day);
    part[WM_ORDER_SECTION] = 0; /* both follow when the rules have acted */
    part[WM_ORDER_SLOT] =
        option->view.section == WM_SECTION_NOT_A_MATCH && !option->view.near_miss ? 1 : 0;
    part[WM_ORDER_RESPONSE] = w->understood->urgent ? s->response : 0;
    part[WM_ORDER_USABLE] = option->view.usable_now ? 0 : 1;
    part[WM_ORDER_VERDICT] = verdict_part(option->view.verdict);
    part[WM_ORDER_ACCESS] = access_unmet(w, s);
    part[WM_ORDER_NEED] = need_part(w, s);
    part[WM_ORDER_VERIFIED] = verified == WM_VERIFIED_OK ? 0 : 1;
    part[WM_ORDER_INTENSITY] = intensity_part(w, s);
    part[WM_ORDER_HOPS] = (s->flags & WM_SERVICE_CONFIDENTIAL) != 0 ? 0 : hops_part(w, s);
    part[WM_ORDER_DISTANCE] = wm_order_distance_band(option->distance_m);
    part[WM_ORDER_WAIT] = wm_order_wait_band(s->wait_weeks);
    int64_t days = verified == WM_VERIFIED_NEVER ? INT32_MAX : (int64_t)day - s->verified_on;
    part[WM_ORDER_RECENT] = days < 0 ? 0 : (uint32_t)days;
    part[WM_ORDER_CHANCE] = chance_part(w, option->id);
}

/* ---- what `card` conditions read ---- */

static wm_language_match language_of(const wm_weighing *w, const wm_summary *s)
{
    wm_language_match match = WM_LANGUAGE_NOT_ASKED;
    (void)languages_unmet(w, s, &match);
    return match;
}

static uint8_t tried_of(const wm_weighing *w, wm_str id)
{
    uint8_t bits = 0;
    for (size_t i = 0; i < w->query->tried_count; i++) {
        if (wm_str_equal(w->query->tried[i].service, id)) {
            bits |= (uint8_t)(1u << w->query->tried[i].outcome);
        }
    }
    return bits;
}

/* It has closed before somebody who joins the queue today is seen. */
static bool closes_first(const wm_weighing *w, const wm_summary *s, const wm_opening *opening)
{
    if (s->closes_on == WM_SUMMARY_NO_DATE) {
        return false;
    }
    bool waits_longer =
        s->wait_weeks > 0 && (int64_t)w->query->as_of + 7 * (int64_t)s->wait_weeks > s->closes_on;
    bool never_opens_again =
        opening->known && !opening->now && (!opening->has_next || opening->next.day > s->closes_on);
    return waits_longer || never_opens_again;
}

/* The lists outlive the index row. */
static wm_status keep_offers(const wm_weighing *w, const wm_summary *s, wm_card_view *view,
                             wm_error *err)
{
    wm_str bytes = { (const char *)s->offers.bytes, (size_t)s->offers.count * 4 };
    wm_str copy = wm_arena_copy(w->arena, bytes);
    if (copy.ptr == NULL) {
        return wm_fail_memory(err);
    }
    view->offers = (wm_symbol_list){ (const uint8_t *)copy.ptr, s->offers.count };
    return WM_OK;
}

static wm_status keep_exclusions(const wm_weighing *w, const wm_criteria *criteria,
                                 const wm_verdict_result *result, wm_card_view *view, wm_error *err)
{
    if (criteria->exclusion_count == 0) {
        return WM_OK;
    }
    wm_symbol *reasons = wm_arena_array(w->arena, criteria->exclusion_count, sizeof *reasons);
    if (reasons == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < criteria->exclusion_count; i++) {
        wm_exclusion exclusion = wm_criteria_exclusion(criteria, i);
        if (result->truth[exclusion.node] == WM_TRUTH_T && exclusion.reason != WM_SYMBOL_NONE) {
            reasons[view->exclusion_count++] = exclusion.reason;
        }
    }
    view->exclusions = reasons;
    return WM_OK;
}

/* Without a time only what is always open counts as open. */
static wm_truth open_in_time(const wm_weighing *w, const wm_summary *s, const wm_opening *opening)
{
    if (w->query->has_now) {
        return wm_opening_in_time(opening, w->query->now);
    }
    return (s->flags & WM_SERVICE_ALWAYS_OPEN) != 0   ? WM_TRUTH_T
           : (s->flags & WM_SERVICE_KNOWS_HOURS) != 0 ? WM_TRUTH_F
                                                      : WM_TRUTH_U;
}

static wm_status put_view(const wm_weighing *w, const wm_summary *s, const wm_criteria *criteria,
                          const wm_verdict_result *result, wm_option *option, wm_error *err)
{
    wm_service_status today = wm_status_on(s, w->query->as_of);
    wm_status status =
        w->query->has_now ? wm_hours_at(s->hours, w->query->now, &option->opening, err) : WM_OK;
    bool too_late = closes_first(w, s, &option->opening);
    bool refused = result->verdict == WM_VERDICT_NOT_ELIGIBLE || today == WM_SERVICE_PLANNED ||
                   today == WM_SERVICE_PAUSED || too_late;
    option->gone = today == WM_SERVICE_CLOSED;
    option->view = (wm_card_view){
        .status = today,
        .verdict = result->verdict,
        .near_miss = result->near_miss,
        .usable_now = usable_now(w, s, today),
        .closes_first = too_late,
        .section = option->gone ? WM_SECTION_ALL
                   : refused    ? WM_SECTION_NOT_A_MATCH
                                : WM_SECTION_MAIN,
        .subject = w->subject,
        .open_in_time = open_in_time(w, s, &option->opening),
        .verified = wm_verified_on(s, w->query->as_of),
        .language = language_of(w, s),
        .response = s->response,
        .tried = tried_of(w, option->id),
        .wait_weeks = s->wait_weeks,
        .kind = s->kind,
    };
    if (status == WM_OK) {
        status = keep_offers(w, s, &option->view, err);
    }
    return status == WM_OK ? keep_exclusions(w, criteria, result, &option->view, err) : status;
}

static wm_status decode_row(wm_weighing *w, int64_t revision, wm_summary *summary_out,
                            wm_criteria *criteria_out, wm_error *err)
{
    wm_str summary;
    wm_str program;
    wm_buf_reset(&w->row);
    wm_status status =
        wm_store_service_row(w->asker->store, revision, &w->row, &summary, &program, err);
    if (status == WM_OK) {
        status = wm_summary_decode(summary, summary_out, err);
    }
    return status == WM_OK ? wm_criteria_load(program.ptr, program.len, criteria_out, err) : status;
}

wm_status wm_weigh(wm_weighing *weighing, int64_t revision, wm_option *option_out, wm_error *err)
{
    wm_summary s;
    wm_criteria criteria;
    wm_asker *asker = weighing->asker;
    wm_status status = decode_row(weighing, revision, &s, &criteria, err);
    if (status != WM_OK) {
        return status;
    }
    wm_evaluation evaluation = { .symbols = asker->symbols,
                                 .areas = asker->areas,
                                 .facts = weighing->understood->facts,
                                 .actor_facts = weighing->understood->actor_facts };
    wm_verdict_result result;
    wm_criteria_evaluate(&criteria, &evaluation, &result);
    wm_option option = { .revision = revision,
                         .id = wm_symbols_text(asker->symbols, s.id),
                         .closes_on = s.closes_on,
                         .named = WM_NAMED_NOT,
                         .slot = -1,
                         .only_area = result.only_area_decides,
                         .of_the_group = is_of_the_group(weighing, &s),
                         .nation_wide = is_nation_wide(weighing, &s),
                         .within_reach =
                             by_route(&s, wm_actor_routes(weighing->query->actor) | WM_ROUTE_SELF),
                         .full = wm_is_full_on(&s, weighing->query->as_of),
                         .needs_data = (s.flags & WM_SERVICE_VOICE_OR_TEXT) == 0 };
    status = put_view(weighing, &s, &criteria, &result, &option, err);
    if (status == WM_OK) {
        status = distance_of(weighing, &s, &option.distance_m, err);
    }
    if (status == WM_OK) {
        put_key(weighing, &s, &option);
        *option_out = option;
    }
    return status;
}

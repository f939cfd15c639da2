/* weigh.c: the parts of the order key (order.c), from a summary and a verdict.
 *
 * Missing data never demotes an access need; a locality or distance that is not known counts as
 * near; a wait that is not known counts as middling. */
#include "ask/weigh.h"
#include "ask/opening.h"
#include "model/hours.h"

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

/* ---- what is found out once a query ---- */

static void mark_needs(wm_weighing *w, const wm_symbol_set *set, uint8_t mark)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->symbols[i] < w->symbol_count) {
            w->marks[set->symbols[i]] |= mark;
        }
    }
}

static bool mark_symbols(wm_weighing *w)
{
    w->symbol_count = wm_symbols_count(w->asker->symbols);
    w->marks = wm_arena_array(w->arena, w->symbol_count, sizeof *w->marks);
    w->hops = wm_arena_array(w->arena, w->symbol_count, sizeof *w->hops);
    if (w->marks == NULL || w->hops == NULL) {
        return false;
    }
    mark_needs(w, &w->need_exact, WM_MARK_EXACT);
    mark_needs(w, &w->need_below, WM_MARK_NARROWER);
    mark_needs(w, &w->need_above, WM_MARK_BROADER);
    mark_needs(w, &w->need_group, WM_MARK_GROUP);
    return true;
}

/* true or false among the access needs of the query. */
static bool wants(const wm_weighing *w, const char *need)
{
    return wm_json_boolean(wm_json_get(w->query->access, need), false);
}

/* Interpreters for any language do not sign: BSL is met only where it is named. */
static wm_language language_of_tag(const wm_weighing *w, wm_str tag)
{
    return (wm_language){ wm_symbols_find(w->asker->symbols, tag), wm_str_is(tag, "bfi") };
}

static bool read_access(wm_weighing *w)
{
    wm_access *a = &w->access;
    const wm_json *languages = wm_json_get(w->query->access, "languages");
    wm_str interpreter = wm_json_string(wm_json_get(w->query->access, "interpreter"));
    a->asks_languages = languages != NULL;
    a->language_count = languages != NULL ? languages->count : 0;
    wm_language *list = wm_arena_array(w->arena, a->language_count, sizeof *list);
    for (size_t i = 0; list != NULL && i < a->language_count; i++) {
        list[i] = language_of_tag(w, languages->as.items[i].as.string);
    }
    a->languages = list;
    a->asks_interpreter = interpreter.len > 0;
    a->interpreter = language_of_tag(w, interpreter);
    a->bsl = wants(w, "bsl");
    a->remote = wants(w, "remote");
    a->step_free = wants(w, "step_free");
    a->evenings = wants(w, "evenings");
    a->no_phone = wm_fact_is_true(w->query, "no_phone");
    a->bfi = language_of_tag(w, WM_STR("bfi"));
    a->any_language = wm_symbols_find(w->asker->symbols, WM_STR("*"));
    return list != NULL;
}

static bool asks_access(const wm_access *a)
{
    return a->asks_languages || a->asks_interpreter || a->bsl || a->remote || a->no_phone ||
           a->step_free || a->evenings;
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
    w->routes = wm_actor_routes(query->actor);
    if (!walk_needs(w, wm_needs_below, true, &w->need_exact) ||
        !walk_needs(w, wm_needs_below, false, &w->need_below) ||
        !walk_needs(w, wm_needs_above, false, &w->need_above) || !walk_groups(w, &w->need_group) ||
        !mark_symbols(w) || !read_access(w)) {
        return wm_fail_memory(err);
    }
    w->access.asks_nothing = !asks_access(&w->access);
    settle_intensity(w);
    w->evaluation = (wm_evaluation){ .symbols = asker->symbols,
                                     .areas = asker->areas,
                                     .facts = understood->facts,
                                     .actor_facts = understood->actor_facts };
    return wm_brief_memo_init(&w->memo, &w->evaluation, arena, err);
}

wm_str wm_option_id(const wm_option *option, wm_arena *arena)
{
    char text[WM_ID_BYTES_MAX + 1];
    return wm_arena_copy(arena, wm_id_unpack(option->id, text));
}

static uint8_t marks_of(const wm_weighing *w, wm_symbol symbol)
{
    return symbol < w->symbol_count ? w->marks[symbol] : 0;
}

/* The best fit of one of its needs, and among equals how many of the needs asked for it meets:
 * somebody with three worries is better served by one service that knows all three. of_the_group:
 * it helps with something of the same group as what was asked for. */
static uint32_t need_part(const wm_weighing *w, const wm_summary *s, bool *of_the_group_out)
{
    if (w->understood->need_count == 0) {
        *of_the_group_out = true;
        return 0;
    }
    uint8_t all = 0;
    uint32_t met = 0;
    for (uint32_t i = 0; i < s->needs.count; i++) {
        uint8_t marks = marks_of(w, wm_symbol_list_at(s->needs, i));
        met += (marks & WM_MARK_EXACT) != 0 ? 1 : 0;
        all |= marks;
    }
    wm_need_fit best = (all & WM_MARK_EXACT) != 0      ? WM_FIT_EXACT
                       : (all & WM_MARK_NARROWER) != 0 ? WM_FIT_NARROWER
                       : (all & WM_MARK_BROADER) != 0  ? WM_FIT_BROADER
                                                       : WM_FIT_NONE;
    uint32_t wanted = (uint32_t)w->need_exact.count;
    uint32_t unmet = met < wanted ? wanted - met : 0;
    *of_the_group_out = (all & WM_MARK_GROUP) != 0;
    return (uint32_t)best * 256 + (unmet < 256 ? unmet : 255);
}

static wm_language_match match_language(const wm_weighing *w, const wm_summary *s,
                                        wm_language wanted)
{
    if (wm_symbol_list_has(s->languages, wanted.symbol)) {
        return WM_LANGUAGE_YES;
    }
    return wm_symbol_list_has(s->interpreting, wanted.symbol) ||
                   (!wanted.signs && wm_symbol_list_has(s->interpreting, w->access.any_language))
               ? WM_LANGUAGE_INTERPRETER
               : WM_LANGUAGE_NO;
}

/* The best of them: somebody who speaks several is helped in one. */
static wm_language_match match_one_of(const wm_weighing *w, const wm_summary *s)
{
    size_t count = w->access.language_count;
    wm_language_match best = count == 0 ? WM_LANGUAGE_YES : WM_LANGUAGE_NO;
    for (size_t i = 0; i < count; i++) {
        wm_language_match match = match_language(w, s, w->access.languages[i]);
        best = match > best ? match : best;
    }
    return best;
}

/* How many of languages, interpreter and BSL are asked for and not there; match_out: the worst of
 * their matches. */
static uint32_t languages_unmet(const wm_weighing *w, const wm_summary *s,
                                wm_language_match *match_out)
{
    const wm_access *a = &w->access;
    bool asked = a->asks_languages || a->asks_interpreter || a->bsl;
    if (!asked || (s->flags & WM_SERVICE_KNOWS_LANGUAGES) == 0) {
        *match_out = asked ? WM_LANGUAGE_NOT_KNOWN : WM_LANGUAGE_NOT_ASKED;
        return 0;
    }
    wm_language_match matches[] = {
        a->asks_languages ? match_one_of(w, s) : WM_LANGUAGE_YES,
        a->asks_interpreter ? match_language(w, s, a->interpreter) : WM_LANGUAGE_YES,
        a->bsl ? match_language(w, s, a->bfi) : WM_LANGUAGE_YES,
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
    uint32_t unmet = w->access.remote && (s->flags & WM_SERVICE_REMOTE) == 0 ? 1 : 0;
    bool without_phone = (s->flags & (WM_SERVICE_IN_PERSON | WM_SERVICE_NO_VOICE)) != 0;
    unmet += w->access.no_phone && !without_phone ? 1 : 0;
    return unmet;
}

/* How many required access needs the service is known not to meet; language_out as for `card`. */
static uint32_t access_unmet(const wm_weighing *w, const wm_summary *s,
                             wm_language_match *language_out)
{
    if (w->access.asks_nothing) {
        *language_out = WM_LANGUAGE_NOT_ASKED;
        return 0;
    }
    uint32_t unmet = languages_unmet(w, s, language_out) + ways_unmet(w, s);
    bool on_site = (s->flags & WM_SERVICE_IN_PERSON) != 0 &&
                   (s->flags & (WM_SERVICE_REMOTE | WM_SERVICE_VISITS)) == 0;
    bool steps =
        (s->flags & WM_SERVICE_KNOWS_ACCESS) != 0 && (s->flags & WM_SERVICE_STEP_FREE) == 0;
    unmet += w->access.step_free && on_site && steps ? 1 : 0;
    bool days_only =
        (s->flags & WM_SERVICE_KNOWS_HOURS) != 0 && (s->flags & WM_SERVICE_EVENINGS) == 0;
    unmet += w->access.evenings && days_only ? 1 : 0;
    return unmet;
}

static bool by_route(const wm_summary *s, wm_routes routes)
{
    return (s->flags & WM_SERVICE_KNOWS_ROUTES) == 0 || (s->routes & routes) != 0;
}

static bool usable_now(const wm_weighing *w, const wm_summary *s, wm_service_status status)
{
    bool takes = status == WM_SERVICE_ACTIVE || status == WM_SERVICE_CLOSING;
    return takes && !wm_is_full_on(s, w->query->as_of) && by_route(s, w->routes);
}

static uint32_t intensity_part(const wm_weighing *w, const wm_summary *s)
{
    if (!w->wants_least || s->intensity == WM_SUMMARY_NONE) {
        return 0;
    }
    return s->intensity >= w->enough ? (uint32_t)(s->intensity - w->enough)
                                     : (uint32_t)(4 + w->enough - s->intensity);
}

/* What a symbol is as an area, found out when it is first met. */
static uint8_t mark_area(wm_weighing *w, wm_symbol symbol)
{
    const wm_understood *u = w->understood;
    const wm_locality_tree *tree = w->asker->tree;
    wm_locality area = wm_area_map_find(w->asker->areas, symbol);
    uint8_t marks = WM_MARK_AREA;
    for (size_t p = 0; area != WM_LOCALITY_NONE && p < u->locality_count; p++) {
        int hops = wm_locality_hops(tree, u->localities[p], area);
        if ((marks & WM_MARK_NEAR) == 0 || hops < w->hops[symbol]) {
            w->hops[symbol] = (uint8_t)hops;
        }
        marks |= WM_MARK_NEAR;
    }
    if (area != WM_LOCALITY_NONE && wm_locality_parent(tree, area) == WM_LOCALITY_NONE) {
        marks |= WM_MARK_NATION;
    }
    w->marks[symbol] |= marks;
    return w->marks[symbol];
}

/* The fewest steps to one of its areas. nation_wide: it covers a locality that nothing is above:
 * everyone, wherever they are. */
static uint32_t hops_part(wm_weighing *w, const wm_summary *s, bool *nation_wide_out)
{
    uint32_t best = UINT32_MAX;
    *nation_wide_out = false;
    for (uint32_t i = 0; i < s->areas.count; i++) {
        wm_symbol symbol = wm_symbol_list_at(s->areas, i);
        uint8_t marks = marks_of(w, symbol);
        if ((marks & WM_MARK_AREA) == 0 && symbol < w->symbol_count) {
            marks = mark_area(w, symbol);
        }
        *nation_wide_out = *nation_wide_out || (marks & WM_MARK_NATION) != 0;
        if ((marks & WM_MARK_NEAR) != 0 && w->hops[symbol] < best) {
            best = w->hops[symbol];
        }
    }
    return best == UINT32_MAX ? 0 : best;
}

static void keep_nearest(const wm_weighing *w, int32_t lat, int32_t lon, int32_t *distance)
{
    const wm_place_match *place = &w->understood->place;
    int64_t far = wm_order_distance_m(place->lat, place->lon, lat, lon);
    int32_t metres = far < INT32_MAX ? (int32_t)far : INT32_MAX;
    *distance = *distance < 0 || metres < *distance ? metres : *distance;
}

/* Where its record, and those of its sites, say that it is: for the working state, and for what is
 * pending. */
static wm_status recorded_distance(const wm_weighing *w, int64_t revision, int32_t *distance_out,
                                   wm_error *err)
{
    const wm_asker *asker = w->asker;
    wm_buf bytes;
    wm_arena arena;
    const wm_json *service = NULL;
    *distance_out = -1;
    wm_buf_init(&bytes, asker->env, WM_RECORD_BYTES_MAX);
    wm_arena_init(&arena, asker->env, SIZE_MAX / 2);
    wm_status status = wm_store_revision_bytes(asker->store, revision, &bytes, err);
    if (status == WM_OK) {
        status = wm_json_parse(&arena, wm_buf_str(&bytes), WM_RECORD_BYTES_MAX, &service, err);
    }
    const wm_json *sites = wm_json_get(service, "sites");
    uint32_t count = wm_json_is(sites, WM_JSON_ARRAY) ? sites->count : 0;
    for (uint32_t i = 0; i < count && status == WM_OK; i++) {
        int32_t lat = 0;
        int32_t lon = 0;
        status = wm_store_site_position(asker->store, asker->view,
                                        wm_json_string(&sites->as.items[i]), &lat, &lon, err);
        if (status == WM_OK) {
            keep_nearest(w, lat, lon, distance_out);
        }
        status = status == WM_NOT_FOUND ? WM_OK : status;
    }
    wm_arena_fini(&arena);
    wm_buf_fini(&bytes);
    return status;
}

/* Metres to the nearest site; -1 where it is not known or not to be told. From where somebody is
 * registered nothing is reckoned: they need not live there. */
static wm_status distance_of(const wm_weighing *w, const wm_entry *entry, const wm_summary *s,
                             int32_t *distance_out, wm_error *err)
{
    *distance_out = -1;
    if (!w->understood->has_place || !w->understood->place.has_position ||
        w->understood->place.is_practice || (s->flags & WM_SERVICE_CONFIDENTIAL) != 0) {
        return WM_OK;
    }
    bool as_recorded = w->asker->view != WM_VIEW_LATEST;
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < s->sites.count && status == WM_OK && !as_recorded; i++) {
        wm_position position;
        status = wm_kept_position(w->asker->store, wm_symbol_list_at(s->sites, i), &position, err);
        if (status == WM_OK && position.state == WM_POSITION_KNOWN) {
            keep_nearest(w, position.lat, position.lon, distance_out);
        }
        as_recorded = status == WM_OK && position.state == WM_POSITION_AS_RECORDED;
    }
    return as_recorded && s->sites.count > 0
               ? recorded_distance(w, entry->revision, distance_out, err)
               : status;
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
static uint32_t chance_part(const wm_weighing *w, wm_packed_id id)
{
    uint64_t mixed = wm_id_digest(id) + (uint64_t)w->asker->release.number * 0x9e3779b97f4a7c15U;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebU;
    return (uint32_t)(mixed >> 32);
}

/* But for section, name and slot, which follow when the rules have acted. */
static wm_order_key key_of(wm_weighing *w, const wm_summary *s, wm_option *option)
{
    wm_order_key key = { 0, 0 };
    wm_verified verified = option->view.verified;
    wm_order_add(&key, WM_ORDER_RESPONSE, w->understood->urgent ? s->response : 0);
    wm_order_add(&key, WM_ORDER_USABLE, option->view.usable_now ? 0 : 1);
    wm_order_add(&key, WM_ORDER_VERDICT, verdict_part(option->view.verdict));
    wm_language_match language = WM_LANGUAGE_NOT_ASKED;
    wm_order_add(&key, WM_ORDER_ACCESS, access_unmet(w, s, &language));
    option->view.language = language;
    wm_order_add(&key, WM_ORDER_NEED, need_part(w, s, &option->of_the_group));
    wm_order_add(&key, WM_ORDER_VERIFIED, verified == WM_VERIFIED_OK ? 0 : 1);
    wm_order_add(&key, WM_ORDER_INTENSITY, intensity_part(w, s));
    uint32_t hops = hops_part(w, s, &option->nation_wide);
    wm_order_add(&key, WM_ORDER_HOPS, (s->flags & WM_SERVICE_CONFIDENTIAL) != 0 ? 0 : hops);
    wm_order_add(&key, WM_ORDER_DISTANCE, wm_order_distance_band(option->distance_m));
    wm_order_add(&key, WM_ORDER_WAIT, wm_order_wait_band(s->wait_weeks));
    int64_t days =
        verified == WM_VERIFIED_NEVER ? INT32_MAX : (int64_t)w->query->as_of - s->verified_on;
    wm_order_add(&key, WM_ORDER_RECENT, days < 0 ? 0 : (uint32_t)days);
    wm_order_add(&key, WM_ORDER_CHANCE, chance_part(w, option->id));
    return key;
}

/* ---- what `card` conditions read ---- */

static uint8_t tried_of(const wm_weighing *w, wm_packed_id id)
{
    uint8_t bits = 0;
    for (size_t i = 0; i < w->query->tried_count; i++) {
        if (wm_id_is(id, w->query->tried[i].service)) {
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

static wm_status keep_exclusions(const wm_weighing *w, const wm_brief_result *result,
                                 wm_card_view *view, wm_error *err)
{
    if (result->reason_count == 0) {
        return WM_OK;
    }
    wm_symbol *reasons = wm_arena_array(w->arena, result->reason_count, sizeof *reasons);
    if (reasons == NULL) {
        return wm_fail_memory(err);
    }
    memcpy(reasons, result->reasons, result->reason_count * sizeof *reasons);
    view->exclusions = reasons;
    view->exclusion_count = result->reason_count;
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

static wm_status put_view(const wm_weighing *w, const wm_summary *s, const wm_brief_result *result,
                          wm_option *option, wm_error *err)
{
    wm_service_status today = wm_status_on(s, w->query->as_of);
    wm_opening opening = { .known = false };
    wm_status status =
        w->query->has_now ? wm_hours_at(s->hours, w->query->now, &opening, err) : WM_OK;
    bool too_late = closes_first(w, s, &opening);
    bool refused = result->verdict == WM_VERDICT_NOT_ELIGIBLE || today == WM_SERVICE_PLANNED ||
                   today == WM_SERVICE_PAUSED || too_late;
    option->gone = today == WM_SERVICE_CLOSED;
    wm_card_view *view = &option->view;
    view->status = today;
    view->verdict = result->verdict;
    view->near_miss = result->near_miss;
    view->usable_now = usable_now(w, s, today);
    view->closes_first = too_late;
    view->section = option->gone ? WM_SECTION_ALL
                    : refused    ? WM_SECTION_NOT_A_MATCH
                                 : WM_SECTION_MAIN;
    view->subject = w->subject;
    view->open_in_time = open_in_time(w, s, &opening);
    view->verified = wm_verified_on(s, w->query->as_of);
    view->response = s->response;
    view->tried = tried_of(w, option->id);
    view->wait_weeks = s->wait_weeks;
    view->kind = s->kind;
    view->offers = s->offers;
    return status == WM_OK ? keep_exclusions(w, result, view, err) : status;
}

static wm_status judge(wm_weighing *weighing, const wm_entry *entry, wm_summary *summary,
                       wm_brief_result *result, wm_error *err)
{
    wm_status status = wm_summary_decode(entry->summary, summary, err);
    return status == WM_OK
               ? wm_brief_evaluate(entry->criteria, summary->areas, &weighing->memo, result, err)
               : status;
}

static wm_status make_option(wm_weighing *weighing, const wm_entry *entry,
                             const wm_summary *summary, const wm_brief_result *result,
                             wm_option *option, wm_error *err)
{
    option->revision = entry->revision;
    option->criteria = entry->criteria;
    option->summary = entry->summary;
    option->areas = summary->areas;
    option->id = summary->id;
    option->closes_on = summary->closes_on;
    option->named = WM_NAMED_NOT;
    option->slot = -1;
    option->only_area = result->only_area_decides;
    option->within_reach = by_route(summary, weighing->routes | WM_ROUTE_SELF);
    option->full = wm_is_full_on(summary, weighing->query->as_of);
    option->needs_data = (summary->flags & WM_SERVICE_VOICE_OR_TEXT) == 0;
    wm_status status = put_view(weighing, summary, result, option, err);
    if (status == WM_OK) {
        status = distance_of(weighing, entry, summary, &option->distance_m, err);
    }
    if (status == WM_OK) {
        option->key = key_of(weighing, summary, option);
    }
    return status;
}

wm_status wm_weigh(wm_weighing *weighing, const wm_entry *entry, wm_option *option_out,
                   wm_error *err)
{
    wm_summary summary;
    wm_brief_result result;
    wm_status status = judge(weighing, entry, &summary, &result, err);
    return status == WM_OK ? make_option(weighing, entry, &summary, &result, option_out, err)
                           : status;
}

wm_status wm_weigh_offer(wm_weighing *weighing, const wm_entry *entry, wm_option *option_out,
                         bool *may_be_out, wm_error *err)
{
    wm_summary summary;
    wm_brief_result result;
    wm_status status = judge(weighing, entry, &summary, &result, err);
    if (status != WM_OK) {
        return status;
    }
    bool refused = result.verdict == WM_VERDICT_NOT_ELIGIBLE && !result.only_area_decides;
    *may_be_out = !refused || wm_status_on(&summary, weighing->query->as_of) == WM_SERVICE_CLOSED;
    return *may_be_out ? make_option(weighing, entry, &summary, &result, option_out, err) : WM_OK;
}

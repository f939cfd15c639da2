/* judge.c: see judge.h. */
#include "judge.h"

#include <stdio.h>
#include <stdlib.h>

#include "testing.h"

#define SERVICES_MAX 4000
#define LOCALITIES_MAX 1000
#define NEEDS_MAX 1000
#define NOWHERE (-1)
#define FAR 100000

/* The parts of the order that are judged, in their order. */
enum {
    PART_RESPONSE,
    PART_USABLE,
    PART_VERDICT,
    PART_ACCESS,
    PART_NEED,
    PART_VERIFIED,
    PART_INTENSITY,
    PART_HOPS,
    PART_DISTANCE,
    PART_WAIT,
    PART_RECENT,
    PARTS
};
static const char *const part_names[PARTS] = { "response", "usable_now", "verdict",    "access",
                                               "need",     "verified",   "intensity",  "locality",
                                               "distance", "wait",       "verified_on" };

/* The numbers of what a service names; NOWHERE where there is no such record. */
typedef struct numbers {
    int *at;
    uint32_t count;
} numbers;

struct wm_judge {
    wm_arena records;
    wm_arena arena; /* of one answer */
    const wm_json *services[SERVICES_MAX];
    numbers areas_of[SERVICES_MAX];
    numbers needs_of[SERVICES_MAX];
    bool is_shown[SERVICES_MAX]; /* in the answer in hand */
    size_t service_count;
    const wm_json *localities[LOCALITIES_MAX];
    int parents[LOCALITIES_MAX];
    size_t locality_count;
    const wm_json *needs[NEEDS_MAX];
    numbers broader_of[NEEDS_MAX];
    size_t need_count;
    size_t told[PARTS];
    /* the answer in hand */
    const wm_json *query;
    const wm_json *answer;
    wm_date day;
    bool is_place[LOCALITIES_MAX]; /* one of the person's */
    bool has_place;
    bool touches[LOCALITIES_MAX]; /* one of the person's, above or below one */
    bool exact[NEEDS_MAX];
    bool narrower[NEEDS_MAX];
    bool broader[NEEDS_MAX];
    int need_total; /* of those asked for */
    bool urgent;
    int enough; /* the least intensity; NOWHERE: not asked for */
};

/* ---- JSON, in short ---- */

static wm_str text_in(const wm_json *value, const char *name)
{
    return wm_json_string(wm_json_get(value, name));
}

static uint32_t count_in(const wm_json *list)
{
    return wm_json_is(list, WM_JSON_ARRAY) ? list->count : 0;
}

static bool list_has(const wm_json *list, wm_str text)
{
    for (uint32_t i = 0; i < count_in(list); i++) {
        if (wm_str_equal(wm_json_string(&list->as.items[i]), text)) {
            return true;
        }
    }
    return false;
}

static bool list_has_any(const wm_json *list, const char *const *texts)
{
    for (size_t i = 0; texts[i] != NULL; i++) {
        if (list_has(list, wm_str_of(texts[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_true(const wm_json *object, const char *name)
{
    return wm_json_boolean(wm_json_get(object, name), false);
}

static bool date_in(const wm_json *object, const char *name, wm_date *date_out)
{
    return wm_date_parse(text_in(object, name), date_out);
}

static int find_record(const wm_json *const *records, size_t count, wm_str id)
{
    for (size_t i = 0; i < count; i++) {
        if (wm_str_equal(text_in(records[i], "id"), id)) {
            return (int)i;
        }
    }
    return NOWHERE;
}

/* ---- the records ---- */

static wm_status take(void *context, const wm_record *record, wm_error *err)
{
    wm_judge *j = context;
    const wm_json *value = NULL;
    wm_status status = wm_json_parse(&j->records, record->bytes, WM_RECORD_BYTES_MAX, &value, err);
    if (record->kind == WM_KIND_SERVICE) {
        assert_true(j->service_count < SERVICES_MAX);
        j->services[j->service_count++] = value;
    } else if (record->kind == WM_KIND_LOCALITY) {
        assert_true(j->locality_count < LOCALITIES_MAX);
        j->localities[j->locality_count++] = value;
    } else {
        assert_true(j->need_count < NEEDS_MAX);
        j->needs[j->need_count++] = value;
    }
    return status;
}

static numbers number_all(wm_judge *j, const wm_json *ids, const wm_json *const *records,
                          size_t count)
{
    numbers n = { wm_arena_array(&j->records, count_in(ids), sizeof(int)), count_in(ids) };
    assert_non_null(n.at);
    for (uint32_t i = 0; i < n.count; i++) {
        n.at[i] = find_record(records, count, wm_json_string(&ids->as.items[i]));
    }
    return n;
}

static void number_names(wm_judge *j)
{
    for (size_t i = 0; i < j->locality_count; i++) {
        wm_str parent = text_in(j->localities[i], "parent");
        j->parents[i] =
            parent.len > 0 ? find_record(j->localities, j->locality_count, parent) : NOWHERE;
    }
    for (size_t i = 0; i < j->need_count; i++) {
        j->broader_of[i] =
            number_all(j, wm_json_get(j->needs[i], "broader"), j->needs, j->need_count);
    }
    for (size_t i = 0; i < j->service_count; i++) {
        const wm_json *service = j->services[i];
        j->areas_of[i] =
            number_all(j, wm_json_get(service, "areas"), j->localities, j->locality_count);
        j->needs_of[i] = number_all(j, wm_json_get(service, "needs"), j->needs, j->need_count);
    }
}

wm_judge *wm_judge_new(wm_store *store, wm_view view)
{
    wm_error err = { 0 };
    wm_judge *j = calloc(1, sizeof *j);
    assert_non_null(j);
    wm_arena_init(&j->records, wm_env_system(), SIZE_MAX / 2);
    wm_arena_init(&j->arena, wm_env_system(), SIZE_MAX / 2);
    wm_record_sink sink = { take, j };
    assert_ok(wm_store_each(store, view,
                            WM_KIND_BIT(WM_KIND_SERVICE) | WM_KIND_BIT(WM_KIND_LOCALITY) |
                                WM_KIND_BIT(WM_KIND_NEED),
                            &sink, &err),
              &err);
    number_names(j);
    return j;
}

void wm_judge_free(wm_judge *judge)
{
    if (judge != NULL) {
        wm_arena_fini(&judge->arena);
        wm_arena_fini(&judge->records);
        free(judge);
    }
}

bool wm_judge_is_through(const wm_judge *judge)
{
    bool all = true;
    for (int part = 0; part < PARTS; part++) {
        all = all && judge->told[part] > 0;
    }
    return all;
}

/* ---- where the person is ---- */

static void add_place(wm_judge *j, wm_str code)
{
    int at = find_record(j->localities, j->locality_count, code);
    if (at != NOWHERE) {
        j->is_place[at] = true;
        j->has_place = true;
    }
}

static void add_places(wm_judge *j)
{
    static const char *const facts[] = { "residence_area", "staying_area", "gp_area", "school_area",
                                         "work_area" };
    const wm_json *given = wm_json_get(j->query, "facts");
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        const wm_json *fact = wm_json_get(given, facts[i]);
        const wm_json *one_of = wm_json_get(fact, "one_of");
        if (wm_json_is(fact, WM_JSON_STRING)) {
            add_place(j, wm_json_string(fact));
        }
        for (uint32_t n = 0; n < count_in(one_of); n++) {
            add_place(j, wm_json_string(&one_of->as.items[n]));
        }
    }
    const wm_json *locality = wm_json_get(wm_json_get(j->answer, "understood"), "locality");
    bool is_practice = wm_str_is(text_in(locality, "precision"), "practice");
    const wm_json *candidates = wm_json_get(locality, "candidates");
    if (wm_json_get(given, is_practice ? "gp_area" : "residence_area") == NULL) {
        for (uint32_t i = 0; i < count_in(candidates); i++) {
            add_place(j, text_in(&candidates->as.items[i], "code"));
        }
    }
}

static bool is_within(const wm_judge *j, int at, int above)
{
    while (at != NOWHERE && at != above) {
        at = j->parents[at];
    }
    return at == above;
}

static void find_what_touches(wm_judge *j)
{
    for (size_t p = 0; p < j->locality_count; p++) {
        for (size_t i = 0; i < j->locality_count && j->is_place[p]; i++) {
            j->touches[i] =
                j->touches[i] || is_within(j, (int)i, (int)p) || is_within(j, (int)p, (int)i);
        }
    }
}

/* Steps up to what is above both, and down; where nothing is, more than any tree has. */
static int hops_between(const wm_judge *j, int from, int to)
{
    int up = 0;
    for (int above = from; above != NOWHERE; above = j->parents[above], up++) {
        int down = 0;
        for (int at = to; at != NOWHERE; at = j->parents[at], down++) {
            if (at == above) {
                return up + down;
            }
        }
    }
    return 1000;
}

/* ---- what is asked for ---- */

/* A need is within another if that is above it by any way. */
static bool need_is_within(const wm_judge *j, int need, int above)
{
    if (need == above) {
        return true;
    }
    numbers broader = j->broader_of[need];
    for (uint32_t i = 0; i < broader.count; i++) {
        if (broader.at[i] != NOWHERE && need_is_within(j, broader.at[i], above)) {
            return true;
        }
    }
    return false;
}

static void read_needs(wm_judge *j)
{
    const wm_json *asked = wm_json_get(wm_json_get(j->answer, "understood"), "needs");
    j->need_total = (int)count_in(asked);
    for (uint32_t i = 0; i < count_in(asked); i++) {
        int need = find_record(j->needs, j->need_count, wm_json_string(&asked->as.items[i]));
        assert_int_not_equal(need, NOWHERE);
        for (size_t n = 0; n < j->need_count; n++) {
            j->exact[n] = j->exact[n] || (int)n == need;
            j->narrower[n] = j->narrower[n] || need_is_within(j, (int)n, need);
            j->broader[n] = j->broader[n] || need_is_within(j, need, (int)n);
        }
    }
}

/* One of the needs asked for is within one of these. */
static bool asks_within(const wm_judge *j, const char *const *roots)
{
    for (size_t r = 0; roots[r] != NULL; r++) {
        int root = find_record(j->needs, j->need_count, wm_str_of(roots[r]));
        if (root != NOWHERE && j->broader[root]) {
            return true;
        }
    }
    return false;
}

static bool any_is_true(const wm_judge *j, const char *const *facts)
{
    for (size_t i = 0; facts[i] != NULL; i++) {
        if (is_true(wm_json_get(j->query, "facts"), facts[i])) {
            return true;
        }
    }
    return false;
}

/* The youngest that they may be, in whole years; 0 where that is not known. */
static int64_t least_age(const wm_judge *j)
{
    const wm_json *age = wm_json_get(wm_json_get(j->query, "facts"), "age");
    wm_str dob = text_in(age, "dob");
    int64_t years = wm_json_integer(wm_json_get(age, "years"), 0);
    int64_t months = wm_json_integer(wm_json_get(age, "months"), 0);
    int64_t least = wm_json_integer(wm_json_get(age, "min"), 0);
    char first[16]; /* of the days that it may be */
    wm_date birth = 0;
    if (dob.len == 0) {
        return months > 0 ? months / 12 : years > 0 ? years : least;
    }
    (void)snprintf(first, sizeof first, "%.*s%s", (int)dob.len, dob.ptr,
                   dob.len == 4   ? "-01-01"
                   : dob.len == 7 ? "-01"
                                  : "");
    assert_true(wm_date_parse(wm_str_of(first), &birth));
    birth = dob.len == 10 ? birth : wm_date_add_months(birth, dob.len == 4 ? 12 : 1) - 1;
    int64_t age_years = 0;
    while (wm_date_add_months(birth, (int)(age_years + 1) * 12) <= j->day) {
        age_years++;
    }
    return age_years;
}

static bool facts_have(const wm_judge *j, const char *fact, const char *const *terms)
{
    const wm_json *value = wm_json_get(wm_json_get(j->query, "facts"), fact);
    return list_has_any(wm_json_get(value, "has"), terms);
}

/* Nobody who is under 18, or may be; is or was lately pregnant; has a severe illness; was refused,
 * comes back, or has tried it. */
static bool least_may_be_asked_for(const wm_judge *j)
{
    static const char *const flags[] = {
        "pregnant",         "refused_before",      "on_smi_register",
        "psychosis_active", "unusual_experiences", NULL
    };
    static const char *const severe[] = { "severe_mental_illness", "psychosis", "bipolar",
                                          "postpartum_psychosis", NULL };
    static const char *const back[] = { "discharged_12m", NULL };
    static const char *const needs[] = { "peri",       "psych",       "mood.bipolar",
                                         "mood.mania", "path.return", "path.refused",
                                         NULL };
    const wm_json *ended = wm_json_get(wm_json_get(j->query, "facts"), "pregnancy_ended");
    bool lately =
        text_in(ended, "date").len > 0 || (wm_json_get(ended, "months") != NULL &&
                                           wm_json_integer(wm_json_get(ended, "months"), 0) <= 24);
    return least_age(j) >= 18 && !any_is_true(j, flags) && !lately &&
           !facts_have(j, "conditions", severe) && !facts_have(j, "diagnoses", severe) &&
           !facts_have(j, "treatment", back) && count_in(wm_json_get(j->query, "tried")) == 0 &&
           !asks_within(j, needs);
}

static void read_query(wm_judge *j)
{
    static const char *const urgent_needs[] = { "crisis", "psych", "medical", NULL };
    static const char *const urgent_facts[] = {
        "danger_now",   "taken_something",     "thoughts_of_suicide_now", "in_crisis",
        "being_harmed", "unusual_experiences", "psychosis_active",        NULL
    };
    static const char *const severities[] = { "mild", "moderate", "severe", "complex" };
    static const int enough[] = { 0, 1, 2, 2 };
    memset(j->is_place, 0, sizeof j->is_place);
    memset(j->touches, 0, sizeof j->touches);
    memset(j->exact, 0, sizeof j->exact);
    memset(j->narrower, 0, sizeof j->narrower);
    memset(j->broader, 0, sizeof j->broader);
    memset(j->is_shown, 0, sizeof j->is_shown);
    j->has_place = false;
    wm_str now = text_in(j->query, "now");
    if (!date_in(j->query, "as_of", &j->day)) {
        assert_true(wm_date_parse((wm_str){ now.ptr, now.len < 10 ? now.len : 10 }, &j->day));
    }
    add_places(j);
    find_what_touches(j);
    read_needs(j);
    j->urgent = asks_within(j, urgent_needs) || any_is_true(j, urgent_facts);
    j->enough = NOWHERE;
    for (size_t i = 0; i < 4; i++) {
        if (wm_str_is(text_in(wm_json_get(j->query, "facts"), "severity"), severities[i]) &&
            least_may_be_asked_for(j)) {
            j->enough = enough[i];
        }
    }
}

/* ---- a service ---- */

static int word_at(wm_str word, const char *const *words, int otherwise)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (wm_str_is(word, words[i])) {
            return i;
        }
    }
    return otherwise;
}

static bool is_closed(const wm_judge *j, const wm_json *service)
{
    wm_date closes = 0;
    return wm_str_is(text_in(service, "status"), "closed") ||
           (date_in(service, "closes_on", &closes) && closes < j->day);
}

static bool is_usable(const wm_judge *j, const wm_json *service)
{
    static const struct {
        const char *actor;
        const char *routes[4];
    } ways[] = { { "self", { "self" } },
                 { "family", { "self", "family", "carer" } },
                 { "carer", { "self", "family", "carer" } },
                 { "gp", { "gp", "professional" } },
                 { "school", { "school", "professional" } },
                 { "professional", { "professional" } } };
    wm_str actor = text_in(j->query, "actor");
    wm_str status = text_in(service, "status");
    const wm_json *accepting = wm_json_get(service, "accepting");
    const wm_json *routes = wm_json_get(wm_json_get(service, "eligibility"), "routes");
    routes = routes != NULL ? routes : wm_json_get(wm_json_get(service, "referral"), "routes");
    wm_date day = 0;
    bool by_route = routes == NULL;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (wm_str_is(actor.len > 0 ? actor : WM_STR("self"), ways[i].actor)) {
            by_route = by_route || list_has_any(routes, ways[i].routes);
        }
    }
    bool takes = wm_str_is(status, "active") || wm_str_is(status, "closing");
    takes =
        takes && !is_closed(j, service) && !(date_in(service, "opens_on", &day) && day > j->day);
    bool is_full = accepting != NULL && !wm_json_boolean(wm_json_get(accepting, "now"), true) &&
                   !(date_in(accepting, "full_until", &day) && day < j->day);
    return takes && !is_full && by_route;
}

static bool speaks(const wm_json *service, wm_str language)
{
    const wm_json *by_others = wm_json_get(wm_json_get(service, "interpreting"), "languages");
    return list_has(wm_json_get(service, "languages"), language) || list_has(by_others, language) ||
           (!wm_str_is(language, "bfi") && list_has(by_others, WM_STR("*")));
}

/* How many needs of language are known not to be met: one of the languages, the interpreter, BSL.
 */
static int languages_unmet(const wm_json *access, const wm_json *service)
{
    const wm_json *languages = wm_json_get(access, "languages");
    wm_str interpreter = text_in(access, "interpreter");
    bool one = count_in(languages) == 0;
    if (wm_json_get(service, "languages") == NULL && wm_json_get(service, "interpreting") == NULL) {
        return 0;
    }
    for (uint32_t i = 0; i < count_in(languages); i++) {
        one = one || speaks(service, wm_json_string(&languages->as.items[i]));
    }
    return (one ? 0 : 1) + (interpreter.len > 0 && !speaks(service, interpreter) ? 1 : 0) +
           (is_true(access, "bsl") && !speaks(service, WM_STR("bfi")) ? 1 : 0);
}

static bool is_late(const wm_json *times)
{
    for (uint32_t i = 0; i < count_in(times); i++) {
        wm_str opens = text_in(&times->as.items[i], "opens");
        wm_str closes = text_in(&times->as.items[i], "closes");
        if (closes.len > 0 &&
            (wm_str_compare(closes, WM_STR("18:00")) > 0 || wm_str_compare(closes, opens) < 0)) {
            return true;
        }
    }
    return false;
}

static bool can_be_reached_without_voice(const wm_json *service)
{
    const wm_json *contacts = wm_json_get(service, "contacts");
    for (uint32_t i = 0; i < count_in(contacts); i++) {
        if (!wm_str_is(text_in(&contacts->as.items[i], "kind"), "phone")) {
            return true;
        }
    }
    return false;
}

static int access_unmet(const wm_judge *j, const wm_json *service)
{
    static const char *const far[] = { "phone", "video", "text", "online", NULL };
    static const char *const near[] = { "in_person", "home_visit", "outreach", NULL };
    static const char *const comes[] = { "home_visit", "outreach", NULL };
    const wm_json *access = wm_json_get(j->query, "access");
    const wm_json *delivery = wm_json_get(service, "delivery");
    const wm_json *hours = wm_json_get(service, "hours");
    const wm_json *building = wm_json_get(service, "accessibility");
    bool there_only = list_has_any(delivery, near) && !list_has_any(delivery, far) &&
                      !list_has_any(delivery, comes);
    int unmet = languages_unmet(access, service);
    unmet += is_true(access, "remote") && delivery != NULL && !list_has_any(delivery, far) ? 1 : 0;
    unmet += is_true(wm_json_get(j->query, "facts"), "no_phone") && delivery != NULL &&
                     !list_has_any(delivery, near) && !can_be_reached_without_voice(service)
                 ? 1
                 : 0;
    unmet += is_true(access, "step_free") && there_only && building != NULL &&
                     !list_has(building, WM_STR("step_free"))
                 ? 1
                 : 0;
    unmet += is_true(access, "evenings") && hours != NULL && !is_true(hours, "always") &&
                     !is_late(wm_json_get(hours, "weekly")) &&
                     !is_late(wm_json_get(hours, "monthly"))
                 ? 1
                 : 0;
    return unmet;
}

/* The best fit of its needs; among equals, how many of those asked for it does not have. */
static int need_of(const wm_judge *j, int service)
{
    numbers needs = j->needs_of[service];
    int best = 3;
    int met = 0;
    for (uint32_t i = 0; i < needs.count; i++) {
        int need = needs.at[i];
        int fit = need == NOWHERE     ? 3
                  : j->exact[need]    ? 0
                  : j->narrower[need] ? 1
                  : j->broader[need]  ? 2
                                      : 3;
        best = fit < best ? fit : best;
        met += fit == 0 ? 1 : 0;
    }
    return j->need_total == 0 ? 0 : best * 1000 + j->need_total - met;
}

static bool is_confidential(const wm_json *service)
{
    return is_true(service, "confidential_location");
}

static int hops_of(const wm_judge *j, int service)
{
    numbers areas = j->areas_of[service];
    int best = FAR;
    for (uint32_t i = 0; i < areas.count; i++) {
        for (size_t p = 0; p < j->locality_count && areas.at[i] != NOWHERE; p++) {
            int hops = j->is_place[p] ? hops_between(j, (int)p, areas.at[i]) : best;
            best = hops < best ? hops : best;
        }
    }
    return best == FAR || is_confidential(j->services[service]) ? 0 : best;
}

static int intensity_of(const wm_judge *j, const wm_json *service)
{
    static const char *const names[] = { "advice", "help", "more_help", "risk_support", NULL };
    int has = word_at(text_in(service, "intensity"), names, NOWHERE);
    if (j->enough == NOWHERE || has == NOWHERE) {
        return 0;
    }
    return has >= j->enough ? has - j->enough : 4 + j->enough - has;
}

static int band_of(int64_t value, const int64_t *ends, int count)
{
    int band = 0;
    while (band < count && value > ends[band]) {
        band++;
    }
    return band;
}

static int response_of(const wm_json *service)
{
    static const char *const names[] = { "immediate", "hours_4", "hours_24", "days_7",
                                         "weeks_4",   "routine", NULL };
    return word_at(text_in(service, "response"), names, 1000);
}

/* Due again on the day that is given, else so many days later. */
static bool is_verified(const wm_judge *j, const wm_json *service, int64_t *days_out)
{
    const wm_json *assurance = wm_json_get(service, "assurance");
    wm_date on = 0;
    wm_date due = 0;
    *days_out = INT32_MAX;
    if (!date_in(assurance, "verified_on", &on)) {
        return false;
    }
    *days_out = j->day > on ? (int64_t)j->day - on : 0;
    if (!date_in(assurance, "due_on", &due)) {
        due = on + (response_of(service) <= 1 ? 30 : 90);
    }
    return due >= j->day;
}

static int64_t weeks_of(const wm_json *service)
{
    const wm_json *wait = wm_json_get(service, "wait");
    return wm_json_integer(wm_json_get(wait, "current_weeks"),
                           wm_json_integer(wm_json_get(wait, "standard_weeks"), -1));
}

/* All but the verdict and the distance are of the record alone. */
static void weigh(const wm_judge *j, const wm_json *card, int number, int64_t parts_out[PARTS])
{
    static const char *const verdicts[] = { "ELIGIBLE", "JOINT",        "CHECK_WITH_SERVICE",
                                            "UNKNOWN",  "NOT_ELIGIBLE", NULL };
    static const int of_verdict[] = { 0, 1, 1, 2, 3 };
    static const int64_t far[] = { 2000, 5000, 10000, 25000, 50000 };
    static const int64_t long_waits[] = { 1, 4, 12, 26 };
    const wm_json *service = j->services[number];
    int64_t weeks = weeks_of(service);
    int64_t metres = wm_json_integer(wm_json_get(card, "distance_m"), -1);
    int verdict = word_at(text_in(card, "verdict"), verdicts, NOWHERE);
    int64_t days = 0;
    assert_int_not_equal(verdict, NOWHERE);
    parts_out[PART_RESPONSE] = j->urgent ? response_of(service) : 0;
    parts_out[PART_USABLE] = is_usable(j, service) ? 0 : 1;
    parts_out[PART_VERDICT] = of_verdict[verdict];
    parts_out[PART_ACCESS] = access_unmet(j, service);
    parts_out[PART_NEED] = need_of(j, number);
    parts_out[PART_VERIFIED] = is_verified(j, service, &days) ? 0 : 1;
    parts_out[PART_INTENSITY] = intensity_of(j, service);
    parts_out[PART_HOPS] = hops_of(j, number);
    parts_out[PART_DISTANCE] = metres < 0 ? 0 : band_of(metres, far, 5);
    parts_out[PART_WAIT] = weeks < 0 ? 2 : band_of(weeks, long_waits, 4);
    parts_out[PART_RECENT] = days;
}

static bool is_candidate(const wm_judge *j, int service)
{
    numbers areas = j->areas_of[service];
    bool near = !j->has_place;
    for (uint32_t i = 0; i < areas.count && !near; i++) {
        near = areas.at[i] != NOWHERE && j->touches[areas.at[i]];
    }
    return near && need_of(j, service) < 3000;
}

/* ---- an answer ---- */

static int service_of(const wm_judge *j, const wm_json *card)
{
    int at = find_record(j->services, j->service_count, text_in(card, "service"));
    assert_int_not_equal(at, NOWHERE);
    return at;
}

static void refuse_answer(const wm_judge *j)
{
    wm_buf query;
    wm_buf_init(&query, wm_env_system(), WM_MIB);
    wm_json_write(&query, j->query);
    print_error("question: %s\n", query.data);
    wm_buf_fini(&query);
    fail();
}

static void refuse_pair(const wm_judge *j, const wm_json *above, const wm_json *below,
                        const char *should)
{
    print_error("%.*s stands above %.*s because of %.*s, and differs in %s\n",
                WM_STR_ARG(text_in(above, "service")), WM_STR_ARG(text_in(below, "service")),
                WM_STR_ARG(text_in(above, "above_next_because")), should);
    refuse_answer(j);
}

/* One above the other, which is not so by section, name, slot or variety. */
static void judge_pair(wm_judge *j, const wm_json *above, const wm_json *below)
{
    wm_str because = text_in(above, "above_next_because");
    int64_t higher[PARTS];
    int64_t lower[PARTS];
    int part = 0;
    weigh(j, above, service_of(j, above), higher);
    weigh(j, below, service_of(j, below), lower);
    while (part < PARTS && higher[part] == lower[part]) {
        part++;
    }
    const char *should = part < PARTS ? part_names[part] : "chance";
    if (!wm_str_is(because, should) || (part < PARTS && higher[part] > lower[part])) {
        refuse_pair(j, above, below, should);
    }
    if (part < PARTS) {
        j->told[part]++;
    }
}

static void judge_card(wm_judge *j, const wm_json *card)
{
    int number = service_of(j, card);
    const wm_json *service = j->services[number];
    j->is_shown[number] = true;
    assert_false(is_closed(j, service));
    if (wm_json_get(card, "for") == NULL) { /* somebody else goes there by other ways */
        assert_int_equal(is_true(card, "usable_now"), is_usable(j, service));
    }
}

static void judge_section(wm_judge *j, const wm_json *section)
{
    static const char *const by_rule[] = { "section", "name", "slot", "variety", NULL };
    const wm_json *cards = wm_json_get(section, "cards");
    for (uint32_t i = 0; i < count_in(cards); i++) {
        const wm_json *card = &cards->as.items[i];
        judge_card(j, card);
        bool ruled = word_at(text_in(card, "above_next_because"), by_rule, NOWHERE) != NOWHERE;
        if (i + 1 < cards->count && !ruled && wm_json_get(card, "for") == NULL &&
            wm_json_get(card + 1, "for") == NULL) {
            judge_pair(j, card, card + 1);
        }
    }
}

/* What rules of directory-data take away from those who are harmed. */
static bool may_hide(const wm_json *service)
{
    static const char *const offers[] = { "couples_work", "family_mediation", "parent_support",
                                          NULL };
    static const char *const kinds[] = { "family_hub", NULL };
    return list_has_any(wm_json_get(service, "offers"), offers) ||
           word_at(text_in(service, "kind"), kinds, NOWHERE) != NOWHERE;
}

/* Every candidate that is not closed is shown, or counted as one of those that are more. */
static void judge_candidates(const wm_judge *j, const wm_json *sections)
{
    size_t more = 0;
    size_t missing = 0;
    for (uint32_t s = 0; s < count_in(sections); s++) {
        more += (size_t)wm_json_integer(wm_json_get(&sections->as.items[s], "more"), 0);
    }
    for (size_t i = 0; i < j->service_count; i++) {
        bool is_one = !j->is_shown[i] && !is_closed(j, j->services[i]) && !may_hide(j->services[i]);
        missing += is_one && is_candidate(j, (int)i) ? 1 : 0;
    }
    if (missing > more) {
        print_error("%zu candidates are not shown, and %zu are said to be more\n", missing, more);
        refuse_answer(j);
    }
}

void wm_judge_answer(wm_judge *judge, wm_str query, wm_str answer)
{
    wm_error err = { 0 };
    wm_judge *j = judge;
    wm_arena_reset(&j->arena);
    assert_ok(wm_json_parse(&j->arena, query, WM_MIB, &j->query, &err), &err);
    assert_ok(wm_json_parse(&j->arena, answer, 64 * WM_MIB, &j->answer, &err), &err);
    read_query(j);
    const wm_json *sections = wm_json_get(j->answer, "sections");
    for (uint32_t s = 0; s < count_in(sections); s++) {
        judge_section(j, &sections->as.items[s]);
    }
    bool understood = j->need_total > 0 || wm_json_get(j->query, "text") == NULL;
    if (understood) { /* else nothing is a candidate */
        judge_candidates(j, sections);
    }
}

/* meaning.c: what the members of one object say together; see meaning.h. */
#include "meaning.h"

#include <waymark/sys/date.h>

#include "plausible.h"

static bool is_true(const wm_json *object, const char *name)
{
    return wm_json_boolean(wm_json_get(object, name), false);
}

static bool has(const wm_json *object, const char *name)
{
    return wm_json_get(object, name) != NULL;
}

/* Items of a list; 0 if it is none. */
static uint32_t count_of(const wm_json *list)
{
    return list != NULL && list->type == WM_JSON_ARRAY ? list->count : 0;
}

/* Reports at a member of the object that is being checked. */
static void report_at(model_check *check, const char *name, model_verdict verdict, const char *text)
{
    size_t back = model_path_name(&check->path, wm_str_of(name));
    model_report(check, verdict, "%s", text);
    model_path_back(&check->path, back);
}

/* Both dates are there and real, and `later` lies before `earlier`. */
static bool dates_reversed(const wm_json *object, const char *earlier, const char *later)
{
    wm_date first = 0;
    wm_date last = 0;
    const wm_json *from = wm_json_get(object, earlier);
    const wm_json *to = wm_json_get(object, later);
    return wm_json_is(from, WM_JSON_STRING) && wm_json_is(to, WM_JSON_STRING) &&
           wm_date_parse(from->as.string, &first) && wm_date_parse(to->as.string, &last) &&
           last < first;
}

static const model_verdict reversed = { true, "dates_reversed", "Put the dates in order." };

/* ---- hours ---- */

void model_agree_opening(model_check *check, const wm_json *opening)
{
    static const model_verdict empty = { true, "bad_time",
                                         "For all day write opens 00:00 and closes 24:00." };
    const wm_json *opens = wm_json_get(opening, "opens");
    const wm_json *closes = wm_json_get(opening, "closes");
    if (wm_json_is(opens, WM_JSON_STRING) && wm_json_equal(opens, closes)) {
        char shown[MODEL_SHOWN_BYTES];
        size_t back = model_path_name(&check->path, WM_STR("closes"));
        model_report(check, empty, "expected another time than it opens, found %s",
                     model_show(closes, shown));
        model_path_back(&check->path, back);
    }
}

void model_agree_exception(model_check *check, const wm_json *exception)
{
    static const model_verdict unclear = { true, "unclear_exception",
                                           "Write either \"closed\":true, or opens and closes." };
    bool has_times = has(exception, "opens") || has(exception, "closes");
    bool has_both = has(exception, "opens") && has(exception, "closes");
    if (is_true(exception, "closed") ? has_times : !has_both) {
        model_report(check, unclear, "expected closed, or opens and closes, found %s",
                     is_true(exception, "closed") ? "both"
                     : has_times                  ? "only one of the times"
                                                  : "neither");
        return;
    }
    model_agree_opening(check, exception);
}

static uint32_t list_count(const wm_json *object, const char *name)
{
    return count_of(wm_json_get(object, name));
}

void model_agree_hours(model_check *check, const wm_json *hours)
{
    static const model_verdict mixed = { true, "unclear_hours",
                                         "Keep either always, or the timetable." };
    static const model_verdict never = { true, "unclear_hours",
                                         "Leave hours out if they are not known." };
    const wm_json *always = wm_json_get(hours, "always");
    bool has_table = has(hours, "weekly") || has(hours, "monthly") || has(hours, "except") ||
                     has(hours, "bank_holidays") || has(hours, "valid_from") ||
                     has(hours, "valid_to");
    if (always != NULL && has_table) {
        model_report(check, mixed, "expected always alone, found a timetable beside it");
    } else if (always != NULL && !is_true(hours, "always")) {
        report_at(check, "always", never, "expected true, found something else");
    } else if (always == NULL && list_count(hours, "weekly") + list_count(hours, "monthly") == 0) {
        model_report(check, never, "expected always, weekly or monthly hours, found none");
    }
    if (dates_reversed(hours, "valid_from", "valid_to")) {
        report_at(check, "valid_to", reversed,
                  "expected a day from valid_from on, found one before");
    }
}

/* ---- contacts and small objects ---- */

void model_agree_contact(model_check *check, const wm_json *contact)
{
    static const struct {
        const char *kind;
        const char *expected;
        model_verdict verdict;
    } forms[] = {
        { "phone",
          "a phone number of 3 to 15 digits (and \"ext 12\")",
          { true, "bad_phone", "Write the number only; words belong in label." } },
        { "text",
          "a number of 3 to 15 digits to send a text to",
          { true, "bad_phone", "Write the number only; words belong in label." } },
        { "email",
          "an e-mail address",
          { true, "bad_email", "Write one address, such as help@example.org." } },
        { "web",
          "a web address that begins with https:// or http://",
          { true, "bad_url", "Copy the whole address of the page." } },
        { "bsl",
          "a web address or a number to sign to",
          { true, "bad_url", "Copy the whole address of the page." } },
    };
    const wm_json *value = wm_json_get(contact, "value");
    wm_str kind = wm_json_string(wm_json_get(contact, "kind"));
    if (!wm_json_is(value, WM_JSON_STRING)) {
        return;
    }
    wm_str text = value->as.string;
    const bool fits[] = { model_is_phone(text), model_is_phone(text), model_is_email(text),
                          model_is_url(text), model_is_url(text) || model_is_phone(text) };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (wm_str_is(kind, forms[i].kind) && !fits[i]) {
            char shown[MODEL_SHOWN_BYTES];
            size_t back = model_path_name(&check->path, WM_STR("value"));
            model_report(check, forms[i].verdict, "expected %s, found %s", forms[i].expected,
                         model_show(value, shown));
            model_path_back(&check->path, back);
        }
    }
}

void model_agree_accepting(model_check *check, const wm_json *accepting)
{
    static const model_verdict both = { true, "unclear_accepting",
                                        "Write now false, or leave full_until out." };
    if (is_true(accepting, "now") && has(accepting, "full_until")) {
        report_at(check, "full_until", both, "expected it only when now is false, found now true");
    }
}

void model_agree_cost(model_check *check, const wm_json *cost)
{
    static const model_verdict silent = { false, "cost_unsaid", "Say in text what it costs." };
    const wm_json *free_of_charge = wm_json_get(cost, "free");
    if (wm_json_is(free_of_charge, WM_JSON_BOOL) && !free_of_charge->as.boolean &&
        !has(cost, "text")) {
        model_report(check, silent, "expected what it costs, found only that it is not free");
    }
}

/* ---- service ---- */

static void agree_status(model_check *check, const wm_json *service)
{
    static const model_verdict needs_date = { true, "missing_closes_on",
                                              "Say on which day it closes." };
    static const model_verdict unexplained = {
        false, "closed_unexplained", "Say why in closed_reason, or what came instead in successors."
    };
    static const model_verdict undated = { false, "planned_undated", "Say on which day it opens." };
    static const model_verdict contradicts = { false, "status_contradicted",
                                               "Change the status, or leave the field out." };
    wm_str status = wm_json_string(wm_json_get(service, "status"));
    bool has_end = wm_str_is(status, "closing") || wm_str_is(status, "closed");
    if (wm_str_is(status, "closing") && !has(service, "closes_on")) {
        report_at(check, "closes_on", needs_date,
                  "expected a date for a service that is closing, found nothing");
    }
    if (wm_str_is(status, "closed") && list_count(service, "successors") == 0 &&
        !has(service, "closed_reason")) {
        report_at(check, "status", unexplained,
                  "expected a reason or a successor for a closed service, found neither");
    }
    if (wm_str_is(status, "planned") && !has(service, "opens_on")) {
        report_at(check, "opens_on", undated,
                  "expected a date for a planned service, found nothing");
    }
    if (wm_str_is(status, "active") &&
        (has(service, "closes_on") || has(service, "closed_reason"))) {
        report_at(check, "status", contradicts,
                  "expected closing or closed beside closes_on or closed_reason, found \"active\"");
    }
    if (!has_end && !wm_str_is(status, "paused") && list_count(service, "successors") > 0) {
        report_at(
            check, "successors", contradicts,
            "expected successors of a service that is closed, closing or paused, found others");
    }
    if (dates_reversed(service, "opens_on", "closes_on")) {
        report_at(check, "closes_on", reversed,
                  "expected a day from opens_on on, found one before");
    }
}

/* A field of service that may be kept for professionals. */
static void agree_professional_only(model_check *check, const wm_json *service)
{
    static const model_verdict required = { true, "professional_only_required",
                                            "Mark the whole record, or an optional part." };
    static const model_verdict absent = { true, "professional_only_absent",
                                          "Take the name out, or add the field." };
    const wm_json *names = wm_json_get(service, "professional_only");
    const field_rule *fields = model_shape_of(WM_KIND_SERVICE)->fields;
    size_t outer = model_path_name(&check->path, WM_STR("professional_only"));
    for (uint32_t i = 0; i < count_of(names); i++) {
        const wm_json *name = &names->as.items[i];
        if (name->type != WM_JSON_STRING) {
            continue;
        }
        const field_rule *field = model_field(fields, name->as.string);
        char shown[MODEL_SHOWN_BYTES];
        size_t back = model_path_index(&check->path, i);
        if (wm_json_get_str(service, name->as.string) == NULL) {
            model_report(check, absent, "expected a field of this record, found %s",
                         model_show(name, shown));
        } else if (field != NULL
                       ? field->required || wm_str_is(name->as.string, "professional_only")
                       : !model_is_extra(name->as.string)) {
            model_report(check, required, "expected an optional field, found %s",
                         model_show(name, shown));
        }
        model_path_back(&check->path, back);
    }
    model_path_back(&check->path, outer);
}

/* True if the record has something at "eligibility.who" or "contacts[0].value". */
static bool has_path(const wm_json *record, wm_str path)
{
    const wm_json *at = record;
    for (size_t i = 0; i < path.len && at != NULL;) {
        size_t start = i;
        if (path.ptr[i] == '[') {
            uint32_t index = 0;
            for (i++; i < path.len && path.ptr[i] != ']' && index < WM_LIST_ITEMS_MAX; i++) {
                index = index * 10 + (uint32_t)(unsigned char)(path.ptr[i] - '0');
            }
            at = at->type == WM_JSON_ARRAY && index < at->count ? &at->as.items[index] : NULL;
            i++;
        } else {
            while (i < path.len && path.ptr[i] != '.' && path.ptr[i] != '[') {
                i++;
            }
            at = wm_json_get_str(at, (wm_str){ path.ptr + start, i - start });
        }
        i += i < path.len && path.ptr[i] == '.' ? 1 : 0;
    }
    return at != NULL;
}

static void agree_assumed(model_check *check, const wm_json *service)
{
    static const model_verdict absent = { false, "assumed_absent",
                                          "Write the path of a field that is there." };
    const wm_json *paths = wm_json_get(wm_json_get(service, "assurance"), "assumed");
    size_t outer = model_path_name(&check->path, WM_STR("assurance.assumed"));
    for (uint32_t i = 0; i < count_of(paths); i++) {
        const wm_json *path = &paths->as.items[i];
        if (path->type == WM_JSON_STRING && !has_path(service, path->as.string)) {
            char shown[MODEL_SHOWN_BYTES];
            size_t back = model_path_index(&check->path, i);
            model_report(check, absent, "expected the path of a field of this record, found %s",
                         model_show(path, shown));
            model_path_back(&check->path, back);
        }
    }
    model_path_back(&check->path, outer);
}

void model_agree_service(model_check *check, const wm_json *service)
{
    static const model_verdict itself = { true, "successor_circle", "Name another service." };
    static const model_verdict nobody = { false, "never_found",
                                          "Name what it helps with, and where." };
    static const model_verdict given_away = {
        true, "confidential_site", "Take the sites out: they would give the address away."
    };
    agree_status(check, service);
    agree_professional_only(check, service);
    agree_assumed(check, service);
    const wm_json *successors = wm_json_get(service, "successors");
    for (uint32_t i = 0; i < count_of(successors); i++) {
        if (wm_str_equal(wm_json_string(&successors->as.items[i]), check->id)) {
            report_at(check, "successors", itself, "expected another service, found itself");
        }
    }
    const char *const lists[] = { "needs", "areas" };
    for (size_t i = 0; i < 2; i++) {
        const wm_json *list = wm_json_get(service, lists[i]);
        if (wm_json_is(list, WM_JSON_ARRAY) && list->count == 0) {
            report_at(check, lists[i], nobody, "expected one at least, found none");
        }
    }
    if (is_true(service, "confidential_location") && list_count(service, "sites") > 0) {
        report_at(check, "sites", given_away,
                  "expected none with confidential_location, found some");
    }
}

/* ---- vocabularies ---- */

static wm_str option_value(const wm_json *option)
{
    return option->type == WM_JSON_STRING ? option->as.string
                                          : wm_json_string(wm_json_get(option, "value"));
}

/* Priors: what a yes is to a flag, an option is to a single value. */
static void agree_priors(model_check *check, const wm_json *fact)
{
    static const model_verdict idle = { false, "idle_prior",
                                        "Take it out: the answers to this type have none." };
    static const model_verdict sum = { true, "prior_sum", "Let the priors be at most 1000." };
    wm_str type = wm_json_string(wm_json_get(fact, "type"));
    const wm_json *options = wm_json_get(fact, "options");
    bool has_none = wm_str_is(type, "one") || wm_str_is(type, "level") || wm_str_is(type, "age") ||
                    wm_str_is(type, "area");
    int64_t total = 0;
    for (uint32_t i = 0; i < count_of(options); i++) {
        total += wm_json_integer(wm_json_get(&options->as.items[i], "prior"), 0);
    }
    if (has_none && has(fact, "prior")) {
        report_at(check, "prior", idle, "expected no prior for a fact of this type, found one");
    }
    if (wm_str_is(type, "one") && total > 1000) {
        report_at(check, "options", sum, "expected priors of at most 1000 together, found more");
    }
}

/* A fact that leads or follows another is not itself the other. */
static void agree_company(model_check *check, const wm_json *fact)
{
    static const model_verdict self = { true, "fact_with_itself", "Name another fact." };
    wm_str id = wm_json_string(wm_json_get(fact, "id"));
    const wm_json *with = wm_json_get(fact, "with");
    for (uint32_t i = 0; i < count_of(with); i++) {
        if (wm_str_equal(wm_json_string(&with->as.items[i]), id)) {
            report_at(check, "with", self, "expected other facts, found this one");
        }
    }
    if (id.len > 0 && wm_str_equal(wm_json_string(wm_json_get(fact, "after")), id)) {
        report_at(check, "after", self, "expected another fact, found this one");
    }
}

void model_agree_fact(model_check *check, const wm_json *fact)
{
    static const model_verdict missing = { false, "no_options", "List what can be answered." };
    static const model_verdict surplus = { false, "idle_options",
                                           "Take the options out, or change the type." };
    static const model_verdict twice = { true, "duplicate_item", "Keep one of them." };
    wm_str type = wm_json_string(wm_json_get(fact, "type"));
    const wm_json *options = wm_json_get(fact, "options");
    bool has_terms = wm_str_is(type, "one") || wm_str_is(type, "set");
    bool has_choice = has_terms || wm_str_is(type, "level");
    agree_priors(check, fact);
    agree_company(check, fact);
    if (has_terms && options == NULL) {
        report_at(check, "options", missing,
                  "expected options for a fact of this type, found none");
    } else if (!has_choice && type.len > 0 && options != NULL) {
        report_at(check, "options", surplus,
                  "expected no options for a fact of this type, found some");
    }
    for (uint32_t i = 0; i < count_of(options); i++) {
        for (uint32_t other = 0; other < i; other++) {
            wm_str value = option_value(&options->as.items[i]);
            if (value.len > 0 && wm_str_equal(value, option_value(&options->as.items[other]))) {
                report_at(check, "options", twice, "expected each value once, found one again");
                return;
            }
        }
    }
}

void model_agree_place(model_check *check, const wm_json *place)
{
    static const model_verdict sum = { false, "place_shares",
                                       "Shares are thousandths that add up to 1000." };
    static const model_verdict twice = { true, "duplicate_item", "Add the two shares together." };
    static const model_verdict half = { true, "missing_field",
                                        "Give both lat and lon, or neither." };
    const wm_json *shares = wm_json_get(place, "shares");
    if (has(place, "lat") != has(place, "lon")) {
        report_at(check, has(place, "lat") ? "lon" : "lat", half,
                  "expected both lat and lon, found one");
    }
    if (!wm_json_is(shares, WM_JSON_ARRAY)) {
        return;
    }
    int64_t total = 0;
    size_t back = model_path_name(&check->path, WM_STR("shares"));
    for (uint32_t i = 0; i < shares->count; i++) {
        const wm_json *share = wm_json_get(&shares->as.items[i], "share");
        const wm_json *code = wm_json_get(&shares->as.items[i], "code");
        int64_t part = wm_json_integer(share, 0);
        total += part > 0 && part <= 1000 ? part : 0;
        for (uint32_t other = 0; other < i && code != NULL; other++) {
            const wm_json *before = &shares->as.items[other];
            if (wm_json_equal(code, wm_json_get(before, "code")) &&
                !wm_json_equal(before, &shares->as.items[i])) { /* else the list has said it */
                model_report(check, twice, "expected each locality once, found one again");
            }
        }
    }
    if (total != 1000) {
        model_report(check, sum, "expected shares that add up to 1000, found %lld",
                     (long long)total);
    }
    model_path_back(&check->path, back);
}

/* Languages marked as unreviewed must be among those that are there. */
static void agree_unreviewed(model_check *check, const wm_json *record, const char *texts)
{
    static const model_verdict absent = { true, "unreviewed_absent",
                                          "Take the language out, or add its text." };
    const wm_json *languages = wm_json_get(record, "unreviewed");
    const wm_json *by_language = wm_json_get(record, texts);
    size_t outer = model_path_name(&check->path, WM_STR("unreviewed"));
    for (uint32_t i = 0; i < count_of(languages); i++) {
        const wm_json *language = &languages->as.items[i];
        if (language->type == WM_JSON_STRING &&
            wm_json_get_str(by_language, language->as.string) == NULL) {
            char shown[MODEL_SHOWN_BYTES];
            size_t back = model_path_index(&check->path, i);
            model_report(check, absent, "expected a language of %s, found %s", texts,
                         model_show(language, shown));
            model_path_back(&check->path, back);
        }
    }
    model_path_back(&check->path, outer);
}

void model_agree_need(model_check *check, const wm_json *need)
{
    static const model_verdict itself = { true, "need_circle", "Name another need, or none." };
    const wm_json *broader = wm_json_get(need, "broader");
    for (uint32_t i = 0; i < count_of(broader); i++) {
        if (wm_str_equal(wm_json_string(&broader->as.items[i]), check->id)) {
            report_at(check, "broader", itself, "expected another need, found itself");
        }
    }
    agree_unreviewed(check, need, "synonyms");
}

void model_agree_text(model_check *check, const wm_json *text)
{
    agree_unreviewed(check, text, "text");
}

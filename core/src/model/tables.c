/* tables.c: the shape of every kind of record, as CLI.md ("Source folder") and DESIGN 3 fix it.
 *
 * Read from the bottom: each record's fields, then the objects that stand inside them. Within a
 * table fields are in the order of the documents. */
#include "shape.h"

#include <waymark/sys/limits.h>

#include "meaning.h"

#define YES true
#define NO false
#define END                                                                                        \
    {                                                                                              \
        NULL, false, NULL                                                                          \
    }
#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* ---- values ---- */

static const value_rule flag = { .type = VALUE_BOOL };
static const value_rule date = { .type = VALUE_DATE };
static const value_rule opens = { .type = VALUE_OPENS };
static const value_rule closes = { .type = VALUE_CLOSES };
static const value_rule language = { .type = VALUE_LANGUAGE };
static const value_rule any_language = { .type = VALUE_ANY_LANGUAGE };
static const value_rule url = { .type = VALUE_URL };
static const value_rule own_id = { .type = VALUE_ID };
static const value_rule word = { .type = VALUE_WORD };
static const value_rule criteria = { .type = VALUE_CRITERIA };
static const value_rule any_object = { .type = VALUE_FREE };

static const value_rule label = { .type = VALUE_TEXT, .min = 1, .max = 200 };
static const value_rule line = { .type = VALUE_TEXT, .min = 1, .max = 1000 };
static const value_rule summary = { .type = VALUE_TEXT, .min = 1, .max = 279 };
static const value_rule prose = { .type = VALUE_LINES, .min = 1, .max = 16000 };
static const value_rule phrase = { .type = VALUE_TEXT, .min = 1, .max = 120 };

static const value_rule weeks = { .type = VALUE_INTEGER, .min = 0, .max = 520 };
static const value_rule days_count = { .type = VALUE_INTEGER, .min = 0, .max = 366 };
static const value_rule share = { .type = VALUE_INTEGER, .min = 1, .max = 1000 };
static const value_rule cost_of_asking = { .type = VALUE_INTEGER, .min = 0, .max = 4 };
static const value_rule per_mille = { .type = VALUE_INTEGER, .min = 1, .max = 999 };
static const value_rule priority = { .type = VALUE_INTEGER, .min = 0, .max = 1000 };
/* Great Britain and its islands, with room at the edges; 1e-5 degree. */
static const value_rule latitude = { .type = VALUE_INTEGER, .min = 4900000, .max = 6100000 };
static const value_rule longitude = { .type = VALUE_INTEGER, .min = -900000, .max = 200000 };
static const value_rule any_integer = { .type = VALUE_INTEGER,
                                        .min = -WM_JSON_INTEGER_MAX,
                                        .max = WM_JSON_INTEGER_MAX };

#define LIST(at_least, of)                                                                         \
    {                                                                                              \
        .type = VALUE_LIST, .min = (at_least), .max = WM_LIST_ITEMS_MAX, .item = (of)              \
    }
#define OBJECT(of)                                                                                 \
    {                                                                                              \
        .type = VALUE_OBJECT, .fields = (of)                                                       \
    }
#define OBJECT_THAT_AGREES(of, how)                                                                \
    {                                                                                              \
        .type = VALUE_OBJECT, .fields = (of), .agree = (how)                                       \
    }
#define REFERENCE(to)                                                                              \
    {                                                                                              \
        .type = VALUE_REFERENCE, .kind = (to)                                                      \
    }
#define VOCABULARY(before)                                                                         \
    {                                                                                              \
        .type = VALUE_REFERENCE, .kind = WM_KIND_TEXT, .prefix = (before)                          \
    }
#define ONE_OF(...)                                                                                \
    {                                                                                              \
        .type = VALUE_ONE_OF, .words = WORDS(__VA_ARGS__)                                          \
    }

static const value_rule labels = LIST(0, &label);
static const value_rule lines = LIST(0, &line);
static const value_rule languages = LIST(0, &language);
static const value_rule some_languages = LIST(1, &language);
static const value_rule interpreters = LIST(1, &any_language);

static const value_rule lines_by_language = { .type = VALUE_BY_LANGUAGE, .item = &prose };
static const value_rule phrases = LIST(0, &phrase);
static const value_rule phrases_by_language = { .type = VALUE_BY_LANGUAGE, .item = &phrases };
/* A string, or one for each language. */
static const value_rule any_text = { .type = VALUE_EITHER,
                                     .text = &prose,
                                     .item = &lines_by_language };
static const value_rule text_or_integer = { .type = VALUE_EITHER,
                                            .text = &line,
                                            .item = &any_integer };

static const value_rule organization_id = REFERENCE(WM_KIND_ORGANIZATION);
static const value_rule locality_id = REFERENCE(WM_KIND_LOCALITY);
static const value_rule need_id = REFERENCE(WM_KIND_NEED);
static const value_rule service_id = REFERENCE(WM_KIND_SERVICE);
static const value_rule site_id = REFERENCE(WM_KIND_SITE);
static const value_rule need_ids = LIST(0, &need_id);
static const value_rule locality_ids = LIST(0, &locality_id);
static const value_rule service_ids = LIST(0, &service_id);
static const value_rule site_ids = LIST(0, &site_id);

static const value_rule offer = VOCABULARY("offer.");
static const value_rule kind_word = VOCABULARY("kind.");
static const value_rule reason = VOCABULARY("reason.");
static const value_rule common_word = VOCABULARY("word.");
static const value_rule offers = LIST(0, &offer);
static const value_rule common_words = LIST(0, &common_word);

/* ---- when it is open ---- */

static const value_rule weekday = ONE_OF("MO", "TU", "WE", "TH", "FR", "SA", "SU");
static const value_rule weekdays = LIST(1, &weekday);
static const value_rule monthly_day = { .type = VALUE_MONTHLY_DAY };
static const value_rule bank_holidays = ONE_OF("open", "closed");

static const field_rule weekly_fields[] = {
    { "days", YES, &weekdays },
    { "opens", YES, &opens },
    { "closes", YES, &closes },
    END,
};
static const value_rule weekly_item = OBJECT_THAT_AGREES(weekly_fields, model_agree_opening);
static const value_rule weekly = LIST(0, &weekly_item);

static const field_rule monthly_fields[] = {
    { "on", YES, &monthly_day },
    { "opens", YES, &opens },
    { "closes", YES, &closes },
    END,
};
static const value_rule monthly_item = OBJECT_THAT_AGREES(monthly_fields, model_agree_opening);
static const value_rule monthly = LIST(0, &monthly_item);

static const field_rule exception_fields[] = {
    { "date", YES, &date },  { "opens", NO, &opens }, { "closes", NO, &closes },
    { "closed", NO, &flag }, { "note", NO, &line },   END,
};
static const value_rule exception_item =
    OBJECT_THAT_AGREES(exception_fields, model_agree_exception);
static const value_rule exceptions = LIST(0, &exception_item);

static const field_rule hours_fields[] = {
    { "always", NO, &flag },       { "weekly", NO, &weekly },
    { "monthly", NO, &monthly },   { "valid_from", NO, &date },
    { "valid_to", NO, &date },     { "bank_holidays", NO, &bank_holidays },
    { "except", NO, &exceptions }, END,
};
static const value_rule hours = OBJECT_THAT_AGREES(hours_fields, model_agree_hours);

/* ---- how to reach it ---- */

static const value_rule contact_kind = ONE_OF("phone", "text", "email", "web", "bsl");
static const value_rule contact_needs = ONE_OF("voice", "text", "data");

static const field_rule contact_fields[] = {
    { "kind", YES, &contact_kind },  { "value", YES, &line },
    { "label", NO, &label },         { "free", NO, &flag },
    { "needs", NO, &contact_needs }, { "hours", NO, &hours },
    { "recheck_after", NO, &date },  END,
};
static const value_rule contact = OBJECT_THAT_AGREES(contact_fields, model_agree_contact);
static const value_rule contacts = LIST(0, &contact);

static const field_rule replies_fields[] = {
    { "who", NO, &line },
    { "within_days", NO, &days_count },
    END,
};
static const value_rule replies = OBJECT(replies_fields);

static const field_rule referral_fields[] = {
    { "routes", NO, &common_words },
    { "how", NO, &prose },
    { "form", NO, &line },
    { "information_needed", NO, &lines },
    { "replies", NO, &replies },
    { "consultation", NO, &contact },
    END,
};
static const value_rule referral = OBJECT(referral_fields);

static const field_rule handover_fields[] = {
    { "introduced_by", NO, &line },
    { "pass_on", NO, &lines },
    { "consent", NO, &line },
    END,
};
static const value_rule handover = OBJECT(handover_fields);

static const field_rule visit_fields[] = {
    { "text", NO, &prose },
    { "contact", NO, &contact },
    END,
};
static const value_rule visit = OBJECT(visit_fields);

static const field_rule web_fields[] = {
    { "url", NO, &url },
    { "linked_back", NO, &date },
    END,
};
static const value_rule web = OBJECT(web_fields);

/* ---- whom it takes, and how soon ---- */

static const field_rule exclusion_fields[] = {
    { "when", YES, &criteria },
    { "reason", NO, &reason },
    { "soft", NO, &flag },
    { "instead", NO, &offers },
    END,
};
static const value_rule exclusion = OBJECT(exclusion_fields);
static const value_rule exclusions = LIST(0, &exclusion);

static const field_rule eligibility_fields[] = {
    { "who", NO, &criteria },
    { "not_for", NO, &exclusions },
    { "routes", NO, &common_words },
    { "words", NO, &prose },
    END,
};
static const value_rule eligibility = OBJECT(eligibility_fields);

static const field_rule accepting_fields[] = {
    { "now", YES, &flag },
    { "full_until", NO, &date },
    END,
};
static const value_rule accepting = OBJECT_THAT_AGREES(accepting_fields, model_agree_accepting);

static const field_rule stage_fields[] = {
    { "name", YES, &label },
    { "weeks", YES, &weeks },
    END,
};
static const value_rule stage = OBJECT(stage_fields);
static const value_rule stages = LIST(0, &stage);

static const field_rule wait_fields[] = {
    { "standard_weeks", NO, &weeks }, { "current_weeks", NO, &weeks }, { "as_of", NO, &date },
    { "source", NO, &line },          { "stages", NO, &stages },       END,
};
static const value_rule wait = OBJECT(wait_fields);

static const field_rule cost_fields[] = {
    { "free", YES, &flag },
    { "text", NO, &line },
    END,
};
static const value_rule cost = OBJECT_THAT_AGREES(cost_fields, model_agree_cost);

static const field_rule interpreting_fields[] = {
    { "languages", YES, &interpreters },
    END,
};
static const value_rule interpreting = OBJECT(interpreting_fields);

static const field_rule standard_fields[] = {
    { "measure", YES, &line },
    { "target", NO, &text_or_integer },
    { "actual", NO, &text_or_integer },
    { "period", NO, &line },
    { "source", NO, &line },
    END,
};
static const value_rule standard = OBJECT(standard_fields);
static const value_rule standards = LIST(0, &standard);

/* ---- how sure we are ---- */

static const field_rule assurance_fields[] = {
    { "verified_on", NO, &date },
    { "by_role", NO, &line },
    { "due_on", NO, &date },
    { "source", NO, &prose },
    { "recheck_after", NO, &date },
    { "assumed", NO, &lines },
    END,
};
static const value_rule assurance = OBJECT(assurance_fields);

static const field_rule identifier_fields[] = {
    { "scheme", YES, &word },
    { "value", YES, &label },
    END,
};
static const value_rule identifier = OBJECT(identifier_fields);
static const value_rule identifiers = LIST(0, &identifier);

/* What can be translated is prose of the record itself. */
static const field_rule translation_fields[] = {
    { "name", NO, &label },
    { "alternate_names", NO, &labels },
    { "summary", NO, &summary },
    { "description", NO, &prose },
    { "closed_reason", NO, &prose },
    { "what_happens_next", NO, &prose },
    { "what_we_do_not_do", NO, &prose },
    { "reviewed", NO, &flag },
    END,
};
static const value_rule translation = OBJECT(translation_fields);
static const value_rule translations = { .type = VALUE_BY_LANGUAGE, .item = &translation };

/* ---- service ---- */

static const value_rule status = ONE_OF("planned", "active", "paused", "closing", "closed");
static const value_rule intensity = ONE_OF("advice", "help", "more_help", "risk_support");
static const value_rule response =
    ONE_OF("immediate", "hours_4", "hours_24", "days_7", "weeks_4", "routine");
static const value_rule service_or_text = { .type = VALUE_SERVICE_OR_TEXT, .min = 1, .max = 1000 };
static const value_rule while_waiting = LIST(0, &service_or_text);

static const field_rule service_fields[] = {
    { "id", YES, &own_id },
    { "name", YES, &label },
    { "organization", YES, &organization_id },
    { "kind", YES, &kind_word },
    { "status", YES, &status },
    { "needs", YES, &need_ids },
    { "areas", YES, &locality_ids },
    { "eligibility", YES, &eligibility },
    { "alternate_names", NO, &labels },
    { "summary", NO, &summary },
    { "description", NO, &prose },
    { "opens_on", NO, &date },
    { "closes_on", NO, &date },
    { "closed_reason", NO, &prose },
    { "successors", NO, &service_ids },
    { "intensity", NO, &intensity },
    { "response", NO, &response },
    { "offers", NO, &offers },
    { "sites", NO, &site_ids },
    { "delivery", NO, &common_words },
    { "contacts", NO, &contacts },
    { "hours", NO, &hours },
    { "accepting", NO, &accepting },
    { "wait", NO, &wait },
    { "delivery_standards", NO, &standards },
    { "cost", NO, &cost },
    { "languages", NO, &languages },
    { "interpreting", NO, &interpreting },
    { "accessibility", NO, &common_words },
    { "formats", NO, &common_words },
    { "communities", NO, &common_words },
    { "anonymous_ok", NO, &flag },
    { "confidential_location", NO, &flag },
    { "what_happens_next", NO, &prose },
    { "what_we_do_not_do", NO, &prose },
    { "referral", NO, &referral },
    { "handover", NO, &handover },
    { "while_waiting", NO, &while_waiting },
    { "visit", NO, &visit },
    { "professional_only", NO, &labels },
    { "assurance", NO, &assurance },
    { "translations", NO, &translations },
    { "identifiers", NO, &identifiers },
    { "web", NO, &web },
    END,
};

/* ---- organization, site ---- */

static const value_rule sector = ONE_OF("nhs", "vcfse", "local_authority", "education", "private");

static const field_rule organization_fields[] = {
    { "id", YES, &own_id },        { "name", YES, &label },
    { "sector", NO, &sector },     { "url", NO, &url },
    { "contacts", NO, &contacts }, { "identifiers", NO, &identifiers },
    { "maintainers", NO, &lines }, END,
};

static const value_rule postcode = { .type = VALUE_POSTCODE };
static const value_rule address_lines = {
    .type = VALUE_LIST, .max = 10, .item = &label, .may_repeat = true
};
static const field_rule address_fields[] = {
    { "lines", NO, &address_lines },
    { "town", NO, &label },
    { "postcode", NO, &postcode },
    END,
};
static const value_rule address = OBJECT(address_fields);

static const field_rule site_fields[] = {
    { "id", YES, &own_id },
    { "name", YES, &label },
    { "locality", NO, &locality_id },
    { "address", NO, &address },
    { "lat", NO, &latitude },
    { "lon", NO, &longitude },
    { "accessibility", NO, &common_words },
    END,
};

/* ---- the vocabularies: need, locality, place, fact, text ---- */

static const field_rule need_fields[] = {
    { "id", YES, &own_id },
    { "label", YES, &any_text },
    { "broader", NO, &need_ids },
    { "synonyms", NO, &phrases_by_language },
    { "look_alikes", NO, &phrases_by_language },
    { "unreviewed", NO, &languages },
    END,
};

static const field_rule locality_fields[] = {
    { "id", YES, &own_id },
    { "name", YES, &label },
    { "kind", YES, &word },
    { "parent", NO, &locality_id },
    END,
};

static const field_rule share_fields[] = {
    { "code", YES, &locality_id },
    { "share", YES, &share },
    END,
};
static const value_rule share_item = OBJECT(share_fields);
static const value_rule shares = { .type = VALUE_LIST, .min = 1, .max = 16, .item = &share_item };

/* Unit postcodes of an outcode by sector; whether a text can be read is for the check of the whole
 * directory. */
static const value_rule unit_text = { .type = VALUE_TEXT, .min = 2, .max = 4096 };
static const field_rule units_fields[] = {
    { "0", NO, &unit_text },
    { "1", NO, &unit_text },
    { "2", NO, &unit_text },
    { "3", NO, &unit_text },
    { "4", NO, &unit_text },
    { "5", NO, &unit_text },
    { "6", NO, &unit_text },
    { "7", NO, &unit_text },
    { "8", NO, &unit_text },
    { "9", NO, &unit_text },
    END,
};
static const value_rule units = OBJECT(units_fields);
static const value_rule radius = { .type = VALUE_INTEGER, .min = 1, .max = 1000000 };

static const field_rule place_fields[] = {
    { "id", YES, &own_id },      { "kind", YES, &word },   { "name", YES, &label },
    { "shares", YES, &shares },  { "lat", NO, &latitude }, { "lon", NO, &longitude },
    { "radius_m", NO, &radius }, { "units", NO, &units },  END,
};

static const value_rule fact_type =
    ONE_OF("flag", "age", "area", "one", "set", "level", "event", "people");
static const value_rule fact_edition = ONE_OF("professional");
static const field_rule option_fields[] = {
    { "value", YES, &word },
    { "label", NO, &any_text },
    { "prior", NO, &per_mille },
    END,
};
static const value_rule option_object = OBJECT(option_fields);
static const value_rule option = { .type = VALUE_EITHER, .text = &word, .item = &option_object };
static const value_rule options = LIST(1, &option);

static const value_rule fact_id = REFERENCE(WM_KIND_FACT);
static const value_rule facts_together = {
    .type = VALUE_LIST, .min = 1, .max = WM_FACT_WITH_MAX, .item = &fact_id
};

static const field_rule fact_fields[] = {
    { "id", YES, &own_id },           { "type", YES, &fact_type },
    { "question", YES, &any_text },   { "question_other", NO, &any_text },
    { "why", NO, &any_text },         { "options", NO, &options },
    { "cost", NO, &cost_of_asking },  { "prior", NO, &per_mille },
    { "with", NO, &facts_together },  { "after", NO, &fact_id },
    { "edition", NO, &fact_edition }, END,
};

static const field_rule text_fields[] = {
    { "id", YES, &own_id },
    { "text", YES, &any_text },
    { "unreviewed", NO, &languages },
    END,
};

/* ---- rule, exercise, directory ---- */

static const value_rule phase =
    ONE_OF("safety", "lifecycle", "unblock", "add", "order", "annotate");
static const value_rule scope = ONE_OF("query", "card");
static const value_rule on_unknown = ONE_OF("skip", "fire", "ask");
static const value_rule action_list = LIST(1, &any_object);

static const field_rule rule_fields[] = {
    { "id", YES, &own_id },
    { "phase", YES, &phase },
    { "priority", YES, &priority },
    { "scope", YES, &scope },
    { "when", YES, &criteria },
    { "on_unknown", NO, &on_unknown },
    { "do", YES, &action_list },
    { "why", YES, &any_text },
    { "if", NO, &any_text },
    { "if_other", NO, &any_text },
    { "source", NO, &prose },
    { "note", NO, &prose },
    END,
};

static const value_rule step = { .type = VALUE_EITHER, .text = &prose, .item = &any_object };
static const value_rule steps = {
    .type = VALUE_LIST, .min = 1, .max = 256, .item = &step, .may_repeat = true
};

static const field_rule exercise_fields[] = {
    { "id", YES, &own_id },
    { "title", YES, &any_text },
    { "steps", YES, &steps },
    END,
};

static const value_rule edition = ONE_OF("professional", "public");
static const value_rule editions = LIST(1, &edition);

static const field_rule directory_fields[] = {
    { "id", YES, &own_id },         { "title", YES, &line },
    { "publisher", YES, &line },    { "languages", YES, &some_languages },
    { "editions", YES, &editions }, END,
};

const value_rule *model_shape_of(wm_kind kind)
{
    static const value_rule shapes[WM_KIND_COUNT] = {
        [WM_KIND_DIRECTORY] = OBJECT(directory_fields),
        [WM_KIND_EXERCISE] = OBJECT(exercise_fields),
        [WM_KIND_FACT] = OBJECT_THAT_AGREES(fact_fields, model_agree_fact),
        [WM_KIND_LOCALITY] = OBJECT(locality_fields),
        [WM_KIND_NEED] = OBJECT_THAT_AGREES(need_fields, model_agree_need),
        [WM_KIND_ORGANIZATION] = OBJECT(organization_fields),
        [WM_KIND_PLACE] = OBJECT_THAT_AGREES(place_fields, model_agree_place),
        [WM_KIND_RULE] = OBJECT(rule_fields),
        [WM_KIND_SERVICE] = OBJECT_THAT_AGREES(service_fields, model_agree_service),
        [WM_KIND_SITE] = OBJECT(site_fields),
        [WM_KIND_TEXT] = OBJECT_THAT_AGREES(text_fields, model_agree_text),
    };
    return &shapes[kind];
}

const field_rule *model_field(const field_rule *fields, wm_str name)
{
    for (; name.len > 0 && fields->name != NULL; fields++) {
        /* the first letter tells most of them apart */
        if (fields->name[0] == name.ptr[0] && wm_str_is(name, fields->name)) {
            return fields;
        }
    }
    return NULL;
}

bool model_is_extra(wm_str name)
{
    return wm_str_starts(name, WM_STR("x_"));
}

/* oruk_read.c: one service of Open Referral UK as records; the parts are in the other oruk files.
 *
 * Left aside without a word are only what is theirs alone: ids of parts, links between parts that
 * nesting says too, and last_modified (when their database was written: ours has releases). */
#include "decimal.h"
#include "model/plausible.h"
#include "oruk.h"
#include "terms.h"

#define WAIT_WEEKS_MAX 520

static const char *const handled[] = {
    "id",
    "name",
    "description",
    "status",
    "url",
    "email",
    "organization",
    "organization_id",
    "minimum_age",
    "maximum_age",
    "eligibility",
    "eligibility_description",
    "kind",
    "offers",
    "intensity",
    "response",
    "application_process",
    "fees_description",
    "wait_time",
    "assured_date",
    "assurer_email",
    "last_modified",
    "phones",
    "schedules",
    "service_areas",
    "service_at_locations",
    "languages",
    "attributes",
    "waymark",
    "x_derived",
    NULL,
};

wm_status wm_oruk_parse(wm_arena *arena, wm_str text, const wm_json **value_out, wm_error *err)
{
    if (text.len > WM_ELEMENT_BYTES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "expected at most %zu bytes, found %zu",
                       WM_ELEMENT_BYTES_MAX, text.len);
    }
    char *room = wm_arena_take(arena, 2 * text.len); /* it keeps its blocks, as a buffer would */
    if (room == NULL) {
        return wm_fail_memory(err);
    }
    wm_str quoted = decimal_quote(text, room);
    return wm_json_parse(arena, quoted, 2 * WM_ELEMENT_BYTES_MAX, value_out, err);
}

/* ---- small members ---- */

static wm_status read_status(oruk_reading *r, const wm_json *service, tree_object *record)
{
    static const struct {
        const char *theirs;
        const char *ours;
    } words[] = {
        { "active", "active" },
        { "temporarily closed", "paused" },
        { "inactive", "paused" },
        { "defunct", "closed" },
    };
    wm_str status = oruk_small(&r->maker, oruk_member(&r->maker, service, "status"));
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (wm_str_is(status, words[i].theirs)) {
            tree_put_text(&r->maker, record, "status", wm_str_of(words[i].ours));
            return WM_OK;
        }
    }
    return wm_fail(
        r->err, WM_BAD_RECORD,
        "status: expected active, inactive, defunct or temporarily closed, found \"%.*s\"",
        WM_STR_ARG(status));
}

static wm_status read_owner(oruk_reading *r, const wm_json *service, tree_object *record)
{
    const wm_json *organization = wm_json_get(service, "organization");
    const wm_json *named = wm_json_get(service, "organization_id");
    wm_str id = WM_STR("");
    wm_status status = WM_OK;
    if (wm_json_is(organization, WM_JSON_OBJECT)) {
        status = oruk_read_organization(r, organization, &id);
    } else if (tree_is_nothing(named)) {
        status = oruk_read_nobody(r, &id);
    } else {
        id = oruk_id(r, WM_KIND_ORGANIZATION, named);
        if (!r->world->has(r->world->context, WM_KIND_ORGANIZATION, id)) {
            status = wm_fail(r->err, WM_BAD_RECORD,
                             "organization_id: expected an organization that is here, found "
                             "\"%.*s\"",
                             WM_STR_ARG(oruk_member(&r->maker, service, "organization_id")));
        }
    }
    if (status == WM_OK) {
        tree_put_text(&r->maker, record, "organization", id);
    }
    return status;
}

/* A list or word of the extended form as it is. */
static void read_own_words(oruk_reading *r, const wm_json *service, tree_object *record)
{
    const char *const names[] = { "offers", "intensity", "response" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const wm_json *value = wm_json_get(service, names[i]);
        if (!tree_is_nothing(value)) {
            tree_put(&r->maker, record, names[i], value);
        }
    }
    const wm_json *kind = wm_json_get(service, "kind");
    if (!tree_is_nothing(kind)) {
        tree_put(&r->maker, record, "kind", kind);
        return;
    }
    const wm_json *offers = tree_get(record, "offers");
    wm_json word = tree_text(WM_STR("other"));
    if (tree_items(offers) > 0) {
        word = offers->as.items[0];
    }
    tree_put(&r->maker, record, "kind", &word);
    tree_add_text_once(&r->maker, &r->derived, WM_STR("kind"));
}

/* The ages beside criteria of its own say the same, or are kept. */
static void check_ages(oruk_reading *r, const wm_json *service, const wm_json *eligibility)
{
    int64_t expected[2];
    const char *const names[] = { "minimum_age", "maximum_age" };
    oruk_ages_of(eligibility, &expected[0], &expected[1]);
    for (size_t i = 0; i < 2; i++) {
        const wm_json *value = wm_json_get(service, names[i]);
        if (!tree_is_nothing(value) && wm_json_integer(value, -2) != expected[i]) {
            oruk_keep(r, &r->kept, names[i], value);
        }
    }
}

static wm_status read_eligibility(oruk_reading *r, const wm_json *service, tree_object *record)
{
    const wm_json *given = wm_json_get(service, "eligibility");
    tree_object made = { NULL, 0, 0 };
    wm_status status = WM_OK;
    bool is_object = wm_json_is(given, WM_JSON_OBJECT);
    for (uint32_t i = 0; is_object && i < given->count; i++) {
        tree_put_str(&r->maker, &made, given->as.members[i].name, &given->as.members[i].value);
    }
    if (is_object) {
        check_ages(r, service, given);
    } else {
        status = oruk_read_ages(r, service, &made);
        oruk_keep(r, &r->kept, "eligibility", given);
    }
    if (tree_get(&made, "words") == NULL) {
        tree_put_text(&r->maker, &made, "words",
                      oruk_prose(&r->maker, wm_json_get(service, "eligibility_description")));
    }
    wm_json closed = tree_close(&made);
    tree_put(&r->maker, record, "eligibility", &closed);
    return status;
}

/* "6 weeks", "1 week", "6". */
static bool read_weeks(wm_str text, int64_t *weeks_out)
{
    size_t at = 0;
    int64_t weeks = 0;
    while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9' && weeks <= WAIT_WEEKS_MAX) {
        weeks = weeks * 10 + (text.ptr[at++] - '0');
    }
    wm_str unit = { text.ptr + at, text.len - at };
    *weeks_out = weeks;
    return at > 0 && weeks <= WAIT_WEEKS_MAX &&
           (wm_str_is(unit, " weeks") || wm_str_is(unit, " week"));
}

static bool is_free(tree_maker *maker, wm_str text)
{
    static const char *const words[] = { "free", "free of charge", "no charge", "no cost", "none" };
    wm_str small = oruk_small(maker, text);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (wm_str_is(small, words[i])) {
            return true;
        }
    }
    return false;
}

static void put_cost(oruk_reading *r, bool free_of_charge, wm_str text, tree_object *record)
{
    tree_object cost = { NULL, 0, 0 };
    tree_put_boolean(&r->maker, &cost, "free", free_of_charge);
    tree_put_text(&r->maker, &cost, "text", text);
    tree_put_object(&r->maker, record, "cost", &cost);
}

/* "35.00 per 1 hour session (Under 18s)"; false if there is no amount. */
static bool put_option(tree_maker *maker, const wm_json *option, wm_str *text, int64_t *pence_out)
{
    wm_str per = oruk_member(maker, option, "amount_description");
    wm_str whom = oruk_member(maker, option, "option");
    if (!decimal_scaled(wm_json_get(option, "amount"), 2, pence_out, NULL) || *pence_out < 0) {
        return false;
    }
    *text = tree_format(maker, "%.*s%s\xc2\xa3%lld.%02lld", WM_STR_ARG(*text),
                        text->len > 0 ? "; " : "", (long long)(*pence_out / 100),
                        (long long)(*pence_out % 100));
    if (per.len > 0) {
        *text = tree_format(maker, "%.*s %.*s", WM_STR_ARG(*text), WM_STR_ARG(per));
    }
    if (whom.len > 0) {
        *text = tree_format(maker, "%.*s (%.*s)", WM_STR_ARG(*text), WM_STR_ARG(whom));
    }
    return true;
}

/* All options of nothing are free. */
static void read_cost_options(oruk_reading *r, const wm_json *options, tree_object *record)
{
    bool all_free = true;
    wm_str text = WM_STR("");
    for (uint32_t i = 0; i < tree_items(options); i++) {
        int64_t pence = 0;
        if (!put_option(&r->maker, &options->as.items[i], &text, &pence)) {
            return;
        }
        all_free = all_free && pence == 0;
    }
    if (tree_items(options) > 0) {
        put_cost(r, all_free, all_free ? WM_STR("") : text, record);
    }
}

static void read_cost(oruk_reading *r, const wm_json *service, tree_object *record)
{
    wm_str fees = oruk_member(&r->maker, service, "fees_description");
    fees = fees.len > 0 ? fees : oruk_member(&r->maker, service, "fees");
    if (fees.len == 0) {
        read_cost_options(r, wm_json_get(service, "cost_options"), record);
    } else if (is_free(&r->maker, fees)) {
        put_cost(r, true, WM_STR(""), record);
    } else {
        put_cost(r, false, fees, record);
    }
}

static void read_wait(oruk_reading *r, const wm_json *service, tree_object *record)
{
    wm_str text = oruk_member(&r->maker, service, "wait_time");
    int64_t weeks = 0;
    if (read_weeks(text, &weeks)) {
        tree_object wait = { NULL, 0, 0 };
        tree_put_integer(&r->maker, &wait, "current_weeks", weeks);
        tree_put_object(&r->maker, record, "wait", &wait);
    } else {
        oruk_keep(r, &r->kept, "wait_time", wm_json_get(service, "wait_time"));
    }
}

static void read_assurance(oruk_reading *r, const wm_json *service, tree_object *record)
{
    tree_object assurance = { NULL, 0, 0 };
    wm_str day = oruk_member(&r->maker, service, "assured_date");
    wm_date date = 0;
    if (wm_date_parse(day, &date)) {
        tree_put_text(&r->maker, &assurance, "verified_on", day);
    } else if (day.len > 0) {
        oruk_note(r, "a date that is none", day);
        oruk_keep(r, &r->kept, "assured_date", wm_json_get(service, "assured_date"));
    }
    tree_put_text(&r->maker, &assurance, "source",
                  oruk_member(&r->maker, service, "assurer_email"));
    tree_put_object(&r->maker, record, "assurance", &assurance);
}

static void read_hours(oruk_reading *r, const wm_json *service, tree_object *record)
{
    const wm_json *schedules = wm_json_get(service, "schedules");
    tree_object hours = { NULL, 0, 0 };
    if (oruk_read_hours(&r->maker, schedules, &hours)) {
        tree_put_object(&r->maker, record, "hours", &hours);
        return;
    }
    oruk_note(r, "schedules that hours cannot say", oruk_member(&r->maker, service, "name"));
    oruk_keep(r, &r->kept, "schedules", schedules);
}

static void read_languages(oruk_reading *r, const wm_json *list, tree_object *record)
{
    static const char *const without[] = { "id", "service_id", NULL };
    tree_list codes = { NULL, 0, 0 };
    tree_list rest = { NULL, 0, 0 };
    for (uint32_t i = 0; i < tree_items(list); i++) {
        wm_str code = oruk_member(&r->maker, &list->as.items[i], "code");
        if (model_is_language(code)) {
            tree_add_text_once(&r->maker, &codes, code);
        } else {
            tree_add(&r->maker, &rest, tree_kept(&r->maker, &list->as.items[i], without));
        }
    }
    tree_put_list(&r->maker, record, "languages", &codes);
    tree_put_list(&r->maker, &r->kept, "languages", &rest);
}

/* ---- areas ---- */

/* The locality that an area names by its code; empty if it names none that is here. */
static wm_str area_code(oruk_reading *r, const wm_json *area)
{
    wm_str code = oruk_member(&r->maker, area, "extent");
    if (wm_id_valid(code) && r->world->has(r->world->context, WM_KIND_LOCALITY, code)) {
        return code;
    }
    code = oruk_member(&r->maker, area, "uri");
    for (size_t i = code.len; i > 0; i--) {
        if (code.ptr[i - 1] == '/' || code.ptr[i - 1] == '=') {
            code = (wm_str){ code.ptr + i, code.len - i };
            break;
        }
    }
    return wm_id_valid(code) && r->world->has(r->world->context, WM_KIND_LOCALITY, code)
               ? code
               : WM_STR("");
}

static void read_areas(oruk_reading *r, const wm_json *list, tree_object *record)
{
    static const char *const without[] = { "id", "service_id", NULL };
    tree_list codes = { NULL, 0, 0 };
    tree_list rest = { NULL, 0, 0 };
    for (uint32_t i = 0; i < tree_items(list); i++) {
        const wm_json *area = &list->as.items[i];
        wm_str code = area_code(r, area);
        if (code.len > 0) {
            tree_add_text_once(&r->maker, &codes, code);
        } else {
            wm_str name = oruk_member(&r->maker, area, "extent");
            oruk_note(r, "an area that is no locality here",
                      name.len > 0 ? name : oruk_member(&r->maker, area, "name"));
            tree_add(&r->maker, &rest, tree_kept(&r->maker, area, without));
        }
    }
    wm_json made = tree_close_list(&codes);
    tree_put(&r->maker, record, "areas", &made);
    tree_put_list(&r->maker, &r->kept, "service_areas", &rest);
}

/* ---- needs ---- */

typedef struct finding_needs {
    oruk_reading *r;
    tree_list *needs;
} finding_needs;

static void add_need(void *context, wm_str need)
{
    finding_needs *f = context;
    if (f->r->world->has(f->r->world->context, WM_KIND_NEED, need)) {
        tree_add_text_once(&f->r->maker, f->needs, need);
    } else {
        oruk_note(f->r, "a need of the table of terms that is not here", need);
    }
}

static wm_status make_need(oruk_reading *r, const wm_json *term, wm_str id)
{
    static const char *const without[] = { "id",   "code",    "name",          "taxonomy",
                                           "term", "waymark", "last_modified", NULL };
    tree_object record = { NULL, 0, 0 };
    tree_object kept = { NULL, 0, 0 };
    tree_list derived = { NULL, 0, 0 };
    wm_str label = oruk_member(&r->maker, term, "name");
    label = label.len > 0 ? label : oruk_member(&r->maker, term, "term");
    wm_str taxonomy = oruk_member(&r->maker, term, "taxonomy");
    tree_put_text(&r->maker, &record, "id", id);
    tree_put_text(&r->maker, &record, "label", label.len > 0 ? label : id);
    if (!wm_str_is(taxonomy, "need")) {
        oruk_keep(r, &kept, "taxonomy", wm_json_get(term, "taxonomy"));
    }
    oruk_keep_rest(r, &kept, term, without);
    oruk_put_kept(&r->maker, &record, &kept, &derived);
    return oruk_add_record(r, WM_KIND_NEED, id, &record);
}

/* False: nothing here knows the term. */
static wm_status read_term(oruk_reading *r, const wm_json *term, tree_list *needs, bool *taken_out)
{
    wm_str code = oruk_member(&r->maker, term, "code");
    code = code.len > 0 ? code : oruk_member(&r->maker, term, "id");
    terms_asked asked = { oruk_member(&r->maker, term, "taxonomy"), code,
                          oruk_member(&r->maker, term, "name") };
    finding_needs f = { r, needs };
    *taken_out = true;
    bool own = wm_id_valid(code) && r->world->has(r->world->context, WM_KIND_NEED, code);
    if (own && (wm_str_is(asked.vocabulary, "need") || r->world->terms == NULL)) {
        tree_add_text_once(&r->maker, needs, code);
        return WM_OK;
    }
    if (terms_find(r->world->terms, &asked, add_need, &f)) {
        return WM_OK;
    }
    wm_json id = tree_text(code);
    wm_str need = oruk_id(r, WM_KIND_NEED, &id);
    if (need.len == 0 || (!own && !r->world->makes_needs)) {
        *taken_out = false;
        return WM_OK;
    }
    tree_add_text_once(&r->maker, needs, need);
    return own ? WM_OK : make_need(r, term, need);
}

static wm_status read_needs(oruk_reading *r, const wm_json *list, tree_object *record)
{
    static const char *const without[] = { "id", "link_id", NULL };
    tree_list needs = { NULL, 0, 0 };
    tree_list rest = { NULL, 0, 0 };
    for (uint32_t i = 0; i < tree_items(list); i++) {
        const wm_json *term = wm_json_get(&list->as.items[i], "taxonomy_term");
        bool taken = false;
        wm_status status = WM_OK;
        if (wm_json_is(term, WM_JSON_OBJECT)) {
            status = read_term(r, term, &needs, &taken);
        }
        if (status != WM_OK) {
            return status;
        }
        if (!taken) {
            oruk_note(r, "a term that is no need here", oruk_member(&r->maker, term, "name"));
            tree_add(&r->maker, &rest, tree_kept(&r->maker, &list->as.items[i], without));
        }
    }
    wm_json made = tree_close_list(&needs);
    tree_put(&r->maker, record, "needs", &made);
    tree_put_list(&r->maker, &r->kept, "attributes", &rest);
    return WM_OK;
}

/* ---- sites ---- */

static wm_status read_sites(oruk_reading *r, const wm_json *list, tree_object *record)
{
    static const char *const without[] = { "id", "service_id", "location", NULL };
    static const char *const links[] = { "location_id", NULL };
    tree_list ids = { NULL, 0, 0 };
    tree_list rest = { NULL, 0, 0 };
    for (uint32_t i = 0; i < tree_items(list); i++) {
        const wm_json *at = &list->as.items[i];
        const wm_json *location = wm_json_get(at, "location");
        wm_str id = WM_STR("");
        if (!wm_json_is(at, WM_JSON_OBJECT)) {
            oruk_note(r, "a place that is no object", wm_json_string(at));
            tree_add(&r->maker, &rest, tree_kept(&r->maker, at, NULL));
            continue;
        }
        if (wm_json_is(location, WM_JSON_OBJECT)) {
            wm_status status = oruk_read_site(r, location, &id);
            if (status != WM_OK) {
                return status;
            }
            tree_add_text_once(&r->maker, &ids, id);
        }
        /* what is said of the service at this place only */
        const wm_json *more = tree_kept(&r->maker, at, without);
        const wm_json *beside = tree_kept(&r->maker, more, links);
        if (beside != NULL || (id.len == 0 && more != NULL)) {
            tree_object kept = { NULL, 0, 0 };
            oruk_keep_rest(r, &kept, more, NULL);
            tree_put_text(&r->maker, &kept, "location_id", id);
            wm_json made = tree_close(&kept);
            tree_add(&r->maker, &rest, &made);
        }
    }
    tree_put_list(&r->maker, record, "sites", &ids);
    tree_put_list(&r->maker, &r->kept, "service_at_locations", &rest);
    return WM_OK;
}

/* ---- all of it ---- */

static void read_words(oruk_reading *r, const wm_json *service, tree_object *record)
{
    tree_object referral = { NULL, 0, 0 };
    tree_put_text(&r->maker, record, "description",
                  oruk_prose(&r->maker, wm_json_get(service, "description")));
    tree_put_text(&r->maker, &referral, "how",
                  oruk_prose(&r->maker, wm_json_get(service, "application_process")));
    tree_put_object(&r->maker, record, "referral", &referral);
    read_own_words(r, service, record);
    read_cost(r, service, record);
    read_wait(r, service, record);
    read_assurance(r, service, record);
    read_hours(r, service, record);
    read_languages(r, wm_json_get(service, "languages"), record);
    read_areas(r, wm_json_get(service, "service_areas"), record);
    tree_list contacts = { NULL, 0, 0 };
    oruk_contact_sources from = { wm_json_get(service, "phones"), wm_json_get(service, "email"),
                                  wm_json_get(service, "url") };
    oruk_read_contacts(r, &from, &r->kept, &contacts);
    tree_put_list(&r->maker, record, "contacts", &contacts);
}

/* Its name, and whose it is. */
static wm_str made_service_id(oruk_reading *r, const wm_json *service)
{
    tree_maker *maker = &r->maker;
    const wm_json *organization = wm_json_get(service, "organization");
    wm_str owner = oruk_member(maker, organization, "id");
    owner = owner.len > 0 ? owner : oruk_member(maker, organization, "name");
    owner = owner.len > 0 ? owner : oruk_member(maker, service, "organization_id");
    return oruk_made_id(
        r, WM_KIND_SERVICE,
        tree_format(maker, "%.*s of %.*s", WM_STR_ARG(r->service_name), WM_STR_ARG(owner)));
}

/* Kept, derived or made; empty without a name. */
static wm_str service_id(oruk_reading *r, const wm_json *service)
{
    wm_str id = oruk_id(r, WM_KIND_SERVICE, wm_json_get(service, "id"));
    return id.len > 0 || r->service_name.len == 0 ? id : made_service_id(r, service);
}

wm_status oruk_service_id(wm_arena *arena, const wm_json *service, wm_str source, wm_str *id_out,
                          wm_error *err)
{
    const wm_oruk_world world = { .source = source };
    oruk_reading r = { .maker = { arena, false }, .world = &world, .err = err };
    r.service_name = oruk_member(&r.maker, service, "name");
    *id_out = service_id(&r, service);
    return r.maker.failed ? wm_fail_memory(err) : WM_OK;
}

static wm_status read_service(oruk_reading *r, const wm_json *service)
{
    tree_object record = { NULL, 0, 0 };
    r->service_name = oruk_member(&r->maker, service, "name");
    if (r->service_name.len == 0) {
        return wm_fail(r->err, WM_BAD_RECORD, "name: expected one, found none");
    }
    wm_str id = service_id(r, service);
    tree_put_text(&r->maker, &record, "id", id);
    tree_put_text(&r->maker, &record, "name", r->service_name);
    wm_status status = read_status(r, service, &record);
    status = status == WM_OK ? read_owner(r, service, &record) : status;
    status = status == WM_OK ? read_eligibility(r, service, &record) : status;
    status = status == WM_OK ? read_sites(r, wm_json_get(service, "service_at_locations"), &record)
                             : status;
    status = status == WM_OK ? read_needs(r, wm_json_get(service, "attributes"), &record) : status;
    if (status != WM_OK) {
        return status;
    }
    read_words(r, service, &record);
    oruk_keep_rest(r, &r->kept, service, handled);
    oruk_put_kept(&r->maker, &record, &r->kept, &r->derived);
    oruk_read_rest(r, wm_json_get(service, "waymark"), &record);
    return oruk_add_record(r, WM_KIND_SERVICE, id, &record);
}

wm_status wm_oruk_read(wm_arena *arena, const wm_json *service, const wm_oruk_world *world,
                       wm_oruk_records *records_out, wm_error *err)
{
    oruk_reading r = {
        .maker = { arena, false }, .world = world, .records = records_out, .err = err
    };
    records_out->count = 0;
    if (!wm_json_is(service, WM_JSON_OBJECT)) {
        return wm_fail(err, WM_BAD_RECORD, "expected a service, found %s",
                       service == NULL ? "nothing" : wm_json_type_name(service->type));
    }
    if (wm_json_is(wm_json_get(service, "contents"), WM_JSON_ARRAY)) {
        return wm_fail(err, WM_BAD_RECORD, "expected a service, found a page of them on one line");
    }
    wm_status status = read_service(&r, service);
    return r.maker.failed ? wm_fail_memory(err) : status;
}

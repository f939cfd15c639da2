/* oruk_write.c: a service with what it refers to, as Open Referral UK has it.
 *
 * The extended form is checked by reading it again: what then is another than the record goes into
 * `waymark` (oruk_rest.c). So reading what was written gives the record, whatever it holds. */
#include "model/plausible.h"
#include "oruk.h"

typedef struct oruk_writing {
    tree_maker maker;
    const wm_oruk_form *form;
    const wm_json *service;
    wm_str id;
    tree_object out;
    wm_error *err;
} oruk_writing;

static wm_status get_record(oruk_writing *w, wm_kind kind, wm_str id, const wm_json **value_out)
{
    *value_out = NULL;
    return w->form->get(w->form->context, kind, id, w->maker.arena, value_out, w->err);
}

static const wm_json *member(const oruk_writing *w, const char *name)
{
    return wm_json_get(w->service, name);
}

bool oruk_is_derived(const wm_json *record, const char *name)
{
    const wm_json *list = wm_json_get(record, "x_derived");
    for (uint32_t i = 0; i < tree_items(list); i++) {
        if (wm_str_is(wm_json_string(&list->as.items[i]), name)) {
            return true;
        }
    }
    return false;
}

/* ---- reading again ---- */

typedef struct reread {
    oruk_reading reading;
    wm_oruk_world world;
    wm_oruk_records *records;
} reread;

static bool names(const wm_json *list, wm_str id)
{
    for (uint32_t i = 0; i < tree_items(list); i++) {
        if (wm_str_equal(wm_json_string(&list->as.items[i]), id)) {
            return true;
        }
    }
    return false;
}

/* Whoever reads it knows the needs and localities that the service has. */
static bool has_of_service(void *context, wm_kind kind, wm_str id)
{
    const wm_json *service = context;
    switch (kind) {
    case WM_KIND_NEED: return names(wm_json_get(service, "needs"), id);
    case WM_KIND_LOCALITY: return names(wm_json_get(service, "areas"), id);
    case WM_KIND_ORGANIZATION:
        return wm_str_equal(wm_json_string(wm_json_get(service, "organization")), id);
    case WM_KIND_DIRECTORY:
    case WM_KIND_EXERCISE:
    case WM_KIND_FACT:
    case WM_KIND_PLACE:
    case WM_KIND_RULE:
    case WM_KIND_SERVICE:
    case WM_KIND_SITE:
    case WM_KIND_TEXT:
    default: return false;
    }
}

static wm_status reread_begin(oruk_writing *w, reread *again)
{
    wm_json *service = wm_arena_alloc(w->maker.arena, sizeof *service);
    *again = (reread){ .records = wm_arena_alloc(w->maker.arena, sizeof *again->records) };
    if (again->records == NULL || service == NULL) {
        return wm_fail_memory(w->err);
    }
    *service = *w->service;
    again->world = (wm_oruk_world){ .has = has_of_service, .context = service };
    again->reading = (oruk_reading){ .maker = { w->maker.arena, false },
                                     .world = &again->world,
                                     .records = again->records,
                                     .service_name = wm_json_string(member(w, "name")),
                                     .err = w->err };
    return WM_OK;
}

/* Puts `waymark` into a part that was written: an organization or a location. */
static wm_status write_rest_of(oruk_writing *w, wm_kind kind, const wm_json *original,
                               tree_object *part)
{
    reread again;
    wm_str id = WM_STR("");
    wm_status status = w->form->strict ? WM_END : reread_begin(w, &again);
    if (status != WM_OK) {
        return status == WM_END ? WM_OK : status;
    }
    wm_json written = tree_close(part);
    status = kind == WM_KIND_SITE ? oruk_read_site(&again.reading, &written, &id)
                                  : oruk_read_organization(&again.reading, &written, &id);
    const wm_json *mapped = status == WM_OK ? again.records->items[0].value : NULL;
    if (status == WM_OK || status == WM_BAD_RECORD) {
        oruk_write_rest(&w->maker, mapped, original, part);
        status = WM_OK;
    }
    return status;
}

/* ---- parts ---- */

static wm_status write_organization(oruk_writing *w)
{
    const wm_json *organization = NULL;
    wm_str id = wm_json_string(member(w, "organization"));
    wm_status status = get_record(w, WM_KIND_ORGANIZATION, id, &organization);
    if (w->form->strict && oruk_is_derived(organization, "name")) {
        return status; /* nobody named one */
    }
    tree_put_text(&w->maker, &w->out, "organization_id",
                  w->form->strict ? oruk_uuid(&w->maker, WM_KIND_ORGANIZATION, id) : id);
    if (status == WM_OK && organization != NULL) {
        tree_object part = { NULL, 0, 0 };
        oruk_write_organization(&w->maker, organization, w->form->strict, &part);
        status = write_rest_of(w, WM_KIND_ORGANIZATION, organization, &part);
        tree_put_object(&w->maker, &w->out, "organization", &part);
    }
    return status;
}

/* What is kept of the service at one place only. Its id is made here, like that of every part: one
 * that came from elsewhere may be anything, and names a document of the API. */
static void put_kept_part(oruk_writing *w, const wm_json *kept, const char *but, tree_object *out)
{
    for (uint32_t i = 0; i < tree_members(kept); i++) {
        const wm_json_member *member = &kept->as.members[i];
        if (!wm_str_is(member->name, "id") && !wm_str_is(member->name, but)) {
            tree_put_str(&w->maker, out, member->name, &member->value);
        }
    }
}

/* NULL: nothing. */
static const wm_json *kept_at(const oruk_writing *w, wm_str site)
{
    const wm_json *list = wm_json_get(member(w, "x_oruk"), "service_at_locations");
    for (uint32_t i = 0; i < tree_items(list); i++) {
        wm_str id = wm_json_string(wm_json_get(&list->as.items[i], "location_id"));
        if (wm_str_equal(id, site)) {
            return &list->as.items[i];
        }
    }
    return NULL;
}

static wm_status write_site(oruk_writing *w, wm_str id, tree_list *out)
{
    const wm_json *site = NULL;
    tree_object at = { NULL, 0, 0 };
    tree_object location = { NULL, 0, 0 };
    wm_status status = get_record(w, WM_KIND_SITE, id, &site);
    if (status != WM_OK || site == NULL) {
        return status;
    }
    oruk_write_site(&w->maker, site, w->form->strict, &location);
    status = write_rest_of(w, WM_KIND_SITE, site, &location);
    const wm_json *kept = w->form->strict ? NULL : kept_at(w, id);
    oruk_put_part_id(&w->maker, &at, w->id, "service_at_location", out->count);
    put_kept_part(w, kept, "location_id", &at);
    tree_put_object(&w->maker, &at, "location", &location);
    wm_json made = tree_close(&at);
    tree_add(&w->maker, out, &made);
    return status;
}

static wm_status write_sites(oruk_writing *w)
{
    const wm_json *sites = member(w, "sites");
    const wm_json *kept = wm_json_get(member(w, "x_oruk"), "service_at_locations");
    tree_list list = { NULL, 0, 0 };
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < tree_items(sites) && status == WM_OK; i++) {
        status = write_site(w, wm_json_string(&sites->as.items[i]), &list);
    }
    for (uint32_t i = 0; i < tree_items(kept) && !w->form->strict; i++) {
        const wm_json *item = &kept->as.items[i];
        wm_str site = wm_json_string(wm_json_get(item, "location_id"));
        tree_object at = { NULL, 0, 0 };
        if (wm_json_is(item, WM_JSON_OBJECT) && !names(sites, site)) {
            oruk_put_part_id(&w->maker, &at, w->id, "service_at_location", list.count);
            put_kept_part(w, item, "", &at);
            wm_json made = tree_close(&at);
            tree_add(&w->maker, &list, &made);
        }
    }
    tree_put_list(&w->maker, &w->out, "service_at_locations", &list);
    return status;
}

static bool is_ons_code(wm_str code)
{
    bool good = code.len == 9 && (code.ptr[0] == 'E' || code.ptr[0] == 'W' || code.ptr[0] == 'S' ||
                                  code.ptr[0] == 'N' || code.ptr[0] == 'K');
    for (size_t i = 1; i < code.len; i++) {
        good = good && code.ptr[i] >= '0' && code.ptr[i] <= '9';
    }
    return good;
}

static wm_status write_areas(oruk_writing *w, tree_list *list)
{
    const wm_json *areas = member(w, "areas");
    for (uint32_t i = 0; i < tree_items(areas); i++) {
        wm_str code = wm_json_string(&areas->as.items[i]);
        const wm_json *locality = NULL;
        wm_status status = get_record(w, WM_KIND_LOCALITY, code, &locality);
        if (status != WM_OK) {
            return status;
        }
        tree_object item = { NULL, 0, 0 };
        oruk_put_part_id(&w->maker, &item, w->id, "service_area", i);
        tree_put(&w->maker, &item, "name", wm_json_get(locality, "name"));
        tree_put_text(&w->maker, &item, "extent", code);
        tree_put_text(&w->maker, &item, "extent_type",
                      is_ons_code(code) ? WM_STR("ons-code") : WM_STR("waymark"));
        if (is_ons_code(code)) {
            tree_put_text(&w->maker, &item, "uri",
                          tree_format(&w->maker,
                                      "http://statistics.data.gov.uk/id/statistical-geography/%.*s",
                                      WM_STR_ARG(code)));
        }
        wm_json made = tree_close(&item);
        tree_add(&w->maker, list, &made);
    }
    return WM_OK;
}

void oruk_write_term(tree_maker *maker, wm_str id, const wm_json *need, bool strict,
                     tree_object *out)
{
    const wm_json *label = wm_json_get(need, "label");
    const wm_json *kept = wm_json_get(need, "x_oruk");
    wm_str name = wm_json_string(label);
    name = name.len > 0 ? name : wm_json_string(wm_json_get(label, "en"));
    name = name.len > 0 ? name : id;
    const wm_json *taxonomy = wm_json_get(kept, "taxonomy");
    const wm_json *about = wm_json_get(kept, "description");
    tree_put_text(maker, out, "id", strict ? oruk_uuid(maker, WM_KIND_NEED, id) : id);
    tree_put_text(maker, out, "name", name);
    tree_put_text(maker, out, "taxonomy",
                  taxonomy != NULL ? wm_json_string(taxonomy) : WM_STR(ORUK_TAXONOMY));
    if (strict) {
        tree_put_text(maker, out, "description", about != NULL ? wm_json_string(about) : name);
        return;
    }
    tree_put_text(maker, out, "code", id);
    for (uint32_t i = 0; i < tree_members(kept); i++) {
        if (!wm_str_is(kept->as.members[i].name, "id")) {
            tree_put_str(maker, out, kept->as.members[i].name, &kept->as.members[i].value);
        }
    }
}

static wm_status write_needs(oruk_writing *w, tree_list *list)
{
    const wm_json *needs = member(w, "needs");
    for (uint32_t i = 0; i < tree_items(needs); i++) {
        wm_str id = wm_json_string(&needs->as.items[i]);
        const wm_json *need = NULL;
        tree_object item = { NULL, 0, 0 };
        tree_object term = { NULL, 0, 0 };
        wm_status status = get_record(w, WM_KIND_NEED, id, &need);
        if (status != WM_OK) {
            return status;
        }
        oruk_put_part_id(&w->maker, &item, w->id, "attribute", i);
        oruk_write_term(&w->maker, id, need, w->form->strict, &term);
        tree_put_object(&w->maker, &item, "taxonomy_term", &term);
        wm_json made = tree_close(&item);
        tree_add(&w->maker, list, &made);
    }
    return WM_OK;
}

static void write_languages(oruk_writing *w, tree_list *list)
{
    const wm_json *codes = member(w, "languages");
    for (uint32_t i = 0; i < tree_items(codes); i++) {
        tree_object item = { NULL, 0, 0 };
        oruk_put_part_id(&w->maker, &item, w->id, "language", i);
        tree_put(&w->maker, &item, "code", &codes->as.items[i]);
        wm_json made = tree_close(&item);
        tree_add(&w->maker, list, &made);
    }
}

/* ---- members ---- */

static void write_status(oruk_writing *w)
{
    static const struct {
        const char *ours;
        const char *theirs;
    } words[] = {
        { "planned", "inactive" },          { "active", "active" },  { "closing", "active" },
        { "paused", "temporarily closed" }, { "closed", "defunct" },
    };
    wm_str status = wm_json_string(member(w, "status"));
    const char *theirs = "inactive";
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        theirs = wm_str_is(status, words[i].ours) ? words[i].theirs : theirs;
    }
    tree_put_text(&w->maker, &w->out, "status", wm_str_of(theirs));
}

static void write_ages(oruk_writing *w)
{
    int64_t minimum = -1;
    int64_t maximum = -1;
    oruk_ages_of(member(w, "eligibility"), &minimum, &maximum);
    if (minimum >= 0) {
        tree_put_integer(&w->maker, &w->out, "minimum_age", minimum);
    }
    if (maximum >= 0) {
        tree_put_integer(&w->maker, &w->out, "maximum_age", maximum);
    }
}

/* What both forms have. */
static void write_profile(oruk_writing *w)
{
    const wm_json *contacts = member(w, "contacts");
    const wm_json *description = member(w, "description");
    const wm_json *assurance = member(w, "assurance");
    bool strict = w->form->strict;
    wm_str assurer = wm_json_string(wm_json_get(assurance, "source"));
    tree_list schedules = { NULL, 0, 0 };
    tree_put_text(&w->maker, &w->out, "id",
                  strict ? oruk_uuid(&w->maker, WM_KIND_SERVICE, w->id) : w->id);
    tree_put(&w->maker, &w->out, "name", member(w, "name"));
    tree_put(&w->maker, &w->out, "description",
             description == NULL && strict ? member(w, "summary") : description);
    write_status(w);
    write_ages(w);
    tree_put_text(&w->maker, &w->out, "url", oruk_first_contact(contacts, "web"));
    tree_put_text(&w->maker, &w->out, "email", oruk_first_contact(contacts, "email"));
    tree_put(&w->maker, &w->out, "assured_date", wm_json_get(assurance, "verified_on"));
    if (!strict || model_is_email(assurer)) {
        tree_put_text(&w->maker, &w->out, "assurer_email", assurer);
    }
    oruk_write_hours(&w->maker, member(w, "hours"), w->id, &schedules);
    tree_put_list(&w->maker, &w->out, "schedules", &schedules);
}

/* What only the extended form has. */
static void write_extension(oruk_writing *w)
{
    static const char *const own[] = { "offers", "intensity", "response" };
    const wm_json *eligibility = member(w, "eligibility");
    const wm_json *cost = member(w, "cost");
    const wm_json *weeks = wm_json_get(member(w, "wait"), "current_weeks");
    tree_list phones = { NULL, 0, 0 };
    tree_list languages = { NULL, 0, 0 };
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        tree_put(&w->maker, &w->out, own[i], member(w, own[i]));
    }
    if (!oruk_is_derived(w->service, "kind")) {
        tree_put(&w->maker, &w->out, "kind", member(w, "kind"));
    }
    tree_object criteria = { NULL, 0, 0 };
    for (uint32_t i = 0; i < tree_members(eligibility); i++) {
        if (!wm_str_is(eligibility->as.members[i].name, "words")) {
            tree_put_str(&w->maker, &criteria, eligibility->as.members[i].name,
                         &eligibility->as.members[i].value);
        }
    }
    wm_json closed = tree_close(&criteria);
    tree_put(&w->maker, &w->out, "eligibility", &closed);
    tree_put(&w->maker, &w->out, "eligibility_description", wm_json_get(eligibility, "words"));
    tree_put(&w->maker, &w->out, "application_process", wm_json_get(member(w, "referral"), "how"));
    if (cost != NULL) {
        bool is_free = wm_json_boolean(wm_json_get(cost, "free"), false);
        tree_put_text(&w->maker, &w->out, "fees_description",
                      is_free ? WM_STR("Free") : wm_json_string(wm_json_get(cost, "text")));
    }
    if (weeks != NULL) {
        tree_put_text(&w->maker, &w->out, "wait_time",
                      tree_format(&w->maker, "%lld weeks", (long long)wm_json_integer(weeks, 0)));
    }
    oruk_write_phones(&w->maker, member(w, "contacts"), w->id, &phones);
    tree_put_list(&w->maker, &w->out, "phones", &phones);
    write_languages(w, &languages);
    tree_put_list(&w->maker, &w->out, "languages", &languages);
}

/* Lists go behind what is there; other members take its place. */
static void write_kept(oruk_writing *w)
{
    const wm_json *kept = member(w, "x_oruk");
    for (uint32_t i = 0; i < tree_members(kept); i++) {
        const wm_json_member *m = &kept->as.members[i];
        const wm_json *there = tree_get(&w->out, m->name.ptr);
        if (wm_str_is(m->name, "service_at_locations") || wm_str_is(m->name, "id")) {
            continue;
        }
        tree_list joined = { NULL, 0, 0 };
        if (m->value.type != WM_JSON_ARRAY) {
            tree_put_str(&w->maker, &w->out, m->name, &m->value);
            continue;
        }
        for (uint32_t n = 0; n < tree_items(there); n++) {
            tree_add(&w->maker, &joined, &there->as.items[n]);
        }
        for (uint32_t n = 0; n < m->value.count; n++) {
            tree_add(&w->maker, &joined, &m->value.as.items[n]);
        }
        wm_json made = tree_close_list(&joined);
        tree_put_str(&w->maker, &w->out, m->name, &made);
    }
}

static wm_status write_rest(oruk_writing *w)
{
    reread again;
    wm_status status = reread_begin(w, &again);
    if (status != WM_OK) {
        return status;
    }
    wm_json written = tree_close(&w->out);
    wm_oruk_records *records = again.records;
    wm_error ignored = { 0 };
    status = wm_oruk_read(w->maker.arena, &written, &again.world, records, &ignored);
    if (status == WM_NO_MEMORY) {
        return wm_fail_memory(w->err);
    }
    const wm_json *mapped = status == WM_OK ? records->items[records->count - 1].value : NULL;
    oruk_write_rest(&w->maker, mapped, w->service, &w->out);
    return WM_OK;
}

static wm_status write_service(oruk_writing *w)
{
    tree_list areas = { NULL, 0, 0 };
    tree_list needs = { NULL, 0, 0 };
    write_profile(w);
    wm_status status = write_organization(w);
    status = status == WM_OK ? write_sites(w) : status;
    status = status == WM_OK ? write_areas(w, &areas) : status;
    status = status == WM_OK ? write_needs(w, &needs) : status;
    if (status != WM_OK) {
        return status;
    }
    tree_put_list(&w->maker, &w->out, "service_areas", &areas);
    tree_put_list(&w->maker, &w->out, "attributes", &needs);
    if (w->form->strict) {
        static const char *const texts[] = { "alert", "accreditations" };
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
            tree_put_text(&w->maker, &w->out, texts[i],
                          wm_json_string(wm_json_get(member(w, "x_oruk"), texts[i])));
        }
        tree_put_text(&w->maker, &w->out, "fees",
                      wm_json_string(wm_json_get(member(w, "cost"), "text")));
        return WM_OK;
    }
    write_extension(w);
    write_kept(w);
    return write_rest(w);
}

wm_status oruk_make_service(wm_arena *arena, const wm_json *service, const wm_oruk_form *form,
                            wm_json *made_out, wm_error *err)
{
    oruk_writing w = { .maker = { arena, false },
                       .form = form,
                       .service = service,
                       .id = wm_json_string(wm_json_get(service, "id")),
                       .err = err };
    wm_status status = write_service(&w);
    if (w.maker.failed) {
        return wm_fail_memory(err);
    }
    *made_out = tree_close(&w.out);
    return status;
}

wm_status wm_oruk_write(wm_arena *arena, const wm_json *service, const wm_oruk_form *form,
                        wm_buf *out, wm_error *err)
{
    wm_json made = { .type = WM_JSON_NULL };
    wm_status status = oruk_make_service(arena, service, form, &made, err);
    if (status == WM_OK) {
        tree_write(out, &made);
        status = wm_buf_status(out, err);
    }
    return status;
}

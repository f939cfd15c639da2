/* oruk_places.c: organizations and locations, both ways. */
#include "decimal.h"
#include "model/plausible.h"
#include "oruk.h"

#define DEGREE_DIGITS 5
#define NAME_BYTES_MAX 200

/* ---- small vocabularies ---- */

typedef struct word_pair {
    const char *ours;
    const char *theirs;
} word_pair;

static const word_pair sectors[] = {
    { "nhs", "NHS" },
    { "vcfse", "VCFSE" },
    { "local_authority", "Local authority" },
    { "education", "Education" },
    { "private", "Private" },
    { NULL, NULL },
};

static const word_pair schemes[] = {
    { "company", "GB-COH" },
    { "charity", "GB-CHC" },
    { "ods", "GB-NHS" },
    { NULL, NULL },
};

static const char *ours_of(tree_maker *maker, const word_pair *pairs, wm_str theirs)
{
    wm_str small = oruk_small(maker, theirs);
    for (; pairs->ours != NULL; pairs++) {
        if (wm_str_equal(small, oruk_small(maker, wm_str_of(pairs->theirs)))) {
            return pairs->ours;
        }
    }
    return NULL;
}

static const char *theirs_of(const word_pair *pairs, wm_str ours)
{
    for (; pairs->ours != NULL; pairs++) {
        if (wm_str_is(ours, pairs->ours)) {
            return pairs->theirs;
        }
    }
    return NULL;
}

/* ---- organization ---- */

static void read_sector(oruk_reading *r, const wm_json *value, tree_object *record,
                        tree_object *kept)
{
    wm_str status = oruk_line(&r->maker, value);
    const char *sector = ours_of(&r->maker, sectors, status);
    if (sector != NULL) {
        tree_put_text(&r->maker, record, "sector", wm_str_of(sector));
    } else {
        oruk_keep(r, kept, "legal_status", value);
    }
}

static void read_identifiers(oruk_reading *r, const wm_json *list, tree_object *record,
                             tree_object *kept)
{
    static const char *const without[] = { "id", "organization_id", NULL };
    tree_maker *maker = &r->maker;
    tree_list made = { NULL, 0, 0 };
    tree_list rest = { NULL, 0, 0 };
    for (uint32_t i = 0; i < tree_items(list); i++) {
        const wm_json *item = &list->as.items[i];
        wm_str scheme = oruk_member(maker, item, "identifier_scheme");
        scheme = scheme.len > 0 ? scheme : oruk_member(maker, item, "identifier_type");
        const char *known = ours_of(maker, schemes, scheme);
        wm_str word = known != NULL ? wm_str_of(known) : oruk_word(maker, scheme);
        wm_str value = oruk_member(maker, item, "identifier");
        tree_object identifier = { NULL, 0, 0 };
        if (word.len == 0 || value.len == 0 || value.len > NAME_BYTES_MAX) {
            tree_add(maker, &rest, tree_kept(maker, item, without));
            continue;
        }
        tree_put_text(maker, &identifier, "scheme", word);
        tree_put_text(maker, &identifier, "value", value);
        wm_json closed = tree_close(&identifier);
        tree_add(maker, &made, &closed);
    }
    tree_put_list(maker, record, "identifiers", &made);
    tree_put_list(maker, kept, "organization_identifiers", &rest);
}

wm_status oruk_read_organization(oruk_reading *r, const wm_json *organization, wm_str *id_out)
{
    static const char *const handled[] = {
        "id",
        "name",
        "website",
        "url",
        "email",
        "phones",
        "organization_identifiers",
        "legal_status",
        "waymark",
        "last_modified",
        NULL,
    };
    tree_maker *maker = &r->maker;
    tree_object record = { NULL, 0, 0 };
    tree_object kept = { NULL, 0, 0 };
    tree_list contacts = { NULL, 0, 0 };
    tree_list derived = { NULL, 0, 0 };
    wm_str id = oruk_id(r, WM_KIND_ORGANIZATION, wm_json_get(organization, "id"));
    wm_str name = oruk_member(maker, organization, "name");
    if (name.len == 0) {
        return wm_fail(r->err, WM_BAD_RECORD, "organization.name: expected a name, found none");
    }
    id = id.len > 0 ? id : oruk_made_id(r, WM_KIND_ORGANIZATION, name);
    *id_out = id;
    const wm_json *website = wm_json_get(organization, "website");
    const char *url_name = tree_is_nothing(website) ? "url" : "website";
    wm_str url = oruk_member(maker, organization, url_name);
    tree_put_text(maker, &record, "id", id);
    tree_put_text(maker, &record, "name", name);
    if (model_is_url(url)) {
        tree_put_text(maker, &record, "url", url);
    } else if (url.len > 0) {
        oruk_note(r, "a web address that is none", url);
        oruk_keep(r, &kept, url_name, wm_json_get(organization, url_name));
    }
    oruk_contact_sources from = { wm_json_get(organization, "phones"),
                                  wm_json_get(organization, "email"), NULL };
    oruk_read_contacts(r, &from, &kept, &contacts);
    tree_put_list(maker, &record, "contacts", &contacts);
    read_sector(r, wm_json_get(organization, "legal_status"), &record, &kept);
    read_identifiers(r, wm_json_get(organization, "organization_identifiers"), &record, &kept);
    oruk_keep_rest(r, &kept, organization, handled);
    oruk_put_kept(maker, &record, &kept, &derived);
    oruk_read_rest(r, wm_json_get(organization, "waymark"), &record);
    return oruk_add_record(r, WM_KIND_ORGANIZATION, id, &record);
}

/* Where a feed is one publisher's own, its services need not say whose they are. */
wm_status oruk_read_nobody(oruk_reading *r, wm_str *id_out)
{
    tree_object record = { NULL, 0, 0 };
    tree_list derived = { NULL, 0, 0 };
    wm_json source = tree_text(r->world->source);
    wm_str name = oruk_line(&r->maker, &source);
    char uuid[WM_UUID_BYTES];
    wm_str id =
        tree_format(&r->maker, "%s",
                    wm_uuid_derive(r->world->source, wm_str_of("organization"), WM_STR(""), uuid));
    if (name.len == 0) {
        return wm_fail(r->err, WM_BAD_RECORD, "organization: expected an object, found nothing");
    }
    *id_out = id;
    tree_put_text(&r->maker, &record, "id", id);
    tree_put_text(&r->maker, &record, "name", name);
    tree_add_text_once(&r->maker, &derived, WM_STR("name"));
    tree_put_list(&r->maker, &record, "x_derived", &derived);
    return oruk_add_record(r, WM_KIND_ORGANIZATION, id, &record);
}

static void write_identifiers(tree_maker *maker, const wm_json *organization, tree_object *out)
{
    const wm_json *list = wm_json_get(organization, "identifiers");
    wm_str owner = wm_json_string(wm_json_get(organization, "id"));
    tree_list made = { NULL, 0, 0 };
    for (uint32_t i = 0; i < tree_items(list); i++) {
        wm_str scheme = wm_json_string(wm_json_get(&list->as.items[i], "scheme"));
        const char *theirs = theirs_of(schemes, scheme);
        tree_object item = { NULL, 0, 0 };
        oruk_put_part_id(maker, &item, owner, "identifier", i);
        tree_put_text(maker, &item, "identifier_scheme",
                      theirs != NULL ? wm_str_of(theirs) : scheme);
        tree_put_text(maker, &item, "identifier_type", scheme);
        tree_put(maker, &item, "identifier", wm_json_get(&list->as.items[i], "value"));
        wm_json closed = tree_close(&item);
        tree_add(maker, &made, &closed);
    }
    tree_put_list(maker, out, "organization_identifiers", &made);
}

/* Members of `x_oruk` that the strict form takes as they are: texts of the profile. */
static void put_kept_texts(tree_maker *maker, const wm_json *record, const char *const *names,
                           tree_object *out)
{
    const wm_json *kept = wm_json_get(record, "x_oruk");
    for (; *names != NULL; names++) {
        const wm_json *value = wm_json_get(kept, *names);
        if (wm_json_is(value, WM_JSON_STRING)) {
            tree_put(maker, out, *names, value);
        }
    }
}

static void put_all_kept(tree_maker *maker, const wm_json *record, tree_object *out)
{
    const wm_json *kept = wm_json_get(record, "x_oruk");
    for (uint32_t i = 0; i < tree_members(kept); i++) {
        const wm_json_member *member = &kept->as.members[i];
        const wm_json *there = tree_get(out, member->name.ptr);
        if (wm_json_is(there, WM_JSON_ARRAY) && member->value.type == WM_JSON_ARRAY) {
            tree_list joined = { NULL, 0, 0 };
            for (uint32_t n = 0; n < there->count; n++) {
                tree_add(maker, &joined, &there->as.items[n]);
            }
            for (uint32_t n = 0; n < member->value.count; n++) {
                tree_add(maker, &joined, &member->value.as.items[n]);
            }
            wm_json made = tree_close_list(&joined);
            tree_put_str(maker, out, member->name, &made);
        } else if (!wm_str_is(member->name, "id")) {
            tree_put_str(maker, out, member->name, &member->value);
        }
    }
}

void oruk_write_organization(tree_maker *maker, const wm_json *organization, bool strict,
                             tree_object *out)
{
    static const char *const texts[] = { "description", "logo", NULL };
    wm_str id = wm_json_string(wm_json_get(organization, "id"));
    const wm_json *contacts = wm_json_get(organization, "contacts");
    tree_put_text(maker, out, "id", strict ? oruk_uuid(maker, WM_KIND_ORGANIZATION, id) : id);
    tree_put(maker, out, "name", wm_json_get(organization, "name"));
    tree_put(maker, out, "website", wm_json_get(organization, "url"));
    tree_put_text(maker, out, "email", oruk_first_contact(contacts, "email"));
    write_identifiers(maker, organization, out);
    if (strict) { /* the profile wants a description */
        tree_put(maker, out, "description", wm_json_get(organization, "name"));
        put_kept_texts(maker, organization, texts, out);
        return;
    }
    const char *sector = theirs_of(sectors, wm_json_string(wm_json_get(organization, "sector")));
    tree_list phones = { NULL, 0, 0 };
    tree_put_text(maker, out, "legal_status", sector != NULL ? wm_str_of(sector) : WM_STR(""));
    oruk_write_phones(maker, contacts, id, &phones);
    tree_put_list(maker, out, "phones", &phones);
    put_all_kept(maker, organization, out);
}

/* ---- location ---- */

/* "ba11aa" as "BA1 1AA"; as it is if it is none. */
static wm_str read_postcode(tree_maker *maker, const wm_json *value)
{
    wm_str text = oruk_line(maker, value);
    char made[16];
    size_t length = 0;
    for (size_t i = 0; i < text.len && length < 10; i++) {
        char c = text.ptr[i];
        if (c != ' ') {
            made[length++] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        }
    }
    if (length < 5 || length > 7) {
        return text;
    }
    return tree_format(maker, "%.*s %.*s", (int)length - 3, made, 3, made + length - 3);
}

static void read_address(oruk_reading *r, const wm_json *address, tree_object *record,
                         tree_object *kept)
{
    static const char *const handled[] = { "id",        "location_id",  "address_1",
                                           "address_2", "city",         "postal_code",
                                           "country",   "address_type", "last_modified",
                                           NULL };
    tree_maker *maker = &r->maker;
    tree_object made = { NULL, 0, 0 };
    tree_list lines = { NULL, 0, 0 };
    tree_object rest = { NULL, 0, 0 };
    const char *const names[] = { "address_1", "address_2" };
    for (size_t i = 0; i < 2; i++) {
        wm_json line = tree_text(oruk_member(maker, address, names[i]));
        if (line.as.string.len > 0) {
            tree_add(maker, &lines, &line);
        }
    }
    wm_str postcode = read_postcode(maker, wm_json_get(address, "postal_code"));
    tree_put_list(maker, &made, "lines", &lines);
    tree_put_text(maker, &made, "town", oruk_member(maker, address, "city"));
    if (model_is_postcode(postcode)) {
        tree_put_text(maker, &made, "postcode", postcode);
    } else if (postcode.len > 0) {
        oruk_note(r, "a postcode that is none", postcode);
        oruk_keep(r, &rest, "postal_code", wm_json_get(address, "postal_code"));
    }
    wm_str country = oruk_member(maker, address, "country");
    if (!wm_str_is(country, "GB")) {
        oruk_keep(r, &rest, "country", wm_json_get(address, "country"));
    }
    wm_str type = oruk_member(maker, address, "address_type");
    if (!wm_str_is(type, "physical")) {
        oruk_keep(r, &rest, "address_type", wm_json_get(address, "address_type"));
    }
    oruk_keep_rest(r, &rest, address, handled);
    tree_put_object(maker, record, "address", &made);
    tree_put_object(maker, kept, "address", &rest);
}

/* Great Britain and its islands, as the shape of a site has it. */
static bool in_range(int64_t latitude, int64_t longitude)
{
    return latitude >= 4900000 && latitude <= 6100000 && longitude >= -900000 &&
           longitude <= 200000;
}

static void read_position(oruk_reading *r, const wm_json *location, tree_object *record,
                          tree_object *kept)
{
    const wm_json *latitude = wm_json_get(location, "latitude");
    const wm_json *longitude = wm_json_get(location, "longitude");
    int64_t lat = 0;
    int64_t lon = 0;
    if (tree_is_nothing(latitude) && tree_is_nothing(longitude)) {
        return;
    }
    if (decimal_scaled(latitude, DEGREE_DIGITS, &lat, NULL) &&
        decimal_scaled(longitude, DEGREE_DIGITS, &lon, NULL) && in_range(lat, lon)) {
        tree_put_integer(&r->maker, record, "lat", lat);
        tree_put_integer(&r->maker, record, "lon", lon);
        return;
    }
    oruk_note(r, "a position outside Great Britain", oruk_line(&r->maker, latitude));
    oruk_keep(r, kept, "latitude", latitude);
    oruk_keep(r, kept, "longitude", longitude);
}

static void read_accessibility(oruk_reading *r, const wm_json *list, tree_object *record,
                               tree_object *kept)
{
    static const char *const without[] = { "id", "location_id", NULL };
    tree_list words = { NULL, 0, 0 };
    tree_list rest = { NULL, 0, 0 };
    for (uint32_t i = 0; i < tree_items(list); i++) {
        const wm_json *item = tree_kept(&r->maker, &list->as.items[i], without);
        wm_str word = oruk_word(&r->maker, oruk_member(&r->maker, item, "description"));
        if (word.len > 0 && item->count == 1) {
            tree_add_text_once(&r->maker, &words, word);
        } else {
            tree_add(&r->maker, &rest, item);
        }
    }
    tree_put_list(&r->maker, record, "accessibility", &words);
    tree_put_list(&r->maker, kept, "accessibility", &rest);
}

/* The location's own name, else its first line of address, else the service's. */
static void put_site_name(oruk_reading *r, const wm_json *location, tree_object *record,
                          tree_list *derived)
{
    wm_str name = oruk_member(&r->maker, location, "name");
    if (name.len == 0) {
        const wm_json *lines = wm_json_get(tree_get(record, "address"), "lines");
        name = tree_items(lines) > 0 ? wm_json_string(&lines->as.items[0]) : r->service_name;
        tree_add_text_once(&r->maker, derived, WM_STR("name"));
    }
    name.len = wm_utf8_cut(name, NAME_BYTES_MAX);
    tree_put_text(&r->maker, record, "name", name);
}

/* Its name and its first address; without one, where it is and whose: there are many village halls.
 */
static wm_str made_site_id(oruk_reading *r, const wm_json *location)
{
    tree_maker *maker = &r->maker;
    const wm_json *addresses = wm_json_get(location, "addresses");
    const wm_json *first = tree_items(addresses) > 0 ? &addresses->as.items[0] : NULL;
    wm_str name = oruk_member(maker, location, "name");
    wm_str line = oruk_member(maker, first, "address_1");
    wm_str postcode = oruk_member(maker, first, "postal_code");
    if (line.len == 0 && postcode.len == 0) {
        wm_str latitude = oruk_member(maker, location, "latitude");
        wm_str longitude = oruk_member(maker, location, "longitude");
        line = tree_format(maker, "%.*s %.*s, of %.*s", WM_STR_ARG(latitude), WM_STR_ARG(longitude),
                           WM_STR_ARG(r->service_name));
    }
    return oruk_made_id(r, WM_KIND_SITE,
                        tree_format(maker, "%.*s, %.*s, %.*s", WM_STR_ARG(name), WM_STR_ARG(line),
                                    WM_STR_ARG(postcode)));
}

wm_status oruk_read_site(oruk_reading *r, const wm_json *location, wm_str *id_out)
{
    static const char *const handled[] = { "id",        "name",          "latitude",
                                           "longitude", "addresses",     "accessibility",
                                           "waymark",   "last_modified", NULL };
    tree_maker *maker = &r->maker;
    tree_object record = { NULL, 0, 0 };
    tree_object kept = { NULL, 0, 0 };
    tree_list derived = { NULL, 0, 0 };
    tree_list others = { NULL, 0, 0 };
    *id_out = oruk_id(r, WM_KIND_SITE, wm_json_get(location, "id"));
    *id_out = id_out->len > 0 ? *id_out : made_site_id(r, location);
    const wm_json *addresses = wm_json_get(location, "addresses");
    tree_put_text(maker, &record, "id", *id_out);
    for (uint32_t i = 0; i < tree_items(addresses); i++) {
        if (i == 0 && wm_json_is(&addresses->as.items[i], WM_JSON_OBJECT)) {
            read_address(r, &addresses->as.items[i], &record, &kept);
        } else {
            tree_add(maker, &others, tree_kept(maker, &addresses->as.items[i], NULL));
        }
    }
    tree_put_list(maker, &kept, "addresses", &others);
    read_position(r, location, &record, &kept);
    read_accessibility(r, wm_json_get(location, "accessibility"), &record, &kept);
    put_site_name(r, location, &record, &derived);
    oruk_keep_rest(r, &kept, location, handled);
    if (wm_str_is(wm_json_string(tree_get(&kept, "location_type")), "physical")) {
        wm_json none = { .type = WM_JSON_NULL };
        tree_put(maker, &kept, "location_type", &none);
        const wm_json closed = tree_close(&kept);
        kept = (tree_object){ NULL, 0, 0 };
        oruk_keep_rest(r, &kept, &closed, NULL);
    }
    oruk_put_kept(maker, &record, &kept, &derived);
    oruk_read_rest(r, wm_json_get(location, "waymark"), &record);
    return oruk_add_record(r, WM_KIND_SITE, *id_out, &record);
}

/* The first line, and all others in the second; the profile has one. */
static void write_lines(tree_maker *maker, const wm_json *lines, bool strict, tree_object *item)
{
    wm_str first = tree_items(lines) > 0 ? wm_json_string(&lines->as.items[0]) : WM_STR("");
    wm_str joined = WM_STR("");
    for (uint32_t i = 1; i < tree_items(lines); i++) {
        joined = tree_format(maker, "%.*s%s%.*s", WM_STR_ARG(joined), joined.len > 0 ? ", " : "",
                             WM_STR_ARG(wm_json_string(&lines->as.items[i])));
    }
    if (strict && joined.len > 0) {
        first = tree_format(maker, "%.*s, %.*s", WM_STR_ARG(first), WM_STR_ARG(joined));
        joined = WM_STR("");
    }
    tree_put_text(maker, item, "address_1", first);
    tree_put_text(maker, item, "address_2", joined);
}

/* The profile wants every part of an address; a part that is not known is an empty text. */
static void write_address(tree_maker *maker, const wm_json *site, wm_str owner, bool strict,
                          tree_list *out)
{
    const wm_json *address = wm_json_get(site, "address");
    const wm_json *kept = wm_json_get(wm_json_get(site, "x_oruk"), "address");
    const wm_json *lines = wm_json_get(address, "lines");
    wm_json nothing = tree_text(WM_STR(""));
    tree_object item = { NULL, 0, 0 };
    if (address == NULL && (kept == NULL || strict)) {
        return;
    }
    static const char *const filled[] = { "address_1", "city", "state_province", "postal_code" };
    for (size_t i = 0; i < sizeof filled / sizeof filled[0]; i++) {
        tree_put(maker, &item, filled[i], &nothing);
    }
    oruk_put_part_id(maker, &item, owner, "address", 0);
    write_lines(maker, lines, strict, &item);
    tree_put(maker, &item, "city", wm_json_get(address, "town"));
    tree_put(maker, &item, "postal_code", wm_json_get(address, "postcode"));
    tree_put_text(maker, &item, "country", WM_STR("GB"));
    tree_put_text(maker, &item, "address_type", WM_STR("physical"));
    for (uint32_t i = 0; !strict && i < tree_members(kept); i++) {
        tree_put_str(maker, &item, kept->as.members[i].name, &kept->as.members[i].value);
    }
    wm_json made = tree_close(&item);
    tree_add(maker, out, &made);
}

static void write_accessibility(tree_maker *maker, const wm_json *site, wm_str owner,
                                tree_object *out)
{
    const wm_json *words = wm_json_get(site, "accessibility");
    tree_list list = { NULL, 0, 0 };
    for (uint32_t i = 0; i < tree_items(words); i++) {
        wm_str word = wm_json_string(&words->as.items[i]);
        char text[64];
        size_t length = word.len < sizeof text ? word.len : 0;
        for (size_t at = 0; at < length; at++) {
            text[at] = (char)(word.ptr[at] == '_' ? ' ' : word.ptr[at]);
        }
        tree_object item = { NULL, 0, 0 };
        oruk_put_part_id(maker, &item, owner, "accessibility", i);
        tree_put_text(maker, &item, "description", tree_format(maker, "%.*s", (int)length, text));
        wm_json made = tree_close(&item);
        tree_add(maker, &list, &made);
    }
    tree_put_list(maker, out, "accessibility", &list);
}

void oruk_write_site(tree_maker *maker, const wm_json *site, bool strict, tree_object *out)
{
    static const char *const texts[] = { "description", "external_identifier",
                                         "external_identifier_type", NULL };
    wm_str id = wm_json_string(wm_json_get(site, "id"));
    const wm_json *derived = wm_json_get(site, "x_derived");
    const wm_json *lat = wm_json_get(site, "lat");
    const wm_json *lon = wm_json_get(site, "lon");
    wm_str type = wm_json_string(wm_json_get(wm_json_get(site, "x_oruk"), "location_type"));
    bool is_known = wm_str_is(type, "virtual") || wm_str_is(type, "postal");
    tree_list addresses = { NULL, 0, 0 };
    tree_put_text(maker, out, "id", strict ? oruk_uuid(maker, WM_KIND_SITE, id) : id);
    tree_put_text(maker, out, "location_type",
                  is_known || (!strict && type.len > 0) ? type : WM_STR("physical"));
    if (tree_items(derived) == 0) {
        tree_put(maker, out, "name", wm_json_get(site, "name"));
    }
    if (lat != NULL && lon != NULL) {
        tree_put_decimal(maker, out, "latitude", lat->as.integer, DEGREE_DIGITS);
        tree_put_decimal(maker, out, "longitude", lon->as.integer, DEGREE_DIGITS);
    }
    write_address(maker, site, id, strict, &addresses);
    tree_put_list(maker, out, "addresses", &addresses);
    write_accessibility(maker, site, id, out);
    if (strict) {
        put_kept_texts(maker, site, texts, out);
        return;
    }
    const wm_json *kept = wm_json_get(site, "x_oruk");
    static const char *const without[] = { "address", NULL };
    tree_object shown = { NULL, 0, 0 };
    const wm_json *rest = tree_kept(maker, kept, without);
    tree_put(maker, &shown, "x_oruk", rest);
    wm_json holder = tree_close(&shown);
    put_all_kept(maker, &holder, out);
}

/* summary.c: layout, little-endian:
 *
 *   u8  version (2)     u8 status      u8 intensity   u8 response
 *   u32 flags           u32 routes     u32 kind       u32 id
 *   i32 wait_weeks      i32 opens_on   i32 closes_on  i32 full_until  i32 verified_on  i32 due_on
 *   u32 counts of needs, areas, sites, languages, interpreting, offers, successors
 *   u32 symbols of the seven lists, one after the other
 *   the rest: the hours (hours.c) */
#include "model/summary.h"

#include "model/hours.h"

#define VERSION 2
#define LIST_COUNT 7
#define HEAD_BYTES (4 + 4 * 4 + 6 * 4 + LIST_COUNT * 4)

static const char *const status_names[] = {
    "planned", "active", "paused", "closing", "closed", NULL
};
static const char *const intensity_names[] = { "advice", "help", "more_help", "risk_support",
                                               NULL };
static const char *const response_names[] = { "immediate", "hours_4", "hours_24", "days_7",
                                              "weeks_4",   "routine", NULL };

const char *wm_service_status_name(wm_service_status status)
{
    return status_names[status];
}

wm_routes wm_route_of(wm_str name)
{
    static const char *const names[] = { "self", "family", "gp", "school", "professional" };
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (wm_str_is(name, names[i])) {
            return 1u << i;
        }
    }
    return wm_str_is(name, "carer") ? WM_ROUTE_FAMILY : WM_ROUTE_OTHER;
}

static uint8_t word_index(const wm_json *value, const char *const *names)
{
    for (uint8_t i = 0; names[i] != NULL; i++) {
        if (wm_str_is(wm_json_string(value), names[i])) {
            return i;
        }
    }
    return WM_SUMMARY_NONE;
}

static bool has_word(const wm_json *list, const char *word)
{
    uint32_t count = list != NULL && list->type == WM_JSON_ARRAY ? list->count : 0;
    for (uint32_t i = 0; i < count; i++) {
        if (wm_str_is(wm_json_string(&list->as.items[i]), word)) {
            return true;
        }
    }
    return false;
}

static bool has_any(const wm_json *list, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (has_word(list, words[i])) {
            return true;
        }
    }
    return false;
}

static wm_date date_of(const wm_json *object, const char *name)
{
    wm_date date = WM_SUMMARY_NO_DATE;
    return wm_date_parse(wm_json_string(wm_json_get(object, name)), &date) ? date
                                                                           : WM_SUMMARY_NO_DATE;
}

/* By voice or text, as it says; else as its kind says. */
static bool is_voice_or_text(const wm_json *contact, wm_str kind)
{
    wm_str needs = wm_json_string(wm_json_get(contact, "needs"));
    wm_str how = needs.len > 0 ? needs : kind;
    return wm_str_is(how, "voice") || wm_str_is(how, "text") || wm_str_is(how, "phone");
}

static uint32_t contact_flags(const wm_json *contacts)
{
    uint32_t flags = 0;
    for (uint32_t i = 0; wm_json_is(contacts, WM_JSON_ARRAY) && i < contacts->count; i++) {
        const wm_json *contact = &contacts->as.items[i];
        wm_str kind = wm_json_string(wm_json_get(contact, "kind"));
        wm_str audience = wm_json_string(wm_json_get(contact, "audience"));
        flags |= kind.len > 0 && !wm_str_is(kind, "phone") ? WM_SERVICE_NO_VOICE : 0;
        flags |= is_voice_or_text(contact, kind) && !wm_str_is(audience, "professional")
                     ? WM_SERVICE_VOICE_OR_TEXT
                     : 0;
    }
    return flags;
}

static uint32_t evening_flags(const wm_json *times)
{
    uint32_t flags = 0;
    for (uint32_t i = 0; wm_json_is(times, WM_JSON_ARRAY) && i < times->count; i++) {
        wm_str opens = wm_json_string(wm_json_get(&times->as.items[i], "opens"));
        wm_str closes = wm_json_string(wm_json_get(&times->as.items[i], "closes"));
        bool late =
            wm_str_compare(closes, WM_STR("18:00")) > 0 || wm_str_compare(closes, opens) < 0;
        flags |= closes.len > 0 && late ? WM_SERVICE_EVENINGS : 0;
    }
    return flags;
}

static uint32_t hours_flags(const wm_json *hours)
{
    if (hours == NULL) {
        return 0;
    }
    if (wm_json_boolean(wm_json_get(hours, "always"), false)) {
        return WM_SERVICE_KNOWS_HOURS | WM_SERVICE_ALWAYS_OPEN | WM_SERVICE_EVENINGS;
    }
    return WM_SERVICE_KNOWS_HOURS | evening_flags(wm_json_get(hours, "weekly")) |
           evening_flags(wm_json_get(hours, "monthly"));
}

static uint32_t flags_of(const wm_json *service)
{
    static const char *const remote[] = { "phone", "video", "text", "online", NULL };
    static const char *const in_person[] = { "in_person", "home_visit", "outreach", NULL };
    static const char *const visits[] = { "home_visit", "outreach", NULL };
    const wm_json *accessibility = wm_json_get(service, "accessibility");
    const wm_json *delivery = wm_json_get(service, "delivery");
    uint32_t flags = hours_flags(wm_json_get(service, "hours"));
    flags |= contact_flags(wm_json_get(service, "contacts"));
    flags |= wm_json_boolean(wm_json_get(service, "confidential_location"), false)
                 ? WM_SERVICE_CONFIDENTIAL
                 : 0;
    flags |= wm_json_boolean(wm_json_get(wm_json_get(service, "accepting"), "now"), true)
                 ? 0
                 : WM_SERVICE_FULL;
    flags |= accessibility != NULL ? WM_SERVICE_KNOWS_ACCESS : 0;
    flags |= has_word(accessibility, "step_free") ? WM_SERVICE_STEP_FREE : 0;
    flags |= delivery != NULL ? WM_SERVICE_KNOWS_DELIVERY : 0;
    flags |= has_any(delivery, remote) ? WM_SERVICE_REMOTE : 0;
    flags |= has_any(delivery, in_person) ? WM_SERVICE_IN_PERSON : 0;
    flags |= has_any(delivery, visits) ? WM_SERVICE_VISITS : 0;
    if (wm_json_get(service, "languages") != NULL || wm_json_get(service, "interpreting") != NULL) {
        flags |= WM_SERVICE_KNOWS_LANGUAGES;
    }
    return flags;
}

/* The routes that count are those of the eligibility; the referral's stand in where there are none.
 */
static wm_routes routes_of(const wm_json *service, uint32_t *flags)
{
    const wm_json *list = wm_json_get(wm_json_get(service, "eligibility"), "routes");
    if (list == NULL) {
        list = wm_json_get(wm_json_get(service, "referral"), "routes");
    }
    wm_routes routes = 0;
    if (wm_json_is(list, WM_JSON_ARRAY)) {
        *flags |= WM_SERVICE_KNOWS_ROUTES;
        for (uint32_t i = 0; i < list->count; i++) {
            routes |= wm_route_of(wm_json_string(&list->as.items[i]));
        }
    }
    return routes;
}

static wm_date due_of(const wm_json *service, uint8_t response, wm_date verified_on)
{
    wm_date due = date_of(wm_json_get(service, "assurance"), "due_on");
    if (due != WM_SUMMARY_NO_DATE || verified_on == WM_SUMMARY_NO_DATE) {
        return due;
    }
    return verified_on + (response <= 1 ? WM_DUE_DAYS_SAFETY : WM_DUE_DAYS_OTHER);
}

static void put_u32(wm_buf *out, uint32_t value)
{
    uint8_t bytes[4] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                         (uint8_t)(value >> 24) };
    wm_buf_put(out, bytes, sizeof bytes);
}

static wm_status put_symbol(wm_buf *out, wm_symbols *symbols, wm_str text, wm_error *err)
{
    wm_symbol symbol = WM_SYMBOL_NONE;
    wm_status status = WM_OK;
    if (text.len > 0) {
        status = wm_symbols_intern(symbols, text, &symbol, err);
    }
    put_u32(out, symbol);
    return status;
}

static uint32_t count_of(const wm_json *list)
{
    return wm_json_is(list, WM_JSON_ARRAY) ? list->count : 0;
}

static wm_status put_list(wm_buf *out, wm_symbols *symbols, const wm_json *list, wm_error *err)
{
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < count_of(list) && status == WM_OK; i++) {
        status = put_symbol(out, symbols, wm_json_string(&list->as.items[i]), err);
    }
    return status;
}

static wm_status put_lists(wm_buf *out, wm_symbols *symbols, const wm_json *service, wm_error *err)
{
    const wm_json *const lists[LIST_COUNT] = {
        wm_json_get(service, "needs"),
        wm_json_get(service, "areas"),
        wm_json_get(service, "sites"),
        wm_json_get(service, "languages"),
        wm_json_get(wm_json_get(service, "interpreting"), "languages"),
        wm_json_get(service, "offers"),
        wm_json_get(service, "successors"),
    };
    for (size_t i = 0; i < LIST_COUNT; i++) {
        put_u32(out, count_of(lists[i]));
    }
    wm_status status = WM_OK;
    for (size_t i = 0; i < LIST_COUNT && status == WM_OK; i++) {
        status = put_list(out, symbols, lists[i], err);
    }
    return status;
}

wm_status wm_summary_encode(const wm_json *service, wm_symbols *symbols, wm_buf *out, wm_error *err)
{
    const wm_json *wait = wm_json_get(service, "wait");
    uint8_t status_index = word_index(wm_json_get(service, "status"), status_names);
    if (status_index == WM_SUMMARY_NONE) {
        return wm_fail(err, WM_BAD_RECORD,
                       "status: expected planned, active, paused, closing or closed");
    }
    uint8_t response = word_index(wm_json_get(service, "response"), response_names);
    wm_date verified_on = date_of(wm_json_get(service, "assurance"), "verified_on");
    uint32_t flags = flags_of(service);
    wm_routes routes = routes_of(service, &flags);
    wm_buf_put_char(out, VERSION);
    wm_buf_put_char(out, (char)status_index);
    wm_buf_put_char(out, (char)word_index(wm_json_get(service, "intensity"), intensity_names));
    wm_buf_put_char(out, (char)response);
    put_u32(out, flags);
    put_u32(out, routes);
    wm_status status = put_symbol(out, symbols, wm_json_string(wm_json_get(service, "kind")), err);
    if (status == WM_OK) {
        status = put_symbol(out, symbols, wm_json_string(wm_json_get(service, "id")), err);
    }
    if (status != WM_OK) {
        return status;
    }
    int64_t weeks = wm_json_integer(wm_json_get(wait, "current_weeks"), -1);
    weeks = weeks < 0 ? wm_json_integer(wm_json_get(wait, "standard_weeks"), -1) : weeks;
    put_u32(out, (uint32_t)(int32_t)(weeks > 10000 ? 10000 : weeks));
    put_u32(out, (uint32_t)date_of(service, "opens_on"));
    put_u32(out, (uint32_t)date_of(service, "closes_on"));
    put_u32(out, (uint32_t)date_of(wm_json_get(service, "accepting"), "full_until"));
    put_u32(out, (uint32_t)verified_on);
    put_u32(out, (uint32_t)due_of(service, response, verified_on));
    status = put_lists(out, symbols, service, err);
    if (status == WM_OK) {
        status = wm_hours_encode(wm_json_get(service, "hours"), out, err);
    }
    return status == WM_OK ? wm_buf_status(out, err) : status;
}

static uint32_t read_u32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

wm_symbol wm_symbol_list_at(wm_symbol_list list, uint32_t index)
{
    return read_u32(list.bytes + (size_t)index * 4);
}

bool wm_symbol_list_has(wm_symbol_list list, wm_symbol symbol)
{
    for (uint32_t i = 0; i < list.count && symbol != WM_SYMBOL_NONE; i++) {
        if (wm_symbol_list_at(list, i) == symbol) {
            return true;
        }
    }
    return false;
}

wm_status wm_summary_decode(wm_str bytes, wm_summary *summary_out, wm_error *err)
{
    const uint8_t *at = (const uint8_t *)bytes.ptr;
    if (bytes.len < HEAD_BYTES || at[0] != VERSION || at[1] > WM_SERVICE_CLOSED) {
        return wm_fail(err, WM_CORRUPT, "a service's summary is damaged");
    }
    wm_summary s = { .status = (wm_service_status)at[1], .intensity = at[2], .response = at[3] };
    s.flags = read_u32(at + 4);
    s.routes = read_u32(at + 8);
    s.kind = read_u32(at + 12);
    s.id = read_u32(at + 16);
    s.wait_weeks = (int32_t)read_u32(at + 20);
    s.opens_on = (wm_date)read_u32(at + 24);
    s.closes_on = (wm_date)read_u32(at + 28);
    s.full_until = (wm_date)read_u32(at + 32);
    s.verified_on = (wm_date)read_u32(at + 36);
    s.due_on = (wm_date)read_u32(at + 40);
    wm_symbol_list *lists[LIST_COUNT] = { &s.needs,        &s.areas,  &s.sites,     &s.languages,
                                          &s.interpreting, &s.offers, &s.successors };
    size_t room = (bytes.len - HEAD_BYTES) / 4;
    const uint8_t *list = at + HEAD_BYTES;
    for (size_t i = 0; i < LIST_COUNT; i++) {
        uint32_t count = read_u32(at + 44 + 4 * i);
        if (count > room) {
            return wm_fail(err, WM_CORRUPT, "a service's summary is damaged");
        }
        *lists[i] = (wm_symbol_list){ list, count };
        list += (size_t)count * 4;
        room -= count;
    }
    s.hours = (wm_str){ (const char *)list, bytes.len - (size_t)(list - at) };
    *summary_out = s;
    return WM_OK;
}

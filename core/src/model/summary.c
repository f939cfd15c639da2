/* summary.c: layout, little-endian:
 *
 *   u8  version (3)     u8 status      u8 intensity   u8 response
 *   u16 flags           u8 routes      u8 which dates follow (DATE_*)
 *   u16 wait_weeks + 1
 *   i32 each of the dates that are there, in the order of the bits
 *   v   kind + 1
 *   u8  the id: its length, or ID_IS_UUID;  its bytes
 *   six lists: needs, offers, areas, languages, interpreting, sites; of each
 *       v  its count, doubled; and 1 if its items have four bytes, not two
 *       its items
 *   v   length of the hours;  the hours (hours.h)
 *
 * v is a number in as many groups of seven bits as it needs, the lowest first (varint.h). */
#include "model/summary.h"

#include "model/hours.h"
#include "model/varint.h"

#define VERSION 3
#define HEAD_BYTES 10
#define ID_IS_UUID 0x80
#define UUID_BYTES 16

#define DATE_OPENS 1u
#define DATE_CLOSES 2u
#define DATE_FULL_UNTIL 4u
#define DATE_VERIFIED 8u
#define DATE_DUE 16u
#define DATE_DUE_BY_RULE 32u /* not there: so many days after it was verified */

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
    const wm_json *successors = wm_json_get(service, "successors");
    flags |= wm_json_is(successors, WM_JSON_ARRAY) && successors->count > 0
                 ? WM_SERVICE_HAS_SUCCESSORS
                 : 0;
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

static int32_t due_days(uint8_t response)
{
    return response <= 1 ? WM_DUE_DAYS_SAFETY : WM_DUE_DAYS_OTHER;
}

static void put_u16(wm_buf *out, uint32_t value)
{
    uint8_t bytes[2] = { (uint8_t)value, (uint8_t)(value >> 8) };
    wm_buf_put(out, bytes, sizeof bytes);
}

static void put_u32(wm_buf *out, uint32_t value)
{
    uint8_t bytes[4] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                         (uint8_t)(value >> 24) };
    wm_buf_put(out, bytes, sizeof bytes);
}

static uint32_t read_u32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* ---- ids ---- */

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Of the 36 characters of a UUID those that are hyphens. */
static bool is_hyphen(size_t at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

static bool pack_uuid(wm_str text, uint8_t bytes_out[UUID_BYTES])
{
    size_t nibbles = 0;
    for (size_t i = 0; i < text.len && text.len == 36; i++) {
        int value = hex_value(text.ptr[i]);
        if (is_hyphen(i) ? text.ptr[i] != '-' : value < 0) {
            return false;
        }
        if (!is_hyphen(i)) {
            uint8_t *at = &bytes_out[nibbles / 2];
            *at = (uint8_t)(nibbles % 2 == 0 ? value << 4 : *at | value);
            nibbles++;
        }
    }
    return nibbles == 2 * (size_t)UUID_BYTES;
}

static wm_status put_id(wm_buf *out, wm_str id, wm_error *err)
{
    uint8_t uuid[UUID_BYTES];
    if (pack_uuid(id, uuid)) {
        wm_buf_put_char(out, (char)ID_IS_UUID);
        wm_buf_put(out, uuid, sizeof uuid);
        return WM_OK;
    }
    if (id.len > WM_ID_BYTES_MAX) {
        return wm_fail(err, WM_BAD_RECORD, "id: expected at most %d bytes", WM_ID_BYTES_MAX);
    }
    wm_buf_put_char(out, (char)id.len);
    wm_buf_put_str(out, id);
    return WM_OK;
}

wm_str wm_id_unpack(wm_packed_id id, char text_out[WM_ID_BYTES_MAX + 1])
{
    static const char digits[] = "0123456789abcdef";
    size_t length = 0;
    if (!id.is_uuid) {
        memcpy(text_out, id.bytes, id.length);
        length = id.length;
    }
    for (size_t i = 0; id.is_uuid && i < UUID_BYTES; i++) {
        if (is_hyphen(length)) {
            text_out[length++] = '-';
        }
        text_out[length++] = digits[id.bytes[i] >> 4];
        text_out[length++] = digits[id.bytes[i] & 15];
    }
    text_out[length] = '\0';
    return (wm_str){ text_out, length };
}

bool wm_id_is(wm_packed_id id, wm_str text)
{
    char own[WM_ID_BYTES_MAX + 1];
    return wm_str_equal(wm_id_unpack(id, own), text);
}

int wm_id_compare(wm_packed_id a, wm_packed_id b)
{
    char texts[2][WM_ID_BYTES_MAX + 1];
    return wm_str_compare(wm_id_unpack(a, texts[0]), wm_id_unpack(b, texts[1]));
}

static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 32) * 0xd6e8feb86659fd93U;
    value = (value ^ value >> 32) * 0xd6e8feb86659fd93U;
    return value ^ value >> 32;
}

static inline uint64_t read_u64(const uint8_t *at)
{
    return (uint64_t)read_u32(at) | (uint64_t)read_u32(at + 4) << 32;
}

uint64_t wm_id_digest(wm_packed_id id)
{
    uint64_t digest = id.length;
    size_t at = 0;
    if (id.length == UUID_BYTES) { /* nearly all */
        return mix(mix(digest ^ read_u64(id.bytes)) ^ read_u64(id.bytes + 8));
    }
    for (; at + 8 <= id.length; at += 8) {
        digest = mix(digest ^ read_u64(id.bytes + at));
    }
    if (at < id.length) {
        uint64_t word = 0;
        for (size_t i = 0; at + i < id.length; i++) {
            word |= (uint64_t)id.bytes[at + i] << (8 * i);
        }
        digest = mix(digest ^ word);
    }
    return digest;
}

/* ---- lists ---- */

static uint32_t count_of(const wm_json *list)
{
    return wm_json_is(list, WM_JSON_ARRAY) ? list->count : 0;
}

/* Items of four bytes that stand at the end of `out` since `from`: with their count in front, and
 * of two bytes where they fit. */
static void settle_list(wm_buf *out, const uint32_t *items, size_t count)
{
    bool wide = false;
    for (size_t i = 0; i < count; i++) {
        wide = wide || (items[i] >= UINT16_MAX && items[i] != WM_SYMBOL_NONE);
    }
    wm_varint_put(out, (uint64_t)count << 1 | (wide ? 1 : 0));
    for (size_t i = 0; i < count; i++) {
        if (wide) {
            put_u32(out, items[i]);
        } else {
            put_u16(out, items[i]);
        }
    }
}

static wm_status put_list(wm_buf *out, wm_symbols *symbols, const wm_json *list, wm_error *err)
{
    wm_symbol few[16];
    wm_symbol items[WM_LIST_ITEMS_MAX];
    uint32_t count = count_of(list);
    wm_symbol *into = count <= sizeof few / sizeof few[0] ? few : items;
    if (count > WM_LIST_ITEMS_MAX) {
        return wm_fail(err, WM_BAD_RECORD, "expected lists of at most %d items", WM_LIST_ITEMS_MAX);
    }
    wm_status status = WM_OK;
    for (uint32_t i = 0; i < count && status == WM_OK; i++) {
        wm_str text = wm_json_string(&list->as.items[i]);
        into[i] = WM_SYMBOL_NONE;
        if (text.len > 0) {
            status = wm_symbols_intern(symbols, text, &into[i], err);
        }
    }
    if (status == WM_OK) {
        settle_list(out, into, count);
    }
    return status;
}

static wm_status put_lists(wm_buf *out, wm_symbols *symbols, const wm_json *service, wm_error *err)
{
    const wm_json *const lists[] = {
        wm_json_get(service, "needs"),
        wm_json_get(service, "offers"),
        wm_json_get(service, "areas"),
        wm_json_get(service, "languages"),
        wm_json_get(wm_json_get(service, "interpreting"), "languages"),
    };
    wm_status status = WM_OK;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0] && status == WM_OK; i++) {
        status = put_list(out, symbols, lists[i], err);
    }
    return status;
}

static void put_dates(wm_buf *out, const wm_json *service)
{
    const wm_json *assurance = wm_json_get(service, "assurance");
    const wm_date dates[] = {
        date_of(service, "opens_on"),
        date_of(service, "closes_on"),
        date_of(wm_json_get(service, "accepting"), "full_until"),
        date_of(assurance, "verified_on"),
        date_of(assurance, "due_on"),
    };
    uint8_t there = 0;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        there = (uint8_t)(there | (dates[i] != WM_SUMMARY_NO_DATE ? 1u << i : 0));
    }
    if ((there & DATE_VERIFIED) != 0 && (there & DATE_DUE) == 0) {
        there |= DATE_DUE_BY_RULE;
    }
    wm_buf_put_char(out, (char)there);
    int64_t weeks = wm_json_integer(wm_json_get(wm_json_get(service, "wait"), "current_weeks"), -1);
    weeks = weeks < 0
                ? wm_json_integer(wm_json_get(wm_json_get(service, "wait"), "standard_weeks"), -1)
                : weeks;
    weeks = weeks > 10000 ? 10000 : weeks < 0 ? -1 : weeks;
    put_u16(out, (uint32_t)(weeks + 1));
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        if (dates[i] != WM_SUMMARY_NO_DATE) {
            put_u32(out, (uint32_t)dates[i]);
        }
    }
}

static wm_status put_hours(wm_buf *out, const wm_json *hours, wm_error *err)
{
    wm_buf bytes;
    wm_buf_init(&bytes, out->env, WM_RECORD_BYTES_MAX);
    wm_status status = wm_hours_encode(hours, &bytes, err);
    if (status == WM_OK) {
        status = wm_buf_status(&bytes, err);
    }
    if (status == WM_OK) {
        wm_varint_put(out, bytes.len);
        wm_buf_put_str(out, wm_buf_str(&bytes));
    }
    wm_buf_fini(&bytes);
    return status;
}

static wm_status put_head(wm_buf *out, wm_symbols *symbols, const wm_json *service, wm_error *err)
{
    uint8_t status_index = word_index(wm_json_get(service, "status"), status_names);
    if (status_index == WM_SUMMARY_NONE) {
        return wm_fail(err, WM_BAD_RECORD,
                       "status: expected planned, active, paused, closing or closed");
    }
    uint32_t flags = flags_of(service);
    wm_routes routes = routes_of(service, &flags);
    wm_buf_put_char(out, VERSION);
    wm_buf_put_char(out, (char)status_index);
    wm_buf_put_char(out, (char)word_index(wm_json_get(service, "intensity"), intensity_names));
    wm_buf_put_char(out, (char)word_index(wm_json_get(service, "response"), response_names));
    put_u16(out, flags);
    wm_buf_put_char(out, (char)routes);
    put_dates(out, service);
    wm_symbol kind = WM_SYMBOL_NONE;
    wm_str kind_text = wm_json_string(wm_json_get(service, "kind"));
    wm_status status =
        kind_text.len > 0 ? wm_symbols_intern(symbols, kind_text, &kind, err) : WM_OK;
    wm_varint_put(out, kind == WM_SYMBOL_NONE ? 0 : (uint64_t)kind + 1);
    return status;
}

wm_status wm_summary_encode(const wm_json *service, wm_symbols *symbols,
                            const wm_site_numbers *sites, wm_buf *out, wm_error *err)
{
    wm_status status = put_head(out, symbols, service, err);
    if (status == WM_OK) {
        status = put_id(out, wm_json_string(wm_json_get(service, "id")), err);
    }
    if (status == WM_OK) {
        status = put_lists(out, symbols, service, err);
    }
    if (status == WM_OK) {
        settle_list(out, sites != NULL ? sites->numbers : NULL, sites != NULL ? sites->count : 0);
        status = put_hours(out, wm_json_get(service, "hours"), err);
    }
    return status == WM_OK ? wm_buf_status(out, err) : status;
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

/* ---- decoding ---- */

/* Each part is taken from `at` on, and gives where the next begins; NULL: damaged. */

static inline const uint8_t *take_number(const uint8_t *at, const uint8_t *end, uint64_t *out)
{
    if (at < end && *at < 0x80) {
        *out = *at;
        return at + 1;
    }
    return wm_varint_take(&at, end, out) ? at : NULL;
}

static inline const uint8_t *take_date(const uint8_t *at, const uint8_t *end, wm_date *date_out)
{
    if (end - at < 4) {
        return NULL;
    }
    wm_date date = (wm_date)read_u32(at);
    if (date < WM_DATE_MIN || date > WM_DATE_MAX) {
        return NULL;
    }
    *date_out = date;
    return at + 4;
}

static const uint8_t *take_all_dates(const uint8_t *at, const uint8_t *end, unsigned there,
                                     wm_summary *s)
{
    wm_date *const dates[] = { &s->opens_on, &s->closes_on, &s->full_until, &s->verified_on,
                               &s->due_on };
    for (unsigned i = 0; i < sizeof dates / sizeof dates[0] && at != NULL; i++) {
        at = (there >> i & 1) != 0 ? take_date(at, end, dates[i]) : at;
    }
    return at;
}

/* Most were verified, are due by rule, and have no other date. */
static inline const uint8_t *take_dates(const uint8_t *at, const uint8_t *end, wm_summary *s)
{
    unsigned there = at[7];
    s->wait_weeks = (int32_t)(at[8] | at[9] << 8) - 1;
    at += HEAD_BYTES;
    s->opens_on = WM_SUMMARY_NO_DATE;
    s->closes_on = WM_SUMMARY_NO_DATE;
    s->full_until = WM_SUMMARY_NO_DATE;
    s->verified_on = WM_SUMMARY_NO_DATE;
    s->due_on = WM_SUMMARY_NO_DATE;
    if (there == (DATE_VERIFIED | DATE_DUE_BY_RULE)) {
        at = take_date(at, end, &s->verified_on);
    } else if (there != 0) {
        at = take_all_dates(at, end, there, s);
    }
    if ((there & DATE_DUE_BY_RULE) != 0) {
        s->due_on = s->verified_on + due_days(s->response);
        return (there & (DATE_VERIFIED | DATE_DUE)) == DATE_VERIFIED ? at : NULL;
    }
    return at;
}

static inline const uint8_t *take_id(const uint8_t *at, const uint8_t *end, wm_packed_id *id_out)
{
    if (at == end) {
        return NULL;
    }
    bool is_uuid = *at == ID_IS_UUID;
    uint8_t length = is_uuid ? UUID_BYTES : *at;
    at++;
    if (length > WM_ID_BYTES_MAX || end - at < length) {
        return NULL;
    }
    *id_out = (wm_packed_id){ at, length, is_uuid };
    return at + length;
}

static const uint8_t *take_long_list(const uint8_t *at, const uint8_t *end,
                                     wm_symbol_list *list_out)
{
    uint64_t head = 0;
    at = take_number(at, end, &head);
    if (at == NULL) {
        return NULL;
    }
    bool narrow = (head & 1) == 0;
    size_t width = narrow ? 2 : 4;
    if (head >> 1 > (size_t)(end - at) / width) {
        return NULL;
    }
    *list_out = (wm_symbol_list){ at, (uint32_t)(head >> 1), narrow };
    return at + list_out->count * width;
}

/* A narrow list of fewer than 64 items has a head of one byte, which is how many bytes follow. */
static inline const uint8_t *take_list(const uint8_t *at, const uint8_t *end,
                                       wm_symbol_list *list_out)
{
    size_t left = (size_t)(end - at);
    uint8_t head = left > 0 ? *at : UINT8_MAX;
    if ((head & 0x81) != 0 || left <= head) {
        return take_long_list(at, end, list_out);
    }
    *list_out = (wm_symbol_list){ at + 1, head / 2U, true };
    return at + 1 + head;
}

static const uint8_t *take_lists(const uint8_t *at, const uint8_t *end, wm_summary *s)
{
    at = take_list(at, end, &s->needs);
    at = at != NULL ? take_list(at, end, &s->offers) : NULL;
    at = at != NULL ? take_list(at, end, &s->areas) : NULL;
    at = at != NULL ? take_list(at, end, &s->languages) : NULL;
    at = at != NULL ? take_list(at, end, &s->interpreting) : NULL;
    return at != NULL ? take_list(at, end, &s->sites) : NULL;
}

static bool decode(const uint8_t *at, const uint8_t *end, wm_summary *s)
{
    uint64_t number = 0;
    if (end - at < HEAD_BYTES || at[0] != VERSION || at[1] > WM_SERVICE_CLOSED) {
        return false;
    }
    s->status = (wm_service_status)at[1];
    s->intensity = at[2];
    s->response = at[3];
    s->flags = (uint32_t)(at[4] | at[5] << 8);
    s->routes = at[6];
    at = take_dates(at, end, s);
    at = at != NULL ? take_number(at, end, &number) : NULL;
    s->kind = (wm_symbol)number - 1; /* of 0: WM_SYMBOL_NONE */
    if (at == NULL || number > WM_SYMBOLS_MAX) {
        return false;
    }
    at = take_id(at, end, &s->id);
    at = at != NULL ? take_lists(at, end, s) : NULL;
    at = at != NULL ? take_number(at, end, &number) : NULL;
    if (at == NULL || number != (uint64_t)(end - at)) {
        return false;
    }
    s->hours = (wm_str){ (const char *)at, (size_t)number };
    return true;
}

wm_status wm_summary_decode(wm_str bytes, wm_summary *summary_out, wm_error *err)
{
    const uint8_t *at = (const uint8_t *)bytes.ptr;
    return decode(at, at + bytes.len, summary_out)
               ? WM_OK
               : wm_fail(err, WM_CORRUPT, "a service's summary is damaged");
}

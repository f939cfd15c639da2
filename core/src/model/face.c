/* face.c: layout, little-endian; `n` is a number of 7 bits a byte, least first, the top bit set
 * where more follow; a text is its length as n, then its bytes:
 *
 *   u32 check (of all that follows)
 *   n   flags: those of wm_face, and HAS_* below
 *   n   assumed            if HAS_ASSUMED
 *   i32 recheck_after      if HAS_RECHECK
 *   text id, kind, name, summary, closed_reason, routes, rest
 *   n   contact_count, text of each: i32 recheck_after, text json   if WM_FACE_DATED_CONTACTS
 *   n   translation_count, then each: text language, u8 reviewed, text name, summary, closed_reason
 *
 * It is printed as it is, so what was damaged in the file must not pass: hence the check. */
#include "model/face.h"

#define LAYOUT_SEED 0x57434632U /* another layout, another seed */
#define CHECK_BYTES 4
#define HAS_ASSUMED 8u
#define HAS_RECHECK 16u

static const char *const assumable[WM_FACE_ASSUMABLE_COUNT] = {
    "eligibility",   "contacts", "hours",    "areas",     "response",  "accepting",
    "status",        "wait",     "cost",     "sites",     "languages", "interpreting",
    "accessibility", "delivery", "opens_on", "closes_on", "successors"
};

const char *wm_face_assumable(size_t index)
{
    return assumable[index];
}

/* ---- the check ----------------------------------------------------------------------------- */

static uint64_t load_word(const unsigned char *at)
{
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24 |
           (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40 | (uint64_t)at[6] << 48 |
           (uint64_t)at[7] << 56;
}

/* Each step is one-to-one in the state: what differs once differs until the last fold. */
static uint64_t mix(uint64_t state, uint64_t word)
{
    state = (state ^ word) * 0x9e3779b97f4a7c15U;
    return state ^ state >> 29;
}

static uint32_t check_of(const unsigned char *bytes, size_t length)
{
    uint64_t state = mix(LAYOUT_SEED, length);
    for (; length >= 8; bytes += 8, length -= 8) {
        state = mix(state, load_word(bytes));
    }
    uint64_t rest = 0;
    for (size_t i = 0; i < length; i++) {
        rest |= (uint64_t)bytes[i] << (8 * i);
    }
    state = mix(state, rest);
    return (uint32_t)(state ^ state >> 32);
}

/* ---- encode -------------------------------------------------------------------------------- */

static void put_number(wm_buf *out, size_t value)
{
    char bytes[(sizeof value * 8 + 6) / 7];
    size_t count = 0;
    while (value >= 0x80) {
        bytes[count++] = (char)(value | 0x80);
        value >>= 7;
    }
    bytes[count++] = (char)value;
    wm_buf_put(out, bytes, count);
}

static void put_u32(wm_buf *out, uint32_t value)
{
    uint8_t bytes[4] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                         (uint8_t)(value >> 24) };
    wm_buf_put(out, bytes, sizeof bytes);
}

static void put_text(wm_buf *out, wm_str text)
{
    put_number(out, text.len);
    if (text.len > 0) {
        wm_buf_put_str(out, text);
    }
}

static wm_date date_of(const wm_json *object, const char *name)
{
    wm_date date = WM_FACE_NO_DATE;
    return wm_date_parse(wm_json_string(wm_json_get(object, name)), &date) ? date : WM_FACE_NO_DATE;
}

static wm_str string_of(const wm_json *object, const char *name)
{
    return wm_json_string(wm_json_get(object, name));
}

static uint32_t count_of(const wm_json *list)
{
    return wm_json_is(list, WM_JSON_ARRAY) ? list->count : 0;
}

static bool names_field(const wm_json *assumed, wm_str field)
{
    for (uint32_t i = 0; i < count_of(assumed); i++) {
        wm_str path = wm_json_string(&assumed->as.items[i]);
        bool starts = wm_str_starts(path, field);
        if (starts &&
            (path.len == field.len || path.ptr[field.len] == '.' || path.ptr[field.len] == '[')) {
            return true;
        }
    }
    return false;
}

static uint32_t assumed_of(const wm_json *service)
{
    const wm_json *assumed = wm_json_get(wm_json_get(service, "assurance"), "assumed");
    uint32_t bits = 0;
    for (unsigned i = 0; assumed != NULL && i < WM_FACE_ASSUMABLE_COUNT; i++) {
        bits |= names_field(assumed, wm_str_of(assumable[i])) ? 1u << i : 0;
    }
    return bits;
}

static uint32_t flags_of(const wm_json *service)
{
    const wm_json *contacts = wm_json_get(service, "contacts");
    uint32_t flags = 0;
    for (uint32_t i = 0; i < count_of(contacts); i++) {
        const wm_json *contact = &contacts->as.items[i];
        wm_str value = string_of(contact, "value");
        bool emergency = wm_str_is(value, "999") || wm_str_is(value, "111");
        flags |= wm_str_is(string_of(contact, "kind"), "phone") ? WM_FACE_PHONE : 0;
        flags |= emergency ? WM_FACE_NATIONAL_EMERGENCY : 0;
        flags |= date_of(contact, "recheck_after") != WM_FACE_NO_DATE ? WM_FACE_DATED_CONTACTS : 0;
    }
    return flags;
}

/* What a contact takes: 0 a voice, 1 a text, 2 data. */
static int takes(const wm_json *contact)
{
    wm_str needs = string_of(contact, "needs");
    wm_str kind = string_of(contact, "kind");
    bool unsaid = needs.len == 0;
    return wm_str_is(needs, "voice") || (unsaid && wm_str_is(kind, "phone")) ? 0
           : wm_str_is(needs, "text") || (unsaid && wm_str_is(kind, "text")) ? 1
                                                                             : 2;
}

/* What stands in scratch, which is then empty; a failure of it stays. */
static void put_json(wm_buf *out, wm_buf *scratch)
{
    if (scratch->status == WM_OK) {
        put_text(out, wm_buf_str(scratch));
        wm_buf_reset(scratch);
    }
}

/* Without its last brace. */
static void write_contact(wm_buf *out, const wm_json *contact)
{
    static const char *const names[] = { "kind",  "value", "label",   "free",
                                         "needs", "hours", "audience" };
    size_t begin = out->len;
    wm_buf_put_char(out, '{');
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const wm_json *value = wm_json_get(contact, names[i]);
        if (value != NULL) {
            wm_buf_put(out, ",", out->len > begin + 1 ? 1 : 0);
            wm_json_write_string(out, wm_str_of(names[i]));
            wm_buf_put_char(out, ':');
            wm_json_write(out, value);
        }
    }
}

/* The next in the order in which they are shown; it begins with *turn 0 and *at 0. NULL: none. */
static const wm_json *next_contact(const wm_json *contacts, int *turn, uint32_t *at)
{
    for (; *turn <= 2; (*turn)++, *at = 0) {
        while (*at < count_of(contacts)) {
            const wm_json *contact = &contacts->as.items[(*at)++];
            if (takes(contact) == *turn) {
                return contact;
            }
        }
    }
    return NULL;
}

/* As the card has them. */
static void write_contacts(wm_buf *out, const wm_json *contacts)
{
    int turn = 0;
    uint32_t at = 0;
    size_t begin = out->len;
    const wm_json *contact = next_contact(contacts, &turn, &at);
    for (; contact != NULL; contact = next_contact(contacts, &turn, &at)) {
        wm_buf_put(out, ",", out->len > begin ? 1 : 0);
        write_contact(out, contact);
        wm_buf_put_char(out, '}');
    }
}

static void put_dated_contacts(const wm_json *contacts, wm_buf *out, wm_buf *scratch)
{
    int turn = 0;
    uint32_t at = 0;
    wm_buf list;
    wm_buf_init(&list, out->env, WM_RECORD_BYTES_MAX);
    const wm_json *contact = next_contact(contacts, &turn, &at);
    for (; contact != NULL; contact = next_contact(contacts, &turn, &at)) {
        write_contact(scratch, contact);
        put_u32(&list, (uint32_t)date_of(contact, "recheck_after"));
        put_json(&list, scratch);
    }
    put_number(out, count_of(contacts));
    put_json(out, &list);
    scratch->status = scratch->status == WM_OK ? list.status : scratch->status;
    wm_buf_fini(&list);
}

static void write_member(wm_buf *out, const wm_json *object, const char *name)
{
    const wm_json *value = wm_json_get(object, name);
    if (value != NULL) {
        wm_buf_put(out, ",", out->len > 0 ? 1 : 0);
        wm_json_write_string(out, wm_str_of(name));
        wm_buf_put_char(out, ':');
        wm_json_write(out, value);
    }
}

static void put_rest(const wm_json *service, bool dated, wm_buf *out, wm_buf *scratch)
{
    write_member(scratch, service, "hours");
    write_member(scratch, service, "wait");
    if (!dated) {
        wm_buf_put_text(scratch, scratch->len > 0 ? ",\"contacts\":[" : "\"contacts\":[");
        write_contacts(scratch, wm_json_get(service, "contacts"));
        wm_buf_put_char(scratch, ']');
    }
    put_json(out, scratch);
}

static void put_words(wm_buf *out, const wm_json *of)
{
    put_text(out, string_of(of, "name"));
    put_text(out, string_of(of, "summary"));
    put_text(out, string_of(of, "closed_reason"));
}

static void put_translations(const wm_json *translations, wm_buf *out)
{
    uint32_t count = wm_json_is(translations, WM_JSON_OBJECT) ? translations->count : 0;
    put_number(out, count);
    for (uint32_t i = 0; i < count; i++) {
        const wm_json_member *member = &translations->as.members[i];
        put_text(out, member->name);
        bool reviewed = wm_json_boolean(wm_json_get(&member->value, "reviewed"), false);
        wm_buf_put_char(out, reviewed ? 1 : 0);
        put_words(out, &member->value);
    }
}

static void put_all(const wm_json *service, wm_buf *out, wm_buf *scratch)
{
    uint32_t assumed = assumed_of(service);
    wm_date recheck = date_of(wm_json_get(service, "assurance"), "recheck_after");
    uint32_t flags = flags_of(service) | (assumed != 0 ? HAS_ASSUMED : 0) |
                     (recheck != WM_FACE_NO_DATE ? HAS_RECHECK : 0);
    put_number(out, flags);
    if (assumed != 0) {
        put_number(out, assumed);
    }
    if (recheck != WM_FACE_NO_DATE) {
        put_u32(out, (uint32_t)recheck);
    }
    put_text(out, string_of(service, "id"));
    put_text(out, string_of(service, "kind"));
    put_words(out, service);
    const wm_json *routes = wm_json_get(wm_json_get(service, "eligibility"), "routes");
    if (routes == NULL) {
        routes = wm_json_get(wm_json_get(service, "referral"), "routes");
    }
    bool dated = (flags & WM_FACE_DATED_CONTACTS) != 0;
    if (routes != NULL) {
        wm_json_write(scratch, routes);
        put_json(out, scratch);
    } else {
        put_text(out, WM_STR("[]"));
    }
    put_rest(service, dated, out, scratch);
    if (dated) {
        put_dated_contacts(wm_json_get(service, "contacts"), out, scratch);
    }
    put_translations(wm_json_get(service, "translations"), out);
}

void wm_face_seal(char *bytes, size_t length)
{
    uint32_t check = check_of((const unsigned char *)bytes + CHECK_BYTES, length - CHECK_BYTES);
    for (unsigned i = 0; i < CHECK_BYTES; i++) {
        bytes[i] = (char)(check >> (8 * i));
    }
}

wm_status wm_face_encode(const wm_json *service, wm_buf *out, wm_error *err)
{
    wm_buf scratch;
    size_t begin = out->len;
    wm_buf_init(&scratch, out->env, WM_RECORD_BYTES_MAX);
    put_u32(out, 0);
    put_all(service, out, &scratch);
    wm_status status = wm_buf_status(&scratch, err);
    wm_buf_fini(&scratch);
    if (status == WM_OK) {
        status = wm_buf_status(out, err);
    }
    if (status == WM_OK) {
        wm_face_seal(out->data + begin, out->len - begin);
    }
    return status;
}

/* ---- decode -------------------------------------------------------------------------------- */

/* What is left to read; `bad` sticks. */
typedef struct reader {
    const unsigned char *at;
    size_t left;
    bool bad;
} reader;

static uint32_t take_byte(reader *r)
{
    if (r->left == 0) {
        r->bad = true;
        return 0;
    }
    r->left--;
    return *r->at++;
}

/* No number needs more than 32 bits. */
static uint32_t take_number(reader *r)
{
    uint32_t value = 0;
    if (r->left > 0 && *r->at < 0x80) { /* most are small */
        r->left--;
        return *r->at++;
    }
    for (unsigned shift = 0; shift < 35; shift += 7) {
        uint32_t byte = take_byte(r);
        if (shift == 28 && byte > 0xf) {
            break;
        }
        value |= (byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            return value;
        }
    }
    r->bad = true;
    return 0;
}

static uint32_t take_u32(reader *r)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++) {
        value |= take_byte(r) << (8 * i);
    }
    return value;
}

static wm_str take_text(reader *r)
{
    uint32_t length = take_number(r);
    if (length > r->left) {
        r->bad = true;
        return (wm_str){ NULL, 0 };
    }
    wm_str text = { length > 0 ? (const char *)r->at : NULL, length };
    r->at += length;
    r->left -= length;
    return text;
}

static void take_words(reader *r, wm_face_words *words)
{
    words->name = take_text(r);
    words->summary = take_text(r);
    words->closed_reason = take_text(r);
}

static wm_face_contact take_contact(reader *r)
{
    wm_face_contact contact = { .recheck_after = (wm_date)take_u32(r) };
    contact.json = take_text(r);
    r->bad = r->bad || contact.json.len == 0;
    return contact;
}

static wm_face_words take_translation(reader *r, wm_str *language_out)
{
    wm_face_words words = { .reviewed = false };
    *language_out = take_text(r);
    words.reviewed = take_byte(r) != 0;
    take_words(r, &words);
    return words;
}

/* Whether the lists hold what they say. */
static bool has_lists(const wm_face *face)
{
    wm_str language;
    reader contacts = { (const unsigned char *)face->contacts.ptr, face->contacts.len, false };
    reader others = { (const unsigned char *)face->translations.ptr, face->translations.len,
                      false };
    for (uint32_t i = 0; i < face->contact_count && !contacts.bad; i++) {
        (void)take_contact(&contacts);
    }
    for (uint32_t i = 0; i < face->translation_count && !others.bad; i++) {
        (void)take_translation(&others, &language);
    }
    return !contacts.bad && contacts.left == 0 && !others.bad && others.left == 0;
}

static wm_status damaged(wm_error *err)
{
    return wm_fail(err, WM_CORRUPT, "the card of a service is damaged");
}

wm_status wm_face_decode(wm_str bytes, wm_face *face_out, wm_error *err)
{
    reader r = { (const unsigned char *)bytes.ptr, bytes.len, false };
    uint32_t check = take_u32(&r);
    bool whole = !r.bad && check == check_of(r.at, r.left);
    wm_status status = whole ? wm_face_open(bytes, face_out, err) : damaged(err);
    return status != WM_OK || has_lists(face_out) ? status : damaged(err);
}

wm_status wm_face_open(wm_str bytes, wm_face *face_out, wm_error *err)
{
    reader r = { (const unsigned char *)bytes.ptr, bytes.len, false };
    wm_face face = { .recheck_after = WM_FACE_NO_DATE };
    (void)take_u32(&r); /* the check */
    uint32_t flags = take_number(&r);
    face.flags = flags;
    face.assumed = (flags & HAS_ASSUMED) != 0 ? take_number(&r) : 0;
    if ((flags & HAS_RECHECK) != 0) {
        face.recheck_after = (wm_date)take_u32(&r);
    }
    face.id = take_text(&r);
    face.kind = take_text(&r);
    take_words(&r, &face.words);
    face.routes = take_text(&r);
    face.rest = take_text(&r);
    if ((flags & WM_FACE_DATED_CONTACTS) != 0) {
        face.contact_count = take_number(&r);
        face.contacts = take_text(&r);
    }
    face.translation_count = take_number(&r);
    face.translations = (wm_str){ (const char *)r.at, r.left };
    if (r.bad || face.routes.len == 0) {
        return damaged(err);
    }
    *face_out = face;
    return WM_OK;
}

wm_face_contact wm_face_contact_next(wm_str *rest)
{
    reader r = { (const unsigned char *)rest->ptr, rest->len, false };
    wm_face_contact contact = take_contact(&r);
    *rest = (wm_str){ (const char *)r.at, r.left };
    return contact;
}

wm_face_words wm_face_translation_next(wm_str *rest, wm_str *language_out)
{
    reader r = { (const unsigned char *)rest->ptr, rest->len, false };
    wm_face_words words = take_translation(&r, language_out);
    *rest = (wm_str){ (const char *)r.at, r.left };
    return words;
}

/* handover_message.c: a text message for the person: the service, how to reach it, when it is open,
 * and one line that keeps them safe. Never what it is for: somebody else may read the phone.
 *
 * Letters that the alphabet of text messages (3GPP TS 23.038, 6.2.1) lacks are written without
 * their marks, so that a Polish name does not halve what fits; other scripts keep theirs. What does
 * not fit in two segments goes, the opening hours first, then the end of the name. */
#include "ask/handover.h"

#include <stdio.h>

#include <waymark/sys/fold.h>

#define MESSAGE_BYTES_MAX 2000
#define MESSAGE_BUFFER_MAX ((size_t)16000)
#define OPENING_ENTRIES_MAX 4

/* ---- size ---- */

/* Characters beyond ASCII that take one septet; those of ASCII that do not stand below. */
static bool is_basic(uint32_t c)
{
    static const uint16_t others[] = { 0xa3,  0xa5,  0xe8,  0xe9,  0xf9,  0xec,  0xf2,  0xc7,
                                       0xd8,  0xf8,  0xc5,  0xe5,  0x394, 0x3a6, 0x393, 0x39b,
                                       0x3a9, 0x3a0, 0x3a8, 0x3a3, 0x398, 0x39e, 0xc6,  0xe6,
                                       0xdf,  0xc9,  0xa4,  0xa1,  0xc4,  0xd6,  0xd1,  0xdc,
                                       0xa7,  0xbf,  0xe4,  0xf6,  0xf1,  0xfc,  0xe0 };
    if (c == '\n' || c == '\r') {
        return true;
    }
    if (c >= 0x20 && c < 0x7f) {
        return strchr("`[\\]^{|}~", (int)c) == NULL;
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (c == others[i]) {
            return true;
        }
    }
    return false;
}

/* Those that take two. */
static bool is_extended(uint32_t c)
{
    return c == 0x20ac || (c < 0x7f && c > 0x20 && strchr("[\\]^{|}~", (int)c) != NULL);
}

wm_message_size wm_message_measure(wm_str text)
{
    uint32_t septets = 0;
    uint32_t units = 0;
    bool gsm7 = true;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = wm_utf8_next(text, &at);
        gsm7 = gsm7 && (is_basic(c) || is_extended(c));
        septets += is_extended(c) ? 2 : 1;
        units += c > 0xffff ? 2 : 1;
    }
    uint32_t one = gsm7 ? WM_MESSAGE_SEPTETS_ONE : WM_MESSAGE_UNITS_ONE;
    uint32_t each = gsm7 ? WM_MESSAGE_SEPTETS_TWO / 2 : WM_MESSAGE_UNITS_TWO / 2;
    uint32_t size = gsm7 ? septets : units;
    return (wm_message_size){ gsm7, size, size <= one ? 1 : (size + each - 1) / each };
}

/* ---- letters ---- */

static const char *plain_mark(uint32_t c)
{
    static const struct {
        uint32_t c;
        const char *plain;
    } marks[] = {
        { 0x2018, "'" }, { 0x2019, "'" }, { 0x201c, "\"" },  { 0x201d, "\"" },
        { 0x2013, "-" }, { 0x2014, "-" }, { 0x2026, "..." }, { 0xa0, " " },
        { 0x2022, "-" }, { 0x2068, "" },  { 0x2069, "" },
    };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (marks[i].c == c) {
            return marks[i].plain;
        }
    }
    return NULL;
}

/* Capitals of the Latin letters with marks (Latin-1 and Latin Extended-A). */
static bool is_capital(uint32_t c)
{
    bool odd = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e);
    return (c >= 0xc0 && c <= 0xde) || (c >= 0x100 && c <= 0x17f && (c % 2 == 1) == odd);
}

/* The letter without its mark, if that is one of ours. */
static void put_letter(wm_buf *to, wm_str text, size_t start, size_t end)
{
    size_t at = start;
    bool capital = is_capital(wm_utf8_next(text, &at));
    wm_folded folded = wm_fold_char(text, start);
    bool ascii = folded.len > 0;
    for (size_t i = 0; i < folded.len; i++) {
        ascii = ascii && (unsigned char)folded.text[i] < 0x80;
    }
    if (!ascii) {
        wm_buf_put(to, text.ptr + start, end - start);
        return;
    }
    if (capital && folded.text[0] >= 'a' && folded.text[0] <= 'z') {
        folded.text[0] = (char)(folded.text[0] - 'a' + 'A');
    }
    wm_buf_put(to, folded.text, folded.len);
}

static void put_plain(wm_buf *to, wm_str text)
{
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        uint32_t c = wm_utf8_next(text, &at);
        const char *mark = plain_mark(c);
        if (mark != NULL) {
            wm_buf_put_text(to, mark);
        } else if (c < 0x20 || c == 0x7f) {
            wm_buf_put_char(to, ' ');
        } else if (is_basic(c) || is_extended(c)) {
            wm_buf_put(to, text.ptr + start, at - start);
        } else {
            put_letter(to, text, start, at);
        }
    }
}

/* ---- when it is open ---- */

static int day_number(wm_str day)
{
    static const char *const days[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };
    for (int i = 0; i < 7; i++) {
        if (wm_str_is(day, days[i])) {
            return i;
        }
    }
    return -1;
}

static wm_str day_name(const wm_handover *h, int day)
{
    static const char *const days[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };
    return wm_handover_say_of(h, "handover.sms.day.", wm_str_of(days[day]));
}

/* "Mon-Fri", "Tue, Thu" */
static void put_days(const wm_handover *h, const wm_json *days, wm_buf *to)
{
    bool open[8] = { false };
    for (uint32_t i = 0; wm_json_is(days, WM_JSON_ARRAY) && i < days->count; i++) {
        int day = day_number(wm_json_string(&days->as.items[i]));
        if (day >= 0) {
            open[day] = true;
        }
    }
    bool first = true;
    for (int day = 0; day < 7; day++) {
        int end = day;
        while (open[day] && open[end + 1]) {
            end++;
        }
        if (!open[day]) {
            continue;
        }
        wm_buf_put_text(to, first ? "" : ", ");
        wm_buf_put_str(to, day_name(h, day));
        if (end > day) {
            wm_buf_put_text(to, end > day + 1 ? "-" : ", ");
            wm_buf_put_str(to, day_name(h, end));
        }
        first = false;
        day = end;
    }
}

/* "Mon-Fri 09:00-17:00, Sat 10:00-12:00"; nothing where that does not tell it whole. */
static void put_week(const wm_handover *h, const wm_json *hours, wm_buf *to)
{
    const wm_json *weekly = wm_json_get(hours, "weekly");
    bool whole = wm_json_is(weekly, WM_JSON_ARRAY) && weekly->count > 0 &&
                 weekly->count <= OPENING_ENTRIES_MAX && wm_json_get(hours, "monthly") == NULL &&
                 wm_json_get(hours, "valid_from") == NULL && wm_json_get(hours, "valid_to") == NULL;
    for (uint32_t i = 0; whole && i < weekly->count; i++) {
        const wm_json *entry = &weekly->as.items[i];
        wm_buf_put_text(to, i > 0 ? ", " : "");
        put_days(h, wm_json_get(entry, "days"), to);
        wm_buf_printf(to, " %.*s-%.*s", WM_STR_ARG(wm_json_string(wm_json_get(entry, "opens"))),
                      WM_STR_ARG(wm_json_string(wm_json_get(entry, "closes"))));
    }
}

static void put_opening(const wm_handover *h, wm_buf *to)
{
    const wm_json *hours = wm_json_get(h->service, "hours");
    if (wm_json_boolean(wm_json_get(hours, "always"), false)) {
        put_plain(to, wm_handover_say(h, "handover.sms.always"));
        return;
    }
    wm_buf week;
    wm_buf_init(&week, to->env, MESSAGE_BYTES_MAX);
    put_week(h, hours, &week);
    if (week.len > 0) {
        put_plain(to, wm_handover_say_with(h, "handover.sms.open", wm_buf_str(&week)));
    }
    wm_handover_close(&week, to);
}

/* ---- the message ---- */

typedef struct message {
    wm_buf name;
    wm_buf both;  /* two ways to reach it, */
    wm_buf reach; /* and one */
    wm_buf opening;
    wm_buf safe;
} message;

/* Nothing of it tells whose number it is. */
static bool is_neutral(const wm_handover *h)
{
    return h->request->text_safe == WM_TEXT_NEUTRAL;
}

/* A name in an address on the web or of a mailbox tells as much as the service's own. */
static bool may_stand(const wm_handover *h, wm_str kind, wm_str value)
{
    bool voice = wm_str_is(kind, "phone");
    bool signs = wm_json_boolean(wm_json_get(h->query->access, "bsl"), false);
    return value.len > 0 && value.len <= WM_MESSAGE_SEPTETS_ONE && !wm_str_is(kind, "bsl") &&
           !(signs && voice) && (!is_neutral(h) || voice || wm_str_is(kind, "text"));
}

/* So many ways at most, each of another kind. */
static void put_reach(const wm_handover *h, size_t most, wm_buf *to)
{
    const wm_json *contacts[8];
    size_t count = wm_handover_contacts(h, contacts, sizeof contacts / sizeof contacts[0]);
    size_t said = 0;
    wm_str last = { NULL, 0 };
    bool by_others = wm_handover_routes(h) != NULL && !wm_handover_can_refer(h, WM_ACTOR_SELF);
    if (by_others && !is_neutral(h)) {
        put_plain(to, wm_handover_say(h, "handover.sms.by_others"));
        wm_buf_put_char(to, ' ');
    }
    for (size_t i = 0; i < count && said < most; i++) {
        wm_str kind = wm_json_string(wm_json_get(contacts[i], "kind"));
        wm_str value = wm_json_string(wm_json_get(contacts[i], "value"));
        if (!may_stand(h, kind, value) || (said > 0 && wm_str_equal(kind, last))) {
            continue;
        }
        char id[WM_ID_BYTES_MAX];
        (void)snprintf(id, sizeof id, "handover.sms.%.*s", WM_STR_ARG(kind));
        wm_buf_put_text(to, said > 0 ? " " : "");
        put_plain(to, wm_handover_say_with(h, id, value));
        last = kind;
        said++;
    }
    if (said == 0) {
        wm_buf_reset(to);
    }
}

static void put_part(wm_buf *to, wm_str part)
{
    wm_buf_put_text(to, to->len > 0 && part.len > 0 ? " " : "");
    wm_buf_put_str(to, part);
}

/* The message with so many bytes of its name; true if it fits. opening may be NULL. */
static bool fits(const message *m, size_t name_bytes, const wm_buf *reach, const wm_buf *opening,
                 wm_buf *to)
{
    wm_buf_reset(to);
    wm_str name = wm_buf_str(&m->name);
    size_t cut = wm_utf8_cut(name, name_bytes);
    wm_buf_put(to, name.ptr, cut);
    wm_buf_put_text(to, cut == 0 ? "" : cut < name.len ? "..." : ".");
    put_part(to, wm_buf_str(reach));
    put_part(to, opening != NULL ? wm_buf_str(opening) : (wm_str){ NULL, 0 });
    put_part(to, wm_buf_str(&m->safe));
    return wm_message_measure(wm_buf_str(to)).segments <= 2;
}

/* False: not even the shortest fits. */
static bool put_message(const message *m, wm_buf *to)
{
    size_t whole = m->name.len;
    if (fits(m, whole, &m->both, &m->opening, to) &&
        wm_message_measure(wm_buf_str(to)).segments == 1) {
        return true;
    }
    if (fits(m, whole, &m->reach, &m->opening, to) || fits(m, whole, &m->reach, NULL, to)) {
        return true;
    }
    while (whole > 0) {
        whole--;
        if (fits(m, whole, &m->reach, NULL, to)) {
            return true;
        }
    }
    return false;
}

static void put_parts(const wm_handover *h, message *m)
{
    put_plain(&m->name, is_neutral(h) ? wm_handover_say(h, "handover.sms.neutral")
                                      : wm_json_string(wm_json_get(h->card, "name")));
    while (m->name.len > 0 && m->name.data[m->name.len - 1] == '.') {
        m->name.data[--m->name.len] = '\0';
    }
    put_reach(h, 2, &m->both);
    put_reach(h, 1, &m->reach);
    put_opening(h, &m->opening);
    put_plain(&m->safe, wm_handover_say(h, "handover.sms.safe"));
}

/* Why there is no text; NULL: there may be one. */
static const char *why_not(const wm_handover *h)
{
    wm_text_safe safe = h->request->text_safe;
    return !wm_handover_takes_people(h)             ? "not_open"
           : safe == WM_TEXT_NO                     ? "not_wanted"
           : h->at_risk && safe == WM_TEXT_NOT_SAID ? "at_risk"
                                                    : NULL;
}

static void put_refusal(const wm_handover *h, const char *code, wm_json_out *out)
{
    wm_json_out_member_boolean(out, "ok", false);
    wm_json_out_member_text(out, "code", code);
    wm_json_out_member_string(out, "text",
                              wm_handover_say_of(h, "handover.message.", wm_str_of(code)));
}

static void put_text(wm_str text, wm_json_out *out)
{
    wm_message_size size = wm_message_measure(text);
    wm_json_out_member_boolean(out, "ok", true);
    wm_json_out_member_string(out, "text", text);
    wm_json_out_member_text(out, "alphabet", size.gsm7 ? "gsm7" : "ucs2");
    wm_json_out_member_integer(out, "length", size.units);
    wm_json_out_member_integer(out, "segments", size.segments);
}

wm_status wm_handover_write_message(const wm_handover *h, wm_json_out *out, wm_error *err)
{
    message m;
    wm_buf text;
    wm_buf *parts[] = { &m.name, &m.both, &m.reach, &m.opening, &m.safe, &text };
    size_t count = sizeof parts / sizeof parts[0];
    for (size_t i = 0; i < count; i++) {
        wm_buf_init(parts[i], out->buf->env, MESSAGE_BUFFER_MAX);
    }
    put_parts(h, &m);
    const char *refusal = why_not(h);
    refusal = refusal == NULL && m.reach.len == 0 ? "no_contact" : refusal;
    refusal = refusal == NULL && !put_message(&m, &text) ? "too_long" : refusal;
    wm_json_out_object(out);
    if (refusal != NULL) {
        put_refusal(h, refusal, out);
    } else {
        put_text(wm_buf_str(&text), out);
    }
    wm_json_out_end_object(out);
    wm_status status = WM_OK;
    for (size_t i = 0; i < count; i++) {
        status = status == WM_OK ? wm_buf_status(parts[i], err) : status;
        wm_buf_fini(parts[i]);
    }
    return status;
}

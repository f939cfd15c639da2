/* random_service.c: a random service: any field of the record may be there or not. */
#include <stdio.h>

#include "random_maker.h"

/* Names in other scripts, and what must be escaped. */
static const char *const names[] = { "Talking",
                                     "Caf\xc3\xa9 \"Quiet\"",
                                     "Pomoc \xc5\xbb\xc3\xb3\xc5\x82w",
                                     "Back\\slash",
                                     "\xd8\xa7\xd9\x84\xd8\xaf\xd8\xb9\xd9\x85",
                                     "A & B <3",
                                     "Place of Calm",
                                     "Men\xe2\x80\x99s Shed",
                                     "Line" };
static const char *const languages[] = { "pl", "ur", "ar", "bfi", "cy", "fr", "pt" };
static const char *const routes[] = { "self", "family", "gp", "school", "professional", "police" };

/* A list of some of the words, each once. */
static void put_some(wm_random_maker *maker, const char *name, const char *const *words,
                     size_t count)
{
    wm_json_out_name(&maker->out, name);
    wm_json_out_array(&maker->out);
    for (size_t i = 0; i < count; i++) {
        if (wm_maker_chance(maker, 35)) {
            wm_json_out_text(&maker->out, words[i]);
        }
    }
    wm_json_out_end_array(&maker->out);
}

#define PUT_SOME(maker, name, words)                                                               \
    put_some((maker), (name), (words), sizeof(words) / sizeof(words)[0])

static bool was_put(const wm_str *list, size_t count, wm_str text)
{
    for (size_t i = 0; i < count; i++) {
        if (wm_str_equal(list[i], text)) {
            return true;
        }
    }
    return false;
}

/* Ids of records, each once; now and then none at all. */
static void put_ids(wm_random_maker *maker, const char *name, wm_kind kind, uint32_t most)
{
    wm_str ids[8];
    size_t count = 0;
    uint32_t wanted = wm_maker_chance(maker, 3) ? 0 : 1 + wm_maker_below(maker, most);
    wm_json_out_name(&maker->out, name);
    wm_json_out_array(&maker->out);
    while (wanted-- > 0 && count < sizeof ids / sizeof ids[0]) {
        wm_str id = wm_maker_record(maker, kind)->id;
        if (!was_put(ids, count, id)) {
            ids[count++] = id;
            wm_json_out_string(&maker->out, id);
        }
    }
    wm_json_out_end_array(&maker->out);
}

/* Half of them cover much: the nation, or one system. */
static void put_areas(wm_random_maker *maker)
{
    if (wm_maker_chance(maker, 25)) {
        wm_json_out_name(&maker->out, "areas");
        wm_json_out_array(&maker->out);
        wm_json_out_text(&maker->out, wm_maker_chance(maker, 50) ? "E92000001" : "E54000040");
        wm_json_out_end_array(&maker->out);
    } else {
        put_ids(maker, "areas", WM_KIND_LOCALITY, 4);
    }
}

/* The offers of the services that there are: those that rules look for. */
static void put_offers(wm_random_maker *maker)
{
    wm_error err = { 0 };
    const wm_json *service = NULL;
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    assert_ok(wm_json_parse(&arena, wm_maker_record(maker, WM_KIND_SERVICE)->bytes,
                            WM_RECORD_BYTES_MAX, &service, &err),
              &err);
    const wm_json *offers = wm_json_get(service, "offers");
    if (offers != NULL && wm_maker_chance(maker, 80)) {
        wm_json_out_name(&maker->out, "offers");
        wm_json_out_value(&maker->out, offers);
    }
    wm_arena_fini(&arena);
}

static void put_eligibility(wm_random_maker *maker)
{
    wm_json_out *out = &maker->out;
    wm_json_out_name(out, "eligibility");
    wm_json_out_object(out);
    if (wm_maker_chance(maker, 90)) {
        wm_json_out_name(out, "who");
        wm_maker_put_condition(maker, 3);
    }
    if (wm_maker_chance(maker, 40)) {
        static const char *const reasons[] = { "self_harm", "substance_use", "risk_too_high",
                                               "neurodivergence", "in_crisis" };
        wm_json_out_name(out, "not_for");
        wm_json_out_array(out);
        for (uint32_t i = wm_maker_below(maker, 3); i > 0; i--) {
            wm_json_out_object(out);
            wm_json_out_name(out, "when");
            wm_maker_put_condition(maker, 1);
            wm_json_out_member_text(out, "reason", WM_MAKER_ANY(maker, reasons));
            if (wm_maker_chance(maker, 60)) {
                wm_json_out_member_boolean(out, "soft", wm_maker_chance(maker, 50));
            }
            wm_json_out_end_object(out);
        }
        wm_json_out_end_array(out);
    }
    if (wm_maker_chance(maker, 70)) {
        PUT_SOME(maker, "routes", routes);
    }
    if (wm_maker_chance(maker, 30)) {
        wm_json_out_member_text(out, "words", "We see people\nfrom \"here\".");
    }
    wm_json_out_end_object(out);
}

static void put_successors(wm_random_maker *maker, unsigned number)
{
    char id[WM_MAKER_ID_BYTES];
    unsigned next = wm_maker_below(maker, maker->services);
    wm_json_out_name(&maker->out, "successors");
    wm_json_out_array(&maker->out);
    if (next != number) {
        wm_json_out_text(&maker->out, wm_maker_service_id(next, id));
    }
    wm_json_out_end_array(&maker->out);
}

static void put_status(wm_random_maker *maker, unsigned number)
{
    static const char *const statuses[] = { "closed", "closing", "paused", "planned", "active",
                                            "active", "active",  "active", "active",  "active" };
    uint32_t form = wm_maker_below(maker, 10);
    wm_json_out_member_text(&maker->out, "status", statuses[form]);
    if (form == 1 || (form == 0 && wm_maker_chance(maker, 70))) {
        wm_maker_put_day(maker, "closes_on", 60);
    }
    if (form == 3 && wm_maker_chance(maker, 70)) {
        wm_maker_put_day(maker, "opens_on", 60);
    }
    if (form < 2 && wm_maker_chance(maker, 30)) {
        wm_json_out_member_text(&maker->out, "closed_reason", "The lease\nran out.");
    }
    if (form < 3 && wm_maker_chance(maker, 60)) {
        put_successors(maker, number);
    }
}

static void put_times(wm_random_maker *maker)
{
    uint32_t opens = wm_maker_below(maker, 24);
    uint32_t closes = (opens + 1 + wm_maker_below(maker, 12)) % 24;
    char text[8];
    (void)snprintf(text, sizeof text, "%02u:%02u", (unsigned)opens,
                   (unsigned)wm_maker_below(maker, 60));
    wm_json_out_member_text(&maker->out, "opens", text);
    (void)snprintf(text, sizeof text, "%02u:00", (unsigned)closes);
    wm_json_out_member_text(&maker->out, "closes", closes == 0 ? "24:00" : text);
}

static void put_hours(wm_random_maker *maker)
{
    static const char *const days[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };
    static const char *const monthly[] = { "1MO", "2TU", "-1FR", "3SU" };
    wm_json_out *out = &maker->out;
    wm_json_out_name(out, "hours");
    wm_json_out_object(out);
    if (wm_maker_chance(maker, 30)) {
        wm_json_out_member_boolean(out, "always", true);
        wm_json_out_end_object(out);
        return;
    }
    bool by_month = wm_maker_chance(maker, 20);
    wm_json_out_name(out, by_month ? "monthly" : "weekly");
    wm_json_out_array(out);
    for (uint32_t i = 1 + wm_maker_below(maker, 2); i > 0; i--) {
        wm_json_out_object(out);
        if (by_month) {
            wm_json_out_member_text(out, "on", WM_MAKER_ANY(maker, monthly));
        } else {
            wm_json_out_name(out, "days");
            wm_json_out_array(out);
            for (size_t d = wm_maker_below(maker, 4); d < 7; d += 1 + wm_maker_below(maker, 2)) {
                wm_json_out_text(out, days[d]);
            }
            wm_json_out_end_array(out);
        }
        put_times(maker);
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
    if (wm_maker_chance(maker, 20)) {
        wm_json_out_member_text(out, "bank_holidays",
                                wm_maker_chance(maker, 50) ? "open" : "closed");
    }
    if (wm_maker_chance(maker, 10)) {
        wm_maker_put_day(maker, "valid_to", 200);
    }
    wm_json_out_end_object(out);
}

static void put_contacts(wm_random_maker *maker)
{
    static const struct {
        const char *kind;
        const char *value;
    } contacts[] = { { "phone", "01632 960123 ext 4" },
                     { "phone", "999" },
                     { "phone", "111" },
                     { "text", "85258" },
                     { "email", "help@example.org" },
                     { "web", "https://example.org/a?b=c&d" },
                     { "bsl", "https://sign.example/" } };
    static const char *const needs[] = { "voice", "text", "data" };
    wm_json_out *out = &maker->out;
    wm_json_out_name(out, "contacts");
    wm_json_out_array(out);
    for (uint32_t i = wm_maker_below(maker, 4); i > 0; i--) {
        size_t c = wm_maker_below(maker, sizeof contacts / sizeof contacts[0]);
        wm_json_out_object(out);
        wm_json_out_member_text(out, "kind", contacts[c].kind);
        wm_json_out_member_text(out, "value", contacts[c].value);
        wm_json_out_name(out, "label");
        wm_maker_put_format(maker, "Desk \"%u\" of %u", (unsigned)i, (unsigned)c);
        if (wm_maker_chance(maker, 30)) {
            wm_json_out_member_text(out, "needs", WM_MAKER_ANY(maker, needs));
        }
        if (wm_maker_chance(maker, 30)) {
            wm_json_out_member_boolean(out, "free", wm_maker_chance(maker, 50));
        }
        if (wm_maker_chance(maker, 15)) {
            wm_maker_put_day(maker, "recheck_after", 60);
        }
        if (wm_maker_chance(maker, 15)) {
            wm_json_out_member_text(out, "audience", "professional");
        }
        if (wm_maker_chance(maker, 15)) {
            put_hours(maker);
        }
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
}

/* Where and how: only what is not confidential has sites. */
static void put_ways(wm_random_maker *maker)
{
    static const char *const delivery[] = { "in_person", "phone",      "video",   "text",
                                            "online",    "home_visit", "outreach" };
    static const char *const accessibility[] = { "step_free", "quiet_room", "hearing_loop" };
    char id[WM_MAKER_ID_BYTES];
    wm_json_out *out = &maker->out;
    if (wm_maker_chance(maker, 8)) {
        wm_json_out_member_boolean(out, "confidential_location", true);
    } else if (wm_maker_chance(maker, 60)) {
        uint32_t first = wm_maker_below(maker, WM_MAKER_SITES - 2);
        wm_json_out_name(out, "sites");
        wm_json_out_array(out);
        for (uint32_t i = first; i < first + 1 + wm_maker_below(maker, 2); i++) {
            wm_json_out_text(out, wm_maker_site_id(i, id));
        }
        wm_json_out_end_array(out);
    }
    if (wm_maker_chance(maker, 60)) {
        PUT_SOME(maker, "delivery", delivery);
    }
    if (wm_maker_chance(maker, 40)) {
        PUT_SOME(maker, "accessibility", accessibility);
    }
    if (wm_maker_chance(maker, 50)) {
        PUT_SOME(maker, "languages", languages);
    }
    if (wm_maker_chance(maker, 30)) {
        wm_json_out_name(out, "interpreting");
        wm_json_out_object(out);
        wm_json_out_name(out, "languages");
        wm_json_out_array(out);
        wm_json_out_text(out, wm_maker_chance(maker, 40) ? "*" : WM_MAKER_ANY(maker, languages));
        wm_json_out_end_array(out);
        wm_json_out_end_object(out);
    }
}

static void put_capacity(wm_random_maker *maker)
{
    wm_json_out *out = &maker->out;
    if (wm_maker_chance(maker, 20)) {
        bool takes = wm_maker_chance(maker, 30);
        wm_json_out_name(out, "accepting");
        wm_json_out_object(out);
        wm_json_out_member_boolean(out, "now", takes);
        if (!takes && wm_maker_chance(maker, 50)) {
            wm_maker_put_day(maker, "full_until", 30);
        }
        wm_json_out_end_object(out);
    }
    if (wm_maker_chance(maker, 50)) {
        wm_json_out_name(out, "wait");
        wm_json_out_object(out);
        if (wm_maker_chance(maker, 60)) {
            wm_json_out_member_integer(out, "current_weeks", wm_maker_below(maker, 60));
        }
        if (wm_maker_chance(maker, 60)) {
            wm_json_out_member_integer(out, "standard_weeks", wm_maker_below(maker, 20));
        }
        wm_json_out_end_object(out);
    }
}

static void put_assurance(wm_random_maker *maker)
{
    static const char *const assumed[] = { "hours", "eligibility", "contacts", "wait" };
    wm_json_out *out = &maker->out;
    wm_json_out_name(out, "assurance");
    wm_json_out_object(out);
    if (wm_maker_chance(maker, 80)) {
        wm_maker_put_day(maker, "verified_on", 200);
    }
    if (wm_maker_chance(maker, 30)) {
        wm_maker_put_day(maker, "due_on", 90);
    }
    if (wm_maker_chance(maker, 20)) {
        wm_maker_put_day(maker, "recheck_after", 60);
    }
    if (wm_maker_chance(maker, 20)) {
        PUT_SOME(maker, "assumed", assumed);
    }
    wm_json_out_end_object(out);
}

static void put_translations(wm_random_maker *maker, unsigned number)
{
    wm_json_out *out = &maker->out;
    wm_json_out_name(out, "translations");
    wm_json_out_object(out);
    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i += 1 + number % 3) {
        wm_json_out_name(out, languages[i]);
        wm_json_out_object(out);
        wm_json_out_name(out, "name");
        wm_maker_put_format(maker, "%s %u (%s)", WM_MAKER_ANY(maker, names), number, languages[i]);
        if (wm_maker_chance(maker, 50)) {
            wm_json_out_member_text(out, "summary", WM_MAKER_ANY(maker, names));
        }
        if (wm_maker_chance(maker, 50)) {
            wm_json_out_member_boolean(out, "reviewed", wm_maker_chance(maker, 50));
        }
        wm_json_out_end_object(out);
    }
    wm_json_out_end_object(out);
}

static void put_rest(wm_random_maker *maker, unsigned number)
{
    static const char *const intensities[] = { "advice", "help", "more_help", "risk_support" };
    static const char *const responses[] = { "immediate", "hours_4", "hours_24",
                                             "days_7",    "weeks_4", "routine" };
    wm_json_out *out = &maker->out;
    if (wm_maker_chance(maker, 70)) {
        wm_json_out_member_text(out, "intensity", WM_MAKER_ANY(maker, intensities));
    }
    if (wm_maker_chance(maker, 70)) {
        wm_json_out_member_text(out, "response", WM_MAKER_ANY(maker, responses));
    }
    if (wm_maker_chance(maker, 60)) {
        wm_json_out_member_text(out, "summary", WM_MAKER_ANY(maker, names));
    }
    if (wm_maker_chance(maker, 70)) {
        put_hours(maker);
    }
    if (wm_maker_chance(maker, 80)) {
        put_assurance(maker);
    }
    if (wm_maker_chance(maker, 20)) {
        put_translations(maker, number);
    }
    if (wm_maker_chance(maker, 20)) {
        wm_json_out_name(out, "referral");
        wm_json_out_object(out);
        PUT_SOME(maker, "routes", routes);
        wm_json_out_end_object(out);
    }
    if (wm_maker_chance(maker, 6)) {
        wm_json_out_member_text(out, "audience", "professional");
    }
}

void wm_random_service(wm_random_maker *maker, unsigned number, wm_buf *text)
{
    static const char *const kinds[] = { "talking_therapy", "crisis_line", "carers_centre",
                                         "helpline", "peer_support" };
    char id[WM_MAKER_ID_BYTES];
    wm_json_out *out = &maker->out;
    wm_buf_reset(text);
    wm_json_out_init(out, text);
    wm_json_out_object(out);
    wm_json_out_member_text(out, "id", wm_maker_service_id(number, id));
    wm_json_out_name(out, "name");
    wm_maker_put_format(maker, "%s %u", WM_MAKER_ANY(maker, names), number);
    wm_json_out_member_string(out, "organization",
                              wm_maker_record(maker, WM_KIND_ORGANIZATION)->id);
    wm_json_out_member_text(out, "kind", WM_MAKER_ANY(maker, kinds));
    put_ids(maker, "needs", WM_KIND_NEED, 5);
    put_areas(maker);
    put_offers(maker);
    put_eligibility(maker);
    put_status(maker, number);
    put_ways(maker);
    put_contacts(maker);
    put_capacity(maker);
    put_rest(maker, number);
    wm_json_out_end_object(out);
}

void wm_random_site(wm_random_maker *maker, unsigned number, wm_buf *text)
{
    char id[WM_MAKER_ID_BYTES];
    wm_json_out *out = &maker->out;
    wm_buf_reset(text);
    wm_json_out_init(out, text);
    wm_json_out_object(out);
    wm_json_out_member_text(out, "id", wm_maker_site_id(number, id));
    wm_json_out_name(out, "name");
    wm_maker_put_format(maker, "Site %u", number);
    if (wm_maker_chance(maker, 80)) {
        wm_json_out_member_integer(out, "lat", 5110000 + wm_maker_below(maker, 150000));
        wm_json_out_member_integer(out, "lon", -250000 + (int64_t)wm_maker_below(maker, 100000));
    }
    wm_json_out_end_object(out);
}

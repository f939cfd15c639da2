/* random_query.c: a random question: every member of a query may be there or not, known facts and
 * such as were declined, places by every name, words with and without mistakes. */
#include <stdio.h>

#include "random_maker.h"

static const char *const languages[] = { "pl", "ur", "ar", "bfi", "cy", "fr", "pt", "en" };
static const char *const actors[] = { "self", "family", "carer", "gp", "school", "professional" };

/* ---- facts ---- */

static bool put_unknown(wm_random_maker *maker)
{
    static const char *const whys[] = { "not_asked", "unknown", "declined" };
    if (!wm_maker_chance(maker, 12)) {
        return false;
    }
    wm_json_out_object(&maker->out);
    wm_json_out_member_text(&maker->out, "?", WM_MAKER_ANY(maker, whys));
    wm_json_out_end_object(&maker->out);
    return true;
}

static void put_age(wm_random_maker *maker)
{
    wm_json_out *out = &maker->out;
    uint32_t years = wm_maker_below(maker, 100);
    uint32_t month = 1 + wm_maker_below(maker, 10);
    uint32_t day = wm_maker_chance(maker, 50) ? 1 + wm_maker_below(maker, 28) : 0;
    wm_json_out_object(out);
    switch (wm_maker_below(maker, 6)) {
    case 0:
        wm_json_out_member_integer(out, "months", years * 12 + wm_maker_below(maker, 12));
        break;
    case 1:
        wm_json_out_member_integer(out, "min", years);
        wm_json_out_member_integer(out, "max", years + wm_maker_below(maker, 20));
        break;
    case 2:
        wm_json_out_name(out, "dob");
        wm_maker_put_format(maker, day > 0 ? "%u-%02u-%02u" : "%u-%02u", (unsigned)(1925 + years),
                            (unsigned)month, (unsigned)day);
        break;
    default: wm_json_out_member_integer(out, "years", years); break;
    }
    wm_json_out_end_object(out);
}

static void put_area(wm_random_maker *maker)
{
    wm_json_out *out = &maker->out;
    switch (wm_maker_below(maker, 5)) {
    case 0:
        wm_json_out_object(out);
        wm_json_out_member_boolean(out, "none", true);
        wm_json_out_end_object(out);
        break;
    case 1: {
        wm_str first = wm_maker_record(maker, WM_KIND_LOCALITY)->id;
        wm_str other = wm_maker_record(maker, WM_KIND_LOCALITY)->id;
        wm_json_out_object(out);
        wm_json_out_name(out, "one_of");
        wm_json_out_array(out);
        wm_json_out_string(out, first);
        if (!wm_str_equal(first, other)) {
            wm_json_out_string(out, other);
        }
        wm_json_out_end_array(out);
        wm_json_out_end_object(out);
        break;
    }
    default: wm_json_out_string(out, wm_maker_record(maker, WM_KIND_LOCALITY)->id); break;
    }
}

static void put_set(wm_random_maker *maker, const wm_json *fact)
{
    wm_json_out *out = &maker->out;
    wm_str has = wm_maker_option(maker, fact);
    wm_str not = wm_maker_option(maker, fact);
    wm_json_out_object(out);
    wm_json_out_name(out, "has");
    wm_json_out_array(out);
    if (wm_maker_chance(maker, 70)) {
        wm_json_out_string(out, has);
    }
    wm_json_out_end_array(out);
    if (!wm_str_equal(has, not ) && wm_maker_chance(maker, 40)) {
        wm_json_out_name(out, "not");
        wm_json_out_array(out);
        wm_json_out_string(out, not );
        wm_json_out_end_array(out);
    }
    if (wm_maker_chance(maker, 30)) {
        wm_json_out_member_boolean(out, "complete", true);
    }
    wm_json_out_end_object(out);
}

static void put_event(wm_random_maker *maker)
{
    wm_json_out *out = &maker->out;
    uint32_t year = wm_maker_below(maker, 6);
    uint32_t month = 1 + wm_maker_below(maker, 12);
    wm_json_out_object(out);
    switch (wm_maker_below(maker, 3)) {
    case 0: wm_json_out_member_boolean(out, "none", true); break;
    case 1: wm_json_out_member_integer(out, "months", wm_maker_below(maker, 40)); break;
    default:
        wm_json_out_name(out, "date");
        wm_maker_put_format(maker, "202%u-%02u", (unsigned)year, (unsigned)month);
        break;
    }
    wm_json_out_end_object(out);
}

static void put_facts(wm_random_maker *maker, uint32_t percent, bool with_people);

static void put_people(wm_random_maker *maker)
{
    wm_json_out *out = &maker->out;
    wm_json_out_object(out);
    wm_json_out_name(out, "people");
    wm_json_out_array(out);
    for (uint32_t i = wm_maker_below(maker, 3); i > 0; i--) {
        put_facts(maker, 4, false);
    }
    wm_json_out_end_array(out);
    if (wm_maker_chance(maker, 50)) {
        wm_json_out_member_boolean(out, "complete", true);
    }
    wm_json_out_end_object(out);
}

static void put_fact(wm_random_maker *maker, const wm_json *fact, wm_str type)
{
    wm_json_out *out = &maker->out;
    if (put_unknown(maker)) {
        return;
    }
    if (wm_str_is(type, "age")) {
        put_age(maker);
    } else if (wm_str_is(type, "area")) {
        put_area(maker);
    } else if (wm_str_is(type, "set")) {
        put_set(maker, fact);
    } else if (wm_str_is(type, "event")) {
        put_event(maker);
    } else if (wm_str_is(type, "people")) {
        put_people(maker);
    } else if (wm_str_is(type, "flag")) {
        wm_json_out_boolean(out, wm_maker_chance(maker, 55));
    } else {
        wm_json_out_string(out, wm_maker_option(maker, fact));
    }
}

/* Of each fact in so many of a hundred; the age more often than not. */
static void put_facts(wm_random_maker *maker, uint32_t percent, bool with_people)
{
    wm_json_out_object(&maker->out);
    for (size_t i = 0; i < maker->fact_count; i++) {
        const wm_json *fact = maker->facts[i];
        wm_str type = wm_json_string(wm_json_get(fact, "type"));
        bool often = wm_str_is(type, "age") || wm_str_is(type, "level");
        if (wm_maker_chance(maker, often ? 60 : percent) &&
            (with_people || !wm_str_is(type, "people"))) {
            wm_json_out_name_str(&maker->out, wm_json_string(wm_json_get(fact, "id")));
            put_fact(maker, fact, type);
        }
    }
    wm_json_out_end_object(&maker->out);
}

/* ---- words and places ---- */

/* A record's member of that name: a string, or the one in English. */
static wm_str text_of(const wm_record *record, const char *name, wm_arena *arena)
{
    wm_error err = { 0 };
    const wm_json *value = NULL;
    assert_ok(wm_json_parse(arena, record->bytes, WM_RECORD_BYTES_MAX, &value, &err), &err);
    const wm_json *member = wm_json_get(value, name);
    const wm_json *english = wm_json_get(member, "en");
    if (wm_json_is(english, WM_JSON_ARRAY) && english->count > 0) {
        english = &english->as.items[english->count / 2];
    }
    return wm_json_string(english != NULL ? english : member);
}

static void spoil(wm_random_maker *maker, wm_buf *text)
{
    if (text->len > 6 && wm_maker_chance(maker, 30)) {
        char *at = &text->data[1 + wm_maker_below(maker, text->len - 2)];
        if (*at >= 'a' && *at < 'z') {
            (*at)++;
        }
    }
}

static void put_text(wm_random_maker *maker)
{
    static const char *const around[] = { "",         "I need help with ",  "my son has ",
                                          "not ",     "he says he is not ", "I am so ",
                                          "zzz qqq ", "no longer " };
    wm_arena arena;
    wm_buf text;
    wm_arena_init(&arena, wm_env_system(), 4 * WM_MIB);
    wm_buf_init(&text, wm_env_system(), WM_KIB);
    for (uint32_t i = 1 + wm_maker_below(maker, 2); i > 0; i--) {
        wm_str words = text_of(wm_maker_record(maker, WM_KIND_NEED),
                               wm_maker_chance(maker, 70) ? "synonyms" : "label", &arena);
        wm_buf_put_text(&text, WM_MAKER_ANY(maker, around));
        wm_buf_put(&text, words.ptr, words.len < 100 ? words.len : 0);
        wm_buf_put_text(&text, i > 1 ? " and " : "");
    }
    spoil(maker, &text);
    wm_json_out_member_string(&maker->out, "text", wm_buf_str(&text));
    wm_buf_fini(&text);
    wm_arena_fini(&arena);
}

static void put_at(wm_random_maker *maker)
{
    static const char *const others[] = { "SN1 2AB", "BA1 1LZ", "b15 2tt", "GIR 0AA", "ZZ99 3VZ",
                                          "JE2 3AB", "nowhere", "sn1 2a8", "BS3",     "Bath" };
    wm_arena arena;
    wm_str at = { NULL, 0 };
    wm_arena_init(&arena, wm_env_system(), 4 * WM_MIB);
    const wm_record *place = wm_maker_record(maker, WM_KIND_PLACE);
    const wm_record *locality = wm_maker_record(maker, WM_KIND_LOCALITY);
    switch (wm_maker_below(maker, 6)) {
    case 0: at = wm_str_of(WM_MAKER_ANY(maker, others)); break;
    case 1: at = place->id; break;
    case 2: at = text_of(place, "name", &arena); break;
    case 3: at = text_of(locality, "name", &arena); break;
    default: at = locality->id; break;
    }
    wm_json_out_member_string(&maker->out, "at", at);
    wm_arena_fini(&arena);
}

/* ---- the rest ---- */

static void put_tried(wm_random_maker *maker)
{
    static const char *const outcomes[] = { "refused", "did_not_help", "waiting" };
    char id[WM_MAKER_ID_BYTES];
    wm_json_out *out = &maker->out;
    wm_json_out_name(out, "tried");
    wm_json_out_array(out);
    for (uint32_t i = wm_maker_below(maker, 4); i > 0; i--) {
        wm_json_out_object(out);
        wm_json_out_member_text(out, "service",
                                wm_maker_service_id(wm_maker_below(maker, maker->services), id));
        wm_json_out_member_text(out, "outcome", WM_MAKER_ANY(maker, outcomes));
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
}

static void put_access(wm_random_maker *maker)
{
    static const char *const flags[] = { "bsl", "step_free", "remote", "evenings" };
    wm_json_out *out = &maker->out;
    wm_json_out_name(out, "access");
    wm_json_out_object(out);
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (wm_maker_chance(maker, 25)) {
            wm_json_out_member_boolean(out, flags[i], wm_maker_chance(maker, 80));
        }
    }
    if (wm_maker_chance(maker, 40)) {
        wm_json_out_name(out, "languages");
        wm_json_out_array(out);
        for (uint32_t i = wm_maker_below(maker, 3); i > 0; i--) {
            wm_json_out_text(out, WM_MAKER_ANY(maker, languages));
        }
        wm_json_out_end_array(out);
    }
    if (wm_maker_chance(maker, 20)) {
        wm_json_out_member_text(out, "interpreter", WM_MAKER_ANY(maker, languages));
    }
    wm_json_out_end_object(out);
}

/* Half with a time, some with a day that is another one. */
static void put_when(wm_random_maker *maker)
{
    char day[11];
    bool has_now = wm_maker_chance(maker, 50);
    uint32_t hour = wm_maker_below(maker, 24);
    uint32_t minute = wm_maker_below(maker, 60);
    wm_maker_day(maker, 40, day);
    if (has_now) {
        wm_json_out_name(&maker->out, "now");
        wm_maker_put_format(maker, "%sT%02u:%02u", day, (unsigned)hour, (unsigned)minute);
    }
    if (!has_now || wm_maker_chance(maker, 20)) {
        wm_json_out_member_text(&maker->out, "as_of", day);
    }
}

static void put_needs(wm_random_maker *maker)
{
    wm_str last = { NULL, 0 };
    wm_json_out_name(&maker->out, "needs");
    wm_json_out_array(&maker->out);
    for (uint32_t i = wm_maker_below(maker, 4); i > 0; i--) {
        wm_str need = wm_maker_record(maker, WM_KIND_NEED)->id;
        if (!wm_str_equal(need, last)) {
            wm_json_out_string(&maker->out, need);
        }
        last = need;
    }
    wm_json_out_end_array(&maker->out);
}

static void put_people_of(wm_random_maker *maker)
{
    static const char *const abouts[] = { "self", "child", "cared_for", "partner", "parent" };
    wm_json_out *out = &maker->out;
    if (wm_maker_chance(maker, 60)) {
        wm_json_out_member_text(out, "actor", WM_MAKER_ANY(maker, actors));
    }
    if (wm_maker_chance(maker, 40)) {
        wm_json_out_member_text(out, "about", WM_MAKER_ANY(maker, abouts));
    }
    if (wm_maker_chance(maker, 80)) {
        wm_json_out_name(out, "facts");
        put_facts(maker, wm_maker_chance(maker, 30) ? 20 : 3, true);
    }
    if (wm_maker_chance(maker, 25)) {
        wm_json_out_name(out, "actor_facts");
        put_facts(maker, 4, true);
    }
}

void wm_random_query(wm_random_maker *maker, wm_buf *text)
{
    wm_json_out *out = &maker->out;
    wm_buf_reset(text);
    wm_json_out_init(out, text);
    wm_json_out_object(out);
    if (wm_maker_chance(maker, 75)) {
        put_needs(maker);
    }
    if (wm_maker_chance(maker, 25)) {
        put_text(maker);
    }
    if (wm_maker_chance(maker, 80)) {
        put_at(maker);
    }
    put_people_of(maker);
    if (wm_maker_chance(maker, 20)) {
        put_tried(maker);
    }
    if (wm_maker_chance(maker, 35)) {
        put_access(maker);
    }
    put_when(maker);
    if (wm_maker_chance(maker, 60)) {
        wm_json_out_member_integer(
            out, "limit", wm_maker_chance(maker, 10) ? 1000 : 1 + wm_maker_below(maker, 25));
    }
    if (wm_maker_chance(maker, 30)) {
        wm_json_out_member_text(out, "lang", WM_MAKER_ANY(maker, languages));
    }
    wm_json_out_end_object(out);
}

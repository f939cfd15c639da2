/* random_maker.c: what services and queries are made of; see random_maker.h. */
#include "random_maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <waymark/sys/date.h>

#define RELEASED_ON "2026-11-20"

wm_random_maker *wm_random_maker_new(const wm_real_directory *real, wm_test_random random,
                                     unsigned services)
{
    wm_error err = { 0 };
    wm_random_maker *maker = calloc(1, sizeof *maker);
    assert_non_null(maker);
    maker->random = random;
    maker->real = real;
    maker->services = services;
    wm_arena_init(&maker->arena, wm_env_system(), SIZE_MAX / 2);
    for (size_t i = 0; i < real->record_count; i++) {
        if (real->records[i].kind == WM_KIND_FACT) {
            assert_true(maker->fact_count < WM_MAKER_FACTS_MAX);
            assert_ok(wm_json_parse(&maker->arena, real->records[i].bytes, WM_RECORD_BYTES_MAX,
                                    &maker->facts[maker->fact_count++], &err),
                      &err);
        }
    }
    return maker;
}

void wm_random_maker_free(wm_random_maker *maker)
{
    wm_arena_fini(&maker->arena);
    free(maker);
}

uint32_t wm_maker_below(wm_random_maker *maker, size_t bound)
{
    return wm_test_random_below(&maker->random, (uint32_t)bound);
}

bool wm_maker_chance(wm_random_maker *maker, uint32_t percent)
{
    return wm_maker_below(maker, 100) < percent;
}

const char *wm_maker_word(wm_random_maker *maker, const char *const *words, size_t count)
{
    return words[wm_maker_below(maker, count)];
}

/* Records are in order of kind. */
const wm_record *wm_maker_record(wm_random_maker *maker, wm_kind kind)
{
    const wm_real_directory *real = maker->real;
    size_t first = 0;
    while (first < real->record_count && real->records[first].kind != kind) {
        first++;
    }
    size_t end = first;
    while (end < real->record_count && real->records[end].kind == kind) {
        end++;
    }
    assert_true(end > first);
    return &real->records[first + wm_maker_below(maker, end - first)];
}

const wm_json *wm_maker_fact(wm_random_maker *maker, const char *type)
{
    for (;;) {
        const wm_json *fact = maker->facts[wm_maker_below(maker, maker->fact_count)];
        if (wm_str_is(wm_json_string(wm_json_get(fact, "type")), type)) {
            return fact;
        }
    }
}

wm_str wm_maker_option(wm_random_maker *maker, const wm_json *fact)
{
    const wm_json *options = wm_json_get(fact, "options");
    if (!wm_json_is(options, WM_JSON_ARRAY) || options->count == 0) {
        return WM_STR("");
    }
    const wm_json *option = &options->as.items[wm_maker_below(maker, options->count)];
    return option->type == WM_JSON_STRING ? option->as.string
                                          : wm_json_string(wm_json_get(option, "value"));
}

/* Words, UUIDs, and what looks almost like one. */
const char *wm_maker_service_id(unsigned number, char text[WM_MAKER_ID_BYTES])
{
    unsigned mixed = number * 2654435761U;
    int length = 0;
    switch (number % 5) {
    case 0: length = snprintf(text, WM_MAKER_ID_BYTES, "s%u", number); break;
    case 1:
        length = snprintf(text, WM_MAKER_ID_BYTES, "%08x-0000-4abc-8def-0123456789ab", mixed);
        break;
    case 2:
        length = snprintf(text, WM_MAKER_ID_BYTES, "%08X-0000-4ABC-8DEF-0123456789AB", mixed);
        break;
    case 3:
        length = snprintf(text, WM_MAKER_ID_BYTES, "%08x-0000-4abc-8def-0123456789abc", mixed);
        break;
    default:
        length = snprintf(text, WM_MAKER_ID_BYTES,
                          "a.rather_long-id.that.nobody.types.but.a.program.makes.%025u", number);
        break;
    }
    assert_true(length > 0 && length < WM_MAKER_ID_BYTES);
    return text;
}

const char *wm_maker_site_id(unsigned number, char text[WM_MAKER_ID_BYTES])
{
    unsigned mixed = number * 2246822519U;
    (void)snprintf(text, WM_MAKER_ID_BYTES, number % 2 == 0 ? "site-%u" : "%08x-1111-4abc-8def-00",
                   number % 2 == 0 ? number : mixed);
    return text;
}

void wm_maker_day(wm_random_maker *maker, unsigned span, char text[WM_DATE_TEXT_BYTES])
{
    wm_date day = 0;
    assert_true(wm_date_parse(WM_STR(RELEASED_ON), &day));
    (void)wm_date_format(day - (wm_date)span + (wm_date)wm_maker_below(maker, 2 * span + 1), text);
}

void wm_maker_put_day(wm_random_maker *maker, const char *name, unsigned span)
{
    char text[WM_DATE_TEXT_BYTES];
    wm_maker_day(maker, span, text);
    wm_json_out_member_text(&maker->out, name, text);
}

void wm_maker_put_format(wm_random_maker *maker, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < sizeof text);
    wm_json_out_text(&maker->out, text);
}

/* ---- conditions ---- */

static void put_months(wm_random_maker *maker, const char *name, uint32_t months)
{
    wm_json_out *out = &maker->out;
    if (months % 12 == 0 && wm_maker_chance(maker, 80)) {
        wm_json_out_member_integer(out, name, months / 12);
        return;
    }
    wm_json_out_name(out, name);
    wm_json_out_object(out);
    wm_json_out_member_integer(out, "y", months / 12);
    wm_json_out_member_integer(out, "m", months % 12);
    wm_json_out_end_object(out);
}

static void put_age(wm_random_maker *maker)
{
    wm_json_out *out = &maker->out;
    uint32_t from = wm_maker_below(maker, 80) * 12 + (wm_maker_chance(maker, 20) ? 5 : 0);
    uint32_t form = wm_maker_below(maker, 4);
    wm_json_out_object(out);
    if (form != 1) {
        put_months(maker, "min", from);
    }
    if (form != 0) {
        put_months(maker, form == 3 ? "before" : "max", from + 12 + wm_maker_below(maker, 40) * 12);
    }
    if (wm_maker_chance(maker, 10)) {
        wm_json_out_member_text(out, "on", "school_cutoff");
    }
    wm_json_out_end_object(out);
}

static void put_since(wm_random_maker *maker)
{
    wm_json_out *out = &maker->out;
    uint32_t from = wm_maker_below(maker, 24);
    wm_str event = wm_json_string(wm_json_get(wm_maker_fact(maker, "event"), "id"));
    wm_json_out_object(out);
    wm_json_out_member_string(out, "event", event);
    if (wm_maker_chance(maker, 50)) {
        put_months(maker, "min", from);
    }
    put_months(maker, "within", from + 1 + wm_maker_below(maker, 24));
    wm_json_out_end_object(out);
}

static void put_area(wm_random_maker *maker)
{
    static const char *const dimensions[] = { "residence", "staying", "gp", "school", "work" };
    wm_json_out *out = &maker->out;
    wm_json_out_object(out);
    wm_json_out_name(out, "of");
    wm_json_out_array(out);
    size_t first = wm_maker_below(maker, 5);
    for (size_t i = first; i < first + 1 + wm_maker_below(maker, 2); i++) {
        wm_json_out_text(out, dimensions[i % 5]);
    }
    wm_json_out_end_array(out);
    wm_json_out_name(out, "in");
    wm_json_out_array(out);
    wm_str last = { NULL, 0 };
    for (uint32_t i = 1 + wm_maker_below(maker, 3); i > 0; i--) {
        wm_str code = wm_maker_record(maker, WM_KIND_LOCALITY)->id;
        if (!wm_str_equal(code, last)) {
            wm_json_out_string(out, code);
        }
        last = code;
    }
    wm_json_out_end_array(out);
    wm_json_out_end_object(out);
}

/* {"fact":[options]} */
static void put_options(wm_random_maker *maker, const char *type)
{
    wm_json_out *out = &maker->out;
    const wm_json *fact = wm_maker_fact(maker, type);
    wm_json_out_object(out);
    wm_json_out_name_str(out, wm_json_string(wm_json_get(fact, "id")));
    wm_json_out_array(out);
    wm_str last = { NULL, 0 };
    for (uint32_t i = 1 + wm_maker_below(maker, 3); i > 0; i--) {
        wm_str option = wm_maker_option(maker, fact);
        if (!wm_str_equal(option, last)) {
            wm_json_out_string(out, option);
        }
        last = option;
    }
    wm_json_out_end_array(out);
    wm_json_out_end_object(out);
}

static void put_level(wm_random_maker *maker)
{
    static const char *const severity[] = { "mild", "moderate", "severe", "complex" };
    static const char *const risk[] = { "none", "low", "moderate", "high", "immediate" };
    wm_json_out *out = &maker->out;
    bool of_risk = wm_maker_chance(maker, 50);
    const char *const *scale = of_risk ? risk : severity;
    size_t count = of_risk ? 5 : 4;
    size_t least = wm_maker_below(maker, count);
    size_t most = least + wm_maker_below(maker, count - least);
    wm_json_out_object(out);
    wm_json_out_name(out, of_risk ? "risk" : "severity");
    wm_json_out_object(out);
    if (wm_maker_chance(maker, 60)) {
        wm_json_out_member_text(out, "min", scale[least]);
        if (wm_maker_chance(maker, 50)) {
            wm_json_out_member_text(out, "max", scale[most]);
        }
    } else {
        wm_json_out_member_text(out, "max", scale[most]);
    }
    wm_json_out_end_object(out);
    wm_json_out_end_object(out);
}

static void put_list(wm_random_maker *maker, unsigned depth, uint32_t count)
{
    wm_json_out_array(&maker->out);
    for (uint32_t i = 0; i < count; i++) {
        wm_maker_put_condition(maker, depth);
    }
    wm_json_out_end_array(&maker->out);
}

static void put_combined(wm_random_maker *maker, unsigned depth)
{
    wm_json_out *out = &maker->out;
    uint32_t count = wm_maker_below(maker, 4);
    switch (wm_maker_below(maker, 5)) {
    case 0:
        wm_json_out_name(out, "not");
        wm_maker_put_condition(maker, depth);
        break;
    case 1:
        wm_json_out_name(out, "atleast");
        wm_json_out_object(out);
        wm_json_out_member_integer(out, "n", 1 + wm_maker_below(maker, count + 1));
        wm_json_out_name(out, "of");
        put_list(maker, depth, count + 1);
        wm_json_out_end_object(out);
        break;
    case 2:
        wm_json_out_name(out, "any");
        put_list(maker, depth, count);
        break;
    default:
        wm_json_out_name(out, "all");
        put_list(maker, depth, count);
        break;
    }
}

/* A person does not stand in another. */
static bool in_person(unsigned depth)
{
    return depth >= 100;
}

static void put_about(wm_random_maker *maker, unsigned depth)
{
    static const char *const people[] = { "cared_for", "child", "parent", "partner" };
    wm_json_out *out = &maker->out;
    wm_json_out_name(out, "about");
    wm_json_out_object(out);
    wm_json_out_member_text(out, "who", WM_MAKER_ANY(maker, people));
    wm_json_out_name(out, "that");
    wm_maker_put_condition(maker, 100 + (depth > 1 ? 1 : 0));
    wm_json_out_end_object(out);
}

static void put_leaf(wm_random_maker *maker)
{
    static const char *const checks[] = { "ready to join a group", "has seen \"our\" nurse",
                                          "wants to come, and can" };
    wm_json_out *out = &maker->out;
    switch (wm_maker_below(maker, 12)) {
    case 0:
    case 1:
    case 2: wm_json_out_name(out, "age"), put_age(maker); break;
    case 3:
    case 4: wm_json_out_name(out, "area"), put_area(maker); break;
    case 5: wm_json_out_name(out, "since"), put_since(maker); break;
    case 6: wm_json_out_name(out, "in"), put_options(maker, "one"); break;
    case 7: wm_json_out_name(out, "has"), put_options(maker, "set"); break;
    case 8: wm_json_out_name(out, "level"), put_level(maker); break;
    case 9: wm_json_out_member_text(out, "check", WM_MAKER_ANY(maker, checks)); break;
    case 10: wm_json_out_member_boolean(out, "const", wm_maker_chance(maker, 80)); break;
    default:
        wm_json_out_member_string(out, "is",
                                  wm_json_string(wm_json_get(wm_maker_fact(maker, "flag"), "id")));
        break;
    }
}

void wm_maker_put_condition(wm_random_maker *maker, unsigned depth)
{
    unsigned left = in_person(depth) ? depth - 100 : depth;
    wm_json_out_object(&maker->out);
    if (left == 0 || wm_maker_chance(maker, 40)) {
        put_leaf(maker);
    } else if (!in_person(depth) && wm_maker_chance(maker, 15)) {
        put_about(maker, depth);
    } else {
        put_combined(maker, depth - 1);
    }
    wm_json_out_end_object(&maker->out);
}

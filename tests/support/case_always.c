/* case_always.c: what must hold of every answer, whoever asks for whatever (the design's list,
 * "What must always hold"). */
#include <stdio.h>
#include <stdlib.h>

#include "case_run.h"

#define NOT_A_MATCH_MAX 10
#define IN_TIME_MINUTES 240

#define MISS(run, ...) wm_case_fail((run), NULL, "always: " __VA_ARGS__)

/* ---- 999 and 111 ---- */

static void emergency(wm_case_run *run)
{
    static const char *const values[] = { "999", "111" };
    const wm_json *lines = wm_json_get(run->answer, "emergency");
    for (uint32_t i = 0; i < 2; i++) {
        bool there = wm_json_is(lines, WM_JSON_ARRAY) && lines->count > i &&
                     wm_str_is(wm_case_string(&lines->as.items[i], "value"), values[i]);
        if (!there) {
            MISS(run, "%s stands in \"emergency\", as number %u", values[i], i + 1);
        }
    }
}

/* ---- sections ---- */

static int section_number(wm_str name)
{
    int number = 0;
    while (number < WM_CASE_SECTIONS && !wm_str_is(name, wm_case_sections[number])) {
        number++;
    }
    return number;
}

static void order_of_sections(wm_case_run *run)
{
    int last = -1;
    const wm_json *sections = wm_json_get(run->answer, "sections");
    for (uint32_t i = 0; sections != NULL && i < sections->count; i++) {
        int number = section_number(wm_case_string(&sections->as.items[i], "name"));
        if (number == WM_CASE_SECTIONS || number <= last) {
            MISS(run, "sections stand in their order, each once");
        }
        last = number;
    }
}

static void sizes(wm_case_run *run)
{
    const wm_json *no = wm_json_get(wm_case_section(run->answer, "NOT_A_MATCH"), "cards");
    const wm_json *safety = wm_case_section(run->answer, "SAFETY");
    const wm_json *main_cards = wm_json_get(wm_case_section(run->answer, "MAIN"), "cards");
    const char *limit = wm_case_value(run->of, "limit");
    if (no != NULL && no->count > NOT_A_MATCH_MAX) {
        MISS(run, "NOT_A_MATCH has at most %d cards, here %u", NOT_A_MATCH_MAX, no->count);
    }
    if (wm_json_integer(wm_json_get(safety, "more"), 0) != 0) {
        MISS(run, "SAFETY is never cut");
    }
    if (main_cards != NULL && limit != NULL &&
        main_cards->count > (uint32_t)strtol(limit, NULL, 10)) {
        MISS(run, "MAIN has no more cards than were asked for");
    }
}

/* ---- cards ---- */

static bool is_always_open(wm_case_run *run, const wm_json *card)
{
    const wm_json *record = wm_real_record(run->directory, WM_KIND_SERVICE,
                                           wm_case_string(card, "service"), &run->arena);
    return wm_json_boolean(wm_json_get(wm_json_get(record, "hours"), "always"), false);
}

static bool minutes_of(wm_str text, int64_t *minutes_out)
{
    wm_date day = 0;
    if (text.len < 16 || !wm_date_parse((wm_str){ text.ptr, 10 }, &day)) {
        return false;
    }
    *minutes_out = (int64_t)day * 1440 + strtol(text.ptr + 11, NULL, 10) * 60 +
                   strtol(text.ptr + 14, NULL, 10);
    return true;
}

static bool is_open_in_time(wm_case_run *run, const wm_json *card)
{
    const wm_json *open = wm_json_get(card, "open");
    const char *now = wm_case_value(run->of, "now");
    int64_t from = 0;
    int64_t to = 0;
    if (is_always_open(run, card) || wm_json_boolean(wm_json_get(open, "now"), false)) {
        return true;
    }
    return run->has_time && minutes_of(wm_str_of(now != NULL ? now : "2026-11-24T11:00"), &from) &&
           minutes_of(wm_case_string(open, "next"), &to) && to - from <= IN_TIME_MINUTES;
}

static void voice_first(wm_case_run *run, const wm_json *card)
{
    const wm_json *contacts = wm_json_get(card, "contacts");
    bool data = false;
    for (uint32_t i = 0; contacts != NULL && i < contacts->count; i++) {
        bool needs_data = wm_str_is(wm_case_string(&contacts->as.items[i], "needs"), "data");
        if (data && !needs_data) {
            MISS(run, "voice and text come before what needs data: %.*s",
                 WM_STR_ARG(wm_case_string(card, "service")));
            return;
        }
        data = data || needs_data;
    }
}

static void safety_card(wm_case_run *run, const wm_json *card)
{
    wm_str id = wm_case_string(card, "service");
    bool abuse = wm_case_has_offer(run, card, "domestic_abuse") ||
                 wm_case_has_offer(run, card, "honour_based_abuse");
    if (wm_str_is(wm_case_string(card, "verdict"), "NOT_ELIGIBLE") && !abuse) {
        MISS(run, "SAFETY has no card that says no: %.*s", WM_STR_ARG(id));
    }
    if (!wm_str_is(wm_case_string(card, "status"), "active") &&
        !wm_str_is(wm_case_string(card, "status"), "closing")) {
        MISS(run, "SAFETY has active services only: %.*s is %.*s", WM_STR_ARG(id),
             WM_STR_ARG(wm_case_string(card, "status")));
    }
    if (!is_open_in_time(run, card)) {
        MISS(run, "SAFETY is open now, within four hours, or always: %.*s", WM_STR_ARG(id));
    }
    voice_first(run, card);
}

static bool is_yes(const wm_json *card)
{
    wm_str verdict = wm_case_string(card, "verdict");
    return wm_str_is(verdict, "ELIGIBLE") || wm_str_is(verdict, "JOINT");
}

static void one_card(wm_case_run *run, int section, const wm_json *card)
{
    wm_str id = wm_case_string(card, "service");
    const wm_json *why = wm_json_get(card, "why");
    const wm_json *notes = wm_json_get(card, "notes");
    bool no = wm_str_is(wm_case_string(card, "verdict"), "NOT_ELIGIBLE");
    bool not_a_match = strcmp(wm_case_sections[section], "NOT_A_MATCH") == 0;
    static const char *const never[] = { "closed", "planned", "paused" };
    for (size_t i = 0; i < sizeof never / sizeof never[0] && !not_a_match; i++) {
        if (wm_str_is(wm_case_string(card, "status"), never[i])) {
            MISS(run, "a %s service is no option: %.*s in %s", never[i], WM_STR_ARG(id),
                 wm_case_sections[section]);
        }
    }
    if (section == 0) {
        safety_card(run, card);
    } else if (no && !not_a_match && !wm_case_has_offer(run, card, "domestic_abuse")) {
        MISS(run, "what says no stands in NOT_A_MATCH: %.*s in %s", WM_STR_ARG(id),
             wm_case_sections[section]);
    }
    if (no && (why == NULL || why->count == 0) && (notes == NULL || notes->count == 0)) {
        MISS(run, "a no has its reason: %.*s", WM_STR_ARG(id));
    }
    const wm_json *record = wm_real_record(run->directory, WM_KIND_SERVICE, id, &run->arena);
    if (wm_json_boolean(wm_json_get(record, "confidential_location"), false) &&
        wm_json_get(card, "distance_m") != NULL) {
        MISS(run, "a confidential place shows no distance: %.*s", WM_STR_ARG(id));
    }
}

static bool is_seen(const wm_json *sections, uint32_t s, uint32_t i, wm_str id)
{
    for (uint32_t a = 0; a <= s; a++) {
        const wm_json *cards = wm_json_get(&sections->as.items[a], "cards");
        for (uint32_t b = 0; cards != NULL && b < cards->count && (a < s || b < i); b++) {
            if (wm_str_equal(wm_case_string(&cards->as.items[b], "service"), id)) {
                return true;
            }
        }
    }
    return false;
}

static void cards(wm_case_run *run)
{
    size_t options = 0;
    size_t usable = 0;
    const wm_json *sections = wm_json_get(run->answer, "sections");
    for (uint32_t s = 0; sections != NULL && s < sections->count; s++) {
        int section = section_number(wm_case_string(&sections->as.items[s], "name"));
        const wm_json *list = wm_json_get(&sections->as.items[s], "cards");
        for (uint32_t i = 0; section < WM_CASE_SECTIONS && list != NULL && i < list->count; i++) {
            const wm_json *card = &list->as.items[i];
            one_card(run, section, card);
            if (is_seen(sections, s, i, wm_case_string(card, "service"))) {
                MISS(run, "each card stands once: %.*s",
                     WM_STR_ARG(wm_case_string(card, "service")));
            }
            bool counts = section == 1 || section == 2;
            options += section < 3 ? 1 : 0;
            usable +=
                counts && is_yes(card) && wm_json_boolean(wm_json_get(card, "usable_now"), false)
                    ? 1
                    : 0;
        }
    }
    const wm_json *gaps = wm_json_get(run->answer, "gaps");
    if (options == 0) {
        MISS(run, "no answer is empty");
    }
    const wm_json *main_section = wm_case_section(run->answer, "MAIN");
    bool whole = wm_json_integer(wm_json_get(main_section, "more"), 0) == 0;
    if (usable < 2 && whole && (gaps == NULL || gaps->count == 0)) {
        MISS(run, "with fewer than two that can be used now, the gap is said");
    }
}

/* ---- texts ---- */

static void one_text(void *context, wm_str text, bool is_name)
{
    static const char *const frightening[] = { "psychos", "psychot", "schizo" };
    static const char *const untold[] = { "note.", "line.", "reason.", "offer.", "\xE2\x80\x94" };
    wm_case_run *run = context;
    for (size_t i = 0; i < sizeof frightening / sizeof frightening[0]; i++) {
        if (run->is_public && wm_case_contains(text, frightening[i])) {
            MISS(run, "the person is not shown \"%s\": %.*s", frightening[i], WM_STR_ARG(text));
        }
    }
    for (size_t i = 0; i < sizeof untold / sizeof untold[0] && !is_name; i++) {
        if (wm_str_starts(text, wm_str_of(untold[i])) ||
            (i == 4 && wm_case_contains(text, untold[i]))) {
            MISS(run, "a text is words for people: %.*s", WM_STR_ARG(text));
        }
    }
}

static void same_bytes(wm_case_run *run)
{
    wm_case_run again;
    wm_case_run_init(&again, run->of, run->directory);
    wm_case_make_query(&again);
    wm_case_ask(&again);
    if (!wm_str_equal(wm_buf_str(&run->text), wm_buf_str(&again.text))) {
        MISS(run, "the same question has the same answer, byte for byte");
    }
    wm_case_run_fini(&again);
}

void wm_case_always(wm_case_run *run)
{
    emergency(run);
    if (wm_json_get(run->answer, "error") != NULL) {
        return;
    }
    order_of_sections(run);
    sizes(run);
    cards(run);
    wm_case_each_text(run, one_text, run);
    same_bytes(run);
}

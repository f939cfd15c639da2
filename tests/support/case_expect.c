/* case_expect.c: what a case expects of the answer, line by line. */
#include <stdio.h>
#include <stdlib.h>

#include "case_run.h"

typedef struct wanting {
    wm_case_run *run;
    const wm_case_line *line;
} wanting;

typedef struct place {
    const char *section; /* NULL: nowhere */
    uint32_t at;         /* from 1 */
    const wm_json *card;
} place;

#define MISS(w, ...) wm_case_fail((w)->run, (w)->line, __VA_ARGS__)

/* ---- finding cards ---- */

static place find_in(const wanting *w, const char *section, wm_str wanted)
{
    const wm_json *cards = wm_json_get(wm_case_section(w->run->answer, section), "cards");
    for (uint32_t i = 0; cards != NULL && i < cards->count; i++) {
        if (wm_case_matches(w->run, &cards->as.items[i], wanted)) {
            return (place){ section, i + 1, &cards->as.items[i] };
        }
    }
    return (place){ NULL, 0, NULL };
}

static place find(const wanting *w, wm_str wanted)
{
    place found = { NULL, 0, NULL };
    for (int s = 0; s < WM_CASE_SECTIONS && found.card == NULL; s++) {
        found = find_in(w, wm_case_sections[s], wanted);
    }
    return found;
}

static const char *where(const place *found, char text[64])
{
    if (found->card == NULL) {
        return "it is nowhere";
    }
    (void)snprintf(text, 64, "it is %u in %s", found->at, found->section);
    return text;
}

/* A misspelt name would make "has not" hold for ever. */
static bool is_known(const wanting *w, wm_str wanted)
{
    char id[120];
    wm_kind kind = WM_KIND_SERVICE;
    bool offer = wm_str_starts(wanted, WM_STR("offer:"));
    if (offer || wm_str_starts(wanted, WM_STR("kind:"))) {
        kind = WM_KIND_TEXT;
    }
    (void)snprintf(id, sizeof id, "%.*s", WM_STR_ARG(wanted));
    char *colon = kind == WM_KIND_TEXT ? strchr(id, ':') : NULL;
    if (colon != NULL) {
        *colon = '.';
    }
    bool known = wm_real_record(w->run->directory, kind, wm_str_of(id), &w->run->arena) != NULL;
    if (!known) {
        MISS(w, "the directory has no %.*s", WM_STR_ARG(wanted));
    }
    return known;
}

/* ---- lines of a section ---- */

static bool says(const wm_json *notes, wm_str code)
{
    static const char *const prefixes[] = { "", "line.", "note." };
    for (uint32_t i = 0; wm_json_is(notes, WM_JSON_ARRAY) && i < notes->count; i++) {
        wm_str found = wm_case_string(&notes->as.items[i], "code");
        for (size_t p = 0; p < sizeof prefixes / sizeof prefixes[0]; p++) {
            char whole[120];
            (void)snprintf(whole, sizeof whole, "%s%.*s", prefixes[p], WM_STR_ARG(code));
            if (wm_str_is(found, whole)) {
                return true;
            }
            (void)snprintf(whole, sizeof whole, "%s%.*s", prefixes[p], WM_STR_ARG(found));
            if (wm_str_is(code, whole)) {
                return true;
            }
        }
    }
    return false;
}

static void section_has(const wanting *w, const char *section, bool wanted)
{
    char text[64];
    const char *list = w->line->value;
    for (wm_str one = wm_case_next_word(&list); one.len > 0; one = wm_case_next_word(&list)) {
        if (!is_known(w, one)) {
            continue;
        }
        place found = find_in(w, section, one);
        if (wanted && found.card == NULL) {
            place other = find(w, one);
            MISS(w, "expected %.*s; %s", WM_STR_ARG(one), where(&other, text));
        } else if (!wanted && found.card != NULL) {
            MISS(w, "expected no %.*s; %s", WM_STR_ARG(one), where(&found, text));
        }
    }
}

/* "a above b above c" */
static void section_order(const wanting *w, const char *section)
{
    place above = { NULL, 0, NULL };
    char text[64];
    wm_str above_name = { "", 0 };
    const char *rest = w->line->value;
    while (*rest != '\0') {
        const char *end = strstr(rest, " above ");
        wm_str one = { rest, end != NULL ? (size_t)(end - rest) : strlen(rest) };
        rest = end != NULL ? end + 7 : rest + one.len;
        place found = is_known(w, one) ? find_in(w, section, one) : above;
        if (found.card == NULL) {
            MISS(w, "expected %.*s here; %s", WM_STR_ARG(one),
                 where(&(place){ find(w, one).section, find(w, one).at, find(w, one).card }, text));
        } else if (above.card != NULL && above.at > found.at) {
            MISS(w, "expected %.*s above %.*s; they are %u and %u", WM_STR_ARG(above_name),
                 WM_STR_ARG(one), above.at, found.at);
        }
        above = found.card != NULL ? found : above;
        above_name = one;
    }
}

static void section_says(const wanting *w, const char *section, bool wanted)
{
    const char *list = w->line->value;
    const wm_json *own = wm_json_get(wm_case_section(w->run->answer, section), "notes");
    for (wm_str one = wm_case_next_word(&list); one.len > 0; one = wm_case_next_word(&list)) {
        if (says(own, one) != wanted) {
            MISS(w, "expected the section %s %.*s", wanted ? "to say" : "not to say",
                 WM_STR_ARG(one));
        }
    }
}

/* "2", "at most 10", "at least 1" */
static void section_count(const wanting *w, const char *section)
{
    const wm_json *cards = wm_json_get(wm_case_section(w->run->answer, section), "cards");
    long count = cards != NULL ? (long)cards->count : 0;
    const char *value = w->line->value;
    bool most = strncmp(value, "at most ", 8) == 0;
    bool least = strncmp(value, "at least ", 9) == 0;
    long wanted = strtol(value + (most ? 8 : least ? 9 : 0), NULL, 10);
    if (most ? count > wanted : least ? count < wanted : count != wanted) {
        MISS(w, "expected %s cards, found %ld", value, count);
    }
}

static void section_line(const wanting *w, const char *section, const char *what)
{
    if (strcmp(what, "has") == 0 || strcmp(what, "has not") == 0) {
        section_has(w, section, what[3] == '\0');
    } else if (strcmp(what, "first") == 0) {
        char text[64];
        place found = find(w, wm_str_of(w->line->value));
        const wm_json *cards = wm_json_get(wm_case_section(w->run->answer, section), "cards");
        bool first = cards != NULL && cards->count > 0 &&
                     wm_case_matches(w->run, &cards->as.items[0], wm_str_of(w->line->value));
        if (is_known(w, wm_str_of(w->line->value)) && !first) {
            MISS(w, "expected %s to be first; %s", w->line->value, where(&found, text));
        }
    } else if (strcmp(what, "order") == 0) {
        section_order(w, section);
    } else if (strcmp(what, "says") == 0 || strcmp(what, "says not") == 0) {
        section_says(w, section, what[4] == '\0');
    } else if (strcmp(what, "count") == 0) {
        section_count(w, section);
    } else {
        MISS(w, "expected has, has not, first, order, says, says not or count behind %s", section);
    }
}

/* ---- lines of a card ---- */

static bool list_contains(const wm_json *list, const char *part)
{
    for (uint32_t i = 0; wm_json_is(list, WM_JSON_ARRAY) && i < list->count; i++) {
        if (wm_case_contains(wm_json_string(&list->as.items[i]), part)) {
            return true;
        }
    }
    return false;
}

static bool list_has(const wm_json *list, wm_str word)
{
    for (uint32_t i = 0; wm_json_is(list, WM_JSON_ARRAY) && i < list->count; i++) {
        if (wm_str_equal(wm_json_string(&list->as.items[i]), word)) {
            return true;
        }
    }
    return false;
}

static void card_text(const wanting *w, const wm_json *card, const char *member)
{
    wm_str found = wm_case_string(card, member);
    if (!wm_str_is(found, w->line->value)) {
        MISS(w, "expected %s, found %.*s", w->line->value, found.len > 0 ? (int)found.len : 7,
             found.len > 0 ? found.ptr : "nothing");
    }
}

static void card_yes(const wanting *w, const wm_json *value)
{
    bool yes = wm_json_boolean(value, false);
    if (yes != (strcmp(w->line->value, "yes") == 0)) {
        MISS(w, "expected %s, found %s", w->line->value, yes ? "yes" : "no");
    }
}

static void card_reason(const wanting *w, const wm_json *card, bool wanted)
{
    const wm_json *why = wm_json_get(card, "why");
    if (list_contains(why, w->line->value) != wanted) {
        MISS(w, "expected %s \"%s\"; the first reason is \"%.*s\"",
             wanted ? "a reason with" : "no reason with", w->line->value,
             WM_STR_ARG(why != NULL && why->count > 0 ? wm_json_string(&why->as.items[0])
                                                      : WM_STR("")));
    }
}

static void card_notes(const wanting *w, const wm_json *card, bool wanted)
{
    const char *list = w->line->value;
    for (wm_str one = wm_case_next_word(&list); one.len > 0; one = wm_case_next_word(&list)) {
        if (says(wm_json_get(card, "notes"), one) != wanted) {
            MISS(w, "expected %s note %.*s", wanted ? "the" : "no", WM_STR_ARG(one));
        }
    }
}

static void card_missing(const wanting *w, const wm_json *card)
{
    const wm_json *missing = wm_json_get(card, "missing");
    const char *list = w->line->value;
    if (strcmp(list, "nothing") == 0) {
        if (missing != NULL && missing->count > 0) {
            MISS(w, "expected nothing missing, found %.*s",
                 WM_STR_ARG(wm_json_string(&missing->as.items[0])));
        }
        return;
    }
    for (wm_str one = wm_case_next_word(&list); one.len > 0; one = wm_case_next_word(&list)) {
        if (!list_has(missing, one)) {
            MISS(w, "expected %.*s to be missing", WM_STR_ARG(one));
        }
    }
}

static void card_line(const wanting *w, const char *what, const wm_json *card)
{
    static const char *const texts[][2] = {
        { "verdict", "verdict" },
        { "status", "status" },
        { "starts", "starts_on" },
        { "ends", "ends_on" },
        { "above next", "above_next_because" },
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(what, texts[i][0]) == 0) {
            card_text(w, card, texts[i][1]);
            return;
        }
    }
    if (strcmp(what, "reason") == 0 || strcmp(what, "no reason") == 0) {
        card_reason(w, card, what[0] == 'r');
    } else if (strcmp(what, "note") == 0 || strcmp(what, "no note") == 0) {
        card_notes(w, card, what[3] == 'e');
    } else if (strcmp(what, "missing") == 0) {
        card_missing(w, card);
    } else if (strcmp(what, "near miss") == 0) {
        card_yes(w, wm_json_get(card, "near_miss"));
    } else if (strcmp(what, "usable") == 0) {
        card_yes(w, wm_json_get(card, "usable_now"));
    } else if (strcmp(what, "open") == 0) {
        card_yes(w, wm_json_get(wm_json_get(card, "open"), "now"));
    } else if (strcmp(what, "distance") == 0) {
        card_yes(w, &(wm_json){ .type = WM_JSON_BOOL,
                                .as.boolean = wm_json_get(card, "distance_m") != NULL });
    } else {
        MISS(w, "expected verdict, status, starts, ends, above next, reason, note, missing, near "
                "miss, usable, open or distance of a service");
    }
}

/* "verdict of x": what is `verdict`, and the card of x is looked for in all sections. */
static bool of_card(const wanting *w)
{
    const char *of = strstr(w->line->key, " of ");
    if (of == NULL) {
        return false;
    }
    char what[40];
    wm_str wanted = wm_str_of(of + 4);
    (void)snprintf(what, sizeof what, "%.*s", (int)(of - w->line->key), w->line->key);
    if (is_known(w, wanted)) {
        place found = find(w, wanted);
        if (found.card != NULL) {
            card_line(w, what, found.card);
        } else {
            MISS(w, "%.*s is nowhere in the answer", WM_STR_ARG(wanted));
        }
    }
    return true;
}

/* ---- lines of the whole answer ---- */

static void everywhere(const wanting *w, bool wanted, bool count_no)
{
    char text[64];
    const char *list = w->line->value;
    for (wm_str one = wm_case_next_word(&list); one.len > 0; one = wm_case_next_word(&list)) {
        place found = { NULL, 0, NULL };
        if (!is_known(w, one)) {
            continue;
        }
        for (int s = 0; s < WM_CASE_SECTIONS && found.card == NULL; s++) {
            bool counts = count_no || strcmp(wm_case_sections[s], "NOT_A_MATCH") != 0;
            found = counts ? find_in(w, wm_case_sections[s], one) : found;
        }
        if ((found.card != NULL) != wanted) {
            MISS(w, "expected %.*s %s; %s", WM_STR_ARG(one), wanted ? "somewhere" : "not to be",
                 where(&found, text));
        }
    }
}

static void answer_says(const wanting *w, bool wanted)
{
    const char *list = w->line->value;
    const wm_json *sections = wm_json_get(w->run->answer, "sections");
    for (wm_str one = wm_case_next_word(&list); one.len > 0; one = wm_case_next_word(&list)) {
        bool found = says(wm_json_get(w->run->answer, "notes"), one);
        for (uint32_t i = 0; sections != NULL && i < sections->count; i++) {
            found = found || says(wm_json_get(&sections->as.items[i], "notes"), one);
        }
        if (found != wanted) {
            MISS(w, "expected the answer %s %.*s", wanted ? "to say" : "not to say",
                 WM_STR_ARG(one));
        }
    }
}

static void question(const wanting *w, bool wanted)
{
    wm_str fact = wm_case_string(wm_json_get(w->run->answer, "next_question"), "fact");
    bool none = strcmp(w->line->value, "none") == 0;
    bool any = strcmp(w->line->value, "any") == 0;
    bool found = none ? fact.len == 0 : any ? fact.len > 0 : wm_str_is(fact, w->line->value);
    if (found != wanted) {
        MISS(w, "expected %s, found %.*s", w->line->value, fact.len > 0 ? (int)fact.len : 4,
             fact.len > 0 ? fact.ptr : "none");
    }
}

static void gap(const wanting *w)
{
    const wm_json *gaps = wm_json_get(w->run->answer, "gaps");
    bool none = strcmp(w->line->value, "none") == 0;
    bool any = strcmp(w->line->value, "any") == 0;
    bool some = gaps != NULL && gaps->count > 0;
    if (none ? some : any ? !some : !says(gaps, wm_str_of(w->line->value))) {
        MISS(w, "expected %s, found %.*s", w->line->value,
             WM_STR_ARG(some ? wm_case_string(&gaps->as.items[0], "code") : WM_STR("none")));
    }
}

static void understood(const wanting *w, bool wanted)
{
    const char *list = w->line->value;
    const wm_json *needs = wm_json_get(wm_json_get(w->run->answer, "understood"), "needs");
    for (wm_str one = wm_case_next_word(&list); one.len > 0; one = wm_case_next_word(&list)) {
        if (wm_real_record(w->run->directory, WM_KIND_NEED, one, &w->run->arena) == NULL) {
            MISS(w, "the directory has no need %.*s", WM_STR_ARG(one));
        } else if (list_has(needs, one) != wanted) {
            MISS(w, "expected %.*s %s", WM_STR_ARG(one),
                 wanted ? "to be understood" : "not to be understood");
        }
    }
}

static void in_place(const wanting *w)
{
    const wm_json *locality = wm_json_get(wm_json_get(w->run->answer, "understood"), "locality");
    wm_str name = wm_case_string(locality, "name");
    if (!wm_str_is(name, w->line->value) &&
        !wm_str_is(wm_case_string(locality, "code"), w->line->value)) {
        MISS(w, "expected %s, found %.*s", w->line->value, WM_STR_ARG(name));
    }
}

static bool rule_in(const wm_json *list, const char *member, wm_str rule)
{
    for (uint32_t i = 0; wm_json_is(list, WM_JSON_ARRAY) && i < list->count; i++) {
        const wm_json *item = &list->as.items[i];
        if (wm_str_equal(member != NULL ? wm_case_string(item, member) : wm_json_string(item),
                         rule)) {
            return true;
        }
    }
    return false;
}

static bool rule_fired(const wm_json *answer, wm_str rule)
{
    bool fired = rule_in(wm_json_get(answer, "notes"), "rule", rule) ||
                 rule_in(wm_json_get(answer, "gaps"), "rule", rule);
    const wm_json *sections = wm_json_get(answer, "sections");
    for (uint32_t s = 0; sections != NULL && s < sections->count && !fired; s++) {
        const wm_json *cards = wm_json_get(&sections->as.items[s], "cards");
        fired = rule_in(wm_json_get(&sections->as.items[s], "notes"), "rule", rule);
        for (uint32_t i = 0; cards != NULL && i < cards->count && !fired; i++) {
            fired = rule_in(wm_json_get(&cards->as.items[i], "rules"), NULL, rule) ||
                    rule_in(wm_json_get(&cards->as.items[i], "notes"), "rule", rule);
        }
    }
    return fired;
}

static bool rule_waits(wm_case_run *run, wm_str rule)
{
    bool waits = false;
    wm_case_find_waiting(run);
    for (size_t i = 0; i < run->waiting_count && !waits; i++) {
        waits = wm_str_equal(run->waiting[i], rule);
    }
    return waits;
}

static void rules(const wanting *w)
{
    const char *list = w->line->value;
    const char *how = w->line->key + strlen("rule ");
    for (wm_str one = wm_case_next_word(&list); one.len > 0; one = wm_case_next_word(&list)) {
        if (wm_real_record(w->run->directory, WM_KIND_RULE, one, &w->run->arena) == NULL) {
            MISS(w, "the directory has no rule %.*s", WM_STR_ARG(one));
            continue;
        }
        bool fired = rule_fired(w->run->answer, one);
        bool told = rule_in(wm_json_get(w->run->answer, "would_also_apply"), "rule", one);
        bool waits = !fired && strcmp(how, "waits") == 0 && rule_waits(w->run, one);
        bool good = strcmp(how, "fired") == 0       ? fired
                    : strcmp(how, "not fired") == 0 ? !fired
                    : strcmp(how, "told") == 0      ? told
                                                    : waits;
        if (!good) {
            MISS(w, "expected %.*s; it %s", WM_STR_ARG(one),
                 fired  ? "fired"
                 : told ? "is told as one that might apply"
                        : "did not fire");
        }
    }
}

typedef struct looking {
    const char *part;
    bool found;
} looking;

static void look(void *context, wm_str text, bool is_name)
{
    (void)is_name;
    looking *l = context;
    l->found = l->found || wm_case_contains(text, l->part);
}

static void shows(const wanting *w, bool wanted)
{
    looking l = { w->line->value, false };
    wm_case_each_text(w->run, look, &l);
    if (l.found != wanted) {
        MISS(w, "expected \"%s\" %s", w->line->value, wanted ? "to be shown" : "not to be shown");
    }
}

static void error_text(const wanting *w)
{
    wm_str text = wm_case_string(wm_json_get(w->run->answer, "error"), "text");
    if (text.len == 0 || !wm_case_contains(text, w->line->value)) {
        MISS(w, "expected an error with \"%s\", found %.*s", w->line->value,
             WM_STR_ARG(text.len > 0 ? text : WM_STR("none")));
    }
}

static bool of_answer(const wanting *w)
{
    const char *key = w->line->key;
    if (strcmp(key, "somewhere") == 0 || strcmp(key, "nowhere") == 0) {
        everywhere(w, key[0] == 's', true);
    } else if (strcmp(key, "not offered") == 0 || strcmp(key, "offered") == 0) {
        everywhere(w, key[0] == 'o', false);
    } else if (strcmp(key, "says") == 0 || strcmp(key, "says not") == 0) {
        answer_says(w, key[4] == '\0');
    } else if (strcmp(key, "question") == 0 || strcmp(key, "question not") == 0) {
        question(w, key[8] == '\0');
    } else if (strcmp(key, "gap") == 0) {
        gap(w);
    } else if (strcmp(key, "understood") == 0 || strcmp(key, "understood not") == 0) {
        understood(w, key[10] == '\0');
    } else if (strcmp(key, "place") == 0) {
        in_place(w);
    } else if (strcmp(key, "rule fired") == 0 || strcmp(key, "rule not fired") == 0 ||
               strcmp(key, "rule waits") == 0 || strcmp(key, "rule told") == 0) {
        rules(w);
    } else if (strcmp(key, "shows") == 0 || strcmp(key, "shows not") == 0) {
        shows(w, key[5] == '\0');
    } else if (strcmp(key, "error") == 0) {
        error_text(w);
    } else {
        return false;
    }
    return true;
}

static void expect_line(const wanting *w)
{
    for (int s = 0; s < WM_CASE_SECTIONS; s++) {
        size_t length = strlen(wm_case_sections[s]);
        if (strncmp(w->line->key, wm_case_sections[s], length) == 0 &&
            w->line->key[length] == ' ') {
            section_line(w, wm_case_sections[s], w->line->key + length + 1);
            return;
        }
    }
    if (!of_answer(w) && !of_card(w)) {
        MISS(w, "this is neither part of a question nor something to expect (see README.md)");
    }
}

void wm_case_expect(wm_case_run *run)
{
    const wm_json *error = wm_json_get(run->answer, "error");
    if (error != NULL && wm_case_value(run->of, "error") == NULL) {
        wm_case_fail(run, NULL, "the answer is an error: %.*s",
                     WM_STR_ARG(wm_case_string(error, "text")));
        return;
    }
    for (size_t i = 0; i < run->of->count; i++) {
        if (!wm_case_is_question(run->of->lines[i].key)) {
            wanting w = { run, &run->of->lines[i] };
            expect_line(&w);
        }
    }
}

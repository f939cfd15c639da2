/* case_query.c: from the lines of a case to a query. A fact is written as people say it; its type
 * stands in the directory's fact records. */
#include <stdio.h>
#include <stdlib.h>

#include "case_run.h"

#define USUAL_NOW "2026-11-24T11:00" /* a Tuesday */
#define NAME_BYTES_MAX 100

typedef struct writing {
    wm_case_run *run;
    const wm_case_line *line;
    wm_json_out *out;
} writing;

static bool put_fact(writing *w, wm_str name, wm_str value);

/* ---- small words ---- */

static wm_str trimmed(wm_str text)
{
    while (text.len > 0 && text.ptr[0] == ' ') {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && text.ptr[text.len - 1] == ' ') {
        text.len--;
    }
    return text;
}

/* The part before the first `mark`, taken off `rest`. */
static wm_str take_until(wm_str *rest, const char *mark)
{
    size_t length = strlen(mark);
    for (size_t i = 0; i + length <= rest->len; i++) {
        if (memcmp(rest->ptr + i, mark, length) == 0) {
            wm_str part = { rest->ptr, i };
            *rest = (wm_str){ rest->ptr + i + length, rest->len - i - length };
            return trimmed(part);
        }
    }
    wm_str part = *rest;
    *rest = (wm_str){ "", 0 };
    return trimmed(part);
}

wm_str wm_case_next_word(const char **list)
{
    wm_str rest = { *list, strlen(*list) };
    wm_str word = { "", 0 };
    while (word.len == 0 && rest.len > 0) {
        word = take_until(&rest, ",");
    }
    *list = rest.len > 0 ? rest.ptr : "";
    return word;
}

/* "12" at the head of the text, which is taken off; -1: it begins with none. */
static int take_number(wm_str *text)
{
    int number = -1;
    while (text->len > 0 && text->ptr[0] >= '0' && text->ptr[0] <= '9' && number < 100000) {
        number = (number < 0 ? 0 : number * 10) + (text->ptr[0] - '0');
        text->ptr++;
        text->len--;
    }
    *text = trimmed(*text);
    return number;
}

static bool take_word(wm_str *text, const char *word)
{
    size_t length = strlen(word);
    if (text->len < length || memcmp(text->ptr, word, length) != 0) {
        return false;
    }
    *text = trimmed((wm_str){ text->ptr + length, text->len - length });
    return true;
}

static void put_member(writing *w, const char *name, const char *text)
{
    wm_json_out_object(w->out);
    wm_json_out_member_text(w->out, name, text);
    wm_json_out_end_object(w->out);
}

/* ---- one fact ---- */

static bool put_age(writing *w, wm_str value)
{
    if (take_word(&value, "born")) {
        wm_json_out_object(w->out);
        wm_json_out_member_string(w->out, "dob", value);
        wm_json_out_end_object(w->out);
        return true;
    }
    int years = take_number(&value);
    if (years < 0) {
        return false;
    }
    bool to = take_word(&value, "to");
    int second = take_number(&value);
    wm_json_out_object(w->out);
    if (to) {
        wm_json_out_member_integer(w->out, "min", years);
        wm_json_out_member_integer(w->out, "max", second);
    } else if (take_word(&value, "months")) {
        wm_json_out_member_integer(w->out, "months", years);
    } else if (take_word(&value, "years")) {
        int months = take_number(&value);
        wm_json_out_member_integer(w->out, months >= 0 ? "months" : "years",
                                   months >= 0 ? years * 12 + months : years);
        (void)take_word(&value, "months");
    } else {
        wm_json_out_member_integer(w->out, "years", years);
    }
    wm_json_out_end_object(w->out);
    return value.len == 0 && (!to || second >= years);
}

static bool put_code(writing *w, wm_str name)
{
    wm_str code = wm_real_locality(w->run->directory, name, &w->run->arena);
    wm_json_out_string(w->out, code);
    return code.len > 0;
}

/* "a or b": {"one_of":[..]}; "a": a. */
static bool put_one_of(writing *w, wm_str value, bool is_place)
{
    bool good = true;
    wm_str rest = value;
    wm_str first = take_until(&rest, " or ");
    bool several = rest.len > 0;
    if (several) {
        wm_json_out_object(w->out);
        wm_json_out_name(w->out, "one_of");
        wm_json_out_array(w->out);
    }
    for (wm_str one = first; one.len > 0; one = take_until(&rest, " or ")) {
        if (is_place) {
            good = put_code(w, one) && good;
        } else {
            wm_json_out_string(w->out, one);
        }
    }
    if (several) {
        wm_json_out_end_array(w->out);
        wm_json_out_end_object(w->out);
    }
    return good;
}

static void put_terms(writing *w, wm_str value, bool negated)
{
    wm_json_out_name(w->out, negated ? "not" : "has");
    wm_json_out_array(w->out);
    while (value.len > 0) {
        wm_str term = take_until(&value, ",");
        bool is_not = take_word(&term, "not ");
        if (is_not == negated && !wm_str_is(term, "nothing else") && !wm_str_is(term, "nothing")) {
            wm_json_out_string(w->out, term);
        }
    }
    wm_json_out_end_array(w->out);
}

static bool put_set(writing *w, wm_str value)
{
    bool complete = false;
    for (wm_str rest = value; rest.len > 0;) {
        wm_str term = take_until(&rest, ",");
        complete = complete || wm_str_is(term, "nothing else") || wm_str_is(term, "nothing");
    }
    wm_json_out_object(w->out);
    put_terms(w, value, false);
    put_terms(w, value, true);
    if (complete) {
        wm_json_out_member_boolean(w->out, "complete", true);
    }
    wm_json_out_end_object(w->out);
    return true;
}

static bool put_level(writing *w, wm_str value)
{
    wm_str low = take_until(&value, " to ");
    if (value.len == 0) {
        wm_json_out_string(w->out, low);
        return true;
    }
    wm_json_out_object(w->out);
    wm_json_out_member_string(w->out, "min", low);
    wm_json_out_member_string(w->out, "max", value);
    wm_json_out_end_object(w->out);
    return true;
}

/* "never", a date, "8 days ago", "3 weeks ago", "11 months ago". */
static bool put_event(writing *w, wm_str value)
{
    wm_date first = 0;
    wm_date last = 0;
    char text[WM_DATE_TEXT_BYTES];
    if (wm_str_is(value, "never")) {
        wm_json_out_object(w->out);
        wm_json_out_member_boolean(w->out, "none", true);
        wm_json_out_end_object(w->out);
        return true;
    }
    if (wm_date_parse_partial(value, &first, &last)) {
        wm_json_out_object(w->out);
        wm_json_out_member_string(w->out, "date", value);
        wm_json_out_end_object(w->out);
        return true;
    }
    int count = take_number(&value);
    if (count < 0) {
        return false;
    }
    if (wm_str_is(value, "months ago") || wm_str_is(value, "month ago")) {
        wm_json_out_object(w->out);
        wm_json_out_member_integer(w->out, "months", count);
        wm_json_out_end_object(w->out);
        return true;
    }
    bool weeks = wm_str_is(value, "weeks ago") || wm_str_is(value, "week ago");
    put_member(w, "date", wm_date_format(w->run->day - count * (weeks ? 7 : 1), text));
    return weeks || wm_str_is(value, "days ago") || wm_str_is(value, "day ago");
}

/* "age 80; conditions dementia": the facts of one person. */
static bool put_person(writing *w, wm_str value)
{
    bool good = true;
    wm_json_out_object(w->out);
    while (value.len > 0 && good) {
        wm_str rest = take_until(&value, ";");
        wm_str name = take_until(&rest, " ");
        good = name.len == 0 || put_fact(w, name, trimmed(rest));
    }
    wm_json_out_end_object(w->out);
    return good;
}

/* All lines of the same key are people of one list. */
static bool put_people(writing *w, const char *key)
{
    bool good = true;
    bool complete = false;
    const wm_case *c = w->run->of;
    wm_json_out_object(w->out);
    wm_json_out_name(w->out, "people");
    wm_json_out_array(w->out);
    for (size_t i = 0; i < c->count && good; i++) {
        if (strcmp(c->lines[i].key, key) == 0) {
            wm_str value = wm_str_of(c->lines[i].value);
            bool nobody = wm_str_is(value, "nobody") || wm_str_is(value, "nobody else");
            complete = complete || nobody;
            good = nobody || put_person(w, value);
        }
    }
    wm_json_out_end_array(w->out);
    if (complete) {
        wm_json_out_member_boolean(w->out, "complete", true);
    }
    wm_json_out_end_object(w->out);
    return good;
}

static bool put_typed(writing *w, wm_str type, wm_str value)
{
    if (wm_str_is(type, "flag")) {
        wm_json_out_boolean(w->out, wm_str_is(value, "yes"));
        return wm_str_is(value, "yes") || wm_str_is(value, "no");
    }
    if (wm_str_is(type, "age")) {
        return put_age(w, value);
    }
    if (wm_str_is(type, "area") && wm_str_is(value, "nowhere")) {
        wm_json_out_object(w->out);
        wm_json_out_member_boolean(w->out, "none", true);
        wm_json_out_end_object(w->out);
        return true;
    }
    if (wm_str_is(type, "area") || wm_str_is(type, "one")) {
        return put_one_of(w, value, wm_str_is(type, "area"));
    }
    if (wm_str_is(type, "set")) {
        return put_set(w, value);
    }
    if (wm_str_is(type, "level")) {
        return put_level(w, value);
    }
    if (wm_str_is(type, "event")) {
        return put_event(w, value);
    }
    return wm_str_is(type, "people") && put_people(w, w->line->key);
}

/* Name and value. False: there is no such fact, or the value is none of its type. */
static bool put_fact(writing *w, wm_str name, wm_str value)
{
    wm_json_out_name_str(w->out, name);
    const wm_json *record = wm_real_record(w->run->directory, WM_KIND_FACT, name, &w->run->arena);
    if (record == NULL) {
        wm_json_out_null(w->out);
        return false;
    }
    static const char *const unknowns[][2] = { { "unknown", "unknown" },
                                               { "declined", "declined" },
                                               { "not asked", "not_asked" } };
    for (size_t i = 0; i < sizeof unknowns / sizeof unknowns[0]; i++) {
        if (wm_str_is(value, unknowns[i][0])) {
            put_member(w, "?", unknowns[i][1]);
            return true;
        }
    }
    return put_typed(w, wm_case_string(record, "type"), value);
}

/* ---- the facts of one side ---- */

static const char *fact_of(const char *key, const char *side)
{
    size_t length = strlen(side);
    const char *plain = key;
    if (length > 0) {
        if (strncmp(key, side, length) != 0) {
            return NULL;
        }
        plain = key + length;
    } else if (strncmp(key, "fact ", 5) == 0) {
        return key + 5;
    }
    return strcmp(plain, "age") == 0 || strcmp(plain, "born") == 0 ? "age"
           : length > 0                                            ? plain
                                                                   : NULL;
}

/* side "": of the person, "asker ": of who asks. */
static void put_facts(wm_case_run *run, wm_json_out *out, const char *name, const char *side)
{
    const wm_case *c = run->of;
    bool opened = false;
    for (size_t i = 0; i < c->count; i++) {
        const wm_case_line *line = &c->lines[i];
        const char *fact = fact_of(line->key, side);
        bool seen = false;
        for (size_t before = 0; before < i; before++) {
            seen = seen || strcmp(c->lines[before].key, line->key) == 0;
        }
        if (fact == NULL || seen) {
            continue;
        }
        if (!opened) {
            wm_json_out_name(out, name);
            wm_json_out_object(out);
            opened = true;
        }
        char value[1000];
        bool born = strstr(line->key, "born") != NULL;
        (void)snprintf(value, sizeof value, "%s%s", born ? "born " : "", line->value);
        writing w = { run, line, out };
        if (!put_fact(&w, wm_str_of(fact), wm_str_of(value))) {
            wm_case_fail(run, line, "%s: no such fact, or \"%s\" is not a value of it", fact,
                         line->value);
        }
    }
    if (opened) {
        wm_json_out_end_object(out);
    }
}

/* ---- the rest of a query ---- */

static void put_tried(wm_case_run *run, wm_json_out *out)
{
    static const char *const outcomes[][2] = { { "refused", "refused" },
                                               { "did not help", "did_not_help" },
                                               { "waiting", "waiting" } };
    if (wm_case_value(run->of, "tried") == NULL) {
        return;
    }
    wm_json_out_name(out, "tried");
    wm_json_out_array(out);
    for (size_t i = 0; i < run->of->count; i++) {
        const wm_case_line *line = &run->of->lines[i];
        if (strcmp(line->key, "tried") != 0) {
            continue;
        }
        wm_str rest = wm_str_of(line->value);
        wm_str service = take_until(&rest, " ");
        const char *outcome = NULL;
        for (size_t o = 0; o < 3 && outcome == NULL; o++) {
            outcome = take_word(&rest, outcomes[o][0]) ? outcomes[o][1] : NULL;
        }
        if (outcome == NULL) {
            wm_case_fail(run, line,
                         "expected a service and refused, did not help or waiting, found \"%s\"",
                         line->value);
            outcome = "refused";
        }
        wm_json_out_object(out);
        wm_json_out_member_string(out, "service", service);
        wm_json_out_member_text(out, "outcome", outcome);
        if (rest.len > 0) {
            wm_json_out_member_string(out, "date", rest);
        }
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
}

static void put_languages(wm_json_out *out, wm_str rest)
{
    wm_json_out_name(out, "languages");
    wm_json_out_array(out);
    while (rest.len > 0) {
        wm_json_out_string(out, take_until(&rest, " "));
    }
    wm_json_out_end_array(out);
}

static void put_access(wm_case_run *run, wm_json_out *out)
{
    const char *list = wm_case_value(run->of, "access");
    if (list == NULL) {
        return;
    }
    wm_json_out_name(out, "access");
    wm_json_out_object(out);
    for (wm_str word = wm_case_next_word(&list); word.len > 0; word = wm_case_next_word(&list)) {
        wm_str rest = word;
        if (take_word(&rest, "interpreter")) {
            wm_json_out_member_string(out, "interpreter", rest);
        } else if (take_word(&rest, "languages") || take_word(&rest, "language")) {
            put_languages(out, rest);
        } else {
            wm_json_out_name_str(out, wm_str_is(word, "step free") ? WM_STR("step_free") : word);
            wm_json_out_boolean(out, true);
        }
    }
    wm_json_out_end_object(out);
}

static void put_needs(wm_case_run *run, wm_json_out *out)
{
    const char *list = wm_case_value(run->of, "need");
    if (list == NULL) {
        return;
    }
    wm_json_out_name(out, "needs");
    wm_json_out_array(out);
    for (wm_str word = wm_case_next_word(&list); word.len > 0; word = wm_case_next_word(&list)) {
        wm_json_out_string(out, word);
    }
    wm_json_out_end_array(out);
}

static void put_time(wm_case_run *run, wm_json_out *out)
{
    const char *on = wm_case_value(run->of, "on");
    const char *now = wm_case_value(run->of, "now");
    now = now == NULL && on == NULL ? USUAL_NOW : now;
    run->has_time = now != NULL;
    wm_str day = on != NULL ? wm_str_of(on) : (wm_str){ now, strlen(now) < 10 ? 0 : 10 };
    if (!wm_date_parse(day, &run->day)) {
        wm_case_fail(run, NULL, "expected a day like 2026-11-24, or a time like " USUAL_NOW);
    }
    if (on != NULL) {
        wm_json_out_member_text(out, "as_of", on);
    }
    if (now != NULL) {
        wm_json_out_member_text(out, "now", now);
    }
}

static const char *const plain_keys[][2] = {
    { "words", "text" },  { "at", "at" },     { "actor", "actor" },
    { "about", "about" }, { "lang", "lang" },
};

bool wm_case_is_question(const char *key)
{
    static const char *const others[] = { "case", "waiting", "need",    "tried",   "access", "on",
                                          "now",  "limit",   "replica", "edition", NULL };
    for (size_t i = 0; i < sizeof plain_keys / sizeof plain_keys[0]; i++) {
        if (strcmp(key, plain_keys[i][0]) == 0) {
            return true;
        }
    }
    for (size_t i = 0; others[i] != NULL; i++) {
        if (strcmp(key, others[i]) == 0) {
            return true;
        }
    }
    return fact_of(key, "") != NULL || strncmp(key, "asker ", 6) == 0;
}

void wm_case_make_query(wm_case_run *run)
{
    wm_json_out out;
    wm_json_out_init(&out, &run->query);
    wm_json_out_object(&out);
    for (size_t i = 0; i < sizeof plain_keys / sizeof plain_keys[0]; i++) {
        const char *value = wm_case_value(run->of, plain_keys[i][0]);
        if (value != NULL) {
            wm_json_out_member_text(&out, plain_keys[i][1], value);
        }
    }
    put_time(run, &out);
    put_needs(run, &out);
    put_facts(run, &out, "facts", "");
    put_facts(run, &out, "actor_facts", "asker ");
    put_tried(run, &out);
    put_access(run, &out);
    const char *limit = wm_case_value(run->of, "limit");
    if (limit != NULL) {
        wm_json_out_member_integer(&out, "limit", strtol(limit, NULL, 10));
    }
    wm_json_out_end_object(&out);
    const char *edition = wm_case_value(run->of, "edition");
    const char *actor = wm_case_value(run->of, "actor");
    run->is_public = edition != NULL ? strcmp(edition, "public") == 0
                                     : actor == NULL || (strcmp(actor, "gp") != 0 &&
                                                         strcmp(actor, "professional") != 0);
}

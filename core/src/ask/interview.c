/* interview.c: replies become facts of the query; then the query is answered.
 *
 *   interview --read--> query + replies --check each--> query --wm_find_asking--> answer
 *
 * A reply to what is known already is refused: the caller has mixed something up, and a fact that
 * was silently replaced could turn a "no" into a "yes". */
#include "ask/interview.h"

#include <assert.h>

#include "ask/find.h"
#include "ask/question.h"
#include "ask/reply.h"

typedef enum reply_how { REPLY_VALUE, REPLY_TEXT, REPLY_SKIP, REPLY_DECLINE } reply_how;

typedef struct reply {
    const wm_askable *fact;
    wm_question_of of;
    reply_how how;
    const wm_json *value; /* of VALUE and TEXT; afterwards what the fact is set to */
    bool sets_at;         /* where the person lives, as it was typed: `at` of the query */
} reply;

typedef struct interview {
    wm_asker *asker;
    wm_arena arena;
    const wm_json *query;
    wm_query read; /* the query before the replies */
    reply replies[WM_REPLIES_MAX];
    size_t reply_count;
    wm_question_skip skipped[WM_REPLIES_MAX];
    wm_question_skip last;
    wm_asking asking;
    wm_error *err;
} interview;

/* ---- read ---- */

static wm_status read_how(const interview *v, const wm_json *json, reply *r)
{
    static const struct {
        const char *name;
        wm_json_type type;
        reply_how how;
    } hows[] = { { "text", WM_JSON_STRING, REPLY_TEXT },
                 { "skip", WM_JSON_BOOL, REPLY_SKIP },
                 { "decline", WM_JSON_BOOL, REPLY_DECLINE } };
    size_t found = 0;
    r->value = wm_json_get(json, "value");
    found += r->value != NULL ? 1 : 0;
    for (size_t i = 0; i < sizeof hows / sizeof hows[0]; i++) {
        const wm_json *value = wm_json_get(json, hows[i].name);
        bool good = wm_json_is(value, hows[i].type) &&
                    (hows[i].how == REPLY_TEXT || wm_json_boolean(value, false));
        if (value != NULL && !good) {
            return wm_fail(v->err, WM_BAD_INPUT, "%s: expected %s, found %s", hows[i].name,
                           hows[i].how == REPLY_TEXT ? "words" : "true",
                           wm_json_type_name(value->type));
        }
        if (value != NULL) {
            found++;
            r->how = hows[i].how;
            r->value = value;
        }
    }
    if (found != 1) {
        return wm_fail(v->err, WM_BAD_INPUT,
                       "expected one of value, text, skip and decline, found %s",
                       found == 0 ? "none" : "several");
    }
    return WM_OK;
}

static wm_status read_fact(const interview *v, const wm_json *json, reply *r)
{
    wm_str fact = wm_json_string(wm_json_get(json, "fact"));
    r->fact = wm_askables_find(v->asker->askables, fact);
    if (r->fact == NULL) {
        return wm_fail(v->err, WM_BAD_INPUT,
                       "fact: expected a fact of the directory, found \"%.*s\"",
                       (int)wm_utf8_cut(fact, WM_ID_BYTES_MAX), fact.ptr != NULL ? fact.ptr : "");
    }
    const wm_json *of = wm_json_get(json, "of");
    r->of = of != NULL && wm_str_is(wm_json_string(of), "actor") ? WM_OF_ACTOR : WM_OF_PERSON;
    if (of != NULL && r->of == WM_OF_PERSON && !wm_str_is(wm_json_string(of), "person")) {
        return wm_fail(v->err, WM_BAD_INPUT, "of: expected person or actor, found another");
    }
    bool is_asker = v->read.about == WM_ABOUT_SELF && v->read.actor == WM_ACTOR_SELF;
    if (r->of == WM_OF_ACTOR && is_asker) {
        return wm_fail(v->err, WM_BAD_INPUT,
                       "of: expected person, since the person asks for themselves, found actor");
    }
    return WM_OK;
}

static wm_status read_reply(interview *v, const wm_json *json)
{
    static const char *const names[] = { "fact", "of", "value", "text", "skip", "decline" };
    reply *r = &v->replies[v->reply_count];
    *r = (reply){ .fact = NULL };
    if (json->type != WM_JSON_OBJECT) {
        return wm_fail(v->err, WM_BAD_INPUT, "expected an object with fact and value, found %s",
                       wm_json_type_name(json->type));
    }
    for (uint32_t i = 0; i < json->count; i++) {
        size_t n = 0;
        while (n < sizeof names / sizeof names[0] &&
               !wm_str_is(json->as.members[i].name, names[n])) {
            n++;
        }
        if (n == sizeof names / sizeof names[0]) {
            return wm_fail(v->err, WM_BAD_INPUT,
                           "expected fact, of, value, text, skip or decline, found \"%.*s\"",
                           WM_STR_ARG(json->as.members[i].name));
        }
    }
    wm_status status = read_fact(v, json, r);
    if (status == WM_OK) {
        status = read_how(v, json, r);
    }
    for (size_t i = 0; i < v->reply_count && status == WM_OK; i++) {
        if (v->replies[i].fact == r->fact && v->replies[i].of == r->of) {
            status =
                wm_fail(v->err, WM_BAD_INPUT, "fact: expected one reply to \"%.*s\", found another",
                        WM_STR_ARG(r->fact->id));
        }
    }
    return status;
}

/* ---- values ---- */

static const wm_json *facts_of(const interview *v, wm_question_of of)
{
    return of == WM_OF_ACTOR ? v->read.actor_facts : v->read.facts;
}

static wm_status check_not_known(const interview *v, const reply *r)
{
    assert(r->fact != NULL); /* read_fact has found it */
    const wm_json *known = wm_json_get_str(facts_of(v, r->of), r->fact->id);
    if (known == NULL || wm_str_is(wm_json_string(wm_json_get(known, "?")), "not_asked")) {
        return WM_OK;
    }
    return wm_fail(v->err, WM_BAD_INPUT, "fact: expected what is not known yet, found \"%.*s\"",
                   WM_STR_ARG(r->fact->id));
}

/* Parses what a writer wrote: the value lives in the arena. */
static wm_status settle_value(interview *v, reply *r, const wm_buf *written)
{
    wm_status status = wm_buf_status(written, v->err);
    return status == WM_OK ? wm_json_parse(&v->arena, wm_buf_str(written), WM_QUERY_BYTES_MAX,
                                           &r->value, v->err)
                           : status;
}

static wm_status read_text(interview *v, reply *r)
{
    wm_buf written;
    wm_json_out out;
    wm_buf_init(&written, v->asker->env, WM_QUERY_BYTES_MAX);
    wm_json_out_init(&out, &written);
    wm_status status = wm_reply_read(r->fact, r->value->as.string, v->read.as_of, &out, v->err);
    if (status == WM_OK) {
        status = settle_value(v, r, &written);
    }
    wm_buf_fini(&written);
    return status;
}

static void put_places(const interview *v, const wm_place_match *place, wm_json_out *out)
{
    wm_json_out_object(out);
    wm_json_out_name(out, "one_of");
    wm_json_out_array(out);
    for (size_t i = 0; i < place->candidate_count; i++) {
        wm_json_out_string(out, wm_locality_code(v->asker->tree, place->candidates[i].locality));
    }
    wm_json_out_end_array(out);
    wm_json_out_end_object(out);
}

static wm_status refuse_place(const interview *v, const wm_place_match *place, wm_str text)
{
    const char *expected = "a postcode or a town";
    if (place->outcome == WM_PLACE_NOT_COVERED) { /* it is a place, only none of ours */
        expected = "a place in England, Scotland or Wales (elsewhere has its own health services)";
    } else if (place->outcome == WM_PLACE_NOWHERE) {
        expected = "a postcode where people live, or a town";
    }
    return wm_fail(v->err, WM_BAD_INPUT, "expected %s, found \"%.*s\"", expected,
                   (int)wm_utf8_cut(text, 80), text.ptr);
}

/* A place as people type it. Where somebody lives becomes `at`, so that distances count, too. */
static wm_status find_place(interview *v, reply *r)
{
    wm_str text = r->value->as.string;
    wm_place_match place;
    bool is_home = wm_str_is(r->fact->id, "residence_area");
    wm_status status = wm_asker_places(v->asker, v->err);
    if (status == WM_OK) {
        status =
            wm_places_resolve(v->asker->places, v->asker->tree, text, &v->arena, &place, v->err);
    }
    if (status != WM_OK) {
        return status;
    }
    if (place.candidate_count == 0 || (place.is_practice && !wm_str_is(r->fact->id, "gp_area"))) {
        return refuse_place(v, &place, text);
    }
    r->sets_at = is_home && v->read.at.len == 0 && r->of == WM_OF_PERSON;
    wm_buf written;
    wm_json_out out;
    wm_buf_init(&written, v->asker->env, WM_QUERY_BYTES_MAX);
    wm_json_out_init(&out, &written);
    put_places(v, &place, &out);
    status = r->sets_at ? WM_OK : settle_value(v, r, &written);
    wm_buf_fini(&written);
    return status;
}

/* As a fact alone: what is wrong is told of this reply. */
static wm_status check_value(interview *v, const reply *r)
{
    const wm_asker *asker = v->asker;
    wm_json_member member = { r->fact->id, *r->value };
    wm_json facts = { .type = WM_JSON_OBJECT, .count = 1, .as.members = &member };
    wm_facts_context context = { .symbols = asker->symbols,
                                 .areas = asker->areas,
                                 .registry = asker->has_facts ? asker->registry : NULL,
                                 .as_of = v->read.as_of };
    wm_facts *parsed = NULL;
    return wm_facts_parse(&v->arena, &facts, &context, &parsed, v->err);
}

static wm_status settle_reply(interview *v, reply *r)
{
    wm_status status = check_not_known(v, r);
    if (status == WM_OK && r->how == REPLY_TEXT) {
        status = read_text(v, r);
    }
    if (r->how == REPLY_SKIP || r->how == REPLY_DECLINE || status != WM_OK) {
        return status;
    }
    bool is_place = r->fact->type == WM_FACT_AREA && r->value->type == WM_JSON_STRING &&
                    wm_locality_find(v->asker->tree, r->value->as.string) == WM_LOCALITY_NONE;
    if (is_place) {
        status = find_place(v, r);
    }
    return status == WM_OK && !r->sets_at ? check_value(v, r) : status;
}

/* ---- the interview ---- */

/* Facts that are asked in the same breath as an earlier one are no question of their own. */
static bool is_company(const interview *v, size_t at)
{
    const reply *r = &v->replies[at];
    for (size_t i = 0; i < at; i++) {
        if (v->replies[i].of == r->of && wm_question_belongs(v->replies[i].fact, r->fact)) {
            return true;
        }
    }
    return false;
}

/* Names are copied: the answer reads the vocabulary anew where the file has moved on. */
static wm_status count_replies(interview *v)
{
    for (size_t i = 0; i < v->reply_count; i++) {
        const reply *r = &v->replies[i];
        wm_question_skip name = { wm_arena_copy(&v->arena, r->fact->id), r->of };
        if (name.fact.ptr == NULL) {
            return wm_fail_memory(v->err);
        }
        if (!is_company(v, i)) {
            v->asking.asked++;
            v->last = name;
            v->asking.last = &v->last;
        }
        if (r->how == REPLY_SKIP) {
            v->skipped[v->asking.skipped_count++] = name;
        }
    }
    v->asking.skipped = v->skipped;
    return WM_OK;
}

static wm_status read_replies(interview *v, const wm_json *replies)
{
    wm_status status = WM_OK;
    if (replies != NULL && (replies->type != WM_JSON_ARRAY || replies->count > WM_REPLIES_MAX)) {
        return wm_fail(v->err, WM_BAD_INPUT, "replies: expected a list of at most %d",
                       WM_REPLIES_MAX);
    }
    for (uint32_t i = 0; replies != NULL && i < replies->count && status == WM_OK; i++) {
        status = read_reply(v, &replies->as.items[i]);
        if (status == WM_OK) {
            status = settle_reply(v, &v->replies[v->reply_count]);
        }
        if (status == WM_OK) {
            v->reply_count++;
        } else {
            wm_error_context(v->err, "replies[%u]", i);
        }
    }
    return status == WM_OK ? count_replies(v) : status;
}

static wm_status check_members(const interview *v, const wm_json *whole)
{
    static const char *const names[] = { "query", "replies", "go_on" };
    for (uint32_t i = 0; i < whole->count; i++) {
        size_t n = 0;
        while (n < sizeof names / sizeof names[0] &&
               !wm_str_is(whole->as.members[i].name, names[n])) {
            n++;
        }
        if (n == sizeof names / sizeof names[0]) {
            return wm_fail(v->err, WM_BAD_INPUT,
                           "interview: expected query, replies or go_on, found \"%.*s\"",
                           WM_STR_ARG(whole->as.members[i].name));
        }
    }
    const wm_json *go_on = wm_json_get(whole, "go_on");
    if (go_on != NULL && go_on->type != WM_JSON_BOOL) {
        return wm_fail(v->err, WM_BAD_INPUT, "go_on: expected true or false, found %s",
                       wm_json_type_name(go_on->type));
    }
    return WM_OK;
}

static wm_status read_interview(interview *v, wm_str text, const wm_date *default_as_of)
{
    const wm_json *whole = NULL;
    wm_status status = wm_json_parse(&v->arena, text, 2 * WM_QUERY_BYTES_MAX, &whole, v->err);
    if (status == WM_OK && whole->type != WM_JSON_OBJECT) {
        status = wm_fail(v->err, WM_BAD_INPUT, "interview: expected an object, found %s",
                         wm_json_type_name(whole->type));
    }
    if (status == WM_OK) {
        status = check_members(v, whole);
    }
    if (status != WM_OK) {
        return status;
    }
    v->query = wm_json_get(whole, "query");
    v->asking.go_on = wm_json_boolean(wm_json_get(whole, "go_on"), false);
    wm_buf query;
    wm_buf_init(&query, v->asker->env, 2 * WM_QUERY_BYTES_MAX);
    if (v->query != NULL) {
        wm_json_write(&query, v->query);
    } else {
        wm_buf_put_text(&query, "{}");
    }
    status = wm_buf_status(&query, v->err);
    if (status == WM_OK) {
        status = wm_query_parse(&v->arena, v->asker->env, wm_buf_str(&query), default_as_of,
                                &v->read, v->err);
    }
    wm_buf_fini(&query);
    return status == WM_OK ? read_replies(v, wm_json_get(whole, "replies")) : status;
}

/* ---- the query that comes of it ---- */

static const reply *reply_to(const interview *v, wm_str fact, wm_question_of of)
{
    for (size_t i = 0; i < v->reply_count; i++) {
        const reply *r = &v->replies[i];
        if (r->of == of && wm_str_equal(r->fact->id, fact) && r->how != REPLY_SKIP && !r->sets_at) {
            return r;
        }
    }
    return NULL;
}

static void put_facts(const interview *v, wm_question_of of, wm_json_out *out)
{
    const wm_json *given = facts_of(v, of);
    wm_json_out_object(out);
    for (uint32_t i = 0; given != NULL && i < given->count; i++) {
        if (reply_to(v, given->as.members[i].name, of) == NULL) {
            wm_json_out_name_str(out, given->as.members[i].name);
            wm_json_out_value(out, &given->as.members[i].value);
        }
    }
    for (size_t i = 0; i < v->reply_count; i++) {
        const reply *r = &v->replies[i];
        if (reply_to(v, r->fact->id, of) != r) {
            continue;
        }
        wm_json_out_name_str(out, r->fact->id);
        if (r->how == REPLY_DECLINE) {
            wm_json_out_object(out);
            wm_json_out_member_text(out, "?", "declined");
            wm_json_out_end_object(out);
        } else {
            wm_json_out_value(out, r->value);
        }
    }
    wm_json_out_end_object(out);
}

static bool has_reply_of(const interview *v, wm_question_of of)
{
    for (size_t i = 0; i < v->reply_count; i++) {
        if (v->replies[i].of == of) {
            return true;
        }
    }
    return false;
}

static void put_query(const interview *v, wm_json_out *out)
{
    static const char *const facts[WM_OF_COUNT] = { "facts", "actor_facts" };
    wm_json_out_object(out);
    for (uint32_t i = 0; v->query != NULL && i < v->query->count; i++) {
        const wm_json_member *member = &v->query->as.members[i];
        if (!wm_str_is(member->name, facts[0]) && !wm_str_is(member->name, facts[1])) {
            wm_json_out_name_str(out, member->name);
            wm_json_out_value(out, &member->value);
        }
    }
    for (int of = 0; of < WM_OF_COUNT; of++) {
        if (facts_of(v, (wm_question_of)of) != NULL || has_reply_of(v, (wm_question_of)of)) {
            wm_json_out_name(out, facts[of]);
            put_facts(v, (wm_question_of)of, out);
        }
    }
    for (size_t i = 0; i < v->reply_count; i++) {
        if (v->replies[i].sets_at) {
            wm_json_out_name(out, "at");
            wm_json_out_value(out, v->replies[i].value);
        }
    }
    wm_json_out_end_object(out);
}

/* Canonical, in the arena. */
static wm_status make_query(interview *v, wm_buf *query)
{
    wm_buf loose;
    wm_json_out out;
    const wm_json *value = NULL;
    wm_buf_init(&loose, v->asker->env, 4 * WM_QUERY_BYTES_MAX);
    wm_json_out_init(&out, &loose);
    put_query(v, &out);
    wm_status status = wm_buf_status(&loose, v->err);
    if (status == WM_OK) {
        status = wm_json_parse(&v->arena, wm_buf_str(&loose), WM_QUERY_BYTES_MAX, &value, v->err);
    }
    wm_buf_fini(&loose);
    if (status == WM_OK) {
        wm_json_write(query, value);
        status = wm_buf_status(query, v->err);
    }
    return status;
}

/* ---- the result ---- */

/* `answer` and `query` are JSON already. */
static void put_result(const interview *v, const wm_buf *query, const wm_buf *question,
                       const wm_buf *answer, wm_buf *out)
{
    static const char *const reasons[] = { [WM_QUESTION_IS_ASKED] = "",
                                           [WM_QUESTION_NONE_LEFT] = "none_left",
                                           [WM_QUESTION_ENOUGH] = "enough",
                                           [WM_QUESTION_HELD] = "held" };
    wm_buf_put_text(out, "{\"query\":");
    wm_buf_put_str(out, wm_buf_str(query));
    wm_buf_printf(out, ",\"asked\":%zu,\"settled\":{\"decided\":%zu,\"open\":%zu}", v->asking.asked,
                  v->asking.decided, v->asking.open);
    if (v->asking.none == WM_QUESTION_IS_ASKED) {
        wm_buf_put_text(out, ",\"question\":");
        wm_buf_put_str(out, wm_buf_str(question));
        wm_buf_put_text(out, v->asking.until_seen ? ",\"after_safety\":true" : "");
    } else {
        wm_buf_printf(out, ",\"no_question\":\"%s\"", reasons[v->asking.none]);
    }
    wm_buf_put_text(out, ",\"answer\":");
    wm_buf_put_str(out, wm_buf_str(answer));
    wm_buf_put_char(out, '}');
}

static wm_status answer_query(interview *v, const wm_date *default_as_of, wm_buf *out)
{
    wm_buf query;
    wm_buf question;
    wm_buf answer;
    wm_buf_init(&query, v->asker->env, WM_QUERY_BYTES_MAX);
    wm_buf_init(&question, v->asker->env, WM_ANSWER_BYTES_MAX);
    wm_buf_init(&answer, v->asker->env, WM_ANSWER_BYTES_MAX);
    v->asking.question = &question;
    wm_status status = make_query(v, &query);
    if (status == WM_OK) {
        status = wm_find_asking(v->asker, wm_buf_str(&query), default_as_of, &v->asking, &answer,
                                v->err);
    }
    if (status == WM_OK) {
        status = wm_buf_status(&question, v->err);
    }
    if (status == WM_OK) {
        put_result(v, &query, &question, &answer, out);
        status = wm_buf_status(out, v->err);
    }
    v->asking.question = NULL;
    wm_buf_fini(&answer);
    wm_buf_fini(&question);
    wm_buf_fini(&query);
    return status;
}

wm_status wm_interview_answer(wm_asker *asker, wm_str text, const wm_date *default_as_of,
                              wm_buf *out, wm_error *err)
{
    wm_status status = wm_store_read_begin(asker->store, err);
    if (status != WM_OK) {
        return status;
    }
    interview v = { .asker = asker, .err = err };
    wm_arena_init(&v.arena, asker->env, SIZE_MAX / 2);
    status = wm_asker_refresh(asker, err);
    if (status == WM_OK) {
        status = read_interview(&v, text, default_as_of);
    }
    wm_store_read_end(asker->store);
    if (status == WM_OK) {
        status = answer_query(&v, default_as_of, out);
    }
    wm_arena_fini(&v.arena);
    return status;
}

/* introduce.c: finds what a hand-over needs: the service's record and card, the names of others,
 * what the rules say, and whether somebody may be watched. */
#include "ask/introduce.h"
#include "ask/card.h"
#include "ask/handover.h"
#include "ask/inquiry.h"
#include "ask/language.h"
#include "rules/facts.h"

#define CARD_BYTES_MAX (4 * WM_RECORD_BYTES_MAX)

typedef struct introduction {
    wm_inquiry inquiry;
    wm_handover_request request;
    wm_handover handover;
    wm_option *option;
    wm_error *err;
} introduction;

static wm_arena *arena_of(introduction *in)
{
    return &in->inquiry.arena;
}

/* ---- the service ---- */

static wm_status read_record(introduction *in)
{
    const wm_asker *asker = in->inquiry.asker;
    wm_str id = wm_option_id(in->option, arena_of(in));
    if (id.ptr == NULL) {
        return wm_fail_memory(in->err);
    }
    return wm_store_get_json(asker->store, asker->view, WM_KIND_SERVICE, id, arena_of(in),
                             &in->handover.service, in->err);
}

/* The card as the answer has it, read back: the hand-over says nothing else than the answer. */
static wm_status read_card(introduction *in)
{
    wm_inquiry *f = &in->inquiry;
    wm_buf text;
    wm_json_out out;
    wm_card_place place = { .above_next_because = NULL };
    wm_buf_init(&text, f->asker->env, CARD_BYTES_MAX);
    wm_json_out_init(&out, &text);
    wm_json_out_object(&out);
    wm_arena_reset(&f->scratch);
    wm_status status = wm_card_write(wm_inquiry_weighing(f, in->option), in->option, &place,
                                     &f->scratch, &out, in->err);
    if (status == WM_OK) {
        wm_json_out_end_object(&out);
        status = wm_buf_status(&text, in->err);
    }
    if (status == WM_OK) {
        status = wm_json_parse(arena_of(in), wm_buf_str(&text), CARD_BYTES_MAX, &in->handover.card,
                               in->err);
    }
    wm_buf_fini(&text);
    return status;
}

/* The name of a service, or empty; in the language of the question where it has one. */
static wm_status name_of(introduction *in, wm_str id, wm_str *name_out)
{
    const wm_asker *asker = in->inquiry.asker;
    const wm_json *record = NULL;
    *name_out = (wm_str){ NULL, 0 };
    wm_arena_reset(&in->inquiry.scratch);
    wm_status status = wm_store_get_json(asker->store, asker->view, WM_KIND_SERVICE, id,
                                         &in->inquiry.scratch, &record, in->err);
    if (status != WM_OK) {
        return status == WM_NOT_FOUND ? WM_OK : status;
    }
    const wm_json *own =
        wm_language_member(wm_json_get(record, "translations"), in->inquiry.query.lang);
    wm_str name = wm_json_string(wm_json_get(own, "name"));
    name = name.len > 0 ? name : wm_json_string(wm_json_get(record, "name"));
    *name_out = wm_arena_copy(arena_of(in), name);
    return name_out->ptr != NULL ? WM_OK : wm_fail_memory(in->err);
}

static wm_status read_tried(introduction *in)
{
    const wm_query *query = &in->inquiry.query;
    wm_str *names = wm_arena_array(arena_of(in), query->tried_count, sizeof *names);
    wm_status status = names != NULL ? WM_OK : wm_fail_memory(in->err);
    for (size_t i = 0; names != NULL && status == WM_OK && i < query->tried_count; i++) {
        status = name_of(in, query->tried[i].service, &names[i]);
    }
    in->handover.tried_names = names;
    return status;
}

/* ---- the person ---- */

static bool is_below(const wm_needs *needs, wm_need need, const char *above)
{
    wm_need outer = wm_needs_find(needs, wm_str_of(above));
    return outer != WM_NEED_NONE && wm_needs_within(needs, need, outer);
}

/* Who helps must know of a danger, whatever they help with; who is to be kept safe from whom is for
 * those who act on it. */
static bool is_danger(const wm_needs *needs, wm_need need)
{
    return (is_below(needs, need, "crisis") || is_below(needs, need, "psych.command")) &&
           !is_below(needs, need, "crisis.safeguard_child") &&
           !is_below(needs, need, "crisis.safeguard_adult");
}

/* The service's own, one below or one above. */
static bool helps_with(const introduction *in, wm_need need)
{
    const wm_needs *needs = in->inquiry.asker->needs;
    const wm_json *own = wm_json_get(in->handover.service, "needs");
    for (uint32_t i = 0; wm_json_is(own, WM_JSON_ARRAY) && i < own->count; i++) {
        wm_need its = wm_needs_find(needs, wm_json_string(&own->as.items[i]));
        if (its != WM_NEED_NONE &&
            (wm_needs_within(needs, need, its) || wm_needs_within(needs, its, need))) {
            return true;
        }
    }
    return false;
}

/* Labels of the needs that the service helps with, and of dangers; where it helps with none of
 * them they are all what it is asked for. */
static wm_status read_needs(introduction *in)
{
    const wm_understood *u = in->inquiry.understood;
    const wm_needs *needs = in->inquiry.asker->needs;
    wm_str *labels = wm_arena_array(arena_of(in), u->need_count, sizeof *labels);
    bool helps = false;
    if (labels == NULL) {
        return wm_fail_memory(in->err);
    }
    for (size_t i = 0; i < u->need_count; i++) {
        helps = helps || (!u->negated[i] && helps_with(in, u->needs[i]));
    }
    size_t count = 0;
    for (size_t i = 0; i < u->need_count; i++) {
        bool needed = !helps || helps_with(in, u->needs[i]) || is_danger(needs, u->needs[i]);
        if (needed && !u->negated[i]) {
            labels[count++] = wm_needs_label(needs, u->needs[i]);
        }
        in->handover.other_needs = in->handover.other_needs || (!needed && !u->negated[i]);
    }
    in->handover.needs = (wm_handover_names){ labels, count };
    return WM_OK;
}

static int32_t years_between(wm_date birth, wm_date day)
{
    wm_civil from = wm_date_to_civil(birth);
    wm_civil to = wm_date_to_civil(day);
    bool before = to.month < from.month || (to.month == from.month && to.day < from.day);
    return (int32_t)(to.year - from.year - (before ? 1 : 0));
}

static void read_age(introduction *in)
{
    const wm_facts *facts = in->inquiry.understood->facts;
    in->handover.age_min = -1;
    in->handover.age_max = -1;
    if (facts != NULL && facts->age_given == WM_GIVEN_KNOWN) {
        in->handover.age_min = years_between(facts->birth.last, facts->as_of);
        in->handover.age_max = years_between(facts->birth.first, facts->as_of);
    }
}

static void read_place(introduction *in)
{
    const wm_understood *u = in->inquiry.understood;
    if (u->has_place && u->place.outcome == WM_PLACE_FOUND && !u->place.is_practice &&
        u->place.candidate_count == 1) {
        in->handover.place =
            wm_locality_name(in->inquiry.asker->tree, u->place.candidates[0].locality);
    }
}

static bool has_word(const wm_json *value, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (wm_json_is(value, WM_JSON_STRING) && wm_str_is(value->as.string, words[i])) {
            return true;
        }
        for (uint32_t n = 0; wm_json_is(value, WM_JSON_ARRAY) && n < value->count; n++) {
            if (wm_str_is(wm_json_string(&value->as.items[n]), words[i])) {
                return true;
            }
        }
    }
    return false;
}

/* What somebody is watched for at home; also below one of these. */
static bool has_need_of_risk(const introduction *in)
{
    static const char *const ids[] = { "trauma.domestic",
                                       "trauma.stalking",
                                       "trauma.honour",
                                       "trauma.exploitation",
                                       "crisis.safeguard_child",
                                       "crisis.safeguard_adult",
                                       NULL };
    const wm_understood *u = in->inquiry.understood;
    const wm_needs *needs = in->inquiry.asker->needs;
    for (size_t i = 0; i < u->need_count; i++) {
        for (size_t n = 0; ids[n] != NULL; n++) {
            wm_need risk = wm_needs_find(needs, wm_str_of(ids[n]));
            if (risk != WM_NEED_NONE && wm_needs_within(needs, u->needs[i], risk)) {
                return true;
            }
        }
    }
    return false;
}

/* Somebody may be watched: the rules say so, or the facts, the needs, or the service itself. Kept
 * here whatever the rules say: a wrong yes costs a text message, a wrong no may cost more. */
static bool is_at_risk(const introduction *in)
{
    static const char *const facts[] = { "domestic_abuse", "being_harmed",         "stalked",
                                         "trafficked",     "forced_marriage_risk", NULL };
    static const char *const kinds[] = { "domestic_abuse_service", "abuse_line", NULL };
    static const char *const offers[] = { "domestic_abuse_line", "domestic_abuse_support",
                                          "honour_based_abuse", "exploitation_support", NULL };
    const wm_json *service = in->handover.service;
    bool risk = in->inquiry.signposting.leave_no_trace || has_need_of_risk(in) ||
                wm_json_boolean(wm_json_get(service, "confidential_location"), false) ||
                has_word(wm_json_get(service, "kind"), kinds) ||
                has_word(wm_json_get(service, "offers"), offers);
    for (size_t i = 0; facts[i] != NULL; i++) {
        risk = risk || wm_fact_is_true(&in->inquiry.query, facts[i]);
    }
    return risk;
}

/* ---- what the rules say ---- */

static wm_status read_names(introduction *in, const wm_names *names, wm_handover_names *names_out)
{
    wm_str *items = wm_arena_array(arena_of(in), names->count, sizeof *items);
    if (items == NULL) {
        return wm_fail_memory(in->err);
    }
    for (size_t i = 0; i < names->count; i++) {
        items[i] = wm_symbols_text(in->inquiry.asker->symbols, names->symbols[i]);
    }
    *names_out = (wm_handover_names){ items, names->count };
    return WM_OK;
}

/* The facts that would decide, with their questions; what only the service can tell is not one. */
static wm_status read_questions(introduction *in)
{
    const wm_asker *asker = in->inquiry.asker;
    const wm_json *missing = wm_json_get(in->handover.card, "missing");
    size_t most = wm_json_is(missing, WM_JSON_ARRAY) ? missing->count : 0;
    wm_handover_question *questions = wm_arena_array(arena_of(in), most, sizeof *questions);
    wm_status status = questions != NULL ? WM_OK : wm_fail_memory(in->err);
    size_t count = 0;
    for (size_t i = 0; questions != NULL && status == WM_OK && i < most; i++) {
        wm_str fact = wm_json_string(&missing->as.items[i]);
        const wm_json *record = NULL;
        if (fact.len == 0 || fact.ptr[0] == '?') {
            continue;
        }
        status = wm_store_get_json(asker->store, asker->view, WM_KIND_FACT, fact, arena_of(in),
                                   &record, in->err);
        bool is_list = wm_str_is(wm_json_string(wm_json_get(record, "type")), "set");
        if (status == WM_OK && !is_list) { /* "which of these?" asks nothing without them */
            wm_said said = wm_text_in(in->handover.texts, wm_json_get(record, "question"),
                                      wm_json_get(record, "unreviewed"));
            if (said.text.len > 0) {
                questions[count++] = (wm_handover_question){ fact, said.text };
            }
        }
        status = status == WM_NOT_FOUND ? WM_OK : status;
    }
    in->handover.questions = questions;
    in->handover.question_count = count;
    return status;
}

static wm_status read_rules(introduction *in)
{
    const wm_signposting *s = &in->inquiry.signposting;
    wm_status status = read_names(in, &s->handover_add, &in->handover.add);
    if (status == WM_OK) {
        status = read_names(in, &s->handover_leave_out, &in->handover.leave_out);
    }
    if (status == WM_OK) {
        status = read_names(in, &s->never_blocks, &in->handover.never_blocks);
    }
    return status;
}

/* ---- others ---- */

static wm_status add_other(introduction *in, const wm_option *option)
{
    wm_handover *h = &in->handover;
    wm_str name = { NULL, 0 };
    if (h->instead_count == WM_HANDOVER_INSTEAD_MAX || option == in->option) {
        return WM_OK;
    }
    wm_str id = wm_option_id(option, arena_of(in));
    wm_status status = id.ptr != NULL ? name_of(in, id, &name) : wm_fail_memory(in->err);
    if (status == WM_OK && name.len > 0) {
        h->instead[h->instead_count++] =
            (wm_handover_other){ id, name, wm_verdict_name(option->view.verdict) };
    }
    return status;
}

/* Those that took over, along the chain, as far as they are open on that day. */
static wm_status read_successors(introduction *in)
{
    wm_option *options[WM_HANDOVER_INSTEAD_MAX];
    size_t count = 0;
    wm_status status = wm_find_successors(&in->inquiry, in->option->revision, options,
                                          WM_HANDOVER_INSTEAD_MAX, &count);
    for (size_t i = 0; status == WM_OK && i < count; i++) {
        status = add_other(in, options[i]);
    }
    return status;
}

/* The first of MAIN: what fits better. */
static wm_status read_better(introduction *in)
{
    size_t first = 0;
    size_t end = 0;
    wm_status status = WM_OK;
    wm_inquiry_order_rest(&in->inquiry);
    wm_inquiry_section(&in->inquiry, WM_SECTION_MAIN, &first, &end);
    for (size_t i = first; i < end && status == WM_OK; i++) {
        status = add_other(in, in->inquiry.options[i]);
    }
    return status;
}

static wm_status read_others(introduction *in)
{
    if (wm_str_is(wm_json_string(wm_json_get(in->handover.card, "status")), "closed")) {
        return read_successors(in);
    }
    bool refuses = in->option->view.verdict == WM_VERDICT_NOT_ELIGIBLE;
    return refuses || !wm_handover_takes_people(&in->handover) ? read_better(in) : WM_OK;
}

/* The rules brought something for the person's safety now. */
static bool has_safety(const introduction *in)
{
    size_t first = 0;
    size_t end = 0;
    wm_inquiry_section(&in->inquiry, WM_SECTION_SAFETY, &first, &end);
    return first < end;
}

/* ---- the whole ---- */

static wm_status read_all(introduction *in)
{
    wm_status (*const steps[])(introduction *) = { read_record, read_card,      read_tried,
                                                   read_needs,  read_questions, read_rules,
                                                   read_others };
    in->handover.query = &in->inquiry.query;
    in->handover.request = &in->request;
    in->handover.texts = in->inquiry.weighings[WM_SUBJECT_PERSON]->texts;
    wm_status status = WM_OK;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && status == WM_OK; i++) {
        status = steps[i](in);
    }
    if (status == WM_OK) {
        read_age(in);
        read_place(in);
        in->handover.at_risk = is_at_risk(in);
        in->handover.crisis_route = in->option->view.section == WM_SECTION_SAFETY;
        in->handover.safety_first = has_safety(in) && !in->handover.crisis_route;
    }
    return status;
}

static wm_status write_all(introduction *in, wm_buf *buf)
{
    wm_json_out out;
    wm_json_out_init(&out, buf);
    wm_json_out_object(&out);
    wm_find_write_origin(&in->inquiry, &out);
    wm_json_out_name(&out, "card");
    wm_json_out_value(&out, in->handover.card);
    wm_status status = wm_handover_write(&in->handover, arena_of(in), &out, in->err);
    if (status != WM_OK) {
        return status;
    }
    wm_json_out_end_object(&out);
    status = wm_texts_status(in->handover.texts, in->err);
    return status == WM_OK ? wm_buf_status(buf, in->err) : status;
}

wm_status wm_introduce(wm_asker *asker, wm_str service, wm_str request,
                       const wm_date *default_as_of, wm_buf *out, wm_error *err)
{
    introduction in = { .err = err };
    wm_arena of_request;
    wm_arena_init(&of_request, asker->env, 64 * WM_MIB);
    wm_status status =
        wm_handover_request_parse(&of_request, asker->env, request, &in.request, err);
    if (status != WM_OK) {
        goto out;
    }
    status = wm_inquiry_begin(&in.inquiry, asker, in.request.query, default_as_of, err);
    if (status == WM_OK) {
        status = wm_inquiry_run(&in.inquiry);
    }
    if (status == WM_OK) {
        status = wm_find_option(&in.inquiry, service, &in.option);
    }
    if (status == WM_OK) {
        status = read_all(&in);
    }
    if (status == WM_OK) {
        status = write_all(&in, out);
    }
    wm_inquiry_end(&in.inquiry);
out:
    wm_arena_fini(&of_request);
    return status;
}

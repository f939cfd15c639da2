/* card.c: what a person sees of one service: verdict, reasons, how to get there, how sure we are of
 * the record.
 *
 * Only here, for the few services that are shown, is a record parsed. A service whose location is
 * confidential shows no distance. Texts come from text records by language; sentences about dates
 * and checks have an English form built in. */
#include <stdio.h>

#include "ask/card.h"

#define WHY_MAX 6

typedef struct card {
    const wm_weighing *weighing;
    const wm_option *option;
    const wm_json *service;
    wm_summary summary;
    wm_criteria criteria;
    wm_verdict_result result;
    wm_arena *arena;
    wm_json_out *out;
    wm_error *err;
    wm_status words_status; /* the first failure to look up words */
} card;

/* ---- words for sentences ---- */

static wm_str text_of(card *c, const char *prefix, wm_str name)
{
    return wm_text_of(c->weighing->texts, prefix, name);
}

static wm_str flag_word(void *context, wm_str fact)
{
    return text_of(context, "people.", fact);
}

static wm_str event_word(void *context, wm_str fact)
{
    return text_of(context, "event.", fact);
}

static wm_str lead_word(void *context, wm_str fact)
{
    return text_of(context, "lead.", fact);
}

static wm_str reason_word(void *context, wm_str reason)
{
    return text_of(context, "reason.", reason);
}

static wm_str offer_word(void *context, wm_str offer)
{
    return text_of(context, "offer.", offer);
}

static wm_str sentence(void *context, wm_str id)
{
    const card *c = context;
    return wm_text_sentence(c->weighing->texts, id);
}

static bool is_sensitive(void *context, wm_str fact)
{
    const card *c = context;
    return wm_fact_registry_is_sensitive(c->weighing->asker->registry, fact);
}

/* "in a hostel", to stand in a sentence; the option's label where that does as well. */
static wm_str term_word(void *context, wm_str fact, wm_str term)
{
    card *c = context;
    char prefix[WM_ID_BYTES_MAX + 8];
    (void)snprintf(prefix, sizeof prefix, "term.%.*s.", (int)(fact.len > 80 ? 80 : fact.len),
                   fact.ptr);
    wm_str phrase = text_of(c, prefix, term);
    if (phrase.len > 0) {
        return phrase;
    }
    const wm_asker *asker = c->weighing->asker;
    const wm_json *record = NULL;
    wm_status status =
        wm_store_get_json(asker->store, asker->view, WM_KIND_FACT, fact, c->arena, &record, NULL);
    if (status != WM_OK) {
        c->words_status = status == WM_NOT_FOUND ? c->words_status : status;
        return (wm_str){ NULL, 0 };
    }
    const wm_json *options = wm_json_get(record, "options");
    for (uint32_t i = 0; options != NULL && options->type == WM_JSON_ARRAY && i < options->count;
         i++) {
        const wm_json *option = &options->as.items[i];
        if (wm_str_equal(wm_json_string(wm_json_get(option, "value")), term)) {
            const wm_json *label = wm_json_get(option, "label");
            wm_str text = wm_json_string(wm_json_get_str(label, c->weighing->query->lang));
            return text.len > 0 ? text : wm_json_string(wm_json_get(label, "en"));
        }
    }
    return (wm_str){ NULL, 0 };
}

static wm_str locality_word(void *context, wm_str code)
{
    const card *c = context;
    const wm_locality_tree *tree = c->weighing->asker->tree;
    wm_locality at = wm_locality_find(tree, code);
    return at != WM_LOCALITY_NONE ? wm_locality_name(tree, at) : (wm_str){ NULL, 0 };
}

static wm_words words_of(card *c)
{
    return (wm_words){ .flag = flag_word,
                       .event = event_word,
                       .lead = lead_word,
                       .term = term_word,
                       .locality = locality_word,
                       .reason = reason_word,
                       .offer = offer_word,
                       .sentence = sentence,
                       .is_sensitive = is_sensitive,
                       .context = c,
                       .third_person = c->weighing->query->about != WM_ABOUT_SELF ||
                                       c->weighing->query->actor != WM_ACTOR_SELF };
}

static wm_evaluation evaluation_of(const card *c)
{
    return (wm_evaluation){ .symbols = c->weighing->asker->symbols,
                            .areas = c->weighing->asker->areas,
                            .facts = c->weighing->understood->facts,
                            .actor_facts = c->weighing->understood->actor_facts };
}

/* ---- notes ---- */

static void put_note(card *c, const char *code, wm_str text)
{
    wm_json_out_object(c->out);
    wm_json_out_member_text(c->out, "code", code);
    wm_json_out_member_string(c->out, "text", text);
    wm_json_out_end_object(c->out);
}

typedef struct dated_note {
    const char *code;
    const char *ahead;   /* put before a day that is still to come, or before any */
    const char *passed;  /* put before a day that has passed; NULL: `ahead` does for both */
    const char *undated; /* without a day */
} dated_note;

static void put_dated_note(card *c, const dated_note *note, wm_date date)
{
    char text[200];
    char day[WM_DATE_TEXT_BYTES];
    if (date == WM_SUMMARY_NO_DATE) {
        put_note(c, note->code, wm_str_of(note->undated));
        return;
    }
    bool passed = note->passed != NULL && date <= c->weighing->query->as_of;
    (void)snprintf(text, sizeof text, "%s %s.", passed ? note->passed : note->ahead,
                   wm_date_format(date, day));
    put_note(c, note->code, wm_str_of(text));
}

static void status_notes(card *c)
{
    static const dated_note planned = { "not_open_yet", "Not open yet. It plans to open on",
                                        "It has not said that it is open. It planned to open on",
                                        "Not open yet." };
    static const dated_note paused = { "paused", "Paused. It plans to open again on",
                                       "It has not said that it is open again. It planned this for",
                                       "Paused: it takes nobody at the moment." };
    static const dated_note closing = { "closing", "It closes on", NULL, "It is going to close." };
    static const dated_note closed = { "closed", "It closed. Last day:", NULL, "It has closed." };
    static const dated_note full = { "full", "Full: it takes no new people until", NULL,
                                     "Full: it takes no new people at the moment." };
    const wm_summary *s = &c->summary;
    wm_date as_of = c->weighing->query->as_of;
    switch (wm_status_on(s, as_of)) {
    case WM_SERVICE_PLANNED: put_dated_note(c, &planned, s->opens_on); break;
    case WM_SERVICE_PAUSED: put_dated_note(c, &paused, s->opens_on); break;
    case WM_SERVICE_CLOSING: put_dated_note(c, &closing, s->closes_on); break;
    case WM_SERVICE_CLOSED: put_dated_note(c, &closed, s->closes_on); break;
    case WM_SERVICE_ACTIVE:
    default: break;
    }
    if (wm_is_full_on(s, as_of)) {
        put_dated_note(c, &full, s->full_until);
    }
}

/* What a field that was assumed means to a reader; fields without words are not worth a warning. */
static const struct {
    const char *field;
    const char *words;
} assumed_words[] = {
    { "eligibility", "who it is for" },
    { "contacts", "how to reach it" },
    { "hours", "opening hours" },
    { "response", "how soon it answers" },
    { "delivery", "how it helps" },
    { "languages", "languages" },
    { "interpreting", "interpreters" },
    { "accessibility", "access" },
    { "areas", "the area it covers" },
    { "sites", "where it is" },
    { "accepting", "whether it has room" },
    { "wait", "waiting times" },
    { "cost", "cost" },
    { "status", "whether it is open" },
    { "opens_on", "when it opens" },
    { "closes_on", "when it closes" },
    { "successors", "what took over" },
};

static bool names_field(const wm_json *assumed, wm_str field)
{
    for (uint32_t i = 0; i < assumed->count; i++) {
        wm_str path = wm_json_string(&assumed->as.items[i]);
        bool whole =
            path.len == field.len ||
            (path.len > field.len && (path.ptr[field.len] == '.' || path.ptr[field.len] == '['));
        if (whole && wm_str_starts(path, field)) {
            return true;
        }
    }
    return false;
}

static void note_assumed(card *c, const wm_json *assumed)
{
    wm_buf text;
    wm_buf_init(&text, c->weighing->asker->env, WM_STRING_BYTES_MAX);
    for (size_t i = 0; i < sizeof assumed_words / sizeof assumed_words[0]; i++) {
        if (names_field(assumed, wm_str_of(assumed_words[i].field))) {
            wm_buf_put_text(&text, text.len == 0 ? "Assumed, not told by the service: " : ", ");
            wm_buf_put_text(&text, assumed_words[i].words);
        }
    }
    if (text.len > 0) {
        wm_buf_put_text(&text, ".");
        put_note(c, "assumed", wm_buf_str(&text));
    }
    wm_buf_fini(&text);
}

/* Known to be about to change: a day in the record or in a contact after which it must be checked
 * again. */
static bool is_to_be_rechecked(const card *c, const wm_json *object)
{
    wm_date after = 0;
    return wm_date_parse(wm_json_string(wm_json_get(object, "recheck_after")), &after) &&
           after < c->weighing->query->as_of;
}

static void assurance_notes(card *c)
{
    static const dated_note overdue = { "verification_overdue",
                                        "Ring first: these details were last confirmed on", NULL,
                                        "" };
    const wm_json *assurance = wm_json_get(c->service, "assurance");
    wm_verified verified = wm_verified_on(&c->summary, c->weighing->query->as_of);
    if (verified == WM_VERIFIED_NEVER) {
        put_note(c, "never_verified",
                 WM_STR("The service has not confirmed these details yet. Ring first."));
    } else if (verified == WM_VERIFIED_OVERDUE) {
        put_dated_note(c, &overdue, c->summary.verified_on);
    }
    if (is_to_be_rechecked(c, assurance)) {
        put_note(c, "recheck",
                 WM_STR("These details may have changed. Check them before you use them."));
    }
    const wm_json *assumed = wm_json_get(assurance, "assumed");
    if (assumed != NULL && assumed->count > 0) {
        note_assumed(c, assumed);
    }
}

static wm_status successor_note(card *c)
{
    if (c->option->took_over_from.revision == 0) {
        return WM_OK;
    }
    wm_buf bytes;
    wm_buf_init(&bytes, c->weighing->asker->env, WM_RECORD_BYTES_MAX);
    const wm_json *closed = NULL;
    wm_status status = wm_store_revision_bytes(c->weighing->asker->store,
                                               c->option->took_over_from.revision, &bytes, c->err);
    if (status == WM_OK) {
        status = wm_json_parse(c->arena, wm_buf_str(&bytes), WM_RECORD_BYTES_MAX, &closed, c->err);
    }
    if (status == WM_OK) {
        wm_str name = wm_json_string(wm_json_get(closed, "name"));
        wm_str reason = wm_json_string(wm_json_get(closed, "closed_reason"));
        char text[700];
        int length = snprintf(text, sizeof text, "It took over from %.*s, which has closed.%s%.*s",
                              WM_STR_ARG(name), reason.len > 0 ? " " : "", WM_STR_ARG(reason));
        size_t whole = length < 0                     ? 0
                       : (size_t)length < sizeof text ? (size_t)length
                                                      : sizeof text - 1;
        put_note(c, "took_over", (wm_str){ text, wm_utf8_cut((wm_str){ text, whole }, whole) });
    }
    wm_buf_fini(&bytes);
    return status;
}

static const wm_json *translation_of(const card *c)
{
    return wm_json_get_str(wm_json_get(c->service, "translations"), c->weighing->query->lang);
}

/* The service's own words in the language asked for, where it has them. */
static wm_str in_language(const card *c, const char *field)
{
    wm_str text = wm_json_string(wm_json_get(translation_of(c), field));
    return text.len > 0 ? text : wm_json_string(wm_json_get(c->service, field));
}

static wm_status write_notes(card *c)
{
    wm_json_out_name(c->out, "notes");
    wm_json_out_array(c->out);
    status_notes(c);
    wm_status status = successor_note(c);
    if (c->result.verdict == WM_VERDICT_JOINT) {
        put_note(c, "joint", WM_STR("It sees people together with another service."));
    }
    if (c->result.verdict == WM_VERDICT_ELIGIBLE && c->result.soft_unknown) {
        put_note(c, "may_be_joint", WM_STR("It may want to work together with another service."));
    }
    const wm_json *translation = translation_of(c);
    if (translation != NULL && !wm_json_boolean(wm_json_get(translation, "reviewed"), false)) {
        put_note(c, "translation_unreviewed",
                 WM_STR("Nobody who speaks this language has checked the translation yet."));
    }
    assurance_notes(c);
    wm_json_out_end_array(c->out);
    return status;
}

/* ---- the rest of the card ---- */

static void write_missing(card *c)
{
    wm_json_out_name(c->out, "missing");
    wm_json_out_array(c->out);
    for (size_t i = 0; i < c->result.missing_count; i++) {
        wm_json_out_string(c->out,
                           wm_symbols_text(c->weighing->asker->symbols, c->result.missing[i]));
    }
    wm_json_out_end_array(c->out);
}

static void write_date(card *c, const char *name, wm_date date)
{
    if (date != WM_DATE_NONE) {
        char text[WM_DATE_TEXT_BYTES];
        wm_json_out_member_text(c->out, name, wm_date_format(date, text));
    }
}

static void copy_member(card *c, const char *name)
{
    const wm_json *value = wm_json_get(c->service, name);
    if (value != NULL) {
        wm_json_out_name(c->out, name);
        wm_json_out_value(c->out, value);
    }
}

static void write_routes(card *c)
{
    const wm_json *routes = wm_json_get(wm_json_get(c->service, "eligibility"), "routes");
    if (routes == NULL) {
        routes = wm_json_get(wm_json_get(c->service, "referral"), "routes");
    }
    wm_json_out_name(c->out, "routes");
    if (routes != NULL) {
        wm_json_out_value(c->out, routes);
    } else {
        wm_json_out_array(c->out);
        wm_json_out_end_array(c->out);
    }
}

static void write_contact(card *c, const wm_json *contact)
{
    static const char *const names[] = { "kind",  "value", "label",   "free",
                                         "needs", "hours", "audience" };
    wm_json_out_object(c->out);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const wm_json *value = wm_json_get(contact, names[i]);
        if (value != NULL) {
            wm_json_out_name(c->out, names[i]);
            wm_json_out_value(c->out, value);
        }
    }
    if (is_to_be_rechecked(c, contact)) {
        wm_json_out_member_text(c->out, "warning",
                                "This may have changed. Check it before you use it.");
    }
    wm_json_out_end_object(c->out);
}

static void write_contacts(card *c)
{
    const wm_json *contacts = wm_json_get(c->service, "contacts");
    wm_json_out_name(c->out, "contacts");
    wm_json_out_array(c->out);
    for (uint32_t i = 0; wm_json_is(contacts, WM_JSON_ARRAY) && i < contacts->count; i++) {
        write_contact(c, &contacts->as.items[i]);
    }
    wm_json_out_end_array(c->out);
}

static void write_verified(card *c)
{
    static const char *const names[] = { "ok", "overdue", "never" };
    wm_date verified_on = c->summary.verified_on;
    if (verified_on == WM_SUMMARY_NO_DATE) {
        wm_json_out_name(c->out, "verified_on");
        wm_json_out_null(c->out);
    } else {
        write_date(c, "verified_on", verified_on);
    }
    wm_json_out_member_text(c->out, "verified",
                            names[wm_verified_on(&c->summary, c->weighing->query->as_of)]);
}

static wm_status write_head(card *c)
{
    wm_evaluation evaluation = evaluation_of(c);
    wm_words words = words_of(c);
    wm_json_out *out = c->out;
    wm_json_out_member_string(out, "service", wm_json_string(wm_json_get(c->service, "id")));
    wm_json_out_member_string(out, "name", in_language(c, "name"));
    wm_json_out_member_string(out, "kind", wm_json_string(wm_json_get(c->service, "kind")));
    wm_str summary = in_language(c, "summary");
    if (summary.len > 0) {
        wm_json_out_member_string(out, "summary", summary);
    }
    wm_json_out_member_text(
        out, "status",
        wm_service_status_name(wm_status_on(&c->summary, c->weighing->query->as_of)));
    wm_json_out_member_text(out, "verdict", wm_verdict_name(c->result.verdict));
    wm_json_out_name(out, "why");
    wm_json_out_array(out);
    wm_status status =
        wm_criteria_why(&c->criteria, &evaluation, &c->result, &words, WHY_MAX, out, c->err);
    wm_json_out_end_array(out);
    return status;
}

static wm_status write_body(card *c, const wm_card_place *place)
{
    wm_json_out *out = c->out;
    write_missing(c);
    wm_json_out_member_boolean(out, "near_miss", c->result.near_miss);
    write_date(c, "starts_on", c->result.starts_on);
    write_date(c, "ends_on", c->result.ends_on);
    wm_status status = write_notes(c);
    wm_json_out_name(out, "rules");
    wm_json_out_array(out);
    wm_json_out_end_array(out);
    if (place->above_next_because != NULL) {
        wm_json_out_member_text(out, "above_next_because", place->above_next_because);
    }
    write_routes(c);
    wm_json_out_member_boolean(out, "usable_now", c->option->view.usable_now);
    if (c->option->distance_m >= 0) {
        wm_json_out_member_integer(out, "distance_m", c->option->distance_m);
    }
    copy_member(c, "hours"); /* not evaluated yet, so that the reader must be able to */
    copy_member(c, "wait");
    write_contacts(c);
    write_verified(c);
    return status;
}

static wm_status load(card *c)
{
    wm_asker *asker = c->weighing->asker;
    wm_str summary;
    wm_str program;
    wm_buf bytes;
    wm_buf_init(&bytes, asker->env, 4 * WM_RECORD_BYTES_MAX);
    wm_status status = wm_store_revision_bytes(asker->store, c->option->revision, &bytes, c->err);
    if (status == WM_OK) {
        status =
            wm_json_parse(c->arena, wm_buf_str(&bytes), WM_RECORD_BYTES_MAX, &c->service, c->err);
    }
    wm_buf_reset(&bytes);
    if (status == WM_OK) {
        status = wm_store_service_row(asker->store, c->option->revision, &bytes, &summary, &program,
                                      c->err);
    }
    if (status == WM_OK) {
        summary = wm_arena_copy(c->arena, summary);
        program = wm_arena_copy(c->arena, program);
        status = summary.ptr == NULL || program.ptr == NULL ? wm_fail_memory(c->err) : WM_OK;
    }
    wm_buf_fini(&bytes);
    if (status == WM_OK) {
        status = wm_summary_decode(summary, &c->summary, c->err);
    }
    if (status == WM_OK) {
        status = wm_criteria_load(program.ptr, program.len, &c->criteria, c->err);
    }
    return status;
}

wm_status wm_card_write(const wm_weighing *weighing, const wm_option *option,
                        const wm_card_place *place, wm_arena *arena, wm_json_out *out,
                        wm_error *err)
{
    card c = { .weighing = weighing, .option = option, .arena = arena, .out = out, .err = err };
    wm_status status = load(&c);
    if (status != WM_OK) {
        return status;
    }
    wm_evaluation evaluation = evaluation_of(&c);
    wm_criteria_evaluate(&c.criteria, &evaluation, &c.result);
    status = write_head(&c);
    if (status == WM_OK) {
        status = write_body(&c, place);
    }
    if (status == WM_OK && place->explain) {
        wm_words words = words_of(&c);
        wm_json_out_name(out, "explanation");
        status = wm_criteria_explain(&c.criteria, &evaluation, &c.result, &words, out, err);
    }
    if (status == WM_OK && c.words_status != WM_OK) {
        status =
            wm_fail(err, c.words_status, "the words of a card: %s", wm_status_text(c.words_status));
    }
    return status;
}

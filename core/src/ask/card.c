/* card.c: what a person sees of one service: verdict, reasons, how to get there, how sure we are of
 * the record.
 *
 * No record is parsed: what a card shows was made ready when the service was stored. A service
 * whose location is confidential shows no distance. Texts come from text records by language;
 * sentences about dates and checks have an English form built in. */
#include "ask/card_parts.h"
#include "ask/opening.h"

#define WHY_MAX 6

static void write_missing(wm_card *c)
{
    wm_json_out_array_member(c->out, WM_STR("\"missing\":"));
    for (size_t i = 0; i < c->result->missing_count; i++) {
        wm_json_out_string(c->out,
                           wm_symbols_text(c->weighing->asker->symbols, c->result->missing[i]));
    }
    wm_json_out_end_array(c->out);
}

static void write_date(wm_card *c, wm_str name, wm_date date)
{
    if (date != WM_DATE_NONE) {
        char text[WM_DATE_TEXT_BYTES];
        wm_json_out_plain_member(c->out, name, wm_str_of(wm_date_format(date, text)));
    }
}

static void write_contact(wm_card *c, const wm_face_contact *contact)
{
    wm_json_out_raw(c->out, contact->json);
    if (wm_card_must_be_rechecked(c, contact->recheck_after)) {
        wm_buf_put_text(c->out->buf, contact->json.len > 1 ? ",\"warning\":" : "\"warning\":");
        wm_json_write_string(c->out->buf,
                             wm_text_words(c->weighing->texts, "card.contact_recheck"));
    }
    wm_buf_put_char(c->out->buf, '}');
}

/* Hours, wait and contacts; how old these are matters where somebody said so. */
static void write_rest(wm_card *c)
{
    if (c->face->rest.len > 0) {
        wm_json_out_raw(c->out, c->face->rest);
    }
    if ((c->face->flags & WM_FACE_DATED_CONTACTS) == 0) {
        return;
    }
    wm_str rest = c->face->contacts;
    wm_json_out_array_member(c->out, WM_STR("\"contacts\":"));
    for (uint32_t i = 0; i < c->face->contact_count; i++) {
        wm_face_contact contact = wm_face_contact_next(&rest);
        write_contact(c, &contact);
    }
    wm_json_out_end_array(c->out);
}

static void write_rules(wm_card *c)
{
    wm_json_out_array_member(c->out, WM_STR("\"rules\":"));
    for (const wm_card_rule *at = c->option->rules; at != NULL; at = at->next) {
        wm_json_out_string(c->out, wm_symbols_text(c->weighing->asker->symbols, at->rule));
    }
    wm_json_out_end_array(c->out);
}

/* Whose need it meets, where that is not the person's that the answer is for. */
static void write_subject(wm_card *c)
{
    wm_subject subject = c->option->view.subject;
    if (subject != WM_SUBJECT_PERSON) {
        wm_json_out_member_text(c->out, "for", subject == WM_SUBJECT_ACTOR ? "actor" : "parent");
    }
}

static void write_verified(wm_card *c)
{
    static const wm_str members[] = { WM_STR_INIT("\"verified\":\"ok\""),
                                      WM_STR_INIT("\"verified\":\"overdue\""),
                                      WM_STR_INIT("\"verified\":\"never\"") };
    wm_date verified_on = c->summary->verified_on;
    if (verified_on == WM_SUMMARY_NO_DATE) {
        wm_json_out_raw(c->out, WM_STR("\"verified_on\":null"));
    } else {
        write_date(c, WM_STR("\"verified_on\":"), verified_on);
    }
    wm_json_out_raw(c->out, members[wm_verified_on(c->summary, c->weighing->query->as_of)]);
}

static wm_status write_head(wm_card *c)
{
    wm_evaluation evaluation = wm_card_evaluation(c);
    wm_words words = wm_card_words(c);
    wm_json_out *out = c->out;
    wm_json_out_plain_member(out, WM_STR("\"service\":"), c->face->id);
    wm_json_out_string_member(out, WM_STR("\"name\":"), c->words.name);
    wm_json_out_string_member(out, WM_STR("\"kind\":"), c->face->kind);
    write_subject(c);
    if (c->words.summary.len > 0) {
        wm_json_out_string_member(out, WM_STR("\"summary\":"), c->words.summary);
    }
    wm_service_status on_the_day = wm_status_on(c->summary, c->weighing->query->as_of);
    wm_json_out_plain_member(out, WM_STR("\"status\":"),
                             wm_str_of(wm_service_status_name(on_the_day)));
    wm_json_out_plain_member(out, WM_STR("\"verdict\":"),
                             wm_str_of(wm_verdict_name(c->result->verdict)));
    wm_json_out_array_member(out, WM_STR("\"why\":"));
    wm_status status =
        wm_criteria_why(c->criteria, &evaluation, c->result, &words, WHY_MAX, out, c->err);
    wm_json_out_end_array(out);
    return status;
}

/* The doors of a service that takes nobody are no news. */
static wm_status write_open(wm_card *c)
{
    const wm_query *query = c->weighing->query;
    wm_service_status today = c->option->view.status;
    if (!query->has_now || (today != WM_SERVICE_ACTIVE && today != WM_SERVICE_CLOSING)) {
        return WM_OK;
    }
    wm_opening opening;
    wm_status status = wm_hours_at(c->summary->hours, query->now, &opening, c->err);
    if (status == WM_OK) {
        wm_opening_write(&opening, query->now, c->weighing->texts, c->out);
    }
    return status;
}

static wm_status write_body(wm_card *c, const wm_card_place *place)
{
    wm_json_out *out = c->out;
    if (c->result->missing_count == 0 && !c->result->near_miss) {
        wm_json_out_raw(out, WM_STR("\"missing\":[],\"near_miss\":false"));
    } else {
        write_missing(c);
        wm_json_out_raw(out, c->result->near_miss ? WM_STR("\"near_miss\":true")
                                                  : WM_STR("\"near_miss\":false"));
    }
    write_date(c, WM_STR("\"starts_on\":"), c->result->starts_on);
    write_date(c, WM_STR("\"ends_on\":"), c->result->ends_on);
    wm_status status = wm_card_write_notes(c);
    write_rules(c);
    if (place->above_next_because != NULL) {
        wm_json_out_plain_member(out, WM_STR("\"above_next_because\":"),
                                 wm_str_of(place->above_next_because));
    }
    wm_json_out_raw_member(out, WM_STR("\"routes\":"), c->face->routes);
    wm_json_out_raw(out, c->option->view.usable_now ? WM_STR("\"usable_now\":true")
                                                    : WM_STR("\"usable_now\":false"));
    if (c->option->distance_m >= 0) {
        wm_json_out_member_integer(out, "distance_m", c->option->distance_m);
    }
    if (status == WM_OK) {
        status = write_open(c);
    }
    write_rest(c);
    write_verified(c);
    return status;
}

wm_status wm_card_write(const wm_weighing *weighing, const wm_option *option,
                        const wm_card_place *place, wm_arena *arena, wm_json_out *out,
                        wm_error *err)
{
    wm_shelf_card of;
    wm_verdict_result result;
    wm_summary summary;
    wm_status status = wm_shelf_find(weighing->asker, option->revision, &of, err);
    if (status == WM_OK) {
        status = wm_summary_decode(option->summary, &summary, err);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_card c = { .weighing = weighing,
                  .option = option,
                  .place = place,
                  .face = &of.face,
                  .summary = &summary,
                  .criteria = &of.criteria,
                  .result = &result,
                  .arena = arena,
                  .out = out,
                  .err = err };
    wm_card_choose_words(&c);
    wm_evaluation evaluation = wm_card_evaluation(&c);
    wm_criteria_evaluate(c.criteria, &evaluation, &result);
    status = write_head(&c);
    if (status == WM_OK) {
        status = write_body(&c, place);
    }
    if (status == WM_OK && place->explain) {
        wm_words words = wm_card_words(&c);
        wm_json_out_name(out, "explanation");
        status = wm_criteria_explain(c.criteria, &evaluation, c.result, &words, out, err);
    }
    return status;
}

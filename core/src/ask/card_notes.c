/* card_notes.c: what to mind about a service: few notes, short, each matter once.
 *
 * A rule may speak of a matter that the card knows more of (when it closes, how sure we are). It is
 * then said once, with what the card knows, and names the rule. In this order: for whom it is,
 * whether it can be used, when it would fit, what rules say, how sure we are. */
#include "ask/card_parts.h"

#define INSTEAD_MAX 3
#define ASSUMED_MAX 4
#define SAFE_RESPONSE 0 /* it answers at once */

typedef enum matter {
    MATTER_STATUS,
    MATTER_CLOSING,
    MATTER_TOOK_OVER,
    MATTER_NEAR_MISS,
    MATTER_VERIFIED,
    MATTER_NONE /* no rule speaks of it */
} matter;

/* The texts by which rules speak of matters, and then those that ask for more than one service. */
static const wm_str mark_texts[WM_NOTE_MARKS] = {
    [MATTER_STATUS] = WM_STR_INIT("note.opens_or_reopens_on"),
    [MATTER_CLOSING] = WM_STR_INIT("note.closing_on"),
    [MATTER_TOOK_OVER] = WM_STR_INIT("note.closed_replaced_by"),
    [MATTER_NEAR_MISS] = WM_STR_INIT("note.reason_date_and_instead"),
    [MATTER_VERIFIED] = WM_STR_INIT("note.not_verified"),
    [MATTER_NONE] = WM_STR_INIT("note.ask_for_joint_plan"),
    [MATTER_NONE + 1] = WM_STR_INIT("note.with_adjustments"),
};

/* Their symbols; WM_SYMBOL_NONE is of no note. */
static const wm_symbol *marks_of(const wm_card *c)
{
    wm_texts *texts = c->weighing->texts;
    for (size_t i = 0; i < WM_NOTE_MARKS && !texts->marks_known; i++) {
        texts->marks[i] = wm_symbols_find(c->weighing->asker->symbols, mark_texts[i]);
    }
    texts->marks_known = true;
    return texts->marks;
}

static wm_str text_id(const wm_card *c, const wm_card_note *note)
{
    return wm_symbols_text(c->weighing->asker->symbols, note->text);
}

/* The matter that a rule's note speaks of. */
static matter matter_of(const wm_card *c, const wm_card_note *note)
{
    const wm_symbol *marks = marks_of(c);
    int i = 0;
    while (i < MATTER_NONE && marks[i] != note->text) {
        i++;
    }
    return (matter)i;
}

/* The rule that speaks of the matter, or WM_SYMBOL_NONE. */
static wm_symbol rule_of(const wm_card *c, matter about)
{
    const wm_card_note *note = about != MATTER_NONE ? c->option->notes : NULL;
    while (note != NULL && note->text != marks_of(c)[about]) {
        note = note->next;
    }
    return note != NULL ? note->rule : WM_SYMBOL_NONE;
}

static wm_str name_of_rule(const wm_card *c, wm_symbol rule)
{
    return rule != WM_SYMBOL_NONE ? wm_symbols_text(c->weighing->asker->symbols, rule)
                                  : (wm_str){ NULL, 0 };
}

static void put(wm_card *c, matter about, const char *code, const char *id,
                const wm_filling *fillings, size_t count)
{
    wm_text_note(c->weighing->texts, c->out, code, wm_str_of(id),
                 name_of_rule(c, rule_of(c, about)), fillings, count);
}

/* `dated` with {date}, or `undated` where there is no day. */
static void put_dated(wm_card *c, matter about, const char *code, const char *dated,
                      const char *undated, wm_date date)
{
    if (date == WM_SUMMARY_NO_DATE || date == WM_DATE_NONE) {
        put(c, about, code, undated, NULL, 0);
        return;
    }
    const wm_filling filling = { "date", wm_text_date(c->weighing->texts, date) };
    put(c, about, code, dated, &filling, 1);
}

/* ---- for whom ------------------------------------------------------------------------------ */

/* With the age not known, children's and adults' lines both stand, each with its label. */
static wm_status note_for_some(wm_card *c)
{
    if (!c->option->for_some && c->option->view.section != WM_SECTION_SAFETY) {
        return WM_OK;
    }
    wm_words words = wm_card_words(c);
    wm_evaluation evaluation = wm_card_evaluation(c);
    wm_buf text;
    wm_buf_init(&text, c->weighing->asker->env, WM_STRING_BYTES_MAX);
    wm_status status = wm_criteria_for_ages(c->criteria, &evaluation, &words, &text, c->err);
    if (status == WM_OK && text.len > 0) {
        wm_json_out_object(c->out);
        wm_json_out_member_text(c->out, "code", "for_some");
        wm_json_out_member_string(c->out, "text", wm_buf_str(&text));
        wm_json_out_end_object(c->out);
    }
    wm_buf_fini(&text);
    return status;
}

/* The name of another service. */
static wm_status name_of(const wm_card *c, const wm_option *service, wm_str *name_out)
{
    wm_asker *asker = c->weighing->asker;
    wm_shelf_card card;
    int64_t revision = 0;
    *name_out = (wm_str){ NULL, 0 };
    if (service == NULL) {
        return WM_OK;
    }
    wm_str id = wm_option_id(service, c->arena);
    wm_status status =
        id.ptr != NULL ? wm_store_service_revision(asker->store, asker->view, id, &revision, c->err)
                       : wm_fail_memory(c->err);
    if (status == WM_OK) {
        status = wm_shelf_find(asker, revision, &card, c->err);
    }
    if (status == WM_OK) {
        *name_out = card.face.words.name;
    }
    return status == WM_NOT_FOUND ? WM_OK : status;
}

/* ---- whether it can be used ---------------------------------------------------------------- */

static bool takes_people(const wm_card *c)
{
    wm_service_status status = wm_status_on(c->summary, c->weighing->query->as_of);
    return status == WM_SERVICE_ACTIVE || status == WM_SERVICE_CLOSING;
}

static void note_closing(wm_card *c)
{
    bool first = c->option->view.closes_first;
    put_dated(c, MATTER_CLOSING, "closing", first ? "card.closing_first_on" : "card.closing_on",
              first ? "card.closing_first" : "card.closing", c->summary->closes_on);
}

static void note_closed(wm_card *c)
{
    put_dated(c, MATTER_STATUS, "closed", "card.closed_on", "card.closed", c->summary->closes_on);
    if (c->words.closed_reason.len > 0) {
        const wm_filling filling = { "reason", c->words.closed_reason };
        put(c, MATTER_NONE, "closed_reason", "card.closed_reason", &filling, 1);
    }
}

/* Who asks for a closed service by name is told what took over, also where it is not for them. */
static wm_status note_heirs(wm_card *c)
{
    wm_status status = WM_OK;
    wm_buf names;
    if (!c->place->explain || c->option->view.status != WM_SERVICE_CLOSED) {
        return WM_OK;
    }
    wm_buf_init(&names, c->weighing->asker->env, WM_STRING_BYTES_MAX);
    for (size_t i = 0; i < c->place->successor_count && status == WM_OK; i++) {
        wm_str name = { NULL, 0 };
        status = name_of(c, c->place->successors[i], &name);
        wm_buf_put_text(&names, i > 0 ? "; " : "");
        wm_buf_put_str(&names, name);
    }
    const wm_filling filling = { "name", wm_buf_str(&names) };
    put(c, MATTER_NONE, "replaced_by", names.len > 0 ? "card.replaced_by" : "card.no_successor",
        &filling, 1);
    wm_buf_fini(&names);
    return status;
}

static void note_status(wm_card *c)
{
    const wm_summary *s = c->summary;
    wm_date today = c->weighing->query->as_of;
    bool passed = s->opens_on != WM_SUMMARY_NO_DATE && s->opens_on <= today;
    switch (wm_status_on(s, today)) {
    case WM_SERVICE_PLANNED:
        put_dated(c, MATTER_STATUS, "not_open_yet",
                  passed ? "card.not_open_yet_past" : "card.not_open_yet_on", "card.not_open_yet",
                  s->opens_on);
        break;
    case WM_SERVICE_PAUSED:
        put_dated(c, MATTER_STATUS, "paused", passed ? "card.paused_past" : "card.paused_until",
                  "card.paused", s->opens_on);
        break;
    case WM_SERVICE_CLOSING: note_closing(c); break;
    case WM_SERVICE_CLOSED: note_closed(c); break;
    case WM_SERVICE_ACTIVE:
    default: break;
    }
    if (takes_people(c) && wm_is_full_on(s, today)) {
        put_dated(c, MATTER_NONE, "full", "card.full_until", "card.full", s->full_until);
    }
}

static wm_status note_predecessor(wm_card *c)
{
    bool in_danger = c->option->view.section == WM_SECTION_SAFETY; /* no history, then */
    if (c->option->took_over_from == NULL || in_danger) {
        return WM_OK;
    }
    wm_shelf_card closed;
    wm_status status =
        wm_shelf_find(c->weighing->asker, c->option->took_over_from->revision, &closed, c->err);
    if (status == WM_OK) {
        wm_str reason = closed.face.words.closed_reason;
        const wm_filling fillings[] = { { "name", closed.face.words.name }, { "reason", reason } };
        put(c, MATTER_TOOK_OVER, "took_over",
            reason.len > 0 ? "card.took_over_why" : "card.took_over", fillings, 2);
    }
    return status;
}

/* ---- when it would fit, and what to do instead --------------------------------------------- */

static void note_near_miss(wm_card *c)
{
    const wm_verdict_result *r = c->result;
    wm_date today = c->weighing->query->as_of;
    if (r->verdict != WM_VERDICT_NOT_ELIGIBLE || !r->near_miss) {
        return;
    }
    /* What keeps the person out is over on the day after it ends. */
    wm_date from = r->near_miss_holds && r->ends_on != WM_DATE_NONE ? r->ends_on + 1 : r->starts_on;
    wm_date until = r->near_miss_holds ? WM_DATE_NONE : r->ends_on;
    if (from != WM_DATE_NONE && from > today) {
        put_dated(c, MATTER_NEAR_MISS, "near_miss", "card.fits_from", NULL, from);
    } else if (until != WM_DATE_NONE && until < today) {
        put_dated(c, MATTER_NEAR_MISS, "near_miss", "card.fitted_until", NULL, until);
    }
}

static bool is_among(const wm_symbol *symbols, size_t count, wm_symbol symbol)
{
    for (size_t i = 0; i < count; i++) {
        if (symbols[i] == symbol) {
            return true;
        }
    }
    return false;
}

/* Of the hard exclusions that are true: each offer once. */
static size_t find_instead(const wm_card *c, wm_symbol offers[INSTEAD_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < c->criteria->exclusion_count; i++) {
        wm_exclusion exclusion = wm_criteria_exclusion(c->criteria, i);
        bool acts = !exclusion.soft && c->result->truth[exclusion.node] == WM_TRUTH_T;
        for (size_t o = 0; acts && o < exclusion.instead_count && count < INSTEAD_MAX; o++) {
            wm_symbol offer = wm_criteria_instead(c->criteria, &exclusion, o);
            if (!is_among(offers, count, offer)) {
                offers[count++] = offer;
            }
        }
    }
    return count;
}

static void note_instead(wm_card *c)
{
    wm_symbol offers[INSTEAD_MAX] = { WM_SYMBOL_NONE };
    wm_texts *texts = c->weighing->texts;
    size_t count = find_instead(c, offers);
    wm_buf list;
    wm_buf_init(&list, c->weighing->asker->env, WM_STRING_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        wm_str name = wm_symbols_text(c->weighing->asker->symbols, offers[i]);
        wm_str words = wm_text_of(texts, "offer.", name);
        if (words.len > 0) {
            wm_buf_put_text(&list, list.len > 0 ? "; " : "");
            wm_buf_put_str(&list, words);
        }
    }
    if (list.len > 0) {
        const wm_filling filling = { "offers", wm_buf_str(&list) };
        put(c, MATTER_NONE, "instead", "card.instead", &filling, 1);
    }
    wm_buf_fini(&list);
}

/* ---- what rules say ------------------------------------------------------------------------ */

/* Somebody who needs help now is told what helps now, and nothing else. */
static bool is_urgent(const wm_card *c)
{
    return c->option->view.section == WM_SECTION_SAFETY || c->summary->response == SAFE_RESPONSE;
}

static bool asks_for_both(const wm_card *c)
{
    const wm_symbol *joint = marks_of(c) + MATTER_NONE;
    const wm_card_note *note = c->option->notes;
    while (note != NULL && note->text != joint[0] && note->text != joint[1]) {
        note = note->next;
    }
    return note != NULL;
}

static void note_joint(wm_card *c)
{
    if (asks_for_both(c) || is_urgent(c)) {
        return;
    }
    if (c->result->verdict == WM_VERDICT_JOINT) {
        put(c, MATTER_NONE, "joint", "card.joint", NULL, 0);
    } else if (c->result->verdict == WM_VERDICT_ELIGIBLE && c->result->soft_unknown) {
        put(c, MATTER_NONE, "may_be_joint", "card.may_be_joint", NULL, 0);
    }
}

/* {other} is the service that a note speaks of. */
static wm_status note_rule(wm_card *c, const wm_card_note *note)
{
    wm_texts *texts = c->weighing->texts;
    const wm_note_key key = { .text = note->text, .rule = note->rule };
    bool is_plain = note->other == NULL;
    size_t start = c->out->buf->len;
    wm_str other = { NULL, 0 };
    if (is_plain && wm_text_note_again(texts, c->out, &key)) {
        return WM_OK;
    }
    wm_status status = name_of(c, note->other, &other);
    const wm_filling filling = { "other", other };
    wm_text_note(texts, c->out, NULL, text_id(c, note), name_of_rule(c, note->rule), &filling, 1);
    if (is_plain) {
        wm_text_note_keep(texts, c->out, &key, start);
    }
    return status;
}

static wm_status note_rules(wm_card *c)
{
    wm_status status = WM_OK;
    for (const wm_card_note *note = c->option->notes; note != NULL && status == WM_OK;
         note = note->next) {
        if (matter_of(c, note) == MATTER_NONE) {
            status = note_rule(c, note);
        }
    }
    return status;
}

/* ---- how sure we are ----------------------------------------------------------------------- */

/* What a field that was assumed means to a reader, in the order of wm_face_assumable: "card.guess_"
 * and its name. */
static wm_str guess_words(const wm_card *c, size_t field)
{
    return wm_text_of(c->weighing->texts, "card.guess_", wm_str_of(wm_face_assumable(field)));
}

/* "who it is for, opening hours and more" */
static void put_guesses(wm_card *c, wm_buf *text)
{
    size_t count = 0;
    for (size_t i = 0; i < WM_FACE_ASSUMABLE_COUNT; i++) {
        if ((c->face->assumed >> i & 1) == 0) {
            continue;
        }
        if (count == ASSUMED_MAX) {
            wm_buf_put_char(text, ' ');
            wm_buf_put_str(text, wm_text_words(c->weighing->texts, "card.guess_more"));
            return;
        }
        wm_buf_put_text(text, count++ > 0 ? ", " : "");
        wm_buf_put_str(text, guess_words(c, i));
    }
}

bool wm_card_must_be_rechecked(const wm_card *card, wm_date recheck_after)
{
    return recheck_after != WM_FACE_NO_DATE && recheck_after < card->weighing->query->as_of;
}

typedef struct doubt {
    const char *code;
    const char *text; /* of {first}, {date} */
} doubt;

/* The gravest of what may be wrong with the record. */
static bool find_doubt(const wm_card *c, bool guessed, doubt *doubt_out)
{
    wm_verified verified = wm_verified_on(c->summary, c->weighing->query->as_of);
    if (verified == WM_VERIFIED_NEVER) {
        *doubt_out =
            (doubt){ "never_verified", guessed ? "card.unconfirmed_guesses" : "card.unconfirmed" };
    } else if (verified == WM_VERIFIED_OVERDUE) {
        *doubt_out = (doubt){ "verification_overdue", guessed ? "card.unconfirmed_since_guesses"
                                                              : "card.unconfirmed_since" };
    } else if (wm_card_must_be_rechecked(c, c->face->recheck_after)) {
        *doubt_out = (doubt){ "recheck", "card.recheck" };
    } else if (guessed) {
        *doubt_out = (doubt){ "assumed", "card.guesses" };
    } else {
        return false;
    }
    return true;
}

static void put_doubt(wm_card *c, const doubt *found, const char *id, wm_str guesses)
{
    wm_texts *texts = c->weighing->texts;
    bool has_phone = (c->face->flags & WM_FACE_PHONE) != 0;
    wm_symbol rule = rule_of(c, MATTER_VERIFIED);
    wm_date verified_on = c->summary->verified_on;
    bool dated = verified_on != WM_SUMMARY_NO_DATE;
    uint32_t detail = c->face->assumed << 2 | (dated ? 2U : 0U) | (has_phone ? 1U : 0U);
    const wm_note_key key = { .code = found->code, .id = id, .rule = rule, .detail = detail };
    wm_str day = dated ? wm_text_record_date(texts, verified_on) : (wm_str){ NULL, 0 };
    size_t start = c->out->buf->len;
    if (dated ? wm_text_dated_again(texts, c->out, &key, day)
              : wm_text_note_again(texts, c->out, &key)) {
        return;
    }
    const wm_filling fillings[] = {
        { "first", wm_text_words(texts, has_phone ? "card.ring_first" : "card.ask_first") },
        { "guesses", guesses },
        { "date", day },
    };
    const wm_note note = { found->code, wm_str_of(id), name_of_rule(c, rule), fillings, 3 };
    wm_text_dated_note(texts, c->out, &key, &note);
    if (!dated) {
        wm_text_note_keep(texts, c->out, &key, start);
    }
}

/* One line for all of it: what is said three times is read not once. Nobody who needs help now is
 * told to check first. */
static void note_verified(wm_card *c)
{
    doubt found = { NULL, NULL };
    /* 999 and 111 answer whatever the record says of them. */
    bool is_emergency = (c->face->flags & WM_FACE_NATIONAL_EMERGENCY) != 0;
    if (is_emergency || c->option->view.status == WM_SERVICE_CLOSED) {
        return;
    }
    wm_buf guesses;
    wm_buf_init(&guesses, c->weighing->asker->env, WM_STRING_BYTES_MAX);
    put_guesses(c, &guesses);
    if (find_doubt(c, guesses.len > 0, &found)) {
        const char *id = is_urgent(c) ? "card.unconfirmed_urgent" : found.text;
        put_doubt(c, &found, id, wm_buf_str(&guesses));
    }
    wm_buf_fini(&guesses);
}

static void note_translation(wm_card *c)
{
    if (c->has_translation && !c->words.reviewed) {
        put(c, MATTER_NONE, "translation_unreviewed", "card.translation_unreviewed", NULL, 0);
    }
}

wm_status wm_card_write_notes(wm_card *c)
{
    wm_json_out_array_member(c->out, WM_STR("\"notes\":"));
    wm_status status = note_for_some(c);
    note_status(c);
    if (status == WM_OK) {
        status = note_heirs(c);
    }
    if (status == WM_OK) {
        status = note_predecessor(c);
    }
    note_near_miss(c);
    note_instead(c);
    note_joint(c);
    if (status == WM_OK) {
        status = note_rules(c);
    }
    note_translation(c);
    note_verified(c);
    wm_json_out_end_array(c->out);
    return status;
}

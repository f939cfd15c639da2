/* question.c: see question.h. Which one it is, is chosen in rules/next_question.c. */
#include "ask/question.h"

#include "ask/shelf.h"
#include "ask/texts.h"
#include "rules/unfold.h"

/* ---- choose ---- */

typedef struct chooser {
    wm_inquiry *f;
    wm_asking *asking;
    wm_question_card cards[WM_QUESTION_CARDS_MAX];
    size_t card_count;
    wm_question_input input;
} chooser;

static wm_status load_card(chooser *c, const wm_option *option)
{
    wm_question_card *card = &c->cards[c->card_count];
    card->of = option->view.subject == WM_SUBJECT_ACTOR ? WM_OF_ACTOR : WM_OF_PERSON;
    wm_status status = WM_OK;
    if (!wm_shelf_criteria(c->f->asker, option->revision, &card->criteria)) {
        status = wm_brief_unfold(option->criteria, option->areas, &c->f->arena, &card->criteria,
                                 c->f->err);
    }
    c->card_count += status == WM_OK ? 1 : 0;
    return status;
}

/* The best UNKNOWN cards of the person and of whoever asks. The facts of a parent are part of one
 * fact of the person, and are not asked one by one. */
static wm_status load_cards(chooser *c)
{
    wm_inquiry *f = c->f;
    const wm_option *options[WM_QUESTION_CARDS_MAX];
    size_t count = 0;
    c->asking->open += f->undecided;
    c->asking->decided += f->decided;
    wm_status status = wm_inquiry_undecided(f, WM_QUESTION_CARDS_MAX, options, &count);
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        status = load_card(c, options[i]);
    }
    return status;
}

static bool is_professional(const wm_inquiry *f)
{
    return f->asker->edition == WM_EDITION_PROFESSIONAL &&
           (f->query.actor == WM_ACTOR_GP || f->query.actor == WM_ACTOR_PROFESSIONAL);
}

static wm_status choose(chooser *c, wm_question_choice *choice_out)
{
    wm_inquiry *f = c->f;
    const wm_weighing *actor = f->weighings[WM_SUBJECT_ACTOR];
    c->input = (wm_question_input){
        .symbols = f->asker->symbols,
        .areas = f->asker->areas,
        .askables = f->asker->askables,
        .facts = { f->understood->facts,
                   actor != NULL ? actor->understood->facts : f->understood->actor_facts },
        .cards = c->cards,
        .card_count = c->card_count,
        .waiting = f->signposting.ask,
        .waiting_count = f->signposting.ask_count,
        .skipped = c->asking->skipped,
        .skipped_count = c->asking->skipped_count,
        .last = c->asking->last,
        .professional = is_professional(f),
    };
    return wm_next_question(&c->input, &f->arena, choice_out, f->err);
}

/* ---- write ---- */

typedef struct writer {
    wm_inquiry *f;
    wm_texts *texts;
    bool about_other; /* the question is about somebody else */
    wm_json_out *out;
} writer;

static void put_text(writer *w, const char *name, const wm_json *record, const char *field)
{
    wm_said said =
        wm_text_in(w->texts, wm_json_get(record, field), wm_json_get(record, "unreviewed"));
    if (said.text.len > 0) {
        wm_json_out_member_string(w->out, name, said.text);
    }
}

static void put_label(writer *w, wm_str label)
{
    wm_json_out_member_string(w->out, "label", label);
    wm_json_out_end_object(w->out);
}

static void put_flag_options(writer *w)
{
    wm_json_out_object(w->out);
    wm_json_out_member_boolean(w->out, "value", true);
    put_label(w, wm_text_words(w->texts, "question.yes"));
    wm_json_out_object(w->out);
    wm_json_out_member_boolean(w->out, "value", false);
    put_label(w, wm_text_words(w->texts, "question.no"));
}

/* {"none":true}: it never happened, there is no such place. */
static void put_none_option(writer *w, const char *label)
{
    wm_json_out_object(w->out);
    wm_json_out_name(w->out, "value");
    wm_json_out_object(w->out);
    wm_json_out_member_boolean(w->out, "none", true);
    wm_json_out_end_object(w->out);
    put_label(w, wm_text_words(w->texts, label));
}

static void put_nobody_option(writer *w)
{
    wm_json_out_object(w->out);
    wm_json_out_name(w->out, "value");
    wm_json_out_object(w->out);
    wm_json_out_member_boolean(w->out, "complete", true);
    wm_json_out_name(w->out, "people");
    wm_json_out_array(w->out);
    wm_json_out_end_array(w->out);
    wm_json_out_end_object(w->out);
    put_label(w, wm_text_words(w->texts, "question.nobody"));
}

static wm_str value_of(const wm_json *option)
{
    return option->type == WM_JSON_STRING ? option->as.string
                                          : wm_json_string(wm_json_get(option, "value"));
}

/* Of a set only what the cards in hand name: nobody is asked for a whole list of illnesses. */
static bool is_wanted(const writer *w, const wm_question_part *part, wm_str value)
{
    if (part->fact->type != WM_FACT_SET || part->term_count == WM_QUESTION_TERMS_MAX ||
        part->term_count == 0) {
        return true;
    }
    for (size_t i = 0; i < part->term_count; i++) {
        if (wm_str_equal(wm_symbols_text(w->f->asker->symbols, part->terms[i]), value)) {
            return true;
        }
    }
    return false;
}

static void put_record_options(writer *w, const wm_question_part *part, const wm_json *options)
{
    for (uint32_t i = 0; wm_json_is(options, WM_JSON_ARRAY) && i < options->count; i++) {
        const wm_json *option = &options->as.items[i];
        wm_str value = value_of(option);
        if (is_wanted(w, part, value)) {
            wm_said label = wm_text_in(w->texts, wm_json_get(option, "label"), NULL);
            wm_json_out_object(w->out);
            wm_json_out_member_string(w->out, "value", value);
            put_label(w, label.text.len > 0 ? label.text : value);
        }
    }
}

/* "None of these": of those that were shown, not of all there are. */
static void put_none_of_these(writer *w, const wm_question_part *part, const wm_json *options)
{
    wm_json_out_object(w->out);
    wm_json_out_name(w->out, "value");
    wm_json_out_object(w->out);
    wm_json_out_name(w->out, "not");
    wm_json_out_array(w->out);
    for (uint32_t i = 0; wm_json_is(options, WM_JSON_ARRAY) && i < options->count; i++) {
        wm_str value = value_of(&options->as.items[i]);
        if (is_wanted(w, part, value)) {
            wm_json_out_string(w->out, value);
        }
    }
    wm_json_out_end_array(w->out);
    wm_json_out_end_object(w->out);
    put_label(w, wm_text_words(w->texts, "question.none_of_these"));
}

static void put_options(writer *w, const wm_question_part *part, const wm_json *record)
{
    const wm_json *options = wm_json_get(record, "options");
    wm_json_out_name(w->out, "options");
    wm_json_out_array(w->out);
    switch (part->fact->type) {
    case WM_FACT_FLAG: put_flag_options(w); break;
    case WM_FACT_SET:
        put_record_options(w, part, options);
        put_none_of_these(w, part, options);
        break;
    case WM_FACT_ONE:
    case WM_FACT_LEVEL: put_record_options(w, part, options); break;
    case WM_FACT_EVENT: put_none_option(w, "question.never"); break;
    case WM_FACT_AREA:
        put_none_option(w, wm_str_is(part->fact->id, "residence_area") ? "question.no_home"
                                                                       : "question.no_place");
        break;
    case WM_FACT_PEOPLE: put_nobody_option(w); break;
    case WM_FACT_AGE:
    default: break;
    }
    wm_json_out_end_array(w->out);
}

/* The members of one question into the open object. */
static wm_status put_part(writer *w, const wm_question_part *part, wm_question_of of)
{
    wm_inquiry *f = w->f;
    const wm_json *record = NULL;
    wm_status status = wm_asker_fact(f->asker, part->fact, &record, f->err);
    if (status != WM_OK) {
        return status;
    }
    bool has_other = wm_json_get(record, "question_other") != NULL;
    wm_json_out_member_string(w->out, "fact", part->fact->id);
    if (of == WM_OF_ACTOR) {
        wm_json_out_member_text(w->out, "of", "actor");
    }
    wm_json_out_member_text(w->out, "type", wm_fact_type_name(part->fact->type));
    put_text(w, "text", record, w->about_other && has_other ? "question_other" : "question");
    put_text(w, "why", record, "why");
    put_options(w, part, record);
    return WM_OK;
}

static wm_status put_question(wm_inquiry *f, const wm_question_choice *choice, wm_json_out *out)
{
    bool is_asker = f->query.about == WM_ABOUT_SELF && f->query.actor == WM_ACTOR_SELF;
    writer w = { f, f->weighings[WM_SUBJECT_PERSON]->texts, choice->of == WM_OF_PERSON && !is_asker,
                 out };
    wm_json_out_object(out);
    wm_status status = put_part(&w, &choice->parts[0], choice->of);
    if (choice->part_count > 1) {
        wm_json_out_name(out, "together");
        wm_json_out_array(out);
    }
    for (size_t i = 1; i < choice->part_count && status == WM_OK; i++) {
        bool follows = wm_str_equal(choice->parts[i].fact->after, choice->parts[0].fact->id);
        wm_json_out_object(out);
        status = put_part(&w, &choice->parts[i], choice->of);
        if (follows) {
            wm_json_out_member_boolean(out, "only_if_yes", true);
        }
        wm_json_out_end_object(out);
    }
    if (choice->part_count > 1) {
        wm_json_out_end_array(out);
    }
    if (choice->belongs) {
        wm_json_out_member_boolean(out, "belongs", true);
    }
    wm_json_out_end_object(out);
    return status;
}

wm_status wm_question_write(wm_inquiry *f, wm_asking *asking, wm_json_out *out)
{
    wm_question_choice choice = { .part_count = 0 };
    chooser c = { .f = f, .asking = asking };
    wm_hold hold = asking->go_on ? WM_HOLD_NOT : f->signposting.hold;
    asking->until_seen = hold == WM_HOLD_UNTIL_SEEN;
    wm_status status = load_cards(&c);
    if (status == WM_OK) {
        status = choose(&c, &choice);
    }
    asking->none = choice.part_count == 0                                 ? WM_QUESTION_NONE_LEFT
                   : asking->asked >= WM_QUESTIONS_MAX && !choice.belongs ? WM_QUESTION_ENOUGH
                   : hold == WM_HOLD_UNTIL_ASKED                          ? WM_QUESTION_HELD
                                                                          : WM_QUESTION_IS_ASKED;
    if (status != WM_OK || asking->none != WM_QUESTION_IS_ASKED) {
        return status;
    }
    wm_json_out_name(out, "next_question");
    status = put_question(f, &choice, out);
    if (status == WM_OK && asking->question != NULL) {
        wm_json_out again;
        wm_json_out_init(&again, asking->question);
        status = put_question(f, &choice, &again);
    }
    return status;
}

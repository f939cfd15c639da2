/* find.c: the answer as JSON: where it comes from, what was understood, sections, what is missing.
 *
 * Everyone who was found and refused stays visible, a "no" under NOT_A_MATCH with its reason, at
 * most WM_NOT_A_MATCH_MAX of them and how many more there are. SAFETY is written whole, whatever
 * the limit.
 *
 * Two databases with the same release give the same bytes: numbers of revisions and symbols differ
 * between them, so nothing that is shown may depend on their order. */
#include "ask/find.h"
#include "ask/card.h"
#include "ask/emergency.h"
#include "ask/inquiry.h"
#include "ask/question.h"
#include "ask/shelf.h"
#include "ask/texts.h"

/* Why the option at `at` stands above the one after it. */
static const char *above_next(const wm_inquiry *f, size_t at, size_t end)
{
    if (at + 1 >= end) {
        return NULL;
    }
    const wm_option *here = f->options[at];
    const wm_option *next = f->options[at + 1];
    if (wm_order_compare(&here->key, &next->key) > 0 || (next->held_back && !here->held_back)) {
        return "variety";
    }
    return wm_order_part_name(wm_order_difference(&here->key, &next->key));
}

static const wm_str NOBODY = { NULL, 0 };

static wm_texts *texts_of(const wm_inquiry *f)
{
    return f->weighings[WM_SUBJECT_PERSON]->texts;
}

/* ---- notes ---- */

/* The notes that rules put into SAFETY or into the answer: lines, or the rest. */
static void write_rule_notes(wm_inquiry *f, bool safety, bool lines, wm_json_out *out)
{
    const wm_symbols *symbols = f->asker->symbols;
    for (size_t i = 0; i < f->signposting.note_count; i++) {
        const wm_rule_note *note = &f->signposting.notes[i];
        if (note->safety == safety && note->line == lines) {
            wm_text_note(texts_of(f), out, NULL, wm_symbols_text(symbols, note->text),
                         wm_symbols_text(symbols, note->rule), NULL, 0);
        }
    }
}

static bool has_acted_on(const wm_rule *rule, const wm_option *option)
{
    const wm_card_rule *at = option->rules;
    while (at != NULL && at->rule != rule->id) {
        at = at->next;
    }
    return at != NULL;
}

/* The rule brings cards to this section. */
static bool shows_in(const wm_rule *rule, wm_section section)
{
    for (size_t i = 0; i < rule->action_count; i++) {
        if (rule->actions[i].verb == WM_VERB_SHOW && rule->actions[i].section == section) {
            return true;
        }
    }
    return false;
}

static void write_why(wm_inquiry *f, const wm_rule *rule, wm_json_out *out)
{
    wm_str id = wm_symbols_text(f->asker->symbols, rule->id);
    wm_said why = wm_text_why(texts_of(f), id);
    if (why.text.len > 0) {
        wm_json_out_object(out);
        wm_json_out_raw(out, WM_STR("\"code\":\"why\""));
        wm_json_out_string_member(out, WM_STR("\"text\":"), why.text);
        wm_json_out_string_member(out, WM_STR("\"rule\":"), id);
        wm_json_out_end_object(out);
    }
}

/* Why the rules put these cards here, once for each rule. */
static void write_whys(wm_inquiry *f, wm_section section, size_t first, size_t end,
                       wm_json_out *out)
{
    for (size_t r = 0; r < f->asker->rule_count; r++) {
        const wm_rule *rule = f->asker->rules[r];
        size_t i = shows_in(rule, section) ? first : end;
        while (i < end && !has_acted_on(rule, f->options[i])) {
            i++;
        }
        if (i < end) {
            write_why(f, rule, out);
        }
    }
}

/* ---- sections ---- */

static bool has_safety_notes(const wm_inquiry *f)
{
    if (f->signposting.perhaps_danger) {
        return true;
    }
    for (size_t i = 0; i < f->signposting.note_count; i++) {
        if (f->signposting.notes[i].safety) {
            return true;
        }
    }
    return false;
}

static wm_status write_cards(wm_inquiry *f, size_t first, size_t shown, size_t end,
                             wm_json_out *out)
{
    wm_status status = WM_OK;
    wm_json_out_name(out, "cards");
    wm_json_out_array(out);
    if (shown > 0) {
        wm_shelf_expect(f->asker, (const wm_option *const *)f->options + first, shown);
    }
    for (size_t i = first; i < first + shown && status == WM_OK; i++) {
        wm_card_place place = { .above_next_because = above_next(f, i, end) };
        const wm_option *option = f->options[i];
        wm_json_out_object(out);
        wm_arena_reset(&f->scratch);
        status =
            wm_card_write(wm_inquiry_weighing(f, option), option, &place, &f->scratch, out, f->err);
        if (status == WM_OK) {
            wm_json_out_end_object(out);
        }
    }
    wm_json_out_end_array(out);
    return status;
}

static wm_status write_section(wm_inquiry *f, wm_section section, size_t limit, wm_json_out *out)
{
    size_t first = 0;
    size_t end = 0;
    bool safety = section == WM_SECTION_SAFETY;
    wm_inquiry_section(f, section, &first, &end);
    if (first == end && !(safety && has_safety_notes(f))) {
        return WM_OK;
    }
    size_t shown = end - first < limit ? end - first : limit;
    wm_json_out_object(out);
    wm_str name = wm_str_of(wm_section_name(section));
    wm_json_out_member_string(out, "name", name);
    wm_json_out_member_string(out, "title", wm_text_of(texts_of(f), "section.", name));
    wm_json_out_member_integer(out, "more", (int64_t)(end - first - shown));
    wm_json_out_name(out, "notes");
    wm_json_out_array(out);
    if (safety) {
        write_rule_notes(f, true, true, out);
    }
    if (safety && f->signposting.perhaps_danger) {
        wm_text_note(texts_of(f), out, "perhaps_danger", WM_STR("answer.perhaps_danger"), NOBODY,
                     NULL, 0);
    }
    write_whys(f, section, first, first + shown, out);
    if (safety) {
        write_rule_notes(f, true, false, out);
    }
    wm_json_out_end_array(out);
    wm_status status = write_cards(f, first, shown, end, out);
    wm_json_out_end_object(out);
    return status;
}

static wm_status write_sections(wm_inquiry *f, wm_json_out *out)
{
    wm_status status = WM_OK;
    wm_json_out_name(out, "sections");
    wm_json_out_array(out);
    for (int s = 0; s < WM_SECTION_COUNT && status == WM_OK; s++) {
        status = write_section(f, (wm_section)s, wm_inquiry_most(f, (wm_section)s), out);
    }
    wm_json_out_end_array(out);
    return status;
}

/* What would come, too, if something that is not known were so. */
static void write_would_also(wm_inquiry *f, wm_json_out *out)
{
    bool own = f->query.about == WM_ABOUT_SELF && f->query.actor == WM_ACTOR_SELF;
    size_t count = 0;
    wm_json_out_name(out, "would_also_apply");
    wm_json_out_array(out);
    for (size_t i = 0; i < f->signposting.would_also_count && count < WM_WOULD_ALSO_MAX; i++) {
        wm_str id = wm_symbols_text(f->asker->symbols, f->signposting.would_also[i]->id);
        wm_said text = wm_text_if(texts_of(f), id, !own);
        if (text.text.len > 0) {
            wm_json_out_object(out);
            wm_json_out_string_member(out, WM_STR("\"rule\":"), id);
            wm_json_out_string_member(out, WM_STR("\"if\":"), text.text);
            wm_json_out_end_object(out);
            count++;
        }
    }
    wm_json_out_end_array(out);
}

static bool is_stale(const wm_inquiry *f)
{
    return wm_asker_is_stale(f->asker, f->query.as_of);
}

/* What became of a place that was not found as it was typed. */
static void write_place_note(wm_inquiry *f, wm_json_out *out)
{
    const wm_understood *u = f->understood;
    if (u->has_place && u->place.note != NULL) {
        bool known = wm_text_words(texts_of(f), u->place.note).len > 0;
        wm_text_note(texts_of(f), out, u->place.note,
                     wm_str_of(known ? u->place.note : "answer.place_not_found"), NOBODY, NULL, 0);
    }
    if (u->has_place && u->place.is_repaired) {
        wm_text_note(texts_of(f), out, "note.place_repaired", WM_STR("note.place_repaired"), NOBODY,
                     NULL, 0);
    }
}

static void write_words_note(wm_inquiry *f, wm_json_out *out)
{
    const wm_understood *u = f->understood;
    if (f->query.text.len > 0 && u->word_count + u->named_count == 0) {
        wm_text_note(texts_of(f), out, "words_not_known",
                     u->need_count > 0 ? WM_STR("answer.words_not_known")
                                       : WM_STR("answer.words_not_known_open"),
                     NOBODY, NULL, 0);
    }
}

/* Where one more note belongs, if words were said that nobody reviewed: which is known only once
 * all of the answer is written. */
typedef struct note_place {
    size_t at;
    bool is_first;
} note_place;

static wm_status write_notes(wm_inquiry *f, wm_json_out *out, note_place *place_out)
{
    wm_json_out_name(out, "notes");
    wm_json_out_array(out);
    write_place_note(f, out);
    if (f->understood->locality_count == 0) {
        wm_text_note(texts_of(f), out, "no_place", WM_STR("answer.no_place"), NOBODY, NULL, 0);
    }
    write_words_note(f, out);
    wm_status status = wm_named_write_notes(f, out);
    if (f->gone_without_successor > 0) {
        wm_text_note(texts_of(f), out, "closed_not_shown", WM_STR("answer.closed_not_shown"),
                     NOBODY, NULL, 0);
    }
    if (is_stale(f)) {
        wm_text_note(texts_of(f), out, "stale", WM_STR("answer.stale"), NOBODY, NULL, 0);
    }
    write_rule_notes(f, false, false, out);
    const wm_buf *buf = out->buf;
    *place_out = (note_place){ buf->len, buf->len > 0 && buf->data[buf->len - 1] == '[' };
    wm_json_out_end_array(out);
    return status;
}

static void write_gaps(const wm_inquiry *f, wm_json_out *out)
{
    wm_json_out_name(out, "gaps");
    wm_json_out_array(out);
    if (f->signposting.gap && !f->understood->nothing_understood) {
        bool none = f->signposting.gap_reachable == 0;
        wm_text_note(texts_of(f), out, none ? "no_service_now" : "one_service_now",
                     none ? WM_STR("gap.none") : WM_STR("gap.one"), NOBODY, NULL, 0);
    }
    wm_json_out_end_array(out);
}

void wm_find_write_origin(const wm_inquiry *f, wm_json_out *out)
{
    char text[WM_DIGEST_HEX_BYTES];
    char day[WM_DATE_TEXT_BYTES];
    const wm_asker *asker = f->asker;
    if (asker->has_release) {
        wm_json_out_member_integer(out, "release", asker->release.number);
        wm_json_out_member_text(out, "released_on", wm_date_format(asker->release.date, day));
    } else {
        wm_json_out_member_integer(out, "release", 0);
    }
    if (asker->view == WM_VIEW_WORKING) {
        wm_json_out_member_boolean(out, "working", true);
    }
    wm_json_out_member_text(out, "edition", wm_edition_name(asker->edition));
    if (is_stale(f)) {
        wm_json_out_member_text(out, "stale_since", asker->stale_since);
    }
    wm_json_out_member_text(out, "query_digest", wm_digest_hex(&f->query.digest, text));
    wm_json_out_name(out, "emergency");
    wm_emergency_write_in(texts_of(f), out);
}

/* What was said for each subject comes to one answer. */
static wm_status settle_texts(const wm_inquiry *f)
{
    wm_texts *texts = texts_of(f);
    for (int i = 0; i < WM_SUBJECT_COUNT; i++) {
        const wm_texts *others = f->weighings[i] != NULL ? f->weighings[i]->texts : texts;
        texts->said_unreviewed = texts->said_unreviewed || others->said_unreviewed;
        texts->status = texts->status == WM_OK ? others->status : texts->status;
    }
    return wm_texts_status(texts, f->err);
}

/* The members behind the notes. */
static wm_status write_tail(wm_inquiry *f, wm_asking *asking, wm_json_out *out)
{
    wm_status status = write_sections(f, out);
    if (status == WM_OK) {
        status = wm_question_write(f, asking, out);
    }
    if (status == WM_OK) {
        write_would_also(f, out);
        write_gaps(f, out);
        status = settle_texts(f);
    }
    return status;
}

static wm_status insert_unreviewed_note(const wm_inquiry *f, const note_place *place, wm_buf *buf)
{
    wm_buf note;
    wm_json_out out;
    wm_buf_init(&note, f->asker->env, WM_ANSWER_BYTES_MAX);
    wm_json_out_init(&out, &note);
    wm_json_out_array(&out);
    wm_text_unreviewed_note(texts_of(f), &out);
    wm_status status = wm_buf_status(&note, f->err);
    size_t length = status == WM_OK ? note.len - 1 : 0; /* without its bracket */
    size_t comma = place->is_first ? 0 : 1;
    if (length > 0 && wm_buf_reserve(buf, length + comma) != NULL) {
        char *to = buf->data + place->at;
        memmove(to + length + comma, to, buf->len - place->at);
        *to = ',';
        memcpy(to + comma, note.data + 1, length);
        wm_buf_grown(buf, length + comma);
    }
    wm_buf_fini(&note);
    return status;
}

static wm_status write_whole(wm_inquiry *f, wm_asking *asking, wm_buf *buf)
{
    wm_json_out out;
    note_place place = { 0, false };
    wm_json_out_init(&out, buf);
    wm_json_out_object(&out);
    wm_find_write_origin(f, &out);
    wm_json_out_name(&out, "understood");
    wm_understood_write(f->asker, &f->query, f->understood, &out);
    wm_status status = write_notes(f, &out, &place);
    if (status == WM_OK) {
        status = write_tail(f, asking, &out);
    }
    if (status == WM_OK) {
        wm_json_out_end_object(&out);
        status = wm_buf_status(buf, f->err);
    }
    if (status == WM_OK && texts_of(f)->said_unreviewed) {
        status = insert_unreviewed_note(f, &place, buf);
    }
    return status == WM_OK ? wm_buf_status(buf, f->err) : status;
}

/* Room for an answer of the usual length at once. */
#define USUAL_BYTES ((size_t)48 * 1024)

static wm_status write_answer(wm_inquiry *f, wm_asking *asking, wm_buf *buf)
{
    wm_repeats repeats;
    wm_status status =
        wm_buf_reserve(buf, USUAL_BYTES) != NULL ? WM_OK : wm_buf_status(buf, f->err);
    if (status == WM_OK) {
        status = wm_repeats_init(&repeats, buf, &f->arena, f->err);
    }
    if (status == WM_OK) {
        texts_of(f)->repeats = &repeats;
        status = write_whole(f, asking, buf);
        texts_of(f)->repeats = NULL;
    }
    return status == WM_OK ? settle_texts(f) : status;
}

wm_status wm_find_answer(wm_asker *asker, wm_str query, const wm_date *default_as_of, wm_buf *out,
                         wm_error *err)
{
    wm_asking plain = { .asked = 0 };
    return wm_find_asking(asker, query, default_as_of, &plain, out, err);
}

wm_status wm_find_asking(wm_asker *asker, wm_str query, const wm_date *default_as_of,
                         wm_asking *asking, wm_buf *out, wm_error *err)
{
    wm_inquiry f;
    wm_status status = wm_inquiry_begin(&f, asker, query, default_as_of, err);
    if (status == WM_OK) {
        status = wm_inquiry_run(&f);
    }
    if (status == WM_OK) {
        status = write_answer(&f, asking, out);
    }
    wm_inquiry_end(&f);
    return status;
}

wm_status wm_find_option(wm_inquiry *f, wm_str service, wm_option **option_out)
{
    int64_t revision = 0;
    wm_status status =
        wm_store_service_revision(f->asker->store, f->asker->view, service, &revision, f->err);
    if (status == WM_NOT_FOUND) {
        return wm_fail(f->err, WM_NOT_FOUND, "expected a service of this directory, found \"%.*s\"",
                       WM_STR_ARG(service));
    }
    *option_out = status == WM_OK ? wm_inquiry_option(f, service) : NULL;
    if (status == WM_OK && *option_out == NULL) {
        status = wm_gather_option(f, revision, option_out);
    }
    bool told = status != WM_OK || wm_marks_tell(&f->signposting.marks, *option_out);
    return told ? status : wm_fail_memory(f->err);
}

#define WM_HEIRS_MAX 8

/* Each as it stands for this person: what took over may not be for them. */
static wm_status write_heirs(wm_inquiry *f, const wm_card_place *of, wm_json_out *out)
{
    wm_status status = WM_OK;
    wm_json_out_name(out, "successors");
    wm_json_out_array(out);
    for (size_t i = 0; i < of->successor_count && status == WM_OK; i++) {
        const wm_option *heir = of->successors[i];
        wm_card_place place = { .above_next_because = NULL };
        wm_json_out_object(out);
        wm_arena_reset(&f->scratch);
        status =
            wm_card_write(wm_inquiry_weighing(f, heir), heir, &place, &f->scratch, out, f->err);
        if (status == WM_OK) {
            wm_json_out_end_object(out);
        }
    }
    wm_json_out_end_array(out);
    return status;
}

static wm_status write_explained_card(wm_inquiry *f, const wm_option *option, wm_json_out *out)
{
    wm_option *heirs[WM_HEIRS_MAX];
    wm_card_place place = { .explain = true, .successors = heirs };
    wm_status status = WM_OK;
    if (option->gone) {
        status =
            wm_find_successors(f, option->revision, heirs, WM_HEIRS_MAX, &place.successor_count);
    }
    wm_arena_reset(&f->scratch);
    if (status == WM_OK) {
        status =
            wm_card_write(wm_inquiry_weighing(f, option), option, &place, &f->scratch, out, f->err);
    }
    return status == WM_OK && option->gone ? write_heirs(f, &place, out) : status;
}

static wm_status write_explained(wm_inquiry *f, const wm_option *option, wm_buf *buf)
{
    wm_json_out out;
    wm_json_out_init(&out, buf);
    wm_json_out_object(&out);
    wm_status status = write_explained_card(f, option, &out);
    if (status == WM_OK) {
        status = settle_texts(f);
    }
    if (status != WM_OK) {
        return status;
    }
    if (texts_of(f)->said_unreviewed) {
        wm_json_out_member_string(&out, "unreviewed_words",
                                  wm_text_words(texts_of(f), "answer.unreviewed_words"));
    }
    wm_find_write_origin(f, &out);
    wm_json_out_end_object(&out);
    return wm_buf_status(buf, f->err);
}

wm_status wm_find_explain(wm_asker *asker, wm_str service, wm_str query,
                          const wm_date *default_as_of, wm_buf *out, wm_error *err)
{
    wm_inquiry f;
    wm_option *option = NULL;
    wm_status status = wm_inquiry_begin(&f, asker, query, default_as_of, err);
    if (status == WM_OK) {
        status = wm_inquiry_run(&f);
    }
    if (status == WM_OK) {
        status = wm_find_option(&f, service, &option);
    }
    if (status == WM_OK && option != NULL) {
        status = write_explained(&f, option, out);
    }
    wm_inquiry_end(&f);
    return status;
}

void wm_find_error(wm_buf *buf, const wm_error *why, int64_t line)
{
    wm_json_out out;
    wm_json_out_init(&out, buf);
    wm_json_out_object(&out);
    wm_json_out_name(&out, "error");
    wm_json_out_object(&out);
    wm_json_out_member_integer(&out, "status", why->status);
    wm_json_out_member_text(&out, "text",
                            why->text[0] != '\0' ? why->text : wm_status_text(why->status));
    if (line > 0) {
        wm_json_out_member_integer(&out, "line", line);
    }
    wm_json_out_end_object(&out);
    wm_json_out_name(&out, "emergency");
    wm_emergency_write(&out);
    wm_json_out_end_object(&out);
}

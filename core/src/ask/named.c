/* named.c: what becomes of services that the text names.
 *
 * One that is asked for by name is an option whatever its needs, and stands first in its section,
 * but in SAFETY, which keeps its order. One that has closed is none: the answer says so, why, since
 * when and what took over, and its successors stand in its place as those of any closed service do.
 * One that may be meant is only asked about. */
#include "ask/card.h"
#include "ask/inquiry.h"
#include "ask/language.h"

/* How many of its group are still meant. */
static size_t count_group(const wm_understood *u, size_t of)
{
    size_t count = 0;
    for (size_t i = 0; i < u->named_count; i++) {
        count += u->named[i].group == u->named[of].group && !u->named[i].left_out ? 1 : 0;
    }
    return count;
}

/* Those of another place. */
static wm_status leave_out_elsewhere(wm_inquiry *f, size_t group)
{
    wm_understood *u = f->understood;
    wm_status status = WM_OK;
    for (size_t i = 0; i < u->named_count && status == WM_OK; i++) {
        bool covers = true;
        if (u->named[i].group == group) {
            status = wm_covers_place(f, u->named[i].revision, &covers);
            u->named[i].left_out = !covers;
        }
    }
    return status;
}

/* Words that fit many, or describe what they name, mean those of this place; and if there are still
 * many, none of them. */
static wm_status leave_out_others(wm_inquiry *f)
{
    wm_understood *u = f->understood;
    wm_status status = WM_OK;
    for (size_t i = 0; i < u->named_count && status == WM_OK; i++) {
        size_t group = u->named[i].group;
        bool is_first = i == 0 || u->named[i - 1].group != group;
        if (is_first && (u->named[i].is_described || count_group(u, i) > WM_NAMED_TOLD_MAX)) {
            status = leave_out_elsewhere(f, group);
        }
        bool is_crowd = is_first && count_group(u, i) > WM_NAMED_TOLD_MAX;
        for (size_t k = i; is_crowd && k < u->named_count && u->named[k].group == group; k++) {
            u->named[k].left_out = true;
        }
    }
    return status;
}

/* Those that are asked for stand with the candidates, before those that are not; so the closed
 * among them lead to what took over. */
static void sort_out(wm_inquiry *f, size_t before)
{
    const wm_understood *u = f->understood;
    for (size_t i = 0; i < u->named_count; i++) {
        const wm_named *named = &u->named[i];
        wm_option *option = wm_gather_find(f, named->revision, WM_SUBJECT_PERSON);
        bool is_meant = named->sure && !named->left_out;
        size_t at = before;
        if (option == NULL) {
            continue;
        }
        while (at < f->count && f->options[at] != option) {
            at++;
        }
        option->named = is_meant ? WM_NAMED_ITSELF : WM_NAMED_NOT;
        if (is_meant && at < f->count && at >= f->candidate_count) {
            f->options[at] = f->options[f->candidate_count];
            f->options[f->candidate_count++] = option;
        } else if (at < f->count) {
            option->view.section = WM_SECTION_ALL;
        }
    }
}

wm_status wm_named_gather(wm_inquiry *f)
{
    wm_understood *u = f->understood;
    wm_status status = WM_OK;
    size_t before = f->count;
    for (size_t i = 0; i < u->named_count && status == WM_OK; i++) {
        wm_option *option = NULL;
        status = wm_gather_option(f, u->named[i].revision, &option);
    }
    if (status == WM_OK && u->named_count > 0) {
        status = leave_out_others(f);
        f->candidate_count = before;
        sort_out(f, before);
    }
    return status;
}

static wm_status keep_heirs(wm_inquiry *f, wm_named *named)
{
    wm_option *heirs[WM_NAMED_HEIRS_MAX];
    size_t before = f->count;
    wm_status status =
        wm_find_successors(f, named->revision, heirs, WM_NAMED_HEIRS_MAX, &named->heir_count);
    for (size_t i = 0; i < named->heir_count && status == WM_OK; i++) {
        named->heirs[i] = wm_option_id(heirs[i], &f->arena);
        status = named->heirs[i].ptr != NULL ? WM_OK : wm_fail_memory(f->err);
    }
    for (size_t i = before; i < f->count; i++) {
        f->options[i]->view.section = WM_SECTION_ALL; /* elsewhere: told of, not shown */
    }
    return status;
}

static wm_status settle_one(wm_inquiry *f, wm_named *named)
{
    const wm_option *option = wm_gather_find(f, named->revision, WM_SUBJECT_PERSON);
    named->closed = option != NULL && option->gone;
    if (named->left_out || !named->closed) {
        return WM_OK;
    }
    for (size_t i = 0; named->sure && i < f->count; i++) {
        wm_option *heir = f->options[i];
        bool follows =
            heir->took_over_from != NULL && heir->took_over_from->revision == named->revision;
        heir->named = follows && heir->named == WM_NAMED_NOT ? WM_NAMED_HEIR : heir->named;
    }
    return keep_heirs(f, named);
}

wm_status wm_named_settle(wm_inquiry *f)
{
    wm_understood *u = f->understood;
    wm_status status = WM_OK;
    for (size_t i = 0; i < u->named_count && status == WM_OK; i++) {
        status = settle_one(f, &u->named[i]);
    }
    return status;
}

/* ---- what is said of them ---- */

/* One note, put together of sentences. */
typedef struct telling {
    wm_inquiry *f;
    wm_texts *texts;
    wm_buf text;
} telling;

static void say(telling *t, const char *id, const char *name, wm_str value)
{
    const wm_filling filling = { name, value };
    wm_said said = wm_text_filled(t->texts, wm_str_of(id), &filling, 1);
    if (said.text.len > 0) {
        wm_buf_put_text(&t->text, t->text.len > 0 ? " " : "");
        wm_buf_put_str(&t->text, said.text);
    }
}

static wm_status record_of(wm_inquiry *f, wm_str service, const wm_json **record_out)
{
    return wm_store_get_json(f->asker->store, f->asker->view, WM_KIND_SERVICE, service, &f->scratch,
                             record_out, f->err);
}

/* In the language of the question, if somebody translated it. */
static wm_str field_of(const telling *t, const wm_json *record, const char *field)
{
    const wm_json *in = wm_language_member(wm_json_get(record, "translations"), t->f->query.lang);
    wm_str translated = wm_json_string(wm_json_get(in, field));
    return translated.len > 0 ? translated : wm_json_string(wm_json_get(record, field));
}

static wm_status say_heirs(telling *t, const wm_named *named)
{
    wm_status status = WM_OK;
    wm_buf names;
    wm_buf_init(&names, t->f->asker->env, WM_STRING_BYTES_MAX);
    for (size_t i = 0; i < named->heir_count && status == WM_OK; i++) {
        const wm_json *heir = NULL;
        status = record_of(t->f, named->heirs[i], &heir);
        wm_buf_put_text(&names, i > 0 ? "; " : "");
        wm_buf_put_str(&names, field_of(t, heir, "name"));
    }
    if (status == WM_OK) {
        say(t, names.len > 0 ? "card.replaced_by" : "card.no_successor", "name",
            wm_buf_str(&names));
    }
    wm_buf_fini(&names);
    return status;
}

static wm_status say_closed(telling *t, const wm_named *named, const wm_json *record)
{
    wm_date day = 0;
    wm_str reason = field_of(t, record, "closed_reason");
    bool dated = wm_date_parse(wm_json_string(wm_json_get(record, "closes_on")), &day);
    say(t, dated ? "card.closed_on" : "card.closed", "date",
        dated ? wm_text_date(t->texts, day) : (wm_str){ NULL, 0 });
    if (reason.len > 0) {
        say(t, "card.closed_reason", "reason", reason);
    }
    return say_heirs(t, named);
}

static wm_status write_note(telling *t, const wm_named *named, wm_json_out *out)
{
    const wm_json *record = NULL;
    wm_arena_reset(&t->f->scratch);
    wm_buf_reset(&t->text);
    wm_status status = record_of(t->f, named->id, &record);
    if (status != WM_OK) {
        return status;
    }
    say(t, named->sure ? "answer.named" : "answer.did_you_mean", "name",
        field_of(t, record, "name"));
    if (named->closed) {
        status = say_closed(t, named, record);
    }
    if (status == WM_OK) {
        status = wm_buf_status(&t->text, t->f->err);
    }
    if (status == WM_OK) {
        wm_json_out_object(out);
        wm_json_out_member_text(out, "code", named->sure ? "named_closed" : "did_you_mean");
        wm_json_out_member_string(out, "text", wm_buf_str(&t->text));
        wm_json_out_member_string(out, "service", named->id);
        wm_json_out_end_object(out);
    }
    return status;
}

wm_status wm_named_write_notes(wm_inquiry *f, wm_json_out *out)
{
    const wm_understood *u = f->understood;
    wm_status status = WM_OK;
    telling t = { .f = f, .texts = f->weighings[WM_SUBJECT_PERSON]->texts };
    wm_buf_init(&t.text, f->asker->env, WM_STRING_BYTES_MAX);
    for (size_t i = 0; i < u->named_count && status == WM_OK; i++) {
        const wm_named *named = &u->named[i];
        if (!named->left_out && (named->closed || !named->sure)) {
            status = write_note(&t, named, out);
        }
    }
    wm_buf_fini(&t.text);
    return status;
}

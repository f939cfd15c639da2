/* cmd_ask.c: `waymark ask`: an interview, one question at a time.
 *
 *   emergency lines -> what is it about -> who asks -> where -> question, reply, question ... ->
 * all
 *
 * Every step is one call of wm_directory_ask with the query and all replies so far; going back is
 * leaving out the last. What stands under SAFETY is shown in full as soon as it is there, before
 * anything else is asked. */
#include <string.h>

#include <waymark/sys/date.h>
#include <waymark/waymark.h>

#include "commands.h"
#include "dialog.h"
#include "page.h"
#include "question.h"
#include "render.h"

#define REPLIES_MAX 60
#define BEST_MAX 5
#define CHANGES_MAX 6

/* What is asked before the directory's own questions, unless the command line says it. */
typedef enum stage { STAGE_WORDS, STAGE_ACTOR, STAGE_ABOUT, STAGE_PLACE, STAGE_COUNT } stage;

typedef enum turn { TURN_NEXT, TURN_BACK, TURN_END } turn;

typedef struct interview {
    wm_cli *cli;
    wm_dialog dialog;
    wm_directory *directory;
    const char *today;
    wm_arena arena;      /* of everything that was said: until the end */
    const wm_json *base; /* the query of the command line */
    wm_str started[STAGE_COUNT];
    wm_str replies[REPLIES_MAX];
    size_t reply_count;
    bool go_on;
    bool quit;
    const wm_json *result; /* of the last step */
    wm_str safety_shown;   /* lines of put_safety; empty: none yet */
    wm_error err;
} interview;

static const struct {
    const char *field; /* of the query */
    const char *text;
    const char *why;
    const char *options[7][2]; /* value, label */
} stages[STAGE_COUNT] = {
    [STAGE_WORDS] = { "text",
                      "What is it about? Say it in your own words, like \"panic attacks\".",
                      "So that we can show what fits. Nothing that you type is kept.",
                      { { NULL, NULL } } },
    [STAGE_ACTOR] = { "actor",
                      "Who is asking?",
                      "Some services can be asked by the person, others only by a GP.",
                      { { "self", "I ask for myself" },
                        { "family", "I am family or a friend" },
                        { "carer", "I look after the person" },
                        { "gp", "I work at a GP surgery" },
                        { "school", "I work at a school or college" },
                        { "professional", "I work with the person in another way" } } },
    [STAGE_ABOUT] = { "about",
                      "Who is it for?",
                      "So that the questions are about the right person.",
                      { { "child", "My child" },
                        { "cared_for", "Someone I look after" },
                        { "partner", "My partner" },
                        { "parent", "My parent" },
                        { "", "Someone else" } } },
    [STAGE_PLACE] = { "at",
                      "Where does the person live? A postcode or a town.",
                      "Some services only work in some places.",
                      { { NULL, NULL } } },
};

static bool is_ok(const interview *v)
{
    return v->err.status == WM_OK && v->dialog.status == WM_OK;
}

/* ---- one step ------------------------------------------------------------------------------ */

static void put_interview(const interview *v, wm_json_out *out)
{
    wm_json_out_object(out);
    wm_json_out_name(out, "query");
    wm_json_out_object(out);
    for (uint32_t i = 0; i < v->base->count; i++) {
        wm_json_out_name_str(out, v->base->as.members[i].name);
        wm_json_out_value(out, &v->base->as.members[i].value);
    }
    for (size_t s = 0; s < STAGE_COUNT; s++) {
        if (v->started[s].len > 0) {
            wm_json_out_member_string(out, stages[s].field, v->started[s]);
        }
    }
    wm_json_out_end_object(out);
    wm_json_out_member_boolean(out, "go_on", v->go_on);
    wm_json_out_name(out, "replies");
}

/* The replies are JSON already. */
static void write_interview(const interview *v, wm_buf *text)
{
    wm_json_out out;
    wm_json_out_init(&out, text);
    put_interview(v, &out);
    wm_buf_put_char(text, '[');
    for (size_t i = 0; i < v->reply_count; i++) {
        wm_buf_put_text(text, i > 0 ? "," : "");
        wm_buf_put_str(text, v->replies[i]);
    }
    wm_buf_put_text(text, "]}");
}

/* Asks the directory. WM_BAD_INPUT: what was typed last cannot be used; `err` says why. */
static wm_status ask_directory(interview *v, wm_text *step, wm_error *err)
{
    wm_buf text;
    wm_buf_init(&text, v->cli->env, 4 * WM_QUERY_BYTES_MAX);
    write_interview(v, &text);
    wm_status status = wm_buf_status(&text, err);
    if (status == WM_OK) {
        status =
            wm_directory_ask(v->directory, wm_buf_str(&text).ptr, text.len, v->today, step, err);
    }
    wm_buf_fini(&text);
    return status;
}

/* The same, and the result becomes the one in hand. */
static wm_status take_step(interview *v, wm_error *err)
{
    wm_text step = { 0 };
    const wm_json *result = NULL;
    wm_status status = ask_directory(v, &step, err);
    if (status == WM_OK) {
        status = wm_json_parse(&v->arena, (wm_str){ step.ptr, step.len }, 2 * WM_ANSWER_BYTES_MAX,
                               &result, err);
    }
    wm_text_free(&step);
    v->result = status == WM_OK ? result : v->result;
    return status;
}

/* "replies[3]: expected an age ..." is for programs; people need the rest. */
static const char *plain_words(const char *text)
{
    const char *rest = strncmp(text, "replies[", 8) == 0 ? strstr(text, "]: ") : NULL;
    return rest != NULL ? rest + 3 : text;
}

/* After something was typed. False: it could not be used, and has been told why. */
static bool try_step(interview *v)
{
    wm_error err = { 0 };
    wm_status status = take_step(v, &err);
    if (status == WM_BAD_INPUT || status == WM_TOO_LARGE) {
        wm_dialog_say(&v->dialog, "Sorry, that does not work: %s.", plain_words(err.text));
        return false;
    }
    v->err = status != WM_OK ? err : v->err;
    v->err.status = status;
    return status == WM_OK;
}

static const wm_json *answer_of(const interview *v)
{
    return wm_json_get(v->result, "answer");
}

static void render(interview *v, wm_status status)
{
    if (status != WM_OK && v->err.status == WM_OK) {
        v->err.status = status;
    }
}

/* ---- safety -------------------------------------------------------------------------------- */

/* What identifies each thing that stands there, a line each: "card samaritans", "note ..". */
static void put_safety(const wm_json *answer, wm_buf *lines)
{
    static const char *const parts[][3] = { { "notes", "note", "text" },
                                            { "cards", "card", "service" } };
    const wm_json *sections = wm_json_get(answer, "sections");
    for (uint32_t s = 0; sections != NULL && s < sections->count; s++) {
        const wm_json *section = &sections->as.items[s];
        bool is_safety = wm_str_is(wm_json_string(wm_json_get(section, "name")), "SAFETY");
        for (size_t p = 0; p < sizeof parts / sizeof parts[0] && is_safety; p++) {
            const wm_json *list = wm_json_get(section, parts[p][0]);
            for (uint32_t i = 0; list != NULL && i < list->count; i++) {
                wm_str id = wm_json_string(wm_json_get(&list->as.items[i], parts[p][2]));
                wm_buf_printf(lines, "\n%s ", parts[p][1]);
                wm_buf_put_str(lines, id);
                wm_buf_put_char(lines, '\n');
            }
        }
    }
}

static bool holds_line(wm_str lines, wm_str line)
{
    for (size_t at = 0; at + line.len <= lines.len; at++) {
        if (memcmp(lines.ptr + at, line.ptr, line.len) == 0) {
            return true;
        }
    }
    return false;
}

/* Something stands there that was not shown yet. */
static bool safety_is_new(interview *v)
{
    wm_buf lines;
    wm_buf_init(&lines, v->cli->env, WM_ANSWER_BYTES_MAX);
    put_safety(answer_of(v), &lines);
    wm_str now = wm_buf_str(&lines);
    bool is_new = false;
    for (size_t at = 0; at < now.len;) {
        const char *next = memchr(now.ptr + at + 1, '\n', now.len - at - 1);
        size_t length = next != NULL ? (size_t)(next - now.ptr) + 1 - at : now.len - at;
        is_new = is_new || !holds_line(v->safety_shown, (wm_str){ now.ptr + at, length });
        at += length;
    }
    if (is_new) {
        v->safety_shown = wm_arena_copy(&v->arena, now);
        v->err.status = v->safety_shown.ptr == NULL ? WM_NO_MEMORY : v->err.status;
    }
    wm_buf_fini(&lines);
    return is_new;
}

static bool is_held(const interview *v)
{
    return wm_str_is(wm_json_string(wm_json_get(v->result, "no_question")), "held");
}

/* Waits for Enter: what is above is to be read first. */
static turn wait_until_seen(interview *v)
{
    wm_dialog_say(&v->dialog, "Please read this first. Then press Enter.");
    wm_said_what said = wm_dialog_read(&v->dialog);
    v->quit = said == WM_SAID_QUIT;
    return said == WM_SAID_END || v->quit ? TURN_END : TURN_NEXT;
}

/* Nothing is asked until the person asks to go on. */
static turn wait_until_asked(interview *v)
{
    for (;;) {
        wm_dialog_say(&v->dialog, "There is no hurry. To see other help, type: more. To answer a "
                                  "few questions, type: go on. To finish here, press Enter.");
        wm_said_what said = wm_dialog_read(&v->dialog);
        if (said == WM_SAID_GO_ON) {
            v->go_on = true;
            return try_step(v) ? TURN_NEXT : TURN_END;
        }
        if (said == WM_SAID_MORE) {
            render(v, wm_render_parsed(v->cli, answer_of(v), &v->err));
        } else if (said == WM_SAID_BACK) {
            return TURN_BACK;
        } else if (said == WM_SAID_QUIT || said == WM_SAID_END || said == WM_SAID_NOTHING) {
            v->quit = said != WM_SAID_END;
            return TURN_END;
        }
    }
}

/* After every step, before anything else is asked. */
static turn show_safety(interview *v)
{
    bool is_new = safety_is_new(v);
    if (is_new) {
        render(v, wm_render_safety(v->cli, answer_of(v), &v->err));
    }
    if (!is_ok(v)) {
        return TURN_END;
    }
    if (is_held(v)) {
        return wait_until_asked(v);
    }
    bool first = wm_json_boolean(wm_json_get(v->result, "after_safety"), false);
    return is_new && first ? wait_until_seen(v) : TURN_NEXT;
}

/* ---- what changed -------------------------------------------------------------------------- */

static wm_str verdict_in(const wm_json *answer, wm_str service)
{
    const wm_json *sections = wm_json_get(answer, "sections");
    for (uint32_t s = 0; sections != NULL && s < sections->count; s++) {
        const wm_json *cards = wm_json_get(&sections->as.items[s], "cards");
        for (uint32_t i = 0; i < cards->count; i++) {
            if (wm_str_equal(wm_json_string(wm_json_get(&cards->as.items[i], "service")),
                             service)) {
                return wm_json_string(wm_json_get(&cards->as.items[i], "verdict"));
            }
        }
    }
    return (wm_str){ NULL, 0 };
}

static bool put_change(const wm_json *before, const wm_json *card, wm_buf *page)
{
    wm_str now = wm_json_string(wm_json_get(card, "verdict"));
    wm_str was = verdict_in(before, wm_json_string(wm_json_get(card, "service")));
    if (was.len == 0 || wm_str_equal(was, now)) {
        return false;
    }
    wm_buf_put_text(page, "  ");
    wm_page_put_text(page, wm_json_string(wm_json_get(card, "name")));
    wm_buf_printf(page, ": now %s\n", wm_render_verdict(now));
    return true;
}

/* False: no verdict of a card that is shown has changed. */
static bool show_changes(interview *v, const wm_json *before)
{
    const wm_json *sections = wm_json_get(answer_of(v), "sections");
    unsigned changes = 0;
    wm_buf page;
    wm_buf_init(&page, v->cli->env, WM_MIB);
    for (uint32_t s = 0; sections != NULL && s < sections->count; s++) {
        const wm_json *cards = wm_json_get(&sections->as.items[s], "cards");
        for (uint32_t i = 0; i < cards->count && changes < CHANGES_MAX; i++) {
            changes += put_change(before, &cards->as.items[i], &page) ? 1 : 0;
        }
    }
    if (changes > 0) {
        wm_buf_put_char(&page, '\0');
        wm_dialog_say(&v->dialog, "\nWhat that changed:\n%s", wm_buf_str(&page).ptr);
    }
    wm_buf_fini(&page);
    return changes > 0;
}

/* before NULL: there was no answer yet. */
static void show_best(interview *v, const wm_json *before)
{
    if (before != NULL && !show_changes(v, before)) {
        wm_dialog_say(&v->dialog, "\nThat changes nothing in what is shown.");
        return;
    }
    wm_dialog_say(&v->dialog, "%sBest so far:", before == NULL ? "\n" : "");
    render(v, wm_render_best(v->cli, answer_of(v), BEST_MAX, &v->err));
}

/* ---- commands that may come at any time ----------------------------------------------------- */

static void say_help(interview *v)
{
    wm_dialog_say(&v->dialog, "You can type:\n"
                              "  an answer, or its number\n"
                              "  skip      leave this one out (Enter does the same)\n"
                              "  decline   you would rather not say\n"
                              "  why       why we ask\n"
                              "  back      go back one step\n"
                              "  more      show everything so far\n"
                              "  quit      stop here\n"
                              "Nothing that you type is kept.");
}

/* Handles what is no answer. True: the same question stands again. */
static bool is_aside(interview *v, wm_said_what said, wm_str why)
{
    if (said == WM_SAID_HELP || said == WM_SAID_GO_ON) {
        say_help(v);
    } else if (said == WM_SAID_WHY) {
        wm_dialog_say(&v->dialog, "%.*s", (int)why.len, why.len > 0 ? why.ptr : "");
    } else if (said == WM_SAID_MORE) {
        render(v, wm_render_parsed(v->cli, answer_of(v), &v->err));
    } else {
        return false;
    }
    return is_ok(v);
}

/* ---- before the questions ------------------------------------------------------------------- */

static bool is_given(const interview *v, stage at)
{
    const wm_json *value = wm_json_get(v->base, stages[at].field);
    wm_str actor = v->started[STAGE_ACTOR].len > 0 ? v->started[STAGE_ACTOR]
                                                   : wm_json_string(wm_json_get(v->base, "actor"));
    bool has_about = wm_str_is(actor, "family") || wm_str_is(actor, "carer");
    if (at == STAGE_WORDS && wm_json_get(v->base, "needs") != NULL) {
        return true;
    }
    return value != NULL || (at == STAGE_ABOUT && !has_about);
}

static void print_stage(interview *v, stage at)
{
    wm_dialog_say(&v->dialog, "\n%s", stages[at].text);
    for (size_t i = 0; stages[at].options[i][0] != NULL; i++) {
        wm_dialog_say(&v->dialog, "%3zu. %s", i + 1, stages[at].options[i][1]);
    }
}

/* The value of what was typed; false: it is none. */
static bool stage_value(interview *v, stage at, wm_str *value_out)
{
    wm_str line = v->dialog.line;
    if (stages[at].options[0][0] == NULL) {
        *value_out = wm_arena_copy(&v->arena, line);
        return value_out->ptr != NULL;
    }
    for (size_t i = 0; stages[at].options[i][0] != NULL; i++) {
        const char *const *option = stages[at].options[i];
        if ((line.len == 1 && line.ptr[0] == (char)('1' + i)) || wm_str_is(line, option[0])) {
            *value_out = wm_str_of(option[0]);
            return true;
        }
    }
    wm_dialog_say(&v->dialog, "Please type one of the numbers.");
    return false;
}

/* The place that was typed is not known: what was shown would not be for it. */
static bool place_is_unknown(const interview *v, stage at)
{
    const wm_json *locality = wm_json_get(wm_json_get(answer_of(v), "understood"), "locality");
    const wm_json *candidates = wm_json_get(locality, "candidates");
    return at == STAGE_PLACE && candidates != NULL && candidates->count == 0;
}

static turn run_stage(interview *v, stage at)
{
    wm_str why = wm_str_of(stages[at].why);
    v->started[at] = (wm_str){ NULL, 0 };
    print_stage(v, at);
    while (is_ok(v)) {
        wm_said_what said = wm_dialog_read(&v->dialog);
        if (is_aside(v, said, why)) {
            print_stage(v, at);
            continue;
        }
        if (said == WM_SAID_QUIT || said == WM_SAID_END) {
            v->quit = said == WM_SAID_QUIT;
            return TURN_END;
        }
        if (said == WM_SAID_BACK) {
            return TURN_BACK;
        }
        if (said != WM_SAID_ANSWER) {
            return TURN_NEXT;
        }
        if (stage_value(v, at, &v->started[at]) && try_step(v)) {
            if (!place_is_unknown(v, at)) {
                return show_safety(v);
            }
            wm_dialog_say(&v->dialog, "That place is not known here. Try a postcode or a town "
                                      "nearby, or press Enter to go on without.");
        }
        v->started[at] = (wm_str){ NULL, 0 };
    }
    return TURN_END;
}

/* From `at` on, or back from the end; TURN_BACK: before the first of them. */
static turn run_stages(interview *v, bool from_end)
{
    int step = from_end ? -1 : 1;
    for (int at = from_end ? STAGE_COUNT - 1 : 0; at < STAGE_COUNT; at += step) {
        if (at < 0) {
            step = 1; /* there is nothing before the first */
            continue;
        }
        if (is_given(v, (stage)at)) {
            continue;
        }
        turn turned = run_stage(v, (stage)at);
        if (turned == TURN_END) {
            return TURN_END;
        }
        step = turned == TURN_BACK ? -1 : 1;
    }
    return try_step(v) ? TURN_NEXT : TURN_END;
}

/* ---- questions ------------------------------------------------------------------------------ */

/* Keeps the reply, and takes the step; false: it cannot be used. */
static bool keep_reply(interview *v, const wm_buf *reply)
{
    wm_str copy = wm_arena_copy(&v->arena, wm_buf_str(reply));
    if (copy.ptr == NULL || wm_buf_status(reply, &v->err) != WM_OK) {
        v->err.status = WM_NO_MEMORY;
        return false;
    }
    v->replies[v->reply_count++] = copy;
    bool good = try_step(v);
    v->reply_count -= good ? 0 : 1;
    return good;
}

/* The line as a reply to the question; false: the question stands. */
static bool reply_to(interview *v, const wm_json *question, wm_said_what said)
{
    wm_buf reply;
    bool good = true;
    wm_buf_init(&reply, v->cli->env, WM_QUERY_BYTES_MAX);
    if (said == WM_SAID_SKIP || said == WM_SAID_NOTHING) {
        wm_dialog_refusal(question, "skip", &reply);
    } else if (said == WM_SAID_DECLINE) {
        wm_dialog_refusal(question, "decline", &reply);
    } else {
        good = wm_dialog_reply(&v->dialog, question, &reply);
    }
    good = good && keep_reply(v, &reply);
    wm_buf_fini(&reply);
    return good;
}

static turn ask_one(interview *v, const wm_json *question)
{
    wm_dialog_question(&v->dialog, question);
    while (is_ok(v)) {
        wm_said_what said = wm_dialog_read(&v->dialog);
        if (is_aside(v, said, wm_json_string(wm_json_get(question, "why")))) {
            wm_dialog_question(&v->dialog, question);
            continue;
        }
        if (said == WM_SAID_QUIT || said == WM_SAID_END) {
            v->quit = said == WM_SAID_QUIT;
            return TURN_END;
        }
        if (said == WM_SAID_BACK) {
            return TURN_BACK;
        }
        if (reply_to(v, question, said)) {
            return TURN_NEXT;
        }
    }
    return TURN_END;
}

static bool names(const wm_json *list, wm_str text)
{
    for (uint32_t i = 0; list != NULL && i < list->count; i++) {
        if (wm_str_equal(wm_json_string(&list->as.items[i]), text)) {
            return true;
        }
    }
    return false;
}

/* A card that is shown still waits for the fact. */
static bool is_still_missing(const interview *v, wm_str fact)
{
    const wm_json *sections = wm_json_get(answer_of(v), "sections");
    for (uint32_t s = 0; sections != NULL && s < sections->count; s++) {
        const wm_json *cards = wm_json_get(&sections->as.items[s], "cards");
        for (uint32_t i = 0; i < cards->count; i++) {
            if (names(wm_json_get(&cards->as.items[i], "missing"), fact)) {
                return true;
            }
        }
    }
    return false;
}

static bool said_yes(const interview *v, const wm_json *question)
{
    const char *facts = wm_json_get(question, "of") != NULL ? "actor_facts" : "facts";
    const wm_json *known = wm_json_get(wm_json_get(v->result, "query"), facts);
    return wm_json_boolean(wm_json_get_str(known, wm_json_string(wm_json_get(question, "fact"))),
                           false);
}

/* The last reply was "skip" or "decline". */
static bool was_refused(const interview *v)
{
    wm_str reply = v->replies[v->reply_count - 1];
    return strstr(reply.ptr, "\"skip\":true") != NULL ||
           strstr(reply.ptr, "\"decline\":true") != NULL;
}

/* What belongs to the question is asked right behind it, where it still matters. */
static turn ask_together(interview *v, const wm_json *question)
{
    const wm_json *together = wm_json_get(question, "together");
    bool refused = was_refused(v);
    for (uint32_t i = 0; together != NULL && i < together->count && !refused; i++) {
        const wm_json *part = &together->as.items[i];
        bool only_if_yes = wm_json_boolean(wm_json_get(part, "only_if_yes"), false);
        if ((only_if_yes && !said_yes(v, question)) ||
            !is_still_missing(v, wm_json_string(wm_json_get(part, "fact")))) {
            continue;
        }
        turn turned = ask_one(v, part);
        if (turned != TURN_NEXT) {
            return turned;
        }
    }
    return TURN_NEXT;
}

/* Leaves out the last reply, or goes back to what was asked before. */
static turn go_back(interview *v)
{
    turn turned = TURN_NEXT;
    if (v->reply_count > 0) {
        v->reply_count--;
        turned = try_step(v) ? TURN_NEXT : TURN_END;
    } else {
        turned = run_stages(v, true);
    }
    return turned;
}

static void run_questions(interview *v)
{
    turn turned = show_safety(v);
    if (turned == TURN_NEXT && wm_json_get(v->result, "question") != NULL) {
        show_best(v, NULL);
    }
    while (turned != TURN_END && is_ok(v)) {
        const wm_json *question = wm_json_get(v->result, "question");
        const wm_json *before = answer_of(v);
        if (turned == TURN_BACK) {
            turned = go_back(v);
        } else if (question == NULL || v->reply_count + 4 > REPLIES_MAX) {
            return;
        } else {
            wm_dialog_say(&v->dialog, "\nQuestion %lld of at most 6",
                          (long long)wm_json_integer(wm_json_get(v->result, "asked"), 0) + 1);
            turned = ask_one(v, question);
            turned = turned == TURN_NEXT ? ask_together(v, question) : turned;
        }
        if (turned == TURN_NEXT && is_ok(v)) {
            turned = show_safety(v);
        }
        if (turned == TURN_NEXT && is_ok(v)) {
            show_best(v, before);
        }
    }
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* The numbers alone: the words about them come with every answer. */
static void say_emergency(interview *v)
{
    const wm_json *lines = wm_json_get(answer_of(v), "emergency");
    wm_buf page;
    wm_buf_init(&page, v->cli->env, WM_MIB);
    for (uint32_t i = 0; lines != NULL && i < lines->count; i++) {
        wm_page_put_text(&page, wm_json_string(wm_json_get(&lines->as.items[i], "value")));
        wm_buf_put_text(&page, "  ");
        wm_page_put_text(&page, wm_json_string(wm_json_get(&lines->as.items[i], "name")));
        wm_buf_put_char(&page, '\n');
    }
    wm_buf_put_char(&page, '\0');
    wm_dialog_say(&v->dialog,
                  "%sAt any time you can type help, more or quit. Nothing that you type is kept.\n",
                  wm_buf_str(&page).ptr);
    wm_buf_fini(&page);
}

static void run_dialog(interview *v)
{
    v->err.status = take_step(v, &v->err);
    if (!is_ok(v)) {
        return; /* the command line is wrong: nothing has been typed yet */
    }
    say_emergency(v);
    turn turned = show_safety(v);
    if (turned != TURN_END) {
        turned = run_stages(v, false);
    }
    if (turned != TURN_END) {
        run_questions(v);
    }
    if (is_ok(v) && !v->quit) {
        wm_dialog_say(&v->dialog, "\nThis is everything:\n");
        render(v, wm_render_parsed(v->cli, answer_of(v), &v->err));
    }
    if (is_ok(v)) {
        wm_dialog_say(&v->dialog, "Nothing of this was kept.");
    }
}

/* A line of a program: a reply object, or what somebody typed. */
static bool take_line(interview *v, wm_said_what said)
{
    const wm_json *question = wm_json_get(v->result, "question");
    if (said == WM_SAID_BACK) {
        v->reply_count -= v->reply_count > 0 ? 1 : 0;
        return true;
    }
    if (said == WM_SAID_GO_ON) {
        v->go_on = true;
        return true;
    }
    wm_str line = v->dialog.line;
    wm_buf reply;
    wm_buf_init(&reply, v->cli->env, WM_QUERY_BYTES_MAX);
    if (line.len > 0 && line.ptr[0] == '{') {
        wm_buf_put_str(&reply, line);
    } else if (question != NULL && said != WM_SAID_ANSWER) {
        wm_dialog_refusal(question, said == WM_SAID_DECLINE ? "decline" : "skip", &reply);
    } else if (question != NULL && !wm_dialog_reply(&v->dialog, question, &reply)) {
        wm_buf_reset(&reply);
    }
    bool good = reply.len > 0 && v->reply_count < REPLIES_MAX;
    if (good) {
        v->replies[v->reply_count] = wm_arena_copy(&v->arena, wm_buf_str(&reply));
        good = v->replies[v->reply_count].ptr != NULL;
        v->reply_count += good ? 1 : 0;
    }
    wm_buf_fini(&reply);
    return good;
}

/* One line of JSON for each step; a line that cannot be used gives an error, and the step before
 * stands. */
static void run_json(interview *v)
{
    wm_said_what said = WM_SAID_ANSWER;
    while (said != WM_SAID_QUIT && said != WM_SAID_END && is_ok(v)) {
        wm_text step = { 0 };
        wm_error err = { 0 };
        size_t replies = v->reply_count;
        wm_status status = ask_directory(v, &step, &err);
        if (status == WM_OK) {
            status = wm_json_parse(&v->arena, (wm_str){ step.ptr, step.len },
                                   2 * WM_ANSWER_BYTES_MAX, &v->result, &err);
        } else if (v->result != NULL && replies > 0) {
            v->reply_count--;
        } else {
            v->err = err;
            v->err.status = status;
            v->cli->json_done = true;
        }
        if (step.len > 0 && wm_cli_print_text(v->cli, step.ptr) != WM_EXIT_DONE) {
            v->err.status = WM_IO;
        }
        wm_text_free(&step);
        do {
            said = is_ok(v) ? wm_dialog_read(&v->dialog) : WM_SAID_END;
        } while (said != WM_SAID_END && said != WM_SAID_QUIT && !take_line(v, said));
    }
}

static wm_status begin(interview *v, const wm_cli_args *args)
{
    wm_buf query;
    wm_buf_init(&query, v->cli->env, WM_QUERY_BYTES_MAX);
    const char *file = wm_cli_value(args, "--query");
    wm_status status = WM_OK;
    if (file != NULL && wm_question_given(args)) {
        status = wm_fail(&v->err, WM_BAD_ARGUMENT,
                         "expected --query or the options that make one, found both");
    } else if (file != NULL) {
        status = wm_cli_read_file(file, WM_QUERY_BYTES_MAX, &query, &v->err);
    } else {
        status = wm_question_build(v->cli, args, &query, &v->err);
    }
    if (status == WM_OK) {
        status =
            wm_json_parse(&v->arena, wm_buf_str(&query), WM_QUERY_BYTES_MAX, &v->base, &v->err);
    }
    if (status == WM_OK && v->base->type != WM_JSON_OBJECT) {
        status = wm_fail(&v->err, WM_BAD_INPUT, "query: expected an object, found %s",
                         wm_json_type_name(v->base->type));
    }
    if (status == WM_OK) {
        status =
            wm_cli_opened(wm_directory_open(v->cli->env, args->operands[0],
                                            wm_cli_flag(args, "--working"), &v->directory, &v->err),
                          &v->err);
    }
    wm_buf_fini(&query);
    return status;
}

static wm_exit end(interview *v, wm_status status)
{
    wm_exit code = WM_EXIT_DONE;
    if (status == WM_OK && v->err.status == WM_OK && v->dialog.status != WM_OK) {
        v->err = v->dialog.err;
        v->err.status = v->dialog.status;
    }
    status = status == WM_OK ? v->err.status : status;
    if (status == WM_BAD_ARGUMENT && v->err.text[0] == '\0') {
        code = WM_EXIT_USAGE;
    } else if (status != WM_OK) {
        v->err.status = status;
        code = wm_render_failure(v->cli, &v->err);
    }
    wm_directory_close(v->directory);
    wm_dialog_close(&v->dialog);
    wm_arena_fini(&v->arena);
    return code;
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    char today[WM_DATE_TEXT_BYTES];
    interview v = { .cli = cli, .today = today };
    (void)wm_date_format(wm_date_from_unix(cli->env->now_s(cli->env->context)), today);
    wm_arena_init(&v.arena, cli->env, SIZE_MAX / 2);
    wm_dialog_open(&v.dialog, cli);
    wm_status status = begin(&v, args);
    if (status == WM_OK && cli->json) {
        run_json(&v);
    } else if (status == WM_OK) {
        run_dialog(&v);
    }
    return end(&v, status);
}

static const wm_cli_option options[] = {
    WM_QUESTION_OPTIONS,
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_ask = {
    "ask",
    "DB",
    "Ask a few questions, one at a time, and show who can help",
    "Each answer sharpens what is shown. Any question can be skipped or declined; type help for "
    "what else can be typed.\n"
    "With --json each step is one line: a line of input is an answer, a reply object, or skip, "
    "decline, back, go on or quit.\n"
    "Nothing that is typed is written anywhere.",
    options,
    run,
};

/* cmd_ask.c: `waymark ask`: an interview, one question at a time.
 *
 *   emergency lines -> what about -> who asks -> where -> question, reply, question ... -> all
 *
 * Every step is one call of wm_directory_ask with the query and all replies so far; going back is
 * leaving out the last. What stands under SAFETY is shown in full as soon as it is there, before
 * anything else is asked. */
#include <string.h>

#include <waymark/sys/date.h>
#include <waymark/waymark.h>

#include "commands.h"
#include "common.h"
#include "interview.h"
#include "page.h"
#include "question.h"
#include "render.h"

#define BEST_MAX 5
#define CHANGES_MAX 6

typedef enum turn { TURN_NEXT, TURN_BACK, TURN_END } turn;

static const struct {
    const char *text;
    const char *why;
    const char *options[7][2]; /* value, label */
} stages[WM_STAGE_COUNT] = {
    [WM_STAGE_WORDS] = { "What is it about? Say it in your own words, like \"panic attacks\".",
                         "So that we can show what fits. Nothing that you type is kept.",
                         { { NULL, NULL } } },
    [WM_STAGE_ACTOR] = { "Who is asking?",
                         "Some services can be asked by the person, others only by a GP.",
                         { { "self", "I ask for myself" },
                           { "family", "I am family or a friend" },
                           { "carer", "I look after the person" },
                           { "gp", "I work at a GP surgery" },
                           { "school", "I work at a school or college" },
                           { "professional", "I work with the person in another way" } } },
    [WM_STAGE_ABOUT] = { "Who is it for?",
                         "So that the questions are about the right person.",
                         { { "child", "My child" },
                           { "cared_for", "Someone I look after" },
                           { "partner", "My partner" },
                           { "parent", "My parent" },
                           { "", "Someone else" } } },
    [WM_STAGE_PLACE] = { "Where does the person live? A postcode or a town.",
                         "Some services only work in some places.",
                         { { NULL, NULL } } },
};

#define OWN_PLACE "Where do you live? A postcode or a town."

/* "replies[3]: expected an age ..." is for programs; people need the rest. */
static const char *plain_words(const char *text)
{
    const char *rest = strncmp(text, "replies[", 8) == 0 ? strstr(text, "]: ") : NULL;
    return rest != NULL ? rest + 3 : text;
}

/* After something was typed. False: it could not be used, and has been told why. */
static bool try_step(wm_cli_interview *v)
{
    wm_error err = { 0 };
    wm_status status = wm_cli_interview_step(v, &err);
    if (status == WM_TOO_LARGE) {
        wm_dialog_say(&v->dialog, "%s", WM_DIALOG_TOO_LONG);
        return false;
    }
    if (status == WM_BAD_INPUT) {
        wm_dialog_say(&v->dialog, "Sorry, that does not work: %s.", plain_words(err.text));
        return false;
    }
    v->err = status != WM_OK ? err : v->err;
    v->err.status = status;
    return status == WM_OK;
}

static const wm_json *answer_of(const wm_cli_interview *v)
{
    return wm_json_get(v->result, "answer");
}

static void render(wm_cli_interview *v, wm_status status)
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
static bool safety_is_new(wm_cli_interview *v)
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

static bool is_held(const wm_cli_interview *v)
{
    return wm_str_is(wm_json_string(wm_json_get(v->result, "no_question")), "held");
}

/* Waits for Enter: what is above is to be read first. */
static turn wait_until_seen(wm_cli_interview *v)
{
    wm_dialog_say(&v->dialog, "Please read this first. Then press Enter.");
    wm_said_what said = wm_dialog_read(&v->dialog);
    v->quit = said == WM_SAID_QUIT;
    return said == WM_SAID_END || v->quit ? TURN_END : TURN_NEXT;
}

/* Nothing is asked until the person asks to go on. */
static turn wait_until_asked(wm_cli_interview *v)
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
static turn show_safety(wm_cli_interview *v)
{
    bool is_new = safety_is_new(v);
    if (is_new) {
        render(v, wm_render_safety(v->cli, answer_of(v), &v->err));
    }
    if (!wm_cli_interview_ok(v)) {
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
static bool show_changes(wm_cli_interview *v, const wm_json *before)
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
static void show_best(wm_cli_interview *v, const wm_json *before)
{
    if (before != NULL && !show_changes(v, before)) {
        wm_dialog_say(&v->dialog, "\nThat changes nothing in what is shown.");
        return;
    }
    wm_dialog_say(&v->dialog, "%sBest so far:", before == NULL ? "\n" : "");
    render(v, wm_render_best(v->cli, answer_of(v), BEST_MAX, &v->err));
}

/* ---- commands that may come at any time ----------------------------------------------------- */

static void say_help(wm_cli_interview *v)
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
static bool is_aside(wm_cli_interview *v, wm_said_what said, wm_str why)
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
    return wm_cli_interview_ok(v);
}

/* ---- before the questions ------------------------------------------------------------------- */

/* Empty: not said, which is read as the person's own question. */
static wm_str actor_of(const wm_cli_interview *v)
{
    wm_str said = v->started[WM_STAGE_ACTOR];
    return said.len > 0 ? said : wm_json_string(wm_json_get(v->base, "actor"));
}

static bool is_given(const wm_cli_interview *v, wm_cli_stage at)
{
    const wm_json *value = wm_json_get(v->base, wm_cli_stage_field(at));
    wm_str actor = actor_of(v);
    bool has_about = wm_str_is(actor, "family") || wm_str_is(actor, "carer");
    if (at == WM_STAGE_WORDS && wm_json_get(v->base, "needs") != NULL) {
        return true;
    }
    return value != NULL || (at == WM_STAGE_ABOUT && !has_about);
}

static void print_stage(wm_cli_interview *v, wm_cli_stage at)
{
    wm_str actor = actor_of(v);
    bool own = at == WM_STAGE_PLACE && (actor.len == 0 || wm_str_is(actor, "self"));
    wm_dialog_say(&v->dialog, "\n%s", own ? OWN_PLACE : stages[at].text);
    for (size_t i = 0; stages[at].options[i][0] != NULL; i++) {
        wm_dialog_say(&v->dialog, "%3zu. %s", i + 1, stages[at].options[i][1]);
    }
}

/* The value of what was typed; false: it is none. */
static bool stage_value(wm_cli_interview *v, wm_cli_stage at, wm_str *value_out)
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
static bool place_is_unknown(const wm_cli_interview *v, wm_cli_stage at)
{
    const wm_json *locality = wm_json_get(wm_json_get(answer_of(v), "understood"), "locality");
    const wm_json *candidates = wm_json_get(locality, "candidates");
    return at == WM_STAGE_PLACE && candidates != NULL && candidates->count == 0;
}

static turn run_stage(wm_cli_interview *v, wm_cli_stage at)
{
    wm_str why = wm_str_of(stages[at].why);
    v->started[at] = (wm_str){ NULL, 0 };
    print_stage(v, at);
    while (wm_cli_interview_ok(v)) {
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
static turn run_stages(wm_cli_interview *v, bool from_end)
{
    int step = from_end ? -1 : 1;
    for (int at = from_end ? WM_STAGE_COUNT - 1 : 0; at < WM_STAGE_COUNT; at += step) {
        if (at < 0) {
            step = 1; /* there is nothing before the first */
            continue;
        }
        if (is_given(v, (wm_cli_stage)at)) {
            continue;
        }
        turn turned = run_stage(v, (wm_cli_stage)at);
        if (turned == TURN_END) {
            return TURN_END;
        }
        step = turned == TURN_BACK ? -1 : 1;
    }
    return try_step(v) ? TURN_NEXT : TURN_END;
}

/* ---- questions ------------------------------------------------------------------------------ */

/* Keeps the reply, and takes the step; false: it cannot be used. */
static bool keep_reply(wm_cli_interview *v, const wm_buf *reply)
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
static bool reply_to(wm_cli_interview *v, const wm_json *question, wm_said_what said)
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

static turn ask_one(wm_cli_interview *v, const wm_json *question)
{
    wm_dialog_question(&v->dialog, question);
    while (wm_cli_interview_ok(v)) {
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

/* Leaves out the last reply, or goes back to what was asked before. */
static turn go_back(wm_cli_interview *v)
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

/* What belongs to the question before has no number of its own. */
static void say_number(wm_cli_interview *v, const wm_json *question)
{
    long long asked = (long long)wm_json_integer(wm_json_get(v->result, "asked"), 0);
    if (wm_json_boolean(wm_json_get(question, "belongs"), false)) {
        wm_dialog_say(&v->dialog, "\nOne thing more about that:");
    } else {
        wm_dialog_say(&v->dialog, "\nQuestion %lld of at most 6", asked + 1);
    }
}

static void run_questions(wm_cli_interview *v)
{
    turn turned = show_safety(v);
    if (turned == TURN_NEXT && wm_json_get(v->result, "question") != NULL) {
        show_best(v, NULL);
    }
    while (turned != TURN_END && wm_cli_interview_ok(v)) {
        const wm_json *question = wm_json_get(v->result, "question");
        const wm_json *before = answer_of(v);
        if (turned == TURN_BACK) {
            turned = go_back(v);
        } else if (question == NULL || v->reply_count + 4 > WM_CLI_REPLIES_MAX) {
            return;
        } else {
            say_number(v, question);
            turned = ask_one(v, question);
        }
        if (turned == TURN_NEXT && wm_cli_interview_ok(v)) {
            turned = show_safety(v);
        }
        if (turned == TURN_NEXT && wm_cli_interview_ok(v)) {
            show_best(v, before);
        }
    }
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* The numbers alone: the words about them come with every answer. */
static void say_emergency(wm_cli_interview *v)
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

static void run_dialog(wm_cli_interview *v)
{
    v->err.status = wm_cli_interview_step(v, &v->err);
    if (!wm_cli_interview_ok(v)) {
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
    if (wm_cli_interview_ok(v) && !v->quit) {
        wm_dialog_say(&v->dialog, "\nThis is everything:\n");
        render(v, wm_render_parsed(v->cli, answer_of(v), &v->err));
    }
    if (wm_cli_interview_ok(v)) {
        wm_dialog_say(&v->dialog, "Nothing of this was kept.");
    }
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    char today[WM_DATE_TEXT_BYTES];
    wm_cli_interview v;
    (void)wm_cli_today(cli, today);
    wm_status status = wm_cli_interview_begin(&v, cli, args, today);
    if (status == WM_OK && cli->json) {
        wm_cli_interview_lines(&v);
    } else if (status == WM_OK) {
        run_dialog(&v);
    }
    return wm_cli_interview_end(&v, status);
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

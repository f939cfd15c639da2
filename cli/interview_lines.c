/* interview_lines.c: the interview for a program that reads and writes lines of JSON. */
#include "interview.h"

/* A line that is no reply still gets its line. */
static void tell_bad_line(wm_cli_interview *v, const wm_error *why)
{
    wm_text line = { 0 };
    if (wm_error_answer(v->cli->env, why, 0, &line) != WM_OK ||
        wm_cli_print_text(v->cli, line.ptr) != WM_EXIT_DONE) {
        v->err.status = WM_IO;
    }
    wm_text_free(&line);
}

/* The line in hand as a reply: one object, or what somebody typed. */
static wm_status make_reply(wm_cli_interview *v, wm_said_what said, wm_buf *reply, wm_error *err)
{
    const wm_json *question = wm_json_get(v->result, "question");
    const wm_json *value = NULL;
    if (v->reply_count >= WM_CLI_REPLIES_MAX) {
        return wm_fail(err, WM_BAD_INPUT, "expected at most %d replies, found more",
                       WM_CLI_REPLIES_MAX);
    }
    if (said == WM_SAID_ANSWER && v->dialog.line.ptr[0] == '{') {
        wm_status status =
            wm_json_parse(&v->arena, v->dialog.line, WM_QUERY_BYTES_MAX, &value, err);
        if (status == WM_OK) {
            wm_json_write(reply, value);
        }
        return status;
    }
    if (question == NULL) {
        return wm_fail(err, WM_BAD_INPUT,
                       "expected back, go on, quit or a reply object: there is "
                       "no question");
    }
    if (said != WM_SAID_ANSWER) {
        wm_dialog_refusal(question, said == WM_SAID_DECLINE ? "decline" : "skip", reply);
    } else if (!wm_dialog_reply(&v->dialog, question, reply)) {
        return wm_fail(err, WM_BAD_INPUT, "expected one of the options, found another");
    }
    return WM_OK;
}

/* False: nothing came of the line, and that has been told. */
static bool take_line(wm_cli_interview *v, wm_said_what said)
{
    if (said == WM_SAID_BACK) {
        v->reply_count -= v->reply_count > 0 ? 1 : 0;
        return true;
    }
    if (said == WM_SAID_GO_ON) {
        v->go_on = true;
        return true;
    }
    wm_error err = { 0 };
    wm_buf reply;
    wm_buf_init(&reply, v->cli->env, WM_QUERY_BYTES_MAX);
    wm_status status = make_reply(v, said, &reply, &err);
    wm_str copy = wm_arena_copy(&v->arena, wm_buf_str(&reply));
    if (status == WM_OK && copy.ptr != NULL) {
        v->replies[v->reply_count++] = copy;
    } else {
        err.status = status;
        tell_bad_line(v, &err);
    }
    wm_buf_fini(&reply);
    return status == WM_OK;
}

/* Prints the step that `status` is of. A reply that cannot be used is left out again. */
static void print_step(wm_cli_interview *v, const wm_text *step, wm_status status,
                       const wm_error *err)
{
    bool is_reply = v->result != NULL && v->reply_count > 0;
    wm_error parse = { 0 };
    if (status == WM_OK) {
        status = wm_json_parse(&v->arena, (wm_str){ step->ptr, step->len }, 2 * WM_ANSWER_BYTES_MAX,
                               &v->result, &parse);
        v->err.status = status;
    } else if (is_reply && (status == WM_BAD_INPUT || status == WM_TOO_LARGE)) {
        v->reply_count--;
    } else {
        v->err = *err;
        v->err.status = status;
        v->cli->json_done = true;
    }
    if (step->len > 0 && wm_cli_print_text(v->cli, step->ptr) != WM_EXIT_DONE) {
        v->err.status = WM_IO;
    }
}

/* One line of JSON for each step; a line that cannot be used gives an error, and the step before
 * stands. */
void wm_cli_interview_lines(wm_cli_interview *v)
{
    wm_said_what said = WM_SAID_ANSWER;
    while (said != WM_SAID_QUIT && said != WM_SAID_END && wm_cli_interview_ok(v)) {
        wm_text step = { 0 };
        wm_error err = { 0 };
        wm_status status = wm_cli_interview_ask(v, &step, &err);
        print_step(v, &step, status, &err);
        wm_text_free(&step);
        do {
            said = wm_cli_interview_ok(v) ? wm_dialog_read(&v->dialog) : WM_SAID_END;
        } while (said != WM_SAID_END && said != WM_SAID_QUIT && !take_line(v, said));
    }
}

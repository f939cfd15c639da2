/* interview.c: see interview.h. */
#include "interview.h"

#include "question.h"
#include "render.h"

const char *wm_cli_stage_field(wm_cli_stage stage)
{
    static const char *const fields[WM_STAGE_COUNT] = { "text", "actor", "about", "at" };
    return fields[stage];
}

bool wm_cli_interview_ok(const wm_cli_interview *v)
{
    return v->err.status == WM_OK && v->dialog.status == WM_OK;
}

/* ---- one step ------------------------------------------------------------------------------ */

static void put_interview(const wm_cli_interview *v, wm_json_out *out)
{
    wm_json_out_object(out);
    wm_json_out_name(out, "query");
    wm_json_out_object(out);
    for (uint32_t i = 0; i < v->base->count; i++) {
        wm_json_out_name_str(out, v->base->as.members[i].name);
        wm_json_out_value(out, &v->base->as.members[i].value);
    }
    for (size_t s = 0; s < WM_STAGE_COUNT; s++) {
        if (v->started[s].len > 0) {
            wm_json_out_member_string(out, wm_cli_stage_field((wm_cli_stage)s), v->started[s]);
        }
    }
    wm_json_out_end_object(out);
    wm_json_out_member_boolean(out, "go_on", v->go_on);
    wm_json_out_name(out, "replies");
}

/* The replies are JSON already. */
static void write_interview(const wm_cli_interview *v, wm_buf *text)
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
wm_status wm_cli_interview_ask(wm_cli_interview *v, wm_text *step, wm_error *err)
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
wm_status wm_cli_interview_step(wm_cli_interview *v, wm_error *err)
{
    wm_text step = { 0 };
    const wm_json *result = NULL;
    wm_status status = wm_cli_interview_ask(v, &step, err);
    if (status == WM_OK) {
        status = wm_json_parse(&v->arena, (wm_str){ step.ptr, step.len }, 2 * WM_ANSWER_BYTES_MAX,
                               &result, err);
    }
    wm_text_free(&step);
    v->result = status == WM_OK ? result : v->result;
    return status;
}

wm_status wm_cli_interview_begin(wm_cli_interview *v, wm_cli *cli, const wm_cli_args *args,
                                 const char *today)
{
    wm_buf query;
    *v = (wm_cli_interview){ .cli = cli, .today = today };
    wm_arena_init(&v->arena, cli->env, SIZE_MAX / 2);
    wm_dialog_open(&v->dialog, cli);
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

wm_exit wm_cli_interview_end(wm_cli_interview *v, wm_status status)
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

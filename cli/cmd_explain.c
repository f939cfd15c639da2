/* cmd_explain.c: `waymark explain`: one service for one person, with every step of the verdict. */
#include <waymark/sys/date.h>
#include <waymark/waymark.h>

#include "commands.h"
#include "question.h"
#include "render.h"

static wm_exit print_card(wm_cli *cli, const wm_text *card, wm_error *err)
{
    if (!cli->json) {
        wm_status status = wm_render_card(cli, (wm_str){ card->ptr, card->len }, err);
        err->status = status;
        return status == WM_OK ? WM_EXIT_DONE : wm_cli_fail(cli, err);
    }
    return wm_cli_print_text(cli, card->ptr);
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    wm_error err = { 0 };
    wm_text card = { 0 };
    wm_buf query;
    wm_buf_init(&query, cli->env, WM_QUERY_BYTES_MAX);
    wm_status status = wm_question_read(cli, args, &query, &err);
    if (status == WM_OK) {
        status = wm_question_of_service(cli, args, wm_directory_explain, wm_buf_str(&query), &card,
                                        &err);
    }
    wm_exit code = WM_EXIT_USAGE;
    if (status == WM_OK) {
        code = print_card(cli, &card, &err);
    } else if (status != WM_BAD_ARGUMENT || err.text[0] != '\0') {
        err.status = status;
        code = wm_render_failure(cli, &err);
    }
    wm_text_free(&card);
    wm_buf_fini(&query);
    return code;
}

static const wm_cli_option options[] = {
    WM_QUESTION_OPTIONS,
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_explain = {
    "explain",
    "DB SERVICE",
    "Why a service is for a person, or is not",
    "Shows the service's card and every step of the verdict.",
    options,
    run,
};

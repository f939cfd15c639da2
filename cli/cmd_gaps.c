/* cmd_gaps.c: `waymark gaps`: what no open service covers, for those who plan services. */
#include <string.h>

#include <waymark/sys/date.h>
#include <waymark/waymark.h>

#include "commands.h"
#include "common.h"
#include "gaps_table.h"
#include "page.h"

static void build_request(const wm_cli_args *args, wm_buf *request)
{
    static const char *const texts[][2] = { { "--at", "at" }, { "--against", "against" } };
    wm_json_out out;
    wm_json_out_init(&out, request);
    wm_json_out_object(&out);
    for (size_t i = 0; i < 2; i++) {
        const char *value = wm_cli_value(args, texts[i][0]);
        if (value != NULL) {
            wm_json_out_member_text(&out, texts[i][1], value);
        }
    }
    wm_json_out_name(&out, "needs");
    wm_json_out_array(&out);
    for (size_t i = 0; i < args->given_count; i++) {
        if (strcmp(args->given[i].option->name, "--need") == 0) {
            wm_json_out_text(&out, args->given[i].value);
        }
    }
    wm_json_out_end_array(&out);
    wm_json_out_member_boolean(&out, "local", wm_cli_flag(args, "--local"));
    wm_json_out_end_object(&out);
}

static wm_status print_report(wm_cli *cli, const wm_text *report, wm_gaps_view view,
                              wm_exit *code_out, wm_error *err)
{
    wm_arena arena;
    wm_buf page;
    const wm_json *value = NULL;
    wm_arena_init(&arena, cli->env, SIZE_MAX / 2);
    wm_buf_init(&page, cli->env, 8 * WM_ANSWER_BYTES_MAX);
    wm_status status = wm_json_parse(&arena, (wm_str){ report->ptr, report->len },
                                     WM_ANSWER_BYTES_MAX, &value, err);
    if (status == WM_OK) {
        wm_gaps_table(value, view, &page, cli->env);
        *code_out = wm_cli_print(cli, &page);
    }
    wm_buf_fini(&page);
    wm_arena_fini(&arena);
    return status;
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    wm_error err = { 0 };
    wm_directory *directory = NULL;
    wm_text report = { 0 };
    wm_buf request;
    wm_exit code = WM_EXIT_DONE;
    char today[WM_DATE_TEXT_BYTES];
    const char *day = wm_cli_value(args, "--as-of");
    wm_gaps_view view = { .columns = wm_page_columns(cli),
                          .is_table = wm_cli_value(args, "--at") == NULL,
                          .is_brief = wm_cli_value(args, "--need") == NULL };
    (void)wm_cli_today(cli, today);
    if (wm_cli_value(args, "--against") != NULL && wm_cli_value(args, "--at") == NULL) {
        return wm_cli_usage(cli, "expected --at beside --against, found none");
    }
    wm_buf_init(&request, cli->env, WM_QUERY_BYTES_MAX);
    build_request(args, &request);
    wm_status status = wm_buf_status(&request, &err);
    if (status == WM_OK) {
        status = wm_cli_opened(wm_directory_open(cli->env, args->operands[0],
                                                 wm_cli_flag(args, "--working"), &directory, &err),
                               &err);
    }
    if (status == WM_OK) {
        status = wm_directory_gaps(directory, request.data, request.len, day != NULL ? day : today,
                                   &report, &err);
        status = status == WM_NOT_FOUND ? WM_BAD_INPUT : status; /* as an unknown need is */
    }
    if (status == WM_OK && cli->json) {
        code = wm_cli_print_text(cli, report.ptr);
    } else if (status == WM_OK) {
        status = print_report(cli, &report, view, &code, &err);
    }
    err.status = status;
    code = status == WM_OK ? code : wm_cli_fail(cli, &err);
    wm_text_free(&report);
    wm_directory_close(directory);
    wm_buf_fini(&request);
    return code;
}

static const wm_cli_option options[] = {
    { "--at", "PLACE", "One place: postcode, town, locality, or a system for all of its places",
      false },
    { "--against", "PLACE", "Another place beside it", false },
    { "--need", "ID", "Only this need and all below it", true },
    { "--local", NULL, "Do not count services of a whole nation", false },
    { "--as-of", "DATE", "The day to look at; today if left out", false },
    { "--working", NULL, "Look at what is not released yet", false },
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_gaps = {
    "gaps",
    "DB",
    "What no open service covers, by need and place",
    "Looks at years of age, hours (for needs that cannot wait), who can ask for themselves, "
    "languages, the middle\n"
    "between advice and crisis support, and a safety service day and night for every age. Without "
    "--at: a table of\n"
    "all places.",
    options,
    run,
};

/* cmd_suggest.c: `waymark suggest`: what somebody may mean who is still typing. */
#include <string.h>

#include <waymark/sys/date.h>
#include <waymark/waymark.h>

#include "commands.h"
#include "common.h"
#include "page.h"

#define TYPED_BYTES_MAX (WM_QUERY_TEXT_BYTES_MAX + 2) /* and the end of its line */

/* A line end closes the last word no more than the end of a file does. */
static wm_status read_typed(wm_cli *cli, const char *operand, wm_buf *typed, wm_error *err)
{
    (void)cli;
    if (strcmp(operand, "-") != 0) {
        wm_buf_put_text(typed, operand);
        return wm_buf_status(typed, err);
    }
    wm_status status = wm_cli_read_file("-", TYPED_BYTES_MAX, typed, err);
    while (status == WM_OK && typed->len > 0 &&
           (typed->data[typed->len - 1] == '\n' || typed->data[typed->len - 1] == '\r')) {
        typed->len--;
    }
    return status;
}

static wm_status build_request(wm_cli *cli, const wm_cli_args *args, wm_buf *request, wm_error *err)
{
    wm_buf typed;
    wm_json_out out;
    int64_t limit = 0;
    const char *lang = wm_cli_value(args, "--lang");
    const char *at = wm_cli_value(args, "--at");
    if (!wm_cli_number(cli, args, "--limit", 1, 20, &limit)) {
        return WM_BAD_ARGUMENT;
    }
    wm_buf_init(&typed, cli->env, TYPED_BYTES_MAX);
    wm_status status = read_typed(cli, args->operands[1], &typed, err);
    if (status == WM_OK && !wm_utf8_valid(wm_buf_str(&typed), NULL)) {
        status = wm_fail(err, WM_BAD_INPUT, "TEXT: expected UTF-8, found another byte");
    }
    if (status == WM_OK && at != NULL && !wm_utf8_valid(wm_str_of(at), NULL)) {
        status = wm_fail(err, WM_BAD_INPUT, "--at: expected UTF-8, found another byte");
    }
    if (status == WM_OK) {
        wm_json_out_init(&out, request);
        wm_json_out_object(&out);
        wm_json_out_member_string(&out, "text", wm_buf_str(&typed));
        if (limit > 0) {
            wm_json_out_member_integer(&out, "limit", limit);
        }
        if (at != NULL) {
            wm_json_out_member_text(&out, "at", at);
        }
        if (lang != NULL) {
            wm_json_out_member_text(&out, "lang", lang);
        }
        wm_json_out_end_object(&out);
        status = wm_buf_status(request, err);
    }
    wm_buf_fini(&typed);
    return status;
}

static void render_item(wm_page *page, const wm_json *item)
{
    wm_str kind = wm_page_text(item, "kind");
    bool is_need = wm_str_is(kind, "need");
    bool is_service = wm_str_is(kind, "service");
    wm_buf_printf(&page->text, "  %-8.*s ", WM_STR_ARG(kind));
    wm_page_put_member(page, item, is_need ? "label" : "name");
    wm_str more = wm_page_text(item, is_need ? "words" : is_service ? "status" : "place");
    if (!(is_service && wm_str_is(more, "active"))) {
        wm_page_say(page, " (");
        wm_page_put(page, more);
        wm_page_say(page, ")");
    }
    wm_page_say(page, "\n");
}

static wm_status print_items(wm_cli *cli, const wm_text *suggestions, wm_error *err)
{
    wm_page page;
    const wm_json *answer = NULL;
    wm_status status =
        wm_page_begin(&page, cli, (wm_str){ suggestions->ptr, suggestions->len }, &answer, err);
    const wm_json *items = wm_json_get(answer, "items");
    for (uint32_t i = 0; status == WM_OK && i < wm_page_items(items); i++) {
        render_item(&page, &items->as.items[i]);
    }
    return wm_page_finish(&page, status, err);
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    wm_error err = { 0 };
    wm_directory *directory = NULL;
    wm_text suggestions = { 0 };
    wm_buf request;
    wm_exit code = WM_EXIT_DONE;
    char today[WM_DATE_TEXT_BYTES];
    (void)wm_cli_today(cli, today);
    wm_buf_init(&request, cli->env, WM_QUERY_BYTES_MAX);
    wm_status status = build_request(cli, args, &request, &err);
    if (status == WM_OK) {
        status = wm_cli_opened(wm_directory_open(cli->env, args->operands[0],
                                                 wm_cli_flag(args, "--working"), &directory, &err),
                               &err);
    }
    if (status == WM_OK) {
        status =
            wm_directory_suggest(directory, request.data, request.len, today, &suggestions, &err);
    }
    if (status == WM_OK && cli->json) {
        code = wm_cli_print_text(cli, suggestions.ptr);
    } else if (status == WM_OK) {
        status = print_items(cli, &suggestions, &err);
    }
    wm_text_free(&suggestions);
    wm_directory_close(directory);
    wm_buf_fini(&request);
    if (status == WM_BAD_ARGUMENT && err.text[0] == '\0') {
        return WM_EXIT_USAGE;
    }
    err.status = status;
    if (status != WM_OK) {
        code = wm_cli_fail(cli, &err);
        wm_cli_say_emergency(cli);
    }
    return code;
}

static const wm_cli_option options[] = {
    { "--at", "PLACE", "The services for this place first: a postcode, locality, practice or town",
      false },
    { "--limit", "N", "At most so many, 1 to 20; 8 if left out", false },
    { "--lang", "L", "Language of the emergency lines", false },
    { "--working", NULL, "Look at what is not released yet", false },
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_suggest = {
    "suggest",
    "DB TEXT|-",
    "What somebody may mean who is still typing",
    "Needs, services (also those that have closed) and places. The last word may be unfinished. "
    "Nothing is kept.\n"
    "Words typed on a command line can be seen by others on this computer: - reads them from "
    "standard input.",
    options,
    run,
};

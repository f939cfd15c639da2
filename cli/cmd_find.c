/* cmd_find.c: `waymark find`: who can help, best first. */
#include <string.h>
#include <time.h>

#include <waymark/sys/date.h>
#include <waymark/waymark.h>

#include "commands.h"
#include "common.h"
#include "lines.h"
#include "question.h"
#include "render.h"

typedef struct asking {
    wm_cli *cli;
    wm_directory *directory;
    const char *today;
    bool timing;
    wm_exit worst; /* of all answers so far */
} asking;

static int64_t now_us(void)
{
    struct timespec now;
    return clock_gettime(CLOCK_MONOTONIC, &now) == 0
               ? (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000
               : 0;
}

static wm_exit print_json(asking *a, const wm_text *answer, int64_t elapsed_us)
{
    wm_buf line;
    wm_buf_init(&line, a->cli->env, 2 * WM_ANSWER_BYTES_MAX);
    bool whole = answer->len > 0 && answer->ptr[answer->len - 1] == '}';
    wm_buf_put(&line, answer->ptr, answer->len - (whole && a->timing ? 1 : 0));
    if (whole && a->timing) {
        wm_buf_printf(&line, ",\"elapsed_us\":%lld}", (long long)elapsed_us);
    }
    wm_exit code = wm_cli_print(a->cli, &line);
    wm_buf_fini(&line);
    return code;
}

static void worsen(asking *a, wm_exit code)
{
    a->worst = code > a->worst ? code : a->worst;
}

static void flush(asking *a)
{
    if (fflush(a->cli->out) != 0) {
        wm_cli_say(a->cli, "%s", "waymark: writing standard output failed\n");
        worsen(a, WM_EXIT_STORAGE);
    }
}

/* line 0: the only query. */
static void ask_one(asking *a, wm_str query, int64_t line)
{
    wm_text answer = { 0 };
    wm_error err = { 0 };
    int64_t start = now_us();
    wm_status status =
        wm_directory_find(a->directory, query.ptr, query.len, a->today, &answer, &err);
    int64_t elapsed_us = now_us() - start;
    if (status != WM_OK) {
        worsen(a, wm_cli_exit_of(err.status));
        if (line > 0) {
            wm_cli_say(a->cli, "waymark: line %lld: %s\n", (long long)line, err.text);
            wm_text_free(&answer);
            worsen(a, wm_cli_exit_of(wm_error_answer(a->cli->env, &err, line, &answer)));
        } else {
            wm_cli_say(a->cli, "waymark: %s\n", err.text);
        }
    }
    if (a->cli->json) {
        worsen(a, print_json(a, &answer, elapsed_us));
    } else if (wm_render_answer(a->cli, (wm_str){ answer.ptr, answer.len }, &err) != WM_OK) {
        worsen(a, WM_EXIT_STORAGE);
    } else if (a->timing) {
        char took[40];
        (void)snprintf(took, sizeof took, "%lld microseconds", (long long)elapsed_us);
        worsen(a, wm_cli_print_text(a->cli, took));
    }
    flush(a); /* another program may wait for this answer before it asks again */
    wm_text_free(&answer);
}

/* A line that is too long to be a query, or cannot be read. */
static void tell_bad_line(asking *a, const wm_error *why, size_t line)
{
    wm_text answer = { 0 };
    wm_cli_say(a->cli, "waymark: line %zu: %s\n", line, why->text);
    if (a->cli->json && wm_error_answer(a->cli->env, why, (int64_t)line, &answer) == WM_OK) {
        worsen(a, print_json(a, &answer, 0));
    }
    wm_text_free(&answer);
    worsen(a, WM_EXIT_INPUT);
}

static bool is_query(wm_cli *cli, wm_str text)
{
    wm_arena arena;
    const wm_json *value = NULL;
    wm_arena_init(&arena, cli->env, 64 * WM_MIB);
    bool is_one = wm_json_parse(&arena, text, WM_QUERY_BYTES_MAX, &value, NULL) == WM_OK &&
                  wm_json_is(value, WM_JSON_OBJECT);
    wm_arena_fini(&arena);
    return is_one;
}

static bool is_blank(wm_str line)
{
    size_t at = 0;
    while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t' || line.ptr[at] == '\r')) {
        at++;
    }
    return at == line.len;
}

/* More brackets are opened than closed: the query goes on in the next line. */
static bool is_open(wm_str line)
{
    long depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < line.len; i++) {
        char c = line.ptr[i];
        if (in_string && c == '\\') {
            i++;
        } else if (c == '"') {
            in_string = !in_string;
        } else if (!in_string) {
            depth += c == '{' || c == '[' ? 1 : 0;
            depth -= c == '}' || c == ']' ? 1 : 0;
        }
    }
    return depth > 0;
}

/* The first line of `rest`, which is taken off it. */
static wm_str take_line(wm_str *rest)
{
    const char *end = memchr(rest->ptr, '\n', rest->len);
    wm_str line = { rest->ptr, end != NULL ? (size_t)(end - rest->ptr) : rest->len };
    size_t taken = line.len + (end != NULL ? 1 : 0);
    rest->ptr += taken;
    rest->len -= taken;
    return line;
}

/* The line in hand, of which `status` tells, and all behind it, each as it comes. */
static wm_status ask_lines(asking *a, wm_lines *lines, wm_status status, wm_error *err)
{
    while (status == WM_OK || status == WM_TOO_LARGE) {
        if (status == WM_TOO_LARGE) {
            tell_bad_line(a, err, lines->number);
            wm_error_clear(err);
        } else if (!is_blank(wm_buf_str(&lines->line))) {
            ask_one(a, wm_buf_str(&lines->line), (int64_t)lines->number);
        }
        status = wm_lines_next(lines, err);
    }
    return status == WM_END ? WM_OK : status;
}

/* All lines into one text. WM_END: it is whole; WM_OK: there is no room for the line in hand. */
static wm_status gather(wm_lines *lines, wm_buf *text, wm_error *err)
{
    wm_status status = WM_OK;
    while (status == WM_OK) {
        if (text->len + lines->line.len + 1 > WM_QUERY_BYTES_MAX) {
            return WM_OK;
        }
        wm_buf_put_str(text, wm_buf_str(&lines->line));
        wm_buf_put_char(text, '\n');
        status = wm_buf_status(text, err);
        status = status == WM_OK ? wm_lines_next(lines, err) : status;
    }
    return status;
}

/* One query over several lines; or, where a line is a query by itself, many, of which the first is
 * broken. */
static wm_status ask_whole(asking *a, wm_lines *lines, wm_error *err)
{
    wm_buf text;
    wm_buf_init(&text, a->cli->env, WM_QUERY_BYTES_MAX);
    size_t number = lines->number;
    wm_status status = gather(lines, &text, err);
    bool has_queries = false;
    if (status == WM_END ? !is_query(a->cli, wm_buf_str(&text))
                         : status == WM_OK || status == WM_TOO_LARGE) {
        for (wm_str rest = wm_buf_str(&text); rest.len > 0 && !has_queries;) {
            has_queries = is_query(a->cli, take_line(&rest));
        }
    }
    if (has_queries) {
        for (wm_str rest = wm_buf_str(&text); rest.len > 0; number++) {
            wm_str line = take_line(&rest);
            if (!is_blank(line)) {
                ask_one(a, line, (int64_t)number);
            }
        }
        status = ask_lines(a, lines, status, err);
    } else if (status == WM_END) {
        ask_one(a, wm_buf_str(&text), 0);
        status = WM_OK;
    } else if (status == WM_OK) {
        status = wm_fail(err, WM_TOO_LARGE, "expected a query of at most %zu bytes, found more",
                         WM_QUERY_BYTES_MAX);
    }
    wm_buf_fini(&text);
    return status;
}

/* The first line decides: one query on each line, or one on many. */
static wm_status ask_file(asking *a, const char *path, wm_error *err)
{
    wm_lines lines;
    wm_status status = wm_lines_open(&lines, a->cli->env, path, WM_QUERY_BYTES_MAX, err);
    do {
        status = status == WM_OK ? wm_lines_next(&lines, err) : status;
    } while (status == WM_OK && is_blank(wm_buf_str(&lines.line)));
    if (status == WM_END) {
        status = wm_fail(err, WM_BAD_INPUT, "%s: expected a query, found nothing", path);
    } else if (status == WM_OK && is_open(wm_buf_str(&lines.line))) {
        status = ask_whole(a, &lines, err);
    } else if (status == WM_OK || status == WM_TOO_LARGE) {
        status = ask_lines(a, &lines, status, err);
    }
    wm_lines_close(&lines);
    return status;
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    const char *file = wm_cli_value(args, "--query");
    char today[WM_DATE_TEXT_BYTES];
    asking a = { .cli = cli, .timing = wm_cli_flag(args, "--timing"), .today = today };
    if (file != NULL && wm_question_given(args)) {
        return wm_cli_usage(cli, "expected --query or the options that make one, found both");
    }
    (void)wm_cli_today(cli, today);
    wm_error err = { 0 };
    wm_buf query;
    wm_buf_init(&query, cli->env, WM_QUERY_BYTES_MAX);
    wm_status status = file == NULL ? wm_question_build(cli, args, &query, &err) : WM_OK;
    if (status == WM_OK) {
        status =
            wm_cli_opened(wm_directory_open(cli->env, args->operands[0],
                                            wm_cli_flag(args, "--working"), &a.directory, &err),
                          &err);
    }
    if (status == WM_OK && file != NULL) {
        status = ask_file(&a, file, &err);
    } else if (status == WM_OK) {
        ask_one(&a, wm_buf_str(&query), 0);
    }
    wm_buf_fini(&query);
    wm_directory_close(a.directory);
    if (status == WM_BAD_ARGUMENT && err.text[0] == '\0') {
        return WM_EXIT_USAGE;
    }
    err.status = status;
    return status == WM_OK ? a.worst : wm_render_failure(cli, &err);
}

static const wm_cli_option options[] = {
    WM_QUESTION_OPTIONS,
    { "--timing", NULL, "Add how long each answer took", false },
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_find = {
    "find",
    "DB",
    "Who can help with a need, of this age, near a place",
    "Nothing that is asked is written anywhere. Words typed on a command line can be seen by "
    "others on this computer:\n"
    "--text - and --query - read them from standard input.",
    options,
    run,
};

/* question.c: see question.h. */
#include <stdio.h>
#include <string.h>

#include <waymark/sys/date.h>

#include "common.h"
#include "question.h"

static const char *const query_options[] = { "--need",  "--text",   "--age",       "--dob",
                                             "--at",    "--fact",   "--actor",     "--about",
                                             "--as-of", "--now",    "--lang",      "--limit",
                                             "--tried", "--access", "--actor-fact" };

bool wm_question_given(const wm_cli_args *args)
{
    for (size_t i = 0; i < sizeof query_options / sizeof query_options[0]; i++) {
        if (wm_cli_flag(args, query_options[i])) {
            return true;
        }
    }
    return false;
}

static void put_text_member(const wm_cli_args *args, const char *option, const char *name,
                            wm_json_out *out)
{
    const char *value = wm_cli_value(args, option);
    if (value != NULL) {
        wm_json_out_member_text(out, name, value);
    }
}

static wm_status put_words(wm_cli *cli, const wm_cli_args *args, wm_json_out *out, wm_error *err)
{
    const char *text = wm_cli_value(args, "--text");
    if (text == NULL) {
        return WM_OK;
    }
    wm_buf words;
    wm_buf_init(&words, cli->env, WM_QUERY_TEXT_BYTES_MAX + 2); /* and the end of its line */
    wm_status status = WM_OK;
    if (strcmp(text, "-") == 0) {
        status = wm_cli_read_file("-", WM_QUERY_TEXT_BYTES_MAX + 2, &words, err);
    } else {
        wm_buf_put_text(&words, text);
        status = wm_buf_status(&words, err);
    }
    if (status == WM_TOO_LARGE) {
        status = wm_fail(err, WM_TOO_LARGE,
                         "--text: expected at most %d bytes, found more: please say the main "
                         "thing in fewer words",
                         WM_QUERY_TEXT_BYTES_MAX);
    }
    wm_str whole = wm_buf_str(&words);
    while (whole.len > 0 &&
           (whole.ptr[whole.len - 1] == '\n' || whole.ptr[whole.len - 1] == '\r')) {
        whole.len--;
    }
    if (status == WM_OK && !wm_utf8_valid(whole, NULL)) {
        status = wm_fail(err, WM_BAD_INPUT, "--text: expected UTF-8, found another byte");
    }
    if (status == WM_OK) {
        wm_json_out_member_string(out, "text", whole);
    }
    wm_buf_fini(&words);
    return status;
}

static void put_needs(const wm_cli_args *args, wm_json_out *out)
{
    bool open = false;
    for (size_t i = 0; i < args->given_count; i++) {
        if (strcmp(args->given[i].option->name, "--need") != 0) {
            continue;
        }
        if (!open) {
            wm_json_out_name(out, "needs");
            wm_json_out_array(out);
            open = true;
        }
        wm_json_out_text(out, args->given[i].value);
    }
    if (open) {
        wm_json_out_end_array(out);
    }
}

/* K=V: V as JSON where it is JSON, else as a text. */
static wm_status put_fact(wm_cli *cli, const wm_cli_given *option, wm_json_out *out, wm_error *err)
{
    const char *given = option->value;
    const char *equals = strchr(given, '=');
    if (equals == NULL || equals == given) {
        return wm_fail(err, WM_BAD_ARGUMENT, "%s: expected NAME=VALUE, found \"%s\"",
                       option->option->name, given);
    }
    wm_arena arena;
    const wm_json *value = NULL;
    wm_arena_init(&arena, cli->env, 64 * WM_MIB);
    wm_json_out_name_str(out, (wm_str){ given, (size_t)(equals - given) });
    if (wm_json_parse(&arena, wm_str_of(equals + 1), WM_QUERY_BYTES_MAX, &value, NULL) == WM_OK) {
        wm_json_out_value(out, value);
    } else {
        wm_json_out_text(out, equals + 1);
    }
    wm_arena_fini(&arena);
    return WM_OK;
}

static wm_status put_facts(wm_cli *cli, const wm_cli_args *args, wm_json_out *out, wm_error *err)
{
    const char *dob = wm_cli_value(args, "--dob");
    int64_t age = -1;
    wm_status status = WM_OK;
    if (!wm_cli_number(cli, args, "--age", 0, 130, &age)) {
        return WM_BAD_ARGUMENT;
    }
    if (age >= 0 && dob != NULL) {
        return wm_fail(err, WM_BAD_ARGUMENT, "expected --age or --dob, found both");
    }
    wm_json_out_name(out, "facts");
    wm_json_out_object(out);
    if (age >= 0 || dob != NULL) {
        wm_json_out_name(out, "age");
        wm_json_out_object(out);
        if (dob != NULL) {
            wm_json_out_member_text(out, "dob", dob);
        } else {
            wm_json_out_member_integer(out, "years", age);
        }
        wm_json_out_end_object(out);
    }
    for (size_t i = 0; i < args->given_count && status == WM_OK; i++) {
        if (strcmp(args->given[i].option->name, "--fact") == 0) {
            status = put_fact(cli, &args->given[i], out, err);
        }
    }
    wm_json_out_end_object(out);
    return status;
}

static wm_status put_actor_facts(wm_cli *cli, const wm_cli_args *args, wm_json_out *out,
                                 wm_error *err)
{
    wm_status status = WM_OK;
    if (!wm_cli_flag(args, "--actor-fact")) {
        return WM_OK;
    }
    wm_json_out_name(out, "actor_facts");
    wm_json_out_object(out);
    for (size_t i = 0; i < args->given_count && status == WM_OK; i++) {
        if (strcmp(args->given[i].option->name, "--actor-fact") == 0) {
            status = put_fact(cli, &args->given[i], out, err);
        }
    }
    wm_json_out_end_object(out);
    return status;
}

static wm_status put_tried(const wm_cli_args *args, wm_json_out *out, wm_error *err)
{
    if (!wm_cli_flag(args, "--tried")) {
        return WM_OK;
    }
    wm_json_out_name(out, "tried");
    wm_json_out_array(out);
    for (size_t i = 0; i < args->given_count; i++) {
        const char *given = args->given[i].value;
        if (strcmp(args->given[i].option->name, "--tried") != 0) {
            continue;
        }
        const char *equals = strchr(given, '=');
        if (equals == NULL || equals == given) {
            return wm_fail(err, WM_BAD_ARGUMENT,
                           "--tried: expected SERVICE=refused, did_not_help or waiting, found "
                           "\"%s\"",
                           given);
        }
        wm_json_out_object(out);
        wm_json_out_member_string(out, "service", (wm_str){ given, (size_t)(equals - given) });
        wm_json_out_member_text(out, "outcome", equals + 1);
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
    return WM_OK;
}

/* "pl,en" */
static void put_list(const char *words, wm_json_out *out)
{
    wm_json_out_array(out);
    while (*words != '\0') {
        size_t length = strcspn(words, ",");
        wm_json_out_string(out, (wm_str){ words, length });
        words += length;
        words += *words == ',' ? 1 : 0;
    }
    wm_json_out_end_array(out);
}

static void put_access(const wm_cli_args *args, wm_json_out *out)
{
    if (!wm_cli_flag(args, "--access")) {
        return;
    }
    wm_json_out_name(out, "access");
    wm_json_out_object(out);
    for (size_t i = 0; i < args->given_count; i++) {
        const char *given = args->given[i].value;
        if (strcmp(args->given[i].option->name, "--access") != 0) {
            continue;
        }
        size_t length = strcspn(given, "=");
        wm_str name = { given, length };
        wm_json_out_name_str(out, name);
        if (given[length] == '\0') {
            wm_json_out_boolean(out, true);
        } else if (wm_str_is(name, "languages")) {
            put_list(given + length + 1, out);
        } else {
            wm_json_out_text(out, given + length + 1);
        }
    }
    wm_json_out_end_object(out);
}

/* Asked for no other day, it is asked for now: then the answer says what is open. */
static void put_now(wm_cli *cli, const wm_cli_args *args, wm_json_out *out)
{
    char now[WM_DATE_TEXT_BYTES + 8];
    char day[WM_DATE_TEXT_BYTES];
    int64_t seconds = cli->env->now_s(cli->env->context);
    int minutes = (int)(seconds / 60 % 1440);
    put_text_member(args, "--now", "now", out);
    if (wm_cli_value(args, "--now") == NULL && wm_cli_value(args, "--as-of") == NULL) {
        (void)snprintf(now, sizeof now, "%sT%02d:%02dZ",
                       wm_date_format(wm_date_from_unix(seconds), day), minutes / 60, minutes % 60);
        wm_json_out_member_text(out, "now", now);
    }
}

wm_status wm_question_build(wm_cli *cli, const wm_cli_args *args, wm_buf *query_out, wm_error *err)
{
    wm_json_out out;
    int64_t limit = 0;
    wm_json_out_init(&out, query_out);
    if (!wm_cli_number(cli, args, "--limit", 1, WM_CARDS_MAX, &limit)) {
        return WM_BAD_ARGUMENT;
    }
    wm_json_out_object(&out);
    put_needs(args, &out);
    wm_status status = put_words(cli, args, &out, err);
    if (status == WM_OK) {
        status = put_facts(cli, args, &out, err);
    }
    if (status == WM_OK) {
        status = put_actor_facts(cli, args, &out, err);
    }
    if (status == WM_OK) {
        status = put_tried(args, &out, err);
    }
    if (status != WM_OK) {
        return status;
    }
    put_access(args, &out);
    put_text_member(args, "--at", "at", &out);
    put_text_member(args, "--actor", "actor", &out);
    put_text_member(args, "--about", "about", &out);
    put_text_member(args, "--as-of", "as_of", &out);
    put_now(cli, args, &out);
    put_text_member(args, "--lang", "lang", &out);
    if (limit > 0) {
        wm_json_out_member_integer(&out, "limit", limit);
    }
    wm_json_out_end_object(&out);
    return wm_buf_status(query_out, err);
}

wm_status wm_question_of_service(wm_cli *cli, const wm_cli_args *args, wm_question_put put,
                                 wm_str query, wm_text *answer_out, wm_error *err)
{
    wm_directory *directory = NULL;
    char today[WM_DATE_TEXT_BYTES];
    (void)wm_cli_today(cli, today);
    wm_status status =
        wm_cli_opened(wm_directory_open(cli->env, args->operands[0], wm_cli_flag(args, "--working"),
                                        &directory, err),
                      err);
    if (status == WM_OK) {
        status = put(directory, args->operands[1], query.ptr, query.len, today, answer_out, err);
        status = status == WM_NOT_FOUND ? WM_BAD_INPUT : status; /* as an unknown need is */
    }
    wm_directory_close(directory);
    return status;
}

wm_status wm_question_read(wm_cli *cli, const wm_cli_args *args, wm_buf *query, wm_error *err)
{
    const char *file = wm_cli_value(args, "--query");
    if (file == NULL) {
        return wm_question_build(cli, args, query, err);
    }
    if (wm_question_given(args)) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "expected --query or the options that make one, found both");
    }
    return wm_cli_read_file(file, WM_QUERY_BYTES_MAX, query, err);
}

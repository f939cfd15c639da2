/* cmd_handover.c: `waymark handover`: one introduction to one service, on a page, as a text message
 * or as JSON. Nothing is sent and nothing is kept. */
#include <string.h>

#include <waymark/sys/date.h>
#include <waymark/waymark.h>

#include "commands.h"
#include "handover_page.h"
#include "question.h"
#include "render.h"

#define REQUEST_BYTES_MAX (4 * WM_QUERY_BYTES_MAX)

typedef enum format { FORMAT_PRINT, FORMAT_SMS, FORMAT_JSON } format;

/* False: wrong use, which has been told. */
static bool read_format(wm_cli *cli, const wm_cli_args *args, format *format_out)
{
    static const char *const names[] = { "print", "sms", "json" };
    const char *name = wm_cli_value(args, "--format");
    bool sms = wm_cli_flag(args, "--sms");
    *format_out = sms ? FORMAT_SMS : cli->json ? FORMAT_JSON : FORMAT_PRINT;
    if (name == NULL) {
        return true;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0 && (!sms || i == FORMAT_SMS)) {
            *format_out = (format)i;
            cli->json = cli->json || *format_out == FORMAT_JSON;
            return true;
        }
    }
    wm_cli_usage(cli, "--format: expected print, sms or json, found \"%s\"", name);
    return false;
}

/* ---- the request --------------------------------------------------------------------------- */

/* Only one of them may read standard input. */
static wm_status check_input(const wm_cli_args *args, wm_error *err)
{
    static const char *const names[] = { "--query", "--text", "--details" };
    int readers = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = wm_cli_value(args, names[i]);
        readers += value != NULL && strcmp(value, "-") == 0 ? 1 : 0;
    }
    return readers < 2
               ? WM_OK
               : wm_fail(err, WM_BAD_ARGUMENT,
                         "expected one option that reads standard input, found %d", readers);
}

/* The members of the file that is given, and of the options, which must not say the same. */
static wm_status put_details(const wm_cli_args *args, const wm_json *details, wm_json_out *out,
                             wm_error *err)
{
    static const char *const names[] = { "consent", "basis" };
    wm_json_out_object(out);
    for (uint32_t i = 0; details != NULL && i < details->count; i++) {
        wm_json_out_name_str(out, details->as.members[i].name);
        wm_json_out_value(out, &details->as.members[i].value);
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char option[16];
        (void)snprintf(option, sizeof option, "--%s", names[i]);
        const char *value = wm_cli_value(args, option);
        if (value != NULL && wm_json_get(details, names[i]) != NULL) {
            return wm_fail(err, WM_BAD_ARGUMENT, "expected %s or \"%s\" in --details, found both",
                           option, names[i]);
        }
        if (value != NULL) {
            wm_json_out_member_text(out, names[i], value);
        }
    }
    wm_json_out_end_object(out);
    return WM_OK;
}

/* A JSON object from a buffer, named in errors. */
static wm_status parse_object(wm_arena *arena, const wm_buf *text, const char *name,
                              const wm_json **value_out, wm_error *err)
{
    wm_status status = wm_json_parse(arena, wm_buf_str(text), WM_QUERY_BYTES_MAX, value_out, err);
    if (status != WM_OK) {
        wm_error_context(err, "%s", name);
        return status;
    }
    return (*value_out)->type == WM_JSON_OBJECT
               ? WM_OK
               : wm_fail(err, WM_BAD_INPUT, "%s: expected an object, found %s", name,
                         wm_json_type_name((*value_out)->type));
}

static wm_status build_request(wm_cli *cli, const wm_cli_args *args, wm_buf *request, wm_error *err)
{
    const char *file = wm_cli_value(args, "--details");
    const wm_json *query = NULL;
    const wm_json *details = NULL;
    wm_arena arena;
    wm_buf text;
    wm_json_out out;
    wm_arena_init(&arena, cli->env, 64 * WM_MIB);
    wm_buf_init(&text, cli->env, WM_QUERY_BYTES_MAX);
    wm_json_out_init(&out, request);
    wm_status status = check_input(args, err);
    if (status == WM_OK) {
        status = wm_question_read(cli, args, &text, err);
    }
    if (status == WM_OK) {
        status = parse_object(&arena, &text, "query", &query, err);
    }
    if (status == WM_OK && file != NULL) {
        status = wm_cli_read_file(file, WM_QUERY_BYTES_MAX, &text, err);
    }
    if (status == WM_OK && file != NULL) {
        status = parse_object(&arena, &text, "--details", &details, err);
    }
    if (status == WM_OK) {
        wm_json_out_object(&out);
        wm_json_out_name(&out, "query");
        wm_json_out_value(&out, query);
        wm_json_out_name(&out, "handover");
        status = put_details(args, details, &out, err);
        wm_json_out_end_object(&out);
    }
    wm_buf_fini(&text);
    wm_arena_fini(&arena);
    return status == WM_OK ? wm_buf_status(request, err) : status;
}

/* ---- the command --------------------------------------------------------------------------- */

static wm_exit print(wm_cli *cli, format as, const wm_text *handover, wm_error *err)
{
    wm_str text = { handover->ptr, handover->len };
    bool made = true;
    wm_status status = WM_OK;
    if (as == FORMAT_JSON) {
        return wm_cli_print_text(cli, handover->ptr);
    }
    if (as == FORMAT_SMS) {
        status = wm_handover_sms(cli, text, &made, err);
    } else {
        status = wm_handover_page(cli, text, err);
    }
    err->status = status;
    return status != WM_OK ? wm_cli_fail(cli, err) : made ? WM_EXIT_DONE : WM_EXIT_NO;
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    wm_error err = { 0 };
    wm_text handover = { 0 };
    wm_buf request;
    format as = FORMAT_PRINT;
    if (!read_format(cli, args, &as)) {
        return WM_EXIT_USAGE;
    }
    wm_buf_init(&request, cli->env, REQUEST_BYTES_MAX);
    wm_status status = build_request(cli, args, &request, &err);
    if (status == WM_OK) {
        status = wm_question_of_service(cli, args, wm_directory_handover, wm_buf_str(&request),
                                        &handover, &err);
    }
    wm_exit code = WM_EXIT_USAGE;
    if (status == WM_OK) {
        code = print(cli, as, &handover, &err);
    } else if (status != WM_BAD_ARGUMENT || err.text[0] != '\0') {
        err.status = status;
        code = wm_render_failure(cli, &err);
    }
    wm_text_free(&handover);
    wm_buf_fini(&request);
    return code;
}

static const wm_cli_option options[] = {
    WM_QUESTION_OPTIONS,
    { "--consent", "C", "given, refused, not_asked or cannot_give; not_asked if left out", false },
    { "--basis", "B", "Why it cannot wait for a yes: safeguarding, vital_interests, crisis",
      false },
    { "--details", "FILE|-", "What the person wants passed on, as JSON", false },
    { "--format", "F", "print (a page), sms (a text for the person) or json", false },
    { "--sms", NULL, "The same as --format sms", false },
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_handover = {
    "handover",
    "DB SERVICE",
    "What to pass on to a service, so that it is told only once",
    "Puts together what to pass on, who introduces, how to refer and what is still to ask. Nothing "
    "is sent, written or kept.\n"
    "Whether it may be sent is in the answer (may_send): an answer is exit 0 also where it is no. "
    "A text message that would\n"
    "not be safe is not made: exit 1, and nothing on standard output.\n"
    "--details reads {\"own_words\", \"adjustments\":[..], \"communication\", \"language\", "
    "\"dialect\", \"who_knows\",\n"
    "\"contact\":{\"name\",\"phone\",\"text\",\"email\",\"address\"}, "
    "\"safe_contact\":{\"how\",\"when\",\"not\",\"text\":\"yes|neutral|no\"},\n"
    "\"answers\":{..}, \"consent\", \"basis\"}, all optional.",
    options,
    run,
};

/* output.c: errors, exit codes, files in and buffers out. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include <waymark/waymark.h>

#include "cli.h"

wm_exit wm_cli_exit_of(wm_status status)
{
    switch (status) {
    case WM_OK:
    case WM_END:
    case WM_UNCHANGED: return WM_EXIT_DONE;
    case WM_NOT_FOUND:
    case WM_REFUSED:
    case WM_CONFLICT: return WM_EXIT_NO;
    case WM_BAD_ARGUMENT: return WM_EXIT_USAGE;
    case WM_BAD_INPUT:
    case WM_BAD_RECORD:
    case WM_TOO_LARGE:
    case WM_NO_RELEASE:
    case WM_UNSUPPORTED: return WM_EXIT_INPUT;
    case WM_NOT_TRUSTED:
    case WM_EXPIRED: return WM_EXIT_TRUST;
    case WM_NETWORK: return WM_EXIT_NETWORK;
    case WM_NO_MEMORY:
    case WM_IO:
    case WM_FULL:
    case WM_BUSY:
    case WM_CORRUPT:
    case WM_NEWER:
    case WM_INTERNAL:
    default: return WM_EXIT_STORAGE;
    }
}

wm_status wm_cli_opened(wm_status status, wm_error *err)
{
    if (status == WM_NOT_FOUND) {
        err->status = WM_IO;
        return WM_IO;
    }
    return status;
}

void wm_cli_say(wm_cli *cli, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vfprintf(cli->err, format, args);
    va_end(args);
}

/* {"error":{..},"emergency":[..]} once, on standard output, for whoever reads JSON. */
static void print_json_error(wm_cli *cli, wm_status status, const char *text)
{
    if (!cli->json || cli->json_done) {
        return;
    }
    cli->json_done = true;
    wm_error why = { .status = status };
    wm_text answer = { 0 };
    (void)snprintf(why.text, sizeof why.text, "%s", text);
    if (wm_error_answer(cli->env, &why, 0, &answer) == WM_OK) {
        wm_cli_print_text(cli, answer.ptr);
    }
    wm_text_free(&answer);
}

wm_exit wm_cli_fail(wm_cli *cli, const wm_error *err)
{
    const char *text = err->text[0] != '\0' ? err->text : wm_status_text(err->status);
    wm_cli_say(cli, "waymark: %s\n", text);
    if (err->status == WM_NO_RELEASE) {
        wm_cli_say(
            cli, "%s",
            "waymark release makes one, waymark sync brings one; --working reads what is not "
            "released.\n");
    }
    print_json_error(cli, err->status, text);
    return wm_cli_exit_of(err->status);
}

/* Whoever looks for help may have mistyped it. */
static bool answers_people(const wm_cli_command *command)
{
    for (const wm_cli_option *o = command->options; o != NULL && o->name != NULL; o++) {
        if (strcmp(o->name, "--lang") == 0) {
            return true;
        }
    }
    return false;
}

void wm_cli_say_emergency(wm_cli *cli)
{
    wm_cli_say(cli, "%s",
               "In an emergency call 999; for urgent mental health help call 111 and select the "
               "mental health option.\n");
}

wm_exit wm_cli_usage(wm_cli *cli, const char *format, ...)
{
    char text[WM_ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (cli->command != NULL) {
        wm_cli_say(cli,
                   "waymark %s: %s\nusage: waymark %s %s%s[OPTION]... (waymark %s --help says "
                   "more)\n",
                   cli->command->name, text, cli->command->name, cli->command->operands,
                   cli->command->operands[0] != '\0' ? " " : "", cli->command->name);
    } else {
        wm_cli_say(cli, "waymark: %s\n", text);
    }
    if (cli->command == NULL || answers_people(cli->command)) {
        wm_cli_say_emergency(cli);
    }
    print_json_error(cli, WM_BAD_ARGUMENT, text);
    return WM_EXIT_USAGE;
}

wm_exit wm_cli_print(wm_cli *cli, const wm_buf *buf)
{
    wm_error err = { 0 };
    if (wm_buf_status(buf, &err) != WM_OK) {
        return wm_cli_fail(cli, &err);
    }
    wm_str text = wm_buf_str(buf);
    if (fwrite(text.ptr, 1, text.len, cli->out) != text.len ||
        (text.len > 0 && text.ptr[text.len - 1] != '\n' && fputc('\n', cli->out) == EOF)) {
        wm_cli_say(cli, "%s", "waymark: writing standard output failed\n");
        return WM_EXIT_STORAGE;
    }
    return WM_EXIT_DONE;
}

wm_exit wm_cli_print_text(wm_cli *cli, const char *text)
{
    wm_buf buf;
    wm_buf_init(&buf, cli->env, SIZE_MAX / 4);
    wm_buf_put_text(&buf, text);
    wm_exit code = wm_cli_print(cli, &buf);
    wm_buf_fini(&buf);
    return code;
}

wm_status wm_cli_read_file(const char *path, size_t max_bytes, wm_buf *out, wm_error *err)
{
    bool standard_input = strcmp(path, "-") == 0;
    FILE *file = standard_input ? stdin : fopen(path, "rb");
    if (file == NULL) {
        return wm_fail(err, WM_BAD_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    }
    wm_status status = WM_OK;
    wm_buf_fini(out);
    wm_buf_init(out, out->env, max_bytes);
    for (;;) {
        size_t room = max_bytes - out->len < 65536 ? max_bytes - out->len : 65536;
        char probe = 0;
        char *at = room > 0 ? wm_buf_reserve(out, room) : &probe;
        if (at == NULL) {
            status = wm_buf_status(out, err);
            break;
        }
        size_t got = fread(at, 1, room > 0 ? room : 1, file);
        if (got == 0) {
            break;
        }
        if (room == 0) {
            status = wm_fail(err, WM_TOO_LARGE, "%s: expected at most %zu bytes, found more", path,
                             max_bytes);
            break;
        }
        wm_buf_grown(out, got);
    }
    if (status == WM_OK && ferror(file)) {
        status = wm_fail(err, WM_BAD_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    }
    if (!standard_input) {
        (void)fclose(file);
    }
    return status;
}

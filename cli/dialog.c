/* dialog.c: see dialog.h. */
#include <stdarg.h>
#include <string.h>

#include "dialog.h"
#include "page.h"
#include "render.h"
#include "wrap.h"

void wm_dialog_open(wm_dialog *dialog, wm_cli *cli)
{
    *dialog = (wm_dialog){ .cli = cli };
    dialog->status =
        wm_lines_open(&dialog->lines, cli->env, "-", WM_DIALOG_LINE_BYTES_MAX, &dialog->err);
}

void wm_dialog_close(wm_dialog *dialog)
{
    wm_lines_close(&dialog->lines);
}

/* ---- out ---- */

static void print(wm_dialog *d, const wm_buf *page)
{
    wm_buf lines;
    wm_buf_init(&lines, d->cli->env, WM_MIB);
    wm_wrap(wm_buf_str(page), wm_page_columns(d->cli), &lines);
    if (d->status == WM_OK &&
        (wm_buf_status(page, &d->err) != WM_OK || wm_cli_print(d->cli, &lines) != WM_EXIT_DONE)) {
        d->status = WM_IO;
    }
    wm_buf_fini(&lines);
}

void wm_dialog_say(wm_dialog *dialog, const char *format, ...)
{
    char text[2000];
    wm_buf page;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (dialog->cli->json) { /* what a program reads is JSON only */
        wm_cli_say(dialog->cli, "%s\n", text);
        return;
    }
    wm_buf_init(&page, dialog->cli->env, WM_MIB);
    wm_buf_put_text(&page, text);
    print(dialog, &page);
    wm_buf_fini(&page);
}

static bool is_type(const wm_json *question, const char *type)
{
    return wm_str_is(wm_json_string(wm_json_get(question, "type")), type);
}

/* Numbers are answers of their own where an age is asked for. */
static bool has_numbers(const wm_json *question)
{
    return !is_type(question, "age") && !is_type(question, "people");
}

static const char *hint_of(const wm_json *question)
{
    static const struct {
        const char *type;
        const char *hint;
    } hints[] = {
        { "flag", "Type yes or no, or the number." },
        { "age", "Type an age like 17 or 6 months, or a date of birth." },
        { "area", "Type a postcode or a town." },
        { "one", "Type the number." },
        { "level", "Type the number." },
        { "set", "Type the numbers of all that apply, like 1,3." },
        { "event", "Type when it was, like May 2025 or 3 months ago. If it never was: never." },
        { "people", "Type their ages, like 3, 7. If there is nobody: nobody." },
    };
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        if (is_type(question, hints[i].type)) {
            return hints[i].hint;
        }
    }
    return "";
}

void wm_dialog_question(wm_dialog *dialog, const wm_json *question)
{
    wm_buf page;
    const wm_json *options = wm_json_get(question, "options");
    wm_buf_init(&page, dialog->cli->env, WM_MIB);
    if (wm_json_get(question, "of") != NULL) {
        wm_buf_put_text(&page, "About yourself: ");
    }
    wm_page_put_text(&page, wm_json_string(wm_json_get(question, "text")));
    wm_buf_put_char(&page, '\n');
    for (uint32_t i = 0; has_numbers(question) && options != NULL && i < options->count; i++) {
        wm_buf_printf(&page, "%3u. ", i + 1);
        wm_page_put_text(&page, wm_json_string(wm_json_get(&options->as.items[i], "label")));
        wm_buf_put_char(&page, '\n');
    }
    wm_buf_printf(&page, "%s Or: skip, decline, why, back, more, quit.", hint_of(question));
    print(dialog, &page);
    wm_buf_fini(&page);
}

/* ---- in ---- */

static wm_str trimmed(wm_str line)
{
    while (line.len > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '\t')) {
        line.ptr++;
        line.len--;
    }
    while (line.len > 0 && strchr(" \t\r", line.ptr[line.len - 1]) != NULL) {
        line.len--;
    }
    return line;
}

/* The same but for the case of ASCII letters. */
static bool says(wm_str line, const char *word)
{
    size_t length = strlen(word);
    for (size_t i = 0; i < length && line.len == length; i++) {
        bool is_capital = line.ptr[i] >= 'A' && line.ptr[i] <= 'Z';
        if (line.ptr[i] + (is_capital ? 'a' - 'A' : 0) != word[i]) {
            return false;
        }
    }
    return line.len == length;
}

static bool says_label(wm_str line, wm_str label)
{
    return label.len > 0 && says(line, label.ptr);
}

static wm_said_what command_of(wm_str line)
{
    static const struct {
        const char *word;
        wm_said_what what;
    } commands[] = {
        { "", WM_SAID_NOTHING },
        { "skip", WM_SAID_SKIP },
        { "decline", WM_SAID_DECLINE },
        { "rather not say", WM_SAID_DECLINE },
        { "prefer not to say", WM_SAID_DECLINE },
        { "back", WM_SAID_BACK },
        { "why", WM_SAID_WHY },
        { "why?", WM_SAID_WHY },
        { "more", WM_SAID_MORE },
        { "go on", WM_SAID_GO_ON },
        { "help", WM_SAID_HELP },
        { "?", WM_SAID_HELP },
        { "quit", WM_SAID_QUIT },
        { "exit", WM_SAID_QUIT },
        { "q", WM_SAID_QUIT },
    };
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (says(line, commands[i].word)) {
            return commands[i].what;
        }
    }
    return WM_SAID_ANSWER;
}

/* In a conversation for people there is a prompt; programs want lines of JSON only. */
static void prompt(wm_dialog *d)
{
    bool failed = (!d->cli->json && fputs("> ", d->cli->out) == EOF) || fflush(d->cli->out) != 0;
    d->status = failed && d->status == WM_OK ? WM_IO : d->status;
}

wm_said_what wm_dialog_read(wm_dialog *dialog)
{
    wm_dialog *d = dialog;
    while (d->status == WM_OK) {
        prompt(d);
        wm_status status = wm_lines_next(&d->lines, &d->err);
        d->line = trimmed(wm_buf_str(&d->lines.line));
        if (status == WM_END) {
            return WM_SAID_END;
        }
        if (status == WM_OK && wm_utf8_valid(d->line, NULL) &&
            memchr(d->line.ptr != NULL ? d->line.ptr : "", '\0', d->line.len) == NULL) {
            return command_of(d->line);
        }
        if (status != WM_OK && status != WM_TOO_LARGE) {
            d->status = status;
            break;
        }
        wm_error_clear(&d->err);
        wm_dialog_say(d, "%s",
                      status == WM_TOO_LARGE ? WM_DIALOG_TOO_LONG
                                             : "That is no text that we can read. Please type it "
                                               "again.");
    }
    return WM_SAID_END;
}

/* ---- replies ---- */

static void begin_reply(const wm_json *question, wm_json_out *out)
{
    const wm_json *of = wm_json_get(question, "of");
    wm_json_out_object(out);
    wm_json_out_member_string(out, "fact", wm_json_string(wm_json_get(question, "fact")));
    if (of != NULL) {
        wm_json_out_member_string(out, "of", wm_json_string(of));
    }
}

void wm_dialog_refusal(const wm_json *question, const char *how, wm_buf *reply)
{
    wm_json_out out;
    wm_json_out_init(&out, reply);
    begin_reply(question, &out);
    wm_json_out_member_boolean(&out, how, true);
    wm_json_out_end_object(&out);
}

/* A number of the list, or 0. */
static uint32_t number_of(wm_str text, uint32_t count)
{
    uint32_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || number > count) {
            return 0;
        }
        number = number * 10 + (uint32_t)(text.ptr[i] - '0');
    }
    return number <= count ? number : 0;
}

/* By its number, its label or its value. */
static const wm_json *option_of(const wm_json *question, wm_str text)
{
    const wm_json *options = wm_json_get(question, "options");
    uint32_t count = options != NULL ? options->count : 0;
    uint32_t number = has_numbers(question) ? number_of(text, count) : 0;
    for (uint32_t i = 0; i < count; i++) {
        const wm_json *option = &options->as.items[i];
        wm_str value = wm_json_string(wm_json_get(option, "value"));
        if (number == i + 1 || says_label(text, wm_json_string(wm_json_get(option, "label"))) ||
            says_label(text, value)) {
            return option;
        }
    }
    return NULL;
}

/* What is chosen out of a list: the chosen apply, the others that were shown do not. */
static bool choose_several(const wm_json *question, wm_str line, bool *chosen)
{
    const wm_json *options = wm_json_get(question, "options");
    size_t at = 0;
    while (at < line.len) {
        size_t end = at;
        while (end < line.len && line.ptr[end] != ',') {
            end++;
        }
        const wm_json *option = option_of(question, trimmed((wm_str){ line.ptr + at, end - at }));
        if (option == NULL || wm_json_string(wm_json_get(option, "value")).len == 0) {
            return false;
        }
        chosen[option - options->as.items] = true;
        at = end + 1;
    }
    return true;
}

#define OPTIONS_MAX 256

static void put_chosen(const wm_json *options, const bool *chosen, bool wanted, wm_json_out *out)
{
    wm_json_out_name(out, wanted ? "has" : "not");
    wm_json_out_array(out);
    for (uint32_t i = 0; i < options->count && i < OPTIONS_MAX; i++) {
        wm_str value = wm_json_string(wm_json_get(&options->as.items[i], "value"));
        if (value.len > 0 && chosen[i] == wanted) {
            wm_json_out_string(out, value);
        }
    }
    wm_json_out_end_array(out);
}

static bool reply_of_set(wm_dialog *d, const wm_json *question, wm_json_out *out)
{
    bool chosen[OPTIONS_MAX] = { false };
    const wm_json *options = wm_json_get(question, "options");
    const wm_json *only = option_of(question, d->line);
    only = only == NULL && says(d->line, "none") ? &options->as.items[options->count - 1] : only;
    if (only != NULL && wm_json_string(wm_json_get(only, "value")).len == 0) {
        begin_reply(question, out);
        wm_json_out_name(out, "value");
        wm_json_out_value(out, wm_json_get(only, "value"));
        return true;
    }
    if (options->count > OPTIONS_MAX || !choose_several(question, d->line, chosen)) {
        wm_dialog_say(d, "Please type numbers from 1 to %u, with commas between them.",
                      options->count);
        return false;
    }
    begin_reply(question, out);
    wm_json_out_name(out, "value");
    wm_json_out_object(out);
    put_chosen(options, chosen, true, out);
    put_chosen(options, chosen, false, out);
    wm_json_out_end_object(out);
    return true;
}

bool wm_dialog_reply(wm_dialog *dialog, const wm_json *question, wm_buf *reply)
{
    wm_json_out out;
    wm_json_out_init(&out, reply);
    const wm_json *option = option_of(question, dialog->line);
    if (is_type(question, "set")) {
        if (!reply_of_set(dialog, question, &out)) {
            return false;
        }
    } else if (option != NULL) {
        begin_reply(question, &out);
        wm_json_out_name(&out, "value");
        wm_json_out_value(&out, wm_json_get(option, "value"));
    } else {
        begin_reply(question, &out);
        wm_json_out_member_string(&out, "text", dialog->line);
    }
    wm_json_out_end_object(&out);
    return true;
}

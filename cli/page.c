/* page.c: see page.h. */
#include "page.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <waymark/waymark.h>

#include "wrap.h"

const char *wm_page_style(const wm_page *page, const char *code)
{
    return page->colour ? code : "";
}

void wm_page_hang(wm_page *page)
{
    wm_buf_put_char(&page->text, WM_WRAP_HERE);
}

void wm_page_say(wm_page *page, const char *text)
{
    wm_buf_put_text(&page->text, text);
}

/* C0 and C1 controls, and the two characters that force a direction on all that follows. */
static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x202d || c == 0x202e;
}

void wm_page_put_text(wm_buf *to, wm_str text)
{
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        uint32_t c = wm_utf8_next(text, &at);
        if (is_control(c)) {
            wm_buf_put_char(to, ' ');
        } else {
            wm_buf_put(to, text.ptr + start, at - start);
        }
    }
}

void wm_page_put(wm_page *page, wm_str text)
{
    wm_page_put_text(&page->text, text);
}

wm_str wm_page_text(const wm_json *object, const char *name)
{
    return wm_json_string(wm_json_get(object, name));
}

void wm_page_put_member(wm_page *page, const wm_json *object, const char *name)
{
    wm_page_put(page, wm_page_text(object, name));
}

void wm_page_line(wm_page *page, const char *lead, wm_str text)
{
    if (text.len > 0) {
        wm_page_say(page, lead);
        wm_page_hang(page);
        wm_page_put(page, text);
        wm_page_say(page, "\n");
    }
}

void wm_page_heading(wm_page *page, wm_str text)
{
    wm_page_say(page, "\n");
    wm_page_say(page, wm_page_style(page, WM_STYLE_BOLD));
    wm_page_put(page, text);
    wm_page_say(page, wm_page_style(page, WM_STYLE_PLAIN));
    wm_page_say(page, "\n");
}

uint32_t wm_page_items(const wm_json *list)
{
    return wm_json_is(list, WM_JSON_ARRAY) ? list->count : 0;
}

/* ---- contacts ---- */

typedef struct contact_words {
    const char *kind;
    const char *words;
} contact_words;

/* In the order in which they are shown. */
static const contact_words contact_kinds[] = { { "phone", "Ring" },
                                               { "text", "Text" },
                                               { "bsl", "BSL" },
                                               { "email", "Email" },
                                               { "web", "Web" } };

static void put_contact(wm_page *page, const wm_json *contact, const char *words)
{
    wm_str label = wm_page_text(contact, "label");
    bool free = wm_json_boolean(wm_json_get(contact, "free"), false);
    wm_page_say(page, "     ");
    wm_page_say(page, words);
    wm_page_say(page, " ");
    wm_page_hang(page);
    wm_page_put_member(page, contact, "value");
    if (label.len > 0) {
        wm_page_say(page, " (");
        wm_page_put(page, label);
        wm_page_say(page, ")");
    }
    wm_page_say(page, free ? ", free" : "");
    if (wm_str_is(wm_page_text(contact, "audience"), "professional")) {
        wm_page_say(page, ", for professionals only");
    }
    wm_page_say(page, "\n");
    wm_page_line(page, "       ! ", wm_page_text(contact, "warning"));
}

void wm_page_contacts(wm_page *page, const wm_json *contacts)
{
    for (size_t k = 0; k < sizeof contact_kinds / sizeof contact_kinds[0]; k++) {
        for (uint32_t i = 0; i < wm_page_items(contacts); i++) {
            const wm_json *contact = &contacts->as.items[i];
            if (wm_str_is(wm_page_text(contact, "kind"), contact_kinds[k].kind)) {
                put_contact(page, contact, contact_kinds[k].words);
            }
        }
    }
}

/* ---- head and foot ---- */

void wm_page_emergency(wm_page *page, const wm_json *answer)
{
    const wm_json *lines = wm_json_get(answer, "emergency");
    for (uint32_t i = 0; i < wm_page_items(lines); i++) {
        const wm_json *line = &lines->as.items[i];
        wm_page_say(page, wm_page_style(page, WM_STYLE_ALARM));
        wm_page_put_member(page, line, "value");
        wm_page_say(page, wm_page_style(page, WM_STYLE_PLAIN));
        wm_page_line(page, "  ", wm_page_text(line, "text"));
    }
}

void wm_page_origin(wm_page *page, const wm_json *answer)
{
    if (wm_json_get(answer, "release") == NULL) {
        return; /* an error: nothing was answered */
    }
    wm_buf_printf(&page->text, "\nrelease %lld",
                  (long long)wm_json_integer(wm_json_get(answer, "release"), 0));
    if (wm_json_get(answer, "released_on") != NULL) {
        wm_page_say(page, " of ");
        wm_page_put_member(page, answer, "released_on");
    }
    wm_page_say(page, ", ");
    wm_page_put_member(page, answer, "edition");
    wm_str digest = wm_page_text(answer, "query_digest");
    wm_page_say(page, " edition, question ");
    wm_page_put(page, (wm_str){ digest.ptr, digest.len < 12 ? digest.len : 12 });
    wm_page_say(page, "\n");
    if (wm_json_get(answer, "stale_since") != NULL) {
        wm_page_say(page, "out of date since ");
        wm_page_put_member(page, answer, "stale_since");
        wm_page_say(page, ": details may have changed\n");
    }
}

void wm_page_open(wm_page *page, wm_cli *cli)
{
    *page = (wm_page){ .cli = cli, .colour = isatty(fileno(cli->out)) == 1 };
    wm_arena_init(&page->arena, cli->env, SIZE_MAX / 2);
    wm_buf_init(&page->text, cli->env, 4 * WM_ANSWER_BYTES_MAX);
}

wm_status wm_page_begin(wm_page *page, wm_cli *cli, wm_str answer, const wm_json **answer_out,
                        wm_error *err)
{
    wm_page_open(page, cli);
    wm_status status = wm_json_parse(&page->arena, answer, WM_ANSWER_BYTES_MAX, answer_out, err);
    if (status == WM_OK) {
        wm_page_emergency(page, *answer_out);
    }
    return status;
}

size_t wm_page_columns(const wm_cli *cli)
{
    struct winsize size = { 0 };
    int terminal = fileno(cli->out);
    if (isatty(terminal) != 1 || ioctl(terminal, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 ||
        size.ws_col > WM_WRAP_COLUMNS) {
        return WM_WRAP_COLUMNS;
    }
    return size.ws_col < WM_WRAP_COLUMNS_MIN ? WM_WRAP_COLUMNS_MIN : size.ws_col;
}

wm_status wm_page_finish(wm_page *page, wm_status status, wm_error *err)
{
    wm_buf lines;
    wm_buf_init(&lines, page->cli->env, 8 * WM_ANSWER_BYTES_MAX);
    if (status == WM_OK) {
        status = wm_buf_status(&page->text, err);
    }
    if (status == WM_OK) {
        wm_wrap(wm_buf_str(&page->text), wm_page_columns(page->cli), &lines);
        status = wm_buf_status(&lines, err);
    }
    if (status == WM_OK && wm_cli_print(page->cli, &lines) != WM_EXIT_DONE) {
        status = wm_fail(err, WM_IO, "writing standard output failed");
    }
    wm_buf_fini(&lines);
    wm_buf_fini(&page->text);
    wm_arena_fini(&page->arena);
    return status;
}

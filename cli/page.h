/* page.h: a page for a person at a terminal or on paper, put together from an answer in JSON.
 *
 * Colour and width are those of the terminal; on paper, in files and pipes there is no colour and
 * WM_WRAP_COLUMNS columns. Text that came from elsewhere may not steer the terminal. */
#ifndef WAYMARK_CLI_PAGE_H
#define WAYMARK_CLI_PAGE_H

#include "cli.h"

typedef struct wm_page {
    wm_cli *cli;
    wm_arena arena; /* of the answer */
    wm_buf text;
    bool colour;
} wm_page;

#define WM_STYLE_BOLD "\033[1m"
#define WM_STYLE_ALARM "\033[1;31m"
#define WM_STYLE_PLAIN "\033[0m"

/* An empty page. Close with wm_page_finish, also after a failure. */
void wm_page_open(wm_page *page, wm_cli *cli);
/* Put the emergency lines of an answer: first on every page. */
void wm_page_emergency(wm_page *page, const wm_json *answer);
/* Open a page, parse its answer, and put the emergency lines. */
WM_MUST_USE wm_status wm_page_begin(wm_page *page, wm_cli *cli, wm_str answer,
                                    const wm_json **answer_out, wm_error *err);
/* Prints the page if status is WM_OK; what cannot be printed is a failure, too. */
WM_MUST_USE wm_status wm_page_finish(wm_page *page, wm_status status, wm_error *err);

/* Columns of the terminal, within reason; elsewhere those of a sheet of paper. */
size_t wm_page_columns(const wm_cli *cli);

/* The code if there is colour, else nothing. */
const char *wm_page_style(const wm_page *page, const char *code);
/* What does not fit in the line goes on below this place. */
void wm_page_hang(wm_page *page);
/* Words of our own. */
void wm_page_say(wm_page *page, const char *text);
/* Words from elsewhere: control characters, and what would turn the direction of the line by force,
 * become spaces. */
void wm_page_put(wm_page *page, wm_str text);
void wm_page_put_text(wm_buf *to, wm_str text);
void wm_page_put_member(wm_page *page, const wm_json *object, const char *name);
/* "lead text\n", with what does not fit below the text; nothing where the text is empty. */
void wm_page_line(wm_page *page, const char *lead, wm_str text);
/* An empty line and a heading. */
void wm_page_heading(wm_page *page, wm_str text);

/* "     Ring 01632 960111 (Duty desk), free" and so on, voice and text before what needs data. */
void wm_page_contacts(wm_page *page, const wm_json *contacts);
/* The release and the question, so that two people can see that they have two answers. */
void wm_page_origin(wm_page *page, const wm_json *answer);

/* 0 where it is no array. */
uint32_t wm_page_items(const wm_json *list);
wm_str wm_page_text(const wm_json *object, const char *name);

#endif

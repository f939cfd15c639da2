/* dialog.h: questions and answers at a terminal, or through a pipe: a line out, a line in.
 *
 * Nothing is written but to standard output, and nothing is kept: no history, no file. */
#ifndef WAYMARK_CLI_DIALOG_H
#define WAYMARK_CLI_DIALOG_H

#include "cli.h"
#include "lines.h"

#define WM_DIALOG_LINE_BYTES_MAX 600
#define WM_DIALOG_TOO_LONG                                                                         \
    "That is more than we can read at once. Please say the main thing in fewer words."

/* What a line asks for; WM_SAID_ANSWER is none of the commands. */
typedef enum wm_said_what {
    WM_SAID_ANSWER,
    WM_SAID_NOTHING, /* an empty line */
    WM_SAID_SKIP,
    WM_SAID_DECLINE,
    WM_SAID_BACK,
    WM_SAID_WHY,
    WM_SAID_MORE,
    WM_SAID_GO_ON,
    WM_SAID_HELP,
    WM_SAID_QUIT,
    WM_SAID_END /* of input */
} wm_said_what;

typedef struct wm_dialog {
    wm_cli *cli;
    wm_lines lines;
    wm_str line;      /* the last, without spaces around it; until the next */
    wm_status status; /* of reading and writing; sticks */
    wm_error err;
} wm_dialog;

void wm_dialog_open(wm_dialog *dialog, wm_cli *cli);
void wm_dialog_close(wm_dialog *dialog);

/* Print a paragraph, wrapped; `text` may hold line feeds. */
void wm_dialog_say(wm_dialog *dialog, const char *format, ...) WM_PRINTF(2, 3);
/* Print a prompt and read a line. Lines that are too long or not UTF-8 are told, and the next is
 * read. */
wm_said_what wm_dialog_read(wm_dialog *dialog);

/* Print "next_question" or one of its `together`, with its options numbered. */
void wm_dialog_question(wm_dialog *dialog, const wm_json *question);
/* The line as the reply to that question: {"fact","of","value"|"text"}. False: the line cannot be
 * one; what was expected has been said. */
WM_MUST_USE bool wm_dialog_reply(wm_dialog *dialog, const wm_json *question, wm_buf *reply);
/* A reply of no value: how is "skip" or "decline". */
void wm_dialog_refusal(const wm_json *question, const char *how, wm_buf *reply);

#endif

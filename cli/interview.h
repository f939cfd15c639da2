/* interview.h: the interview of `waymark ask` as the program holds it: what was typed, and the last
 * step. Each step is one call of wm_directory_ask with all of it. */
#ifndef WAYMARK_CLI_INTERVIEW_H
#define WAYMARK_CLI_INTERVIEW_H

#include <waymark/waymark.h>

#include "dialog.h"

#define WM_CLI_REPLIES_MAX 60

/* What is asked before the directory's own questions, unless the command line says it. */
typedef enum wm_cli_stage {
    WM_STAGE_WORDS,
    WM_STAGE_ACTOR,
    WM_STAGE_ABOUT,
    WM_STAGE_PLACE,
    WM_STAGE_COUNT
} wm_cli_stage;

typedef struct wm_cli_interview {
    wm_cli *cli;
    wm_dialog dialog;
    wm_directory *directory;
    const char *today;
    wm_arena arena;      /* of everything that was said: until the end */
    const wm_json *base; /* the query of the command line */
    wm_str started[WM_STAGE_COUNT];
    wm_str replies[WM_CLI_REPLIES_MAX];
    size_t reply_count;
    bool go_on;
    bool quit;
    const wm_json *result; /* of the last step */
    wm_str safety_shown;   /* lines of put_safety; empty: none yet */
    wm_error err;
} wm_cli_interview;

/* The field of the query that a stage fills. */
const char *wm_cli_stage_field(wm_cli_stage stage);

/* Reads the command line and opens the directory. today: borrowed. Close with wm_cli_interview_end,
 * also after a failure. */
WM_MUST_USE wm_status wm_cli_interview_begin(wm_cli_interview *interview, wm_cli *cli,
                                             const wm_cli_args *args, const char *today);
/* Tells what went wrong, if anything did. */
wm_exit wm_cli_interview_end(wm_cli_interview *interview, wm_status status);

bool wm_cli_interview_ok(const wm_cli_interview *interview);
/* Asks the directory; `step_out` is given back with wm_text_free. WM_BAD_INPUT: what was typed last
 * cannot be used; `err` says why. */
WM_MUST_USE wm_status wm_cli_interview_ask(wm_cli_interview *interview, wm_text *step_out,
                                           wm_error *err);
/* The same, and the result becomes the one in hand. */
WM_MUST_USE wm_status wm_cli_interview_step(wm_cli_interview *interview, wm_error *err);

/* interview_lines.c: for programs: a line of JSON for each step, a line in for each reply. */
void wm_cli_interview_lines(wm_cli_interview *interview);

#endif

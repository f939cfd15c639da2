/* render.h: an answer as JSON, made readable for a person at a terminal. */
#ifndef WAYMARK_CLI_RENDER_H
#define WAYMARK_CLI_RENDER_H

#include "cli.h"

/* Print an answer of wm_directory_find. The emergency lines come first. */
WM_MUST_USE wm_status wm_render_answer(wm_cli *cli, wm_str answer, wm_error *err);
/* Print a card of wm_directory_explain with its tree. */
WM_MUST_USE wm_status wm_render_card(wm_cli *cli, wm_str card, wm_error *err);
/* Tell an error where an answer is wanted, and give its exit code: what cannot even be asked still
 * says whom to call. */
WM_MUST_USE wm_exit wm_render_failure(wm_cli *cli, const wm_error *err);

#endif

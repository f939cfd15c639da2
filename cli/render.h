/* render.h: an answer as JSON, made readable for a person at a terminal. */
#ifndef WAYMARK_CLI_RENDER_H
#define WAYMARK_CLI_RENDER_H

#include "cli.h"

/* Print an answer of wm_directory_find. The emergency lines come first. */
WM_MUST_USE wm_status wm_render_answer(wm_cli *cli, wm_str answer, wm_error *err);
/* Print a card of wm_directory_explain with its tree. */
WM_MUST_USE wm_status wm_render_card(wm_cli *cli, wm_str card, wm_error *err);
/* Print the section SAFETY of an answer, in full; nothing if there is none. */
WM_MUST_USE wm_status wm_render_safety(wm_cli *cli, const wm_json *answer, wm_error *err);
/* Print the best cards of MAIN, at most `max`, each in one line: name, verdict, how to reach it,
 * and whether it is open. */
WM_MUST_USE wm_status wm_render_best(wm_cli *cli, const wm_json *answer, size_t max, wm_error *err);
/* An answer that was parsed already, as wm_render_answer prints it. */
WM_MUST_USE wm_status wm_render_parsed(wm_cli *cli, const wm_json *answer, wm_error *err);
/* "yes", "perhaps: more needs to be known" ... */
const char *wm_render_verdict(wm_str verdict);

/* Tell an error where an answer is wanted, and give its exit code: what cannot even be asked still
 * says whom to call. */
WM_MUST_USE wm_exit wm_render_failure(wm_cli *cli, const wm_error *err);

#endif

/* commands.h: every command of the program. */
#ifndef WAYMARK_CLI_COMMANDS_H
#define WAYMARK_CLI_COMMANDS_H

#include "cli.h"

extern const wm_cli_command cmd_ask;
extern const wm_cli_command cmd_build;
extern const wm_cli_command cmd_check;
extern const wm_cli_command cmd_diff;
extern const wm_cli_command cmd_eval;
extern const wm_cli_command cmd_explain;
extern const wm_cli_command cmd_export;
extern const wm_cli_command cmd_find;
extern const wm_cli_command cmd_gaps;
extern const wm_cli_command cmd_handover;
extern const wm_cli_command cmd_help;
extern const wm_cli_command cmd_import;
extern const wm_cli_command cmd_keys;
extern const wm_cli_command cmd_log;
extern const wm_cli_command cmd_mirror;
extern const wm_cli_command cmd_publish;
extern const wm_cli_command cmd_release;
extern const wm_cli_command cmd_show;
extern const wm_cli_command cmd_status;
extern const wm_cli_command cmd_suggest;
extern const wm_cli_command cmd_sync;
extern const wm_cli_command cmd_verify;

#endif

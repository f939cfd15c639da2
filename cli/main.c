/* main.c: the command table, and that the process is ours. */
#include <waymark/sys/json.h>
#include <waymark/sys/store.h>

#include "commands.h"

static const wm_cli_command *const commands[] = {
    &cmd_build,   &cmd_check,   &cmd_import,   &cmd_release, &cmd_log,  &cmd_diff,
    &cmd_show,    &cmd_export,  &cmd_keys,     &cmd_publish, &cmd_sync, &cmd_find,
    &cmd_suggest, &cmd_explain, &cmd_handover, &cmd_ask,     &cmd_eval, &cmd_gaps,
    &cmd_status,  &cmd_verify,  &cmd_mirror,   &cmd_help,    NULL,
};

int main(int argc, char **argv)
{
    wm_json_own_process();
    wm_store_own_process();
    return (int)wm_cli_main(commands, argc, argv);
}

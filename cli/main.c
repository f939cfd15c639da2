/* main.c: the command table and nothing else. */
#include "cli.h"

static const wm_cli_command *const commands[] = {
    &cmd_help,
    NULL,
};

int main(int argc, char **argv)
{
    return (int)wm_cli_main(commands, argc, argv);
}

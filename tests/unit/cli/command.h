/* command.h: a command, called in the test's own process. */
#ifndef WAYMARK_TEST_COMMAND_H
#define WAYMARK_TEST_COMMAND_H

#include "commands.h"
#include "testing.h"

#define WM_TEST_SAID_BYTES 4096
#define WM_TEST_OPTIONS_MAX 8

/* options: names and values in turn (NULL for a flag's), ended by NULL. What it says on standard
 * error is in `said`. */
static inline wm_exit wm_test_command(const wm_cli_command *command, const wm_env *env,
                                      const char *operand, const char *const *options,
                                      char said[WM_TEST_SAID_BYTES])
{
    wm_cli cli = { .env = env, .out = tmpfile(), .err = tmpfile() };
    wm_cli_given given[WM_TEST_OPTIONS_MAX];
    size_t count = 0;
    assert_non_null(cli.out);
    assert_non_null(cli.err);
    for (const char *const *at = options; *at != NULL; at += 2) {
        const wm_cli_option *option = command->options;
        while (option->name != NULL && strcmp(option->name, *at) != 0) {
            option++;
        }
        assert_non_null(option->name);
        assert_true(count < WM_TEST_OPTIONS_MAX);
        given[count++] = (wm_cli_given){ option, at[1] };
    }
    const wm_cli_args args = { { operand }, 1, given, count };
    wm_exit code = command->run(&cli, &args);
    rewind(cli.err);
    said[fread(said, 1, WM_TEST_SAID_BYTES - 1, cli.err)] = '\0';
    (void)fclose(cli.out);
    (void)fclose(cli.err);
    return code;
}

#endif

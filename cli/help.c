/* help.c: help, man page and completion, all from the command tables. */
#include <string.h>

#include "commands.h"

static void print_options(wm_buf *to, const wm_cli_option *table)
{
    for (; table != NULL && table->name != NULL; table++) {
        char left[64];
        (void)snprintf(left, sizeof left, "%s%s%s", table->name, table->value != NULL ? " " : "",
                       table->value != NULL ? table->value : "");
        wm_buf_printf(to, "  %-24s %s%s\n", left, table->help,
                      table->repeats ? " (may repeat)" : "");
    }
}

void wm_cli_help_command(wm_buf *to, const wm_cli_command *command)
{
    wm_buf_printf(to, "waymark %s%s%s [OPTION]...\n%s.\n\n", command->name,
                  command->operands[0] != '\0' ? " " : "", command->operands, command->summary);
    print_options(to, command->options);
    print_options(to, wm_cli_common_options);
    if (command->notes != NULL) {
        wm_buf_printf(to, "\n%s\n", command->notes);
    }
}

void wm_cli_help_program(wm_buf *to, const wm_cli_command *const *commands)
{
    wm_buf_put_text(to,
                    "waymark: an offline, versioned directory of health and community services\n\n"
                    "usage: waymark COMMAND [OPERAND]... [OPTION]...\n\n");
    for (size_t i = 0; commands[i] != NULL; i++) {
        wm_buf_printf(to, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    }
    wm_buf_put_text(
        to,
        "\nwaymark COMMAND --help says more. In an emergency call 999; for urgent mental health "
        "help\n"
        "call 111 and select the mental health option.\n");
}

/* Roff needs \- for a hyphen-minus and must not begin a line with a full stop or an apostrophe. */
static void put_roff_part(wm_buf *to, const char *text, size_t length)
{
    bool line_start = true;
    for (const char *end = text + length; text < end; text++) {
        if (line_start && (*text == '.' || *text == '\'')) {
            wm_buf_put_text(to, "\\&");
        }
        if (*text == '-') {
            wm_buf_put_text(to, "\\-");
        } else if (*text == '\\') {
            wm_buf_put_text(to, "\\e");
        } else {
            wm_buf_put_char(to, *text);
        }
        line_start = *text == '\n';
    }
}

static void put_roff(wm_buf *to, const char *text)
{
    put_roff_part(to, text, strlen(text));
}

/* Prose; an empty line parts it; a line with a gap of two spaces or more is a term and what it
 * means. */
static void man_notes(wm_buf *to, const char *notes)
{
    for (const char *at = notes; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        const char *gap = strstr(at, "  ");
        if (length == 0) {
            wm_buf_put_text(to, ".PP");
        } else if (gap != NULL && gap < at + length) {
            size_t right = (size_t)(gap - at) + strspn(gap, " ");
            wm_buf_put_text(to, ".TP\n.B ");
            put_roff_part(to, at, (size_t)(gap - at));
            wm_buf_put_char(to, '\n');
            put_roff_part(to, at + right, length - right);
        } else {
            put_roff_part(to, at, length);
        }
        wm_buf_put_char(to, '\n');
        at += length;
        at += *at == '\n' ? 1 : 0;
    }
}

static void man_options(wm_buf *to, const wm_cli_option *table)
{
    for (; table != NULL && table->name != NULL; table++) {
        wm_buf_put_text(to, ".TP\n.B ");
        put_roff(to, table->name);
        if (table->value != NULL) {
            wm_buf_printf(to, " \\fI%s\\fR", table->value);
        }
        wm_buf_put_char(to, '\n');
        put_roff(to, table->help);
        wm_buf_put_text(to, table->repeats ? " (may repeat)\n" : "\n");
    }
}

void wm_cli_man_page(wm_buf *to, const wm_cli_command *const *commands)
{
    wm_buf_printf(to, ".TH WAYMARK 1 \"\" \"waymark %s\" \"User Commands\"\n", WAYMARK_VERSION);
    wm_buf_put_text(
        to,
        ".SH NAME\nwaymark \\- an offline, versioned directory of health and community services\n"
        ".SH SYNOPSIS\n.B waymark\n\\fICOMMAND\\fR [\\fIOPERAND\\fR]... [\\fIOPTION\\fR]...\n"
        ".SH COMMANDS\n");
    for (size_t i = 0; commands[i] != NULL; i++) {
        wm_buf_put_text(to, ".SS \"waymark ");
        put_roff(to, commands[i]->name);
        wm_buf_printf(to, " %s\"\n", commands[i]->operands);
        put_roff(to, commands[i]->summary);
        wm_buf_put_text(to, ".\n");
        man_options(to, commands[i]->options);
        if (commands[i]->notes != NULL) {
            wm_buf_put_text(to, ".PP\n");
            man_notes(to, commands[i]->notes);
        }
    }
    wm_buf_put_text(to, ".SH \"OPTIONS OF EVERY COMMAND\"\n");
    man_options(to, wm_cli_common_options);
    wm_buf_put_text(
        to,
        ".SH \"EXIT STATUS\"\n"
        "0 done, also when there is nothing new; 1 the answer is no (check found errors, verify "
        "found damage);\n"
        "2 wrong use; 3 bad input; 4 not trusted; 5 network; 6 storage.\n");
}

void wm_cli_bash_completion(wm_buf *to, const wm_cli_command *const *commands)
{
    wm_buf_put_text(to, "# bash completion for waymark\n_waymark()\n{\n"
                        "    local word=${COMP_WORDS[COMP_CWORD]} options=\n"
                        "    if [ \"$COMP_CWORD\" = 1 ]; then\n        COMPREPLY=($(compgen -W \"");
    for (size_t i = 0; commands[i] != NULL; i++) {
        wm_buf_printf(to, "%s%s", i > 0 ? " " : "", commands[i]->name);
    }
    wm_buf_put_text(to,
                    "\" -- \"$word\"))\n        return\n    fi\n    case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; commands[i] != NULL; i++) {
        wm_buf_printf(to, "    %s) options=\"", commands[i]->name);
        for (const wm_cli_option *o = commands[i]->options; o != NULL && o->name != NULL; o++) {
            wm_buf_printf(to, "%s ", o->name);
        }
        for (const wm_cli_option *o = wm_cli_common_options; o->name != NULL; o++) {
            wm_buf_printf(to, "%s%s", o == wm_cli_common_options ? "" : " ", o->name);
        }
        wm_buf_put_text(to, "\" ;;\n");
    }
    wm_buf_put_text(
        to,
        "    esac\n    case $word in\n    -*) COMPREPLY=($(compgen -W \"$options\" -- "
        "\"$word\")) ;;\n"
        "    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n    esac\n}\ncomplete -o filenames -F "
        "_waymark waymark\n");
}

static const wm_cli_command *find_command(const wm_cli *cli, const char *name)
{
    for (size_t i = 0; cli->commands[i] != NULL; i++) {
        if (strcmp(cli->commands[i]->name, name) == 0) {
            return cli->commands[i];
        }
    }
    return NULL;
}

static wm_exit run_help(wm_cli *cli, const wm_cli_args *args)
{
    const char *name = args->operands[0];
    const wm_cli_command *command = name != NULL ? find_command(cli, name) : NULL;
    if (name != NULL && command == NULL) {
        return wm_cli_usage(cli, "expected a command, found \"%s\"", name);
    }
    wm_buf buf;
    wm_buf_init(&buf, cli->env, WM_MIB);
    if (wm_cli_flag(args, "--man")) {
        wm_cli_man_page(&buf, cli->commands);
    } else if (wm_cli_flag(args, "--completion")) {
        wm_cli_bash_completion(&buf, cli->commands);
    } else if (command == NULL) {
        wm_cli_help_program(&buf, cli->commands);
    } else {
        wm_cli_help_command(&buf, command);
    }
    wm_exit code = wm_cli_print(cli, &buf);
    wm_buf_fini(&buf);
    return code;
}

static const wm_cli_option options[] = {
    { "--man", NULL, "The man page of all commands (roff)", false },
    { "--completion", NULL, "Shell completion for bash", false },
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_help = {
    "help", "[COMMAND]", "Explain a command", NULL, options, run_help,
};

/* help.c: help, man page and completion, all from the command tables. */
#include <string.h>

#include "commands.h"

static void print_options(FILE *to, const wm_cli_option *table)
{
    for (; table != NULL && table->name != NULL; table++) {
        char left[64];
        (void)snprintf(left, sizeof left, "%s%s%s", table->name, table->value != NULL ? " " : "",
                       table->value != NULL ? table->value : "");
        fprintf(to, "  %-24s %s%s\n", left, table->help, table->repeats ? " (may repeat)" : "");
    }
}

void wm_cli_help_command(FILE *to, const wm_cli_command *command)
{
    fprintf(to, "waymark %s%s%s [OPTION]...\n%s.\n\n", command->name,
            command->operands[0] != '\0' ? " " : "", command->operands, command->summary);
    print_options(to, command->options);
    print_options(to, wm_cli_common_options);
    if (command->notes != NULL) {
        fprintf(to, "\n%s\n", command->notes);
    }
}

void wm_cli_help_program(FILE *to, const wm_cli_command *const *commands)
{
    fputs("waymark: an offline, versioned directory of health and community services\n\n"
          "usage: waymark COMMAND [OPERAND]... [OPTION]...\n\n",
          to);
    for (size_t i = 0; commands[i] != NULL; i++) {
        fprintf(to, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    }
    fputs("\nwaymark COMMAND --help says more. In an emergency call 999; for urgent mental health "
          "help\n"
          "call 111 and select the mental health option.\n",
          to);
}

/* Roff needs \- for a hyphen-minus and must not begin a line with a full stop or an apostrophe. */
static void put_roff(FILE *to, const char *text)
{
    bool line_start = true;
    for (; *text != '\0'; text++) {
        if (line_start && (*text == '.' || *text == '\'')) {
            fputs("\\&", to);
        }
        if (*text == '-') {
            fputs("\\-", to);
        } else if (*text == '\\') {
            fputs("\\e", to);
        } else {
            fputc(*text, to);
        }
        line_start = *text == '\n';
    }
}

static void man_options(FILE *to, const wm_cli_option *table)
{
    for (; table != NULL && table->name != NULL; table++) {
        fputs(".TP\n.B ", to);
        put_roff(to, table->name);
        if (table->value != NULL) {
            fprintf(to, " \\fI%s\\fR", table->value);
        }
        fputc('\n', to);
        put_roff(to, table->help);
        fputs(table->repeats ? " (may repeat)\n" : "\n", to);
    }
}

void wm_cli_man_page(FILE *to, const wm_cli_command *const *commands)
{
    fprintf(to, ".TH WAYMARK 1 \"\" \"waymark %s\" \"User Commands\"\n", WAYMARK_VERSION);
    fputs(".SH NAME\nwaymark \\- an offline, versioned directory of health and community services\n"
          ".SH SYNOPSIS\n.B waymark\n\\fICOMMAND\\fR [\\fIOPERAND\\fR]... [\\fIOPTION\\fR]...\n"
          ".SH COMMANDS\n",
          to);
    for (size_t i = 0; commands[i] != NULL; i++) {
        fputs(".SS \"waymark ", to);
        put_roff(to, commands[i]->name);
        fprintf(to, " %s\"\n", commands[i]->operands);
        put_roff(to, commands[i]->summary);
        fputs(".\n", to);
        man_options(to, commands[i]->options);
        if (commands[i]->notes != NULL) {
            fputs(".PP\n", to);
            put_roff(to, commands[i]->notes);
            fputc('\n', to);
        }
    }
    fputs(".SH \"OPTIONS OF EVERY COMMAND\"\n", to);
    man_options(to, wm_cli_common_options);
    fputs(".SH \"EXIT STATUS\"\n"
          "0 done, also when there is nothing new; 1 the answer is no (check found errors, verify "
          "found damage);\n"
          "2 wrong use; 3 bad input; 4 not trusted; 5 network; 6 storage.\n",
          to);
}

void wm_cli_bash_completion(FILE *to, const wm_cli_command *const *commands)
{
    fputs("# bash completion for waymark\n_waymark()\n{\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} options=\n"
          "    if [ \"$COMP_CWORD\" = 1 ]; then\n        COMPREPLY=($(compgen -W \"",
          to);
    for (size_t i = 0; commands[i] != NULL; i++) {
        fprintf(to, "%s%s", i > 0 ? " " : "", commands[i]->name);
    }
    fputs("\" -- \"$word\"))\n        return\n    fi\n    case ${COMP_WORDS[1]} in\n", to);
    for (size_t i = 0; commands[i] != NULL; i++) {
        fprintf(to, "    %s) options=\"", commands[i]->name);
        for (const wm_cli_option *o = commands[i]->options; o != NULL && o->name != NULL; o++) {
            fprintf(to, "%s ", o->name);
        }
        for (const wm_cli_option *o = wm_cli_common_options; o->name != NULL; o++) {
            fprintf(to, "%s%s", o == wm_cli_common_options ? "" : " ", o->name);
        }
        fputs("\" ;;\n", to);
    }
    fputs("    esac\n    case $word in\n    -*) COMPREPLY=($(compgen -W \"$options\" -- "
          "\"$word\")) ;;\n"
          "    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n    esac\n}\ncomplete -o filenames -F "
          "_waymark waymark\n",
          to);
}

static wm_exit run_help(wm_cli *cli, const wm_cli_args *args)
{
    const char *name = args->operands[0];
    if (wm_cli_flag(args, "--man")) {
        wm_cli_man_page(cli->out, cli->commands);
    } else if (wm_cli_flag(args, "--completion")) {
        wm_cli_bash_completion(cli->out, cli->commands);
    } else if (name == NULL) {
        wm_cli_help_program(cli->out, cli->commands);
    } else {
        for (size_t i = 0; cli->commands[i] != NULL; i++) {
            if (strcmp(cli->commands[i]->name, name) == 0) {
                wm_cli_help_command(cli->out, cli->commands[i]);
                return WM_EXIT_DONE;
            }
        }
        return wm_cli_usage(cli, "expected a command, found \"%s\"", name);
    }
    return WM_EXIT_DONE;
}

static const wm_cli_option options[] = {
    { "--man", NULL, "The man page of all commands (roff)", false },
    { "--completion", NULL, "Shell completion for bash", false },
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_help = {
    "help", "[COMMAND]", "Explain a command", NULL, options, run_help,
};

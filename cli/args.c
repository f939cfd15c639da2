/* args.c: the command line, read by the tables of the commands. */
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include "cli.h"

const wm_cli_option wm_cli_common_options[] = {
    { "--json", NULL, "Write JSON on standard output", false },
    { "--help", NULL, "Show this help", false },
    { NULL, NULL, NULL, false },
};

static const wm_cli_option *find_in(const wm_cli_option *table, const char *name, size_t length)
{
    for (; table != NULL && table->name != NULL; table++) {
        if (strlen(table->name) == length && memcmp(table->name, name, length) == 0) {
            return table;
        }
    }
    return NULL;
}

static void count_operands(const wm_cli_command *command, size_t *least_out, size_t *most_out)
{
    *least_out = 0;
    *most_out = 0;
    bool in_word = false;
    for (const char *at = command->operands; *at != '\0'; at++) {
        if (*at != ' ' && !in_word) {
            (*most_out)++;
            *least_out += *at != '[' ? 1 : 0;
        }
        in_word = *at != ' ';
    }
}

/* argv[*at] is an option: store it with its value. */
static wm_exit take_option(wm_cli *cli, char **argv, int argc, int *at, wm_cli_given *given_out)
{
    const char *word = argv[*at];
    const char *equals = strchr(word, '=');
    size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const wm_cli_option *option = find_in(cli->command->options, word, length);
    if (option == NULL) {
        option = find_in(wm_cli_common_options, word, length);
    }
    if (option == NULL) {
        return wm_cli_usage(cli, "unknown option %.*s", (int)length, word);
    }
    const char *value = equals != NULL ? equals + 1 : NULL;
    if (option->value == NULL && value != NULL) {
        return wm_cli_usage(cli, "%s: expected no value, found \"%s\"", option->name, value);
    }
    if (option->value != NULL && value == NULL) {
        if (*at + 1 >= argc) {
            return wm_cli_usage(cli, "%s: expected %s, found the end", option->name, option->value);
        }
        value = argv[++*at];
    }
    *given_out = (wm_cli_given){ option, value };
    return WM_EXIT_DONE;
}

static wm_exit refuse_repeats(wm_cli *cli, const wm_cli_given *given, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (given[i].option == given[j].option && !given[i].option->repeats &&
                given[i].option->value != NULL) {
                return wm_cli_usage(cli, "%s: expected once, found twice", given[i].option->name);
            }
        }
    }
    return WM_EXIT_DONE;
}

/* Fills args from argv[2..]; `given` has room for argc. */
static wm_exit parse(wm_cli *cli, int argc, char **argv, wm_cli_given *given, wm_cli_args *args)
{
    size_t least = 0;
    size_t most = 0;
    count_operands(cli->command, &least, &most);
    bool options_over = false;
    for (int i = 2; i < argc; i++) {
        const char *word = argv[i];
        if (!options_over && strcmp(word, "--") == 0) {
            options_over = true;
        } else if (!options_over && word[0] == '-' && word[1] != '\0') {
            static char help[] = "--help";
            argv[i] = strcmp(word, "-h") == 0 ? help : argv[i];
            wm_exit code = take_option(cli, argv, argc, &i, &given[args->given_count]);
            if (code != WM_EXIT_DONE) {
                return code;
            }
            args->given_count++;
        } else if (args->operand_count == most) {
            return wm_cli_usage(cli, "expected %s, found also \"%s\"",
                                most > 0 ? cli->command->operands : "no operand", word);
        } else {
            args->operands[args->operand_count++] = word;
        }
    }
    if (wm_cli_flag(args, "--help")) {
        return WM_EXIT_DONE;
    }
    if (args->operand_count < least) {
        return args->operand_count == 0
                   ? wm_cli_usage(cli, "expected %s, found nothing", cli->command->operands)
                   : wm_cli_usage(cli, "expected %s, found only \"%s\"", cli->command->operands,
                                  args->operands[args->operand_count - 1]);
    }
    return refuse_repeats(cli, given, args->given_count);
}

static wm_exit run_command(wm_cli *cli, int argc, char **argv)
{
    wm_arena arena;
    wm_arena_init(&arena, cli->env, SIZE_MAX / 2);
    wm_cli_given *given = wm_arena_array(&arena, (size_t)argc, sizeof *given);
    wm_exit code = WM_EXIT_STORAGE;
    wm_cli_args args = { .given = given };
    if (given == NULL) {
        wm_cli_say(cli, "%s", "waymark: out of memory\n");
        goto out;
    }
    code = parse(cli, argc, argv, given, &args);
    if (code == WM_EXIT_DONE) {
        if (wm_cli_flag(&args, "--help")) {
            wm_buf help;
            wm_buf_init(&help, cli->env, WM_MIB);
            wm_cli_help_command(&help, cli->command);
            code = wm_cli_print(cli, &help);
            wm_buf_fini(&help);
        } else {
            code = cli->command->run(cli, &args);
        }
    }
out:
    wm_arena_fini(&arena);
    return code;
}

wm_exit wm_cli_main(const wm_cli_command *const *commands, int argc, char **argv)
{
    wm_cli cli = { .env = wm_env_system(), .out = stdout, .err = stderr, .commands = commands };
    const char *name = argc > 1 ? argv[1] : "--help";
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that reached its quota is a failed write, no death */
    /* Looked for first, so that even wrong use is told in JSON. */
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        cli.json = cli.json || strcmp(argv[i], "--json") == 0;
    }
    wm_exit code = WM_EXIT_USAGE;
    if (strcmp(name, "--version") == 0) {
        code = wm_cli_print_text(&cli, "waymark " WAYMARK_VERSION);
    } else if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        cli.out = argc > 1 ? stdout : stderr;
        wm_buf help;
        wm_buf_init(&help, cli.env, WM_MIB);
        wm_cli_help_program(&help, commands);
        code = wm_cli_print(&cli, &help);
        code = argc > 1 ? code : WM_EXIT_USAGE;
        wm_buf_fini(&help);
    } else {
        for (size_t i = 0; commands[i] != NULL && cli.command == NULL; i++) {
            cli.command = strcmp(commands[i]->name, name) == 0 ? commands[i] : NULL;
        }
        code =
            cli.command != NULL
                ? run_command(&cli, argc, argv)
                : wm_cli_usage(&cli, "expected a command (see waymark --help), found \"%s\"", name);
    }
    if (fflush(cli.out) != 0 && code == WM_EXIT_DONE) {
        wm_cli_say(&cli, "%s", "waymark: writing standard output failed\n");
        code = WM_EXIT_STORAGE;
    }
    return code;
}

const char *wm_cli_value(const wm_cli_args *args, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < args->given_count; i++) {
        if (strcmp(args->given[i].option->name, name) == 0) {
            value = args->given[i].value;
        }
    }
    return value;
}

bool wm_cli_flag(const wm_cli_args *args, const char *name)
{
    for (size_t i = 0; i < args->given_count; i++) {
        if (strcmp(args->given[i].option->name, name) == 0) {
            return true;
        }
    }
    return false;
}

bool wm_cli_number(wm_cli *cli, const wm_cli_args *args, const char *name, int64_t min, int64_t max,
                   int64_t *number_out)
{
    const char *text = wm_cli_value(args, name);
    if (text == NULL) {
        return true;
    }
    int64_t value = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9' && value <= max; at++) {
        value = value * 10 + (*at - '0');
    }
    if (at == text || *at != '\0' || value < min || value > max) {
        wm_cli_usage(cli, "%s: expected a number from %lld to %lld, found \"%s\"", name,
                     (long long)min, (long long)max, text);
        return false;
    }
    *number_out = value;
    return true;
}

/* cli.h: what a command sees: its arguments, where to write, and how to end.
 *
 * A command is one file with one table: its operands and options. Help, man page and shell
 * completion are made from the same tables. Data goes to `out`, talk to `err`. Exit codes are
 * pinned. */
#ifndef WAYMARK_CLI_H
#define WAYMARK_CLI_H

#include <stdio.h>

#include <waymark/sys/arena.h>
#include <waymark/sys/buf.h>
#include <waymark/sys/json.h>

typedef enum wm_exit {
    WM_EXIT_DONE = 0,    /* also "nothing new" */
    WM_EXIT_NO = 1,      /* the answer is no: check found errors, verify found damage */
    WM_EXIT_USAGE = 2,   /* wrong use */
    WM_EXIT_INPUT = 3,   /* bad input */
    WM_EXIT_TRUST = 4,   /* not trusted */
    WM_EXIT_NETWORK = 5, /* network */
    WM_EXIT_STORAGE = 6  /* storage */
} wm_exit;

typedef struct wm_cli_option {
    const char *name;  /* "--need"; NULL ends a table */
    const char *value; /* "ID"; NULL: a flag */
    const char *help;
    bool repeats;
} wm_cli_option;

typedef struct wm_cli wm_cli;
typedef struct wm_cli_args wm_cli_args;

typedef struct wm_cli_command {
    const char *name;
    const char *operands; /* "DB SERVICE", "DB [FILE]"; at most 4 */
    const char *summary;  /* one line, no full stop */
    const char *notes;    /* more for help and man page; may be NULL */
    const wm_cli_option *options;
    wm_exit (*run)(wm_cli *cli, const wm_cli_args *args);
} wm_cli_command;

struct wm_cli {
    const wm_env *env;
    FILE *out;
    FILE *err;
    bool json;                             /* --json was given */
    bool json_done;                        /* an error has been written to `out` as JSON */
    const wm_cli_command *const *commands; /* NULL-terminated */
    const wm_cli_command *command;         /* the one that runs */
};

#define WM_CLI_OPERANDS_MAX 4

typedef struct wm_cli_given {
    const wm_cli_option *option;
    const char *value; /* NULL for a flag */
} wm_cli_given;

struct wm_cli_args {
    const char *operands[WM_CLI_OPERANDS_MAX]; /* NULL where left out */
    size_t operand_count;
    const wm_cli_given *given; /* in the order of the command line */
    size_t given_count;
};

/* The options that every command has; NULL-terminated. */
extern const wm_cli_option wm_cli_common_options[];

/* Run the program. commands: NULL-terminated. */
wm_exit wm_cli_main(const wm_cli_command *const *commands, int argc, char **argv);

/* The last value of an option, or NULL. */
const char *wm_cli_value(const wm_cli_args *args, const char *name);
bool wm_cli_flag(const wm_cli_args *args, const char *name);
/* A decimal number from min to max; sets *number_out only if the option was given.
 * False: it is no such number; the error has been told. */
bool wm_cli_number(wm_cli *cli, const wm_cli_args *args, const char *name, int64_t min, int64_t max,
                   int64_t *number_out);

/* Talk, on standard error; what cannot be said is lost. */
void wm_cli_say(wm_cli *cli, const char *format, ...) WM_PRINTF(2, 3);
/* Tell an error (stderr; with --json also {"error":..} on stdout) and give its exit code. */
WM_MUST_USE wm_exit wm_cli_fail(wm_cli *cli, const wm_error *err);
wm_exit wm_cli_usage(wm_cli *cli, const char *format, ...) WM_PRINTF(2, 3);
/* Whom to call, in one line on standard error, where no answer says it. */
void wm_cli_say_emergency(wm_cli *cli);
wm_exit wm_cli_exit_of(wm_status status);
/* For what comes of opening a database: one that is not there is a storage failure, not an answer
 * of "no". */
wm_status wm_cli_opened(wm_status status, wm_error *err);
/* Write a finished buffer and a line feed to `out`; WM_EXIT_STORAGE if the buffer or the stream
 * failed. */
wm_exit wm_cli_print(wm_cli *cli, const wm_buf *buf);
/* The same with a text that the library made. */
wm_exit wm_cli_print_text(wm_cli *cli, const char *text);

/* Help for one command, for the program, the man page (roff) and the completion for bash. */
void wm_cli_help_command(wm_buf *to, const wm_cli_command *command);
void wm_cli_help_program(wm_buf *to, const wm_cli_command *const *commands);
void wm_cli_man_page(wm_buf *to, const wm_cli_command *const *commands);
void wm_cli_bash_completion(wm_buf *to, const wm_cli_command *const *commands);

/* Read a whole file ("-" is standard input) of at most max_bytes into `out`, in place of what
 * it holds. */
WM_MUST_USE wm_status wm_cli_read_file(const char *path, size_t max_bytes, wm_buf *out,
                                       wm_error *err);

#endif

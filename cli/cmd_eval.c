/* cmd_eval.c: `waymark eval`: verdicts for criteria and facts, one line in, one line out. */
#include <waymark/sys/criteria.h>
#include <waymark/sys/store.h>

#include "commands.h"
#include "lines.h"
#include "localities.h"

#define EVAL_LINE_BYTES_MAX (2 * WM_RECORD_BYTES_MAX)

static wm_status load_tree(wm_cli *cli, const wm_cli_args *args, wm_locality_tree **tree_out,
                           wm_error *err)
{
    const char *csv = wm_cli_value(args, "--localities");
    const char *db = wm_cli_value(args, "--dir");
    if (csv != NULL) {
        return wm_localities_read_csv(cli->env, csv, tree_out, err);
    }
    if (db == NULL) {
        return WM_OK;
    }
    wm_store *store = NULL;
    wm_status status = wm_cli_opened(wm_store_open(cli->env, db, WM_STORE_READ, &store, err), err);
    if (status == WM_OK) {
        status = wm_store_localities(store, WM_VIEW_LATEST, tree_out, err);
        if (status == WM_NO_RELEASE) {
            status = wm_store_localities(store, WM_VIEW_WORKING, tree_out, err);
        }
    }
    wm_store_close(store);
    return status;
}

static void put_error(wm_buf *out, size_t line, const wm_error *why)
{
    wm_buf_printf(out, "{\"error\":{\"line\":%zu,\"text\":", line);
    wm_json_write_string(out, wm_str_of(why->text));
    wm_buf_put_text(out, "}}");
}

/* Every line gives a line, in step. */
static wm_exit eval_lines(wm_cli *cli, const wm_locality_tree *tree, wm_lines *lines)
{
    wm_buf out;
    wm_buf_init(&out, cli->env, WM_ANSWER_BYTES_MAX);
    wm_exit code = WM_EXIT_DONE;
    for (;;) {
        wm_error err = { 0 };
        wm_buf_reset(&out);
        wm_status status = wm_lines_next(lines, &err);
        if (status == WM_END) {
            break;
        }
        bool goes_on = status == WM_OK || status == WM_TOO_LARGE;
        if (status == WM_OK) {
            status =
                wm_eval_line(cli->env, tree, wm_buf_str(&lines->line), lines->number, &out, &err);
            goes_on = status == WM_OK || status == WM_BAD_INPUT;
        } else if (status == WM_TOO_LARGE) {
            put_error(&out, lines->number, &err);
        }
        if (!goes_on) { /* the input cannot be read any further, or memory is short */
            err.status = status;
            code = wm_cli_fail(cli, &err);
            break;
        }
        code = status != WM_OK ? WM_EXIT_INPUT : code;
        if (out.len > 0 && wm_cli_print(cli, &out) != WM_EXIT_DONE) {
            code = WM_EXIT_STORAGE;
            break;
        }
    }
    wm_buf_fini(&out);
    return code;
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    if (wm_cli_value(args, "--localities") != NULL && wm_cli_value(args, "--dir") != NULL) {
        return wm_cli_usage(cli, "expected --localities or --dir, found both");
    }
    wm_error err = { 0 };
    wm_locality_tree *tree = NULL;
    wm_lines lines = { 0 };
    wm_exit code = WM_EXIT_DONE;
    wm_status status = load_tree(cli, args, &tree, &err);
    if (status == WM_OK) {
        status = wm_lines_open(&lines, cli->env, "-", EVAL_LINE_BYTES_MAX, &err);
    }
    if (status == WM_OK) {
        code = eval_lines(cli, tree, &lines);
    } else {
        err.status = status;
        code = wm_cli_fail(cli, &err);
    }
    wm_lines_close(&lines);
    wm_locality_tree_free(tree);
    return code;
}

static const wm_cli_option options[] = {
    { "--localities", "CSV", "The locality tree: code,name,kind,parent", false },
    { "--dir", "DB", "The locality tree of a database", false },
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_eval = {
    "eval",
    "",
    "Evaluate criteria against facts, a line each, from standard input",
    "Reads {\"service\":{\"who\":..,\"not_for\":..},\"facts\":{..,\"as_of\":d}} and writes\n"
    "{\"verdict\":..,\"missing\":[..],\"near_miss\":bool}. A bad line gives an error and the rest "
    "goes on; exit 3 at the end.",
    options,
    run,
};

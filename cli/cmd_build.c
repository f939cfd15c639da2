/* cmd_build.c: `waymark build`: make the working state of a database equal to a source folder. */
#include <waymark/waymark.h>

#include "commands.h"
#include "common.h"
#include "progress.h"
#include "source.h"

typedef struct feeding {
    const wm_folder *folder;
    size_t at;
    wm_cli_progress progress;
} feeding;

#define TICK_RECORDS 64

static wm_status next_record(void *context, wm_record *record_out, const wm_json **value_out,
                             wm_error *err)
{
    feeding *f = context;
    wm_status status = WM_OK;
    if (f->at == f->folder->record_count) {
        return WM_END;
    }
    if (f->at % TICK_RECORDS == 0) {
        status = wm_cli_progress_tick(&f->progress, f->at, f->at, f->folder->record_count, err);
    }
    *record_out = f->folder->records[f->at++];
    *value_out = NULL;
    return status;
}

static wm_status store_records(wm_cli *cli, const char *path, const wm_folder *folder,
                               wm_change_counts *counts, wm_error *err)
{
    wm_store *store = NULL;
    wm_txn *txn = NULL;
    wm_status status = wm_cli_opened(
        wm_store_open(cli->env, path, WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR, &store,
                      err),
        err);
    if (status == WM_OK) {
        status = wm_txn_begin(store, &txn, err);
    }
    if (status == WM_OK) {
        feeding f = { .folder = folder };
        wm_record_source source = { next_record, &f };
        wm_cli_progress_begin(&f.progress, cli, "records", "nothing was changed");
        status = wm_history_replace_all(txn, WM_KINDS_ALL, &source, counts, err);
        wm_cli_progress_end(&f.progress);
    }
    if (status == WM_OK) {
        status = wm_txn_commit(txn, err);
        txn = NULL;
    }
    wm_cli_name_file(err, path);
    wm_txn_rollback(txn);
    wm_store_close(store);
    return status;
}

static wm_exit print_counts(wm_cli *cli, const wm_change_counts *counts)
{
    wm_buf buf;
    wm_buf_init(&buf, cli->env, WM_MIB);
    int64_t changed = counts->added + counts->replaced + counts->withdrawn;
    if (cli->json) {
        wm_json_out out;
        wm_json_out_init(&out, &buf);
        wm_json_out_object(&out);
        wm_cli_counts(&out, "records", counts->records);
        wm_json_out_member_integer(&out, "changed", changed);
        wm_json_out_member_integer(&out, "added", counts->added);
        wm_json_out_member_integer(&out, "replaced", counts->replaced);
        wm_json_out_member_integer(&out, "withdrawn", counts->withdrawn);
        wm_json_out_name(&out, "rejected");
        wm_json_out_array(&out);
        wm_json_out_end_array(&out);
        wm_json_out_end_object(&out);
    } else {
        wm_cli_counts_text(&buf, counts->records);
        wm_buf_printf(&buf, "\n%lld changed: %lld added, %lld replaced, %lld withdrawn\n",
                      (long long)changed, (long long)counts->added, (long long)counts->replaced,
                      (long long)counts->withdrawn);
    }
    wm_exit code = wm_cli_print(cli, &buf);
    wm_buf_fini(&buf);
    return code;
}

static const wm_told *next_error(const wm_report *report, const wm_told *after)
{
    const wm_told *end = report->items + report->count;
    const wm_told *told = after != NULL ? after + 1 : report->items;
    while (told < end && !told->is_error) {
        told++;
    }
    return told < end ? told : NULL;
}

/* The error, and behind it what a build without errors says too: nothing was taken. */
static void print_rejected(wm_cli *cli, const wm_report *report, const wm_error *err)
{
    wm_text answer = { 0 };
    wm_buf buf;
    wm_json_out out;
    wm_buf_init(&buf, cli->env, SIZE_MAX / 4);
    if (wm_error_answer(cli->env, err, 0, &answer) == WM_OK && answer.len > 0) {
        wm_buf_put(&buf, answer.ptr, answer.len - 1); /* without its last brace */
        wm_buf_put_text(&buf, ",\"records\":{},\"changed\":0,\"rejected\":");
        wm_json_out_init(&out, &buf);
        wm_json_out_array(&out);
        for (const wm_told *told = next_error(report, NULL); told != NULL;
             told = next_error(report, told)) {
            wm_json_out_object(&out);
            wm_json_out_member_string(&out, "record", told->record);
            wm_json_out_member_string(&out, "path", told->path);
            wm_json_out_member_integer(&out, "line", told->line);
            wm_json_out_member_string(&out, "text", told->text);
            wm_json_out_end_object(&out);
        }
        wm_json_out_end_array(&out);
        wm_buf_put_char(&buf, '}');
        cli->json_done = wm_cli_print(cli, &buf) == WM_EXIT_DONE;
    }
    wm_buf_fini(&buf);
    wm_text_free(&answer);
}

/* Tells every error; the first stands in the error's own text. */
static wm_exit refuse(wm_cli *cli, const wm_report *report)
{
    wm_error err = { 0 };
    wm_buf list;
    wm_buf_init(&list, cli->env, SIZE_MAX / 4);
    wm_report_print(report, &list, false);
    wm_cli_say(cli, "%s", wm_buf_str(&list).ptr);
    wm_buf_fini(&list);
    const wm_told *first = next_error(report, NULL);
    if (first != NULL) {
        (void)wm_fail(
            &err, WM_BAD_INPUT, "%zu error%s; nothing was changed. The first: %.*s: %.*s%s%.*s",
            report->error_count, report->error_count == 1 ? "" : "s", WM_STR_ARG(first->record),
            WM_STR_ARG(first->path), first->path.len > 0 ? ": " : "", WM_STR_ARG(first->text));
    }
    if (cli->json) {
        print_rejected(cli, report, &err);
    }
    return wm_cli_fail(cli, &err);
}

static wm_exit build(wm_cli *cli, const char *source, const char *path)
{
    wm_folder folder;
    wm_report report;
    wm_error err = { 0 };
    wm_change_counts counts = { { 0 }, 0, 0, 0 };
    wm_report_init(&report, cli->env);
    wm_exit code = WM_EXIT_DONE;
    wm_status status = wm_folder_read(cli->env, source, &folder, &err);
    if (status == WM_OK) {
        status = wm_report_folder(&report, cli->env, &folder, false, &err);
    }
    if (status == WM_OK && report.error_count > 0) {
        code = refuse(cli, &report);
        goto out;
    }
    if (status == WM_OK) {
        status = store_records(cli, path, &folder, &counts, &err);
    }
    err.status = status;
    code = status == WM_OK ? print_counts(cli, &counts) : wm_cli_fail(cli, &err);
out:
    wm_folder_fini(&folder);
    wm_report_fini(&report);
    return code;
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    const char *path = wm_cli_value(args, "-o");
    if (path == NULL) {
        return wm_cli_usage(cli, "expected -o DB, found none");
    }
    wm_interrupts interrupts;
    wm_interrupts_hold(&interrupts);
    wm_exit code = build(cli, args->operands[0], path);
    wm_interrupts_release(&interrupts);
    return code;
}

static const wm_cli_option options[] = {
    { "-o", "DB", "The database to bring up to date; made if there is none", false },
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_build = {
    "build",
    "DIR",
    "Make the working state of a database equal to a source folder",
    "What is absent from the folder is withdrawn; history is kept. Nothing changes if any record "
    "has an error.",
    options,
    run,
};

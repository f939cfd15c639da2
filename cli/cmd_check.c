/* cmd_check.c: `waymark check`: errors and warnings of a source folder or a database. */
#include <sys/stat.h>

#include "commands.h"
#include "source.h"

static void write_list(const wm_report *report, bool errors, wm_json_out *out)
{
    wm_json_out_name(out, errors ? "errors" : "warnings");
    wm_json_out_array(out);
    for (size_t i = 0; i < report->count; i++) {
        const wm_told *told = &report->items[i];
        if (told->is_error != errors) {
            continue;
        }
        wm_json_out_object(out);
        wm_json_out_member_string(out, "code", told->code);
        wm_json_out_member_string(out, "record", told->record);
        wm_json_out_member_string(out, "path", told->path);
        if (told->line > 0) {
            wm_json_out_member_integer(out, "line", told->line);
        }
        wm_json_out_member_string(out, "text", told->text);
        wm_json_out_member_string(out, "remedy", told->remedy);
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
}

static wm_exit print_report(wm_cli *cli, const wm_report *report)
{
    size_t warnings = report->count - report->error_count;
    wm_buf buf;
    wm_buf_init(&buf, cli->env, SIZE_MAX / 4);
    if (cli->json) {
        wm_json_out out;
        wm_json_out_init(&out, &buf);
        wm_json_out_object(&out);
        write_list(report, true, &out);
        write_list(report, false, &out);
        wm_json_out_end_object(&out);
    } else {
        wm_report_print(report, &buf, true);
        wm_buf_printf(&buf, "%zu error%s, %zu warning%s\n", report->error_count,
                      report->error_count == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
    }
    wm_exit code = wm_cli_print(cli, &buf);
    wm_buf_fini(&buf);
    return code == WM_EXIT_DONE && report->error_count > 0 ? WM_EXIT_NO : code;
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    struct stat info;
    wm_error err = { 0 };
    wm_report report;
    wm_report_init(&report, cli->env);
    wm_status status = WM_OK;
    if (stat(args->operands[0], &info) == 0 && S_ISDIR(info.st_mode)) {
        wm_folder folder;
        status = wm_folder_read(cli->env, args->operands[0], &folder, &err);
        if (status == WM_OK) {
            status = wm_report_folder(&report, cli->env, &folder, true, &err);
        }
        wm_folder_fini(&folder);
    } else {
        status = wm_report_database(&report, cli->env, args->operands[0], true, &err);
    }
    err.status = status;
    wm_exit code = status == WM_OK ? print_report(cli, &report) : wm_cli_fail(cli, &err);
    wm_report_fini(&report);
    return code;
}

const wm_cli_command cmd_check = {
    "check",
    "DIR|DB",
    "Show what is wrong or doubtful in a source folder or a database",
    "Exit 1 if there are errors; warnings alone are exit 0.",
    NULL,
    run,
};

/* cmd_export.c: `waymark export dump`: every record of an edition, a line each. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"
#include "common.h"

typedef struct dumping {
    FILE *to;
    wm_buf line;
} dumping;

static wm_status put_line(void *context, const wm_record *record, wm_error *err)
{
    dumping *d = context;
    wm_buf_reset(&d->line);
    wm_buf_put_text(&d->line, "{\"id\":");
    wm_json_write_string(&d->line, record->id);
    wm_buf_printf(&d->line, ",\"kind\":\"%s\",\"record\":", wm_kind_name(record->kind));
    wm_buf_put_str(&d->line, record->bytes);
    wm_buf_put_text(&d->line, "}\n");
    wm_status status = wm_buf_status(&d->line, err);
    if (status == WM_OK && fwrite(d->line.data, 1, d->line.len, d->to) != d->line.len) {
        status =
            wm_fail(err, errno == ENOSPC ? WM_FULL : WM_IO, "writing failed: %s", strerror(errno));
    }
    return status;
}

typedef struct request {
    wm_view view;
    bool has_edition;
    wm_edition edition;
} request;

static bool read_request(wm_cli *cli, const wm_cli_args *args, request *request_out)
{
    const char *edition = wm_cli_value(args, "--edition");
    *request_out = (request){ .has_edition = edition != NULL };
    if (strcmp(args->operands[0], "dump") != 0) {
        wm_cli_usage(cli, "expected dump, found \"%s\"", args->operands[0]);
        return false;
    }
    if (edition != NULL && !wm_edition_parse(wm_str_of(edition), &request_out->edition)) {
        wm_cli_usage(cli, "--edition: expected professional or public, found \"%s\"", edition);
        return false;
    }
    if (!wm_cli_view(cli, args, &request_out->view)) {
        return false;
    }
    if (request_out->view == WM_VIEW_WORKING && request_out->has_edition) {
        wm_cli_usage(cli, "--working: editions are made at release; expected no --edition");
        return false;
    }
    return true;
}

static wm_status dump(wm_store *store, const request *r, const wm_record_sink *sink, wm_error *err)
{
    wm_edition own = WM_EDITION_PROFESSIONAL;
    bool replica = wm_store_role(store) == WM_ROLE_REPLICA;
    wm_status status = replica ? wm_replica_edition(store, &own, err) : WM_OK;
    if (status == WM_NOT_FOUND) {
        return wm_fail(err, WM_NO_RELEASE, "the replica is empty: sync it first");
    }
    if (status != WM_OK) {
        return status;
    }
    wm_edition wanted = r->has_edition ? r->edition : own;
    if (wanted == own) {
        return wm_store_each(store, r->view, WM_KINDS_ALL, sink, err);
    }
    if (replica) {
        return wm_fail(err, WM_BAD_ARGUMENT, "--edition: expected %s, which this replica holds",
                       wm_edition_name(own));
    }
    wm_release release;
    wm_slice slice = { wanted, WM_STR(WM_PARTITION_ALL) };
    status = r->view == WM_VIEW_LATEST ? wm_store_latest(store, &release, err)
                                       : wm_store_release(store, r->view, &release, err);
    return status == WM_OK ? wm_history_each(store, &slice, release.number, sink, err) : status;
}

/* Where to write: a file beside OUT that takes its place when it is whole, so that a failure leaves
 * what was there. What is no regular file (a device, a pipe, a link) is written at once. */
static wm_status open_output(const char *path, wm_buf *part, FILE **file_out, wm_error *err)
{
    struct stat info;
    bool is_there = lstat(path, &info) == 0;
    if (!is_there || S_ISREG(info.st_mode)) {
        wm_buf_printf(part, "%s.part", path);
    }
    wm_status status = wm_buf_status(part, err);
    if (status == WM_OK) {
        *file_out = fopen(part->len > 0 ? wm_buf_str(part).ptr : path, "wb");
        if (*file_out == NULL) {
            status = wm_fail(err, errno == ENOSPC ? WM_FULL : WM_IO, "%s: cannot be written: %s",
                             path, strerror(errno));
        }
    }
    return status;
}

static wm_status close_output(const char *path, const wm_buf *part, FILE *file, wm_status status,
                              wm_error *err)
{
    if (fclose(file) != 0 && status == WM_OK) {
        status = wm_fail(err, errno == ENOSPC ? WM_FULL : WM_IO, "%s: writing failed: %s", path,
                         strerror(errno));
    }
    if (part->len == 0) {
        return status;
    }
    const char *name = wm_buf_str(part).ptr;
    if (status == WM_OK && rename(name, path) != 0) {
        status = wm_fail(err, WM_IO, "%s: cannot be written: %s", path, strerror(errno));
    }
    if (status != WM_OK) {
        (void)remove(name);
    }
    return status;
}

static wm_status dump_to(wm_cli *cli, const wm_cli_args *args, const request *r, wm_error *err)
{
    const char *path = wm_cli_value(args, "-o");
    wm_store *store = NULL;
    wm_buf part;
    dumping d = { .to = cli->out };
    wm_buf_init(&part, cli->env, WM_MIB);
    wm_buf_init(&d.line, cli->env, 4 * WM_RECORD_BYTES_MAX);
    wm_record_sink sink = { put_line, &d };
    wm_status status =
        wm_cli_opened(wm_store_open(cli->env, args->operands[1], WM_STORE_READ, &store, err), err);
    if (status == WM_OK && path != NULL) {
        d.to = NULL;
        status = open_output(path, &part, &d.to, err);
    }
    if (status == WM_OK) {
        status = dump(store, r, &sink, err);
    }
    if (path != NULL && d.to != NULL && d.to != cli->out) {
        status = close_output(path, &part, d.to, status, err);
    }
    wm_buf_fini(&part);
    wm_buf_fini(&d.line);
    wm_store_close(store);
    return status;
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    request r;
    if (!read_request(cli, args, &r)) {
        return WM_EXIT_USAGE;
    }
    wm_error err = { 0 };
    wm_status status = dump_to(cli, args, &r, &err);
    err.status = status;
    return status == WM_OK ? WM_EXIT_DONE : wm_cli_fail(cli, &err);
}

static const wm_cli_option options[] = {
    { "-o", "OUT", "Write to a file instead of standard output", false },
    { "--edition", "EDITION", "professional or public; what the database holds if left out",
      false },
    { "--release", "N", "As it stood in that release; the latest if left out", false },
    { "--working", NULL, "The working state, not released yet", false },
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_export = {
    "export",
    "dump DB",
    "Write every record, a line each, sorted by kind and id",
    "Each line is {\"id\",\"kind\",\"record\"} in canonical JSON: nothing derived, nothing "
    "constant.",
    options,
    run,
};

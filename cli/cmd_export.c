/* cmd_export.c: `waymark export`: every record of an edition, or every service as Open Referral UK,
 * a line each; or all that Open Referral UK has of it, a document each. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <waymark/sys/interchange.h>

#include "commands.h"
#include "common.h"
#include "export_api.h"
#include "progress.h"

#define LINE_BYTES_MAX (32 * WM_MIB)
#define SCRATCH_BYTES_MAX (1024 * WM_MIB)
#define TICK_RECORDS 64

typedef struct dumping {
    FILE *to;
    wm_buf line;
    /* for Open Referral UK */
    bool oruk;
    wm_store *store;
    wm_view view;
    const wm_slice *slice; /* NULL: the records as the store has them */
    wm_arena arena;        /* one service */
    wm_buf record;         /* one of the records that it names */
    wm_oruk_form form;
    wm_api_folder *api; /* NULL: lines */
    wm_cli_progress progress;
    uint64_t seen;  /* records so far */
    bool is_silent; /* what is written may stand on the same terminal, and nothing is half done */
} dumping;

static wm_status write_line(dumping *d, wm_error *err)
{
    wm_status status = wm_buf_status(&d->line, err);
    if (status == WM_OK && fwrite(d->line.data, 1, d->line.len, d->to) != d->line.len) {
        status =
            wm_fail(err, errno == ENOSPC ? WM_FULL : WM_IO, "writing failed: %s", strerror(errno));
    }
    return status;
}

/* What a service names, as the same edition has it. */
static wm_status get_named(void *context, wm_kind kind, wm_str id, wm_arena *arena,
                           const wm_json **value_out, wm_error *err)
{
    dumping *d = context;
    wm_buf_reset(&d->record);
    wm_status status = d->slice != NULL
                           ? wm_history_get(d->store, d->slice, d->view, kind, id, &d->record, err)
                           : wm_store_get(d->store, d->view, kind, id, &d->record, err);
    if (status == WM_NOT_FOUND) {
        return WM_OK;
    }
    return status == WM_OK
               ? wm_json_parse(arena, wm_buf_str(&d->record), WM_RECORD_BYTES_MAX, value_out, err)
               : status;
}

static wm_status put_oruk(dumping *d, const wm_record *record, wm_error *err)
{
    const wm_json *value = NULL;
    wm_arena_reset(&d->arena);
    wm_status status = wm_json_parse(&d->arena, record->bytes, WM_RECORD_BYTES_MAX, &value, err);
    if (status == WM_OK && d->api != NULL) {
        return wm_api_folder_put(d->api, &d->arena, record->kind, value, &d->form, err);
    }
    if (status == WM_OK) {
        status = wm_oruk_write(&d->arena, value, &d->form, &d->line, err);
    }
    wm_buf_put_char(&d->line, '\n');
    return status == WM_OK ? write_line(d, err) : status;
}

static wm_status put_line(void *context, const wm_record *record, wm_error *err)
{
    dumping *d = context;
    wm_status status = WM_OK;
    if (!d->is_silent && d->seen++ % TICK_RECORDS == 0) {
        status = wm_cli_progress_tick(&d->progress, d->seen, d->seen, 0, err);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_buf_reset(&d->line);
    if (d->oruk) {
        bool taken = d->api != NULL || record->kind == WM_KIND_SERVICE;
        return taken ? put_oruk(d, record, err) : WM_OK;
    }
    wm_buf_put_text(&d->line, "{\"id\":");
    wm_json_write_string(&d->line, record->id);
    wm_buf_printf(&d->line, ",\"kind\":\"%s\",\"record\":", wm_kind_name(record->kind));
    wm_buf_put_str(&d->line, record->bytes);
    wm_buf_put_text(&d->line, "}\n");
    return write_line(d, err);
}

typedef struct request {
    bool oruk;
    bool strict;
    bool api;
    wm_view view;
    bool has_edition;
    wm_edition edition;
} request;

static bool read_request(wm_cli *cli, const wm_cli_args *args, request *request_out)
{
    const char *edition = wm_cli_value(args, "--edition");
    *request_out = (request){ .oruk = strcmp(args->operands[0], "oruk") == 0,
                              .strict = wm_cli_flag(args, "--strict"),
                              .api = wm_cli_flag(args, "--api"),
                              .has_edition = edition != NULL };
    if (!request_out->oruk && strcmp(args->operands[0], "dump") != 0) {
        wm_cli_usage(cli, "expected oruk or dump, found \"%s\"", args->operands[0]);
        return false;
    }
    if ((request_out->strict || request_out->api) && !request_out->oruk) {
        wm_cli_usage(cli, "%s: expected with oruk only",
                     request_out->strict ? "--strict" : "--api");
        return false;
    }
    if (request_out->api && wm_cli_value(args, "-o") == NULL) {
        wm_cli_usage(cli, "--api: expected -o with the folder to make");
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

static wm_status dump(wm_store *store, const request *r, dumping *d, wm_error *err)
{
    wm_record_sink sink = { put_line, d };
    unsigned kinds = r->oruk && !r->api ? WM_KIND_BIT(WM_KIND_SERVICE) : WM_KINDS_ALL;
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
        return wm_store_each(store, r->view, kinds, &sink, err);
    }
    if (replica) {
        return wm_fail(err, WM_BAD_ARGUMENT, "--edition: expected %s, which this replica holds",
                       wm_edition_name(own));
    }
    wm_release release = { .number = 0 };
    wm_slice slice = { wanted, WM_STR(WM_PARTITION_ALL) };
    status = r->view == WM_VIEW_LATEST ? wm_store_latest(store, &release, err)
                                       : wm_store_release(store, r->view, &release, err);
    d->slice = &slice;
    d->view = release.number;
    status = status == WM_OK ? wm_history_each(store, &slice, release.number, &sink, err) : status;
    d->slice = NULL;
    return status;
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
    if (status == WM_OK && part->len > 0) { /* never through a link that somebody left there */
        (void)unlink(wm_buf_str(part).ptr);
        *file_out = fopen(wm_buf_str(part).ptr, "wbx");
    } else if (status == WM_OK) {
        *file_out = fopen(path, "wb");
    }
    if (status == WM_OK) {
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
    dumping d = { .to = cli->out, .oruk = r->oruk, .view = r->view, .is_silent = path == NULL };
    wm_buf_init(&part, cli->env, WM_MIB);
    wm_buf_init(&d.line, cli->env, LINE_BYTES_MAX);
    wm_buf_init(&d.record, cli->env, WM_RECORD_BYTES_MAX);
    wm_arena_init(&d.arena, cli->env, SCRATCH_BYTES_MAX);
    d.form = (wm_oruk_form){ r->strict, get_named, &d };
    wm_status status =
        wm_cli_opened(wm_store_open(cli->env, args->operands[1], WM_STORE_READ, &store, err), err);
    if (status == WM_OK && r->api) {
        status = wm_api_folder_begin(cli->env, path, &d.api, err);
    } else if (status == WM_OK && path != NULL) {
        d.to = NULL;
        status = open_output(path, &part, &d.to, err);
    }
    d.store = store;
    if (status == WM_OK) {
        status = wm_store_read_begin(store, err);
    }
    if (status == WM_OK) {
        wm_cli_progress_begin(&d.progress, cli, "records", "nothing was written");
        status = dump(store, r, &d, err);
        wm_cli_progress_end(&d.progress);
        wm_store_read_end(store);
    }
    if (status == WM_OK && r->api) {
        status = wm_api_folder_finish(d.api, err);
    }
    if (path != NULL && d.to != NULL && d.to != cli->out) {
        status = close_output(path, &part, d.to, status, err);
    }
    wm_api_folder_free(d.api);
    wm_buf_fini(&part);
    wm_buf_fini(&d.line);
    wm_buf_fini(&d.record);
    wm_arena_fini(&d.arena);
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
    bool holds = wm_cli_value(args, "-o") != NULL;
    wm_interrupts interrupts;
    if (holds) {
        wm_interrupts_hold(&interrupts);
    }
    wm_status status = dump_to(cli, args, &r, &err);
    err.status = status;
    wm_exit code = status == WM_OK ? WM_EXIT_DONE : wm_cli_fail(cli, &err);
    if (holds) {
        wm_interrupts_release(&interrupts);
    }
    return code;
}

static const wm_cli_option options[] = {
    { "-o", "OUT", "Write to a file instead of standard output", false },
    { "--api", NULL, "oruk: make a folder OUT with the documents of the API, pages of 100", false },
    { "--edition", "EDITION", "professional or public; what the database holds if left out",
      false },
    { "--release", "N", "As it stood in that release; the latest if left out", false },
    { "--strict", NULL, "oruk: exactly the profile, without what we add to it", false },
    { "--working", NULL, "The working state, not released yet", false },
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_export = {
    "export",
    "FORMAT DB",
    "Write a database in another format",
    "Format: dump, every record, sorted by kind and id: each line is {\"id\",\"kind\",\"record\"} "
    "in "
    "canonical JSON, nothing derived, nothing constant. oruk, every service as Open Referral UK "
    "has "
    "it, with what we add to it, so that reading it again gives the same records.",
    options,
    run,
};

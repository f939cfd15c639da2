/* cmd_mirror.c: `waymark mirror`: hand a feed on. */
#include <string.h>

#include <waymark/sys/replica.h>

#include "catch_up.h"
#include "commands.h"
#include "common.h"

typedef struct mirror_run {
    wm_cli *cli;
    wm_cli_access access;
    wm_mirror_options options;
    wm_mirrored mirrored;
    wm_arena arena;
} mirror_run;

static void write_mirrored(const wm_mirrored *mirrored, wm_buf *buf)
{
    wm_json_out out;
    wm_json_out_init(&out, buf);
    wm_json_out_object(&out);
    wm_json_out_member_integer(&out, "release", mirrored->release);
    wm_json_out_member_text(&out, "edition", wm_edition_name(mirrored->edition));
    wm_json_out_member_integer(&out, "first_root", mirrored->first_root);
    wm_json_out_member_integer(&out, "standing", (int64_t)mirrored->standing);
    wm_json_out_member_integer(&out, "removed", (int64_t)mirrored->removed);
    wm_json_out_member_integer(&out, "requests", mirrored->requests);
    wm_json_out_name(&out, "files");
    wm_json_out_array(&out);
    for (size_t i = 0; i < mirrored->file_count; i++) {
        const wm_mirror_file *file = &mirrored->files[i];
        wm_json_out_object(&out);
        wm_json_out_member_string(&out, "path", file->path);
        wm_json_out_member_text(&out, "kind", file->is_pack ? "pack" : "metadata");
        wm_json_out_member_integer(&out, "bytes", (int64_t)file->bytes);
        wm_json_out_member_text(&out, "from", file->is_fetched ? "feed" : "replica");
        wm_json_out_end_object(&out);
    }
    wm_json_out_end_array(&out);
    wm_json_out_end_object(&out);
}

static void print_mirrored(const wm_mirrored *mirrored, const char *folder, wm_buf *buf)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < mirrored->file_count; i++) {
        bytes += mirrored->files[i].bytes;
    }
    if (mirrored->file_count == 0 && mirrored->removed == 0) {
        wm_buf_printf(buf, "nothing new: %s has release %lld", folder,
                      (long long)mirrored->release);
        return;
    }
    wm_buf_printf(buf,
                  "%s: release %lld, %s edition (%zu files, %llu bytes written, %zu stood there; "
                  "%u fetched)",
                  folder, (long long)mirrored->release, wm_edition_name(mirrored->edition),
                  mirrored->file_count, (unsigned long long)bytes, mirrored->standing,
                  mirrored->requests);
    if (mirrored->removed > 0) {
        wm_buf_printf(buf, "\n%zu files removed that nothing leads to any more", mirrored->removed);
    }
    if (mirrored->first_root > 1) {
        wm_buf_printf(buf, "\nroots from version %lld on: who has an older one cannot use it",
                      (long long)mirrored->first_root);
    }
}

/* Told twice: which edition it is, and that others are kept out. */
static wm_status check_edition(const wm_cli_args *args, wm_mirror_options *options, wm_error *err)
{
    wm_edition edition = WM_EDITION_PUBLIC;
    const char *said = wm_cli_value(args, "--edition");
    if (said != NULL && !wm_edition_parse(wm_str_of(said), &edition)) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "--edition: expected professional or public, found \"%s\"", said);
    }
    bool guarded = wm_cli_flag(args, "--guarded");
    if (guarded && edition != WM_EDITION_PROFESSIONAL) {
        return wm_fail(err, WM_BAD_ARGUMENT, "--guarded: expected with --edition professional");
    }
    options->professional = guarded;
    return WM_OK;
}

static wm_status expect_edition(const wm_cli_args *args, wm_store *store,
                                const wm_mirror_options *options, wm_error *err)
{
    const char *said = wm_cli_value(args, "--edition");
    wm_edition edition = WM_EDITION_PUBLIC;
    wm_status status = wm_replica_edition(store, &edition, err);
    if (status != WM_OK) {
        return status == WM_NOT_FOUND ? WM_OK : status;
    }
    if (said != NULL && strcmp(said, wm_edition_name(edition)) != 0) {
        return wm_fail(err, WM_BAD_ARGUMENT, "--edition: the replica is of the %s edition",
                       wm_edition_name(edition));
    }
    return edition != WM_EDITION_PROFESSIONAL || options->professional
               ? WM_OK
               : wm_fail(err, WM_REFUSED,
                         "the replica has the professional edition: a mirror of it must not be "
                         "open to the public; say --edition professional --guarded if it is not");
}

static wm_status write_feed(mirror_run *run, wm_store *store, wm_error *err)
{
    wm_mirror_options *options = &run->options;
    wm_cli_meter meter;
    wm_status status = WM_OK;
    if (wm_cli_access_known(&run->access)) {
        status = wm_cli_access_open(run->cli, &run->access, &options->transport, err);
    }
    if (status != WM_OK) {
        return status;
    }
    wm_cli_meter_begin(&meter, run->cli, &run->access.patience);
    options->driver = &meter.driver;
    status = wm_replica_mirror(store, options, &run->arena, &run->mirrored, err);
    wm_cli_meter_end(&meter, status, err);
    options->driver = NULL;
    wm_transport_close(options->transport);
    (void)wm_cli_was_stopped(status, "the next run completes the folder", err);
    return status;
}

static wm_status mirror(wm_cli *cli, const wm_cli_args *args, wm_store *store, wm_buf *out,
                        wm_error *err)
{
    mirror_run run = { .cli = cli, .options = { .folder = wm_cli_value(args, "--to") } };
    wm_cli_feed feed;
    if (!wm_cli_feed_options(cli, args, &feed)) {
        return WM_BAD_ARGUMENT;
    }
    wm_arena_init(&run.arena, cli->env, (size_t)2 * 1024 * WM_MIB);
    wm_status status = wm_cli_access_find(cli, args, store, &run.access, err);
    run.access.patience = feed.patience;
    if (status == WM_OK && run.options.folder == NULL) {
        status = wm_fail(err, WM_BAD_ARGUMENT, "expected --to FOLDER");
    }
    if (status == WM_OK) {
        status = check_edition(args, &run.options, err);
    }
    if (status == WM_OK) {
        status = expect_edition(args, store, &run.options, err);
    }
    if (status == WM_OK) {
        status = write_feed(&run, store, err);
    }
    if (status == WM_OK && cli->json) {
        write_mirrored(&run.mirrored, out);
    } else if (status == WM_OK) {
        print_mirrored(&run.mirrored, run.options.folder, out);
    }
    wm_cli_access_fini(&run.access);
    wm_arena_fini(&run.arena);
    return status == WM_OK ? wm_buf_status(out, err) : status;
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    wm_interrupts interrupts;
    wm_interrupts_hold(&interrupts);
    wm_exit code = wm_cli_with_store(cli, args, WM_STORE_READ | WM_STORE_REPLICA, mirror);
    wm_interrupts_release(&interrupts);
    return code;
}

static const wm_cli_option options[] = {
    { "--to", "DIR", "The folder that becomes a feed, or is brought up to date", false },
    { "--feed", "URL|DIR", "For what the replica has not kept; that of its last sync if left out",
      false },
    { "--offline", NULL, "Never open a connection; a folder may still be asked", false },
    { "--edition", "EDITION", "Must be the replica's", false },
    { "--guarded", NULL, "With --edition professional: the public cannot read the folder", false },
    WM_CLI_FEED_OPTIONS,
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_mirror = {
    "mirror",
    "REPLICA",
    "Make a feed of what a replica holds, for a USB stick or another server",
    "Files are byte for byte what the publisher signed, and others check them as they would the "
    "publisher's own; they need the same root.json, from a safe channel. Only what the replica "
    "subscribes to is in it. It may be stopped at any moment, and run again: only what is missing "
    "is written.",
    options,
    run,
};

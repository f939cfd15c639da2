/* cmd_publish.c: `waymark publish`: bring a feed of static files up to the latest release. */
#include <unistd.h>

#include <waymark/sys/publish.h>

#include "commands.h"
#include "common.h"
#include "progress.h"

#define THREADS_MAX 8

static void member_null(wm_json_out *out, const char *name)
{
    wm_json_out_name(out, name);
    wm_json_out_null(out);
}

/* Every name is there in every file; what is no pack has no releases, and a snapshot is from 0. */
static void write_file(const wm_published_file *file, wm_json_out *out)
{
    wm_json_out_object(out);
    wm_json_out_member_string(out, "path", file->path);
    wm_json_out_member_string(out, "kind", file->kind);
    wm_json_out_member_text(out, "edition", wm_edition_name(file->edition));
    if (file->partition.len > 0) {
        wm_json_out_member_string(out, "partition", file->partition);
    } else {
        member_null(out, "partition");
    }
    if (file->to > 0) {
        wm_json_out_member_integer(out, "from", file->from);
        wm_json_out_member_integer(out, "to", file->to);
    } else {
        member_null(out, "from");
        member_null(out, "to");
    }
    wm_json_out_member_integer(out, "bytes", (int64_t)file->bytes);
    wm_json_out_end_object(out);
}

static void print_files(const wm_published *published, wm_buf *buf)
{
    uint64_t packs = 0;
    uint64_t other = 0;
    for (size_t i = 0; i < published->file_count; i++) {
        const wm_published_file *file = &published->files[i];
        if (file->to == 0) {
            other += file->bytes;
            continue;
        }
        packs += file->bytes;
        wm_buf_put_str(buf, file->kind);
        wm_buf_printf(buf, file->from > 0 ? " %s %.*s %lld-%lld" : " %s %.*s",
                      wm_edition_name(file->edition), WM_STR_ARG(file->partition),
                      (long long)file->from, (long long)file->to);
        wm_buf_printf(buf, ": %llu bytes\n", (unsigned long long)file->bytes);
    }
    for (size_t i = 0; i < published->removed_count; i++) {
        wm_buf_printf(buf, "removed %.*s\n", WM_STR_ARG(published->removed[i]));
    }
    wm_buf_printf(buf, "release %lld: %zu files, %llu bytes of packs, %llu bytes of metadata\n",
                  (long long)published->release, published->file_count, (unsigned long long)packs,
                  (unsigned long long)other);
}

/* As many as there are processors for them. */
static unsigned threads(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors < 1 ? 1 : processors > THREADS_MAX ? THREADS_MAX : (unsigned)processors;
}

static wm_status body(wm_cli *cli, const wm_cli_args *args, wm_store *store, wm_buf *buf,
                      wm_error *err)
{
    wm_publish_options how = { .feed_folder = wm_cli_value(args, "--feed"),
                               .key_folder = wm_cli_value(args, "--keys"),
                               .now_s = cli->env->now_s(cli->env->context) };
    const char *recalled = wm_cli_value(args, "--recall");
    wm_str recall = wm_str_of(recalled);
    how.prune = wm_cli_flag(args, "--prune");
    how.recall = &recall;
    how.recall_count = recalled != NULL ? 1 : 0;
    const char *given = wm_cli_value(args, "--date");
    wm_date date = 0;
    if (given != NULL) {
        if (!wm_date_parse(wm_str_of(given), &date)) {
            return wm_fail(err, WM_BAD_ARGUMENT,
                           "--date: expected a date like 2026-01-31, found \"%s\"", given);
        }
        how.now_s = (int64_t)date * 86400;
    }
    wm_arena arena;
    wm_published published;
    wm_cli_progress progress;
    wm_arena_init(&arena, cli->env, SIZE_MAX / 2);
    wm_cli_progress_begin(&progress, cli, "records",
                          "clients have the feed as it was; publish again to complete it");
    how.watch = &progress.watch;
    how.database = args->operands[0];
    how.threads = threads();
    /* No keys: a folder that is not there is a failure of storage, not an answer of "no". */
    wm_status status = wm_cli_opened(wm_publish(store, &how, &arena, &published, err), err);
    wm_cli_progress_end(&progress);
    if (status == WM_OK && cli->json) {
        wm_json_out out;
        wm_json_out_init(&out, buf);
        wm_json_out_object(&out);
        wm_json_out_member_integer(&out, "release", published.release);
        wm_json_out_name(&out, "files");
        wm_json_out_array(&out);
        for (size_t i = 0; i < published.file_count; i++) {
            write_file(&published.files[i], &out);
        }
        wm_json_out_end_array(&out);
        wm_json_out_name(&out, "removed");
        wm_json_out_array(&out);
        for (size_t i = 0; i < published.removed_count; i++) {
            wm_json_out_string(&out, published.removed[i]);
        }
        wm_json_out_end_array(&out);
        wm_json_out_end_object(&out);
    } else if (status == WM_OK) {
        print_files(&published, buf);
    }
    wm_arena_fini(&arena);
    return status == WM_OK ? wm_buf_status(buf, err) : status;
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    if (wm_cli_value(args, "--feed") == NULL || wm_cli_value(args, "--keys") == NULL) {
        return wm_cli_usage(cli, "expected --feed DIR and --keys KEYDIR");
    }
    wm_interrupts interrupts;
    wm_interrupts_hold(&interrupts);
    wm_exit code = wm_cli_with_store(cli, args, WM_STORE_READ | WM_STORE_AUTHOR, body);
    wm_interrupts_release(&interrupts);
    return code;
}

static const wm_cli_option options[] = {
    { "--feed", "DIR", "The folder that a web server hands out", false },
    { "--keys", "KEYDIR", "The folder of `waymark keys init`", false },
    { "--date", "DATE", "The day of signing; today if left out", false },
    { "--recall", "ID", "Let nobody have what this record was before; KIND/ID, or an id", false },
    { "--prune", NULL, "Remove files that nobody asks for any more", false },
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_publish = {
    "publish",
    "DB",
    "Write the latest release to a signed feed",
    "With nothing new it renews what is about to expire. Any web server can hand out the folder. "
    "It "
    "may be stopped at any moment: clients have the feed as it was until all is there, and the "
    "next "
    "run goes on.",
    options,
    run,
};

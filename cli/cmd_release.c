/* cmd_release.c: `waymark release`: freeze the working state with a number and a date. */
#include <sys/stat.h>

#include "commands.h"
#include "common.h"
#include "helping_hand.h"
#include "progress.h"

#define ALONE_BYTES_MIN (256 * (int64_t)WM_MIB)

/* A first release writes for every record, and hardly touches what is there: of a large directory
 * it goes into the file at once, instead of into a log first. */
static wm_status go_alone(wm_store *store, const char *path, wm_error *err)
{
    struct stat info;
    wm_release latest;
    bool large = stat(path, &info) == 0 && info.st_size >= ALONE_BYTES_MIN;
    return large && wm_store_latest(store, &latest, NULL) == WM_NO_RELEASE
               ? wm_store_go_alone(store, INT64_MAX, err)
               : WM_OK;
}

static wm_status make(wm_store *store, const wm_release_wish *wish, wm_release *release_out,
                      bool *is_new_out, wm_error *err)
{
    wm_txn *txn = NULL;
    wm_status status = wm_txn_begin(store, &txn, err);
    if (status != WM_OK) {
        return status;
    }
    status = wm_history_release_as(txn, wish, release_out, err);
    *is_new_out = status == WM_OK;
    if (status == WM_OK) {
        return wm_txn_commit(txn, err);
    }
    wm_txn_rollback(txn);
    return status == WM_UNCHANGED ? wm_store_latest(store, release_out, err) : status;
}

static wm_status body(wm_cli *cli, const wm_cli_args *args, wm_store *store, wm_buf *buf,
                      wm_error *err)
{
    const char *note = wm_cli_value(args, "--note");
    const char *given = wm_cli_value(args, "--date");
    wm_date date = wm_date_from_unix(cli->env->now_s(cli->env->context));
    if (given != NULL && !wm_date_parse(wm_str_of(given), &date)) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "--date: expected a date like 2026-01-31, found \"%s\"", given);
    }
    wm_release release;
    bool is_new = false;
    char day[WM_DATE_TEXT_BYTES];
    wm_cli_progress progress;
    wm_cli_progress_begin(&progress, cli, "records", "no release was made");
    wm_helping_hand hand;
    wm_release_wish wish = { date, wm_str_of(note), &progress.watch, wm_helping_hand_begin(&hand) };
    wm_status status = go_alone(store, args->operands[0], err);
    if (status == WM_OK) {
        status = make(store, &wish, &release, &is_new, err);
        wm_store_end_alone(store);
    }
    wm_helping_hand_end(&hand);
    wm_cli_progress_end(&progress);
    if (status != WM_OK) {
        return status;
    }
    if (!cli->json) {
        wm_buf_printf(buf,
                      is_new ? "release %lld of %s: " : "nothing new since release %lld of %s: ",
                      (long long)release.number, wm_date_format(release.date, day));
        wm_cli_counts_text(buf, release.counts);
        return wm_buf_status(buf, err);
    }
    wm_json_out out;
    wm_json_out_init(&out, buf);
    wm_json_out_object(&out);
    wm_json_out_member_integer(&out, "release", release.number);
    wm_json_out_member_text(&out, "date", wm_date_format(release.date, day));
    wm_json_out_member_boolean(&out, "new", is_new);
    wm_cli_counts(&out, "counts", release.counts);
    status = wm_cli_digests(store, release.number, &out, err);
    if (status != WM_OK) {
        return status;
    }
    wm_json_out_end_object(&out);
    return wm_buf_status(buf, err);
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    wm_interrupts interrupts;
    wm_interrupts_hold(&interrupts);
    wm_exit code = wm_cli_with_store(cli, args, WM_STORE_WRITE | WM_STORE_AUTHOR, body);
    wm_interrupts_release(&interrupts);
    return code;
}

static const wm_cli_option options[] = {
    { "--note", "TEXT", "What this release is for", false },
    { "--date", "DATE", "The day of the release; today if left out", false },
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_release = {
    "release",
    "DB",
    "Freeze the working state as a numbered release",
    "With nothing new there is no release, and exit 0. It may be stopped at any moment: then there "
    "is no release either.",
    options,
    run,
};

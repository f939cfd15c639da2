/* cmd_verify.c: `waymark verify`: is what is stored what was signed?
 *
 *   verify -> whole: done
 *          -> damaged, with --repair: mended in place -> verified again
 *                                     or, where that cannot be: made anew (renew.c) -> verified */
#include <waymark/sys/replica.h>

#include "catch_up.h"
#include "commands.h"
#include "common.h"
#include "renew.h"

typedef struct work {
    wm_cli *cli;
    const wm_cli_args *args;
    wm_store *store;
    wm_arena arena;
    wm_buf root; /* of --root */
    wm_cli_access access;
    wm_interrupts interrupts;
    bool holds; /* signals */
    bool damaged;
    wm_buf lines;    /* for people: what was found */
    wm_buf differ;   /* JSON lists */
    wm_buf repaired; /* empty: nothing was */
    bool renewed;
    wm_error found; /* the first finding beside partitions that differ */
} work;

/* ---- an authoring database, and what is found ---- */

typedef struct listing {
    work *w;
    wm_json_out *out;
} listing;

static void put_partition(listing *l, wm_str partition)
{
    l->w->damaged = true;
    wm_json_out_string(l->out, partition);
    wm_buf_printf(&l->w->lines, "differs: %.*s\n", WM_STR_ARG(partition));
}

static wm_status put_difference(void *context, const wm_state *state, wm_error *err)
{
    (void)err;
    put_partition(context, state->partition);
    return WM_OK;
}

/* A finding of damage is what was asked for, not a failure. */
static wm_status take_finding(work *w, wm_status status, wm_error *err)
{
    if (status != WM_CORRUPT) {
        return status;
    }
    w->damaged = true;
    if (w->found.status == WM_OK) {
        w->found = *err;
        wm_cli_name_file(&w->found, w->args->operands[0]);
    }
    wm_error_clear(err);
    return WM_OK;
}

static wm_status verify_author(work *w, wm_error *err)
{
    wm_json_out out;
    wm_buf_reset(&w->differ);
    wm_json_out_init(&out, &w->differ);
    wm_json_out_array(&out);
    listing l = { w, &out };
    wm_state_sink sink = { put_difference, &l };
    wm_status status = take_finding(w, wm_store_integrity(w->store, err), err);
    for (int edition = 0; edition < WM_EDITION_COUNT && status == WM_OK; edition++) {
        status = take_finding(w, wm_history_verify(w->store, (wm_edition)edition, &sink, err), err);
    }
    if (status == WM_OK) {
        status = take_finding(w, wm_store_verify_index(w->store, err), err);
    }
    wm_json_out_end_array(&out);
    return status;
}

static wm_status verify_replica(work *w, wm_replica_report *report, wm_error *err)
{
    wm_json_out out;
    wm_buf_reset(&w->differ);
    wm_buf_reset(&w->lines);
    wm_status status = wm_replica_verify(w->store, wm_buf_str(&w->root), &w->arena, report, err);
    if (status != WM_OK) {
        return status;
    }
    w->damaged = false;
    wm_error_clear(&w->found);
    wm_json_out_init(&out, &w->differ);
    wm_json_out_array(&out);
    listing l = { w, &out };
    for (size_t i = 0; i < report->differ_count; i++) {
        put_partition(&l, report->differ[i]);
    }
    wm_json_out_end_array(&out);
    wm_error *found = report->trust.status != WM_OK ? &report->trust : &report->derived;
    if (found == &report->derived && report->differ_count > 0) {
        return WM_OK; /* it would only say the same again */
    }
    if (found->status != WM_OK) {
        w->damaged = true;
        w->found = *found;
        if (found == &report->trust) {
            wm_error_context(&w->found, "signed metadata");
        }
        wm_cli_name_file(&w->found, w->args->operands[0]);
    }
    return WM_OK;
}

/* ---- repair ---- */

static wm_status open_store(work *w, wm_error *err)
{
    unsigned flags =
        wm_cli_flag(w->args, "--repair") ? WM_STORE_WRITE | WM_STORE_REPLICA : WM_STORE_READ;
    return wm_cli_opened(wm_store_open(w->cli->env, w->args->operands[0], flags, &w->store, err),
                         err);
}

/* From here on a signal waits until the replica is closed. */
static void hold(work *w)
{
    if (!w->holds) {
        wm_interrupts_hold(&w->interrupts);
        w->holds = true;
    }
}

static wm_status renew(work *w, wm_error *err)
{
    wm_client_summary summary;
    wm_store *damaged = w->store;
    w->store = NULL;
    hold(w);
    wm_status status = wm_cli_renew(w->cli, w->args->operands[0], damaged, &w->access,
                                    wm_buf_str(&w->root), &summary, err);
    w->renewed = status == WM_OK;
    (void)wm_cli_was_stopped(status, WM_CLI_LEFT_ALONE, err);
    return status == WM_OK ? open_store(w, err) : status;
}

static wm_status fetch(work *w, const wm_replica_report *report, wm_repair_options *options,
                       wm_error *err)
{
    wm_client_summary summary = { 0 };
    wm_cli_meter meter;
    if (!wm_cli_access_known(&w->access)) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "records are to be fetched again: expected --feed URL or a folder");
    }
    wm_status status = wm_cli_access_open(w->cli, &w->access, &options->transport, err);
    if (status != WM_OK) {
        return status;
    }
    wm_cli_meter_begin(&meter, w->cli, &w->access.patience);
    options->driver = &meter.driver;
    status = wm_cli_of_feed(wm_replica_repair(w->store, report, options, &summary, err), err);
    wm_cli_meter_end(&meter, status, err);
    wm_transport_close(options->transport);
    bool is_kept = summary.pack_bytes + summary.kept_bytes > 0;
    (void)wm_cli_was_stopped(status, is_kept ? WM_CLI_LEFT_PARTS : WM_CLI_LEFT_ALONE, err);
    return status;
}

static wm_status mend(work *w, const wm_replica_report *report, wm_error *err)
{
    wm_repair_options options = { .now_s = w->cli->env->now_s(w->cli->env->context) };
    hold(w);
    return report->differ_count > 0 ? fetch(w, report, &options, err)
                                    : wm_replica_repair(w->store, report, &options, NULL, err);
}

/* WM_CORRUPT: the damage is deeper than rows. Whatever else fails says nothing of damage. */
static wm_status mend_and_verify(work *w, wm_replica_report *report, wm_error *err)
{
    wm_status status = report->trust.status != WM_OK ? WM_CORRUPT : mend(w, report, err);
    if (status == WM_OK) {
        status = verify_replica(w, report, err);
        status = status == WM_OK && !report->is_whole ? WM_CORRUPT : status;
    }
    return status;
}

static wm_status repair(work *w, wm_replica_report *report, wm_error *err)
{
    wm_buf_put_str(&w->repaired, wm_buf_str(&w->differ));
    wm_status status = mend_and_verify(w, report, err);
    if (status == WM_CORRUPT) {
        status = renew(w, err);
        if (status == WM_OK) {
            status = verify_replica(w, report, err);
        }
    }
    return status;
}

static wm_status work_on_replica(work *w, wm_error *err)
{
    bool repairs = wm_cli_flag(w->args, "--repair");
    wm_replica_report report = { .is_whole = false };
    wm_status status = verify_replica(w, &report, err);
    if (status == WM_CORRUPT && repairs) {
        wm_buf_put_text(&w->repaired, "[]");
        status = renew(w, err);
        return status == WM_OK ? verify_replica(w, &report, err) : status;
    }
    if (status == WM_CORRUPT) {
        return take_finding(w, status, err);
    }
    if (status == WM_NOT_FOUND) {
        return wm_fail(err, WM_NO_RELEASE, "the replica is empty: sync it first");
    }
    return status == WM_OK && w->damaged && repairs ? repair(w, &report, err) : status;
}

/* ---- the command ---- */

static void write_result(const work *w, wm_buf *buf)
{
    wm_str differ = wm_buf_str(&w->differ);
    wm_buf_printf(buf, "{\"ok\":%s,\"differ\":", w->damaged ? "false" : "true");
    wm_buf_put_str(buf, differ.len > 0 ? differ : WM_STR("[]"));
    if (w->repaired.len > 0) {
        wm_buf_put_text(buf, ",\"repaired\":");
        wm_buf_put_str(buf, wm_buf_str(&w->repaired));
        wm_buf_printf(buf, ",\"renewed\":%s", w->renewed ? "true" : "false");
    }
    if (w->found.status != WM_OK) {
        wm_buf_put_text(buf, ",\"text\":");
        wm_json_write_string(buf, wm_str_of(w->found.text));
    }
    wm_buf_put_text(buf, "}");
}

static void print_result(const work *w, wm_buf *buf)
{
    wm_buf_put_str(buf, wm_buf_str(&w->lines));
    if (w->found.status != WM_OK) {
        wm_buf_put_text(buf, w->found.text);
    } else if (w->damaged) {
        wm_buf_put_text(buf, "damaged");
    } else if (w->repaired.len == 0) {
        wm_buf_put_text(buf, "ok");
    } else {
        wm_buf_put_text(buf, w->renewed ? "made anew: ok" : "mended: ok");
    }
}

static wm_status prepare(work *w, wm_error *err)
{
    const char *root = wm_cli_value(w->args, "--root");
    wm_status status = WM_OK;
    if (root != NULL) {
        status = wm_cli_read_file(root, WM_METADATA_ROOT_BYTES_MAX, &w->root, err);
        if (status == WM_OK && w->root.len == 0) {
            status = wm_fail(err, WM_BAD_INPUT, "%s: expected a root, found an empty file", root);
        }
    }
    if (status != WM_OK) {
        return status;
    }
    status = open_store(w, err);
    if (status == WM_CORRUPT && !wm_cli_flag(w->args, "--repair")) {
        return take_finding(w, status, err);
    }
    if (status == WM_CORRUPT) {
        wm_error_context(err, "too damaged to be mended: move it away, and make it anew with "
                              "`waymark sync` (--feed, --root, --edition, --subscribe)");
    }
    return status == WM_OK ? wm_cli_access_find(w->cli, w->args, w->store, &w->access, err)
                           : status;
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    wm_error err = { 0 };
    wm_buf buf;
    wm_cli_feed feed;
    work w = { .cli = cli, .args = args };
    if (!wm_cli_feed_options(cli, args, &feed)) {
        return WM_EXIT_USAGE;
    }
    wm_arena_init(&w.arena, cli->env, (size_t)2 * 1024 * WM_MIB);
    wm_buf_init(&w.root, cli->env, WM_METADATA_ROOT_BYTES_MAX);
    wm_buf_init(&w.lines, cli->env, WM_MIB);
    wm_buf_init(&w.differ, cli->env, WM_MIB);
    wm_buf_init(&w.repaired, cli->env, WM_MIB);
    wm_buf_init(&w.access.feed, cli->env, 1);
    wm_buf_init(&buf, cli->env, 4 * WM_MIB);
    wm_status status = prepare(&w, &err);
    w.access.patience = feed.patience;
    if (status == WM_OK && w.store != NULL) {
        status = wm_store_role(w.store) == WM_ROLE_REPLICA ? work_on_replica(&w, &err)
                                                           : verify_author(&w, &err);
    }
    wm_exit code = WM_EXIT_DONE;
    if (status != WM_OK) {
        err.status = status;
        wm_cli_name_file(&err, args->operands[0]);
        code = wm_cli_fail(cli, &err);
    } else {
        (cli->json ? write_result : print_result)(&w, &buf);
        code = wm_cli_print(cli, &buf);
        code = code == WM_EXIT_DONE && w.damaged ? WM_EXIT_NO : code;
    }
    wm_cli_access_fini(&w.access);
    wm_buf_fini(&buf);
    wm_buf_fini(&w.repaired);
    wm_buf_fini(&w.differ);
    wm_buf_fini(&w.lines);
    wm_buf_fini(&w.root);
    wm_arena_fini(&w.arena);
    wm_store_close(w.store);
    if (w.holds) {
        wm_interrupts_release(&w.interrupts);
    }
    return code;
}

static const wm_cli_option options[] = {
    { "--repair", NULL, "Fetch what differs again; make afresh what is derived", false },
    { "--root", "ROOT.json", "Also: is it a replica of the feed that this root is of", false },
    { "--feed", "URL|DIR", "For --repair; that of its last sync if left out", false },
    { "--offline", NULL, "Never open a connection: the feed must be a folder", false },
    WM_CLI_FEED_OPTIONS,
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_verify = {
    "verify",
    "REPLICA",
    "Compute every digest afresh and compare it with the signed one",
    "Signatures are checked again from the root down, whatever their age. Exit 1 if anything "
    "differs; with --repair 0 when it has been mended. A replica that is too damaged for that is "
    "made anew beside the old file, if its root, edition and subscriptions can still be read.",
    options,
    run,
};

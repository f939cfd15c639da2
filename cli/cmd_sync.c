/* cmd_sync.c: `waymark sync`: a replica catches up with a feed. */
#include <string.h>

#include <waymark/sys/client.h>

#include "catch_up.h"
#include "commands.h"
#include "common.h"

#define SUBSCRIBE_MAX 256

typedef struct request {
    wm_buf root;
    wm_buf feed; /* the address, NUL-terminated */
    wm_str subscribe[SUBSCRIBE_MAX];
    wm_client_options client;
    wm_cli_feed access;
} request;

static wm_status split_subscriptions(const char *text, request *r, wm_error *err)
{
    while (text != NULL && *text != '\0') {
        const char *comma = strchr(text, ',');
        size_t length = comma != NULL ? (size_t)(comma - text) : strlen(text);
        if (length == 0 || r->client.subscribe_count == SUBSCRIBE_MAX) {
            return wm_fail(err, WM_BAD_ARGUMENT,
                           "--subscribe: expected up to %d codes with commas between them",
                           SUBSCRIBE_MAX);
        }
        r->subscribe[r->client.subscribe_count++] = (wm_str){ text, length };
        text = comma != NULL ? comma + 1 : NULL;
    }
    r->client.subscribe = r->subscribe;
    return WM_OK;
}

static int two_digits(const char *at)
{
    return at[0] >= '0' && at[0] <= '9' && at[1] >= '0' && at[1] <= '9'
               ? (at[0] - '0') * 10 + at[1] - '0'
               : -1;
}

/* "2026-01-31" (its end, in UTC) or "2026-01-31T09:30:00Z". */
static bool read_time(const char *text, int64_t *seconds_out)
{
    wm_date date = 0;
    size_t length = strlen(text);
    if (length < 10 || !wm_date_parse((wm_str){ text, 10 }, &date)) {
        return false;
    }
    *seconds_out = (int64_t)date * 86400;
    if (length == 10) {
        return true;
    }
    if (length != 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z') {
        return false;
    }
    int hours = two_digits(text + 11);
    int minutes = two_digits(text + 14);
    int seconds = two_digits(text + 17);
    *seconds_out += hours * 3600 + minutes * 60 + seconds;
    return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60 && seconds >= 0 && seconds < 60;
}

static wm_status read_options(wm_cli *cli, const wm_cli_args *args, request *r, wm_error *err)
{
    const char *edition = wm_cli_value(args, "--edition");
    const char *now = wm_cli_value(args, "--now");
    const char *root = wm_cli_value(args, "--root");
    r->client.now_s = cli->env->now_s(cli->env->context);
    r->client.has_edition = edition != NULL;
    if (!wm_cli_feed_options(cli, args, &r->access)) {
        return WM_BAD_ARGUMENT;
    }
    if (edition != NULL && !wm_edition_parse(wm_str_of(edition), &r->client.edition)) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "--edition: expected professional or public, found \"%s\"", edition);
    }
    if (now != NULL && !read_time(now, &r->client.now_s)) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "--now: expected a time like 2026-01-31T09:30:00Z, found \"%s\"", now);
    }
    int64_t max_bytes = 0;
    if (!wm_cli_number(cli, args, "--max-bytes", 1, WM_JSON_INTEGER_MAX, &max_bytes)) {
        return WM_BAD_ARGUMENT;
    }
    r->client.max_bytes = (uint64_t)max_bytes;
    if (root != NULL) {
        wm_status status = wm_cli_read_file(root, WM_METADATA_ROOT_BYTES_MAX, &r->root, err);
        if (status != WM_OK) {
            return status;
        }
        r->client.root = wm_buf_str(&r->root);
        if (r->client.root.len == 0) {
            return wm_fail(err, WM_BAD_INPUT, "%s: expected a root, found an empty file", root);
        }
    }
    return split_subscriptions(wm_cli_value(args, "--subscribe"), r, err);
}

/* --feed, else the one of the last time. */
static wm_status find_feed(const wm_cli_args *args, wm_store *store, request *r, wm_error *err)
{
    const char *feed = wm_cli_value(args, "--feed");
    wm_status status = WM_OK;
    if (feed != NULL) {
        wm_buf_put_text(&r->feed, feed);
        status = wm_buf_status(&r->feed, err);
    } else {
        status = wm_store_blob_get(store, WM_STR(WM_CLI_FEED_BLOB), &r->feed, err);
        if (status == WM_NOT_FOUND) {
            status = wm_fail(err, WM_BAD_ARGUMENT,
                             "expected --feed URL or a folder (this replica has none from before)");
        }
    }
    if (status == WM_OK && wm_cli_flag(args, "--offline") &&
        wm_cli_is_address(wm_buf_str(&r->feed))) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "--offline: expected --feed to be a folder, found an address");
    }
    return status;
}

static void write_summary(const wm_client_summary *summary, wm_json_out *out)
{
    wm_json_out_object(out);
    wm_json_out_member_integer(out, "from", summary->from);
    wm_json_out_member_integer(out, "to", summary->to);
    wm_json_out_member_integer(out, "requests", summary->requests);
    wm_json_out_name(out, "bytes");
    wm_json_out_object(out);
    wm_json_out_member_integer(out, "metadata", (int64_t)summary->metadata_bytes);
    wm_json_out_member_integer(out, "packs", (int64_t)summary->pack_bytes);
    wm_json_out_end_object(out);
    wm_json_out_name(out, "files");
    wm_json_out_array(out);
    for (size_t i = 0; i < summary->file_count; i++) {
        wm_json_out_object(out);
        wm_json_out_member_string(out, "path", summary->files[i].path);
        wm_json_out_member_text(out, "kind", summary->files[i].is_pack ? "pack" : "metadata");
        wm_json_out_member_integer(out, "bytes", (int64_t)summary->files[i].bytes);
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
    if (summary->lagging) {
        wm_json_out_member_boolean(out, "lagging", true);
    }
    wm_json_out_end_object(out);
}

static void print_summary(const wm_client_summary *summary, wm_buf *buf)
{
    if (summary->from == summary->to) {
        wm_buf_printf(buf, "nothing new: release %lld", (long long)summary->to);
    } else if (summary->from == 0) {
        wm_buf_printf(buf, "release %lld", (long long)summary->to);
    } else {
        wm_buf_printf(buf, "release %lld to %lld", (long long)summary->from,
                      (long long)summary->to);
    }
    wm_buf_printf(buf, " (%u requests, %llu bytes of metadata, %llu bytes of packs)\n",
                  summary->requests, (unsigned long long)summary->metadata_bytes,
                  (unsigned long long)summary->pack_bytes);
    if (summary->kept_bytes > 0) {
        wm_buf_printf(buf, "  %llu bytes of packs were kept from before\n",
                      (unsigned long long)summary->kept_bytes);
    }
    for (size_t i = 0; i < summary->file_count; i++) {
        if (summary->files[i].is_pack) {
            wm_buf_put_text(buf, "  ");
            wm_buf_put_str(buf, summary->files[i].path);
            wm_buf_printf(buf, ": %llu bytes\n", (unsigned long long)summary->files[i].bytes);
        }
    }
    if (summary->lagging) {
        wm_buf_put_text(
            buf, "the feed is being changed, or is a copy that is behind: nothing was updated\n");
    }
}

/* What a person wants to know of a run that ended early. */
static void explain(const wm_client_options *options, const wm_client_summary *summary,
                    wm_status status, wm_error *err)
{
    char text[WM_ERROR_TEXT_MAX];
    memcpy(text, err->text, sizeof text);
    bool is_kept = summary->pack_bytes + summary->kept_bytes > 0;
    if (wm_cli_was_stopped(status, is_kept ? WM_CLI_LEFT_PARTS : WM_CLI_LEFT_ALONE, err)) {
        return;
    }
    if (status == WM_NETWORK && summary->pack_bytes > 0) {
        (void)wm_fail(err, status, "%s (what came of the packs is kept for the next time)", text);
    } else if (status == WM_REFUSED && options->max_bytes > 0) {
        (void)wm_fail(err, status, "%s (%llu bytes of metadata and %llu of packs came)", text,
                      (unsigned long long)summary->metadata_bytes,
                      (unsigned long long)summary->pack_bytes);
    }
}

static wm_status catch_up(wm_cli *cli, wm_store *store, request *r, wm_buf *buf, wm_error *err)
{
    wm_client *client = NULL;
    wm_transport *transport = NULL;
    wm_client_summary summary = { 0 };
    wm_status status = wm_client_open(store, &r->client, &client, err);
    if (status == WM_OK) {
        status =
            wm_transport_open(cli->env, wm_buf_str(&r->feed).ptr, &r->access.http, &transport, err);
    }
    if (status == WM_OK) {
        status = wm_cli_drive(cli, &r->access.patience, client, transport, &summary, err);
    }
    explain(&r->client, &summary, status, err);
    if (status == WM_OK) {
        status = wm_cli_remember_feed(store, wm_buf_str(&r->feed), err);
    } else if (status == WM_UNCHANGED) {
        status = WM_OK;
    }
    if (status == WM_OK && cli->json) {
        wm_json_out out;
        wm_json_out_init(&out, buf);
        write_summary(&summary, &out);
    } else if (status == WM_OK) {
        print_summary(&summary, buf);
    }
    wm_transport_close(transport);
    wm_client_close(client);
    return status == WM_OK ? wm_buf_status(buf, err) : status;
}

/* A file is made only for who says where the data comes from, and whom to trust. */
static wm_status open_replica(wm_cli *cli, const wm_cli_args *args, wm_store **store_out,
                              wm_error *err)
{
    bool is_new = wm_cli_flag(args, "--feed") && wm_cli_flag(args, "--root");
    unsigned flags = WM_STORE_WRITE | WM_STORE_REPLICA | (is_new ? WM_STORE_CREATE : 0U);
    wm_status status = wm_store_open(cli->env, args->operands[0], flags, store_out, err);
    if (status == WM_NOT_FOUND && !is_new) {
        wm_error_clear(err);
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "%s: no such replica; a new one needs --feed, and --root with the feed's "
                       "root.json from a safe channel",
                       args->operands[0]);
    }
    return wm_cli_opened(status, err);
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    request r = { 0 };
    wm_error err = { 0 };
    wm_store *store = NULL;
    wm_interrupts interrupts;
    wm_buf out;
    wm_interrupts_hold(&interrupts);
    wm_buf_init(&out, cli->env, WM_MIB);
    wm_buf_init(&r.root, cli->env, WM_METADATA_ROOT_BYTES_MAX);
    wm_buf_init(&r.feed, cli->env, 4096);
    wm_status status = read_options(cli, args, &r, &err);
    if (status == WM_OK) {
        status = open_replica(cli, args, &store, &err);
    }
    if (status == WM_OK) {
        status = find_feed(args, store, &r, &err);
    }
    if (status == WM_OK) {
        status = catch_up(cli, store, &r, &out, &err);
    }
    wm_exit code = WM_EXIT_USAGE;
    if (status == WM_OK) {
        code = wm_cli_print(cli, &out);
    } else if (status != WM_BAD_ARGUMENT || err.text[0] != '\0') { /* else told already */
        err.status = status;
        wm_cli_name_file(&err, args->operands[0]);
        code = wm_cli_fail(cli, &err);
    }
    wm_store_close(store);
    wm_buf_fini(&r.feed);
    wm_buf_fini(&r.root);
    wm_buf_fini(&out);
    wm_interrupts_release(&interrupts);
    return code;
}

static const wm_cli_option options[] = {
    { "--feed", "URL|DIR", "The feed; the one of the last time if left out", false },
    { "--root", "ROOT.json", "The trusted root of a new replica; an old one must follow from it",
      false },
    { "--edition", "EDITION", "public (the default) or professional, for a new replica", false },
    { "--subscribe", "CODE,..|all", "Localities to keep; all if never said", false },
    { "--now", "TIME", "The time for expiry checks (UTC); the clock's if left out", false },
    { "--offline", NULL, "Never open a connection: the feed must be a folder", false },
    { "--max-bytes", "N", "Fetch at most so many bytes of packs", false },
    WM_CLI_FEED_OPTIONS,
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_sync = {
    "sync",
    "REPLICA",
    "Bring a replica up to date with a feed",
    "Everything is verified before it is used; a replica that cannot be updated stands as it was "
    "and still answers. What breaks off is tried again, and goes on where it was, also in the next "
    "run. Plain http is for this machine only.",
    options,
    run,
};

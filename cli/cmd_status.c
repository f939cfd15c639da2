/* cmd_status.c: `waymark status`: what a replica, or an authoring database, holds; until when
 * signatures vouch for it; and the same of the feed that is published from a database. */
#include <string.h>

#include <waymark/sys/client.h>

#include "commands.h"
#include "common.h"
#include "expiry_page.h"

#define WM_WARN_DAYS_MAX 100000

typedef struct state {
    wm_release release;
    bool has_release;
    wm_edition edition;
    wm_replica_trust trust;
    bool has_trust;
    wm_expiry_judge judge;
    const wm_expiry *expiries; /* of a replica */
    size_t expiry_count;
    wm_feed_expiries feeds[WM_EDITION_COUNT]; /* with --feed */
    size_t feed_count;
    bool warns;    /* by its exit code, too */
    bool has_feed; /* --feed was given */
} state;

static wm_status read_replica(wm_store *store, wm_arena *arena, state *s, wm_error *err)
{
    wm_status status = wm_replica_trust_get(store, arena, &s->trust, err);
    s->has_trust = status == WM_OK;
    s->edition = s->has_trust ? s->trust.edition : WM_EDITION_PUBLIC;
    if (status == WM_OK) {
        status = wm_replica_expiries(store, arena, &s->expiries, &s->expiry_count, err);
    }
    return status == WM_NOT_FOUND ? WM_OK : status;
}

static wm_status read_state(wm_store *store, wm_arena *arena, state *s, wm_error *err)
{
    wm_status status = wm_store_latest(store, &s->release, err);
    s->has_release = status == WM_OK;
    if (status == WM_NO_RELEASE) {
        wm_error_clear(err);
        status = WM_OK;
    }
    s->edition = WM_EDITION_PROFESSIONAL;
    return status == WM_OK && wm_store_role(store) == WM_ROLE_REPLICA
               ? read_replica(store, arena, s, err)
               : status;
}

static wm_status read_feed(wm_arena *arena, const char *folder, state *s, wm_error *err)
{
    for (int i = 0; i < WM_EDITION_COUNT; i++) {
        wm_status status = wm_feed_expiries_read(arena, folder, (wm_edition)i, NULL,
                                                 &s->feeds[s->feed_count], err);
        if (status != WM_OK && status != WM_NOT_FOUND) {
            wm_error_context(err, "%s edition", wm_edition_name((wm_edition)i));
            return status;
        }
        s->feed_count += status == WM_OK ? 1 : 0;
    }
    return s->feed_count > 0 ? WM_OK
                             : wm_fail(err, WM_IO, "%s: expected a folder with a feed", folder);
}

static bool any_is_near(const state *s)
{
    bool near = false;
    for (size_t i = 0; i < s->expiry_count; i++) {
        near = near || wm_expiry_is_near(&s->judge, &s->expiries[i]);
    }
    for (size_t f = 0; f < s->feed_count; f++) {
        for (size_t i = 0; i < s->feeds[f].role_count; i++) {
            near = near || wm_expiry_is_near(&s->judge, &s->feeds[f].roles[i]);
        }
    }
    return near;
}

static void write_strings(wm_json_out *out, const char *name, const wm_str *items, size_t count)
{
    wm_json_out_name(out, name);
    wm_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        wm_json_out_string(out, items[i]);
    }
    wm_json_out_end_array(out);
}

static void write_day(wm_json_out *out, const char *name, bool is_known, wm_date date)
{
    char day[WM_DATE_TEXT_BYTES];
    wm_json_out_name(out, name);
    if (is_known) {
        wm_json_out_text(out, wm_date_format(date, day));
    } else {
        wm_json_out_null(out);
    }
}

static void write_feeds(wm_json_out *out, const state *s)
{
    wm_json_out_name(out, "feed");
    wm_json_out_array(out);
    for (size_t i = 0; i < s->feed_count; i++) {
        const wm_feed_expiries *feed = &s->feeds[i];
        wm_json_out_object(out);
        wm_json_out_member_text(out, "edition", wm_edition_name(feed->edition));
        wm_json_out_member_integer(out, "release", feed->release);
        wm_json_out_member_integer(out, "root", feed->root);
        wm_expiry_write(out, &s->judge, feed->roles, feed->role_count);
        wm_json_out_end_object(out);
    }
    wm_json_out_end_array(out);
    wm_json_out_name(out, "warn_days");
    if (s->judge.warn_days >= 0) {
        wm_json_out_integer(out, s->judge.warn_days);
    } else {
        wm_json_out_null(out);
    }
}

static wm_status write_state(wm_store *store, const state *s, wm_buf *buf, wm_error *err)
{
    wm_json_out out;
    wm_status status = WM_OK;
    wm_json_out_init(&out, buf);
    wm_json_out_object(&out);
    wm_json_out_member_text(&out, "role",
                            wm_store_role(store) == WM_ROLE_REPLICA ? "replica" : "author");
    wm_json_out_member_text(&out, "edition", wm_edition_name(s->edition));
    wm_json_out_member_integer(&out, "release", s->has_release ? s->release.number : 0);
    write_day(&out, "released_on", s->has_release, s->release.date);
    write_day(&out, "stale_since", s->has_trust, s->trust.stale_since);
    wm_expiry_write(&out, &s->judge, s->expiries, s->expiry_count);
    if (s->has_feed) {
        write_feeds(&out, s);
    }
    wm_cli_counts(&out, "counts", s->release.counts);
    write_strings(&out, "subscriptions", s->trust.subscriptions, s->trust.subscription_count);
    write_strings(&out, "partitions", s->trust.partitions, s->trust.partition_count);
    if (s->has_release) {
        status = wm_cli_digests(store, s->release.number, &out, err);
    } else {
        wm_json_out_name(&out, "digests");
        wm_json_out_object(&out);
        wm_json_out_end_object(&out);
    }
    if (status == WM_OK) {
        wm_json_out_end_object(&out);
    }
    return status;
}

/* Whether anybody vouches for this being the newest, in words. */
static void print_trust(const state *s, wm_buf *buf)
{
    char day[WM_DATE_TEXT_BYTES];
    const wm_expiry *first = wm_expiry_first(s->expiries, s->expiry_count);
    wm_date today = wm_date_from_unix(s->judge.now_s);
    const char *since = wm_date_format(s->trust.stale_since, day);
    if (today >= s->trust.stale_since) {
        wm_buf_printf(buf, "nobody vouches for this being the newest since %s: sync it\n", since);
    } else {
        wm_buf_printf(buf, "vouched for until %s", since);
        if (first != NULL) {
            wm_buf_printf(buf, " (%.*s runs out ", WM_STR_ARG(first->role));
            wm_expiry_print_days(buf, wm_expiry_days(first, s->judge.now_s));
            wm_buf_put_char(buf, ')');
        }
        wm_buf_put_char(buf, '\n');
    }
    wm_expiry_print(buf, &s->judge, "  ", s->expiries, s->expiry_count);
    wm_buf_put_text(buf, "subscribed to");
    for (size_t i = 0; i < s->trust.subscription_count; i++) {
        wm_buf_printf(buf, " %.*s", WM_STR_ARG(s->trust.subscriptions[i]));
    }
    wm_buf_put_char(buf, '\n');
}

static void print_state(wm_store *store, const state *s, wm_buf *buf)
{
    char day[WM_DATE_TEXT_BYTES];
    if (!s->has_release) {
        wm_buf_put_text(buf, wm_store_role(store) == WM_ROLE_REPLICA
                                 ? "an empty replica: sync it first\n"
                                 : "an authoring database, no release yet\n");
    } else {
        wm_buf_printf(buf, "%s edition, release %lld of %s\n", wm_edition_name(s->edition),
                      (long long)s->release.number, wm_date_format(s->release.date, day));
        wm_cli_counts_text(buf, s->release.counts);
        wm_buf_put_char(buf, '\n');
    }
    if (s->has_release && s->has_trust) {
        print_trust(s, buf);
    }
    for (size_t i = 0; i < s->feed_count; i++) {
        const wm_feed_expiries *feed = &s->feeds[i];
        wm_buf_printf(buf, "feed, %s edition: release %lld, root %lld\n",
                      wm_edition_name(feed->edition), (long long)feed->release,
                      (long long)feed->root);
        wm_expiry_print(buf, &s->judge, "  ", feed->roles, feed->role_count);
    }
}

/* ---- the command ---- */

static wm_exit read_options(wm_cli *cli, const wm_cli_args *args, state *s)
{
    const char *given = wm_cli_value(args, "--date");
    wm_date date = 0;
    s->judge = (wm_expiry_judge){ cli->env->now_s(cli->env->context), -1 };
    if (given != NULL) {
        if (!wm_date_parse(wm_str_of(given), &date)) {
            return wm_cli_usage(cli, "--date: expected a date like 2026-01-31, found \"%s\"",
                                given);
        }
        s->judge.now_s = (int64_t)date * 86400;
    }
    if (!wm_cli_number(cli, args, "--warn-days", 0, WM_WARN_DAYS_MAX, &s->judge.warn_days)) {
        return WM_EXIT_USAGE;
    }
    s->has_feed = wm_cli_value(args, "--feed") != NULL;
    s->warns = s->has_feed || s->judge.warn_days >= 0;
    return WM_EXIT_DONE;
}

static wm_status body(wm_cli *cli, const wm_cli_args *args, wm_arena *arena, state *s, wm_buf *buf,
                      wm_error *err)
{
    wm_store *store = NULL;
    wm_status status =
        wm_cli_opened(wm_store_open(cli->env, args->operands[0], WM_STORE_READ, &store, err), err);
    if (status == WM_OK) {
        status = read_state(store, arena, s, err);
    }
    if (status == WM_OK && s->has_feed) {
        status = wm_store_role(store) == WM_ROLE_REPLICA
                     ? wm_fail(err, WM_BAD_ARGUMENT,
                               "--feed: expected the database that the feed is published from, "
                               "found a replica")
                     : read_feed(arena, wm_cli_value(args, "--feed"), s, err);
    }
    if (status == WM_OK && cli->json) {
        status = write_state(store, s, buf, err);
    } else if (status == WM_OK) {
        print_state(store, s, buf);
    }
    wm_store_close(store);
    return status == WM_OK ? wm_buf_status(buf, err) : status;
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    state s;
    wm_arena arena;
    wm_buf buf;
    wm_error err = { 0 };
    memset(&s, 0, sizeof s);
    wm_exit code = read_options(cli, args, &s);
    if (code != WM_EXIT_DONE) {
        return code;
    }
    wm_arena_init(&arena, cli->env, SIZE_MAX / 2);
    wm_buf_init(&buf, cli->env, SIZE_MAX / 4);
    wm_status status = body(cli, args, &arena, &s, &buf, &err);
    if (status == WM_OK) {
        code = wm_cli_print(cli, &buf);
        code = code == WM_EXIT_DONE && s.warns && any_is_near(&s) ? WM_EXIT_NO : code;
    } else {
        err.status = status;
        wm_cli_name_file(&err, args->operands[0]);
        code = wm_cli_fail(cli, &err);
    }
    wm_buf_fini(&buf);
    wm_arena_fini(&arena);
    return code;
}

static const wm_cli_option options[] = {
    { "--feed", "DIR", "The feed that is published from this database: its expiries, too", false },
    { "--warn-days", "N", "Exit 1 if a signature runs out within so many days", false },
    { "--date", "DATE", "The day to judge by; today if left out", false },
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_status = {
    "status",
    "REPLICA",
    "Show what a replica or a feed holds, how old it is, and when signatures run out",
    "With --feed, REPLICA is the authoring database. Exit 1 if --feed or --warn-days is given and "
    "a "
    "signature\nhas expired or runs out soon: within --warn-days, or else within 2 days "
    "(timestamp), 30 (root, snapshot)\nor 121 (the others), which publish and keys renew do not "
    "let "
    "happen.",
    options,
    run,
};

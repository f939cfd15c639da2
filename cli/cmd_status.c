/* cmd_status.c: `waymark status`: what a replica, or an authoring database, holds. */
#include <string.h>

#include <waymark/sys/client.h>

#include "commands.h"
#include "common.h"

typedef struct state {
    wm_release release;
    bool has_release;
    wm_edition edition;
    wm_replica_trust trust;
    bool has_trust;
} state;

static wm_status read_state(wm_store *store, wm_arena *arena, state *s, wm_error *err)
{
    memset(s, 0, sizeof *s);
    wm_status status = wm_store_latest(store, &s->release, err);
    s->has_release = status == WM_OK;
    if (status == WM_NO_RELEASE) {
        wm_error_clear(err);
        status = WM_OK;
    }
    s->edition = WM_EDITION_PROFESSIONAL;
    if (status == WM_OK && wm_store_role(store) == WM_ROLE_REPLICA) {
        status = wm_replica_trust_get(store, arena, &s->trust, err);
        s->has_trust = status == WM_OK;
        s->edition = s->has_trust ? s->trust.edition : WM_EDITION_PUBLIC;
        status = status == WM_NOT_FOUND ? WM_OK : status;
    }
    return status;
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

static void print_state(wm_store *store, const state *s, wm_buf *buf)
{
    char day[WM_DATE_TEXT_BYTES];
    if (!s->has_release) {
        wm_buf_put_text(buf, wm_store_role(store) == WM_ROLE_REPLICA
                                 ? "an empty replica: sync it first\n"
                                 : "an authoring database, no release yet\n");
        return;
    }
    wm_buf_printf(buf, "%s edition, release %lld of %s\n", wm_edition_name(s->edition),
                  (long long)s->release.number, wm_date_format(s->release.date, day));
    wm_cli_counts_text(buf, s->release.counts);
    wm_buf_put_char(buf, '\n');
    if (s->has_trust) {
        wm_buf_printf(buf, "vouched for until %s\nsubscribed to",
                      wm_date_format(s->trust.stale_since, day));
        for (size_t i = 0; i < s->trust.subscription_count; i++) {
            wm_buf_printf(buf, " %.*s", WM_STR_ARG(s->trust.subscriptions[i]));
        }
        wm_buf_put_char(buf, '\n');
    }
}

static wm_status body(wm_cli *cli, const wm_cli_args *args, wm_store *store, wm_buf *buf,
                      wm_error *err)
{
    (void)args;
    wm_arena arena;
    state s;
    wm_arena_init(&arena, cli->env, SIZE_MAX / 2);
    wm_status status = read_state(store, &arena, &s, err);
    if (status == WM_OK && cli->json) {
        status = write_state(store, &s, buf, err);
    } else if (status == WM_OK) {
        print_state(store, &s, buf);
    }
    wm_arena_fini(&arena);
    return status == WM_OK ? wm_buf_status(buf, err) : status;
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    return wm_cli_with_store(cli, args, WM_STORE_READ, body);
}

const wm_cli_command cmd_status = {
    "status", "REPLICA", "Show what a replica holds, and how old it is", NULL, NULL, run,
};

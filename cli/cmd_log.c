/* cmd_log.c: `waymark log`: the releases of a database, oldest first. */
#include "commands.h"
#include "common.h"

typedef struct listing {
    wm_buf *buf;
    wm_json_out *out; /* NULL: for people */
} listing;

static wm_status put_release(void *context, const wm_release *release, wm_error *err)
{
    (void)err;
    const listing *l = context;
    char day[WM_DATE_TEXT_BYTES];
    (void)wm_date_format(release->date, day);
    if (l->out == NULL) {
        wm_buf_printf(l->buf, "%6lld  %s  ", (long long)release->number, day);
        wm_cli_counts_text(l->buf, release->counts);
        wm_buf_printf(l->buf, "%s%s\n", release->note[0] != '\0' ? "  " : "", release->note);
        return WM_OK;
    }
    wm_json_out_object(l->out);
    wm_json_out_member_integer(l->out, "release", release->number);
    wm_json_out_member_text(l->out, "date", day);
    wm_json_out_member_text(l->out, "note", release->note);
    wm_cli_counts(l->out, "counts", release->counts);
    wm_json_out_end_object(l->out);
    return WM_OK;
}

static wm_status body(wm_cli *cli, const wm_cli_args *args, wm_store *store, wm_buf *buf,
                      wm_error *err)
{
    (void)args;
    wm_json_out out;
    wm_json_out_init(&out, buf);
    listing l = { buf, cli->json ? &out : NULL };
    wm_release_sink sink = { put_release, &l };
    if (cli->json) {
        wm_json_out_array(&out);
    }
    wm_status status = wm_history_log(store, &sink, err);
    if (status != WM_OK) {
        return status;
    }
    if (cli->json) {
        wm_json_out_end_array(&out);
    } else if (buf->len == 0) {
        wm_buf_put_text(buf, "no release yet\n");
    }
    return wm_buf_status(buf, err);
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    return wm_cli_with_store(cli, args, WM_STORE_READ, body);
}

const wm_cli_command cmd_log = {
    "log", "DB", "List the releases of a database", NULL, NULL, run,
};

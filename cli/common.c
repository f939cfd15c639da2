/* common.c: see common.h. */
#include <string.h>

#include "common.h"

char *wm_cli_today(const wm_cli *cli, char day_out[WM_DATE_TEXT_BYTES])
{
    return wm_date_format(wm_date_in_england(cli->env->now_s(cli->env->context)), day_out);
}

void wm_cli_name_file(wm_error *err, const char *path)
{
    if (strncmp(err->text, "database: ", strlen("database: ")) == 0) {
        wm_error_context(err, "%s", path);
    }
}

wm_exit wm_cli_with_store(wm_cli *cli, const wm_cli_args *args, unsigned flags, wm_store_body body)
{
    wm_error err = { 0 };
    wm_store *store = NULL;
    wm_buf out;
    wm_buf_init(&out, cli->env, SIZE_MAX / 4);
    wm_exit code = WM_EXIT_DONE;
    wm_status status =
        wm_cli_opened(wm_store_open(cli->env, args->operands[0], flags, &store, &err), &err);
    if (status == WM_OK) {
        status = body(cli, args, store, &out, &err);
    }
    if (status == WM_OK) {
        code = wm_cli_print(cli, &out);
    } else if (status == WM_BAD_ARGUMENT && err.text[0] == '\0') {
        code = WM_EXIT_USAGE; /* told already */
    } else {
        err.status = status;
        wm_cli_name_file(&err, args->operands[0]);
        code = wm_cli_fail(cli, &err);
    }
    wm_buf_fini(&out);
    wm_store_close(store);
    return code;
}

bool wm_cli_view(wm_cli *cli, const wm_cli_args *args, wm_view *view_out)
{
    int64_t release = WM_VIEW_LATEST;
    if (!wm_cli_number(cli, args, "--release", 1, WM_RELEASE_MAX, &release)) {
        return false;
    }
    if (wm_cli_flag(args, "--working")) {
        if (release != WM_VIEW_LATEST) {
            wm_cli_usage(cli, "expected --working or --release, found both");
            return false;
        }
        release = WM_VIEW_WORKING;
    }
    *view_out = release;
    return true;
}

void wm_cli_counts(wm_json_out *out, const char *name, const int64_t counts[WM_KIND_COUNT])
{
    wm_json_out_name(out, name);
    wm_json_out_object(out);
    for (int kind = 0; kind < WM_KIND_COUNT; kind++) {
        if (counts[kind] > 0) {
            wm_json_out_member_integer(out, wm_kind_name((wm_kind)kind), counts[kind]);
        }
    }
    wm_json_out_end_object(out);
}

void wm_cli_counts_text(wm_buf *out, const int64_t counts[WM_KIND_COUNT])
{
    bool first = true;
    for (int kind = WM_KIND_DIRECTORY + 1; kind < WM_KIND_COUNT; kind++) {
        if (counts[kind] > 0) {
            wm_buf_printf(out, "%s%lld %s", first ? "" : ", ", (long long)counts[kind],
                          counts[kind] == 1 ? wm_kind_name((wm_kind)kind)
                                            : wm_kind_folder((wm_kind)kind));
            first = false;
        }
    }
    wm_buf_put_text(out, first ? "no records" : "");
}

static wm_status put_digest(void *context, const wm_state *state, wm_error *err)
{
    (void)err;
    wm_json_out *out = context;
    char hex[WM_DIGEST_HEX_BYTES];
    wm_json_out_name_str(out, state->partition);
    wm_json_out_text(out, wm_digest_hex(&state->digest, hex));
    return WM_OK;
}

static wm_status edition_digests(wm_store *store, wm_edition edition, int64_t release,
                                 wm_json_out *out, wm_error *err)
{
    wm_state_sink sink = { put_digest, out };
    wm_json_out_object(out);
    wm_status status = wm_history_states(store, edition, release, &sink, err);
    if (status == WM_OK) {
        wm_json_out_end_object(out);
    }
    return status;
}

wm_status wm_cli_digests(wm_store *store, int64_t release, wm_json_out *out, wm_error *err)
{
    wm_json_out_name(out, "digests");
    if (wm_store_role(store) == WM_ROLE_REPLICA) {
        wm_edition edition = WM_EDITION_PUBLIC;
        wm_status status = wm_replica_edition(store, &edition, err);
        return status == WM_OK ? edition_digests(store, edition, release, out, err) : status;
    }
    wm_status status = WM_OK;
    wm_json_out_object(out);
    for (int edition = 0; edition < WM_EDITION_COUNT && status == WM_OK; edition++) {
        wm_json_out_name(out, wm_edition_name((wm_edition)edition));
        status = edition_digests(store, (wm_edition)edition, release, out, err);
    }
    if (status == WM_OK) {
        wm_json_out_end_object(out);
    }
    return status;
}

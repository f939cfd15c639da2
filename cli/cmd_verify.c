/* cmd_verify.c: `waymark verify`: is what is stored what was signed? */
#include "commands.h"
#include "common.h"

typedef struct listing {
    wm_json_out *out; /* NULL: for people */
    wm_buf *buf;
    size_t count;
} listing;

static wm_status put_difference(void *context, const wm_state *state, wm_error *err)
{
    (void)err;
    listing *l = context;
    l->count++;
    if (l->out != NULL) {
        wm_json_out_string(l->out, state->partition);
    } else {
        wm_buf_printf(l->buf, "differs: %.*s\n", WM_STR_ARG(state->partition));
    }
    return WM_OK;
}

static wm_status compare(wm_store *store, listing *l, wm_error *err)
{
    wm_state_sink sink = { put_difference, l };
    wm_status status = WM_OK;
    if (wm_store_role(store) == WM_ROLE_REPLICA) {
        wm_edition edition = WM_EDITION_PUBLIC;
        status = wm_replica_edition(store, &edition, err);
        return status == WM_OK ? wm_history_verify(store, edition, &sink, err) : status;
    }
    for (int edition = 0; edition < WM_EDITION_COUNT && status == WM_OK; edition++) {
        status = wm_history_verify(store, (wm_edition)edition, &sink, err);
    }
    return status;
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    wm_error err = { 0 };
    wm_store *store = NULL;
    wm_buf differ;
    wm_buf buf;
    wm_json_out list;
    wm_buf_init(&differ, cli->env, WM_MIB);
    wm_buf_init(&buf, cli->env, 2 * WM_MIB);
    wm_json_out_init(&list, &differ);
    listing l = { cli->json ? &list : NULL, &differ, 0 };
    wm_json_out_array(&list);
    wm_status status = wm_cli_opened(
        wm_store_open(cli->env, args->operands[0], WM_STORE_READ, &store, &err), &err);
    if (status == WM_OK) {
        status = wm_store_integrity(store, &err);
    }
    if (status == WM_OK) {
        status = compare(store, &l, &err);
    }
    if (status == WM_OK) {
        status = wm_store_verify_index(store, &err);
    }
    wm_json_out_end_array(&list);
    wm_exit code = WM_EXIT_DONE;
    bool damaged = status == WM_CORRUPT || l.count > 0;
    if (status == WM_NOT_FOUND && err.text[0] == '\0') {
        (void)wm_fail(&err, WM_NO_RELEASE, "the replica is empty: sync it first");
        status = WM_NO_RELEASE;
    }
    if (status != WM_OK && !damaged) {
        err.status = status;
        code = wm_cli_fail(cli, &err);
    } else if (cli->json) {
        wm_buf_printf(&buf, "{\"ok\":%s,\"differ\":", damaged ? "false" : "true");
        wm_buf_put_str(&buf, wm_buf_str(&differ));
        if (status == WM_CORRUPT) {
            wm_buf_put_text(&buf, ",\"text\":");
            wm_json_write_string(&buf, wm_str_of(err.text));
        }
        wm_buf_put_text(&buf, "}");
        code = wm_cli_print(cli, &buf);
    } else {
        wm_str lines = wm_buf_str(&differ);
        wm_buf_put(&buf, lines.ptr + 1, lines.len - 2); /* without the brackets */
        wm_buf_put_text(&buf, status == WM_CORRUPT ? err.text : damaged ? "damaged" : "ok");
        code = wm_cli_print(cli, &buf);
    }
    wm_buf_fini(&buf);
    wm_buf_fini(&differ);
    wm_store_close(store);
    return code == WM_EXIT_DONE && damaged ? WM_EXIT_NO : code;
}

const wm_cli_command cmd_verify = {
    "verify",
    "REPLICA",
    "Compute every digest afresh and compare it with the signed one",
    "Exit 1 if anything differs.",
    NULL,
    run,
};

/* cmd_show.c: `waymark show`: one record, as it stands or as it stood. */
#include <string.h>

#include "commands.h"
#include "common.h"

/* "service/a", or an id that only one kind has. */
static wm_status find_record(wm_store *store, wm_view view, const char *text, wm_kind *kind_out,
                             wm_str *id_out, wm_error *err)
{
    const char *slash = strchr(text, '/');
    if (slash != NULL) {
        *id_out = wm_str_of(slash + 1);
        if (!wm_kind_parse((wm_str){ text, (size_t)(slash - text) }, kind_out)) {
            return wm_fail(err, WM_BAD_ARGUMENT,
                           "expected KIND/ID with a kind of record, found \"%s\"", text);
        }
        return WM_OK;
    }
    unsigned kinds = 0;
    *id_out = wm_str_of(text);
    wm_status status = wm_store_find_id(store, view, *id_out, &kinds, err);
    int found = -1;
    for (int kind = 0; status == WM_OK && kind < WM_KIND_COUNT; kind++) {
        if ((kinds & WM_KIND_BIT(kind)) == 0) {
            continue;
        }
        if (found >= 0) {
            return wm_fail(err, WM_BAD_ARGUMENT, "\"%s\" is a %s and a %s: expected KIND/ID", text,
                           wm_kind_name((wm_kind)found), wm_kind_name((wm_kind)kind));
        }
        found = kind;
    }
    if (status == WM_OK && found < 0) {
        status = wm_fail(err, WM_NOT_FOUND, "there is no record \"%s\"", text);
    }
    *kind_out = found >= 0 ? (wm_kind)found : WM_KIND_DIRECTORY;
    return status;
}

static wm_status body(wm_cli *cli, const wm_cli_args *args, wm_store *store, wm_buf *buf,
                      wm_error *err)
{
    wm_view view = WM_VIEW_LATEST;
    if (!wm_cli_view(cli, args, &view)) {
        return WM_BAD_ARGUMENT;
    }
    wm_kind kind = WM_KIND_DIRECTORY;
    wm_str id;
    wm_arena arena;
    const wm_json *value = NULL;
    wm_arena_init(&arena, cli->env, SIZE_MAX / 2);
    wm_status status = find_record(store, view, args->operands[1], &kind, &id, err);
    if (status == WM_OK) {
        status = wm_store_get_json(store, view, kind, id, &arena, &value, err);
        if (status == WM_NOT_FOUND && (err->text[0] == '\0')) {
            status = wm_fail(err, WM_NOT_FOUND, "there is no record \"%s\"", args->operands[1]);
        }
    }
    if (status == WM_OK && cli->json) {
        wm_json_write(buf, value);
    } else if (status == WM_OK) {
        wm_json_write_pretty(buf, value);
    }
    wm_arena_fini(&arena);
    return status == WM_OK ? wm_buf_status(buf, err) : status;
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    return wm_cli_with_store(cli, args, WM_STORE_READ, body);
}

static const wm_cli_option options[] = {
    { "--release", "N", "As it stood in that release; the latest if left out", false },
    { "--working", NULL, "As it stands in the working state", false },
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_show = {
    "show",  "DB ID", "Show one record", "ID is KIND/ID, or an id that only one kind has.",
    options, run,
};

/* cmd_diff.c: `waymark diff`: what changed between two releases, by field. */
#include <string.h>

#include "commands.h"
#include "common.h"

/* A release number, or "working". */
static wm_status read_view(const char *text, wm_view *view_out, wm_error *err)
{
    int64_t number = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9' && number <= WM_RELEASE_MAX; at++) {
        number = number * 10 + (*at - '0');
    }
    if (strcmp(text, "working") == 0) {
        *view_out = WM_VIEW_WORKING;
        return WM_OK;
    }
    if (*at != '\0' || at == text || number < 1 || number > WM_RELEASE_MAX) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "expected a release number or \"working\", found \"%s\"", text);
    }
    *view_out = number;
    return WM_OK;
}

static void print_ids(const wm_json *diff, const char *name, wm_buf *buf)
{
    const wm_json *ids = wm_json_get(diff, name);
    for (uint32_t i = 0; ids != NULL && i < ids->count; i++) {
        wm_str id = wm_json_string(&ids->as.items[i]);
        wm_buf_printf(buf, "%-9s ", name);
        wm_buf_put_str(buf, id);
        wm_buf_put_char(buf, '\n');
    }
}

static void print_value(const wm_json *value, wm_buf *buf)
{
    if (value == NULL) {
        wm_buf_put_text(buf, "(none)");
    } else {
        wm_json_write(buf, value);
    }
}

static void print_changed(const wm_json *change, wm_buf *buf)
{
    wm_buf_put_text(buf, "changed   ");
    wm_buf_put_str(buf, wm_json_string(wm_json_get(change, "kind")));
    wm_buf_put_char(buf, '/');
    wm_buf_put_str(buf, wm_json_string(wm_json_get(change, "id")));
    wm_buf_put_char(buf, '\n');
    const wm_json *fields = wm_json_get(change, "fields");
    for (uint32_t i = 0; fields != NULL && i < fields->count; i++) {
        const wm_json *field = &fields->as.items[i];
        wm_buf_put_text(buf, "            ");
        wm_buf_put_str(buf, wm_json_string(wm_json_get(field, "path")));
        wm_buf_put_text(buf, ": ");
        print_value(wm_json_get(field, "from"), buf);
        wm_buf_put_text(buf, " -> ");
        print_value(wm_json_get(field, "to"), buf);
        wm_buf_put_char(buf, '\n');
    }
}

static wm_status print_for_people(const wm_env *env, wm_buf *json, wm_error *err)
{
    wm_arena arena;
    wm_buf text;
    const wm_json *diff = NULL;
    wm_arena_init(&arena, env, SIZE_MAX / 2);
    wm_buf_init(&text, env, SIZE_MAX / 4);
    wm_status status = wm_json_parse(&arena, wm_buf_str(json), SIZE_MAX / 8, &diff, err);
    if (status == WM_OK) {
        static const char *const lists[] = { "opened", "closed", "added", "withdrawn" };
        for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
            print_ids(diff, lists[i], &text);
        }
        const wm_json *changed = wm_json_get(diff, "changed");
        for (uint32_t i = 0; changed != NULL && i < changed->count; i++) {
            print_changed(&changed->as.items[i], &text);
        }
        if (text.len == 0) {
            wm_buf_put_text(&text, "no difference\n");
        }
        wm_buf_reset(json);
        wm_buf_put_str(json, wm_buf_str(&text));
        status = wm_buf_status(&text, err);
    }
    wm_buf_fini(&text);
    wm_arena_fini(&arena);
    return status;
}

static wm_status body(wm_cli *cli, const wm_cli_args *args, wm_store *store, wm_buf *buf,
                      wm_error *err)
{
    wm_view from = 0;
    wm_view to = 0;
    wm_json_out out;
    wm_json_out_init(&out, buf);
    wm_status status = read_view(args->operands[1], &from, err);
    if (status == WM_OK) {
        status = read_view(args->operands[2], &to, err);
    }
    if (status == WM_OK) {
        status = wm_history_diff(store, from, to, &out, err);
    }
    if (status == WM_OK) {
        status = wm_buf_status(buf, err);
    }
    return status == WM_OK && !cli->json ? print_for_people(cli->env, buf, err) : status;
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    return wm_cli_with_store(cli, args, WM_STORE_READ, body);
}

const wm_cli_command cmd_diff = {
    "diff",
    "DB A B",
    "Show what changed between two releases",
    "A and B are release numbers, or \"working\".",
    NULL,
    run,
};

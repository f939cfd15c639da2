/* cmd_keys.c: `waymark keys init`: the keys that sign a feed. */
#include <string.h>

#include <waymark/sys/publish.h>

#include "commands.h"

static wm_exit print_names(wm_cli *cli, const wm_str *names, size_t count)
{
    wm_buf buf;
    wm_json_out out;
    wm_buf_init(&buf, cli->env, WM_MIB);
    wm_json_out_init(&out, &buf);
    if (cli->json) {
        wm_json_out_object(&out);
        wm_json_out_name(&out, "files");
        wm_json_out_array(&out);
        for (size_t i = 0; i < count; i++) {
            wm_json_out_string(&out, names[i]);
        }
        wm_json_out_end_array(&out);
        wm_json_out_end_object(&out);
    } else {
        for (size_t i = 0; i < count; i++) {
            wm_buf_put_str(&buf, names[i]);
            wm_buf_put_char(&buf, '\n');
        }
    }
    wm_exit code = wm_cli_print(cli, &buf);
    wm_buf_fini(&buf);
    return code;
}

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    if (strcmp(args->operands[0], "init") != 0) {
        return wm_cli_usage(cli, "expected init, found \"%s\"", args->operands[0]);
    }
    wm_error err = { 0 };
    wm_arena arena;
    const wm_str *names = NULL;
    size_t count = 0;
    wm_arena_init(&arena, cli->env, SIZE_MAX / 2);
    wm_keys_options how = { .key_folder = args->operands[1],
                            .now_s = cli->env->now_s(cli->env->context) };
    wm_status status = wm_keys_init(&arena, &how, &names, &count, &err);
    err.status = status;
    wm_exit code = status == WM_OK ? print_names(cli, names, count) : wm_cli_fail(cli, &err);
    wm_arena_fini(&arena);
    return code;
}

const wm_cli_command cmd_keys = {
    "keys",
    "init KEYDIR",
    "Make the signing keys of a feed, and the root that clients are given",
    "Keep the root and targets keys offline. Clients need KEYDIR/EDITION/root.json, by a channel "
    "they trust.",
    NULL,
    run,
};

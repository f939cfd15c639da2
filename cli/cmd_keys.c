/* cmd_keys.c: `waymark keys`: the keys that sign a feed, and the root that names them.
 *
 * One action a row: what it takes after KEYDIR, and one library call. */
#include <string.h>

#include <waymark/sys/publish.h>

#include "commands.h"
#include "common.h"
#include "keys_page.h"

#define FOLDERS_MAX ((size_t)32)
#define OFFER_BYTES_MAX ((size_t)4096)

typedef struct key_run {
    wm_cli *cli;
    const wm_cli_args *args;
    wm_arena *arena;
    wm_keys_options options;
    const char *root_folders[FOLDERS_MAX];
    wm_buf offer; /* of --accept */
} key_run;

/* ---- what was asked for ---- */

/* WM_EXIT_DONE, or wrong use that has been told. */
static wm_exit read_quorums(key_run *run)
{
    for (int i = 0; i < WM_KEY_ROLES; i++) {
        const char *role = wm_key_role_name((wm_key_role)i);
        char keys[32];
        char threshold[32];
        int64_t key_count = 0;
        int64_t must_sign = 0;
        (void)snprintf(keys, sizeof keys, "--%s-keys", role);
        (void)snprintf(threshold, sizeof threshold, "--%s-threshold", role);
        if (!wm_cli_number(run->cli, run->args, keys, 1, WM_KEYS_PER_ROLE_MAX, &key_count) ||
            !wm_cli_number(run->cli, run->args, threshold, 1, WM_KEYS_PER_ROLE_MAX, &must_sign)) {
            return WM_EXIT_USAGE;
        }
        run->options.quorum[i] = (wm_key_quorum){ (unsigned)key_count, (unsigned)must_sign };
    }
    return WM_EXIT_DONE;
}

static wm_exit read_day(key_run *run)
{
    const char *given = wm_cli_value(run->args, "--date");
    wm_date date = 0;
    run->options.now_s = run->cli->env->now_s(run->cli->env->context);
    if (given != NULL) {
        if (!wm_date_parse(wm_str_of(given), &date)) {
            return wm_cli_usage(run->cli, "--date: expected a date like 2026-01-31, found \"%s\"",
                                given);
        }
        run->options.now_s = (int64_t)date * 86400;
    }
    return WM_EXIT_DONE;
}

static wm_exit read_options(key_run *run)
{
    const char *edition = wm_cli_value(run->args, "--edition");
    wm_edition found = WM_EDITION_PUBLIC;
    run->options.key_folder = run->args->operands[1];
    run->options.root_folders = run->root_folders;
    if (edition != NULL) {
        if (!wm_edition_parse(wm_str_of(edition), &found)) {
            return wm_cli_usage(run->cli,
                                "--edition: expected public or professional, found "
                                "\"%s\"",
                                edition);
        }
        run->options.editions = 1u << (unsigned)found;
    }
    for (size_t i = 0; i < run->args->given_count; i++) {
        const wm_cli_given *given = &run->args->given[i];
        if (strcmp(given->option->name, "--root-keydir") != 0) {
            continue;
        }
        if (run->options.root_folder_count == FOLDERS_MAX) {
            return wm_cli_usage(run->cli, "--root-keydir: expected at most %zu folders",
                                FOLDERS_MAX);
        }
        run->root_folders[run->options.root_folder_count++] = given->value;
    }
    return read_day(run);
}

/* "targets,snapshot" */
static wm_exit read_roles(key_run *run, unsigned *roles_out)
{
    const char *at = run->args->operands[2];
    if (at == NULL) {
        return wm_cli_usage(run->cli,
                            "%s: expected KEYDIR and a role (root, targets, snapshot or "
                            "timestamp; several with commas)",
                            run->args->operands[0]);
    }
    while (*at != '\0') {
        size_t length = strcspn(at, ",");
        wm_key_role role = WM_KEY_ROOT;
        if (!wm_key_role_parse((wm_str){ at, length }, &role)) {
            return wm_cli_usage(run->cli,
                                "expected root, targets, snapshot or timestamp, found \"%.*s\"",
                                (int)length, at);
        }
        *roles_out |= 1u << (unsigned)role;
        at += length;
        at += *at == ',' ? 1 : 0;
    }
    return WM_EXIT_DONE;
}

/* ---- actions ---- */

static wm_exit fail(key_run *run, wm_status status, wm_error *err)
{
    err->status = status;
    return wm_cli_fail(run->cli, err);
}

static wm_exit run_init(key_run *run)
{
    wm_error err = { 0 };
    const wm_str *names = NULL;
    size_t count = 0;
    wm_exit code = read_quorums(run);
    if (code != WM_EXIT_DONE) {
        return code;
    }
    wm_status status = wm_keys_init(run->arena, &run->options, &names, &count, &err);
    return status == WM_OK ? wm_keys_print_names(run->cli, names, count) : fail(run, status, &err);
}

static wm_exit change_root(key_run *run, const wm_keys_change *change)
{
    wm_error err = { 0 };
    wm_keys_result result;
    wm_status status = wm_keys_change_root(run->arena, &run->options, change, &result, &err);
    return status == WM_OK ? wm_keys_print_result(run->cli, &result) : fail(run, status, &err);
}

/* Of rotate and revoke alike. */
static wm_exit read_change(key_run *run, wm_keys_change *change)
{
    int64_t threshold = 0;
    if (!wm_cli_number(run->cli, run->args, "--threshold", 1, WM_KEYS_PER_ROLE_MAX, &threshold)) {
        return WM_EXIT_USAGE;
    }
    *change = (wm_keys_change){ .key_id = wm_str_of(run->args->operands[3]),
                                .threshold = (unsigned)threshold,
                                .new_folder = wm_cli_value(run->args, "--new-keydir") };
    const char *offer = wm_cli_value(run->args, "--accept");
    wm_error err = { 0 };
    wm_status status =
        offer != NULL ? wm_cli_read_file(offer, OFFER_BYTES_MAX, &run->offer, &err) : WM_OK;
    if (status != WM_OK) {
        wm_cli_name_file(&err, offer);
        return fail(run, status, &err);
    }
    change->accepted = wm_buf_str(&run->offer);
    return read_roles(run, &change->roles);
}

static wm_exit run_rotate(key_run *run)
{
    wm_keys_change change = { .roles = 0 };
    wm_exit code = read_change(run, &change);
    change.adds = wm_cli_flag(run->args, "--add");
    return code == WM_EXIT_DONE ? change_root(run, &change) : code;
}

static wm_exit run_revoke(key_run *run)
{
    wm_keys_change change = { .roles = 0 };
    wm_exit code = read_change(run, &change);
    bool all = wm_cli_flag(run->args, "--compromised");
    if (code != WM_EXIT_DONE) {
        return code;
    }
    if (all == (run->args->operands[3] != NULL)) {
        return wm_cli_usage(run->cli, "revoke: expected either the id of a key or --compromised, "
                                      "for all of the role");
    }
    change.forgets = true;
    change.drops = wm_cli_flag(run->args, "--drop");
    return change_root(run, &change);
}

/* The timestamp; or the root for another year. */
static wm_exit run_renew(key_run *run)
{
    unsigned roles = 0;
    const char *feed = wm_cli_value(run->args, "--feed");
    if (run->args->operands[2] != NULL) {
        wm_exit code = read_roles(run, &roles);
        if (code != WM_EXIT_DONE) {
            return code;
        }
        if (roles != 1u << WM_KEY_ROOT || feed != NULL) {
            return wm_cli_usage(run->cli, "renew: expected KEYDIR root, or KEYDIR --feed DIR for "
                                          "the timestamp");
        }
        return change_root(run, &(wm_keys_change){ .roles = 0 });
    }
    if (feed == NULL) {
        return wm_cli_usage(run->cli, "renew: expected --feed DIR, or the role root");
    }
    wm_error err = { 0 };
    wm_published published;
    wm_publish_options how = { .feed_folder = feed,
                               .key_folder = run->options.key_folder,
                               .now_s = run->options.now_s,
                               .editions = run->options.editions };
    /* A folder that is not there is a failure of storage, not an answer of "no". */
    wm_status status = wm_cli_opened(wm_publish_renew(&how, run->arena, &published, &err), &err);
    if (status != WM_OK) {
        return fail(run, status, &err);
    }
    wm_str *names = wm_arena_array(run->arena, published.file_count, sizeof *names);
    if (names == NULL) {
        return fail(run, wm_fail_memory(&err), &err);
    }
    for (size_t i = 0; i < published.file_count; i++) {
        names[i] = published.files[i].path;
    }
    return wm_keys_print_names(run->cli, names, published.file_count);
}

static wm_exit run_offer(key_run *run)
{
    wm_error err = { 0 };
    unsigned roles = 1u << WM_KEY_ROOT;
    const wm_str *names = NULL;
    size_t count = 0;
    if (run->args->operands[2] != NULL) {
        roles = 0;
        wm_exit code = read_roles(run, &roles);
        if (code != WM_EXIT_DONE) {
            return code;
        }
    }
    wm_key_role role = WM_KEY_ROOT;
    while (roles >> (unsigned)role != 1u) {
        role++;
        if (role == WM_KEY_ROLES) {
            return wm_cli_usage(run->cli, "offer: expected one role");
        }
    }
    wm_status status = wm_keys_offer(run->arena, &run->options, role, &names, &count, &err);
    return status == WM_OK ? wm_keys_print_names(run->cli, names, count) : fail(run, status, &err);
}

static wm_exit run_sign(key_run *run)
{
    wm_error err = { 0 };
    wm_keys_result result;
    wm_status status = wm_keys_sign(run->arena, &run->options, &result, &err);
    return status == WM_OK ? wm_keys_print_result(run->cli, &result) : fail(run, status, &err);
}

static wm_exit run_show(key_run *run)
{
    wm_error err = { 0 };
    const wm_keys_view *views = NULL;
    size_t count = 0;
    wm_status status = wm_keys_look(run->arena, &run->options, &views, &count, &err);
    return status == WM_OK ? wm_keys_print_views(run->cli, views, count, run->options.now_s)
                           : fail(run, status, &err);
}

typedef struct key_action {
    const char *name;
    size_t operands; /* at most, with the action and KEYDIR */
    wm_exit (*run)(key_run *run);
} key_action;

static const key_action actions[] = {
    { "init", 2, run_init },   { "rotate", 4, run_rotate }, { "revoke", 4, run_revoke },
    { "renew", 3, run_renew }, { "offer", 3, run_offer },   { "sign", 2, run_sign },
    { "show", 2, run_show },
};

static wm_exit run(wm_cli *cli, const wm_cli_args *args)
{
    wm_arena arena;
    key_run how = { .cli = cli, .args = args, .arena = &arena };
    const key_action *action = NULL;
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        action = strcmp(actions[i].name, args->operands[0]) == 0 ? &actions[i] : action;
    }
    if (action == NULL) {
        return wm_cli_usage(cli,
                            "expected init, rotate, revoke, renew, offer, sign or show, found "
                            "\"%s\"",
                            args->operands[0]);
    }
    if (args->operand_count > action->operands) {
        return wm_cli_usage(cli, "%s: expected nothing more, found \"%s\"", action->name,
                            args->operands[action->operands]);
    }
    wm_exit code = read_options(&how);
    if (code != WM_EXIT_DONE) {
        return code;
    }
    wm_arena_init(&arena, cli->env, SIZE_MAX / 2);
    wm_buf_init(&how.offer, cli->env, OFFER_BYTES_MAX);
    code = action->run(&how);
    wm_buf_fini(&how.offer);
    wm_arena_fini(&arena);
    return code;
}

static const wm_cli_option options[] = {
    { "--edition", "EDITION", "public or professional; all that KEYDIR has if left out", false },
    { "--root-keydir", "DIR", "A folder with root keys; init puts them there, in turn", true },
    { "--new-keydir", "DIR", "rotate, revoke: where new keys go; beside the old if left out",
      false },
    { "--accept", "FILE", "rotate, revoke: the key that comes is the one offered in this file",
      false },
    { "--add", NULL, "rotate: one more key for the role; none goes", false },
    { "--compromised", NULL, "revoke: all keys of the role", false },
    { "--drop", NULL, "revoke: without a new key in its place", false },
    { "--threshold", "N", "rotate, revoke: how many keys of the role must sign from then on",
      false },
    { "--feed", "DIR", "renew: the folder whose timestamp is renewed", false },
    { "--date", "DATE", "The day of signing; today if left out", false },
    { "--root-keys", "N", "init: number of root keys (1 to 16; 1)", false },
    { "--root-threshold", "N", "init: how many of them must sign (1)", false },
    { "--targets-keys", "N", "init: number of targets keys", false },
    { "--targets-threshold", "N", "init: how many of them must sign", false },
    { "--snapshot-keys", "N", "init: number of snapshot keys", false },
    { "--snapshot-threshold", "N", "init: how many of them must sign", false },
    { "--timestamp-keys", "N", "init: number of timestamp keys", false },
    { "--timestamp-threshold", "N", "init: how many of them must sign", false },
    { NULL, NULL, NULL, false },
};

const wm_cli_command cmd_keys = {
    "keys",
    "ACTION KEYDIR [ROLE] [KEYID]",
    "Make, replace and renew the signing keys of a feed",
    "init KEYDIR                 make the keys, and the root that clients are given\n"
    "show KEYDIR                 which keys there are, where, and what waits for signatures\n"
    "rotate KEYDIR ROLE [KEYID]  new keys for a role (or in place of one); old files go to "
    "retired/\n"
    "revoke KEYDIR ROLE KEYID    the same for a stolen key, whose file is deleted; or "
    "--compromised\n"
    "renew KEYDIR root           the same root for another year\n"
    "renew KEYDIR --feed DIR     the timestamp for another week: needs its key and the feed only\n"
    "offer DIR [ROLE]            make a key of your own in DIR, and beside it the public half, "
    "which "
    "who\n"
    "                            has KEYDIR accepts: rotate KEYDIR root --add --accept FILE\n"
    "sign KEYDIR                 add the signatures of the root keys that are here to a draft\n"
    "\n"
    "ROLE is root, targets, snapshot or timestamp; several with commas. KEYID: its first 8 digits "
    "or\n"
    "more. Keep root keys offline, targets keys where releases are made. Clients need\n"
    "KEYDIR/EDITION/root.json, by a channel they trust. After rotate, revoke and renew root: "
    "publish.",
    options,
    run,
};

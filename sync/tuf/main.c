/* main.c: waymark-tuf: the client of any TUF repository (1.0.34), for the command line.
 *
 *   waymark-tuf --metadata-dir D init ROOT
 *   waymark-tuf --metadata-url U --metadata-dir D refresh
 *   waymark-tuf --metadata-url U --metadata-dir D --target-name T [--target-name T2 ...]
 *               --target-dir X --target-base-url V download
 *
 * U and V are http or https addresses, or folders. Exit code 0, or 1 with a line on standard error.
 * It shows that the workflow which replicas trust is the specification's: the public conformance
 * suite runs it. */
#include <stdio.h>
#include <string.h>

#include <waymark/sys/transport.h>

#include "folder.h"

#define TARGETS_MAX 256
#define ARENA_BYTES_MAX ((size_t)1024 * WM_MIB)

typedef struct tuf_arguments {
    const char *metadata_folder;
    const char *metadata_address;
    const char *target_folder;
    const char *target_address;
    const char *targets[TARGETS_MAX];
    size_t target_count;
    const char *command;
    const char *operand;
} tuf_arguments;

typedef struct tuf_run {
    const wm_env *env;
    const tuf_arguments *arguments;
    wm_arena arena;
    tuf_folder metadata;
    wm_trust_storage storage;
    wm_transport *transport;
    wm_updater updater;
} tuf_run;

/* ---- the command line ---- */

static wm_status read_option(tuf_arguments *arguments, const char *name, const char *value,
                             wm_error *err)
{
    const struct {
        const char *name;
        const char **to;
    } options[] = {
        { "--metadata-dir", &arguments->metadata_folder },
        { "--metadata-url", &arguments->metadata_address },
        { "--target-dir", &arguments->target_folder },
        { "--target-base-url", &arguments->target_address },
    };
    if (value == NULL) {
        return wm_fail(err, WM_BAD_ARGUMENT, "%s: expected a value", name);
    }
    if (strcmp(name, "--target-name") == 0) {
        if (arguments->target_count == TARGETS_MAX) {
            return wm_fail(err, WM_BAD_ARGUMENT, "--target-name: at most %d", TARGETS_MAX);
        }
        arguments->targets[arguments->target_count++] = value;
        return WM_OK;
    }
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (strcmp(name, options[i].name) == 0) {
            *options[i].to = value;
            return WM_OK;
        }
    }
    return wm_fail(err, WM_BAD_ARGUMENT, "unknown option %s", name);
}

static wm_status read_arguments(tuf_arguments *arguments, int argc, char **argv, wm_error *err)
{
    wm_status status = WM_OK;
    for (int i = 1; i < argc && status == WM_OK; i++) {
        if (strncmp(argv[i], "--", 2) == 0) {
            status = read_option(arguments, argv[i], i + 1 < argc ? argv[i + 1] : NULL, err);
            i++;
        } else if (arguments->command == NULL) {
            arguments->command = argv[i];
        } else if (arguments->operand == NULL) {
            arguments->operand = argv[i];
        } else {
            status = wm_fail(err, WM_BAD_ARGUMENT, "%s: one word too many", argv[i]);
        }
    }
    return status;
}

static wm_status need(const char *value, const char *name, wm_error *err)
{
    return value != NULL ? WM_OK : wm_fail(err, WM_BAD_ARGUMENT, "%s is missing", name);
}

/* ---- fetching ---- */

/* One file; the caller gives `fetched` back in any case. The status is that of the fetch. */
static wm_status fetch(wm_transport *transport, const char *path, uint64_t max_bytes,
                       wm_fetched *fetched, wm_error *err)
{
    wm_want want = { .path = wm_str_of(path), .max_bytes = max_bytes, .quoted = true };
    *fetched = (wm_fetched){ .status = WM_OK };
    wm_status status = wm_transport_fetch(transport, &want, fetched, 1, err);
    if (status == WM_OK && fetched->status != WM_OK) {
        status = fetched->status;
        if (fetched->error.text[0] != '\0') {
            status = wm_fail(err, status, "%s", fetched->error.text);
        } else {
            status = wm_fail(err, status, "%s: not there", path);
        }
    }
    return status;
}

/* Until it has what it wants. */
static wm_status drive(tuf_run *run, wm_error *err)
{
    wm_updater_want want;
    wm_status status = WM_OK;
    while (status == WM_OK) {
        status = wm_updater_next(&run->updater, &want, err);
        if (status != WM_OK) {
            break;
        }
        wm_fetched fetched;
        status = fetch(run->transport, want.file, want.max_bytes, &fetched, err);
        /* Object stores say "refused" of what is not there; for the next root that is no news. */
        bool is_last = run->updater.step == WM_UPDATER_ROOT &&
                       (status == WM_NOT_FOUND || status == WM_REFUSED);
        if (status == WM_OK || is_last) {
            wm_error_clear(err);
            status = wm_updater_give(&run->updater, is_last ? WM_NOT_FOUND : WM_OK,
                                     wm_buf_str(&fetched.bytes), err);
            if (status != WM_OK) {
                wm_error_context(err, "%s", want.file);
            }
        }
        wm_fetched_fini(&fetched, 1);
    }
    return status == WM_END ? WM_OK : status;
}

/* "[FOLDER/]HASH.NAME", or as it is listed where snapshots are not consistent (5.7.2), quoted. */
static wm_status target_path(const wm_updater *updater, const wm_listed_file *target,
                             char out[WM_UPDATER_FILE_BYTES], wm_error *err)
{
    char hash[2 * WM_SHA512_BYTES + 1] = "";
    if (updater->root.consistent_snapshot) {
        (void)(target->hashes.has_sha256
                   ? wm_hex_write(target->hashes.sha256.bytes, WM_DIGEST_BYTES, hash)
                   : wm_hex_write(target->hashes.sha512, WM_SHA512_BYTES, hash));
    }
    size_t length = 0;
    wm_str rest = target->path;
    for (bool last = false; !last;) {
        const char *slash = rest.len > 0 ? memchr(rest.ptr, '/', rest.len) : NULL;
        last = slash == NULL;
        wm_str name = { rest.ptr, last ? rest.len : (size_t)(slash - rest.ptr) };
        if (last && hash[0] != '\0') {
            length += (size_t)snprintf(out + length, WM_UPDATER_FILE_BYTES - length, "%s.", hash);
        }
        if (length >= WM_UPDATER_FILE_BYTES ||
            !wm_updater_quote(name, out + length, WM_UPDATER_FILE_BYTES - length - 1)) {
            return wm_fail(err, WM_TOO_LARGE, "target %.*s: the name is too long",
                           WM_STR_ARG(target->path));
        }
        length += strlen(out + length);
        if (!last) {
            out[length++] = '/';
            rest = (wm_str){ slash + 1, rest.len - name.len - 1 };
        }
    }
    return WM_OK;
}

static wm_status fetch_target(const tuf_run *run, const wm_listed_file *target,
                              wm_transport *transport, const tuf_folder *folder, wm_error *err)
{
    char path[WM_UPDATER_FILE_BYTES];
    bool has = false;
    if ((uint64_t)target->length > WM_PACK_BYTES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "%.*s: expected at most %zu bytes",
                       WM_STR_ARG(target->path), WM_PACK_BYTES_MAX);
    }
    wm_status status = tuf_folder_has_target(folder, target, &has, err);
    if (status != WM_OK || has) {
        return status;
    }
    status = target_path(&run->updater, target, path, err);
    if (status != WM_OK) {
        return status;
    }
    wm_fetched fetched;
    status = fetch(transport, path, (uint64_t)target->length, &fetched, err);
    if (status == WM_OK) {
        status = wm_listed_check(target, wm_buf_str(&fetched.bytes), err);
    }
    if (status == WM_OK) {
        status = tuf_folder_put_target(folder, target->path, wm_buf_str(&fetched.bytes), err);
    }
    wm_fetched_fini(&fetched, 1);
    return status;
}

/* ---- commands ---- */

static wm_status init(tuf_run *run, wm_error *err)
{
    wm_buf root;
    wm_root checked;
    wm_str none = { NULL, 0 };
    const wm_files *files = wm_files_system();
    wm_status status = need(run->arguments->operand, "the file of the first root", err);
    if (status != WM_OK) {
        return status;
    }
    wm_buf_init(&root, run->env, WM_METADATA_ROOT_BYTES_MAX);
    status = run->storage.load(run->storage.context, WM_STR("root"), &root, err);
    if (status == WM_OK) {
        status = wm_fail(err, WM_REFUSED, "%s has a root already", run->arguments->metadata_folder);
    } else if (status == WM_NOT_FOUND) {
        status = files->read(files->context, run->arguments->operand, &root, err);
        if (status == WM_NOT_FOUND) {
            status = wm_fail(err, status, "%s: no such file", run->arguments->operand);
        }
    }
    if (status == WM_OK) {
        status = wm_policy_first_root(&run->arena, wm_buf_str(&root), &checked, err);
    }
    if (status == WM_OK) {
        wm_trust_change change = { WM_STR("root"), wm_buf_str(&root), none, false };
        status = run->storage.store(run->storage.context, &change, err);
    }
    wm_buf_fini(&root);
    return status;
}

static wm_status refresh(tuf_run *run, wm_error *err)
{
    wm_updater_options options = { .time_s = run->env->now_s(run->env->context) };
    wm_status status = need(run->arguments->metadata_address, "--metadata-url", err);
    if (status == WM_OK) {
        status = wm_updater_init(&run->updater, &run->arena, &run->storage, &options, err);
    }
    if (status == WM_OK) {
        status = wm_transport_open(run->env, run->arguments->metadata_address, NULL,
                                   &run->transport, err);
    }
    return status == WM_OK ? drive(run, err) : status;
}

static wm_status download_one(tuf_run *run, const char *name, wm_transport *transport,
                              const tuf_folder *folder, wm_error *err)
{
    wm_status status = wm_updater_find(&run->updater, wm_str_of(name), err);
    if (status == WM_OK) {
        status = drive(run, err);
    }
    const wm_listed_file *found = run->updater.found;
    if (status == WM_OK) {
        status = found != NULL ? fetch_target(run, found, transport, folder, err)
                               : wm_fail(err, WM_NOT_FOUND, "no role lists it");
    }
    if (status != WM_OK) {
        wm_error_context(err, "%s", name);
    }
    return status;
}

static wm_status download(tuf_run *run, wm_error *err)
{
    const tuf_arguments *arguments = run->arguments;
    wm_transport *transport = NULL;
    tuf_folder folder = { .lock = -1 };
    wm_status status = need(arguments->targets[0], "--target-name", err);
    if (status == WM_OK) {
        status = need(arguments->target_folder, "--target-dir", err);
    }
    if (status == WM_OK) {
        status = need(arguments->target_address, "--target-base-url", err);
    }
    if (status == WM_OK) {
        status = refresh(run, err);
    }
    if (status == WM_OK) {
        status = tuf_folder_open(&folder, run->env, arguments->target_folder, err);
    }
    if (status == WM_OK) {
        status = wm_transport_open(run->env, arguments->target_address, NULL, &transport, err);
    }
    for (size_t i = 0; i < arguments->target_count && status == WM_OK; i++) {
        status = download_one(run, arguments->targets[i], transport, &folder, err);
    }
    wm_transport_close(transport);
    tuf_folder_close(&folder);
    return status;
}

static wm_status run_command(tuf_run *run, wm_error *err)
{
    static const struct {
        const char *name;
        wm_status (*run)(tuf_run *run, wm_error *err);
    } commands[] = { { "init", init }, { "refresh", refresh }, { "download", download } };
    const tuf_arguments *arguments = run->arguments;
    wm_status status = need(arguments->command, "a command (init, refresh or download)", err);
    if (status == WM_OK) {
        status = need(arguments->metadata_folder, "--metadata-dir", err);
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0] && status == WM_OK; i++) {
        if (strcmp(arguments->command, commands[i].name) == 0) {
            status = tuf_folder_open(&run->metadata, run->env, arguments->metadata_folder, err);
            run->storage = tuf_folder_storage(&run->metadata);
            return status == WM_OK ? commands[i].run(run, err) : status;
        }
    }
    return status == WM_OK ? wm_fail(err, WM_BAD_ARGUMENT, "unknown command %s", arguments->command)
                           : status;
}

int main(int argc, char **argv)
{
    tuf_arguments arguments = { .command = NULL };
    tuf_run run = { .env = wm_env_system(), .arguments = &arguments, .metadata = { .lock = -1 } };
    wm_error err = { 0 };
    wm_arena_init(&run.arena, run.env, ARENA_BYTES_MAX);
    wm_status status = read_arguments(&arguments, argc, argv, &err);
    if (status == WM_OK) {
        status = run_command(&run, &err);
    }
    if (status != WM_OK) {
        (void)fprintf(stderr, "waymark-tuf: %s\n",
                      err.text[0] != '\0' ? err.text : wm_status_text(status));
    }
    wm_transport_close(run.transport);
    tuf_folder_close(&run.metadata);
    wm_arena_fini(&run.arena);
    return status == WM_OK ? 0 : 1;
}

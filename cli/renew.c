/* renew.c: see renew.h.
 *
 *   read what can be read of the old -> PATH.new catches up from nothing -> both are closed
 *   -> PATH.new takes the place of PATH (wm_replica_take_place)
 *
 * A stop anywhere before that leaves the old file, as damaged as it was, and the next run begins
 * again. PATH.new is one name for all: who makes it has a lock on the old file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "catch_up.h"
#include "renew.h"

#define PATH_BYTES 4096

static void remove_with_log(const char *path)
{
    static const char *const endings[] = { "-wal", "-shm", "" };
    char name[PATH_BYTES + 8];
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, endings[i]);
        (void)remove(name);
    }
}

static wm_status catch_up(wm_cli *cli, wm_store *store, const wm_replica_remains *remains,
                          const wm_cli_access *access, wm_client_summary *summary, wm_error *err)
{
    wm_client *client = NULL;
    wm_transport *transport = NULL;
    wm_client_options options = { .root = remains->root,
                                  .has_edition = true,
                                  .edition = remains->edition,
                                  .subscribe = remains->subscriptions,
                                  .subscribe_count = remains->subscription_count,
                                  .now_s = cli->env->now_s(cli->env->context) };
    wm_status status = wm_replica_remember(store, remains, err);
    if (status == WM_OK) {
        status = wm_client_open(store, &options, &client, err);
    }
    if (status == WM_OK) {
        status = wm_cli_access_open(cli, access, &transport, err);
    }
    if (status == WM_OK) {
        status = wm_cli_drive(cli, &access->patience, client, transport, summary, err);
        summary->files = NULL; /* gone with the client */
        summary->file_count = 0;
    }
    wm_transport_close(transport);
    wm_client_close(client);
    return status == WM_OK ? wm_cli_remember_feed(store, wm_buf_str(&access->feed), err) : status;
}

static wm_status make(wm_cli *cli, const char *fresh, const wm_replica_remains *remains,
                      const wm_cli_access *access, wm_client_summary *summary, wm_error *err)
{
    wm_store *store = NULL;
    remove_with_log(fresh);
    wm_status status = wm_store_open(
        cli->env, fresh, WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_REPLICA, &store, err);
    if (status == WM_OK) {
        status = catch_up(cli, store, remains, access, summary, err);
    }
    wm_store_close(store);
    if (status != WM_OK) {
        remove_with_log(fresh);
    }
    return status;
}

/* Versions of metadata start again lower when keys are rotated; releases do not. */
static wm_status refuse_older(const char *path, const wm_replica_remains *remains,
                              const wm_client_summary *summary, wm_error *err)
{
    return summary->to >= remains->release
               ? WM_OK
               : wm_fail(err, WM_NOT_TRUSTED,
                         "%s: has release %lld, and the feed only release %lld: an older copy. If "
                         "it is not, move the file away, and make it anew with `waymark sync`",
                         path, (long long)remains->release, (long long)summary->to);
}

/* Only when no database of this process has the file open: closing the lock ends theirs. */
static wm_status take_lock(const char *path, int *lock_out, wm_error *err)
{
    *lock_out = open(path, O_RDONLY | O_CLOEXEC);
    bool is_held =
        *lock_out >= 0 && flock(*lock_out, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    return is_held ? wm_fail(err, WM_BUSY, "%s: another process is making it anew", path) : WM_OK;
}

static wm_status make_and_replace(wm_cli *cli, const char *path, const wm_replica_remains *remains,
                                  const wm_cli_access *access, wm_client_summary *summary,
                                  wm_error *err)
{
    char fresh[PATH_BYTES];
    int lock = -1;
    int length = snprintf(fresh, sizeof fresh, "%s.new", path);
    if (length < 0 || length >= PATH_BYTES) {
        return wm_fail(err, WM_BAD_ARGUMENT, "%s: the path is too long", path);
    }
    wm_status status = take_lock(path, &lock, err);
    if (status == WM_OK) {
        status = make(cli, fresh, remains, access, summary, err);
    }
    if (status == WM_OK) {
        status = refuse_older(path, remains, summary, err);
        if (status == WM_OK) {
            status = wm_replica_take_place(cli->env, NULL, fresh, path, err);
        } else {
            remove_with_log(fresh);
        }
    }
    if (lock >= 0) {
        (void)close(lock);
    }
    return status;
}

static wm_status refuse(const char *path, const char *what, wm_error *err)
{
    return wm_fail(err, WM_BAD_ARGUMENT,
                   "%s: too damaged to be mended, and %s; nothing is lost but time: move it away, "
                   "and make it anew with `waymark sync %s --feed FEED --root ROOT.json "
                   "[--edition E] [--subscribe CODES]`",
                   path, what, path);
}

wm_status wm_cli_renew(wm_cli *cli, const char *path, wm_store *damaged,
                       const wm_cli_access *access, wm_str root, wm_client_summary *summary_out,
                       wm_error *err)
{
    wm_arena arena;
    wm_replica_remains remains;
    wm_arena_init(&arena, cli->env, 64 * WM_MIB);
    wm_error_clear(err);
    wm_status status = wm_replica_salvage(damaged, root, &arena, &remains, err);
    wm_store_close(damaged);
    if (status == WM_OK && remains.root.ptr == NULL) {
        status = refuse(path, "its root cannot be read (give --root, from a safe channel)", err);
    } else if (status == WM_OK && !wm_cli_access_known(access)) {
        status = refuse(path, "its feed is not known (give --feed)", err);
    } else if (status == WM_OK && (!remains.has_edition || remains.subscription_count == 0)) {
        status = refuse(path, "its edition or its subscriptions cannot be read", err);
    }
    if (status == WM_OK) {
        status = make_and_replace(cli, path, &remains, access, summary_out, err);
    }
    wm_arena_fini(&arena);
    return status;
}

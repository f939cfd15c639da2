/* access.c: see access.h. */
#include <string.h>

#include "access.h"

#define FEED_BYTES_MAX 4096

wm_http_options wm_cli_http_options(const wm_cli_args *args)
{
    return (wm_http_options){ .token_file = wm_cli_value(args, "--token-file"),
                              .netrc_file = wm_cli_value(args, "--netrc"),
                              .certificate = wm_cli_value(args, "--cert"),
                              .private_key = wm_cli_value(args, "--key"),
                              .authorities = wm_cli_value(args, "--authorities"),
                              .proxy = wm_cli_value(args, "--proxy") };
}

bool wm_cli_is_address(wm_str feed)
{
    for (size_t i = 0; i + 3 <= feed.len; i++) {
        if (memcmp(feed.ptr + i, "://", 3) == 0) {
            return true;
        }
    }
    return false;
}

wm_status wm_cli_access_find(wm_cli *cli, const wm_cli_args *args, wm_store *store,
                             wm_cli_access *access_out, wm_error *err)
{
    const char *feed = wm_cli_value(args, "--feed");
    wm_status status = WM_OK;
    memset(access_out, 0, sizeof *access_out);
    wm_buf_init(&access_out->feed, cli->env, FEED_BYTES_MAX);
    access_out->offline = wm_cli_flag(args, "--offline");
    access_out->http = wm_cli_http_options(args);
    if (feed != NULL) {
        wm_buf_put_text(&access_out->feed, feed);
        status = wm_buf_status(&access_out->feed, err);
    } else if (store != NULL) {
        status = wm_store_blob_get(store, WM_STR(WM_CLI_FEED_BLOB), &access_out->feed, err);
        status = status == WM_NOT_FOUND ? WM_OK : status;
    }
    if (status == WM_OK && access_out->offline &&
        wm_cli_is_address(wm_buf_str(&access_out->feed))) {
        if (feed != NULL) {
            return wm_fail(err, WM_BAD_ARGUMENT,
                           "--offline: expected --feed to be a folder, found an address");
        }
        wm_buf_reset(&access_out->feed);
    }
    return status;
}

void wm_cli_access_fini(wm_cli_access *access)
{
    wm_buf_fini(&access->feed);
}

bool wm_cli_access_known(const wm_cli_access *access)
{
    return access->feed.len > 0;
}

wm_status wm_cli_access_open(wm_cli *cli, const wm_cli_access *access, wm_transport **transport_out,
                             wm_error *err)
{
    return wm_transport_open(cli->env, wm_buf_str(&access->feed).ptr, &access->http, transport_out,
                             err);
}

wm_status wm_cli_remember_feed(wm_store *store, wm_str feed, wm_error *err)
{
    wm_txn *txn = NULL;
    wm_status status = wm_txn_begin(store, &txn, err);
    if (status == WM_OK) {
        status = wm_store_blob_put(txn, WM_STR(WM_CLI_FEED_BLOB), feed, err);
    }
    if (status != WM_OK) {
        wm_txn_rollback(txn);
        return status;
    }
    return wm_txn_commit(txn, err);
}

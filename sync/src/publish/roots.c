/* roots.c: the roots in the feed.
 *
 * 1. A client that sees a root whose keys have not signed the timestamp yet can only say that it is
 *    not trusted. So roots are copied last, right before the timestamp that their keys have signed.
 * 2. A client that follows one of two roots of the same version can never leave it. So a root that
 *    counts is not replaced by another: only by itself, with other signatures, or where what stands
 *    there is no root. */
#include "publish/publisher.h"
#include "trust/policy.h"

static wm_status read_root(wm_publisher *publisher, int64_t version, char path[WM_FEED_PATH_BYTES],
                           wm_str *found_out, wm_error *err)
{
    (void)wm_feed_path_metadata(path, publisher->edition, version, WM_STR("root"));
    return wm_publisher_read(publisher, path, WM_METADATA_ROOT_BYTES_MAX, found_out, err);
}

static wm_status check_newer(wm_publisher *publisher, wm_error *err)
{
    char path[WM_FEED_PATH_BYTES];
    wm_str found = { NULL, 0 };
    int64_t newest = publisher->keys.root.head.version;
    wm_status status = read_root(publisher, newest + 1, path, &found, err);
    if (status == WM_NOT_FOUND) {
        return WM_OK;
    }
    return status != WM_OK
               ? status
               : wm_fail(err, WM_CONFLICT,
                         "the feed has root %lld, the key folder only root %lld: use the folder "
                         "where the root was changed",
                         (long long)newest + 1, (long long)newest);
}

/* Would a client that has the root before follow `found`, and is it another than ours? */
static wm_status is_other(wm_publisher *publisher, size_t at, wm_str found, bool *is_other_out,
                          wm_error *err)
{
    wm_arena *arena = publisher->arena;
    const wm_root_chain *chain = &publisher->keys.chain;
    wm_root root;
    wm_unverified theirs;
    wm_unverified ours;
    wm_status read = wm_policy_next_root(arena, &chain->roots[at - 1], found, &root, NULL);
    *is_other_out = false;
    if (read != WM_OK) {
        return read == WM_NO_MEMORY ? wm_fail_memory(err) : WM_OK;
    }
    wm_status status = wm_unverified_read(arena, found, WM_METADATA_ROOT_BYTES_MAX, &theirs, err);
    if (status == WM_OK) {
        status =
            wm_unverified_read(arena, chain->files[at], WM_METADATA_ROOT_BYTES_MAX, &ours, err);
    }
    if (status == WM_OK) {
        *is_other_out = !wm_str_equal(theirs.canonical, ours.canonical);
    }
    return status;
}

static wm_status check_same(wm_publisher *publisher, size_t at, wm_error *err)
{
    char path[WM_FEED_PATH_BYTES];
    wm_str found = { NULL, 0 };
    bool other = false;
    wm_status status = read_root(publisher, (int64_t)at + 1, path, &found, err);
    if (status == WM_NOT_FOUND || status == WM_TOO_LARGE) {
        wm_error_clear(err);
        return WM_OK;
    }
    if (status == WM_OK && !wm_str_equal(found, publisher->keys.chain.files[at])) {
        status = is_other(publisher, at, found, &other, err);
    }
    if (status == WM_OK && other) {
        status = wm_fail(err, WM_CONFLICT,
                         "%s in the feed is signed, and not the one of the key folder: use the "
                         "folder where it was made, or, if a thief made it, take it away",
                         path);
    }
    return status;
}

wm_status wm_publisher_check_roots(wm_publisher *publisher, wm_error *err)
{
    wm_status status = check_newer(publisher, err);
    for (size_t i = 1; i < publisher->keys.chain.count && status == WM_OK; i++) {
        status = check_same(publisher, i, err);
    }
    return status;
}

wm_status wm_publisher_copy_roots(wm_publisher *publisher, wm_error *err)
{
    const wm_root_chain *chain = &publisher->keys.chain;
    wm_status status = WM_OK;
    for (size_t i = 0; i < chain->count && status == WM_OK; i++) {
        char path[WM_FEED_PATH_BYTES];
        wm_published_file published = { .path = WM_STR(""), .kind = WM_STR("metadata") };
        (void)wm_feed_path_metadata(path, publisher->edition, (int64_t)i + 1, WM_STR("root"));
        published.path = wm_str_of(path);
        status = wm_publisher_write(publisher, &published, chain->files[i], err);
    }
    return status;
}

/* roots.c: the roots in the feed.
 *
 * A client that sees a root whose keys have not signed the timestamp yet can only say that it is
 * not trusted. So roots are copied last, right before the timestamp that their keys have signed. */
#include "publish/publisher.h"

wm_status wm_publisher_check_roots(wm_publisher *publisher, wm_error *err)
{
    char path[WM_FEED_PATH_BYTES];
    wm_str found = { NULL, 0 };
    int64_t newest = publisher->keys.root.head.version;
    (void)wm_feed_path_metadata(path, publisher->edition, newest + 1, WM_STR("root"));
    wm_status status = wm_publisher_read(publisher, path, WM_METADATA_ROOT_BYTES_MAX, &found, err);
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

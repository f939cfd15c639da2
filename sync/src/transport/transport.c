/* transport.c: what all transports share: paths, results, and which one a feed needs. */
#include "transport/common.h"

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

/* "%XX" or "~". */
static bool is_quoted(wm_str path, size_t at)
{
    return path.ptr[at] == '~' || (path.ptr[at] == '%' && path.len - at > 2 &&
                                   is_hex(path.ptr[at + 1]) && is_hex(path.ptr[at + 2]));
}

static bool path_valid(wm_str path, bool quoted)
{
    size_t part = 0; /* bytes of the part between slashes so far */
    bool dots = true;
    if (path.len == 0 || path.len > WM_TRANSPORT_PATH_BYTES_MAX) {
        return false;
    }
    for (size_t i = 0; i <= path.len; i++) {
        char c = '/';
        if (i < path.len) {
            c = path.ptr[i];
        }
        if (c == '/') {
            if (part == 0 || dots) {
                return false; /* "", "." and "..", and any other name of dots alone */
            }
            part = 0;
            dots = true;
            continue;
        }
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '.' && c != '_' && c != '-' && !(quoted && is_quoted(path, i))) {
            return false;
        }
        dots = dots && c == '.';
        part++;
    }
    return true;
}

bool wm_transport_path_valid(wm_str path)
{
    return path_valid(path, false);
}

bool wm_transport_query_valid(wm_str query)
{
    if (query.len > WM_TRANSPORT_QUERY_BYTES_MAX) {
        return false;
    }
    for (size_t i = 0; i < query.len; i++) {
        char c = query.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && !is_quoted(query, i) &&
            (c == '\0' || strchr("-._~!$'()*+,;=:@/?&", c) == NULL)) {
            return false;
        }
    }
    return true;
}

wm_status transport_begin(const wm_env *env, const wm_want *wants, wm_fetched *results,
                          size_t count, wm_error *err)
{
    for (size_t i = 0; i < count; i++) {
        results[i] = (wm_fetched){ .status = WM_OK };
        uint64_t max = wants[i].max_bytes < SIZE_MAX / 2 ? wants[i].max_bytes : SIZE_MAX / 2;
        wm_buf_init(&results[i].bytes, env, (size_t)max);
        if (!path_valid(wants[i].path, wants[i].quoted)) {
            results[i].status =
                wm_fail(&results[i].error, WM_BAD_ARGUMENT, "feed: not a path of a feed: %.*s",
                        WM_STR_ARG(wants[i].path));
        } else if (!wm_transport_query_valid(wants[i].query)) {
            results[i].status =
                wm_fail(&results[i].error, WM_BAD_ARGUMENT, "%.*s: not a query of an address",
                        WM_STR_ARG(wants[i].path));
        }
    }
    if (count > WM_TRANSPORT_WANTS_MAX) {
        return wm_fail(err, WM_BAD_ARGUMENT, "feed: more than %d files at once",
                       WM_TRANSPORT_WANTS_MAX);
    }
    return WM_OK;
}

wm_status transport_too_large(const wm_want *want, wm_fetched *result)
{
    result->status =
        wm_fail(&result->error, WM_TOO_LARGE, "%.*s: expected at most %llu bytes, found more",
                WM_STR_ARG(want->path), (unsigned long long)want->max_bytes);
    return result->status;
}

wm_status wm_transport_fetch(wm_transport *transport, const wm_want *wants, wm_fetched *results,
                             size_t count, wm_error *err)
{
    return transport->fetch(transport, wants, results, count, err);
}

void wm_fetched_fini(wm_fetched *results, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (results[i].bytes.env != NULL) {
            wm_buf_fini(&results[i].bytes);
        }
    }
}

void wm_transport_close(wm_transport *transport)
{
    if (transport != NULL) {
        transport->close(transport);
    }
}

wm_status wm_transport_open(const wm_env *env, const char *feed, const wm_http_options *options,
                            wm_transport **transport_out, wm_error *err)
{
    if (strstr(feed, "://") != NULL) {
        return wm_transport_http_open(env, feed, options, transport_out, err);
    }
    return wm_transport_folder_open(env, feed, transport_out, err);
}

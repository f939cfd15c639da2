/* http.c: a feed at an address: all wants of a call side by side, over HTTP/2 or a few connections.
 *
 *      open: address, options, token file -> one multi handle, which keeps connections
 *      fetch: requests -> [multi: run, look, wait] -> done: result, or once more
 *
 * Time is measured over the whole call, not for each file: over HTTP/2, and on a slow line, one
 * file may well have to wait for the others. The call ends when nothing at all comes for a while
 * (stalled), and when all together is too little in a longer while (dripping).
 *
 * What may never happen: a token or certificate over plain http to another machine, be it a proxy;
 * a token in a text. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "transport/http.h"

#define WAIT_MS 1000
#define LOOK_MS 200

typedef struct http_run {
    http_transport *http;
    http_request *requests;
    const wm_want *wants;
    const wm_fetched *results;
    size_t count;
    size_t running;
    uint64_t seen; /* bytes when last something came */
    int64_t seen_ms;
    uint64_t window; /* bytes when the window of the slowest speed began */
    int64_t window_ms;
    int64_t look_ms; /* when last was looked on */
} http_run;

static int64_t clock_ms(void)
{
    struct timespec now = { 0, 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static wm_status launch(http_request *request)
{
    const http_curl *curl = &request->http->curl;
    wm_status status = http_request_start(request);
    if (status == WM_OK &&
        curl->multi_add_handle(request->http->multi, request->easy) != CURLM_OK) {
        status = WM_NO_MEMORY;
    }
    if (status != WM_OK) {
        wm_fetched *result = request->result;
        result->status = wm_fail_memory(&result->error);
        http_request_fini(request);
    }
    return status;
}

/* Takes finished requests out; those that are redirected go in again. */
static void take_finished(http_run *run)
{
    int left = 0;
    CURLM *multi = run->http->multi;
    const http_curl *curl = &run->http->curl;
    for (CURLMsg *message = curl->multi_info_read(multi, &left); message != NULL;
         message = curl->multi_info_read(multi, &left)) {
        char *context = NULL;
        CURLcode code = message->data.result;
        CURL *easy = message->easy_handle;
        (void)curl->easy_getinfo(easy, CURLINFO_PRIVATE, &context);
        http_request *request = (http_request *)(void *)context;
        bool again = http_request_done(request, code);
        (void)curl->multi_remove_handle(multi, easy);
        http_request_fini(request);
        if (!again || launch(request) != WM_OK) {
            run->running--;
        }
    }
}

static void end_all(http_run *run, bool may_pass, const char *why)
{
    const http_curl *curl = &run->http->curl;
    for (size_t i = 0; i < run->count; i++) {
        http_request *request = &run->requests[i];
        if (request->easy != NULL) {
            if (request->result->status == WM_OK) { /* else we know already */
                http_request_fail(request, may_pass, why);
            }
            (void)curl->multi_remove_handle(run->http->multi, request->easy);
            http_request_fini(request);
        }
    }
    run->running = 0;
}

/* False: it is too slow, and has been ended. */
static bool keeps_up(http_run *run, int64_t now_ms)
{
    const http_transport *http = run->http;
    char why[96];
    if (http->received != run->seen) {
        run->seen = http->received;
        run->seen_ms = now_ms;
    }
    if (now_ms - run->seen_ms >= (int64_t)http->stall_timeout_s * 1000) {
        (void)snprintf(why, sizeof why, "nothing came for %u s", http->stall_timeout_s);
        end_all(run, true, why);
        return false;
    }
    if (now_ms - run->window_ms >= (int64_t)http->speed_time_s * 1000) {
        if (http->received - run->window < (uint64_t)http->speed_min * http->speed_time_s) {
            (void)snprintf(why, sizeof why, "less than %u bytes a second came for %u s",
                           http->speed_min, http->speed_time_s);
            end_all(run, true, why);
            return false;
        }
        run->window = http->received;
        run->window_ms = now_ms;
    }
    return true;
}

/* False: whoever looks on has seen enough. */
static bool is_looked_on(http_run *run, int64_t now_ms)
{
    const wm_transport_watch *watch = run->http->base.watch;
    if (watch == NULL || now_ms - run->look_ms < LOOK_MS) {
        return true;
    }
    run->look_ms = now_ms;
    if (watch->look(watch->context, run->wants, run->results, run->count)) {
        return true;
    }
    end_all(run, false, "stopped");
    return false;
}

static void run_all(http_run *run)
{
    const http_curl *curl = &run->http->curl;
    CURLM *multi = run->http->multi;
    int wait_ms = run->http->base.watch != NULL ? LOOK_MS : WAIT_MS;
    while (run->running > 0) {
        int active = 0;
        if (curl->multi_perform(multi, &active) != CURLM_OK) {
            end_all(run, false, "libcurl gave up");
            return;
        }
        take_finished(run);
        int64_t now_ms = clock_ms();
        if (run->running == 0 || !keeps_up(run, now_ms) || !is_looked_on(run, now_ms)) {
            return;
        }
        if (curl->multi_poll(multi, NULL, 0, wait_ms, NULL) != CURLM_OK) {
            end_all(run, false, "libcurl gave up");
            return;
        }
    }
}

static void start_all(http_run *run, const wm_want *wants, wm_fetched *results)
{
    for (size_t i = 0; i < run->count; i++) {
        http_request *request = &run->requests[i];
        request->http = run->http;
        request->want = &wants[i];
        request->result = &results[i];
        (void)snprintf(request->url, sizeof request->url, "%s%.*s%s%.*s", run->http->address,
                       (int)wants[i].path.len, wants[i].path.ptr, wants[i].query.len > 0 ? "?" : "",
                       (int)wants[i].query.len, wants[i].query.len > 0 ? wants[i].query.ptr : "");
        if (results[i].status == WM_OK && launch(request) == WM_OK) {
            run->running++;
        }
    }
}

static wm_status http_fetch(wm_transport *transport, const wm_want *wants, wm_fetched *results,
                            size_t count, wm_error *err)
{
    http_transport *http = (http_transport *)transport;
    wm_status status = transport_begin(http->env, wants, results, count, err);
    if (status != WM_OK || count == 0) {
        return status;
    }
    http_request *requests = wm_env_alloc(http->env, count * sizeof *requests);
    if (requests == NULL) {
        return wm_fail_memory(err);
    }
    int64_t now_ms = clock_ms();
    http->received = 0;
    http_run run = { .http = http,
                     .requests = requests,
                     .wants = wants,
                     .results = results,
                     .count = count,
                     .seen_ms = now_ms,
                     .window_ms = now_ms,
                     .look_ms = now_ms };
    start_all(&run, wants, results);
    run_all(&run);
    for (size_t i = 0; i < count; i++) {
        if (results[i].status != WM_OK && results[i].status != WM_NETWORK) {
            wm_buf_reset(&results[i].bytes);
        }
    }
    wm_env_free(http->env, requests, count * sizeof *requests);
    return WM_OK;
}

static void http_close(wm_transport *transport)
{
    http_transport *http = (http_transport *)transport;
    http_curl curl = http->curl;
    (void)curl.multi_cleanup(http->multi);
    sodium_memzero(http->token, sizeof http->token);
    wm_env_free(http->env, http, sizeof *http);
    curl.global_cleanup();
}

static wm_status load_curl(http_curl *curl, wm_error *err)
{
    static const wm_library_function functions[] = {
        { "curl_easy_cleanup", offsetof(http_curl, easy_cleanup) },
        { "curl_easy_getinfo", offsetof(http_curl, easy_getinfo) },
        { "curl_easy_init", offsetof(http_curl, easy_init) },
        { "curl_easy_setopt", offsetof(http_curl, easy_setopt) },
        { "curl_easy_strerror", offsetof(http_curl, easy_strerror) },
        { "curl_free", offsetof(http_curl, free) },
        { "curl_global_cleanup", offsetof(http_curl, global_cleanup) },
        { "curl_global_init", offsetof(http_curl, global_init) },
        { "curl_multi_add_handle", offsetof(http_curl, multi_add_handle) },
        { "curl_multi_cleanup", offsetof(http_curl, multi_cleanup) },
        { "curl_multi_info_read", offsetof(http_curl, multi_info_read) },
        { "curl_multi_init", offsetof(http_curl, multi_init) },
        { "curl_multi_perform", offsetof(http_curl, multi_perform) },
        { "curl_multi_poll", offsetof(http_curl, multi_poll) },
        { "curl_multi_remove_handle", offsetof(http_curl, multi_remove_handle) },
        { "curl_multi_setopt", offsetof(http_curl, multi_setopt) },
        { "curl_slist_append", offsetof(http_curl, slist_append) },
        { "curl_slist_free_all", offsetof(http_curl, slist_free_all) },
        { "curl_url", offsetof(http_curl, url) },
        { "curl_url_cleanup", offsetof(http_curl, url_cleanup) },
        { "curl_url_get", offsetof(http_curl, url_get) },
        { "curl_url_set", offsetof(http_curl, url_set) },
    };
    return wm_library_load("libcurl.so.4", functions, sizeof functions / sizeof functions[0], curl,
                           err);
}

static wm_status start_multi(http_transport *http, wm_error *err)
{
    const http_curl *curl = &http->curl;
    http->multi = curl->multi_init();
    if (http->multi == NULL ||
        curl->multi_setopt(http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX) !=
            CURLM_OK ||
        curl->multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)http->parallel) !=
            CURLM_OK) {
        return wm_fail_memory(err);
    }
    return WM_OK;
}

wm_status wm_transport_http_open(const wm_env *env, const char *address,
                                 const wm_http_options *options, wm_transport **transport_out,
                                 wm_error *err)
{
    static const wm_http_options none = { .parallel = 0 };
    http_transport *http = wm_env_alloc(env, sizeof *http);
    if (http == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = load_curl(&http->curl, err);
    if (status == WM_OK && http->curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        status = wm_fail_memory(err);
    }
    if (status != WM_OK) {
        wm_env_free(env, http, sizeof *http);
        return status;
    }
    http->base = (wm_transport){ http_fetch, http_close, NULL };
    http->env = env;
    status = http_configure(http, address, options != NULL ? options : &none, err);
    if (status == WM_OK) {
        status = start_multi(http, err);
    }
    if (status != WM_OK) {
        http_close(&http->base);
        return status;
    }
    *transport_out = &http->base;
    return WM_OK;
}

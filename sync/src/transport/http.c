/* http.c: a feed at an address: all wants of a call side by side over a few connections.
 *
 *      open: address, options, token file -> one multi handle, which keeps connections
 *      fetch: requests -> [multi: run, wait] -> done: result, or once more at a redirect
 *
 * What may never happen: a token or certificate over plain http to another machine, be it a proxy;
 * a token in a text. */
#include <stdio.h>
#include <stdlib.h>

#include "transport/http.h"

#define CONNECT_TIMEOUT_MS 10000
#define STALL_TIMEOUT_S 30
#define PARALLEL 6
#define PARALLEL_MAX 64
#define WAIT_MS 1000

/* ---- fetching ---- */

static wm_status launch(http_transport *http, http_request *request)
{
    wm_status status = http_request_start(request);
    if (status == WM_OK && curl_multi_add_handle(http->multi, request->easy) != CURLM_OK) {
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
static void take_finished(http_transport *http, size_t *running)
{
    int left = 0;
    for (CURLMsg *message = curl_multi_info_read(http->multi, &left); message != NULL;
         message = curl_multi_info_read(http->multi, &left)) {
        char *context = NULL;
        CURLcode code = message->data.result;
        CURL *easy = message->easy_handle;
        (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &context);
        http_request *request = (http_request *)(void *)context;
        bool again = http_request_done(request, code);
        (void)curl_multi_remove_handle(http->multi, easy);
        http_request_fini(request);
        if (!again || launch(http, request) != WM_OK) {
            (*running)--;
        }
    }
}

static wm_status run(http_transport *http, size_t running, wm_error *err)
{
    while (running > 0) {
        int active = 0;
        if (curl_multi_perform(http->multi, &active) != CURLM_OK) {
            return wm_fail(err, WM_NETWORK, "feed: libcurl gave up");
        }
        take_finished(http, &running);
        if (running > 0 && curl_multi_poll(http->multi, NULL, 0, WAIT_MS, NULL) != CURLM_OK) {
            return wm_fail(err, WM_NETWORK, "feed: libcurl gave up");
        }
    }
    return WM_OK;
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
    size_t running = 0;
    for (size_t i = 0; i < count; i++) {
        http_request *request = &requests[i];
        request->http = http;
        request->want = &wants[i];
        request->result = &results[i];
        (void)snprintf(request->url, sizeof request->url, "%s%.*s", http->address,
                       (int)wants[i].path.len, wants[i].path.ptr);
        if (results[i].status == WM_OK && launch(http, request) == WM_OK) {
            running++;
        }
    }
    status = run(http, running, err);
    for (size_t i = 0; i < count; i++) {
        if (requests[i].easy != NULL) { /* only after libcurl gave up */
            (void)curl_multi_remove_handle(http->multi, requests[i].easy);
            http_request_fini(&requests[i]);
        }
        if (results[i].status != WM_OK && results[i].status != WM_NETWORK) {
            wm_buf_reset(&results[i].bytes);
        }
    }
    wm_env_free(http->env, requests, count * sizeof *requests);
    return status;
}

static void http_close(wm_transport *transport)
{
    http_transport *http = (http_transport *)transport;
    (void)curl_multi_cleanup(http->multi);
    memset(http->token, 0, sizeof http->token);
    wm_env_free(http->env, http, sizeof *http);
    curl_global_cleanup();
}

/* ---- opening ---- */

static bool has_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return has;
}

static bool part_is(CURLU *url, CURLUPart part, const char *const *values, size_t count)
{
    char *text = NULL;
    bool is = false;
    if (curl_url_get(url, part, &text, 0) == CURLUE_OK) {
        for (size_t i = 0; i < count && !is; i++) {
            is = strcmp(text, values[i]) == 0;
        }
    }
    curl_free(text);
    return is;
}

/* Scheme and host only: no user, query or fragment. */
static wm_status check_address(http_transport *http, const char *address, bool *local_out,
                               wm_error *err)
{
    static const char *const https[] = { "https" };
    static const char *const schemes[] = { "http", "https" };
    static const char *const local[] = { "127.0.0.1", "[::1]", "localhost" };
    CURLU *url = curl_url();
    if (url == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = WM_OK;
    if (curl_url_set(url, CURLUPART_URL, address, 0) != CURLUE_OK ||
        !part_is(url, CURLUPART_SCHEME, schemes, 2)) {
        status = wm_fail(err, WM_BAD_ARGUMENT, "feed: expected an http or https address");
    } else if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD) ||
               has_part(url, CURLUPART_QUERY) || has_part(url, CURLUPART_FRAGMENT)) {
        status = wm_fail(err, WM_BAD_ARGUMENT,
                         "feed: expected an address without user, query or fragment");
    }
    http->secure = part_is(url, CURLUPART_SCHEME, https, 1);
    *local_out = part_is(url, CURLUPART_HOST, local, 3);
    curl_url_cleanup(url);
    return status;
}

static wm_status copy_text(char *to, size_t size, const char *from, const char *what, wm_error *err)
{
    size_t length = from != NULL ? strlen(from) : 0;
    if (length + 1 > size) {
        return wm_fail(err, WM_BAD_ARGUMENT, "feed: %s is too long", what);
    }
    if (length > 0) {
        memcpy(to, from, length);
    }
    to[length] = '\0';
    return WM_OK;
}

static wm_status read_token(http_transport *http, const char *path, wm_error *err)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return wm_fail(err, WM_IO, "%s: the token file cannot be read", path);
    }
    size_t length = fread(http->token, 1, sizeof http->token - 1, file);
    bool whole = ferror(file) == 0 && fgetc(file) == EOF;
    (void)fclose(file);
    while (length > 0 && (http->token[length - 1] == '\n' || http->token[length - 1] == '\r')) {
        length--;
    }
    http->token[length] = '\0';
    for (size_t i = 0; i < length; i++) {
        whole = whole && http->token[i] > ' ' && http->token[i] < 0x7f;
    }
    if (!whole || length == 0) {
        memset(http->token, 0, sizeof http->token);
        return wm_fail(err, WM_BAD_INPUT, "%s: expected one line with a token", path);
    }
    return WM_OK;
}

static wm_status take_options(http_transport *http, const wm_http_options *options, bool local,
                              wm_error *err)
{
    const struct {
        char *to;
        const char *from;
        const char *what;
    } files[] = {
        { http->netrc_file, options->netrc_file, "the netrc file's path" },
        { http->certificate, options->certificate, "the certificate's path" },
        { http->private_key, options->private_key, "the key's path" },
        { http->authorities, options->authorities, "the authorities' path" },
    };
    http->connect_timeout_ms =
        options->connect_timeout_ms > 0 ? options->connect_timeout_ms : CONNECT_TIMEOUT_MS;
    http->stall_timeout_s =
        options->stall_timeout_s > 0 ? options->stall_timeout_s : STALL_TIMEOUT_S;
    bool access =
        options->token_file != NULL || options->netrc_file != NULL || options->certificate != NULL;
    if (access && !http->secure && !local) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "feed: a token, netrc file or certificate needs https");
    }
    /* A proxy that the environment names would see what plain http says, so it would not stay on
     * this machine. */
    http->direct = access && !http->secure;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        wm_status status =
            copy_text(files[i].to, HTTP_ADDRESS_BYTES_MAX, files[i].from, files[i].what, err);
        if (status != WM_OK) {
            return status;
        }
    }
    return options->token_file != NULL ? read_token(http, options->token_file, err) : WM_OK;
}

static wm_status start_multi(http_transport *http, unsigned parallel, wm_error *err)
{
    long most = parallel == 0 ? PARALLEL : parallel > PARALLEL_MAX ? PARALLEL_MAX : (long)parallel;
    http->multi = curl_multi_init();
    if (http->multi == NULL ||
        curl_multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, most) != CURLM_OK) {
        return wm_fail_memory(err);
    }
    return WM_OK;
}

wm_status wm_transport_http_open(const wm_env *env, const char *address,
                                 const wm_http_options *options, wm_transport **transport_out,
                                 wm_error *err)
{
    static const wm_http_options none = { .parallel = 0 };
    bool local = false;
    options = options != NULL ? options : &none;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return wm_fail_memory(err);
    }
    http_transport *http = wm_env_alloc(env, sizeof *http);
    if (http == NULL) {
        curl_global_cleanup();
        return wm_fail_memory(err);
    }
    http->base = (wm_transport){ http_fetch, http_close, NULL };
    http->env = env;
    /* Room for the slash that joins address and path. */
    wm_status status =
        copy_text(http->address, sizeof http->address - 1, address, "the address", err);
    if (status == WM_OK) {
        status = check_address(http, address, &local, err);
    }
    if (status == WM_OK) {
        status = take_options(http, options, local, err);
    }
    if (status == WM_OK) {
        status = start_multi(http, options->parallel, err);
    }
    if (status != WM_OK) {
        http_close(&http->base);
        return status;
    }
    size_t length = strlen(http->address);
    if (http->address[length - 1] != '/') {
        http->address[length] = '/';
        http->address[length + 1] = '\0';
    }
    *transport_out = &http->base;
    return WM_OK;
}

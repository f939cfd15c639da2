/* http_open.c: what a feed's address may be, and what comes with it.
 *
 * https to anyone; plain http only to this machine, where nobody listens in between. Then no proxy
 * is used either: it would see what plain http says. Whatever opens a door (token, netrc,
 * certificate) stands in a file, so that it is in no list of processes and in no history. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "transport/http.h"

#define CONNECT_TIMEOUT_MS 10000
#define STALL_TIMEOUT_S 30
#define SPEED_MIN 200
#define SPEED_TIME_S 60
#define PARALLEL 6
#define PARALLEL_MAX 64

static bool has_part(const http_curl *curl, CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool has = curl->url_get(url, part, &text, 0) == CURLUE_OK;
    curl->free(text);
    return has;
}

static bool part_is(const http_curl *curl, CURLU *url, CURLUPart part, const char *const *values,
                    size_t count)
{
    char *text = NULL;
    bool is = false;
    if (curl->url_get(url, part, &text, 0) == CURLUE_OK) {
        for (size_t i = 0; i < count && !is; i++) {
            is = strcmp(text, values[i]) == 0;
        }
    }
    curl->free(text);
    return is;
}

/* "127.a.b.c"; libcurl has brought other ways to write it into this form. */
static bool is_loopback_number(const char *host)
{
    unsigned parts = 0;
    if (strncmp(host, "127.", 4) != 0) {
        return false;
    }
    for (const char *at = host; *at != '\0'; at++) {
        if (*at == '.') {
            parts++;
        } else if (*at < '0' || *at > '9') {
            return false;
        }
    }
    return parts == 3;
}

static bool is_local(const http_curl *curl, CURLU *url)
{
    static const char *const names[] = { "[::1]", "localhost" };
    char *host = NULL;
    bool local = part_is(curl, url, CURLUPART_HOST, names, 2);
    if (curl->url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
        local = local || is_loopback_number(host);
    }
    curl->free(host);
    return local;
}

static wm_status check_parts(http_transport *http, CURLU *url, const char *address, wm_error *err)
{
    const http_curl *curl = &http->curl;
    static const char *const https[] = { "https" };
    static const char *const schemes[] = { "http", "https" };
    if (curl->url_set(url, CURLUPART_URL, address, 0) != CURLUE_OK ||
        !part_is(curl, url, CURLUPART_SCHEME, schemes, 2)) {
        return wm_fail(err, WM_BAD_ARGUMENT, "feed: expected an https address or a folder");
    }
    if (has_part(curl, url, CURLUPART_USER) || has_part(curl, url, CURLUPART_PASSWORD) ||
        has_part(curl, url, CURLUPART_QUERY) || has_part(curl, url, CURLUPART_FRAGMENT)) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "feed: expected an address without user, query or fragment");
    }
    http->secure = part_is(curl, url, CURLUPART_SCHEME, https, 1);
    http->local = is_local(curl, url);
    if (!http->secure && !http->local) {
        return wm_fail(err, WM_BAD_ARGUMENT,
                       "feed: another machine needs https; plain http is only for this one "
                       "(127.0.0.1, ::1, localhost)");
    }
    return WM_OK;
}

static wm_status check_address(http_transport *http, const char *address, wm_error *err)
{
    const http_curl *curl = &http->curl;
    CURLU *url = curl->url();
    if (url == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = check_parts(http, url, address, err);
    curl->url_cleanup(url);
    return status;
}

/* A password on the command line would stand in every list of processes. */
static wm_status check_proxy(const http_curl *curl, const char *proxy, wm_error *err)
{
    static const char *const schemes[] = { "http", "https", "socks5", "socks5h" };
    CURLU *url = curl->url();
    if (url == NULL) {
        return wm_fail_memory(err);
    }
    wm_status status = WM_OK;
    if (curl->url_set(url, CURLUPART_URL, proxy, 0) != CURLUE_OK ||
        !part_is(curl, url, CURLUPART_SCHEME, schemes, sizeof schemes / sizeof schemes[0])) {
        status = wm_fail(err, WM_BAD_ARGUMENT,
                         "proxy: expected an address like http://proxy.example:3128");
    } else if (has_part(curl, url, CURLUPART_USER) || has_part(curl, url, CURLUPART_PASSWORD)) {
        status = wm_fail(err, WM_BAD_ARGUMENT,
                         "proxy: expected an address without a user; with one it belongs into the "
                         "environment (https_proxy)");
    }
    curl->url_cleanup(url);
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

/* By descriptor: a stream would leave what it read in a buffer that nobody wipes. -1: it cannot be
 * read. At most `size` bytes. */
static ssize_t read_start(const char *path, char *to, size_t size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    size_t length = 0;
    ssize_t got = file >= 0 ? 1 : -1;
    while (got > 0 && length < size) {
        got = read(file, to + length, size - length);
        length += got > 0 ? (size_t)got : 0;
        got = got < 0 && errno == EINTR ? 1 : got;
    }
    if (file >= 0) {
        (void)close(file);
    }
    return got < 0 ? -1 : (ssize_t)length;
}

static wm_status check_readable(const char *path, const char *what, wm_error *err)
{
    char first = 0;
    bool readable = read_start(path, &first, 1) == 1;
    sodium_memzero(&first, sizeof first);
    return readable ? WM_OK : wm_fail(err, WM_IO, "%s: %s cannot be read", path, what);
}

static wm_status read_token(http_transport *http, const char *path, wm_error *err)
{
    ssize_t got = read_start(path, http->token, sizeof http->token);
    if (got < 0) {
        sodium_memzero(http->token, sizeof http->token);
        return wm_fail(err, WM_IO, "%s: the token file cannot be read", path);
    }
    size_t length = (size_t)got;
    bool whole = length < sizeof http->token;
    while (length > 0 && (http->token[length - 1] == '\n' || http->token[length - 1] == '\r')) {
        length--;
    }
    for (size_t i = 0; i < length; i++) {
        whole = whole && http->token[i] > ' ' && http->token[i] < 0x7f;
    }
    if (!whole || length == 0) {
        sodium_memzero(http->token, sizeof http->token);
        return wm_fail(err, WM_BAD_INPUT, "%s: expected one line with a token", path);
    }
    http->token[length] = '\0';
    return WM_OK;
}

static unsigned number_or(unsigned number, unsigned otherwise)
{
    return number > 0 ? number : otherwise;
}

static void take_numbers(http_transport *http, const wm_http_options *options)
{
    unsigned parallel = number_or(options->parallel, PARALLEL);
    http->connect_timeout_ms = number_or(options->connect_timeout_ms, CONNECT_TIMEOUT_MS);
    http->stall_timeout_s = number_or(options->stall_timeout_s, STALL_TIMEOUT_S);
    http->speed_min = number_or(options->speed_min, SPEED_MIN);
    http->speed_time_s = number_or(options->speed_time_s, SPEED_TIME_S);
    http->parallel = parallel < PARALLEL_MAX ? parallel : PARALLEL_MAX;
}

static wm_status take_files(http_transport *http, const wm_http_options *options, wm_error *err)
{
    const struct {
        char *to;
        const char *from;
        const char *what;
    } files[] = {
        { http->netrc_file, options->netrc_file, "the netrc file" },
        { http->certificate, options->certificate, "the certificate" },
        { http->private_key, options->private_key, "the certificate's key" },
        { http->authorities, options->authorities, "the file of authorities" },
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        wm_status status =
            copy_text(files[i].to, HTTP_ADDRESS_BYTES_MAX, files[i].from, files[i].what, err);
        if (status == WM_OK && files[i].to[0] != '\0') {
            status = check_readable(files[i].to, files[i].what, err);
        }
        if (status != WM_OK) {
            return status;
        }
    }
    return options->token_file != NULL ? read_token(http, options->token_file, err) : WM_OK;
}

wm_status http_configure(http_transport *http, const char *address, const wm_http_options *options,
                         wm_error *err)
{
    /* Room for the slash that joins address and path. */
    wm_status status =
        copy_text(http->address, sizeof http->address - 1, address, "the address", err);
    if (status == WM_OK) {
        status = check_address(http, address, err);
    }
    if (status == WM_OK && options->proxy != NULL) {
        status = copy_text(http->proxy, sizeof http->proxy, options->proxy, "the proxy", err);
    }
    if (status == WM_OK && options->proxy != NULL) {
        status = check_proxy(&http->curl, options->proxy, err);
    }
    if (status == WM_OK) {
        take_numbers(http, options);
        status = take_files(http, options, err);
    }
    if (status != WM_OK) {
        return status;
    }
    size_t length = strlen(http->address);
    if (http->address[length - 1] != '/') {
        http->address[length] = '/';
        http->address[length + 1] = '\0';
    }
    const char *scheme_end = strstr(http->address, "://");
    http->shown = scheme_end != NULL ? scheme_end + 3 : http->address;
    return WM_OK;
}

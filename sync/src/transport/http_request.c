/* http_request.c: one request: its headers, its body within its cap, and what its answer means.
 *
 *   200 the file | 206 the rest of it | 304 unchanged | 404, 410 not found | 416 nothing is left
 *   301, 302, 303, 307, 308 on the same server: again | anything else: the network failed
 *
 * Redirects are followed here and not by libcurl, because only here it is known that scheme, host
 * and port must stay the same. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "transport/http.h"

#ifndef WAYMARK_VERSION
#define WAYMARK_VERSION "0"
#endif

static long status_code(const http_request *request)
{
    long code = 0;
    (void)curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &code);
    return code;
}

/* The value of a header line if it has that name (lower case with colon), trimmed. */
static bool header_value(wm_str line, const char *name, wm_str *value_out)
{
    size_t length = strlen(name);
    if (line.len < length || strncasecmp(line.ptr, name, length) != 0) {
        return false;
    }
    wm_str value = { line.ptr + length, line.len - length };
    while (value.len > 0 && (value.ptr[0] == ' ' || value.ptr[0] == '\t')) {
        value.ptr++;
        value.len--;
    }
    while (value.len > 0 && (unsigned char)value.ptr[value.len - 1] <= ' ') {
        value.len--;
    }
    *value_out = value;
    return true;
}

static void keep_etag(http_request *request, wm_str value)
{
    bool plain = value.len > 0 && value.len < WM_TRANSPORT_ETAG_BYTES_MAX;
    for (size_t i = 0; i < value.len && plain; i++) {
        plain = value.ptr[i] > ' ' && value.ptr[i] < 0x7f;
    }
    if (plain) {
        memcpy(request->result->etag, value.ptr, value.len);
        request->result->etag[value.len] = '\0';
    }
}

static uint64_t take_number(wm_str *text)
{
    uint64_t value = 0;
    while (text->len > 0 && text->ptr[0] >= '0' && text->ptr[0] <= '9' && value < UINT64_MAX / 16) {
        value = value * 10 + (uint64_t)(text->ptr[0] - '0');
        text->ptr++;
        text->len--;
    }
    return value;
}

/* "bytes 100-199/1000" or "bytes * /1000" (without the space). */
static void keep_range(http_request *request, wm_str value)
{
    if (!wm_str_starts(value, WM_STR("bytes "))) {
        return;
    }
    value.ptr += 6;
    value.len -= 6;
    request->range_start = take_number(&value);
    while (value.len > 0 && value.ptr[0] != '/') {
        value.ptr++;
        value.len--;
    }
    if (value.len > 0) {
        value.ptr++;
        value.len--;
        request->range_total = take_number(&value);
    }
}

/* Known before the body: too long a file is not even started. */
static bool length_fits(http_request *request, uint64_t length)
{
    const wm_want *want = request->want;
    long code = status_code(request);
    uint64_t before = code == 206 && want->offset <= want->max_bytes ? want->offset : 0;
    if ((code != 200 && code != 206) || length <= want->max_bytes - before) {
        return true;
    }
    (void)transport_too_large(want, request->result);
    return false;
}

/* 0 makes libcurl stop. */
static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
    http_request *request = context;
    wm_str line = { bytes, size * count };
    wm_str value;
    if (wm_str_starts(line, WM_STR("HTTP/"))) { /* another answer begins */
        request->result->etag[0] = '\0';
        request->range_start = UINT64_MAX;
        request->range_total = 0;
    } else if (header_value(line, "etag:", &value)) {
        keep_etag(request, value);
    } else if (header_value(line, "content-range:", &value)) {
        keep_range(request, value);
    } else if (header_value(line, "content-length:", &value)) {
        return length_fits(request, take_number(&value)) ? line.len : 0;
    }
    return line.len;
}

/* 0 makes libcurl stop. */
static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    http_request *request = context;
    wm_fetched *result = request->result;
    size_t length = size * count;
    long code = status_code(request);
    if (code != 200 && code != 206) {
        request->error_page_bytes += length;
        return request->error_page_bytes > HTTP_ERROR_PAGE_BYTES_MAX ? 0 : length;
    }
    uint64_t before = code == 206 ? request->want->offset : 0;
    if (code == 206 && request->range_start != before) {
        result->status = wm_fail(&result->error, WM_NETWORK, "%.*s: the server sent another part",
                                 WM_STR_ARG(request->want->path));
        return 0;
    }
    if (before > request->want->max_bytes ||
        length > request->want->max_bytes - before - result->bytes.len) {
        (void)transport_too_large(request->want, result);
        return 0;
    }
    result->offset = before;
    wm_buf_put(&result->bytes, bytes, length);
    if (result->bytes.status != WM_OK) {
        result->status = wm_buf_status(&result->bytes, &result->error);
        return 0;
    }
    return length;
}

static wm_status add_header(http_request *request, const char *name, wm_str value)
{
    char line[WM_TRANSPORT_ETAG_BYTES_MAX + 64];
    int length = snprintf(line, sizeof line, "%s: %.*s", name, (int)value.len, value.ptr);
    struct curl_slist *headers = length < 0 || (size_t)length >= sizeof line
                                     ? NULL
                                     : curl_slist_append(request->headers, line);
    if (headers == NULL) {
        return WM_NO_MEMORY;
    }
    request->headers = headers;
    return WM_OK;
}

static wm_status add_conditions(http_request *request)
{
    const wm_want *want = request->want;
    bool etag = want->etag.len > 0 && want->etag.len < WM_TRANSPORT_ETAG_BYTES_MAX;
    char range[32];
    if (want->offset == 0) {
        return etag ? add_header(request, "If-None-Match", want->etag) : WM_OK;
    }
    (void)snprintf(range, sizeof range, "%llu-", (unsigned long long)want->offset);
    if (curl_easy_setopt(request->easy, CURLOPT_RANGE, range) != CURLE_OK) {
        return WM_NO_MEMORY;
    }
    return etag ? add_header(request, "If-Range", want->etag) : WM_OK;
}

/* Texts that are empty are left as they are. */
static wm_status set_texts(const http_request *request)
{
    const http_transport *http = request->http;
    const struct {
        CURLoption option;
        const char *value;
    } texts[] = {
        { CURLOPT_URL, request->url },
        { CURLOPT_PROTOCOLS_STR, http->secure ? "https" : "http" },
        { CURLOPT_USERAGENT, "waymark/" WAYMARK_VERSION },
        { CURLOPT_XOAUTH2_BEARER, http->token },
        { CURLOPT_NETRC_FILE, http->netrc_file },
        { CURLOPT_SSLCERT, http->certificate },
        { CURLOPT_SSLKEY, http->private_key },
        { CURLOPT_CAINFO, http->authorities },
        { CURLOPT_NOPROXY, http->direct ? "*" : "" },
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].value[0] != '\0' &&
            curl_easy_setopt(request->easy, texts[i].option, texts[i].value) != CURLE_OK) {
            return WM_NO_MEMORY;
        }
    }
    return WM_OK;
}

static wm_status set_numbers(const http_request *request)
{
    const http_transport *http = request->http;
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        { CURLOPT_FOLLOWLOCATION, 0 },
        { CURLOPT_CONNECTTIMEOUT_MS, (long)http->connect_timeout_ms },
        { CURLOPT_LOW_SPEED_LIMIT, STALL_BYTES_PER_S },
        { CURLOPT_LOW_SPEED_TIME, (long)http->stall_timeout_s },
        { CURLOPT_NOSIGNAL, 1 },
        { CURLOPT_HTTPAUTH, http->token[0] != '\0' ? (long)CURLAUTH_BEARER : (long)CURLAUTH_BASIC },
        { CURLOPT_NETRC,
          http->netrc_file[0] != '\0' ? (long)CURL_NETRC_REQUIRED : (long)CURL_NETRC_IGNORED },
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (curl_easy_setopt(request->easy, numbers[i].option, numbers[i].value) != CURLE_OK) {
            return WM_NO_MEMORY;
        }
    }
    return WM_OK;
}

static wm_status set_callbacks(http_request *request)
{
    CURL *easy = request->easy;
    bool set = curl_easy_setopt(easy, CURLOPT_PRIVATE, request) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_HEADERDATA, request) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_WRITEDATA, request) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->headers) == CURLE_OK;
    return set ? WM_OK : WM_NO_MEMORY;
}

wm_status http_request_start(http_request *request)
{
    request->easy = curl_easy_init();
    if (request->easy == NULL) {
        return WM_NO_MEMORY;
    }
    request->result->etag[0] = '\0';
    request->range_start = UINT64_MAX;
    wm_status status = add_conditions(request);
    if (status == WM_OK) {
        status = set_texts(request);
    }
    if (status == WM_OK) {
        status = set_numbers(request);
    }
    return status == WM_OK ? set_callbacks(request) : status;
}

void http_request_fini(http_request *request)
{
    curl_easy_cleanup(request->easy);
    curl_slist_free_all(request->headers);
    request->easy = NULL;
    request->headers = NULL;
}

static wm_status refuse(http_request *request, wm_status status, const char *why)
{
    wm_fetched *result = request->result;
    result->status =
        wm_fail(&result->error, status, "%.*s: %s", WM_STR_ARG(request->want->path), why);
    return result->status;
}

/* The same part of both addresses. */
static bool same_part(CURLU *a, CURLU *b, CURLUPart part)
{
    char *left = NULL;
    char *right = NULL;
    bool same = curl_url_get(a, part, &left, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                curl_url_get(b, part, &right, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                strcasecmp(left, right) == 0;
    curl_free(left);
    curl_free(right);
    return same;
}

static bool same_server(const char *from, const char *to)
{
    CURLU *a = curl_url();
    CURLU *b = curl_url();
    bool same = a != NULL && b != NULL && curl_url_set(a, CURLUPART_URL, from, 0) == CURLUE_OK &&
                curl_url_set(b, CURLUPART_URL, to, 0) == CURLUE_OK &&
                same_part(a, b, CURLUPART_SCHEME) && same_part(a, b, CURLUPART_HOST) &&
                same_part(a, b, CURLUPART_PORT);
    char *user = NULL;
    same = same && curl_url_get(b, CURLUPART_USER, &user, 0) == CURLUE_NO_USER;
    curl_free(user);
    curl_url_cleanup(a);
    curl_url_cleanup(b);
    return same;
}

static bool redirect(http_request *request)
{
    char *to = NULL;
    if (curl_easy_getinfo(request->easy, CURLINFO_REDIRECT_URL, &to) != CURLE_OK || to == NULL) {
        (void)refuse(request, WM_NETWORK, "redirected to nowhere");
        return false;
    }
    if (!same_server(request->http->address, to)) {
        (void)refuse(request, WM_NETWORK, "redirected to another server, which is refused");
        return false;
    }
    if (request->redirects == HTTP_REDIRECTS_MAX || strlen(to) >= sizeof request->url) {
        (void)refuse(request, WM_NETWORK, "redirected too often");
        return false;
    }
    request->redirects++;
    (void)snprintf(request->url, sizeof request->url, "%s", to);
    request->error_page_bytes = 0;
    return true;
}

static bool read_status(http_request *request)
{
    wm_fetched *result = request->result;
    const wm_want *want = request->want;
    long code = status_code(request);
    char text[64];
    switch (code) {
    case 200:
    case 206: result->status = WM_OK; return false;
    case 304:
        result->status = want->etag.len > 0 ? WM_UNCHANGED
                                            : refuse(request, WM_NETWORK, "unchanged since never");
        return false;
    case 404:
    case 410: result->status = WM_NOT_FOUND; return false;
    case 416:
        result->offset = want->offset;
        if (want->offset == 0 || request->range_total != want->offset) {
            (void)refuse(request, WM_NETWORK, "is shorter than the part that we have");
        }
        return false;
    case 301:
    case 302:
    case 303:
    case 307:
    case 308: return redirect(request);
    default:
        (void)snprintf(text, sizeof text, "the server answers %ld%s", code,
                       code == 401 || code == 403 ? " (access refused)" : "");
        (void)refuse(request, WM_NETWORK, text);
        return false;
    }
}

bool http_request_done(http_request *request, CURLcode code)
{
    wm_fetched *result = request->result;
    if (result->status != WM_OK) {
        return false; /* we stopped it ourselves, and said why */
    }
    switch ((int)code) {
    case CURLE_OK: return read_status(request);
    case CURLE_OUT_OF_MEMORY: (void)refuse(request, WM_NO_MEMORY, "out of memory"); return false;
    case CURLE_WRITE_ERROR: return read_status(request); /* a long page of an error */
    default: (void)refuse(request, WM_NETWORK, curl_easy_strerror(code)); return false;
    }
}

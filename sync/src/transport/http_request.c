/* http_request.c: one request: its headers, its body within its cap, and what its answer means.
 *
 *   200 the file | 206 the rest of it | 304 unchanged | 404, 410 not found | 401, 403 refused
 *   416 nothing is left, if the file is as long as the part that we have
 *   301, 302, 303, 307, 308 on the same server: again
 *   429, 5xx: may pass | anything else: final
 *
 * A 206 that is not the part that was asked for, or a 416 that cannot be, is a server that is wrong
 * about ranges, or a file that is not the one that we have a part of: once more, without a range.
 *
 * Redirects are followed here and not by libcurl, because only here it is known that scheme, host
 * and port must stay the same. Compressed answers are not asked for, and are refused: the cap is on
 * the bytes of the file, and they are what is signed. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "transport/http.h"

#ifndef WAYMARK_VERSION
#define WAYMARK_VERSION "0"
#endif

#define RETRY_AFTER_S_MAX 86400

static wm_status refuse(http_request *request, wm_status status, const char *why)
{
    wm_fetched *result = request->result;
    result->status = wm_fail(&result->error, status, "%s%.*s: %s", request->http->shown,
                             WM_STR_ARG(request->want->path), why);
    return result->status;
}

void http_request_fail(http_request *request, bool may_pass, const char *why)
{
    (void)refuse(request, WM_NETWORK, why);
    request->result->may_pass = may_pass;
}

/* ---- what comes ---- */

static long status_code(const http_request *request)
{
    const http_curl *curl = &request->http->curl;
    long code = 0;
    (void)curl->easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &code);
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

/* From a server, or from a file that somebody may have edited: it must not end a header. */
static bool is_etag(wm_str value)
{
    bool plain = value.len > 0 && value.len < WM_TRANSPORT_ETAG_BYTES_MAX;
    for (size_t i = 0; i < value.len && plain; i++) {
        plain = value.ptr[i] > ' ' && value.ptr[i] < 0x7f;
    }
    return plain;
}

static void keep_etag(http_request *request, wm_str value)
{
    if (is_etag(value)) {
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
    if (value.len > 0 && value.ptr[0] != '*') {
        request->range_start = take_number(&value);
        if (value.len > 0 && value.ptr[0] == '-') {
            value.ptr++;
            value.len--;
            request->range_end = take_number(&value) + 1;
        }
    } else if (value.len > 0) {
        value.ptr++;
        value.len--;
    }
    if (value.len > 1 && value.ptr[0] == '/' && value.ptr[1] != '*') {
        value.ptr++;
        value.len--;
        request->range_total = take_number(&value);
    }
}

static void forget_answer(http_request *request)
{
    request->result->etag[0] = '\0';
    request->range_start = UINT64_MAX;
    request->range_end = UINT64_MAX;
    request->range_total = UINT64_MAX;
}

static bool is_ranged(const http_request *request)
{
    return request->want->offset > 0 && !request->whole;
}

/* A 206 is the rest of the file that the caller has the start of. */
static bool is_the_rest(const http_request *request)
{
    const wm_want *want = request->want;
    wm_str etag = wm_str_of(request->result->etag);
    return is_ranged(request) && request->range_start == want->offset &&
           request->range_end > want->offset &&
           (request->range_total == UINT64_MAX || request->range_end == request->range_total) &&
           (want->etag.len == 0 || etag.len == 0 || wm_str_equal(want->etag, etag));
}

/* Asks for the whole file next; if that is what was asked for already, the server is broken. */
static void distrust_ranges(http_request *request)
{
    if (is_ranged(request)) {
        request->once_more = true;
    } else {
        http_request_fail(request, false, "the server sent a part of it, which was not asked for");
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

static bool is_encoded(wm_str line)
{
    wm_str value;
    return (header_value(line, "content-encoding:", &value) && value.len > 0 &&
            !wm_str_is(value, "identity")) ||
           (header_value(line, "transfer-encoding:", &value) && value.len > 0 &&
            !(value.len == 7 && strncasecmp(value.ptr, "chunked", 7) == 0));
}

/* 0 makes libcurl stop. */
static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
    http_request *request = context;
    wm_str line = { bytes, size * count };
    wm_str value;
    request->http->received += line.len;
    request->header_bytes += line.len;
    if (request->header_bytes > HTTP_HEADERS_BYTES_MAX) {
        http_request_fail(request, false, "the server's headers are too long");
        return 0;
    }
    if (wm_str_starts(line, WM_STR("HTTP/"))) { /* another answer begins */
        forget_answer(request);
    } else if (header_value(line, "etag:", &value)) {
        keep_etag(request, value);
    } else if (header_value(line, "content-range:", &value)) {
        keep_range(request, value);
    } else if (header_value(line, "content-length:", &value)) {
        return length_fits(request, take_number(&value)) ? line.len : 0;
    } else if (is_encoded(line)) {
        http_request_fail(request, false, "the server sent it encoded, which was not asked for");
        return 0;
    }
    return line.len;
}

static wm_status keep_bytes(http_request *request, const char *bytes, size_t length)
{
    const wm_want_sink *sink = request->want->sink;
    wm_fetched *result = request->result;
    if (sink != NULL) {
        result->status = sink->put(sink->context, result->offset + request->body_bytes, bytes,
                                   length, &result->error);
    } else {
        wm_buf_put(&result->bytes, bytes, length);
        result->status = wm_buf_status(&result->bytes, &result->error);
    }
    request->body_bytes += length;
    return result->status;
}

/* 0 makes libcurl stop. */
static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    http_request *request = context;
    wm_fetched *result = request->result;
    size_t length = size * count;
    long code = status_code(request);
    request->http->received += length;
    if (code != 200 && code != 206) {
        request->error_page_bytes += length;
        return request->error_page_bytes > HTTP_ERROR_PAGE_BYTES_MAX ? 0 : length;
    }
    uint64_t before = code == 206 ? request->want->offset : 0;
    if (code == 206 && !is_the_rest(request)) {
        distrust_ranges(request);
        return 0;
    }
    if (before > request->want->max_bytes ||
        length > request->want->max_bytes - before - request->body_bytes) {
        (void)transport_too_large(request->want, result);
        return 0;
    }
    result->offset = before;
    return keep_bytes(request, bytes, length) == WM_OK ? length : 0;
}

/* ---- what is asked for ---- */

static wm_status add_header(http_request *request, const char *name, wm_str value)
{
    const http_curl *curl = &request->http->curl;
    char line[WM_TRANSPORT_ETAG_BYTES_MAX + 64];
    int length = snprintf(line, sizeof line, "%s: %.*s", name, (int)value.len, value.ptr);
    struct curl_slist *headers = length < 0 || (size_t)length >= sizeof line
                                     ? NULL
                                     : curl->slist_append(request->headers, line);
    if (headers == NULL) {
        return WM_NO_MEMORY;
    }
    request->headers = headers;
    return WM_OK;
}

static wm_status add_conditions(http_request *request)
{
    const http_curl *curl = &request->http->curl;
    const wm_want *want = request->want;
    bool etag = is_etag(want->etag);
    char range[32];
    if (want->offset == 0) {
        return etag ? add_header(request, "If-None-Match", want->etag) : WM_OK;
    }
    if (request->whole) {
        return WM_OK;
    }
    (void)snprintf(range, sizeof range, "%llu-", (unsigned long long)want->offset);
    if (curl->easy_setopt(request->easy, CURLOPT_RANGE, range) != CURLE_OK) {
        return WM_NO_MEMORY;
    }
    /* A weak one says nothing about bytes, and must not be used here (RFC 9110, 13.1.5). */
    bool strong = etag && want->etag.ptr[0] == '"';
    return strong ? add_header(request, "If-Range", want->etag) : WM_OK;
}

/* Texts that are empty are left as they are. */
static wm_status set_texts(const http_request *request)
{
    const http_curl *curl = &request->http->curl;
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
        { CURLOPT_PROXY, http->proxy },
        { CURLOPT_NOPROXY, http->local ? "*" : "" },
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].value[0] != '\0' &&
            curl->easy_setopt(request->easy, texts[i].option, texts[i].value) != CURLE_OK) {
            return WM_NO_MEMORY;
        }
    }
    /* No question for a key's password: nobody may be there to answer. */
    return curl->easy_setopt(request->easy, CURLOPT_KEYPASSWD, "") == CURLE_OK ? WM_OK
                                                                               : WM_NO_MEMORY;
}

static wm_status set_numbers(const http_request *request)
{
    const http_curl *curl = &request->http->curl;
    const http_transport *http = request->http;
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        { CURLOPT_FOLLOWLOCATION, 0 },
        { CURLOPT_HTTP_VERSION,
          http->secure ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1 },
        { CURLOPT_PIPEWAIT, http->secure ? 1 : 0 }, /* one connection, if it can carry all */
        { CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2 },
        { CURLOPT_SSL_VERIFYPEER, 1 },
        { CURLOPT_SSL_VERIFYHOST, 2 },
        { CURLOPT_CONNECTTIMEOUT_MS, (long)http->connect_timeout_ms },
        { CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 }, /* a proxy's are not the server's */
        { CURLOPT_PATH_AS_IS, 1 },
        { CURLOPT_NOSIGNAL, 1 },
        { CURLOPT_HTTPAUTH, http->token[0] != '\0' ? (long)CURLAUTH_BEARER : (long)CURLAUTH_BASIC },
        { CURLOPT_NETRC,
          http->netrc_file[0] != '\0' ? (long)CURL_NETRC_REQUIRED : (long)CURL_NETRC_IGNORED },
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (curl->easy_setopt(request->easy, numbers[i].option, numbers[i].value) != CURLE_OK) {
            return WM_NO_MEMORY;
        }
    }
    return WM_OK;
}

static wm_status set_callbacks(http_request *request)
{
    const http_curl *curl = &request->http->curl;
    CURL *easy = request->easy;
    bool set = curl->easy_setopt(easy, CURLOPT_PRIVATE, request) == CURLE_OK &&
               curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, request->problem) == CURLE_OK &&
               curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
               curl->easy_setopt(easy, CURLOPT_HEADERDATA, request) == CURLE_OK &&
               curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
               curl->easy_setopt(easy, CURLOPT_WRITEDATA, request) == CURLE_OK &&
               curl->easy_setopt(easy, CURLOPT_HTTPHEADER, request->headers) == CURLE_OK;
    return set ? WM_OK : WM_NO_MEMORY;
}

wm_status http_request_start(http_request *request)
{
    const http_curl *curl = &request->http->curl;
    request->easy = curl->easy_init();
    if (request->easy == NULL) {
        return WM_NO_MEMORY;
    }
    request->once_more = false;
    request->body_bytes = 0;
    request->error_page_bytes = 0;
    request->problem[0] = '\0';
    forget_answer(request);
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
    const http_curl *curl = &request->http->curl;
    curl->easy_cleanup(request->easy);
    curl->slist_free_all(request->headers);
    request->easy = NULL;
    request->headers = NULL;
}

/* ---- what an answer means ---- */

/* The same part of both addresses. */
static bool same_part(const http_curl *curl, CURLU *a, CURLU *b, CURLUPart part)
{
    char *left = NULL;
    char *right = NULL;
    bool same = curl->url_get(a, part, &left, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                curl->url_get(b, part, &right, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                strcasecmp(left, right) == 0;
    curl->free(left);
    curl->free(right);
    return same;
}

static bool same_server(const http_curl *curl, const char *from, const char *to)
{
    CURLU *a = curl->url();
    CURLU *b = curl->url();
    bool same = a != NULL && b != NULL && curl->url_set(a, CURLUPART_URL, from, 0) == CURLUE_OK &&
                curl->url_set(b, CURLUPART_URL, to, 0) == CURLUE_OK &&
                same_part(curl, a, b, CURLUPART_SCHEME) && same_part(curl, a, b, CURLUPART_HOST) &&
                same_part(curl, a, b, CURLUPART_PORT);
    char *user = NULL;
    same = same && curl->url_get(b, CURLUPART_USER, &user, 0) == CURLUE_NO_USER;
    curl->free(user);
    curl->url_cleanup(a);
    curl->url_cleanup(b);
    return same;
}

static bool redirect(http_request *request)
{
    const http_curl *curl = &request->http->curl;
    char *to = NULL;
    if (curl->easy_getinfo(request->easy, CURLINFO_REDIRECT_URL, &to) != CURLE_OK || to == NULL) {
        http_request_fail(request, false, "redirected to nowhere");
        return false;
    }
    if (!same_server(&request->http->curl, request->http->address, to)) {
        http_request_fail(request, false, "redirected to another server, which is refused");
        return false;
    }
    if (request->redirects == HTTP_REDIRECTS_MAX || strlen(to) >= sizeof request->url) {
        http_request_fail(request, false, "redirected too often");
        return false;
    }
    request->redirects++;
    (void)snprintf(request->url, sizeof request->url, "%s", to);
    return true;
}

static bool ask_for_the_whole(http_request *request)
{
    request->whole = true;
    request->result->offset = 0;
    wm_buf_reset(&request->result->bytes);
    return true;
}

static bool read_range_refusal(http_request *request)
{
    wm_fetched *result = request->result;
    if (!is_ranged(request)) {
        http_request_fail(request, false, "the server answers 416, though no part was asked for");
        return false;
    }
    if (request->range_total != request->want->offset) {
        return ask_for_the_whole(request);
    }
    result->offset = request->want->offset; /* there is no more: we have it all */
    return false;
}

static void read_refusal(http_request *request, long code)
{
    const http_transport *http = request->http;
    bool shown =
        http->token[0] != '\0' || http->netrc_file[0] != '\0' || http->certificate[0] != '\0';
    char text[128];
    (void)snprintf(text, sizeof text, "access refused (the server answers %ld%s)", code,
                   shown ? "" : ", and was shown no token, netrc or certificate");
    (void)refuse(request, WM_REFUSED, text);
    request->result->answer = (unsigned)code;
}

static void read_failure(http_request *request, long code)
{
    const http_curl *curl = &request->http->curl;
    curl_off_t seconds = 0;
    char text[96];
    bool busy = code == 429 || (code >= 500 && code != 501 && code != 505);
    (void)snprintf(text, sizeof text, "the server answers %ld%s", code,
                   code == 429                  ? " (too many requests)"
                   : code == 503                ? " (busy)"
                   : code >= 500 && code <= 599 ? " (it has a problem of its own)"
                                                : "");
    http_request_fail(request, busy, text);
    request->result->answer = code > 0 ? (unsigned)code : 0;
    if (busy && curl->easy_getinfo(request->easy, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK &&
        seconds > 0) {
        request->result->retry_after_s =
            seconds < RETRY_AFTER_S_MAX ? (unsigned)seconds : RETRY_AFTER_S_MAX;
    }
}

static bool read_status(http_request *request)
{
    wm_fetched *result = request->result;
    long code = status_code(request);
    switch (code) {
    case 206:
        if (!is_the_rest(request)) {
            distrust_ranges(request);
            return request->once_more && ask_for_the_whole(request);
        }
        result->offset = request->want->offset;
        return false;
    case 200: return false;
    case 304:
        if (request->want->etag.len > 0 && request->want->offset == 0) {
            result->status = WM_UNCHANGED;
        } else {
            http_request_fail(request, false, "unchanged since never");
        }
        return false;
    case 404:
    case 410: result->status = WM_NOT_FOUND; return false;
    case 416: return read_range_refusal(request);
    case 301:
    case 302:
    case 303:
    case 307:
    case 308: return redirect(request);
    case 401:
    case 403: read_refusal(request, code); return false;
    default: read_failure(request, code); return false;
    }
}

/* A handshake that ends because the connection does; and not one that either side ended, which
 * would come to the same the next time. libcurl has one code for both: the text tells. */
static bool broke_off(const char *problem)
{
    static const char *const signs[] = { "SSL_connect: ",           "Recv failure", "Send failure",
                                         "unexpected eof", /* OpenSSL */
                                         "non-properly terminated", "pull function" /* GnuTLS */ };
    bool found = false;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0] && !found; i++) {
        found = strstr(problem, signs[i]) != NULL;
    }
    return found;
}

static const char *handshake_problem(http_request *request, bool *may_pass)
{
    char why[CURL_ERROR_SIZE];
    static const char text[] = "no secure connection came about";
    *may_pass = broke_off(request->problem);
    if (*may_pass || request->problem[0] == '\0') {
        return text;
    }
    memcpy(why, request->problem, sizeof why);
    (void)snprintf(request->problem, sizeof request->problem, "%s (%.*s)", text,
                   (int)(sizeof why - sizeof text - 3), why);
    return request->problem;
}

/* In plain words, and whether it may pass. */
static const char *problem_of(http_request *request, CURLcode code, bool *may_pass)
{
    const http_curl *curl = &request->http->curl;
    long proxy_code = 0;
    (void)curl->easy_getinfo(request->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_code);
    if (proxy_code >= 300) {
        return proxy_code == 407 ? "the proxy wants a name and a password" : "the proxy refuses";
    }
    switch ((int)code) {
    case CURLE_COULDNT_RESOLVE_HOST: return "nobody knows this host (or there is no network)";
    case CURLE_COULDNT_RESOLVE_PROXY: return "nobody knows the proxy's host";
    case CURLE_COULDNT_CONNECT: *may_pass = true; return "no connection";
    case CURLE_OPERATION_TIMEDOUT: *may_pass = true; return "no connection within the time";
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: *may_pass = true; return "the connection was cut";
    case CURLE_SSL_CONNECT_ERROR: return handshake_problem(request, may_pass);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
        return request->problem[0] != '\0' ? request->problem : curl->easy_strerror(code);
    default: return curl->easy_strerror(code);
    }
}

bool http_request_done(http_request *request, CURLcode code)
{
    if (request->result->status != WM_OK) {
        return false; /* we stopped it ourselves, and said why */
    }
    if (request->once_more) {
        return ask_for_the_whole(request);
    }
    if (code == CURLE_OUT_OF_MEMORY) {
        (void)refuse(request, WM_NO_MEMORY, "out of memory");
        return false;
    }
    if (code == CURLE_OK || code == CURLE_WRITE_ERROR) { /* the latter: a long page of an error */
        return read_status(request);
    }
    bool may_pass = false;
    const char *problem = problem_of(request, code, &may_pass);
    http_request_fail(request, may_pass, problem);
    return false;
}

/* http.h: one request by libcurl, between its settings and its result. */
#ifndef WAYMARK_TRANSPORT_HTTP_H
#define WAYMARK_TRANSPORT_HTTP_H

#include <curl/curl.h>

#include "transport/common.h"

#define HTTP_ADDRESS_BYTES_MAX 1024
#define HTTP_TOKEN_BYTES_MAX 4096
#define HTTP_REDIRECTS_MAX 5
#define STALL_BYTES_PER_S 100
#define HTTP_ERROR_PAGE_BYTES_MAX ((uint64_t)64 * 1024)

typedef struct http_transport {
    wm_transport base;
    const wm_env *env;
    CURLM *multi;
    char address[HTTP_ADDRESS_BYTES_MAX]; /* ends with a slash */
    char token[HTTP_TOKEN_BYTES_MAX];     /* "": none */
    char netrc_file[HTTP_ADDRESS_BYTES_MAX];
    char certificate[HTTP_ADDRESS_BYTES_MAX];
    char private_key[HTTP_ADDRESS_BYTES_MAX];
    char authorities[HTTP_ADDRESS_BYTES_MAX];
    unsigned connect_timeout_ms;
    unsigned stall_timeout_s;
    bool secure; /* https */
    bool direct; /* no proxy may stand between */
} http_transport;

typedef struct http_request {
    const http_transport *http;
    const wm_want *want;
    wm_fetched *result;
    CURL *easy;
    struct curl_slist *headers;
    char url[2 * HTTP_ADDRESS_BYTES_MAX];
    uint64_t error_page_bytes; /* of an answer that is not the file */
    uint64_t range_start;      /* what a 206 says that it starts with */
    uint64_t range_total;      /* what a 206 or 416 says that the file has; 0: unknown */
    unsigned redirects;
} http_request;

/* Sets up request->easy. WM_NO_MEMORY. */
WM_MUST_USE wm_status http_request_start(http_request *request);
void http_request_fini(http_request *request);
/* Sets the result from what libcurl says. True: the request goes on at another address of the same
 * server (its url is set). */
WM_MUST_USE bool http_request_done(http_request *request, CURLcode code);

#endif

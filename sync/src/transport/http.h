/* http.h: one request by libcurl, between its settings and its result.
 *
 *   http_open.c     address, options, token file: what a feed may be
 *   http.c          all wants of a call side by side; time, speed, and who looks on
 *   http_request.c  one request: headers, a body within its cap, what its answer means */
#ifndef WAYMARK_TRANSPORT_HTTP_H
#define WAYMARK_TRANSPORT_HTTP_H

#include <curl/curl.h>

#include <waymark/sys/limits.h>

#include "library/library.h"
#include "transport/common.h"

#define HTTP_ADDRESS_BYTES_MAX 1024
#define HTTP_URL_BYTES_MAX                                                                         \
    (HTTP_ADDRESS_BYTES_MAX + WM_TRANSPORT_PATH_BYTES_MAX + WM_TRANSPORT_QUERY_BYTES_MAX + 2)
#define HTTP_TOKEN_BYTES_MAX 4096
#define HTTP_REDIRECTS_MAX 5
#define HTTP_ERROR_PAGE_BYTES_MAX (64 * WM_KIB)
#define HTTP_HEADERS_BYTES_MAX (64 * WM_KIB) /* of all answers to one request */

/* What we use of libcurl, which is loaded for the first address. */
typedef struct http_curl {
    __typeof__(curl_easy_cleanup) *easy_cleanup;
    __typeof__(curl_easy_getinfo) *easy_getinfo;
    __typeof__(curl_easy_init) *easy_init;
    __typeof__(curl_easy_setopt) *easy_setopt;
    __typeof__(curl_easy_strerror) *easy_strerror;
    __typeof__(curl_free) *free;
    __typeof__(curl_global_cleanup) *global_cleanup;
    __typeof__(curl_global_init) *global_init;
    __typeof__(curl_multi_add_handle) *multi_add_handle;
    __typeof__(curl_multi_cleanup) *multi_cleanup;
    __typeof__(curl_multi_info_read) *multi_info_read;
    __typeof__(curl_multi_init) *multi_init;
    __typeof__(curl_multi_perform) *multi_perform;
    __typeof__(curl_multi_poll) *multi_poll;
    __typeof__(curl_multi_remove_handle) *multi_remove_handle;
    __typeof__(curl_multi_setopt) *multi_setopt;
    __typeof__(curl_slist_append) *slist_append;
    __typeof__(curl_slist_free_all) *slist_free_all;
    __typeof__(curl_url) *url;
    __typeof__(curl_url_cleanup) *url_cleanup;
    __typeof__(curl_url_get) *url_get;
    __typeof__(curl_url_set) *url_set;
} http_curl;

typedef struct http_transport {
    wm_transport base;
    const wm_env *env;
    http_curl curl;
    CURLM *multi;
    char address[HTTP_ADDRESS_BYTES_MAX]; /* ends with a slash */
    const char *shown;                    /* the same without its scheme, for errors */
    char token[HTTP_TOKEN_BYTES_MAX];     /* "": none; so are the others */
    char netrc_file[HTTP_ADDRESS_BYTES_MAX];
    char certificate[HTTP_ADDRESS_BYTES_MAX];
    char private_key[HTTP_ADDRESS_BYTES_MAX];
    char authorities[HTTP_ADDRESS_BYTES_MAX];
    char proxy[HTTP_ADDRESS_BYTES_MAX];
    unsigned connect_timeout_ms;
    unsigned stall_timeout_s;
    unsigned speed_min;
    unsigned speed_time_s;
    unsigned parallel;
    bool secure;       /* https */
    bool local;        /* this machine */
    uint64_t received; /* bytes of headers and bodies in this call */
} http_transport;

typedef struct http_request {
    http_transport *http;
    const wm_want *want;
    wm_fetched *result;
    CURL *easy; /* NULL: done, or never begun */
    struct curl_slist *headers;
    char url[HTTP_URL_BYTES_MAX];
    char problem[CURL_ERROR_SIZE]; /* what libcurl says of a certificate */
    uint64_t body_bytes;           /* of the file that came in this answer */
    uint64_t error_page_bytes;     /* of an answer that is not the file */
    uint64_t header_bytes;
    uint64_t range_start; /* what a 206 says that it starts with; UINT64_MAX: nothing */
    uint64_t range_end;   /* and ends before */
    uint64_t range_total; /* what a 206 or 416 says that the file has; UINT64_MAX: unknown */
    unsigned redirects;
    bool whole;     /* asks for all of it, though the caller has a part */
    bool once_more; /* that came to light while the answer was received */
} http_request;

/* Reads address and options into `http`. WM_BAD_ARGUMENT, WM_IO, WM_BAD_INPUT. */
WM_MUST_USE wm_status http_configure(http_transport *http, const char *address,
                                     const wm_http_options *options, wm_error *err);

/* Sets up request->easy. WM_NO_MEMORY. */
WM_MUST_USE wm_status http_request_start(http_request *request);
void http_request_fini(http_request *request);
/* Sets the result from what libcurl says. True: the request is to be made once more: at another
 * address of the same server (its url is set), or for the whole file. */
WM_MUST_USE bool http_request_done(http_request *request, CURLcode code);
/* Sets the result to WM_NETWORK, with host and path before `why`. */
void http_request_fail(http_request *request, bool may_pass, const char *why);

#endif

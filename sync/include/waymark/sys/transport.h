/* transport.h: getting feed files: one table of functions; by HTTP, from a folder, or from a test.
 * Harvest gets other people's feeds by it, too: then a path may have a query.
 *
 * A transport hands over bytes that are not trusted yet. It enforces the size that the caller can
 * bear while it receives, and never follows a redirect to another host. No text of an error has a
 * token, a password, or a URL's query. */
#ifndef WAYMARK_SYS_TRANSPORT_H
#define WAYMARK_SYS_TRANSPORT_H

#include <waymark/sys/buf.h>

WM_BEGIN_DECLS

#define WM_TRANSPORT_PATH_BYTES_MAX 512
#define WM_TRANSPORT_QUERY_BYTES_MAX 1024
#define WM_TRANSPORT_ETAG_BYTES_MAX 128
#define WM_TRANSPORT_WANTS_MAX 1024 /* in one call */

/* Takes the bytes of a file as they come, so that they need no memory. `at` is where they stand in
 * the file: a file that had to be asked for again begins again at 0. Not WM_OK: the fetch of this
 * file ends with that. */
typedef struct wm_want_sink {
    wm_status (*put)(void *context, uint64_t at, const void *bytes, size_t length, wm_error *err);
    void *context;
} wm_want_sink;

/* One file, or the rest of it. */
typedef struct wm_want {
    wm_str path;        /* relative to the feed: "public/timestamp.json"; no "..", no leading "/",
                           only [A-Za-z0-9._/-], and "%" never (but see `quoted`) */
    uint64_t max_bytes; /* of the whole file */
    uint64_t offset;    /* bytes of its start that the caller has already; 0: all of it */
    wm_str etag; /* of the copy (or part) that the caller has, as it was given; empty: none */
    bool quoted; /* the path may have "%XX" for other bytes, and "~": names of repositories that are
                    not ours. In a folder they stand like that. */
    wm_str query; /* what goes behind "?": only letters, digits, "%XX" and -._~!$'()*+,;=:@/?
                     (RFC 3986, 3.4) and "&". It may have a secret, and stands in no text. Empty:
                     none; a folder knows none (WM_BAD_ARGUMENT) */
    const wm_want_sink *sink; /* takes the bytes instead of the result; NULL: the result does. A
                                 transport may leave it unheeded */
} wm_want;

typedef struct wm_fetched {
    wm_status status; /* WM_OK, WM_NOT_FOUND, WM_UNCHANGED (the etag stands), WM_TOO_LARGE,
                         WM_NETWORK, WM_REFUSED (the server lets others in, not us), WM_BAD_ARGUMENT
                         (path), WM_NO_MEMORY */
    wm_error error;   /* for the last five: host, path, and what happened */
    wm_buf bytes;     /* WM_OK: from `offset` on. WM_NETWORK: what arrived before it broke */
    uint64_t offset;  /* where `bytes` starts: as wanted, or 0 if the server gives only all */
    char etag[WM_TRANSPORT_ETAG_BYTES_MAX]; /* "" if there is none */
    bool may_pass;          /* WM_NETWORK: a cut, a timeout, a server that is busy: trying again may
                               help. Else it would not */
    unsigned retry_after_s; /* with may_pass: the pause that the server asks for; 0: none */
    unsigned answer; /* WM_NETWORK, WM_REFUSED: the status of HTTP that is the reason; 0: another */
} wm_fetched;

/* Who looks on while a fetch runs. */
typedef struct wm_transport_watch {
    /* Called when bytes came, and every quarter of a second or so meanwhile; `results` are as far
     * as they have come (their bytes only grow). False: the fetch ends now, and what is not there
     * yet is WM_NETWORK. */
    bool (*look)(void *context, const wm_want *wants, const wm_fetched *results, size_t count);
    void *context;
} wm_transport_watch;

typedef struct wm_transport wm_transport;
struct wm_transport {
    /* Fetches all wants, side by side where it can; returns when each has its result. `results` is
     * an array of `count`, initialised here; give it back with wm_fetched_fini, also after a
     * failure. The status is that of the call as a whole: WM_OK even when single wants failed;
     * WM_NO_MEMORY, WM_BAD_ARGUMENT (too many wants). */
    wm_status (*fetch)(wm_transport *transport, const wm_want *wants, wm_fetched *results,
                       size_t count, wm_error *err);
    void (*close)(wm_transport *transport);
    /* Set by the caller between fetches; NULL: nobody looks on. It may be left unheeded. */
    const wm_transport_watch *watch;
};

WM_API WM_MUST_USE wm_status wm_transport_fetch(wm_transport *transport, const wm_want *wants,
                                                wm_fetched *results, size_t count, wm_error *err);
WM_API void wm_fetched_fini(wm_fetched *results, size_t count);
/* NULL is allowed. */
WM_API void wm_transport_close(wm_transport *transport);

/* True for a path that a want may have. */
WM_API bool wm_transport_path_valid(wm_str path);
/* True for a query that a want may have; also an empty one. */
WM_API bool wm_transport_query_valid(wm_str query);

/* All strings are copied. The token file is read when the transport is opened; libcurl reads the
 * others. */
typedef struct wm_http_options {
    const char *token_file;  /* bearer token: one line; NULL: none */
    const char *netrc_file;  /* NULL: none */
    const char *certificate; /* PEM file of a client certificate; NULL: none */
    const char *private_key; /* its key */
    const char *authorities; /* PEM file of accepted authorities; NULL: the system's */
    const char *proxy;       /* "http://host:port", without a user; NULL: what the environment says
                                (https_proxy, all_proxy, no_proxy) */
    unsigned connect_timeout_ms; /* 0: 10 s */
    unsigned stall_timeout_s;    /* given up when nothing at all comes for so long; 0: 30 s */
    unsigned speed_min;    /* bytes a second of all files together; 0: 200. Given up when it is
                              less for `speed_time_s` */
    unsigned speed_time_s; /* 0: 60 s */
    unsigned parallel;     /* connections at most; 0: 6 */
} wm_http_options;

/* A feed at an https:// address, by HTTP/2 where the server has it; or at http:// on this machine
 * (127.0.0.0/8, ::1, localhost), to which no proxy is used. TLS is 1.2 or newer, and certificates
 * are always checked. A redirect is followed only within scheme, host and port, so that nothing
 * meant for this server is ever told to another. options may be NULL.
 * WM_BAD_ARGUMENT: another scheme, plain http to another machine, a user or password in the
 * address, a query or a fragment. WM_IO, WM_BAD_INPUT: token file, or a file that is not there.
 * Close with wm_transport_close. */
WM_API WM_MUST_USE wm_status wm_transport_http_open(const wm_env *env, const char *address,
                                                    const wm_http_options *options,
                                                    wm_transport **transport_out, wm_error *err);

/* A feed in a folder (a USB stick, a mounted share). Symbolic links in it are not
 * followed, and it gives no etags. WM_IO: no such folder. */
WM_API WM_MUST_USE wm_status wm_transport_folder_open(const wm_env *env, const char *folder,
                                                      wm_transport **transport_out, wm_error *err);

/* Either of the two, by the look of `feed`. */
WM_API WM_MUST_USE wm_status wm_transport_open(const wm_env *env, const char *feed,
                                               const wm_http_options *options,
                                               wm_transport **transport_out, wm_error *err);

WM_END_DECLS

#endif

/* harvest.h: other people's Open Referral feeds, from where they are served.
 *
 * What stands at a URL is one of two things:
 *
 *   a file    lines, a list, pages or one service: as a file on this machine would be read
 *   an API    GET {base}/services?page=N&per_page=M&full=true, and GET {base}/services/{id}
 *
 * Which: a path that ends in "/services" or "/" (or is empty) is an API; one that ends in .json,
 * .jsonl or .ndjson is a file. Of any other it is fetched and looked at: if it has services it is a
 * file, else it is the base of an API.
 *
 * The walk through an API:
 *  1. Services come in the order of the lists, whatever came first from the network, each once.
 *  2. The list of the profile has summaries. A service is taken from the list only if both hold: it
 *     has "service_at_locations" there, and the first service of the same page with a location has
 *     in the list all that its own document says, or this server has no documents (neither for it
 *     nor for four more). Else its document is fetched. A document that says that it is another
 *     service is refused.
 *  3. A pass ends with an empty page, one that is not there (404, but the first), one of which this
 *     pass had every service before, or one after which nothing says that there is more: neither
 *     total_pages nor total_items nor last_page, of which none is believed alone. Where none of
 * them is said, there is more.
 *  4. If total_items changed in a pass, or a page brought services again beside new ones, the feed
 *     may have changed while it was read, and one may have slipped through: the lists are walked
 *     again, and what is new is fetched, at most WM_HARVEST_PASSES_MAX times in all, until a pass
 *     sees no change or the same ids in the same order as the one before, or until as many
 *     different services have come as a total_items says that never changed.
 *  5. A document that cannot be had (404, 5xx after all tries ...) is that service's problem, until
 *     it is WM_HARVEST_FAILURES_MAX in a row, or all: then it is the server's. A page that cannot
 *     be had or read ends the walk.
 *
 * Memory holds one page, some documents, and eight bytes or so for each service. Nothing of a
 * server is believed: limits.h has the bounds. No text has a query, which may have a secret. */
#ifndef WAYMARK_SYS_HARVEST_H
#define WAYMARK_SYS_HARVEST_H

#include <waymark/sys/client.h>
#include <waymark/sys/interchange.h>
#include <waymark/sys/transport.h>

WM_BEGIN_DECLS

/* ---- an address ---- */

typedef enum wm_harvest_kind {
    WM_HARVEST_API,
    WM_HARVEST_FILE,
    WM_HARVEST_UNKNOWN /* it has to be looked at */
} wm_harvest_kind;

#define WM_HARVEST_ADDRESS_BYTES_MAX 1000
#define WM_HARVEST_NAME_BYTES_MAX (WM_HARVEST_ADDRESS_BYTES_MAX + WM_TRANSPORT_PATH_BYTES_MAX + 2)

typedef struct wm_harvest_address {
    wm_harvest_kind kind;
    char server[WM_HARVEST_ADDRESS_BYTES_MAX];    /* "https://host:port/": for a transport */
    char path[WM_TRANSPORT_PATH_BYTES_MAX + 1];   /* of the file, or of the API's base; "%XX" */
    char query[WM_TRANSPORT_QUERY_BYTES_MAX + 1]; /* that goes with every request */
    char name[WM_HARVEST_NAME_BYTES_MAX];         /* host and path: what may be shown */
} wm_harvest_address;

/* Takes a URL apart. WM_BAD_ARGUMENT: it is none, or has what cannot be asked for: a fragment, a
 * page of its own. Whether the server may be asked at all is the transport's to say. */
WM_API WM_MUST_USE wm_status wm_harvest_address_read(const char *url,
                                                     wm_harvest_address *address_out,
                                                     wm_error *err);

/* ---- who looks on ---- */

typedef struct wm_harvest_progress {
    int64_t pages;      /* fetched */
    int64_t services;   /* that came, with their documents */
    int64_t total;      /* as the pages promise; -1: not known */
    uint64_t bytes;     /* that came */
    uint64_t pause_ms;  /* a pause of so long begins, before trying again; 0: none */
    const char *reason; /* why, with pause_ms */
} wm_harvest_progress;

/* Zero is a good choice for all of it. */
typedef struct wm_harvest_options {
    unsigned tries;      /* of what breaks off, in a row; 0: 5 */
    unsigned patience_s; /* all pauses for a page or a file together; 0: 300 */
    unsigned per_page;   /* services asked for in a page; 0: 100 */
    /* As in wm_sync_driver. False: the walk is to stop (WM_NETWORK, "stopped"). */
    bool (*pause)(void *context, uint64_t milliseconds);
    bool (*progress)(void *context, const wm_harvest_progress *progress);
    void *context;
} wm_harvest_options;

/* ---- a file ---- */

/* Fetches the file at the address into `sink`, in pieces in any order of `at`; *bytes_out is its
 * length. What broke off goes on where it was, if the server names its state (ETag).
 * WM_NOT_FOUND (with text; at an unknown address also where the server answers with another error),
 * WM_NETWORK, WM_REFUSED, WM_TOO_LARGE; what the sink says. */
WM_API WM_MUST_USE wm_status wm_harvest_file(const wm_env *env, wm_transport *transport,
                                             const wm_harvest_address *address,
                                             const wm_harvest_options *options,
                                             const wm_want_sink *sink, uint64_t *bytes_out,
                                             wm_error *err);
/* True if it begins like services, and not like the details of an API or a page for people. */
WM_API WM_MUST_USE wm_status wm_harvest_has_services(const wm_env *env,
                                                     const wm_byte_source *source,
                                                     bool *services_out, wm_error *err);

/* ---- an API ---- */

typedef struct wm_harvest wm_harvest;

typedef struct wm_harvest_item {
    wm_element element;  /* its number is its place in the lists, from 1 */
    wm_str id;           /* as the list has it; empty: none */
    const char *problem; /* why the document could not be had; NULL: it is in the element */
} wm_harvest_item;

/* Borrows all but the address and the options. No request is made yet. Close with _close. */
WM_API WM_MUST_USE wm_status wm_harvest_open(const wm_env *env, wm_transport *transport,
                                             const wm_harvest_address *address,
                                             const wm_harvest_options *options,
                                             wm_harvest **harvest_out, wm_error *err);
/* The next service; borrowed until the next call. WM_END: that was all. WM_BAD_INPUT: a page, with
 * what was expected and found; WM_TOO_LARGE: a bound; WM_NETWORK, WM_REFUSED: as the transport has
 * it. */
WM_API WM_MUST_USE wm_status wm_harvest_next(wm_harvest *harvest, wm_harvest_item *item_out,
                                             wm_error *err);

typedef struct wm_harvest_summary {
    int64_t listed;   /* services in the lists of the last pass, also again */
    int64_t again;    /* those of them that were not new */
    int64_t promised; /* as its pages say; -1: they do not */
    bool settled;     /* else the feed changed whenever it was read */
    unsigned passes;
    int64_t pages;
    uint64_t requests;
    uint64_t bytes;
} wm_harvest_summary;

WM_API void wm_harvest_summarize(const wm_harvest *harvest, wm_harvest_summary *summary_out);
WM_API void wm_harvest_close(wm_harvest *harvest); /* NULL is allowed */

WM_END_DECLS

#endif

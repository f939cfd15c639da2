/* harvest.h: reading other people's feeds, page by page.
 *
 *   address.c   a URL, taken apart
 *   fetch.c     requests with tries; a file in pieces
 *   page.c      one page of a list: its services and what it says of itself
 *   seen.c      which services have been listed, in little memory
 *   walk.c      all pages, all documents, in order
 *
 * Only for this room. The contract is in waymark/sys/harvest.h. */
#ifndef WAYMARK_HARVEST_HARVEST_H
#define WAYMARK_HARVEST_HARVEST_H

#include <waymark/sys/arena.h>
#include <waymark/sys/harvest.h>

#include "client/patience.h"

#define HARVEST_ID_BYTES_MAX 128
#define HARVEST_TOGETHER 16 /* documents fetched side by side */

/* ---- addresses ---- */

/* `text` with %XX for all but letters, digits and those in `also`; quoted: what is quoted in it
 * already stays so. False: `size` is too small. */
bool harvest_quote(wm_str text, const char *also, bool quoted, char *to, size_t size);
/* The value of that parameter; ptr NULL: there is none. */
wm_str harvest_parameter(const char *query, const char *name);

/* ---- requests ---- */

typedef struct harvest_fetcher {
    const wm_env *env;
    wm_transport *transport;
    wm_harvest_options options;
    wm_harvest_progress progress;
    wm_transport_watch watch;
    wm_patience patience;
    uint64_t bytes;
    uint64_t requests;
} harvest_fetcher;

/* Not to be moved after that. options: may be NULL. */
void harvest_fetcher_init(harvest_fetcher *fetcher, const wm_env *env, wm_transport *transport,
                          const wm_harvest_options *options);
/* Tells those who look on. False: stop. */
bool harvest_report(harvest_fetcher *fetcher);
/* Fetches all; what breaks off is tried again, for as long as there is patience. At most
 * HARVEST_TOGETHER wants. The results are the caller's to fini, if it was WM_OK: each of them may
 * have failed all the same. WM_NETWORK: stopped. WM_TOO_LARGE: more bytes than all may have. */
WM_MUST_USE wm_status harvest_fetch(harvest_fetcher *fetcher, const wm_want *wants,
                                    wm_fetched *results, size_t count, wm_error *err);

/* ---- what was seen ---- */

/* Ids by 62 bits of a digest with a secret, so that nobody can make two ids look alike. */
typedef struct harvest_seen {
    const wm_env *env;
    uint64_t *slots; /* digest and pass; 0: free */
    size_t capacity; /* a power of two */
    size_t count;
    char secret[16];
} harvest_seen;

void harvest_seen_init(harvest_seen *seen, const wm_env *env);
void harvest_seen_fini(harvest_seen *seen);
/* The last pass that had it; 0: none. */
unsigned harvest_seen_pass(const harvest_seen *seen, wm_str id);
/* pass: 1 to 3. WM_NO_MEMORY; WM_TOO_LARGE: WM_HARVEST_SERVICES_MAX. */
WM_MUST_USE wm_status harvest_seen_put(harvest_seen *seen, wm_str id, unsigned pass, wm_error *err);

/* ---- pages ---- */

typedef struct harvest_entry {
    wm_str id;     /* empty: it has none that can be asked for */
    bool has_part; /* "service_at_locations": it may be whole */
    bool is_new;   /* to be brought */
} harvest_entry;

typedef struct harvest_page {
    const wm_env *env;
    wm_buf body;
    size_t read; /* bytes of the body that its reader has had */
    wm_arena arena;
    wm_arena scratch;
    harvest_entry *entries;
    size_t count;
    size_t capacity;
    size_t probe;  /* the first entry with a location; SIZE_MAX: none */
    wm_buf sample; /* its text */
    wm_page says;
} harvest_page;

void harvest_page_init(harvest_page *page, const wm_env *env);
void harvest_page_fini(harvest_page *page);
/* Reads page->body. WM_BAD_INPUT: it is no page and no list. */
WM_MUST_USE wm_status harvest_page_read(harvest_page *page, wm_error *err);
/* Its services from the first on, once more. Close with wm_elements_close. */
WM_MUST_USE wm_status harvest_page_elements(harvest_page *page, wm_elements **elements_out,
                                            wm_error *err);
/* True if the text in the list says all that the document says. */
WM_MUST_USE wm_status harvest_says_all(wm_arena *scratch, wm_str in_list, wm_str document,
                                       bool *all_out, wm_error *err);
/* Some servers put a byte order mark in front. */
wm_str harvest_without_mark(wm_str text);
/* The id of a service: a text, or a number, for which `digits` is room; empty: none. */
#define HARVEST_DIGITS 32
wm_str harvest_id(const wm_json *service, char digits[HARVEST_DIGITS]);

#endif

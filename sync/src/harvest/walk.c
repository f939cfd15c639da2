/* walk.c: all pages of an API, and the documents of what is in them, in order.
 *
 *   PAGE   fetch the next page; note what is new              -> ITEMS, or (the pass is over) PASS
 *   ITEMS  the next services of the page, fetched together    -> given out one by one; none: PAGE
 *   PASS   settled, or often enough?                          -> END, else PAGE of another pass
 *
 * What must hold:
 *  1. A service is given out at most once, when a list first has it.
 *  2. No server can make it go on for ever: each page of a pass has something that the pass did not
 *     have, and services, pages, bytes and passes have bounds.
 *  3. What is given out depends on what servers say, never on what came first. */
#include <assert.h>
#include <stdio.h>

#include <waymark/sys/digest.h>
#include <waymark/sys/limits.h>

#include "harvest/harvest.h"

#define PER_PAGE 100
#define PROBES 4 /* more documents that are asked for, where one is not there */
#define FIRST_UNKNOWN (-1)

typedef enum walk_state { WALK_PAGE, WALK_ITEMS, WALK_PASS, WALK_END } walk_state;

_Static_assert(WM_HARVEST_PASSES_MAX <= 3, "seen.c has two bits for a pass");

struct wm_harvest {
    const wm_env *env;
    wm_harvest_address address;
    harvest_fetcher fetcher;
    harvest_seen seen;
    harvest_page page;
    wm_harvest_summary summary;
    walk_state state;
    bool asks_full;     /* "full=true" is told to the server */
    int64_t first;      /* number of the first page: 1, or 0 */
    int64_t number;     /* of the page at hand */
    int64_t total;      /* as the first page of this pass said */
    int64_t before;     /* in the lists of this pass before this page, for numbers */
    int64_t rows;       /* the same, with it */
    bool changed;       /* in this pass */
    bool unsteady;      /* total_items has changed, be it from pass to pass */
    bool has_documents; /* one has come */
    bool again;         /* this pass had services again beside new ones */
    wm_digest order;    /* of the ids of the last pass */
    wm_digest_stream ids;

    /* the page at hand */
    bool is_whole; /* what has its parts in the list is taken from it */
    size_t at;     /* the next entry to look at */
    wm_elements *reader;
    size_t reader_at; /* entries that it has given */

    /* what is fetched together */
    size_t batch[HARVEST_TOGETHER]; /* entries */
    wm_fetched results[HARVEST_TOGETHER];
    size_t result_of[HARVEST_TOGETHER]; /* SIZE_MAX: from the list */
    size_t result_count;
    size_t batch_count;
    size_t given;

    int64_t brought;
    unsigned failures; /* in a row */
    wm_error problem;
};

/* ---- addresses ---- */

static bool document_path(const wm_harvest *h, wm_str id, char *path, size_t size)
{
    const char *base = h->address.path;
    int length = snprintf(path, size, "%s%sservices/", base, base[0] != '\0' ? "/" : "");
    return length > 0 && (size_t)length < size &&
           harvest_quote(id, "-._~", false, path + length, size - (size_t)length);
}

static void page_path(const wm_harvest *h, char *path, size_t size)
{
    const char *base = h->address.path;
    (void)snprintf(path, size, "%s%sservices", base, base[0] != '\0' ? "/" : "");
}

static wm_status page_query(const wm_harvest *h, wm_buf *query, wm_error *err)
{
    const char *own = h->address.query;
    wm_buf_printf(query, "%s%spage=%lld", own, own[0] != '\0' ? "&" : "", (long long)h->number);
    if (harvest_parameter(own, "per_page").ptr == NULL) {
        unsigned per_page = h->fetcher.options.per_page;
        wm_buf_printf(query, "&per_page=%u", per_page > 0 ? per_page : PER_PAGE);
    }
    if (h->asks_full && harvest_parameter(own, "full").ptr == NULL) {
        wm_buf_put_text(query, "&full=true");
    }
    return wm_buf_status(query, err);
}

/* ---- pages ---- */

/* In front of whatever went wrong. */
static wm_status of_page(const wm_harvest *h, wm_status status, wm_error *err)
{
    if (status == WM_OK || err == NULL) {
        return status;
    }
    if (strncmp(err->text, h->address.name, strcspn(h->address.name, "/")) == 0) {
        wm_error_context(err, "page %lld", (long long)h->number); /* the transport said where */
    } else {
        wm_error_context(err, "%s/services, page %lld", h->address.name, (long long)h->number);
    }
    return status;
}

static wm_status fetch_page(wm_harvest *h, wm_fetched *result, wm_error *err)
{
    char path[WM_TRANSPORT_PATH_BYTES_MAX + 16];
    wm_buf query;
    wm_buf_init(&query, h->env, WM_TRANSPORT_QUERY_BYTES_MAX);
    page_path(h, path, sizeof path);
    wm_status status = page_query(h, &query, err);
    if (status == WM_OK) {
        wm_want want = { .path = wm_str_of(path),
                         .query = wm_buf_str(&query),
                         .quoted = true,
                         .max_bytes = WM_HARVEST_PAGE_BYTES_MAX };
        status = harvest_fetch(&h->fetcher, &want, result, 1, err);
    }
    wm_buf_fini(&query);
    return status;
}

static bool is_refusal_of_words(const wm_fetched *result)
{
    return result->status == WM_NETWORK && result->answer >= 400 && result->answer < 500 &&
           result->answer != 429;
}

/* The page's bytes are in h->page.body then. WM_NOT_FOUND: it is not there (no text). */
static wm_status get_page(wm_harvest *h, wm_error *err)
{
    wm_fetched result;
    wm_status status = fetch_page(h, &result, err);
    if (status != WM_OK) {
        return status;
    }
    if (h->asks_full && h->summary.pages == 0 && is_refusal_of_words(&result)) {
        h->asks_full = false; /* a server that bears no word it does not know */
        wm_fetched_fini(&result, 1);
        status = fetch_page(h, &result, err);
    }
    if (status == WM_OK) {
        status = result.status;
        if (h->number == 0 && is_refusal_of_words(&result)) {
            status = WM_NOT_FOUND;
        } else if (status == WM_OK) {
            wm_buf_fini(&h->page.body);
            h->page.body = result.bytes;
            result.bytes = (wm_buf){ .env = NULL };
        } else if (status != WM_NOT_FOUND) {
            (void)wm_fail(err, status, "%s", result.error.text);
        }
        wm_fetched_fini(&result, 1);
    }
    return status;
}

/* What is new, and what came again. */
static wm_status note_entries(wm_harvest *h, bool *any_out, wm_error *err)
{
    unsigned pass = h->summary.passes;
    int64_t before = 0; /* that an earlier page of this pass had */
    int64_t fresh = 0;  /* that it had not */
    int64_t nameless = 0;
    wm_status status = WM_OK;
    for (size_t i = 0; i < h->page.count; i++) {
        wm_str id = h->page.entries[i].id;
        before += id.len > 0 && harvest_seen_pass(&h->seen, id) == pass ? 1 : 0;
    }
    for (size_t i = 0; i < h->page.count && status == WM_OK; i++) {
        harvest_entry *entry = &h->page.entries[i];
        unsigned last = entry->id.len > 0 ? harvest_seen_pass(&h->seen, entry->id) : 0;
        entry->is_new = last == 0 && (entry->id.len > 0 || pass == 1);
        nameless += entry->id.len == 0 ? 1 : 0;
        if (entry->id.len > 0 && last != pass) {
            fresh++;
            status = harvest_seen_put(&h->seen, entry->id, pass, err);
        }
    }
    *any_out = fresh > 0;
    if (fresh > 0) {
        h->again = h->again || before > 0;
        h->summary.listed += (int64_t)h->page.count - before;
        h->summary.again += (int64_t)h->page.count - fresh - nameless;
        h->before = h->rows;
        h->rows += (int64_t)h->page.count;
        for (size_t i = 0; i < h->page.count; i++) {
            wm_digest_put(&h->ids, h->page.entries[i].id);
            wm_digest_put(&h->ids, (wm_str){ "", 1 });
        }
    }
    return status;
}

static void note_total(wm_harvest *h)
{
    int64_t total = h->page.says.total_items;
    if (total < 0) {
        return;
    }
    h->changed = h->changed || (h->total >= 0 && h->total != total);
    h->unsteady = h->unsteady || (h->summary.promised >= 0 && h->summary.promised != total);
    h->total = h->total < 0 ? total : h->total;
    h->summary.promised = total;
    h->fetcher.progress.total = total;
}

/* Whether anything says that there is more. */
static bool has_more(const wm_harvest *h)
{
    const wm_page *says = &h->page.says;
    bool pages = says->total_pages >= 0 && h->number - h->first + 1 < says->total_pages;
    bool items = says->total_items >= 0 && h->summary.listed < says->total_items;
    bool silent = says->total_pages < 0 && says->total_items < 0 && says->last_page < 0;
    return pages || items || says->last_page == 0 || silent;
}

/* Where pages are counted from 0, page 1 is the second. */
static bool begins_at_zero(const wm_harvest *h)
{
    return h->first == FIRST_UNKNOWN && h->number == 1 && h->page.says.first_page == 0;
}

static void begin_at(wm_harvest *h, int64_t first)
{
    h->first = first;
    h->number = first - 1;
    h->page.count = 0;
}

static wm_status check_whole(wm_harvest *h, wm_error *err);

/* WM_END: the pass is over. */
static wm_status read_page(wm_harvest *h, wm_error *err)
{
    bool any = false;
    wm_status status = harvest_page_read(&h->page, err);
    if (status != WM_OK) {
        return status;
    }
    if (begins_at_zero(h)) {
        begin_at(h, 0);
        return WM_OK;
    }
    h->first = h->first == FIRST_UNKNOWN ? h->number : h->first;
    note_total(h);
    status = note_entries(h, &any, err);
    if (status == WM_OK && !any && h->page.count > 0 && h->summary.listed == 0) {
        return wm_fail(err, WM_BAD_INPUT, "expected services with an id, found %zu without",
                       h->page.count);
    }
    if (status != WM_OK || !any) {
        h->page.count = 0;
        return status == WM_OK ? WM_END : status;
    }
    return check_whole(h, err);
}

static wm_status next_page(wm_harvest *h, wm_error *err)
{
    bool is_first = h->summary.listed == 0;
    if (h->page.count > 0 && !has_more(h)) {
        h->state = WALK_PASS;
        return WM_OK;
    }
    if (h->summary.pages == WM_HARVEST_PAGES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "%s: expected at most %d pages, found more",
                       h->address.name, WM_HARVEST_PAGES_MAX);
    }
    h->number++;
    wm_status status = get_page(h, err);
    if (status == WM_NOT_FOUND && h->number == 0) {
        begin_at(h, 1); /* what said that page 1 is not the first was wrong */
        status = WM_OK;
    } else if (status == WM_NOT_FOUND) {
        status = is_first ? wm_fail(err, WM_BAD_INPUT,
                                    "expected a list of services, found none there (404)")
                          : WM_END;
    } else if (status == WM_OK) {
        h->summary.pages++;
        h->fetcher.progress.pages++;
        h->fetcher.patience.paused_ms = 0; /* a server that allows so much a minute is borne with */
        status = read_page(h, err);
    }
    h->state = status == WM_END ? WALK_PASS : WALK_ITEMS;
    return status == WM_END ? WM_OK : of_page(h, status, err);
}

static void begin_pass(wm_harvest *h)
{
    h->summary.passes++;
    h->summary.listed = 0;
    h->summary.again = 0;
    h->number = h->first == 0 ? -1 : 0;
    h->total = -1;
    h->rows = 0;
    h->changed = false;
    h->again = false;
    h->page.count = 0;
    wm_digest_begin(&h->ids);
    h->state = WALK_PAGE;
}

static wm_status end_pass(wm_harvest *h, wm_error *err)
{
    wm_digest order;
    wm_digest_end(&h->ids, &order);
    bool same = h->summary.passes > 1 && wm_digest_equal(&order, &h->order);
    h->order = order;
    /* Lists in no order of their own: as many as there are have come, in whatever pages. */
    int64_t different = (int64_t)h->seen.count;
    bool complete = h->total >= 0 && !h->unsteady && different == h->total;
    h->summary.settled = complete || (!h->changed && (!h->again || same));
    if (complete && h->summary.listed < different) {
        h->summary.listed = different;
    }
    if (!h->summary.settled && h->summary.passes < WM_HARVEST_PASSES_MAX) {
        begin_pass(h);
        return WM_OK;
    }
    h->state = WALK_END;
    if (h->brought == 0 && h->problem.status != WM_OK) {
        return wm_fail(err, h->problem.status, "no document of a service could be had: %s",
                       h->problem.text);
    }
    return WM_OK;
}

/* ---- the services of a page ---- */

static void free_batch(wm_harvest *h)
{
    wm_fetched_fini(h->results, h->result_count);
    h->result_count = 0;
    h->batch_count = 0;
    h->given = 0;
}

static wm_status fetch_documents(wm_harvest *h, const size_t *entries, size_t count, wm_error *err)
{
    char paths[HARVEST_TOGETHER][WM_TRANSPORT_PATH_BYTES_MAX + 1];
    wm_want wants[HARVEST_TOGETHER] = { { .quoted = false } }; /* for gcc: all that count is set */
    for (size_t i = 0; i < count; i++) {
        /* One that is too long is no path to the transport, and is told as such. */
        if (!document_path(h, h->page.entries[entries[i]].id, paths[i], sizeof paths[i])) {
            paths[i][0] = '\0';
        }
        wants[i] = (wm_want){ .path = wm_str_of(paths[i]),
                              .query = wm_str_of(h->address.query),
                              .quoted = true,
                              .max_bytes = WM_ELEMENT_BYTES_MAX };
    }
    wm_status status = harvest_fetch(&h->fetcher, wants, h->results, count, err);
    h->result_count = status == WM_OK ? count : 0;
    for (size_t i = 0; i < h->result_count && status == WM_OK; i++) {
        h->has_documents = h->has_documents || h->results[i].status == WM_OK;
        if (h->results[i].status == WM_REFUSED ||
            (h->results[i].status == WM_NETWORK && h->results[i].answer == 0)) {
            status = wm_fail(err, h->results[i].status, "%s", h->results[i].error.text);
        }
    }
    return status;
}

/* Has this server no documents at all, so that its lists are all that there is? Or was one service
 * just taken away? */
static wm_status check_documents(wm_harvest *h, wm_error *err)
{
    size_t some[PROBES];
    size_t count = 0;
    free_batch(h);
    for (size_t i = h->page.probe + 1; i < h->page.count && count < PROBES; i++) {
        if (h->page.entries[i].has_part) {
            some[count++] = i;
        }
    }
    wm_status status = count > 0 ? fetch_documents(h, some, count, err) : WM_OK;
    h->is_whole = status == WM_OK;
    for (size_t i = 0; i < h->result_count && h->is_whole; i++) {
        h->is_whole = h->results[i].status == WM_NOT_FOUND;
    }
    return status;
}

/* Does this list have the whole services? */
static wm_status check_whole(wm_harvest *h, wm_error *err)
{
    free_batch(h);
    wm_elements_close(h->reader);
    h->reader = NULL;
    h->reader_at = 0;
    h->at = 0;
    h->is_whole = false;
    if (h->page.probe == SIZE_MAX) {
        return WM_OK;
    }
    wm_status status = fetch_documents(h, &h->page.probe, 1, err);
    if (status == WM_OK && h->results[0].status == WM_OK) {
        status = harvest_says_all(&h->page.scratch, wm_buf_str(&h->page.sample),
                                  harvest_without_mark(wm_buf_str(&h->results[0].bytes)),
                                  &h->is_whole, err);
    } else if (status == WM_OK && h->results[0].status == WM_NOT_FOUND && !h->has_documents) {
        status = check_documents(h, err);
    }
    free_batch(h);
    return status;
}

/* The next services that are new; documents that are needed are fetched. */
static wm_status fill_batch(wm_harvest *h, wm_error *err)
{
    size_t wanted[HARVEST_TOGETHER];
    size_t count = 0;
    free_batch(h);
    for (; h->at < h->page.count && h->batch_count < HARVEST_TOGETHER; h->at++) {
        const harvest_entry *entry = &h->page.entries[h->at];
        if (entry->is_new) {
            bool fetched = entry->id.len > 0 && !(h->is_whole && entry->has_part);
            h->result_of[h->batch_count] = fetched ? count : SIZE_MAX;
            h->batch[h->batch_count++] = h->at;
            if (fetched) {
                wanted[count++] = h->at;
            }
        }
    }
    return count > 0 ? fetch_documents(h, wanted, count, err) : WM_OK;
}

/* The text of an entry in the list. */
static wm_status take_from_list(wm_harvest *h, size_t entry, wm_element *element, wm_error *err)
{
    wm_status status = h->reader == NULL ? harvest_page_elements(&h->page, &h->reader, err) : WM_OK;
    while (status == WM_OK && h->reader_at <= entry) {
        status = wm_elements_next(h->reader, element, err);
        h->reader_at++;
    }
    return status;
}

/* A document must be that of the service that was asked for. */
static wm_status check_document(wm_harvest *h, wm_str id, wm_str text, bool *good_out,
                                wm_error *err)
{
    const wm_json *service = NULL;
    char digits[HARVEST_DIGITS];
    wm_arena_reset(&h->page.scratch);
    wm_status status = wm_oruk_parse(&h->page.scratch, text, &service, NULL);
    *good_out = true;
    if (status == WM_NO_MEMORY) {
        return wm_fail_memory(err);
    }
    if (status == WM_OK && !wm_str_equal(harvest_id(service, digits), id)) {
        *good_out = false;
        (void)wm_fail(&h->problem, WM_BAD_INPUT,
                      "expected the document of this service, found that of another");
    }
    return WM_OK;
}

static wm_status take_document(wm_harvest *h, wm_fetched *result, wm_harvest_item *item,
                               wm_error *err)
{
    bool good = false;
    if (result->status == WM_OK) {
        item->element.text = harvest_without_mark(wm_buf_str(&result->bytes));
        wm_status status = check_document(h, item->id, item->element.text, &good, err);
        item->problem = good ? NULL : h->problem.text;
        return status;
    }
    if (result->status == WM_TOO_LARGE) {
        item->element.too_large = true;
        return WM_OK;
    }
    if (result->status == WM_NOT_FOUND) {
        (void)wm_fail(&h->problem, WM_BAD_INPUT,
                      "expected a document of this service, found none there (404)");
    } else {
        (void)wm_fail(&h->problem, result->status == WM_NETWORK ? WM_NETWORK : WM_BAD_INPUT, "%s",
                      result->error.text);
    }
    item->problem = h->problem.text;
    return WM_OK;
}

/* One document is one; all of them are the server. */
static wm_status count_failure(wm_harvest *h, const wm_harvest_item *item, wm_error *err)
{
    h->failures = item->problem != NULL ? h->failures + 1 : 0;
    h->brought += item->problem == NULL ? 1 : 0;
    h->fetcher.progress.services++;
    if (h->failures == WM_HARVEST_FAILURES_MAX) {
        return wm_fail(err, h->problem.status,
                       "%s: the documents of %d services in a row could not be had; the last: %s",
                       h->address.name, WM_HARVEST_FAILURES_MAX, h->problem.text);
    }
    return WM_OK;
}

static wm_status give_item(wm_harvest *h, wm_harvest_item *item, wm_error *err)
{
    size_t entry = h->batch[h->given];
    size_t result = h->result_of[h->given++];
    *item = (wm_harvest_item){ .id = h->page.entries[entry].id };
    wm_status status = WM_OK;
    if (item->id.len == 0) {
        (void)wm_fail(&h->problem, WM_BAD_INPUT,
                      "expected a service with an id of at most %d bytes, found one without",
                      HARVEST_ID_BYTES_MAX);
        item->problem = h->problem.text;
    } else if (result == SIZE_MAX) {
        status = take_from_list(h, entry, &item->element, err);
    } else {
        status = take_document(h, &h->results[result], item, err);
    }
    item->element.number = h->before + (int64_t)entry + 1;
    return status == WM_OK ? count_failure(h, item, err) : of_page(h, status, err);
}

wm_status wm_harvest_next(wm_harvest *harvest, wm_harvest_item *item_out, wm_error *err)
{
    wm_harvest *h = harvest;
    wm_status status = WM_OK;
    while (status == WM_OK) {
        switch (h->state) {
        case WALK_PAGE: status = next_page(h, err); break;
        case WALK_ITEMS:
            if (h->given < h->batch_count) {
                return give_item(h, item_out, err);
            }
            if (h->at < h->page.count) {
                status = of_page(h, fill_batch(h, err), err);
            } else {
                h->state = WALK_PAGE;
            }
            break;
        case WALK_PASS: status = end_pass(h, err); break;
        case WALK_END: return WM_END;
        default: assert(false); return WM_END;
        }
    }
    return status;
}

/* ---- open, close ---- */

wm_status wm_harvest_open(const wm_env *env, wm_transport *transport,
                          const wm_harvest_address *address, const wm_harvest_options *options,
                          wm_harvest **harvest_out, wm_error *err)
{
    wm_harvest *h = wm_env_alloc(env, sizeof *h);
    if (h == NULL) {
        return wm_fail_memory(err);
    }
    h->env = env;
    h->address = *address;
    h->asks_full = true;
    h->first = FIRST_UNKNOWN;
    h->summary.promised = -1;
    harvest_fetcher_init(&h->fetcher, env, transport, options);
    harvest_seen_init(&h->seen, env);
    harvest_page_init(&h->page, env);
    begin_pass(h);
    *harvest_out = h;
    return WM_OK;
}

void wm_harvest_summarize(const wm_harvest *harvest, wm_harvest_summary *summary_out)
{
    *summary_out = harvest->summary;
    summary_out->requests = harvest->fetcher.requests;
    summary_out->bytes = harvest->fetcher.bytes;
}

void wm_harvest_close(wm_harvest *harvest)
{
    if (harvest != NULL) {
        free_batch(harvest);
        wm_elements_close(harvest->reader);
        harvest_page_fini(&harvest->page);
        harvest_seen_fini(&harvest->seen);
        wm_env_free(harvest->env, harvest, sizeof *harvest);
    }
}

/* fetch.c: requests with tries, in rounds: what may pass is asked for again, all else is done.
 *
 *   round: fetch all that is open -> what broke and may pass? -> pause -> the next round
 *
 * A file comes in one request, and goes on after a break only if the server names its state by a
 * strong ETag: a feed that changed meanwhile would else be half old and half new. */
#include <waymark/sys/limits.h>

#include "harvest/harvest.h"

static bool on_progress(void *context, const wm_sync_progress *progress)
{
    harvest_fetcher *fetcher = context;
    fetcher->progress.pause_ms = progress->pause_ms;
    fetcher->progress.reason = progress->reason;
    return fetcher->options.progress == NULL ||
           fetcher->options.progress(fetcher->options.context, &fetcher->progress);
}

static bool on_pause(void *context, uint64_t milliseconds)
{
    const harvest_fetcher *fetcher = context;
    return fetcher->options.pause(fetcher->options.context, milliseconds);
}

static bool look(void *context, const wm_want *wants, const wm_fetched *results, size_t count)
{
    harvest_fetcher *fetcher = context;
    (void)wants;
    fetcher->progress.bytes = fetcher->bytes;
    for (size_t i = 0; i < count; i++) {
        fetcher->progress.bytes += results[i].bytes.len;
    }
    return harvest_report(fetcher);
}

void harvest_fetcher_init(harvest_fetcher *fetcher, const wm_env *env, wm_transport *transport,
                          const wm_harvest_options *options)
{
    *fetcher = (harvest_fetcher){ .env = env, .transport = transport };
    fetcher->progress.total = -1;
    if (options != NULL) {
        fetcher->options = *options;
    }
    fetcher->watch = (wm_transport_watch){ look, fetcher };
    wm_sync_driver driver = { .tries = fetcher->options.tries,
                              .patience_s = fetcher->options.patience_s,
                              .pause = fetcher->options.pause != NULL ? on_pause : NULL,
                              .progress = on_progress,
                              .context = fetcher };
    wm_patience_init(&fetcher->patience, env, &driver);
}

bool harvest_report(harvest_fetcher *fetcher)
{
    return wm_patience_report(&fetcher->patience);
}

static wm_status stopped(wm_error *err)
{
    return wm_fail(err, WM_NETWORK, "stopped");
}

/* One call of the transport, and what it cost. */
static wm_status fetch_round(harvest_fetcher *fetcher, const wm_want *wants, wm_fetched *results,
                             size_t count, wm_error *err)
{
    if (!harvest_report(fetcher)) {
        return stopped(err);
    }
    fetcher->transport->watch = &fetcher->watch;
    wm_status status = wm_transport_fetch(fetcher->transport, wants, results, count, err);
    fetcher->transport->watch = NULL;
    fetcher->requests += count;
    for (size_t i = 0; i < count; i++) {
        fetcher->bytes += results[i].bytes.len;
        /* What a page of an error has is not counted; what may come in vain is. */
        status =
            status == WM_OK && results[i].status == WM_NO_MEMORY ? wm_fail_memory(err) : status;
    }
    fetcher->progress.bytes = fetcher->bytes;
    if (status == WM_OK && fetcher->bytes > WM_HARVEST_BYTES_MAX) {
        status = wm_fail(err, WM_TOO_LARGE, "expected at most %llu bytes in all, found more",
                         WM_HARVEST_BYTES_MAX);
    }
    if (status == WM_OK && fetcher->patience.stopped) {
        status = stopped(err);
    }
    if (status != WM_OK) {
        wm_fetched_fini(results, count);
    }
    return status;
}

typedef struct open_wants {
    wm_want wants[HARVEST_TOGETHER];
    size_t of[HARVEST_TOGETHER]; /* where they stand among all */
    size_t count;
    unsigned retry_after_s;
    uint64_t gained; /* bytes of those that are done */
} open_wants;

/* What may pass. */
static void find_open(const wm_want *wants, const wm_fetched *results, size_t count,
                      open_wants *open)
{
    open->count = 0;
    open->retry_after_s = 0;
    open->gained = 0;
    for (size_t i = 0; i < count; i++) {
        const wm_fetched *result = &results[i];
        if (result->status != WM_NETWORK || !result->may_pass) {
            open->gained += result->bytes.len;
            continue;
        }
        open->retry_after_s = result->retry_after_s > open->retry_after_s ? result->retry_after_s
                                                                          : open->retry_after_s;
        open->wants[open->count] = wants[i];
        open->of[open->count++] = i;
    }
}

/* After a pause. WM_UNCHANGED: there is no more patience. */
static wm_status fetch_again(harvest_fetcher *fetcher, const open_wants *open, wm_fetched *results,
                             wm_error *err)
{
    wm_fetched again[HARVEST_TOGETHER];
    wm_error why = results[open->of[0]].error;
    why.status = WM_NETWORK;
    if (wm_patience_wait(&fetcher->patience, open->gained, open->retry_after_s, &why) != WM_OK) {
        return WM_UNCHANGED;
    }
    wm_status status = fetcher->patience.stopped
                           ? stopped(err)
                           : fetch_round(fetcher, open->wants, again, open->count, err);
    for (size_t i = 0; i < open->count && status == WM_OK; i++) {
        wm_fetched_fini(&results[open->of[i]], 1);
        results[open->of[i]] = again[i];
    }
    return status;
}

wm_status harvest_fetch(harvest_fetcher *fetcher, const wm_want *wants, wm_fetched *results,
                        size_t count, wm_error *err)
{
    open_wants open;
    wm_status status = fetch_round(fetcher, wants, results, count, err);
    if (status != WM_OK) {
        return status;
    }
    find_open(wants, results, count, &open);
    while (status == WM_OK && open.count > 0) {
        status = fetch_again(fetcher, &open, results, err);
        find_open(wants, results, count, &open);
    }
    if (status == WM_UNCHANGED) {
        return WM_OK;
    }
    if (status != WM_OK) {
        wm_fetched_fini(results, count);
        return status;
    }
    fetcher->patience.vain = 0;
    return WM_OK;
}

/* ---- a file ---- */

typedef struct file_run {
    harvest_fetcher fetcher;
    const char *name;
    bool is_unknown; /* an error of HTTP says as well that there is no file */
    const wm_want_sink *sink;
    uint64_t end; /* of what the sink has */
    char etag[WM_TRANSPORT_ETAG_BYTES_MAX];
} file_run;

static wm_status put_piece(void *context, uint64_t at, const void *bytes, size_t length,
                           wm_error *err)
{
    file_run *run = context;
    run->end = at + length;
    run->fetcher.bytes += length;
    return run->sink->put(run->sink->context, at, bytes, length, err);
}

/* A transport that knows no sinks has put it into the result. */
static wm_status put_rest(file_run *run, const wm_fetched *result, wm_error *err)
{
    if (result->bytes.len == 0) {
        return WM_OK;
    }
    run->end = result->offset + result->bytes.len;
    return run->sink->put(run->sink->context, result->offset, result->bytes.data, result->bytes.len,
                          err);
}

/* It broke off. WM_BUSY: once more, from want->offset on. */
static wm_status mend_file(file_run *run, wm_want *want, wm_fetched *result, wm_error *err)
{
    bool same =
        result->etag[0] == '"' && (want->offset == 0 || wm_str_is(want->etag, result->etag));
    uint64_t gained = run->end > want->offset && same ? run->end - want->offset : 0;
    if (!result->may_pass || wm_patience_wait(&run->fetcher.patience, gained, result->retry_after_s,
                                              &result->error) != WM_OK) {
        return wm_fail(err, WM_NETWORK, "%s", result->error.text);
    }
    if (run->fetcher.patience.stopped) {
        return stopped(err);
    }
    memcpy(run->etag, result->etag, sizeof run->etag);
    want->offset = same ? run->end : 0;
    want->etag = same ? wm_str_of(run->etag) : (wm_str){ NULL, 0 };
    return WM_BUSY;
}

/* WM_OK: it is there. WM_BUSY: as above. */
static wm_status fetch_file(file_run *run, wm_want *want, wm_error *err)
{
    wm_fetched result = { .status = WM_OK };
    wm_status status = fetch_round(&run->fetcher, want, &result, 1, err);
    if (status != WM_OK) {
        return status;
    }
    if (result.status == WM_NOT_FOUND || (run->is_unknown && result.answer != 0)) {
        status = wm_fail(err, WM_NOT_FOUND, "%s: expected services, found nothing there (404)",
                         run->name);
    } else if (result.status != WM_OK && result.status != WM_NETWORK) {
        status = wm_fail(err, result.status, "%s", result.error.text);
    } else {
        status = put_rest(run, &result, err);
        if (status == WM_OK && result.status == WM_NETWORK) {
            status = mend_file(run, want, &result, err);
        }
    }
    wm_fetched_fini(&result, 1);
    return status;
}

wm_status wm_harvest_file(const wm_env *env, wm_transport *transport,
                          const wm_harvest_address *address, const wm_harvest_options *options,
                          const wm_want_sink *sink, uint64_t *bytes_out, wm_error *err)
{
    file_run run = { .name = address->name,
                     .is_unknown = address->kind == WM_HARVEST_UNKNOWN,
                     .sink = sink };
    wm_want_sink pieces = { put_piece, &run };
    wm_want want = { .path = wm_str_of(address->path),
                     .query = wm_str_of(address->query),
                     .quoted = true,
                     .max_bytes = WM_HARVEST_FILE_BYTES_MAX,
                     .sink = &pieces };
    wm_status status = WM_BUSY;
    harvest_fetcher_init(&run.fetcher, env, transport, options);
    while (status == WM_BUSY) {
        run.end = want.offset;
        wm_error_clear(err);
        status = fetch_file(&run, &want, err);
    }
    if (status == WM_OK) {
        *bytes_out = run.end;
    }
    return status;
}

wm_status wm_harvest_has_services(const wm_env *env, const wm_byte_source *source,
                                  bool *services_out, wm_error *err)
{
    wm_elements *elements = NULL;
    wm_element element = { .number = 0 };
    const wm_json *value = NULL;
    wm_page page;
    wm_arena arena;
    wm_arena_init(&arena, env, 64 * WM_MIB);
    wm_status status = wm_elements_open(env, source, &elements, err);
    status = status == WM_OK ? wm_elements_next(elements, &element, err) : status;
    bool empty = status == WM_END;
    *services_out = empty && wm_elements_page(elements, &page);
    if (status == WM_OK && !element.too_large) {
        status = wm_oruk_parse(&arena, element.text, &value, err);
        *services_out = status == WM_OK && wm_json_get(value, "id") != NULL;
    }
    wm_elements_close(elements);
    wm_arena_fini(&arena);
    if (empty || status == WM_BAD_INPUT || status == WM_TOO_LARGE) {
        wm_error_clear(err);
        return WM_OK;
    }
    return status;
}

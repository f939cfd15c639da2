/* spans.c: which deltas there are, where a partition's role alone does not say.
 *
 * A role lists its newest delta and its newest snapshot. Who is further behind asks the span index,
 * and it a page, as long as that may pay: what it costs, with one more file at the least behind it,
 * is less than the way that is known already. A client that is one change behind, or has so little
 * that its snapshot is as good, or is behind what the feed still keeps, asks for none.
 *
 * Nothing depends on them. What cannot be had, or read, is as good as an index that lists nothing:
 * then it is the snapshot, if a way leads from there. If none does, what was wrong is told. */
#include "client/machine.h"

/* How many releases of spans a feed keeps, if it does not say otherwise. */
#define RETENTION 512
/* A file of packs behind the one asked for. */
#define AT_LEAST 1

/* The way that is known; UINT64_MAX: none. */
static wm_status known_cost(const wm_client *client, const wm_client_partition *partition,
                            uint64_t *cost_out, wm_error *err)
{
    wm_pack_chain chain;
    wm_status status = wm_client_route(client, partition, &chain, err);
    if (status == WM_NOT_FOUND) {
        *cost_out = UINT64_MAX;
        return WM_OK;
    }
    if (status == WM_OK) {
        *cost_out = wm_client_cost(chain.bytes, chain.count);
    }
    return status;
}

/* What would still have to be fetched to start from `from` (0: from the snapshot). */
static uint64_t least_cost(const wm_client_partition *partition, uint64_t bytes, int64_t from)
{
    uint64_t snapshot = from == 0 ? (uint64_t)partition->feed.snapshot.file->length : 0;
    return wm_client_cost(bytes + snapshot, 1 + AT_LEAST + (from == 0 ? 1 : 0));
}

static bool is_allowed(const wm_client *client, wm_client_spans *spans, uint64_t bytes)
{
    uint64_t most = client->options.max_bytes;
    if (most == 0 || (bytes <= most && client->span_bytes <= most - bytes)) {
        return true;
    }
    spans->refused_bytes = bytes;
    return false;
}

static wm_status want_spans(wm_client *client, wm_want_purpose purpose, const wm_listed_file *file,
                            wm_error *err)
{
    char path[WM_FEED_PATH_BYTES];
    if (!wm_feed_path_target(path, client->edition, file->path, &file->hashes.sha256)) {
        return WM_OK; /* one more that cannot be had */
    }
    client->span_bytes += (uint64_t)file->length;
    return wm_client_want_file(client, purpose, path, (uint64_t)file->length, err);
}

static wm_status consider_index(wm_client *client, size_t at, uint64_t known, wm_error *err)
{
    wm_client_partition *partition = &client->partitions[at];
    const wm_listed_file *file = partition->feed.spans;
    int64_t base = wm_client_base_of(client, partition);
    partition->spans.index_done = true;
    bool is_too_far = base > 0 && partition->feed.end - base > RETENTION && known != UINT64_MAX;
    if (file == NULL || (uint64_t)file->length > WM_SPANS_BYTES_MAX || is_too_far ||
        known <= least_cost(partition, (uint64_t)file->length, base) ||
        !is_allowed(client, &partition->spans, (uint64_t)file->length)) {
        return WM_OK;
    }
    return want_spans(client, (wm_want_purpose){ WM_WANT_SPANS, at, 0 }, file, err);
}

static bool starts_a_pack(const wm_client_partition *partition, int64_t from)
{
    for (size_t i = 0; i < partition->pack_count; i++) {
        if (partition->packs[i].from == from) {
            return true;
        }
    }
    return false;
}

/* The page that has the spans from a release on, if the index has not, and it was not asked for. */
static const wm_span_page_ref *page_of(const wm_client_partition *partition, int64_t from)
{
    const wm_client_spans *spans = &partition->spans;
    if (from >= partition->feed.end || starts_a_pack(partition, from)) {
        return NULL;
    }
    for (size_t i = 0; i < spans->page_count; i++) {
        if (spans->pages[i].number == from / WM_SPAN_PAGE) {
            return NULL;
        }
    }
    for (size_t i = 0; i < spans->index.page_count; i++) {
        if (spans->index.pages[i].number == from / WM_SPAN_PAGE) {
            return &spans->index.pages[i];
        }
    }
    return NULL;
}

/* `base`: 0 for the way by the snapshot. */
static wm_status consider_page(wm_client *client, size_t at, int64_t base, uint64_t known,
                               wm_error *err)
{
    wm_client_partition *partition = &client->partitions[at];
    wm_client_spans *spans = &partition->spans;
    int64_t from = base > 0 ? base : partition->feed.snapshot.to;
    const wm_span_page_ref *page = page_of(partition, from);
    wm_listed_file file;
    if (page == NULL || spans->page_count == WM_CLIENT_PAGES_MAX ||
        known <= least_cost(partition, page->bytes, base) ||
        !is_allowed(client, spans, page->bytes)) {
        return WM_OK;
    }
    wm_status status = wm_span_page_file(&client->arena, partition->code, page, &file, err);
    if (status != WM_OK) {
        return status;
    }
    spans->pages[spans->page_count++] = *page;
    return want_spans(client, (wm_want_purpose){ WM_WANT_SPANS, at, spans->page_count }, &file,
                      err);
}

/* The role's own packs are all there can be: nothing joins what is one change apart. If they can be
 * had: a longer way may lead past one that cannot. */
static bool role_is_enough(const wm_client *client, const wm_client_partition *partition)
{
    const wm_feed_role *feed = &partition->feed;
    int64_t base = wm_client_base_of(client, partition);
    int64_t from = base > 0 ? base : feed->snapshot.to;
    return partition->lost_count == 0 &&
           (from == feed->end || (feed->has_delta && from == feed->delta.from));
}

/* What is worth asking for next; nothing, if nothing is wanted after it. */
static wm_status consider(wm_client *client, size_t at, wm_error *err)
{
    wm_client_partition *partition = &client->partitions[at];
    uint64_t known = 0;
    size_t before = client->want_count;
    if (!wm_client_is_behind(client, partition) || role_is_enough(client, partition)) {
        return WM_OK;
    }
    wm_status status = known_cost(client, partition, &known, err);
    if (status == WM_OK && !partition->spans.index_done) {
        status = consider_index(client, at, known, err);
    }
    int64_t base = wm_client_base_of(client, partition);
    if (status == WM_OK && base > 0 && client->want_count == before) {
        status = consider_page(client, at, base, known, err);
    }
    if (status == WM_OK && client->want_count == before) {
        status = consider_page(client, at, 0, known, err);
    }
    return status;
}

static wm_status consider_all(wm_client *client, wm_error *err)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < client->partition_count && status == WM_OK; i++) {
        status = consider(client, i, err);
    }
    return status;
}

wm_status wm_client_spans_enter(wm_client *client, wm_error *err)
{
    return client->want_count > 0 ? WM_OK : consider_all(client, err);
}

/* ---- what came ---- */

static bool is_lost(const wm_client_partition *partition, const wm_digest *hash)
{
    for (size_t i = 0; i < partition->lost_count; i++) {
        if (wm_digest_equal(&partition->lost[i], hash)) {
            return true;
        }
    }
    return false;
}

static wm_status add_packs(wm_client *client, wm_client_partition *partition, const wm_spans *spans,
                           wm_error *err)
{
    size_t count = partition->pack_count + spans->span_count;
    wm_feed_pack *packs = wm_arena_array(&client->arena, count, sizeof *packs);
    if (packs == NULL) {
        return wm_fail_memory(err);
    }
    memcpy(packs, partition->packs, partition->pack_count * sizeof *packs);
    count = partition->pack_count;
    for (size_t i = 0; i < spans->span_count; i++) {
        const wm_span *span = &spans->spans[i];
        bool is_newest = partition->feed.has_delta && span->from == partition->feed.delta.from &&
                         span->to == partition->feed.delta.to; /* which the role vouches for */
        if (is_newest || span->to > partition->feed.end || is_lost(partition, &span->sha256)) {
            continue;
        }
        wm_status status =
            wm_span_pack(&client->arena, partition->code, span, &packs[count++], err);
        if (status != WM_OK) {
            return status;
        }
    }
    partition->packs = packs;
    partition->pack_count = count;
    return WM_OK;
}

/* WM_OK also if it says nothing that can be used. */
static wm_status accept_spans(wm_client *client, const wm_want_purpose *purpose, wm_str bytes,
                              wm_error *err)
{
    wm_client_partition *partition = &client->partitions[purpose->partition];
    wm_spans spans;
    wm_listed_file page;
    const wm_listed_file *file = partition->feed.spans;
    if (purpose->link > 0) {
        wm_status status =
            wm_span_page_file(&client->arena, partition->code,
                              &partition->spans.pages[purpose->link - 1], &page, err);
        if (status != WM_OK) {
            return status;
        }
        file = &page;
    }
    wm_error why = { WM_OK, "" };
    wm_status status = wm_listed_check(file, bytes, &why);
    if (status == WM_OK) {
        status = wm_spans_read(&client->arena, bytes, &spans, &why);
        wm_error_context(&why, "%.*s", WM_STR_ARG(file->path));
    }
    if (status != WM_OK) {
        wm_client_note_why(client, partition, &why);
        return status == WM_NO_MEMORY ? wm_fail_memory(err) : WM_OK;
    }
    wm_str copy = wm_arena_copy(&client->arena, bytes);
    if (copy.ptr == NULL) {
        return wm_fail_memory(err);
    }
    if (purpose->link == 0) {
        partition->spans.index = spans;
        partition->spans.index_bytes = copy;
    } else {
        partition->spans.page_bytes[purpose->link - 1] = copy;
    }
    return add_packs(client, partition, &spans, err);
}

wm_status wm_client_spans_given(wm_client *client, const wm_want_purpose *purpose,
                                wm_fetched *fetched, wm_error *err)
{
    wm_client_partition *partition = &client->partitions[purpose->partition];
    if (fetched->status == WM_NOT_FOUND && partition->missing.ptr == NULL) {
        partition->missing = partition->feed.spans->path;
    } else if (fetched->status != WM_OK && fetched->error.status == fetched->status) {
        wm_client_note_why(client, partition, &fetched->error);
    }
    if (fetched->status != WM_OK) {
        return WM_OK;
    }
    return accept_spans(client, purpose, wm_buf_str(&fetched->bytes), err);
}

/* What came may say where to look next: then it is the same state again. */
wm_status wm_client_spans_leave(wm_client *client, wm_client_state *next_out, wm_error *err)
{
    wm_status status = consider_all(client, err);
    if (status != WM_OK || client->want_count > 0) {
        *next_out = WM_CLIENT_SPANS;
        return status;
    }
    *next_out = WM_CLIENT_PACKS;
    return wm_client_plan(client, err);
}

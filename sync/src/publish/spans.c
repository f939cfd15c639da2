/* spans.c: which deltas of a partition there are, so that one who is far behind needs few.
 *
 * When the partition changes with release `to`, and changed before with release `end`:
 *  - the delta end-to is cut;
 *  - for each k with `end` and `to` in different blocks of 2^k releases, a delta is cut from the
 *    first change in the block of `end` to `to`, which is the first change in its own block.
 * With a change in every release these are the aligned powers of two. A joined delta is kept where
 * it saves bytes; those between blocks of 64 are kept whenever they are smaller than the snapshot,
 * since the index alone must lead across pages.
 *
 * Pages do not change once their 64 releases are over, and go as a whole when they are too old, so
 * a run writes the index and at most one page more than it found. */
#include <stdlib.h>

#include <waymark/sys/pack.h>

#include "publish/publisher.h"

/* ---- the set ---- */

static int compare(const wm_span *span, int64_t from, int64_t to)
{
    if (span->from != from) {
        return span->from < from ? -1 : 1;
    }
    return (span->to > to) - (span->to < to);
}

/* The first row that is not before (from, to). */
static size_t place_of(const wm_span_set *set, int64_t from, int64_t to)
{
    size_t low = 0;
    size_t high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&set->rows[middle], from, to) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const wm_span *wm_span_set_newest(const wm_span_set *set)
{
    size_t at = place_of(set, set->newest, set->end);
    return at < set->count && compare(&set->rows[at], set->newest, set->end) == 0 ? &set->rows[at]
                                                                                  : NULL;
}

static wm_status insert(wm_span_set *set, const wm_span *span, wm_error *err)
{
    size_t at = place_of(set, span->from, span->to);
    if (at < set->count && compare(&set->rows[at], span->from, span->to) == 0) {
        set->rows[at] = *span;
        return WM_OK;
    }
    wm_span *rows = wm_arena_grow(set->arena, set->rows, set->count, &set->capacity, sizeof *rows);
    if (rows == NULL) {
        return wm_fail_memory(err);
    }
    set->rows = rows;
    memmove(&set->rows[at + 1], &set->rows[at], (set->count - at) * sizeof *set->rows);
    set->rows[at] = *span;
    set->count++;
    return WM_OK;
}

static int64_t block_of(int64_t release, unsigned k)
{
    return release >> k;
}

/* The first change that is known in a block; `release` itself is one. */
static int64_t first_in_block(const wm_span_set *set, int64_t release, unsigned k)
{
    int64_t first = release;
    int64_t start = block_of(release, k) << k;
    for (size_t i = 0; i < set->count; i++) {
        const wm_span *row = &set->rows[i];
        first = row->from >= start && row->from < first ? row->from : first;
        first = row->to >= start && row->to < first ? row->to : first;
    }
    return first;
}

#define PAGE_BITS 6
_Static_assert(WM_SPAN_PAGE == 1 << PAGE_BITS, "pages are blocks");

/* From the first change of one block of 64 to the first of another: always in the index. */
static bool is_long(const wm_span_set *set, const wm_span *span)
{
    return block_of(span->from, PAGE_BITS) != block_of(span->to, PAGE_BITS) &&
           first_in_block(set, span->from, PAGE_BITS) == span->from &&
           first_in_block(set, span->to, PAGE_BITS) == span->to;
}

/* ---- as the feed has it ---- */

/* It cannot be read by anyone: not there, not what is listed, or no index. */
static bool is_lost(wm_status status)
{
    return status == WM_NOT_FOUND || status == WM_NOT_TRUSTED || status == WM_BAD_INPUT ||
           status == WM_TOO_LARGE;
}

static wm_status take_rows(wm_publisher *publisher, const wm_listed_file *file, wm_span_set *set,
                           wm_spans *spans_out, wm_error *err)
{
    wm_str bytes = { NULL, 0 };
    wm_spans spans = { .page_count = 0 };
    *spans_out = spans;
    wm_status status = wm_feed_target_load(publisher, file, WM_SPANS_BYTES_MAX, &bytes, err);
    if (status == WM_OK) {
        status = wm_spans_read(publisher->arena, bytes, &spans, err);
        wm_error_context(err, "%.*s", WM_STR_ARG(file->path));
    }
    if (is_lost(status)) {
        wm_error_clear(err);
        set->lost = true;
        return WM_OK;
    }
    *spans_out = spans;
    for (size_t i = 0; i < spans_out->span_count && status == WM_OK; i++) {
        status = insert(set, &spans_out->spans[i], err);
    }
    return status;
}

wm_status wm_span_set_load(wm_publisher *publisher, const wm_feed_partition *held,
                           wm_span_set *set_out, wm_error *err)
{
    const wm_feed_role *listed = &held->listed;
    wm_span_set set = { .arena = publisher->arena,
                        .newest = listed->has_delta ? listed->delta.from : 0,
                        .end = listed->end };
    wm_spans index = { .page_count = 0 };
    wm_status status = WM_OK;
    if (listed->has_delta) {
        const wm_listed_file *file = listed->delta.file;
        wm_span newest = { listed->delta.from, listed->delta.to, (uint64_t)file->length,
                           file->hashes.sha256 };
        status = insert(&set, &newest, err);
    }
    if (status == WM_OK && listed->spans != NULL) {
        status = take_rows(publisher, listed->spans, &set, &index, err);
    }
    for (size_t i = 0; i < index.page_count && status == WM_OK; i++) {
        wm_listed_file file;
        wm_spans page;
        status = wm_span_page_file(publisher->arena, held->code, &index.pages[i], &file, err);
        if (status == WM_OK) {
            status = take_rows(publisher, &file, &set, &page, err);
        }
    }
    set.pages = index.pages;
    set.page_count = index.page_count;
    if (status == WM_OK) {
        *set_out = set;
    }
    return status;
}

wm_status wm_span_set_recall(wm_publisher *publisher, wm_str code, wm_span_set *set,
                             bool *changed_out, wm_error *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++) {
        const wm_span *row = &set->rows[i];
        bool carried = false;
        wm_status status = wm_recalls_carried(publisher, code, row->from, row->to, &carried, err);
        if (status != WM_OK) {
            return status;
        }
        if (!carried) {
            set->rows[kept++] = *row;
        }
    }
    /* What cannot be read may list one that does, and others may have it whole. */
    *changed_out = kept < set->count || set->lost;
    set->count = kept;
    return WM_OK;
}

/* ---- growing ---- */

wm_status wm_span_set_cost(const wm_publisher *publisher, const wm_span_set *set, int64_t from,
                           int64_t to, uint64_t *bytes_out, wm_error *err)
{
    wm_pack_offer *offers = wm_arena_array(publisher->arena, set->count, sizeof *offers);
    if (offers == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < set->count; i++) {
        const wm_span *row = &set->rows[i];
        offers[i] = (wm_pack_offer){ (uint64_t)row->from, (uint64_t)row->to, row->bytes };
    }
    wm_pack_route route = { (uint64_t)from, (uint64_t)to, 0 };
    wm_pack_chain chain;
    wm_status status = wm_pack_plan(publisher->arena->env, offers, set->count, &route, &chain, err);
    if (status == WM_OK) {
        *bytes_out = chain.bytes;
    }
    return status;
}

/* Cut the delta from the first change of a block, if it is worth it. */
static wm_status join(wm_publisher *publisher, wm_str code, wm_span_set *set, const wm_span *wanted,
                      uint64_t most, wm_error *err)
{
    bool needed = block_of(wanted->from, PAGE_BITS) != block_of(wanted->to, PAGE_BITS) &&
                  first_in_block(set, wanted->from, PAGE_BITS) == wanted->from;
    uint64_t parts = UINT64_MAX;
    wm_span span;
    wm_status status = wm_span_set_cost(publisher, set, wanted->from, wanted->to, &parts, err);
    if (status != WM_OK && status != WM_NOT_FOUND) {
        return status;
    }
    /* One of two halves that cost that much is no smaller than the snapshot, and the whole is no
     * smaller than either. */
    if (parts != UINT64_MAX && parts / 2 >= most) {
        return WM_OK;
    }
    status = wm_publisher_cut_delta(publisher, code, wanted->from, wanted->to, &span, err);
    if (status == WM_OK && span.bytes < most && (needed || span.bytes < parts)) {
        status = insert(set, &span, err);
    }
    return status;
}

wm_status wm_span_set_grow(wm_publisher *publisher, wm_str code, wm_span_set *set, int64_t to,
                           uint64_t most, wm_error *err)
{
    int64_t end = set->end;
    int64_t retained = publisher->options->span_releases > 0 ? publisher->options->span_releases
                                                             : WM_SPAN_RELEASES;
    wm_span newest;
    wm_status status = wm_publisher_cut_delta(publisher, code, end, to, &newest, err);
    if (status == WM_OK) {
        status = insert(set, &newest, err);
    }
    int64_t joined = end;
    for (unsigned k = 1; status == WM_OK && (int64_t)1 << k <= retained; k++) {
        if (block_of(end, k) == block_of(to, k)) {
            break;
        }
        int64_t from = first_in_block(set, end, k);
        if (from != joined) {
            wm_span wanted = { .from = from, .to = to };
            status = join(publisher, code, set, &wanted, most, err);
            joined = from;
        }
    }
    set->newest = end;
    set->end = to;
    return status;
}

void wm_span_set_retain(wm_span_set *set, int64_t releases)
{
    int64_t end = set->end;
    int64_t oldest = block_of(end > releases ? end - releases : 0, PAGE_BITS);
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (block_of(set->rows[i].from, PAGE_BITS) >= oldest) {
            set->rows[kept++] = set->rows[i];
        }
    }
    set->count = kept;
}

/* ---- writing ---- */

static wm_status write_rows(wm_publisher *publisher, wm_str code, const char *target,
                            const wm_spans *spans, wm_listed_file *listed_out, wm_error *err)
{
    wm_buf bytes;
    wm_buf_init(&bytes, publisher->arena->env, WM_SPANS_BYTES_MAX);
    wm_spans_write(&bytes, spans);
    wm_status status = wm_buf_status(&bytes, err);
    if (status == WM_OK) {
        wm_published_file published = { .kind = WM_STR("spans"), .partition = code };
        status = wm_publisher_write_target(publisher, target, &published, wm_buf_str(&bytes),
                                           listed_out, err);
    }
    wm_buf_fini(&bytes);
    return status;
}

/* The rows of one page, and whether the index needs it: not if it has all of them itself. */
static bool page_rows(const wm_span_set *set, int64_t number, wm_span *rows, size_t *count_out)
{
    bool needed = false;
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        const wm_span *row = &set->rows[i];
        if (block_of(row->from, PAGE_BITS) == number && !is_long(set, row)) {
            rows[count++] = *row;
            needed = needed || row->from <= set->end - WM_SPAN_PAGE;
        }
    }
    *count_out = count;
    return needed;
}

static wm_status write_pages(wm_publisher *publisher, wm_str code, const wm_span_set *set,
                             wm_spans *index, wm_error *err)
{
    int64_t end = set->end;
    int64_t first = set->count > 0 ? block_of(set->rows[0].from, PAGE_BITS) : 0;
    size_t most = (size_t)(block_of(end, PAGE_BITS) - first + 1);
    wm_span_page_ref *pages = wm_arena_array(publisher->arena, most, sizeof *pages);
    wm_span *rows = wm_arena_array(publisher->arena, set->count, sizeof *rows);
    wm_status status = WM_OK;
    if (pages == NULL || rows == NULL) {
        return wm_fail_memory(err);
    }
    for (int64_t number = first; number < block_of(end, PAGE_BITS) && status == WM_OK; number++) {
        wm_spans page = { .spans = rows };
        char target[WM_FEED_PATH_BYTES];
        wm_listed_file listed;
        if (!page_rows(set, number, rows, &page.span_count)) {
            continue;
        }
        if (!wm_feed_target_page(target, code, number)) {
            return wm_fail(err, WM_INTERNAL, "the name of a page is too long");
        }
        status = write_rows(publisher, code, target, &page, &listed, err);
        if (status == WM_OK) {
            pages[index->page_count++] =
                (wm_span_page_ref){ number, (uint64_t)listed.length, listed.hashes.sha256 };
        }
    }
    index->pages = pages;
    return status;
}

wm_status wm_span_set_write(wm_publisher *publisher, wm_str code, const wm_span_set *set,
                            wm_listed_file *listed_out, wm_error *err)
{
    wm_spans index = { .page_count = 0 };
    const wm_span *newest = wm_span_set_newest(set);
    char target[WM_FEED_PATH_BYTES];
    wm_span *rows = wm_arena_array(publisher->arena, set->count, sizeof *rows);
    if (rows == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < set->count; i++) {
        const wm_span *row = &set->rows[i];
        if (row != newest && (row->from > set->end - WM_SPAN_PAGE || is_long(set, row))) {
            rows[index.span_count++] = *row;
        }
    }
    index.spans = rows;
    *listed_out = (wm_listed_file){ .path = { NULL, 0 } };
    wm_status status = write_pages(publisher, code, set, &index, err);
    if (status != WM_OK || (index.span_count == 0 && index.page_count == 0)) {
        return status;
    }
    if (!wm_feed_target_spans(target, code)) {
        return wm_fail(err, WM_INTERNAL, "the name of an index is too long");
    }
    return write_rows(publisher, code, target, &index, listed_out, err);
}

/* spans.h: the span index of a partition: which deltas there are beside the newest.
 *
 *   p/CODE/spans      the index, listed in role p.CODE: pages, the long spans, and every span that
 *                     starts at one of the newest WM_SPAN_PAGE releases
 *   p/CODE/spans-N    page N: the spans that start at a release from 64 N to 64 N + 63, but for the
 *                     long ones; listed in the index
 *
 * One who is at release R of the partition finds the way from there in the index alone if it has a
 * span from R, else in the index and page R / WM_SPAN_PAGE. Long spans are those between two
 * releases each of which is the first change of the partition in its 64.
 *
 * The bytes are described in sync/FORMAT.md, section 8. An index is authentic because a role lists
 * its hash, a page and a delta because the index does. The reader believes nothing else: it hands
 * out strictly rising rows within the limits below, or fails. */
#ifndef WAYMARK_PACK_SPANS_H
#define WAYMARK_PACK_SPANS_H

#include <waymark/sys/buf.h>

#include "trust/feed.h"

#define WM_SPANS_VERSION 1
#define WM_SPAN_PAGE 64 /* releases */
#define WM_SPANS_BYTES_MAX WM_MIB
#define WM_SPANS_PAGES_MAX 1024
#define WM_SPANS_ROWS_MAX 16384

/* The delta of a partition from one release to another. Each is a release that changed the
 * partition: one whose replica is of a release between two such is at the state of the first. */
typedef struct wm_span {
    int64_t from; /* at least 1 */
    int64_t to;
    uint64_t bytes;
    wm_digest sha256;
} wm_span;

typedef struct wm_span_page_ref {
    int64_t number; /* its spans start at 64 * number or above, and below 64 * (number + 1) */
    uint64_t bytes;
    wm_digest sha256;
} wm_span_page_ref;

/* An index, or a page (which refers to no page). */
typedef struct wm_spans {
    const wm_span_page_ref *pages; /* by number, each once */
    size_t page_count;
    const wm_span *spans; /* by `from`, then `to`, each once */
    size_t span_count;
} wm_spans;

/* WM_BAD_INPUT: not a span index, or out of order. WM_NEWER: of a version that this build does not
 * know. WM_TOO_LARGE: more than the limits above. */
WM_MUST_USE wm_status wm_spans_read(wm_arena *arena, wm_str bytes, wm_spans *spans_out,
                                    wm_error *err);
/* At the end of `out`; the same rows give the same bytes. They are in order and within the limits,
 * or the reader refuses what is written. */
void wm_spans_write(wm_buf *out, const wm_spans *spans);

/* The target that a span or a page is, as a role would list it, in `arena`. WM_BAD_INPUT: its name
 * is too long. */
WM_MUST_USE wm_status wm_span_pack(wm_arena *arena, wm_str partition, const wm_span *span,
                                   wm_feed_pack *pack_out, wm_error *err);
WM_MUST_USE wm_status wm_span_page_file(wm_arena *arena, wm_str partition,
                                        const wm_span_page_ref *page, wm_listed_file *file_out,
                                        wm_error *err);

#endif

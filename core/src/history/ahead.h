/* ahead.h: revisions, read and parsed before a release looks at them.
 *
 *   statement  --copied-->  one batch  --hashed, checked, parsed-->  release
 *                           the other     by a helper, if there is one
 *
 * While the release works on one batch, the other is made ready. Who does that, and when, is not to
 * be seen in what comes: revisions in the order of the statement, up to the first that is damaged,
 * which is a failure when its turn comes. */
#ifndef WAYMARK_HISTORY_AHEAD_H
#define WAYMARK_HISTORY_AHEAD_H

#include <waymark/sys/helper.h>
#include <waymark/sys/history.h>

#include "store/statement.h"

/* A revision that is looked at. */
typedef struct wm_revision {
    int64_t rev;
    int64_t since;
    wm_record record;
    const wm_json *value; /* NULL: `is_plain` */
    wm_leaf leaf;  /* of the bytes as they are: hashed once for all editions that lose nothing */
    bool is_plain; /* sound, and without a name by which an edition leaves something out; not
                      parsed, as its kind was not wanted parsed */
} wm_revision;

typedef struct wm_ahead_sink {
    /* The revision is borrowed for the call. */
    wm_status (*put)(void *context, const wm_revision *revision, wm_error *err);
    void *context;
} wm_ahead_sink;

typedef struct wm_ahead_wish {
    unsigned plain_kinds;    /* need not be parsed where they are plain */
    const wm_helper *helper; /* NULL: the caller does it all */
    const wm_ahead_sink *sink;
} wm_ahead_wish;

/* The row that a statement is at: rev, kind, id, since, record. */
void wm_revision_read(wm_stmt *st, wm_revision *revision_out);

/* All rows of a statement; it is the caller's to close, and has its failure. */
WM_MUST_USE wm_status wm_ahead_each(wm_stmt *st, const wm_ahead_wish *wish, wm_error *err);

#endif

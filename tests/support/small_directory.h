/* small_directory.h: records for tests, written as short texts. */
#ifndef WAYMARK_TEST_SMALL_DIRECTORY_H
#define WAYMARK_TEST_SMALL_DIRECTORY_H

#include <waymark/sys/history.h>

#include "testing.h"

/* A record from JSON with ' for ": canonical bytes in `arena`, id from the value. */
wm_record wm_test_record(wm_arena *arena, wm_kind kind, const char *text);

/* An authoring database in memory. */
wm_store *wm_test_store(void);
/* In a transaction of its own. */
void wm_test_put(wm_store *store, wm_kind kind, const char *text);
void wm_test_withdraw(wm_store *store, wm_kind kind, const char *id);
/* Returns the number. `date`: "2026-01-31". */
int64_t wm_test_release(wm_store *store, const char *date);
/* England, two systems (BSW with the places SWI and WIL, BSOL with BIR; SWI has SWI1), an
 * organization, a site, and one service in each of England, BSW, Swindon and Birmingham. */
void wm_test_small_directory(wm_store *store);

/* The bytes of a record in a view, in `arena`; NULL if it is not there. */
const char *wm_test_get(wm_store *store, wm_arena *arena, wm_view view, wm_kind kind,
                        const char *id);

/* Everything that a sink was given, as lines "kind/id bytes\n". */
wm_record_sink wm_test_lines(wm_buf *lines);

/* All that can be seen of a database: the latest release, records of both views, digests of both
 * editions, names of blobs. At the end of `text`. */
void wm_test_everything(wm_store *store, wm_buf *text);
/* The records of a slice at a release, as such lines, at the end of `lines`. */
void wm_test_slice(wm_store *store, wm_edition edition, const char *partition, int64_t release,
                   wm_buf *lines);
/* Every digest of a release is that of its records, made from scratch; partitions share no record
 * and together hold what `all` holds. For an authoring database. */
void wm_test_check_states(wm_store *store, int64_t release);
/* The same of a replica: wm_history_verify finds no difference, and SQLite no damage. */
void wm_test_check_replica(wm_store *store);

/* The states of a release, copied. */
typedef struct wm_test_states {
    wm_state items[32];
    char names[32][WM_PARTITION_NAME_BYTES_MAX + 1];
    size_t count;
} wm_test_states;
void wm_test_states_read(wm_store *store, wm_edition edition, int64_t release,
                         wm_test_states *states);

/* Bring a replica from release `from` (0: empty) to release `to` of the author, by deltas, for the
 * partitions named ("E BSW SWI"), or for those of `all`. Returns the status of the first step that
 * fails, or of finish. */
wm_status wm_test_sync(wm_store *author, wm_store *replica, wm_edition edition,
                       const int64_t span[2], const char *partitions, wm_error *err);

#endif

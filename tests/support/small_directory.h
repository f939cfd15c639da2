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

#endif

/* directory.h: a small directory in memory, from JSON with ' for ". */
#ifndef WAYMARK_TEST_DIRECTORY_H
#define WAYMARK_TEST_DIRECTORY_H

#include <waymark/sys/history.h>

typedef struct wm_test_record {
    wm_kind kind;
    const char *json; /* ' stands for " */
} wm_test_record;

/* An authoring database at `path` (":memory:" too) with these records in its working state; none is
 * checked. */
wm_store *wm_test_store(const char *path, const wm_test_record *records, size_t count);
/* Put one more record, or another form of one. */
void wm_test_put(wm_store *store, wm_kind kind, const char *json);
void wm_test_release(wm_store *store, const char *date);

#endif

/* records.h: the records of a source folder, for tests that read the real directory. */
#ifndef WAYMARK_TEST_RECORDS_H
#define WAYMARK_TEST_RECORDS_H

#include "testing.h"

#include <waymark/sys/record.h>

#define WM_TEST_RECORDS_MAX 8192

typedef struct wm_test_records {
    wm_arena arena;
    wm_record *records; /* canonical bytes; by kind, then in order of file name and line */
    const wm_json **values;
    size_t count;
} wm_test_records;

/* Reads a folder as CLI.md lays it out; fails the test if something is not strict JSON. */
void wm_test_records_init(wm_test_records *all, const char *folder);
void wm_test_records_fini(wm_test_records *all);

/* The values of one kind, in an array of the arena. */
const wm_json *const *wm_test_records_of(wm_test_records *all, wm_kind kind, size_t *count_out);

#endif

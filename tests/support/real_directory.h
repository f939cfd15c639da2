/* real_directory.h: directory-data, built once into memory: what a professional asks, and the
 * public edition as a replica has it. */
#ifndef WAYMARK_TEST_REAL_DIRECTORY_H
#define WAYMARK_TEST_REAL_DIRECTORY_H

#include <waymark/sys/history.h>

#include "ask/asker.h"
#include "testing.h"

typedef struct wm_real_directory {
    wm_arena arena; /* of the records */
    wm_record *records;
    size_t record_count;
    size_t record_capacity;
    wm_store *author;
    wm_store *replica;
    wm_asker of_professional;
    wm_asker of_public;
} wm_real_directory;

/* Released on 2026-11-20. */
wm_real_directory *wm_real_directory_new(void);
void wm_real_directory_free(wm_real_directory *directory);

/* A record of the professional edition in `arena`, or NULL. */
const wm_json *wm_real_record(const wm_real_directory *directory, wm_kind kind, wm_str id,
                              wm_arena *arena);
/* The code of a locality by its code or its name; empty: there is none. */
wm_str wm_real_locality(const wm_real_directory *directory, wm_str name, wm_arena *arena);

#endif

/* feed_records.h: what stands in a feed folder, unpacked: for tests that look for what must not. */
#ifndef WAYMARK_TEST_FEED_RECORDS_H
#define WAYMARK_TEST_FEED_RECORDS_H

#include <waymark/sys/history.h>

/* Every file below `folder`, by its path from there, in order of the path. */
typedef void (*feed_file_fn)(void *context, const char *path, wm_str bytes);
void feed_files_each(const char *folder, feed_file_fn each, void *context);

/* How many files below `folder` (a feed) have `text` in their bytes, or in a record that they add
 * or change. `author`: the database that it was made of, for the bases of deltas. */
int feed_records_find(wm_store *author, const char *folder, const char *text);

/* Every file as "PATH SIZE DIGEST\n", at the end of `lines`. */
void feed_files_list(const char *folder, wm_buf *lines);

#endif

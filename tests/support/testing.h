/* testing.h: cmocka with its headers in order, and checks that print our error text. */
#ifndef WAYMARK_TESTING_H
#define WAYMARK_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <waymark/sys/arena.h>
#include <waymark/sys/buf.h>
#include <waymark/sys/json.h>

/* Fails the test with the error's text unless status is WM_OK. */
#define assert_ok(status, err) wm_test_assert_ok((status), (err), __FILE__, __LINE__)
/* Fails the test unless `text` contains `part`. */
#define assert_contains(text, part) wm_test_assert_contains((text), (part), __FILE__, __LINE__)

void wm_test_assert_ok(wm_status status, const wm_error *err, const char *file, int line);
void wm_test_assert_contains(const char *text, const char *part, const char *file, int line);

/* Parses JSON in which ' stands for ", for short literals; fails the test when it is not JSON. */
const wm_json *wm_test_json(wm_arena *arena, const char *text);

/* A small generator for property tests (splitmix64): same seed, same numbers. */
typedef struct wm_test_random {
    uint64_t state;
} wm_test_random;

/* The seed: WAYMARK_SEED from the environment, else `fallback`. Prints it, so that a failure can be
 * repeated. */
wm_test_random wm_test_random_new(uint64_t fallback);
uint64_t wm_test_random_next(wm_test_random *random);
/* 0 to bound - 1; bound > 0. */
uint32_t wm_test_random_below(wm_test_random *random, uint32_t bound);

/* A new empty folder under TMPDIR, removed with all it holds by wm_test_folder_remove. */
char *wm_test_folder(char path_out[256]);
void wm_test_folder_remove(const char *path);

/* ../shared of the work place beside the source folder, or NULL: the test then says "skipped". */
const char *wm_test_shared(void);

#endif

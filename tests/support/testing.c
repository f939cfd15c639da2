/* testing.c: see testing.h. */
#define _XOPEN_SOURCE 700 /* nftw, mkdtemp */

#include "testing.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void wm_test_assert_ok(wm_status status, const wm_error *err, const char *file, int line)
{
    if (status != WM_OK) {
        print_error("%s: %s\n", wm_status_text(status), err != NULL ? err->text : "");
        _fail(file, line);
    }
}

void wm_test_assert_contains(const char *text, const char *part, const char *file, int line)
{
    if (strstr(text, part) == NULL) {
        print_error("expected \"%s\" in \"%s\"\n", part, text);
        _fail(file, line);
    }
}

const wm_json *wm_test_json(wm_arena *arena, const char *text)
{
    wm_str copy = wm_arena_copy(arena, wm_str_of(text));
    char *quoted = wm_arena_alloc(arena, copy.len + 1);
    assert_non_null(quoted);
    for (size_t i = 0; i < copy.len; i++) {
        quoted[i] = copy.ptr[i] == '\'' ? '"' : copy.ptr[i];
    }
    const wm_json *value = NULL;
    wm_error err = { 0 };
    assert_ok(wm_json_parse(arena, (wm_str){ quoted, copy.len }, 16 * WM_MIB, &value, &err), &err);
    return value;
}

wm_test_random wm_test_random_new(uint64_t fallback)
{
    const char *text = getenv("WAYMARK_SEED");
    wm_test_random random = { text != NULL ? strtoull(text, NULL, 10) : fallback };
    print_message("seed %llu (WAYMARK_SEED repeats it)\n", (unsigned long long)random.state);
    return random;
}

uint64_t wm_test_random_next(wm_test_random *random)
{
    random->state += 0x9e3779b97f4a7c15ULL;
    uint64_t z = random->state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

uint32_t wm_test_random_below(wm_test_random *random, uint32_t bound)
{
    return (uint32_t)((wm_test_random_next(random) >> 32) % bound);
}

/* The system's, in every test program: they look whether the file is open, and wait for no disk.
 * Nobody pulls the plug on a test; what is lost when somebody does is asked where writes and syncs
 * are counted (fault_vfs.h, tests/crash). */
int fsync(int file)
{
    return fcntl(file, F_GETFD) >= 0 ? 0 : -1;
}

int fdatasync(int file)
{
    return fsync(file);
}

char *wm_test_folder(char path_out[256])
{
    const char *base = getenv("TMPDIR");
    int length = snprintf(path_out, 256, "%s/waymark-test-XXXXXX", base != NULL ? base : "/tmp");
    assert_true(length > 0 && length < 256);
    assert_non_null(mkdtemp(path_out));
    return path_out;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

void wm_test_folder_remove(const char *path)
{
    (void)nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *wm_test_shared(void)
{
    static char path[1024];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s/../shared", WAYMARK_SOURCE_DIR);
    return stat(path, &info) == 0 ? path : NULL;
}

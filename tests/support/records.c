/* records.c: see records.h. */
#include "records.h"

#include <glob.h>
#include <stdio.h>

static wm_str read_file(wm_arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    assert_true(size >= 0);
    rewind(file);
    char *bytes = wm_arena_alloc(arena, (size_t)size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)size, file), (size_t)size);
    (void)fclose(file);
    return (wm_str){ bytes, (size_t)size };
}

static void add(wm_test_records *all, wm_kind kind, const char *path, wm_str text)
{
    const wm_json *value = NULL;
    wm_error err = { 0 };
    wm_status status = wm_json_parse(&all->arena, text, WM_RECORD_BYTES_MAX, &value, &err);
    wm_error_context(&err, "%s", path);
    assert_ok(status, &err);
    wm_buf canonical;
    wm_buf_init(&canonical, wm_env_system(), WM_RECORD_BYTES_MAX);
    wm_json_write(&canonical, value);
    assert_ok(wm_buf_status(&canonical, &err), &err);
    assert_true(all->count < WM_TEST_RECORDS_MAX);
    all->values[all->count] = value;
    all->records[all->count++] = (wm_record){ kind, wm_json_string(wm_json_get(value, "id")),
                                              wm_arena_copy(&all->arena, wm_buf_str(&canonical)) };
    wm_buf_fini(&canonical);
}

static void add_lines(wm_test_records *all, wm_kind kind, const char *path, wm_str text)
{
    for (size_t at = 0; at < text.len;) {
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        size_t length = end != NULL ? (size_t)(end - text.ptr) - at : text.len - at;
        if (length > 0) {
            add(all, kind, path, (wm_str){ text.ptr + at, length });
        }
        at += length + 1;
    }
}

static void add_matching(wm_test_records *all, wm_kind kind, const char *folder,
                         const char *pattern)
{
    char path[1024];
    glob_t found = { 0 };
    (void)snprintf(path, sizeof path, "%s/%s/%s", folder, wm_kind_folder(kind), pattern);
    int result = glob(path, 0, NULL, &found);
    assert_true(result == 0 || result == GLOB_NOMATCH);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        wm_str text = read_file(&all->arena, found.gl_pathv[i]);
        if (strstr(pattern, "jsonl") != NULL) {
            add_lines(all, kind, found.gl_pathv[i], text);
        } else {
            add(all, kind, found.gl_pathv[i], text);
        }
    }
    globfree(&found);
}

void wm_test_records_init(wm_test_records *all, const char *folder)
{
    memset(all, 0, sizeof *all);
    wm_arena_init(&all->arena, wm_env_system(), 256 * WM_MIB);
    all->records = wm_arena_array(&all->arena, WM_TEST_RECORDS_MAX, sizeof *all->records);
    all->values = wm_arena_array(&all->arena, WM_TEST_RECORDS_MAX, sizeof *all->values);
    assert_non_null(all->records);
    assert_non_null(all->values);
    add_matching(all, WM_KIND_DIRECTORY, folder, "directory.json");
    for (int kind = WM_KIND_DIRECTORY + 1; kind < WM_KIND_COUNT; kind++) {
        add_matching(all, (wm_kind)kind, folder, "*.json");
        add_matching(all, (wm_kind)kind, folder, "*.jsonl");
    }
}

void wm_test_records_fini(wm_test_records *all)
{
    wm_arena_fini(&all->arena);
}

const wm_json *const *wm_test_records_of(wm_test_records *all, wm_kind kind, size_t *count_out)
{
    const wm_json **values = wm_arena_array(&all->arena, all->count, sizeof *values);
    assert_non_null(values);
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) {
        if (all->records[i].kind == kind) {
            values[count++] = all->values[i];
        }
    }
    *count_out = count;
    return values;
}

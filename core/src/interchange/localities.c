/* localities.c: the table of localities. */
#include <waymark/sys/interchange.h>

#include "csv.h"

static wm_status read_rows(csv_rows *csv, wm_locality_row **rows_out, size_t *count_out,
                           wm_error *err)
{
    static const char *const names[] = { "code", "name", "kind", "parent" };
    size_t columns[4] = { 0 };
    size_t capacity = 0;
    size_t count = 0;
    wm_locality_row *rows = NULL;
    wm_status status = csv_head(csv, names, 4, columns, err);
    while (status == WM_OK) {
        status = csv_next(csv, err);
        for (size_t n = 0; n < 4 && status == WM_OK; n++) {
            if (columns[n] >= csv->field_count) {
                status =
                    wm_fail(err, WM_BAD_INPUT,
                            "line %ld: expected as many fields as in the first line", csv->line);
            }
        }
        if (status != WM_OK) {
            break;
        }
        rows = wm_arena_grow(csv->arena, rows, count, &capacity, sizeof *rows);
        if (rows == NULL) {
            return wm_fail_memory(err);
        }
        rows[count++] = (wm_locality_row){ csv->fields[columns[0]], csv->fields[columns[1]],
                                           csv->fields[columns[2]], csv->fields[columns[3]] };
    }
    *rows_out = rows;
    *count_out = count;
    return status == WM_END ? WM_OK : status;
}

wm_status wm_localities_read(const wm_env *env, wm_str text, wm_locality_tree **tree_out,
                             wm_error *err)
{
    wm_arena arena;
    csv_rows csv;
    wm_locality_row *rows = NULL;
    size_t count = 0;
    size_t bad_at = 0;
    if (!wm_utf8_valid(text, &bad_at)) {
        return wm_fail(err, WM_BAD_INPUT, "expected UTF-8, found another byte at %zu", bad_at);
    }
    wm_arena_init(&arena, env, SIZE_MAX / 2);
    csv_init(&csv, text, &arena);
    wm_status status = read_rows(&csv, &rows, &count, err);
    if (status == WM_OK) {
        status = wm_locality_tree_new(env, rows, count, tree_out, err);
    }
    wm_arena_fini(&arena);
    return status;
}

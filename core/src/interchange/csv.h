/* csv.h: rows of a CSV text by RFC 4180: fields in quotes may hold commas, line ends and doubled
 * quotes. */
#ifndef WAYMARK_INTERCHANGE_CSV_H
#define WAYMARK_INTERCHANGE_CSV_H

#include <waymark/sys/arena.h>

#define CSV_COLUMNS_MAX 128

typedef struct csv_rows {
    wm_str text;
    size_t at;
    long line; /* on which the row that was read last begins, from 1 */
    long next_line;
    wm_arena *arena; /* fields with doubled quotes */
    size_t field_count;
    wm_str fields[CSV_COLUMNS_MAX];
} csv_rows;

/* Passes over a byte order mark. `text` is UTF-8 and borrowed. */
void csv_init(csv_rows *rows, wm_str text, wm_arena *arena);
/* Empty lines are passed over. WM_END after the last row; WM_BAD_INPUT names the line. */
WM_MUST_USE wm_status csv_next(csv_rows *rows, wm_error *err);
/* The first row, which names the columns. WM_BAD_INPUT: there is none, or not all of them. */
WM_MUST_USE wm_status csv_head(csv_rows *rows, const char *const *names, size_t count,
                               size_t *columns_out, wm_error *err);
/* Empty if the row is too short for it. */
wm_str csv_field(const csv_rows *rows, size_t column);

#endif

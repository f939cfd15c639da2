/* csv.h: rows of a CSV text by RFC 4180: fields in quotes may hold commas, line ends and doubled
 * quotes. */
#ifndef WAYMARK_INTERCHANGE_CSV_H
#define WAYMARK_INTERCHANGE_CSV_H

#include <waymark/sys/arena.h>

#define CSV_COLUMNS_MAX 64

typedef struct csv_rows {
    wm_str text;
    size_t at;
    long line; /* on which the row that was read last begins, from 1 */
    long next_line;
    wm_arena *arena; /* fields that were in quotes */
    wm_str fields[CSV_COLUMNS_MAX];
    size_t field_count;
} csv_rows;

/* Passes over a byte order mark. `text` is UTF-8 and borrowed. */
void csv_init(csv_rows *rows, wm_str text, wm_arena *arena);
/* Empty lines are passed over. WM_END after the last row; WM_BAD_INPUT names the line. */
WM_MUST_USE wm_status csv_next(csv_rows *rows, wm_error *err);
/* The column of that name in the row that was read last; CSV_COLUMNS_MAX if there is none. */
size_t csv_column(const csv_rows *rows, const char *name);
/* Empty if the row is too short for it. */
wm_str csv_field(const csv_rows *rows, size_t column);

#endif

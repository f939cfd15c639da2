/* wrap.h: lines that fit a terminal. */
#ifndef WAYMARK_CLI_WRAP_H
#define WAYMARK_CLI_WRAP_H

#include <waymark/sys/buf.h>

#define WM_WRAP_COLUMNS 100
#define WM_WRAP_COLUMNS_MIN 30

/* In a line: what does not fit goes on below this place. Takes no room itself. */
#define WM_WRAP_HERE '\001'

/* Columns that a text takes, without what steers the terminal: marks that join the letter before
 * them and characters that only steer the direction take none, wide ones two. */
size_t wm_wrap_width(wm_str text);

/* Writes `text` with its lines broken at spaces to at most so many columns, and at wide characters
 * that are written without any. A word that is longer than a line stays whole: an address must
 * survive copying. No character is cut, and none changes its place. */
void wm_wrap(wm_str text, size_t columns, wm_buf *to);

/* A row of columns: each cell is broken at spaces, and at its line feeds, to fit its width, and
 * padded to it; two spaces part them. A word that is wider is cut. Cells are plain text
 * (wm_page_put_text); at most WM_WRAP_CELLS_MAX. */
#define WM_WRAP_CELLS_MAX 16
void wm_wrap_row(wm_buf *to, const wm_str *cells, const size_t *widths, size_t count);

#endif

/* wrap.h: lines that fit a terminal. */
#ifndef WAYMARK_CLI_WRAP_H
#define WAYMARK_CLI_WRAP_H

#include <waymark/sys/buf.h>

#define WM_WRAP_COLUMNS 100

/* In a line: what does not fit goes on below this place. Takes no room itself. */
#define WM_WRAP_HERE '\001'

/* Writes `text` with its long lines broken at spaces. A word that is longer than a line stays
 * whole: an address must survive copying. Colours take no room. */
void wm_wrap(wm_str text, wm_buf *to);

#endif

/* scan.h: the answer without the index, to compare with: whatever the engine asks of the index is
 * made anew from the records, by reading all services of the view one after the other.
 *
 * The program is linked with --wrap for the functions by which the engine reads the index, so that
 * nothing in the engine knows of this. */
#ifndef WAYMARK_TEST_SCAN_H
#define WAYMARK_TEST_SCAN_H

#include "store/candidates.h"

typedef struct wm_scan wm_scan;

/* From now on this handle reads no table of the index. The file must not change meanwhile. One at
 * a time. */
wm_scan *wm_scan_begin(wm_store *store, wm_view view);
/* NULL does nothing. */
void wm_scan_end(wm_scan *scan);
/* How often the engine asked. */
size_t wm_scan_count(const wm_scan *scan);

#endif

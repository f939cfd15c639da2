/* expiry_page.h: until when signatures last, and what somebody should look at. */
#ifndef WAYMARK_CLI_EXPIRY_PAGE_H
#define WAYMARK_CLI_EXPIRY_PAGE_H

#include <waymark/sys/expiry.h>

#include "cli.h"

typedef struct wm_expiry_judge {
    int64_t now_s;
    int64_t warn_days; /* for every role; below 0: as each role's lifetime says */
} wm_expiry_judge;

/* True if it has expired, or runs out within the days of the judge. */
bool wm_expiry_is_near(const wm_expiry_judge *judge, const wm_expiry *expiry);
/* Members "expires": {role: date} and "warnings": [{"role","expires","days"}]. */
void wm_expiry_write(wm_json_out *out, const wm_expiry_judge *judge, const wm_expiry *expiries,
                     size_t count);
/* A line a role, those of partitions in one; `indent` before each. */
void wm_expiry_print(wm_buf *buf, const wm_expiry_judge *judge, const char *indent,
                     const wm_expiry *expiries, size_t count);
/* "in 6 days", "today", "2 days ago" */
void wm_expiry_print_days(wm_buf *buf, int64_t days);

#endif

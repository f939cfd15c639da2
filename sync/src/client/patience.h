/* patience.h: who looks on while files come, and when what broke off is tried again. For all that
 * drives a transport. Only for this room.
 *
 * A pause is random between nothing and a bound that doubles with each try that brought nothing new
 * ("full jitter"): clients that lost the same server do not all come back at once. A server may ask
 * for a longer one; if that is beyond our patience, it is not disturbed again in this run. */
#ifndef WAYMARK_CLIENT_PATIENCE_H
#define WAYMARK_CLIENT_PATIENCE_H

#include <waymark/sys/client.h>

typedef struct wm_patience {
    const wm_env *env;
    wm_sync_driver driver; /* with nothing left open */
    wm_sync_progress progress;
    uint64_t paused_ms;
    unsigned vain; /* tries in a row */
    bool stopped;  /* by whoever looks on */
} wm_patience;

/* driver: may be NULL. */
void wm_patience_init(wm_patience *patience, const wm_env *env, const wm_sync_driver *driver);
/* Tells patience->progress to whoever looks on. False: it is to stop, now or since before. */
bool wm_patience_report(wm_patience *patience);
/* After something broke off that may pass: pauses. gained: bytes that need not come again.
 * WM_OK: try again, unless patience->stopped. Else why->status: there is no more patience. */
WM_MUST_USE wm_status wm_patience_wait(wm_patience *patience, uint64_t gained,
                                       unsigned retry_after_s, wm_error *why);

#endif

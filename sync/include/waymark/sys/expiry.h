/* expiry.h: until when signatures vouch for a replica's records, or for a feed. What runs out first
 * decides: after that nobody says that the data is the newest. */
#ifndef WAYMARK_SYS_EXPIRY_H
#define WAYMARK_SYS_EXPIRY_H

#include <waymark/sys/edition.h>
#include <waymark/sys/files.h>
#include <waymark/sys/store.h>

WM_BEGIN_DECLS

typedef struct wm_expiry {
    wm_str role; /* "root", "timestamp", "snapshot", "targets", "partitions", "p.CODE" */
    int64_t expires_s;
} wm_expiry;

/* Whole days that are left; below 0: it has expired. */
WM_API int64_t wm_expiry_days(const wm_expiry *expiry, int64_t now_s);
/* With so many days left or fewer somebody should look: publish and renew sign again what has less
 * than a third of its time left, so it has not run; of a root 30 days, since people must meet. */
WM_API int64_t wm_expiry_warn_days(wm_str role);
/* The one that runs out first; NULL: there is none. */
WM_API const wm_expiry *wm_expiry_first(const wm_expiry *expiries, size_t count);

/* Of the metadata that vouches for the replica's records, in `arena`; none if it never caught up
 * with a feed. */
WM_API WM_MUST_USE wm_status wm_replica_expiries(wm_store *replica, wm_arena *arena,
                                                 const wm_expiry **expiries_out, size_t *count_out,
                                                 wm_error *err);

typedef struct wm_feed_expiries {
    wm_edition edition;
    int64_t release;
    int64_t root; /* its version */
    const wm_expiry *roles;
    size_t role_count;
} wm_feed_expiries;

/* Of one edition in a feed's folder, all signatures verified from its 1.root.json on. files NULL:
 * the system's.
 * WM_NOT_FOUND: the feed has no such edition (no text). WM_NOT_TRUSTED, WM_CORRUPT, WM_BAD_INPUT:
 * the feed is broken. */
WM_API WM_MUST_USE wm_status wm_feed_expiries_read(wm_arena *arena, const char *feed_folder,
                                                   wm_edition edition, const wm_files *files,
                                                   wm_feed_expiries *expiries_out, wm_error *err);

WM_END_DECLS

#endif

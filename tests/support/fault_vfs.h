/* fault_vfs.h: a disk in memory under SQLite, that fails, fills up, or loses its power.
 *
 *   wm_fault_vfs_install();                    once, in main, after wm_fault_install
 *   ... make a database ...
 *   wm_fault_vfs_mark();                       every run starts from here
 *   for (nth = 0;; nth++) {
 *       wm_fault_vfs_rewind();
 *       wm_fault_vfs_arm(WM_DISK_WRITE, nth, SQLITE_FULL, 0);   or wm_fault_vfs_stop_at(nth)
 *       ... work ...
 *       wm_fault_vfs_disarm();                 or wm_fault_vfs_power_loss(mode, seed)
 *       ... reopen and look ...
 *   }
 *
 * The disk remembers, for each file, what was synced and every write since, so that a power loss
 * can keep all of those, none, or any of them, torn within sectors. One process; several handles
 * that do not write at once. No locks but that of the last to close. */
#ifndef WAYMARK_FAULT_VFS_H
#define WAYMARK_FAULT_VFS_H

#include <stdint.h>

#define WM_DISK_WRITE 1u
#define WM_DISK_SYNC 2u
#define WM_DISK_TRUNCATE 4u
#define WM_DISK_DELETE 8u
#define WM_DISK_OPEN 16u
#define WM_DISK_READ 32u

typedef enum wm_power_loss {
    WM_POWER_KEEP, /* everything written arrived */
    WM_POWER_DROP, /* only what was synced did */
    WM_POWER_SOME  /* what was synced, and any of the rest, torn */
} wm_power_loss;

/* Becomes SQLite's default. */
void wm_fault_vfs_install(void);
/* An empty disk. */
void wm_fault_vfs_reset(void);
/* Remember all files as they are, as synced; go back to that. No file may be open. */
void wm_fault_vfs_mark(void);
void wm_fault_vfs_rewind(void);

/* Fail operation number `nth` (0 = the next) of these kinds with SQLite's `code`; and all after it
 * if `forever`. */
void wm_fault_vfs_arm(unsigned operations, long nth, int code, int forever);
/* Stop the world at the nth write, sync, truncate or delete: it and everything after it does not
 * happen, until the power loss. */
void wm_fault_vfs_stop_at(long nth);
/* True if the failure fired or the world stopped. */
int wm_fault_vfs_fired(void);
void wm_fault_vfs_disarm(void);
/* What is on the disk afterwards; also disarms. No file may be open. */
void wm_fault_vfs_power_loss(wm_power_loss mode, uint64_t seed);

/* A fingerprint of the names and bytes of all files: two disks that have the same one are the same
 * to whoever opens them next. */
uint64_t wm_fault_vfs_fingerprint(void);

/* Overwrite `length` bytes of a file at `offset`. */
void wm_fault_vfs_scribble(const char *path, long offset, const void *bytes, long length);
long wm_fault_vfs_size(const char *path);

#endif

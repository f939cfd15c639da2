/* state.h: the parts of the state digest (format: sys/history.h), and a tally that keeps the
 * digests in the file up to date. */
#ifndef WAYMARK_HISTORY_STATE_H
#define WAYMARK_HISTORY_STATE_H

#include <waymark/sys/history.h>

#include "history/spool.h"
#include "store/database.h"

#define WM_BUCKET_DIGEST_BYTES 16
#define WM_BUCKET_LEAVES 32
#define WM_BUCKET_BITS_MAX 16

unsigned wm_state_bits(uint64_t records);
uint32_t wm_leaf_bucket(const wm_leaf *leaf, unsigned bits);
void wm_bucket_digest(const wm_leaf *leaves, size_t count, uint8_t digest_out[]);
/* `digests`: those of all 2^bits buckets. */
void wm_state_digest(unsigned bits, uint64_t records, const uint8_t *digests,
                     wm_digest *digest_out);
int wm_leaf_compare(const void *a, const void *b);

/* A partition of an edition, as a number. */
typedef uint32_t wm_slice_key;
#define WM_SLICE_PARTITION_BITS 20
#define WM_SLICE_BUCKET_BITS 17
wm_slice_key wm_slice_key_of(wm_edition edition, int64_t partition);
static inline wm_edition wm_slice_edition(wm_slice_key slice)
{
    return (wm_edition)(slice >> WM_SLICE_PARTITION_BITS);
}

static inline uint32_t wm_slice_partition(wm_slice_key slice)
{
    return slice & (((wm_slice_key)1 << WM_SLICE_PARTITION_BITS) - 1);
}

/* ---- tally: leaves that come and go ---- */

typedef struct wm_tally_entry {
    wm_slice_key slice;
    wm_leaf leaf;
    int8_t delta; /* +1 comes, -1 goes */
} wm_tally_entry;

typedef struct wm_tally {
    wm_txn *txn;
    int64_t release; /* `since` of what is written to state_history */
    size_t limit;    /* entries in memory; with more they are written */
    bool sums_up;    /* a leaf of a partition is one of its whole edition, too; then those that are
                        too many wait in spools, sorted */
    wm_tally_entry *entries;
    size_t count;
    size_t capacity;
    wm_spool by_leaf; /* runs of `limit` entries in each */
    wm_spool by_slice;
    int64_t *sums; /* of the deltas, by partition and edition */
    size_t sum_count;
} wm_tally;

void wm_tally_init(wm_tally *tally, wm_txn *txn, int64_t release, size_t limit);
void wm_tally_fini(wm_tally *tally);
WM_MUST_USE wm_status wm_tally_put(wm_tally *tally, wm_slice_key slice, const wm_leaf *leaf,
                                   int delta, wm_error *err);
/* Write what is left. WM_CORRUPT: a leaf goes that is not there, or comes twice. */
WM_MUST_USE wm_status wm_tally_flush(wm_tally *tally, wm_error *err);

#endif

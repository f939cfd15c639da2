/* freeze.h: what a release in the making carries from step to step. */
#ifndef WAYMARK_HISTORY_FREEZE_H
#define WAYMARK_HISTORY_FREEZE_H

#include <waymark/sys/helper.h>

#include "history/partition.h"
#include "history/state.h"

/* The records that the public edition leaves out, sorted by kind and id. */
typedef struct wm_withheld {
    wm_arena arena;
    struct {
        wm_kind kind;
        wm_str id;
    } * items;
    size_t count;
    size_t capacity;
} wm_withheld;

/* How many services of a partition name an organization or a site, as a change. */
typedef struct wm_naming_entry {
    int64_t target; /* 63 bits of a hash of kind and id */
    int32_t slice;
    int32_t delta;
} wm_naming_entry;

/* An organization or a site that was looked at before all that name it were: it waits. */
typedef struct wm_rider {
    int64_t rev;
    int64_t target; /* as naming.c knows it */
    wm_leaf leaf;
    bool is_new;
    bool is_whole; /* all editions show it as it is; else it is projected when its turn comes */
} wm_rider;

typedef struct wm_freeze {
    wm_txn *txn;
    wm_store *store;
    wm_error *err;
    int64_t next;
    bool everything; /* the tree or what is withheld changed, or it is the first release */
    wm_locality_tree *tree;
    wm_withheld withheld;
    int64_t *numbers; /* partition of each locality, and of the top behind them; 0: not known yet */
    wm_tally tally;
    wm_projection_rows rows; /* not in the table yet */
    wm_naming_entry *naming;
    size_t naming_count;
    size_t naming_capacity;
    size_t known_count; /* of `naming`, once all is counted: how often in all; 0: not known here */
    bool naming_is_short; /* some of it was written before, and is only in the file */
    wm_locality *homes;   /* of partitions, by number */
    size_t home_count;
    wm_spool riders;         /* wm_rider, by rev */
    wm_arena scratch;        /* one record */
    wm_buf bytes;            /* its projected form */
    const wm_watch *watch;   /* may be NULL */
    const wm_helper *helper; /* may be NULL */
    uint64_t done;           /* records that were looked at */
    uint64_t total;          /* 0: not known */
} wm_freeze;

WM_MUST_USE wm_status wm_withheld_load(wm_store *store, int64_t at, wm_withheld *withheld,
                                       wm_error *err);
bool wm_withheld_has(const wm_withheld *withheld, wm_kind kind, wm_str id);
bool wm_withheld_equal(const wm_withheld *a, const wm_withheld *b);
void wm_withheld_fini(wm_withheld *withheld);

/* Project what changed, cut partitions, and bring the digests up to date. */
WM_MUST_USE wm_status wm_freeze_run(wm_freeze *f);
/* The number of a home's partition. */
WM_MUST_USE wm_status wm_freeze_partition(wm_freeze *f, wm_locality home, int64_t *number_out);
/* It is (not) in the edition from now on: the row, and the digests. */
WM_MUST_USE wm_status wm_freeze_open(wm_freeze *f, const wm_projection *projection, wm_str record);
WM_MUST_USE wm_status wm_freeze_close(wm_freeze *f, const wm_projection *projection);

/* ---- naming.c: organizations and sites ride where their services are ---- */

/* What a service names, in its projected form, comes (+1) to or goes (-1) from a partition. */
WM_MUST_USE wm_status wm_naming_count(wm_freeze *f, wm_slice_key slice, const wm_json *service,
                                      int32_t delta);
WM_MUST_USE wm_status wm_naming_begin(wm_freeze *f);
/* All services have been counted. */
WM_MUST_USE wm_status wm_naming_end(wm_freeze *f);
void wm_naming_fini(wm_freeze *f);
int64_t wm_naming_target(wm_kind kind, wm_str id);
/* Where an organization or site rides. */
WM_MUST_USE wm_status wm_naming_partition(wm_freeze *f, wm_edition edition, int64_t target,
                                          int64_t *partition_out);
/* Move those that were named differently and did not change themselves. */
WM_MUST_USE wm_status wm_naming_move(wm_freeze *f);

#endif

/* peers.h: three ways in which a good engineer finds services with SQLite alone.
 *
 *   normalised  service, service_need, service_area and service_age, joined
 *   fetching    a covering table (need, locality, service; ages) WITHOUT ROWID, with the ids as
 * they are; fetches each candidate's service, ready to print, and keeps the best late        the
 * same with integer keys and an integer rank; fetches only the best
 *
 * Each finds the services of a need or of one below it that cover a place or an area above it and
 * whose ages fit, and prints name, kind, phone and url of the best as JSON: that much and no more.
 * There are no verdicts, rules, reasons or questions. All three give the same bytes. */
#ifndef WAYMARK_BENCH_PEERS_H
#define WAYMARK_BENCH_PEERS_H

#include "trees.h"

typedef enum wm_peer_kind {
    WM_PEER_NORMALISED,
    WM_PEER_FETCHING,
    WM_PEER_LATE,
    WM_PEER_COUNT
} wm_peer_kind;

#define WM_PEER_CARDS 20

const char *wm_peer_name(wm_peer_kind kind);

/* Make `path` anew, with the tables of all three, from the services of a directory. */
void wm_peers_fill(const char *path, wm_store *store, const wm_bench_trees *trees);

typedef struct wm_peer wm_peer;

/* cache_kib: of its page cache. Statements are prepared here. */
wm_peer *wm_peer_open(const char *path, wm_peer_kind kind, const wm_bench_trees *trees,
                      int cache_kib);
void wm_peer_close(wm_peer *peer);
/* The answer, in place of what is in out. Returns how many rows it looked at. */
size_t wm_peer_ask(wm_peer *peer, const wm_bench_question *question, wm_buf *out);

#endif

/* peers_rank.h: what peers.c and peers_fill.c share. */
#ifndef WAYMARK_BENCH_PEERS_RANK_H
#define WAYMARK_BENCH_PEERS_RANK_H

#include <waymark/sys/buf.h>

/* {"name":..,"kind":..,"phone":..,"url":..} */
void wm_peer_write_card(wm_buf *out, const wm_str parts[4]);

#endif

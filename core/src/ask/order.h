/* order.h: the order of cards: pure, integers only, the same on every machine. */
#ifndef WAYMARK_ASK_ORDER_H
#define WAYMARK_ASK_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <waymark/sys/compiler.h>

/* The parts of the key, most significant first; lower comes first. The meaning of each stands in
 * order.c. */
typedef enum wm_order_part {
    WM_ORDER_SECTION,
    WM_ORDER_NAMED,
    WM_ORDER_SLOT,
    WM_ORDER_RESPONSE,
    WM_ORDER_USABLE,
    WM_ORDER_VERDICT,
    WM_ORDER_ACCESS,
    WM_ORDER_NEED,
    WM_ORDER_VERIFIED,
    WM_ORDER_INTENSITY,
    WM_ORDER_HOPS,
    WM_ORDER_DISTANCE,
    WM_ORDER_WAIT,
    WM_ORDER_RECENT,
    WM_ORDER_CHANCE,
    WM_ORDER_PARTS
} wm_order_part;

typedef struct wm_order_key {
    uint32_t part[WM_ORDER_PARTS];
} wm_order_key;

/* <0, 0, >0 */
int wm_order_compare(const wm_order_key *a, const wm_order_key *b);
/* The first part in which a and b differ; WM_ORDER_PARTS if they do not. */
wm_order_part wm_order_difference(const wm_order_key *a, const wm_order_key *b);
/* "section", "response" ... for `above_next_because`; WM_ORDER_PARTS is "same". */
const char *wm_order_part_name(wm_order_part part);

/* Bands: smaller is nearer or shorter. */
uint32_t wm_order_distance_band(int64_t distance_m); /* < 0: not known */
uint32_t wm_order_wait_band(int64_t weeks);          /* < 0: not known */

/* Metres between two positions in 1e-5 degree, by integer arithmetic (good to 1 % within Great
 * Britain). */
int64_t wm_order_distance_m(int32_t lat_a, int32_t lon_a, int32_t lat_b, int32_t lon_b);

/* The parts of a key but the last two as one number: lower comes first. False: one of them is
 * larger than any that is known (the whole keys must then be compared). */
WM_MUST_USE bool wm_order_word(const wm_order_key *key, uint64_t *word_out);

#endif

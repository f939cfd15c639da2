/* order.h: the order of cards: pure, integers only, the same on every machine. */
#ifndef WAYMARK_ASK_ORDER_H
#define WAYMARK_ASK_ORDER_H

#include <stddef.h>
#include <stdint.h>

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

/* At most two of a kind in a page: given the kinds of cards in order, writes the order in which
 * they stand (indexes), and for each whether it was held back. Within the first `page` cards, which
 * are all that is shown, a third of a kind makes way for the next card of another kind, as long as
 * there is one; nothing is dropped. kinds of 0 count as all different. Both arrays: count entries.
 */
void wm_order_variety(const uint32_t *kinds, size_t count, size_t page, size_t *order_out,
                      uint8_t *held_out);

#endif

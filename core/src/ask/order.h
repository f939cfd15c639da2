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

/* The parts, one behind the other: in `first` all but the last two. */
typedef struct wm_order_key {
    uint64_t first;
    uint64_t last;
} wm_order_key;

/* <0, 0, >0 */
static inline int wm_order_compare(const wm_order_key *a, const wm_order_key *b)
{
    return a->first != b->first ? (a->first < b->first ? -1 : 1)
                                : (a->last > b->last) - (a->last < b->last);
}

/* Where a part lies in its word: so many bits, and so many behind it. */
typedef struct wm_order_place {
    uint8_t bits;
    uint8_t behind;
} wm_order_place;

static inline wm_order_place wm_order_place_of(wm_order_part part)
{
    static const wm_order_place places[WM_ORDER_PARTS] = {
        [WM_ORDER_SECTION] = { 3, 61 },  [WM_ORDER_NAMED] = { 2, 59 },
        [WM_ORDER_SLOT] = { 11, 48 },    [WM_ORDER_RESPONSE] = { 8, 40 },
        [WM_ORDER_USABLE] = { 1, 39 },   [WM_ORDER_VERDICT] = { 2, 37 },
        [WM_ORDER_ACCESS] = { 6, 31 },   [WM_ORDER_NEED] = { 10, 21 },
        [WM_ORDER_VERIFIED] = { 1, 20 }, [WM_ORDER_INTENSITY] = { 6, 14 },
        [WM_ORDER_HOPS] = { 8, 6 },      [WM_ORDER_DISTANCE] = { 3, 3 },
        [WM_ORDER_WAIT] = { 3, 0 },      [WM_ORDER_RECENT] = { 32, 32 },
        [WM_ORDER_CHANCE] = { 32, 0 },
    };
    return places[part];
}

/* The same as wm_order_put, of a part that is 0 so far. */
static inline void wm_order_add(wm_order_key *key, wm_order_part part, uint32_t value)
{
    wm_order_place place = wm_order_place_of(part);
    uint64_t *word = part < WM_ORDER_RECENT ? &key->first : &key->last;
    uint64_t most = ((uint64_t)1 << place.bits) - 1;
    *word |= (value < most ? value : most) << place.behind;
}

/* What is larger than a part can hold counts as the largest that it can. */
static inline void wm_order_put(wm_order_key *key, wm_order_part part, uint32_t value)
{
    wm_order_place place = wm_order_place_of(part);
    uint64_t *word = part < WM_ORDER_RECENT ? &key->first : &key->last;
    uint64_t most = ((uint64_t)1 << place.bits) - 1;
    *word = (*word & ~(most << place.behind)) | (value < most ? value : most) << place.behind;
}

static inline uint32_t wm_order_get(const wm_order_key *key, wm_order_part part)
{
    wm_order_place place = wm_order_place_of(part);
    uint64_t word = part < WM_ORDER_RECENT ? key->first : key->last;
    return (uint32_t)(word >> place.behind & (((uint64_t)1 << place.bits) - 1));
}

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

#endif

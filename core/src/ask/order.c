/* order.c: the key, part by part:
 *
 *   section    SAFETY, MAIN, ALONGSIDE, WHILE_WAITING, NOT_A_MATCH, FOOTER
 *   named      asked for by name; what took over from such a one; else
 *   slot       where a rule put it within its section
 *   response   immediate first, where something urgent is present; else equal
 *   usable     can this actor use it now: open to referrals, by a route they have
 *   verdict    ELIGIBLE; JOINT or CHECK_WITH_SERVICE; UNKNOWN; NOT_ELIGIBLE
 *   access     how many required access needs it is known not to meet
 *   need       the very need, a narrower one, a broader one; then how many of the needs it meets
 *   verified   verified and not overdue, else not
 *   intensity  the least that is enough, where that may be asked for
 *   hops       steps in the locality tree
 *   distance   bands
 *   wait       bands
 *   recent     days since it was verified
 *   chance     a hash of id and release, so that no one is favoured by the alphabet */
#include <waymark/sys/places.h>

#include "ask/order.h"

wm_order_part wm_order_difference(const wm_order_key *a, const wm_order_key *b)
{
    for (int i = 0; i < WM_ORDER_PARTS; i++) {
        wm_order_part part = (wm_order_part)i;
        if (wm_order_get(a, part) != wm_order_get(b, part)) {
            return part;
        }
    }
    return WM_ORDER_PARTS;
}

const char *wm_order_part_name(wm_order_part part)
{
    static const char *const names[] = {
        [WM_ORDER_SECTION] = "section",   [WM_ORDER_NAMED] = "name",
        [WM_ORDER_SLOT] = "slot",         [WM_ORDER_RESPONSE] = "response",
        [WM_ORDER_USABLE] = "usable_now", [WM_ORDER_VERDICT] = "verdict",
        [WM_ORDER_ACCESS] = "access",     [WM_ORDER_NEED] = "need",
        [WM_ORDER_VERIFIED] = "verified", [WM_ORDER_INTENSITY] = "intensity",
        [WM_ORDER_HOPS] = "locality",     [WM_ORDER_DISTANCE] = "distance",
        [WM_ORDER_WAIT] = "wait",         [WM_ORDER_RECENT] = "verified_on",
        [WM_ORDER_CHANCE] = "chance",     [WM_ORDER_PARTS] = "same",
    };
    return names[part];
}

static uint32_t band(int64_t value, const int64_t *ends, uint32_t count)
{
    uint32_t at = 0;
    while (at < count && value > ends[at]) {
        at++;
    }
    return at;
}

uint32_t wm_order_distance_band(int64_t distance_m)
{
    static const int64_t ends[] = { 2000, 5000, 10000, 25000, 50000 };
    return distance_m < 0 ? 0 : band(distance_m, ends, 5);
}

uint32_t wm_order_wait_band(int64_t weeks)
{
    static const int64_t ends[] = { 1, 4, 12, 26 };
    return weeks < 0 ? 2 : band(weeks, ends, 4);
}

int64_t wm_order_distance_m(int32_t lat_a, int32_t lon_a, int32_t lat_b, int32_t lon_b)
{
    return wm_place_distance_m(lat_a, lon_a, lat_b, lon_b);
}

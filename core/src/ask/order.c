/* order.c: the key, part by part:
 *
 *   section    SAFETY, MAIN, ALONGSIDE, WHILE_WAITING, NOT_A_MATCH, FOOTER
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
#include "ask/order.h"

int wm_order_compare(const wm_order_key *a, const wm_order_key *b)
{
    wm_order_part part = wm_order_difference(a, b);
    if (part == WM_ORDER_PARTS) {
        return 0;
    }
    return a->part[part] < b->part[part] ? -1 : 1;
}

wm_order_part wm_order_difference(const wm_order_key *a, const wm_order_key *b)
{
    for (int i = 0; i < WM_ORDER_PARTS; i++) {
        if (a->part[i] != b->part[i]) {
            return (wm_order_part)i;
        }
    }
    return WM_ORDER_PARTS;
}

const char *wm_order_part_name(wm_order_part part)
{
    static const char *const names[] = {
        [WM_ORDER_SECTION] = "section",     [WM_ORDER_SLOT] = "slot",
        [WM_ORDER_RESPONSE] = "response",   [WM_ORDER_USABLE] = "usable_now",
        [WM_ORDER_VERDICT] = "verdict",     [WM_ORDER_ACCESS] = "access",
        [WM_ORDER_NEED] = "need",           [WM_ORDER_VERIFIED] = "verified",
        [WM_ORDER_INTENSITY] = "intensity", [WM_ORDER_HOPS] = "locality",
        [WM_ORDER_DISTANCE] = "distance",   [WM_ORDER_WAIT] = "wait",
        [WM_ORDER_RECENT] = "verified_on",  [WM_ORDER_CHANCE] = "chance",
        [WM_ORDER_PARTS] = "same",
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

static int64_t square_root(int64_t value)
{
    int64_t root = 0;
    for (int64_t bit = (int64_t)1 << 30; bit > 0; bit >>= 1) {
        int64_t next = root + bit;
        if (next * next <= value) {
            root = next;
        }
    }
    return root;
}

int64_t wm_order_distance_m(int32_t lat_a, int32_t lon_a, int32_t lat_b, int32_t lon_b)
{
    /* cosine of 49 to 61 degrees north, in 1e-4: the range of Great Britain, cut at its ends */
    static const int32_t cosine[] = { 6561, 6428, 6293, 6157, 6018, 5878, 5736,
                                      5592, 5446, 5299, 5150, 5000, 4848 };
    int64_t middle = ((int64_t)lat_a + lat_b) / 2;
    int64_t degree = middle / 100000;
    int64_t index = degree < 49 ? 0 : degree > 60 ? 11 : degree - 49;
    int64_t within = middle - (index + 49) * 100000;
    within = within < 0 ? 0 : within > 100000 ? 100000 : within;
    int64_t scale = cosine[index] + (cosine[index + 1] - cosine[index]) * within / 100000;
    /* 1e-5 degree of latitude is 1.11195 m */
    int64_t north = ((int64_t)lat_a - lat_b) * 111195 / 100000;
    int64_t east = ((int64_t)lon_a - lon_b) * 111195 / 100000 * scale / 10000;
    return square_root(north * north + east * east);
}

static unsigned standing(const uint32_t *kinds, const size_t *order, size_t from, size_t to,
                         uint32_t kind)
{
    unsigned count = 0;
    for (size_t i = from; i < to; i++) {
        count += kinds[order[i]] == kind ? 1 : 0;
    }
    return count;
}

void wm_order_variety(const uint32_t *kinds, size_t count, size_t page, size_t *order_out,
                      uint8_t *held_out)
{
    /* held_out serves as "taken" while we choose: bit 1 taken, bit 0 held back. */
    for (size_t i = 0; i < count; i++) {
        held_out[i] = 0;
    }
    size_t first = 0; /* all before it are taken */
    for (size_t place = 0; place < count; place++) {
        size_t page_start = place - place % page;
        while ((held_out[first] & 2) != 0) {
            first++;
        }
        size_t choice = first;
        while (choice < count && ((held_out[choice] & 2) != 0 ||
                                  (kinds[choice] != 0 && standing(kinds, order_out, page_start,
                                                                  place, kinds[choice]) >= 2))) {
            choice++;
        }
        if (choice == count) {
            choice = first;
        }
        for (size_t i = first; i < choice; i++) {
            held_out[i] |= (held_out[i] & 2) == 0 ? 1 : 0;
        }
        order_out[place] = choice;
        held_out[choice] |= 2;
    }
    for (size_t i = 0; i < count; i++) {
        held_out[i] &= 1;
    }
}

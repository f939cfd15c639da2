/* distance.c: how far apart two places in Great Britain are, in integers, so that every machine
 * says the same. */
#include <waymark/sys/places.h>

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

/* In 1e-5 degree; cut at a whole circle, so that no position overflows. */
static int64_t degrees_apart(int32_t a, int32_t b)
{
    int64_t apart = a > b ? (int64_t)a - b : (int64_t)b - a;
    return apart < 36000000 ? apart : 36000000;
}

int64_t wm_place_distance_m(int32_t lat_a, int32_t lon_a, int32_t lat_b, int32_t lon_b)
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
    int64_t north = degrees_apart(lat_a, lat_b) * 111195 / 100000;
    int64_t east = degrees_apart(lon_a, lon_b) * 111195 / 100000 * scale / 10000;
    return square_root(north * north + east * east);
}

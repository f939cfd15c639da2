/* test_order.c: the order of cards. */
#include "ask/order.h"
#include "testing.h"

static void the_first_part_that_differs_decides_and_is_named(void **state)
{
    (void)state;
    wm_order_key a = { 0, 0 };
    wm_order_key b = { 0, 0 };
    assert_int_equal(wm_order_compare(&a, &b), 0);
    assert_string_equal(wm_order_part_name(wm_order_difference(&a, &b)), "same");
    wm_order_put(&b, WM_ORDER_CHANCE, 1);
    assert_true(wm_order_compare(&a, &b) < 0);
    wm_order_put(&a, WM_ORDER_VERDICT, 2);
    assert_true(wm_order_compare(&a, &b) > 0);
    assert_string_equal(wm_order_part_name(wm_order_difference(&a, &b)), "verdict");
    wm_order_put(&b, WM_ORDER_SECTION, 1);
    assert_true(wm_order_compare(&a, &b) < 0);
    for (int part = 0; part < WM_ORDER_PARTS; part++) {
        assert_non_null(wm_order_part_name((wm_order_part)part));
    }
}

static void bands_grow_with_distance_and_wait(void **state)
{
    (void)state;
    assert_int_equal(wm_order_distance_band(-1), 0);
    assert_int_equal(wm_order_distance_band(2000), 0);
    assert_int_equal(wm_order_distance_band(2001), 1);
    assert_int_equal(wm_order_distance_band(9000000), 5);
    assert_int_equal(wm_order_wait_band(-1), 2);
    assert_int_equal(wm_order_wait_band(0), 0);
    assert_int_equal(wm_order_wait_band(4), 1);
    assert_int_equal(wm_order_wait_band(52), 4);
}

static void distance_is_right_to_one_percent(void **state)
{
    (void)state;
    /* great-circle distances: Bath to Swindon 46.5 km, Birmingham to Solihull 11.3 km, Land's End
     * to John o' Groats 970 km */
    static const struct {
        int32_t lat_a, lon_a, lat_b, lon_b;
        int64_t metres;
    } cases[] = {
        { 5138110, -235900, 5155840, -178190, 44600 },
        { 5247990, -190260, 5241180, -177760, 11370 },
        { 5006570, -571320, 5864370, -307000, 968300 },
        { 5000000, 0, 5000000, 0, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t found =
            wm_order_distance_m(cases[i].lat_a, cases[i].lon_a, cases[i].lat_b, cases[i].lon_b);
        int64_t allowed = cases[i].metres / 100;
        if (found < cases[i].metres - allowed || found > cases[i].metres + allowed) {
            fail_msg("case %zu: expected %lld, found %lld", i, (long long)cases[i].metres,
                     (long long)found);
        }
        assert_int_equal(found, wm_order_distance_m(cases[i].lat_b, cases[i].lon_b, cases[i].lat_a,
                                                    cases[i].lon_a));
    }
}

static void positions_from_outside_the_world_do_not_overflow(void **state)
{
    (void)state;
    assert_true(wm_order_distance_m(INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX) > 40000000);
    assert_int_equal(wm_order_distance_m(INT32_MIN, INT32_MAX, INT32_MAX, INT32_MIN),
                     wm_order_distance_m(INT32_MAX, INT32_MIN, INT32_MIN, INT32_MAX));
}

/* The first part that differs decides, as if each were compared by itself. */
static void a_key_orders_by_its_parts(void **state)
{
    (void)state;
    static const uint32_t most[WM_ORDER_PARTS] = { 5,   2, 600,  255,       1,
                                                   3,   8, 1023, 1,         7,
                                                   255, 5, 4,    INT32_MAX, UINT32_MAX - 1 };
    wm_test_random random = wm_test_random_new(12);
    for (int round = 0; round < 2000; round++) {
        wm_order_key keys[2] = { { 0, 0 }, { 0, 0 } };
        int expected = 0;
        for (int i = 0; i < WM_ORDER_PARTS; i++) {
            wm_order_part part = (wm_order_part)i;
            uint32_t first = wm_test_random_below(&random, most[i] + 1);
            bool same = wm_test_random_below(&random, 3) > 0;
            uint32_t second = same ? first : wm_test_random_below(&random, most[i] + 1);
            wm_order_put(&keys[0], part, UINT32_MAX);
            wm_order_put(&keys[0], part, first);
            wm_order_put(&keys[1], part, second);
            assert_int_equal(wm_order_get(&keys[0], part), first);
            int here = first < second ? -1 : first > second ? 1 : 0;
            expected = expected != 0 ? expected : here;
        }
        assert_int_equal(wm_order_compare(&keys[0], &keys[1]), expected);
    }
}

static void a_part_that_is_too_large_stands_behind_all_others(void **state)
{
    (void)state;
    for (int i = 0; i < WM_ORDER_RECENT; i++) {
        wm_order_part part = (wm_order_part)i;
        wm_order_key key = { 0, 0 };
        wm_order_put(&key, part, UINT32_MAX);
        for (int k = 0; k < WM_ORDER_PARTS; k++) {
            assert_true(k == i || wm_order_get(&key, (wm_order_part)k) == 0);
        }
        assert_true(wm_order_get(&key, part) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_part_that_differs_decides_and_is_named),
        cmocka_unit_test(bands_grow_with_distance_and_wait),
        cmocka_unit_test(distance_is_right_to_one_percent),
        cmocka_unit_test(positions_from_outside_the_world_do_not_overflow),
        cmocka_unit_test(a_key_orders_by_its_parts),
        cmocka_unit_test(a_part_that_is_too_large_stands_behind_all_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_order.c: the order of cards. */
#include "ask/order.h"
#include "testing.h"

static void the_first_part_that_differs_decides_and_is_named(void **state)
{
    (void)state;
    wm_order_key a = { { 0 } };
    wm_order_key b = { { 0 } };
    assert_int_equal(wm_order_compare(&a, &b), 0);
    assert_string_equal(wm_order_part_name(wm_order_difference(&a, &b)), "same");
    b.part[WM_ORDER_CHANCE] = 1;
    assert_true(wm_order_compare(&a, &b) < 0);
    a.part[WM_ORDER_VERDICT] = 2;
    assert_true(wm_order_compare(&a, &b) > 0);
    assert_string_equal(wm_order_part_name(wm_order_difference(&a, &b)), "verdict");
    b.part[WM_ORDER_SECTION] = 1;
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

static void a_word_orders_as_the_key_does(void **state)
{
    (void)state;
    static const uint32_t most[WM_ORDER_RECENT] = { 5, 2, 600, 5, 1, 3, 8, 1023, 1, 7, 16, 5, 4 };
    wm_test_random random = wm_test_random_new(12);
    for (int round = 0; round < 2000; round++) {
        wm_order_key keys[2] = { { { 0 } }, { { 0 } } };
        uint64_t words[2];
        for (size_t i = 0; i < sizeof most / sizeof most[0]; i++) {
            keys[0].part[i] = wm_test_random_below(&random, most[i] + 1);
            bool same = wm_test_random_below(&random, 3) > 0;
            keys[1].part[i] = same ? keys[0].part[i] : wm_test_random_below(&random, most[i] + 1);
        }
        assert_true(wm_order_word(&keys[0], &words[0]));
        assert_true(wm_order_word(&keys[1], &words[1]));
        int order = wm_order_compare(&keys[0], &keys[1]);
        assert_int_equal(order < 0, words[0] < words[1]);
        assert_int_equal(order > 0, words[0] > words[1]);
    }
}

static void a_part_that_is_too_large_for_a_word_is_told(void **state)
{
    (void)state;
    for (int part = 0; part < WM_ORDER_RECENT; part++) {
        wm_order_key key = { { 0 } };
        uint64_t word = 0;
        key.part[part] = UINT32_MAX;
        assert_false(wm_order_word(&key, &word));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_part_that_differs_decides_and_is_named),
        cmocka_unit_test(bands_grow_with_distance_and_wait),
        cmocka_unit_test(distance_is_right_to_one_percent),
        cmocka_unit_test(positions_from_outside_the_world_do_not_overflow),
        cmocka_unit_test(a_word_orders_as_the_key_does),
        cmocka_unit_test(a_part_that_is_too_large_for_a_word_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

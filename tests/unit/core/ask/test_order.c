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

static void at_most_two_of_a_kind_stand_in_a_page(void **state)
{
    (void)state;
    const uint32_t kinds[] = { 7, 7, 7, 7, 8, 9 };
    size_t order[6];
    uint8_t held[6];
    wm_order_variety(kinds, 6, 4, order, held);
    const size_t expected[] = { 0, 1, 4, 5, 2, 3 };
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(order[i], expected[i]);
    }
    assert_int_equal(held[2], 1);
    assert_int_equal(held[3], 1);
    assert_int_equal(held[4], 0);
}

static void variety_drops_and_repeats_nothing(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(11);
    for (int round = 0; round < 300; round++) {
        uint32_t kinds[40];
        size_t order[40];
        uint8_t held[40];
        uint8_t seen[40] = { 0 };
        size_t count = wm_test_random_below(&random, 41);
        size_t page = 1 + wm_test_random_below(&random, 8);
        size_t different = 0;
        size_t of_kind[4] = { 0 };
        for (size_t i = 0; i < count; i++) {
            kinds[i] = wm_test_random_below(&random, 4);
        }
        wm_order_variety(kinds, count, page, order, held);
        for (size_t i = 0; i < count; i++) {
            assert_true(order[i] < count);
            seen[order[i]]++;
        }
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(seen[i], 1);
            of_kind[kinds[i]]++;
        }
        for (size_t kind = 0; kind < 4; kind++) {
            different += kind == 0 || of_kind[kind] < 2 ? of_kind[kind] : 2;
        }
        size_t in_page[4] = { 0 };
        for (size_t i = 0; i < count && i < page && i < different; i++) {
            assert_true(++in_page[kinds[order[i]]] <= 2 || kinds[order[i]] == 0);
        }
    }
}

static void kinds_that_are_not_known_are_all_different(void **state)
{
    (void)state;
    const uint32_t kinds[] = { 0, 0, 0, 0 };
    size_t order[4];
    uint8_t held[4];
    wm_order_variety(kinds, 4, 4, order, held);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(order[i], i);
        assert_int_equal(held[i], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_part_that_differs_decides_and_is_named),
        cmocka_unit_test(bands_grow_with_distance_and_wait),
        cmocka_unit_test(distance_is_right_to_one_percent),
        cmocka_unit_test(positions_from_outside_the_world_do_not_overflow),
        cmocka_unit_test(at_most_two_of_a_kind_stand_in_a_page),
        cmocka_unit_test(variety_drops_and_repeats_nothing),
        cmocka_unit_test(kinds_that_are_not_known_are_all_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_units.c: the compact text of a sector's unit postcodes. */
#include <stdlib.h>

#include "testing.h"
#include "vocab/units.h"

#define GOLDEN "1BABsMAACBACBABBA"
#define GOLDEN_ROUGH "2BABsMAACBACBABBAAAAA" /* the same with guesses */

static const wm_units_origin origin = { 5139287, -236117 };

static int32_t apart(int32_t a, int32_t b)
{
    return a > b ? a - b : b - a;
}

static void assert_round(const wm_unit *units, size_t count)
{
    wm_unit found[WM_UNIT_CELLS];
    size_t found_count = 0;
    wm_error err = { 0 };
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_UNITS_TEXT_BYTES_MAX);
    wm_units_encode(units, count, origin, &text);
    assert_ok(wm_buf_status(&text, &err), &err);
    assert_ok(wm_units_decode(wm_buf_str(&text), origin, found, &found_count, &err), &err);
    assert_int_equal(found_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(found[i].cell, units[i].cell);
        assert_int_equal(found[i].locality, units[i].locality);
        assert_int_equal(found[i].is_rough, units[i].is_rough);
        assert_in_range(apart(found[i].lat, units[i].lat), 0, 50);
        assert_in_range(apart(found[i].lon, units[i].lon), 0, 75);
    }
    wm_buf_fini(&text);
}

static void any_units_come_back_as_they_were(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(5);
    for (int round = 0; round < 2000; round++) {
        wm_unit units[WM_UNIT_CELLS];
        size_t count = 0;
        uint32_t density = wm_test_random_below(&random, 100) + 1;
        uint32_t spread = 1u << wm_test_random_below(&random, 19);
        uint32_t localities = wm_test_random_below(&random, 16) + 1;
        uint32_t rough = wm_test_random_below(&random, 3) * 40;
        for (uint16_t cell = 0; cell < WM_UNIT_CELLS; cell++) {
            if (wm_test_random_below(&random, 100) < density) {
                units[count++] = (wm_unit){
                    .cell = cell,
                    .locality = (uint8_t)wm_test_random_below(&random, localities),
                    .is_rough = wm_test_random_below(&random, 100) < rough,
                    .lat = origin.lat + (int32_t)wm_test_random_below(&random, spread),
                    .lon = origin.lon - (int32_t)wm_test_random_below(&random, spread),
                };
            }
        }
        if (count > 0) {
            assert_round(units, count);
        }
    }
}

static void the_ends_of_a_sector_come_back_too(void **state)
{
    (void)state;
    wm_unit all[WM_UNIT_CELLS];
    for (uint16_t i = 0; i < WM_UNIT_CELLS; i++) {
        all[i] = (wm_unit){ i, 0, false, origin.lat, origin.lon };
    }
    assert_round(all, WM_UNIT_CELLS);
    all[0].is_rough = true;
    all[WM_UNIT_CELLS - 1].is_rough = true;
    assert_round(all, WM_UNIT_CELLS);
    assert_round(all, 1);
    assert_round(&all[WM_UNIT_CELLS - 1], 1);
    for (size_t i = 0; i < WM_UNIT_CELLS / 2; i++) {
        all[i] = all[2 * i];
    }
    assert_round(all, WM_UNIT_CELLS / 2);
}

static void endings_are_the_twenty_letters(void **state)
{
    (void)state;
    char letters[2];
    assert_int_equal(wm_unit_cell("AA"), 0);
    assert_int_equal(wm_unit_cell("AB"), 1);
    assert_int_equal(wm_unit_cell("ZZ"), 399);
    assert_int_equal(wm_unit_cell("AC"), WM_UNIT_CELL_NONE);
    assert_int_equal(wm_unit_cell("aA"), WM_UNIT_CELL_NONE);
    assert_int_equal(wm_unit_cell("-A"), WM_UNIT_CELL_NONE);
    for (uint16_t i = 0; i < WM_UNIT_CELLS; i++) {
        wm_unit_letters(i, letters);
        assert_int_equal(wm_unit_cell(letters), i);
    }
}

/* A text of version 1 that others may have written must be read for ever. */
static void a_text_of_version_1_is_read(void **state)
{
    (void)state;
    wm_unit units[WM_UNIT_CELLS];
    size_t count = 0;
    wm_error err = { 0 };
    wm_unit three[] = { { 0, 0, false, 5139250, -236175 },
                        { 1, 0, false, 5139350, -236025 },
                        { 399, 1, false, 5139250, -236175 } };
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_UNITS_TEXT_BYTES_MAX);
    wm_units_encode(three, 3, origin, &text);
    assert_string_equal(wm_buf_str(&text).ptr, GOLDEN);
    wm_buf_fini(&text);
    assert_ok(wm_units_decode(WM_STR(GOLDEN), origin, units, &count, &err), &err);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(units[i].cell, three[i].cell);
        assert_int_equal(units[i].locality, three[i].locality);
        assert_int_equal(units[i].lat, three[i].lat);
        assert_int_equal(units[i].lon, three[i].lon);
        assert_false(units[i].is_rough);
    }
    three[0].is_rough = true;
    three[2].is_rough = true;
    wm_buf_init(&text, wm_env_system(), WM_UNITS_TEXT_BYTES_MAX);
    wm_units_encode(three, 3, origin, &text);
    assert_string_equal(wm_buf_str(&text).ptr, GOLDEN_ROUGH);
    wm_buf_fini(&text);
    assert_ok(wm_units_decode(WM_STR(GOLDEN_ROUGH), origin, units, &count, &err), &err);
    assert_true(units[0].is_rough && !units[1].is_rough && units[2].is_rough);
}

static void what_is_no_such_text_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = { "",          "1",        "2AAA",      "AAAA",
                                         "1A",        "1=====",   GOLDEN "A",  GOLDEN "=",
                                         "1AAgAAAAA", "1AAAAAQA", "1________", "1AAAAAA ",
                                         "1\xc3\xa9" };
    wm_unit units[WM_UNIT_CELLS];
    size_t count = 7;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        wm_error err = { 0 };
        assert_int_equal(wm_units_decode(wm_str_of(texts[i]), origin, units, &count, &err),
                         WM_BAD_RECORD);
        assert_contains(err.text, "units: expected");
        assert_int_equal(count, 7);
    }
    for (size_t cut = 0; cut < sizeof GOLDEN - 1; cut++) {
        wm_str part = { GOLDEN, cut };
        assert_int_equal(wm_units_decode(part, origin, units, &count, NULL), WM_BAD_RECORD);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_units_come_back_as_they_were),
        cmocka_unit_test(the_ends_of_a_sector_come_back_too),
        cmocka_unit_test(endings_are_the_twenty_letters),
        cmocka_unit_test(a_text_of_version_1_is_read),
        cmocka_unit_test(what_is_no_such_text_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

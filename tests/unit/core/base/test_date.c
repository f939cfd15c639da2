/* test_date.c: the calendar, against the counting of days one by one. */
#include "testing.h"

#include <waymark/sys/date.h>

static wm_date day(const char *text)
{
    wm_date date = 0;
    assert_true(wm_date_parse(wm_str_of(text), &date));
    return date;
}

static void every_day_from_year_1_to_9999_follows_the_one_before(void **state)
{
    (void)state;
    wm_civil expected = { 1, 1, 1 };
    for (wm_date date = WM_DATE_MIN; date <= WM_DATE_MAX; date++) {
        wm_civil civil = wm_date_to_civil(date);
        wm_date back = 0;
        if (civil.year != expected.year || civil.month != expected.month ||
            civil.day != expected.day || !wm_date_from_civil(civil, &back) || back != date) {
            fail_msg("day %d", (int)date);
        }
        if (expected.day < wm_days_in_month(expected.year, expected.month)) {
            expected.day++;
        } else {
            expected.day = 1;
            expected.year += expected.month == 12 ? 1 : 0;
            expected.month = expected.month == 12 ? 1 : expected.month + 1;
        }
    }
    assert_int_equal(expected.year, 10000);
}

static void a_missing_day_rounds_up_to_the_first_of_the_next_month(void **state)
{
    (void)state;
    assert_int_equal(wm_date_add_months(day("2004-02-29"), 18 * 12), day("2022-03-01"));
    assert_int_equal(wm_date_add_months(day("2025-08-31"), 6), day("2026-03-01"));
    assert_int_equal(wm_date_add_months(day("2023-08-31"), 6), day("2024-03-01"));
    assert_int_equal(wm_date_add_months(day("2025-01-31"), 1), day("2025-03-01"));
    assert_int_equal(wm_date_add_months(day("2025-12-31"), 12), day("2026-12-31"));
    assert_int_equal(wm_date_add_months(day("2025-03-15"), -3), day("2024-12-15"));
    assert_int_equal(wm_date_add_months(WM_DATE_MAX, 1), WM_DATE_MAX);
    assert_int_equal(wm_date_add_months(WM_DATE_MIN, -1), WM_DATE_MIN);
}

static void dates_are_read_exactly_or_not_at_all(void **state)
{
    (void)state;
    wm_date first = 0;
    wm_date last = 0;
    static const char *const bad[] = { "",           "2026-1-01",  "2026-02-30", "2026-13-01",
                                       "0000-01-01", "2026/01/01", "2026-01-1x", "+026-01-01",
                                       "20260101",   "2026-00" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(wm_date_parse(wm_str_of(bad[i]), &first));
        assert_false(wm_date_parse_partial(wm_str_of(bad[i]), &first, &last));
    }
    assert_true(wm_date_parse_partial(WM_STR("2024-02"), &first, &last));
    assert_int_equal(first, day("2024-02-01"));
    assert_int_equal(last, day("2024-02-29"));
    assert_true(wm_date_parse_partial(WM_STR("2001"), &first, &last));
    assert_int_equal(first, day("2001-01-01"));
    assert_int_equal(last, day("2001-12-31"));
    char text[WM_DATE_TEXT_BYTES];
    assert_string_equal(wm_date_format(day("0099-01-09"), text), "0099-01-09");
}

static void weekdays_and_unix_time(void **state)
{
    (void)state;
    assert_int_equal(wm_date_weekday(day("1970-01-01")), 3);
    assert_int_equal(wm_date_weekday(day("2026-11-21")), 5);
    assert_int_equal(wm_date_weekday(day("1900-01-01")), 0);
    assert_int_equal(wm_date_from_unix(0), day("1970-01-01"));
    assert_int_equal(wm_date_from_unix(-1), day("1969-12-31"));
    assert_int_equal(wm_date_from_unix(1767571199), day("2026-01-04"));
    assert_int_equal(wm_date_from_unix(INT64_MAX), WM_DATE_MAX);
    assert_int_equal(wm_date_in_england(1767571199), day("2026-01-04")); /* 23:59:59 */
    assert_int_equal(wm_date_in_england(1774744200), day("2026-03-29")); /* before the change */
    assert_int_equal(wm_date_in_england(1782860399), day("2026-06-30")); /* 22:59:59 UTC */
    assert_int_equal(wm_date_in_england(1782860400), day("2026-07-01"));
    assert_int_equal(wm_date_in_england(1792882800), day("2026-10-25"));
    assert_int_equal(wm_date_in_england(1792971000), day("2026-10-25")); /* winter: 23:30 UTC */
    assert_int_equal(wm_date_in_england(-1), day("1969-12-31"));
    assert_int_equal(wm_date_in_england(INT64_MAX), WM_DATE_MAX);
    assert_int_equal(wm_date_in_england(INT64_MIN), WM_DATE_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_from_year_1_to_9999_follows_the_one_before),
        cmocka_unit_test(a_missing_day_rounds_up_to_the_first_of_the_next_month),
        cmocka_unit_test(dates_are_read_exactly_or_not_at_all),
        cmocka_unit_test(weekdays_and_unix_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

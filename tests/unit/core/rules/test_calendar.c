/* test_calendar.c: every form of age and event against a naive loop, day by day.
 *
 * The naive form is the sentence of the language itself, tried on each birth date: "d + min <= t
 * and t < d + (max + its own unit, or before)". The engine works with intervals; both must agree on
 * every day of years that hold leap days, short months and school cut-offs. */
#include "eligibility_bench.h"

#include "rules/calendar.h"

#include <stdio.h>

static wm_date day(int year, int month, int day_of_month)
{
    wm_date date = 0;
    assert_true(wm_date_from_civil((wm_civil){ year, month, day_of_month }, &date));
    return date;
}

/* By trying the years one by one. */
static wm_date naive_cutoff(wm_date t)
{
    int year = 2034;
    while (day(year, 9, 1) > t) {
        year--;
    }
    return day(year, 8, 31);
}

static void the_latest_date_is_the_last_that_reaches_the_day(void **state)
{
    (void)state;
    for (wm_date t = day(2023, 12, 1); t <= day(2024, 4, 30); t++) {
        for (int months = 0; months <= 60; months++) {
            wm_date latest = wm_latest_date_plus(t, months);
            assert_true(wm_date_add_months(latest, months) <= t);
            assert_true(wm_date_add_months(latest + 1, months) > t);
        }
    }
    assert_int_equal(wm_latest_date_plus(day(1, 1, 1), 1), WM_DATES_BEFORE);
}

static void the_sum_of_date_and_months_never_falls(void **state)
{
    (void)state;
    for (int months = 0; months <= 36; months++) {
        for (wm_date d = day(2019, 1, 1); d <= day(2024, 12, 31); d++) {
            assert_true(wm_date_add_months(d, months) <= wm_date_add_months(d + 1, months));
        }
    }
}

static void whole_months_are_the_most_that_fit(void **state)
{
    (void)state;
    for (wm_date d = day(2022, 12, 25); d <= day(2023, 3, 5); d++) {
        for (wm_date t = d; t <= day(2025, 3, 5); t++) {
            int32_t months = wm_whole_months(d, t);
            assert_true(wm_date_add_months(d, months) <= t);
            assert_true(wm_date_add_months(d, months + 1) > t);
        }
    }
}

static void the_cutoff_is_the_31_august_before_the_school_year(void **state)
{
    (void)state;
    for (wm_date t = day(2022, 1, 1); t <= day(2025, 12, 31); t++) {
        assert_int_equal(wm_school_cutoff(t), naive_cutoff(t));
        wm_date from = wm_cutoff_from(t);
        assert_true(from >= t && wm_cutoff_before(from) < t);
        assert_int_equal(wm_date_to_civil(from).month, 8);
        assert_int_equal(wm_date_to_civil(from).day, 31);
    }
}

/* ---- every form of age, every birth date --------------------------------------------------- */

typedef struct form {
    const char *json;
    int min; /* months, -1: none */
    int end; /* months, exclusive, -1: none */
    bool cutoff;
} form;

static const form ages[] = {
    { "{'min':1}", 12, -1, false },
    { "{'max':1}", -1, 24, false },
    { "{'before':2}", -1, 24, false },
    { "{'min':1,'max':1}", 12, 24, false },
    { "{'min':0,'before':1}", 0, 12, false },
    { "{'min':{'y':0,'m':6}}", 6, -1, false },
    { "{'max':{'y':0,'m':6}}", -1, 7, false },
    { "{'before':{'m':18}}", -1, 18, false },
    { "{'min':{'m':1},'max':{'m':1}}", 1, 2, false },
    { "{'min':{'m':13},'before':{'m':23}}", 13, 23, false },
    { "{'min':{'y':1,'m':11},'max':4}", 23, 60, false },
    { "{'max':{'y':1,'m':0}}", -1, 13, false },
    { "{'min':1,'on':'school_cutoff'}", 12, -1, true },
    { "{'max':1,'on':'school_cutoff'}", -1, 24, true },
    { "{'min':1,'max':2,'on':'school_cutoff'}", 12, 36, true },
    { "{'min':{'m':6},'before':{'m':18},'on':'school_cutoff'}", 6, 18, true },
    { "{'before':{'y':2,'m':6},'on':'school_cutoff'}", -1, 30, true },
};

static bool naive_holds(const form *f, wm_date d, wm_date t)
{
    return (f->min < 0 || wm_date_add_months(d, f->min) <= t) &&
           (f->end < 0 || t < wm_date_add_months(d, f->end));
}

/* What the near miss says, by trying every day. The leaf of an age is only ever tried at or after
 * the birth. */
static void check_days(const form *f, wm_date d, const wm_verdict_result *result)
{
    wm_date first = WM_DATE_NONE;
    wm_date last = WM_DATE_NONE;
    for (wm_date t = d - 40; t <= d + 366 * 8; t++) {
        if (naive_holds(f, d, f->cutoff ? naive_cutoff(t) : t)) {
            first = first == WM_DATE_NONE ? t : first;
            last = t;
        }
    }
    assert_int_equal(result->starts_on, f->min >= 0 ? first : WM_DATE_NONE);
    assert_int_equal(result->ends_on, f->end >= 0 ? last : WM_DATE_NONE);
}

static void every_age_agrees_with_the_naive_loop_day_by_day(void **state)
{
    (void)state;
    static const int days[][3] = { { 2024, 2, 28 }, { 2024, 2, 29 }, { 2024, 3, 1 },
                                   { 2025, 2, 28 }, { 2025, 3, 1 },  { 2025, 8, 31 },
                                   { 2025, 9, 1 },  { 2024, 3, 31 }, { 2024, 12, 31 } };
    for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++) {
        bench t;
        bench_start(&t);
        char text[160];
        (void)snprintf(text, sizeof text, "{'who':{'age':%s}}", ages[i].json);
        bench_service(&t, text);
        for (size_t k = 0; k < sizeof days / sizeof days[0]; k++) {
            wm_date as_of = day(days[k][0], days[k][1], days[k][2]);
            for (wm_date d = as_of - 366 * 5; d <= as_of; d++) {
                wm_arena_reset(&t.arena);
                char date[WM_DATE_TEXT_BYTES];
                (void)snprintf(text, sizeof text, "{'age':{'dob':'%s'}}", wm_date_format(d, date));
                bench_facts(&t, as_of, text);
                wm_verdict_result result = bench_evaluate(&t);
                wm_date on = ages[i].cutoff ? naive_cutoff(as_of) : as_of;
                bool holds = naive_holds(&ages[i], d, on);
                assert_int_equal(result.value, holds ? WM_TRUTH_T : WM_TRUTH_F);
                if (!holds && d % 31 == 0) {
                    check_days(&ages[i], d, &result);
                }
            }
        }
        bench_stop(&t);
    }
}

/* ---- every form of a partial age: T for all, F for none ------------------------------------- */

/* The birth dates that an age fact leaves possible, by its words alone. */
static bool naive_possible(const form *fact, wm_date d, wm_date t)
{
    return d <= t && naive_holds(fact, d, t);
}

static void every_partial_age_holds_for_all_for_none_or_is_unknown(void **state)
{
    (void)state;
    static const form facts[] = {
        { "{'years':1}", 12, 24, false },
        { "{'years':0}", 0, 12, false },
        { "{'months':6}", 6, 7, false },
        { "{'months':13}", 13, 14, false },
        { "{'min':1,'max':2}", 12, 36, false },
        { "{'min':{'y':1,'m':1},'max':{'y':1,'m':3}}", 13, 16, false },
        { "{'max':{'m':18}}", -1, 19, false },
        { "{'min':{'m':3},'max':1}", 3, 24, false },
    };
    for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++) {
        bench t;
        bench_start(&t);
        char text[160];
        (void)snprintf(text, sizeof text, "{'who':{'age':%s}}", ages[i].json);
        bench_service(&t, text);
        for (size_t k = 0; k < sizeof facts / sizeof facts[0]; k++) {
            for (wm_date as_of = day(2024, 2, 20); as_of <= day(2025, 3, 5); as_of += 7) {
                bool all = true;
                bool some = false;
                wm_date on = ages[i].cutoff ? naive_cutoff(as_of) : as_of;
                for (wm_date d = as_of - 366 * 4; d <= as_of; d++) {
                    if (naive_possible(&facts[k], d, as_of)) {
                        bool holds = naive_holds(&ages[i], d, on);
                        all = all && holds;
                        some = some || holds;
                    }
                }
                wm_arena_reset(&t.arena);
                (void)snprintf(text, sizeof text, "{'age':%s}", facts[k].json);
                bench_facts(&t, as_of, text);
                assert_int_equal(bench_evaluate(&t).value, all    ? WM_TRUTH_T
                                                           : some ? WM_TRUTH_U
                                                                  : WM_TRUTH_F);
            }
        }
        bench_stop(&t);
    }
}

/* ---- every form of since -------------------------------------------------------------------- */

static void every_event_agrees_with_the_naive_loop_day_by_day(void **state)
{
    (void)state;
    static const form sinces[] = {
        { "'within':1", -1, 12, false },
        { "'within':{'m':12}", -1, 12, false },
        { "'min':{'m':6}", 6, -1, false },
        { "'min':{'m':1},'within':{'m':6}", 1, 6, false },
        { "'min':1,'within':{'y':1,'m':6}", 12, 18, false },
    };
    for (size_t i = 0; i < sizeof sinces / sizeof sinces[0]; i++) {
        bench t;
        bench_start(&t);
        char text[160];
        (void)snprintf(text, sizeof text, "{'who':{'since':{'event':'e',%s}}}", sinces[i].json);
        bench_service(&t, text);
        for (wm_date as_of = day(2024, 2, 27); as_of <= day(2024, 3, 2); as_of++) {
            for (wm_date d = as_of - 366 * 3; d <= as_of + 60; d++) {
                wm_arena_reset(&t.arena);
                char date[WM_DATE_TEXT_BYTES];
                (void)snprintf(text, sizeof text, "{'e':{'date':'%s'}}", wm_date_format(d, date));
                bench_facts(&t, as_of, text);
                wm_verdict_result result = bench_evaluate(&t);
                bool holds = d <= as_of && naive_holds(&sinces[i], d, as_of);
                assert_int_equal(result.value, holds ? WM_TRUTH_T : WM_TRUTH_F);
                if (!holds) {
                    wm_date first = WM_DATE_NONE;
                    wm_date last = WM_DATE_NONE;
                    for (wm_date day_on = d; day_on <= d + 366 * 4; day_on++) {
                        if (naive_holds(&sinces[i], d, day_on)) {
                            first = first == WM_DATE_NONE ? day_on : first;
                            last = day_on;
                        }
                    }
                    assert_int_equal(result.starts_on, first);
                    assert_int_equal(result.ends_on, sinces[i].end >= 0 ? last : WM_DATE_NONE);
                }
            }
        }
        bench_stop(&t);
    }
}

/* Bounds as numbers say of a person what the intervals of dates say. */
static void compare_span(wm_date_range known, wm_date t, const wm_months_range *range)
{
    wm_date_range holds = wm_dates_within(t, range);
    wm_date first = known.first > holds.first ? known.first : holds.first;
    wm_date last = known.last < holds.last ? known.last : holds.last;
    wm_months_span span = wm_months_between(known, t);
    assert_int_equal(wm_span_is_within(span, range),
                     holds.first <= known.first && known.last <= holds.last);
    assert_int_equal(wm_span_meets(span, range), first <= last);
}

static void a_span_of_months_agrees_with_the_dates(void **state)
{
    (void)state;
    wm_test_random random = wm_test_random_new(20261122);
    for (int round = 0; round < 300000; round++) {
        wm_date t = day(2023, 1, 1) + (wm_date)(wm_test_random_next(&random) % 1500);
        wm_date born = day(2019, 1, 1) + (wm_date)(wm_test_random_next(&random) % 2600);
        wm_date days = (wm_date)(wm_test_random_next(&random) % 3 * 200);
        days = days > 0 ? (wm_date)(wm_test_random_next(&random) % (unsigned)days) : 0;
        wm_months_range range = { wm_test_random_next(&random) % 4 > 0,
                                  wm_test_random_next(&random) % 4 > 0,
                                  (int32_t)(wm_test_random_next(&random) % 60),
                                  (int32_t)(wm_test_random_next(&random) % 60) };
        compare_span((wm_date_range){ born, born + days }, t, &range);
    }
    wm_months_range all = { true, true, 0, 1800 };
    wm_months_range none = { true, true, 5, 5 };
    compare_span((wm_date_range){ WM_DATE_MIN, day(2024, 2, 29) }, day(2024, 2, 29), &all);
    compare_span((wm_date_range){ WM_DATE_MIN, WM_DATE_MIN }, WM_DATE_MIN, &all);
    compare_span((wm_date_range){ day(2023, 1, 1), day(2024, 1, 1) }, day(2024, 1, 1), &none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_latest_date_is_the_last_that_reaches_the_day),
        cmocka_unit_test(the_sum_of_date_and_months_never_falls),
        cmocka_unit_test(whole_months_are_the_most_that_fit),
        cmocka_unit_test(a_span_of_months_agrees_with_the_dates),
        cmocka_unit_test(the_cutoff_is_the_31_august_before_the_school_year),
        cmocka_unit_test(every_age_agrees_with_the_naive_loop_day_by_day),
        cmocka_unit_test(every_partial_age_holds_for_all_for_none_or_is_unknown),
        cmocka_unit_test(every_event_agrees_with_the_naive_loop_day_by_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

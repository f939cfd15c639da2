/* calendar.c: see calendar.h. */
#include "rules/calendar.h"

static wm_date last_of_august(int year)
{
    wm_date date = WM_DATE_MIN;
    if (!wm_date_from_civil((wm_civil){ year, 8, 31 }, &date)) {
        date = year < 1 ? WM_DATE_MIN : WM_DATE_MAX;
    }
    return date;
}

wm_date wm_latest_date_plus(wm_date day, int32_t months)
{
    /* In the month that lies `months` before: day k of it comes to the same k, or, where that month
     * is the longer one, to the first of the month after, which is past `day`. */
    wm_civil civil = wm_date_to_civil(day);
    int64_t total = (int64_t)civil.year * 12 + (civil.month - 1) - months;
    if (total < 12) {
        return WM_DATES_BEFORE;
    }
    int year = (int)(total / 12);
    int month = (int)(total % 12) + 1;
    int last = wm_days_in_month(year, month);
    wm_date date = WM_DATES_BEFORE;
    if (!wm_date_from_civil((wm_civil){ year, month, civil.day < last ? civil.day : last },
                            &date)) {
        return WM_DATES_BEFORE;
    }
    return date;
}

wm_date_range wm_dates_within(wm_date day, const wm_months_range *range)
{
    wm_date_range dates = { WM_DATE_MIN, WM_DATE_MAX };
    if (range->has_min) {
        dates.last = wm_latest_date_plus(day, range->min);
    }
    if (range->has_end) {
        dates.first = wm_latest_date_plus(day, range->end) + 1;
    }
    return dates;
}

int32_t wm_whole_months(wm_date date, wm_date day)
{
    wm_civil from = wm_date_to_civil(date);
    wm_civil to = wm_date_to_civil(day);
    int32_t months = (to.year - from.year) * 12 + to.month - from.month;
    while (months > 0 && wm_date_add_months(date, months) > day) {
        months--;
    }
    return months;
}

wm_months_span wm_months_between(wm_date_range dates, wm_date day)
{
    return (wm_months_span){ dates.last <= day ? wm_whole_months(dates.last, day) : -1,
                             dates.first <= day ? wm_whole_months(dates.first, day) : -1 };
}

wm_date wm_school_cutoff(wm_date day)
{
    wm_civil civil = wm_date_to_civil(day);
    return last_of_august(civil.month >= 9 ? civil.year : civil.year - 1);
}

wm_date wm_cutoff_from(wm_date day)
{
    int year = wm_date_to_civil(day).year;
    wm_date same_year = last_of_august(year);
    return day <= same_year ? same_year : last_of_august(year + 1);
}

wm_date wm_cutoff_before(wm_date day)
{
    int year = wm_date_to_civil(day).year;
    wm_date same_year = last_of_august(year);
    return same_year < day ? same_year : last_of_august(year - 1);
}

/* moment.c: minutes of local time in England, and its bank holidays.
 *
 * Clock changes: since 1996 on the last Sundays of March and October, at 01:00 UTC (The Summer Time
 * Order 2002). The same rule is used for years before and after. */
#include <stdio.h>

#include "model/hours.h"

#define DAY_MINUTES 1440
#define HOUR_MINUTES 60

enum { MONDAY = 0, FRIDAY = 4, SUNDAY = 6 };

int64_t wm_moment_local(wm_moment moment)
{
    return (int64_t)moment.day * DAY_MINUTES + moment.minute;
}

wm_moment wm_moment_of_local(int64_t minutes)
{
    int64_t minute = minutes % DAY_MINUTES;
    minute += minute < 0 ? DAY_MINUTES : 0;
    return (wm_moment){ (wm_date)((minutes - minute) / DAY_MINUTES), (int32_t)minute };
}

static wm_date day_of(int year, int month, int day)
{
    wm_date date = 0;
    return wm_date_from_civil((wm_civil){ year, month, day }, &date) ? date : 0;
}

/* The last of a month that is such a day of the week. */
static wm_date last_weekday(int year, int month, int weekday)
{
    wm_date last = day_of(year, month, wm_days_in_month(year, month));
    return last - (wm_date_weekday(last) - weekday + 7) % 7;
}

static wm_date first_weekday(int year, int month, int weekday)
{
    wm_date first = day_of(year, month, 1);
    return first + (weekday - wm_date_weekday(first) + 7) % 7;
}

/* 01:00 UTC of the days on which the clocks change, in the year of a moment. */
typedef struct summer {
    int64_t begins;
    int64_t ends;
} summer;

static summer summer_of(int64_t minutes)
{
    int year = wm_date_to_civil(wm_moment_of_local(minutes).day).year;
    return (summer){ (int64_t)last_weekday(year, 3, SUNDAY) * DAY_MINUTES + HOUR_MINUTES,
                     (int64_t)last_weekday(year, 10, SUNDAY) * DAY_MINUTES + HOUR_MINUTES };
}

static int64_t utc_of_local(int64_t local)
{
    summer s = summer_of(local);
    bool ahead = local >= s.begins + HOUR_MINUTES && local < s.ends + HOUR_MINUTES;
    return ahead ? local - HOUR_MINUTES : local;
}

static int64_t local_of_utc(int64_t utc)
{
    summer s = summer_of(utc);
    return utc >= s.begins && utc < s.ends ? utc + HOUR_MINUTES : utc;
}

wm_date wm_date_in_england(int64_t seconds)
{
    wm_date day = wm_date_from_unix(seconds);
    if (day == WM_DATE_MIN || day == WM_DATE_MAX) {
        return day; /* cut, or as good as */
    }
    int64_t within = seconds - (int64_t)day * DAY_MINUTES * 60;
    return wm_moment_of_local(local_of_utc((int64_t)day * DAY_MINUTES + within / 60)).day;
}

static bool is_in_range(int64_t minutes)
{
    return minutes >= (int64_t)WM_DATE_MIN * DAY_MINUTES &&
           minutes < ((int64_t)WM_DATE_MAX + 1) * DAY_MINUTES;
}

int64_t wm_moment_after_gap(int64_t local)
{
    wm_moment moment = wm_moment_of_local(local);
    if (moment.minute < HOUR_MINUTES || moment.minute >= 2 * HOUR_MINUTES ||
        wm_date_weekday(moment.day) != SUNDAY) {
        return local;
    }
    int64_t begins = summer_of(local).begins;
    return local >= begins && local < begins + HOUR_MINUTES ? begins + HOUR_MINUTES : local;
}

/* Two digits up to `max`; -1: something else. */
static int two_digits(wm_str text, size_t at, int max)
{
    if (text.len < at + 2 || text.ptr[at] < '0' || text.ptr[at] > '9' || text.ptr[at + 1] < '0' ||
        text.ptr[at + 1] > '9') {
        return -1;
    }
    int value = (text.ptr[at] - '0') * 10 + (text.ptr[at + 1] - '0');
    return value <= max ? value : -1;
}

/* "HH:MM" as minutes; -1: something else. */
static int clock_time(wm_str text, size_t at)
{
    int hours = two_digits(text, at, 23);
    int minutes = two_digits(text, at + 3, 59);
    return hours < 0 || minutes < 0 || text.ptr[at + 2] != ':' ? -1 : hours * 60 + minutes;
}

/* Minutes ahead of UTC; false: not a zone. */
static bool parse_zone(wm_str zone, int *ahead_out)
{
    if (wm_str_is(zone, "Z")) {
        *ahead_out = 0;
        return true;
    }
    int ahead = zone.len == 6 ? clock_time(zone, 1) : -1;
    if (ahead < 0 || (zone.ptr[0] != '+' && zone.ptr[0] != '-')) {
        return false;
    }
    *ahead_out = zone.ptr[0] == '-' ? -ahead : ahead;
    return true;
}

bool wm_moment_parse(wm_str text, wm_moment *moment_out)
{
    wm_date day = 0;
    int minute = text.len >= 16 && text.ptr[10] == 'T' ? clock_time(text, 11) : -1;
    if (minute < 0 || !wm_date_parse((wm_str){ text.ptr, 10 }, &day)) {
        return false;
    }
    size_t at = 16;
    if (text.len > at && text.ptr[at] == ':') {
        if (two_digits(text, at + 1, 59) < 0) {
            return false;
        }
        at += 3;
    }
    int64_t minutes = (int64_t)day * DAY_MINUTES + minute;
    if (at == text.len) {
        minutes = wm_moment_after_gap(minutes) == minutes ? minutes : minutes + HOUR_MINUTES;
    } else {
        int ahead = 0;
        if (!parse_zone((wm_str){ text.ptr + at, text.len - at }, &ahead) ||
            !is_in_range(minutes - ahead)) {
            return false;
        }
        minutes = local_of_utc(minutes - ahead);
    }
    *moment_out = wm_moment_of_local(minutes);
    return true;
}

char *wm_moment_format(wm_moment moment, char text[WM_MOMENT_TEXT_BYTES])
{
    char day[WM_DATE_TEXT_BYTES];
    unsigned minute = (unsigned)moment.minute % DAY_MINUTES;
    (void)snprintf(text, WM_MOMENT_TEXT_BYTES, "%sT%02u:%02u", wm_date_format(moment.day, day),
                   minute / 60, minute % 60);
    return text;
}

int64_t wm_moment_minutes(wm_moment a, wm_moment b)
{
    return utc_of_local(wm_moment_local(b)) - utc_of_local(wm_moment_local(a));
}

/* ---- bank holidays ---- */

/* Easter Sunday (the anonymous Gregorian algorithm, as Meeus gives it). */
static wm_date easter(int year)
{
    int golden = year % 19;
    int century = year / 100;
    int rest = year % 100;
    int moon = (century - (century + 8) / 25 + 1) / 3;
    int epact = (19 * golden + century - century / 4 - moon + 15) % 30;
    int week = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    int late = (golden + 11 * epact + 22 * week) / 451;
    int days = epact + week - 7 * late + 114;
    return day_of(year, days / 31, days % 31 + 1);
}

/* Days of one year alone: holidays, and holidays that were moved away. */
static bool is_moved(wm_civil civil, bool *is_holiday_out)
{
    static const struct {
        wm_civil day;
        bool is_holiday;
    } moved[] = {
        { { 2020, 5, 4 }, false }, /* early May, moved to the anniversary of VE Day */
        { { 2020, 5, 8 }, true },  { { 2022, 5, 30 }, false }, /* spring, moved to the jubilee */
        { { 2022, 6, 2 }, true },  { { 2022, 6, 3 }, true },   /* Platinum Jubilee */
        { { 2022, 9, 19 }, true },                             /* funeral of Elizabeth II */
        { { 2023, 5, 8 }, true },                              /* coronation of Charles III */
    };
    for (size_t i = 0; i < sizeof moved / sizeof moved[0]; i++) {
        wm_civil day = moved[i].day;
        if (day.year == civil.year && day.month == civil.month && day.day == civil.day) {
            *is_holiday_out = moved[i].is_holiday;
            return true;
        }
    }
    return false;
}

/* New Year's Day, or the Monday for one on a weekend. */
static bool is_new_year(int day, int weekday)
{
    return day == 1 ? weekday < 5 : (day == 2 || day == 3) && weekday == MONDAY;
}

/* 25 and 26 December; 27 and 28 stand for those that fall on a weekend. */
static bool is_christmas(int day, int weekday)
{
    bool itself = (day == 25 || day == 26) && weekday < 5;
    return itself || ((day == 27 || day == 28) && weekday <= 1);
}

bool wm_is_bank_holiday(wm_date day)
{
    wm_civil civil = wm_date_to_civil(day);
    int weekday = wm_date_weekday(day);
    bool moved = false;
    if (weekday > FRIDAY) {
        return false;
    }
    if (is_moved(civil, &moved)) {
        return moved;
    }
    switch (civil.month) {
    case 1: return is_new_year(civil.day, weekday);
    case 3:
    case 4: {
        wm_date sunday = easter(civil.year);
        return day == sunday - 2 || day == sunday + 1;
    }
    case 5:
        return day == first_weekday(civil.year, 5, MONDAY) ||
               day == last_weekday(civil.year, 5, MONDAY);
    case 8: return day == last_weekday(civil.year, 8, MONDAY);
    case 12: return is_christmas(civil.day, weekday);
    default: return false;
    }
}

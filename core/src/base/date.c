/* date.c: the proleptic Gregorian calendar by arithmetic on 400-year cycles of 146,097 days.
 * Years are counted from 1 March, so that a leap day is the last day of its year. */
#include <waymark/sys/date.h>

#define DAYS_PER_CYCLE 146097
#define DAYS_TO_1970 719468 /* from 0000-03-01 to 1970-01-01 */

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int wm_days_in_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

static wm_date days_from_civil(int year, int month, int day)
{
    int from_march = (month + 9) % 12;
    int y = month <= 2 ? year - 1 : year;
    int cycle = y / 400;
    int year_of_cycle = y % 400;
    int day_of_year = (153 * from_march + 2) / 5 + day - 1;
    int day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    return cycle * DAYS_PER_CYCLE + day_of_cycle - DAYS_TO_1970;
}

bool wm_date_from_civil(wm_civil civil, wm_date *date_out)
{
    if (civil.year < 1 || civil.year > 9999 || civil.month < 1 || civil.month > 12 ||
        civil.day < 1 || civil.day > wm_days_in_month(civil.year, civil.month)) {
        return false;
    }
    *date_out = days_from_civil(civil.year, civil.month, civil.day);
    return true;
}

wm_civil wm_date_to_civil(wm_date date)
{
    int days = date + DAYS_TO_1970; /* positive over the whole range */
    int cycle = days / DAYS_PER_CYCLE;
    int day_of_cycle = days % DAYS_PER_CYCLE;
    int year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 -
                         day_of_cycle / (DAYS_PER_CYCLE - 1)) /
                        365;
    int day_of_year =
        day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    int from_march = (5 * day_of_year + 2) / 153;
    wm_civil civil;
    civil.day = day_of_year - (153 * from_march + 2) / 5 + 1;
    civil.month = from_march < 10 ? from_march + 3 : from_march - 9;
    civil.year = cycle * 400 + year_of_cycle + (civil.month <= 2 ? 1 : 0);
    return civil;
}

wm_date wm_date_add_months(wm_date date, int months)
{
    wm_civil civil = wm_date_to_civil(date);
    int64_t total = (int64_t)civil.year * 12 + (civil.month - 1) + months;
    if (total < 12) {
        return WM_DATE_MIN;
    }
    if (total >= (int64_t)10000 * 12) {
        return WM_DATE_MAX;
    }
    int year = (int)(total / 12);
    int month = (int)(total % 12) + 1;
    int last = wm_days_in_month(year, month);
    if (civil.day <= last) {
        return days_from_civil(year, month, civil.day);
    }
    wm_date next = days_from_civil(year, month, last) + 1;
    return next > WM_DATE_MAX ? WM_DATE_MAX : next;
}

int wm_date_weekday(wm_date date)
{
    /* 1970-01-01 was a Thursday. */
    int weekday = (date + 3) % 7;
    return weekday < 0 ? weekday + 7 : weekday;
}

/* Reads exactly `count` digits at `at`; -1 if they are not all digits. */
static int digits(wm_str text, size_t at, size_t count)
{
    int value = 0;
    for (size_t i = at; i < at + count; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return -1;
        }
        value = value * 10 + (text.ptr[i] - '0');
    }
    return value;
}

bool wm_date_parse(wm_str text, wm_date *date_out)
{
    if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-') {
        return false;
    }
    wm_civil civil = { digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2) };
    return wm_date_from_civil(civil, date_out);
}

bool wm_date_parse_partial(wm_str text, wm_date *first_out, wm_date *last_out)
{
    if (text.len == 10) {
        if (!wm_date_parse(text, first_out)) {
            return false;
        }
        *last_out = *first_out;
        return true;
    }
    if (text.len != 4 && (text.len != 7 || text.ptr[4] != '-')) {
        return false;
    }
    int year = digits(text, 0, 4);
    int first_month = text.len == 7 ? digits(text, 5, 2) : 1;
    int last_month = text.len == 7 ? first_month : 12;
    if (year < 1 || first_month < 1 || first_month > 12) {
        return false;
    }
    *first_out = days_from_civil(year, first_month, 1);
    *last_out = days_from_civil(year, last_month, wm_days_in_month(year, last_month));
    return true;
}

char *wm_date_format(wm_date date, char text_out[WM_DATE_TEXT_BYTES])
{
    wm_civil civil = wm_date_to_civil(date);
    static const int divisors[] = { 1000, 100, 10, 1 };
    for (int i = 0; i < 4; i++) {
        text_out[i] = (char)('0' + civil.year / divisors[i] % 10);
    }
    text_out[4] = '-';
    text_out[5] = (char)('0' + civil.month / 10);
    text_out[6] = (char)('0' + civil.month % 10);
    text_out[7] = '-';
    text_out[8] = (char)('0' + civil.day / 10);
    text_out[9] = (char)('0' + civil.day % 10);
    text_out[10] = '\0';
    return text_out;
}

wm_date wm_date_from_unix(int64_t seconds)
{
    int64_t days = seconds / 86400;
    if (seconds % 86400 < 0) {
        days--;
    }
    if (days < WM_DATE_MIN) {
        return WM_DATE_MIN;
    }
    return days > WM_DATE_MAX ? WM_DATE_MAX : (wm_date)days;
}

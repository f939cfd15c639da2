/* date.h: civil dates of the proleptic Gregorian calendar, as day numbers. No clock, no time zone.
 * Range: years 1 to 9999. */
#ifndef WAYMARK_SYS_DATE_H
#define WAYMARK_SYS_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include <waymark/sys/error.h>
#include <waymark/sys/str.h>

WM_BEGIN_DECLS

/* Days since 1970-01-01; negative before. */
typedef int32_t wm_date;

#define WM_DATE_MIN ((wm_date)-719162) /* 0001-01-01 */
#define WM_DATE_MAX ((wm_date)2932896) /* 9999-12-31 */
#define WM_DATE_TEXT_BYTES 11          /* "2026-01-31" and NUL */

typedef struct wm_civil {
    int year;  /* 1 to 9999 */
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
} wm_civil;

/* 28 to 31. */
WM_API int wm_days_in_month(int year, int month);
/* False if there is no such day; date_out is then untouched. */
WM_API WM_MUST_USE bool wm_date_from_civil(wm_civil civil, wm_date *date_out);
WM_API wm_civil wm_date_to_civil(wm_date date);

/* `date` plus calendar months (may be negative). A day that the month does not have rounds up to
 * the first of the next month: 31 Aug + 6 is 1 Mar, 29 Feb + 216 is 1 Mar (CRITERIA, "Age"). Cut to
 * the range of wm_date. */
WM_API wm_date wm_date_add_months(wm_date date, int months);
/* 0 Monday to 6 Sunday. */
WM_API int wm_date_weekday(wm_date date);

/* Exactly "YYYY-MM-DD". */
WM_API WM_MUST_USE bool wm_date_parse(wm_str text, wm_date *date_out);
/* "YYYY-MM-DD", "YYYY-MM" or "YYYY": the first and the last day that it may be. */
WM_API WM_MUST_USE bool wm_date_parse_partial(wm_str text, wm_date *first_out, wm_date *last_out);
/* Writes "YYYY-MM-DD" and NUL; returns text_out. */
WM_API char *wm_date_format(wm_date date, char text_out[WM_DATE_TEXT_BYTES]);
/* The UTC day of a time in seconds since 1970, cut to the range. */
WM_API wm_date wm_date_from_unix(int64_t seconds);
/* The day in England at that time, which in summer begins an hour before that of UTC. */
WM_API wm_date wm_date_in_england(int64_t seconds);

WM_END_DECLS

#endif

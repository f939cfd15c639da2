/* calendar.h: ages and times since an event, in whole calendar months.
 *
 * date + months is wm_date_add_months: a missing day rounds up. That sum never falls as the date
 * rises, so the dates for which "date + months <= day" holds are all those up to one last date, and
 * every condition on age or time since is one interval of dates. */
#ifndef WAYMARK_RULES_CALENDAR_H
#define WAYMARK_RULES_CALENDAR_H

#include <waymark/sys/date.h>

/* Before and after every date. */
#define WM_DATES_BEFORE (WM_DATE_MIN - 1)
#define WM_DATES_AFTER (WM_DATE_MAX + 1)

/* A bound on an age or a time in months; absent ones do not bind. */
typedef struct wm_months_range {
    bool has_min;
    bool has_end;
    int32_t min; /* date + min <= day */
    int32_t end; /* day < date + end */
} wm_months_range;

typedef struct wm_date_range {
    wm_date first;
    wm_date last; /* empty when below first */
} wm_date_range;

/* The latest date with date + months <= day; WM_DATES_BEFORE if there is none. months >= 0. */
wm_date wm_latest_date_plus(wm_date day, int32_t months);
/* The dates for which the bounds hold on `day`. */
wm_date_range wm_dates_within(wm_date day, const wm_months_range *range);
/* Whole months from `date` to `day` (date <= day): the greatest m with date + m <= day. */
int32_t wm_whole_months(wm_date date, wm_date day);

/* How old somebody is, whose date is not known to the day: whole months from the last and from the
 * first of the dates; -1: not even 0 (the date is after the day). */
typedef struct wm_months_span {
    int32_t least;
    int32_t most;
} wm_months_span;

/* first <= last. So that a bound is a comparison of numbers: for date in [first, last],
 * wm_dates_within(day, range) has all of them if wm_span_is_within, and some if
 * wm_span_meets. */
wm_months_span wm_months_between(wm_date_range dates, wm_date day);

/* A range without a day in it (end <= min) holds nobody. */
static inline bool wm_span_is_within(wm_months_span span, const wm_months_range *range)
{
    return (!range->has_min || range->min <= span.least) &&
           (!range->has_end || span.most < range->end);
}

static inline bool wm_span_meets(wm_months_span span, const wm_months_range *range)
{
    return (!range->has_min || range->min <= span.most) &&
           (!range->has_end || span.least < range->end) &&
           (!range->has_min || !range->has_end || range->min < range->end);
}

/* The latest 31 August before the academic year (from 1 September) that `day` is in. */
wm_date wm_school_cutoff(wm_date day);
/* The first 31 August that is `day` or later, and the last that is before it. */
wm_date wm_cutoff_from(wm_date day);
wm_date wm_cutoff_before(wm_date day);

#endif

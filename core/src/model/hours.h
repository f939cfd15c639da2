/* hours.h: when a service is open (CLI.md, "hours"): pure, by rule, with no time zone database.
 *
 * Times are those of Europe/London: UTC, and one hour ahead from 01:00 UTC on the last Sunday of
 * March to 01:00 UTC on the last Sunday of October. What the words of a timetable mean:
 *
 *  - A line that closes earlier than it opens runs past midnight. The night belongs to the day on
 *    which it began: a Friday from 22:00 to 04:00 goes on into Saturday whatever Saturday is.
 *  - Lines that touch or overlap are one opening: 09:00 to 12:00 and 12:00 to 17:00 close at 17:00.
 *  - `except` says all that there is of its day, in place of the other lines; also outside of
 *    valid_from and valid_to. A day that is both closed and given times is closed.
 *  - Before valid_from it is closed, and opens when that says. After valid_to, once nothing more is
 *    said of any later day, the hours are not known: a timetable that has run out says nothing of
 *    today.
 *  - On a bank holiday, as `bank_holidays` says. Where it says nothing: closed at the hours at
 *    which it is closed on that day of any week, else not known. Most services close, lines at
 *    night often do not, and somebody may stand before the door. Only a timetable of all hours of
 *    the week stays open. Christmas Day, Boxing Day and New Year's Day count on their own day, too,
 *    when they fall on a weekend and another day is taken for them.
 *  - Where the clocks go forward, 01:00 to 02:00 is not there: what would begin or end in it does
 *    so at 02:00. Where they go back it is there twice, and what is open then is open both times.
 */
#ifndef WAYMARK_MODEL_HOURS_H
#define WAYMARK_MODEL_HOURS_H

#include <waymark/sys/date.h>
#include <waymark/sys/json.h>

/* A minute of local time. */
typedef struct wm_moment {
    wm_date day;
    int32_t minute; /* of the day: 0 to 1439 */
} wm_moment;

#define WM_MOMENT_TEXT_BYTES 17 /* "2026-11-22T03:10" and NUL */

/* "2026-11-22T03:10", with ":SS" or not, and "Z", "+01:00" or nothing (then local; a local time
 * that the clocks skip is one hour later). Becomes local time. False: not a moment. */
WM_MUST_USE bool wm_moment_parse(wm_str text, wm_moment *moment_out);
char *wm_moment_format(wm_moment moment, char text[WM_MOMENT_TEXT_BYTES]);
/* Minutes that pass from a to b: 60 fewer or more across a change of the clocks. Of an hour that is
 * there twice the first is meant. */
int64_t wm_moment_minutes(wm_moment a, wm_moment b);

/* Minutes since 1970-01-01T00:00 of the local calendar, and back; days before it are negative. */
int64_t wm_moment_local(wm_moment moment);
wm_moment wm_moment_of_local(int64_t minutes);
/* The local time itself, or 02:00 where the clocks skip it. */
int64_t wm_moment_after_gap(int64_t local);

/* Bank holidays of England, by rule (gov.uk/bank-holidays), with the one-off days of 2020, 2022 and
 * 2023. */
bool wm_is_bank_holiday(wm_date day);

/* Puts the compiled form of an `hours` object. NULL, or one that wm_record_check refuses, puts
 * nothing: then they are not known. Position-independent, little-endian, never exchanged. */
WM_MUST_USE wm_status wm_hours_encode(const wm_json *hours, wm_buf *out, wm_error *err);

typedef struct wm_opening {
    bool known; /* false: the record does not say, and the rest is empty */
    bool always;
    bool now;
    bool has_until; /* now, and it closes: `until` is the first minute at which it is closed */
    wm_moment until;
    bool has_next; /* not now, and it opens within 400 days: `next` */
    wm_moment next;
    bool has_maybe; /* it may open sooner than that: at `maybe`, on a bank holiday */
    wm_moment maybe;
} wm_opening;

/* The opening at a moment; `bytes` is what wm_hours_encode put (empty: not known). WM_CORRUPT:
 * damaged. Allocates nothing. */
WM_MUST_USE wm_status wm_hours_at(wm_str bytes, wm_moment now, wm_opening *opening_out,
                                  wm_error *err);

/* Of the 168 hours of the week from `monday` (its 00:00 is 0), those in which it is open for at
 * least half: bit h of byte h / 8. As in any week: without bank holidays, exceptions, monthly days
 * and changes of the clocks, but within its dates. Not known: none. For the gap report. */
WM_MUST_USE wm_status wm_hours_week(wm_str bytes, wm_date monday, uint8_t week_out[21],
                                    wm_error *err);

#endif

/* hours.h: when a service is open (CLI.md, "hours"): pure, by rule, with no time zone database.
 *
 * Times are those of Europe/London: UTC, and one hour ahead from 01:00 UTC on the last Sunday of
 * March to 01:00 UTC on the last Sunday of October. */
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

/* "2026-11-22T03:10", with ":SS" or not, and "Z", "+01:00" or nothing (then local). Becomes local
 * time. False: not a moment. */
WM_MUST_USE bool wm_moment_parse(wm_str text, wm_moment *moment_out);
char *wm_moment_format(wm_moment moment, char text[WM_MOMENT_TEXT_BYTES]);
/* Minutes from a to b as a clock on the wall of elapsed time counts them: 60 fewer or more across a
 * change of the clocks. */
int64_t wm_moment_minutes(wm_moment a, wm_moment b);

/* Bank holidays of England, by rule, with the one-off days of 2020, 2022 and 2023. */
bool wm_is_bank_holiday(wm_date day);

/* Puts the compiled form of an `hours` object that passed wm_record_check; NULL puts nothing.
 * Position-independent, little-endian, of one database, never exchanged. */
WM_MUST_USE wm_status wm_hours_encode(const wm_json *hours, wm_buf *out, wm_error *err);

typedef struct wm_opening {
    bool known; /* false: the record does not say */
    bool always;
    bool now;
    bool has_until; /* now, and it closes: `until` is the first minute at which it is closed */
    wm_moment until;
    bool has_next; /* not now, and it opens within 400 days: `next` */
    wm_moment next;
} wm_opening;

/* The opening at a moment; `bytes` is what wm_hours_encode put (empty: not known). WM_CORRUPT:
 * damaged. Allocates nothing. */
WM_MUST_USE wm_status wm_hours_at(wm_str bytes, wm_moment now, wm_opening *opening_out,
                                  wm_error *err);

/* Of the 168 hours of an ordinary week (Monday 00:00 is 0), those in which it is open for at least
 * half: bit h of byte h / 8. For the gap report. */
WM_MUST_USE wm_status wm_hours_week(wm_str bytes, wm_date monday, uint8_t week_out[21],
                                    wm_error *err);

#endif

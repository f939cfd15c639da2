/* test_hours.c: moments, bank holidays, and opening hours against a plain count of minutes. What
 * the words of a timetable mean is played from tests/cases/hours. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/hours.h"
#include "testing.h"

static wm_moment moment_of(const char *text)
{
    wm_moment moment = { 0, 0 };
    assert_true(wm_moment_parse(wm_str_of(text), &moment));
    return moment;
}

/* ---- moments ---- */

static void a_moment_is_read_in_any_zone_and_becomes_local(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        { "2026-11-22T03:10", "2026-11-22T03:10" },
        { "2026-11-22T03:10:59", "2026-11-22T03:10" },
        { "2026-11-22T03:10Z", "2026-11-22T03:10" },
        { "2026-07-22T03:10:00Z", "2026-07-22T04:10" },
        { "2026-07-22T03:10:00+01:00", "2026-07-22T03:10" },
        { "2026-12-31T23:30-01:00", "2027-01-01T00:30" },
        { "2026-07-01T00:30+05:30", "2026-06-30T20:00" },
        { "2026-03-29T00:59Z", "2026-03-29T00:59" },
        { "2026-03-29T01:00Z", "2026-03-29T02:00" },
        { "2026-10-25T00:59Z", "2026-10-25T01:59" },
        { "2026-10-25T01:00Z", "2026-10-25T01:00" },
        { "2026-03-29T01:30", "2026-03-29T02:30" },
        { "2026-03-29T01:00", "2026-03-29T02:00" },
        { "0001-01-01T00:00", "0001-01-01T00:00" },
        { "9999-12-31T23:59", "9999-12-31T23:59" },
        { "1969-12-31T23:59Z", "1969-12-31T23:59" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char text[WM_MOMENT_TEXT_BYTES];
        assert_string_equal(wm_moment_format(moment_of(pairs[i][0]), text), pairs[i][1]);
    }
}

static void what_is_no_moment_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "2026-11-22",
        "2026-11-22T",
        "2026-11-22T3:10",
        "2026-11-22 03:10",
        "2026-11-22T24:00",
        "2026-11-22T03:60",
        "2026-11-22T03:10:60",
        "2026-11-22T03:10:",
        "2026-11-22T03:10:5",
        "2026-11-22T03:10z",
        "2026-11-22T03:10ZZ",
        "2026-11-22T03:10+1:00",
        "2026-11-22T03:10+01",
        "2026-11-22T03:10+0100",
        "2026-11-22T03:10+24:00",
        "2026-11-22T03:10 01:00",
        "2026-02-30T03:10",
        "2026-11-22T03-10",
        "2026-11-22T-3:10",
        "0001-01-01T00:00+00:01",
        "9999-12-31T23:59-00:01",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        wm_moment moment = { 7, 7 };
        if (wm_moment_parse(wm_str_of(wrong[i]), &moment)) {
            fail_msg("%s is no moment", wrong[i]);
        }
        assert_int_equal(moment.day, 7);
    }
}

static void minutes_are_those_that_pass(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        const char *to;
        int64_t minutes;
    } spans[] = {
        { "2026-03-02T09:00", "2026-03-02T09:00", 0 },
        { "2026-03-02T09:00", "2026-03-03T09:00", 1440 },
        { "2026-03-28T22:00", "2026-03-29T06:00", 420 },
        { "2026-10-24T22:00", "2026-10-25T06:00", 540 },
        { "2026-03-29T00:59", "2026-03-29T02:00", 1 },
        { "2026-03-29T06:00", "2026-03-28T22:00", -420 },
        { "2026-01-01T00:00", "2026-07-01T00:00", 181 * 1440 - 60 },
    };
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        assert_int_equal(wm_moment_minutes(moment_of(spans[i].from), moment_of(spans[i].to)),
                         spans[i].minutes);
    }
}

/* ---- bank holidays ---- */

/* gov.uk/bank-holidays, England and Wales. Days after 2027 follow from the law and the calendar. */
static const char *const holidays[] = {
    "2019-01-01", "2019-04-19", "2019-04-22", "2019-05-06", "2019-05-27", "2019-08-26",
    "2019-12-25", "2019-12-26", "2020-01-01", "2020-04-10", "2020-04-13", "2020-05-08",
    "2020-05-25", "2020-08-31", "2020-12-25", "2020-12-28", "2021-01-01", "2021-04-02",
    "2021-04-05", "2021-05-03", "2021-05-31", "2021-08-30", "2021-12-27", "2021-12-28",
    "2022-01-03", "2022-04-15", "2022-04-18", "2022-05-02", "2022-06-02", "2022-06-03",
    "2022-08-29", "2022-09-19", "2022-12-26", "2022-12-27", "2023-01-02", "2023-04-07",
    "2023-04-10", "2023-05-01", "2023-05-08", "2023-05-29", "2023-08-28", "2023-12-25",
    "2023-12-26", "2024-01-01", "2024-03-29", "2024-04-01", "2024-05-06", "2024-05-27",
    "2024-08-26", "2024-12-25", "2024-12-26", "2025-01-01", "2025-04-18", "2025-04-21",
    "2025-05-05", "2025-05-26", "2025-08-25", "2025-12-25", "2025-12-26", "2026-01-01",
    "2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31", "2026-12-25",
    "2026-12-28", "2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31",
    "2027-08-30", "2027-12-27", "2027-12-28", "2028-01-03", "2028-04-14", "2028-04-17",
    "2028-05-01", "2028-05-29", "2028-08-28", "2028-12-25", "2028-12-26", "2029-01-01",
    "2029-03-30", "2029-04-02", "2029-05-07", "2029-05-28", "2029-08-27", "2029-12-25",
    "2029-12-26", "2030-01-01", "2030-04-19", "2030-04-22", "2030-05-06", "2030-05-27",
    "2030-08-26", "2030-12-25", "2030-12-26",
};
#define HOLIDAY_COUNT (sizeof holidays / sizeof holidays[0])

static wm_date date_of(const char *text)
{
    wm_date date = 0;
    assert_true(wm_date_parse(wm_str_of(text), &date));
    return date;
}

static bool is_in_table(wm_date day)
{
    char text[WM_DATE_TEXT_BYTES];
    (void)wm_date_format(day, text);
    for (size_t i = 0; i < HOLIDAY_COUNT; i++) {
        if (strcmp(holidays[i], text) == 0) {
            return true;
        }
    }
    return false;
}

static void bank_holidays_are_those_of_the_published_list(void **state)
{
    (void)state;
    for (wm_date day = date_of("2019-01-01"); day <= date_of("2030-12-31"); day++) {
        if (wm_is_bank_holiday(day) != is_in_table(day)) {
            char text[WM_DATE_TEXT_BYTES];
            fail_msg("%s", wm_date_format(day, text));
        }
    }
}

static void every_year_has_eight_bank_holidays(void **state)
{
    (void)state;
    for (int year = 2031; year < 2200; year++) {
        size_t count = 0;
        for (wm_date day = wm_date_add_months(0, (year - 1970) * 12);
             day < wm_date_add_months(0, (year - 1969) * 12); day++) {
            count += wm_is_bank_holiday(day) ? 1 : 0;
        }
        assert_int_equal(count, 8);
    }
}

/* ---- against a plain count of minutes ---- */

#define LINES_MAX 6

typedef struct line {
    unsigned days; /* weekly: bits; monthly: 0 */
    int which;     /* monthly: 1 to 5, -1 */
    int weekday;
    wm_date date; /* exceptions */
    bool closed;
    int opens;
    int closes;
} line;

typedef struct plan {
    line weekly[LINES_MAX];
    line monthly[LINES_MAX];
    line except[LINES_MAX];
    size_t weekly_count;
    size_t monthly_count;
    size_t except_count;
    int bank; /* 0: not said, 1 open, 2 closed */
    wm_date from;
    wm_date to;
} plan;

enum { IS_CLOSED, IS_MAYBE, IS_OPEN };

/* Of the years 2025 to 2027: by the table alone, and the days themselves at Christmas. */
static bool plain_holiday(wm_date day)
{
    wm_civil c = wm_date_to_civil(day);
    return is_in_table(day) || (c.month == 12 && (c.day == 25 || c.day == 26)) ||
           (c.month == 1 && c.day == 1);
}

static bool plain_monthly(const line *l, wm_date day)
{
    int month = wm_date_to_civil(day).month;
    int before = 0;
    int after = 0;
    for (wm_date d = day - 7; wm_date_to_civil(d).month == month; d -= 7) {
        before++;
    }
    for (wm_date d = day + 7; wm_date_to_civil(d).month == month; d += 7) {
        after++;
    }
    return wm_date_weekday(day) == l->weekday &&
           (l->which < 0 ? after == 0 : before == l->which - 1);
}

/* Is `minute` of `day`, which may be one of the next day, in the line? */
static bool in_times(const line *l, int minute)
{
    int closes = l->closes > l->opens ? l->closes : l->closes + 1440;
    return minute >= l->opens && minute < closes;
}

/* By the lines of the day alone. */
static int of_day(const plan *p, wm_date day, int minute)
{
    bool has_exception = false;
    bool closed = false;
    bool open = false;
    for (size_t i = 0; i < p->except_count; i++) {
        const line *l = &p->except[i];
        has_exception = has_exception || l->date == day;
        closed = closed || (l->date == day && l->closed);
        open = open || (l->date == day && !l->closed && in_times(l, minute));
    }
    if (has_exception) {
        return open && !closed ? IS_OPEN : IS_CLOSED;
    }
    for (size_t i = 0; i < p->weekly_count; i++) {
        const line *l = &p->weekly[i];
        open = open || ((l->days >> wm_date_weekday(day) & 1) != 0 && in_times(l, minute));
    }
    for (size_t i = 0; i < p->monthly_count; i++) {
        open = open || (in_times(&p->monthly[i], minute) && plain_monthly(&p->monthly[i], day));
    }
    if (!open || day < p->from || day > p->to) {
        return IS_CLOSED;
    }
    bool counts = p->bank != 1 && plain_holiday(day);
    return !counts ? IS_OPEN : p->bank == 2 ? IS_CLOSED : IS_MAYBE;
}

static int at_minute(const plan *p, int64_t local)
{
    wm_date day = (wm_date)(local / 1440);
    int minute = (int)(local % 1440);
    int today = of_day(p, day, minute);
    int yesterday = of_day(p, day - 1, minute + 1440);
    return today > yesterday ? today : yesterday;
}

static bool is_skipped(int64_t local)
{
    static const char *const changes[] = { "2025-03-30", "2026-03-29", "2027-03-28" };
    int64_t minute = local % 1440;
    for (size_t i = 0; i < 3 && minute >= 60 && minute < 120; i++) {
        int64_t begins = (int64_t)date_of(changes[i]) * 1440 + 60;
        if (local >= begins && local < begins + 60) {
            return true;
        }
    }
    return false;
}

/* The first minute after `at`, of those that are there, at which it is open (or not, if `closes`);
 * -1: none in 400 days. maybe_out: the first before that at which it may be open. */
static int64_t first_minute(const plan *p, int64_t at, bool closes, int64_t *maybe_out)
{
    *maybe_out = -1;
    for (int64_t m = at + 1; m <= at + 400 * 1440; m++) {
        int state = is_skipped(m) ? -1 : at_minute(p, m);
        if (state >= 0 && (state == IS_OPEN) != closes) {
            return m;
        }
        *maybe_out = state == IS_MAYBE && *maybe_out < 0 ? m : *maybe_out;
    }
    return -1;
}

static bool is_exception_day(const plan *p, wm_date day)
{
    for (size_t i = 0; i < p->except_count; i++) {
        if (p->except[i].date == day) {
            return true;
        }
    }
    return false;
}

static wm_opening plain_opening(const plan *p, int64_t at)
{
    wm_opening o = { .known = true };
    int now = at_minute(p, at);
    int64_t maybe = -1;
    if (now == IS_OPEN) {
        int64_t until = first_minute(p, at, true, &maybe);
        o.now = true;
        o.has_until = until >= 0;
        o.until = wm_moment_of_local(until);
    } else if (now == IS_MAYBE) {
        o.known = false;
    } else {
        int64_t next = first_minute(p, at, false, &maybe);
        o.has_next = next >= 0;
        o.next = wm_moment_of_local(next);
        o.has_maybe = maybe >= 0;
        o.maybe = wm_moment_of_local(maybe);
        wm_date day = (wm_date)(at / 1440);
        o.known = o.has_next || o.has_maybe || day <= p->to || is_exception_day(p, day);
    }
    return o;
}

static int random_time(wm_test_random *random)
{
    static const int round[] = { 0, 60, 75, 90, 105, 120, 540, 720, 1020, 1320 };
    return wm_test_random_below(random, 3) == 0 ? (int)wm_test_random_below(random, 1440)
                                                : round[wm_test_random_below(random, 10)];
}

static line random_line(wm_test_random *random, wm_date from)
{
    line l = { .days = wm_test_random_below(random, 127) + 1,
               .which = (int)wm_test_random_below(random, 6),
               .weekday = (int)wm_test_random_below(random, 7),
               .date = from + (wm_date)wm_test_random_below(random, 40),
               .closed = wm_test_random_below(random, 3) == 0,
               .opens = random_time(random) };
    l.which = l.which == 0 ? -1 : l.which;
    do {
        l.closes = wm_test_random_below(random, 5) == 0 ? 1440 : random_time(random);
    } while (l.closes == l.opens);
    return l;
}

/* All hours of the week: then it is open on bank holidays, too. */
static bool is_whole_week(const plan *p)
{
    for (int m = 0; m < 7 * 1440; m++) {
        bool open = false;
        for (size_t i = 0; i < p->weekly_count; i++) {
            const line *l = &p->weekly[i];
            int day = m / 1440;
            open = open || ((l->days >> day & 1) != 0 && in_times(l, m % 1440)) ||
                   ((l->days >> (day + 6) % 7 & 1) != 0 && in_times(l, m % 1440 + 1440));
        }
        if (!open) {
            return false;
        }
    }
    return true;
}

/* Around some days on which much happens. */
static wm_date random_start(wm_test_random *random)
{
    static const char *const starts[] = { "2025-12-15", "2026-03-10", "2026-05-01",
                                          "2026-10-10", "2026-12-20", "2026-07-01" };
    return date_of(starts[wm_test_random_below(random, 6)]);
}

static plan random_plan(wm_test_random *random, wm_date start)
{
    plan p = { .from = WM_DATE_MIN, .to = WM_DATE_MAX };
    p.weekly_count = wm_test_random_below(random, 4);
    p.monthly_count = wm_test_random_below(random, 3);
    p.except_count = wm_test_random_below(random, 4);
    p.weekly_count += p.weekly_count + p.monthly_count == 0 ? 1 : 0;
    p.bank = (int)wm_test_random_below(random, 3);
    for (size_t i = 0; i < LINES_MAX; i++) {
        p.weekly[i] = random_line(random, start);
        p.monthly[i] = random_line(random, start);
        p.except[i] = random_line(random, start);
    }
    if (wm_test_random_below(random, 10) == 0) {
        p.weekly[0] = (line){ .days = 127, .opens = 0, .closes = 1440 };
        p.weekly_count += p.weekly_count == 0 ? 1 : 0;
    }
    if (wm_test_random_below(random, 6) == 0) {
        p.from = start + (wm_date)wm_test_random_below(random, 20);
    }
    if (wm_test_random_below(random, 6) == 0) {
        p.to = start + 20 + (wm_date)wm_test_random_below(random, 20);
    }
    return p;
}

static void put_times(wm_buf *json, const line *l)
{
    wm_buf_printf(json, "\"opens\":\"%02d:%02d\",\"closes\":\"%02d:%02d\"", l->opens / 60,
                  l->opens % 60, l->closes / 60, l->closes % 60);
}

static void put_weekly(wm_buf *json, const line *l)
{
    static const char *const names[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };
    const char *comma = "";
    wm_buf_put_text(json, "{\"days\":[");
    for (unsigned d = 0; d < 7; d++) {
        if ((l->days >> d & 1) != 0) {
            wm_buf_printf(json, "%s\"%s\"", comma, names[d]);
            comma = ",";
        }
    }
    wm_buf_put_text(json, "],");
    put_times(json, l);
    wm_buf_put_char(json, '}');
}

static void put_monthly(wm_buf *json, const line *l)
{
    static const char *const names[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };
    wm_buf_printf(json, "{\"on\":\"%d%s\",", l->which, names[l->weekday]);
    put_times(json, l);
    wm_buf_put_char(json, '}');
}

static void put_exception(wm_buf *json, const line *l)
{
    char date[WM_DATE_TEXT_BYTES];
    wm_buf_printf(json, "{\"date\":\"%s\",", wm_date_format(l->date, date));
    if (l->closed) {
        wm_buf_put_text(json, "\"closed\":true");
    } else {
        put_times(json, l);
    }
    wm_buf_put_char(json, '}');
}

static void put_plan(wm_buf *json, const plan *p)
{
    static const char *const banks[] = { "", ",\"bank_holidays\":\"open\"",
                                         ",\"bank_holidays\":\"closed\"" };
    char date[WM_DATE_TEXT_BYTES];
    wm_buf_put_text(json, "{\"weekly\":[");
    for (size_t i = 0; i < p->weekly_count; i++) {
        wm_buf_put_text(json, i > 0 ? "," : "");
        put_weekly(json, &p->weekly[i]);
    }
    wm_buf_put_text(json, "],\"monthly\":[");
    for (size_t i = 0; i < p->monthly_count; i++) {
        wm_buf_put_text(json, i > 0 ? "," : "");
        put_monthly(json, &p->monthly[i]);
    }
    wm_buf_put_text(json, "],\"except\":[");
    for (size_t i = 0; i < p->except_count; i++) {
        wm_buf_put_text(json, i > 0 ? "," : "");
        put_exception(json, &p->except[i]);
    }
    wm_buf_printf(json, "]%s", banks[p->bank]);
    if (p->from != WM_DATE_MIN) {
        wm_buf_printf(json, ",\"valid_from\":\"%s\"", wm_date_format(p->from, date));
    }
    if (p->to != WM_DATE_MAX) {
        wm_buf_printf(json, ",\"valid_to\":\"%s\"", wm_date_format(p->to, date));
    }
    wm_buf_put_char(json, '}');
}

/* The compiled form of hours as JSON, in `bytes`. */
static void compile(wm_str json, wm_buf *bytes)
{
    wm_error err = { 0 };
    wm_arena arena;
    const wm_json *hours = NULL;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    assert_ok(wm_json_parse(&arena, json, WM_MIB, &hours, &err), &err);
    assert_ok(wm_hours_encode(hours, bytes, &err), &err);
    wm_arena_fini(&arena);
}

static bool same_moment(bool has, wm_moment a, wm_moment b)
{
    return !has || (a.day == b.day && a.minute == b.minute);
}

static bool same_opening(const wm_opening *a, const wm_opening *b)
{
    return a->known == b->known && a->always == b->always && a->now == b->now &&
           a->has_until == b->has_until && a->has_next == b->has_next &&
           a->has_maybe == b->has_maybe && same_moment(a->has_until, a->until, b->until) &&
           same_moment(a->has_next, a->next, b->next) &&
           same_moment(a->has_maybe, a->maybe, b->maybe);
}

static void show(const char *who, const wm_opening *o)
{
    char until[WM_MOMENT_TEXT_BYTES];
    char next[WM_MOMENT_TEXT_BYTES];
    char maybe[WM_MOMENT_TEXT_BYTES];
    print_error("%s: known %d now %d until %s next %s maybe %s\n", who, o->known, o->now,
                o->has_until ? wm_moment_format(o->until, until) : "-",
                o->has_next ? wm_moment_format(o->next, next) : "-",
                o->has_maybe ? wm_moment_format(o->maybe, maybe) : "-");
}

static void random_hours_are_those_of_a_plain_count_of_minutes(void **state)
{
    (void)state;
    wm_buf json;
    wm_buf bytes;
    wm_error err = { 0 };
    wm_test_random random = wm_test_random_new(20260302);
    wm_buf_init(&json, wm_env_system(), WM_MIB);
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    for (unsigned round = 0; round < 250; round++) {
        wm_date start = random_start(&random);
        plan p = random_plan(&random, start);
        wm_buf_reset(&json);
        wm_buf_reset(&bytes);
        put_plan(&json, &p);
        compile(wm_buf_str(&json), &bytes);
        p.bank = p.bank == 0 && is_whole_week(&p) ? 1 : p.bank;
        for (unsigned i = 0; i < 4; i++) {
            int64_t at = (int64_t)start * 1440 + wm_test_random_below(&random, 40 * 1440);
            at = is_skipped(at) ? at + 60 : at;
            wm_opening expected = plain_opening(&p, at);
            wm_opening found;
            char text[WM_MOMENT_TEXT_BYTES];
            assert_ok(wm_hours_at(wm_buf_str(&bytes), wm_moment_of_local(at), &found, &err), &err);
            if (!same_opening(&expected, &found)) {
                show("expected", &expected);
                show("found", &found);
                fail_msg("%s at %s", json.data, wm_moment_format(wm_moment_of_local(at), text));
            }
        }
    }
    wm_buf_fini(&bytes);
    wm_buf_fini(&json);
}

/* ---- an ordinary week ---- */

static bool has_hour(const uint8_t week[21], unsigned day, unsigned hour)
{
    unsigned at = day * 24 + hour;
    return (week[at / 8] >> at % 8 & 1) != 0;
}

static unsigned week_count(const char *hours, const char *monday, uint8_t week[21])
{
    wm_error err = { 0 };
    wm_buf bytes;
    unsigned count = 0;
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    compile(wm_str_of(hours), &bytes);
    assert_ok(wm_hours_week(wm_buf_str(&bytes), date_of(monday), week, &err), &err);
    for (unsigned i = 0; i < 168; i++) {
        count += has_hour(week, i / 24, i % 24) ? 1 : 0;
    }
    wm_buf_fini(&bytes);
    return count;
}

static void a_week_has_the_hours_that_are_half_open(void **state)
{
    (void)state;
    uint8_t week[21];
    assert_int_equal(week_count("{\"always\":true}", "2026-03-02", week), 168);
    assert_int_equal(week_count("{}", "2026-03-02", week), 0);
    /* 09:30 to 12:29 and 12:29 to 12:31: the hours from 9, 10, 11, 12 */
    const char *halves =
        "{\"weekly\":[{\"days\":[\"TU\"],\"opens\":\"09:30\",\"closes\":\"12:29\"},"
        "{\"days\":[\"TU\"],\"opens\":\"12:20\",\"closes\":\"12:31\"}]}";
    assert_int_equal(week_count(halves, "2026-03-02", week), 4);
    assert_true(has_hour(week, 1, 9) && has_hour(week, 1, 12) && !has_hour(week, 1, 13));
    const char *less =
        "{\"weekly\":[{\"days\":[\"TU\"],\"opens\":\"09:31\",\"closes\":\"12:29\"}]}";
    assert_int_equal(week_count(less, "2026-03-02", week), 2);
    /* the night from Sunday begins the week, too */
    const char *night =
        "{\"weekly\":[{\"days\":[\"SU\"],\"opens\":\"22:00\",\"closes\":\"06:00\"}]}";
    assert_int_equal(week_count(night, "2026-03-02", week), 8);
    assert_true(has_hour(week, 0, 5) && has_hour(week, 6, 23) && !has_hour(week, 0, 6));
    /* dates count; bank holidays, exceptions and months do not */
    const char *dated =
        "{\"weekly\":[{\"days\":[\"MO\",\"FR\"],\"opens\":\"09:00\",\"closes\":\"10:00\"}],"
        "\"monthly\":[{\"on\":\"1TU\",\"opens\":\"09:00\",\"closes\":\"10:00\"}],"
        "\"except\":[{\"date\":\"2026-04-03\",\"closed\":true}],"
        "\"bank_holidays\":\"closed\",\"valid_from\":\"2026-03-31\"}";
    assert_int_equal(week_count(dated, "2026-03-30", week), 1);
    assert_int_equal(week_count(dated, "2026-04-06", week), 2);
}

/* ---- damage ---- */

static const char whole[] =
    "{\"weekly\":[{\"days\":[\"MO\",\"TU\"],\"opens\":\"09:00\",\"closes\":\"17:00\"},"
    "{\"days\":[\"SA\"],\"opens\":\"22:00\",\"closes\":\"04:00\"}],"
    "\"monthly\":[{\"on\":\"-1FR\",\"opens\":\"10:00\",\"closes\":\"12:00\"}],"
    "\"valid_from\":\"2026-01-01\",\"valid_to\":\"2027-12-31\",\"bank_holidays\":\"closed\","
    "\"except\":[{\"date\":\"2026-12-24\",\"closed\":true},"
    "{\"date\":\"2026-12-31\",\"opens\":\"09:00\",\"closes\":\"12:00\"}]}";

/* An answer, or WM_CORRUPT. From an exact copy, so that a sanitizer sees one byte too many. */
static bool answers(const char *bytes, size_t length)
{
    wm_error err = { 0 };
    wm_opening opening;
    uint8_t week[21];
    char *copy = malloc(length + 1);
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    copy = realloc(copy, length > 0 ? length : 1);
    assert_non_null(copy);
    wm_str text = { copy, length };
    wm_status status = wm_hours_at(text, moment_of("2026-12-24T10:00"), &opening, &err);
    assert_true(status == WM_OK || (status == WM_CORRUPT && err.text[0] != '\0'));
    assert_int_equal(wm_hours_week(text, date_of("2026-03-02"), week, &err), status);
    free(copy);
    return status == WM_OK;
}

static void damaged_hours_are_told_or_answered_and_harm_nothing(void **state)
{
    (void)state;
    wm_buf bytes;
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    compile(wm_str_of(whole), &bytes);
    assert_true(answers(bytes.data, bytes.len));
    for (size_t length = 1; length < bytes.len; length++) {
        assert_false(answers(bytes.data, length));
    }
    for (size_t at = 0; at < bytes.len; at++) {
        char kept = bytes.data[at];
        for (int value = 0; value < 256; value++) {
            bytes.data[at] = (char)value;
            (void)answers(bytes.data, bytes.len);
        }
        bytes.data[at] = kept;
    }
    wm_buf_put_char(&bytes, 0);
    assert_false(answers(bytes.data, bytes.len));
    wm_buf_fini(&bytes);
}

static void before_1970_a_timetable_that_has_run_out_is_not_known_either(void **state)
{
    (void)state;
    wm_error err = { 0 };
    wm_opening opening;
    wm_buf bytes;
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    compile(WM_STR("{\"weekly\":[{\"days\":[\"MO\"],\"opens\":\"09:00\",\"closes\":\"17:00\"}],"
                   "\"valid_to\":\"1950-01-01\"}"),
            &bytes);
    assert_ok(wm_hours_at(wm_buf_str(&bytes), moment_of("1950-06-01T12:00"), &opening, &err), &err);
    assert_false(opening.has_next);
    assert_false(opening.known);
    wm_buf_fini(&bytes);
}

static void hours_at_the_ends_of_the_calendar_are_answered(void **state)
{
    (void)state;
    static const char *const moments[] = { "0001-01-01T00:00", "9999-12-31T23:59" };
    static const char *const hours[] = {
        whole,
        "{\"weekly\":[{\"days\":[\"MO\",\"TU\",\"WE\",\"TH\",\"FR\",\"SA\",\"SU\"],"
        "\"opens\":\"00:00\",\"closes\":\"24:00\"}]}",
        "{\"weekly\":[{\"days\":[\"FR\"],\"opens\":\"22:00\",\"closes\":\"21:00\"}]}"
    };
    for (size_t i = 0; i < 6; i++) {
        wm_error err = { 0 };
        wm_opening opening;
        wm_buf bytes;
        wm_buf_init(&bytes, wm_env_system(), WM_MIB);
        compile(wm_str_of(hours[i % 3]), &bytes);
        assert_ok(wm_hours_at(wm_buf_str(&bytes), moment_of(moments[i / 3]), &opening, &err), &err);
        assert_false(opening.has_until && opening.until.day > WM_DATE_MAX);
        wm_buf_fini(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_is_read_in_any_zone_and_becomes_local),
        cmocka_unit_test(what_is_no_moment_is_refused),
        cmocka_unit_test(minutes_are_those_that_pass),
        cmocka_unit_test(bank_holidays_are_those_of_the_published_list),
        cmocka_unit_test(every_year_has_eight_bank_holidays),
        cmocka_unit_test(random_hours_are_those_of_a_plain_count_of_minutes),
        cmocka_unit_test(a_week_has_the_hours_that_are_half_open),
        cmocka_unit_test(damaged_hours_are_told_or_answered_and_harm_nothing),
        cmocka_unit_test(before_1970_a_timetable_that_has_run_out_is_not_known_either),
        cmocka_unit_test(hours_at_the_ends_of_the_calendar_are_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* hours.c: timetables, compiled when the service is stored, and read in place. Layout,
 * little-endian:
 *
 *   u8  version (1)   u8 flags   u16 counts of weekly, monthly and exceptional lines
 *   i32 valid_from    i32 valid_to        (the whole calendar where they are not said)
 *   weekly        u8 weekdays (bit 0: Monday)   u8 0         u16 opens   u16 closes
 *   monthly       u8 which (1 to 5; 0 the last) u8 weekday   u16 opens   u16 closes
 *   exceptional   i32 date                                   u16 opens   u16 closes, by date
 *
 * Times are minutes after the 00:00 of the day on which a line opens; `closes` is up to 24 hours
 * later, so that of a night is above 1440. An exception that is closed opens at CLOSED_ALL_DAY.
 *
 * Looking up walks over days: the lines of a day give spans of local minutes, cut by the change of
 * the clocks; no span is longer than a day, so those of a day and of the one before are all that
 * can be open at a moment. */
#include "model/hours.h"

#include <stdlib.h>

#include "model/plausible.h"

#define VERSION 1
#define HEAD_BYTES 16
#define LINE_BYTES 6
#define EXCEPTION_BYTES 8
#define HOURS_BYTES_MAX ((size_t)1024 * 1024)

#define FLAG_ALWAYS 1
#define FLAG_BANK_OPEN 2
#define FLAG_BANK_CLOSED 4

#define DAY_MINUTES 1440
#define CLOSED_ALL_DAY 0xffff
#define WEEK_HOURS 168
#define WHOLE_HOUR (((uint64_t)1 << 60) - 1)
#define SEARCH_DAYS 400

typedef struct timetable {
    uint8_t flags;
    wm_date valid_from;
    wm_date valid_to;
    const uint8_t *weekly;
    const uint8_t *monthly;
    const uint8_t *exceptions;
    size_t weekly_count;
    size_t monthly_count;
    size_t exception_count;
} timetable;

static uint32_t read_u16(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static int32_t read_i32(const uint8_t *at)
{
    return (int32_t)(read_u16(at) | read_u16(at + 2) << 16);
}

/* ---- compile ------------------------------------------------------------------------------ */

static void put_u16(wm_buf *out, uint32_t value)
{
    uint8_t bytes[2] = { (uint8_t)value, (uint8_t)(value >> 8) };
    wm_buf_put(out, bytes, sizeof bytes);
}

static void put_i32(wm_buf *out, int32_t value)
{
    put_u16(out, (uint32_t)value & 0xffff);
    put_u16(out, (uint32_t)value >> 16);
}

static bool read_weekday(wm_str text, unsigned *weekday_out)
{
    static const char *const names[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (wm_str_is(text, names[i])) {
            *weekday_out = i;
            return true;
        }
    }
    return false;
}

static bool put_times(wm_buf *out, const wm_json *line)
{
    int opens = 0;
    int closes = 0;
    if (!model_is_time(wm_json_string(wm_json_get(line, "opens")), false, &opens) ||
        !model_is_time(wm_json_string(wm_json_get(line, "closes")), true, &closes)) {
        return false;
    }
    put_u16(out, (uint32_t)opens);
    put_u16(out, (uint32_t)(closes > opens ? closes : closes + DAY_MINUTES));
    return true;
}

static bool put_weekly(wm_buf *out, const wm_json *line)
{
    const wm_json *days = wm_json_get(line, "days");
    unsigned bits = 0;
    unsigned weekday = 0;
    for (uint32_t i = 0; wm_json_is(days, WM_JSON_ARRAY) && i < days->count; i++) {
        if (!read_weekday(wm_json_string(&days->as.items[i]), &weekday)) {
            return false;
        }
        bits |= 1u << weekday;
    }
    wm_buf_put_char(out, (char)bits);
    wm_buf_put_char(out, 0);
    return bits != 0 && put_times(out, line);
}

static bool put_monthly(wm_buf *out, const wm_json *line)
{
    wm_str on = wm_json_string(wm_json_get(line, "on"));
    unsigned weekday = 0;
    if (!model_is_monthly_day(on) || !read_weekday((wm_str){ on.ptr + on.len - 2, 2 }, &weekday)) {
        return false;
    }
    wm_buf_put_char(out, (char)(on.ptr[0] == '-' ? 0 : on.ptr[0] - '0'));
    wm_buf_put_char(out, (char)weekday);
    return put_times(out, line);
}

static bool put_exception(wm_buf *out, const wm_json *line)
{
    wm_date date = 0;
    if (!wm_date_parse(wm_json_string(wm_json_get(line, "date")), &date)) {
        return false;
    }
    put_i32(out, date);
    if (wm_json_boolean(wm_json_get(line, "closed"), false)) {
        put_u16(out, CLOSED_ALL_DAY);
        put_u16(out, 0);
        return true;
    }
    return put_times(out, line);
}

/* All lines of a list, which may be left out. */
static bool put_lines(wm_buf *out, const wm_json *list, bool (*put)(wm_buf *, const wm_json *))
{
    bool fine = list == NULL || (list->type == WM_JSON_ARRAY && list->count <= UINT16_MAX);
    for (uint32_t i = 0; fine && list != NULL && i < list->count; i++) {
        fine = put(out, &list->as.items[i]);
    }
    return fine;
}

static int by_date_and_time(const void *left, const void *right)
{
    const uint8_t *a = left;
    const uint8_t *b = right;
    if (read_i32(a) != read_i32(b)) {
        return read_i32(a) < read_i32(b) ? -1 : 1;
    }
    int64_t times_a = (int64_t)read_u16(a + 4) << 16 | read_u16(a + 6);
    int64_t times_b = (int64_t)read_u16(b + 4) << 16 | read_u16(b + 6);
    return (times_a > times_b) - (times_a < times_b);
}

/* A date, or `otherwise` if there is none. False: something else. */
static bool read_date(const wm_json *value, wm_date otherwise, wm_date *date_out)
{
    *date_out = otherwise;
    return value == NULL || wm_date_parse(wm_json_string(value), date_out);
}

static bool put_head(wm_buf *out, const wm_json *hours)
{
    static const char *const lists[] = { "weekly", "monthly", "except" };
    wm_str bank = wm_json_string(wm_json_get(hours, "bank_holidays"));
    bool always = wm_json_boolean(wm_json_get(hours, "always"), false);
    wm_date from = 0;
    wm_date to = 0;
    wm_buf_put_char(out, VERSION);
    wm_buf_put_char(out, (char)((always ? FLAG_ALWAYS : 0) |
                                (wm_str_is(bank, "open") ? FLAG_BANK_OPEN : 0) |
                                (wm_str_is(bank, "closed") ? FLAG_BANK_CLOSED : 0)));
    for (size_t i = 0; i < 3; i++) {
        const wm_json *list = wm_json_get(hours, lists[i]);
        put_u16(out, wm_json_is(list, WM_JSON_ARRAY) ? list->count : 0);
    }
    if (!read_date(wm_json_get(hours, "valid_from"), WM_DATE_MIN, &from) ||
        !read_date(wm_json_get(hours, "valid_to"), WM_DATE_MAX, &to) || from > to) {
        return false;
    }
    put_i32(out, from);
    put_i32(out, to);
    return true;
}

/* False: not what wm_record_check accepts. */
static bool put_timetable(wm_buf *out, const wm_json *hours)
{
    const wm_json *except = wm_json_get(hours, "except");
    bool always = wm_json_boolean(wm_json_get(hours, "always"), false);
    if (!put_head(out, hours) || !put_lines(out, wm_json_get(hours, "weekly"), put_weekly) ||
        !put_lines(out, wm_json_get(hours, "monthly"), put_monthly)) {
        return false;
    }
    size_t start = out->len;
    if (!put_lines(out, except, put_exception) || out->status != WM_OK) {
        return out->status != WM_OK;
    }
    if (except != NULL && except->count > 1) {
        qsort(out->data + start, except->count, EXCEPTION_BYTES, by_date_and_time);
    }
    return always ? out->len == HEAD_BYTES : start > HEAD_BYTES;
}

static bool decode(wm_str bytes, timetable *timetable_out);
static void week_of(const timetable *t, wm_date monday, uint64_t minutes[WEEK_HOURS]);

/* Open at all hours of the week: then also on bank holidays, unless it says otherwise. */
static void settle_bank_holidays(wm_buf *out)
{
    timetable t = { .flags = 0 };
    uint64_t minutes[WEEK_HOURS] = { 0 };
    if (!decode(wm_buf_str(out), &t) || (t.flags & (FLAG_BANK_OPEN | FLAG_BANK_CLOSED)) != 0) {
        return;
    }
    t.valid_from = WM_DATE_MIN;
    t.valid_to = WM_DATE_MAX;
    week_of(&t, -3, minutes); /* a Monday */
    for (size_t i = 0; i < WEEK_HOURS; i++) {
        if (minutes[i] != WHOLE_HOUR) {
            return;
        }
    }
    out->data[1] = (char)(out->data[1] | FLAG_BANK_OPEN);
}

wm_status wm_hours_encode(const wm_json *hours, wm_buf *out, wm_error *err)
{
    if (hours == NULL || hours->type != WM_JSON_OBJECT) {
        return WM_OK;
    }
    wm_buf bytes;
    wm_buf_init(&bytes, out->env, HOURS_BYTES_MAX);
    bool fine = put_timetable(&bytes, hours);
    wm_status status = wm_buf_status(&bytes, err);
    if (status == WM_OK && fine) {
        settle_bank_holidays(&bytes);
        wm_buf_put_str(out, wm_buf_str(&bytes));
        status = wm_buf_status(out, err);
    }
    wm_buf_fini(&bytes);
    return status;
}

/* ---- check -------------------------------------------------------------------------------- */

static bool are_times(const uint8_t *at)
{
    uint32_t opens = read_u16(at);
    uint32_t closes = read_u16(at + 2);
    return opens < DAY_MINUTES && closes > opens && closes <= opens + DAY_MINUTES;
}

static bool are_lines(const timetable *t)
{
    for (size_t i = 0; i < t->weekly_count; i++) {
        const uint8_t *line = t->weekly + i * LINE_BYTES;
        if (line[0] == 0 || line[0] > 127 || line[1] != 0 || !are_times(line + 2)) {
            return false;
        }
    }
    for (size_t i = 0; i < t->monthly_count; i++) {
        const uint8_t *line = t->monthly + i * LINE_BYTES;
        if (line[0] > 5 || line[1] > 6 || !are_times(line + 2)) {
            return false;
        }
    }
    wm_date before = WM_DATE_MIN;
    for (size_t i = 0; i < t->exception_count; i++) {
        const uint8_t *line = t->exceptions + i * EXCEPTION_BYTES;
        bool closed = read_u16(line + 4) == CLOSED_ALL_DAY && read_u16(line + 6) == 0;
        wm_date date = read_i32(line);
        if (date < before || date > WM_DATE_MAX || (!closed && !are_times(line + 4))) {
            return false;
        }
        before = date;
    }
    return true;
}

static bool decode(wm_str bytes, timetable *timetable_out)
{
    const uint8_t *at = (const uint8_t *)bytes.ptr;
    if (bytes.len < HEAD_BYTES || at[0] != VERSION ||
        at[1] > (FLAG_ALWAYS | FLAG_BANK_OPEN | FLAG_BANK_CLOSED)) {
        return false;
    }
    timetable t = { .flags = at[1],
                    .valid_from = read_i32(at + 8),
                    .valid_to = read_i32(at + 12),
                    .weekly_count = read_u16(at + 2),
                    .monthly_count = read_u16(at + 4),
                    .exception_count = read_u16(at + 6) };
    t.weekly = at + HEAD_BYTES;
    t.monthly = t.weekly + t.weekly_count * LINE_BYTES;
    t.exceptions = t.monthly + t.monthly_count * LINE_BYTES;
    size_t length = HEAD_BYTES + (t.weekly_count + t.monthly_count) * LINE_BYTES +
                    t.exception_count * EXCEPTION_BYTES;
    if (bytes.len != length || t.valid_from < WM_DATE_MIN || t.valid_to > WM_DATE_MAX ||
        t.valid_from > t.valid_to || !are_lines(&t)) {
        return false;
    }
    *timetable_out = t;
    return true;
}

static wm_status load(wm_str bytes, timetable *timetable_out, wm_error *err)
{
    if (decode(bytes, timetable_out)) {
        return WM_OK;
    }
    (void)wm_fail(err, WM_CORRUPT, "a service's opening hours are damaged");
    return WM_CORRUPT;
}

/* ---- the spans of a day -------------------------------------------------------------------- */

typedef struct span {
    int64_t opens; /* minutes of local time: wm_moment_local */
    int64_t closes;
    bool sure; /* false: on a bank holiday, of which the record says nothing */
} span;

/* The lines that count on one day, and where we are among them. */
typedef struct day_walk {
    const timetable *t;
    wm_date day;
    unsigned weekday;
    unsigned which; /* of its weekday in the month: 1 to 5 */
    bool is_last;   /* of its weekday in the month */
    bool sure;
    size_t weekly; /* next line */
    size_t monthly;
    size_t exception;
    size_t exception_end;
} day_walk;

/* Exceptions of the day: from *first to *end. */
static void find_exceptions(const timetable *t, wm_date day, size_t *first, size_t *end)
{
    size_t low = 0;
    size_t high = t->exception_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (read_i32(t->exceptions + middle * EXCEPTION_BYTES) < day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *first = low;
    *end = low;
    while (*end < t->exception_count && read_i32(t->exceptions + *end * EXCEPTION_BYTES) == day) {
        (*end)++;
    }
}

/* Bank holidays, and the days for which they stand. */
static bool is_holiday(wm_date day)
{
    wm_civil civil = wm_date_to_civil(day);
    return (civil.month == 12 && (civil.day == 25 || civil.day == 26)) ||
           (civil.month == 1 && civil.day == 1) || wm_is_bank_holiday(day);
}

/* No line counts. */
static void skip_lines(day_walk *walk)
{
    walk->weekly = walk->t->weekly_count;
    walk->monthly = walk->t->monthly_count;
}

static day_walk walk_day(const timetable *t, wm_date day)
{
    wm_civil civil = wm_date_to_civil(day);
    day_walk walk = { .t = t,
                      .day = day,
                      .weekday = (unsigned)wm_date_weekday(day),
                      .which = (unsigned)(civil.day - 1) / 7 + 1,
                      .is_last = civil.day + 7 > wm_days_in_month(civil.year, civil.month),
                      .sure = true };
    find_exceptions(t, day, &walk.exception, &walk.exception_end);
    if (walk.exception < walk.exception_end) {
        skip_lines(&walk);
        const uint8_t *last = t->exceptions + (walk.exception_end - 1) * EXCEPTION_BYTES;
        if (read_u16(last + 4) == CLOSED_ALL_DAY) {
            walk.exception = walk.exception_end;
        }
    } else if (day < t->valid_from || day > t->valid_to) {
        skip_lines(&walk);
    } else if ((t->flags & FLAG_BANK_OPEN) == 0 && is_holiday(day)) {
        walk.sure = false;
        if ((t->flags & FLAG_BANK_CLOSED) != 0) {
            skip_lines(&walk);
        }
    }
    return walk;
}

/* The times of the next line that counts; NULL: no more. */
static const uint8_t *next_line(day_walk *walk)
{
    const timetable *t = walk->t;
    while (walk->weekly < t->weekly_count) {
        const uint8_t *line = t->weekly + walk->weekly++ * LINE_BYTES;
        if ((line[0] >> walk->weekday & 1) != 0) {
            return line + 2;
        }
    }
    while (walk->monthly < t->monthly_count) {
        const uint8_t *line = t->monthly + walk->monthly++ * LINE_BYTES;
        if (line[1] == walk->weekday && (line[0] == 0 ? walk->is_last : line[0] == walk->which)) {
            return line + 2;
        }
    }
    if (walk->exception < walk->exception_end) {
        return t->exceptions + walk->exception++ * EXCEPTION_BYTES + 4;
    }
    return NULL;
}

static bool next_span(day_walk *walk, span *span_out)
{
    const uint8_t *line = next_line(walk);
    while (line != NULL) {
        int64_t midnight = (int64_t)walk->day * DAY_MINUTES;
        span_out->opens = wm_moment_after_gap(midnight + read_u16(line));
        span_out->closes = wm_moment_after_gap(midnight + read_u16(line + 2));
        span_out->sure = walk->sure;
        if (span_out->opens < span_out->closes) {
            return true;
        }
        line = next_line(walk); /* it was wholly in the hour that is not there */
    }
    return false;
}

/* ---- open at a moment ---------------------------------------------------------------------- */

/* To what minute the spans that are open at `at`, or just end there, go on: `at` itself if none
 * does. *maybe_out (may be NULL): some that are not sure are open. */
static int64_t reach(const timetable *t, int64_t at, bool *maybe_out)
{
    int64_t end = at;
    wm_date day = wm_moment_of_local(at).day;
    for (wm_date d = day > WM_DATE_MIN ? day - 1 : day; d <= day && d <= WM_DATE_MAX; d++) {
        span s;
        day_walk walk = walk_day(t, d);
        while (next_span(&walk, &s)) {
            bool is_open = s.opens <= at && at < s.closes;
            end = is_open && s.sure && s.closes > end ? s.closes : end;
            if (is_open && !s.sure && maybe_out != NULL) {
                *maybe_out = true;
            }
        }
    }
    return end;
}

static void find_until(const timetable *t, int64_t now, int64_t end, wm_opening *opening)
{
    int64_t before = now;
    while (end > before && end - now <= (int64_t)SEARCH_DAYS * DAY_MINUTES) {
        before = end;
        end = reach(t, before, NULL);
    }
    opening->now = true;
    opening->has_until = end == before && wm_moment_of_local(end).day <= WM_DATE_MAX;
    if (opening->has_until) {
        opening->until = wm_moment_of_local(end);
    }
}

/* The first spans of a day from `now` on: sure ones, and others. INT64_MAX: none. */
static void first_of_day(const timetable *t, wm_date day, int64_t now, int64_t first[2])
{
    span s;
    day_walk walk = walk_day(t, day);
    while (next_span(&walk, &s)) {
        int64_t *at = &first[s.sure ? 0 : 1];
        *at = s.opens > now && s.opens < *at ? s.opens : *at;
    }
}

static void find_next(const timetable *t, int64_t now, wm_opening *opening)
{
    int64_t first[2] = { INT64_MAX, INT64_MAX };
    wm_date today = wm_moment_of_local(now).day;
    int64_t last = (int64_t)today + SEARCH_DAYS;
    last = last < WM_DATE_MAX ? last : WM_DATE_MAX;
    for (int64_t d = today; d <= last && first[0] == INT64_MAX; d++) {
        first_of_day(t, (wm_date)d, now, first);
    }
    bool opens = first[0] != INT64_MAX;
    opening->has_next = opens && first[0] - now <= (int64_t)SEARCH_DAYS * DAY_MINUTES;
    if (opening->has_next) {
        opening->next = wm_moment_of_local(first[0]);
    }
    opening->has_maybe = first[1] < first[0];
    if (opening->has_maybe) {
        opening->maybe = wm_moment_of_local(first[1]);
    }
}

/* Of a day on which it is closed: it has not run out. */
static bool says_something(const timetable *t, wm_date day)
{
    size_t first = 0;
    size_t end = 0;
    find_exceptions(t, day, &first, &end);
    return day <= t->valid_to || first < end;
}

wm_status wm_hours_at(wm_str bytes, wm_moment now, wm_opening *opening_out, wm_error *err)
{
    wm_opening opening = { .known = bytes.len > 0 };
    if (!opening.known) {
        *opening_out = opening;
        return WM_OK;
    }
    timetable t = { .flags = 0 };
    wm_status status = load(bytes, &t, err);
    if (status != WM_OK) {
        return status;
    }
    int64_t at = wm_moment_after_gap(wm_moment_local(now));
    bool maybe = false;
    int64_t end = reach(&t, at, &maybe);
    if ((t.flags & FLAG_ALWAYS) != 0) {
        opening.always = true;
        opening.now = true;
    } else if (end > at) {
        find_until(&t, at, end, &opening);
    } else if (maybe) {
        opening.known = false;
    } else {
        find_next(&t, at, &opening);
        opening.known = opening.has_next || opening.has_maybe || says_something(&t, now.day);
    }
    *opening_out = opening;
    return WM_OK;
}

/* ---- an ordinary week ---------------------------------------------------------------------- */

/* Minutes `from` to `to` of the week; both may lie outside of it. */
static void mark(uint64_t minutes[WEEK_HOURS], int64_t from, int64_t to)
{
    int64_t at = from > 0 ? from : 0;
    to = to < (int64_t)WEEK_HOURS * 60 ? to : (int64_t)WEEK_HOURS * 60;
    while (at < to) {
        int64_t hour = at / 60;
        int64_t end = (hour + 1) * 60 < to ? (hour + 1) * 60 : to;
        uint64_t count = (uint64_t)(end - at);
        minutes[hour] |= (((uint64_t)1 << count) - 1) << (uint64_t)(at % 60);
        at = end;
    }
}

/* Bit m of an hour: it is open in minute m. */
static void week_of(const timetable *t, wm_date monday, uint64_t minutes[WEEK_HOURS])
{
    for (size_t i = 0; i < WEEK_HOURS; i++) {
        minutes[i] = (t->flags & FLAG_ALWAYS) != 0 ? WHOLE_HOUR : 0;
    }
    for (int64_t d = -1; d < 7; d++) {
        unsigned weekday = (unsigned)((d + 7) % 7);
        for (size_t i = 0; i < t->weekly_count; i++) {
            const uint8_t *line = t->weekly + i * LINE_BYTES;
            bool counts = (line[0] >> weekday & 1) != 0 && monday + d >= t->valid_from &&
                          monday + d <= t->valid_to;
            if (counts) {
                mark(minutes, d * DAY_MINUTES + read_u16(line + 2),
                     d * DAY_MINUTES + read_u16(line + 4));
            }
        }
    }
}

wm_status wm_hours_week(wm_str bytes, wm_date monday, uint8_t week_out[21], wm_error *err)
{
    timetable t = { .flags = 0 };
    uint64_t minutes[WEEK_HOURS] = { 0 };
    if (bytes.len == 0) {
        memset(week_out, 0, WEEK_HOURS / 8);
        return WM_OK;
    }
    wm_status status = load(bytes, &t, err);
    if (status != WM_OK) {
        return status;
    }
    memset(week_out, 0, WEEK_HOURS / 8);
    week_of(&t, monday, minutes);
    for (unsigned hour = 0; hour < WEEK_HOURS; hour++) {
        unsigned count = 0;
        for (uint64_t bits = minutes[hour]; bits != 0; bits &= bits - 1) {
            count++;
        }
        week_out[hour / 8] |= (uint8_t)(count >= 30 ? 1u << hour % 8 : 0);
    }
    return WM_OK;
}

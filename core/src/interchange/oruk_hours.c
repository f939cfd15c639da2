/* oruk_hours.c: schedules (a subset of iCalendar's rules) and hours.
 *
 *   WEEKLY, BYDAY MO,TU            weekly  {"days":[..],"opens","closes"}
 *   MONTHLY, BYDAY 2MO,-1FR        monthly {"on","opens","closes"}, one for each day
 *   every day, 00:00 to 24:00      always
 *   valid_from, valid_to           the same; all schedules must agree
 *
 * Times are local: a time with a zone is not taken, since what "09:00Z" means in summer only its
 * writer knows. Other rules (interval, bymonthday ...) are not taken either. */
#include <waymark/sys/date.h>

#include "model/plausible.h"
#include "oruk.h"

#define DAYS_MAX 14
#define ALL_DAYS "MO,TU,WE,TH,FR,SA,SU"

typedef struct schedule {
    bool monthly;
    wm_str days[DAYS_MAX];
    size_t day_count;
    wm_str opens;
    wm_str closes;
    wm_str from;
    wm_str to;
} schedule;

/* "9:00", "09:00:00" as "09:00"; empty if it is none. */
static wm_str read_time(tree_maker *maker, const wm_json *value, bool closes)
{
    wm_str text = oruk_line(maker, value);
    int minutes = 0;
    if (text.len == 8 && wm_str_equal((wm_str){ text.ptr + 5, 3 }, WM_STR(":00"))) {
        text.len = 5;
    }
    if (text.len == 4 && text.ptr[1] == ':') {
        text = tree_format(maker, "0%.*s", WM_STR_ARG(text));
    }
    if (closes && wm_str_is(text, "00:00")) {
        text = WM_STR("24:00");
    }
    return model_is_time(text, closes, &minutes) ? text : WM_STR("");
}

/* An absent date is fine; one that is none is not. */
static bool read_date(tree_maker *maker, const wm_json *value, wm_str *date_out)
{
    wm_date date = 0;
    *date_out = oruk_line(maker, value);
    return date_out->len == 0 || wm_date_parse(*date_out, &date);
}

static bool read_days(tree_maker *maker, wm_str text, schedule *out)
{
    out->day_count = 0;
    for (size_t at = 0; at <= text.len;) {
        size_t end = at;
        while (end < text.len && text.ptr[end] != ',') {
            end++;
        }
        wm_json part = tree_text((wm_str){ text.ptr + at, end - at });
        wm_str day = oruk_line(maker, &part);
        bool good = out->monthly ? model_is_monthly_day(day) : model_is_weekday(day);
        if (!good || out->day_count == DAYS_MAX) {
            return false;
        }
        out->days[out->day_count++] = day;
        at = end + 1;
    }
    return true;
}

static bool has_other_rules(const wm_json *schedule_value)
{
    static const char *const names[] = { "bymonthday", "byweekno", "byyearday", "until", "count" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!tree_is_nothing(wm_json_get(schedule_value, names[i]))) {
            return true;
        }
    }
    const wm_json *interval = wm_json_get(schedule_value, "interval");
    return !tree_is_nothing(interval) && wm_json_integer(interval, 0) != 1;
}

static bool read_schedule(tree_maker *maker, const wm_json *value, schedule *out)
{
    wm_str freq = oruk_member(maker, value, "freq");
    out->monthly = wm_str_is(freq, "MONTHLY");
    if ((!out->monthly && freq.len > 0 && !wm_str_is(freq, "WEEKLY")) || has_other_rules(value)) {
        return false;
    }
    out->opens = read_time(maker, wm_json_get(value, "opens_at"), false);
    out->closes = read_time(maker, wm_json_get(value, "closes_at"), true);
    return out->opens.len > 0 && out->closes.len > 0 && !wm_str_equal(out->opens, out->closes) &&
           read_days(maker, oruk_member(maker, value, "byday"), out) &&
           read_date(maker, wm_json_get(value, "valid_from"), &out->from) &&
           read_date(maker, wm_json_get(value, "valid_to"), &out->to);
}

static void put_times(tree_maker *maker, tree_object *item, const schedule *s)
{
    tree_put_text(maker, item, "opens", s->opens);
    tree_put_text(maker, item, "closes", s->closes);
}

static void add_weekly(tree_maker *maker, const schedule *s, tree_list *weekly)
{
    tree_object item = { NULL, 0, 0 };
    tree_list days = { NULL, 0, 0 };
    for (size_t i = 0; i < s->day_count; i++) {
        tree_add_text_once(maker, &days, s->days[i]);
    }
    tree_put_list(maker, &item, "days", &days);
    put_times(maker, &item, s);
    wm_json made = tree_close(&item);
    tree_add(maker, weekly, &made);
}

static void add_monthly(tree_maker *maker, const schedule *s, tree_list *monthly)
{
    for (size_t i = 0; i < s->day_count; i++) {
        tree_object item = { NULL, 0, 0 };
        tree_put_text(maker, &item, "on", s->days[i]);
        put_times(maker, &item, s);
        wm_json made = tree_close(&item);
        tree_add(maker, monthly, &made);
    }
}

static bool is_always(const schedule *s)
{
    unsigned days = 0;
    for (size_t i = 0; i < s->day_count && !s->monthly; i++) {
        static const char *const names[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };
        for (unsigned day = 0; day < 7; day++) {
            days |= wm_str_is(s->days[i], names[day]) ? 1U << day : 0;
        }
    }
    return days == 0x7f && wm_str_is(s->opens, "00:00") && wm_str_is(s->closes, "24:00") &&
           s->from.len == 0 && s->to.len == 0;
}

bool oruk_read_hours(tree_maker *maker, const wm_json *schedules, tree_object *hours_out)
{
    tree_list weekly = { NULL, 0, 0 };
    tree_list monthly = { NULL, 0, 0 };
    schedule first = { .monthly = false };
    bool always = false;
    for (uint32_t i = 0; i < tree_items(schedules); i++) {
        schedule s = { .monthly = false };
        if (!read_schedule(maker, &schedules->as.items[i], &s)) {
            return false;
        }
        if (i == 0) {
            first = s;
        } else if (!wm_str_equal(first.from, s.from) || !wm_str_equal(first.to, s.to)) {
            return false;
        }
        always = always || is_always(&s);
        if (s.monthly) {
            add_monthly(maker, &s, &monthly);
        } else {
            add_weekly(maker, &s, &weekly);
        }
    }
    if (always) {
        tree_put_boolean(maker, hours_out, "always", true);
        return true;
    }
    tree_put_list(maker, hours_out, "weekly", &weekly);
    tree_put_list(maker, hours_out, "monthly", &monthly);
    if (hours_out->count > 0) {
        tree_put_text(maker, hours_out, "valid_from", first.from);
        tree_put_text(maker, hours_out, "valid_to", first.to);
    }
    return true;
}

/* ---- out ---- */

typedef struct writing {
    tree_maker *maker;
    const wm_json *hours;
    wm_str owner;
    tree_list *out;
} writing;

static void write_schedule(const writing *w, const char *freq, wm_str days, const wm_json *times)
{
    tree_object item = { NULL, 0, 0 };
    oruk_put_part_id(w->maker, &item, w->owner, "schedule", w->out->count);
    tree_put_text(w->maker, &item, "freq", wm_str_of(freq));
    tree_put_text(w->maker, &item, "byday", days);
    tree_put(w->maker, &item, "opens_at", wm_json_get(times, "opens"));
    tree_put(w->maker, &item, "closes_at", wm_json_get(times, "closes"));
    tree_put(w->maker, &item, "valid_from", wm_json_get(w->hours, "valid_from"));
    tree_put(w->maker, &item, "valid_to", wm_json_get(w->hours, "valid_to"));
    wm_json made = tree_close(&item);
    tree_add(w->maker, w->out, &made);
}

static wm_str join_days(tree_maker *maker, const wm_json *days)
{
    wm_str joined = WM_STR("");
    for (uint32_t i = 0; i < tree_items(days); i++) {
        joined = tree_format(maker, "%.*s%s%.*s", WM_STR_ARG(joined), i > 0 ? "," : "",
                             WM_STR_ARG(wm_json_string(&days->as.items[i])));
    }
    return joined;
}

void oruk_write_hours(tree_maker *maker, const wm_json *hours, wm_str owner, tree_list *out)
{
    writing w = { maker, hours, owner, out };
    if (wm_json_boolean(wm_json_get(hours, "always"), false)) {
        tree_object times = { NULL, 0, 0 };
        tree_put_text(maker, &times, "opens", WM_STR("00:00"));
        tree_put_text(maker, &times, "closes", WM_STR("24:00"));
        wm_json made = tree_close(&times);
        write_schedule(&w, "WEEKLY", WM_STR(ALL_DAYS), &made);
    }
    const wm_json *weekly = wm_json_get(hours, "weekly");
    for (uint32_t i = 0; i < tree_items(weekly); i++) {
        const wm_json *item = &weekly->as.items[i];
        write_schedule(&w, "WEEKLY", join_days(maker, wm_json_get(item, "days")), item);
    }
    const wm_json *monthly = wm_json_get(hours, "monthly");
    for (uint32_t i = 0; i < tree_items(monthly); i++) {
        const wm_json *item = &monthly->as.items[i];
        write_schedule(&w, "MONTHLY", wm_json_string(wm_json_get(item, "on")), item);
    }
}

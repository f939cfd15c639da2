/* card_open.c: "Open now, until 17:00", "Opens on Monday at 09:00". */
#include "ask/card_parts.h"

#include <stdio.h>

#define TIME_BYTES 24 /* of any two numbers */
#define DAY_MINUTES ((int64_t)1440)

static wm_str time_of(wm_moment moment, char text[TIME_BYTES])
{
    (void)snprintf(text, TIME_BYTES, "%02d:%02d", (int)(moment.minute / 60 % 24),
                   (int)(moment.minute % 60));
    return wm_str_of(text);
}

static wm_str weekday_of(wm_texts *texts, wm_moment moment)
{
    char id[32];
    (void)snprintf(id, sizeof id, "weekday.%d", wm_date_weekday(moment.day) + 1);
    return wm_text(texts, id);
}

/* A time alone is enough for what is less than a day ahead. */
static wm_said open_text(wm_card *c, const wm_opening *opening, wm_moment now)
{
    wm_texts *texts = c->weighing->texts;
    if (!opening->has_until) {
        return wm_text_said(texts, opening->always ? WM_STR("open.always") : WM_STR("open.now"));
    }
    char time[TIME_BYTES];
    wm_moment until = opening->until;
    const wm_filling fillings[] = { { "time", time_of(until, time) },
                                    { "weekday", weekday_of(texts, until) },
                                    { "date", wm_text_date(texts, until.day) } };
    int64_t minutes = wm_moment_minutes(now, until);
    bool midnight = until.minute == 0 && until.day == now.day + 1;
    return wm_text_filled(texts,
                          midnight                    ? WM_STR("open.until_midnight")
                          : minutes < DAY_MINUTES     ? WM_STR("open.until_time")
                          : minutes < 6 * DAY_MINUTES ? WM_STR("open.until_weekday")
                                                      : WM_STR("open.until_date"),
                          fillings, 3);
}

static wm_said shut_text(wm_card *c, const wm_opening *opening, wm_moment now)
{
    wm_texts *texts = c->weighing->texts;
    if (!opening->has_next) {
        return wm_text_said(texts, WM_STR("open.not_now"));
    }
    char time[TIME_BYTES];
    wm_moment next = opening->next;
    const wm_filling fillings[] = { { "time", time_of(next, time) },
                                    { "weekday", weekday_of(texts, next) },
                                    { "date", wm_text_date(texts, next.day) } };
    int32_t days = next.day - now.day;
    return wm_text_filled(texts,
                          days <= 0   ? WM_STR("open.today")
                          : days == 1 ? WM_STR("open.tomorrow")
                          : days < 7  ? WM_STR("open.weekday")
                                      : WM_STR("open.date"),
                          fillings, 3);
}

static void write_moment(wm_card *c, const char *name, wm_moment moment)
{
    char text[WM_MOMENT_TEXT_BYTES];
    wm_json_out_member_text(c->out, name, wm_moment_format(moment, text));
}

/* The doors of a service that takes nobody are no news. */
static bool takes_people(const wm_card *c)
{
    wm_service_status status = c->option->view.status;
    return status == WM_SERVICE_ACTIVE || status == WM_SERVICE_CLOSING;
}

/* The hours of the record in hand: the same that the option was weighed with. */
static wm_status find_opening(wm_card *c, wm_moment now, wm_opening *opening_out)
{
    wm_buf bytes;
    wm_buf_init(&bytes, c->weighing->asker->env, WM_RECORD_BYTES_MAX);
    wm_status status = wm_hours_encode(wm_json_get(c->service, "hours"), &bytes, c->err);
    if (status == WM_OK) {
        status = wm_hours_at(wm_buf_str(&bytes), now, opening_out, c->err);
    }
    wm_buf_fini(&bytes);
    return status;
}

wm_status wm_card_write_open(wm_card *c)
{
    wm_moment now = { 0, 0 };
    wm_opening opening = { .known = false };
    if (!takes_people(c) || !wm_moment_parse(c->weighing->query->now, &now)) {
        return WM_OK;
    }
    wm_status status = find_opening(c, now, &opening);
    if (status != WM_OK || !opening.known) {
        return status;
    }
    bool open = opening.now || opening.always;
    wm_json_out_name(c->out, "open");
    wm_json_out_object(c->out);
    wm_json_out_member_boolean(c->out, "now", open);
    if (open && opening.has_until) {
        write_moment(c, "until", opening.until);
    } else if (!open && opening.has_next) {
        write_moment(c, "next", opening.next);
    }
    wm_said text = open ? open_text(c, &opening, now) : shut_text(c, &opening, now);
    wm_json_out_member_string(c->out, "text", text.text);
    wm_json_out_end_object(c->out);
    return WM_OK;
}

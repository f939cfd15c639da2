/* opening.c: "Open now, until 17:00.", "Opens on Monday at 09:00."
 *
 * A day is told by what people call it from here: today, tomorrow, a weekday within the next six
 * days, else its date. A language without weekdays gets the date. */
#include "ask/opening.h"

#define TIME_BYTES 8
#define DAY_MINUTES 1440
#define NAMED_DAYS 6 /* after these "Monday" could be the one after */

wm_truth wm_opening_in_time(const wm_opening *opening, wm_moment now)
{
    if (!opening->known) {
        return WM_TRUTH_U;
    }
    bool soon = opening->has_next && wm_moment_minutes(now, opening->next) <= WM_OPEN_SOON_MINUTES;
    bool maybe =
        opening->has_maybe && wm_moment_minutes(now, opening->maybe) <= WM_OPEN_SOON_MINUTES;
    return opening->now || soon ? WM_TRUTH_T : maybe ? WM_TRUTH_U : WM_TRUTH_F;
}

static wm_str time_text(int32_t minute, char text[TIME_BYTES])
{
    unsigned of_day = (unsigned)minute % DAY_MINUTES;
    unsigned hour = of_day / 60;
    unsigned rest = of_day % 60;
    text[0] = (char)('0' + hour / 10);
    text[1] = (char)('0' + hour % 10);
    text[2] = ':';
    text[3] = (char)('0' + rest / 10);
    text[4] = (char)('0' + rest % 10);
    text[5] = '\0';
    return wm_str_of(text);
}

/* By weekday if the day is near and has a word, else by date. */
static wm_str say_on_day(wm_texts *texts, const char *by_weekday, const char *by_date, wm_date day,
                         wm_str time)
{
    wm_str weekday = by_weekday != NULL ? wm_text_weekday(texts, day) : (wm_str){ NULL, 0 };
    const wm_filling fillings[] = {
        { "time", time },
        { weekday.len > 0 ? "weekday" : "date",
          weekday.len > 0 ? weekday : wm_text_date(texts, day) },
    };
    const char *id = weekday.len > 0 ? by_weekday : by_date;
    return wm_text_filled(texts, wm_str_of(id), fillings, 2).text;
}

static wm_str say_at(wm_texts *texts, const char *id, wm_str time)
{
    const wm_filling filling = { "time", time };
    return wm_text_filled(texts, wm_str_of(id), &filling, 1).text;
}

/* A time alone is enough for what is less than a day ahead. The end of a day is midnight of that
 * day, not 00:00 of the one after. */
static wm_str say_until(wm_texts *texts, wm_moment now, wm_moment until)
{
    char clock[TIME_BYTES];
    bool midnight = until.minute == 0;
    wm_date day = midnight ? until.day - 1 : until.day;
    int64_t ahead = (int64_t)day - now.day;
    if (midnight && ahead <= 0) {
        return wm_text_words(texts, "open.until_midnight");
    }
    if (!midnight && wm_moment_local(until) - wm_moment_local(now) < DAY_MINUTES) {
        return say_at(texts, "open.until_time", time_text(until.minute, clock));
    }
    wm_str time = midnight ? wm_text_words(texts, "open.midnight") : time_text(until.minute, clock);
    return say_on_day(texts, ahead <= NAMED_DAYS ? "open.until_weekday" : NULL, "open.until_date",
                      day, time);
}

static wm_str say_next(wm_texts *texts, wm_moment now, wm_moment next)
{
    char clock[TIME_BYTES];
    wm_str time = time_text(next.minute, clock);
    int64_t ahead = (int64_t)next.day - now.day;
    if (ahead <= 1) {
        return say_at(texts, ahead <= 0 ? "open.today" : "open.tomorrow", time);
    }
    return say_on_day(texts, ahead <= NAMED_DAYS ? "open.weekday" : NULL, "open.date", next.day,
                      time);
}

static wm_str say(const wm_opening *opening, wm_moment now, wm_texts *texts)
{
    if (opening->now) {
        return opening->always      ? wm_text_words(texts, "open.always")
               : opening->has_until ? say_until(texts, now, opening->until)
                                    : wm_text_words(texts, "open.now");
    }
    return opening->has_next ? say_next(texts, now, opening->next)
                             : wm_text_words(texts, "open.not_now");
}

/* The sentence, and that nothing is known of the bank holiday before that. */
static wm_str say_all(const wm_opening *opening, wm_moment now, wm_texts *texts)
{
    wm_str text = say(opening, now, texts);
    wm_str more =
        opening->has_maybe ? wm_text_words(texts, "open.bank_holiday") : (wm_str){ NULL, 0 };
    size_t length = text.len + 1 + more.len;
    char *both = more.len > 0 && text.len > 0 ? wm_arena_alloc(texts->arena, length) : NULL;
    if (both == NULL) {
        return text;
    }
    memcpy(both, text.ptr, text.len);
    both[text.len] = ' ';
    memcpy(both + text.len + 1, more.ptr, more.len);
    return (wm_str){ both, length };
}

void wm_opening_write(const wm_opening *opening, wm_moment now, wm_texts *texts, wm_json_out *out)
{
    char moment[WM_MOMENT_TEXT_BYTES];
    if (!opening->known) {
        return;
    }
    wm_json_out_name(out, "open");
    wm_json_out_object(out);
    wm_json_out_member_boolean(out, "now", opening->now);
    if (opening->has_until) {
        wm_json_out_member_text(out, "until", wm_moment_format(opening->until, moment));
    }
    if (opening->has_next) {
        wm_json_out_member_text(out, "next", wm_moment_format(opening->next, moment));
    }
    wm_str text = say_all(opening, now, texts);
    if (text.len > 0) {
        wm_json_out_member_string(out, "text", text);
    }
    wm_json_out_end_object(out);
}

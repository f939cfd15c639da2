/* reply.c: the text is folded and cut into words and numbers, and the few shapes of reply.h are
 * looked for. What is said loosely is kept loose: "2 years ago" is that calendar year. */
#include "ask/reply.h"

#include <stdio.h>

#include <waymark/sys/fold.h>

#define WORDS_MAX 16
#define WORD_BYTES 16

typedef struct word {
    int number;            /* -1: letters */
    int digits;            /* of a number */
    char text[WORD_BYTES]; /* of letters; longer ones are cut, and then match nothing */
} word;

typedef struct reading {
    const wm_askable *fact;
    wm_str text; /* as typed */
    wm_date as_of;
    word words[WORDS_MAX];
    size_t count;
    wm_json_out *out;
    wm_error *err;
} reading;

/* ---- words ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int number_word(const char *text)
{
    static const char *const names[] = { "zero", "one",    "two",   "three", "four",
                                         "five", "six",    "seven", "eight", "nine",
                                         "ten",  "eleven", "twelve" };
    for (int i = 0; i < (int)(sizeof names / sizeof names[0]); i++) {
        if (strcmp(text, names[i]) == 0) {
            return i;
        }
    }
    return strcmp(text, "a") == 0 || strcmp(text, "an") == 0 ? 1 : -1;
}

/* Words that carry nothing here: "born in the spring of 2009" keeps spring and 2009. */
static bool is_filler(const char *text)
{
    static const char *const fillers[] = { "born", "in",  "on",     "the",  "of",  "about", "was",
                                           "st",   "nd",  "rd",     "th",   "im",  "i",     "am",
                                           "it",   "hes", "around", "aged", "age", "and",   "to",
                                           "shes", "is",  "theyre", "since" };
    for (size_t i = 0; i < sizeof fillers / sizeof fillers[0]; i++) {
        if (strcmp(text, fillers[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The word that begins at `at` of the folded text; returns where it ends. */
static size_t take_word(wm_str folded, size_t at, word *w)
{
    bool digits = is_digit(folded.ptr[at]);
    size_t length = 0;
    *w = (word){ .number = digits ? 0 : -1 };
    for (; at < folded.len && folded.ptr[at] != ' ' && is_digit(folded.ptr[at]) == digits; at++) {
        if (digits) {
            w->number = w->number < 100000 ? w->number * 10 + (folded.ptr[at] - '0') : w->number;
            w->digits++;
        } else if (length + 1 < WORD_BYTES) {
            w->text[length++] = folded.ptr[at];
        }
    }
    return at;
}

static void cut_words(reading *r)
{
    char bytes[WM_REPLY_BYTES_MAX * 2];
    size_t length = 0;
    bool apart = false;
    for (size_t at = 0; at < r->text.len;) {
        wm_folded c = wm_fold_char(r->text, at);
        at += c.source_bytes > 0 ? c.source_bytes : 1;
        if (c.parts_words) {
            apart = length > 0;
        } else if (c.len > 0 && length + c.len + 1 < sizeof bytes) {
            if (apart) {
                bytes[length++] = ' ';
            }
            memcpy(bytes + length, c.text, c.len);
            length += c.len;
            apart = false;
        }
    }
    wm_str folded = { bytes, length };
    for (size_t at = 0; at < folded.len && r->count < WORDS_MAX;) {
        word *w = &r->words[r->count];
        if (folded.ptr[at] == ' ') {
            at++;
            continue;
        }
        at = take_word(folded, at, w);
        int number = w->number < 0 ? number_word(w->text) : -1;
        if (number >= 0) {
            *w = (word){ .number = number, .digits = 1 };
        }
        r->count += w->number >= 0 || !is_filler(w->text) ? 1 : 0;
    }
}

static bool is_word(const reading *r, size_t at, const char *const *among)
{
    for (size_t i = 0; at < r->count && r->words[at].number < 0 && among[i] != NULL; i++) {
        if (strcmp(r->words[at].text, among[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int number_at(const reading *r, size_t at)
{
    return at < r->count ? r->words[at].number : -1;
}

static const char *const yes_words[] = { "yes", "y", "yeah", "yep", "true", "ok", NULL };
static const char *const no_words[] = {
    "no", "n", "nope", "false", "never", "none", "nobody", NULL
};
static const char *const year_words[] = { "year", "years", "yr", "yrs", "y", "yo", NULL };
static const char *const month_words[] = { "month", "months", "mo", "mos", "m", NULL };
static const char *const week_words[] = { "week", "weeks", "wk", "wks", NULL };
static const char *const day_words[] = { "day", "days", NULL };

/* ---- dates ---- */

static int month_of(const reading *r, size_t at)
{
    static const char *const names[] = { "january",   "february", "march",    "april",
                                         "may",       "june",     "july",     "august",
                                         "september", "october",  "november", "december" };
    size_t length = at < r->count && r->words[at].number < 0 ? strlen(r->words[at].text) : 0;
    for (int i = 0; length >= 3 && i < 12; i++) {
        if (strncmp(r->words[at].text, names[i], length) == 0) {
            return i + 1;
        }
    }
    return -1;
}

static bool is_year(const reading *r, size_t at)
{
    return at < r->count && r->words[at].digits == 4 && r->words[at].number >= 1880 &&
           r->words[at].number <= 2200;
}

#define DATE_BYTES 40

/* day or month 0: not said. False: no such date. */
static bool put_date(int year, int month, int day, char text_out[DATE_BYTES])
{
    wm_date first = 0;
    wm_date last = 0;
    if (month == 0) {
        (void)snprintf(text_out, DATE_BYTES, "%04d", year);
    } else if (day == 0) {
        (void)snprintf(text_out, DATE_BYTES, "%04d-%02d", year, month);
    } else {
        (void)snprintf(text_out, DATE_BYTES, "%04d-%02d-%02d", year, month, day);
    }
    return wm_date_parse_partial(wm_str_of(text_out), &first, &last);
}

/* All the words are one date. */
static bool read_date(const reading *r, char text_out[DATE_BYTES])
{
    int first = number_at(r, 0);
    int second = number_at(r, 1);
    if (r->count == 1 && is_year(r, 0)) {
        return put_date(first, 0, 0, text_out);
    }
    if (r->count == 2 && is_year(r, 0) && second > 0) {
        return put_date(first, second, 0, text_out);
    }
    if (r->count == 2 && is_year(r, 1)) {
        int month = first > 0 ? first : month_of(r, 0);
        return month > 0 && put_date(second, month, 0, text_out);
    }
    if (r->count == 3 && is_year(r, 0) && second > 0 && number_at(r, 2) > 0) {
        return put_date(first, second, number_at(r, 2), text_out);
    }
    if (r->count != 3 || !is_year(r, 2)) {
        return false;
    }
    int year = number_at(r, 2);
    if (month_of(r, 0) > 0 && second > 0) {
        return put_date(year, month_of(r, 0), second, text_out);
    }
    int month = second > 0 ? second : month_of(r, 1);
    return first > 0 && month > 0 && put_date(year, month, first, text_out);
}

/* ---- values ---- */

static wm_status unexpected(const reading *r, const char *expected)
{
    return wm_fail(r->err, WM_BAD_INPUT, "expected %s; found \"%.*s\"", expected,
                   (int)wm_utf8_cut(r->text, 80), r->text.ptr);
}

static void put_object_text(wm_json_out *out, const char *name, const char *text)
{
    wm_json_out_object(out);
    wm_json_out_member_text(out, name, text);
    wm_json_out_end_object(out);
}

static void put_object_integer(wm_json_out *out, const char *name, int64_t value)
{
    wm_json_out_object(out);
    wm_json_out_member_integer(out, name, value);
    wm_json_out_end_object(out);
}

static void put_none(wm_json_out *out)
{
    wm_json_out_object(out);
    wm_json_out_member_boolean(out, "none", true);
    wm_json_out_end_object(out);
}

static bool says_unknown(const reading *r)
{
    static const char *const dont[] = { "dont", "not", "unsure", "unknown", NULL };
    static const char *const know[] = { "know", "sure", "certain", NULL };
    return is_word(r, 0, dont) &&
           (r->count == 1 ? r->words[0].text[0] == 'u' : r->count == 2 && is_word(r, 1, know));
}

static wm_status read_flag(const reading *r)
{
    bool yes = r->count == 1 && is_word(r, 0, yes_words);
    bool no = r->count == 1 && is_word(r, 0, no_words);
    if (!yes && !no) {
        return unexpected(r, "yes or no");
    }
    wm_json_out_boolean(r->out, yes);
    return WM_OK;
}

/* "16 to 18", "under 18", "over 65" */
static bool read_age_bounds(const reading *r)
{
    static const char *const under[] = { "under", "below", NULL };
    static const char *const over[] = { "over", "above", NULL };
    int first = number_at(r, 0);
    int second = number_at(r, 1);
    bool is_span = r->count == 2 && first >= 0 && second > first && second <= 130;
    bool is_under = r->count == 2 && is_word(r, 0, under) && second > 0 && second <= 130;
    bool is_over = r->count == 2 && is_word(r, 0, over) && second >= 0 && second <= 130;
    if (!is_span && !is_under && !is_over) {
        return false;
    }
    wm_json_out_object(r->out);
    if (is_span || is_over) {
        wm_json_out_member_integer(r->out, "min", is_span ? first : second);
    }
    if (is_span || is_under) {
        wm_json_out_member_integer(r->out, "max", is_span ? second : second - 1);
    }
    wm_json_out_end_object(r->out);
    return true;
}

/* The count of words of an age, without "old" at its end. */
static size_t without_old(const reading *r)
{
    static const char *const old[] = { "old", "ago", NULL };
    return r->count > 0 && is_word(r, r->count - 1, old) ? r->count - 1 : r->count;
}

static wm_status read_age(const reading *r)
{
    char date[DATE_BYTES];
    size_t count = without_old(r);
    int number = number_at(r, 0);
    bool small = number >= 0 && r->words[0].digits <= 3 && number <= 130;
    if (small && (count == 1 || (count == 2 && is_word(r, 1, year_words)))) {
        put_object_integer(r->out, "years", number);
    } else if (small && count == 2 && is_word(r, 1, month_words)) {
        put_object_integer(r->out, "months", number);
    } else if (small && count == 2 && is_word(r, 1, week_words)) {
        put_object_integer(r->out, "months", number * 12 / 52);
    } else if (small && count == 4 && is_word(r, 1, year_words) && number_at(r, 2) >= 0 &&
               number_at(r, 2) < 12 && is_word(r, 3, month_words)) {
        put_object_integer(r->out, "months", number * 12 + number_at(r, 2));
    } else if (read_date(r, date)) {
        put_object_text(r->out, "dob", date);
    } else if (!read_age_bounds(r)) {
        return unexpected(r, "an age like 17 or 6 months, or a date of birth like 3 May 2009");
    }
    return WM_OK;
}

/* "3 weeks ago", "last year", "yesterday". */
static bool read_time_ago(const reading *r)
{
    static const char *const today[] = { "today", "now", NULL };
    static const char *const yesterday[] = { "yesterday", NULL };
    static const char *const last[] = { "last", NULL };
    static const char *const this[] = { "this", NULL };
    char date[WM_DATE_TEXT_BYTES];
    size_t count = without_old(r);
    int number = number_at(r, 0) >= 0 ? number_at(r, 0) : is_word(r, 0, last) ? 1 : 0;
    bool counts = count == 2 && number <= 130 && (number > 0 || is_word(r, 0, this));
    if (count == 1 && (is_word(r, 0, today) || is_word(r, 0, yesterday))) {
        (void)wm_date_format(r->as_of - (is_word(r, 0, today) ? 0 : 1), date);
    } else if (counts && (is_word(r, 1, day_words) || is_word(r, 1, week_words))) {
        (void)wm_date_format(r->as_of - number * (is_word(r, 1, day_words) ? 1 : 7), date);
    } else if (counts && is_word(r, 1, month_words)) {
        put_object_integer(r->out, "months", number);
        return true;
    } else if (counts && is_word(r, 1, year_words)) {
        (void)snprintf(date, sizeof date, "%04d", wm_date_to_civil(r->as_of).year - number);
    } else {
        return false;
    }
    put_object_text(r->out, "date", date);
    return true;
}

static wm_status read_event(const reading *r)
{
    char date[DATE_BYTES];
    if (r->count == 1 && is_word(r, 0, no_words)) {
        put_none(r->out);
    } else if (read_date(r, date)) {
        put_object_text(r->out, "date", date);
    } else if (!read_time_ago(r)) {
        return unexpected(r, "when it was, like May 2025, 2025 or 3 months ago, or \"never\"");
    }
    return WM_OK;
}

/* The item of the list at `at`, without spaces around it; moves `at` behind the comma. */
static wm_str take_item(wm_str list, size_t *at)
{
    size_t start = *at;
    while (*at < list.len && list.ptr[*at] != ',') {
        (*at)++;
    }
    size_t end = (*at)++;
    while (start < end && list.ptr[start] == ' ') {
        start++;
    }
    while (end > start && list.ptr[end - 1] == ' ') {
        end--;
    }
    return (wm_str){ list.ptr + start, end - start };
}

static wm_status read_term(const reading *r, wm_str term)
{
    for (uint32_t i = 0; i < r->fact->term_count; i++) {
        if (wm_str_equal(r->fact->terms[i], term)) {
            wm_json_out_string(r->out, term);
            return WM_OK;
        }
    }
    return unexpected(r, "one of the options");
}

static wm_status read_set(const reading *r)
{
    wm_status status = WM_OK;
    wm_json_out_object(r->out);
    wm_json_out_name(r->out, "has");
    wm_json_out_array(r->out);
    for (size_t at = 0; at < r->text.len && status == WM_OK;) {
        status = read_term(r, take_item(r->text, &at));
    }
    wm_json_out_end_array(r->out);
    wm_json_out_end_object(r->out);
    return status;
}

/* "nobody", or ages in years. */
static wm_status read_people(const reading *r)
{
    bool nobody = r->count == 1 && is_word(r, 0, no_words);
    for (size_t i = 0; i < r->count && !nobody; i++) {
        if (number_at(r, i) < 0 || number_at(r, i) > 130) {
            return unexpected(r, "their ages in years like 3, 7, or \"nobody\"");
        }
    }
    if (r->count == 0) {
        return unexpected(r, "their ages in years like 3, 7, or \"nobody\"");
    }
    wm_json_out_object(r->out);
    wm_json_out_member_boolean(r->out, "complete", true);
    wm_json_out_name(r->out, "people");
    wm_json_out_array(r->out);
    for (size_t i = 0; i < r->count && !nobody; i++) {
        wm_json_out_object(r->out);
        wm_json_out_name(r->out, "age");
        put_object_integer(r->out, "years", number_at(r, i));
        wm_json_out_end_object(r->out);
    }
    wm_json_out_end_array(r->out);
    wm_json_out_end_object(r->out);
    return WM_OK;
}

wm_status wm_reply_read(const wm_askable *fact, wm_str text, wm_date as_of, wm_json_out *out,
                        wm_error *err)
{
    reading r = { .fact = fact, .text = text, .as_of = as_of, .out = out, .err = err };
    if (text.len > WM_REPLY_BYTES_MAX) {
        return wm_fail(err, WM_TOO_LARGE, "expected at most %d bytes, found %zu",
                       WM_REPLY_BYTES_MAX, text.len);
    }
    if (!wm_utf8_valid(text, NULL)) {
        return wm_fail(err, WM_BAD_INPUT, "expected text in UTF-8, found other bytes");
    }
    cut_words(&r);
    if (says_unknown(&r)) {
        put_object_text(out, "?", "unknown");
        return WM_OK;
    }
    switch (fact->type) {
    case WM_FACT_AGE: return read_age(&r);
    case WM_FACT_EVENT: return read_event(&r);
    case WM_FACT_ONE:
    case WM_FACT_LEVEL: return read_term(&r, text);
    case WM_FACT_SET: return read_set(&r);
    case WM_FACT_PEOPLE: return read_people(&r);
    case WM_FACT_AREA: wm_json_out_string(out, text); return WM_OK;
    case WM_FACT_FLAG:
    default: return read_flag(&r);
    }
}

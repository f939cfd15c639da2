/* gaps_find.c: from what there is to what is missing; and the sentence of each gap. */
#include "rules/gaps_find.h"

#define NIGHT_BEGINS 22
#define NIGHT_ENDS 8
#define HOURS_OF_WEEK 168

const char *wm_gap_kind_name(wm_gap_kind kind)
{
    static const char *const names[] = { "none",      "age",       "hours", "routes",
                                         "languages", "intensity", "safety" };
    return names[kind];
}

static wm_gap_set every_age(void)
{
    wm_gap_set all = { { 0, 0 } };
    for (unsigned age = 0; age < WM_GAP_AGES; age++) {
        wm_gap_set_put(&all, age);
    }
    return all;
}

static bool overlap(const wm_gap_set *a, const wm_gap_set *b)
{
    return (a->bits[0] & b->bits[0]) != 0 || (a->bits[1] & b->bits[1]) != 0;
}

static wm_gap_set join(wm_gap_set a, wm_gap_set b)
{
    return (wm_gap_set){ { a.bits[0] | b.bits[0], a.bits[1] | b.bits[1] } };
}

static wm_gap_set meet(wm_gap_set a, wm_gap_set b)
{
    return (wm_gap_set){ { a.bits[0] & b.bits[0], a.bits[1] & b.bits[1] } };
}

/* ---- hours ---- */

static bool is_open(const uint8_t week[WM_GAP_WEEK_BYTES], unsigned hour)
{
    return (week[hour / 8] >> (hour % 8) & 1) != 0;
}

/* How much of a period is open: 0 nothing, 1 some of what is needed, 2 enough. */
static unsigned night_cover(const uint8_t week[WM_GAP_WEEK_BYTES])
{
    unsigned open = 0;
    unsigned all = 0;
    for (unsigned hour = 0; hour < HOURS_OF_WEEK; hour++) {
        if (hour % 24 >= NIGHT_BEGINS || hour % 24 < NIGHT_ENDS) {
            open += is_open(week, hour) ? 1 : 0;
            all++;
        }
    }
    return open == all ? 2 : open > 0 ? 1 : 0;
}

static unsigned weekend_cover(const uint8_t week[WM_GAP_WEEK_BYTES])
{
    unsigned days = 0;
    for (unsigned day = 5; day < 7; day++) {
        bool has_hour = false;
        for (unsigned hour = NIGHT_ENDS; hour < NIGHT_BEGINS; hour++) {
            has_hour = has_hour || is_open(week, day * 24 + hour);
        }
        days += has_hour ? 1 : 0;
    }
    return days;
}

/* One gap for the ages that have nothing in the period, one for those that have some of it. */
static size_t find_hours(const wm_gap_cell *cell, wm_gap_period period, wm_gap *found_out)
{
    wm_gap gaps[2] = { { .kind = WM_GAP_HOURS, .period = period },
                       { .kind = WM_GAP_HOURS, .period = period, .in_part = true } };
    for (unsigned age = 0; age < WM_GAP_AGES; age++) {
        const uint8_t *week = cell->weeks[age];
        unsigned cover = period == WM_GAP_NIGHT ? night_cover(week) : weekend_cover(week);
        if (cover < 2 && wm_gap_set_has(&cell->taken, age)) {
            wm_gap_set_put(&gaps[cover].ages, age);
        }
    }
    size_t count = 0;
    for (size_t i = 0; i < 2; i++) {
        gaps[i].unsaid = overlap(&gaps[i].ages, &cell->hours_unsaid);
        if (!wm_gap_set_is_empty(&gaps[i].ages)) {
            found_out[count++] = gaps[i];
        }
    }
    return count;
}

/* ---- the others ---- */

static size_t find_routes(const wm_gap_cell *cell, wm_gap *found_out)
{
    wm_gap gap = { .kind = WM_GAP_ROUTES, .ages = wm_gap_set_less(cell->taken, cell->by_self) };
    gap.unsaid = overlap(&gap.ages, &cell->routes_unsaid);
    if (wm_gap_set_is_empty(&gap.ages)) {
        return 0;
    }
    *found_out = gap;
    return 1;
}

static size_t find_languages(const wm_gaps *gaps, size_t place, const wm_gap_cell *cell,
                             wm_gap *found_out)
{
    wm_gap_set wanted = wm_gap_set_less(wm_gaps_languages(gaps, place), cell->spoken);
    wm_gap gap = { .kind = WM_GAP_LANGUAGES, .unsaid = cell->languages_unsaid > 0 };
    gap.interpreted = cell->interprets_any ? wanted : meet(wanted, cell->interpreted);
    gap.missing = wm_gap_set_less(wanted, gap.interpreted);
    if (wm_gap_set_is_empty(&wanted)) {
        return 0;
    }
    *found_out = gap;
    return 1;
}

static size_t find_middle(const wm_gap_cell *cell, wm_gap *found_out)
{
    wm_gap_set ends =
        meet(cell->intensities[WM_GAP_ADVICE], cell->intensities[WM_GAP_RISK_SUPPORT]);
    wm_gap_set middle = join(cell->intensities[WM_GAP_HELP], cell->intensities[WM_GAP_MORE_HELP]);
    wm_gap gap = { .kind = WM_GAP_MIDDLE, .ages = wm_gap_set_less(ends, middle) };
    if (wm_gap_set_is_empty(&gap.ages)) {
        return 0;
    }
    *found_out = gap;
    return 1;
}

size_t wm_gaps_find(const wm_gaps *gaps, size_t place, wm_need need, wm_gap found_out[WM_GAPS_MAX])
{
    const wm_gap_cell *cell = wm_gaps_cell(gaps, place, need);
    wm_gap age = { .kind = WM_GAP_AGE, .ages = wm_gap_set_less(every_age(), cell->taken) };
    size_t count = 0;
    if (wm_gap_set_is_empty(&cell->taken)) {
        found_out[0] = age;
        found_out[0].kind = WM_GAP_NONE;
        return 1;
    }
    if (!wm_gap_set_is_empty(&age.ages)) {
        found_out[count++] = age;
    }
    if (cell->weeks != NULL) {
        count += find_hours(cell, WM_GAP_NIGHT, &found_out[count]);
        count += find_hours(cell, WM_GAP_WEEKEND, &found_out[count]);
    }
    count += find_routes(cell, &found_out[count]);
    count += find_languages(gaps, place, cell, &found_out[count]);
    count += find_middle(cell, &found_out[count]);
    return count;
}

bool wm_gaps_find_safety(const wm_gaps *gaps, size_t place, wm_gap *gap_out)
{
    wm_gap gap = { .kind = WM_GAP_SAFETY,
                   .ages = wm_gap_set_less(every_age(), wm_gaps_safety(gaps, place)) };
    bool found = !wm_gap_set_is_empty(&gap.ages);
    *gap_out = found ? gap : *gap_out;
    return found;
}

/* ---- sentences ---- */

void wm_gap_ages_put(const wm_gap_set *ages, wm_buf *out)
{
    bool is_first = true;
    for (unsigned from = 0; from < WM_GAP_AGES; from++) {
        if (!wm_gap_set_has(ages, from)) {
            continue;
        }
        unsigned to = from;
        while (to + 1 < WM_GAP_AGES && wm_gap_set_has(ages, to + 1)) {
            to++;
        }
        wm_buf_put_text(out, is_first ? "" : ", ");
        if (to == WM_GAP_AGES - 1) {
            wm_buf_printf(out, "%u and over", from);
        } else if (to == from) {
            wm_buf_printf(out, "%u", from);
        } else {
            wm_buf_printf(out, "%u to %u", from, to);
        }
        is_first = false;
        from = to;
    }
}

/* "Ages 0 to 17", or "Every age" */
static void put_whom(const wm_gap_set *ages, wm_buf *out)
{
    wm_gap_set all = every_age();
    if (wm_gap_set_has(ages, 0) && ages->bits[0] == all.bits[0] && ages->bits[1] == all.bits[1]) {
        wm_buf_put_text(out, "Every age");
        return;
    }
    wm_buf_put_text(out, "Ages ");
    wm_gap_ages_put(ages, out);
}

bool wm_gap_next_language(const wm_gaps *gaps, const wm_gap_set *languages, wm_str *tag)
{
    wm_str next = { NULL, 0 };
    for (unsigned i = 0; i < WM_GAP_LANGUAGES_MAX; i++) {
        if (!wm_gap_set_has(languages, i)) {
            continue;
        }
        wm_str found = wm_gaps_language(gaps, i);
        bool is_behind = tag->ptr == NULL || wm_str_compare(found, *tag) > 0;
        if (is_behind && (next.ptr == NULL || wm_str_compare(found, next) < 0)) {
            next = found;
        }
    }
    *tag = next.ptr != NULL ? next : *tag;
    return next.ptr != NULL;
}

static void put_languages(const wm_gaps *gaps, const char *before, const wm_gap_set *languages,
                          wm_buf *out)
{
    wm_str tag = { NULL, 0 };
    bool is_first = true;
    while (wm_gap_next_language(gaps, languages, &tag)) {
        wm_buf_put_text(out, is_first ? before : ", ");
        wm_buf_put_str(out, tag);
        is_first = false;
    }
}

static void put_hours(const wm_gap *gap, wm_buf *out)
{
    static const char *const sentences[2][2] = {
        { ": nothing is open from 22:00 to 08:00",
          ": not all hours from 22:00 to 08:00 are covered" },
        { ": nothing is open at weekends", ": nothing is open on one day of the weekend" },
    };
    put_whom(&gap->ages, out);
    wm_buf_put_text(out, sentences[gap->period][gap->in_part ? 1 : 0]);
}

void wm_gap_sentence(const wm_gaps *gaps, const wm_gap *gap, wm_buf *out)
{
    static const char *const endings[] = {
        [WM_GAP_AGE] = ": no open service",
        [WM_GAP_ROUTES] = ": nobody whom they can ask themselves",
        [WM_GAP_MIDDLE] = ": advice and crisis support, but nothing between",
        [WM_GAP_SAFETY] = ": no safety service that answers day and night, besides 999",
    };
    static const char *const unsaid[] = {
        [WM_GAP_HOURS] = " (some services do not say when they are open)",
        [WM_GAP_ROUTES] = " (some services do not say who can ask)",
        [WM_GAP_LANGUAGES] = " (some services do not say what they speak)",
    };
    if (gap->kind == WM_GAP_NONE) {
        wm_buf_put_text(out, "No open service");
    } else if (gap->kind == WM_GAP_LANGUAGES) {
        bool both = !wm_gap_set_is_empty(&gap->missing) && !wm_gap_set_is_empty(&gap->interpreted);
        put_languages(gaps, "Nobody has ", &gap->missing, out);
        put_languages(gaps, both ? "; only interpreters have " : "Only interpreters have ",
                      &gap->interpreted, out);
    } else if (gap->kind == WM_GAP_HOURS) {
        put_hours(gap, out);
    } else {
        put_whom(&gap->ages, out);
        wm_buf_put_text(out, endings[gap->kind]);
    }
    wm_buf_put_text(out, gap->unsaid ? unsaid[gap->kind] : "");
    wm_buf_put_char(out, '.');
}

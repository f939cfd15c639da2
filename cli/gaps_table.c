/* gaps_table.c: see gaps_table.h. One place: each need with its gaps. Two: their gaps in two
 * columns. More: how many needs of each group have a gap, by kind, in blocks of as many places as
 * fit. */
#include <string.h>

#include "gaps_table.h"
#include "page.h"
#include "wrap.h"

#define LABEL_COLUMNS 32
#define PLACE_COLUMNS 14 /* at least */
#define GAP_COLUMNS 2    /* between columns */

typedef struct letter {
    const char *kind;
    char letter;
    const char *meaning;
} letter;

static const letter letters[] = {
    { "none", 'N', "nothing is open for the need" },
    { "age", 'A', "nothing is open for some ages" },
    { "hours", 'H', "nothing is open at night or at weekends (needs that cannot wait)" },
    { "routes", 'R', "nobody whom some can ask themselves" },
    { "languages", 'L', "a language that nobody has, not even by an interpreter" },
    { "intensity", 'M', "the missing middle: advice and crisis support, but nothing between" },
};

#define LETTERS (sizeof letters / sizeof letters[0])

static long long number_of(const wm_json *object, const char *name)
{
    return (long long)wm_json_integer(wm_json_get(object, name), 0);
}

static void put_origin(const wm_json *report, wm_buf *to)
{
    wm_str day = wm_page_text(report, "released_on");
    wm_buf_printf(to, "On %.*s, ", WM_STR_ARG(wm_page_text(report, "as_of")));
    if (number_of(report, "release") > 0) {
        wm_buf_printf(to, "release %lld of %.*s, ", number_of(report, "release"), WM_STR_ARG(day));
    }
    wm_buf_printf(to, "%.*s edition: %lld of %lld services are open and have room.\n",
                  WM_STR_ARG(wm_page_text(report, "edition")), number_of(report, "open"),
                  number_of(report, "services"));
    if (wm_json_get(report, "stale_since") != NULL) {
        wm_buf_printf(to, "Out of date since %.*s: services may have come and gone.\n",
                      WM_STR_ARG(wm_page_text(report, "stale_since")));
    }
    if (number_of(report, "national_left_out") > 0) {
        wm_buf_printf(to, "%lld that serve a whole nation are left out.\n",
                      number_of(report, "national_left_out"));
    }
}

/* The place's own gap: a safety service day and night. */
static void put_safety(const wm_json *place, wm_buf *to)
{
    const wm_json *gaps = wm_json_get(place, "gaps");
    wm_page_put_text(to, wm_page_text(place, "name"));
    wm_buf_put_text(to, ": ");
    if (wm_page_items(gaps) == 0) {
        wm_buf_put_text(to, "every age has a safety service day and night, besides 999.\n");
        return;
    }
    wm_buf_put_text(to, "ERROR. ");
    for (uint32_t i = 0; i < wm_page_items(gaps); i++) {
        wm_page_put_text(to, wm_page_text(&gaps->as.items[i], "text"));
        wm_buf_put_char(to, '\n');
    }
}

/* Told only by number: a language that only an interpreter has is a gap, but of nearly every need.
 */
static bool is_passed_over(const wm_json *gap, bool is_brief)
{
    return is_brief && wm_str_is(wm_page_text(gap, "kind"), "languages") &&
           wm_page_items(wm_json_get(gap, "nobody")) == 0;
}

/* The gaps of the need that are told. */
static uint32_t told_of(const wm_json *need, bool is_brief)
{
    const wm_json *gaps = wm_json_get(need, "gaps");
    uint32_t count = 0;
    for (uint32_t i = 0; i < wm_page_items(gaps); i++) {
        count += is_passed_over(&gaps->as.items[i], is_brief) ? 0 : 1;
    }
    return count;
}

static void put_passed_over(const wm_json *place, bool is_brief, wm_buf *to)
{
    const wm_json *needs = wm_json_get(place, "needs");
    unsigned count = 0;
    for (uint32_t n = 0; n < wm_page_items(needs); n++) {
        const wm_json *need = &needs->as.items[n];
        count += told_of(need, is_brief) < wm_page_items(wm_json_get(need, "gaps")) ? 1 : 0;
    }
    if (count > 0) {
        wm_buf_put_char(to, '\n');
        wm_page_put_text(to, wm_page_text(place, "name"));
        wm_buf_printf(to,
                      ": for %u need%s, some languages are there only through an interpreter; "
                      "--need tells which.\n",
                      count, count == 1 ? "" : "s");
    }
}

/* ---- one place ---- */

static void put_need(const wm_json *need, bool is_brief, wm_buf *to)
{
    const wm_json *gaps = wm_json_get(need, "gaps");
    wm_buf_put_text(to, "  ");
    wm_page_put_text(to, wm_page_text(need, "label"));
    wm_buf_printf(to, " (%.*s), %lld open\n", WM_STR_ARG(wm_page_text(need, "need")),
                  number_of(need, "services"));
    for (uint32_t i = 0; i < wm_page_items(gaps); i++) {
        const wm_json *gap = &gaps->as.items[i];
        if (is_passed_over(gap, is_brief)) {
            continue;
        }
        wm_buf_printf(to, "    %-10.*s %c", WM_STR_ARG(wm_page_text(gap, "kind")), WM_WRAP_HERE);
        wm_page_put_text(to, wm_page_text(gap, "text"));
        wm_buf_put_char(to, '\n');
    }
}

static void put_place(const wm_json *report, const wm_json *place, bool is_brief, wm_buf *to)
{
    uint32_t told = 0;
    const wm_json *groups = wm_json_get(report, "groups");
    const wm_json *needs = wm_json_get(place, "needs");
    for (uint32_t g = 0; g < wm_page_items(groups); g++) {
        const wm_json *group = &groups->as.items[g];
        bool is_headed = false;
        for (uint32_t n = 0; n < wm_page_items(needs); n++) {
            const wm_json *need = &needs->as.items[n];
            if (told_of(need, is_brief) == 0 ||
                !wm_str_equal(wm_page_text(need, "group"), wm_page_text(group, "need"))) {
                continue;
            }
            if (!is_headed) {
                wm_buf_put_char(to, '\n');
                wm_page_put_text(to, wm_page_text(group, "label"));
                wm_buf_put_char(to, '\n');
                is_headed = true;
            }
            put_need(need, is_brief, to);
            told++;
        }
    }
    if (told == 0) {
        wm_buf_put_text(to, "\nNo gap was found.\n");
    }
    put_passed_over(place, is_brief, to);
}

/* ---- two places ---- */

static const wm_json *need_of(const wm_json *place, wm_str id)
{
    const wm_json *needs = wm_json_get(place, "needs");
    for (uint32_t i = 0; i < wm_page_items(needs); i++) {
        if (wm_str_equal(wm_page_text(&needs->as.items[i], "need"), id)) {
            return &needs->as.items[i];
        }
    }
    return NULL;
}

/* All gaps of a need, one a line; "-" where there is none. */
static void put_gaps(const wm_json *need, bool is_brief, wm_buf *cell)
{
    const wm_json *gaps = wm_json_get(need, "gaps");
    wm_buf_reset(cell);
    for (uint32_t i = 0; i < wm_page_items(gaps); i++) {
        if (!is_passed_over(&gaps->as.items[i], is_brief)) {
            wm_buf_put_text(cell, cell->len > 0 ? "\n" : "");
            wm_page_put_text(cell, wm_page_text(&gaps->as.items[i], "text"));
        }
    }
    wm_buf_put_text(cell, cell->len == 0 ? "-" : "");
}

typedef struct pair_page {
    size_t widths[4]; /* the mark, the need, and the two places */
    bool is_brief;
    wm_buf *cells;
    wm_buf *to;
} pair_page;

static void put_pair(const wm_json *const needs[2], const pair_page *page)
{
    wm_buf *cells = page->cells;
    put_gaps(needs[0], page->is_brief, &cells[1]);
    put_gaps(needs[1], page->is_brief, &cells[2]);
    wm_buf_reset(&cells[0]);
    wm_page_put_text(&cells[0], wm_page_text(needs[0] != NULL ? needs[0] : needs[1], "label"));
    bool same = wm_str_equal(wm_buf_str(&cells[1]), wm_buf_str(&cells[2]));
    wm_str row[] = { same ? WM_STR("") : WM_STR("*"), wm_buf_str(&cells[0]), wm_buf_str(&cells[1]),
                     wm_buf_str(&cells[2]) };
    wm_buf_put_char(page->to, '\n');
    wm_wrap_row(page->to, row, page->widths, 4);
}

static void put_two(const wm_json *const places[2], wm_gaps_view view, wm_buf *cells, wm_buf *to)
{
    bool is_brief = view.is_brief;
    size_t need = view.columns / 4 + 1;
    size_t place = (view.columns - need - 8) / 2;
    pair_page page = { { 2, need, place, place }, is_brief, cells, to };
    wm_str head[] = { WM_STR(""), WM_STR("Need"), wm_page_text(places[0], "name"),
                      wm_page_text(places[1], "name") };
    wm_buf_put_char(to, '\n');
    wm_wrap_row(to, head, page.widths, 4);
    for (unsigned side = 0; side < 2; side++) {
        const wm_json *list = wm_json_get(places[side], "needs");
        for (uint32_t i = 0; i < wm_page_items(list); i++) {
            wm_str id = wm_page_text(&list->as.items[i], "need");
            const wm_json *pair[] = { need_of(places[0], id), need_of(places[1], id) };
            bool is_told = told_of(pair[0], is_brief) + told_of(pair[1], is_brief) > 0;
            if (is_told && (side == 0 || pair[0] == NULL)) {
                put_pair(pair, &page);
            }
        }
    }
    wm_buf_put_text(to, "\n-  no gap; *  the two differ\n");
    put_passed_over(places[0], is_brief, to);
    put_passed_over(places[1], is_brief, to);
}

/* ---- many places ---- */

static bool has_gap(const wm_json *need, const char *kind)
{
    const wm_json *gaps = wm_json_get(need, "gaps");
    for (uint32_t i = 0; i < wm_page_items(gaps); i++) {
        const wm_json *gap = &gaps->as.items[i];
        bool is_kind = wm_str_is(wm_page_text(gap, "kind"), kind);
        bool counts =
            strcmp(kind, "languages") != 0 || wm_page_items(wm_json_get(gap, "nobody")) > 0;
        if (is_kind && counts) {
            return true;
        }
    }
    return false;
}

/* "A3 H1", or "." */
static void put_counts(const wm_json *place, wm_str group, wm_buf *cell)
{
    const wm_json *needs = wm_json_get(place, "needs");
    wm_buf_reset(cell);
    for (size_t l = 0; l < LETTERS; l++) {
        unsigned count = 0;
        for (uint32_t n = 0; n < wm_page_items(needs); n++) {
            const wm_json *need = &needs->as.items[n];
            bool is_in = wm_str_equal(wm_page_text(need, "group"), group);
            count += is_in && has_gap(need, letters[l].kind) ? 1 : 0;
        }
        if (count > 0) {
            wm_buf_printf(cell, "%s%c%u", cell->len > 0 ? " " : "", letters[l].letter, count);
        }
    }
    wm_buf_put_text(cell, cell->len == 0 ? "." : "");
}

static size_t label_columns(size_t columns)
{
    return columns / 2 < LABEL_COLUMNS ? columns / 2 : LABEL_COLUMNS;
}

/* `count` places from `first` on, each `columns` wide with the gap before it. */
typedef struct block {
    uint32_t first;
    uint32_t count;
    size_t columns;
    size_t label_columns;
} block;

static void put_block(const wm_json *report, const block *at, wm_buf *cells, wm_buf *to)
{
    const wm_json *groups = wm_json_get(report, "groups");
    const wm_json *places = wm_json_get(report, "places");
    wm_str row[WM_WRAP_CELLS_MAX];
    size_t widths[WM_WRAP_CELLS_MAX];
    row[0] = WM_STR("Needs (how many)");
    widths[0] = at->label_columns;
    for (uint32_t p = 0; p < at->count; p++) {
        wm_buf_reset(&cells[p + 1]);
        wm_page_put_text(&cells[p + 1], wm_page_text(&places->as.items[at->first + p], "name"));
        row[p + 1] = wm_buf_str(&cells[p + 1]);
        widths[p + 1] = at->columns - GAP_COLUMNS;
    }
    wm_buf_put_char(to, '\n');
    wm_wrap_row(to, row, widths, at->count + 1);
    for (uint32_t g = 0; g < wm_page_items(groups); g++) {
        const wm_json *group = &groups->as.items[g];
        wm_buf_reset(&cells[0]);
        wm_page_put_text(&cells[0], wm_page_text(group, "label"));
        wm_buf_printf(&cells[0], " (%lld)", number_of(group, "needs"));
        row[0] = wm_buf_str(&cells[0]);
        for (uint32_t p = 0; p < at->count; p++) {
            put_counts(&places->as.items[at->first + p], wm_page_text(group, "need"),
                       &cells[p + 1]);
            row[p + 1] = wm_buf_str(&cells[p + 1]);
        }
        wm_wrap_row(to, row, widths, at->count + 1);
    }
}

static void put_all(const wm_json *report, size_t columns, wm_buf *cells, wm_buf *to)
{
    uint32_t count = wm_page_items(wm_json_get(report, "places"));
    block at = { .label_columns = label_columns(columns) };
    size_t room = columns - at.label_columns;
    size_t fits = room / (PLACE_COLUMNS + GAP_COLUMNS);
    fits = fits < 1 ? 1 : fits > WM_WRAP_CELLS_MAX - 2 ? WM_WRAP_CELLS_MAX - 2 : fits;
    fits += count == fits + 1 && fits > 2 ? 1 : 0; /* a little narrower rather than one alone */
    while (at.first < count) {
        at.count = count - at.first < fits ? count - at.first : (uint32_t)fits;
        at.columns = room / at.count;
        put_block(report, &at, cells, to);
        at.first += at.count;
    }
    wm_buf_put_text(to, "\nEach letter with the number of needs:\n");
    for (size_t l = 0; l < LETTERS; l++) {
        wm_buf_printf(to, "  %c  %s\n", letters[l].letter, letters[l].meaning);
    }
    wm_buf_put_text(to, "  .  no gap\n--at PLACE tells them one by one; --against PLACE puts "
                        "another beside it;\n--local leaves out services of a whole nation.\n");
}

void wm_gaps_table(const wm_json *report, wm_gaps_view view, wm_buf *to, const wm_env *env)
{
    const wm_json *places = wm_json_get(report, "places");
    wm_buf lines;
    wm_buf cells[WM_WRAP_CELLS_MAX];
    wm_buf_init(&lines, env, 4 * WM_ANSWER_BYTES_MAX);
    for (size_t i = 0; i < WM_WRAP_CELLS_MAX; i++) {
        wm_buf_init(&cells[i], env, WM_ANSWER_BYTES_MAX);
    }
    put_origin(report, &lines);
    for (uint32_t i = 0; i < wm_page_items(places); i++) {
        put_safety(&places->as.items[i], &lines);
    }
    if (!view.is_table && wm_page_items(places) == 1) {
        put_place(report, &places->as.items[0], view.is_brief, &lines);
    } else if (!view.is_table && wm_page_items(places) == 2) {
        const wm_json *two[] = { &places->as.items[0], &places->as.items[1] };
        put_two(two, view, cells, &lines);
    } else {
        put_all(report, view.columns, cells, &lines);
    }
    wm_wrap(wm_buf_str(&lines), view.columns, to);
    for (size_t i = 0; i < WM_WRAP_CELLS_MAX; i++) {
        to->status = to->status == WM_OK ? cells[i].status : to->status;
        wm_buf_fini(&cells[i]);
    }
    to->status = to->status == WM_OK ? lines.status : to->status;
    wm_buf_fini(&lines);
}

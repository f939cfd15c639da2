/* wrap.c: see wrap.h. Ranges are those of Unicode's East Asian Width (W, F) and of its combining
 * marks, as far as languages are spoken here that write them. */
#include <string.h>

#include "wrap.h"

typedef struct range {
    uint32_t first;
    uint32_t last;
} range;

static bool is_within(uint32_t c, const range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (c >= ranges[i].first && c <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

static bool takes_no_room(uint32_t c)
{
    static const range ranges[] = {
        { 0x300, 0x36f },   { 0x483, 0x489 },   { 0x591, 0x5bd },   { 0x5bf, 0x5bf },
        { 0x5c1, 0x5c2 },   { 0x5c4, 0x5c5 },   { 0x610, 0x61a },   { 0x64b, 0x65f },
        { 0x670, 0x670 },   { 0x6d6, 0x6dc },   { 0x6df, 0x6e4 },   { 0x6e7, 0x6e8 },
        { 0x6ea, 0x6ed },   { 0x711, 0x711 },   { 0x730, 0x74a },   { 0x900, 0x902 },
        { 0x93a, 0x93a },   { 0x93c, 0x93c },   { 0x941, 0x948 },   { 0x94d, 0x94d },
        { 0x951, 0x957 },   { 0x981, 0x981 },   { 0x9bc, 0x9bc },   { 0x9c1, 0x9c4 },
        { 0x9cd, 0x9cd },   { 0xa01, 0xa02 },   { 0xa3c, 0xa3c },   { 0xa41, 0xa51 },
        { 0xa70, 0xa71 },   { 0xa81, 0xa82 },   { 0xabc, 0xabc },   { 0xac1, 0xac8 },
        { 0xacd, 0xacd },   { 0xb82, 0xb82 },   { 0xbc0, 0xbc0 },   { 0xbcd, 0xbcd },
        { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x200b, 0x200f }, { 0x202a, 0x202e },
        { 0x2060, 0x2069 }, { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
        { 0xfeff, 0xfeff },
    };
    return c >= 0x300 && is_within(c, ranges, sizeof ranges / sizeof ranges[0]);
}

static bool is_wide(uint32_t c)
{
    static const range ranges[] = {
        { 0x1100, 0x115f },   { 0x2e80, 0x303e }, { 0x3041, 0x33ff }, { 0x3400, 0x4dbf },
        { 0x4e00, 0x9fff },   { 0xa000, 0xa4cf }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff },
        { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1faff },
        { 0x20000, 0x3fffd },
    };
    return c >= 0x1100 && is_within(c, ranges, sizeof ranges / sizeof ranges[0]);
}

/* The character at *at, which moves past it and past what steers the terminal; its columns. */
static size_t take_width(wm_str text, size_t *at, bool *wide_out)
{
    *wide_out = false;
    if (text.ptr[*at] == '\033') {
        while (*at < text.len && text.ptr[*at] != 'm') {
            (*at)++;
        }
        *at += *at < text.len ? 1 : 0;
        return 0;
    }
    uint32_t c = wm_utf8_next(text, at);
    *wide_out = is_wide(c);
    return c == (uint32_t)WM_WRAP_HERE || takes_no_room(c) ? 0 : *wide_out ? 2 : 1;
}

size_t wm_wrap_width(wm_str text)
{
    size_t width = 0;
    bool wide = false;
    for (size_t at = 0; at < text.len;) {
        width += take_width(text, &at, &wide);
    }
    return width;
}

typedef struct wrapping {
    wm_buf *to;
    size_t columns;
    size_t column;
    size_t hang; /* where the next line begins */
} wrapping;

static void put_spaces(wrapping *w, size_t count)
{
    wm_buf_printf(w->to, "%*s", (int)count, "");
    w->column += count;
}

static void put_word(wrapping *w, wm_str word)
{
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] != WM_WRAP_HERE) {
            wm_buf_put_char(w->to, word.ptr[i]);
        }
    }
    w->column += wm_wrap_width(word);
}

/* Where the word that begins at `at` ends: before a space, or behind a wide character. What joins
 * the character before it stays with it. */
static size_t end_of_word(wm_str line, size_t at)
{
    bool behind_wide = false;
    while (at < line.len && line.ptr[at] != ' ') {
        size_t next = at;
        bool wide = false;
        size_t width = take_width(line, &next, &wide);
        if (behind_wide && width > 0) {
            break;
        }
        behind_wide = behind_wide || wide;
        at = next;
    }
    return at;
}

static void wrap_line(wm_buf *to, wm_str line, size_t columns)
{
    wrapping w = { to, columns, 0, 0 };
    for (size_t at = 0; at < line.len;) {
        size_t spaces = 0;
        while (at < line.len && line.ptr[at] == ' ') {
            spaces++;
            at++;
        }
        size_t end = end_of_word(line, at);
        wm_str word = { line.ptr + at, end - at };
        if (w.column > w.hang && w.column + spaces + wm_wrap_width(word) > w.columns) {
            wm_buf_put_char(to, '\n');
            w.column = 0;
            spaces = w.hang;
        }
        put_spaces(&w, spaces);
        if (word.len > 0 && word.ptr[0] == WM_WRAP_HERE) {
            w.hang = w.column;
        }
        put_word(&w, word);
        at = end;
    }
}

void wm_wrap(wm_str text, size_t columns, wm_buf *to)
{
    while (text.len > 0) {
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t length = end != NULL ? (size_t)(end - text.ptr) : text.len;
        wrap_line(to, (wm_str){ text.ptr, length }, columns);
        if (end != NULL) {
            wm_buf_put_char(to, '\n');
            length++;
        }
        text = (wm_str){ text.ptr + length, text.len - length };
    }
}

/* The bytes of as many characters as fit into `width` columns. */
static size_t bytes_of(wm_str text, size_t width)
{
    size_t at = 0;
    size_t columns = 0;
    while (at < text.len) {
        size_t next = at;
        (void)wm_utf8_next(text, &next);
        columns += wm_wrap_width((wm_str){ text.ptr + at, next - at });
        if (columns > width) {
            break;
        }
        at = next;
    }
    return at;
}

/* The first line of the cell that fits, which is taken off it with the space behind. */
static wm_str take_line(wm_str *cell, size_t width)
{
    const char *feed = cell->len > 0 ? memchr(cell->ptr, '\n', cell->len) : NULL;
    wm_str line = { cell->ptr, feed != NULL ? (size_t)(feed - cell->ptr) : cell->len };
    if (wm_wrap_width(line) > width) {
        size_t fits = bytes_of(line, width);
        size_t end = fits;
        while (end > 0 && line.ptr[end] != ' ') {
            end--;
        }
        line.len = end > 0 ? end : fits > 0 ? fits : line.len;
    }
    size_t taken = line.len;
    bool is_parted = taken < cell->len && (cell->ptr[taken] == ' ' || cell->ptr[taken] == '\n');
    taken += is_parted ? 1 : 0;
    *cell = (wm_str){ cell->ptr + taken, cell->len - taken };
    return line;
}

void wm_wrap_row(wm_buf *to, const wm_str *cells, const size_t *widths, size_t count)
{
    wm_str left[WM_WRAP_CELLS_MAX];
    bool is_done = false;
    for (size_t i = 0; i < count; i++) {
        left[i] = cells[i];
    }
    while (!is_done) {
        size_t owed = 0; /* spaces, put only if something follows */
        is_done = true;
        for (size_t i = 0; i < count; i++) {
            wm_str line = take_line(&left[i], widths[i]);
            size_t width = wm_wrap_width(line);
            if (width > 0) {
                wm_buf_printf(to, "%*s%.*s", (int)owed, "", WM_STR_ARG(line));
                owed = 0;
            }
            owed += (widths[i] > width ? widths[i] - width : 0) + 2;
            is_done = is_done && left[i].len == 0;
        }
        wm_buf_put_char(to, '\n');
    }
}

/* wrap.c: see wrap.h. A column is a code point; nothing that we print is wider or joins. */
#include <string.h>

#include "wrap.h"

typedef struct wrapping {
    wm_buf *to;
    size_t column;
    size_t hang; /* where the next line begins */
} wrapping;

/* Columns that the word takes, without what steers the terminal. */
static size_t width_of(wm_str word)
{
    size_t width = 0;
    for (size_t i = 0; i < word.len; i++) {
        unsigned char c = (unsigned char)word.ptr[i];
        if (c == '\033') {
            while (i < word.len && word.ptr[i] != 'm') {
                i++;
            }
        } else if (c != WM_WRAP_HERE && (c & 0xc0) != 0x80) {
            width++;
        }
    }
    return width;
}

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
    w->column += width_of(word);
}

static void wrap_line(wm_buf *to, wm_str line)
{
    wrapping w = { to, 0, 0 };
    for (size_t at = 0; at < line.len;) {
        size_t spaces = 0;
        while (at < line.len && line.ptr[at] == ' ') {
            spaces++;
            at++;
        }
        size_t end = at;
        while (end < line.len && line.ptr[end] != ' ') {
            end++;
        }
        wm_str word = { line.ptr + at, end - at };
        if (w.column > w.hang && w.column + spaces + width_of(word) > WM_WRAP_COLUMNS) {
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

void wm_wrap(wm_str text, wm_buf *to)
{
    while (text.len > 0) {
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t length = end != NULL ? (size_t)(end - text.ptr) : text.len;
        wrap_line(to, (wm_str){ text.ptr, length });
        if (end != NULL) {
            wm_buf_put_char(to, '\n');
            length++;
        }
        text = (wm_str){ text.ptr + length, text.len - length };
    }
}

/* csv.c: see csv.h. */
#include "csv.h"

void csv_init(csv_rows *rows, wm_str text, wm_arena *arena)
{
    rows->text = text;
    rows->at = wm_str_starts(text, WM_STR("\xef\xbb\xbf")) ? 3 : 0;
    rows->line = 1;
    rows->next_line = 1;
    rows->arena = arena;
    rows->field_count = 0;
}

static wm_status refuse(const csv_rows *rows, const char *expected, wm_error *err)
{
    return wm_fail(err, WM_BAD_INPUT, "line %ld: expected %s", rows->line, expected);
}

/* What stands between the quotes, with each doubled one as one. */
static wm_status undouble(const csv_rows *rows, wm_str quoted, wm_str *field_out, wm_error *err)
{
    char *plain = wm_arena_alloc(rows->arena, quoted.len + 1);
    size_t length = 0;
    if (plain == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < quoted.len; i++) {
        i += quoted.ptr[i] == '"' ? 1 : 0;
        plain[length++] = quoted.ptr[i];
    }
    *field_out = (wm_str){ plain, length };
    return WM_OK;
}

/* At the opening quote. */
static wm_status read_quoted(csv_rows *rows, wm_str *field_out, wm_error *err)
{
    const char *text = rows->text.ptr;
    size_t end = rows->text.len;
    size_t start = rows->at + 1;
    size_t close = start;
    bool is_doubled = false;
    while (close < end && (text[close] != '"' || (close + 1 < end && text[close + 1] == '"'))) {
        is_doubled = is_doubled || text[close] == '"';
        rows->next_line += text[close] == '\n' ? 1 : 0;
        close += text[close] == '"' ? 2 : 1;
    }
    if (close >= end) {
        return refuse(rows, "a closing quote, found the end", err);
    }
    rows->at = close + 1;
    *field_out = (wm_str){ text + start, close - start };
    return is_doubled ? undouble(rows, *field_out, field_out, err) : WM_OK;
}

static bool at_line_end(const csv_rows *rows)
{
    return rows->at >= rows->text.len || rows->text.ptr[rows->at] == '\n' ||
           rows->text.ptr[rows->at] == '\r';
}

static wm_status read_field(csv_rows *rows, wm_str *field_out, wm_error *err)
{
    size_t start = rows->at;
    if (start < rows->text.len && rows->text.ptr[start] == '"') {
        return read_quoted(rows, field_out, err);
    }
    while (!at_line_end(rows) && rows->text.ptr[rows->at] != ',') {
        rows->at++;
    }
    *field_out = (wm_str){ rows->text.ptr + start, rows->at - start };
    return WM_OK;
}

wm_status csv_next(csv_rows *rows, wm_error *err)
{
    while (rows->at < rows->text.len && at_line_end(rows)) {
        rows->next_line += rows->text.ptr[rows->at] == '\n' ? 1 : 0;
        rows->at++;
    }
    rows->line = rows->next_line;
    if (rows->at >= rows->text.len) {
        return WM_END;
    }
    for (rows->field_count = 0;; rows->at++) {
        if (rows->field_count == CSV_COLUMNS_MAX) {
            return refuse(rows, "at most 128 columns", err);
        }
        wm_status status = read_field(rows, &rows->fields[rows->field_count++], err);
        if (status != WM_OK) {
            return status;
        }
        if (rows->at >= rows->text.len || rows->text.ptr[rows->at] != ',') {
            break;
        }
    }
    return at_line_end(rows) ? WM_OK
                             : refuse(rows, "a comma or the end of the line after a quote", err);
}

static size_t find_column(const csv_rows *rows, const char *name)
{
    size_t at = 0;
    while (at < rows->field_count && !wm_str_is(rows->fields[at], name)) {
        at++;
    }
    return at;
}

wm_status csv_head(csv_rows *rows, const char *const *names, size_t count, size_t *columns_out,
                   wm_error *err)
{
    wm_status status = csv_next(rows, err);
    if (status == WM_END) {
        return refuse(rows, "a first line that names the columns, found nothing", err);
    }
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        columns_out[i] = find_column(rows, names[i]);
        if (columns_out[i] == rows->field_count) {
            status = wm_fail(err, WM_BAD_INPUT, "line %ld: expected a column \"%s\", found none",
                             rows->line, names[i]);
        }
    }
    return status;
}

wm_str csv_field(const csv_rows *rows, size_t column)
{
    return column < rows->field_count ? rows->fields[column] : (wm_str){ "", 0 };
}

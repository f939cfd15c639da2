/* localities.c: CSV by RFC 4180: fields in quotes may hold commas, line ends and doubled quotes. */
#include <string.h>

#include "cli.h"
#include "localities.h"

#define CSV_BYTES_MAX (64 * WM_MIB)
#define COLUMNS_MAX 32

typedef struct csv {
    wm_str text;
    size_t at;
    long line; /* of the row that is being read */
    wm_arena *arena;
    wm_str fields[COLUMNS_MAX];
    size_t field_count;
    wm_error *err;
    const char *path;
} csv;

static wm_status refuse(const csv *c, const char *expected)
{
    return wm_fail(c->err, WM_BAD_INPUT, "%s:%ld: expected %s", c->path, c->line, expected);
}

/* One field; at its end c->at is at a comma, a line end or the end of the text. */
static wm_status read_field(csv *c, wm_str *field_out)
{
    const char *text = c->text.ptr;
    size_t end = c->text.len;
    if (c->at >= end || text[c->at] != '"') {
        size_t start = c->at;
        while (c->at < end && text[c->at] != ',' && text[c->at] != '\n' && text[c->at] != '\r') {
            c->at++;
        }
        *field_out = (wm_str){ text + start, c->at - start };
        return WM_OK;
    }
    size_t start = c->at + 1;
    size_t close = start;
    size_t length = 0;
    while (close < end && (text[close] != '"' || (close + 1 < end && text[close + 1] == '"'))) {
        close += text[close] == '"' ? 2 : 1;
    }
    if (close >= end) {
        return refuse(c, "a closing quote, found the end");
    }
    char *plain = wm_arena_alloc(c->arena, close - start + 1);
    if (plain == NULL) {
        return wm_fail_memory(c->err);
    }
    for (size_t i = start; i < close; i++) {
        i += text[i] == '"' ? 1 : 0;
        c->line += text[i] == '\n' ? 1 : 0;
        plain[length++] = text[i];
    }
    c->at = close + 1;
    *field_out = (wm_str){ plain, length };
    return WM_OK;
}

/* WM_END at the end of the text; empty lines are passed over. */
static wm_status read_row(csv *c)
{
    while (c->at < c->text.len && (c->text.ptr[c->at] == '\n' || c->text.ptr[c->at] == '\r')) {
        c->line += c->text.ptr[c->at] == '\n' ? 1 : 0;
        c->at++;
    }
    if (c->at >= c->text.len) {
        return WM_END;
    }
    for (c->field_count = 0;; c->at++) {
        if (c->field_count == COLUMNS_MAX) {
            return refuse(c, "at most 32 columns");
        }
        wm_status status = read_field(c, &c->fields[c->field_count++]);
        if (status != WM_OK) {
            return status;
        }
        if (c->at >= c->text.len || c->text.ptr[c->at] != ',') {
            break;
        }
    }
    if (c->at < c->text.len && c->text.ptr[c->at] != '\n' && c->text.ptr[c->at] != '\r') {
        return refuse(c, "a comma or the end of the line after a quote");
    }
    return WM_OK;
}

static wm_status read_head(csv *c, size_t columns[4])
{
    static const char *const names[] = { "code", "name", "kind", "parent" };
    wm_status status = read_row(c);
    if (status == WM_END) {
        return refuse(c, "a first line with code,name,kind,parent; found nothing");
    }
    for (size_t n = 0; status == WM_OK && n < 4; n++) {
        columns[n] = COLUMNS_MAX;
        for (size_t i = 0; i < c->field_count; i++) {
            columns[n] = wm_str_is(c->fields[i], names[n]) ? i : columns[n];
        }
        if (columns[n] == COLUMNS_MAX) {
            status = wm_fail(c->err, WM_BAD_INPUT, "%s:%ld: expected a column \"%s\", found none",
                             c->path, c->line, names[n]);
        }
    }
    return status;
}

static wm_status read_rows(csv *c, const wm_env *env, wm_locality_tree **tree_out)
{
    size_t columns[4] = { 0 };
    size_t capacity = 1024;
    size_t count = 0;
    wm_locality_row *rows = wm_arena_array(c->arena, capacity, sizeof *rows);
    wm_status status = rows != NULL ? read_head(c, columns) : wm_fail_memory(c->err);
    while (status == WM_OK) {
        status = read_row(c);
        if (status != WM_OK) {
            break;
        }
        for (size_t n = 0; n < 4 && status == WM_OK; n++) {
            status = columns[n] < c->field_count ? WM_OK
                                                 : refuse(c, "as many fields as in the first line");
        }
        if (count == capacity) {
            wm_locality_row *larger = wm_arena_array(c->arena, capacity * 2, sizeof *larger);
            if (larger == NULL) {
                return wm_fail_memory(c->err);
            }
            memcpy(larger, rows, count * sizeof *rows);
            rows = larger;
            capacity *= 2;
        }
        if (status == WM_OK) {
            rows[count++] = (wm_locality_row){ c->fields[columns[0]], c->fields[columns[1]],
                                               c->fields[columns[2]], c->fields[columns[3]] };
        }
    }
    if (status != WM_END) {
        return status;
    }
    status = wm_locality_tree_new(env, rows, count, tree_out, c->err);
    if (status != WM_OK) {
        wm_error_context(c->err, "%s", c->path);
    }
    return status;
}

wm_status wm_localities_read_csv(const wm_env *env, const char *path, wm_locality_tree **tree_out,
                                 wm_error *err)
{
    wm_buf file;
    wm_arena arena;
    wm_buf_init(&file, env, CSV_BYTES_MAX);
    wm_arena_init(&arena, env, SIZE_MAX / 2);
    size_t bad_at = 0;
    wm_status status = wm_cli_read_file(path, CSV_BYTES_MAX, &file, err);
    if (status == WM_OK && !wm_utf8_valid(wm_buf_str(&file), &bad_at)) {
        status = wm_fail(err, WM_BAD_INPUT, "%s: expected UTF-8, found another byte at %zu", path,
                         bad_at);
    }
    if (status == WM_OK) {
        csv c = { .text = wm_buf_str(&file), .line = 1, .arena = &arena, .err = err, .path = path };
        if (wm_str_starts(c.text, WM_STR("\xef\xbb\xbf"))) {
            c.at = 3; /* spreadsheets put a byte order mark in front */
        }
        status = read_rows(&c, env, tree_out);
    }
    wm_arena_fini(&arena);
    wm_buf_fini(&file);
    return status;
}

/* feed_table.c: see feed_table.h. */
#include "feed_table.h"

#include <stdio.h>
#include <stdlib.h>

#include <waymark/sys/json.h>

#include "transport/common.h"

static void name_request(const wm_want *want, char *at, size_t size)
{
    wm_str query = want->query;
    int length = snprintf(at, size, "%.*s", (int)want->path.len, want->path.ptr);
    for (size_t i = 0; i + 5 < query.len && length > 0; i++) {
        if (memcmp(query.ptr + i, "page=", 5) == 0 && (i == 0 || query.ptr[i - 1] == '&')) {
            size_t digits = i + 5;
            while (digits < query.len && query.ptr[digits] != '&') {
                digits++;
            }
            (void)snprintf(at + length, size - (size_t)length, "?%.*s", (int)(digits - i),
                           query.ptr + i);
            return;
        }
    }
}

static wm_feed_row *find_row(wm_feed_table *table, const char *at)
{
    for (size_t i = 0; i < table->count; i++) {
        if (table->rows[i].times > 0 && strcmp(table->rows[i].at, at) == 0) {
            return &table->rows[i];
        }
    }
    return NULL;
}

static void put_document(const char *at, wm_buf *to)
{
    wm_str id = wm_str_of(strrchr(at, '/') + 1);
    wm_buf_put_text(to, "{\"id\":");
    wm_json_write_string(to, id);
    wm_buf_put_text(to, ",\"name\":");
    wm_json_write_string(to, id);
    wm_buf_put_text(to, ",\"by\":\"document\"}");
}

static void answer_row(wm_feed_row *row, const wm_want *want, wm_fetched *result)
{
    row->times -= row->times != WM_FEED_ALWAYS ? 1 : 0;
    wm_buf_put(&result->bytes, row->body, row->length);
    switch (row->status) {
    case 200: result->status = wm_buf_status(&result->bytes, &result->error); break;
    case 404: result->status = WM_NOT_FOUND; break;
    case 401:
    case 403:
        result->status = wm_fail(&result->error, WM_REFUSED, "feed.example/%.*s: access refused",
                                 WM_STR_ARG(want->path));
        result->answer = row->status;
        break;
    default:
        result->status =
            wm_fail(&result->error, WM_NETWORK, "feed.example/%.*s: the server answers %u",
                    WM_STR_ARG(want->path), row->status);
        result->answer = row->status > 1 ? row->status : 0;
        result->may_pass = row->status == 0 || row->status >= 500;
        break;
    }
    if (result->status != WM_OK && result->status != WM_NETWORK) {
        wm_buf_reset(&result->bytes);
    }
}

static void answer(wm_feed_table *table, const wm_want *want, wm_fetched *result)
{
    char at[WM_TRANSPORT_PATH_BYTES_MAX + 64];
    name_request(want, at, sizeof at);
    size_t length = strlen(table->log);
    (void)snprintf(table->log + length, sizeof table->log - length, "%s%s", length > 0 ? " " : "",
                   at);
    (void)snprintf(table->query, sizeof table->query, "%.*s", (int)want->query.len,
                   want->query.ptr != NULL ? want->query.ptr : "");
    table->requests++;
    wm_feed_row *row = find_row(table, at);
    if (row != NULL) {
        answer_row(row, want, result);
        return;
    }
    bool made = table->make != NULL && table->make(table->context, at, &result->bytes);
    if (!made && table->has_documents && strstr(at, "services/") != NULL) {
        put_document(at, &result->bytes);
        made = true;
    }
    result->status = made ? wm_buf_status(&result->bytes, &result->error) : WM_NOT_FOUND;
}

static wm_status table_fetch(wm_transport *transport, const wm_want *wants, wm_fetched *results,
                             size_t count, wm_error *err)
{
    wm_feed_table *table = (wm_feed_table *)transport;
    wm_status status = transport_begin(table->env, wants, results, count, err);
    for (size_t i = 0; i < count && status == WM_OK; i++) {
        if (results[i].status == WM_OK) {
            answer(table, &wants[i], &results[i]);
        }
    }
    return status;
}

static void table_close(wm_transport *transport)
{
    (void)transport;
}

void wm_feed_table_init(wm_feed_table *table, const wm_env *env)
{
    *table = (wm_feed_table){ .base = { table_fetch, table_close, NULL },
                              .env = env,
                              .has_documents = true };
}

void wm_feed_table_add(wm_feed_table *table, const char *at, unsigned status, const char *body,
                       unsigned times)
{
    if (table->count == WM_FEED_TABLE_ROWS) {
        abort();
    }
    table->rows[table->count++] = (wm_feed_row){ at, body, strlen(body), status, times };
}

char *wm_feed_page(const char *ids, const char *around)
{
    wm_buf page;
    wm_buf_init(&page, wm_env_system(), SIZE_MAX / 4);
    wm_buf_printf(&page, "{%s%s\"contents\":[", around, around[0] != '\0' ? "," : "");
    for (const char *at = ids; *at != '\0';) {
        int length = (int)strcspn(at, " ");
        wm_buf_printf(&page, "%s{\"id\":\"%.*s\",\"name\":\"%.*s\"}", at > ids ? "," : "", length,
                      at, length, at);
        at += length + (at[length] == ' ' ? 1 : 0);
    }
    wm_buf_put_text(&page, "]}");
    char *copy = strndup(page.data, page.len);
    wm_buf_fini(&page);
    if (copy == NULL) {
        abort();
    }
    return copy;
}

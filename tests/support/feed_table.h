/* feed_table.h: a transport that answers from a table, for feeds of others: pages and documents. */
#ifndef WAYMARK_FEED_TABLE_H
#define WAYMARK_FEED_TABLE_H

#include <waymark/sys/transport.h>

#define WM_FEED_TABLE_ROWS 64
#define WM_FEED_ALWAYS UINT32_MAX

typedef struct wm_feed_row {
    const char *at; /* "services?page=2", "services/a" */
    const char *body;
    size_t length;
    unsigned status; /* of HTTP; 0: the line goes dead, which may pass; 1: for good */
    unsigned times;
} wm_feed_row;

typedef struct wm_feed_table {
    wm_transport base;
    const wm_env *env;
    wm_feed_row rows[WM_FEED_TABLE_ROWS];
    size_t count;
    /* Instead of the rows; false: 404. */
    bool (*make)(void *context, const char *at, wm_buf *to);
    void *context;
    bool has_documents; /* what has no row is {"id":ID,"name":ID,"by":"document"} */
    unsigned requests;
    char log[8192];   /* what was asked for, with spaces between */
    char query[1024]; /* of the last request */
} wm_feed_table;

void wm_feed_table_init(wm_feed_table *table, const wm_env *env);
/* The first row with that name that has not been used up answers. body: borrowed. */
void wm_feed_table_add(wm_feed_table *table, const char *at, unsigned status, const char *body,
                       unsigned times);
/* A page of services with these ids ("a b c"), made of `env`'s memory: {"id":"a","name":"a"}.
 * around: {"total_items":2, for example, or "". */
char *wm_feed_page(const char *ids, const char *around);

#endif

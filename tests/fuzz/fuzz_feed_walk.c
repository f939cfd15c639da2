/* fuzz_feed_walk.c: whatever a server says, reading its feed ends, and gives no service twice.
 *
 * The input is what it answers, one answer after the other with a NUL between them: to the first
 * request the first, and so on; then nothing is there. */
#include <assert.h>
#include <stdint.h>

#include <waymark/sys/digest.h>
#include <waymark/sys/harvest.h>

#include "feed_table.h"

#define IDS_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct answers {
    const uint8_t *at;
    size_t left;
} answers;

static bool next_answer(void *context, const char *at, wm_buf *to)
{
    answers *a = context;
    size_t length = 0;
    (void)at;
    if (a->left == 0) {
        return false;
    }
    while (length < a->left && a->at[length] != 0) {
        length++;
    }
    wm_buf_put(to, a->at, length);
    size_t taken = length < a->left ? length + 1 : length;
    a->at += taken;
    a->left -= taken;
    return true;
}

typedef struct given {
    wm_digest ids[IDS_MAX];
    size_t count;
} given;

/* Each once; and what has a problem has a reason. */
static void check_item(given *g, const wm_harvest_item *item)
{
    wm_digest digest;
    assert(item->problem == NULL || item->problem[0] != '\0');
    assert(item->element.number > 0);
    if (item->id.len == 0) {
        assert(item->problem != NULL);
        return;
    }
    wm_digest_of(&item->id, 1, &digest);
    for (size_t i = 0; i < g->count; i++) {
        assert(!wm_digest_equal(&g->ids[i], &digest));
    }
    if (g->count < IDS_MAX) {
        g->ids[g->count++] = digest;
    }
}

static void check_end(const wm_harvest *harvest, wm_status status, const wm_error *err)
{
    wm_harvest_summary summary;
    wm_harvest_summarize(harvest, &summary);
    assert(summary.passes >= 1 && summary.passes <= WM_HARVEST_PASSES_MAX);
    assert(summary.again >= 0 && summary.listed >= 0);
    assert(status == WM_END || err->text[0] != '\0');
    assert(status == WM_END || status == WM_BAD_INPUT || status == WM_TOO_LARGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static wm_feed_table table;
    static given g;
    answers a = { data, size };
    wm_harvest_address address;
    wm_harvest *harvest = NULL;
    wm_harvest_item item;
    wm_error err = { 0 };
    wm_feed_table_init(&table, wm_env_system());
    table.make = next_answer;
    table.context = &a;
    table.has_documents = false;
    g.count = 0;
    if (wm_harvest_address_read("https://feed.example/services", &address, &err) != WM_OK ||
        wm_harvest_open(wm_env_system(), &table.base, &address, NULL, &harvest, &err) != WM_OK) {
        return 0;
    }
    wm_status status = WM_OK;
    while (status == WM_OK) {
        status = wm_harvest_next(harvest, &item, &err);
        if (status == WM_OK) {
            check_item(&g, &item);
        }
    }
    check_end(harvest, status, &err);
    wm_harvest_close(harvest);
    return 0;
}

/* ahead.c: two batches that take turns. See ahead.h.
 *
 * A batch is the helper's from start to wait, and the caller's else. It is small enough for its
 * values to fit into the block that an arena keeps. */
#include "history/ahead.h"

#define BATCH_ROWS 64
#define BATCH_BYTES ((size_t)40 * WM_KIB)
#define BATCH_ARENA_MAX (128 * WM_MIB)

typedef struct batch {
    wm_arena arena;
    unsigned plain_kinds;
    wm_revision rows[BATCH_ROWS];
    size_t count;
    size_t ready; /* of them, in order */
    wm_status status;
    wm_error error;
} batch;

void wm_revision_read(wm_stmt *st, wm_revision *revision_out)
{
    *revision_out = (wm_revision){
        .rev = wm_stmt_i64(st, 0),
        .since = wm_stmt_i64(st, 3),
        .record = { wm_stmt_kind(st, 1), wm_stmt_str(st, 2), wm_stmt_str(st, 4) },
    };
}

/* Until it is full. False: there are no more rows. */
static bool fill(batch *b, wm_stmt *st)
{
    size_t bytes = 0;
    wm_arena_reset(&b->arena);
    b->count = b->ready = 0;
    b->status = WM_OK;
    wm_error_clear(&b->error);
    while (b->status == WM_OK && b->count < BATCH_ROWS && bytes < BATCH_BYTES) {
        if (!wm_stmt_row(st)) {
            return false;
        }
        wm_revision *r = &b->rows[b->count];
        wm_revision_read(st, r);
        bytes += r->record.bytes.len;
        r->record.id = wm_arena_copy(&b->arena, r->record.id);
        r->record.bytes = wm_arena_copy(&b->arena, r->record.bytes);
        bool copied = r->record.id.ptr != NULL && r->record.bytes.ptr != NULL;
        b->status = copied ? WM_OK : wm_fail_memory(&b->error);
        b->count += copied ? 1 : 0;
    }
    return true;
}

static wm_status make_ready(batch *b, wm_revision *r)
{
    wm_leaf_of(&r->record, &r->leaf);
    r->is_plain = (b->plain_kinds & WM_KIND_BIT(r->record.kind)) != 0 &&
                  wm_edition_shows_all(r->record.bytes);
    return r->is_plain ? wm_store_check_bytes(r->record.bytes, &b->error)
                       : wm_store_parse(&b->arena, r->record.bytes, &r->value, &b->error);
}

static void prepare(void *argument)
{
    batch *b = argument;
    wm_status status = WM_OK;
    while (status == WM_OK && b->ready < b->count) {
        status = make_ready(b, &b->rows[b->ready]);
        b->ready += status == WM_OK ? 1 : 0;
    }
    b->status = status != WM_OK ? status : b->status;
}

static wm_status put_all(const batch *b, const wm_ahead_sink *sink, wm_error *err)
{
    wm_status status = WM_OK;
    for (size_t i = 0; i < b->ready && status == WM_OK; i++) {
        status = sink->put(sink->context, &b->rows[i], err);
    }
    if (status == WM_OK && b->status != WM_OK) {
        status = wm_fail(err, b->status, "%s", b->error.text);
    }
    return status;
}

static wm_status take_turns(batch *pair, wm_stmt *st, const wm_ahead_wish *wish, wm_error *err)
{
    const wm_helper *helper = wish->helper;
    wm_status status = WM_OK;
    bool more = true;
    batch *last = NULL;
    for (size_t turn = 0; status == WM_OK && more; turn++) {
        batch *next = &pair[turn % 2];
        more = fill(next, st);
        if (helper != NULL) {
            helper->wait(helper->context);
            helper->start(helper->context, prepare, next);
        } else {
            prepare(next);
        }
        status = last != NULL ? put_all(last, wish->sink, err) : WM_OK;
        last = next;
    }
    if (helper != NULL) {
        helper->wait(helper->context);
    }
    return status == WM_OK && last != NULL ? put_all(last, wish->sink, err) : status;
}

wm_status wm_ahead_each(wm_stmt *st, const wm_ahead_wish *wish, wm_error *err)
{
    const wm_env *env = st->store->env;
    batch *pair = wm_env_alloc(env, 2 * sizeof *pair);
    if (pair == NULL) {
        return wm_fail_memory(err);
    }
    for (size_t i = 0; i < 2; i++) {
        pair[i].plain_kinds = wish->plain_kinds;
        wm_arena_init(&pair[i].arena, env, BATCH_ARENA_MAX);
    }
    wm_status status = take_turns(pair, st, wish, err);
    for (size_t i = 0; i < 2; i++) {
        wm_arena_fini(&pair[i].arena);
    }
    wm_env_free(env, pair, 2 * sizeof *pair);
    return status;
}

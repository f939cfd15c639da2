/* ahead.c: two batches that take turns. See ahead.h.
 *
 * A batch is the caller's, but from start to wait, when the helper makes its rows ready one by one,
 * and the caller does as well when it has nothing else to do: each claims the next row, and has its
 * own arena. So the revisions that were parsed, and the first failure, do not depend on who did
 * what. A batch is small enough for its values to fit into the block that an arena keeps. */
#include "history/ahead.h"

#include <stdatomic.h>

#define BATCH_ROWS 64
#define BATCH_BYTES ((size_t)40 * WM_KIB)
#define BATCH_ARENA_MAX (128 * WM_MIB)

struct batch;

/* Who makes rows ready. */
typedef struct worker {
    struct batch *batch;
    wm_arena arena;
    size_t failed; /* the row that it failed at; the rows before that it claimed are ready */
    wm_status status;
    wm_error error;
} worker;

typedef struct batch {
    worker caller; /* its arena has the bytes, too */
    worker helper;
    unsigned plain_kinds;
    wm_revision rows[BATCH_ROWS];
    size_t count;
    wm_status status; /* of reading them */
    wm_error error;
    atomic_size_t next; /* to be claimed */
} batch;

void wm_revision_read(wm_stmt *st, wm_revision *revision_out)
{
    *revision_out = (wm_revision){
        .rev = wm_stmt_i64(st, 0),
        .since = wm_stmt_i64(st, 3),
        .record = { wm_stmt_kind(st, 1), wm_stmt_str(st, 2), wm_stmt_str(st, 4) },
    };
}

static void begin(worker *w, batch *b)
{
    w->batch = b;
    wm_arena_reset(&w->arena);
    w->failed = BATCH_ROWS;
    w->status = WM_OK;
    wm_error_clear(&w->error);
}

/* Until it is full. False: there are no more rows. */
static bool fill(batch *b, wm_stmt *st)
{
    size_t bytes = 0;
    wm_arena *arena = &b->caller.arena;
    begin(&b->caller, b);
    begin(&b->helper, b);
    atomic_store(&b->next, 0);
    b->count = 0;
    b->status = WM_OK;
    wm_error_clear(&b->error);
    while (b->status == WM_OK && b->count < BATCH_ROWS && bytes < BATCH_BYTES) {
        if (!wm_stmt_row(st)) {
            return false;
        }
        wm_revision *r = &b->rows[b->count];
        wm_revision_read(st, r);
        bytes += r->record.bytes.len;
        r->record.id = wm_arena_copy(arena, r->record.id);
        r->record.bytes = wm_arena_copy(arena, r->record.bytes);
        bool copied = r->record.id.ptr != NULL && r->record.bytes.ptr != NULL;
        b->status = copied ? WM_OK : wm_fail_memory(&b->error);
        b->count += copied ? 1 : 0;
    }
    return true;
}

static wm_status make_ready(worker *w, wm_revision *r)
{
    wm_leaf_of(&r->record, &r->leaf);
    r->is_plain = (w->batch->plain_kinds & WM_KIND_BIT(r->record.kind)) != 0 &&
                  wm_edition_shows_all(r->record.bytes);
    return r->is_plain ? wm_store_check_bytes(r->record.bytes, &w->error)
                       : wm_store_parse(&w->arena, r->record.bytes, &r->value, &w->error);
}

/* Until no row is left to claim. */
static void prepare(void *argument)
{
    worker *w = argument;
    batch *b = w->batch;
    size_t row = atomic_fetch_add(&b->next, 1);
    while (row < b->count) {
        w->status = make_ready(w, &b->rows[row]);
        if (w->status != WM_OK) {
            w->failed = row;
            return;
        }
        row = atomic_fetch_add(&b->next, 1);
    }
}

/* Those that are ready, then the first failure. */
static wm_status put_all(const batch *b, const wm_ahead_sink *sink, wm_error *err)
{
    const worker *first = b->caller.failed < b->helper.failed ? &b->caller : &b->helper;
    size_t ready = first->failed < b->count ? first->failed : b->count;
    wm_status failed = ready < b->count ? first->status : b->status;
    const wm_error *error = ready < b->count ? &first->error : &b->error;
    wm_status status = WM_OK;
    for (size_t i = 0; i < ready && status == WM_OK; i++) {
        status = sink->put(sink->context, &b->rows[i], err);
    }
    return status == WM_OK && failed != WM_OK ? wm_fail(err, failed, "%s", error->text) : status;
}

/* The batch is ready when this returns, and the next one begun. */
static void turn_over(const wm_helper *helper, batch *last, batch *next)
{
    if (last != NULL) {
        prepare(&last->caller);
    }
    if (helper != NULL) {
        helper->wait(helper->context);
    }
    if (helper != NULL && next != NULL) {
        helper->start(helper->context, prepare, &next->helper);
    }
}

static wm_status take_turns(batch *pair, wm_stmt *st, const wm_ahead_wish *wish, wm_error *err)
{
    wm_status status = WM_OK;
    bool more = true;
    batch *last = NULL;
    for (size_t turn = 0; status == WM_OK && more; turn++) {
        batch *next = &pair[turn % 2];
        more = fill(next, st);
        turn_over(wish->helper, last, next);
        status = last != NULL ? put_all(last, wish->sink, err) : WM_OK;
        last = next;
    }
    turn_over(wish->helper, last, NULL);
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
        wm_arena_init(&pair[i].caller.arena, env, BATCH_ARENA_MAX);
        wm_arena_init(&pair[i].helper.arena, env, BATCH_ARENA_MAX);
    }
    wm_status status = take_turns(pair, st, wish, err);
    for (size_t i = 0; i < 2; i++) {
        wm_arena_fini(&pair[i].caller.arena);
        wm_arena_fini(&pair[i].helper.arena);
    }
    wm_env_free(env, pair, 2 * sizeof *pair);
    return status;
}

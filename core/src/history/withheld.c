/* withheld.c: the records that the public edition leaves out, at one time. */
#include "history/freeze.h"
#include "store/statement.h"

static const char SQL_WITHHELD[] = "SELECT kind, id FROM revision INDEXED BY revision_withheld"
                                   " WHERE audience = 1 AND since <= ?1 AND until > ?1"
                                   " ORDER BY kind, id";

static wm_status add(wm_withheld *withheld, wm_kind kind, wm_str id, wm_error *err)
{
    if (withheld->count == withheld->capacity) {
        size_t capacity = withheld->capacity == 0 ? 64 : withheld->capacity * 2;
        void *items = wm_arena_array(&withheld->arena, capacity, sizeof *withheld->items);
        if (items == NULL) {
            return wm_fail_memory(err);
        }
        if (withheld->count > 0) {
            memcpy(items, withheld->items, withheld->count * sizeof *withheld->items);
        }
        withheld->items = items;
        withheld->capacity = capacity;
    }
    wm_str copy = wm_arena_copy(&withheld->arena, id);
    if (copy.ptr == NULL) {
        return wm_fail_memory(err);
    }
    withheld->items[withheld->count].kind = kind;
    withheld->items[withheld->count++].id = copy;
    return WM_OK;
}

wm_status wm_withheld_load(wm_store *store, int64_t at, wm_withheld *withheld, wm_error *err)
{
    *withheld = (wm_withheld){ .count = 0 };
    wm_arena_init(&withheld->arena, store->env, SIZE_MAX / 2);
    wm_status added = WM_OK;
    wm_stmt st = wm_stmt_open(store, SQL_WITHHELD, err);
    wm_stmt_bind_i64(&st, 1, at);
    while (added == WM_OK && wm_stmt_row(&st)) {
        added = add(withheld, wm_stmt_kind(&st, 0), wm_stmt_str(&st, 1), err);
    }
    wm_status status = wm_stmt_close(&st);
    return status != WM_OK ? status : added;
}

bool wm_withheld_has(const wm_withheld *withheld, wm_kind kind, wm_str id)
{
    size_t low = 0;
    size_t high = withheld->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = (int)withheld->items[middle].kind - (int)kind;
        order = order != 0 ? order : wm_str_compare(withheld->items[middle].id, id);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

bool wm_withheld_equal(const wm_withheld *a, const wm_withheld *b)
{
    for (size_t i = 0; i < a->count && a->count == b->count; i++) {
        if (a->items[i].kind != b->items[i].kind || !wm_str_equal(a->items[i].id, b->items[i].id)) {
            return false;
        }
    }
    return a->count == b->count;
}

void wm_withheld_fini(wm_withheld *withheld)
{
    wm_arena_fini(&withheld->arena);
}

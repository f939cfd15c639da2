/* rules.c: compiled rules, kept beside their records.
 *
 * A standing rule without a row was stored by an older version, in a language that this one does
 * not read: nobody is answered past it in silence, so reading the rules then fails, until the
 * record is put anew. */
#include "store/rules.h"

#include "store/candidates.h"
#include "store/statement.h"

static const char SQL_REMOVE[] = "DELETE FROM rule WHERE rev = ?1";
static const char SQL_STANDING[] =
    "SELECT r.id, p.program FROM revision AS r LEFT JOIN rule AS p ON p.rev = r.rev"
    " WHERE r.kind = ?1 AND r.since <= ?2 AND r.until > ?2 ORDER BY r.id";

/* Nothing compiles rules yet. */
wm_status wm_rules_put(wm_txn *txn, int64_t rev, const wm_json *rule, wm_error *err)
{
    (void)txn;
    (void)rev;
    (void)rule;
    (void)err;
    return WM_OK;
}

wm_status wm_rules_remove(wm_txn *txn, int64_t rev, wm_error *err)
{
    wm_stmt st = wm_stmt_open(wm_txn_store(txn), SQL_REMOVE, err);
    wm_stmt_bind_i64(&st, 1, rev);
    wm_stmt_run(&st);
    return wm_stmt_close(&st);
}

/* ---- reading ---- */

typedef struct program_list {
    wm_arena *arena;
    wm_rule_program *items;
    size_t count;
    size_t capacity;
} program_list;

static wm_status grow(program_list *list, wm_error *err)
{
    if (list->count < list->capacity) {
        return WM_OK;
    }
    size_t capacity = list->capacity == 0 ? 64 : list->capacity * 2;
    wm_rule_program *items = wm_arena_array(list->arena, capacity, sizeof *items);
    if (items == NULL) {
        return wm_fail_memory(err);
    }
    if (list->count > 0) {
        memcpy(items, list->items, list->count * sizeof *items);
    }
    list->items = items;
    list->capacity = capacity;
    return WM_OK;
}

/* `st` is at a row of SQL_STANDING. */
static wm_status take_row(program_list *list, wm_stmt *st, wm_error *err)
{
    if (wm_stmt_is_null(st, 1)) {
        return WM_OK;
    }
    wm_status status = grow(list, err);
    if (status != WM_OK) {
        return status;
    }
    wm_rule_program item = { wm_arena_copy(list->arena, wm_stmt_str(st, 0)),
                             wm_arena_copy(list->arena, wm_stmt_str(st, 1)) };
    if (item.id.ptr == NULL || item.program.ptr == NULL) {
        return wm_fail_memory(err);
    }
    list->items[list->count++] = item;
    return WM_OK;
}

wm_status wm_store_rules(wm_store *store, wm_view view, wm_arena *arena,
                         wm_rule_program **programs_out, size_t *count_out, wm_error *err)
{
    program_list list = { .arena = arena };
    int64_t number = 0;
    wm_status status = wm_store_read_begin(store, err);
    if (status != WM_OK) {
        return status;
    }
    status = wm_view_number(store, view, &number, err);
    if (status == WM_OK) {
        wm_stmt st = wm_stmt_open(store, SQL_STANDING, err);
        wm_stmt_bind_i64(&st, 1, WM_KIND_RULE);
        wm_stmt_bind_i64(&st, 2, number);
        while (status == WM_OK && wm_stmt_row(&st)) {
            status = take_row(&list, &st, err);
        }
        wm_status closed = wm_stmt_close(&st);
        status = status == WM_OK ? closed : status;
    }
    wm_store_read_end(store);
    if (status == WM_OK) {
        *programs_out = list.items;
        *count_out = list.count;
    }
    return status;
}

wm_status wm_rules_verify(wm_store *store, wm_error *err)
{
    (void)store;
    (void)err;
    return WM_OK;
}

/* rules.c: compiled rules, kept beside their records.
 *
 * A standing rule without a row was stored by an older version, in a language that this one does
 * not read: nobody is answered past it in silence, so reading the rules then fails, until the
 * record is put anew. */
#include "store/rules.h"

#include "rules/signpost.h"
#include "store/candidates.h"
#include "store/statement.h"

#define PROGRAM_BYTES_MAX WM_RECORD_BYTES_MAX

static const char SQL_PUT[] = "INSERT INTO rule(rev, program) VALUES(?1, ?2)";
static const char SQL_REMOVE[] = "DELETE FROM rule WHERE rev = ?1";
static const char SQL_STANDING[] =
    "SELECT r.id, p.program FROM revision AS r LEFT JOIN rule AS p ON p.rev = r.rev"
    " WHERE r.kind = ?1 AND r.since <= ?2 AND r.until > ?2 ORDER BY r.id";
static const char SQL_CHECK[] = "SELECT p.rev, r.record, p.program"
                                " FROM rule AS p LEFT JOIN revision AS r"
                                " ON r.rev = p.rev AND r.kind = ?1";
static const char SQL_CHECK_COUNT[] =
    "SELECT count(*) FROM revision AS r LEFT JOIN rule AS p ON p.rev = r.rev"
    " WHERE r.kind = ?1 AND r.until > ?2 AND p.rev IS NULL";

static wm_status make_program(wm_store *store, const wm_json *rule, wm_buf *program, wm_error *err)
{
    wm_symbols *symbols = NULL;
    wm_status status = wm_store_writing_symbols(store, &symbols, err);
    if (status != WM_OK) {
        return status;
    }
    wm_criteria_context context = { .symbols = symbols, .allow_actor = true };
    status = wm_rule_compile(rule, &context, program, err);
    return status == WM_OK ? wm_buf_status(program, err) : status;
}

wm_status wm_rules_put(wm_txn *txn, int64_t rev, const wm_json *rule, wm_error *err)
{
    wm_store *store = wm_txn_store(txn);
    wm_buf program;
    wm_buf_init(&program, store->env, PROGRAM_BYTES_MAX);
    wm_status status = make_program(store, rule, &program, err);
    if (status == WM_OK) {
        wm_stmt st = wm_stmt_open(store, SQL_PUT, err);
        wm_stmt_bind_i64(&st, 1, rev);
        wm_stmt_bind_blob(&st, 2, program.data, program.len);
        wm_stmt_run(&st);
        status = wm_stmt_close(&st);
    }
    wm_buf_fini(&program);
    return status;
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

/* Room for one more; NULL when memory is out. */
static wm_rule_program *next_item(program_list *list)
{
    if (list->count == list->capacity || list->items == NULL) {
        size_t capacity = list->capacity == 0 ? 64 : list->capacity * 2;
        wm_rule_program *items = wm_arena_array(list->arena, capacity, sizeof *items);
        if (items == NULL) {
            return NULL;
        }
        if (list->count > 0) {
            memcpy(items, list->items, list->count * sizeof *items);
        }
        list->items = items;
        list->capacity = capacity;
    }
    return &list->items[list->count];
}

/* `st` is at a row of SQL_STANDING. */
static wm_status take_row(program_list *list, wm_stmt *st, wm_error *err)
{
    if (wm_stmt_is_null(st, 1)) {
        return wm_fail(err, WM_BAD_RECORD,
                       "rule/%.*s: was stored by an older version and is no rule in this one:"
                       " build it anew, or sync a newer release",
                       WM_STR_ARG(wm_stmt_str(st, 0)));
    }
    wm_rule_program *item = next_item(list);
    if (item == NULL) {
        return wm_fail_memory(err);
    }
    item->id = wm_arena_copy(list->arena, wm_stmt_str(st, 0));
    item->program = wm_arena_copy(list->arena, wm_stmt_str(st, 1));
    if (item->id.ptr == NULL || item->program.ptr == NULL) {
        return wm_fail_memory(err);
    }
    list->count++;
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

/* ---- is it what it would be, were it made now? ---- */

static wm_status check_row(wm_store *store, wm_stmt *st, wm_error *err)
{
    wm_arena arena;
    wm_buf program;
    const wm_json *rule = NULL;
    wm_arena_init(&arena, store->env, SIZE_MAX / 2);
    wm_buf_init(&program, store->env, PROGRAM_BYTES_MAX);
    wm_status status = wm_stmt_is_null(st, 1) ? WM_CORRUPT : WM_OK;
    if (status == WM_OK) {
        status = wm_store_parse(&arena, wm_stmt_str(st, 1), &rule, err);
    }
    if (status == WM_OK) {
        status = make_program(store, rule, &program, err);
    }
    if (status == WM_BAD_RECORD ||
        (status == WM_OK && !wm_str_equal(wm_buf_str(&program), wm_stmt_str(st, 2)))) {
        status = WM_CORRUPT;
    }
    if (status == WM_CORRUPT) {
        (void)wm_fail(err, status, "database: the index of revision %lld is damaged",
                      (long long)wm_stmt_i64(st, 0));
    }
    wm_buf_fini(&program);
    wm_arena_fini(&arena);
    return status;
}

static wm_status check_count(wm_store *store, wm_error *err)
{
    int64_t last = 0;
    wm_status status = wm_store_last_number(store, &last, err);
    if (status != WM_OK) {
        return status;
    }
    wm_stmt st = wm_stmt_open(store, SQL_CHECK_COUNT, err);
    wm_stmt_bind_i64(&st, 1, WM_KIND_RULE);
    wm_stmt_bind_i64(&st, 2, last);
    bool whole = wm_stmt_row(&st) && wm_stmt_i64(&st, 0) == 0;
    status = wm_stmt_close(&st);
    return status != WM_OK || whole
               ? status
               : wm_fail(err, WM_CORRUPT,
                         "database: a rule was stored by an older version, or is damaged: build it "
                         "anew, or sync a newer release");
}

wm_status wm_rules_verify(wm_store *store, wm_error *err)
{
    wm_status status = WM_OK;
    wm_stmt st = wm_stmt_open(store, SQL_CHECK, err);
    wm_stmt_bind_i64(&st, 1, WM_KIND_RULE);
    while (status == WM_OK && wm_stmt_row(&st)) {
        status = check_row(store, &st, err);
    }
    wm_status closed = wm_stmt_close(&st);
    status = status == WM_OK ? closed : status;
    return status == WM_OK ? check_count(store, err) : status;
}

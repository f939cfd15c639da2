/* record.c: reading records: one, all in order, by id, and the locality tree. */
#include "store/gists.h"
#include "store/statement.h"
#include "json/scan.h"

static const char SQL_GET[] = "SELECT record, until FROM revision"
                              " WHERE kind = ?1 AND id = ?2 AND since <= ?3"
                              " ORDER BY since DESC LIMIT 1";
static const char SQL_EACH[] = "SELECT id, record FROM revision INDEXED BY revision_key"
                               " WHERE kind = ?1 AND since <= ?2 AND until > ?2 ORDER BY id";

/* `use` of the record's bytes while the row is there; WM_NOT_FOUND without text if there is none.
 */
typedef wm_status (*bytes_fn)(void *context, wm_str bytes, wm_error *err);

typedef struct record_key {
    wm_view view;
    wm_kind kind;
    wm_str id;
} record_key;

static wm_status with_record(wm_store *store, const record_key *key, bytes_fn use, void *context,
                             wm_error *err)
{
    wm_status status = wm_store_read_begin(store, err);
    if (status != WM_OK) {
        return status;
    }
    int64_t number = 0;
    status = wm_view_number(store, key->view, &number, err);
    if (status == WM_OK) {
        wm_stmt st = wm_stmt_open(store, SQL_GET, err);
        wm_stmt_bind_i64(&st, 1, (int64_t)key->kind);
        wm_stmt_bind_text(&st, 2, key->id);
        wm_stmt_bind_i64(&st, 3, number);
        wm_status used = WM_NOT_FOUND;
        if (wm_stmt_row(&st) && wm_stmt_i64(&st, 1) > number) {
            used = use(context, wm_stmt_str(&st, 0), err);
        }
        status = wm_stmt_close(&st);
        status = status == WM_OK ? used : status;
    }
    wm_store_read_end(store);
    return status;
}

static wm_status put_bytes(void *context, wm_str bytes, wm_error *err)
{
    wm_buf_put_str(context, bytes);
    return wm_buf_status(context, err);
}

wm_status wm_store_get(wm_store *store, wm_view view, wm_kind kind, wm_str id, wm_buf *bytes_out,
                       wm_error *err)
{
    record_key key = { view, kind, id };
    return with_record(store, &key, put_bytes, bytes_out, err);
}

typedef struct parse_target {
    wm_arena *arena;
    const wm_json *value;
} parse_target;

wm_status wm_store_parse(wm_arena *arena, wm_str bytes, const wm_json **value_out, wm_error *err)
{
    wm_status status = wm_json_parse(arena, bytes, WM_RECORD_BYTES_MAX, value_out, err);
    if (status == WM_BAD_INPUT || status == WM_TOO_LARGE) {
        return wm_fail(err, WM_CORRUPT, "database: a record is no longer JSON");
    }
    return status;
}

wm_status wm_store_check_bytes(wm_str bytes, wm_error *err)
{
    size_t values = 0;
    wm_status status = wm_json_scan(bytes, WM_RECORD_BYTES_MAX, &values, err);
    return status == WM_OK ? WM_OK
                           : wm_fail(err, WM_CORRUPT, "database: a record is no longer JSON");
}

static wm_status put_value(void *context, wm_str bytes, wm_error *err)
{
    parse_target *target = context;
    return wm_store_parse(target->arena, bytes, &target->value, err);
}

wm_status wm_store_get_json(wm_store *store, wm_view view, wm_kind kind, wm_str id, wm_arena *arena,
                            const wm_json **value_out, wm_error *err)
{
    record_key key = { view, kind, id };
    parse_target target = { arena, NULL };
    wm_status status = with_record(store, &key, put_value, &target, err);
    if (status == WM_OK) {
        *value_out = target.value;
    }
    return status;
}

static wm_status each_of_kind(wm_store *store, int64_t number, wm_kind kind,
                              const wm_record_sink *sink, wm_error *err)
{
    wm_status said = WM_OK;
    wm_stmt st = wm_stmt_open(store, SQL_EACH, err);
    wm_stmt_bind_i64(&st, 1, (int64_t)kind);
    wm_stmt_bind_i64(&st, 2, number);
    while (said == WM_OK && wm_stmt_row(&st)) {
        wm_record record = { kind, wm_stmt_str(&st, 0), wm_stmt_str(&st, 1) };
        said = sink->put(sink->context, &record, err);
    }
    wm_status status = wm_stmt_close(&st);
    return status != WM_OK ? status : said;
}

wm_status wm_store_each(wm_store *store, wm_view view, unsigned kinds, const wm_record_sink *sink,
                        wm_error *err)
{
    wm_status status = wm_store_read_begin(store, err);
    if (status != WM_OK) {
        return status;
    }
    int64_t number = 0;
    status = wm_view_number(store, view, &number, err);
    for (unsigned kind = 0; kind < WM_KIND_COUNT && status == WM_OK; kind++) {
        if ((kinds & WM_KIND_BIT(kind)) != 0) {
            status = each_of_kind(store, number, (wm_kind)kind, sink, err);
        }
    }
    wm_store_read_end(store);
    return status;
}

static wm_status found(void *context, wm_str bytes, wm_error *err)
{
    (void)context;
    (void)bytes;
    (void)err;
    return WM_OK;
}

wm_status wm_store_find_id(wm_store *store, wm_view view, wm_str id, unsigned *kinds_out,
                           wm_error *err)
{
    wm_status status = wm_store_read_begin(store, err);
    if (status != WM_OK) {
        return status;
    }
    unsigned kinds = 0;
    int64_t number = 0;
    status = wm_view_number(store, view, &number, err);
    for (unsigned kind = 0; kind < WM_KIND_COUNT && status == WM_OK; kind++) {
        record_key key = { view, (wm_kind)kind, id };
        status = with_record(store, &key, found, NULL, err);
        if (status == WM_OK) {
            kinds |= WM_KIND_BIT(kind);
        } else if (status == WM_NOT_FOUND) {
            status = WM_OK;
        }
    }
    wm_store_read_end(store);
    if (status == WM_OK) {
        *kinds_out = kinds;
    }
    return status;
}

typedef struct row_list {
    wm_arena arena; /* of the rows and their texts */
    wm_locality_row *rows;
    size_t count;
    size_t capacity;
} row_list;

static wm_status add_locality(void *context, wm_str id, const wm_json *record, wm_error *err)
{
    row_list *list = context;
    wm_locality_row *rows =
        wm_arena_grow(&list->arena, list->rows, list->count, &list->capacity, sizeof *rows);
    wm_str code = wm_arena_copy(&list->arena, id);
    if (rows == NULL || code.ptr == NULL) {
        return wm_fail_memory(err);
    }
    list->rows = rows;
    rows[list->count++] =
        (wm_locality_row){ .code = code,
                           .name = wm_json_string(wm_json_get(record, "name")),
                           .kind = wm_json_string(wm_json_get(record, "kind")),
                           .parent = wm_json_string(wm_json_get(record, "parent")) };
    return WM_OK;
}

wm_status wm_store_localities(wm_store *store, wm_view view, wm_locality_tree **tree_out,
                              wm_error *err)
{
    row_list list = { .rows = NULL };
    wm_arena_init(&list.arena, store->env, SIZE_MAX / 2);
    wm_gist_sink sink = { add_locality, &list };
    wm_status status = wm_store_gists(store, view, WM_KIND_LOCALITY, &list.arena, &sink, err);
    if (status == WM_OK) {
        status = wm_locality_tree_new(store->env, list.rows, list.count, tree_out, err);
    }
    wm_arena_fini(&list.arena);
    return status;
}

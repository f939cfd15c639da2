/* diff.c: what changed between two views, by field, as JSON.
 *
 * Two passes over the records that were touched in between: one collects ids for the short lists,
 * one writes the fields. Neither reads a record that was not touched. */
#include "store/release.h"
#include "store/statement.h"

#include <waymark/sys/history.h>

static const char SQL_TOUCHED[] =
    "SELECT kind, id FROM revision WHERE since > ?1 AND since <= ?2 AND since > 1"
    " UNION SELECT kind, id FROM revision WHERE until > ?1 AND until <= ?2 AND until < 2147483647"
    " ORDER BY 1, 2";
static const char SQL_AT[] = "SELECT record, until FROM revision"
                             " WHERE kind = ?1 AND id = ?2 AND since <= ?3"
                             " ORDER BY since DESC LIMIT 1";

#define PATH_BYTES_MAX ((size_t)4096)

typedef struct name_node {
    struct name_node *next;
    wm_kind kind;
    wm_str id;
} name_node;

typedef struct name_list {
    name_node *first;
    name_node **last;
} name_list;

typedef struct differ {
    wm_store *store;
    int64_t from;
    int64_t to;
    wm_arena names;   /* of the lists */
    wm_arena scratch; /* the two values of one record */
    name_list opened;
    name_list closed;
    name_list withdrawn;
    name_list added;
    wm_buf path;
    wm_json_out *out;
    wm_error *err;
} differ;

/* One touched record: a value is NULL where the record was not there. */
typedef struct pair {
    wm_kind kind;
    wm_str id;
    const wm_json *from;
    const wm_json *to;
} pair;

typedef wm_status (*pair_fn)(differ *d, const pair *p);

/* ---- walking ---- */

static wm_status value_at(differ *d, int64_t number, const pair *key, const wm_json **value_out)
{
    wm_status parsed = WM_OK;
    wm_stmt st = wm_stmt_open(d->store, SQL_AT, d->err);
    wm_stmt_bind_i64(&st, 1, (int64_t)key->kind);
    wm_stmt_bind_text(&st, 2, key->id);
    wm_stmt_bind_i64(&st, 3, number);
    if (wm_stmt_row(&st) && wm_stmt_i64(&st, 1) > number) {
        parsed = wm_store_parse(&d->scratch, wm_stmt_str(&st, 0), value_out, d->err);
    }
    wm_status status = wm_stmt_close(&st);
    return status != WM_OK ? status : parsed;
}

static wm_status each_pair(differ *d, pair_fn each)
{
    wm_status said = WM_OK;
    wm_stmt st = wm_stmt_open(d->store, SQL_TOUCHED, d->err);
    wm_stmt_bind_i64(&st, 1, d->from < d->to ? d->from : d->to);
    wm_stmt_bind_i64(&st, 2, d->from < d->to ? d->to : d->from);
    while (said == WM_OK && wm_stmt_row(&st)) {
        pair p = { .kind = wm_stmt_kind(&st, 0), .id = wm_stmt_str(&st, 1) };
        wm_arena_reset(&d->scratch);
        said = value_at(d, d->from, &p, &p.from);
        if (said == WM_OK) {
            said = value_at(d, d->to, &p, &p.to);
        }
        if (said == WM_OK) {
            said = each(d, &p);
        }
    }
    wm_status status = wm_stmt_close(&st);
    return status != WM_OK ? status : said;
}

/* ---- the short lists ---- */

static bool status_is(const wm_json *service, const char *status)
{
    return wm_str_is(wm_json_string(wm_json_get(service, "status")), status);
}

static bool takes_people(const wm_json *service)
{
    return service != NULL && (status_is(service, "active") || status_is(service, "closing"));
}

static wm_status add_name(differ *d, name_list *list, const pair *p)
{
    name_node *node = wm_arena_alloc(&d->names, sizeof *node);
    if (node == NULL) {
        return wm_fail_memory(d->err);
    }
    node->kind = p->kind;
    node->id = wm_arena_copy(&d->names, p->id);
    if (node->id.ptr == NULL) {
        return wm_fail_memory(d->err);
    }
    *list->last = node;
    list->last = &node->next;
    return WM_OK;
}

static wm_status collect_names(differ *d, const pair *p)
{
    wm_status status = WM_OK;
    if (p->kind == WM_KIND_SERVICE && takes_people(p->to) && !takes_people(p->from)) {
        status = add_name(d, &d->opened, p);
    }
    if (status == WM_OK && p->kind == WM_KIND_SERVICE && p->from != NULL && p->to != NULL &&
        status_is(p->to, "closed") && !status_is(p->from, "closed")) {
        status = add_name(d, &d->closed, p);
    }
    if (status == WM_OK && p->from != NULL && p->to == NULL) {
        status = add_name(d, &d->withdrawn, p);
    }
    if (status == WM_OK && p->from == NULL && p->to != NULL) {
        status = add_name(d, &d->added, p);
    }
    return status;
}

static void write_ids(differ *d, const char *name, const name_list *list)
{
    wm_json_out_name(d->out, name);
    wm_json_out_array(d->out);
    for (const name_node *node = list->first; node != NULL; node = node->next) {
        wm_json_out_string(d->out, node->id);
    }
    wm_json_out_end_array(d->out);
}

static wm_status write_keys(differ *d, const char *name, const name_list *list)
{
    wm_json_out_name(d->out, name);
    wm_json_out_array(d->out);
    for (const name_node *node = list->first; node != NULL; node = node->next) {
        wm_buf_reset(&d->path);
        wm_buf_put_text(&d->path, wm_kind_name(node->kind));
        wm_buf_put_char(&d->path, '/');
        wm_buf_put_str(&d->path, node->id);
        wm_json_out_string(d->out, wm_buf_str(&d->path));
    }
    wm_json_out_end_array(d->out);
    return wm_buf_status(&d->path, d->err);
}

/* ---- fields ---- */

static void diff_value(differ *d, const wm_json *from, const wm_json *to);

static void write_field(differ *d, const wm_json *from, const wm_json *to)
{
    wm_json_out_object(d->out);
    wm_json_out_member_string(d->out, "path", wm_buf_str(&d->path));
    if (from != NULL) {
        wm_json_out_name(d->out, "from");
        wm_json_out_value(d->out, from);
    }
    if (to != NULL) {
        wm_json_out_name(d->out, "to");
        wm_json_out_value(d->out, to);
    }
    wm_json_out_end_object(d->out);
}

static void back_to(differ *d, size_t length)
{
    if (d->path.data != NULL) {
        d->path.len = length;
        d->path.data[length] = '\0';
    }
}

static void diff_member(differ *d, wm_str name, const wm_json *from, const wm_json *to)
{
    size_t length = d->path.len;
    wm_buf_put(&d->path, ".", length > 0 ? 1 : 0);
    wm_buf_put_str(&d->path, name);
    diff_value(d, from, to);
    back_to(d, length);
}

/* Members are sorted by name: two lists are merged. */
static void diff_objects(differ *d, const wm_json *from, const wm_json *to)
{
    uint32_t f = 0;
    uint32_t t = 0;
    while (f < from->count || t < to->count) {
        const wm_json_member *a = f < from->count ? &from->as.members[f] : NULL;
        const wm_json_member *b = t < to->count ? &to->as.members[t] : NULL;
        int order = a == NULL ? 1 : b == NULL ? -1 : wm_str_compare(a->name, b->name);
        const wm_json_member *named = order <= 0 ? a : b;
        if (named == NULL) {
            return;
        }
        diff_member(d, named->name, order <= 0 ? &a->value : NULL, order >= 0 ? &b->value : NULL);
        f += order <= 0 ? 1 : 0;
        t += order >= 0 ? 1 : 0;
    }
}

static void diff_value(differ *d, const wm_json *from, const wm_json *to)
{
    if (from == NULL || to == NULL) {
        write_field(d, from, to);
        return;
    }
    if (wm_json_equal(from, to)) {
        return;
    }
    if (from->type == WM_JSON_OBJECT && to->type == WM_JSON_OBJECT) {
        diff_objects(d, from, to);
        return;
    }
    if (from->type == WM_JSON_ARRAY && to->type == WM_JSON_ARRAY && from->count == to->count) {
        for (uint32_t i = 0; i < from->count; i++) {
            size_t length = d->path.len;
            wm_buf_printf(&d->path, "[%u]", i);
            diff_value(d, &from->as.items[i], &to->as.items[i]);
            back_to(d, length);
        }
        return;
    }
    write_field(d, from, to);
}

static wm_status write_changed(differ *d, const pair *p)
{
    if (p->from == NULL || p->to == NULL || wm_json_equal(p->from, p->to)) {
        return WM_OK;
    }
    wm_json_out_object(d->out);
    wm_json_out_member_text(d->out, "kind", wm_kind_name(p->kind));
    wm_json_out_member_string(d->out, "id", p->id);
    wm_json_out_name(d->out, "fields");
    wm_json_out_array(d->out);
    wm_buf_reset(&d->path);
    diff_value(d, p->from, p->to);
    wm_json_out_end_array(d->out);
    wm_json_out_end_object(d->out);
    return wm_buf_status(&d->path, d->err);
}

static wm_status write_diff(differ *d)
{
    wm_status status = each_pair(d, collect_names);
    if (status != WM_OK) {
        return status;
    }
    wm_json_out_object(d->out);
    wm_json_out_member_integer(d->out, "from", d->from);
    wm_json_out_member_integer(d->out, "to", d->to);
    write_ids(d, "opened", &d->opened);
    write_ids(d, "closed", &d->closed);
    wm_json_out_name(d->out, "changed");
    wm_json_out_array(d->out);
    status = each_pair(d, write_changed);
    wm_json_out_end_array(d->out);
    if (status == WM_OK) {
        status = write_keys(d, "withdrawn", &d->withdrawn);
    }
    if (status == WM_OK) {
        status = write_keys(d, "added", &d->added);
    }
    wm_json_out_end_object(d->out);
    return status;
}

wm_status wm_history_diff(wm_store *store, wm_view from, wm_view to, wm_json_out *out,
                          wm_error *err)
{
    wm_status status = wm_store_read_begin(store, err);
    if (status != WM_OK) {
        return status;
    }
    differ d = { .store = store, .out = out, .err = err };
    d.opened.last = &d.opened.first;
    d.closed.last = &d.closed.first;
    d.withdrawn.last = &d.withdrawn.first;
    d.added.last = &d.added.first;
    wm_arena_init(&d.names, store->env, SIZE_MAX / 2);
    wm_arena_init(&d.scratch, store->env, 64 * WM_MIB);
    wm_buf_init(&d.path, store->env, PATH_BYTES_MAX);
    status = wm_store_expect_role(store, WM_ROLE_AUTHOR, err);
    if (status == WM_OK) {
        status = wm_view_number(store, from, &d.from, err);
    }
    if (status == WM_OK) {
        status = wm_view_number(store, to, &d.to, err);
    }
    if (status == WM_OK) {
        status = write_diff(&d);
    }
    wm_buf_fini(&d.path);
    wm_arena_fini(&d.scratch);
    wm_arena_fini(&d.names);
    wm_store_read_end(store);
    return status;
}

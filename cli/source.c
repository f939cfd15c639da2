/* source.c: see source.h. */
#include <string.h>

#include <waymark/sys/history.h>

#include "source.h"

void wm_report_init(wm_report *report, const wm_env *env)
{
    memset(report, 0, sizeof *report);
    wm_arena_init(&report->arena, env, SIZE_MAX / 2);
}

void wm_report_fini(wm_report *report)
{
    wm_arena_fini(&report->arena);
}

static wm_status add(wm_report *report, const wm_told *told)
{
    if (report->count == report->capacity) {
        size_t capacity = report->capacity == 0 ? 64 : report->capacity * 2;
        wm_told *items = wm_arena_array(&report->arena, capacity, sizeof *items);
        if (items == NULL) {
            return WM_NO_MEMORY;
        }
        if (report->count > 0) {
            memcpy(items, report->items, report->count * sizeof *items);
        }
        report->items = items;
        report->capacity = capacity;
    }
    wm_told *item = &report->items[report->count];
    *item = *told;
    item->code = wm_arena_copy(&report->arena, told->code);
    item->record = wm_arena_copy(&report->arena, told->record);
    item->path = wm_arena_copy(&report->arena, told->path);
    item->text = wm_arena_copy(&report->arena, told->text);
    item->remedy = wm_arena_copy(&report->arena, told->remedy);
    if (item->code.ptr == NULL || item->record.ptr == NULL || item->path.ptr == NULL ||
        item->text.ptr == NULL || item->remedy.ptr == NULL) {
        return WM_NO_MEMORY;
    }
    report->count++;
    report->error_count += told->is_error ? 1 : 0;
    return WM_OK;
}

static wm_status put_finding(void *context, const wm_finding *finding)
{
    char record[WM_ID_BYTES_MAX + 32];
    bool has_id = finding->id.len > 0;
    int length = snprintf(record, sizeof record, "%s%s%.*s",
                          has_id ? wm_kind_name(finding->kind) : "directory", has_id ? "/" : "",
                          WM_STR_ARG(finding->id));
    size_t whole = length < 0                       ? 0
                   : (size_t)length < sizeof record ? (size_t)length
                                                    : sizeof record - 1;
    wm_told told = { finding->is_error,
                     wm_str_of(finding->code),
                     { record, whole },
                     wm_str_of(finding->path),
                     wm_str_of(finding->text),
                     wm_str_of(finding->remedy),
                     0 };
    return add(context, &told);
}

static wm_status check(wm_report *report, const wm_env *env, const wm_check_source *source,
                       bool is_thorough, wm_error *err)
{
    wm_finding_sink sink = { put_finding, report };
    wm_check_options options = { .find_gaps = is_thorough, .read_texts = is_thorough };
    return wm_check_directory(env, source, &options, &sink, NULL, err);
}

static wm_status each_of_folder(void *context, wm_kind kind, wm_record_visit visit,
                                void *visit_context, wm_error *err)
{
    const wm_folder *folder = context;
    wm_status status = WM_OK;
    for (size_t i = 0; i < folder->record_count && status == WM_OK; i++) {
        if (folder->records[i].kind == kind) {
            status = visit(visit_context, &folder->records[i], err);
        }
    }
    return status;
}

wm_status wm_report_folder(wm_report *report, const wm_env *env, const wm_folder *folder,
                           bool is_thorough, wm_error *err)
{
    for (size_t i = 0; i < folder->problem_count; i++) {
        const wm_folder_problem *problem = &folder->problems[i];
        wm_told told = { true,          WM_STR("unreadable"), problem->path, WM_STR(""),
                         problem->text, WM_STR(""),           problem->line };
        if (add(report, &told) != WM_OK) {
            return wm_fail_memory(err);
        }
    }
    wm_folder borrowed = *folder;
    wm_check_source source = { each_of_folder, &borrowed };
    return check(report, env, &source, is_thorough, err);
}

typedef struct database {
    wm_store *store;
    wm_view view;
} database;

typedef struct visiting {
    wm_record_visit visit;
    void *context;
} visiting;

static wm_status visit_record(void *context, const wm_record *record, wm_error *err)
{
    const visiting *v = context;
    return v->visit(v->context, record, err);
}

static wm_status each_of_database(void *context, wm_kind kind, wm_record_visit visit,
                                  void *visit_context, wm_error *err)
{
    const database *db = context;
    visiting v = { visit, visit_context };
    wm_record_sink sink = { visit_record, &v };
    return wm_store_each(db->store, db->view, WM_KIND_BIT(kind), &sink, err);
}

wm_status wm_report_database(wm_report *report, const wm_env *env, const char *path,
                             bool is_thorough, wm_error *err)
{
    database db = { NULL, WM_VIEW_WORKING };
    wm_status status = wm_cli_opened(wm_store_open(env, path, WM_STORE_READ, &db.store, err), err);
    if (status == WM_OK) {
        db.view = wm_store_role(db.store) == WM_ROLE_REPLICA ? WM_VIEW_LATEST : WM_VIEW_WORKING;
        status = wm_store_read_begin(db.store, err);
        if (status == WM_OK) {
            wm_check_source source = { each_of_database, &db };
            status = check(report, env, &source, is_thorough, err);
            wm_store_read_end(db.store);
        }
    }
    wm_store_close(db.store);
    return status;
}

static void print_one(const wm_told *told, wm_buf *to)
{
    wm_buf_printf(to, "%s: %.*s", told->is_error ? "error" : "warning", (int)told->record.len,
                  told->record.ptr);
    if (told->line > 0) {
        wm_buf_printf(to, ":%ld", told->line);
    }
    if (told->path.len > 0) {
        wm_buf_printf(to, ": %.*s", (int)told->path.len, told->path.ptr);
    }
    wm_buf_printf(to, ": %.*s", (int)told->text.len, told->text.ptr);
    if (told->remedy.len > 0) {
        wm_buf_printf(to, " (%.*s)", (int)told->remedy.len, told->remedy.ptr);
    }
    wm_buf_printf(to, " [%.*s]\n", (int)told->code.len, told->code.ptr);
}

void wm_report_print(const wm_report *report, wm_buf *to, bool warnings)
{
    for (int pass = 0; pass < (warnings ? 2 : 1); pass++) {
        for (size_t i = 0; i < report->count; i++) {
            if (report->items[i].is_error == (pass == 0)) {
                print_one(&report->items[i], to);
            }
        }
    }
}

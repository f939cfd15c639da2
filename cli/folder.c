/* folder.c: read a source folder strictly: whatever is not a record is told, never skipped in
 * silence.
 *
 * Skipped without a word are only names that begin with a full stop, README.md, and the folder
 * interchange, whose tables say how other people's words become ours. A folder with a
 * name that is no kind of record is a problem: a misspelt "service/" must not lose all services.
 * Names are read in sorted order, so that the same folder gives the same messages everywhere. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "folder.h"

#define PATH_BYTES_MAX 4096
#define LINES_FILE_BYTES_MAX (1024 * WM_MIB)

typedef struct name_list {
    wm_str *names;
    size_t count;
    size_t capacity;
} name_list;

typedef struct reading {
    const wm_env *env;
    const char *root;
    wm_folder *folder;
    size_t record_capacity;
    size_t problem_capacity;
    wm_buf file;      /* the file that is being read */
    wm_buf canonical; /* the record that is being written */
    wm_arena scratch; /* one record's tree */
    wm_error *err;
} reading;

/* Doubles an array in the arena when it is full; NULL when memory is out. */
static void *grow(wm_arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return items;
    }
    size_t wanted = *capacity == 0 ? 64 : *capacity * 2;
    void *larger = wm_arena_array(arena, wanted, size);
    if (larger != NULL) {
        if (count > 0) {
            memcpy(larger, items, count * size);
        }
        *capacity = wanted;
    }
    return larger;
}

static wm_status add_problem(reading *r, wm_str path, long line, wm_status status, const char *text)
{
    wm_folder *folder = r->folder;
    wm_folder_problem *items = grow(&folder->arena, folder->problems, folder->problem_count,
                                    &r->problem_capacity, sizeof *items);
    if (items == NULL) {
        return wm_fail_memory(r->err);
    }
    folder->problems = items;
    wm_folder_problem *problem = &items[folder->problem_count++];
    problem->path = wm_arena_copy(&folder->arena, path);
    problem->text = wm_arena_copy(&folder->arena, wm_str_of(text));
    problem->line = line;
    problem->status = status;
    return problem->path.ptr == NULL || problem->text.ptr == NULL ? wm_fail_memory(r->err) : WM_OK;
}

static wm_status add_record(reading *r, wm_kind kind, wm_str id, const wm_json *value)
{
    wm_folder *folder = r->folder;
    wm_record *items = grow(&folder->arena, folder->records, folder->record_count,
                            &r->record_capacity, sizeof *items);
    if (items == NULL) {
        return wm_fail_memory(r->err);
    }
    folder->records = items;
    wm_buf_reset(&r->canonical);
    wm_json_write(&r->canonical, value);
    wm_status status = wm_buf_status(&r->canonical, r->err);
    if (status != WM_OK) {
        return status;
    }
    wm_record record = { kind, wm_arena_copy(&folder->arena, id),
                         wm_arena_copy(&folder->arena, wm_buf_str(&r->canonical)) };
    if (record.id.ptr == NULL || record.bytes.ptr == NULL) {
        return wm_fail_memory(r->err);
    }
    items[folder->record_count++] = record;
    return WM_OK;
}

/* One record's text; expected_id empty: any (a line of a .jsonl file). */
static wm_status take_text(reading *r, wm_kind kind, wm_str path, long line, wm_str expected_id,
                           wm_str text)
{
    wm_arena_reset(&r->scratch);
    const wm_json *value = NULL;
    wm_error why = { 0 };
    char message[WM_ERROR_TEXT_MAX];
    wm_status status = wm_json_parse(&r->scratch, text, WM_RECORD_BYTES_MAX, &value, &why);
    if (status == WM_NO_MEMORY) {
        return wm_fail_memory(r->err);
    }
    if (status != WM_OK) {
        return add_problem(r, path, line, status, why.text);
    }
    wm_str id = wm_json_string(wm_json_get(value, "id"));
    if (id.ptr == NULL) {
        return add_problem(r, path, line, WM_BAD_RECORD,
                           "expected an object with an \"id\", found none");
    }
    if (!wm_id_valid(id)) {
        (void)snprintf(message, sizeof message,
                       "id: expected a letter or digit, then up to 79 of letters, digits, . _ -; "
                       "found \"%.*s\"",
                       WM_STR_ARG(id));
        return add_problem(r, path, line, WM_BAD_RECORD, message);
    }
    if (expected_id.len > 0 && !wm_str_equal(id, expected_id)) {
        (void)snprintf(message, sizeof message,
                       "id: expected \"%.*s\" (the file's name), found \"%.*s\"",
                       WM_STR_ARG(expected_id), WM_STR_ARG(id));
        return add_problem(r, path, line, WM_BAD_RECORD, message);
    }
    return add_record(r, kind, id, value);
}

static wm_status read_bytes(reading *r, wm_str path, size_t max_bytes, bool *read_out)
{
    char full[PATH_BYTES_MAX];
    struct stat info;
    wm_error why = { 0 };
    wm_status status = WM_TOO_LARGE;
    *read_out = false;
    int length = snprintf(full, sizeof full, "%s/%.*s", r->root, (int)path.len, path.ptr);
    if (length < 0 || (size_t)length >= sizeof full) {
        (void)wm_fail(&why, WM_TOO_LARGE, "expected a path of at most %d bytes",
                      PATH_BYTES_MAX - 1);
    } else if (stat(full, &info) == 0 && !S_ISREG(info.st_mode)) {
        /* Whoever opens a pipe waits for its other end. */
        (void)wm_fail(&why, WM_BAD_INPUT, "expected a file, found something else");
        status = WM_BAD_INPUT;
    } else {
        wm_buf_fini(&r->file);
        wm_buf_init(&r->file, r->env, max_bytes);
        status = wm_cli_read_file(full, max_bytes, &r->file, &why);
    }
    if (status == WM_OK) {
        *read_out = true;
        return WM_OK;
    }
    return status == WM_NO_MEMORY ? wm_fail_memory(r->err)
                                  : add_problem(r, path, 0, status, why.text);
}

static wm_status read_one(reading *r, wm_kind kind, wm_str path, wm_str id)
{
    bool was_read = false;
    wm_status status = read_bytes(r, path, WM_RECORD_BYTES_MAX, &was_read);
    return status == WM_OK && was_read ? take_text(r, kind, path, 0, id, wm_buf_str(&r->file))
                                       : status;
}

static wm_status read_lines(reading *r, wm_kind kind, wm_str path)
{
    bool was_read = false;
    wm_status status = read_bytes(r, path, LINES_FILE_BYTES_MAX, &was_read);
    wm_str rest = was_read ? wm_buf_str(&r->file) : (wm_str){ "", 0 };
    for (long line = 1; status == WM_OK && rest.len > 0; line++) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        wm_str text = { rest.ptr, end != NULL ? (size_t)(end - rest.ptr) : rest.len };
        size_t taken = text.len + (end != NULL ? 1 : 0);
        if (text.len > 0) {
            status = take_text(r, kind, path, line, (wm_str){ NULL, 0 }, text);
        }
        rest.ptr += taken;
        rest.len -= taken;
    }
    return status;
}

static int by_name(const void *a, const void *b)
{
    return wm_str_compare(*(const wm_str *)a, *(const wm_str *)b);
}

/* The names in one folder, sorted, without those that begin with a full stop and README.md. */
static wm_status list_names(reading *r, wm_str path, name_list *list)
{
    char full[PATH_BYTES_MAX];
    (void)snprintf(full, sizeof full, "%s%s%.*s", r->root, path.len > 0 ? "/" : "", (int)path.len,
                   path.ptr != NULL ? path.ptr : "");
    DIR *folder = opendir(full);
    if (folder == NULL) {
        return wm_fail(r->err, WM_BAD_INPUT, "%s: expected a folder: %s", full, strerror(errno));
    }
    wm_status status = WM_OK;
    errno = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL && status == WM_OK;
         entry = readdir(folder)) {
        bool is_table = path.len == 0 && strcmp(entry->d_name, "interchange") == 0;
        if (entry->d_name[0] == '.' || is_table || strcmp(entry->d_name, "README.md") == 0) {
            continue;
        }
        wm_str *names =
            grow(&r->folder->arena, list->names, list->count, &list->capacity, sizeof *names);
        wm_str name = wm_arena_copy(&r->folder->arena, wm_str_of(entry->d_name));
        if (names == NULL || name.ptr == NULL) {
            status = wm_fail_memory(r->err);
            break;
        }
        list->names = names;
        list->names[list->count++] = name;
    }
    if (status == WM_OK && errno != 0) {
        status = wm_fail(r->err, WM_BAD_INPUT, "%s: cannot be read: %s", full, strerror(errno));
    }
    (void)closedir(folder);
    if (list->count > 0) {
        qsort(list->names, list->count, sizeof *list->names, by_name);
    }
    return status;
}

static bool ends_with(wm_str text, const char *end)
{
    size_t length = strlen(end);
    return text.len > length && memcmp(text.ptr + text.len - length, end, length) == 0;
}

static wm_status read_kind(reading *r, wm_kind kind)
{
    name_list list = { 0 };
    const char *folder_name = wm_kind_folder(kind);
    wm_status status = list_names(r, wm_str_of(folder_name), &list);
    for (size_t i = 0; i < list.count && status == WM_OK; i++) {
        char text[PATH_BYTES_MAX];
        int length = snprintf(text, sizeof text, "%s/%.*s", folder_name, (int)list.names[i].len,
                              list.names[i].ptr);
        wm_str path = { text, length > 0 ? (size_t)length : 0 };
        if (ends_with(path, ".jsonl")) {
            status = read_lines(r, kind, path);
        } else if (ends_with(path, ".json")) {
            status = read_one(r, kind, path, (wm_str){ list.names[i].ptr, list.names[i].len - 5 });
        } else {
            status =
                add_problem(r, path, 0, WM_BAD_INPUT,
                            "expected a .json or .jsonl file (or README.md), found another name");
        }
    }
    return status;
}

static wm_status read_top(reading *r)
{
    name_list list = { 0 };
    bool has_directory = false;
    wm_status status = list_names(r, (wm_str){ NULL, 0 }, &list);
    for (size_t i = 0; i < list.count && status == WM_OK; i++) {
        wm_str name = list.names[i];
        if (wm_str_is(name, "directory.json")) {
            has_directory = true;
            status = read_one(r, WM_KIND_DIRECTORY, name, (wm_str){ NULL, 0 });
            continue;
        }
        wm_kind kind = WM_KIND_DIRECTORY;
        for (int k = 1; k < WM_KIND_COUNT; k++) {
            kind = wm_str_is(name, wm_kind_folder((wm_kind)k)) ? (wm_kind)k : kind;
        }
        status = kind != WM_KIND_DIRECTORY
                     ? read_kind(r, kind)
                     : add_problem(r, name, 0, WM_BAD_INPUT,
                                   "expected directory.json, README.md or the folder of a kind of "
                                   "record, found another name");
    }
    if (status == WM_OK && !has_directory) {
        status = add_problem(r, WM_STR("directory.json"), 0, WM_BAD_INPUT,
                             "expected this file, found none");
    }
    return status;
}

static int by_kind_and_id(const void *a, const void *b)
{
    const wm_record *left = a;
    const wm_record *right = b;
    return left->kind != right->kind ? (int)left->kind - (int)right->kind
                                     : wm_str_compare(left->id, right->id);
}

/* Sorts the records; the second of two with one id is a problem and is dropped. */
static wm_status settle(reading *r)
{
    wm_folder *folder = r->folder;
    if (folder->record_count == 0) {
        return WM_OK;
    }
    qsort(folder->records, folder->record_count, sizeof *folder->records, by_kind_and_id);
    size_t kept = 1;
    for (size_t i = 1; i < folder->record_count; i++) {
        const wm_record *record = &folder->records[i];
        if (by_kind_and_id(&folder->records[kept - 1], record) != 0) {
            folder->records[kept++] = *record;
            continue;
        }
        char path[PATH_BYTES_MAX];
        int length = snprintf(path, sizeof path, "%s/%.*s", wm_kind_folder(record->kind),
                              WM_STR_ARG(record->id));
        wm_status status =
            add_problem(r, (wm_str){ path, length > 0 ? (size_t)length : 0 }, 0, WM_BAD_RECORD,
                        "id: expected once in this folder, found twice");
        if (status != WM_OK) {
            return status;
        }
    }
    folder->record_count = kept;
    return WM_OK;
}

wm_status wm_folder_read(const wm_env *env, const char *path, wm_folder *folder_out, wm_error *err)
{
    memset(folder_out, 0, sizeof *folder_out);
    wm_arena_init(&folder_out->arena, env, SIZE_MAX / 2);
    reading r = { .env = env, .root = path, .folder = folder_out, .err = err };
    wm_buf_init(&r.file, env, WM_RECORD_BYTES_MAX);
    wm_buf_init(&r.canonical, env, WM_RECORD_BYTES_MAX);
    wm_arena_init(&r.scratch, env, 64 * WM_MIB);
    wm_status status = read_top(&r);
    if (status == WM_OK) {
        status = settle(&r);
    }
    wm_arena_fini(&r.scratch);
    wm_buf_fini(&r.canonical);
    wm_buf_fini(&r.file);
    return status;
}

void wm_folder_fini(wm_folder *folder)
{
    wm_arena_fini(&folder->arena);
    memset(folder, 0, sizeof *folder);
}

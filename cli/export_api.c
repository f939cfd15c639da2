/* export_api.c: documents come one by one, and how many there will be is known at the end: so a
 * page begins with what it holds, and its numbers are put behind that. One page of each list is
 * open at a time. */
#include "export_api.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES_MAX 4096
#define PART_BYTES_MAX (PATH_BYTES_MAX + 8)
#define NAME_BYTES_MAX 160 /* of what stands in the folder */
#define FULL_BYTES_MAX (PART_BYTES_MAX + NAME_BYTES_MAX + 1)

struct wm_api_folder {
    const wm_env *env;
    char path[PATH_BYTES_MAX];
    char part[PART_BYTES_MAX];  /* until it is whole */
    bool is_begun;              /* the part is there, and ours */
    FILE *pages[WM_ORUK_LISTS]; /* NULL: none is open */
    int64_t items[WM_ORUK_LISTS];
};

static wm_status cannot_write(const char *path, wm_error *err)
{
    return wm_fail(err, errno == ENOSPC ? WM_FULL : WM_IO, "%s: cannot be written: %s", path,
                   strerror(errno));
}

static wm_status make_folder(const char *path, wm_error *err)
{
    return mkdir(path, 0777) == 0 ? WM_OK : cannot_write(path, err);
}

static void path_of(const wm_api_folder *folder, const char *name, char path_out[FULL_BYTES_MAX])
{
    (void)snprintf(path_out, FULL_BYTES_MAX, "%s/%s", folder->part, name);
}

static wm_status close_file(FILE *file, const char *path, wm_error *err)
{
    bool failed = ferror(file) != 0;
    return fclose(file) != 0 || failed ? cannot_write(path, err) : WM_OK;
}

static wm_status write_file(const wm_api_folder *folder, const char *name, wm_str text,
                            wm_error *err)
{
    char path[FULL_BYTES_MAX];
    path_of(folder, name, path);
    FILE *file = fopen(path, "wbx");
    if (file == NULL) {
        return cannot_write(path, err);
    }
    (void)fwrite(text.ptr, 1, text.len, file);
    (void)fputc('\n', file);
    return close_file(file, path, err);
}

static int64_t page_count(const wm_api_folder *folder, wm_oruk_list list)
{
    return folder->items[list] == 0 ? 1 : (folder->items[list] - 1) / WM_API_PAGE_ITEMS + 1;
}

/* ---- what was not finished ---- */

static bool is_document(const char *name)
{
    size_t length = strlen(name);
    return length > 5 && strcmp(name + length - 5, ".json") == 0;
}

static bool is_ours(const char *name)
{
    bool known = strcmp(name, "index.json") == 0;
    for (int list = 0; list < WM_ORUK_LISTS && !known; list++) {
        known = strcmp(name, wm_oruk_list_path((wm_oruk_list)list)) == 0;
    }
    return known;
}

/* A folder with nothing in it but what we make: one that nobody could finish. */
static bool is_left_over(const char *path)
{
    struct stat info;
    if (lstat(path, &info) != 0 || !S_ISDIR(info.st_mode)) {
        return false;
    }
    DIR *entries = opendir(path);
    bool all = entries != NULL;
    for (struct dirent *entry = all ? readdir(entries) : NULL; all && entry != NULL;
         entry = readdir(entries)) {
        all = entry->d_name[0] == '.' || is_ours(entry->d_name);
    }
    if (entries != NULL) {
        (void)closedir(entries);
    }
    return all;
}

/* With the documents in it, and nothing else. */
static void remove_folder(const char *path)
{
    DIR *entries = opendir(path);
    for (struct dirent *entry = entries != NULL ? readdir(entries) : NULL; entry != NULL;
         entry = readdir(entries)) {
        if (is_document(entry->d_name)) {
            (void)unlinkat(dirfd(entries), entry->d_name, 0);
        }
    }
    if (entries != NULL) {
        (void)closedir(entries);
    }
    (void)rmdir(path);
}

/* All that was made; what else is in it stays, and so does the folder. */
static void remove_part(const wm_api_folder *folder)
{
    char name[NAME_BYTES_MAX];
    char path[FULL_BYTES_MAX];
    for (int list = 0; list < WM_ORUK_LISTS; list++) {
        const char *of_list = wm_oruk_list_path((wm_oruk_list)list);
        (void)snprintf(name, sizeof name, "%s/pages", of_list);
        path_of(folder, name, path);
        remove_folder(path);
        path_of(folder, of_list, path);
        remove_folder(path);
    }
    remove_folder(folder->part);
}

/* ---- begin ---- */

static wm_status make_folders(wm_api_folder *folder, wm_error *err)
{
    wm_status status = make_folder(folder->part, err);
    folder->is_begun = status == WM_OK;
    for (int list = 0; list < WM_ORUK_LISTS && status == WM_OK; list++) {
        char path[FULL_BYTES_MAX];
        char name[NAME_BYTES_MAX];
        const char *of_list = wm_oruk_list_path((wm_oruk_list)list);
        path_of(folder, of_list, path);
        status = make_folder(path, err);
        (void)snprintf(name, sizeof name, "%s/pages", of_list);
        path_of(folder, name, path);
        status = status == WM_OK ? make_folder(path, err) : status;
    }
    return status;
}

static wm_status name_folder(wm_api_folder *folder, const char *path, wm_error *err)
{
    struct stat info;
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    if (length == 0 || length >= sizeof folder->path) {
        return wm_fail(err, WM_BAD_INPUT, "expected the name of a folder, found \"%.80s\"", path);
    }
    memcpy(folder->path, path, length);
    folder->path[length] = '\0';
    (void)snprintf(folder->part, sizeof folder->part, "%s.part", folder->path);
    if (lstat(folder->path, &info) != 0 && is_left_over(folder->part)) {
        remove_part(folder); /* somebody killed us */
    }
    const char *const names[] = { folder->path, folder->part };
    for (size_t i = 0; i < 2; i++) {
        if (lstat(names[i], &info) == 0) {
            return wm_fail(err, WM_BAD_INPUT, "%s: expected nothing of that name, found something",
                           names[i]);
        }
    }
    return WM_OK;
}

wm_status wm_api_folder_begin(const wm_env *env, const char *path, wm_api_folder **folder_out,
                              wm_error *err)
{
    wm_api_folder *folder = wm_env_alloc(env, sizeof *folder);
    if (folder == NULL) {
        return wm_fail_memory(err);
    }
    *folder = (wm_api_folder){ .env = env };
    wm_status status = name_folder(folder, path, err);
    if (status == WM_OK) {
        status = make_folders(folder, err);
    }
    if (status == WM_OK) {
        status = write_file(folder, "index.json", wm_str_of(wm_oruk_root()), err);
    }
    if (status != WM_OK) {
        wm_api_folder_free(folder);
        return status;
    }
    *folder_out = folder;
    return WM_OK;
}

/* ---- documents ---- */

static void page_path(const wm_api_folder *folder, wm_oruk_list list, int64_t page,
                      char path_out[FULL_BYTES_MAX])
{
    char name[NAME_BYTES_MAX];
    (void)snprintf(name, sizeof name, "%s/pages/%lld.json", wm_oruk_list_path(list),
                   (long long)page);
    path_of(folder, name, path_out);
}

static wm_status close_page(wm_api_folder *folder, wm_oruk_list list, wm_error *err)
{
    char path[FULL_BYTES_MAX];
    FILE *file = folder->pages[list];
    page_path(folder, list, page_count(folder, list), path);
    folder->pages[list] = NULL;
    (void)fputc(']', file);
    return close_file(file, path, err);
}

static wm_status open_page(wm_api_folder *folder, wm_oruk_list list, int64_t page, wm_error *err)
{
    char path[FULL_BYTES_MAX];
    page_path(folder, list, page, path);
    folder->pages[list] = fopen(path, "wbx");
    if (folder->pages[list] == NULL) {
        return cannot_write(path, err);
    }
    (void)fputs("{\"contents\":[", folder->pages[list]);
    return WM_OK;
}

static wm_status put_item(wm_api_folder *folder, const wm_oruk_document *document, wm_error *err)
{
    wm_oruk_list list = document->list;
    bool is_first = folder->items[list] % WM_API_PAGE_ITEMS == 0;
    wm_status status = WM_OK;
    if (is_first && folder->pages[list] != NULL) {
        status = close_page(folder, list, err);
    }
    if (is_first && status == WM_OK) {
        status = open_page(folder, list, folder->items[list] / WM_API_PAGE_ITEMS + 1, err);
    }
    if (status == WM_OK) {
        (void)fputs(is_first ? "\n" : ",\n", folder->pages[list]);
        (void)fwrite(document->item.ptr, 1, document->item.len, folder->pages[list]);
        folder->items[list]++;
    }
    return status;
}

static wm_status put_document(void *context, const wm_oruk_document *document, wm_error *err)
{
    char name[NAME_BYTES_MAX];
    wm_api_folder *folder = context;
    if (!wm_id_valid(document->id)) { /* nothing but a file of this folder */
        return wm_fail(err, WM_BAD_RECORD, "%s: expected an id, found \"%.*s\"",
                       wm_oruk_list_path(document->list), WM_STR_ARG(document->id));
    }
    (void)snprintf(name, sizeof name, "%s/%.*s.json", wm_oruk_list_path(document->list),
                   WM_STR_ARG(document->id));
    wm_status status = write_file(folder, name, document->whole, err);
    return status == WM_OK ? put_item(folder, document, err) : status;
}

wm_status wm_api_folder_put(wm_api_folder *folder, wm_arena *arena, wm_kind kind,
                            const wm_json *record, const wm_oruk_form *form, wm_error *err)
{
    wm_oruk_document_sink sink = { put_document, folder };
    return wm_oruk_documents(arena, kind, record, form, &sink, err);
}

/* ---- finish ---- */

static wm_status put_numbers(const wm_api_folder *folder, wm_oruk_list list, int64_t page,
                             wm_error *err)
{
    char path[FULL_BYTES_MAX];
    int64_t pages = page_count(folder, list);
    int64_t before = (page - 1) * WM_API_PAGE_ITEMS;
    int64_t rest = folder->items[list] - before;
    page_path(folder, list, page, path);
    FILE *file = fopen(path, "ab");
    if (file == NULL) {
        return cannot_write(path, err);
    }
    (void)fprintf(file,
                  ",\"empty\":%s,\"first_page\":%s,\"last_page\":%s,\"page_number\":%lld,"
                  "\"size\":%lld,\"total_items\":%lld,\"total_pages\":%lld}\n",
                  rest == 0 ? "true" : "false", page == 1 ? "true" : "false",
                  page == pages ? "true" : "false", (long long)page,
                  (long long)(rest < WM_API_PAGE_ITEMS ? rest : WM_API_PAGE_ITEMS),
                  (long long)folder->items[list], (long long)pages);
    return close_file(file, path, err);
}

static wm_status finish_list(wm_api_folder *folder, wm_oruk_list list, wm_error *err)
{
    wm_status status = WM_OK;
    if (folder->items[list] == 0) {
        status = open_page(folder, list, 1, err); /* which is empty */
    }
    if (status == WM_OK) {
        status = close_page(folder, list, err);
    }
    for (int64_t page = 1; page <= page_count(folder, list) && status == WM_OK; page++) {
        status = put_numbers(folder, list, page, err);
    }
    return status;
}

wm_status wm_api_folder_finish(wm_api_folder *folder, wm_error *err)
{
    wm_status status = WM_OK;
    for (int list = 0; list < WM_ORUK_LISTS && status == WM_OK; list++) {
        status = finish_list(folder, (wm_oruk_list)list, err);
    }
    if (status == WM_OK && rename(folder->part, folder->path) != 0) {
        status = cannot_write(folder->path, err);
    }
    folder->is_begun = folder->is_begun && status != WM_OK;
    return status;
}

void wm_api_folder_free(wm_api_folder *folder)
{
    if (folder == NULL) {
        return;
    }
    for (int list = 0; list < WM_ORUK_LISTS; list++) {
        if (folder->pages[list] != NULL) {
            (void)fclose(folder->pages[list]);
        }
    }
    if (folder->is_begun) {
        remove_part(folder);
    }
    wm_env_free(folder->env, folder, sizeof *folder);
}

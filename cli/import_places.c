/* import_places.c: `waymark import places` and `import practices`: lists that others publish, a
 * file or a folder of files, into an authoring database.
 *
 * One transaction: stopped at any moment, it leaves the database as it was. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <waymark/sys/interchange_places.h>
#include <waymark/waymark.h>

#include "common.h"
#include "import_places.h"
#include "progress.h"
#include "rejections.h"

#define FILES_MAX 4096
#define PATH_BYTES_MAX 4096

typedef struct importing {
    wm_cli *cli;
    const char *path;
    wm_place_import *import;
    wm_place_import_counts counts;
    wm_rejections rejections;
    wm_cli_progress progress;
    int64_t lines;
    int64_t bytes; /* read so far */
    int64_t size;  /* of all files; 0: not known */
} importing;

/* ---- reading ---- */

static void tell(void *context, int64_t line, wm_str text)
{
    importing *i = context;
    wm_rejections_add(&i->rejections, line, true, text);
}

typedef struct stream {
    wm_buf text;
    int64_t number; /* of lines so far */
    bool is_end;
    bool is_amid; /* of a line that is too long, and has been told: the rest of it is no line */
} stream;

/* Whole lines of what is in `text`; what is left of the last one moves to its front. At the end of
 * the file that is a line, too. */
static wm_status take_lines(importing *i, stream *from, wm_error *err)
{
    size_t at = 0;
    wm_buf *text = &from->text;
    wm_status status = WM_OK;
    while (status == WM_OK && at < text->len) {
        const char *end = memchr(text->data + at, '\n', text->len - at);
        size_t length = end != NULL ? (size_t)(end - text->data) - at : text->len - at;
        if (end == NULL && !from->is_end && !from->is_amid && length <= WM_PLACE_LINE_BYTES_MAX) {
            break;
        }
        if (!from->is_amid) {
            wm_str line = { text->data + at, length };
            status = wm_place_import_line(i->import, line, ++from->number, err);
            i->lines++;
        }
        from->is_amid = end == NULL;
        at += length + (end != NULL ? 1 : 0);
    }
    memmove(text->data, text->data + at, text->len - at);
    text->len -= at;
    return status;
}

static wm_status read_stream(importing *i, FILE *file, const char *path, wm_error *err)
{
    stream from = { .number = 0 };
    wm_status status = WM_OK;
    wm_buf_init(&from.text, i->cli->env, 256 * WM_KIB);
    while (status == WM_OK && !from.is_end) {
        char *room = wm_buf_reserve(&from.text, 64 * WM_KIB);
        size_t length = 0;
        status = room != NULL
                     ? wm_cli_progress_read(&i->progress, file, room, 64 * WM_KIB, &length, err)
                     : wm_buf_status(&from.text, err);
        if (status == WM_OK) {
            wm_buf_grown(&from.text, length);
            i->bytes += (int64_t)length;
            from.is_end = length == 0;
            status = take_lines(i, &from, err);
        }
        if (status == WM_OK) {
            status = wm_cli_progress_tick(&i->progress, (uint64_t)i->lines, (uint64_t)i->bytes,
                                          (uint64_t)i->size, err);
        }
    }
    wm_cli_progress_end(&i->progress);
    if (status != WM_OK && status != WM_IO) {
        wm_error_context(err, "%s", path);
    }
    wm_buf_fini(&from.text);
    return status;
}

static wm_status read_file(importing *i, const char *path, wm_error *err)
{
    bool is_input = strcmp(path, "-") == 0;
    const char *slash = strrchr(path, '/');
    FILE *file = is_input ? stdin : fopen(path, "rb");
    if (file == NULL) {
        return wm_fail(err, WM_BAD_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    }
    wm_rejections_of_file(&i->rejections, slash != NULL ? slash + 1 : path);
    wm_place_import_file(i->import);
    wm_status status = read_stream(i, file, path, err);
    if (!is_input) {
        (void)fclose(file);
    }
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_csv(const char *name)
{
    size_t length = strlen(name);
    return name[0] != '.' && length > 4 &&
           (strcmp(name + length - 4, ".csv") == 0 || strcmp(name + length - 4, ".CSV") == 0);
}

static wm_status list_folder(const char *path, wm_arena *arena, const char **names,
                             size_t *count_out, wm_error *err)
{
    DIR *folder = opendir(path);
    wm_status status = WM_OK;
    size_t count = 0;
    if (folder == NULL) {
        return wm_fail(err, WM_BAD_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    }
    for (struct dirent *entry = readdir(folder); entry != NULL && status == WM_OK;
         entry = readdir(folder)) {
        if (!is_csv(entry->d_name)) {
            continue;
        }
        wm_str copy = wm_arena_copy(arena, wm_str_of(entry->d_name));
        if (copy.ptr == NULL) {
            status = wm_fail_memory(err);
        } else if (count == FILES_MAX) {
            status = wm_fail(err, WM_TOO_LARGE, "%s: expected at most %d files, found more", path,
                             FILES_MAX);
        } else {
            names[count++] = copy.ptr;
        }
    }
    (void)closedir(folder);
    qsort(names, count, sizeof names[0], by_name);
    *count_out = count;
    if (status == WM_OK && count == 0) {
        status =
            wm_fail(err, WM_BAD_INPUT, "%s: expected files with names in .csv, found none", path);
    }
    return status;
}

static wm_status read_all(importing *i, wm_error *err)
{
    struct stat info;
    if (strcmp(i->path, "-") == 0 || stat(i->path, &info) != 0 || !S_ISDIR(info.st_mode)) {
        i->size =
            strcmp(i->path, "-") != 0 && stat(i->path, &info) == 0 ? (int64_t)info.st_size : 0;
        return read_file(i, i->path, err);
    }
    wm_arena arena;
    size_t count = 0;
    wm_arena_init(&arena, i->cli->env, 16 * WM_MIB);
    const char **names = wm_arena_array(&arena, FILES_MAX, sizeof *names);
    wm_status status =
        names != NULL ? list_folder(i->path, &arena, names, &count, err) : wm_fail_memory(err);
    for (size_t n = 0; n < count && status == WM_OK; n++) {
        char path[PATH_BYTES_MAX];
        int length = snprintf(path, sizeof path, "%s/%s", i->path, names[n]);
        status = length < (int)sizeof path
                     ? read_file(i, path, err)
                     : wm_fail(err, WM_TOO_LARGE, "%s: the path is too long", i->path);
    }
    wm_arena_fini(&arena);
    return status;
}

/* ---- the database ---- */

/* "data/onspd/" is the same source as "onspd". */
static wm_str name_of(const char *path)
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/') {
        end--;
    }
    size_t start = end;
    while (start > 0 && path[start - 1] != '/') {
        start--;
    }
    return start < end ? (wm_str){ path + start, end - start } : wm_str_of(path);
}

static wm_status import_all(importing *i, const wm_cli_args *args, wm_place_list list, wm_txn *txn,
                            wm_error *err)
{
    const char *source = wm_cli_value(args, "--source");
    wm_place_import_options options = { list, source != NULL ? wm_str_of(source) : name_of(i->path),
                                        tell, i };
    wm_status status = wm_place_import_begin(txn, &options, &i->import, err);
    wm_cli_progress_begin(&i->progress, i->cli, "lines", "nothing was changed");
    if (status == WM_OK) {
        status = read_all(i, err);
    }
    if (status == WM_OK && i->rejections.total > 0 && wm_cli_flag(args, "--strict")) {
        status = wm_rejections_refuse(&i->rejections, i->path, err);
    }
    if (status == WM_OK) {
        status =
            wm_place_import_finish(i->import, wm_cli_flag(args, "--allow-shrink"), &i->counts, err);
    }
    wm_place_import_free(i->import);
    i->import = NULL;
    return status;
}

static wm_status import_into(importing *i, const wm_cli_args *args, wm_place_list list,
                             wm_error *err)
{
    const char *path = wm_cli_value(args, "-o");
    wm_store *store = NULL;
    wm_txn *txn = NULL;
    wm_status status = wm_cli_opened(
        wm_store_open(i->cli->env, path, WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR, &store,
                      err),
        err);
    if (status == WM_OK) {
        status = wm_txn_begin(store, &txn, err);
    }
    if (status == WM_OK) {
        status = import_all(i, args, list, txn, err);
    }
    if (status == WM_OK) {
        status = wm_txn_commit(txn, err);
        txn = NULL;
    }
    wm_cli_name_file(err, path);
    wm_txn_rollback(txn);
    wm_store_close(store);
    return status;
}

/* ---- telling ---- */

static void write_counts(const importing *i, wm_json_out *out)
{
    wm_json_out_name(out, "records");
    wm_json_out_object(out);
    wm_json_out_member_integer(out, "place", i->counts.records);
    wm_json_out_end_object(out);
    wm_json_out_member_integer(out, "changed", i->counts.changed);
    wm_json_out_member_integer(out, "withdrawn", i->counts.withdrawn);
    wm_json_out_member_integer(out, "taken", i->counts.taken);
    wm_json_out_member_integer(out, "outside", i->counts.outside);
    wm_json_out_member_integer(out, "terminated", i->counts.terminated);
    wm_json_out_member_integer(out, "kept", i->counts.kept);
}

static wm_exit print_done(const importing *i)
{
    wm_buf buf;
    wm_json_out out;
    const wm_place_import_counts *counts = &i->counts;
    wm_buf_init(&buf, i->cli->env, SIZE_MAX / 4);
    if (i->cli->json) {
        wm_json_out_init(&out, &buf);
        wm_json_out_object(&out);
        write_counts(i, &out);
        wm_rejections_write(&i->rejections, &out);
        wm_json_out_end_object(&out);
    } else {
        wm_buf_printf(&buf, "%lld lines taken, %lld rejected, %lld outside, %lld no longer used\n",
                      (long long)counts->taken, (long long)i->rejections.total,
                      (long long)counts->outside, (long long)counts->terminated);
        wm_buf_printf(&buf, "%lld places, %lld changed, %lld withdrawn, %lld left as they were",
                      (long long)counts->records, (long long)counts->changed,
                      (long long)counts->withdrawn, (long long)counts->kept);
    }
    wm_exit code = wm_cli_print(i->cli, &buf);
    wm_buf_fini(&buf);
    return code == WM_EXIT_DONE && i->rejections.total > 0 ? WM_EXIT_INPUT : code;
}

/* The error, and what was rejected; nothing was taken. */
static void print_refused(importing *i, const wm_error *err)
{
    wm_text answer = { 0 };
    wm_buf buf;
    wm_json_out out;
    wm_buf_init(&buf, i->cli->env, SIZE_MAX / 4);
    if (wm_error_answer(i->cli->env, err, 0, &answer) == WM_OK && answer.len > 0) {
        wm_buf_put(&buf, answer.ptr, answer.len - 1); /* without its last brace */
        wm_buf_put_text(&buf, ",\"records\":{},\"changed\":0,");
        wm_json_out_init(&out, &buf);
        wm_rejections_write(&i->rejections, &out);
        wm_buf_put_char(&buf, '}');
        i->cli->json_done = wm_cli_print(i->cli, &buf) == WM_EXIT_DONE;
    }
    wm_buf_fini(&buf);
    wm_text_free(&answer);
}

static wm_exit import_list(wm_cli *cli, const wm_cli_args *args, wm_place_list list)
{
    wm_error err = { 0 };
    importing i = { .cli = cli, .path = args->operands[1] };
    wm_rejections_init(&i.rejections, cli->env);
    wm_status status = import_into(&i, args, list, &err);
    wm_rejections_say(&i.rejections, cli, i.path);
    wm_exit code = WM_EXIT_DONE;
    err.status = status;
    if (status == WM_OK) {
        code = print_done(&i);
    } else {
        if (cli->json) {
            print_refused(&i, &err);
        }
        code = wm_cli_fail(cli, &err);
    }
    wm_rejections_fini(&i.rejections);
    return code;
}

wm_exit wm_cli_import_places(wm_cli *cli, const wm_cli_args *args)
{
    return import_list(cli, args, WM_PLACE_LIST_PLACES);
}

wm_exit wm_cli_import_practices(wm_cli *cli, const wm_cli_args *args)
{
    return import_list(cli, args, WM_PLACE_LIST_PRACTICES);
}

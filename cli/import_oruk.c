/* import_oruk.c: `waymark import oruk`: other people's services into an authoring database.
 *
 * One transaction: stopped at any moment, it leaves the database as it was. It begins when all that
 * takes long to come is here: while an API is walked, others may write. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <waymark/sys/interchange.h>
#include <waymark/waymark.h>

#include "common.h"
#include "import_oruk.h"
#include "import_spool.h"
#include "import_url.h"
#include "localities.h"
#include "progress.h"
#include "read_ahead.h"
#include "rejections.h"

#define TERMS_BYTES_MAX (16 * WM_MIB)
#define ALONE_BYTES_MIN (64 * (int64_t)WM_MIB)
#define THREAD_BYTES_MIN ((int64_t)64 * 1024) /* less is done sooner than a thread is there */

typedef struct importing {
    wm_cli *cli;
    const char *path; /* as it is told; of a URL host and path */
    const char *db;
    wm_cli_url url;
    bool is_url;
    FILE *file;         /* NULL: an API */
    wm_cli_spool spool; /* what that gave */
    wm_str id;          /* of the service at hand, of an API */
    int64_t bytes;      /* of the file; 0: not known */
    wm_elements *elements;
    wm_terms *terms; /* NULL: none */
    wm_rejections rejections;
    wm_change_counts counts;
    bool strict;
    bool allow_shrink;
    wm_cli_progress progress;
} importing;

/* ---- what goes in ---- */

static wm_status read_bytes(void *context, void *buffer, size_t capacity, size_t *length_out,
                            wm_error *err)
{
    importing *i = context;
    return wm_cli_progress_read(&i->progress, i->file, buffer, capacity, length_out, err);
}

static wm_status open_input(importing *i, wm_error *err)
{
    struct stat info;
    i->is_url = wm_cli_is_url(i->path);
    if (i->is_url) {
        wm_status status = wm_cli_url_open(&i->url, i->cli, i->path, err);
        i->path = i->url.address.name;
        i->file = i->url.file;
        if (status != WM_OK || i->file == NULL) {
            return status;
        }
    } else {
        i->file = strcmp(i->path, "-") == 0 ? stdin : fopen(i->path, "rb");
    }
    if (i->file == NULL) {
        return wm_fail(err, WM_BAD_INPUT, "%s: cannot be read: %s", i->path, strerror(errno));
    }
    if (fstat(fileno(i->file), &info) == 0 && S_ISREG(info.st_mode)) {
        i->bytes = (int64_t)info.st_size;
    }
    wm_byte_source source = { read_bytes, i };
    wm_status status = wm_elements_open(i->cli->env, &source, &i->elements, err);
    if (status == WM_BAD_INPUT) {
        wm_error_context(err, "%s", i->path);
    }
    return status;
}

static void tell(void *context, int64_t number, bool rejected, wm_str text)
{
    importing *i = context;
    wm_error named = { 0 };
    if (rejected && i->id.len > 0) { /* a number says little where there are no lines */
        (void)wm_fail(&named, WM_BAD_RECORD, "services/%.*s: %.*s", WM_STR_ARG(i->id),
                      (int)text.len, text.ptr);
        text = wm_str_of(named.text);
    }
    wm_rejections_add(&i->rejections, number, rejected, text);
}

static wm_status add_localities(importing *i, wm_import *import, const char *path, wm_error *err)
{
    static const char *const kinds[] = { "nation",   "system",        "place",
                                         "locality", "neighbourhood", "other" };
    wm_locality_tree *tree = NULL;
    wm_arena arena;
    wm_arena_init(&arena, i->cli->env, 64 * WM_MIB);
    wm_status status = wm_localities_read_csv(i->cli->env, path, &tree, err);
    size_t count = status == WM_OK ? wm_locality_count(tree) : 0;
    wm_locality_row *rows = wm_arena_array(&arena, count + 1, sizeof *rows);
    if (status == WM_OK && rows == NULL) {
        status = wm_fail_memory(err);
    }
    for (size_t n = 0; rows != NULL && n < count && status == WM_OK; n++) {
        wm_locality at = (wm_locality)n;
        wm_locality parent = wm_locality_parent(tree, at);
        rows[n] = (wm_locality_row){ wm_locality_code(tree, at), wm_locality_name(tree, at),
                                     wm_str_of(kinds[wm_locality_kind_of(tree, at)]),
                                     parent != WM_LOCALITY_NONE ? wm_locality_code(tree, parent)
                                                                : (wm_str){ "", 0 } };
    }
    if (status == WM_OK) {
        status = wm_import_localities(import, rows, count, err);
        if (status == WM_BAD_INPUT) {
            wm_error_context(err, "%s", path);
        }
    }
    wm_locality_tree_free(tree);
    wm_arena_fini(&arena);
    return status;
}

static wm_status read_terms(importing *i, const char *path, wm_terms **terms_out, wm_error *err)
{
    wm_buf text;
    wm_buf_init(&text, i->cli->env, TERMS_BYTES_MAX);
    wm_status status = wm_cli_read_file(path, TERMS_BYTES_MAX, &text, err);
    if (status == WM_OK) {
        status = wm_terms_read(i->cli->env, wm_buf_str(&text), terms_out, err);
        if (status != WM_OK) {
            wm_error_context(err, "%s", path);
        }
    }
    wm_buf_fini(&text);
    return status;
}

static wm_status refuse_part(const importing *i, int64_t promised, int64_t came, wm_error *err)
{
    return wm_fail(err, WM_REFUSED,
                   "%s: expected %lld services, as its pages say, found %lld: some pages are "
                   "missing; nothing was changed (to take them all the same: --allow-shrink)",
                   i->path, (long long)promised, (long long)came);
}

/* All that an API has. */
static wm_status walk_api(importing *i, wm_error *err)
{
    wm_harvest_item item = { .problem = NULL };
    wm_status status = wm_cli_spool_open(&i->spool, i->cli->env, err);
    while (status == WM_OK) {
        status = wm_cli_url_next(&i->url, &item, err);
        if (status == WM_OK) {
            status = wm_cli_spool_put(&i->spool, &item, err);
        }
    }
    wm_cli_url_here(&i->url);
    return status == WM_END ? wm_cli_spool_rewind(&i->spool, err) : status;
}

static wm_status take_item(importing *i, wm_import *import, const wm_harvest_item *item,
                           wm_error *err)
{
    i->id = item->id;
    wm_status status = item->problem != NULL ? wm_import_absent(import, item->element.number,
                                                                item->id, item->problem, err)
                                             : wm_import_service(import, &item->element, err);
    i->id = (wm_str){ NULL, 0 };
    return status;
}

static wm_status take_items(importing *i, wm_import *import, wm_error *err)
{
    wm_harvest_summary walk;
    wm_harvest_item item = { .problem = NULL };
    uint64_t came = 0;
    wm_status status = WM_OK;
    wm_cli_progress_begin(&i->progress, i->cli, "services", "nothing was changed");
    while (status == WM_OK) {
        status = wm_cli_spool_next(&i->spool, &item, err);
        if (status == WM_OK) {
            status = take_item(i, import, &item, err);
        }
        if (status == WM_OK && (++came & 63) == 0) {
            status = wm_cli_progress_tick(&i->progress, came, i->spool.at, i->spool.bytes, err);
        }
    }
    wm_cli_progress_end(&i->progress);
    wm_harvest_summarize(i->url.harvest, &walk);
    if (status == WM_END && !i->allow_shrink && walk.listed < walk.promised) {
        return refuse_part(i, walk.promised, walk.listed, err);
    }
    if (status == WM_END && !i->allow_shrink && !walk.settled) {
        return wm_fail(err, WM_REFUSED,
                       "%s: expected lists that stay as they are while they are read, found other "
                       "ones each of %u times; nothing was changed (to take what came all the "
                       "same: --allow-shrink)",
                       i->path, walk.passes);
    }
    return status == WM_END ? WM_OK : status;
}

/* Until one cannot be taken or the stream ends. */
static wm_status take_each(importing *i, wm_import *import, wm_read_ahead *ahead, int64_t *came,
                           wm_error *err)
{
    wm_import_draft *draft = NULL;
    int64_t at = 0;
    wm_status status = WM_OK;
    while (status == WM_OK) {
        status = wm_read_ahead_next(ahead, &draft, &at, err);
        if (status == WM_OK) {
            (*came)++;
            status = wm_import_take(import, draft, err);
        } else if (status != WM_END && status != WM_IO) {
            wm_error_context(err, "%s", i->path);
        }
        if (status == WM_OK && (*came & 63) == 0) {
            status = wm_cli_progress_tick(&i->progress, (uint64_t)*came, (uint64_t)at,
                                          (uint64_t)i->bytes, err);
        }
    }
    return status;
}

static wm_status take_services(importing *i, wm_import *import, wm_error *err)
{
    wm_read_ahead *ahead = NULL;
    int64_t came = 0;
    bool in_thread = i->bytes >= THREAD_BYTES_MIN && i->cli->env == wm_env_system();
    wm_cli_progress_begin(&i->progress, i->cli, "services", "nothing was changed");
    wm_status status = wm_read_ahead_open(i->cli->env, i->elements, import, in_thread, &ahead, err);
    if (status == WM_OK) {
        status = take_each(i, import, ahead, &came, err);
    }
    wm_read_ahead_close(ahead);
    wm_cli_progress_end(&i->progress);
    if (status == WM_END && came < wm_elements_promised(i->elements) && !i->allow_shrink) {
        return refuse_part(i, wm_elements_promised(i->elements), came, err);
    }
    return status == WM_END ? WM_OK : status;
}

/* All of it inside a transaction. */
static wm_status import_all(importing *i, const wm_cli_args *args, wm_txn *txn, wm_error *err)
{
    const char *name = strrchr(i->path, '/');
    const char *source = wm_cli_value(args, "--source");
    const char *localities = wm_cli_value(args, "--localities");
    wm_import *import = NULL;
    if (source == NULL) {
        source = name != NULL && !i->is_url ? name + 1 : i->path;
    }
    wm_import_options options = { wm_str_of(source), i->terms, tell, i };
    wm_status status = wm_import_begin(txn, &options, &import, err);
    if (status == WM_OK && localities != NULL) {
        status = add_localities(i, import, localities, err);
    }
    if (status == WM_OK) {
        status = i->file != NULL ? take_services(i, import, err) : take_items(i, import, err);
    }
    if (status == WM_OK && i->strict && i->rejections.total > 0) {
        status = wm_rejections_refuse(&i->rejections, i->path, err);
    }
    if (status == WM_OK) {
        status = wm_import_finish(import, i->allow_shrink, &i->counts, err);
    }
    wm_import_free(import);
    return status;
}

static wm_status import_into(importing *i, const wm_cli_args *args, wm_error *err)
{
    const char *table = wm_cli_value(args, "--terms");
    wm_store *store = NULL;
    wm_txn *txn = NULL;
    wm_status status = wm_cli_opened(
        wm_store_open(i->cli->env, i->db, WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR,
                      &store, err),
        err);
    if (status == WM_OK && i->bytes >= ALONE_BYTES_MIN) { /* mostly into an empty one */
        status = wm_store_go_alone(store, i->bytes / 16, err);
    }
    if (status == WM_OK && table != NULL) {
        status = read_terms(i, table, &i->terms, err);
    }
    if (status == WM_OK && i->file == NULL) {
        status = walk_api(i, err);
    }
    if (status == WM_OK) {
        status = wm_txn_begin(store, &txn, err);
    }
    if (status == WM_OK) {
        status = import_all(i, args, txn, err);
    }
    if (status == WM_OK) {
        status = wm_txn_commit(txn, err);
        txn = NULL;
    }
    wm_cli_name_file(err, i->db);
    wm_txn_rollback(txn);
    wm_store_close(store);
    return status;
}

/* ---- what is told ---- */

/* What it took to read an API. */
static void write_walk(const importing *i, wm_json_out *out)
{
    wm_harvest_summary walk;
    wm_harvest_summarize(i->url.harvest, &walk);
    wm_json_out_name(out, "feed");
    wm_json_out_object(out);
    wm_json_out_member_integer(out, "pages", walk.pages);
    wm_json_out_member_integer(out, "passes", walk.passes);
    wm_json_out_member_integer(out, "listed", walk.listed);
    wm_json_out_member_integer(out, "again", walk.again);
    wm_json_out_member_integer(out, "requests", (int64_t)walk.requests);
    wm_json_out_member_integer(out, "bytes", (int64_t)walk.bytes);
    wm_json_out_end_object(out);
}

static void put_walk(const importing *i, wm_buf *buf)
{
    wm_harvest_summary walk;
    wm_harvest_summarize(i->url.harvest, &walk);
    wm_buf_printf(buf, "\n%lld pages, %llu requests, ", (long long)walk.pages,
                  (unsigned long long)walk.requests);
    wm_cli_put_bytes(buf, walk.bytes);
    if (walk.again > 0) {
        wm_buf_printf(buf, "; %lld services were listed more than once", (long long)walk.again);
    }
}

static void write_counts(const importing *i, wm_json_out *out)
{
    wm_cli_counts(out, "records", i->counts.records);
    wm_json_out_member_integer(out, "changed",
                               i->counts.added + i->counts.replaced + i->counts.withdrawn);
    wm_json_out_member_integer(out, "added", i->counts.added);
    wm_json_out_member_integer(out, "replaced", i->counts.replaced);
    wm_json_out_member_integer(out, "withdrawn", i->counts.withdrawn);
    wm_rejections_write(&i->rejections, out);
    if (i->url.harvest != NULL) {
        write_walk(i, out);
    }
}

static wm_exit print_done(const importing *i)
{
    wm_buf buf;
    wm_json_out out;
    int64_t changed = i->counts.added + i->counts.replaced + i->counts.withdrawn;
    wm_buf_init(&buf, i->cli->env, SIZE_MAX / 4);
    if (i->cli->json) {
        wm_json_out_init(&out, &buf);
        wm_json_out_object(&out);
        write_counts(i, &out);
        wm_json_out_end_object(&out);
    } else {
        wm_cli_counts_text(&buf, i->counts.records);
        wm_buf_printf(&buf,
                      "\n%lld changed: %lld added, %lld replaced, %lld withdrawn; %lld rejected",
                      (long long)changed, (long long)i->counts.added, (long long)i->counts.replaced,
                      (long long)i->counts.withdrawn, (long long)i->rejections.total);
        if (i->url.harvest != NULL) {
            put_walk(i, &buf);
        }
    }
    wm_exit code = wm_cli_print(i->cli, &buf);
    wm_buf_fini(&buf);
    return code == WM_EXIT_DONE && i->rejections.total > 0 ? WM_EXIT_INPUT : code;
}

/* The error, and beside it what was rejected: nothing was taken. */
static void print_refused(importing *i, const wm_error *err)
{
    wm_text answer = { 0 };
    wm_buf buf;
    wm_json_out out;
    wm_change_counts none = { { 0 }, 0, 0, 0 };
    wm_buf_init(&buf, i->cli->env, SIZE_MAX / 4);
    i->counts = none;
    if (wm_error_answer(i->cli->env, err, 0, &answer) == WM_OK && answer.len > 0) {
        wm_buf_put(&buf, answer.ptr, answer.len - 1); /* without its last brace */
        wm_json_out_init(&out, &buf);
        wm_buf_put_char(&buf, ',');
        write_counts(i, &out);
        wm_buf_put_char(&buf, '}');
        i->cli->json_done = wm_cli_print(i->cli, &buf) == WM_EXIT_DONE;
    }
    wm_buf_fini(&buf);
    wm_text_free(&answer);
}

wm_exit wm_cli_import_oruk(wm_cli *cli, const wm_cli_args *args)
{
    wm_error err = { 0 };
    importing i = { .cli = cli,
                    .path = args->operands[1],
                    .db = wm_cli_value(args, "-o"),
                    .strict = wm_cli_flag(args, "--strict"),
                    .allow_shrink = wm_cli_flag(args, "--allow-shrink") };
    if (!wm_cli_feed_options(cli, args, &i.url.feed)) {
        return WM_EXIT_USAGE;
    }
    wm_rejections_init(&i.rejections, cli->env);
    wm_cli_progress_begin(&i.progress, cli, "services", "nothing was changed");
    wm_status status = open_input(&i, &err);
    if (i.is_url && i.file == NULL) {
        i.rejections.unit = "service";
    }
    if (status == WM_OK) {
        status = import_into(&i, args, &err);
    }
    wm_rejections_say(&i.rejections, cli, i.path);
    err.status = status;
    wm_exit code = WM_EXIT_DONE;
    if (status == WM_OK) {
        code = print_done(&i);
    } else {
        if (cli->json) {
            print_refused(&i, &err);
        }
        code = wm_cli_fail(cli, &err);
    }
    if (i.file != NULL && i.file != stdin && !i.is_url) {
        (void)fclose(i.file);
    }
    wm_elements_close(i.elements);
    wm_terms_free(i.terms);
    wm_cli_spool_close(&i.spool);
    wm_rejections_fini(&i.rejections);
    wm_cli_url_close(&i.url);
    return code;
}

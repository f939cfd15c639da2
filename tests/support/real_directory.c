/* real_directory.c: see real_directory.h. */
#include "real_directory.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define SOURCE_FOLDER WAYMARK_SOURCE_DIR "/directory-data"
#define FILE_BYTES_MAX (8 * WM_MIB)
#define RELEASED_ON "2026-11-20"

/* ---- reading the folder ---- */

static void add_record(wm_real_directory *d, wm_kind kind, wm_str text, wm_arena *scratch)
{
    wm_error err = { 0 };
    wm_buf canonical;
    const wm_json *value = NULL;
    wm_arena_reset(scratch);
    assert_ok(wm_json_parse(scratch, text, WM_RECORD_BYTES_MAX, &value, &err), &err);
    wm_buf_init(&canonical, wm_env_system(), WM_RECORD_BYTES_MAX);
    wm_json_write(&canonical, value);
    if (d->record_count == d->record_capacity) {
        d->record_capacity = d->record_capacity == 0 ? 4096 : 2 * d->record_capacity;
        d->records = realloc(d->records, d->record_capacity * sizeof *d->records);
        assert_non_null(d->records);
    }
    d->records[d->record_count++] =
        (wm_record){ kind, wm_arena_copy(&d->arena, wm_json_string(wm_json_get(value, "id"))),
                     wm_arena_copy(&d->arena, wm_buf_str(&canonical)) };
    wm_buf_fini(&canonical);
}

static void add_file(wm_real_directory *d, wm_kind kind, const char *path, wm_arena *scratch)
{
    FILE *stream = fopen(path, "rb");
    char *text = malloc(FILE_BYTES_MAX);
    assert_non_null(stream);
    assert_non_null(text);
    wm_str rest = { text, fread(text, 1, FILE_BYTES_MAX, stream) };
    assert_true(rest.len < FILE_BYTES_MAX);
    fclose(stream);
    bool lines = path[strlen(path) - 1] == 'l';
    while (rest.len > 0) {
        const char *end = lines ? memchr(rest.ptr, '\n', rest.len) : NULL;
        wm_str one = { rest.ptr, end != NULL ? (size_t)(end - rest.ptr) : rest.len };
        if (one.len > 0) {
            add_record(d, kind, one, scratch);
        }
        size_t taken = one.len + (end != NULL ? 1 : 0);
        rest.ptr += taken;
        rest.len -= taken;
    }
    free(text);
}

static void add_folder(wm_real_directory *d, wm_kind kind, wm_arena *scratch)
{
    char path[1024];
    (void)snprintf(path, sizeof path, SOURCE_FOLDER "/%s", wm_kind_folder(kind));
    DIR *entries = opendir(path);
    if (entries == NULL) {
        return;
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        if (strstr(entry->d_name, ".json") != NULL) {
            (void)snprintf(path, sizeof path, SOURCE_FOLDER "/%s/%s", wm_kind_folder(kind),
                           entry->d_name);
            add_file(d, kind, path, scratch);
        }
    }
    closedir(entries);
}

static int by_kind_and_id(const void *a, const void *b)
{
    const wm_record *left = a;
    const wm_record *right = b;
    return left->kind != right->kind ? (int)left->kind - (int)right->kind
                                     : wm_str_compare(left->id, right->id);
}

static void read_folder(wm_real_directory *d)
{
    wm_arena scratch;
    wm_arena_init(&scratch, wm_env_system(), 64 * WM_MIB);
    add_file(d, WM_KIND_DIRECTORY, SOURCE_FOLDER "/directory.json", &scratch);
    for (int kind = 1; kind < WM_KIND_COUNT; kind++) {
        add_folder(d, (wm_kind)kind, &scratch);
    }
    wm_arena_fini(&scratch);
    qsort(d->records, d->record_count, sizeof *d->records, by_kind_and_id);
}

/* ---- the two editions ---- */

typedef struct feeding {
    const wm_real_directory *directory;
    size_t at;
} feeding;

static wm_status next_record(void *context, wm_record *record_out, const wm_json **value_out,
                             wm_error *err)
{
    (void)err;
    feeding *f = context;
    if (f->at == f->directory->record_count) {
        return WM_END;
    }
    *record_out = f->directory->records[f->at++];
    *value_out = NULL;
    return WM_OK;
}

static void release(wm_real_directory *d)
{
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    wm_release made;
    wm_change_counts counts;
    wm_date day = 0;
    feeding f = { d, 0 };
    wm_record_source source = { next_record, &f };
    assert_ok(wm_store_open(wm_env_system(), ":memory:",
                            WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR, &d->author, &err),
              &err);
    assert_true(wm_date_parse(WM_STR(RELEASED_ON), &day));
    assert_ok(wm_txn_begin(d->author, &txn, &err), &err);
    assert_ok(wm_history_replace_all(txn, WM_KINDS_ALL, &source, &counts, &err), &err);
    assert_ok(wm_history_release(txn, day, WM_STR("for the cases"), &made, &err), &err);
    assert_ok(wm_txn_commit(txn, &err), &err);
}

static wm_status copy_record(void *context, const wm_record *record, wm_error *err)
{
    return wm_replica_put(context, WM_STR("all"), record, err);
}

static wm_status take_whole(void *context, const wm_state *state, wm_error *err)
{
    (void)err;
    wm_state *whole = context;
    if (wm_str_is(state->partition, WM_PARTITION_ALL)) {
        *whole = *state;
        whole->partition = WM_STR(WM_PARTITION_ALL);
    }
    return WM_OK;
}

static void replicate(wm_real_directory *d)
{
    wm_error err = { 0 };
    wm_release latest;
    wm_replica_apply *apply = NULL;
    wm_state whole = { .records = 0 };
    wm_state_sink states = { take_whole, &whole };
    wm_replica_base base = { WM_EDITION_PUBLIC, 0, NULL, 0 };
    wm_slice slice = { WM_EDITION_PUBLIC, WM_STR("all") };
    assert_ok(wm_store_open(wm_env_system(), ":memory:",
                            WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_REPLICA, &d->replica, &err),
              &err);
    assert_ok(wm_store_latest(d->author, &latest, &err), &err);
    assert_ok(wm_history_states(d->author, WM_EDITION_PUBLIC, latest.number, &states, &err), &err);
    assert_ok(wm_replica_begin(d->replica, &base, &apply, &err), &err);
    wm_record_sink records = { copy_record, apply };
    assert_ok(wm_history_each(d->author, &slice, latest.number, &records, &err), &err);
    wm_replica_target target = { latest.number, latest.date, wm_str_of(latest.note), &whole, 1 };
    assert_ok(wm_replica_finish(apply, &target, &err), &err);
}

wm_real_directory *wm_real_directory_new(void)
{
    wm_error err = { 0 };
    wm_real_directory *d = calloc(1, sizeof *d);
    assert_non_null(d);
    wm_arena_init(&d->arena, wm_env_system(), SIZE_MAX / 2);
    read_folder(d);
    release(d);
    replicate(d);
    assert_ok(wm_asker_init(&d->of_professional, d->author, WM_VIEW_LATEST, &err), &err);
    assert_ok(wm_asker_init(&d->of_public, d->replica, WM_VIEW_LATEST, &err), &err);
    return d;
}

void wm_real_directory_free(wm_real_directory *d)
{
    wm_asker_fini(&d->of_public);
    wm_asker_fini(&d->of_professional);
    wm_store_close(d->replica);
    wm_store_close(d->author);
    wm_arena_fini(&d->arena);
    free(d->records);
    free(d);
}

const wm_json *wm_real_record(const wm_real_directory *d, wm_kind kind, wm_str id, wm_arena *arena)
{
    const wm_json *value = NULL;
    wm_record wanted = { kind, id, { NULL, 0 } };
    const wm_record *found =
        bsearch(&wanted, d->records, d->record_count, sizeof wanted, by_kind_and_id);
    if (found != NULL) {
        wm_error err = { 0 };
        assert_ok(wm_json_parse(arena, found->bytes, WM_RECORD_BYTES_MAX, &value, &err), &err);
    }
    return value;
}

wm_str wm_real_locality(const wm_real_directory *d, wm_str name, wm_arena *arena)
{
    for (size_t i = 0; i < d->record_count; i++) {
        const wm_record *record = &d->records[i];
        if (record->kind == WM_KIND_LOCALITY) {
            const wm_json *value = wm_real_record(d, record->kind, record->id, arena);
            if (wm_str_equal(record->id, name) ||
                wm_str_equal(wm_json_string(wm_json_get(value, "name")), name)) {
                return record->id;
            }
        }
    }
    return (wm_str){ "", 0 };
}

/* test_store.c: opening, transactions, reading, and files that are not what they should be. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "small_directory.h"
#include "store/gists.h"
#include "store/migrate.h"
#include "store/phrases.h"

#define CREATE (WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR)

typedef struct scene {
    char folder[256];
    char path[300];
    wm_arena arena;
} scene;

static int set_up(void **state)
{
    scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    wm_test_folder(s->folder);
    (void)snprintf(s->path, sizeof s->path, "%s/test.db", s->folder);
    wm_arena_init(&s->arena, wm_env_system(), 64 * WM_MIB);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    wm_test_folder_remove(s->folder);
    wm_arena_fini(&s->arena);
    free(s);
    return 0;
}

static wm_store *open_file(scene *s, unsigned flags)
{
    wm_error err = { 0 };
    wm_store *store = NULL;
    assert_ok(wm_store_open(wm_env_system(), s->path, flags, &store, &err), &err);
    return store;
}

static void assert_open_fails(scene *s, unsigned flags, wm_status status, const char *part)
{
    wm_error err = { 0 };
    wm_store *store = NULL;
    assert_int_equal(wm_store_open(wm_env_system(), s->path, flags, &store, &err), status);
    assert_contains(err.text, part);
    assert_contains(err.text, s->path);
    assert_null(store);
}

/* Run SQL on the file behind the store's back. */
static void tamper(const scene *s, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void write_file(const scene *s, const char *text)
{
    FILE *file = fopen(s->path, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* ---- open ---- */

static void a_created_database_opens_again_with_what_was_put(void **state)
{
    scene *s = *state;
    wm_store *store = open_file(s, CREATE);
    assert_int_equal(wm_store_role(store), WM_ROLE_AUTHOR);
    wm_test_put(store, WM_KIND_NEED, "{'label':'L','id':'a'}");
    wm_store_close(store);
    store = open_file(s, WM_STORE_READ);
    assert_string_equal(wm_test_get(store, &s->arena, WM_VIEW_WORKING, WM_KIND_NEED, "a"),
                        "{\"id\":\"a\",\"label\":\"L\"}");
    wm_store_close(store);
}

static void a_missing_file_is_not_found_and_not_made(void **state)
{
    scene *s = *state;
    struct stat info;
    assert_open_fails(s, WM_STORE_READ, WM_NOT_FOUND, "no such file");
    assert_open_fails(s, WM_STORE_WRITE, WM_NOT_FOUND, "no such file");
    assert_int_not_equal(stat(s->path, &info), 0);
}

static void a_file_of_another_kind_is_refused_and_untouched(void **state)
{
    scene *s = *state;
    write_file(s, "This is a shopping list, and long enough for a database header: milk, bread, "
                  "eggs, tea, apples, pears, plums, and a great deal of cheese.\n");
    assert_open_fails(s, CREATE, WM_BAD_INPUT, "found another kind of file");
    struct stat info;
    assert_int_equal(stat(s->path, &info), 0);
    assert_int_equal(info.st_size, 138);
}

static void another_programs_database_is_refused(void **state)
{
    scene *s = *state;
    tamper(s, "CREATE TABLE bookmarks(url TEXT)");
    assert_open_fails(s, CREATE, WM_BAD_INPUT, "another program's");
    assert_open_fails(s, WM_STORE_READ, WM_BAD_INPUT, "another program's");
}

static void an_empty_file_becomes_a_database_only_when_asked(void **state)
{
    scene *s = *state;
    write_file(s, "");
    assert_open_fails(s, WM_STORE_READ, WM_BAD_INPUT, "empty file");
    assert_open_fails(s, WM_STORE_WRITE, WM_BAD_INPUT, "empty file");
    wm_store_close(open_file(s, CREATE));
    wm_store_close(open_file(s, WM_STORE_READ));
}

static void a_database_from_a_newer_version_is_refused_with_advice(void **state)
{
    scene *s = *state;
    wm_store_close(open_file(s, CREATE));
    tamper(s, "PRAGMA user_version = 999");
    assert_open_fails(s, CREATE, WM_NEWER, "version 999");
    assert_open_fails(s, WM_STORE_READ, WM_NEWER, "please update");
}

static void the_role_must_be_the_expected_one(void **state)
{
    scene *s = *state;
    wm_store_close(open_file(s, CREATE));
    assert_open_fails(s, WM_STORE_WRITE | WM_STORE_REPLICA, WM_BAD_INPUT, "expected a replica");
    wm_error err = { 0 };
    wm_store *store = NULL;
    assert_int_equal(
        wm_store_open(wm_env_system(), s->path, WM_STORE_WRITE | WM_STORE_CREATE, &store, &err),
        WM_BAD_ARGUMENT);
}

static void a_damaged_page_is_reported_as_damage(void **state)
{
    scene *s = *state;
    wm_store *store = open_file(s, CREATE);
    wm_test_small_directory(store);
    (void)wm_test_release(store, "2026-01-05");
    wm_store_close(store);
    FILE *file = fopen(s->path, "r+b");
    assert_non_null(file);
    char junk[8192];
    memset(junk, 0xa5, sizeof junk);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    for (long at = 8192; at < ftell(file); at += 8192) {
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        assert_int_equal(fwrite(junk, 1, sizeof junk, file), sizeof junk);
        assert_int_equal(fseek(file, 0, SEEK_END), 0);
    }
    assert_int_equal(fclose(file), 0);
    wm_error err = { 0 };
    store = NULL;
    assert_int_equal(wm_store_open(wm_env_system(), s->path, WM_STORE_READ, &store, &err),
                     WM_CORRUPT);
    assert_contains(err.text, s->path);
}

static void a_truncated_file_fails_its_integrity_check(void **state)
{
    scene *s = *state;
    wm_store *store = open_file(s, CREATE);
    wm_test_small_directory(store);
    assert_ok(wm_store_integrity(store, NULL), NULL);
    wm_store_close(store);
    struct stat info;
    assert_int_equal(stat(s->path, &info), 0);
    assert_int_equal(truncate(s->path, info.st_size / 2), 0);
    wm_error err = { 0 };
    store = NULL;
    wm_status status = wm_store_open(wm_env_system(), s->path, WM_STORE_READ, &store, &err);
    if (status == WM_OK) {
        status = wm_store_integrity(store, &err);
    }
    assert_int_equal(status, WM_CORRUPT);
    wm_store_close(store);
}

static void assert_index(scene *s, wm_status expected)
{
    wm_error err = { 0 };
    wm_store *store = open_file(s, WM_STORE_READ);
    assert_ok(wm_store_integrity(store, &err), &err);
    assert_int_equal(wm_store_verify_index(store, &err), expected);
    if (expected != WM_OK) {
        assert_contains(err.text, "index");
    }
    wm_store_close(store);
}

static void an_index_that_is_not_what_its_records_make_is_damage(void **state)
{
    scene *s = *state;
    static const char *const damage[][2] = {
        { "UPDATE service SET program = CAST(program || x'00' AS BLOB) WHERE rev = 12",
          "UPDATE service SET program = substr(program, 1, length(program) - 1) WHERE rev = 12" },
        { "UPDATE service SET successors = 'x' WHERE rev = 12",
          "UPDATE service SET successors = '' WHERE rev = 12" },
        { "UPDATE service SET slot = slot + 10 WHERE rev = 12",
          "UPDATE service SET slot = slot - 10 WHERE rev = 12" },
        { "UPDATE block SET bytes = CAST(bytes || x'00' AS BLOB)",
          "UPDATE block SET bytes = substr(bytes, 1, length(bytes) - 1)" },
        { "UPDATE block SET number = number + 10", "UPDATE block SET number = number - 10" },
        { "INSERT INTO block SELECT number + 10, home, open, bytes FROM block",
          "DELETE FROM block WHERE number > 10" },
        { "UPDATE service SET rev = 99 WHERE rev = 12",
          "UPDATE service SET rev = 12 WHERE rev = 99" },
        { "UPDATE service SET face = CAST(face || x'00' AS BLOB) WHERE rev = 12",
          "UPDATE service SET face = substr(face, 1, length(face) - 1) WHERE rev = 12" },
        { "INSERT INTO service SELECT 99, slot, successors, program, face FROM service"
          " WHERE rev = 12",
          "DELETE FROM service WHERE rev = 99" },
        { "UPDATE gist SET bytes = CAST(bytes || x'00' AS BLOB)",
          "UPDATE gist SET bytes = substr(bytes, 1, length(bytes) - 1)" },
        { "UPDATE gist SET rev = rev + 100", "UPDATE gist SET rev = rev - 100" },
        { "INSERT INTO gist SELECT 12, bytes FROM gist LIMIT 1",
          "DELETE FROM gist WHERE rev = 12" },
        { "UPDATE posting SET need = need + 1000", "UPDATE posting SET need = need - 1000" },
        { "INSERT INTO posting SELECT need, 7777, chunk, slots FROM posting LIMIT 1",
          "DELETE FROM posting WHERE area = 7777" },
        { "UPDATE posting SET chunk = chunk + 1", "UPDATE posting SET chunk = chunk - 1" },
        { "UPDATE posting SET slots = CAST(slots || x'01' AS BLOB)",
          "UPDATE posting SET slots = substr(slots, 1, length(slots) - 1)" },
        { "UPDATE symbol SET text = 'x' || text WHERE text = 'anx.panic'",
          "UPDATE symbol SET text = 'anx.panic' WHERE text = 'xanx.panic'" },
    };
    wm_store *store = open_file(s, CREATE);
    wm_test_small_directory(store);
    (void)wm_test_release(store, "2026-01-05");
    wm_test_put(store, WM_KIND_SERVICE,
                "{'id':'national','name':'N','organization':'trust','kind':'crisis_line',"
                "'status':'active','needs':['anx.panic'],'areas':['E','BSW'],"
                "'eligibility':{'who':{'age':{'min':18}}}}");
    wm_test_withdraw(store, WM_KIND_SERVICE, "swindon");
    wm_store_close(store);
    assert_index(s, WM_OK);
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        tamper(s, damage[i][0]);
        assert_index(s, WM_CORRUPT);
        tamper(s, damage[i][1]);
        assert_index(s, WM_OK);
    }
    tamper(s, "DELETE FROM service WHERE rev = 13");
    assert_index(s, WM_CORRUPT);
}

/* ---- gists ---- */

typedef struct gist_text {
    wm_arena *arena;
    wm_buf *out;
} gist_text;

/* What a reader of the vocabulary takes of a record. */
static wm_status tell_gist(void *context, wm_str id, const wm_json *record, wm_error *err)
{
    const gist_text *text = context;
    static const char *const members[] = { "broader", "kind", "name", "parent", "type",
                                           "cost",    "why",  "if",   "text" };
    wm_buf_put_str(text->out, id);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const wm_json *value = wm_json_get(record, members[i]);
        wm_buf_put_char(text->out, '|');
        if (value != NULL) {
            wm_json_write(text->out, value);
        }
    }
    wm_buf_put_char(text->out, '\n');
    return wm_buf_status(text->out, err);
}

static const wm_kind gist_kinds[] = { WM_KIND_FACT, WM_KIND_LOCALITY, WM_KIND_NEED, WM_KIND_RULE,
                                      WM_KIND_TEXT };
#define GIST_KINDS (sizeof gist_kinds / sizeof gist_kinds[0])

static const char *gists_of(scene *s, wm_store *store, wm_view view)
{
    wm_error err = { 0 };
    wm_buf out;
    gist_text text = { &s->arena, &out };
    wm_gist_sink sink = { tell_gist, &text };
    wm_buf_init(&out, wm_env_system(), WM_MIB);
    for (size_t i = 0; i < GIST_KINDS; i++) {
        assert_ok(wm_store_gists(store, view, gist_kinds[i], &s->arena, &sink, &err), &err);
    }
    wm_str copy = wm_arena_copy(&s->arena, wm_buf_str(&out));
    wm_buf_fini(&out);
    assert_non_null(copy.ptr);
    return copy.ptr;
}

static wm_status tell_record(void *context, const wm_record *record, wm_error *err)
{
    gist_text *text = context;
    const wm_json *value = NULL;
    wm_status status = wm_store_parse(text->arena, record->bytes, &value, err);
    return status == WM_OK ? tell_gist(text, record->id, value, err) : status;
}

/* Gists say what the records say. */
static void assert_gists_as_records(scene *s, wm_store *store, wm_view view)
{
    wm_error err = { 0 };
    wm_buf out;
    gist_text text = { &s->arena, &out };
    wm_record_sink sink = { tell_record, &text };
    wm_buf_init(&out, wm_env_system(), WM_MIB);
    for (size_t i = 0; i < GIST_KINDS; i++) {
        assert_ok(wm_store_each(store, view, WM_KIND_BIT(gist_kinds[i]), &sink, &err), &err);
    }
    assert_int_equal(wm_buf_status(&out, &err), WM_OK);
    assert_string_equal(gists_of(s, store, view), out.data);
    wm_buf_fini(&out);
}

static void assert_said(scene *s, wm_store *store, wm_view view, const char *id, const char *said)
{
    wm_error err = { 0 };
    const wm_json *record = NULL;
    assert_ok(wm_store_get_gist(store, view, WM_KIND_TEXT, wm_str_of(id), &s->arena, &record, &err),
              &err);
    assert_true(wm_str_is(wm_json_string(wm_json_get(record, "text")), said));
}

static void one_gist_is_that_of_its_view(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    const wm_json *record = NULL;
    wm_store *store = open_file(s, CREATE);
    wm_test_small_directory(store);
    wm_test_put(store, WM_KIND_TEXT, "{'id':'a.word','text':'before'}");
    wm_test_put(store, WM_KIND_TEXT, "{'id':'a.last','text':'last'}");
    (void)wm_test_release(store, "2026-01-05");
    wm_test_put(store, WM_KIND_TEXT, "{'id':'a.word','text':'after'}");
    wm_test_withdraw(store, WM_KIND_TEXT, "a.last");
    assert_said(s, store, WM_VIEW_LATEST, "a.word", "before");
    assert_said(s, store, WM_VIEW_WORKING, "a.word", "after");
    assert_said(s, store, WM_VIEW_LATEST, "a.last", "last");
    assert_int_equal(wm_store_get_gist(store, WM_VIEW_WORKING, WM_KIND_TEXT, WM_STR("a.last"),
                                       &s->arena, &record, &err),
                     WM_NOT_FOUND);
    assert_int_equal(wm_store_get_gist(store, WM_VIEW_LATEST, WM_KIND_TEXT, WM_STR("none"),
                                       &s->arena, &record, &err),
                     WM_NOT_FOUND);
    wm_store_close(store);
    tamper(s, "UPDATE gist SET bytes = x'0101'");
    store = open_file(s, WM_STORE_READ);
    assert_int_equal(wm_store_get_gist(store, WM_VIEW_LATEST, WM_KIND_TEXT, WM_STR("a.word"),
                                       &s->arena, &record, &err),
                     WM_CORRUPT);
    wm_store_close(store);
}

static void gists_say_what_their_records_say(void **state)
{
    scene *s = *state;
    wm_store *store = open_file(s, CREATE);
    wm_test_small_directory(store);
    wm_test_put(store, WM_KIND_TEXT, "{'id':'a.word','text':{'cy':'gair','en':'a word'}}");
    (void)wm_test_release(store, "2026-01-05");
    wm_test_put(store, WM_KIND_NEED, "{'id':'anx.worry','label':'Worry','broader':['anx.panic']}");
    assert_gists_as_records(s, store, WM_VIEW_LATEST); /* nothing was ever closed */
    assert_gists_as_records(s, store, WM_VIEW_WORKING);
    wm_test_withdraw(store, WM_KIND_LOCALITY, "SWI");
    assert_gists_as_records(s, store, WM_VIEW_LATEST);
    assert_gists_as_records(s, store, WM_VIEW_WORKING);
    const char *latest = gists_of(s, store, WM_VIEW_LATEST);
    const char *working = gists_of(s, store, WM_VIEW_WORKING);
    assert_contains(latest, "SWI|");
    assert_contains(working, "anx.worry|[\"anx.panic\"]");
    assert_null(strstr(working, "SWI|"));
    assert_ok(wm_store_verify_index(store, NULL), NULL);
    wm_store_close(store);
    tamper(s, "DELETE FROM gist WHERE rev % 2 = 0");
    assert_index(s, WM_CORRUPT);
    store = open_file(s, WM_STORE_READ);
    assert_string_equal(gists_of(s, store, WM_VIEW_LATEST), latest);
    assert_string_equal(gists_of(s, store, WM_VIEW_WORKING), working);
    wm_store_close(store);
}

static void gists_go_with_what_a_release_lets_go(void **state)
{
    scene *s = *state;
    wm_store *store = open_file(s, CREATE);
    wm_test_small_directory(store);
    (void)wm_test_release(store, "2026-01-05");
    wm_test_put(store, WM_KIND_NEED, "{'id':'anx.panic','label':'Fright'}");
    assert_ok(wm_store_verify_index(store, NULL), NULL);
    wm_test_put(store, WM_KIND_NEED, "{'id':'anx.panic','label':'Sudden fright'}");
    assert_ok(wm_store_verify_index(store, NULL), NULL);
    (void)wm_test_release(store, "2026-02-05");
    assert_ok(wm_store_verify_index(store, NULL), NULL);
    wm_store_close(store);
}

/* ---- phrases ---- */

typedef struct need_list {
    wm_arena *arena;
    const wm_json *items[16];
    size_t count;
} need_list;

static wm_status list_need(void *context, wm_str id, const wm_json *record, wm_error *err)
{
    need_list *list = context;
    (void)id;
    (void)err;
    assert_true(list->count < 16);
    list->items[list->count++] = record;
    return WM_OK;
}

/* Reads the words that are kept for a view; found_out: whether `text` names a need by them. */
static wm_status read_phrases(scene *s, wm_store *store, wm_view view, const char *text,
                              bool *found_out)
{
    wm_error err = { 0 };
    wm_needs *needs = NULL;
    wm_need_match match;
    size_t found = 0;
    need_list list = { .arena = &s->arena };
    wm_gist_sink sink = { list_need, &list };
    assert_ok(wm_store_read_begin(store, &err), &err);
    assert_ok(wm_store_gists(store, view, WM_KIND_NEED, &s->arena, &sink, &err), &err);
    assert_ok(wm_needs_new_graph(wm_env_system(), list.items, list.count, &needs, &err), &err);
    wm_status status = wm_store_phrases(store, view, needs, &err);
    if (status == WM_OK) {
        assert_ok(wm_needs_match(needs, wm_str_of(text), &match, 1, &found, &err), &err);
    }
    *found_out = found > 0;
    wm_needs_free(needs);
    wm_store_read_end(store);
    return status;
}

static void assert_phrase(scene *s, wm_store *store, wm_view view, const char *text, bool expected)
{
    bool found = false;
    assert_int_equal(read_phrases(s, store, view, text, &found), WM_OK);
    assert_int_equal(found, expected);
}

static void phrases_are_those_of_their_view(void **state)
{
    scene *s = *state;
    wm_store *store = open_file(s, CREATE);
    wm_test_small_directory(store);
    wm_test_put(store, WM_KIND_NEED, "{'id':'anx.panic','label':'Fright'}");
    (void)wm_test_release(store, "2026-01-05");
    assert_phrase(s, store, WM_VIEW_LATEST, "fright", true);
    wm_test_put(store, WM_KIND_NEED, "{'id':'anx.panic','label':'Terror'}");
    for (int i = 0; i < 2; i++) {
        assert_phrase(s, store, WM_VIEW_LATEST, "fright", true);
        assert_phrase(s, store, WM_VIEW_LATEST, "terror", false);
        assert_phrase(s, store, WM_VIEW_WORKING, "fright", false);
        assert_phrase(s, store, WM_VIEW_WORKING, "terror", true);
        assert_ok(wm_store_verify_index(store, NULL), NULL);
        wm_store_close(store);
        store = open_file(s, WM_STORE_WRITE);
    }
    (void)wm_test_release(store, "2026-02-05");
    assert_phrase(s, store, WM_VIEW_LATEST, "terror", true);
    assert_ok(wm_store_verify_index(store, NULL), NULL);
    wm_store_close(store);
}

/* They are read from the records then. */
static void phrases_that_are_not_kept_are_not_found(void **state)
{
    scene *s = *state;
    bool found = false;
    wm_store *store = open_file(s, CREATE);
    wm_test_small_directory(store);
    (void)wm_test_release(store, "2026-01-05");
    wm_test_put(store, WM_KIND_NEED, "{'id':'anx.new','label':'New'}");
    wm_test_withdraw(store, WM_KIND_NEED, "anx.new"); /* nothing is made for less */
    assert_phrase(s, store, WM_VIEW_LATEST, "new", false);
    wm_test_put(store, WM_KIND_NEED, "{'id':'anx.new','label':'New','broader':['anx.new']}");
    assert_phrase(s, store, WM_VIEW_LATEST, "new", false);
    assert_ok(wm_store_verify_index(store, NULL), NULL); /* nothing is kept of a circle */
    wm_test_withdraw(store, WM_KIND_NEED, "anx.new");
    wm_store_close(store);
    static const char *const damage[] = {
        "UPDATE phrases SET bytes = CAST(bytes || x'00' AS BLOB)",
        "UPDATE phrases SET bytes = x'0101'",
        "UPDATE phrases SET bytes = x''",
    };
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        tamper(s, damage[i]);
        store = open_file(s, WM_STORE_READ);
        assert_int_equal(read_phrases(s, store, WM_VIEW_LATEST, "new", &found), WM_CORRUPT);
        assert_int_equal(wm_store_verify_index(store, NULL), WM_CORRUPT);
        wm_store_close(store);
    }
    tamper(s, "DELETE FROM phrases");
    store = open_file(s, WM_STORE_READ);
    assert_int_equal(read_phrases(s, store, WM_VIEW_LATEST, "new", &found), WM_NOT_FOUND);
    assert_int_equal(wm_store_verify_index(store, NULL), WM_CORRUPT);
    wm_store_close(store);
}

/* ---- migrations ---- */

static const wm_migration two_steps[] = {
    { .sql = "CREATE TABLE meta(name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;"
             "CREATE TABLE one(x INTEGER);",
      .version = 1 },
    { .sql = "CREATE TABLE two(x INTEGER);", .version = 2 },
};
static const wm_migration bad_step[] = {
    { .sql = "CREATE TABLE meta(name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;",
      .version = 1 },
    { .sql = "CREATE TABLE three(x INTEGER); CREATE TABLE nonsense(", .version = 2 },
};

/* A handle on an empty file, without a schema of its own. */
static void open_bare(const scene *s, wm_store *store)
{
    memset(store, 0, sizeof *store);
    store->env = wm_env_system();
    store->writable = true;
    store->txn.store = store;
    assert_int_equal(sqlite3_open(s->path, &store->handle), SQLITE_OK);
}

static void close_bare(wm_store *store)
{
    for (size_t i = 0; i < WM_STATEMENT_CACHE_SLOTS; i++) {
        (void)sqlite3_finalize(store->slots[i].handle);
    }
    assert_int_equal(sqlite3_close(store->handle), SQLITE_OK);
}

static void migrations_run_from_where_the_file_is(void **state)
{
    wm_store store;
    wm_error err = { 0 };
    int version = -1;
    open_bare(*state, &store);
    assert_ok(wm_migrate(&store, two_steps, 1, WM_ROLE_AUTHOR, &err), &err);
    assert_ok(wm_migrate_version(&store, two_steps, 2, &version, &err), &err);
    assert_int_equal(version, 1);
    assert_ok(wm_migrate(&store, two_steps, 2, WM_ROLE_AUTHOR, &err), &err);
    assert_ok(wm_migrate(&store, two_steps, 2, WM_ROLE_AUTHOR, &err), &err);
    assert_ok(wm_migrate_version(&store, two_steps, 2, &version, &err), &err);
    assert_int_equal(version, 2);
    assert_ok(wm_store_run(&store, "INSERT INTO two VALUES(1)", &err), &err);
    assert_int_equal(wm_migrate_version(&store, two_steps, 1, &version, &err), WM_NEWER);
    close_bare(&store);
}

static void a_migration_that_fails_changes_nothing(void **state)
{
    wm_store store;
    wm_error err = { 0 };
    int version = -1;
    open_bare(*state, &store);
    assert_ok(wm_migrate(&store, bad_step, 1, WM_ROLE_AUTHOR, &err), &err);
    assert_int_not_equal(wm_migrate(&store, bad_step, 2, WM_ROLE_AUTHOR, &err), WM_OK);
    assert_contains(err.text, "migration 2");
    assert_ok(wm_migrate_version(&store, bad_step, 2, &version, &err), &err);
    assert_int_equal(version, 1);
    assert_int_not_equal(wm_store_run(&store, "SELECT * FROM three", NULL), WM_OK);
    close_bare(&store);
}

/* ---- transactions ---- */

static void a_rolled_back_transaction_leaves_nothing(void **state)
{
    scene *s = *state;
    wm_store *store = wm_test_store();
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    wm_record record = wm_test_record(&s->arena, WM_KIND_NEED, "{'id':'a'}");
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    assert_ok(wm_history_put(txn, &record, NULL, NULL, &err), &err);
    wm_txn_rollback(txn);
    assert_null(wm_test_get(store, &s->arena, WM_VIEW_WORKING, WM_KIND_NEED, "a"));
    wm_store_close(store);
}

static void a_transaction_in_which_something_failed_does_not_commit(void **state)
{
    scene *s = *state;
    wm_store *store = wm_test_store();
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    wm_record good = wm_test_record(&s->arena, WM_KIND_NEED, "{'id':'a'}");
    wm_record bad = { WM_KIND_NEED, WM_STR("b"), WM_STR("{\"id\":\"c\"}") };
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    assert_ok(wm_history_put(txn, &good, NULL, NULL, &err), &err);
    assert_int_equal(wm_history_put(txn, &bad, NULL, NULL, &err), WM_BAD_RECORD);
    assert_int_equal(wm_txn_commit(txn, &err), WM_BAD_RECORD);
    assert_null(wm_test_get(store, &s->arena, WM_VIEW_WORKING, WM_KIND_NEED, "a"));
    wm_test_put(store, WM_KIND_NEED, "{'id':'a'}"); /* and the handle is usable */
    wm_store_close(store);
}

static void one_transaction_at_a_time_and_none_on_a_reader(void **state)
{
    scene *s = *state;
    wm_store *store = open_file(s, CREATE);
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    wm_txn *other = NULL;
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    assert_int_equal(wm_txn_begin(store, &other, &err), WM_BAD_ARGUMENT);
    wm_txn_rollback(txn);
    wm_store *reader = open_file(s, WM_STORE_READ);
    assert_int_equal(wm_txn_begin(reader, &other, &err), WM_BAD_ARGUMENT);
    wm_store_close(reader);
    wm_store_close(store);
}

static void a_reader_sees_one_state_while_a_writer_commits(void **state)
{
    scene *s = *state;
    wm_store *writer = open_file(s, CREATE);
    wm_test_put(writer, WM_KIND_NEED, "{'id':'a','label':'old'}");
    wm_store *reader = open_file(s, WM_STORE_READ);
    wm_error err = { 0 };
    assert_ok(wm_store_read_begin(reader, &err), &err);
    assert_contains(wm_test_get(reader, &s->arena, WM_VIEW_WORKING, WM_KIND_NEED, "a"), "old");
    wm_test_put(writer, WM_KIND_NEED, "{'id':'a','label':'new'}");
    assert_contains(wm_test_get(reader, &s->arena, WM_VIEW_WORKING, WM_KIND_NEED, "a"), "old");
    wm_store_read_end(reader);
    assert_contains(wm_test_get(reader, &s->arena, WM_VIEW_WORKING, WM_KIND_NEED, "a"), "new");
    wm_store_close(reader);
    wm_store_close(writer);
}

static void readers_in_other_processes_read_while_one_writes(void **state)
{
    scene *s = *state;
    wm_store_close(open_file(s, CREATE));
    pid_t children[3];
    for (int i = 0; i < 3; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            int bad = 0;
            for (int round = 0; round < 50 && !bad; round++) {
                wm_store *reader = NULL;
                unsigned kinds = 0;
                bad = wm_store_open(wm_env_system(), s->path, WM_STORE_READ, &reader, NULL) ||
                      wm_store_find_id(reader, WM_VIEW_WORKING, WM_STR("a"), &kinds, NULL);
                wm_store_close(reader);
            }
            _exit(bad);
        }
    }
    wm_store *writer = open_file(s, WM_STORE_WRITE);
    for (int round = 0; round < 50; round++) {
        char text[64];
        (void)snprintf(text, sizeof text, "{'id':'a','label':'%d'}", round);
        wm_test_put(writer, WM_KIND_NEED, text);
    }
    for (int i = 0; i < 3; i++) {
        int result = 0;
        assert_int_equal(waitpid(children[i], &result, 0), children[i]);
        assert_true(WIFEXITED(result) && WEXITSTATUS(result) == 0);
    }
    wm_store_close(writer);
}

/* ---- reading ---- */

static void records_come_in_order_of_kind_then_id(void **state)
{
    (void)state;
    wm_store *store = wm_test_store();
    wm_test_put(store, WM_KIND_SITE, "{'id':'a'}");
    wm_test_put(store, WM_KIND_NEED, "{'id':'b'}");
    wm_test_put(store, WM_KIND_NEED, "{'id':'B'}");
    wm_test_put(store, WM_KIND_NEED, "{'id':'a.1'}");
    wm_error err = { 0 };
    wm_buf lines;
    wm_buf_init(&lines, wm_env_system(), WM_MIB);
    wm_record_sink sink = wm_test_lines(&lines);
    assert_ok(wm_store_each(store, WM_VIEW_WORKING, WM_KINDS_ALL, &sink, &err), &err);
    assert_string_equal(lines.data, "need/B {\"id\":\"B\"}\nneed/a.1 {\"id\":\"a.1\"}\n"
                                    "need/b {\"id\":\"b\"}\nsite/a {\"id\":\"a\"}\n");
    wm_buf_reset(&lines);
    assert_ok(wm_store_each(store, WM_VIEW_WORKING, WM_KIND_BIT(WM_KIND_SITE), &sink, &err), &err);
    assert_string_equal(lines.data, "site/a {\"id\":\"a\"}\n");
    wm_buf_fini(&lines);
    wm_store_close(store);
}

static void an_id_is_found_in_every_kind_that_has_it(void **state)
{
    (void)state;
    wm_store *store = wm_test_store();
    wm_error err = { 0 };
    unsigned kinds = 99;
    wm_test_put(store, WM_KIND_SITE, "{'id':'a'}");
    wm_test_put(store, WM_KIND_NEED, "{'id':'a'}");
    assert_ok(wm_store_find_id(store, WM_VIEW_WORKING, WM_STR("a"), &kinds, &err), &err);
    assert_int_equal(kinds, WM_KIND_BIT(WM_KIND_SITE) | WM_KIND_BIT(WM_KIND_NEED));
    assert_ok(wm_store_find_id(store, WM_VIEW_WORKING, WM_STR("b"), &kinds, &err), &err);
    assert_int_equal(kinds, 0);
    wm_store_close(store);
}

static void a_database_without_a_release_says_so(void **state)
{
    (void)state;
    wm_store *store = wm_test_store();
    wm_error err = { 0 };
    wm_release release;
    wm_buf bytes;
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    assert_int_equal(wm_store_latest(store, &release, &err), WM_NO_RELEASE);
    assert_contains(err.text, "no release yet");
    assert_int_equal(wm_store_get(store, WM_VIEW_LATEST, WM_KIND_NEED, WM_STR("a"), &bytes, &err),
                     WM_NO_RELEASE);
    assert_int_equal(wm_store_get(store, 7, WM_KIND_NEED, WM_STR("a"), &bytes, &err), WM_NOT_FOUND);
    assert_contains(err.text, "no release 7");
    wm_buf_fini(&bytes);
    wm_store_close(store);
}

static void the_locality_tree_is_read_from_its_records(void **state)
{
    (void)state;
    wm_store *store = wm_test_store();
    wm_error err = { 0 };
    wm_locality_tree *tree = NULL;
    wm_test_small_directory(store);
    assert_ok(wm_store_localities(store, WM_VIEW_WORKING, &tree, &err), &err);
    assert_int_equal(wm_locality_count(tree), 7);
    wm_locality west = wm_locality_find(tree, WM_STR("SWI1"));
    assert_true(wm_str_is(wm_locality_name(tree, west), "West"));
    assert_int_equal(wm_locality_kind_of(tree, west), WM_LOCALITY_LOCALITY);
    assert_true(wm_locality_within(tree, west, wm_locality_find(tree, WM_STR("BSW"))));
    wm_locality_tree_free(tree);
    wm_store_close(store);
}

/* ---- blobs ---- */

static wm_status join_name(void *context, wm_str name, wm_error *err)
{
    wm_buf_put_str(context, name);
    wm_buf_put_char(context, ' ');
    return wm_buf_status(context, err);
}

static void blobs_are_kept_byte_for_byte(void **state)
{
    (void)state;
    wm_store *store = wm_test_store();
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    wm_buf bytes;
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    assert_ok(wm_store_blob_put(txn, WM_STR("trust/root"), WM_STR("a\0b"), &err), &err);
    assert_ok(wm_store_blob_put(txn, WM_STR("empty"), WM_STR(""), &err), &err);
    assert_ok(wm_store_blob_put(txn, WM_STR("gone"), WM_STR("x"), &err), &err);
    assert_ok(wm_store_blob_put(txn, WM_STR("empty"), WM_STR("no longer"), &err), &err);
    assert_ok(wm_store_blob_put(txn, WM_STR("empty"), WM_STR(""), &err), &err);
    assert_ok(wm_store_blob_delete(txn, WM_STR("gone"), &err), &err);
    assert_ok(wm_store_blob_delete(txn, WM_STR("never"), &err), &err);
    assert_int_equal(wm_store_blob_put(txn, WM_STR(""), WM_STR("x"), &err), WM_TOO_LARGE);
    assert_ok(wm_txn_commit(txn, &err), &err);
    assert_ok(wm_store_blob_get(store, WM_STR("trust/root"), &bytes, &err), &err);
    assert_int_equal(bytes.len, 3);
    assert_memory_equal(bytes.data, "a\0b", 3);
    wm_buf_reset(&bytes);
    assert_ok(wm_store_blob_get(store, WM_STR("empty"), &bytes, &err), &err);
    assert_int_equal(bytes.len, 0);
    assert_int_equal(wm_store_blob_get(store, WM_STR("gone"), &bytes, &err), WM_NOT_FOUND);
    assert_ok(wm_store_blob_each(store, join_name, &bytes, &err), &err);
    assert_string_equal(bytes.data, "empty trust/root ");
    wm_buf_fini(&bytes);
    wm_store_close(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static bool is_there(const scene *s, const char *end)
{
    char name[320];
    struct stat info;
    (void)snprintf(name, sizeof name, "%s%s", s->path, end);
    return stat(name, &info) == 0;
}

/* Then others read while it writes. */
static bool has_log(scene *s, wm_store *writer)
{
    wm_error err = { 0 };
    wm_txn *txn = NULL;
    wm_record record = wm_test_record(&s->arena, WM_KIND_TEXT, "{'id':'a'}");
    assert_ok(wm_txn_begin(writer, &txn, &err), &err);
    assert_ok(wm_history_put(txn, &record, NULL, NULL, &err), &err);
    bool has = is_there(s, "-wal");
    if (has) {
        wm_store_close(open_file(s, WM_STORE_READ));
    }
    wm_txn_rollback(txn);
    return has;
}

/* A larger one, or one that others read, has its log. */
static void only_a_small_file_that_nobody_else_has_open_is_written_alone(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    wm_store *store = open_file(s, CREATE);
    assert_ok(wm_store_go_alone(store, 100, &err), &err);
    assert_true(has_log(s, store));
    wm_store *other = open_file(s, WM_STORE_READ);
    assert_ok(wm_store_go_alone(store, WM_MIB, &err), &err);
    assert_true(has_log(s, store));
    wm_store_close(other);
    assert_ok(wm_store_go_alone(store, WM_MIB, &err), &err);
    assert_false(has_log(s, store));
    wm_store_close(store);
    assert_false(is_there(s, "-journal"));
    store = open_file(s, WM_STORE_WRITE);
    assert_true(has_log(s, store));
    wm_txn *txn = NULL;
    assert_ok(wm_txn_begin(store, &txn, &err), &err);
    assert_int_equal(wm_store_go_alone(store, WM_MIB, &err), WM_BAD_ARGUMENT);
    wm_txn_rollback(txn);
    wm_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_created_database_opens_again_with_what_was_put),
        TEST(a_missing_file_is_not_found_and_not_made),
        TEST(a_file_of_another_kind_is_refused_and_untouched),
        TEST(another_programs_database_is_refused),
        TEST(an_empty_file_becomes_a_database_only_when_asked),
        TEST(a_database_from_a_newer_version_is_refused_with_advice),
        TEST(the_role_must_be_the_expected_one),
        TEST(a_damaged_page_is_reported_as_damage),
        TEST(a_truncated_file_fails_its_integrity_check),
        TEST(an_index_that_is_not_what_its_records_make_is_damage),
        TEST(one_gist_is_that_of_its_view),
        TEST(gists_say_what_their_records_say),
        TEST(gists_go_with_what_a_release_lets_go),
        TEST(phrases_are_those_of_their_view),
        TEST(phrases_that_are_not_kept_are_not_found),
        TEST(migrations_run_from_where_the_file_is),
        TEST(a_migration_that_fails_changes_nothing),
        TEST(a_rolled_back_transaction_leaves_nothing),
        TEST(a_transaction_in_which_something_failed_does_not_commit),
        TEST(one_transaction_at_a_time_and_none_on_a_reader),
        TEST(a_reader_sees_one_state_while_a_writer_commits),
        TEST(readers_in_other_processes_read_while_one_writes),
        TEST(only_a_small_file_that_nobody_else_has_open_is_written_alone),
        TEST(records_come_in_order_of_kind_then_id),
        TEST(an_id_is_found_in_every_kind_that_has_it),
        TEST(a_database_without_a_release_says_so),
        TEST(the_locality_tree_is_read_from_its_records),
        TEST(blobs_are_kept_byte_for_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_databases.c: a database that an older version made opens, and answers at once.
 *
 * tests/golden/databases/ROLE-VERSION.sql are such files, as the texts that make them. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include <waymark/sys/history.h>

#include "rules/signpost.h"
#include "small_directory.h"
#include "store/candidates.h"

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
    (void)snprintf(s->path, sizeof s->path, "%s/old.db", s->folder);
    wm_arena_init(&s->arena, wm_env_system(), 64 * WM_MIB);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    (void)chmod(s->folder, 0700);
    wm_test_folder_remove(s->folder);
    wm_arena_fini(&s->arena);
    free(s);
    return 0;
}

static void read_text(const char *path, wm_buf *text)
{
    char part[4096];
    size_t length = 1;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    while (length > 0) {
        length = fread(part, 1, sizeof part, file);
        wm_buf_put(text, part, length);
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(text->status, WM_OK);
    assert_true(text->len > 0);
}

/* Make the file that an older version of this role was. */
static void make_old(const scene *s, const char *name)
{
    char path[1024];
    wm_buf sql;
    sqlite3 *db = NULL;
    (void)snprintf(path, sizeof path, "%s/golden/databases/%s.sql", WAYMARK_TEST_DIR, name);
    wm_buf_init(&sql, wm_env_system(), WM_MIB);
    read_text(path, &sql);
    (void)unlink(s->path);
    assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql.data, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    wm_buf_fini(&sql);
}

static wm_store *open_old(const scene *s, unsigned flags)
{
    wm_error err = { 0 };
    wm_store *store = NULL;
    assert_ok(wm_store_open(wm_env_system(), s->path, flags, &store, &err), &err);
    return store;
}

/* How many services a key of the index finds, each once. */
static size_t found(scene *s, wm_store *store, wm_view view, wm_symbol key)
{
    wm_error err = { 0 };
    wm_entry *entries = NULL;
    size_t count = 0;
    wm_candidate_filter filter = { .view = view,
                                   .needs = { .symbols = &key, .count = 1 },
                                   .areas = { .all = true } };
    assert_ok(wm_store_candidates(store, &filter, &s->arena, &entries, &count, &err), &err);
    return count;
}

static size_t found_all(scene *s, wm_store *store, wm_view view)
{
    wm_error err = { 0 };
    wm_entry *entries = NULL;
    size_t count = 0;
    wm_candidate_filter filter = { .view = view,
                                   .needs = { .all = true },
                                   .areas = { .all = true } };
    assert_ok(wm_store_candidates(store, &filter, &s->arena, &entries, &count, &err), &err);
    return count;
}

/* The rules that stand in a view. */
static wm_status rules(scene *s, wm_store *store, wm_view view, size_t *count_out, wm_error *err)
{
    wm_rule_program *programs = NULL;
    wm_rule rule;
    *count_out = 0;
    wm_status status = wm_store_rules(store, view, &s->arena, &programs, count_out, err);
    for (size_t i = 0; status == WM_OK && i < *count_out; i++) {
        assert_ok(wm_rule_load(programs[i].program, &rule, err), err);
    }
    return status;
}

static void assert_answers(scene *s, wm_store *store, wm_view view)
{
    wm_error err = { 0 };
    wm_symbols *symbols = NULL;
    assert_ok(wm_store_verify_index(store, &err), &err);
    assert_ok(wm_store_integrity(store, &err), &err);
    assert_ok(wm_store_symbols(store, &symbols, &err), &err);
    assert_int_equal(found(s, store, view, wm_symbols_find(symbols, WM_STR("anx.panic"))), 1);
    assert_int_equal(found(s, store, view, wm_offer_symbol(symbols, WM_STR("crisis_line"))), 1);
    assert_int_equal(found(s, store, view, wm_offer_symbol(symbols, WM_STR("talking"))), 1);
    assert_int_equal(wm_offer_symbol(symbols, WM_STR("juggling")), WM_SYMBOL_NONE);
    assert_int_equal(found_all(s, store, view), 2);
    size_t count = 0;
    assert_ok(rules(s, store, view, &count, &err), &err);
    assert_int_equal(count, 1);
}

static void an_older_authoring_database_answers_as_a_new_one(void **state)
{
    scene *s = *state;
    static const char *const names[] = { "author-1", "author-2", "author-3", "author-4",
                                         "author-5", "author-6", "author-7" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        make_old(s, names[i]);
        wm_store *store = open_old(s, WM_STORE_WRITE | WM_STORE_AUTHOR);
        assert_answers(s, store, WM_VIEW_LATEST);
        assert_answers(s, store, WM_VIEW_WORKING);
        (void)wm_test_release(store, "2026-03-05");
        assert_answers(s, store, WM_VIEW_LATEST);
        wm_test_check_states(store, 3);
        wm_store_close(store);
    }
}

static void an_older_replica_answers_also_whoever_only_reads(void **state)
{
    scene *s = *state;
    static const char *const names[] = { "replica-1", "replica-2", "replica-3", "replica-4",
                                         "replica-5", "replica-6", "replica-7" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        make_old(s, names[i]);
        wm_store *store = open_old(s, WM_STORE_READ | WM_STORE_REPLICA);
        assert_answers(s, store, WM_VIEW_LATEST);
        wm_test_check_replica(store);
        wm_store_close(store);
        store = open_old(s, WM_STORE_WRITE | WM_STORE_REPLICA);
        assert_answers(s, store, WM_VIEW_LATEST);
        wm_store_close(store);
    }
}

static void a_rule_of_an_older_language_is_never_left_out_in_silence(void **state)
{
    scene *s = *state;
    wm_error err = { 0 };
    size_t count = 0;
    make_old(s, "author-1");
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "UPDATE revision SET record = replace(record, 'show', 'sing')"
                                  " WHERE kind = 7",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    wm_store *store = open_old(s, WM_STORE_WRITE | WM_STORE_AUTHOR);
    assert_int_equal(rules(s, store, WM_VIEW_WORKING, &count, &err), WM_BAD_RECORD);
    assert_contains(err.text, "rule/crisis");
    assert_int_equal(wm_store_verify_index(store, &err), WM_CORRUPT);
    wm_test_put(store, WM_KIND_RULE,
                "{'do':[{'offers':['crisis_line'],'section':'SAFETY','verb':'show'}],"
                "'id':'crisis','phase':'safety','priority':10,'scope':'query',"
                "'when':{'need':['crisis.suicide']},'why':{'en':'Safety first.'}}");
    assert_ok(rules(s, store, WM_VIEW_WORKING, &count, &err), &err);
    assert_int_equal(count, 1);
    (void)wm_test_release(store, "2026-03-05");
    assert_ok(rules(s, store, WM_VIEW_LATEST, &count, &err), &err);
    assert_ok(wm_store_verify_index(store, &err), &err);
    wm_store_close(store);
}

static void an_older_database_that_cannot_be_written_says_so(void **state)
{
    scene *s = *state;
    static const char *const names[] = { "replica-1", "replica-7" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        wm_error err = { 0 };
        wm_store *store = NULL;
        assert_int_equal(chmod(s->folder, 0700), 0);
        make_old(s, names[i]);
        assert_int_equal(chmod(s->path, 0400), 0);
        assert_int_equal(chmod(s->folder, 0500), 0);
        if (access(s->path, W_OK) == 0) {
            skip(); /* whoever may write everywhere */
        }
        assert_int_equal(wm_store_open(wm_env_system(), s->path, WM_STORE_READ, &store, &err),
                         WM_UNSUPPORTED);
        assert_contains(err.text, "older version");
        assert_null(store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_older_authoring_database_answers_as_a_new_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_older_replica_answers_also_whoever_only_reads, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_rule_of_an_older_language_is_never_left_out_in_silence,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_older_database_that_cannot_be_written_says_so, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

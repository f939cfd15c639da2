/* test_damage.c: bytes of a directory change behind our back, one at a time: in compiled rules and
 * criteria, in summaries with their hours, in the keys of the index, in symbols and in records.
 * Whatever was changed, each question gives whole JSON with the emergency lines: an answer, or an
 * error that is declared. And `verify` finds it: a change that keeps a program's form is seen by
 * nothing else. */
#include <string.h>

#include <sqlite3.h>

#include "fault_scene.h"
#include "signposted.h"

#define VALUE_BYTES_MAX 4096

typedef struct place {
    const char *table;
    const char *column;
    int step;      /* every so many bytes */
    bool is_index; /* made of the records, so that wm_store_verify_index knows what it must be */
    bool is_text;
} place;

typedef struct damage {
    const place *at;
    sqlite3 *db;
    sqlite3_int64 row;
    unsigned char right[VALUE_BYTES_MAX];
    unsigned char wrong[VALUE_BYTES_MAX];
    int length;
    long declared; /* how many questions ended with an error */
    long tried;
} damage;

/* ---- the file ------------------------------------------------------------------------------ */

static void make_signposted(void)
{
    wm_store *store =
        wm_scene_open(WM_SCENE_PATH, WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR);
    wm_test_signposted(store);
    wm_store_close(store);
}

static void write_value(damage *d, const unsigned char *value, int length)
{
    char sql[128];
    sqlite3_stmt *st = NULL;
    (void)sqlite3_snprintf(sizeof sql, sql, "UPDATE %s SET %s = ?1 WHERE rowid = ?2", d->at->table,
                           d->at->column);
    assert_int_equal(sqlite3_prepare_v2(d->db, sql, -1, &st, NULL), SQLITE_OK);
    int bound = d->at->is_text
                    ? sqlite3_bind_text(st, 1, (const char *)value, length, SQLITE_STATIC)
                    : sqlite3_bind_blob(st, 1, value, length, SQLITE_STATIC);
    assert_int_equal(bound, SQLITE_OK);
    assert_int_equal(sqlite3_bind_int64(st, 2, d->row), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_DONE);
    assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
}

/* ---- asking -------------------------------------------------------------------------------- */

static void check_text(damage *d, wm_status status, const wm_text *text)
{
    wm_arena arena;
    wm_error err = { 0 };
    const wm_json *value = NULL;
    wm_arena_init(&arena, wm_env_system(), 16 * WM_MIB);
    assert_ok(wm_json_parse(&arena, (wm_str){ text->ptr, text->len }, 4 * WM_MIB, &value, &err),
              &err);
    assert_int_equal(wm_json_get(value, "error") != NULL, status != WM_OK);
    if (wm_json_get(value, "places") == NULL) { /* what is missing where is for planners */
        const wm_json *answer = wm_json_get(value, "answer"); /* of an interview */
        assert_int_equal(wm_json_get(answer != NULL ? answer : value, "emergency")->count, 2);
    }
    d->declared += status != WM_OK ? 1 : 0;
    d->tried++;
    wm_arena_fini(&arena);
}

static bool is_declared(wm_status status)
{
    return status == WM_OK || status == WM_CORRUPT || status == WM_NEWER ||
           status == WM_BAD_RECORD || status == WM_BAD_INPUT || status == WM_NOT_FOUND;
}

static void ask_everything(damage *d)
{
    wm_error err = { 0 };
    wm_text text = { 0 };
    wm_directory *directory = NULL;
    wm_status status = wm_directory_open(NULL, WM_SCENE_PATH, false, &directory, &err);
    assert_true(is_declared(status));
    if (status != WM_OK) {
        assert_ok(wm_error_answer(NULL, &err, 0, &text), NULL);
        check_text(d, status, &text);
        wm_text_free(&text);
        return;
    }
    for (int which = 0; which < WM_TEST_REQUEST_COUNT; which++) {
        err = (wm_error){ 0 };
        status = wm_test_signposted_ask(directory, (wm_test_request)which, &text, &err);
        assert_true(is_declared(status));
        check_text(d, status, &text);
        wm_text_free(&text);
    }
    wm_directory_close(directory);
}

static void check_found(const damage *d)
{
    wm_error err = { 0 };
    wm_store *store = NULL;
    wm_status status = wm_store_open(wm_env_system(), WM_SCENE_PATH, WM_STORE_READ, &store, &err);
    if (status == WM_OK) {
        status = wm_store_verify_index(store, &err);
    }
    assert_int_equal(status == WM_OK, !d->at->is_index);
    wm_store_close(store);
}

/* ---- one byte after another ---------------------------------------------------------------- */

static void try_value(damage *d, int length, bool look)
{
    write_value(d, d->wrong, length);
    ask_everything(d);
    if (look && d->at->is_index) {
        check_found(d);
    }
}

static void damage_value(damage *d)
{
    for (int at = (int)(d->row % d->at->step); at < d->length; at += d->at->step) {
        memcpy(d->wrong, d->right, (size_t)d->length);
        d->wrong[at] = (unsigned char)(d->wrong[at] ^ (1 << ((at + d->row) % 8)));
        try_value(d, d->length, true);
        d->wrong[at] = 0xff;
        try_value(d, d->length, false);
        try_value(d, at, at > 0 || !d->at->is_text);
    }
    write_value(d, d->right, d->length);
}

static void take_row(damage *d, sqlite3_stmt *rows)
{
    d->row = sqlite3_column_int64(rows, 0);
    d->length = sqlite3_column_bytes(rows, 1);
    assert_true(d->length <= VALUE_BYTES_MAX);
    if (d->length > 0) {
        memcpy(d->right, sqlite3_column_blob(rows, 1), (size_t)d->length);
    }
}

static void damage_place(const place *at)
{
    char sql[160];
    sqlite3_stmt *rows = NULL;
    damage d = { .at = at };
    assert_int_equal(sqlite3_open(WM_SCENE_PATH, &d.db), SQLITE_OK);
    (void)sqlite3_snprintf(sizeof sql, sql,
                           "SELECT rowid, %s FROM %s WHERE rowid > ?1"
                           " ORDER BY rowid LIMIT 1",
                           at->column, at->table);
    for (sqlite3_int64 after = -1;; after = d.row) {
        assert_int_equal(sqlite3_prepare_v2(d.db, sql, -1, &rows, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_bind_int64(rows, 1, after), SQLITE_OK);
        bool more = sqlite3_step(rows) == SQLITE_ROW;
        if (more) {
            take_row(&d, rows);
        }
        assert_int_equal(sqlite3_finalize(rows), SQLITE_OK);
        if (!more) {
            break;
        }
        damage_value(&d);
    }
    assert_int_equal(sqlite3_close(d.db), SQLITE_OK);
    assert_true(d.tried > 100);
    assert_true(d.declared > 0);
    print_message("%s.%s: %ld questions, %ld declared errors\n", at->table, at->column, d.tried,
                  d.declared);
}

static void damage_in(void **state, const place *at)
{
    (void)state;
    make_signposted();
    damage_place(at);
}

static void damaged_rules_give_an_answer_or_a_declared_error(void **state)
{
    static const place at = { "rule", "program", 5, true, false };
    damage_in(state, &at);
}

static void damaged_criteria_give_an_answer_or_a_declared_error(void **state)
{
    static const place at = { "service", "program", 7, true, false };
    damage_in(state, &at);
}

static void damaged_summaries_and_hours_give_an_answer_or_a_declared_error(void **state)
{
    static const place at = { "block", "bytes", 7, true, false };
    damage_in(state, &at);
}

static void damaged_gists_give_an_answer_or_a_declared_error(void **state)
{
    static const place at = { "gist", "bytes", 3, true, false };
    damage_in(state, &at);
}

static void damaged_symbols_give_an_answer_or_a_declared_error(void **state)
{
    static const place at = { "symbol", "text", 4, true, true };
    damage_in(state, &at);
}

static void damaged_records_give_an_answer_or_a_declared_error(void **state)
{
    static const place at = { "revision", "record", 29, false, true };
    damage_in(state, &at);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, wm_scene_set_up, wm_scene_tear_down)

int main(void)
{
    wm_fault_install();
    wm_fault_vfs_install();
    const struct CMUnitTest tests[] = {
        TEST(damaged_rules_give_an_answer_or_a_declared_error),
        TEST(damaged_criteria_give_an_answer_or_a_declared_error),
        TEST(damaged_summaries_and_hours_give_an_answer_or_a_declared_error),
        TEST(damaged_gists_give_an_answer_or_a_declared_error),
        TEST(damaged_symbols_give_an_answer_or_a_declared_error),
        TEST(damaged_records_give_an_answer_or_a_declared_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

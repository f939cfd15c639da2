/* test_answer_faults.c: each allocation of a whole answer, of an interview and of a hand-over fails
 * in turn, under rules of every phase, and so does each while rules are read, stored and brought up
 * to date: the right answer or "no memory", each with the emergency lines or empty, never a part;
 * nothing leaks, and what is asked next is answered right. */
#include <string.h>

#include <sqlite3.h>

#include "fault_puts.h"
#include "fault_scene.h"
#include "signposted.h"
#include "store/migrate.h"

/* ---- asking ---- */

static wm_directory *open_directory(wm_scene *s, bool working)
{
    wm_error err = { 0 };
    wm_directory *directory = NULL;
    assert_ok(wm_directory_open(&s->fault.env, WM_SCENE_PATH, working, &directory, &err), &err);
    return directory;
}

/* What is right, in the arena. */
static wm_str right_answer(wm_scene *s, wm_test_request which, bool working)
{
    wm_error err = { 0 };
    wm_text text = { 0 };
    wm_directory *directory = open_directory(s, working);
    assert_ok(wm_test_signposted_ask(directory, which, &text, &err), &err);
    wm_str right = wm_arena_copy(&s->arena, (wm_str){ text.ptr, text.len });
    assert_non_null(right.ptr);
    wm_text_free(&text);
    wm_directory_close(directory);
    return right;
}

/* Whole JSON with both emergency lines and a status that says so; or nothing at all. */
static void check_declared(wm_status status, const wm_text *text)
{
    wm_arena arena;
    wm_error err = { 0 };
    const wm_json *value = NULL;
    assert_int_equal(status, WM_NO_MEMORY);
    if (text->len == 0) {
        return;
    }
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    assert_ok(wm_json_parse(&arena, (wm_str){ text->ptr, text->len }, WM_MIB, &value, &err), &err);
    assert_int_equal(wm_json_get(value, "emergency")->count, 2);
    assert_int_equal(wm_json_integer(wm_json_get(wm_json_get(value, "error"), "status"), 0),
                     WM_NO_MEMORY);
    wm_arena_fini(&arena);
}

static void check_right(const wm_text *text, wm_str right)
{
    assert_int_equal(text->len, right.len);
    assert_memory_equal(text->ptr, right.ptr, right.len);
}

/* What fails while a question is put. */
typedef enum failing {
    ALLOCATION,           /* the nth */
    ALLOCATIONS_FROM_NOW, /* the nth and all after it */
    PUT                   /* what is put into a buffer as the nth */
} failing;

static void arm(failing what, long nth)
{
    wm_fault_arm(what == PUT ? -1 : nth, what == ALLOCATIONS_FROM_NOW);
    wm_fault_puts_arm(what == PUT ? nth : -1);
}

static bool disarm(void)
{
    bool fired = wm_fault_fired() != 0 || wm_fault_puts_fired();
    arm(ALLOCATION, -1);
    return fired;
}

/* The question is put while something fails; and then once more, as the next one may put it: what
 * the first left behind must not be heard in the answer. False: nothing failed. */
static bool ask_under_fault(wm_directory *directory, wm_test_request which, failing what, long nth,
                            wm_str right)
{
    wm_error err = { 0 };
    wm_text text = { 0 };
    arm(what, nth);
    wm_status status = wm_test_signposted_ask(directory, which, &text, &err);
    bool fired = disarm();
    if (status == WM_OK) {
        check_right(&text, right);
    } else {
        check_declared(status, &text);
    }
    assert_ok(wm_test_signposted_ask(directory, which, &text, &err), &err);
    check_right(&text, right);
    wm_text_free(&text);
    return fired;
}

/* Each time a directory that nobody has asked yet. */
static bool ask_first_under_fault(wm_scene *s, wm_test_request which, bool working, failing what,
                                  long nth, wm_str right)
{
    wm_directory *directory = open_directory(s, working);
    bool fired = ask_under_fault(directory, which, what, nth, right);
    wm_directory_close(directory);
    assert_int_equal(wm_fault_live_blocks(), s->live_blocks);
    return fired;
}

static void sweep_question(wm_scene *s, wm_test_request which, bool working)
{
    wm_str right = right_answer(s, which, working);
    for (long nth = 0, fired = 1; fired; nth++) {
        fired = ask_first_under_fault(s, which, working, ALLOCATION, nth, right);
        if (nth % 16 == 0) {
            (void)ask_first_under_fault(s, which, working, ALLOCATIONS_FROM_NOW, nth, right);
        }
    }
}

static void sweep_puts(wm_scene *s, wm_test_request which)
{
    wm_str right = right_answer(s, which, false);
    for (long nth = 0, fired = 1; fired; nth++) {
        fired = ask_first_under_fault(s, which, false, PUT, nth, right);
    }
}

static void make_signposted(wm_scene *s)
{
    wm_store *store =
        wm_scene_open(WM_SCENE_PATH, WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR);
    wm_test_signposted(store);
    wm_store_close(store);
    wm_fault_vfs_mark();
    s->live_blocks = wm_fault_live_blocks();
}

static void an_answer_under_all_rules_is_whole_or_an_error(void **state)
{
    make_signposted(*state);
    sweep_question(*state, WM_TEST_FIND, false);
}

static void a_card_that_is_explained_is_whole_or_an_error(void **state)
{
    make_signposted(*state);
    sweep_question(*state, WM_TEST_EXPLAIN, false);
}

static void a_step_of_an_interview_is_whole_or_an_error(void **state)
{
    make_signposted(*state);
    sweep_question(*state, WM_TEST_ASK, false);
}

static void a_hand_over_is_whole_or_an_error(void **state)
{
    make_signposted(*state);
    sweep_question(*state, WM_TEST_HANDOVER, false);
}

static void a_gap_report_is_whole_or_an_error(void **state)
{
    make_signposted(*state);
    sweep_question(*state, WM_TEST_GAPS, false);
}

/* A working state is read anew for each question: rules, words, facts and places. */
static void rules_and_words_read_anew_are_whole_or_an_error(void **state)
{
    make_signposted(*state);
    sweep_question(*state, WM_TEST_FIND, true);
}

/* What is kept for the next answer is what was put together whole. */
static void nothing_that_was_cut_is_kept(void **state)
{
    make_signposted(*state);
    sweep_puts(*state, WM_TEST_FIND);
}

static void sweep_asked(wm_directory *directory, wm_test_request which, failing what, wm_str right)
{
    for (long nth = 0, fired = 1; fired; nth += what == ALLOCATIONS_FROM_NOW ? 16 : 1) {
        fired = ask_under_fault(directory, which, what, nth, right);
    }
}

/* One that is asked and asked again: of what it keeps nothing is lost or half there. */
static void a_directory_that_has_been_asked_goes_on(void **state)
{
    wm_scene *s = *state;
    wm_str right[WM_TEST_REQUEST_COUNT];
    make_signposted(s);
    for (int which = 0; which < WM_TEST_REQUEST_COUNT; which++) {
        right[which] = right_answer(s, (wm_test_request)which, false);
    }
    wm_directory *directory = open_directory(s, false);
    for (int which = 0; which < WM_TEST_REQUEST_COUNT; which++) {
        for (failing what = ALLOCATION; what <= PUT; what++) {
            sweep_asked(directory, (wm_test_request)which, what, right[which]);
        }
    }
    wm_directory_close(directory);
    assert_int_equal(wm_fault_live_blocks(), s->live_blocks);
}

/* ---- opening ---- */

static void open_and_ask(wm_scene *s, wm_text *text, wm_error *err)
{
    wm_directory *directory = NULL;
    wm_text_free(text);
    s->status = wm_directory_open(&s->fault.env, WM_SCENE_PATH, false, &directory, err);
    if (s->status == WM_OK) {
        s->status = wm_test_signposted_ask(directory, WM_TEST_FIND, text, err);
    }
    wm_directory_close(directory);
}

static void check_opened(wm_scene *s, wm_text *text, wm_str right, const wm_error *err)
{
    if (s->status == WM_OK) {
        check_right(text, right);
    } else {
        check_declared(s->status, text);
    }
    wm_text_free(text);
    wm_scene_assert_declared(s, err);
}

static void opening_a_directory_with_rules_is_whole_or_an_error(void **state)
{
    wm_scene *s = *state;
    wm_error err = { 0 };
    wm_text text = { 0 };
    make_signposted(s);
    wm_str right = right_answer(s, WM_TEST_FIND, false);
    FAULT_SWEEP_EACH(open_and_ask(s, &text, &err), check_opened(s, &text, right, &err));
    assert_int_equal(s->status, WM_OK);
}

/* ---- a release that comes meanwhile ---- */

static void release_again(void)
{
    wm_store *store = wm_scene_open(WM_SCENE_PATH, WM_STORE_WRITE);
    wm_test_signposted_again(store);
    wm_store_close(store);
}

static bool refresh_under_fault(wm_scene *s, long nth, wm_str right)
{
    wm_error err = { 0 };
    wm_text text = { 0 };
    wm_fault_vfs_rewind();
    wm_directory *directory = open_directory(s, false);
    assert_ok(wm_test_signposted_ask(directory, WM_TEST_FIND, &text, &err), &err);
    wm_text_free(&text);
    release_again();
    bool fired = ask_under_fault(directory, WM_TEST_FIND, ALLOCATION, nth, right);
    wm_directory_close(directory);
    assert_int_equal(wm_fault_live_blocks(), s->live_blocks);
    return fired;
}

static void rules_of_a_new_release_are_read_whole_or_not_at_all(void **state)
{
    wm_scene *s = *state;
    make_signposted(s);
    release_again();
    wm_str right = right_answer(s, WM_TEST_FIND, false);
    for (long nth = 0, fired = 1; fired; nth += nth < 200 ? 3 : 7) {
        fired = refresh_under_fault(s, nth, right);
    }
}

/* ---- storing ---- */

static void put_rule(wm_scene *s, wm_error *err)
{
    static const char rule[] =
        "{\"do\":[{\"text\":\"note.new\",\"verb\":\"note\"},{\"offers\":[\"never_seen\"],"
        "\"section\":\"MAIN\",\"verb\":\"show\"}],\"id\":\"ADD-1\",\"phase\":\"add\","
        "\"priority\":7,\"scope\":\"query\",\"when\":{\"is\":\"carer\"},\"why\":{\"en\":\"w\"}}";
    wm_record record = { WM_KIND_RULE, WM_STR("ADD-1"), { rule, sizeof rule - 1 } };
    wm_store *store = NULL;
    wm_txn *txn = NULL;
    wm_fault_vfs_rewind();
    s->status = wm_store_open(&s->fault.env, WM_SCENE_PATH, WM_STORE_WRITE, &store, err);
    if (s->status == WM_OK) {
        s->status = wm_txn_begin(store, &txn, err);
    }
    if (s->status == WM_OK) {
        s->status = wm_history_put(txn, &record, NULL, NULL, err);
        if (s->status == WM_OK) {
            s->status = wm_txn_commit(txn, err);
        } else {
            wm_txn_rollback(txn);
        }
    }
    wm_store_close(store);
}

static void check_put(wm_scene *s, const wm_error *err)
{
    wm_scene_assert_declared(s, err);
    if (!wm_scene_is_new(s)) {
        return;
    }
    wm_store *store = wm_scene_open(WM_SCENE_PATH, WM_STORE_WRITE);
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    assert_ok(wm_store_integrity(store, NULL), NULL);
    assert_ok(wm_store_verify_index(store, NULL), NULL);
    const char *now = wm_test_get(store, &arena, WM_VIEW_WORKING, WM_KIND_RULE, "ADD-1");
    assert_int_equal(strstr(now, "note.new") != NULL, s->status == WM_OK);
    wm_arena_fini(&arena);
    wm_store_close(store);
}

static void a_rule_is_stored_with_its_program_or_not_at_all(void **state)
{
    wm_scene *s = *state;
    wm_error err = { 0 };
    make_signposted(s);
    FAULT_SWEEP_EACH(put_rule(s, &err), check_put(s, &err));
    assert_int_equal(s->status, WM_OK);
}

/* ---- bringing an older file up to date ---- */

/* As version 1 had it: no compiled rules. Not every number is tried: most are of SQLite. */
static void make_older(void)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(WM_SCENE_PATH, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
                     "DROP TABLE rule; DROP TABLE symbol_hash; DROP TABLE roster; "
                     "DROP TABLE source; DROP TABLE origin; "
                     "DROP TABLE name; DROP TABLE name_word; DROP TABLE name_near; "
                     "DROP TABLE name_posting; DROP TABLE gist; DROP TABLE phrases; "
                     "DROP TABLE service; DROP TABLE block; DROP TABLE posting; DROP TABLE site;"
                     "CREATE TABLE service(rev INTEGER PRIMARY KEY);"
                     "CREATE TABLE candidate(rev INTEGER PRIMARY KEY);"
                     "PRAGMA user_version = 1;",
                     NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    wm_fault_vfs_mark();
}

static void migrate(wm_scene *s, wm_text *text, wm_error *err)
{
    wm_fault_vfs_rewind();
    open_and_ask(s, text, err);
}

static void an_older_file_is_brought_up_to_date_or_stays_as_it_was(void **state)
{
    wm_scene *s = *state;
    wm_error err = { 0 };
    wm_text text = { 0 };
    make_signposted(s);
    wm_str right = right_answer(s, WM_TEST_FIND, false);
    make_older();
    s->live_blocks = wm_fault_live_blocks();
    for (long nth = 0, fired = 1; fired; nth += nth < 100 ? 1 : 17) {
        wm_fault_arm(nth, 0);
        migrate(s, &text, &err);
        fired = wm_fault_fired();
        wm_fault_arm(-1, 0);
        check_opened(s, &text, right, &err);
        open_and_ask(s, &text, &err); /* the same file once more, with memory */
        assert_int_equal(s->status, WM_OK);
        check_opened(s, &text, right, &err);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, wm_scene_set_up, wm_scene_tear_down)

int main(void)
{
    wm_fault_install();
    wm_fault_vfs_install();
    const struct CMUnitTest tests[] = {
        TEST(an_answer_under_all_rules_is_whole_or_an_error),
        TEST(a_card_that_is_explained_is_whole_or_an_error),
        TEST(a_step_of_an_interview_is_whole_or_an_error),
        TEST(a_hand_over_is_whole_or_an_error),
        TEST(a_gap_report_is_whole_or_an_error),
        TEST(rules_and_words_read_anew_are_whole_or_an_error),
        TEST(nothing_that_was_cut_is_kept),
        TEST(a_directory_that_has_been_asked_goes_on),
        TEST(opening_a_directory_with_rules_is_whole_or_an_error),
        TEST(rules_of_a_new_release_are_read_whole_or_not_at_all),
        TEST(a_rule_is_stored_with_its_program_or_not_at_all),
        TEST(an_older_file_is_brought_up_to_date_or_stays_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

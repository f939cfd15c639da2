/* test_waymark.c: the handle that apps use. */
#include <waymark/waymark.h>

#include <stdio.h>
#include <stdlib.h>

#include "fault.h"
#include "small_directory.h"

static char folder[256];
static char file[300];

static int set_up(void **state)
{
    (void)state;
    wm_error err = { 0 };
    wm_store *store = NULL;
    (void)snprintf(file, sizeof file, "%s/directory.db", wm_test_folder(folder));
    assert_ok(wm_store_open(wm_env_system(), file,
                            WM_STORE_WRITE | WM_STORE_CREATE | WM_STORE_AUTHOR, &store, &err),
              &err);
    wm_test_small_directory(store);
    assert_int_equal(wm_test_release(store, "2026-01-05"), 1);
    wm_store_close(store);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    wm_test_folder_remove(folder);
    return 0;
}

static wm_directory *opened(const wm_env *env)
{
    wm_directory *directory = NULL;
    wm_error err = { 0 };
    assert_ok(wm_directory_open(env, file, false, &directory, &err), &err);
    return directory;
}

static wm_status find(wm_directory *directory, const char *query, const char *today,
                      wm_text *answer_out)
{
    return wm_directory_find(directory, query, strlen(query), today, answer_out, NULL);
}

static void a_question_is_answered_and_today_stands_in_for_a_missing_day(void **state)
{
    (void)state;
    wm_directory *directory = opened(NULL);
    wm_text answer = { 0 };
    assert_int_equal(find(directory, "{\"at\":\"SWI\"}", "2026-01-05", &answer), WM_OK);
    assert_int_equal(strlen(answer.ptr), answer.len);
    assert_contains(answer.ptr, "\"service\":\"swindon\"");
    wm_text_free(&answer);
    assert_null(answer.ptr);
    wm_text_free(&answer);
    wm_directory_close(directory);
    wm_directory_close(NULL);
}

static void every_error_is_an_answer_with_the_emergency_lines(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        const char *today;
        wm_status status;
    } cases[] = {
        { "{}", NULL, WM_BAD_INPUT },
        { "{}", "today", WM_BAD_ARGUMENT },
        { "{", "2026-01-05", WM_BAD_INPUT },
        { "[]", "2026-01-05", WM_BAD_INPUT },
        { "{\"needs\":[\"nothing\"]}", "2026-01-05", WM_BAD_INPUT },
    };
    wm_directory *directory = opened(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wm_text answer = { 0 };
        assert_int_equal(find(directory, cases[i].query, cases[i].today, &answer), cases[i].status);
        assert_contains(answer.ptr, "{\"error\":{\"status\":");
        assert_contains(answer.ptr, "\"value\":\"999\"");
        assert_contains(answer.ptr, "\"value\":\"111\"");
        wm_text_free(&answer);
    }
    wm_text card = { 0 };
    assert_int_equal(wm_directory_explain(directory, "nobody", "{}", 2, "2026-01-05", &card, NULL),
                     WM_NOT_FOUND);
    assert_contains(card.ptr, "\"value\":\"999\"");
    wm_text_free(&card);
    wm_directory_close(directory);
}

static void the_emergency_lines_need_no_directory(void **state)
{
    (void)state;
    wm_text lines = { 0 };
    wm_directory *directory = NULL;
    wm_error err = { 0 };
    assert_int_equal(wm_directory_open(NULL, "no/such/file", false, &directory, &err),
                     WM_NOT_FOUND);
    assert_ok(wm_error_answer(NULL, &err, 0, &lines), &err);
    assert_contains(lines.ptr, "\"value\":\"999\"");
    wm_text_free(&lines);
    assert_ok(wm_emergency(NULL, &lines, &err), &err);
    assert_contains(lines.ptr, "\"value\":\"111\"");
    wm_text_free(&lines);
}

/* A journal would do, too: what was asked must not be found in any file beside the directory. */
static void a_question_leaves_no_trace_in_the_file_or_beside_it(void **state)
{
    (void)state;
    wm_directory *directory = opened(NULL);
    wm_text answer = { 0 };
    char command[700];
    assert_int_equal(find(directory,
                          "{\"text\":\"xyzzyplugh panic\",\"facts\":{\"plughxyzzy\":true}}",
                          "2026-01-05", &answer),
                     WM_OK);
    wm_text_free(&answer);
    (void)snprintf(command, sizeof command, "! grep -rqa -e xyzzyplugh -e plughxyzzy '%s'", folder);
    assert_int_equal(system(command), 0);
    wm_directory_close(directory);
    assert_int_equal(system(command), 0);
}

static void ask_under_fault(const wm_env *env, wm_status *status_out, wm_text *answer_out)
{
    wm_directory *directory = NULL;
    wm_error err = { 0 };
    wm_text_free(answer_out);
    *status_out = wm_directory_open(env, file, false, &directory, &err);
    if (*status_out == WM_OK) {
        *status_out = find(directory, "{\"at\":\"SWI\"}", "2026-01-05", answer_out);
        wm_directory_close(directory);
    }
}

static void without_memory_an_answer_is_whole_or_empty(void **state)
{
    (void)state;
    wm_fault_env fault;
    wm_status status = WM_OK;
    wm_text answer = { 0 };
    wm_fault_env_init(&fault);
    FAULT_SWEEP(ask_under_fault(&fault.env, &status, &answer), {
        assert_true(status == WM_OK || status == WM_NO_MEMORY);
        assert_true(status != WM_OK || answer.len > 0);
        if (answer.len > 0) {
            wm_arena arena;
            wm_error err = { 0 };
            const wm_json *value = NULL;
            wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
            assert_ok(wm_json_parse(&arena, (wm_str){ answer.ptr, answer.len }, WM_ANSWER_BYTES_MAX,
                                    &value, &err),
                      &err);
            assert_non_null(wm_json_get(value, "emergency"));
            wm_arena_fini(&arena);
        }
    });
    wm_text_free(&answer);
    assert_int_equal(wm_fault_live_blocks(), 0);
}

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_answered_and_today_stands_in_for_a_missing_day),
        cmocka_unit_test(every_error_is_an_answer_with_the_emergency_lines),
        cmocka_unit_test(the_emergency_lines_need_no_directory),
        cmocka_unit_test(a_question_leaves_no_trace_in_the_file_or_beside_it),
        cmocka_unit_test(without_memory_an_answer_is_whole_or_empty),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

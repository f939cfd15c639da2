/* test_names.c: runs the .tsv files of tests/cases/names (its README says how to write them)
 * against directory-data. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "real_directory.h"

#include "ask/find.h"

#define FOLDER WAYMARK_TEST_DIR "/cases/names"
#define ROWS_LEAST 90
#define FILES_MAX 16

typedef struct bench {
    wm_real_directory *directory;
    const char *file;
    int number;
    size_t rows;
    size_t failures;
} bench;

/* Takes what is before `end` off the front of the line. */
static wm_str take_column(char **line, char end)
{
    wm_str column = { *line, strcspn(*line, (const char[]){ end, '\0' }) };
    *line += column.len;
    *line += **line != '\0' ? 1 : 0;
    return column;
}

static const wm_json *ask(bench *b, wm_arena *arena, wm_str text, wm_str at)
{
    wm_buf query;
    wm_buf answer;
    wm_json_out out;
    const wm_json *value = NULL;
    wm_error err = { 0 };
    wm_buf_init(&query, wm_env_system(), WM_QUERY_BYTES_MAX);
    wm_buf_init(&answer, wm_env_system(), WM_ANSWER_BYTES_MAX);
    wm_json_out_init(&out, &query);
    wm_json_out_object(&out);
    wm_json_out_member_string(&out, "text", text);
    if (at.len > 0) {
        wm_json_out_member_string(&out, "at", at);
    }
    wm_json_out_member_text(&out, "as_of", "2026-11-24");
    wm_json_out_end_object(&out);
    assert_ok(
        wm_find_answer(&b->directory->of_professional, wm_buf_str(&query), NULL, &answer, &err),
        &err);
    assert_ok(wm_json_parse(arena, wm_buf_str(&answer), WM_ANSWER_BYTES_MAX, &value, &err), &err);
    wm_buf_fini(&answer);
    wm_buf_fini(&query);
    return value;
}

static const wm_json *words_of(const wm_json *answer)
{
    return wm_json_get(wm_json_get(answer, "understood"), "words");
}

/* The service among the words, as `how` says; empty how: in any way. */
static bool is_found(const wm_json *words, wm_str service, const char *how)
{
    for (uint32_t i = 0; i < words->count; i++) {
        const wm_json *word = &words->as.items[i];
        if (wm_str_equal(wm_json_string(wm_json_get(word, "service")), service) &&
            wm_str_is(wm_json_string(wm_json_get(word, "how")), how)) {
            return true;
        }
    }
    return false;
}

static bool is_need(const wm_json *answer, wm_str need)
{
    const wm_json *needs = wm_json_get(wm_json_get(answer, "understood"), "needs");
    for (uint32_t i = 0; i < needs->count; i++) {
        wm_str found = needs->as.items[i].as.string;
        bool is_below =
            found.len > need.len && found.ptr[need.len] == '.' && wm_str_starts(found, need);
        if (wm_str_equal(found, need) || is_below) {
            return true;
        }
    }
    return false;
}

static size_t services_in(const wm_json *words)
{
    size_t count = 0;
    for (uint32_t i = 0; i < words->count; i++) {
        count += wm_json_get(&words->as.items[i], "service") != NULL ? 1 : 0;
    }
    return count;
}

static void fail_row(bench *b, wm_str text, wm_str expected, const wm_json *words)
{
    wm_buf found;
    wm_buf_init(&found, wm_env_system(), WM_MIB);
    wm_json_write(&found, words);
    print_error("%s:%d: \"%.*s\" expected %.*s, found %s\n", b->file, b->number, WM_STR_ARG(text),
                WM_STR_ARG(expected), found.data);
    wm_buf_fini(&found);
    b->failures++;
}

static void run_row(bench *b, char *line)
{
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), 64 * WM_MIB);
    wm_str text = take_column(&line, '\t');
    wm_str expected = take_column(&line, '\t');
    const wm_json *answer = ask(b, &arena, text, wm_str_of(line));
    const wm_json *words = words_of(answer);
    size_t services = 0;
    for (size_t at = 0; at < expected.len;) {
        size_t end = at;
        while (end < expected.len && expected.ptr[end] != ' ') {
            end++;
        }
        wm_str word = { expected.ptr + at, end - at };
        wm_str offered = { word.ptr + 1, word.len - 1 };
        bool is_offer = word.ptr[0] == '?';
        bool is_a_need = wm_needs_find(b->directory->of_professional.needs, word) != WM_NEED_NONE;
        bool holds = wm_str_is(word, "-") || (is_a_need  ? is_need(answer, word)
                                              : is_offer ? is_found(words, offered, "perhaps")
                                                         : is_found(words, word, "name"));
        services += is_a_need || wm_str_is(word, "-") ? 0 : 1;
        if (!holds) {
            fail_row(b, text, word, words);
        }
        at = end + 1;
    }
    if (services != services_in(words)) {
        fail_row(b, text, expected, words);
    }
    b->rows++;
    wm_arena_fini(&arena);
}

static void run_file(bench *b, const char *name)
{
    char path[512];
    char line[1024];
    b->file = name;
    b->number = 0;
    (void)snprintf(path, sizeof path, "%s/%s", FOLDER, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        b->number++;
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '#' && line[0] != '\0') {
            run_row(b, line);
        }
    }
    (void)fclose(file);
}

static void every_name_is_found_and_no_other(void **state)
{
    (void)state;
    bench b = { .directory = wm_real_directory_new() };
    DIR *folder = opendir(FOLDER);
    assert_non_null(folder);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot != NULL && strcmp(dot, ".tsv") == 0) {
            run_file(&b, entry->d_name);
        }
    }
    closedir(folder);
    print_message("%zu rows, %zu not as expected\n", b.rows, b.failures);
    assert_true(b.rows >= ROWS_LEAST);
    assert_int_equal(b.failures, 0);
    wm_real_directory_free(b.directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_name_is_found_and_no_other) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

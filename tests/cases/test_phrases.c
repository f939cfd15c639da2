/* test_phrases.c: runs the .tsv files of tests/cases/phrases (its README says how to write them)
 * over the vocabulary of directory-data.
 *
 * Every row must hold. Precision and recall are printed: of the needs that rows expect, how many
 * are found; of what is found where rows say what must not be, how much is wrong. */
#include "records.h"
#include "testing.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "ask/words.h"

#define FOLDER WAYMARK_TEST_DIR "/cases/phrases"
#define FILES_MAX 64
#define ROWS_LEAST 300

typedef struct tally {
    size_t rows;
    size_t expected; /* needs that must be there */
    size_t found;
    size_t forbidden; /* needs that must not */
    size_t wrong;
    size_t crises; /* of those expected: needs at or below crisis */
    size_t crises_found;
    size_t failures;
} tally;

typedef struct bench {
    const wm_needs *needs;
    wm_need crisis;
    tally all;
    wm_query query;
    wm_understood understood;
} bench;

static wm_need need_named(const bench *b, wm_str id)
{
    wm_need need = wm_needs_find(b->needs, id);
    if (need == WM_NEED_NONE) {
        print_error("no need \"%.*s\"\n", WM_STR_ARG(id));
    }
    assert_int_not_equal(need, WM_NEED_NONE);
    return need;
}

/* The need, or one below it, is understood as a need, and not denied. */
static bool is_understood(const bench *b, wm_need need)
{
    for (size_t i = 0; i < b->understood.need_count; i++) {
        if (wm_needs_within(b->needs, b->understood.needs[i], need) && !b->understood.negated[i]) {
            return true;
        }
    }
    return false;
}

static bool is_denied(const bench *b, wm_need need)
{
    for (size_t i = 0; i < b->understood.word_count; i++) {
        const wm_need_match *word = &b->understood.words[i];
        if (word->need == need) {
            return word->how == WM_NEED_HOW_NEGATED && !is_understood(b, need);
        }
    }
    return false;
}

static bool is_only_unreviewed(const bench *b, wm_need need)
{
    for (size_t i = 0; i < b->understood.need_count; i++) {
        if (b->understood.needs[i] == need) {
            return b->understood.unreviewed[i];
        }
    }
    return false;
}

static bool holds(bench *b, wm_str word)
{
    char mark = word.ptr[0];
    bool is_marked = mark == '!' || mark == '~' || mark == '^';
    wm_str id = is_marked ? (wm_str){ word.ptr + 1, word.len - 1 } : word;
    wm_need need = need_named(b, id);
    if (mark == '!') {
        bool is_there = is_understood(b, need);
        b->all.forbidden++;
        b->all.wrong += is_there ? 1 : 0;
        return !is_there;
    }
    bool is_there = mark == '~'   ? is_denied(b, need)
                    : mark == '^' ? is_only_unreviewed(b, need)
                                  : is_understood(b, need) && !is_only_unreviewed(b, need);
    b->all.expected++;
    b->all.found += is_there ? 1 : 0;
    if (wm_needs_within(b->needs, need, b->crisis) && mark != '~') {
        b->all.crises++;
        b->all.crises_found += is_there ? 1 : 0;
    }
    return is_there;
}

static void print_understood(const bench *b)
{
    for (size_t i = 0; i < b->understood.word_count; i++) {
        const wm_need_match *word = &b->understood.words[i];
        print_error("    %.*s: %s \"%.*s\"\n", WM_STR_ARG(wm_needs_id(b->needs, word->need)),
                    wm_need_how_name(word->how), (int)word->length,
                    b->query.text.ptr + word->start);
    }
}

/* "about=child" or "actor=gp". */
static void read_asker(bench *b, wm_str column)
{
    if (column.len == 0) {
        return;
    }
    bool is_actor = wm_str_starts(column, WM_STR("actor="));
    assert_true(is_actor || wm_str_starts(column, WM_STR("about=")));
    wm_str name = { column.ptr + 6, column.len - 6 };
    assert_true(is_actor ? wm_actor_parse(name, &b->query.actor)
                         : wm_about_parse(name, &b->query.about));
}

/* Takes what is before `end` off the front of the line. */
static wm_str take_column(char **line, char end)
{
    wm_str column = { *line, strcspn(*line, (const char[]){ end, '\0' }) };
    *line += column.len;
    *line += **line != '\0' ? 1 : 0;
    return column;
}

static void run_row(bench *b, const char *file, int number, char *line)
{
    wm_error err = { 0 };
    memset(&b->query, 0, sizeof b->query);
    memset(&b->understood, 0, sizeof b->understood);
    b->query.text = take_column(&line, '\t');
    wm_str text = b->query.text;
    wm_str expected = take_column(&line, '\t');
    read_asker(b, wm_str_of(line));
    assert_ok(wm_words_read(b->needs, &b->query, &b->understood, &err), &err);
    b->all.rows++;
    for (size_t at = 0; at < expected.len;) {
        size_t end = at;
        while (end < expected.len && expected.ptr[end] != ' ') {
            end++;
        }
        wm_str word = { expected.ptr + at, end - at };
        if (word.len > 0 && !holds(b, word)) {
            print_error("%s:%d: \"%.*s\" expected %.*s, found:\n", file, number, WM_STR_ARG(text),
                        WM_STR_ARG(word));
            print_understood(b);
            b->all.failures++;
        }
        at = end + 1;
    }
}

static void run_file(bench *b, const char *name)
{
    char path[512];
    char line[2048];
    int number = 0;
    (void)snprintf(path, sizeof path, "%s/%s", FOLDER, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        number++;
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '\0' && line[0] != '#') {
            run_row(b, name, number, line);
        }
    }
    fclose(file);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

static size_t list_files(char names[FILES_MAX][64])
{
    size_t count = 0;
    DIR *folder = opendir(FOLDER);
    assert_non_null(folder);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot != NULL && strcmp(dot, ".tsv") == 0) {
            assert_true(count < FILES_MAX);
            (void)snprintf(names[count++], 64, "%.63s", entry->d_name);
        }
    }
    closedir(folder);
    qsort(names, count, sizeof names[0], compare_names);
    return count;
}

static void every_row_of_every_file_holds(void **state)
{
    (void)state;
    static bench b;
    static char names[FILES_MAX][64];
    wm_test_records all;
    wm_needs *needs = NULL;
    wm_error err = { 0 };
    size_t count = 0;
    wm_test_records_init(&all, WAYMARK_SOURCE_DIR "/directory-data");
    const wm_json *const *records = wm_test_records_of(&all, WM_KIND_NEED, &count);
    assert_ok(wm_needs_new(wm_env_system(), records, count, &needs, &err), &err);
    b.needs = needs;
    b.crisis = need_named(&b, WM_STR("crisis"));
    size_t files = list_files(names);
    for (size_t i = 0; i < files; i++) {
        run_file(&b, names[i]);
    }
    print_message("%zu rows: recall %zu of %zu, of crises %zu of %zu; precision: %zu wrong of %zu "
                  "that must not be\n",
                  b.all.rows, b.all.found, b.all.expected, b.all.crises_found, b.all.crises,
                  b.all.wrong, b.all.forbidden);
    assert_true(b.all.rows >= ROWS_LEAST);
    assert_int_equal(b.all.crises_found, b.all.crises);
    assert_int_equal(b.all.failures, 0);
    wm_needs_free(needs);
    wm_test_records_fini(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_every_file_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

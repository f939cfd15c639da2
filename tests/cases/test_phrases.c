/* test_phrases.c: runs the .tsv files of tests/cases/phrases (its README says how to write them)
 * over the vocabulary of directory-data.
 *
 * Each file is a group. Printed for each: recall (of the needs that rows expect, how many are
 * found), precision (of those and the wrong ones that were found, how many are expected) and what
 * was spared (of what must not be found, how much is not). Asserted: every crisis that is expected
 * in any file; and the floors of each group, which are 100 unless the file's "#floor" says what is
 * reached. Each miss is listed. */
#include "records.h"
#include "testing.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "ask/words.h"

#define FOLDER WAYMARK_TEST_DIR "/cases/phrases"
#define FILES_MAX 64
#define ROWS_LEAST 1200
#define PERCENT 100u

typedef struct tally {
    size_t rows;
    size_t expected; /* needs that must be there */
    size_t found;
    size_t forbidden; /* needs that must not */
    size_t wrong;
    size_t crises; /* of those expected: needs at or below crisis */
    size_t crises_found;
    size_t crises_heard; /* of those expected: where at least some crisis is understood */
    size_t failures;
} tally;

/* In percent, rounded down; what a group must reach. */
typedef struct floors {
    unsigned recall;
    unsigned spared;
} floors;

typedef struct bench {
    const wm_needs *needs;
    wm_need crisis;
    tally all;
    tally group;
    floors floors;
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

/* The word at `at` of a list with spaces; moves behind it. */
static wm_str next_word(wm_str list, size_t *at)
{
    size_t from = *at;
    size_t end = from;
    while (end < list.len && list.ptr[end] != ' ') {
        end++;
    }
    *at = end + 1;
    return (wm_str){ list.ptr + from, end - from };
}

/* Nothing is understood but what the row names, and what is above or below that. */
static bool is_nothing_else(const bench *b, wm_str expected)
{
    for (size_t i = 0; i < b->understood.need_count; i++) {
        wm_need found = b->understood.needs[i];
        bool is_named = false;
        for (size_t at = 0; at < expected.len && !is_named;) {
            wm_str word = next_word(expected, &at);
            wm_need named = wm_needs_find(b->needs, word);
            is_named = named != WM_NEED_NONE && (wm_needs_within(b->needs, found, named) ||
                                                 wm_needs_within(b->needs, named, found));
        }
        if (!is_named) {
            return false;
        }
    }
    return true;
}

static bool is_spared(bench *b, bool is_so)
{
    b->group.forbidden++;
    b->group.wrong += is_so ? 0 : 1;
    return is_so;
}

static bool holds(bench *b, wm_str word, wm_str expected)
{
    char mark = word.ptr[0];
    if (wm_str_is(word, "=")) {
        return is_spared(b, is_nothing_else(b, expected));
    }
    bool is_marked = mark == '!' || mark == '~' || mark == '^';
    wm_str id = is_marked ? (wm_str){ word.ptr + 1, word.len - 1 } : word;
    wm_need need = need_named(b, id);
    if (mark == '!') {
        return is_spared(b, !is_understood(b, need));
    }
    bool is_there = mark == '~'   ? is_denied(b, need)
                    : mark == '^' ? is_only_unreviewed(b, need)
                                  : is_understood(b, need) && !is_only_unreviewed(b, need);
    b->group.expected++;
    b->group.found += is_there ? 1 : 0;
    if (wm_needs_within(b->needs, need, b->crisis) && mark != '~') {
        b->group.crises++;
        b->group.crises_found += is_there ? 1 : 0;
        b->group.crises_heard += is_there || is_understood(b, b->crisis) ? 1 : 0;
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
    b->group.rows++;
    for (size_t at = 0; at < expected.len;) {
        wm_str word = next_word(expected, &at);
        if (word.len > 0 && !holds(b, word, expected)) {
            print_error("%s:%d: \"%.*s\" expected %.*s, found:\n", file, number, WM_STR_ARG(text),
                        WM_STR_ARG(word));
            print_understood(b);
            b->group.failures++;
        }
    }
    b->query.text = (wm_str){ NULL, 0 }; /* the line's */
}

/* Of `whole`, rounded down; all of nothing is all. */
static unsigned percent(size_t part, size_t whole)
{
    return whole == 0 ? PERCENT : (unsigned)(part * PERCENT / whole);
}

static void add_group(bench *b)
{
    const tally *group = &b->group;
    tally *all = &b->all;
    all->rows += group->rows;
    all->expected += group->expected;
    all->found += group->found;
    all->forbidden += group->forbidden;
    all->wrong += group->wrong;
    all->crises += group->crises;
    all->crises_found += group->crises_found;
    all->crises_heard += group->crises_heard;
    all->failures += group->failures;
}

static void print_tally(const char *name, const tally *t)
{
    print_message("%-20s %5zu rows  recall %3u %% (%zu of %zu)  precision %3u %%  "
                  "spared %3u %% (%zu of %zu)  crises %zu of %zu (%zu as some crisis)\n",
                  name, t->rows, percent(t->found, t->expected), t->found, t->expected,
                  percent(t->found, t->found + t->wrong),
                  percent(t->forbidden - t->wrong, t->forbidden), t->forbidden - t->wrong,
                  t->forbidden, t->crises_found, t->crises, t->crises_heard);
}

/* "#floor recall 97 spared 95": what a file of rows that are not all met reaches. */
static void read_comment(bench *b, const char *line)
{
    unsigned recall = 0;
    unsigned spared = 0;
    if (strncmp(line, "#floor", 6) == 0) {
        assert_int_equal(sscanf(line, "#floor recall %3u spared %3u", &recall, &spared), 2);
        b->floors = (floors){ recall, spared };
    }
}

static void run_file(bench *b, const char *name)
{
    char path[512];
    char line[2048];
    int number = 0;
    b->group = (tally){ 0 };
    b->floors = (floors){ PERCENT, PERCENT };
    (void)snprintf(path, sizeof path, "%s/%s", FOLDER, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        number++;
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#') {
            read_comment(b, line);
        } else if (line[0] != '\0') {
            run_row(b, name, number, line);
        }
    }
    (void)fclose(file);
    add_group(b);
    print_tally(name, &b->group);
}

static bool reaches_floors(const bench *b)
{
    const tally *group = &b->group;
    return percent(group->found, group->expected) >= b->floors.recall &&
           percent(group->forbidden - group->wrong, group->forbidden) >= b->floors.spared;
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

static void every_crisis_is_found_and_every_group_reaches_its_floors(void **state)
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
    size_t short_groups = 0;
    for (size_t i = 0; i < files; i++) {
        run_file(&b, names[i]);
        if (!reaches_floors(&b)) {
            print_error("%s: expected at least recall %u %% and spared %u %%\n", names[i],
                        b.floors.recall, b.floors.spared);
            short_groups++;
        }
    }
    print_tally("all", &b.all);
    assert_true(b.all.rows >= ROWS_LEAST);
    assert_int_equal(b.all.crises_found, b.all.crises);
    assert_int_equal(short_groups, 0);
    wm_needs_free(needs);
    wm_test_records_fini(&all);
}

/* ---- what was understood is shown back ---- */

static bool is_unreviewed(const wm_json *record, wm_str language)
{
    const wm_json *languages = wm_json_get(record, "unreviewed");
    for (uint32_t i = 0; languages != NULL && i < languages->count; i++) {
        if (wm_str_equal(languages->as.items[i].as.string, language)) {
            return true;
        }
    }
    return false;
}

/* Typed as it is, the phrase is told back whole, with its need, and marked if nobody read it. */
static bool is_told_back(bench *b, const wm_json *record, wm_str language, wm_str phrase)
{
    wm_error err = { 0 };
    memset(&b->query, 0, sizeof b->query);
    memset(&b->understood, 0, sizeof b->understood);
    b->query.text = phrase;
    assert_ok(wm_words_read(b->needs, &b->query, &b->understood, &err), &err);
    wm_need need = need_named(b, wm_json_string(wm_json_get(record, "id")));
    for (size_t i = 0; i < b->understood.word_count; i++) {
        const wm_need_match *word = &b->understood.words[i];
        bool is_marked = word->how == WM_NEED_HOW_UNREVIEWED;
        if (word->need == need && word->start == 0 && word->length == phrase.len &&
            !word->negated && is_marked == is_unreviewed(record, language)) {
            return true;
        }
    }
    print_error("%.*s of %.*s: \"%.*s\" is told back as:\n", WM_STR_ARG(language),
                WM_STR_ARG(wm_needs_id(b->needs, need)), WM_STR_ARG(phrase));
    print_understood(b);
    return false;
}

static void every_phrase_of_every_language_is_told_back(void **state)
{
    (void)state;
    static bench b;
    wm_test_records all;
    wm_needs *needs = NULL;
    wm_error err = { 0 };
    size_t count = 0;
    size_t phrases = 0;
    size_t failures = 0;
    wm_test_records_init(&all, WAYMARK_SOURCE_DIR "/directory-data");
    const wm_json *const *records = wm_test_records_of(&all, WM_KIND_NEED, &count);
    assert_ok(wm_needs_new(wm_env_system(), records, count, &needs, &err), &err);
    b.needs = needs;
    for (size_t i = 0; i < count; i++) {
        const wm_json *languages = wm_json_get(records[i], "synonyms");
        for (uint32_t j = 0; languages != NULL && j < languages->count; j++) {
            const wm_json *list = &languages->as.members[j].value;
            for (uint32_t k = 0; k < list->count; k++, phrases++) {
                failures += is_told_back(&b, records[i], languages->as.members[j].name,
                                         list->as.items[k].as.string)
                                ? 0
                                : 1;
            }
        }
    }
    print_message("%zu phrases, %zu of them not told back\n", phrases, failures);
    assert_int_equal(failures, 0);
    wm_needs_free(needs);
    wm_test_records_fini(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_crisis_is_found_and_every_group_reaches_its_floors),
        cmocka_unit_test(every_phrase_of_every_language_is_told_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

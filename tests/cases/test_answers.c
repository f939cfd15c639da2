/* test_answers.c: runs the .cases files of tests/cases/answers (its README says how to write them)
 * against directory-data.
 *
 * A case that is marked `waiting` and does not hold is counted and told, but fails nothing.
 *
 *   cases.test_answers [WORDS]    with words: only the cases that have them in their title or file,
 *                                 each with its answer */
#include <stdio.h>
#include <stdlib.h>

#include "case_run.h"

#define FOLDER WAYMARK_TEST_DIR "/cases/answers"
#define CASES_MIN 150

typedef struct counts {
    size_t cases;
    size_t failed;
    size_t waiting; /* marked, and they do not hold */
    size_t arrived; /* marked, and they hold */
} counts;

typedef struct bench {
    wm_real_directory *directory;
    wm_arena arena;
    const char **files;
    size_t file_count;
    const char *words; /* NULL: all cases */
} bench;

static const char *title_of(const wm_case *c)
{
    const char *title = wm_case_value(c, "case");
    return title != NULL ? title : "(a case without a title)";
}

static bool is_wanted(const bench *b, const wm_case *c)
{
    return b->words == NULL || strstr(title_of(c), b->words) != NULL ||
           strstr(c->file, b->words) != NULL;
}

static void tell(const wm_case_run *run, const char *what)
{
    print_message("%s:%d: %s: %s\n", run->of->file, run->of->number, what, title_of(run->of));
}

static void judge(const bench *b, wm_case_run *run, counts *sum)
{
    const char *waiting = wm_case_value(run->of, "waiting");
    bool holds = run->failures.len == 0;
    if (!holds && waiting == NULL) {
        sum->failed++;
        tell(run, "FAILED");
    } else if (!holds) {
        sum->waiting++;
        tell(run, "waiting");
    } else if (waiting != NULL) {
        sum->arrived++;
        tell(run, "holds now, take `waiting` away");
    }
    if (b->words != NULL || (!holds && waiting == NULL)) {
        wm_buf out;
        wm_buf_init(&out, wm_env_system(), WM_MIB);
        wm_case_print(run, &out);
        (void)fputs(holds ? "" : run->failures.data, stdout); /* longer than cmocka's line */
        (void)fputs(out.data, stdout);
        wm_buf_fini(&out);
    }
}

static void run_case(const bench *b, const wm_case *c, counts *sum)
{
    wm_case_run run;
    sum->cases++;
    wm_case_run_init(&run, c, b->directory);
    if (c->broken.len > 0) {
        wm_case_fail(&run, NULL, "expected \"key: value\", found \"%s\"", c->broken.ptr);
    }
    wm_case_make_query(&run);
    wm_case_ask(&run);
    wm_case_expect(&run);
    wm_case_always(&run);
    judge(b, &run, sum);
    wm_case_run_fini(&run);
}

typedef void (*each_case)(const bench *b, const wm_case *c, void *context);

static void for_each_case(const bench *b, each_case each, void *context)
{
    for (size_t i = 0; i < b->file_count; i++) {
        wm_case_file file;
        wm_case c;
        wm_case_file_open(&file, FOLDER, b->files[i]);
        while (wm_case_next(&file, &c)) {
            each(b, &c, context);
        }
        wm_case_file_close(&file);
    }
}

static void run_one(const bench *b, const wm_case *c, void *context)
{
    if (wm_case_value(c, "exempt") == NULL && is_wanted(b, c)) {
        run_case(b, c, context);
    }
}

static void every_case_holds(void **state)
{
    bench *b = *state;
    counts sum = { 0, 0, 0, 0 };
    for_each_case(b, run_one, &sum);
    print_message("%zu cases in %zu files: %zu failed, %zu waiting, %zu marked waiting and hold\n",
                  sum.cases, b->file_count, sum.failed, sum.waiting, sum.arrived);
    assert_int_equal(sum.failed, 0);
    assert_true(b->words != NULL || sum.cases >= CASES_MIN);
}

/* ---- every rule fires, does not fire, and waits ---- */

typedef struct rule_search {
    wm_str rule;
    const char *key;
    bool found;
} rule_search;

static void look_for_rule(const bench *b, const wm_case *c, void *context)
{
    rule_search *search = context;
    (void)b;
    for (size_t i = 0; i < c->count && !search->found; i++) {
        const char *list = c->lines[i].value;
        /* "exempt: SAFE-09 waits, because ..." */
        char exempt[120];
        (void)snprintf(exempt, sizeof exempt, "%.*s %s, because ", WM_STR_ARG(search->rule),
                       search->key);
        if (strcmp(c->lines[i].key, "exempt") == 0) {
            search->found = strncmp(list, exempt, strlen(exempt)) == 0;
        } else if (strncmp(c->lines[i].key, "rule ", 5) == 0 &&
                   strcmp(c->lines[i].key + 5, search->key) == 0) {
            for (wm_str one = wm_case_next_word(&list); one.len > 0 && !search->found;
                 one = wm_case_next_word(&list)) {
                search->found = wm_str_equal(one, search->rule);
            }
        }
    }
}

static void every_rule_has_its_cases(void **state)
{
    static const char *const keys[] = { "fired", "not fired", "waits" };
    bench *b = *state;
    size_t lacking = 0;
    for (size_t r = 0; r < b->directory->record_count; r++) {
        const wm_record *record = &b->directory->records[r];
        for (size_t k = 0; k < 3 && record->kind == WM_KIND_RULE; k++) {
            rule_search search = { record->id, keys[k], false };
            for_each_case(b, look_for_rule, &search);
            if (!search.found) {
                (void)printf("no case in which the rule %.*s %s, and no exemption\n",
                             WM_STR_ARG(record->id), keys[k]);
                lacking++;
            }
        }
    }
    assert_int_equal(lacking, 0);
}

int main(int argc, char **argv)
{
    bench b = { .words = argc > 1 ? argv[1] : NULL };
    wm_arena_init(&b.arena, wm_env_system(), WM_MIB);
    b.files = wm_case_files(&b.arena, FOLDER, &b.file_count);
    b.directory = wm_real_directory_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(every_case_holds, &b),
        cmocka_unit_test_prestate(every_rule_has_its_cases, &b),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    wm_real_directory_free(b.directory);
    wm_arena_fini(&b.arena);
    return failed;
}

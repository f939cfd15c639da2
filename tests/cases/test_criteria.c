/* test_criteria.c: runs the .cases files of tests/cases/criteria (its README says how to write
 * them).
 *
 * One block is one case: a service's criteria and a person's facts in, verdict, missing set, near
 * miss, days, sentences, findings or the text of an error out. */
#include "fault.h"
#include "testing.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include <waymark/sys/criteria.h>

#define FIELDS_MAX 64

typedef struct field {
    char *name;
    char *value;
} field;

typedef struct block {
    field fields[FIELDS_MAX];
    size_t count;
    int line;
} block;

typedef struct bench {
    wm_arena arena;
    wm_symbols *symbols;
    wm_locality_tree *tree;
    wm_area_map *areas;
    wm_buf program;
    wm_buf actual;
    wm_criteria criteria;
    wm_facts *facts;
    wm_error err;
} bench;

#define ROW(code, name, parent)                                                                    \
    {                                                                                              \
        WM_STR_INIT(code), WM_STR_INIT(name), WM_STR_INIT("place"), WM_STR_INIT(parent)            \
    }

static const wm_locality_row rows[] = {
    ROW("england", "England", ""),       ROW("wales", "Wales", ""),
    ROW("bsw", "BSW", "england"),        ROW("banes", "Bath", "bsw"),
    ROW("swindon", "Swindon", "bsw"),    ROW("wiltshire", "Wiltshire", "bsw"),
    ROW("bsol", "BSOL", "england"),      ROW("birmingham", "Birmingham", "bsol"),
    ROW("solihull", "Solihull", "bsol"), ROW("east", "Birmingham East", "birmingham"),
};

/* ---- words of the tests -------------------------------------------------------------------- */

static wm_str look_up(const char *const table[][2], wm_str id)
{
    for (size_t i = 0; table[i][0] != NULL; i++) {
        if (wm_str_is(id, table[i][0])) {
            return wm_str_of(table[i][1]);
        }
    }
    return (wm_str){ NULL, 0 };
}

static wm_str flag_word(void *context, wm_str id)
{
    static const char *const table[][2] = {
        { "veteran", "who have served in the armed forces" },
        { "pregnant", "who are pregnant" },
        { NULL, NULL },
    };
    (void)context;
    return look_up(table, id);
}

static wm_str event_word(void *context, wm_str id)
{
    static const char *const table[][2] = {
        { "pregnancy_ended", "a birth or the end of a pregnancy" },
        { NULL, NULL },
    };
    (void)context;
    return look_up(table, id);
}

static wm_str lead_word(void *context, wm_str id)
{
    static const char *const table[][2] = { { "student_at", "who study at" }, { NULL, NULL } };
    (void)context;
    return look_up(table, id);
}

static wm_str reason_word(void *context, wm_str id)
{
    static const char *const table[][2] = {
        { "already_in_secondary_care", "Not while you are being seen elsewhere" },
        { NULL, NULL },
    };
    (void)context;
    return look_up(table, id);
}

/* What the words of one case come from. */
typedef struct telling {
    const bench *bench;
    const block *block;
} telling;

static wm_str locality_word(void *context, wm_str code)
{
    const telling *from = context;
    const wm_locality_tree *tree = from->bench->tree;
    wm_locality at = wm_locality_find(tree, code);
    return at != WM_LOCALITY_NONE ? wm_locality_name(tree, at) : (wm_str){ NULL, 0 };
}

/* "sensitive: a b" */
static bool is_sensitive(void *context, wm_str fact)
{
    const telling *from = context;
    for (size_t i = 0; i < from->block->count; i++) {
        const char *at = from->block->fields[i].value;
        bool names = strcmp(from->block->fields[i].name, "sensitive") == 0;
        for (size_t length = 0; names && *at != '\0'; at += length + strspn(at + length, " ")) {
            length = strcspn(at, " ");
            if (wm_str_equal(fact, (wm_str){ at, length })) {
                return true;
            }
        }
    }
    return false;
}

/* "sentence: people = Dla ludzi {who}" */
static wm_str sentence(void *context, wm_str id)
{
    const telling *from = context;
    wm_str prefix = WM_STR("sentence.");
    wm_str name = { id.ptr + prefix.len, id.len - prefix.len };
    assert_true(wm_str_starts(id, prefix));
    for (size_t i = 0; i < from->block->count; i++) {
        const field *f = &from->block->fields[i];
        const char *equals = strstr(f->value, " = ");
        if (strcmp(f->name, "sentence") == 0 && equals != NULL &&
            wm_str_equal(name, (wm_str){ f->value, (size_t)(equals - f->value) })) {
            return wm_str_of(equals + 3);
        }
    }
    return (wm_str){ NULL, 0 };
}

/* ---- reading a file ------------------------------------------------------------------------ */

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t capacity = 1 << 20;
    char *text = malloc(capacity);
    assert_non_null(text);
    size_t length = fread(text, 1, capacity - 1, file);
    fclose(file);
    text[length] = '\0';
    return text;
}

/* Takes one line from `text`; NULL at the end. */
static char *next_line(char **text)
{
    char *line = *text;
    if (*line == '\0') {
        return NULL;
    }
    char *end = strchr(line, '\n');
    if (end != NULL) {
        *end = '\0';
        *text = end + 1;
    } else {
        *text = line + strlen(line);
    }
    return line;
}

static bool next_block(char **text, int *line_number, block *out)
{
    out->count = 0;
    for (char *line = next_line(text); line != NULL; line = next_line(text)) {
        ++*line_number;
        if (line[0] == '\0' && out->count > 0) {
            return true;
        }
        if (line[0] == '\0' || line[0] == '#') {
            continue;
        }
        if ((line[0] == ' ' || line[0] == '\t') && out->count > 0) {
            /* A line that begins with a space goes on with the value before it. */
            char *value = out->fields[out->count - 1].value;
            memmove(value + strlen(value), line, strlen(line) + 1);
            continue;
        }
        char *colon = strchr(line, ':');
        assert_non_null(colon);
        assert_true(out->count < FIELDS_MAX);
        if (out->count == 0) {
            out->line = *line_number;
        }
        *colon = '\0';
        char *value = colon + 1;
        while (*value == ' ') {
            value++;
        }
        out->fields[out->count++] = (field){ line, value };
    }
    return out->count > 0;
}

static const char *value_of(const block *b, const char *name, const char *fallback)
{
    for (size_t i = 0; i < b->count; i++) {
        if (strcmp(b->fields[i].name, name) == 0) {
            return b->fields[i].value;
        }
    }
    return fallback;
}

/* ---- one case ------------------------------------------------------------------------------ */

static const wm_json *parse(bench *t, const char *text)
{
    const wm_json *json = NULL;
    assert_ok(wm_json_parse(&t->arena, wm_str_of(text), WM_MIB, &json, &t->err), &t->err);
    return json;
}

static const wm_json *eligibility_of(bench *t, const block *b)
{
    const char *whole = value_of(b, "eligibility", NULL);
    if (whole != NULL) {
        return parse(t, whole);
    }
    char text[16384];
    const char *who = value_of(b, "who", NULL);
    const char *not_for = value_of(b, "not_for", NULL);
    (void)snprintf(text, sizeof text, "{%s%s%s%s%s}", who != NULL ? "\"who\":" : "",
                   who != NULL ? who : "", who != NULL && not_for != NULL ? "," : "",
                   not_for != NULL ? "\"not_for\":" : "", not_for != NULL ? not_for : "");
    return parse(t, text);
}

static void put_why(bench *t, const wm_evaluation *evaluation, const wm_verdict_result *result,
                    const wm_words *words)
{
    wm_buf text;
    wm_buf_init(&text, wm_env_system(), WM_MIB);
    wm_json_out json;
    wm_json_out_init(&json, &text);
    wm_json_out_array(&json);
    assert_ok(wm_criteria_why(&t->criteria, evaluation, result, words, 20, &json, &t->err),
              &t->err);
    wm_json_out_end_array(&json);
    const wm_json *list = parse(t, text.data);
    for (uint32_t i = 0; i < list->count; i++) {
        wm_buf_put_text(&t->actual, "why: ");
        wm_buf_put_str(&t->actual, list->as.items[i].as.string);
        wm_buf_put_char(&t->actual, '\n');
    }
    wm_buf_fini(&text);
}

/* The sentences that the case gives. */
static void put_sentences(bench *t, const wm_evaluation *evaluation,
                          const wm_verdict_result *result, const block *b)
{
    telling from = { t, b };
    wm_words words = { .flag = flag_word,
                       .event = event_word,
                       .lead = lead_word,
                       .reason = reason_word,
                       .locality = locality_word,
                       .sentence = sentence,
                       .is_sensitive = is_sensitive,
                       .context = &from,
                       .third_person = strcmp(value_of(b, "asks", "self"), "self") != 0 };
    if (value_of(b, "why", NULL) != NULL) {
        put_why(t, evaluation, result, &words);
    }
    if (value_of(b, "for_ages", NULL) != NULL) {
        wm_buf_put_text(&t->actual, "for_ages: ");
        assert_ok(wm_criteria_for_ages(&t->criteria, evaluation, &words, &t->actual, &t->err),
                  &t->err);
        wm_buf_put_char(&t->actual, '\n');
    }
}

/* "key: a b c", sorted by key, only keys that say something: what a case is compared with. */
static void put_result(bench *t, const wm_evaluation *evaluation, const wm_verdict_result *result,
                       const block *b)
{
    wm_buf *out = &t->actual;
    char date[WM_DATE_TEXT_BYTES];
    wm_buf_printf(out, "verdict: %s\n", wm_verdict_name(result->verdict));
    if (result->missing_count > 0) {
        wm_buf_put_text(out, "missing:");
        for (uint16_t i = 0; i < result->missing_count; i++) {
            wm_buf_put_char(out, ' ');
            wm_buf_put_str(out, wm_symbols_text(t->symbols, result->missing[i]));
        }
        wm_buf_put_char(out, '\n');
    }
    wm_buf_put_text(out, result->near_miss ? "near_miss: yes\n" : "");
    if (result->starts_on != WM_DATE_NONE) {
        wm_buf_printf(out, "starts_on: %s\n", wm_date_format(result->starts_on, date));
    }
    if (result->ends_on != WM_DATE_NONE) {
        wm_buf_printf(out, "ends_on: %s\n", wm_date_format(result->ends_on, date));
    }
    wm_buf_put_text(out, result->soft_unknown && result->verdict == WM_VERDICT_ELIGIBLE
                             ? "note: soft_unknown\n"
                             : "");
    put_sentences(t, evaluation, result, b);
}

static wm_status put_finding(void *context, const wm_finding *finding)
{
    bench *t = context;
    wm_buf_printf(&t->actual, "finding: %s %s %s\n", finding->is_error ? "error" : "warning",
                  finding->code, finding->path);
    assert_true(finding->text[0] != '\0' && finding->remedy[0] != '\0');
    return WM_OK;
}

static void run_validation(bench *t, const block *b)
{
    wm_validation validation = { .env = wm_env_system(),
                                 .tree = t->tree,
                                 .kind = WM_KIND_SERVICE,
                                 .id = WM_STR("a-service"),
                                 .path = "eligibility" };
    wm_finding_sink sink = { put_finding, t };
    assert_ok(wm_criteria_validate(eligibility_of(t, b), &validation, &sink, &t->err), &t->err);
    if (t->actual.len == 0) {
        wm_buf_put_text(&t->actual, "finding: none\n");
    }
}

static wm_status run_evaluation(bench *t, const block *b)
{
    wm_criteria_context context = { .symbols = t->symbols };
    wm_status status = wm_criteria_compile(eligibility_of(t, b), &context, &t->program, &t->err);
    if (status != WM_OK) {
        return status;
    }
    assert_ok(wm_criteria_load(t->program.data, t->program.len, &t->criteria, &t->err), &t->err);
    assert_ok(wm_area_map_new(wm_env_system(), t->symbols, t->tree, &t->areas, &t->err), &t->err);
    wm_date as_of = 0;
    assert_true(wm_date_parse(wm_str_of(value_of(b, "as_of", "2026-01-15")), &as_of));
    wm_facts_context facts_context = { t->symbols, t->areas, NULL, as_of };
    status = wm_facts_parse(&t->arena, parse(t, value_of(b, "facts", "{}")), &facts_context,
                            &t->facts, &t->err);
    if (status == WM_OK) {
        wm_evaluation evaluation = { t->symbols, t->areas, t->facts, NULL, NULL };
        wm_verdict_result result;
        wm_criteria_evaluate(&t->criteria, &evaluation, &result);
        put_result(t, &evaluation, &result, b);
    }
    return status;
}

static void put_expected(const block *b, wm_buf *out)
{
    static const char *const names[] = { "verdict",  "missing", "near_miss", "starts_on",
                                         "ends_on",  "note",    "why",       "if",
                                         "for_ages", "finding", "error" };
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        for (size_t i = 0; i < b->count; i++) {
            if (strcmp(b->fields[i].name, names[n]) == 0) {
                wm_buf_printf(out, "%s: %s\n", names[n], b->fields[i].value);
            }
        }
    }
}

static void bench_start(bench *t)
{
    memset(t, 0, sizeof *t);
    wm_arena_init(&t->arena, wm_env_system(), 64 * WM_MIB);
    wm_buf_init(&t->program, wm_env_system(), WM_MIB);
    wm_buf_init(&t->actual, wm_env_system(), WM_MIB);
    assert_ok(wm_locality_tree_new(wm_env_system(), rows, sizeof rows / sizeof rows[0], &t->tree,
                                   &t->err),
              &t->err);
    assert_ok(wm_symbols_new(wm_env_system(), &t->symbols, &t->err), &t->err);
    assert_ok(wm_criteria_prepare_symbols(t->symbols, &t->err), &t->err);
}

static void bench_stop(bench *t)
{
    wm_area_map_free(t->areas);
    wm_symbols_free(t->symbols);
    wm_locality_tree_free(t->tree);
    wm_buf_fini(&t->program);
    wm_buf_fini(&t->actual);
    wm_arena_fini(&t->arena);
}

/* True if the case holds. */
static bool run_case(const char *path, const block *b)
{
    bench t;
    bench_start(&t);
    if (value_of(b, "finding", NULL) != NULL) {
        run_validation(&t, b);
    } else {
        wm_status status = run_evaluation(&t, b);
        if (status != WM_OK) {
            wm_buf_printf(&t.actual, "error: %s\n", t.err.text);
        }
    }
    wm_buf expected;
    wm_buf_init(&expected, wm_env_system(), WM_MIB);
    put_expected(b, &expected);
    bool same =
        expected.data != NULL && t.actual.data != NULL && strcmp(expected.data, t.actual.data) == 0;
    if (!same) {
        print_error("%s:%d: %s\n--- expected\n%s--- found\n%s", path, b->line,
                    value_of(b, "case", "?"), expected.data != NULL ? expected.data : "",
                    t.actual.data != NULL ? t.actual.data : "");
    }
    wm_buf_fini(&expected);
    bench_stop(&t);
    return same;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void every_case_holds(void **state)
{
    (void)state;
    const char *folder = WAYMARK_TEST_DIR "/cases/criteria";
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    char *names[64];
    size_t name_count = 0;
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        size_t length = strlen(entry->d_name);
        if (length > 6 && strcmp(entry->d_name + length - 6, ".cases") == 0) {
            assert_true(name_count < 64);
            names[name_count] = malloc(length + 1);
            assert_non_null(names[name_count]);
            memcpy(names[name_count++], entry->d_name, length + 1);
        }
    }
    closedir(entries);
    qsort(names, name_count, sizeof names[0], by_name);
    size_t cases = 0;
    size_t failed = 0;
    for (size_t i = 0; i < name_count; i++) {
        char path[1024];
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        char *text = read_file(path);
        char *rest = text;
        int line_number = 0;
        block b;
        while (next_block(&rest, &line_number, &b)) {
            cases++;
            failed += !run_case(names[i], &b);
        }
        free(text);
        free(names[i]);
    }
    print_message("%zu cases in %zu files, %zu failed\n", cases, name_count, failed);
    assert_int_equal(failed, 0);
    assert_true(cases >= 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_case_holds) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

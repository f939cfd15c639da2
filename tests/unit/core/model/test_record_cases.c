/* test_record_cases.c: plays tests/cases/records/<name>.cases; cases/records/README.md has the
 * form. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "testing.h"

#include <waymark/sys/record.h>

#define FINDINGS_MAX 32

/* A sound record of each kind, on which the cases change something. */
static const char *const sound[WM_KIND_COUNT] = {
    [WM_KIND_DIRECTORY] = "{'id':'d','title':'T','publisher':'P','languages':['en'],"
                          "'editions':['professional','public']}",
    [WM_KIND_EXERCISE] = "{'id':'e','title':'T','steps':[{'text':'one'}]}",
    [WM_KIND_FACT] = "{'id':'f','type':'flag','question':{'en':'Is it so?'}}",
    [WM_KIND_LOCALITY] = "{'id':'l','name':'L','kind':'place','parent':'england'}",
    [WM_KIND_NEED] = "{'id':'n','label':'Need'}",
    [WM_KIND_ORGANIZATION] = "{'id':'o','name':'O'}",
    [WM_KIND_PLACE] = "{'id':'p','kind':'town','name':'P','shares':[{'code':'l','share':1000}]}",
    [WM_KIND_RULE] = "{'id':'r','phase':'add','priority':50,'scope':'query','when':{'is':'f'},"
                     "'do':[{'verb':'gap'}],'why':{'en':'Because.'}}",
    [WM_KIND_SERVICE] = "{'id':'s','name':'S','organization':'o','kind':'other','status':'active',"
                        "'needs':['n'],'areas':['l'],'eligibility':{}}",
    [WM_KIND_SITE] = "{'id':'h','name':'H'}",
    [WM_KIND_TEXT] = "{'id':'word.x','text':{'en':'X'}}",
};

typedef struct seen {
    char lines[FINDINGS_MAX][900]; /* "error code at path: text" */
    bool matched[FINDINGS_MAX];
    size_t count;
} seen;

static wm_status keep(void *context, const wm_finding *finding)
{
    seen *all = context;
    assert_true(finding->text[0] != '\0' && finding->remedy[0] != '\0');
    assert_true(all->count < FINDINGS_MAX);
    (void)snprintf(all->lines[all->count++], sizeof all->lines[0], "%s %s at %s: %s",
                   finding->is_error ? "error" : "warning", finding->code, finding->path,
                   finding->text);
    return WM_OK;
}

/* `base` with the members of `change` put over it; null takes one away. */
static const wm_json *merge(wm_arena *arena, const wm_json *base, const wm_json *change)
{
    wm_json_member *members =
        wm_arena_array(arena, base->count + change->count, sizeof(wm_json_member));
    wm_json *merged = wm_arena_alloc(arena, sizeof *merged);
    assert_non_null(members);
    assert_non_null(merged);
    uint32_t count = 0;
    uint32_t b = 0;
    uint32_t c = 0;
    while (b < base->count || c < change->count) {
        int order = b == base->count ? 1
                    : c == change->count
                        ? -1
                        : wm_str_compare(base->as.members[b].name, change->as.members[c].name);
        if (order < 0) {
            members[count++] = base->as.members[b++];
            continue;
        }
        b += order == 0 ? 1 : 0;
        if (change->as.members[c].value.type != WM_JSON_NULL) {
            members[count++] = change->as.members[c];
        }
        c++;
    }
    *merged = (wm_json){ .type = WM_JSON_OBJECT, .count = count, .as.members = members };
    return merged;
}

/* One case: the line that says which record, and what is expected of it. */
typedef struct one_case {
    char title[200];
    char record[8192];
    char expected[FINDINGS_MAX][512];
    size_t expected_count;
} one_case;

static const wm_json *read_record(wm_arena *arena, const char *line, wm_kind *kind_out)
{
    size_t kind_len = strcspn(line, " ");
    assert_true(wm_kind_parse((wm_str){ line, kind_len }, kind_out));
    const char *rest = line + kind_len + 1;
    assert_true(rest[0] == '+' || rest[0] == '=');
    const wm_json *given = NULL;
    wm_error err = { 0 };
    assert_ok(wm_json_parse(arena, wm_str_of(rest + 2), WM_RECORD_BYTES_MAX, &given, &err), &err);
    return rest[0] == '=' ? given : merge(arena, wm_test_json(arena, sound[*kind_out]), given);
}

/* "error code at path: part of the text" stands in "error code at path: the whole text". */
static bool fits(const char *line, const char *expected)
{
    const char *part = strstr(expected, ": ");
    if (part == NULL) {
        return strncmp(line, expected, strlen(expected)) == 0 && line[strlen(expected)] == ':';
    }
    size_t head = (size_t)(part - expected) + 2;
    return strncmp(line, expected, head) == 0 && strstr(line + head, part + 2) != NULL;
}

static bool play(const char *file, const one_case *the)
{
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    wm_kind kind = WM_KIND_SERVICE;
    const wm_json *record = read_record(&arena, the->record, &kind);
    wm_str id = wm_json_string(wm_json_get(wm_test_json(&arena, sound[kind]), "id"));
    static seen all;
    memset(&all, 0, sizeof all);
    wm_finding_sink sink = { keep, &all };
    wm_error err = { 0 };
    assert_ok(wm_record_check(kind, id, record, &sink, &err), &err);
    bool is_right = all.count == the->expected_count;
    for (size_t e = 0; e < the->expected_count; e++) {
        bool found = false;
        for (size_t i = 0; i < all.count && !found; i++) {
            found = !all.matched[i] && fits(all.lines[i], the->expected[e]);
            all.matched[i] = all.matched[i] || found;
        }
        is_right = is_right && found;
    }
    if (!is_right) {
        print_error("%s: %s\n  %s\n", file, the->title, the->record);
        for (size_t e = 0; e < the->expected_count; e++) {
            print_error("  expected %s\n", the->expected[e]);
        }
        for (size_t i = 0; i < all.count; i++) {
            print_error("  found    %s\n", all.lines[i]);
        }
    }
    wm_arena_fini(&arena);
    return is_right;
}

static void finish(const char *file, one_case *the, size_t *cases, size_t *wrong)
{
    if (the->record[0] != '\0') {
        *wrong += play(file, the) ? 0 : 1;
        (*cases)++;
    }
    memset(the, 0, sizeof *the);
}

static void play_file(const char *path, size_t *cases, size_t *wrong)
{
    static one_case the;
    char line[8192];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    memset(&the, 0, sizeof the);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#') {
            continue;
        }
        if (line[0] == '\0') {
            finish(path, &the, cases, wrong);
        } else if (line[0] == ' ') {
            const char *expected = line + strspn(line, " ");
            if (strcmp(expected, "sound") != 0) {
                assert_true(the.expected_count < FINDINGS_MAX);
                (void)snprintf(the.expected[the.expected_count++], sizeof the.expected[0], "%.500s",
                               expected);
            }
        } else if (the.title[0] == '\0') {
            (void)snprintf(the.title, sizeof the.title, "%.190s", line);
        } else {
            (void)snprintf(the.record, sizeof the.record, "%s", line);
        }
    }
    finish(path, &the, cases, wrong);
    (void)fclose(file);
}

static void every_case_gives_exactly_its_findings(void **state)
{
    (void)state;
    glob_t found = { 0 };
    size_t cases = 0;
    size_t wrong = 0;
    assert_int_equal(glob(WAYMARK_TEST_DIR "/cases/records/*.cases", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        play_file(found.gl_pathv[i], &cases, &wrong);
    }
    globfree(&found);
    print_message("%zu cases\n", cases);
    assert_true(cases > 0);
    assert_int_equal(wrong, 0);
}

static wm_status stop(void *context, const wm_finding *finding)
{
    (void)finding;
    (*(int *)context)++;
    return WM_IO;
}

static void what_the_sink_says_stops_the_check(void **state)
{
    (void)state;
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    int calls = 0;
    wm_finding_sink sink = { stop, &calls };
    const wm_json *record = wm_test_json(&arena, "{'a':1,'b':2,'c':3}");
    assert_int_equal(wm_record_check(WM_KIND_SERVICE, WM_STR("s"), record, &sink, NULL), WM_IO);
    assert_int_equal(calls, 1);
    wm_arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_gives_exactly_its_findings),
        cmocka_unit_test(what_the_sink_says_stops_the_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

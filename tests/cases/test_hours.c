/* test_hours.c: plays tests/cases/hours/<name>.cases; cases/hours/README.md has the form. */
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "model/hours.h"
#include "testing.h"

#define CASES_LEAST 80

typedef struct playing {
    const char *file;
    char title[200];
    bool has_hours;
    wm_arena arena;
    wm_buf bytes;
    size_t moments;
    size_t wrong;
} playing;

/* As the cases say it. */
static void tell(const wm_opening *opening, char text[100])
{
    char moment[WM_MOMENT_TEXT_BYTES];
    size_t at = 0;
    if (!opening->known || opening->always) {
        (void)snprintf(text, 100, "%s", opening->known ? "always open" : "not known");
        return;
    }
    at += (size_t)snprintf(text, 100, "%s", opening->now ? "open" : "closed");
    if (opening->has_until || opening->has_next) {
        wm_moment change = opening->now ? opening->until : opening->next;
        at += (size_t)snprintf(text + at, 100 - at, " until %s", wm_moment_format(change, moment));
    }
    if (opening->has_maybe) {
        (void)snprintf(text + at, 100 - at, ", perhaps %s",
                       wm_moment_format(opening->maybe, moment));
    }
}

static void compile(playing *p, const char *line)
{
    wm_error err = { 0 };
    const wm_json *hours = NULL;
    wm_arena_reset(&p->arena);
    wm_buf_reset(&p->bytes);
    wm_status status = wm_json_parse(&p->arena, wm_str_of(line), WM_MIB, &hours, &err);
    wm_error_context(&err, "%s: %s", p->file, p->title);
    assert_ok(status, &err);
    assert_ok(wm_hours_encode(hours, &p->bytes, &err), &err);
    p->has_hours = true;
}

/* "2026-03-02T10:00  open until 2026-03-02T17:00" */
static void play(playing *p, const char *line)
{
    wm_error err = { 0 };
    wm_moment now;
    wm_opening opening;
    char text[100];
    size_t length = strcspn(line, " ");
    const char *expected = line + length + strspn(line + length, " ");
    if (!p->has_hours || !wm_moment_parse((wm_str){ line, length }, &now)) {
        fail_msg("%s: %s: expected hours, then moments, found %s", p->file, p->title, line);
    }
    assert_ok(wm_hours_at(wm_buf_str(&p->bytes), now, &opening, &err), &err);
    tell(&opening, text);
    p->moments++;
    if (strcmp(text, expected) != 0) {
        print_error("%s: %s\n  %.*s\n    expected %s\n    found    %s\n", p->file, p->title,
                    (int)length, line, expected, text);
        p->wrong++;
    }
}

static void play_file(playing *p, const char *path)
{
    char line[8192];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    p->file = strrchr(path, '/') + 1;
    p->title[0] = '\0';
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '\0') {
            p->title[0] = '\0';
            p->has_hours = false;
        } else if (line[0] == ' ') {
            play(p, line + strspn(line, " "));
        } else if (line[0] == '{') {
            compile(p, line);
        } else if (line[0] != '#') {
            (void)snprintf(p->title, sizeof p->title, "%.190s", line);
        }
    }
    (void)fclose(file);
}

static void every_moment_is_told_as_its_case_says(void **state)
{
    (void)state;
    glob_t found = { 0 };
    playing p = { .file = "" };
    wm_arena_init(&p.arena, wm_env_system(), WM_MIB);
    wm_buf_init(&p.bytes, wm_env_system(), WM_MIB);
    assert_int_equal(glob(WAYMARK_TEST_DIR "/cases/hours/*.cases", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        play_file(&p, found.gl_pathv[i]);
    }
    globfree(&found);
    wm_buf_fini(&p.bytes);
    wm_arena_fini(&p.arena);
    print_message("%zu moments\n", p.moments);
    assert_true(p.moments >= CASES_LEAST);
    assert_int_equal(p.wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_moment_is_told_as_its_case_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_packs.c: packs made once are read for ever, and bad ones are refused with the same words.
 *
 * tests/golden/packs/good.txt and bad.txt list them. bad-*.pack were made by hand, with right
 * checks wherever the damage is meant to lie deeper. */
#include <stdio.h>

#include "pack_state.h"
#include "testing.h"

static const wm_pack_limits limits = { 1 << 24, (uint64_t)1 << 32 };

static void path_of(char path_out[1024], const char *name)
{
    (void)snprintf(path_out, 1024, "%s/golden/packs/%s", WAYMARK_TEST_DIR, name);
}

static void load(pack_state *state, const char *name)
{
    char path[1024];
    path_of(path, name);
    if (strcmp(name, "-") != 0) {
        assert_true(pack_state_load(state, path));
    }
}

/* Reads a pack from an exact copy, so that a sanitizer sees one byte too many. */
static wm_status read_pack(const char *name, pack_state *state, wm_error *err)
{
    char path[1024];
    wm_buf bytes;
    path_of(path, name);
    wm_buf_init(&bytes, wm_env_system(), 1 << 24);
    assert_true(pack_state_read_file(path, &bytes));
    char *copy = test_malloc(bytes.len + 1);
    memcpy(copy, bytes.data, bytes.len);
    wm_status status =
        pack_state_read(wm_env_system(), (wm_str){ copy, bytes.len }, &limits, state, err);
    test_free(copy);
    wm_buf_fini(&bytes);
    return status;
}

/* Calls `check` with the parts of each line of a list, cut at " | ". */
static void each_line(const char *list, size_t part_count, void (*check)(char *const *parts))
{
    char path[1024];
    char line[1024];
    size_t lines = 0;
    path_of(path, list);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        char *parts[3] = { line, NULL, NULL };
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#') {
            continue;
        }
        for (size_t i = 1; i < part_count; i++) {
            char *bar = strstr(parts[i - 1], " | ");
            assert_non_null(bar);
            *bar = '\0';
            parts[i] = bar + 3;
        }
        check(parts);
        lines++;
    }
    assert_int_equal(fclose(file), 0);
    assert_true(lines > 0);
}

static void check_good(char *const *parts)
{
    pack_state state = { 0 };
    pack_state expected = { 0 };
    wm_error err = { 0 };
    load(&state, parts[1]);
    load(&expected, parts[2]);
    assert_ok(read_pack(parts[0], &state, &err), &err);
    pack_state_assert_same(&expected, &state);
    pack_state_fini(&state);
    pack_state_fini(&expected);
}

static void check_bad(char *const *parts)
{
    pack_state state = { 0 };
    wm_error err = { 0 };
    wm_status status = read_pack(parts[0], &state, &err);
    if (status == WM_OK || strcmp(err.text, parts[1]) != 0) {
        fail_msg("%s: expected \"%s\", found \"%s\"", parts[0], parts[1], err.text);
    }
    pack_state_fini(&state);
}

static void good_packs_give_the_records_that_they_always_gave(void **context)
{
    (void)context;
    each_line("good.txt", 3, check_good);
}

static void bad_packs_are_refused_with_their_words(void **context)
{
    (void)context;
    each_line("bad.txt", 2, check_bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_packs_give_the_records_that_they_always_gave),
        cmocka_unit_test(bad_packs_are_refused_with_their_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

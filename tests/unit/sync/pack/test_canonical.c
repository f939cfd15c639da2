/* test_canonical.c: canonical bytes are told from others as by writing the value. */
#include <stdio.h>

#include "pack/canonical.h"
#include "testing.h"

static bool is_canonical(wm_str bytes, bool *written_same_out)
{
    wm_arena arena;
    wm_buf scratch;
    const wm_json *value = NULL;
    wm_error err = { 0 };
    bool canonical = false;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    wm_buf_init(&scratch, wm_env_system(), WM_MIB);
    assert_ok(wm_json_parse(&arena, bytes, WM_MIB, &value, &err), &err);
    wm_json_write(&scratch, value);
    *written_same_out = wm_str_equal(wm_buf_str(&scratch), bytes);
    assert_ok(pack_is_canonical(value, bytes, &scratch, &canonical, &err), &err);
    wm_buf_fini(&scratch);
    wm_arena_fini(&arena);
    return canonical;
}

static void every_text_is_judged_as_if_it_were_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool canonical;
    } cases[] = {
        { "{}", true },
        { "[]", true },
        { "null", true },
        { "true", true },
        { "[false,-5,0,9007199254740991,\"\"]", true },
        { "{\"a\":{\"b\":[[],{}]},\"b\":\"\xc3\xa9 \xf0\x9f\x98\x80\x7f\"}", true },
        { "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\"", true },
        { "\"\\\\\\\\\"", true },
        { "\"\\\\\\\"\"", true },
        { "{\"\\\"\":1}", true },
        { " {}", false },
        { "{} ", false },
        { "[1, 2]", false },
        { "{\"a\": 1}", false },
        { "{\"b\":1,\"a\":2}", false },
        { "\"\\/\"", false },
        { "\"\\u0041\"", false },
        { "\"\\u000a\"", false },
        { "\"\\u001F\"", false },
        { "\"a\\u0022\"", false },
        { "{\"\\u0061\":1}", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool written_same = false;
        assert_int_equal(is_canonical(wm_str_of(cases[i].text), &written_same), cases[i].canonical);
        assert_int_equal(written_same, cases[i].canonical);
    }
}

/* All texts of a few of those bytes that escapes are made of. */
static void short_texts_of_all_kinds_are_judged_so(void **state)
{
    (void)state;
    static const char *const parts[] = { "\\\\", "\\\"", "\\n", "\\u000a", "n", "a", "\\/", "" };
    const size_t count = sizeof parts / sizeof parts[0];
    for (size_t i = 0; i < count * count * count * count; i++) {
        char text[40];
        bool written_same = false;
        (void)snprintf(text, sizeof text, "[\"%s%s%s%s\"]", parts[i % count],
                       parts[i / count % count], parts[i / count / count % count],
                       parts[i / count / count / count]);
        bool canonical = is_canonical(wm_str_of(text), &written_same);
        assert_int_equal(canonical, written_same);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_is_judged_as_if_it_were_written),
        cmocka_unit_test(short_texts_of_all_kinds_are_judged_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_repeat.c: what is written again is copied. */
#include <stdio.h>

#include "testing.h"
#include "json/repeat.h"

typedef struct scene {
    wm_arena arena;
    wm_buf buf;
    wm_json_out out;
    wm_repeats repeats;
} scene;

static scene the_scene;

static int set_up(void **state)
{
    scene *s = &the_scene;
    wm_arena_init(&s->arena, wm_env_system(), WM_MIB);
    wm_buf_init(&s->buf, wm_env_system(), WM_MIB);
    wm_json_out_init(&s->out, &s->buf);
    assert_ok(wm_repeats_init(&s->repeats, &s->buf, &s->arena, NULL), NULL);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    wm_buf_fini(&s->buf);
    wm_arena_fini(&s->arena);
    return 0;
}

/* Writes an item, by its key. False: it was copied. */
static bool put(scene *s, wm_str key, const char *text)
{
    size_t start = 0;
    size_t length = 0;
    if (wm_repeat_find(&s->repeats, &s->buf, key, &start, &length)) {
        wm_repeat_put(&s->out, start, length);
        return false;
    }
    start = s->buf.len;
    wm_json_out_text(&s->out, text);
    start += s->buf.data[start] == ',' ? 1 : 0;
    wm_repeat_keep(&s->repeats, &s->buf, key, start);
    return true;
}

static void an_item_is_made_once_and_copied_then(void **state)
{
    scene *s = *state;
    wm_json_out_array(&s->out);
    assert_true(put(s, WM_STR("a"), "first"));
    assert_true(put(s, WM_STR("b"), "sec\"ond"));
    assert_false(put(s, WM_STR("b"), "not this"));
    assert_false(put(s, WM_STR("a"), "not this"));
    wm_json_out_end_array(&s->out);
    assert_string_equal(s->buf.data, "[\"first\",\"sec\\\"ond\",\"sec\\\"ond\",\"first\"]");
}

static void a_copy_stands_though_the_buffer_moves(void **state)
{
    scene *s = *state;
    wm_json_out_array(&s->out);
    assert_true(put(s, WM_STR("a"), "a sentence of some length, so that it has to move"));
    for (int i = 0; i < 2000; i++) {
        assert_false(put(s, WM_STR("a"), ""));
    }
    wm_json_out_end_array(&s->out);
    const wm_json *value = NULL;
    assert_ok(wm_json_parse(&s->arena, wm_buf_str(&s->buf), WM_MIB, &value, NULL), NULL);
    assert_int_equal(value->count, 2001);
    assert_true(wm_json_equal(&value->as.items[0], &value->as.items[2000]));
}

static void what_does_not_fit_is_made_each_time(void **state)
{
    scene *s = *state;
    char long_key[WM_REPEAT_KEY_BYTES_MAX + 1] = "k";
    wm_str key = { long_key, sizeof long_key };
    wm_json_out_array(&s->out);
    assert_true(put(s, key, "x"));
    assert_true(put(s, key, "x"));
    assert_true(put(s, WM_STR(""), "x"));
    assert_true(put(s, WM_STR(""), "x"));
    for (unsigned i = 0; i < 2 * WM_REPEAT_SLOTS; i++) {
        char number[16];
        (void)snprintf(number, sizeof number, "%u", i);
        assert_true(put(s, wm_str_of(number), number));
    }
    assert_true(s->repeats.count < WM_REPEAT_SLOTS);
    assert_false(put(s, WM_STR("0"), ""));
    assert_true(put(s, WM_STR("511"), "511"));
}

static void another_buffer_has_nothing(void **state)
{
    scene *s = *state;
    wm_buf other;
    size_t start = 0;
    size_t length = 0;
    wm_json_out_array(&s->out);
    assert_true(put(s, WM_STR("a"), "first"));
    wm_buf_init(&other, wm_env_system(), WM_MIB);
    assert_false(wm_repeat_find(&s->repeats, &other, WM_STR("a"), &start, &length));
    assert_false(wm_repeat_find(NULL, &s->buf, WM_STR("a"), &start, &length));
    wm_buf_fini(&other);
}

static void members_that_are_json_already_have_their_commas(void **state)
{
    scene *s = *state;
    wm_json_out_object(&s->out);
    wm_json_out_plain_member(&s->out, WM_STR("\"a\":"), WM_STR("x"));
    wm_json_out_plain_member(&s->out, WM_STR("\"b\":"), WM_STR(""));
    wm_json_out_raw_member(&s->out, WM_STR("\"c\":"), WM_STR("[1]"));
    wm_json_out_raw(&s->out, WM_STR("\"d\":true"));
    wm_json_out_array_member(&s->out, WM_STR("\"e\":"));
    wm_json_out_raw(&s->out, WM_STR("2"));
    wm_json_out_raw(&s->out, WM_STR("3"));
    wm_json_out_end_array(&s->out);
    wm_json_out_string_member(&s->out, WM_STR("\"f\":"), WM_STR("plain, it is"));
    wm_json_out_string_member(&s->out, WM_STR("\"g\":"), WM_STR("a \"quote\""));
    wm_json_out_end_object(&s->out);
    assert_string_equal(s->buf.data, "{\"a\":\"x\",\"b\":\"\",\"c\":[1],\"d\":true,\"e\":[2,3],"
                                     "\"f\":\"plain, it is\",\"g\":\"a \\\"quote\\\"\"}");
}

/* Every byte at every place of a text of every small length. */
static void every_byte_that_needs_an_escape_has_one(void **state)
{
    scene *s = *state;
    for (size_t length = 1; length <= 20; length++) {
        for (size_t at = 0; at < length; at++) {
            for (int byte = 1; byte < 0x80; byte++) {
                char text[20];
                const wm_json *value = NULL;
                memset(text, '~', sizeof text);
                text[at] = (char)byte;
                wm_buf_reset(&s->buf);
                wm_arena_reset(&s->arena);
                wm_json_write_string(&s->buf, (wm_str){ text, length });
                assert_ok(wm_json_parse(&s->arena, wm_buf_str(&s->buf), WM_MIB, &value, NULL),
                          NULL);
                assert_true(wm_str_equal(wm_json_string(value), (wm_str){ text, length }));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_item_is_made_once_and_copied_then, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_stands_though_the_buffer_moves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_does_not_fit_is_made_each_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_buffer_has_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(members_that_are_json_already_have_their_commas, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(every_byte_that_needs_an_escape_has_one, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

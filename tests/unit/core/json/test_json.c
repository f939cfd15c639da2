/* test_json.c: the strict reader, the canonical form and the streaming writer. */
#include "fault.h"
#include "testing.h"

static void refuses(const char *bytes, size_t length, const char *part)
{
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    const wm_json *value = NULL;
    wm_error err = { 0 };
    assert_int_not_equal(wm_json_parse(&arena, (wm_str){ bytes, length }, 1000, &value, &err),
                         WM_OK);
    assert_contains(err.text, part);
    assert_null(value);
    wm_arena_fini(&arena);
}

/* "[0,0,...]" in a text that may be `max_bytes` long. */
static wm_status parse_zeros(size_t count, size_t max_bytes, wm_error *err)
{
    wm_arena arena;
    wm_buf text;
    const wm_json *value = NULL;
    wm_arena_init(&arena, wm_env_system(), 16 * WM_MIB);
    wm_buf_init(&text, wm_env_system(), 16 * WM_MIB);
    for (size_t i = 0; i < count; i++) {
        wm_buf_put(&text, i == 0 ? "[0" : ",0", 2);
    }
    wm_buf_put(&text, "]", 1);
    wm_status status = wm_json_parse(&arena, wm_buf_str(&text), max_bytes, &value, err);
    wm_buf_fini(&text);
    wm_arena_fini(&arena);
    return status;
}

static void values_are_counted_before_one_is_made(void **state)
{
    (void)state;
    wm_error err = { 0 };
    assert_ok(parse_zeros(WM_JSON_NODES_MAX - 1, WM_MIB / 4, &err), &err);
    assert_int_equal(parse_zeros(WM_JSON_NODES_MAX, WM_MIB / 4, &err), WM_TOO_LARGE);
    assert_contains(err.text, "expected at most 65536 values, found 65537");
    /* metadata of 5 MB is not 250 MB of values */
    wm_error_clear(&err);
    assert_ok(parse_zeros(WM_JSON_NODES_MAX, WM_METADATA_TARGETS_BYTES_MAX, &err), &err);
    assert_int_equal(parse_zeros(2400000, WM_METADATA_TARGETS_BYTES_MAX, &err), WM_TOO_LARGE);
    assert_contains(err.text, "expected at most 625000 values");
}

static void canonical_is(const char *from, const char *to)
{
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    const wm_json *value = NULL;
    wm_error err = { 0 };
    assert_ok(wm_json_parse(&arena, wm_str_of(from), WM_MIB, &value, &err), &err);
    wm_buf out;
    wm_buf_init(&out, wm_env_system(), WM_MIB);
    wm_json_write(&out, value);
    assert_string_equal(wm_buf_str(&out).ptr, to);
    wm_buf_fini(&out);
    wm_arena_fini(&arena);
}

static void what_is_not_strict_json_is_refused_with_line_and_column(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *part;
    } cases[] = {
        { "", "line 1, column 1: expected a value, found the end" },
        { "{\"a\":1,\n \"a\":2}", "expected each name once, found \"a\" twice" },
        { "{\"a\":1} x", "line 1, column 9: expected nothing after the value, found 'x'" },
        { "{\n\"a\" 1}", "line 2, column 5: expected ':', found '1'" },
        { "[1,]", "expected a value, found ']'" },
        { "[1 2]", "expected ',' or ']', found '2'" },
        { "{\"a\":1,}", "expected a name in quotes, found '}'" },
        { "1.5", "expected an integer (no fraction, no exponent), found '.'" },
        { "1e3", "no exponent" },
        { "-0", "expected an integer without leading zeros" },
        { "007", "expected an integer without leading zeros" },
        { "9007199254740992", "expected an integer between" },
        { "99999999999999999999999999", "expected an integer between" },
        { "\"a\tb\"", "no control character in a string, found byte 0x09" },
        { "\"\\u0000\"", "no NUL in a string" },
        { "\"\\ud800\"", "the second half of a surrogate pair" },
        { "\"\\udc00\"", "no unpaired surrogate" },
        { "\"\\x\"", "after a backslash" },
        { "\"\xc3\x28\"", "expected UTF-8, found byte 0xc3" },
        { "\"\xed\xa0\x80\"", "expected UTF-8" },
        { "\xef\xbb\xbf{}", "expected a value, found byte 0xef" },
        { "nul", "expected a value" },
        { "'a'", "expected a value" },
        { "\"abc", "expected a closing quote, found the end" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        refuses(cases[i].text, strlen(cases[i].text), cases[i].part);
    }
    refuses("\"a\0b\"", 5, "no control character");
    refuses("1\0", 2, "nothing after the value, found byte 0x00");
}

static void depth_and_size_are_capped(void **state)
{
    (void)state;
    char deep[80];
    memset(deep, '[', sizeof deep);
    refuses(deep, sizeof deep, "deeper than 48");
    char nested[2 * WM_JSON_DEPTH_MAX + 1] = { 0 };
    memset(nested, '[', WM_JSON_DEPTH_MAX);
    memset(nested + WM_JSON_DEPTH_MAX, ']', WM_JSON_DEPTH_MAX);
    canonical_is(nested, nested);
    char *large = test_calloc(1, 1002);
    memset(large, ' ', 1001);
    refuses(large, 1001, "expected at most 1000 bytes, found 1001");
    test_free(large);
}

static void one_value_has_one_canonical_form(void **state)
{
    (void)state;
    canonical_is(" { \"b\" : [ 1 , -2 ] , \"a\" : null } ", "{\"a\":null,\"b\":[1,-2]}");
    canonical_is("{\"\xc3\xa9\":1,\"z\":2,\"Z\":3}", "{\"Z\":3,\"z\":2,\"\xc3\xa9\":1}");
    canonical_is("\"\\u00e9\\/\\n\\u001f\\u007f\\ud83d\\ude00\"",
                 "\"\xc3\xa9/\\n\\u001f\x7f\xf0\x9f\x98\x80\"");
    canonical_is("[9007199254740991,-9007199254740991,0]",
                 "[9007199254740991,-9007199254740991,0]");
    canonical_is("{}", "{}");
}

static void streamed_json_reads_back(void **state)
{
    (void)state;
    wm_buf buf;
    wm_buf_init(&buf, wm_env_system(), 1000);
    wm_json_out out;
    wm_json_out_init(&out, &buf);
    wm_json_out_object(&out);
    wm_json_out_member_text(&out, "a", "x\"y");
    wm_json_out_name(&out, "b");
    wm_json_out_array(&out);
    wm_json_out_integer(&out, -5);
    wm_json_out_object(&out);
    wm_json_out_end_object(&out);
    wm_json_out_boolean(&out, true);
    wm_json_out_null(&out);
    wm_json_out_end_array(&out);
    wm_json_out_member_integer(&out, "c", 7);
    wm_json_out_end_object(&out);
    assert_string_equal(wm_buf_str(&buf).ptr, "{\"a\":\"x\\\"y\",\"b\":[-5,{},true,null],\"c\":7}");
    wm_buf_fini(&buf);
}

static void parse_under_fault(const wm_env *env, wm_status *status_out)
{
    wm_arena arena;
    wm_arena_init(&arena, env, WM_MIB);
    const wm_json *value = NULL;
    wm_error err = { 0 };
    *status_out = wm_json_parse(&arena, WM_STR("{\"a\":[1,\"two\",{\"b\":null}],\"c\":\"d\"}"),
                                1000, &value, &err);
    if (*status_out == WM_OK) {
        wm_buf out;
        wm_buf_init(&out, env, 1000);
        wm_json_write(&out, value);
        *status_out = wm_buf_status(&out, &err);
        wm_buf_fini(&out);
    }
    wm_arena_fini(&arena);
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    wm_fault_env fault;
    wm_fault_env_init(&fault);
    wm_status status = WM_OK;
    FAULT_SWEEP(parse_under_fault(&fault.env, &status), {
        assert_int_equal(status, wm_fired_ ? WM_NO_MEMORY : WM_OK);
        assert_int_equal(wm_fault_live_blocks(), 0);
    });
}

int main(void)
{
    wm_fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_counted_before_one_is_made),
        cmocka_unit_test(what_is_not_strict_json_is_refused_with_line_and_column),
        cmocka_unit_test(depth_and_size_are_capped),
        cmocka_unit_test(one_value_has_one_canonical_form),
        cmocka_unit_test(streamed_json_reads_back),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

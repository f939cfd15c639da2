/* test_cursor.c: readers never go past their end, and numbers have one form. */
#include "bytes/cursor.h"
#include "testing.h"

static void what_is_put_is_read_back(void **state)
{
    (void)state;
    static const uint64_t numbers[] = { 0, 1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX };
    wm_buf out;
    wm_buf_init(&out, wm_env_system(), 1000);
    wm_put_u8(&out, 0xfe);
    wm_put_u32(&out, 0x12345678);
    wm_put_u64(&out, 0x123456789abcdef0);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        wm_put_varint(&out, numbers[i]);
    }
    wm_reader reader;
    wm_reader_init(&reader, wm_buf_str(&out));
    assert_int_equal(wm_reader_u8(&reader), 0xfe);
    assert_int_equal(wm_reader_u32(&reader), 0x12345678);
    assert_true(wm_reader_u64(&reader) == 0x123456789abcdef0);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_true(wm_reader_varint(&reader) == numbers[i]);
    }
    assert_int_equal(wm_reader_left(&reader), 0);
    assert_int_equal(wm_reader_status(&reader, NULL), WM_OK);
    wm_buf_fini(&out);
}

static void the_first_short_read_sticks(void **state)
{
    (void)state;
    wm_reader reader;
    wm_error err = { 0 };
    wm_reader_init(&reader, WM_STR("abc"));
    assert_int_equal(wm_reader_u8(&reader), 'a');
    assert_int_equal(wm_reader_u32(&reader), 0);
    assert_int_equal(wm_reader_u8(&reader), 0);
    assert_int_equal(wm_reader_bytes(&reader, 1).len, 0);
    assert_int_equal(wm_reader_left(&reader), 0);
    assert_int_equal(wm_reader_status(&reader, &err), WM_BAD_INPUT);
    assert_contains(err.text, "byte 1:");
    wm_reader_init(&reader, WM_STR("abc"));
    assert_int_equal(wm_reader_bytes(&reader, UINT64_MAX).len, 0);
    assert_true(reader.failed);
}

static void a_number_has_only_its_shortest_form(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
    } bad[] = {
        { "", 0 },
        { "\x80", 1 },
        { "\x80\x00", 2 },
        { "\xff\x80\x00", 3 },
        { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10 },
        { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11 },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        wm_reader reader;
        wm_reader_init(&reader, (wm_str){ bad[i].bytes, bad[i].length });
        (void)wm_reader_varint(&reader);
        assert_true(reader.failed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_is_read_back),
        cmocka_unit_test(the_first_short_read_sticks),
        cmocka_unit_test(a_number_has_only_its_shortest_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

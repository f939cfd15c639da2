/* test_base.c: errors, strings, arenas, buffers, digests. */
#include "testing.h"

#include <stdio.h>

#include <waymark/sys/digest.h>
#include <waymark/sys/names.h>

static void context_goes_in_front_and_erases_nothing(void **state)
{
    (void)state;
    wm_error err = { 0 };
    assert_int_equal(wm_fail(&err, WM_BAD_INPUT, "expected %d\nfound %s", 1, "x"), WM_BAD_INPUT);
    wm_error_context(&err, "services/%s.json", "a");
    assert_string_equal(err.text, "services/a.json: expected 1?found x");
    assert_int_equal(err.status, WM_BAD_INPUT);
    char long_text[2 * WM_ERROR_TEXT_MAX];
    memset(long_text, 'x', sizeof long_text);
    long_text[sizeof long_text - 1] = '\0';
    wm_error_context(&err, "%s", long_text);
    assert_string_equal(err.text, "services/a.json: expected 1?found x");
    assert_int_equal(wm_fail(NULL, WM_IO, "nobody listens"), WM_IO);
}

static void what_moves_a_terminal_is_shown_as_a_question(void **state)
{
    (void)state;
    wm_error err = { 0 };
    (void)wm_fail(&err, WM_BAD_INPUT, "%s", "\x1b[2J \x7f \xc2\x9b\x32J \xc2\xa0\xc3\x9b");
    assert_string_equal(err.text, "?[2J ? ??2J \xc2\xa0\xc3\x9b");
    (void)wm_fail(&err, WM_BAD_INPUT, "%s", "\xff a\xc3 \xe2\x82.");
    assert_string_equal(err.text, "? a? ??.");
}

static void a_cut_text_ends_at_a_character(void **state)
{
    (void)state;
    wm_error err = { 0 };
    char accents[WM_ERROR_TEXT_MAX * 2 + 2] = "x";
    for (size_t i = 1; i + 1 < sizeof accents - 1; i += 2) {
        memcpy(accents + i, "\xc3\xa9", 2);
    }
    accents[sizeof accents - 1] = '\0';
    (void)wm_fail(&err, WM_BAD_INPUT, "%s", accents);
    assert_true(wm_utf8_valid(wm_str_of(err.text), NULL));
    assert_int_equal(wm_utf8_cut(WM_STR("a\xf0\x9f\x98\x80"), 4), 1);
    assert_int_equal(wm_utf8_cut(WM_STR("a\xf0\x9f\x98\x80"), 5), 5);
    assert_int_equal(wm_utf8_cut(WM_STR("abc"), 9), 3);
}

static void every_status_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i <= WM_INTERNAL; i++) {
        assert_string_not_equal(wm_status_text((wm_status)i), "unknown status");
    }
    assert_string_equal(wm_status_text((wm_status)9999), "unknown status");
}

static void arena_blocks_are_aligned_zeroed_and_capped(void **state)
{
    (void)state;
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), 100000);
    for (size_t bytes = 0; bytes < 300; bytes++) {
        unsigned char *at = wm_arena_alloc(&arena, bytes);
        assert_non_null(at);
        assert_int_equal((uintptr_t)at % 16, 0);
        for (size_t i = 0; i < bytes; i++) {
            assert_int_equal(at[i], 0);
        }
        memset(at, 0xff, bytes);
    }
    assert_null(wm_arena_alloc(&arena, 100000));
    assert_null(wm_arena_array(&arena, SIZE_MAX / 2, 4));
    wm_arena_reset(&arena);
    assert_non_null(wm_arena_alloc(&arena, 20000));
    assert_true(arena.bytes <= 100000);
    wm_arena_fini(&arena);
    assert_int_equal(arena.bytes, 0);
}

static void an_arena_that_is_used_again_has_nothing_left_in_it(void **state)
{
    (void)state;
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), WM_MIB);
    for (size_t bytes = 1; bytes < 40000; bytes = bytes * 3 + 1) {
        unsigned char *taken = wm_arena_take(&arena, bytes);
        assert_non_null(taken);
        memset(taken, 0xff, bytes);
        unsigned char *zeroed = wm_arena_alloc(&arena, bytes);
        assert_non_null(zeroed);
        for (size_t i = 0; i < bytes; i++) {
            assert_int_equal(zeroed[i], 0);
        }
        memset(zeroed, 0xff, bytes);
        wm_arena_reset(&arena);
        unsigned char *again = wm_arena_take(&arena, bytes);
        assert_non_null(again);
        for (size_t i = 0; i < bytes; i++) {
            assert_int_equal(again[i], 0); /* not promised of it, but of what was wiped */
        }
        wm_arena_reset(&arena);
    }
    assert_null(wm_arena_take(&arena, 2 * WM_MIB));
    assert_null(wm_arena_take(&arena, SIZE_MAX));
    wm_arena_fini(&arena);
}

static void numbers_are_put_in_decimal(void **state)
{
    (void)state;
    wm_buf buf;
    wm_buf_init(&buf, wm_env_system(), 60);
    wm_buf_put_integer(&buf, 0);
    wm_buf_put_char(&buf, ' ');
    wm_buf_put_integer(&buf, INT64_MIN);
    wm_buf_put_char(&buf, ' ');
    wm_buf_put_integer(&buf, INT64_MAX);
    assert_string_equal(buf.data, "0 -9223372036854775808 9223372036854775807");
    wm_buf_put_integer(&buf, INT64_MIN); /* 62 bytes */
    assert_int_equal(wm_buf_status(&buf, NULL), WM_TOO_LARGE);
    wm_buf_fini(&buf);
}

static void a_list_grows_and_keeps_what_it_has(void **state)
{
    (void)state;
    wm_arena arena;
    size_t capacity = 0;
    int *items = NULL;
    wm_arena_init(&arena, wm_env_system(), 20000);
    for (int i = 0; i < 1000; i++) {
        items = wm_arena_grow(&arena, items, (size_t)i, &capacity, sizeof *items);
        assert_non_null(items);
        items[i] = i;
    }
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(items[i], i);
    }
    size_t before = capacity;
    assert_null(wm_arena_grow(&arena, items, before, &capacity, sizeof *items * 1000));
    assert_int_equal(capacity, before);
    assert_int_equal(items[999], 999);
    wm_arena_fini(&arena);
}

static void names_are_copied_sorted_and_found(void **state)
{
    (void)state;
    char text[8];
    wm_arena arena;
    wm_arena_init(&arena, wm_env_system(), 100000);
    wm_names names = { .arena = &arena };
    wm_names_sort(&names);
    assert_false(wm_names_have(&names, WM_STR("1")));
    for (int i = 99; i >= 0; i--) {
        (void)snprintf(text, sizeof text, "%d", i);
        assert_int_equal(wm_names_add(&names, wm_str_of(text), NULL), WM_OK);
    }
    assert_int_equal(names.count, 100);
    wm_names_sort(&names);
    assert_true(wm_str_is(names.items[0], "0") && wm_str_is(names.items[2], "10"));
    assert_true(wm_names_have(&names, WM_STR("99")));
    assert_false(wm_names_have(&names, WM_STR("100")));
    wm_arena_fini(&arena);
}

static void a_buffer_keeps_its_first_failure(void **state)
{
    (void)state;
    wm_buf buf;
    wm_buf_init(&buf, wm_env_system(), 10);
    wm_buf_put_text(&buf, "12345678");
    wm_buf_printf(&buf, "%d", 99);
    wm_error err = { 0 };
    assert_ok(wm_buf_status(&buf, &err), &err);
    wm_buf_put_char(&buf, 'x');
    wm_buf_put_text(&buf, "");
    assert_int_equal(wm_buf_status(&buf, &err), WM_TOO_LARGE);
    assert_string_equal(wm_buf_str(&buf).ptr, "1234567899");
    wm_buf_reset(&buf);
    assert_int_equal(buf.len, 0);
    wm_buf_put_char(&buf, 'y');
    assert_string_equal(wm_buf_str(&buf).ptr, "y");
    wm_buf_fini(&buf);
}

static void digests_are_the_published_ones(void **state)
{
    (void)state;
    wm_digest digest;
    char hex[WM_DIGEST_HEX_BYTES];
    wm_digest_sha256(WM_STR("abc"), &digest);
    /* FIPS 180-4 example */
    assert_string_equal(wm_digest_hex(&digest, hex),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    wm_str parts[] = { WM_STR("a"), WM_STR(""), WM_STR("bc") };
    wm_digest_of(parts, 3, &digest);
    /* b2sum -l 256 of "abc" */
    assert_string_equal(wm_digest_hex(&digest, hex),
                        "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    wm_digest back;
    assert_true(wm_digest_parse(wm_str_of(hex), &back));
    assert_true(wm_digest_equal(&digest, &back));
    hex[0] = 'B';
    assert_false(wm_digest_parse(wm_str_of(hex), &back));
    assert_false(wm_digest_parse(WM_STR("bd"), &back));
}

static void a_text_is_trimmed_at_both_ends(void **state)
{
    (void)state;
    assert_true(wm_str_is(wm_str_trim(WM_STR(" \t\r\n SN1 1AA\x01 ")), "SN1 1AA"));
    assert_true(wm_str_is(wm_str_trim(WM_STR("\xc2\xa0x")), "\xc2\xa0x"));
    assert_int_equal(wm_str_trim(WM_STR(" \n ")).len, 0);
    assert_int_equal(wm_str_trim((wm_str){ NULL, 0 }).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(context_goes_in_front_and_erases_nothing),
        cmocka_unit_test(what_moves_a_terminal_is_shown_as_a_question),
        cmocka_unit_test(a_cut_text_ends_at_a_character),
        cmocka_unit_test(a_text_is_trimmed_at_both_ends),
        cmocka_unit_test(every_status_has_a_name),
        cmocka_unit_test(arena_blocks_are_aligned_zeroed_and_capped),
        cmocka_unit_test(an_arena_that_is_used_again_has_nothing_left_in_it),
        cmocka_unit_test(numbers_are_put_in_decimal),
        cmocka_unit_test(a_list_grows_and_keeps_what_it_has),
        cmocka_unit_test(names_are_copied_sorted_and_found),
        cmocka_unit_test(a_buffer_keeps_its_first_failure),
        cmocka_unit_test(digests_are_the_published_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_spans.c: what is written is read back; what is not in order, cut short or too much is
 * refused. */
#include "testing.h"

#include "pack/spans.h"

static wm_arena arena;
static wm_buf bytes;

static int setup(void **state)
{
    (void)state;
    wm_arena_init(&arena, wm_env_system(), 16 * WM_MIB);
    wm_buf_init(&bytes, wm_env_system(), 4 * WM_MIB);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_buf_fini(&bytes);
    wm_arena_fini(&arena);
    return 0;
}

static const wm_span rows[] = {
    { 1, 2, 100, { { 1 } } },
    { 1, 64, 9000, { { 2 } } },
    { 2, 3, 100, { { 3 } } },
    { 999999999999998, 999999999999999, 70, { { 4 } } },
};
static const wm_span_page_ref pages[] = {
    { 0, 1, { { 5 } } },
    { 1, 4000, { { 6 } } },
    { 7, WM_SPANS_BYTES_MAX, { { 7 } } },
};

static void write_rows(const wm_span_page_ref *refs, size_t ref_count, const wm_span *spans,
                       size_t span_count)
{
    wm_spans index = { refs, ref_count, spans, span_count };
    wm_buf_reset(&bytes);
    wm_spans_write(&bytes, &index);
    assert_int_equal(wm_buf_status(&bytes, NULL), WM_OK);
}

static wm_status read_back(wm_spans *spans, wm_error *err)
{
    wm_error_clear(err);
    return wm_spans_read(&arena, wm_buf_str(&bytes), spans, err);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    wm_spans spans;
    wm_error err = { 0 };
    write_rows(pages, 3, rows, 4);
    assert_ok(read_back(&spans, &err), &err);
    assert_int_equal(spans.page_count, 3);
    assert_int_equal(spans.span_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(spans.spans[i].from, rows[i].from);
        assert_int_equal(spans.spans[i].to, rows[i].to);
        assert_int_equal(spans.spans[i].bytes, rows[i].bytes);
        assert_true(wm_digest_equal(&spans.spans[i].sha256, &rows[i].sha256));
    }
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(spans.pages[i].number, pages[i].number);
        assert_int_equal(spans.pages[i].bytes, pages[i].bytes);
        assert_true(wm_digest_equal(&spans.pages[i].sha256, &pages[i].sha256));
    }
    write_rows(NULL, 0, NULL, 0);
    assert_ok(read_back(&spans, &err), &err);
    assert_int_equal(spans.page_count + spans.span_count, 0);
    assert_int_equal(bytes.len, 11);
}

static void a_row_costs_less_than_forty_bytes(void **state)
{
    (void)state;
    static wm_span many[126];
    for (size_t i = 0; i < 126; i++) {
        many[i] = (wm_span){ 400 + (int64_t)i / 2, 401 + (int64_t)i, 12000, { { 0 } } };
    }
    write_rows(NULL, 0, many, 126);
    assert_true(bytes.len < (size_t)126 * 37);
}

static void rows_out_of_order_or_out_of_range_are_refused(void **state)
{
    (void)state;
    static const wm_span bad[][2] = {
        { { 1, 2, 9, { { 0 } } }, { 1, 2, 9, { { 0 } } } }, /* twice */
        { { 1, 3, 9, { { 0 } } }, { 1, 2, 9, { { 0 } } } },
        { { 2, 3, 9, { { 0 } } }, { 1, 2, 9, { { 0 } } } }, /* back: a step of nearly 2^64 */
        { { 0, 3, 9, { { 0 } } }, { 1, 2, 9, { { 0 } } } }, /* a snapshot is no span */
        { { 1, 2, 0, { { 0 } } }, { 2, 3, 9, { { 0 } } } },
        { { 1, 2, UINT64_MAX, { { 0 } } }, { 2, 3, 9, { { 0 } } } },
        { { 1, 2, 9, { { 0 } } }, { 2, 2, 9, { { 0 } } } },
        { { 1, 2, 9, { { 0 } } }, { 2, 1000000000000000, 9, { { 0 } } } },
    };
    static const wm_span_page_ref bad_pages[][2] = {
        { { 1, 9, { { 0 } } }, { 1, 9, { { 0 } } } },
        { { 2, 9, { { 0 } } }, { 1, 9, { { 0 } } } },
        { { 1, 0, { { 0 } } }, { 2, 9, { { 0 } } } },
        { { 1, WM_SPANS_BYTES_MAX + 1, { { 0 } } }, { 2, 9, { { 0 } } } },
    };
    wm_spans spans;
    wm_error err = { 0 };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        write_rows(NULL, 0, bad[i], 2);
        assert_int_equal(read_back(&spans, &err), WM_BAD_INPUT);
        assert_contains(err.text, "span index: span ");
    }
    for (size_t i = 0; i < sizeof bad_pages / sizeof bad_pages[0]; i++) {
        write_rows(bad_pages[i], 2, NULL, 0);
        assert_int_equal(read_back(&spans, &err), WM_BAD_INPUT);
        assert_contains(err.text, "span index: page ");
    }
}

static void every_cut_and_every_addition_is_noticed(void **state)
{
    (void)state;
    wm_spans spans;
    wm_error err = { 0 };
    write_rows(pages, 3, rows, 4);
    size_t whole = bytes.len;
    for (size_t length = 0; length < whole; length++) {
        wm_error_clear(&err);
        assert_int_equal(
            wm_spans_read(&arena, (wm_str){ wm_buf_str(&bytes).ptr, length }, &spans, &err),
            WM_BAD_INPUT);
        assert_true(err.text[0] != '\0');
    }
    wm_buf_put_text(&bytes, "x");
    assert_int_equal(read_back(&spans, &err), WM_BAD_INPUT);
    assert_contains(err.text, "too long");
}

static void a_newer_version_and_another_file_are_told_apart(void **state)
{
    (void)state;
    wm_spans spans;
    wm_error err = { 0 };
    write_rows(pages, 3, rows, 4);
    char *at = wm_arena_alloc(&arena, bytes.len);
    memcpy(at, wm_buf_str(&bytes).ptr, bytes.len);
    wm_str copy = { at, bytes.len };
    at[8] = 2;
    assert_int_equal(wm_spans_read(&arena, copy, &spans, &err), WM_NEWER);
    at[8] = 0;
    wm_error_clear(&err);
    assert_int_equal(wm_spans_read(&arena, copy, &spans, &err), WM_BAD_INPUT);
    at[8] = 1;
    at[3] = 'P';
    wm_error_clear(&err);
    assert_int_equal(wm_spans_read(&arena, copy, &spans, &err), WM_BAD_INPUT);
    assert_string_equal(err.text, "not a span index");
}

static void no_number_asks_for_more_than_it_brings(void **state)
{
    (void)state;
    static wm_span many[WM_SPANS_ROWS_MAX + 1];
    wm_spans spans;
    wm_error err = { 0 };
    for (size_t i = 0; i <= WM_SPANS_ROWS_MAX; i++) {
        many[i] = (wm_span){ 1 + (int64_t)i, 2 + (int64_t)i, 9, { { 0 } } };
    }
    write_rows(NULL, 0, many, WM_SPANS_ROWS_MAX);
    assert_ok(read_back(&spans, &err), &err);
    write_rows(NULL, 0, many, WM_SPANS_ROWS_MAX + 1);
    assert_int_equal(read_back(&spans, &err), WM_TOO_LARGE);
    wm_buf_reset(&bytes);
    wm_buf_put_str(&bytes, (wm_str){ "\x89WMS\r\n\x1a\n\x01\x00\xff\xff\xff\x7f", 14 });
    assert_int_equal(read_back(&spans, &err), WM_BAD_INPUT);
    assert_contains(err.text, "cut short");
}

static void a_span_and_a_page_have_names(void **state)
{
    (void)state;
    wm_feed_pack pack;
    wm_listed_file file;
    wm_error err = { 0 };
    assert_ok(wm_span_pack(&arena, WM_STR("P1"), &rows[1], &pack, &err), &err);
    assert_true(wm_str_is(pack.file->path, "p/P1/1-64.pack"));
    assert_int_equal(pack.file->length, 9000);
    assert_int_equal(pack.to, 64);
    assert_ok(wm_span_page_file(&arena, WM_STR("P1"), &pages[2], &file, &err), &err);
    assert_true(wm_str_is(file.path, "p/P1/spans-7"));
    assert_true(wm_digest_equal(&file.hashes.sha256, &pages[2].sha256));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(a_row_costs_less_than_forty_bytes),
        cmocka_unit_test(rows_out_of_order_or_out_of_range_are_refused),
        cmocka_unit_test(every_cut_and_every_addition_is_noticed),
        cmocka_unit_test(a_newer_version_and_another_file_are_told_apart),
        cmocka_unit_test(no_number_asks_for_more_than_it_brings),
        cmocka_unit_test(a_span_and_a_page_have_names),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

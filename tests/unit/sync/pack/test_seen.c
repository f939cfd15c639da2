/* test_seen.c: a delta does not say what its base shows, and says it where the base does not. */
#include <stdio.h>

#include "pack_state.h"
#include "testing.h"

#include "pack/seen.h"

#define NO_LIMITS (&(wm_pack_limits){ UINT32_MAX, UINT32_MAX })

static pack_state base;
static pack_state next;
static wm_buf pack;
static wm_buf body;
static wm_error err;

static int setup(void **state)
{
    (void)state;
    wm_error_clear(&err);
    base = (pack_state){ .count = 0 };
    next = (pack_state){ .count = 0 };
    wm_buf_init(&pack, wm_env_system(), 64 * WM_MIB);
    wm_buf_init(&body, wm_env_system(), 64 * WM_MIB);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_buf_fini(&body);
    wm_buf_fini(&pack);
    pack_state_fini(&next);
    pack_state_fini(&base);
    return 0;
}

static void put_both(wm_kind kind, const char *id, const char *bytes)
{
    pack_state_put(&base, kind, id, bytes);
    pack_state_put(&next, kind, id, bytes);
}

static void cut(void)
{
    assert_ok(pack_state_delta(wm_env_system(), &base, &next, true, &pack, &err), &err);
    pack_state_unpack_body(wm_buf_str(&pack), &body);
}

static void read_back(void)
{
    pack_state got = { 0 };
    pack_state_copy(&got, &base);
    assert_ok(pack_state_read(wm_env_system(), wm_buf_str(&pack), NO_LIMITS, &got, &err), &err);
    pack_state_assert_same(&next, &got);
    pack_state_fini(&got);
}

static bool says(const char *what)
{
    wm_str bytes = wm_buf_str(&body);
    size_t length = strlen(what);
    for (size_t at = 0; at + length <= bytes.len; at++) {
        if (memcmp(bytes.ptr + at, what, length) == 0) {
            return true;
        }
    }
    return false;
}

/* Two colours come twice. Then a record is added, whose column of colours is the body's end. */
static void start_with_colours(const char *added)
{
    put_both(WM_KIND_SERVICE, "a", "{\"colour\":\"red\",\"id\":\"a\"}");
    put_both(WM_KIND_SERVICE, "b", "{\"colour\":\"blue\",\"id\":\"b\"}");
    put_both(WM_KIND_SERVICE, "c", "{\"colour\":\"blue\",\"id\":\"c\"}");
    put_both(WM_KIND_SERVICE, "d", "{\"colour\":\"red\",\"id\":\"d\"}");
    put_both(WM_KIND_SERVICE, "e", "{\"colour\":\"green\",\"id\":\"e\"}");
    pack_state_put(&next, WM_KIND_SERVICE, "new", added);
    cut();
}

static void names_and_tags_of_the_base_are_not_defined_again(void **state)
{
    (void)state;
    start_with_colours("{\"colour\":\"red\",\"id\":\"new\"}");
    assert_false(says("colour"));
    read_back();
    pack_state_put(&next, WM_KIND_SERVICE, "new",
                   "{\"colour\":\"red\",\"id\":\"new\",\"shape\":\"round\"}");
    wm_buf_reset(&pack);
    cut();
    assert_true(says("shape"));
    assert_false(says("colour"));
    read_back();
}

/* Of equally many, the one that was seen first. */
static void strings_that_come_again_are_numbers(void **state)
{
    (void)state;
    start_with_colours("{\"colour\":\"blue\",\"id\":\"new\"}");
    /* no byte of short texts; all numbers are 2 */
    assert_memory_equal(body.data + body.len - 3, "\0\0\4", 3);
    assert_false(says("blue"));
    read_back();
}

static void a_string_that_comes_once_is_a_text(void **state)
{
    (void)state;
    start_with_colours("{\"colour\":\"green\",\"id\":\"new\"}");
    pack_file file;
    wm_str packed;
    assert_ok(pack_file_read(wm_buf_str(&pack), NO_LIMITS, &file, &packed, &err), &err);
    assert_int_equal(file.texts[0].bytes, sizeof "green");
    read_back();
}

/* The reader says why it refuses the pack with the body as it is now. */
static void body_is_refused(const char *why)
{
    wm_buf bad;
    pack_state got = { 0 };
    wm_buf_init(&bad, wm_env_system(), WM_MIB);
    pack_state_copy(&got, &base);
    pack_state_pack_body(wm_buf_str(&pack), wm_buf_str(&body), &bad);
    wm_error_clear(&err);
    assert_int_equal(pack_state_read(wm_env_system(), wm_buf_str(&bad), NO_LIMITS, &got, &err),
                     WM_BAD_INPUT);
    assert_contains(err.text, why);
    pack_state_fini(&got);
    wm_buf_fini(&bad);
}

static void numbers_of_strings_that_are_not_known_are_refused(void **state)
{
    (void)state;
    start_with_colours("{\"colour\":\"blue\",\"id\":\"new\"}");
    char *column = body.data + body.len - 3;
    column[2] = 6; /* 3: green comes once */
    body_is_refused("expected a string that the base knows");
    column[2] = 1; /* -1 */
    body_is_refused("expected a string that the base knows");
    column[2] = 0; /* a text, and there is none */
    body_is_refused("expected a NUL after a string");
    column[2] = 4;
    column[0] = 1; /* a byte of texts, and there is none */
    body_is_refused("short texts: found the end");
}

/* The table of columns ends with the encoding of the last column and its length. */
static void a_column_of_known_strings_ends_with_its_numbers(void **state)
{
    (void)state;
    start_with_colours("{\"colour\":\"blue\",\"id\":\"new\"}");
    assert_memory_equal(body.data + body.len - 5, "\12\3\0\0\4", 5);
    wm_buf_put_char(&body, '\0');
    body.data[PACK_BLOCK_HEADER_BYTES + 13 + 1]++; /* length of the block */
    body.data[body.len - 5]++;
    body_is_refused("column is longer than its numbers");
}

static void header_is_refused(void (*change)(pack_file *file), wm_status expected, const char *why)
{
    pack_file file;
    wm_str packed;
    wm_buf bad;
    pack_state got = { 0 };
    wm_buf_init(&bad, wm_env_system(), WM_MIB);
    pack_state_copy(&got, &base);
    wm_error_clear(&err);
    assert_ok(pack_file_read(wm_buf_str(&pack), NO_LIMITS, &file, &packed, &err), &err);
    change(&file);
    pack_file_write(&file, packed, &bad);
    assert_int_equal(pack_state_read(wm_env_system(), wm_buf_str(&bad), NO_LIMITS, &got, &err),
                     expected);
    assert_contains(err.text, why);
    pack_state_fini(&got);
    wm_buf_fini(&bad);
}

static void without_ranks(pack_file *file)
{
    file->by_rank = false;
}

static void without_sample(pack_file *file)
{
    file->has_sample = false;
}

static void with_few(pack_file *file)
{
    file->is_spread = true;
    file->sample_log = PACK_SAMPLE_LOG_MAX + 1;
}

static void with_long_codes(pack_file *file)
{
    file->texts[1] = (pack_frame){ .bytes = 1, .packed = 0, .coded = PACK_TEXTS_BYTES_MAX + 1 };
}

static void a_sample_that_cannot_be_is_refused(void **state)
{
    (void)state;
    start_with_colours("{\"colour\":\"blue\",\"id\":\"new\"}");
    header_is_refused(without_ranks, WM_BAD_INPUT, "expected base ranks");
    header_is_refused(with_few, WM_BAD_INPUT, "expected a sample");
    header_is_refused(with_long_codes, WM_TOO_LARGE, "bytes of texts");
    header_is_refused(without_sample, WM_BAD_INPUT, "expected the first block to start a model");
}

/* Ids are known before the base is looked at. */
static void ids_are_no_strings_of_the_base(void **state)
{
    (void)state;
    start_with_colours("{\"colour\":\"blue\",\"id\":\"new\"}");
    /* block: type, length; count 1, actions 0 0, gaps 0 0, kinds 0 16, then the encoding */
    assert_memory_equal(body.data, "\1\x0d\0\0\0\1\0\0\0\0\0\x10\0\4new", 17);
    for (char encoding = PACK_SHORT_TEXTS; encoding <= PACK_KNOWN; encoding++) {
        body.data[12] = encoding;
        body_is_refused("expected ids in the block");
    }
}

static void a_snapshot_knows_no_strings(void **state)
{
    (void)state;
    pack_state got = { 0 };
    wm_buf bad;
    pack_state_put(&next, WM_KIND_SERVICE, "a", "{\"colour\":\"red\",\"id\":\"a\"}");
    assert_ok(pack_state_snapshot(wm_env_system(), &next, true, &pack, &err), &err);
    pack_state_unpack_body(wm_buf_str(&pack), &body);
    assert_memory_equal(body.data + body.len - 6, "\0\4red", 6);
    memcpy(body.data + body.len - 6, "\12\4\0\0\2\0", 6);
    wm_buf_init(&bad, wm_env_system(), WM_MIB);
    pack_state_pack_body(wm_buf_str(&pack), wm_buf_str(&body), &bad);
    assert_int_equal(pack_state_read(wm_env_system(), wm_buf_str(&bad), NO_LIMITS, &got, &err),
                     WM_BAD_INPUT);
    assert_contains(err.text, "column is longer than its numbers");
    wm_buf_fini(&bad);
    pack_state_fini(&got);
}

/* A record with so many members that hardly any other has. */
static void put_names(const char *id, unsigned first, unsigned count)
{
    wm_buf bytes;
    wm_buf_init(&bytes, wm_env_system(), WM_MIB);
    wm_buf_printf(&bytes, "{\"id\":\"%s\"", id);
    for (unsigned i = 0; i < count; i++) {
        wm_buf_printf(&bytes, ",\"n%06u\":1", first + i);
    }
    wm_buf_put_text(&bytes, "}");
    put_both(WM_KIND_SERVICE, id, wm_buf_str(&bytes).ptr);
    wm_buf_fini(&bytes);
}

static void a_base_with_too_many_shapes_shows_nothing(void **state)
{
    (void)state;
    char id[8];
    for (unsigned i = 0; i < 10; i++) {
        (void)snprintf(id, sizeof id, "n%u", i);
        put_names(id, i * 15000, 15000);
    }
    pack_state_put(&next, WM_KIND_SERVICE, "z", "{\"id\":\"z\",\"n000001\":7}");
    cut();
    assert_true(says("n000001"));
    pack_file file;
    wm_str packed;
    assert_ok(pack_file_read(wm_buf_str(&pack), NO_LIMITS, &file, &packed, &err), &err);
    assert_false(file.has_sample);
    read_back();
}

/* Of a hundred records every fourth is looked at, and what changes. */
static void what_changes_shows_what_is_in_it(void **state)
{
    (void)state;
    char id[8];
    char bytes[64];
    for (unsigned i = 0; i < 100; i++) {
        const char *name = i == 41 ? "rare" : i == 42 ? "seldom" : "plain";
        (void)snprintf(id, sizeof id, "r%02u", i);
        (void)snprintf(bytes, sizeof bytes, "{\"id\":\"%s\",\"%s\":1}", id, name);
        put_both(WM_KIND_SERVICE, id, bytes);
    }
    pack_state_put(&next, WM_KIND_SERVICE, "r41", "{\"id\":\"r41\",\"rare\":2}");
    pack_state_put(&next, WM_KIND_SERVICE, "s", "{\"id\":\"s\",\"rare\":1}");
    pack_state_put(&next, WM_KIND_SERVICE, "t", "{\"id\":\"t\",\"seldom\":1}");
    cut();
    assert_false(says("rare"));
    assert_true(says("seldom"));
    read_back();
}

/* What changes is looked at once, where it stands among the others too. */
static void a_record_is_in_a_sample_once(void **state)
{
    (void)state;
    put_both(WM_KIND_SERVICE, "a", "{\"colour\":\"red\",\"id\":\"a\"}");
    pack_state_put(&next, WM_KIND_SERVICE, "a", "{\"colour\":\"blue\",\"id\":\"a\"}");
    pack_state_put(&next, WM_KIND_SERVICE, "b", "{\"colour\":\"red\",\"id\":\"b\"}");
    cut();
    pack_file file;
    wm_str packed;
    assert_ok(pack_file_read(wm_buf_str(&pack), NO_LIMITS, &file, &packed, &err), &err);
    assert_int_equal(file.texts[0].bytes, sizeof "blue" + sizeof "red"); /* which came once */
    read_back();
}

static wm_status change_first(const wm_pack_options *options, const wm_record *record)
{
    wm_buf out;
    wm_pack_writer *writer = NULL;
    wm_pack_base own = pack_state_base(&base);
    wm_pack_header header = { .kind = WM_PACK_DELTA,
                              .edition = WM_STR("public"),
                              .partition = WM_STR("all"),
                              .from_release = 1,
                              .to_release = 2,
                              .bucket_count = 1 };
    wm_error_clear(&err);
    wm_buf_init(&out, wm_env_system(), WM_MIB);
    assert_ok(wm_pack_writer_new(wm_env_system(), &header, options, &own, &writer, &err), &err);
    wm_status status = record != NULL ? wm_pack_writer_change(writer, record, record, &err) : WM_OK;
    if (status == WM_OK) {
        status = wm_pack_writer_finish(writer, &out, NULL, &err);
    }
    wm_pack_writer_free(writer);
    wm_buf_fini(&out);
    return status;
}

static void what_changes_is_what_was_said(void **state)
{
    (void)state;
    const wm_pack_id changed[] = { { WM_KIND_SERVICE, WM_STR("a") },
                                   { WM_KIND_SERVICE, WM_STR("b") } };
    wm_pack_options options = {
        .level = 3, .max_bytes = WM_MIB, .entries = 2, .changed = changed, .changed_count = 2
    };
    put_both(WM_KIND_SERVICE, "a", "{\"id\":\"a\"}");
    put_both(WM_KIND_SERVICE, "b", "{\"id\":\"b\"}");
    assert_int_equal(change_first(&options, &base.records[1]), WM_BAD_ARGUMENT);
    assert_contains(err.text, "service/b: was not to be changed next");
    assert_int_equal(change_first(&options, &base.records[0]), WM_BAD_ARGUMENT);
    assert_contains(err.text, "expected more records that change");
    assert_int_equal(change_first(&options, NULL), WM_BAD_ARGUMENT);
    options.changed_count = 1;
    assert_ok(change_first(&options, &base.records[0]), &err);
    options.changed_count = 0;
    assert_int_equal(change_first(&options, &base.records[0]), WM_BAD_ARGUMENT);
    options.entries = 0; /* nobody knows: the base shows nothing */
    assert_ok(change_first(&options, &base.records[0]), &err);
}

/* Forty records of a quarter of a megabyte, which all change: what is behind the bound is not seen.
 */
static void a_sample_ends_before_it_has_too_many_bytes(void **state)
{
    (void)state;
    char id[8];
    static char text[200001];
    for (unsigned i = 0; i < 45; i++) {
        wm_buf bytes;
        wm_buf_init(&bytes, wm_env_system(), WM_MIB);
        memset(text, 'a' + (int)(i % 26), sizeof text - 1);
        (void)snprintf(id, sizeof id, "r%02u", i);
        wm_buf_printf(&bytes, "{\"id\":\"%s\",\"name%02u\":\"", id, i);
        wm_buf_put_text(&bytes, text);
        wm_buf_put_text(&bytes, "\"}");
        pack_state_put(&base, WM_KIND_SERVICE, id, wm_buf_str(&bytes).ptr);
        memcpy(text, "other", 5);
        wm_buf_reset(&bytes);
        wm_buf_printf(&bytes, "{\"id\":\"%s\",\"name%02u\":\"", id, i);
        wm_buf_put_text(&bytes, text);
        wm_buf_put_text(&bytes, "\"}");
        pack_state_put(&next, WM_KIND_SERVICE, id, wm_buf_str(&bytes).ptr);
        wm_buf_fini(&bytes);
    }
    pack_state_put(&next, WM_KIND_SERVICE, "s", "{\"id\":\"s\",\"name40\":1,\"name42\":1}");
    cut();
    assert_false(says("name40"));
    assert_true(says("name42"));
    read_back();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_and_tags_of_the_base_are_not_defined_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(strings_that_come_again_are_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(a_string_that_comes_once_is_a_text, setup, teardown),
        cmocka_unit_test_setup_teardown(numbers_of_strings_that_are_not_known_are_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_column_of_known_strings_ends_with_its_numbers, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_sample_that_cannot_be_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(ids_are_no_strings_of_the_base, setup, teardown),
        cmocka_unit_test_setup_teardown(a_snapshot_knows_no_strings, setup, teardown),
        cmocka_unit_test_setup_teardown(a_base_with_too_many_shapes_shows_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(what_changes_shows_what_is_in_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_record_is_in_a_sample_once, setup, teardown),
        cmocka_unit_test_setup_teardown(what_changes_is_what_was_said, setup, teardown),
        cmocka_unit_test_setup_teardown(a_sample_ends_before_it_has_too_many_bytes, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

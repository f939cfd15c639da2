/* test_vocabulary.c: the words of a sample have the codes that sync/FORMAT.md gives them, and codes
 * that are none are refused. */
#include <stdio.h>

#include "testing.h"

#include "pack/vocabulary.h"

static pack_vocabulary vocabulary;
static wm_buf out;
static wm_error err;

static int setup(void **state)
{
    (void)state;
    wm_error_clear(&err);
    pack_vocabulary_init(&vocabulary, wm_env_system());
    wm_buf_init(&out, wm_env_system(), WM_MIB);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wm_buf_fini(&out);
    pack_vocabulary_fini(&vocabulary);
    return 0;
}

#define BYTES(text) ((wm_str){ (text), sizeof(text) - 1 })

/* " be" comes twice; then "to", " or", " not", " to", as they come. */
static void learn(void)
{
    assert_ok(pack_vocabulary_add(&vocabulary, WM_STR("to be or not to be"), &err), &err);
    assert_ok(pack_vocabulary_close(&vocabulary, &err), &err);
}

static void words_are_numbered_by_how_often_they_come(void **state)
{
    (void)state;
    learn();
    assert_int_equal(vocabulary.count, 5);
    assert_true(wm_str_equal(wm_buf_str(&vocabulary.prefix), BYTES("\3\2\4\5\6\2\0")));
}

static void what_is_no_word_is_one_literal(void **state)
{
    (void)state;
    learn();
    assert_ok(
        pack_vocabulary_encode(&vocabulary, BYTES("to be? no\0\0caf\xc3\xa9 to\0"), &out, &err),
        &err);
    assert_true(wm_str_equal(wm_buf_str(&out), BYTES("\3\2\1? no\0\0"
                                                     "\0"
                                                     "\1caf\xc3\xa9\0\6\0")));
    wm_buf texts;
    wm_buf_init(&texts, wm_env_system(), WM_MIB);
    wm_str codes = wm_buf_str(&out);
    assert_ok(pack_vocabulary_decode(&vocabulary, codes, 20, &texts, &err), &err);
    assert_true(wm_str_equal(wm_buf_str(&texts), BYTES("to be? no\0\0caf\xc3\xa9 to\0")));
    wm_buf_fini(&texts);
}

/* Enough words that some need two bytes, and more than there are codes. */
static void words_beyond_the_last_code_are_literals(void **state)
{
    (void)state;
    char text[16];
    for (unsigned i = 0; i <= PACK_WORDS_MAX; i++) {
        (void)snprintf(text, sizeof text, "w%u", i);
        assert_ok(pack_vocabulary_add(&vocabulary, wm_str_of(text), &err), &err);
    }
    assert_ok(pack_vocabulary_close(&vocabulary, &err), &err);
    assert_int_equal(vocabulary.count, PACK_WORDS_MAX);
    assert_ok(
        pack_vocabulary_encode(&vocabulary, BYTES("w189\0w190\0w16573\0w16574\0"), &out, &err),
        &err);
    assert_true(wm_str_equal(wm_buf_str(&out), BYTES("\277\0\300\0\0\377\377\0\1w16574\0\0")));
    wm_buf texts;
    wm_buf_init(&texts, wm_env_system(), WM_MIB);
    assert_ok(pack_vocabulary_decode(&vocabulary, wm_buf_str(&out), 24, &texts, &err), &err);
    assert_true(wm_str_equal(wm_buf_str(&texts), BYTES("w189\0w190\0w16573\0w16574\0")));
    wm_buf_fini(&texts);
}

static void refused(wm_str codes, size_t length, const char *why)
{
    wm_buf_reset(&out);
    wm_error_clear(&err);
    assert_int_equal(pack_vocabulary_decode(&vocabulary, codes, length, &out, &err), WM_BAD_INPUT);
    assert_contains(err.text, why);
}

static void codes_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const unknown = "found the end or an unknown word";
    learn();
    refused(BYTES("\7\0"), 3, unknown);       /* one word too far */
    refused(BYTES("\377\377\0"), 3, unknown); /* far too far */
    refused(BYTES("\300"), 3, unknown);       /* half a code */
    refused(BYTES("\1abc"), 4, unknown);      /* a literal without an end */
    refused(BYTES("\1"), 4, unknown);
    refused(BYTES("\3\0"), 2, "longer than the header says");
    refused(BYTES("\3\0"), 4, "shorter than the header says");
    refused(BYTES(""), 1, "shorter than the header says");
}

static void without_a_sample_there_are_no_words(void **state)
{
    (void)state;
    assert_ok(pack_vocabulary_close(&vocabulary, &err), &err);
    assert_int_equal(vocabulary.prefix.len, 0);
    assert_ok(pack_vocabulary_encode(&vocabulary, BYTES("to be\0"), &out, &err), &err);
    assert_true(wm_str_equal(wm_buf_str(&out), BYTES("\1to be\0\0")));
    refused(BYTES("\2\0"), 1, "an unknown word");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(words_are_numbered_by_how_often_they_come, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_word_is_one_literal, setup, teardown),
        cmocka_unit_test_setup_teardown(words_beyond_the_last_code_are_literals, setup, teardown),
        cmocka_unit_test_setup_teardown(codes_that_are_none_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_sample_there_are_no_words, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
